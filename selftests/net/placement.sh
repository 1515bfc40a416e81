#!/bin/bash
# shellcheck disable=SC2016,SC2086 # expanded later; constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Address and routes that the kernel refuses or that another program removes. teredod
# reports it, and restores them within a second of it being possible.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# disable_ipv6 NODE WHERE 0|1
disable_ipv6()
{
	on "$1" sysctl -qw "net.ipv6.conf.$2.disable_ipv6=$3"
}

# complete: the client at a has its address and both routes
complete()
{
	local routes

	has_teredo_address "${_pids[a-teredod]}" || return
	routes=$(ip_on a -6 route show dev teredo0)
	[[ $routes == *default* && $routes == *2001::/32* ]]
}

is_qualified()
{
	[[ $(teredo a -j show teredo0) == *'"state":"qualified"'* ]]
}

# missing WORDS: the client is no longer qualified, with this reason; "wait" fails
missing()
{
	local json

	check "not qualified: $1" wait_for 2 eval '! is_qualified'
	wait_for 2 eval "[[ \$(teredo a -j show teredo0) == *'$1'* ]]"
	json=$(teredo a -j show teredo0)
	[[ $json == *'"state":"offline"'* && $json == *"$1"* ]] ||
		fail "it says $json, not $1"
	teredo a show teredo0 > /dev/null
	check_equal "status of show" 3 $?
	teredo a wait teredo0 --timeout 0 > "$tmp/wait" 2>&1
	check_equal "status of wait" 3 $?
	[[ $(< "$tmp/wait") == *"$1"* ]] || fail "wait says $(< "$tmp/wait")"
}

waits_for()
{
	! teredo a wait teredo0 --timeout 0 > "$tmp/wait" 2>&1 &&
		[[ $(< "$tmp/wait") == *"$1"* ]]
}

# removed WORDS: the same for a state that lasts only half a second
removed()
{
	check "not qualified: $1" wait_for 1 waits_for "$1" ||
		note < "$tmp/wait"
}

# back_in_1s WHAT
back_in_1s()
{
	local start ms

	start=$(now_ms)
	wait_for 15 complete || {
		fail "$1: never"
		ip_on a -6 route show dev teredo0 | note
		tail -n 5 "$tmp/a-teredod.log" | note
		return
	}
	ms=$(($(now_ms) - start))
	check_at_most "$1, ms" 1000 $ms
	check "$1: qualified" wait_for 1 is_qualified
	check "$1: wait" teredo a wait teredo0 --timeout 1
}

test_disabled()
{
	local where

	client_up a || return
	for where in teredo0 all; do
		disable_ipv6 a $where 1
		missing 'IPv6 is disabled on teredo0'
		# an event triggers it, not the poll each 10 s
		pause 3
		disable_ipv6 a $where 0
		back_in_1s "$where.disable_ipv6=0"
		check "ping" reach a 2001:db8:1::10
	done
	client_down a
}

test_disabled_at_start()
{
	disable_ipv6 a all 1
	disable_ipv6 a default 1
	client_start a
	pause 3
	check "it runs" alive a-teredod
	missing 'IPv6 is disabled on teredo0'
	disable_ipv6 a all 0
	disable_ipv6 a default 0
	back_in_1s "all.disable_ipv6=0"
	client_down a
}

test_removed()
{
	local addr

	client_up a || return
	addr=$(teredo_address a)
	ip_on a addr flush dev teredo0 scope global
	removed 'the address was removed'
	back_in_1s "addr flush"
	check_equal "the address" "$addr" "$(teredo_address a)"
	ip_on a -6 route del default dev teredo0
	removed 'the default route was removed'
	back_in_1s "route del"
	ip_on a -6 route flush dev teredo0
	back_in_1s "route flush"
	# a replaced route causes no event of a removal
	ip_on a -6 route replace 2001::/32 dev eth0 metric 256
	back_in_1s "route replace"
	ip_on a -6 route del 2001::/32 dev eth0
	client_down a
}

relay_route()
{
	[ "$(ip_on r -6 route show 2001::/32 dev "${1:-teredo0}")" ]
}

relay_says()
{
	[[ $(teredo r -j show teredo0) == *"$1"* ]]
}

relay_back_in_1s()
{
	local start ms

	start=$(now_ms)
	wait_for 15 relay_route || fail "$1: never"
	ms=$(($(now_ms) - start))
	check_at_most "$1, ms" 1000 $ms
	check "$1: up" wait_for 1 relay_says '"state":"up"'
	check "$1: wait" teredo r wait teredo0 --timeout 1
}

# relay_missing WORDS
relay_missing()
{
	check "$1" wait_for 2 relay_says "$1"
	relay_says '"state":"no-route"' || fail "$(teredo r -j show teredo0)"
	teredo r wait teredo0 --timeout 0 > /dev/null 2>&1
	check_equal "status of wait" 3 $?
}

test_relay()
{
	mkdir -p "$tmp/run-r"
	cat > "$tmp/r-daemon.conf" <<-EOF
	[device]
	mode = relay
	local = 198.51.100.1
	port = 3546
	[route]
	announce = yes
	EOF
	ip_on r link del teredo0
	start r-teredod r env "TEREDO_RUN_DIR=$tmp/run-r" \
		"$tools/teredod" --debug --config "$tmp/r-daemon.conf" teredo0
	check "the route is there" wait_for 5 relay_route
	disable_ipv6 r teredo0 1
	relay_missing 'IPv6 is disabled on teredo0'
	pause 3
	disable_ipv6 r teredo0 0
	relay_back_in_1s "disable_ipv6=0"

	ip_on r -6 route del 2001::/32 dev teredo0
	relay_missing 'the route was removed'
	relay_back_in_1s "route del"
	# another device has a route with the same destination and metric
	ip_on r -6 route replace 2001::/32 dev eth0 metric 256
	relay_missing 'another device has a route'
	ip_on r -6 route del 2001::/32 dev eth0
	relay_back_in_1s "the other route is gone"
	stop r-teredod
	ip_on r link del teredo0
	teredo_relay r 198.51.100.1 3545
}

stand_in_route()
{
	[ "$(ip_on a -6 route show 2001::/32 dev teredo0-relay 2> /dev/null)" ]
}

test_stand_in()
{
	new_link inet six a six
	ip_on a addr add 2001:db8:6::1/64 dev six nodad
	ip_on a -6 route add default dev six metric 100
	printf '%s\n' '[client]' 'server = 203.0.113.1/203.0.113.2' \
		'native = relay' > "$tmp/stand-in.conf"
	client_start a --config "$tmp/stand-in.conf"
	check "a relay stands in" wait_for 5 stand_in_route
	disable_ipv6 a teredo0-relay 1
	check "it says why not" wait_for 2 eval \
		'[[ $(teredo a show teredo0) == *"IPv6 is disabled on teredo0-relay"* ]]'
	pause 1
	disable_ipv6 a teredo0-relay 0
	check "the route is back" wait_for 1 stand_in_route
	ip_on a -6 route flush dev teredo0-relay
	check "the route is repaired" wait_for 1 stand_in_route
	client_down a
	ip_on a link del six
}

modprobe teredo || fail "no module"
internet
client a pr
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545

add_test "IPv6 disabled on the device or on all: a reason, and back within 1 s" \
	test_disabled
add_test "IPv6 disabled before the start: qualified within 1 s of the end" \
	test_disabled_at_start
add_test "A-61: address and routes removed by another program: a reason, and back within 1 s" \
	test_removed
add_test "R-01: the route of a relay: disabled, removed, in conflict" test_relay
add_test "H-10: the route of a host-specific relay with native IPv6" test_stand_in

run_tests
