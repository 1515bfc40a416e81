# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# An Internet for a booted host, to be sourced: the host is behind a NAT (namespace "nat").
# The namespace "net" is outside of the NAT.
#
#   host  192.168.1.2    client
#   nat   192.0.2.10     port-restricted NAT
#   net   203.0.113.1, .2        for a Teredo server
#         203.0.113.53           name server: server.example.net is 203.0.113.1
#         2001:db8:1::10         host with native IPv6


world_net()
{
	local addr

	for addr in 203.0.113.1/32 203.0.113.2/32 203.0.113.53/32 \
		    2001:db8:1::10/128; do
		ip -n net addr add "$addr" dev lo
	done
	ip -n net addr add 192.0.2.1/24 dev wan
	ip netns exec net dnsmasq --no-resolv --no-hosts --bind-interfaces \
		--listen-address=203.0.113.53 --pid-file=/run/world-dns.pid \
		--address=/server.example.net/203.0.113.1 \
		--local=/example.net/ --local=/example/
	echo 'nameserver 203.0.113.53' > /etc/resolv.conf
}

world_nat()
{
	ip -n nat addr add 192.168.1.1/24 dev lan
	ip -n nat addr add 192.0.2.10/24 dev wan
	ip -n nat route add default via 192.0.2.1
	ip netns exec nat sysctl -qw net.ipv4.ip_forward=1
	ip netns exec nat nft -f - <<-EOF
	table ip nat {
		chain postrouting {
			type nat hook postrouting priority srcnat;
			oifname wan masquerade
		}
		chain input {
			type filter hook input priority filter;
			iifname wan meta l4proto udp drop
		}
	}
	EOF
}

# make_world: create it, without Teredo
make_world()
{
	ip netns add nat && ip netns add net || return
	ip link add eth0 type veth peer name lan netns nat
	ip -n nat link add wan type veth peer name wan netns net
	ip addr add 192.168.1.2/24 dev eth0
	ip link set eth0 up
	ip -n nat -batch - <<-EOF
	link set lo up
	link set lan up
	link set wan up
	EOF
	ip -n net -batch - <<-EOF
	link set lo up
	link set wan up
	EOF
	ip route add default via 192.168.1.1
	world_nat
	world_net
}

# make_server: the server of README, which is a relay, too
make_server()
{
	ip -n net link add server0 type teredo mode server \
		local 203.0.113.1 local2 203.0.113.2 &&
		ip -n net link set server0 up &&
		ip -n net -6 route add 2001::/32 dev server0 &&
		ip netns exec net sysctl -qw net.ipv6.conf.all.forwarding=1
}
