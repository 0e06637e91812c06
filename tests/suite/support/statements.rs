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
#[derive(Clone, Default)]
pub struct Statements {
    recorded: Arc<Mutex<Option<Vec<String>>>>,
    on_each: Arc<Mutex<Option<StatementListener>>>,
}

impl Statements {
    /// What is to be called for every statement.
    pub fn listener(&self) -> StatementListener {
        let statements = self.clone();
        Arc::new(move |sql| {
            if let Some(recorded) = &mut *statements.recorded.lock().unwrap_or_else(PoisonError::into_inner) {
                recorded.push(sql.to_owned());
            }
            let on_each = statements
                .on_each
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            if let Some(on_each) = on_each {
                on_each(sql);
            }
        })
    }

    /// Calls `listener` after each statement, until another one or `None` is set.
    pub fn on_each(&self, listener: Option<StatementListener>) {
        *self.on_each.lock().unwrap() = listener;
    }

    /// What `work` answers, and the statements that ran meanwhile, without those of background workers. Sessions
    /// are verified in the background, too: whoever counts exactly names the tables that they count.
    pub async fn of<T>(&self, work: impl Future<Output = T>) -> (T, Vec<String>) {
        *self.recorded.lock().unwrap() = Some(Vec::new());
        let answer = work.await;
        let mut recorded = self.recorded.lock().unwrap().take().unwrap();
        recorded.retain(|sql| !BACKGROUND.iter().any(|table| sql.contains(table)));
        (answer, recorded)
    }
}
