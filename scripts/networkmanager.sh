#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Unpack NetworkManager and its missing dependencies into .cache/networkmanager/root, for a
# test that copies it over its root. It is downloaded once, from this system's suite, and
# not installed, as it would manage this machine's devices.
#
# usage: scripts/networkmanager.sh
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

# shellcheck source=lib.sh
. scripts/lib.sh

dir=$PWD/.cache/networkmanager

fetch()
{
	own_apt "$dir/apt" "$(. /etc/os-release && echo "$VERSION_CODENAME")" &&
		apt-get -q update || return
	mkdir -p "$dir/debs/partial"
	# the system's package status determines what is missing
	apt-get -q -y --no-install-recommends --download-only \
		-o Dir::State::status=/var/lib/dpkg/status \
		-o Dir::Cache::archives="$dir/debs" -o Debug::NoLocking=1 \
		install network-manager
}

unpack()
{
	local deb

	mkdir -p "$dir/new/usr/lib" && ln -s usr/lib "$dir/new/lib" || return
	for deb in "$dir"/debs/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" |
			tar -x --keep-directory-symlink -C "$dir/new" || return
	done
	rm -r "$dir/new/lib" "$dir/new/usr/share/"{doc,locale,man}
	mv "$dir/new" "$dir/root"
}

[ ! -d "$dir/root" ] && command -v apt-get > /dev/null || exit 0
rm -rf "$dir"
mkdir -p "$dir"
(fetch && unpack) > "$dir/log" 2>&1 ||
	echo "NetworkManager cannot be had, see ${dir#"$PWD"/}/log" >&2
rm -rf "$dir/apt" "$dir/debs" "$dir/new"
