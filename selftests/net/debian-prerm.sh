#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The scripts that Debian's packages run before they are removed, in both orders. Runs in
# the namespace of the machine, as the scripts look into /sys.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
debian=$here/../../Documentation/packaging/debian
PATH=$tools:$PATH
unset -f teredo

# prerm PACKAGE ACTION
prerm()
{
	check "prerm of teredo-$1" sh "$debian/teredo-$1.prerm" "$2"
}

loaded()
{
	[ -e /sys/module/teredo ]
}

not_loaded()
{
	! loaded
}

# device: a device as teredod leaves it
device()
{
	modprobe teredo
	ip link add teredo0 type teredo mode relay local 203.0.113.1
	mkdir -p /run/teredo
	touch /run/teredo/teredo0.made
}

test_upgrade()
{
	device
	prerm tools upgrade
	prerm dkms upgrade
	check "the device stays" ip link show teredo0
	ip link del teredo0
	check "the module stays" loaded
	rmmod teredo
}

test_tools_first()
{
	device
	prerm tools remove
	check "without a module" not_loaded
	prerm dkms remove
}

# The package of the module is removed completely before the script of the other one runs.
test_module_first()
{
	device
	prerm dkms remove
	check "the device stays" ip link show teredo0
	mkdir /tmp/empty
	mount --bind /tmp/empty "/lib/modules/$(uname -r)"
	prerm tools remove
	umount "/lib/modules/$(uname -r)"
	check "without a module" not_loaded
}

add_test "an upgrade keeps device and module" test_upgrade
add_test "remove: first teredo-tools" test_tools_first
add_test "remove: first teredo-dkms, which keeps a module with devices" test_module_first

run_tests
