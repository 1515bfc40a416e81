#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The test bed: the NATs behave as named, forged sources get as far as they should,
# and Miredo works behind each NAT. Does not use the module under test. If this test
# fails, fix the bed before any other test.
# timeout: 400

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# A datagram from the service port of a goes to each of these, in this order.
probes='198.51.100.7:1000 198.51.100.7:2000 198.51.100.66:1000
	198.51.100.118:1000 198.51.100.119:1000 198.51.100.1:1000'

# test_nat KIND MAPPINGS FILTER: number of mappings that the probes get, and the
# sources that can answer to the first one: all, address or port.
test_nat()
{
	local kind=$1 n=$2 filter=$3 src mapped expected to

	set_nat a "$kind"
	src=${inside[a]}.2
	[ "$kind" != none ] || src=${outside[a]}

	capture inet na outer udp
	capture a eth0 inner -Q in udp
	for to in $probes; do
		on a "$here/helpers/tdinject" --from "$src:40000" --to "$to" 00
	done
	capture_stop outer

	mapped=$(packets outer | awk '{ print $3 }')
	check_equal "probes that got out" 6 "$(wc -l <<< "$mapped")"
	check_equal "mappings" "$n" "$(sort -u <<< "$mapped" | wc -l)"
	mapped=${mapped%%$'\n'*}
	mapped=${mapped%.*}:${mapped##*.}
	case $kind in
	none|cone|ar|pr|pp_sym)
		check_equal "first mapping" "${outside[a]}:40000" "$mapped"
		;;
	esac

	on h "$here/helpers/tdinject" --from 198.51.100.7:1000 --to "$mapped" 01
	on h "$here/helpers/tdinject" --from 198.51.100.7:3000 --to "$mapped" 02
	on s1 "$here/helpers/tdinject" --from 203.0.113.1:1000 --to "$mapped" 03
	on h "$here/helpers/tdinject" --from 198.51.100.7:1000 --to "$mapped" 04
	capture_stop inner
	case $filter in
	all) expected='198.51.100.7.1000 198.51.100.7.3000 203.0.113.1.1000 198.51.100.7.1000 ' ;;
	address) expected='198.51.100.7.1000 198.51.100.7.3000 198.51.100.7.1000 ' ;;
	port) expected='198.51.100.7.1000 198.51.100.7.1000 ' ;;
	esac
	check_equal "who may send in" "$expected" \
		"$(packets inner | awk '{ printf "%s ", $3 }')"
}

# a datagram with a forged source arrives from the attacker's network, not from others
test_forge()
{
	capture n eth0 none
	capture inet s1 forged udp dst port 3544
	on h "$here/helpers/tdinject" --from 192.0.2.20:1 --to 203.0.113.1:3544 00
	on x "$here/helpers/tdinject" --from 192.0.2.20:2 --to 203.0.113.1:3544 00
	on x "$here/helpers/tdinject" --from 192.0.2.30:3 --vary src --count 3 \
		--to 203.0.113.1:3544 00
	capture_stop forged
	check_equal "what came through" \
		'192.0.2.20.2 192.0.2.30.3 192.0.2.31.3 192.0.2.32.3 ' \
		"$(packets forged | awk '{ printf "%s ", $3 }')"
	capture_stop none
	check_equal "native traffic" "" "$(packets none)"
}

# compare what tdinject builds with what tshark decodes
test_inject()
{
	local src=2001:0:cb00:7101:2c5a:63bf:3fff:fdf5
	local dst=2001:0:cb00:7101:10a7:3caf:3fff:fdeb
	local from=192.0.2.10:40000 to=198.51.100.7:3544 bad

	capture h eth0 built udp
	inject()
	{
		on x "$here/helpers/tdinject" --from 198.51.100.66:40000 --to "$to" "$@"
	}
	inject bubble "$src" "$dst"
	inject origin "$from" bubble "$src" "$dst" 0104deadbeef
	inject auth 0011223344556677 rs fe80::1 ff02::2
	inject auth 0011223344556677 origin "$from" ra fe80::2 fe80::1 \
		2001:0:cb00:7101::
	inject echo-request "$src" "$dst" 7 1 0011223344556677
	inject echo-reply "$src" "$dst" 7 1 00112233445566
	inject udp6 "$src" "$dst" 1000 2000 33
	on x "$here/helpers/tdinject" --from 198.51.100.66:4000 --vary teredo --count 2 \
		--to "$to" udp6 "$src" "$dst" 1000 2000 4
	capture_stop built

	decode built -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE \
		-T fields -E occurrence=a -E separator=' ' -e ipv6.src \
		-e teredo.auth.nonce -e teredo.orig.addr -e icmpv6.type \
		-e icmpv6.opt.prefix -e _ws.expert.message \
		-e udp.checksum.status -e icmpv6.checksum.status \
		-e ip.checksum.status > "$tmp/built.txt"
	note < "$tmp/built.txt"
	check_equal "datagrams" 9 "$(wc -l < "$tmp/built.txt")"
	bad=$(decode built -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE \
		-Y 'udp.checksum.status == 0 or icmpv6.checksum.status == 0 or
		    ip.checksum.status == 0 or _ws.malformed')
	check_equal "wrong checksums and malformed packets" "" "$bad"
	check_equal "mapping of the second of a flood" \
		2001:0:cb00:7101:2c5a:f05f:39cc:9bbc \
		"$(awk 'NR == 9 { print $1 }' "$tmp/built.txt")"
}

test_miredo_qualifies()
{
	set_nat a "$1"
	miredo_client_up a
	check "ping to the native host" reach a 2001:db8:1::10
	miredo_client_down a
}

test_miredo_pair()
{
	set_nat a "$1"
	set_nat b "$2"
	miredo_client_up a
	miredo_client_up b
	check "a to b" reach a "$(teredo_address b)"
	check "b to a" reach b "$(teredo_address a)"
	miredo_client_down a
	miredo_client_down b
}

# 25 ms each way, so the round-trip time is 50 ms, for the first packet, too
test_delay()
{
	local rtt

	set_nat a pr
	link_delay a 25ms
	rtt=$(on a ping -n -q -c 1 -W 5 198.51.100.7 |
		sed -n 's|^rtt [^=]*= \([0-9]*\).*|\1|p')
	check_at_most "first round trip, ms" 75 "$rtt"
	check_at_most "50 ms and the first round trip" "${rtt:-0}" 50
	link_delay a 0ms
}

internet
client a pr
client b pr
services

add_test "bed: no NAT, all see the same address, all may send" \
	test_nat none 1 all
add_test "bed: cone NAT, one mapping, all may send" test_nat cone 1 all
add_test "bed: address-restricted NAT" test_nat ar 1 address
add_test "bed: port-restricted NAT" test_nat pr 1 port
add_test "bed: port-preserving symmetric NAT" test_nat pp_sym 6 port
add_test "bed: symmetric NAT with random ports" test_nat symrnd 6 port
add_test "bed: sequential symmetric NAT" test_nat seq 6 port
add_test "bed: address-symmetric NAT" test_nat addrsym 6 port
add_test "bed: forged sources leave only the attacker's network" test_forge
add_test "bed: tdinject's datagrams are well formed" test_inject
add_test "bed: a link delays its first packet, too" test_delay
for nat in none cone ar pr; do
	add_test "bed: Miredo behind NAT $nat qualifies, reaches a native host" \
		test_miredo_qualifies $nat
done
add_test "bed: two Miredos behind port-restricted NATs reach each other" \
	test_miredo_pair pr pr

run_tests
