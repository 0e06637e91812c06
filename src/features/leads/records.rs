//! How leads and inquiries go and come back. All of it is for the staff.

use sea_orm::Select;

use super::{
    InquiryFilter, LeadFilter, select_inquiries, select_leads,
    tables::{inquiry, lead},
};
use platform::{
    actor::Actor,
    ctx::Ctx,
    deletion::{RecordKind, RecordTx, append_removed},
    error::CommandError,
    events::NewEvent,
    graphql::RecordScope,
    outbox,
};

impl RecordKind for lead::Entity {
    type Above = ();

    fn readable(_: &Ctx, actor: &Actor) -> Select<Self> {
        select_leads(actor, &LeadFilter::default(), RecordScope::Living)
    }

    /// The e-mails about it say what it said.
    async fn force_delete_rest(with: &RecordTx<'_>, lead: &lead::Model) -> Result<(), CommandError> {
        outbox::forget_in_tx(with.tx, &lead.id.to_string()).await?;
        Ok(())
    }

    async fn tell_removed(with: &RecordTx<'_>, (): &(), lead: &lead::Model) -> Result<(), CommandError> {
        Ok(append_removed::<Self>(with.tx, lead, NewEvent::default()).await?)
    }
}

impl RecordKind for inquiry::Entity {
    type Above = ();

    fn readable(_: &Ctx, actor: &Actor) -> Select<Self> {
        select_inquiries(actor, &InquiryFilter::default(), RecordScope::Living)
    }

    /// The e-mails about it say what it said.
    async fn force_delete_rest(with: &RecordTx<'_>, row: &inquiry::Model) -> Result<(), CommandError> {
        outbox::forget_in_tx(with.tx, &row.id.to_string()).await?;
        Ok(())
    }

    async fn tell_removed(with: &RecordTx<'_>, (): &(), row: &inquiry::Model) -> Result<(), CommandError> {
        Ok(append_removed::<Self>(with.tx, row, NewEvent::default()).await?)
    }
}
