#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: what a packet costs on its way from a native host through a server's
# relay to a client with a public IPv4 address: by the client's Teredo address, and
# by its native address, which the gateway translates. The first packet of the
# connection is not measured.
#
# usage: gateway.sh COUNT SIZE TYPE...	SIZE of frames; TYPE: relay prefix
#
# Prints "TYPE SIZE NS ARRIVED OF", nanoseconds for each packet. On a machine that
# counts instructions (selftests/vm/run -c 1) a nanosecond is one. The packets are
# spaced, so that no queue overflows, and the time the machine is idle does not
# count; what the generator spends on its pauses does.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

count=$1 size=$2
shift 2
native=2001:db8:7::7

# server_start LINE...: with these lines of configuration more
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

measure()
{
	local type=$1 to ns

	modprobe pktgen
	internet
	client c none
	ip_on inet -6 route replace 2001::/32 dev s1
	ip_on inet -6 route add 2001:db8:5:1::/64 dev s1
	if [ "$type" = relay ]; then
		server_start '[route]' 'announce = yes'
	else
		server_start '[gateway]' 'prefix = 2001:db8:5:1::/64'
	fi
	client_up c
	reach c $native > /dev/null || fail "no native IPv6"
	to=$(teredo_address c)
	[ "$type" = relay ] || to=2001:db8:5:1:${to#2001:0:cb00:7101:}
	sink c 'udp dport 9'
	generate h 10 "$size" "src6 $native" "dst6 $to" > /dev/null
	pause 1
	on c nft delete table inet bench
	sink c 'udp dport 9'
	ns=$(worked)
	generate h "$count" "$size" "src6 $native" "dst6 $to" 'delay 500000' > /dev/null
	wait_for 5 eval "[ \$(received c) -ge $count ]"
	ns=$(($(worked) - ns))
	printf '%s %d %d %d %d\n' "$type" "$size" $((ns / count)) \
		"$(received c)" "$count"
}

if [ $# = 1 ]; then
	modprobe teredo
	measure "$1"
else
	# each from scratch, in a process that cleans up
	for type; do
		bash "$0" "$count" "$size" "$type"
	done
fi
