//! What every record shares: version, who and when, deletion in batches, and an audit entry for each change.
//!
//! A feature declares its table with [`crate::record_entity!`] and then writes only through [`insert`],
//! [`update`], [`soft_delete`], [`restore`] and [`force_delete`]. The feature's rules stay in the feature.

use chrono::SecondsFormat;
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, Condition, DbErr, EntityTrait, IdenStatic, IntoActiveModel,
    Iterable, ModelTrait, QueryFilter, QuerySelect, Value, sea_query::Expr,
    sea_query::sea_value_to_json_value,
};
use serde::Serialize;
use serde_json::{Map, json};
use uuid::Uuid;

use super::{
    actor::Actor,
    audit::{self, AuditAction},
    db::WriteTx,
    error::{CommandError, ErrorCode, Violation},
    message,
    messages::Noun,
};

/// The columns that every record has besides its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordColumn {
    /// The UUIDv7.
    Id,
    /// The optimistic lock: 1 at creation, one more at each change.
    Version,
    /// When it was made.
    CreatedAt,
    /// By whom.
    CreatedBy,
    /// When it last changed.
    UpdatedAt,
    /// By whom.
    UpdatedBy,
    /// When it was deleted; null among the living.
    DeletedAt,
    /// By whom.
    DeletedBy,
    /// What it was deleted together with.
    DeletionBatch,
}

/// An entity whose table has the record columns.
pub trait RecordEntity: EntityTrait {
    /// The GraphQL type's name, as in the audit log.
    const KIND: &'static str;
    /// The prefix of its ids.
    const PREFIX: &'static str;
    /// What people call one, such as `project update`.
    const NOUN: Noun;
    /// Whether visitors may see what is in it: each change ends the cached public answers.
    const SHOWN_TO_VISITORS: bool;
    /// Columns of which the audit log shows only that they changed.
    const SECRET: &'static [Self::Column];
    /// Columns that tell of a person: once the record is removed for good, the audit log shows of these, too, only that they
    /// changed.
    const PERSONAL: &'static [Self::Column];
    /// Columns that follow from others: what the audit log tells of those says it all.
    const DERIVED: &'static [Self::Column];
    /// Columns that hold hundredths: amounts and percentages.
    const HUNDREDTHS: &'static [Self::Column];
    /// Columns that hold ids of records, with the prefixes of those ids.
    const IDS: &'static [(Self::Column, &'static str)];

    /// One of the shared columns.
    fn column(column: RecordColumn) -> Self::Column;

    /// The id of a row.
    fn id_of(model: &Self::Model) -> Uuid
    where
        Self::Model: ModelTrait<Entity = Self>,
    {
        match model.get(Self::column(RecordColumn::Id)) {
            Value::Uuid(Some(id)) => id,
            _ => Uuid::nil(),
        }
    }

    /// The version of a row.
    fn version_of(model: &Self::Model) -> i32
    where
        Self::Model: ModelTrait<Entity = Self>,
    {
        match model.get(Self::column(RecordColumn::Version)) {
            Value::Int(Some(version)) => version,
            _ => 0,
        }
    }

    /// What a row was deleted together with; `None` among the living.
    fn batch_of(model: &Self::Model) -> Option<Uuid>
    where
        Self::Model: ModelTrait<Entity = Self>,
    {
        match model.get(Self::column(RecordColumn::DeletionBatch)) {
            Value::Uuid(batch) => batch,
            _ => None,
        }
    }
}

/// Makes the entity of the surrounding module a [`RecordEntity`]: `record_entity!("Project", ProjectId);`. What is special
/// about it follows in this order, each part left out where there is nothing to say:
/// `record_entity!("Invoice", InvoiceId, shown to visitors, secret: […], personal: […], derived: [NumberKey],
/// hundredths: [Amount], ids: [ProjectId: ProjectId]);`.
#[macro_export]
macro_rules! record_entity {
    (
        $kind:literal, $id:ty
        $(, shown to $visitors:ident)?
        $(, secret: [$($secret:ident),* $(,)?])?
        $(, personal: [$($personal:ident),* $(,)?])?
        $(, derived: [$($derived:ident),* $(,)?])?
        $(, hundredths: [$($hundredths:ident),* $(,)?])?
        $(, ids: [$($reference:ident: $referenced:ty),* $(,)?])?
        $(,)?
    ) => {
        impl $crate::record::RecordEntity for Entity {
            const KIND: &'static str = $kind;
            const PREFIX: &'static str = <$id>::PREFIX;
            const NOUN: $crate::messages::Noun = <$id>::NOUN;
            const SHOWN_TO_VISITORS: bool = false $(|| !stringify!($visitors).is_empty())?;
            const SECRET: &'static [Column] = &[$($(Column::$secret),*)?];
            const PERSONAL: &'static [Column] = &[$($(Column::$personal),*)?];
            const DERIVED: &'static [Column] = &[$($(Column::$derived),*)?];
            const HUNDREDTHS: &'static [Column] = &[$($(Column::$hundredths),*)?];
            const IDS: &'static [(Column, &'static str)] =
                &[$($((Column::$reference, <$referenced>::PREFIX)),*)?];

            fn column(column: $crate::record::RecordColumn) -> Column {
                use $crate::record::RecordColumn;
                match column {
                    RecordColumn::Id => Column::Id,
                    RecordColumn::Version => Column::Version,
                    RecordColumn::CreatedAt => Column::CreatedAt,
                    RecordColumn::CreatedBy => Column::CreatedBy,
                    RecordColumn::UpdatedAt => Column::UpdatedAt,
                    RecordColumn::UpdatedBy => Column::UpdatedBy,
                    RecordColumn::DeletedAt => Column::DeletedAt,
                    RecordColumn::DeletedBy => Column::DeletedBy,
                    RecordColumn::DeletionBatch => Column::DeletionBatch,
                }
            }
        }
    };
}

/// Declares the table of a kind of record: its own columns, and what [`record_entity!`](crate::record_entity) says of it.
/// The columns that every record has come by themselves. The module brings `use sea_orm::entity::prelude::*;`.
///
/// ```ignore
/// record_table! {
///     /// One partner company.
///     "partners" {
///         pub name: String,
///     }
///     is ("Partner", PartnerId, shown to visitors)
/// }
/// ```
#[macro_export]
macro_rules! record_table {
    (
        $(#[$doc:meta])*
        $table:literal { $($columns:tt)* }
        is ($kind:literal, $id:ident $($said:tt)*)
    ) => {
        /// Whoever made, changed or deleted a record. (sea-orm reads types as text, in which `$crate` isn't one.)
        type By = $crate::actor::AccountId;

        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
        #[sea_orm(table_name = $table)]
        pub struct Model {
            #[sea_orm(primary_key, auto_increment = false)]
            pub id: $id,
            pub version: i32,
            pub created_at: chrono::DateTime<chrono::Utc>,
            pub created_by: Option<By>,
            pub updated_at: chrono::DateTime<chrono::Utc>,
            pub updated_by: Option<By>,
            pub deleted_at: Option<chrono::DateTime<chrono::Utc>>,
            pub deleted_by: Option<By>,
            pub deletion_batch: Option<uuid::Uuid>,
            $($columns)*
        }

        /// None: joins are written where they are needed.
        #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}

        impl ActiveModelBehavior for ActiveModel {}

        $crate::record_entity!($kind, $id $($said)*);
    };
}

/// Whether one of these columns is this one.
fn is_among<C: IdenStatic>(columns: &[C], column: &C) -> bool {
    columns.iter().any(|one| one.as_str() == column.as_str())
}

/// Columns that the audit log leaves out.
fn is_bookkeeping<E: RecordEntity>(column: &E::Column) -> bool {
    use RecordColumn::*;
    if is_among(E::DERIVED, column) {
        return true;
    }
    [
        Id,
        Version,
        CreatedAt,
        CreatedBy,
        UpdatedAt,
        UpdatedBy,
        DeletedAt,
        DeletedBy,
        DeletionBatch,
    ]
    .into_iter()
    .any(|shared| E::column(shared).as_str() == column.as_str())
}

/// Inserts a record; the caller sets its id and own columns, this sets the shared ones. Audited as CREATE.
///
/// # Errors
/// When the database refuses.
pub async fn insert<E, A>(tx: &WriteTx, actor: &Actor, mut row: A) -> Result<E::Model, DbErr>
where
    E: RecordEntity,
    E::Model: ModelTrait<Entity = E> + IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = E> + Send + sea_orm::ActiveModelBehavior,
{
    let by: Option<Uuid> = actor.account_id().map(|id| id.0);
    row.set(E::column(RecordColumn::Version), 1_i32.into());
    row.set(E::column(RecordColumn::CreatedAt), tx.now().into());
    row.set(E::column(RecordColumn::CreatedBy), by.into());
    row.set(E::column(RecordColumn::UpdatedAt), tx.now().into());
    row.set(E::column(RecordColumn::UpdatedBy), by.into());
    let model = row.insert(tx.conn()).await?;
    mark_content::<E>(tx);
    let changes = changes_between::<E>(None, Some(&model));
    audit::write_in_tx(
        tx,
        actor,
        AuditAction::Create,
        E::KIND,
        E::id_of(&model),
        changes.into(),
    );
    Ok(model)
}

/// Reads a living record and locks its row until the transaction ends (on SQLite the transaction itself is the
/// lock).
///
/// # Errors
/// When the database refuses.
pub async fn lock_living<E: RecordEntity>(
    tx: &WriteTx,
    id: impl Into<Uuid>,
) -> Result<Option<E::Model>, DbErr> {
    E::find()
        .filter(E::column(RecordColumn::Id).eq(id.into()))
        .filter(E::column(RecordColumn::DeletedAt).is_null())
        .lock_exclusive()
        .one(tx.conn())
        .await
}

/// Checks the optimistic lock.
///
/// # Errors
/// CONFLICT at `input.expectedVersion` when the record has changed since the caller read it.
pub fn expect_version<E>(current: &E::Model, expected: i32) -> Result<(), CommandError>
where
    E: RecordEntity,
    E::Model: ModelTrait<Entity = E>,
{
    let version = E::version_of(current);
    if version == expected {
        return Ok(());
    }
    Err(Violation::new(
        ErrorCode::Conflict,
        ["input", "expectedVersion"],
        message!("record-changed", version, expected),
    )
    .into())
}

/// Writes the columns that are set in `changes` to the row `current`, which the caller has locked. Bumps the
/// version and audits old → new; when nothing differs, nothing is written and `current` comes back.
///
/// # Errors
/// When the database refuses.
pub async fn update<E, A>(
    tx: &WriteTx,
    actor: &Actor,
    current: &E::Model,
    changes: A,
) -> Result<E::Model, DbErr>
where
    E: RecordEntity,
    E::Model: ModelTrait<Entity = E> + IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = E> + Send + sea_orm::ActiveModelBehavior,
{
    update_with(tx, actor, current, changes, Related::default()).await
}

/// What changed in other tables and belongs to a record, such as its pictures: part of the record's next version and
/// of the same audit entry.
#[derive(Debug, Default)]
pub struct Related(Map<String, serde_json::Value>);

impl Related {
    /// Adds a list that was `old` and is `new`; nothing when they are equal.
    #[must_use]
    pub fn list<T: Serialize + PartialEq>(self, name: &str, old: &[T], new: &[T]) -> Self {
        self.value(name, old, new)
    }

    /// Adds a value that was `old` and is `new`; nothing when they are equal.
    #[must_use]
    pub fn value<T: Serialize + PartialEq + ?Sized>(mut self, name: &str, old: &T, new: &T) -> Self {
        if old != new {
            self.0.insert(name.to_owned(), json!({ "old": old, "new": new }));
        }
        self
    }
}

/// As [`update`], together with what changed in other tables. One version and one audit entry for all of it.
///
/// # Errors
/// When the database refuses.
pub async fn update_with<E, A>(
    tx: &WriteTx,
    actor: &Actor,
    current: &E::Model,
    mut changes: A,
    related: Related,
) -> Result<E::Model, DbErr>
where
    E: RecordEntity,
    E::Model: ModelTrait<Entity = E> + IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = E> + Send + sea_orm::ActiveModelBehavior,
{
    let mut differs = !related.0.is_empty();
    for column in E::Column::iter() {
        if let ActiveValue::Set(new) = changes.get(column) {
            if new == current.get(column) {
                changes.not_set(column);
            } else {
                differs = true;
            }
        }
    }
    if !differs {
        return Ok(current.clone());
    }
    let by: Option<Uuid> = actor.account_id().map(|id| id.0);
    changes.set(E::column(RecordColumn::Id), E::id_of(current).into());
    changes.set(
        E::column(RecordColumn::Version),
        (E::version_of(current) + 1).into(),
    );
    changes.set(E::column(RecordColumn::UpdatedAt), tx.now().into());
    changes.set(E::column(RecordColumn::UpdatedBy), by.into());
    let updated = changes.update(tx.conn()).await?;
    mark_content::<E>(tx);
    let mut diff = changes_between::<E>(Some(current), Some(&updated));
    diff.extend(related.0);
    let diff = diff.into();
    audit::write_in_tx(tx, actor, AuditAction::Update, E::KIND, E::id_of(current), diff);
    Ok(updated)
}

/// Deletes the living records that match, as part of `batch`, and returns them as they are now. Each is audited.
///
/// # Errors
/// When the database refuses.
pub async fn soft_delete<E>(
    tx: &WriteTx,
    actor: &Actor,
    batch: Uuid,
    which: Condition,
) -> Result<Vec<E::Model>, DbErr>
where
    E: RecordEntity,
    E::Model: ModelTrait<Entity = E>,
{
    let by: Option<Uuid> = actor.account_id().map(|id| id.0);
    let deleted = E::update_many()
        .filter(E::column(RecordColumn::DeletedAt).is_null())
        .filter(which)
        .col_expr(E::column(RecordColumn::DeletedAt), Expr::value(tx.now()))
        .col_expr(E::column(RecordColumn::DeletedBy), Expr::value(by))
        .col_expr(E::column(RecordColumn::DeletionBatch), Expr::value(batch))
        .col_expr(E::column(RecordColumn::Version), next_version::<E>())
        .exec_with_returning(tx.conn())
        .await?;
    if !deleted.is_empty() {
        mark_content::<E>(tx);
    }
    for model in &deleted {
        audit::write_in_tx(
            tx,
            actor,
            AuditAction::Delete,
            E::KIND,
            E::id_of(model),
            json!({ "batch": batch }),
        );
    }
    Ok(deleted)
}

/// Brings back the records of `batch`, exactly those, and returns them as they are now. Each is audited.
///
/// # Errors
/// When the database refuses: a partial unique index, for one, when another living record has taken the place.
pub async fn restore<E>(tx: &WriteTx, actor: &Actor, batch: Uuid) -> Result<Vec<E::Model>, DbErr>
where
    E: RecordEntity,
    E::Model: ModelTrait<Entity = E>,
{
    let nobody: Option<Uuid> = None;
    let never: Option<chrono::DateTime<chrono::Utc>> = None;
    let restored = E::update_many()
        .filter(E::column(RecordColumn::DeletionBatch).eq(batch))
        .col_expr(E::column(RecordColumn::DeletedAt), Expr::value(never))
        .col_expr(E::column(RecordColumn::DeletedBy), Expr::value(nobody))
        .col_expr(E::column(RecordColumn::DeletionBatch), Expr::value(nobody))
        .col_expr(E::column(RecordColumn::Version), next_version::<E>())
        .exec_with_returning(tx.conn())
        .await?;
    if !restored.is_empty() {
        mark_content::<E>(tx);
    }
    for model in &restored {
        audit::write_in_tx(
            tx,
            actor,
            AuditAction::Restore,
            E::KIND,
            E::id_of(model),
            json!({ "batch": batch }),
        );
    }
    Ok(restored)
}

/// Removes the matching records for good. Each is audited with its last values, but for those that tell of a person: they go
/// from all that the audit log has of it.
///
/// # Errors
/// When the database refuses: a foreign key that still points here, for one.
pub async fn force_delete<E>(tx: &WriteTx, actor: &Actor, which: Condition) -> Result<Vec<E::Model>, DbErr>
where
    E: RecordEntity,
    E::Model: ModelTrait<Entity = E>,
{
    let removed = E::delete_many()
        .filter(which)
        .exec_with_returning(tx.conn())
        .await?;
    if !removed.is_empty() {
        mark_content::<E>(tx);
    }
    let personal: Vec<&str> = E::PERSONAL.iter().map(IdenStatic::as_str).collect();
    if !personal.is_empty() {
        let ids: Vec<Uuid> = removed.iter().map(E::id_of).collect();
        audit::mask_person_in_tx(tx, &ids, &personal).await?;
    }
    for model in &removed {
        let mut last = changes_between::<E>(Some(model), None).into();
        audit::mask(&mut last, |column| personal.contains(&column));
        audit::write_in_tx(
            tx,
            actor,
            AuditAction::ForceDelete,
            E::KIND,
            E::id_of(model),
            last,
        );
    }
    Ok(removed)
}

fn mark_content<E: RecordEntity>(tx: &WriteTx) {
    if E::SHOWN_TO_VISITORS {
        tx.mark_content();
    }
}

fn next_version<E: RecordEntity>() -> sea_orm::sea_query::SimpleExpr {
    use sea_orm::sea_query::ExprTrait;
    Expr::col(E::column(RecordColumn::Version)).add(1)
}

/// `{ column: { old, new } }` for the columns that differ, secrets masked.
/// A value as the audit log keeps it: as the API shows it elsewhere, as far as the column alone can tell.
fn audited(value: &Value) -> serde_json::Value {
    match value {
        Value::ChronoDateTimeUtc(Some(at)) => at.to_rfc3339_opts(SecondsFormat::AutoSi, true).into(),
        Value::ChronoDate(Some(day)) => day.to_string().into(),
        other => sea_value_to_json_value(other),
    }
}

fn changes_between<E>(old: Option<&E::Model>, new: Option<&E::Model>) -> Map<String, serde_json::Value>
where
    E: RecordEntity,
    E::Model: ModelTrait<Entity = E>,
{
    let mut changes = Map::new();
    for column in E::Column::iter() {
        if is_bookkeeping::<E>(&column) {
            continue;
        }
        let before = old.map(|model| model.get(column));
        let after = new.map(|model| model.get(column));
        if before == after {
            continue;
        }
        let shown = |value: Option<Value>| match value {
            Some(_) if is_among(E::SECRET, &column) => json!(audit::MASK),
            Some(value) => audited(&value),
            None => serde_json::Value::Null,
        };
        let (before, after) = (shown(before), shown(after));
        // A creation's empty columns say nothing.
        if old.is_none() && after.is_null() {
            continue;
        }
        changes.insert(column.as_str().to_owned(), json!({ "old": before, "new": after }));
    }
    changes
}
