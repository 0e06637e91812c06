# Why no backup is made.

backups-not-configured = No backups can be made: BACKUP_RECIPIENT is not set on the server.
backup-running = A backup is being made: look again in a moment.
