"""The product as a process of its own, and its API: no demo, an administrator, a folder that is removed at the end."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import traceback
import urllib.error
import urllib.request
import uuid
from pathlib import Path

PASSWORD = "Kalebasse-7 au marché"
ADMIN = "admin@belle.example"
BINARY = os.environ.get("BINARY", "target/debug/belle-house")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(what, found, seconds=10):
    """Asks until there is an answer, in bounded time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = found()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"within {seconds} s: {what}")


class Product:
    def __init__(self, **settings):
        self.folder = Path(tempfile.mkdtemp(prefix="belle-house-outside."))
        self.base = f"http://127.0.0.1:{free_port()}"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "DATA_DIR": str(self.folder / "data"),
            "BIND_ADDR": self.base.removeprefix("http://"),
            "ALLOWED_HOSTS": "127.0.0.1",
            "PUBLIC_URL": self.base,
            "WEBSITE_URL": "https://site.example",
            "SECRET_KEY": "Kq7vT2mXw9ZpLr4sYd8hBn3cJf6gUe1aQoRi5tNk",
            "DEBUG": "false",
            "EMAIL_BACKEND": "file",
            "LOG": "info,platform=debug,belle_house=debug",
            **settings,
        }
        self.process = None

    def __enter__(self):
        try:
            self.run("create-admin", "--email", ADMIN, "--name", "Aminata Sani", stdin=PASSWORD)
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def run(self, *arguments, stdin=""):
        """A command of the binary; its output, both streams."""
        done = subprocess.run([BINARY, *arguments], cwd=self.folder, env=self.environment, input=stdin, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        return done.returncode, done.stdout

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([os.path.abspath(BINARY), "serve"], cwd=self.folder, env=self.environment,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until("the server answers", self.answers, 30)
        self.token = self.login(ADMIN, PASSWORD)

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the server ended:\n{self.log()[-3000:]}")
        try:
            return self.get("/readyz")[0] == 200
        except OSError:
            return False

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self):
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""

    def get(self, path, headers=None):
        """Status, headers, body."""
        request = urllib.request.Request(path if "://" in path else self.base + path, headers=headers or {})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read()

    def gql(self, query, variables=None, token=""):
        token = self.token if token == "" else token
        headers = {"content-type": "application/json", **({"authorization": f"Bearer {token}"} if token else {})}
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        request = urllib.request.Request(self.base + "/graphql", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                parsed = json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{error.code}: {error.read().decode()}") from error
        assert not parsed.get("errors"), parsed
        return parsed["data"]

    def mutate(self, field, given, selection, token=""):
        """A mutation's payload, without userErrors."""
        kind = field[0].upper() + field[1:] + "Input"
        query = f"mutation($input: {kind}!) {{ {field}(input: $input) {{ {selection} userErrors {{ code field message }} }} }}"
        payload = self.gql(query, {"input": given}, token)[field]
        assert payload["userErrors"] == [], (field, payload)
        return payload

    def login(self, email, password):
        given = {"email": email, "password": password}
        return self.mutate("login", given, "session { accessToken }", None)["session"]["accessToken"]

    def create_client(self, email, name="Zaïnab Ŋissa", locale="FR"):
        return self.mutate("createClient", {"name": name, "email": email, "locale": locale}, "client { id }")["client"]["id"]

    def inquire(self, email="visiteur@example.com", name="Ɓintu Ɗan-Ƙano", message="Bonjour, combien coûte une villa ?"):
        given = {"name": name, "email": email, "subject": "Une villa à Niamey", "message": message,
                 "idempotencyKey": str(uuid.uuid4())}
        self.mutate("submitContactInquiry", given, "accepted", None)

    def deliveries(self):
        """Every e-mail, by id."""
        query = """{ deliveries(filter: { channel: EMAIL }, first: 100) { nodes {
            id status template address locale attempts lastError nextAttemptAt } } }"""
        return {node["id"]: node for node in self.gql(query)["deliveries"]["nodes"]}

    def delivery_to(self, address, template=None):
        found = [one for one in self.deliveries().values()
                 if one["address"] == address and template in (None, one["template"])]
        return found[0] if found else None

    def settled(self, address, template=None, seconds=10):
        """The delivery to somebody, once an attempt has had an outcome."""
        def outcome():
            one = self.delivery_to(address, template)
            return one if one and (one["status"] != "PENDING" or one["lastError"]) else None
        return until(f"an outcome for {address}", outcome, seconds)


class Checks:
    """Named checks, each told and timed; the process fails when one did, and when all take longer than `limit` seconds."""

    def __init__(self, limit=60):
        self.failed = 0
        self.began = time.monotonic()
        self.watchdog = threading.Timer(limit, self.give_up, [limit])
        self.watchdog.daemon = True
        self.watchdog.start()

    def give_up(self, limit):
        # The product is ended by whoever has it; this is for a check that hangs in a way that none of them foresees.
        print(f"failed: not finished within {limit} s", flush=True)
        os.kill(os.getpid(), 2)

    def check(self, name, holds):
        began = time.monotonic()
        try:
            holds()
            print(f"ok: {name} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception as error:
            self.failed += 1
            place = traceback.extract_tb(error.__traceback__)[1]
            print(f"failed: {name}: {type(error).__name__} at {place.lineno}, {place.line}: {error}", flush=True)

    def end(self):
        self.watchdog.cancel()
        print(f"{self.failed} failed, {time.monotonic() - self.began:.1f} s", flush=True)
        raise SystemExit(1 if self.failed else 0)
