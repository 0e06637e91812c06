//! Messages that must go out, written in the transaction that causes them and worked off after it: a crash
//! anywhere loses none, and nothing is told of what was rolled back.
//!
//! Sending is at least once: a server that dies between sending and noting it sends again. Each delivery
//! therefore carries its id to the other side (`Message-ID`, push tag), where a repetition takes the place of the
//! first instead of standing beside it.

mod attempt;
mod backlog;
mod claim;
mod enqueue;
mod policy;
mod purge;
mod settle;
pub mod table;
mod templates;
mod transports;
mod worker;

pub use backlog::{Backlog, COUNTED, backlog};
pub use enqueue::{
    About, NewDelivery, cancel_about_in_tx, cancel_all_in_tx, cancel_in_tx, enqueue_all_in_tx, enqueue_in_tx,
    forget_about_in_tx, forget_recipient_in_tx, hold_waiting, wake_in_tx,
};
pub use purge::{BODY_KEPT_FOR, KEPT_FOR, is_wiped, purge};
pub use templates::{Letter, Notice, Templates};
pub use transports::{Attachments, Devices, Randomness, Transports, Unread, UnsubscribeLink};
pub use worker::{Report, deliver_due, run};

use serde::{Deserialize, Serialize};

use crate::{actor::AccountId, events::EventKind, typed_id};

typed_id!(
    /// One message to one person on one channel.
    DeliveryId, "dlv", "delivery"
);

/// Event of the log, for the staff: a message was given up. The record is the delivery.
pub const DELIVERY_GIVEN_UP: EventKind = EventKind::new("DeliveryGivenUp");

/// The recipient of what goes to an address of the company's own (`STAFF_EMAIL`): nobody's account.
pub const COMPANY: AccountId = AccountId(uuid::Uuid::nil());

/// The way a message goes.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    sea_orm::EnumIter,
    sea_orm::DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "UPPERCASE")]
pub enum Channel {
    /// To the recipient's devices.
    #[sea_orm(string_value = "PUSH")]
    Push,
    /// To the recipient's e-mail address.
    #[sea_orm(string_value = "EMAIL")]
    Email,
}

impl Channel {
    /// Its name, as the exporter labels it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Email => "email",
        }
    }
}

/// How far a message has come.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    sea_orm::EnumIter,
    sea_orm::DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Waits for its first or next attempt.
    #[sea_orm(string_value = "PENDING")]
    Pending,
    /// Handed to the mail or push service.
    #[sea_orm(string_value = "SENT")]
    Sent,
    /// A push that reached nobody: there was no device, or those that were registered are gone.
    #[sea_orm(string_value = "NO_DEVICE")]
    NoDevice,
    /// Given up: refused for good, tried too often, or too old. A person may replay it.
    #[sea_orm(string_value = "DEAD")]
    Dead,
    /// A backup was restored, and nobody knows whether this was sent since it was made: a person decides.
    #[sea_orm(string_value = "HELD")]
    Held,
    /// Not sent: overtaken by something newer, about what is deleted, or dealt with by a person.
    #[sea_orm(string_value = "CANCELLED")]
    Cancelled,
}
