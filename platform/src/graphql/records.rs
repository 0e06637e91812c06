//! The GraphQL side of `platform::deletion`: what a feature registers of each kind of record, so that `node`, the audit
//! log and the mutations on records of any kind work on it.
//!
//! A feature's `graphql/mod.rs` lists its kinds, `pub const RECORDS: &[RecordType] = &[RecordType::of::<Clients,
//! Client>()];`, and `features/records/kinds.rs` lists the features.

use std::marker::PhantomData;

use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, ServerResult, Value, parser::types::Field,
    registry::Registry,
};
use futures_util::future::BoxFuture;
use sea_orm::{ColumnTrait, DbErr, IdenStatic, QueryFilter};
use uuid::Uuid;

use crate::{
    actor::Actor,
    ctx::Ctx,
    deletion::{self, RecordKind},
    editing,
    error::CommandError,
    record::{RecordColumn, RecordEntity},
};

/// A kind of record, as the audit log knows it, and what can be done to it by its id alone.
#[derive(Clone, Copy)]
pub struct RecordType {
    /// The GraphQL type's name.
    pub name: &'static str,
    /// The prefix of its ids.
    pub prefix: &'static str,
    /// What can be done to it; `None` for what only the audit log knows.
    pub actions: Option<&'static dyn RecordActions>,
    is_hundredths: fn(&str) -> bool,
    id_prefix: fn(&str) -> Option<&'static str>,
}

impl RecordType {
    /// A kind that is found, deleted and restored by its id.
    #[must_use]
    pub const fn of<E, T>() -> Self
    where
        E: RecordKind,
        T: From<E::Model> + OutputType + 'static,
    {
        Self {
            actions: Some(&Shown::<E, T>(PhantomData)),
            ..Self::audited::<E>()
        }
    }

    /// A kind that the audit log knows, and nothing else here.
    #[must_use]
    pub const fn audited<E: RecordEntity>() -> Self {
        Self {
            name: E::KIND,
            prefix: E::PREFIX,
            actions: None,
            is_hundredths: |column| E::HUNDREDTHS.iter().any(|it| it.as_str() == column),
            id_prefix: |column| {
                let mut found = E::IDS.iter().filter(|(it, _)| it.as_str() == column);
                found.next().map(|(_, prefix)| *prefix)
            },
        }
    }

    /// What the audit log knows though it isn't a record.
    #[must_use]
    pub const fn named(name: &'static str, prefix: &'static str) -> Self {
        Self {
            name,
            prefix,
            actions: None,
            is_hundredths: |_| false,
            id_prefix: |_| None,
        }
    }

    /// Whether the column holds hundredths.
    #[must_use]
    pub fn is_hundredths(&self, column: &str) -> bool {
        (self.is_hundredths)(column)
    }

    /// The prefix of the ids that the column holds, if it holds ids of records.
    #[must_use]
    pub fn id_prefix(&self, column: &str) -> Option<&'static str> {
        (self.id_prefix)(column)
    }
}

/// A record of any kind, as its own GraphQL type shows it: what an interface resolves to.
pub trait AnyRecord: Send + Sync {
    /// Its fields, as far as they are asked for.
    fn resolve<'a>(
        &'a self,
        ctx: &'a ContextSelectionSet<'_>,
        field: &'a Positioned<Field>,
    ) -> BoxFuture<'a, ServerResult<Value>>;
}

impl<T: OutputType> AnyRecord for T {
    fn resolve<'a>(
        &'a self,
        ctx: &'a ContextSelectionSet<'_>,
        field: &'a Positioned<Field>,
    ) -> BoxFuture<'a, ServerResult<Value>> {
        Box::pin(OutputType::resolve(self, ctx, field))
    }
}

/// What can be done to a record by its id alone.
pub trait RecordActions: Send + Sync {
    /// Whether visitors may see it.
    fn is_shown_to_visitors(&self) -> bool;

    /// Makes the GraphQL type known; answers with its name.
    fn register(&self, registry: &mut Registry) -> String;

    /// The record, living or deleted, for those who may see all.
    fn find<'a>(&'a self, ctx: &'a Ctx, id: Uuid)
    -> BoxFuture<'a, Result<Option<Box<dyn AnyRecord>>, DbErr>>;

    /// The living record, if `actor` may see it.
    fn find_readable<'a>(
        &'a self,
        ctx: &'a Ctx,
        actor: &'a Actor,
        id: Uuid,
    ) -> BoxFuture<'a, Result<Option<Box<dyn AnyRecord>>, DbErr>>;

    /// See [`deletion::delete`].
    fn delete<'a>(
        &'a self,
        ctx: &'a Ctx,
        actor: &'a Actor,
        id: Uuid,
        expected_version: Option<i32>,
    ) -> BoxFuture<'a, Result<Box<dyn AnyRecord>, CommandError>>;

    /// See [`deletion::restore`].
    fn restore<'a>(
        &'a self,
        ctx: &'a Ctx,
        actor: &'a Actor,
        id: Uuid,
        expected_version: Option<i32>,
    ) -> BoxFuture<'a, Result<Box<dyn AnyRecord>, CommandError>>;

    /// See [`deletion::force_delete`].
    fn force_delete<'a>(
        &'a self,
        ctx: &'a Ctx,
        actor: &'a Actor,
        id: Uuid,
        expected_version: Option<i32>,
    ) -> BoxFuture<'a, Result<(), CommandError>>;
}

/// The records of `E`, shown as `T`.
struct Shown<E, T>(PhantomData<fn() -> (E, T)>);

impl<E, T> Shown<E, T>
where
    E: RecordKind,
    T: From<E::Model> + OutputType + 'static,
{
    fn show(row: E::Model) -> Box<dyn AnyRecord> {
        Box::new(T::from(row))
    }
}

impl<E, T> RecordActions for Shown<E, T>
where
    E: RecordKind,
    T: From<E::Model> + OutputType + 'static,
{
    fn is_shown_to_visitors(&self) -> bool {
        E::SHOWN_TO_VISITORS
    }

    fn register(&self, registry: &mut Registry) -> String {
        T::create_type_info(registry);
        T::type_name().into_owned()
    }

    fn find<'a>(
        &'a self,
        ctx: &'a Ctx,
        id: Uuid,
    ) -> BoxFuture<'a, Result<Option<Box<dyn AnyRecord>>, DbErr>> {
        Box::pin(async move { Ok(editing::find::<E>(ctx.db.reader(), id).await?.map(Self::show)) })
    }

    fn find_readable<'a>(
        &'a self,
        ctx: &'a Ctx,
        actor: &'a Actor,
        id: Uuid,
    ) -> BoxFuture<'a, Result<Option<Box<dyn AnyRecord>>, DbErr>> {
        Box::pin(async move {
            let this = E::readable(ctx, actor).filter(E::column(RecordColumn::Id).eq(id));
            Ok(this.one(ctx.db.reader()).await?.map(Self::show))
        })
    }

    fn delete<'a>(
        &'a self,
        ctx: &'a Ctx,
        actor: &'a Actor,
        id: Uuid,
        expected_version: Option<i32>,
    ) -> BoxFuture<'a, Result<Box<dyn AnyRecord>, CommandError>> {
        Box::pin(async move {
            let deleted = deletion::delete::<E>(ctx, actor, id, expected_version).await;
            deleted.map(Self::show)
        })
    }

    fn restore<'a>(
        &'a self,
        ctx: &'a Ctx,
        actor: &'a Actor,
        id: Uuid,
        expected_version: Option<i32>,
    ) -> BoxFuture<'a, Result<Box<dyn AnyRecord>, CommandError>> {
        Box::pin(async move {
            let restored = deletion::restore::<E>(ctx, actor, id, expected_version).await;
            restored.map(Self::show)
        })
    }

    fn force_delete<'a>(
        &'a self,
        ctx: &'a Ctx,
        actor: &'a Actor,
        id: Uuid,
        expected_version: Option<i32>,
    ) -> BoxFuture<'a, Result<(), CommandError>> {
        Box::pin(deletion::force_delete::<E>(ctx, actor, id, expected_version))
    }
}
