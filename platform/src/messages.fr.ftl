# Ce que la plateforme dit aux personnes. Une variable qui porte un genre d'enregistrement a ses formes à côté d'elle :
# voir les noms plus bas (.this commence une phrase).

## Connexion et droits

sign-in-first = Connectez-vous d’abord.
role-forbids = Votre rôle ne permet pas cette action.
totp-setup-required = Votre compte doit avoir un second facteur : configurez d’abord une application d’authentification.
password-change-required = Votre mot de passe est temporaire : remplacez-le d’abord par le vôtre.
too-many-attempts = Trop de tentatives : réessayez dans { $seconds ->
    [one] une seconde
   *[other] { $seconds } secondes
}.
internal-error = Une erreur s’est produite de notre côté. Si vous nous la signalez, donnez-nous son identifiant.
removed-meanwhile = Un élément a été supprimé définitivement pendant la lecture : réessayez.
request-invalid = La demande n’est pas valable.

## Enregistrements

no-such = { $kind-this } n’existe pas.
no-longer-there = { $kind-this } n’existe plus.
id-of-another-kind = L’identifiant { $kind-of-a } ({ $prefix }_…) est attendu ; celui-ci commence par « { $found } ».
id-malformed = Ce n’est pas l’identifiant { $kind-of-a }, qui s’écrit { $prefix }_ suivi de 26 lettres et chiffres.
record-changed = Quelqu’un a modifié cet enregistrement depuis que vous l’avez lu : il en est à la version { $version }, et non { $expected }. Relisez-le, puis renvoyez votre modification.
record-not-deleted = { $kind-this } n’est pas dans la corbeille : il n’y a rien à restaurer.
record-parent-deleted = { $kind-this } dépend { $parent-of } { $id }, qui est dans la corbeille : restaurez d’abord { $parent-the }.

## Valeurs

value-required = Ce champ est obligatoire.
value-not-clearable = Ce champ ne peut pas être vidé : ne l’envoyez pas pour le garder tel quel.
text-too-long = { $max } caractères au maximum.
number-out-of-range = Un nombre entier de { $from } à { $to }.
web-address-malformed = Écrivez une adresse web complète, par exemple https://www.example.com/page.
amount-malformed = Écrivez le montant comme un nombre décimal avec un point, par exemple 1500000 ou 99.50.
amount-too-precise = { $decimals ->
    [0] Un montant en { $currency } n’a pas de décimales.
   *[other] Un montant en { $currency } a { $decimals } décimales au maximum.
}
amount-too-large = Ce montant est trop élevé.
address-malformed = Ce n’est pas une adresse e-mail comme zainab@example.ne.
address-not-ascii = La partie avant @ contient { $letters }, que les serveurs de messagerie refusent : écrivez l’adresse avec les lettres de a à z, sans accents.
address-of-no-domain = « { $domain } » ne peut pas être le domaine d’une adresse e-mail : écrivez la partie après @ comme dans zainab@example.ne.
video-not-an-address = Ce n’est pas une adresse web. Collez l’adresse de la vidéo, par exemple https://www.youtube.com/watch?v=…
video-of-another-site = Les vidéos viennent de YouTube ou de Vimeo. Collez l’adresse qu’a la vidéo sur l’un des deux.
video-not-single = Cette adresse ne désigne pas une seule vidéo. Ouvrez la vidéo et collez son adresse, par exemple https://www.youtube.com/watch?v=… ou https://vimeo.com/…

## Envois répétés

key-malformed = Une clé a de 1 à { $max } caractères ; le mieux est un UUID créé pour chaque action de l’utilisateur.
key-reused = Cette clé a déjà servi avec d’autres données. Créez une clé pour chaque nouvelle action.

## Listes

too-many-values = { $found } valeurs, c’est trop : envoyez-en { $max } au maximum à la fois.
page-or-cursors = Utilisez page/pageSize ou des curseurs (first, after, last, before), pas les deux.
pages-from-one = Les pages se comptent à partir de 1.
first-or-last = Utilisez first ou last, pas les deux.
page-size = Demandez de { $least } à { $most } lignes par page.
cursor-malformed = Ce curseur ne vient d’aucune liste ; commencez sans curseur.
cursor-of-another-list = Ce curseur vient d’une autre liste, ou d’un autre ordre ; commencez sans curseur.
search-too-long = Recherchez moins à la fois : { $characters } caractères et { $words } mots au maximum.
name-too-long = Aucun nom n’a plus de { $max } caractères : écrivez-en moins.

## Adresses signées

url-forged = La signature ne correspond pas. Utilisez l’adresse exactement comme l’API l’a donnée.
url-expired = Cette adresse a expiré. Demandez-en une nouvelle à l’API.

## Images

image-empty = Le fichier est vide.
image-too-large = Le fichier dépasse 10 Mo. Réduisez-le, puis renvoyez-le.
image-unsupported = { $found ->
    [heic] C’est une photo HEIC, que peu de navigateurs affichent ; réglez le téléphone pour qu’il envoie du JPEG (sur un iPhone : Réglages, Appareil photo, Formats, Le plus compatible).
    [gif] C’est un GIF.
    [avif] C’est une image AVIF.
    [jpeg-xl] C’est une image JPEG XL.
    [bmp] C’est une image BMP.
    [gzip] C’est un fichier compressé (un SVGZ doit être enregistré en SVG).
    [tiff] C’est une image TIFF ou brute.
    [pdf] C’est un PDF.
    [video] C’est une vidéo.
    [zip] C’est une archive ZIP ou un document bureautique.
    [program] C’est un programme Windows.
    [web-page] C’est une page web.
   *[other] Ce n’est pas une image.
} Les images sont acceptées en JPEG, PNG ou WebP, les logos et icônes aussi en SVG.
image-too-many-pixels = L’image a { $width } × { $height } pixels. Sont acceptés 40 mégapixels et 16 383 pixels par côté au maximum.
image-too-much-memory = L’image demande trop de mémoire ou de temps pour être lue. Enregistrez-la comme un JPEG ordinaire et envoyez celui-ci.
image-truncated = Le fichier est incomplet : il s’arrête avant la fin de l’image. Renvoyez-le.
image-drawing = { $why ->
    [too-large] Le dessin dépasse 1 Mo. Enregistrez-le en PNG et envoyez celui-ci.
    [not-utf8] Le dessin n’est pas en UTF-8. Enregistrez-le de nouveau en UTF-8.
    [entities] Le dessin déclare des entités qui renvoient à d’autres ou à d’autres fichiers. Enregistrez-le de nouveau en SVG simple, sans les données d’édition du logiciel.
    [empty] Le dessin ne montre rien. Ouvrez-le dans un navigateur pour le vérifier, ou enregistrez-le en PNG.
    [text] Le dessin contient du texte, dont la police n’est pas ici. Convertissez le texte en contours (tracés) et enregistrez-le de nouveau.
    [picture] Le dessin contient une image. Enregistrez le tout en PNG et envoyez celui-ci.
    [patterns] Le dessin contient des motifs ou des marqueurs. Convertissez-les en tracés, ou enregistrez le tout en PNG.
    [filters] Le dessin contient des filtres qui ne sont pas dessinés ici. Enregistrez-le en PNG et envoyez celui-ci.
    [circular] Le dessin renvoie à lui-même. Enregistrez-le de nouveau avec un autre logiciel, ou en PNG.
   *[too-complicated] Le dessin est trop compliqué pour être dessiné ici. Enregistrez-le en PNG et envoyez celui-ci.
}
image-damaged = Le fichier est abîmé : il commence comme une image, mais il est illisible.

## Le nom des enregistrements

noun-account = compte
    .this = Ce compte
    .the = le compte
    .of = du compte
    .of-a = d’un compte
noun-session = connexion
    .this = Cette connexion
    .the = la connexion
    .of = de la connexion
    .of-a = d’une connexion
noun-client = client
    .this = Ce client
    .the = le client
    .of = du client
    .of-a = d’un client
noun-event = événement
    .this = Cet événement
    .the = l’événement
    .of = de l’événement
    .of-a = d’un événement
noun-audit-entry = entrée d’audit
    .this = Cette entrée d’audit
    .the = l’entrée d’audit
    .of = de l’entrée d’audit
    .of-a = d’une entrée d’audit
noun-delivery = envoi
    .this = Cet envoi
    .the = l’envoi
    .of = de l’envoi
    .of-a = d’un envoi
