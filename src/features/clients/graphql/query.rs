//! `clients` and `client`.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result};

use super::types::Client;
use crate::features::clients::{ClientColumn, ClientFilter, Clients, living_client, select};
use platform::{
    actor::ClientId,
    error::Violation,
    graphql::{
        Allow, Connection, ContextExt, OrderDirection, RecordScope, internal, paged, user_error::top_level,
    },
    paging::{OrderBy, PageArgs},
    search,
};

/// Which clients a list shows. All of what is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct ClientFilterInput {
    /// Each word stands in the name, e-mail address, telephone number or address; case and accents don't matter.
    pub search: Option<String>,
    /// Only clients who are, or aren't, disabled.
    pub disabled: Option<bool>,
    /// Only clients who want, or don't want, messages by WhatsApp.
    pub whatsapp_enabled: Option<bool>,
}

/// What clients can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ClientOrderField {
    /// The name, whatever its case and accents.
    Name,
    /// When they were entered.
    CreatedAt,
    /// When they were last changed.
    UpdatedAt,
}

/// An order of clients.
#[derive(Debug, InputObject)]
pub struct ClientOrder {
    /// By what.
    pub field: ClientOrderField,
    /// Which end comes first.
    pub direction: OrderDirection,
}

impl ClientOrder {
    fn order_by(&self) -> OrderBy<Clients> {
        let column = match self.field {
            ClientOrderField::Name => ClientColumn::SortName,
            ClientOrderField::CreatedAt => ClientColumn::CreatedAt,
            ClientOrderField::UpdatedAt => ClientColumn::UpdatedAt,
        };
        OrderBy::new(column, self.direction == OrderDirection::Desc, ClientColumn::Id)
    }
}

/// Reads of clients.
#[derive(Debug, Default)]
pub struct ClientsQuery;

#[paged]
#[Object]
impl ClientsQuery {
    /// The company's clients, by name unless ordered otherwise. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn clients(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which clients.")] filter: Option<ClientFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<ClientOrder>,
        #[graphql(desc = "Living ones, deleted ones or all.", default)] scope: RecordScope,
    ) -> Result<Connection<Client>> {
        let filter = filter.unwrap_or_default().check().map_err(top_level)?;
        let order = order_by
            .unwrap_or(ClientOrder {
                field: ClientOrderField::Name,
                direction: OrderDirection::Asc,
            })
            .order_by();
        let list = scope.filter(select(ctx.actor(), &filter));
        Connection::read(ctx, list, &order, &args, Client).await
    }

    /// A client by id; null when there is none, or it is deleted. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn client(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client's id (`cli_…`).")] id: ID,
    ) -> Result<Option<Client>> {
        let id = ClientId::parse(&id).map_err(|error| top_level(Violation::invalid_id(["id"], &error)))?;
        let found = living_client(ctx.app().db.reader(), ctx.actor(), id)
            .await
            .map_err(internal)?;
        Ok(found.map(Client))
    }
}

impl ClientFilterInput {
    fn check(self) -> Result<ClientFilter, Violation> {
        Ok(ClientFilter {
            search: search::check(self.search, &["filter", "search"])?,
            disabled: self.disabled,
            whatsapp_enabled: self.whatsapp_enabled,
        })
    }
}
