#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Server selection and reachability of the native Internet: "teredo probe", "teredo
# qualify" and teredod's "verify", with failures of each part.
# timeout: 560

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# ask WHAT CODE ARGUMENTS of teredo...: run at a; the JSON output is in $answer
ask()
{
	local what=$1 expected=$2 code

	shift 2
	answer=$(teredo a -j "$@" 2>&1)
	code=$?
	[ "$code" = "$expected" ] ||
		fail "$what: exit code $code, expected $expected: $answer"
}

# holds WHAT CONDITION: Python condition on the answer d; s is its servers by name
holds()
{
	python3 -c 'import json, sys
d = json.loads(sys.argv[1])
s = {o["server"]: o for o in d.get("servers", [])}
sys.exit(not eval(sys.argv[2]))' "$answer" "$2" && return
	fail "$1: not $2"
	note "$answer"
}

test_compare()
{
	link_delay s2 40ms
	ask "three servers" 0 probe 198.51.100.7/198.51.100.66 \
		198.51.100.118/198.51.100.119 203.0.113.1/203.0.113.2
	link_delay s2 0ms
	holds "the quickest comes first" \
		'[o["server"] for o in d["servers"]] == ["203.0.113.1", "198.51.100.118", "198.51.100.7"]'
	holds "round trips" \
		's["203.0.113.1"]["rtt_ms"] < 60 and 80 <= s["198.51.100.118"]["rtt_ms"] < 160'
	holds "the mapping" \
		's["203.0.113.1"]["mapped"]["address"] == "192.0.2.10"'
	holds "its second address answers" \
		's["203.0.113.1"]["secondary_answers"] and s["203.0.113.1"]["auth"] == "no"'
	holds "so do both of the slower one" \
		's["198.51.100.118"]["outcome"] == "qualified"'
	holds "a host without a server says so" \
		's["198.51.100.7"]["outcome"] == "refused" and "refuse" in s["198.51.100.7"]["reason"]'
	holds "the best is what counts" 'd["outcome"] == "qualified"'
	ask "a second address that is silent" 0 probe \
		198.51.100.118/198.51.100.66
	holds "is said" 'd["outcome"] == "one-address"'
}

# the output as a table: a line for each server, no colours in a pipe
test_table()
{
	local text

	text=$(teredo a probe 198.51.100.7/198.51.100.66 203.0.113.1/203.0.113.2 |
		tr -s ' ')
	note <<< "$text"
	check "columns" grep -qx 'server rtt second auth mapping *outcome' <<< "$text"
	check "a server" grep -qE '^203\.0\.113\.1 [0-9.]+ ms [0-9.]+ ms no 192\.0\.2\.10:[0-9]+ qualified$' \
		<<< "$text"
	check "none" grep -q '^198\.51\.100\.7 - - unknown - refused (.*refuse' <<< "$text"
	check_equal "lines" 3 "$(wc -l <<< "$text")"
}

# at_once WHAT CODE ARGUMENTS of teredo...: like ask, within less than the 12 s of three
# tries
at_once()
{
	local begun

	begun=$(now_ms)
	ask "$@"
	check_at_most "$1: ms" 3000 $(($(now_ms) - begun))
}

# An error of the kernel or an ICMP error ends the wait for an answer.
test_at_once()
{
	at_once "no server there" 3 probe 198.51.100.7/198.51.100.66
	holds "refused" 'd["outcome"] == "refused"'
	at_once "the same by qualify" 3 qualify --server 198.51.100.7/198.51.100.66
	holds "refused" '"refuse" in d["reason"]'
	at_once "a server with one address" 0 qualify \
		--server 203.0.113.1/198.51.100.7
	holds "it is said what to do" \
		'"secondary address" in d["reason"] and "skip-secondary" in d["remedy"]'
	ip_on a route del default
	at_once "no route" 3 qualify --server 203.0.113.1/203.0.113.2
	holds "it is said" '"unreachable" in d["reason"]'
	at_once "the same by probe" 3 probe 203.0.113.1/203.0.113.2
	holds "it is said" 'd["outcome"] == "no-network"'
	ip_on a route add default via 10.1.0.1 dev eth0
}

test_auth()
{
	ip_on s1 link set teredo0 type teredo auth
	printf 'alice correct-horse-battery\n' > "$tmp/secrets"
	chmod 600 "$tmp/secrets"
	mkdir -p "$tmp/run-s1"
	printf '%s\n' '[device]' 'mode = server' 'local = 203.0.113.1' \
		'[server]' 'local2 = 203.0.113.2' "secrets = $tmp/secrets" \
		> "$tmp/s1.conf"
	start s1-teredod s1 env TEREDO_RUN_DIR="$tmp/run-s1" \
		"$tools/teredod" --config "$tmp/s1.conf" teredo0
	printf '%s\n' '[client]' 'server = 203.0.113.1/203.0.113.2' \
		'secret-id = alice' 'secret = correct-horse-battery' \
		> "$tmp/a-auth.conf"
	chmod 600 "$tmp/a-auth.conf"
	wait_for 5 eval "[ -S '$tmp/run-s1/teredo0.sock' ]"
	ask "with the secret" 0 probe --config "$tmp/a-auth.conf" --timeout 5
	holds "the server demands it" \
		's["203.0.113.1"]["auth"] == "yes" and d["outcome"] == "qualified"'
	ask "without one" 3 probe 203.0.113.1/203.0.113.2 --timeout 2
	holds "it cannot be told" \
		's["203.0.113.1"]["auth"] == "unknown" and "requires a secret" in d["reason"]'
	stop s1-teredod
	ip_on s1 link set teredo0 type teredo noauth
}

test_verify()
{
	ask "qualify and verify" 0 qualify --server 203.0.113.1/203.0.113.2 \
		--verify 2001:db8:1::10
	holds "the relay is named" \
		'd["outcome"] == "verified" and d["connectivity"]["relay"] == {"address": "198.51.100.1", "port": 3545}'
	ask "the same by probe" 0 probe 203.0.113.1/203.0.113.2 \
		--ping 2001:db8:1::10
	holds "verified" 'd["outcome"] == "verified"'
	ask "a Teredo address is no native host" 1 qualify \
		--server 203.0.113.1/203.0.113.2 --verify 2001::1
}

# The server is reached, but no relay forwards the native host's reply.
test_no_relay()
{
	ip_on r link set teredo0 down
	ask "without a relay" 3 qualify --server 203.0.113.1/203.0.113.2 \
		--verify 2001:db8:1::10
	holds "it is the relay" \
		'd["state"] == "qualified" and d["outcome"] == "no-relay" and "no relay" in d["reason"]'
	ip_on r link set teredo0 up
	ip_on r -6 route add 2001::/32 dev teredo0
}

# a symmetric NAT: peers can be reached, native hosts cannot
test_symmetric()
{
	set_nat a symrnd
	ask "a symmetric NAT" 0 probe 203.0.113.1/203.0.113.2
	holds "will do" \
		'd["outcome"] == "qualified" and s["203.0.113.1"]["nat"]["type"] == "symmetric (port)"'
	ask "unless native hosts are to be reached" 3 qualify \
		--server 203.0.113.1/203.0.113.2 --verify 2001:db8:1::10
	holds "which relays prevent" \
		'd["state"] == "qualified" and d["outcome"] == "symmetric"'
	printf '%s\n' '[client]' 'server = 203.0.113.1/203.0.113.2' \
		'symmetric = no' > "$tmp/a-symmetric.conf"
	ask "or it is not wanted" 3 probe --config "$tmp/a-symmetric.conf"
	holds "as the configuration says" \
		'd["outcome"] == "symmetric" and "another mapping" in d["reason"]'
	set_nat a pr
}

test_blocked()
{
	on na nft add table ip block
	on na nft 'add chain ip block forward { type filter hook forward priority -10; }'
	on na nft add rule ip block forward oifname wan meta l4proto udp drop
	ask "UDP is blocked" 3 probe 203.0.113.1/203.0.113.2 \
		198.51.100.118 --timeout 5
	holds "which two silent servers tell" \
		'd["outcome"] == "no-reply" and "UDP is blocked" in d["reason"]'
	on na nft delete table ip block
	ip_on a link set eth0 down
	ask "no network" 3 probe 203.0.113.1/203.0.113.2 --timeout 5
	holds "is said" 'd["outcome"] == "no-network"'
	ip_on a link set eth0 up
	ip_on a route replace default via 10.1.0.1 dev eth0
}

connectivity_is()
{
	[[ $(teredo a -j show teredo0) == *"\"connectivity\":{\"host\":\"2001:db8:1::10\",\"state\":\"$1\""* ]]
}

test_daemon()
{
	local line

	mkdir -p "$tmp/run-a"
	printf '%s\n' '[client]' 'server = 203.0.113.1/203.0.113.2' \
		'verify = 2001:db8:1::10' '[device]' "port = ${port[a]}" \
		> "$tmp/a.conf"
	start a-teredod a env TEREDO_RUN_DIR="$tmp/run-a" \
		"$tools/teredod" --config "$tmp/a.conf" teredo0
	check "verified" wait_for 15 connectivity_is verified
	line=$(teredo a show teredo0 | grep connectivity | tr -s ' ')
	check_equal "for people" \
		' connectivity verified 2001:db8:1::10 by the relay 198.51.100.1:3545' \
		"$line"
	# another address, and the relay is down by now
	ip_on r link set teredo0 down
	ip_on a link set teredo0 down
	ip_on a link set teredo0 up
	check "failed" wait_for 25 connectivity_is failed
	check_equal "state" '"state":"qualified"' \
		"$(teredo a -j show teredo0 | grep -o '"state":"qualified"')"
	ip_on r link set teredo0 up
	ip_on r -6 route add 2001::/32 dev teredo0
	client_down a
}

modprobe teredo || fail "no module"
internet
client a pr
teredo_server s1 203.0.113.1 203.0.113.2
teredo_server s2 198.51.100.118 198.51.100.119
teredo_relay r 198.51.100.1 3545

add_test "teredo probe compares servers" test_compare
add_test "teredo probe shows them as a table" test_table
add_test "teredo probe and qualify end when the network rejects packets" test_at_once
add_test "C-03: teredo probe shows servers that demand a secret" test_auth
add_test "C-118 C-60: a native host is reached, by which relay" test_verify
add_test "C-118: no relay for the destination" test_no_relay
add_test "XN-02: a symmetric NAT, and what is reached through it" test_symmetric
add_test "UDP blocked, and no network" test_blocked
add_test "C-118 C-60: teredod verifies that a native host is reached" test_daemon

run_tests
