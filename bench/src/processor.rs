//! What a process and its children have cost so far, as Linux counts it.

use anyhow::{Context as _, Result};
use std::collections::HashMap;
use std::fs;
use std::time::Duration;

/// Linux counts processor time in hundredths of a second, whatever its own clock does (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// One line of `/proc/PID/stat`.
#[derive(Debug, Clone, Copy)]
struct Stat {
    parent: u32,
    /// Of its own.
    ticks: u32,
    /// Of children that have ended.
    ended: u32,
}

fn stat(pid: u32) -> Option<Stat> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before the last parenthesis may hold anything.
    let fields: Vec<&str> = line.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<u32>().ok();
    Some(Stat {
        parent: number(1)?,
        ticks: number(11)? + number(12)?,
        ended: number(13)? + number(14)?,
    })
}

/// The process and everything below it.
fn family(pid: u32) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(child) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        if let Some(stat) = stat(child) {
            children.entry(stat.parent).or_default().push(child);
        }
    }
    let mut family = vec![pid];
    let mut at = 0;
    while let Some(member) = family.get(at) {
        family.extend(children.remove(member).unwrap_or_default());
        at += 1;
    }
    family
}

/// Processor time of a process and its children, those that have ended too. To the hundredth of a second.
#[must_use]
pub fn spent(pid: u32) -> Duration {
    let ticks = family(pid)
        .into_iter()
        .filter_map(stat)
        .map(|stat| stat.ticks + stat.ended)
        .sum::<u32>();
    TICK * ticks
}

/// Processor time of this process, without its children's.
#[must_use]
pub fn own() -> Duration {
    TICK * stat(std::process::id()).map_or(0, |stat| stat.ticks)
}

/// Memory of a process and its children in KiB, where what several share is counted once (`Pss`).
pub fn memory_kib(pid: u32) -> Result<u64> {
    family(pid)
        .into_iter()
        .map(|pid| {
            let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
            rollup
                .lines()
                .find_map(|line| {
                    line.strip_prefix("Pss:")?
                        .split_whitespace()
                        .next()?
                        .parse::<u64>()
                        .ok()
                })
                .with_context(|| format!("no Pss of process {pid}"))
        })
        .sum()
}

/// The process that started this one.
#[must_use]
pub fn parent(pid: u32) -> Option<u32> {
    Some(stat(pid)?.parent)
}
