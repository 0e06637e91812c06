# Ce que deviennent les fichiers annoncés et envoyés.

file-name-required = Donnez le nom du fichier.
file-type-refused = Les images sont acceptées en image/jpeg, image/png ou image/webp, les logos et icônes aussi en image/svg+xml ; dites application/octet-stream si vous ne savez pas.
upload-missing = Cet envoi de fichier n’existe pas. Créez-en un nouveau avec `createUpload`.
upload-named-twice = Cet envoi de fichier est nommé deux fois dans la liste.
upload-used = Cet envoi de fichier fait déjà partie d’un enregistrement. Renvoyez le fichier pour le montrer deux fois.
upload-expired = Cet envoi de fichier a expiré. Renvoyez le fichier.
upload-not-received = Le fichier n’est pas encore arrivé : envoyez-le d’abord par PUT à son uploadUrl.
upload-incomplete = { $received } octets sur { $declared } sont arrivés. Renvoyez le fichier entier, à la même adresse.
upload-busy = Le serveur est occupé par d’autres images. Renvoyez le fichier dans quelques secondes.
upload-failed = Une erreur s’est produite de notre côté. Renvoyez le fichier.

noun-upload = envoi de fichier
    .this = Cet envoi de fichier
    .the = l’envoi de fichier
    .of = de l’envoi de fichier
    .of-a = d’un envoi de fichier
noun-image = image
    .this = Cette image
    .the = l’image
    .of = de l’image
    .of-a = d’une image
