# Ce que l'enregistrement des téléphones dit à l'application.

device-token-required = Donnez le jeton que FCM a remis à l’application.
device-token-malformed = Ce n’est pas un jeton de FCM : il contient des espaces ou des lettres que ces jetons n’ont jamais.

noun-device = appareil
    .this = Cet appareil
    .the = l’appareil
    .of = de l’appareil
    .of-a = d’un appareil
