//! What clients may change about themselves.

use sea_orm::ActiveValue::Set;

use super::{
    super::{
        model::{Patched, patched_address, patched_phone, patched_required, search_text},
        tables::{ActiveModel, Entity, Model},
    },
    update_client::set,
};
use crate::{
    features::accounts::{AccountRow, Accounts},
    platform::{
        actor::{Actor, Locale},
        ctx::Ctx,
        error::{CommandError, Violations},
        record,
        write::write_tx,
    },
};

/// A client's own new values.
#[derive(Debug)]
pub struct UpdateProfile {
    /// The version that the caller read.
    pub expected_version: i32,
    /// What is to change.
    pub patch: ProfilePatch,
}

/// What is to change: absent keeps, a `None` inside clears.
#[derive(Debug, Default)]
pub struct ProfilePatch {
    /// The telephone number.
    pub phone: Patched<String>,
    /// Where the client lives.
    pub address: Patched<String>,
    /// The language the client reads.
    pub locale: Patched<Locale>,
    /// Whether messages go by WhatsApp too.
    pub whatsapp_enabled: Patched<bool>,
    /// Whether news of a project come by e-mail.
    pub email_updates: Patched<bool>,
    /// Whether news of a project come as push messages.
    pub push_updates: Patched<bool>,
}

/// Changes the caller's own profile. For clients.
///
/// # Errors
/// CONFLICT, violations at `input.patch.…`.
pub async fn update_profile(ctx: &Ctx, actor: &Actor, input: UpdateProfile) -> Result<Model, CommandError> {
    let account_id = actor.account_id().ok_or(CommandError::Unauthenticated)?;
    let id = actor.client_id().ok_or(CommandError::Forbidden)?;
    let patch = input.patch;
    let mut violations = Violations::default();
    let phone = patched_phone(&mut violations, patch.phone, &["input", "patch", "phone"]);
    let address = patched_address(&mut violations, patch.address, &["input", "patch", "address"]);
    let locale = patched_required(&mut violations, patch.locale, &["input", "patch", "locale"]);
    let mut flag = |value, path: [&str; 4]| {
        let path: Vec<&str> = path.into_iter().filter(|part| !part.is_empty()).collect();
        patched_required(&mut violations, value, &path)
    };
    let whatsapp_enabled = flag(patch.whatsapp_enabled, ["input", "patch", "whatsappEnabled", ""]);
    let preferences = "notificationPreferences";
    let email_updates = flag(
        patch.email_updates,
        ["input", "patch", preferences, "emailUpdates"],
    );
    let push_updates = flag(patch.push_updates, ["input", "patch", preferences, "pushUpdates"]);
    violations.into_result()?;

    write_tx!(ctx, |tx| {
        let (phone, address) = (phone.clone(), address.clone());
        let current = record::lock_living::<Entity>(tx, id)
            .await?
            .ok_or(CommandError::Unauthenticated)?;
        record::expect_version::<Entity>(&current, input.expected_version)?;
        let account = record::lock_living::<Accounts>(tx, account_id)
            .await?
            .ok_or(CommandError::Unauthenticated)?;
        let changes = AccountRow {
            locale: set(locale),
            ..Default::default()
        };
        let account = record::update::<Accounts, _>(tx, actor, &account, changes).await?;
        let phone = phone.unwrap_or_else(|| current.phone.clone());
        let address = address.unwrap_or_else(|| current.address.clone());
        let changes = ActiveModel {
            search_text: Set(search_text(
                &current.name,
                &account.email,
                phone.as_deref(),
                address.as_deref(),
            )),
            phone: Set(phone),
            address: Set(address),
            locale: set(locale),
            whatsapp_enabled: set(whatsapp_enabled),
            email_updates: set(email_updates),
            push_updates: set(push_updates),
            ..Default::default()
        };
        let updated = record::update::<Entity, _>(tx, actor, &current, changes).await?;
        Ok(updated)
    })
}
