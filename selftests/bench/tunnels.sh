#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The tunnels that are compared, between r, the router of the native host n's site, and a,
# which has a public IPv4 address.
#
# bed TYPE, one of plain sit fou gue vxlan geneve wireguard teredo miredo, opens the tunnel
# and sets $client to a's address in it. Without a tunnel, packets have the same size
# as those in tunnels.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# the address behind the tunnel on a
_inner=2001:db8:a::1
# shellcheck disable=SC2034 # the native host
native=2001:db8:1::10

# _tunnel TYPE OPTIONS: create both ends; "$l" and "$p" in OPTIONS are the local and remote
# address of each end
_tunnel()
{
	local kind=$1 side

	shift
	for side in r a; do
		local l=198.51.100.1 p=192.0.2.10
		# shellcheck disable=SC2034 # used by eval
		[ $side = r ] || l=192.0.2.10 p=198.51.100.1
		eval "ip_on $side link add tun0 type $kind $*" || return
		ip_on $side link set tun0 mtu 1280 up
	done
}

_via_tun0()
{
	ip_on r -6 route replace $_inner dev tun0 "$@" &&
		ip_on a -6 route replace default dev tun0 "${@/e::2/e::1}"
}

# _sit_in_udp PORT-OPTIONS ENCAPSULATION
_sit_in_udp()
{
	local side

	for side in r a; do
		# shellcheck disable=SC2086 # words
		on $side ip fou add port 5555 $1
	done
	# shellcheck disable=SC2016 # expanded on each side
	_tunnel sit 'local $l remote $p encap' "$2" \
		'encap-sport 5555 encap-dport 5555 encap-csum' && _via_tun0
}

# Ethernet devices need neighbours
_ethernet()
{
	ip_on r -6 addr add 2001:db8:e::1/64 dev tun0 nodad
	ip_on a -6 addr add 2001:db8:e::2/64 dev tun0 nodad
	_via_tun0 via 2001:db8:e::2
}

open_wireguard()
{
	local key_r key_a

	key_r=$(wg genkey) key_a=$(wg genkey)
	_tunnel wireguard || return
	on r wg set tun0 listen-port 5555 private-key <(echo "$key_r") \
		peer "$(wg pubkey <<< "$key_a")" endpoint 192.0.2.10:5555 \
		allowed-ips ::/0 &&
	on a wg set tun0 listen-port 5555 private-key <(echo "$key_a") \
		peer "$(wg pubkey <<< "$key_r")" endpoint 198.51.100.1:5555 \
		allowed-ips ::/0 && _via_tun0
}

open_plain()
{
	ip_on inet -6 route add $_inner dev na
	on na sysctl -qw net.ipv6.conf.all.forwarding=1
	ip_on na -6 route add $_inner dev lan
	ip_on na -6 route add default dev wan
	ip_on a -6 route add default dev eth0 mtu 1280
	ip_on n -6 route replace ::/0 dev eth0 mtu 1280
}

# The client is started first, so that the relay can reach it.
open_teredo()
{
	teredo_server s1 203.0.113.1 203.0.113.2 &&
	teredo_relay r 198.51.100.1 3545 &&
	client_up a
}

open_miredo()
{
	services && miredo_client_up a
}

open_way()
{
	# shellcheck disable=SC2016 # expanded on each side
	case $1 in
	plain) open_plain ;;
	sit) _tunnel sit 'local $l remote $p' && _via_tun0 ;;
	fou) _sit_in_udp 'ipproto 41' fou ;;
	gue) _sit_in_udp gue gue ;;
	vxlan)
		_tunnel vxlan 'id 1 local $l remote $p dstport 4789 udpcsum' &&
			_ethernet
		;;
	geneve) _tunnel geneve 'id 1 remote $p udpcsum' && _ethernet ;;
	wireguard) open_wireguard ;;
	teredo) open_teredo ;;
	miredo) open_miredo ;;
	esac
}

bed()
{
	internet
	client a none
	open_way "$1" > "$tmp/setup.log" 2>&1 || {
		note "$1 cannot be set up"
		note < "$tmp/setup.log"
		return 1
	}
	client=$_inner
	case $1 in
	teredo|miredo) client=$(teredo_address a) ;;
	*) ip_on a addr add $_inner/128 dev lo ;;
	esac
	check "$1: the way is open" reach n "$client" 2
}

for _module in pktgen veth sit fou vxlan geneve wireguard teredo; do
	modprobe -q $_module
done
