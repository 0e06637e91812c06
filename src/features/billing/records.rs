//! How invoices go and come back: drafts alone, by themselves or with their project. What is issued and what is paid is
//! kept.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};

use super::{
    InvoiceFilter, InvoiceState, PaymentFilter, select_invoices, select_payments,
    tables::{invoice, item, payment},
    today,
};
use crate::features::projects::Project;
use platform::{
    actor::Actor,
    ctx::{Ctx, RecordTx},
    deletion::{RecordKind, locked, removed},
    error::CommandError,
    events::append_in_tx,
    listing::RecordScope,
    message,
    messages::Message,
};

impl RecordKind for invoice::Entity {
    type Above = Project;

    fn readable(ctx: &Ctx, actor: &Actor) -> Select<Self> {
        let today = today(&ctx.config, ctx.clock.now());
        select_invoices(actor, &InvoiceFilter::default(), RecordScope::Living, today)
    }

    fn kept(invoice: &invoice::Model) -> Option<Message> {
        let number = invoice.number.clone().unwrap_or_default();
        (invoice.state != InvoiceState::Draft).then(|| message!("invoice-issued-is-kept", number))
    }

    async fn check_return(
        _: &RecordTx<'_>,
        project: &Project,
        invoice: &invoice::Model,
    ) -> Result<(), CommandError> {
        if project.currency == invoice.currency {
            return Ok(());
        }
        Err(locked(message!("invoice-in-another-currency")))
    }

    /// Its lines.
    async fn force_delete_below(with: &RecordTx<'_>, invoice: &invoice::Model) -> Result<(), CommandError> {
        item::Entity::delete_many()
            .filter(item::Column::InvoiceId.eq(invoice.id))
            .exec(with.tx.conn())
            .await?;
        Ok(())
    }

    /// To the staff: the client never saw it.
    async fn tell_removed(
        with: &RecordTx<'_>,
        _: &Project,
        invoice: &invoice::Model,
    ) -> Result<(), CommandError> {
        append_in_tx(with.tx, removed::<Self>(invoice));
        Ok(())
    }
}

impl RecordKind for payment::Entity {
    type Above = ();

    fn readable(_: &Ctx, actor: &Actor) -> Select<Self> {
        let all = PaymentFilter {
            include_voided: true,
            ..PaymentFilter::default()
        };
        select_payments(actor, &all)
    }

    fn kept(_: &payment::Model) -> Option<Message> {
        Some(message!("payment-is-kept"))
    }
}
