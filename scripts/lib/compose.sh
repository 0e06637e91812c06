# docker-compose.yml by Docker, or by Podman where there is no Docker. Sourced after common.sh.
#
# From the environment: COMPOSE_FILE and COMPOSE_PROJECT_NAME, as both know them, and ENV_FILE instead of .env.

export COMPOSE_PROJECT_NAME="${COMPOSE_PROJECT_NAME:-belle-house}"
export ENV_FILE="${ENV_FILE:-$ROOT/.env}"
IMAGE="${APP_IMAGE:-belle-house}"

# compose_engine: sets ENGINE and COMPOSE.
compose_engine() {
    if command -v docker >/dev/null && docker compose version >/dev/null 2>&1; then
        ENGINE=docker COMPOSE=(docker compose)
    elif command -v podman >/dev/null && command -v podman-compose >/dev/null; then
        ENGINE=podman COMPOSE=(podman-compose --no-ansi)
        # A health check of the image is Docker's addition to the format.
        export BUILDAH_FORMAT=docker
    else
        die "neither Docker with its compose plugin nor Podman with podman-compose is here" "curl -fsSL https://get.docker.com | sh"
    fi
    [ -r "$ENV_FILE" ] || die "$ENV_FILE is missing" "cp .env.example .env, and fill it in (docs/DEPLOYMENT.md)"
}

compose() { "${COMPOSE[@]}" --env-file "$ENV_FILE" "$@"; }

# setting KEY: its value in the env file.
setting() { sed -n "s/^$1=//p" "$ENV_FILE" | tail -n 1 | sed "s/^[\"']//; s/[\"']\$//"; }

# service_containers SERVICE [-a]: the ids of those that run; with -a, of those that have ended too.
service_containers() {
    "$ENGINE" ps -q --no-trunc ${2:+"$2"} --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" \
        --filter "label=com.docker.compose.service=$1"
}

image_id() { "$ENGINE" image inspect --format '{{.Id}}' "$1" 2>/dev/null | sed 's/^sha256://' || true; }
container_image() { "$ENGINE" inspect --format '{{.Image}}' "$1" | sed 's/^sha256://'; }

# ready CONTAINER SECONDS: whether its instance can serve in time. Asked by the binary itself: Podman without systemd runs
# no health checks.
ready() {
    local end=$((SECONDS + $2))
    while [ "$SECONDS" -lt "$end" ]; do
        if timeout 10 "$ENGINE" exec "$1" belle-house healthcheck >/dev/null 2>&1; then return 0; fi
        [ "$("$ENGINE" inspect --format '{{.State.Status}}' "$1" 2>/dev/null)" != exited ] || return 1
        sleep 1
    done
    return 1
}

# database_ready SECONDS
database_ready() {
    local end=$((SECONDS + $1)) container
    while [ "$SECONDS" -lt "$end" ]; do
        container="$(service_containers db)"
        if [ -n "$container" ] && timeout 10 "$ENGINE" exec "$container" sh -c 'pg_isready -q -h 127.0.0.1 -U "$POSTGRES_USER" -d "$POSTGRES_DB"'; then return 0; fi
        sleep 1
    done
    return 1
}

# roll: replaces each instance that doesn't run $IMAGE:latest, one after the other: a new one is started beside them, and
# once it is ready an old one is told to finish. Whoever asks is answered all the time. When a new one doesn't become ready
# it is taken away, and what runs stays.
roll() {
    local want old count new container
    want="$(image_id "$IMAGE:latest")"
    [ -n "$want" ] || die "there is no image $IMAGE:latest" "scripts/deploy"
    count="$(service_containers app | wc -l)"
    if [ "$count" -eq 0 ]; then
        compose up -d --no-deps --no-build app >/dev/null
        count=1
    fi
    for old in $(service_containers app); do
        [ "$(container_image "$old")" != "$want" ] || continue
        local before
        before="$(service_containers app -a)"
        compose up -d --no-deps --no-build --no-recreate --scale "app=$((count + 1))" app >/dev/null
        new=""
        # One that doesn't start may be seen as ended, between one try and the next.
        for container in $(service_containers app -a); do
            grep -q "$container" <<<"$before" || new="$container"
        done
        if [ -z "$new" ] || [ "$(container_image "$new")" != "$want" ] || ! ready "$new" "${READY_TIMEOUT:-120}"; then
            printf 'the new instance does not become ready; its last lines:\n' >&2
            if [ -n "$new" ]; then
                "$ENGINE" logs --tail 20 "$new" >&2 || true
                "$ENGINE" rm -f "$new" >/dev/null || true
            fi
            return 1
        fi
        # nginx looks every two seconds who there is: the new one is to be asked before an old one goes.
        sleep 4
        "$ENGINE" stop --time 25 "$old" >/dev/null
        "$ENGINE" rm "$old" >/dev/null
        printf 'instance %.12s → %.12s\n' "$old" "$new"
    done
}

# answers SECONDS: whether the deployment answers from outside, by its public address on this machine.
answers() {
    local url authority host port end=$((SECONDS + $1))
    url="$(setting PUBLIC_URL)"
    authority="${url#*://}"
    authority="${authority%%/*}"
    host="${authority%:*}"
    port="${authority##*:}"
    if [ "$port" = "$authority" ]; then port=443; [ "${url%%:*}" = https ] || port=80; fi
    while [ "$SECONDS" -lt "$end" ]; do
        if curl -fsS --max-time 10 --resolve "$host:$port:127.0.0.1" -o /dev/null "${url%/}/readyz" \
            && curl -fsS --max-time 10 --resolve "$host:$port:127.0.0.1" "${url%/}/graphql?query=%7B__typename%7D" | grep -q '"Query"'; then
            return 0
        fi
        sleep 2
    done
    return 1
}
