//! Services: what the company does for people, in the order that staff give them.

use sea_orm::ActiveValue::Set;
use serde::Serialize;

use super::pictures::{keep_replaced, picture};
use crate::features::{
    content::{
        commands::next_position,
        model::{MAX_DESCRIPTION, MAX_TITLE},
        tables::service::{ActiveModel, Column, Entity, Model},
    },
    media::UploadId,
};
use platform::{
    editing::Editable,
    error::CommandError,
    form::{self, Change, Form, line, optional_line, optional_text, text},
    search::{fold, search_text},
};

/// What a person enters.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ServiceFields {
    /// What it is called.
    pub title: Change<String>,
    /// In English.
    pub title_en: Change<String>,
    /// A drawing for it.
    pub icon_upload_id: Change<UploadId>,
    /// What it is, in a few sentences.
    pub short_description: Change<String>,
    /// In English.
    pub short_description_en: Change<String>,
    /// Its place in the list, smallest first.
    pub order: Change<i32>,
}

impl Editable for Entity {
    type Row = ActiveModel;
    type Fields = ServiceFields;
    type Below = ();
    const CREATE: &'static str = "createService";

    async fn check(
        form: &mut Form<'_>,
        fields: ServiceFields,
        current: Option<&Model>,
    ) -> Result<(ActiveModel, ()), CommandError> {
        let now = current;
        let last = next_position::<Entity>(form.tx()).await?;
        let title = form.required("title", fields.title, now.map(|it| &it.title), line(MAX_TITLE));
        let title_en = form.optional(
            "titleEn",
            fields.title_en,
            now.map(|it| &it.title_en),
            optional_line(MAX_TITLE),
        );
        let description = form.required(
            "shortDescription",
            fields.short_description,
            now.map(|it| &it.short_description),
            text(MAX_DESCRIPTION),
        );
        let description_en = form.optional(
            "shortDescriptionEn",
            fields.short_description_en,
            now.map(|it| &it.short_description_en),
            optional_text(MAX_DESCRIPTION),
        );
        let position = form.or_default("order", fields.order, now.map(|it| &it.position), last, form::any);
        let icon = picture(
            form,
            "iconUploadId",
            fields.icon_upload_id,
            now.map(|it| it.icon_id),
        )
        .await?;
        let searched = [
            title.as_str(),
            title_en.as_deref().unwrap_or(""),
            description.as_str(),
            description_en.as_deref().unwrap_or(""),
        ];
        let row = ActiveModel {
            search_text: Set(search_text(searched)),
            sort_title: Set(fold(&title)),
            title: Set(title),
            title_en: Set(title_en),
            icon_id: Set(icon),
            short_description: Set(description),
            short_description_en: Set(description_en),
            position: Set(position),
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
        keep_replaced(form, current.and_then(|it| it.icon_id), saved.icon_id).await
    }
}

ordered_list!(Entity, Column);
