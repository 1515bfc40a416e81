#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Server: packets that it answers, forwards and drops (RFC 4380 5.3.1, 5.3.2). The
# attacker plays all clients: packets to 192.0.2.0/24 and to the relay are also routed
# to it.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

client_a=192.0.2.10:40000 client_b=192.0.2.20:50000 relay=198.51.100.1:3545
primary=203.0.113.1 secondary=203.0.113.2
addr_a=2001:0:cb00:7101:2c5a:63bf:3fff:fdf5
addr_b=2001:0:cb00:7101:10a7:3caf:3fff:fdeb
own_linklocal=fe80::8000:f227:34ff:8efe

# send_as FROM TO PART...
send_as()
{
	local from=$1 to=$2

	shift 2
	on x "$here/helpers/tdinject" --from "$from" --to "$to" "$@"
}

# exchange FROM TO PART...: send, and print all datagrams that the server sends, see
# payloads
exchange()
{
	count_from s1
	capture inet s1 exchange udp
	send_as "$@"
	capture_stop exchange
	payloads exchange 'src host 203.0.113.1 or src host 203.0.113.2'
}

# server_drops WHAT COUNTER FROM PART...: a packet to the server only increments this
# counter
server_drops()
{
	local what=$1 counter=$2 from=$3

	shift 3
	count_from s1
	send_as "$from" "$primary:3544" "$@"
	check_equal "$what" "$counter+1" "$(counted s1)"
}

# silent COMMAND...: the server sends nothing during the command
silent()
{
	capture inet s1 silent \
		'udp and (src host 203.0.113.1 or src host 203.0.113.2) and
		 not dst host 203.0.113.1'
	"$@" || fail "exit code $? of: $*"
	capture_stop silent
	check_equal "what the server sent" "" "$(packets silent)"
}

# ---------------------------------------------------------------- answers

# answers WHAT RS REPLY ADDRESS: the reply comes from ADDRESS, which the request was sent to
answers()
{
	check_equal "$1" "$4.3544 192.0.2.10.40000 $3" \
		"$(exchange "$client_a" "$4:3544" "$2")"
	check_equal "$1, counters" rx_solicitations+1 "$(counted s1)"
}

test_solicitations()
{
	local ra3

	answers "no authentication" "$(vector RS-1)" "$(vector RA-2)" "$primary"
	answers "authentication" "$(vector RS-4)" "$(vector RA-3)" "$primary"
	answers "authentication, secondary" "$(vector RS-4)" "$(vector RA-3)" \
		"$secondary"
	answers "identifier without value" "$(vector AU-2 RS-1)" \
		"$(vector RA-3)" "$primary"
	# RA-2 to another link-local address, hence with another checksum
	ra3=$(vector RA-2)
	ra3=${ra3/ffffffffffff86009d1c/63bff5fefffd86004360}
	answers "options" "$(solicitation 16 7c2e 0101000000000000)" \
		"$(vector RA-2)" "$primary"
	answers "private address in the link-local" "$(vector RS-3)" "$ra3" \
		"$primary"
}

# cone_answer AUTH REPLY TO FROM
cone_answer()
{
	check_equal "cone bit, sent to $3" "$4.3544 192.0.2.10.40000 $2" \
		"$(exchange "$client_a" "$3:3544" "$1$(vector RS-2)")"
}

test_cone()
{
	local auth

	auth=$(vector AU-1)
	answers "no cone bit, primary" "$(vector RS-1)" "$(vector RA-2)" "$primary"
	answers "no cone bit, secondary" "$(vector RS-1)" "$(vector RA-2)" \
		"$secondary"
	cone_answer "$auth" "$(vector RA-5)" "$primary" "$secondary"
	cone_answer "$auth" "$(vector RA-5)" "$secondary" "$primary"
	auth=$(vector RA-5)
	cone_answer "" "${auth:26}" "$primary" "$secondary"
}

# fields RA: fields of an advertisement with authentication and origin that the sender
# cannot choose freely: the authentication, the origin, the IPv6 header without its
# length, the ICMPv6 message without checksum, reachable time and retransmission timer,
# and the prefix option up to the prefix
fields()
{
	local ra=$1 ip6=${1:42}

	printf '%s\n' "${ra:0:26}" "${ra:26:16}" "${ip6:0:8}" "${ip6:12:68}" \
		"${ip6:80:4}" "${ip6:88:8}" "${ip6:112:48}"
}

# A Windows client of 2015 and its server, 194.136.28.76, with the client's mapped
# endpoint of the time. The module's advertisement differs: the two times are 15 s and 2 s
# there and unspecified here, the octets behind the prefix are not zero there, and it has
# an MTU option.
test_windows()
{
	local ra got
	local auth=00010000b11b3fea46a9afe900
	local rs=6000000000083afffe800000000000000000fffffffffffeff02000000000000000000000000000285007d3800000000

	ra=${auth}000032de46f93f466000000000303afffe800000000000008000f2273d77e3b3
	ra+=fe800000000000000000fffffffffffe8600649d0000000000003a98000007d0
	ra+=03044040ffffffffffffffff0000000020010000c2881c4cff00000000200100
	host s3 194.136.28.76
	ip_on inet route add 185.6.192.185 dev x
	teredo_server s3 194.136.28.76 none
	capture inet s3 windows udp
	send_as 185.6.192.185:52513 194.136.28.76:3544 "$auth$rs"
	capture_stop windows
	got=$(payloads windows 'src host 194.136.28.76')
	check_equal "to" "194.136.28.76.3544 185.6.192.185.52513" "${got% *}"
	check_equal "fields" "$(fields "$ra")" "$(fields "${got##* }")"
	teredo_down s3
	ip_on inet route del 185.6.192.185 dev x
}

# port_answer WHAT RS REPLY TO FROM: TO and FROM are ports of the one address
port_answer()
{
	check_equal "$1" "$primary.$5 192.0.2.10.40000 $3" \
		"$(exchange "$client_a" "$primary:$4" "$2")"
	check_equal "$1, counters" rx_solicitations+1 "$(counted s1)"
}

# One address with two ports replaces the second address as far as possible. Forwarded
# packets leave from the service port.
test_second_port()
{
	local auth bubble=(bubble "$addr_a" "$addr_b") port

	auth=$(vector AU-1)
	teredo_down s1
	teredo_server s1 "$primary" "$primary" port2 3545
	port_answer "primary port" "$(vector RS-4)" "$(vector RA-3)" 3544 3544
	port_answer "second port" "$(vector RS-4)" "$(vector RA-3)" 3545 3545
	port_answer "cone bit, primary port" "$auth$(vector RS-2)" \
		"$(vector RA-5)" 3544 3545
	port_answer "cone bit, second port" "$auth$(vector RS-2)" \
		"$(vector RA-5)" 3545 3544
	check_equal "a bubble to the second port" "$primary.3544 192.0.2.20.50000" \
		"$(exchange "$client_a" "$primary:3545" "${bubble[@]}" |
			cut -d' ' -f1,2)"
	on s1 sysctl -qw net.ipv4.conf.all.accept_local=1 \
		net.ipv4.conf.eth0.accept_local=1
	for port in 3544 3545; do
		silent server_drops "a loop from port $port" rx_drop_loop \
			"$primary:$port" "$(vector RS-1)"
	done
	on s1 sysctl -qw net.ipv4.conf.all.accept_local=0 \
		net.ipv4.conf.eth0.accept_local=0
	port_taken
	teredo_down s1
	teredo_server s1 "$primary" "$secondary"
}

# Another program has the second port: the error message names this port.
port_taken()
{
	ip_on s1 link set teredo0 down
	start taker s1 python3 -c "import socket, time
s = socket.socket(type=socket.SOCK_DGRAM)
s.bind(('$primary', 3545)); time.sleep(60)"
	wait_for 5 udp_bound "$pid" 3545
	check "the second port is in use" grep -q 'UDP port .*is in use' \
		<(ip_on s1 link set teredo0 up 2>&1)
	check "the log names it" eval \
		"dmesg | grep -q 'cannot bind UDP port 3545 of $primary: error -98'"
	stop taker
}

# Packets of relayed clients are accepted at the service port only.
test_second_port_data()
{
	teredo_down s1
	teredo_server s1 "$primary" "$primary" port2 3545
	ip_on s1 -6 route add 2001::/32 dev teredo0
	ip_on inet -6 route replace 2001::/32 dev s1
	client_up c --server "$primary/$primary:3545"
	check "the native host" reach c 2001:db8:1::10
	count_from s1
	send_as 192.0.2.30:60000 "$primary:3545" \
		udp6 "$(teredo_address c)" 2001:db8:1::10 1 2 8
	check_equal "data at the second port" rx_drop_protocol+1 "$(counted s1)"
	ip_on s1 -6 route del 2001::/32 dev teredo0
	client_down c
	teredo_down s1
	teredo_server s1 "$primary" "$secondary"
}

test_one_address()
{
	teredo_down s1
	teredo_server s1 "$primary" none
	silent server_drops "cone bit" rx_drop_no_second "$client_a" "$(vector RS-2)"
	answers "no cone bit" "$(vector RS-4)" "$(vector RA-3)" "$primary"
	teredo_down s1
	teredo_server s1 "$primary" "$secondary"
}

test_secret()
{
	ip_on s1 link set teredo0 type teredo auth
	silent server_drops "no secret" rx_drop_auth "$client_a" "$(vector RS-4)"
	silent server_drops "no authentication" rx_drop_auth "$client_a" \
		"$(vector RS-1)"
	silent server_drops "no control daemon to check" rx_drop_no_daemon "$client_a" \
		"$(vector RS-5)"
	ip_on s1 link set teredo0 type teredo noauth
}

test_echo()
{
	local reply data

	data=$(printf '%0240d' 0)
	count_from s1
	capture x eth0 echo udp
	send_as "$client_a" "$primary":3544 \
		echo-request "$addr_a" "$own_linklocal" 7 1 00112233
	# inject the expected reply, to capture its octets
	send_as "$primary":3544 198.51.100.7:9 \
		echo-reply "$own_linklocal" "$addr_a" 7 1 00112233
	capture_stop echo
	reply=$(payloads echo 'dst port 9')
	check_equal "reply" "203.0.113.1.3544 192.0.2.10.40000 ${reply##* }" \
		"$(payloads echo 'src port 3544 and dst port 40000')"
	check_equal "counters" rx_echo_requests+1 "$(counted s1)"

	cases()
	{
		server_drops "130 octets" rx_drop_protocol "$client_a" \
			echo-request "$addr_a" "$own_linklocal" 7 1 "${data}0000"
		server_drops "wrong checksum" rx_drop_protocol "$client_a" \
			"$(vector PI-1 | sed s/20010db8000100000000000000000010/fe800000000000008000f22734ff8efe/)"
		server_drops "a reply" rx_drop_protocol "$client_a" \
			echo-reply "$addr_a" "$own_linklocal" 7 1 00
		server_drops "from another place" rx_drop_spoofed 192.0.2.10:40001 \
			echo-request "$addr_a" "$own_linklocal" 7 1 00
	}
	silent cases
}

# ---------------------------------------------------------------- drops

# solicitation LENGTH CHECKSUM OPTIONS: RS-1 with these values
solicitation()
{
	local rs1

	rs1=$(vector RS-1)
	printf '%s%04x%s%s%s%s\n' "${rs1:0:8}" "$1" "${rs1:12:72}" "$2" \
		"${rs1:88}" "$3"
}

test_malformed()
{
	local bu1 rs1 rs2

	bu1=$(vector BU-1) rs1=$(vector RS-1) rs2=$(vector RS-2)
	malformed()
	{
		server_drops "$1" rx_drop_malformed "$client_a" "$2"
	}
	cases()
	{
		malformed "39 octets" "${bu1:0:78}"
		malformed "one octet" 00
		malformed "version 4" "4${bu1:1}"
		malformed "length one too large" "${rs1:0:8}0009${rs1:12}"
		malformed "unknown header" "0002${bu1:4}$bu1"
		malformed "0x40" "40$bu1"
		malformed "0xff" "ff$bu1"
		malformed "authentication reaches past the end" \
			"0001ffff$bu1"
		malformed "origin first" "$(vector OR-2 AU-1)$bu1"
		malformed "hop limit 254" "${rs1/3aff/3afe}"
		malformed "checksum" "${rs1/7d37/7d38}"
		malformed "code 1" "${rs1/85007d37/85017d36}"
		malformed "checksum, cone bit" "${rs2/fd36/fd37}"
		# RFC 4861 6.1.1
		malformed "option of length 0" \
			"$(solicitation 16 7c2f 0100000000000000)"
		malformed "option beyond the end" \
			"$(solicitation 16 7c2d 0102000000000000)"
		malformed "option cut off" "$(solicitation 12 7c32 01010000)"
	}
	silent cases
}

# RFC 6081 4.1: packets that end at the server. Forwarded ones keep their trailers.
test_trailers()
{
	cases()
	{
		server_drops "solicitation" rx_drop_trailer "$client_a" \
			"$(vector RS-1 TR-15)"
		server_drops "with authentication" rx_drop_trailer "$client_a" \
			"$(vector RS-4 TR-15)"
		server_drops "ping" rx_drop_trailer "$client_a" echo-request \
			"$addr_a" "$own_linklocal" 7 1 00 "$(vector TR-15)"
		server_drops "connectivity test" rx_drop_trailer "$client_a" \
			"$(vector PI-1 TR-15)"
	}
	silent cases
}

test_origin()
{
	cases()
	{
		server_drops "bubble" rx_drop_headers "$client_a" "$(vector BU-3)"
		server_drops "solicitation" rx_drop_headers "$client_a" "$(vector OR-2 RS-1)"
		server_drops "both" rx_drop_headers "$client_a" "$(vector AU-1 OR-2 RS-1)"
	}
	silent cases
}

test_protocol()
{
	local bu1 data

	bu1=$(vector BU-1) data=$(printf '%0242d' 0)
	cases()
	{
		server_drops "UDP to a client" rx_drop_protocol "$client_a" \
			udp6 "$addr_a" "$addr_b" 1 2 8
		server_drops "UDP to a native host" rx_drop_protocol "$client_a" \
			udp6 "$addr_a" 2001:db8:1::10 1 2 8
		server_drops "bubble with a payload" rx_drop_protocol "$client_a" \
			"${bu1:0:8}0008${bu1:12}0011223344556677"
		server_drops "RA" rx_drop_protocol "$client_a" \
			ra "$addr_a" "$addr_b" 2001:db8:9::
		server_drops "RS to a client" rx_drop_protocol "$client_a" rs "$addr_a" "$addr_b"
		server_drops "ping of 129 octets to a client" rx_drop_protocol "$client_a" \
			echo-request "$addr_a" "$addr_b" 1 1 "$data"
		server_drops "ping of 129 octets to a native host" rx_drop_protocol \
			"$client_a" echo-request "$addr_a" 2001:db8:1::10 1 1 "$data"
		server_drops "trailers of 129 octets" rx_drop_protocol "$client_a" \
			"$bu1" "${data}0000000000000000"
	}
	silent cases
}

test_outer_source()
{
	local addr

	outer()
	{
		for addr in 10.0.0.1 172.16.0.1 172.31.255.255 192.168.0.1 \
			169.254.1.1 192.88.99.1; do
			server_drops "from $addr" rx_drop_source "$addr":40000 \
				"$(vector RS-1)"
		done
		server_drops "port 0" rx_drop_source 192.0.2.10:0 "$(vector RS-1)"
		server_drops "IPv6 source ::1" rx_drop_source "$client_a" \
			bubble ::1 "$addr_b"
		server_drops "IPv6 source ff02::1" rx_drop_source "$client_a" \
			bubble ff02::1 "$addr_b"
		server_drops "IPv6 source ::" rx_drop_source "$client_a" \
			rs :: ff02::2
	}
	silent outer
	for addr in 172.15.255.255 172.32.0.0 11.0.0.1 192.88.98.1 \
		223.255.255.255; do
		server_drops "from $addr" rx_solicitations "$addr":40000 "$(vector RS-1)"
	done
}

test_spoofed()
{
	local bu2 bu6

	bu2=$(vector BU-2) bu6=$(vector BU-6)
	spoofed()
	{
		server_drops "$1" rx_drop_spoofed "${@:2}"
	}
	cases()
	{
		spoofed "other port" 192.0.2.10:40001 "$bu2"
		spoofed "other address" 192.0.2.11:40000 "$bu2"
		spoofed "other address, to a native host" 192.0.2.11:40000 \
			"$(vector PI-1)"
		spoofed "native source to a client of another server" "$relay" \
			"${bu6:0:48}$(vector AD-02)"
		spoofed "native to native" "$relay" \
			echo-request 2001:db8:1::1 2001:db8:7::7 1 1 00
		spoofed "link-local to native" "$relay" bubble fe80::1 2001:db8:7::7
		spoofed "link-local RS to one of us" "$client_a" rs fe80::1 "$own_linklocal"
	}
	silent cases
}

test_scope()
{
	local dst

	scope()
	{
		for dst in fe80::1 ff02::1 ff0e::1 ::1 ff02::2; do
			server_drops "bubble to $dst" rx_drop_destination "$client_a" \
				bubble "$addr_a" "$dst"
		done
		for dst in AD-13 AD-14 AD-15 AD-16 AD-17 AD-18; do
			server_drops "bubble to $dst" rx_drop_embedded "$client_a" \
				"$(vector BU-1 | cut -c-48)$(vector "$dst")"
		done
	}
	silent scope
}

# ---------------------------------------------------------------- forwarding

# forwards WHAT FROM PAYLOAD TO RESULT: the server forwards the payload to TO
forwards()
{
	check_equal "$1" "203.0.113.1.3544 $4 $5" \
		"$(exchange "$2" "$primary:3544" "$3")"
	check_equal "$1, counters" rx_forwarded+1 "$(counted s1)"
}

test_forward()
{
	local to_b=192.0.2.20.50000 to_a=192.0.2.10.40000 bu1 bu9

	bu1=$(vector BU-1) bu9=$(vector BU-9)
	forwards "to an own client" "$client_a" "$(vector BU-2)" "$to_b" \
		"$(vector BU-3)"
	forwards "hop limit 0" "$client_a" "${bu1/3bff/3b00}" "$to_b" \
		"$(vector OR-2)${bu1/3bff/3b00}"
	forwards "authentication is skipped" "$client_a" "$(vector AU-1 BU-1)" \
		"$to_b" "$(vector OR-2 BU-1)"
	forwards "many trailers" "$client_a" "$bu1$(vector TR-13 TR-15)" "$to_b" \
		"$(vector OR-2 BU-1 TR-13 TR-15)"
	forwards "from a relay" "$relay" "$(vector BU-6)" "$to_a" "$(vector BU-7)"
	forwards "from a relay with a link-local address" "$relay" "${bu9:16}" \
		"$to_a" "$bu9"
	forwards "to a client of another server" "$client_a" \
		"${bu1:0:48}$(vector AD-02)" 192.0.2.10.8192 \
		"${bu1:0:48}$(vector AD-02)"
}

test_native()
{
	local pi1

	pi1=$(vector PI-1)
	capture n eth0 native ip6
	silent send_as "$client_a" "$primary":3544 "$(vector PI-1 TR-1)"
	capture_stop native
	# the hop limit after the server and two routers
	check_equal "what arrives, hop limit and all" "${pi1/3aff/3afc}" \
		"$(packets native -x icmp6 |
		   awk '/echo request/ { n++ }
			$1 ~ /^0x/ && n == 1 && !done {
				for (i = 2; i <= NF; i++)
					printf "%s", $i
			}
			/echo reply/ { done = 1 }')"
}

test_symmetric()
{
	local from=192.0.2.10:40001

	silent server_drops "by default" rx_drop_spoofed "$from" "$(vector BU-2)"
	ip_on s1 link set teredo0 type teredo symmetric
	forwards "allowed" "$from" "$(vector BU-2)" 192.0.2.20.50000 \
		"000063be3ffffdf5$(vector BU-2)"
	cases()
	{
		server_drops "other address" rx_drop_spoofed 192.0.2.11:40001 "$(vector BU-2)"
		server_drops "ping" rx_drop_spoofed "$from" \
			echo-request "$addr_a" "$addr_b" 1 1 00
		server_drops "client of another server" rx_drop_spoofed "$from" \
			"$(vector BU-1 | cut -c-48)$(vector AD-02)"
	}
	silent cases
	ip_on s1 link set teredo0 type teredo nosymmetric
	silent server_drops "forbidden again" rx_drop_spoofed "$from" "$(vector BU-2)"
}

# A client claims the server's own address: the server sends to itself, and the loop ends.
test_loop()
{
	local addr

	# let the host accept packets from its own address
	on s1 sysctl -qw net.ipv4.conf.all.accept_local=1 \
		net.ipv4.conf.eth0.accept_local=1
	cases()
	{
		for addr in $primary $secondary; do
			server_drops "solicitation from $addr" rx_drop_loop "$addr":3544 \
				"$(vector RS-1)"
		done
	}
	silent cases
	count_from s1
	send_as "$client_a" "$primary":3544 \
		bubble "$addr_a" 2001:0:c633:6476:0:f227:34ff:8efd
	check_equal "bubble to another's client that is the server" \
		"rx_forwarded+1 rx_drop_loop+1" "$(counted s1)"
	count_from s1
	send_as "$client_a" "$primary":3544 \
		bubble "$addr_a" 2001:0:cb00:7101:0:f227:34ff:8efd
	check_equal "bubble to an own client that is the server" \
		"rx_forwarded+1 rx_drop_headers+1" "$(counted s1)"
	on s1 sysctl -qw net.ipv4.conf.all.accept_local=0 \
		net.ipv4.conf.eth0.accept_local=0
}

# ---------------------------------------------------------------- limits

# burst RATE: 50 solicitations at once from one address, then one from another
burst()
{
	ip_on s1 link set teredo0 type teredo rate "$1"
	count_from s1
	on x "$here/helpers/tdinject" --from "$client_a" --to "$primary":3544 --count 50 \
		"$(vector RS-1)"
	send_as "$client_b" "$primary":3544 "$(vector RS-1)"
	counted s1
	ip_on s1 link set teredo0 type teredo rate 1000
}

test_rate()
{
	check_equal "no limit" rx_solicitations+51 "$(burst 0)"
	check_equal "5 in a second" "rx_solicitations+6 rx_drop_rate+45" \
		"$(burst 5)"
}

# The rate also limits what the control daemon gets, which computes a MAC for each.
test_secret_rate()
{
	pause 1.1	# the limiter accumulates a second's worth
	ip_on s1 link set teredo0 type teredo auth rate 5
	count_from s1
	on x "$here/helpers/tdinject" --from "$client_a" --to "$primary":3544 --count 50 \
		"$(vector RS-5)"
	check_equal "5 in a second" "rx_drop_no_daemon+5 rx_drop_rate+45" \
		"$(counted s1)"
	ip_on s1 link set teredo0 type teredo noauth rate 1000
}

# One datagram causes at most one, which is at most 56 octets longer.
test_amplification()
{
	local kind

	capture inet s1 amp udp
	for kind in RS-1 RS-2 RS-3 RS-4 RS-5 BU-1 BU-2 BU-3 PI-1 AU-1 OR-1 RA-3; do
		send_as "$client_a" "$primary":3544 "$(vector "$kind")"
	done
	send_as "$relay" "$primary":3544 "$(vector BU-6)"
	send_as "$client_a" "$primary":3544 echo-request "$addr_a" "$own_linklocal" 1 1 00
	capture_stop amp
	payloads amp > "$tmp/amp.txt"
	check_equal "datagrams in and out" "14 9" \
		"$(awk '{ n[$1 ~ /^203.0.113/]++ } END { print n[0], n[1] }' \
			"$tmp/amp.txt")"
	check_equal "answers that are too many or too long" "" \
		"$(awk '$1 !~ /^203.0.113/ { room = length($3) + 2 * 56; next }
			length($3) > room
			{ room = 0 }' "$tmp/amp.txt")"
}

# The server is stateless: after a restart it goes on for a client, and for a relay that
# looks for a client.
test_restart()
{
	answers "a solicitation" "$(vector RS-4)" "$(vector RA-3)" "$primary"
	teredo_relay r 198.51.100.1 3545
	ip_on inet -6 route replace 2001::/32 dev r
	client_up c
	teredo_down s1
	teredo_server s1 "$primary" none
	forwards "a bubble for a client" "$relay" "$(vector BU-6)" \
		192.0.2.10.40000 "$(vector BU-7)"
	check "a native host reaches a client" reach n "$(teredo_address c)"
	check "the client reaches another one" reach c 2001:db8:7::7
	client_down c
	teredo_down r

	check_equal "another port" "" \
		"$(exchange "$client_a" "$primary:3545" "$(vector RS-4)")"
	check_equal "another address of the host" "" \
		"$(exchange "$client_a" "$secondary:3544" "$(vector RS-4)")"
	check_equal "counters" "" "$(counted s1)"
	teredo_down s1
	teredo_server s1 "$primary" "$secondary"
}

# meminfo KIND: value in kB
meminfo()
{
	sed -n "s/^$1: *\([0-9]*\) kB/\1/p" /proc/meminfo
}

# A new client qualifies during the flood.
test_flood()
{
	local slab available

	ip_on inet route add blackhole 11.0.0.0/8
	# the first few thousand cause permanent allocations
	on x "$here/helpers/tdinject" --from 11.32.0.0:5000 --to "$primary":3544 \
		--vary src --count 5000 "$(vector RS-4)"
	count_from s1
	slab=$(meminfo SUnreclaim) available=$(meminfo MemAvailable)
	# shellcheck disable=SC2086 # nothing, or two words
	start flood x "$here/helpers/tdinject" --from 11.0.0.1:5000 --to "$primary":3544 \
		--vary src --count "$clients" $pace "$(vector RS-4)"
	client_up c
	alive flood || fail "the flood was over before the client was up"
	client_down c
	wait "${_pids[flood]}"
	note "$(counted s1)"
	note "SUnreclaim $slab, then $(meminfo SUnreclaim) kB, MemAvailable" \
		"$available, then $(meminfo MemAvailable) kB"
	# on a debug kernel, kmemleak looks for leaks
	if [ "$much" = 1 ]; then
		check_at_most "slab, kB" $((slab + 2048)) "$(meminfo SUnreclaim)"
		check_at_most "memory in use, kB" 16384 \
			$((available - $(meminfo MemAvailable)))
	fi
	# the count includes the client's own
	check_at_most "solicitations that were not answered" 0 \
		$((clients - $(counted s1 | sed 's/.*rx_solicitations+\([0-9]*\).*/\1/')))
	ip_on inet route del blackhole 11.0.0.0/8
}

# ---------------------------------------------------------------- relay, too

# Traffic goes through the relay that the routes lead to, not through the port of another
# server.
test_traffic()
{
	check "from the native host" reach n "$(teredo_address c)"
	check "to the native host" reach c 2001:db8:1::10
	check "1 MB each way" tcp_both_ways c n 2001:db8:1::10
}

test_server_relays()
{
	ip_on s1 -6 route add 2001::/32 dev teredo0
	ip_on inet -6 route replace 2001::/32 dev s1
	client_up c
	test_traffic
	check_equal "datagrams dropped for an unknown client" "rx_drop_protocol+1" \
		"$(count_from s1
		   send_as "$client_a" "$primary":3544 \
			udp6 "$addr_a" 2001:db8:1::10 1 2 8
		   counted s1)"
	client_down c
	ip_on s1 -6 route del 2001::/32 dev teredo0
}

test_server_and_relay()
{
	local before

	before=$(counter s1 teredo0 tx_bubbles)
	ip_on s1 link add relay0 type teredo \
		mode relay local "$primary" port 3545
	ip_on s1 link set relay0 up
	ip_on s1 -6 route add 2001::/32 dev relay0
	ip_on inet -6 route replace 2001::/32 dev s1
	client_up c
	count_from s1 relay0
	test_traffic
	check_equal "bubbles that the server sent itself" "$before" \
		"$(counter s1 teredo0 tx_bubbles)"
	[[ $(counted s1 relay0) == *tx_bubbles+* ]] ||
		fail "no bubble from the relay"
	client_down c
	ip_on s1 link del relay0
}

# With another relay, the server sees no data.
test_no_data()
{
	teredo_relay r 198.51.100.1 3545
	ip_on inet -6 route replace 2001::/32 dev r
	client_up c
	capture s1 eth0 data udp port 3544
	test_traffic
	capture_stop data
	check_equal "what is longer than 125 octets of payload" "" \
		"$(payloads data | awk 'length($3) > 250')"
	check_at_most "datagrams at the server" 20 "$(payloads data | wc -l)"
	client_down c
	teredo_down r
}

modprobe teredo || fail "no module"
internet
client c pr
head -c 1000000 /dev/urandom > "$tmp/sent"
ip_on inet route add 192.0.2.0/24 dev x
teredo_server s1 $primary $secondary

add_test "S-02 S-03 S-09 S-20 G-10 G-26 S-21 S-22 S-23 S-24 S-25 S-26 S-33 V-10 G-15 G-16: solicitations are answered, octet for octet" \
	test_solicitations
add_test "S-20 S-21 S-23: a Windows client gets the fields that it has accepted" \
	test_windows
add_test "S-27 S-02 V-09 G-07: the cone bit selects the source address" test_cone
add_test "S-27: with one address only a solicitation with the cone bit is dropped" \
	test_one_address
add_test "S-27 S-02: two ports of one address: the cone bit selects the port" \
	test_second_port
add_test "S-36: two ports of one address: data uses the service port only" \
	test_second_port_data
add_test "S-10: without a control daemon to check secrets: no answer" test_secret
add_test "S-14 S-04: a ping of the server's link-local address" test_echo
add_test "S-06 S-09 G-13 G-24: malformed packets are dropped" test_malformed
add_test "XC-06: trailers that demand a drop" test_trailers
add_test "S-06 G-16: an origin indication is dropped (A-23)" test_origin
add_test "S-04 S-07: only bubbles and short pings are forwarded (A-24)" \
	test_protocol
add_test "S-08 S-28 G-19: outer sources that are not global unicast" \
	test_outer_source
add_test "S-11 S-12 S-13 G-23: no client hides behind the server" test_spoofed
add_test "S-15 S-17 G-19: nothing goes to where it must not" test_scope
add_test "S-11 S-12 S-18 S-19 S-20 G-12 XC-16: bubbles are forwarded, with trailers, hop limit untouched" \
	test_forward
add_test "S-16: a connectivity test is forwarded natively" test_native
add_test "S-11 S-13: bubbles of symmetric clients, if allowed (A-21)" \
	test_symmetric
add_test "S-08: loops end (A-24)" test_loop
add_test "S-38: a limit per address" test_rate
add_test "S-10 S-38: a limit per address, if secrets are checked" test_secret_rate
add_test "S-38: no amplification" test_amplification
add_test "S-36 S-37: the server relays, too" test_server_relays
add_test "S-05 S-36: server and relay on one host" test_server_and_relay
add_test "S-34: the server sees no data" test_no_data
add_test "S-01: a restarted server needs no state" test_restart
clients=$((1000000 / much)) pace=''
[ "$breath" = : ] || pace='--rate 10000'
add_test "S-01: $clients clients cost no memory, and a new one gets in" \
	test_flood

run_tests
