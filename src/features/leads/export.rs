//! Leads and inquiries as CSV: the headings in French, times by the company's clock, numbers that can be read out.

use std::collections::HashMap;

use anyhow::Result;
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{
    InquiryFilter, InquiryOrder, LeadFilter, LeadOrder, queries,
    tables::{inquiry, lead},
};
use crate::features::{
    accounts::{accounts_by_ids, readable_phone},
    content::{PortfolioItemColumn, PortfolioItemId, PortfolioItems},
};
use platform::{
    actor::{AccountId, Actor},
    ctx::Ctx,
    export::{Cell, Export, Place, Rows},
    listing::RecordScope,
    paging,
};

/// The leads that a filter finds, living ones, the latest first.
#[derive(Debug, Clone, Copy)]
pub struct LeadsExport;

/// The inquiries that a filter finds, living ones, the latest first.
#[derive(Debug, Clone, Copy)]
pub struct InquiriesExport;

impl Export for LeadsExport {
    fn name(&self) -> &'static str {
        "leads"
    }

    fn file_stem(&self) -> &'static str {
        "prospects"
    }

    fn open(&self, ctx: &Ctx, filter: serde_json::Value) -> Result<Box<dyn Rows>> {
        Ok(Box::new(LeadRows {
            ctx: ctx.clone(),
            filter: serde_json::from_value(filter)?,
            place: Place::Start,
        }))
    }
}

impl Export for InquiriesExport {
    fn name(&self) -> &'static str {
        "inquiries"
    }

    fn file_stem(&self) -> &'static str {
        "messages"
    }

    fn open(&self, ctx: &Ctx, filter: serde_json::Value) -> Result<Box<dyn Rows>> {
        Ok(Box::new(InquiryRows {
            ctx: ctx.clone(),
            filter: serde_json::from_value(filter)?,
            place: Place::Start,
        }))
    }
}

struct LeadRows {
    ctx: Ctx,
    filter: LeadFilter,
    place: Place,
}

impl Rows for LeadRows {
    fn header(&self) -> Vec<&'static str> {
        vec![
            "Reçu le",
            "Nom",
            "Téléphone",
            "E-mail",
            "A un terrain",
            "Lieu du terrain",
            "Intéressé par",
            "Message",
            "Statut",
            "Lu",
            "Suivi par",
            "Notes",
            "Converti le",
            "Identifiant",
        ]
    }

    fn next_page(&mut self) -> BoxFuture<'_, Result<Vec<Vec<Cell>>>> {
        Box::pin(async move {
            let Some(window) = self.place.window() else {
                return Ok(Vec::new());
            };
            let conn = self.ctx.db.reader();
            let list = queries::select_leads(&Actor::System, &self.filter, RecordScope::Living);
            let order = LeadOrder::ReceivedAt.by(true);
            let page = paging::fetch(conn, list, &order, &window).await?;
            self.place = Place::behind(&page);
            let leads: Vec<lead::Model> = page.rows.into_iter().map(|row| row.model).collect();
            let people = names(&self.ctx, leads.iter().filter_map(|lead| lead.assignee_id)).await?;
            let items = titles(&self.ctx, leads.iter().filter_map(|lead| lead.interested_in_id)).await?;
            Ok(leads
                .into_iter()
                .map(|lead| {
                    let assignee = lead.assignee_id.and_then(|id| people.get(&id).cloned());
                    let item = lead.interested_in_id.and_then(|id| items.get(&id).cloned());
                    vec![
                        moment(&self.ctx, lead.created_at),
                        lead.name.into(),
                        number(&lead.phone),
                        Cell::text(lead.email),
                        yes(lead.has_land),
                        Cell::text(lead.location_of_land),
                        Cell::text(item),
                        Cell::text(lead.message),
                        lead.status.in_french().into(),
                        yes(lead.is_read),
                        Cell::text(assignee),
                        Cell::text(lead.notes),
                        lead.converted_at
                            .map_or_else(|| "".into(), |at| moment(&self.ctx, at)),
                        lead.id.to_string().into(),
                    ]
                })
                .collect())
        })
    }
}

struct InquiryRows {
    ctx: Ctx,
    filter: InquiryFilter,
    place: Place,
}

impl Rows for InquiryRows {
    fn header(&self) -> Vec<&'static str> {
        vec![
            "Reçu le",
            "Nom",
            "E-mail",
            "Téléphone",
            "Objet",
            "Message",
            "Lu",
            "Identifiant",
        ]
    }

    fn next_page(&mut self) -> BoxFuture<'_, Result<Vec<Vec<Cell>>>> {
        Box::pin(async move {
            let Some(window) = self.place.window() else {
                return Ok(Vec::new());
            };
            let list = queries::select_inquiries(&Actor::System, &self.filter, RecordScope::Living);
            let order = InquiryOrder::ReceivedAt.by(true);
            let page = paging::fetch(self.ctx.db.reader(), list, &order, &window).await?;
            self.place = Place::behind(&page);
            let inquiries = page.rows.into_iter().map(|row| row.model);
            Ok(inquiries
                .map(|inquiry: inquiry::Model| {
                    vec![
                        moment(&self.ctx, inquiry.created_at),
                        inquiry.name.into(),
                        inquiry.email.into(),
                        inquiry.phone.as_deref().map_or_else(|| "".into(), number),
                        inquiry.subject.into(),
                        inquiry.message.into(),
                        yes(inquiry.is_read),
                        inquiry.id.to_string().into(),
                    ]
                })
                .collect())
        })
    }
}

/// By the company's clock, in the form that every spreadsheet takes for a date.
fn moment(ctx: &Ctx, at: DateTime<Utc>) -> Cell {
    let local = at.with_timezone(&ctx.config.time_zone);
    Cell::Number(local.format("%Y-%m-%d %H:%M").to_string())
}

/// `(+227) 90 12 34 56`: a plus sign at the start would make it a formula, and bare digits a sum.
fn number(e164: &str) -> Cell {
    let readable = readable_phone(e164);
    match readable.split_once(' ') {
        Some((code, rest)) => format!("({code}) {rest}").into(),
        None => readable.into(),
    }
}

fn yes(is: bool) -> Cell {
    if is { "oui" } else { "non" }.into()
}

async fn names(ctx: &Ctx, ids: impl Iterator<Item = AccountId>) -> Result<HashMap<AccountId, String>> {
    let ids: Vec<AccountId> = ids.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = accounts_by_ids(ctx.db.reader(), ids).await?;
    Ok(found
        .into_iter()
        .map(|account| (account.id, account.name))
        .collect())
}

async fn titles(
    ctx: &Ctx,
    ids: impl Iterator<Item = PortfolioItemId>,
) -> Result<HashMap<PortfolioItemId, String>> {
    let ids: Vec<PortfolioItemId> = ids.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<(PortfolioItemId, String)> = PortfolioItems::find()
        .select_only()
        .column(PortfolioItemColumn::Id)
        .column(PortfolioItemColumn::Title)
        .filter(PortfolioItemColumn::Id.is_in(ids))
        .into_tuple()
        .all(ctx.db.reader())
        .await?;
    Ok(found.into_iter().collect())
}
