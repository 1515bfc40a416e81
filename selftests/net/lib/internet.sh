#!/bin/bash
# shellcheck disable=SC2154 # variables of lib.sh and its other parts
# SPDX-License-Identifier: GPL-2.0
#
# Part of lib.sh: the Internet of namespaces, its NATs, gateways and delays.

_mac=0

# new_node NODE...
new_node()
{
	local node

	for node; do
		printf 'netns add %s%s\n' "$_prefix" "$node"
		_nodes="$_nodes $node"
	done > "$tmp/batch"
	ip -batch "$tmp/batch" || exit 1
	for node; do
		printf 'link set lo up\n' | ip_on "$node" -batch -
	done
}

# new_link NODE1 DEVICE1 NODE2 DEVICE2
new_link()
{
	local mac

	printf -v mac '02:00:00:00:%02x:%02x' $((_mac >> 8)) $((_mac & 255))
	_mac=$((_mac + 1))
	ip link add name "$2" netns "$_prefix$1" address "$mac" type veth \
		peer name "$4" netns "$_prefix$3" address "$mac" || exit 1
	_link_end "$1" "$2"
	_link_end "$3" "$4"
}

_link_end()
{
	printf 'link set dev %s %s\n' "$2" 'arp off addrgenmode none' "$2" up |
		ip_on "$1" -batch - || exit 1
}

# A veth pair passes packets with checksums still to be computed. A program at the
# other end, unlike a kernel, sees them in this state. Inside a tunnel, they can stay so
# beyond the other end. So nodes that send packets compute checksums.
#
# OFFLOADS in the environment selects the links:
#
#   (empty)	every link of a host or client
#   uplinks	only links to the router "inet": clients behind a NAT and hosts
#		behind r leave checksums and segmentation to the host that
#		forwards for them, as containers and virtual machines do
#   default	none: all links have the offloads that veth has by default
compute_checksums()	# NODE DEVICE
{
	[ "${OFFLOADS:-}" != default ] || return 0
	on "$1" ethtool -K "$2" tx off > /dev/null || exit 1
}

# real_checksums NODE: compute checksums at a node without a link to the router "inet"
real_checksums()
{
	[ "${OFFLOADS:-}" ] || compute_checksums "$1" eth0
}

# host NODE ADDRESS...: a node with these addresses, one link from the router
host()
{
	local node=$1 addr

	shift
	new_node "$node"
	new_link inet "$node" "$node" eth0
	compute_checksums "$node" eth0
	for addr; do
		printf 'addr add %s dev eth0\n' "$addr"
	done | ip_on "$node" -batch - || exit 1
	printf '%s\n' 'route add default dev eth0' \
		'route add ::/0 dev eth0' | ip_on "$node" -batch -
	for addr; do
		printf 'route add %s dev %s\n' "$addr" "$node"
	done | ip_on inet -batch - || exit 1
}

# second_uplink NODE DEVICE ADDRESS: another link to the router, without a route
second_uplink()
{
	new_link inet "$1-$2" "$1" "$2"
	compute_checksums "$1" "$2"
	ip_on "$1" addr add "$3/32" dev "$2" || exit 1
	ip_on inet route replace "$3" dev "$1-$2" || exit 1
}

# internet: create all nodes with public addresses
internet()
{
	new_node inet
	printf '%s\n' 'addr add 198.51.100.254/32 dev lo' \
		'addr add 2001:db8::1/128 dev lo' | ip_on inet -batch -
	on inet sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.conf.default.rp_filter=1 net.ipv6.conf.all.forwarding=1

	host s1 203.0.113.1 203.0.113.2 2001:db8:5::1
	host s2 198.51.100.118 198.51.100.119 2001:db8:6::1
	host r 198.51.100.1 2001:db8:1::1
	host h 198.51.100.7 2001:db8:7::7
	host x 198.51.100.66 2001:db8:66::1

	# every edge except the attacker's drops forged sources
	on inet sysctl -qw net.ipv4.conf.x.rp_filter=0
	ip_on inet -6 route add 2001::/32 dev r

	# the relay is the router of the site that the native host is on
	on r sysctl -qw net.ipv6.conf.all.forwarding=1
	new_node n
	new_link r n n eth0
	real_checksums n
	printf '%s\n' 'addr add 2001:db8:1::10 dev eth0' \
		'route add ::/0 dev eth0' | ip_on n -batch -
	ip_on r route add 2001:db8:1::10 dev n
	ip_on inet route add 2001:db8:1::10 dev r
}

declare -A outside=([a]=192.0.2.10 [b]=192.0.2.20 [c]=192.0.2.30)
declare -A inside=([a]=10.1.0 [b]=10.2.0 [c]=10.3.0)
declare -A port=([a]=40000 [b]=50000 [c]=60000)

# client NODE KIND: a node behind a NAT of its own, see set_nat
client()
{
	local node=$1 nat=n$1

	new_node "$node" "$nat"
	new_link inet "$nat" "$nat" wan
	new_link "$nat" lan "$node" eth0
	real_checksums "$node"
	[ ! "${OFFLOADS:-}" ] || compute_checksums "$nat" wan
	on "$nat" sysctl -qw net.ipv4.ip_forward=1
	ip_on inet route add "${outside[$node]}" dev "$nat"
	set_nat "$node" "$2"
}

declare -A _nat=()

# nat_forgets NODE: flush all connection tracking entries of its NAT
nat_forgets()
{
	on "$1" conntrack -F > /dev/null 2>&1 || fail "conntrack -F fails at $1"
}

# forget_mappings CLIENT
forget_mappings()
{
	[ "${_nat[$1]}" != none ] || return
	nat_forgets "n$1"
	case ${_nat[$1]} in
	ar) on "n$1" nft flush set ip nat seen ;;
	pp_sym) on "n$1" nft flush set ip nat used ;;
	esac
}

# set_nat CLIENT KIND: change the NAT in front of a client. The NAT loses all
# mappings. Kinds, by their treatment of the client's service port:
#
#   none	no NAT, the client itself has the public address
#   cone	one mapping, no filter
#   ar		one mapping, filter by address
#   pr		one mapping, filter by address and port
#   pp_sym	first destination keeps the port, others get random ones; as pr
#   symrnd	a random port for every destination; as pr
#   seq	ports in sequence; as pr
#   addrsym	address and port differ by destination; as pr
#
# All except none drop unsolicited packets, as home routers do. Otherwise a
# packet that comes in before the client's own leaves a conntrack entry on the
# NAT, and the client's packet then gets another port.
set_nat()
{
	local node=$1 nat=n$1 kind=$2
	local out=${outside[$1]} in=${inside[$1]} p=${port[$1]}
	local decls='' pre='' post='' forward='' i map

	if [ "${_nat[$node]:-}" = "$kind" ]; then
		forget_mappings "$node"
		return
	fi
	_nat[$node]=$kind
	printf '%s\n' 'addr flush dev eth0' | ip_on "$node" -batch -
	if [ "$kind" = none ]; then
		on "$nat" nft flush ruleset
		printf '%s\n' 'addr flush dev lan' 'addr flush dev wan' \
			"route replace $out dev lan" \
			'route replace default dev wan' |
			ip_on "$nat" -batch - || exit 1
		printf '%s\n' "addr add $out dev eth0" \
			'route replace default dev eth0' |
			ip_on "$node" -batch - || exit 1
		return
	fi

	case $kind in
	cone|ar)
		post="udp sport $p snat to $out:$p; masquerade"
		pre="udp dport $p dnat to $in.2:$p"
		if [ "$kind" = ar ]; then
			decls='set seen { type ipv4_addr; flags dynamic,timeout;
				timeout 300s; }'
			forward='oifname wan update @seen { ip daddr }'
			pre="ip saddr @seen $pre"
		fi
		;;
	pr)
		post=masquerade
		;;
	pp_sym)
		decls='set used { type inet_service; flags dynamic; }'
		post='udp sport @used masquerade fully-random
			add @used { udp sport } masquerade'
		;;
	symrnd)
		post='masquerade fully-random'
		;;
	seq)
		# a map, since "numgen ... offset" swaps the octets of its result
		for ((i = 0; i < 1000; i++)); do
			map="$map${map:+, }$i : $((p + 1000 + i))"
		done
		post="meta l4proto udp snat ip to $out : numgen inc mod 1000 map { $map }
			masquerade"
		;;
	addrsym)
		for ((i = 0; i < 4; i++)); do
			map="$map${map:+, }$i : ${out%.*}.$((${out##*.} + i))"
		done
		post="meta l4proto udp snat to jhash ip daddr . udp dport mod 4 map { $map } fully-random
			masquerade"
		;;
	*)
		fail "no such NAT: $kind"
		exit 1
		;;
	esac
	printf '%s\n' "addr flush dev lan" "addr flush dev wan" \
		"route flush $out" "addr add $out dev wan" \
		"addr add $in.1/24 dev lan" "route replace default dev wan" |
		ip_on "$nat" -batch - || exit 1
	if [ "$kind" = addrsym ]; then
		for ((i = 1; i < 4; i++)); do
			ip_on inet route replace "${out%.*}.$((${out##*.} + i))" \
				dev "$nat"
		done
	fi
	on "$nat" nft -f - <<-EOF || exit 1
	flush ruleset
	table ip nat {
		$decls
		chain prerouting {
			type nat hook prerouting priority dstnat;
			${pre:+iifname wan $pre}
		}
		chain postrouting {
			type nat hook postrouting priority srcnat;
			oifname != wan accept
			$post
		}
		chain forward {
			type filter hook forward priority filter;
			$forward
		}
		chain input {
			type filter hook input priority filter;
			iifname wan meta l4proto udp drop
		}
	}
	EOF
	forget_mappings "$node"
	printf '%s\n' "addr add $in.2/24 dev eth0" \
		"route replace default via $in.1 dev eth0" |
		ip_on "$node" -batch - || exit 1
}

# attach GATE DEVICE NODE ADDRESS VIA [NODE-DEVICE]: link GATE to NODE, and give NODE the
# ADDRESS
attach()
{
	local dev=${6:-eth0}

	new_link "$1" "$2" "$3" "$dev"
	[ "$dev" != eth0 ] || real_checksums "$3"
	ip_on "$1" route add "$4" dev "$2" || exit 1
	printf '%s\n' "addr add $4/32 dev $dev" "route add $5 dev $dev" \
		"route add default via $5" | ip_on "$3" -batch - || exit 1
}

# on_lan NODE NUMBER: attach the node at 10.1.0.NUMBER to a's network, which is a bridge
on_lan()
{
	local node=$1 n=$2 nat=na

	ip link add "p$node" netns "$(netns "$nat")" type veth peer name eth0 \
		netns "$(netns "$node")" address "02:01:00:00:00:0$n" || exit 1
	ip_on "$nat" link set "p$node" master lan up
	on "$node" sysctl -qw net.ipv4.igmp_link_local_mcast_reports=0
	# disable automatic addresses first, as the link would carry packets for them
	printf '%s\n' 'link set eth0 addrgenmode none' 'link set eth0 up' \
		"addr add 10.1.0.$n/24 dev eth0" \
		'route add default via 10.1.0.1 dev eth0' |
		ip_on "$node" -batch - || exit 1
	neighbours "$node" eth0
	real_checksums "$node"
}

# neighbours NODE DEVICE: resolve all addresses in advance, so that only the traffic
# under test is counted
neighbours()
{
	local i

	for i in 1 2 3 9; do
		printf 'neigh replace 10.1.0.%s lladdr 02:01:00:00:00:0%s dev %s\n' \
			"$i" "$i" "$2"
	done | ip_on "$1" -batch -
}

# make_lan: a network of clients a and d behind the NAT of a, and of a host w
make_lan()
{
	port[d]=50000 inside[d]=10.1.0
	new_node a na d w
	new_link inet na na wan
	ip_on na link add lan address 02:01:00:00:00:01 type bridge mcast_snooping 0
	ip_on na link set lan addrgenmode none
	ip_on na link set lan up
	on na sysctl -qw net.ipv4.ip_forward=1
	ip_on inet route add 192.0.2.10 dev na
	on_lan a 2
	on_lan d 3
	on_lan w 9
	set_nat a pr
	neighbours a eth0
	neighbours na lan
}

# link_delay NODE TIME: delay in each direction between a host, or a client's NAT, and
# the router. A delay of r also applies to n.
link_delay()
{
	local node=$1 dev=eth0

	[ ! -e "/run/netns/${_prefix}n$1" ] || node=n$1 dev=wan
	{
		tc -n "$_prefix$node" qdisc replace dev $dev root netem delay "$2" &&
			tc -n "${_prefix}inet" qdisc replace dev "$node" root \
				netem delay "$2"
	} || fail "no delay at $1"
}

# path_delay NODE DEVICE SERVER DIRECT: delay of packets that leave there, in ms: SERVER
# for packets to s1, DIRECT for all others
path_delay()
{
	local tc=(tc -n "$_prefix$1")

	"${tc[@]}" qdisc del dev "$2" root 2> /dev/null
	"${tc[@]}" qdisc add dev "$2" root handle 1: prio bands 2 \
		priomap 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 || exit 1
	"${tc[@]}" qdisc add dev "$2" parent 1:1 netem delay "$3ms" || exit 1
	"${tc[@]}" qdisc add dev "$2" parent 1:2 netem delay "$4ms" || exit 1
	"${tc[@]}" filter add dev "$2" parent 1: protocol ip u32 \
		match ip src 203.0.113.0/24 flowid 1:1 || exit 1
}

# gateway CLIENT [LINE]...: the client's NAT forwards ports on request, to all peers or
# as the lines of miniupnpd's configuration say; by NAT-PMP, too, unless natpmp=no.
# The NAT needs an external address outside of the documentation ranges, which
# miniupnpd does not accept as public.
gateway()
{
	local nat=n$1 in=${inside[$1]}

	on "$nat" nft -f - <<-EOF
	table inet upnp {
		chain prerouting { }
		chain postrouting { }
		chain forward { }
		chain pre {
			type nat hook prerouting priority dstnat - 10;
			jump prerouting
		}
	}
	EOF
	shift
	{
		printf '%s\n' ext_ifname=wan listening_ip=lan http_port=5000 \
			enable_upnp=yes "enable_natpmp=${natpmp:-yes}" \
			upnp_table_name=upnp upnp_nat_table_name=upnp \
			upnp_forward_chain=forward upnp_nat_chain=prerouting \
			upnp_nat_postrouting_chain=postrouting \
			uuid=00000000-0000-0000-0000-000000000000 "$@" \
			"allow 1024-65535 $in.0/24 1024-65535" \
			'deny 0-65535 0.0.0.0/0 0-65535'
	} > "$tmp/$nat-upnpd.conf"
	start "$nat-upnpd" "$nat" miniupnpd -d -f "$tmp/$nat-upnpd.conf" \
		-P "$tmp/$nat-upnpd.pid"
	wait_for 10 tcp_listening "$pid" 5000 || {
		fail "miniupnpd does not start on $nat"
		note < "$tmp/$nat-upnpd.log"
	}
}

gateway_down()
{
	stop "n$1-upnpd"
	on "n$1" nft delete table inet upnp
}
