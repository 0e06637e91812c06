//! `updateProjectUpdate`: corrects an update. A posted one stays posted and isn't announced again.

use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder,
};

use super::{append_change_in_tx, create_project_update::link_images, post_project_update::lock_update};
use crate::{
    features::{
        media::{self, ImageId, UploadId},
        projects::{
            ProjectUpdateId,
            model::{description, title},
            tables::{update, update_image},
        },
    },
    platform::{
        actor::Actor,
        ctx::Ctx,
        db::WriteTx,
        error::{CommandError, ErrorCode, Violation, Violations},
        record::{self, Related},
        search,
        write::write_tx,
    },
};

/// One entry of the new list of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageChoice {
    /// One that the update has already stays, at this place.
    Keep(ImageId),
    /// A new one.
    Add(UploadId),
}

/// What changes; an absent value stays.
#[derive(Debug, Clone, Default)]
pub struct ProjectUpdatePatch {
    /// What happened.
    pub title: Option<String>,
    /// In more words; the inner `None` clears it.
    pub description: Option<Option<String>>,
    /// The pictures from now on, in order; those not named are removed.
    pub images: Option<Vec<ImageChoice>>,
}

/// Corrects an update.
///
/// # Errors
/// Violations at `input.…`; CONFLICT when it is not at `expected_version`.
pub async fn update_project_update(
    ctx: &Ctx,
    actor: &Actor,
    id: ProjectUpdateId,
    expected_version: i32,
    patch: ProjectUpdatePatch,
) -> Result<update::Model, CommandError> {
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        let patch = patch.clone();
        let (project, current) = lock_update(tx, id).await?;
        record::expect_version::<update::Entity>(&current, expected_version)?;
        let mut violations = Violations::default();
        let title = patch
            .title
            .and_then(|text| violations.check(title(&text, &["input", "patch", "title"])));
        let text = patch.description.and_then(|text| {
            violations.check(description(
                text.as_deref().unwrap_or(""),
                &["input", "patch", "description"],
            ))
        });
        violations.into_result()?;
        let related = match patch.images {
            Some(images) => replace_images(tx, actor, id, &images).await?,
            None => Related::default(),
        };
        let new_title = title.as_deref().unwrap_or(&current.title);
        let new_text = text
            .as_ref()
            .unwrap_or(&current.description)
            .as_deref()
            .unwrap_or("");
        let changes = update::ActiveModel {
            search_text: Set(search::search_text([new_title, new_text])),
            title: title.map_or(NotSet, Set),
            description: text.map_or(NotSet, Set),
            ..Default::default()
        };
        let updated = record::update_with::<update::Entity, _>(tx, actor, &current, changes, related).await?;
        if updated.version != current.version {
            append_change_in_tx(tx, &project, updated.posted_at.is_some()).await?;
        }
        Ok(updated)
    })
}

/// The path of the list of pictures.
const FIELD: &[&str] = &["input", "patch", "images"];

/// Tells the mistakes of uploads at their places among all pictures, kept ones included.
fn at_places(error: CommandError, places: &[usize]) -> CommandError {
    let CommandError::Rejected(mut violations) = error else {
        return error;
    };
    for violation in &mut violations {
        let place = violation
            .field
            .get(FIELD.len())
            .and_then(|index| index.parse::<usize>().ok());
        if let Some(place) = place.and_then(|index| places.get(index)) {
            violation.field.truncate(FIELD.len());
            violation.field.extend([place.to_string(), "uploadId".to_owned()]);
        }
    }
    CommandError::Rejected(violations)
}

/// Makes `choices` the update's pictures, and tells what that changed.
async fn replace_images(
    tx: &WriteTx,
    actor: &Actor,
    id: ProjectUpdateId,
    choices: &[ImageChoice],
) -> Result<Related, CommandError> {
    let before: Vec<ImageId> = update_image::Entity::find()
        .filter(update_image::Column::UpdateId.eq(id))
        .order_by_asc(update_image::Column::Position)
        .all(tx.conn())
        .await?
        .into_iter()
        .map(|link| link.image_id)
        .collect();
    let mut violations = Violations::default();
    let mut kept = Vec::new();
    for (index, choice) in choices.iter().enumerate() {
        let ImageChoice::Keep(image) = choice else {
            continue;
        };
        let field = ["input", "patch", "images", &index.to_string(), "id"];
        if !before.contains(image) {
            violations.push(Violation::not_found(field, "picture on this update"));
        } else if kept.contains(image) {
            violations.push(Violation::new(
                ErrorCode::Invalid,
                field,
                "This picture is named twice.",
            ));
        }
        kept.push(*image);
    }
    violations.into_result()?;
    let (places, uploads): (Vec<usize>, Vec<UploadId>) = choices
        .iter()
        .enumerate()
        .filter_map(|(place, choice)| match choice {
            ImageChoice::Add(upload) => Some((place, *upload)),
            ImageChoice::Keep(_) => None,
        })
        .unzip();
    let mut added = media::attach_in_tx(tx, actor, FIELD, &uploads)
        .await
        .map_err(|error| at_places(error, &places))?
        .into_iter();
    let after: Vec<ImageId> = choices
        .iter()
        .filter_map(|choice| match choice {
            ImageChoice::Keep(image) => Some(*image),
            ImageChoice::Add(_) => added.next(),
        })
        .collect();
    let related = Related::default().list("images", &before, &after);
    if after == before {
        return Ok(related);
    }
    update_image::Entity::delete_many()
        .filter(update_image::Column::UpdateId.eq(id))
        .exec(tx.conn())
        .await?;
    link_images(tx, id, &after).await?;
    let removed: Vec<ImageId> = before
        .into_iter()
        .filter(|image| !after.contains(image))
        .collect();
    media::remove_in_tx(tx, &removed).await?;
    Ok(related)
}
