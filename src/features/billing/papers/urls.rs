//! URLs of papers: each names a paper and the sign-in that was given it. The signature says that it is ours and not too
//! old; at the download that sign-in must still be good, and its person still allowed to see the record.

use super::PaperId;
use platform::{
    actor::{Actor, SessionId},
    ctx::Ctx,
    signed_url::{Action, Grant, Refusal, SignedQuery, stable_expiry},
};

/// Where a paper is fetched by the caller's own sign-in: good for 12 to 24 hours and the same until the next half-day
/// begins. `None` for whoever has no sign-in. Whether the caller may see the record is the resolver's to know; the
/// download asks again.
#[must_use]
pub fn paper_url(ctx: &Ctx, actor: &Actor, id: PaperId) -> Option<String> {
    let audience = actor.account()?.session.to_string();
    let expires = stable_expiry(ctx.clock.now());
    let path = path(id);
    let signature = grant(&path, &audience, expires).sign(&ctx.keys);
    let base = ctx.config.public_url.as_str().trim_end_matches('/');
    Some(format!(
        "{base}{path}?audience={audience}&expires={expires}&signature={signature}"
    ))
}

/// What the URL of `file`, such as `inv_….pdf`, names, and whose it is. `None` when no paper is called so.
///
/// # Errors
/// [`Refusal`] for one that isn't ours or is too old.
pub fn check(ctx: &Ctx, file: &str, query: Option<&str>) -> Result<Option<(PaperId, SessionId)>, Refusal> {
    let Some(id) = file.strip_suffix(".pdf").and_then(PaperId::parse) else {
        return Ok(None);
    };
    let signed = SignedQuery::parse(query);
    grant(&path(id), &signed.audience, signed.expires).verify(
        &ctx.keys,
        ctx.clock.now(),
        &signed.signature,
    )?;
    // What we signed is a session.
    let session = SessionId::parse(&signed.audience).map_err(|_| Refusal::Forged)?;
    Ok(Some((id, session)))
}

fn path(id: PaperId) -> String {
    format!("/papers/{id}.pdf")
}

fn grant<'a>(path: &'a str, audience: &'a str, expires: i64) -> Grant<'a> {
    Grant {
        action: Action::Paper,
        path,
        audience,
        expires,
    }
}
