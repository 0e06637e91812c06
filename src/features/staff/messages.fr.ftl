# Ce que les administrateurs lisent sur l'équipe.

staff-member-missing = Ce membre de l’équipe n’existe pas.
staff-member-disabled = Ce membre de l’équipe est désactivé. Réactivez-le d’abord.
staff-role-client = Les clients se créent avec createClient.
own-second-factor = Le vôtre se désactive dans « Mon compte », avec un code. Si vous avez perdu téléphone et codes de secours, demandez à un autre administrateur.
last-administrator = C’est le dernier administrateur : nommez-en d’abord un autre, sinon plus personne ne pourrait donner d’accès.
