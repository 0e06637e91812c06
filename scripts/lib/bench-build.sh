# What building costs, printed: sourced by scripts/bench. Everything happens in a copy of the last commit with a target folder
# of its own, so that "fresh" is fresh and nobody's files are touched; crates come from the registry as it is on this machine.

# A build's largest rustc is found by running each under GNU time.
BUILD_TARGET=""
BUILD_COPY=""

build_prepare() {
    command -v /usr/bin/time >/dev/null || install_debian time
    command -v curl >/dev/null || install_debian curl
    BUILD_COPY="$(mktemp -d)"
    BUILD_TARGET="$BUILD_COPY/target"
    mkdir "$BUILD_COPY/tree"
    git archive HEAD | tar -x -C "$BUILD_COPY/tree"
    cat >"$BUILD_COPY/rustc" <<'WRAPPER'
#!/bin/sh
exec /usr/bin/time --quiet --append --output "$RUSTC_PEAKS" --format '%M %e %C' "$@"
WRAPPER
    chmod +x "$BUILD_COPY/rustc"
}

build_clean() {
    if [ -n "$BUILD_COPY" ]; then rm -rf "$BUILD_COPY"; fi
}

# in_copy COMMAND...: there, quietly; what it printed is shown when it fails.
in_copy() {
    (cd "$BUILD_COPY/tree" && CARGO_TARGET_DIR="$BUILD_TARGET" "$@") >"$BUILD_COPY/log" 2>&1 || {
        cat "$BUILD_COPY/log" >&2
        die "the build failed" "look at what it says above"
    }
}

# seconds COMMAND...: how long it takes.
seconds() {
    local begun
    begun="$(date +%s.%N)"
    "$@"
    awk -v from="$begun" -v to="$(date +%s.%N)" 'BEGIN { printf "%.1f", to - from }'
}

figure() { printf '  %-62s %10s   %s\n' "$1" "$2" "${3:-}"; }

# Builds and serves until the first answer, as `cargo run` does; RESIDENT is then what the process holds, in MiB.
first_answer() {
    local port pid
    in_copy cargo build --locked "$@"
    port="$(free_port)"
    mkdir -p "$BUILD_COPY/data"
    (cd "$BUILD_COPY/data" && exec env -i PATH="$PATH" HOME="$HOME" BIND_ADDR="127.0.0.1:$port" "$BUILD_TARGET/$PROFILE_FOLDER/belle-house" serve) \
        >"$BUILD_COPY/server.log" 2>&1 &
    pid=$!
    until curl -fsS -o /dev/null "http://127.0.0.1:$port/readyz" 2>/dev/null; do
        kill -0 "$pid" 2>/dev/null || { cat "$BUILD_COPY/server.log" >&2; die "the server did not start"; }
        sleep 0.1
    done
    # Written to a file: this runs in the subshell that is being timed.
    sleep "${SETTLE:-0}"
    awk '/^VmRSS/ { printf "%d", $2 / 1024 }' "/proc/$pid/status" >"$BUILD_COPY/resident"
    kill "$pid" && wait "$pid" 2>/dev/null || true
}

# change FILE FROM TO: a change of code, not of a comment; it must be one.
change() {
    grep -qF "$2" "$BUILD_COPY/tree/$1" || die "$1 doesn't hold '$2' any more" "name another line in scripts/lib/bench-build.sh"
    sed -i "0,/$2/s//$3/" "$BUILD_COPY/tree/$1"
}

bench_build() {
    local what="${1:-all}" time
    case "$what" in debug | release | all) ;; *) die "there is no build '$what'" "scripts/bench build [debug|release]" ;; esac
    build_prepare
    trap 'build_clean; postgres_stop' EXIT
    export RUSTC_PEAKS="$BUILD_COPY/peaks" PROFILE_FOLDER=debug
    say "build ($(nproc) cores, load average $(cut -d' ' -f1 /proc/loadavg), $(git rev-parse --short HEAD))"
    if [ "$what" != release ]; then
        figure "fresh clone to the first answer" "$(seconds env_wrapped first_answer) s" "at most 360"
        in_copy cargo check --locked
        change src/features/content/graphql/faq.rs 'self.row.position' '(self.row.position + 0)'
        figure "a resolver changed: cargo check" "$(seconds in_copy cargo check --locked) s" "at most 5"
        figure "a resolver changed: cargo run answers" "$(seconds first_answer) s" "at most 20"
        in_copy cargo test --locked --lib --no-run
        change src/features/billing/model.rs 'match self {' 'match { self } {'
        figure "a rule changed: its unit tests" "$(seconds in_copy cargo test --locked --lib billing::model) s" "at most 10"
    fi
    if [ "$what" != debug ]; then
        PROFILE_FOLDER=release
        : >"$RUSTC_PEAKS"
        time="$(SETTLE=5 seconds env_wrapped first_answer --release --bin belle-house)"
        figure "release build, and 5 s at rest" "$time s" "at most 900"
        figure "largest rustc" "$(sort -n "$RUSTC_PEAKS" | tail -1 | awk '{ printf "%.1f GB", $1 / 1048576 }')" "at most 2"
        figure "binary" "$(stat -c %s "$BUILD_TARGET/release/belle-house" | awk '{ printf "%.0f MB", $1 / 1000000 }')" "at most 70"
        figure "resident at rest, without data" "$(cat "$BUILD_COPY/resident") MiB" "at most 40"
    fi
}

env_wrapped() { RUSTC_WRAPPER="$BUILD_COPY/rustc" "$@"; }
