# Two images of one program. `make image` builds both, with an engine of its own where there is none; by hand:
#   docker build --target kumulus .        the roles: no shell, no root user, nothing to write on
#   docker build --target kumulus-host .   besides them OVS, OVN and QEMU: for the chart's `ovn` and `nodeAgent`
# Where no registry is reachable, bases made of Debian's packages serve: hack/image/bases.ts makes them, and its context has what the steps would fetch.
ARG BUILDER=node:24-bookworm-slim
ARG BASE=debian:12-slim

FROM ${BUILDER} AS build
WORKDIR /src
COPY . .
RUN if [ ! -d node_modules ]; then npm ci --no-audit --no-fund; fi \
 && if [ ! -f sbom.spdx.json ]; then npm sbom --omit=dev --sbom-format=spdx >sbom.spdx.json; fi \
 && node_modules/node/bin/node hack/image/assemble.ts /out/kumulus \
 && cp sbom.spdx.json LICENSE /out/kumulus/ \
 && if [ ! -d rootfs ]; then sh hack/image/rootfs.sh rootfs; fi \
 && mv rootfs /out/rootfs

FROM scratch AS kumulus
COPY --from=build /out/rootfs /
COPY --from=build /out/kumulus /kumulus
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="kumulus" \
      org.opencontainers.image.description="A Kubernetes operator that runs an OpenStack-compatible cloud" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production PATH=/usr/bin
WORKDIR /kumulus
USER 65532:65532
# The role is the first argument: operator, api, webhook.
ENTRYPOINT ["/kumulus/bin/node", "/kumulus/program/main.mjs"]

FROM ${BASE} AS kumulus-host
COPY hack/image/host-packages.sh /usr/local/sbin/
# Does nothing on a base that has them.
RUN sh /usr/local/sbin/host-packages.sh
COPY --from=build /out/kumulus /kumulus
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="kumulus-host" \
      org.opencontainers.image.description="OVS, OVN and QEMU for machines of a Kumulus cloud" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production
WORKDIR /kumulus
ENTRYPOINT ["/kumulus/bin/node", "/kumulus/program/main.mjs"]
