# What every script here starts with: strict mode, the repository as working directory, and errors that name
# the command that mends them. Sourced, never run.
set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
cd "$ROOT"
TARGET_DIR="${CARGO_TARGET_DIR:-$ROOT/target}"

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }

# die WHAT MEND: stop, saying what is missing and which command mends it.
die() {
    printf '\n%s: %s\n' "$(basename "$0")" "$1" >&2
    if [ $# -gt 1 ]; then printf '  mend it with: %s\n' "$2" >&2; fi
    exit 1
}

# install_debian PACKAGE...: Debian's packages, when we may install; otherwise an error with the command.
install_debian() {
    command -v apt-get >/dev/null || die "missing: $* (and this is not a Debian system)" "install $* with your package manager"
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        sudo -n true 2>/dev/null || die "missing: $*" "sudo apt-get update && sudo apt-get install -y $*"
        as_root=(sudo -n)
    fi
    say "installing $*"
    "${as_root[@]}" apt-get update -q >/dev/null
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -q --no-install-recommends "$@" >/dev/null \
        || die "could not install: $*" "sudo apt-get update && sudo apt-get install -y $*"
}

need_rust() {
    command -v cargo >/dev/null || die "cargo is missing" "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"
    command -v cc >/dev/null || install_debian gcc libc6-dev
}

need_node() {
    if ! command -v node >/dev/null || ! command -v npm >/dev/null; then install_debian nodejs npm; fi
    local major
    major="$(node -p 'process.versions.node.split(".")[0]')"
    [ "$major" -ge 18 ] || die "node $major is too old: 18 or newer is needed" "sudo apt-get install -y nodejs npm"
}

# need_chromium: sets CHROMIUM to the browser that the console is tried in.
need_chromium() {
    local name
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        CHROMIUM="$(command -v "$name" || true)"
        if [ -n "$CHROMIUM" ]; then return; fi
    done
    install_debian chromium
    CHROMIUM="$(command -v chromium)" || die "Chromium is missing" "sudo apt-get install -y chromium"
}

# need_nginx: sets NGINX to Debian's, which no PATH but root's has.
need_nginx() {
    command -v openssl >/dev/null || install_debian openssl
    NGINX="$(PATH="$PATH:/usr/sbin" command -v nginx || true)"
    if [ -n "$NGINX" ]; then return; fi
    install_debian nginx-light
    NGINX="$(PATH="$PATH:/usr/sbin" command -v nginx)" || die "nginx is missing" "sudo apt-get install -y nginx-light"
}

# need_promtool: Prometheus's own judge of its files, and of what a server prints.
need_promtool() {
    if ! command -v promtool >/dev/null; then install_debian prometheus; fi
}

# need_calc: LibreOffice, which opens our exports as people do: 96 MB to fetch, 300 MB on disk, about a minute.
need_calc() {
    if ! command -v soffice >/dev/null; then install_debian libreoffice-calc; fi
}

# need_python: sets PYTHON to one that has what tests/python asks for, in an environment of its own below target/.
need_python() {
    local venv="$TARGET_DIR/python" wanted="$ROOT/tests/python/requirements.txt"
    command -v python3 >/dev/null || install_debian python3
    command -v openssl >/dev/null || install_debian openssl
    if [ ! -x "$venv/bin/pip" ]; then
        rm -rf "$venv"
        # Debian has the module without what makes it work, in a package of its own.
        python3 -m venv "$venv" 2>/dev/null || { install_debian python3-venv && rm -rf "$venv" && python3 -m venv "$venv"; } \
            || die "no virtual environment could be made" "sudo apt-get install -y python3-venv"
    fi
    PYTHON="$venv/bin/python"
    if ! cmp -s "$wanted" "$venv/requirements.txt"; then
        say "installing what tests/python needs"
        "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$wanted" \
            || die "PyPI's packages could not be installed" "$venv/bin/pip install -r $wanted"
        cp "$wanted" "$venv/requirements.txt"
    fi
}

# free_port: a loopback port on which nobody answers.
free_port() {
    local port
    for _ in $(seq 50); do
        port=$((RANDOM % 20000 + 20000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
    die "no free port on loopback" "close some programs"
}

# wait_gone PID SECONDS: whether the process ended in time.
wait_gone() {
    for _ in $(seq $(($2 * 10))); do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.1
    done
    return 1
}
