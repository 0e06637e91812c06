//! `createProjectUpdate`, `updateProjectUpdate`: news from a site, as a draft or posted at once. A posted update stays
//! posted when it is corrected, and isn't announced again.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use serde::Serialize;
use uuid::Uuid;

use super::{append_change_in_tx, post_project_update::announce_in_tx};
use crate::features::{
    media::{self, ImageId, UploadId},
    projects::{
        ProjectId, ProjectUpdateId, lock_below_project_in_tx, lock_project_in_tx,
        model::{MAX_DESCRIPTION, MAX_TITLE},
        tables::{
            project,
            update::{ActiveModel, Entity, Model},
            update_image,
        },
    },
};
use platform::{
    actor::{AccountId, Actor},
    db::WriteTx,
    editing::Editable,
    error::{CommandError, ErrorCode, Violation},
    form::{self, Change, Fault, Form, line, optional_text},
    message,
    record::Related,
    search,
};

/// One entry of the new list of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ImageChoice {
    /// One that the update has already stays, at this place.
    Keep(ImageId),
    /// A new one.
    Add(UploadId),
}

/// What a person can enter of an update.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ProjectUpdateFields {
    /// Of which project, when it is made.
    pub project_id: Change<ProjectId>,
    /// What happened.
    pub title: Change<String>,
    /// In more words.
    pub description: Change<String>,
    /// The pictures of a new one, uploaded before, in order.
    pub upload_ids: Change<Vec<UploadId>>,
    /// The pictures from now on, in order; those not named go to the update's bin.
    pub images: Change<Vec<ImageChoice>>,
    /// Shows a new one to the client at once.
    pub post: Change<bool>,
}

/// What hangs on an update's row.
#[derive(Debug)]
pub struct Around {
    project: project::Model,
    pictures: Pictures,
}

/// The pictures of an update before and after a change, in order, and those that were in its bin before.
#[derive(Debug, Default)]
struct Pictures {
    before: Vec<ImageId>,
    binned: Vec<ImageId>,
    after: Vec<ImageId>,
}

impl Editable for Entity {
    type Row = ActiveModel;
    type Fields = ProjectUpdateFields;
    type Below = Around;
    const CREATE: &'static str = "createProjectUpdate";

    /// After its living project.
    async fn lock(tx: &WriteTx, id: Uuid, _: &ProjectUpdateFields) -> Result<Option<Model>, CommandError> {
        let found = lock_below_project_in_tx::<Entity>(tx, id).await?;
        let living =
            found.filter(|(project, update)| project.deleted_at.is_none() && update.deleted_at.is_none());
        Ok(living.map(|(_, update)| update))
    }

    async fn check(
        form: &mut Form<'_>,
        fields: ProjectUpdateFields,
        current: Option<&Model>,
    ) -> Result<(ActiveModel, Around), CommandError> {
        let now = current;
        let title = form.required("title", fields.title, now.map(|it| &it.title), line(MAX_TITLE));
        let description = form.optional(
            "description",
            fields.description,
            now.map(|it| &it.description),
            optional_text(MAX_DESCRIPTION),
        );
        let project = match now.map(|it| it.project_id).or(fields.project_id.flatten()) {
            Some(id) => lock_project_in_tx(form.tx(), id).await?,
            None => None,
        };
        let Some(project) = project.filter(|project| project.deleted_at.is_none()) else {
            return Err(form.end_with("projectId", Fault::not_found(ProjectId::NOUN)));
        };
        let pictures = pictures(form, fields.upload_ids, fields.images, now).await?;
        let post = form.or_default("post", fields.post, None, false, form::any);
        let mut row = ActiveModel {
            search_text: Set(search::search_text([
                title.as_str(),
                description.as_deref().unwrap_or(""),
            ])),
            title: Set(title),
            description: Set(description),
            ..Default::default()
        };
        if form.is_new() {
            row.project_id = Set(project.id);
            row.posted_at = Set(post.then_some(form.now()));
        }
        Ok((row, Around { project, pictures }))
    }

    fn related(below: &Around) -> Related {
        let Pictures { before, after, .. } = &below.pictures;
        Related::default().list("images", before, after)
    }

    async fn write_below(
        form: &Form<'_>,
        below: Around,
        current: Option<&Model>,
        saved: &Model,
    ) -> Result<(), CommandError> {
        let Around { project, pictures } = below;
        write_pictures(form.tx(), form.actor(), saved.id, pictures).await?;
        match current {
            None if saved.posted_at.is_some() => announce_in_tx(form.ctx(), form.tx(), &project, saved).await,
            Some(current) if current.version == saved.version => Ok(()),
            _ => append_change_in_tx(form.tx(), &project, saved.posted_at.is_some()).await,
        }
    }
}

/// The pictures before and after, new ones attached; both empty when the form doesn't mention any.
async fn pictures(
    form: &mut Form<'_>,
    uploads: Change<Vec<UploadId>>,
    choices: Change<Vec<ImageChoice>>,
    current: Option<&Model>,
) -> Result<Pictures, CommandError> {
    let (field, choices) = match (uploads, choices) {
        (Some(uploads), _) => {
            let added = uploads.into_iter().flatten().map(ImageChoice::Add);
            ("uploadIds", added.collect())
        }
        (None, Some(choices)) => ("images", choices.unwrap_or_default()),
        (None, None) => return Ok(Pictures::default()),
    };
    let (before, binned) = match current {
        Some(update) => pictures_of(form.tx(), update.id).await?,
        None => (Vec::new(), Vec::new()),
    };
    let (mut kept, mut added, mut paths) = (Vec::new(), Vec::new(), Vec::new());
    for (index, choice) in choices.iter().enumerate() {
        match choice {
            ImageChoice::Keep(image) => {
                let field = format!("{field}.{index}.id");
                if !before.contains(image) && !binned.contains(image) {
                    form.refuse(
                        &field,
                        Fault::new(ErrorCode::NotFound, message!("update-picture-missing")),
                    );
                } else if kept.contains(image) {
                    form.refuse(&field, Fault::invalid(message!("update-picture-named-twice")));
                }
                kept.push(*image);
            }
            ImageChoice::Add(upload) => {
                added.push(*upload);
                paths.push(form.path(&match field {
                    "images" => format!("{field}.{index}.uploadId"),
                    _ => format!("{field}.{index}"),
                }));
            }
        }
    }
    // The list of those added is our own: each mistake is told at its place among all.
    let attached = media::attach_in_tx(form.tx(), form.actor(), &[], &added).await;
    let attached = form.absorb(attached, |violation| {
        let index = violation
            .field
            .first()
            .and_then(|index| index.parse::<usize>().ok());
        let path = index.and_then(|index| paths.get(index)).cloned();
        Violation {
            field: path.unwrap_or_default(),
            ..violation
        }
    })?;
    let mut attached = attached.unwrap_or_default().into_iter();
    let after = choices.into_iter().filter_map(|choice| match choice {
        ImageChoice::Keep(image) => Some(image),
        ImageChoice::Add(_) => attached.next(),
    });
    Ok(Pictures {
        after: after.collect(),
        before,
        binned,
    })
}

/// The pictures that an update shows, in order, and those in its bin.
async fn pictures_of(
    tx: &WriteTx,
    id: ProjectUpdateId,
) -> Result<(Vec<ImageId>, Vec<ImageId>), CommandError> {
    let links = update_image::Entity::find()
        .filter(update_image::Column::UpdateId.eq(id))
        .order_by_asc(update_image::Column::Position)
        .all(tx.conn())
        .await?;
    let (binned, shown): (Vec<_>, Vec<_>) = links.into_iter().partition(|link| link.deleted_at.is_some());
    let ids = |links: Vec<update_image::Model>| links.into_iter().map(|link| link.image_id).collect();
    Ok((ids(shown), ids(binned)))
}

/// Gives an update its pictures, in order; those that it lets go are in its bin, from where they can be named again.
async fn write_pictures(
    tx: &WriteTx,
    actor: &Actor,
    id: ProjectUpdateId,
    pictures: Pictures,
) -> Result<(), CommandError> {
    use update_image::{Column, Entity};
    let Pictures {
        before,
        binned,
        after,
    } = pictures;
    let of = |images: &[ImageId]| {
        Entity::update_many()
            .filter(Column::UpdateId.eq(id))
            .filter(Column::ImageId.is_in(images.iter().copied()))
    };
    let gone: Vec<ImageId> = before
        .iter()
        .copied()
        .filter(|image| !after.contains(image))
        .collect();
    if !gone.is_empty() {
        of(&gone)
            .col_expr(Column::DeletedAt, Expr::value(Some(tx.now())))
            .col_expr(Column::DeletedBy, Expr::value(actor.account_id()))
            .exec(tx.conn())
            .await?;
    }
    let mut added = Vec::new();
    for (index, &image) in after.iter().enumerate() {
        let position = i32::try_from(index).unwrap_or(i32::MAX);
        if before.contains(&image) || binned.contains(&image) {
            if before.get(index) != Some(&image) {
                of(&[image])
                    .col_expr(Column::Position, Expr::value(position))
                    .col_expr(Column::DeletedAt, Expr::value(Option::<DateTime<Utc>>::None))
                    .col_expr(Column::DeletedBy, Expr::value(Option::<AccountId>::None))
                    .exec(tx.conn())
                    .await?;
            }
            continue;
        }
        added.push(update_image::ActiveModel {
            update_id: Set(id),
            image_id: Set(image),
            position: Set(position),
            deleted_at: Set(None),
            deleted_by: Set(None),
        });
    }
    if !added.is_empty() {
        Entity::insert_many(added)
            .exec_without_returning(tx.conn())
            .await?;
    }
    Ok(())
}
