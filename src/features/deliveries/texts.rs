//! What the company's messages say, in French and English. The specification's English texts (section 8) stand
//! here word for word.
//!
//! | template                | channels    | data                                                            |
//! | ----------------------- | ----------- | --------------------------------------------------------------- |
//! | `client_credentials`    | e-mail      | `name`, `email`, `temporaryPassword`, `expiresAt` (all secret)  |
//! | `account_created`       | push        |                                                                 |
//! | `project_update_posted` | push, email | `name`, `projectName`, `updateTitle`, `projectId`, `updateId`   |
//! | `invoice_issued`        | push, email | `name`, `projectName`, `invoiceNumber`, `subject`, `dueDate`,    |
//! |                         |             | `total…`, `net…` (each `Fr` and `En`), `projectId`, `invoiceId` |
//! | `credit_note_issued`    | push, email | the same, `creditedNumber`                                      |
//! | `invoice_cancelled`     | push, email | the same, `reason`                                              |
//! | `invoice_due_soon`      | push, email | the same, `days`, `balance…`                                    |
//! | `invoice_overdue`       | push, email | the same, `days`, `balance…`                                    |
//! | `payment_recorded`      | push, email | `name`, `projectName`, `invoiceNumber`, `paidOn`, `amount…`,    |
//! |                         |             | `balance…`, `projectId`, `paymentId`                            |
//! | `password_changed`      | e-mail      | `name`, `changedAt`                                             |
//! | `new_sign_in`           | e-mail      | `name`, `at`, `address`, `device`, `deviceName`                 |
//! | `password_reset`        | e-mail      | `name`, `link`, `expiresAt` (all secret)                        |
//! | `second_factor_changed` | e-mail      | `name`, `at`, `change`, `codesLeft`                             |
//! | `staff_credentials`     | e-mail      | as `client_credentials`                                         |
//! | `lead_received`         | e-mail      | see `features/leads/commands/notice.rs`; for the staff          |
//! | `inquiry_received`      | e-mail      | as above                                                        |
//! | `backups_stale`         | e-mail      | `name`, `lastProvenAt`, `problem`; for administrators           |
//!
//! A push passes on to the app what ends in `Id`, and the template's name as `kind`.

use anyhow::Result;

use platform::{config::Config, outbox::Templates};

macro_rules! sources {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("templates/", $name)))),+]
    };
}

/// All messages' texts.
///
/// # Errors
/// When one is malformed.
pub fn templates(config: &Config) -> Result<Templates> {
    Templates::new(
        sources![
            "layout.html",
            "layout.fr.html",
            "layout.en.html",
            "client_credentials.fr.txt",
            "client_credentials.fr.html",
            "client_credentials.en.txt",
            "client_credentials.en.html",
            "account_created.fr.push",
            "account_created.en.push",
            "project_update_posted.fr.push",
            "project_update_posted.fr.txt",
            "project_update_posted.fr.html",
            "project_update_posted.en.push",
            "project_update_posted.en.txt",
            "project_update_posted.en.html",
            "invoice_issued.fr.push",
            "invoice_issued.fr.txt",
            "invoice_issued.fr.html",
            "invoice_issued.en.push",
            "invoice_issued.en.txt",
            "invoice_issued.en.html",
            "credit_note_issued.fr.push",
            "credit_note_issued.fr.txt",
            "credit_note_issued.fr.html",
            "credit_note_issued.en.push",
            "credit_note_issued.en.txt",
            "credit_note_issued.en.html",
            "invoice_cancelled.fr.push",
            "invoice_cancelled.fr.txt",
            "invoice_cancelled.fr.html",
            "invoice_cancelled.en.push",
            "invoice_cancelled.en.txt",
            "invoice_cancelled.en.html",
            "payment_recorded.fr.push",
            "payment_recorded.fr.txt",
            "payment_recorded.fr.html",
            "payment_recorded.en.push",
            "payment_recorded.en.txt",
            "payment_recorded.en.html",
            "invoice_due_soon.fr.push",
            "invoice_due_soon.fr.txt",
            "invoice_due_soon.fr.html",
            "invoice_due_soon.en.push",
            "invoice_due_soon.en.txt",
            "invoice_due_soon.en.html",
            "invoice_overdue.fr.push",
            "invoice_overdue.fr.txt",
            "invoice_overdue.fr.html",
            "invoice_overdue.en.push",
            "invoice_overdue.en.txt",
            "invoice_overdue.en.html",
            "password_changed.fr.txt",
            "password_changed.fr.html",
            "password_changed.en.txt",
            "password_changed.en.html",
            "new_sign_in.fr.txt",
            "new_sign_in.fr.html",
            "new_sign_in.en.txt",
            "new_sign_in.en.html",
            "password_reset.fr.txt",
            "password_reset.fr.html",
            "password_reset.en.txt",
            "password_reset.en.html",
            "second_factor_changed.fr.txt",
            "second_factor_changed.fr.html",
            "second_factor_changed.en.txt",
            "second_factor_changed.en.html",
            "staff_credentials.fr.txt",
            "staff_credentials.fr.html",
            "staff_credentials.en.txt",
            "staff_credentials.en.html",
            "lead_received.fr.txt",
            "lead_received.fr.html",
            "lead_received.en.txt",
            "lead_received.en.html",
            "inquiry_received.fr.txt",
            "inquiry_received.fr.html",
            "inquiry_received.en.txt",
            "inquiry_received.en.html",
            "backups_stale.fr.txt",
            "backups_stale.fr.html",
            "backups_stale.en.txt",
            "backups_stale.en.html",
        ],
        [("websiteUrl", config.website_url.to_string())],
        config.time_zone,
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use platform::{actor::Locale, outbox::Channel};

    fn texts() -> Templates {
        let config = Config::load(|key| match key {
            "SECRET_KEY" => Some("Zq7vJ0mKx2LwB9tR4yHs6PfD8gNc1AeU".to_owned()),
            "WEBSITE_URL" => Some("https://bellehouse.ne".to_owned()),
            _ => None,
        });
        templates(&config.unwrap()).unwrap()
    }

    #[test]
    fn the_specification_s_pushes_word_for_word() {
        let data = json!({ "projectName": "Villa Awa", "updateTitle": "Dalle coulée", "name": "Awa" });
        let english = |template| texts().notice(template, Locale::En, &data).unwrap().body;
        assert_eq!(
            english("account_created"),
            "Welcome to Belle House! Your account has been created."
        );
        assert_eq!(
            english("project_update_posted"),
            "New update on Villa Awa: Dalle coulée"
        );
    }

    #[test]
    fn credentials_come_in_both_languages_with_the_hour_of_niamey() {
        let data = json!({
            "name": "Awa <Diallo>",
            "email": "awa@example.ne",
            "temporaryPassword": "kola-<7>",
            "expiresAt": "2026-11-24T05:04:03.5Z",
        });
        let french = texts().letter("client_credentials", Locale::Fr, &data).unwrap();
        assert_eq!(french.subject, "Bienvenue chez Belle House : vos identifiants");
        assert!(
            french.text.contains("kola-<7>") && french.text.contains("24 novembre 2026 à 06 h 04"),
            "{}",
            french.text
        );
        assert!(
            french.html.contains("kola-&lt;7&gt;") && french.html.contains("lang=\"fr\""),
            "{}",
            french.html
        );
        let english = texts().letter("client_credentials", Locale::En, &data).unwrap();
        assert!(
            english.text.contains("24 November 2026 at 06:04"),
            "{}",
            english.text
        );
    }

    #[test]
    fn what_a_visitor_wrote_is_shown_and_never_run() {
        let data = json!({
            "name": "Souleymane", "leadName": "Zaïnab <script>", "phone": "+227 90 12 34 56", "email": null,
            "hasLand": true, "location": "Koira Kano", "interestedIn": null, "message": "Bonjour,\nmerci <b>",
            "receivedAt": "2026-11-21T05:00:00Z", "doubtful": true, "leadId": "led_1",
        });
        let letter = texts().letter("lead_received", Locale::Fr, &data).unwrap();
        assert_eq!(letter.subject, "Nouvelle demande : Zaïnab <script>");
        for part in [
            "E-mail : non indiqué",
            "Terrain : oui, Koira Kano",
            "Bonjour,\nmerci <b>",
            "peut-être d'un programme",
        ] {
            assert!(letter.text.contains(part), "{part}: {}", letter.text);
        }
        assert!(
            letter.html.contains("Zaïnab &lt;script&gt;") && letter.html.contains("merci &lt;b&gt;"),
            "{}",
            letter.html
        );
    }

    #[test]
    fn every_message_exists_on_its_channels_in_both_languages() {
        for (template, channel) in [
            ("client_credentials", Channel::Email),
            ("account_created", Channel::Push),
            ("project_update_posted", Channel::Email),
            ("project_update_posted", Channel::Push),
            ("password_changed", Channel::Email),
            ("new_sign_in", Channel::Email),
            ("password_reset", Channel::Email),
            ("second_factor_changed", Channel::Email),
            ("staff_credentials", Channel::Email),
            ("lead_received", Channel::Email),
            ("inquiry_received", Channel::Email),
            ("backups_stale", Channel::Email),
            ("invoice_issued", Channel::Email),
            ("invoice_issued", Channel::Push),
            ("credit_note_issued", Channel::Email),
            ("credit_note_issued", Channel::Push),
            ("invoice_cancelled", Channel::Email),
            ("invoice_cancelled", Channel::Push),
            ("payment_recorded", Channel::Email),
            ("payment_recorded", Channel::Push),
            ("invoice_due_soon", Channel::Email),
            ("invoice_due_soon", Channel::Push),
            ("invoice_overdue", Channel::Email),
            ("invoice_overdue", Channel::Push),
        ] {
            assert!(texts().has(template, channel), "{template} {channel:?}");
        }
    }
}
