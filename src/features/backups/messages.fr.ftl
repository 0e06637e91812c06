# Pourquoi aucune sauvegarde n'est faite.

backups-not-configured = Aucune sauvegarde ne peut être faite : BACKUP_RECIPIENT n’est pas défini sur le serveur.
backup-running = Une sauvegarde est en cours : regardez de nouveau dans un instant.
