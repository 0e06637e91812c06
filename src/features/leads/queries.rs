//! Reads of leads and inquiries, for the staff alone. Every list starts from [`select_leads`] or [`select_inquiries`].

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
    sea_query::{Alias, Expr, ExprTrait, Func, Order, Query, WindowStatement},
};
use serde::{Deserialize, Serialize};

use super::{
    InquiryId, LeadId, LeadStatus,
    tables::{activity, inquiry, lead},
};
use crate::features::content::PortfolioItemId;
use platform::{
    actor::{AccountId, Actor},
    listing::RecordScope,
    paging::OrderBy,
    search,
};

/// Which leads a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LeadFilter {
    /// In one of these states.
    pub status: Option<Vec<LeadStatus>>,
    /// Read ones, or unread ones.
    pub read: Option<bool>,
    /// Followed by this member of staff.
    pub assignee: Option<AccountId>,
    /// Followed by somebody, or by nobody.
    pub assigned: Option<bool>,
    /// Received at this moment or later.
    pub received_from: Option<DateTime<Utc>>,
    /// Received before this moment.
    pub received_until: Option<DateTime<Utc>>,
    /// Who has land, or who has none.
    pub has_land: Option<bool>,
    /// Drawn by this item of the portfolio.
    pub interested_in: Option<PortfolioItemId>,
    /// Flagged ones, or those without a flag.
    pub doubtful: Option<bool>,
    /// Each word stands somewhere in the lead.
    pub search: Option<String>,
}

/// Which inquiries a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct InquiryFilter {
    /// Read ones, or unread ones.
    pub read: Option<bool>,
    /// Received at this moment or later.
    pub received_from: Option<DateTime<Utc>>,
    /// Received before this moment.
    pub received_until: Option<DateTime<Utc>>,
    /// Flagged ones, or those without a flag.
    pub doubtful: Option<bool>,
    /// Each word stands somewhere in the inquiry.
    pub search: Option<String>,
}

/// What leads are ordered by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum LeadOrder {
    /// When they came in.
    #[default]
    ReceivedAt,
    /// When they last changed.
    UpdatedAt,
    /// By name.
    Name,
}

/// What inquiries are ordered by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum InquiryOrder {
    /// When they came in.
    #[default]
    ReceivedAt,
    /// By name.
    Name,
}

impl LeadOrder {
    /// As columns.
    #[must_use]
    pub fn by(self, descending: bool) -> OrderBy<lead::Entity> {
        let column = match self {
            Self::ReceivedAt => lead::Column::CreatedAt,
            Self::UpdatedAt => lead::Column::UpdatedAt,
            Self::Name => lead::Column::SortName,
        };
        OrderBy::new(column, descending, lead::Column::Id)
    }
}

impl InquiryOrder {
    /// As columns.
    #[must_use]
    pub fn by(self, descending: bool) -> OrderBy<inquiry::Entity> {
        let column = match self {
            Self::ReceivedAt => inquiry::Column::CreatedAt,
            Self::Name => inquiry::Column::SortName,
        };
        OrderBy::new(column, descending, inquiry::Column::Id)
    }
}

fn given<C: ColumnTrait>(column: C, given: bool) -> sea_orm::sea_query::SimpleExpr {
    if given {
        column.is_not_null()
    } else {
        column.is_null()
    }
}

/// The leads that `actor` may see, within `scope` and `filter`: all for the staff, none for others.
#[must_use]
pub fn select_leads(actor: &Actor, filter: &LeadFilter, scope: RecordScope) -> Select<lead::Entity> {
    use lead::Column;
    let hidden = (!actor.is_staff()).then(|| Column::Id.is_null());
    let mut only = Condition::all()
        .add_option(hidden)
        .add_option(
            filter
                .status
                .as_ref()
                .map(|states| Column::Status.is_in(states.iter().copied())),
        )
        .add_option(filter.read.map(|read| Column::IsRead.eq(read)))
        .add_option(filter.assignee.map(|account| Column::AssigneeId.eq(account)))
        .add_option(
            filter
                .assigned
                .map(|assigned| given(Column::AssigneeId, assigned)),
        )
        .add_option(filter.received_from.map(|from| Column::CreatedAt.gte(from)))
        .add_option(filter.received_until.map(|until| Column::CreatedAt.lt(until)))
        .add_option(filter.has_land.map(|has| Column::HasLand.eq(has)))
        .add_option(filter.interested_in.map(|item| Column::InterestedInId.eq(item)))
        .add_option(filter.doubtful.map(|doubtful| given(Column::Doubt, doubtful)));
    for word in words(Column::SearchText, filter.search.as_deref()) {
        only = only.add(word);
    }
    scope.filter(lead::Entity::find().filter(only))
}

/// The inquiries that `actor` may see, within `scope` and `filter`: all for the staff, none for others.
#[must_use]
pub fn select_inquiries(
    actor: &Actor,
    filter: &InquiryFilter,
    scope: RecordScope,
) -> Select<inquiry::Entity> {
    use inquiry::Column;
    let hidden = (!actor.is_staff()).then(|| Column::Id.is_null());
    let mut only = Condition::all()
        .add_option(hidden)
        .add_option(filter.read.map(|read| Column::IsRead.eq(read)))
        .add_option(filter.received_from.map(|from| Column::CreatedAt.gte(from)))
        .add_option(filter.received_until.map(|until| Column::CreatedAt.lt(until)))
        .add_option(filter.doubtful.map(|doubtful| given(Column::Doubt, doubtful)));
    for word in words(Column::SearchText, filter.search.as_deref()) {
        only = only.add(word);
    }
    scope.filter(inquiry::Entity::find().filter(only))
}

fn words<C: ColumnTrait>(column: C, query: Option<&str>) -> Vec<sea_orm::sea_query::SimpleExpr> {
    query
        .map(|query| search::matches_person(column, query))
        .unwrap_or_default()
}

/// What happened to leads that `actor` may see.
#[must_use]
pub fn select_activities(actor: &Actor) -> Select<activity::Entity> {
    let hidden = (!actor.is_staff()).then(|| activity::Column::Id.is_null());
    activity::Entity::find().filter(Condition::all().add_option(hidden))
}

/// A living lead that `actor` may see.
///
/// # Errors
/// When the database refuses.
pub async fn living_lead(
    conn: &impl ConnectionTrait,
    actor: &Actor,
    id: LeadId,
) -> Result<Option<lead::Model>, DbErr> {
    select_leads(actor, &LeadFilter::default(), RecordScope::Living)
        .filter(lead::Column::Id.eq(id))
        .one(conn)
        .await
}

/// A living inquiry that `actor` may see.
///
/// # Errors
/// When the database refuses.
pub async fn living_inquiry(
    conn: &impl ConnectionTrait,
    actor: &Actor,
    id: InquiryId,
) -> Result<Option<inquiry::Model>, DbErr> {
    select_inquiries(actor, &InquiryFilter::default(), RecordScope::Living)
        .filter(inquiry::Column::Id.eq(id))
        .one(conn)
        .await
}

/// Living leads by id, for those who may see all. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn leads_by_ids(
    conn: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = LeadId>,
) -> Result<HashMap<LeadId, lead::Model>, DbErr> {
    let found = select_leads(&Actor::System, &LeadFilter::default(), RecordScope::Living)
        .filter(lead::Column::Id.is_in(ids))
        .all(conn)
        .await?;
    Ok(found.into_iter().map(|lead| (lead.id, lead)).collect())
}

/// Living inquiries by id, for those who may see all. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn inquiries_by_ids(
    conn: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = InquiryId>,
) -> Result<HashMap<InquiryId, inquiry::Model>, DbErr> {
    let found = select_inquiries(&Actor::System, &InquiryFilter::default(), RecordScope::Living)
        .filter(inquiry::Column::Id.is_in(ids))
        .all(conn)
        .await?;
    Ok(found.into_iter().map(|inquiry| (inquiry.id, inquiry)).collect())
}

/// Duplicates shown of one lead at most.
pub const MAX_DUPLICATES: u64 = 20;

/// What one person leaves: number and address.
pub type Traces = (String, Option<String>);

/// The living leads that share a number or an address with one of `traces`, the latest first, for those who may see all.
/// At most [`MAX_DUPLICATES`] and one more for each number and each address, so that a flood under one number doesn't hide
/// the others. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn duplicates_of(
    conn: &impl ConnectionTrait,
    traces: &[Traces],
) -> Result<Vec<lead::Model>, DbErr> {
    use lead::Column;
    let phones = traces.iter().map(|(phone, _)| phone.as_str());
    let emails = traces.iter().filter_map(|(_, email)| email.as_deref());
    let by_phone = Column::Phone.is_in(phones);
    let by_email = Column::EmailNormalized.is_in(emails);
    let (phone_rank, email_rank) = (Alias::new("phone_rank"), Alias::new("email_rank"));
    let mut ranked = lead::Entity::find()
        .filter(Column::DeletedAt.is_null())
        .filter(Condition::any().add(by_phone).add(by_email))
        .select_only()
        .column(Column::Id);
    for (partition, rank) in [
        (Column::Phone, phone_rank.clone()),
        (Column::EmailNormalized, email_rank.clone()),
    ] {
        let mut window = WindowStatement::partition_by(partition);
        window
            .order_by(Column::CreatedAt, Order::Desc)
            .order_by(Column::Id, Order::Desc);
        QueryTrait::query(&mut ranked).expr_window_as(Func::cust("ROW_NUMBER"), window, rank);
    }
    let wanted = Query::select()
        .column(Column::Id)
        .from_subquery(ranked.into_query(), Alias::new("ranked"))
        .cond_where(
            Condition::any()
                .add(Expr::col(phone_rank).lte(MAX_DUPLICATES + 1))
                .add(Expr::col(email_rank).lte(MAX_DUPLICATES + 1)),
        )
        .take();
    lead::Entity::find()
        .filter(Column::Id.in_subquery(wanted))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .all(conn)
        .await
}
