#!/bin/bash
# shellcheck disable=SC2154 # variables of lib.sh and its other parts
# SPDX-License-Identifier: GPL-2.0
#
# Part of lib.sh: the client under test with teredod, and a bare client without it.

# ---------------------------------------------------------------- the client under test

# client_up NODE [OPTIONS of teredod]: start a client and wait until it is qualified. It
# uses the server s1 unless the options say otherwise.
client_up()
{
	client_start "$@"
	wait_for 15 has_teredo_address "${_pids[$1-teredod]}" && return
	fail "our client on $1 does not qualify"
	note < "$tmp/$1-teredod.log"
}

# no_address NODE: the client there has no Teredo address
no_address()
{
	! has_teredo_address "${_pids[$1-teredod]}"
}

# by_server NODE HEX: its Teredo address holds this server address
by_server()
{
	[[ $(teredo_address "$1") == 2001:0:$2:* ]]
}

# client_conf NODE FILE [LINE]...: write a configuration, with these lines of [client]
client_conf()
{
	local node=$1 file=$2

	shift 2
	printf '%s\n' '[client]' 'server = 203.0.113.1/203.0.113.2' "$@" \
		'[device]' "port = ${port[$node]}" > "$file"
}

# Namespaces share /run, so each node has its own directory for the sockets of
# teredod.
client_start()
{
	local node=$1

	shift
	mkdir -p "$tmp/run-$node"
	client_conf "$node" "$tmp/$node.conf"
	start "$node-teredod" "$node" env "TEREDO_RUN_DIR=$tmp/run-$node" \
		"$tools/teredod" --debug \
		--config "$tmp/$node.conf" "$@" teredo0
}

client_down()
{
	stop "$1-teredod"
	ip_on "$1" link del teredo0
}

# teredo NODE ARGUMENTS...: run the tool at a node
teredo()
{
	local node=$1

	shift
	on "$node" env "TEREDO_RUN_DIR=$tmp/run-$node" "$tools/teredo" "$@"
}

# shows CLIENT WORDS...: the output of "teredo show" contains all words
shows()
{
	local node=$1 text word

	shift
	text=$(teredo "$node" show; teredo "$node" -j show)
	for word; do
		[[ $text == *"$word"* ]] || return
	done
}

# counter NODE DEVICE NAME
counter()
{
	local json

	json=$(teredo "$1" -j stats "$2")
	[[ $json =~ \"$3\":([0-9]+) ]] || return
	printf '%s\n' "${BASH_REMATCH[1]}"
}

# ping_native NODE: ping the native host until stop_ping_native
ping_native()
{
	start ping "$1" ping -6 -n -i 0.1 -W 2 2001:db8:1::10
	check "the ping is answered" wait_for 5 grep -q 'time=' "$tmp/ping.log"
}

# stop_ping_native: check that the ping has lost no packet
stop_ping_native()
{
	stop ping INT
	note < <(tail -n 2 "$tmp/ping.log")
	check "nothing is lost" grep -q ' 0% packet loss' "$tmp/ping.log"
}

# ---------------------------------------------------------------- a bare client

# Teredo addresses of the bare clients at a, b and c, and their mapped endpoints
# shellcheck disable=SC2034 # for the tests
{
	A=2001:0:cb00:7101:2c5a:63bf:3fff:fdf5 A_AT=192.0.2.10:40000
	B=2001:0:cb00:7101:10a7:3caf:3fff:fdeb B_AT=192.0.2.20:50000
	C=2001:0:cb00:7101:1001:159f:3fff:fde1 C_AT=192.0.2.30:60000
}

# bare_client NODE ADDRESS: a client qualified without teredod, so it has exactly this
# address and sends no maintenance packets
bare_client()
{
	local in=$tmp/$1-watch.in out=$tmp/$1-watch.out

	on "$1" "$here/helpers/tdctl" bare teredo0 "${port[$1]}" "$2" || exit 1
	printf '%s\n' "addr add $2/32 dev teredo0 nodad" \
		'route add default dev teredo0' | ip_on "$1" -6 -batch - || exit 1
	mkfifo "$in" "$out"
	start "$1-watch" "$1" "$here/helpers/tdctl" watch teredo0 "$in" "$out"
	# shellcheck disable=SC1083,SC2086 # file descriptors
	exec {_watch_in[$1]}<> "$in" {_watch_out[$1]}<> "$out"
	before "$1"
}

declare -A _watch_in=() _watch_out=()

# introduce NODE ADDRESS ENDPOINT: add a peer to a client, as there is no server to
# help them
introduce()
{
	teredo "$1" peer add teredo0 "$2" remote "$3"
}

# dump NODE: print counters and peers of its device
dump()
{
	must on "$1" "$here/helpers/tdctl" dump teredo0
}

# _watch NODE REQUEST: the answer is in $REPLY
_watch()
{
	printf '%s\n' "$2" >&"${_watch_in[$1]}"
	read -rt 60 <&"${_watch_out[$1]}" || REPLY='no answer'
}

# before NODE: record the state of a bare client: counters, peers, packets delivered to
# its IPv6 stack and packets sent
before()
{
	_watch "$1" before
	[ "$REPLY" = yes ] || fail "the state of $1 is not known: $REPLY"
}

# flush NODE: remove all peers, and then "before"
flush()
{
	_watch "$1" flush
	[ "$REPLY" = yes ] || fail "the peers of $1 are not forgotten: $REPLY"
}

# check_changes WHAT NODE CHANGE...: exactly these changes have happened since the last
# check or since "before": "NUMBER +N" or "peer ADDRESS STATE", see tdctl dump
check_changes()
{
	local what=$1 node=$2 IFS='|'

	shift 2
	_watch "$node" "expect $*"
	[ "$REPLY" = yes ] && return
	fail "$what: expected these changes:"
	printf '%s\n' "$@" | sort | note
	note "and got these:"
	note <<< "${REPLY//|/$'\n'}"
	return 1
}

# inject ARGUMENTS of tdinject...: inject at x, without starting a process
inject()
{
	[ "${_inject:-}" ] || {
		mkfifo "$tmp/inject"
		exec {_inject}<> "$tmp/inject"
		start inject x "$here/helpers/tdinject" --batch "$tmp/inject"
	}
	printf '%s\n' "$*" >&"$_inject"
}
