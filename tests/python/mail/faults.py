"""What may go wrong at each step of SMTP, and what has to become of a message then."""

from mail.server import DROP

# Before the message's own address is told, the server doesn't want us: the message waits, whatever the number.
ABOUT_US = [
    ("GREETING", "421 4.3.2 come back later", "refuses us: 421"),
    ("GREETING", "554 5.7.1 no service for your address", "refuses us: 554"),
    ("GREETING", DROP, "can't be reached"),
    ("EHLO", "451 4.3.0 not now", "refuses us: 451"),
    ("EHLO", "550 5.7.1 who are you", "refuses us: 550"),
    ("STARTTLS", "454 4.7.0 TLS not available", "refuses TLS: 454"),
    ("STARTTLS", "501 5.5.4 no", "refuses TLS: 501"),
    ("STARTTLS", DROP, "can't be spoken to over TLS"),
    ("AUTH", "454 4.7.0 temporary authentication failure", "refuses our login: 454"),
    ("AUTH", "535 5.7.8 wrong", "refuses our login: 535"),
    ("MAIL", "451 4.3.0 disk full", "refuses the sender: 451"),
    ("MAIL", "550 5.7.1 not your sender", "refuses the sender: 550"),
]

# From there on 4xx and silence are for later, and 5xx is for good.
ABOUT_THE_MESSAGE = [
    ("RCPT", "450 4.2.1 greylisted", "refuses the address: 450 4.2.1 greylisted", "PENDING"),
    ("RCPT", "550 5.1.1 no such user", "refuses the address: 550 5.1.1 no such user", "DEAD"),
    ("RCPT", DROP, "went silent before the message", "PENDING"),
    ("DATA", "451 4.3.0 not now", "refuses the message: 451", "PENDING"),
    ("DATA", "554 5.5.0 no", "refuses the message: 554", "DEAD"),
    ("DATA", DROP, "went silent before the message", "PENDING"),
    ("DOT", "452 4.3.1 disk full", "refuses the message: 452", "PENDING"),
    ("DOT", "554 5.6.0 looks like spam", "refuses the message: 554", "DEAD"),
    ("DOT", DROP, "went silent over the message", "PENDING"),
]
