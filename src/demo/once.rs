//! Loading goes on where it was broken off: each record is made under an idempotency key, in its own transaction, and one
//! whose key is known isn't made again.

use anyhow::{Context, Result, bail};
use sea_orm::{ColumnTrait, IntoActiveModel, ModelTrait, QueryFilter};

use super::{LOGINS, explain};
use crate::{app::App, features::accounts};
use platform::{
    actor::Actor,
    ctx::Ctx,
    db::write_tx,
    editing::{Editable, create},
    error::CommandError,
    idempotency::{self, Claim},
    ids::new_uuid,
    record::{RecordColumn, RecordEntity},
};

/// What the demo company's own keys are kept under.
const OPERATION: &str = "demo";
const BEGUN: &str = "begun";
const LOADED: &str = "loaded";

/// Makes a record, unless it was made before the load was broken off. `fields` is waited for when they are needed: pictures
/// are drawn for them.
pub(super) async fn once<E: Editable>(
    app: &App,
    actor: &Actor,
    key: &str,
    fields: impl Future<Output = Result<E::Fields>>,
) -> Result<E::Model>
where
    E::Model: ModelTrait<Entity = E> + IntoActiveModel<E::Row> + Sync,
{
    let key = format!("demo/{key}");
    if let Some(made) = made::<E>(app, actor, E::CREATE, &key).await? {
        return Ok(made);
    }
    let made = create::<E>(&app.ctx, actor, fields.await?, Some(&key)).await;
    made.map_err(explain)
}

/// What was made under a key before the load was broken off.
pub(super) async fn made<E: RecordEntity>(
    app: &App,
    actor: &Actor,
    operation: &str,
    key: &str,
) -> Result<Option<E::Model>> {
    let db = &app.ctx.db;
    let Some(id) = idempotency::made(db, actor, operation, key).await? else {
        return Ok(None);
    };
    let record = E::find().filter(E::column(RecordColumn::Id).eq(id));
    let gone = || format!("{key} was made, and is gone: load the demo company into a new database");
    Ok(Some(record.one(db.reader()).await?.with_context(gone)?))
}

/// Begins to load, or goes on.
///
/// # Errors
/// When the demo company is there already.
pub(super) async fn begin(ctx: &Ctx) -> Result<()> {
    let known = |key| idempotency::is_known(&ctx.db, &Actor::System, OPERATION, key);
    if known(LOADED).await? {
        bail!("The demo company is loaded already.");
    }
    if known(BEGUN).await? {
        return Ok(());
    }
    // Keys are forgotten after a while.
    let addresses: Vec<&str> = LOGINS.iter().map(|login| login.email).collect();
    let there = accounts::open_addresses(ctx.db.reader(), &addresses).await?;
    if !there.is_empty() {
        bail!(
            "The demo company is there already, whole or in part: {} can sign in.",
            there.join(", ")
        );
    }
    note(ctx, BEGUN).await
}

/// It is whole.
pub(super) async fn finish(ctx: &Ctx) -> Result<()> {
    note(ctx, LOADED).await
}

async fn note(ctx: &Ctx, key: &str) -> Result<()> {
    let noted = write_tx!(ctx, |tx| {
        let claim = idempotency::claim_in_tx(tx, &Actor::System, OPERATION, Some(key), &()).await?;
        if let Claim::New(claimed) = claim {
            claimed.complete(tx, new_uuid(tx.now())).await?;
        }
        Ok::<_, CommandError>(())
    });
    noted.map_err(explain)
}
