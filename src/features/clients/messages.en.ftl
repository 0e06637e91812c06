# What the clients' desk tells the staff.

client-disabled = This client is disabled. Enable the client first.
email-taken-meanwhile = Another account has the e-mail address { $email } by now: change that one first.
