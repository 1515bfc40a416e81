#!/bin/bash
# shellcheck disable=SC2086,SC2191,SC2206 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# The two netlink interfaces: accepted attributes, reported attributes, and an extack text
# for each refusal.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

A_HEX=20010000cb0071012c5a63bf3ffffdf5
B_HEX=20010000cb00710110a73caf3ffffdeb
plugin=$top/tools/iproute2

# ip_a: ip with the plug-in, at a
ip_a()
{
	IP_LIB_DIR=$plugin ip_on a "$@"
}

# shows WORD...: the output for device t1 has all words
shows()
{
	local line word

	line=" $(ip_a -d link show t1 | tr '\n' ' ') "
	for word; do
		[[ $line == *" $word "* ]] || fail "no '$word' in: $line"
	done
}

# up DEVICE: set the device up; print ip's message and exit code
up()
{
	local out

	out=$(ip_a link set "$1" up 2>&1)
	printf '%s %s' $? "$out"
}

# ndo_open() has no extack parameter, and RTM_NEWLINK none for the open of a new device.
test_open_refused()
{
	start taken a python3 -c 'import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 41007))
print("bound", flush=True)
time.sleep(1000)'
	check "the port is taken" wait_for 5 grep -q bound "$tmp/taken.log"
	ip_a link add t1 type teredo port 41007
	[[ $(up t1) =~ ^2\ Error:.*UDP\ port\ .*is\ in\ use ]] ||
		fail "a port that is taken: $(up t1)"
	# an ioctl returns no message
	! on a busybox ifconfig t1 up 2> "$tmp/ioctl" || fail "it is up"
	! ip_a link add t2 up type teredo port 41007 2> "$tmp/new" ||
		fail "a new device has the port"
	grep -q 'in use' "$tmp/ioctl" "$tmp/new" || fail "$(cat "$tmp/new")"
	! ip_a link show t2 > /dev/null 2>&1 || fail "t2 is there"
	stop taken
	check_equal "the port is free" '0 ' "$(up t1)"
	ip_a link del t1

	ip_a link add t1 type teredo mode relay local 10.9.9.9
	[[ $(up t1) =~ ^0\ Warning:\ No\ carrier:\ no\ working\ interface\ has ]] ||
		fail "without the address: $(up t1)"
	[[ $(ip_a link show t1) == *NO-CARRIER* ]] || fail "$(ip_a link show t1)"
	ip_a link set t1 down
	ip_a addr add 10.9.9.9/32 dev eth0
	check_equal "with the address" '0 ' "$(up t1)"
	ip_a link del t1
	ip_a link add t1 type teredo local 10.9.9.8
	[[ $(up t1) =~ ^0\ Warning:\ No\ carrier:\ no\ working\ interface\ has ]] ||
		fail "a client without the address: $(up t1)"
	ip_a addr del 10.9.9.9/32 dev eth0
	ip_a link del t1
}

loaded()
{
	[ -e /sys/module/teredo ]
}

test_plain()
{
	check "a device without options" on a ip link add type teredo
	check "it is teredo0" ip_on a link show teredo0
	check_equal "MTU" 1280 "$(ip_on a link show teredo0 |
		sed -n 's/.* mtu \([0-9]*\).*/\1/p')"
	check_equal "link-local addresses" "" "$(must ip_on a link set teredo0 up
		must ip_on a -6 addr show dev teredo0)"
	ip_on a link del teredo0
}

test_attributes()
{
	check "all options of a client" ip_a link add t1 type teredo \
		mode client port 41000 local 10.1.0.2 dev eth0 \
		server 203.0.113.1 server2 203.0.113.9 server2_port 3546 \
		ttl 33 tos 0x10 \
		fwmark 0x77 noudpcsum max_peers 99 prefix 2001:1234::/32
	shows 'mode client' 'port 41000' 'local 10.1.0.2' 'dev eth0' \
		'server 203.0.113.1' 'server2 203.0.113.9' 'server2_port 3546' \
		'ttl 33' \
		'tos 16' 'fwmark 0x77' noudpcsum 'max_peers 99' \
		'prefix 2001:1234::/32'
	check "what may be changed while it is down" ip_a link set t1 \
		type teredo port 41001 local 0.0.0.0 prefix 2001:1235::/32
	ip_a link set t1 up
	shows 'port 41001' 'prefix 2001:1235::/32' 'dev eth0'
	check "what may be changed while it is up" ip_a link set t1 \
		type teredo server 203.0.113.2 server2 203.0.113.3 ttl 44 \
		tos inherit fwmark 0x78 udpcsum max-peers 100
	shows 'server 203.0.113.2' 'server2 203.0.113.3' 'ttl 44' \
		'tos inherit' 'fwmark 0x78' udpcsum 'max_peers 100'
	ip_a link set t1 type teredo server2-port 3547
	shows 'server2 203.0.113.3' 'server2_port 3547'
	ip_a link set t1 type teredo server2 203.0.113.4
	shows 'server2 203.0.113.4'
	hides server2_port
	ip_a link del t1

	check "all options of a server" ip_a link add t1 type teredo \
		mode server local 203.0.113.1 local2 203.0.113.2 auth \
		symmetric direct rate 77 served 2001:db8::/32 \
		served 2001:db8:1::/48
	shows 'mode server' 'port 3544' 'local 203.0.113.1' \
		'local2 203.0.113.2' auth symmetric direct 'rate 77' \
		'served 2001:db8::/32 2001:db8:1::/48'
	hides port2
	check "one address and a second port" ip_a link set t1 type teredo \
		local2 203.0.113.1 port2 3545
	shows 'local2 203.0.113.1' 'port2 3545'
	check "the second port alone" ip_a link set t1 type teredo port2 3546
	shows 'local2 203.0.113.1' 'port2 3546'
	check "a second address" ip_a link set t1 type teredo local2 203.0.113.2
	shows 'local2 203.0.113.2'
	hides port2
	ip_a link set t1 up
	check "a gateway" ip_a link set t1 type teredo gateway \
		gateway_prefix 2001:db8:5:1::/64 client_rate 9
	shows gateway 'gateway_prefix 2001:db8:5:1::/64' 'client_rate 9'
	check "another prefix" ip_a link set t1 type teredo \
		gateway-prefix 2001:db8:5:2::/64
	shows 'gateway_prefix 2001:db8:5:2::/64'
	check "none" ip_a link set t1 type teredo gateway_prefix none
	hides gateway_prefix
	ip_a link set t1 type teredo gateway_prefix 2001:db8:5:1::/64
	check "no gateway" ip_a link set t1 type teredo nogateway
	hides gateway_prefix
	ip_a link del t1
}

# hides WORD...: "ip -d link show t1" has none of the words
hides()
{
	local text word

	text=$(ip_a -d link show t1)
	for word; do
		[[ $text != *"$word "* ]] || fail "it says '$word': $text"
	done
}

# refuse WHAT NUMBER TEXT ARGUMENTS of tdctl...: the request fails with error and text
refuse()
{
	local what=$1 number=$2 text=$3

	shift 3
	check_equal "$what" "refused: $number $text" \
		"$(on a "$here/helpers/tdctl" "$@" 2>&1)"
}

test_new_refused()
{
	local inval=22 addr=99 range=34

	refuse "no such mode" $range 'integer out of range' link new t2 1=04
	refuse "server without address" $inval 'A server needs its IPv4 address (local), which is part of its clients'\'' addresses' \
		link new t2 1=01
	refuse "server with another port" $inval 'Clients find a server at port 3544 only' \
		link new t2 1=01 3=cb007101 2=9c40
	refuse "server with one address twice" $inval 'The second address must be another one, or have another UDP port (port2)' \
		link new t2 1=01 3=cb007101 4=cb007101
	refuse "server with one endpoint twice" $inval 'The second address must be another one, or have another UDP port (port2)' \
		link new t2 1=01 3=cb007101 4=cb007101 28=0dd8
	refuse "second port without an address" $inval 'The second port needs a second local address, which can be the first one' \
		link new t2 1=01 3=cb007101 28=0dd9
	refuse "second port 0" $inval 'The UDP port must not be 0' \
		link new t2 1=01 3=cb007101 4=cb007101 28=0000
	refuse "second port of a client" $inval 'Only a server has a second port' \
		link new t2 28=0dd9
	refuse "port of a second server, 0" $inval 'The UDP port must not be 0' \
		link new t2 7=cb007101 29=0000
	refuse "port of a server of a relay" $inval 'Only a client has a server' \
		link new t2 1=02 29=0dd9
	refuse "private server" $addr 'A server must have a global unicast IPv4 address' \
		link new t2 6=0a000001
	refuse "private second server" $addr 'A server must have a global unicast IPv4 address' \
		link new t2 7=e0000001
	refuse "multicast local" $addr 'Not a unicast IPv4 address' \
		link new t2 3=e0000001
	refuse "ECN in TOS" $inval 'TOS must be 1 (inherit) or leave the two ECN bits clear' \
		link new t2 9=02
	refuse "no peers" $range 'The number of peers must be 1 to 2097152' \
		link new t2 12=00000000
	refuse "too many peers" $range 'The number of peers must be 1 to 2097152' \
		link new t2 12=01002000
	refuse "link-local prefix" $addr 'The service prefix must be global unicast' \
		link new t2 13=fe800000
	refuse "no such link" 19 "No such link in the socket's namespace" \
		link new t2 5=ffffff7f
	refuse "hardware address" $inval 'Teredo devices have no hardware address' \
		link new t2 @1=020000000001
	refuse "checksums 2" $range 'integer out of range' link new t2 11=02
	refuse "local2 of a client" $inval 'Only a server has a second local address' \
		link new t2 4=cb007102
	refuse "auth of a client" $inval 'Only a server can demand a secret' \
		link new t2 14=01
	refuse "gateway of a relay" $inval 'Only a server has a gateway' \
		link new t2 1=02 26=01
	refuse "client rate of a relay" $inval 'Only a server has a gateway' \
		link new t2 1=02 27=01000000
	refuse "gateway prefix of a relay" $inval 'Only a server has a gateway' \
		link new t2 1=02 30=20010db8000500010000000000000000
	refuse "gateway prefix without a gateway" $inval \
		"The gateway's prefix needs the gateway" \
		link new t2 1=01 3=cb007101 30=20010db8000500010000000000000000
	refuse "gateway prefix of more than 64 bits" $addr \
		"The gateway's prefix must be a global unicast /64 with host bits 0" \
		link new t2 1=01 3=cb007101 26=01 30=20010db8000500010000000000000001
	refuse "unique local gateway prefix" $addr \
		"The gateway's prefix must be a global unicast /64 with host bits 0" \
		link new t2 1=01 3=cb007101 26=01 30=fd000000000500010000000000000000
	refuse "gateway prefix of Teredo" $addr \
		"The gateway's prefix must be outside of the service prefix" \
		link new t2 1=01 3=cb007101 26=01 30=20010000cb0071010000000000000000
	refuse "too high a client rate" $range 'The rate must be at most 1000000, or 0 for no limit' \
		link new t2 1=01 3=cb007101 27=41420f00
	refuse "sequential of a relay" $inval 'Only a client has random ports' \
		link new t2 1=02 23=01
	refuse "rate of a client" $inval 'Only servers and relays have a limit per address' \
		link new t2 17=01000000
	refuse "direct of a client" $inval 'A client always sends direct bubbles' \
		link new t2 16=01
	refuse "served of a client" $inval 'Only a relay serves a range of addresses' \
		link new t2 18=
	refuse "server of a relay" $inval 'Only a client has a server' \
		link new t2 1=02 6=cb007101
	refuse "part of a prefix" $inval 'Not a list of prefixes' \
		link new t2 1=02 18=00112233
	refuse "prefix of 129 bits" $inval \
		'Not a prefix of at most 128 bits with host bits 0' \
		link new t2 1=02 18=${A_HEX}81000000
	refuse "more than the prefix" $inval \
		'Not a prefix of at most 128 bits with host bits 0' \
		link new t2 1=02 18=${A_HEX}40000000
	refuse "a rate too high" $range \
		'The rate must be at most 1000000, or 0 for no limit' \
		link new t2 1=02 17=41420f00
	check "none of them was created" eval '! ip_on a link show t2 2> /dev/null'
}

test_set_refused()
{
	local busy='Set the device down to change this'

	ip_a link add t1 up type teredo
	refuse "port" 16 "$busy" link set t1 2=9c41
	refuse "local" 16 "$busy" link set t1 3=0a010002
	refuse "prefix" 16 "$busy" link set t1 13=20011234
	ip_a link add t2 up type teredo mode server local 203.0.113.1
	refuse "second port" 16 "$busy" link set t2 28=0dd9
	ip_a link del t2
	refuse "mode" 95 'The mode of a device cannot be changed' \
		link set t1 1=02
	refuse "no such link" 19 "No such link in the socket's namespace" \
		link set t1 5=ffffff7f
	ip_a link set t1 down
	refuse "no such link while down" 19 \
		"No such link in the socket's namespace" link set t1 5=ffffff7f
	refuse "private server" 99 'A server must have a global unicast IPv4 address' \
		link set t1 6=0a000001
	check_equal "MTU 1279" 'Error: mtu less than device minimum.' \
		"$(ip_a link set t1 mtu 1279 2>&1)"
	ip_a link del t1
}

test_genl_refused()
{
	local up i none=ffffff7f

	ip_a link add t1 type teredo
	i=$(ip_on a -o link show t1 | sed 's/:.*//')
	printf -v i '%02x000000' "$i"
	up=(1=$i 3=02000000 4=$A_HEX 5=cb007101 7=c000020a 8=9c40)

	refuse "dev-set without index" 22 'An interface index is needed' genl 2
	refuse "dev-set, no device" 19 'No such device' genl 2 1=$none
	refuse "dev-set, loopback" 95 'Not a Teredo device' genl 2 1=01000000
	refuse "dev-get, loopback" 95 'Not a Teredo device' \
		genl dump:1 1=01000000
	refuse "dev-set while down" 100 'The device is down' genl 2 "${up[@]}"
	refuse "packet-send while down" 100 'The device is down' \
		genl 7 1=$i 2=cb007101 3=0dd8 5=00
	ip_a link set t1 up
	refuse "no such state" 34 'integer out of range' genl 2 1=$i 3=03000000
	refuse "up with nothing else" 22 \
		'State up needs address, server, mapped-addr and mapped-port' \
		genl 2 1=$i 3=02000000
	refuse "up with all but the server" 22 \
		'State up needs address, server, mapped-addr and mapped-port' \
		genl 2 1=$i 3=02000000 4=$A_HEX 7=c000020a 8=9c40
	refuse "up with another mapping" 99 \
		'The address does not match prefix, server and mapping' \
		genl 2 "${up[@]::4}" 7=c000020b 8=9c40
	refuse "up with a private mapping" 99 \
		'Server and mapping must be global unicast, the port not 0' \
		genl 2 1=$i 3=02000000 4=20010000cb0071010000ffcaf5fffffe \
		5=cb007101 7=0a000001 8=0035
	refuse "up with a private second server" 99 \
		'A server must have a global unicast IPv4 address' \
		genl 2 "${up[@]}" 6=0a000001
	refuse "server2-port 0" 22 'The UDP port must not be 0' \
		genl 2 "${up[@]}" 22=0000
	refuse "peer-get without index" 22 'An interface index is needed' \
		genl dump:4
	refuse "peer-get, no device" 19 'No such device' genl dump:4 1=$none
	refuse "peer-add without address" 22 "The peer's address is needed" \
		genl 5 1=$i
	refuse "peer-add while not qualified" 100 'The client is not qualified' \
		genl 5 1=$i 2=$B_HEX
	check "qualified" on a "$here/helpers/tdctl" genl 2 "${up[@]}"
	refuse "link-local peer" 99 'Not an address that a peer can have' \
		genl 5 1=$i 2=fe800000000000000000000000000001
	refuse "private peer" 99 'Not an address that a peer can have' \
		genl 5 1=$i 2=20010000cb0071010000ffcaf5fffffe
	refuse "remote without port" 22 'Remote address and remote port must be given together' \
		genl 5 1=$i 2=$B_HEX 3=c0000214
	refuse "multicast remote" 99 'Remote address must be unicast, remote port not 0' \
		genl 5 1=$i 2=$B_HEX 3=e0000001 4=c350
	refuse "peer-del of an unknown peer" 2 'No such peer' genl 6 1=$i 2=$B_HEX
	refuse "packet-send of nothing" 22 \
		'A packet needs remote-addr, remote-port and payload' \
		genl 7 1=$i
	refuse "packet-send to a private address" 99 \
		'Not a global unicast IPv4 address and a port' \
		genl 7 1=$i 2=0a000001 3=0dd8 5=00
	refuse "packet-send from a foreign address" 113 \
		'No IPv4 route from local address to remote address' \
		genl 7 1=$i 2=cb007101 3=0dd8 4=0a090909 5=00
	refuse "packet-send from a port that is not bound" 99 \
		'The socket is bound to another port' \
		genl 7 1=$i 2=cb007101 3=0dd8 5=00 6=0001
	refuse "client-set, no device" 19 'No such device' genl 10 1=$none
	refuse "client-set, only an index" 22 'A client needs mapped-addr, mapped-port and lifetime' \
		genl 10 1=$i
	refuse "client-set of a client" 95 'Only a server has clients that authenticate' \
		genl 10 1=$i 7=c000020a 8=9c40 11=01000000
	refuse "helper-set, no device" 19 'No such device' genl 9 1=$none
	ip_a link del t1
	test_local_refused

	ip_a link add t1 up type teredo mode relay
	i=$(ip_on a -o link show t1 | sed 's/:.*//')
	printf -v i '%02x000000' "$i"
	refuse "state of a relay" 95 'Only a client has a state that can be set' \
		genl 2 1=$i 3=00000000
	ip_a link del t1
}

# A server with two ports of one address can send only from these ports.
test_local_refused()
{
	local i to port

	ip_a link add t1 up type teredo mode server local 203.0.113.1 \
		local2 203.0.113.1 port2 3545
	i=$(ip_on a -o link show t1 | sed 's/:.*//')
	printf -v i '%02x000000' "$i"
	to=(1=$i 2=c0000214 3=9c40 5=00)
	refuse "another port" 99 'The socket is bound to another port' \
		genl 7 "${to[@]}" 4=cb007101 6=0dda
	refuse "another address" 99 'The socket is bound to another address' \
		genl 7 "${to[@]}" 4=cb007102 6=0dd9
	# the address is not on this host, so accepted requests fail without a route
	for port in 0dd8 0dd9; do
		refuse "own port $port" 113 \
			'No IPv4 route from local address to remote address' \
			genl 7 "${to[@]}" 4=cb007101 6=$port
	done
	ip_a link del t1
}

test_port()
{
	local first second

	ip_a link add t1 up type teredo
	port_of()
	{
		ip_a -d link show t1 | sed -n 's/.* port \([0-9]*\).*/\1/p'
	}
	first=$(port_of)
	[ "${first:-0}" -gt 0 ] || fail "port '$first'"
	ip_a link set t1 down
	ip_a link set t1 up
	check_equal "port after down and up" "$first" "$(port_of)"
	ip_a link set t1 down
	start taker a python3 -c "import socket, time; s = socket.socket(type=socket.SOCK_DGRAM)
s.bind(('', $first)); time.sleep(60)"
	wait_for 5 udp_bound "$pid" "$first"
	check "up, when another socket has the port" ip_a link set t1 up
	second=$(port_of)
	[[ $second =~ ^[1-9][0-9]*$ && $first != "$second" ]] ||
		fail "port '$second' after '$first' was taken"
	stop taker
	ip_a link del t1
	ip_a link add t1 up type teredo
	second=$(port_of)
	[ "$first" != "$second" ] || fail "two devices got port $first"
	ip_a link del t1
}

test_autoload()
{
	rmmod teredo || return
	check "a link loads it" ip_on a link add type teredo
	check "it is there" loaded
	ip_on a link del teredo0
	rmmod teredo || return
	check "the generic netlink family loads it" teredo a show
	check "it is there" loaded
}

indices()
{
	must ip_a -o link show type teredo | sed 's/:.*//' | sort
}

# The devices do not fit into one message. Deletion of one during the dump must not hide
# the others, whatever its position in the kernel's list.
test_dump()
{
	local i left=40

	for ((i = 1; i < 39; i++)); do
		printf 'link add d%s type teredo\n' $i
	done | ip_a -batch -
	ip_a link add d39 index 5000 type teredo
	ip_a link add d40 index 4000 type teredo
	for i in 1 39; do
		must on a "$here/helpers/tdctl" list-without "d$i" | sort > "$tmp/list"
		left=$((left - 1))
		check_equal "d$i: devices that are left" $left "$(indices | wc -l)"
		check_equal "d$i: devices that are not listed" '' \
			"$(indices | comm -23 - "$tmp/list")"
		check_equal "d$i: listed twice" '' "$(uniq -d "$tmp/list")"
	done
	ip_a -o link show type teredo |
		sed "s/^[0-9]*: \([^:@]*\).*/link del \1/" | ip_a -batch -
}

# unprivileged COMMAND...: run at a without any privilege
unprivileged()
{
	on a setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
}

test_unprivileged()
{
	local i

	ip_a link add t1 up type teredo
	i=$(ip_on a -o link show t1 | sed 's/:.*//')
	printf -v i '%02x000000' "$i"
	check "dev-get" unprivileged "$here/helpers/tdctl" stats t1
	for cmd in 2 dump:4 5 6 7 9; do
		check_equal "command $cmd" "refused: 1 " \
			"$(unprivileged "$here/helpers/tdctl" genl $cmd 1=$i)"
	done
	check_equal "changelink" "refused: 1 " \
		"$(unprivileged "$here/helpers/tdctl" link set t1 8=05)"
	# root of a user namespace that does not own this network namespace
	check_equal "dev-set as root of another namespace" "refused: 1 " \
		"$(on a unshare -U -r "$here/helpers/tdctl" genl 2 1=$i 3=00000000)"
	ip_a link del t1
}

# Root of a container can do everything within the container's own namespace.
test_container()
{
	local i

	check "device of a container's own" unshare -U -r -n bash -c "
		ip link set lo up
		ip link add type teredo &&
		ip link set teredo0 up &&
		'$here/helpers/tdctl' up teredo0 $A &&
		'$here/helpers/tdctl' dump teredo0"

	# a container must not change a device whose socket is outside
	start box a unshare -U -r -n sleep infinity
	wait_for 5 eval "! [ /proc/self/ns/user -ef /proc/$pid/ns/user ]"
	ip_a link add t1 type teredo
	check "device for a container" ip_a link set t1 netns $pid
	inside()
	{
		nsenter -t "${_pids[box]}" -U -n --preserve-credentials "$@"
	}
	i=$(inside ip -o link show t1 | sed 's/:.*//')
	printf -v i '%02x000000' "$i"
	for cmd in 2 5 6 7 9; do
		check_equal "command $cmd inside" \
			"refused: 1 CAP_NET_ADMIN is missing in the namespace of the socket" \
			"$(inside "$here/helpers/tdctl" genl $cmd 1=$i)"
	done
	check_equal "changelink inside" \
		"refused: 1 CAP_NET_ADMIN is missing in the namespace of the socket" \
		"$(inside "$here/helpers/tdctl" link set t1 8=05)"
	stop box KILL
}

# peers: number of peers of t1
peers()
{
	on a "$here/helpers/tdctl" dump t1 | grep -c '^peer '
}

# Another source address is another mapping, even if it is mapped to the same endpoint.
test_source()
{
	local addr=2001:0:cb00:7101:2c5a:63bf:3fff:fdf5

	on a "$here/helpers/tdctl" bare t1 41000 $addr
	on a "$here/helpers/tdctl" up t1 $addr 0 10.1.0.2
	teredo a peer add t1 2001:0:cb00:7101:10a7:3caf:3fff:fdeb remote 192.0.2.20:50000
	check_equal "peers" 1 "$(peers)"
	on a "$here/helpers/tdctl" up t1 $addr 0 10.1.0.2
	check_equal "peers with the same source" 1 "$(peers)"
	on a "$here/helpers/tdctl" up t1 $addr 0 192.0.2.10
	check_equal "peers with another source" 0 "$(peers)"
	ip_a link del t1
}

modprobe teredo || fail "no module"
new_node inet
client a none
ip_on a addr add 10.1.0.2/24 dev eth0

add_test "C-04 G-17: a device without options" test_plain
add_test "C-02 C-05: what can be set is shown" \
	test_attributes
add_test "G-19 S-10: refused when a device is created" test_new_refused
add_test "C-05: refused for a device that is there" test_set_refused
add_test "ip link set up says why not, or why without a carrier" \
	test_open_refused
add_test "C-01 G-09 C-07 C-83: refused requests of the generic netlink family" \
	test_genl_refused
add_test "C-04 C-05: the port is random, and kept" test_port
add_test "C-19: another source address makes the device forget its peers" test_source
add_test "the module is loaded when it is needed" test_autoload
add_test "a device goes while devices are listed" test_dump
add_test "all users may read, only administrators may change" test_unprivileged
add_test "containers" test_container

run_tests
