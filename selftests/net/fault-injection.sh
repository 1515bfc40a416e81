#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Allocation failures: each allocation of each request fails once (fail-nth), random
# allocations fail while clients qualify, and those of the module's own packets fail
# under traffic. Each refusal has an error and leaves nothing behind. Everything works
# again after the failures end.
#
# Failed allocations of per-CPU memory make the kernel print a trace, once or twice,
# which is no bug. So the console is quiet here, and the kernel's messages are checked
# at the end.
# kernel: debug uml
# timeout: 1800

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

NATIVE=2001:db8:1::10
debugfs=/sys/kernel/debug
kinds="failslab fail_page_alloc"
root=/run/oom

# fault_set NAME VALUE: for both kinds of allocations, if they have the setting
fault_set()
{
	local kind

	for kind in $kinds; do
		[ ! -e $debugfs/$kind/$1 ] || echo $2 > $debugfs/$kind/$1
	done
}

no_faults()
{
	fault_set probability 0
	fault_set task-filter N
	fault_set require-start 0
	fault_set require-end 0xffffffffffffffff
}

# prepare_faults: any allocation can fail, without messages
prepare_faults()
{
	no_faults
	fault_set verbose 0
	fault_set times -1
	fault_set interval 1
	fault_set space 0
	fault_set min-order 0
	fault_set ignore-gfp-wait N
	fault_set stacktrace-depth 32
	dmesg -n 1
}

# module_faults PROBABILITY: in percent, of allocations with a function of the module in
# the call stack, in any context
module_faults()
{
	local size start

	read -r _ size _ _ _ start _ < <(grep '^teredo ' /proc/modules)
	fault_set require-start $start
	printf -v size '0x%x' $((start + size))
	fault_set require-end $size
	fault_set probability $1
}

# own_root: a root in memory for teredod. In the machine's file systems, a lookup that
# fails without memory can leave a file broken for all processes.
own_root()
{
	local libs

	mkdir -p $root/run
	mapfile -t libs < <(ldd "$tools/teredod" | grep -o '/[^ ]*')
	cp -L --parents "${libs[@]}" $root
	cp "$tools/teredod" $root
	client_conf a $root/a.conf
}

# executes PID FILE
executes()
{
	[ "$(readlink "/proc/$1/exe")" = "$2" ]
}

# teredod_with_faults: on a. Enable failures only after the program has been loaded, as
# failures of the loader say nothing about teredod.
teredod_with_faults()
{
	start a-teredod a env TEREDO_RUN_DIR=/run chroot $root /teredod --debug \
		--config /a.conf teredo0
	wait_for 5 executes $pid $root/teredod
	echo 1 > /proc/$pid/make-it-fail
}

# task_faults PROBABILITY: in percent, of the allocations of selected tasks and their
# children
task_faults()
{
	fault_set task-filter Y
	fault_set probability $1
}

kernel_is_quiet()
{
	local reports

	reports=$(must dmesg | grep -E 'BUG:|WARNING:|Oops|KASAN|UBSAN|refcount_t|INFO: (task|rcu|possible|inconsistent|suspicious|trying)|unregister_netdevice')
	[ -z "$reports" ] && return
	fail "the kernel reports:"
	note <<< "$reports"
}

# each allocation of each request fails once
test_requests()
{
	on f "$here/helpers/tdfault" $1 2>&1 | note
	check_equal "exit code" 0 "${PIPESTATUS[0]}"
	kernel_is_quiet
}

# bed: create the Internet once, as it is slow on such a kernel
bed()
{
	[ ! "${bed:-}" ] || return 0
	bed=1
	internet
	client a pr
	client b pr
	teredo_server s1 203.0.113.1 203.0.113.2
	teredo_relay r 198.51.100.1 3545
}

is_qualified()
{
	has_teredo_address "${_pids[a-teredod]}"
}

# Qualification by teredod. It may exit if its start fails, and is then restarted, as by
# systemd.
test_qualification()
{
	local i ends=0

	bed
	own_root
	task_faults $1
	for ((i = 0; i < 12; i++)); do
		if ! alive a-teredod; then
			[ $i = 0 ] || ends=$((ends + 1))
			teredod_with_faults
		fi
		pause 1
	done
	no_faults
	note "ended $ends times"
	if ! alive a-teredod; then
		tail -n 3 "$tmp/a-teredod.log" | note
		client_start a
	fi
	wait_for 40 is_qualified || {
		fail "it does not become qualified when there is memory"
		tail -n 20 "$tmp/a-teredod.log" | note
	}
	check "to the native host" wait_for 35 reach a $NATIVE
	client_down a
	kernel_is_quiet
}

# allocations of the module fail
test_traffic()
{
	local A

	bed
	client_up a && client_up b || return
	A=$(teredo_address a)
	check "before" reach a "$(teredo_address b)"
	module_faults $1
	start ping-ab a ping -6 -n -q -i 0.05 "$(teredo_address b)"
	start ping-na n ping -6 -n -q -i 0.05 $A
	pause 5
	# with new peers, too
	on a "$tools/teredo" peer flush teredo0
	on r "$tools/teredo" peer flush teredo0
	pause 10
	stop ping-ab INT
	stop ping-na INT
	no_faults
	note < <(grep -h loss "$tmp/ping-ab.log" "$tmp/ping-na.log")
	for node in a r; do
		note "$node: $(counters $node | awk '/_drop_/ && $2' |
			tr '\n' ' ')"
	done
	{ counters a && counters r; } | grep -q 'drop_no_memory [1-9]' ||
		fail "no packet was dropped for want of memory"
	check "a is qualified" wait_for 35 is_qualified
	# after four bubbles without an answer, no other one is sent for 300 s
	check "between clients" wait_for 310 reach a "$(teredo_address b)"
	check "from the native host" wait_for 310 reach n "$(teredo_address a)"
	client_down a
	client_down b
	kernel_is_quiet
}

# leaks that the kernel finds
test_leaks()
{
	local leaks i

	[ -e $debugfs/kmemleak ] || {
		skip "no kmemleak in this kernel"
		return
	}
	modprobe -r teredo
	# an object is reported if two scans have not found it
	for i in 1 2; do
		echo scan > $debugfs/kmemleak
		pause 6
	done
	leaks=$(must cat $debugfs/kmemleak)
	check_equal "leaks of the module" 0 "$(grep -c teredo <<< "$leaks")"
	[[ $leaks != *teredo* ]] || note <<< "$leaks"
	modprobe teredo
}

modprobe teredo || fail "no module"
# a namespace for tdfault, with the addresses of all roles
new_node f
printf '%s\n' 'addr add 203.0.113.1/32 dev lo' \
	'addr add 192.0.2.10/32 dev lo' 'route add default dev lo' |
	ip_on f -batch -
prepare_faults

for mode in client server relay hostrelay; do
	add_test "each allocation of each request fails once, $mode" \
		test_requests $mode
done
add_test "qualification with 3 % of allocations failing" \
	test_qualification 3
add_test "traffic with 20 % of the module's allocations failing" \
	test_traffic 20
add_test "no memory is lost" test_leaks

run_tests
