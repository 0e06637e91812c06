//! `AuditEntry`.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::kinds::{audited_id, kind_named};
use crate::features::{
    accounts::graphql::{GqlActor, actor_of},
    records::AuditFilter,
};
use platform::{
    actor::AccountId,
    audit,
    error::Violation,
    graphql::{FilterList, RecordType, scalars::Moment},
    ids,
    text::camel_case,
};

/// What was done to a record, or with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "audit::AuditAction")]
pub enum AuditAction {
    /// It was entered.
    Create,
    /// Values changed.
    Update,
    /// It was deleted, and can be restored.
    Delete,
    /// It was brought back.
    Restore,
    /// It was removed for good. What told of a person is masked from then on, in all entries about the record.
    ForceDelete,
    /// An account signed in.
    #[graphql(deprecation = "No entry has it: `securityEvents` tell who signed in.")]
    SignIn,
    /// An account took a list home as CSV, or a client's data as an archive. Its changes name the file.
    Export,
    /// A member of staff fetched an invoice, a receipt or a statement.
    Download,
    /// Somebody tried to sign in to the account and was refused.
    #[graphql(deprecation = "No entry has it: `securityEvents` tell of refused sign-ins.")]
    SignInRefused,
    /// A client was anonymised: `changes` say how many forms and texts went with them.
    Anonymise,
}

/// Which entries of the audit log a list shows. All of what is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct AuditFilterInput {
    /// About this record, whatever its kind (`prj_…`, `cli_…`, `acc_…`), also one that is gone. A client's entries include
    /// those of its account: passwords, disabling. Who signed in is told by `securityEvents`.
    pub record_id: Option<ID>,
    /// What this account did (`acc_…`).
    pub actor_id: Option<ID>,
    /// One of these actions, 100 at most.
    pub action: Option<FilterList<AuditAction>>,
    /// At this moment or later.
    pub from: Option<Moment>,
    /// Before this moment.
    pub until: Option<Moment>,
}

impl AuditFilterInput {
    pub(super) fn check(self) -> Result<AuditFilter, Violation> {
        let actor = self
            .actor_id
            .map(|id| {
                AccountId::parse(&id).map_err(|error| Violation::invalid_id(["filter", "actorId"], &error))
            })
            .transpose()?;
        Ok(AuditFilter {
            record: self
                .record_id
                .map(|id| audited_id(&id, &["filter", "recordId"]))
                .transpose()?,
            actor,
            actions: self
                .action
                .map(|actions| actions.set_at(["filter", "action"]))
                .transpose()?
                .map(|actions| actions.into_iter().map(Into::into).collect()),
            from: self.from.map(|at| at.0),
            until: self.until.map(|at| at.0),
        })
    }
}

/// A value that changed.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub struct AuditChange {
    /// Which field, such as `progressPercentage`.
    pub field: String,
    /// What it was, as text; null when it was empty or the record is new. Secrets read `•••`.
    pub old: Option<String>,
    /// What it became, as text; null when it was cleared or the record is gone. Secrets read `•••`.
    pub new: Option<String>,
}

/// One change of one record. For staff.
#[derive(Debug, Clone)]
pub struct AuditEntry(pub audit::Model);

/// One change of one record: who, when, what, from what to what. Entries are written with the change itself and never
/// edited. For staff.
#[Object]
impl AuditEntry {
    /// The entry's id (`aud_…`).
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// Who did it; null for the server itself, or when the account is gone.
    async fn actor(&self, ctx: &Context<'_>) -> Result<Option<GqlActor>> {
        actor_of(ctx, self.0.account_id).await
    }

    /// What was done.
    async fn action(&self) -> AuditAction {
        self.0.action.into()
    }

    /// The kind of record, such as `Project`.
    async fn record_type(&self) -> &str {
        &self.0.record_kind
    }

    /// The record's id, such as `prj_…`; the record may be gone.
    async fn record_id(&self) -> ID {
        match kind_named(&self.0.record_kind) {
            Some(kind) => ids::encode(kind.prefix, self.0.record_id).into(),
            None => self.0.record_id.to_string().into(),
        }
    }

    /// The values that changed, 50 at most; empty when the record was deleted or restored as it was.
    async fn changes(&self) -> Vec<AuditChange> {
        changes_of(kind_named(&self.0.record_kind), &self.0.changes)
    }
}

fn changes_of(kind: Option<&RecordType>, changes: &Value) -> Vec<AuditChange> {
    let Some(changes) = changes.as_object() else {
        return Vec::new();
    };
    changes
        .iter()
        .filter(|(_, change)| change.is_object())
        .map(|(column, change)| AuditChange {
            field: camel_case(column),
            old: shown(kind, column, &change["old"]),
            new: shown(kind, column, &change["new"]),
        })
        .collect()
}

/// A stored value as the API shows it elsewhere: ids with their prefix, amounts as decimals.
fn shown(kind: Option<&RecordType>, column: &str, value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => {
            let prefix = kind.and_then(|kind| kind.id_prefix(column));
            let id = prefix.zip(Uuid::parse_str(text).ok());
            Some(id.map_or_else(|| text.clone(), |(prefix, id)| ids::encode(prefix, id)))
        }
        Value::Number(number) if kind.is_some_and(|kind| kind.is_hundredths(column)) => {
            Some(match number.as_i64() {
                // Stored in hundredths, whatever the currency; the franc has none to show.
                Some(hundredths) => {
                    let sign = if hundredths < 0 { "-" } else { "" };
                    let (whole, rest) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
                    if rest == 0 {
                        format!("{sign}{whole}")
                    } else {
                        format!("{sign}{whole}.{rest:02}")
                    }
                }
                None => number.to_string(),
            })
        }
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_read_as_elsewhere_in_the_api() {
        let changes = changes_of(
            kind_named("Project"),
            &json!({
                "total_quote": { "old": 150, "new": -25_000_001 },
                "progress_percentage": { "old": null, "new": 70 },
                "client_id": { "old": null, "new": "0188bac7-4afa-78aa-bc3b-bd1eef28d881" },
                "name": { "old": "Villa", "new": "Villa 2" },
                "batch": "0188bac7-4afa-78aa-bc3b-bd1eef28d881",
            }),
        );
        let of = |field: &str| {
            let change = changes.iter().find(|change| change.field == field).unwrap();
            (change.old.as_deref(), change.new.as_deref())
        };
        assert_eq!(of("totalQuote"), (Some("1.50"), Some("-250000.01")));
        assert_eq!(of("clientId"), (None, Some("cli_01h2xcejqtf2nbrexx3vqjhp41")));
        assert_eq!(of("name"), (Some("Villa"), Some("Villa 2")));
        assert_eq!(changes.len(), 4);
        assert_eq!(of("progressPercentage"), (None, Some("70")));
        let payment = kind_named("Payment");
        assert_eq!(
            shown(payment, "amount", &json!(2_500_000)),
            Some("25000".to_owned())
        );
    }
}
