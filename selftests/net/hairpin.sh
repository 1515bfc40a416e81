#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Two clients behind one home NAT, which supports hairpinning (RFC 4787 6) or not:
#
#   none	no hairpinning
#   rewriting	the source is the mapping of the sender, as REQ-9 demands
#   plain	the source is the inside address of the sender
#
# The clients can use the hairpin option, which tells peers the inside address
# (RFC 6081 5.6), and local-discovery (RFC 4380 5.2.8). lossless.sh has more tests of
# the hairpin option.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# home_nat KIND
home_nat()
{
	local post=''

	on na nft delete table ip hairpin 2> /dev/null
	[ "$1" != none ] || return
	[ "$1" != rewriting ] ||
		post="iifname lan oifname lan ct status dnat snat to ${outside[a]}"
	on na nft -f - <<-EOF
	table ip hairpin {
		chain prerouting {
			type nat hook prerouting priority dstnat - 5;
			iifname lan ip daddr ${outside[a]} dnat ip to udp dport map {
				${port[a]} : 10.1.0.2, ${port[d]} : 10.1.0.3 }
		}
		chain postrouting {
			type nat hook postrouting priority srcnat - 5;
			$post
		}
	}
	EOF
}

# settings HAIRPIN DISCOVERY: set both clients; flush their peers and the NAT's mappings
settings()
{
	local node

	for node in a d; do
		check "off" teredo $node set teredo0 local-discovery off
		check "hairpin $1" teredo $node set teredo0 hairpin "$1"
	done
	on na conntrack -D -d "${outside[a]}" > /dev/null 2>&1
	for node in a d; do
		teredo $node peer flush teredo0
	done
	for node in a d; do
		check "discovery $2" teredo $node set teredo0 local-discovery "$2"
	done
}

# at NODE PEER: the endpoint that NODE uses for the peer
at()
{
	teredo "$1" peer show teredo0 | sed -n "s/.*$2 trusted at \([0-9.:]*\) .*/\1/p"
}

# check_at NODE PEER INSIDE OUTSIDE WHERE
check_at()
{
	local where

	where=$(at "$1" "$2")
	case $5 in
	inside) check_equal "$1: the peer is at" "$3" "$where" ;;
	outside) check_equal "$1: the peer is at" "$4" "$where" ;;
	esac
}

# test_found NAT HAIRPIN DISCOVERY WHERE: each client reaches the other at its inside or
# outside endpoint, or at any of them
test_found()
{
	local a d from

	a=$(teredo_address a) d=$(teredo_address d)
	for from in a d; do
		home_nat "$1"
		settings "$2" "$3"
		if [ $from = a ]; then
			check "a to d" reach a "$d" 10
		else
			check "d to a" reach d "$a" 10
		fi
		check_at a "$d" 10.1.0.3:50000 192.0.2.10:50000 "$4"
		check_at d "$a" 10.1.0.2:40000 192.0.2.10:40000 "$4"
	done
	note < <(teredo a peer show teredo0)
	check "connections" tcp_both_ways a d "$d"
}

# test_lost NAT: the clients have no path to each other, and the application gets an
# error. Without hairpin, a client accepts no peer at a private address.
test_lost()
{
	home_nat "$1"
	settings off off
	on a ping -6 -n -c 1 -W 10 "$(teredo_address d)" > "$tmp/lost" 2>&1 &&
		fail "d is reached"
	check "the application is told" grep -q 'Address unreachable' "$tmp/lost"
}

modprobe teredo || fail "no module"
internet
make_lan
on na sysctl -qw net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.lan.send_redirects=0
teredo_server s1 203.0.113.1 203.0.113.2
client_up a
client_up d

for nat in none plain; do
	add_test "C-80: hairpinning, $nat: no path without other means" test_lost $nat
	add_test "XH-04 XH-09: hairpinning, $nat: at the inside address" \
		test_found $nat on off inside
	add_test "C-69 C-78: hairpinning, $nat: by discovery on the link" \
		test_found $nat off on inside
done
add_test "C-80: hairpinning, rewriting: through the NAT" test_found rewriting off off outside
add_test "XH-04 XH-09: hairpinning, rewriting: with inside addresses as well" \
	test_found rewriting on off any
add_test "C-69 C-78: hairpinning, rewriting: with discovery as well" \
	test_found rewriting off on any
run_tests
