# Ce que les préférences de notification disent à l'application et à la page de désabonnement.

preference-topic-not-yours = Vous ne recevez rien à ce sujet.
preference-no-such-channel = Les messages à ce sujet ne passent pas par ce canal.
preference-fixed = Ce réglage n’est pas possible ici : ces messages ne peuvent pas être désactivés sur ce canal.
