#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The interface that a device sends by ("link", "dev") and the address that it is
# bound to ("local"): each may be missing at first, go, come back, or change its
# name or index.
# timeout: 300

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# took WHAT LIMIT COMMAND...: how long until it succeeds, in ms
took()
{
	local what=$1 limit=$2 start ms

	shift 2
	start=$(now_ms)
	wait_for 15 "$@" || fail "$what: never"
	ms=$(($(now_ms) - start))
	note "$what after $ms ms"
	check_at_most "$what, ms" "$limit" "$ms"
}

# other_uplink DEVICE ADDRESS: a gets another interface, straight to the router
other_uplink()
{
	new_link inet "via-$1" a "$1"
	on a ethtool -K "$1" tx off > /dev/null
	ip_on inet route replace "$2" dev "via-$1"
	printf '%s\n' "addr add $2 dev $1" "route add default dev $1 metric 9" |
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

# h_again INDEX: h gets an interface eth0 to the router, of this index or any
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

# bubble_counted: a relay at h has seen a client's bubble
bubble_counted()
{
	count_from h
	inject --from 192.0.2.20:50000 --to 198.51.100.7:3545 \
		bubble "$B" 2001:db8:7::7
	pause 0.3
	[ "$(counted h)" ]
}

# A relay without teredod. What gets the index of its interface is not its
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

bound_to()
{
	[[ $(on a ss -uanH) == *"$1"* ]]
}

# Another interface while the device is up: the mapping is void, the port stays.
test_changed()
{
	other_uplink eth1 192.0.2.11
	bare_client a "$A"
	check "any interface" bound_to '0.0.0.0:40000'
	ip_on a link set teredo0 type teredo dev eth1 || fail "refused"
	check "bound to it" bound_to '0.0.0.0%eth1:40000'
	[[ $(teredo a show teredo0) != *qualified* ]] || fail "still qualified"
	ip_on a link set teredo0 type teredo dev eth1
	on a "$here/tdctl" up teredo0 "$A"
	ip_on a link set teredo0 type teredo dev eth1 fwmark 0
	[[ $(ip_on a link show teredo0) == *LOWER_UP* ]] ||
		fail "the same interface once more unsets the mapping"
	ip_on a link del eth1
	check_equal "up without an interface" \
		"refused: 19 The link that the device sends by does not exist (set another one)" \
		"$(on a "$here/tdctl" up teredo0 "$A")"
	stop a-watch
	ip_on a link del teredo0
}

# A server or relay is up before its address exists, as a vxlan device is. Its
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

modprobe teredo || fail "no module"
internet
client a pr
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545

add_test "R-33: a relay's interface is deleted, and another one has its index" \
	test_relay
add_test "C-19: another interface while the device is up" test_changed
add_test "R-33 S-01: the address to bind comes later" test_local

run_tests
