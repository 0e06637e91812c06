# Ce qui est dit des identifiants de tout genre.

node-id-malformed = Ce n’est pas un identifiant : un identifiant est un préfixe, un tiret bas et 26 lettres et chiffres.
record-id-malformed = Ce n’est pas un identifiant attendu ici : il commence par l’un de { $expected }.
record-id-of-another-kind = Un identifiant qui commence par l’un de { $expected } est attendu ; celui-ci commence par « { $found } ».
