#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Build a kernel that reports mistakes, from the distribution's source, and
# print its build directory. What has been built is kept in .cache/debug-kernel
# until its configuration changes.
#
# usage: scripts/debug-kernel.sh [NAME]	KSRC=DIRECTORY builds a tree of your own
#   NAME	a configuration in selftests/vm/config, which comes on top of
#		"base": debug, the default, or kcsan
set -euo pipefail
cd "$(dirname "$0")/.."

name=${1:-debug}
parts=(selftests/vm/config/{base,"$name"})
build=$PWD/.cache/debug-kernel/$name
all=$build.config

say()
{
	printf 'debug-kernel: %s\n' "$*" >&2
}

# Options that the kernel's own rules took away again, by a missing dependency
# for example, or that are not called so any more.
lost()
{
	grep '^CONFIG_.*[^n]$' "$all" | grep -vxFf "$build/.config"
}

# where selftests/vm/run finds it
install_kernel()
{
	local version

	version=$(cat "$build/include/config/kernel.release")
	rm -rf "$build/root"
	mkdir -p "$build/root/boot"
	cp "$build/arch/x86/boot/bzImage" "$build/root/boot/vmlinuz-$version"
	make -s -C "$build" INSTALL_MOD_PATH="$build/root" modules_install >&2
	# with everything built in there is none, by which others know modules
	mkdir -p "$build/root/lib/modules/$version/kernel"
}

mkdir -p "$build"
cat "${parts[@]}" | cmp -s - "$all" || {
	rm -f "$build/complete"
	cat "${parts[@]}" > "$all"
}
if [ ! -e "$build/complete" ]; then
	source=$(scripts/kernel-source.sh --whole)
	say "configuring"
	nice -n 10 make -s -C "$source" O="$build" KCONFIG_ALLCONFIG="$all" \
		allnoconfig >&2
	if lost >&2; then
		say "not in the configuration although asked for: these"
		exit 1
	fi
	say "building, takes a while"
	nice -n 10 make -s -C "$source" O="$build" "-j$(nproc)" \
		bzImage modules >&2
	install_kernel
	touch "$build/complete"
fi
echo "$build"
