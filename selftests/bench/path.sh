#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: what a packet costs on its way from a native host through a
# tunnel to a node with a public IPv4 address, for our tunnel and the kernel's
# others on the same path. A generator in the kernel (pktgen) sends on n, r
# encapsulates, two routers forward, a decapsulates and drops.
#
# usage: path.sh COUNT SIZE TYPE...	TYPE: plain sit fou gue vxlan geneve
#					wireguard teredo miredo
#
# Prints "TYPE packets-received nanoseconds-per-packet" for each. On a machine
# that counts instructions (selftests/vm/run -c 1) a nanosecond is one. For a
# tunnel in userspace the packets are spaced, so that it keeps up, and the time
# the machine is idle does not count.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

count=$1 size=$2
shift 2
inner=2001:db8:a::1		# what is behind the tunnel on a

# tunnel TYPE SIDE DEVICE OPTIONS: on both ends, "l" and "p" stand for the
# addresses as they are on that side
tunnel()
{
	local kind=$1 side

	shift
	for side in r a; do
		local l=198.51.100.1 p=192.0.2.10
		# shellcheck disable=SC2034 # used by what is evaluated
		[ $side = r ] || l=192.0.2.10 p=198.51.100.1
		eval "ip_on $side link add tun0 type $kind $*" || return
		ip_on $side link set tun0 mtu 1280 up
	done
}

via_tun0()
{
	ip_on r -6 route replace $inner dev tun0 "$@" &&
		ip_on a -6 route replace default dev tun0 "${@/e::2/e::1}"
}

# encapsulation of sit in UDP by fou or gue
sit_in_udp()
{
	local side

	for side in r a; do
		# shellcheck disable=SC2086 # words
		on $side ip fou add port 5555 $1
	done
	# shellcheck disable=SC2016 # expanded on each side
	tunnel sit 'local $l remote $p encap' "$2" \
		'encap-sport 5555 encap-dport 5555 encap-csum' && via_tun0
}

# between Ethernet devices there is a neighbour to find
ethernet()
{
	ip_on r -6 addr add 2001:db8:e::1/64 dev tun0 nodad
	ip_on a -6 addr add 2001:db8:e::2/64 dev tun0 nodad
	via_tun0 via 2001:db8:e::2
}

wireguard()
{
	local key_r key_a

	key_r=$(wg genkey) key_a=$(wg genkey)
	tunnel wireguard || return
	on r wg set tun0 listen-port 5555 private-key <(echo "$key_r") \
		peer "$(wg pubkey <<< "$key_a")" endpoint 192.0.2.10:5555 \
		allowed-ips ::/0 &&
	on a wg set tun0 listen-port 5555 private-key <(echo "$key_a") \
		peer "$(wg pubkey <<< "$key_r")" endpoint 198.51.100.1:5555 \
		allowed-ips ::/0 && via_tun0
}

# The client comes first, so that the relay finds it.
teredo()
{
	teredo_server s1 203.0.113.1 203.0.113.2 &&
	teredo_relay r 198.51.100.1 3545 &&
	client_up a
}

miredo()
{
	services && miredo_client_up a
}

setup()
{
	# shellcheck disable=SC2016 # expanded on each side
	case $1 in
	plain)
		ip_on inet -6 route add $inner dev na
		on na sysctl -qw net.ipv6.conf.all.forwarding=1
		ip_on na -6 route add $inner dev lan
		ip_on na -6 route add default dev wan
		ip_on a -6 route add default dev eth0
		;;
	sit) tunnel sit 'local $l remote $p' && via_tun0 ;;
	fou) sit_in_udp 'ipproto 41' fou ;;
	gue) sit_in_udp gue gue ;;
	vxlan)
		tunnel vxlan 'id 1 local $l remote $p dstport 4789 udpcsum' &&
			ethernet
		;;
	geneve) tunnel geneve 'id 1 remote $p udpcsum' && ethernet ;;
	wireguard) wireguard ;;
	teredo|miredo) "$1" ;;
	esac
}

received()
{
	on a nft -j list counter ip6 bench sink |
		sed 's/.*"packets": *\([0-9]*\).*/\1/'
}

# generate DESTINATION DELAY: nanoseconds for all packets
generate()
{
	local result before

	before=$(worked)
	# shellcheck disable=SC2016 # expanded there
	result=$(on n env "d=$1" "delay=$2" "count=$count" "size=$size" bash -c '
		dev=/proc/net/pktgen
		mac=$(ip -br link show eth0 | tr -s " " | cut -d" " -f3)
		echo rem_device_all > $dev/kpktgend_0
		echo add_device eth0 > $dev/kpktgend_0
		for line in "count $count" "pkt_size $size" "clone_skb 0" \
			    "delay $delay" "src6 2001:db8:1::10" "dst6 $d" \
			    "dst_mac $mac" \
			    "udp_src_min 9" "udp_src_max 9" \
			    "udp_dst_min 9" "udp_dst_max 9"; do
			echo "$line" > $dev/eth0
		done
		echo start > $dev/pgctrl
		cat $dev/eth0')
	if [ "$2" = 0 ]; then
		sed -n 's/.*Result: OK: \([0-9]*\)(.*/\1000/p' <<< "$result"
	else
		pause 0.2
		printf '%s\n' $(($(worked) - before))
	fi
}

measure()
{
	local type=$1 dest=$inner delay=0 ns before

	internet
	client a none
	setup "$type" > "$tmp/setup.log" 2>&1 || {
		note "$type cannot be set up"
		note < "$tmp/setup.log"
		return 1
	}
	case $type in
	teredo) dest=$(teredo_address a) ;;
	miredo) dest=$(teredo_address a) delay=500000 ;;
	*) ip_on a addr add $inner/128 dev lo ;;
	esac
	on a nft -f - <<-EOF
	table ip6 bench {
		counter sink { }
		chain in {
			type filter hook prerouting priority raw
			udp dport 9 counter name sink drop
		}
	}
	EOF
	check "$type: the way is open" reach n "$dest" 2 || return
	before=$(received)
	ns=$(generate "$dest" $delay)
	wait_for 5 test "$(received)" -ge $((before + count))
	printf '%s %d %d\n' "$type" $(($(received) - before)) \
		$((ns / count))
}

for module in pktgen veth sit fou vxlan geneve wireguard teredo; do
	modprobe -q $module
done
if [ $# = 1 ]; then
	measure "$1"
else
	# each from scratch, in a process that cleans up
	for type; do
		bash "$0" "$count" "$size" "$type"
	done
fi
