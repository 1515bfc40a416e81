#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Generate the netlink code from Documentation/netlink/specs/teredo.yaml with the kernel's
# generator, or compare it with the committed code.
#
#   scripts/ynl-gen.sh [--check] KERNEL_SOURCE
#
# KERNEL_SOURCE is a kernel tree of 6.16 or later, or one that has at least
# tools/net/ynl and Documentation/netlink.
set -euo pipefail

check=
if [ "${1:-}" = --check ]; then
	check=1
	shift
fi
ksrc=${1:?usage: scripts/ynl-gen.sh [--check] KERNEL_SOURCE}
top=$(cd "$(dirname "$0")/.." && pwd)
spec=Documentation/netlink/specs/teredo.yaml

# The generator searches upwards for a tree's root, and writes the paths of specification
# and output into the files. So it runs in a small tree of its own.
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/Documentation/netlink/specs" "$tree/tools/net"
cp -r "$ksrc/tools/net/ynl" "$tree/tools/net/"
cp "$ksrc"/Documentation/netlink/*.yaml "$tree/Documentation/netlink/"
cp "$top/$spec" "$tree/Documentation/netlink/specs/"
: >"$tree/MAINTAINERS"

gen=tools/net/ynl/pyynl/ynl_gen_c.py
[ -e "$tree/$gen" ] || gen=tools/net/ynl/ynl-gen-c.py

status=0
while read -r mode kind file; do
	out=$(basename "$file")
	(cd "$tree" && timeout 60 /usr/bin/python3 "$gen" --mode "$mode" \
		"$kind" --spec "$spec" -o "$out")
	if [ -z "$check" ]; then
		cp "$tree/$out" "$top/$file"
	elif ! diff -u "$top/$file" "$tree/$out"; then
		echo "$file is not what $spec makes: run make ynl" >&2
		status=1
	fi
done <<FILES
uapi --header uapi/linux/teredo.h
kernel --header kernel/netlink-gen.h
kernel --source kernel/netlink-gen.c
FILES
exit $status
