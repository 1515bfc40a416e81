#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Print a folder with the parts of a kernel's source that checks need and no
# other package has: checkpatch, semantic patches and the generator of netlink
# code. They are taken once from Debian's linux-source, which is downloaded, not
# installed.
#
# usage: scripts/kernel-source.sh [--whole]	KSRC=DIRECTORY uses a tree of your own
#   --whole	all of the source, to build a kernel from (1.8 GB)
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

if [ "${KSRC:-}" ]; then
	echo "$KSRC"
	exit
fi
dir=$PWD/.cache/kernel-source
parts=(scripts/checkpatch.pl scripts/spelling.txt
	scripts/const_structs.checkpatch scripts/coccinelle
	tools/net/ynl Documentation/netlink)
if [ "${1:-}" = --whole ]; then
	dir=$dir-whole parts=()
fi
# written last, so that a folder with other parts is made anew
if [ -e "$dir/complete" ] && [ "$(cat "$dir/complete")" = "${parts[*]}" ]; then
	echo "$dir"
	exit
fi

# The generator must be newer than what older releases have, so the backports of
# the current one are asked.
fetch()
{
	local package

	own_apt "$dir/apt" stable-backports || {
		echo "give the tree of a recent kernel as KSRC=DIRECTORY"
		exit 1
	}
	apt-get -q update
	package=$(apt-cache search --names-only \
		'^linux-source-[0-9.]+$' | awk '{ print $1 }' | sort -V | tail -n 1)
	cd "$dir"
	apt-get -q download "$package"
	dpkg-deb --fsys-tarfile "$package"_*.deb |
		tar -xO --wildcards '*.tar.xz' | xz -dc |
		tar -x --strip-components=1 --wildcards "${parts[@]/#/*/}"
	rm -rf "$package"_*.deb "$dir/apt"
	echo "${parts[*]}" > complete
}

rm -rf "$dir"
mkdir -p "$dir"
echo "fetching a kernel source, once (140 MB)" >&2
fetch >&2
echo "$dir"
