#!/bin/sh
# Makes the root of the shell-less image: sh hack/image/rootfs.sh FOLDER. Needs a Debian 12 with apt and its mirror.
# Packages are unpacked and not configured: what a Node.js and qemu-img need works so.
set -eu
target=$1
packages="base-files libstdc++6 netbase qemu-utils tzdata"

archives=$(mktemp -d)
mkdir -p "$archives/partial"
# An empty list of installed packages makes apt take all dependencies too.
apt-get -qq update
apt-get -qq --yes --no-install-recommends --download-only -o APT::Sandbox::User=root -o Dir::State::status=/dev/null -o Dir::Cache::archives="$archives" install $packages

mkdir -p "$target/var/lib/dpkg/status.d"
for archive in "$archives"/*.deb; do
  dpkg-deb --extract "$archive" "$target"
  # Where scanners look for the packages of an image without dpkg.
  dpkg-deb --field "$archive" >"$target/var/lib/dpkg/status.d/$(dpkg-deb --field "$archive" Package)"
done
rm -r "$archives"
cd "$target"
# Licences stay; translations, manuals and the scripts' languages go.
find usr/share/doc -type f ! -name copyright -delete
rm -rf usr/share/locale usr/share/man usr/share/perl5 usr/share/lintian usr/share/debconf usr/share/bug usr/lib/x86_64-linux-gnu/gconv usr/bin/perl* usr/lib/x86_64-linux-gnu/perl*
find usr/bin usr/sbin bin sbin -type f ! -name 'qemu-img' -delete
echo 'root:x:0:0:root:/:/sbin/nologin' >etc/passwd
echo 'kumulus:x:65532:65532:kumulus:/:/sbin/nologin' >>etc/passwd
echo 'root:x:0:' >etc/group
echo 'kumulus:x:65532:' >>etc/group
