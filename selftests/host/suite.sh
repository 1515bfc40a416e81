#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The suite itself: what it must notice, and where it must not run.

# shellcheck source=../net/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../net/lib.sh"

# try LINE...: a test file with these lines after lib.sh was read
try()
{
	{
		printf '. %q\n' "$here/lib.sh"
		printf '%s\n' "$@"
	} > "$tmp/try.sh"
	env -u IN_VM bash "$tmp/try.sh" > "$tmp/out" 2>&1
}

test_before()
{
	! try 'fail "no module"' 'good() { :; }' 'add_test "good" good' run_tests ||
		fail "exit code 0"
	check_equal "results" '1..2 not ok 2 before the tests ok 1 good' \
		"$(grep -e '^1' -e '^ok' -e '^not' "$tmp/out" | xargs)"
	check "without a failure" try 'good() { :; }' 'add_test "good" good' run_tests
	check_equal "results" '1..1 ok 1 good' \
		"$(grep -e '^1' -e '^ok' -e '^not' "$tmp/out" | xargs)"
}

test_elsewhere()
{
	local file said

	for file in "$here"/*.sh; do
		[ "${file##*/}" != lib.sh ] || continue
		said=$(env -u IN_VM bash "$file" 2>&1)
		check_equal "exit code of ${file##*/}" 4 $?
		[[ $said == *'changes the machine that it runs on'* ]] ||
			fail "${file##*/} says: $said"
	done
}

add_test "a failure before the tests is one" test_before
add_test "network tests refuse to run outside of the virtual machine" test_elsewhere

run_tests
