//! Reading pages: one statement each, for one list or for many parents at once.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, ModelTrait, Order,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, Value,
    sea_query::{Alias, Expr, ExprTrait, Func, NullOrdering, Query, SimpleExpr, WindowStatement},
};
use uuid::Uuid;

use super::{Cursor, OrderBy, Page, Row, Window};
use crate::error::{CommandError, ErrorCode, Violation};
use crate::message;

const RANK: &str = "page_rank";

/// Reads the page `window` of `list`.
///
/// # Errors
/// INVALID when a cursor belongs to another list or another order; the database's own.
pub async fn fetch<E>(
    conn: &impl ConnectionTrait,
    list: Select<E>,
    order: &OrderBy<E>,
    window: &Window,
) -> Result<Page<E::Model>, CommandError>
where
    E: EntityTrait,
    E::Model: ModelTrait<Entity = E> + FromQueryResult + Send,
{
    let plan = Plan::new(order, window)?;
    let mut list = plan.narrow(list);
    for term in order.terms() {
        let direction = plan.direction(term.descending);
        list = match nulls(term.column, plan.backward) {
            Some(nulls) => list.order_by_with_nulls(term.column, direction, nulls),
            None => list.order_by(term.column, direction),
        };
    }
    let models = list.offset(plan.skip).limit(plan.limit + 1).all(conn).await?;
    Ok(plan.page(models, order))
}

/// Counts the rows of `list`.
///
/// # Errors
/// The database's own.
pub async fn count<E>(conn: &impl ConnectionTrait, list: Select<E>) -> Result<i64, DbErr>
where
    E: EntityTrait,
{
    let counted: Option<i64> = list
        .select_only()
        .expr_as(Func::count(Expr::cust("*")), "n")
        .into_tuple()
        .one(conn)
        .await?;
    Ok(counted.unwrap_or(0))
}

/// Reads the page `window` of each parent's children: those of `list` whose column `parent` holds its id. Each parent has
/// one, even where nothing stands in the window: that page, too, says whether there is more before or behind it.
///
/// # Errors
/// As [`fetch`].
pub async fn fetch_nested<E>(
    conn: &impl ConnectionTrait,
    list: Select<E>,
    parent: E::Column,
    parents: impl IntoIterator<Item = Uuid>,
    order: &OrderBy<E>,
    window: &Window,
) -> Result<HashMap<Uuid, Page<E::Model>>, CommandError>
where
    E: EntityTrait,
    E::Model: ModelTrait<Entity = E> + FromQueryResult + Send,
{
    let plan = Plan::new(order, window)?;
    let id = order.id();
    let mut by_parent: HashMap<Uuid, Vec<E::Model>> =
        parents.into_iter().map(|owner| (owner, Vec::new())).collect();
    let parents = by_parent.keys().copied();
    let children = list.filter(parent.is_in(parents)).select_only().column(id);
    let mut ranked = plan.narrow(children);
    let mut numbering = WindowStatement::partition_by(parent);
    for term in order.terms() {
        let direction = plan.direction(term.descending);
        match nulls(term.column, plan.backward) {
            Some(nulls) => numbering.order_by_with_nulls(term.column, direction, nulls),
            None => numbering.order_by(term.column, direction),
        };
    }
    QueryTrait::query(&mut ranked).expr_window_as(Func::cust("ROW_NUMBER"), numbering, Alias::new(RANK));
    let wanted = Query::select()
        .column(id)
        .from_subquery(ranked.into_query(), Alias::new("ranked"))
        .and_where(Expr::col(Alias::new(RANK)).gt(plan.skip))
        .and_where(Expr::col(Alias::new(RANK)).lte(plan.skip + plan.limit + 1))
        .take();
    let mut rows = E::find().filter(id.in_subquery(wanted));
    for term in order.terms() {
        let direction = plan.direction(term.descending);
        rows = match nulls(term.column, plan.backward) {
            Some(nulls) => rows.order_by_with_nulls(term.column, direction, nulls),
            None => rows.order_by(term.column, direction),
        };
    }
    for model in rows.all(conn).await? {
        if let Value::Uuid(Some(owner)) = model.get(parent) {
            by_parent.entry(owner).or_default().push(model);
        }
    }
    Ok(by_parent
        .into_iter()
        .map(|(owner, models)| (owner, plan.page(models, order)))
        .collect())
}

/// Counts each parent's children of `list`. Parents without children are absent from the answer.
///
/// # Errors
/// The database's own.
pub async fn count_nested<E>(
    conn: &impl ConnectionTrait,
    list: Select<E>,
    parent: E::Column,
    parents: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, i64>, DbErr>
where
    E: EntityTrait,
{
    let counted: Vec<(Uuid, i64)> = list
        .filter(parent.is_in(parents))
        .select_only()
        .column(parent)
        .expr_as(Func::count(Expr::cust("*")), "n")
        .group_by(parent)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(counted.into_iter().collect())
}

/// How to read one window: always `limit` rows and one more that tells whether the list goes on.
struct Plan {
    limit: u64,
    skip: u64,
    backward: bool,
    /// Whether it goes on from a cursor, behind which there is something.
    from_cursor: bool,
    /// What stands between the cursors.
    between: Condition,
}

impl Plan {
    fn new<E: EntityTrait>(order: &OrderBy<E>, window: &Window) -> Result<Self, Violation> {
        let beyond = |cursor: &Option<Cursor>, backward: bool, field: &str| {
            cursor
                .as_ref()
                .map(|cursor| {
                    cursor
                        .values_for(order)
                        .map(|values| beyond_cursor(order, &values, backward))
                        .ok_or_else(|| {
                            Violation::new(ErrorCode::Invalid, [field], message!("cursor-of-another-list"))
                        })
                })
                .transpose()
        };
        let between = |after: &Option<Cursor>, before: &Option<Cursor>| {
            let (after, before) = (beyond(after, false, "after")?, beyond(before, true, "before")?);
            Ok::<_, Violation>(Condition::all().add_option(after).add_option(before))
        };
        Ok(match window {
            Window::Forward { limit, after, before } => Self {
                limit: *limit,
                skip: 0,
                backward: false,
                from_cursor: after.is_some(),
                between: between(after, before)?,
            },
            Window::Backward { limit, after, before } => Self {
                limit: *limit,
                skip: 0,
                backward: true,
                from_cursor: before.is_some(),
                between: between(after, before)?,
            },
            Window::Numbered { number, size } => Self {
                limit: *size,
                skip: Ord::min((number - 1).saturating_mul(*size), u64::from(u32::MAX)),
                backward: false,
                from_cursor: false,
                between: Condition::all(),
            },
        })
    }

    fn narrow<E: EntityTrait>(&self, list: Select<E>) -> Select<E> {
        if self.between.is_empty() {
            list
        } else {
            list.filter(self.between.clone())
        }
    }

    fn direction(&self, descending: bool) -> Order {
        if descending == self.backward {
            Order::Asc
        } else {
            Order::Desc
        }
    }

    fn page<E>(&self, mut models: Vec<E::Model>, order: &OrderBy<E>) -> Page<E::Model>
    where
        E: EntityTrait,
        E::Model: ModelTrait<Entity = E>,
    {
        let goes_on = models.len() as u64 > self.limit;
        models.truncate(usize::try_from(self.limit).unwrap_or(usize::MAX));
        if self.backward {
            models.reverse();
        }
        Page {
            has_next: if self.backward { self.from_cursor } else { goes_on },
            has_previous: if self.backward {
                goes_on
            } else {
                self.from_cursor || self.skip > 0
            },
            rows: models
                .into_iter()
                .map(|model| Row {
                    cursor: Cursor::of::<E>(&model, order).encode(),
                    model,
                })
                .collect(),
        }
    }
}

/// Nulls come last; reading backwards they come first. `None` for a column that has none: PostgreSQL reads an index for
/// an order with NULLS LAST only where the index says so, too.
fn nulls<C: ColumnTrait>(column: C, backward: bool) -> Option<NullOrdering> {
    column.def().is_null().then_some(if backward {
        NullOrdering::First
    } else {
        NullOrdering::Last
    })
}

/// The rows that come after the cursor (before it, when reading backwards): row-value comparison spelt out, since
/// directions may differ and nulls come last.
fn beyond_cursor<E: EntityTrait>(order: &OrderBy<E>, values: &[Option<Value>], backward: bool) -> Condition {
    let mut any = Condition::any();
    for (depth, term) in order.terms().iter().enumerate() {
        let Some(strictly) = strictly_beyond(term.column, &values[depth], term.descending, backward) else {
            continue;
        };
        let mut all = Condition::all();
        for (equal, value) in order.terms().iter().zip(values).take(depth) {
            all = all.add(match value {
                Some(value) => equal.column.eq(value.clone()),
                None => equal.column.is_null(),
            });
        }
        any = any.add(all.add(strictly));
    }
    any
}

fn strictly_beyond<C: ColumnTrait>(
    column: C,
    value: &Option<Value>,
    descending: bool,
    backward: bool,
) -> Option<SimpleExpr> {
    match (value, backward) {
        // Behind a null there is nothing; before it stands everything that isn't null.
        (None, false) => None,
        (None, true) => Some(column.is_not_null()),
        (Some(value), false) => {
            let further = if descending {
                column.lt(value.clone())
            } else {
                column.gt(value.clone())
            };
            Some(if column.def().is_null() {
                further.or(column.is_null())
            } else {
                further
            })
        }
        (Some(value), true) => Some(if descending {
            column.gt(value.clone())
        } else {
            column.lt(value.clone())
        }),
    }
}
