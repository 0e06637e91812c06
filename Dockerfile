# Belle House in a container.
#
#   docker build -t belle-house .                                             everything, from source
#   docker build -t belle-house --build-arg LEAN=true .                       on a machine with 2 GB (docs/DEPLOYMENT.md)
#   docker build -t belle-house --target prebuilt --build-arg BINARY=dist/belle-house .   a binary built elsewhere
#
# The label org.opencontainers.image.revision is given by who builds, as scripts/deploy does.
#
# The images that all is built on, here and nowhere else.
ARG DEBIAN_IMAGE=docker.io/library/debian:bookworm-slim
ARG RUST_IMAGE=docker.io/library/rust:1.95-slim-bookworm
ARG NODE_IMAGE=docker.io/library/node:22-bookworm-slim

# ---- What runs: the certificates of those we write to, a user without rights, a folder for data.
FROM ${DEBIAN_IMAGE} AS base
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin belle-house \
    && install -d -m 700 -o belle-house -g belle-house /data /backups
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="Belle House" \
      org.opencontainers.image.description="The backend of Belle House: portfolio, clients, projects and billing, live, from one GraphQL endpoint" \
      org.opencontainers.image.vendor="Belle House" \
      org.opencontainers.image.licenses="LicenseRef-Proprietary" \
      org.opencontainers.image.version="${VERSION}"
ENV BIND_ADDR=0.0.0.0:8000 DATA_DIR=/data
WORKDIR /
VOLUME /data
USER 10001:10001
EXPOSE 8000
# The server hears SIGTERM itself and finishes what it does, for 20 s at most.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 CMD ["belle-house", "healthcheck"]
ENTRYPOINT ["belle-house"]
CMD ["serve"]

# ---- With a binary that was built elsewhere, on a Debian of the same name.
FROM base AS prebuilt
ARG BINARY=dist/belle-house
COPY --chmod=755 ${BINARY} /usr/local/bin/belle-house

# ---- The staff's console, which the binary carries.
FROM ${NODE_IMAGE} AS console
# Where a proxy on the way to npm signs with a certificate of its own: the file that has it, in NODE_IMAGE.
ARG NODE_EXTRA_CA_CERTS
WORKDIR /src/console
COPY console/package.json console/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY console ./
COPY operations /src/operations
COPY schema.graphql /src/
RUN npm run --silent generate && npm run --silent check && npm run --silent build

# ---- The dependencies, compiled once for as long as the manifests stay: our own crates are empty here.
FROM ${RUST_IMAGE} AS dependencies
RUN apt-get update \
    && apt-get install -y --no-install-recommends g++ make \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# true: one job at a time, no link-time optimisation, no line numbers: less memory, and a slower binary.
ARG LEAN=false
COPY scripts/lib/release-build scripts/lib/
COPY Cargo.toml Cargo.lock ./
COPY bench/Cargo.toml bench/
COPY documents/Cargo.toml documents/
COPY macros/Cargo.toml macros/
COPY migration/Cargo.toml migration/
COPY pictures/Cargo.toml pictures/
COPY platform/Cargo.toml platform/
RUN for crate in . bench documents macros migration pictures platform; do mkdir -p "$crate/src" && touch "$crate/src/lib.rs"; done \
    && echo 'fn main() {}' >src/main.rs && echo 'fn main() {}' >bench/src/main.rs && echo 'fn main() {}' >build.rs \
    && scripts/lib/release-build

# ---- The binary.
FROM dependencies AS build
COPY . .
COPY --from=console /src/console/dist console/dist
# Cargo goes by times: what was empty a moment ago must look older than what is here now.
RUN find . -name '*.rs' -not -path './target/*' -exec touch {} + && scripts/lib/release-build && strip --strip-unneeded target/release/belle-house

FROM base AS run
COPY --from=build /src/target/release/belle-house /usr/local/bin/belle-house
