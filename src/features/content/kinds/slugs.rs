//! Slugs in the tables: unique among the living, and leading to their record when it has got another one.

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ModelTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
    sea_query::{CaseStatement, OnConflict, SimpleExpr, UnionType},
};
use uuid::Uuid;

use crate::features::content::{model::slug, tables::retired_slug};
use platform::{
    db::WriteTx,
    error::{CommandError, ErrorCode},
    form::{Change, Fault, Form},
    message,
    record::{RecordColumn, RecordEntity},
};

/// A kind of record with a page of its own.
pub trait Slugged: RecordEntity {
    /// Its slug.
    const SLUG: Self::Column;
    /// The slug of a title of which nothing can be written in an address.
    const FALLBACK: &'static str;
}

/// What is known of a record whose slug is settled.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// The record.
    pub id: Uuid,
    /// What it is called in addresses.
    pub slug: &'a str,
    /// Its title before this change.
    pub title: &'a str,
    /// Whether visitors have seen it at any time.
    pub was_published: bool,
}

/// The slug from now on. One that a person writes must be free, now and of visitors' links (TAKEN otherwise); one made from the title gets a number
/// when it isn't. It follows the title until visitors have seen the record, and stays from then on.
pub async fn settle<E: Slugged>(
    form: &mut Form<'_>,
    change: Change<String>,
    title: &str,
    current: Option<Named<'_>>,
) -> Result<String, CommandError> {
    let base = slug::from_title(title, E::FALLBACK);
    let own = current.map(|record| record.id);
    match (change, current) {
        (Some(Some(written)), _) => match slug::written(&written) {
            Ok(slug) => {
                if current.is_none_or(|record| record.slug != slug) {
                    refuse_taken::<E>(form, &slug, own).await?;
                }
                Ok(slug)
            }
            Err(fault) => {
                form.refuse("slug", fault);
                Ok(base)
            }
        },
        (None, Some(record)) => {
            let made = slug::is_made_from(record.slug, &slug::from_title(record.title, E::FALLBACK));
            let follows = made && !record.was_published && record.title != title;
            if follows && !slug::is_made_from(record.slug, &base) {
                free::<E>(form.tx(), &base, own).await
            } else {
                Ok(record.slug.to_owned())
            }
        }
        (Some(None), Some(record)) if slug::is_made_from(record.slug, &base) => Ok(record.slug.to_owned()),
        (Some(None), _) | (None, None) => free::<E>(form.tx(), &base, own).await,
    }
}

async fn refuse_taken<E: Slugged>(
    form: &mut Form<'_>,
    slug: &str,
    own: Option<Uuid>,
) -> Result<(), CommandError> {
    let conn = form.tx().conn();
    let living = || living::<E>(own);
    let has_it = living().filter(E::SLUG.eq(slug)).one(conn).await?.is_some();
    let had = retired_slug::Entity::find()
        .select_only()
        .column(retired_slug::Column::RecordId)
        .filter(retired_slug::Column::Kind.eq(E::KIND))
        .filter(retired_slug::Column::Slug.eq(slug))
        .into_query();
    let had_it = living()
        .filter(E::column(RecordColumn::Id).in_subquery(had))
        .one(conn)
        .await?
        .is_some();
    if has_it || had_it {
        let free = free::<E>(form.tx(), slug, own).await?;
        let message = if has_it {
            message!("slug-taken", slug = slug.to_owned(), free)
        } else {
            message!("slug-was-published", slug = slug.to_owned(), free)
        };
        form.refuse("slug", Fault::new(ErrorCode::Taken, message));
    }
    Ok(())
}

/// The first free slug of a base, which stays free until `tx` ends. Slugs that others had before are left to them: links
/// in the world lead there.
async fn free<E: Slugged>(tx: &WriteTx, base: &str, own: Option<Uuid>) -> Result<String, CommandError> {
    // Whoever looks for one of the same kind waits: two alike titles at the same instant get two slugs.
    tx.lock_name(&format!("slugs of {}", E::KIND)).await?;
    // A base is made of letters, digits and hyphens: nothing in it is a wildcard.
    let family = |same: SimpleExpr, numbered: SimpleExpr| Condition::any().add(same).add(numbered);
    let mut taken: Vec<String> = living::<E>(own)
        .filter(family(E::SLUG.eq(base), E::SLUG.like(format!("{base}-%"))))
        .select_only()
        .column(E::SLUG)
        .into_tuple()
        .all(tx.conn())
        .await?;
    let mut retired = retired_slug::Entity::find()
        .filter(retired_slug::Column::Kind.eq(E::KIND))
        .filter(family(
            retired_slug::Column::Slug.eq(base),
            retired_slug::Column::Slug.like(format!("{base}-%")),
        ));
    if let Some(own) = own {
        retired = retired.filter(retired_slug::Column::RecordId.ne(own));
    }
    taken.extend(retired.all(tx.conn()).await?.into_iter().map(|row| row.slug));
    Ok(slug::first_free(base, |slug| {
        taken.iter().any(|other| other == slug)
    }))
}

fn living<E: Slugged>(but: Option<Uuid>) -> Select<E> {
    let mut living = E::find().filter(E::column(RecordColumn::DeletedAt).is_null());
    if let Some(own) = but {
        living = living.filter(E::column(RecordColumn::Id).ne(own));
    }
    living
}

/// Remembers what a record was called, so that links to it go on working, once visitors have seen it.
pub async fn retire<E: Slugged>(
    form: &Form<'_>,
    record: Uuid,
    before: &str,
    after: &str,
    was_published: bool,
) -> Result<(), CommandError> {
    if before == after {
        return Ok(());
    }
    let conn = form.tx().conn();
    // Back to an earlier name: it isn't an old one any more.
    retired_slug::Entity::delete_many()
        .filter(retired_slug::Column::Kind.eq(E::KIND))
        .filter(retired_slug::Column::Slug.eq(after))
        .filter(retired_slug::Column::RecordId.eq(record))
        .exec(conn)
        .await?;
    if was_published {
        let row = retired_slug::ActiveModel {
            kind: Set(E::KIND.to_owned()),
            slug: Set(before.to_owned()),
            record_id: Set(record),
            retired_at: Set(form.now()),
        };
        retired_slug::Entity::insert(row)
            .on_conflict(
                OnConflict::columns([retired_slug::Column::Kind, retired_slug::Column::Slug])
                    .update_columns([retired_slug::Column::RecordId, retired_slug::Column::RetiredAt])
                    .to_owned(),
            )
            .exec_without_returning(conn)
            .await?;
    }
    Ok(())
}

/// Forgets all that a record was called, when it is removed for good.
pub async fn forget<E: Slugged>(tx: &WriteTx, record: Uuid) -> Result<(), CommandError> {
    retired_slug::Entity::delete_many()
        .filter(retired_slug::Column::Kind.eq(E::KIND))
        .filter(retired_slug::Column::RecordId.eq(record))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// The record of `list` that a slug leads to: the one that has it, or else the one that had it. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn by_slug<E>(
    conn: &impl ConnectionTrait,
    list: Select<E>,
    slug: &str,
) -> Result<Option<E::Model>, sea_orm::DbErr>
where
    E: Slugged,
    E::Model: ModelTrait<Entity = E>,
{
    let had = retired_slug::Entity::find()
        .select_only()
        .column(retired_slug::Column::RecordId)
        .filter(retired_slug::Column::Kind.eq(E::KIND))
        .filter(retired_slug::Column::Slug.eq(slug))
        .into_query();
    let has_it = E::SLUG.eq(slug);
    // Both by their index: with an «or» the database goes through all records instead.
    let either = E::find()
        .select_only()
        .column(E::column(RecordColumn::Id))
        .filter(has_it.clone())
        .into_query()
        .union(UnionType::All, had)
        .to_owned();
    list.filter(E::column(RecordColumn::Id).in_subquery(either))
        .order_by_asc(SimpleExpr::Case(Box::new(
            CaseStatement::new().case(has_it, 0).finally(1),
        )))
        // Of several deleted ones that had it, the last.
        .order_by_desc(E::column(RecordColumn::Id))
        .limit(1)
        .one(conn)
        .await
}
