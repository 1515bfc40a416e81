#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: what programs on the client see of the way by the relay to
# native hosts, other than by TCP in bulk.
#
# usage: rr.sh ROUNDS TYPE...		TYPE: see tunnels.sh
#
# Prints in each round for each
#   TYPE flood SIZE N ARRIVED OF
#			UDP datagrams of SIZE octets that arrive in a second, and
#			how many of those sent
#   TYPE echo SIZE NS	median of round trips of one UDP datagram after the other
#   TYPE connect NS N	TCP to hosts that it was never spoken to, one after the
#			other: median until the first octet has come, and how
#			many in a second
# On a machine that counts instructions (selftests/vm/run -c 1) a second is 10^9
# of them, at both ends and on the way together.

# shellcheck source=rounds.sh
. "$(dirname "${BASH_SOURCE[0]}")/rounds.sh"

# how many requests and connections each time
requests=300 connections=50
# new hosts for each round, all of them on n
hosts=2001:db8:1:ffff
round=0

prepare()
{
	ip_on n -6 route add local $hosts::/64 dev lo
	ip_on r -6 route add $hosts::/64 dev n
	ip_on inet -6 route add $hosts::/64 dev r
	sink n 'udp dport 9'
	start serve n "$bench/tdload" serve
	wait_for 5 tcp_listening "$pid" 7
}

# flood SIZE
flood()
{
	local before sent ns arrived

	before=$(received n)
	read -r sent ns <<< "$(on a "$bench/tdload" flood $native "$1" 100)"
	pause 0.1		# what is on its way
	arrived=$(($(received n) - before))
	printf 'flood %d %d %d %d\n' "$1" $((arrived * 1000000000 / ns)) \
		$arrived "$sent"
}

connect()
{
	local median all

	round=$((round + 1))
	read -r median all <<< "$(on a "$bench/tdload" connect \
		$hosts:$round::1 $connections)"
	printf 'connect %d %d\n' "$median" \
		$((connections * 1000000000 / all))
}

measure()
{
	local size

	for size in 64 1200; do
		flood $size
		printf 'echo %d %d\n' $size \
			"$(on a "$bench/tdload" echo $native $size $requests)"
	done
	connect
}

rounds "$@"
