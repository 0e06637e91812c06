//! `confirmNumberSeries`: after a backup was restored, an administrator says which numbers were given since it was made.

use std::ops::RangeInclusive;

use chrono::Datelike;
use sea_orm::{ActiveValue::Set, EntityTrait, IntoActiveModel, QuerySelect};
use serde_json::json;

use super::today;
use crate::features::billing::{
    numbering::{audit_id_of, printed, read_printed},
    tables::{lost_number, series},
};
use platform::{
    actor::Actor,
    audit::{self, AuditAction},
    ctx::Ctx,
    db::write_tx,
    error::{CommandError, ErrorCode, Violation},
    ids::new_uuid,
    message,
    messages::Message,
};

/// More are a slip of the keyboard.
const MOST_LOST: i64 = 500;
/// Rows written at once.
const TOGETHER: usize = 500;

/// The last numbers of a series.
#[derive(Debug, Clone)]
pub struct ConfirmNumberSeries {
    /// Its letters.
    pub series: String,
    /// The last number of each year since the backup, as printed, in order; empty when none was given since.
    pub last_numbers: Vec<String>,
}

/// Notes the numbers between the last one known here and the last one given as lost, and lets numbers be given again.
///
/// # Errors
/// NOT_FOUND for no such series; LOCKED when nothing is to be confirmed; INVALID for numbers that can't be.
pub async fn confirm_number_series(
    ctx: &Ctx,
    actor: &Actor,
    input: ConfirmNumberSeries,
) -> Result<series::Model, CommandError> {
    match actor {
        Actor::Anonymous => return Err(CommandError::Unauthenticated),
        _ if !actor.is_admin() => return Err(CommandError::Forbidden),
        _ => {}
    }
    write_tx!(ctx, |tx| {
        let row = series::Entity::find_by_id(input.series.clone())
            .lock_exclusive()
            .one(tx.conn())
            .await?
            .ok_or_else(|| {
                let message = message!("series-unknown");
                Violation::new(ErrorCode::NotFound, ["input", "series"], message)
            })?;
        if row.unconfirmed_since.is_none() {
            let message = message!("numbers-confirmed-already");
            return Err(Violation::new(ErrorCode::Locked, ["input", "series"], message).into());
        }
        let lost = lost(&row, &input.last_numbers, today(ctx).year())?;
        let rows: Vec<lost_number::ActiveModel> = lost
            .iter()
            .flat_map(|(year, numbers)| numbers.clone().map(move |number| (*year, number)))
            .map(|(year, sequence)| lost_number::ActiveModel {
                id: Set(new_uuid(tx.now())),
                series: Set(row.series.clone()),
                year: Set(year),
                sequence: Set(sequence),
                recorded_at: Set(tx.now()),
                recorded_by: Set(actor.account_id()),
            })
            .collect();
        let count = rows.len();
        for some in rows.chunks(TOGETHER) {
            lost_number::Entity::insert_many(some.iter().cloned())
                .exec_without_returning(tx.conn())
                .await?;
        }
        let (year, last_number) = lost
            .last()
            .map_or((row.year, row.last_number), |(year, numbers)| {
                (*year, *numbers.end())
            });
        let name = row.series.clone();
        let changes = json!({
            "last_number": {
                "old": printed(&name, row.year, row.last_number),
                "new": printed(&name, year, last_number),
            },
            "lost": { "old": null, "new": count },
        });
        let mut changed = row.into_active_model();
        changed.year = Set(year);
        changed.last_number = Set(last_number);
        changed.unconfirmed_since = Set(None);
        let changed = series::Entity::update(changed).exec(tx.conn()).await?;
        audit::write_in_tx(
            tx,
            actor,
            AuditAction::Update,
            "NumberSeries",
            audit_id_of(&name),
            changes,
        );
        Ok(changed)
    })
}

/// The numbers of each year that were given since; a year's range is empty when its last number is the one known here.
fn lost(
    known: &series::Model,
    given: &[String],
    this_year: i32,
) -> Result<Vec<(i32, RangeInclusive<i64>)>, Violation> {
    let mut lost = Vec::new();
    let mut last = (known.year, known.last_number);
    for (index, text) in given.iter().enumerate() {
        let invalid = |message: Message| {
            let at = ["input".to_owned(), "lastNumbers".to_owned(), index.to_string()];
            Violation::new(ErrorCode::Invalid, at, message)
        };
        let (year, number) = read_printed(&known.series, text).ok_or_else(|| {
            let example = printed(&known.series, this_year, 14);
            invalid(message!("number-malformed", example))
        })?;
        if year > this_year {
            // As text: a year has no space after its first digit.
            let year = year.to_string();
            return Err(invalid(message!("number-of-a-year-to-come", year)));
        }
        let first_of_known = index == 0 && known.last_number > 0;
        if first_of_known && year != known.year {
            let number = printed(&known.series, known.year, known.last_number);
            let year = known.year.to_string();
            return Err(invalid(message!("numbers-begin-with", year, number)));
        }
        let before = if first_of_known { last.1 } else { 0 };
        if number < before || (!first_of_known && year <= last.0) {
            let number = printed(&known.series, last.0, last.1);
            return Err(invalid(message!("number-known-already", number)));
        }
        if number - before > MOST_LOST {
            return Err(invalid(message!("number-too-far", max = MOST_LOST)));
        }
        lost.push((year, before + 1..=number));
        last = (year, number);
    }
    Ok(lost)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(known: (i32, i64), given: &[&str]) -> Result<Vec<(i32, RangeInclusive<i64>)>, &'static str> {
        let known = series::Model {
            series: "BH".to_owned(),
            year: known.0,
            last_number: known.1,
            last_date: None,
            unconfirmed_since: None,
        };
        let given: Vec<String> = given.iter().map(|text| (*text).to_owned()).collect();
        lost(&known, &given, 2027).map_err(|violation| violation.message.id())
    }

    #[test]
    fn what_lies_between_is_lost_year_by_year() {
        assert_eq!(numbers((2026, 12), &[]), Ok(vec![]));
        let same = numbers((2026, 12), &["BH/2026/12"]).unwrap();
        assert!(same[0].1.is_empty());
        assert_eq!(
            numbers((2026, 12), &["BH/2026/14", "BH/2027/2"]),
            Ok(vec![(2026, 13..=14), (2027, 1..=2)])
        );
        assert_eq!(numbers((0, 0), &["BH/2027/3"]), Ok(vec![(2027, 1..=3)]));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for given in [
            &["BH/2026/11"][..],
            &["BH/2027/1"],
            &["BH/2028/1"],
            &["BH/2026/9999"],
            &["AV/2026/13"],
            &["BH/2026/13", "BH/2026/14"],
        ] {
            assert!(numbers((2026, 12), given).is_err(), "{given:?}");
        }
    }
}
