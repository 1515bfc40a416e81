#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Interoperability matrix: client, server and relay, each this implementation's or
# Miredo's, behind each NAT that RFC 4380 supports.
#
# All relays run all the time; the native host selects the relay by its source address.
# So a cell needs a new client only if client, NAT or server change. In each cell, the
# native host sends first from one address, then the client sends to another one.
# timeout: 900

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

declare -A native=([ours]=n [miredo]=n [host]=h)
declare -A relay_node=([ours]=r [miredo]=r [host]=h)
declare -A relay_dev=([ours]=teredo0 [miredo]=teredo [host]=teredo0)
declare -A first=([ours]=2001:db8:1::a1 [miredo]=2001:db8:1::b1
	[host]=2001:db8:7::7)
declare -A second=([ours]=2001:db8:1::a2 [miredo]=2001:db8:1::b2
	[host]=2001:db8:7::8)

_server='' _client=''

use_server()
{
	[ "$_server" != "$1" ] || return 0
	case $_server in
	ours) teredo_down s1 ;;
	miredo) stop s1-server ;;
	esac
	_server=$1
	case $1 in
	ours) teredo_server s1 203.0.113.1 203.0.113.2 ;;
	miredo) miredo_server s1 203.0.113.1 203.0.113.2 ;;
	esac
}

use_client()
{
	[ "$_client" != "$*" ] || return 0
	case $_client in
	ours*) client_down a ;;
	miredo*) miredo_client_down a ;;
	esac
	_client=$*
	use_server "$2"
	set_nat a "$3"
	case $1 in
	ours) client_up a ;;
	miredo) miredo_client_up a ;;
	esac
}

# received DEVICE: octets that each relay's device has received
received()
{
	local who

	for who in ours miredo host; do
		# shellcheck disable=SC2016 # expanded by awk
		on "${relay_node[$who]}" awk -v "dev=${relay_dev[$who]}:" \
			'$1 == dev { print $2 }' /proc/net/dev
	done
}

# test_cell CLIENT SERVER RELAY NAT
test_cell()
{
	local client=$1 server=$2 relay=$3 nat=$4 addr host before after i
	local name=(ours miredo host)

	use_client "$client" "$server" "$nat" || {
		_client=''
		return 1
	}
	addr=$(teredo_address a)
	host=${native[$relay]}
	pause 0.1		# the last acknowledgement of the cell before
	mapfile -t before < <(received)
	check "pings from the native host, which starts" \
		on "$host" ping -6 -n -q -i 0.1 -c 3 -W 5 \
		-I "${first[$relay]}" "$addr"
	check "pings from the client" reach a "${second[$relay]}"
	check "1 MB each way" tcp_both_ways a "$host" "${second[$relay]}"
	mapfile -t after < <(received)
	for i in 0 1 2; do
		if [ "${name[i]}" = "$relay" ]; then
			[ $((after[i] - before[i])) -gt 1000000 ] ||
				fail "the client's data did not pass relay $relay"
		else
			check_equal "what passed relay ${name[i]}" \
				"${before[i]}" "${after[i]}"
		fi
	done
}

modprobe teredo || fail "no module"
internet
client a pr
head -c 1000000 /dev/urandom > "$tmp/sent"

miredo_relay r 198.51.100.1 3546
teredo_relay r 198.51.100.1 3545
teredo_hostrelay h
ip_on h addr add "${second[host]}" dev eth0
ip_on inet route add "${second[host]}" dev h
for who in ours miredo; do
	ip_on r -6 route add 2001::/32 from "${first[$who]%?}0/124" \
		dev "${relay_dev[$who]}"
	for addr in "${first[$who]}" "${second[$who]}"; do
		ip_on n addr add "$addr" dev eth0
		ip_on r route add "$addr" dev n
		ip_on inet route add "$addr" dev r
	done
done

for server in ours miredo; do
	for nat in none cone ar pr; do
		for client in ours miredo; do
			for relay in ours miredo host; do
				add_test "C-36 C-41 C-42 C-61 R-10 S-11 S-16 H-12: client $client, server $server, relay $relay, NAT $nat" \
					test_cell "$client" "$server" "$relay" "$nat"
			done
		done
	done
done

run_tests
