#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The scenes of the message diagrams, recorded in the virtual machine.
#
# usage: selftests/diagrams/scenes.sh DIRECTORY [SCENE...]
#
# Each scene leaves captures in DIRECTORY/SCENE, for "draw": NODE.pcap has what left the
# node, or its NAT, for the Internet; in-NODE.pcap has what came through its NAT.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../net" && pwd) || exit 2
# shellcheck source=../net/lib.sh
. "$here/lib.sh"
out=$1
shift
native=2001:db8:1::10

# record SCENE NODE...: capture until "recorded"
record()
{
	local scene=$1 node

	shift
	dir=$out/$scene names=()
	mkdir -p "$dir"
	for node; do
		case $node in
		a|b)
			capture inet "n$node" "$node" -Q in udp
			capture "$node" eth0 "in-$node" -Q in udp
			names+=("$node" "in-$node")
			;;
		n)
			capture r n n -Q in ip6
			capture r n in-n -Q out ip6
			names+=(n in-n)
			;;
		*)
			capture inet "$node" "$node" -Q in
			names+=("$node")
			;;
		esac
	done
}

recorded()
{
	local name

	for name in "${names[@]}"; do
		capture_stop "$name"
		cp "$tmp/$name.pcap" "$dir"
	done
}

# once NODE ADDRESS: one ping, which is answered
once()
{
	on "$1" ping -6 -n -c 1 -W 10 "$2" > /dev/null || fail "no answer from $2 to $1"
	pause 0.2
}

# between KIND KIND SCENE: two clients behind NATs of these kinds
between()
{
	set_nat a "$1"
	set_nat b "$2"
	client_up a
	client_up b
	record "$3" a b s1
	once a "$(teredo_address b)"
	recorded
	client_down a
	client_down b
}

scene_qualification()
{
	set_nat a pr
	record qualification a s1
	client_up a
	recorded
	client_down a
}

scene_restricted()
{
	between pr pr restricted
}

scene_native()
{
	set_nat a pr
	client_up a
	record native a s1 r n
	once a "$native"
	recorded
	client_down a
}

scene_symmetric()
{
	between symrnd ar symmetric
}

scene_preserving()
{
	between pp_sym pr preserving
}

scene_sequential()
{
	between seq pr sequential
}

# A peer that was not heard from for 30 s is first tried without its server.
scene_silent()
{
	set_nat a cone
	set_nat b cone
	client_up a
	client_up b
	once a "$(teredo_address b)"
	pause 31
	record silent a b s1
	once a "$(teredo_address b)"
	recorded
	client_down a
	client_down b
}

modprobe teredo || exit
internet
client a pr
client b pr
link_delay a 10ms
link_delay b 15ms
link_delay s1 5ms
link_delay r 5ms
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545
[ $# -gt 0 ] || mapfile -t all < <(declare -F | sed -n 's/^declare -f scene_//p')
for scene in "$@" "${all[@]}"; do
	"scene_$scene" || exit
done
exit "$_failed"
