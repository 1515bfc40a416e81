#!/bin/bash
# shellcheck disable=SC2016,SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Rate limits are fair between sources: while one source exhausts a limit of a relay,
# server or client, other sources are still served.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

primary=203.0.113.1
RS=000100000102030405060708006000000000083afffe800000000000000000ffffffffffffff02000000000000000000000000000285007d3700000000

# Send packets to COUNT Teredo addresses without a client, all with the server $primary,
# and pause SECONDS after each ten. HIGH gives each call addresses of its own.
contacts='for ((k = 0; k < $1; k++)); do
	printf -v a "2001:0:cb00:7101:0:1:f3%02x:%x" $3 $((k + 1))
	echo x > /dev/udp/$a/9
	((k % 10)) || read -rt $2 -u $4
done'
contact()
{
	on "$1" bash -c "$contacts" - "$2" "$3" "$4" "$_never"
}

# clients NAME HIGH: number of these addresses with a bubble in a capture
clients()
{
	payloads "$1" "udp[44:2] = $((0xf300 + $2))" |
		awk '{ print substr($3, 49, 32) }' | sort -u | wc -l
}

# Packets to 150 to 200 clients per second cause up to 800 bubbles per second.
scan()
{
	start scan "$1" bash -c "$contacts" - 100000 0.04 "$2" "$_never"
}

# More clients than the relay's rate permits repeats for. All get their first bubble.
test_repeats()
{
	local all got

	ip_on r link set teredo0 type teredo rate 200
	capture inet r bubbles "src host 198.51.100.1 and udp[40:4] = 1"
	contact n 900 0.1 1
	pause 0.5
	capture_stop bubbles
	got=$(clients bubbles 1)
	all=$(payloads bubbles | wc -l)
	note "900 clients, $got with a bubble, $all bubbles"
	[ "$got" -ge 870 ] || fail "bubbles to $got of 900 clients"
}

# A /64 that scans a server's clients asks for three times the relay's rate to that
# server.
test_relay()
{
	local got

	scan n 3
	pause 5
	count_from r
	capture inet r bubbles "src host 198.51.100.1 and udp[40:4] = 1"
	contact h 20 0.5 2
	pause 4
	capture_stop bubbles
	stop scan
	got=$(clients bubbles 2)
	note "20 clients, $got with a bubble; relay: $(counted r)"
	[ "$got" -ge 19 ] || fail "bubbles to $got of 20 clients"
	[[ $(counted r) == *tx_drop_share* ]] || fail "no limit was reached"
}

# flood_server: bubbles of an IPv4 host to the client at a, three times the rate for its
# address
flood_server()
{
	ip_on s1 link set teredo0 type teredo rate 100
	start flood x "$here/helpers/tdinject" --from 198.51.100.66:5000 \
		--to $primary:3544 --count 1000000 --rate 300 \
		bubble 2001:db8:66::1 $A
	pause 2
	count_from s1
}

flood_server_end()
{
	note "server: $(counted s1)"
	[[ $(counted s1) == *rx_drop_share* ]] || fail "no limit was reached"
	stop flood
	ip_on s1 link set teredo0 type teredo rate 1000
}

# All clients behind the flooded client's NAT still get advertisements.
test_advertisements()
{
	local got

	flood_server
	capture inet s1 ra "src host $primary and dst host 192.0.2.10 and greater 120"
	on x "$here/helpers/tdinject" --from $A_AT --to $primary:3544 --count 40 \
		--rate 20 $RS
	capture_stop ra
	got=$(packets ra | wc -l)
	check_equal "advertisements for 40 solicitations" 40 $got
	flood_server_end
}

# The server still forwards another sender's bubbles to the same client.
test_forwarding()
{
	local got

	flood_server
	capture inet s1 fwd "src host $primary and dst host 192.0.2.10"
	on x "$here/helpers/tdinject" --from 198.51.100.1:3545 --to $primary:3544 \
		--count 10 --rate 5 bubble 2001:db8:1::1 $A
	capture_stop fwd
	got=$(payloads fwd | awk '$3 ~ /^0000f22639cc9bfe/ { n++ } END { print n + 0 }')
	check_equal "bubbles of another sender" 10 $got
	flood_server_end
}

# flood_client ARGUMENTS of tdinject...: forge the server's address, for 10 s
flood_client()
{
	count_from a
	start flood x "$here/helpers/tdinject" --from $SERVER --to $A_AT --count 10000 \
		--rate 1000 "$@"
	pause 1.5
}

flood_client_end()
{
	stop flood
	note "client: $(counted a)"
}

# 1000 bubbles per second via the server have one origin.
test_answers()
{
	local got

	flush a
	flood_client --vary ip6 origin 198.51.100.66:9 bubble 2001:db8:77::1 $A
	capture a eth0 answers "dst host 198.51.100.1"
	on x "$here/helpers/tdinject" --from $SERVER --to $A_AT --count 10 --rate 5 \
		origin 198.51.100.1:3545 bubble 2001:db8:1::1 $A
	capture_stop answers
	got=$(packets answers | wc -l)
	flood_client_end
	check_equal "answers to another relay" 10 $got
	[[ $(counted a) == *rx_drop_share* ]] || fail "no limit was reached"
}

# When each bubble has another origin, only a peer that own packets wait for is
# answered.
test_wanted()
{
	local got

	flush a
	flood_client --vary ip6 bubble 2001:0:cb00:7101:0:1234:f300:0 $A
	capture a eth0 answers "dst host 192.0.2.20"
	start ping a ping -6 -n -c 1 -W 5 $B
	pause 0.3
	on x "$here/helpers/tdinject" --from $SERVER --to $A_AT --count 4 --rate 4 \
		origin $B_AT bubble $B $A
	capture_stop answers
	stop ping
	got=$(packets answers | wc -l)
	flood_client_end
	check_equal "our bubble, and four answers" 5 $got
	[[ $(counted a) == *rx_drop_rate* ]] || fail "no limit was reached"
}

# Six relays, or one that forges six addresses, each forward packets of 100 native hosts
# per second. Another relay forwards those of two.
test_tests()
{
	local got i

	flush a
	for i in 1 2 3 4 5 6; do
		start flood$i x "$here/helpers/tdinject" --from 198.51.100.7$i:5000 \
			--to $A_AT --count 10000 --rate 100 --vary ip6 \
			udp6 2001:db8:7$i::1 $A 1 2 1
	done
	pause 1.5
	capture a eth0 tests "dst host $primary and udp[36:4] = 0x00600000"
	for ((i = 1; i <= 10; i++)); do
		on x "$here/helpers/tdinject" --from 198.51.100.1:3545 --to $A_AT \
			udp6 2001:db8:60::$i $A 1 2 1
		pause 0.5
	done
	capture_stop tests
	for i in 1 2 3 4 5 6; do
		stop flood$i
	done
	got=$(payloads tests | awk '{ print substr($3, 49, 32) }' | sort -u | wc -l)
	check_equal "native hosts of another relay that are tested" 10 $got
}

# helper [NONCE]: a control daemon that has sent a solicitation with this nonce
helper()
{
	start helper a "$here/helpers/tdctl" helper teredo0 $primary \
		${RS/0102030405060708/$1}
	check "a helper starts" wait_for 5 grep -q ready "$tmp/helper.log"
}

# advertise COUNT RATE NONCE: forge advertisements of the server
advertise()
{
	on x "$here/helpers/tdinject" --from $SERVER --to $A_AT --count "$1" --rate "$2" \
		auth "$3" origin $A_AT \
		ra fe80::8000:f227:34ff:8efe fe80::ffff:ffff:ffff 2001:0:cb00:7101::
}

# An attacker does not know the nonce. Advertisements that repeat it pass the limit.
test_nonce()
{
	local got

	helper aaaaaaaaaaaaaaaa
	flood_client auth bbbbbbbbbbbbbbbb origin $A_AT \
		ra fe80::8000:f227:34ff:8efe fe80::ffff:ffff:ffff 2001:0:cb00:7101::
	advertise 10 10 aaaaaaaaaaaaaaaa
	flood_client_end
	got=$(grep -c aaaaaaaaaaaaaaaa "$tmp/helper.log")
	stop helper
	check_equal "advertisements with the nonce" 10 $got
	[[ $(counted a) == *rx_drop_rate* ]] || fail "no limit was reached"
}

# An attacker that sees the nonce gains little: 16 replays pass, besides 64 per second.
test_replays()
{
	local got

	helper cccccccccccccccc
	pause 1
	count_from a
	advertise 500 5000 cccccccccccccccc
	pause 0.2
	note "client: $(counted a)"
	got=$(grep -c cccccccccccccccc "$tmp/helper.log")
	stop helper
	check_at_most "advertisements with the nonce" $((16 + 64 + 64)) $got
	[ "$got" -ge $((16 + 64)) ] || fail "only $got with the nonce"
}

modprobe teredo || fail "no module"
internet
ip_on inet route add blackhole default
client a none
client b none
bare_client a $A
teredo_server s1 $primary 203.0.113.2
teredo_relay r 198.51.100.1 3545
add_test "R-29: first bubbles come before repeats" test_repeats
add_test "R-29: a native /64 that scans does not keep others from clients" \
	test_relay
add_test "S-38: a flood of bubbles does not keep advertisements from a client" \
	test_advertisements
add_test "S-12 S-38: a flood of bubbles does not keep other senders out" \
	test_forwarding
add_test "C-58: a flood of one origin does not keep other relays out" \
	test_answers
add_test "C-58: a flood of bubbles does not keep the client from a peer" test_wanted
add_test "C-70 C-122: a flood of unsolicited packets does not keep other relays out" \
	test_tests
add_test "C-27 C-33: advertisements with the client's nonce pass a flood of others" \
	test_nonce
add_test "C-33: replays of a nonce are bounded" test_replays
run_tests
