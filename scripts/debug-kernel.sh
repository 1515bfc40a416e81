#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Build a kernel with runtime checks from the distribution's source, and print its build
# directory. The result is kept in .cache/debug-kernel until its configuration
# changes.
#
# usage: scripts/debug-kernel.sh [NAME]	KSRC=DIRECTORY uses another source tree
#   NAME	debug, the default; kcsan; uml, which is debug as user-mode Linux;
#		or host, user-mode Linux without checks, for selftests/packages. The
#		table below lists the parts in selftests/vm/config of each; a line
#		"# make: VARIABLE=VALUE" in a part is passed to make
set -euo pipefail
cd "$(dirname "$0")/.."

name=${1:-debug}
declare -A kinds=([debug]='base x86 debug' [kcsan]='base x86 kcsan'
	[uml]='base uml debug' [host]='base uml host')
build=$PWD/.cache/debug-kernel/$name
all=$build.config
parts=${kinds[$name]:?no such configuration}
arch=x86 image=arch/x86/boot/bzImage target=bzImage boot=vmlinuz
[[ $parts != *uml* ]] || arch=um image=linux target=linux boot=linux

say()
{
	printf 'debug-kernel: %s\n' "$*" >&2
}

# lost: print options that the kernel's build removed, for example because of a missing
# dependency or a new name
lost()
{
	grep '^CONFIG_.*[^n]$' "$all" | grep -vxFf "$build/.config"
}

# fragments: print the configuration. It contains the patches as comments, so that a
# changed patch triggers another build.
fragments()
{
	local part

	for part in $parts; do
		cat "selftests/vm/config/$part"
	done
	[ $arch != um ] || sed 's/^/# /' selftests/vm/config/uml*.patch
	echo "CONFIG_LOCALVERSION=\"-$name\""
}

# mend: patch the downloaded source; a tree in KSRC is not changed
mend()
{
	local patch

	[ ! "${KSRC:-}" ] || return 0
	for patch in selftests/vm/config/uml*.patch; do
		patch -d "$source" -p1 -sfR --dry-run < "$patch" > /dev/null ||
			patch -d "$source" -p1 -sf < "$patch"
	done
}

# install_kernel: install it where selftests/vm/run looks for it
install_kernel()
{
	local version

	version=$(cat "$build/include/config/kernel.release")
	rm -rf "$build/root"
	mkdir -p "$build/root/boot"
	cp "$build/$image" "$build/root/boot/$boot-$version"
	make -s -C "$build" ARCH=$arch INSTALL_MOD_PATH="$build/root" modules_install >&2
	# directory that marks an installed kernel, empty as all is built in
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
