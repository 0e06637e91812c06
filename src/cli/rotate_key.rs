//! `rotate-key`: a fresh secret, and what to do with it. It changes nothing by itself: where settings are kept differs.

use anyhow::Result;
use data_encoding::BASE64;

use super::output;
use platform::crypto::random_bytes;

/// Prints a new key and the steps.
///
/// # Errors
/// When nobody reads what is printed.
pub fn run() -> Result<()> {
    let key = BASE64.encode(&random_bytes::<48>());
    output::line(STEPS.trim_start().replace("NEW_KEY", &key))
}

const STEPS: &str = r#"
A new key, shown this once. Keep it where the present one is kept, a password manager and paper in the safe:

  NEW_KEY

Below, OLD is what SECRET_KEY is now. Nobody notices the change if every instance knows the new key before any signs with it:

1. Every instance learns the new key, and goes on signing with the old one. Settings of all of them:
     SECRET_KEY=OLD
     SECRET_KEY_PREVIOUS=NEW_KEY
   then restart one after the other, until all have:
     Docker:   docker compose up -d        (several: scripts/deploy --as-is replaces one after the other)
     systemd:  systemctl restart belle-house@8001, wait for /readyz, then the next
   With one instance alone this step is left out.

2. They change places. Settings of all instances:
     SECRET_KEY=NEW_KEY
     SECRET_KEY_PREVIOUS=OLD
   then restart one after the other as in 1. From now on new tokens, links and sealed mails are made with the new key, and
   those of the old one stay good.

3. Wait. `belle-house doctor` says when: 72 hours for mails and links, JWT_REFRESH_TOKEN_LIFETIME_DAYS (7) for people who
   haven't opened the app since. Then take SECRET_KEY_PREVIOUS away, restart one after the other, and destroy the old key, unless
   backups made before step 2 may still be brought back: the mails that waited in them open with it alone.

With secrets in files (SECRET_KEY_FILE), SECRET_KEY_PREVIOUS_FILE names the other; docker-compose.secrets.yml shows both.

If somebody else may have the old key, don't wait and don't honour it: set SECRET_KEY=NEW_KEY alone, everywhere, at once.
Everybody signs in again, and temporary passwords that wait must be sent anew (resendClientCredentials).
No authenticator app's code is good any more: recovery codes are, and `belle-house reset-totp`. docs/KEYS.md has more.
"#;
