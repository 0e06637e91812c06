# Ce que la gestion des clients dit à l'équipe.

profile-clients-alone = Seuls les clients ont cela dans leur profil.
client-anonymised = Ce client a été anonymisé : plus rien ne le désigne, et rien ne peut le rétablir.
client-disabled = Ce client est désactivé. Réactivez-le d’abord.
email-taken-meanwhile = Un autre compte a pris l’adresse e-mail { $email } entre-temps : changez-la d’abord.
