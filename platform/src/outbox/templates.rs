//! Texts of messages: minijinja templates by name, language and form. What they say is the features' business.
//!
//! A message `greeting` consists of `greeting.fr.txt` (its first line is the subject) and `greeting.fr.html` for
//! e-mail, which is given that subject as `heading`; `greeting.fr.push` (its first line is the heading) for pushes, and the same in `en`. HTML is escaped; a
//! value that a template names and nobody gave is an error, not a gap in a letter.

use anyhow::{Context, Result};
use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value, context};

use super::Channel;
use crate::{actor::Locale, messages::written};

/// The templates that deliveries name.
#[derive(Debug)]
pub struct Templates(Environment<'static>);

/// An e-mail's texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The subject.
    pub subject: String,
    /// The body in plain text.
    pub text: String,
    /// The body in HTML.
    pub html: String,
}

/// A push's texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The heading.
    pub title: String,
    /// The text.
    pub body: String,
}

impl Templates {
    /// Reads all templates, each with its file name; `globals` are given to every one.
    ///
    /// # Errors
    /// When one is malformed.
    pub fn new(
        sources: impl IntoIterator<Item = (&'static str, &'static str)>,
        globals: impl IntoIterator<Item = (&'static str, String)>,
        time_zone: Tz,
    ) -> Result<Self> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_trim_blocks(true);
        environment.set_auto_escape_callback(|name| {
            if name.ends_with(".html") {
                AutoEscape::Html
            } else {
                AutoEscape::None
            }
        });
        environment.add_filter("moment_fr", move |text: &str| moment(text, time_zone, Locale::Fr));
        environment.add_filter("moment_en", move |text: &str| moment(text, time_zone, Locale::En));
        environment.add_filter("day_fr", |text: &str| day(text, Locale::Fr));
        environment.add_filter("day_en", |text: &str| day(text, Locale::En));
        for (name, source) in sources {
            environment.add_template(name, source)?;
        }
        for (name, value) in globals {
            environment.add_global(name, value);
        }
        Ok(Self(environment))
    }

    /// Whether there are texts of this name for `channel`, in every language.
    #[must_use]
    pub fn has(&self, template: &str, channel: Channel) -> bool {
        let forms: &[&str] = match channel {
            Channel::Email => &["txt", "html"],
            Channel::Push => &["push"],
        };
        forms.iter().all(|form| {
            [Locale::Fr, Locale::En]
                .iter()
                .all(|&locale| self.0.get_template(&file_name(template, locale, form)).is_ok())
        })
    }

    /// An e-mail's texts.
    ///
    /// # Errors
    /// When there is no such template, or `data` lacks what it names.
    pub fn letter(&self, template: &str, locale: Locale, data: &serde_json::Value) -> Result<Letter> {
        let page = self.render(template, locale, "txt", data, None)?;
        let (subject, text) = split_first_line(&page);
        let html = self.render(template, locale, "html", data, Some(&subject))?;
        Ok(Letter { subject, text, html })
    }

    /// A push's texts.
    ///
    /// # Errors
    /// When there is no such template, or `data` lacks what it names.
    pub fn notice(&self, template: &str, locale: Locale, data: &serde_json::Value) -> Result<Notice> {
        let page = self.render(template, locale, "push", data, None)?;
        let (title, body) = split_first_line(&page);
        Ok(Notice { title, body })
    }

    fn render(
        &self,
        template: &str,
        locale: Locale,
        form: &str,
        data: &serde_json::Value,
        heading: Option<&str>,
    ) -> Result<String> {
        let name = file_name(template, locale, form);
        // Only the page in HTML names it; what the data calls `subject` is the data's.
        let data = match heading {
            Some(heading) => context! { heading, ..Value::from_serialize(data) },
            None => Value::from_serialize(data),
        };
        self.0
            .get_template(&name)
            .and_then(|found| found.render(data))
            .with_context(|| format!("the text {name} can't be made"))
    }
}

fn file_name(template: &str, locale: Locale, form: &str) -> String {
    let language = match locale {
        Locale::Fr => "fr",
        Locale::En => "en",
    };
    format!("{template}.{language}.{form}")
}

/// A day (ISO 8601) as people say it: `24 novembre 2026`, `24 November 2026`.
fn day(text: &str, locale: Locale) -> Result<String, Error> {
    let day: NaiveDate = text
        .parse()
        .map_err(|error| Error::new(ErrorKind::InvalidOperation, format!("{text}: {error}")))?;
    Ok(written::day(day, locale))
}

/// A moment (RFC 3339) as people say it: `24 novembre 2026 à 06 h 04`, `24 November 2026 at 06:04`.
fn moment(text: &str, time_zone: Tz, locale: Locale) -> Result<String, Error> {
    let at = DateTime::parse_from_rfc3339(text)
        .map_err(|error| Error::new(ErrorKind::InvalidOperation, format!("{text}: {error}")))?
        .with_timezone(&time_zone);
    Ok(written::moment(&at, locale))
}

fn split_first_line(page: &str) -> (String, String) {
    let (first, rest) = page.trim_start().split_once('\n').unwrap_or((page, ""));
    (first.trim().to_owned(), rest.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn templates() -> Templates {
        Templates::new(
            [
                (
                    "hello.fr.txt",
                    "Bonjour {{ name }}\n\n{{ subject }}\nVotre site : {{ site }}\n",
                ),
                (
                    "hello.fr.html",
                    "<h1>{{ heading }}</h1><i>{{ subject }}</i><p>{{ name }}</p>",
                ),
            ],
            [("site", "https://bellehouse.ne".to_owned())],
            chrono_tz::Africa::Niamey,
        )
        .unwrap()
    }

    #[test]
    fn escapes_in_html_and_not_in_text() {
        let data = serde_json::json!({ "name": "A & <b>", "subject": "Toiture" });
        let letter = templates().letter("hello", Locale::Fr, &data).unwrap();
        assert_eq!(letter.subject, "Bonjour A & <b>");
        assert_eq!(letter.text, "Toiture\nVotre site : https://bellehouse.ne");
        assert!(
            letter.html.contains("<i>Toiture</i><p>A &amp; &lt;b&gt;</p>"),
            "{}",
            letter.html
        );
    }

    #[test]
    fn a_missing_value_is_an_error() {
        let error = templates()
            .letter("hello", Locale::Fr, &serde_json::json!({}))
            .unwrap_err();
        assert!(format!("{error:#}").contains("hello.fr.txt"), "{error:#}");
        assert!(!templates().has("hello", Channel::Email), "English is missing");
    }
}
