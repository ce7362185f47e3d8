# The image of all roles: the bundle, the CRDs and Node.js on a Debian with qemu-img. `node hack/image.ts` assembles its build context in build/image.
# A base made on the spot serves where no registry can be reached: --build-arg BASE=local-debian:12.
ARG BASE=debian:12-slim
FROM ${BASE}

# INSTALL=1 takes qemu-img from Debian; else BASE must have it, which the last command makes sure of.
ARG INSTALL=0
RUN if [ "$INSTALL" = 1 ]; then \
      apt-get update && apt-get install --yes --no-install-recommends qemu-utils && rm -rf /var/lib/apt/lists/*; \
    fi && qemu-img --version

ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="kumulus" \
      org.opencontainers.image.description="A Kubernetes operator that runs an OpenStack-compatible cloud" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

# What changes least comes first. Nothing here is writable for the user that the roles run as.
COPY node /kumulus/bin/node
COPY node_modules /kumulus/node_modules
COPY crds /kumulus/crds
COPY program /kumulus/program

ENV NODE_ENV=production
WORKDIR /kumulus
USER 65532:65532
# The role is the first argument: operator, api, webhook.
ENTRYPOINT ["/kumulus/bin/node", "/kumulus/program/main.mjs"]
