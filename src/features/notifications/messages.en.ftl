noun-notification = notification
    .a = a notification
