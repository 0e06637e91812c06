//! How leads and inquiries go and come back. All of it is for the staff.

use sea_orm::Select;

use super::{
    InquiryFilter, LeadFilter, select_inquiries, select_leads,
    tables::{inquiry, lead},
};
use platform::{
    actor::Actor,
    ctx::{Ctx, RecordTx},
    deletion::{RecordKind, removed},
    error::CommandError,
    events::append_in_tx,
    listing::RecordScope,
};

impl RecordKind for lead::Entity {
    type Above = ();

    fn readable(_: &Ctx, actor: &Actor) -> Select<Self> {
        select_leads(actor, &LeadFilter::default(), RecordScope::Living)
    }

    async fn tell_removed(with: &RecordTx<'_>, (): &(), lead: &lead::Model) -> Result<(), CommandError> {
        append_in_tx(with.tx, removed::<Self>(lead));
        Ok(())
    }
}

impl RecordKind for inquiry::Entity {
    type Above = ();

    fn readable(_: &Ctx, actor: &Actor) -> Select<Self> {
        select_inquiries(actor, &InquiryFilter::default(), RecordScope::Living)
    }

    async fn tell_removed(with: &RecordTx<'_>, (): &(), row: &inquiry::Model) -> Result<(), CommandError> {
        append_in_tx(with.tx, removed::<Self>(row));
        Ok(())
    }
}
