#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# The data path on four CPUs: flows between clients, through a relay and via a server,
# while peers come and go, settings change and all objects are dumped. Receive packet
# steering spreads the flows over the CPUs. For a kernel with KCSAN, which is slow; the
# machine's runner checks for its reports.
# kernel: kcsan
# cpus: 4

# shellcheck source=../bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../bench/lib.sh"

NATIVE=2001:db8:1::10
seconds=60
generators='0 1 2 3'

# bare NODE ADDRESS: like bare_client, but without tdctl watch
bare()
{
	on $1 "$here/helpers/tdctl" bare teredo0 ${port[$1]} $2 &&
		printf '%s\n' "addr add $2/32 dev teredo0 nodad" \
			'route add default dev teredo0' |
		ip_on $1 -6 -batch -
}

# steer NODE...: each link spreads received packets over all CPUs, by flow
steer()
{
	local node

	# the /sys of the namespace has its links
	# shellcheck disable=SC2016 # expanded in the namespace
	for node; do
		ip netns exec "$(netns "$node")" bash -c '
			for cpus in /sys/class/net/*/queues/rx-*/rps_cpus; do
				echo f > "$cpus" || exit
			done' || fail "no packet steering on $node"
	done
}

# steered: total number of packets handed over between CPUs
steered()
{
	local sum=0 cpu

	while read -ra cpu; do
		sum=$((sum + 16#${cpu[9]}))
	done < /proc/net/softnet_stat
	printf '%s\n' $sum
}

# loop NAME NODE COMMANDS: repeat the commands until stopped, with pauses that leave CPU
# time for packets
loop()
{
	start $1 $2 bash -c "while :; do $3; sleep 0.2; done"
	running+=("$1")
}

flow()
{
	start $1 $2 ping -6 -n -q -i 0.002 $3
	running+=("$1")
}

# settings NODE: change settings while the device is up
settings()
{
	loop set-$1 $1 "for ttl in 60 61; do
		ip link set teredo0 type teredo ttl \$ttl max_peers 1\$ttl; done"
}

looks()
{
	loop dump-$1 $1 "'$here/helpers/tdctl' dump teredo0; ethtool -S teredo0"
	loop show-$1 $1 "ip -d -s link show dev teredo0;
		'$tools/teredo' stats teredo0"
}

# unsolicited NAME ARGUMENTS of tdinject...: inject unsolicited packets
unsolicited()
{
	local name=$1

	shift
	start $name x "$here/helpers/tdinject" --count 100000000 --rate 200 "$@"
	running+=("$name")
}

# At a client, always from new addresses, so that peers are evicted; at
# a server, in two floods; at a device that is created and deleted.
all_unsolicited()
{
	local to=(--to 192.0.2.10:40000 --vary ip6)
	local solicit=(--to 203.0.113.1:3544 --vary src "$(vector RS-4)")
	local native=2001:db8:77::1

	unsolicited bubbles "${to[@]}" --from 203.0.113.1:3544 \
		origin 198.51.100.66:9 bubble $native $A
	unsolicited data "${to[@]}" --from 198.51.100.66:5000 \
		udp6 $native $A 1 2 100
	unsolicited solicit-1 --from 11.0.0.1:5000 "${solicit[@]}"
	unsolicited solicit-2 --from 11.64.0.1:5000 "${solicit[@]}"
	unsolicited passing --to 198.51.100.7:3545 --from ${outside[a]}:${port[a]} \
		bubble $A $native
	loop passing-by h "ip link add teredo0 type teredo mode hostrelay port 3545 &&
		ip link set teredo0 up && sleep 0.1 && ip link del teredo0"
}

# watched: number of watchpoints that KCSAN has set
watched()
{
	sed -n 's/^setup_watchpoints: //p' $kcsan
}

# finish NAME: check the output of a finished flow
finish()
{
	case $1 in
	ping-*)
		stop $1 INT
		check "$1 has answers" grep -q ' [1-9][0-9]* received' \
			"$tmp/$1.log"
		;;
	dump-*|show-*)
		stop $1
		;;
	*)
		stop $1
		check_equal "what $1 says" '' "$(< "$tmp/$1.log")"
		;;
	esac
}

test_all()
{
	local name before rounds handed

	before=$(watched)
	handed=$(steered)
	running=()
	flow ping-ab a $B
	flow ping-ba b $A
	flow ping-na n $A
	flow ping-an a $NATIVE
	settings a
	settings r
	looks a
	looks r
	all_unsolicited
	loop move a "for port in 40000 40001; do '$tools/teredo' peer add \
		teredo0 2001:db8:78::1 remote 192.0.2.99:\$port; done"
	rounds=0
	SECONDS=0
	while [ $SECONDS -lt $seconds ]; do
		[ "$(generate n 5000 200 "dst6 $A")" ] ||
			fail "no generator" || break
		rounds=$((rounds + 1))
	done
	note "$((rounds * 20000)) packets through the relay in $SECONDS s"
	note "$(($(steered) - handed)) interrupts of one CPU by another"
	[ $(($(steered) - handed)) -gt 1000 ] || fail "packets stay on their CPU"
	for name in "${running[@]}"; do
		check "$name goes on" alive $name
		finish $name
	done
	note "$(($(watched) - before)) accesses were watched"
	[ $(($(watched) - before)) -gt 10000 ] || fail "too few are watched"
	check "a to b" reach a $B
	check "native host to a" reach n $A
}

modprobe teredo || fail "no module"
modprobe -q pktgen
kcsan=/sys/kernel/debug/kcsan
echo 50 > /sys/module/kcsan/parameters/skip_watch	# default 4000
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
steer inet a b na nb r n s1 h
add_test "flows, unsolicited packets, dumps and settings at the same time" test_all

run_tests
