#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# NATs that forget a mapping of UDP after 20 s, and clients that are idle for minutes and
# must stay reachable. RFC 4787 REQ-5 asks NATs for 120 s.
#
#   a	keeps ports, with the default refresh interval of 30 s
#   b	keeps ports, refresh = 15
#   d	gives random ports
#   e	remembers for 120 s; the peer of the others
# timeout: 2400
# kernel: debug uml

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

AT_ONCE=1000		# ms to the first reply if no bubble is lost
outside[d]=192.0.2.40 inside[d]=10.4.0 port[d]=40000
outside[e]=192.0.2.50 inside[e]=10.5.0 port[e]=50000

# forgets NODE SECONDS: after which its NAT has forgotten a mapping
forgets()
{
	on "n$1" sysctl -qw "net.netfilter.nf_conntrack_udp_timeout=$2" \
		"net.netfilter.nf_conntrack_udp_timeout_stream=$2"
}

# reached FROM TO: by the first packet, after bubbles of which none was lost. A peer that
# is known is asked where it was for 4 s first (RFC 6081 5.7).
reached()
{
	local ms most=$AT_ONCE

	[ "$1" = n ] || most=$((4000 + AT_ONCE))
	ms=$(first_rtt "$1" "$(teredo_address "$2")")
	check_at_most "$1 to $2 after idleness: ms to the first reply" \
		$((most * ${SLOW:-1})) "$ms"
}

# idle: for at least a minute, and each time for as long as no earlier time. So the ends
# meet all phases of the interval.
_times=0
idle()
{
	pause $((61 + 7 * _times))
	_times=$((_times + 1))
}

# stays_reachable NODE: for native hosts and for a peer, in ten minutes
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

# next_solicitation NODE: wait for it
next_solicitation()
{
	timeout 40 nsenter "--net=/run/netns/$_prefix$1" tcpdump -Z root -n -c 1 \
		-i eth0 -Q in src host 203.0.113.1 > /dev/null 2>&1 ||
		fail "$1 does not hear from the server"
}

# Default: the mapping is there for 20 s and is not for the rest of the interval. Data
# for the client waits there for the next refresh, if the sender waits for so long.
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
		pause 301	# of RFC 4380 5.2.6, for the relay
	done
}

# The NAT of d shows that it forgets: each refresh finds another mapping. After two in a
# row the client refreshes twice as often, and the address stays.
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
