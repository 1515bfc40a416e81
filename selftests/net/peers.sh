#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Two clients, behind each pair of NATs that RFC 4380 supports, reach each other: the
# client under test with itself, and with Miredo in both directions.
# timeout: 900

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# test_pair NAT-A NAT-B KIND-A KIND-B: a sends first
test_pair()
{
	set_nat a "$1"
	set_nat b "$2"
	"$3_up" a || return
	"$4_up" b || return
	check "a to b" reach a "$(teredo_address b)"
	check "b to a" reach b "$(teredo_address a)"
	"$3_down" a
	"$4_down" b
}

modprobe teredo || fail "no module"
internet
client a pr
client b pr
services

for a in none cone ar pr; do
	for b in none cone ar pr; do
		add_test "C-80 C-58 C-62: teredo behind $a to teredo behind $b" \
			test_pair $a $b client client
		add_test "C-80 C-58 C-62: teredo behind $a to Miredo behind $b" \
			test_pair $a $b client miredo_client
		add_test "C-80 C-58 C-62: Miredo behind $a to teredo behind $b" \
			test_pair $a $b miredo_client client
	done
done

run_tests
