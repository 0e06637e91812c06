# Ce que les rédacteurs du site lisent.

named-twice = Cet élément est nommé deux fois.
area-malformed = Écrivez les mètres carrés comme un nombre décimal avec un point, par exemple « 405.30 ».
main-image-required = Une réalisation publiée a une image principale : envoyez-en une et nommez-la dans mainImageUploadId.
gallery-picture-missing = Cette image n’existe pas dans cette galerie.
picture-named-twice = Cette image est nommée deux fois.
picture-id-or-upload = Nommez une image par id, ou une nouvelle par uploadId : l’un des deux.
item-video-missing = Cette vidéo n’existe pas dans cette réalisation.
video-named-twice = Cette vidéo est nommée deux fois.
video-address-required = Collez l’adresse de la vidéo.
item-list-full = { $list ->
    [videos] La réalisation a déjà { $most } vidéos
   *[gallery] La réalisation a déjà { $most } images dans sa galerie
} : retirez-en d’abord une, puis restaurez celle-ci.
promotion-leads-twice = Une offre mène à une réalisation ou vers une page web, pas aux deux : videz l’un des deux champs.
promotion-leads-nowhere = Une offre active mène quelque part : donnez linkedPortfolioItemId ou externalLink.
promotion-without-banner = Une offre active a une bannière : envoyez-en une et nommez-la dans bannerImageUploadId.
slug-malformed = Un slug a jusqu’à { $max } minuscules et chiffres, avec des traits d’union simples entre eux, par exemple « { $example } ».
slug-taken = Un autre élément a déjà le slug « { $slug } » ; « { $free } » est libre.
slug-was-published = Un autre élément a été publié sous « { $slug } », et des liens y mènent sous ce nom ; « { $free } » est libre.
slug-taken-meanwhile = Un autre élément a pris ce slug entre-temps : changez le sien, puis restaurez celui-ci.

## Le nom des enregistrements

noun-portfolio-item = réalisation
    .this = Cette réalisation
    .the = la réalisation
    .of = de la réalisation
    .of-a = d’une réalisation
noun-gallery-image = image de galerie
    .this = Cette image de galerie
    .the = l’image de galerie
    .of = de l’image de galerie
    .of-a = d’une image de galerie
noun-portfolio-video = vidéo de réalisation
    .this = Cette vidéo de réalisation
    .the = la vidéo de réalisation
    .of = de la vidéo de réalisation
    .of-a = d’une vidéo de réalisation
noun-service = service
    .this = Ce service
    .the = le service
    .of = du service
    .of-a = d’un service
noun-partner = partenaire
    .this = Ce partenaire
    .the = le partenaire
    .of = du partenaire
    .of-a = d’un partenaire
noun-testimonial = témoignage
    .this = Ce témoignage
    .the = le témoignage
    .of = du témoignage
    .of-a = d’un témoignage
noun-blog-post = article
    .this = Cet article
    .the = l’article
    .of = de l’article
    .of-a = d’un article
noun-frequently-asked-question = question fréquente
    .this = Cette question fréquente
    .the = la question fréquente
    .of = de la question fréquente
    .of-a = d’une question fréquente
noun-promotion = offre
    .this = Cette offre
    .the = l’offre
    .of = de l’offre
    .of-a = d’une offre
