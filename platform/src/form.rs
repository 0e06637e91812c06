//! What a person entered, read value by value: each is checked by a rule, every mistake is told at its path, and what
//! comes out is the value as it will be from now on.
//!
//! The same rules serve creating (a value that isn't mentioned is missing) and changing (it stays as it is). A rule is
//! a function from what was entered to what is kept, or to a [`Fault`]; common ones stand at the end of this file.

use std::ops::{Deref, DerefMut};

use chrono::{DateTime, Utc};

use super::{
    actor::Actor,
    ctx::Ctx,
    db::WriteTx,
    error::{CommandError, ErrorCode, Violation, Violations},
    message,
    messages::{Message, Noun},
    text::{one_line, several_lines},
};

/// What a form says of one value: nothing (`None`), that it is to be empty (`Some(None)`), or what it is to be.
pub type Change<T> = Option<Option<T>>;

/// What is wrong with a value, before it is known where the value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The kind of mistake.
    pub code: ErrorCode,
    /// What is wrong and what to do.
    pub message: Message,
}

impl Fault {
    /// A mistake.
    pub fn new(code: ErrorCode, message: Message) -> Self {
        Self { code, message }
    }

    /// A value that breaks a rule.
    pub fn invalid(message: Message) -> Self {
        Self::new(ErrorCode::Invalid, message)
    }

    /// Where it stands.
    #[must_use]
    pub fn at(self, path: &[&str]) -> Violation {
        Violation::new(self.code, path.iter().copied(), self.message)
    }

    /// The id of a record of this kind that isn't there.
    #[must_use]
    pub fn not_found(kind: Noun) -> Self {
        Self::new(ErrorCode::NotFound, message!("no-such", kind))
    }
}

/// The part of a form that rules decide by themselves, in a transaction or before one: values are read one by one, and
/// every mistake is kept with its path.
#[derive(Debug, Clone)]
pub struct Checks {
    root: Vec<String>,
    is_new: bool,
    violations: Violations,
}

impl Checks {
    /// The checks of a new record, whose values stand under `root`.
    #[must_use]
    pub fn of_new(root: &[&str]) -> Self {
        Self {
            root: root.iter().map(|&part| part.to_owned()).collect(),
            is_new: true,
            violations: Violations::default(),
        }
    }

    /// The checks of a change, whose values stand under `input.patch`.
    #[must_use]
    pub fn of_change() -> Self {
        Self {
            is_new: false,
            ..Self::of_new(&["input", "patch"])
        }
    }

    /// Whether a record is being made.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// Where a value stands in the input. A value inside another is named with points: `videos.0.url`.
    #[must_use]
    pub fn path(&self, field: &str) -> Vec<String> {
        let below = field.split('.').map(str::to_owned);
        self.root.iter().cloned().chain(below).collect()
    }

    /// Notes a mistake at `field`.
    pub fn refuse(&mut self, field: &str, fault: Fault) {
        let path = self.path(field);
        self.refuse_at(path, fault);
    }

    /// Notes a mistake at a path.
    pub fn refuse_at(&mut self, path: Vec<String>, fault: Fault) {
        self.violations
            .push(Violation::new(fault.code, path, fault.message));
    }

    /// Whether there was a mistake at `field`: then nothing is to be said of the filler that stands for its value.
    #[must_use]
    pub fn is_refused(&self, field: &str) -> bool {
        self.violations.is_at(&self.path(field))
    }

    /// Whether there was no mistake so far.
    #[must_use]
    pub fn are_passed(&self) -> bool {
        self.violations.is_empty()
    }

    /// The refusal of the form for a mistake at `field` that nothing can be read after, and for those before it.
    #[must_use]
    pub fn end_with(&mut self, field: &str, fault: Fault) -> CommandError {
        self.refuse(field, fault);
        std::mem::take(&mut self.violations).into_error()
    }

    /// A value that every record has: `current` when the form doesn't mention it, and REQUIRED when there is none. What
    /// comes out of a refused value is a filler: the form as a whole is refused before anything is written.
    pub fn required<T, U: Clone + Default>(
        &mut self,
        field: &str,
        change: Change<T>,
        current: Option<&U>,
        rule: impl FnOnce(T) -> Result<U, Fault>,
    ) -> U {
        match (change, current) {
            (Some(Some(entered)), _) => self.checked(field, rule(entered)),
            (None, Some(current)) => current.clone(),
            (mentioned, _) => {
                let message = match mentioned {
                    Some(_) if !self.is_new => message!("value-not-clearable"),
                    _ => message!("value-required"),
                };
                self.refuse(field, Fault::new(ErrorCode::Required, message));
                U::default()
            }
        }
    }

    /// A value that a record may lack: `current` when the form doesn't mention it. The rule may itself answer with none,
    /// as [`optional_line`] does for an empty line, or always with a value, as [`whole`] does.
    pub fn optional<T, U: Clone, Kept: Into<Option<U>>>(
        &mut self,
        field: &str,
        change: Change<T>,
        current: Option<&Option<U>>,
        rule: impl FnOnce(T) -> Result<Kept, Fault>,
    ) -> Option<U> {
        match change {
            Some(Some(entered)) => self.checked(field, rule(entered).map(Into::into)),
            Some(None) => None,
            None => current.cloned().flatten(),
        }
    }

    /// A value that is `default` until somebody says otherwise, and again when it is emptied.
    pub fn or_default<T, U: Clone + Default>(
        &mut self,
        field: &str,
        change: Change<T>,
        current: Option<&U>,
        default: U,
        rule: impl FnOnce(T) -> Result<U, Fault>,
    ) -> U {
        match change {
            Some(Some(entered)) => self.checked(field, rule(entered)),
            Some(None) => default,
            None => current.cloned().unwrap_or(default),
        }
    }

    /// A value that the input always has.
    pub fn given<T, U: Default>(
        &mut self,
        field: &str,
        entered: T,
        rule: impl FnOnce(T) -> Result<U, Fault>,
    ) -> U {
        self.checked(field, rule(entered))
    }

    fn checked<U: Default>(&mut self, field: &str, outcome: Result<U, Fault>) -> U {
        outcome.unwrap_or_else(|fault| {
            self.refuse(field, fault);
            U::default()
        })
    }

    /// Takes over the mistakes of a check that was made elsewhere, each where `place` puts it.
    ///
    /// # Errors
    /// Everything that isn't a mistake in the input.
    pub fn absorb<T>(
        &mut self,
        outcome: Result<T, CommandError>,
        mut place: impl FnMut(Violation) -> Violation,
    ) -> Result<Option<T>, CommandError> {
        match outcome {
            Ok(value) => Ok(Some(value)),
            Err(CommandError::Rejected(violations)) => {
                for violation in violations {
                    self.violations.push(place(violation));
                }
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Ends the reading: all mistakes at once.
    ///
    /// # Errors
    /// When there were any.
    pub fn finish(&mut self) -> Result<(), CommandError> {
        std::mem::take(&mut self.violations).into_result()
    }
}

/// A form that is being read, within the transaction that will write what it says.
#[derive(Debug)]
pub struct Form<'a> {
    ctx: &'a Ctx,
    tx: &'a WriteTx,
    actor: &'a Actor,
    checks: Checks,
}

impl<'a> Form<'a> {
    /// A form for a new record: its values stand under `input`.
    pub fn to_create(ctx: &'a Ctx, tx: &'a WriteTx, actor: &'a Actor) -> Self {
        let checks = Checks::of_new(&["input"]);
        Self {
            ctx,
            tx,
            actor,
            checks,
        }
    }

    /// A form that changes a record: its values stand under `input.patch`.
    pub fn to_change(ctx: &'a Ctx, tx: &'a WriteTx, actor: &'a Actor) -> Self {
        let checks = Checks::of_change();
        Self {
            ctx,
            tx,
            actor,
            checks,
        }
    }

    /// What the command runs with.
    #[must_use]
    pub fn ctx(&self) -> &'a Ctx {
        self.ctx
    }

    /// The transaction.
    #[must_use]
    pub fn tx(&self) -> &'a WriteTx {
        self.tx
    }

    /// Who sends it.
    #[must_use]
    pub fn actor(&self) -> &'a Actor {
        self.actor
    }

    /// The moment.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.tx.now()
    }
}

impl Deref for Form<'_> {
    type Target = Checks;

    fn deref(&self) -> &Checks {
        &self.checks
    }
}

impl DerefMut for Form<'_> {
    fn deref_mut(&mut self) -> &mut Checks {
        &mut self.checks
    }
}

/// The rule of one line of text: control characters and runs of spaces become one space; not empty.
pub fn line(max: usize) -> impl FnOnce(String) -> Result<String, Fault> {
    move |text| filled(one_line(&text), max)
}

/// The rule of one line that may be empty, which is none.
pub fn optional_line(max: usize) -> impl FnOnce(String) -> Result<Option<String>, Fault> {
    move |text| short_enough(one_line(&text), max).map(|text| Some(text).filter(|text| !text.is_empty()))
}

/// The rule of a text of several lines; not empty.
pub fn text(max: usize) -> impl FnOnce(String) -> Result<String, Fault> {
    move |text| filled(several_lines(&text), max)
}

/// The rule of a text of several lines that may be empty, which is none.
pub fn optional_text(max: usize) -> impl FnOnce(String) -> Result<Option<String>, Fault> {
    move |text| short_enough(several_lines(&text), max).map(|text| Some(text).filter(|text| !text.is_empty()))
}

/// The rule of a whole number.
pub fn whole(from: i32, to: i32) -> impl FnOnce(i32) -> Result<i32, Fault> {
    move |number| {
        if (from..=to).contains(&number) {
            Ok(number)
        } else {
            Err(Fault::invalid(message!("number-out-of-range", from, to)))
        }
    }
}

/// The rule of a link that visitors follow: http or https, with a host, without a password.
///
/// # Errors
/// INVALID or TOO_LONG.
pub fn web_link(text: String) -> Result<Option<String>, Fault> {
    const MAX: usize = 2_000;
    let text = short_enough(one_line(&text), MAX)?;
    if text.is_empty() {
        return Ok(None);
    }
    let link = url::Url::parse(&text).ok().filter(|link| {
        matches!(link.scheme(), "http" | "https")
            && link.host_str().is_some_and(|host| host.contains('.'))
            && link.username().is_empty()
            && link.password().is_none()
    });
    match link {
        Some(link) => Ok(Some(link.into())),
        None => Err(Fault::invalid(message!("web-address-malformed"))),
    }
}

/// The rule of what needs none.
///
/// # Errors
/// Never.
pub fn any<T>(value: T) -> Result<T, Fault> {
    Ok(value)
}

fn filled(text: String, max: usize) -> Result<String, Fault> {
    if text.is_empty() {
        return Err(Fault::new(ErrorCode::Required, message!("value-required")));
    }
    short_enough(text, max)
}

fn short_enough(text: String, max: usize) -> Result<String, Fault> {
    if text.chars().count() > max {
        return Err(Fault::new(ErrorCode::TooLong, message!("text-too-long", max)));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cleaned_and_measured() {
        assert_eq!(line(5)("  a\u{7}\n b ".to_owned()), Ok("a b".to_owned()));
        assert_eq!(line(5)(" \t".to_owned()).unwrap_err().code, ErrorCode::Required);
        assert_eq!(line(1)("éé".to_owned()).unwrap_err().code, ErrorCode::TooLong);
        assert_eq!(optional_line(5)("  ".to_owned()), Ok(None));
        assert_eq!(
            optional_line(20)("405,30\u{a0}m²".to_owned()),
            Ok(Some("405,30\u{a0}m²".to_owned()))
        );
        assert_eq!(text(20)("a\r\n\u{0}\tb\n".to_owned()), Ok("a\n\tb".to_owned()));
    }

    #[test]
    fn links_lead_to_the_web() {
        assert_eq!(
            web_link(" https://example.ne ".to_owned()),
            Ok(Some("https://example.ne/".to_owned()))
        );
        assert_eq!(web_link(String::new()), Ok(None));
        for wrong in [
            "javascript:alert(1)",
            "example.ne",
            "https://a:b@example.ne/",
            "ftp://example.ne",
            "https://localhost/",
            "data:text/html,x",
        ] {
            assert_eq!(
                web_link(wrong.to_owned()).unwrap_err().code,
                ErrorCode::Invalid,
                "{wrong}"
            );
        }
    }
}
