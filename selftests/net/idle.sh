#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Minutes without traffic or without an answer: an idle client behind a NAT with a
# timeout of 35 s, an idle host-specific relay, and a client that sends to a dead peer.
# All three run at the same time.
# timeout: 500
# kernel: debug uml

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# a Teredo address of s1 whose client, 192.0.2.77:9, does not answer
DEAD=2001:0:cb00:7101:0:fff6:3fff:fdb2 DEAD_AT=192.0.2.77.9

# at SECONDS: wait until so many seconds after the start
at()
{
	local left=$((begun + $1 * 1000 - $(now_ms)))

	[ $left -le 0 ] || pause $((left / 1000)).$((left % 1000 / 100))
}

start_client()
{
	on na sysctl -qw net.netfilter.nf_conntrack_udp_timeout=35 \
		net.netfilter.nf_conntrack_udp_timeout_stream=35
	client_up a
	capture a eth0 client -Q out udp
}

start_dead_peer()
{
	capture b eth0 dead -Q out udp
	start dead-ping b ping -6 -n -q -i 1 -c 306 $DEAD
}

# The relay has an entry for a client, and no packets for it.
start_host_relay()
{
	mkdir -p "$tmp/run-h"
	printf '%s\n' '[device]' 'mode = hostrelay' 'port = 3545' \
		> "$tmp/hostrelay.conf"
	start h-teredod h env "TEREDO_RUN_DIR=$tmp/run-h" "$tools/teredod" \
		--config "$tmp/hostrelay.conf" teredo0
	check "the host reaches a client" wait_for 5 reach h $B 1
	pause 1
	capture h eth0 relay -Q out udp
}

# The entry is too old by then, so a bubble precedes the data.
test_host_relay()
{
	at 70
	capture_stop relay
	check_equal "datagrams of the relay" "" "$(packets relay)"
	capture h eth0 again -Q out udp
	check "the client is reached" reach h $B 1
	capture_stop again
	check_equal "bubble via the server, and data" \
		"203.0.113.1.3544 3b 192.0.2.20.50000 3a " "$(payloads again |
			awk '{ printf "%s %s ", $2, substr($3, 13, 2) }')"
	stop h-teredod
}

test_client()
{
	at 165
	capture_stop client
	check_equal "what was sent, from where, and where to" \
		"10.1.0.2.40000 203.0.113.1.3544" \
		"$(payloads client | cut -d ' ' -f 1,2 | sort -u)"
	check_equal "what was sent, but solicitations" "" \
		"$(decode client -Y '!(icmpv6.type == 133)')"
	packets client | awk 'NR > 1 { print $1 - last } { last = $1 }' \
		> "$tmp/intervals"
	note "solicitations after: $(tr '\n' ' ' < "$tmp/intervals")"
	sort -n "$tmp/intervals" | awk '$1 < 22.4 || $1 > 30.6 { bad = 1 }
		NR == 1 { low = $1 }
		END { exit bad || NR < 5 || $1 - low < 0.1 }' ||
		fail "not at least 5 times 22.5 to 30 s, each another one"
	check "a host reaches the client" reach n "$(teredo_address a)"
}

test_dead_peer()
{
	wait "${_pids[dead-ping]}"
	capture_stop dead
	decode dead -Y "ipv6.dst == $DEAD" -T fields -E separator=' ' \
		-e frame.time_epoch -e ip.dst -e udp.dstport |
		awk 'NR == 1 { start = $1 }
			{ printf "%.1f %s.%s\n", $1 - start, $2, $3 }' \
		> "$tmp/bubbles"
	note < <(tr '\n' ' ' < "$tmp/bubbles")
	check_equal "the first four pairs" "$(for t in 0 2 4 6; do
			printf '%s\n' "$t $DEAD_AT" "$t 203.0.113.1.3544"
		done)" "$(head -n 8 "$tmp/bubbles" | awk '{ printf "%d %s\n", $1 + 0.3, $2 }')"
	awk 'NR > 8 && NR <= 10 && $1 >= 299.9 && $1 < 301.6 { n++ }
		END { exit n != 2 }' "$tmp/bubbles" ||
		fail "the next pair is not sent 300 s after the first one"
}

modprobe teredo || fail "no module"
internet
client a pr
client b none
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545
bare_client b $B
start_client
start_host_relay
start_dead_peer
begun=$(now_ms)

add_test "H-04 H-05 R-09: an idle host-specific relay sends nothing" \
	test_host_relay
add_test "C-11 C-12 C-87 C-88 C-91: an idle client keeps its mapping at a NAT that forgets after 35 s" \
	test_client
add_test "C-96: four pairs of bubbles, and the fifth 300 s after the first" \
	test_dead_peer

run_tests
