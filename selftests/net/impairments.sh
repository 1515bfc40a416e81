#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Bad networks: two clients behind NATs and a native host exchange data while packets are
# lost, delayed, reordered, duplicated and damaged. All data arrives unchanged, and the
# clients stay qualified or recover without help. Damaged packets fail a checksum or
# increment a drop counter.
#
# With LONG set, ten times as much data is sent, which takes minutes.
# timeout: 900
# set: long

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

NATIVE=2001:db8:1::10
size=40000
[ ! "${LONG:-}" ] || size=$((10 * size))

# weather NODE UP DOWN: netem parameters for packets from the client and to it. DOWN
# applies behind the NAT, which drops damaged packets.
weather()
{
	tc -n "${_prefix}n$1" qdisc add dev wan root netem $2 &&
		tc -n "${_prefix}n$1" qdisc add dev lan root netem $3
}

# Delete the qdisc: a change keeps the parameters that are not given.
clear_weather()
{
	local node

	for node; do
		printf 'qdisc del dev %s root\n' wan lan |
			tc -n "${_prefix}n$node" -batch -
	done
}

# sums_from NODE: start counting for a new device
sums_from()
{
	mib $1 snmp Udp:InDatagrams > "$tmp/datagrams-$1"
}

# send NAME FROM TO ADDRESS PORT: $size octets over TCP, in the background, to
# $tmp/got-NAME; the sender's exit code shows that all of it was acknowledged
send()
{
	start "to-$1" $3 timeout 600 bash -c \
		"busybox nc -l -p $5 <&$_never > '$tmp/got-$1'"
	wait_for 5 tcp_listening $pid $5 || fail "$1: no listener"
	start "from-$1" $2 timeout 600 bash -c \
		"busybox nc $4 $5 < '$tmp/sent'"
	transfers+=("$1")
}

# talk: both clients and the native host, in both directions
talk()
{
	local A B

	A=$(teredo_address a) B=$(teredo_address b)
	transfers=()
	head -c $size /dev/urandom > "$tmp/sent"
	start ping-ab a ping -6 -n -q -i 0.2 $B
	start ping-na n ping -6 -n -q -i 0.2 $A
	send ab a b $B 5001
	send ba b a $A 5002
	send an a n $NATIVE 5003
	send nb n b $B 5004
}

# all_there: every transfer ends, with the data that was sent
all_there()
{
	local name

	for name in "${transfers[@]}"; do
		wait "${_pids[from-$name]}" ||
			fail "transfer $name: the sender's exit code is $?"
		wait "${_pids[to-$name]}" ||
			fail "transfer $name: the receiver's exit code is $?"
		check "transfer $name" cmp "$tmp/sent" "$tmp/got-$name"
		unset "_pids[from-$name]" "_pids[to-$name]"
	done
	stop ping-ab INT
	stop ping-na INT
	note < <(grep -h loss "$tmp/ping-ab.log" "$tmp/ping-na.log")
}

# mib NODE FILE COUNTER...: sum of these counters in /proc/net/FILE
mib()
{
	local node=$1 file=$2

	shift 2
	on $node cat /proc/net/$file | awk -v wanted="$*" '
	BEGIN { n = split(wanted, w); for (i = 1; i <= n; i++) want[w[i]] = 1 }
	NF == 2 { sum += want[$1] * $2; next }
	$1 != proto { proto = $1; split($0, names); next }
	{ for (i = 2; i <= NF; i++) sum += want[$1 names[i]] * $i }
	END { print sum + 0 }'
}

# sums NODE: compare the counters of a device with those of its socket
sums()
{
	counters $1 > "$tmp/sums"
	read -r drops_rx drops_tx used < <(awk '
		/^rx_drop_/ { rx += $2 }
		/^tx_drop_/ { tx += $2 }
		/^rx_/ && !/^rx_(drop_|held )/ { used += $2 }
		END { print rx, tx, used }' "$tmp/sums")
	read -r _ _ delivered _ dev_rx _ _ _ _ _ _ _ dev_tx _ < <(
		on $1 grep teredo0: /proc/net/dev)
	datagrams=$(($(mib $1 snmp Udp:InDatagrams) -
		$(cat "$tmp/datagrams-$1")))
	[ $datagrams = $((delivered + used + drops_rx)) ]
}

# Every datagram of the socket was delivered, consumed or counted as dropped, once none
# waits for a test. The device's statistics agree.
check_sums()
{
	local node=$1 datagrams delivered drops_rx drops_tx used dev_rx dev_tx

	wait_for 20 sums $node || fail "$node: not all are accounted for"
	note "$node: $datagrams datagrams in, $delivered delivered, $used used up, $drops_rx dropped; $drops_tx dropped on the way out"
	note "$node: $(awk '/_drop_/ && $2' "$tmp/sums" | tr '\n' ' ')"
	check_equal "$node: rx_dropped of the device" "$drops_rx" "$dev_rx"
	check_equal "$node: tx_dropped of the device" "$drops_tx" "$dev_tx"
}

qualified()
{
	has_teredo_address "${_pids[$1-teredod]}"
}

# checksums NODE: number of packets with errors in the outer headers
checksums()
{
	mib $1 snmp Udp:InCsumErrors Ip:InHdrErrors
}

# inner_errors NODE: ... and in the inner headers
inner_errors()
{
	on $1 cat /proc/net/snmp | awk '$1 == "Tcp:" { v = $NF } END { print v }'
	mib $1 snmp6 Udp6InCsumErrors Icmp6InCsumErrors
}

test_storm()
{
	sums_from a
	sums_from b
	client_up a && client_up b || return
	weather a 'loss 10% duplicate 5% delay 20ms 20ms 25% reorder 20%' \
		'loss 5% duplicate 5% delay 300ms 300ms'
	weather b 'loss 5% corrupt 3% delay 10ms' \
		'loss 10% corrupt 3% duplicate 5% delay 20ms 20ms'
	talk
	all_there
	for node in a b; do
		qualified $node || note "$node is not qualified at the end"
	done
	clear_weather a b
	check "a is qualified" wait_for 10 qualified a
	check "b is qualified" wait_for 10 qualified b
	check "a to b" wait_for 5 reach a "$(teredo_address b)"
	check "a to the native host" reach a $NATIVE
	check "from the native host to b" reach n "$(teredo_address b)"
}

# There were damaged packets, and the outer checksums detected all of them.
test_found()
{
	check_sums a
	check_sums b
	note "b: $(checksums b) damaged outside"
	[ "$(checksums b)" -gt 0 ] || fail "nothing was found to be damaged"
	check_equal "b: damaged inside" "0 0" "$(inner_errors b | tr '\n' ' ' |
		sed 's/ $//')"
}

# Each packet is lost with 20 % in each direction, so 64 % of the solicitations are answered.
# A client that solicits each 3.75 to 5 s, up to three times, must be qualified nearly all
# the time.
test_loss()
{
	local i n=0 times=120 most=33

	[ ! "$exact" ] || times=1200 most=15
	client_down a
	client_conf a "$tmp/quick.conf" 'refresh = 5'
	client_up a --config "$tmp/quick.conf" || return
	weather a 'loss 20%' 'loss 20%'
	for ((i = 0; i < times; i++)); do
		! qualified a || n=$((n + 1))
		pause 0.5
	done
	note "qualified $n of $times times"
	check_at_most "times without an address of 100" $most $(((times - n) * 100 / times))
	clear_weather a
	check "qualified afterwards" wait_for 610 qualified a
	client_down a
	client_up a
}

# Idle clients send only what keeps their mapping. Deleted ones send nothing.
test_silence()
{
	local n

	pause 5
	capture inet na a-idle udp
	capture inet nb b-idle udp
	pause 10
	client_down a
	client_down b
	capture_stop a-idle
	capture_stop b-idle
	for node in a b; do
		n=$(packets $node-idle | wc -l)
		note "$node: $n datagrams in 10 s"
		check_at_most "$node: datagrams in 10 s" 4 "$n"
	done
	capture inet na a-gone
	capture inet nb b-gone
	pause 5
	capture_stop a-gone
	capture_stop b-gone
	for node in a b; do
		check_equal "packets of $node, which has no device any more" "" \
			"$(packets $node-gone)"
	done
}

# sum_of FILE PATTERN: sum of the matching counters
sum_of()
{
	awk -v pattern="$2" '$1 ~ pattern { sum += $2 }
		END { print sum + 0 }' "$1"
}

# Without outer checksums, damaged packets reach the module. A counter names the reason of
# the drop, or the inner checksum detects the damage.
test_no_checksum()
{
	local before named inside

	set_nat a none
	set_nat b none
	sums_from b
	bare_client a $A
	bare_client b $B
	for node in a b; do
		ip_on $node link set teredo0 type teredo noudpcsum
	done
	introduce a $B 192.0.2.20:50000
	introduce b $A 192.0.2.10:40000
	check "before" reach a $B
	before=$(inner_errors b | awk '{ n += $1 } END { print n }')
	weather a 'corrupt 50%' 'delay 0ms'
	count_from b
	on a ping -6 -n -q -c 1000 -i 0.005 -W 1 -s 30 $B | grep loss | note
	clear_weather a
	counters b > "$tmp/after"
	named=$(($(sum_of "$tmp/after" ^rx_drop_) -
		$(sum_of "$tmp/counters-b" ^rx_drop_)))
	inside=$(($(inner_errors b | awk '{ n += $1 } END { print n }') -
		before))
	note "dropped by name: $named; by checksums inside: $inside"
	note "$(counted b)"
	[ $named -gt 10 ] || fail "nothing is dropped by name"
	[ $inside -gt 10 ] || fail "nothing is found by checksums inside"
	check_sums b
	check "afterwards" reach a $B
	for node in a b; do
		stop $node-watch
		teredo_down $node
	done
}

modprobe teredo || fail "no module"
internet
client a pr
client b ar
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545

add_test "C-36 C-41 C-80 R-10: loss, jitter of 300 ms, reordering, duplicates, damage: all data arrives" \
	test_storm
add_test "G-13 C-54: damaged packets are found, and every datagram accounted for" \
	test_found
add_test "C-88: qualified under a loss of 20 % each way" test_loss
add_test "C-87: idle clients are silent" test_silence
add_test "G-13 C-54: without outer checksums, damaged packets are dropped and counted, or found inside" \
	test_no_checksum

run_tests
