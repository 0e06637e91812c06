# What the clients' desk tells the staff.

profile-clients-alone = Clients alone have this in their profile.
client-anonymised = This client was anonymised: nothing names them any more, and nothing brings that back.
client-disabled = This client is disabled. Enable the client first.
email-taken-meanwhile = Another account has the e-mail address { $email } by now: change that one first.
