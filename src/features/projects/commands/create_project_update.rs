//! `createProjectUpdate`: news from a site, as a draft or posted at once.

use sea_orm::{ActiveValue::Set, EntityTrait};
use serde::Serialize;

use super::{append_change_in_tx, lock_project, post_project_update::announce_in_tx};
use crate::{
    features::{
        media::{self, ImageId, UploadId},
        projects::{
            ProjectId, ProjectUpdateId,
            model::{description, title},
            tables::{update, update_image},
        },
    },
    platform::{
        actor::Actor,
        ctx::Ctx,
        db::WriteTx,
        error::{CommandError, Violation, Violations},
        idempotency::{self, Claim},
        record, search,
        write::write_tx,
    },
};

/// A new update.
#[derive(Debug, Clone, Serialize)]
pub struct CreateProjectUpdate {
    /// Of which project.
    pub project: ProjectId,
    /// What happened.
    pub title: String,
    /// In more words.
    pub description: Option<String>,
    /// Its pictures, uploaded before, in order.
    pub uploads: Vec<UploadId>,
    /// Shows it to the client at once.
    pub post: bool,
    /// Makes a repeated call harmless.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// Makes an update, and posts it if asked.
///
/// # Errors
/// Violations at `input.…`.
pub async fn create_project_update(
    ctx: &Ctx,
    actor: &Actor,
    input: CreateProjectUpdate,
) -> Result<update::Model, CommandError> {
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        let key = input.idempotency_key.as_deref();
        let claimed = match idempotency::claim_in_tx(tx, actor, "createProjectUpdate", key, &input).await? {
            Claim::New(claimed) => claimed,
            Claim::Replay(id) => {
                return update::Entity::find_by_id(ProjectUpdateId(id))
                    .one(tx.conn())
                    .await?
                    .ok_or_else(|| {
                        Violation::not_found(["input", "idempotencyKey"], "project update any more").into()
                    });
            }
        };
        let mut violations = Violations::default();
        let title = violations.check(title(&input.title, &["input", "title"]));
        let text = violations.check(description(
            input.description.as_deref().unwrap_or(""),
            &["input", "description"],
        ));
        violations.into_result()?;
        let (Some(title), Some(description)) = (title, text) else {
            return Err(anyhow::anyhow!("a value passed without having been checked").into());
        };
        let project = lock_project(tx, input.project, &["input", "projectId"]).await?;
        let images = media::attach_in_tx(tx, actor, &["input", "uploadIds"], &input.uploads).await?;
        let row = update::ActiveModel {
            id: Set(ProjectUpdateId::generate(tx.now())),
            project_id: Set(project.id),
            search_text: Set(search::search_text([
                title.as_str(),
                description.as_deref().unwrap_or(""),
            ])),
            title: Set(title),
            description: Set(description),
            posted_at: Set(input.post.then_some(tx.now())),
            ..Default::default()
        };
        let update = record::insert::<update::Entity, _>(tx, actor, row).await?;
        link_images(tx, update.id, &images).await?;
        if input.post {
            announce_in_tx(ctx, tx, &project, &update).await?;
        } else {
            append_change_in_tx(tx, &project, false).await?;
        }
        claimed.complete(tx, update.id.0).await?;
        Ok(update)
    })
}

/// Gives an update its pictures, in order.
pub(super) async fn link_images(
    tx: &WriteTx,
    update: ProjectUpdateId,
    images: &[ImageId],
) -> Result<(), CommandError> {
    if images.is_empty() {
        return Ok(());
    }
    let links = images
        .iter()
        .zip(0..)
        .map(|(&image, position)| update_image::ActiveModel {
            update_id: Set(update),
            image_id: Set(image),
            position: Set(position),
        });
    update_image::Entity::insert_many(links)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}
