//! `GET /exports/{kind}.csv`: a list whose URL a mutation handed out, for as long as that URL and the sign-in that asked
//! for it are good.

use axum::{
    Router,
    body::Body,
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use futures_util::FutureExt;

use super::{attachment, problem::Problem};
use crate::features::accounts::{StaffSession, commands::note_export, staff_session};
use platform::{
    export::{Exports, OpenError, stream},
    message,
};

const CONTENT_TYPE: &str = "text/csv; charset=utf-8; header=present";

/// The route.
pub fn router(exports: Exports) -> Router {
    Router::new()
        .route("/exports/{file}", get(download))
        .with_state(exports)
}

async fn download(
    State(exports): State<Exports>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let opened = exports.open(&file, query.as_deref()).map_err(refused)?;
    let opened = opened.ok_or_else(Problem::not_found)?;
    let session = opened.session;
    let ctx = exports.ctx().clone();
    match staff_session(&ctx, session).await {
        Ok(StaffSession::Good(account)) => note_export(&ctx, account, &opened.file_name)
            .await
            .map_err(|error| Problem::internal(&error.into()))?,
        Ok(StaffSession::Over) => {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "SESSION_ENDED",
                message!("list-session-ended"),
            ));
        }
        Err(error) => return Err(Problem::internal(&error.into())),
    }
    let headers =
        attachment::headers(CONTENT_TYPE, &opened.file_name).map_err(|error| Problem::internal(&error))?;
    let rows = stream(opened, move || {
        let ctx = ctx.clone();
        async move { Ok(staff_session(&ctx, session).await? != StaffSession::Over) }.boxed()
    });
    Ok((headers, Body::from_stream(rows)).into_response())
}

fn refused(error: OpenError) -> Problem {
    match error {
        OpenError::Refused(refusal) => Problem::refused(refusal),
        OpenError::Internal(error) => Problem::internal(&error),
    }
}
