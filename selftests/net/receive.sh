#!/bin/bash
# shellcheck disable=SC2086,SC2016 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Receive path of a client (RFC 4380 5.2.3): the rows of packet-rules.rst in turn, with
# packets that any Internet host could forge. Each check compares all counters,
# the peers, packets delivered to the IPv6 stack and packets sent.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

N=2001:db8:1::10
X_AT=198.51.100.66:40000
SERVER=203.0.113.1:3544 RELAY=198.51.100.1:3545
BU_1=6000000000003bff20010000cb00710110a73caf3ffffdeb20010000cb0071012c5a63bf3ffffdf5
BU_7=0000f22639cc9bfe6000000000003bff20010db800010000000000000000000120010000cb0071012c5a63bf3ffffdf5
BU_8=6000000000003bff20010000cb0071012c5a63bf3ffffdf520010db8000100000000000000000001
BU_9=0000f22639cc9bfe6000000000003b00fe80000000000000123456789abcdef020010000cb0071012c5a63bf3ffffdf5
trusted_b="peer $B trusted $B_AT tries 0 queued 0"

# trust_b: make B a trusted peer by its own bubble
trust_b()
{
	flush a
	from $B_AT bubble $B $A
	check_changes "bubble" a 'rx_bubbles +1' 'peers +1' "$trusted_b"
}

test_malformed()
{
	local cut=${BU_1::78} what hex

	flush a
	while read -r what hex; do
		drops rx_drop_malformed "$what" $B_AT "$hex" || return
	done <<-EOF
	empty
	one-octet 60
	unknown-prefix 0002$BU_1
	version-4 4$(printf '%s' "${BU_1:1}")
	all-ones ff${BU_1:2}
	39-octets $cut
	one-octet-too-long 6000000000013bff${BU_1:16}
	longest 60000000ffff3bff${BU_1:16}
	origin-then-authentication 000063bf3ffffdf500010000010203040506070800$BU_1
	origin-alone 000063bf3ffffdf5
	origin-twice 000063bf3ffffdf5000063bf3ffffdf5$BU_1
	authentication-alone 00010000010203040506070800
	authentication-twice 0001000001020304050607080000010000010203040506070800$BU_1
	identifier-too-long 0001ff00010203040506070800$BU_1
	value-too-long 000100ff010203040506070800$BU_1
	EOF
}

# udp_errors: number of checksum errors in a's UDP layer
udp_errors()
{
	on a awk '/^Udp:/ && !n++ { split($0, name); next }
		/^Udp:/ { for (i in name) if (name[i] == "InCsumErrors") print $i }' \
		/proc/net/snmp
}

# The UDP layer drops wrong checksums. No checksum is allowed.
test_checksum()
{
	local before

	flush a
	# otherwise the NAT drops wrong checksums
	on na sysctl -qw net.netfilter.nf_conntrack_checksum=0
	before=$(udp_errors)
	from $B_AT --csum wrong bubble $B $A
	from $SERVER --csum wrong origin 192.0.2.99:9 bubble $C $A
	from $B_AT --csum none bubble $B $A
	check_changes "only what has none" a 'rx_bubbles +1' 'peers +1' \
		"$trusted_b"
	check_equal "wrong ones" $((before + 2)) "$(udp_errors)"
}

# Octets after the IPv6 packet cause no error, and are not delivered.
test_trailing()
{
	flush a
	from $B_AT bubble $B $A 0104deadbeef
	check_changes "bubble with a trailer" a 'rx_bubbles +1' 'peers +1' \
		"$trusted_b"
	capture a teredo0 inner -Q in
	from $B_AT echo-request $B $A 7 1 0011223344556677 8102aabb
	check_changes "echo request with a trailer" a 'to_stack +1' 'sent +1'
	capture_stop inner
	check_changes "the end" a
	check_equal "octets of the packet" 56 "$(decode inner -T fields \
		-e ipv6.plen -e frame.len | awk '{ print $2 }')"
}

test_trailer_class()
{
	local hex

	trust_b
	for hex in 4100 7f00 0104deadbeef4100 8102aabb4100; do
		drops rx_drop_trailer "trailer $hex" $B_AT bubble $B $A $hex
		drops rx_drop_trailer "data with trailer $hex" $B_AT \
			echo-request $B $A 7 1 00 $hex
	done
	# unknown trailers are skipped, and malformed ones end the parsing
	for hex in 3f00 8102aabb0104deadbeef c100 01 01c84100 \
			0104deadbeef04040000; do
			from $B_AT bubble $B $A $hex
		check_changes "trailer $hex" a 'rx_bubbles +1'
	done
	check_changes "the end" a
}

test_source()
{
	local src

	flush a
	for src in :: ::1 ff02::1 ff0e::1 ::ffff:192.0.2.20 $A; do
		drops rx_drop_source "echo request from $src" $B_AT \
			echo-request $src $A 7 1 00
	done
	drops rx_drop_source "bubble from ourselves" $B_AT bubble $A $A
	check_changes "the end" a
}

test_destination()
{
	local dst

	trust_b
	for dst in ff02::1 ff02::2 fe80::63bf:f5fe:fffd 2001:db8:9::9 ::1 $B; do
		drops rx_drop_destination "echo request to $dst" $B_AT \
			echo-request $B $dst 7 1 00
	done
	drops rx_drop_destination "discovery bubble" $B_AT bubble $B ff02::1

	# one of 4096 guesses is right, and only that one is answered
	from $B_AT --vary flags --count 4096 --rate 4000 \
		echo-request $B "${A/2c5a/0}" 7 1 0011
	check_changes "all flags" a 'rx_drop_destination +4095' \
		'to_stack +1' 'sent +1'
	check_changes "the end" a
}

# An advertisement from the server goes to the control daemon. All others are dropped. None
# reaches the IPv6 stack.
test_advertisement()
{
	local ra=(ra fe80::8000:f227:34ff:8efe fe80::ffff:ffff:ffff
		  2001:0:cb00:7101::)
	local routes hex

	flush a
	routes=$(ip_on a -6 route; ip_on a -6 addr)
	drops rx_drop_control "from elsewhere" 198.51.100.66:3544 "${ra[@]}"
	drops rx_drop_control "from the server's other port" 203.0.113.1:3545 \
		"${ra[@]}"
	drops rx_drop_control "from the address after it" 203.0.113.2:3544 \
		"${ra[@]}"
	drops rx_drop_no_daemon "without a helper" $SERVER "${ra[@]}"

	start helper a "$here/helpers/tdctl" helper teredo0
	check "a helper starts" wait_for 5 grep -q ready "$tmp/helper.log"
	from $SERVER auth 0011223344556677 origin 192.0.2.10:40000 "${ra[@]}"
	from $SERVER "${ra[@]}"
	check_changes "from the server" a 'rx_control +2'
	# RFC 6081 5.1.2
	for hex in 4100 7f00 0104deadbeef4100 8102aabb4100; do
		drops rx_drop_trailer "trailer $hex" $SERVER "${ra[@]}" $hex
	done
	drops rx_drop_malformed "more than 1280 octets" $SERVER "$(printf \
		'6000000004d83afffe80%028x2001%028x86%02464d' 1 1 0)"
	wait_for 5 grep -q '^packet' "$tmp/helper.log"
	stop helper
	check_equal "what the helper got" "packet $SERVER" \
		"$(sed -n 's/\(packet [^ ]*\) 000100000011223344556677.*/\1/p' \
			"$tmp/helper.log")"
	check_equal "addresses and routes" "$routes" \
		"$(ip_on a -6 route; ip_on a -6 addr)"

	# with a peer's source address, it counts as a packet from this peer
	trust_b
	drops rx_drop_nd "advertisement from a peer" $B_AT ra $B $A 2001:db8::
	drops rx_drop_nd "solicitation from a peer" $B_AT rs $B $A
}

test_spoofed()
{
	local at

	flush a
	for at in 192.0.2.20:50001 192.0.2.21:50000 $X_AT $SERVER; do
		[ $at = $SERVER ] ||
			drops rx_drop_bubble "bubble from $at" $at bubble $B $A
		drops rx_drop_spoofed "echo request from $at" $at \
			echo-request $B $A 7 1 00
	done
	# a trusted entry for the peer changes nothing
	trust_b
	drops rx_drop_spoofed "as a known peer" $X_AT echo-request $B $A 7 1 00
	drops rx_drop_bubble "bubble as a known peer" $X_AT bubble $B $A
	# the mapped endpoint matches, but the client must not send there
	drops rx_drop_spoofed "mapping 10.0.0.1:53" 10.0.0.1:53 \
		echo-request 2001:0:cb00:7101:0:ffca:f5ff:fffe $A 7 1 00
}

test_link_local()
{
	flush a
	drops rx_drop_link_local "echo request" $X_AT \
		echo-request fe80::1 $A 7 1 00
	drops rx_drop_link_local "echo request via the server" $SERVER \
		echo-request fe80::1 $A 7 1 00

	ip_on a route add fe80::/64 dev teredo0
	ip_on a route add multicast ff0e::/16 dev teredo0 table local
	on a ping -6 -n -c 1 -W 1 -I $A fe80::1%teredo0 > /dev/null 2>&1
	on a ping -6 -n -c 1 -W 1 -I teredo0 ff0e::1 > /dev/null 2>&1
	check_changes "pings out" a 'tx_drop_scope +2'
	ip_on a route del fe80::/64 dev teredo0
}

# idle PEER: ms since the last reception from it and the last transmission to it
idle()
{
	on a "$here/helpers/tdctl" dump teredo0 |
		sed -n "s/^peer $1 .* idle \([0-9]* [0-9]*\) .*/\1/p"
}

# received_ago LEAST MOST WHAT: time since the last reception from B, in ms
received_ago()
{
	local rx

	read -r rx _ < <(idle $B)
	[ "${rx:-0}" -ge $1 ] || fail "$3: last reception ${rx:-never} ms ago"
	check_at_most "$3, ms since the last reception" $2 "$rx"
}

# sent_ago LEAST MOST WHAT: time since the last transmission to B, in ms
sent_ago()
{
	local tx

	read -r _ tx < <(idle $B)
	[ "${tx:-0}" -ge $1 ] || fail "$3: last transmission ${tx:-never} ms ago"
	check_at_most "$3, ms since the last transmission" $2 "$tx"
}

# The entry has another endpoint than the peer's address, so the packet is accepted only
# because of the entry.
test_trusted()
{
	local at=192.0.2.77:777

	flush a
	introduce a $B $at
	check_changes "a peer elsewhere" a 'peers +1' \
		"peer $B trusted $at tries 0 queued 0"
	pause 2
	from $at echo-request $B $A 7 1 00
	check_changes "data from its mapping" a 'to_stack +1' 'sent +1'
	received_ago 0 1500 "data"
	pause 2
	drops rx_drop_spoofed "data from another port" 192.0.2.77:778 \
		echo-request $B $A 7 1 00
	received_ago 2000 10000 "data from another port"
	from $at bubble $B $A
	check_changes "bubble from its mapping" a 'rx_bubbles +1'
	received_ago 0 1500 "bubble"
}

# The bubble limits count new entries and pairs of bubbles.
test_charged()
{
	trust_b
	sent_ago 30000 40000 "entry made by a direct bubble"
	flush a
	start ping a ping -6 -n -c 1 -W 10 $B
	check_changes "ping" a 'peers +1' 'sent +2' 'tx_bubbles +2' \
		"peer $B probing 0.0.0.0:0 tries 1 queued 1"
	received_ago 30000 40000 "entry made by a ping"
	sent_ago 0 1500 "pair of bubbles"
	wait_for 4 tried 2 || fail "no second pair"
	sent_ago 0 1500 "second pair"
	stop ping
	# flush, as the client sends more pairs of bubbles later
	flush a
	before a
}

# tried NUMBER: NUMBER pairs of bubbles have been sent to B
tried()
{
	[[ $(on a "$here/helpers/tdctl" dump teredo0) == *"peer $B probing "*" tries $1 "* ]]
}

# A bubble via the server is answered directly, but verifies nothing. Packets stay queued
# until the peer itself sends a packet.
test_indirect()
{
	flush a
	capture a eth0 answer -Q out udp
	start ping a ping -6 -n -c 1 -W 10 $B
	check_changes "ping to a new peer" a 'peers +1' 'sent +2' \
		'tx_bubbles +2' "peer $B probing 0.0.0.0:0 tries 1 queued 1"
	from $SERVER origin $B_AT bubble $B $A
	check_changes "indirect bubble" a 'rx_indirect_bubbles +1' \
		'tx_bubbles +1' 'sent +1'
	from $B_AT bubble $B $A
	check_changes "direct bubble" a 'rx_bubbles +1' 'sent +1' "$trusted_b"
	capture_stop answer
	check_equal "two bubbles, the answer, the ping" \
		"${B_AT/:/.}: ${SERVER/:/.}: ${B_AT/:/.}: ${B_AT/:/.}: " \
		"$(packets answer | awk '{ printf "%s ", $5 }')"
	stop ping

	# no more than four answers in two seconds
	pause 2
	from $SERVER --count 6 origin $B_AT bubble $B $A
	check_changes "six indirect bubbles" a 'rx_indirect_bubbles +4' \
		'rx_drop_rate +2' 'tx_bubbles +4' 'sent +4'
	check_changes "the end" a
}

# A relay's request via the server is answered. The same from other sources is not.
test_origin()
{
	flush a
	capture a eth0 answers -Q out udp
	from $SERVER $BU_7
	from $SERVER $BU_9
	check_changes "bubbles of relays" a 'rx_indirect_bubbles +2' \
		'tx_bubbles +2' 'sent +2'
	capture_stop answers
	check_equal "answer to BU-7" $BU_8 "$(contents answers | sed -n 1p)"
	check_equal "answer to BU-9" \
		"${BU_8::48}fe80000000000000123456789abcdef0" \
		"$(contents answers | sed -n 2p)"
	check_equal "where they went" "${RELAY/:/.}: ${RELAY/:/.}: " \
		"$(packets answers | awk '{ printf "%s ", $5 }')"

	drops rx_drop_bubble "BU-7 from an unsolicited peer" $X_AT $BU_7
	drops rx_drop_bubble "BU-7 from another port" 203.0.113.1:3545 $BU_7
	drops rx_drop_bubble "BU-7 from another server" 198.51.100.118:3544 $BU_7
	drops rx_drop_link_local "BU-9 from an unsolicited peer" $X_AT $BU_9
	drops rx_drop_bubble "no origin" $SERVER "${BU_7:16}"
	drops rx_drop_bubble "private origin" $SERVER origin 10.1.0.1:3545 \
		"${BU_7:16}"
	drops rx_drop_bubble "multicast origin" $SERVER origin 224.0.0.1:3545 \
		"${BU_7:16}"
	drops rx_drop_bubble "origin with port 0" $SERVER \
		origin 198.51.100.1:0 "${BU_7:16}"
	# the origin of an unsolicited peer is ignored, without a drop
	from $B_AT origin 198.51.100.7:7 bubble $B $A
	check_changes "origin before a right bubble" a 'rx_bubbles +1' \
		'peers +1' "$trusted_b"
}

# teredo_to IPV4 PORT SERVER: in $REPLY, the Teredo address of a client
teredo_to()
{
	local a b c d e f g h

	IFS=. read -r a b c d <<< "$3"
	IFS=. read -r e f g h <<< "$1"
	printf -v REPLY '2001:0:%x:%x:0:%x:%x:%x' $((a << 8 | b)) \
		$((c << 8 | d)) $(($2 ^ 0xffff)) $((~(e << 8 | f) & 0xffff)) \
		$((~(g << 8 | h) & 0xffff))
}

# send_to: send a packet to the peer of each line "IPV4 [SERVER]" of standard input
send_to()
{
	local ip server

	while read -r ip server; do
		teredo_to "$ip" 1000 "${server:-203.0.113.1}"
		printf '%s\n' "$REPLY"
	done | on a bash -c \
		'while read -r to; do echo > "/dev/udp/$to/9"; done'
}

test_embedded()
{
	local ip changes=()

	flush a
	send_to <<-EOF
	0.0.0.1
	0.255.255.255
	10.0.0.1
	10.255.255.255
	127.0.0.1
	169.254.1.1
	172.16.0.1
	172.31.255.255
	192.88.99.1
	192.168.0.1
	192.168.255.255
	224.0.0.253
	239.255.255.255
	255.255.255.255
	192.0.2.20 10.0.0.1
	192.0.2.20 127.0.0.1
	192.0.2.20 224.0.0.1
	192.0.2.20 0.0.0.0
	EOF
	check_changes "peers at places not to send to" a 'tx_drop_embedded +18'

	for ip in 1.0.0.0 9.255.255.255 11.0.0.1 126.255.255.255 \
			169.253.255.255 172.15.255.255 172.32.0.0 192.88.98.1 \
			192.167.255.255 192.169.0.0 223.255.255.255; do
		teredo_to $ip 1000 203.0.113.1
		changes+=("peer $REPLY probing 0.0.0.0:0 tries 1 queued 1")
		printf '%s\n' $ip
	done > "$tmp/neighbours"
	send_to < "$tmp/neighbours"
	check_changes "their neighbours" a 'peers +11' 'tx_bubbles +22' \
		'sent +22' "${changes[@]}"
}

test_embedded_received()
{
	local src

	flush a
	for src in 2001:0:cb00:7101:0:ffca:80ff:fffe \
			2001:0:cb00:7101:0:ffca:f5ff:fffe \
			2001:0:cb00:7101:0:f227:3fa7:9cfe \
			2001:0:cb00:7101:0:f227:1fff:ff02 \
			2001:0:cb00:7101:0:fff6:: \
			2001:0:a00:1:0:3caf:3fff:fdeb \
			2001:0:cb00:7101:0:ffff:3fff:fdeb; do
		drops rx_drop_bubble "indirect bubble from $src" $SERVER \
			origin $B_AT bubble $src $A
	done
}

# read_test NAME: read one test from a capture; sets $id, $seq and $data to its nonce
read_test()
{
	local request

	wait_for 2 eval "[ \"\$(packets $1)\" ]"
	request=$(contents "$1")
	id=0x${request:88:4} seq=0x${request:92:4} data=${request:96}
}

# A native host sends first. Its packet is held until its test is answered.
test_native_first()
{
	local id seq data

	flush a
	capture a eth0 tested -Q out udp
	from $RELAY echo-request $N $A 7 1 0011
	check_changes "echo request of a native host" a 'rx_held +1' 'peers +1' \
		'tx_tests +1' 'sent +1' \
		"peer $N probing 0.0.0.0:0 tries 1 queued 1"
	read_test tested
	from $RELAY echo-reply $N $A $id $seq "$data"
	check_changes "reply to its test" a 'rx_test_replies +1' 'to_stack +1' \
		'sent +1' "peer $N trusted $RELAY tries 0 queued 0"
	capture_stop tested
	check_equal "a test via the server, then the answer" \
		"${SERVER/:/.} 80 ${RELAY/:/.} 81 " "$(payloads tested |
			awk '{ printf "%s %s ", $2, substr($3, 81, 2) }')"
}

# 100 tests: every digit of the nonces varies
test_nonces()
{
	local digit

	flush a
	capture a eth0 nonces -Q out udp
	on a bash -c 'for ((i = 1; i <= 100; i++)); do
		echo > "/dev/udp/2001:db8:99::$i/9"
	done'
	wait_for 5 eval '[ "$(contents nonces | wc -l)" -ge 100 ]'
	capture_stop nonces
	# a repeat has the nonce of its test
	contents nonces | cut -c 49-80,97- | sort -u > "$tmp/nonces"
	flush a
	check_equal "tests" 100 "$(wc -l < "$tmp/nonces")"
	check_equal "octets of each nonce" 16 \
		"$(awk '{ print length($0) / 2 - 16 }' "$tmp/nonces" | sort -u)"
	check_equal "nonces" 100 "$(cut -c 33- "$tmp/nonces" | sort -u | wc -l)"
	for digit in {33..64}; do
		[ "$(cut -c $digit "$tmp/nonces" | sort -u | wc -l)" -gt 8 ] ||
			fail "digit $((digit - 32)) of the nonces hardly varies"
	done
}

# A reply must match the whole test. Then the packet that caused the test is sent to the
# source of the reply.
test_echo()
{
	local id seq data bad

	flush a
	capture a eth0 request -Q out udp
	start ping a ping -6 -n -c 1 -W 10 $N
	check_changes "ping to a native host" a 'peers +1' 'tx_tests +1' \
		'sent +1' "peer $N probing 0.0.0.0:0 tries 1 queued 1"
	read_test request
	check_equal "octets of nonce" 16 $((${#data} / 2))
	printf -v bad '%s%02x' "${data::30}" $((0x${data:30} ^ 1))

	from $X_AT echo-reply $N $A $id $seq "$bad"
	from $X_AT echo-reply $N $A $((id ^ 1)) $seq "$data"
	from $X_AT echo-reply $N $A $id $((seq ^ 1)) "$data"
	from $X_AT echo-reply $N $A $id $seq "${data::30}"
	from $X_AT echo-reply $N $A $id $seq "${data}00"
	from $X_AT echo-request $N $A $id $seq "$data"
	from 10.9.9.9:3545 echo-reply $N $A $id $seq "$data"
	check_changes "replies with a mistake, and from a private relay" a \
		'rx_held +7' "peer $N probing 0.0.0.0:0 tries 1 queued 8"
	from $RELAY echo-reply $N $A $id $seq "$data"
	check_changes "the right reply" a 'rx_test_replies +1' \
		'rx_drop_unverified +7' 'sent +1' \
		"peer $N trusted $RELAY tries 0 queued 0"
	capture_stop request
	check_equal "where the test and the ping went" \
		"${SERVER/:/.}: ${RELAY/:/.}: " \
		"$(packets request | awk '{ printf "%s ", $5 }')"
	stop ping

	from $RELAY echo-request $N $A 7 1 0011
	check_changes "echo request by its relay" a 'to_stack +1' 'sent +1'
	# C-72: a packet from another relay waits for a test, which is not answered
	from $X_AT echo-request $N $A 7 1 0011
	check_changes "echo request by another" a 'rx_held +1' \
		'tx_tests +1' 'sent +1' \
		"peer $N trusted $RELAY tries 1 queued 1"
	check "no test for another host" wait_for 10 dropped
	check_changes "the packet is dropped" a 'rx_drop_unverified +1' \
		'tx_tests +1' 'sent +1' "peer $N trusted $RELAY tries 2 queued 0"
}

# the held packet is dropped after all tests have failed
dropped()
{
	[[ $(dump a) == *"rx_drop_unverified 8"$'\n'* ]]
}

test_foreign_source()
{
	flush a
	ip_on a addr add 2001:db8:99::1/128 dev lo
	on a ping -6 -n -c 1 -W 2 -I 2001:db8:99::1 $N > "$tmp/ping.log" 2>&1
	check_changes "ping from another address" a 'tx_drop_source +1'
	check "the sender is told" grep -q 'Administratively prohibited' \
		"$tmp/ping.log"
	ip_on a addr del 2001:db8:99::1/128 dev lo
}

test_not_qualified()
{
	flush a
	on a "$here/helpers/tdctl" state teredo0 1
	ip_on a -6 addr replace $A/32 dev teredo0 nodad
	on a ping -6 -n -c 2 -i 0.1 -W 1 $N > /dev/null 2>&1
	check_changes "pings out" a 'state -1'
	drops rx_drop_not_qualified "bubble" $B_AT bubble $B $A
	drops rx_drop_not_qualified "echo request" $B_AT \
		echo-request $B $A 7 1 00
	drops rx_drop_not_qualified "indirect bubble" $SERVER \
		origin $B_AT bubble $B $A
	on a "$here/helpers/tdctl" up teredo0 $A
}

# A peer that does not answer: 4 pairs of bubbles, failure after 8 s. Runs in the
# background, at another client.
dead_client=2001:0:cb00:7101:0:3caf:3fff:fdeb
start_dead_peer()
{
	bare_client b $dead_client
	capture b eth0 dead -Q out udp
	start dead-ping b ping -6 -n -D -c 47 -i 0.2 -W 1 $C
}

test_dead_peer()
{
	local begin

	wait "${_pids[dead-ping]}"
	check_changes "the pings" b 'tx_bubbles +8' 'sent +8' 'peers +1' \
		'tx_drop_no_answer +47' \
		"peer $C failed 0.0.0.0:0 tries 4 queued 0"
	on b ping -6 -n -c 1 -W 1 $C > "$tmp/ping.log" 2>&1
	check_changes "another ping" b 'tx_drop_no_answer +1'
	check "the sender is told" grep -q 'Address unreachable' "$tmp/ping.log"
	capture_stop dead
	check_equal "places and times of bubbles" \
		"0 ${C_AT/:/.}: 0 ${SERVER/:/.}: 2 ${C_AT/:/.}: 2 ${SERVER/:/.}: 4 ${C_AT/:/.}: 4 ${SERVER/:/.}: 6 ${C_AT/:/.}: 6 ${SERVER/:/.}: " \
		"$(packets dead | awk 'NR == 1 { start = $1 }
			{ printf "%d %s ", $1 - start + 0.3, $5 }')"
	# relative to the first bubble, as starting a program takes time
	begin=$(packets dead | awk '{ print $1; exit }')
	check_equal "the first to be told, s" 8 "$(awk -v start="$begin" '
		/Address unreachable/ {
			printf "%d\n", substr($1, 2) - start + 0.4
			exit
		}' "$tmp/dead-ping.log")"
	check_equal "state" failed "$(dump b |
		awk '$1 == "peer" { print $3 }')"
	# a packet from the peer itself resets the count of bubbles
	before b
	inject --from $C_AT --to 192.0.2.20:50000 bubble $C $dead_client
	check_changes "heard of" b 'rx_bubbles +1' \
		"peer $C trusted $C_AT tries 0 queued 0"
}

# A native host that does not answer: the test is repeated, then the sender gets an error.
test_dead_native()
{
	local tests

	tests=$(counter b teredo0 tx_tests)
	capture b eth0 native udp and greater 100	# no bubbles
	on b ping -6 -n -c 1 -W 10 2001:db8:99::1 > "$tmp/ping.log" 2>&1
	check "the sender is told" grep -q 'Address unreachable' "$tmp/ping.log"
	capture_stop native
	check_equal "tests" $((tests + 4)) "$(counter b teredo0 tx_tests)"
	check_equal "places and times of tests" \
		"0 ${SERVER/:/.}: 2 ${SERVER/:/.}: 4 ${SERVER/:/.}: 6 ${SERVER/:/.}: " \
		"$(packets native | awk 'NR == 1 { start = $1 }
			{ printf "%d %s ", $1 - start + 0.3, $5 }')"
}

# exactly TEST: nothing has changed at a except what the test has checked
exactly()
{
	"$@" || fail "exit code $? of $*"
	check_changes "after the test" a
}

# packets of all tests that a packet socket on the device has captured
test_stack()
{
	capture_stop stack
	check_equal "what has come in" "ICMP6, echo request 5" "$(packets stack |
		sed 's/.*: \(ICMP6, [^,]*\),.*/\1/' | sort | uniq -c |
		awk '{ n = $1; $1 = ""; sub(/^ /, ""); print $0, n }')"
}

modprobe teredo || fail "no module"
internet
ip_on inet route add blackhole default
client a cone
client b cone
# the peer B is scripted: packets to it must not reach the client at its endpoint
on inet nft -f - <<-EOF || fail "no filter"
	table ip script {
		chain forward {
			type filter hook forward priority filter;
			ip saddr ${outside[a]} ip daddr ${outside[b]} drop
		}
	}
EOF
bare_client a $A
capture a teredo0 stack -Q in
start_dead_peer

add_test "P-01 G-13 G-16 G-24 C-54 C-55: malformed packets" exactly test_malformed
add_test "receive: UDP checksums" exactly test_checksum
add_test "G-24 XC-02: octets after the packet are not part of it" exactly test_trailing
add_test "P-07 XC-04 XC-06 XC-07: trailers" exactly test_trailer_class
add_test "P-06: impossible sources" exactly test_source
add_test "P-06 C-56 C-68 C-111 V-13: other destinations; one of 4096 guesses is right" \
	exactly test_destination
add_test "P-04 C-33 RA-1: advertisements go to the control daemon or nowhere" \
	exactly test_advertisement
add_test "P-15 P-18 P-19 C-62: sources whose mapping is another" exactly test_spoofed
add_test "P-20 T-02 G-25: no link-local traffic" exactly test_link_local
add_test "P-13 C-59: a packet from the endpoint of an entry renews the entry" \
	exactly test_trusted
add_test "C-63 C-93 C-97: a new entry, and what each pair of bubbles counts" \
	exactly test_charged
add_test "P-09 C-58 C-71 C-74 C-82 V-15: indirect bubbles are answered and prove nothing" \
	exactly test_indirect
add_test "P-10 P-11 P-12 A-23 BU-7 BU-8 BU-9: only the server may name an origin" \
	exactly test_origin
add_test "T-08 C-83 G-19 AD-13 AD-14 AD-15 AD-16 AD-17 AD-18: destinations that must not be sent to" \
	exactly test_embedded
add_test "P-09 C-83 A-53: nor answered" exactly test_embedded_received
add_test "P-21 C-70 C-122: a packet of a native host waits for its test" \
	exactly test_native_first
add_test "C-118 C-120: 100 tests, 100 random nonces" exactly test_nonces
add_test "P-13 P-14 P-21 C-60 C-61 C-72 C-121 C-122 PI-3: connectivity tests" exactly test_echo
add_test "T-03 A-56: foreign sources are refused" exactly test_foreign_source
add_test "T-01 P-05 C-07: nothing before qualification" test_not_qualified
add_test "C-81 C-95 C-96 XC-13: bubbles to a dead peer" test_dead_peer
add_test "C-76: connectivity tests of a dead native host" test_dead_native
add_test "C-33 C-64: nothing else has reached the IPv6 stack" test_stack

run_tests
