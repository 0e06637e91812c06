//! Partners: the companies whose logos the website shows, in the order that staff give them.

use sea_orm::ActiveValue::Set;
use serde::Serialize;

use super::pictures::{keep_replaced, picture};
use crate::features::{
    content::{
        commands::next_position,
        model::MAX_TITLE,
        tables::partner::{ActiveModel, Column, Entity, Model},
    },
    media::UploadId,
};
use platform::{
    editing::Editable,
    error::CommandError,
    form::{self, Change, Form, line, web_link},
    search::fold,
};

/// What a person enters.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PartnerFields {
    /// What the company is called.
    pub name: Change<String>,
    /// Its logo.
    pub logo_upload_id: Change<UploadId>,
    /// Where it is on the web.
    pub website: Change<String>,
    /// Its place in the list, smallest first.
    pub order: Change<i32>,
}

impl Editable for Entity {
    type Row = ActiveModel;
    type Fields = PartnerFields;
    type Below = ();
    const CREATE: &'static str = "createPartner";

    async fn check(
        form: &mut Form<'_>,
        fields: PartnerFields,
        current: Option<&Model>,
    ) -> Result<(ActiveModel, ()), CommandError> {
        let last = next_position::<Entity>(form.tx()).await?;
        let name = form.required("name", fields.name, current.map(|it| &it.name), line(MAX_TITLE));
        let website = form.optional("website", fields.website, current.map(|it| &it.website), web_link);
        let position = form.or_default(
            "order",
            fields.order,
            current.map(|it| &it.position),
            last,
            form::any,
        );
        let logo = picture(
            form,
            "logoUploadId",
            fields.logo_upload_id,
            current.map(|it| it.logo_id),
        )
        .await?;
        let row = ActiveModel {
            search_text: Set(fold(&name)),
            sort_name: Set(fold(&name)),
            name: Set(name),
            logo_id: Set(logo),
            website: Set(website),
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
        keep_replaced(form, current.and_then(|it| it.logo_id), saved.logo_id).await
    }
}

ordered_list!(Entity, Column);
