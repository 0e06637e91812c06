//! `staffMembers`.

use async_graphql::{Context, InputObject, Object, Result};

use super::StaffMember;
use crate::features::{
    accounts::{AccountColumn, Accounts},
    staff::{StaffFilter, select_staff},
};
use platform::{
    graphql::{Allow, Connection, ContextExt, Role, listing::OrderInput, paged},
    paging::{OrderBy, PageArgs},
    record_order,
};

/// Which members of staff a list shows. All of what is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct StaffFilterInput {
    /// Only those who may do this: STAFF or ADMIN.
    pub role: Option<Role>,
    /// Only those who are, or aren't, disabled.
    pub disabled: Option<bool>,
}

record_order! {
    /// What members of staff can be ordered by.
    enum StaffOrderField for Accounts {
        /// The name.
        Name => Name,
        /// When they were entered.
        CreatedAt => CreatedAt,
        /// When they were last changed.
        UpdatedAt => UpdatedAt,
    }
    /// An order of members of staff.
    input StaffOrder;
}

/// Reads of staff.
#[derive(Debug, Default)]
pub struct StaffQuery;

#[paged]
#[Object]
impl StaffQuery {
    /// Those who work for the company, by name unless ordered otherwise: a lead is assigned to one of them. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn staff_members(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which of them.")] filter: Option<StaffFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<StaffOrder>,
    ) -> Result<Connection<StaffMember>> {
        let filter = filter.unwrap_or_default();
        let filter = StaffFilter {
            role: filter.role.map(Into::into),
            disabled: filter.disabled,
        };
        let (column, descending) = order_by.map_or((AccountColumn::Name, false), OrderInput::by);
        let order = OrderBy::new(column, descending, AccountColumn::Id);
        let list = select_staff(ctx.actor(), filter);
        Connection::read(ctx, list, &order, &args, StaffMember).await
    }
}
