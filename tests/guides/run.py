"""Runs every command block of the guides, as somebody who follows them types it, or says why not (blocks.py).

    BINARY=target/debug/belle-house API=http://127.0.0.1:8000/graphql POSTGRES=postgres://user@127.0.0.1:5432/postgres \\
        python3 tests/guides/run.py

API is a server with the demo company; POSTGRES a throw-away cluster's superuser, and NGINX nginx, unless it is Debian's. Blocks
of one session follow one another in one shell, in a folder of their own; programs that would change the machine are stood in for
(standin.py). Nothing outlives this.
"""

import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

from blocks import HOW, ROOT, SKIPPED, How, of_session, table_errors
import standin
from words import word_errors

BINARY = Path(os.environ["BINARY"]).absolute()
POSTGRES = urllib.parse.urlsplit(os.environ["POSTGRES"])
PASSWORD = "Kalebasse-7 au marché"
# Names in the blocks that are the machine's own: below a folder of the test's.
OF_MACHINE = re.compile(r"(?<![\w.$])(/etc/(?:belle-house|nginx|systemd|letsencrypt)|/usr/local/bin"
                        r"|/var/(?:cache/nginx|www/acme|log/nginx|lib/belle-house)|/srv/backups)\b")
MARK = "@@ block "
SECONDS = 90


class Session:
    """One shell of one reader."""

    def __init__(self, name):
        self.name, self.blocks = name, of_session(name)
        self.folder = Path(tempfile.mkdtemp(prefix=f"guide-{name}."))
        # nginx's workers and PostgreSQL are other users.
        self.folder.chmod(0o755)
        self.state, self.machine = self.folder / "state", self.folder / "machine"
        self.cwd = self.folder / "here"
        for folder in (self.state, self.cwd, self.folder / "bin"):
            folder.mkdir()
        self.ports = self.free_ports()
        self.environment = {
            "PATH": f"{self.folder}/bin:{os.environ['PATH']}", "GUIDE_PATH": os.environ["PATH"], "HOME": str(self.folder),
            "GUIDE_STATE": str(self.state), "GUIDE_BINARY": str(BINARY), "GUIDE_MACHINE": str(self.machine),
            "GUIDE_NGINX": os.environ.get("NGINX", "/usr/sbin/nginx"), "GUIDE_HTTP": str(self.ports[0]), "GUIDE_HTTPS": str(self.ports[1]),
            "PGHOST": POSTGRES.hostname, "PGPORT": str(POSTGRES.port), "PGUSER": POSTGRES.username,
            "SCRATCH_PORT": str(POSTGRES.port), "LANG": "C.UTF-8", "PGOPTIONS": "-c client_min_messages=warning",
        }
        if self.sql("SELECT 1 FROM pg_database WHERE datname = 'bellehouse'"):
            sys.exit("POSTGRES holds a database bellehouse already: this wants a throw-away cluster")
        for program in standin.PROGRAMS:
            (self.folder / "bin" / program).symlink_to(ROOT / "tests/guides/standin.py")
        getattr(self, f"prepare_{name}")()

    def free_ports(self):
        """Four, below 6553 so that each has one with a 1 before it."""
        found = []
        while len(found) < 4:
            port = random.randrange(3000, 6500)
            with socket.socket() as one, socket.socket() as other:
                try:
                    one.bind(("127.0.0.1", port))
                    other.bind(("127.0.0.1", int(f"1{port}")))
                    found.append(port)
                except OSError:
                    pass
        return found

    def sql(self, statement, database="postgres"):
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement],
                              env=self.environment, check=True, stdout=subprocess.PIPE, text=True, timeout=20)
        return done.stdout.strip()

    def prepare_tour(self):
        # npm has its cache and its registry's address in the home and the environment of whoever runs this.
        self.environment = {**os.environ, **self.environment, "HOME": os.environ["HOME"], "API": os.environ["API"]}
        shutil.copytree(ROOT / "tests/node", self.cwd / "tests/node", ignore=shutil.ignore_patterns("node_modules"))
        self.sql("CREATE DATABASE bellehouse")
        self.environment["SCRATCH_DATABASE"] = POSTGRES._replace(path="/bellehouse").geturl()

    def prepare_settings(self):
        pass

    def prepare_docker(self):
        self.sql("CREATE ROLE bellehouse LOGIN")
        self.sql("CREATE DATABASE bellehouse OWNER bellehouse")

    def prepare_plain(self):
        for folder in ("etc/nginx", "etc/systemd/system", "usr/local/bin", "var/log/nginx"):
            (self.machine / folder).mkdir(parents=True)
        # The release that was built elsewhere and copied here.
        release = self.cwd / "target/release/belle-house"
        release.parent.mkdir(parents=True)
        release.write_text(f'#!/bin/sh\nexec {BINARY} "$@"\n')
        release.chmod(0o755)
        for name in ("nginx", "ops"):
            shutil.copytree(ROOT / name, self.cwd / name)
        self.environment |= {
            "HTTP_PORT": f"127.0.0.1:{self.ports[0]}", "HTTPS_PORT": f"127.0.0.1:{self.ports[1]}",
            "CACHE": f"{self.machine}/var/cache/nginx/belle-house", "ACME": f"{self.machine}/var/www/acme",
        }

    def here(self, text):
        """A block's text with this machine's folders and ports."""
        if self.name == "plain":
            text = OF_MACHINE.sub(rf"{self.machine}\1", text)
            text = text.replace("/run/postgresql", self.sql("SHOW unix_socket_directories"))
            text = text.replace("8001", str(self.ports[2])).replace("8002", str(self.ports[3]))
        return text

    def script(self):
        lines = ["set -euo pipefail"]
        for number, block in enumerate(self.blocks):
            how = HOW.get(block.key, How())
            text = block.text
            for old, new in how.replace.items():
                text = text.replace(old, new)
            lines += [f"echo; echo '{MARK}{number}'", self.here(how.before), self.here(text), self.here(how.after)]
        lines.append(f"echo; echo '{MARK}{len(self.blocks)}'")
        return "\n".join(lines)

    def run(self):
        """What failed: places with the reason."""
        log = self.folder / "log"
        script = self.folder / "script"
        script.write_text(self.script())
        with open(log, "wb") as out:
            shell = subprocess.Popen(["bash", script], cwd=self.cwd, env=self.environment, stdin=subprocess.PIPE, stdout=out,
                                     stderr=subprocess.STDOUT, start_new_session=True)
            shell.stdin.write(f"{PASSWORD}\n".encode() * 4)
            shell.stdin.close()
            try:
                status = shell.wait(SECONDS)
            except subprocess.TimeoutExpired:
                status = f"not finished within {SECONDS} s"
            # What was left in the background too: a session's shell is its group's leader.
            try:
                os.killpg(shell.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            shell.wait()
        printed = dict(enumerate(log.read_text(errors="replace").split(f"\n{MARK}")[1:]))
        failures = []
        for number, block in enumerate(self.blocks):
            if number + 1 not in printed:
                failures.append(f"{block.place}: {block.key[1]}: ended with {status}\n{printed.get(number, '')[-6000:]}")
                break
            for pattern in HOW.get(block.key, How()).shows:
                if not re.search(pattern, printed[number]):
                    failures.append(f"{block.place}: does not show {pattern!r}\n{printed[number][-3000:]}")
        return failures

    def end(self):
        """Ends what the session started, by its process ids, and takes its database away."""
        pids = [int(file.read_text()) for file in self.state.glob("*.pid")]
        for pid in pids:
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                pass
        end = time.monotonic() + 10
        while any(Path(f"/proc/{pid}/cwd").exists() for pid in pids) and time.monotonic() < end:
            time.sleep(0.05)
        for statement in ("DROP DATABASE IF EXISTS bellehouse WITH (FORCE)", "DROP ROLE IF EXISTS bellehouse",
                          'DROP ROLE IF EXISTS "belle-house"'):
            self.sql(statement)
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    wanted = sys.argv[1:] or ["settings", "tour", "docker", "plain"]
    failures = table_errors() + word_errors(BINARY)
    for name in wanted:
        session = None
        began = time.monotonic()
        try:
            session = Session(name)
            failures += session.run()
            print(f"{name}: {len(session.blocks)} blocks run, {time.monotonic() - began:.1f} s", flush=True)
        finally:
            if session:
                session.end()
    for (guide, line), reason in SKIPPED.items():
        print(f"skipped: {guide}: {line[:70]}: {reason}")
    for failure in failures:
        print(f"failed: {failure}", file=sys.stderr)
    print(f"{len(failures)} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
