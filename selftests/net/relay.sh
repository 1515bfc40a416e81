#!/bin/bash
# shellcheck disable=SC2016 # expanded later
# SPDX-License-Identifier: GPL-2.0
#
# Relay and host-specific relay: packets sent (RFC 4380 5.4.1) and received (5.4.2). The
# attacker plays clients at 192.0.2.0/24, which so can also be silent. A real client is
# behind a NAT elsewhere.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

client_a=192.0.2.10:40000
addr_a=2001:0:cb00:7101:2c5a:63bf:3fff:fdf5
native=2001:db8:1::10
relay=198.51.100.1:3545

# send_as FROM TO PART...
send_as()
{
	local from=$1 to=$2

	shift 2
	on x "$here/helpers/tdinject" --from "$from" --to "$to" "$@"
}

# client_at FLAGS: Teredo address of a client with the mapping of a
client_at()
{
	printf '2001:0:cb00:7101:%s:63bf:3fff:fdf5\n' "$1"
}

# peer_state NODE ADDRESS
peer_state()
{
	teredo "$1" -j peer show teredo0 | tr '{' '\n' |
		sed -n "s/^\"address\":\"$2\",\"state\":\"\([a-z]*\)\".*/\1/p"
}

# is_probing NODE ADDRESS
is_probing()
{
	[ "$(peer_state "$1" "$2")" = probing ]
}

# ping_once NODE ADDRESS: send a ping without waiting for the answer
ping_once()
{
	on "$1" ping -6 -n -c 1 -W 0.01 "$2" > /dev/null
}

# make_peer ADDRESS: the relay sends to a client at $client_a, which answers and so
# becomes a trusted peer
make_peer()
{
	ping_once n "$1"
	send_as "$client_a" "$relay" bubble "$1" 2001:db8:1::1
	check_equal "peer $1" trusted "$(peer_state r "$1")"
}

# relay_drops NODE WHAT COUNTER FROM PART...: a packet to the relay only increments this
# counter
relay_drops()
{
	local node=$1 what=$2 counter=$3 from=$4 to=$relay

	[ "$node" != h ] || to=198.51.100.7:3545
	shift 4
	count_from "$node"
	send_as "$from" "$to" "$@"
	check_equal "$what" "$counter+1" "$(counted "$node")"
}

# ---------------------------------------------------------------- sending

three_wait()
{
	[[ $(teredo r -j peer show teredo0) == *'"queued":3'* ]]
}

# The relay sends only bubbles via the client's server until the client has answered.
# Then it sends the queued packets, in order.
test_open()
{
	local seqs

	capture inet r open udp
	start pings n ping -6 -n -i 0.2 -c 3 -W 1 "$addr_a"
	wait_for 5 three_wait || fail "three packets do not wait"
	check_equal "before the answer" probing "$(peer_state r "$addr_a")"
	count_from r
	send_as "$client_a" "$relay" "$(vector BU-8)"
	check_equal "after the answer" trusted "$(peer_state r "$addr_a")"
	check_equal "counters" rx_bubbles+1 "$(counted r)"
	capture_stop open
	payloads open 'src port 3545' > "$tmp/open.txt"
	check_equal "first datagram" \
		"198.51.100.1.3545 203.0.113.1.3544 $(vector BU-6)" \
		"$(head -n 1 "$tmp/open.txt")"
	seqs=$(awk '$2 == "192.0.2.10.40000" { printf "%s ", substr($3, 93, 4) }' \
		"$tmp/open.txt")
	check_equal "echo requests, by number" '0001 0002 0003 ' "$seqs"
	check_equal "datagrams in all" 4 "$(wc -l < "$tmp/open.txt")"
	check_equal "those with DF" "" "$(packets open 'ip[6] & 0x40 != 0')"
}

# counter_reaches VALUE NAME
counter_reaches()
{
	[ "$(counter r teredo0 "$2")" -ge "$1" ]
}

# Clients that never answer, in parallel, as each takes 8 s: one pinged once, one whose
# queue overflows, one whose endpoint is another relay, one whose endpoint is this
# relay itself.
test_dead()
{
	local dead flood other self

	dead=$(client_at 1) flood=$(client_at 2)
	other=2001:0:cb00:7101:0:f226:39cc:9bf8
	self=2001:0:cb00:7101:0:f226:39cc:9bfe

	teredo_server s1 203.0.113.1 none
	count_from r
	count_from h
	capture inet r dying udp
	start dead n ping -6 -n -c 1 -W 12 "$dead"
	start other n ping -6 -n -c 1 -W 12 "$other"
	start self n ping -6 -n -c 1 -W 12 "$self"
	# later and from another host, as its errors would use up the others' share
	wait_for 2 counter_reaches 3 tx_bubbles
	pause 0.3
	on x ping -6 -n -q -f -c 300 -W 0.01 "$flood" > /dev/null
	wait "${_pids[dead]}" "${_pids[other]}" "${_pids[self]}"
	wait_for 2 counter_reaches 131 tx_drop_no_answer
	capture_stop dying
	note "$(counted r)"
	check_equal "counters" \
		"tx_bubbles+16 tx_drop_queue_full+172 tx_drop_no_answer+131 rx_drop_headers+4" \
		"$(counted r)"
	check_equal "counters of the other relay" rx_drop_headers+4 "$(counted h)"
	grep -q "From 2001:db8:1::1 .*Destination unreachable: Address unreachable" \
		"$tmp/dead.log" || fail "no ICMPv6 error: $(cat "$tmp/dead.log")"
	# long timers of the kernel can be late by an eighth
	check_equal "distances of bubbles, in s" \
		'2 2 2 ' \
		"$(packets dying 'src port 3545 and dst port 3544' -x |
		   awk '/ UDP/ { t = $1 }
			/7101 0001/ {
				d = t - last
				if (last)
					printf "%s ", \
					(d > 1.98 && d < 2.25) ? 2 : d
				last = t
			}')"
	check_equal "after 8 s" failed "$(peer_state r "$dead")"

	# back-off: an error at once, and no bubble
	count_from r
	on n ping -6 -n -c 1 -W 12 "$dead" > "$tmp/mark.ping"
	grep -q "Address unreachable" "$tmp/mark.ping" ||
		fail "no ICMPv6 error: $(cat "$tmp/mark.ping")"
	check_equal "counters of the next ping" tx_drop_no_answer+1 \
		"$(counted r)"
	# which ends with an answer
	send_as "$client_a" "$relay" bubble "$dead" 2001:db8:1::1
	check_equal "heard of" trusted "$(peer_state r "$dead")"
	teredo_down s1
}

# refuses WHAT COUNTER ADDRESS [ERROR [NODE [SOURCE]]]: no datagram, and an ICMPv6
# error or none. $at is the relay; $sender sends unless NODE is given.
at=r sender=n
refuses()
{
	count_from "$at"
	capture inet "$at" refuses udp
	on "${5:-$sender}" ping -6 -n -c 1 -W 0.3 ${6:+-I "$6"} "$3" > "$tmp/refuses.ping"
	capture_stop refuses
	check_equal "$1, counters" "$2+1" "$(counted "$at")"
	check_equal "$1, datagrams" "" "$(packets refuses)"
	if [ "${4:-}" ]; then
		grep -q "$4" "$tmp/refuses.ping" ||
			fail "$1: no ICMPv6 error, but $(cat "$tmp/refuses.ping")"
	elif grep -q ^From "$tmp/refuses.ping"; then
		fail "$1: $(cat "$tmp/refuses.ping")"
	fi
}

# test_refused: destinations that are no client's, at the relay $at
test_refused()
{
	local id hex

	ip_on "$at" -6 route add 2001:db8:9::/48 dev teredo0
	ip_on "$at" -6 route add 3ffe:831f::/32 dev teredo0
	refuses "not Teredo" tx_drop_not_teredo 2001:db8:9::1 \
		"Address unreachable"
	refuses "Teredo of old" tx_drop_not_teredo 3ffe:831f::1 \
		"Address unreachable"
	ip_on "$at" -6 route del 2001:db8:9::/48 dev teredo0
	ip_on "$at" -6 route del 3ffe:831f::/32 dev teredo0
	for id in AD-13 AD-14 AD-15 AD-16 AD-17 AD-18; do
		hex=$(vector "$id" | sed 's/..../&:/g')
		refuses "$id" tx_drop_embedded "${hex%:}"
	done
	refuses "port 0" tx_drop_embedded 2001:0:cb00:7101:0:ffff:3fff:fdf5
}

# The cone bit of a client makes no difference.
test_cone()
{
	local addr

	for addr in AD-07 AD-09; do
		addr=$(vector "$addr" | sed 's/..../&:/g;s/:$//')
		capture inet r cone udp
		ping_once n "$addr"
		capture_stop cone
		check_equal "datagrams to $addr" "198.51.100.1.3545 203.0.113.1.3544" \
			"$(payloads cone 'src port 3545' | cut -d' ' -f-2)"
		send_as "$client_a" "$relay" bubble "$addr" 2001:db8:1::1
	done
}

test_too_big()
{
	make_peer "$(client_at 10)"
	on n ping -6 -n -c 1 -W 1 -M "do" -s 1300 "$(client_at 10)" > "$tmp/big.ping"
	grep -q 'From 2001:db8:1::1 .*too big: mtu=1280' "$tmp/big.ping" ||
		fail "$(cat "$tmp/big.ping")"
}

# A relay does not forward packets with a Teredo source.
test_teredo_source()
{
	ip_on n addr add 2001:0:1::1 dev eth0
	ip_on r route add 2001:0:1::1 dev n
	count_from r
	capture inet r transit udp
	on n ping -6 -n -c 1 -W 0.5 -I 2001:0:1::1 "$addr_a" > "$tmp/transit.ping"
	capture_stop transit
	check_equal "counters" tx_drop_source+1 "$(counted r)"
	check_equal "datagrams" "" "$(packets transit)"
	grep -q 'From 2001:db8:1::1 .*Administratively prohibited' \
		"$tmp/transit.ping" || fail "$(cat "$tmp/transit.ping")"
	ip_on n addr del 2001:0:1::1 dev eth0
	ip_on r route del 2001:0:1::1 dev n
}

# n sends from an address outside of the native Internet.
test_scope_source()
{
	local src

	for src in fd00:1::10 fc00::10 fec0::10 feff::10 ::192.0.2.9 ::1:0:0:5; do
		ip_on n addr add "$src/128" dev eth0 nodad
		ip_on r route add "$src" dev n
		refuses "from $src" tx_drop_source "$(client_at 45)" \
			"Administratively prohibited" n "$src"
		ip_on r route del "$src" dev n
		ip_on n addr del "$src/128" dev eth0
	done
}

# until_s SECONDS: wait until SECONDS after $begun
until_s()
{
	local left=$((begun + $1 * 1000 - $(now_ms)))

	[ "$left" -le 0 ] || pause "$(printf '%d.%03d' $((left / 1000)) $((left % 1000)))"
}

# sends WHAT ADDRESS DESTINATION...: a packet of n causes these datagrams, then the client
# answers
sends()
{
	local what=$1 addr=$2

	shift 2
	capture inet r sends udp and src port 3545
	ping_once n "$addr"
	pause 0.2
	capture_stop sends
	check_equal "$what: datagrams" "$*" \
		"$(payloads sends | awk '{ print $2 }' | paste -sd' ')"
	send_as "$client_a" "$relay" bubble "$addr" 2001:db8:1::1
}

# An entry is valid for 30 s after the last reception.
test_valid()
{
	local at=${client_a/:/.} server=203.0.113.1.3544 i begun

	begun=$(now_ms)
	for i in 61 62 63 64; do
		make_peer "$(client_at "$i")"
	done
	pause 10
	send_as "$client_a" "$relay" udp6 "$(client_at 63)" "$native" 1 2 8
	send_as "$client_a" "$relay" bubble "$(client_at 64)" 2001:db8:1::1
	# after 20 s without a packet of the client, the relay also sends a bubble
	until_s 27
	sends "silent for less than 30 s" "$(client_at 61)" "$at" "$server"
	until_s 32
	check_equal "silent for more than 30 s" expired "$(peer_state r "$(client_at 62)")"
	sends "silent for more than 30 s" "$(client_at 62)" "$server"
	sends "data was the last thing heard" "$(client_at 63)" "$at" "$server"
	sends "a bubble was" "$(client_at 64)" "$at" "$server"
}

# released WHAT INDEX PART...: this packet makes a client that is being probed a trusted
# peer and releases its queue; the packet itself is not forwarded
released()
{
	local what=$1 addr

	addr=$(client_at "$2")
	shift 2
	ping_once n "$addr"
	check_equal "$what: before" probing "$(peer_state r "$addr")"
	capture inet r released src port 3545 or src net 2001::/32
	capture n eth0 released6 src net 2001::/32
	send_as "$client_a" "$relay" "$@"
	capture_stop released
	capture_stop released6
	check_equal "$what: after" trusted "$(peer_state r "$addr")"
	check_equal "$what: what has waited" "${client_a/:/.}" \
		"$(payloads released 'greater 100' | awk '{ print $2 }')"
	check_equal "$what: native packets" "" \
		"$(packets released ip6; packets released6)"
}

# Any packet of the client verifies it, whatever its destination.
test_trust()
{
	local i=70 dst

	for dst in 2001:db8:1::1 "$native" 2001:db8:7::7 "$addr_a" ff02::1 ff0e::1 \
			fe80::1 ::; do
		released "bubble to $dst" "$i" bubble "$(client_at "$i")" "$dst"
		i=$((i + 1))
	done
	for dst in "$addr_a" fe80::1; do
		released "data to $dst" "$i" udp6 "$(client_at "$i")" "$dst" 1 2 8
		i=$((i + 1))
	done
}

# ---------------------------------------------------------------- taking

# silent COMMAND...: the relay neither sends nor forwards anything during the command
silent()
{
	capture inet r silent udp and src port 3545
	# a new interface reports its multicast groups
	capture n eth0 silent6 not dst host ff02::16
	"$@" || fail "exit code $? of: $*"
	capture_stop silent
	capture_stop silent6
	check_equal "datagrams" "" "$(packets silent)"
	check_equal "packets" "" "$(packets silent6)"
}

test_drops()
{
	local bu8 known dst

	bu8=$(vector BU-8) known=$(client_at 20)
	make_peer "$known"
	cases()
	{
		relay_drops r "39 octets" rx_drop_malformed "$client_a" "${bu8:0:78}"
		relay_drops r "version 4" rx_drop_malformed "$client_a" "4${bu8:1}"
		relay_drops r "0x41" rx_drop_malformed "$client_a" "41$bu8"
		relay_drops r "authentication" rx_drop_headers "$client_a" "$(vector AU-1 BU-8)"
		relay_drops r "origin" rx_drop_headers "$client_a" "$(vector OR-2 BU-8)"
		relay_drops r "solicitation" rx_drop_headers "$client_a" "$(vector RS-4)"
		relay_drops r "solicitation, no authentication" rx_drop_spoofed "$client_a" \
			"$(vector RS-1)"
		relay_drops r "other port" rx_drop_spoofed 192.0.2.10:40001 \
			udp6 "$known" "$native" 1 2 8
		relay_drops r "other address" rx_drop_spoofed 192.0.2.11:40000 \
			udp6 "$known" "$native" 1 2 8
		relay_drops r "bubble from another port" rx_drop_spoofed 192.0.2.10:40001 \
			bubble "$known" 2001:db8:1::1
		relay_drops r "native source" rx_drop_spoofed "$client_a" \
			udp6 2001:db8:66::1 "$native" 1 2 8
		relay_drops r "echo reply from a native source" rx_drop_spoofed "$client_a" \
			echo-reply 2001:db8:66::1 "$native" 1 1 00
		relay_drops r "private outer source" rx_drop_spoofed 10.0.0.1:53 \
			udp6 2001:0:cb00:7101:0:ffca:f5ff:fffe "$native" 1 2 8
		relay_drops r "unknown client" rx_drop_no_peer "$client_a" \
			udp6 "$(client_at 21)" "$native" 1 2 8
		relay_drops r "an unknown client's bubble" rx_drop_no_peer "$client_a" \
			bubble "$(client_at 21)" 2001:db8:1::1
		relay_drops r "to Teredo" rx_drop_destination "$client_a" \
			udp6 "$known" "$addr_a" 1 2 8
		relay_drops r "to multicast" rx_drop_destination "$client_a" \
			udp6 "$known" ff0e::1 1 2 8
		relay_drops r "to link-local" rx_drop_destination "$client_a" \
			udp6 "$known" fe80::1 1 2 8
		for dst in ::1 ::192.0.2.9 ::1:0:0:5 ::ffff:198.51.100.7 fc00::1 \
				fd00:1::10 fec0::1 feff::1; do
			relay_drops r "to $dst" rx_drop_destination "$client_a" \
				udp6 "$known" "$dst" 1 2 8
		done
		relay_drops r "a bubble is for the relay alone" rx_bubbles "$client_a" \
			bubble "$known" "$native"
		relay_drops r "a trailer that asks for it" rx_drop_trailer \
			"$client_a" bubble "$known" "$native" "$(vector TR-15)"
		relay_drops r "data with such a trailer" rx_drop_trailer \
			"$client_a" udp6 "$known" "$native" 1 2 8 \
			"$(vector TR-15)"
		relay_drops r "neighbour discovery behind options" rx_drop_nd \
			"$client_a" icmp6 "$known" "$native" 60 \
			3a00010400000000 135 24
		relay_drops r "with trailers, too" rx_bubbles "$client_a" \
			bubble "$known" "$native" "$(vector TR-13)"
	}
	silent cases
}

# arrives DEVICE WHAT COUNT PART...: COUNT of these packets leave through r's device
arrives()
{
	local dev=$1 what=$2 count=$3

	shift 3
	capture r "$dev" arrives udp and ip6
	send_as "$client_a" "$relay" "$@"
	capture_stop arrives
	check_equal "$what" "$count" "$(packets arrives | wc -l)"
}

test_served()
{
	local known to

	known=$(client_at 30)
	make_peer "$known"
	arrives n "to the site" 1 udp6 "$known" "$native" 1 2 8
	arrives eth0 "to elsewhere, if all is served" 1 \
		udp6 "$known" 2001:db8:7::7 1 2 8
	# addresses that are not global are served only if configured
	for to in fd00::1 fc00::1 fec0::1 0:0:1::1; do
		silent relay_drops r "to $to" rx_drop_destination "$client_a" \
			udp6 "$known" "$to" 1 2 8
	done

	teredo_down r
	teredo_relay r 198.51.100.1 3545 served 2001:db8:1::/48
	known=$(client_at 31)
	make_peer "$known"
	arrives n "to the site, which is served" 1 udp6 "$known" "$native" 1 2 8
	arrives n "trailers are cut off" 1 udp6 "$known" "$native" 1 2 8 \
		"$(vector TR-1)"
	check_equal "length with a trailer" 1 \
		"$(packets arrives 'ip6[4:2] = 16' | wc -l)"
	silent relay_drops r "to elsewhere" rx_drop_destination "$client_a" \
		udp6 "$known" 2001:db8:7::7 1 2 8
	silent relay_drops r "to elsewhere, close by" rx_drop_destination "$client_a" \
		udp6 "$known" 2001:db8:2::1 1 2 8
	teredo_down r
	teredo_relay r 198.51.100.1 3545
}

# n has a unique local address, which the relay is configured to serve.
test_served_local()
{
	local known

	ip_on n addr add fd00:1::10/128 dev eth0 nodad
	ip_on r route add fd00:1::10 dev n
	teredo_down r
	teredo_relay r 198.51.100.1 3545 served fd00:1::/48
	known=$(client_at 32)
	on n ping -6 -n -c 1 -W 0.01 -I fd00:1::10 "$known" > /dev/null
	check_equal "from there" probing "$(peer_state r "$known")"
	send_as "$client_a" "$relay" bubble "$known" 2001:db8:1::1
	arrives n "to there" 1 udp6 "$known" fd00:1::10 1 2 8
	silent relay_drops r "to another prefix" rx_drop_destination "$client_a" \
		udp6 "$known" fd00:2::10 1 2 8
	teredo_down r
	teredo_relay r 198.51.100.1 3545
	ip_on r route del fd00:1::10 dev n
	ip_on n addr del fd00:1::10/128 dev eth0
}

# A host beyond the served range creates no state on the relay. It can only send to
# clients in use, as routers do when they cannot forward a client's packet.
test_served_source()
{
	local known

	teredo_down r
	teredo_relay r 198.51.100.1 3545 served 2001:db8:1::/48
	known=$(client_at 33)
	refuses "from elsewhere" tx_drop_source "$known" \
		"From 2001:db8:1::1 .*Administratively prohibited" x
	check_equal "peers" "" "$(peer_state r "$known")"
	make_peer "$known"
	capture inet r elsewhere udp
	ping_once x "$known"
	capture_stop elsewhere
	check_equal "to a client in use" "${client_a/:/.}" \
		"$(payloads elsewhere 'src port 3545' | cut -d' ' -f2)"
	teredo_down r
	teredo_relay r 198.51.100.1 3545
}

# ---------------------------------------------------------------- loops

# The route to the client's endpoint leads into the tunnel itself.
test_tunnel_in_tunnel()
{
	local known

	known=$(client_at 40)
	make_peer "$known"
	count_from r
	ip_on r route add 203.0.113.1 dev teredo0
	ip_on r route add 192.0.2.10 dev teredo0
	ping_once n "$known"
	ping_once n "$(client_at 41)"
	check_equal "routed into the device" tx_drop_loop+2 \
		"$(counted r | grep -o 'tx_drop_loop+.')"

	# through another tunnel, with a peer verified just now
	ip_on r link add nested type ip6tnl mode ipip6 encaplimit none \
		local 2001:db8:1::1 remote "$known"
	ip_on r link set nested up
	ip_on r route replace 192.0.2.10 dev nested
	ping_once n "$known"
	ip_on r link del nested
	ip_on r route del 203.0.113.1 dev teredo0
	ip_on r route flush 192.0.2.10
	# the relay still works
	make_peer "$(client_at 42)"
}

# ---------------------------------------------------------------- limits

# A host behind the relay scans addresses without clients. The traffic of an established
# client continues.
test_scan()
{
	local slab peers

	teredo_server s1 203.0.113.1 203.0.113.2
	teredo_down r
	teredo_relay r 198.51.100.1 3545 max_peers 1024
	client_up c
	check "ping before" reach c "$native"
	slab=$(sed -n 's/^SUnreclaim: *\([0-9]*\) kB/\1/p' /proc/meminfo)
	count_from r
	start steady c ping -6 -n -i 0.02 -c 150 -W 5 "$native"
	on n python3 - <<-'END'
	import socket, struct
	s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
	for i in range(10000):
	    addr = struct.pack('>IIHHI', 0x20010000, 0xcb007101, 0, 0x63bf,
	                       (0xb000000 + i) ^ 0xffffffff)
	    s.sendto(bytes(1000), (socket.inet_ntop(socket.AF_INET6, addr), 9))
	END
	wait "${_pids[steady]}"
	peers=$(teredo r -j peer show teredo0 |
		grep -o '"state"' | wc -l)
	note "$peers peers, $(counted r)"
	tail -n 2 "$tmp/steady.log" | note
	grep -q ' 0% packet loss' "$tmp/steady.log" || fail "pings were lost"
	check_equal "peers" 1024 "$peers"
	[[ $(counted r) =~ peers_evicted\+([0-9]+) ]]
	check_equal "those that made room" 8977 "${BASH_REMATCH[1]}"
	# 4 MiB of queued packets, and the peers
	check_at_most "growth of slab, kB" $((16384 * much)) \
		$(($(sed -n 's/^SUnreclaim: *\([0-9]*\) kB/\1/p' /proc/meminfo) - slab))
	client_down c
	teredo_down s1
	teredo_down r
	teredo_relay r 198.51.100.1 3545
}

# touch_client NODE INDEX [SERVER]: NODE sends to a client of s1, or of SERVER
touch_client()
{
	on "$1" bash -c "echo > /dev/udp/2001:0:${3:-cb00:7101}:$2:63bf:3fff:fdf5/9"
}

# bubbles_in NAME ADDRESS: number of bubbles sent to this server
bubbles_in()
{
	payloads "$1" "src port 3545 and dst host $2" | wc -l
}

# RATE limits bubbles to each IPv4 destination, independent of the packets' sources.
test_rate()
{
	ip_on r link set teredo0 type teredo rate 1
	count_from r
	capture inet r rate udp
	touch_client n 90
	touch_client x 91
	touch_client n 92 c633:6476
	capture_stop rate
	check_equal "bubbles to s1" 1 "$(bubbles_in rate 203.0.113.1)"
	check_equal "bubbles to s2" 1 "$(bubbles_in rate 198.51.100.118)"
	check_equal "counters" "tx_bubbles+2 tx_drop_rate+1" "$(counted r)"
	ip_on r link set teredo0 type teredo rate 1000
	pause 9		# until these attempts have failed
}

test_route()
{
	[[ $(ip_on r -6 route show 2001::/32) == *"dev teredo0"* ]] ||
		fail "no route"
	ip_on r link set teredo0 down
	check_equal "route without a device" "" \
		"$(must ip_on r -6 route show 2001::/32)"
	ip_on r link set teredo0 up
	ip_on r -6 route add 2001::/32 dev teredo0
}

# ---------------------------------------------------------------- host relay

test_host_send()
{
	local bu6

	check_equal "addresses of the device" "" \
		"$(must ip_on h -6 addr show dev teredo0)"
	[[ $(ip_on h -6 route get "$addr_a") == *"dev teredo0 src 2001:db8:7::7 "* ]] ||
		fail "$(ip_on h -6 route get "$addr_a")"
	bu6=$(vector BU-6)
	capture h eth0 hsend udp
	start pings h ping -6 -n -c 1 -W 1 "$addr_a"
	wait_for 5 is_probing h "$addr_a"
	send_as "$client_a" 198.51.100.7:3545 bubble "$addr_a" 2001:db8:7::7
	capture_stop hsend
	check_equal "bubble, of the host's own address" \
		"198.51.100.7.3545 203.0.113.1.3544 ${bu6/20010db8000100000000000000000001/20010db8000700000000000000000007}" \
		"$(payloads hsend 'src port 3545' | head -n 1)"
	check_equal "peer" trusted "$(peer_state h "$addr_a")"
	check_equal "datagrams to the client" 1 \
		"$(payloads hsend 'dst host 192.0.2.10' | wc -l)"
}

none_is_probed()
{
	[[ $(teredo "$1" -j peer show teredo0) != *'"state":"probing"'* ]]
}

# The rules of a relay for the host's own packets: an invalid destination, a client with
# the cone bit that does not answer, a queue that overflows, and an answer.
test_host_rules()
{
	local cone flood

	wait_for 10 none_is_probed h || fail "h never comes to rest"
	at=h sender=h
	test_refused
	at=r sender=n

	cone=$(client_at 8000) flood=$(client_at 61)
	count_from h
	capture h eth0 hrules udp
	start cone h ping -6 -n -c 1 -W 12 "$cone"
	# later, as the errors about the others would use up its share
	wait_for 2 is_probing h "$cone"
	pause 0.3
	on h bash -c 'exec 5<> "/dev/udp/$1/9"
		for ((i = 0; i < 200; i++)); do echo >&5; done' - "$flood"
	wait "${_pids[cone]}"
	wait_for 2 eval '[[ $(counted h) == *no_answer+129 ]]'
	capture_stop hrules
	check_equal "counters" \
		"tx_bubbles+8 tx_drop_queue_full+72 tx_drop_no_answer+129" \
		"$(counted h)"
	check_equal "datagrams to others than the server" "" \
		"$(packets hrules 'src port 3545 and not dst host 203.0.113.1')"
	check_equal "bubbles to the one with the cone bit" 4 "$(payloads hrules |
		grep -c "$(vector AD-07)$")"
	check_equal "after 8 s" failed "$(peer_state h "$cone")"
	grep -q "From 2001:db8:7::7 .*Address unreachable" "$tmp/cone.log" ||
		fail "no ICMPv6 error: $(cat "$tmp/cone.log")"

	send_as "$client_a" 198.51.100.7:3545 bubble "$cone" 2001:db8:7::7
	check_equal "heard of" trusted "$(peer_state h "$cone")"
	capture h eth0 hrules udp
	ping_once h "$cone"
	capture_stop hrules
	check_equal "data at once, and nothing else" \
		"198.51.100.7.3545 192.0.2.10.40000 80" "$(payloads hrules |
			awk '{ print $1, $2, substr($3, 81, 2) }')"
}

test_host_drops()
{
	# attempts of earlier tests would be counted
	wait_for 10 none_is_probed h || fail "h never comes to rest"
	on h sysctl -qw net.ipv6.conf.all.forwarding=1
	capture h eth0 hdrops ip6 and not dst net ff00::/8
	relay_drops h "to a neighbour" rx_drop_destination "$client_a" \
		udp6 "$addr_a" 2001:db8:7::8 1 2 8
	relay_drops h "to another host" rx_drop_destination "$client_a" \
		udp6 "$addr_a" "$native" 1 2 8
	relay_drops h "unknown client" rx_drop_no_peer "$client_a" \
		udp6 "$(client_at 50)" 2001:db8:7::7 1 2 8
	relay_drops h "other port" rx_drop_spoofed 192.0.2.10:40001 \
		udp6 "$addr_a" 2001:db8:7::7 1 2 8
	relay_drops h "native source" rx_drop_spoofed "$client_a" \
		udp6 "$native" 2001:db8:7::7 1 2 8
	relay_drops h "authentication" rx_drop_headers "$client_a" \
		"$(vector AU-1)" udp6 "$addr_a" 2001:db8:7::7 1 2 8
	capture_stop hdrops
	check_equal "packets" "" "$(packets hdrops)"

	# packets of a neighbour are not relayed
	ip_on inet -6 route replace 2001::/32 dev h
	count_from h
	capture h eth0 neighbour udp
	on x ping -6 -n -c 1 -W 0.5 "$addr_a" > "$tmp/neighbour.ping"
	capture_stop neighbour
	check_equal "counters" tx_drop_source+1 "$(counted h)"
	check_equal "datagrams" "" "$(packets neighbour)"
	grep -q 'From 2001:db8:7::7 .*Administratively prohibited' \
		"$tmp/neighbour.ping" || fail "$(cat "$tmp/neighbour.ping")"
	ip_on inet -6 route replace 2001::/32 dev r
	on h sysctl -qw net.ipv6.conf.all.forwarding=0
}

# The client's test goes via the server, and the host itself replies. A relay that
# attracts 2001::/32 is not involved.
test_host_direct()
{
	teredo_server s1 203.0.113.1 203.0.113.2
	ip_on inet -6 route replace blackhole 2001::/32
	capture h eth0 hdirect udp
	client_up c
	check "from the host" reach h "$(teredo_address c)"
	client_down c
	client_up c
	check "from the client" reach c 2001:db8:7::7
	check "1 MB each way" tcp_both_ways c h 2001:db8:7::7
	[[ $(teredo c -j peer show teredo0) == \
	   *'"address":"198.51.100.7","port":3545'* ]] ||
		fail "$(teredo c -j peer show teredo0)"
	capture_stop hdirect
	client_down c
	check_equal "datagrams from others than client and server" "" \
		"$(packets hdirect 'not host 192.0.2.30 and not src port 3544
			and not dst port 3544')"
	check_equal "solicitations of the host" "" \
		"$(payloads hdirect 'src host 198.51.100.7' |
		   awk 'substr($3, 81, 2) == "85" || $3 ~ /^0001/')"
	ip_on inet -6 route del blackhole 2001::/32
	ip_on inet -6 route replace 2001::/32 dev r
	teredo_down s1
}

# A host-specific relay behind a port-restricted NAT. A client behind another one can
# reach it only if its bubbles open the relay's NAT.
test_direct()
{
	teredo_server s1 203.0.113.1 203.0.113.2
	printf '%s\n' 'addr add 2001:db8:b::1 dev eth0' \
		'route add ::/0 dev eth0' | ip_on b -batch -
	on nb sysctl -qw net.ipv6.conf.all.forwarding=1
	printf '%s\n' 'route add 2001:db8:b::1 dev lan' \
		'route add ::/0 dev wan' | ip_on nb -batch -
	ip_on inet route add 2001:db8:b::1 dev nb
	teredo_hostrelay b local 10.2.0.2 port 50000

	client_up c
	on b ping -6 -n -c 1 -W 12 "$(teredo_address c)" > "$tmp/direct.ping" &&
		fail "without a direct bubble: $(cat "$tmp/direct.ping")"
	grep -q "Address unreachable" "$tmp/direct.ping" ||
		fail "no ICMPv6 error: $(cat "$tmp/direct.ping")"
	client_down c

	ip_on b link set teredo0 type teredo direct
	client_up c
	capture inet nb direct udp
	check "with a direct bubble" reach b "$(teredo_address c)"
	capture_stop direct
	check_equal "first two datagrams" \
		"192.0.2.20.50000 192.0.2.30.60000 192.0.2.20.50000 203.0.113.1.3544" \
		"$(payloads direct 'src host 192.0.2.20' | head -n 2 |
		   cut -d' ' -f-2 | paste -sd' ')"
	client_down c
	client_up c
	check "from the client" reach c 2001:db8:b::1
	client_down c
	teredo_down b
	teredo_down s1
}

# ---------------------------------------------------------------- prefix

# A closed network with its own service prefix: server, relay and client
test_prefix()
{
	local prefix=3ffe:831f::/32 addr

	teredo_down r
	teredo_link r mode relay local 198.51.100.1 port 3545 prefix "$prefix"
	ip_on r -6 route add "$prefix" dev teredo0
	teredo_server s1 203.0.113.1 203.0.113.2 prefix "$prefix"
	ip_on inet -6 route add "$prefix" dev r
	printf '%s\n' '[client]' 'server = 203.0.113.1/203.0.113.2' \
		'[device]' "port = ${port[c]}" "prefix = $prefix" \
		> "$tmp/closed.conf"
	start c-teredod c "$tools/teredod" --debug \
		--config "$tmp/closed.conf" teredo0
	wait_for 15 grep -qs ^3ffe831fcb007101 "/proc/$pid/net/if_inet6" ||
		fail "the client does not qualify: $(cat "$tmp/c-teredod.log")"
	addr=$(ip_on c -6 -o addr show scope global to "$prefix" |
		sed -n 's/.* inet6 \([^/]*\).*/\1/p')
	check "from the client" reach c "$native"
	check "to the client" reach n "$addr"
	check "1 MB each way" tcp_both_ways c n "$native"

	# 2001::/32 is no service prefix there
	ip_on r -6 route add 2001::/32 dev teredo0
	refuses "2001::/32" tx_drop_not_teredo "$addr_a" "Address unreachable"
	client_down c
	teredo_down s1
	teredo_down r
	teredo_relay r 198.51.100.1 3545
}

modprobe teredo || fail "no module"
internet
client b pr
client c pr
head -c 1000000 /dev/urandom > "$tmp/sent"
ip_on inet route add 192.0.2.0/24 dev x
teredo_relay r 198.51.100.1 3545
teredo_hostrelay h local 198.51.100.7 port 3545

add_test "R-02 R-05 R-06 R-10 R-12 R-13 R-16 R-17 R-20 G-02 G-03 G-11 G-18: a bubble, an answer, and the queued packets, in order" \
	test_open
add_test "R-14 R-15 R-18 R-19 XC-13: clients that do not answer, other relays, the relay itself (A-32)" \
	test_dead
add_test "R-09 R-10 R-27: a client is valid for 30 s after its last packet" test_valid
add_test "R-13 R-27 R-34: any packet of a client that is being probed verifies it" \
	test_trust
add_test "R-07 R-08 G-01 G-19: addresses that are no client's are not sent to" test_refused
add_test "R-11 R-22 V-08 V-11 G-08: the cone bit makes no difference" test_cone
add_test "G-17 R-03: too large packets cause the error of a router" test_too_big
add_test "R-28: nothing from Teredo to Teredo" test_teredo_source
add_test "R-28: nothing from fc00::/7, fec0::/10 and ::/32" test_scope_source
add_test "R-24 R-25 R-26 R-28 R-30 R-31 R-34 R-04 G-23 G-24: packets that are dropped" \
	test_drops
add_test "R-28 R-03: the served range" test_served
add_test "R-28: fc00::/7 is served if configured" test_served_local
add_test "R-29: hosts beyond the served range add no state" test_served_source
add_test "G-23: a tunnel in itself" test_tunnel_in_tunnel
add_test "R-29 R-19: a scan of 10,000 addresses leaves an established client alone" \
	test_scan
add_test "R-29: bubbles to one IPv4 address keep to RATE" test_rate
add_test "R-01 R-33: the route is an ordinary one and goes with the device" \
	test_route
add_test "H-02 H-03 H-06: the host-specific relay sends from the host's own address" \
	test_host_send
add_test "H-05: the rules of a relay hold for the host's own packets" test_host_rules
add_test "H-01 H-07 H-08: the host-specific relay serves only its host" \
	test_host_drops
add_test "H-04 H-11 H-12: the host-specific relay is reached directly" \
	test_host_direct
add_test "H-09 R-21 R-23: behind a NAT direct bubbles are needed" test_direct
add_test "G-01: a closed network with a prefix of its own" test_prefix

run_tests
