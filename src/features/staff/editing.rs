//! `createStaffMember`, `updateStaffMember`, `updateProfile`: who somebody of the staff is, and what they may do.

use std::sync::Arc;

use sea_orm::ActiveValue::Set;
use serde::Serialize;
use uuid::Uuid;

use super::queries::lock_member_in_tx;
use crate::features::accounts::{
    AccountRow, Accounts, MAX_NAME_LENGTH, NewSecurityEvent, SecurityEventKind, StoredAccount, Temporary,
    announce_new_rights_in_tx, check_email_free_in_tx, credentials, email, normalize_email,
    note_security_event_in_tx,
};
use platform::{
    actor::{AccountId, Actor, Locale, Role},
    ctx::Ctx,
    db::WriteTx,
    editing::Editable,
    error::{CommandError, ErrorCode},
    form::{self, Change, Fault, Form, line},
    message,
};

/// What an administrator can enter of a member of staff.
#[derive(Debug, Clone, Default, Serialize)]
pub struct StaffFields {
    /// The person's name.
    pub name: Change<String>,
    /// The address to sign in with; entered once.
    pub email: Change<String>,
    /// STAFF or ADMIN.
    pub role: Change<Role>,
    /// The language the person reads; French unless said otherwise.
    pub locale: Change<Locale>,
    /// What a new member signs in with first; a temporary password that is mailed, unless said otherwise.
    #[serde(skip)]
    pub first_password: Option<FirstPassword>,
}

/// What a new member of staff signs in with first.
#[derive(Debug, Clone)]
pub enum FirstPassword {
    /// One that nobody sees: it goes into a mail.
    Mailed(Arc<Temporary>),
    /// The person's own, from [`hash_password`](crate::features::accounts::hash_password).
    Chosen(String),
}

impl Editable for Accounts {
    type Row = AccountRow;
    type Fields = StaffFields;
    /// A new member's password, on its way into the mail.
    type Below = Option<Arc<Temporary>>;
    const CREATE: &'static str = "createStaffMember";

    /// Administrators, and the staff: what of themselves, is checked with the values.
    fn permit(actor: &Actor) -> Result<(), CommandError> {
        actor.require_staff()
    }

    async fn prepare(ctx: &Ctx, fields: &mut StaffFields) -> Result<(), CommandError> {
        if fields.email.is_some() {
            let temporary = Temporary::make(ctx.clock.now()).await?;
            fields.first_password = Some(FirstPassword::Mailed(Arc::new(temporary)));
        }
        Ok(())
    }

    async fn lock(tx: &WriteTx, id: Uuid, _: &StaffFields) -> Result<Option<StoredAccount>, CommandError> {
        let member = lock_member_in_tx(tx, AccountId(id)).await?;
        Ok(member.map(|member| member.account))
    }

    async fn check(
        form: &mut Form<'_>,
        fields: StaffFields,
        current: Option<&StoredAccount>,
    ) -> Result<(AccountRow, Option<Arc<Temporary>>), CommandError> {
        let own = current.is_some_and(|current| form.actor().account_id() == Some(current.id));
        if !own || fields.role.is_some() || fields.email.is_some() {
            form.actor().require_admin()?;
        }
        let name = form.required(
            "name",
            fields.name,
            current.map(|it| &it.name),
            line(MAX_NAME_LENGTH),
        );
        let locale = current.map(|it| &it.locale);
        let locale = form.or_default("locale", fields.locale, locale, Locale::Fr, form::any);
        let role = form.required(
            "role",
            fields.role,
            current.map(|it| &it.role),
            |role| match role {
                Role::Staff | Role::Admin => Ok(role),
                Role::Client => Err(Fault::invalid(message!("staff-role-client"))),
            },
        );
        let mut row = AccountRow {
            name: Set(name),
            role: Set(role),
            locale: Set(locale),
            ..Default::default()
        };
        let Some(current) = current else {
            let address = form.required("email", fields.email, None, email);
            if !form.is_refused("email") {
                let free = check_email_free_in_tx(form.tx(), &address, None, &["input", "email"]).await;
                form.absorb(free, |it| it)?;
            }
            let (hash, temporary) = match fields.first_password {
                Some(FirstPassword::Mailed(temporary)) => (temporary.hash.clone(), Some(temporary)),
                Some(FirstPassword::Chosen(hash)) => (hash, None),
                None => {
                    let error = anyhow::anyhow!("a member of staff without a password");
                    return Err(CommandError::Internal(error));
                }
            };
            row.email_normalized = Set(normalize_email(&address));
            row.email = Set(address);
            row.password_hash = Set(hash);
            row.must_change_password = Set(temporary.is_some());
            row.temporary_password_expires_at = Set(temporary.as_ref().map(|it| it.expires_at));
            row.disabled_at = Set(None);
            return Ok((row, temporary));
        };
        if role != Role::Admin {
            let member = lock_member_in_tx(form.tx(), current.id).await?;
            if member.is_some_and(|member| member.is_last_admin) {
                form.refuse("role", last_admin());
            }
        }
        Ok((row, None))
    }

    async fn write_below(
        form: &Form<'_>,
        temporary: Option<Arc<Temporary>>,
        before: Option<&StoredAccount>,
        saved: &StoredAccount,
    ) -> Result<(), CommandError> {
        if let Some(before) = before.filter(|before| before.role != saved.role) {
            let event = NewSecurityEvent::of(saved.id, SecurityEventKind::RoleChanged);
            let event = event.by(form.actor()).roles(before.role, saved.role);
            note_security_event_in_tx(form.tx(), event);
            announce_new_rights_in_tx(form.tx(), saved.id).await?;
        }
        if let Some(temporary) = temporary {
            credentials::send_in_tx(form.ctx(), form.tx(), saved, &temporary).await?;
        }
        Ok(())
    }
}

/// Why the last administrator stays one.
pub(super) fn last_admin() -> Fault {
    Fault::new(ErrorCode::Locked, message!("last-administrator"))
}
