//! `BlogPost`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};

use super::{
    check_search,
    declare::content_type,
    images::picture,
    in_locale, optional_in_locale,
    seo::{self, Seo},
};
use crate::features::{
    accounts::graphql::RecordFields,
    content::{
        article_html::render,
        kinds::{
            blog_post::{BlogPostFields, BlogPostFilter},
            by_slug,
        },
        queries::blog_path,
        tables::blog_post::{Entity, Model},
    },
    media::graphql::GqlImage,
};
use platform::{
    error::Violation,
    graphql::{
        Allow, Connection, ContextExt, Locale, RecordScope,
        editing::{create, update},
        internal,
        listing::{FilterInput, connection},
        paged,
        scalars::{Moment, Url},
        user_error::top_level,
    },
    listing::{resolve_scope, select},
    markdown,
    paging::PageArgs,
    record_inputs, record_order, record_payload,
};

/// Characters of an excerpt that nobody has written.
const EXCERPT: usize = 280;
/// Characters of a description for search engines that nobody has written.
const DESCRIPTION: usize = 160;

content_type! {
    /// An article of the blog.
    GqlBlogPost of Model
}

impl GqlBlogPost {
    fn source(&self) -> &str {
        in_locale(&self.row.content, &self.row.content_en, self.locale)
    }

    fn html(&self) -> Option<&str> {
        let (french, english) = self.row.html();
        let is_english = self.locale == platform::actor::Locale::En && self.row.content_en.is_some();
        if is_english { english } else { french }
    }

    fn own_excerpt(&self) -> Option<&str> {
        optional_in_locale(&self.row.excerpt, &self.row.excerpt_en, self.locale)
    }
}

/// An article of the blog, shown from its time on.
#[Object(name = "BlogPost")]
impl GqlBlogPost {
    #[graphql(flatten)]
    async fn record(&self) -> RecordFields {
        self.record_fields()
    }

    /// What it is called in its address. It stays once the article has been published; if staff change it all the same,
    /// the old one still finds the article.
    async fn slug(&self) -> &str {
        &self.row.slug
    }

    /// What it is called.
    async fn title(&self) -> &str {
        in_locale(&self.row.title, &self.row.title_en, self.locale)
    }

    /// What it is called in English; null when nobody has written that.
    async fn title_en(&self) -> Option<&str> {
        self.row.title_en.as_deref()
    }

    /// The picture that stands for it.
    async fn thumbnail(&self, ctx: &Context<'_>) -> Result<Option<GqlImage>> {
        picture(ctx, self.row.thumbnail_id, self.is_public(ctx), self.locale).await
    }

    /// The text as it was written, in Markdown (CommonMark with tables, strikethrough and task lists).
    async fn content(&self) -> &str {
        self.source()
    }

    /// The English text, in Markdown; null when nobody has written that.
    async fn content_en(&self) -> Option<&str> {
        self.row.content_en.as_deref()
    }

    /// The text as HTML that is safe to put into a page: no scripts, no styles, no frames, links to the web alone.
    async fn content_html(&self) -> Result<String> {
        match self.html() {
            Some(html) => Ok(html.to_owned()),
            // Made when it was written, unless that was long ago.
            None => render(self.source()).await.map_err(internal),
        }
    }

    /// What lists show of it, without markup: as staff wrote it, or else the beginning of the text, in 280 characters at
    /// most.
    async fn excerpt(&self) -> String {
        match self.own_excerpt() {
            Some(excerpt) => excerpt.to_owned(),
            None => markdown::excerpt(self.source(), EXCERPT),
        }
    }

    /// The excerpt as staff wrote it in English; null when nobody has.
    async fn excerpt_en(&self) -> Option<&str> {
        self.row.excerpt_en.as_deref()
    }

    /// What search engines and social networks are told of its page.
    async fn seo(&self, ctx: &Context<'_>) -> Result<Seo> {
        let row = &self.row;
        let title = seo::written(&row.seo_title, &row.seo_title_en, &row.title_en, self.locale)
            .unwrap_or_else(|| in_locale(&row.title, &row.title_en, self.locale));
        let (french, english) = (&row.seo_description, &row.seo_description_en);
        let description = seo::written(french, english, &row.content_en, self.locale)
            .or(self.own_excerpt())
            .map_or_else(|| markdown::excerpt(self.source(), DESCRIPTION), str::to_owned);
        Ok(Seo {
            title: title.to_owned(),
            description,
            canonical_url: self.page(ctx),
            image: picture(ctx, row.thumbnail_id, self.is_public(ctx), self.locale).await?,
            published_time: row.published_at,
            modified_time: row.updated_at,
        })
    }

    /// The title for search engines as staff wrote it; null when nobody has. Pages take `seo.title`.
    async fn seo_title(&self) -> Option<&str> {
        optional_in_locale(&self.row.seo_title, &self.row.seo_title_en, self.locale)
    }

    /// The title for search engines in English; null when nobody has written that.
    async fn seo_title_en(&self) -> Option<&str> {
        self.row.seo_title_en.as_deref()
    }

    /// The description for search engines as staff wrote it; null when nobody has. Pages take `seo.description`.
    async fn seo_description(&self) -> Option<&str> {
        optional_in_locale(
            &self.row.seo_description,
            &self.row.seo_description_en,
            self.locale,
        )
    }

    /// The description for search engines in English; null when nobody has written that.
    async fn seo_description_en(&self) -> Option<&str> {
        self.row.seo_description_en.as_deref()
    }

    /// Whether it is meant to be shown; visitors see it from `publishedAt` on.
    async fn is_published(&self) -> bool {
        self.row.is_published
    }

    /// From when visitors see it; null for a draft without a date.
    async fn published_at(&self) -> Option<DateTime<Utc>> {
        self.row.published_at
    }
}

impl GqlBlogPost {
    fn is_public(&self, ctx: &Context<'_>) -> bool {
        self.row.is_public(ctx.app().clock.now())
    }

    fn page(&self, ctx: &Context<'_>) -> Url {
        let website = ctx.app().config.website_url.as_str().trim_end_matches('/');
        Url(format!("{website}/{}", blog_path(&self.row.slug)))
    }
}

/// Which articles a list shows. All of what is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct BlogPostFilterInput {
    /// Shown from this moment on or later.
    pub published_from: Option<Moment>,
    /// Shown from before this moment.
    pub published_until: Option<Moment>,
    /// Only those meant to be shown, or only drafts. Visitors see what is published whatever is asked.
    pub is_published: Option<bool>,
    /// Each word stands in title, excerpt or text, in either language; case and accents don't matter.
    pub search: Option<String>,
}

impl FilterInput for BlogPostFilterInput {
    type Filter = BlogPostFilter;

    fn check(self) -> Result<BlogPostFilter, Violation> {
        Ok(BlogPostFilter {
            published_from: self.published_from.map(|at| at.0),
            published_until: self.published_until.map(|at| at.0),
            is_published: self.is_published,
            search: check_search(self.search)?,
        })
    }
}

record_order! {
    /// What articles can be ordered by.
    enum BlogPostOrderField for Entity {
        /// From when they are shown; drafts without a date come last.
        PublishedAt => PublishedAt,
        /// When they were entered.
        CreatedAt => CreatedAt,
        /// When they last changed.
        UpdatedAt => UpdatedAt,
        /// The title.
        Title => SortTitle,
    }
    /// An order of articles.
    input BlogPostOrder;
}

record_inputs! {
    /// A new article.
    create CreateBlogPostInput;
    /// Changes to an article: absent keeps, null clears; what can't be empty answers null with REQUIRED.
    patch BlogPostPatch;
    /// Which article (`pst_…`) changes, from which version, and how.
    update UpdateBlogPostInput;
    into BlogPostFields;
    required {
        /// What it is called, 200 characters at most.
        title: String,
        /// The text, in Markdown, 100,000 characters at most.
        content: String,
    }
    optional {
        /// What it is called in English.
        title_en: String,
        /// What it is called in its address: small letters, digits and single hyphens, 100 characters at most. Made from
        /// the title when absent; TAKEN when another article has it. Null makes it from the title again.
        slug: String,
        /// The picture that stands for it, uploaded before with `createUpload` (`upl_…`).
        thumbnail_upload_id: ID,
        /// The text in English, in Markdown.
        content_en: String,
        /// What lists show of it, 500 characters at most; made from the text when absent.
        excerpt: String,
        /// The excerpt in English.
        excerpt_en: String,
        /// The title for search engines, 120 characters at most; the title when absent.
        seo_title: String,
        /// The title for search engines, in English.
        seo_title_en: String,
        /// The description for search engines, 500 characters at most; made from the text when absent.
        seo_description: String,
        /// The description for search engines, in English.
        seo_description_en: String,
        /// Whether visitors see it, from `publishedAt` on; not when absent.
        is_published: bool,
        /// From when; at once when it is published without. A future moment keeps it hidden until then.
        published_at: Moment,
    }
}

record_payload! {
    /// What a mutation on an article answers.
    BlogPostPayload { blog_post: GqlBlogPost, from Model }
}

/// Reads of the blog.
#[derive(Debug, Default)]
pub struct BlogQuery;

#[paged]
#[Object]
impl BlogQuery {
    /// The articles of the blog, the latest published first unless asked for otherwise. For everybody.
    async fn blog_posts(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which articles.")] filter: Option<BlogPostFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<BlogPostOrder>,
        #[graphql(desc = "In which state; PUBLISHED when absent, and more for staff alone.")] scope: Option<
            RecordScope,
        >,
        #[graphql(
            desc = "In which language; what has no English text answers in French.",
            default_with = "Locale::Fr"
        )]
        locale: Locale,
    ) -> Result<Connection<GqlBlogPost>> {
        let locale = locale.into();
        let node = |row| GqlBlogPost::new(row, locale);
        connection::<Entity, _>(ctx, ctx.actor(), args, filter, order_by, scope, node).await
    }

    /// The article that a slug leads to, an earlier one of its slugs too: compare `slug` with what you asked for, and
    /// redirect when they differ. Null when there is none to see. For everybody.
    async fn blog_post(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is called in its address.")] slug: String,
        #[graphql(
            desc = "In which state it is looked for; PUBLISHED when absent, and more for staff alone."
        )]
        scope: Option<RecordScope>,
        #[graphql(
            desc = "In which language; what has no English text answers in French.",
            default_with = "Locale::Fr"
        )]
        locale: Locale,
    ) -> Result<Option<GqlBlogPost>> {
        let scope = resolve_scope(ctx.actor(), scope, RecordScope::Published).map_err(top_level)?;
        let command = ctx.app();
        let list = select::<Entity>(scope, command.clock.now(), &BlogPostFilter::default());
        let found = by_slug(command.db.reader(), list, &slug)
            .await
            .map_err(internal)?;
        Ok(found.map(|row| GqlBlogPost::new(row, locale.into())))
    }
}

/// Mutations on them.
#[derive(Debug, Default)]
pub struct BlogMutation;

#[Object]
impl BlogMutation {
    /// Adds an article, as a draft unless `isPublished` says otherwise. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn create_blog_post(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The article.")] input: CreateBlogPostInput,
    ) -> Result<BlogPostPayload> {
        Ok(create::<Entity, _>(ctx, input).await?.into())
    }

    /// Changes an article. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn update_blog_post(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateBlogPostInput,
    ) -> Result<BlogPostPayload> {
        Ok(update::<Entity, _>(ctx, input).await?.into())
    }
}
