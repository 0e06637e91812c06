# What the registration of phones tells the app.

device-token-required = Give the token that FCM gave the app.
device-token-malformed = This is not a token of FCM: it holds spaces or letters that those never hold.

noun-device = device
    .a = a device
