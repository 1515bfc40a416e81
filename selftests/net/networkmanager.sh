#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# NetworkManager on the host of a client, with the files of "make install": it manages
# other interfaces, and leaves the Teredo device alone.
# prepare: scripts/networkmanager.sh
# set: long
# without: uml

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

unpacked=$top/.cache/networkmanager/root

# install into the root of the machine, which is discarded at the end
install_there()
{
	cp -r "$unpacked/." "$here/installed/usr" / &&
		mkdir -p /run/dbus || return
	printf '%s\n' '[main]' plugins=keyfile auth-polkit=root-only \
		> /etc/NetworkManager/NetworkManager.conf
	# By default it manages no device of an unknown kind. This configuration
	# is that of a distribution that manages all devices:
	printf '%s\n' '[device-all]' 'match-device=*' managed=1 \
		> /usr/lib/NetworkManager/conf.d/10-all.conf
	cat > "$tmp/bus.conf" <<-E
	<busconfig>
		<type>system</type>
		<listen>unix:path=/run/dbus/system_bus_socket</listen>
		<policy context="default">
			<allow own="*"/>
			<allow send_destination="*" eavesdrop="true"/>
			<allow eavesdrop="true"/>
		</policy>
	</busconfig>
	E
}

# there COMMAND...: run with the /sys of the namespace
there()
{
	ip netns exec "$(netns a)" "$@"
}

manager()
{
	start manager a ip netns exec "$(netns a)" NetworkManager --no-daemon
}

# state_is DEVICE STATE: the state that NetworkManager reports
state_is()
{
	[[ $(there nmcli -g GENERAL.STATE device show "$1") == *"($2)" ]]
} 2> /dev/null

takes()
{
	check "it takes another one" wait_for 20 \
		state_is other 'connected (externally)'
}

leaves()
{
	wait_for 20 state_is teredo0 unmanaged && return
	fail "what it makes of teredo0: $(there nmcli -g \
		GENERAL.STATE,GENERAL.REASON device show teredo0 | xargs)"
}

# works ADDRESS: the client still has this address
works()
{
	check_equal "address" "$1" "$(teredo_address a)"
	check "ping" reach a 2001:db8:1::10
}

# the device exists before NetworkManager starts
test_before()
{
	local address

	client_up a || return
	address=$(teredo_address a)
	manager
	takes
	leaves
	works "$address"
}

test_restart()
{
	local address

	address=$(teredo_address a)
	start monitor a ip -6 monitor address route
	stop manager
	manager
	takes
	leaves
	check "it was watched" alive monitor
	stop monitor
	check_equal "what was removed from the device" '' \
		"$(grep Deleted "$tmp/monitor.log" | grep teredo0)"
	works "$address"
}

# the device is created while NetworkManager runs
test_beside()
{
	client_down a
	client_up a || return
	pause 2
	leaves
	works "$(teredo_address a)"
	stop manager
}

if [ ! -d "$unpacked" ]; then
	test_missing() { skip "NetworkManager could not be downloaded"; }
	add_test "NetworkManager" test_missing
	run_tests
fi
internet
client a pr
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545
install_there || fail "not installed"
ip_on a link add other type bridge
ip_on a addr add 2001:db8:9::1/64 dev other nodad
ip_on a link set other up
start bus a dbus-daemon --nofork --config-file="$tmp/bus.conf"
start udevd a ip netns exec "$(netns a)" /lib/systemd/systemd-udevd
wait_for 10 test -S /run/udev/control
there udevadm trigger --subsystem-match=net --action=add
there udevadm settle

add_test "NetworkManager manages others, and leaves a client's device alone" test_before
add_test "it is started again, and nothing is removed" test_restart
add_test "a device that comes is left alone, too" test_beside

run_tests
