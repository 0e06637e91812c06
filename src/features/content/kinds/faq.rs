//! Frequently asked questions, in the order that staff give them.

use sea_orm::ActiveValue::Set;
use serde::Serialize;

use crate::features::content::{
    commands::next_position,
    model::{MAX_DESCRIPTION, MAX_LINE},
    tables::faq::{ActiveModel, Column, Entity, Model},
};
use platform::{
    editing::Editable,
    error::CommandError,
    form::{self, Change, Form, line, optional_line, optional_text, text},
    search::search_text,
};

/// What a person enters.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FaqFields {
    /// What people ask.
    pub question: Change<String>,
    /// In English.
    pub question_en: Change<String>,
    /// What the company answers.
    pub answer: Change<String>,
    /// In English.
    pub answer_en: Change<String>,
    /// Its place in the list, smallest first.
    pub order: Change<i32>,
}

impl Editable for Entity {
    type Row = ActiveModel;
    type Fields = FaqFields;
    type Below = ();
    const CREATE: &'static str = "createFaq";

    async fn check(
        form: &mut Form<'_>,
        fields: FaqFields,
        current: Option<&Model>,
    ) -> Result<(ActiveModel, ()), CommandError> {
        let now = current;
        let last = next_position::<Entity>(form.tx()).await?;
        let question = form.required(
            "question",
            fields.question,
            now.map(|it| &it.question),
            line(MAX_LINE),
        );
        let question_en = form.optional(
            "questionEn",
            fields.question_en,
            now.map(|it| &it.question_en),
            optional_line(MAX_LINE),
        );
        let answer = form.required(
            "answer",
            fields.answer,
            now.map(|it| &it.answer),
            text(MAX_DESCRIPTION),
        );
        let answer_en = form.optional(
            "answerEn",
            fields.answer_en,
            now.map(|it| &it.answer_en),
            optional_text(MAX_DESCRIPTION),
        );
        let position = form.or_default("order", fields.order, now.map(|it| &it.position), last, form::any);
        let texts = [
            Some(&question),
            question_en.as_ref(),
            Some(&answer),
            answer_en.as_ref(),
        ];
        let row = ActiveModel {
            search_text: Set(search_text(texts.into_iter().flatten().map(String::as_str))),
            question: Set(question),
            question_en: Set(question_en),
            answer: Set(answer),
            answer_en: Set(answer_en),
            position: Set(position),
            ..Default::default()
        };
        Ok((row, ()))
    }
}

ordered_list!(Entity, Column);
