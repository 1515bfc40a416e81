#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: what a server spends on a router solicitation, from the
# datagram's arrival to the advertisement's departure.
#
# What the machine works while solicitations are sent, and the answers dropped as
# they leave the server's host, is compared with what it works when that host drops
# the solicitations on arrival: sender and the ways there and back are left out. On
# a machine that counts instructions (selftests/vm/run -c 1) a nanosecond is one.
#
# usage: server.sh COUNT TYPE...	TYPE: teredo miredo
#
# Prints "TYPE NS ANSWERS OF" for each, nanoseconds for each answer.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

count=$1
shift
rs=000100000102030405060708006000000000083afffe800000000000000000ffffffffffffff02000000000000000000000000000285007d3700000000

# send: nanoseconds that the machine has worked while solicitations were sent,
# slowly enough for any server
send()
{
	local before

	before=$(worked)
	on x "$here/tdinject" --from 198.51.100.66:40000 \
		--to 203.0.113.1:3544 --count "$count" --rate 2000 $rs
	pause 0.2
	printf '%s\n' $(($(worked) - before))
}

# at_edge HOOK MATCH: what matches is counted and dropped where packets come into
# the server's host ("ingress") or leave it ("egress")
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
	# each from scratch, in a process that cleans up
	for type; do
		bash "$0" "$count" "$type"
	done
fi
