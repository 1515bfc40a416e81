#!/bin/bash
# shellcheck disable=SC2154 # variables of lib.sh and its other parts
# SPDX-License-Identifier: GPL-2.0
#
# Part of lib.sh: servers, relays and the gateway of s1 under test.

# ---------------------------------------------------------------- the services under test

export IP_LIB_DIR=$top/tools/iproute2

# teredo_link NODE ATTRIBUTES...: a device with these attributes, without control daemon
teredo_link()
{
	local node=$1

	shift
	ip_on "$node" link add teredo0 \
		type teredo "$@" || {
		fail "no device on $node: $*"
		return 1
	}
	ip_on "$node" link set teredo0 up
}

# teredo_server NODE ADDRESS SECOND [ATTRIBUTES]: SECOND may be "none"
teredo_server()
{
	local node=$1 addr=$2 second=(local2 "$3")

	shift 3
	[ "${second[1]}" != none ] || second=()
	on "$node" sysctl -qw net.ipv6.conf.all.forwarding=1
	teredo_link "$node" mode server local "$addr" "${second[@]}" "$@"
}

# teredo_relay NODE ADDRESS PORT [ATTRIBUTES]
teredo_relay()
{
	local node=$1 addr=$2 service=$3

	shift 3
	on "$node" sysctl -qw net.ipv6.conf.all.forwarding=1
	teredo_link "$node" mode relay local "$addr" port "$service" "$@" &&
		ip_on "$node" -6 route add 2001::/32 dev teredo0
}

# teredo_hostrelay NODE [ATTRIBUTES]
teredo_hostrelay()
{
	local node=$1

	shift
	teredo_link "$node" mode hostrelay "$@" &&
		ip_on "$node" -6 route add 2001::/32 dev teredo0
}

# teredo_down NODE: delete the device, and its routes with it
teredo_down()
{
	ip_on "$1" link del teredo0
}

# ---------------------------------------------------------------- gateway of s1

# The provider of s1 routes $prefix::/64 to s1. No network has a route to the service
# prefix.
native=2001:db8:7::7		# h
clients=2001:0:cb00:7101
prefix=2001:db8:5:1
# lines of the section [server]
server_lines=('local2 = 203.0.113.2')

# server_conf LINE...: write a configuration with these lines of [gateway]
server_conf()
{
	printf '%s\n' '[device]' 'mode = server' 'local = 203.0.113.1' \
		'[server]' "${server_lines[@]}" '[gateway]' "$@" \
		> "$tmp/s1.conf"
}

gateway_internet()
{
	ip_on inet -6 route del 2001::/32 dev r
	ip_on inet -6 route add unreachable 2001::/32
	ip_on inet -6 route add "$prefix::/64" dev s1
}

server_run()
{
	mkdir -p "$tmp/run-s1"
	start s1-teredod s1 env "TEREDO_RUN_DIR=$tmp/run-s1" \
		"$tools/teredod" --debug --config "$tmp/s1.conf" teredo0
}

# server_start LINE...: with these lines of [gateway]; waits until the server answers
server_start()
{
	server_conf "$@"
	server_run
	wait_for 5 udp_bound "$pid" 3544 || {
		fail "the server does not start"
		note < "$tmp/s1-teredod.log"
	}
}

server_stop()
{
	stop s1-teredod
	ip_on s1 link del teredo0
}

# server_says TEXT: the text is in the server's log
server_says()
{
	grep -qF -- "$1" "$tmp/s1-teredod.log"
}

# gateway_start LINE...: with these lines of [gateway]; waits until the gateway is up
gateway_start()
{
	server_start "$@"
	wait_for 5 server_says 'gateway up' && return
	fail "the gateway is not up"
	note < "$tmp/s1-teredod.log"
}

# translated NODE: the client's address after translation, as native hosts see it
translated()
{
	local addr

	addr=$(teredo_address "$1")
	printf '%s:%s\n' "$prefix" "${addr#"$clients":}"
}

# traffic KIND CLIENT
traffic()
{
	check "$2 pings a native host" reach "$2" "$native"
	check "$2 opens connections" tcp_both_ways "$2" h "$native"
	[ "$1" = prefix ] || return
	check "a native host pings $2" reach h "$(translated "$2")"
	check "a native host opens connections to $2" \
		tcp_both_ways h "$2" "$(translated "$2")"
}
