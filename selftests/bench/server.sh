#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: what a server spends on a router solicitation, from the
# datagram's arrival to the advertisement's departure.
#
# What the machine works while solicitations are sent is compared with what it
# works when the server's host drops them on arrival. On a machine that counts
# instructions (selftests/vm/run -c 1) a nanosecond is one instruction.
#
# usage: server.sh COUNT TYPE...	TYPE: teredo miredo
#
# Prints "TYPE answers nanoseconds-per-answer" for each.

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

answers()
{
	on x nft -j list counter ip bench answers |
		sed 's/.*"packets": *\([0-9]*\).*/\1/'
}

measure()
{
	local type=$1 base got ns

	internet
	on x nft -f - <<-EOF
	table ip bench {
		counter answers { }
		chain in {
			type filter hook prerouting priority raw
			udp sport 3544 counter name answers drop
		}
	}
	EOF
	on s1 nft -f - <<-EOF
	table ip bench {
		chain in {
			type filter hook prerouting priority raw
			udp dport 3544 drop
		}
	}
	EOF
	base=$(send)
	on s1 nft flush ruleset
	case $type in
	teredo) teredo_server s1 203.0.113.1 203.0.113.2 rate 0 ;;
	miredo) miredo_server s1 203.0.113.1 203.0.113.2 ;;
	esac
	ns=$(send)
	got=$(answers)
	ns=$((ns - base))
	printf '%s %d %d\n' "$type" "$got" $((ns / (got > 0 ? got : 1)))
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
