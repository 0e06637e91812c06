//! `postProjectUpdate`: shows a draft to the client, once.

use sea_orm::ActiveValue::Set;
use serde_json::json;

use crate::features::projects::{
    ProjectUpdateId, events, lock_below_project_in_tx,
    tables::{project, update},
};
use platform::{
    actor::Actor,
    announce::Announcement,
    ctx::Ctx,
    db::{WriteTx, write_tx},
    error::{CommandError, ErrorCode, Violation},
    events::{NewEvent, append_in_tx},
    message, record,
};

/// Posts a draft.
///
/// # Errors
/// LOCKED when it is posted already; CONFLICT when it is not at `expected_version`; NOT_FOUND.
pub async fn post_project_update(
    ctx: &Ctx,
    actor: &Actor,
    id: ProjectUpdateId,
    expected_version: i32,
) -> Result<update::Model, CommandError> {
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        // The project before the update: always in this order.
        let (project, current) = lock_below_project_in_tx::<update::Entity>(tx, id.0)
            .await?
            .filter(|(project, update)| project.deleted_at.is_none() && update.deleted_at.is_none())
            .ok_or_else(|| Violation::not_found(["input", "id"], ProjectUpdateId::NOUN))?;
        if current.posted_at.is_some() {
            return Err(Violation::new(
                ErrorCode::Locked,
                ["input", "id"],
                message!("update-posted-already"),
            )
            .into());
        }
        record::expect_version::<update::Entity>(&current, expected_version)?;
        let changes = update::ActiveModel {
            posted_at: Set(Some(tx.now())),
            ..Default::default()
        };
        let posted = record::update::<update::Entity, _>(tx, actor, &current, changes).await?;
        announce_in_tx(ctx, tx, &project, &posted).await?;
        Ok(posted)
    })
}

/// Writes what posting causes: the feed's event, and what its client is told.
pub(super) async fn announce_in_tx(
    ctx: &Ctx,
    tx: &WriteTx,
    project: &project::Model,
    update: &update::Model,
) -> Result<(), CommandError> {
    append_in_tx(
        tx,
        NewEvent::about::<update::Entity>(events::PROJECT_UPDATE_POSTED, update)
            .for_owner_of(project.id.0)
            .for_staff(),
    );
    ctx.announcer
        .announce_in_tx(
            tx,
            &ctx.keys,
            Announcement {
                kind: events::PROJECT_UPDATE_POSTED,
                client: project.client_id,
                project: Some(project.id.0),
                record: ("ProjectUpdate", update.id.0),
                data: json!({
                    "projectName": project.name,
                    "updateTitle": update.title,
                    "updateDescription": update.description,
                    "projectId": project.id,
                    "updateId": update.id,
                }),
            },
        )
        .await?;
    Ok(())
}
