#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# selftests/run and selftests/mutants: what the runners count as a failure

# shellcheck source=../net/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../net/lib.sh"

# small_suite: the runner with small tests, and this machine instead of a virtual one
small_suite()
{
	rm -rf "$tmp/suite"
	mkdir -p "$tmp/suite/selftests/"{net,host,vm}
	cp "$top/selftests/run" "$tmp/suite/selftests/"
	printf '%s\n' '# a reason' 'skips: no such thing' > "$tmp/suite/selftests/skips"
	echo 'all:' > "$tmp/suite/selftests/net/Makefile"
	cat > "$tmp/suite/selftests/vm/run" << 'END'
#!/bin/bash
while getopts k:c:t:o:n: opt; do
	[ "$opt" != n ] || echo "$OPTARG" >> "${0%/*}/names"
done
shift $((OPTIND - 1))
"$@" || exit
[ ! -e "${0%/*}/report" ] || exit 126
END
	chmod +x "$tmp/suite/selftests/vm/run"
}

# small_test NAME LINE...: add a network test
small_test()
{
	local name=$1

	shift
	printf '%s\n' "$@" > "$tmp/suite/selftests/net/$name.sh"
}

# small_run CODE NAME...: run these tests; the output is in $shown
small_run()
{
	local code=$1

	shift
	exits "the suite" "$code" env -u KERNEL -u ALL -u USERMODE -u ONCE -u MUTANTS -u KERNELS -u SHORT -u SLOW RETRY=1 \
		VMS=1 "$tmp/suite/selftests/run" "$@"
}

# whole_suite: all files that a run without arguments starts, and one requirement
whole_suite()
{
	local suite=$tmp/suite

	small_suite
	mkdir -p "$suite"/{scripts,Documentation,selftests/{unit,fuzz}}
	cp "$top/scripts/conformance" "$suite/scripts/"
	echo 'C-01 | 1 | MUST | something' > "$suite/Documentation/conformance.ids"
	: > "$suite/Documentation/conformance.status"
	printf 'lint:\n\t@echo 1..1; echo ok 1 it\n' > "$suite/Makefile"
	printf 'check:\n\t@echo 1..1; echo ok 1 - it\n' > "$suite/selftests/unit/Makefile"
	printf '#!/bin/sh\necho 1..1; echo ok 1 it\n' > "$suite/selftests/fuzz/run"
	chmod +x "$suite/selftests/fuzz/run"
	printf 'echo 1..1; echo ok 1 it\n' > "$suite/selftests/host/it.sh"
}

test_requirements()
{
	local named=('add_test() { :; }' 'add_test "C-01: it" it' 'echo 1..1')

	whole_suite
	small_test shows "${named[@]}" 'echo "ok 1 C-01: it"'
	small_run 0
	has 'conformance: 1 tested,' 'requirements: ok 1' '7 passed, 0 failed, 0 skipped'
	small_test shows "${named[@]}" 'echo "ok 1 it"'
	small_run 1
	has 'requirements: # C-01 has no passed test' \
		'requirements: # shows.sh: did not run: C-01: it' '6 passed, 1 failed, 0 skipped'
	small_run 0 shows
	[[ $shown != *requirements* ]] || fail "requirements of a part of the tests: $shown"
}

test_skips()
{
	small_suite
	small_test skips 'echo 1..1' 'echo "ok 1 one # SKIP no such thing"'
	small_test other 'echo 1..2' 'echo "ok 1 one # SKIP no such thing"' \
		'echo "ok 2 two"'
	small_run 1 skips
	has '0 passed, 0 failed, 1 skipped'
	small_run 1 skips other
	has 'other: skipped, and selftests/skips does not expect it: no such thing' \
		'1 passed, 1 failed, 1 skipped'
}

# flaky NAME: add a test that fails the first time
flaky()
{
	small_test "$1" 'echo 1..1' "[ -e $tmp/suite/$1 ] && { echo 'ok 1 it'; exit; }" \
		"touch $tmp/suite/$1" 'echo "not ok 1 it"' 'exit 1'
}

test_second_chances()
{
	local name

	small_suite
	for name in one two three; do
		flaky "$name"
	done
	small_run 0 one
	has 'second chances: 1: one' '1 passed, 0 failed, 0 skipped'
	has 'one: not ok 1 it'
	check "what the first run gave" grep -q 'not ok' \
		"$tmp/suite/.out/check/first/one.ktap"
	check "a machine of its own" grep -qx 'again.one.1' "$tmp/suite/selftests/vm/names"
	rm "$tmp/suite/one"
	small_run 1 one two three
	has 'second chances: 3 files needed one, more than 2' '3 passed, 1 failed, 0 skipped'
}

test_time_limit()
{
	small_suite
	small_test late '# timeout: 1' 'echo 1..1' "[ -e $tmp/suite/late ] || {" \
		"touch $tmp/suite/late; sleep 20; }" 'echo "ok 1 it"'
	small_run 0 late
	has 'time limit of 1 s reached' 'second chances: 1: late' \
		'1 passed, 0 failed, 0 skipped'
}

test_kernel_report()
{
	small_suite
	small_test good 'echo 1..1' 'echo "ok 1 it"'
	small_run 0 good
	touch "$tmp/suite/selftests/vm/report"
	small_run 1 good
	has 'vm1.1: exit code 126' '1 passed, 1 failed, 0 skipped'
}

# The texts that mutants replace must be in the sources, and new files need mutants.
test_mutants()
{
	check "the list of mutants" "$top/selftests/mutants/run" -c
}

add_test "a whole run ends with the requirements" test_requirements
add_test "an unexpected skip is a failure" test_skips
add_test "second chances are counted, and more than two are a failure" \
	test_second_chances
add_test "a time limit that was reached takes a second chance" test_time_limit
add_test "a report of the kernel is a failure" test_kernel_report
add_test "each mutant can be made, and each file has one" test_mutants

run_tests
