//! The comparison as Markdown: ratios first, since machines differ and ratios hold.

use crate::load::Figures;
use std::fs;
use std::time::Duration;

/// One server's figures for a workload.
#[derive(Debug)]
pub struct Row<'a> {
    /// The server.
    pub name: &'a str,
    /// On many connections.
    pub figures: &'a Figures,
    /// On one.
    pub alone: &'a Figures,
    /// Round trips and statements a request.
    pub trips: Option<(usize, usize)>,
    /// Instructions a request.
    pub instructions: Option<u64>,
}

/// A headline, with how busy the machine is.
pub fn title(what: &str) {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("\n## {what}\n\nLoad average before: {}", load.trim());
}

/// Memory, and the way from start to first answer: server, first answer, KiB at rest, KiB under load.
pub fn memory<'a>(servers: impl Iterator<Item = (&'a str, Duration, u64, u64)>) {
    println!("\n| server | first answer ms | MiB at rest | loaded |\n| --- | --- | --- | --- |");
    for (name, first, rest, loaded) in servers {
        println!(
            "| {name} | {:.0} | {:.0} | {:.0} |",
            first.as_secs_f64() * 1000.0,
            rest as f64 / 1024.0,
            loaded as f64 / 1024.0
        );
    }
}

/// A workload's table. The first row is this binary; each ratio is its rate by the row's.
pub fn workload(name: &str, rows: &[Row<'_>]) {
    println!("\n### {name}\n");
    println!(
        "| server | this : it | a second | p50 ms | p99 ms | alone, p50 ms | µs server | µs database | µs generator | \
         round trips | statements | k instructions |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let this = rows.first().map(|row| row.figures.rate()).unwrap_or_default();
    for row in rows.iter().filter(|row| !row.figures.latency.is_empty()) {
        let each = |spent: Duration| spent.as_secs_f64() * 1e6 / row.figures.latency.len() as f64;
        let [server, database, generator] = row.figures.processor.map(each);
        let counted =
            |number: Option<u64>| number.map_or_else(|| "–".to_owned(), |number| number.to_string());
        let (trips, statements) = row.trips.unzip();
        let number = |count: Option<usize>| count.map_or_else(|| "–".to_owned(), |count| count.to_string());
        println!(
            "| {} | {:.2} | {:.0} | {:.2} | {:.2} | {} | {server:.0} | {database:.0} | {generator:.0} | {} | {} | {} |",
            row.name,
            this / row.figures.rate(),
            row.figures.rate(),
            milliseconds(row.figures, 500),
            milliseconds(row.figures, 990),
            if row.alone.latency.is_empty() {
                "–".to_owned()
            } else {
                format!("{:.2}", milliseconds(row.alone, 500))
            },
            number(trips),
            number(statements),
            counted(row.instructions.map(|count| count / 1000)),
        );
    }
}

/// What PostgreSQL wrote ahead for each posted update, in KiB.
pub fn written_ahead(servers: &[(&str, f64)]) {
    for (name, bytes) in servers {
        println!(
            "\n{name}: {:.1} KiB written ahead (WAL) a posted update",
            bytes / 1024.0
        );
    }
}

fn milliseconds(figures: &Figures, per_mille: usize) -> f64 {
    figures.latency.per_mille(per_mille).as_secs_f64() * 1000.0
}
