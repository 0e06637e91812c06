//! What the staff do with leads and inquiries.

use async_graphql::{Context, ID, Object, Result, SimpleObject};

use sea_orm::{IntoActiveModel, ModelTrait};

use super::{
    inputs::{
        ConvertLeadInput, CreateLeadInput, ExportInquiriesInput, ExportLeadsInput, MarkInquiriesReadInput,
        MarkLeadsReadInput, UpdateInquiryInput, UpdateLeadInput,
    },
    inquiry::GqlInquiry,
    lead::GqlLead,
};
use crate::features::{
    clients::{commands::ClientFields, graphql::Client},
    leads::{
        Inquiries, InquiriesExport, Inquiry, Lead, LeadId, Leads, LeadsExport,
        commands::{self, Conversion, ConvertLead, InquiryFields, LeadFields, MAX_ROWS, Row, mark_all},
    },
    projects::{commands::ProjectFields, graphql::GqlProject},
};
use platform::{
    editing::{Editable, find},
    error::{CommandError, ErrorCode, Violation, Violations},
    export::Exports,
    graphql::{
        Allow, BoundedList, BulkRowInput, ContextExt, ExportPayload, Payload, UserError,
        editing::{create, update},
        internal, parse_id, split,
    },
    ids, message, record_payload,
};

record_payload! {
    /// What a mutation on a lead answers.
    LeadPayload {
        /// The lead as it is now; with CONFLICT the current one, with other errors null.
        lead: GqlLead, from Lead
    }
}

record_payload! {
    /// What a mutation on an inquiry answers.
    InquiryPayload {
        /// The inquiry as it is now; with CONFLICT the current one, with other errors null.
        inquiry: GqlInquiry, from Inquiry
    }
}

/// What `convertLead` answers.
#[derive(Debug, SimpleObject)]
pub struct ConvertLeadPayload {
    /// The lead, converted; with CONFLICT and LOCKED the current one, with other errors null.
    pub lead: Option<GqlLead>,
    /// The client.
    pub client: Option<Client>,
    /// The project.
    pub project: Option<GqlProject>,
    /// What is wrong with the input; when there is anything, nothing was written.
    pub user_errors: Vec<UserError>,
}

/// What became of one row of `markLeadsRead`.
#[derive(Debug, SimpleObject)]
pub struct MarkLeadResult {
    /// The id that was sent.
    pub id: ID,
    /// The lead as it is now; null when something is wrong with the row.
    pub lead: Option<GqlLead>,
    /// What is wrong with the row; then nothing of it was written, whatever became of the others.
    pub user_errors: Vec<UserError>,
}

/// What `markLeadsRead` answers.
#[derive(Debug, SimpleObject)]
pub struct MarkLeadsReadPayload {
    /// A result for each row, in the order they were sent; 100 at most.
    pub results: Vec<MarkLeadResult>,
    /// What is wrong with the input as a whole; then no row was looked at.
    pub user_errors: Vec<UserError>,
}

/// What became of one row of `markInquiriesRead`.
#[derive(Debug, SimpleObject)]
pub struct MarkInquiryResult {
    /// The id that was sent.
    pub id: ID,
    /// The inquiry as it is now; null when something is wrong with the row.
    pub inquiry: Option<GqlInquiry>,
    /// What is wrong with the row; then nothing of it was written, whatever became of the others.
    pub user_errors: Vec<UserError>,
}

/// What `markInquiriesRead` answers.
#[derive(Debug, SimpleObject)]
pub struct MarkInquiriesReadPayload {
    /// A result for each row, in the order they were sent; 100 at most.
    pub results: Vec<MarkInquiryResult>,
    /// What is wrong with the input as a whole; then no row was looked at.
    pub user_errors: Vec<UserError>,
}

/// Mutations on leads and inquiries.
#[derive(Debug, Default)]
pub struct LeadsMutation;

#[Object]
impl LeadsMutation {
    /// Enters a lead that came by telephone or over the counter. The staff's stream tells of it, no e-mail does. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn create_lead(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who wants a house.")] input: CreateLeadInput,
    ) -> Result<LeadPayload> {
        Ok(create::<Leads, _>(ctx, input).await?.into())
    }

    /// Changes a lead: status, read or not, who follows it, notes, and what the visitor said. What happened goes into the
    /// timeline. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn update_lead(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateLeadInput,
    ) -> Result<LeadPayload> {
        Ok(update::<Leads, _>(ctx, input).await?.into())
    }

    /// Changes an inquiry: read or not, and what the visitor said. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn update_inquiry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateInquiryInput,
    ) -> Result<InquiryPayload> {
        Ok(update::<Inquiries, _>(ctx, input).await?.into())
    }

    /// Marks leads as read, or unread again: each row by itself, with a result of its own. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn mark_leads_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: MarkLeadsReadInput,
    ) -> Result<MarkLeadsReadPayload> {
        let fields = LeadFields {
            is_read: Some(Some(input.read)),
            ..LeadFields::default()
        };
        let result = |id, (lead, user_errors): Payload<Lead>| MarkLeadResult {
            id,
            lead: lead.map(GqlLead),
            user_errors,
        };
        let (results, user_errors) = mark::<Leads, _>(ctx, input.rows, fields, result).await?;
        Ok(MarkLeadsReadPayload { results, user_errors })
    }

    /// Marks inquiries as read, or unread again: each row by itself, with a result of its own. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn mark_inquiries_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: MarkInquiriesReadInput,
    ) -> Result<MarkInquiriesReadPayload> {
        let fields = InquiryFields {
            is_read: Some(Some(input.read)),
            ..InquiryFields::default()
        };
        let result = |id, (inquiry, user_errors): Payload<Inquiry>| MarkInquiryResult {
            id,
            inquiry: inquiry.map(GqlInquiry),
            user_errors,
        };
        let (results, user_errors) = mark::<Inquiries, _>(ctx, input.rows, fields, result).await?;
        Ok(MarkInquiriesReadPayload { results, user_errors })
    }

    /// Makes a lead a client with a project, in one step and once: a new client, or one that the company has already. A
    /// converted lead is LOCKED. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn convert_lead(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which lead becomes what.")] input: ConvertLeadInput,
    ) -> Result<ConvertLeadPayload> {
        let current = parse_id::<LeadId>(&input.id, &["input", "id"]).ok();
        let outcome = async {
            let command = conversion(input)?;
            commands::convert_lead(ctx.app(), ctx.actor(), command).await
        };
        let (converted, user_errors) = split(outcome.await)?;
        let Some(converted) = converted else {
            let lead = current_lead(ctx, current, &user_errors).await?;
            return Ok(ConvertLeadPayload {
                lead: lead.map(GqlLead),
                client: None,
                project: None,
                user_errors,
            });
        };
        Ok(ConvertLeadPayload {
            lead: Some(GqlLead(converted.lead)),
            client: Some(Client(converted.client)),
            project: Some(converted.project.into()),
            user_errors,
        })
    }

    /// Hands out a list of leads as CSV, the latest first: a URL that is good for ten minutes. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn export_leads(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which leads.")] input: ExportLeadsInput,
    ) -> Result<ExportPayload> {
        let outcome = async {
            let filter = input.filter.unwrap_or_default().check(&["input", "filter"])?;
            let separator = input.separator.into();
            Exports::sign(ctx.app(), ctx.actor(), &LeadsExport, &filter, separator)
        };
        ExportPayload::of(outcome.await)
    }

    /// Hands out a list of inquiries as CSV, the latest first: a URL that is good for ten minutes. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn export_inquiries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which inquiries.")] input: ExportInquiriesInput,
    ) -> Result<ExportPayload> {
        let separator = input.separator.into();
        let outcome = async {
            let filter = input.filter.unwrap_or_default().check(&["input", "filter"])?;
            Exports::sign(ctx.app(), ctx.actor(), &InquiriesExport, &filter, separator)
        };
        ExportPayload::of(outcome.await)
    }
}

/// Marks records, and tells what became of each row.
async fn mark<E: Editable, R>(
    ctx: &Context<'_>,
    rows: BoundedList<BulkRowInput, MAX_ROWS>,
    fields: E::Fields,
    result: impl Fn(ID, Payload<E::Model>) -> R,
) -> Result<(Vec<R>, Vec<UserError>)>
where
    E::Model: ModelTrait<Entity = E> + IntoActiveModel<E::Row> + Sync,
{
    let sent = rows.at(["input", "rows"]);
    let outcome = async {
        let rows = read_rows::<E>(sent.as_ref().map_err(Clone::clone)?)?;
        mark_all::<E>(ctx.app(), ctx.actor(), &rows, &fields).await
    };
    let (outcomes, user_errors) = split(outcome.await)?;
    let rows = sent.unwrap_or_default().into_iter();
    let results = rows
        .zip(outcomes.unwrap_or_default())
        .map(|(row, outcome)| Ok(result(row.id, split(outcome)?)));
    Ok((results.collect::<Result<_>>()?, user_errors))
}

fn read_rows<E: Editable>(rows: &[BulkRowInput]) -> Result<Vec<Row>, CommandError>
where
    E::Model: ModelTrait<Entity = E> + IntoActiveModel<E::Row>,
{
    let mut violations = Violations::default();
    let read = |(index, row): (usize, &BulkRowInput)| {
        let path = ["input", "rows", &index.to_string(), "id"].map(str::to_owned);
        let id = ids::parse(&row.id, E::PREFIX, E::NOUN);
        Some(Row {
            id: violations.check(id.map_err(|error| Violation::invalid_id(path, &error)))?,
            expected_version: row.expected_version,
        })
    };
    let read = rows.iter().enumerate().filter_map(read).collect();
    violations.into_result()?;
    Ok(read)
}

fn conversion(input: ConvertLeadInput) -> Result<ConvertLead, CommandError> {
    let mut violations = Violations::default();
    let id = violations.check(parse_id(&input.id, &["input", "id"]));
    let client = match (input.client_id, input.client) {
        (Some(_), Some(_)) => {
            violations.push(Violation::new(
                ErrorCode::Invalid,
                ["input", "client"],
                message!("client-id-or-client"),
            ));
            None
        }
        (Some(id), None) => {
            let id = parse_id(&id, &["input", "clientId"]);
            violations.check(id).map(Conversion::Existing)
        }
        (None, client) => {
            let client = client.unwrap_or_default();
            Some(Conversion::New {
                client: ClientFields {
                    name: client.name.map(Some),
                    email: client.email.map(|email| Some(email.0)),
                    phone: client.phone.map(Some),
                    address: client.address.map(Some),
                    locale: client.locale.map(|locale| Some(locale.into())),
                    ..ClientFields::default()
                },
                invite: input.invite,
            })
        }
    };
    let (Some(id), Some(client)) = (id, client) else {
        return Err(violations.into_error());
    };
    let project = input.project;
    Ok(ConvertLead {
        id,
        expected_version: input.expected_version,
        client,
        project: ProjectFields {
            name: Some(Some(project.name)),
            start_date: project.start_date.map(|day| Some(day.0)),
            estimated_completion: project.estimated_completion.map(|day| Some(day.0)),
            current_phase: project.current_phase.map(|phase| Some(phase.into())),
            progress_percentage: project.progress_percentage.map(Some),
            total_quote: project.total_quote.map(|quote| Some(quote.0)),
            currency: project.currency.map(|currency| Some(currency.into())),
            ..ProjectFields::default()
        },
        idempotency_key: input.idempotency_key,
    })
}

/// The lead as it is, for a caller who had read an older one.
async fn current_lead(ctx: &Context<'_>, id: Option<LeadId>, errors: &[UserError]) -> Result<Option<Lead>> {
    let outdated = errors.iter().any(|error| {
        let error = error.violation();
        error.code == ErrorCode::Conflict
            || (error.code == ErrorCode::Locked && error.field == ["input", "id"])
    });
    match id {
        Some(id) if outdated => find::<Leads>(ctx.app().db.reader(), id.into())
            .await
            .map_err(internal),
        _ => Ok(None),
    }
}
