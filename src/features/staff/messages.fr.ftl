# Ce que les administrateurs lisent sur l'équipe.

staff-member-missing = Ce membre de l’équipe n’existe pas.
staff-member-disabled = Ce membre de l’équipe est désactivé. Réactivez-le d’abord.
staff-role-client = Les clients se créent avec createClient.
last-administrator = C’est le dernier administrateur : nommez-en d’abord un autre, sinon plus personne ne pourrait donner d’accès.
