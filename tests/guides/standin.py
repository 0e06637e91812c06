#!/usr/bin/env python3
"""Stands in for the programs that would change the machine itself, under whose names links to it lie in PATH. Each does what the
guides use it for in the test's own folder, with the real program where there is one, and refuses everything else."""

import os
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import compose
from machine import *

# The machine's own folders (/etc, /usr/local, /var, /srv) lie below this one: the test writes their names so in the blocks.
MACHINE = Path(os.environ.get("GUIDE_MACHINE", "/nonexistent"))
MAY_SUDO = {"apt-get", "install", "useradd", "createuser", "createdb", "tee", "sed", "chmod", "systemctl", "mkdir", "nginx", "certbot", "sh",
            "systemd-run"}


def run(program, arguments):
    os.execv(real(program), [program, *arguments])


def docker(arguments):
    if arguments[:1] != ["compose"]:
        refuse(f"docker {' '.join(arguments)}")
    compose.main(arguments[1:])


def sudo(arguments):
    _, words = flags(arguments, set(), {"-u"})
    if words[0] not in MAY_SUDO:
        refuse(f"sudo {words[0]}")
    os.execvp(words[0], words)


def apt_get(arguments):
    if arguments != ["update"] and arguments[:2] != ["install", "-y"]:
        refuse(f"apt-get {arguments}")


def useradd(arguments):
    _, words = flags(arguments, {"--system"}, {"--home-dir", "--shell"})
    assert words == ["belle-house"], words


def install(arguments):
    """Without owners: their users aren't here."""
    given, words = flags(arguments, {"-d"}, {"-m", "-o", "-g"})
    run("install", [*(["-d"] if "-d" in given else []), "-m", given["-m"], *words])


def git(arguments):
    """A clone is a copy of what stands in the working tree, committed or not."""
    if arguments[:2] != ["clone", "THIS-REPOSITORY"] or len(arguments) != 3:
        refuse(f"git {' '.join(arguments)}")
    root, target = Path(__file__).resolve().parents[2], Path(arguments[2])
    target.mkdir()
    listed = subprocess.run([real("git"), "-C", root, "ls-files", "-z"], check=True, stdout=subprocess.PIPE).stdout
    names = [name for name in listed.decode().split("\0") if name and (root / name).exists()]
    packed = subprocess.Popen(["tar", "-C", root, "-c", "--null", "-T", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    unpacked = subprocess.Popen(["tar", "-C", target, "-x"], stdin=packed.stdout)
    packed.stdin.write("\0".join(names).encode())
    packed.stdin.close()
    assert unpacked.wait(60) == 0 and packed.wait(60) == 0


def curl(arguments):
    """The name leads to this machine, to nginx's port, whose certificate is trusted."""
    if any(DOMAIN in word for word in arguments):
        port = os.environ["GUIDE_HTTPS"]
        arguments = ["--connect-to", f"{DOMAIN}:443:127.0.0.1:{port}", "--cacert", str(STATE / "trusted.pem"), *arguments]
    run("curl", ["--max-time", "20", *arguments])


def belle_house(arguments):
    """The binary. Without a command it serves, until it has shown that it can."""
    if arguments:
        os.execv(BINARY, [BINARY, *arguments])
    address = f"127.0.0.1:{free_port()}"
    process = start("own", [BINARY], {**os.environ, "BIND_ADDR": address, "DEBUG": "false"}, os.getcwd())
    ready("own", process, address)
    print("it serves")
    stop("own")


class Unit:
    """An instance, as the unit file that was installed has it."""

    def __init__(self, name):
        self.name, self.port = name, name.split("@")[1]
        text = (MACHINE / "etc/systemd/system/belle-house@.service").read_text().replace("%i", self.port)
        self.of = dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))

    def start(self):
        environment = clean(**settings(MACHINE / self.of["EnvironmentFile"].lstrip("/")))
        environment |= dict(pair.split("=", 1) for pair in self.of["Environment"].split())
        state = MACHINE / "var/lib" / self.of["StateDirectory"]
        state.mkdir(mode=int(self.of["StateDirectoryMode"], 8), parents=True, exist_ok=True)
        assert environment["DATA_DIR"] == f"/var/lib/{self.of['StateDirectory']}"
        environment["DATA_DIR"] = str(state)
        program, *words = self.of["ExecStart"].split()
        address = environment["BIND_ADDR"]
        ready(self.name, start(self.name, [str(MACHINE / program.lstrip("/")), *words], environment, state), address)


def systemctl(arguments):
    given, words = flags(arguments[1:], {"--now"}, set())
    command = arguments[0]
    if command == "daemon-reload" and not words:
        assert (MACHINE / "etc/systemd/system/belle-house@.service").exists()
        return
    if command == "enable" and given:
        command = "start"
    if command not in {"start", "stop", "restart", "reload"} or not words:
        refuse(f"systemctl {' '.join(arguments)}")
    for word in words:
        if word == "nginx":
            run_nginx(MACHINE / "etc/nginx/nginx.conf")
            continue
        names = [name for name in running() if fnmatch(name, word)] if "*" in word else [word]
        if not all(name.startswith("belle-house@") for name in names):
            refuse(f"the unit {word}")
        if command in {"stop", "restart"}:
            stop(*names)
        if command in {"start", "restart"}:
            for name in names:
                Unit(name).start()


def nginx_program(arguments):
    if arguments != ["-t"]:
        refuse(f"nginx {arguments}")
    command = nginx(MACHINE / "etc/nginx/nginx.conf", "-t")
    os.execv(command[0], command)


def certbot(arguments):
    """Asks for a file below the web root by the name, over HTTP, as Let's Encrypt does; then there is a certificate."""
    given, words = flags(arguments[1:], {"--webroot"}, {"--webroot-path", "--cert-name", "--domain", "--deploy-hook"})
    if arguments[0] != "certonly" or words:
        refuse(f"certbot {' '.join(arguments)}")
    challenge = Path(given["--webroot-path"]) / ".well-known/acme-challenge/token"
    challenge.parent.mkdir(parents=True)
    challenge.write_text("answer")
    for folder in (challenge, *challenge.parents):
        if MACHINE in folder.parents:
            folder.chmod(folder.stat().st_mode | 0o055)
    asked = subprocess.run([real("curl"), "-fsS", "--max-time", "10", "--connect-to", f"::127.0.0.1:{os.environ['GUIDE_HTTP']}",
                            f"http://{given['--domain']}/.well-known/acme-challenge/token"], stdout=subprocess.PIPE)
    assert asked.stdout == b"answer", asked
    certify(MACHINE / "etc/letsencrypt/live" / given["--cert-name"])
    subprocess.run(["sh", "-c", given["--deploy-hook"]], check=True)


def systemd_run(arguments):
    environment, words = clean(), list(arguments)
    while words[0].startswith("-"):
        word = words.pop(0)
        if word == "-p":
            name, path = words.pop(0).split("=", 1)
            assert name == "EnvironmentFile", name
            environment |= settings(path)
        elif word == "-E":
            name, value = words.pop(0).split("=", 1)
            environment[name] = value
        elif word not in {"--quiet", "--pipe", "--wait", "--uid=belle-house"}:
            refuse(f"systemd-run {word}")
    os.chdir("/")
    os.execve(words[0], words, environment)


PROGRAMS = {
    "docker": docker, "sudo": sudo, "apt-get": apt_get, "useradd": useradd, "install": install, "git": git, "curl": curl,
    "belle-house": belle_house, "systemctl": systemctl, "nginx": nginx_program, "certbot": certbot, "systemd-run": systemd_run,
    # Those that would reach another machine or change this one, and have no business in a block that is run.
    **{name: lambda _, name=name: refuse(name) for name in ("ssh", "rsync", "ufw", "usermod", "newgrp", "mkswap", "swapon",
                                                              "podman", "cargo", "reboot", "shutdown", "crontab")},
}

if __name__ == "__main__":
    # The guides tighten it for their own files; nginx's workers are other users.
    os.umask(0o022)
    PROGRAMS[Path(sys.argv[0]).name](sys.argv[1:])
