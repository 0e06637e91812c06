# Ce que les gens lisent sur leurs données.

privacy-notice-changed = Il y a une nouvelle version de la notice de confidentialité ({ $version }) : lisez-la d’abord.
confirm-by-name = Pour confirmer, écrivez le nom du client exactement comme il figure sur sa fiche.
already-anonymised = Ce client est déjà anonymisé.
