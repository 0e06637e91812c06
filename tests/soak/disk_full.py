#!/usr/bin/env python3
"""A disk that fills under writes and is emptied again: is every acknowledged update still there, now and after a restart?

    sudo python3 tests/soak/disk_full.py target/release/belle-house ext4|tmpfs|postgres

Root, because a small disk is mounted. `postgres` puts a cluster of its own on the disk (PGBIN names the folder of initdb and
postgres), and the server's data elsewhere. Bounded: about a minute, loopback alone. Ends with 1 when an acknowledged update
is lost, a refused one is there, or writing doesn't work again by itself.
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid

BINARY, KIND = os.path.abspath(sys.argv[1]), sys.argv[2]
SIZE_MB = {"ext4": 140, "tmpfs": 140, "postgres": 360}[KIND]
WRITERS = 4
CREATE = "mutation($input: CreateProjectUpdateInput!) { createProjectUpdate(input: $input) { projectUpdate { id } userErrors { message } } }"
LIST = """query($project: ID!, $after: String) { projectUpdates(first: 100, after: $after, filter: { projectId: $project }) {
    nodes { title } pageInfo { endCursor hasNextPage } } }"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Disk:
    """A small disk of its own, full or not."""

    def __init__(self, work):
        self.path = os.path.join(work, "disk")
        os.mkdir(self.path)
        if KIND == "tmpfs":
            command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", self.path]
        else:
            image = os.path.join(work, "image")
            subprocess.run(["truncate", "-s", f"{SIZE_MB}M", image], check=True)
            subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
            command = ["mount", "-o", "loop", image, self.path]
        subprocess.run(command, check=True)
        self.filler = os.path.join(self.path, "filler")

    def fill(self):
        for size in (1 << 16, 1 << 10):
            try:
                with open(self.filler, "ab", buffering=0) as filler:
                    while True:
                        filler.write(b"\0" * size)
            except OSError:
                pass

    def empty(self):
        os.remove(self.filler)

    def unmount(self):
        subprocess.run(["umount", self.path], check=False)


class Postgres:
    """A cluster on the small disk."""

    def __init__(self, disk):
        self.folder = os.path.join(disk.path, "cluster")
        self.port = free_port()
        self.bin = os.environ["PGBIN"]
        os.mkdir(self.folder)
        shutil.chown(self.folder, "postgres", "postgres")
        self.run("initdb", "--username=belle", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "-D", self.folder)
        self.process = None
        self.start()

    def as_postgres(self, *command):
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", os.path.join(self.bin, command[0]), *command[1:]]

    def run(self, *command):
        subprocess.run(self.as_postgres(*command), check=True, stdout=subprocess.DEVNULL, cwd="/")

    def start(self):
        options = ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self.folder}", "-c", "max_wal_size=64MB",
                   "-c", "min_wal_size=32MB", "-c", "wal_level=minimal", "-c", "max_wal_senders=0", "-c", "shared_buffers=16MB"]
        self.process = subprocess.Popen(self.as_postgres("postgres", "-D", self.folder, "-p", str(self.port), *options),
                                        cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait()

    def wait(self):
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise SystemExit("PostgreSQL did not start")

    def revive(self):
        """PostgreSQL stops at a full disk for its log, as it must; a supervisor starts it again."""
        if self.process.poll() is not None:
            self.start()

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)

    def url(self):
        return f"postgres://belle@127.0.0.1:{self.port}/postgres"


class Server:
    def __init__(self, data, url):
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.environment = {"PATH": os.environ["PATH"], "BIND_ADDR": f"127.0.0.1:{self.port}", "DEBUG": "true", "DATA_DIR": data}
        if url:
            self.environment["DATABASE_URL"] = url
        self.start()

    def start(self):
        self.process = subprocess.Popen([BINARY, "serve"], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            try:
                urllib.request.urlopen(self.base + "/readyz", timeout=1)
                return
            except OSError:
                time.sleep(0.2)
        raise SystemExit("the server did not start")

    def stop(self):
        self.process.terminate()
        self.process.wait(60)

    def ask(self, query, variables=None, token=None):
        headers = {"content-type": "application/json"} | ({"authorization": "Bearer " + token} if token else {})
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        try:
            return json.load(urllib.request.urlopen(urllib.request.Request(self.base + "/graphql", body, headers), timeout=60))
        except urllib.error.HTTPError as error:
            return {"data": None, "status": error.code}
        except OSError:
            return {"data": None}

    def sign_in(self):
        document = "mutation($input: LoginInput!) { login(input: $input) { session { accessToken } } }"
        for _ in range(120):
            answer = self.ask(document, {"input": {"email": "staff@demo.bellehouse.ne", "password": "soleil-sur-le-fleuve"}})
            session = ((answer.get("data") or {}).get("login") or {}).get("session")
            if session:
                return session["accessToken"]
            time.sleep(0.5)
        raise SystemExit("no sign-in: is the demo company loaded?")

    def titles(self, token, project):
        seen, after = set(), None
        while True:
            page = self.ask(LIST, {"project": project, "after": after}, token)["data"]["projectUpdates"]
            seen |= {node["title"] for node in page["nodes"]}
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                return seen


def main():
    work = tempfile.mkdtemp(prefix="disk-full-")
    os.chmod(work, 0o755)
    disk = Disk(work)
    cluster = server = None
    try:
        if KIND == "postgres":
            cluster = Postgres(disk)
            data = os.path.join(work, "data")
            environment = {"PATH": os.environ["PATH"], "DEBUG": "true", "DATA_DIR": data, "DATABASE_URL": cluster.url()}
            subprocess.run([BINARY, "demo"], env=environment, check=True, stdout=subprocess.DEVNULL)
        else:
            data = os.path.join(disk.path, "data")
        server = Server(data, cluster and cluster.url())
        token = server.sign_in()
        project = server.ask("{ projects(first: 1) { nodes { id } } }", token=token)["data"]["projects"]["nodes"][0]["id"]
        acknowledged, refused, last, stop = [], [], [0.0], threading.Event()

        def write():
            while not stop.is_set():
                title = "d-" + uuid.uuid4().hex
                update = {"projectId": project, "title": title, "description": "Long. " * 1500, "post": True, "idempotencyKey": title}
                answer = server.ask(CREATE, {"input": update}, token)
                made = ((answer.get("data") or {}).get("createProjectUpdate") or {}).get("projectUpdate")
                (acknowledged if made else refused).append(title)
                if made:
                    last[0] = time.monotonic()
                time.sleep(0.02 if made else 0.1)

        writers = [threading.Thread(target=write) for _ in range(WRITERS)]
        for writer in writers:
            writer.start()
        time.sleep(1.5)
        disk.fill()
        time.sleep(1)
        disk.fill()
        time.sleep(5)
        disk.empty()
        emptied = time.monotonic()
        if cluster:
            cluster.revive()
        time.sleep(10)
        stop.set()
        for writer in writers:
            writer.join()
        now = server.titles(server.sign_in(), project)
        server.stop()
        if cluster:
            cluster.revive()
        server.start()
        later = server.titles(server.sign_in(), project)
        lost = [title for title in acknowledged if title not in later]
        unseen = [title for title in acknowledged if title not in now]
        # A refusal whose answer was lost on the way (PostgreSQL went away in its COMMIT) may have been committed.
        ghosts = [title for title in refused if title in later]
        print(f"{KIND}: {len(acknowledged)} acknowledged, {len(refused)} refused; unseen before the restart {len(unseen)}, "
              f"refused and there {len(ghosts)}; lost {len(lost)}")
        works_again = last[0] > emptied
        if not works_again:
            print(f"{KIND}: no write was acknowledged after the disk was emptied")
        allowed_ghosts = WRITERS if cluster else 0
        return 1 if lost or unseen or len(ghosts) > allowed_ghosts or not works_again or not refused else 0
    finally:
        if server:
            server.stop()
        if cluster:
            cluster.stop()
        disk.unmount()
        shutil.rmtree(work, ignore_errors=True)


sys.exit(main())
