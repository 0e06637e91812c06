"""aiosmtpd, a real SMTP server, that can be told to misbehave at any step.

`fault` names what happens next at which step: (step, action). Steps: GREETING, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, DOT.
An action is an answer ("451 4.3.0 later"), DROP, HANG, or QUOTE: a refusal that quotes the message. A fault for one address
only is in `faults_of`, by recipient (RCPT and later).
"""

import asyncio
import email
import email.policy
import logging
import re
import threading
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

# Refused handshakes are what some checks are about.
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore", UserWarning)

DROP, HANG, QUOTE = "drop", "hang", "quote"
# What a hanging server says when it is too late.
LATE = "250 2.0.0 at last"
USER, LOGIN_PASSWORD = "boite@belle.example", "Motdepasse-Du-Serveur-42"


class Session(SMTP):
    """One connection."""

    def __init__(self, server, **settings):
        super().__init__(server, authenticator=server.authenticate, hostname="localhost", timeout=120, **settings)
        self.owner = server
        self.greeted = False

    def connection_made(self, transport):
        # Also after STARTTLS, which is no new connection.
        if self.transport is None:
            self.owner.connections += 1
            self.owner.sessions.add(self)
        super().connection_made(transport)

    def connection_lost(self, error):
        self.owner.sessions.discard(self)
        super().connection_lost(error)

    async def push(self, status):
        if not self.greeted:
            self.greeted = True
            if await self.goes_wrong("GREETING"):
                return
        await super().push(status)

    async def goes_wrong(self, step, recipient=None):
        """Whether a fault took the place of the answer."""
        answer = await self.owner.answer(self, step, recipient)
        if answer:
            await super().push(answer)
        return answer is not None

    async def smtp_EHLO(self, hostname):
        if not await self.goes_wrong("EHLO"):
            await super().smtp_EHLO(hostname)

    async def smtp_STARTTLS(self, argument):
        if not await self.goes_wrong("STARTTLS"):
            await super().smtp_STARTTLS(argument)

    async def smtp_AUTH(self, argument):
        if not await self.goes_wrong("AUTH"):
            await super().smtp_AUTH(argument)

    async def smtp_MAIL(self, argument):
        if not await self.goes_wrong("MAIL"):
            await super().smtp_MAIL(argument)

    async def smtp_RCPT(self, argument):
        address = argument.split("<", 1)[1].split(">", 1)[0]
        self.recipient = address
        if not await self.goes_wrong("RCPT", address):
            await super().smtp_RCPT(argument)

    async def smtp_DATA(self, argument):
        if not await self.goes_wrong("DATA", self.recipient):
            await super().smtp_DATA(argument)


class Server:
    """Listens on loopback in a thread of its own. `tls`: None, "starttls" or "implicit"."""

    def __init__(self, port, tls=None, context=None, login=False):
        self.port, self.tls, self.context, self.login = port, tls, context, login
        self.fault = None
        self.faults_of = {}
        self.received = []
        self.passwords = set()
        self.sessions = set()
        self.connections = 0
        self.hits = []
        self.loop = asyncio.new_event_loop()
        self.listener = None
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.released = self.call(self.make_event())
        self.listen()

    async def make_event(self):
        return asyncio.Event()

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)

    def session(self):
        starttls = self.context if self.tls == "starttls" else None
        return Session(self, loop=self.loop, tls_context=starttls, require_starttls=starttls is not None,
                       auth_required=self.login, auth_require_tls=False)

    def listen(self):
        implicit = self.context if self.tls == "implicit" else None
        self.listener = self.call(self.loop.create_server(self.session, "127.0.0.1", self.port, ssl=implicit))

    def close(self):
        """Away: nobody listens, and nobody is on the line."""
        self.loop.call_soon_threadsafe(self.listener.close)
        self.drop_all()

    def certify(self, context):
        """Another certificate, for new connections; the old ones end."""
        self.context = context
        self.close()
        self.listen()

    def drop_all(self):
        """Ends every connection, as a server does that is restarted."""
        async def drop():
            for session in list(self.sessions):
                if session.transport:
                    session.transport.abort()
        self.call(drop())

    def release(self):
        """What hangs answers now."""
        self.loop.call_soon_threadsafe(self.released.set)

    async def answer(self, session, step, recipient):
        """The answer of a fault: None without one, empty when there is nothing to say any more."""
        own = self.faults_of.get(recipient)
        action = own[1] if own and own[0] == step else None
        if self.fault and self.fault[0] == step:
            action = self.fault[1]
        if action is None:
            return None
        self.hits.append((step, recipient))
        if action == DROP:
            session.transport.abort()
            return ""
        if action == HANG:
            await self.released.wait()
            return LATE
        return action

    def authenticate(self, server, session, envelope, mechanism, data):
        right = (data.login, data.password) == (USER.encode(), LOGIN_PASSWORD.encode())
        # Some servers repeat what they were sent.
        told = f"535 5.7.8 {data.login.decode()} {data.password.decode()} is wrong"
        return AuthResult(success=True) if right else AuthResult(success=False, handled=False, message=told)

    async def handle_DATA(self, session, _, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        received = Received(envelope.mail_from, envelope.rcpt_tos, envelope.content, message)
        secret = re.search(r"(?:password|provisoire|#token=)[ :\xa0]*(\S+)", received.text(), re.IGNORECASE)
        if secret:
            self.passwords.add(secret.group(1))
        answer = await self.answer(session, "DOT", envelope.rcpt_tos[0])
        if answer is not None:
            return f"554 5.6.0 not taken: {secret.group(0)}" if answer == QUOTE else answer
        self.received.append(received)
        return "250 2.0.0 taken"


class Received:
    def __init__(self, sender, recipients, raw, message):
        self.sender, self.recipients, self.raw, self.message = sender, recipients, raw, message

    def text(self, kind="plain"):
        return self.message.get_body((kind,)).get_content()
