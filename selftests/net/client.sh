#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A client behind each NAT that RFC 4380 supports: qualification with Miredo's server,
# traffic with a native host through Miredo's relay.
# timeout: 400

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# test_qualify KIND: the address holds server and mapped endpoint. Of its flags, only
# the random bits may be set, whatever the NAT (RFC 5991).
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
	# The port-restricted NAT, which is the hardest to traverse, stands for the others.
	[ "$1" != pr ] || check "10 MB each way, native host connects" \
		tcp_both_ways n a "$(teredo_address a)"
	client_down a
}

# the rule of Documentation/admin/client.md: unsolicited inbound packets are dropped
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

# different LEAST WHAT: standard input has at least LEAST different lines
different()
{
	local n

	n=$(sort -u | wc -l)
	[ "$n" -ge "$1" ] || fail "$2: only $n different ones"
}

# Eight starts: each solicitation has another nonce, and each address has other random
# bits. Two that are equal by chance are allowed.
test_random()
{
	local i addr

	set_nat a none
	capture a eth0 starts -Q out udp dst port 3544
	for ((i = 0; i < 8; i++)); do
		client_up a || return
		addr=$(teredo_address a)
		cut -d : -f 5 <<< "$addr"
		client_down a
	done > "$tmp/flags"
	capture_stop starts
	note < <(tr '\n' ' ' < "$tmp/flags")
	contents starts | sed -n 's/^00010000//p' | cut -c 1-16 > "$tmp/nonces"
	note "$(wc -l < "$tmp/nonces") solicitations"
	[ "$(wc -l < "$tmp/nonces")" -ge 16 ] || fail "fewer than 16 solicitations"
	check_equal "nonces that come twice" '' "$(sort "$tmp/nonces" | uniq -d)"
	sed 's/^/0000/; s/.*\(....\)$/\1/' "$tmp/flags" > "$tmp/digits"
	different 7 "flags" < "$tmp/digits"
	while read -r addr; do
		printf '%x\n' $((0x$addr >> 10 & 15))
	done < "$tmp/digits" | different 3 "bits 2 to 5 of the flags"
	cut -c 3-4 "$tmp/digits" | different 5 "bits 8 to 15 of the flags"
}

modprobe teredo || fail "no module"
internet
client a pr
services

for nat in none cone ar pr; do
	add_test "C-36 C-61 G-06 V-03 V-07: client behind NAT $nat qualifies, pings a native host and back" \
		test_qualify $nat
done
for nat in none cone ar pr; do
	add_test "client behind NAT $nat, TCP with a native host" \
		test_tcp $nat
done
add_test "C-44 V-01 V-02: each start has other nonces and another address" \
	test_random
add_test "C-126: a firewall on the device" test_firewall

run_tests
