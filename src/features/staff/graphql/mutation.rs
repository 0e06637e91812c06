//! Mutations on the company's own people. For administrators.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};

use super::StaffMember;
use crate::features::{
    accounts::{Accounts, StoredAccount},
    staff::{
        StaffFields,
        commands::{disable_staff_member, enable_staff_member, resend_staff_credentials, reset_staff_totp},
    },
};
use platform::{
    actor::AccountId,
    error::{CommandError, Violation},
    graphql::{
        Allow, ContextExt, Locale, Role,
        editing::{create, update},
        scalars::EmailAddress,
        split,
    },
    read_inputs, record_payload,
};

/// A new member of staff.
#[derive(InputObject)]
pub struct CreateStaffMemberInput {
    /// The person's name, 120 characters at most.
    pub name: String,
    /// The address the person signs in with; the temporary password goes there. No living account may have it.
    pub email: EmailAddress,
    /// What the person may do: STAFF or ADMIN.
    pub role: Role,
    /// The language the person reads; FR unless said otherwise.
    pub locale: Option<Locale>,
    /// Makes sending twice harmless: a UUID made once for each person entered.
    pub idempotency_key: Option<String>,
}

/// New values of a member of staff: what is absent stays.
#[derive(InputObject)]
pub struct StaffMemberPatch {
    /// The person's name, 120 characters at most.
    pub name: MaybeUndefined<String>,
    /// What the person may do: STAFF or ADMIN. It counts from the next request on. The last administrator stays one
    /// (LOCKED).
    pub role: MaybeUndefined<Role>,
    /// The language the person reads.
    pub locale: MaybeUndefined<Locale>,
}

/// Which member of staff changes, and how.
#[derive(InputObject)]
pub struct UpdateStaffMemberInput {
    /// The account's id (`acc_…`).
    pub id: ID,
    /// The version you read: if someone changed the account since, nothing is written (CONFLICT) and the payload has it
    /// as it is now.
    pub expected_version: i32,
    /// What changes.
    pub patch: StaffMemberPatch,
}

/// Which member of staff.
#[derive(InputObject)]
pub struct StaffMemberIdInput {
    /// The account's id (`acc_…`).
    pub id: ID,
}

record_payload! {
    /// A member of staff, or what stood in the way.
    StaffMemberPayload {
        /// The person as they are now; null when nothing was written, except after a CONFLICT.
        staff_member: StaffMember, from StoredAccount
    }
}

read_inputs! {
    create CreateStaffMemberInput { required { name, email, role } optional { locale } }
    update UpdateStaffMemberInput,
    patch StaffMemberPatch { name, role, locale }
    into StaffFields
}

/// Mutations on staff.
#[derive(Debug, Default)]
pub struct StaffMutation;

#[Object]
impl StaffMutation {
    /// Enters a member of staff and mails them a temporary password, good until they choose their own and 72 hours at most.
    /// Nobody else gets to see it. For administrators.
    #[graphql(guard = "Allow::admin()")]
    async fn create_staff_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who the person is.")] input: CreateStaffMemberInput,
    ) -> Result<StaffMemberPayload> {
        Ok(create::<Accounts, _>(ctx, input).await?.into())
    }

    /// Changes a member of staff's name, role or language. For administrators.
    #[graphql(guard = "Allow::admin()")]
    async fn update_staff_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which person, and what changes.")] input: UpdateStaffMemberInput,
    ) -> Result<StaffMemberPayload> {
        Ok(update::<Accounts, _>(ctx, input).await?.into())
    }

    /// Dismisses a member of staff: sessions and live streams end within seconds, and signing in fails. What they did stays
    /// theirs. The last administrator stays (LOCKED). For administrators. Doing it twice changes nothing.
    #[graphql(guard = "Allow::admin()")]
    async fn disable_staff_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which person.")] input: StaffMemberIdInput,
    ) -> Result<StaffMemberPayload> {
        payload(match account_id(&input.id) {
            Ok(id) => disable_staff_member(ctx.app(), ctx.actor(), id).await,
            Err(violation) => Err(violation.into()),
        })
    }

    /// Lets a disabled member of staff sign in again. For administrators. Doing it twice changes nothing.
    #[graphql(guard = "Allow::admin()")]
    async fn enable_staff_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which person.")] input: StaffMemberIdInput,
    ) -> Result<StaffMemberPayload> {
        payload(match account_id(&input.id) {
            Ok(id) => enable_staff_member(ctx.app(), ctx.actor(), id).await,
            Err(violation) => Err(violation.into()),
        })
    }

    /// Mails a member of staff a new temporary password in the place of the present one, and ends their sessions: for one
    /// that ran out, or for an account that may be in other hands. For administrators.
    #[graphql(guard = "Allow::admin()")]
    async fn resend_staff_credentials(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which person.")] input: StaffMemberIdInput,
    ) -> Result<StaffMemberPayload> {
        payload(match account_id(&input.id) {
            Ok(id) => resend_staff_credentials(ctx.app(), ctx.actor(), id).await,
            Err(violation) => Err(violation.into()),
        })
    }

    /// Takes the second factor off a member of staff who has lost phone and recovery codes: they sign in with the password
    /// alone and set it up anew. Their sessions end, and they are written to. Make sure that it is they who ask. One's own is
    /// LOCKED: another administrator does it. For administrators. Without a second factor nothing changes.
    #[graphql(guard = "Allow::admin()")]
    async fn reset_staff_totp(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which person.")] input: StaffMemberIdInput,
    ) -> Result<StaffMemberPayload> {
        payload(match account_id(&input.id) {
            Ok(id) => reset_staff_totp(ctx.app(), ctx.actor(), id).await,
            Err(violation) => Err(violation.into()),
        })
    }
}

fn account_id(text: &str) -> Result<AccountId, Violation> {
    AccountId::parse(text).map_err(|error| Violation::invalid_id(["input", "id"], &error))
}

fn payload(outcome: Result<StoredAccount, CommandError>) -> Result<StaffMemberPayload> {
    Ok(split(outcome)?.into())
}
