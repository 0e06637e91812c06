"""`docker compose`, for the guides: checks services, profiles, files and flags against the project's own files, and runs the
application and nginx of it as processes."""

import os
import re
import subprocess
import sys
from pathlib import Path

from machine import *

# Of each command that the guides use: flags alone, flags with a value.
COMMANDS = {
    "up": ({"-d", "--build", "--no-deps"}, {"--scale"}),
    "ps": (set(), set()),
    "run": ({"--rm", "--no-deps", "-T"}, set()),
    "logs": ({"-f", "--no-log-prefix"}, {"--since", "--tail"}),
    "stop": (set(), set()),
    "start": (set(), set()),
    "restart": (set(), set()),
}


class Project:
    """The compose file of the working directory, as far as the guides need it understood."""

    def __init__(self):
        if not Path(".env").exists():
            sys.exit("no .env here: docker compose is typed in the project's folder")
        self.env = settings(".env")
        files = self.env.get("COMPOSE_FILE", "docker-compose.yml").split(":")
        text = "\n".join(Path(file).read_text() for file in files)
        self.has_secrets = "docker-compose.secrets.yml" in files
        self.services = set()
        for part in re.findall(r"(?ms)^services:\n(.*?)(?=^\S|\Z)", text):
            self.services |= set(re.findall(r"(?m)^  ([a-z][a-z-]*):", part))
        profiles = set(re.findall(r"profiles: \[([a-z]+)\]", text))
        for profile in filter(None, self.env.get("COMPOSE_PROFILES", "").split(",")):
            if profile not in profiles:
                sys.exit(f"no service has the profile {profile}")
        [environment] = re.findall(r"(?m)environment: &app-environment\n((?:    .*\n)+)", text)
        self.environment = {name: self.expand(value) for name, value in re.findall(r"(?m)^    ([A-Z_]+): (.*)$", environment)}
        [self.replicas] = re.findall(r"(?ms)^  app:\n.*?scale: (\S+)", text)

    def expand(self, text):
        return re.sub(r"\$\{(\w+)(?::-([^}]*))?\}", lambda found: self.env.get(found[1]) or found[2] or "", text)

    def service(self, name):
        if name not in self.services:
            sys.exit(f"no such service: {name}")

    def app(self):
        """The environment of an instance: the compose file's, its paths and addresses as they are on this machine."""
        environment = clean(**self.env) | self.environment
        environment |= {
            "DB_HOST": os.environ["PGHOST"], "DB_PORT": os.environ["PGPORT"], "DATA_DIR": str(STATE / "data"),
            "BACKUP_DIR": str(STATE / "backups"), "TRUSTED_PROXIES": "127.0.0.1", "METRICS_ADDR": f"127.0.0.1:{free_port(30000)}",
        }
        if self.has_secrets:
            folder = Path(self.env.get("SECRETS", "secrets")).absolute()
            environment |= {"SECRET_KEY_FILE": str(folder / "secret_key"), "DB_PASSWORD_FILE": str(folder / "db_password")}
        return environment


def instances():
    return [name for name in running() if name.startswith("app-")]


def start_app(project, count):
    subprocess.run([BINARY, "migrate"], env=project.app(), cwd=STATE, check=True, timeout=60, stdout=subprocess.DEVNULL)
    ports = []
    for number in range(count):
        address = f"127.0.0.1:{free_port(20000 + 1000 * number)}"
        name = f"app-{number + 1}"
        process = start(name, [BINARY, "serve"], project.app() | {"BIND_ADDR": address}, STATE)
        ready(name, process, address)
        ports.append(address)
    (STATE / "app.ports").write_text(" ".join(ports))
    (STATE / "app.settings").write_text(repr(sorted(project.env.items())))
    start_nginx(project)


def start_nginx(project):
    folder, cache = STATE / "nginx", STATE / "cache"
    certificate = STATE / "certificate"
    if "tls" in project.env.get("COMPOSE_PROFILES", "") and not certificate.exists():
        certify(certificate)
    folder.mkdir(exist_ok=True)
    cache.mkdir(exist_ok=True)
    for file in Path("nginx").glob("*.conf"):
        (folder / file.name).write_text(file.read_text())
    written = subprocess.run(["nginx/servers"], check=True, stdout=subprocess.PIPE, env=clean(
        PUBLIC_URL=project.env["PUBLIC_URL"], APPS=(STATE / "app.ports").read_text(), CERTIFICATE=str(certificate),
        HTTP_PORT=f"127.0.0.1:{os.environ['GUIDE_HTTP']}", HTTPS_PORT=f"127.0.0.1:{os.environ['GUIDE_HTTPS']}",
        CACHE=str(cache), ACCESS_LOG=str(STATE / "nginx.log")))
    (folder / "servers.conf").write_bytes(written.stdout)
    run_nginx(folder / "nginx.conf")


def up(project, given, words):
    if words:
        refuse(f"up of {words}")
    if not {"-d"} <= given.keys():
        refuse("`up` that doesn't end")
    service, _, scale = given.get("--scale", "").partition("=")
    if service:
        project.service(service)
    count = int(scale or project.expand(project.replicas))
    before = STATE / "app.settings"
    changed = not before.exists() or before.read_text() != repr(sorted(project.env.items()))
    if changed or len(instances()) != count:
        stop(*instances())
        start_app(project, count)


def main(arguments):
    if not arguments or arguments[0] not in COMMANDS:
        refuse(f"docker compose {' '.join(arguments)}")
    command, project = arguments[0], Project()
    given, words = flags(arguments[1:], *COMMANDS[command])
    if command == "up":
        return up(project, given, words)
    for service in words[:1] if command == "run" else words:
        project.service(service)
    if command == "ps":
        for name in running():
            print(f"{name:12} up")
    elif command == "run":
        if words[0] != "app":
            refuse(f"run of {words[0]}")
        environment = project.app()
        os.chdir(STATE)
        os.execve(BINARY, [BINARY, *words[1:]], environment)
    elif command == "logs":
        files = [file for service in words for file in sorted(STATE.glob(f"{service}*.log"))]
        for file in files:
            sys.stdout.write(file.read_text())
    elif command == "stop":
        stop(*[name for name in running() for service in words if name.startswith(service)])
    elif "app" in words:
        stop(*instances())
        start_app(project, int(project.expand(project.replicas)))
