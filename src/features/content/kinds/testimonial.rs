//! Testimonials: what customers said. Visitors see the featured ones.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};
use serde::Serialize;

use super::{
    pictures::{keep_replaced, picture},
    searched,
};
use crate::features::{
    content::{
        model::{MAX_DESCRIPTION, MAX_LINE, MAX_TITLE},
        tables::testimonial::{ActiveModel, Column, Entity, Model},
    },
    media::UploadId,
};
use platform::{
    editing::Editable,
    error::CommandError,
    form::{self, Change, Form, line, optional_line, optional_text, text, whole},
    listing::Listed,
    search::{fold, search_text},
};

/// What a person enters.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TestimonialFields {
    /// Who said it.
    pub client_name: Change<String>,
    /// What they are, such as `Propriétaire`.
    pub role: Change<String>,
    /// In English.
    pub role_en: Change<String>,
    /// Their photo.
    pub photo_upload_id: Change<UploadId>,
    /// What they said.
    pub content: Change<String>,
    /// In English.
    pub content_en: Change<String>,
    /// 1 to 5.
    pub rating: Change<i32>,
    /// Whether visitors see it.
    pub is_featured: Change<bool>,
}

impl Editable for Entity {
    type Row = ActiveModel;
    type Fields = TestimonialFields;
    type Below = ();
    const CREATE: &'static str = "createTestimonial";

    async fn check(
        form: &mut Form<'_>,
        fields: TestimonialFields,
        current: Option<&Model>,
    ) -> Result<(ActiveModel, ()), CommandError> {
        let now = current;
        let name = form.required(
            "clientName",
            fields.client_name,
            now.map(|it| &it.client_name),
            line(MAX_TITLE),
        );
        let role = form.optional(
            "role",
            fields.role,
            now.map(|it| &it.role),
            optional_line(MAX_LINE),
        );
        let role_en = form.optional(
            "roleEn",
            fields.role_en,
            now.map(|it| &it.role_en),
            optional_line(MAX_LINE),
        );
        let content = form.required(
            "content",
            fields.content,
            now.map(|it| &it.content),
            text(MAX_DESCRIPTION),
        );
        let content_en = form.optional(
            "contentEn",
            fields.content_en,
            now.map(|it| &it.content_en),
            optional_text(MAX_DESCRIPTION),
        );
        let rating = form.required("rating", fields.rating, now.map(|it| &it.rating), whole(1, 5));
        let is_featured = form.or_default(
            "isFeatured",
            fields.is_featured,
            now.map(|it| &it.is_featured),
            false,
            form::any,
        );
        let photo = picture(
            form,
            "photoUploadId",
            fields.photo_upload_id,
            now.map(|it| it.photo_id),
        )
        .await?;
        let searched = [
            name.as_str(),
            role.as_deref().unwrap_or(""),
            role_en.as_deref().unwrap_or(""),
            content.as_str(),
            content_en.as_deref().unwrap_or(""),
        ];
        let row = ActiveModel {
            search_text: Set(search_text(searched)),
            sort_name: Set(fold(&name)),
            client_name: Set(name),
            role: Set(role),
            role_en: Set(role_en),
            photo_id: Set(photo),
            content: Set(content),
            content_en: Set(content_en),
            rating: Set(rating),
            is_featured: Set(is_featured),
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
        keep_replaced(form, current.and_then(|it| it.photo_id), saved.photo_id).await
    }
}

/// Which testimonials a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestimonialFilter {
    /// Featured ones, or the others.
    pub featured: Option<bool>,
    /// With this rating or a better one.
    pub rating_from: Option<i32>,
    /// Each word stands in name, role or content, in either language.
    pub search: Option<String>,
}

impl Listed for Entity {
    type Filter = TestimonialFilter;

    fn published(_: DateTime<Utc>) -> Condition {
        Condition::all().add(Column::IsFeatured.eq(true))
    }

    fn matching(filter: &TestimonialFilter) -> Condition {
        searched(Column::SearchText, filter.search.as_deref())
            .add_option(filter.featured.map(|featured| Column::IsFeatured.eq(featured)))
            .add_option(filter.rating_from.map(|rating| Column::Rating.gte(rating)))
    }

    fn usual_order() -> (Column, bool) {
        (Column::CreatedAt, true)
    }
}
