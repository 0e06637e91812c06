"""What stands in the messages that arrived."""

import email
from email.header import decode_header, make_header

NAME = "Zaïnab Ŋissa Ɓello-Ɗan Ƙano, née « Moussa »"


def well_formed(received):
    """RFC 5322 as every mail program wants it, whatever the message."""
    message, raw = received.message, received.raw
    assert not message.defects, message.defects
    for part in message.walk():
        assert not part.defects, (part.get_content_type(), part.defects)
    for line in raw.split(b"\r\n"):
        assert len(line) <= 998, line[:80]
        assert b"\n" not in line and b"\r" not in line, line
    head = raw.split(b"\r\n\r\n")[0]
    assert head.isascii(), head
    for line in head.split(b"\r\n"):
        assert len(line) <= 200, line
    for once in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version"):
        assert len(message.get_all(once, [])) == 1, (once, message.get_all(once))
    assert message["From"].addresses[0].addr_spec == received.sender == "contact@belle.example"
    assert [to.addr_spec for to in message["To"].addresses] == received.recipients
    assert message["Message-ID"].endswith("@belle.example>"), message["Message-ID"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def name_of(received):
    # Python's newer parser puts a blank between encoded words of a name, against RFC 2047, 6.2; its older one doesn't.
    name, _ = header_of(received, "To").rsplit("<", 1)
    return decoded(name).strip()


def subject_of(received):
    return decoded(header_of(received, "Subject"))


def header_of(received, name):
    return email.message_from_bytes(received.raw)[name]


def decoded(text):
    return str(make_header(decode_header(text)))
