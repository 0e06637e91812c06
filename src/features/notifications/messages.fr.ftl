noun-notification = notification
    .this = Cette notification
    .the = la notification
    .of = de la notification
    .of-a = d’une notification
