#!/bin/bash
# shellcheck disable=SC2086,SC2016 # constants without blanks, awk and kprobes
# SPDX-License-Identifier: GPL-2.0
#
# Headers and trailers of a datagram: authentication, extension headers, trailers,
# in datagrams of all sizes.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

N=2001:db8:1::10
X_AT=198.51.100.66:40000
tracefs=/sys/kernel/tracing

# trust_b: make B a trusted peer by its own bubble
trust_b()
{
	flush a
	from $B_AT bubble $B $A
	check_changes "bubble" a 'rx_bubbles +1' 'peers +1' \
		"peer $B trusted $B_AT tries 0 queued 0"
}

# trailers NUMBER: NUMBER octets of unknown trailers that must be skipped
trailers()
{
	printf '8100%.0s' $(seq $(($1 / 2)))
}

# The RFC sets no limit. An unread trailer could demand that the packet is discarded.
test_long_trailers()
{
	trust_b
	from $B_AT echo-request $B $A 7 1 00 "$(trailers 512)"
	check_changes "data with 512 octets of trailers" a 'to_stack +1' \
		'sent +1'
	from $B_AT bubble $B $A "$(trailers 512)"
	check_changes "bubble with 512" a 'rx_bubbles +1'
	drops rx_drop_trailer "data with 514" $B_AT echo-request $B $A 7 1 00 \
		"$(trailers 514)"
	drops rx_drop_trailer "bubble with 514" $B_AT bubble $B $A \
		"$(trailers 514)"
	check_changes "the end" a
}

# extension headers in front of ICMPv6: first next header, octets
hidden=(
	"hop-by-hop options|0 3a00010400000000"
	"destination options|60 3a00010400000000"
	"a routing header|43 3a00000000000000"
	"an authentication header|51 3a0100000000000100000001"
	"a fragment header|44 3a00000000000009"
	"three headers|0 3c00010400000000 2b00010400000000 3a00000000000000"
)

# Neighbour discovery is dropped behind all extension headers. Other packets with
# such headers pass.
test_hidden_nd()
{
	local what headers type

	trust_b
	for what in "${hidden[@]}"; do
		headers=${what#*|} what=${what%|*}
		headers=${headers%% *}\ $(tr -d ' ' <<< "${headers#* }")
		drops rx_drop_nd "solicitation behind $what" $B_AT \
			icmp6 $B $A $headers 135 24
		drops rx_drop_nd "the same of a native host" $X_AT \
			icmp6 $N $A $headers 135 24
	done
	for type in 133 134 136 137; do
		drops rx_drop_nd "type $type" $B_AT \
			icmp6 $B $A 60 3a00010400000000 $type 24
	done
	# RFC 6980 5, RFC 8200 4.5: a first fragment, and one that hides the type
	drops rx_drop_nd "first fragment" $B_AT \
		icmp6 $B $A 44 3a00000100000009 135 24
	drops rx_drop_nd "first fragment without ICMPv6" $B_AT \
		icmp6 $B $A 44 3c000001000000093c00010400000000 0 0
	from $B_AT icmp6 $B $A 44 3a00001900000009 135 24
	check_changes "another fragment" a 'to_stack +1'
	from $B_AT icmp6 $B $A 60 3a00010400000000 128 16
	check_changes "echo request behind destination options" a \
		'to_stack +1' 'sent +1'
	from $B_AT icmp6 $B $A 60 3a00010400000000 132 24
	check_changes "type 132" a 'to_stack +1'
	from $B_AT icmp6 $B $A 60 3b00010400000000 0 0
	check_changes "no next header" a 'to_stack +1'
	check_changes "the end" a
}

# probe_on NAME PLACE ARGUMENT...: set a kprobe; fails on kernels without kprobes
probe_on()
{
	mountpoint -q $tracefs || mount -t tracefs tracefs $tracefs
	echo "p:$*" 2> /dev/null >> $tracefs/kprobe_events || return
	: > $tracefs/trace
	echo 1 > $tracefs/events/kprobes/$1/enable
}

# probe_off NAME: remove it; its events are in $tmp/NAME.log
probe_off()
{
	pause 0.1
	echo 0 > $tracefs/events/kprobes/$1/enable
	cp $tracefs/trace "$tmp/$1.log"
	echo "-:$1" >> $tracefs/kprobe_events
}

# Data behind an authentication of any length is accepted. The IPv6 header is aligned
# to 4 octets, as the IPv6 stack needs it.
test_alignment()
{
	local id nonce=0011223344556677 seen data

	# skb->data, by its offset in Debian's x86 kernels
	probe_on teredo_in6 ipv6_rcv 'data=+208(%di):x64' || {
		skip "no kprobe"
		return
	}
	trust_b
	from $B_AT echo-request $B $A 7 1 0011223344556677
	check_changes "plain" a 'to_stack +1' 'sent +1'
	capture a eth0 aligned -Q out udp
	for id in '' 01 0102 010203; do
		from $B_AT "0001$(printf %02x $((${#id} / 2)))00$id${nonce}00" \
			echo-request $B $A 7 1 "$nonce$id"
		check_changes "identifier $id" a 'to_stack +1' 'sent +1'
		from $B_AT "0001$(printf %02x $((${#id} / 2)))00$id${nonce}00" \
			origin 192.0.2.1:1 icmp6 $B $A 60 3a00010400000000 135 24
		check_changes "behind it, neighbour discovery" a 'rx_drop_nd +1'
	done
	capture_stop aligned
	probe_off teredo_in6
	check_equal "answers" "$nonce ${nonce}01 ${nonce}0102 ${nonce}010203 " \
		"$(contents aligned | awk '{ printf "%s ", substr($1, 97) }')"
	seen=$(sed -n 's/.* data=0x\(ff[0-9a-f]\{14\}\).*/\1/p' "$tmp/teredo_in6.log")
	[ "$(wc -w <<< "$seen")" -ge 5 ] || {
		skip "skb->data is somewhere else"
		return
	}
	check_equal "different places of IPv6 headers, modulo 4" 1 \
		"$(for data in $seen; do echo $((0x${data: -1} % 4)); done |
			sort -u | wc -l)"
}

# A large datagram arrives in IPv4 fragments. A trailer makes it take the slow path,
# which must not need contiguous memory for all of it. The first fragment is shorter
# than the longest packet that the module parses, so some octets must be copied.
test_large()
{
	local pulled peer=2001:0:cb00:7101:0:63bf:39cc:9bbd

	flush a
	from $X_AT bubble $peer $A
	check_changes "a peer" a 'rx_bubbles +1' 'peers +1' \
		"peer $peer trusted $X_AT tries 0 queued 0"
	probe_on teredo_pull __pskb_pull_tail 'delta=$arg2:s32' || {
		skip "no kprobe"
		return
	}
	ip_on x link set eth0 mtu 1000
	on x python3 - "$peer" "$A" ${X_AT#*:} "${outside[a]}" "${port[a]}" <<-EOF
	import socket, sys
	src, dst, sport, host, port = sys.argv[1:]
	addr = lambda a: socket.inet_pton(socket.AF_INET6, a)
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.bind(("", int(sport)))
	def send(nexthdr, rest, trailer):
	    s.sendto(b"\x60\0\0\0" + len(rest).to_bytes(2, "big") +
	             bytes([nexthdr, 64]) + addr(src) + addr(dst) + rest +
	             trailer, (host, int(port)))
	send(253, bytes(60000), b"\x81\0")
	send(253, bytes(60000), b"\x81\0\x41\0")
	send(58, b"\x87" + bytes(60000), b"\x81\0")
	EOF
	check_changes "datagrams of 60000 octets" a 'to_stack +1' 'sent +1' \
		'rx_drop_trailer +1' 'rx_drop_nd +1'
	ip_on x link set eth0 mtu 1500
	probe_off teredo_pull
	pulled=$(sed -n 's/.* delta=\([0-9]*\).*/\1/p' "$tmp/teredo_pull.log" | sort -n |
		tail -n 1)
	check_at_most "octets copied at once" 1288 "$pulled"
}

modprobe teredo || fail "no module"
internet
client a cone
bare_client a $A

add_test "P-07 XC-06: trailers beyond what is read" test_long_trailers
add_test "P-13 P-21 C-64 G-25: no neighbour discovery behind extension headers" \
	test_hidden_nd
add_test "C-54 G-14: behind an authentication of any length, aligned" test_alignment
add_test "P-01: large datagrams are not copied" test_large

run_tests
