# Pourquoi un message n'est pas renvoyé.

delivery-waits = Cet envoi attend déjà sa prochaine tentative.
delivery-sent = Cet envoi est parti.
delivery-cancelled = Cet envoi a été annulé, car un plus récent l’a remplacé.
delivery-wiped = Les identifiants de ce message ont été effacés : envoyez-en de nouveaux.
delivery-too-old = Ce message est trop ancien pour être encore utile.
