#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Build the module for a kernel of scripts/debug-kernel.sh, in a folder of its
# own beside that kernel, so that the one in the tree stays. It is instrumented
# for coverage, has debugging information, which the kernel has not, and its unit
# tests in it if the kernel can run them.
#
# usage: scripts/debug-module.sh NAME [VARIABLE=VALUE...]
set -euo pipefail
cd "$(dirname "$0")/.."

top=$PWD
build=$top/.cache/debug-kernel/${1:?usage: scripts/debug-module.sh NAME}
tree=$build/teredo
shift

# the same sources under another name; kbuild puts objects where they lie. Those made
# from another copy of the tree may be newer than what they are to be made from now.
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
# In the tree of selftests/mutants/run, the files of the kernel are links.
kernel=$(dirname "$(realpath "$build/.config")")
make -s -C "$kernel" ARCH=$arch M="$tree" W=1 CONFIG_TEREDO_KUNIT_TEST=$tests \
	GCOV_PROFILE=y KCOV_INSTRUMENT=y KCFLAGS=-g "$@" modules
