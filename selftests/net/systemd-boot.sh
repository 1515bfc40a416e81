#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A client on a host booted by systemd, installed by "make install". networkd is
# configured to manage every device.
# timeout: 600
# set: long
# without: uml

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=../vm/host.sh
. "$top/selftests/vm/host.sh"

address=''
unit=teredo@teredo0.service

install_there()
{
	local units=etc/systemd/system

	host_install || return
	systemctl -q --root="$layer" enable "$unit" || return
	ln -s /lib/systemd/system/systemd-networkd.service \
		"$layer/$units/multi-user.target.wants/"
	write etc/systemd/network/20-eth0.network '[Match]' 'Name=eth0' \
		'[Network]' 'LinkLocalAddressing=no' 'Address=10.1.0.2/24' \
		'Gateway=10.1.0.1'
	# a configuration that matches every device
	write etc/systemd/network/30-all.network '[Match]' 'Name=*' \
		'[Network]' 'DHCP=no'
	mkdir "$layer/$units/$unit.d"
	write "$units/$unit.d/suspend.conf" '[Service]' \
		'Environment=LD_PRELOAD=/usr/lib/suspend.so'
	write etc/teredo/teredo0.conf '[client]' \
		'server = 203.0.113.1/203.0.113.2' 'port-mapping = nat-pmp' \
		'[device]' "port = ${port[a]}"
	write etc/teredo/wrong.conf '[client]' 'serve = 203.0.113.1'
	write etc/teredo/server0.conf '[device]' 'mode = server' \
		'local = 192.0.2.77' '[server]' 'secrets = /etc/teredo/secrets'
	write etc/teredo/secrets 'alice one-of-16-octets'
	chown "root:$(sed -n 's/^teredo:[^:]*:\([0-9]*\):.*/\1/p' "$layer/etc/group")" \
		"$layer/etc/teredo/secrets"
	chmod 640 "$layer/etc/teredo/secrets"
}

shut_down()
{
	host_stop
	ip_on a link del teredo0
}

# property NAME...: properties of the unit, one per line, in systemd's order
property()
{
	on_host systemctl show --value "${@/#/--property=}" "$unit"
}

qualified()
{
	[[ $(teredo_address a) == 2001:0:cb00:7101:* ]]
}

# kept WHAT: the client still has its first address
kept()
{
	check_equal "address $1" "$address" "$(teredo_address a)"
}

# No server answers yet. The unit is active as soon as the device exists.
test_dark()
{
	local began active

	check "the module is not there yet" [ ! -e /sys/module/teredo ]
	host_boot a || return
	check_equal "the system" running "$state"
	check_equal "the unit" active "$(property ActiveState)"
	began=$(property InactiveExitTimestampMonotonic)
	active=$(property ActiveEnterTimestampMonotonic)
	note "the unit took $(((active - began) / 1000)) ms"
	check_at_most "time to start, ms" 3000 $(((active - began) / 1000))
	check "the device" ip_on a link show teredo0 up
	check_equal "no address" '' "$(teredo_address a)"
	teredo_server s1 203.0.113.1 203.0.113.2
	check "it qualifies when there is a server" wait_for 8 qualified
	teredo_relay r 198.51.100.1 3545
	shut_down
}

test_boot()
{
	local pid start

	host_boot a || return
	check_equal "the system" running "$state"
	start=$(now_ms)
	check "who waits for the address gets on" \
		on_host systemctl start teredo-wait@teredo0.service
	note "waited for $(($(now_ms) - start)) ms"
	check "an address" qualified
	address=$(teredo_address a)
	check_equal "status" qualified "$(property StatusText)"
	check "ping" reach a 2001:db8:1::10
	pid=$(property MainPID)
	check_equal "user and capabilities" "$(on_host id -u teredo) 0000000000001000" \
		"$(awk '/^Uid:/ { uid = $2 } /^CapBnd:/ { cap = $2 }
			END { print uid, cap }' "/proc/$(in_init "$pid")/status")"
	check "the gateway is asked" wait_for 10 gateway_asked
	pid=$(pgrep -x teredo-portmap)
	check_equal "by a user without capabilities" 0000000000000000 \
		"$(sed -n 's/^CapPrm:[[:space:]]*//p' "/proc/$pid/status")"
	check "others may ask for the state" on_host setpriv --reuid nobody \
		--clear-groups teredo wait teredo0 --timeout 1
}

# The gateway has no NAT-PMP. The error shows that teredod could ask it.
gateway_asked()
{
	[[ $(on_host teredo -j show teredo0) == *'"error":"NAT-PMP: '* ]] &&
		on_host test -e /var/lib/teredo/teredo0.portmap
}

# in_init PID: the process ID here of the process that is PID in the container
in_init()
{
	awk -v pid="$1" '$1 == "NSpid:" && $NF == pid && NF > 2 {
		print $2 }' /proc/[0-9]*/status 2> /dev/null | head -n 1
}

# replaced PID: the unit has another MainPID, and its client is qualified
replaced()
{
	local now

	now=$(property MainPID)
	[ "$now" != 0 ] && [ "$now" != "$1" ] &&
		[ "$(property StatusText)" = qualified ]
}

test_restart()
{
	local pid

	pid=$(property MainPID)
	ping_native a
	check "systemctl restart" on_host systemctl restart "$unit"
	check "a new one has it" wait_for 5 replaced "$pid"
	kept "after a restart"
	pid=$(property MainPID)
	on_host systemctl kill --signal=KILL "$unit"
	check "it is started again" wait_for 15 replaced "$pid"
	kept "after a crash"
	stop_ping_native
}

configured()
{
	on_host grep -q ADMIN_STATE=configured /run/systemd/netif/links/2
}

test_networkd()
{
	local index

	check "networkd has the other interface" wait_for 10 configured
	index=$(ip_on a -o link show teredo0 | cut -d : -f 1)
	check "and not ours" on_host grep ADMIN_STATE=unmanaged \
		"/run/systemd/netif/links/$index"
	start monitor a ip -6 monitor address route
	check "networkd restarts" on_host systemctl restart systemd-networkd
	check "networkd has it again" wait_for 10 configured
	pause 1
	check "it was watched" alive monitor
	stop monitor
	check_equal "what was removed from the device" '' \
		"$(grep Deleted "$tmp/monitor.log" | grep teredo0)"
	kept "beside networkd"
	check "ping" reach a 2001:db8:1::10
}

# asked N: the client has sent its server at least N solicitations since count_from
asked()
{
	local n

	n=$(counted a | sed -n 's/.*tx_control+\([0-9]*\).*/\1/p')
	[ "${n:-0}" -ge "$1" ]
}

test_clock()
{
	count_from a
	date -s '400 days' > /dev/null
	pause 2
	date -s '-400 days' > /dev/null
	kept "after the clock was set"
	check_equal "it does not care" '' "$(counted a | grep -o 'tx_control+[2-9]')"

	# maintenance uses one server address, qualification both
	count_from a
	on_host bash -c 'echo 3600 > /run/teredo-suspended'
	check "it asks again after a sleep" wait_for 8 asked 2
	wait_for 5 qualified
	kept "after a sleep"
	check "ping" reach a 2001:db8:1::10
}

test_wrong()
{
	local unit

	# for the second unit there is no file at all
	for unit in teredo@{wrong,typo0}.service; do
		check "$unit does not start" \
			eval "! on_host systemctl start $unit 2> /dev/null"
	done
	pause 6
	for unit in teredo@{wrong,typo0}.service; do
		check_equal "exit code, tries of $unit" "78 0" \
			"$(property ExecMainStatus NRestarts | sort -rn | xargs)"
	done
	! ip_on a link show typo0 > /dev/null 2>&1 || fail "there is a device"
}

# configure LINE...: write the client's configuration, with these lines of [device]
configure()
{
	# shellcheck disable=SC2016 # expanded on the host
	on_host bash -c 'printf "%s\n" "$@" > /etc/teredo/teredo0.conf' - \
		'[client]' 'server = 203.0.113.1/203.0.113.2' \
		'port-mapping = nat-pmp' '[device]' "port = ${port[a]}" "$@"
}

has_ttl()
{
	[[ $(ip_on a -d link show teredo0) == *" ttl $1 "* ]]
}

says_qualified()
{
	[ "$(property StatusText)" = qualified ]
}

test_reload()
{
	local pid

	pid=$(property MainPID)
	configure 'ttl = 33'
	check "systemctl reload" on_host systemctl reload "$unit"
	check "what it changed" wait_for 5 has_ttl 33
	check_equal "process" "$pid" "$(property MainPID)"
	check "it is qualified" wait_for 5 says_qualified
	kept "after a reload"
	check_equal "unit" active "$(property ActiveState)"
	configure 'ttl = 34'
	check "systemctl restart" on_host systemctl restart "$unit"
	check "what that changed" wait_for 5 has_ttl 34
	kept "after a restart with another setting"
}

# "teredo down" must not stop a teredod that systemd runs.
test_down()
{
	local said

	said=$(on_host teredo down teredo0 2>&1) && fail "teredo down succeeds"
	[[ $said == *'systemctl disable --now teredo@teredo0'* ]] ||
		fail "teredo down says '$said'"
	check_equal "the unit" active "$(property ActiveState)"
	kept "after teredo down"
}

# The configuration has become unreadable when the unit is restarted.
test_unreadable()
{
	configure nonsense
	check "it does not start" \
		eval "! on_host systemctl restart $unit 2> /dev/null"
	check_equal "exit code" 78 "$(property ExecMainStatus)"
	check_equal "address" '' "$(teredo_address a)"
	configure 'ttl = 34'
	check "the right one starts" on_host systemctl start "$unit"
	check "an address" wait_for 10 qualified
}

# teredod can read the secrets without being root
test_secrets()
{
	local unit=teredo@server0.service

	ip_on a addr add 192.0.2.77/32 dev lo
	check "systemctl start" on_host systemctl start "$unit"
	check "it has the secrets" wait_for 5 has_secrets 1
	on_host bash -c 'echo bob another-one-of-16 >> /etc/teredo/secrets'
	on_host systemctl kill --signal=HUP "$unit"
	check "it has read them again" wait_for 5 has_secrets 2
	on_host systemctl stop "$unit"
	check "the other device still has its socket" \
		on_host test -S /run/teredo/teredo0.sock
	ip_on a link del server0
}

# has_secrets N: the server has N secrets
has_secrets()
{
	[[ $(on_host teredo -j show server0) =~ \"secrets\":$1[^0-9] ]]
}

test_stop()
{
	check "systemctl stop" on_host systemctl stop "$unit"
	check_equal "address" '' "$(teredo_address a)"
	check "the device stays" ip_on a link show teredo0
	check_equal "result" success "$(property Result)"
	shut_down
	host_remove
}

if ! host_possible; then
	test_none() { skip "the units want seccomp, which this kernel has not"; }
	add_test "boot" test_none
	run_tests
fi
internet
client a pr
[ ! -e /sys/module/teredo ] || rmmod teredo
install_there || fail "not installed"

add_test "boot without a server: nothing fails, nothing waits" test_dark
add_test "boot: qualified, with no more rights than needed" test_boot
add_test "restart and crash: same address, no packet lost" test_restart
add_test "networkd on the same host leaves the device alone" test_networkd
add_test "the clock is set, the host sleeps" test_clock
add_test "a wrong or missing configuration is not tried again" test_wrong
add_test "reload and restart apply what has changed in the file" test_reload
add_test "teredo down leaves a unit alone" test_down
add_test "a configuration that cannot be read leaves no address behind" \
	test_unreadable
add_test "a server reads its secrets" test_secrets
add_test "stop: address gone, device not" test_stop

run_tests
