//! Counting JSON without reading it.

use super::{Limits, Refusal, too_much};

/// Counts values and nesting in the text of a JSON value, so that reading it can't be made to take hundreds of times its
/// length (`[[],[],…`), nor as many calls inside each other as it has brackets. Whether it is JSON the parser says.
///
/// # Errors
/// [`Refusal::TooMuch`].
pub fn count_json(text: &[u8], limits: &Limits) -> Result<(), Refusal> {
    let (mut values, mut nesting, mut at) = (1_usize, 0_usize, 0);
    while let Some(byte) = text.get(at) {
        at += 1;
        match byte {
            b'"' => {
                at = end_of_string(text, at);
                continue;
            }
            b'[' | b'{' => {
                nesting += 1;
                values += 1;
            }
            b',' => values += 1,
            b']' | b'}' => nesting = nesting.saturating_sub(1),
            _ => continue,
        }
        if nesting > limits.nesting {
            return Err(too_much(
                "brackets nested in its JSON:",
                nesting as u64,
                limits.nesting as u64,
            ));
        }
        if values > limits.values {
            return Err(too_much(
                "values in its JSON:",
                values as u64,
                limits.values as u64,
            ));
        }
    }
    Ok(())
}

/// Where the string ends whose first character is at `start`.
fn end_of_string(text: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(byte) = text.get(at) {
        at += match byte {
            b'"' => return at + 1,
            b'\\' => 2,
            _ => 1,
        };
    }
    text.len()
}
