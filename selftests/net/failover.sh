#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Outages of parts of the network while pings run. The pings must continue without
# help, each within a stated time. teredod-recovery.sh has other cases for teredod, anycast.sh
# relays that announce their routes.
#
# Suspend is not tested here: only a real suspend lets CLOCK_BOOTTIME advance without
# CLOCK_MONOTONIC.
# set: long

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

NATIVE=2001:db8:7::7		# h, through either relay

# quick_client NODE: refreshes its mapping each 3.75 to 5 s
quick_client()
{
	printf '%s\n' '[client]' 'server = 203.0.113.1/203.0.113.2' \
		'refresh = 5' '[device]' "port = ${port[$1]}" \
		> "$tmp/quick-$1.conf"
	client_up $1 --config "$tmp/quick-$1.conf"
}

# watch NAME NODE ADDRESS: start a ping, and wait for answers
watch()
{
	start $1 $2 ping -6 -n -D -i 0.1 -W 30 $3
	wait_for 10 grep -qs 'icmp_seq=3 .*time=' "$tmp/$1.log" ||
		fail "ping $1 is not answered to begin with"
}

# answered_again NAME LIMIT: answers resume after at most LIMIT ms, and continue
answered_again()
{
	local gap n

	n=$(grep -c time= "$tmp/$1.log")
	pause 1
	[ "$(grep -c time= "$tmp/$1.log")" -gt $((n + 5)) ] ||
		fail "ping $1 is not answered any more"
	stop $1 INT
	gap=$(longest_gap $1)
	note "ping $1: no answer for $gap ms; $(grep loss "$tmp/$1.log")"
	check_at_most "ping $1, ms without an answer" $2 "$gap"
}

# mapping NODE: the mapped endpoint in its address
mapping()
{
	teredo_address $1 | cut -d : -f 6-
}

# Both NATs lose all mappings. One maps to the same port again: a client without traffic
# of its own is reachable again when the relay sends via the server. The other NAT maps to
# another port, so the client gets another address.
test_nats()
{
	local old

	quick_client a && quick_client b || return
	old=$(mapping b)
	watch in h "$(teredo_address a)"
	watch out b $NATIVE
	on nb nft insert rule ip nat postrouting oifname wan \
		udp sport ${port[b]} snat to ${outside[b]}:51000
	nat_forgets nb
	nat_forgets na
	pause 24
	answered_again in 23000
	answered_again out 6500
	[ "$(mapping b)" != "$old" ] || fail "b has the mapping it had"
	check "between the two" reach a "$(teredo_address b)"
	client_down b
	_nat[b]=
	set_nat b pr
}

# Established peers do not need the server. For a native host, only a client that has to
# find the relay needs it.
test_server()
{
	client_up b || return
	watch peer a "$(teredo_address b)"
	watch native a $NATIVE
	teredo_down s1
	pause 3
	teredo_server s1 203.0.113.1 203.0.113.2
	pause 2
	answered_again peer 300
	answered_again native 300
	client_down b

	# longer than the client tolerates, so it loses its address
	watch native a $NATIVE
	teredo_down s1
	wait_for 20 no_address a || fail "the address stays"
	pause 1
	teredo_server s1 203.0.113.1 203.0.113.2
	wait_for 6 has_teredo_address "${_pids[a-teredod]}" ||
		fail "not qualified within 6 s"
	pause 1
	answered_again native 14000
}

# silence NODE: a relay fails without a sign; the route changes to the other one
silence()
{
	local other=s2

	[ $1 = r ] || other=r
	tc -n "${_prefix}inet" qdisc replace dev $1 root netem loss 100%
	tc -n "${_prefix}$1" qdisc replace dev eth0 root netem loss 100%
	ip_on inet -6 route replace 2001::/32 dev $other
}

heal()
{
	tc -n "${_prefix}inet" qdisc del dev $1 root
	tc -n "${_prefix}$1" qdisc del dev eth0 root
}

test_relay()
{
	watch out a $NATIVE
	watch in h "$(teredo_address a)"
	silence r
	pause 4
	heal r
	silence s2
	pause 4
	heal s2
	# and a restarted relay has no peers
	teredo_down r
	teredo_relay r 198.51.100.1 3545
	pause 3
	answered_again out 2500
	answered_again in 2500
}

# Another network: another interface, address and NAT. Its router drops packets with a
# source address of the old network.
test_uplink()
{
	local old

	old=$(mapping a)
	on nc sysctl -qw net.ipv4.conf.lan2.rp_filter=1
	watch out a $NATIVE
	printf '%s\n' 'addr add 10.4.0.1/24 dev lan2' | ip_on nc -batch -
	printf '%s\n' 'addr add 10.4.0.2/24 dev eth1' \
		'route replace default via 10.4.0.1 dev eth1' \
		'link set eth0 down' | ip_on a -batch -
	pause 4
	[ "$(mapping a)" != "$old" ] || fail "a has the mapping it had"
	answered_again out 2000
	watch out a $NATIVE
	printf '%s\n' 'link set eth0 up' \
		'route replace default via 10.1.0.1 dev eth0' \
		'addr del 10.4.0.2/24 dev eth1' | ip_on a -batch -
	pause 4
	answered_again out 2000
	check_equal "the mapping of before" "$old" "$(mapping a)"
}

# set_clock SECONDS: step the clock, relative to now
set_clock()
{
	date -s "@$((EPOCHSECONDS + $1))" > /dev/null
}

# Nothing depends on the time of day. The check counts lost packets by sequence number, as
# the ping's own clock jumps.
test_clock()
{
	local old jump answers

	old=$(teredo_address a)
	for jump in 86400 -172800 86400; do
		start ping a ping -6 -n -i 0.1 -W 30 $NATIVE
		pause 1
		set_clock $jump
		pause 6
		stop ping INT
		answers=$(sed -n 's/.*icmp_seq=\([0-9]*\) .*time=.*/\1/p' \
			"$tmp/ping.log" | awk '
			last && $1 != last + 1 { gaps++ }
			{ last = $1; n++ }
			END { printf "%d answers, %d gaps", n, gaps }')
		note "by $jump s: $answers"
		[[ $answers = [3-9][0-9]" answers, 0 gaps" ]] ||
			fail "the ping has noticed"
		check_equal "address" "$old" "$(teredo_address a)"
	done
	check_equal "state" qualified \
		"$(teredo a -j show teredo0 | sed 's/.*"state":"\([a-z]*\)".*/\1/')"
	client_down a
}

modprobe teredo || fail "no module"
internet
for node in a b c; do
	client $node pr
done
new_link nc lan2 a eth1
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545
teredo_relay s2 198.51.100.118 3545

add_test "C-87 C-88 C-90: NATs restarted: traffic goes on after a refresh interval, from outside after 23 s" \
	test_nats
add_test "C-24 C-26 A-43: a short and a long outage of the server" \
	test_server
add_test "C-72 R-01: relays dead, back and restarted: traffic goes on within 2.5 s" \
	test_relay
add_test "C-90: another uplink, and back: traffic goes on within 2 s" \
	test_uplink
add_test "C-87: the time of day jumps by a day" test_clock

run_tests
