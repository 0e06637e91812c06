//! Changing what the company knows of a client.

use sea_orm::{ActiveValue, ActiveValue::Set};

use super::super::{
    credentials::{self, Temporary},
    model::{Patched, may_manage, patched_address, patched_phone, patched_required, search_text},
    tables::{ActiveModel, Entity, Model},
};
use crate::{
    features::accounts::{
        AccountRow, Accounts, MAX_NAME_LENGTH, check_email_free_in_tx, email, normalize_email,
        taken_or_internal,
    },
    platform::{
        actor::{Actor, ClientId, Locale},
        ctx::Ctx,
        error::{CommandError, Violation, Violations},
        form::line,
        record::{self, Related},
        search,
        write::write_tx,
    },
};

const EMAIL: &[&str] = &["input", "patch", "email"];

/// A client's new values.
#[derive(Debug)]
pub struct UpdateClient {
    /// Which client.
    pub id: ClientId,
    /// The version that the caller read.
    pub expected_version: i32,
    /// What is to change.
    pub patch: ClientPatch,
}

/// What is to change: absent keeps, a `None` inside clears.
#[derive(Debug, Default)]
pub struct ClientPatch {
    /// The name.
    pub name: Patched<String>,
    /// The address to sign in with.
    pub email: Patched<String>,
    /// The telephone number.
    pub phone: Patched<String>,
    /// Where the client lives.
    pub address: Patched<String>,
    /// The language the client reads.
    pub locale: Patched<Locale>,
    /// Whether messages go by WhatsApp too.
    pub whatsapp_enabled: Patched<bool>,
}

/// A checked [`ClientPatch`].
#[derive(Clone)]
struct Checked {
    name: Option<String>,
    email: Option<String>,
    phone: Patched<String>,
    address: Patched<String>,
    locale: Option<Locale>,
    whatsapp_enabled: Option<bool>,
}

impl ClientPatch {
    fn check(self) -> Result<Checked, CommandError> {
        const NAME: &[&str] = &["input", "patch", "name"];
        let mut violations = Violations::default();
        let name = patched_required(&mut violations, self.name, NAME);
        let email = patched_required(&mut violations, self.email, EMAIL);
        let checked = Checked {
            name: name
                .and_then(|name| violations.check(line(MAX_NAME_LENGTH)(name).map_err(|it| it.at(NAME)))),
            email: email.and_then(|email| violations.check(self::email(email).map_err(|it| it.at(EMAIL)))),
            phone: patched_phone(&mut violations, self.phone, &["input", "patch", "phone"]),
            address: patched_address(&mut violations, self.address, &["input", "patch", "address"]),
            locale: patched_required(&mut violations, self.locale, &["input", "patch", "locale"]),
            whatsapp_enabled: patched_required(
                &mut violations,
                self.whatsapp_enabled,
                &["input", "patch", "whatsappEnabled"],
            ),
        };
        violations.into_result()?;
        Ok(checked)
    }
}

/// Changes a client. For staff. When a client who never replaced the temporary password gets another e-mail
/// address, a new password goes there and the old one is void: it may have gone to a stranger.
///
/// # Errors
/// NOT_FOUND, CONFLICT, TAKEN, violations at `input.patch.…`.
pub async fn update_client(ctx: &Ctx, actor: &Actor, input: UpdateClient) -> Result<Model, CommandError> {
    may_manage(actor)?;
    let patch = input.patch.check()?;
    // Hashing takes its time: never while the transaction holds its locks.
    let temporary = match patch.email {
        Some(_) => Some(Temporary::make(ctx.clock.now()).await?),
        None => None,
    };
    write_tx!(ctx, |tx| {
        let patch = patch.clone();
        let current = record::lock_living::<Entity>(tx, input.id)
            .await?
            .ok_or_else(|| Violation::not_found(["input", "id"], "client"))?;
        record::expect_version::<Entity>(&current, input.expected_version)?;
        let account = record::lock_living::<Accounts>(tx, current.account_id)
            .await?
            .ok_or_else(|| anyhow::anyhow!("the client {} has no account", current.id))?;

        let mut changes = AccountRow {
            name: set(patch.name.clone()),
            locale: set(patch.locale),
            ..Default::default()
        };
        let mut moved = false;
        if let Some(email) = patch.email {
            check_email_free_in_tx(tx, &email, Some(account.id), EMAIL).await?;
            moved = normalize_email(&email) != account.email_normalized;
            changes.email_normalized = Set(normalize_email(&email));
            changes.email = Set(email);
        }
        let before = account.email.clone();
        let account = record::update::<Accounts, _>(tx, actor, &account, changes)
            .await
            .map_err(|error| taken_or_internal(error, EMAIL))?;
        let to_replace = account.must_change_password && credentials::was_invited(&account);
        if let (true, true, Some(temporary)) = (moved, to_replace, &temporary) {
            credentials::replace_in_tx(ctx, tx, actor, &account, temporary).await?;
        }

        let name = patch.name.unwrap_or_else(|| current.name.clone());
        let phone = patch.phone.unwrap_or_else(|| current.phone.clone());
        let address = patch.address.unwrap_or_else(|| current.address.clone());
        let changes = ActiveModel {
            search_text: Set(search_text(
                &name,
                &account.email,
                phone.as_deref(),
                address.as_deref(),
            )),
            sort_name: Set(search::fold(&name)),
            name: Set(name),
            phone: Set(phone),
            address: Set(address),
            locale: set(patch.locale),
            whatsapp_enabled: set(patch.whatsapp_enabled),
            ..Default::default()
        };
        // The address reads as the client's own.
        let related = Related::default().value("email", &before, &account.email);
        let updated = record::update_with::<Entity, _>(tx, actor, &current, changes, related).await?;
        Ok(updated)
    })
}

/// A value to write, if there is one.
pub(super) fn set<T: Into<sea_orm::Value>>(value: Option<T>) -> ActiveValue<T> {
    value.map_or(ActiveValue::NotSet, Set)
}
