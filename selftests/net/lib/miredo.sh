#!/bin/bash
# shellcheck disable=SC2154 # variables of lib.sh and its other parts
# SPDX-License-Identifier: GPL-2.0
#
# Part of lib.sh: Miredo as client, server and relay.

# Miredo's tunnels are TUN devices
[ -e /dev/net/tun ] || modprobe -q tun

# has_teredo_address PID: check the process's namespace. An address is tentative, flag
# 0x40, until it has its route.
has_teredo_address()
{
	local hex flags rest

	while read -r hex rest rest rest flags rest; do
		[[ $hex == 20010000* ]] && ((!(0x$flags & 0x40))) && return
	done 2> /dev/null < "/proc/$1/net/if_inet6"
	return 1
}

# teredo_address NODE: its Teredo address, as ip prints it
teredo_address()
{
	must ip_on "$1" -6 -o addr show scope global to 2001::/32 |
		sed -n 's/.* inet6 \([^/]*\).*/\1/p'
}

# _miredo NAME NODE: start Miredo with the configuration from standard input
_miredo()
{
	cat > "$tmp/$1.conf"
	start "$1" "$2" miredo -f -c "$tmp/$1.conf" -p "$tmp/$1.pid" -u nobody
}

# miredo_server NODE PRIMARY SECONDARY
miredo_server()
{
	printf '%s\n' "ServerBindAddress $2" "ServerBindAddress2 $3" \
		> "$tmp/$1-server.conf"
	start "$1-server" "$1" miredo-server -f -c "$tmp/$1-server.conf" \
		-p "$tmp/$1-server.pid" -u nobody
	wait_for 10 udp_bound "$pid" 3544 ||
		fail "Miredo's server does not start on $1"
}

# miredo_relay NODE ADDRESS PORT
miredo_relay()
{
	_miredo "$1-relay" "$1" <<-EOF
	RelayType relay
	InterfaceName teredo
	BindAddress $2
	BindPort $3
	EOF
	wait_for 10 udp_bound "$pid" "$3" ||
		fail "Miredo's relay does not start on $1"
}

# services: start Miredo's server on s1 and its relay on r
services()
{
	miredo_server s1 203.0.113.1 203.0.113.2
	miredo_relay r 198.51.100.1 3545
}

miredo_client_start()
{
	_miredo "$1-miredo" "$1" <<-EOF
	InterfaceName teredo
	ServerAddress 203.0.113.1
	BindPort ${port[$1]}
	EOF
}

# miredo_client_up NODE: wait until it is qualified
miredo_client_up()
{
	miredo_client_start "$1"
	wait_for 15 has_teredo_address "$pid" ||
		fail "Miredo's client on $1 does not qualify"
}

miredo_client_down()
{
	stop "$1-miredo"
}
