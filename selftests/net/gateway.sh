#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The gateway of a server: native IPv6 for its clients by translation, where
# no network has a route to the service prefix. The provider of s1 routes
# 2001:db8:5:1::/64 to it.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

native=2001:db8:7::7		# h
clients=2001:0:cb00:7101
prefix=2001:db8:5:1
table='table ip6 teredo-teredo0'

# server_conf LINE...: of [gateway]
server_conf()
{
	printf '%s\n' '[device]' 'mode = server' 'local = 203.0.113.1' \
		'[server]' 'local2 = 203.0.113.2' '[gateway]' "$@" \
		> "$tmp/s1.conf"
}

server_run()
{
	mkdir -p "$tmp/run-s1"
	start s1-teredod s1 env "TEREDO_RUN_DIR=$tmp/run-s1" \
		"$tools/teredod" --debug --config "$tmp/s1.conf" teredo0
}

# server_start LINE...: of [gateway]; waits until the server answers
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

# server_says TEXT: in its log
server_says()
{
	grep -qF -- "$1" "$tmp/s1-teredod.log"
}

# gateway_start LINE...: of [gateway]; waits until the gateway is up
gateway_start()
{
	server_start "$@"
	wait_for 5 server_says 'gateway up' && return
	fail "the gateway is not up"
	note < "$tmp/s1-teredod.log"
}

# forwarding_is VALUE
forwarding_is()
{
	check_equal "forwarding" "$1" \
		"$(on s1 sysctl -n net.ipv6.conf.all.forwarding)"
}

forwarding()
{
	on s1 sysctl -qw "net.ipv6.conf.all.forwarding=$1"
}

# translated NODE: the client's address as native hosts see it
translated()
{
	local addr

	addr=$(teredo_address "$1")
	printf '%s:%s\n' "$prefix" "${addr#"$clients":}"
}

nft_tables()
{
	on s1 nft list tables
}

has_table()
{
	[ "$(nft_tables)" = "$table" ]
}

# nothing of a gateway is left on s1
check_clean()
{
	check_equal "tables" "" "$(nft_tables)"
	check_equal "routes of teredod" "" \
		"$(ip_on s1 -6 route show table all proto 74)"
	check_equal "files" "" "$(cd "$tmp/run-s1" && ls -- *.gateway *.forwarding 2> /dev/null)"
}

# ---------------------------------------------------------------- traffic

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

# test_traffic KIND LINE
test_traffic()
{
	forwarding 1
	gateway_start "$2"
	client_up a
	client_up c
	capture inet h seen icmp6 or tcp
	traffic "$1" a
	traffic "$1" c
	capture_stop seen
	check_equal "packets with Teredo addresses" "" \
		"$(packets seen 'net 2001::/32' | head -n 3)"
	check "the open gateway is announced" server_says \
		'open to all clients of this server'
	check "status" shows s1 '"gateway"' "\"method\":\"$1\"" '"state":"up"'
	[ "$1" != prefix ] || check "clients reach each other by the prefix" \
		reach a "$(translated c)"
	client_down a
	client_down c
	server_stop
	check_clean
	forwarding_is 1
}

modprobe teredo || fail "no module"
internet
client a pr
client c none
head -c $((1000000 / much)) /dev/urandom > "$tmp/sent"
ip_on inet -6 route del 2001::/32 dev r
ip_on inet -6 route add unreachable 2001::/32
ip_on inet -6 route add $prefix::/64 dev s1

add_test "prefix: clients behind a NAT and behind none, both ways" \
	test_traffic prefix "prefix = $prefix::/64"
add_test "masquerade: clients behind a NAT and behind none" \
	test_traffic masquerade 'masquerade = yes'

run_tests
