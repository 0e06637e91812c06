//! The texts below a client that may name them. Issued invoices and credit notes stay as they were issued,
//! payments as they were recorded: they are the books.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::NOBODY;
use crate::features::{
    billing::{InvoiceColumn, InvoiceItemColumn, InvoiceItems, InvoiceState, Invoices},
    media::tables::{image, upload},
    projects::{
        Project, ProjectColumn, ProjectId, ProjectUpdates, Projects, UpdateColumn, UpdateImageColumn,
        UpdateImages,
    },
};
use platform::{
    db::WriteTx,
    error::CommandError,
    masking::{Texts, Words, replace_in_rows_in_tx},
};

/// Replaces the words in the texts of these projects and of what is below them; answers how many rows named the client.
pub(super) async fn replace_texts_in_tx(
    tx: &WriteTx,
    projects: &[Project],
    words: &Words,
) -> Result<u64, CommandError> {
    let ids: Vec<ProjectId> = projects.iter().map(|project| project.id).collect();
    let updates = ProjectUpdates::find().filter(UpdateColumn::ProjectId.is_in(ids.clone()));
    let drafts = Invoices::find()
        .filter(InvoiceColumn::ProjectId.is_in(ids.clone()))
        .filter(InvoiceColumn::State.eq(InvoiceState::Draft));
    let shown = UpdateImages::find()
        .select_only()
        .column(UpdateImageColumn::ImageId)
        .filter(
            UpdateImageColumn::UpdateId.in_subquery(
                updates
                    .clone()
                    .select_only()
                    .column(UpdateColumn::Id)
                    .into_query(),
            ),
        )
        .into_query();
    let drafted = drafts
        .clone()
        .select_only()
        .column(InvoiceColumn::Id)
        .into_query();

    let texts = Texts {
        id: ProjectColumn::Id,
        version: Some(ProjectColumn::Version),
        columns: &[ProjectColumn::Name, ProjectColumn::SearchText],
    };
    let named = Projects::find().filter(ProjectColumn::Id.is_in(ids));
    let mut replaced = replace_in_rows_in_tx(tx, named, texts, words, NOBODY).await?;
    let texts = Texts {
        id: UpdateColumn::Id,
        version: Some(UpdateColumn::Version),
        columns: &[
            UpdateColumn::Title,
            UpdateColumn::Description,
            UpdateColumn::SearchText,
        ],
    };
    replaced += replace_in_rows_in_tx(tx, updates, texts, words, NOBODY).await?;
    let texts = Texts {
        id: InvoiceColumn::Id,
        version: Some(InvoiceColumn::Version),
        columns: &[InvoiceColumn::Subject, InvoiceColumn::SearchText],
    };
    replaced += replace_in_rows_in_tx(tx, drafts, texts, words, NOBODY).await?;
    let texts = Texts {
        id: InvoiceItemColumn::Id,
        version: None,
        columns: &[InvoiceItemColumn::Description],
    };
    let lines = InvoiceItems::find().filter(InvoiceItemColumn::InvoiceId.in_subquery(drafted));
    replaced += replace_in_rows_in_tx(tx, lines, texts, words, NOBODY).await?;
    replaced += replace_in_pictures_in_tx(tx, shown, words).await?;
    Ok(replaced)
}

/// What is written about the pictures of updates, and what their files were called.
async fn replace_in_pictures_in_tx(
    tx: &WriteTx,
    shown: sea_orm::sea_query::SelectStatement,
    words: &Words,
) -> Result<u64, CommandError> {
    let texts = Texts {
        id: image::Column::Id,
        version: None,
        columns: &[image::Column::Alt, image::Column::AltEn],
    };
    let images = image::Entity::find().filter(image::Column::Id.in_subquery(shown.clone()));
    let mut replaced = replace_in_rows_in_tx(tx, images, texts, words, NOBODY).await?;
    let texts = Texts {
        id: upload::Column::Id,
        version: None,
        columns: &[
            upload::Column::Filename,
            upload::Column::Alt,
            upload::Column::AltEn,
        ],
    };
    let uploads = upload::Entity::find().filter(upload::Column::ImageId.in_subquery(shown));
    replaced += replace_in_rows_in_tx(tx, uploads, texts, words, NOBODY).await?;
    Ok(replaced)
}
