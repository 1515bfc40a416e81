#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The functions of lib.sh that tests use for observation. If they miss something, or see it
# too late, the test fails. selftests/host/checks.sh tests those without a network.

# shellcheck disable=SC2016,SC2086 # constants without blanks
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# notices REASON COMMAND...: the command makes the running test fail, for this reason
notices()
{
	local reason=$1 failed=$_failed

	shift
	"$@" > "$tmp/said" 2>&1
	_has_failed >> "$tmp/said"
	_failed=$failed
	grep -q "^# failed: .*$reason" "$tmp/said" ||
		fail "$*: no '$reason' in: $(< "$tmp/said")"
}

# malformed COUNT RATE: send datagrams that are dropped
malformed()
{
	inject --from $B_AT --to $A_AT --count "$1" --rate "$2" 00
}

test_capture()
{
	notices 'tcpdump does not start' capture a eth0 bad no such filter
	ip_on a link add name dummy0 up type dummy
	capture a dummy0 early
	ip_on a link del dummy0
	wait_for 5 eval '! alive early'
	notices 'has ended before' capture_stop early

	capture a eth0 full
	kill -STOP "${_pids[full]}"
	malformed 4000 4000
	pause 1.5
	kill -CONT "${_pids[full]}"
	notices 'is not complete' capture_stop full
	stop full

	capture a eth0 good -Q in
	malformed 3 1000
	pause 0.1
	capture_stop good
	check_equal "packets" 3 "$(packets good | wc -l)"
	notices 'exit code' packets good udp prot 1
}

# An incomplete packet is no error while the capture runs.
test_incomplete()
{
	capture a eth0 half -Q in
	malformed 1 1000
	wait_for 2 eval '[ "$(packets half)" ]'
	truncate -s -1 "$tmp/half.pcap"
	check_equal "packets" 0 "$(packets half | wc -l)"
	capture_stop half
	notices 'exit code 1 of: tcpdump' packets half
}

# A second change comes 15 ms after the expected one.
test_changes()
{
	flush a
	malformed 1 1000
	check_changes "one" a 'rx_drop_malformed +1'
	malformed 2 66
	notices 'two: expected' check_changes "two" a 'rx_drop_malformed +1'
	check_changes "none" a
	notices 'none: expected' check_changes "none" a 'rx_drop_malformed +1'
}

test_gone()
{
	printf 'link set teredo0 %s\n' down 'name other' | ip_on a -batch -
	notices 'no device' before a
	notices 'no device' flush a
	notices 'nothing' check_changes "nothing" a
	notices 'exit code' dump a
	notices 'exit code' count_from a
	notices 'exit code' random_port $B
}

test_stop()
{
	start crashed a sleep 100
	pause 0.2
	kill -SEGV "$pid"
	pause 0.1
	notices 'ended by SIGSEGV' stop crashed
	# at once, so the child gets the signal while it has the traps of this shell
	start good a sleep 100
	stop good
	check "the directory is still there" [ -d "$tmp" ]
	start killed a sleep 100
	stop killed KILL
}

test_nat()
{
	notices 'conntrack -F fails' nat_forgets nowhere
	notices 'no delay' link_delay a 'no time' 2> /dev/null
}

modprobe teredo || fail "no module"
internet
client a none
bare_client a $A

add_test "helpers: a capture that lacks packets, or cannot be read" test_capture
add_test "helpers: a capture that is still running" test_incomplete
add_test "helpers: unexpected changes" test_changes
add_test "helpers: a process that has crashed" test_stop
add_test "helpers: failed changes of the network" test_nat
add_test "helpers: a device that is gone" test_gone

run_tests
