//! The GraphQL side of `platform::editing`: inputs that say what a form says, and payloads.
//!
//! A kind of record lists what can be entered once, with [`record_inputs!`](crate::record_inputs): from that come its
//! `CreateXInput`, `XPatch` and `UpdateXInput`, in the shapes that all records share, and the way from both into the
//! kind's `Fields`.

use std::str::FromStr;

use async_graphql::{Context, ID, Result};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{IntoActiveModel, ModelTrait};
use uuid::Uuid;

pub use super::inputs::change;
use super::{
    lists::BoundedList,
    people::{Locale, Role},
    request::ContextExt,
    scalars::{EmailAddress, Moment},
    user_error::{Payload, internal, split},
    values::{CurrencyCode, Date, Decimal},
};
use crate::{
    actor::{Locale as Language, Role as RoleOfAccount},
    editing::{self, Editable},
    error::{CommandError, ErrorCode, Violation, Violations},
    form::Change,
    ids::{self, IdError},
    money::Currency,
    record::RecordEntity,
    text::camel_case,
};

/// A value as GraphQL carries it, on its way to what the rules work with.
pub trait Entered<T> {
    /// Reads it; a mistake goes to `violations` at `path`.
    fn read(self, path: &[String], violations: &mut Violations) -> Option<T>;
}

/// Values that only change their type on the way in: `entered!(Date => NaiveDate, |day| day.0);`.
#[macro_export]
macro_rules! entered {
    ($($sent:ty => $kept:ty, $read:expr;)+) => {
        $(impl $crate::graphql::editing::Entered<$kept> for $sent {
            fn read(self, _: &[String], _: &mut $crate::error::Violations) -> Option<$kept> {
                let read: fn(Self) -> $kept = $read;
                Some(read(self))
            }
        })+
    };
}
entered! {
    String => String, |text| text;
    i32 => i32, |number| number;
    bool => bool, |flag| flag;
    Moment => DateTime<Utc>, |moment| moment.0;
    Date => NaiveDate, |day| day.0;
    Decimal => String, |number| number.0;
    EmailAddress => String, |address| address.0;
    CurrencyCode => Currency, Into::into;
    Locale => Language, Into::into;
    Role => RoleOfAccount, Into::into;
}

impl<T: FromStr<Err = IdError>> Entered<T> for ID {
    fn read(self, path: &[String], violations: &mut Violations) -> Option<T> {
        violations.check(
            self.parse()
                .map_err(|error| Violation::invalid_id(path.iter().cloned(), &error)),
        )
    }
}

impl<G: Entered<T>, T, const MAX: usize> Entered<Vec<T>> for BoundedList<G, MAX> {
    fn read(self, path: &[String], violations: &mut Violations) -> Option<Vec<T>> {
        let entered = violations.check(self.at(path.iter().cloned()))?;
        let read = entered.into_iter().enumerate().map(|(index, one)| {
            let mut path = path.to_vec();
            path.push(index.to_string());
            one.read(&path, violations)
        });
        // All of them are read, so that all mistakes are told.
        let read: Vec<Option<T>> = read.collect();
        read.into_iter().collect()
    }
}

/// Reads one value of an input; `field` is its name in Rust.
pub fn read<G: Entered<T>, T>(
    change: Change<G>,
    base: &[String],
    field: &str,
    violations: &mut Violations,
) -> Change<T> {
    match change {
        None => None,
        Some(None) => Some(None),
        Some(Some(entered)) => {
            let mut path = base.to_vec();
            path.push(camel_case(field));
            entered.read(&path, violations).map(Some)
        }
    }
}

/// The input of a `createX`.
pub trait CreateInput {
    /// What the rules work with.
    type Fields;
    /// The values, and the idempotency key.
    ///
    /// # Errors
    /// Ids that aren't any, at their paths.
    fn fields(self) -> Result<(Self::Fields, Option<String>), CommandError>;
}

/// The changes of an `updateX`.
pub trait PatchInput {
    /// What the rules work with.
    type Fields;
    /// The values.
    ///
    /// # Errors
    /// Ids that aren't any, at their paths.
    fn fields(self) -> Result<Self::Fields, CommandError>;
}

/// The input of an `updateX`.
pub trait UpdateInput {
    /// What the rules work with.
    type Fields;
    /// Which record, its expected version, and the values.
    ///
    /// # Errors
    /// Ids that aren't any, at their paths.
    fn parts(self) -> (ID, i32, Result<Self::Fields, CommandError>);
}

/// Makes a record.
///
/// # Errors
/// Everything that isn't the input's fault.
pub async fn create<E: Editable, I>(ctx: &Context<'_>, input: I) -> Result<Payload<E::Model>>
where
    I: CreateInput<Fields = E::Fields>,
    E::Model: ModelTrait<Entity = E> + IntoActiveModel<E::Row> + Sync,
{
    let outcome = match input.fields() {
        Ok((fields, key)) => editing::create::<E>(ctx.app(), ctx.actor(), fields, key.as_deref()).await,
        Err(error) => Err(error),
    };
    split(outcome)
}

/// Changes a record. With CONFLICT the payload carries the record as it is now.
///
/// # Errors
/// Everything that isn't the input's fault.
pub async fn update<E: Editable, I>(ctx: &Context<'_>, input: I) -> Result<Payload<E::Model>>
where
    I: UpdateInput<Fields = E::Fields>,
    E::Model: ModelTrait<Entity = E> + IntoActiveModel<E::Row> + Sync,
{
    let (id, expected_version, fields) = input.parts();
    let path = ["input".to_owned(), "id".to_owned()];
    let id = ids::parse(&id, E::PREFIX, E::NOUN).map_err(|error| Violation::invalid_id(path, &error));
    let outcome = match (&id, fields) {
        (Ok(id), Ok(fields)) => {
            editing::update::<E>(ctx.app(), ctx.actor(), *id, expected_version, fields).await
        }
        (Err(violation), _) => Err(violation.clone().into()),
        (_, Err(error)) => Err(error),
    };
    or_current::<E>(ctx, id.ok(), outcome).await
}

/// The payload of a change to the record `id`, if that is the id of one. With CONFLICT it carries the record as it is now,
/// so that the caller can look at it.
///
/// # Errors
/// Everything that isn't the input's fault.
pub async fn or_current<E: RecordEntity>(
    ctx: &Context<'_>,
    id: Option<impl Into<Uuid>>,
    outcome: Result<E::Model, CommandError>,
) -> Result<Payload<E::Model>> {
    let (mut record, user_errors) = split(outcome)?;
    let is_stale = user_errors
        .iter()
        .any(|error| error.violation().code == ErrorCode::Conflict);
    if let (true, Some(id)) = (is_stale, id) {
        record = editing::find::<E>(ctx.app().db.reader(), id.into())
            .await
            .map_err(internal)?;
    }
    Ok((record, user_errors))
}

/// Declares the inputs of a kind of record. Every value has a description; a `required` one must be given on creation
/// and can't be emptied, an `optional` one may be left out, and null empties it.
///
/// ```ignore
/// record_inputs! {
///     /// A new service.
///     create CreateServiceInput;
///     /// Changes to a service: absent keeps, null clears.
///     patch ServicePatch;
///     /// Which service changes, from which version, and how.
///     update UpdateServiceInput;
///     into ServiceFields;
///     required {
///         /// What it is called, 200 characters at most.
///         title: String,
///     }
///     optional {
///         /// Its icon, uploaded before with `createUpload` (`upl_…`).
///         icon_upload_id: ID,
///     }
/// }
/// ```
#[macro_export]
macro_rules! record_inputs {
    (
        $(#[$create_doc:meta])* create $create:ident;
        $(#[$patch_doc:meta])* patch $patch:ident;
        $(#[$update_doc:meta])* update $update:ident;
        into $fields:ident;
        required { $( $(#[$required_doc:meta])* $required:ident: $required_ty:ty, )* }
        optional { $( $(#[$optional_doc:meta])* $optional:ident: $optional_ty:ty, )* }
    ) => {
        $(#[$create_doc])*
        #[derive(Debug, async_graphql::InputObject)]
        pub struct $create {
            $( $(#[$required_doc])* pub $required: $required_ty, )*
            $( $(#[$optional_doc])* pub $optional: Option<$optional_ty>, )*
            /// Makes sending twice harmless: the same key and input answer with the record made the first time. Kept 30
            /// days.
            pub idempotency_key: Option<String>,
        }

        $(#[$patch_doc])*
        #[derive(Debug, async_graphql::InputObject)]
        pub struct $patch {
            $( $(#[$required_doc])* pub $required: async_graphql::MaybeUndefined<$required_ty>, )*
            $( $(#[$optional_doc])* pub $optional: async_graphql::MaybeUndefined<$optional_ty>, )*
        }

        $(#[$update_doc])*
        #[derive(Debug, async_graphql::InputObject)]
        pub struct $update {
            /// The record's id.
            pub id: async_graphql::ID,
            /// The version you read. If it isn't the current one the answer is CONFLICT, with the current record.
            pub expected_version: i32,
            /// The changes.
            pub patch: $patch,
        }

        $crate::read_inputs! {
            create $create { required { $($required),* } optional { $($optional),* } }
            update $update, patch $patch { $($required,)* $($optional),* }
            into $fields
        }
    };
}

/// How inputs become `Fields`, for a kind that describes its inputs by itself, since the same value is told of differently
/// where it is entered and where it is changed. What an input doesn't have isn't mentioned in the `Fields`.
///
/// ```ignore
/// read_inputs! {
///     create CreateProjectInput { required { client_id, name } optional { start_date } }
///     update UpdateProjectInput, patch ProjectPatch { client_id, name, start_date }
///     into ProjectFields
/// }
/// ```
#[macro_export]
macro_rules! read_inputs {
    (
        $(create $create:ty { required { $($required:ident),* $(,)? } optional { $($optional:ident),* $(,)? } })?
        $(update $update:ty,)? $(patch $patch:ty { $($changed:ident),* $(,)? })?
        into $fields:ty
    ) => {
        $(impl $crate::graphql::editing::CreateInput for $create {
            type Fields = $fields;

            fn fields(
                self,
            ) -> Result<($fields, Option<String>), $crate::error::CommandError> {
                use $crate::graphql::editing::read;
                let base = ["input".to_owned()];
                let mut violations = $crate::error::Violations::default();
                let mut fields = <$fields>::default();
                $( fields.$required = read(
                    Some(Some(self.$required)), &base, stringify!($required), &mut violations,
                ); )*
                $( fields.$optional = read(
                    self.$optional.map(Some), &base, stringify!($optional), &mut violations,
                ); )*
                violations.into_result()?;
                Ok((fields, self.idempotency_key.into()))
            }
        })?

        $(impl $crate::graphql::editing::PatchInput for $patch {
            type Fields = $fields;

            fn fields(self) -> Result<$fields, $crate::error::CommandError> {
                use $crate::graphql::editing::{change, read};
                let base = ["input".to_owned(), "patch".to_owned()];
                let mut violations = $crate::error::Violations::default();
                let mut fields = <$fields>::default();
                $( fields.$changed = read(
                    change(self.$changed), &base, stringify!($changed), &mut violations,
                ); )*
                violations.into_result().map(|()| fields)
            }
        })?

        $(impl $crate::graphql::editing::UpdateInput for $update {
            type Fields = $fields;

            fn parts(
                self,
            ) -> (async_graphql::ID, i32, Result<$fields, $crate::error::CommandError>) {
                use $crate::graphql::editing::PatchInput;
                (self.id, self.expected_version, self.patch.fields())
            }
        })?
    };
}

/// Declares the payload of a kind's mutations: `record_payload!(ServicePayload { service: Service from Model });`.
#[macro_export]
macro_rules! record_payload {
    ($(#[$doc:meta])* $payload:ident { $field:ident: $node:ty, from $model:ty }) => {
        $crate::record_payload! {
            $(#[$doc])*
            $payload {
                /// The record as it is now; with CONFLICT the current one, with other errors null.
                $field: $node, from $model
            }
        }
    };
    ($(#[$doc:meta])* $payload:ident { $(#[$field_doc:meta])+ $field:ident: $node:ty, from $model:ty }) => {
        $(#[$doc])*
        #[derive(Debug, async_graphql::SimpleObject)]
        pub struct $payload {
            $(#[$field_doc])+
            pub $field: Option<$node>,
            /// What is wrong with the input; when there is anything, nothing was written.
            pub user_errors: Vec<$crate::graphql::UserError>,
        }

        impl From<$crate::graphql::Payload<$model>> for $payload {
            fn from((record, user_errors): $crate::graphql::Payload<$model>) -> Self {
                Self { $field: record.map(<$node>::from), user_errors }
            }
        }
    };
}
