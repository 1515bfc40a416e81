#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Build the Debian packages teredo-dkms and teredo-tools into a folder, from a
# copy of the tree.
#
# usage: scripts/deb.sh VERSION DIRECTORY

set -eu
cd "$(dirname "$0")/.."
version=$1
mkdir -p "$2"
out=$(cd "$2" && pwd)

if ! command -v dpkg-buildpackage dh_dkms > /dev/null; then
	echo "packages to build with: dpkg-dev debhelper dh-dkms" >&2
	exit 1
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
build=$tmp/teredo-$version
mkdir "$build"
tar -c --exclude='*.ko' --exclude='*.o' --exclude='*.mod*' --exclude='.*' \
	Documentation/admin Kbuild Makefile dkms.conf kernel scripts tools uapi | tar -x -C "$build"
cp -r Documentation/packaging/debian "$build"

maintainer=$(sed -n 's/^M:	//p' MAINTAINERS | head -n 1)
# the date of the last commit, for reproducible packages
date=$(git log -1 --format=%aD 2> /dev/null || date -R)
sed -i -e "s/@VERSION@/$version/g" -e "s/@MAINTAINER@/$maintainer/g" \
	-e "s/@DATE@/$date/g" "$build/debian/changelog" "$build/debian/control"

cd "$build"
DEB_BUILD_OPTIONS="noautodbgsym ${DEB_BUILD_OPTIONS:-}" \
	dpkg-buildpackage -b -us -uc > "$tmp/log" 2>&1 || {
	cat "$tmp/log" >&2
	exit 1
}
rm -f "$out"/teredo*
cp "$tmp"/*.deb "$tmp"/*.changes "$tmp"/*.buildinfo "$out"
