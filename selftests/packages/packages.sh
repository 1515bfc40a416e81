#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The Debian packages on a booted host: installation, upgrade, use after another boot,
# removal and purge. Runs inside the machine of "run", which builds the packages.

# shellcheck source=../net/lib.sh
. ./lib.sh
# shellcheck source=world.sh
. ./world.sh
# shellcheck source=mistakes.sh
. ./mistakes.sh
unset IP_LIB_DIR	# lib.sh names a folder of the tree
# shellcheck disable=SC2016 # expanded by dpkg-deb
version=$(dpkg-deb -f new/teredo-dkms_*.deb Version)
kernel=$(uname -r)
state=/var/lib/job		# kept for the next boot

# apt ARGUMENTS...: run without a network; its output is in $state/apt.log
apt()
{
	local start code

	start=$(now_ms)
	apt-get -q -y -o Dpkg::Use-Pty=0 "$@" > "$state/apt.log" 2>&1
	code=$?
	note "apt-get $1: $(($(now_ms) - start)) ms"
	[ "$code" = 0 ] || note < "$state/apt.log"
	return "$code"
}

# files: all files that the packages or their use can leave
files()
{
	find /boot /etc /lib/modules /opt /root /run/teredo* /srv /usr /var \
		-xdev \( -path /var/backups -o -path /var/cache -o -path /var/log -o \
		-path /var/tmp -o \
		-path /var/lib/apt -o -path /var/lib/dpkg -o -path $state -o \
		-path /var/lib/systemd \) -prune -o -print 2> /dev/null | sort
}

installed_module()
{
	modinfo -F version teredo 2> /dev/null
}

qualified()
{
	ip -6 -o addr show dev teredo0 scope global to 2001::/32 2> /dev/null |
		grep -q 2001:0:cb00:7101
}

address()
{
	ip -6 -o addr show dev teredo0 scope global to 2001::/32 |
		sed 's/.* inet6 \([^/]*\).*/\1/'
}

test_booted()
{
	local is

	note "$(. /etc/os-release && echo "$PRETTY_NAME"), Linux $kernel," \
		"$(systemctl --version | head -n 1), $(dkms --version)"
	is=$(timeout 300 systemctl is-system-running --wait)
	check_equal "the system" running "$is" || systemctl --failed | note
	check_equal "init" systemd "$(cat /proc/1/comm)"
}

# test_install DIRECTORY VERSION
test_install()
{
	check "apt-get install" apt install ./"$1"/*.deb || return
	# dkms can build it for another kernel that has headers, too
	check_equal "dkms status" \
		"teredo/$2, $kernel, $(uname -m): installed" \
		"$(dkms status -k "$kernel" teredo | sed 's/ (.*//')"
	check_equal "versions of dkms" "$2" \
		"$(dkms status teredo | sed 's/^teredo.\([^,]*\),.*/\1/' | sort -u)"
	check_equal "version of the module" "$2" "$(installed_module)" ||
		note < "$state/apt.log"
	check_equal "version of the tools" "teredo $2" "$(teredo_tool --version)"
	check "the user" getent passwd teredo
}

# teredo_tool: the program, as "teredo" is a function of lib.sh
teredo_tool()
{
	command teredo "$@"
}

needs_installed()
{
	[ "$(installed_module)" ] && return
	skip "not installed"
	return 1
}

test_units()
{
	needs_installed || return 0
	check_equal "teredo@teredo0" disabled "$(systemctl is-enabled "$unit")"
	check_equal "teredo-wait@teredo0" static \
		"$(systemctl is-enabled teredo-wait@teredo0)"
	check_equal "running daemons" '' "$(pgrep -x teredod)"
	check_equal "failed units" '' "$(systemctl --failed --plain --no-legend)"
	check_equal "the module is loaded by the first device only" '' \
		"$(lsmod | grep '^teredo ')"
}

test_link()
{
	needs_installed || return 0
	check "ip link add type teredo" ip link add probe0 type teredo || return
	check "the module" [ -e /sys/module/teredo ]
	check "the plug-in" sh -c "ip -d link show probe0 | grep -q 'mode client'"
	check "ip link del" ip link del probe0
}

test_client()
{
	needs_installed || return 0
	check "a server" make_server
	install -D -m 644 \
		/usr/share/doc/teredo-tools/examples/teredo.conf.example "$conf"
	sed -i 's/^server = .*/server = server.example.net/' "$conf"
	check "checkconf" teredo_tool checkconf "$conf"
	check "systemctl enable --now" systemctl enable --now "$unit"
	check "teredo wait" teredo_tool wait teredo0 --timeout 10
	check "the address" qualified || teredo_tool show | note
	check "ping" ping -c 3 -W 5 2001:db8:1::10
	check_equal "enabled" enabled "$(systemctl is-enabled "$unit")"
	address > "$state"/address
	cat /sys/class/net/teredo0/ifindex > "$state"/ifindex
	sha256sum "$conf" > "$state"/sum
}

# The loaded module and its devices stay. The daemon is restarted.
test_upgrade()
{
	local pid

	pid=$(systemctl show --value --property=MainPID "$unit")
	ping -i 0.5 2001:db8:1::10 > "$state"/ping.log &
	test_install new "$version"
	pause 2
	kill -INT %%
	wait %%
	note "$(grep 'packet loss' "$state"/ping.log)"
	check "no packet is lost" grep -q ', 0% packet loss' "$state"/ping.log
	check "the configuration" sha256sum -c "$state"/sum
	check_equal "the device" "$(cat "$state"/ifindex)" \
		"$(cat /sys/class/net/teredo0/ifindex)"
	check_equal "the address" "$(cat "$state"/address)" "$(address)"
	check_equal "enabled" enabled "$(systemctl is-enabled "$unit")"
	check_equal "active" active "$(systemctl is-active "$unit")"
	check "a new daemon" [ "$pid" != \
		"$(systemctl show --value --property=MainPID "$unit")" ]
	check_equal "the loaded module" 0.0.1 "$(cat /sys/module/teredo/version)"
	check_equal "sources" "/usr/src/teredo-$version" \
		"$(echo /usr/src/teredo-*)"
}

# restore the state after test_client
test_restore()
{
	clean
	configure 'server = server.example.net'
	sha256sum "$conf" > "$state/sum"
	check "systemctl start" systemctl start "$unit"
}

test_second_boot()
{
	local is

	needs_installed || return 0
	is=$(timeout 300 systemctl is-system-running --wait)
	check_equal "the system" running "$is" || systemctl --failed | note
	check_equal "the unit" active "$(systemctl is-active "$unit")"
	check_equal "the module" "$version" "$(cat /sys/module/teredo/version)"
	make_world
	make_server
	check "the address" wait_for 60 qualified || teredo_tool show | note
	check "ping" ping -c 3 -W 5 2001:db8:1::10
}

# holders: what can keep the module in use, or load it again
holders()
{
	grep '^teredo ' /proc/modules
	pgrep -a teredo
	lsns -t net
	ip netns
	journalctl -k -n 5 --no-pager
	tail -n 20 "$state/apt.log"
}

test_remove()
{
	needs_installed || return 0
	# unloading the module would delete the server's device, too
	ip netns pids net | xargs -r kill -KILL
	ip netns del net
	check "apt-get remove" apt remove teredo-tools teredo-dkms || return
	check_equal "running daemons" '' "$(pgrep -x teredod)"
	check_equal "the unit" inactive "$(systemctl is-active "$unit")"
	check_equal "devices" '' "$(ip -br link show type teredo 2>&1)"
	check "the module is not loaded" [ ! -e /sys/module/teredo ] || holders | note
	check_equal "dkms status" '' "$(dkms status teredo)"
	check_equal "module" '' "$(installed_module)"
	check "the configuration stays" sha256sum -c "$state"/sum
	check_equal "failed units" '' "$(systemctl --failed --plain --no-legend)"
}

test_purge()
{
	check "apt-get purge" apt purge teredo-tools teredo-dkms || return
	files > "$state"/after
	# The configuration belongs to the administrator, and the system user stays. The
	# mistakes needed a name server.
	diff "$state"/before "$state"/after > "$state"/diff
	check_equal "what is left" '' "$(grep '^[<>]' "$state"/diff |
		grep -v -e '^> /etc/teredo' -e '^> /etc/resolv.conf$')"
	check "the configuration is left" [ -e "$conf" ]
}

# A running daemon must not prevent dpkg from removing its package.
test_again()
{
	check "apt-get install" apt install ./new/*.deb || return
	check_equal "teredo@teredo0" disabled "$(systemctl is-enabled "$unit")"
	check "the configuration is used again" systemctl start "$unit"
	check "the device" ip link show teredo0 up
	check "apt-get purge" apt purge teredo-tools teredo-dkms
	check_equal "running daemons" '' "$(pgrep -x teredod)"
}

mkdir -p $state
if [ "$BOOT" = 1 ]; then
	files > $state/before
	make_world
	add_test "a booted host" test_booted
	add_test "a new installation" test_install old 0.0.1
	add_test "nothing is enabled, started or loaded" test_units
	add_test "ip creates a device" test_link
	add_test "a client" test_client
	add_test "an upgrade keeps configuration, device and address" test_upgrade
	mkdir -p /home/user/teredo
	add_mistakes
	add_test "a client once more" test_restore
else
	add_test "after a boot: client and new module" test_second_boot
	add_test "remove stops the daemon and removes the module" test_remove
	add_test "purge leaves the administrator's files alone" test_purge
	add_test "install and purge once more" test_again
fi
# run_tests exits
trap '[ "$BOOT" = 1 ] && echo "# boot again" || echo "# done"; _cleanup' EXIT
run_tests
