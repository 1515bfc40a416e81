#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Tracepoints of qualification, hole punching, native peers and drops; nothing is traced
# unless enabled.
# timeout: 300

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

tracefs=/sys/kernel/tracing
lines=()

trace_on()
{
	: > $tracefs/trace
	echo 1 > $tracefs/events/teredo/enable
}

# trace_off: disable the tracepoints; their output is in $lines
trace_off()
{
	pause 0.1
	echo 0 > $tracefs/events/teredo/enable
	sed -n 's/.*: \(teredo_[a-z_]*\): \(dev=[^ ]* \)\?/\1 /p' \
		$tracefs/trace > "$tmp/trace.log"
	mapfile -t lines < "$tmp/trace.log"
}

# in_order WHAT PATTERN...: lines of the trace match, in this order, with any others in
# between
in_order()
{
	local what=$1 pattern i=0

	shift
	for pattern; do
		# shellcheck disable=SC2053 # a pattern
		while [ $i -lt ${#lines[@]} ] && [[ ${lines[i]} != $pattern ]]; do
			i=$((i + 1))
		done
		if [ $i = ${#lines[@]} ]; then
			fail "$what: there is no '$pattern', or not in its place"
			note < "$tmp/trace.log"
			return 1
		fi
		i=$((i + 1))
	done
}

test_qualification()
{
	trace_on
	client_up a
	trace_off
	in_order "solicitation and advertisement" \
		'teredo_control_out kind=rs remote=203.0.113.1:3544 src=fe80:* dst=ff02::2' \
		'teredo_control_in kind=rs remote=192.0.2.10:40000 src=fe80:* dst=ff02::2' \
		'teredo_control_out kind=ra remote=192.0.2.10:40000 src=fe80::8000:*' \
		'teredo_control_in kind=ra remote=203.0.113.1:3544 src=fe80::8000:*'
	client_up b
}

# both NATs are port-restricted
test_punch()
{
	local a b

	a=$(teredo_address a)
	b=$(teredo_address b)
	trace_on
	check "ping through two NATs" on a ping -6 -n -c 1 -W 5 "$b"
	trace_off
	in_order "who begins" \
		"teredo_peer peer=$b state=probing remote=0.0.0.0:0" \
		"teredo_control_out kind=bubble remote=192.0.2.20:50000 src=$a dst=$b" \
		"teredo_control_out kind=bubble remote=203.0.113.1:3544 src=$a dst=$b" \
		"teredo_peer peer=$b state=trusted remote=192.0.2.20:50000" \
		"teredo_control_in kind=bubble remote=192.0.2.20:50000 src=$b dst=$a"
	in_order "the server" \
		"teredo_control_in kind=bubble remote=192.0.2.10:40000 src=$a dst=$b" \
		"teredo_control_out kind=bubble remote=192.0.2.20:50000 src=$a dst=$b"
	in_order "the other client" \
		"teredo_control_in kind=bubble remote=203.0.113.1:3544 src=$a dst=$b" \
		"teredo_control_out kind=bubble remote=192.0.2.10:40000 src=$b dst=$a" \
		"teredo_peer peer=$a state=trusted remote=192.0.2.10:40000"
}

test_native()
{
	local a

	a=$(teredo_address a)
	trace_on
	check "ping to a native host" on a ping -6 -n -c 1 -W 5 2001:db8:1::10
	trace_off
	in_order "the client" \
		"teredo_peer peer=2001:db8:1::10 state=probing *" \
		"teredo_control_out kind=echo remote=203.0.113.1:3544 src=$a dst=2001:db8:1::10" \
		"teredo_control_in kind=bubble remote=203.0.113.1:3544 src=* dst=$a" \
		"teredo_control_out kind=bubble remote=198.51.100.1:3545 src=$a dst=*" \
		"teredo_peer peer=2001:db8:1::10 state=trusted remote=198.51.100.1:3545" \
		"teredo_control_in kind=echo-reply remote=198.51.100.1:3545 src=2001:db8:1::10 dst=$a"
	in_order "the relay" \
		"teredo_peer peer=$a state=probing *" \
		"teredo_peer peer=$a state=trusted remote=192.0.2.10:40000"
}

# this address has no client
test_failure()
{
	local absent=2001:0:cb00:7101:0:1234:3fff:fdc4

	trace_on
	on a ping -6 -n -c 1 -W 10 $absent > /dev/null 2>&1
	wait_for 5 grep -q 'state=failed' $tracefs/trace
	teredo a peer flush teredo0
	trace_off
	in_order "an attempt without an answer" \
		"teredo_peer peer=$absent state=probing *" \
		"teredo_peer peer=$absent state=failed *" \
		"teredo_drop reason=tx_drop_no_answer len=104 skb=*" \
		"teredo_peer peer=$absent state=forgotten *"
}

test_drop()
{
	local n

	trace_on
	inject --from 203.0.113.1:3544 --to 192.0.2.10:40000 00
	wait_for 5 grep -q teredo_drop $tracefs/trace
	trace_off
	in_order "a datagram of one octet" \
		'teredo_drop reason=rx_drop_malformed len=9 skb=*'
	check_equal "events" 1 ${#lines[@]}
	n=$(counter a teredo0 rx_drop_malformed)
	inject --from 203.0.113.1:3544 --to 192.0.2.10:40000 00
	wait_for 5 eval "[ \$(counter a teredo0 rx_drop_malformed) -gt $n ]"
	trace_off
	check_equal "events once they are off" 1 ${#lines[@]}
}

modprobe teredo || fail "no module"
mountpoint -q $tracefs || mount -t tracefs tracefs $tracefs
internet
client a pr
client b pr
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545

add_test "C-22: tracepoints of a qualification" test_qualification
add_test "C-80 C-82: tracepoints of a punched hole" test_punch
add_test "C-60 C-118: tracepoints of a native peer and its relay" test_native
add_test "C-81: tracepoints of an attempt that fails" test_failure
add_test "a drop is traced by the name of its counter, if enabled" test_drop

run_tests
