//! `updateClient`, `updateProfile`: what the company knows of a client, and what of it the client may change. Part of it
//! stands in the account behind the client as well: name, language, and the address to sign in with.

use std::sync::Arc;

use sea_orm::ActiveValue::{self, Set};
use serde::Serialize;

use super::{
    super::{
        events::CLIENT_CHANGED,
        model::{MAX_ADDRESS_LENGTH, search_text},
        tables::{ActiveModel, Entity, Model},
    },
    lock_account, refuse_anonymised,
};
use crate::features::{
    accounts::{
        AccountRow, Accounts, MAX_NAME_LENGTH, StoredAccount, Temporary, check_email_free_in_tx, credentials,
        email, normalize_email, phone, taken_or_internal,
    },
    preferences::{self, Choice, Mode, Topic},
};
use platform::{
    actor::{Actor, Locale},
    ctx::Ctx,
    editing::{self, Editable},
    error::CommandError,
    events::{NewEvent, append_in_tx},
    form::{self, Change, Checks, Form, line, optional_text},
    outbox::Channel,
    record::{self, Related},
    search,
};

const EMAIL: &[&str] = &["input", "patch", "email"];

/// What a person can enter of a client.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ClientFields {
    /// The name.
    pub name: Change<String>,
    /// The address to sign in with.
    pub email: Change<String>,
    /// The telephone number.
    pub phone: Change<String>,
    /// Where the client lives.
    pub address: Change<String>,
    /// The language the client reads; French unless said otherwise.
    pub locale: Change<Locale>,
    /// Whether messages go by WhatsApp too.
    pub whatsapp_enabled: Change<bool>,
    /// Whether news of a project come by e-mail: a preference.
    pub email_updates: Change<bool>,
    /// Whether anything comes as push messages: a preference for each topic.
    pub push_updates: Change<bool>,
    /// What takes the place of a temporary password that may have gone to a stranger.
    #[serde(skip)]
    pub temporary: Option<Arc<Temporary>>,
}

/// A client as a form has it.
#[derive(Debug, Clone)]
pub struct CheckedClient {
    pub(super) profile: ActiveModel,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) locale: Locale,
    choices: Vec<Choice>,
}

/// The account that changes with its client.
#[derive(Debug)]
pub struct AccountBehind {
    account: StoredAccount,
    name: String,
    email: String,
    locale: Locale,
    choices: Vec<Choice>,
    temporary: Option<Arc<Temporary>>,
}

impl Editable for Entity {
    type Row = ActiveModel;
    type Fields = ClientFields;
    type Below = AccountBehind;
    const CREATE: &'static str = "createClient";

    /// Staff, and clients: what of themselves, is checked with the values.
    fn permit(actor: &Actor) -> Result<(), CommandError> {
        match actor.client_id() {
            Some(_) => Ok(()),
            None => actor.require_staff(),
        }
    }

    async fn prepare(ctx: &Ctx, fields: &mut ClientFields) -> Result<(), CommandError> {
        if fields.email.is_some() {
            fields.temporary = Some(Arc::new(Temporary::make(ctx.clock.now()).await?));
        }
        Ok(())
    }

    async fn check(
        form: &mut Form<'_>,
        fields: ClientFields,
        current: Option<&Model>,
    ) -> Result<(ActiveModel, AccountBehind), CommandError> {
        // A client is made with an account, by `create_client` alone.
        let current = current.ok_or(CommandError::Forbidden)?;
        let own = form.actor().client_id() == Some(current.id);
        if !form.actor().is_staff() && (!own || fields.email.is_some()) {
            return Err(CommandError::Forbidden);
        }
        refuse_anonymised(current)?;
        let account = lock_account(form.tx(), current).await?;
        let has_email = fields.email.is_some();
        let temporary = fields.temporary.clone();
        let checked = read(form, fields, Some((current, &account)));
        if has_email && !form.is_refused("email") {
            let free = check_email_free_in_tx(form.tx(), &checked.email, Some(account.id), EMAIL).await;
            form.absorb(free, |it| it)?;
        }
        let behind = AccountBehind {
            account,
            name: checked.name,
            email: checked.email,
            locale: checked.locale,
            choices: checked.choices,
            temporary,
        };
        Ok((checked.profile, behind))
    }

    /// The address reads as the client's own.
    fn related(below: &AccountBehind) -> Related {
        Related::default().value("email", &below.account.email, &below.email)
    }

    /// When a client who never replaced the temporary password gets another e-mail address, a new password goes there and
    /// the old one is void: it may have gone to a stranger.
    async fn write_below(
        form: &Form<'_>,
        below: AccountBehind,
        current: Option<&Model>,
        saved: &Model,
    ) -> Result<(), CommandError> {
        let (tx, actor, before) = (form.tx(), form.actor(), below.account);
        if current.is_some_and(|current| current.version != saved.version) {
            append_in_tx(tx, NewEvent::about::<Self>(CLIENT_CHANGED, saved).for_staff());
        }
        preferences::set_in_tx(tx, actor.account_id(), before.id, &below.choices).await?;
        let changes = AccountRow {
            name: Set(below.name),
            locale: Set(below.locale),
            email_normalized: Set(normalize_email(&below.email)),
            email: Set(below.email),
            ..Default::default()
        };
        let account = record::update::<Accounts, _>(tx, actor, &before, changes)
            .await
            .map_err(|error| taken_or_internal(error, EMAIL))?;
        let moved = account.email_normalized != before.email_normalized;
        let to_replace = account.must_change_password && credentials::was_invited(&account);
        if let (true, true, Some(temporary)) = (moved, to_replace, &below.temporary) {
            credentials::replace_in_tx(form.ctx(), tx, actor, &account, temporary).await?;
        }
        Ok(())
    }
}

/// The rules of a client, who is there already with an account, or new.
pub fn read(
    checks: &mut Checks,
    fields: ClientFields,
    current: Option<(&Model, &StoredAccount)>,
) -> CheckedClient {
    let now = current.map(|(client, _)| client);
    let account = current.map(|(_, account)| account);
    let name = checks.required("name", fields.name, now.map(|it| &it.name), line(MAX_NAME_LENGTH));
    let email = checks.required("email", fields.email, account.map(|it| &it.email), email);
    let phone = checks.optional("phone", fields.phone, now.map(|it| &it.phone), phone);
    let address = checks.optional(
        "address",
        fields.address,
        now.map(|it| &it.address),
        optional_text(MAX_ADDRESS_LENGTH),
    );
    let locale = now.map_or(Locale::Fr, |it| it.locale);
    let locale = checks.required("locale", fields.locale, Some(&locale), form::any);
    let whatsapp_enabled = checks.required(
        "whatsappEnabled",
        fields.whatsapp_enabled,
        Some(&now.is_some_and(|it| it.whatsapp_enabled)),
        form::any,
    );
    let choices = choices(checks, fields.email_updates, fields.push_updates);
    let search_text = search_text(&name, &email, phone.as_deref(), address.as_deref());
    CheckedClient {
        profile: ActiveModel {
            search_text: Set(search_text),
            sort_name: Set(search::fold(&name)),
            name: Set(name.clone()),
            phone: Set(phone),
            address: Set(address),
            locale: Set(locale),
            whatsapp_enabled: Set(whatsapp_enabled),
            email_updates: former_flag(current.is_none()),
            push_updates: former_flag(current.is_none()),
            ..Default::default()
        },
        name,
        email,
        locale,
        choices,
    }
}

/// What servers of the release before still read.
fn former_flag(is_new: bool) -> ActiveValue<bool> {
    if is_new { Set(true) } else { ActiveValue::NotSet }
}

/// The two flags of former releases, as choices.
fn choices(checks: &mut Checks, email: Change<bool>, push: Change<bool>) -> Vec<Choice> {
    let flags = [
        (
            "emailUpdates",
            email,
            Channel::Email,
            &[Topic::ProjectUpdates][..],
        ),
        (
            "pushUpdates",
            push,
            Channel::Push,
            &[
                Topic::ProjectUpdates,
                Topic::InvoicesAndPayments,
                Topic::Reminders,
            ],
        ),
    ];
    let mut choices = Vec::new();
    for (field, change, channel, topics) in flags {
        if change.is_none() {
            continue;
        }
        let field = format!("notificationPreferences.{field}");
        let wanted: bool = checks.required(&field, change, None, form::any);
        let mode = if wanted { Mode::Immediate } else { Mode::Off };
        choices.extend(topics.iter().map(|&topic| Choice { topic, channel, mode }));
    }
    choices
}

/// Changes the caller's own profile. For clients.
///
/// # Errors
/// CONFLICT, violations at `input.patch.…`.
pub async fn update_profile(
    ctx: &Ctx,
    actor: &Actor,
    expected_version: i32,
    fields: ClientFields,
) -> Result<Model, CommandError> {
    let id = match actor {
        Actor::Anonymous => return Err(CommandError::Unauthenticated),
        _ => actor.client_id().ok_or(CommandError::Forbidden)?,
    };
    editing::update::<Entity>(ctx, actor, id, expected_version, fields).await
}
