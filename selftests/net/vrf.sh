#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# VRFs: the interface below a device is in one ("lower"), the device itself ("upper"), or
# each in its own. The main table has no routes, so a lookup that ignores the VRF fails.
# timeout: 400

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

NATIVE=2001:db8:1::10

# vrf NODE NAME TABLE: create an empty VRF
vrf()
{
	ip_on "$1" link add "$2" type vrf table "$3" || exit 1
	printf '%s\n' "link set $2 up" | ip_on "$1" -batch -
}

# lower NODE ROUTE...: eth0 and its IPv4 routes are in a VRF
lower()
{
	local node=$1

	shift
	# a link that enters or leaves a VRF goes down and up
	on "$node" sysctl -qw net.ipv6.conf.eth0.keep_addr_on_down=1
	vrf "$node" red 100
	ip_on "$node" link set eth0 master red
	ip_on "$node" -4 route flush table main
	ip_on "$node" -4 route replace "$@" table 100
}

# lower_end NODE ROUTE...
lower_end()
{
	local node=$1

	shift
	ip_on "$node" link set eth0 nomaster
	ip_on "$node" link del red
	ip_on "$node" route replace "$@"
}

# in_vrf NODE NAME COMMAND...
in_vrf()
{
	local node=$1 name=$2

	shift 2
	on "$node" ip vrf exec "$name" "$@"
}

# pings NODE DEVICE ADDRESS: through this device or VRF
pings()
{
	on "$1" ping -6 -n -i 0.1 -c 3 -W 5 -I "$2" "$3" > "$tmp/ping" 2>&1 &&
		grep -q ' 0% packet loss' "$tmp/ping" && return
	cat "$tmp/ping"
	return 1
}

# ---------------------------------------------------------------- client

# test_client_lower LINK: LINK is the device in the client's configuration
test_client_lower()
{
	lower a default via 10.1.0.1 dev eth0
	client_conf a "$tmp/vrf.conf"
	echo "link = $1" >> "$tmp/vrf.conf"
	client_up b
	client_up a --config "$tmp/vrf.conf"
	check "ping of a native host" reach a "$NATIVE"
	check "ping from a native host" reach n "$(teredo_address a)"
	check "ping of a peer" reach a "$(teredo_address b)"
	check "TCP" tcp_both_ways a n "$NATIVE"
	client_down a
	client_down b
	lower_end a default via 10.1.0.1 dev eth0
}

# no_main_routes: the main table of a has no routes of teredod
no_main_routes()
{
	check_equal "routes in the main table" '' \
		"$(ip_on a -6 route show proto 74)"
}

# upper_works VRF: the client in it has traffic
upper_works()
{
	check "routes in the VRF" wait_for 5 eval \
		"[[ \$(ip_on a -6 route show table 200) == *default*teredo0* ]]"
	check "ping of a native host" pings a "$1" "$NATIVE"
	check "ping of a peer" pings a "$1" "$(teredo_address b)"
	check "ping from a native host" reach n "$(teredo_address a)"
	no_main_routes
}

# The device joins a VRF while the client runs, and leaves it.
test_client_upper()
{
	vrf a blue 200
	client_up b
	client_up a || return
	ip_on a link set teredo0 master blue
	check "qualified again" wait_for 15 has_teredo_address "${_pids[a-teredod]}"
	upper_works blue
	# as if another program had removed the route
	ip_on a -6 route del default table 200
	upper_works blue
	ip_on a link set teredo0 nomaster
	check "qualified again" wait_for 15 has_teredo_address "${_pids[a-teredod]}"
	check "ping without the VRF" wait_for 5 reach a "$NATIVE" 1
	check_equal "routes in the VRF" '' \
		"$(ip_on a -6 route show table 200 proto 74)"
	client_down a
	client_down b
	ip_on a link del blue
}

# The device is in the VRF before teredod starts, and stays there.
test_client_both()
{
	lower a default via 10.1.0.1 dev eth0
	vrf a blue 200
	ip_on a link add teredo0 type teredo port "${port[a]}" dev eth0
	ip_on a link set teredo0 master blue
	client_conf a "$tmp/vrf.conf"
	echo 'link = eth0' >> "$tmp/vrf.conf"
	client_up b
	client_up a --config "$tmp/vrf.conf"
	upper_works blue
	client_down b
	stop a-teredod
	check_equal "routes afterwards" '' "$(ip_on a -6 route show table 200 proto 74)"
	ip_on a link del teredo0
	ip_on a link del blue
	lower_end a default via 10.1.0.1 dev eth0
}

# ---------------------------------------------------------------- relay

# native_link VRF: r gets native IPv6 on another link than its IPv4, in a VRF or, if VRF
# is "", in none
native_link()
{
	local route=(ip_on r -6 route replace)

	[ ! "$1" ] || route=(ip_on r -6 route replace table 200)
	new_link inet r-six r six
	[ ! "$1" ] || ip_on r link set dev six master "$1"
	[ ! "$1" ] || ip_on r link set dev n master "$1"
	ip_on r -6 addr add 2001:db8:1::aa/128 dev six nodad
	"${route[@]}" default dev six
	"${route[@]}" 2001:db8:1::10 dev n
	"${route[@]}" 2001::/32 dev teredo0
	ip_on inet -6 route replace 2001:db8:1::10 dev r-six
	ip_on inet -6 route replace 2001:db8:1::aa dev r-six
}

# native_link_end: restore the links of r
native_link_end()
{
	ip_on r link del six
	ip_on r link set dev n nomaster
	printf '%s\n' 'route replace default dev eth0' \
		'route replace 2001:db8:1::10 dev n' | ip_on r -6 -batch -
	ip_on inet -6 route replace 2001:db8:1::10 dev r
}

# relay_works: traffic between the client and the host behind the relay
relay_works()
{
	check "ping from a native host" reach n "$(teredo_address b)"
	check "ping of a native host" reach b "$NATIVE"
	check "TCP" tcp_both_ways b n "$NATIVE"
}

test_relay_lower()
{
	teredo_down r
	lower r default dev eth0
	teredo_relay r 198.51.100.1 3545 dev "$1" || return
	native_link ''
	client_up b
	relay_works
	client_down b
	native_link_end
	teredo_down r
	lower_end r default dev eth0
	ip_on r -6 route replace default dev eth0
	teredo_relay r 198.51.100.1 3545
}

# bubble_sources: IPv6 sources of the relay's bubbles to the server
bubble_sources()
{
	decode bubbles -Y 'ipv6.nxt == 59' -T fields -e ipv6.src | sort -u
}

# The relay and its network are in a VRF. The relay's bubbles must have the address of
# the VRF, which differs from that of the rest of the host.
test_relay_upper()
{
	vrf r blue 200
	ip_on r link set teredo0 master blue
	native_link blue
	capture r eth0 bubbles udp
	client_up b
	relay_works
	capture_stop bubbles
	check_equal "sources of the relay's bubbles" 2001:db8:1::aa \
		"$(bubble_sources | grep '^2001:db8:1:')"
	client_down b
	native_link_end
	ip_on r link set teredo0 nomaster
	ip_on r link del blue
	ip_on r -6 route replace 2001::/32 dev teredo0
}

# A host-specific relay serves addresses of its VRF only, and sends from them. Other
# addresses of the host are not its own.
test_hostrelay_upper()
{
	teredo_hostrelay h port 3545 || return
	vrf h blue 200
	ip_on h link set teredo0 master blue
	new_link inet h-six h six
	printf '%s\n' 'link set six master blue' \
		'addr add 2001:db8:7::aa/128 dev six nodad' \
		'route replace default dev six table 200' \
		'route replace 2001::/32 dev teredo0 table 200' |
		ip_on h -6 -batch -
	ip_on inet -6 route replace 2001:db8:7::aa dev h-six
	client_up b
	check "ping of the client" pings h blue "$(teredo_address b)"
	capture h eth0 direct udp src port 3545
	check "the client's ping" reach b 2001:db8:7::aa
	capture_stop direct
	[ "$(packets direct | wc -l)" -ge 3 ] || fail "not by its own relay"
	client_down b
	teredo_down h
	ip_on h link del blue
	ip_on h link del six
}

# ---------------------------------------------------------------- server

qualifies()
{
	on a "$tools/teredo" qualify --server 203.0.113.1/203.0.113.2
}

test_server_lower()
{
	teredo_down s1
	lower s1 default dev eth0
	teredo_server s1 203.0.113.1 203.0.113.2 || return
	! qualifies > "$tmp/qualify" 2>&1 ||
		fail "a server that is in no VRF answers in one"
	teredo_down s1
	teredo_server s1 203.0.113.1 203.0.113.2 dev "$1" || return
	check "qualifies" qualifies
	client_up a
	client_up b
	check "bubbles are forwarded" reach a "$(teredo_address b)"
	client_down a
	client_down b
	teredo_down s1
	lower_end s1 default dev eth0
	teredo_server s1 203.0.113.1 203.0.113.2
}

# The server forwards connectivity tests by the routes of the VRF.
test_server_upper()
{
	vrf s1 blue 200
	ip_on s1 link set teredo0 master blue
	ip_on s1 -6 route replace default dev eth0 table 200
	client_up a
	check "qualified, native host" reach a "$NATIVE"
	ip_on s1 -6 route replace unreachable default table 200
	client_down a
	client_up a
	! reach a "$NATIVE" 1 > /dev/null ||
		fail "the server ignores the routes of its VRF"
	client_down a
	ip_on s1 link set teredo0 nomaster
	ip_on s1 link del blue
}

modprobe teredo || fail "no module"
modprobe -q vrf
internet
client a pr
client b pr
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545
head -c 100000 /dev/urandom > "$tmp/sent"

for link in eth0 red; do
	add_test "a client whose lower interface is in a VRF, link = $link" \
		test_client_lower $link
done
add_test "a client's device joins a VRF and leaves it" test_client_upper
add_test "a client's device in a VRF, above another one" test_client_both
for link in eth0 red; do
	add_test "R-02 R-03: a relay whose lower interface is in a VRF, dev $link" \
		test_relay_lower $link
done
add_test "R-12: a relay in the VRF of its network: bubbles have an address there" \
	test_relay_upper
add_test "H-02 H-06 H-08: a host-specific relay in a VRF has the addresses there" \
	test_hostrelay_upper
for link in eth0 red; do
	add_test "S-01: a server whose lower interface is in a VRF, dev $link" \
		test_server_lower $link
done
add_test "S-16: a server in a VRF: tests use its routes" test_server_upper

run_tests
