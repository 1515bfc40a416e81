#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Shared code of the network tests: KTAP results, and an Internet made of network
# namespaces. Runs as root inside the machine of selftests/vm/run. Outside of it the
# tests of this directory refuse to run, as they load and remove the module, set the
# clock and write to /etc. TEREDO_TESTS_CHANGE_THIS_MACHINE=yes overrides this.
#
# A test file sources this, registers its tests with add_test and ends with
# run_tests. A test is a function; it fails if it returns non-zero or if a
# check in it failed.
#
# The Internet: every node is a namespace. The router "inet" names each link after the
# node at the other end:
#
#   s1   203.0.113.1, .2      2001:db8:5::1   Teredo server
#   s2   198.51.100.118, .119 2001:db8:6::1   second Teredo server
#   r    198.51.100.1         2001:db8:1::1   Teredo relay, service port 3545
#   n    behind r             2001:db8:1::10  host with native IPv6 only
#   h    198.51.100.7         2001:db8:7::7   host with IPv4 and native IPv6
#   x    198.51.100.66        2001:db8:66::1  attacker, may forge any source
#   a    10.1.0.2    behind na 192.0.2.10     client, service port 40000
#   b    10.2.0.2    behind nb 192.0.2.20     client, service port 50000
#
# The module treats documentation ranges as global unicast, so the tests need no
# special setting.
#
# Links have no address resolution: both ends of each have the same MAC address
# and NOARP. So no first packet waits for a neighbour, and captures hold only
# the traffic under test.

# ---------------------------------------------------------------- results

declare -a _tests_desc=() _tests_func=()
_failed=0 _skipped=''

# add_test "IDs: description" FUNCTION [ARGUMENTS]. With ONLY in the environment,
# only the tests whose description contains it run.
add_test()
{
	[[ $1 == *${ONLY:-}* ]] || return 0
	_tests_desc+=("$1")
	shift
	_tests_func+=("$(printf '%q ' "$@")")
}

# note: print diagnostic lines from standard input or the arguments
note()
{
	if [ $# -gt 0 ]; then
		printf '# %s\n' "$*"
	else
		sed 's/^/# /'
	fi
}

# fail REASON: the running test fails, but may continue. A subshell, such as a part of a
# pipe, loses its variables, so its reasons go to a file.
fail()
{
	_failed=1
	[ "$BASHPID" = $$ ] || printf '%s\n' "$*" >> "$tmp/failed"
	note "failed: $*"
	return 1
}

# _has_failed: check whether the running test has failed
_has_failed()
{
	[ ! -e "$tmp/failed" ] || {
		_failed=1
		sed 's/^/# failed: /' "$tmp/failed"
		rm "$tmp/failed"
	}
	[ $_failed != 0 ]
}

# must COMMAND...: the running test fails if the command does. Use it at the start of a
# pipe and where output is compared with the empty string, as the exit code is lost
# there. The reader may close the pipe early.
must()
{
	local code

	"$@"
	code=$?
	[ $code = 0 ] || [ $code = $((128 + 13)) ] ||
		fail "exit code $code of: $*" >&2
}

# skip REASON: the running test cannot run here; the caller must return next. A failed
# test is not skipped.
skip()
{
	_skipped=$*
}

# check WHAT COMMAND...: the running test fails if the command does.
check()
{
	local what=$1 out code

	shift
	out=$("$@" 2>&1)
	code=$?
	[ $code = 0 ] && return
	fail "$what: exit code $code of: $*"
	[ -z "$out" ] || printf '%s\n' "$out" | tail -n 20 | note
	return 1
}

# exits WHAT CODE COMMAND...: check the exit code; the output is in $shown
exits()
{
	local what=$1 expected=$2 code

	shift 2
	shown=$("$@" 2>&1)
	code=$?
	[ "$code" = "$expected" ] ||
		fail "$what: exit code $code, expected $expected: $shown"
}

# has TEXT...: parts of $shown; blanks count as one
has()
{
	local text squeezed

	squeezed=$(tr -s ' \n' ' ' <<< "$shown")
	for text; do
		[[ $squeezed == *"$text"* ]] || fail "no '$text' in: $shown"
	done
}

# check_equal WHAT EXPECTED ACTUAL
check_equal()
{
	[ "$2" = "$3" ] && return
	fail "$1: expected '$2', got '$3'"
}

# check_at_most WHAT LIMIT ACTUAL
check_at_most()
{
	[ "$3" ] && [ "$3" -le "$2" ] && return
	fail "$1: at most $2, got '$3'"
}

# A failure outside of a test is reported as a failed test of its own.
run_tests()
{
	local i start bad=0 n=${#_tests_desc[@]}

	! _has_failed || bad=1
	printf 'KTAP version 1\n1..%d\n' $((n + bad))
	[ $bad = 0 ] || printf 'not ok %d before the tests\n' $((n + 1))
	for i in "${!_tests_desc[@]}"; do
		_failed=0 _skipped=''
		start=$(now_ms)
		eval "${_tests_func[i]}" || [ "$_skipped" ] || _failed=1
		[ ! "${_inject:-}" ] || alive inject ||
			fail "tdinject has ended: $(< "$tmp/inject.log")"
		note "$(($(now_ms) - start)) ms"
		if _has_failed; then
			printf 'not ok %d %s\n' $((i + 1)) "${_tests_desc[i]}"
			bad=1
		elif [ "$_skipped" ]; then
			printf 'ok %d %s # SKIP %s\n' $((i + 1)) \
				"${_tests_desc[i]}" "$_skipped"
		else
			printf 'ok %d %s\n' $((i + 1)) "${_tests_desc[i]}"
		fi
	done
	[ $bad = 0 ] || _keep_files
	exit $bad
}

# ---------------------------------------------------------------- time

# Sleep by a read that never gets input: starting a program takes 20 ms under
# emulation.
exec {_never}<> <(:)
pause()
{
	read -rt "$1" -u "$_never"
	:
}

now_ms()
{
	local us=${EPOCHREALTIME/[.,]/}

	printf '%s\n' $((us / 1000))
}

# Factor for debug kernels. They keep freed memory for some time, hold metadata about
# all allocations, and are slow: tests allow more memory and send less.
much=${SLOW:-1}
[ ! -e /sys/kernel/debug/kmemleak ] || much=10

# memory_now: memory of the kernel itself, in kB. The module has no slab caches of its
# own, so this sums all slab caches and per-CPU memory.
memory_now()
{
	awk '$1 == "SUnreclaim:" || $1 == "Percpu:" { sum += $2 }
		END { print sum }' /proc/meminfo
}

# kernel_memory: memory_now after freeing what the kernel caches for later allocations
# and what RCU frees, which takes up to 5 s
kernel_memory()
{
	local cache

	pause 6
	for cache in /sys/kernel/slab/*; do
		[ -L "$cache" ] || echo 1 > "$cache/shrink"
	done
	memory_now
}

# check_memory WHAT BEFORE LIMIT: kernel_memory has grown by at most LIMIT kB. A kernel
# with kmemleak holds metadata on all memory for some time. There selftests/vm/guest
# looks for leaks instead.
check_memory()
{
	local grown

	grown=$(($(kernel_memory) - $2))
	note "$1: $grown kB more"
	[ -e /sys/kernel/debug/kmemleak ] ||
		check_at_most "$1, kB more" $(($3 * ${SLOW:-1})) "$grown"
}

# In user-mode Linux, time passes only while all processes wait, so measured times are
# exact: $exact is not empty. Elsewhere they include CPU time. A busy loop must call
# $breath.
breath=: exact=
# shellcheck disable=SC2034 # for the tests
if grep -q 'User Mode Linux' /proc/cpuinfo; then
	breath='sleep 0.02' exact=yes
fi

# wait_for SECONDS COMMAND...: repeat until the command succeeds. SLOW multiplies the
# time on a slow kernel.
wait_for()
{
	local end=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000 * ${SLOW:-1}))
	local tries=0 rest=0.02

	shift
	until "$@"; do
		[ "${EPOCHREALTIME/[.,]/}" -lt $end ] || return 1
		pause $rest
		# poll less often after a second
		[ $((++tries)) -lt 50 ] || rest=0.1
	done
}

# took WHAT LIMIT COMMAND...: time until the command succeeds, at most LIMIT ms
took()
{
	local what=$1 limit=$2 start ms

	shift 2
	start=$(now_ms)
	wait_for 30 "$@" || fail "$what: never"
	ms=$(($(now_ms) - start))
	note "$what after $ms ms"
	check_at_most "$what, ms" "$limit" "$ms"
}

# ---------------------------------------------------------------- environment

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ "$here" = "$(cd "$(dirname "$0")" && pwd)" ] && [ ! "${IN_VM:-}" ] &&
   [ "${TEREDO_TESTS_CHANGE_THIS_MACHINE:-}" != yes ]; then
	printf '%s: changes the machine that it runs on; in a virtual one: %s\n' \
		"$0" "selftests/vm/run -- bash $0" >&2
	exit 4
fi
# shellcheck disable=SC2034 # for the tests
top=$(cd "$here/../.." && pwd) tools=$top/tools/bin
tmp=$(mktemp -d)
chmod 755 "$tmp"		# Miredo reads its configuration without privileges
_prefix=${NS_PREFIX-td$$-}
_nodes=''
# shellcheck disable=SC2034 # of the process that start has started last
pid=
declare -A _pids=()

# A child that gets a signal before it execs has the same traps.
_cleanup()
{
	local node proc

	[ "$BASHPID" = $$ ] || return
	exec 2> /dev/null	# hides the shell's messages about killed processes
	# Every process in a test namespace belongs to the test. "ip netns pids" for each
	# namespace would take seconds.
	for proc in /proc/[0-9]*; do
		for node in $_nodes; do
			if [ "$proc/ns/net" -ef "/run/netns/$_prefix$node" ]; then
				kill -KILL "${proc#/proc/}"
				break
			fi
		done
	done
	wait
	for node in $_nodes; do
		printf 'netns del %s%s\n' "$_prefix" "$node"
	done | ip -batch - > /dev/null 2>&1
	rm -rf "$tmp"
}
trap _cleanup EXIT
trap 'exit 130' INT TERM

# Keep captures and logs of failed tests.
_keep_files()
{
	local dir

	[ "${VM_OUT:-}" ] || return
	dir=$VM_OUT/$(basename "$0" .sh)
	mkdir -p "$dir" && cp "$tmp"/*.{pcap,log} "$dir/" 2> /dev/null
}

# ---------------------------------------------------------------- parts

# shellcheck source=lib/nodes.sh
. "$here/lib/nodes.sh"
# shellcheck source=lib/internet.sh
. "$here/lib/internet.sh"
# shellcheck source=lib/miredo.sh
. "$here/lib/miredo.sh"
# shellcheck source=lib/client.sh
. "$here/lib/client.sh"
# shellcheck source=lib/peer.sh
. "$here/lib/peer.sh"
# shellcheck source=lib/captures.sh
. "$here/lib/captures.sh"
# shellcheck source=lib/traffic.sh
. "$here/lib/traffic.sh"
# shellcheck source=lib/services.sh
. "$here/lib/services.sh"
