//! The portfolio: designs and finished buildings, shown from their time on.

use chrono::{DateTime, Datelike, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};
use serde::Serialize;

use super::{
    pictures::{keep_replaced, picture},
    portfolio_media::{self, GalleryEntry, PortfolioMedia, VideoEntry},
    searched,
    slugs::{self, Named, Slugged},
};
use crate::features::{
    content::{
        Category,
        model::{
            MAX_DESCRIPTION, MAX_LINE, MAX_SEO_DESCRIPTION, MAX_SEO_TITLE, MAX_TITLE, area,
            publication::Publication,
        },
        tables::portfolio_item::{ActiveModel, Column, Entity, Model},
    },
    media::UploadId,
};
use platform::{
    editing::Editable,
    error::{CommandError, ErrorCode},
    form::{self, Change, Fault, Form, line, optional_line, optional_text, text, whole},
    listing::Listed,
    message,
    record::Related,
    search::{fold, has_key, keys, search_text},
};

/// Who built it, unless somebody else did (specification 4.A).
const CONTRACTOR: &str = "Belle House";
/// The earliest year taken.
const FIRST_YEAR: i32 = 1900;
/// How far ahead a design may be planned, in years.
const YEARS_AHEAD: i32 = 10;

/// What a person enters.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PortfolioItemFields {
    /// What it is called.
    pub title: Change<String>,
    /// In English.
    pub title_en: Change<String>,
    /// What it is called in its address.
    pub slug: Change<String>,
    /// Whether it is built.
    pub category: Change<Category>,
    /// The picture that stands for it.
    pub main_image_upload_id: Change<UploadId>,
    /// What it is.
    pub description: Change<String>,
    /// In English.
    pub description_en: Change<String>,
    /// How large it is, such as `405,30 m²`.
    pub area: Change<String>,
    /// In English.
    pub area_en: Change<String>,
    /// What the company did, such as `Conception et Réalisation`.
    pub task: Change<String>,
    /// In English.
    pub task_en: Change<String>,
    /// Whose it is, for display alone.
    pub owner: Change<String>,
    /// In English.
    pub owner_en: Change<String>,
    /// Who built it.
    pub contractor: Change<String>,
    /// When.
    pub year: Change<i32>,
    /// What for, such as `Habitation`.
    pub usage: Change<String>,
    /// In English.
    pub usage_en: Change<String>,
    /// Where.
    pub district: Change<String>,
    /// In English.
    pub district_en: Change<String>,
    /// Where.
    pub city: Change<String>,
    /// In English.
    pub city_en: Change<String>,
    /// Where.
    pub country: Change<String>,
    /// In English.
    pub country_en: Change<String>,
    /// The title for search engines.
    pub seo_title: Change<String>,
    /// In English.
    pub seo_title_en: Change<String>,
    /// The description for search engines.
    pub seo_description: Change<String>,
    /// In English.
    pub seo_description_en: Change<String>,
    /// Whether visitors see it.
    pub is_published: Change<bool>,
    /// From when.
    pub published_at: Change<DateTime<Utc>>,
    /// All pictures of the gallery from now on.
    pub gallery: Change<Vec<GalleryEntry>>,
    /// All videos from now on.
    pub videos: Change<Vec<VideoEntry>>,
}

impl Model {
    /// Its flag and time.
    #[must_use]
    pub fn publication(&self) -> Publication {
        Publication {
            is_published: self.is_published,
            published_at: self.published_at,
            was_published: self.was_published,
        }
    }

    /// Whether visitors see it at the moment `now`.
    #[must_use]
    pub fn is_public(&self, now: DateTime<Utc>) -> bool {
        self.deleted_at.is_none() && self.publication().is_public(now)
    }
}

impl Slugged for Entity {
    const SLUG: Column = Column::Slug;
    const FALLBACK: &'static str = "realisation";
}

impl Editable for Entity {
    type Row = ActiveModel;
    type Fields = PortfolioItemFields;
    type Below = PortfolioMedia;
    const CREATE: &'static str = "createPortfolioItem";

    async fn check(
        form: &mut Form<'_>,
        fields: PortfolioItemFields,
        current: Option<&Model>,
    ) -> Result<(ActiveModel, PortfolioMedia), CommandError> {
        let moment = form.now();
        let mut row = texts(form, &fields, current);
        let title = form.required(
            "title",
            fields.title,
            current.map(|it| &it.title),
            line(MAX_TITLE),
        );
        let category = form.required(
            "category",
            fields.category,
            current.map(|it| &it.category),
            form::any,
        );
        let last_year = moment.year() + YEARS_AHEAD;
        let year = form.optional(
            "year",
            fields.year,
            current.map(|it| &it.year),
            whole(FIRST_YEAR, last_year),
        );
        let is_published = form.or_default(
            "isPublished",
            fields.is_published,
            current.map(|it| &it.is_published),
            false,
            form::any,
        );
        let published_at = form.optional(
            "publishedAt",
            fields.published_at,
            current.map(|it| &it.published_at),
            form::any,
        );
        let publication =
            current
                .map(Model::publication)
                .unwrap_or_default()
                .settled(is_published, published_at, moment);
        let named = current.map(|it| Named {
            id: it.id.0,
            slug: &it.slug,
            title: &it.title,
            was_published: it.was_published || it.is_public(moment),
        });
        let slug = slugs::settle::<Entity>(form, fields.slug, &title, named).await?;
        let main_image = picture(
            form,
            "mainImageUploadId",
            fields.main_image_upload_id,
            current.map(|it| it.main_image_id),
        )
        .await?;
        let loses_image = fields.main_image_upload_id.is_none_or(|asked| asked.is_none());
        if publication.is_published && main_image.is_none() && loses_image {
            let bare = message!("main-image-required");
            form.refuse("isPublished", Fault::new(ErrorCode::Invalid, bare));
        }
        let item = current.map(|it| it.id);
        let media = portfolio_media::plan(form, item, fields.gallery, fields.videos).await?;

        row.search_text = Set(searched_in(&row, &title, year));
        row.sort_title = Set(fold(&title));
        row.title = Set(title);
        row.slug = Set(slug);
        row.category = Set(category);
        row.year = Set(year);
        row.main_image_id = Set(main_image);
        row.is_published = Set(publication.is_published);
        row.published_at = Set(publication.published_at);
        row.was_published = Set(publication.was_published);
        Ok((row, media))
    }

    fn related(media: &PortfolioMedia) -> Related {
        media.related()
    }

    async fn write_below(
        form: &Form<'_>,
        media: PortfolioMedia,
        current: Option<&Model>,
        saved: &Model,
    ) -> Result<(), CommandError> {
        media.write(form, saved.id).await?;
        let Some(current) = current else { return Ok(()) };
        slugs::retire::<Entity>(form, saved.id.0, &current.slug, &saved.slug, saved.was_published).await?;
        keep_replaced(form, current.main_image_id, saved.main_image_id).await
    }
}

/// The texts that stand for themselves, in both languages, and what follows from them.
fn texts(form: &mut Form<'_>, fields: &PortfolioItemFields, current: Option<&Model>) -> ActiveModel {
    let mut short = |name: &str, change: &Change<String>, now: Option<&Option<String>>, max| {
        form.optional(name, change.clone(), now, optional_line(max))
    };
    let now = current;
    let area = short("area", &fields.area, now.map(|it| &it.area), MAX_LINE);
    let usage = short("usage", &fields.usage, now.map(|it| &it.usage), MAX_LINE);
    let usage_en = short("usageEn", &fields.usage_en, now.map(|it| &it.usage_en), MAX_LINE);
    let city = short("city", &fields.city, now.map(|it| &it.city), MAX_LINE);
    let city_en = short("cityEn", &fields.city_en, now.map(|it| &it.city_en), MAX_LINE);
    let country = short("country", &fields.country, now.map(|it| &it.country), MAX_LINE);
    let country_en = short(
        "countryEn",
        &fields.country_en,
        now.map(|it| &it.country_en),
        MAX_LINE,
    );
    let both = |fr: &Option<String>, en: &Option<String>| keys(fr.iter().chain(en).map(String::as_str));
    let mut row = ActiveModel {
        title_en: Set(short(
            "titleEn",
            &fields.title_en,
            now.map(|it| &it.title_en),
            MAX_TITLE,
        )),
        area_square_cm: Set(area.as_deref().and_then(area::square_cm)),
        area_en: Set(short(
            "areaEn",
            &fields.area_en,
            now.map(|it| &it.area_en),
            MAX_LINE,
        )),
        task: Set(short("task", &fields.task, now.map(|it| &it.task), MAX_LINE)),
        task_en: Set(short(
            "taskEn",
            &fields.task_en,
            now.map(|it| &it.task_en),
            MAX_LINE,
        )),
        owner: Set(short("owner", &fields.owner, now.map(|it| &it.owner), MAX_LINE)),
        owner_en: Set(short(
            "ownerEn",
            &fields.owner_en,
            now.map(|it| &it.owner_en),
            MAX_LINE,
        )),
        district: Set(short(
            "district",
            &fields.district,
            now.map(|it| &it.district),
            MAX_LINE,
        )),
        district_en: Set(short(
            "districtEn",
            &fields.district_en,
            now.map(|it| &it.district_en),
            MAX_LINE,
        )),
        seo_title: Set(short(
            "seoTitle",
            &fields.seo_title,
            now.map(|it| &it.seo_title),
            MAX_SEO_TITLE,
        )),
        seo_title_en: Set(short(
            "seoTitleEn",
            &fields.seo_title_en,
            now.map(|it| &it.seo_title_en),
            MAX_SEO_TITLE,
        )),
        seo_description: Set(short(
            "seoDescription",
            &fields.seo_description,
            now.map(|it| &it.seo_description),
            MAX_SEO_DESCRIPTION,
        )),
        seo_description_en: Set(short(
            "seoDescriptionEn",
            &fields.seo_description_en,
            now.map(|it| &it.seo_description_en),
            MAX_SEO_DESCRIPTION,
        )),
        usage_keys: Set(both(&usage, &usage_en)),
        city_keys: Set(both(&city, &city_en)),
        country_keys: Set(both(&country, &country_en)),
        area: Set(area),
        usage: Set(usage),
        usage_en: Set(usage_en),
        city: Set(city),
        city_en: Set(city_en),
        country: Set(country),
        country_en: Set(country_en),
        ..Default::default()
    };
    row.contractor = Set(form.or_default(
        "contractor",
        fields.contractor.clone(),
        now.map(|it| &it.contractor),
        CONTRACTOR.to_owned(),
        line(MAX_LINE),
    ));
    row.description = Set(form.required(
        "description",
        fields.description.clone(),
        now.map(|it| &it.description),
        text(MAX_DESCRIPTION),
    ));
    row.description_en = Set(form.optional(
        "descriptionEn",
        fields.description_en.clone(),
        now.map(|it| &it.description_en),
        optional_text(MAX_DESCRIPTION),
    ));
    row
}

/// What a search looks in.
fn searched_in(row: &ActiveModel, title: &str, year: Option<i32>) -> String {
    let optional = [
        &row.title_en,
        &row.task,
        &row.task_en,
        &row.usage,
        &row.usage_en,
        &row.district,
        &row.district_en,
        &row.city,
        &row.city_en,
        &row.country,
        &row.country_en,
        &row.description_en,
    ];
    let year = year.map(|year| year.to_string());
    let texts = optional
        .into_iter()
        .filter_map(|text| text.try_as_ref().and_then(Option::as_deref));
    search_text(
        [title]
            .into_iter()
            .chain(row.description.try_as_ref().map(String::as_str))
            .chain(texts)
            .chain(year.as_deref()),
    )
}

/// Which items a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PortfolioFilter {
    /// Designs, or finished buildings.
    pub category: Option<Category>,
    /// In this city, whatever the case, the accents and the language.
    pub city: Option<String>,
    /// In this country.
    pub country: Option<String>,
    /// For this usage.
    pub usage: Option<String>,
    /// Of this year.
    pub year: Option<i32>,
    /// Of this year or later.
    pub year_from: Option<i32>,
    /// Of this year or earlier.
    pub year_until: Option<i32>,
    /// At least this large, in square centimetres.
    pub area_from: Option<i64>,
    /// At most this large, in square centimetres.
    pub area_until: Option<i64>,
    /// Meant to be shown, or drafts.
    pub is_published: Option<bool>,
    /// Each word stands somewhere in its texts, in either language.
    pub search: Option<String>,
}

impl Listed for Entity {
    type Filter = PortfolioFilter;

    fn published(now: DateTime<Utc>) -> Condition {
        Condition::all()
            .add(Column::IsPublished.eq(true))
            .add(Column::PublishedAt.lte(now))
    }

    fn matching(filter: &PortfolioFilter) -> Condition {
        searched(Column::SearchText, filter.search.as_deref())
            .add_option(filter.category.map(|category| Column::Category.eq(category)))
            .add_option(filter.city.as_deref().map(|city| has_key(Column::CityKeys, city)))
            .add_option(
                filter
                    .country
                    .as_deref()
                    .map(|country| has_key(Column::CountryKeys, country)),
            )
            .add_option(
                filter
                    .usage
                    .as_deref()
                    .map(|usage| has_key(Column::UsageKeys, usage)),
            )
            .add_option(filter.year.map(|year| Column::Year.eq(year)))
            .add_option(filter.year_from.map(|year| Column::Year.gte(year)))
            .add_option(filter.year_until.map(|year| Column::Year.lte(year)))
            .add_option(filter.area_from.map(|area| Column::AreaSquareCm.gte(area)))
            .add_option(filter.area_until.map(|area| Column::AreaSquareCm.lte(area)))
            .add_option(filter.is_published.map(|flag| Column::IsPublished.eq(flag)))
    }

    fn usual_order() -> (Column, bool) {
        (Column::PublishedAt, true)
    }
}
