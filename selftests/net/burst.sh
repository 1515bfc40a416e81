#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Many bubbles at once: what no RFC promises, peers behind NATs with random ports
# and behind port-restricted ones. First packet by packet, where the peer is a
# script and there is no NAT, so that every port can be written to; then with NATs.
#
# environment: MATRIX=N measures N tries instead; what came of them is in
# burst.txt of the results.
# timeout: 900
# set: long

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

A=2001:0:cb00:7101:2c5a:5fd7:3fff:fdf5	# 192.0.2.10:41000
ABLE=bf0100 NOW=bf0101

# begin KIND NAME: behind a NAT that is said to be of this kind; nothing is
# known, what is sent is recorded
begin()
{
	on a "$here/tdctl" up teredo0 $A 0 "${outside[a]}" "$1"
	flush a
	capture a eth0 "$2" -Q out udp
}

# bubbles_to_b NAME: source port, destination, trailers of those to B's address
bubbles_to_b()
{
	said "$1" | grep " ${B_AT%:*}\."
}

# swept NAME: bubbles to B with the nonces of those that asked
swept()
{
	bubbles_to_b "$1" | grep ' 0104cafe000'
}

# One who has the same port for all is asked, and sends to 512 ports of B; each
# bubble that asks has an answer besides, which is the bubble to B_AT.
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

# ------------------------------------------------------------------ with NATs

# pair I: clients behind a port-restricted NAT and one with random ports
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

# bubbles_of NODE...: sent so far
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

# try FROM TO: milliseconds to the first reply or "-", and bubbles sent by both
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

# The odds are 98 in 100.
test_pair()
{
	local i

	for i in 1 2 3; do
		try "$1" "$2" > "$tmp/try"
		note "$(< "$tmp/try")"
		[[ $(< "$tmp/try") == *" - "* ]] || return 0
		pause 10
	done
	fail "three times in vain"
}

# tries I N: one after the other, with a rest that the limits demand
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

# Five pairs at the same time, since most of it is waiting
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

add_test "bubbles to 512 ports, for a peer that asks" test_send
add_test "a server" teredo_server s1 203.0.113.1 203.0.113.2
add_test "two clients behind NATs" pair 1
add_test "which qualify" pair_up 1
add_test "from random ports to a port-restricted NAT" test_pair q1 p1
add_test "and the other way round" test_pair p1 q1

run_tests
