#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A client of ours behind each NAT that RFC 4380 gets through: qualification
# with Miredo's server, traffic with a native host through Miredo's relay.
# timeout: 400

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# test_qualify KIND: the address is made of what is known of server and NAT;
# of its flags only the random ones may be set, whatever the NAT (RFC 5991)
test_qualify()
{
	local addr flags rest

	set_nat a "$1"
	client_up a || return
	addr=$(teredo_address a)
	IFS=: read -r _ _ _ _ flags rest <<< "$addr"
	check_equal "server" 2001:0:cb00:7101 "${addr%":$flags:$rest"}"
	check_equal "flags but the random ones" 0 $((0x$flags & ~0x3cff))
	check_equal "port 40000, 192.0.2.10" 63bf:3fff:fdf5 "$rest"
	check "first and later pings to the native host" reach a 2001:db8:1::10
	check "ping from the native host" reach n "$addr"
	client_down a
}

test_tcp()
{
	set_nat a "$1"
	client_up a || return
	check "10 MB each way, client connects" \
		tcp_both_ways a n 2001:db8:1::10
	# the NAT that is hardest to get in through stands for the others
	[ "$1" != pr ] || check "10 MB each way, native host connects" \
		tcp_both_ways n a "$(teredo_address a)"
	client_down a
}

# the rule that Documentation/admin/client.md has: what was not asked for does not come in
test_firewall()
{
	set_nat a cone
	client_up a || return
	on a nft -f - <<-EOF
	table inet teredo {
		chain input {
			type filter hook input priority filter;
			iifname "teredo0" ct state != { established, related } drop
		}
	}
	EOF
	check "ping to the native host" reach a 2001:db8:1::10
	! reach n "$(teredo_address a)" 1 > /dev/null ||
		fail "a ping from the native host is answered"
	on a nft delete table inet teredo
	check "without the rule it is" reach n "$(teredo_address a)" 1
	client_down a
}

modprobe teredo || fail "no module"
internet
client a pr
services

for nat in none cone ar pr; do
	add_test "C-36 V-01 R-10: client behind NAT $nat qualifies, pings a native host and back" \
		test_qualify $nat
done
for nat in none cone ar pr; do
	add_test "C-59 C-61 G-17: client behind NAT $nat, TCP with a native host" \
		test_tcp $nat
done
add_test "C-126: a firewall on the device" test_firewall

run_tests
