#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Admission at the gateway of a server: it carries packets of its own clients only; if
# it demands secrets, of authenticated clients only; and each client has a packet rate.
# A relay carries what it has sent to (RFC 4380 5.4), so both directions count.
# timeout: 200

# shellcheck disable=SC2086 # constants without blanks
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

primary=203.0.113.1
at_a=192.0.2.10:40000 at_b=192.0.2.20:50000
own_a=2001:0:cb00:7101:2c5a:63bf:3fff:fdf5
own_b=2001:0:cb00:7101:10a7:3caf:3fff:fdeb
# the same client with the server 198.51.100.118
other_a=2001:0:c633:6476:2c5a:63bf:3fff:fdf5

server()
{
	ip_on s1 link set teredo0 type teredo "$@" || fail "cannot set $*"
}

# echo_request FROM SOURCE [COUNT RATE]: Echo Requests of a client to a native host
echo_request()
{
	on x "$here/helpers/tdinject" --from "$1" --to $primary:3544 \
		--count "${3:-1}" --rate "${4:-1000}" \
		echo-request "$2" 2001:db8:7::7 7 1 00112233
}

# counts WHAT COUNTERS COMMAND...: the command changes exactly these server counters
counts()
{
	local what=$1 counters=$2

	shift 2
	count_from s1
	"$@"
	check_equal "$what" "$counters" "$(counted s1)"
}

# authenticate ADDR-HEX PORT-HEX SECONDS-HEX, little-endian: as the control daemon does
authenticate()
{
	local index

	index=$(ip_on s1 -o link show teredo0 | cut -d: -f1)
	check_equal "client-set" "" "$(on s1 "$here/helpers/tdctl" genl 10 \
		"1=$(printf %02x "$index")000000" "7=$1" "8=$2" "11=$3" 2>&1)"
}

test_own()
{
	server nogateway
	counts "without a gateway, of another server" rx_routed+1 \
		echo_request $at_a $other_a
	server gateway
	counts "own" rx_routed+1 echo_request $at_a $own_a
	counts "of another server" rx_drop_not_client+1 \
		echo_request $at_a $other_a
}

# ping from the server's native address
ping_client()
{
	on s1 ping -6 -n -c 1 -W 1 "$1" > "$tmp/ping" 2>&1
}

test_other_out()
{
	server gateway
	count_from s1
	ping_client $other_a
	[[ $(counted s1) == *tx_drop_not_client+1* ]] || fail "$(counted s1)"
	grep -q 'Administratively prohibited' "$tmp/ping" ||
		fail "ping says: $(cat "$tmp/ping")"
}

test_authenticated()
{
	server gateway auth
	counts "before" rx_drop_not_authenticated+1 echo_request $at_a $own_a
	count_from s1
	ping_client $own_a
	[[ $(counted s1) == *tx_drop_not_authenticated+1* ]] ||
		fail "to the client: $(counted s1)"
	authenticate c000020a 9c40 2c010000
	counts "after" rx_routed+1 echo_request $at_a $own_a
	counts "the neighbour is not" rx_drop_not_authenticated+1 \
		echo_request $at_b $own_b
	counts "nor another port" rx_drop_not_authenticated+1 echo_request \
		192.0.2.10:40001 2001:0:cb00:7101:2c5a:63be:3fff:fdf5
	authenticate c000020a 9c40 00000000
	counts "ended" rx_drop_not_authenticated+1 echo_request $at_a $own_a
	authenticate c000020a 9c40 01000000
	counts "for a second" rx_routed+1 echo_request $at_a $own_a
	pause 2.2
	counts "which is over" rx_drop_not_authenticated+1 \
		echo_request $at_a $own_a
	server noauth
}

test_rate()
{
	local passed

	server gateway client_rate 100
	count_from s1
	echo_request $at_a $own_a 500 2000
	passed=$(counted s1 | sed -n 's/.*rx_routed+\([0-9]*\).*/\1/p')
	note "$(counted s1)"
	check_at_most "of 500 in a quarter of a second" 160 "${passed:-500}"
	[ "${passed:-0}" -ge 100 ] || fail "only ${passed:-0} of 500"
	[[ $(counted s1) == *rx_drop_client_rate* ]] || fail "none counted"
	counts "another client" rx_routed+1 echo_request $at_b $own_b
	server client_rate 0
}

# echo_to DESTINATION: an Echo Request of a client
echo_to()
{
	on x "$here/helpers/tdinject" --from $at_a --to $primary:3544 \
		echo-request $own_a "$1" 7 1 00112233
}

# A client reaches native hosts from its native address, but not the native address of
# another client. Addresses of the host, and those that no client can have, are refused.
test_prefix()
{
	server gateway gateway_prefix 2001:db8:5:1::/64
	capture inet h seen icmp6
	counts "to a native host" 'rx_routed+1 rx_translated+1' \
		echo_request $at_a $own_a
	capture_stop seen
	check_equal "what the native host gets" 1 "$(packets seen \
		'icmp6 and src 2001:db8:5:1:2c5a:63bf:3fff:fdf5' | wc -l)"
	counts "to another client" rx_drop_between_clients+1 \
		echo_to 2001:db8:5:1:10a7:3caf:3fff:fdeb
	ip_on s1 addr add 2001:db8:5:1:5054:ff:fe12:3456/128 dev eth0 nodad
	counts "to the host" 'rx_routed+1 rx_translated+1' \
		echo_to 2001:db8:5:1:5054:ff:fe12:3456
	counts "to no client" 'rx_routed+1 rx_translated+1' echo_to 2001:db8:5:1::77
	count_from s1
	ping_client $own_a
	[[ $(counted s1) == *tx_drop_not_native+1* ]] || fail "$(counted s1)"
	grep -q 'Address unreachable' "$tmp/ping" ||
		fail "ping of a Teredo address says: $(cat "$tmp/ping")"
	server nogateway
	counts "without the gateway" rx_routed+1 echo_request $at_a $own_a
}

clients()
{
	teredo s1 -j show teredo0 | sed -n 's/.*"clients":\([0-9]*\).*/\1/p'
}

# More mappings than the limit: the oldest are forgotten.
test_bound()
{
	local before after

	server gateway auth
	authenticate c000020a 9c40 2c010000
	before=$(awk '/^Slab:/ { print $2 }' /proc/meminfo)
	check "100,000 mappings" on s1 "$here/helpers/tdctl" clients teredo0 100000
	after=$(awk '/^Slab:/ { print $2 }' /proc/meminfo)
	check_equal "clients" 65536 "$(clients)"
	note "$((after - before)) kB"
	# Debug kernels keep freed memory allocated for some time.
	[ "$much" != 1 ] || check_at_most "kB" 20000 $((after - before))
	counts "the first is forgotten" rx_drop_not_authenticated+1 \
		echo_request $at_a $own_a
	server noauth
}

modprobe teredo || fail "no module"
internet
client a none
client b none
ip_on inet route del 2001::/32
teredo_server s1 $primary 203.0.113.2
on s1 sysctl -qw net.ipv6.conf.all.forwarding=1
ip_on s1 route add 2001::/32 dev teredo0
add_test "SV-10 RR-06: a gateway carries packets of its own clients only" test_own
add_test "RT-01: a gateway carries packets to its own clients only" test_other_out
add_test "S-29 S-32: with secrets, only packets of authenticated clients" \
	test_authenticated
add_test "each client has a rate" test_rate
add_test "a gateway with a native prefix, but not between clients" test_prefix
add_test "the number of authenticated clients is bounded" test_bound
run_tests
