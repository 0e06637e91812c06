//! One attempt: a message is made, handed to its service, and judged by what that says.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};

use super::{Channel, policy, table::Model, transports::Transports};
use crate::{
    actor::AccountId,
    ctx::Ctx,
    mail::{Correspondent, Mail},
    push::Push,
    send_error::SendError,
};

/// An attempt that takes longer has failed.
const ATTEMPT: Duration = Duration::from_secs(40);

/// What became of an attempt.
pub(super) enum Outcome {
    Sent {
        note: Option<String>,
    },
    NoDevice {
        note: Option<String>,
    },
    Postponed {
        until: DateTime<Utc>,
        reason: String,
    },
    /// The service didn't answer.
    Away {
        until: DateTime<Utc>,
        reason: String,
    },
    Dead {
        reason: String,
        is_answered: bool,
    },
}

impl Outcome {
    /// Its name, as the exporter labels it.
    pub(super) const fn label(&self) -> &'static str {
        match self {
            Self::Sent { .. } => "sent",
            Self::NoDevice { .. } => "no_device",
            Self::Postponed { .. } => "postponed",
            Self::Away { .. } => "away",
            Self::Dead { .. } => "dead",
        }
    }

    /// Whether the service said something.
    pub(super) fn is_answered(&self) -> bool {
        match self {
            Self::Sent { .. } => true,
            Self::Dead { is_answered, .. } => *is_answered,
            // A push without a device goes nowhere; and what can be tried again may be any failure.
            Self::NoDevice { .. } | Self::Postponed { .. } | Self::Away { .. } => false,
        }
    }
}

/// Makes one attempt, and says what became of it.
pub(super) async fn attempt(ctx: &Ctx, transports: &Transports, delivery: &Model) -> Outcome {
    let now = ctx.clock.now();
    if delivery.expires_at.is_some_and(|at| at <= now) {
        return Outcome::Dead {
            reason: match &delivery.last_error {
                Some(last) => format!("Too old to be sent. The last attempt: {last}"),
                None => "Too old to be sent.".to_owned(),
            },
            is_answered: false,
        };
    }
    if delivery.attempts > policy::MAX_ATTEMPTS {
        // Only an attempt that took the server down leaves the count this high with nothing noted.
        return Outcome::Dead {
            reason: "Tried too often; the server ended during the last attempt.".to_owned(),
            is_answered: false,
        };
    }
    let handed = AtomicBool::new(false);
    let sent = tokio::time::timeout(ATTEMPT, send(ctx, transports, delivery, &handed)).await;
    let was_handed = handed.into_inner();
    let late = |_| {
        Err(if was_handed {
            SendError::unreachable("no answer in time")
        } else {
            SendError::temporary("it could not be made in time")
        })
    };
    let failure = match sent.unwrap_or_else(late) {
        Ok(handed_over) if handed_over.to_nobody => {
            return Outcome::NoDevice {
                note: handed_over.note,
            };
        }
        Ok(handed_over) => {
            return Outcome::Sent {
                note: handed_over.note,
            };
        }
        Err(failure) => failure,
    };
    let is_last = delivery.attempts >= policy::MAX_ATTEMPTS;
    let given_up = |reason: &str| Outcome::Dead {
        reason: format!("Tried {} times. The last time: {reason}", delivery.attempts),
        is_answered: false,
    };
    let until = |asked| {
        let wait = policy::wait(delivery.attempts, asked, (transports.random)());
        now + TimeDelta::from_std(wait).unwrap_or(TimeDelta::days(1))
    };
    match failure {
        SendError::Permanent(reason) => Outcome::Dead {
            reason,
            // What we couldn't make says nothing of the service.
            is_answered: was_handed,
        },
        SendError::Unreachable(reason) | SendError::Temporary { reason, .. } if is_last => given_up(&reason),
        SendError::Unreachable(reason) => Outcome::Away {
            until: until(None),
            reason,
        },
        SendError::Temporary { reason, retry_after } => Outcome::Postponed {
            until: until(retry_after),
            reason,
        },
    }
}

/// What became of a message that was handed over.
#[derive(Debug, Default)]
struct HandedOver {
    /// A push for which there was no device.
    to_nobody: bool,
    /// A remark, where there is something to say.
    note: Option<String>,
}

/// Makes one message and hands it over; `handed` says when the service was asked.
async fn send(
    ctx: &Ctx,
    transports: &Transports,
    delivery: &Model,
    handed: &AtomicBool,
) -> Result<HandedOver, SendError> {
    let data = data_of(ctx, delivery).map_err(|error| SendError::permanent(format!("{error:#}")))?;
    let unmade = |error: anyhow::Error| SendError::permanent(format!("{error:#}"));
    match delivery.channel {
        Channel::Email => {
            let unsubscribe = transports
                .unsubscribe
                .as_ref()
                .and_then(|link| link(&delivery.template, delivery.recipient_id, delivery.locale));
            let data = with_link(data, unsubscribe.as_deref());
            let letter = transports
                .templates
                .letter(&delivery.template, delivery.locale, &data)
                .map_err(unmade)?;
            let address = delivery
                .address
                .clone()
                .ok_or_else(|| SendError::permanent("there is no address"))?;
            let attachments = match &transports.attachments {
                Some(attachments) => attachments.make(&delivery.template, &data).await?,
                None => Vec::new(),
            };
            let mail = Mail {
                id: delivery.id.to_string(),
                date: delivery.created_at,
                to: address,
                to_name: text_of(&data, "name"),
                reply_to: data.get("replyTo").and_then(|to| {
                    Some(Correspondent {
                        name: text_of(to, "name"),
                        address: text_of(to, "address")?,
                    })
                }),
                unsubscribe,
                subject: letter.subject,
                text: letter.text,
                html: letter.html,
                attachments,
                is_secret: delivery.is_secret,
            };
            handed.store(true, Ordering::Relaxed);
            transports.mail.send(&mail).await.map(|()| HandedOver::default())
        }
        Channel::Push => {
            let notice = transports
                .templates
                .notice(&delivery.template, delivery.locale, &data)
                .map_err(unmade)?;
            let badge = match &transports.unread {
                Some(unread) => Some(
                    unread
                        .count(delivery.recipient_id)
                        .await
                        .map_err(SendError::temporary)?,
                ),
                None => None,
            };
            let push = Push {
                id: delivery.id.to_string(),
                date: delivery.created_at,
                recipient: delivery.recipient_id.to_string(),
                title: notice.title,
                body: notice.body,
                data: app_data(&delivery.template, &data),
                channel: (transports.push_channel)(&delivery.template),
                thread: text_of(&data, "projectId"),
                badge,
                expires_at: delivery.expires_at,
            };
            send_push(transports, delivery.recipient_id, &push, handed).await
        }
    }
}

/// With the link that ends letters of this kind, for their last lines: made while they are sent, so that nothing that is
/// kept can be used in a person's place.
fn with_link(mut data: serde_json::Value, link: Option<&str>) -> serde_json::Value {
    if let (Some(data), Some(link)) = (data.as_object_mut(), link) {
        data.insert("unsubscribeUrl".to_owned(), link.into());
    }
    data
}

fn text_of(data: &serde_json::Value, key: &str) -> Option<String> {
    data.get(key)?.as_str().map(str::to_owned)
}

async fn send_push(
    transports: &Transports,
    recipient: AccountId,
    push: &Push,
    handed: &AtomicBool,
) -> Result<HandedOver, SendError> {
    let tokens = match &transports.devices {
        Some(devices) => devices.tokens(recipient).await.map_err(SendError::temporary)?,
        None => Vec::new(),
    };
    handed.store(true, Ordering::Relaxed);
    let pushed = transports.push.send(push, &tokens).await?;
    if let Some(devices) = &transports.devices
        && !pushed.unregistered.is_empty()
        && let Err(error) = devices.forget(pushed.unregistered).await
    {
        // The push went out; the next one meets the dead devices again.
        tracing::warn!(
            error = format!("{error:#}"),
            "devices that are gone could not be forgotten"
        );
    }
    Ok(HandedOver {
        to_nobody: pushed.accepted == 0,
        note: pushed.note,
    })
}

/// The ids among a push's data, and its kind: what the app needs to open the right page.
fn app_data(template: &str, data: &serde_json::Value) -> std::collections::BTreeMap<String, String> {
    let ids = data.as_object().into_iter().flatten();
    ids.filter(|(key, _)| key.ends_with("Id"))
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .chain([("kind".to_owned(), template.to_owned())])
        .collect()
}

fn data_of(ctx: &Ctx, delivery: &Model) -> Result<serde_json::Value> {
    if !delivery.is_secret {
        return Ok(delivery.data.clone());
    }
    let sealed = delivery
        .secret_data
        .as_ref()
        .context("its content was wiped: send a new one instead")?;
    let plain = ctx.keys.decrypt(sealed, delivery.id.0.as_bytes())?;
    Ok(serde_json::from_slice(&plain)?)
}
