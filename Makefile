# Kumulus. `make help` lists the targets; README.md says what they are for.
# Variables of a cloud: INSTANCE (a second, independent cloud), HYPERVISOR=qemu|simulated, STORAGE=local, NODES=1, EXTERNAL=host|none.
INSTANCE ?= default
HYPERVISOR ?= qemu
STORAGE ?= local
NODES ?= 1
EXTERNAL ?= host
export INSTANCE HYPERVISOR STORAGE NODES EXTERNAL AUDIT ROLES FROM_SOURCES PROCESS SAVE FOLLOW SERVICES TESTS DEBUG

# The project's own Node.js (npm package `node`) and tools come first.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
# One command at a time changes a cloud; -o keeps the lock from what it starts.
locked = flock -o /tmp/kumulus-$(INSTANCE).lock
cloud = @test -x node_modules/.bin/node || { echo "run \`make setup\` first" >&2; exit 1; };

.DEFAULT_GOAL := help
.PHONY: help setup up down status logs clean test e2e e2e-image e2e-cluster e2e-gitops e2e-versions conformance bench image

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

setup: ## Install packages and build what is missing (every other target does it first)
	@flock -o /tmp/kumulus-setup.lock node hack/bootstrap.mjs

up: setup ## Start the cloud INSTANCE, or mend and take over what runs of it
	$(cloud) $(locked) node standalone/make.ts up

down: ## Stop the cloud; its state stays
	$(cloud) $(locked) node standalone/make.ts down

status: ## Show each process with its pid, memory and health; fails when one is ill
	$(cloud) node standalone/make.ts status

logs: ## Show the last lines of each log (PROCESS=name for one, FOLLOW=1 to stay)
	$(cloud) node standalone/make.ts logs

clean: ## Stop the cloud and remove its state for good
	$(cloud) $(locked) node standalone/make.ts clean

test: setup ## Run everything that must pass before a change lands, with a real guest
	@node hack/test.ts

e2e: setup ## Run the whole-system stories with real guests
	@npm run -s e2e

e2e-image: setup ## Run the image's roles as containers against a real control plane
	@npm run -s e2e:image

e2e-cluster: setup ## Start a real Kubernetes node (containerd, kubelet), run pods on it and remove it
	@npm run -s e2e:cluster

e2e-versions: setup ## Build each minor version of Kubernetes that we run on, one after the other, and run a cloud with simulated guests on it
	@npm run -s e2e:versions

e2e-gitops: setup ## Keep a cloud with simulated guests by the real Argo CD from a git repository
	@npm run -s e2e:gitops

conformance: setup ## Run OpenStack's own test suite for SERVICES against a running cloud
	$(cloud) node hack/conformance.ts

bench: setup ## Measure the speed bars against bare yardsticks and print a table
	@node bench/run.ts

image: setup ## Build the container images kumulus and kumulus-host (SAVE=folder also writes them as archives)
	@node hack/image.ts $(if $(SAVE),--save $(SAVE))
