#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What takes round trips must not take timers: qualification, the way to a
# native host and the way to a peer, on links with delay.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"


# Round trip between client and anything 50 ms. From the daemon's start on, so
# what a new process takes under emulation counts against us.
test_qualify()
{
	local start took

	for node in s1 s2 r h; do
		link_delay "$node" 0ms
	done
	set_nat a pr
	link_delay a 25ms
	start=$(now_ms)
	client_up a || return
	took=$(($(now_ms) - start))
	note "qualified after $took ms"
	check_at_most "2.5 round trips and 100 ms" 225 "$took"
	check "no ping lost" reach a 2001:db8:1::10 10
	client_down a
}

# Round trip between any two sites 105 ms, as in what was measured of Miredo
far_apart()
{
	local node

	for node in a b s1 s2 r; do
		link_delay "$node" 26250us
	done
}

test_first_ping_relay()
{
	local rtt

	far_apart
	set_nat a pr
	client_up a || return
	rtt=$(first_rtt a 2001:db8:1::10)
	note "first ping via the relay $rtt ms"
	check_at_most "four round trips and a little" 430 "$rtt"
	client_down a
}

test_first_ping_peer()
{
	local rtt

	far_apart
	set_nat a pr
	set_nat b pr
	client_up a || return
	client_up b || return
	rtt=$(first_rtt a "$(teredo_address b)")
	note "first ping to a peer $rtt ms"
	check_at_most "2.5 round trips and a little" 265 "$rtt"
	client_down a
	client_down b
}

modprobe teredo || fail "no module"
internet
client a pr
client b pr
services

add_test "C-23 C-36: qualified within 2.5 round trips and 100 ms, no ping lost" \
	test_qualify
add_test "C-75 C-61: first ping via a relay within 430 ms at 105 ms" \
	test_first_ping_relay
add_test "C-80 C-58: first ping to a peer within 265 ms at 105 ms" \
	test_first_ping_peer

run_tests
