#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Paths whose MTU changes under open connections, and paths that reorder or drop IPv4
# fragments. The outer header has no DF, so routers fragment large packets.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

NATIVE=2001:db8:1::10
SIZE=600000
STALL=3000		# ms without progress that count as no stall

transfers=()

# path_mtu MTU: set the MTU between a's NAT and the router
path_mtu()
{
	ip_on na link set wan mtu "$1" && ip_on inet link set na mtu "$1"
}

# paced NODE DEVICE: limit the rate, so that transfers take some seconds
paced()
{
	tc -n "$_prefix$1" qdisc replace dev "$2" root netem rate 2mbit delay 10ms \
		limit 100 || exit 1
}

# transfer NAME FROM TO ADDRESS PORT: $SIZE octets by TCP, in the background
transfer()
{
	: > "$tmp/got-$1"
	start "to-$1" "$3" timeout 60 bash -c \
		"busybox nc -l -p $5 <&$_never > '$tmp/got-$1'"
	wait_for 5 tcp_listening "$pid" "$5" || fail "$1: no server"
	start "from-$1" "$2" timeout 60 bash -c "busybox nc $4 $5 < '$tmp/sent'"
	transfers+=("$1")
}

got()
{
	stat -c %s "$tmp/got-$1"
}

done_all()
{
	local name

	for name in "${transfers[@]}"; do
		[ "$(got "$name")" -ge $SIZE ] || return
	done
}

declare -A stalled=() _last=() _since=()

# look: update the time without progress of each transfer, the longest one in $stalled
look()
{
	local name n now

	now=$(now_ms)
	for name in "${transfers[@]}"; do
		n=$(got "$name")
		if [ "$n" -ge $SIZE ] || [ "$n" != "${_last[$name]:-}" ]; then
			_last[$name]=$n _since[$name]=$now
		elif [ $((now - _since[$name])) -gt "${stalled[$name]:-0}" ]; then
			stalled[$name]=$((now - _since[$name]))
		fi
	done
}

# watch MS: look for MS, or until all transfers are complete
watch()
{
	local end=$(($(now_ms) + $1))

	until [ "$(now_ms)" -ge $end ] || done_all; do
		look
		pause 0.1
	done
}

# complete [MS]: all transfers end, without corruption or a longer stall
complete()
{
	local name most=${1:-$STALL}

	watch 60000
	for name in "${transfers[@]}"; do
		wait "${_pids[from-$name]}" || fail "$name: sender's exit code $?"
		wait "${_pids[to-$name]}" || fail "$name: receiver's exit code $?"
		unset "_pids[from-$name]" "_pids[to-$name]"
		check "$name: what arrives" cmp "$tmp/sent" "$tmp/got-$name"
		note "$name: no progress for ${stalled[$name]:-0} ms at most"
		check_at_most "$name: ms without progress" "$most" "${stalled[$name]:-0}"
	done
	transfers=() stalled=()
}

all_ways()
{
	transfer ab a b "$B" 5001
	transfer ba b a "$A" 5002
	transfer an a n $NATIVE 5003
	transfer na n a "$A" 5004
}

# fragments NAME: number of them in a capture
fragments()
{
	packets "$1" 'ip[6:2] & 0x3fff != 0' | wc -l
}

# phase MTU: use this MTU for a second, in which every transfer makes progress; the
# capture is mtu-MTU
phase()
{
	local name
	local -A before=()

	for name in "${transfers[@]}"; do
		before[$name]=$(got "$name")
	done
	path_mtu "$1"
	capture inet na "mtu-$1" ip
	watch 1000
	capture_stop "mtu-$1"
	for name in "${transfers[@]}"; do
		[ "$(got "$name")" -gt "${before[$name]}" ] ||
			[ "${before[$name]}" -ge $SIZE ] ||
			fail "MTU $1: no progress of $name"
	done
}

# No router has a reason to send a "fragmentation needed" error.
test_changes()
{
	local mtu

	all_ways
	for mtu in 1500 1400 1308 1280 576; do
		phase $mtu
		note "MTU $mtu: $(packets mtu-$mtu | wc -l) packets, $(fragments mtu-$mtu) fragments"
		check_equal "MTU $mtu: ICMP errors" '' "$(packets mtu-$mtu icmp)"
	done
	complete
	path_mtu 1500
	for mtu in 1500 1400 1308; do
		check_equal "MTU $mtu: fragments" 0 "$(fragments mtu-$mtu)"
	done
	for mtu in 1280 576; do
		[ "$(fragments mtu-$mtu)" -gt 0 ] || fail "MTU $mtu: no fragments"
	done
}

# overtaken NAME: number of datagrams whose first fragment comes after a later one
overtaken()
{
	packets "$1" -v 'ip[6:2] & 0x3fff != 0' | awk '
	match($0, /id [0-9]+/) {
		id = substr($0, RSTART, RLENGTH)
		if ($0 !~ /offset 0,/)
			late[id] = 1
		else if (late[id])
			n++
	}
	END { print n + 0 }'
}

test_reordered()
{
	path_mtu 1280
	tc -n "${_prefix}inet" qdisc replace dev na root netem delay 5ms 5ms
	capture na wan reordered -Q in ip
	transfer ba b a "$A" 5002
	transfer na n a "$A" 5004
	complete
	capture_stop reordered
	tc -n "${_prefix}inet" qdisc del dev na root
	path_mtu 1500
	note "$(overtaken reordered) datagrams of $(fragments reordered) fragments have come in another order"
	[ "$(overtaken reordered)" -gt 100 ] || fail "no fragments in another order"
}

drop_fragments()
{
	on inet nft -f - <<-EOF
	table ip fragments {
		chain prerouting {
			type filter hook prerouting priority -450;
			ip frag-off & 0x3fff != 0 counter drop
		}
	}
	EOF
}

keep_fragments()
{
	on inet nft delete table ip fragments
}

# Datagrams of 1308 octets are not fragmented on paths with a sufficient MTU.
test_dropped()
{
	local mtu

	drop_fragments
	all_ways
	for mtu in 1500 1308 1400; do
		phase $mtu
	done
	complete
	path_mtu 1500
	check "no fragment was dropped" \
		grep -q 'packets 0 ' <(on inet nft list table ip fragments)
	keep_fragments
}

# report FROM TO ARGUMENTS of tdinject...: forge an error with an MTU of 552 about such a
# datagram
report()
{
	local from=$1 to=$2

	shift 2
	inject --error 3:4:552 --reporter 198.51.100.200 --from "$from" --to "$to" "$@"
}

# reported NODE NUMBER: at least NUMBER errors have arrived
reported()
{
	[ "$(on "$1" nstat -asz IcmpInDestUnreachs | awk 'END { print $2 }')" -ge "$2" ]
}

# An attacker reports an MTU of 552. The path drops fragments.
test_dropped_forged()
{
	check "a flow" reach a "$B"
	check "a flow" reach a $NATIVE
	report "$A_AT" "$B_AT" echo-request "$A" "$B" 7 1 00
	report "$A_AT" 198.51.100.1:3545 echo-request "$A" $NATIVE 7 1 00
	report "$B_AT" "$A_AT" echo-request "$B" "$A" 7 1 00
	report 198.51.100.1:3545 "$A_AT" echo-request $NATIVE "$A" 7 1 00
	check "a has got two errors" wait_for 5 reported a 2
	check "b has got one" wait_for 5 reported b 1
	check "the relay has got one" wait_for 5 reported r 1
	drop_fragments
	all_ways
	complete
	keep_fragments
}

# A path that drops fragments and has an MTU too small for 1280 octets of IPv6: large
# packets cannot pass. Small ones do, and connections continue afterwards.
test_too_small()
{
	local start

	transfer ab a b "$B" 5001
	transfer na n a "$A" 5004
	watch 1000
	start=$(now_ms)
	drop_fragments
	path_mtu 1280
	check "small packets to a peer" reach a "$B" 10
	check "small packets from a native host" reach n "$A" 10
	on a ping -6 -n -c 3 -i 0.2 -W 1 -s 1232 "$B" > /dev/null &&
		fail "large packets pass"
	keep_fragments
	# TCP doubles its timeout with each retransmission
	complete $((2 * ($(now_ms) - start)))
	check "a peer" reach a "$B"
	check "a native host" reach a $NATIVE
	path_mtu 1500
}

modprobe teredo || fail "no module"
internet
client a pr
client b pr
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545
bare_client a "$A"
bare_client b "$B"
introduce a "$B" "$B_AT"
introduce b "$A" "$A_AT"
on b ping -6 -n -c 1 -W 1 "$A" > /dev/null	# opens the NAT of b
check "before" reach a "$B"
check "before" reach a $NATIVE	# lets the server reach a
check "before" reach n "$A"
head -c $SIZE /dev/urandom > "$tmp/sent"
for at in 'na lan' 'nb lan' 'na wan' 'r n'; do
	paced "${at% *}" "${at#* }"
done

add_test "G-18: the MTU of the path changes and connections go on" test_changes
add_test "G-18: fragments come in another order" test_reordered
add_test "G-17 G-18: fragments are dropped, and there are none" test_dropped
add_test "A-60 G-18: the same, and an attacker reports a small MTU" test_dropped_forged
add_test "G-18: a path that is too small for a time" test_too_small
run_tests
