#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks, but for RA
# SPDX-License-Identifier: GPL-2.0
#
# A client behind a sequential symmetric NAT (RFC 6081 5.5), packet by packet, with a
# scripted server and peer. There is no real NAT, so that every port of the client can be
# reached. The server reports another port than the service port.
# timeout: 300

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

A=2001:0:cb00:7101:2c5a:5fd7:3fff:fdf5	# 192.0.2.10:41000
SERVER2=203.0.113.2:3544
RA="ra fe80::8000:f227:34ff:8efe fe80::ffff:ffff:ffff 2001:0:cb00:7101::"
INSIDE=03080000c000020a9c40	# 192.0.2.10:40000 as an alternate

# begin NAME: start without peers; record what the client sends
begin()
{
	flush a
	check "spare ports" wait_for 5 ports_open 3
	capture a eth0 "$1" -Q out udp
}

# timeline NAME: time in s, source port, destination and kind of all packets
timeline()
{
	paste -d ' ' <(packets "$1" | awk 'NR == 1 { start = $1 }
		{ printf "%d\n", $1 - start + 0.3 }') <(payloads "$1") |
	awk '{ print $1, substr($2, match($2, /[0-9]*$/)), $3,
		substr($4, 1, 4) == "0001" ? "rs" : "bubble", substr($4, 81) }' |
	sed 's/ rs .*/ rs/; s/ $//'
}

# tested NAME: the test has been sent; sets its port $port_a and its nonces $nonces
tested()
{
	check "a test" wait_for 5 solicited "$1" 2
	mapfile -t nonces < <(solicitations "$1" | awk '{ print $2 }')
	port_a=$(solicitations "$1" | awk 'NR == 1 { print $1 }')
}

# solicitations NAME: source port and nonce of each solicitation so far
solicitations()
{
	payloads "$1" | awk 'substr($3, 1, 4) == "0001" {
		print substr($1, match($1, /[0-9]*$/)), substr($3, 9, 16) }'
}

solicited()
{
	[ "$(solicitations "$1" | wc -l)" = "$2" ]
}

# Without an answer: two tests, then bubbles that announce no port
test_silent()
{
	local r rest

	begin silent
	start ping a ping -6 -n -c 1 -W 13 $B
	pause 11.5
	capture_stop silent
	r=$(solicitations silent | awk 'NR == 1 { print $1 }')
	check_equal "packets" "$(printf '%s\n' \
		"0 $r ${SERVER/:/.} rs" "0 $r ${B_AT/:/.} bubble" \
		"0 $r ${SERVER2/:/.} rs" \
		"1 $r ${SERVER/:/.} rs" "1 $r ${B_AT/:/.} bubble" \
		"1 $r ${SERVER2/:/.} rs")" "$(timeline silent | head -n 6)"
	for t in 3 5 7; do
		printf '%s\n' "$t 40000 ${B_AT/:/.} bubble" \
			"$t 40000 ${SERVER/:/.} bubble $INSIDE"
	done > "$tmp/want"
	check_equal "and" "$(< "$tmp/want")" "$(timeline silent |
		tail -n +7 | sed "s/0104.*$INSIDE/$INSIDE/")"
	check_equal "different nonces" 4 "$(solicitations silent |
		awk '{ print $2 }' | sort -u | wc -l)"
	rest=$(< "$tmp/ping.log")
	[[ $rest == *"Address unreachable"* ]] ||
		fail "the application is not told: $rest"
	check "the port is closed" wait_for 5 ports_open 3
	check_changes "counters" a 'tx_port_tests +2' 'tx_bubbles +8' 'sent +12' \
		'tx_drop_no_answer +1' 'peers +1' \
		"peer $B failed 0.0.0.0:0 tries 3 queued 0"
}

# seen NONCE PORT: the server's answer to the random port, with the port that it has seen
seen()
{
	to_port "$port_a" "${3:-$SERVER}" auth "$1" origin "192.0.2.10:$2" $RA
}

# Half a minute after tests without an answer, the next attempt also begins with a test,
# which waits for a second and is repeated once.
test_again()
{
	local first t

	begin again
	start ping a ping -6 -n -c 1 -W 13 $B
	tested again
	first=$port_a
	pause 32
	capture_stop again
	stop ping
	check_changes "the first attempt" a 'tx_port_tests +2' 'tx_bubbles +8' \
		'sent +12' 'tx_drop_no_answer +1' 'peers +1' \
		"peer $B failed 0.0.0.0:0 tries 3 queued 0"
	capture a eth0 second -Q out udp
	start ping a ping -6 -n -c 1 -W 13 $B
	pause 3.5
	capture_stop second
	stop ping
	port_a=$(solicitations second | awk 'NR == 1 { print $1 }')
	[ "$port_a" != "$first" ] || fail "the same port"
	for t in 0 1; do
		printf '%s\n' "$t $port_a ${SERVER/:/.} rs" \
			"$t $port_a ${B_AT/:/.} bubble" \
			"$t $port_a ${SERVER2/:/.} rs"
	done > "$tmp/want"
	check_equal "packets" "$(< "$tmp/want")" "$(timeline second | head -n 6)"
	check_equal "then bubbles without a port" "3 40000 ${SERVER/:/.} $INSIDE" \
		"$(timeline second | sed -n "s/ bubble 0104.*$INSIDE/ $INSIDE/p")"
	before a
}

# A bubble to a peer in use needs no random port.
test_trusted()
{
	begin trusted
	from $B_AT bubble $B $A
	check_changes "B" a 'rx_bubbles +1' 'peers +1' \
		"peer $B trusted $B_AT tries 0 queued 0"
	pause 22
	on a ping -6 -n -c 1 -W 0.5 $B > /dev/null
	capture_stop trusted
	check_equal "data, and a pair of bubbles" "40000 ${B_AT/:/.}
40000 ${B_AT/:/.}
40000 ${SERVER/:/.}" "$(payloads trusted | awk '{
			print substr($1, match($1, /[0-9]*$/)), $2 }' | sort)"
	check_equal "random port" "0 by 0" "$(random_port $B)"
	flush a
}

# Answers that are accepted, and the port that the peer is told
test_prediction()
{
	local told

	begin answers
	indirect 0104deadbeef
	tested answers
	check_changes "a test" a 'rx_indirect_bubbles +1' 'peers +1' \
		'tx_port_tests +1' 'tx_bubbles +2' 'sent +4' \
		"peer $B probing 0.0.0.0:0 tries 0 queued 0 nonce deadbeef"
	seen "${nonces[0]}" 1200
	check_changes "the primary" a 'rx_port_tests +1'
	seen "${nonces[0]}" 1300
	check_changes "once more, with another port" a 'rx_port_tests +1'
	seen 0123456789abcdef 1202
	check_changes "another nonce" a 'rx_drop_port +1'
	seen "${nonces[1]}" 1202 198.51.100.66:3544
	check_changes "not from the server" a 'rx_drop_control +1'
	to_port "$port_a" $SERVER2 origin 192.0.2.10:1202 $RA
	check_changes "without a nonce" a 'rx_drop_port +1'
	to_port "$port_a" $SERVER2 auth "${nonces[1]}" $RA
	check_changes "without an origin" a 'rx_drop_port +1'
	seen "${nonces[1]}" 0 $SERVER2
	check_changes "port 0" a 'rx_drop_port +1'
	from $SERVER2 auth "${nonces[1]}" origin 192.0.2.10:1202 $RA
	check_changes "at the service port" a 'rx_drop_no_daemon +1'
	to_port "$port_a" $SERVER bubble $B $A
	check_changes "a bubble of the server" a 'rx_drop_bubble +1'
	check_equal "nothing is known yet" "0 by 0" "$(random_port $B)"

	seen "${nonces[1]}" 1202 $SERVER2
	check_changes "the secondary" a 'rx_port_tests +1' 'tx_bubbles +2' \
		'sent +2' "peer $B probing 0.0.0.0:0 tries 1 queued 0 nonce deadbeef"
	check_equal "the port is predicted" "1201 by 0" "$(random_port $B)"
	seen "${nonces[0]}" 1400
	check_changes "an answer that is late" a 'rx_drop_port +1'
	capture_stop answers
	told="0104$(nonce_sent $B)050204b1$INSIDE"
	check_equal "packets" "$(printf '%s\n' \
		"0 40000 ${B_AT/:/.} bubble 0104deadbeef" \
		"0 $port_a ${SERVER/:/.} rs" \
		"0 $port_a ${B_AT/:/.} bubble 0104deadbeef" \
		"0 $port_a ${SERVER2/:/.} rs" \
		"0 40000 ${B_AT/:/.} bubble 0104deadbeef" \
		"0 40000 ${SERVER/:/.} bubble $told")" "$(timeline answers)"

	to_port "$port_a" $B_AT bubble $B $A "0104$(nonce_sent $B)"
	check_changes "the peer, at the random port" a 'rx_bubbles +1' \
		'tx_bubbles +1' 'sent +1' \
		"peer $B trusted $B_AT tries 0 queued 0 nonce deadbeef"
	check_equal "used from now on" "1201 by $port_a" "$(random_port $B)"
}

# The peer of the test before has another endpoint. Only a bubble with the client's nonce
# moves it.
test_moved()
{
	to_port "$port_a" 192.0.2.20:50009 bubble $B $A
	check_changes "without a nonce" a 'rx_drop_bubble +1'
	pause 2		# until its endpoint is no longer in use
	to_port "$port_a" 192.0.2.20:50009 bubble $B $A "0104$(nonce_sent $B)"
	check_changes "with the nonce" a 'rx_bubbles +1' 'tx_bubbles +1' 'sent +1' \
		"peer $B trusted 192.0.2.20:50009 tries 0 queued 0 nonce deadbeef"
	check_equal "the port stays" "1201 by $port_a" "$(random_port $B)"
}

# On an idle connection, bubbles keep the NAT's mapping of the random port. Late answers
# to the test are dropped.
test_idle()
{
	local nonce

	begin test
	indirect 0104deadbeef
	tested test
	seen "${nonces[0]}" 1200
	seen "${nonces[1]}" 1202 $SERVER2
	pause 0.2
	nonce=$(nonce_sent $B)
	to_port "$port_a" $B_AT bubble $B $A "0104$nonce"
	pause 0.2
	check_equal "used" "1201 by $port_a" "$(random_port $B)"
	capture_stop test
	capture a eth0 idle -Q out udp
	pause 95
	capture_stop idle
	check_equal "bubbles" "$port_a ${B_AT/:/.} 0104deadbeef050204b1" \
		"$(said idle | sort -u)"
	check_equal "seconds between them" 30 \
		"$(packets idle | awk 'NR > 1 { print int($1 - last + 0.3) }
			{ last = $1 }' | sort -u)"
	before a
	seen "${nonces[0]}" 1300
	check_changes "a late answer" a 'rx_drop_port +1'
	check_equal "the port stays" "1201 by $port_a" "$(random_port $B)"
}

# Pings use the prediction. Bubbles are at least 2 s apart.
test_pace()
{
	begin pace
	start ping a ping -6 -n -c 1 -W 12 $B
	tested pace
	seen "${nonces[0]}" 65534
	pause 0.7	# less than a second in all (XQ-06)
	seen "${nonces[1]}" 65535 $SERVER2
	pause 9
	capture_stop pace
	stop ping
	check_equal "times of bubbles to B's server" '1 3 5 7 ' \
		"$(timeline pace | sed -n 's/ 40000 203.*//p' | tr '\n' ' ')"
	check_equal "port predicted" 4 "$(timeline pace | grep -c 0502fffe)"
	check_equal "tests" 1 "$(timeline pace |
		grep -c "$port_a ${SERVER/:/.} rs")"
	before a
}

# The NAT's sequence restarted between the two answers. The client announces no port, and
# uses another one for the next bubbles.
test_gap()
{
	local first

	begin gap
	start ping a ping -6 -n -c 1 -W 5 $B
	tested gap
	seen "${nonces[0]}" 1999
	seen "${nonces[1]}" 1000 $SERVER2
	check "bubbles to B's server" wait_for 1 grep_timeline gap \
		"0 40000 ${SERVER/:/.} bubble 0104.*"
	check_equal "random port" "0 by 0" "$(random_port $B)"
	first=$port_a
	check "another test" wait_for 4 solicited gap 4
	port_a=$(solicitations gap | awk 'NR == 3 { print $1 }')
	[ "$port_a" != "$first" ] || fail "of the same port"
	mapfile -t nonces < <(solicitations gap | awk 'NR > 2 { print $2 }')
	seen "${nonces[0]}" 1002
	seen "${nonces[1]}" 1005 $SERVER2
	pause 0.2
	stop ping
	capture_stop gap
	check_equal "ports told" "1003" "$(timeline gap |
		sed -n "s/.* 40000 ${SERVER/:/.} .*0502\(....\).*/\1/p" |
		while read -r port; do printf '%d\n' "0x$port"; done)"
	check_equal "in" "2" "$(timeline gap | sed -n 's/ .*0502.*//p')"
	check_equal "random port" "1003 by 0" "$(random_port $B)"
	check "only one port is open" wait_for 5 ports_open 4
	before a
}

# grep_timeline NAME PATTERN: a line of the timeline matches
grep_timeline()
{
	timeline "$1" | grep -qx "$2"
}

# The peer has announced its random port, so the client's random port is for that port.
test_peer_port()
{
	begin both
	indirect 0104deadbeef05029cbb
	tested both
	seen "${nonces[0]}" 1200
	seen "${nonces[1]}" 1201 $SERVER2
	pause 0.2
	capture_stop both
	check_equal "packets" "$(printf '%s\n' \
		"0 40000 ${B_AT/:/.} bubble 0104deadbeef" \
		"0 $port_a ${SERVER/:/.} rs" \
		"0 $port_a 192.0.2.20.40123 bubble 0104deadbeef" \
		"0 $port_a ${SERVER2/:/.} rs" \
		"0 40000 ${B_AT/:/.} bubble 0104deadbeef" \
		"0 $port_a 192.0.2.20.40123 bubble 0104deadbeef050204b0" \
		"0 40000 ${SERVER/:/.} bubble 0104$(nonce_sent $B)050204b0$INSIDE")" \
		"$(timeline both)"
	before a
}

# The peer's direct bubble overtakes its indirect one. Data waits for the indirect one.
test_early()
{
	begin early
	start ping a ping -6 -n -c 1 -W 5 $B
	tested early
	seen "${nonces[0]}" 1200
	seen "${nonces[1]}" 1202 $SERVER2
	pause 0.2
	before a
	to_port "$port_a" $B_AT bubble $B $A "0104$(nonce_sent $B)"
	check_changes "a bubble of B" a 'rx_bubbles +1'
	indirect 0104deadbeef
	check_changes "its nonce" a 'rx_indirect_bubbles +1' 'tx_bubbles +2' \
		'sent +2' "peer $B probing 0.0.0.0:0 tries 1 queued 1 nonce deadbeef"
	to_port "$port_a" $B_AT bubble $B $A "0104$(nonce_sent $B)"
	check_changes "another bubble" a 'rx_bubbles +1' 'tx_bubbles +1' \
		'sent +2' "peer $B trusted $B_AT tries 0 queued 0 nonce deadbeef"
	stop ping
	capture_stop early
}

# The peer reaches the service port during the test.
test_cancel()
{
	begin cancel
	start ping a ping -6 -n -c 1 -W 5 $B
	tested cancel
	from $B_AT bubble $B $A
	check "the port is closed" wait_for 5 ports_open 3
	seen "${nonces[0]}" 1200
	pause 4
	stop ping
	capture_stop cancel
	check_equal "solicitations" 2 "$(solicitations cancel | wc -l)"
	check_equal "bubbles to B's server" '' \
		"$(timeline cancel | grep " 40000 ${SERVER/:/.}")"
	check_equal "random port" "0 by 0" "$(random_port $B)"
	before a
}

# Unsolicited peers cannot cause more tests than the limit, nor open more ports.
test_limits()
{
	begin limits
	from $SERVER --count 200 --rate 400 --vary ip6 origin $B_AT \
		bubble $B $A 0104deadbeef
	pause 1.5
	capture_stop limits
	check_at_most "solicitations in two seconds" $((64 * 3)) \
		"$(solicitations limits | wc -l)"
	check_at_most "open ports" 67 "$(must on a ss -uan | grep -c UNCONN)"
	flush a
}

# off WHAT [ARGUMENTS of ip link...]: no test, the bubble is sent at once
off()
{
	local what=$1

	shift
	check "$what" ip_on a link set teredo0 type teredo "$@"
	flush a
	capture a eth0 off -Q out udp
	indirect 0104deadbeef
	check_changes "$what" a 'rx_indirect_bubbles +1' 'peers +1' \
		'tx_bubbles +2' 'sent +2' \
		"peer $B probing 0.0.0.0:0 tries 1 queued 0 nonce deadbeef"
	capture_stop off
	check_equal "$what" "$(printf '%s\n' \
		"0 40000 ${B_AT/:/.} bubble 0104deadbeef" \
		"0 40000 ${SERVER/:/.} bubble 0104$(nonce_sent $B)$INSIDE")" \
		"$(timeline off)"
}

test_off()
{
	off "switched off" nosequential
	off "only one address of the server" sequential server2 0.0.0.0
	check "two again" ip_on a link set teredo0 type teredo server2 \
		"${SERVER2%:*}"
	check_equal "no port-preserving support" \
		"refused: 22 Sequential port support needs port-preserving support" \
		"$(on a "$here/helpers/tdctl" link set teredo0 19=00)"
}

modprobe teredo || fail "no module"
internet
ip_on inet route add blackhole default
client a none
bare_client a $A
ip_on a link set teredo0 type teredo server "${SERVER%:*}" server2 "${SERVER2%:*}"
on a "$here/helpers/tdctl" up teredo0 $A 0 "${outside[a]}" 3

# in_time FUNCTION: a test accepts answers for one second (XQ-06). On a debug kernel,
# starting the programs that answer takes longer.
in_time()
{
	if [ "${SLOW:-1}" = 1 ]; then
		"$@"
	else
		skip "this kernel is too slow to answer within a second"
	fi
}

add_test "XQ-02 XQ-03 XQ-04 XQ-05 XQ-06 XQ-07: two tests of a random port, then bubbles without it" \
	test_silent
add_test "XQ-03 XQ-12: the next attempt begins with a test again" test_again
add_test "XQ-03: no test for a peer in use" test_trusted
add_test "XQ-04 XQ-08 XQ-10 XQ-11 D-06 P-04: the peer is told the port between the two that the server saw" \
	in_time test_prediction
add_test "XP-18 XQ-09: a peer at this port is moved by a bubble with the client's nonce, and by no other" \
	in_time test_moved
add_test "XQ-12 XP-05: bubbles keep an idle random port" in_time test_idle
add_test "XQ-11 XN-17 C-95: bubbles that had to wait delay the next ones" in_time test_pace
add_test "XQ-11: ports that are not of one sequence predict nothing" in_time test_gap
add_test "XQ-04 XP-10: the test is for the peer's random port" in_time test_peer_port
add_test "XN-15: data waits until the peer knows the nonce" in_time test_early
add_test "XQ-09: a peer at the service port ends the test" in_time test_cancel
add_test "XQ-10: tests for unsolicited peers are limited" test_limits
add_test "XQ-01 XC-01: switched off, and combinations" test_off

run_tests
