#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Print a directory with the parts of a kernel's source that the checks need and no other
# package has: checkpatch, semantic patches and the generator of netlink code. They are
# extracted once from Debian's linux-source, which is downloaded but not installed.
#
# usage: scripts/kernel-source.sh [--whole]	KSRC=DIRECTORY uses another source tree
#   --whole	the whole source, to build a kernel from (1.8 GB)
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
# written last; a directory with other parts is extracted again
if [ -e "$dir/complete" ] && [ "$(cat "$dir/complete")" = "${parts[*]}" ]; then
	echo "$dir"
	exit
fi

# The generator must be newer than that of older releases, so use the backports of the
# current release.
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
