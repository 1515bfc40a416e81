#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Checksums of sent packets when the host of a client, relay or server rewrites the
# outer header, and when links coalesce packets (GRO).
#
# Containers, virtual machines and hosts behind the relay leave checksums and
# segmentation to the forwarding host. It computes checksums when it sends to the
# router "inet", after NAT. The captures there hold what a physical link would carry.
# timeout: 400

# shellcheck disable=SC2034 # for lib.sh
OFFLOADS=uplinks
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

native=2001:db8:1::10
nodes=(a na inet r n s1)

# errors_counted: "NODE COUNTER N" for each kernel's counter of checksum errors
errors_counted()
{
	local node

	for node in "${nodes[@]}"; do
		must on "$node" nstat -asz '*InCsumErrors' | awk -v "node=$node" \
			'/InCsumErrors/ && $2 > 0 { print node, $1, $2 }'
	done
}

# udp FROM TO ADDRESS: single datagrams of many sizes, then many of one size
udp()
{
	local from=$1 addr=$3 out

	for out in "sizes $addr 7000" "burst $addr 7000 700 40" \
		   "burst $addr 7000 1200 40" "gso $addr 7000 1100 40"; do
		# shellcheck disable=SC2086 # words
		check "UDP from $from, $out" on "$from" "$here/helpers/tdudp" $out
	done
}

# exchange: traffic that either the client or the native host begins, without checksum
# errors
exchange()
{
	local addr before

	before=$(errors_counted)
	addr=$(teredo_address a)
	check "pings" reach a "$native" 2
	check "TCP" tcp_both_ways a n "$native"
	udp a n "$native"
	udp n a "$addr"
	check_equal "checksum errors" "$before" "$(errors_counted)"
}

# merging NODE DEVICE FROM DEVICE SWITCH [CHECKSUMS]: packets arrive as bursts of single
# packets, which GRO coalesces; with checksums, unless CHECKSUMS is "off"
merging()
{
	local feature off=(tx)

	[ "${6:-on}" = on ] || off=(tso tx-udp-segmentation)
	for feature in "${off[@]}"; do
		on "$3" ethtool -K "$4" "$feature" off > /dev/null
	done
	tc -n "$(netns "$3")" qdisc replace dev "$4" root netem slot 2ms
	on "$1" ethtool -K "$2" gro on rx-gro-list off \
		rx-udp-gro-forwarding off > /dev/null
	on "$1" ethtool -K "$2" "$5" on > /dev/null
}

# merging_end NODE DEVICE FROM DEVICE
merging_end()
{
	on "$3" ethtool -K "$4" tx on tso on tx-udp-segmentation on > /dev/null
	tc -n "$(netns "$3")" qdisc del dev "$4" root
	on "$1" ethtool -K "$2" gro off rx-gro-list off \
		rx-udp-gro-forwarding off > /dev/null
}

# merged NAME: end the capture, which must have coalesced packets
merged()
{
	local n

	capture_stop "$1"
	n=$(packets "$1" 'greater 1600' | wc -l)
	note "$n merged packets"
	[ "$n" -gt 0 ] || fail "$1: no packet was merged"
}

# own_nat NODE ADDRESS:PORT ADDRESS:PORT: the node rewrites its own first endpoint to the
# second, which the Internet sees
own_nat()
{
	on "$1" nft -f - <<-EOF
	table ip own {
		chain prerouting {
			type nat hook prerouting priority dstnat
			ip daddr ${3%:*} udp dport ${3#*:} dnat to $2
		}
		chain postrouting {
			type nat hook postrouting priority srcnat
			oifname eth0 udp sport ${2#*:} snat to $3
		}
	}
	EOF
	nat_forgets "$1"
}

own_nat_end()
{
	on "$1" nft delete table ip own
}

# ---------------------------------------------------------------- clients

test_container()
{
	set_nat a pr
	client_up a "$@" || return
	exchange
	client_down a
}

test_container_without_outer()
{
	set_nat a pr
	client_up a || return
	ip_on a link set teredo0 type teredo noudpcsum
	exchange
	client_down a
}

# lan_mtu MTU: set the MTU of the link between a and its NAT
lan_mtu()
{
	ip_on a link set eth0 mtu "$1"
	ip_on na link set lan mtu "$1"
}

# The outer packet is fragmented, as DF is not set.
test_fragments()
{
	set_nat a pr
	lan_mtu 900
	client_up a || return
	exchange
	client_down a
	lan_mtu 1500
}

# The host forwards through a flowtable, which rewrites headers without conntrack.
test_container_flowtable()
{
	set_nat a pr
	on na nft -f - <<-EOF
	table ip own {
		flowtable fast {
			hook ingress priority 0
			devices = { lan, wan }
		}
		chain forward {
			type filter hook forward priority 10
			meta l4proto udp flow add @fast
		}
	}
	EOF
	client_up a || return
	exchange
	client_down a
	grep -q OFFLOAD < <(on na conntrack -L -p udp 2> /dev/null) ||
		fail "no flow went by the flowtable"
	own_nat_end na
}

# test_container_merged SWITCH: GRO on the host that forwards for the container
test_container_merged()
{
	set_nat a pr
	merging na lan a eth0 "$1"
	merging na wan inet na "$1"
	client_up a || return
	capture na lan merged udp
	exchange
	merged merged
	client_down a
	merging_end na lan a eth0
	merging_end na wan inet na
}

# test_receivers_merged SWITCH: GRO for packets that client and relay receive
test_receivers_merged()
{
	set_nat a pr
	merging a eth0 na lan "$1"
	merging r eth0 inet r "$1"
	client_up a || return
	capture a eth0 merged udp
	exchange
	merged merged
	client_down a
	merging_end a eth0 na lan
	merging_end r eth0 inet r
}

# A client's own host rewrites the packets that it sends.
test_own_nat()
{
	set_nat a none
	ip_on inet route replace 192.0.2.11 dev na
	ip_on na route replace 192.0.2.11 dev lan
	own_nat a 192.0.2.10:40000 192.0.2.11:41000
	on a ethtool -K eth0 tx off > /dev/null
	client_up a || return
	exchange
	client_down a
	on a ethtool -K eth0 tx on > /dev/null
	own_nat_end a
}

# ---------------------------------------------------------------- relay, server

# A host behind the relay leaves its checksums to the relay's host.
test_relay()
{
	set_nat a cone
	own_nat r 198.51.100.1:3545 198.51.100.1:3600
	client_up a || return
	exchange
	client_down a
	own_nat_end r
}

# test_relay_merged SWITCH CHECKSUMS: GRO for packets from behind the relay, with or
# without checksums
test_relay_merged()
{
	local size

	set_nat a cone
	own_nat r 198.51.100.1:3545 198.51.100.1:3600
	merging r n n eth0 "$1" "$2"
	client_up a || return
	capture r n merged ip6
	check "TCP" tcp_both_ways a n "$native"
	for size in 1 100 700 1201; do
		check "UDP, $size octets" on n "$here/helpers/tdudp" burst \
			"$(teredo_address a)" 7000 "$size" 40
	done
	check_equal "checksum errors" '' "$(errors_counted)"
	merged merged
	client_down a
	merging_end r n n eth0
	own_nat_end r
}

# The source of each solicitation is rewritten, which is undone in the answer.
test_server()
{
	set_nat a cone
	on s1 nft -f - <<-EOF
	table ip own {
		chain input {
			type nat hook input priority 100
			udp dport 3544 snat to 192.0.2.10:45000
		}
	}
	EOF
	capture inet s1 answers 'udp src port 3544'
	client_up a
	capture_stop answers
	check "answers" grep -q 192.0.2.10.40000 < <(packets answers)
	check_equal "checksum errors" '' "$(errors_counted)"
	client_down a
	own_nat_end s1
}

# ---------------------------------------------------------------- the wire

# All packets of the tests above, decoded by another implementation (tshark)
test_wire()
{
	capture_stop wire
	decode wire -d udp.port==3600,teredo -d udp.port==41000,teredo \
		-o udp.check_checksum:TRUE -o tcp.check_checksum:TRUE \
		-o ip.defragment:TRUE -T fields -e frame.number \
		-e udp.checksum.status -e tcp.checksum.status \
		-e icmpv6.checksum.status > "$tmp/wire.txt"
	# 0 is bad, 1 good
	note "$(awk '/[\t,]1/ { n++ } END { print n + 0 }' "$tmp/wire.txt") of $(
		wc -l < "$tmp/wire.txt") packets have checksums that are right"
	[ "$(grep -c '[[:space:],]1' "$tmp/wire.txt")" -gt 1000 ] ||
		fail "too few packets with checksums"
	check_equal "packets with a wrong checksum" 0 \
		"$(grep -c '[[:space:],]0' "$tmp/wire.txt")"
}

modprobe teredo || fail "no module"
internet
client a pr
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545
head -c 100000 /dev/urandom > "$tmp/sent"
# avoids the loss of a first packet to path MTU discovery
ip_on n -6 route replace ::/0 dev eth0 mtu 1280
start serve-a a "$here/helpers/tdudp" serve 7000
start serve-n n "$here/helpers/tdudp" serve 7000
capture inet na wire udp or 'ip[6:2] & 0x1fff != 0'

add_test "checksum: a client behind its host's masquerading" test_container
add_test "checksum: ... and without outer checksums" \
	test_container_without_outer
add_test "checksum: ... and in fragments" test_fragments
add_test "checksum: ... and with a flowtable" test_container_flowtable
for switch in rx-gro-list rx-udp-gro-forwarding; do
	add_test "checksum: ... and with $switch at its host" \
		test_container_merged "$switch"
done
for switch in rx-gro-list rx-udp-gro-forwarding; do
	add_test "checksum: ... and with $switch at client and relay" \
		test_receivers_merged "$switch"
done
add_test "checksum: a client whose own host rewrites its address" test_own_nat
add_test "checksum: a relay whose own host rewrites its port" test_relay
for switch in rx-gro-list rx-udp-gro-forwarding; do
	for tx in on off; do
		add_test "checksum: ... and with $switch, tx $tx behind it" \
			test_relay_merged "$switch" "$tx"
	done
done
add_test "checksum: a server whose own host rewrites solicitations" test_server
add_test "checksum: all packets on the wire" test_wire

run_tests
