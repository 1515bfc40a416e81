#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Reports the KUnit tests that the module has run at load time, one test here for each
# case there.
# kernel: debug uml

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

results=/sys/kernel/debug/kunit

# test_case SUITE CASE: the case passed; otherwise print its output
test_case()
{
	grep -q "^    ok [0-9]* $2\$" "$results/$1/results" && return
	note < "$results/$1/results"
	return 1
}

# test_suites: exactly the expected suites have run
test_suites()
{
	local suite

	check_equal suites "$1" "$(cd "$results" 2> /dev/null && echo teredo-*)"
	for suite in $1; do
		check_equal "cases of $suite that have run" \
			"$(sed -n 's/^    1\.\.//p' "$results/$suite/results")" \
			"$(grep -c '^    \(not \)\?ok ' "$results/$suite/results")"
	done
}

modprobe teredo || fail "no module"
add_test "each file has run" test_suites \
	"teredo-gro teredo-mapping teredo-nptv6 teredo-peer teredo-probe teredo-ratelimit teredo-stats teredo-symmetric teredo-wire"
for file in "$results"/teredo-*/results; do
	suite=$(basename "${file%/results}")
	while read -r name; do
		add_test "$suite: $name" test_case "$suite" "$name"
	done < <(sed -n 's/^    \(not \)\?ok [0-9]* \([a-z_]*\).*/\2/p' "$file")
done

run_tests
