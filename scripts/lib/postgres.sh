# A PostgreSQL of our own: postgres_start makes a throw-away cluster on a free loopback port and sets
# POSTGRES_URL; postgres_stop ends it by its pid and deletes it. Sourced after common.sh.
#
# Durability stays on, as in production, so that lock and commit timings are the real ones. Authentication is
# `trust`: the cluster listens on loopback, holds test data alone and lives as long as the script.

POSTGRES_DIR=""
POSTGRES_PID=""
POSTGRES_URL=""

postgres_bindir() {
    local initdb
    initdb="$(ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -1 || true)"
    [ -n "$initdb" ] || initdb="$(command -v initdb || true)"
    if [ -n "$initdb" ]; then dirname "$initdb"; fi
}

# initdb refuses to run as root: as root, everything here runs as Debian's `postgres` user (or `nobody`).
postgres_as() {
    if [ "$(id -u)" != 0 ]; then
        "$@"
    else
        local user=postgres
        getent passwd postgres >/dev/null || user=nobody
        setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups env HOME="$POSTGRES_DIR" "$@"
    fi
}

postgres_start() {
    local bin port
    bin="$(postgres_bindir)"
    if [ -z "$bin" ]; then
        install_debian postgresql
        bin="$(postgres_bindir)"
        [ -n "$bin" ] || die "PostgreSQL's initdb is missing" "sudo apt-get install -y postgresql"
    fi
    # Under /tmp, because the other user must be able to walk there, and a home directory often forbids it.
    POSTGRES_DIR="$(mktemp -d /tmp/belle-house-postgres.XXXXXX)"
    chmod 755 "$POSTGRES_DIR"
    mkdir "$POSTGRES_DIR/data"
    if [ "$(id -u)" = 0 ]; then chown -R "$(getent passwd postgres >/dev/null && echo postgres || echo nobody)" "$POSTGRES_DIR"; fi
    # A locale of C.UTF-8 rather than the machine's: the order of text must not depend on who runs the tests.
    postgres_as "$bin/initdb" --pgdata="$POSTGRES_DIR/data" --username=belle --auth=trust --encoding=UTF8 \
        --locale=C.UTF-8 >"$POSTGRES_DIR.log" 2>&1 || {
        cat "$POSTGRES_DIR.log" >&2
        die "initdb failed" "see the lines above"
    }
    for _ in 1 2 3 4 5; do
        port="$(free_port)"
        (
            cd "$POSTGRES_DIR"
            postgres_as "$bin/postgres" -D "$POSTGRES_DIR/data" -p "$port" \
                -c listen_addresses=127.0.0.1 -c unix_socket_directories="$POSTGRES_DIR" \
                -c max_connections=400 -c shared_buffers=256MB -c max_wal_size=2GB \
                -c wal_level=minimal -c max_wal_senders=0 -c checkpoint_timeout=30min \
                -c timezone=UTC -c log_min_messages=fatal -c logging_collector=off
        ) >>"$POSTGRES_DIR.log" 2>&1 &
        for _ in $(seq 100); do
            # The first line of postmaster.pid is the server's own pid, whichever wrappers started it.
            if [ "$(sed -n 8p "$POSTGRES_DIR/data/postmaster.pid" 2>/dev/null | tr -d ' ')" = ready ]; then
                POSTGRES_PID="$(head -1 "$POSTGRES_DIR/data/postmaster.pid")"
                POSTGRES_URL="postgres://belle@127.0.0.1:$port/postgres"
                return
            fi
            sleep 0.1
            kill -0 $! 2>/dev/null || break
        done
    done
    cat "$POSTGRES_DIR.log" >&2
    die "PostgreSQL did not start" "see the lines above"
}

postgres_stop() {
    if [ -n "$POSTGRES_PID" ]; then
        # INT is PostgreSQL's fast shutdown: sessions are ended, nothing is waited for.
        kill -INT "$POSTGRES_PID" 2>/dev/null || true
        wait_gone "$POSTGRES_PID" 20 || kill -QUIT "$POSTGRES_PID" 2>/dev/null || true
        POSTGRES_PID=""
    fi
    if [ -n "$POSTGRES_DIR" ]; then
        rm -rf "$POSTGRES_DIR" "$POSTGRES_DIR.log"
        POSTGRES_DIR=""
    fi
}
