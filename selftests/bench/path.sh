#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: what a packet costs on its way from a native host through a
# tunnel to a node with a public IPv4 address, for our tunnel and the kernel's
# others on the same path. A generator in the kernel (pktgen) sends on n, r
# encapsulates, two routers forward, a decapsulates and drops. And the same as far
# as the first of these routers, which drops: that is the way out alone.
#
# usage: path.sh COUNT SIZE TYPE...	SIZE of frames; TYPE: see tunnels.sh
#
# Prints "TYPE SIZE all|out NS ARRIVED OF", nanoseconds for each packet. On a
# machine that counts instructions (selftests/vm/run -c 1) a nanosecond is one. For
# a tunnel in userspace the packets are spaced, so that it keeps up, and the time
# the machine is idle does not count.

# shellcheck source=tunnels.sh
. "$(dirname "${BASH_SOURCE[0]}")/tunnels.sh"

count=$1 size=$2
shift 2

# spaced: nanoseconds that the machine has worked
spaced()
{
	local before

	before=$(worked)
	generate n "$count" "$size" "dst6 $client" 'delay 500000' > /dev/null
	pause 0.2
	printf '%s\n' $(($(worked) - before))
}

# send LABEL NODE MATCH: to where these packets are dropped
send()
{
	local ns

	sink "$2" "$3"
	if [ "$type" = miredo ]; then
		ns=$(spaced)
	else
		ns=$(generate n "$count" "$size" "dst6 $client")
	fi
	wait_for 5 eval "[ \$(received $2) -ge $count ]"
	printf '%s %d %s %d %d %d\n' "$type" "$size" "$1" $((ns / count)) \
		"$(received "$2")" "$count"
	on "$2" nft delete table inet bench
}

measure()
{
	type=$1
	bed "$type" || return
	send all a 'udp dport 9'
	send out inet 'iifname r'
}

if [ $# = 1 ]; then
	measure "$1"
else
	# each from scratch, in a process that cleans up
	for type; do
		bash "$0" "$count" "$size" "$type"
	done
fi
