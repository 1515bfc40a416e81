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

# lower TEXT: a lower file of two in layers, which has these lines more. What is said
# of it is in $tmp/out.
lower()
{
	mkdir -p "$tmp/layers"
	echo 'int low(void);' > "$tmp/layers/low.h"
	echo 'int high(void);' > "$tmp/layers/high.h"
	printf '%s\n' '#include "low.h"' "$@" 'int low(void) { return 0; }' \
		> "$tmp/layers/low.c"
	printf '%s\n' '#include "low.h"' '#include "high.h"' \
		'int high(void) { return low(); }' > "$tmp/layers/high.c"
	(cd "$tmp/layers" && gcc -c low.c high.c) || fail "gcc fails"
	"$here/../../scripts/layers" "$tmp/layers" > "$tmp/out" 2>&1
}

test_layers()
{
	local list=$tmp/layers/layers upward='int high(void); int more(void) { return high(); }'

	mkdir -p "$tmp/layers"
	printf '%s\n' 'bottom: low' 'top: high' > "$list"
	check "calls downwards" lower ''
	! lower "$upward" || fail "an upward call passes"
	check_equal "message" 'low (bottom) uses high (top): high' "$(cat "$tmp/out")"
	! lower '#include "high.h"' || fail "an upward include passes"
	check_equal "message" 'low (bottom) uses high (top): its header' "$(cat "$tmp/out")"

	echo 'except low h* high' >> "$list"
	check "an exception" lower "$upward"
	! lower '' || fail "an exception that nothing needs passes"
	echo 'bottom: low' > "$list"
	! lower '' || fail "a file in no layer passes"
}

add_test "a failure before the tests is one" test_before
add_test "network tests refuse to run outside of the virtual machine" test_elsewhere
add_test "a file that uses one of a higher layer is refused" test_layers

run_tests
