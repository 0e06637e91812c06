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
