//! Taking a client out of everything but what the law has us keep (docs/PRIVACY.md).

use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use serde_json::json;
use uuid::Uuid;

use super::super::person::Person;
use crate::features::{
    accounts::{
        Accounts, Nobody, StoredAccount, Temporary, disable_in_tx, erase_in_tx, forget_security_events_in_tx,
    },
    billing::{InvoiceColumn, Invoices, PaymentColumn, Payments},
    clients::{ClientColumn, Clients, StoredClient, events::CLIENT_CHANGED, search_text},
    devices::{DeviceColumn, Devices},
    leads::commands::forget_forms_in_tx,
    projects::{Project, ProjectUpdates, UpdateColumn, lock_living_client_in_tx, lock_projects_of_in_tx},
};
use platform::{
    actor::{Actor, ClientId},
    announce::Forgotten,
    audit::{self, AuditAction},
    ctx::{Ctx, RecordTx},
    db::{WriteTx, write_tx},
    error::{CommandError, ErrorCode, Violation},
    events::{NewEvent, append_in_tx},
    idempotency, masking, message, outbox,
    record::{self, RecordEntity},
    search,
};

use texts::replace_texts_in_tx;

mod texts;

/// What of a client and an account tells of the person, as the audit log names it.
const PERSONAL: [&str; 4] = ["name", "phone", "address", "email"];

/// What a client is called from then on.
pub const NOBODY: &str = "Client anonymisé";

/// Takes a client out of everything but issued invoices, credit notes and payments: name, address, number and e-mail address are
/// overwritten, the account is closed, its sessions, devices, inbox and messages are removed, the forms that came from the
/// same person too, and the audit log's values are masked. It can't be undone. For administrators.
///
/// # Errors
/// CONFLICT; NOT_FOUND; INVALID at `input.confirm` when that isn't the client's name; LOCKED when it was done before.
pub async fn anonymise_client(
    ctx: &Ctx,
    actor: &Actor,
    id: ClientId,
    expected_version: i32,
    confirm: &str,
) -> Result<StoredClient, CommandError> {
    actor.require_admin()?;
    // A password that nobody has seen: its hash takes the place of the client's.
    let temporary = Temporary::make(ctx.clock.now()).await?;
    let anonymised = write_tx!(ctx, |tx| {
        let client = lock_living_client_in_tx(tx, id)
            .await?
            .ok_or_else(|| Violation::not_found(["input", "id"], ClientId::NOUN))?;
        if client.anonymised_at.is_some() {
            let message = message!("already-anonymised");
            return Err(Violation::new(ErrorCode::Locked, ["input", "id"], message).into());
        }
        record::expect_version::<Clients>(&client, expected_version)?;
        if confirm.trim() != client.name {
            let message = message!("confirm-by-name");
            return Err(Violation::new(ErrorCode::Invalid, ["input", "confirm"], message).into());
        }
        let projects = lock_projects_of_in_tx(tx, id).await?;
        let account = record::lock_living::<Accounts>(tx, client.account_id)
            .await?
            .ok_or_else(|| anyhow::anyhow!("the client {id} has no account"))?;
        let person = Person::of(tx.conn(), &client, &account).await?;
        let forms =
            forget_forms_in_tx(&RecordTx { ctx, tx, actor }, id, &person.emails, &person.phones).await?;
        close_account_in_tx(ctx, tx, actor, &account, &temporary.hash).await?;
        let texts = replace_texts_in_tx(tx, &projects, &person.words()).await?;
        mask_log_in_tx(tx, &client, &projects, &person).await?;
        let written = overwrite_in_tx(tx, actor, &client).await?;
        let done = json!({
            "forms": { "old": forms, "new": 0 },
            "texts": { "old": texts, "new": 0 },
        });
        audit::write_in_tx(tx, actor, AuditAction::Anonymise, Clients::KIND, id.0, done);
        append_in_tx(
            tx,
            NewEvent::about::<Clients>(CLIENT_CHANGED, &written).for_staff(),
        );
        Ok::<_, CommandError>(written)
    })?;
    tracing::info!(client = %id, "a client was anonymised");
    Ok(anonymised)
}

/// Ends everything that the account can do and was told, and takes the person out of it.
async fn close_account_in_tx(
    ctx: &Ctx,
    tx: &WriteTx,
    actor: &Actor,
    account: &StoredAccount,
    password_hash: &str,
) -> Result<(), CommandError> {
    // Streams close within seconds.
    disable_in_tx(tx, actor, account).await?;
    Devices::delete_many()
        .filter(DeviceColumn::AccountId.eq(account.id))
        .exec(tx.conn())
        .await?;
    ctx.announcer
        .forget_in_tx(tx, Forgotten::Account(account.id))
        .await?;
    outbox::forget_recipient_in_tx(tx, account.id).await?;
    forget_security_events_in_tx(tx, account.id).await?;
    idempotency::forget_caller_in_tx(tx, account.id).await?;
    let nobody = Nobody {
        name: NOBODY,
        password_hash,
    };
    erase_in_tx(tx, account, nobody).await
}

/// Past the audit log, which would keep what is overwritten.
async fn overwrite_in_tx(
    tx: &WriteTx,
    actor: &Actor,
    client: &StoredClient,
) -> Result<StoredClient, CommandError> {
    use ClientColumn as Column;
    let nothing: Option<String> = None;
    let by: Option<Uuid> = actor.account_id().map(|id| id.0);
    let written = Clients::update_many()
        .col_expr(Column::Name, Expr::value(NOBODY))
        .col_expr(Column::Phone, Expr::value(nothing.clone()))
        .col_expr(Column::Address, Expr::value(nothing))
        .col_expr(Column::WhatsappEnabled, Expr::value(false))
        .col_expr(Column::EmailUpdates, Expr::value(false))
        .col_expr(Column::PushUpdates, Expr::value(false))
        .col_expr(Column::SortName, Expr::value(search::fold(NOBODY)))
        .col_expr(
            Column::SearchText,
            Expr::value(search_text(NOBODY, "", None, None)),
        )
        .col_expr(Column::AnonymisedAt, Expr::value(tx.now()))
        .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
        .col_expr(Column::UpdatedBy, Expr::value(by))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(client.id))
        .exec_with_returning(tx.conn())
        .await?
        .pop();
    Ok(written.ok_or_else(|| anyhow::anyhow!("the client {} vanished while it was locked", client.id))?)
}

/// What the log has of client and account is masked; of what stands below the client, the words that name them. The forms' own
/// entries are masked as those are removed.
async fn mask_log_in_tx(
    tx: &WriteTx,
    client: &StoredClient,
    projects: &[Project],
    person: &Person,
) -> Result<(), CommandError> {
    let own = [client.id.0, client.account_id.0];
    audit::mask_person_in_tx(tx, &own, &PERSONAL).await?;
    let below = below_in_tx(tx, projects).await?;
    masking::mask_words_in_tx(tx, &below, &person.words()).await?;
    Ok(())
}

/// The ids of projects, and of what is below them and has entries in the audit log.
async fn below_in_tx(tx: &WriteTx, projects: &[Project]) -> Result<Vec<Uuid>, CommandError> {
    let mut ids: Vec<Uuid> = projects.iter().map(|project| project.id.0).collect();
    let of = || projects.iter().map(|project| project.id);
    let updates = ProjectUpdates::find()
        .select_only()
        .column(UpdateColumn::Id)
        .filter(UpdateColumn::ProjectId.is_in(of()));
    let invoices = Invoices::find()
        .select_only()
        .column(InvoiceColumn::Id)
        .filter(InvoiceColumn::ProjectId.is_in(of()));
    let payments = Payments::find()
        .select_only()
        .column(PaymentColumn::Id)
        .filter(PaymentColumn::ProjectId.is_in(of()));
    ids.extend(updates.into_tuple::<Uuid>().all(tx.conn()).await?);
    ids.extend(invoices.into_tuple::<Uuid>().all(tx.conn()).await?);
    ids.extend(payments.into_tuple::<Uuid>().all(tx.conn()).await?);
    Ok(ids)
}
