//! The HTML of articles: made once, when they are written, beside the async threads.

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};

use super::{
    model::MAX_ARTICLE,
    tables::blog_post::{Column, Entity, Model},
};
use platform::{
    ctx::Ctx,
    db::write_tx,
    form::{Change, text},
    markdown,
};

/// Articles made again at a time.
const AT_A_TIME: u64 = 10;

/// A text and its HTML.
#[derive(Debug, Clone)]
pub struct ArticleHtml {
    source: String,
    html: String,
}

impl ArticleHtml {
    /// Of what was entered; `None` when nothing was, or nothing that will be kept.
    ///
    /// # Errors
    /// When the renderer panics.
    pub async fn of_entered(entered: &Change<String>) -> anyhow::Result<Option<Self>> {
        let Some(Some(entered)) = entered else {
            return Ok(None);
        };
        let Ok(source) = text(MAX_ARTICLE)(entered.clone()) else {
            return Ok(None);
        };
        let html = render(&source).await?;
        Ok(Some(Self { source, html }))
    }

    /// The HTML, when `kept` is what it was made of.
    #[must_use]
    pub fn of(&self, kept: &str) -> Option<String> {
        (self.source == kept).then(|| self.html.clone())
    }
}

/// Renders a text where it may take its time: 100,000 characters are some milliseconds.
///
/// # Errors
/// When the renderer panics.
pub async fn render(source: &str) -> anyhow::Result<String> {
    let source = source.to_owned();
    Ok(tokio::task::spawn_blocking(move || markdown::to_html(&source)).await?)
}

impl Model {
    /// The HTML of the French text and of the English one, as far as it was made by the renderer of today.
    #[must_use]
    pub fn html(&self) -> (Option<&str>, Option<&str>) {
        if self.html_version == Some(markdown::VERSION) {
            (self.content_html.as_deref(), self.content_html_en.as_deref())
        } else {
            (None, None)
        }
    }
}

/// Makes the HTML of articles that have none, or that an older renderer made; answers how many. Neither their version nor
/// their time changes: nothing that anybody wrote did.
///
/// # Errors
/// When the database refuses.
pub async fn render_missing(ctx: &Ctx) -> anyhow::Result<u64> {
    let mut made = 0;
    let mut after = None;
    loop {
        let missing = Condition::any()
            .add(Column::HtmlVersion.is_null())
            .add(Column::HtmlVersion.ne(markdown::VERSION));
        let rows = Entity::find()
            .filter(missing)
            .filter(Condition::all().add_option(after.map(|id| Column::Id.gt(id))))
            .order_by_asc(Column::Id)
            .limit(AT_A_TIME)
            .all(ctx.db.reader())
            .await?;
        let Some(last) = rows.last() else {
            return Ok(made);
        };
        after = Some(last.id);
        for row in rows {
            let french = render(&row.content).await?;
            let english = match &row.content_en {
                Some(source) => Some(render(source).await?),
                None => None,
            };
            made += write_tx!(ctx, |tx| {
                let updated = Entity::update_many()
                    .filter(Column::Id.eq(row.id))
                    // Whoever changes it meanwhile makes it anew.
                    .filter(Column::Version.eq(row.version))
                    .col_expr(Column::ContentHtml, Expr::value(french.clone()))
                    .col_expr(Column::ContentHtmlEn, Expr::value(english.clone()))
                    .col_expr(Column::HtmlVersion, Expr::value(markdown::VERSION))
                    .exec(tx.conn())
                    .await?;
                Ok::<_, anyhow::Error>(updated.rows_affected)
            })?;
        }
    }
}
