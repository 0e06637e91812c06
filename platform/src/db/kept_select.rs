//! Statements whose text is written once: what every request asks, each time with other ids.
//!
//! Writing a statement takes as long as running a small one, and a list of ids of any length would be a new text for each length: the
//! database would read and plan it anew. So the list is made as long as the next power of two, by its last id again, and each
//! length's text is kept.

use std::sync::OnceLock;

use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult, QueryTrait, Select, Statement, Value,
};
use uuid::Uuid;

/// Lengths of lists: 1, 2, 4 … 1,024, as many as a loader gives at a time.
const LENGTHS: usize = 11;

/// A statement that asks for the rows of some ids, and for nothing else that changes.
#[derive(Debug)]
pub struct KeptSelect<E: EntityTrait> {
    select: fn(&[Uuid]) -> Select<E>,
    sqlite: [OnceLock<Option<String>>; LENGTHS],
    postgres: [OnceLock<Option<String>>; LENGTHS],
}

impl<E: EntityTrait> KeptSelect<E> {
    /// The statement that `select` makes of ids: they must be all its values, in their order.
    pub const fn new(select: fn(&[Uuid]) -> Select<E>) -> Self {
        Self {
            select,
            sqlite: [const { OnceLock::new() }; LENGTHS],
            postgres: [const { OnceLock::new() }; LENGTHS],
        }
    }

    /// The rows for these ids; none without ids. One statement.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn all<M: FromQueryResult>(
        &self,
        conn: &impl ConnectionTrait,
        ids: impl IntoIterator<Item = impl Into<Uuid>>,
    ) -> Result<Vec<M>, DbErr> {
        let mut ids: Vec<Uuid> = ids.into_iter().map(Into::into).collect();
        ids.sort_unstable();
        ids.dedup();
        let Some(last) = ids.last().copied() else {
            return Ok(Vec::new());
        };
        ids.resize(ids.len().next_power_of_two(), last);
        let rows = conn
            .query_all_raw(self.statement(conn.get_database_backend(), &ids))
            .await?;
        rows.iter().map(|row| M::from_query_result(row, "")).collect()
    }

    fn statement(&self, backend: DbBackend, ids: &[Uuid]) -> Statement {
        let kept = match backend {
            DbBackend::Sqlite => &self.sqlite,
            _ => &self.postgres,
        };
        let write = || (self.select)(ids).build(backend);
        let text = kept.get(ids.len().ilog2() as usize).and_then(|kept| {
            kept.get_or_init(|| {
                let written = write();
                let values = written.values.iter().flat_map(|values| &values.0);
                values.eq(&values_of(ids)).then_some(written.sql)
            })
            .as_ref()
        });
        match text {
            Some(text) => Statement::from_sql_and_values(backend, text, values_of(ids)),
            // Longer than any list that is kept.
            None => write(),
        }
    }
}

fn values_of(ids: &[Uuid]) -> Vec<Value> {
    ids.iter().copied().map(Value::from).collect()
}

#[cfg(test)]
mod tests {
    use sea_orm::{ColumnTrait, QueryFilter};

    use super::*;
    use crate::events::{Column, Entity};

    #[test]
    fn a_text_is_kept_for_each_length() {
        static KEPT: KeptSelect<Entity> =
            KeptSelect::new(|ids| Entity::find().filter(Column::Id.is_in(ids.iter().copied())));
        for backend in [DbBackend::Sqlite, DbBackend::Postgres] {
            for length in [1, 2, 1_024, 2_048] {
                for _ in 0..2 {
                    let ids: Vec<Uuid> = (0..length).map(|_| Uuid::now_v7()).collect();
                    let written = (KEPT.select)(&ids).build(backend);
                    assert_eq!(KEPT.statement(backend, &ids), written, "{length}");
                }
            }
            assert!(KEPT.statement(backend, &[Uuid::nil()]).sql.contains("IN ("));
        }
    }
}
