#!/bin/bash
# shellcheck disable=SC2154 # variables of lib.sh and its other parts
# SPDX-License-Identifier: GPL-2.0
#
# Part of lib.sh: captures.

# capture NODE DEVICE NAME [FILTER]: capture into $tmp/NAME.pcap
capture()
{
	local node=$1 dev=$2 name=$3

	shift 3
	# The buffer of 2 MiB reserves the snapshot length for each packet. With the
	# default of 256 KiB, a burst of nine loses one.
	start "$name" "$node" tcpdump -Z root --immediate-mode -U -n -s 1600 \
		-i "$dev" -w "$tmp/$name.pcap" "$@"
	wait_for 10 grep -qs 'listening on' "$tmp/$name.log" ||
		fail "tcpdump does not start on $node $dev"
}

# capture_stop NAME: the running test fails if the capture may lack packets
capture_stop()
{
		# let packets in the queues of this machine arrive
	pause 0.1
	alive "$1" || fail "the capture $1 has ended before: $(< "$tmp/$1.log")"
	stop "$1"
	grep -q '^0 packets dropped by kernel' "$tmp/$1.log" ||
		fail "the capture $1 is not complete: $(< "$tmp/$1.log")"
}

# _read_capture NAME COMMAND...: print a capture. The running test fails if the command
# does, as unread packets would look like packets never sent. The reader may close the
# pipe early. The last packet of a running capture may be incomplete.
_read_capture()
{
	local name=$1 errors code

	shift
	{ errors=$("$@" 2>&1 >&3 3>&-); } 3>&1
	code=$?
	[ $code != 0 ] && [ $code != $((128 + 13)) ] || return 0
	if ! alive "$name" || [[ $errors != *truncated* ]]; then
		fail "exit code $code of: $*: $errors" >&2
	fi
}

# packets NAME [FILTER]: print a capture by tcpdump
packets()
{
	local name=$1

	shift
	_read_capture "$name" tcpdump -nttr "$tmp/$name.pcap" "$@"
}

# decode NAME [ARGUMENTS of tshark]: slow to start, so request all fields at once
decode()
{
	local name=$1 p args=()

	shift
	for p in "${port[@]}" 3545; do
		args+=(-d "udp.port==$p,teredo")
	done
	_read_capture "$name" tshark -n -r "$tmp/$name.pcap" "${args[@]}" "$@"
}
