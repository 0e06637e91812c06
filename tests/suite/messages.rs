//! The catalogues and the code hold to each other: every text that the code names is there in both languages with the
//! same variables, nothing is there that nobody names, and French is set as French is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use belle_house::messages::{SOURCES, catalogues};
use fluent_syntax::ast;
use platform::actor::Locale;
use platform::messages::{Noun, Source};
use syn::buffer::{Cursor, TokenBuffer};

use crate::sources::{everything, root};

const LANGUAGES: [Locale; 2] = [Locale::Fr, Locale::En];

/// A text that the code names: with which values, and from where.
type Used = BTreeMap<String, Vec<(BTreeSet<String>, String)>>;

/// What the sources name.
#[derive(Default)]
struct Named {
    file: String,
    messages: Used,
    /// Kinds of records, and where they are declared.
    nouns: BTreeMap<String, String>,
}

impl Named {
    fn in_sources() -> Self {
        let mut named = Self::default();
        for source in everything() {
            named.file = format!("{}/{}", source.folder, source.path);
            let text = fs::read_to_string(root().join(&named.file)).unwrap();
            named.read(TokenBuffer::new2(text.parse().unwrap()).begin());
        }
        named
    }

    /// Reads tokens, whatever macros they are in; unit tests apart.
    fn read(&mut self, mut at: Cursor<'_>) {
        while !at.eof() {
            if let Some((inside, _, _, after)) = at.any_group() {
                self.read(inside);
                at = after;
                continue;
            }
            let Some((ident, rest)) = at.ident() else {
                at = at.token_tree().unwrap().1;
                continue;
            };
            at = rest;
            let called = rest
                .punct()
                .filter(|(punct, _)| punct.as_char() == '!')
                .and_then(|(_, rest)| rest.any_group());
            match (ident.to_string().as_str(), called) {
                ("message", Some((inside, ..))) => self.message(inside),
                ("typed_id", Some((inside, ..))) => self.noun(inside),
                ("mod", None) => {
                    let tests = rest.ident().filter(|(name, _)| name == "tests");
                    if let Some((_, _, _, after)) = tests.and_then(|(_, rest)| rest.any_group()) {
                        at = after;
                    }
                }
                _ => {}
            }
        }
    }

    /// `"text-too-long", max = 120, …`
    fn message(&mut self, inside: Cursor<'_>) {
        let Some((id, mut at)) = inside.literal() else {
            return;
        };
        let mut values = BTreeSet::new();
        while !at.eof() {
            let comma = at.punct().is_some_and(|(punct, _)| punct.as_char() == ',');
            at = at.token_tree().unwrap().1;
            if comma && let Some((name, _)) = at.ident() {
                values.insert(name.to_string());
            }
        }
        let id = id.to_string().trim_matches('"').to_owned();
        self.messages
            .entry(id)
            .or_default()
            .push((values, self.file.clone()));
    }

    /// `/** docs */ ProjectId, "prj", "project"`
    fn noun(&mut self, inside: Cursor<'_>) {
        let mut at = inside;
        let mut last = None;
        while !at.eof() {
            if let Some((literal, _)) = at.literal() {
                last = Some(literal.to_string());
            }
            at = at.token_tree().unwrap().1;
        }
        if let Some(noun) = last {
            // The name leaks: a test of a few dozen.
            let noun: &'static str = noun.trim_matches('"').to_owned().leak();
            self.nouns.insert(Noun(noun).id(), self.file.clone());
        }
    }
}

/// A text of a catalogue.
#[derive(Debug, Default)]
struct Text {
    /// The variables that it names, all selectors included.
    variables: BTreeSet<String>,
    /// Its attributes: forms of a noun.
    forms: BTreeSet<String>,
    /// What it says, piece by piece.
    pieces: Vec<String>,
}

impl Text {
    fn read(&mut self, pattern: &ast::Pattern<&str>) {
        for element in &pattern.elements {
            match element {
                ast::PatternElement::TextElement { value } => self.pieces.push((*value).to_owned()),
                ast::PatternElement::Placeable { expression } => self.expression(expression),
            }
        }
    }

    fn expression(&mut self, expression: &ast::Expression<&str>) {
        let inline = match expression {
            ast::Expression::Inline(inline) => inline,
            ast::Expression::Select { selector, variants } => {
                for variant in variants {
                    self.read(&variant.value);
                }
                selector
            }
        };
        match inline {
            ast::InlineExpression::VariableReference { id } => {
                self.variables.insert(id.name.to_owned());
            }
            ast::InlineExpression::Placeable { expression } => self.expression(expression),
            other => panic!("texts name variables alone: {other:?}"),
        }
    }
}

/// The texts of a part of the code in one language.
fn texts(source: &Source, locale: Locale) -> BTreeMap<String, Text> {
    let parsed = fluent_syntax::parser::parse(source.text(locale))
        .unwrap_or_else(|(_, errors)| panic!("{} {locale:?}: {errors:?}", source.name));
    let mut texts = BTreeMap::new();
    for entry in parsed.body {
        match entry {
            ast::Entry::Message(message) => {
                let mut text = Text::default();
                let value = message.value.as_ref();
                text.read(value.unwrap_or_else(|| panic!("{} says nothing", message.id.name)));
                for form in &message.attributes {
                    text.forms.insert(form.id.name.to_owned());
                    text.read(&form.value);
                }
                let twice = texts.insert(message.id.name.to_owned(), text);
                assert!(twice.is_none(), "{} is there twice", message.id.name);
            }
            ast::Entry::Term(term) => panic!("a term is used in one language alone: {}", term.id.name),
            _ => {}
        }
    }
    texts
}

/// The part of the code that a file belongs to.
fn part_of(file: &str) -> &str {
    match file.strip_prefix("src/features/") {
        Some(rest) => rest.split('/').next().unwrap_or_default(),
        None if file.starts_with("src/http/") => "http",
        None => "platform",
    }
}

#[test]
fn every_text_is_told_in_both_languages() {
    catalogues().unwrap();
    let named = Named::in_sources();
    assert!(named.messages.len() > 150, "the reader sees the code's messages");
    let mut complaints = Vec::new();
    for locale in LANGUAGES {
        let parts: BTreeMap<&str, BTreeMap<String, Text>> = SOURCES
            .iter()
            .map(|source| (source.name, texts(source, locale)))
            .collect();
        let find = |file: &str, id: &str| {
            let near = parts.get(part_of(file)).and_then(|texts| texts.get(id));
            near.or_else(|| parts["platform"].get(id))
        };
        let forms: BTreeSet<&String> = named
            .nouns
            .keys()
            .flat_map(|id| parts.values().filter_map(move |texts| texts.get(id)))
            .flat_map(|noun| &noun.forms)
            .collect();
        for (noun, file) in &named.nouns {
            match find(file, noun) {
                None => complaints.push(format!("{locale:?}: {noun} of {file} has no forms")),
                Some(text) if text.forms.iter().collect::<BTreeSet<_>>() != forms => {
                    complaints.push(format!("{locale:?}: {noun} lacks a form of {forms:?}"));
                }
                Some(_) => {}
            }
        }
        for (id, uses) in &named.messages {
            for (values, file) in uses {
                let Some(text) = find(file, id) else {
                    complaints.push(format!("{locale:?}: {id} is not where {file} looks for it"));
                    continue;
                };
                let mut told = BTreeSet::new();
                for variable in &text.variables {
                    let (value, form) = variable.split_once('-').unwrap_or((variable, ""));
                    told.insert(value.to_owned());
                    if !form.is_empty() && !forms.iter().any(|it| *it == form) {
                        complaints.push(format!(
                            "{locale:?}: {id} names ${variable}, a form that no noun has"
                        ));
                    }
                }
                if told != *values {
                    complaints.push(format!(
                        "{locale:?}: {id} tells {told:?}, and {file} gives {values:?}"
                    ));
                }
            }
        }
        for (part, texts) in &parts {
            for id in texts.keys() {
                if !named.messages.contains_key(id) && !named.nouns.contains_key(id) {
                    complaints.push(format!("{locale:?}: nobody names {id} of {part}"));
                }
            }
        }
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn both_languages_have_the_same_texts_in_the_same_order() {
    for source in &SOURCES {
        let ids = |locale| {
            let parsed = fluent_syntax::parser::parse(source.text(locale)).unwrap();
            let messages = parsed.body.into_iter().filter_map(|entry| match entry {
                ast::Entry::Message(message) => Some(message.id.name.to_owned()),
                _ => None,
            });
            messages.collect::<Vec<String>>()
        };
        assert_eq!(ids(Locale::Fr), ids(Locale::En), "{}", source.name);
    }
}

#[test]
fn texts_are_set_as_their_language_is() {
    let mut complaints = Vec::new();
    for source in &SOURCES {
        for locale in LANGUAGES {
            for (id, text) in texts(source, locale) {
                for piece in &text.pieces {
                    let is_wrong = piece.contains('\n')
                        || locale == Locale::Fr
                            && (piece.contains('\'')
                                || ["« ", " »", " :", " ;", " !", " ?", " %"]
                                    .iter()
                                    .any(|wrong| piece.contains(wrong)));
                    if is_wrong {
                        complaints.push(format!("{locale:?} {id}: {piece:?}"));
                    }
                }
            }
        }
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// What the test above sees, on a text that is wrong in every way.
#[test]
fn the_reader_sees_every_way_of_naming() {
    let code = r#"
        fn f() { write_tx!(ctx, |tx| { Err(message!("a-b", max = f(1, 2), kind = E::NOUN)) }); platform::message!("c", n,) }
        typed_id!(
            /// Docs.
            ProjectId, "prj", "project update"
        );
        mod tests { fn g() { message!("not-this") } }
    "#;
    let mut named = Named::default();
    named.read(TokenBuffer::new2(code.parse().unwrap()).begin());
    let values = |id: &str| {
        let values: Vec<String> = named.messages[id][0].0.iter().cloned().collect();
        values.join(" ")
    };
    assert_eq!(named.messages.len(), 2);
    assert_eq!(
        (values("a-b"), values("c")),
        ("kind max".to_owned(), "n".to_owned())
    );
    assert!(named.nouns.contains_key("noun-project-update"));
}
