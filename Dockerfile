# gRTC's image. The default is `full`: the server with the tools one looks for inside a container (curl, sqlite3, ps);
# `docker build --target slim .` is the server alone.

FROM debian:bookworm-slim AS packages
SHELL ["/bin/bash", "-euc"]
# The one list of what building needs stands in scripts/setup.sh; only a change of it installs packages again.
COPY scripts/setup.sh /setup.sh
RUN . /setup.sh; apt-get update -q; \
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${build_packages[@]}"; \
    rm -rf /var/lib/apt/lists/*

FROM packages AS build
WORKDIR /src
COPY CMakeLists.txt CMakePresets.json VERSION ./
COPY cmake cmake
COPY app app
COPY src src
COPY web web
RUN cmake --preset release; cmake --build --preset release --target grtc; strip build/release/grtc

FROM debian:bookworm-slim AS slim
RUN apt-get update -q \
 && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
      ca-certificates libssl3 libsqlite3-0 libspdlog1.10 libfmt9 libsimdjson14 libprometheus-cpp-core1.0 \
      libhiredis0.14 libpq5 \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 1000 grtc && useradd --uid 1000 --gid grtc --home-dir /app --no-create-home --shell /bin/bash grtc \
 && install -d -o grtc -g grtc /app /app/data
COPY deploy/docker/entrypoint.sh /usr/local/bin/grtc-entrypoint
COPY --from=build /src/build/release/grtc /usr/local/bin/grtc
# Fails here, and not at somebody's start, when a library is missing above (libpq is loaded only once it is needed).
RUN grtc version && ldconfig -p | grep -q libpq.so.5
WORKDIR /app
USER grtc
ENV DATABASE_PATH=/app/data/items.db
VOLUME /app/data
EXPOSE 8001
HEALTHCHECK --interval=5s --timeout=6s --start-period=10s --retries=3 CMD ["grtc", "health"]
ENTRYPOINT ["grtc-entrypoint"]
CMD ["grtc", "serve"]

FROM slim AS full
USER root
RUN apt-get update -q \
 && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends curl procps sqlite3 \
 && rm -rf /var/lib/apt/lists/*
USER grtc
