#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Recovery of teredod: faults of each part, and its return. The limits are those of the
# design, independent of the speed of the machine.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# quick_client: a client that refreshes its mapping each 3.75 to 5 s
quick_client()
{
	printf '%s\n' '[client]' 'server = 203.0.113.1/203.0.113.2' \
		'refresh = 5' '[device]' 'port = 40000' > "$tmp/quick.conf"
	client_up a --config "$tmp/quick.conf"
}

address_is_gone()
{
	[ "$(teredo_address a)" != "$1" ]
}

another_address()
{
	local addr

	addr=$(teredo_address a)
	[ "$addr" ] && [ "$addr" != "$1" ]
}

test_server()
{
	set_nat a pr
	quick_client || return
	stop s1-server
	took "address gone" 18000 no_address a
	# into the pause between two attempts
	pause 4
	teredo a show teredo0 | note
	miredo_server s1 203.0.113.1 203.0.113.2
	took "qualified again" 5000 has_teredo_address "${_pids[a-teredod]}"
	check "ping" reach a 2001:db8:1::10
	client_down a
}

test_name_server()
{
	set_nat a pr
	printf 'nameserver 198.51.100.7\n' > "$tmp/resolv.conf"
	printf '%s\n' '[client]' 'server = teredo.example' 'refresh = 5' \
		'[device]' 'port = 40000' > "$tmp/names.conf"
	[ -e /etc/resolv.conf ] || : > /etc/resolv.conf
	mkdir -p "$tmp/run-a"
	start a-teredod a unshare -m bash -c "
		mount --bind '$tmp/resolv.conf' /etc/resolv.conf || exit
		export TEREDO_RUN_DIR='$tmp/run-a'
		exec '$tools/teredod' --debug --config '$tmp/names.conf' teredo0"
	pause 5
	check "it runs" alive a-teredod
	check "no address" no_address a
	name_server 203.0.113.1
	took "qualified" 2000 has_teredo_address "${_pids[a-teredod]}"
	stop dnsmasq

	# The name is moved to another server, and the first server stops. This is
	# detected at the next solicitation or the three after it.
	name_server 198.51.100.118
	pause 6
	by_server a cb00:7101 || fail "the server works, but is not used any more"
	teredo_server s2 198.51.100.118 198.51.100.119
	stop s1-server
	took "by the other server" 20000 by_server a c633:6476
	teredo a show teredo0 | note
	check "ping" reach a 2001:db8:1::10
	stop dnsmasq
	client_down a
	ip_on s2 link del teredo0
	miredo_server s1 203.0.113.1 203.0.113.2
}

# lookups NAME: number of queries for an IPv4 address in dnsmasq's log
lookups()
{
	grep -c "query\[A\] $1 " "$tmp/dnsmasq.log"
}

# names_client NAME: a client with this server name
names_client()
{
	printf 'nameserver 198.51.100.7\n' > "$tmp/resolv.conf"
	printf '%s\n' '[client]' "server = $1" '[device]' 'port = 40000' \
		> "$tmp/names.conf"
	[ -e /etc/resolv.conf ] || : > /etc/resolv.conf
	mkdir -p "$tmp/run-a"
	start a-teredod a unshare -m bash -c "
		mount --bind '$tmp/resolv.conf' /etc/resolv.conf || exit
		export TEREDO_RUN_DIR='$tmp/run-a'
		exec '$tools/teredod' --debug --config '$tmp/names.conf' teredo0"
}

# The name server reports that the name does not exist. teredod looks it up again after 1,
# 2, 4 and 8 s, and within 2 s of a change of the network.
test_no_such_name()
{
	local before

	set_nat a pr
	name_server 203.0.113.1
	names_client wrong.example
	pause 20
	before=$(lookups wrong.example)
	check_at_most "look-ups in 20 s" 6 "$before"
	[ "$before" -ge 4 ] || fail "only $before look-ups"
	ip_on a addr add 10.1.0.77/32 dev lo
	pause 2
	[ "$(lookups wrong.example)" -gt "$before" ] ||
		fail "not looked up again after the network has changed"
	ip_on a addr del 10.1.0.77/32 dev lo
	stop a-teredod
	stop dnsmasq
	ip_on a link del teredo0
}

# Two name servers do not answer, so a lookup takes seconds.
test_end_in_lookup()
{
	local begun

	set_nat a pr
	names_client teredo.example
	printf 'nameserver 198.51.100.99\nnameserver 198.51.100.98\noptions timeout:5\n' \
		> "$tmp/resolv.conf"
	pause 1
	check "it runs" alive a-teredod
	begun=$(now_ms)
	kill -TERM "${_pids[a-teredod]}"
	wait "${_pids[a-teredod]}"
	check_equal "exit code" 0 $?
	check_at_most "ms until it has ended" 500 $(($(now_ms) - begun))
	ip_on a link del teredo0
}

# has_reason TEXT: "teredo show" has this reason
has_reason()
{
	[[ $(teredo a show teredo0) == *"reason: $1"* ]]
}

# Policy routing rejects the path to the server, for all packets or for marked ones.
test_rules()
{
	set_nat a pr
	client_up a || return
	ip_on a rule add to 203.0.113.0/24 unreachable priority 10
	took "a rule: no path" 1000 has_reason 'no route to 203.0.113.1'
	ip_on a rule del priority 10
	took "no rule: qualified" 2000 has_teredo_address "${_pids[a-teredod]}"
	ip_on a rule add fwmark 5 unreachable priority 10
	check "a mark" teredo a set teredo0 fwmark 5
	took "a mark: no path" 1000 has_reason 'no route to 203.0.113.1'
	check "no mark" teredo a set teredo0 fwmark 0
	took "no mark: qualified" 2000 has_teredo_address "${_pids[a-teredod]}"
	ip_on a rule del priority 10
	client_down a
}

# The carrier returns, and another message about the interface follows at once. The
# client still sends its solicitation.
test_carrier_twice()
{
	set_nat a pr
	client_up a || return
	ip_on na link set lan down
	pause 1
	capture a eth0 asked udp dst port 3544
	ip_on na link set lan up
	printf 'link set eth0 alias one\nlink set eth0 alias two\n' |
		ip_on a -batch -
	pause 2
	capture_stop asked
	[ "$(packets asked | wc -l)" -ge 1 ] || fail "the server is not asked"
	client_down a
}

# relayd NAME: start a teredod on r
relayd()
{
	mkdir -p "$tmp/run-r"
	printf '%s\n' '[device]' 'mode = relay' 'local = 198.51.100.1' \
		'port = 3545' > "$tmp/relay.conf"
	start "$1" r env TEREDO_RUN_DIR="$tmp/run-r" "$tools/teredod" --debug \
		--config "$tmp/relay.conf" relay0
}

relay_route()
{
	[[ $(ip_on r -6 route show 2001::/32) == *relay0* ]]
}

# The second teredod of a relay takes over, as for a client.
test_relay_replaced()
{
	local first

	stop r-relay 2> /dev/null
	relayd first
	first=$pid
	took "the route" 2000 relay_route
	start routes r ip -6 monitor route
	relayd second
	took "the first one ends" 3000 not_alive "$first"
	wait "$first"
	check_equal "its exit code" 0 $?
	check "the second one runs" alive second
	check "the route" relay_route
	pause 1
	check "the routes are watched" alive routes
	! grep -q 'Deleted 2001::/32' "$tmp/routes.log" ||
		fail "the route was away: $(cat "$tmp/routes.log")"
	[[ $(teredo r -j show relay0) == *'"state":"up"'* ]] ||
		fail "$(teredo r -j show relay0)"
	# the kernel clears the registration of the daemon when the device is set down
	printf 'link set relay0 down\nlink set relay0 up\n' | ip_on r -batch -
	pause 1
	first=${_pids[second]}
	relayd third
	took "the second one ends" 3000 not_alive "$first"
	check "the third one runs" alive third
	stop routes
	stop third
	ip_on r link del relay0
}

not_alive()
{
	! kill -0 "$1" 2> /dev/null
}

# name_server ADDRESS: resolves the server's name to ADDRESS
name_server()
{
	start dnsmasq h dnsmasq --no-daemon --no-resolv --no-hosts \
		--conf-file=/dev/null --user=root --pid-file= \
		--host-record=teredo.example,"$1" --local=/example/ --log-queries
	check "dnsmasq starts" wait_for 5 udp_bound "$pid" 53
}

# The round-trip time to the server is 50 ms.
test_address()
{
	local old

	set_nat a pr
	link_delay a 25ms
	client_up a || return
	old=$(teredo_address a)
	printf '%s\n' 'addr del 10.1.0.2/24 dev eth0' \
		'addr add 10.1.0.3/24 dev eth0' \
		'route replace default via 10.1.0.1 dev eth0' |
		ip_on a -batch -
	took "old address gone" 300 address_is_gone "$old"
	took "new address" 1125 another_address "$old"
	check "ping" reach a 2001:db8:1::10
	link_delay a 0ms
	client_down a
	_nat[a]=
	set_nat a pr
}

test_killed()
{
	local old first

	set_nat a pr
	client_up a || return
	old=$(teredo_address a)
	ping_native a
	stop a-teredod KILL
	pause 2
	check_equal "address without teredod" "$old" "$(teredo_address a)"
	client_start a
	pause 2
	check "it runs again" alive a-teredod
	check_equal "address after the restart" "$old" "$(teredo_address a)"

	# another teredod takes over, and the first one leaves the device as it is
	first=${_pids[a-teredod]}
	client_start a
	check "the first one exits" wait_for 5 eval "! kill -0 $first 2> /dev/null"
	wait "$first"
	check_equal "its exit code" 0 $?
	pause 1
	check_equal "address after the change" "$old" "$(teredo_address a)"
	check "the second one has the device" teredo a show teredo0
	stop_ping_native
	client_down a
}

# The NAT has lost the mapping, and maps to another port. Only the next solicitation
# reveals it, so it takes up to one refresh interval.
test_nat()
{
	local old

	set_nat a pr
	link_delay a 25ms
	quick_client || return
	old=$(teredo_address a)
	on na nft insert rule ip nat postrouting oifname wan \
		udp sport 40000 snat to 192.0.2.10:41000
	nat_forgets na
	took "new address" 5250 another_address "$old"
	check "the old one is gone" address_is_gone "$old"
	check_equal "port 41000" 5fd7 "$(teredo_address a | cut -d : -f 6)"
	check "ping" reach a 2001:db8:1::10
	link_delay a 0ms
	client_down a
	_nat[a]=
}

# Any packet from the server confirms the mapping, so no solicitation is sent while
# others arrive.
test_contact()
{
	local i addr

	set_nat a none
	quick_client || return
	addr=$(teredo_address a)
	from_server()
	{
		inject --from 203.0.113.1:3544 --to 192.0.2.10:40000 \
			origin 198.51.100.66:9 bubble 2001:db8:66::1 "$addr"
	}
	from_server
	pause 0.5
	capture s1 eth0 asked src 192.0.2.10 and udp dst port 3544
	for ((i = 0; i < 5; i++)); do
		from_server
		pause 2
	done
	check_equal "solicitations while the server is heard" '' \
		"$(packets asked)"
	pause 5
	capture_stop asked
	[ "$(packets asked)" ] || fail "none when it is not"
	client_down a
}

# says TEXT: the text is in "teredo show"
says()
{
	[[ $(teredo a show teredo0) == *"$1"* ]]
}

# A device that is set down loses its address and its state, even if it is set up again
# before teredod reads the state.
test_device()
{
	local i

	set_nat a pr
	client_up a || return
	ip_on a link set teredo0 down
	took "address gone" 300 no_address a
	took "it says why" 500 says 'teredo0 is down'
	ip_on a link set teredo0 up
	took "qualified again" 1000 has_teredo_address "${_pids[a-teredod]}"
	check "ping" reach a 2001:db8:1::10

	# different times, so that each delayed action after a bounce coincides with
	# another bounce once
	for ((i = 0; i < 12; i++)); do
		printf '%s\n' 'link set teredo0 down' 'link set teredo0 up' |
			ip_on a -batch -
		took "there again" 1000 reach a 2001:db8:1::10 1
		pause 0.$((40 - i * 2))
	done
	ip_on a link del teredo0
	check "teredod ends with the device" wait_for 5 \
		eval "! kill -0 ${_pids[a-teredod]} 2> /dev/null"
	wait "${_pids[a-teredod]}"
	check_equal "its exit code" 1 $?
	check "it says so" grep -q 'teredo0 was deleted' "$tmp/a-teredod.log"
}

# When the carrier returns, the link may be on another network: the client solicits at
# once. Its address stays if the server reports the same mapping.
test_cable()
{
	local old

	set_nat a pr
	client_up a || return
	old=$(teredo_address a)
	capture s1 eth0 asked udp dst port 3544
	ip_on na link set lan down
	pause 1
	ip_on na link set lan up
	pause 1
	capture_stop asked
	[ "$(packets asked)" ] || fail "nothing was asked"
	check_equal "address" "$old" "$(teredo_address a)"
	check "ping" reach a 2001:db8:1::10

	ip_on a route del default
	took "address gone without a route" 300 no_address a
	took "it says why" 500 says 'no route to 203.0.113.1: '
	ip_on a route add default via 10.1.0.1 dev eth0
	took "qualified again" 1000 has_teredo_address "${_pids[a-teredod]}"
	client_down a
}

no_carrier()
{
	[[ $(ip_on a link show teredo0) == *NO-CARRIER* ]]
}

# Without a control daemon, the lease of the mapping expires.
test_lifetime()
{
	local addr=2001:0:cb00:7101:2c5a:63bf:3fff:fdf5

	set_nat a cone
	bare_client a $addr
	inject --from 192.0.2.20:50000 --to 192.0.2.10:40000 \
		bubble 2001:0:cb00:7101:10a7:3caf:3fff:fdeb $addr
	check_changes "a peer" a 'rx_bubbles +1' 'peers +1' \
		'peer 2001:0:cb00:7101:10a7:3caf:3fff:fdeb trusted 192.0.2.20:50000 tries 0 queued 0'
	on a "$here/helpers/tdctl" up teredo0 $addr 3
	pause 2
	on a "$here/helpers/tdctl" up teredo0 $addr 3	# renewed in time
	pause 2
	check_changes "before the end" a
	took "carrier gone" 2500 no_carrier
	check_changes "after the end" a 'state -2' 'peers -1' \
		'peer 2001:0:cb00:7101:10a7:3caf:3fff:fdeb gone'
	stop a-watch
	ip_on a link del teredo0
}

modprobe teredo || fail "no module"
internet
client a pr
services

add_test "C-24 C-26 A-43 A-44: the server is dead, then back: qualified within 5 s" \
	test_server
add_test "C-124: names can be looked up at last: qualified within 2 s; later they name another server" \
	test_name_server
add_test "C-90: the IPv4 address changes: old address gone at once, new one in 1 s and 2.5 round trips" \
	test_address
add_test "V-12: teredod killed, restarted, replaced: no packet lost, same address" \
	test_killed
add_test "C-87 C-88 C-90: the NAT was restarted: new address within a refresh interval" \
	test_nat
add_test "C-57 C-87: no maintenance while the server is heard" test_contact
add_test "the device goes down, bounces, is deleted" test_device
add_test "C-90: the cable is pulled out and put in; there is no route, and one again" \
	test_cable
add_test "a name that does not exist is looked up less and less often" \
	test_no_such_name
add_test "SIGTERM during a look-up that hangs" test_end_in_lookup
add_test "C-90: rules and a mark take the path away and give it back" \
	test_rules
add_test "the carrier is back, and the interface changes once more" \
	test_carrier_twice
add_test "the mapping's lifetime ends without teredod" test_lifetime
add_test "a second teredod takes a relay over" test_relay_replaced

run_tests
