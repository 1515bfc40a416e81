#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Unpack the "ip" of other Debian suites, each with the C library it was built for, to
# test the plug-in in them: .cache/iproute2/SUITE/ip runs one. They are downloaded once
# and not installed. A suite that cannot be downloaded is skipped.
#
# usage: scripts/iproute2.sh
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

# shellcheck source=lib.sh
. scripts/lib.sh

suites='bookworm-backports trixie sid'
top=$PWD/.cache/iproute2

fetch()
{
	local suite=$1 dir=$2 base=("$1") apt

	case $suite in
	*-backports) base+=("${suite%-backports}") ;;
	esac
	own_apt "$dir/apt" "${base[@]}" || return
	mkdir -p "$dir/debs"
	apt=(-q -o "APT::Default-Release=$suite" -o Acquire::Languages=none
		-o Acquire::http::Timeout=15)
	apt-get "${apt[@]}" update || return
	# the libraries of ip, and their dependencies
	mapfile -t packages < <(apt-cache "${apt[@]}" depends --recurse \
		--no-recommends --no-suggests --no-conflicts --no-breaks \
		--no-replaces --no-enhances iproute2 |
		grep -E '^(iproute2|lib[a-z0-9.+-]*|zlib1g)$' |
		grep -v -e '^libdebconf' -e perl | sort -u)
	(cd "$dir/debs" && apt-get "${apt[@]}" download "${packages[@]}")
}

# unpack: make an ip that uses the libraries of its own suite
unpack()
{
	local dir=$1 deb ld ip libs

	for deb in "$dir"/debs/*.deb; do
		dpkg-deb -x "$deb" "$dir/root" || return
	done
	rm -rf "$dir/root/usr/share"
	ld=$(find "$dir/root" -name 'ld-linux*.so.*' -type f | head -n 1)
	ip=$(find "$dir/root" -path '*bin/ip' -type f | head -n 1)
	libs=$(find "$dir/root" -name 'lib*.so.*' -printf '%h\n' | sort -u |
		paste -sd :)
	[ "$ld" ] && [ "$ip" ] || return
	printf '#!/bin/sh\nexec %s --library-path %s %s "$@"\n' \
		"$ld" "$libs" "$ip" > "$dir/ip"
	chmod +x "$dir/ip"
	"$dir/ip" -V
}

command -v apt-get > /dev/null || exit 0
for suite in $suites; do
	dir=$top/$suite
	[ ! -e "$dir/ip" ] || continue
	rm -rf "$dir"
	mkdir -p "$dir"
	if ! (fetch "$suite" "$dir" && unpack "$dir") > "$dir/log" 2>&1; then
		echo "ip of $suite cannot be had, see ${dir#"$PWD"/}/log" >&2
		rm -f "$dir/ip"
	fi
	rm -rf "$dir/apt" "$dir/debs"
done
