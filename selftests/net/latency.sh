#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Latency in round trips, not timers: qualification, and the first packet to a native host
# and to a peer, on links with delay.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"


# The round-trip time from the client to any host is 50 ms. Measured from the daemon's
# start, so it includes the start of a process under emulation.
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

# The round-trip time between any two sites is 105 ms, as in measurements of Miredo.
far_apart()
{
	local node

	for node in a b s1 s2 r; do
		link_delay "$node" 26250us
	done
}

# ten_times LIMIT FUNCTION: the first ping is answered each time, within LIMIT ms. Without
# an exact clock, CPU load adds to most of them.
ten_times()
{
	local i rtt late=0

	for ((i = 1; i <= 10; i++)); do
		rtt=$("$2")
		note "first ping $rtt ms"
		check_at_most "ms until a first ping is answered" 10000 "$rtt"
		[ "${rtt:-0}" -le "$1" ] || late=$((late + 1))
	done
	[ "$exact" ] || late=$((late - 9))
	check_at_most "first pings that took more than $1 ms" 0 "$late"
}

first_ping_relay()
{
	set_nat a pr
	client_up a >&2 || return
	first_rtt a 2001:db8:1::10
	client_down a
}

first_ping_peer()
{
	set_nat a pr
	set_nat b pr
	client_up a >&2 || return
	client_up b >&2 || return
	first_rtt a "$(teredo_address b)"
	client_down a
	client_down b
}

# four round trips and some time, 2.5 round trips and some time
test_first_ping()
{
	far_apart
	ten_times "$@"
}

modprobe teredo || fail "no module"
internet
client a pr
client b pr
services

add_test "C-23 C-36: qualified within 2.5 round trips and 100 ms, no ping lost" \
	test_qualify
add_test "C-75 C-61: first ping via a relay within 430 ms at 105 ms" \
	test_first_ping 430 first_ping_relay
add_test "C-80 C-58: first ping to a peer within 265 ms at 105 ms" \
	test_first_ping 265 first_ping_peer

run_tests
