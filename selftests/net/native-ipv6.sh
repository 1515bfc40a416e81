#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A client on a host with native IPv6: dormant, or a host-specific relay for the time, or
# unchanged, as "native" configures.
# timeout: 500
# set: long

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# begin POLICY: start a client and wait until it is qualified
begin()
{
	mkdir -p "$tmp/run-a"
	printf '%s\n' '[client]' 'server = 203.0.113.1/203.0.113.2' \
		${1:+"native = $1"} '[device]' "port = ${port[a]}" \
		> "$tmp/a.conf"
	start a-teredod a env TEREDO_RUN_DIR="$tmp/run-a" \
		"$tools/teredod" --debug --config "$tmp/a.conf" teredo0
	check "it qualifies" wait_for 15 has_teredo_address "$pid"
}

# native on|off: native IPv6 at a, through the router
native()
{
	if [ "$1" = on ]; then
		printf '%s\n' 'link set six up' \
			'addr add 2001:db8:a::2/64 dev six nodad' \
			'route add default via 2001:db8:a::1 dev six metric 1024' |
			ip_on a -6 -batch -
	else
		printf '%s\n' 'route del default dev six' |
			ip_on a -6 -batch -
		ip_on a -6 addr flush dev six scope global
	fi
}

state_is()
{
	[[ $(teredo a -j show teredo0) == *"\"state\":\"$1\""* ]]
}

routes()
{
	must ip_on a -6 route show proto 74
}

# took WHAT LOW HIGH COMMAND...: time until the command succeeds, in ms
took()
{
	local what=$1 low=$2 high=$3 begun spent

	shift 3
	begun=$(now_ms)
	wait_for $((high / 1000 + 5)) "$@"
	spent=$(($(now_ms) - begun))
	note "$what: $spent ms"
	if [ "$spent" -lt "$low" ] || [ "$spent" -gt "$high" ]; then
		fail "$what: $spent ms, expected $low to $high"
	fi
}

test_dormant()
{
	local before

	begin ''
	before=$(teredo_address a)
	native on
	took "dormant" 4000 8000 state_is dormant
	check_equal "address" "" "$(teredo_address a)"
	check_equal "routes" "" "$(routes)"
	[[ $(teredo a show teredo0 | tr -s ' ') == *'state dormant'*'reason: native IPv6 on six'* ]] ||
		fail "no reason: $(teredo a show teredo0)"
	check "nothing to wait for" teredo a wait teredo0 --timeout 1
	check "show says that all is well" teredo a show teredo0
	capture a eth0 quiet udp port 3544
	# absent, but not for long enough
	native off
	pause 10
	native on
	pause 25
	state_is dormant || fail "an uplink that was away for 10 s woke it up"
	capture_stop quiet
	check_equal "solicitations while dormant" 0 "$(packets quiet | wc -l)"
	native off
	took "back" 29000 36000 state_is qualified
	check_equal "mapping and server as before" \
		"${before%%:*}:${before##*:}" \
		"$(teredo_address a | sed 's/^\([^:]*\):.*:/\1:/')"
	check "ping" reach a 2001:db8:1::10
	client_down a
}

test_at_start()
{
	native on
	mkdir -p "$tmp/run-a"
	printf '%s\n' '[client]' 'server = 203.0.113.1/203.0.113.2' \
		> "$tmp/a.conf"
	capture a eth0 start udp port 3544
	start a-teredod a env TEREDO_RUN_DIR="$tmp/run-a" \
		"$tools/teredod" --config "$tmp/a.conf" teredo0
	took "dormant at once" 0 3000 state_is dormant
	pause 1
	capture_stop start
	check_equal "solicitations" 0 "$(packets start | wc -l)"
	client_down a
	native off
}

test_ignore()
{
	begin ignore
	native on
	pause 8
	state_is qualified || fail "it is not qualified any more"
	[[ $(ip_on a -6 route get 2001:db8:1::10) == *' dev six '* ]] ||
		fail "native IPv6 is not preferred"
	native off
	client_down a
}

relay_is_there()
{
	ip_on a link show teredo0-relay > /dev/null 2>&1 &&
		[[ $(ip_on a -6 route show 2001::/32) == *teredo0-relay* ]]
}

# The host's packets leave from its native address (H-02, H-03). It reaches another client
# without any other relay.
test_relay()
{
	local b

	client_up b
	b=$(teredo_address b)
	begin relay
	native on
	took "a relay" 4000 9000 relay_is_there
	state_is dormant || fail "the client is not dormant"
	check_equal "Teredo addresses" "" "$(teredo_address a)"
	[[ $(ip_on a -6 route get "$b") == *'dev teredo0-relay '*'src 2001:db8:a::2 '* ]] ||
		fail "not from the native address: $(ip_on a -6 route get "$b")"
	capture inet six native6 ip6 and dst net 2001::/32
	check "ping to a Teredo client" reach a "$b"
	capture_stop native6
	check_equal "packets to it by native IPv6" 0 "$(packets native6 | wc -l)"
	check_equal "where the client sees it" 192.0.2.10 \
		"$(teredo b peer show teredo0 |
			sed -n 's/^2001:db8:a::2 .* at \([0-9.]*\):.*/\1/p')"
	native off
	took "no relay any more" 29000 36000 eval \
		'! ip_on a link show teredo0-relay > /dev/null 2>&1'
	check "qualified again" wait_for 10 state_is qualified
	check "ping as a client" reach a "$b"

	# a relay that a killed daemon left is neither doubled nor kept forever
	native on
	check "a relay again" wait_for 12 relay_is_there
	stop a-teredod KILL
	native off
	begin relay
	! relay_is_there || fail "the relay of a killed daemon is still there"
	client_down a
	client_down b
}

test_firewall()
{
	begin ''
	[[ $(teredo a -j show teredo0) == *'"firewall":false'* ]] ||
		fail "no firewall, and no message says so"
	grep -q 'no firewall found' "$tmp/a-teredod.log" ||
		fail "teredod does not warn"
	on a nft add table inet f
	on a nft 'add chain inet f input { type filter hook input priority 0; }'
	check "the firewall is shown" wait_for 3 shows a '"firewall":true'
	on a nft delete table inet f
	client_down a
}

modprobe teredo || fail "no module"
internet
client a pr
client b pr
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545
new_link inet six a six
ip_on inet addr add 2001:db8:a::1/64 dev six nodad

add_test "C-16: a client is dormant beside native IPv6, and comes back" test_dormant
add_test "C-16: a client that starts on a host with native IPv6 sends nothing" test_at_start
add_test "C-16: native = ignore goes on, with the route second" test_ignore
add_test "H-02 H-03 H-09 H-10: native = relay is a host-specific relay while there is native IPv6" test_relay
add_test "a host without a firewall gets a warning" test_firewall

run_tests
