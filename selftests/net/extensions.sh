#!/bin/bash
# shellcheck disable=SC2086,SC2016 # constants without blanks, awk and kprobes
# SPDX-License-Identifier: GPL-2.0
#
# A client and the extensions of RFC 6081, packet by packet. The scripted peer also
# sends what no other implementation sends, and what none must send.
# timeout: 700

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

N=2001:db8:1::10
B_AT2=192.0.2.20:50001
tracefs=/sys/kernel/tracing
BU_1=$(vector BU-1)	# A to B
INSIDE=030800000a0100029c40	# 10.1.0.2:40000 as an alternate

# ping_b: ping B, and wait for the first pair of bubbles
ping_b()
{
	flush a
	start ping a ping -6 -n -c 1 -W 10 $B
	check_changes "ping to B" a 'peers +1' 'sent +2' 'tx_bubbles +2' \
		"peer $B probing 0.0.0.0:0 tries 1 queued 1"
}

# The nonces in a pair of bubbles, and the answers that the client accepts.
test_nonce()
{
	local nonce bad at

	capture a eth0 pair -Q out udp
	ping_b
	nonce=$(nonce_sent $B)
	for bad in 00000000 "$(printf %08x $((0x$nonce ^ 1)))"; do
		drops rx_drop_bubble "nonce $bad" $B_AT2 bubble $B $A 0104$bad
	done
	drops rx_drop_bubble "no nonce" $B_AT2 bubble $B $A
	drops rx_drop_spoofed "data with the nonce" $B_AT2 \
		echo-request $B $A 7 1 00 0104$nonce
	for at in 10.0.0.1:50001 192.0.2.20:0; do
		drops rx_drop_bubble "the nonce from $at" $at \
			bubble $B $A 0104$nonce
	done
	drops rx_drop_bubble "the nonce of another peer" $B_AT2 \
		bubble $C $A 0104$nonce

	from $B_AT2 bubble $B $A 0104$nonce
	check_changes "the right nonce" a 'rx_bubbles +1' 'tx_bubbles +1' \
		'sent +2' "peer $B trusted $B_AT2 tries 0 queued 0"
	stop ping
	from $B_AT2 echo-request $B $A 7 1 00
	check_changes "data from there" a 'to_stack +1' 'sent +1'
	capture_stop pair
	check_equal "places and payloads of bubbles" \
		"${B_AT/:/.} $BU_1|${SERVER/:/.} ${BU_1}0104$nonce|${B_AT2/:/.} $BU_1|" \
		"$(payloads pair 'udp[4:2] < 56' |
			awk '{ printf "%s %s|", $2, $3 }')"
	check_equal "where the pings went" "${B_AT2/:/.} ${B_AT2/:/.} " \
		"$(payloads pair 'udp[4:2] >= 56' | awk '{ printf "%s ", $2 }')"
}

# Trailers are read in order: the first one of a type counts.
test_order()
{
	local nonce bad

	ping_b
	nonce=$(nonce_sent $B)
	bad=$(printf %08x $((0x$nonce ^ 1)))
	drops rx_drop_bubble "a wrong nonce, then ours" $B_AT2 \
		bubble $B $A 0104${bad}0104$nonce
	drops rx_drop_trailer "ours, then a trailer that must not be ignored" $B_AT2 \
		bubble $B $A 0104${nonce}4100
	from $B_AT2 bubble $B $A 0104${nonce}0104${bad}01c84100
	check_changes "ours, a wrong one, and one that has no end" a 'rx_bubbles +1' \
		'tx_bubbles +1' 'sent +2' \
		"peer $B trusted $B_AT2 tries 0 queued 0"
	stop ping

	flush a
	indirect 0104deadbeef0104cafe000105029cbb05029cbc
	check_changes "two nonces and two ports" a 'rx_indirect_bubbles +1' \
		'peers +1' 'tx_bubbles +3' 'sent +3' \
		"peer $B probing 0.0.0.0:0 tries 1 queued 0 nonce deadbeef random 40123"
}

# The first bubble to B's server is lost, so B does not know A's nonce, and A accepts
# nothing from B. The second pair has another nonce, and succeeds.
test_second_pair()
{
	local first

	ping_b
	first=$(nonce_sent $B)
	drops rx_drop_bubble "what the direct one brings" $B_AT2 bubble $B $A
	pause 1.9
	check_changes "the second pair" a 'tx_bubbles +2' 'sent +2' \
		"peer $B probing 0.0.0.0:0 tries 2 queued 1"
	drops rx_drop_bubble "the first nonce" $B_AT2 bubble $B $A 0104$first
	from $B_AT2 bubble $B $A "0104$(nonce_sent $B)"
	check_changes "the second nonce" a 'rx_bubbles +1' 'tx_bubbles +1' 'sent +2' \
		"peer $B trusted $B_AT2 tries 0 queued 0"
	stop ping
	pause 5
	check_changes "no pair after that" a
}

# 32 wrong guesses invalidate a nonce.
test_guesses()
{
	local nonce

	ping_b
	nonce=$(nonce_sent $B)
	from $B_AT2 --count 32 bubble $B $A \
		0104"$(printf %08x $((0x$nonce ^ 1)))"
	check_changes "32 guesses" a 'rx_drop_bubble +32'
	drops rx_drop_bubble "the right one after that" $B_AT2 \
		bubble $B $A 0104$nonce
	from $B_AT bubble $B $A
	check_changes "a bubble that needs none" a 'rx_bubbles +1' 'sent +1' \
		"peer $B trusted $B_AT tries 0 queued 0"
	stop ping
}

# A's answers to bubbles via its server
test_repeat()
{
	local first

	flush a
	capture a eth0 answers -Q out udp
	indirect 0104deadbeef
	check_changes "BU-3, the other way round" a 'rx_indirect_bubbles +1' \
		'peers +1' 'tx_bubbles +2' 'sent +2' \
		"peer $B probing 0.0.0.0:0 tries 1 queued 0 nonce deadbeef"
	first=$(nonce_sent $B)
	indirect 0104cafe0001
	check_changes "another at once" a 'rx_indirect_bubbles +1' \
		'tx_bubbles +1' 'sent +1' \
		"peer $B probing 0.0.0.0:0 tries 1 queued 0 nonce cafe0001"
	indirect
	check_changes "without a nonce" a 'rx_indirect_bubbles +1' \
		'tx_bubbles +1' 'sent +1' \
		"peer $B probing 0.0.0.0:0 tries 1 queued 0"
	indirect 0104cafe0002
	check_changes "with one again" a 'rx_indirect_bubbles +1' \
		'tx_bubbles +1' 'sent +1' \
		"peer $B probing 0.0.0.0:0 tries 1 queued 0 nonce cafe0002"
	pause 2		# no more than four answers in two seconds
	from $B_AT2 bubble $B $A 0104$first
	check_changes "the answer" a 'rx_bubbles +1' 'tx_bubbles +1' 'sent +1' \
		"peer $B trusted $B_AT2 tries 0 queued 0 nonce cafe0002"
	pause 2
	indirect 0104cafe0003
	check_changes "from a known peer" a 'rx_indirect_bubbles +1' \
		'tx_bubbles +1' 'sent +1' \
		"peer $B trusted $B_AT2 tries 0 queued 0 nonce cafe0003"
	capture_stop answers
	check_equal "answers" "$(printf '%s|' "${B_AT/:/.} ${BU_1}0104deadbeef" \
		"${SERVER/:/.} ${BU_1}0104$first" \
		"${B_AT/:/.} ${BU_1}0104cafe0001" "${B_AT/:/.} $BU_1" \
		"${B_AT/:/.} ${BU_1}0104cafe0002" \
		"${B_AT2/:/.} ${BU_1}0104cafe0002" \
		"${B_AT2/:/.} ${BU_1}0104cafe0003")" \
		"$(payloads answers | awk '{ printf "%s %s|", $2, $3 }')"
}

# The bubble exchange of two peers that cannot verify each other ends. Here B answers each
# bubble with one, and is never heard from directly. At the same time, C is dead.
test_limits()
{
	local i

	flush a
	capture a eth0 limits -Q out udp dst port 3544
	start ping a ping -6 -n -c 1 -W 12 $C
	for ((i = 0; i < 20; i++)); do
		indirect 0104deadbeef
		pause 0.5
	done
	stop ping
	capture_stop limits
	check_equal "times of bubbles to B's server" '0 2 4 6 ' \
		"$(packets limits 'udp[40:4] = 0x10a73caf' | awk 'NR == 1 { start = $1 }
			{ printf "%d ", $1 - start + 0.2 }')"
	check_equal "different nonces to C" 4 "$(payloads limits \
		'udp[40:4] = 0x1001159f' | awk '{ print substr($3, 81) }' |
		grep '^0104' | sort -u | wc -l)"
}

test_off()
{
	check "switched off" ip_on a link set teredo0 type teredo nosymmetric \
		nopreserving nosequential nohairpin
	flush a
	capture a eth0 off -Q out udp
	indirect 0104deadbeef
	check_changes "indirect bubble" a 'rx_indirect_bubbles +1' 'peers +1' \
		'tx_bubbles +1' 'sent +1' \
		"peer $B probing 0.0.0.0:0 tries 0 queued 0"
	ping_b
	drops rx_drop_bubble "nonce 0" $B_AT2 bubble $B $A 010400000000
	stop ping
	capture_stop off
	check_equal "all bubbles" "$BU_1 $BU_1 $BU_1 " \
		"$(payloads off | awk '{ printf "%s ", $3 }')"
	check "switched on" ip_on a link set teredo0 type teredo symmetric \
		preserving sequential hairpin
}

# behind KIND PORTS [UPNP]: the same address, with this NAT type: 2 restricted,
# 3 symmetric. The client then has PORTS open UDP ports. UPNP: see
# tdctl
behind()
{
	on a "$here/helpers/tdctl" up teredo0 $A 0 10.1.0.2 "$1" ${3:+"$3"}
	check "open ports" wait_for 5 ports_open "$2"
	before a
}

# The NAT preserves ports. The peer has no random port of its own.
test_random_port()
{
	local nonce r

	flush a
	behind 3 3
	capture a eth0 random -Q out udp
	indirect 0104deadbeef
	check_changes "indirect bubble" a 'rx_indirect_bubbles +1' 'peers +1' \
		'tx_bubbles +3' 'sent +3' \
		"peer $B probing 0.0.0.0:0 tries 1 queued 0 nonce deadbeef"
	nonce=$(nonce_sent $B)
	r=$(random_port $B)
	check_equal "the service port is used so far" "0" "${r#* by }"
	r=${r% by *}
	capture_stop random
	check_equal "answers" "$(printf '%s\n' \
		"40000 ${B_AT/:/.} 0104deadbeef" \
		"$r ${B_AT/:/.} 0104deadbeef0502$(printf %04x "$r")" \
		"40000 ${SERVER/:/.} 0104${nonce}0502$(printf %04x "$r")$INSIDE")" \
		"$(said random)"

	to_port "$r" $B_AT bubble $C $A
	check_changes "another peer at that port" a 'rx_drop_port +1'
	to_port "$r" $B_AT echo-request $N $A 7 1 00
	check_changes "a native one" a 'rx_drop_port +1'
	to_port "$r" $B_AT bubble $B $A
	check_changes "the peer at that port" a 'rx_bubbles +1' \
		"peer $B trusted $B_AT tries 0 queued 0 nonce deadbeef"
	check_equal "used from now on" "$r by $r" "$(random_port $B)"
	capture a eth0 data -Q out udp
	from $B_AT echo-request $B $A 7 1 00
	check_changes "data at the service port" a 'to_stack +1' 'sent +1'
	capture_stop data
	check_equal "the answer leaves by the port it came to" 40000 \
		"$(packets data | sed 's/.*\.\([0-9]*\) > .*/\1/')"
	check_equal "the random port is closed" "0 by 0" "$(random_port $B)"
	check "so there are the service port and two spare ones" \
		wait_for 5 ports_open 3
}

# is_closed PORT: the UDP port is closed at a
is_closed()
{
	[ ! "$(on a ss -uanH "sport = :$1")" ]
}

# sent_to NAME: source port and destination of a packet to B
sent_to()
{
	capture a eth0 "$1" -Q out udp
	on a ping -6 -n -c 1 -W 0.1 $B > /dev/null
	capture_stop "$1"
	payloads "$1" | awk '{ print substr($1, match($1, /[0-9]*$/)), $2 }'
	before a
}

# A has opened a random port for B, but B's bubble comes to the service port.
test_primary()
{
	local nonce r

	flush a
	behind 3 3
	indirect 0104deadbeef
	pause 0.2
	before a
	nonce=$(nonce_sent $B)
	r=$(random_port $B)
	check "its port is open" not is_closed "${r% by *}"
	from $B_AT2 bubble $B $A "0104$nonce"
	check_changes "at the service port" a 'rx_bubbles +1' 'tx_bubbles +1' 'sent +1' \
		"peer $B trusted $B_AT2 tries 0 queued 0 nonce deadbeef"
	check_equal "the random port is nothing to it" "0 by 0" "$(random_port $B)"
	check "and closed" wait_for 5 is_closed "${r% by *}"
	check_equal "data" "40000 ${B_AT2/:/.}" "$(sent_to primary)"

	# B's first bubble came to the random port.
	flush a
	behind 3 3
	indirect 0104deadbeef
	pause 0.2
	nonce=$(nonce_sent $B)
	r=$(random_port $B)
	r=${r% by *}
	to_port "$r" $B_AT bubble $B $A "0104$nonce"
	pause 0.2
	check_equal "used" "$r by $r" "$(random_port $B)"
	before a
	from $B_AT2 bubble $B $A "0104$nonce"
	check_changes "at the service port, at once" a 'rx_bubbles +1' \
		'tx_bubbles +1' 'sent +1'
	check_equal "still used" "$r by $r" "$(random_port $B)"
	check_equal "data" "$r ${B_AT/:/.}" "$(sent_to random)"
	pause 2.1
	from $B_AT2 bubble $B $A "0104$nonce"
	check_changes "after 2 s" a 'rx_bubbles +1' 'tx_bubbles +1' 'sent +1' \
		"peer $B trusted $B_AT2 tries 0 queued 0 nonce deadbeef"
	check_equal "the random port is nothing to it" "0 by 0" "$(random_port $B)"
	check "and closed" wait_for 5 is_closed "$r"
	check_equal "data" "40000 ${B_AT2/:/.}" "$(sent_to moved)"
}

# not COMMAND...
not()
{
	! "$@"
}

# ask_for_port N: unsolicited peer N sends a bubble via its server
ask_for_port()
{
	from $SERVER origin 192.0.2.20:$((50100 + $1)) \
		bubble "$(unsolicited_peer $1)" $A 0104deadbeef
}

unsolicited_peer()
{
	printf '2001:0:cb00:7101:0:%x:3fff:fdeb' $((0xffff ^ (50100 + $1)))
}

# ports_taken COUNT: so many peers have a random port
ports_taken()
{
	[ "$(dump a |
		grep -c '^peer .* port [1-9][0-9]* by')" = "$1" ]
}

# has_port PEER PATTERN: that random_port prints
has_port()
{
	# shellcheck disable=SC2053 # a pattern
	[[ $(random_port "$1") == $2 ]]
}

# Unsolicited peers take all random ports. One of them answers and keeps its port.
test_all_ports()
{
	local i r

	flush a
	behind 3 3
	for ((i = 0; i < 64; i++)); do
		ask_for_port $i
		check "a port for unsolicited peer $i" wait_for 2 ports_taken $((i + 1))
	done
	r=$(random_port "$(unsolicited_peer 0)")
	to_port "${r% by *}" 192.0.2.20:50100 bubble "$(unsolicited_peer 0)" $A
	check "the first one answers there" \
		wait_for 2 has_port "$(unsolicited_peer 0)" "${r% by *} by ${r% by *}"
	pause 10		# the others do not answer, so their probes fail
	indirect 0104deadbeef
	check "B gets a port as well" wait_for 2 has_port $B '[1-9]* by 0'
	check "there are no more" ports_taken 64
	check_equal "it was not the first one's" "${r% by *} by ${r% by *}" \
		"$(random_port "$(unsolicited_peer 0)")"
	check_equal "it was the second one's" "0 by 0" \
		"$(random_port "$(unsolicited_peer 1)")"
	flush a
	check "all closed" wait_for 5 ports_open 3
}

# Both peers have a random port.
test_peer_port()
{
	local nonce r

	flush a
	behind 3 3
	capture a eth0 both -Q out udp
	indirect 0104deadbeef05029cbb
	check_changes "indirect bubble" a 'rx_indirect_bubbles +1' 'peers +1' \
		'tx_bubbles +3' 'sent +3' \
		"peer $B probing 0.0.0.0:0 tries 1 queued 0 nonce deadbeef random 40123"
	nonce=$(nonce_sent $B)
	r=$(random_port $B)
	r=${r% by *}
	indirect 0104deadbeef02029cbc
	check_changes "with another port" a 'rx_indirect_bubbles +1' \
		'tx_bubbles +2' 'sent +2'
	capture_stop both
	check_equal "answers" "$(printf '%s\n' \
		"40000 ${B_AT/:/.} 0104deadbeef" \
		"$r 192.0.2.20.40123 0104deadbeef0502$(printf %04x "$r")" \
		"40000 ${SERVER/:/.} 0104${nonce}0502$(printf %04x "$r")$INSIDE" \
		"40000 ${B_AT/:/.} 0104deadbeef" \
		"$r 192.0.2.20.40123 0104deadbeef0502$(printf %04x "$r")")" \
		"$(said both)"
	to_port "$r" 192.0.2.20:40123 bubble $B $A "0104$nonce"
	check_changes "the peer, random port to random port" a 'rx_bubbles +1' \
		'tx_bubbles +1' 'sent +1' \
		"peer $B trusted 192.0.2.20:40123 tries 0 queued 0 nonce deadbeef random 40123"

	# A peer that is reached without random ports has its random port as well.
	flush a
	ping_b
	nonce=$(nonce_sent $B)
	indirect 0104deadbeef
	pause 0.1
	before a
	from $B_AT2 bubble $B $A "0104$nonce"
	check_changes "the peer" a 'rx_bubbles +1' 'tx_bubbles +1' 'sent +2' \
		"peer $B trusted $B_AT2 tries 0 queued 0 nonce deadbeef"
	stop ping
	from 192.0.2.20:40123 bubble $B $A "0104${nonce}05029cbb"
	check_changes "its random port" a 'rx_bubbles +1'
	from 192.0.2.20:40123 echo-request $B $A 7 1 00
	check_changes "data from there" a 'to_stack +1' 'sent +1' \
		"peer $B trusted 192.0.2.20:40123 tries 0 queued 0 nonce deadbeef"
	from $B_AT2 echo-request $B $A 7 1 00
	check_changes "and from where it was before" a 'to_stack +1' 'sent +1' \
		"peer $B trusted $B_AT2 tries 0 queued 0 nonce deadbeef"
	drops rx_drop_spoofed "and from nowhere else" 192.0.2.20:40124 \
		echo-request $B $A 7 1 00
}

# Without data, bubbles keep the NAT mapping of a random port alive. They do not count
# as data. Afterwards the peer can have another port.
test_idle()
{
	local nonce r

	flush a
	behind 3 3
	indirect 0104deadbeef05029cbb
	nonce=$(nonce_sent $B)
	r=$(random_port $B)
	r=${r% by *}
	to_port "$r" 192.0.2.20:40123 bubble $B $A "0104$nonce"
	pause 0.2
	check_equal "port in use" "$r by $r" "$(random_port $B)"
	capture a eth0 idle -Q out udp
	pause 92
	to_port "$r" 192.0.2.20:40123 echo-request $B $A 7 1 00
	pause 28
	capture_stop idle
	check_equal "bubbles" \
		"$r 192.0.2.20.40123 0104deadbeef0502$(printf %04x "$r")" \
		"$(said idle | grep ' 0104' | sort -u)"
	check_equal "seconds between them" 30 \
		"$(packets idle 'udp[14] == 59' | awk 'NR > 1 {
			print int($1 - last + 0.3) } { last = $1 }' | sort -u)"
	check_equal "the last packet, none follows data for as long" 1 \
		"$(payloads idle | tail -n 1 | cut -c1-200 | grep -c " 60.*00093a")"

	pause 8		# more than 30 since the last data
	capture a eth0 other -Q out udp
	indirect 0104deadbeef05029cbc
	pause 0.2
	capture_stop other
	check "another port of the peer" grep -q ' random 40124 ' <(
		dump a)
	check "another random port" [ "$(random_port $B)" != "$r by $r" ]
	before a
}

# A peer moves only by a bubble with A's nonce, and not while it is heard at the previous
# endpoint. A symmetric NAT needs a bubble to the new endpoint before data.
test_moved()
{
	local nonce kind greeting

	for kind in 2 3; do
		flush a
		behind $kind $((kind == 2 ? 1 : 3))
		indirect 0104deadbeef
		nonce=$(nonce_sent $B)
		from $B_AT bubble $B $A "0104$nonce"
		pause 0.2
		before a
		from $B_AT2 bubble $B $A "0104$nonce"
		check_changes "in use" a 'rx_bubbles +1' 'tx_bubbles +1' 'sent +1'
		from $B_AT2 echo-request $B $A 7 1 00
		check_changes "unless there is data" a 'to_stack +1' 'sent +1' \
			"peer $B trusted $B_AT2 tries 0 queued 0 nonce deadbeef"
		pause 2
		greeting=('tx_bubbles +1' 'sent +1')
		[ $kind = 3 ] || greeting=()
		drops rx_drop_bubble "without a nonce" 192.0.2.20:50002 \
			bubble $B $A
		from 192.0.2.20:50002 bubble $B $A "0104$nonce"
		check_changes "with the nonce" a 'rx_bubbles +1' "${greeting[@]}" \
			"peer $B trusted 192.0.2.20:50002 tries 0 queued 0 nonce deadbeef"
	done
	behind 2 1
}

# received: packets that have reached a's IPv6 stack
received()
{
	on a awk '$1 == "teredo0:" { print $3 }' /proc/net/dev
}

have_come()
{
	[ "$(received)" -ge "$1" ]
}

# trace_peers: start the trace for times_moved
trace_peers()
{
	mountpoint -q $tracefs || mount -t tracefs tracefs $tracefs
	: > $tracefs/trace
	echo 1 > $tracefs/events/teredo/teredo_peer/enable
}

# times_moved: number of moves of B to another endpoint
times_moved()
{
	echo 0 > $tracefs/events/teredo/teredo_peer/enable
	grep -c "peer=$B state=trusted" $tracefs/trace
}

# B has verified two endpoints and sends from both in turn. Every packet is accepted,
# but not every packet moves the peer. Once it uses one endpoint only, it is there.
test_two_endpoints()
{
	local nonce i start received data="icmp6 $B $A 59 0000000000000000 0 0"

	flush a
	indirect 0104deadbeef
	nonce=$(nonce_sent $B)
	from $B_AT bubble $B $A "0104$nonce"
	from $B_AT2 bubble $B $A "0104$nonce"
	pause 2		# until no bubble is due
	before a
	received=$(received)
	trace_peers
	start=$(now_ms)
	for ((i = 0; i < 200; i++)); do
		from $B_AT $data
		from $B_AT2 $data
	done
	wait_for 10 have_come $((received + 400))
	i=$((($(now_ms) - start) / 1000))
	start=$(times_moved)
	note "moves in $i s: $start"
	check_at_most "moves, four per second" $((4 * (i + 2))) "$start"
	pause 1.1
	from $B_AT2 $data
	check_changes "all, and then from the one" a 'to_stack +401' \
		"peer $B trusted $B_AT2 tries 0 queued 0 nonce deadbeef"
	pause 1.1
	from $B_AT $data
	check_changes "from the other" a 'to_stack +1' \
		"peer $B trusted $B_AT tries 0 queued 0 nonce deadbeef"
}

# Data still comes from the first endpoint, but packets sent there may be lost. The
# peer knows A's nonce at the second endpoint and needs a bubble with its own nonce.
test_second_greeted()
{
	local nonce

	flush a
	indirect 0104deadbeef
	nonce=$(nonce_sent $B)
	from $B_AT bubble $B $A "0104$nonce"
	pause 2		# until no bubble is due
	from $B_AT icmp6 $B $A 59 0000000000000000 0 0
	pause 0.2
	before a
	capture a eth0 greeted -Q out udp
	from $B_AT2 bubble $B $A "0104$nonce"
	from $B_AT2 bubble $B $A "0104$nonce"
	capture_stop greeted
	check_equal "bubbles" "${B_AT2/:/.} ${BU_1}0104deadbeef" \
		"$(payloads greeted | cut -d ' ' -f 2-)"
	check_changes "counters" a 'rx_bubbles +2' 'sent +1' 'tx_bubbles +1'
	check "the peer stays" grep -q "^peer $B trusted $B_AT " <(
		dump a)
}

# Behind other NATs A opens no random port, but uses the peer's.
test_no_random_port()
{
	flush a
	behind 2 1
	capture a eth0 none -Q out udp
	indirect 0104deadbeef05029cbb
	check_changes "indirect bubble" a 'rx_indirect_bubbles +1' 'peers +1' \
		'tx_bubbles +3' 'sent +3' \
		"peer $B probing 0.0.0.0:0 tries 1 queued 0 nonce deadbeef random 40123"
	capture_stop none
	check_equal "answers" "$(printf '%s\n' \
		"40000 ${B_AT/:/.} 0104deadbeef" \
		"40000 192.0.2.20.40123 0104deadbeef" \
		"40000 ${SERVER/:/.} 0104$(nonce_sent $B)$INSIDE")" "$(said none)"

	check "switched off" ip_on a link set teredo0 type teredo nopreserving \
		nosequential
	flush a
	behind 3 1
	indirect 0104deadbeef05029cbb
	check_changes "indirect bubble" a 'rx_indirect_bubbles +1' 'peers +1' \
		'tx_bubbles +2' 'sent +2' \
		"peer $B probing 0.0.0.0:0 tries 1 queued 0 nonce deadbeef"
	check "switched on" ip_on a link set teredo0 type teredo preserving \
		sequential
}

# B was a trusted peer. A sends three direct solicitations, the last one together with a
# bubble to B's server. B's answer releases the ping.
test_solicit()
{
	local solicit=0104deadbeef040400000000

	flush a
	behind 2 1
	from $B_AT bubble $B $A
	check_changes "B" a 'rx_bubbles +1' 'peers +1' \
		"peer $B trusted $B_AT tries 0 queued 0"
	capture a eth0 asked -Q out udp
	from $B_AT bubble $B $A 040400ffffff
	check_changes "B asks" a 'rx_bubbles +1' 'tx_bubbles +1' 'sent +1'
	from $B_AT bubble $B $A 040401000000
	check_changes "B tells" a 'rx_bubbles +1'
	indirect 0104deadbeef040400000000
	check_changes "B asks via the server" a \
		'rx_indirect_bubbles +1' 'tx_bubbles +1' 'sent +1' \
		"peer $B trusted $B_AT tries 0 queued 0 nonce deadbeef"
	capture_stop asked
	check_equal "advertisements" "$(printf '%s\n' \
		"40000 ${B_AT/:/.} 040401000000" \
		"40000 ${B_AT/:/.} 0104deadbeef040401000000")" "$(said asked)"

	pause 31
	before a
	capture a eth0 solicit -Q out udp
	start ping a ping -6 -n -c 1 -W 10 $B
	pause 4.5
	from $B_AT bubble $B $A 040401000000
	pause 0.5
	capture_stop solicit
	stop ping
	check_equal "times, places and trailers of bubbles" "$(printf '%s\n' \
		"0 40000 ${B_AT/:/.} $solicit" "2 40000 ${B_AT/:/.} $solicit" \
		"4 40000 ${B_AT/:/.} $solicit" \
		"4 40000 ${B_AT/:/.} 0104deadbeef" "4 40000 ${SERVER/:/.}")" \
		"$(paste -d ' ' <(packets solicit 'udp[4:2] < 104' |
			awk 'NR == 1 { start = $1 }
			{ printf "%d\n", $1 - start + 0.3 }') <(said solicit) |
			sed "s/\(${SERVER/:/.}\) .*/\1/")"
	check_equal "and the ping" "${B_AT/:/.}" \
		"$(payloads solicit 'udp[4:2] >= 104' | awk '{ print $2 }')"
	before a
}

# D is behind the same NAT as A, by its address
test_hairpin()
{
	local nonce hex d_at=192.0.2.10:50000
	local D=2001:0:cb00:7101:0:3caf:3fff:fdf5

	flush a
	behind 2 1
	capture a eth0 inside -Q out udp
	from $SERVER origin $d_at bubble $D $A \
		0104deadbeef030effff0a090909c3500a0100029c40
	check_changes "with two alternates, one is our own" a \
		'rx_indirect_bubbles +1' 'peers +1' 'tx_bubbles +3' 'sent +3' \
		"peer $D probing 0.0.0.0:0 tries 1 queued 0 nonce deadbeef"
	nonce=$(nonce_sent $D)
	# B is not: otherwise any peer could make A send into its private network.
	indirect 0104deadbeef030800000a090909c350
	check_changes "of a peer elsewhere" a 'rx_indirect_bubbles +1' \
		'peers +1' 'tx_bubbles +2' 'sent +2' \
		"peer $B probing 0.0.0.0:0 tries 1 queued 0 nonce deadbeef"
	capture_stop inside
	check_equal "answers" "$(printf '%s\n' \
		"40000 ${d_at/:/.} 0104deadbeef" \
		"40000 10.9.9.9.50000 0104deadbeef" \
		"40000 ${SERVER/:/.} 0104$nonce$INSIDE" \
		"40000 ${B_AT/:/.} 0104deadbeef" \
		"40000 ${SERVER/:/.} 0104$(nonce_sent $B)$INSIDE")" \
		"$(said inside)"

	for hex in TR-7 TR-8 TR-9 TR-10; do
		drops rx_drop_trailer $hex $SERVER origin $d_at bubble $D $A \
			0104deadbeef"$(vector $hex)"
	done
	drops rx_drop_bubble "the nonce of B from inside" 10.9.9.9:50000 \
		bubble $B $A "0104$(nonce_sent $B)"
	from 10.9.9.9:50000 bubble $D $A "0104$nonce"
	check_changes "the nonce from inside" a 'rx_bubbles +1' \
		'tx_bubbles +1' 'sent +1' \
		"peer $D trusted 10.9.9.9:50000 tries 0 queued 0 nonce deadbeef"
	from $B_AT bubble $B $A "$(vector TR-7)"
	check_changes "alternates in a direct bubble" a 'rx_bubbles +1' \
		"peer $B trusted $B_AT tries 0 queued 0 nonce deadbeef"
}

# D's bubble from inside overtakes the indirect one. The ping waits for the indirect
# bubble, as D accepts nothing from A before A's nonce.
test_hairpin_early()
{
	local d_at=192.0.2.10:50000 in=10.9.9.9:50000
	local D=2001:0:cb00:7101:0:3caf:3fff:fdf5

	flush a
	behind 2 1
	capture a eth0 early -Q out udp
	start ping a ping -6 -n -c 1 -W 10 $D
	check_changes "ping to D" a 'peers +1' 'sent +2' 'tx_bubbles +2' \
		"peer $D probing 0.0.0.0:0 tries 1 queued 1"
	from $in bubble $D $A "0104$(nonce_sent $D)"
	check_changes "from inside, early" a 'rx_bubbles +1'
	from $SERVER origin $d_at bubble $D $A 0104deadbeef
	check_changes "its nonce" a 'rx_indirect_bubbles +1' 'tx_bubbles +2' \
		'sent +3' "peer $D trusted $in tries 0 queued 0 nonce deadbeef"
	stop ping
	capture_stop early
	check_equal "after the pair" "${d_at/:/.} bubble|${in/:/.} bubble|${in/:/.} data|" \
		"$(payloads early | awk 'NR > 2 { printf "%s %s|", $2,
			$3 ~ /0104deadbeef$/ ? "bubble" : "data" }')"

	# without a nonce of the peer, the ping waits until two pairs are sent
	flush a
	start ping a ping -6 -n -c 1 -W 10 $D
	check_changes "ping to D" a 'peers +1' 'sent +2' 'tx_bubbles +2' \
		"peer $D probing 0.0.0.0:0 tries 1 queued 1"
	from $in bubble $D $A "0104$(nonce_sent $D)"
	check_changes "from inside" a 'rx_bubbles +1'
	pause 1.9
	check_changes "the second pair" a 'sent +2' 'tx_bubbles +2' \
		"peer $D probing 0.0.0.0:0 tries 2 queued 1"
	from $in bubble $D $A "0104$(nonce_sent $D)"
	check_changes "from inside again" a 'rx_bubbles +1' 'tx_bubbles +1' \
		'sent +2' "peer $D trusted $in tries 0 queued 0"
	stop ping
}

# peer_json PEER KEY: the value in the output of "teredo peer show"
peer_json()
{
	local json

	json=$(teredo a -j peer show teredo0)
	[[ $json =~ \{[^{}]*\"$1\"(\{[^{}]*\}|[^{}])*\"$2\":([a-z0-9]+) ]] &&
		printf '%s\n' "${BASH_REMATCH[2]}"
}

# The NAT forwards the mapped port, but gives outgoing packets other ports. A sends to
# B's mapped endpoint, and accepts packets from the endpoint that B really sends from.
test_upnp()
{
	local nonce how kind upnp

	check "no random ports" ip_on a link set teredo0 type teredo nosequential nopreserving
	flush a
	behind 3 1 mapped
	capture a eth0 upnp -Q out udp
	start ping a ping -6 -n -c 1 -W 10 $B
	check_changes "ping to B" a 'peers +1' 'sent +2' 'tx_bubbles +2' \
		"peer $B probing 0.0.0.0:0 tries 1 queued 1"
	check_equal "nothing is known of it" false "$(peer_json $B symmetric)"
	nonce=$(nonce_sent $B)
	drops rx_drop_bubble "the wrong nonce" $B_AT2 \
		bubble $B $A "0104$(printf %08x $((0x$nonce ^ 1)))"
	from $B_AT2 bubble $B $A "0104$nonce"
	check_changes "the nonce from elsewhere, before its own is known" a \
		'rx_bubbles +1'
	indirect 0104deadbeef
	check_changes "its own" a 'rx_indirect_bubbles +1' 'tx_bubbles +1' \
		'sent +2' "peer $B trusted $B_AT tries 0 queued 0 nonce deadbeef"
	from $B_AT2 bubble $B $A "0104$nonce"
	check_changes "the nonce from elsewhere" a 'rx_bubbles +1'
	stop ping
	check_equal "it is behind a symmetric NAT" true "$(peer_json $B symmetric)"
	from $B_AT2 echo-request $B $A 7 1 00
	check_changes "data from there" a 'to_stack +1' 'sent +1'
	drops rx_drop_spoofed "data from nowhere" 192.0.2.20:50002 \
		echo-request $B $A 7 1 00
	from 192.0.2.20:50002 bubble $B $A "0104${nonce}040400000000"
	check_changes "it has another port, and asks" a 'rx_bubbles +1' \
		'tx_bubbles +1' 'sent +1'
	from 192.0.2.20:50002 echo-request $B $A 7 1 00
	check_changes "data from the other port" a 'to_stack +1' 'sent +1'
	capture_stop upnp
	check_equal "where all went" "${B_AT/:/.} 6|${SERVER/:/.} 1|" \
		"$(payloads upnp | awk '{ n[$2]++ } END { for (i in n)
			print i, n[i] }' | sort | tr '\n' '|')"

	# without one of the four conditions, A sends to the observed endpoint
	for how in '3' '2 mapped' '3 192.0.2.77:40000'; do
		flush a
		read -r kind upnp <<< "$how"
		behind "$kind" 1 "$upnp"
		ping_b
		indirect 0104deadbeef
		before a
		from $B_AT2 bubble $B $A "0104$(nonce_sent $B)"
		check_changes "behind $how" a 'rx_bubbles +1' 'tx_bubbles +1' \
			'sent +2' "peer $B trusted $B_AT2 tries 0 queued 0 nonce deadbeef"
		check_equal "it is behind a symmetric NAT" true \
			"$(peer_json $B symmetric)"
		stop ping
	done
	check "random ports again" ip_on a link set teredo0 type teredo preserving sequential
}

# A peer that has announced a random port is tried there first, then at its mapped
# endpoint.
test_upnp_random()
{
	local nonce

	flush a
	behind 3 3 mapped
	indirect 0104deadbeef05029cbb
	check_changes "indirect bubble" a 'rx_indirect_bubbles +1' 'peers +1' \
		'tx_bubbles +3' 'sent +3' \
		"peer $B probing 0.0.0.0:0 tries 1 queued 0 nonce deadbeef random 40123"
	nonce=$(nonce_sent $B)
	from $B_AT2 bubble $B $A "0104$nonce"
	check_changes "from its service port" a 'rx_bubbles +1' 'tx_bubbles +1' \
		'sent +1'
	pause 2
	indirect 0104deadbeef05029cbb
	check_changes "it tries again" a 'rx_indirect_bubbles +1' \
		'tx_bubbles +3' 'sent +3' \
		"peer $B probing 0.0.0.0:0 tries 2 queued 0 nonce deadbeef random 40123"
	from $B_AT2 bubble $B $A "0104$(nonce_sent $B)"
	check_changes "then the place in its address has to do" a \
		'rx_bubbles +1' 'tx_bubbles +1' 'sent +1' \
		"peer $B trusted $B_AT tries 0 queued 0 nonce deadbeef random 40123"
	from 192.0.2.20:40123 bubble $B $A "0104$(nonce_sent $B)05029cbb"
	check_changes "its random port" a 'rx_bubbles +1'
}

# ... unless it sends data from its verified endpoint: the peer has chosen that one
test_upnp_data()
{
	flush a
	indirect 0104deadbeef05029cbb
	before a
	drops rx_drop_spoofed "data before a nonce" $B_AT2 echo-request $B $A 7 1 00
	from $B_AT2 bubble $B $A "0104$(nonce_sent $B)"
	check_changes "from its service port" a 'rx_bubbles +1' 'tx_bubbles +1' \
		'sent +1'
	drops rx_drop_spoofed "data from elsewhere" 192.0.2.20:50002 \
		echo-request $B $A 7 1 00
	pause 2
	indirect 0104deadbeef05029cbb
	before a
	drops rx_drop_spoofed "data after another nonce" $B_AT2 \
		echo-request $B $A 7 1 00

	flush a
	indirect 0104deadbeef05029cbb
	from $B_AT2 bubble $B $A "0104$(nonce_sent $B)"
	pause 0.1
	before a
	from $B_AT2 echo-request $B $A 7 1 00
	check_changes "data" a 'to_stack +1' 'sent +1' \
		"peer $B trusted $B_AT tries 0 queued 0 nonce deadbeef random 40123"
}

# With a second NAT outside of A's, A also announces its address between the two.
test_upnp_alternate()
{
	flush a
	behind 2 1 100.64.0.9:40000
	capture a eth0 alternate -Q out udp dst port 3544
	ping_b
	stop ping
	capture_stop alternate
	check_equal "trailers" \
		"0104$(nonce_sent $B)030e00000a0100029c40644000099c40" \
		"$(payloads alternate | awk '{ print substr($3, 81) }')"
	check_equal "no place to send to" \
		"refused: 22 upnp-addr and upnp-port need upnp, each other, and a unicast address" \
		"$(on a "$here/helpers/tdctl" up teredo0 $A 0 10.1.0.2 2 224.0.0.1:40000)"
	behind 2 1
}

test_combinations()
{
	check_equal "no symmetric NAT support" \
		"refused: 22 Port-preserving support needs symmetric NAT support" \
		"$(on a "$here/helpers/tdctl" link set teredo0 15=00)"
}

modprobe teredo || fail "no module"
internet
ip_on inet route add blackhole default
client a cone
bare_client a $A

add_test "XN-04 XN-05 XN-07 XN-10 XN-11 XN-12 XN-13 XN-15 XC-14 P-17 P-18: a bubble with the client's nonce verifies the peer's endpoint" \
	test_nonce
add_test "XC-05 XC-07: trailers are read in order" test_order
add_test "XN-16 C-81: a pair of bubbles that is lost is repeated" test_second_pair
add_test "XN-12: 32 guesses, and a nonce no longer counts" test_guesses
add_test "XN-06 XN-08 XN-09 XN-14 XN-15 P-09 BU-3 BU-4: answers repeat the peer's nonce" \
	test_repeat
add_test "XN-05 XN-17 C-95 C-96: bubbles to servers keep to the limits, each with another nonce" \
	test_limits
add_test "XP-02 XP-07 XP-08 XP-09 XP-17 C-106: a random port, for one peer alone" \
	test_random_port
add_test "XP-14 XP-16: the random port of a peer that uses the service port is closed" \
	test_primary
add_test "XP-02: unsolicited peers may have taken all random ports" test_all_ports
add_test "XP-10 XP-11 XP-12: from random port to random port, and peers with two endpoints" \
	test_peer_port
add_test "XP-05 XP-06 XP-13: bubbles keep an idle mapping, then ports may change" \
	test_idle
add_test "XP-15: a peer is moved by a bubble with the client's nonce, and by no other" \
	test_moved
add_test "XN-13 A-37: a peer that sends from two endpoints in turn" \
	test_two_endpoints
add_test "XN-06 XN-08 A-37: a bubble from a second endpoint is answered once" \
	test_second_greeted
add_test "XP-01 XP-10: without a random port of its own" test_no_random_port
add_test "XL-01 XL-02 XL-03 XL-04 XL-05 XL-06 XL-07 XL-08 XL-09 XL-10 T-10 BU-10 BU-11: silent peers are asked before their servers" \
	test_solicit
add_test "XH-01 XH-04 XH-06 XH-07 XH-08 XH-09 XH-10 XH-11 XH-12 XH-13 XH-14 XH-15 XH-16: peers behind the same NAT" \
	test_hairpin
add_test "XN-15 XH-10: data to a peer behind the same NAT waits for its nonce" \
	test_hairpin_early
add_test "XU-01 XU-02 XU-13 XU-14 XU-15: with a forwarded port, a peer behind a symmetric NAT is sent to at its mapped endpoint" \
	test_upnp
add_test "XU-14 XP-10: a peer with a random port is reached there first" \
	test_upnp_random
add_test "XU-14 XU-15: ... unless it sends data before" test_upnp_data
add_test "XU-02 XH-05: the endpoint between two NATs is announced" test_upnp_alternate
add_test "XC-01: extensions that need others" test_combinations
add_test "XN-01: without symmetric NAT support no nonces" test_off

run_tests
