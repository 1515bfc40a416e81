#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# teredod as server and relay, with secrets and a route; and each command of teredo,
# with valid and refused arguments.
# timeout: 400

# shellcheck disable=SC2016 # expanded later
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# daemon NODE: start teredod with the configuration from standard input
daemon()
{
	local node=$1

	mkdir -p "$tmp/run-$node"
	cat > "$tmp/$node-daemon.conf"
	start "$node-teredod" "$node" env "TEREDO_RUN_DIR=$tmp/run-$node" \
		"$tools/teredod" --debug --config "$tmp/$node-daemon.conf" teredo0
}

# refused STATUS WORDS COMMAND...: the command fails with this status and these words
refused()
{
	local status=$1 words=$2 out code

	shift 2
	out=$("$@" 2>&1)
	code=$?
	check_equal "status of $*" "$status" "$code"
	[[ $out == *"$words"* ]] || fail "$* says '$out', not '$words'"
}

# says WORDS COMMAND...: the command succeeds and prints these words
says()
{
	local words=$1 out

	shift
	out=$("$@" 2>&1) || fail "exit code $? of $*"
	[[ $out == *"$words"* ]] || fail "$* says '$out', not '$words'"
}

# The server demands a secret. A client with the secret gets an address.
test_secret()
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
	says '"secrets":1' teredo s1 -j show teredo0
	printf '%s\n' '[client]' 'server = 203.0.113.1/203.0.113.2' \
		'secret-id = alice' 'secret = correct-horse-battery-staple' \
		'[device]' "port = ${port[a]}" > "$tmp/secret.conf"
	client_up a --config "$tmp/secret.conf"
	teredo a show teredo0 | grep -q '^ *secret' &&
		fail "the secret is good, but shown"
	check "teredo wait" teredo a wait teredo0 --timeout 5
	# a new list, in which the secret has expired
	(umask 077; printf '%s\n' 'alice  correct-horse-battery-staple expired' \
		> "$tmp/secrets")
	kill -HUP "${_pids[s1-teredod]}"
	client_down a
	client_up a --config "$tmp/secret.conf"
	check "the client says so" shows a 'wants another one' '"secret_expired":true'
	says '"expired":2' teredo s1 -j show teredo0
	# a list without the client
	(umask 077; printf '%s\n' 'bob  another-secret-of-bob' \
		> "$tmp/secrets")
	count_from s1
	kill -HUP "${_pids[s1-teredod]}"
	client_down a
	client_start a --config "$tmp/secret.conf"
	refused 3 'no' \
		teredo a wait teredo0 --timeout 13
	[[ $(counted s1) == *rx_control+* ]] || fail "$(counted s1)"
	client_down a
	stop s1-teredod
	ip_on s1 link del teredo0
}

has_route()
{
	[ "$(ip_on r -6 route show 2001::/32 dev teredo0)" ]
}

# The daemon of a relay maintains its route, and removes it to drain the relay.
test_relay()
{
	daemon r <<-EOF
	[device]
	mode = relay
	local = 198.51.100.1
	port = 3545
	[relay]
	served = 2001:db8:1::/48
	[route]
	announce = yes
	EOF
	check "the route is there" wait_for 10 has_route
	says announce teredo r show teredo0
	says '"announce":"yes"' teredo r -j show
	check "draining" teredo r set teredo0 announce off
	check "the daemon knows" wait_for 5 eval \
		'[[ $(teredo r -j show teredo0) == *\"draining\"* ]]'
	check "announcing" teredo r set teredo0 announce on
	check "the daemon knows that, too" wait_for 5 eval \
		'[[ $(teredo r -j show teredo0) == *\"announce\":\"yes\"* ]]'
	# the daemon restores a route that another program removes
	ip_on r -6 route del 2001::/32 dev teredo0
	check "the route is back" wait_for 15 has_route
	ip_on r addr del 198.51.100.1/32 dev eth0
	check "no address, no route" wait_for 10 eval '! has_route'
	ip_on r addr add 198.51.100.1/32 dev eth0
	ip_on r route replace default dev eth0
	check "the address is back, and the route" wait_for 10 has_route
	check "what can be set" teredo r set teredo0 rate 500 ttl 33 tos 4 \
		fwmark 7 max-peers 100 direct on
	says 'rate 500' ip_on r -d link show teredo0
	refused 1 'one server' teredo r set teredo0 server 1.2.3.4,1.2.3.5
	refused 1 'on or off' teredo r set teredo0 announce maybe
	refused 1 'cannot be set' teredo r set teredo0 mtu 1300
	refused 1 'no Teredo device' teredo r set eth0 ttl 3
	refused 1 '' teredo r set nosuch ttl 3
	refused 1 'set DEV' teredo r set teredo0 ttl
	stop r-teredod
	check "no daemon, no route" wait_for 5 eval '! has_route'
	ip_on r link del teredo0
}

# Output of a client, and the commands for its peers
test_client()
{
	local addr

	client_up a
	addr=$(teredo_address a)
	says "$addr" teredo a show
	says '"qualified"' teredo a -p show teredo0
	check "its peers" reach a 2001:db8:1::10
	says trusted teredo a peer show teredo0
	says '"trusted"' teredo a -j peer show teredo0
	check "a peer" teredo a peer add teredo0 "$B" remote 192.0.2.20:50000
	check "a peer that is asked" teredo a peer add teredo0 "$C"
	check "not any more" teredo a peer del teredo0 "$B"
	refused 2 'No such peer' teredo a peer del teredo0 "$B"
	refused 1 'ADDRESS:PORT' teredo a peer add teredo0 "$B" remote 1.2.3.4
	refused 1 'not an IPv6' teredo a peer add teredo0 1.2.3.4
	refused 1 'address of the peer is missing' teredo a peer add teredo0
	refused 1 'too much' teredo a peer del teredo0 "$B" "$C"
	refused 1 'show, add' teredo a peer frobnicate teredo0
	refused 1 '' teredo a peer show nosuch
	check "none at all" teredo a peer flush teredo0
	check_equal "peers" '[]' "$(teredo a -j peer show teredo0)"
	says rx_bubbles teredo a -j stats
	check "wait" teredo a wait teredo0
	refused 3 'no device' teredo a wait nosuch --timeout 0

	start monitor a env "TEREDO_RUN_DIR=$tmp/run-a" "$tools/teredo" \
		monitor teredo0
	start monitor-json a env "TEREDO_RUN_DIR=$tmp/run-a" "$tools/teredo" \
		-j monitor
	pause 1
	check "another server" teredo a set teredo0 server 203.0.113.1
	client_down a
	check "monitor tells" wait_for 5 told monitor '^teredo0: (\w+) server .*$'
	check "in JSON" wait_for 5 told monitor-json \
		'^\{"time":[0-9]+,"ifname":"teredo0","state":"(\w+)",.*\}$'
	stop monitor
	stop monitor-json
}

# told NAME PATTERN: the states that a monitor has printed
told()
{
	[ "$(sed -E "s/$2/\1/" "$tmp/$1.log" | uniq | xargs)" = \
		'qualified probe offline' ] && return
	cat "$tmp/$1.log"
	return 1
}

# Settings that change at the device of a client take effect at once.
test_changed()
{
	teredo_server s2 198.51.100.118 198.51.100.119
	client_up a
	check "another server" teredo a set teredo0 server 198.51.100.118
	check "has the address" wait_for 5 by_server a c633:6476
	check "it is shown" shows a '"primary":"198.51.100.118"' \
		'"secondary":"198.51.100.119"'
	check "both" teredo a set teredo0 server 203.0.113.1/203.0.113.2
	check "back" wait_for 5 by_server a cb00:7101

	# the same server with another secondary address, which is silent
	check "another secondary" teredo a set teredo0 server 203.0.113.1/203.0.113.9
	check "it is asked" wait_for 5 shows a '"secondary":"203.0.113.9"' \
		'"secondary_assumed":false'
	check "it does not answer" wait_for 20 shows a 'does not answer'
	check "the right one" teredo a set teredo0 server 203.0.113.1/203.0.113.2
	check "back again" wait_for 5 by_server a cb00:7101

	# clients behind symmetric NATs are supported if configured
	client_down a
	set_nat a symrnd
	client_up a
	check "without" ip_on a link set teredo0 type teredo nosymmetric \
		nopreserving nosequential
	check "no address" wait_for 5 no_address a
	check "the reason" wait_for 5 shows a 'reason: symmetric NAT'
	check "with" ip_on a link set teredo0 type teredo symmetric
	check "an address" wait_for 5 by_server a cb00:7101
	client_down a
	set_nat a pr
	ip_on s2 link del teredo0
}

# Determine the NAT's behaviour before installation.
test_qualify()
{
	says 'keeps one mapping' teredo a qualify \
		--server 203.0.113.1/203.0.113.2
	says '"restricted"' teredo a -j qualify \
		--server 203.0.113.1/203.0.113.2 --port 40123
	set_nat a symrnd
	says 'native hosts cannot' teredo a qualify \
		--server 203.0.113.1/203.0.113.2
	set_nat a pr
	refused 3 'the network rejects' teredo a qualify --server 203.0.113.77 \
		--timeout 1
	refused 1 '--server is missing' teredo a qualify
	refused 1 '' teredo a qualify --server 10.0.0.1
	refused 1 '' teredo a qualify --nonsense
}

test_decode()
{
	local name

	says 192.0.2.10 teredo a decode "$A"
	says 203.0.113.1 teredo a -j decode "$A"
	refused 1 '' teredo a decode 2001:db8::1x
	refused 1 '' teredo a decode 00000
	for name in RS-4 RA-3 RA-4 BU-1 BU-7 PI-1; do
		says '"ipv6"' teredo a -j decode "$(vector "$name")"
	done
	says origin teredo a decode "$(vector OR-2 BU-1)"
	says nonce teredo a decode "$(vector BU-1)0104deadbeef"
	says discarded teredo a decode "$(vector BU-1)4100"
	refused 1 '' teredo a decode ffff
}

test_checkconf()
{
	check "a good one" teredo a checkconf "$top/tools/etc/teredo-relay.conf.example"
	printf 'nonsense = 1\n' > "$tmp/bad.conf"
	refused 1 bad.conf:1: teredo a checkconf "$tmp/bad.conf"
	: > "$tmp/empty.conf"
	refused 1 'has no KEY = VALUE' teredo a checkconf "$tmp/empty.conf"
	echo '[client]' > "$tmp/empty.conf"
	refused 1 'has no KEY = VALUE' teredo a checkconf "$tmp/empty.conf"
	printf '%s\n' '[client]' 'refresh = 20' > "$tmp/empty.conf"
	refused 1 'a client needs server = NAME' teredo a checkconf "$tmp/empty.conf"
	refused 1 'stands for your server' \
		teredo a checkconf "$top/tools/etc/teredo.conf.example"
	printf '%s\n' '[client]' 'server = 203.0.113.1' 'secret-id = alice' \
		'   secret = correct-horse-battery' > "$tmp/indented.conf"
	refused 1 'indented.conf:4: line: begins with a blank' \
		teredo a checkconf "$tmp/indented.conf"
	[[ $(teredo a checkconf "$tmp/indented.conf" 2>&1) != *correct-horse* ]] ||
		fail "checkconf prints the secret"
	[[ $(timeout 5 "$tools/teredod" --config "$tmp/indented.conf" teredo0 2>&1) \
		!= *correct-horse* ]] || fail "teredod prints the secret"
	refused 1 checkconf teredo a checkconf
	refused 78 '' "$tools/teredod" --config "$tmp/bad.conf" teredo0
	refused 1 '' "$tools/teredod" --nonsense
	says teredod "$tools/teredod" --help
	says . "$tools/teredo" -V
	says monitor "$tools/teredo" help
	refused 1 '' "$tools/teredo" frobnicate
	refused 1 '' "$tools/teredo" --color=green show
}

demands_secrets()
{
	[[ $(ip_on s2 -d link show teredo0) == *' auth '* ]]
}

# teredod uses an existing device as it is, or names the settings that do not fit.
test_before()
{
	local conf=$tmp/before.conf
	local teredod=(timeout 10 "$tools/teredod")

	printf '%s\n' '[client]' 'server = 203.0.113.1' > "$conf"
	ip_on a link add teredo0 type dummy
	refused 1 'is no Teredo device' on a "${teredod[@]}" --config "$conf" teredo0
	ip_on a link del teredo0
	ip_on a link add teredo0 type teredo mode hostrelay
	refused 1 "teredo0 is a hostrelay, $conf says mode = client" \
		on a "${teredod[@]}" --config "$conf" teredo0
	refused 1 'the command line says mode = client' \
		on a "${teredod[@]}" --server 203.0.113.1 teredo0
	printf '%s\n' '[device]' 'mode = relay' > "$conf"
	refused 78 "--server is for clients, $conf says mode = relay" \
		on a "${teredod[@]}" --config "$conf" --server 203.0.113.1 teredo0
	refused 78 'nor an IPv4 address' on a "${teredod[@]}" --server 2001:db8::1 teredo0
	refused 78 'cannot be the name of a device' on a "${teredod[@]}" a/b
	ip_on a link del teredo0

	printf '%s\n' '[device]' 'mode = server' 'local = 198.51.100.118' \
		'[server]' 'local2 = 198.51.100.119' > "$conf"
	ip_on s2 link add teredo0 type teredo mode server \
		local 198.51.100.118 local2 198.51.100.119 auth
	refused 1 'say secrets = FILE' on s2 "${teredod[@]}" --config "$conf" teredo0
	ip_on s2 link set teredo0 type teredo noauth
	printf 'secrets = %s\n' "$tmp/secrets" >> "$conf"
	daemon s2 < "$conf"
	check "a server begins to demand secrets" wait_for 5 demands_secrets
	stop s2-teredod
	ip_on s2 link del teredo0
}

modprobe teredo || fail "no module"
internet
client a pr

add_test "S-10 C-49 C-50: teredod accepts authenticated clients" test_secret
add_test "R-01: teredod maintains a relay's route, and drains it" test_relay
teredo_services()
{
	teredo_server s1 203.0.113.1 203.0.113.2
	teredo_relay r 198.51.100.1 3545
	"$@"
}
add_test "teredo show, peer, monitor, wait" teredo_services test_client
add_test "XN-02 C-02: settings of a client are changed while it runs" test_changed
add_test "teredo qualify" test_qualify
add_test "teredo decode" test_decode
add_test "teredo checkconf, help and wrong usage" test_checkconf
add_test "teredod and a device that was there before" test_before

run_tests
