//! How staff make and change records of a kind: the steps that are the same for all of them, in one place, so that a
//! kind says only what it is: its columns ([`RecordEntity`]), its rules ([`Editable`]), its lists
//! ([`Listed`](super::listing::Listed)).
//!
//! Permission, idempotency key, row lock, optimistic lock, every mistake at once, audit, the version's bump and the
//! commit are here and can't be forgotten; whether a value is right is never decided here.

use sea_orm::{ActiveModelBehavior, ActiveModelTrait, EntityTrait, IntoActiveModel, ModelTrait};
use serde::Serialize;
use uuid::Uuid;

use super::{
    actor::Actor,
    ctx::Ctx,
    db::{WriteTx, write_tx},
    error::{CommandError, ErrorCode, Violation},
    form::Form,
    idempotency::{self, Claim},
    ids::new_uuid,
    message,
    record::{self, RecordColumn, RecordEntity, Related},
};

/// A kind of record that staff make and change with one form.
pub trait Editable: RecordEntity
where
    Self::Model: ModelTrait<Entity = Self> + IntoActiveModel<Self::Row>,
{
    /// The row as sea-orm writes it.
    type Row: ActiveModelTrait<Entity = Self> + ActiveModelBehavior + Send;
    /// What a person can enter, each value as a [`Change`](super::form::Change).
    type Fields: Serialize + Clone + Send + Sync;
    /// What the form says of the tables below this one; `()` when there are none.
    type Below: Send;

    /// The mutation that makes one, such as `createService`: idempotency keys are kept under this name.
    const CREATE: &'static str;

    /// Who may make and change them; staff unless said otherwise.
    ///
    /// # Errors
    /// UNAUTHENTICATED, FORBIDDEN.
    fn permit(actor: &Actor) -> Result<(), CommandError> {
        actor.require_staff()
    }

    /// What takes long and must not be waited for while rows are locked, such as hashing a password.
    fn prepare(
        _ctx: &Ctx,
        _fields: &mut Self::Fields,
    ) -> impl Future<Output = Result<(), CommandError>> + Send {
        async { Ok(()) }
    }

    /// Locks the living record that is to change, after what it hangs below; `None` when it isn't there. A state in which
    /// it never changes is an error.
    fn lock(
        tx: &WriteTx,
        id: Uuid,
        _fields: &Self::Fields,
    ) -> impl Future<Output = Result<Option<Self::Model>, CommandError>> + Send {
        async move { Ok(record::lock_living::<Self>(tx, id).await?) }
    }

    /// The rules: reads the form into the row as it will be, every column of its own set. Mistakes go into the form.
    fn check(
        form: &mut Form<'_>,
        fields: Self::Fields,
        current: Option<&Self::Model>,
    ) -> impl Future<Output = Result<(Self::Row, Self::Below), CommandError>> + Send;

    /// What of the tables below will change: part of the record's next version and of its audit entry.
    fn related(_below: &Self::Below) -> Related {
        Related::default()
    }

    /// Writes what is below the row and what follows from its change (events, announcements), once the row is written.
    /// When nothing changed, `saved` is at the version of `current`.
    fn write_below(
        _form: &Form<'_>,
        _below: Self::Below,
        _current: Option<&Self::Model>,
        _saved: &Self::Model,
    ) -> impl Future<Output = Result<(), CommandError>> + Send {
        async { Ok(()) }
    }
}

/// Makes a record. A repeated call with the same key answers with the record made the first time.
///
/// # Errors
/// Violations at `input.…`.
pub async fn create<E: Editable>(
    ctx: &Ctx,
    actor: &Actor,
    mut fields: E::Fields,
    key: Option<&str>,
) -> Result<E::Model, CommandError>
where
    E::Model: ModelTrait<Entity = E> + IntoActiveModel<E::Row> + Sync,
{
    E::permit(actor)?;
    E::prepare(ctx, &mut fields).await?;
    write_tx!(ctx, |tx| {
        let claimed = match idempotency::claim_in_tx(tx, actor, E::CREATE, key, &fields).await? {
            Claim::New(claimed) => claimed,
            Claim::Replay(id) => return made_before::<E>(tx, id).await,
        };
        let mut form = Form::to_create(ctx, tx, actor);
        let saved = create_in_tx::<E>(&mut form, fields.clone()).await?;
        claimed.complete(tx, E::id_of(&saved)).await?;
        Ok(saved)
    })
}

/// Makes a record as part of the form's transaction; the caller has checked that its sender may.
///
/// # Errors
/// Violations at `input.…`.
pub async fn create_in_tx<E: Editable>(
    form: &mut Form<'_>,
    fields: E::Fields,
) -> Result<E::Model, CommandError>
where
    E::Model: ModelTrait<Entity = E> + IntoActiveModel<E::Row> + Sync,
{
    let (mut row, below) = E::check(form, fields, None).await?;
    form.finish()?;
    row.set(E::column(RecordColumn::Id), new_uuid(form.now()).into());
    let saved = record::insert::<E, _>(form.tx(), form.actor(), row).await?;
    E::write_below(form, below, None, &saved).await?;
    Ok(saved)
}

/// Changes a record, if it is at `expected_version` or that doesn't matter.
///
/// # Errors
/// Violations at `input.…`; CONFLICT when it is at another version; NOT_FOUND.
pub async fn update<E: Editable>(
    ctx: &Ctx,
    actor: &Actor,
    id: impl Into<Uuid>,
    expected_version: impl Into<Option<i32>>,
    mut fields: E::Fields,
) -> Result<E::Model, CommandError>
where
    E::Model: ModelTrait<Entity = E> + IntoActiveModel<E::Row> + Sync,
{
    E::permit(actor)?;
    let (id, expected_version) = (id.into(), expected_version.into());
    E::prepare(ctx, &mut fields).await?;
    write_tx!(ctx, |tx| {
        let current = E::lock(tx, id, &fields)
            .await?
            .ok_or_else(|| Violation::not_found(["input", "id"], E::NOUN))?;
        if let Some(expected) = expected_version {
            record::expect_version::<E>(&current, expected)?;
        }
        let mut form = Form::to_change(ctx, tx, actor);
        let (row, below) = E::check(&mut form, fields.clone(), Some(&current)).await?;
        form.finish()?;
        let saved = record::update_with::<E, _>(tx, actor, &current, row, E::related(&below)).await?;
        E::write_below(&form, below, Some(&current), &saved).await?;
        Ok(saved)
    })
}

/// What an earlier call with the same idempotency key made or changed, as it is now.
///
/// # Errors
/// NOT_FOUND at `input.idempotencyKey` when it was deleted since.
pub async fn made_before<E: RecordEntity>(
    tx: &WriteTx,
    id: impl Into<Uuid>,
) -> Result<E::Model, CommandError> {
    let gone = || {
        let message = message!("no-longer-there", kind = E::NOUN);
        Violation::new(ErrorCode::NotFound, ["input", "idempotencyKey"], message)
    };
    Ok(record::lock_living::<E>(tx, id).await?.ok_or_else(gone)?)
}

/// A record by its id, living or deleted, for whoever may see all of them.
///
/// # Errors
/// When the database refuses.
pub async fn find<E: RecordEntity>(
    conn: &impl sea_orm::ConnectionTrait,
    id: Uuid,
) -> Result<Option<E::Model>, sea_orm::DbErr> {
    use sea_orm::{ColumnTrait, QueryFilter};
    <E as EntityTrait>::find()
        .filter(E::column(RecordColumn::Id).eq(id))
        .one(conn)
        .await
}
