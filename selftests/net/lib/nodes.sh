#!/bin/bash
# shellcheck disable=SC2154 # variables of lib.sh and its other parts
# SPDX-License-Identifier: GPL-2.0
#
# Part of lib.sh: namespaces and the processes in them.

# netns NODE: name of the node's namespace
netns()
{
	printf '%s%s\n' "$_prefix" "$1"
}

# on NODE COMMAND...: run a command there. "ip netns exec" also makes a mount namespace,
# which takes longer than the commands.
on()
{
	local node=$1

	shift
	nsenter "--net=/run/netns/$_prefix$node" "$@"
}

# ip_on NODE ARGUMENTS of ip...
ip_on()
{
	local node=$1

	shift
	ip -n "$_prefix$node" "$@"
}

# start NAME NODE COMMAND...: run in the background, with the log in $tmp/NAME.log; the
# process ID is in $pid.
start()
{
	local name=$1 node=$2

	shift 2
	# truncate here, as a reader that waits for a line must not see the previous log
	: > "$tmp/$name.log"
	nsenter "--net=/run/netns/$_prefix$node" "$@" \
		< /dev/null > "$tmp/$name.log" 2>&1 &
	pid=$!
	# shellcheck disable=SC2004 # an associative array
	_pids[$name]=$pid
}

# stop NAME [SIGNAL]: the running test fails if the process had crashed before
stop()
{
	[ "${_pids[$1]:-}" ] || return
	kill "-${2:-TERM}" "${_pids[$1]}" 2> /dev/null
	wait "${_pids[$1]}" 2> /dev/null
	_check_end "$1" $?
	unset "_pids[$1]"
}

# _check_end NAME EXIT-CODE: fail for signals that mean a crash
_check_end()
{
	local signal

	[ "$2" -gt 128 ] || return 0
	signal=$(kill -l "$2")
	[[ " ILL TRAP ABRT BUS FPE SEGV SYS " != *" $signal "* ]] ||
		fail "$1 was ended by SIG$signal: $(tail -n 20 "$tmp/$1.log")"
}

alive()
{
	[ "${_pids[$1]:-}" ] && kill -0 "${_pids[$1]}" 2> /dev/null
}

# udp_bound PID PORT: a socket is bound to the UDP port in the process's
# namespace
udp_bound()
{
	local port line

	printf -v port ':%04X' "$2"
	while read -r line; do
		[[ $line == *"$port "*:0000\ 07* ]] && return
	done 2> /dev/null < "/proc/$1/net/udp"
	return 1
}

# tcp_listening PID PORT
tcp_listening()
{
	local port

	printf -v port ':%04X' "$2"
	grep -qs "$port 0*:0000 0A" "/proc/$1/net/tcp6" "/proc/$1/net/tcp"
}
