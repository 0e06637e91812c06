//! `invoices`, `invoice`, `payments`, and the lists below projects and the viewer.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use futures_util::FutureExt;
use sea_orm::{ColumnTrait, QueryFilter};

use super::{
    inputs::{
        InvoiceFilterInput, InvoiceOrderInput, PaymentFilterInput, PaymentOrderInput, invoice_order,
        payment_order,
    },
    loaders::{
        CountInvoices, CountPayments, InvoiceList, NestedInvoices, NestedInvoicesLoader, NestedPayments,
        NestedPaymentsLoader, PaidLoader, PaymentList,
    },
    payment::GqlPayment,
    types::GqlInvoice,
};
use crate::{
    features::{
        billing::{InvoiceColumn, InvoiceFilter, InvoiceId, select_invoices, select_payments, today},
        projects::{Project, ProjectId},
    },
    platform::{
        actor::Actor,
        error::CommandError,
        graphql::{Allow, Connection, ContextExt, RecordScope, internal, parse_id, user_error::top_level},
        listing::resolve_scope,
        money::Amount,
        paging::{self, PageArgs},
    },
};

/// The arguments of a list of invoices, checked, for who asks.
fn invoice_list(
    ctx: &Context<'_>,
    actor: &Actor,
    args: &PageArgs,
    filter: Option<InvoiceFilterInput>,
    order_by: Option<InvoiceOrderInput>,
    scope: Option<RecordScope>,
) -> Result<InvoiceList> {
    let tools = ctx.app();
    let (order, descending) = invoice_order(order_by);
    Ok(InvoiceList {
        window: args.window().map_err(|violation| top_level(violation.into()))?,
        filter: filter
            .unwrap_or_default()
            .check(&["filter"])
            .map_err(|violation| top_level(violation.into()))?,
        scope: resolve_scope(actor, scope, RecordScope::Living).map_err(top_level)?,
        today: today(&tools.config, tools.clock.now()),
        order,
        descending,
    })
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
    let list = invoice_list(ctx, actor, &args, filter, order_by, scope)?;
    let db = ctx.app().db.clone();
    let all = select_invoices(actor, &list.filter, list.scope, list.today);
    let order = list.order.by(list.descending);
    let page = paging::fetch(db.reader(), all.clone(), &order, &list.window)
        .await
        .map_err(top_level)?;
    let counter = Arc::new(move || {
        let (db, all) = (db.clone(), all.clone());
        async move { Ok(paging::count(db.reader(), all).await?) }.boxed()
    });
    Ok(Connection::new(page, list.window, counter, GqlInvoice::from))
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
    let list = Arc::new(invoice_list(ctx, ctx.actor(), &args, filter, order_by, scope)?);
    let loader = ctx.loader::<NestedInvoicesLoader>();
    let key = NestedInvoices {
        project: project.id,
        list: Arc::clone(&list),
    };
    let page = loader.load_one(key).await.map_err(shared)?;
    let counted = CountInvoices {
        project: project.id,
        list: Arc::clone(&list),
    };
    let counter = Arc::new(move || {
        let (loader, counted) = (Arc::clone(&loader), counted.clone());
        async move { Ok(loader.load_one(counted).await?.unwrap_or(0)) }.boxed()
    });
    let page = page.map(Arc::unwrap_or_clone).unwrap_or_default();
    Ok(Connection::new(page, list.window.clone(), counter, |invoice| {
        GqlInvoice::of(invoice, project)
    }))
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
    let list = Arc::new(payment_list(&args, filter, order_by)?);
    let loader = ctx.loader::<NestedPaymentsLoader>();
    let key = NestedPayments {
        project,
        list: Arc::clone(&list),
    };
    let page = loader.load_one(key).await.map_err(shared)?;
    let counted = CountPayments {
        project,
        list: Arc::clone(&list),
    };
    let counter = Arc::new(move || {
        let (loader, counted) = (Arc::clone(&loader), counted.clone());
        async move { Ok(loader.load_one(counted).await?.unwrap_or(0)) }.boxed()
    });
    let page = page.map(Arc::unwrap_or_clone).unwrap_or_default();
    Ok(Connection::new(
        page,
        list.window.clone(),
        counter,
        GqlPayment::from,
    ))
}

fn payment_list(
    args: &PageArgs,
    filter: Option<PaymentFilterInput>,
    order_by: Option<PaymentOrderInput>,
) -> Result<PaymentList> {
    let (order, descending) = payment_order(order_by);
    Ok(PaymentList {
        window: args.window().map_err(|violation| top_level(violation.into()))?,
        filter: filter
            .unwrap_or_default()
            .check(&["filter"])
            .map_err(|violation| top_level(violation.into()))?,
        order,
        descending,
    })
}

/// The sum of a project's payments that aren't voided.
///
/// # Errors
/// INTERNAL when the database is away.
pub async fn paid_of_project(ctx: &Context<'_>, project: ProjectId) -> Result<Amount> {
    let loaded = ctx.loader::<PaidLoader>().load_one(project).await;
    Ok(loaded.map_err(internal)?.unwrap_or_default())
}

fn shared(error: Arc<CommandError>) -> async_graphql::Error {
    match Arc::try_unwrap(error) {
        Ok(error) => top_level(error),
        Err(shared) => internal(anyhow::anyhow!("{shared}")),
    }
}

/// Reads of invoices and payments.
#[derive(Debug, Default)]
pub struct BillingQuery;

#[Object]
impl BillingQuery {
    /// An invoice or credit note by id: a client's own issued ones, or any living one for staff. Null when there is none.
    #[graphql(guard = "Allow::signed_in()")]
    async fn invoice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invoice's id (`inv_…`).")] id: ID,
    ) -> Result<Option<GqlInvoice>> {
        let id: InvoiceId = parse_id(&id, &["id"]).map_err(|violation| top_level(violation.into()))?;
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
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn invoices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows, 100 at most…")] first: Option<i32>,
        #[graphql(desc = "…after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, 100 at most…")] last: Option<i32>,
        #[graphql(desc = "…before this cursor.")] before: Option<String>,
        #[graphql(desc = "The page of this number, from 1.")] page: Option<i32>,
        #[graphql(desc = "Rows a page, 100 at most.")] page_size: Option<i32>,
        #[graphql(desc = "Which invoices.")] filter: Option<InvoiceFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<InvoiceOrderInput>,
        #[graphql(desc = "Issued ones (PUBLISHED), living ones, deleted ones or all.")] scope: Option<
            RecordScope,
        >,
    ) -> Result<Connection<GqlInvoice>> {
        let args = PageArgs {
            first,
            after,
            last,
            before,
            page,
            page_size,
        };
        invoice_connection(ctx, ctx.actor(), args, filter, order_by, scope).await
    }

    /// All payments, the latest first unless ordered otherwise. For staff; clients have `Project.payments`.
    #[graphql(guard = "Allow::staff()")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn payments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows, 100 at most…")] first: Option<i32>,
        #[graphql(desc = "…after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, 100 at most…")] last: Option<i32>,
        #[graphql(desc = "…before this cursor.")] before: Option<String>,
        #[graphql(desc = "The page of this number, from 1.")] page: Option<i32>,
        #[graphql(desc = "Rows a page, 100 at most.")] page_size: Option<i32>,
        #[graphql(desc = "Which payments.")] filter: Option<PaymentFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<PaymentOrderInput>,
    ) -> Result<Connection<GqlPayment>> {
        let args = PageArgs {
            first,
            after,
            last,
            before,
            page,
            page_size,
        };
        let list = payment_list(&args, filter, order_by)?;
        let db = ctx.app().db.clone();
        let all = select_payments(ctx.actor(), &list.filter);
        let order = list.order.by(list.descending);
        let page = paging::fetch(db.reader(), all.clone(), &order, &list.window)
            .await
            .map_err(top_level)?;
        let counter = Arc::new(move || {
            let (db, all) = (db.clone(), all.clone());
            async move { Ok(paging::count(db.reader(), all).await?) }.boxed()
        });
        Ok(Connection::new(page, list.window, counter, GqlPayment::from))
    }
}
