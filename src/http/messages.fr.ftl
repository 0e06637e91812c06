# Ce que les transports disent aux personnes. Les erreurs des programmes (pas de JSON, document inconnu, trop à la fois)
# restent en anglais, dans le code : c'est un développeur qui les lit.

token-expired = Votre connexion doit être renouvelée (refreshSession).
token-invalid = Cette connexion n’est pas valable : reconnectez-vous.
session-ended = Cette connexion est terminée : reconnectez-vous.
introspection-for-staff = L’introspection est réservée à l’équipe : connectez-vous avec un compte de l’équipe, ou lisez schema.graphql dans le dépôt.
request-timed-out = La demande a pris trop de temps et a été arrêtée : demandez moins à la fois.
body-too-large = L’envoi dépasse { $kilobytes } Ko.
body-broke-off = La connexion s’est interrompue : renvoyez votre demande.
body-too-slow = L’envoi a mis trop de temps à arriver : réessayez avec une meilleure connexion.

## Fichiers

internal-problem = Une erreur s’est produite de notre côté.
nothing-here = Il n’y a rien ici.
file-shorter = Le fichier est plus court.
file-as-form = Envoyez les octets du fichier comme corps de la requête, pas un formulaire multipart.
file-too-slow = Le fichier a pris plus de 15 minutes. Réduisez-le, ou envoyez-le avec une meilleure connexion.
file-stalled = Rien n’est arrivé pendant 30 secondes. Renvoyez le fichier entier, à la même adresse.
file-longer-than-declared = Il est arrivé plus que les { $declared } octets annoncés à `createUpload`.
archive-session-ended = La connexion qui a demandé ces données est terminée. Reconnectez-vous et redemandez-les.
archives-busy = D’autres téléchargements de ce genre sont en cours. Réessayez dans une minute.
list-session-ended = La connexion qui a demandé cette liste est terminée. Reconnectez-vous et redemandez-la.
picture-file-missing = La photo est connue, mais son fichier a disparu. Envoyez la photo de nouveau.
picture-session-ended = La connexion qui a demandé cette photo est terminée. Reconnectez-vous et redemandez-la.
paper-session-ended = La connexion qui a demandé ce document est terminée. Reconnectez-vous et redemandez-le.
papers-busy = Trop de documents sont en préparation. Réessayez dans quelques secondes.

## Page de désabonnement

unsubscribe-question = Ne plus recevoir { $topic ->
    [reminders] les rappels de factures
   *[updates] les nouvelles de votre chantier
} par e-mail ? Vous les trouverez toujours dans l’application.
unsubscribe-button = Ne plus recevoir
unsubscribe-done = C’est fait : { $topic ->
    [reminders] les rappels de factures
   *[updates] les nouvelles de votre chantier
} ne viendront plus par e-mail. Vous les trouverez toujours dans l’application, où vous pouvez aussi revenir sur ce choix.
unsubscribe-unknown = Ce lien n’est pas complet, ou il est trop ancien. Ouvrez celui d’un message plus récent, ou choisissez dans l’application ce que vous recevez.
unsubscribe-too-often = Trop de demandes sont venues de votre réseau. Réessayez dans quelques minutes.
