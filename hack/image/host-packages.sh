#!/bin/sh
# The packages of the image kumulus-host: `sh hack/image/host-packages.sh` installs those that are missing, `… list` prints all.
set -eu
packages="ethtool genisoimage iproute2 libstdc++6 openssl openvswitch-switch ovn-central ovn-host procps qemu-system-x86 qemu-utils xorriso"
if [ "${1:-}" = list ]; then
  echo "$packages"
  exit
fi
dpkg-query --show $packages >/dev/null 2>&1 && exit
apt-get -qq update
DEBIAN_FRONTEND=noninteractive apt-get -qq --yes --no-install-recommends install $packages
rm -rf /var/lib/apt/lists/*
