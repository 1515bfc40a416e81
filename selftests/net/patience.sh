#!/bin/bash
# shellcheck disable=SC2016,SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Back-off after a peer has not answered, for up to 300 s. In user-mode Linux this
# waiting takes no time.
# kernel: debug uml
# timeout: 900

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

N=2001:db8:1::10
DEAD=2001:db8:99::1

# try ADDRESS: send a packet there
try()
{
	on a ping -6 -n -c 1 -W 0.1 "$1" > /dev/null
}

# pairs NAME: number of bubbles via the server, one per pair
pairs()
{
	packets "$1" dst host 203.0.113.1 | wc -l
}

# Four pairs in the first 6 s, then none until 300 s after the first, however many
# packets are sent.
test_bubbles()
{
	local i

	flush a
	capture na wan bubbles -Q out udp
	try $C
	pause 10
	check_equal "pairs in 10 s" 4 "$(pairs bubbles)"
	for ((i = 0; i < 28; i++)); do
		try $C
		pause 9.8
	done
	check_equal "pairs in 287 s" 4 "$(pairs bubbles)"
	pause 25
	try $C
	pause 1
	capture_stop bubbles
	check_equal "pairs after the window" 5 "$(pairs bubbles)"
}

# tests: number of connectivity tests sent so far
tests()
{
	counter a teredo0 tx_tests
}

# The back-off ends 30 s after the first test without an answer.
test_rest()
{
	local before

	flush a
	before=$(tests)
	try $DEAD
	pause 20
	try $DEAD
	pause 2
	check_equal "tests in 22 s" 4 $(($(tests) - before))
	pause 9
	try $DEAD
	pause 1
	check_equal "tests in 32 s" 5 $(($(tests) - before))
}

# A reply is accepted while tests are sent, for 8 s.
test_late_reply()
{
	local request

	flush a
	capture na wan request -Q out udp and greater 100
	try $N
	check "the test" wait_for 2 eval '[ "$(contents request)" ]'
	request=$(contents request)
	capture_stop request
	pause 9
	count_from a
	from 198.51.100.1:3545 echo-reply $N $A "0x${request:88:4}" \
		"0x${request:92:4}" "${request:96:32}"
	pause 1
	[[ $(counted a) != *rx_test_replies* ]] || fail "it counts: $(counted a)"
	# as any other packet, it is held for a test of its own
	[[ $(counted a) == *rx_held+1* ]] || fail "not there: $(counted a)"
}

# A host that sends nothing is tested after 1 s of silence, then after 2, 4, 8 and 16 s.
# Each test without another packet from the host doubles the time.
test_silence()
{
	local before

	teredo_relay r 198.51.100.1 3545
	flush a
	check "ping" reach a $N 1
	on n nft add table ip6 quiet
	on n nft 'add chain ip6 quiet input { type filter hook input priority 0; }'
	on n nft add rule ip6 quiet input udp dport 9 drop
	before=$(tests)
	start one-way a bash -c '
		exec {never}<> <(:) 5<> "/dev/udp/$1/9"
		for ((i = 0; i < 300; i++)); do
			echo >&5
			read -rt 0.1 -u $never
		done' - $N
	wait "${_pids[one-way]}"
	check_at_most "tests in 30 s" 6 $(($(tests) - before))
	teredo_down r
}

modprobe teredo || fail "no module"
internet
client a cone
teredo_server s1 203.0.113.1 203.0.113.2
bare_client a $A

add_test "C-96: four pairs of bubbles in 300 s" test_bubbles
add_test "C-76: a rest of 30 s after a test without an answer" test_rest
add_test "C-60: a reply after the attempt is ignored" test_late_reply
add_test "C-72: a silent host is tested less and less often" test_silence

run_tests
