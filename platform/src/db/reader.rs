//! Reads outside a transaction: each statement alone, on whatever connection is free.

use std::{fmt, sync::Arc, time::Instant};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement, metric::Info};
use sea_orm_migration::async_trait::async_trait;

use super::{
    connections::{Connections, Held, OnDrop, is_lost, is_refusal},
    transaction::StatementListener,
};
use crate::metrics;

/// What reads. Cheap to clone.
#[derive(Clone)]
pub struct Reader {
    connections: Arc<Connections>,
    listener: Option<StatementListener>,
}

impl Reader {
    pub(super) fn new(connections: Arc<Connections>) -> Self {
        Self {
            connections,
            listener: None,
        }
    }

    pub(super) fn set_listener(&mut self, listener: StatementListener) {
        self.listener = Some(listener);
    }

    pub(super) fn connections(&self) -> &Arc<Connections> {
        &self.connections
    }

    /// Asks the database for an answer, whatever it has in it.
    ///
    /// # Errors
    /// When none comes.
    pub async fn ping(&self) -> Result<(), DbErr> {
        let unheard = Self::new(Arc::clone(&self.connections));
        let statement = Statement::from_string(self.connections.backend(), "SELECT 1");
        unheard.query_one_raw(statement).await.map(drop)
    }

    /// Runs one statement. One that `reads` is run again where the connection turns out to have been lost since it was
    /// last used: nothing was changed, and nobody has to know.
    async fn run<T>(
        &self,
        statement: &Statement,
        reads: bool,
        work: impl AsyncFn(&mut Held, &Statement) -> Result<T, DbErr>,
    ) -> Result<T, DbErr> {
        let watched = metrics::is_on();
        let started = (watched || self.listener.is_some()).then(Instant::now);
        let outcome = loop {
            let mut held = self.connections.take().await?;
            held.on_drop(OnDrop::Return);
            let outcome = work(&mut held, statement).await;
            match &outcome {
                Err(error) if is_lost(error) => {
                    let again = reads && held.was_kept();
                    held.on_drop(OnDrop::Close);
                    drop(held);
                    // Most likely a restarted server: the others are lost as well.
                    self.connections.forget_free();
                    if again {
                        continue;
                    }
                }
                Err(error) if !is_refusal(error) => drop(held),
                _ => held.release(),
            }
            break outcome;
        };
        if let Some(started) = started.filter(|_| watched) {
            metrics::SQL_SECONDS.observe(started.elapsed(), ["read"]);
            if outcome.is_err() {
                metrics::SQL_ERRORS.count(["read"]);
            }
        }
        if let (Some(listener), Some(started)) = (&self.listener, started) {
            listener(&Info {
                elapsed: started.elapsed(),
                statement,
                failed: outcome.is_err(),
            });
        }
        outcome
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("backend", &self.connections.backend())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        self.connections.backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.run(&statement, false, async |connection, statement| {
            connection.execute(statement).await
        })
        .await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let statement = Statement::from_string(self.connections.backend(), sql);
        self.run(&statement, false, async |connection, statement| {
            connection.execute_script(&statement.sql).await
        })
        .await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.run(&statement, true, async |connection, statement| {
            connection.fetch_optional(statement).await
        })
        .await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.run(&statement, true, async |connection, statement| {
            connection.fetch_all(statement).await
        })
        .await
    }
}
