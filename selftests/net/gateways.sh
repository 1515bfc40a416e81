#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Matrix of gateway kinds, clients and NATs. No network has a route to the service
# prefix. The server has two addresses, two ports, or one. Each cell sends pings and
# 1 MB of TCP in both directions, 10 MB with LONG=1. With a prefix, the native host
# also sends pings and opens connections.
# set: long
# timeout: 900

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

ours_up()
{
	client_up "$1"
}

ours_down()
{
	client_down "$1"
}

miredo_up()
{
	miredo_client_up "$1"
}

miredo_down()
{
	miredo_client_down "$1"
}

# test_cell KIND CLIENT NAT
test_cell()
{
	set_nat a "$3"
	"$2_up" a
	traffic "$1" a
	"$2_down" a
}

# port_up CLIENT: a client configured with the server's second port
port_up()
{
	printf '%s\n' '[client]' 'server = 203.0.113.1/203.0.113.1:3545' \
		'[device]' "port = ${port[$1]}" > "$tmp/port.conf"
	client_up "$1" --config "$tmp/port.conf"
}

port_down()
{
	client_down "$1"
}

# test_server KIND two|one|port: a server with two addresses, with one, or with a second
# port of one address
test_server()
{
	local lines=("${server_lines[@]}")

	case $2 in
	one) server_lines=() ;;
	port) server_lines=('local2 = 203.0.113.1:3545') ;;
	esac
	if [ "$1" = prefix ]; then
		gateway_start "prefix = $prefix::/64"
	else
		gateway_start 'masquerade = yes'
	fi
	server_lines=("${lines[@]}")
}

meminfo()
{
	awk -v what="$1:" '$1 == what { print $2 }' /proc/meminfo
}

# resident: memory of the server's teredod, in kB
resident()
{
	awk '$1 == "VmRSS:" { print $2 }' "/proc/${_pids[s1-teredod]}/status"
}

# flood COUNT: forged solicitations with a client's identifier and a wrong value, each
# from another address
flood()
{
	local rs

	rs=$(vector RS-5)
	on x "$here/helpers/tdinject" --from 11.0.0.1:5000 --to 203.0.113.1:3544 \
		--vary src --count "$1" "${rs/5be706cb/5be706cc}"
}

test_forged()
{
	local lines=("${server_lines[@]}") slab memory

	ip_on inet route add blackhole 11.0.0.0/8
	(umask 077; echo 'alice correct-horse-battery' > "$tmp/secrets")
	server_lines+=("secrets = $tmp/secrets")
	gateway_start 'masquerade = yes'
	server_lines=("${lines[@]}")
	flood 20000
	slab=$(meminfo SUnreclaim) memory=$(resident)
	count_from s1
	flood $((1000000 / much))
	note "$(counted s1)"
	note "SUnreclaim $slab, then $(meminfo SUnreclaim) kB, teredod" \
		"$memory, then $(resident) kB"
	# Debug kernels keep freed memory allocated for some time.
	[ "$much" != 1 ] ||
		check_at_most "slab, kB" $((slab + 2048)) "$(meminfo SUnreclaim)"
	# Code pages used for the first time count as well. 8 octets per solicitation
	# would be twice this limit.
	check_at_most "teredod, kB" $((memory + 4096)) "$(resident)"
	check_equal "clients" "" \
		"$(must teredo s1 -j show teredo0 | grep -o '"clients":[0-9][0-9]*')"
	server_stop
	ip_on inet route del blackhole 11.0.0.0/8
}

modprobe teredo || fail "no module"
internet
client a none
size=$((1000000 / much))
[ ! "${LONG:-}" ] || size=10000000
head -c $size /dev/urandom > "$tmp/sent"
gateway_internet
on s1 sysctl -qw net.ipv6.conf.all.forwarding=1

for kind in prefix masquerade; do
	for n in two one port; do
		add_test "$kind, $n: the server starts" test_server $kind $n
		clients_of=(ours miredo)
		[ $n != port ] || clients_of=(port)
		for client in "${clients_of[@]}"; do
			for nat in none cone pr symrnd; do
				add_test "R-16: $kind, $n: $client behind $nat" \
					test_cell "$kind" "$client" "$nat"
			done
		done
		add_test "$kind, $n: the server stops" server_stop
	done
done
add_test "S-29 S-32: a million forged solicitations take no memory" test_forged
run_tests
