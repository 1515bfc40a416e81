#!/bin/bash
# shellcheck disable=SC2016 # expanded later
# SPDX-License-Identifier: GPL-2.0
#
# Each reason in the table of tools/lib/reason.c is provoked once. "teredo show" must name
# state, reason and remedy. Commands show the reasons that only they have.
# timeout: 400

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

declare -A seen=()

# gives NODE CODE STATE TEXT: "teredo show" has these, in text and JSON
gives()
{
	local text json

	text=$(teredo "$1" show teredo0 2> /dev/null | tr -s ' ')
	[[ $text == *" state $3 "*"reason: $4"*" what to do "[a-z]* ]] || return
	json=$(teredo "$1" -j show teredo0 2> /dev/null)
	[[ $json == *"\"state\":\"$3\""* ]] &&
		[[ $json == *"\"reason_code\":\"$2\""* ]] &&
		[[ $json == *'"remedy":"'* ]]
}

# because NODE CODE STATE TEXT [SECONDS]: the same within SECONDS, by default 3
because()
{
	seen[$2]=1
	wait_for "${5:-3}" gives "$1" "$2" "$3" "$4" && return
	fail "$2: $3, $4"
	teredo "$1" show teredo0 2>&1 | head -n 4 | note
}

# says_to NODE TEXT: the text is in the remedy
says_to()
{
	local text

	text=$(teredo "$1" show teredo0 | grep 'what to do')
	[[ $text == *"$2"* ]] || fail "what to do: no '$2' in: $text"
}

# asked CODE TEXT ARGUMENTS of teredo qualify...: run at a; code and text are in its output
asked()
{
	local code=$1 text=$2 json

	shift 2
	seen[$code]=1
	json=$(teredo a -j qualify "$@")
	[[ $json == *"\"reason\":\"$text"* &&
	   $json == *"\"reason_code\":\"$code\""*'"remedy":"'* ]] ||
		fail "$code: $text: $json"
}

# conf NODE [LINE]...: a configuration without any server, in $tmp/NODE.conf
conf()
{
	local node=$1

	shift
	mkdir -p "$tmp/run-$node"
	printf '%s\n' "$@" > "$tmp/$node-reason.conf"
}

# daemon NODE [LINE]...: start teredod with this configuration
daemon()
{
	conf "$@"
	start "$1-teredod" "$1" env "TEREDO_RUN_DIR=$tmp/run-$1" \
		"$tools/teredod" --config "$tmp/$1-reason.conf" teredo0
}

SERVER_LINE='server = 203.0.113.1/203.0.113.2'

qualified()
{
	[[ $(teredo "$1" -j show teredo0 2> /dev/null) == *'"state":"qualified"'* ]]
}

# ---------------------------------------------------------------- teredod

test_daemon()
{
	mkdir -p "$tmp/run-a" "$tmp/elsewhere"
	ip_on a link add teredo0 type teredo
	because a no-daemon offline 'no teredod runs for teredo0'
	says_to a 'systemctl start teredo@teredo0'
	ip_on a link del teredo0

	client_up a || return
	stop a-teredod KILL
	because a unmaintained unmaintained \
		'no teredod runs for teredo0: its address stays for '
	teredo a show teredo0 > /dev/null
	check_equal "exit code" 3 $?
	start a-teredod a env "TEREDO_RUN_DIR=$tmp/elsewhere" "$tools/teredod" \
		--config "$tmp/a.conf" teredo0
	because a no-status unknown 'a program looks after teredo0'
	says_to a TEREDO_RUN_DIR
	client_down a
}

# ---------------------------------------------------------------- the path

test_path()
{
	daemon a '[client]' "$SERVER_LINE" '[device]' 'local = 10.1.0.9'
	because a not-local offline '10.1.0.9 is no address of this host'
	says_to a 'ip address add 10.1.0.9'
	client_down a
	daemon a '[client]' "$SERVER_LINE" '[device]' 'link = ppp9'
	because a no-link offline 'no route to 203.0.113.1: ppp9 does not exist'
	client_down a

	daemon a '[client]' "$SERVER_LINE"
	check "qualified" wait_for 5 qualified a
	ip_on a link set teredo0 down
	because a down offline 'teredo0 is down'
	says_to a 'ip link set teredo0 up'
	ip_on a link set teredo0 up
	check "qualified" wait_for 5 qualified a
	ip_on a route del default
	because a no-path offline 'no route to 203.0.113.1: '
	ip_on a route add default via 10.1.0.1 dev eth0
	check "qualified" wait_for 5 qualified a
	client_down a

	# a rule that matches the server's port is another reason than a missing path
	ip_on a rule add ipproto udp dport 3544 prohibit
	daemon a '[client]' "$SERVER_LINE"
	because a send offline 'cannot send to 203.0.113.1: '
	ip_on a rule del ipproto udp dport 3544 prohibit
	client_down a
}

# ---------------------------------------------------------------- the server

# silence: s2 has no server, and drops packets to its port
silence()
{
	on s2 nft -f - <<-EOF
	table ip silent {
		chain i {
			type filter hook input priority 0
			udp dport 3544 drop
		}
	}
	EOF
}

# three clients wait for the three tries in parallel
test_silent()
{
	daemon a '[client]' 'server = 198.51.100.118'
	daemon b '[client]' 'server = 198.51.100.118' 'secret-id = alice' \
		'secret = correct-horse-battery'
	daemon c '[client]' 'server = 203.0.113.1/203.0.113.9'
	because a waiting probe 'waiting for 198.51.100.118 to answer'
	because a no-reply offline \
		'no reply from 198.51.100.118 after 3 tries (server down, UDP port 3544 blocked, or secret needed)' 15
	says_to a 'teredo qualify --server OTHER'
	because b no-reply-secret offline \
		'no reply from 198.51.100.118 after 3 tries (server down, UDP port 3544 blocked, or wrong secret)'
	because c nat-unknown qualified \
		'the kind of NAT is not known: the secondary address 203.0.113.9 does not answer'
	says_to c 'skip-secondary = yes'
	client_down c
	# a server that answers from both addresses is preferred
	daemon c '[client]' 'server = 203.0.113.1/203.0.113.9, 198.51.100.118'
	because c no-reply2 offline \
		'no reply from the secondary address 203.0.113.9 after 3 tries' 15
	says_to c 'skip-secondary = yes'
	because c nat-unknown qualified 'the kind of NAT is not known' 45
	client_down a
	client_down b
	client_down c
}

# one name server on h, and one that does not answer
test_name()
{
	cp /etc/resolv.conf "$tmp/resolv.conf"
	start dnsmasq h dnsmasq --no-daemon --no-resolv --no-hosts \
		--conf-file=/dev/null --user=root --pid-file= --local=/example/
	check "dnsmasq starts" wait_for 5 udp_bound "$pid" 53
	on h nft -f - <<-EOF
	table ip silent {
		chain i {
			type filter hook input priority 0
			udp dport 53 drop
		}
	}
	EOF
	echo 'nameserver 198.51.100.7' > /etc/resolv.conf
	daemon a '[client]' 'server = teredo.example'
	because a looking-up offline 'looking up the server'
	on h nft delete table ip silent
	because a not-found offline 'cannot resolve teredo.example: ' 10
	says_to a 'getent ahostsv4 teredo.example'
	stop dnsmasq
	cat "$tmp/resolv.conf" > /etc/resolv.conf
	client_down a
}

# reasons that only a command detects, or waits for
test_commands()
{
	asked refused 'the network rejects packets to 198.51.100.7: ' \
		--server 198.51.100.7/198.51.100.66
	asked nat-unknown 'the kind of NAT is not known: the secondary address 198.51.100.7' \
		--server 203.0.113.1/198.51.100.7
	asked time-out 'no answer from both addresses' \
		--server 198.51.100.118 --timeout 1
	# the NAT forwards the relay's bubbles, but not its data
	on na nft -f - <<-EOF
	table ip data {
		chain f {
			type filter hook forward priority -10
			ip saddr 198.51.100.1 udp length > 50 drop
		}
	}
	EOF
	asked no-way-back 'the relay 198.51.100.1 has an answer of 2001:db8:1::10' \
		--server 203.0.113.1/203.0.113.2 --verify 2001:db8:1::10
	on na nft delete table ip data
}

# ---------------------------------------------------------------- the NAT

test_symmetric()
{
	set_nat a symrnd
	daemon a '[client]' "$SERVER_LINE" 'symmetric = no' \
		'preserving = no' 'sequential = no'
	because a symmetric offline 'symmetric NAT: another mapped port or address'
	client_down a
	daemon a '[client]' "$SERVER_LINE"
	because a symmetric-peers qualified \
		'symmetric NAT: some Teredo peers are reached, native hosts only by relays'
	check "all is well for scripts" teredo a show teredo0
	asked symmetric-peers 'symmetric NAT: some' \
		--server 203.0.113.1/203.0.113.2
	client_down a
	set_nat a pr
}

# The NAT drops packets of the fixed port only.
test_stale()
{
	daemon a '[client]' "$SERVER_LINE" 'refresh = 5' '[device]' 'port = 40000'
	check "qualified" wait_for 5 qualified a
	on na nft -f - <<-EOF
	table ip stale {
		chain f {
			type filter hook forward priority -10
			udp sport 40000 drop
		}
	}
	EOF
	pause 25	# five keepalives
	because a stale offline 'the NAT has a stale mapping of the port' 15
	on na nft delete table ip stale
	client_down a
}

# ---------------------------------------------------------------- placement

test_placement()
{
	# with the carrier, but not running
	ip_on a link add teredo0 type teredo
	ip_on a link set teredo0 mode dormant
	daemon a '[client]' "$SERVER_LINE"
	because a starting probe 'waiting for the device to run'
	client_down a

	daemon a '[client]' "$SERVER_LINE"
	check "qualified" wait_for 5 qualified a
	on a sysctl -qw net.ipv6.conf.teredo0.disable_ipv6=1
	because a ipv6-off offline \
		'cannot add the address: IPv6 is disabled on teredo0'
	says_to a 'net.ipv6.conf.teredo0.disable_ipv6=0'
	on a sysctl -qw net.ipv6.conf.teredo0.disable_ipv6=0
	check "qualified" wait_for 5 qualified a
	ip_on a -6 route del default dev teredo0
	because a removed offline 'the default route was removed'
	check "qualified" wait_for 5 qualified a
	client_down a
}

test_native()
{
	new_link inet six a six
	ip_on a -6 addr add 2001:db8:a::2/64 dev six nodad
	ip_on a -6 route add default dev six metric 1024
	daemon a '[client]' "$SERVER_LINE"
	because a native dormant 'native IPv6 on six'
	check "all is well for scripts" teredo a show teredo0
	client_down a
	# another device has the name of the host-specific relay
	ip_on a link add teredo0-relay type dummy
	daemon a '[client]' "$SERVER_LINE" 'native = relay'
	because a no-stand-in dormant \
		'native IPv6 on six; no host-specific relay: teredo0-relay is something else'
	client_down a
	ip_on a link del teredo0-relay
	ip_on a link del six
}

test_no_relay()
{
	daemon a '[client]' "$SERVER_LINE" 'verify = 2001:db8:1::99'
	because a no-relay qualified 'no answer from 2001:db8:1::99: ' 15
	client_down a
}

# ---------------------------------------------------------------- servers, relays

# young NODE: the time in the state is not longer than the device exists
young()
{
	local since

	since=$(teredo "$1" -j show teredo0 | sed -n 's/.*"since":\([0-9]*\).*/\1/p')
	[ ! "$since" ] || [ $((EPOCHSECONDS - since)) -le 2 ] ||
		fail "since $((EPOCHSECONDS - since)) s on a new device"
}

test_carrier()
{
	ip_on h link add teredo0 type teredo mode relay local 198.51.100.9 port 3545
	because h down down 'teredo0 is down'
	ip_on h link set teredo0 up
	because h not-local no-carrier '198.51.100.9 is no address of this host'
	ip_on h link add dummy0 type dummy
	ip_on h addr add 198.51.100.9/32 dev dummy0
	because h local-down no-carrier 'dummy0, which has 198.51.100.9, has no carrier'
	says_to h 'ip link set dummy0 up'
	ip_on h link set dummy0 up
	ip_on h link set teredo0 carrier off
	because h carrier-off no-carrier 'the carrier was set off'
	says_to h 'ip link set teredo0 carrier on'
	ip_on h link set teredo0 carrier on
	ip_on h link set teredo0 type teredo dev dummy0
	ip_on h link del dummy0
	because h link-gone no-carrier 'the configured link does not exist'
	teredo_down h

	new_node m
	ip_on h link add teredo0 type teredo mode relay local 198.51.100.9 port 3545
	ip_on h link set teredo0 netns "$(netns m)"
	ip_on m link set teredo0 up
	because m local-unseen no-carrier \
		'198.51.100.9 or its carrier is missing in the namespace of the socket'
	ip_on m link del teredo0
}

# the state of teredod within its first half second, and later
test_relay_daemon()
{
	daemon h '[device]' 'mode = relay' 'local = 198.51.100.9' 'port = 3545'
	because h not-local no-carrier '198.51.100.9 is no address of this host'
	young h
	pause 1
	young h
	stop h-teredod
	teredo_down h

	daemon h '[device]' 'mode = relay' 'local = 198.51.100.7' 'port = 3545'
	check "up" wait_for 5 eval '[[ $(teredo h -j show) == *\"up\"* ]]'
	ip_on h -6 route del 2001::/32 dev teredo0
	because h removed no-route 'the route was removed'
	check "up" wait_for 5 eval '[[ $(teredo h -j show) == *\"up\"* ]]'
	on h sysctl -qw net.ipv6.conf.teredo0.disable_ipv6=1
	because h ipv6-off no-route 'cannot add the route: IPv6 is disabled on teredo0'
	on h sysctl -qw net.ipv6.conf.teredo0.disable_ipv6=0
	check "up" wait_for 5 eval '[[ $(teredo h -j show) == *\"up\"* ]]'
	ip_on h -6 route replace 2001::/32 dev eth0 metric 256
	because h not-added no-route 'cannot add the route: another device has a route'
	ip_on h -6 route del 2001::/32 dev eth0
	stop h-teredod
	teredo_down h
}

test_helper()
{
	mkdir -p "$tmp/run-s2"
	teredo_server s2 198.51.100.118 198.51.100.119 auth
	because s2 no-helper no-helper 'no teredod checks the secrets of clients'
	teredo_down s2
}

# Every reason was shown. With ONLY, most tests have not run.
test_all()
{
	local code n=0

	[ ! "${ONLY:-}" ] || {
		skip "not all tests have run"
		return
	}
	while read -r code; do
		n=$((n + 1))
		[ "$code" = none ] || [ "${seen[$code]:-}" ] ||
			fail "no test brings about $code"
	done < <(sed -nE '/^\} table\[\]/,/^\};/s/^		"([a-z0-9-]+)", STATE_.*/\1/p' \
			"$top/tools/lib/reason.c")
	[ "$n" -gt 1 ] || fail "reason.c has no reasons"
}

modprobe teredo || fail "no module"
internet
client a pr
client b pr
client c pr
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545
silence

add_test "reasons: no teredod, a killed one, one without status" test_daemon
add_test "reasons: interface, address and path" test_path
add_test "C-36 C-37: reasons: a silent server, wrong secret, one address" test_silent
add_test "reasons: the server's name" test_name
add_test "C-118: reasons: errors that teredo qualify gets at once" test_commands
add_test "C-38 XN-02: reasons: a symmetric NAT" test_symmetric
add_test "C-90: reasons: a stale mapping of the NAT" test_stale
add_test "reasons: address and routes" test_placement
add_test "H-10: reasons: native IPv6" test_native
add_test "C-118: reasons: a native host without relay" test_no_relay
add_test "reasons: carrier of servers and relays" test_carrier
add_test "R-01: reasons: route of a relay, and since when" test_relay_daemon
add_test "reasons: secrets that no teredod checks" test_helper
add_test "reasons: each is in a test" test_all

run_tests
