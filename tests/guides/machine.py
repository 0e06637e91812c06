"""What the stand-ins share: processes that outlive the command that started them, and what they run in.

The test sets GUIDE_STATE (a folder of its own), GUIDE_BINARY, GUIDE_NGINX, GUIDE_HTTP and GUIDE_HTTPS (ports of nginx), PGHOST,
PGPORT and PGUSER (a superuser of a throw-away PostgreSQL).
"""

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

STATE = Path(os.environ.get("GUIDE_STATE", "/nonexistent"))
BINARY = os.environ.get("GUIDE_BINARY", "")
DOMAIN = "api.bellehouse.ne"


def refuse(what):
    """For commands that the guides have and no stand-in knows: they fail, so that somebody looks."""
    sys.exit(f"stand-in: {what}: teach tests/guides/ about it, or list the block as skipped with its reason")


def real(program):
    """The program itself, not its stand-in."""
    found = shutil.which(program, path=os.environ["GUIDE_PATH"])
    return found or refuse(f"{program} isn't installed")


def free_port(low=20000, high=40000):
    """A loopback port where nobody answers, and nobody at the port with a 1 before it."""
    for port in range(low + os.getpid() % 997, high):
        if all(is_free(one) for one in (port, int(f"1{port}")) if one < 65536):
            return port
    refuse("no free port")


def is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False


def alive(pid):
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def running():
    """Process ids of what runs, by name."""
    found = {}
    for file in sorted(STATE.glob("*.pid")):
        pid = int(file.read_text())
        if alive(pid):
            found[file.stem] = pid
        else:
            file.unlink()
    return found


def start(name, command, environment, cwd):
    with open(STATE / f"{name}.log", "ab") as log:
        process = subprocess.Popen(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   start_new_session=True)
    (STATE / f"{name}.pid").write_text(str(process.pid))
    return process


def stop(*names, seconds=25):
    """Ends them as an operator does, all at once, and waits."""
    pids = [pid for name, pid in running().items() if name in names]
    for pid in pids:
        os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + seconds
    while any(alive(pid) for pid in pids):
        if time.monotonic() > end:
            refuse(f"{names} didn't end")
        time.sleep(0.05)
    running()


def ready(name, process, address, seconds=30):
    """Waits until an instance can serve."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://{address}/readyz", timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"{name} isn't ready:\n{(STATE / f'{name}.log').read_text()[-3000:]}")


def settings(path):
    """An env file, as systemd and Docker read what the guides write into one."""
    found = {}
    for line in Path(path).read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found[name] = value.replace("$$", "$").strip("\"'")
    return found


def clean(**more):
    """An environment without this test's own settings."""
    return {"PATH": os.environ["GUIDE_PATH"], "HOME": str(STATE), **more}


def certify(folder):
    """A certificate as Let's Encrypt's would lie there, signed by itself."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([real("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem", "-subj", f"/CN={DOMAIN}",
                    "-addext", f"subjectAltName=DNS:{DOMAIN}"], check=True, stderr=subprocess.DEVNULL)
    shutil.copy(folder / "fullchain.pem", STATE / "trusted.pem")


def nginx(configuration, *arguments):
    """nginx with a configuration, its pid file where nobody needs rights."""
    folder = str(configuration.parent)
    return [os.environ["GUIDE_NGINX"], "-p", folder, "-c", str(configuration), "-g",
            f"daemon off; pid {STATE}/nginx-master;", *arguments]


def run_nginx(configuration):
    """Starts it, or has it read its configuration again."""
    pid = running().get("nginx")
    if pid:
        os.kill(pid, signal.SIGHUP)
        # The new workers take over within moments; nobody can be asked when they have.
        time.sleep(0.5)
        return
    process = start("nginx", nginx(configuration), clean(), configuration.parent)
    end = time.monotonic() + 10
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", int(os.environ["GUIDE_HTTP"])), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"nginx doesn't start:\n{(STATE / 'nginx.log').read_text()[-3000:]}")


def flags(arguments, known, with_value):
    """Splits flags from words; a flag that isn't known is refused."""
    values, words, rest = {}, [], list(arguments)
    while rest:
        word = rest.pop(0)
        name, has_value, value = word.partition("=")
        if not word.startswith("-") or word == "-":
            words = [word, *rest]
            break
        if name in with_value:
            values[name] = value if has_value else rest.pop(0)
        elif word in known:
            values[word] = True
        else:
            refuse(f"the flag {word}")
    return values, words


__all__ = [name for name in dir() if not name.startswith("_")]
