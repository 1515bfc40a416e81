#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Build a kernel that reports mistakes, from the distribution's source, and
# print its build directory. What has been built is kept in .cache/debug-kernel
# until its configuration changes.
#
# usage: scripts/debug-kernel.sh [NAME]	KSRC=DIRECTORY builds a tree of your own
#   NAME	debug, the default; kcsan; or uml, which is debug as user-mode
#		Linux. Of which parts in selftests/vm/config each is made is
#		below; a line "# make: VARIABLE=VALUE" in one is for building it
set -euo pipefail
cd "$(dirname "$0")/.."

name=${1:-debug}
declare -A kinds=([debug]='base x86 debug' [kcsan]='base x86 kcsan'
	[uml]='base uml debug')
build=$PWD/.cache/debug-kernel/$name
all=$build.config
parts=${kinds[$name]:?no such configuration}
arch=x86 image=arch/x86/boot/bzImage target=bzImage boot=vmlinuz
[[ $parts != *uml* ]] || arch=um image=linux target=linux boot=linux

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

# The configuration. The patch is in it as a comment, so that another one builds the
# kernel anew.
fragments()
{
	local part

	for part in $parts; do
		cat "selftests/vm/config/$part"
	done
	[ $arch != um ] || sed 's/^/# /' selftests/vm/config/uml.patch
	echo "CONFIG_LOCALVERSION=\"-$name\""
}

# mend: the downloaded source; one of somebody's own stays as it is
mend()
{
	local patch=selftests/vm/config/uml.patch

	[ ! "${KSRC:-}" ] || return 0
	patch -d "$source" -p1 -sfR --dry-run < $patch > /dev/null ||
		patch -d "$source" -p1 -sf < $patch
}

# where selftests/vm/run finds it
install_kernel()
{
	local version

	version=$(cat "$build/include/config/kernel.release")
	rm -rf "$build/root"
	mkdir -p "$build/root/boot"
	cp "$build/$image" "$build/root/boot/$boot-$version"
	make -s -C "$build" ARCH=$arch INSTALL_MOD_PATH="$build/root" modules_install >&2
	# with everything built in there is none, by which others know modules
	mkdir -p "$build/root/lib/modules/$version/kernel"
}

mkdir -p "$build"
fragments | cmp -s - "$all" || {
	rm -f "$build/complete"
	fragments > "$all"
}
if [ ! -e "$build/complete" ]; then
	source=$(scripts/kernel-source.sh --whole)
	[ $arch != um ] || mend
	say "configuring"
	nice -n 10 make -s -C "$source" O="$build" ARCH=$arch KCONFIG_ALLCONFIG="$all" \
		allnoconfig >&2
	if lost >&2; then
		say "not in the configuration although asked for: these"
		exit 1
	fi
	say "building, takes a while"
	mapfile -t variables < <(sed -n 's/^# make: //p' "$all")
	nice -n 10 make -s -C "$source" O="$build" ARCH=$arch "-j$(nproc)" \
		"${variables[@]}" $target modules >&2
	install_kernel
	touch "$build/complete"
fi
echo "$build"
