"""What the guides name outside of blocks too: commands of the binary with their flags, settings, scripts."""

import re
import subprocess

from blocks import COMMANDS, GUIDES, ROOT, read

# `NAME=` in a guide that is no setting: variables of the shell, of other programs, and examples' own.
VARIABLES = {
    "API", "CLIENT", "STAFF", "ADMIN", "TOKEN", "AFTER", "CURSOR", "COUNT", "PROJECT", "PHONE", "UPLOAD", "PASSWORD", "UPDATE", "NAME",
    "APPS", "ACCESS_LOG", "CERTIFICATE", "COMPOSE_FILE", "COMPOSE_PROFILES", "MEDIA", "POSTGRES",
}


def spans(text):
    """What stands in backquotes outside of fenced blocks, across lines."""
    outside = "".join(text.split("```")[::2])
    return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", outside)]


def help_of(binary, *command):
    done = subprocess.run([binary, *command, "--help"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=20)
    return done.stdout if done.returncode == 0 else None


def commands(binary, told):
    """The commands of the binary that are named in running text, and their flags; those in blocks are run."""
    known = {}
    for guide, text in told:
        if not text.startswith("belle-house "):
            continue
        words = [word for word in text.split()[1:] if re.fullmatch(r"[a-z-]+", word)]
        flags = [word for word in words if word.startswith("--")]
        words = [word for word in words if not word.startswith("-")]
        # After a command comes what it is given: `restore FILE`, but `backup list`.
        command = tuple(words[:2] if words[:1] == ["backup"] else words[:1])
        if command not in known:
            known[command] = help_of(binary, *command)
        if known[command] is None:
            yield f"{guide}: there is no `belle-house {' '.join(command)}`"
        else:
            yield from (f"{guide}: `belle-house {' '.join(command)}` has no {flag}" for flag in flags if flag not in known[command])


def settings(told):
    example = (ROOT / ".env.example").read_text()
    compose = "".join(file.read_text() for file in ROOT.glob("docker-compose*.yml"))
    known = set(re.findall(r"(?m)^#? ?([A-Z][A-Z0-9_]+)=", example)) | set(re.findall(r"\$\{([A-Z][A-Z0-9_]+)", compose))
    for guide, text in told:
        for name in re.findall(r"(?<![\w$])([A-Z][A-Z0-9_]{2,})=", text):
            if name.removesuffix("_FILE") not in known | VARIABLES and name not in known | VARIABLES:
                yield f"{guide}: {name} is no setting of .env.example or docker-compose.yml"


def scripts(told):
    for guide, text in told:
        for name, flags in re.findall(r"(?<![\w/])(scripts/[a-z/-]+)((?: --[a-z-]+)*)", text):
            path = ROOT / name
            if not path.exists():
                yield f"{guide}: there is no {name}"
            elif path.is_file():
                yield from (f"{guide}: {name} has no {flag}" for flag in flags.split() if flag not in path.read_text())


def word_errors(binary):
    told = [(guide, span) for guide in GUIDES for span in spans((ROOT / guide).read_text())]
    told += [(block.place, block.text) for guide in GUIDES for block in read(guide) if block.language in COMMANDS]
    table = [(guide, line) for guide in GUIDES for line in (ROOT / guide).read_text().splitlines() if line.startswith("| `belle-house ")]
    assert len(told) > 100 and len(table) > 10, "the guides aren't read"
    return sorted({*commands(binary, told), *settings(told), *scripts(told)})
