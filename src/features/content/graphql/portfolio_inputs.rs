//! What is sent about the portfolio: filters, orders, inputs.

use async_graphql::{Enum, ID, InputObject, MaybeUndefined, Result};

use super::check_search;
use crate::features::content::{
    Category,
    kinds::{
        portfolio_item::{PortfolioFilter, PortfolioItemFields},
        portfolio_media::{GalleryEntry, VideoEntry},
    },
    model::{MAX_GALLERY, MAX_VIDEOS, area},
    tables::portfolio_item::Entity,
};
use platform::{
    error::{ErrorCode, Violation, Violations},
    graphql::{
        BoundedList,
        editing::{Entered, change},
        listing::FilterInput,
        scalars::Moment,
        values::Decimal,
    },
    message, record_inputs, record_order,
    search::check_key,
};

/// Whether an item of the portfolio is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Category")]
pub enum PortfolioCategory {
    /// A design that isn't built.
    Project,
    /// A finished building.
    Realization,
}

impl Entered<Category> for PortfolioCategory {
    fn read(self, _: &[String], _: &mut Violations) -> Option<Category> {
        Some(self.into())
    }
}

/// Which items a list shows. All of what is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct PortfolioFilterInput {
    /// Designs, or finished buildings.
    pub category: Option<PortfolioCategory>,
    /// In this city, in either language; case and accents don't matter.
    pub city: Option<String>,
    /// In this country, in either language; case and accents don't matter.
    pub country: Option<String>,
    /// For this usage, in either language; case and accents don't matter.
    pub usage: Option<String>,
    /// Of this year.
    pub year: Option<i32>,
    /// Of this year or later.
    pub year_from: Option<i32>,
    /// Of this year or earlier.
    pub year_until: Option<i32>,
    /// At least this large, by `areaSquareMetres`.
    pub area_from: Option<Decimal>,
    /// At most this large, by `areaSquareMetres`.
    pub area_until: Option<Decimal>,
    /// Only those meant to be shown, or only drafts. Visitors see what is published whatever is asked.
    pub is_published: Option<bool>,
    /// Each word stands in title, description, place, usage, task or year, in either language; case and accents don't
    /// matter.
    pub search: Option<String>,
}

impl FilterInput for PortfolioFilterInput {
    type Filter = PortfolioFilter;

    fn check(self) -> Result<PortfolioFilter, Violation> {
        Ok(PortfolioFilter {
            category: self.category.map(Category::from),
            city: check_key(self.city, &["filter", "city"])?,
            country: check_key(self.country, &["filter", "country"])?,
            usage: check_key(self.usage, &["filter", "usage"])?,
            year: self.year,
            year_from: self.year_from,
            year_until: self.year_until,
            area_from: square_cm(self.area_from, "areaFrom")?,
            area_until: square_cm(self.area_until, "areaUntil")?,
            is_published: self.is_published,
            search: check_search(self.search)?,
        })
    }
}

fn square_cm(asked: Option<Decimal>, field: &str) -> Result<Option<i64>, Violation> {
    asked
        .map(|text| {
            area::from_square_metres(&text.0).ok_or_else(|| {
                let message = message!("area-malformed");
                Violation::new(ErrorCode::Invalid, ["filter", field], message)
            })
        })
        .transpose()
}

record_order! {
    /// What items can be ordered by.
    enum PortfolioOrderField for Entity {
        /// From when they are shown; drafts without a date come last.
        PublishedAt => PublishedAt,
        /// When they were entered.
        CreatedAt => CreatedAt,
        /// When they last changed.
        UpdatedAt => UpdatedAt,
        /// The title.
        Title => SortTitle,
        /// The year; those without one come last.
        Year => Year,
        /// The size, by `areaSquareMetres`; those without one come last.
        Area => AreaSquareCm,
    }
    /// An order of items.
    input PortfolioOrder;
}

/// One picture of the new gallery: exactly one of the two.
#[derive(Debug, InputObject)]
pub struct PortfolioGalleryImageInput {
    /// A picture that the gallery has already (`pgi_…`).
    pub id: Option<ID>,
    /// A new one, uploaded before with `createUpload` (`upl_…`).
    pub upload_id: Option<ID>,
}

impl Entered<GalleryEntry> for PortfolioGalleryImageInput {
    fn read(self, path: &[String], violations: &mut Violations) -> Option<GalleryEntry> {
        Some(GalleryEntry {
            id: inside(self.id, path, "id", violations)?,
            upload_id: inside(self.upload_id, path, "uploadId", violations)?,
        })
    }
}

/// One video of the new list: with an id one that stays, without one a new one.
#[derive(Debug, InputObject)]
pub struct PortfolioVideoInput {
    /// A video that the item has already (`pvd_…`): what isn't given here stays as it is.
    pub id: Option<ID>,
    /// Its address on YouTube or Vimeo, in any of the usual forms. A new video needs one.
    pub url: MaybeUndefined<String>,
    /// What it is called, 200 characters at most.
    pub title: MaybeUndefined<String>,
    /// What it is called in English.
    pub title_en: MaybeUndefined<String>,
}

impl Entered<VideoEntry> for PortfolioVideoInput {
    fn read(self, path: &[String], violations: &mut Violations) -> Option<VideoEntry> {
        Some(VideoEntry {
            id: inside(self.id, path, "id", violations)?,
            url: change(self.url),
            title: change(self.title),
            title_en: change(self.title_en),
        })
    }
}

/// An id inside an entry: absent, read, or a mistake (`None`).
fn inside<T>(id: Option<ID>, path: &[String], field: &str, violations: &mut Violations) -> Option<Option<T>>
where
    ID: Entered<T>,
{
    match id {
        None => Some(None),
        Some(id) => {
            let mut path = path.to_vec();
            path.push(field.to_owned());
            id.read(&path, violations).map(Some)
        }
    }
}

record_inputs! {
    /// A new item of the portfolio.
    create CreatePortfolioItemInput;
    /// Changes to an item: absent keeps, null clears; what can't be empty answers null with REQUIRED.
    patch PortfolioItemPatch;
    /// Which item (`pfi_…`) changes, from which version, and how.
    update UpdatePortfolioItemInput;
    into PortfolioItemFields;
    required {
        /// What it is called, 200 characters at most.
        title: String,
        /// Whether it is a design or built.
        category: PortfolioCategory,
        /// What it is, 20,000 characters at most.
        description: String,
    }
    optional {
        /// What it is called in English, 200 characters at most.
        title_en: String,
        /// What it is called in its address: small letters, digits and single hyphens, 100 characters at most. Made from
        /// the title when absent; TAKEN when another item has it. Null makes it from the title again.
        slug: String,
        /// The description in English.
        description_en: String,
        /// How large it is, as text, such as `405,30 m²`, 300 characters at most; `areaSquareMetres` follows from it.
        area: String,
        /// `area` in English.
        area_en: String,
        /// What the company did, such as `Conception et Réalisation`, 300 characters at most.
        task: String,
        /// `task` in English.
        task_en: String,
        /// Whose it is, for display alone, such as `M. Christophe`, 300 characters at most.
        owner: String,
        /// `owner` in English.
        owner_en: String,
        /// Who built it, 300 characters at most; `Belle House` when absent.
        contractor: String,
        /// What it is for, such as `Habitation`, 300 characters at most.
        usage: String,
        /// `usage` in English.
        usage_en: String,
        /// The part of town, 300 characters at most.
        district: String,
        /// `district` in English.
        district_en: String,
        /// The city, 300 characters at most.
        city: String,
        /// `city` in English.
        city_en: String,
        /// The country, 300 characters at most.
        country: String,
        /// `country` in English.
        country_en: String,
        /// The title for search engines, 120 characters at most; the title when absent.
        seo_title: String,
        /// The title for search engines, in English.
        seo_title_en: String,
        /// The description for search engines, 500 characters at most; made from the description when absent.
        seo_description: String,
        /// The description for search engines, in English.
        seo_description_en: String,
        /// The year, from 1900 to ten years ahead.
        year: i32,
        /// The picture that stands for it, uploaded before with `createUpload` (`upl_…`). A published item needs one.
        main_image_upload_id: ID,
        /// All pictures of its gallery from now on, in order; those not named are removed. 60 at most.
        gallery: BoundedList<PortfolioGalleryImageInput, MAX_GALLERY>,
        /// All its videos from now on, in order; those not named are removed. 20 at most.
        videos: BoundedList<PortfolioVideoInput, MAX_VIDEOS>,
        /// Whether visitors see it, from `publishedAt` on; not when absent.
        is_published: bool,
        /// From when; at once when it is published without. A future moment keeps it hidden until then.
        published_at: Moment,
    }
}
