#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: latency and throughput of programs on the client that reach native hosts
# through the relay, other than TCP in bulk
#
# usage: rr.sh ROUNDS TYPE...		TYPE: see tunnels.sh
#
# Prints in each round for each
#   TYPE flood SIZE N ARRIVED OF
#			UDP datagrams of SIZE octets that arrive per second, and
#			how many of those sent have arrived
#   TYPE echo SIZE NS	median of round trips of UDP datagrams in sequence
#   TYPE connect NS N	TCP to hosts without an entry, in sequence: median of
#			the time to the first octet, and connections per
#			second
# On a machine that counts instructions (selftests/vm/run -c 1) a second is 10^9 of them,
# including both ends and the path.

# shellcheck source=rounds.sh
. "$(dirname "${BASH_SOURCE[0]}")/rounds.sh"

# number of requests and connections per round
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
	pause 0.1		# for packets in flight
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
