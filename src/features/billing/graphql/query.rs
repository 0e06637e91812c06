//! `invoices`, `invoice`, `payments`, and the lists below projects and the viewer.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use sea_orm::{ColumnTrait, QueryFilter, Select};

use super::{
    inputs::{
        InvoiceFilterInput, InvoiceOrderInput, PaymentFilterInput, PaymentOrderInput, invoice_order,
        payment_order,
    },
    loaders::PaidLoader,
    payment::GqlPayment,
    preview::{InvoicePreview, PreviewInvoiceInput},
    types::GqlInvoice,
};
use crate::features::{
    billing::{
        InvoiceColumn, InvoiceFilter, InvoiceId, Invoices, PaymentColumn, Payments, commands,
        select_invoices, select_payments, today,
    },
    projects::{Project, ProjectId},
};
use platform::{
    actor::Actor,
    graphql::{
        Allow, Connection, ContextExt, NestedList, RecordScope, internal, paged, parse_id,
        user_error::top_level,
    },
    listing::resolve_scope,
    money::Amount,
    paging::{OrderBy, PageArgs},
};

/// The arguments of a list of invoices, checked: what `actor` may see of it, in its order.
fn invoice_list(
    ctx: &Context<'_>,
    actor: &Actor,
    filter: Option<InvoiceFilterInput>,
    order_by: Option<InvoiceOrderInput>,
    scope: Option<RecordScope>,
) -> Result<(Select<Invoices>, OrderBy<Invoices>)> {
    let filter = filter.unwrap_or_default().check(&["filter"]).map_err(top_level)?;
    let scope = resolve_scope(actor, scope, RecordScope::Living).map_err(top_level)?;
    let today = today(&ctx.app().config, ctx.app().clock.now());
    let (order, descending) = invoice_order(order_by);
    Ok((
        select_invoices(actor, &filter, scope, today),
        order.by(descending),
    ))
}

/// A page of the invoices that `actor` may see.
///
/// # Errors
/// A top-level error for wrong arguments or a scope that isn't the caller's.
pub async fn invoice_connection(
    ctx: &Context<'_>,
    actor: &Actor,
    args: PageArgs,
    filter: Option<InvoiceFilterInput>,
    order_by: Option<InvoiceOrderInput>,
    scope: Option<RecordScope>,
) -> Result<Connection<GqlInvoice>> {
    let (list, order) = invoice_list(ctx, actor, filter, order_by, scope)?;
    Connection::read(ctx, list, &order, &args, GqlInvoice::from).await
}

/// A page of one project's invoices, as far as the caller may see them. Many projects of one operation share a
/// statement.
///
/// # Errors
/// A top-level error for wrong arguments or a scope that isn't the caller's.
pub async fn invoices_of_project(
    ctx: &Context<'_>,
    project: &Arc<Project>,
    args: PageArgs,
    filter: Option<InvoiceFilterInput>,
    order_by: Option<InvoiceOrderInput>,
    scope: Option<RecordScope>,
) -> Result<Connection<GqlInvoice>> {
    let (list, order) = invoice_list(ctx, ctx.actor(), filter, order_by, scope)?;
    let list = NestedList::new(list, InvoiceColumn::ProjectId, project.id.0);
    let node = |invoice| GqlInvoice::of(invoice, project);
    Connection::read_nested(ctx, list, order, &args, node).await
}

/// A page of one project's payments, as far as the caller may see them. Many projects of one operation share a statement.
///
/// # Errors
/// A top-level error for wrong arguments.
pub async fn payments_of_project(
    ctx: &Context<'_>,
    project: ProjectId,
    args: PageArgs,
    filter: Option<PaymentFilterInput>,
    order_by: Option<PaymentOrderInput>,
) -> Result<Connection<GqlPayment>> {
    let (list, order) = payment_list(ctx, filter, order_by)?;
    let list = NestedList::new(list, PaymentColumn::ProjectId, project.0);
    Connection::read_nested(ctx, list, order, &args, GqlPayment::from).await
}

fn payment_list(
    ctx: &Context<'_>,
    filter: Option<PaymentFilterInput>,
    order_by: Option<PaymentOrderInput>,
) -> Result<(Select<Payments>, OrderBy<Payments>)> {
    let filter = filter.unwrap_or_default().check(&["filter"]).map_err(top_level)?;
    let (order, descending) = payment_order(order_by);
    Ok((select_payments(ctx.actor(), &filter), order.by(descending)))
}

/// The sum of a project's payments that aren't voided.
///
/// # Errors
/// INTERNAL when the database is away.
pub async fn paid_of_project(ctx: &Context<'_>, project: ProjectId) -> Result<Amount> {
    let loaded = ctx.loader::<PaidLoader>().load_one(project).await;
    Ok(loaded.map_err(internal)?.unwrap_or_default())
}

/// Reads of invoices and payments.
#[derive(Debug, Default)]
pub struct BillingQuery;

#[paged]
#[Object]
impl BillingQuery {
    /// An invoice or credit note by id: a client's own issued ones, or any living one for staff. Null when there is none.
    #[graphql(guard = "Allow::signed_in()")]
    async fn invoice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invoice's id (`inv_…`).")] id: ID,
    ) -> Result<Option<GqlInvoice>> {
        let id: InvoiceId = parse_id(&id, &["id"]).map_err(top_level)?;
        let tools = ctx.app();
        let today = today(&tools.config, tools.clock.now());
        let found = select_invoices(ctx.actor(), &InvoiceFilter::default(), RecordScope::Living, today)
            .filter(InvoiceColumn::Id.eq(id))
            .one(tools.db.reader())
            .await
            .map_err(internal)?;
        Ok(found.map(GqlInvoice::from))
    }

    /// All invoices and credit notes, the latest entered first unless ordered otherwise. For staff; clients have
    /// `viewer.invoices`.
    #[graphql(guard = "Allow::staff()")]
    async fn invoices(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which invoices.")] filter: Option<InvoiceFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<InvoiceOrderInput>,
        #[graphql(desc = "Issued ones (PUBLISHED), living ones, deleted ones or all.")] scope: Option<
            RecordScope,
        >,
    ) -> Result<Connection<GqlInvoice>> {
        invoice_connection(ctx, ctx.actor(), args, filter, order_by, scope).await
    }

    /// What an invoice comes to while it is being typed: lines, totals, words, and what is wrong with the figures. Nothing
    /// is written. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn preview_invoice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was typed so far.")] input: PreviewInvoiceInput,
    ) -> Result<InvoicePreview> {
        let outcome = async { commands::preview_invoice(ctx.app(), ctx.actor(), input.read()?).await };
        InvoicePreview::of(outcome.await)
    }

    /// All payments, the latest first unless ordered otherwise. For staff; clients have `Project.payments`.
    #[graphql(guard = "Allow::staff()")]
    async fn payments(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which payments.")] filter: Option<PaymentFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<PaymentOrderInput>,
    ) -> Result<Connection<GqlPayment>> {
        let (list, order) = payment_list(ctx, filter, order_by)?;
        Connection::read(ctx, list, &order, &args, GqlPayment::from).await
    }
}
