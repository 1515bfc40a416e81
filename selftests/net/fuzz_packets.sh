#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Almost valid datagrams from any source to a client, its server and a relay, in
# parallel. Each datagram is counted, tables keep their bounds, and all three roles work
# afterwards.
# set: long

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

SEED=${SEED:-20110106} COUNT=${COUNT:-10000}
MAX_PEERS=64

# udp NODE: number of datagrams that its sockets have received
udp()
{
	on "$1" cat /proc/net/snmp |
		awk '$1 == "Udp:" { n = $2 } END { print n }'
}

# delivered NODE: number of packets that the device has delivered to its IPv6 stack
delivered()
{
	on "$1" cat /proc/net/dev | awk '$1 == "teredo0:" { print $3 }'
}

# ended NODE: number of datagrams in counters of a final outcome. A held packet gets its
# outcome later, and a packet that a server routes is delivered.
ended()
{
	counters "$1" | awk '/^rx_/ && !/^rx_(held|routed) / { n += $2 }
		END { print n + 0 }'
}

# accounted NODE: received datagrams are delivered or counted
accounted()
{
	udp_now=$(($(udp "$1") - ${udp_before[$1]}))
	ended_now=$(($(delivered "$1") + $(ended "$1") - ${ended_before[$1]}))
	[ $udp_now = $ended_now ]
}

declare -A udp_before=() ended_before=()

test_flood()
{
	local node args=()

	for node in a s1 r; do
		udp_before[$node]=$(udp $node)
		ended_before[$node]=$(($(delivered $node) + $(ended $node)))
	done
	args+=(-a "$address" -a 2001:db8:1::10 -a 2001:db8:7::7
		-a fe80::ffff:ffff:ffff -a fe80::8000:f227:34ff:8efe -a ff02::2
		-a 2001:0:cb00:7101:10a7:3caf:3fff:fdeb)
	args+=(-s 203.0.113.1:3544 -s 203.0.113.2:3544 -s 198.51.100.1:3545
		-s 192.0.2.10:40000 -s 192.0.2.20:50000 -s 198.51.100.66:5000
		-s 10.0.0.1:6000 -s 12.0.0.1:7000)
	args+=(-t 192.0.2.10:40000 -t 203.0.113.1:3544 -t 203.0.113.2:3544
		-t 198.51.100.1:3545)
	cat "$top"/selftests/unit/{vectors,windows}.txt > "$tmp/vectors"
	check "the fuzzer" on x "$here/helpers/pktfuzz" "${args[@]}" $SEED $COUNT \
		"$tmp/vectors"
	for node in a s1 r; do
		note "$node: $(($(udp $node) - ${udp_before[$node]})) came in"
		[ $(($(udp $node) - ${udp_before[$node]})) -ge $((COUNT / 6)) ] ||
			fail "too few came in at $node"
	done
}

test_accounted()
{
	local node

	for node in a s1 r; do
		wait_for 30 accounted $node && continue
		fail "$node: $udp_now came in, $ended_now have a name"
		counters $node | awk '$2' | note
	done
}

test_bounds()
{
	local node

	for node in a s1 r; do
		check_at_most "peers of $node" $MAX_PEERS \
			"$(teredo $node peer show teredo0 | wc -l)"
	done
}

test_works()
{
	check_equal "address of the client" "$address" "$(teredo_address a)"
	check "client to native host" wait_for 60 reach a 2001:db8:1::10 1
	check "native host to client" wait_for 60 reach n "$address" 1
	client_down a
	client_up a
	check "and after another qualification" \
		wait_for 60 reach a 2001:db8:1::10 1
}

test_unload()
{
	client_down a
	teredo_down s1
	teredo_down r
	check "the module goes" wait_for 10 rmmod teredo
}

modprobe teredo || fail "no module"
internet
client a none
teredo_server s1 203.0.113.1 203.0.113.2 max_peers $MAX_PEERS
teredo_relay r 198.51.100.1 3545 served 2001:db8:1::/48 max_peers $MAX_PEERS
client_up a
ip_on a link set teredo0 type teredo max_peers $MAX_PEERS
address=$(teredo_address a)
check "before the flood" wait_for 20 reach a 2001:db8:1::10 1

add_test "A-33: a flood of almost right datagrams" test_flood
add_test "each of them is accounted for" test_accounted
add_test "C-09 C-123: the tables keep their bounds" test_bounds
add_test "client, server and relay work" test_works
add_test "and the module can be removed" test_unload

run_tests
