#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# DKMS builds the module for every kernel that is installed with headers or fetched, each
# with the dkms of its own release and in private folders.
# set: long

# shellcheck source=../net/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../net/lib.sh"

# in the tree, as builds for fetched kernels can access nothing else
work=$top/.cache/dkms
version=$(make -s -C "$top" version)

test_version()
{
	check_equal "PACKAGE_VERSION" "$version" \
		"$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' "$top/dkms.conf")"
}

# dkms_for KERNEL ACTION: with a private key to sign the module; otherwise dkms makes a key
# for the system
dkms_for()
{
	local kernel=$1 dir=$work/$1

	"$top/scripts/kernel-run" "$kernel" env mok_signing_key="$dir/mok.key" \
		mok_certificate="$dir/mok.pub" dkms "$2" -m teredo \
		-v "$version" -k "$kernel" --dkmstree "$dir/tree" \
		--sourcetree "$dir/usr/src" --installtree "$dir/modules" \
		--kernelsourcedir "/lib/modules/$kernel/build" \
		> "$dir/log" 2>&1 || {
		cat "$dir/log" "$dir/tree/teredo/$version/build/make.log"
		return 1
	}
}

test_build()
{
	local kernel=$1 dir=$work/$1 module

	mkdir -p "$dir"/{tree,modules}
	make -s -C "$top" install-source DESTDIR="$dir"
	check "dkms add" dkms_for "$kernel" add || return
	check "dkms build" dkms_for "$kernel" build || return
	check_equal "warnings" '' "$(grep -i -e warn -e deprecat "$dir/log")"
	module=$(echo "$dir/tree/teredo/$version/$kernel"/*/module/teredo.ko*)
	check_equal "version" "$version" "$(modinfo -F version "$module")"
	check_equal "kernel" "$kernel" \
		"$(modinfo -F vermagic "$module" | sed 's/ .*//')"
}

rm -rf "$work"
add_test "dkms.conf has the version of the Makefile" test_version
while read -r kernel; do
	add_test "DKMS builds the module for $kernel" test_build "$kernel"
done < <("$top/scripts/kernel" --all)
run_tests
