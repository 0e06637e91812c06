# Ce que les formulaires du site disent aux visiteurs, et le bureau à l'équipe.

## Formulaires

name-required = Donnez un nom.
phone-required = Indiquez un numéro de téléphone.
subject-required = Dites en quelques mots de quoi il s’agit.
question-required = Écrivez un message.
land-location-required = Dites où se trouve le terrain.
forms-too-many = Plusieurs formulaires viennent d’arriver de votre connexion : attendez { $minutes } min et renvoyez celui-ci, ou appelez-nous.

## Le bureau

assignee-missing = Ce membre de l’équipe n’existe pas.
lead-converted-by-hand = Une demande ne se convertit pas en changeant son statut : utilisez convertLead, qui crée le client et le projet.
lead-is-a-client = Cette demande est convertie : c’est maintenant un client avec un projet. Continuez là.
lead-became = Cette demande est déjà convertie : le client { $client } et le projet { $project }. Un autre projet se crée avec createProject.
lead-converted-already = Cette demande est déjà convertie. Un autre projet se crée avec createProject.
lead-without-email = La demande ne donne pas d’adresse e-mail, et un client se connecte avec la sienne : donnez-en une ici.
client-id-or-client = Donnez soit `clientId`, pour un client de la société, soit `client`, pour un nouveau.
email-of-client = Le client { $name } ({ $id }) a cette adresse e-mail : envoyez `clientId: "{ $id }"` pour lui donner le projet, ou une autre adresse pour un nouveau client.
email-of-staff = Un membre de l’équipe a cette adresse e-mail : donnez-en une autre.

## Le nom des enregistrements

noun-lead = demande
    .this = Cette demande
    .the = la demande
    .of = de la demande
    .of-a = d’une demande
noun-inquiry = message
    .this = Ce message
    .the = le message
    .of = du message
    .of-a = d’un message
noun-timeline-entry = étape du suivi
    .this = Cette étape du suivi
    .the = l’étape du suivi
    .of = de l’étape du suivi
    .of-a = d’une étape du suivi
