#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# teredod and the configuration of a device: what a start creates, changes and leaves
# behind, and what SIGHUP changes.
# timeout: 400

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

conf=$tmp/apply.conf

# config LINE...: write the configuration
config()
{
	printf '%s\n' "$@" > "$conf"
}

# ends CODE WORDS ARGUMENTS...: teredod exits with this code and prints these words
ends()
{
	local code=$1 words=$2 got said

	shift 2
	said=$(on a timeout 10 env "TEREDO_RUN_DIR=$tmp/run-a" "$tools/teredod" \
		"$@" 2>&1)
	got=$?
	check_equal "exit code of teredod $*" "$code" "$got"
	[[ $said == *"$words"* ]] || fail "teredod $* says '$said', not '$words'"
}

no_device()
{
	! ip_on a link show "$1" > /dev/null 2>&1 || fail "$1 is there"
}

# has WORDS...: the device has these settings
has()
{
	local words text

	text=" $(ip_on a -d link show teredo0 | tr -s '\n\t ' ' ') "
	for words; do
		[[ $text == *" $words "* ]] || return
	done
}

# logged WORDS...: these words are in teredod's log
logged()
{
	local words

	for words; do
		wait_for 3 grep -qF "$words" "$tmp/a-teredod.log" ||
			fail "teredod did not say '$words': $(cat "$tmp/a-teredod.log")"
	done
}

client_at()
{
	config '[client]' "server = ${1:-203.0.113.1/203.0.113.2}" '[device]' \
		"${@:2}"
}

test_nothing()
{
	ends 78 '/etc/teredo/typo0.conf' typo0
	no_device typo0
	config '[client]' 'refresh = 20'
	ends 78 "$conf: typo0 needs server = NAME" --config "$conf" typo0
	no_device typo0
	ends 78 'No such file' --config "$tmp/nonexistent.conf" typo0
	no_device typo0
	ip_on a link add typo0 type teredo
	ends 78 'typo0 has no server, and there is no /etc/teredo/typo0.conf' typo0
	ip_on a link del typo0
}

# The error of the first start must not stay on the device.
test_failed()
{
	start taken a python3 -c 'import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 40000))
time.sleep(600)'
	wait_for 5 udp_bound "$pid" 40000
	client_at '' 'port = 40000'
	ends 1 'UDP port 40000 is in use' --config "$conf" teredo0
	no_device teredo0
	# teredod waits for an address that may come later, and names it
	client_at '' 'port = 40001' 'local = 10.9.9.9'
	client_start a --config "$conf"
	check "the address is named" wait_for 5 shows a \
		'10.9.9.9 is no address of this host' \
		'ip address add 10.9.9.9'
	client_down a
	client_at '' 'port = 40001'
	client_up a --config "$conf"
	check "the corrected settings" has 'port 40001'
	stop taken
	client_down a
}

test_changed()
{
	client_at '' 'port = 40000'
	client_up a --config "$conf"
	stop a-teredod USR1
	client_at '' 'port = 40002' 'ttl = 33' 'max-peers = 77' 'udp-checksum = no'
	client_up a --config "$conf"
	check "settings after a restart" has 'port 40002' 'ttl 33' \
		'max_peers 77' 'noudpcsum'
	logged "teredo0: port is 40000, $conf says 40002: changed" \
		"teredo0: ttl is auto, $conf says 33: changed" \
		"teredo0: max-peers is 4096, $conf says 77: changed" \
		"teredo0: udp-checksum is yes, $conf says no: changed"
	check "ping" reach a 2001:db8:1::10
	# teredod logs what the kernel rejects, and applies everything else
	stop a-teredod USR1
	client_at '' 'port = 40002' 'max-peers = 4000000000'
	client_up a --config "$conf"
	logged "max-peers is 77, $conf says 4000000000: not changed: "
	client_down a
}

# teredod does not set down a device that an administrator has created and set up.
test_made_by_hand()
{
	ip_on a link add teredo0 type teredo port 40005 ttl 9
	ip_on a link set teredo0 up
	client_at '' 'port = 40000' 'ttl = 33'
	client_up a --config "$conf"
	check "what can be changed was" has 'port 40005' 'ttl 33'
	logged "teredo0: port is 40005, $conf says 40000: to apply that: teredo down teredo0 && teredo up teredo0 --config $conf"
	stop a-teredod
	ip_on a link set teredo0 down
	client_up a --config "$conf"
	check "all was changed, as it was down" has 'port 40000' 'ttl 33'
	client_down a
}

# reloaded WORDS...: SIGHUP has teredod log these words
reloaded()
{
	kill -HUP "${_pids[a-teredod]}"
	pause 1
	check "teredod runs after SIGHUP" alive a-teredod
	logged "$@"
}

test_reload()
{
	local addr

	client_at '' "port = ${port[a]}"
	client_up a --config "$conf"
	addr=$(teredo_address a)
	ping_native a
	client_at '' "port = ${port[a]}" 'ttl = 44'
	reloaded "reading $conf again" "ttl is auto, $conf says 44: changed"
	check "the setting" has 'ttl 44'
	check_equal "address" "$addr" "$(teredo_address a)"
	check "it is qualified" wait_for 5 shows a '"state":"qualified"'
	# an error in the file, or another mode, changes nothing
	client_at '' 'nonsense = 1'
	reloaded 'nonsense: unknown key' 'continuing with the configuration'
	config '[device]' 'mode = relay'
	reloaded "teredo0 is a client, $conf says mode = relay"
	client_at '' 'port = 40009'
	reloaded "port is ${port[a]}, $conf says 40009: "
	stop_ping_native
	check "the last one takes the device down" wait_for 10 has 'port 40009'
	wait_for 10 has_teredo_address "${_pids[a-teredod]}"
	# another server
	teredo_server s2 198.51.100.118 198.51.100.119
	client_at 198.51.100.118/198.51.100.119 'port = 40009'
	reloaded "reading $conf again"
	check "the other server" wait_for 10 by_server a c633:6476
	kill -TERM "${_pids[a-teredod]}"
	wait "${_pids[a-teredod]}"
	check_equal "exit code" 0 $?
	check_equal "address" '' "$(teredo_address a)"
	ip_on a link del teredo0
	ip_on s2 link del teredo0
}

# routes NODE PREFIX: metrics of the routes that teredod has added
routes()
{
	must ip_on "$1" -6 route show "$2" dev teredo0 proto 74 |
		sed -n 's/.* metric \([0-9]*\) .*/\1/p' | xargs
}

metrics()
{
	[ "$(routes "$1" "$2")" = "$3" ]
}

# teredod removes routes of its earlier settings.
test_routes()
{
	client_at '' "port = ${port[a]}"
	client_up a --config "$conf"
	check "default route" wait_for 3 metrics a default 65535
	client_at '' "port = ${port[a]}" '[route]' 'metric = 1000'
	stop a-teredod USR1
	client_up a --config "$conf"
	check "another metric, by a restart" wait_for 3 metrics a default 1000
	client_at '' "port = ${port[a]}" '[route]' 'default-route = no'
	kill -HUP "${_pids[a-teredod]}"
	check "none, by SIGHUP" wait_for 5 metrics a default ''
	# teredod adds the route to the service prefix before a default route
	check "prefix" wait_for 5 metrics a 2001::/32 256
	pause 0.5
	check_equal "default route, later" '' "$(routes a default)"
	client_down a
	# a relay
	config '[device]' 'mode = relay' 'local = 10.1.0.2'
	client_start a --config "$conf"
	check "route of a relay" wait_for 5 metrics a 2001::/32 256
	config '[device]' 'mode = relay' 'local = 10.1.0.2' '[route]' 'metric = 300'
	kill -HUP "${_pids[a-teredod]}"
	check "another metric" wait_for 5 metrics a 2001::/32 300
	config '[device]' 'mode = relay' 'local = 10.1.0.2' '[route]' 'announce = no'
	kill -HUP "${_pids[a-teredod]}"
	check "none" wait_for 5 metrics a 2001::/32 ''
	client_down a
}

background_pid()
{
	pgrep -f "teredod --background --config $conf teredo0"
}

# SIGHUP refuses the configurations that a start refuses, and logs why.
test_reload_refused()
{
	mkdir -p /etc/teredo "$tmp/run-a"
	client_at '' "port = ${port[a]}"
	cp "$conf" /etc/teredo/teredo0.conf
	start a-teredod a env "TEREDO_RUN_DIR=$tmp/run-a" "$tools/teredod" teredo0
	check "qualified" wait_for 5 has_teredo_address "$pid"
	rm /etc/teredo/teredo0.conf
	reloaded 'there is no /etc/teredo/teredo0.conf' \
		'teredo0: continuing with the configuration'
	client_down a

	# the name of the server was never resolved, so the kernel has no server address
	config '[client]' 'server = nosuch.invalid'
	client_start a --config "$conf"
	check "it looks the name up" wait_for 5 shows a 'nosuch.invalid'
	config '[client]' 'refresh = 20'
	reloaded "$conf: teredo0 needs server = NAME" 'continuing with'
	client_down a
}

# "link" can be an alternative name of the interface.
test_altname()
{
	check "a second name" ip_on a link property add dev eth0 altname uplink
	client_at '' "port = ${port[a]}" 'link = uplink'
	client_up a --config "$conf"
	stop a-teredod USR1
	client_up a --config "$conf"
	! grep 'link is' "$tmp/a-teredod.log" || fail "the names differ"
	client_down a
	ip_on a link property del dev eth0 altname uplink
}

# A Teredo address holds only the primary address of the server.
test_secondary()
{
	local addr

	client_at '' "port = ${port[a]}"
	client_up a --config "$conf"
	addr=$(teredo_address a)
	stop a-teredod USR1
	client_at 203.0.113.1/203.0.113.9 "port = ${port[a]}"
	client_up a --config "$conf"
	check_equal "the address" "$addr" "$(teredo_address a)"
	check "the configured secondary address" wait_for 3 \
		shows a '"secondary":"203.0.113.9"'
	client_down a
}

# The gateway does not answer, so teredo-portmap still runs when SIGHUP comes.
test_children()
{
	local first

	[ -x "$tools/teredo-portmap" ] || {
		skip "no teredo-portmap"
		return
	}
	config '[client]' 'server = 203.0.113.1/203.0.113.2' 'port-mapping = auto'
	client_up a --config "$conf"
	first=$(pgrep -P "${_pids[a-teredod]}" -x teredo-portmap)
	[ "$first" ] || fail "teredo-portmap does not run"
	config '[client]' 'server = 203.0.113.1/203.0.113.2' 'port-mapping = auto' \
		'[device]' 'ttl = 44'
	reloaded "reading $conf again"
	check "the first one has gone" wait_for 15 eval "[ ! -e /proc/$first ]" ||
		grep State "/proc/$first/status" | note
	check "the second one runs" pgrep -P "${_pids[a-teredod]}" -x teredo-portmap
	client_down a
}

# teredod started by hand, in the background
test_reload_background()
{
	local daemon

	client_at '' "port = ${port[a]}"
	mkdir -p "$tmp/run-a"
	check "teredo up" teredo a up teredo0 --config "$conf"
	check "wait" teredo a wait teredo0 --timeout 15
	daemon=$(background_pid)
	client_at '' "port = ${port[a]}" 'ttl = 45'
	kill -HUP "$daemon"
	check "the setting" wait_for 5 has 'ttl 45'
	check_equal "process" "$daemon teredod" \
		"$(background_pid) $(cat "/proc/$daemon/comm")"
	check "status" wait_for 5 shows a '"state":"qualified"'
	check "teredo down" teredo a down teredo0
	no_device teredo0
}

test_unreadable()
{
	client_at '' "port = ${port[a]}"
	client_up a --config "$conf"
	# a second teredod must not remove the first one's address
	printf '%s\n' '[client]' 'nonsense = 1' > "$tmp/wrong.conf"
	ends 78 'nonsense: unknown key' --config "$tmp/wrong.conf" teredo0
	check "the first one has its address" has_teredo_address \
		"${_pids[a-teredod]}"
	stop a-teredod USR1
	[ "$(teredo_address a)" ] || fail "no address to be left behind"
	ends 78 'nonsense: unknown key' --config "$tmp/wrong.conf" teredo0
	check_equal "address" '' "$(teredo_address a)"
	check_equal "routes" '' "$(must ip_on a -6 route show dev teredo0)"
	client_up a --config "$conf"
	check "ping" reach a 2001:db8:1::10
	client_down a
}

modprobe teredo || fail "no module"
internet
client a pr
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545

add_test "C-01: no server is configured: exit 78, nothing is created" test_nothing
add_test "what a failed start has made goes, the corrected one works" test_failed
add_test "a restart applies what has changed in the file" test_changed
add_test "a device made by hand: settings that differ are named" test_made_by_hand
add_test "SIGHUP reads the configuration again, the address stays" test_reload
add_test "SIGHUP refuses what a start would refuse" test_reload_refused
add_test "link has the second name of an interface" test_altname
add_test "an address goes on with the configured secondary address" \
	test_secondary
add_test "SIGHUP leaves no zombie of teredo-portmap" test_children
add_test "routes with other settings go" test_routes
add_test "SIGHUP in the background" test_reload_background
add_test "a configuration that cannot be read leaves no address behind" \
	test_unreadable

run_tests
