//! The website's two forms: `submitConstructionLead`, `submitContactInquiry`.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use crate::features::leads::{
    FormTraces,
    commands::{
        InquiryFields, LeadFields, SubmitConstructionLead, SubmitContactInquiry, submit_construction_lead,
        submit_contact_inquiry,
    },
};
use platform::{
    error::{CommandError, ErrorCode, Violation},
    graphql::{
        ContextExt, UserError,
        scalars::{EmailAddress, Moment},
        split,
    },
    message,
};

/// The form "Build for me".
#[derive(Debug, InputObject)]
pub struct SubmitConstructionLeadInput {
    /// Who wants a house, 120 characters at most.
    pub name: String,
    /// A telephone number, as `+227 90 12 34 56` or as the eight digits used in Niger.
    pub phone: String,
    /// An e-mail address.
    pub email: Option<EmailAddress>,
    /// Whether they have land to build on.
    pub has_land: bool,
    /// Where it is, 200 characters at most; required when there is land.
    pub location_of_land: Option<String>,
    /// The published item of the portfolio that drew them (`pfi_…`).
    pub interested_in: Option<ID>,
    /// What they say, 5,000 characters at most.
    pub message: Option<String>,
    /// The hidden field: put an input of this name into the form, out of sight and out of the tab order, with
    /// `autocomplete="off"`, and send what it holds. Whoever fills it is a program: told that all went well, and nothing
    /// is kept.
    pub website: Option<String>,
    /// When the form was shown, by the visitor's clock. Always send it: a form without it is kept but flagged, one sent
    /// less than 3 seconds after is a program's.
    pub form_rendered_at: Option<Moment>,
    /// When the form was sent, by the same clock. With it a wrong clock doesn't matter: only the time between the two
    /// counts.
    pub form_submitted_at: Option<Moment>,
    /// A UUID made when the form is shown: sending twice makes one lead and gets the same answer. Kept 30 days.
    pub idempotency_key: String,
}

/// The contact form.
#[derive(Debug, InputObject)]
pub struct SubmitContactInquiryInput {
    /// Who asks, 120 characters at most.
    pub name: String,
    /// Where the answer goes.
    pub email: EmailAddress,
    /// A telephone number, as `+227 90 12 34 56` or as the eight digits used in Niger.
    pub phone: Option<String>,
    /// What it is about, 200 characters at most.
    pub subject: String,
    /// The question, 5,000 characters at most.
    pub message: String,
    /// The hidden field: put an input of this name into the form, out of sight and out of the tab order, with
    /// `autocomplete="off"`, and send what it holds. Whoever fills it is a program: told that all went well, and nothing
    /// is kept.
    pub website: Option<String>,
    /// When the form was shown, by the visitor's clock. Always send it: a form without it is kept but flagged, one sent
    /// less than 3 seconds after is a program's.
    pub form_rendered_at: Option<Moment>,
    /// When the form was sent, by the same clock. With it a wrong clock doesn't matter: only the time between the two
    /// counts.
    pub form_submitted_at: Option<Moment>,
    /// A UUID made when the form is shown: sending twice makes one inquiry and gets the same answer. Kept 30 days.
    pub idempotency_key: String,
}

/// What `submitConstructionLead` answers: nothing of what is stored.
#[derive(Debug, SimpleObject)]
pub struct SubmitConstructionLeadPayload {
    /// Whether the form was taken. Thank the visitor.
    pub accepted: bool,
    /// With RATE_LIMITED: after how many seconds the visitor may try again.
    pub retry_after_seconds: Option<i32>,
    /// What is wrong with the input; RATE_LIMITED after five forms from one address in ten minutes.
    pub user_errors: Vec<UserError>,
}

/// What `submitContactInquiry` answers: nothing of what is stored.
#[derive(Debug, SimpleObject)]
pub struct SubmitContactInquiryPayload {
    /// Whether the form was taken. Thank the visitor.
    pub accepted: bool,
    /// With RATE_LIMITED: after how many seconds the visitor may try again.
    pub retry_after_seconds: Option<i32>,
    /// What is wrong with the input; RATE_LIMITED after five forms from one address in ten minutes.
    pub user_errors: Vec<UserError>,
}

/// The forms of the website.
#[derive(Debug, Default)]
pub struct FormsMutation;

#[Object]
impl FormsMutation {
    /// Takes the form "Build for me": somebody wants a house. The staff are told at once. For everybody; five from one
    /// address in ten minutes.
    async fn submit_construction_lead(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the visitor wrote.")] input: SubmitConstructionLeadInput,
    ) -> Result<SubmitConstructionLeadPayload> {
        let form = SubmitConstructionLead {
            lead: LeadFields {
                name: Some(Some(input.name)),
                phone: Some(Some(input.phone)),
                email: Some(input.email.map(|email| email.0)),
                has_land: Some(Some(input.has_land)),
                location_of_land: Some(input.location_of_land),
                message: Some(input.message),
                ..LeadFields::default()
            },
            interested_in: input.interested_in.map(|id| id.0),
            traces: FormTraces {
                website: input.website,
                rendered_at: input.form_rendered_at.map(|at| at.0),
                submitted_at: input.form_submitted_at.map(|at| at.0),
            },
            remote_addr: ctx.request().remote_addr,
            idempotency_key: input.idempotency_key,
        };
        let outcome = submit_construction_lead(ctx.app(), ctx.actor(), form).await;
        let answer = Answer::of(outcome)?;
        Ok(SubmitConstructionLeadPayload {
            accepted: answer.accepted,
            retry_after_seconds: answer.retry_after_seconds,
            user_errors: answer.user_errors,
        })
    }

    /// Takes the contact form: somebody has a question. The staff are told at once. For everybody; five from one address in
    /// ten minutes.
    async fn submit_contact_inquiry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the visitor wrote.")] input: SubmitContactInquiryInput,
    ) -> Result<SubmitContactInquiryPayload> {
        let form = SubmitContactInquiry {
            inquiry: InquiryFields {
                name: Some(Some(input.name)),
                email: Some(Some(input.email.0)),
                phone: Some(input.phone),
                subject: Some(Some(input.subject)),
                message: Some(Some(input.message)),
                ..InquiryFields::default()
            },
            traces: FormTraces {
                website: input.website,
                rendered_at: input.form_rendered_at.map(|at| at.0),
                submitted_at: input.form_submitted_at.map(|at| at.0),
            },
            remote_addr: ctx.request().remote_addr,
            idempotency_key: input.idempotency_key,
        };
        let answer = Answer::of(submit_contact_inquiry(ctx.app(), ctx.actor(), form).await)?;
        Ok(SubmitContactInquiryPayload {
            accepted: answer.accepted,
            retry_after_seconds: answer.retry_after_seconds,
            user_errors: answer.user_errors,
        })
    }
}

/// What both forms answer.
struct Answer {
    accepted: bool,
    retry_after_seconds: Option<i32>,
    user_errors: Vec<UserError>,
}

impl Answer {
    fn of(outcome: Result<(), CommandError>) -> Result<Self> {
        if let Err(CommandError::RateLimited { retry_after }) = &outcome {
            // Rounded up: who comes back then must not be early.
            let seconds = i32::try_from(retry_after.as_secs() + 1).unwrap_or(i32::MAX);
            let minutes = (seconds + 59) / 60;
            return Ok(Self {
                accepted: false,
                retry_after_seconds: Some(seconds),
                user_errors: vec![UserError::from(Violation {
                    code: ErrorCode::RateLimited,
                    message: message!("forms-too-many", minutes),
                    field: Vec::new(),
                })],
            });
        }
        let (accepted, user_errors) = split(outcome)?;
        Ok(Self {
            accepted: accepted.is_some(),
            retry_after_seconds: None,
            user_errors,
        })
    }
}
