//! Search that ignores case and accents on both databases: texts are folded once, when written.

use sea_orm::{
    ColumnTrait,
    sea_query::{ExprTrait, LikeExpr, SimpleExpr},
};

/// Folds a text for searching: no accents, lower case, single spaces. `"Élévation  N°2"` → `"elevation no2"`.
#[must_use]
pub fn fold(text: &str) -> String {
    deunicode::deunicode(text)
        .to_lowercase()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The folded columns of a record in one text, for its `search_text` column.
#[must_use]
pub fn search_text<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    parts
        .into_iter()
        .map(fold)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The condition that `search_text` holds each word of `query`, in any order.
#[must_use]
pub fn matches<C: ColumnTrait>(search_text: C, query: &str) -> Vec<SimpleExpr> {
    fold(query)
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(|word| {
            let escaped = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            sea_orm::sea_query::Expr::col(search_text.as_column_ref())
                .like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_accents_case_and_spaces() {
        assert_eq!(fold("  Élévation   Côté COUR "), "elevation cote cour");
        assert_eq!(search_text(["Zaïnab", "", "+227 90"]), "zainab +227 90");
    }
}
