#!/bin/bash
# shellcheck disable=SC2154 # variables of lib.sh and its other parts
# SPDX-License-Identifier: GPL-2.0
#
# Part of lib.sh: a scripted peer: injected packets, and what they change.

# x sends to a bare client on node a with forged sources, and captures show the
# client's replies. $A is its address, $B a peer's, whose mapped endpoint is $B_AT.
SERVER=203.0.113.1:3544

# from ENDPOINT ARGUMENTS of tdinject...: inject to the client, from this source
from()
{
	local from=$1

	shift
	inject --from "$from" --to "${outside[a]}:${port[a]}" "$@"
}

# indirect [TRAILERS]: B's bubble via the server
indirect()
{
	from $SERVER origin "$B_AT" bubble "$B" "$A" "$@"
}

# drops COUNTER WHAT ENDPOINT ARGUMENTS of tdinject...: the packet increments this
# counter and changes nothing else
drops()
{
	local counter=$1 what=$2

	shift 2
	from "$@"
	check_changes "$what" a "$counter +1"
}

# nonce_sent PEER: the nonce of the client's last indirect bubble to the peer, in hex.
# Waits for the bubble that a packet just injected causes.
nonce_sent()
{
	wait_for 2 eval "dump a | grep -q '^peer $1 .* sent [0-9a-f]'"
	dump a | sed -n "s/^peer $1 .* sent //p"
}

# ports_open NUMBER: a has so many UDP ports open
ports_open()
{
	[ "$(must on a ss -uan | grep -c UNCONN)" = "$1" ]
}

# random_port PEER: the random port told to the peer, and the local port that reaches it
random_port()
{
	dump a | sed -n "s/^peer $1 .* port \([0-9]* by [0-9]*\) .*/\1/p"
}

# said NAME: source port, destination and trailers of all bubbles in a capture
said()
{
	payloads "$1" 'udp[4:2] < 104' | awk '{
		print substr($1, match($1, /[0-9]*$/)), $2, substr($3, 81) }'
}

# to_port PORT ENDPOINT ARGUMENTS of tdinject...: inject to another port of the NAT
to_port()
{
	local to=$1 from=$2

	shift 2
	inject --from "$from" --to "${outside[a]}:$to" "$@"
}

# kernel_warnings: print kernel messages about leaks and worse. Not an allocation that
# fault-injection.sh has made fail, in the same machine before.
kernel_warnings()
{
	must dmesg -l emerg,alert,crit,err,warn |
		grep -E 'unregister_netdevice|WARNING|BUG|leak|refcount' |
		grep -v 'ref_tracker: memory allocation failure'
}
