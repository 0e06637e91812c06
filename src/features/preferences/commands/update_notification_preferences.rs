//! `updateNotificationPreferences`, and everything else by which somebody chooses.

use sea_orm::{ActiveEnum, ActiveValue::Set, DbErr, EntityTrait, sea_query::OnConflict};
use serde_json::json;

use super::super::{
    model::{Mode, Topic, Wishes},
    queries::wishes_of,
    table::{ActiveModel, Column, Entity},
};
use crate::features::accounts::Accounts;
use platform::{
    actor::{AccountId, Actor},
    audit::{self, AuditAction, Entry},
    ctx::Ctx,
    db::{WriteTx, write_tx},
    error::{CommandError, Violations},
    form::Fault,
    message,
    outbox::Channel,
    record::RecordEntity,
};

/// Choices made at once, at most: more than there are.
pub const MAX_CHOICES: usize = 20;

/// What somebody wants of a topic on a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// What it is about.
    pub topic: Topic,
    /// By which way.
    pub channel: Channel,
    /// When, if at all.
    pub mode: Mode,
}

/// Chooses for the caller. What isn't named stays. For whoever is signed in.
///
/// # Errors
/// INVALID at `input.preferences.N.topic` for what the caller is never told of, at `….channel` for a way that it doesn't go,
/// and at `….mode` for what can't be chosen there; all mistakes at once, and then nothing is written.
pub async fn update_notification_preferences(
    ctx: &Ctx,
    actor: &Actor,
    choices: &[Choice],
) -> Result<Wishes, CommandError> {
    let account = actor.account().ok_or(CommandError::Unauthenticated)?;
    let mut violations = Violations::default();
    for (index, choice) in choices.iter().enumerate() {
        let (field, fault) = if !Topic::of(account.role).contains(&choice.topic) {
            ("topic", message!("preference-topic-not-yours"))
        } else if !choice.topic.channels().contains(&choice.channel) {
            ("channel", message!("preference-no-such-channel"))
        } else if !choice.topic.may_be(choice.channel, choice.mode) {
            ("mode", message!("preference-fixed"))
        } else {
            continue;
        };
        let Fault { code, message } = Fault::invalid(fault);
        let path = ["input", "preferences", &index.to_string(), field].map(str::to_owned);
        violations.push(platform::error::Violation::new(code, path, message));
    }
    violations.into_result()?;
    write_tx!(ctx, |tx| {
        set_in_tx(tx, Some(account.id), account.id, choices).await?;
        Ok(wishes_of(tx.conn(), account.id).await?)
    })
}

/// Writes down what an account wants; the audit log tells who chose. The caller has checked that it can be chosen. Answers
/// whether anything changed.
///
/// # Errors
/// When the database refuses.
pub async fn set_in_tx(
    tx: &WriteTx,
    by: Option<AccountId>,
    account: AccountId,
    choices: &[Choice],
) -> Result<bool, DbErr> {
    let now = wishes_of(tx.conn(), account).await?;
    let changed: Vec<Choice> = choices
        .iter()
        .enumerate()
        .filter(|&(index, choice)| {
            let place = (choice.topic, choice.channel);
            // Of two that name the same the last one counts.
            let is_last = !choices[index + 1..]
                .iter()
                .any(|later| (later.topic, later.channel) == place);
            is_last && now.mode(choice.topic, choice.channel) != choice.mode
        })
        .map(|(_, choice)| *choice)
        .collect();
    if changed.is_empty() {
        return Ok(false);
    }
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for choice in &changed {
        let Choice { topic, channel, mode } = *choice;
        let told = |mode: Mode| format!("{} {}: {}", topic.to_value(), channel.to_value(), mode.to_value());
        old.push(told(now.mode(topic, channel)));
        new.push(told(mode));
        let row = ActiveModel {
            account_id: Set(account),
            topic: Set(topic),
            channel: Set(channel),
            mode: Set(mode),
        };
        Entity::insert(row)
            .on_conflict(
                OnConflict::columns([Column::AccountId, Column::Topic, Column::Channel])
                    .update_column(Column::Mode)
                    .to_owned(),
            )
            .exec_without_returning(tx.conn())
            .await?;
    }
    audit::write_entry_in_tx(
        tx,
        Entry {
            account: by,
            action: AuditAction::Update,
            record: (Accounts::KIND, account.0),
            changes: json!({ "notificationPreferences": { "old": old.join(", "), "new": new.join(", ") } }),
        },
    );
    Ok(true)
}
