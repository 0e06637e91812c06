//! What callers send: filters, orders, inputs and patches.

use async_graphql::{Enum, ID, InputObject, MaybeUndefined};

use crate::features::projects::{
    Phase, ProjectFilter, ProjectId, ProjectOrder, UpdateFilter, UpdateOrder,
    commands::{ImageChoice, ProjectFields, ProjectUpdateFields},
    model::MAX_IMAGES,
};
use platform::{
    actor::ClientId,
    entered,
    error::{ErrorCode, Violation, Violations},
    graphql::{
        BoundedList, OrderDirection,
        editing::Entered,
        parse_id,
        scalars::Moment,
        values::{CurrencyCode, Date, Decimal},
    },
    message, read_inputs, search,
};

/// How far a building is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Phase")]
pub enum ProjectPhase {
    /// Foundations.
    Foundation,
    /// Walls.
    Elevation,
    /// Roof.
    Roofing,
    /// Plaster, floors, joinery, paint.
    Finishing,
    /// The keys are handed over.
    Handover,
}

/// Which projects a list shows. All of what is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct ProjectFilterInput {
    /// Of this client (`cli_…`).
    pub client_id: Option<ID>,
    /// In this phase.
    pub phase: Option<ProjectPhase>,
    /// Only closed ones, or only open ones.
    pub closed: Option<bool>,
    /// Work starts on this day or later.
    pub starts_from: Option<Date>,
    /// Work starts on this day or earlier.
    pub starts_until: Option<Date>,
    /// Work should end on this day or later.
    pub completes_from: Option<Date>,
    /// Work should end on this day or earlier.
    pub completes_until: Option<Date>,
    /// Each word stands in the name; case and accents don't matter. 200 characters and 20 words at most.
    pub search: Option<String>,
}

impl ProjectFilterInput {
    pub(super) fn check(self) -> Result<ProjectFilter, Violation> {
        Ok(ProjectFilter {
            client: self
                .client_id
                .map(|id| client_id(&id, &["filter", "clientId"]))
                .transpose()?,
            phase: self.phase.map(Phase::from),
            closed: self.closed,
            starts_from: self.starts_from.map(|day| day.0),
            starts_until: self.starts_until.map(|day| day.0),
            completes_from: self.completes_from.map(|day| day.0),
            completes_until: self.completes_until.map(|day| day.0),
            search: search::check(self.search, &["filter", "search"])?,
        })
    }
}

/// What projects can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ProjectOrder")]
pub enum ProjectOrderField {
    /// When they were entered.
    CreatedAt,
    /// When they last changed.
    UpdatedAt,
    /// The name.
    Name,
    /// When work starts; those without a date come last.
    StartDate,
    /// When work should end; those without a date come last.
    EstimatedCompletion,
    /// How far they are.
    Progress,
}

/// An order of projects.
#[derive(Debug, InputObject)]
#[graphql(name = "ProjectOrder")]
pub struct ProjectOrderInput {
    /// By what.
    pub field: ProjectOrderField,
    /// Which end comes first.
    pub direction: OrderDirection,
}

/// Which updates a list shows. All of what is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct ProjectUpdateFilterInput {
    /// Of this project (`prj_…`).
    pub project_id: Option<ID>,
    /// Of this client's projects (`cli_…`).
    pub client_id: Option<ID>,
    /// Only drafts, or only posted ones. Clients see posted ones whatever is asked.
    pub draft: Option<bool>,
    /// Posted at this moment or later.
    pub posted_from: Option<Moment>,
    /// Posted before this moment.
    pub posted_until: Option<Moment>,
    /// Each word stands in title or description; case and accents don't matter. 200 characters and 20 words at most.
    pub search: Option<String>,
}

impl ProjectUpdateFilterInput {
    pub(super) fn check(self) -> Result<UpdateFilter, Violation> {
        Ok(UpdateFilter {
            project: self
                .project_id
                .map(|id| project_id(&id, &["filter", "projectId"]))
                .transpose()?,
            client: self
                .client_id
                .map(|id| client_id(&id, &["filter", "clientId"]))
                .transpose()?,
            draft: self.draft,
            posted_from: self.posted_from.map(|at| at.0),
            posted_until: self.posted_until.map(|at| at.0),
            search: search::check(self.search, &["filter", "search"])?,
        })
    }
}

/// What updates can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "UpdateOrder")]
pub enum ProjectUpdateOrderField {
    /// When they were posted; drafts come last.
    PostedAt,
    /// When they were entered.
    CreatedAt,
}

/// An order of updates.
#[derive(Debug, InputObject)]
pub struct ProjectUpdateOrder {
    /// By what.
    pub field: ProjectUpdateOrderField,
    /// Which end comes first.
    pub direction: OrderDirection,
}

/// A new contract.
#[derive(Debug, InputObject)]
pub struct CreateProjectInput {
    /// Whose it is (`cli_…`).
    pub client_id: ID,
    /// What it is called, 200 characters at most.
    pub name: String,
    /// When work starts.
    pub start_date: Option<Date>,
    /// When work should end; not before `startDate`.
    pub estimated_completion: Option<Date>,
    /// How far it is; FOUNDATION when absent.
    pub current_phase: Option<ProjectPhase>,
    /// How far it is, 0 to 100 percent; 0 when absent.
    pub progress_percentage: Option<i32>,
    /// The agreed price, not negative, with no more decimals than the currency has; 0 when absent.
    pub total_quote: Option<Decimal>,
    /// The contract's currency; the configured one (XOF) when absent.
    pub currency: Option<CurrencyCode>,
    /// Makes sending twice harmless: the same key and input answer with the project made the first time. Kept 30 days.
    pub idempotency_key: Option<String>,
}

/// Changes to a project: absent keeps, null clears a date; what can't be empty answers null with REQUIRED.
#[derive(Debug, InputObject)]
pub struct ProjectPatch {
    /// Gives the project to another client (`cli_…`); the old one no longer sees it. LOCKED once an invoice was issued or
    /// a payment recorded on it.
    pub client_id: MaybeUndefined<ID>,
    /// What it is called, 200 characters at most.
    pub name: MaybeUndefined<String>,
    /// When work starts.
    pub start_date: MaybeUndefined<Date>,
    /// When work should end; not before `startDate`.
    pub estimated_completion: MaybeUndefined<Date>,
    /// How far it is.
    pub current_phase: MaybeUndefined<ProjectPhase>,
    /// How far it is, 0 to 100 percent.
    pub progress_percentage: MaybeUndefined<i32>,
    /// The agreed price, not negative.
    pub total_quote: MaybeUndefined<Decimal>,
    /// Another currency; fixed (LOCKED) once the project has an invoice or a payment.
    pub currency: MaybeUndefined<CurrencyCode>,
}

/// Which project changes, from which version, and how.
#[derive(Debug, InputObject)]
pub struct UpdateProjectInput {
    /// The project (`prj_…`).
    pub id: ID,
    /// The version you read. If it isn't the current one the answer is CONFLICT, with the current project.
    pub expected_version: i32,
    /// The changes.
    pub patch: ProjectPatch,
}

/// Which project is closed or opened again.
#[derive(Debug, InputObject)]
pub struct CloseProjectInput {
    /// The project (`prj_…`).
    pub id: ID,
    /// The version you read.
    pub expected_version: i32,
}

/// Which project is opened again.
#[derive(Debug, InputObject)]
pub struct ReopenProjectInput {
    /// The project (`prj_…`).
    pub id: ID,
    /// The version you read.
    pub expected_version: i32,
}

/// News from a site.
#[derive(Debug, InputObject)]
pub struct CreateProjectUpdateInput {
    /// Of which project (`prj_…`).
    pub project_id: ID,
    /// What happened, 200 characters at most.
    pub title: String,
    /// In more words, 10,000 characters at most.
    pub description: Option<String>,
    /// Pictures uploaded before with `createUpload` (`upl_…`), in the order they are shown; 30 at most.
    pub upload_ids: Option<BoundedList<ID, MAX_IMAGES>>,
    /// Shows it to the client at once, who is told; otherwise it stays a draft until `postProjectUpdate`.
    pub post: Option<bool>,
    /// Makes sending twice harmless: the same key and input answer with the update made the first time. Kept 30 days.
    pub idempotency_key: Option<String>,
}

/// One picture of the new list: exactly one of the two.
#[derive(Debug, InputObject)]
pub struct ProjectUpdateImageInput {
    /// A picture that the update has already (`img_…`).
    pub id: Option<ID>,
    /// A new one, uploaded before with `createUpload` (`upl_…`).
    pub upload_id: Option<ID>,
}

/// Changes to an update: absent keeps, null clears.
#[derive(Debug, InputObject)]
pub struct ProjectUpdatePatch {
    /// What happened, 200 characters at most. It can't be empty: null is REQUIRED.
    pub title: MaybeUndefined<String>,
    /// In more words, 10,000 characters at most.
    pub description: MaybeUndefined<String>,
    /// All pictures from now on, in order; those not named are removed. 30 at most; null removes all.
    pub images: MaybeUndefined<BoundedList<ProjectUpdateImageInput, MAX_IMAGES>>,
}

/// Which update changes, from which version, and how.
#[derive(Debug, InputObject)]
pub struct UpdateProjectUpdateInput {
    /// The update (`upd_…`).
    pub id: ID,
    /// The version you read. If it isn't the current one the answer is CONFLICT, with the current update.
    pub expected_version: i32,
    /// The changes.
    pub patch: ProjectUpdatePatch,
}

/// Which draft is posted.
#[derive(Debug, InputObject)]
pub struct PostProjectUpdateInput {
    /// The update (`upd_…`).
    pub id: ID,
    /// The version you read.
    pub expected_version: i32,
}

/// Reads an id at `field`.
pub(super) fn project_id(id: &str, field: &[&str]) -> Result<ProjectId, Violation> {
    parse_id(id, field)
}

/// Reads an id at `field`.
pub(super) fn client_id(id: &str, field: &[&str]) -> Result<ClientId, Violation> {
    parse_id(id, field)
}

entered! {
    ProjectPhase => Phase, Into::into;
}

impl Entered<ImageChoice> for ProjectUpdateImageInput {
    fn read(self, path: &[String], violations: &mut Violations) -> Option<ImageChoice> {
        let at = |name: &str| [path, &[name.to_owned()]].concat();
        match (self.id, self.upload_id) {
            (Some(id), None) => id.read(&at("id"), violations).map(ImageChoice::Keep),
            (None, Some(id)) => id.read(&at("uploadId"), violations).map(ImageChoice::Add),
            _ => {
                let message = message!("update-picture-id-or-upload");
                violations.push(Violation::new(ErrorCode::Invalid, path.iter().cloned(), message));
                None
            }
        }
    }
}

read_inputs! {
    create CreateProjectInput {
        required { client_id, name }
        optional {
            start_date, estimated_completion, current_phase, progress_percentage, total_quote, currency,
        }
    }
    update UpdateProjectInput,
    patch ProjectPatch {
        client_id, name, start_date, estimated_completion, current_phase, progress_percentage, total_quote, currency,
    }
    into ProjectFields
}

read_inputs! {
    create CreateProjectUpdateInput {
        required { project_id, title }
        optional { description, upload_ids, post }
    }
    update UpdateProjectUpdateInput,
    patch ProjectUpdatePatch { title, description, images }
    into ProjectUpdateFields
}
