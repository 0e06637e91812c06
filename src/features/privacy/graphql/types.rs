//! `PrivacyNotice`.

use async_graphql::{Context, Result, SimpleObject};
use chrono::{DateTime, Utc};

use crate::features::privacy::{Consent, latest_consent};
use platform::{
    actor::AccountId,
    graphql::{ContextExt, internal, scalars::Url},
};

/// The privacy notice, and what of it the signed-in person has accepted. Ask for it (`acceptPrivacyNotice`) while
/// `acceptedVersion` isn't `version`.
#[derive(Debug, Clone, SimpleObject)]
pub struct PrivacyNotice {
    /// Which notice there is now, such as `2026-12`.
    pub version: String,
    /// Where it can be read.
    pub url: Url,
    /// The last one that the person accepted; null when none.
    pub accepted_version: Option<String>,
    /// When that was.
    pub accepted_at: Option<DateTime<Utc>>,
}

impl PrivacyNotice {
    /// The notice as it is now, with the last acceptance.
    pub fn with(ctx: &Context<'_>, accepted: Option<Consent>) -> Self {
        let notice = &ctx.app().config.privacy_notice;
        let (accepted_version, accepted_at) = accepted
            .map(|accepted| (accepted.version, accepted.accepted_at))
            .unzip();
        Self {
            version: notice.version.clone(),
            url: Url(notice.url.to_string()),
            accepted_version,
            accepted_at,
        }
    }
}

/// The notice as an account has accepted it.
///
/// # Errors
/// INTERNAL when the database is away.
pub async fn privacy_notice(ctx: &Context<'_>, account: AccountId) -> Result<PrivacyNotice> {
    let accepted = latest_consent(ctx.app().db.reader(), account)
        .await
        .map_err(internal)?;
    Ok(PrivacyNotice::with(ctx, accepted))
}
