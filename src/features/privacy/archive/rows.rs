//! What is kept, as JSON with the names that the API uses.

use sea_orm::ActiveEnum;
use serde_json::{Value, json};

use crate::features::{
    accounts::{SecurityEvent, StoredAccount, StoredSession},
    billing::{Invoice, InvoiceItem, Payment},
    clients::StoredClient,
    devices::Device,
    leads::{Inquiry, Lead},
    preferences::{Topic, Wishes},
    privacy::Consent,
    projects::{Project, ProjectUpdate},
};
use platform::{actor::Role, outbox::table::Model as Delivery};

pub fn profile(
    client: &StoredClient,
    account: &StoredAccount,
    consents: &[Consent],
    wishes: &Wishes,
) -> Value {
    let consents: Vec<Value> = consents
        .iter()
        .map(|consent| json!({ "version": consent.version, "acceptedAt": consent.accepted_at }))
        .collect();
    let preferences: Vec<Value> = Topic::of(Role::Client)
        .iter()
        .flat_map(|topic| topic.channels().iter().map(move |channel| (*topic, *channel)))
        .map(|(topic, channel)| {
            json!({
                "topic": topic,
                "channel": channel.to_value(),
                "mode": wishes.mode(topic, channel),
            })
        })
        .collect();
    json!({
        "id": client.id,
        "name": client.name,
        "email": account.email,
        "phone": client.phone,
        "address": client.address,
        "locale": client.locale.to_value(),
        "whatsappEnabled": client.whatsapp_enabled,
        "notificationPreferences": preferences,
        "createdAt": client.created_at,
        "updatedAt": client.updated_at,
        "privacyNotices": consents,
    })
}

pub fn session(session: &StoredSession) -> Value {
    json!({
        "id": session.id,
        "deviceName": session.device_name,
        "createdAt": session.created_at,
        "lastSeenAt": session.last_seen_at,
        "expiresAt": session.expires_at,
        "endedAt": session.revoked_at,
    })
}

/// What happened to the account.
pub fn security_event(event: &SecurityEvent) -> Value {
    json!({
        "id": event.id,
        "at": event.at,
        "kind": event.kind.to_value(),
        "reason": event.reason.map(|reason| reason.to_value()),
        "deviceName": event.device_name,
        "address": event.address,
        "userAgent": event.user_agent,
        "place": event.place,
    })
}

/// Without its token: whoever has that can't send to it, but it is of no use to anybody else.
pub fn device(device: &Device) -> Value {
    json!({
        "id": device.id,
        "platform": device.platform.to_value(),
        "appVersion": device.app_version,
        "createdAt": device.created_at,
        "registeredAt": device.registered_at,
    })
}

/// What it said, unless that was a password or a link by which one is chosen.
pub fn message(delivery: &Delivery) -> Value {
    json!({
        "id": delivery.id,
        "channel": delivery.channel.to_value(),
        "status": delivery.status.to_value(),
        "template": delivery.template,
        "address": delivery.address,
        "data": delivery.data,
        "createdAt": delivery.created_at,
        "sentAt": delivery.sent_at,
    })
}

pub fn lead(lead: &Lead) -> Value {
    json!({
        "id": lead.id,
        "name": lead.name,
        "phone": lead.phone,
        "email": lead.email,
        "hasLand": lead.has_land,
        "locationOfLand": lead.location_of_land,
        "message": lead.message,
        "status": lead.status.to_value(),
        "notes": lead.notes,
        "createdAt": lead.created_at,
        "convertedAt": lead.converted_at,
    })
}

pub fn inquiry(inquiry: &Inquiry) -> Value {
    json!({
        "id": inquiry.id,
        "name": inquiry.name,
        "email": inquiry.email,
        "phone": inquiry.phone,
        "subject": inquiry.subject,
        "message": inquiry.message,
        "createdAt": inquiry.created_at,
    })
}

pub fn project(project: &Project) -> Value {
    json!({
        "id": project.id,
        "name": project.name,
        "startDate": project.start_date,
        "estimatedCompletion": project.estimated_completion,
        "progressPercentage": project.progress_percentage,
        "currentPhase": project.current_phase.to_value(),
        "totalQuote": project.total_quote.to_decimal(project.currency),
        "currency": project.currency.code(),
        "closedAt": project.closed_at,
        "createdAt": project.created_at,
    })
}

pub fn update(update: &ProjectUpdate, photos: &[String]) -> Value {
    json!({
        "id": update.id,
        "title": update.title,
        "description": update.description,
        "postedAt": update.posted_at,
        "photos": photos,
    })
}

pub fn payment(payment: &Payment) -> Value {
    json!({
        "id": payment.id,
        "invoiceId": payment.invoice_id,
        "amount": payment.amount.to_decimal(payment.currency),
        "currency": payment.currency.code(),
        "paidOn": payment.paid_on,
        "mode": payment.mode.to_value(),
        "reference": payment.reference,
        "voidedAt": payment.voided_at,
        "voidReason": payment.void_reason,
    })
}

pub fn invoice(invoice: &Invoice, items: &[InvoiceItem]) -> Value {
    let money = |amount: platform::money::Amount| amount.to_decimal(invoice.currency);
    let items: Vec<Value> = items
        .iter()
        .map(|item| {
            json!({
                "description": item.description,
                "quantity": item.quantity.to_decimal(),
                "unitPrice": money(item.unit_price),
                "totalPrice": money(item.total_price),
            })
        })
        .collect();
    json!({
        "id": invoice.id,
        "kind": invoice.kind.to_value(),
        "state": invoice.state.to_value(),
        "number": invoice.number,
        "subject": invoice.subject,
        "issueDate": invoice.issue_date,
        "dueDate": invoice.due_date,
        "clientName": invoice.client_name,
        "clientAddress": invoice.client_address,
        "clientPhone": invoice.client_phone,
        "currency": invoice.currency.code(),
        "items": items,
        "subtotal": money(invoice.subtotal),
        "taxAmount": money(invoice.tax_amount),
        "totalTtc": money(invoice.total_ttc),
        "advancePayment": money(invoice.advance_payment),
        "netToPay": money(invoice.net_to_pay),
        "cancelledAt": invoice.cancelled_at,
        "cancelReason": invoice.cancel_reason,
    })
}
