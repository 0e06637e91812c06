//! By what a client is known: what stands in the texts, and what stood there before it was changed.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use serde_json::Value;

use crate::features::{
    accounts::{StoredAccount, normalize_email, readable_phone},
    clients::StoredClient,
};
use platform::{
    audit::{AuditAction, Column, Entity, MASK},
    masking::Words,
};

/// What names a client, today and as far back as the audit log goes.
#[derive(Debug, Clone, Default)]
pub struct Person {
    names: BTreeSet<String>,
    addresses: BTreeSet<String>,
    /// In lower case.
    pub emails: BTreeSet<String>,
    /// In E.164 form.
    pub phones: BTreeSet<String>,
}

impl Person {
    /// Reads it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn of(
        conn: &impl ConnectionTrait,
        client: &StoredClient,
        account: &StoredAccount,
    ) -> Result<Self, DbErr> {
        let mut person = Self::default();
        person.names.insert(client.name.clone());
        person.emails.insert(normalize_email(&account.email));
        person.phones.extend(client.phone.clone());
        person.addresses.extend(client.address.clone());
        let entries = Entity::find()
            .filter(Column::RecordId.is_in([client.id.0, account.id.0]))
            .filter(Column::Action.is_in([AuditAction::Create, AuditAction::Update]))
            .all(conn)
            .await?;
        for entry in entries {
            let was = |field: &str| {
                let change = entry.changes.get(field);
                let sides = ["old", "new"].map(|side| change.and_then(|it| it.get(side)));
                sides
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .filter(|value| *value != MASK)
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            };
            person.names.extend(was("name"));
            person
                .emails
                .extend(was("email").iter().map(|it| normalize_email(it)));
            person.phones.extend(was("phone"));
            person.addresses.extend(was("address"));
        }
        Ok(person)
    }

    /// What to look for in texts: whole names, e-mail addresses, addresses, and numbers as people write them.
    #[must_use]
    pub fn words(&self) -> Words {
        let mut words: BTreeSet<String> = BTreeSet::new();
        words.extend(self.names.iter().cloned());
        words.extend(self.emails.iter().cloned());
        words.extend(self.addresses.iter().cloned());
        for phone in &self.phones {
            let readable = readable_phone(phone);
            let (_, national) = readable.split_once(' ').unwrap_or(("", readable.as_str()));
            for written in [readable.as_str(), national] {
                for between in ["", " ", ".", "-"] {
                    words.insert(written.replace(' ', between));
                }
            }
            let digits = phone.trim_start_matches('+');
            words.extend([phone.clone(), digits.to_owned(), format!("00{digits}")]);
        }
        Words::new(words.iter().map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_as_people_write_them() {
        let person = Person {
            phones: ["+22790123456".to_owned()].into(),
            ..Person::default()
        };
        for written in [
            "+22790123456",
            "+227 90 12 34 56",
            "90 12 34 56",
            "90.12.34.56",
            "90-12-34-56",
            "0022790123456",
            "90123456",
        ] {
            let text = format!("Appeler {written}, merci");
            assert_eq!(
                person.words().replaced(&text, "X").as_deref(),
                Some("Appeler X, merci"),
                "{written}"
            );
        }
    }
}
