#!/bin/bash
# shellcheck disable=SC2016,SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Packets on the wire: formats octet for octet, addresses, ports, and fields of the outer
# header.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

N=2001:db8:1::10
# RS-4 up to the nonce, and from the source address on
RS_4=00010000................006000000000083afffe80000000000000................ff0200000000000000000000000000028500....00000000

# hex ADDRESS: as 32 digits
hex()
{
	local groups group out='' addr=$1 n

	n=$(tr -cd : <<< "$addr" | wc -c)
	[[ $addr != *::* ]] ||
		addr=${addr/::/$(printf ':0%.0s' $(seq $((8 - n)))):}
	IFS=: read -ra groups <<< "${addr%:}"
	for group in "${groups[@]}"; do
		printf -v out '%s%04x' "$out" "0x${group:-0}"
	done
	echo $out
}

# like WHAT PATTERN TEXT
like()
{
	[[ $3 =~ ^$2$ ]] || fail "$1: expected '$2', got '$3'"
}

# One capture of all packets of a, from the start of teredod to data with a native host
# and with a peer of another server
test_formats()
{
	local a b bad

	capture inet na all udp
	client_up a || return
	client_up b --server 198.51.100.118/198.51.100.119 || return
	a=$(teredo_address a)
	b=$(teredo_address b)
	check "ping to a native host" reach a $N
	check "ping to a peer" reach a $b
	capture_stop all

	like "RS to the server" $RS_4 "$(contents all \
		dst host 203.0.113.1 and dst port 3544 | sed -n 1p)"
	like "RS to its other address" $RS_4 "$(contents all \
		dst host 203.0.113.2 | sed -n 1p)"
	check_equal "direct bubble" "6000000000003bff$(hex $a)$(hex $b)" \
		"$(contents all dst host 192.0.2.20 | sed -n 1p)"
	like "indirect bubble with a nonce and the inside address" \
		"6000000000003bff$(hex $a)$(hex $b)0104.{8}030800000a0100029c40" \
		"$(contents all dst host 198.51.100.118 and dst port 3544)"
	like "connectivity test" \
		"6000000000183aff$(hex $a)$(hex $N)8000.{44}" \
		"$(contents all dst host 203.0.113.1 and dst port 3544 |
			sed -n '/^6/p' | sed -n 1p)"
	check_equal "source ports" "192.0.2.10.40000" "$(packets all \
		src host 192.0.2.10 | awk '{ print $3 }' | sort -u)"
	check_equal "with DF" "" "$(packets all \
		'src host 192.0.2.10 and ip[6] & 0x40 != 0')"
	check_equal "without checksum" "" "$(packets all \
		'src host 192.0.2.10 and udp[6:2] = 0')"
	bad=$(decode all -o udp.check_checksum:TRUE -o ip.check_checksum:TRUE \
		-Y '(_ws.malformed or _ws.expert.severity >= 6291456 or
		     udp.checksum.status == 0 or ip.checksum.status == 0 or
		     icmpv6.checksum.status == 0) and ip.src == 192.0.2.10')
	check_equal "what tshark finds wrong" "" "$bad"
	check_equal "what tshark takes for Teredo" "$(packets all | wc -l)" \
		"$(decode all -Y teredo | wc -l)"

	# 1280 octets through a path of 1300: fragments
	ip_on na link set wan mtu 1300
	ip_on inet link set na mtu 1300
	capture inet na fragments ip
	check "1280 octets to a peer" on a ping -6 -n -c 2 -i 0.2 -s 1232 -W 2 $b
	capture_stop fragments
	ip_on na link set wan mtu 1500
	ip_on inet link set na mtu 1500
	check_equal "with DF" "" "$(packets fragments 'ip[6] & 0x40 != 0')"
	check_equal "first and later fragments" "2 2" \
		"$(packets fragments 'src host 192.0.2.10 and ip[6:2] & 0x3fff = 0x2000' | wc -l) $(
		   packets fragments 'src host 192.0.2.10 and ip[6:2] & 0x1fff != 0' | wc -l)"
	client_down a
	client_down b
}

start_pair()
{
	set_nat a none
	set_nat b none
	bare_client a $A
	bare_client b $B
	introduce a $B 192.0.2.20:50000
	introduce b $A 192.0.2.10:40000
}

# RFC 6040 4.1: the outer ECN field is copied from the inner one; DSCP and TTL are configured
test_tx_header()
{
	local tos

	capture b eth0 tx -Q in udp
	for tos in 0 1 2 3 0xb8 0xbb; do
		on a ping -6 -n -c 1 -W 2 -Q $tos $B > /dev/null
	done
	IP_LIB_DIR=$plugin ip_on a link set teredo0 type teredo tos inherit ttl 33
	for tos in 2 0xbb; do
		on a ping -6 -n -c 1 -W 2 -Q $tos $B > /dev/null
	done
	IP_LIB_DIR=$plugin ip_on a link set teredo0 type teredo tos 0x10 ttl auto
	on a ping -6 -n -c 1 -W 2 -Q 0xbb $B > /dev/null
	capture_stop tx
	check_equal "TOS and TTL" \
		"0x0,61 0x1,61 0x2,61 0x3,61 0x0,61 0x3,61 0x2,30 0xbb,30 0x13,61 " \
		"$(packets tx -v | sed -n 's/.*IP (tos \(0x[0-9a-f]*\),.* ttl \([0-9]*\),.*/\1,\2/p' |
			tr '\n' ' ')"
	IP_LIB_DIR=$plugin ip_on a link set teredo0 type teredo tos 0
}

# RFC 6040 4.2, figure 4: inner field, then the result for outer 0 to 3; - is dropped
test_rx_ecn()
{
	local inner outer expected='' row want
	local table='0:000- 1:1113 2:2123 3:3333'

	flush a
	capture a teredo0 rx -Q in udp dst port 2
	for row in $table; do
		inner=${row%%:*}
		for outer in 0 1 2 3; do
			inject --from 192.0.2.20:50000 --to 192.0.2.10:40000 \
				--tos $outer --tclass $inner \
				udp6 $B $A 1 2 $((inner * 4 + outer + 1))
			want=${row:2 + outer:1}
			[ $want = - ] ||
				expected+="$((inner * 4 + outer + 1)):$want "
		done
	done
	wait_for 5 eval '[ $(packets rx | wc -l) -ge 15 ]'
	capture_stop rx
	check_equal "length and class of what has come in" "$expected" \
		"$(decode rx -T fields -E separator=: -e udp.length \
			-e ipv6.tclass | awk -F: '{ n = split($1, l, ",")
				printf "%d:%s ", l[n] - 8, substr($2, length($2)) }')"
	check_equal "rx_drop_ecn" 1 "$(on a "$here/helpers/tdctl" stats teredo0 |
		sed -n 's/^rx_drop_ecn //p')"
}

# Only routing knows the broadcast address of a directly attached network.
test_broadcast()
{
	ip_on a addr add 198.18.5.1/24 dev eth0
	flush a
	capture a eth0 broadcast -Q out udp
	# peers 198.18.5.255:1000 and 198.18.5.254:1000 of the server
	on a bash -c 'for last in fa00 fa01; do
		echo > "/dev/udp/2001:0:cb00:7101:0:fc17:39ed:$last/9"
	done'
	pause 0.3
	capture_stop broadcast
	check_equal "where bubbles went" \
		"198.18.5.254.1000: 203.0.113.1.3544: " \
		"$(packets broadcast | awk '{ printf "%s ", $5 }')"
	check_equal "tx_drop_embedded" 1 "$(on a "$here/helpers/tdctl" stats teredo0 |
		sed -n 's/^tx_drop_embedded //p')"
	ip_on a addr del 198.18.5.1/24 dev eth0
	flush a
}

# out_of_order NODE: number of TCP segments received out of order
out_of_order()
{
	on "$1" nstat -asz TcpExtTCPOFOQueue | awk 'END { print $2 }'
}

# The device handles aggregated packets: GSO below it when it sends, GRO when it receives.
# Packets stay in order, aggregated or not.
test_offload()
{
	local n

	introduce a $B 192.0.2.20:50000
	introduce b $A 192.0.2.10:40000
	start iperf3 b iperf3 -s
	check "iperf3 starts" wait_for 5 tcp_listening "$pid" 5201
	on a ethtool -K eth0 tx on tso on tx-udp_tnl-segmentation on \
		tx-udp_tnl-csum-segmentation on > /dev/null
	capture a teredo0 gso-inner -Q out tcp
	capture a eth0 gso-outer -Q out udp
	check "4 MB" on a iperf3 -6 -c $B -n 4M -l 128K
	capture_stop gso-inner
	capture_stop gso-outer
	n=$(packets gso-inner 'greater 3000' | wc -l)
	note "$n packets of more than 3000 octets into the device"
	[ "$n" -gt 50 ] || fail "no GSO packets into the device"
	n=$(packets gso-outer 'greater 3000' | wc -l)
	note "$n packets of more than 3000 octets out of the machine"
	[ "$n" -gt 50 ] || fail "no GSO packets out of the machine"
	check_equal "out of order" 0 "$(out_of_order b)"

	# now each packet is sent alone, and the receiver's GRO coalesces them
	on a ethtool -K eth0 tx off tso off tx-udp_tnl-segmentation off \
		tx-udp_tnl-csum-segmentation off > /dev/null 2>&1
	# veth does no GRO if the other end could do TSO
	on nb ethtool -K lan tso off tx-udp_tnl-segmentation off \
		tx-udp_tnl-csum-segmentation off > /dev/null
	on b ethtool -K eth0 gro on > /dev/null
	capture b eth0 gro-outer -Q in udp
	capture b teredo0 gro-inner -Q in tcp
	check "4 MB" on a iperf3 -6 -c $B -n 4M -l 128K
	capture_stop gro-outer
	capture_stop gro-inner
	# Check the outer packets: after decapsulation, the stack would coalesce what the
	# module has not.
	n=$(packets gro-outer 'greater 2400' | wc -l)
	note "$n merged datagrams"
	[ "$n" -gt 50 ] || fail "nothing was merged with its outer headers"
	n=$(packets gro-inner 'greater 2400' | wc -l)
	note "$n merged packets"
	[ "$n" -gt 50 ] || fail "nothing was merged"
	check_equal "out of order" 0 "$(out_of_order b)"
	stop iperf3
}

plugin=$top/tools/iproute2
modprobe teredo || fail "no module"
internet
client a pr
client b pr
services
miredo_server s2 198.51.100.118 198.51.100.119

add_test "C-05 C-22 C-36 C-80 C-92 C-94 C-118 G-02 G-03 G-18 RS-4 BU-1 PI-1: formats, ports, fragments" \
	test_formats
add_test "RFC 6040 4.1: outer TOS, ECN and TTL" eval 'start_pair && test_tx_header'
add_test "RFC 6040 4.2: ECN of received packets" test_rx_ecn
add_test "G-20 C-83: directed broadcast" test_broadcast
add_test "G-11 G-18: segmentation (GSO) and coalescing (GRO)" test_offload

run_tests
