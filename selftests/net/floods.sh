#!/bin/bash
# shellcheck disable=SC2016,SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Floods from any Internet host and from local programs to a client: tables and
# queues stay within their bounds, memory is freed, and the traffic of an established
# pair of clients continues.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

SERVER=203.0.113.1:3544
LIMIT=4096

# flood COUNT ENDPOINT ARGUMENTS of tdinject...: send, and wait until a has received all
flood()
{
	local count=$1 from=$2 start all

	shift 2
	start=$(received)
	inject --from $from --to 192.0.2.10:40000 --count $count --rate 5000 "$@"
	all=$((start + count))
	check "all of it comes in" wait_for 30 eval "[ \$(received) -ge $all ]"
}

# received: number of packets that eth0 of a has received
received()
{
	local line

	while read -r line; do
		# shellcheck disable=SC2016,SC2086 # columns
		[[ $line == *eth0:* ]] && set -- ${line#*:} && echo $2
	done < "/proc/${_pids[a-watch]}/net/dev"
}

# stat NAME: the counter of a; 0 if it is not listed
stat()
{
	on a "$here/helpers/tdctl" stats teredo0 |
		awk -v name=$1 '$1 == name { n = $2 } END { print n + 0 }'
}

start_ping()
{
	introduce a $B 192.0.2.20:50000
	introduce b $A 192.0.2.10:40000
	start ping b ping -6 -n -i 0.1 -W 5 $A
	check "the ping is answered" wait_for 5 grep -q 'time=' "$tmp/ping.log"
}

# stop_ping: no packet of the ping was lost, except for one that can be in flight at the
# end
stop_ping()
{
	local line sent got most=1

	[ ! "$exact" ] || most=0
	wait_for 5 eval '[ "$(grep -c time= "$tmp/ping.log")" -ge 5 ]'
	stop ping INT
	line=$(grep transmitted "$tmp/ping.log")
	note "$line"
	read -r sent _ _ got _ <<< "$line"
	check_at_most "lost packets of a ping between peers" $most $((sent - got))
	[ "$sent" -ge 5 ] || fail "too few packets of the ping: $sent"
}

# 10,000 peers that verify their endpoints
test_peers()
{
	local evicted

	flush a
	start_ping
	evicted=$(stat peers_evicted)
	flood 10000 12.0.0.1:5000 --vary teredo bubble \
		2001:0:cb00:7101:0:0:0:0 $A
	check_equal "peers" $LIMIT "$(stat peers)"
	check_equal "peers in a dump" $LIMIT "$(teredo a peer show teredo0 | wc -l)"
	check_equal "peers that had to go" $((10001 - LIMIT)) \
		$(($(stat peers_evicted) - evicted))
	stop_ping
}

# 10,000 peers that also ping the client, so each entry is in use
test_peers_in_use()
{
	local refused

	flush a
	start_ping
	refused=$(stat rx_drop_peer_limit)
	flood 10000 13.0.0.1:5000 --vary teredo echo-request \
		2001:0:cb00:7101:0:0:0:0 $A 7 1 00
	check_at_most "peers" $LIMIT "$(stat peers)"
	note "$(($(stat rx_drop_peer_limit) - refused)) refused"
	check_equal "refused" $((10001 - LIMIT)) \
		$(($(stat rx_drop_peer_limit) - refused))
	# they do not prevent traffic with another peer
	start ping2 a ping -6 -n -c 1 -W 5 $C
	introduce c $A 192.0.2.10:40000
	on c ping -6 -n -c 1 -W 1 $A > /dev/null
	wait "${_pids[ping2]}" || fail "a new peer cannot be reached"
	check_equal "own packets refused" 0 "$(stat tx_drop_peer_limit)"
	stop_ping
}

# Answers are limited to 256 per second, plus the unused rest of the second before. The
# flood has one origin.
test_indirect()
{
	local answers start ms drops

	flush a
	start_ping
	answers=$(stat tx_bubbles)
	drops=$(stat rx_drop_share)
	start=$(now_ms)
	flood 10000 $SERVER --vary ip6 origin 192.0.2.99:9 bubble \
		2001:0:cb00:7101:0:1234:f300:0 $A
	ms=$(($(now_ms) - start + 1000))
	answers=$(($(stat tx_bubbles) - answers))
	note "$answers answers in less than $ms ms"
	check_at_most "answers" $((256 * ms / 1000)) $answers
	[ $answers -ge 256 ] || fail "only $answers answers"
	drops=$(($(stat rx_drop_share) - drops))
	[ $drops -ge $((10000 - 256 * ms / 1000)) ] || fail "rx_drop_share $drops"
	check_at_most "peers" $LIMIT "$(stat peers)"

	# the same from relays, which creates no entries
	flush a
	flood 2000 $SERVER --vary ip6 origin 198.51.100.66:9 bubble \
		2001:db8:77::1 $A
	check_equal "peers" 1 "$(stat peers)"
	stop_ping
}

# native_flood RATE TDINJECT-ARGUMENTS...: 10,000 packets cause at most RATE tests per
# second, each repeated once
native_flood()
{
	local limit=$1 tests start ms rate

	shift
	rate=$(stat rx_drop_rate)
	tests=$(stat tx_tests)
	start=$(now_ms)
	flood 10000 198.51.100.66:5000 "$@"
	ms=$(($(now_ms) - start + 1000))
	check_at_most "peers" $LIMIT "$(stat peers)"
	tests=$(($(stat tx_tests) - tests))
	note "$tests tests in less than $ms ms"
	check_at_most "tests" $((2 * limit * ms / 1000)) $tests
	[ $tests -ge $limit ] || fail "only $tests tests"
	rate=$(($(stat rx_drop_rate) - rate))
	[ $rate -ge $((10000 - limit * ms / 1000)) ] || fail "rx_drop_rate $rate"
}

# 10,000 native sources: each needs a test via the server. The limit is 32 tests per
# second for all IPv4 sources together, and one alone can use all of it.
test_native()
{
	flush a
	start_ping
	native_flood 32 --vary ip6 udp6 2001:db8:77::1 $A 1 2 900
	flush a
	pause 1		# the flood before has used some of this second's tests
	flood_sources
	# a flood with one source fills its queue, and no more
	flush a
	pause 1
	flood 2000 198.51.100.66:5000 udp6 2001:db8:78::1 $A 1 2 900
	[ "$(stat rx_drop_queue_full)" -ge 1800 ] ||
		fail "rx_drop_queue_full $(stat rx_drop_queue_full)"
	stop_ping
}

# the same from 20 IPv4 addresses, each with ten native sources
flood_sources()
{
	local i j tests start ms

	tests=$(stat tx_tests)
	start=$(now_ms)
	for ((i = 1; i <= 10; i++)); do
		for ((j = 1; j <= 20; j++)); do
			inject --from 12.0.0.$j:5000 --to 192.0.2.10:40000 \
				udp6 2001:db8:79:$i::$j $A 1 2 900
		done
	done
	pause 0.5
	ms=$(($(now_ms) - start + 1000))
	tests=$(($(stat tx_tests) - tests))
	note "$tests tests for 20 IPv4 sources in less than $ms ms"
	check_at_most "tests for 20 IPv4 sources" $((2 * 32 * ms / 1000)) $tests
	[ $tests -ge 32 ] || fail "only $tests tests for 20 IPv4 sources"
}

# hold_flood IPV4-SOURCES NATIVE-SOURCES: 128 packets from each native source, with
# NATIVE-SOURCES per IPv4 source; more than the queue holds
hold_flood()
{
	local i j full

	full=$(stat rx_drop_queue_full)
	for ((j = 0; j < $1; j++)); do
		for ((i = 1; i <= $2; i++)); do
			inject --from 198.51.100.$((66 + j)):5000 \
				--to 192.0.2.10:40000 --count 128 --rate 8000 \
				udp6 2001:db8:7a:$j::$i $A 1 2 1
		done
	done
	pause 1
	[ "$(stat rx_drop_queue_full)" -gt "$full" ] ||
		fail "the queue is not full"
}

# new_host ADDRESS COUNT: COUNT packets of it, via another relay, are held, and it is
# tested at once
new_host()
{
	local i held tests

	held=$(stat rx_held) tests=$(stat tx_tests)
	for ((i = 0; i < $2; i++)); do
		inject --from 198.51.100.1:3545 --to 192.0.2.10:40000 \
			echo-request $1 $A 7 $i 00
	done
	wait_for 2 eval '[ "$(stat tx_tests)" -gt '$tests' ]'
	pause 0.2
	check_equal "packets of a new host that wait" $2 \
		$(($(stat rx_held) - held))
	check "it is tested" test_sent_to $1 $2
}

# One IPv4 host forges 11 native hosts, then nine IPv4 hosts together fill the queue.
test_hold()
{
	flush a
	hold_flood 1 11
	new_host 2001:db8:1::131 3
	flush a
	hold_flood 9 2
	new_host 2001:db8:1::132 1
}

# test_sent_to ADDRESS QUEUED: the client tests the address, and holds QUEUED packets
test_sent_to()
{
	dump a |
		grep -q "^peer $1 .* tries [1-4] queued $2"
}

test_control()
{
	local start ms control rate

	flush a
	rate=$(stat rx_drop_rate)
	start_ping
	start helper a "$here/helpers/tdctl" helper teredo0
	check "a helper starts" wait_for 5 grep -q ready "$tmp/helper.log"
	start=$(now_ms)
	flood 2000 $SERVER ra fe80::8000:f227:34ff:8efe fe80::ffff:ffff:ffff \
		2001:0:cb00:7101::
	ms=$(($(now_ms) - start + 1000))
	control=$(stat rx_control)
	check_at_most "advertisements for the helper" $((64 * ms / 1000)) $control
	[ $control -ge 64 ] || fail "only $control advertisements for the helper"
	check_equal "the rest" 2000 \
		$((control + $(stat rx_drop_rate) - rate))
	stop helper
	stop_ping
}

# 10,000 packets to a peer that does not answer
test_queue()
{
	local full

	flush a
	start_ping
	full=$(stat tx_drop_queue_full)
	start flood a bash -c 'exec 5<> "/dev/udp/$1/9"
		for ((i = 0; i < 10000; i++)); do echo >&5; done' - \
		2001:0:cb00:7101:0:1234:f0ff:ffff
	check "packets are dropped" wait_for 10 eval \
		"[ \$(stat tx_drop_queue_full) -ge $((full + 9000)) ]"
	check_equal "packets that wait" 128 "$(dump a |
		sed -n 's/.*probing.* queued \([0-9]*\).*/\1/p')"
	check "they are given up" wait_for 10 eval \
		"[ \$(stat tx_drop_no_answer) -ge 128 ]"
	stop flood
	stop_ping
}

# queued: number of packets that wait for peers
queued()
{
	dump a |
		sed -n 's/.*probing.* queued \([0-9]*\).*/\1/p' |
		awk '{ n += $1 } END { print n + 0 }'
}

# flood_as USER PREFIX: 64 packets to each of 60 such peers: more than the limit of the
# device, less than that of a peer
flood_as()
{
	on a setpriv --reuid=$1 --clear-groups bash -c 'printf -v text %900s
		for ((peer = 1; peer <= 60; peer++)); do
			printf -v addr "$1:%x" $((0xffff - peer))
			exec 5<> "/dev/udp/$addr/9"
			for ((i = 0; i < 64; i++)); do echo "$text" >&5; done
		done' - $2
}

# queued_by USER PREFIX: the number of packets of this user that wait is in $REPLY
queued_by()
{
	local before

	before=$(queued)
	flood_as "$1" "$2"
	REPLY=$(($(queued) - before))
	note "$REPLY of user $1 wait"
}

# One user can queue 1 MiB, or 2 MiB with the first packets to each peer. Two users share
# this limit with a probability of 1/64, three with 1/4096.
test_queue_total()
{
	local full first

	flush a
	start_ping
	full=$(stat tx_drop_queue_full)
	queued_by 65534 2001:0:cb00:7101:0:1234:f0ff
	first=$REPLY
	full=$(($(stat tx_drop_queue_full) - full))
	# each takes at most a page, and at least its octets
	check_at_most "packets of one user" $((2 * 1024 * 1024 / 949)) $first
	[ $first -ge 256 ] || fail "only $first packets wait"
	check_equal "all of them" 3840 $((first + full))
	[ $full -ge 400 ] || fail "only $full are dropped"
	# the limit for another user is as large
	queued_by 0 2001:0:cb00:7101:0:1234:f0fe
	[ $((first - REPLY)) -le 8 ] || queued_by 1 2001:0:cb00:7101:0:1234:f0fd
	check_at_most "fewer of another one" 8 $((first - REPLY))
	check_at_most "packets that wait" $((4 * 1024 * 1024 / 949)) "$(queued)"
	stop_ping
}

test_memory()
{
	note "$memory_before kB at first, $memory_full kB after all peers"
	flush a
	# a full table is 2 MiB, and queued packets at most 5 MiB
	check_at_most "kB with a full table" $((memory_before + 7000 * much)) \
		"$memory_full"
	check_memory "without peers" "$memory_before" 1500
}

modprobe teredo || fail "no module"
internet
ip_on inet route add blackhole default
for node in a b c; do
	client $node none
done
bare_client a $A
bare_client b $B
bare_client c $C

with_memory()
{
	local now

	"$@" || fail "exit code $? of $*"
	now=$(memory_now)
	[ "$now" -le "${memory_full:-0}" ] || memory_full=$now
}

memory_before=$(kernel_memory)
add_test "C-09 C-123: 10,000 spoofed peers" with_memory test_peers
add_test "C-09 C-123: 10,000 spoofed peers that are answered" \
	with_memory test_peers_in_use
add_test "C-58: a flood of indirect bubbles" with_memory test_indirect
add_test "C-70 C-122 A-33: 10,000 native sources" with_memory test_native
add_test "C-33: a flood of advertisements" with_memory test_control
add_test "A-33: 10,000 packets to a peer that does not answer" \
	with_memory test_queue
add_test "A-33 C-70: a full queue of received packets keeps no new host out" \
	with_memory test_hold
add_test "A-33: packets that one user has queued leave room for another user" \
	with_memory test_queue_total
add_test "C-09 A-33: memory" test_memory

run_tests
