//! The one shape of every list: edges, nodes, page info, a count made only when asked for, page numbers.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{
    Context, Enum, InputType, InputValueError, InputValueResult, Object, OutputType, Result, SimpleObject,
    TypeName, Value, registry::Registry,
};
use futures_util::{FutureExt, future::BoxFuture};
use sea_orm::{EntityTrait, FromQueryResult, ModelTrait, Select};
use tokio::sync::OnceCell;

use super::{
    nested::{NestedList, NestedLoader},
    request::ContextExt,
    user_error::{internal, top_level},
};
use crate::{
    listing::RecordScope,
    paging::{self, OrderBy, Page, PageArgs, Window},
};

/// Which records a list shows, by their state. All but PUBLISHED are for staff; others see what is published without
/// asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "RecordScope", remote = "RecordScope")]
enum GqlRecordScope {
    /// Living ones that are out of draft: what a client or visitor sees.
    Published,
    /// All that are not deleted.
    Living,
    /// Deleted ones, which `restoreRecord` brings back.
    Deleted,
    /// Living and deleted ones.
    All,
}

/// The rules of lists know nothing of GraphQL; resolvers take their scope as it is.
impl InputType for RecordScope {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <GqlRecordScope as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <GqlRecordScope as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let scope = <GqlRecordScope as InputType>::parse(value).map_err(InputValueError::propagate)?;
        Ok(scope.into())
    }

    fn to_value(&self) -> Value {
        GqlRecordScope::from(*self).to_value()
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

/// Which end of an ordered list comes first. Empty values come last either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum OrderDirection {
    /// Smallest, earliest or A first.
    Asc,
    /// Largest, latest or Z first.
    Desc,
}

/// Where a page stands between its neighbours, for paging by cursor.
#[derive(Debug, Clone, SimpleObject)]
pub struct PageInfo {
    /// Whether there is more behind `endCursor`.
    pub has_next_page: bool,
    /// Whether there is more before `startCursor`.
    pub has_previous_page: bool,
    /// The first row's cursor; give it as `before` to page backwards.
    pub start_cursor: Option<String>,
    /// The last row's cursor; give it as `after` to go on.
    pub end_cursor: Option<String>,
}

/// Where a page stands, for paging by number.
#[derive(Debug, Clone, SimpleObject)]
pub struct NumberedPage {
    /// This page's number, from 1.
    pub number: i32,
    /// Rows a page.
    pub size: i32,
    /// Rows in the whole list.
    pub count: i32,
    /// The next page's number; null on the last.
    pub next: Option<i32>,
    /// The previous page's number; null on the first.
    pub previous: Option<i32>,
}

/// A row and its place in the list.
#[derive(Debug)]
pub struct Edge<T> {
    /// The row's place.
    pub cursor: String,
    /// The row.
    pub node: T,
}

impl<T: OutputType> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", T::type_name()).into()
    }
}

/// A row and its place in the list.
#[Object(name_type)]
impl<T: OutputType> Edge<T> {
    /// The row's place: give it as `after` or `before`.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The row.
    async fn node(&self) -> &T {
        &self.node
    }
}

/// Counts a list when somebody asks.
type Counter = Box<dyn Fn() -> BoxFuture<'static, anyhow::Result<i64>> + Send + Sync>;

/// A page of a list.
pub struct Connection<T> {
    edges: Vec<Edge<T>>,
    has_next: bool,
    has_previous: bool,
    window: Window,
    counter: Counter,
    counted: OnceCell<i32>,
}

impl<T> Connection<T> {
    /// The page of a list that `args` ask for; its rows become nodes by `to_node`. One statement, and one more when
    /// somebody asks how many there are.
    ///
    /// # Errors
    /// A top-level error for wrong arguments, and when the database refuses.
    pub async fn read<E>(
        ctx: &Context<'_>,
        list: Select<E>,
        order: &OrderBy<E>,
        args: &PageArgs,
        to_node: impl FnMut(E::Model) -> T,
    ) -> Result<Self>
    where
        E: EntityTrait,
        E::Model: ModelTrait<Entity = E> + FromQueryResult + Send,
    {
        let window = args.window().map_err(top_level)?;
        let db = ctx.app().db.clone();
        let page = paging::fetch(db.reader(), list.clone(), order, &window)
            .await
            .map_err(top_level)?;
        let counter = move || {
            let (db, list) = (db.clone(), list.clone());
            async move { Ok(paging::count(db.reader(), list).await?) }.boxed()
        };
        Ok(Self::new(page, window, Box::new(counter), to_node))
    }

    /// The page of one record's children that `args` ask for. Records of one operation whose children are asked for alike
    /// share the statement, and that of the count.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn read_nested<E>(
        ctx: &Context<'_>,
        list: NestedList<E>,
        order: OrderBy<E>,
        args: &PageArgs,
        to_node: impl FnMut(E::Model) -> T,
    ) -> Result<Self>
    where
        E: EntityTrait,
        E::Model: ModelTrait<Entity = E> + FromQueryResult + Send + Sync,
    {
        let window = args.window().map_err(top_level)?;
        let page = list.clone().page(ctx, order, window.clone()).await?;
        let loader = ctx.loader::<NestedLoader<E>>();
        let counter = move || {
            let (loader, list) = (Arc::clone(&loader), list.clone());
            async move { Ok(loader.load_one(list).await?.unwrap_or(0)) }.boxed()
        };
        Ok(Self::new(page, window, Box::new(counter), to_node))
    }

    fn new<M>(page: Page<M>, window: Window, counter: Counter, mut to_node: impl FnMut(M) -> T) -> Self {
        Self {
            has_next: page.has_next,
            has_previous: page.has_previous,
            edges: page
                .rows
                .into_iter()
                .map(|row| Edge {
                    cursor: row.cursor,
                    node: to_node(row.model),
                })
                .collect(),
            window,
            counter,
            counted: OnceCell::new(),
        }
    }

    async fn count(&self) -> Result<i32> {
        self.counted
            .get_or_try_init(|| async {
                let count = (self.counter)().await?;
                anyhow::Ok(i32::try_from(count).unwrap_or(i32::MAX))
            })
            .await
            .copied()
            .map_err(internal)
    }
}

impl<T: OutputType> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", T::type_name()).into()
    }
}

/// A page of a list. Page by cursor (`first`/`after`, `last`/`before`) or by number (`page`/`pageSize`); 20 rows
/// unless told otherwise, 100 at most.
#[Object(name_type)]
impl<T: OutputType> Connection<T> {
    /// The rows with their cursors.
    async fn edges(&self) -> &[Edge<T>] {
        &self.edges
    }

    /// The rows.
    async fn nodes(&self) -> Vec<&T> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// For paging by cursor.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: self.edges.last().map(|edge| edge.cursor.clone()),
        }
    }

    /// Rows in the whole list. Costs a statement of its own: leave it out when you don't show it.
    async fn total_count(&self) -> Result<i32> {
        self.count().await
    }

    /// For paging by number; null when the list was asked for by cursor (`after`, `last`, `before`). Costs the
    /// same statement as `totalCount`.
    async fn page(&self) -> Result<Option<NumberedPage>> {
        let (number, size) = match self.window {
            Window::Numbered { number, size } => (number, size),
            Window::Forward {
                limit: limit @ 1..,
                after: None,
                before: None,
            } => (1, limit),
            Window::Forward { .. } | Window::Backward { .. } => return Ok(None),
        };
        let number = i32::try_from(number).unwrap_or(i32::MAX);
        let (size, count) = (i32::try_from(size).unwrap_or(i32::MAX), self.count().await?);
        let last_page = (count - 1).max(0) / size.max(1) + 1;
        Ok(Some(NumberedPage {
            number,
            size,
            count,
            next: self.has_next.then(|| number.saturating_add(1)),
            // Of a page behind the last one the previous is the last.
            previous: (number > 1).then(|| (number - 1).min(last_page)),
        }))
    }
}
