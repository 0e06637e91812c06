//! People for tests: made by the real commands, signed in through the front door.

/// The password of everybody in tests: long enough, and in no list.
pub const PASSWORD: &str = "tabouret lune girafe orage";

/// Somebody who has signed in.
#[derive(Debug, Clone)]
pub struct Person {
    /// The address that they sign in with; the password is [`PASSWORD`].
    pub email: String,
    /// An access token.
    pub token: String,
    /// The refresh token that came with it.
    pub refresh_token: String,
    /// The client's id (`cli_…`), for clients.
    pub client_id: Option<String>,
}

impl Person {
    /// The client's id; fails for staff.
    pub fn client(&self) -> &str {
        self.client_id.as_deref().unwrap()
    }
}

impl<'a> From<&'a Person> for Option<&'a str> {
    fn from(person: &'a Person) -> Self {
        Some(&person.token)
    }
}
