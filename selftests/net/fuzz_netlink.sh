#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Random requests through both netlink interfaces. They leave nothing behind that
# cannot be deleted, and each refusal of the module has an extack text.
# set: long

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

SEED=${SEED:-20060212} COUNT=${COUNT:-20000}

links()
{
	must ip_on a -o link show type teredo
}

test_requests()
{
	on a "$here/helpers/nlfuzz" "$SEED" "$COUNT" > "$tmp/nlfuzz.log" 2>&1
	check_equal "exit code" 0 $?
	note < "$tmp/nlfuzz.log"
}

test_sentences()
{
	check_equal "refused without a word" "silent refusals: 0" \
		"$(grep '^silent' "$tmp/nlfuzz.log")"
	check_equal "not answered at all" "unanswered: 0" \
		"$(grep '^unanswered' "$tmp/nlfuzz.log")"
}

test_delete()
{
	local dev

	while read -r _ dev _; do
		dev=${dev%%[:@]*}
		check "$dev goes" ip_on a link del "$dev"
	done < <(links)
	check_equal "what is left" "" "$(links)"
}

test_again()
{
	check "a new device" ip_on a link add t1 up type teredo
	check "it answers" on a "$here/helpers/tdctl" stats t1
	ip_on a link del t1
	check "the module goes" wait_for 10 rmmod teredo
}

modprobe teredo || fail "no module"
new_node inet
client a none

add_test "random requests are all answered" test_requests
add_test "each refusal of the module has a text" test_sentences
add_test "devices can be deleted afterwards" test_delete
add_test "and the module be removed" test_again

run_tests
