//! `node` and `auditLog`.

use async_graphql::{Context, ID, Object, Result};

use super::{
    audit::{AuditEntry, AuditFilterInput},
    kinds::with_prefix,
    types::Node,
};
use crate::features::{accounts::graphql::viewer::Viewer, records::select_audit};
use platform::{
    actor::{AccountId, Actor},
    audit,
    error::{CommandError, ErrorCode, Violation},
    graphql::{Allow, Connection, ContextExt, OrderDirection, internal, paged, user_error::top_level},
    ids, message,
    paging::{OrderBy, PageArgs},
};

/// Reads of records of any kind.
#[derive(Debug, Default)]
pub struct RecordsQuery;

#[paged]
#[Object]
impl RecordsQuery {
    /// Finds again what has an id: clients (`cli_…`), projects (`prj_…`), updates (`upd_…`), invoices (`inv_…`), payments
    /// (`pay_…`), for staff leads (`led_…`) and inquiries (`inq_…`), what the website and the app show (`pfi_…`, `svc_…`,
    /// `pst_…` and so on), and the caller (`acc_…`).
    /// Null when there is no such thing, it is deleted, or it isn't yours; a text that isn't an id is BAD_REQUEST.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of anything.")] id: ID,
    ) -> Result<Option<Node>> {
        let Some((prefix, uuid)) = ids::decode(&id) else {
            return Err(top_level(CommandError::from(Violation::new(
                ErrorCode::Invalid,
                ["id"],
                message!("node-id-malformed"),
            ))));
        };
        let actor = ctx.actor();
        if prefix == AccountId::PREFIX {
            let own = actor.account_id() == Some(AccountId(uuid));
            return Ok(own.then(|| Viewer::of(actor)).flatten().map(Node::from));
        }
        let Some(kind) = with_prefix(prefix) else {
            return Ok(None);
        };
        if !kind.is_shown_to_visitors() {
            if matches!(actor, Actor::Anonymous) {
                return Ok(None);
            }
            Allow::signed_in().permit(actor)?;
        }
        let found = kind
            .find_readable(ctx.app(), actor, uuid)
            .await
            .map_err(internal)?;
        Ok(found.map(Node))
    }

    /// Who changed what and when, the newest entry first unless ordered otherwise. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which entries.")] filter: Option<AuditFilterInput>,
        #[graphql(desc = "By when they were written.", default_with = "OrderDirection::Desc")]
        direction: OrderDirection,
    ) -> Result<Connection<AuditEntry>> {
        let filter = filter.unwrap_or_default().check().map_err(top_level)?;
        let order = OrderBy::new(
            audit::Column::At,
            direction == OrderDirection::Desc,
            audit::Column::Id,
        );
        let list = select_audit(ctx.actor(), &filter);
        Connection::read(ctx, list, &order, &args, AuditEntry).await
    }
}
