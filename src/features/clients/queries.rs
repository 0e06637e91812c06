//! Reads of clients, scoped by who asks.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QuerySelect, Select};

use super::tables::{Column, Entity, Model};
use crate::features::accounts::{AccountColumn, Accounts, StoredAccount};
use platform::{
    actor::{AccountId, Actor, ClientId},
    search,
};

/// Which clients a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientFilter {
    /// Each word stands in the name, e-mail address, number or address.
    pub search: Option<String>,
    /// Whether the account is disabled.
    pub disabled: Option<bool>,
    /// Whether messages go by WhatsApp too.
    pub whatsapp_enabled: Option<bool>,
}

/// The clients that `actor` may see: all for staff, oneself for a client, none for others. Deleted ones
/// included: the caller says which.
#[must_use]
pub fn select(actor: &Actor, filter: &ClientFilter) -> Select<Entity> {
    let mut clients = Entity::find();
    if !actor.is_staff() {
        clients = match actor.client_id() {
            Some(own) => clients.filter(Column::Id.eq(own)),
            None => clients.filter(Column::Id.is_null()),
        };
    }
    if let Some(query) = &filter.search {
        for word in search::matches_person(Column::SearchText, query) {
            clients = clients.filter(word);
        }
    }
    if let Some(whatsapp) = filter.whatsapp_enabled {
        clients = clients.filter(Column::WhatsappEnabled.eq(whatsapp));
    }
    if let Some(disabled) = filter.disabled {
        let accounts = Accounts::find().filter(if disabled {
            AccountColumn::DisabledAt.is_not_null()
        } else {
            AccountColumn::DisabledAt.is_null()
        });
        clients = clients.filter(Column::AccountId.in_subquery(ids_of(accounts)));
    }
    clients
}

fn ids_of(accounts: Select<Accounts>) -> sea_orm::sea_query::SelectStatement {
    use sea_orm::QueryTrait;
    accounts.select_only().column(AccountColumn::Id).into_query()
}

/// A living client that `actor` may see.
///
/// # Errors
/// When the database refuses.
pub async fn living_client(
    conn: &impl ConnectionTrait,
    actor: &Actor,
    id: ClientId,
) -> Result<Option<Model>, DbErr> {
    select(actor, &ClientFilter::default())
        .filter(Column::Id.eq(id))
        .filter(Column::DeletedAt.is_null())
        .one(conn)
        .await
}

/// A living client and their account: whom the server writes to, whoever acts. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn addressee(
    conn: &impl ConnectionTrait,
    id: ClientId,
) -> Result<Option<(Model, StoredAccount)>, DbErr> {
    let account = Entity::belongs_to(Accounts)
        .from(Column::AccountId)
        .to(AccountColumn::Id);
    let found = Entity::find_by_id(id)
        .filter(Column::DeletedAt.is_null())
        .join(JoinType::InnerJoin, account.into())
        .select_also(Accounts)
        .one(conn)
        .await?;
    Ok(found.and_then(|(client, account)| Some((client, account?))))
}

/// Clients that `actor` may see, deleted ones too. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn clients_by_ids(
    conn: &impl ConnectionTrait,
    actor: &Actor,
    ids: impl IntoIterator<Item = ClientId>,
) -> Result<Vec<Model>, DbErr> {
    select(actor, &ClientFilter::default())
        .filter(Column::Id.is_in(ids))
        .all(conn)
        .await
}

/// The living client behind an account, for those who may see all.
///
/// # Errors
/// When the database refuses.
pub async fn client_of_account(
    conn: &impl ConnectionTrait,
    account: AccountId,
) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(Column::AccountId.eq(account))
        .filter(Column::DeletedAt.is_null())
        .one(conn)
        .await
}

/// Living clients with one of these numbers (E.164) or one of these addresses (lower case), each with the address they
/// sign in with in lower case; for those who may see all. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn clients_by_contact(
    conn: &impl ConnectionTrait,
    phones: impl IntoIterator<Item = String>,
    emails: impl IntoIterator<Item = String>,
) -> Result<Vec<(Model, String)>, DbErr> {
    use sea_orm::{Condition, JoinType, QueryOrder, QuerySelect, QueryTrait, sea_query::ExprTrait};
    const MOST: u64 = 500;
    let mut found = Entity::find();
    QueryTrait::query(&mut found).join(
        JoinType::InnerJoin,
        Accounts,
        Column::AccountId
            .into_expr()
            .equals(AccountColumn::Id.as_column_ref()),
    );
    found
        .filter(Column::DeletedAt.is_null())
        .filter(
            Condition::any()
                .add(Column::Phone.is_in(phones))
                .add(AccountColumn::EmailNormalized.is_in(emails)),
        )
        .select_also(Accounts)
        .order_by_desc(Column::CreatedAt)
        .limit(MOST)
        .all(conn)
        .await
        .map(|rows| {
            rows.into_iter()
                .filter_map(|(client, account)| Some((client, account?.email_normalized)))
                .collect()
        })
}
