#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Birthday-style port spray, which no RFC specifies: it connects peers behind
# symmetric NATs with random ports to peers behind port-restricted NATs. First a
# scripted peer, without NATs, so that every port is reachable; then with NATs.
#
# environment: MATRIX=N measures N tries instead and writes burst.txt to the
# results.
# timeout: 900
# set: long

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

A=2001:0:cb00:7101:2c5a:5fd7:3fff:fdf5	# 192.0.2.10:41000
ABLE=bf0100 NOW=bf0101

# begin KIND NAME: a client with this NAT type, without peers; record what it sends
begin()
{
	on a "$here/helpers/tdctl" up teredo0 $A 0 "${outside[a]}" "$1"
	flush a
	capture a eth0 "$2" -Q out udp
}

# asks SECONDS [TRAILERS]: the peer sends bubbles for so many seconds. Every second
# one comes when the client may send its next pair of bubbles.
asks()
{
	local i

	for ((i = 0; i <= $1; i++)); do
		indirect 0104deadbeef "${@:2}"
		pause 1.1
	done
}

# bubbles_to_b NAME: source port, destination and trailers of bubbles to B's address
bubbles_to_b()
{
	said "$1" | grep " ${B_AT%:*}\."
}

# spread NAME: bubbles from ports other than the service port
spread()
{
	bubbles_to_b "$1" | grep -v '^40000 '
}

# A client behind a NAT with random ports opens 256 ports after some seconds, and asks
# the peer for a burst. The check comes at the end, as the ports close soon.
test_spread()
{
	local r nonce

	begin 3 spread
	asks 4 $ABLE
	check "the ports are open" ports_open 257
	r=$(spread spread | awk 'NR == 77 { print $1 }')
	nonce=$(nonce_sent $B)
	before a
	to_port "$r" $B_AT bubble $B $A "0104$(printf %08x $((0x$nonce ^ 1)))"
	check_changes "another nonce, but where B is by its address" a \
		'rx_bubbles +1' "peer $B trusted $B_AT tries 0 queued 0 nonce deadbeef"
	check_equal "used from now on" "0 by $r" "$(random_port $B)"
	check "all others are closed" wait_for 10 ports_open 2
	capture_stop spread
	check_equal "ports that B was sent bubbles from" 256 \
		"$(spread spread | awk '{ print $1 }' | sort -u | wc -l)"
	check_equal "what they say" "${B_AT/:/.} 0104deadbeef" \
		"$(spread spread | awk '{ print $2, $3 }' | sort -u)"
	check_equal "B is asked" "0104$nonce" "$(said spread |
		sed -n "s/^40000 ${SERVER/:/.} \(0104$nonce\).*$NOW$/\1/p")"
}

# Bubbles reach two of the ports at once. The client tells the peer only the first
# port, so this port stays open.
test_two()
{
	local r other nonce

	begin 3 two
	asks 4 $ABLE
	r=$(spread two | awk 'NR == 77 { print $1 }')
	other=$(spread two | awk 'NR == 78 { print $1 }')
	nonce=$(nonce_sent $B)
	to_port "$r" $B_AT bubble $B $A "0104$nonce"
	to_port "$other" $B_AT bubble $B $A "0104$nonce"
	check "all others are closed" wait_for 10 ports_open 2
	check_equal "used from now on" "0 by $r" "$(random_port $B)"
	capture_stop two
}

# bubbles that the client must not accept at such a port
test_forged()
{
	local r nonce

	begin 3 forged
	asks 4 $ABLE
	r=$(spread forged | awk 'NR == 77 { print $1 }')
	nonce=$(nonce_sent $B)
	before a
	to_port "$r" 192.0.2.20:50001 bubble $B $A \
		"0104$(printf %08x $((0x$nonce ^ 1)))"
	check_changes "another nonce" a 'rx_drop_bubble +1'
	to_port "$r" 192.0.2.20:50001 echo-request $B $A 7 1 00 "0104$nonce"
	check_changes "data with the nonce" a 'rx_drop_spoofed +1'
	to_port "$r" 192.0.2.30:60000 bubble 2001:0:cb00:7101:1001:159f:3fff:fde1 \
		$A "0104$nonce"
	check_changes "another peer" a 'rx_drop_port +1'
	to_port "$r" 192.0.2.20:50001 bubble $B $A "0104$nonce"
	check_changes "the nonce" a 'rx_bubbles +1' 'tx_bubbles +1' 'sent +1' \
		"peer $B trusted 192.0.2.20:50001 tries 0 queued 0 nonce deadbeef"
	capture_stop forged
	check "all others are closed" wait_for 10 ports_open 2
}

# no_burst KIND SECONDS [TRAILERS]: the client sends only the usual bubbles
no_burst()
{
	local kind=$1 seconds=$2

	shift 2
	begin "$kind" quiet
	asks "$seconds" "$@"
	pause 0.5
	capture_stop quiet
	check_equal "$*: ports and places" "40000 ${B_AT/:/.}" \
		"$(bubbles_to_b quiet | awk '{ print $1, $2 }' | sort -u)"
}

# There is no burst if the peer does not advertise support, before ordinary bubbles
# were tried, behind other kinds of NAT, or if bursts are off.
test_quiet()
{
	no_burst 3 5
	no_burst 3 1 $ABLE
	no_burst 2 5 $ABLE
	check "off" ip_on a link set teredo0 type teredo noburst
	no_burst 3 5 $ABLE
	no_burst 2 5 $NOW
	check_equal "not a word of it" '' "$(said quiet | grep bf01)"
	check "on" ip_on a link set teredo0 type teredo burst
}

# swept NAME: bubbles to B that repeat the nonces of the requests
swept()
{
	bubbles_to_b "$1" | grep ' 0104cafe000'
}

# A client behind a port-preserving NAT is asked for a burst, and sends to 512 ports
# of B. It also answers each bubble that asks, by a bubble to B_AT.
test_send()
{
	local nonce

	begin 2 sent
	indirect 0104deadbeef
	pause 1
	indirect 0104cafe0001 $NOW
	pause 3
	capture_stop sent
	check_equal "it can be asked" 1 "$(said sent | grep -c "$ABLE$")"
	check_equal "bubbles" 513 "$(swept sent | wc -l)"
	check "to so many ports" [ "$(swept sent | awk '{ print $2 }' |
		sort -u | wc -l)" -ge 512 ]
	check_equal "how" "40000 0104cafe0001" \
		"$(swept sent | awk '{ print $1, $3 }' | sort -u)"

	pause 10
	begin 2 rate
	for nonce in 1 2 3 4 5 6; do
		indirect 0104cafe000$nonce $NOW
		pause 1.5
	done
	capture_stop rate
	check_equal "in ten seconds, however often it is asked" 1030 \
		"$(swept rate | wc -l)"
	pause 10
	begin 3 symmetric
	indirect 0104cafe0001 $NOW
	pause 1
	capture_stop symmetric
	check_equal "with random ports of our own" 1 "$(swept symmetric | wc -l)"
}

# The ports close with the device.
test_down()
{
	begin 3 down
	asks 4 $ABLE
	check "ports" wait_for 5 ports_open 257
	ip_on a link del teredo0
	check "all closed" ports_open 0
	capture_stop down
}

# ------------------------------------------------------------------ with NATs

# pair I: a client behind a port-restricted NAT, and one behind a NAT with random ports
pair()
{
	local i=$1 node

	for node in "p$i" "q$i"; do
		_n=$((${_n:-0} + 1))
		outside[$node]=192.0.2.$((64 + _n))
		inside[$node]=10.$((10 + _n)).0
		port[$node]=$((20000 + 1000 * _n))
	done
	client "p$i" pr
	client "q$i" symrnd
	client_start "p$i"
	client_start "q$i"
}

pair_up()
{
	local node

	for node in "p$1" "q$1"; do
		wait_for 30 has_teredo_address "${_pids[$node-teredod]}" ||
			fail "$node does not qualify"
		check "burst" ip_on "$node" link set teredo0 type teredo burst
	done
}

# bubbles_of NODE...: number of bubbles sent so far
bubbles_of()
{
	local node sum=0

	for node; do
		sum=$((sum + $(counter "$node" teredo0 tx_bubbles)))
	done
	printf '%s\n' $sum
}

# forget NODE PEER
forget()
{
	teredo "$1" peer flush teredo0
	on "n$1" conntrack -D -d "${outside[$2]}" > /dev/null 2>&1
}

# try FROM TO: milliseconds to the first reply or "-", and bubbles sent by both ends
try()
{
	local from=$1 to=$2 sent ms

	forget "$from" "$to"
	forget "$to" "$from"
	sent=$(bubbles_of "$from" "$to")
	ms=$(on "$from" ping -6 -n -c 1 -W 12 "$(teredo_address "$to")" |
		sed -n 's/.* time=\([0-9]*\).*/\1/p')
	pause 1
	printf '%s %s %s %s\n' "${from%?}" "${to%?}" "${ms:--}" \
		$(($(bubbles_of "$from" "$to") - sent))
}

# One try succeeds with a probability of 98 %.
test_pair()
{
	local i

	for i in 1 2 3; do
		try "$1" "$2" > "$tmp/try"
		note "$(< "$tmp/try")"
		[[ $(< "$tmp/try") == *" - "* ]] || return 0
		pause 10
	done
	fail "three times without success"
}

# tries I N: N tries in sequence, with the pauses that the rate limits require
tries()
{
	local i=$1 n=$2 k

	for ((k = 0; k < n; k++)); do
		if ((k % 2)); then
			try "p$i" "q$i"
		else
			try "q$i" "p$i"
		fi
		pause 6
	done > "$tmp/tries-$i"
}

# Five pairs run in parallel, as most of the time is spent waiting.
test_measure()
{
	local i pids=()

	for i in 1 2 3 4 5; do
		pair_up $i
	done
	for i in 1 2 3 4 5; do
		tries $i $((MATRIX / 5)) &
		pids+=($!)
	done
	wait "${pids[@]}"
	cat "$tmp"/tries-? > "${VM_OUT:-$tmp}/burst.txt"
	sort "${VM_OUT:-$tmp}/burst.txt" | awk '
	{
		k = $1 " to " $2
		n[k]++
		sent[k] += $4
		if ($4 > most[k])
			most[k] = $4
		if ($3 != "-") {
			ok[k]++
			ms[k] += $3
		}
	}
	END {
		for (k in n)
			printf "%s: %d of %d, %d ms, %d bubbles a try, %d at most\n",
				k, ok[k], n[k], ok[k] ? ms[k] / ok[k] : 0,
				sent[k] / n[k], most[k]
	}' | note
}

modprobe teredo || fail "no module"
internet

if [ "${MATRIX:-}" ]; then
	teredo_server s1 203.0.113.1 203.0.113.2
	for i in 1 2 3 4 5; do
		pair $i
	done
	add_test "measured" test_measure
	run_tests
fi

ip_on inet route add blackhole default
client a none
bare_client a $A
ip_on a link set teredo0 type teredo burst nosequential \
	server "${SERVER%:*}" server2 203.0.113.2

add_test "256 ports, not before some bubbles" test_spread
add_test "bubbles reach two of the ports" test_two
add_test "forged bubbles to the ports are ignored" test_forged
add_test "no burst unless both ends want it" test_quiet
add_test "bubbles to 512 ports, for a peer that asks" test_send
add_test "ports of a burst close with the device" test_down
add_test "a server" teredo_server s1 203.0.113.1 203.0.113.2
add_test "two clients behind NATs" pair 1
add_test "which qualify" pair_up 1
add_test "from random ports to a port-restricted NAT" test_pair q1 p1
add_test "and the other way round" test_pair p1 q1

run_tests
