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
reset-link-over = This link is no longer good: it was used, is older than a day, or a newer one was asked for. Ask for a new link.
email-required = Give an e-mail address.
email-taken = Another account has this e-mail address.
phone-malformed = This is not a telephone number: write it as +227 90 12 34 56, or as the eight digits used in Niger.
