# What signing in, sessions and passwords tell people.

login-wrong = The e-mail address or the password is wrong.
cookie-of-another-origin = This cookie is for pages of this server alone.
account-disabled = This account is disabled. Ask Belle House.
account-to-be-enabled = This account is disabled: an administrator enables it first.
temporary-password-expired = This temporary password has expired. Ask Belle House for a new one.
session-over = This session is over: sign in again.
current-password-wrong = This is not your present password.
password-unchanged = Take a password other than the present one.
password-too-long = A password has at most { $max } characters.
password-too-short = A password has at least { $min } characters.
password-easy = This password is easy to guess. Take four or five unrelated words, or let your phone make one.
code-required = This account has a second factor: give the six digits of your authenticator app, or a recovery code.
code-wrong = This code is not good. Wait until the app shows a new one: each is good once.
second-factor-on = This account has a second factor. Switch it off first.
second-factor-off = This account has no second factor.
second-factor-not-begun = Begin again: it was more than an hour ago, or was not begun at all.
reset-link-over = This link is no longer good: it was used, is older than a day, or a newer one was asked for. Ask for a new link.
email-required = Give an e-mail address.
email-taken = Another account has this e-mail address.
phone-malformed = This is not a telephone number: write it as +227 90 12 34 56, or as the eight digits used in Niger.

event-signed-in = Signed in.
event-signed-in-from-new-place = Signed in from a new place.
event-refused-wrong-password = Sign-in refused: the password was wrong.
event-refused-rate-limited = Sign-in refused: too many attempts.
event-refused-disabled = Sign-in refused: the account is disabled.
event-refused-expired = Sign-in refused: the temporary password had expired.
event-refused-wrong-code = Sign-in refused: the password was right, the code of the second factor was not.
event-password-changed = Password changed.
event-password-reset-requested = Link asked for, to replace a forgotten password.
event-password-reset = Forgotten password replaced by way of the link that was mailed.
event-temporary-password-made = Password replaced by a temporary one.
event-role-changed = Role changed: { $old } → { $new }.
event-refresh-token-reused = A session’s token was used twice: the session was ended.
event-totp-enabled = Second factor switched on.
event-totp-disabled = Second factor switched off.
event-totp-reset = Second factor taken off by an administrator.
event-recovery-codes-replaced = Recovery codes replaced.
event-recovery-code-used = Recovery code used.
event-account-disabled = Account disabled.
event-account-enabled = Account enabled again.

noun-security-event = security event
    .a = a security event
