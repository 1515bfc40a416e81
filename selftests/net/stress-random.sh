#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Random faults at a client, the next one before it has recovered from the last.
# After all faults end, the client must recover without help: one address, its routes,
# packets both ways. The sequence is the same in every run. LONG=1 has five times as
# many rounds.
# set: long
# timeout: 1200

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

NATIVE=2001:db8:1::10
rounds=${LONG:+100}
rounds=${rounds:-20}
# Only the next solicitation reveals that a NAT has lost its mapping. It is sent up to
# 5 s later, and repeated for 12 s if it is lost.
recovery=20
RANDOM=4380

# ---- the events; calm undoes all of them, whether they happened or not

event_bounce()
{
	printf '%s\n' 'link set teredo0 down' 'link set teredo0 up' |
		ip_on a -batch -
}

event_down()
{
	ip_on a link set teredo0 down
}

# The NAT gives the client's packets other ports from now on. Ports of existing conntrack
# entries stay in use until they expire, so no inside address is used twice, either.
other_ports()
{
	outer=$((outer + 10))
	on na nft insert rule ip nat postrouting oifname wan udp sport \
		${port[a]} snat to ${outside[a]}:$outer-$((outer + 9))
}

event_address()
{
	host=$((host % 250 + 2))
	other_ports
	printf '%s\n' 'addr flush dev eth0' "addr add 10.1.0.$host/24 dev eth0" \
		'route replace default via 10.1.0.1 dev eth0' | ip_on a -batch -
}

event_no_address()
{
	ip_on a addr flush dev eth0
}

event_no_route()
{
	ip_on a route flush default
}

event_cable()
{
	ip_on na link set lan down
}

event_nat()
{
	other_ports
	nat_forgets na
}

event_server()
{
	ip_on s1 link set teredo0 down
}

event_relay()
{
	ip_on r link set teredo0 down
}

event_killed()
{
	stop a-teredod KILL
}

event_stopped()
{
	stop a-teredod
}

event_taken_over()
{
	local first=a-teredod

	alive $first || return
	wait_for 5 [ -S "$tmp/run-a/teredo0.sock" ]
	start second a env "TEREDO_RUN_DIR=$tmp/run-a" "$tools/teredod" \
		--debug --config "$tmp/chaos.conf" teredo0
	_pids[$first]=${_pids[second]}
}

event_flushed()
{
	ip_on a -6 addr flush dev teredo0
	ip_on a -6 route flush dev teredo0
}

event_forgotten()
{
	on a "$here/helpers/tdctl" state teredo0 0
}

event_settings()
{
	local words=('symmetric preserving sequential'
		'nosymmetric nopreserving nosequential')

	ip_on a link set teredo0 type teredo ${words[RANDOM % 2]} \
		ttl $((RANDOM % 64 + 1))
}

event_another_server()
{
	alive a-teredod && teredo a set teredo0 server 198.51.100.118
}

calm()
{
	ip_on a link set teredo0 up 2> /dev/null
	ip_on na link set lan up
	ip_on s1 link set teredo0 up
	ip_on r link set teredo0 up
	ip_on r -6 route replace 2001::/32 dev teredo0
	event_address
	alive a-teredod || client_start a --config "$tmp/chaos.conf"
}

# ---- the state after recovery

works()
{
	reach a $NATIVE 1 > /dev/null 2>&1
}

# one KIND COMMAND...: the command prints exactly one line
one()
{
	local kind=$1

	shift
	check_equal "$kind" 1 "$("$@" | wc -l)"
}

recovered()
{
	wait_for $recovery works || {
		fail "no packet comes back"
		teredo a show teredo0 | note
		tail -n 30 "$tmp/a-teredod.log" "$tmp/second.log" 2>&1 | note
		return 1
	}
	one "address" teredo_address a
	one "prefix route" ip_on a -6 route show 2001::/32 dev teredo0
	one "default route" ip_on a -6 route show default dev teredo0
	check "from outside" reach n "$(teredo_address a)"
}

test_round()
{
	local i name what=''

	for ((i = 0; i < 5; i++)); do
		name=${events[RANDOM % ${#events[@]}]}
		what="$what ${name#event_}"
		$name
		pause 0.$((RANDOM % 900 + 100))
	done
	note "$what"
	calm
	recovered
}

modprobe teredo || fail "no module"
internet
client a pr
teredo_server s1 203.0.113.1 203.0.113.2
teredo_server s2 198.51.100.118 198.51.100.119
teredo_relay r 198.51.100.1 3545
host=2 outer=41000
mapfile -t events < <(compgen -A function event_)
printf '%s\n' '[client]' 'server = 203.0.113.1/203.0.113.2' 'refresh = 5' \
	'[device]' "port = ${port[a]}" > "$tmp/chaos.conf"
client_up a --config "$tmp/chaos.conf"

for ((round = 1; round <= rounds; round++)); do
	add_test "C-90: round $round" test_round
done

run_tests
