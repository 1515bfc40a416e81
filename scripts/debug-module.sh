#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Build the module for a kernel of scripts/debug-kernel.sh, in a directory beside that
# kernel, so that the tree's own build does not change. The module has coverage
# instrumentation, debugging information, and its unit tests if the kernel supports
# KUnit.
#
# usage: scripts/debug-module.sh NAME [VARIABLE=VALUE...]
set -euo pipefail
cd "$(dirname "$0")/.."

top=$PWD
build=$top/.cache/debug-kernel/${1:?usage: scripts/debug-module.sh NAME}
tree=$build/teredo
shift

# The same sources under another path, as kbuild puts objects beside them. Objects of
# another copy of the tree can be newer than these sources.
[ "$(readlink "$tree/Kbuild")" = "$top/Kbuild" ] || rm -rf "$tree"
mkdir -p "$tree"
find "$tree" -type l -delete
for file in Kbuild uapi/*/*.h kernel/*.[ch] kernel/tests/*.c \
	    selftests/unit/vectors.txt; do
	mkdir -p "$tree/$(dirname "$file")"
	ln -s "$top/$file" "$tree/$file"
done
tests=n
! grep -q '^CONFIG_KUNIT=y' "$build/.config" || tests=y
arch=x86
! grep -q '^CONFIG_UML=y' "$build/.config" || arch=um
# in the tree of selftests/mutants/run, the files of the kernel are links
kernel=$(dirname "$(realpath "$build/.config")")
make -s -C "$kernel" ARCH=$arch M="$tree" W=1 CONFIG_TEREDO_KUNIT_TEST=$tests \
	GCOV_PROFILE=y KCOV_INSTRUMENT=y KCFLAGS=-g "$@" modules
