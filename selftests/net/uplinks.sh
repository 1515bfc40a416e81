#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Hosts with two uplinks and policy routing. The default route of the main table
# leads to the first uplink. A second table leads to the other uplink, and a rule
# selects it by mark, source address, interface or user.
# timeout: 400

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

NATIVE=2001:db8:1::10

# second_table NODE RULE...: the rule selects the second uplink
second_table()
{
	local node=$1

	shift
	ip_on "$node" route replace default dev eth1 table 100
	ip_on "$node" rule add "$@" lookup 100 priority 10
}

# second_table_end NODE: remove the rule
second_table_end()
{
	ip_on "$1" rule del priority 10
}

# captures_begin NODE: capture datagrams at both uplinks
captures_begin()
{
	capture "$1" eth0 first udp
	capture "$1" eth1 second udp
}

# sources NAME [FILTER]: IPv4 source addresses
sources()
{
	packets "$@" | awk '{ print $3 }' | cut -d . -f 1-4 | sort -u
}

# second_only NODE ADDRESS: all datagrams since captures_begin used the second
# uplink, with its address
second_only()
{
	capture_stop first
	capture_stop second
	check_equal "datagrams by the first uplink" '' "$(packets first | head -n 3)"
	check_equal "sources by the second uplink" "$2" \
		"$(sources second "not dst host $2")"
}

mapped_at()
{
	[[ $(teredo a show teredo0) == *"$1"* ]]
}

# device_conf LINE...: a client's configuration with these lines of [device]
device_conf()
{
	client_conf a "$tmp/uplink.conf"
	printf '%s\n' "$@" >> "$tmp/uplink.conf"
}

# ---------------------------------------------------------------- client

# by_second_uplink: the client qualifies, has traffic and uses only this uplink
by_second_uplink()
{
	check "mapped by the second uplink" mapped_at 192.0.2.11:40000
	check "ping of a native host" reach a "$NATIVE"
	check "ping of a peer" reach a "$(teredo_address b)"
	check "TCP" tcp_both_ways a n "$NATIVE"
}

# test_client LINE RULE...: a line of [device] with the rule that it needs
test_client()
{
	device_conf "$1"
	shift
	second_table a "$@"
	captures_begin a
	client_up a --config "$tmp/uplink.conf" || return
	by_second_uplink
	second_only a 192.0.2.11
	second_table_end a
	client_down a
}

# The rule is removed and added while the client runs.
test_rule_changes()
{
	device_conf 'fwmark = 5'
	second_table a fwmark 5
	client_up a --config "$tmp/uplink.conf" || return
	second_table_end a
	took "mapped by the first uplink" 2000 mapped_at 192.0.2.10:40000
	check "ping by the first uplink" reach a "$NATIVE"
	second_table a fwmark 5
	took "mapped by the second uplink" 2000 mapped_at 192.0.2.11:40000
	captures_begin a
	by_second_uplink
	second_only a 192.0.2.11
	second_table_end a
	client_down a
}

# Sockets of teredod: the second port that determines the refresh interval.
test_second_port()
{
	device_conf 'fwmark = 5'
	sed -i '/^server/a refresh = determine' "$tmp/uplink.conf"
	second_table a fwmark 5
	captures_begin a
	client_up a --config "$tmp/uplink.conf" || return
	pause 20
	[ "$(on a ss -uanH | grep -c 192.0.2.11)" -ge 1 ] ||
		fail "no second port: $(on a ss -uanH)"
	second_only a 192.0.2.11
	second_table_end a
	client_down a
}

# The sender of the device's datagrams is root, whatever user teredod runs as.
test_user()
{
	device_conf
	second_table a uidrange 0-0
	captures_begin a
	mkdir -p "$tmp/run-a"
	chown nobody "$tmp/run-a"
	start a-teredod a env "TEREDO_RUN_DIR=$tmp/run-a" setpriv \
		--reuid nobody --clear-groups --bounding-set=-all,+net_admin \
		--inh-caps=-all,+net_admin --ambient-caps=-all,+net_admin \
		"$tools/teredod" --debug --config "$tmp/uplink.conf" teredo0
	wait_for 15 has_teredo_address "$pid" || {
		fail "the client does not qualify"
		note < "$tmp/a-teredod.log"
	}
	by_second_uplink
	second_only a 192.0.2.11
	second_table_end a
	chown root "$tmp/run-a"
	client_down a
}

# ---------------------------------------------------------------- server, relay

# qualifies: a client uses both addresses of the server
qualifies()
{
	on b "$tools/teredo" qualify --server 203.0.113.1/203.0.113.2
}

# The routers drop packets whose source belongs to another uplink.
test_server()
{
	ip_on s1 addr del 203.0.113.2/32 dev eth0
	second_uplink s1 eth1 203.0.113.2
	[[ $(qualifies) == *'203.0.113.2 does not answer'* ]] ||
		fail "without a rule answers leave by the right uplink"
	second_table s1 from 203.0.113.2
	capture inet s1 first udp and src net 203.0.113.0/24
	capture inet s1-eth1 second udp and src net 203.0.113.0/24
	check "qualifies" qualifies
	client_up a
	check "bubbles are forwarded" reach a "$(teredo_address b)"
	capture_stop first
	capture_stop second
	check_equal "sources by the first uplink" 203.0.113.1 "$(sources first)"
	check_equal "sources by the second uplink" 203.0.113.2 "$(sources second)"
	client_down a
	second_table_end s1
	ip_on s1 link del eth1
	printf '%s\n' 'addr add 203.0.113.2/32 dev eth0' | ip_on s1 -batch -
	ip_on inet route replace 203.0.113.2 dev s1
}

test_relay()
{
	teredo_down r
	second_uplink r eth1 198.51.100.9
	second_table r from 198.51.100.9
	teredo_relay r 198.51.100.9 3545 || return
	client_up a
	captures_begin r
	check "ping of a native host" reach a "$NATIVE"
	check "ping from a native host" reach n "$(teredo_address a)"
	second_only r 198.51.100.9
	client_down a
	teredo_down r
	second_table_end r
	ip_on r link del eth1
	teredo_relay r 198.51.100.1 3545
}

# in_box COMMAND...: run in the container's user namespace
in_box()
{
	nsenter --user --net --target "${_pids[box]}" "$@"
}

# box: a node whose namespace belongs to a container, with two uplinks and native
# IPv6
box()
{
	start box inet setpriv --reuid nobody --clear-groups \
		unshare --user --map-root-user --net sleep 600
	wait_for 5 grep -q sleep "/proc/$pid/comm"
	ip netns attach "$(netns box)" "$pid" || return
	_nodes="$_nodes box"
	second_uplink box eth0 192.0.2.40
	second_uplink box eth1 192.0.2.41
	ip_on box route add default dev eth0
	printf '%s\n' 'addr add 2001:db8:40::1 dev eth0 nodad' \
		'route add default dev eth0' | ip_on box -6 -batch -
	ip_on inet -6 route add 2001:db8:40::1 dev box-eth0
}

# Root of a container is a different user than root of the host.
test_container()
{
	box || return
	in_box ip route add default dev eth1 table 100
	in_box ip rule add uidrange 0-0 lookup 100 priority 10
	check "a device" in_box ip link add teredo0 type teredo mode hostrelay
	printf '%s\n' 'link set teredo0 up' 'route add 2001::/32 dev teredo0' |
		in_box ip -6 -batch -
	captures_begin box
	check "ping of a client" reach box "$(teredo_address b)"
	second_only box 192.0.2.41
	stop box
}

modprobe teredo || fail "no module"
internet
client a pr
client b pr
second_uplink a eth1 192.0.2.11
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545
head -c 100000 /dev/urandom > "$tmp/sent"
client_up b

add_test "C-19: a client with fwmark, and a rule for it" \
	test_client 'fwmark = 5' fwmark 5
add_test "C-19: a client with local, and a rule for the source" \
	test_client 'local = 192.0.2.11' from 192.0.2.11
add_test "C-19: a client with link, and a rule for the interface" \
	test_client 'link = eth1' oif eth1
add_test "C-19 C-90: the rule changes: another mapping within 2 s" \
	test_rule_changes
add_test "C-19: a second port with fwmark" test_second_port
add_test "C-19: a rule for the user, and teredod as another user" test_user
add_test "a rule for root, in a container" test_container
add_test "S-01 S-02: a server with an address on each of two uplinks" test_server
add_test "R-03: a relay with the address of the second uplink" test_relay

run_tests
