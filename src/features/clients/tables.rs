//! The table `clients`: what the company knows of a client besides how they sign in.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use platform::{
    actor::{AccountId, ClientId, Locale},
    record_table,
};

record_table! {
    /// One client.
    "clients" {
        #[sea_orm(unique)]
        pub account_id: AccountId,
        /// As in the account.
        pub name: String,
        /// In E.164 form.
        pub phone: Option<String>,
        pub address: Option<String>,
        /// As in the account.
        pub locale: Locale,
        pub whatsapp_enabled: bool,
        /// Read by servers of the release before alone: what a client wants stands in `notification_preferences`.
        pub email_updates: bool,
        /// As above.
        pub push_updates: bool,
        /// When the person was taken out of it (docs/PRIVACY.md); nobody brings them back.
        pub anonymised_at: Option<DateTime<Utc>>,
        /// The name folded, so that Élodie stands among the E's on both databases.
        pub sort_name: String,
        /// Name, e-mail address, number and address, folded for searching.
        pub search_text: String,
    }
    is ("Client", ClientId, personal: [Name, Phone, Address], derived: [SortName, SearchText], ids: [AccountId: AccountId])
}
