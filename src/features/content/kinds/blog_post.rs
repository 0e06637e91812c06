//! Articles of the blog, written in Markdown, shown from their time on.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};
use serde::Serialize;

use super::{
    pictures::{keep_replaced, picture},
    searched,
    slugs::{self, Named, Slugged},
};
use crate::features::{
    content::{
        article_html::ArticleHtml,
        model::{MAX_ARTICLE, MAX_SEO_DESCRIPTION, MAX_SEO_TITLE, MAX_TITLE, publication::Publication},
        tables::blog_post::{ActiveModel, Column, Entity, Model},
    },
    media::UploadId,
};
use platform::{
    ctx::Ctx,
    editing::Editable,
    error::CommandError,
    form::{self, Change, Form, line, optional_line, optional_text, text},
    listing::Listed,
    markdown,
    record::RecordEntity,
    search::{fold, search_text},
};

/// What a person enters.
#[derive(Debug, Clone, Default, Serialize)]
pub struct BlogPostFields {
    /// What it is called.
    pub title: Change<String>,
    /// In English.
    pub title_en: Change<String>,
    /// What it is called in its address.
    pub slug: Change<String>,
    /// The picture that stands for it.
    pub thumbnail_upload_id: Change<UploadId>,
    /// The text, in Markdown.
    pub content: Change<String>,
    /// In English.
    pub content_en: Change<String>,
    /// What lists show of it.
    pub excerpt: Change<String>,
    /// In English.
    pub excerpt_en: Change<String>,
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
    /// The HTML of `content`, made of it before rows are locked.
    #[serde(skip)]
    pub html: Option<ArticleHtml>,
    /// That of `content_en`.
    #[serde(skip)]
    pub html_en: Option<ArticleHtml>,
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
    const FALLBACK: &'static str = "article";
}

impl Editable for Entity {
    type Row = ActiveModel;
    type Fields = BlogPostFields;
    type Below = ();
    const CREATE: &'static str = "createBlogPost";

    async fn prepare(_: &Ctx, fields: &mut BlogPostFields) -> Result<(), CommandError> {
        fields.html = ArticleHtml::of_entered(&fields.content).await?;
        fields.html_en = ArticleHtml::of_entered(&fields.content_en).await?;
        Ok(())
    }

    async fn check(
        form: &mut Form<'_>,
        fields: BlogPostFields,
        current: Option<&Model>,
    ) -> Result<(ActiveModel, ()), CommandError> {
        let now = current;
        let title = form.required("title", fields.title, now.map(|it| &it.title), line(MAX_TITLE));
        let content = form.required(
            "content",
            fields.content,
            now.map(|it| &it.content),
            text(MAX_ARTICLE),
        );
        let mut short =
            |name: &str, change, current, max| form.optional(name, change, current, optional_line(max));
        let title_en = short("titleEn", fields.title_en, now.map(|it| &it.title_en), MAX_TITLE);
        let seo_title = short(
            "seoTitle",
            fields.seo_title,
            now.map(|it| &it.seo_title),
            MAX_SEO_TITLE,
        );
        let seo_title_en = short(
            "seoTitleEn",
            fields.seo_title_en,
            now.map(|it| &it.seo_title_en),
            MAX_SEO_TITLE,
        );
        let excerpt = short(
            "excerpt",
            fields.excerpt,
            now.map(|it| &it.excerpt),
            MAX_SEO_DESCRIPTION,
        );
        let excerpt_en = short(
            "excerptEn",
            fields.excerpt_en,
            now.map(|it| &it.excerpt_en),
            MAX_SEO_DESCRIPTION,
        );
        let seo_description = short(
            "seoDescription",
            fields.seo_description,
            now.map(|it| &it.seo_description),
            MAX_SEO_DESCRIPTION,
        );
        let seo_description_en = short(
            "seoDescriptionEn",
            fields.seo_description_en,
            now.map(|it| &it.seo_description_en),
            MAX_SEO_DESCRIPTION,
        );
        let content_en = form.optional(
            "contentEn",
            fields.content_en,
            now.map(|it| &it.content_en),
            optional_text(MAX_ARTICLE),
        );
        let is_published = form.or_default(
            "isPublished",
            fields.is_published,
            now.map(|it| &it.is_published),
            false,
            form::any,
        );
        let published_at = form.optional(
            "publishedAt",
            fields.published_at,
            now.map(|it| &it.published_at),
            form::any,
        );
        let publication =
            now.map(Model::publication)
                .unwrap_or_default()
                .settled(is_published, published_at, form.now());
        let named = now.map(|it| Named {
            id: it.id.0,
            slug: &it.slug,
            title: &it.title,
            was_published: it
                .publication()
                .settled(it.is_published, it.published_at, form.now())
                .was_published,
        });
        let slug = slugs::settle::<Entity>(form, fields.slug, &title, named).await?;
        let thumbnail = picture(
            form,
            "thumbnailUploadId",
            fields.thumbnail_upload_id,
            now.map(|it| it.thumbnail_id),
        )
        .await?;
        let searched = [
            title.as_str(),
            title_en.as_deref().unwrap_or(""),
            excerpt.as_deref().unwrap_or(""),
            excerpt_en.as_deref().unwrap_or(""),
            content.as_str(),
            content_en.as_deref().unwrap_or(""),
        ];
        let kept = |text: &str, before: Option<&str>, html: Option<&str>| {
            html.filter(|_| before == Some(text)).map(str::to_owned)
        };
        let (html, html_en) = now.map(Model::html).unwrap_or_default();
        let content_html = fields
            .html
            .and_then(|made| made.of(&content))
            .or_else(|| kept(&content, now.map(|it| it.content.as_str()), html));
        let content_html_en = content_en.as_deref().and_then(|text| {
            let made = fields.html_en.and_then(|made| made.of(text));
            made.or_else(|| kept(text, now.and_then(|it| it.content_en.as_deref()), html_en))
        });
        let row = ActiveModel {
            content_html: Set(content_html),
            content_html_en: Set(content_html_en),
            html_version: Set(Some(markdown::VERSION)),
            search_text: Set(search_text(searched)),
            sort_title: Set(fold(&title)),
            slug: Set(slug),
            title: Set(title),
            title_en: Set(title_en),
            thumbnail_id: Set(thumbnail),
            content: Set(content),
            content_en: Set(content_en),
            excerpt: Set(excerpt),
            excerpt_en: Set(excerpt_en),
            seo_title: Set(seo_title),
            seo_title_en: Set(seo_title_en),
            seo_description: Set(seo_description),
            seo_description_en: Set(seo_description_en),
            is_published: Set(publication.is_published),
            published_at: Set(publication.published_at),
            was_published: Set(publication.was_published),
            ..Default::default()
        };
        Ok((row, ()))
    }

    async fn write_below(
        form: &Form<'_>,
        (): (),
        current: Option<&Model>,
        saved: &Model,
    ) -> Result<(), CommandError> {
        let Some(current) = current else { return Ok(()) };
        let id = Self::id_of(saved);
        slugs::retire::<Entity>(form, id, &current.slug, &saved.slug, saved.was_published).await?;
        keep_replaced(form, current.thumbnail_id, saved.thumbnail_id).await
    }
}

/// Which articles a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlogPostFilter {
    /// Published at this moment or later.
    pub published_from: Option<DateTime<Utc>>,
    /// Published before this moment.
    pub published_until: Option<DateTime<Utc>>,
    /// Meant to be shown, or drafts.
    pub is_published: Option<bool>,
    /// Each word stands in title, excerpt or text, in either language.
    pub search: Option<String>,
}

impl Listed for Entity {
    type Filter = BlogPostFilter;

    fn published(now: DateTime<Utc>) -> Condition {
        Condition::all()
            .add(Column::IsPublished.eq(true))
            .add(Column::PublishedAt.lte(now))
    }

    fn matching(filter: &BlogPostFilter) -> Condition {
        searched(Column::SearchText, filter.search.as_deref())
            .add_option(filter.published_from.map(|from| Column::PublishedAt.gte(from)))
            .add_option(filter.published_until.map(|until| Column::PublishedAt.lt(until)))
            .add_option(filter.is_published.map(|flag| Column::IsPublished.eq(flag)))
    }

    fn usual_order() -> (Column, bool) {
        (Column::PublishedAt, true)
    }
}
