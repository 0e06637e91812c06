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

/// What names a person in texts: names, addresses, numbers, in any case; whole words alone.
#[derive(Debug, Clone, Default)]
pub struct Words(Vec<Vec<char>>);

impl Words {
    /// These words. Where columns are kept folded for searching, they are found as well.
    #[must_use]
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all: Vec<Vec<char>> = Vec::new();
        for word in words {
            let word = word.trim();
            for form in [word.to_owned(), search::fold(word)] {
                let form: Vec<char> = form.chars().map(lower).collect();
                if form.len() >= SHORTEST && !all.contains(&form) {
                    all.push(form);
                }
            }
        }
        // The longest first: a number with its country's code before the number in it.
        all.sort_by_key(|word| std::cmp::Reverse(word.len()));
        Self(all)
    }

    /// The text with `instead` where one of the words stood; `None` when there is none in it.
    #[must_use]
    pub fn replaced(&self, text: &str, instead: &str) -> Option<String> {
        let letters: Vec<char> = text.chars().collect();
        let lowered: Vec<char> = letters.iter().copied().map(lower).collect();
        let is_free = |at: Option<&char>| at.is_none_or(|letter| !letter.is_alphanumeric());
        let mut written = String::with_capacity(text.len());
        let (mut at, mut found) = (0, false);
        while at < letters.len() {
            let begins = at == 0 || is_free(letters.get(at - 1));
            let word = self.0.iter().find(|word| {
                begins && lowered[at..].starts_with(word.as_slice()) && is_free(letters.get(at + word.len()))
            });
            if let Some(word) = word {
                written.push_str(instead);
                at += word.len();
                found = true;
            } else {
                written.push(letters[at]);
                at += 1;
            }
        }
        found.then_some(written)
    }
}

/// One letter for one letter, so that places in both texts agree.
fn lower(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
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
