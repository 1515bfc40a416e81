#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Local client discovery (RFC 4380 5.2.8): clients on one network, behind one NAT without
# hairpinning. First packet by packet, with a scripted peer, then with two clients under
# test. Miredo does not implement it.
# timeout: 1000
# set: long

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

A=2001:0:cb00:7101:2c5a:63bf:3fff:fdf5	# 192.0.2.10:40000
D=2001:0:cb00:7101:10a7:3caf:3fff:fdf5	# 192.0.2.10:50000
E=2001:0:cb00:7101:10a7:3cae:3fff:fdf5	# 192.0.2.10:50001
B=2001:0:cb00:7101:10a7:3caf:3fff:fdeb	# 192.0.2.20:50000
GROUP=224.0.0.253:3544
SERVER=203.0.113.1.3544
SPREAD=10			# devices whose intervals are measured

# from ENDPOINT ARGUMENTS of tdinject...: by multicast, from this endpoint on the link
from()
{
	local from=$1

	shift
	on w "$here/helpers/tdinject" --ttl 1 --from "$from" --to $GROUP "$@"
}

# direct ENDPOINT ARGUMENTS of tdinject...: to A's service port
direct()
{
	local from=$1

	shift
	on w "$here/helpers/tdinject" --from "$from" --to 10.1.0.2:40000 "$@"
}

discovery()
{
	ip_on a link set teredo0 type teredo "$1"
}

# member NODE: eth0 is a member of the group
member()
{
	on "$1" ip -o maddr show dev eth0 | grep -q 'inet  *224.0.0.253'
}

bound()
{
	on "$1" ss -uanH | grep -q '224.0.0.253.*:3544'
}

# up: qualify a with its inside address, behind a NAT that is not symmetric
up()
{
	on a "$here/helpers/tdctl" up teredo0 $A 0 10.1.0.2 2
}

# said NAME [FILTER]: destination, TTL and payload of all datagrams
said()
{
	local name=$1

	shift
	packets "$name" -v "$@" |
		sed -n 's/.* ttl \([0-9]*\),.*/\1/p' > "$tmp/ttl"
	payloads "$name" "$@" | paste -d ' ' - "$tmp/ttl" |
		awk '{ print $2, $4, $3 }'
}

test_off()
{
	! member a || fail "a member of the group"
	! bound a || fail "a socket is bound to the group"
	from 10.1.0.9:50000 bubble $D ff02::1
	check_changes "a discovery bubble" a
	[[ $(ip_on d link add relay0 type teredo mode relay local_discovery 2>&1) \
		== *"Only a client has peers on its link"* ]] ||
		fail "a relay can have it"
}

test_first()
{
	capture a eth0 first -Q out udp
	check "on" discovery local_discovery
	check "a member of the group" wait_for 2 member a
	check "a socket is bound to it" bound a
	check_changes "a bubble" a 'tx_bubbles +1' 'sent +1'
	capture_stop first
	check_equal "where it went, and what it was" \
		"224.0.0.253.3544 1 $(vector BU-5)" "$(said first)"
	check_equal "where it came from" 10.1.0.2.40000 \
		"$(payloads first | awk '{ print $1 }')"
}

# The client only records the peer's endpoint, and answers with its own.
test_entry()
{
	flush a
	capture a eth0 answer -Q out udp
	from 10.1.0.9:50000 bubble $D ff02::1
	check_changes "a discovery bubble" a 'rx_discovery +1' 'peers +1' \
		'tx_bubbles +1' 'sent +1' \
		"peer $D probing 0.0.0.0:0 tries 0 queued 0 lan 10.1.0.9:50000"
	from 10.1.0.9:50009 bubble $D ff02::1
	check_changes "from another place" a 'rx_discovery +1' \
		'tx_bubbles +1' 'sent +1' \
		"peer $D probing 0.0.0.0:0 tries 0 queued 0 lan 10.1.0.9:50009"
	capture_stop answer
	check_equal "answers" "10.1.0.9.50000 $A > $D 10.1.0.9.50009 $A > $D " \
		"$(answers answer)"
	[[ $(dump a) =~ peer\ $D.*\ idle\ ([0-9]+)\ ([0-9]+) ]] ||
		fail "no entry"
	check_at_most "ms since its reception" 10000 "${BASH_REMATCH[1]}"
	[ "${BASH_REMATCH[2]}" -ge 30000 ] ||
		fail "something was sent ${BASH_REMATCH[2]} ms ago"
	[[ $(teredo a peer show teredo0) == *" on this link 10.1.0.9:50009"* ]] ||
		fail "shown as $(teredo a peer show teredo0)"
}

# answers NAME: the bubbles among the datagrams, and their destinations
answers()
{
	decode "$1" -Y ipv6.nxt==59 -T fields -E separator=' ' -e ip.dst \
		-e udp.dstport -e ipv6.src -e ipv6.dst |
		awk '{ printf "%s.%s %s > %s ", $1, $2, $3, $4 }'
}

test_checks()
{
	flush a
	drops rx_drop_discovery "a native source" 10.1.0.9:50000 \
		bubble 2001:db8::1 ff02::1
	drops rx_drop_discovery "a mapping that is not global" 10.1.0.9:50000 \
		bubble 2001:0:cb00:7101:0:3caf:f5ff:fffe ff02::1
	drops rx_drop_discovery "a server that is not" 10.1.0.9:50000 \
		bubble 2001:0:a00:1:0:3caf:3fff:fdf5 ff02::1
	drops rx_drop_discovery "port 0" 10.1.0.9:0 bubble $D ff02::1
	drops rx_drop_discovery "for one client" 10.1.0.9:50000 bubble $D $A
	drops rx_drop_discovery "data" 10.1.0.9:50000 \
		echo-request $D ff02::1 7 1 00
	drops rx_drop_discovery "an origin" 10.1.0.9:50000 \
		origin 198.51.100.66:1 bubble $D ff02::1
	drops rx_drop_malformed "too short" 10.1.0.9:50000 6000000000003b01
	drops rx_drop_source "from ourselves" 10.1.0.9:50000 bubble $A ff02::1
	drops rx_drop_off_link "from another network" 10.9.0.1:50000 \
		bubble $D ff02::1
	drops rx_drop_other_nat "of a client behind another NAT" \
		10.1.0.9:50000 bubble $B ff02::1
	# RFC 6081 5.1.2
	drops rx_drop_trailer "a trailer that asks for it" 10.1.0.9:50000 \
		bubble $D ff02::1 4100
	direct 10.1.0.9:50000 bubble $D ff02::1
	check_changes "to the service port" a 'rx_drop_destination +1'
	on w "$here/helpers/tdinject" --from 10.1.0.9:50000 --to 10.1.0.2:3544 \
		bubble $D ff02::1
	# no socket is bound there, so the host sends an ICMP error
	check_changes "to port 3544 of our address" a 'sent +1'
}

test_rate()
{
	flush a
	count_from a
	from 10.1.0.9:50000 --count 400 bubble $D ff02::1
	pause 0.5
	[[ $(counted a) =~ tx_bubbles\+([0-9]+)\ rx_discovery\+([0-9]+)\ rx_drop_share\+([0-9]+)$ ]] ||
		fail "400 bubbles: $(counted a)"
	check_equal "answers and others" 400 $((BASH_REMATCH[2] + BASH_REMATCH[3]))
	check_at_most "answers" 300 "${BASH_REMATCH[1]}"
	pause 1
	before a
}

# A packet from the discovered endpoint to the service port verifies it.
test_trust()
{
	flush a
	from 10.1.0.9:50000 bubble $D ff02::1
	check_changes "a discovery bubble" a 'rx_discovery +1' 'peers +1' \
		'tx_bubbles +1' 'sent +1' \
		"peer $D probing 0.0.0.0:0 tries 0 queued 0 lan 10.1.0.9:50000"
	direct 10.1.0.9:50001 bubble $D $A
	check_changes "a bubble from another port" a 'rx_drop_bubble +1'
	direct 10.1.0.3:50000 bubble $D $A
	check_changes "a bubble from another address" a 'rx_drop_bubble +1'
	direct 10.1.0.3:50000 echo-request $D $A 7 1 00
	check_changes "data from there" a 'rx_drop_spoofed +1'
	direct 10.1.0.9:50000 bubble $E $A
	check_changes "another peer" a 'rx_drop_bubble +1'

	direct 10.1.0.9:50000 bubble $D $A
	check_changes "a bubble from where it was heard" a 'rx_bubbles +1' \
		"peer $D trusted 10.1.0.9:50000 tries 0 queued 0 lan 10.1.0.9:50000"
	capture a eth0 trust -Q out udp
	direct 10.1.0.9:50000 echo-request $D $A 7 1 00
	check_changes "data" a 'to_stack +1' 'sent +1'
	capture_stop trust
	check_equal "where the answer goes" 10.1.0.9.50000 \
		"$(payloads trust | awk '{ print $2 }')"

	flush a
	from 10.1.0.9:50000 bubble $D ff02::1
	direct 10.1.0.9:50000 echo-request $D $A 7 1 00
	check_changes "data at once" a 'rx_discovery +1' 'peers +1' \
		'tx_bubbles +1' 'to_stack +1' 'sent +2' \
		"peer $D trusted 10.1.0.9:50000 tries 0 queued 0 lan 10.1.0.9:50000"
	discovery nolocal_discovery
	flush a
	direct 10.1.0.9:50000 bubble $D $A
	check_changes "switched off" a 'rx_drop_bubble +1'
	discovery local_discovery
	pause 1
	before a
}

# The client tries the link first, and the server from the second try on. An answer
# releases the ping.
test_send()
{
	flush a
	from 10.1.0.9:50000 bubble $D ff02::1
	from 10.1.0.9:50001 bubble $E ff02::1
	pause 1
	capture a eth0 send -Q out udp
	start ping a ping -6 -n -c 1 -W 10 $D
	start ping2 a ping -6 -n -c 1 -W 10 $E
	pause 2.5
	direct 10.1.0.9:50000 bubble $D $A
	pause 6
	capture_stop send
	stop ping
	stop ping2
	# to D, then to E, whose first pair needs no separate discovery bubble
	check_equal "to D" "$(printf '%s\n' "0 ${GROUP/:/.}" '0 10.1.0.9.50000' \
		"2 ${GROUP/:/.}" '2 192.0.2.10.50000' '2 10.1.0.9.50000' \
		"2 $SERVER" '2 10.1.0.9.50000 data')" \
		"$(sends send "$D" | sed -n '1,/data/p')"
	check_equal "to E" "$(printf '%s\n' '0 10.1.0.9.50001' \
		'2 192.0.2.10.50001' '2 10.1.0.9.50001' "2 $SERVER" \
		'4 192.0.2.10.50001' '4 10.1.0.9.50001' "4 $SERVER" \
		'6 192.0.2.10.50001' '6 10.1.0.9.50001' "6 $SERVER")" \
		"$(sends send "$E" | grep -v 224.0.0.253)"
	check_equal "discovery bubbles" '0 2 4 6 ' \
		"$(sends send "$E" | awk '/224.0.0.253/ { printf "%d ", $1 }')"
}

# sends NAME PEER: time and destination of datagrams for the peer or for the group
sends()
{
	decode "$1" -T fields -e frame.time_epoch -e ip.dst -e udp.dstport \
		-e ipv6.dst -e ipv6.plen | awk -v "peer=$2" '
		NR == 1 { start = $1 }
		$4 == peer || $4 == "ff02::1" {
			printf "%d %s.%s%s\n", $1 - start + 0.3, $2, $3,
				$5 ? " data" : "" }'
}

# Membership follows the mapping and the link.
test_state()
{
	on a "$here/helpers/tdctl" state teredo0 0
	! member a || fail "a member of the group, while not qualified"
	! bound a || fail "a socket, while not qualified"
	up
	check "a member again" member a
	ip_on a link set eth0 down
	! bound a || fail "a socket, though the link is down"
	printf '%s\n' 'link set eth0 up' \
		'route add default via 10.1.0.1 dev eth0' | ip_on a -batch -
	check "a member when it is up again" member a
	neighbours a eth0
	check "the port is free at other addresses" ip_on a link add relay0 \
		type teredo mode hostrelay local 10.1.0.2 port 3544
	check "a relay there" ip_on a link set relay0 up
	ip_on a link del relay0
	ip_on a link set teredo0 down
	! member a || fail "a member of the group, while down"
	! bound a || fail "a socket, while down"
	stop a-watch
	ip_on a link del teredo0
}

# worker_runs: number of runs of all devices' workers since the trace was cleared
worker_runs()
{
	grep -c 'function teredo_probe_work' /sys/kernel/tracing/trace
}

# The control daemon is gone, so the lease of the mapping ends. The client leaves the
# group. Its worker is idle, although a discovery bubble is overdue: the host rejects
# them here, so each is due a second after the last one.
test_lease()
{
	local t=/sys/kernel/tracing runs

	mountpoint -q $t || mount -t tracefs tracefs $t
	echo > $t/trace
	echo 1 > $t/events/workqueue/workqueue_execute_start/enable
	stop a-watch
	ip_on a link del teredo0 2> /dev/null
	on a "$here/helpers/tdctl" bare teredo0 40000 $A
	ip_on a link set teredo0 type teredo local_discovery
	ip_on a xfrm policy add dir out dst 224.0.0.253/32 action block
	on a "$here/helpers/tdctl" up teredo0 $A 3 10.1.0.2 2
	check "a member" member a
	check "no member when the mapping has ended" \
		wait_for 6 eval '! member a'
	! bound a || fail "a socket, when the mapping has ended"
	runs=$(worker_runs)
	[ "$runs" -ge 1 ] || fail "the trace has no run of the worker"
	pause 5
	runs=$(($(worker_runs) - runs))
	note "the workers ran $runs times in 5 s"
	check_at_most "runs of the workers in 5 s" 60 $runs
	ip_on a xfrm policy del dir out dst 224.0.0.253/32
	echo 0 > $t/events/workqueue/workqueue_execute_start/enable
	ip_on a link del teredo0
}

# Many devices on a network of their own, all members of one group. Each sends the second
# bubble 200 to 300 s after the first.
start_spread()
{
	local i hex

	new_node m q
	ip link add eth0 netns "$(netns m)" type veth peer name eth0 \
		netns "$(netns q)"
	ip_on q link set eth0 up
	printf '%s\n' 'link set eth0 addrgenmode none' 'link set eth0 up' \
		'addr add 10.8.0.2/24 dev eth0' | ip_on m -batch -
	capture m eth0 spread udp port 3544
	for ((i = 0; i < SPREAD; i++)); do
		printf -v hex %x $((65535 - 20000 - i))
		on m "$here/helpers/tdctl" bare "td$i" $((20000 + i)) \
			"2001:0:cb00:7101:0:$hex:3fff:fdf5"
		on m "$here/helpers/tdctl" up "td$i" \
			"2001:0:cb00:7101:0:$hex:3fff:fdf5" 0 10.8.0.2 2
		ip_on m link set "td$i" type teredo local_discovery
	done
	spread_start=$(now_ms)
}

test_spread()
{
	local left=$((spread_start + 301000 - $(now_ms)))

	[ $left -le 0 ] || pause $((left / 1000 + 1))
	capture_stop spread
	packets spread > "$tmp/spread"
	check_equal "first and second bubbles" $((2 * SPREAD)) \
		"$(wc -l < "$tmp/spread")"
	awk '{ sub(/.*\./, "", $3) }
		$3 in first { print $1 - first[$3]; next }
		{ first[$3] = $1 }' "$tmp/spread" | sort -n > "$tmp/intervals"
	note "intervals: $(tr '\n' ' ' < "$tmp/intervals")"
	awk -v n=$SPREAD '$1 < 199.9 || $1 > 300.5 { bad = 1 }
		NR == 1 { low = $1 }
		{ high = $1 }
		END { exit bad || NR != n || high - low < 20 }' "$tmp/intervals" ||
		fail "not $SPREAD of them, spread over 200 to 300 s"
}

# A client on a link of its own has discovered D and E once. It sends to E after 300 s, as
# the entry would otherwise expire before 600 s; to D after 590 s; and to E again after
# 612 s.
start_late()
{
	local place

	new_node l k
	new_link l eth0 k eth0
	printf '%s\n' 'addr add 10.8.0.2/24 dev eth0' \
		'route add default dev eth0' | ip_on l -batch -
	printf '%s\n' 'addr add 10.8.0.9/24 dev eth0' \
		'route add default dev eth0' | ip_on k -batch -
	real_checksums l
	on l "$here/helpers/tdctl" bare teredo0 40000 $A
	on l "$here/helpers/tdctl" up teredo0 $A 0 10.8.0.2 2
	printf '%s\n' "addr add $A/32 dev teredo0 nodad" \
		'route add default dev teredo0' | ip_on l -6 -batch -
	ip_on l link set teredo0 type teredo local_discovery
	capture l eth0 late -Q out udp
	for place in "10.8.0.9:50000 bubble $D" "10.8.0.9:50001 bubble $E"; do
		on k "$here/helpers/tdinject" --ttl 1 --to $GROUP --from $place ff02::1
	done
	late=$EPOCHREALTIME
	start late-pings l bash -c "
		later() { sleep \$1; ping -6 -n -c 1 -W 0.1 \$2; }
		later 300 $E
		later 290 $D
		later 22 $E"
}

# to_peer PEER SECONDS: destinations of datagrams for the peer, or for the group, in this
# second
to_peer()
{
	decode late -T fields -e frame.time_epoch -e ip.dst -e udp.dstport \
		-e ipv6.dst | awk -v "peer=$1" -v "at=$2" -v "start=$late" '
		$1 - start >= at - 1 && $1 - start < at + 1 &&
		($4 == peer || $4 == "ff02::1") { print $2 "." $3 }' |
		sort -u | tr '\n' ' '
}

test_late()
{
	local left=$((${late%.*} + 614 - EPOCHSECONDS))

	[ $left -le 0 ] || pause $left
	capture_stop late
	check_equal "after 590 s" "10.8.0.9.50000 ${GROUP/:/.} " \
		"$(to_peer $D 590)"
	check_equal "after 612 s" "192.0.2.10.50001 $SERVER " "$(to_peer $E 612)"
}

# reached_inside NODE PEER-ADDRESS ENDPOINT: the peer is trusted at this inside endpoint
reached_inside()
{
	[[ $(teredo "$1" peer show teredo0) == *"$2 trusted at $3 "* ]] ||
		fail "$1: $(teredo "$1" peer show teredo0)"
}

# The clients have no path to each other except the link.
test_ours()
{
	local a d node from

	teredo_server s1 203.0.113.1 203.0.113.2
	for node in a d; do
		client_up $node
		check "$node: no other help" teredo $node set teredo0 hairpin off
	done
	a=$(teredo_address a)
	d=$(teredo_address d)
	on a ping -6 -n -c 1 -W 3 "$d" > /dev/null &&
		fail "they find each other without"
	# first from the client with an entry for the other, then from the other one
	for from in a d; do
		for node in a d; do
			check "off" teredo $node set teredo0 local-discovery off
			teredo $node peer flush teredo0
		done
		for node in a d; do
			check "on" teredo $node set teredo0 local-discovery on
		done
		if [ $from = a ]; then
			check "from the one that knows the other" reach a "$d"
		else
			check "from the one that does not" reach d "$a"
		fi
		reached_inside a "$d" 10.1.0.3:50000
		reached_inside d "$a" 10.1.0.2:40000
	done
}

modprobe teredo || fail "no module"
internet
make_lan
bare_client a $A
up
before a
start_spread
start_late

add_test "C-13 C-68: without it no group, no socket, no entry" test_off
add_test "C-107 C-108 C-110 BU-5: the group, the port, and the bubble" \
	test_first
add_test "C-66 C-67 C-115 C-116 P-03: a discovery bubble makes an entry and is answered" \
	test_entry
add_test "C-111 C-112 C-113 C-114 P-03: invalid and forged discovery bubbles" \
	test_checks
add_test "C-67: answers are limited" test_rate
add_test "C-69 C-84 P-16: a packet from there to the service port verifies it" \
	test_trust
add_test "C-78 T-07 A-40: a peer on the link is tried there first" test_send
add_test "C-107: it comes and goes with mapping and link" test_state
add_test "C-107: it ends with the mapping's lifetime, and the worker is idle" \
	test_lease
add_test "C-69 C-78 C-84: two clients behind one NAT" test_ours
add_test "C-109: random intervals of 200 to 300 s" test_spread
add_test "C-78: a peer is tried on its link after 590 s, not after 612 s" \
	test_late

run_tests
