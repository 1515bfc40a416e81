#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: cost of a packet from a native host through a tunnel to a node with a
# public IPv4 address, for teredo and the kernel's other tunnels on the same path. A
# generator in the kernel (pktgen) sends on n, r encapsulates, two routers forward, a
# decapsulates and drops. A second measurement ends at the first of these routers, which
# drops the packets: it covers the transmit path only.
#
# usage: path.sh COUNT SIZE TYPE...	SIZE of frames; TYPE: see tunnels.sh
#
# Prints "TYPE SIZE all|out NS ARRIVED OF", nanoseconds per packet. On a machine that
# counts instructions (selftests/vm/run -c 1), one instruction is one nanosecond. For a
# tunnel in userspace the packets are spaced, so that it keeps up, and the machine's idle
# time does not count.

# shellcheck source=tunnels.sh
. "$(dirname "${BASH_SOURCE[0]}")/tunnels.sh"

count=$1 size=$2
shift 2

# spaced: time that the machine has worked, in ns
spaced()
{
	local before

	before=$(worked)
	generate n "$count" "$size" "dst6 $client" 'delay 500000' > /dev/null
	pause 0.2
	printf '%s\n' $(($(worked) - before))
}

# send LABEL NODE MATCH: NODE drops these packets
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
	# each in a process of its own, which cleans up
	for type; do
		bash "$0" "$count" "$size" "$type"
	done
fi
