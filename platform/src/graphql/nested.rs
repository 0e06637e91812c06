//! Lists below records: the children of many records are read in one statement, and counted in one.

use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
    marker::PhantomData,
    sync::Arc,
};

use async_graphql::{Context, Result, dataloader::Loader};
use sea_orm::{EntityTrait, FromQueryResult, IdenStatic, ModelTrait, QueryTrait, Select};
use uuid::Uuid;

use super::{
    loaders::RequestLoader,
    request::ContextExt,
    user_error::{internal, top_level},
};
use crate::{
    actor::Actor,
    db::Db,
    error::CommandError,
    paging::{self, OrderBy, Page, Window},
};

/// The children of one record: the rows of a list whose column holds its id.
#[derive(Debug, Clone)]
pub struct NestedList<E: EntityTrait> {
    rows: Arc<Select<E>>,
    column: E::Column,
    parent: Uuid,
}

impl<E: EntityTrait> NestedList<E> {
    /// The rows of `list`, which knows who asks, whose `column` is `parent`.
    pub fn new(list: Select<E>, column: E::Column, parent: Uuid) -> Self {
        Self {
            rows: Arc::new(list),
            column,
            parent,
        }
    }

    /// One page of them.
    ///
    /// # Errors
    /// A top-level error for a cursor of another order, and when the database refuses.
    pub async fn page(self, ctx: &Context<'_>, order: OrderBy<E>, window: Window) -> Result<Page<E::Model>>
    where
        E::Model: ModelTrait<Entity = E> + FromQueryResult + Send + Sync,
    {
        let key = NestedPage {
            list: self,
            order,
            window,
        };
        let page = ctx.loader::<NestedLoader<E>>().load_one(key).await;
        let page = page.map_err(|error| match Arc::try_unwrap(error) {
            Ok(error) => top_level(error),
            Err(shared) => internal(anyhow::anyhow!("{shared}")),
        })?;
        Ok(page.map(Arc::unwrap_or_clone).unwrap_or_default())
    }

    /// Whether one statement can read both.
    fn goes_with(&self, other: &Self) -> bool {
        self.column.as_str() == other.column.as_str()
            && (Arc::ptr_eq(&self.rows, &other.rows) || self.rows.as_query() == other.rows.as_query())
    }
}

impl<E: EntityTrait> PartialEq for NestedList<E> {
    fn eq(&self, other: &Self) -> bool {
        self.parent == other.parent && self.goes_with(other)
    }
}

impl<E: EntityTrait> Eq for NestedList<E> {}

impl<E: EntityTrait> Hash for NestedList<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parent.hash(state);
    }
}

/// One page of the children of one record.
#[derive(Debug, Clone)]
pub struct NestedPage<E: EntityTrait> {
    list: NestedList<E>,
    order: OrderBy<E>,
    window: Window,
}

impl<E: EntityTrait> NestedPage<E> {
    fn goes_with(&self, other: &Self) -> bool {
        self.window == other.window && self.order == other.order && self.list.goes_with(&other.list)
    }
}

impl<E: EntityTrait> PartialEq for NestedPage<E> {
    fn eq(&self, other: &Self) -> bool {
        self.list.parent == other.list.parent && self.goes_with(other)
    }
}

impl<E: EntityTrait> Eq for NestedPage<E> {}

impl<E: EntityTrait> Hash for NestedPage<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.list.hash(state);
        self.window.hash(state);
    }
}

/// Reads pages of children, and counts them.
#[derive(Debug, Clone)]
pub struct NestedLoader<E>(Db, PhantomData<E>);

impl<E: EntityTrait> RequestLoader for NestedLoader<E> {
    fn for_request(db: &Db, _: &Actor) -> Self {
        Self(db.clone(), PhantomData)
    }
}

impl<E> Loader<NestedPage<E>> for NestedLoader<E>
where
    E: EntityTrait,
    E::Model: ModelTrait<Entity = E> + FromQueryResult + Send + Sync,
{
    type Value = Arc<Page<E::Model>>;
    type Error = Arc<CommandError>;

    async fn load(&self, keys: &[NestedPage<E>]) -> Result<HashMap<NestedPage<E>, Self::Value>, Self::Error> {
        let mut pages = HashMap::with_capacity(keys.len());
        for group in groups(keys, NestedPage::goes_with) {
            let NestedPage { list, order, window } = group[0];
            let parents = group.iter().map(|key| key.list.parent);
            let rows = Select::clone(&list.rows);
            let mut found =
                paging::fetch_nested(self.0.reader(), rows, list.column, parents, order, window).await?;
            let mut page_of = |key: &NestedPage<E>| found.remove(&key.list.parent).map(Arc::new);
            pages.extend(
                group
                    .into_iter()
                    .filter_map(|key| Some((key.clone(), page_of(key)?))),
            );
        }
        Ok(pages)
    }
}

impl<E: EntityTrait> Loader<NestedList<E>> for NestedLoader<E> {
    type Value = i64;
    type Error = Arc<CommandError>;

    async fn load(&self, keys: &[NestedList<E>]) -> Result<HashMap<NestedList<E>, i64>, Self::Error> {
        let mut counts = HashMap::with_capacity(keys.len());
        for group in groups(keys, NestedList::goes_with) {
            let list = group[0];
            let parents = group.iter().map(|key| key.parent);
            let rows = Select::clone(&list.rows);
            let found = paging::count_nested(self.0.reader(), rows, list.column, parents)
                .await
                .map_err(CommandError::from)?;
            let count_of = |key: &NestedList<E>| found.get(&key.parent).copied();
            counts.extend(
                group
                    .into_iter()
                    .filter_map(|key| Some((key.clone(), count_of(key)?))),
            );
        }
        Ok(counts)
    }
}

/// Keys that one statement can answer, together.
fn groups<K>(keys: &[K], goes_with: impl Fn(&K, &K) -> bool) -> Vec<Vec<&K>> {
    let mut groups: Vec<Vec<&K>> = Vec::new();
    for key in keys {
        match groups.iter_mut().find(|group| goes_with(group[0], key)) {
            Some(group) => group.push(key),
            None => groups.push(vec![key]),
        }
    }
    groups
}
