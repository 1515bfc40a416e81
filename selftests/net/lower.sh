#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The lower interface of a device ("link", "dev") and its bound address ("local"). Each
# can be missing at first, disappear, return, or change its name or index.
# timeout: 300

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# says TEXT: the text is in "teredo show" at a
says()
{
	[[ $(teredo a show teredo0) == *"$1"* ]]
}

# lan_again: give a an interface eth0 to its NAT
lan_again()
{
	new_link na lan a eth0
	real_checksums a
	ip_on na addr add 10.1.0.1/24 dev lan
	printf '%s\n' 'addr add 10.1.0.2/24 dev eth0' \
		'route replace default via 10.1.0.1 dev eth0' |
		ip_on a -batch -
}

# other_uplink DEVICE ADDRESS: give a another interface, to the router
other_uplink()
{
	second_uplink a "$1" "$2"
	ip_on a route add default dev "$1" metric 9
}

# link_client [OPTIONS of teredod]: start a client with "link = eth0"
link_client()
{
	client_conf a "$tmp/link.conf"
	echo 'link = eth0' >> "$tmp/link.conf"
	client_start a --config "$tmp/link.conf"
}

qualified()
{
	has_teredo_address "${_pids[a-teredod]}"
}

test_recreated()
{
	local old

	link_client
	took "qualified" 2000 qualified
	old=$(teredo_address a)
	other_uplink eth1 192.0.2.11
	capture a eth1 leak udp
	ip_on a link del eth0
	took "address gone" 500 no_address a
	took "it says why" 500 says \
		'no route to 203.0.113.1: eth0 does not exist'
	pause 3
	capture_stop leak
	check_equal "datagrams by another interface" '' "$(packets leak)"
	ip_on a link del eth1
	lan_again
	took "qualified again" 2000 qualified
	check_equal "address" "$old" "$(teredo_address a)"
	check "ping" reach a 2001:db8:1::10
}

# The interface is deleted and created while no teredod runs, and while it starts.
test_restarted()
{
	stop a-teredod
	ip_on a link del eth0
	link_client
	took "it says why" 2000 says 'eth0 does not exist'
	stop a-teredod
	lan_again
	link_client
	took "qualified" 2000 qualified
	check "ping" reach a 2001:db8:1::10
}

test_absent()
{
	client_down a
	ip_on a link del eth0
	link_client
	took "it says why" 2000 says 'eth0 does not exist'
	lan_again
	took "qualified" 2000 qualified
	check "ping" reach a 2001:db8:1::10
}

mapped_at()
{
	[[ $(teredo a show teredo0) == *"$1"* ]]
}

# A rename of the interface changes nothing. Another interface with the old name does.
test_renamed()
{
	local old

	old=$(teredo_address a)
	ip_on a link set eth0 down
	ip_on a link set eth0 name wan0
	printf '%s\n' 'link set wan0 up' \
		'route replace default via 10.1.0.1 dev wan0' |
		ip_on a -batch -
	took "qualified by the same interface" 2000 qualified
	check_equal "address" "$old" "$(teredo_address a)"
	check "ping" reach a 2001:db8:1::10
	other_uplink eth0 192.0.2.11
	took "qualified by the other interface" 2000 mapped_at 192.0.2.11:40000
	check "ping" reach a 2001:db8:1::10
	client_down a
	ip_on a link del eth0
	ip_on a link set wan0 down
	ip_on a link set wan0 name eth0
	printf '%s\n' 'link set eth0 up' \
		'route replace default via 10.1.0.1 dev eth0' |
		ip_on a -batch -
}

no_carrier()
{
	[[ $(ip_on h link show teredo0) == *NO-CARRIER* ]]
}

carrier()
{
	! no_carrier
}

index_of()
{
	ip_on h -o link show "$1" | sed 's/:.*//'
}

# h_again INDEX: give h an interface eth0 to the router, with this index or any
h_again()
{
	local mac=02:00:00:00:77:77 index=(index "$1")

	[ "$1" != any ] || index=()
	ip link add name eth0 "${index[@]}" netns "$(netns h)" address "$mac" \
		type veth peer name new netns "$(netns inet)" address "$mac" ||
		return
	ip_on inet link set new name h
	_link_end inet h
	_link_end h eth0
	real_checksums h
	printf '%s\n' 'addr add 198.51.100.7/32 dev eth0' \
		'route add default dev eth0' | ip_on h -batch -
	ip_on inet route replace 198.51.100.7 dev h
}

# bubble_counted: a relay at h has received a client's bubble
bubble_counted()
{
	count_from h
	inject --from 192.0.2.20:50000 --to 198.51.100.7:3545 \
		bubble "$B" 2001:db8:7::7
	pause 0.3
	[ "$(counted h)" ]
}

# A relay without teredod. Another interface that gets the same index is not the relay's
# interface.
test_relay()
{
	local index

	teredo_relay h 198.51.100.7 3545 dev eth0 || return
	bubble_counted || fail "no bubble is taken"
	ip_on h -6 route add 2001:db8:9::/48 dev teredo0 proto static
	index=$(index_of eth0)
	[[ $(ip_on h link show teredo0) == *teredo0@eth0:* ]] ||
		fail "the lower interface is not shown"
	ip_on h link del eth0
	took "carrier gone" 1500 no_carrier
	[[ $(ip_on h link show teredo0) == *teredo0@NONE:* ]] ||
		fail "a lower interface is shown: $(ip_on h link show teredo0)"
	[[ $(ip_on h -d link show teredo0) == *' dev none '* ]] ||
		fail "not dev none: $(ip_on h -d link show teredo0)"
	check "the same index again" h_again "$index"
	check_equal "its index" "$index" "$(index_of eth0)"
	pause 1.2
	check "no carrier" no_carrier
	! bubble_counted || fail "a bubble is taken by another interface"
	check "given the interface, while up" ip_on h link set teredo0 \
		type teredo dev eth0
	took "carrier there" 1500 carrier
	bubble_counted || fail "no bubble is taken"
	[ "$(ip_on h -6 route show 2001:db8:9::/48)" ] ||
		fail "a route of the administrator's is gone"

	new_node limbo
	ip_on h link set eth0 netns "$(netns limbo)"
	took "carrier gone with the interface's namespace" 1500 no_carrier
	ip_on h link set teredo0 down
	check "up without an interface" ip_on h link set teredo0 up
	check "no carrier" no_carrier
	teredo_down h
	ip_on limbo link del eth0
	h_again any
}

# teredod restores the interface of a relay.
test_relay_daemon()
{
	printf '%s\n' '[device]' 'mode = relay' 'local = 198.51.100.7' \
		'port = 3545' 'link = eth0' > "$tmp/relay.conf"
	mkdir -p "$tmp/run-h"
	start h-teredod h env "TEREDO_RUN_DIR=$tmp/run-h" "$tools/teredod" \
		--config "$tmp/relay.conf" teredo0
	check "carrier" wait_for 5 carrier
	ip_on h link del eth0
	took "carrier gone" 1500 no_carrier
	[[ $(teredo h show teredo0) == *'the configured link does not exist'* ]] ||
		fail "no reason: $(teredo h show teredo0)"
	h_again any
	took "carrier there" 2000 carrier
	bubble_counted || fail "no bubble is taken"
	check "the route is back" wait_for 2 eval \
		"[[ \$(ip_on h -6 route show 2001::/32) == *teredo0* ]]"
	stop h-teredod
	teredo_down h
}

bound_to()
{
	[[ $(on a ss -uanH) == *"$1"* ]]
}

# Another interface while the device is up: the mapping is invalid, the port stays.
test_changed()
{
	other_uplink eth1 192.0.2.11
	bare_client a "$A"
	check "any interface" bound_to '0.0.0.0:40000'
	ip_on a link set teredo0 type teredo dev eth1 || fail "refused"
	check "bound to it" bound_to '0.0.0.0%eth1:40000'
	[[ $(ip_on a link show teredo0) == *NO-CARRIER* ]] || fail "still qualified"
	ip_on a link set teredo0 type teredo dev eth1
	on a "$here/helpers/tdctl" up teredo0 "$A"
	ip_on a link set teredo0 type teredo dev eth1 fwmark 0
	[[ $(ip_on a link show teredo0) == *LOWER_UP* ]] ||
		fail "the same interface once more unsets the mapping"
	ip_on a link del eth1
	check_equal "up without an interface" \
		"refused: 19 The configured link does not exist (set another one)" \
		"$(on a "$here/helpers/tdctl" up teredo0 "$A")"
	stop a-watch
	ip_on a link del teredo0
}

# A server or relay can be set up before its address exists, as a vxlan device can. Its
# carrier waits for the address.
test_local()
{
	ip_on h addr del 198.51.100.7/32 dev eth0
	check "relay up" teredo_relay h 198.51.100.7 3545
	check "no carrier" no_carrier
	printf '%s\n' 'addr add 198.51.100.7/32 dev eth0' \
		'route replace default dev eth0' | ip_on h -batch -
	took "carrier there" 1500 carrier
	bubble_counted || fail "no bubble is taken"
	teredo_down h

	ip_on h addr del 198.51.100.7/32 dev eth0
	check "server up" teredo_server h 198.51.100.7 198.51.100.8
	check "no carrier" no_carrier
	ip_on inet route replace 198.51.100.8 dev h
	printf '%s\n' 'addr add 198.51.100.7/32 dev eth0' \
		'addr add 198.51.100.8 dev eth0' \
		'route replace default dev eth0' | ip_on h -batch -
	took "carrier there" 1500 carrier
	check "qualified" on a "$tools/teredo" qualify \
		--server 198.51.100.7/198.51.100.8
	teredo_down h
}

# The same for a client with teredod
test_local_client()
{
	ip_on a addr del 10.1.0.2/24 dev eth0
	client_conf a "$tmp/local.conf"
	echo 'local = 10.1.0.2' >> "$tmp/local.conf"
	client_start a --config "$tmp/local.conf"
	pause 1
	check "it runs" alive a-teredod
	check "it says why" says '10.1.0.2 is no address of this host'
	printf '%s\n' 'addr add 10.1.0.2/24 dev eth0' \
		'route replace default via 10.1.0.1 dev eth0' |
		ip_on a -batch -
	took "qualified" 2000 qualified
	check "ping" reach a 2001:db8:1::10
	ip_on a addr del 10.1.0.2/24 dev eth0
	took "address gone" 500 no_address a
	printf '%s\n' 'addr add 10.1.0.2/24 dev eth0' \
		'route replace default via 10.1.0.1 dev eth0' |
		ip_on a -batch -
	took "qualified again" 2000 qualified
	client_down a
}

# A client with two private addresses and two interfaces. Routes through the other
# interface or with the other source address change neither address nor port.
test_one_address()
{
	set_nat a pr
	client_up a || return
	client_up b || return
	other_uplink eth1 192.0.2.11
	printf '%s\n' 'addr add 10.1.0.9/24 dev eth0' \
		"route add ${outside[b]} via 10.1.0.1 dev eth0 src 10.1.0.9" \
		'route add 198.51.100.1 dev eth1 src 192.0.2.11' |
		ip_on a -batch -
	capture a any addresses -Q out udp
	reach a "$(teredo_address b)" > /dev/null ||
		fail "a peer by the route with another source is not reached"
	# the relay's answers have no route to this address
	on a ping -6 -n -c 2 -i 0.2 -W 0.5 2001:db8:1::10 > /dev/null
	capture_stop addresses
	check_equal "where everything came from" 10.1.0.2.40000 \
		"$(packets addresses | grep -o '[0-9.]* > ' | sort -u |
			cut -d ' ' -f 1)"
	packets addresses dst host "${outside[b]}" | grep -q . ||
		fail "nothing went to the peer"
	packets addresses dst host 198.51.100.1 | grep -q . ||
		fail "nothing went to the relay"
	client_down a
	client_down b
	ip_on a link del eth1
	printf '%s\n' "route del ${outside[b]}" 'addr del 10.1.0.9/24 dev eth0' |
		ip_on a -batch -
}

modprobe teredo || fail "no module"
internet
client a pr
client b pr
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545

add_test "C-19: two addresses and two interfaces: everything leaves from one address" \
	test_one_address
add_test "C-90: the interface to send by is deleted and created again: nothing leaves by another one, qualified in 2 s" \
	test_recreated
add_test "the same while teredod does not run, and while it starts" \
	test_restarted
add_test "there is no such interface yet" test_absent
add_test "the interface is renamed, and another one gets its name" \
	test_renamed
add_test "R-33: a relay's interface is deleted, and another one has its index" \
	test_relay
add_test "R-33: the same with teredod" test_relay_daemon
add_test "another interface while the device is up" test_changed
add_test "R-33 S-01: the address to bind comes later" test_local
add_test "the same for a client with teredod" test_local_client

run_tests
