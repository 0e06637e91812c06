//! Topics, what can be chosen of each, and what holds until somebody chooses: pure.

use std::collections::HashMap;

use sea_orm::ActiveEnum as _;
use serde::Serialize;

use platform::{actor::Role, outbox::Channel};

/// What messages are about, in words that their readers know.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, sea_orm::EnumIter, sea_orm::DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Topic {
    /// News of the client's building site.
    #[sea_orm(string_value = "PROJECT_UPDATES")]
    ProjectUpdates,
    /// Invoices, credit notes, cancellations and receipts.
    #[sea_orm(string_value = "INVOICES_AND_PAYMENTS")]
    InvoicesAndPayments,
    /// That an invoice is due soon, or overdue.
    #[sea_orm(string_value = "REMINDERS")]
    Reminders,
    /// Credentials, sign-ins, passwords.
    #[sea_orm(string_value = "ACCOUNT_AND_SECURITY")]
    AccountAndSecurity,
    /// Somebody wants a house; for the staff.
    #[sea_orm(string_value = "LEADS")]
    Leads,
    /// Somebody asked something; for the staff.
    #[sea_orm(string_value = "INQUIRIES")]
    Inquiries,
}

/// When messages of a topic go out on a channel.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, sea_orm::EnumIter, sea_orm::DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Mode {
    /// Each at once.
    #[sea_orm(string_value = "IMMEDIATE")]
    Immediate,
    /// Not at all.
    #[sea_orm(string_value = "OFF")]
    Off,
}

impl Topic {
    /// What somebody of this role is told of.
    #[must_use]
    pub const fn of(role: Role) -> &'static [Self] {
        match role {
            Role::Client => &[
                Self::ProjectUpdates,
                Self::InvoicesAndPayments,
                Self::Reminders,
                Self::AccountAndSecurity,
            ],
            Role::Staff | Role::Admin => &[Self::Leads, Self::Inquiries, Self::AccountAndSecurity],
        }
    }

    /// What a message to a client is about, by its template; `None` for what goes by a way of its own.
    #[must_use]
    pub fn of_template(template: &str) -> Option<Self> {
        match template {
            "project_update_posted" => Some(Self::ProjectUpdates),
            "invoice_issued" | "credit_note_issued" | "invoice_cancelled" | "payment_recorded" => {
                Some(Self::InvoicesAndPayments)
            }
            "invoice_due_soon" | "invoice_overdue" => Some(Self::Reminders),
            _ => None,
        }
    }

    /// The ways its messages go.
    #[must_use]
    pub const fn channels(self) -> &'static [Channel] {
        match self {
            Self::ProjectUpdates | Self::InvoicesAndPayments | Self::Reminders => {
                &[Channel::Email, Channel::Push]
            }
            Self::AccountAndSecurity | Self::Leads | Self::Inquiries => &[Channel::Email],
        }
    }

    /// What can be chosen; what holds until somebody does comes first. Where there is one alone, it can't be turned off.
    #[must_use]
    pub const fn choices(self, channel: Channel) -> &'static [Mode] {
        match (self, channel) {
            // What is owed and paid is the company's correspondence, and what happens to an account its owner must know.
            (Self::InvoicesAndPayments, Channel::Email) | (Self::AccountAndSecurity, _) => &[Mode::Immediate],
            _ => &[Mode::Immediate, Mode::Off],
        }
    }

    /// Whether `mode` can be chosen on `channel`.
    #[must_use]
    pub fn may_be(self, channel: Channel, mode: Mode) -> bool {
        self.channels().contains(&channel) && self.choices(channel).contains(&mode)
    }

    /// Its name in the API and the table.
    #[must_use]
    pub fn name(self) -> String {
        self.to_value()
    }
}

/// The Android channel that a push comes on. The app makes channels of these names (docs/FLUTTER.md); what comes on one
/// that it hasn't made is shown on its default channel.
#[must_use]
pub fn push_channel(template: &str) -> &'static str {
    match Topic::of_template(template) {
        Some(Topic::ProjectUpdates) => "updates",
        Some(Topic::InvoicesAndPayments | Topic::Reminders) => "invoices",
        _ => "account",
    }
}

/// What a person has chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes(HashMap<(Topic, Channel), Mode>);

impl Wishes {
    /// Notes a choice.
    pub fn choose(&mut self, topic: Topic, channel: Channel, mode: Mode) {
        self.0.insert((topic, channel), mode);
    }

    /// What holds for a topic on a channel. A choice that is none any more counts as nothing chosen.
    #[must_use]
    pub fn mode(&self, topic: Topic, channel: Channel) -> Mode {
        let chosen = self.0.get(&(topic, channel)).copied();
        chosen
            .filter(|&mode| topic.may_be(channel, mode))
            .unwrap_or(Mode::Immediate)
    }

    /// Whether messages of a topic go out at once on a channel.
    #[must_use]
    pub fn wants(&self, topic: Topic, channel: Channel) -> bool {
        self.mode(topic, channel) == Mode::Immediate
    }

    /// Whether anything goes out on a channel that could be turned off there: what the former flags told of.
    #[must_use]
    pub fn wants_any(&self, channel: Channel) -> bool {
        Topic::of(Role::Client)
            .iter()
            .filter(|topic| topic.may_be(channel, Mode::Off))
            .any(|&topic| self.mode(topic, channel) != Mode::Off)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_until_somebody_chooses_comes_at_once() {
        for role in [Role::Client, Role::Staff, Role::Admin] {
            for &topic in Topic::of(role) {
                for &channel in topic.channels() {
                    assert_eq!(Wishes::default().mode(topic, channel), Mode::Immediate);
                    assert_eq!(topic.choices(channel).first(), Some(&Mode::Immediate));
                }
            }
        }
    }

    #[test]
    fn what_can_t_be_turned_off_comes_whatever_a_row_says() {
        for topic in [Topic::InvoicesAndPayments, Topic::AccountAndSecurity] {
            let mut wishes = Wishes::default();
            wishes.choose(topic, Channel::Email, Mode::Off);
            assert!(wishes.wants(topic, Channel::Email), "{topic:?}");
        }
        let mut wishes = Wishes::default();
        wishes.choose(Topic::Reminders, Channel::Email, Mode::Off);
        assert!(!wishes.wants(Topic::Reminders, Channel::Email));
    }
}
