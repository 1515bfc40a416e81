#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# The data path on two CPUs at once: flows between clients, through a relay and with
# a server's help, while peers come and go, settings change and everything is
# dumped. For a kernel that looks for data races, which is slow; what it reports is
# for the machine's runner to see.
# kernel: kcsan
# cpus: 2

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

NATIVE=2001:db8:1::10
seconds=60

# bare NODE ADDRESS: like bare_client, but nothing watches it
bare()
{
	on $1 "$here/tdctl" bare teredo0 ${port[$1]} $2 &&
		printf '%s\n' "addr add $2/32 dev teredo0 nodad" \
			'route add default dev teredo0' |
		ip_on $1 -6 -batch -
}

# loop NAME NODE COMMANDS: again and again, until stopped
loop()
{
	start $1 $2 bash -c "while :; do $3; done"
	running+=("$1")
}

flow()
{
	start $1 $2 ping -6 -n -q -i 0.002 $3
	running+=("$1")
}

# settings NODE: what may change while a device is up
settings()
{
	loop set-$1 $1 "for ttl in 60 61; do
		ip link set teredo0 type teredo ttl \$ttl max_peers 1\$ttl; done"
}

looks()
{
	loop dump-$1 $1 "'$here/tdctl' dump teredo0; ethtool -S teredo0"
	loop show-$1 $1 "ip -d -s link show dev teredo0;
		'$tools/teredo' stats teredo0"
}

# strangers NAME ARGUMENTS of tdinject...: from ever new addresses, so that peers
# are evicted
strangers()
{
	local name=$1

	shift
	start $name x "$here/tdinject" --to 192.0.2.10:40000 --vary ip6 \
		--count 100000000 --rate 200 "$@"
	running+=("$name")
}

# watched: how many accesses were
watched()
{
	sed -n 's/^setup_watchpoints: //p' $kcsan
}

test_all()
{
	local name before

	before=$(watched)
	running=()
	flow ping-ab a $B
	flow ping-ba b $A
	flow ping-na n $A
	flow ping-an a $NATIVE
	settings a
	settings r
	looks a
	looks r
	strangers bubbles --from 203.0.113.1:3544 origin 198.51.100.66:9 \
		bubble 2001:db8:77::1 $A
	strangers data --from 198.51.100.66:5000 udp6 2001:db8:77::1 $A 1 2 100
	loop move a "for port in 40000 40001; do '$tools/teredo' peer add \
		teredo0 2001:db8:78::1 remote 192.0.2.99:\$port; done"
	pause $seconds
	for name in "${running[@]}"; do
		check "$name goes on" alive $name
		if [[ $name != ping-* ]]; then
			stop $name
			continue
		fi
		stop $name INT
		check "$name has answers" \
			grep -q ' [1-9][0-9]* received' "$tmp/$name.log"
	done
	note "$(($(watched) - before)) accesses were watched"
	[ $(($(watched) - before)) -gt 10000 ] || fail "too few are watched"
	check "a to b" reach a $B
	check "native host to a" reach n $A
}

modprobe teredo || fail "no module"
kcsan=/sys/kernel/debug/kcsan
echo 500 > /sys/module/kcsan/parameters/skip_watch	# not only each 4000th
echo on > $kcsan
internet
ip_on inet route add blackhole default
client a none
client b none
bare a $A
bare b $B
introduce a $B 192.0.2.20:50000
introduce b $A 192.0.2.10:40000
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545 direct
add_test "C-05: flows, strangers, dumps and settings at the same time" test_all

run_tests
