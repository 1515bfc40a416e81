#!/bin/bash
# shellcheck disable=SC2016,SC2086 # expanded later; constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# A router with two uplinks, each with its own NAT address. The first uplink fails. The
# conntrack entry of the client's service port still has the first uplink's address, as
# long as the client's packets refresh it.
# timeout: 500

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

SECOND=192.0.2.31		# address of nc on the second uplink

new_router()
{
	new_link inet nc2 nc wan2
	ip_on inet route add $SECOND dev nc2
	ip_on nc addr add $SECOND dev wan2
	on nc nft -f - <<-EOF
	flush ruleset
	table ip nat {
		chain post {
			type nat hook postrouting priority srcnat
			oifname wan snat to ${outside[c]}
			oifname wan2 snat to $SECOND
		}
	}
	EOF
}

first_uplink()
{
	ip_on inet route replace ${outside[c]} dev nc
	ip_on nc route replace default dev wan
	nat_forgets nc
}

# The first uplink fails, and the router uses the second one.
fail_over()
{
	ip_on nc route replace default dev wan2
	ip_on inet route replace unreachable ${outside[c]}
}

# start_client [LINE]: with these lines of [device]
start_client()
{
	printf '%s\n' '[client]' 'server = 203.0.113.1/203.0.113.2' \
		'refresh = 5' '[device]' "$@" > "$tmp/stale.conf"
	client_up c --config "$tmp/stale.conf"
}

mapped_to()
{
	[[ $(teredo c -j show teredo0) == *'"mapped":{"address":"'"$1"'"'* ]]
}

service_port()
{
	teredo c -j show teredo0 | sed 's/.*"local":{[^}]*"port":\([0-9]*\).*/\1/'
}

by_second_uplink()
{
	has_teredo_address "${_pids[c-teredod]}" && mapped_to $SECOND
}

# Time from the failure to the next address
test_port()
{
	local start ms old

	first_uplink
	start_client || return
	old=$(service_port)
	fail_over
	start=$(now_ms)
	wait_for 60 by_second_uplink || {
		fail "no address by the second uplink"
		tail -n 8 "$tmp/c-teredod.log" | note
		on nc conntrack -L -p udp 2> /dev/null | note
	}
	ms=$(($(now_ms) - start))
	note "an address by the second uplink after $ms ms"
	# one refresh interval of 5 s, then the tries without an answer
	check_at_most "ms" 30000 $ms
	[ "$(service_port)" != "$old" ] || fail "the port is still $old"
	check "ping" reach c 2001:db8:1::10
	# after a restart, the port can still change
	old=$(service_port)
	stop c-teredod
	client_start c --config "$tmp/stale.conf"
	check "qualified after a restart" \
		wait_for 5 has_teredo_address "${_pids[c-teredod]}"
	check_equal "the port after the restart" "$old" "$(service_port)"
	first_uplink
	ip_on inet route replace unreachable $SECOND
	check "by the first uplink again" wait_for 40 mapped_to ${outside[c]}
	ip_on inet route replace $SECOND dev nc2
	client_down c
}

# Both addresses of the server are down: no port gets an answer. The address is the same
# when the server returns.
test_server()
{
	local old port

	first_uplink
	start_client || return
	old=$(teredo_address c)
	port=$(service_port)
	ip_on s1 link set teredo0 down
	pause 45
	check "no address" no_address c
	check_equal "port" "$port" "$(service_port)"
	ip_on s1 link set teredo0 up
	check "qualified again" wait_for 6 has_teredo_address "${_pids[c-teredod]}"
	check_equal "address" "$old" "$(teredo_address c)"

	# only the primary address of the server is down
	on s1 nft -f - <<-EOF
	table ip primary {
		chain i {
			type filter hook input priority 0
			ip daddr 203.0.113.1 udp dport 3544 drop
		}
	}
	EOF
	pause 45
	check "no address" no_address c
	check_equal "port" "$port" "$(service_port)"
	on s1 nft delete table ip primary
	check "qualified again" wait_for 6 has_teredo_address "${_pids[c-teredod]}"
	check_equal "address" "$old" "$(teredo_address c)"
	client_down c
}

# longest_silence: the longest time without a packet from the service port, in s
longest_silence()
{
	packets asked "udp src port ${port[c]}" |
		awk '{ if (NR > 1 && $1 - last > longest) longest = $1 - last
		       last = $1 } END { print int(longest) }'
}

# The router's UDP timeout is 120 s. The client pauses for 150 s.
test_fixed_port()
{
	local start ms silence

	on nc sysctl -qw net.netfilter.nf_conntrack_udp_timeout=120 \
		net.netfilter.nf_conntrack_udp_timeout_stream=120
	first_uplink
	start_client "port = ${port[c]}" || return
	capture c eth0 asked udp dst port 3544
	fail_over
	start=$(now_ms)
	# six solicitations without an answer; polling takes CPU time of emulated machines
	pause 24
	check "it says why" wait_for 16 eval \
		'[[ $(teredo c show teredo0) == *"stale mapping"* ]]'
	teredo c show teredo0 | grep state | note
	pause 140
	wait_for 40 by_second_uplink || fail "no address by the second uplink"
	ms=$(($(now_ms) - start))
	note "an address by the second uplink after $ms ms"
	check_equal "port" ${port[c]} "$(service_port)"
	capture_stop asked
	silence=$(longest_silence)
	note "silent for $silence s"
	[ "$silence" -ge 121 ] || fail "silent for no longer than $silence s"
	check "ping" reach c 2001:db8:1::10
	client_down c
}

modprobe teredo || fail "no module"
internet
client c pr
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545
new_router

add_test "C-90: a NAT whose uplink changed: another port, qualified within 30 s" \
	test_port
add_test "A-43: a server that is down does not cost the port" test_server
add_test "C-90: a NAT whose uplink changed, and a fixed port: a pause longer than the NAT's timeout" \
	test_fixed_port

run_tests
