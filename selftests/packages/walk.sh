#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# README.md and Documentation/admin on a booted host, as a new user follows them: the blocks
# of commands run as an ordinary user with sudo. The tests of mistakes.sh follow. Runs
# inside the machine of "run".

# shellcheck source=../net/lib.sh
. ./lib.sh
# shellcheck source=world.sh
. ./world.sh
# shellcheck source=mistakes.sh
. ./mistakes.sh
unset IP_LIB_DIR	# lib.sh names a folder of the tree
home=/home/user/teredo
host=2001:db8:1::10

# block FILE HEADING NUMBER: print a block of commands of a section
block()
{
	awk -v heading="## $2" -v number="$3" '
		/^## / { inside = $0 == heading }
		inside && /^```/ { fence = !fence; n += fence; next }
		inside && fence && n == number' "$home/$1" |
		sed "s/ping -6 HOST/ping -6 -c 3 HOST/
			s/\<SERVER\.\.\./$server 203.0.113.99/; s/\<SERVER\>/$server/
			s/\<HOST\>/$host/; s/\<OTHER\>/$server/"
}

# follow FILE HEADING NUMBER: run a block, which must succeed
follow()
{
	local commands

	commands=$(block "$@")
	[ "$commands" ] || fail "$1 has no block $3 in $2" || return
	user "set -e
$commands" || fail "$1, $2, block $3: exit code $?"
}

test_build()
{
	follow README.md Installation 1
	check "the module is where modprobe looks" modinfo teredo
}

test_qualify()
{
	make_server
	follow README.md 'A client' 1
	follow Documentation/admin/client.md 'Before the first start' 1
	follow Documentation/admin/client.md Configuration 1
	rm /etc/teredo/teredo0.conf
	user 'sudo teredo down teredo0'
	follow README.md 'A client' 2
}

test_client()
{
	user "sudo ping -c 3 $host; ip -6 route; systemctl status $unit | head -n 12"
	check "ping" ping -c 1 -W 5 "$host"
	user "sudo systemctl reload $unit; teredo stats; teredo peer show teredo0
		sudo teredo peer show teredo0; teredo show -d; teredo decode 0000
		teredo show teredo0; journalctl -u $unit; sudo journalctl -u $unit"
	check "it qualifies again" user 'teredo wait teredo0 --timeout 10'
}

take_away()
{
	user "sudo systemctl disable --now $unit
		sudo teredo down teredo0"
}

# in_net: adapt README's commands to the namespace of the server
in_net()
{
	sed "s/^sudo/sudo ip netns exec net/" |
		sed 's/198.51.100.1 /203.0.113.2 /'
}

test_server()
{
	take_away
	ip -n net link del server0
	user "set -e
$(block README.md 'A server' 1 | in_net)" || fail "README, A server"
	ip -n net link del server0
	user "set -e
$(block README.md 'A relay' 1 | in_net)" || fail "README, A relay"
	user "sudo ip netns exec net ip link set relay0 type teredo max_peers 1000
		sudo ip -n net -d link show relay0; ip link help teredo"
	ip -n net link del relay0
	user "set -e
$(block README.md 'A relay' 2)" || fail "README, hostrelay"
	ip link del relay0
	make_server
}

test_uninstall()
{
	clean
	take_away
	ip -n net link del server0
	# shellcheck disable=SC2016 # expanded by the user's shell
	user 'sudo rmmod teredo; sudo make uninstall KERNEL=$(uname -r)'
	check "the module is not loaded" [ ! -e /sys/module/teredo ]
	user 'find / -xdev \( -path /proc -o -path /home -o -path /run/job \) \
		-prune -o -iname "*teredo*" -print 2> /dev/null'
	user "set -e
$(block Documentation/admin/install.md 'Without installation' 1)" ||
		fail "insmod"
	ip -n net link add s9 type teredo && ip -n net link del s9
}

as_installed()
{
	mkdir -p $home && tar -x -C $home -f tree.tar
	chown -R user: $home
	make_world
	# replaces "editor": the change that the user makes to the example
	printf '%s\n' '#!/bin/sh' \
		"sed -i 's/^server = .*/server = server.example.net/' \"\$1\"" \
		> /usr/local/bin/editor
	chmod 755 /usr/local/bin/editor
}

as_installed
add_test "README, Installation" test_build
add_test "README, A client: configuration, qualify, start" test_qualify
add_test "README, A client: use" test_client
add_test "README, A server and A relay" test_server
add_mistakes
add_test "README: take it away" test_uninstall
trap 'echo "# done"; _cleanup' EXIT
run_tests
