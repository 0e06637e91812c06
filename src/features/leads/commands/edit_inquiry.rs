//! `updateInquiry`, and what an inquiry says when it comes in.

use sea_orm::ActiveValue::Set;
use serde::Serialize;

use crate::features::{
    accounts::{email, normalize_email, phone},
    leads::{
        events,
        model::{name, question, search_text, subject},
        tables::inquiry::{ActiveModel, Entity, Model},
    },
};
use platform::{
    db::WriteTx,
    editing::Editable,
    error::CommandError,
    events::{NewEvent, append_in_tx},
    form::{self, Change, Checks, Form},
    search,
};

/// What an inquiry says.
#[derive(Debug, Clone, Default, Serialize)]
pub struct InquiryFields {
    /// Whether somebody has read it.
    pub is_read: Change<bool>,
    /// Who asks.
    pub name: Change<String>,
    /// How to answer.
    pub email: Change<String>,
    /// How to call back.
    pub phone: Change<String>,
    /// What it is about.
    pub subject: Change<String>,
    /// The question.
    pub message: Change<String>,
}

impl Editable for Entity {
    type Row = ActiveModel;
    type Fields = InquiryFields;
    type Below = ();
    const CREATE: &'static str = "submitContactInquiry";

    async fn check(
        form: &mut Form<'_>,
        fields: InquiryFields,
        current: Option<&Model>,
    ) -> Result<(ActiveModel, ()), CommandError> {
        Ok((read(form, fields, current), ()))
    }
}

/// The rules, for the website's form as well.
pub(super) fn read(checks: &mut Checks, fields: InquiryFields, current: Option<&Model>) -> ActiveModel {
    let now = current;
    let is_read = now.is_some_and(|it| it.is_read);
    let is_read = checks.required("isRead", fields.is_read, Some(&is_read), form::any);
    let name = checks.required("name", fields.name, now.map(|it| &it.name), name);
    let email = checks.required("email", fields.email, now.map(|it| &it.email), email);
    let phone = checks.optional("phone", fields.phone, now.map(|it| &it.phone), phone);
    let subject = checks.required("subject", fields.subject, now.map(|it| &it.subject), subject);
    let message = checks.required("message", fields.message, now.map(|it| &it.message), question);
    let others = [&email, &subject, &message].map(|text| Some(text.as_str()));
    ActiveModel {
        search_text: Set(search_text(&name, phone.as_deref(), &others)),
        sort_name: Set(search::fold(&name)),
        name: Set(name),
        email_normalized: Set(normalize_email(&email)),
        email: Set(email),
        phone: Set(phone),
        subject: Set(subject),
        message: Set(message),
        is_read: Set(is_read),
        ..Default::default()
    }
}

/// Appends the event that the staff see.
pub(super) async fn tell_received_in_tx(tx: &WriteTx, inquiry: &Model) -> Result<(), CommandError> {
    append_in_tx(
        tx,
        NewEvent::about::<Entity>(events::INQUIRY_RECEIVED, inquiry).for_staff(),
    );
    Ok(())
}
