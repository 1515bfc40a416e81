#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# NATs with a UDP timeout of 20 s, and clients that must stay reachable while idle for
# minutes. RFC 4787 REQ-5 requires at least 120 s.
#
#   a	port-preserving NAT, with the default refresh interval of 30 s
#   b	port-preserving NAT, refresh = 15
#   d	NAT with random ports
#   e	timeout of 120 s; the peer of the others
# timeout: 2400
# kernel: debug uml

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

AT_ONCE=1000		# ms to the first reply if no bubble is lost
outside[d]=192.0.2.40 inside[d]=10.4.0 port[d]=40000
outside[e]=192.0.2.50 inside[e]=10.5.0 port[e]=50000

# forgets NODE SECONDS: set the UDP timeout of its NAT
forgets()
{
	on "n$1" sysctl -qw "net.netfilter.nf_conntrack_udp_timeout=$2" \
		"net.netfilter.nf_conntrack_udp_timeout_stream=$2"
}

# reached FROM TO: reached by the first packet, if no bubble is lost. A known peer is
# first tried at its last endpoint for 4 s (RFC 6081 5.7).
reached()
{
	local ms most=$AT_ONCE

	[ "$1" = n ] || most=$((4000 + AT_ONCE))
	ms=$(first_rtt "$1" "$(teredo_address "$2")")
	check_at_most "$1 to $2 after idleness: ms to the first reply" \
		$((most * ${SLOW:-1})) "$ms"
}

# idle: pause for at least a minute, and longer each time, so that the ends fall into all
# phases of the refresh interval
_times=0
idle()
{
	pause $((61 + 7 * _times))
	_times=$((_times + 1))
}

# stays_reachable NODE: for native hosts and for a peer, for ten minutes
stays_reachable()
{
	local old

	old=$(teredo_address "$1")
	_times=0
	while [ $_times -lt 4 ]; do
		idle
		reached n "$1"
		idle
		reached e "$1"
	done
	check_equal "address of $1" "$old" "$(teredo_address "$1")"
}

# next_solicitation NODE: wait for the client's next solicitation
next_solicitation()
{
	timeout 40 nsenter "--net=/run/netns/$_prefix$1" tcpdump -Z root -n -c 1 \
		-i eth0 -Q in src host 203.0.113.1 > /dev/null 2>&1 ||
		fail "$1 does not hear from the server"
}

# By default the mapping exists for the first 20 s of each interval only. Later data for
# the client waits for the next refresh, if the sender queues it for so long.
test_default()
{
	local i ms

	for i in 1 2 3; do
		next_solicitation a
		pause 15
		reached n a
		pause 31
		next_solicitation a
		pause 21
		ms=$(first_rtt n "$(teredo_address a)")
		note "asked 21 s after a refresh: reply after ${ms:-more than 10000} ms"
		[ ! "$ms" ] || [ "$ms" -gt 1000 ] ||
			fail "the NAT has not forgotten the mapping"
		pause 301	# timeout of RFC 4380 5.2.6, for the relay's entry
	done
}

# Each refresh shows that the NAT of d has another mapping. After two changes in a row,
# the client refreshes twice as often. The address then stays.
test_other_ports()
{
	local old

	client_up d
	shows d '"refresh_ms":30000' || fail "it does not begin with 30 s"
	pause 65
	shows d '"refresh_ms":15000' || fail "not 15 s: $(teredo d show teredo0)"
	old=$(teredo_address d)
	pause 600
	check_equal "address after ten minutes" "$old" "$(teredo_address d)"
	check_equal "addresses in all" 3 "$(grep -c ': address 2001' "$tmp/d-teredod.log")"
}

modprobe teredo || fail "no module"
internet
for node in a b d e; do
	client $node pr
done
for node in a b d; do
	forgets $node 20
done
forgets e 120
set_nat d symrnd
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545
client_conf b "$tmp/b-short.conf" 'refresh = 15'
client_up a
client_up b --config "$tmp/b-short.conf"
client_up e

add_test "C-91 XC-09: refresh = 15 keeps a client reachable" stays_reachable b
add_test "C-12 C-91: the default keeps it reachable for 20 s of each interval" test_default
add_test "C-90 C-91: a NAT that forgets and gives other ports makes the interval shorter" \
	test_other_ports
run_tests
