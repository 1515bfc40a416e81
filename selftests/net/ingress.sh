#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Ingress filtering (RFC 4380 3.3.5): every router drops packets whose source does not
# belong to the interface. Clients behind NATs, server, relay and host-specific relay
# work, and none of their packets is dropped.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

routers='inet na nb r'

# filter: strict for IPv4. For IPv6, the addresses of each network: a server's network
# also sends from its clients' addresses, whose tests it forwards, a relay's from all.
filter()
{
	local node

	for node in $routers; do
		on "$node" sysctl -qw net.ipv4.conf.all.rp_filter=1
	done
	on inet nft -f - <<-EOF
	table ip6 ingress {
		counter refused { }
		chain prerouting {
			type filter hook prerouting priority raw;
			ip6 saddr { ::, fe80::/10 } accept
			iifname s1 ip6 saddr { 2001:db8:5::1, $clients::/64 } accept
			iifname r ip6 saddr { 2001:db8:1::/48, 2001::/32 } accept
			iifname h ip6 saddr 2001:db8:7::7 accept
			iifname x ip6 saddr 2001:db8:66::1 accept
			counter name refused drop
		}
	}
	EOF
}

# refused: number of packets that the routers have dropped, for IPv4 and for IPv6
refused()
{
	local node

	for node in $routers; do
		on "$node" nstat -asz TcpExtIPReversePathFilter
	done | awk '$1 == "TcpExtIPReversePathFilter" { n += $2 }
		END { printf "%d ", n }'
	on inet nft list counter ip6 ingress refused |
		sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

test_filter()
{
	local ip4 ip6

	read -r ip4 ip6 < <(refused)
	inject --from 192.0.2.20:1 --to 203.0.113.1:3544 00
	ip_on h addr add 2001:db8:99::1/128 dev lo
	on h ping -6 -n -c 1 -W 0.2 -I 2001:db8:99::1 2001:db8:66::1 > /dev/null
	ip_on h addr del 2001:db8:99::1/128 dev lo
	check_equal "packets dropped, by IPv4 and IPv6" \
		"$((ip4 + 1)) $((ip6 + 1))" "$(refused)"
}

test_roles()
{
	local a b before

	before=$(refused)
	client_up a && client_up b || return
	a=$(teredo_address a) b=$(teredo_address b)
	check "client to a host behind the relay" reach a 2001:db8:1::10
	check "client to another network by the relay" reach a 2001:db8:66::1
	check "a host to a client" reach n "$b"
	check "client to client" reach a "$b"
	check "host-specific relay to a client" reach h "$a"
	check "client to a host-specific relay" reach b 2001:db8:7::7
	check "TCP by the relay" tcp_both_ways a n 2001:db8:1::10
	check_equal "packets dropped, by IPv4 and IPv6" "$before" "$(refused)"
	client_down a
	client_down b
}

modprobe teredo || fail "no module"
internet
client a pr
client b cone
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545
teredo_hostrelay h local 198.51.100.7 port 3545
filter

add_test "ingress: forged sources are dropped" test_filter
add_test "G-22: all roles work behind ingress filters, which drop nothing" test_roles

run_tests
