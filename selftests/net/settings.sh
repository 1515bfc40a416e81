#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Settings that change the outer IPv4 packets: use of the server's second address, the
# mark of packets, and their interface.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# A client of a server with one address
test_one_address()
{
	teredo_server s1 203.0.113.1 none
	client_conf a "$tmp/one.conf" 'skip-secondary = yes'
	capture na wan asked -Q out udp dst port 3544
	client_up a --config "$tmp/one.conf"
	check "a native host" reach a 2001:db8:1::10
	capture_stop asked
	check_equal "addresses asked" 203.0.113.1.3544: \
		"$(packets asked | awk '{ print $5 }' | sort -u)"
	client_down a
	teredo_down s1
}

# marked_packets NODE: number of UDP packets sent with mark 7
marked_packets()
{
	on "$1" nft list counter inet marks marked | sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

# Packets with mark 7 have a separate route.
test_mark()
{
	on h nft -f - <<-EOF
	table inet marks {
		counter marked { }
		chain output {
			type filter hook output priority 0;
			meta l4proto udp meta mark 7 counter name marked
		}
	}
	EOF
	teredo_hostrelay h port 3545 fwmark 7
	capture h eth0 sent udp
	on h ping -6 -n -c 1 -W 1 "$A" > /dev/null
	check_equal "with the mark" 1 "$(marked_packets h)"
	ip_on h rule add fwmark 7 unreachable
	count_from h
	on h ping -6 -n -c 1 -W 1 "$B" > /dev/null
	[[ $(counted h) == *tx_drop_no_route* ]] || fail "a route: $(counted h)"
	capture_stop sent
	check_equal "sent without a route" "" "$(contents sent | grep -i "${B##*:}")"
	ip_on h rule del fwmark 7
	teredo_down h
	on h nft delete table inet marks
}

# sent_by NODE DEVICE: number of UDP packets to the server of $A
sent_by()
{
	packets "$2" dst host 203.0.113.1 and src host 198.51.100.8 | wc -l
}

# A relay uses its configured interface, not that of the default route.
test_uplinks()
{
	new_link inet h2 h eth1
	compute_checksums h eth1
	ip_on inet route add 198.51.100.8 dev h2
	printf '%s\n' 'addr add 198.51.100.8/32 dev eth1' \
		'route add default dev eth1 metric 9' | ip_on h -batch -
	teredo_relay h 198.51.100.8 3545 dev eth1 || return
	capture h eth0 eth0 udp
	capture h eth1 eth1 udp
	on h ping -6 -n -c 1 -W 1 "$A" > /dev/null
	capture_stop eth0
	capture_stop eth1
	check_equal "by its interface" 1 "$(sent_by h eth1)"
	check_equal "by the other one" 0 "$(sent_by h eth0)"
	teredo_down h
}

modprobe teredo || fail "no module"
internet
client a pr
teredo_relay r 198.51.100.1 3545

add_test "C-36 A-62: with skip-secondary a server needs one address" test_one_address
add_test "the mark of outer packets selects a route" test_mark
add_test "two uplinks: packets leave by the configured interface" test_uplinks

run_tests
