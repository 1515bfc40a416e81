#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# scripts/conformance with a sample tree of sources and results: the requirements that
# count as tested, and the conditions that a whole run must meet

# shellcheck source=../net/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../net/lib.sh"

unset ALL
tree=$tmp/tree results=$tmp/tree/.out/check

# has_tests FILE LINE DESCRIPTION...: a test file with these tests after a comment
has_tests()
{
	local file=$tree/selftests/net/$1 description

	printf '%s\n' "$2" > "$file"
	shift 2
	for description; do
		printf 'add_test "%s" test_it\n' "$description" >> "$file"
	done
}

# has_results FILE RESULT...: results in the directory of the run
has_results()
{
	local file=$results/$1 number=0 result

	shift
	mkdir -p "${file%/*}"
	printf 'KTAP version 1\n1..%d\n' $# > "$file"
	for result; do
		number=$((number + 1))
		printf '%s\n' "${result/ok /ok $number }" >> "$file"
	done
}

# made_up: a sample tree and run in which all requirements are tested
made_up()
{
	rm -rf "$tree"
	mkdir -p "$tree"/{scripts,Documentation,selftests/{net,unit}}
	cp "$top/scripts/conformance" "$tree/scripts"
	printf '%s | 1 | MUST | something\n' G-01 C-01 C-02 C-03 > \
		"$tree/Documentation/conformance.ids"
	printf '%s\n' 'C-02: superseded by C-01' 'C-03: review: by hand' > \
		"$tree/Documentation/conformance.status"
	has_tests one.sh '# one' 'C-01 C-02: it works' \
		"C-01: with \$number of them"
	has_tests slow.sh '# set: long' 'C-01: it works for long'
	printf '%s\n' '{ "octets # G-01", test, NULL },' > "$tree/selftests/unit/test_a.c"
	has_results one.ktap 'ok C-01 C-02: it works' 'ok C-01: with 3 of them'
	has_results unit.ktap '# test_a' 'ok - octets # G-01'
}

# conformance ARGUMENT...: its output is in $shown
conformance()
{
	exits "scripts/conformance $*" "$code" "$tree/scripts/conformance" "$@"
}

# row ID STATUS TESTS
row()
{
	check_equal "row of $1" "$2 | $3 |" \
		"$(sed -n "s/^| $1 |.*| something | //p" "$results/conformance.md")"
}

# whole_run CODE TEXT...: exit code and output of the check of a whole run
whole_run()
{
	local code=$1

	shift
	conformance --check "$results"
	has "$@"
}

test_good()
{
	made_up
	whole_run 0 'conformance: 2 tested, 0 tested by the long set alone, 1 superseded,' \
		'1 reason, 0 skipped, 0 left out, 0 failed, 0 did not run, 0 no test;' \
		'4 requirements'
	row G-01 tested test_a.c
	row C-01 tested 'one.sh; left out: slow.sh'
	row C-02 'superseded by C-01' one.sh
	row C-03 'review: by hand' ''
	has_results slow.ktap 'ok C-01: it works for long'
	ALL=1 whole_run 0 '2 tested,'
	row C-01 tested 'one.sh slow.sh'
	code=0 conformance
	has '2 tested,'
}

test_failed()
{
	made_up
	has_results one.ktap 'not ok C-01 C-02: it works' 'ok C-01: with 3 of them'
	whole_run 1 '1 tested,' '1 failed,' 'C-01 has no passed test, or a failed one: one.sh;'
	row C-01 failed 'one.sh; left out: slow.sh; failed: one.sh'
	row C-02 'superseded by C-01' 'failed: one.sh'
	code=0 conformance "$results"
	made_up
	has_results unit.ktap '# test_a' 'not ok - octets # G-01'
	whole_run 1 '1 failed,' 'G-01 has no passed test, or a failed one: failed: test_a.c'
}

test_skipped()
{
	made_up
	has_results one.ktap 'ok C-01 C-02: it works # SKIP no C-03: here' \
		'ok C-01: with 3 of them'
	whole_run 0 '2 tested,' '0 skipped,'
	row C-01 tested 'one.sh; skipped: one.sh; left out: slow.sh'
	has_results one.ktap 'ok C-01 C-02: it works # SKIP none' \
		'ok C-01: with 3 of them # SKIP none'
	rm "$tree/selftests/net/slow.sh"
	whole_run 1 '1 tested,' '1 skipped,' 'C-01 has no passed test' 'skipped: one.sh'
	row C-01 skipped 'skipped: one.sh'
}

# a file that may be left out, and one that may not
test_left_out()
{
	made_up
	has_tests one.sh '# set: long' 'C-01: it works'
	rm "$results/one.ktap"
	whole_run 0 '1 tested,' '1 left out,'
	row C-01 'left out' 'left out: one.sh slow.sh'
	ALL=1 whole_run 1 'C-01 has no passed test' 'one.sh: did not run: C-01: it works'
	has_tests one.sh '# kernel: debug uml' 'C-01: it works'
	has_results slow.ktap 'ok C-01: it works for long'
	ALL=1 whole_run 0 '1 tested by the long set alone,'
	mkdir "$results/uml"
	whole_run 0 '1 tested by the long set alone,'
	ALL=1 whole_run 1 'one.sh: did not run: C-01: it works'
	has_results uml/one.ktap 'ok C-01: it works'
	rm "$results/slow.ktap"
	whole_run 0 '1 tested by the long set alone,'
	row C-01 'tested by the long set alone' 'one.sh; left out: slow.sh'
}

test_not_run()
{
	made_up
	rm "$results/one.ktap"
	whole_run 1 '1 did not run,' 'C-01 has no passed test' \
		'one.sh: did not run: C-01 C-02: it works'
	row C-01 'did not run' 'left out: slow.sh; did not run: one.sh'
	made_up
	has_results one.ktap 'ok C-01 C-02: it works'
	whole_run 1 '2 tested,' \
		"one.sh: did not run: C-01: with \$number of them"
	made_up
	has_results unit.ktap '# test_b' 'ok - octets # G-01'
	whole_run 1 'test_a.c: did not run: octets # G-01'
	rm -r "$results"
	whole_run 1 'no results'
}

# Results of repeated runs do not count, those of other kernels do.
test_directories()
{
	made_up
	has_results first/one.ktap 'not ok C-01 C-02: it works' 'ok C-01: with 3 of them'
	whole_run 0 '2 tested,'
	mv "$results/one.ktap" "$results/first"
	whole_run 1 '1 did not run,'
	has_results 6.12/one.ktap 'ok C-01 C-02: it works' 'ok C-01: with 3 of them'
	whole_run 0 '2 tested,'
	has_results uml/one.ktap 'not ok C-01 C-02: it works' 'ok C-01: with 3 of them'
	whole_run 1 '1 failed,'
}

test_long()
{
	made_up
	has_tests one.sh '# one' 'C-02: it works'
	has_results one.ktap 'ok C-02: it works'
	has_results slow.ktap 'ok C-01: it works for long'
	ALL=1 whole_run 0 '1 tested,' '1 tested by the long set alone,'
	row C-01 'tested by the long set alone' slow.sh
}

# only IDs in front of the colon are citations
test_unknown()
{
	made_up
	has_results one.ktap 'ok C-01 C-02 C-77: it works' 'ok C-01: with C-78: of them'
	whole_run 1 'one.sh: C-77 is unknown'
	[[ $shown != *C-78* ]] || fail "C-78 is named: $shown"
	made_up
	has_tests two.sh '# two' 'C-79: it works'
	code=1 conformance --check
	has 'two.sh: C-79 is unknown'
}

test_sources()
{
	local code

	made_up
	code=0 conformance --check
	code=1
	printf 'G-02 | 1 | MUST | something\n' >> "$tree/Documentation/conformance.ids"
	conformance --check
	has 'G-02: neither test nor reason'
	whole_run 1 '1 no test;' 'G-02 has no passed test, or a failed one: no test'
	printf 'G-02 G-03: documentation: here\n' >> "$tree/Documentation/conformance.status"
	conformance --check
	has 'G-03 is unknown'
	conformance --check "$results" "$results"
	has usage
}

add_test "a run in which all requirements are shown" test_good
add_test "a test that failed" test_failed
add_test "a test that was skipped" test_skipped
add_test "a file that was left out" test_left_out
add_test "a test that did not run" test_not_run
add_test "other kernels, and first tries" test_directories
add_test "the long set alone" test_long
add_test "an ID that does not exist" test_unknown
add_test "sources alone" test_sources

run_tests
