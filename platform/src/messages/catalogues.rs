//! The texts of both languages, read once.

use anyhow::{Result, anyhow};
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};

use super::{Message, Noun, Value, written};
use crate::locale::Locale;

/// The texts of one part of the code.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// The part: `platform`, a feature's name, `http`.
    pub name: &'static str,
    /// `messages.fr.ftl`.
    pub fr: &'static str,
    /// `messages.en.ftl`.
    pub en: &'static str,
}

impl Source {
    /// Its texts in a language.
    #[must_use]
    pub fn text(&self, locale: Locale) -> &'static str {
        match locale {
            Locale::Fr => self.fr,
            Locale::En => self.en,
        }
    }
}

type Bundle = FluentBundle<FluentResource>;

/// All texts, in both languages.
pub struct Catalogues {
    fr: Bundle,
    en: Bundle,
}

impl Catalogues {
    /// Reads them.
    ///
    /// # Errors
    /// When one is malformed, or two texts have one name.
    pub fn new(sources: &[Source]) -> Result<Self> {
        Ok(Self {
            fr: bundle(sources, Locale::Fr)?,
            en: bundle(sources, Locale::En)?,
        })
    }

    /// The sentence. A text that is missing, which a test excludes, is logged and told by its name: the answer has its
    /// code and its field all the same.
    #[must_use]
    pub fn render(&self, message: &Message, locale: Locale) -> String {
        let bundle = match locale {
            Locale::Fr => &self.fr,
            Locale::En => &self.en,
        };
        let mut errors = Vec::new();
        let text = bundle.get_message(message.id()).and_then(|found| found.value());
        let sentence = text.map(|text| {
            let arguments = arguments(bundle, message, locale);
            bundle
                .format_pattern(text, Some(&arguments), &mut errors)
                .into_owned()
        });
        if sentence.is_none() || !errors.is_empty() {
            tracing::error!(%message, ?locale, ?errors, "a text could not be made");
        }
        sentence.unwrap_or_else(|| message.id().to_owned())
    }
}

impl std::fmt::Debug for Catalogues {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Catalogues").finish_non_exhaustive()
    }
}

fn bundle(sources: &[Source], locale: Locale) -> Result<Bundle> {
    let language = match locale {
        Locale::Fr => "fr",
        Locale::En => "en",
    };
    let mut bundle = Bundle::new_concurrent(vec![language.parse()?]);
    // Its marks around each value would make texts unlike what is searched for and copied.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match locale {
        Locale::Fr => in_french,
        Locale::En => in_english,
    }));
    for source in sources {
        let resource = FluentResource::try_new(source.text(locale).to_owned())
            .map_err(|(_, errors)| anyhow!("messages.{language}.ftl of {}: {errors:?}", source.name))?;
        bundle
            .add_resource(resource)
            .map_err(|errors| anyhow!("messages.{language}.ftl of {}: {errors:?}", source.name))?;
    }
    Ok(bundle)
}

/// What a text is completed with, as its language writes it.
fn arguments(bundle: &Bundle, message: &Message, locale: Locale) -> FluentArgs<'static> {
    let mut arguments = FluentArgs::new();
    for (name, value) in message.values() {
        match value {
            Value::Text(text) => arguments.set(*name, text.clone()),
            Value::Number(number) => arguments.set(*name, *number),
            Value::Written { fr, en } => arguments.set(
                *name,
                match locale {
                    Locale::Fr => fr.clone(),
                    Locale::En => en.clone(),
                },
            ),
            Value::Day(day) => arguments.set(*name, written::day(*day, locale)),
            Value::Noun(noun) => set_noun(&mut arguments, bundle, name, *noun),
        }
    }
    arguments
}

/// The noun under the name, and each form of it that its language has beside.
fn set_noun(arguments: &mut FluentArgs<'static>, bundle: &Bundle, name: &'static str, noun: Noun) {
    let Some(forms) = bundle.get_message(&noun.id()) else {
        arguments.set(name, noun.0);
        return;
    };
    let mut errors = Vec::new();
    if let Some(form) = forms.value() {
        let form = bundle.format_pattern(form, None, &mut errors);
        arguments.set(name, form.into_owned());
    }
    for form in forms.attributes() {
        let text = bundle.format_pattern(form.value(), None, &mut errors);
        arguments.set(format!("{name}-{}", form.id()), text.into_owned());
    }
}

fn in_french<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    grouped(value, Locale::Fr)
}

fn in_english<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    grouped(value, Locale::En)
}

/// A number in its language's way; `None` for what is none, and for fractions, which no message has.
fn grouped(value: &FluentValue<'_>, locale: Locale) -> Option<String> {
    let FluentValue::Number(number) = value else {
        return None;
    };
    number
        .as_string()
        .parse()
        .ok()
        .map(|number: i64| written::number(number, locale))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        messages::PLATFORM,
        money::{Amount, Currency},
    };

    const EXAMPLES: Source = Source {
        name: "examples",
        fr: "owed = { $owed } avant le { $day }\nfiles = { $count ->\n    [one] un fichier\n   *[other] { $count } fichiers\n}\n",
        en: "owed = { $owed } by { $day }\nfiles = { $count ->\n    [one] one file\n   *[other] { $count } files\n}\n",
    };

    fn both(message: &Message) -> [String; 2] {
        let catalogues = Catalogues::new(&[PLATFORM, EXAMPLES]).unwrap();
        [Locale::Fr, Locale::En].map(|locale| catalogues.render(message, locale))
    }

    #[test]
    fn values_are_written_as_each_language_writes_them() {
        let owed = (Amount(150_000_000), Currency::Xof);
        let day = "2026-12-01".parse::<chrono::NaiveDate>().unwrap();
        let owed = Message::named("owed").with("owed", owed).with("day", day);
        assert_eq!(
            both(&owed),
            [
                "1\u{202f}500\u{202f}000\u{a0}F\u{a0}CFA avant le 1er décembre 2026",
                "1,500,000\u{a0}F\u{a0}CFA by 1 December 2026"
            ]
        );
        let files = |count: i32| both(&Message::named("files").with("count", count));
        assert_eq!(
            files(0),
            ["un fichier", "0 files"],
            "French counts nothing as one"
        );
        assert_eq!(files(1), ["un fichier", "one file"]);
        assert_eq!(files(10_000), ["10\u{202f}000 fichiers", "10,000 files"]);
    }

    #[test]
    fn kinds_of_records_have_their_gender() {
        let missing = |noun| both(&crate::message!("no-such", kind = Noun(noun)));
        assert_eq!(
            missing("delivery"),
            ["Cet envoi n’existe pas.", "There is no such delivery."]
        );
        assert_eq!(
            missing("session"),
            ["Cette connexion n’existe pas.", "There is no such session."]
        );
    }

    #[test]
    fn a_broken_catalogue_is_refused_and_a_missing_text_is_its_name() {
        let broken = Source {
            fr: "a = { $b\n",
            ..EXAMPLES
        };
        let error = Catalogues::new(&[broken]).unwrap_err().to_string();
        assert!(error.contains("messages.fr.ftl of examples"), "{error}");
        assert!(
            Catalogues::new(&[EXAMPLES, EXAMPLES]).is_err(),
            "one name for two texts"
        );
        assert_eq!(both(&Message::named("nowhere")), ["nowhere", "nowhere"]);
    }
}
