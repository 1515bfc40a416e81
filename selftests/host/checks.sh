#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# net/lib.sh: checks fail when they must, and network tests refuse to run outside of the
# virtual machine.

# shellcheck disable=SC2016 # expanded in a test file
# shellcheck source=../net/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../net/lib.sh"

# try LINE...: run a test file with these lines after lib.sh
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

# results: print the results of the last try
results()
{
	grep -E '^(not )?ok ' "$tmp/out"
}

# outcomes OUTCOME LINE...: a test with each of the lines has this outcome
outcomes()
{
	local outcome=$1 i=0 line lines=()

	shift
	for line; do
		i=$((i + 1))
		lines+=("line_$i() { $line; }" "add_test \"$i\" line_$i")
	done
	try "$capture_file" "${lines[@]}" run_tests
	check_equal "tests" "$i" "$(results | wc -l)"
	i=0
	for line; do
		i=$((i + 1))
		check_equal "$line" "$outcome $i $i" "$(results | sed -n "${i}p")"
	done
}

# none.pcap: a capture without packets
capture_file='printf "\xd4\xc3\xb2\xa1\2\0\4\0%8s\0\0\4\0\1\0\0\0" "" |
	tr " " "\0" > "$tmp/none.pcap"'

# A failure in a subshell counts, although its variables are lost.
test_subshell()
{
	outcomes 'not ok' ': | fail "in a pipe"; :' '(fail "in a subshell"); :' \
		'check_equal "nothing" "" "$(fail "in a substitution" >&2)"' \
		'check "whatever" eval "fail inside; :"' \
		'! check_equal "a" 1 2 < <(:); skip "after a failure"; :'
	outcomes ok ': | :' 'check "good" eval ":"' 'check_equal "a" 1 "$(echo 1)"'
	# one test fails, the next one does not
	try 'bad() { (fail "bad"); :; }' 'good() { :; }' 'add_test "bad" bad' \
		'add_test "good" good' run_tests
	check_equal "results" 'not ok 1 bad ok 2 good' "$(results | xargs)"
	check_equal "reasons" '# failed: bad' \
		"$(grep '^# failed' "$tmp/out" | sort -u)"
	check_equal "skipped" 'ok 1 none # SKIP not here' "$(
		try 'none() { skip "not here"; return 1; }' 'add_test "none" none' \
			run_tests
		results)"
}

# If a program fails to look for packets, this must not count as no packets.
test_nothing_found()
{
	outcomes ok 'check_equal "a" "" "$(packets none)"' \
		'check_equal "a" "" "$(packets none udp port 1)"' \
		'check_equal "a" 0 "$(decode none -Y udp | wc -l)"' \
		'check_equal "a" "" "$(payloads none)"' \
		'check_equal "a" y "$(must yes | head -n 1)"'
	outcomes 'not ok' 'check_equal "a" "" "$(packets none "no such filter")"' \
		'check_equal "a" 0 "$(packets none "ip[" | wc -l)"' \
		'check_equal "a" "" "$(packets missing)"' \
		'check_equal "a" "" "$(contents none "udp prot 1")"' \
		'check_equal "a" "" "$(decode none -Y "no.such.field == 1")"' \
		'check_equal "a" "" "$(decode none -T fields -e no.such.field)"' \
		'check_equal "a" "" "$(decode missing)"' \
		'check_equal "a" "" "$(vector NO-1)"' \
		'check_equal "a" "" "$(must false | cat)"' \
		'check_at_most "a" 3 "$(packets none | sed q)"' \
		'check_at_most "a" 3 ""'
}

add_test "a failure before the tests counts" test_before
add_test "a failure in a subshell counts" test_subshell
add_test "a failed search is a failure" test_nothing_found
add_test "network tests refuse to run outside of the virtual machine" test_elsewhere

run_tests
