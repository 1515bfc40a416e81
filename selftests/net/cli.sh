#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The command "teredo": output, formats and exit codes
# timeout: 400

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

esc=$'\033'

test_show()
{
	set_nat a pr
	client_up a || return
	exits "a qualified client" 0 teredo a show teredo0
	has 'teredo0:' 'type client' 'state qualified' \
		'server name 203.0.113.1, 203.0.113.2' \
		'client refresh interval 30 seconds' 'client port 40000' \
		'client type teredo client' 'nat restricted' \
		'nat special behaviour UPNP: no, PortPreserving: yes' \
		'local mapping 10.1.0.2:40000' \
		'external nat mapping 192.0.2.10:40000' \
		"address $(teredo_address a)/32"
	exits "all devices" 0 teredo a
	has 'teredo0:'
	exits "JSON" 0 teredo a -j show
	check "it is an array of one device" python3 -c 'import json, sys
d = json.loads(sys.argv[1])
assert len(d) == 1 and d[0]["state"] == "qualified", d
assert d[0]["mapped"] == {"address": "192.0.2.10", "port": 40000}, d' "$shown"
	stop a-teredod
	exits "without teredod" 3 teredo a show teredo0
	has 'reason: no teredod runs for teredo0'
	exits "no such device" 1 teredo a show nosuch
	ip_on a link del teredo0
}

# on_tty ARGUMENTS...: output of the tool on a terminal
on_tty()
{
	on a env TEREDO_RUN_DIR="$tmp/run-a" "${env[@]}" TERM=xterm \
		script -qec "$tools/teredo $*" /dev/null < /dev/null
}

test_colours()
{
	local env=()

	bare_client a "$A"
	exits "on a terminal" 0 on_tty stats
	has "${esc}[1mteredo0${esc}[0m"
	env=(NO_COLOR=1)
	exits "NO_COLOR" 0 on_tty stats
	[[ $shown != *$esc* ]] || fail "colours although NO_COLOR is set"
	exits "--color=always beats it" 0 on_tty --color=always stats
	has "${esc}[1mteredo0${esc}[0m"
	env=()
	exits "--color=never" 0 on_tty --color=never stats
	[[ $shown != *$esc* ]] || fail "colours although none are wanted"
	exits "no terminal" 0 teredo a stats
	[[ $shown != *$esc* ]] || fail "colours although it is no terminal"
	exits "JSON on a terminal" 0 on_tty -j stats
	[[ $shown != *$esc* ]] || fail "colours in JSON"
	teredo_gone a
}

# teredo_gone NODE: delete a bare client and its "tdctl watch"
teredo_gone()
{
	stop "$1-watch"
	rm -f "$tmp/$1-watch."{in,out}
	ip_on "$1" link del teredo0
}

# by_ethtool: "name value" of each counter that is not 0
by_ethtool()
{
	on a ethtool -S teredo0 |
		sed -n 's/^ *\([a-z0-9_]*\): \([1-9][0-9]*\)$/\1 \2/p' | sort
}

by_genl()
{
	dump a |
		sed -n 's/^\([a-z0-9_]*\) \([1-9][0-9]*\)$/\1 \2/p' |
		grep -v -e '^state' -e '^peers ' -e '^to_stack' -e '^sent' | sort
}

by_stats()
{
	teredo a stats teredo0 |
		sed -n 's/^ *\([a-z0-9_]*\)  *\([1-9][0-9]*\)$/\1 \2/p' | sort
}

by_json()
{
	counters a | grep ' [1-9]' | sort
}

by_prometheus()
{
	teredo a stats --prometheus | sed -n \
		's/^teredo_\([a-z0-9_]*\)_total{device="teredo0"} \([1-9][0-9]*\)$/\1 \2/p' |
		sort
}

test_four()
{
	local what expected

	set_nat a none
	bare_client a "$A"
	# a different number for each of some counters
	for what in 1 2 3; do
		inject --from 198.51.100.66:7 --to "192.0.2.10:${port[a]}" 00
	done
	inject --from 198.51.100.66:7 --to "192.0.2.10:${port[a]}" \
		6000000000003bff "$(hex_of 2001:0:cb00:7101:0:1234:5678:9abc)" \
		"$(hex_of "$A")"
	on a ping -6 -n -c 2 -i 0.1 -W 1 2001:0:cb00:7101:0:ffff:f5ff:fffe \
		> /dev/null 2>&1
	wait_for 5 counted_to rx_drop_malformed 3
	wait_for 5 counted_to rx_drop_bubble 1
	expected=$(by_ethtool)
	note <<< "$expected"
	[[ $expected == *'rx_drop_malformed 3'* ]] ||
		fail "three malformed datagrams were sent"
	[[ $expected == *'tx_drop_embedded 2'* ]] ||
		fail "two packets were sent to a private mapping"
	for what in genl stats json prometheus; do
		check_equal "counters by $what" "$expected" "$("by_$what")"
	done
	# counters that are 0 have the same names, too
	check_equal "names" "$(on a ethtool -S teredo0 |
		sed -n 's/^ *\([a-z0-9_]*\): [0-9]*$/\1/p')" \
		"$(teredo a stats --prometheus |
			sed -n 's/^# TYPE teredo_\(.*\)_total counter$/\1/p')"
	teredo_gone a
}

counted_to()
{
	[ "$(counter a teredo0 "$1")" = "$2" ]
}

# hex_of ADDRESS: its 16 octets in hex
hex_of()
{
	python3 -c 'import ipaddress, sys
print(ipaddress.IPv6Address(sys.argv[1]).packed.hex())' "$1"
}

# prometheus_valid: the rules of Prometheus' text parser and of promtool
prometheus_valid()
{
	awk '
	function bad(why) { print NR ": " why ": " $0; failed = 1 }
	$1 == "#" && $2 == "HELP" {
		if ($3 in help) bad("second HELP")
		if (NF < 4 || !/\.$/) bad("no text")
		help[$3] = 1
		current = $3
		next
	}
	$1 == "#" && $2 == "TYPE" {
		if ($3 != current || $3 in type) bad("TYPE without its HELP")
		if ($4 != "counter" && $4 != "gauge") bad("no type")
		if (($4 == "counter") != ($3 ~ /_total$/)) bad("name and type")
		if ($3 !~ /^[a-z_:][a-z0-9_:]*$/) bad("no name")
		type[$3] = $4
		next
	}
	{
		if (NF != 2 || $1 !~ /^[a-z_:][a-z0-9_:]*[{][a-z]+="[^"]*"[}]$/)
			bad("no sample")
		name = $1
		sub(/[{].*/, "", name)
		if (name != current || !(name in type)) bad("out of its group")
		if ($1 in seen) bad("twice")
		if ($2 !~ /^[0-9]+$/) bad("no value")
		seen[$1] = 1
		n++
	}
	END { exit failed || n < 40 }' <<< "$shown"
}

test_prometheus()
{
	bare_client a "$A"
	ip_on a link add t2 type teredo
	exits "two devices" 0 teredo a stats --prometheus
	check "the text is valid" prometheus_valid
	has 'teredo_up{device="teredo0"} 1' 'teredo_up{device="t2"} 0' \
		'teredo_tx_bubbles_total{device="t2"} 0'
	exits "with JSON" 1 teredo a -j stats --prometheus
	ip_on a link del t2
	teredo_gone a
	exits "no device" 0 teredo a stats --prometheus
	check_equal "text without a device" "" "$shown"
}

test_watch()
{
	bare_client a "$A"
	on a bash -c "sleep 0.5; exec '$here/helpers/tdinject' --from 192.0.2.10:9 \
		--to 192.0.2.10:${port[a]} 00" &
	exits "two readings" 0 teredo a -j stats teredo0 -w --count 2
	wait $!
	check "a rate in the first, none in the second" python3 -c '
import json, sys
first, second = [json.loads(l)[0] for l in sys.argv[1].splitlines()]
a, b = [d["counters"]["rx_drop_malformed"] for d in (first, second)]
assert a["value"] == 1 and 0.5 < a["rate"] <= 1, a
assert b["value"] == 1 and b["rate"] == 0, b
assert 0.9 < first["seconds"] < 2, first["seconds"]' "$shown"
	exits "for people" 0 teredo a stats --interval 1 --count 1
	has 'rx_drop_malformed 1 0.0/s'
	[[ $shown != *tx_drop_loop* ]] || fail "counters that never moved"
	exits "an interval of nothing" 1 teredo a stats --interval 0
	exits "a word too many" 1 teredo a stats teredo0 teredo0
	teredo_gone a
}

test_up_down()
{
	set_nat a pr
	mkdir -p "$tmp/run-a"
	printf '%s\n' '[client]' 'server = 203.0.113.1/203.0.113.2' \
		'[device]' "port = ${port[a]}" > "$tmp/up.conf"
	exits "up" 0 teredo a up teredo0 --config "$tmp/up.conf"
	exits "it qualifies" 0 teredo a wait teredo0 --timeout 15
	exits "up again" 1 teredo a up teredo0 --config "$tmp/up.conf"
	has 'there is a teredod for teredo0'
	check "ping" reach a 2001:db8:1::10
	exits "down" 0 teredo a down teredo0
	! ip_on a link show teredo0 > /dev/null 2>&1 ||
		fail "the device is still there"
	[ ! -e "$tmp/run-a/teredo0.sock" ] || fail "the daemon left its socket"
	exits "down again" 1 teredo a down teredo0
	exits "down of another device" 1 teredo a down eth0
	has 'eth0 is no Teredo device'

	echo 'nonsense = 1' > "$tmp/bad.conf"
	exits "up with a bad configuration" 78 teredo a up teredo0 \
		--config "$tmp/bad.conf"
	has 'bad.conf:1:'
	! ip_on a link show teredo0 > /dev/null 2>&1 ||
		fail "there is a device all the same"
	# a device without a daemon is deleted as well
	check "a device without teredod" ip_on a link add teredo0 type teredo
	exits "down without teredod" 0 teredo a down teredo0
}

# Events report the states that "teredo show" displays.
test_monitor()
{
	set_nat a pr
	start monitor a "$tools/teredo" -j monitor
	pause 1
	client_up a
	exits "a qualified client" 0 teredo a -j show teredo0
	has '"state":"qualified"'
	check "monitor: qualified" wait_for 5 \
		grep -q '"ifname":"teredo0","state":"qualified"' "$tmp/monitor.log"
	check "monitor: probe" grep -q '"state":"probe"' "$tmp/monitor.log"
	stop a-teredod
	exits "without teredod" 3 teredo a -j show teredo0
	has '"state":"offline"'
	check "monitor: offline" wait_for 5 \
		grep -q '"state":"offline"' "$tmp/monitor.log"
	! grep -qE '"state":"(up|down|probing)"' "$tmp/monitor.log" ||
		fail "another word: $(cat "$tmp/monitor.log")"
	stop monitor
	ip_on a link del teredo0
}

# The kernel accepts any octet in the name of a device, JSON does not.
test_name_octets()
{
	local name=$'t\xff\xfe' json='"ifname":"t\\xff\\xfe"'

	start monitor a "$tools/teredo" -j monitor
	pause 1
	check "a device" ip_on a link add "$name" type teredo
	check "it is up" ip_on a link set "$name" up
	exits "show" 3 teredo a -j show "$name"
	has "$json"
	exits "show all" 0 teredo a -j show
	has "$json"
	exits "counters" 0 teredo a -j stats "$name"
	has "$json"
	ip_on a link del "$name"
	check "an event" wait_for 5 grep -qF "$json" "$tmp/monitor.log"
	check "monitor still runs" kill -0 "${_pids[monitor]}"
	stop monitor
}

test_exit_codes()
{
	exits "unknown command" 1 teredo a nonsense
	exits "unknown option" 1 teredo a --nonsense
	exits "help" 0 teredo a help
	exits "no address within the time" 3 teredo a wait nosuch --timeout 0
	ip_on a link add teredo0 type teredo
	exits "what the kernel refuses" 2 teredo a peer add teredo0 2001:db8::1
	exits "not down" 0 teredo a decode "$A"
	teredo_gone a
}

# is_json: check $shown
is_json()
{
	python3 -m json.tool <<< "$shown" > /dev/null
}

# Options are accepted before and after the command, and each command has --help.
test_options()
{
	local command

	bare_client a "$A"
	for command in '-j show' 'show -j' 'show teredo0 -j' 'show --json teredo0' \
			'stats teredo0 -j' 'peer show teredo0 -jp' \
			"decode $A --pretty"; do
		# shellcheck disable=SC2086 # words
		teredo a $command > "$tmp/options" 2> /dev/null
		shown=$(cat "$tmp/options")
		check "JSON by 'teredo $command'" is_json
	done
	exits "wait, option last" 0 teredo a wait teredo0 --timeout 1
	exits "wait, option first" 0 teredo a wait --timeout 1 teredo0
	exits "wait, option with =" 0 teredo a wait --timeout=1 teredo0
	exits "wait for nothing" 1 teredo a wait teredo0 --timeout
	has '--timeout: the value is missing'
	for command in show set peer stats monitor wait up down qualify probe \
			decode import checkconf; do
		exits "$command --help" 0 teredo a "$command" --help
		has "teredo [OPTION]" " $command " '--json'
		exits "help $command" 0 teredo a help "$command"
		has " $command "
		exits "$command -h" 0 teredo a "$command" teredo0 -h
		has " $command "
	done
	exits "an option that a command has not" 1 teredo a show --timeout 3
	has 'teredo show has no option --timeout (try: teredo show --help)'
	exits "help of what is no command" 1 teredo a help nonsense
	has 'unknown command nonsense'
	exits "a device that looks like an option" 1 teredo a show -- -j
	has 'there is no device -j'
	teredo_gone a
}

# "teredo set" lists all settings, accepts both spellings, and changes them.
test_set()
{
	local key

	exits "help set" 0 teredo a help set
	for key in server announce $(tr -d '\\\n' < "$top/tools/lib/link_attrs.h" |
			grep -oE '"[a-z-]+",[[:space:]]*true' | cut -d '"' -f 2); do
		[[ $shown == *"$key"* ]] || fail "help set does not tell of $key"
	done
	bare_client a "$A"
	exits "max-peers" 0 teredo a set teredo0 max-peers 7
	exits "max_peers" 0 teredo a set teredo0 max_peers 9
	exits "udp_checksum" 0 teredo a set teredo0 udp_checksum off
	[[ $(ip_on a -d link show teredo0) == *'max_peers 9 '* ]] ||
		fail "max_peers was not set"
	exits "udp-checksum" 0 teredo a set teredo0 udp-checksum off
	[[ $(ip_on a -d link show teredo0) == *' noudpcsum '* ]] ||
		fail "udp-checksum was not set"
	exits "server without teredod" 3 teredo a set teredo0 server 203.0.113.1
	has 'no teredod runs for teredo0'
	exits "without rights" 2 on a setpriv --reuid 65534 --clear-groups \
		--bounding-set=-all "$tools/teredo" set teredo0 ttl 3
	has '(root or CAP_NET_ADMIN is needed)'
	teredo_gone a
}

test_next()
{
	exits "no device" 0 teredo a
	has '/etc/teredo/NAME.conf' 'systemctl enable --now teredo@NAME' \
		'teredo up NAME'
	check_equal "devices on stdout" '' "$(teredo a show 2> /dev/null)"
	check_equal "as JSON" '[]' "$(teredo a -j show 2>&1)"
}

# "teredo wait" asks for the status 20 times a second, and a host can have thousands
# of chains: teredod must not dump them each time.
test_firewall_dumps()
{
	local tracing=/sys/kernel/tracing dumps

	mountpoint -q "$tracing" || mount -t tracefs tracefs "$tracing"
	if ! echo 'p:dumps nf_tables_dump_chains' >> "$tracing/kprobe_events"; then
		skip "no kprobes"
		return
	fi
	client_start a --server 203.0.113.9	# an address that does not answer
	echo 1 > "$tracing/events/kprobes/dumps/enable"
	teredo a wait teredo0 --timeout 2 > /dev/null 2>&1
	dumps=$(awk '$1 == "dumps" { print $2 }' "$tracing/kprobe_profile")
	echo 0 > "$tracing/events/kprobes/dumps/enable"
	echo '-:dumps' >> "$tracing/kprobe_events"
	check_at_most "dumps of all chains in 2 s" 4 "$dumps"
	[ "$dumps" -ge 1 ] || fail "teredod has not looked"
	client_down a
}

# kept EXPRESSION...: Python expressions about the device in "teredo -j show"
kept()
{
	local expr

	exits "JSON" "$status" teredo a -j show teredo0
	for expr; do
		check "$expr" python3 -c 'import json, sys
d = json.loads(sys.argv[1])[0]
assert eval(sys.argv[2]), d' "$shown" "$expr"
	done
}

# State of a client (RFC 4380 5.2), before and after qualification
test_kept()
{
	local status=3

	set_nat a pr
	on s1 nft -f - <<-EOF
	table ip silent {
		chain input {
			type filter hook input priority filter
			udp dport 3544 drop
		}
	}
	EOF
	client_start a
	check "it starts" wait_for 5 eval "[[ \$(teredo a -j show) == *state* ]]"
	kept 'd["state"] == "probe"' '"address" not in d' \
		'"mapped" not in d' '"contact_ms" not in d'
	on s1 nft delete table ip silent
	check "qualified" wait_for 10 has_teredo_address "${_pids[a-teredod]}"
	check "a peer" reach a 2001:db8:1::10
	pause 2
	status=0
	kept 'd["state"] == "qualified"' \
		"d['address'] == '$(teredo_address a)'" \
		'd["server"]["primary"] == "203.0.113.1"' \
		'd["local"] == {"address": "10.1.0.2", "port": 40000}' \
		'd["mapped"] == {"address": "192.0.2.10", "port": 40000}' \
		'd["refresh_ms"] == 30000' '2000 <= d["contact_ms"] < 15000' \
		'd["peers"] == 1'
	exits "the peer" 0 teredo a peer show teredo0
	has '2001:db8:1::10 trusted at 198.51.100.1:3545'
	client_down a
}

modprobe teredo || fail "no module"
internet
client a pr
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545

add_test "teredo show has the words of Windows and exits by the state" test_show
add_test "C-06 C-23: what a client keeps is shown" test_kept
add_test "colours on a terminal only, and by NO_COLOR not even there" test_colours
add_test "counters are equal by ethtool, genl, teredo stats and for Prometheus" test_four
add_test "teredo stats --prometheus is valid" test_prometheus
add_test "teredo stats -w shows rates" test_watch
add_test "teredo up and down" test_up_down
add_test "teredo monitor has the words of teredo show" test_monitor
add_test "the name of a device that is not UTF-8" test_name_octets
add_test "exit codes" test_exit_codes
add_test "options before and behind the command, and --help of each" test_options
add_test "teredo set" test_set
add_test "teredo wait has the firewall looked for once a second at most" \
	test_firewall_dumps
add_test "no device: what next" test_next

run_tests
