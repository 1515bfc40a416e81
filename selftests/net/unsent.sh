#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2086 # constants without blanks
#
# Packets that never leave the host do not count: bubbles for the four in 300 s
# (RFC 4380 5.2.6), connectivity tests for their back-off, and the two tries of a peer
# refresh. After a missing route or RATE has prevented packets, a peer can be reached as
# soon as the cause is removed.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# a Teredo address of s1 whose client, 192.0.2.77:9, does not answer
DEAD=2001:0:cb00:7101:0:fff6:3fff:fdb2

route()
{
	ip_on "$1" route "$2" default dev eth0
}

# tries NODE: bubble pairs or tests that were charged to its peers
tries()
{
	dump "$1" | awk '$1 == "peer" {
		for (i = 1; i < NF; i++) if ($i == "tries") n += $(i + 1) }
		END { print n + 0 }'
}

# A relay without a route for longer than an attempt reaches the client by the next
# packet.
test_relay()
{
	count_from r
	route r del
	start long n ping -6 -n -i 1 $DEAD
	pause 10
	check_equal "bubbles counted without a route" 0 "$(tries r)"
	[[ $(counted r) != *tx_bubbles* ]] || fail "one was sent: $(counted r)"
	capture inet r back udp and src host 198.51.100.1
	route r add
	wait_for 4 eval '[ "$(packets back | wc -l)" -ge 1 ]'
	capture_stop back
	stop long
	[ "$(packets back | wc -l)" -ge 1 ] ||
		fail "no bubble in 4 s, though there is a route"
	check_equal "bubbles counted" "$(packets back | wc -l)" "$(tries r)"
}

# A client sends to a native host and to a peer: both attempts fail without a route.
test_client()
{
	local dst

	flush a
	route a del
	for dst in 2001:db8:1::10 $B; do
		on a ping -6 -n -c 1 -W 0.1 $dst > /dev/null
	done
	pause 9
	check_equal "bubbles counted without a route" "$B tries 0" \
		"$(dump a |
			sed -n "s/^peer \($B\) .*\(tries [0-9]*\).*/\1 \2/p")"
	route a add
	capture inet na back udp and src host 192.0.2.10
	for dst in 2001:db8:1::10 $B; do
		on a ping -6 -n -c 1 -W 0.1 $dst > /dev/null
	done
	pause 0.5
	capture_stop back
	# a test, the indirect bubble and the direct one
	check_equal "test and bubbles at once" \
		"192.0.2.20.50000 203.0.113.1.3544 203.0.113.1.3544 " \
		"$(payloads back | cut -d' ' -f2 | sort | tr '\n' ' ')"
}

# A silent peer that is in use has no route when its entry is 20 s old. Its refresh is sent
# when the route returns, before the entry is 30 s old.
test_refresh()
{
	flush a
	introduce a $B $B_AT
	start one-way a ping -6 -n -i 0.5 -W 1 $B
	pause 19.5
	route a del
	pause 6
	capture inet na refresh "src host 192.0.2.10 and dst host 203.0.113.1"
	route a add
	pause 2
	capture_stop refresh
	stop one-way
	check_equal "bubbles to refresh it" 1 "$(packets refresh | wc -l)"
}

# RATE permits one bubble per second to one address, and ten clients have the same server.
# Refused bubbles do not count, and no direct bubble is sent without the indirect one.
test_rate()
{
	local i sent

	teredo r peer flush teredo0
	ip_on r link set teredo0 type teredo rate 1 $1
	count_from r
	capture inet r rate udp and src host 198.51.100.1
	for ((i = 0; i < 10; i++)); do
		on n ping -6 -n -c 1 -W 0.01 "${DEAD%fdb2}fda$i" > /dev/null
	done
	pause 9
	capture_stop rate
	sent=$(packets rate dst host 203.0.113.1 | wc -l)
	note "$(counted r), $sent indirect bubbles"
	[[ $(counted r) =~ tx_drop_(rate|share) ]] || fail "RATE refused none"
	check_equal "bubbles counted" "$sent" "$(tries r)"
	check_equal "direct bubbles" $((sent * $2)) \
		"$(packets rate not dst host 203.0.113.1 | wc -l)"
	ip_on r link set teredo0 type teredo rate 1000 nodirect
}

modprobe teredo || fail "no module"
internet
client a none
bare_client a $A
teredo_relay r 198.51.100.1 3545

add_test "C-95 C-96 C-97 R-14: a relay that had no route for 10 s" test_relay
add_test "C-76 C-96: a client that had no route for 9 s" test_client
add_test "C-96 XC-11: a refresh that had no route" test_refresh
add_test "C-96 C-97: bubbles that RATE refuses" test_rate nodirect 0
add_test "C-96 C-97: direct ones as well" test_rate direct 1

run_tests
