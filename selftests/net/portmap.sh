#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Port forwarding by gateways (RFC 6081 5.3): clients behind NATs with a real miniupnpd,
# which supports UPnP and NAT-PMP.
# timeout: 500
# set: long

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# see gateway in lib.sh
outside[a]=11.0.0.10 outside[b]=11.0.0.20

C=2001:0:cb00:7101:1001:159f:f4ff:ffe1	# 11.0.0.30:60000, without a client

# forwarded CLIENT [PORT]: the gateway forwards the service port, or PORT
forwarded()
{
	local p=${2:-${port[$1]}}

	[[ $(on "n$1" nft list chain inet upnp prerouting) == \
	   *"dport $p dnat ip to ${inside[$1]}.2:$p"* ]]
}

# not COMMAND...
not()
{
	! "$@"
}

# with METHOD CLIENT [OPTIONS of teredod]: a client with this port-mapping
with()
{
	local method=$1 node=$2

	shift 2
	client_conf "$node" "$tmp/$node-mapped.conf" "port-mapping = $method"
	client_up "$node" --config "$tmp/$node-mapped.conf" "$@"
}

export TEREDO_STATE_DIR=$tmp/state
mkdir "$TEREDO_STATE_DIR"

# remembered: print the saved state
remembered()
{
	cat "$TEREDO_STATE_DIR/teredo0.portmap"
}

is_remembered()
{
	[ "$(remembered)" ]
}

# actions NAME: the UPnP requests in a capture, in order
actions()
{
	packets "$1" -A dst port 5000 |
		sed -n 's/.*<u:\([A-Za-z]*\) .*/\1/p' | tr '\n' ' '
}

test_upnp()
{
	local element soap

	gateway a
	capture na lan soap tcp port 5000
	with upnp a
	check "the port is open" wait_for 10 forwarded a
	check "it is shown" wait_for 5 shows a 'UPNP: yes, PortPreserving: yes' \
		"port mapping" "${outside[a]}:40000 by upnp" '"upnp":true' \
		'"method":"upnp"'
	check_equal "remembered" \
		"upnp 10.1.0.1 10.1.0.2:40000 ${outside[a]}:40000" "$(remembered)"
	capture a eth0 in udp src port 1
	on x "$here/helpers/tdinject" --from 198.51.100.66:1 \
		--to "${outside[a]}:40000" 00
	capture_stop in
	check_equal "unsolicited packets get in" 1 "$(packets in | wc -l)"
	capture a eth0 told udp dst port 3544
	on a ping -6 -n -c 1 -W 1 "$C" > /dev/null
	capture_stop told
	[[ $(payloads told) == *030800000a0100029c40* ]] ||
		fail "there is one NAT, and one place besides the mapping: $(payloads told)"
	client_down a
	check "the port is closed" not forwarded a
	check_equal "remembered" '' "$(remembered)"
	capture_stop soap
	check_equal "requests" \
		'AddPortMapping GetExternalIPAddress GetSpecificPortMappingEntry DeletePortMapping ' \
		"$(actions soap)"
	soap=$(packets soap -A)
	for element in RemoteHost= ExternalPort=40000 Protocol=UDP \
			InternalPort=40000 InternalClient=10.1.0.2 Enabled=1 \
			PortMappingDescription=TEREDO LeaseDuration=0; do
		[[ $soap == *"<New${element%=*}>${element#*=}</New${element%=*}>"* ]] ||
			fail "no $element in $soap"
	done
	gateway_down a
}

test_natpmp()
{
	gateway a
	with nat-pmp a
	check "the port is open" wait_for 10 forwarded a
	check "it is shown" wait_for 5 shows a 'UPNP: yes' \
		"${outside[a]}:40000 by nat-pmp"
	client_down a
	check "the port is closed" not forwarded a
	gateway_down a
}

# NAT-PMP is preferred if the gateway supports both. Otherwise UPnP is used.
test_auto()
{
	gateway a
	with auto a
	check "by NAT-PMP" wait_for 10 shows a 'by nat-pmp'
	client_down a
	gateway_down a
	natpmp=no gateway a
	with auto a
	check "by UPnP" wait_for 15 shows a 'by upnp'
	# the device is deleted, so teredod ends
	ip_on a link del teredo0
	check "the port is closed" wait_for 5 not forwarded a
	gateway_down a
}

# After any crash, the port does not stay open forever.
test_crash()
{
	local portmap

	gateway a
	with upnp a
	check "the port is open" wait_for 10 forwarded a
	kill -KILL "${_pids[a-teredod]}"
	check "teredod has died: the port is closed" wait_for 10 not forwarded a
	stop a-teredod
	with upnp a
	check "and open again" wait_for 10 forwarded a
	check "remembered" wait_for 5 is_remembered
	portmap=$(portmap_of a)
	kill -KILL "$portmap" "${_pids[a-teredod]}"
	stop a-teredod
	pause 1
	check "no process is left to close it" forwarded a
	# the device has another port by now
	ip_on a link del teredo0
	capture na lan again tcp port 5000
	port[a]=40001
	with upnp a
	check "the new port is open" wait_for 10 forwarded a
	check "the old one is closed" not forwarded a 40000
	client_down a
	port[a]=40000
	capture_stop again
	check_equal "requests" \
		'GetSpecificPortMappingEntry DeletePortMapping AddPortMapping GetExternalIPAddress GetSpecificPortMappingEntry DeletePortMapping ' \
		"$(actions again)"
	gateway_down a
}

# portmap_of CLIENT: process ID of its teredo-portmap
portmap_of()
{
	pgrep -P "${_pids[$1-teredod]}" teredo-portmap
}

# teredo-portmap alone is killed. teredod starts another one.
test_killed()
{
	local first

	gateway a
	with upnp a
	check "the port is open" wait_for 10 shows a 'by upnp'
	first=$(portmap_of a)
	kill -KILL "$first"
	check "it is said" wait_for 5 shows a 'UPNP: no' \
		'reason: teredo-portmap has ended' '"state":"qualified"'
	check "another one" wait_for 15 shows a 'UPNP: yes' 'by upnp'
	check "the port is open" forwarded a
	[ "$(portmap_of a)" != "$first" ] || fail "the same process"
	client_down a
	check "the port is closed" not forwarded a
	gateway_down a
}

# A teredod without teredo-portmap is still a client.
test_missing()
{
	local tools=$tmp/alone

	mkdir "$tools"
	cp "$top"/tools/bin/teredo{,d} "$tools/"
	with upnp a
	check "it is shown" shows a 'UPNP: no' '"state":"qualified"' \
		'reason: teredo-portmap: no such file or directory'
	reach a 2001:db8:1::10 > /dev/null || fail "no traffic"
	client_down a
}

# A restarted router maps the client to another port, and has lost its port forwarding
# entries.
test_restarted()
{
	gateway a
	client_conf a "$tmp/restarted.conf" 'port-mapping = upnp' 'refresh = 5'
	client_up a --config "$tmp/restarted.conf"
	check "the port is open" wait_for 10 forwarded a
	gateway_down a
	on na nft insert rule ip nat postrouting oifname wan udp sport "${port[a]}" \
		snat to "${outside[a]}:41000-41009"
	nat_forgets na
	gateway a
	check "closed" not forwarded a
	check "open again" wait_for 30 forwarded a
	check "it is shown" wait_for 5 shows a 'UPNP: yes' 'by upnp'
	client_down a
	gateway_down a
	set_nat a cone		# which removes the rule
	set_nat a pr
}

# portmap NAME ARGUMENTS of teredo-portmap...: at a, with open standard input
portmap()
{
	local name=$1

	shift
	start "$name" a bash -c "exec '$tools/teredo-portmap' $* <&$_never"
}

# The port of an earlier run has been mapped by another host.
test_not_ours()
{
	gateway a
	ip_on a addr add 10.1.0.3/24 dev eth0
	printf '%s\n' "upnp 10.1.0.1 10.1.0.2:40000 ${outside[a]}:40000" \
		> "$tmp/old"
	portmap other upnp 10.1.0.1 10.1.0.3 40000
	check "the port is another host's" wait_for 10 \
		grep -q '^mapped' "$tmp/other.log"
	capture na lan theirs tcp port 5000
	portmap ours --state "$tmp/old" upnp 10.1.0.1 10.1.0.2 40001
	check "another one is ours" wait_for 10 grep -q '^mapped' "$tmp/ours.log"
	capture_stop theirs
	check_equal "requests" \
		'GetSpecificPortMappingEntry AddPortMapping GetExternalIPAddress ' \
		"$(actions theirs)"
	stop other
	stop ours
	ip_on a addr del 10.1.0.3/24 dev eth0
	gateway_down a
}

# UPnP refuses this port. NAT-PMP forwards another one, which differs from the port that
# the server sees.
test_refused()
{
	gateway a 'deny 40000 10.1.0.2/32 0-65535'
	with upnp a
	check "it is shown" wait_for 10 shows a 'port mapping' \
		'reason: UPnP AddPortMapping: ' 'UPNP: no' '"state":"qualified"'
	check "the port is not open" not forwarded a
	check_equal "remembered" '' "$(remembered)"
	client_down a
	with nat-pmp a
	check "another port" wait_for 10 shows a 'by nat-pmp' 'UPNP: yes'
	capture a eth0 two udp dst port 3544
	on a ping -6 -n -c 1 -W 1 "$C" > /dev/null
	capture_stop two
	[[ $(payloads two) == *030e00000a0100029c400b00000a* ]] ||
		fail "the place is not told: $(payloads two)"
	client_down a
	gateway_down a
}

# A port without an address is of no use.
test_no_address()
{
	start igd na "$here/helpers/igd.py" 10.1.0.1 GetExternalIPAddress
	wait_for 10 tcp_listening "$pid" 5000 || fail "no gateway"
	portmap lost --state "$tmp/lost" upnp 10.1.0.1 10.1.0.2 40000
	check "it fails" wait_for 10 grep -q \
		'^failed UPnP GetExternalIPAddress: .*(501)$' \
		"$tmp/lost.log"
	check_equal "actions" 'AddPortMapping GetExternalIPAddress DeletePortMapping ' \
		"$(tr '\n' ' ' < "$tmp/igd.log")"
	stop lost
	check_equal "remembered" '' "$(cat "$tmp/lost")"
	stop igd
}

# A gateway that does not answer delays nothing.
test_silent()
{
	on na nft add table inet silent
	on na nft add chain inet silent input \
		'{ type filter hook input priority 0; iifname lan drop; }'
	with auto a
	check "qualified, while it still asks" shows a '"state":"qualified"' \
		'no answer yet'
	check "in the end it does not" wait_for 30 shows a \
		'reason: no answer to UPnP; NAT-PMP: no answer'
	reach a 2001:db8:1::10 > /dev/null || fail "no traffic"
	# nor does it delay the end
	stop a-teredod
	ip_on a link del teredo0
	on na nft delete table inet silent
}

# A repeated request is answered twice, and the second reply arrives while the next
# request waits. Neither it nor a reply about another port must count.
test_late_reply()
{
	start pmp na "$here/helpers/natpmp.py" 10.1.0.1 "${outside[a]}"
	check "the gateway listens" wait_for 10 grep -qs ":14E7 " "/proc/$pid/net/udp"
	portmap late nat-pmp 10.1.0.1 10.1.0.2 40000
	check "the port" wait_for 10 grep -q '^mapped' "$tmp/late.log"
	check_equal "mapped" "mapped nat-pmp 10.1.0.1 10.1.0.2:40000 ${outside[a]}:4321" \
		"$(cat "$tmp/late.log")"
	stop late
	check_equal "requests" 'address port 40000 7200 port 40000 0 ' \
		"$(tr '\n' ' ' < "$tmp/pmp.log")"
	stop pmp
}

# An attacker answers the search with a host of its own, whose name begins with the
# router's address. teredo-portmap must not contact this host.
test_other_host()
{
	local evil=10.1.0.1evil.example

	echo "198.51.100.66 $evil" >> /etc/hosts
	start liar na "$here/helpers/igd.py" 10.1.0.1 none "$evil"
	start evil x "$here/helpers/igd.py" 198.51.100.66 none
	check "the attacker listens" wait_for 10 tcp_listening "$pid" 5000
	capture x eth0 asked tcp port 5000
	portmap misled upnp 10.1.0.1 10.1.0.2 40000
	check "it fails" wait_for 20 grep -q '^failed no answer to UPnP' \
		"$tmp/misled.log"
	capture_stop asked
	check_equal "packets to the attacker" 0 "$(packets asked | wc -l)"
	stop misled
	stop liar
	stop evil
	sed -i "/$evil/d" /etc/hosts
}

# A lease of 0 would delete the mapping.
test_lease_option()
{
	local lease

	for lease in abc 0 -1 '' 7200s 4294967296; do
		"$tools/teredo-portmap" --lease "$lease" nat-pmp 10.1.0.1 10.1.0.2 \
			40000 > "$tmp/lease" 2>&1 < /dev/null
		check_equal "--lease '$lease': exit code" 1 $?
		check "it is named" grep -qF -e "--lease $lease: must be 1 to" \
			"$tmp/lease"
	done
}

# A lease is renewed before it ends.
test_renewal()
{
	gateway a
	capture na lan pmp udp dst port 5351
	portmap renewed --lease 6 nat-pmp 10.1.0.1 10.1.0.2 40000
	check "the port is open" wait_for 5 forwarded a
	pause 8
	check "and stays open" forwarded a
	stop renewed
	check "the port is closed" not forwarded a
	capture_stop pmp
	check_equal "leases asked for" '6 6 6 0 ' \
		"$(payloads pmp 'udp[9] = 1' | awk '{
			print substr($3, 17) }' |
		   while read -r hex; do printf '%d ' "0x$hex"; done)"
	gateway_down a
}

# finds FROM TO: the first packet is answered
finds()
{
	check "$1 finds $2" on "$1" ping -6 -n -c 1 -W 9 "$(teredo_address "$2")" ||
		teredo "$1" peer show teredo0 | note
}

# Two symmetric NATs forward a port each, but use other ports for outgoing packets. Each
# client reaches the other at the forwarded port only (RFC 6081 6.2).
test_pair()
{
	gateway a
	gateway b
	with upnp a
	TEREDO_STATE_DIR=$tmp/state-b with upnp b
	ip_on a link set teredo0 type teredo nosequential nopreserving
	ip_on b link set teredo0 type teredo nosequential nopreserving
	check "open" wait_for 10 forwarded a
	check "open" wait_for 10 forwarded b
	check "a knows" wait_for 5 shows a 'UPNP: yes' 'symmetric (port)'
	check "b knows" wait_for 5 shows b 'UPNP: yes' 'symmetric (port)'
	finds a b
	check "a to b" reach a "$(teredo_address b)"
	check "b to a" reach b "$(teredo_address a)"
	[[ $(teredo a -j peer show teredo0) == *'"symmetric":true'* ]] ||
		fail "$(teredo a -j peer show teredo0)"
	[[ $(teredo a peer show teredo0) == *" at ${outside[b]}:50000 "* ]] ||
		fail "$(teredo a peer show teredo0)"
}

# The peer's bubble comes through the forwarded port before the peer's nonce. Until then
# the peer accepts no packets of the client.
test_first_packet()
{
	client_up c
	ip_on a link set teredo0 type teredo preserving
	finds a c
	client_down c
}

# ... or at random ports, if enabled
test_pair_random()
{
	forget_pair
	ip_on a link set teredo0 type teredo preserving
	ip_on b link set teredo0 type teredo preserving
	finds a b		# a has spare ports by now, b has not
	pause 1
	forget_pair
	finds a b
	forget_pair
	finds b a
	client_down a
	client_down b
	gateway_down a
	gateway_down b
}

forget_pair()
{
	teredo a peer flush teredo0
	teredo b peer flush teredo0
	on na conntrack -D -d "${outside[b]}" > /dev/null 2>&1
	on nb conntrack -D -d "${outside[a]}" > /dev/null 2>&1
}

modprobe teredo || fail "no module"
internet
client a pr
client b pp_sym
client c cone
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545

add_test "XU-01 XU-05 XU-07 XU-08 XU-10 XU-12 XU-16 XU-17 XH-02 XH-03: a port is opened by UPnP, and closed at the end" \
	test_upnp
add_test "XH-02: by NAT-PMP" test_natpmp
add_test "by whatever method works, and closed when the device goes" test_auto
add_test "XU-03 XU-04 XU-17: closed after a crash" test_crash
add_test "closed and opened again if teredo-portmap is killed" test_killed
add_test "a client without teredo-portmap" test_missing
add_test "open again after the router was restarted" test_restarted
add_test "XU-04 XU-17: a port that another host has mapped by now stays open" \
	test_not_ours
add_test "XU-06 XH-02 XH-05: a gateway that refuses, or has another port" test_refused
add_test "XU-06 XU-09: a gateway without an address" test_no_address
add_test "XU-06: a gateway that does not answer holds nothing up" test_silent
add_test "NAT-PMP: the lease is renewed" test_renewal
add_test "NAT-PMP: a late reply of another type, and one about another port" \
	test_late_reply
add_test "XU-06: UPnP: a host whose name begins with the router's address" \
	test_other_host
add_test "teredo-portmap --lease takes 1 to 2147483647 only" test_lease_option
nat_pp()
{
	set_nat a pp_sym
	"$@"
}
add_test "XU-11 XU-13 XU-14 XU-15: two behind symmetric NATs with open ports" \
	nat_pp test_pair
add_test "XU-14 XN-14: nothing is lost where the NAT forwards a port" test_first_packet
add_test "XP-17: and with random ports" test_pair_random

run_tests
