//! How far the series of numbers are, and which of their numbers were lost.

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{
    model::NextNumber,
    tables::{lost_number, series},
};

/// A series of numbers.
pub type NumberSeries = series::Model;

/// A number that was given after the backup that was restored.
pub type LostNumber = lost_number::Model;

/// All series, by their letters.
///
/// # Errors
/// When the database can't be read.
pub async fn number_series(conn: &impl ConnectionTrait) -> Result<Vec<NumberSeries>, DbErr> {
    series::Entity::find()
        .order_by_asc(series::Column::Series)
        .all(conn)
        .await
}

/// The lost numbers of a series, the latest first; `most` at most.
///
/// # Errors
/// When the database can't be read.
pub async fn lost_numbers(
    conn: &impl ConnectionTrait,
    series: &str,
    most: u64,
) -> Result<Vec<LostNumber>, DbErr> {
    lost_number::Entity::find()
        .filter(lost_number::Column::Series.eq(series))
        .order_by_desc(lost_number::Column::Year)
        .order_by_desc(lost_number::Column::Sequence)
        .limit(most)
        .all(conn)
        .await
}

/// The id under which the audit log tells of a series: its letters.
#[must_use]
pub fn audit_id_of(series: &str) -> Uuid {
    let mut bytes = [0; 16];
    for (place, letter) in bytes.iter_mut().zip(series.bytes()) {
        *place = letter;
    }
    Uuid::from_bytes(bytes)
}

/// A number as it is printed.
#[must_use]
pub fn printed(series: &str, year: i32, sequence: i64) -> String {
    let number = NextNumber {
        year,
        sequence,
        date: NaiveDate::MIN,
    };
    number.text(series)
}

/// Reads a printed number of a series: its year, and the number in it.
#[must_use]
pub fn read_printed(series: &str, text: &str) -> Option<(i32, i64)> {
    let mut parts = text.trim().split('/');
    let (letters, year, sequence) = (parts.next()?, parts.next()?, parts.next()?);
    let is_plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.next().is_some() || letters != series || !is_plain(year) || !is_plain(sequence) {
        return None;
    }
    let (year, sequence) = (year.parse().ok()?, sequence.parse().ok()?);
    (sequence > 0).then_some((year, sequence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read() {
        assert_eq!(read_printed("BH", &printed("BH", 2026, 14)), Some((2026, 14)));
        for other in [
            "AV/2026/14",
            "BH/2026",
            "BH/2026/0",
            "BH/2026/-1",
            "BH/26a/1",
            "BH/2026/1/1",
            "",
        ] {
            assert_eq!(read_printed("BH", other), None, "{other}");
        }
    }
}
