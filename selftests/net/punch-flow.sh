#!/bin/bash
# shellcheck disable=SC2016,SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Packet flows during hole punching: packets keep their order, none is lost, and an
# entry that expires does not stall them.
# timeout: 300

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# send_burst NODE ADDRESS COUNT: UDP datagrams of 1, 2, 3... octets, without a pause
send_burst()
{
	on "$1" bash -c '
		data=$(printf "%0300d" 0)
		exec 5<> "/dev/udp/$1/9"
		for ((i = 1; i <= $2; i++)); do
			printf "%s" "${data::i}" >&5
		done 2> /dev/null' - "$2" "$3"
}

# lengths NAME: lengths of the UDP datagrams in a capture, in order
lengths()
{
	packets "$1" | sed -n 's/.*UDP, length \([0-9]*\)$/\1/p'
}

# quiet NODE: drop the datagrams, as ICMPv6 errors would count as replies.
quiet()
{
	on "$1" nft add table ip6 quiet
	on "$1" nft 'add chain ip6 quiet input { type filter hook input priority 0; }'
	on "$1" nft add rule ip6 quiet input udp dport 9 drop
}

# test_burst NODE DEVICE COUNT: send to a destination without an entry
test_burst()
{
	local node=$1 dev=$2 count=$3 to=2001:db8:1::10

	[ "$node" = n ] || to=$(teredo_address "$node")
	teredo a peer flush teredo0
	[ "$node" = n ] || teredo "$node" peer flush teredo0
	capture "$node" "$dev" burst -Q in udp dst port 9
	send_burst a "$to" "$count"
	wait_for 5 eval "[ \$(lengths burst | wc -l) -ge $count ]"
	capture_stop burst
	check_equal "what has come, in order" "$(seq -s ' ' 1 "$count")" \
		"$(lengths burst | tr '\n' ' ' | sed 's/ $//')"
}

# far_peer: a peer with 200 ms of delay and no entry. Sets $to to its address, and
# $full to the number of packets that full queues have dropped before.
far_peer()
{
	to=$(teredo_address b)
	teredo a peer flush teredo0
	teredo b peer flush teredo0
	full=$(counter a teredo0 tx_drop_queue_full)
	link_delay a 200ms
}

# More packets than the queue holds: the first 128 arrive, in order.
test_overflow()
{
	local to full

	far_peer
	capture b teredo0 overflow -Q in udp dst port 9
	send_burst a "$to" 200
	wait_for 5 eval "[ \$(lengths overflow | wc -l) -ge 128 ]"
	capture_stop overflow
	link_delay a 0ms
	check_equal "what has come, in order" "$(seq -s ' ' 1 128)" \
		"$(lengths overflow | tr '\n' ' ' | sed 's/ $//')"
	check_equal "what was dropped" 72 \
		$(($(counter a teredo0 tx_drop_queue_full) - full))
}

# Fewer large packets can wait: those of one peer take at most 256 KiB.
test_large()
{
	local to full

	far_peer
	on a bash -c '
		printf -v data "%01232d" 0
		exec 5<> "/dev/udp/$1/9"
		for ((i = 0; i < 127; i++)); do
			printf "%s" "$data" >&5
		done 2> /dev/null' - "$to"
	full=$(($(counter a teredo0 tx_drop_queue_full) - full))
	link_delay a 0ms
	[ $full -gt 0 ] || fail "all 127 wait"
	check_at_most "dropped of 127" 60 $full
	check "ping" wait_for 10 reach a "$to"
}

# Ten packets per second for 65 s, to a peer that never sends data. test_expiry runs at
# the same time with another peer.
start_one_way()
{
	local to

	to=$(teredo_address b)
	capture b teredo0 one-way -Q in udp dst port 9
	capture na wan bubbles -Q out "dst host 192.0.2.20 and udp[4:2] = 48"
	start sender a bash -c '
		exec {never}<> <(:) 5<> "/dev/udp/$1/9"
		for ((i = 0; i < 650; i++)); do
			echo >&5
			read -rt 0.1 -u $never
		done' - "$to"
}

test_one_way()
{
	wait "${_pids[sender]}"
	pause 0.5
	capture_stop one-way
	capture_stop bubbles
	check_equal "packets that have come" 650 "$(packets one-way | wc -l)"
	# Without a peer refresh, the stall would be the 2 s between a packet and the
	# next bubble.
	check_at_most "longest time without a packet, ms" 1500 "$(packets one-way |
		awk '{ if (last && $1 - last > max) max = $1 - last; last = $1 }
		     END { printf "%d\n", 1000 * max }')"
	# bubbles at 20, 40 and 60 s
	check_equal "bubbles to refresh it" 3 "$(packets bubbles | wc -l)"
}

# The UDP length of a's first packet to c: 52 is a bubble with a nonce that solicits an
# answer (RFC 6081 5.7), 104 is a ping.
first_sent()
{
	capture a eth0 first -Q out dst host 192.0.2.30
	check "ping" reach a "$1" 1
	capture_stop first
	packets first | sed -n '1s/.*length \([0-9]*\)$/\1/p'
}

test_expiry()
{
	local to

	start_one_way
	to=$(teredo_address c)
	check "ping" reach a "$to" 1
	pause 29
	check_equal "after 29 s" 104 "$(first_sent "$to")"
	# c answers a's peer refresh
	pause 0.5
	pause 31
	check_equal "state after 31 s" expired \
		"$(dump a | awk -v p="$to" '
			$1 == "peer" && $2 == p { print $3 }')"
	check_equal "after 31 s" 52 "$(first_sent "$to")"
}

modprobe teredo || fail "no module"
internet
for node in a b c; do
	client $node pr
	quiet $node
done
quiet n
services
for node in a b c; do
	client_up $node
done

add_test "C-61 C-65 C-80 C-82: 25 packets to a new peer, in order, none lost" \
	test_burst b teredo0 25
add_test "C-75 C-77: 25 packets to a new native host, in order, none lost" \
	test_burst n eth0 25
add_test "C-65 C-82: 50 packets to a new peer" test_burst b teredo0 50
add_test "A-33 C-65: 200 packets to a new peer, of which 128 may wait" \
	test_overflow
add_test "A-33: large packets use up the memory of a peer" test_large
add_test "C-73: an entry is good for 29 s, and not for 31 s" test_expiry
add_test "C-73 XC-12: a flow in one direction does not stall" test_one_way

run_tests
