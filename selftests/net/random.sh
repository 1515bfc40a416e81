#!/bin/bash
# shellcheck disable=SC2016,SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Randomness of the flags of addresses (RFC 5991 3.1), the nonces of router
# solicitations (RFC 4380 5.2.1) and those of connectivity tests (5.2.9).

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# distinct WORD...: number of different words
distinct()
{
	printf '%s\n' "$@" | sort -u | wc -l
}

# Four qualifications of teredod. Flags have 12 random bits: at most two of the four
# are equal in all but one of 2,000,000 runs. All eight nonces differ, one for each
# address of the server.
test_teredod()
{
	local i addr flags=() nonces=()

	capture na wan solicitations -Q out udp dst port 3544
	for i in 1 2 3 4; do
		client_up a
		addr=$(teredo_address a)
		flags+=("$(cut -d: -f5 <<< "$addr")")
		client_down a
	done
	capture_stop solicitations
	mapfile -t nonces < <(contents solicitations | cut -c 9-24)
	note "flags ${flags[*]}, nonces ${nonces[*]}"
	[ "$(distinct "${flags[@]}")" -ge 3 ] || fail "equal flags: ${flags[*]}"
	check_equal "solicitations" 8 "${#nonces[@]}"
	check_equal "different nonces" 8 "$(distinct "${nonces[@]}")"
}

# Two connectivity tests at a time, of hosts that do not answer. Identifier, sequence
# number and data of the Echo Request are random.
test_tests()
{
	local tests=()

	bare_client a $A
	capture na wan tests -Q out udp dst port 3544 and greater 100
	on a ping -6 -n -c 1 -W 0.01 2001:db8:99::1 > /dev/null
	on a ping -6 -n -c 1 -W 0.01 2001:db8:99::2 > /dev/null
	check "two tests" wait_for 2 eval '[ $(packets tests | wc -l) = 2 ]'
	capture_stop tests
	mapfile -t tests < <(contents tests | cut -c 89-)
	note "${tests[@]}"
	check_equal "octets of the first one" 20 $((${#tests[0]} / 2))
	check_equal "different tests" 2 "$(distinct "${tests[@]}")"
	check_equal "different first halves" 2 "$(distinct "${tests[0]:8:16}" "${tests[1]:8:16}")"
	check_equal "different second halves" 2 "$(distinct "${tests[0]:24}" "${tests[1]:24}")"
}

modprobe teredo || fail "no module"
internet
client a pr
teredo_server s1 203.0.113.1 203.0.113.2

add_test "V-01 V-02 V-05 C-44: addresses and nonces of teredod" test_teredod
add_test "C-120 XC-15: nonces of connectivity tests" test_tests

run_tests
