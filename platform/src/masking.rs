//! Taking a person out of texts that name them, in rows and in the audit log (docs/PRIVACY.md). What is the person's own is
//! masked by [`audit::mask_person_in_tx`](crate::audit::mask_person_in_tx).

use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, IdenStatic, ModelTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    Value,
    sea_query::{Expr, ExprTrait},
};
use serde_json::Value as Json;
use uuid::Uuid;

use super::{
    audit::{AuditEntryId, Column, Entity, MASK},
    db::WriteTx,
    search,
};

/// Rows that are looked at at a time.
const PAGE: u64 = 500;
/// Records that a statement names.
const RECORDS: usize = 500;
/// The column that is kept folded for searching.
const FOLDED: &str = "search_text";
/// Shorter words name nobody: they would be found everywhere.
const SHORTEST: usize = 3;
/// From so many digits on a word without letters is a number, however it is grouped.
const NUMBER: usize = 6;
/// What may stand between two digits of a number: `+227 90 12 34 56`, `90 / 12`.
const BETWEEN_DIGITS: usize = 3;

/// What names a person in texts: names, addresses, numbers, in any spelling that people read as the same; whole words alone.
#[derive(Debug, Clone, Default)]
pub struct Words {
    /// Folded, as for searching.
    names: Vec<Vec<char>>,
    /// Digits alone.
    numbers: Vec<Vec<char>>,
}

impl Words {
    /// These words.
    #[must_use]
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all = Self::default();
        for word in words {
            let digits: Vec<char> = word.chars().filter(char::is_ascii_digit).collect();
            let is_number = digits.len() >= NUMBER && !word.chars().any(char::is_alphabetic);
            let (form, among) = if is_number {
                (digits, &mut all.numbers)
            } else {
                (search::fold(word).chars().collect(), &mut all.names)
            };
            if form.len() >= SHORTEST && !among.contains(&form) {
                among.push(form);
            }
        }
        // The longest first: a number with its country's code before the number in it.
        for some in [&mut all.names, &mut all.numbers] {
            some.sort_by_key(|word| std::cmp::Reverse(word.len()));
        }
        all
    }

    /// The text with `instead` where one of the words stood; `None` when there is none in it.
    #[must_use]
    pub fn replaced(&self, text: &str, instead: &str) -> Option<String> {
        let letters: Vec<char> = text.chars().collect();
        let mut written = String::with_capacity(text.len());
        let (mut at, mut found) = (0, false);
        while let Some(letter) = letters.get(at) {
            let begins = at == 0 || is_free(letters.get(at - 1));
            if let Some(end) = begins.then(|| self.end_of(&letters, at)).flatten() {
                written.push_str(instead);
                at = end;
                found = true;
            } else {
                written.push(*letter);
                at += 1;
            }
        }
        found.then_some(written)
    }

    /// Where the word ends that begins here.
    fn end_of(&self, letters: &[char], at: usize) -> Option<usize> {
        let names = self
            .names
            .iter()
            .filter_map(|name| end_of_name(name, letters, at));
        let mut numbers = self.numbers.iter().filter_map(|number| {
            let plus = usize::from(letters.get(at) == Some(&'+'));
            end_of_number(number, letters, at + plus)
        });
        names.max().or_else(|| numbers.next())
    }
}

/// Whether a word may end before this letter, or begin behind it.
fn is_free(letter: Option<&char>) -> bool {
    letter.is_none_or(|letter| !letter.is_alphanumeric() && !is_mark(*letter))
}

/// An accent that stands for itself, as macOS writes names.
fn is_mark(letter: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&letter)
}

fn end_of_name(name: &[char], letters: &[char], at: usize) -> Option<usize> {
    let (mut place, mut left) = (at, name);
    while let Some((next, rest)) = left.split_first() {
        if *next == ' ' {
            let spaces = letters[place..]
                .iter()
                .take_while(|it| it.is_whitespace())
                .count();
            if spaces == 0 {
                return None;
            }
            (place, left) = (place + spaces, rest);
            continue;
        }
        let letter = *letters.get(place)?;
        if !is_mark(letter) {
            let folded = search::fold(letter.encode_utf8(&mut [0; 4]));
            if folded.is_empty() {
                return None;
            }
            for one in folded.chars() {
                left = left.strip_prefix(&[one])?;
            }
        }
        place += 1;
    }
    place += letters[place..].iter().take_while(|it| is_mark(**it)).count();
    is_free(letters.get(place)).then_some(place)
}

fn end_of_number(number: &[char], letters: &[char], at: usize) -> Option<usize> {
    let mut place = at;
    for (n, digit) in number.iter().enumerate() {
        if n > 0 {
            let between = letters[place..]
                .iter()
                .take_while(|it| !it.is_alphanumeric())
                .count();
            if between > BETWEEN_DIGITS {
                return None;
            }
            place += between;
        }
        if letters.get(place) != Some(digit) {
            return None;
        }
        place += 1;
    }
    is_free(letters.get(place)).then_some(place)
}

/// Replaces the words in what the audit log has of these records. Entries of the same transaction aren't among them: they are
/// written at its end.
///
/// # Errors
/// When the database refuses.
pub async fn mask_words_in_tx(tx: &WriteTx, records: &[Uuid], words: &Words) -> Result<u64, DbErr> {
    let mut rewritten = 0;
    for some in records.chunks(RECORDS) {
        let mut after: Option<AuditEntryId> = None;
        loop {
            let mut page = Entity::find().filter(Column::RecordId.is_in(some.iter().copied()));
            if let Some(after) = after {
                page = page.filter(Column::Id.gt(after));
            }
            let page = page.order_by_asc(Column::Id).limit(PAGE).all(tx.conn()).await?;
            let Some(last) = page.last().map(|entry| entry.id) else {
                break;
            };
            for mut entry in page {
                if replace(&mut entry.changes, words) {
                    Entity::update_many()
                        .col_expr(Column::Changes, Expr::value(entry.changes))
                        .filter(Column::Id.eq(entry.id))
                        .exec(tx.conn())
                        .await?;
                    rewritten += 1;
                }
            }
            after = Some(last);
        }
    }
    Ok(rewritten)
}

fn replace(value: &mut Json, words: &Words) -> bool {
    match value {
        Json::String(text) => words.replaced(text, MASK).is_some_and(|replaced| {
            *text = replaced;
            true
        }),
        // In all of them: not only in the first that has one.
        Json::Array(items) => {
            items
                .iter_mut()
                .filter_map(|item| replace(item, words).then_some(()))
                .count()
                > 0
        }
        Json::Object(fields) => {
            fields
                .values_mut()
                .filter_map(|field| replace(field, words).then_some(()))
                .count()
                > 0
        }
        _ => false,
    }
}

/// Which rows are looked through, and which of their columns.
#[derive(Debug, Clone, Copy)]
pub struct Texts<'a, C> {
    /// The key, which is one UUID.
    pub id: C,
    /// Counted up where a text changes, so that nobody who has the record open writes the old one back.
    pub version: Option<C>,
    /// The texts.
    pub columns: &'a [C],
}

/// Replaces the words by `instead` in the texts of these rows, past the audit log. Answers how many rows changed.
///
/// # Errors
/// When the database refuses.
pub async fn replace_in_rows_in_tx<E>(
    tx: &WriteTx,
    rows: Select<E>,
    texts: Texts<'_, E::Column>,
    words: &Words,
    instead: &str,
) -> Result<u64, DbErr>
where
    E: EntityTrait,
    E::Model: ModelTrait<Entity = E>,
{
    let folded = search::fold(instead);
    let mut changed = 0;
    let mut after: Option<Value> = None;
    loop {
        let mut page = rows.clone();
        if let Some(after) = after.take() {
            page = page.filter(texts.id.gt(after));
        }
        let page = page.order_by_asc(texts.id).limit(PAGE).all(tx.conn()).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.get(texts.id));
        for row in &page {
            let mut update = E::update_many().filter(texts.id.eq(row.get(texts.id)));
            let mut differs = false;
            for column in texts.columns {
                let Value::String(Some(text)) = row.get(*column) else {
                    continue;
                };
                let is_folded = column.as_str() == FOLDED;
                if let Some(replaced) = words.replaced(&text, if is_folded { &folded } else { instead }) {
                    update = update.col_expr(*column, Expr::value(replaced));
                    differs = true;
                }
            }
            if !differs {
                continue;
            }
            if let Some(version) = texts.version {
                update = update.col_expr(version, Expr::col(version).add(1));
            }
            update.exec(tx.conn()).await?;
            changed += 1;
        }
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whole_words_are_found_in_any_case() {
        let words = Words::new(["Ali", "Zaïnab Issoufou", "+22790123456", "90123456", "z"]);
        let replaced = |text: &str| words.replaced(text, "X");
        assert_eq!(
            replaced("Maison de ZAÏNAB issoufou.").as_deref(),
            Some("Maison de X.")
        );
        assert_eq!(
            replaced("tel +22790123456, 90123456").as_deref(),
            Some("tel X, X")
        );
        assert_eq!(
            replaced("chez zainab issoufou").as_deref(),
            Some("chez X"),
            "folded"
        );
        for spelling in [
            "Zai\u{308}nab  Issoufou",
            "Zaïnab\u{a0}Issoufou",
            "Zaïnab\nIssoufou",
            "90 12 34 56",
            "90/12/34/56",
            "9012\u{a0}3456",
            "+227 90-12-34-56",
        ] {
            assert_eq!(replaced(spelling).as_deref(), Some("X"), "{spelling}");
        }
        assert_eq!(
            Words::new(["Awa N'Diaye"])
                .replaced("à Awa N’Diaye.", "X")
                .as_deref(),
            Some("à X.")
        );
        assert_eq!(replaced("Zaïnab, Issoufou; 90 12 34 57; Zaïnab Issoufoux"), None);
        assert_eq!(replaced("qualité, 190123456, z"), None);
        assert_eq!(replaced(""), None);
    }

    #[test]
    fn words_are_replaced_wherever_they_stand() {
        let mut changes = json!({ "lines": { "new": [{ "description": "Chez Zaïnab Issoufou" }, 3] } });
        assert!(replace(&mut changes, &Words::new(["Zaïnab Issoufou"])));
        assert_eq!(changes["lines"]["new"][0]["description"], "Chez •••");
    }
}
