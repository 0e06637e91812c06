//! What the staff do with leads and inquiries.

use async_graphql::{Context, ID, Object, Result, SimpleObject};

use super::{
    inputs::{
        ConvertLeadInput, CreateLeadInput, ExportInquiriesInput, ExportLeadsInput,
        InquiryPatch as InquiryPatchInput, LeadPatch as LeadPatchInput, MarkInquiriesReadInput,
        MarkLeadsReadInput, UpdateInquiryInput, UpdateLeadInput,
    },
    inquiry::GqlInquiry,
    lead::GqlLead,
};
use crate::{
    features::{
        clients::graphql::Client,
        leads::{
            InquiriesExport, Inquiry, InquiryId, Lead, LeadId, LeadsExport,
            commands::{
                self, Conversion, ConvertLead, InquiryPatch, LeadPatch, NewLead, ProjectDetails, Row,
            },
            living_inquiry, living_lead,
        },
        projects::graphql::GqlProject,
    },
    platform::{
        error::{CommandError, ErrorCode, Violation, Violations},
        export::Exports,
        graphql::{
            Allow, BulkRowInput, ContextExt, ExportPayload, UserError, UserErrorCode, change,
            change_required, internal, parse_id, split,
        },
    },
};

/// What a mutation on a lead answers.
#[derive(Debug, SimpleObject)]
pub struct LeadPayload {
    /// The lead as it is now; with CONFLICT the current one, with other errors null.
    pub lead: Option<GqlLead>,
    /// What is wrong with the input; when there is anything, nothing was written.
    pub user_errors: Vec<UserError>,
}

/// What a mutation on an inquiry answers.
#[derive(Debug, SimpleObject)]
pub struct InquiryPayload {
    /// The inquiry as it is now; with CONFLICT the current one, with other errors null.
    pub inquiry: Option<GqlInquiry>,
    /// What is wrong with the input; when there is anything, nothing was written.
    pub user_errors: Vec<UserError>,
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
    /// A result for each row, in the order they were sent.
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
    /// A result for each row, in the order they were sent.
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
        let outcome = async {
            let new = NewLead {
                name: input.name,
                phone: input.phone,
                email: input.email.map(|email| email.0),
                has_land: input.has_land,
                location_of_land: input.location_of_land,
                interested_in: input
                    .interested_in
                    .map(|id| parse_id(&id, &["input", "interestedIn"]))
                    .transpose()?,
                message: input.message,
            };
            let key = input.idempotency_key.as_deref();
            commands::create_lead(ctx.app(), ctx.actor(), new, key).await
        };
        lead_payload(ctx, None, outcome.await).await
    }

    /// Changes a lead: status, read or not, who follows it, notes, and what the visitor said. What happened goes into the
    /// timeline. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn update_lead(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateLeadInput,
    ) -> Result<LeadPayload> {
        let id = parse_id::<LeadId>(&input.id, &["input", "id"]);
        let current = id.as_ref().ok().copied();
        let outcome = async {
            let patch = lead_patch(input.patch)?;
            commands::update_lead(ctx.app(), ctx.actor(), id?, input.expected_version, patch).await
        };
        lead_payload(ctx, current, outcome.await).await
    }

    /// Changes an inquiry: read or not, and what the visitor said. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn update_inquiry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateInquiryInput,
    ) -> Result<InquiryPayload> {
        let id = parse_id::<InquiryId>(&input.id, &["input", "id"]);
        let current = id.as_ref().ok().copied();
        let outcome = async {
            let patch = inquiry_patch(input.patch)?;
            commands::update_inquiry(ctx.app(), ctx.actor(), id?, input.expected_version, patch).await
        };
        inquiry_payload(ctx, current, outcome.await).await
    }

    /// Marks leads as read, or unread again: each row by itself, with a result of its own. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn mark_leads_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: MarkLeadsReadInput,
    ) -> Result<MarkLeadsReadPayload> {
        let sent = input.rows.at(["input", "rows"]);
        let outcome = async {
            let rows = rows::<LeadId>(sent.as_ref().map_err(Clone::clone)?)?;
            commands::mark_leads_read(ctx.app(), ctx.actor(), &rows, input.read).await
        };
        let (outcomes, user_errors) = split(outcome.await)?;
        let results = sent
            .unwrap_or_default()
            .into_iter()
            .zip(outcomes.unwrap_or_default());
        let results = results.map(|(row, outcome)| {
            let (lead, user_errors) = split(outcome)?;
            Ok(MarkLeadResult {
                id: row.id,
                lead: lead.map(GqlLead),
                user_errors,
            })
        });
        Ok(MarkLeadsReadPayload {
            results: results.collect::<Result<_>>()?,
            user_errors,
        })
    }

    /// Marks inquiries as read, or unread again: each row by itself, with a result of its own. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn mark_inquiries_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: MarkInquiriesReadInput,
    ) -> Result<MarkInquiriesReadPayload> {
        let sent = input.rows.at(["input", "rows"]);
        let outcome = async {
            let rows = rows::<InquiryId>(sent.as_ref().map_err(Clone::clone)?)?;
            commands::mark_inquiries_read(ctx.app(), ctx.actor(), &rows, input.read).await
        };
        let (outcomes, user_errors) = split(outcome.await)?;
        let results = sent
            .unwrap_or_default()
            .into_iter()
            .zip(outcomes.unwrap_or_default());
        let results = results.map(|(row, outcome)| {
            let (inquiry, user_errors) = split(outcome)?;
            Ok(MarkInquiryResult {
                id: row.id,
                inquiry: inquiry.map(GqlInquiry),
                user_errors,
            })
        });
        Ok(MarkInquiriesReadPayload {
            results: results.collect::<Result<_>>()?,
            user_errors,
        })
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

fn rows<I>(rows: &[BulkRowInput]) -> Result<Vec<Row<I>>, CommandError>
where
    I: std::str::FromStr<Err = crate::platform::ids::IdError>,
{
    let mut violations = Violations::default();
    let parsed = rows
        .iter()
        .enumerate()
        .filter_map(|(index, row)| {
            let id = parse_id(&row.id, &["input", "rows", &index.to_string(), "id"]);
            Some(Row {
                id: violations.check(id)?,
                expected_version: row.expected_version,
            })
        })
        .collect();
    violations.into_result()?;
    Ok(parsed)
}

fn lead_patch(patch: LeadPatchInput) -> Result<LeadPatch, CommandError> {
    let mut violations = Violations::default();
    let at = |name: &'static str| ["input", "patch", name];
    let status = change_required(patch.status, &at("status"), &mut violations);
    let is_read = change_required(patch.is_read, &at("isRead"), &mut violations);
    let name = change_required(patch.name, &at("name"), &mut violations);
    let phone = change_required(patch.phone, &at("phone"), &mut violations);
    let has_land = change_required(patch.has_land, &at("hasLand"), &mut violations);
    let assignee = change(patch.assignee_id).and_then(|id| {
        let id = id.map(|id| parse_id(&id, &at("assigneeId"))).transpose();
        violations.check(id)
    });
    let interested_in = change(patch.interested_in).and_then(|id| {
        let id = id.map(|id| parse_id(&id, &at("interestedIn"))).transpose();
        violations.check(id)
    });
    violations.into_result()?;
    Ok(LeadPatch {
        status: status.map(Into::into),
        is_read,
        assignee,
        notes: change(patch.notes),
        name,
        phone,
        email: change(patch.email).map(|email| email.map(|email| email.0)),
        has_land,
        location_of_land: change(patch.location_of_land),
        interested_in,
        message: change(patch.message),
    })
}

fn inquiry_patch(patch: InquiryPatchInput) -> Result<InquiryPatch, CommandError> {
    let mut violations = Violations::default();
    let at = |name: &'static str| ["input", "patch", name];
    let checked = InquiryPatch {
        is_read: change_required(patch.is_read, &at("isRead"), &mut violations),
        name: change_required(patch.name, &at("name"), &mut violations),
        email: change_required(patch.email, &at("email"), &mut violations).map(|email| email.0),
        phone: change(patch.phone),
        subject: change_required(patch.subject, &at("subject"), &mut violations),
        message: change_required(patch.message, &at("message"), &mut violations),
    };
    violations.into_result()?;
    Ok(checked)
}

fn conversion(input: ConvertLeadInput) -> Result<ConvertLead, CommandError> {
    let mut violations = Violations::default();
    let id = violations.check(parse_id(&input.id, &["input", "id"]));
    let client = match (input.client_id, input.client) {
        (Some(_), Some(_)) => {
            violations.push(Violation::new(
                ErrorCode::Invalid,
                ["input", "client"],
                "Give either `clientId`, for a client whom the company has, or `client`, for a new one.",
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
                name: client.name,
                email: client.email.map(|email| email.0),
                phone: client.phone,
                address: client.address,
                locale: client.locale.map(Into::into),
                invite: input.invite,
            })
        }
    };
    let (Some(id), Some(client)) = (id, client) else {
        return Err(violations.into_error());
    };
    Ok(ConvertLead {
        id,
        expected_version: input.expected_version,
        client,
        project: ProjectDetails {
            name: input.project.name,
            start_date: input.project.start_date.map(|day| day.0),
            estimated_completion: input.project.estimated_completion.map(|day| day.0),
            current_phase: input.project.current_phase.map(Into::into),
            progress_percentage: input.project.progress_percentage,
            total_quote: input.project.total_quote.map(|quote| quote.0),
            currency: input.project.currency.map(Into::into),
        },
        idempotency_key: input.idempotency_key,
    })
}

/// The payload; on CONFLICT with the current record, so that the caller can look at it.
async fn lead_payload(
    ctx: &Context<'_>,
    id: Option<LeadId>,
    outcome: Result<Lead, CommandError>,
) -> Result<LeadPayload> {
    let (lead, user_errors) = split(outcome)?;
    let lead = match lead {
        Some(lead) => Some(lead),
        None => current_lead(ctx, id, &user_errors).await?,
    };
    Ok(LeadPayload {
        lead: lead.map(GqlLead),
        user_errors,
    })
}

/// The lead as it is, for a caller who had read an older one.
async fn current_lead(ctx: &Context<'_>, id: Option<LeadId>, errors: &[UserError]) -> Result<Option<Lead>> {
    let outdated = errors.iter().any(|error| {
        error.code == UserErrorCode::Conflict
            || (error.code == UserErrorCode::Locked
                && error.field.as_deref().is_some_and(|it| it == ["input", "id"]))
    });
    match id {
        Some(id) if outdated => living_lead(ctx.app().db.reader(), ctx.actor(), id)
            .await
            .map_err(internal),
        _ => Ok(None),
    }
}

/// As [`lead_payload`].
async fn inquiry_payload(
    ctx: &Context<'_>,
    id: Option<InquiryId>,
    outcome: Result<Inquiry, CommandError>,
) -> Result<InquiryPayload> {
    let (inquiry, user_errors) = split(outcome)?;
    let conflict = user_errors
        .iter()
        .any(|error| error.code == UserErrorCode::Conflict);
    let inquiry = match (inquiry, id) {
        (None, Some(id)) if conflict => living_inquiry(ctx.app().db.reader(), ctx.actor(), id)
            .await
            .map_err(internal)?,
        (inquiry, _) => inquiry,
    };
    Ok(InquiryPayload {
        inquiry: inquiry.map(GqlInquiry),
        user_errors,
    })
}
