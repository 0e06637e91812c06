//! The first of the two steps in which a file comes: announces it and hands out the URL to send it to.

use chrono::{DateTime, Utc};
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;

use crate::features::media::model::UPLOAD_LIFETIME;
use crate::features::media::permissions::may_upload;
use crate::features::media::tables::upload;
use crate::features::media::{ImageId, Media, UploadId, UploadState};
use platform::actor::Actor;
use platform::db::write_tx;
use platform::error::{CommandError, ErrorCode, Violation, Violations};
use platform::images::MAX_BYTES;
use platform::message;
use platform::text::one_line;

/// Longer names are a mistake.
const MAX_FILENAME: usize = 255;
/// Longer texts are no description of a picture.
const MAX_ALT: usize = 500;
/// What programs say that don't know a file's type.
const UNKNOWN: [&str; 3] = ["", "application/octet-stream", "binary/octet-stream"];

/// What the sender says of the file.
#[derive(Debug, Clone)]
pub struct CreateUpload {
    /// What it is called on the sender's device.
    pub filename: String,
    /// Its media type; the content decides in the end.
    pub content_type: String,
    /// Its exact size.
    pub byte_size: i64,
    /// What the picture shows.
    pub alt: Option<String>,
    /// The same in English.
    pub alt_en: Option<String>,
}

/// Where to send it.
#[derive(Debug, Clone)]
pub struct CreatedUpload {
    /// To be named in a mutation once the file is there.
    pub id: UploadId,
    /// Where to `PUT` the bytes.
    pub upload_url: String,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// Announces a file.
///
/// # Errors
/// What is wrong with it already, or that the caller isn't staff.
pub async fn create_upload(
    media: &Media,
    actor: &Actor,
    input: CreateUpload,
) -> Result<CreatedUpload, CommandError> {
    may_upload(actor)?;
    let valid = validate(input)?;
    write_tx!(media.ctx(), |tx| {
        let id = UploadId::generate(tx.now());
        let expires_at = tx.now() + UPLOAD_LIFETIME;
        upload::ActiveModel {
            id: Set(id),
            image_id: Set(ImageId::generate(tx.now())),
            filename: Set(valid.filename.clone()),
            content_type: Set(valid.content_type.clone()),
            byte_size: Set(valid.byte_size),
            alt: Set(valid.alt.clone()),
            alt_en: Set(valid.alt_en.clone()),
            state: Set(UploadState::Pending),
            created_by: Set(actor.account_id()),
            created_at: Set(tx.now()),
            expires_at: Set(expires_at),
            used_at: Set(None),
        }
        .insert(tx.conn())
        .await?;
        Ok(CreatedUpload {
            id,
            upload_url: media.urls().upload(id, expires_at),
            expires_at,
        })
    })
}

struct Valid {
    filename: String,
    content_type: String,
    byte_size: i32,
    alt: Option<String>,
    alt_en: Option<String>,
}

fn validate(input: CreateUpload) -> Result<Valid, CommandError> {
    let mut violations = Violations::default();
    let filename = violations.check(filename(&input.filename));
    let content_type = violations.check(content_type(&input.content_type));
    let byte_size = violations.check(byte_size(input.byte_size));
    let french = violations.check(alt(input.alt, "alt"));
    let english = violations.check(alt(input.alt_en, "altEn"));
    violations.into_result()?;
    match (filename, content_type, byte_size, french, english) {
        (Some(filename), Some(content_type), Some(byte_size), Some(alt), Some(alt_en)) => Ok(Valid {
            filename,
            content_type,
            byte_size,
            alt,
            alt_en,
        }),
        _ => Err(CommandError::Internal(anyhow::anyhow!(
            "a failed check left no violation"
        ))),
    }
}

/// Without folders and control characters: it is shown to people, and never a path of ours.
fn filename(given: &str) -> Result<String, Violation> {
    let field = ["input", "filename"];
    let name = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = one_line(name);
    if name.is_empty() {
        return Err(Violation::new(
            ErrorCode::Required,
            field,
            message!("file-name-required"),
        ));
    }
    if name.chars().count() > MAX_FILENAME {
        let message = message!("text-too-long", max = MAX_FILENAME);
        return Err(Violation::new(ErrorCode::TooLong, field, message));
    }
    Ok(name)
}

/// Any picture, and what nobody knows: phones call a JPEG `image/heic`, pickers say nothing, and the content decides when
/// it is there. What is certainly none is told before it is sent.
fn content_type(given: &str) -> Result<String, Violation> {
    let essence = given
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let well_formed = essence.len() <= 100 && essence.chars().all(|letter| letter.is_ascii_graphic());
    if UNKNOWN.contains(&essence.as_str()) {
        return Ok("application/octet-stream".to_owned());
    }
    if essence == "image/jpg" {
        return Ok("image/jpeg".to_owned());
    }
    if well_formed && essence.starts_with("image/") {
        return Ok(essence);
    }
    let message = message!("file-type-refused");
    Err(Violation::new(
        ErrorCode::Invalid,
        ["input", "contentType"],
        message,
    ))
}

fn byte_size(given: i64) -> Result<i32, Violation> {
    let field = ["input", "byteSize"];
    if given < 1 {
        return Err(Violation::new(ErrorCode::Invalid, field, message!("image-empty")));
    }
    i32::try_from(given)
        .ok()
        .filter(|size| usize::try_from(*size).is_ok_and(|size| size <= MAX_BYTES))
        .ok_or_else(|| Violation::new(ErrorCode::Invalid, field, message!("image-too-large")))
}

fn alt(given: Option<String>, field: &str) -> Result<Option<String>, Violation> {
    let text = given.map(|text| one_line(&text)).filter(|text| !text.is_empty());
    if text.as_ref().is_some_and(|text| text.chars().count() > MAX_ALT) {
        let message = message!("text-too-long", max = MAX_ALT);
        return Err(Violation::new(ErrorCode::TooLong, ["input", field], message));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_harmless() {
        assert_eq!(filename("C:\\photos\\mur nord.jpg").unwrap(), "mur nord.jpg");
        assert_eq!(filename("../../etc/passwd").unwrap(), "passwd");
        assert_eq!(filename("a\r\nb\u{202e}.jpg").unwrap(), "a b.jpg");
        assert_eq!(filename(" / ").unwrap_err().code, ErrorCode::Required);
        assert_eq!(filename(&"é".repeat(256)).unwrap_err().code, ErrorCode::TooLong);
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        let input = CreateUpload {
            filename: String::new(),
            content_type: "application/pdf".to_owned(),
            byte_size: 11_000_000,
            alt: Some("x".repeat(501)),
            alt_en: Some("x".repeat(501)),
        };
        let Err(CommandError::Rejected(violations)) = validate(input) else {
            panic!("it was accepted")
        };
        let fields: Vec<_> = violations
            .iter()
            .map(|violation| violation.field[1].as_str())
            .collect();
        assert_eq!(fields, ["filename", "contentType", "byteSize", "alt", "altEn"]);
    }

    #[test]
    fn types_and_sizes_have_their_limits() {
        assert_eq!(content_type("Image/JPG; charset=x").unwrap(), "image/jpeg");
        assert_eq!(content_type("image/svg+xml").unwrap(), "image/svg+xml");
        assert_eq!(content_type("image/heic").unwrap(), "image/heic");
        assert_eq!(content_type(" ").unwrap(), "application/octet-stream");
        for refused in ["application/pdf", "video/mp4", "text/html", "image/j p\u{e9}g"] {
            assert!(content_type(refused).is_err(), "{refused}");
        }
        assert_eq!(byte_size(10_485_760).unwrap(), 10_485_760);
        assert!(byte_size(10_485_761).is_err() && byte_size(0).is_err() && byte_size(i64::MAX).is_err());
    }
}
