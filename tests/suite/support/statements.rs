//! Which SQL statements something takes: for tests that a list costs one statement a level, not one a row.

use belle_house::app::StatementListener;
use std::sync::{Arc, Mutex, PoisonError};

/// What the server does by itself all the time, whatever a request does.
const BACKGROUND: &[&str] = &[
    "feed_head",
    "\"events\"",
    "\"deliveries\"",
    "pg_notify",
    "public_content",
    // When something is published next by itself.
    "AS \"next\"",
];

/// Records statements while it is asked to.
#[derive(Debug, Clone, Default)]
pub struct Statements(Arc<Mutex<Option<Vec<String>>>>);

impl Statements {
    /// What is to be called for every statement.
    pub fn listener(&self) -> StatementListener {
        let statements = self.clone();
        Arc::new(move |sql| {
            if let Some(recorded) = &mut *statements.0.lock().unwrap_or_else(PoisonError::into_inner) {
                recorded.push(sql.to_owned());
            }
        })
    }

    /// What `work` answers, and the statements that ran meanwhile, without those of background workers. Sessions
    /// are verified in the background, too: whoever counts exactly names the tables that they count.
    pub async fn of<T>(&self, work: impl Future<Output = T>) -> (T, Vec<String>) {
        *self.0.lock().unwrap() = Some(Vec::new());
        let answer = work.await;
        let mut recorded = self.0.lock().unwrap().take().unwrap();
        recorded.retain(|sql| !BACKGROUND.iter().any(|table| sql.contains(table)));
        (answer, recorded)
    }
}
