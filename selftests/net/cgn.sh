#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# NAT444: a home NAT behind a carrier-grade NAT (RFC 6888). The carrier gives each
# subscriber a block of ports and a limit of sessions, and drops packets beyond it.
#
#	u - g1 \			u, v, w: clients, service ports 40001 to 40003
#		c - inet - d - g3 - w	g1, g2, g3: NATs of homes
#	v - g2 /			c, d: NATs of carriers
#
# The carriers' NATs map independently of the endpoint (RFC 4787): one mapping for all
# destinations. They do not filter, and support hairpinning.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

NATIVE=2001:db8:1::10
BLOCK=64		# ports of a subscriber
SESSIONS=24		# UDP sessions of a subscriber at a time
FORGETS=30		# session timeout, s

# home NODE NUMBER CLIENT: a subscriber of the carrier NODE, at 100.64.0.NUMBER, whose
# network has a client
home()
{
	local carrier=$1 n=$2 client=$3 gate=g$2

	new_node "$gate" "$client"
	attach "$carrier" "$gate" "$gate" "100.64.0.$n" 100.64.0.254 wan
	on "$gate" sysctl -qw net.ipv4.ip_forward=1
	attach "$gate" lan "$client" "10.$n.0.2" "10.$n.0.1"
	on "$gate" nft -f - <<-EOF || exit 1
	table ip nat {
		chain postrouting {
			type nat hook postrouting priority srcnat;
			oifname wan masquerade
		}
		chain input {
			type filter hook input priority filter;
			meta l4proto udp drop
		}
	}
	EOF
	port[$client]=$((40000 + n))
}

# block NUMBER: the port range of subscriber NUMBER
block()
{
	printf '%s-%s\n' $((2048 + $1 * BLOCK)) $((2047 + ($1 + 1) * BLOCK))
}

# carrier NODE ADDRESS SUBSCRIBER...: a carrier-grade NAT at this address
carrier()
{
	local node=$1 out=$2 n blocks=''

	shift 2
	new_node "$node"
	attach inet "$node" "$node" "$out" 198.51.100.254 wan
	on "$node" sysctl -qw net.ipv4.ip_forward=1 \
		net.netfilter.nf_conntrack_udp_timeout=$FORGETS \
		net.netfilter.nf_conntrack_udp_timeout_stream=$FORGETS
	for n; do
		blocks+="ip saddr 100.64.0.$n meta l4proto udp snat to $out:$(block "$n")
			"
	done
	on "$node" nft -f - <<-EOF || exit 1
	table ip nat {
		map mapped {
			type inet_service : ipv4_addr . inet_service
			flags dynamic,timeout
			timeout 300s
			size 1024
		}
		set sessions {
			type ipv4_addr
			flags dynamic
			size 1024
		}
		chain prerouting {
			type nat hook prerouting priority dstnat;
			ip daddr $out dnat ip to udp dport map @mapped
		}
		chain postrouting {
			type nat hook postrouting priority srcnat;
			$blocks
		}
		chain note {
			type filter hook postrouting priority srcnat + 10;
			meta l4proto udp ip saddr $out update @mapped { \
				udp sport : ct original ip saddr . ct original proto-src }
		}
		chain bound {
			type filter hook forward priority filter;
			meta l4proto udp ct state new ip saddr 100.64.0.0/10 \
				add @sessions { ip saddr ct count over $SESSIONS } \
				counter drop
		}
		chain input {
			type filter hook input priority filter;
			meta l4proto udp drop
		}
	}
	EOF
}

# sessions CARRIER SUBSCRIBER: the subscriber's UDP sessions at the carrier, one per line
sessions()
{
	on "$1" conntrack -L -p udp --orig-src "100.64.0.$2" 2> /dev/null
}

# refused CARRIER: number of packets beyond the limit
refused()
{
	on "$1" nft list chain ip nat bound | sed -n 's/.*counter packets \([0-9]*\).*/\1/p'
}

test_qualified()
{
	local node

	for node in u v w; do
		shows $node '"type":"restricted"' ||
			fail "$node: $(teredo $node -j show teredo0)"
	done
	for node in u v; do
		[[ $(teredo_address $node) == *:3fff:fdc3 ]] ||
			fail "$node is not at 192.0.2.60: $(teredo_address $node)"
	done
}

test_native()
{
	local node

	for node in u v w; do
		check "$node to a native host" reach $node $NATIVE
		check "a native host to $node" reach n "$(teredo_address $node)"
	done
	check "connections" tcp_both_ways u n $NATIVE
}

# pair A B: each client reaches the other without an entry for it
pair()
{
	local from=$1 to=$2

	for _ in 1 2; do
		teredo u peer flush teredo0
		teredo v peer flush teredo0
		teredo w peer flush teredo0
		check "$from to $to" reach "$from" "$(teredo_address "$to")"
		from=$2 to=$1
	done
	check "connections" tcp_both_ways "$1" "$2" "$(teredo_address "$2")"
}

# ports SUBSCRIBER: ports of the first carrier's address that the subscriber uses
ports()
{
	sessions c "$1" | sed 's/.* dst=192.0.2.60 sport=[0-9]* dport=\([0-9]*\) .*/\1/' |
		sort -u
}

# Ports outside of the block belong to other subscribers.
test_ports()
{
	local n first last

	for n in 1 2; do
		IFS=- read -r first last < <(block $n)
		note "subscriber $n: port $(ports $n), block $first to $last"
		check_equal "subscriber $n: ports" 1 "$(ports $n | wc -l)"
		[ $(($(ports $n) / BLOCK)) = $((first / BLOCK)) ] ||
			fail "subscriber $n: a port of others"
	done
}

# Sessions with both addresses of the server, with a relay, and two for each peer: with
# its mapped endpoint and its inside address.
test_sessions()
{
	local n

	n=$(sessions c 1 | wc -l)
	sessions c 1 | note
	check_at_most "sessions of a client with two peers" 7 "$n"
}

# An idle client needs one session, with its server.
test_idle()
{
	pause $((2 * FORGETS + 5))
	sessions c 1 | note
	check_equal "sessions of an idle client" 'dst=203.0.113.1' \
		"$(sessions c 1 | grep -o 'dst=203[0-9.]*')"
	check_equal "... and no other" 1 "$(sessions c 1 | wc -l)"
	check_equal "packets beyond the limit" 0 "$(refused c)"
}

# busy NUMBER: another program at u opens so many sessions
busy()
{
	# shellcheck disable=SC2016
	on u bash -c 'for ((i = 1; i <= $0; i++)); do
		echo > "/dev/udp/198.51.100.7/$i"
	done' "$1"
}

# traffic that must continue when the session limit is reached
start_pings()
{
	check "a peer" reach u "$(teredo_address v)"
	check "a native host" reach u $NATIVE
	start ping-v u ping -6 -n -i 0.5 -W 2 "$(teredo_address v)"
	start ping-n u ping -6 -n -i 0.5 -W 2 $NATIVE
}

stop_pings()
{
	local name

	for name in ping-v ping-n; do
		stop $name INT
		check "$name: nothing is lost" grep -q ' 0% packet loss' "$tmp/$name.log"
	done
}

# At the session limit, open sessions continue. A new peer is still reached, as the
# carrier's NAT accepts the peer's bubble on the existing mapping.
test_limit()
{
	local i old

	old=$(teredo_address u)
	start_pings
	for ((i = 0; i < 40; i++)); do
		busy 100
		pause 1
		[ $i != 20 ] || check "a new peer" reach u "$(teredo_address w)"
	done
	stop_pings
	note "$(sessions c 1 | wc -l) sessions, $(refused c) packets beyond the limit"
	[ "$(refused c)" -gt 1000 ] || fail "the limit was not reached"
	check_equal "address" "$old" "$(teredo_address u)"
}

# unsolicited NUMBER: an attacker forges the server's indirect bubbles of so many peers.
# u answers each at another IPv4 address.
unsolicited()
{
	local i at dst peer to

	dst=$(teredo_address u) to=192.0.2.60:$(ports 1)
	for ((i = 1; i <= $1; i++)); do
		at=11.0.$((i >> 8)).$((i & 255)):1000
		printf -v peer '2001:0:cb00:7101:0:fc17:f4ff:%x' $((0xffff ^ i))
		inject --from 203.0.113.1:3544 --to $to origin $at bubble $peer $dst
	done
}

# Fewer than one session per bubble: the client answers at most 256 bubbles per second.
test_unsolicited()
{
	local n

	pause $((FORGETS + 5))
	start_pings
	unsolicited 2000
	pause 2
	n=$(on g1 conntrack -L -p udp --orig-src 10.1.0.2 2> /dev/null | wc -l)
	note "$n sessions at the home NAT, $(sessions c 1 | wc -l) at the carrier's"
	[ "$n" -gt 50 ] || fail "nothing was answered"
	check_at_most "sessions for 2000 bubbles" 1000 "$n"
	stop_pings
	check "address" has_teredo_address "${_pids[u-teredod]}"
	pause $((FORGETS + 5))
	check "another peer afterwards" reach u "$(teredo_address w)"
}

modprobe teredo || fail "no module"
# creates the sysctls that the carriers' NATs set
modprobe -q nf_conntrack
internet
carrier c 192.0.2.60 1 2
carrier d 192.0.2.70 3
home c 1 u
home c 2 v
home d 3 w
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545
for node in u v w; do
	client_up $node
done

add_test "C-36: clients behind a carrier's NAT qualify" test_qualified
add_test "C-41 C-80: native hosts, both ways" test_native
add_test "C-80: two subscribers of one carrier" pair u v
add_test "C-80: subscribers of two carriers" pair u w
add_test "RFC 6888: one port of the block" test_ports
add_test "RFC 6888: the number of sessions" test_sessions
add_test "C-87 C-91: an idle client has one session" test_idle
add_test "C-80: the session limit is reached" test_limit
add_test "RFC 6888: bubbles of unsolicited peers cost a limited number of sessions" \
	test_unsolicited
run_tests
