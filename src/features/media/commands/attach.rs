//! Giving received pictures to a record, and taking a removed record's pictures away.

use std::collections::{HashMap, HashSet};

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::features::media::permissions::may_upload;
use crate::features::media::tables::{file_removal, image, upload};
use crate::features::media::{ImageId, UploadId, UploadState};
use platform::actor::Actor;
use platform::db::WriteTx;
use platform::deletion::BIN_KEEPS;
use platform::error::{CommandError, ErrorCode, Violation, Violations};
use platform::ids::new_uuid;
use platform::message;

/// Takes uploads for a record that the caller writes in the same transaction, in the order they were named, and
/// answers with their pictures. `field` is the path of the list in the input, such as `["input", "uploadIds"]`;
/// each mistake is told at its place in the list.
///
/// # Errors
/// For every upload that doesn't exist (NOT_FOUND), has no bytes yet or belongs to a record already (INVALID),
/// is too old (EXPIRED), or is named twice (INVALID). The caller must then roll back.
pub async fn attach_in_tx(
    tx: &WriteTx,
    actor: &Actor,
    field: &[&str],
    uploads: &[UploadId],
) -> Result<Vec<ImageId>, CommandError> {
    may_upload(actor)?;
    if uploads.is_empty() {
        return Ok(Vec::new());
    }
    // Locked in one order, whatever order they were named in: two mutations can't wait for each other.
    let rows: HashMap<UploadId, upload::Model> = upload::Entity::find()
        .filter(upload::Column::Id.is_in(uploads.iter().copied()))
        .order_by_asc(upload::Column::Id)
        .lock_exclusive()
        .all(tx.conn())
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();

    let mut violations = Violations::default();
    let mut seen = HashSet::new();
    let mut images = Vec::with_capacity(uploads.len());
    for (index, id) in uploads.iter().enumerate() {
        let path = || {
            field
                .iter()
                .map(|part| (*part).to_owned())
                .chain([index.to_string()])
        };
        if !seen.insert(*id) {
            let message = message!("upload-named-twice");
            violations.push(Violation::new(ErrorCode::Invalid, path(), message));
            continue;
        }
        let Some(row) = rows.get(id) else {
            violations.push(Violation::not_found(path(), UploadId::NOUN));
            continue;
        };
        match row.state {
            UploadState::Used => violations.push(Violation::new(
                ErrorCode::Invalid,
                path(),
                message!("upload-used"),
            )),
            _ if row.expires_at <= tx.now() => violations.push(Violation::new(
                ErrorCode::Expired,
                path(),
                message!("upload-expired"),
            )),
            UploadState::Pending => violations.push(Violation::new(
                ErrorCode::Invalid,
                path(),
                message!("upload-not-received"),
            )),
            UploadState::Complete | UploadState::Replaced => images.push(row.image_id),
        }
    }
    violations.into_result()?;

    upload::Entity::update_many()
        .filter(upload::Column::Id.is_in(uploads.iter().copied()))
        .col_expr(upload::Column::State, Expr::value(UploadState::Used))
        .col_expr(upload::Column::UsedAt, Expr::value(tx.now()))
        .exec(tx.conn())
        .await?;
    Ok(images)
}

/// Lets a picture go that a record has replaced: its upload can be named again for [`BIN_KEEPS`], and is swept then with the
/// picture.
///
/// # Errors
/// When the database refuses.
pub async fn let_go_in_tx(tx: &WriteTx, image: ImageId) -> Result<(), DbErr> {
    let until = tx.now() + BIN_KEEPS;
    let known = upload::Entity::update_many()
        .filter(upload::Column::ImageId.eq(image))
        .col_expr(upload::Column::State, Expr::value(UploadState::Replaced))
        .col_expr(upload::Column::UsedAt, Expr::value(tx.now()))
        .col_expr(upload::Column::ExpiresAt, Expr::value(until))
        .exec(tx.conn())
        .await?;
    if known.rows_affected > 0 {
        return Ok(());
    }
    // The row of an upload that was named long ago is gone.
    let Some(image) = image::Entity::find_by_id(image).one(tx.conn()).await? else {
        return Ok(());
    };
    upload::ActiveModel {
        id: Set(UploadId::generate(tx.now())),
        image_id: Set(image.id),
        filename: Set(String::new()),
        content_type: Set(image.source_type),
        byte_size: Set(image.byte_size),
        alt: Set(image.alt),
        alt_en: Set(image.alt_en),
        state: Set(UploadState::Replaced),
        created_by: Set(image.uploaded_by),
        created_at: Set(tx.now()),
        expires_at: Set(until),
        used_at: Set(Some(tx.now())),
    }
    .insert(tx.conn())
    .await?;
    Ok(())
}

/// Removes pictures for good, after the caller has removed what referred to them. Their files follow once the
/// transaction has committed, and stay if it doesn't.
///
/// # Errors
/// When the database refuses: something still refers to one of them, for one.
pub async fn remove_in_tx(tx: &WriteTx, images: &[ImageId]) -> Result<(), DbErr> {
    if images.is_empty() {
        return Ok(());
    }
    upload::Entity::delete_many()
        .filter(upload::Column::ImageId.is_in(images.iter().copied()))
        .exec(tx.conn())
        .await?;
    image::Entity::delete_many()
        .filter(image::Column::Id.is_in(images.iter().copied()))
        .exec(tx.conn())
        .await?;
    for image in images {
        remove_folder_in_tx(tx, image::folder_of(*image)).await?;
    }
    Ok(())
}

/// Notes that a folder of files is to be removed after the commit.
pub(in crate::features::media) async fn remove_folder_in_tx(
    tx: &WriteTx,
    folder: String,
) -> Result<(), DbErr> {
    file_removal::ActiveModel {
        id: Set(new_uuid(tx.now())),
        folder: Set(folder),
        attempts: Set(0),
        not_before: Set(tx.now()),
    }
    .insert(tx.conn())
    .await?;
    Ok(())
}
