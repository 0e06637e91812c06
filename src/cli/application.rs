//! The application, as commands start it.

use std::sync::Arc;

use anyhow::Result;

use super::lock::require_one_name;
use crate::app::{App, AppOptions};
use platform::{
    clock::{SharedClock, SystemClock},
    config::Config,
    mail, push,
};

/// The application on the machine's clock with the configured ways out.
///
/// # Errors
/// When a part can't be set up.
pub async fn init(config: Config) -> Result<App> {
    require_one_name(&config)?;
    let clock = clock();
    let mail = mail::from_config(&config)?;
    let push = push::from_config(&config, Arc::clone(&clock))?;
    App::init(AppOptions {
        config,
        clock,
        mail,
        push,
        random: Arc::new(rand::random),
        on_statement: None,
    })
    .await
}

/// The machine's clock; in a debug build one that `TEST_CLOCK` moves.
fn clock() -> SharedClock {
    #[cfg(debug_assertions)]
    if let Some(file) = std::env::var_os("TEST_CLOCK") {
        return Arc::new(platform::clock::MovedClock(file.into()));
    }
    Arc::new(SystemClock)
}
