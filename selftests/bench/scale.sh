#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: scaling of a relay with the number of its peers. Memory per peer, cost of a
# packet when each goes to another peer, cost of a new peer with room in the table and when
# another peer must be evicted, and a dump of all peers under traffic.
#
# The peers do not exist: the next router drops the relay's packets to them. A generator
# in the kernel (pktgen) on a native host sends to them. On a machine that counts
# instructions (selftests/vm/run -c 1), one instruction is one nanosecond.
#
# usage: scale.sh COUNT SIZE...		packets per measurement; numbers of peers,
#					ascending
#
# Prints these lines, with NS per packet, new peer or dumped peer:
#   peers N memory BYTES-PER-PEER
#   packet N via|direct NS arrived OF	by a route with or without a gateway
#   new N room|full NS made OF
#   dump N NS read OF packets OF

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

count=$1
shift
sizes=("$@")
largest=${sizes[-1]}

# Clients of the server at port 40000, with consecutive last 32 bits, which are their
# inverted IPv4 addresses; and others, with servers of their own
site=2001:0:cb00:7101:0:63bf
table=$site:f000:0
unsolicited=('dst6_min 2001:0:c00:0:0:63bf:f200:0'
	'dst6_max 2001:0:cff:ffff:0:63bf:f2ff:ffff')

# kernel_bytes: memory of the kernel itself
kernel_bytes()
{
	awk '/^(Slab|VmallocUsed|Percpu):/ { sum += $2 }
		END { print sum * 1024 }' /proc/meminfo
}

# random_in COUNT: lines for the generator, with destinations among the first of the
# table; their number is the largest power of two that is not more than COUNT
random_in()
{
	local n=1

	while [ $((n * 2)) -le "$1" ]; do
		n=$((n * 2))
	done
	printf 'dst6_min %s\n' "$table"
	printf 'dst6_max %s:%x:%x\n' "$site" $((0xf000 | (n - 1) >> 16)) \
		$(((n - 1) & 0xffff))
}

# to NODES...: generate packets, with lines from standard input
to()
{
	local lines

	mapfile -t lines
	generate n "$@" "${lines[@]}"
}

# way via|direct: set the route to the clients
way()
{
	local gateway=()

	[ "$1" = direct ] || gateway=(via fe80::1)
	ip_on r -6 route replace 2001::/32 "${gateway[@]}" dev teredo0
}

# grow N FROM: grow the table from FROM to N peers
grow()
{
	local memory first

	memory=$(kernel_bytes)
	printf -v first '%s:%x:%x' $site $((0xf000 + ($2 >> 16))) \
		$(($2 & 0xffff))
	on r "$bench/tdpeers" fill teredo0 "$first" $(($1 - $2)) || exit 1
	pause 1		# until the table has grown and freed memory is free
	printf 'peers %d memory %d\n' "$1" \
		$((($(kernel_bytes) - memory) / ($1 - $2)))
}

# measure_packet N via|direct
measure_packet()
{
	local before ns

	way "$2"
	# once before the measurement, to fill route caches
	random_in "$1" | to "$count" 128 > /dev/null
	before=$(received inet)
	ns=$(random_in "$1" | to "$count" 128)
	printf 'packet %d %s %d %d %d\n' "$1" "$2" $((ns / count)) \
		$(($(received inet) - before)) "$count"
}

# measure_new LABEL: each packet has a new destination
measure_new()
{
	local before ns

	before=$(counter r teredo0 tx_bubbles)
	ns=$(generate n "$count" 128 "${unsolicited[@]}")
	printf 'new %d %s %d %d %d\n' "$largest" "$1" $((ns / count)) \
		$(($(counter r teredo0 tx_bubbles) - before)) "$count"
}

# measure_dump: first without traffic, then with 5000 packets per second
measure_dump()
{
	local before ns read sent=$((largest / 100))

	ns=$(worked)
	on r "$bench/tdpeers" dump teredo0 > /dev/null
	ns=$(($(worked) - ns))
	before=$(received inet)
	(random_in "$largest"; echo 'delay 200000') | to $sent 128 > /dev/null &
	read=$(on r "$bench/tdpeers" dump teredo0)
	wait $!
	printf 'dump %d %d %d %d %d %d\n' "$largest" $((ns / largest)) \
		"$read" "$largest" $(($(received inet) - before)) $sent
}

modprobe -q pktgen
modprobe teredo
internet
teredo_relay r 198.51.100.1 3545 max_peers $((largest + count)) || exit 1
sink inet 'ip daddr 12.0.0.0/6'

# as at any site, a router connects to the IPv4 Internet
ip_on r route replace default via 198.51.100.254 dev eth0 onlink

from=0
for n in "${sizes[@]}"; do
	grow "$n" "$from"
	from=$n
	measure_packet "$n" direct
	measure_packet "$n" via
done
measure_dump
measure_new room
ip_on r link set teredo0 type teredo max_peers "$largest"
# The oldest peers may have route caches, see TEREDO_CACHED_PEERS; most have none.
measure_new full > /dev/null
measure_new full
