//! Instructions a request, counted by valgrind: the same from run to run where times are not, and so comparable from commit to
//! commit. The server's own, without the kernel's and without PostgreSQL's.

use crate::load::Lane;
use crate::workloads::Workload;
use anyhow::{Context as _, Result, ensure};
use belle_house_bench::process::Launch;
use std::path::Path;
use std::process::{Command, Stdio};

/// Counts for each workload: of three times so many requests, one after the other on one connection, the average of the
/// cheapest time, since jobs work beside them now and then.
pub async fn count(
    launch: &Launch,
    folder: &Path,
    workloads: &[Workload],
    requests: usize,
) -> Result<Vec<u64>> {
    let file = folder.join(format!("instructions-{}", launch.address().port()));
    let out = format!("--callgrind-out-file={}", file.display());
    let launch = launch
        .clone()
        .under(&["valgrind", "--quiet", "--tool=callgrind", &out]);
    let server = launch
        .start()
        .await
        .context("valgrind (Debian's package valgrind)")?;
    let mut lane = Lane::open(server.address()).await?;
    let mut counts = Vec::new();
    let mut dumps = 0;
    let mut number = 900_000_000;
    for workload in workloads {
        // Documents are read, connections prepare their statements, answers to be kept are made.
        // What is kept is asked again, the same each time.
        let step = usize::from(!workload.kept);
        for _ in 0..20 {
            number += step;
            lane.ask(workload, number).await?;
        }
        let mut fewest = u64::MAX;
        for _ in 0..3 {
            dump(server.pid())?;
            for _ in 0..requests {
                number += step;
                lane.ask(workload, number).await?;
            }
            dump(server.pid())?;
            dumps += 2;
            fewest = fewest.min(total(&file, dumps)?);
        }
        counts.push(fewest / u64::try_from(requests)?);
    }
    Ok(counts)
}

/// Has valgrind write down what was counted since the last time.
fn dump(pid: u32) -> Result<()> {
    let dumped = Command::new("callgrind_control")
        .args(["--dump", &pid.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .context("callgrind_control (Debian's package valgrind)")?;
    ensure!(dumped.success(), "callgrind_control: {dumped}");
    Ok(())
}

/// The sum of the `number`th dump.
fn total(file: &Path, number: usize) -> Result<u64> {
    let dump = format!("{}.{number}", file.display());
    let text = std::fs::read_to_string(&dump).with_context(|| dump.clone())?;
    let total = text.lines().rev().find_map(|line| line.strip_prefix("totals: "));
    Ok(total
        .with_context(|| format!("no totals in {dump}"))?
        .trim()
        .parse()?)
}
