#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Devices and namespaces that come and go, and removal of the module under traffic. With
# two CPUs, to have real concurrency. The machine's runner checks for kernel
# warnings.
# cpus: 2

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# bare NODE ADDRESS: like bare_client, but without tdctl watch
bare()
{
	on $1 "$here/helpers/tdctl" bare teredo0 ${port[$1]} $2 &&
		ip_on $1 -6 addr add $2/32 dev teredo0 nodad
}

# pair: a and another client are trusted peers of each other
pair()
{
	introduce a $2 $3
	introduce $1 $A 192.0.2.10:40000
}

gone()
{
	! ip_on "$1" link show teredo0 > /dev/null 2>&1
}

no_module()
{
	[ ! -e /sys/module/teredo ]
}

# The device moves to another namespace, its socket stays.
test_move()
{
	new_node m
	bare a $A
	bare c $C
	pair c $C 192.0.2.30:60000
	check "ping before" reach a $C
	ip_on c link set teredo0 netns "$(netns m)"
	check "the device is there" ip_on m link show teredo0
	ip_on m link set teredo0 up
	on m "$here/helpers/tdctl" up teredo0 $C
	ip_on m -6 addr add $C/32 dev teredo0 nodad
	pair m $C 192.0.2.30:60000
	capture c eth0 moved udp
	check "ping from there" reach m $A
	check "ping to there" reach a $C
	capture_stop moved
	check_equal "where its datagrams leave" "192.0.2.30.60000" \
		"$(packets moved src host 192.0.2.30 | awk '{ print $3 }' |
			sort -u)"
	check "nothing can be heard at the old place" gone c

	# back to the namespace of its socket
	ip_on m link set teredo0 netns "$(netns c)"
	ip_on c link set teredo0 up
	on c "$here/helpers/tdctl" up teredo0 $C
	ip_on c -6 addr add $C/32 dev teredo0 nodad
	pair c $C 192.0.2.30:60000
	check "ping after the return" reach a $C
	ip_on c link del teredo0
	ip_on a link del teredo0
}

# the namespace of the socket ends while the device has traffic
test_link_netns()
{
	bare a $A
	bare c $C
	ip_on c link set teredo0 netns "$(netns m)"
	ip_on m link set teredo0 up
	on m "$here/helpers/tdctl" up teredo0 $C
	ip_on m -6 addr add $C/32 dev teredo0 nodad
	pair m $C 192.0.2.30:60000
	start ping m ping -6 -n -q -i 0.01 $A
	start ping2 a ping -6 -n -q -i 0.01 $C
	pause 1
	ip netns del "$(netns c)"
	check "the device is gone" wait_for 10 gone m
	stop ping
	stop ping2
	ip_on a link del teredo0
	ip netns del "$(netns m)"
	_nodes=${_nodes/ c/}
	_nodes=${_nodes/ m/}
}

# both namespaces end at once, with the device up in the one without its socket
test_both()
{
	local i

	for i in 1 2 3 4 5; do
		new_node p q
		ip_on p link add teredo0 type teredo
		ip_on p link set teredo0 netns "$(netns q)" up
		ip netns del "$(netns q)" &
		ip netns del "$(netns p)"
		wait $!
		_nodes=${_nodes/ p q/}
	done
	check "the module can go" wait_for 10 rmmod teredo
	check "it is gone" no_module
	modprobe teredo
}

busy()
{
	start ping1 a ping -6 -n -q -i 0.002 $B
	start ping2 b ping -6 -n -q -i 0.002 $A
	start ping3 a ping -6 -n -q -i 0.01 $C
	start dump a bash -c "while :; do
			'$here/helpers/tdctl' dump teredo0; $breath; done"
	inject --from 12.0.0.1:5000 --vary teredo --to 192.0.2.10:40000 \
		--count 2000 --rate 1000 echo-request 2001:0:cb00:7101:0:0:0:0 \
		$A 7 1 00
	inject --from 203.0.113.1:3544 --vary ip6 --to 192.0.2.10:40000 \
		--count 2000 --rate 1000 origin 198.51.100.66:9 bubble \
		2001:db8:77::1 $A
	inject --from 198.51.100.66:5000 --vary ip6 --to 192.0.2.10:40000 \
		--count 2000 --rate 1000 udp6 2001:db8:77::1 $A 1 2 900
	pause 1
}

idle()
{
	stop ping1
	stop ping2
	stop ping3
	stop dump
}

# pings, unsolicited packets and dumps continue while the module is removed and loaded
test_module()
{
	local i

	for i in 1 2 3; do
		bare a $A
		bare b $B
		pair b $B 192.0.2.20:50000
		ip_on a -6 route add default dev teredo0
		busy
		# a dump by the family's name loads the module again, and a running
		# dump holds it for a short time
		check "rmmod" wait_for 10 rmmod teredo
		check "the device is gone" gone a
		idle
		check "modprobe" modprobe teredo
	done
	bare a $A
	bare b $B
	pair b $B 192.0.2.20:50000
	check "ping at the end" reach a $B
	ip_on a link del teredo0
	ip_on b link del teredo0
}

# 50 devices in sequence, while other programs dump them
test_cycles()
{
	local i before

	start dump1 a bash -c "while :; do
			'$here/helpers/tdctl' dump teredo0; $breath; done"
	start dump2 a bash -c "while :; do
			'$tools/teredo' -j show; '$tools/teredo' stats; $breath; done"
	inject --from 192.0.2.20:50000 --to 192.0.2.10:40000 \
		--count 5000 --rate 500 bubble $B $A
	for ((i = 0; i < 25; i++)); do
		printf 'link %s\n' 'add teredo0 type teredo' \
			'set teredo0 up' 'set teredo0 down' 'del teredo0' \
			'add teredo0 up type teredo' 'del teredo0'
	done > "$tmp/cycles"
	before=$(kernel_memory)
	check "cycles" ip_on a -batch "$tmp/cycles"
	# the same with a client that has traffic
	for ((i = 0; i < 5; i++)); do
		bare a $A || fail "cannot create it again"
		start ping1 a ping -6 -n -q -i 0.01 $C
		pause 0.2
		check "delete" ip_on a link del teredo0
		stop ping1
	done
	stop dump1
	stop dump2
	check_memory "55 devices" "$before" 1500
	check_equal "sockets" "" "$(must on a ss -Huan)"
}

# rmmod succeeds only if everything that was created is gone
test_end()
{
	check "rmmod" rmmod teredo
	check "it is gone" no_module
	check_equal "kernel messages" "" "$(kernel_warnings)"
	modprobe teredo
}

modprobe teredo || fail "no module"
internet
ip_on inet route add blackhole default
for node in a b c; do
	client $node none
done

add_test "a device in another namespace than its socket" test_move
add_test "the namespace of the socket ends" test_link_netns
add_test "both namespaces end at once" test_both
add_test "the module is removed under traffic" test_module
add_test "devices come and go during dumps" test_cycles
add_test "nothing is left" test_end

run_tests
