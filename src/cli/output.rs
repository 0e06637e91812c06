//! What commands print. Results go to standard output, everything else is the log's.

use std::io::Write;

use anyhow::Result;

/// Prints a text and a line break.
///
/// # Errors
/// When nobody reads (a closed pipe).
pub fn line(text: impl std::fmt::Display) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()?;
    Ok(())
}
