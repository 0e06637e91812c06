//! The gallery and the videos of an item, added, removed and reordered with it: a list replaces, entry by entry. What
//! the list no longer names is deleted and can be restored by its own id.

use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;

use crate::features::{
    content::{
        GalleryImageId, PortfolioItemId, VideoId,
        model::MAX_TITLE,
        tables::{gallery_image, video},
    },
    media::{self, ImageId, UploadId},
};
use platform::{
    error::{CommandError, ErrorCode, Violation},
    form::{Change, Fault, Form, optional_line},
    ids::new_uuid,
    message,
    messages::Message,
    record::{self, Related},
    text::one_line,
    video_link::VideoLink,
};

/// One picture of the new gallery: one that is there already, or a new one.
#[derive(Debug, Clone, Default, Serialize)]
pub struct GalleryEntry {
    /// One that stays, at this place.
    pub id: Option<GalleryImageId>,
    /// A new one.
    pub upload_id: Option<UploadId>,
}

/// One video of the new list: with an id one that stays, without a new one.
#[derive(Debug, Clone, Default, Serialize)]
pub struct VideoEntry {
    /// One that stays, at this place.
    pub id: Option<VideoId>,
    /// Where it is.
    pub url: Change<String>,
    /// What it is called.
    pub title: Change<String>,
    /// In English.
    pub title_en: Change<String>,
}

/// What is to be written below an item; nothing where the form doesn't mention the list.
#[derive(Debug, Default)]
pub struct PortfolioMedia {
    gallery: Option<(Vec<gallery_image::Model>, Vec<PlannedPicture>)>,
    videos: Option<(Vec<video::Model>, Vec<PlannedVideo>)>,
}

#[derive(Debug)]
enum PlannedPicture {
    Kept(GalleryImageId),
    New(ImageId),
}

#[derive(Debug)]
struct PlannedVideo {
    kept: Option<VideoId>,
    url: String,
    title: Option<String>,
    title_en: Option<String>,
}

/// Reads both lists. Mistakes go into the form, each at its entry.
pub async fn plan(
    form: &mut Form<'_>,
    item: Option<PortfolioItemId>,
    gallery: Change<Vec<GalleryEntry>>,
    videos: Change<Vec<VideoEntry>>,
) -> Result<PortfolioMedia, CommandError> {
    Ok(PortfolioMedia {
        gallery: match gallery {
            Some(entries) => Some(plan_gallery(form, item, entries.unwrap_or_default()).await?),
            None => None,
        },
        videos: match videos {
            Some(entries) => Some(plan_videos(form, item, entries.unwrap_or_default()).await?),
            None => None,
        },
    })
}

async fn plan_gallery(
    form: &mut Form<'_>,
    item: Option<PortfolioItemId>,
    entries: Vec<GalleryEntry>,
) -> Result<(Vec<gallery_image::Model>, Vec<PlannedPicture>), CommandError> {
    const LIST: &str = "gallery";
    let before = match item {
        Some(item) => {
            gallery_image::Entity::find()
                .filter(gallery_image::Column::PortfolioItemId.eq(item))
                .filter(gallery_image::Column::DeletedAt.is_null())
                .order_by_asc(gallery_image::Column::Position)
                .all(form.tx().conn())
                .await?
        }
        None => Vec::new(),
    };
    let mut seen = Vec::new();
    let (mut places, mut uploads) = (Vec::new(), Vec::new());
    for (index, entry) in entries.iter().enumerate() {
        match (entry.id, entry.upload_id) {
            (Some(id), None) => {
                let field = format!("{LIST}.{index}.id");
                if !before.iter().any(|row| row.id == id) {
                    form.refuse(&field, missing(message!("gallery-picture-missing")));
                } else if seen.contains(&id) {
                    form.refuse(&field, Fault::invalid(message!("picture-named-twice")));
                }
                seen.push(id);
            }
            (None, Some(upload)) => {
                places.push(index);
                uploads.push(upload);
            }
            _ => {
                let which = message!("picture-id-or-upload");
                form.refuse(&format!("{LIST}.{index}"), Fault::invalid(which));
            }
        }
    }
    let paths: Vec<Vec<String>> = places
        .iter()
        .map(|index| form.path(&format!("{LIST}.{index}.uploadId")))
        .collect();
    let attached = media::attach_in_tx(form.tx(), form.actor(), &[], &uploads).await;
    let attached = form.absorb(attached, |violation| {
        // The path is the place among the uploads alone.
        let index = violation
            .field
            .first()
            .and_then(|index| index.parse::<usize>().ok());
        match index.and_then(|index| paths.get(index)) {
            Some(path) => Violation {
                field: path.clone(),
                ..violation
            },
            None => violation,
        }
    })?;
    let mut added = attached.unwrap_or_default().into_iter();
    let planned = entries
        .iter()
        .filter_map(|entry| match entry.id {
            Some(id) => Some(PlannedPicture::Kept(id)),
            None => added.next().map(PlannedPicture::New),
        })
        .collect();
    Ok((before, planned))
}

async fn plan_videos(
    form: &mut Form<'_>,
    item: Option<PortfolioItemId>,
    entries: Vec<VideoEntry>,
) -> Result<(Vec<video::Model>, Vec<PlannedVideo>), CommandError> {
    const LIST: &str = "videos";
    let before = match item {
        Some(item) => {
            video::Entity::find()
                .filter(video::Column::PortfolioItemId.eq(item))
                .filter(video::Column::DeletedAt.is_null())
                .order_by_asc(video::Column::Position)
                .all(form.tx().conn())
                .await?
        }
        None => Vec::new(),
    };
    let mut planned: Vec<PlannedVideo> = Vec::new();
    for (index, entry) in entries.into_iter().enumerate() {
        let kept = entry.id.and_then(|id| before.iter().find(|row| row.id == id));
        if let Some(id) = entry.id {
            let field = format!("{LIST}.{index}.id");
            if kept.is_none() {
                form.refuse(&field, missing(message!("item-video-missing")));
                continue;
            }
            if planned.iter().any(|video| video.kept == Some(id)) {
                form.refuse(&field, Fault::invalid(message!("video-named-twice")));
                continue;
            }
        }
        let at = |field: &str| format!("{LIST}.{index}.{field}");
        let url = in_list(form, &at("url"), entry.url, kept.map(|row| &row.url));
        let title = optional_in_list(form, &at("title"), entry.title, kept.map(|row| &row.title));
        let title_en = optional_in_list(
            form,
            &at("titleEn"),
            entry.title_en,
            kept.map(|row| &row.title_en),
        );
        planned.push(PlannedVideo {
            kept: entry.id,
            url,
            title,
            title_en,
        });
    }
    Ok((before, planned))
}

/// A video's address, in one form whatever form was pasted.
fn in_list(form: &mut Form<'_>, at: &str, change: Change<String>, current: Option<&String>) -> String {
    form.required(at, change, current, |entered: String| {
        let entered = one_line(&entered);
        if entered.is_empty() {
            return Err(Fault::new(
                ErrorCode::Required,
                message!("video-address-required"),
            ));
        }
        match VideoLink::parse(&entered) {
            Ok(link) => Ok(link.watch_url()),
            Err(error) => Err(Fault::invalid(error.into())),
        }
    })
}

fn optional_in_list(
    form: &mut Form<'_>,
    at: &str,
    change: Change<String>,
    current: Option<&Option<String>>,
) -> Option<String> {
    form.optional(at, change, current, optional_line(MAX_TITLE))
}

fn missing(message: Message) -> Fault {
    Fault::new(ErrorCode::NotFound, message)
}

impl PortfolioMedia {
    /// What changes, for the item's audit entry: the pictures' ids, the videos' addresses and titles, in order.
    #[must_use]
    pub fn related(&self) -> Related {
        let mut related = Related::default();
        if let Some((before, planned)) = &self.gallery {
            let old: Vec<ImageId> = before.iter().map(|row| row.image_id).collect();
            let new: Vec<ImageId> = planned
                .iter()
                .filter_map(|picture| match picture {
                    PlannedPicture::Kept(id) => {
                        before.iter().find(|row| row.id == *id).map(|row| row.image_id)
                    }
                    PlannedPicture::New(image) => Some(*image),
                })
                .collect();
            related = related.list("gallery", &old, &new);
        }
        if let Some((before, planned)) = &self.videos {
            let told = |url: &str, title: &Option<String>, title_en: &Option<String>| {
                [Some(url), title.as_deref(), title_en.as_deref()]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join(" · ")
            };
            let old: Vec<String> = before
                .iter()
                .map(|row| told(&row.url, &row.title, &row.title_en))
                .collect();
            let new: Vec<String> = planned
                .iter()
                .map(|video| told(&video.url, &video.title, &video.title_en))
                .collect();
            related = related.list("videos", &old, &new);
        }
        related
    }

    /// Writes what was planned.
    pub async fn write(self, form: &Form<'_>, item: PortfolioItemId) -> Result<(), CommandError> {
        if let Some((before, planned)) = self.gallery {
            write_gallery(form, item, &before, planned).await?;
        }
        if let Some((before, planned)) = self.videos {
            write_videos(form, item, &before, planned).await?;
        }
        Ok(())
    }
}

async fn write_gallery(
    form: &Form<'_>,
    item: PortfolioItemId,
    before: &[gallery_image::Model],
    planned: Vec<PlannedPicture>,
) -> Result<(), CommandError> {
    let (tx, actor) = (form.tx(), form.actor());
    let stays = |id: GalleryImageId| {
        planned
            .iter()
            .any(|it| matches!(it, PlannedPicture::Kept(kept) if *kept == id))
    };
    for gone in before.iter().filter(|row| !stays(row.id)) {
        // Each by itself: whoever wants one of them back doesn't want the others.
        let which = Condition::all().add(gallery_image::Column::Id.eq(gone.id));
        record::soft_delete::<gallery_image::Entity>(tx, actor, new_uuid(tx.now()), which).await?;
    }
    for (position, picture) in (0..).zip(&planned) {
        let mut row = gallery_image::ActiveModel {
            position: Set(position),
            ..Default::default()
        };
        match picture {
            PlannedPicture::Kept(id) => {
                if let Some(current) = before.iter().find(|row| row.id == *id) {
                    record::update::<gallery_image::Entity, _>(tx, actor, current, row).await?;
                }
            }
            PlannedPicture::New(image) => {
                row.id = Set(GalleryImageId::generate(tx.now()));
                row.portfolio_item_id = Set(item);
                row.image_id = Set(*image);
                record::insert::<gallery_image::Entity, _>(tx, actor, row).await?;
            }
        }
    }
    Ok(())
}

async fn write_videos(
    form: &Form<'_>,
    item: PortfolioItemId,
    before: &[video::Model],
    planned: Vec<PlannedVideo>,
) -> Result<(), CommandError> {
    let (tx, actor) = (form.tx(), form.actor());
    let stays = |id: VideoId| planned.iter().any(|it| it.kept == Some(id));
    for gone in before.iter().filter(|row| !stays(row.id)) {
        let which = Condition::all().add(video::Column::Id.eq(gone.id));
        record::soft_delete::<video::Entity>(tx, actor, new_uuid(tx.now()), which).await?;
    }
    for (position, planned) in (0..).zip(planned) {
        let kept = planned.kept.and_then(|id| before.iter().find(|row| row.id == id));
        let mut row = video::ActiveModel {
            url: Set(planned.url),
            title: Set(planned.title),
            title_en: Set(planned.title_en),
            position: Set(position),
            ..Default::default()
        };
        match kept {
            Some(current) => {
                record::update::<video::Entity, _>(tx, actor, current, row).await?;
            }
            None => {
                row.id = Set(VideoId::generate(tx.now()));
                row.portfolio_item_id = Set(item);
                record::insert::<video::Entity, _>(tx, actor, row).await?;
            }
        }
    }
    Ok(())
}
