#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Two clients behind the same NAT: no packet is lost during hole punching, whatever the
# delay of the server and of the direct path. The first reply needs no more round trips
# than the protocol does. nat-pairs.sh has the pairs of different NATs.
# timeout: 600

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

declare -A addr=()

# inner_client NODE OUT PORT LOCAL NAT [UPNP]: without teredod, mapped to this port of
# 192.0.2.OUT; NAT and UPNP as for tdctl
inner_client()
{
	port[$1]=$3
	addr[$1]=$(printf '2001:0:cb00:7101:0:%x:3fff:%x' $((0xffff ^ $3)) \
		$((0xfdff ^ $2)))
	on "$1" "$here/helpers/tdctl" bare teredo0 "$3" "${addr[$1]}" || exit 1
	on "$1" "$here/helpers/tdctl" up teredo0 "${addr[$1]}" 0 "$4" "$5" ${6:+"$6"}
	printf '%s\n' "addr add ${addr[$1]}/32 dev teredo0 nodad" \
		'route add default dev teredo0' | ip_on "$1" -6 -batch - || exit 1
}

# gate NODE [FORWARD [HAIRPIN]]: its NAT preserves ports. FORWARD has elements "PORT :
# ADDRESS" of ports that are forwarded from outside. With HAIRPIN they are forwarded
# from inside, too, with the mapped endpoint as source.
gate()
{
	local node=$1 pre='' post='' out

	out=$(ip_on "$node" -4 -o addr show dev wan |
		sed -n 's,.* inet \([^/ ]*\).*,\1,p')
	[ ! "${2:-}" ] || pre="iifname wan dnat to udp dport map { $2 }"
	[ ! "${3:-}" ] || {
		pre="ip daddr $out dnat to udp dport map { $2 }"
		post="ct status dnat ct original ip daddr $out ip saddr != 203.0.113.0/24 snat to $out"
	}
	on "$node" nft -f - <<-EOF || exit 1
	flush ruleset
	table ip nat {
		chain prerouting {
			type nat hook prerouting priority dstnat;
			$pre
		}
		chain postrouting {
			type nat hook postrouting priority srcnat;
			oifname wan masquerade
			$post
		}
		chain input {
			type filter hook input priority filter;
			meta l4proto udp drop
		}
	}
	EOF
	nat_forgets "$node"
}

# forget_all GATES NODE...: flush mappings of the NATs and peers of the clients
forget_all()
{
	local gates=$1 node

	shift
	for node; do
		teredo "$node" peer flush teredo0
	done
	for node in $gates; do
		nat_forgets "$node"
	done
}

# ping_first NAME FROM TO
ping_first()
{
	start "$1" "$2" ping -6 -n -c 30 -i 0.02 -W 2 "${addr[$3]}"
}

# complete NAME WHAT MS: all pings were answered
# Return: false if the first reply took longer than MS, with its time in $late
complete()
{
	local first most=$(($3 * ${SLOW:-1}))

	wait "${_pids[$1]}"
	unset "_pids[$1]"
	first=$(sed -n 's/.*icmp_seq=1 .* time=\([0-9]*\).*/\1/p' "$tmp/$1.log")
	grep -q ' 0% packet loss' "$tmp/$1.log" ||
		fail "$2: $(grep transmitted "$tmp/$1.log")"
	[ "$first" ] && [ "$first" -le "$most" ] && return
	late="$2: ${first:-no} ms to the first reply, at most $most"
	return 1
}

# in_time COMMAND...: up to three attempts, as in nat-pairs.sh. Bubbles that cross on the path
# can cost another one-way delay, and CPU load adds to the time. A lost packet fails
# at once.
in_time()
{
	local i

	for i in 1 2 3; do
		"$@" && return
		note "late: $late"
	done
	fail "$late"
}

# Data follows the nonce, which makes the round trip via the server, or the peer's
# bubble, if that comes later. The test bed adds up to 60 ms: three queues with a
# clock of 4 ms, and program starts under emulation. So one more one-way delay of
# 100 ms is detected.
needed()
{
	local w=$1 d=$2

	printf '%s\n' $(((2 * w > w + d ? 2 * w : w + d) + 2 * d + 80))
}

# from_one GATES A B MS WHAT: A sends to B
from_one()
{
	forget_all "$1" "$2" "$3"
	ping_first one "$2" "$3"
	complete one "$2 to $3, $5" "$4"
}

# from_both GATES A B MS WHAT: both send at once
from_both()
{
	local ret=0

	forget_all "$1" "$2" "$3"
	ping_first one "$2" "$3"
	ping_first two "$3" "$2"
	complete one "both, $2, $5" "$4" || ret=1
	complete two "both, $3, $5" "$4" || ret=1
	return "$ret"
}

# try_lossless GATES A B SERVER DIRECT: in each direction, then in both at once
try_lossless()
{
	local ms what="server $4 ms, direct $5 ms"

	ms=$(needed "$4" "$5")
	in_time from_one "$1" "$2" "$3" "$ms" "$what"
	in_time from_one "$1" "$3" "$2" "$ms" "$what"
	in_time from_both "$1" "$2" "$3" "$ms" "$what"
}

# test_lossless GATES DEVICES A B: with all delays, set at DEVICES, each
# GATE/DEVICE
test_lossless()
{
	local server direct dev

	for server in 0 20 100; do
		for direct in 0 20 100; do
			for dev in $2; do
				path_delay "${dev%/*}" "${dev#*/}" "$server" "$direct"
			done
			try_lossless "$1" "$3" "$4" "$server" "$direct"
		done
	done
}

# at NODE PEER ENDPOINT
at()
{
	[[ $(teredo "$1" peer show teredo0) == *" at $3 "* ]] ||
		fail "$2 is not at $3: $(teredo "$1" peer show teredo0)"
}

test_connect()
{
	local start took

	gate g "$lan"
	path_delay g p 100 0
	path_delay g q 100 0
	forget_all g p q
	start tcp-server q timeout 20 busybox nc -l -p 5001 -e true
	wait_for 5 tcp_listening "$pid" 5001
	start=$(now_ms)
	check "connected" on p timeout 10 bash -c "exec 3<> /dev/tcp/${addr[q]}/5001"
	took=$(($(now_ms) - start))
	stop tcp-server
	note "connect takes $took ms"
	check_at_most "no SYN is repeated" $((700 * ${SLOW:-1})) "$took"
}

test_lan()
{
	gate g "$lan" && test_lossless g 'g/p g/q' p q
	at p q 10.51.1.200:60386
}

test_lan_hairpin()
{
	gate g "$lan" hairpin && test_lossless g 'g/p g/q' p q
	gate g "$lan"
}

# homes [HAIRPIN]: two home NATs behind one more NAT
homes()
{
	gate c '40001 : 100.64.0.1, 40002 : 100.64.0.2' "${1:-}"
	gate g1 '40001 : 10.1.0.2'
	gate g2 '40002 : 10.2.0.2'
}

test_homes()
{
	homes && test_lossless 'c g1 g2' 'c/g1 c/g2' u v
}

test_homes_hairpin()
{
	homes hairpin && test_lossless 'c g1 g2' 'c/g1 c/g2' u v
}

# One of the inner NATs forwards a port to its client, for the server only. The client is
# reached there and via the outer NAT. The path of the packets is in no address list.
test_homes_half()
{
	gate g2
	on g2 nft add rule ip nat prerouting iifname wan ip saddr 203.0.113.0/24 \
		udp dport 40002 dnat to 10.2.0.2
	on v "$here/helpers/tdctl" up teredo0 "${addr[v]}" 0 10.2.0.2 2
	test_lossless 'c g1 g2' 'c/g1 c/g2' u v
}

modprobe teredo || fail "no module"
internet
teredo_server s1 203.0.113.1 203.0.113.2

new_node g p q
new_link inet g g wan
ip_on inet route add 192.0.2.50 dev g
printf '%s\n' 'addr add 192.0.2.50/32 dev wan' 'route add default dev wan' |
	ip_on g -batch -
on g sysctl -qw net.ipv4.ip_forward=1
attach g p p 10.51.1.79 10.51.1.1
attach g q q 10.51.1.200 10.51.1.1
lan='53095 : 10.51.1.79, 60386 : 10.51.1.200'
gate g
inner_client p 50 53095 10.51.1.79 2
inner_client q 50 60386 10.51.1.200 2

new_node c g1 g2 u v
new_link inet c c wan
ip_on inet route add 192.0.2.60 dev c
printf '%s\n' 'addr add 192.0.2.60/32 dev wan' 'route add default dev wan' |
	ip_on c -batch -
for i in 1 2; do
	new_link c g$i g$i wan
	ip_on c route add 100.64.0.$i dev g$i
	printf '%s\n' "addr add 100.64.0.$i/32 dev wan" 'route add default dev wan' |
		ip_on g$i -batch -
	on g$i sysctl -qw net.ipv4.ip_forward=1
done
on c sysctl -qw net.ipv4.ip_forward=1
attach g1 lan u 10.1.0.2 10.1.0.1
attach g2 lan v 10.2.0.2 10.2.0.1
homes
inner_client u 60 40001 10.1.0.2 2 100.64.0.1:40001
inner_client v 60 40002 10.2.0.2 2 100.64.0.2:40002

add_test "XH-04 XH-09: two on one network lose nothing" test_lan
add_test "XH-04 XH-09: and no SYN" test_connect
add_test "XH-04 XH-09: nor if the NAT supports hairpinning" test_lan_hairpin
add_test "XH-05 XH-09: nor below a NAT of their own each, and another one" test_homes
add_test "XH-05 XH-09: nor if the outer NAT supports hairpinning" test_homes_hairpin
add_test "XH-05 XH-09: nor if only one has a forwarded port" test_homes_half
run_tests
