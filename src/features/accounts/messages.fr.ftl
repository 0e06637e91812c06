# Ce que les connexions et les mots de passe disent aux personnes.

login-wrong = L’adresse e-mail ou le mot de passe est incorrect.
cookie-of-another-origin = Ce cookie est réservé aux pages de ce serveur.
account-disabled = Ce compte est désactivé. Contactez Belle House.
account-to-be-enabled = Ce compte est désactivé : un administrateur doit d’abord le réactiver.
temporary-password-expired = Ce mot de passe temporaire a expiré. Demandez-en un nouveau à Belle House.
session-over = Cette connexion est terminée : reconnectez-vous.
current-password-wrong = Ce n’est pas votre mot de passe actuel.
password-unchanged = Choisissez un autre mot de passe que l’actuel.
password-too-long = Un mot de passe a { $max } caractères au maximum.
password-too-short = Un mot de passe a au moins { $min } caractères.
password-easy = Ce mot de passe est facile à deviner. Prenez quatre ou cinq mots sans rapport, ou laissez votre téléphone en créer un.
reset-link-over = Ce lien n’est plus valable : il a déjà servi, il a plus d’un jour, ou un autre a été demandé depuis. Demandez un nouveau lien.
email-required = Indiquez une adresse e-mail.
email-taken = Un autre compte a déjà cette adresse e-mail.
phone-malformed = Ce n’est pas un numéro de téléphone : écrivez-le comme +227 90 12 34 56, ou avec les huit chiffres utilisés au Niger.

event-signed-in = Connexion.
event-signed-in-from-new-place = Connexion depuis un nouvel endroit.
event-refused-wrong-password = Connexion refusée : le mot de passe était incorrect.
event-refused-rate-limited = Connexion refusée : trop d’essais.
event-refused-disabled = Connexion refusée : le compte est désactivé.
event-refused-expired = Connexion refusée : le mot de passe temporaire avait expiré.
event-password-changed = Mot de passe modifié.
event-password-reset-requested = Lien demandé pour un mot de passe oublié.
event-password-reset = Mot de passe oublié remplacé grâce au lien reçu par e-mail.
event-temporary-password-made = Mot de passe remplacé par un mot de passe temporaire.
event-role-changed = Rôle modifié : { $old } → { $new }.
event-refresh-token-reused = Un jeton de connexion a servi deux fois : la connexion a été fermée.
event-account-disabled = Compte désactivé.
event-account-enabled = Compte réactivé.

noun-security-event = événement de sécurité
    .this = Cet événement de sécurité
    .the = l’événement de sécurité
    .of = de l’événement de sécurité
    .of-a = d’un événement de sécurité
