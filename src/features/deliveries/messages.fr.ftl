# Pourquoi un message n'est pas renvoyé.

delivery-waits = Cet envoi attend déjà sa prochaine tentative.
delivery-sent = Cet envoi est parti.
delivery-held = Cet envoi est retenu depuis la restauration d’une sauvegarde : envoyez-le ou annulez-le avec settleHeldDeliveries.
delivery-not-held = Cet envoi n’est pas retenu.
delivery-cancelled = Cet envoi a été annulé : ce qu’il annonçait n’est plus d’actualité, ou quelqu’un l’a écarté.
delivery-wiped = Le contenu de ce message a été effacé : envoyez-en un nouveau.
delivery-not-given-up = Cet envoi n’a pas été abandonné : il n’y a rien à écarter.
delivery-too-old = Ce message est trop ancien pour être encore utile.
