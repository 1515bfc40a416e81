#!/bin/bash
# shellcheck disable=SC2016 # expanded later
# SPDX-License-Identifier: GPL-2.0
#
# teredod after an overrun of its netlink sockets: it reads the state again and
# continues to listen. Errors of a UDP socket, which end a poll of libuv in the same way,
# are tested here as well.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# A socket of 208 KiB holds some 250 events, so both numbers exceed it several times.
ROUTES=800		# each causes an event when added and when deleted
SETTINGS=1500

teredod_down()
{
	stop "$1-teredod"
	ip_on "$1" link del teredo0 2> /dev/null
}

# daemon NODE: start teredod with the configuration from standard input
daemon()
{
	mkdir -p "$tmp/run-$1"
	cat > "$tmp/$1-daemon.conf"
	start "$1-teredod" "$1" env "TEREDO_RUN_DIR=$tmp/run-$1" \
		"$tools/teredod" --debug --config "$tmp/$1-daemon.conf" teredo0
}

# rtnetlink_burst NODE
rtnetlink_burst()
{
	local i

	for ((i = 0; i < ROUTES; i++)); do
		echo "route add blackhole 10.9.$((i / 250)).$((i % 250))"
	done > "$tmp/add"
	sed 's/ add / del /' "$tmp/add" > "$tmp/del"
	ip_on "$1" -batch "$tmp/add"
	ip_on "$1" -batch "$tmp/del"
}

# genetlink_burst NODE
genetlink_burst()
{
	local i

	for ((i = 0; i < SETTINGS; i++)); do
		echo "link set teredo0 type teredo ttl $((i % 2 + 60))"
	done | ip_on "$1" -batch -
}

# lost_events NODE: the kernel reports lost events
lost_events()
{
	awk '$9 > 0 { n++ } END { exit !n }' \
		"/proc/${_pids[$1-teredod]}/net/netlink"
}

# stopped NODE COMMAND...: run the command while teredod on NODE is stopped
stopped()
{
	local node=$1

	shift
	kill -STOP "${_pids[$node-teredod]}"
	"$@"
	check "events are lost" lost_events "$node"
	kill -CONT "${_pids[$node-teredod]}"
}

back_within_5s()
{
	wait_for 5 has_teredo_address "${_pids[a-teredod]}" || {
		fail "$1: no address"
		tail -n 5 "$tmp/a-teredod.log" | note
	}
}

# follows_network: teredod reacts to later changes of the network
follows_network()
{
	ip_on a route del default
	check "it sees that the route goes" wait_for 3 no_address a
	ip_on a route add default via 10.1.0.1 dev eth0
	back_within_5s "the route is back"
	ip_on a link set teredo0 down
	check "it sees that the device goes down" wait_for 3 eval \
		'[[ $(teredo a show teredo0) == *"is down"* ]]'
	ip_on a link set teredo0 up
	back_within_5s "the device is up again"
}

test_client()
{
	client_up a || return
	stopped a rtnetlink_burst a
	pause 1
	follows_network
	client_down a
}

# The events left in the socket say "down"; the event that says "up" is lost.
late_up()
{
	ip_on a link set teredo0 down
	rtnetlink_burst a
	ip_on a link set teredo0 up
}

late_route()
{
	rtnetlink_burst a
	ip_on a route del default
}

test_state()
{
	client_up a || return
	stopped a late_up
	back_within_5s "the device went down and up"
	stopped a late_route
	check "no address without a route" wait_for 3 no_address a
	ip_on a route add default via 10.1.0.1 dev eth0
	back_within_5s "the route is back"
	client_down a
}

# The control packets arrive at the socket that overruns.
test_helper()
{
	local first

	client_up a || return
	stopped a genetlink_burst a
	pause 1
	follows_network
	check "ping" reach a 2001:db8:1::10

	# the event by which a second teredod takes over is lost
	first=${_pids[a-teredod]}
	kill -STOP "$first"
	genetlink_burst a
	client_start a
	pause 2
	kill -CONT "$first"
	check "the first one exits" wait_for 5 eval "! kill -0 $first 2> /dev/null"
	client_down a
}

relay_route()
{
	[ "$(ip_on r -6 route show 2001::/32 dev teredo0)" ]
}

no_relay_route()
{
	! relay_route
}

test_relay()
{
	ip_on r link del teredo0
	daemon r <<-EOF
	[device]
	mode = relay
	local = 198.51.100.1
	port = 3545
	[route]
	announce = yes
	EOF
	check "the route is there" wait_for 5 relay_route
	stopped r rtnetlink_burst r
	pause 1
	ip_on r addr del 198.51.100.1/32 dev eth0
	check "no address: no route" wait_for 3 no_relay_route
	ip_on r addr add 198.51.100.1/32 dev eth0
	ip_on r route replace default dev eth0
	check "the address is back" wait_for 3 relay_route
	ip_on r -6 route del 2001::/32 dev teredo0
	check "the route is repaired" wait_for 3 relay_route
	ip_on r link del teredo0
	check "it ends with its device" wait_for 5 eval '! alive r-teredod'
	teredod_down r
	teredo_relay r 198.51.100.1 3545
}

secret_client()
{
	printf '%s\n' '[client]' 'server = 203.0.113.1/203.0.113.2' \
		'secret-id = alice' 'secret = correct-horse-battery-staple' \
		'[device]' "port = ${port[a]}" > "$tmp/secret.conf"
	client_up a --config "$tmp/secret.conf"
	client_down a
}

secret_server()
{
	on s1 sysctl -qw net.ipv6.conf.all.forwarding=1
	(umask 077; printf '%s\n' 'alice  correct-horse-battery-staple' \
		> "$tmp/secrets")
	daemon s1 <<-EOF
	[device]
	mode = server
	local = 203.0.113.1
	[server]
	local2 = 203.0.113.2
	secrets = $tmp/secrets
	EOF
	check "the server serves" wait_for 10 eval \
		'[[ $(teredo s1 show teredo0 2>&1) == *addresses* ]]'
}

test_server()
{
	ip_on s1 link del teredo0
	secret_server
	stopped s1 genetlink_burst s1
	pause 1
	secret_client
	# the kernel clears the registration of the secrets when the device is set down
	ip_on s1 link set teredo0 down
	ip_on s1 link set teredo0 up
	pause 1
	secret_client
	teredod_down s1
	teredo_server s1 203.0.113.1 203.0.113.2
}

# ICMP rejects the first solicitation of the second port, which must not end later ones.
test_second_port()
{
	on na nft -f - <<-EOF
	table ip reject_second {
		chain f {
			type filter hook forward priority 0
			udp dport 3544 udp sport != ${port[a]} reject
		}
	}
	EOF
	printf '%s\n' '[client]' 'server = 203.0.113.1/203.0.113.2' \
		'refresh = determine' '[device]' "port = ${port[a]}" \
		> "$tmp/determine.conf"
	client_up a --config "$tmp/determine.conf"
	pause 2
	on na nft delete table ip reject_second
	check "the second port is qualified" wait_for 8 eval \
		'[[ $(teredo a -j show teredo0) == *candidate_ms* ]]'
	client_down a
}

modprobe teredo || fail "no module"
internet
client a pr
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545

add_test "C-90: events of the network are lost: a client follows it afterwards" \
	test_client
add_test "C-90: the last state counts, not what is left of the events" \
	test_state
add_test "events of the device are lost: a client takes answers, and gives way to another teredod" \
	test_helper
add_test "R-01: events of the network are lost: a relay announces only what works" \
	test_relay
add_test "S-10 C-49: events of the device are lost, or it was down: a server still checks secrets" \
	test_server
add_test "C-101: an ICMP error does not end the second port" test_second_port

run_tests
