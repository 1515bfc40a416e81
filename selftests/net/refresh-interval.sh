#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Refresh interval determination (RFC 4380 5.2.7) behind three NATs: a's has a timeout of
# 50 s, b's of 300 s, and c's drops packets from other ports than the service port. The
# three run in parallel, and take minutes of real time.
# timeout: 700
# set: long

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

declare -A second=()		# ports

# forgets NODE SECONDS: set the UDP timeout of its NAT
forgets()
{
	on "n$1" sysctl -qw net.netfilter.nf_conntrack_udp_timeout=$2 \
		net.netfilter.nf_conntrack_udp_timeout_stream=$2
}

determine()
{
	printf '%s\n' '[client]' 'server = 203.0.113.1/203.0.113.2' \
		'refresh = determine' '[device]' "port = ${port[$1]}" \
		> "$tmp/determine-$1.conf"
	client_up $1 --config "$tmp/determine-$1.conf"
}

# Sockets of the kernel have no process.
second_port()
{
	must on "$1" ss -uanpH | sed -n 's/.*:\([0-9]*\) .*teredod.*/\1/p'
}

# shows NODE REFRESH STATE [CANDIDATE MAXIMUM], in milliseconds
shows()
{
	local json want

	json=$(teredo $1 -j show teredo0)
	want="\"refresh_ms\":$2,"
	[[ $json == *"$want"* ]] || return 1
	want="\"determination\":{\"state\":\"$3\""
	[ -z "${4:-}" ] || want="$want,\"candidate_ms\":$4,\"maximum_ms\":$5"
	[[ $json == *"$want}"* ]]
}

# check_shows WHAT NODE...: now or within a short time
check_shows()
{
	local what=$1

	shift
	wait_for 3 shows "$@" || {
		fail "$what: not $*"
		teredo $1 -j show teredo0 | note
	}
}

# at SECONDS: wait until so many seconds after the second ports are qualified. Do not
# poll: it would keep the machine from being idle, and emulated ones are slow.
at()
{
	local left=$((begun + $1 * 1000 - $(now_ms)))

	[ $left -le 0 ] || pause $((left / 1000)).$((left % 1000 / 100))
}

# sends NAME [FILTER]: time, source port, destination, type or next header
sends()
{
	local name=$1

	shift
	decode "$name" -T fields -e frame.time_epoch -e udp.srcport -e ip.dst \
		-e udp.dstport -e icmpv6.type -e ipv6.nxt -e ipv6.dst "$@"
}

test_default()
{
	client_up a
	check_equal "a second port" "" "$(second_port a)"
	client_down a
}

# The second port is qualified right after the service port, with both server addresses.
test_begin()
{
	local node

	for node in a b c; do
		capture $node eth0 $node udp
	done
	for node in a b; do
		determine $node
		check_shows "it begins" $node 30000 running 60000 120000
		second[$node]=$(second_port $node)
	done
	begun=$(now_ms)
	[ "${second[a]}" ] || fail "a has no second port"
	# the next mapping of the second port gets another port number
	on na nft insert rule ip nat postrouting oifname wan \
		udp sport "${second[a]}" snat to 192.0.2.10:41000
	check_equal "how it is shown" "30 seconds (determination running)" \
		"$(teredo a show teredo0 |
			sed -n 's/.*client refresh interval *\(.*running)\).*/\1/p')"
	on nc nft -f - <<-EOF
	table ip block {
		chain forward {
			type filter hook forward priority filter;
			iifname lan meta l4proto udp udp sport != ${port[c]} drop
		}
	}
	EOF
	determine c
	check_shows "it begins" c 30000 running
}

# Unexpected packets at the second port cause no reply and no event.
test_other()
{
	local inner part

	inner=$(teredo_address b)
	capture b eth0 other -Q out udp src port ${second[b]}
	count_from b
	for part in "echo-request 2001:db8:1::10 $inner 7 1 00" \
			"bubble $(teredo_address a) $inner" \
			"origin 192.0.2.10:40000 bubble $(teredo_address a) $inner" \
			'0001' 'ff'; do
		on s1 "$here/helpers/tdinject" --from 203.0.113.1:3544 \
			--to 192.0.2.20:${second[b]} $part
	done
	pause 0.5
	capture_stop other
	check_equal "sent from there" 0 "$(packets other | wc -l)"
	check_equal "counters of the device" "" \
		"$(counted b | tr ' ' '\n' | grep -v _control)"
	shows b 30000 running 60000 120000 || fail "something has changed"
}

test_blocked()
{
	at 25
	check_shows "it fails" c 30000 failed
	check_equal "the second port" "" "$(second_port c)"
	check "and the client works" reach c 2001:db8:1::10 1
}

# Timeout of 50 s: candidates of 60 s and 52.5 s fail, 45 s succeeds.
test_short()
{
	at 71
	check_shows "60 s fail" a 30000 running 45000 60000
	at 118
	check_shows "45 s do not" a 45000 running 52500 60000
	at 183
	check_shows "52.5 s fail" a 45000 'done'
	check_equal "the second port" "" "$(second_port a)"
	check_equal "how it is shown" "45 seconds (determination done)" \
		"$(teredo a show teredo0 |
			sed -n 's/.*client refresh interval *\(.*done)\).*/\1/p')"
}

# Timeout of 300 s: the determination goes on while it can gain time.
test_long()
{
	shows b 90000 running 105000 120000 || {
		fail "not 60 s, then 90 s, then 105 s"
		teredo b -j show teredo0 | note
	}
	[ "$(second_port b)" = "${second[b]}" ] || fail "another second port"
}

# all packets on the wire during the tests above
test_wire()
{
	local port2=${second[a]}

	at 260
	capture_stop a
	sends a -Y "ip.src==10.1.0.2" > "$tmp/sends"
	check_equal "solicitations at the start" \
		"40000 203.0.113.1 40000 203.0.113.2 $port2 203.0.113.1 $port2 203.0.113.2 " \
		"$(awk '$5 == 133 { printf "%s %s ", $2, $3 }' "$tmp/sends" |
			cut -d ' ' -f 1-8) "
	awk '$5 == 133 { t[++n] = $1 }
		END { exit n < 4 || t[4] - t[1] > 1 }' "$tmp/sends" ||
		fail "the second ones take their time"
	# bubbles have no ICMPv6 type, so the next header comes first
	check_equal "bubbles via the server, from the service port" \
		'4 1 4 ' "$(awk '$5 == 59 && $2 == 40000 {
			if ($3 != "203.0.113.1" || $4 != 3544)
				print "wrong:", $0
			if (n && $1 - last > 3) {
				printf "%d ", n
				n = 0
			}
			n++
			last = $1 }
			END { printf "%d ", n }' "$tmp/sends")"
	check_equal "two seconds between them, and the waits before" \
		'60 2 2 2 45 52 2 2 2 ' "$(awk -v second=$port2 '
			$5 == 59 { printf "%d ", $1 - last + 0.2 }
			$5 == 59 || $2 == second { last = $1 }' "$tmp/sends")"
	# After each candidate except the last, maintenance of the second port finds
	# another mapped port, after the first candidate.
	check_equal "solicitations of the second port, after each candidate" \
		'2 2 1 ' "$(awk -v second=$port2 '
			$5 == 133 && $2 == second { n++ }
			$5 == 59 && $2 == 40000 && n {
				printf "%d ", n
				n = 0 }' "$tmp/sends")"
	check_equal "port in the addresses that the bubbles are for" \
		"$(printf '%x ' $((port2 ^ 0xffff)) $((41000 ^ 0xffff)))" \
		"$(awk '$5 == 59 { split($NF, part, ":"); print part[6] }' \
			"$tmp/sends" | uniq | tr '\n' ' ')"
	# each after 75 to 100 % of the known interval
	awk '$5 == 133 && $2 == 40000 && $3 == "203.0.113.1" {
		if (last)
			print $1 - last
		last = $1 }' "$tmp/sends" > "$tmp/refreshed"
	note "maintenance after: $(tr '\n' ' ' < "$tmp/refreshed")"
	awk 'NR <= 3 && ($1 < 22.4 || $1 > 30.6) { bad = 1 }
		$1 > 45.6 { bad = 1 }
		$1 > 31 { longer++ }
		END { exit bad || longer < 2 }' "$tmp/refreshed" ||
		fail "not each 22.5 to 30 s, then 33.75 to 45 s"
	check "the client works" reach a 2001:db8:1::10 1
}

# On another network, the interval found before is invalid.
test_again()
{
	ip_on a link set eth0 down
	pause 2
	check_equal "the second port without a link" "" "$(second_port a)"
	printf '%s\n' 'link set eth0 up' \
		'route replace default via 10.1.0.1 dev eth0' | ip_on a -batch -
	pause 3
	check_shows "begun again" a 30000 running 60000 120000
	client_down a
	check_equal "the second port" "" "$(second_port a)"
}

modprobe teredo || fail "no module"
internet
for node in a b c; do
	client $node pr
done
forgets a 50
forgets b 300
services

add_test "C-98: without configuration there is no second port" test_default
add_test "C-98 C-99 C-101: a second port, qualified after the first one" test_begin
add_test "C-106 P-02: nothing else is done by it" test_other
add_test "C-100: without a second address the interval stays" test_blocked
add_test "C-101 C-102 C-104 C-106: a NAT that forgets after 50 s" test_short
add_test "C-103 D-12: a NAT that remembers" test_long
add_test "C-99 C-102 C-105: what is sent, and when" test_wire
add_test "C-98: another network" test_again

run_tests
