#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# ICMPv4 errors about outer packets, both forged ones and those of hosts and routers,
# change neither peers nor the server's state, and reach no application.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# type:code[:MTU]: network, host, protocol and port unreachable, fragmentation needed,
# source route failed, host unknown, prohibited (network, host, communication), source
# quench, time exceeded in transit and in reassembly, parameter problem
all_errors='3:0 3:1 3:2 3:3 3:4:552 3:5 3:7 3:9 3:10 3:13 4:0 11:0 11:1 12:0'
ROUTER=198.51.100.200	# an unrelated router

# errors NODE: number of ICMPv4 errors that its kernel has received
errors()
{
	on "$1" cat /proc/net/snmp | awk '
	$1 != "Icmp:" { next }
	!n { n = split($0, name); next }
	{
		for (i = 2; i <= n; i++)
			if (name[i] ~ /^In(DestUnreachs|TimeExcds|ParmProbs|SrcQuenchs|Redirects)$/)
				sum += $i
	}
	END { print sum }'
}

# arrived NODE BEFORE NUMBER: NUMBER errors have arrived since there were BEFORE
arrived()
{
	[ $(($(errors "$1") - $2)) -ge "$3" ]
}

# forge FROM TO ARGUMENTS of tdinject...: send each error about a datagram, from the
# attacker, from the datagram's destination and from a router
forge()
{
	local from=$1 to=$2 error reporter

	shift 2
	for error in $all_errors; do
		for reporter in 198.51.100.66 "${to%:*}" $ROUTER; do
			inject --error "$error" --reporter "$reporter" \
				--from "$from" --to "$to" "$@"
		done
	done
}

forged=$((3 * $(wc -w <<< "$all_errors")))

# A NAT forwards an error only if it has an entry for the quoted flow, so each flow
# exists. The ping of b opens the NAT of b.
start_flows()
{
	bare_client a "$A"
	bare_client b "$B"
	introduce a "$B" "$B_AT"
	introduce b "$A" "$A_AT"
	on b ping -6 -n -c 1 -W 1 "$A" > /dev/null
	check "a pings b" reach a "$B"
	on a "$tools/teredo" peer add teredo0 2001:db8:1::10
	check "a pings a native host" wait_for 5 reach a 2001:db8:1::10 1
	before a
}

test_forged()
{
	local n

	n=$(errors a)
	forge "$A_AT" "$B_AT" bubble "$A" "$B"
	forge "$A_AT" "$B_AT" echo-request "$A" "$B" 7 1 00
	forge "$A_AT" "$SERVER" bubble "$A" "$B"
	forge "$A_AT" 198.51.100.1:3545 echo-request "$A" 2001:db8:1::10 7 1 00
	check "the errors arrive at a" wait_for 5 arrived a "$n" $((4 * forged))
	note "$(($(errors a) - n)) errors have arrived at a"
	check_changes "what they change" a
}

# The errors delay neither data nor the first packets of a peer.
test_forged_flow()
{
	local i

	start ping-b a ping -6 -n -i 0.1 -W 2 "$B"
	start ping-n a ping -6 -n -i 0.1 -W 2 2001:db8:1::10
	check "both are answered" wait_for 5 grep -q 'time=' \
		"$tmp/ping-b.log" "$tmp/ping-n.log"
	capture a eth0 bubbles -Q out 'udp[4:2] < 104'
	for ((i = 0; i < 10; i++)); do
		forge "$A_AT" "$B_AT" bubble "$A" "$B"
		forge "$A_AT" 198.51.100.1:3545 bubble "$A" "$B"
		pause 0.1
	done
	capture_stop bubbles
	for i in ping-b ping-n; do
		stop "$i" INT
		check "$i: nothing is lost" grep -q ' 0% packet loss' "$tmp/$i.log"
		check_equal "$i: errors" '' "$(grep From "$tmp/$i.log")"
	done
	check_equal "bubbles" '' "$(packets bubbles)"
}

# The path MTU in a forged error must be ignored: without DF, no router on the path needs
# smaller datagrams. Otherwise a path that drops fragments would fail.
test_forged_mtu()
{
	before a
	forge "$A_AT" "$B_AT" echo-request "$A" "$B" 7 1 00
	forge "$A_AT" 198.51.100.1:3545 bubble "$A" "$B"
	capture a eth0 sizes -Q out udp
	check "1280 octets to b" on a ping -6 -n -c 2 -i 0.2 -s 1232 -W 2 "$B"
	check "1280 octets to a native host" \
		on a ping -6 -n -c 2 -i 0.2 -s 1232 -W 2 2001:db8:1::10
	capture_stop sizes
	check_equal "fragments" '' "$(packets sizes 'ip[6:2] & 0x3fff != 0')"
	check_equal "datagrams of 1308 octets" 4 "$(packets sizes 'ip[2:2] = 1308' |
		wc -l)"
}

# genuine WHAT COUNT: pings from a to b now cause errors, and change nothing else
genuine()
{
	local n

	n=$(errors a)
	before a
	on a ping -6 -n -c 3 -i 0.2 -W 1 "$B" > "$tmp/ping" 2>&1 &&
		fail "$1: answered"
	check_equal "$1: what the application is told" '' "$(grep From "$tmp/ping")"
	check "$1: errors arrive" wait_for 5 arrived a "$n" 1
	check_changes "$1: what they change" a 'sent +3'
}

# back WHAT: the peer is still at its endpoint, without bubbles
back()
{
	before a
	check "$1: answered again" reach a "$B"
	check_changes "$1: afterwards" a 'sent +3' 'to_stack +3'
}

test_genuine_route()
{
	ip_on inet route replace unreachable 192.0.2.20
	genuine "host unreachable"
	ip_on inet route replace 192.0.2.20 dev nb
	back "a route"
}

test_genuine_ttl()
{
	ip_on a link set teredo0 type teredo ttl 2
	genuine "time exceeded"
	ip_on a link set teredo0 type teredo ttl auto
	back "a longer TTL"
}

# test_genuine_rejected CODE: the peer's NAT rejects the packets
test_genuine_rejected()
{
	on nb nft insert rule ip nat forward iifname wan meta l4proto udp \
		reject with icmp type "$1"
	genuine "$1"
	on nb nft flush chain ip nat forward
	back "no rejection"
}

# daemon: teredod with a client that refreshes its mapping each 3.75 to 5 s
daemon()
{
	client_conf a "$tmp/quick.conf" 'refresh = 5'
	client_start a --config "$tmp/quick.conf"
}

qualified()
{
	has_teredo_address "${_pids[a-teredod]}"
}

forge_server()
{
	local server

	for server in 203.0.113.1:3544 203.0.113.2:3544; do
		forge "$A_AT" "$server" rs fe80::ffff:ffff:ffff ff02::2
	done
}

# Errors arrive in each second, from before the first solicitation on.
test_daemon_forged()
{
	local i n

	stop a-watch
	ip_on a link del teredo0
	n=$(errors a)
	capture a eth0 forged -Q out udp dst port 3544
	daemon
	for ((i = 0; i < 20; i++)); do
		forge_server
		pause 1
		[ $i -lt 3 ] || qualified || fail "not qualified after $((i + 1)) s"
	done
	capture_stop forged
	note "$(($(errors a) - n)) errors have arrived at a"
	check "the errors arrive at a" arrived a "$n" $((20 * forged))
	shows a '"nat":{"type":"restricted"' || fail "another NAT: $(teredo a show)"
	check_equal "addresses" 1 "$(grep -c ': address 2001' "$tmp/a-teredod.log")"
	# one for each server address, and one per interval
	check_at_most "solicitations in 20 s" 8 "$(packets forged | wc -l)"
}

# The server is down for 7 s, and its host sends errors. Two solicitations fail, the
# third succeeds, the same as without errors.
test_daemon_genuine()
{
	local n address

	n=$(errors a)
	address=$(teredo_address a)
	ip_on s1 link set teredo0 down
	check "errors arrive" wait_for 10 arrived a "$n" 1
	pause 5
	check_equal "address" "$address" "$(teredo_address a)"
	ip_on s1 link set teredo0 up
	pause 6
	check_equal "address afterwards" "$address" "$(teredo_address a)"
	check "ping" reach a 2001:db8:1::10
	client_down a
}

modprobe teredo || fail "no module"
internet
client a pr
client b pr
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545
start_flows

add_test "A-60: forged errors change neither peers nor counters" test_forged
add_test "A-60: forged errors lose no data" test_forged_flow
add_test "A-60 G-18: a forged path MTU makes no fragments" test_forged_mtu
add_test "A-60: host unreachable" test_genuine_route
add_test "A-60: time exceeded" test_genuine_ttl
for code in port-unreachable admin-prohibited; do
	add_test "A-60: $code" test_genuine_rejected $code
done
add_test "A-60 C-87: forged errors about the server do not end qualification" \
	test_daemon_forged
add_test "A-60 C-88: nor does a server that is down for some seconds and sends errors" \
	test_daemon_genuine
run_tests
