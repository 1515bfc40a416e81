#!/bin/bash
# shellcheck disable=SC2154 # variables of lib.sh and its other parts
# SPDX-License-Identifier: GPL-2.0
#
# Part of lib.sh: traffic of applications, and single datagrams.

# ---------------------------------------------------------------- traffic

# reach NODE ADDRESS [COUNT]: every ping is answered
reach()
{
	on "$1" ping -6 -n -i 0.1 -c "${3:-3}" -W 5 "$2" > "$tmp/ping" 2>&1 &&
		grep -q ' 0% packet loss' "$tmp/ping" && return
	cat "$tmp/ping"
	return 1
}

# first_rtt NODE ADDRESS: round-trip time of the first ping, in ms, rounded up
first_rtt()
{
	on "$1" ping -6 -n -c 1 -W 10 "$2" |
		sed -n 's/.* time=\([0-9]*\)\(\.[0-9]*\)\? ms/\1 \2/p' |
		awk '{ print $1 + ($2 > 0) }'
}

# longest_gap NAME: the longest time without a reply to the "ping -D" NAME, which has
# just been stopped, in ms; silence at the end counts
longest_gap()
{
	sed -n 's/^\[\([0-9.]*\)\] .* time=.*/\1/p' "$tmp/$1.log" |
		awk -v "end=$EPOCHREALTIME" '
		last && $1 - last > gap { gap = $1 - last }
		{ last = $1 }
		END {
			if (end - last > gap)
				gap = end - last
			printf "%d\n", gap * 1000
		}'
}

# tcp_both_ways CLIENT SERVER ADDRESS: send 10 MB each way, less on a slow kernel, and
# compare the data. busybox's nc ends when its peer has no more data to send, so the
# receiver gets a standard input that never ends.
tcp_both_ways()
{
	local recv="<&$_never > '$tmp/got'" send="< '$tmp/sent'"

	[ -e "$tmp/sent" ] || head -c $((10000000 / much)) /dev/urandom > "$tmp/sent"
	_tcp_transfer "$@" "$send" "$recv" && _tcp_transfer "$@" "$recv" "$send"
}

# _tcp_transfer CLIENT SERVER ADDRESS CLIENT-REDIRECTION SERVER-REDIRECTION
_tcp_transfer()
{
	rm -f "$tmp/got"
	start tcp-server "$2" timeout 60 bash -c "busybox nc -l -p 5001 $5"
	wait_for 5 tcp_listening "$pid" 5001 || {
		cat "$tmp/tcp-server.log"
		return 1
	}
	on "$1" timeout 60 bash -c "busybox nc $3 5001 $4" || return
	wait "$pid" || return
	cmp "$tmp/sent" "$tmp/got"
}

# ---------------------------------------------------------------- datagrams

# vector NAME...: octets of test vectors, in hex, concatenated
vector()
{
	local name id hex

	for name; do
		while read -r id hex; do
			[ "$id" != "$name" ] || break
		done < "$top/selftests/unit/vectors.txt"
		[ "$id" = "$name" ] || fail "there is no vector $name" >&2
		printf %s "$hex"
	done
}

# payloads NAME [FILTER]: the datagrams of a capture, one per line:
# source, destination, UDP payload in hex
payloads()
{
	local name=$1

	shift
	packets "$name" -x "$@" | awk '
	function flush() {
		if (hex)
			print src, dst, substr(hex, 57)
		hex = ""
	}
	$1 ~ /^0x/ { for (i = 2; i <= NF; i++) hex = hex $i; next }
	{ flush(); src = $3; dst = $5; sub(/:$/, "", dst) }
	END { flush() }'
}

# contents NAME [FILTER]: only the payloads
contents()
{
	payloads "$@" | cut -d' ' -f3
}

# counters NODE [DEVICE]: all counters, one per line: name and value
counters()
{
	must teredo "$1" -j stats "${2:-teredo0}" |
		sed 's/,/\n/g' | sed -n 's/.*"\([a-z0-9_]*\)":\([0-9]*\).*/\1 \2/p'
}

# count_from NODE [DEVICE]: record the counters for counted
count_from()
{
	counters "$@" > "$tmp/counters-$1"
}

# counted NODE [DEVICE]: changes since count_from, as "name+1 ..."
counted()
{
	counters "$@" | awk 'NR == FNR { old[$1] = $2; next }
		$2 != old[$1] { printf "%s%s+%d", n++ ? " " : "", $1,
				$2 - old[$1] }' "$tmp/counters-$1" -
}
