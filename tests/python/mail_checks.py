"""E-mail against a real SMTP server: TLS and login in every way, refusals at every step, and what arrives.

    BINARY=target/debug/belle-house python tests/python/mail_checks.py
"""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from mail import letters
from mail.certificates import Authority
from mail.faults import ABOUT_THE_MESSAGE, ABOUT_US
from mail.server import HANG, LOGIN_PASSWORD, QUOTE, USER, Server
from product import ADMIN, Checks, Product, free_port, until

HANGING = {step: f"{step.lower()}@lent.example" for step in ("GREETING", "RCPT", "DOT")}


class World:
    """Four products and their mail servers: STARTTLS with login, TLS from the start, neither, and a wrong password."""

    def __init__(self, stack):
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="belle-house-mail.")))
        self.authority = authority = Authority(folder)
        right = authority.context("right")
        self.starttls = Server(free_port(), "starttls", right, login=True)
        self.implicit = Server(free_port(), "implicit", right, login=True)
        self.bare = Server(free_port())
        self.wrong_login = Server(free_port(), "starttls", right, login=True)
        login = {"EMAIL_HOST_USER": USER, "EMAIL_HOST_PASSWORD": LOGIN_PASSWORD}
        products = [
            self.product(self.starttls, EMAIL_USE_TLS="true", **login),
            self.product(self.implicit, EMAIL_USE_SSL="true", **login),
            self.product(self.bare),
            self.product(self.wrong_login, EMAIL_USE_TLS="true", EMAIL_HOST_USER=USER, EMAIL_HOST_PASSWORD="Pas-le-bon-mot-1"),
        ]
        with ThreadPoolExecutor(4) as pool:
            started = [pool.submit(stack.enter_context, product) for product in products]
        self.main, self.tls, self.plain, self.refused = [one.result() for one in started]

    def product(self, server, **settings):
        return Product(EMAIL_BACKEND="smtp", EMAIL_HOST="localhost", EMAIL_PORT=str(server.port),
                       EMAIL_CA_PATH=str(self.authority.path), DEFAULT_FROM_EMAIL="Belle House Niamey <contact@belle.example>",
                       STAFF_EMAIL="commercial@belle.example", **settings)


def main():
    checks = Checks(limit=240)
    with ExitStack() as stack:
        world = World(stack)
        product, server = world.main, world.starttls
        waiting = []  # whose messages come once the server is well again

        def sent(product, server, address, **more):
            before = len(server.received)
            product.create_client(address, **more)
            one = product.settled(address)
            assert (one["status"], one["attempts"], one["lastError"]) == ("SENT", 1, None), one
            received = server.received[before]
            assert received.recipients == [address]
            return received

        def in_french():
            received = sent(product, server, "zainab@exemple.example", name=letters.NAME)
            letters.well_formed(received)
            one = product.delivery_to("zainab@exemple.example")
            assert received.message["Message-ID"] == f"<{one['id']}@belle.example>"
            assert letters.name_of(received) == letters.NAME, received.raw[:600]
            assert letters.subject_of(received) == "Bienvenue chez Belle House : vos identifiants", letters.subject_of(received)
            assert letters.NAME in received.text() and "Zaïnab" in received.text("html")
            assert any(password in received.text("html") for password in server.passwords)

        def in_english():
            received = sent(product, server, "john@exemple.example", name="John Doe", locale="EN")
            letters.well_formed(received)
            assert letters.subject_of(received) == "Welcome to Belle House: how to sign in"
            assert "Temporary password" in received.text() and 'lang="en"' in received.text("html")

        def reply_to():
            before = len(server.received)
            product.inquire(message="Première ligne\n" + "x" * 3000 + "\n.\n..deux points\nFin")
            until("the inquiry's mail", lambda: len(server.received) > before)
            received = server.received[before]
            letters.well_formed(received)
            answer = received.message["Reply-To"].addresses[0]
            assert (answer.addr_spec, answer.display_name) == ("visiteur@example.com", "Ɓintu Ɗan-Ƙano"), answer
            assert "Une villa à Niamey" in letters.subject_of(received) + received.text()
            for line in ("x" * 3000, "\n.\n..deux points\n", "Fin"):
                assert line in received.text().replace("\r\n", "\n").replace("    ", ""), line

        def one_connection():
            before = server.connections
            for number in range(3):
                sent(product, server, f"meme-{number}@exemple.example")
            assert server.connections == before, (before, server.connections)

        def tls_from_the_start():
            letters.well_formed(sent(world.tls, world.implicit, "ssl@exemple.example"))

        def bare_on_loopback():
            letters.well_formed(sent(world.plain, world.bare, "nu@exemple.example"))

        def wrong_login():
            world.refused.create_client("refuse@exemple.example")
            one = world.refused.settled("refuse@exemple.example")
            assert one["status"] == "PENDING" and "refuses our login: 535" in one["lastError"], one
            assert world.wrong_login.received == []
            status, told = world.refused.run("doctor")
            for text in (one["lastError"], world.refused.log(), told):
                assert "Pas-le-bon-mot-1" not in text, text
            assert "refuses our login" in told, told

        def at_each_step():
            for number, (step, action, told) in enumerate(ABOUT_US):
                server.drop_all()
                server.fault = (step, action)
                address = f"nous-{number}@exemple.example"
                product.create_client(address)
                one = product.settled(address)
                assert one["status"] == "PENDING" and told in one["lastError"], (step, action, one)
                assert (step, None) in server.hits, (step, server.hits)
                waiting.append(address)
            server.fault = None

        def certificates():
            for name, context in [
                ("expired", world.authority.context("expired", days=-1)),
                ("another host's", world.authority.context("other", host="mail.other.example")),
                ("nobody's", world.authority.context("self", signed=False)),
            ]:
                for one_product, one_server in ((product, server), (world.tls, world.implicit)):
                    right = one_server.context
                    one_server.certify(context)
                    address = f"certificat-{len(waiting)}@exemple.example"
                    one_product.create_client(address)
                    one = one_product.settled(address)
                    one_server.certify(right)
                    assert one["status"] == "PENDING" and "certificate" in one["lastError"], (name, one)
                waiting.append(address)

        def for_the_message():
            for number, (step, action, told, status) in enumerate(ABOUT_THE_MESSAGE):
                address = f"message-{number}@exemple.example"
                server.faults_of[address] = (step, action)
                product.create_client(address)
                one = product.settled(address)
                assert one["status"] == status and told in one["lastError"] and one["attempts"] == 1, (step, action, one)
                del server.faults_of[address]
                if status == "PENDING":
                    waiting.append(address)

        def everything_arrives_once():
            server.close()
            for number in range(4):
                product.create_client(f"panne-{number}@exemple.example")
                waiting.append(f"panne-{number}@exemple.example")
            assert "can't be reached" in product.settled("panne-3@exemple.example")["lastError"]
            server.listen()
            sent(product, server, "retour@exemple.example")
            for address in waiting:
                until(f"{address} is written to",
                      lambda: product.delivery_to(address, "client_credentials")["status"] == "SENT", 45)
            for address in waiting:
                copies = [one for one in server.received if one.recipients == [address]]
                assert len(copies) == 1, (address, len(copies))

        def begin_hanging():
            server = world.bare
            for step, address in HANGING.items():
                if step == "GREETING":
                    server.drop_all()
                    server.fault = (step, HANG)
                else:
                    server.faults_of[address] = (step, HANG)
                world.plain.create_client(address)
                until(f"it hangs at {step}", lambda: any(hit[0] == step for hit in server.hits))
                server.fault = None
                server.faults_of.clear()
            # The next attempt at what hangs after the dot is refused for good.
            server.faults_of[HANGING["DOT"]] = ("DOT", "554 5.6.0 looks like spam")
            # Three hang, and others get theirs.
            sent(world.plain, server, "entretemps@exemple.example")

        def end_hanging():
            server, refused = world.bare, HANGING["DOT"]
            for step, address in HANGING.items():
                if address != refused:
                    until(f"{address} is written to", lambda: world.plain.delivery_to(address)["status"] == "SENT", 45)
                    assert len([one for one in server.received if one.recipients == [address]]) == 1
            until("it is tried again", lambda: world.plain.delivery_to(refused)["attempts"] >= 2, 55)
            # What comes too late is no answer to that attempt: taken for one, it makes a refused message a sent one.
            server.release()
            one = until("an outcome", lambda: not_pending(world.plain.delivery_to(refused)))
            assert one["status"] == "DEAD" and "refuses the message: 554" in one["lastError"], one
            assert not [one for one in server.received if one.recipients == [refused]]
            log = world.plain.log()
            assert "no answer within 15 seconds" in log and "no answer within 30 seconds" in log

        def not_pending(one):
            return one if one["status"] != "PENDING" else None

        def no_secret_is_told():
            server.faults_of["echo@exemple.example"] = ("DOT", QUOTE)
            product.create_client("echo@exemple.example")
            one = product.settled("echo@exemple.example")
            assert one["status"] == "DEAD" and one["lastError"].endswith("refuses the message: 554"), one
            product.mutate("requestPasswordReset", {"email": ADMIN}, "requested", None)
            until("the reset's mail", lambda: [one for one in server.received if one.recipients == [ADMIN]])
            texts = [product.log()] + [one["lastError"] or "" for one in product.deliveries().values()]
            assert len(server.passwords) > 20, server.passwords
            for secret in [LOGIN_PASSWORD, *server.passwords]:
                assert not any(secret in text for text in texts), secret

        checks.check("a server that hangs holds nobody else up", begin_hanging)
        checks.check("STARTTLS, login, a letter in French", in_french)
        checks.check("a letter in English", in_english)
        checks.check("a visitor's answer address, long lines and dots", reply_to)
        checks.check("messages in a row take one connection", one_connection)
        checks.check("TLS from the start", tls_from_the_start)
        checks.check("neither TLS nor login, on loopback", bare_on_loopback)
        checks.check("a wrong login waits, and isn't told", wrong_login)
        checks.check("refusals at RCPT, DATA and after the dot", for_the_message)
        checks.check("refusals before that let the message wait", at_each_step)
        checks.check("certificates that have run out, of another host, of nobody", certificates)
        checks.check("after all that everything arrives once", everything_arrives_once)
        checks.check("what hung is sent once, and late answers count for nothing", end_hanging)
        checks.check("no password and no token in logs and errors", no_secret_is_told)
    checks.end()


if __name__ == "__main__":
    main()
