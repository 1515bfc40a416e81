#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A server with one IPv4 address and a second port instead of a second address. Its
# clients are teredod's, which is configured with the port, and Miredo's, which is not.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

one=203.0.113.1/203.0.113.1:3545

# asked_ports: server ports that answered a, in a finished capture
asked_ports()
{
	payloads answers "src host 203.0.113.1 and udp and greater 100" |
		awk '{ sub(/.*\./, "", $1); print $1 }' | sort -u | paste -sd' '
}

# test_client NAT KIND: the NAT type that "teredo show" reports
test_client()
{
	set_nat a "$1"
	capture a eth0 answers udp
	client_up a --server "$one"
	capture_stop answers
	check "both ports have answered" wait_for 5 shows a "\"$2\"" \
		'203.0.113.1, 203.0.113.1:3545' '"secondary_port":3545'
	check_equal "ports that answered" "3544 3545" "$(asked_ports)"
	check "the native host" reach a 2001:db8:1::10
	client_down a
}

# A symmetric NAT has another mapping for each port of the server.
test_symmetric()
{
	set_nat a symrnd
	client_up a --server "$one"
	check "it is seen" wait_for 5 shows a '"symmetric (port)"'
	check "without support for these NATs" ip_on a link set teredo0 \
		type teredo nosymmetric nopreserving nosequential
	check "no address" wait_for 5 no_address a
	check "the reason" wait_for 5 shows a 'reason: symmetric NAT'
	client_down a
	check "teredo qualify says so" grep -q 'native hosts cannot' <(teredo a \
		qualify --server "$one")
}

# The port of the secondary address is part of the device's configuration.
test_changed()
{
	set_nat a pr
	client_up a --server "$one"
	check "another port" teredo a set teredo0 \
		server 203.0.113.1/203.0.113.1:3546
	check "it is silent, and named" wait_for 20 shows a \
		'the secondary address 203.0.113.1:3546 does not answer'
	check "the right one" teredo a set teredo0 server "$one"
	check "the NAT is known" wait_for 10 shows a '"restricted"'
	check "one address twice" grep -q '203.0.113.1/203.0.113.1:3545' <(teredo a \
		set teredo0 server 203.0.113.1/203.0.113.1 2>&1)
	client_down a
}

serve()
{
	printf 'alice correct-horse-battery\n' > "$tmp/secrets"
	chmod 600 "$tmp/secrets"
	mkdir -p "$tmp/run-s1"
	printf '%s\n' '[device]' 'mode = server' 'local = 203.0.113.1' \
		'[server]' 'local2 = 203.0.113.1:3545' \
		"secrets = $tmp/secrets" > "$tmp/s1.conf"
	start s1-teredod s1 env TEREDO_RUN_DIR="$tmp/run-s1" \
		"$tools/teredod" --debug --config "$tmp/s1.conf" teredo0
	wait_for 5 eval "[ -S '$tmp/run-s1/teredo0.sock' ]"
}

# With secrets, teredod answers, from the port that received the solicitation.
test_secrets()
{
	local nat

	teredo_down s1
	serve
	check "the server shows both" shows s1 'addresses' \
		'203.0.113.1, 203.0.113.1:3545'
	client_conf a "$tmp/a-secret.conf" 'secret-id = alice' \
		'secret = correct-horse-battery'
	sed -i "s|^server = .*|server = $one|" "$tmp/a-secret.conf"
	chmod 600 "$tmp/a-secret.conf"
	for nat in 'none none' 'pr restricted' 'symrnd symmetric (port)'; do
		set_nat a "${nat%% *}"
		client_up a --config "$tmp/a-secret.conf"
		check "NAT ${nat%% *}" wait_for 5 shows a "\"${nat#* }\""
		client_down a
	done
	stop s1-teredod
	teredo_down s1
	teredo_server s1 203.0.113.1 203.0.113.1 port2 3545
}

has_port2()
{
	[[ $(ip_on s1 -d link show teredo0) == *"port2 $1 "* ]]
}

# teredod sets the configured second port of an existing device.
test_apply()
{
	teredo_down s1
	ip_on s1 link add teredo0 type teredo mode server local 203.0.113.1 \
		local2 203.0.113.1 port2 3546 auth
	serve
	check "the port is the configured one" wait_for 5 has_port2 3545
	check "it is said" grep -q 'local2 is 203.0.113.1:3546, .* says 203.0.113.1:3545' \
		"$tmp/s1-teredod.log"
	stop s1-teredod
	teredo_down s1
	teredo_server s1 203.0.113.1 203.0.113.1 port2 3545
}

test_miredo()
{
	local nat

	for nat in none cone ar pr; do
		set_nat a "$nat"
		miredo_client_up a
		check "NAT $nat: the native host" reach a 2001:db8:1::10
		miredo_client_down a
	done
}

modprobe teredo || fail "no module"
internet
client a pr
teredo_server s1 203.0.113.1 203.0.113.1 port2 3545
teredo_relay r 198.51.100.1 3545

add_test "C-36 C-40 C-42 S-02: two ports of one address, no NAT" \
	test_client none none
add_test "C-36 C-40 C-42 S-02: two ports of one address, NAT pr" \
	test_client pr restricted
add_test "C-38 XN-02: two ports of one address show a symmetric NAT" test_symmetric
add_test "C-02 C-37: another second port while the client runs" test_changed
add_test "C-43 S-27 S-31: two ports of one address, with secrets" test_secrets
add_test "a device with another second port than configured" test_apply
add_test "S-01: two ports of one address, Miredo's client" test_miredo

run_tests
