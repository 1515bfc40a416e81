#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Races between creation and removal: devices of all modes while other programs dump
# them and packets arrive, namespaces with devices and sockets, the module under a
# flood, addresses, routes and carriers. The kernel must report nothing and leak
# nothing. Runs on two CPUs with the real clock, so every run differs. netns.sh has
# the deterministic cases.
#
# With LONG set there are 1,000 cycles instead of 80, and the other counts grow in
# proportion.
# cpus: 2
# timeout: 2400
# set: long

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

NATIVE=2001:db8:1::10

if [ "${LONG:-}" ]; then
	cycles=1000 rounds=100 removals=20
else
	cycles=80 rounds=6 removals=3
fi

# background NAME NODE COMMANDS: repeat the commands until stop_all
background()
{
	start "$1" "$2" bash -c "until [ -e '$tmp/stop' ]; do $3; done"
	loops+=("$1")
}

# A loop finishes its round before it stops, so that none of its commands runs later.
loops=() running=()
stop_all()
{
	local name

	: > "$tmp/stop"
	for name in "${loops[@]}"; do
		wait "${_pids[$name]}"
		unset "_pids[$name]"
	done
	for name in "${running[@]}"; do
		stop "$name"
	done
	loops=() running=()
	rm "$tmp/stop"
}

# flood NODE ENDPOINT ARGUMENTS of tdinject...: send in the background until stop_all
flood()
{
	local name=flood-$1-${#running[@]} to=$2

	shift 2
	start "$name" x "$here/helpers/tdinject" --to "$to" --count 100000000 \
		--rate 20 "$@"
	running+=("$name")
}

# packets of unsolicited and known peers to devices in all modes
packets_arrive()
{
	flood a 192.0.2.10:40000 --from 192.0.2.20:50000 bubble $B $A
	flood a 192.0.2.10:40000 --from 203.0.113.1:3544 --vary ip6 \
		origin 198.51.100.66:9 bubble 2001:db8:77::1 $A
	flood a 192.0.2.10:40000 --from 198.51.100.66:5000 --vary ip6 \
		udp6 2001:db8:77::1 $A 1 2 900
	flood s1 203.0.113.1:3544 --from 12.0.0.1:5000 --vary src \
		rs fe80::ffff:ffff:fffd ff02::2
	flood s1 203.0.113.1:3544 --from 192.0.2.20:50000 bubble $B $A
	flood r 198.51.100.1:3545 --from 192.0.2.20:50000 \
		udp6 $B $NATIVE 1 2 100
	running+=(ping-a ping-b ping-n ping-h)
	start ping-a a ping -6 -n -q -i 0.05 $B
	start ping-b b ping -6 -n -q -i 0.05 $A
	start ping-n n ping -6 -n -q -i 0.05 $B
	start ping-h h ping -6 -n -q -i 0.05 $B
}

# Programs dump all objects in loops, and ignore errors about deleted ones.
others_look()
{
	local node

	for node in "$@"; do
		background look-$node $node "
			ip -d -s link show dev teredo0
			'$here/helpers/tdctl' dump teredo0
			ip -6 route show dev teredo0
			ethtool -S teredo0
			sleep 0.5"
	done
	background look-all $1 "'$tools/teredo' -j show; '$tools/teredo' stats; sleep 0.2"
}

# role NODE: the options that create its device
role()
{
	case $1 in
	a) echo port 40000 ;;
	s1) echo mode server local 203.0.113.1 local2 203.0.113.2 ;;
	r) echo mode relay local 198.51.100.1 port 3545 ;;
	h) echo mode hostrelay port 3546 ;;
	esac
}

# cycle NODE N: create N devices, use each briefly and delete it
cycle()
{
	local node=$1 i args

	args=$(role $node)
	for ((i = 0; i < $2; i++)); do
		printf '%s\n' "link add teredo0 type teredo $args" \
			'link set teredo0 up' \
			"route add 2001::/32 dev teredo0" \
			'link set teredo0 type teredo ttl 60' \
			'link set teredo0 mtu 1400'
		[ $((i % 3)) = 0 ] || printf '%s\n' 'link set teredo0 down' \
			'link set teredo0 up'
		echo 'link del teredo0'
	done | ip_on $node -batch - > /dev/null
}

# cycle_client N: the same with a mapping, as teredod sets it, so that it takes packets
cycle_client()
{
	local i

	for ((i = 0; i < $1; i++)); do
		on a "$here/helpers/tdctl" bare teredo0 40000 $A &&
			printf '%s\n' "addr add $A/32 dev teredo0 nodad" \
				'route add ::/0 dev teredo0' \
				'link del teredo0' | ip_on a -batch - ||
			return
	done
}

# cycle_all N: N devices of all modes, in parallel
cycle_all()
{
	local node pids=() pid bad=0

	for node in s1 r h; do
		cycle $node $(($1 / 4)) &
		pids+=($!)
	done
	cycle_client $(($1 / 4)) &
	pids+=($!)
	for pid in "${pids[@]}"; do
		wait $pid || bad=1
	done
	return $bad
}

# stable_client NODE ADDRESS: a client that stays, as a peer for the others
stable_client()
{
	on $1 "$here/helpers/tdctl" bare teredo0 ${port[$1]} $2 &&
		printf '%s\n' "addr add $2/32 dev teredo0 nodad" \
			'route add default dev teredo0' | ip_on $1 -6 -batch -
}

# looked_at WHAT N: cycle_all while packets arrive and programs dump
looked_at()
{
	others_look a s1 r h
	packets_arrive
	check "$1" cycle_all $2
	stop_all
}

test_cycles()
{
	local before

	stable_client b $B
	looked_at "warming up" 8
	before=$(kernel_memory)
	looked_at "$cycles devices" $cycles
	check_memory "$cycles devices" "$before" 1500
	ip_on b link del teredo0
}

# In a namespace of their own, over loopback: two clients that ping each other, with
# devices in $1 and sockets in $2.
loop_clients()
{
	printf '%s\n' 'addr add 192.0.2.10/32 dev lo' \
		'addr add 192.0.2.30/32 dev lo' | ip_on $2 -batch -
	printf 'link add %s netns %s type teredo port %s\n' \
		teredo0 "$(netns $1)" 40000 teredo1 "$(netns $1)" 60000 |
		ip_on $2 -batch -
	printf 'link set teredo%d up\n' 0 1 | ip_on $1 -batch -
	on $1 "$here/helpers/tdctl" up teredo0 $A 0 192.0.2.10
	on $1 "$here/helpers/tdctl" up teredo1 $C 0 192.0.2.30
	printf '%s\n' "addr add $A/128 dev teredo0 nodad" \
		"route add $C/128 dev teredo0" | ip_on $1 -batch -
	on $1 "$tools/teredo" peer add teredo0 $C remote 192.0.2.30:60000
}

# a random pause of up to $1 ms
moment()
{
	printf -v REPLY '%d.%03d' 0 $((RANDOM % $1))
	pause $REPLY
}

# The namespaces end while their pings run, in either order or together. The device is
# in the namespace of its socket, in the other one, or being moved there.
end_namespaces()
{
	local where

	new_node p q
	where=$((RANDOM % 3))
	case $where in
	0) loop_clients p p ;;
	*) loop_clients q p ;;
	esac
	# Their processes keep a namespace alive, so these end at random times, too.
	start p-ping p timeout 0.$((RANDOM % 9 + 1)) \
		ping -6 -n -q -i 0.002 $C
	start q-ping q timeout 0.$((RANDOM % 9 + 1)) \
		ping -6 -n -q -i 0.002 $C
	moment 300
	if [ $where = 2 ]; then
		ip_on q link set teredo0 netns "$(netns p)" &
	fi
	if [ $((RANDOM % 2)) = 0 ]; then
		ip netns del "$(netns q)" & moment 50
		ip netns del "$(netns p)"
	else
		ip netns del "$(netns p)" & moment 50
		ip netns del "$(netns q)"
	fi
	_nodes=${_nodes/ p q/}
	wait "${_pids[p-ping]}" "${_pids[q-ping]}"
	wait $!
}

# check that the clients of loop_clients do exchange packets
loop_clients_talk()
{
	new_node p
	loop_clients p p
	start p-ping p ping -6 -n -q -i 0.05 $C
	check "packets come in" wait_for 5 received_on p teredo1
	stop p-ping
	ip netns del "$(netns p)"
	_nodes=${_nodes/ p/}
}

# received_on NODE DEVICE
received_on()
{
	[ "$(ip_on $1 -j -s link show $2 |
		sed 's/.*"rx":{"bytes":\([0-9]*\).*/\1/')" != 0 ]
}

test_namespaces()
{
	local i

	loop_clients_talk
	stable_client b $B
	others_look b
	for ((i = 0; i < rounds; i++)); do
		end_namespaces 2> /dev/null
	done
	stop_all
	ip_on b link del teredo0
	# rmmod waits unless every device has gone with one of its namespaces
	check "the module can go" wait_for 20 rmmod teredo
	check "and come back" modprobe teredo
}

# devices of all modes, up, with routes
all_roles()
{
	local node

	for node in s1 r h; do
		printf '%s\n' "link add teredo0 type teredo $(role $node)" \
			'link set teredo0 up' \
			'route add 2001::/32 dev teredo0' |
			ip_on $node -batch - || return
	done
	stable_client a $A && stable_client b $B
}

test_removal()
{
	local i

	others_look a b r
	for ((i = 0; i < removals; i++)); do
		check "devices" all_roles
		packets_arrive
		moment 700
		# a dump holds the module for a short time
		check "rmmod" wait_for 10 rmmod teredo 2> /dev/null
		stop_all
		check "modprobe" modprobe teredo
		others_look a b r
	done
	stop_all
}

test_flapping()
{
	check "devices" all_roles
	others_look s1 r
	packets_arrive
	background flap-addr r "printf '%s\n' 'addr del 198.51.100.1 dev eth0' \
		'addr add 198.51.100.1 dev eth0' | ip -batch -"
	background flap-route r "printf '%s\n' 'route del 2001::/32' \
		'route add 2001::/32 dev teredo0' | ip -6 -force -batch -"
	background flap-carrier r "printf 'link set teredo0 carrier %s\n' \
		off on | ip -batch -"
	background flap-served r "printf '%s\n' 'link set teredo0 down' \
		'link set teredo0 type teredo served 2001:db8::/32' \
		'link set teredo0 up' | ip -batch -"
	background flap-server s1 "printf '%s\n' 'addr del 203.0.113.2 dev eth0' \
		'link set eth0 down' 'link set eth0 up' \
		'addr add 203.0.113.2 dev eth0' | ip -batch -"
	background flap-peers b "'$tools/teredo' peer flush teredo0"
	background flap-state b "'$here/helpers/tdctl' state teredo0 1; '$here/helpers/tdctl' up teredo0 $B"
	pause $((rounds / 2 + 2))
	stop_all

	# restore what the last round changed
	printf '%s\n' 'addr replace 198.51.100.1 dev eth0' \
		'link set teredo0 up' 'link set teredo0 carrier on' \
		'route replace 2001::/32 dev teredo0' \
		'route replace default dev eth0' | ip_on r -batch -
	printf '%s\n' 'link set eth0 up' 'addr replace 203.0.113.1 dev eth0' \
		'route replace default dev eth0' \
		'addr replace 203.0.113.2 dev eth0' \
		'route replace ::/0 dev eth0' | ip_on s1 -batch -
	on b "$here/helpers/tdctl" up teredo0 $B
	ip_on inet route replace 198.51.100.1 dev r
	check "from a client by the relay" wait_for 20 reach n $B
	check "between clients" wait_for 20 reach a $B
	for node in a b s1 r h; do
		teredo_down $node
	done
}

# A leaked reference would keep the module loaded, or the kernel reports it when a
# namespace ends.
test_end()
{
	check "rmmod" wait_for 10 rmmod teredo
	check_equal "kernel messages" "" "$(kernel_warnings)"
	check "modprobe" modprobe teredo
	check "devices" all_roles
	check "ping" wait_for 20 reach n $B
	check "rmmod under devices" wait_for 10 rmmod teredo
}

modprobe teredo || fail "no module"
internet
ip_on inet route add blackhole default
# clients find relays via the server
on s1 sysctl -qw net.ipv6.conf.all.forwarding=1
for node in a b; do
	client $node none
done

add_test "$cycles devices of all modes, created, dumped, used, deleted in parallel" \
	test_cycles
add_test "$rounds pairs of namespaces end at random moments" \
	test_namespaces
add_test "the module is removed $removals times under floods in all roles" \
	test_removal
add_test "R-33: addresses, routes, carriers, peers and states flap" \
	test_flapping
add_test "nothing is left, all works" test_end

run_tests
