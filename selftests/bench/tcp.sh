#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: TCP in bulk from the client through the relay to the native host, with one
# flow and with eight, with 64 KiB GSO packets and without GSO
#
# usage: tcp.sh ROUNDS TYPE...		TYPE: see tunnels.sh
#
# Prints "TYPE gso|single FLOWS Mbit/s" for each in each round. On a machine that counts
# instructions (selftests/vm/run -c 1) a second is 10^9 of them, including both ends and
# the path.

# shellcheck source=rounds.sh
. "$(dirname "${BASH_SOURCE[0]}")/rounds.sh"

prepare()
{
	start serve n "$bench/tdload" serve
	wait_for 5 tcp_listening "$pid" 7
}

# offloads on|off: set those of both ends
offloads()
{
	local dev

	on n ethtool -K eth0 tx "$1" tso "$1" gso "$1"
	on a ethtool -K eth0 tx "$1" tso "$1" gso "$1"
	for dev in tun0 teredo0; do
		on a ethtool -K $dev tso "$1" gso "$1"
	done
} > /dev/null 2>&1

# bulk FLOWS: received Mbit/s
bulk()
{
	local octets ns

	read -r octets ns <<< "$(on a "$bench/tdload" bulk $native "$1" 100)"
	printf '%d\n' $((octets * 8000 / ns))
}

measure()
{
	local mode flows
	local -A switch=([gso]=on [single]=off)

	for mode in gso single; do
		offloads "${switch[$mode]}"
		for flows in 1 8; do
			printf '%s %d %d\n' $mode $flows "$(bulk $flows)"
		done
	done
}

rounds "$@"
