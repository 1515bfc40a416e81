#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Static checks of everything. Any complaint is a failure.
#
# usage: scripts/lint.sh KDIR

set -u
cd "$(dirname "$0")/.." || exit 1
kdir=$1
bad=0

# try WHAT COMMAND...: silent if all is well
try()
{
	local what=$1 out

	shift
	if out=$("$@" 2>&1) && [ -z "$out" ]; then
		echo "lint: $what: clean"
	else
		printf '%s\n' "$out"
		echo "lint: $what: FAILED"
		bad=1
	fi
}

mapfile -t code < <(git ls-files '*.[ch]' | grep -v -e '-gen\.' -e '_gen\.')
mapfile -t kernel_code < <(git ls-files 'kernel/*.[ch]' 'uapi/*.h')
mapfile -t scripts < <(git grep -lE '^#!.*(bash|/sh|busybox sh)$')
mapfile -t text < <(git ls-files | grep -v -e ^COPYING -e '\.pcap' -e 'vectors\.txt')

# checkpatch comes with the source of the kernel only, so it is unpacked once
find_checkpatch()
{
	local tar dir=.cache/checkpatch

	if [ -x "${CHECKPATCH:-}" ]; then
		echo "$CHECKPATCH"
		return
	fi
	if [ ! -x $dir/checkpatch.pl ]; then
		tar=$(compgen -G '/usr/src/linux-source-*.tar.xz' | sort -V | tail -n 1)
		[ "$tar" ] || return
		mkdir -p $dir
		tar -C $dir -xf "$tar" --strip-components=2 --wildcards \
			'*/scripts/checkpatch.pl' '*/scripts/spelling.txt' \
			'*/scripts/const_structs.checkpatch'
	fi
	echo $dir/checkpatch.pl
}

checkpatch=$(find_checkpatch)
if [ "$checkpatch" ]; then
	# compat.h is there for its version checks
	try checkpatch perl "$checkpatch" --no-tree --strict --terse --quiet \
		--no-summary --ignore LINUX_VERSION_CODE -f "${code[@]}"
else
	echo "lint: checkpatch: not found; install linux-source, or set CHECKPATCH"
	bad=1
fi

# all objects again, warnings are all that a silent make prints
sparse()
{
	make -s -C "$kdir" M="$PWD" TEREDO_VERSION=0 W=1 C=2 \
		CF=-D__CHECK_ENDIAN__ modules 2>&1 |
		grep -v 'Skipping BTF generation'
	return "${PIPESTATUS[0]}"
}
try sparse sparse

try kernel-doc "$kdir/scripts/kernel-doc" -none -Werror "${kernel_code[@]}"
try shellcheck shellcheck "${scripts[@]}"
# ND, ECT and BU are names that the RFCs give
try codespell codespell -L nd,ect,bu "${text[@]}"

exit $bad
