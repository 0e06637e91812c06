# What people read about their data.

privacy-notice-changed = There is a new version of the privacy notice ({ $version }): read that one first.
confirm-by-name = To confirm, write the client’s name exactly as it stands on their record.
already-anonymised = This client is anonymised already.
