#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs the commands of Documentation/admin/gateway.md as they stand there, on a host
# booted by systemd and on a client, and the drop-ins of teredo.conf(5).
# timeout: 300
# set: long
# without: uml

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=../vm/host.sh
. "$top/selftests/vm/host.sh"

guide=$top/Documentation/admin/gateway.md
page=$top/tools/man/teredo.conf.5
unit=teredo@server0.service

# block HEADING N: print the Nth block of code below a heading of the guide
block()
{
	awk -v heading="## $1" -v n="$2" '
		/^## / { below = $0 == heading }
		below && /^```/ { fences++; next }
		below && fences == 2 * n - 1' "$guide"
}

# drop_in KEY: print the lines of [Service] that a key of [gateway] needs
drop_in()
{
	echo '[Service]'
	awk -v key=".It Cm $1 No = Ar switch" '
		/^\.It / { below = $0 == key }
		below && /^\.Dl / { print $2 }' "$page"
}

# shown TEXT: the text is in "teredo show", apart from blanks
shown()
{
	local text

	text=$(on_host teredo show server0 | tr -s ' ')
	[[ $text == *"$(tr -s ' ' <<< "$1")"* ]]
}

test_server()
{
	local commands expected

	commands=$(block 'The server' 2)
	expected=$(block 'The server' 3)
	[[ $commands == *'systemctl enable --now'* && $expected == *gateway* ]] ||
		fail "the guide has other blocks"
	host_boot s1 || return
	check "the commands" on_host bash -ec "$commands"
	check "what the guide shows" wait_for 5 shown "$expected" ||
		on_host teredo show server0 | note
	check_equal "forwarding" 1 "$(on s1 sysctl -n net.ipv6.conf.all.forwarding)"
}

test_client()
{
	local commands

	commands=$(block 'A client' 1)
	commands=${commands//sudo /}
	commands=${commands/teredo up/teredo up teredo0}
	commands=${commands//ping -6 www.kernel.org/ping -6 -c 3 -i 0.2 $native}
	[[ $commands == *"$native"* ]] || fail "the guide has another block"
	check "the commands" on a env "PATH=$tools:$PATH" bash -ec "$commands"
	check "a native host pings the client" reach h "$(translated a)"
	check "... and opens connections" tcp_both_ways h a "$(translated a)"
}

# with_key KEY: set KEY = yes in the configuration, with its drop-in if it has one
with_key()
{
	local dir=/etc/systemd/system/$unit.d

	on_host mkdir -p "$dir"
	drop_in "$1" | on_host tee "$dir/$1.conf" > /dev/null
	on_host bash -c "echo '$1 = yes' >> /etc/teredo/server0.conf"
	on_host systemctl daemon-reload
	check "$1: restart" on_host systemctl restart "$unit"
}

is_forwarding()
{
	[ "$(on s1 sysctl -n net.ipv6.conf.all.forwarding)" = 1 ]
}

test_forwarding()
{
	with_key forwarding
	on s1 sysctl -qw net.ipv6.conf.all.forwarding=0
	check "it is switched on" wait_for 5 is_forwarding
	check "up" shown 'gateway up'
	# a path that the unit hides without the drop-in
	on_host rm "/etc/systemd/system/$unit.d/forwarding.conf"
	on_host systemctl daemon-reload
	on_host systemctl restart "$unit"
	on s1 sysctl -qw net.ipv6.conf.all.forwarding=0
	check "said" wait_for 5 shown 'cannot switch IPv6 forwarding on'
	on s1 sysctl -qw net.ipv6.conf.all.forwarding=1
}

listens()
{
	[[ $(on_host teredo -j show server0) == *'"solicitations":'* ]]
}

test_proxy()
{
	ip_on s1 link set eth0 arp on
	with_key proxy
	check "up" wait_for 5 shown 'gateway up'
	check "it listens" listens
	on_host rm "/etc/systemd/system/$unit.d/proxy.conf"
	on_host systemctl daemon-reload
	on_host systemctl restart "$unit"
	check "said" wait_for 5 shown 'needs CAP_NET_RAW'
}

test_stop()
{
	check "systemctl stop" on_host systemctl disable --now "$unit"
	check_equal "routes" '' "$(must ip_on s1 -6 route show table all proto 74)"
	host_stop
	host_remove
}

if ! host_possible; then
	test_none() { skip "the units want seccomp, which this kernel has not"; }
	add_test "walkthrough" test_none
	run_tests
fi
modprobe teredo || fail "no module"
internet
client a pr
gateway_internet
host_install || fail "not installed"

add_test "gateway.md: the server" test_server
add_test "gateway.md: a client" test_client
add_test "teredo.conf(5): the drop-in of forwarding" test_forwarding
add_test "teredo.conf(5): the drop-in of proxy" test_proxy
add_test "stop: nothing is left" test_stop

run_tests
