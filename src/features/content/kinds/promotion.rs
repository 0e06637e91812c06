//! Promotions: banners in the clients' app, leading to an item of the portfolio or out to the web.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use serde::Serialize;

use super::{
    pictures::{keep_replaced, picture},
    searched,
};
use crate::features::{
    content::{
        PortfolioItemId,
        model::MAX_TITLE,
        tables::{
            portfolio_item,
            promotion::{ActiveModel, Column, Entity, Model},
        },
    },
    media::UploadId,
};
use platform::{
    editing::Editable,
    error::CommandError,
    form::{self, Change, Fault, Form, line, optional_line, web_link},
    listing::RecordScope,
    listing::{Listed, in_scope},
    message, record,
    search::{fold, search_text},
};

/// What a person enters.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PromotionFields {
    /// What it says.
    pub title: Change<String>,
    /// In English.
    pub title_en: Change<String>,
    /// The banner.
    pub banner_image_upload_id: Change<UploadId>,
    /// The item that it leads to.
    pub linked_portfolio_item_id: Change<PortfolioItemId>,
    /// Where it leads on the web.
    pub external_link: Change<String>,
    /// Whether clients see it.
    pub is_active: Change<bool>,
}

impl Editable for Entity {
    type Row = ActiveModel;
    type Fields = PromotionFields;
    type Below = ();
    const CREATE: &'static str = "createAppPromotion";

    async fn check(
        form: &mut Form<'_>,
        fields: PromotionFields,
        current: Option<&Model>,
    ) -> Result<(ActiveModel, ()), CommandError> {
        let now = current;
        let title = form.required("title", fields.title, now.map(|it| &it.title), line(MAX_TITLE));
        let title_en = form.optional(
            "titleEn",
            fields.title_en,
            now.map(|it| &it.title_en),
            optional_line(MAX_TITLE),
        );
        let names_item = matches!(fields.linked_portfolio_item_id, Some(Some(_)));
        let item = form.optional(
            "linkedPortfolioItemId",
            fields.linked_portfolio_item_id,
            now.map(|it| &it.portfolio_item_id),
            form::any,
        );
        let link = form.optional(
            "externalLink",
            fields.external_link,
            now.map(|it| &it.external_link),
            web_link,
        );
        if let Some(item) = item.filter(|_| names_item)
            && record::lock_living::<portfolio_item::Entity>(form.tx(), item)
                .await?
                .is_none()
        {
            let missing = Fault::not_found(PortfolioItemId::NOUN);
            form.refuse("linkedPortfolioItemId", missing);
        }
        if item.is_some() && link.is_some() {
            let both = message!("promotion-leads-twice");
            form.refuse("externalLink", Fault::invalid(both));
        }
        let is_active = form.or_default(
            "isActive",
            fields.is_active,
            now.map(|it| &it.is_active),
            false,
            form::any,
        );
        let banner = picture(
            form,
            "bannerImageUploadId",
            fields.banner_image_upload_id,
            now.map(|it| it.banner_image_id),
        )
        .await?;
        if is_active && item.is_none() && link.is_none() {
            let nowhere = message!("promotion-leads-nowhere");
            form.refuse("isActive", Fault::invalid(nowhere));
        }
        if is_active && banner.is_none() {
            let bare = message!("promotion-without-banner");
            form.refuse("isActive", Fault::invalid(bare));
        }
        let row = ActiveModel {
            search_text: Set(search_text([title.as_str(), title_en.as_deref().unwrap_or("")])),
            sort_title: Set(fold(&title)),
            title: Set(title),
            title_en: Set(title_en),
            banner_image_id: Set(banner),
            portfolio_item_id: Set(item),
            external_link: Set(link),
            is_active: Set(is_active),
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
        keep_replaced(
            form,
            current.and_then(|it| it.banner_image_id),
            saved.banner_image_id,
        )
        .await
    }
}

/// Which promotions a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PromotionFilter {
    /// Switched on, or off.
    pub active: Option<bool>,
    /// Each word stands in the title, in either language.
    pub search: Option<String>,
}

impl Listed for Entity {
    type Filter = PromotionFilter;

    fn published(now: DateTime<Utc>) -> Condition {
        let shown = portfolio_item::Entity::find()
            .select_only()
            .column(portfolio_item::Column::Id)
            .filter(in_scope::<portfolio_item::Entity>(RecordScope::Published, now))
            .into_query();
        Condition::all().add(Column::IsActive.eq(true)).add(
            Condition::any()
                .add(Column::ExternalLink.is_not_null())
                .add(Column::PortfolioItemId.in_subquery(shown)),
        )
    }

    fn matching(filter: &PromotionFilter) -> Condition {
        searched(Column::SearchText, filter.search.as_deref())
            .add_option(filter.active.map(|active| Column::IsActive.eq(active)))
    }

    fn usual_order() -> (Column, bool) {
        (Column::CreatedAt, true)
    }
}
