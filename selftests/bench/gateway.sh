#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: cost of a server's gateway, compared with a server that is a relay and
# translates nothing. The client has a public IPv4 address.
#
# usage: gateway.sh COUNT SIZE TYPE...	SIZE of frames; TYPE: relay prefix masquerade
#
# Prints for each type
#   TYPE in SIZE NS ARRIVED OF	a packet from a native host, by a generator in the
#				kernel; with masquerade none can open a connection
#   TYPE out SIZE NS ARRIVED OF	a datagram from a program of the client
#   TYPE bulk FLOWS Mbit/s	TCP from the client, with GSO packets of up to 64 KiB at
#				the ends
# nanoseconds per packet, including both ends and the path between them. On a machine
# that counts instructions (selftests/vm/run -c 1), one instruction is one nanosecond.
# The first packet of the connection is not measured.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

count=$1 size=$2
shift 2
native=2001:db8:7::7 rounds=3 bulk_ms=200

# server_start LINE...: with these additional lines of configuration
server_start()
{
	on s1 sysctl -qw net.ipv6.conf.all.forwarding=1
	printf '%s\n' '[device]' 'mode = server' 'local = 203.0.113.1' \
		'[server]' 'local2 = 203.0.113.2' "$@" > "$tmp/s1.conf"
	mkdir -p "$tmp/run-s1"
	start s1-teredod s1 env "TEREDO_RUN_DIR=$tmp/run-s1" \
		"$tools/teredod" --config "$tmp/s1.conf" teredo0
	wait_for 5 udp_bound "$pid" 3544
	pause 1
}

bed()
{
	internet
	client c none
	ip_on inet -6 route replace 2001::/32 dev s1
	ip_on inet -6 route add 2001:db8:5:1::/64 dev s1
	case $type in
	relay) server_start '[route]' 'announce = yes' ;;
	prefix) server_start '[gateway]' 'prefix = 2001:db8:5:1::/64' ;;
	masquerade) server_start '[gateway]' 'masquerade = yes' ;;
	esac
	client_up c
	reach c $native > /dev/null || fail "no native IPv6"
}

# address: the client's address as native hosts see it
address()
{
	local own

	own=$(teredo_address c)
	[ "$type" = relay ] || own=2001:db8:5:1:${own#2001:0:cb00:7101:}
	printf '%s\n' "$own"
}

# row DIRECTION NODE NS SENT
row()
{
	wait_for 5 eval "[ \$(received $2) -ge $4 ]"
	printf '%s %s %d %d %d %d\n' "$type" "$1" "$size" $(($3 / $4)) \
		"$(received "$2")" "$4"
	on "$2" nft delete table inet bench
}

measure_in()
{
	local lines=("src6 $native" "dst6 $(address)") ns

	generate h 10 "$size" "${lines[@]}" > /dev/null
	pause 1
	sink c 'udp dport 9'
	ns=$(generate h "$count" "$size" "${lines[@]}")
	row in c "$ns" "$count"
}

measure_out()
{
	local sent ns

	on c "$bench/tdload" flood $native 64 1 > /dev/null
	sink h 'udp dport 9'
	read -r sent ns <<< "$(on c "$bench/tdload" flood $native 64 100)"
	row out h "$ns" "$sent"
}

measure_bulk()
{
	local flows octets ns i

	start serve h "$bench/tdload" serve
	wait_for 5 tcp_listening "$pid" 7
	for flows in 1 8; do
		for ((i = 0; i < rounds; i++)); do
			read -r octets ns <<< \
				"$(on c "$bench/tdload" bulk $native "$flows" $bulk_ms)"
			printf '%s bulk %d %d\n' "$type" "$flows" \
				$((octets * 8000 / ns))
		done
	done
}

measure()
{
	type=$1
	bed
	[ "$type" = masquerade ] || measure_in
	measure_out
	measure_bulk
}

if [ $# = 1 ]; then
	modprobe teredo
	modprobe pktgen
	measure "$1"
else
	# each in a process of its own, which cleans up
	for type; do
		bash "$0" "$count" "$size" "$type"
	done
fi
