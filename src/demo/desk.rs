//! What visitors of the demo company's website have sent, and what its staff have made of it so far.

use std::net::{IpAddr, Ipv4Addr};

use anyhow::Result;
use chrono::TimeDelta;

use super::{explain, said};
use crate::features::leads::{
    FormTraces, Lead, LeadFilter, LeadStatus, Leads,
    commands::{
        InquiryFields, LeadFields, SubmitConstructionLead, SubmitContactInquiry, submit_construction_lead,
        submit_contact_inquiry,
    },
    select_leads,
};
use platform::{
    actor::{AccountId, Actor},
    ctx::Ctx,
    editing, idempotency,
    listing::RecordScope,
};

/// Name, telephone number, e-mail address, where the land is, message.
type Visitor = (
    &'static str,
    &'static str,
    Option<&'static str>,
    Option<&'static str>,
    &'static str,
);

const LEADS: &[Visitor] = &[
    (
        "Zaïnab Issa",
        "90 12 34 56",
        Some("zainab@example.ne"),
        Some("Koira Kano, Niamey"),
        "Nous voulons une villa à étage pour six personnes, comme celle de votre portfolio.",
    ),
    (
        "Abdoulaye Garba",
        "+33 6 12 34 56 78",
        Some("a.garba@example.fr"),
        Some("Dosso, route de Gaya"),
        "Je vis à Lyon et souhaite construire pour mes parents. Pouvez-vous suivre le chantier à distance ?",
    ),
    (
        "Fatouma Hassane",
        "96 55 44 33",
        None,
        None,
        "Je cherche encore un terrain. Avez-vous des conseils ?",
    ),
    // The same number as the first: pointed out as a duplicate.
    (
        "Z. Issa",
        "+227 90 12 34 56",
        None,
        Some("Koira Kano"),
        "Merci de me rappeler le soir.",
    ),
];

/// Name, e-mail address, subject, message.
const INQUIRIES: &[(&str, &str, &str, &str)] = &[
    (
        "Élodie Maïga",
        "elodie@example.ne",
        "Délais de construction",
        "Bonjour, combien de mois faut-il compter pour une villa de plain-pied ?",
    ),
    (
        "Lycée La Fontaine",
        "direction@example.ne",
        "Extension de deux salles",
        "Nous préparons un appel d'offres et aimerions vous rencontrer.",
    ),
];

/// Sends the forms, as the website would, and answers two of them, as `assistant` would.
pub(super) async fn load(ctx: &Ctx, assistant: AccountId) -> Result<()> {
    let visitor = Actor::Anonymous;
    for (&(name, phone, email, land, message), address) in LEADS.iter().zip(1..) {
        let key = format!("demo-lead-{address}");
        if idempotency::is_known(&ctx.db, &visitor, "submitConstructionLead", &key).await? {
            continue;
        }
        let form = SubmitConstructionLead {
            lead: LeadFields {
                name: said(name),
                phone: said(phone),
                email: email.and_then(said),
                has_land: Some(Some(land.is_some())),
                location_of_land: land.and_then(said),
                message: said(message),
                ..LeadFields::default()
            },
            interested_in: None,
            traces: filled_by_a_person(ctx),
            remote_addr: somewhere(address),
            idempotency_key: key,
        };
        submit_construction_lead(ctx, &visitor, form)
            .await
            .map_err(explain)?;
    }
    for (&(name, email, subject, message), address) in INQUIRIES.iter().zip(1..) {
        let key = format!("demo-inquiry-{address}");
        if idempotency::is_known(&ctx.db, &visitor, "submitContactInquiry", &key).await? {
            continue;
        }
        let form = SubmitContactInquiry {
            inquiry: InquiryFields {
                name: said(name),
                email: said(email),
                subject: said(subject),
                message: said(message),
                ..InquiryFields::default()
            },
            traces: filled_by_a_person(ctx),
            remote_addr: somewhere(address),
            idempotency_key: key,
        };
        submit_contact_inquiry(ctx, &visitor, form)
            .await
            .map_err(explain)?;
    }
    follow_up(ctx, assistant).await
}

async fn follow_up(ctx: &Ctx, assistant: AccountId) -> Result<()> {
    let all = select_leads(&Actor::System, &LeadFilter::default(), RecordScope::Living);
    let leads: Vec<Lead> = all.all(ctx.db.reader()).await?;
    let called = LeadFields {
        status: Some(Some(LeadStatus::Contacted)),
        is_read: Some(Some(true)),
        assignee_id: Some(Some(assistant)),
        notes: said("Appelé lundi : visite du terrain prévue. Budget à préciser."),
        ..LeadFields::default()
    };
    let lost = LeadFields {
        status: Some(Some(LeadStatus::Lost)),
        is_read: Some(Some(true)),
        notes: said("Pas de terrain pour l'instant."),
        ..LeadFields::default()
    };
    for (name, patch) in [("Abdoulaye Garba", called), ("Fatouma Hassane", lost)] {
        let untouched = |lead: &&Lead| lead.name == name && lead.status == LeadStatus::New;
        if let Some(lead) = leads.iter().find(untouched) {
            editing::update::<Leads>(ctx, &Actor::System, lead.id, lead.version, patch)
                .await
                .map_err(explain)?;
        }
    }
    Ok(())
}

fn filled_by_a_person(ctx: &Ctx) -> FormTraces {
    FormTraces {
        rendered_at: Some(ctx.clock.now() - TimeDelta::minutes(2)),
        ..FormTraces::default()
    }
}

/// An address kept for examples (RFC 5737).
fn somewhere(number: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, number))
}
