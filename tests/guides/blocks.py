"""The guides' command blocks: where each stands, which are run and how, and which aren't, with the reason.

What differs between a reader's machine and this test stands here and nowhere else. A block is named by its first line, which is
unique in its guide.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ["README.md", "docs/DEPLOYMENT.md", "docs/MONITORING.md", "docs/MAIL.md", "docs/PERFORMANCE.md"]
# What is a command; and what isn't, and is checked elsewhere or drawn for people.
COMMANDS = {"sh", "bash"}
OTHERS = {"", "dart", "graphql", "text"}

DEPLOYMENT, MONITORING, README, MAIL = "docs/DEPLOYMENT.md", "docs/MONITORING.md", "README.md", "docs/MAIL.md"

# Blocks that nobody runs here, and why.
SKIPPED = {
    (README, "cargo run        # the whole product, with a demo company on the first start"):
        "builds from source and doesn't end; the server that the tour talks to is what it starts, and the second line is what runs this",
    (README, "scripts/console   # once, and after changes in console/, operations/ or schema.graphql; needs Node.js 20.19 or newer"):
        "a long build; scripts/test has run it before this",
    (DEPLOYMENT, "sudo apt-get update && sudo apt-get install -y curl git ufw"):
        "installs Docker and shuts the firewall of the machine itself",
    (DEPLOYMENT, "sudo fallocate -l 6G /swapfile && sudo chmod 600 /swapfile && sudo mkswap /swapfile && sudo swapon /swapfile"):
        "gives the machine itself swap",
    (DEPLOYMENT, "scripts/deploy"):
        "rolls real containers: scripts/containers runs it, with an update and a way back",
    (DEPLOYMENT, "docker build -t belle-house:next ."):
        "a long build, and another machine: scripts/containers builds the image and runs `scripts/deploy --built`",
    (DEPLOYMENT, "rsync -a root@api.bellehouse.ne:/var/lib/docker/volumes/belle-house_backups/_data/ backups/"):
        "goes to another machine",
    (MONITORING, "ssh -N -L 3000:127.0.0.1:3000 api.bellehouse.ne"):
        "goes to another machine, and doesn't end",
}


@dataclass
class How:
    """How a block is run where it can't be taken as it stands."""

    # What is typed before and after it: what its surroundings in the guide say in words.
    before: str = ""
    after: str = ""
    # Words that stand for something of the reader's, and what they are here.
    replace: dict = field(default_factory=dict)
    # What it must print, as regular expressions.
    shows: list = field(default_factory=list)


# Waits in bounded time until the server has made a backup and proven it.
PROVEN = """for _ in $(seq 60); do
  case $(%s backup list) in *' proven '*) break ;; esac
  sleep 0.5
done
"""
IN_CONTAINER = "docker compose run --rm --no-deps -T app"

HOW = {
    (README, "gql '{\"query\":\"{ eventCursor viewer { projects(first: 5) { nodes { id name progressPercentage"):
        How(shows=[r'"projects":\{"nodes":\[\{"id":"prj_']),
    (README, "UPLOAD=$(gql '{\"query\":\"mutation($input: CreateUploadInput!) { createUpload(input: $input) {"):
        How(shows=[r'ProjectUpdatePosted.*"replayed":false.*Linteaux posés']),
    (README, "kill $PHONE"):
        How(shows=[r'(?s)"replayed":true.*Premier.*"replayed":true.*Deuxième.*"replayed":true.*Troisième']),
    (README, "gql '{\"query\":\"{ portfolio(first: 3, filter: { category: REALIZATION, city: \\\"niamey\\\" }) { totalCount nodes {"):
        How(shows=[r'"totalCount":[1-9]', r'"services":\{"nodes":\[\{"title"']),
    (README, "gql '{\"query\":\"mutation($input: SubmitConstructionLeadInput!) { submitConstructionLead(input: $input) {"):
        How(shows=[r'"accepted":true', r"Zaïnab Issa"]),
    (README, "ADMIN=$(login admin@demo.bellehouse.ne)"):
        How(shows=[r'"name":"Ousmane Hama"[^}]*"role":"STAFF"', r'"staffMembers":\{"totalCount":[1-9]', r'"requested":true']),
    (README, "export SECRET_KEY=$(openssl rand -base64 48) EMAIL_BACKEND=file DATABASE_URL=postgres://bellehouse:…@localhost/bellehouse"):
        How(before="PASSWORD='Kalebasse-7 au marché'",
            replace={"postgres://bellehouse:…@localhost/bellehouse": "$SCRATCH_DATABASE"},
            shows=["you@bellehouse.ne", "it serves"]),
    (DEPLOYMENT, "git clone THIS-REPOSITORY belle-house && cd belle-house"):
        How(after="test \"$(stat -c %a .env)\" = 600"),
    (DEPLOYMENT, "docker compose up -d --build"): How(shows=[r"(?m)^app-1 +up", r"(?m)^nginx +up"]),
    (DEPLOYMENT, "read -rsp 'Password: ' PASSWORD"):
        How(shows=["you@bellehouse.ne", "Nothing is wrong", r"(?m)^ok$"]),
    (DEPLOYMENT, "docker compose run --rm --no-deps -T app reset-password --email you@bellehouse.ne"):
        How(before=f"printf %s 'Kalebasse-8 au marché' | {IN_CONTAINER} create-staff --email gone@bellehouse.ne --name Gone"),
    (DEPLOYMENT, "docker compose run --rm --no-deps -T app reset-totp --email you@bellehouse.ne"):
        # Nobody here has an authenticator app to lose; that it is looked for is what can be seen.
        How(replace={"--email you@bellehouse.ne": "--email you@bellehouse.ne || true"}, shows=["This account has no second factor"]),
    (DEPLOYMENT, "docker compose run --rm --no-deps -T app migrate --plan"): How(shows=["Nothing is missing"]),
    (DEPLOYMENT, "docker compose up -d --scale app=3"):
        How(after="test \"$(docker compose ps | grep -c '^app-')\" = 3"),
    (DEPLOYMENT, "mkdir -m 700 secrets"):
        How(after="sed -i '/^SECRET_KEY=/d; /^DB_PASSWORD=/d' .env\ndocker compose up -d\ncurl -fsS https://api.bellehouse.ne/readyz"),
    (DEPLOYMENT, "docker compose logs --since 1h app"): How(shows=[r'(?m)^\{.*"level":"INFO"', r'"request_id":"[0-9a-f]{32}"']),
    (DEPLOYMENT, "docker compose logs --no-log-prefix app | grep 5077fe891102230dd662bc16f05c2560"):
        # A request that is told of at any level of the log: one that is refused.
        How(before="REQUEST=$(curl -sS -o refused -D - 'https://api.bellehouse.ne/graphql?query=%7Bno%7D' | sed -n 's/^x-request-id: *//Ip' | tr -d '\\r')\ncat refused; echo",
            replace={"5077fe891102230dd662bc16f05c2560": '"$REQUEST"'}),
    (DEPLOYMENT, "belle-house backup keygen belle-house-identity"):
        How(after="grep -h -o 'age1[0-9a-z]*' belle-house-identity | head -n 1 | sed 's/^/BACKUP_RECIPIENT=/' >> .env\ngrep BACKUP_RECIPIENT=age1 .env",
            shows=["BACKUP_RECIPIENT=age1"]),
    (DEPLOYMENT, "docker compose up -d"): How(after=PROVEN % IN_CONTAINER + f"{IN_CONTAINER} doctor", shows=["is proven"]),
    (DEPLOYMENT, "docker compose run --rm --no-deps -T app backup verify --identity /dev/stdin < belle-house-identity"):
        How(shows=["opens with this identity, and comes back"]),
    (DEPLOYMENT, "docker compose stop app"):
        How(before=f"BACKUP=$({IN_CONTAINER} backup list | grep ' proven ' | head -n 1 | cut -d' ' -f1)",
            replace={"belle-house-20261129T010000Z.tar.gz.age": '"$BACKUP"'},
            after="curl -fsS https://api.bellehouse.ne/readyz"),
    (DEPLOYMENT, "sudo apt-get update && sudo apt-get install -y postgresql nginx certbot git openssl"): How(),
    (DEPLOYMENT, "sudo install -d -m 700 /etc/belle-house"):
        # Debian's PostgreSQL listens where DB_HOST says; the test's at another port.
        How(replace={"\nEND": "\nDB_PORT=$SCRATCH_PORT\nEND"}),
    (DEPLOYMENT, "sudo mkdir -p /var/cache/nginx/belle-house /var/www/acme"):
        How(after="curl -fsS https://api.bellehouse.ne/readyz", shows=[r"(?m)ok$"]),
    (DEPLOYMENT, "as_service() { sudo systemd-run --quiet --pipe --wait --uid=belle-house -p EnvironmentFile=/etc/belle-house/env -E DATA_DIR=/var/lib/belle-house /usr/local/bin/belle-house \"$@\"; }"):
        How(shows=["you@bellehouse.ne", "Nothing is wrong"]),
    (DEPLOYMENT, "sudo install -m 755 belle-house.new /usr/local/bin/belle-house"):
        How(before="cp target/release/belle-house belle-house.new", after="curl -fsS https://api.bellehouse.ne/readyz"),
    (DEPLOYMENT, "sudo sed -i '1i user belle-house;' /etc/nginx/nginx.conf"):
        How(replace={"'1i user belle-house;'": '"1i user $(id -un);"'}, shows=[r"(?m)ok$"],
            after="grep -q 'internal;' /etc/nginx/servers.conf\ncurl -fsS https://api.bellehouse.ne/readyz"),
    (DEPLOYMENT, "sudo install -d -m 700 -o belle-house -g belle-house /srv/backups"):
        How(before="belle-house backup keygen belle-house-identity | sudo tee keys > /dev/null\ngrep ^BACKUP_RECIPIENT= keys | sudo tee -a /etc/belle-house/env > /dev/null",
            after="source_of_backups() { as_service \"$@\"; }\n" + PROVEN % "source_of_backups"),
    (DEPLOYMENT, "as_service backup list"): How(shows=[" proven ", "opens with this identity, and comes back"]),
    (DEPLOYMENT, "sudo systemctl stop 'belle-house@*'"):
        How(before="BACKUP=$(as_service backup list | grep ' proven ' | head -n 1 | cut -d' ' -f1)",
            replace={"belle-house-20261129T010000Z.tar.gz.age": '"$BACKUP"'},
            after="curl -fsS https://api.bellehouse.ne/readyz"),
    (MONITORING, "sed -i 's/^COMPOSE_PROFILES=.*/COMPOSE_PROFILES=tls,monitoring/' .env"):
        How(after="grep -x COMPOSE_PROFILES=tls,monitoring .env"),
    (MAIL, "EMAIL_BACKEND=smtp"):
        How(before="cat > .env <<'SETTINGS'", after="SETTINGS\nbelle-house migrate", shows=["The database is up to date"]),
}


@dataclass
class Block:
    guide: str
    line: int
    language: str
    # The headings above it, outermost first.
    headings: list
    text: str

    @property
    def key(self):
        return (self.guide, self.text.split("\n", 1)[0])

    @property
    def place(self):
        return f"{self.guide}:{self.line}"

    @property
    def session(self):
        """Who types it: blocks of one session follow one another in one shell."""
        if self.guide == README:
            return "tour"
        if self.guide == MAIL:
            return "settings"
        return "plain" if "Without Docker" in self.headings else "docker"


def read(guide):
    """Every fenced block of a guide."""
    found, headings, inside = [], {}, None
    for number, line in enumerate((ROOT / guide).read_text().split("\n"), 1):
        fence = re.match(r"\s*```(\S*)$", line)
        if inside is not None:
            if fence:
                inside.text = "\n".join(inside.text)
                found.append(inside)
                inside = None
            else:
                inside.text.append(line)
        elif fence:
            inside = Block(guide, number, fence[1], [headings[level] for level in sorted(headings)], [])
        elif heading := re.match(r"(#+) (.*)", line):
            level = len(heading[1])
            headings = {other: text for other, text in headings.items() if other < level} | {level: heading[2]}
    assert inside is None, f"{guide}: a block doesn't end"
    return found


def of_session(name):
    return [block for guide in GUIDES for block in read(guide)
            if block.language in COMMANDS and block.key not in SKIPPED and block.session == name]


def table_errors():
    """What doesn't fit between the guides and the tables above."""
    every = [block for guide in GUIDES for block in read(guide)]
    errors = [f"{block.place}: what is a {block.language!r} block? Name it in COMMANDS or OTHERS."
              for block in every if block.language not in COMMANDS | OTHERS]
    commands = [block.key for block in every if block.language in COMMANDS]
    errors += [f"{key}: stands twice in its guide" for key in set(commands) if commands.count(key) > 1]
    errors += [f"{key}: no guide has such a block any more" for key in [*SKIPPED, *HOW] if key not in commands]
    errors += [f"{key}: is it run or skipped?" for key in SKIPPED if key in HOW]
    for block in every:
        for old in HOW.get(block.key, How()).replace:
            if old not in block.text:
                errors.append(f"{block.place}: doesn't hold {old!r}, which the test replaces")
    return errors
