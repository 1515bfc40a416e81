#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Hosts whose firewall drops by default. A client needs no open port. A server or relay
# needs exactly the rules that the documentation lists.
# timeout: 400

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

NATIVE=2001:db8:1::10
PINGS='iifname teredo0 icmpv6 type echo-request accept'

# default_drop NODE [INPUT-RULE [FORWARD-RULE]]: accept replies and what the rules
# accept; flush conntrack
default_drop()
{
	on "$1" nft -f - <<-EOT || fail "no firewall on $1"
	table inet host
	delete table inet host
	table inet host {
		chain input {
			type filter hook input priority filter; policy drop;
			iifname lo accept
			ct state established,related accept
			${2:-}
		}
		chain forward {
			type filter hook forward priority filter; policy drop;
			ct state established,related accept
			${3:-}
		}
	}
	EOT
	on "$1" conntrack -F > /dev/null 2>&1
}

no_firewall()
{
	on "$1" nft flush ruleset
}

# documented FILE: the first table that the file shows, for the device teredo0
documented()
{
	awk '/^[[:space:]]*table inet teredo \{/ { on = 1 }
		on { print }
		on && /^(    )?}/ { exit }' "$top/$1" |
		sed 's/"\(server\|relay\)0"/"teredo0"/g'
}

# says WHAT TEXT: text in "teredo show" at a, after the three tries that take 12 s. Do
# not poll before: a poll costs more than the wait.
says()
{
	pause 12
	check "$1" wait_for 3 shows a "$2"
}

# ---------------------------------------------------------------- client

# unsolicited: send from a host that a has sent nothing to
unsolicited()
{
	inject --from 198.51.100.66:5000 --to 192.0.2.10:40000 \
		bubble 2001:db8:66::1 "$(teredo_address a)"
	pause 0.3
}

# test_client NAT
test_client()
{
	set_nat a "$1"
	default_drop a "$PINGS"
	client_up a || return
	check "ping of a native host" reach a "$NATIVE"
	check "TCP" tcp_both_ways a n "$NATIVE"
	count_from a
	unsolicited
	check_equal "what the module sees of an unsolicited peer" '' "$(counted a)"
	client_down a
	client_up a
	check "the native host begins" reach n "$(teredo_address a)"
	client_down a
	no_firewall a
}

# test_peers NAT: neither firewall has a conntrack entry for the other client
test_peers()
{
	set_nat a "$1"
	set_nat b "$1"
	default_drop a "$PINGS"
	default_drop b "$PINGS"
	client_up a && client_up b || return
	check "the first ping, and more" reach a "$(teredo_address b)"
	client_down a
	client_down b
	client_up a && client_up b || return
	check "the other one begins" reach b "$(teredo_address a)"
	client_down a
	client_down b
	no_firewall a
	no_firewall b
}

# the table of client.md, together with one that drops by default
test_documented_client()
{
	local rules

	set_nat a cone
	rules=$(documented Documentation/admin/client.md)
	default_drop a 'iifname teredo0 accept'
	on a nft -f - <<< "$rules" || fail "not loaded: $rules"
	client_up a || return
	check "ping of a native host" reach a "$NATIVE"
	check "TCP" tcp_both_ways a n "$NATIVE"
	check "a ping comes in" reach n "$(teredo_address a)"
	start listener a busybox nc -l -p 5003
	check "it listens" wait_for 5 tcp_listening "$pid" 5003
	! on n timeout 3 busybox nc "$(teredo_address a)" 5003 < /dev/null ||
		fail "a connection that was not asked for comes in"
	stop listener
	client_down a
	no_firewall a
}

# The client's own host drops its outgoing packets.
test_output()
{
	set_nat a pr
	on a nft -f - <<-EOT
	table inet host {
		chain output {
			type filter hook output priority filter; policy drop;
			oifname lo accept
		}
	}
	EOT
	client_start a
	says "nothing is heard" 'another server tells which: teredo qualify --server'
	exits "what it names to do" 3 on a "$tools/teredo" qualify \
		--server 203.0.113.1
	has 'cannot send to 203.0.113.1: Operation not permitted' \
		'see whether a firewall of this host drops UDP'
	no_firewall a
	check "qualified afterwards" wait_for 30 \
		has_teredo_address "${_pids[a-teredod]}"
	client_down a
}

# ---------------------------------------------------------------- server

SERVER_RULE='ip daddr { 203.0.113.1, 203.0.113.2 } udp dport 3544 accept'
TESTS_RULE='iifname teredo0 icmpv6 type echo-request accept'

# No port is open, then that of one address, then of both.
test_server()
{
	set_nat a pr
	set_nat b pr
	default_drop s1
	client_start a
	says "nothing is open" \
		'no reply from 203.0.113.1 after 3 tries (server down, UDP port 3544 blocked'
	client_down a
	default_drop s1 'ip daddr 203.0.113.1 udp dport 3544 accept'
	client_start a
	says "the secondary address is not open" \
		'the secondary address 203.0.113.2 does not answer'
	client_down a
	default_drop s1 "$SERVER_RULE"
	client_up a && client_up b || return
	check "between clients" reach a "$(teredo_address b)"
	! reach a "$NATIVE" 1 > /dev/null ||
		fail "connectivity tests pass a chain that drops them"
	default_drop s1 "$SERVER_RULE" "$TESTS_RULE"
	teredo a peer del teredo0 "$NATIVE"
	check "a native host" reach a "$NATIVE"
	client_down a
	client_down b
	no_firewall s1
}

# the table of server.md, together with one that drops by default
test_documented_server()
{
	set_nat a pr
	set_nat b pr
	default_drop s1 "$SERVER_RULE" "$TESTS_RULE"
	on s1 nft -f - <<< "$(documented Documentation/admin/server.md)" ||
		fail "not loaded"
	client_up a && client_up b || return
	check "between clients" reach a "$(teredo_address b)"
	check "a native host" reach a "$NATIVE"
	check_equal "connections that are tracked" '' \
		"$(on s1 conntrack -L -p udp 2> /dev/null | grep 3544)"
	client_down a
	client_down b
	no_firewall s1
}

# ---------------------------------------------------------------- relay

# no_native: the client cannot reach the host behind the relay
no_native()
{
	! reach b "$NATIVE" 1 > /dev/null || fail "$1"
}

# Forwarding needs rules in any case. The service port must be open, as clients answer
# from endpoints that the relay has sent no bubble to.
test_relay()
{
	local forward='meta nfproto ipv6 accept'

	set_nat b pr
	default_drop r '' "$forward"
	client_up b || return
	no_native "without the service port"
	client_down b
	default_drop r 'udp dport 3545 accept'
	client_up b || return
	no_native "without forwarding"
	client_down b
	default_drop r 'udp dport 3545 accept' "$forward"
	client_up b || return
	check "the client begins" reach b "$NATIVE"
	client_down b
	client_up b || return
	check "the native host begins" reach n "$(teredo_address b)"
	client_down b
	no_firewall r
}

# hostrelay WHAT yes|no [INPUT-RULE]: with this rule at h, it reaches a new client, or not
hostrelay()
{
	default_drop h "${3:-}"
	client_up b || return
	if [ "$2" = yes ]; then
		check "$1" reach h "$(teredo_address b)"
	else
		! reach h "$(teredo_address b)" 1 > /dev/null ||
			fail "$1: a ping is answered"
	fi
	client_down b
}

# Direct bubbles open the firewall. Clients test a native host by a ping, which arrives
# as native IPv6.
test_hostrelay()
{
	local tests='icmpv6 type echo-request accept'

	set_nat b pr
	teredo_hostrelay h port 3545 || return
	hostrelay "only the service port" no 'udp dport 3545 accept'
	hostrelay "only pings" no "$tests"
	hostrelay "both" yes "udp dport 3545 accept
		$tests"
	ip_on h link set teredo0 type teredo direct
	hostrelay "direct, nothing" no
	hostrelay "direct, pings" yes "$tests"
	teredo_down h
	no_firewall h
}

modprobe teredo || fail "no module"
internet
client a pr
client b pr
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545
head -c 100000 /dev/urandom > "$tmp/sent"

for nat in none cone pr; do
	add_test "C-126: a client whose host drops by default, NAT $nat" \
		test_client $nat
done
for nat in none cone pr; do
	add_test "two clients whose hosts drop by default, NAT $nat" \
		test_peers $nat
done
add_test "C-126: the table of client.md" test_documented_client
add_test "a client whose host drops its packets reports it" test_output
add_test "S-01 S-16: a server's host that drops by default" test_server
add_test "S-16: the table of server.md" test_documented_server
add_test "R-02 R-03: a relay's host that drops by default" test_relay
add_test "the host of a host-specific relay that drops by default" \
	test_hostrelay

run_tests
