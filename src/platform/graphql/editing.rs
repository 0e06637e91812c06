//! The GraphQL side of `platform::editing`: inputs that say what a form says, and payloads.
//!
//! A kind of record lists what can be entered once, with [`record_inputs!`](crate::record_inputs): from that come its
//! `CreateXInput`, `XPatch` and `UpdateXInput`, in the shapes that all records share, and the way from both into the
//! kind's `Fields`.

use std::str::FromStr;

use async_graphql::{Context, ID, Result};
use chrono::{DateTime, Utc};
use sea_orm::{IntoActiveModel, ModelTrait};

pub use super::inputs::change;
use super::{
    lists::BoundedList,
    request::ContextExt,
    scalars::Moment,
    user_error::{Payload, internal, split},
};
use crate::platform::{
    editing::{self, Editable},
    error::{CommandError, ErrorCode, Violation, Violations},
    form::Change,
    ids::{self, IdError},
    text::camel_case,
};

/// A value as GraphQL carries it, on its way to what the rules work with.
pub trait Entered<T> {
    /// Reads it; a mistake goes to `violations` at `path`.
    fn read(self, path: &[String], violations: &mut Violations) -> Option<T>;
}

macro_rules! entered_as_it_is {
    ($($ty:ty),*) => {
        $(impl Entered<$ty> for $ty {
            fn read(self, _: &[String], _: &mut Violations) -> Option<$ty> {
                Some(self)
            }
        })*
    };
}
entered_as_it_is!(String, i32, bool);

impl Entered<DateTime<Utc>> for Moment {
    fn read(self, _: &[String], _: &mut Violations) -> Option<DateTime<Utc>> {
        Some(self.0)
    }
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
    let command = ctx.app();
    let outcome = match (&id, fields) {
        (Ok(id), Ok(fields)) => {
            editing::update::<E>(command, ctx.actor(), *id, expected_version, fields).await
        }
        (Err(violation), _) => Err(violation.clone().into()),
        (_, Err(error)) => Err(error),
    };
    let stale = matches!(&outcome, Err(CommandError::Rejected(violations))
        if violations.iter().any(|violation| violation.code == ErrorCode::Conflict));
    let (mut record, user_errors) = split(outcome)?;
    if let (true, Ok(id)) = (stale, id) {
        record = editing::find::<E>(command.db.reader(), id)
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

        impl $crate::platform::graphql::editing::CreateInput for $create {
            type Fields = $fields;

            fn fields(
                self,
            ) -> Result<($fields, Option<String>), $crate::platform::error::CommandError> {
                use $crate::platform::graphql::editing::read;
                let base = ["input".to_owned()];
                let mut violations = $crate::platform::error::Violations::default();
                let fields = $fields {
                    $( $required: read(
                        Some(Some(self.$required)), &base, stringify!($required), &mut violations,
                    ), )*
                    $( $optional: read(
                        self.$optional.map(Some), &base, stringify!($optional), &mut violations,
                    ), )*
                };
                violations.into_result()?;
                Ok((fields, self.idempotency_key))
            }
        }

        impl $crate::platform::graphql::editing::UpdateInput for $update {
            type Fields = $fields;

            fn parts(
                self,
            ) -> (async_graphql::ID, i32, Result<$fields, $crate::platform::error::CommandError>) {
                use $crate::platform::graphql::editing::{change, read};
                let base = ["input".to_owned(), "patch".to_owned()];
                let mut violations = $crate::platform::error::Violations::default();
                let patch = self.patch;
                let fields = $fields {
                    $( $required: read(
                        change(patch.$required), &base, stringify!($required), &mut violations,
                    ), )*
                    $( $optional: read(
                        change(patch.$optional), &base, stringify!($optional), &mut violations,
                    ), )*
                };
                (self.id, self.expected_version, violations.into_result().map(|()| fields))
            }
        }
    };
}

/// Declares the payload of a kind's mutations: `record_payload!(ServicePayload { service: Service from Model });`.
#[macro_export]
macro_rules! record_payload {
    ($(#[$doc:meta])* $payload:ident { $field:ident: $node:ty, from $model:ty }) => {
        $(#[$doc])*
        #[derive(Debug, async_graphql::SimpleObject)]
        pub struct $payload {
            /// The record as it is now; with CONFLICT the current one, with other errors null.
            pub $field: Option<$node>,
            /// What is wrong with the input; when there is anything, nothing was written.
            pub user_errors: Vec<$crate::platform::graphql::UserError>,
        }

        impl From<$crate::platform::graphql::Payload<$model>> for $payload {
            fn from((record, user_errors): $crate::platform::graphql::Payload<$model>) -> Self {
                Self { $field: record.map(<$node>::from), user_errors }
            }
        }
    };
}
