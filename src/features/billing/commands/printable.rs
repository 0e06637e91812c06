//! Refusing what papers would print as empty boxes, before it is on one.

use super::Fields;
use crate::features::{
    billing::{CompanyDetails, company_profile},
    clients::{StoredClient, living_client},
    projects::Project,
};
use platform::{
    actor::Actor,
    db::WriteTx,
    error::{CommandError, Violations},
    form::Fault,
    message,
    messages::Message,
};

/// Texts of one place: the value of the input that brought them, what the place is called (`unprintable` in the catalogue),
/// and the texts.
pub(super) type Place<'a> = (&'a str, &'static str, Vec<Option<&'a str>>);

/// Refuses what no font has.
///
/// # Errors
/// INVALID at each place.
pub(super) fn check_printable(places: Vec<Place<'_>>, fields: Fields<'_>) -> Result<(), CommandError> {
    let mut violations = Violations::default();
    for (name, place, texts) in places {
        let text: Vec<&str> = texts.into_iter().flatten().collect();
        if let Some(message) = unprintable(place, &text.join("\n")) {
            violations.push(fields.invalid(name, message));
        }
    }
    violations.into_result()
}

/// Whom and what a paper of a project names.
pub(super) fn names<'a>(
    client: &'a StoredClient,
    project: &'a Project,
    company: &'a CompanyDetails,
) -> [Place<'a>; 3] {
    let of_client = vec![Some(client.name.as_str()), client.address.as_deref()];
    [
        ("projectId", "client", of_client),
        ("projectId", "project", vec![Some(project.name.as_str())]),
        ("projectId", "company", company.printed().to_vec()),
    ]
}

/// The same for a receipt or a statement, which name them as they are now.
///
/// # Errors
/// INVALID.
pub(super) async fn check_names_in_tx(
    tx: &WriteTx,
    project: &Project,
    fields: Fields<'_>,
) -> Result<(), CommandError> {
    let client = living_client(tx.conn(), &Actor::System, project.client_id)
        .await?
        .ok_or_else(|| anyhow::anyhow!("the living project {} has no living client", project.id))?;
    let company = CompanyDetails::from(&company_profile(tx.conn()).await?);
    check_printable(names(&client, project, &company).into(), fields)
}

/// A rule that goes on with what fonts have.
pub(super) fn printable<T: AsRef<str>>(
    place: &'static str,
    rule: impl FnOnce(String) -> Result<T, Fault>,
) -> impl FnOnce(String) -> Result<T, Fault> {
    move |text| {
        let read = rule(text)?;
        match unprintable(place, read.as_ref()) {
            Some(message) => Err(Fault::invalid(message)),
            None => Ok(read),
        }
    }
}

/// The same for a text that may be left out.
pub(super) fn optional_printable(
    place: &'static str,
    rule: impl FnOnce(String) -> Result<Option<String>, Fault>,
) -> impl FnOnce(String) -> Result<Option<String>, Fault> {
    move |text| {
        let read = rule(text)?;
        match read.as_deref().and_then(|text| unprintable(place, text)) {
            Some(message) => Err(Fault::invalid(message)),
            None => Ok(read),
        }
    }
}

fn unprintable(place: &'static str, text: &str) -> Option<Message> {
    let missing = documents::missing_signs(text);
    let missing: Vec<String> = missing.into_iter().map(String::from).collect();
    (!missing.is_empty()).then(|| message!("unprintable", place, signs = missing.join(" ")))
}
