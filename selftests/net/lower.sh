#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The address that a device is bound to ("local"), which may be missing at first.
# timeout: 300

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# took WHAT LIMIT COMMAND...: how long until it succeeds, in ms
took()
{
	local what=$1 limit=$2 start ms

	shift 2
	start=$(now_ms)
	wait_for 15 "$@" || fail "$what: never"
	ms=$(($(now_ms) - start))
	note "$what after $ms ms"
	check_at_most "$what, ms" "$limit" "$ms"
}

no_carrier()
{
	[[ $(ip_on h link show teredo0) == *NO-CARRIER* ]]
}

carrier()
{
	! no_carrier
}

# bubble_counted: a relay at h has seen a client's bubble
bubble_counted()
{
	count_from h
	inject --from 192.0.2.20:50000 --to 198.51.100.7:3545 \
		bubble "$B" 2001:db8:7::7
	pause 0.3
	[ "$(counted h)" ]
}

# A server or relay is up before its address exists, as a vxlan device is. Its
# carrier waits for the address.
test_local()
{
	ip_on h addr del 198.51.100.7/32 dev eth0
	check "relay up" teredo_relay h 198.51.100.7 3545
	check "no carrier" no_carrier
	printf '%s\n' 'addr add 198.51.100.7/32 dev eth0' \
		'route replace default dev eth0' | ip_on h -batch -
	took "carrier there" 1500 carrier
	bubble_counted || fail "no bubble is taken"
	teredo_down h

	ip_on h addr del 198.51.100.7/32 dev eth0
	check "server up" teredo_server h 198.51.100.7 198.51.100.8
	check "no carrier" no_carrier
	ip_on inet route replace 198.51.100.8 dev h
	printf '%s\n' 'addr add 198.51.100.7/32 dev eth0' \
		'addr add 198.51.100.8 dev eth0' \
		'route replace default dev eth0' | ip_on h -batch -
	took "carrier there" 1500 carrier
	check "qualified" on a "$tools/teredo" qualify \
		--server 198.51.100.7/198.51.100.8
	teredo_down h
}

modprobe teredo || fail "no module"
internet
client a pr
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545

add_test "R-33 S-01: the address to bind comes later" test_local

run_tests
