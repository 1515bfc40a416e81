#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Two relays announce the service prefix by BGP to the core router, which detects by
# BFD when one fails. A client's traffic with a native host continues. On r the
# routing daemon imports teredod's route, on r2 it follows the carrier: the two
# configurations of Documentation/admin/relay.md.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

native=2001:db8:7::7

# bird_start NODE: run bird with the configuration from standard input
bird_start()
{
	cat > "$tmp/bird-$1.conf"
	start "bird-$1" "$1" bird -f -c "$tmp/bird-$1.conf" \
		-s "$tmp/bird-$1.ctl" -P "$tmp/bird-$1.pid"
}

# peering RELAY NETWORK: set the addresses of the link to the core router
peering()
{
	ip_on inet addr add "$2::1/64" dev "$1" nodad
	ip_on "$1" addr add "$2::2/64" dev eth0 nodad
}

# announcer RELAY NETWORK ROUTER-ID: the protocols that export are on standard input
announcer()
{
	bird_start "$1" <<-EOF
	router id $3;
	protocol device { scan time 1; }
	$(cat)
	protocol bfd {
		accept ipv6 direct;
		interface "eth0" {
			min rx interval 200 ms;
			min tx interval 200 ms;
			multiplier 3;
		};
	}
	protocol bgp core {
		local $2::2 as 65001;
		neighbor $2::1 as 65000;
		bfd on;
		connect delay time 1;
		error wait time 1, 5;
		ipv6 {
			import none;
			export where net = 2001::/32;
		};
	}
	EOF
}

# has_route NODE PREFIX
has_route()
{
	[ "$(ip_on "$1" -6 route show "$2" proto 74)" ]
}

# relay_with_teredod NODE ADDRESS PORT
relay_with_teredod()
{
	printf '%s\n' '[device]' 'mode = relay' "local = $2" "port = $3" \
		> "$tmp/$1.conf"
	on "$1" sysctl -qw net.ipv6.conf.all.forwarding=1
	start "$1-teredod" "$1" "$tools/teredod" --debug \
		--config "$tmp/$1.conf" teredo0
	wait_for 5 has_route "$1" 2001::/32 ||
		fail "$1 has no route: $(cat "$tmp/$1-teredod.log")"
}

core()
{
	bird_start inet <<-EOF
	router id 198.51.100.254;
	protocol device { scan time 1; }
	protocol kernel { ipv6 { import none; export all; }; }
	protocol bfd {
		accept ipv6 direct;
		interface "r", "r2" {
			min rx interval 200 ms;
			min tx interval 200 ms;
			multiplier 3;
		};
	}
	template bgp relay {
		bfd on;
		connect delay time 1;
		error wait time 1, 5;
		ipv6 {
			import where net = 2001::/32;
			export none;
		};
	}
	protocol bgp r from relay {
		local 2001:db8:f1::1 as 65000;
		neighbor 2001:db8:f1::2 as 65001;
	}
	protocol bgp r2 from relay {
		local 2001:db8:f2::1 as 65000;
		neighbor 2001:db8:f2::2 as 65001;
	}
	EOF
}

# routed_by RELAY: the core router sends packets for clients to this relay
routed_by()
{
	[[ $(ip_on inet -6 route show 2001::/32) == *" dev $1 "* ]]
}

# both_announce: the core router knows the routes of both relays
both_announce()
{
	[ "$(birdc -s "$tmp/bird-inet.ctl" show route 2001::/32 |
		grep -c 'unicast')" = 2 ]
}

# watch_start, watch_stop LIMIT: ping in both directions, and check the longest time
# without a reply, in ms; a silent end counts
watch_start()
{
	start out c ping -6 -n -D -i 0.05 -W 5 "$native"
	start in h ping -6 -n -D -i 0.05 -W 5 "$(teredo_address c)"
	wait_for 5 grep -qs 'icmp_seq=3' "$tmp/out.log" || fail "no answers out"
	wait_for 5 grep -qs 'icmp_seq=3' "$tmp/in.log" || fail "no answers in"
}

watch_stop()
{
	local which gap

	for which in out in; do
		stop "$which" INT
		gap=$(longest_gap "$which")
		note "longest gap $which: $gap ms"
		check_at_most "ms without answers, pings $which" "$1" "$gap"
	done
}

# cut LOSS: loss of all packets between r and the core router, in both directions
cut()
{
	tc -n "${_prefix}inet" qdisc replace dev r root netem loss "$1"
	tc -n "${_prefix}r" qdisc replace dev eth0 root netem loss "$1"
}

# slow_upload: 2 MB in 4 s from the client, to $tmp/got
slow_upload()
{
	rm -f "$tmp/got"
	start receiver h timeout 60 bash -c \
		"busybox nc -l -p 5001 <&$_never > '$tmp/got'"
	wait_for 5 tcp_listening "$pid" 5001
	start upload c timeout 60 bash -c "
		for i in {0..39}; do
			dd if='$tmp/sent' bs=50000 skip=\$i count=1 2> /dev/null
			sleep 0.1
		done | busybox nc $native 5001"
}

test_two()
{
	wait_for 30 both_announce ||
		fail "$(birdc -s "$tmp/bird-inet.ctl" show protocols)"
	wait_for 5 routed_by r || fail "$(ip_on inet -6 route show 2001::/32)"
	client_up c
	check "to the native host" reach c "$native"
	check "from the native host" reach h "$(teredo_address c)"
}

test_cut()
{
	local start

	watch_start
	slow_upload
	pause 1
	start=$(now_ms)
	cut 100%
	wait_for 10 routed_by r2 || fail "r2 does not take over"
	note "route changed after $(($(now_ms) - start)) ms"
	pause 2
	watch_stop 2000
	wait "${_pids[upload]}" || fail "the transfer broke off"
	wait "${_pids[receiver]}"
	check "what arrived" cmp "$tmp/sent" "$tmp/got"
	# shellcheck disable=SC2016 # expanded by awk
	[ "$(on r2 awk '$1 == "teredo0:" { print $2 }' /proc/net/dev)" \
		-gt 1000000 ] || fail "the transfer did not go on through r2"
}

test_heal()
{
	local start

	watch_start
	slow_upload
	pause 1
	start=$(now_ms)
	cut 0%
	wait_for 30 routed_by r || fail "r does not come back"
	note "route changed after $(($(now_ms) - start)) ms"
	pause 2
	watch_stop 2000
	wait "${_pids[upload]}" || fail "the transfer broke off"
	wait "${_pids[receiver]}"
	check "what arrived" cmp "$tmp/sent" "$tmp/got"
}

# A relay without its IPv4 address withdraws its route: the carrier of the device
# follows the address.
test_carrier()
{
	local start

	wait_for 30 both_announce || fail "r2 does not announce"
	watch_start
	start=$(now_ms)
	ip_on r addr del 198.51.100.1/32 dev eth0
	wait_for 5 routed_by r2 || fail "r does not withdraw"
	note "route changed after $(($(now_ms) - start)) ms"
	check_equal "carrier" 0 \
		"$(ip_on r -o link show teredo0 | grep -vc NO-CARRIER)"
	pause 1
	ip_on r addr add 198.51.100.1/32 dev eth0
	ip_on r route add default dev eth0	# the kernel removed it with the address
	wait_for 5 routed_by r || fail "r does not come back"
	pause 1.5
	watch_stop 2000
}

# lost NAME: number of pings without a reply
lost()
{
	sed -n 's/^\([0-9]*\) packets transmitted, \([0-9]*\) received.*/\1 \2/p' \
		"$tmp/$1.log" | awk '{ print $1 - $2 }'
}

# A relay can be drained and put back without packet loss: it still relays the packets
# that are in flight or arrive later.
test_drain()
{
	local which

	wait_for 30 both_announce || fail "r2 does not announce"
	wait_for 30 routed_by r || fail "r does not announce"
	watch_start
	check "drain" teredo r set teredo0 announce off
	wait_for 5 routed_by r2 || fail "r does not withdraw"
	check "first half" has_route r 2001::/33
	check "second half" has_route r 2001:0:8000::/33
	pause 3
	check "end of the drain" teredo r set teredo0 announce on
	wait_for 5 routed_by r || fail "r does not come back"
	pause 3
	for which in out in; do
		stop "$which" INT
		check_equal "pings $which without an answer" 0 "$(lost "$which")"
	done
	client_down c
}

modprobe teredo || fail "no module"
internet
client c pr
head -c 2000000 /dev/urandom > "$tmp/sent"
ip_on inet -6 route del 2001::/32 dev r
host r2 198.51.100.2 2001:db8:2::1
miredo_server s1 203.0.113.1 203.0.113.2
relay_with_teredod r 198.51.100.1 3545
teredo_relay r2 198.51.100.2 3545
peering r 2001:db8:f1
peering r2 2001:db8:f2
core
announcer r 2001:db8:f1 198.51.100.1 <<EOF
protocol kernel teredo {
	learn;
	scan time 1;
	ipv6 {
		import where net = 2001::/32 && krt_source = 74;
		export none;
	};
}
EOF
announcer r2 2001:db8:f2 198.51.100.2 <<EOF
protocol static {
	ipv6;
	check link yes;
	route 2001::/32 via "teredo0";
}
EOF

add_test "R-01: two relays announce the service prefix" test_two
add_test "R-01 R-33 C-72: one is cut off: traffic continues through the other within 2 s" \
	test_cut
add_test "R-01: it comes back" test_heal
add_test "R-33: without its IPv4 address a relay withdraws" test_carrier
add_test "R-01 R-33: a drain loses nothing" test_drain

run_tests
