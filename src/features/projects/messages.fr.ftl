# Ce que disent les projets et leurs actualités.

completion-before-start = Les travaux ne peuvent pas finir avant de commencer : cette date ne doit pas être avant celle du début.
quote-negative = Un devis ne peut pas être négatif.
update-posted-already = Cette actualité est déjà publiée ; son client a été prévenu. Modifiez-la avec updateProjectUpdate.
update-picture-missing = Cette photo n’existe pas dans cette actualité.
update-picture-named-twice = Cette photo est nommée deux fois.
update-picture-id-or-upload = Donnez soit `id`, soit `uploadId`.

noun-project = projet
    .this = Ce projet
    .the = le projet
    .of = du projet
    .of-a = d’un projet
noun-project-update = actualité du chantier
    .this = Cette actualité du chantier
    .the = l’actualité du chantier
    .of = de l’actualité du chantier
    .of-a = d’une actualité du chantier
