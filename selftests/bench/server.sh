#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: cost of a router solicitation at a server, from the datagram's arrival to
# the advertisement's departure.
#
# The result is a difference. First the machine's work is measured while the server answers
# and its host drops the answers on departure. Then its host drops the solicitations on
# arrival. This excludes the sender and the paths. On a machine that counts instructions
# (selftests/vm/run -c 1), one instruction is one nanosecond.
#
# usage: server.sh COUNT TYPE...	TYPE: teredo miredo
#
# Prints "TYPE NS ANSWERS OF" for each, nanoseconds per answer.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

count=$1
shift
rs=000100000102030405060708006000000000083afffe800000000000000000ffffffffffffff02000000000000000000000000000285007d3700000000

# send: send solicitations slowly enough for any server; prints the time that the machine
# has worked, in ns
send()
{
	local before

	before=$(worked)
	on x "$here/helpers/tdinject" --from 198.51.100.66:40000 \
		--to 203.0.113.1:3544 --count "$count" --rate 2000 $rs
	pause 0.2
	printf '%s\n' $(($(worked) - before))
}

# at_edge HOOK MATCH: count and drop matching packets that arrive at the server's host
# ("ingress") or leave it ("egress")
at_edge()
{
	on s1 nft -f - <<-EOF
	flush ruleset
	table netdev bench {
		counter sink { }
		chain edge {
			type filter hook $1 device eth0 priority 0
			$2 counter name sink drop
		}
	}
	EOF
}

measure()
{
	local type=$1 base got ns

	internet
	at_edge ingress 'udp dport 3544'
	base=$(send)
	at_edge egress 'udp sport 3544'
	case $type in
	teredo) teredo_server s1 203.0.113.1 203.0.113.2 rate 0 ;;
	miredo) miredo_server s1 203.0.113.1 203.0.113.2 ;;
	esac
	ns=$(send)
	got=$(received s1 netdev)
	ns=$((ns - base))
	printf '%s %d %d %d\n' "$type" $((ns / (got > 0 ? got : 1))) "$got" \
		"$count"
}

if [ $# = 1 ]; then
	modprobe teredo
	measure "$1"
else
	# each in a process of its own, which cleans up
	for type; do
		bash "$0" "$count" "$type"
	done
fi
