//! `convertLead`: a lead becomes a client and a project, in one step and once.

use sea_orm::ActiveValue::Set;
use serde::Serialize;
use uuid::Uuid;

use crate::features::{
    accounts::{Temporary, living_account_by_email, normalize_email},
    clients::{
        Clients, StoredClient, client_of_account,
        commands::{CheckedClient, ClientFields, Invitation, create_client_in_tx, read_client},
    },
    leads::{
        ActivityKind, LeadId, LeadStatus, living_lead,
        tables::{
            activity::{self, NewActivity},
            lead,
        },
    },
    projects::{
        Project, Projects,
        commands::{ProjectFields, create_project_in_tx, read_project},
        lock_living_client_in_tx,
    },
};
use platform::{
    actor::{Actor, ClientId},
    ctx::Ctx,
    db::{WriteTx, write_tx},
    editing::made_before,
    error::{CommandError, ErrorCode, Violation, Violations},
    form::Checks,
    idempotency::{self, Claim},
    message,
    outbox::DeliveryId,
    record,
};

/// Who the client is.
#[derive(Debug, Clone, Serialize)]
pub enum Conversion {
    /// One that the company knows already.
    Existing(ClientId),
    /// A new one. What is absent is taken from the lead.
    New {
        /// What is known of the client.
        client: ClientFields,
        /// Whether the temporary password goes out at once.
        invite: bool,
    },
}

/// Which lead becomes what.
#[derive(Debug, Clone, Serialize)]
pub struct ConvertLead {
    /// The lead.
    pub id: LeadId,
    /// The version that the caller read.
    pub expected_version: i32,
    /// The client.
    pub client: Conversion,
    /// The project.
    pub project: ProjectFields,
    /// Makes a repeated call harmless.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// What a lead became.
#[derive(Debug, Clone)]
pub struct Converted {
    /// The lead, converted.
    pub lead: lead::Model,
    /// The client.
    pub client: StoredClient,
    /// The project.
    pub project: Project,
}

/// A new client, ready to be written.
struct NewClient {
    checked: CheckedClient,
    temporary: Temporary,
    invitation: Invitation,
}

/// Makes a client, unless there is one already, and a project of what a lead says. For staff.
///
/// # Errors
/// LOCKED when the lead is converted already; CONFLICT when it is not at `expected_version`; TAKEN at
/// `input.client.email`, with the client who has the address; violations at `input.client.…` and `input.project.…`.
pub async fn convert_lead(ctx: &Ctx, actor: &Actor, input: ConvertLead) -> Result<Converted, CommandError> {
    actor.require_staff()?;
    // Read before the transaction: hashing a password takes longer than the writing connection should be held.
    let known = living_lead(ctx.db.reader(), actor, input.id).await?;
    let mut violations = Violations::default();
    let mut checks = Checks::of_new(&["input", "project"]);
    let project = read_project(ctx, &mut checks, input.project.clone(), None);
    collect(&mut violations, checks.finish())?;
    let new = match (&known, &input.client) {
        (Some(lead), Conversion::New { .. }) => collect(&mut violations, prepare(ctx, lead, &input).await)?,
        _ => None,
    };

    write_tx!(ctx, |tx| {
        let mut violations = violations.clone();
        let key = input.idempotency_key.as_deref();
        let claimed = match idempotency::claim_in_tx(tx, actor, "convertLead", key, &input).await? {
            Claim::New(claimed) => claimed,
            Claim::Replay(id) => return replay(tx, id).await,
        };
        // From the top down, as everywhere: the client before the lead.
        let existing = match input.client {
            Conversion::Existing(id) => {
                let client = lock_living_client_in_tx(tx, id).await?;
                if client.is_none() {
                    violations.push(Violation::not_found(["input", "clientId"], ClientId::NOUN));
                }
                client
            }
            Conversion::New { .. } => None,
        };
        let current = record::lock_living::<lead::Entity>(tx, input.id)
            .await?
            .ok_or_else(no_such_lead)?;
        if current.status == LeadStatus::Converted {
            return Err(already(&current));
        }
        record::expect_version::<lead::Entity>(&current, input.expected_version)?;
        violations.into_result()?;
        let (client, delivery) = match (existing, &new) {
            (Some(client), _) => (client, None),
            (None, Some(new)) => make_client(ctx, tx, actor, new).await?,
            // The lead came back from the deleted meanwhile.
            (None, None) => return Err(no_such_lead().into()),
        };
        let project = create_project_in_tx(tx, actor, client.id, project.clone()).await?;
        let changes = lead::ActiveModel {
            status: Set(LeadStatus::Converted),
            is_read: Set(true),
            converted_at: Set(Some(tx.now())),
            client_id: Set(Some(client.id)),
            project_id: Set(Some(project.id)),
            ..Default::default()
        };
        let lead = record::update::<lead::Entity, _>(tx, actor, &current, changes).await?;
        write_timeline(tx, actor, &current, &lead, delivery).await?;
        claimed.complete(tx, lead.id).await?;
        Ok(Converted {
            lead,
            client,
            project,
        })
    })
}

/// Takes a check's violations into the others; what isn't the caller's fault ends the command.
fn collect<T>(
    violations: &mut Violations,
    checked: Result<T, CommandError>,
) -> Result<Option<T>, CommandError> {
    match checked {
        Ok(value) => Ok(Some(value)),
        Err(CommandError::Rejected(found)) => {
            found.into_iter().for_each(|violation| violations.push(violation));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Checks the new client, what is absent taken from the lead, and makes a temporary password.
async fn prepare(ctx: &Ctx, lead: &lead::Model, input: &ConvertLead) -> Result<NewClient, CommandError> {
    let Conversion::New { client, invite } = input.client.clone() else {
        return Err(anyhow::anyhow!("a client who exists needs no preparation").into());
    };
    let Some(email) = client.email.flatten().or_else(|| lead.email.clone()) else {
        return Err(Violation::new(
            ErrorCode::Required,
            ["input", "client", "email"],
            message!("lead-without-email"),
        )
        .into());
    };
    let fields = ClientFields {
        name: client.name.or_else(|| Some(Some(lead.name.clone()))),
        email: Some(Some(email.clone())),
        phone: client.phone.or_else(|| Some(Some(lead.phone.clone()))),
        ..client
    };
    let mut checks = Checks::of_new(&["input", "client"]);
    let checked = read_client(&mut checks, fields, None);
    checks.finish()?;
    refuse_taken(ctx, &email).await?;
    Ok(NewClient {
        checked,
        temporary: Temporary::make(ctx.clock.now()).await?,
        invitation: if invite {
            Invitation::Now
        } else {
            Invitation::Later
        },
    })
}

/// Says whose the address is, so that the caller can convert into that client instead.
async fn refuse_taken(ctx: &Ctx, email: &str) -> Result<(), CommandError> {
    let conn = ctx.db.reader();
    let Some(account) = living_account_by_email(conn, &normalize_email(email)).await? else {
        return Ok(());
    };
    let message = match client_of_account(conn, account.id).await? {
        Some(client) => message!("email-of-client", name = client.name, id = client.id.to_string()),
        None => message!("email-of-staff"),
    };
    Err(Violation::new(ErrorCode::Taken, ["input", "client", "email"], message).into())
}

async fn make_client(
    ctx: &Ctx,
    tx: &WriteTx,
    actor: &Actor,
    new: &NewClient,
) -> Result<(StoredClient, Option<DeliveryId>), CommandError> {
    create_client_in_tx(
        ctx,
        tx,
        actor,
        new.checked.clone(),
        &new.temporary,
        new.invitation,
    )
    .await
    .map_err(|error| error.below(&["input"], &["input", "client"]))
}

fn no_such_lead() -> Violation {
    Violation::not_found(["input", "id"], LeadId::NOUN)
}

fn already(lead: &lead::Model) -> CommandError {
    let message = match (lead.client_id, lead.project_id) {
        (Some(client), Some(project)) => message!(
            "lead-became",
            client = client.to_string(),
            project = project.to_string()
        ),
        _ => message!("lead-converted-already"),
    };
    Violation::new(ErrorCode::Locked, ["input", "id"], message).into()
}

async fn write_timeline(
    tx: &WriteTx,
    actor: &Actor,
    before: &lead::Model,
    after: &lead::Model,
    delivery: Option<DeliveryId>,
) -> Result<(), CommandError> {
    let became = NewActivity {
        status: Some((before.status, after.status)),
        client: after.client_id,
        project: after.project_id,
        ..NewActivity::default()
    };
    activity::write_in_tx(tx, actor, after.id, ActivityKind::Converted, became).await?;
    if let Some(delivery) = delivery {
        let mail = NewActivity {
            delivery: Some(delivery),
            ..NewActivity::default()
        };
        activity::write_in_tx(tx, &Actor::System, after.id, ActivityKind::Email, mail).await?;
    }
    Ok(())
}

/// What an earlier call with the same key made.
async fn replay(tx: &WriteTx, lead: Uuid) -> Result<Converted, CommandError> {
    let lead = made_before::<lead::Entity>(tx, lead).await?;
    // Removed for good, they are no longer named: no record has the nil id.
    let client = lead.client_id.map_or(Uuid::nil(), Into::into);
    let project = lead.project_id.map_or(Uuid::nil(), Into::into);
    Ok(Converted {
        client: made_before::<Clients>(tx, client).await?,
        project: made_before::<Projects>(tx, project).await?,
        lead,
    })
}
