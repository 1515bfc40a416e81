#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The gateway of a server: native IPv6 for its clients by translation, where no network
# has a route to the service prefix. The provider of s1 routes
# 2001:db8:5:1::/64 to s1.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

table='table ip6 teredo-teredo0'

is_forwarding()
{
	[ "$(on s1 sysctl -n net.ipv6.conf.all.forwarding)" = 1 ]
}

# forwarding_is VALUE
forwarding_is()
{
	check_equal "forwarding" "$1" \
		"$(on s1 sysctl -n net.ipv6.conf.all.forwarding)"
}

forwarding()
{
	on s1 sysctl -qw "net.ipv6.conf.all.forwarding=$1"
}

nft_tables()
{
	must on s1 nft list tables
}

has_no_table()
{
	[ -z "$(nft_tables)" ]
}

has_table()
{
	[ "$(nft_tables)" = "$table" ]
}

# kernel_prefix: the prefix that the module of s1 translates to
kernel_prefix()
{
	ip_on s1 -d link show teredo0 2> /dev/null |
		sed -n 's/.* gateway_prefix \([^ ]*\).*/\1/p'
}

translates()
{
	[ "$(kernel_prefix)" = "$prefix::/64" ]
}

# in_place KIND
in_place()
{
	if [ "$1" = prefix ]; then translates; else has_table; fi
}

# check_clean_routes: nothing translates or routes on s1
check_clean_routes()
{
	check_equal "translation" "" "$(kernel_prefix)"
	check_equal "tables" "" "$(nft_tables)"
	check_equal "routes of teredod" "" \
		"$(must ip_on s1 -6 route show table all proto 74)"
}

# check_clean: nothing of a gateway is left on s1
check_clean()
{
	check_clean_routes
	check_equal "files" "" "$(cd "$tmp/run-s1" && ls -- *.gateway *.forwarding 2> /dev/null)"
}

# ---------------------------------------------------------------- secrets

# secrets LINE: write the secrets of the server
secrets()
{
	(umask 077; printf '%s\n' "$1" > "$tmp/secrets")
}

# not_carried CLIENT: its packets are dropped, as it is not authenticated
not_carried()
{
	count_from s1
	! reach "$1" "$native" 1 > /dev/null || fail "$1 reaches a native host"
	[[ $(counted s1) == *rx_drop_not_authenticated+* ]] ||
		fail "$1: $(counted s1)"
}

# A client with the secret, one that never authenticates, and one with an expired secret
test_secrets()
{
	local lines=("${server_lines[@]}")

	secrets 'alice correct-horse-battery'
	server_lines+=("secrets = $tmp/secrets")
	gateway_start "prefix = $prefix::/64"
	server_lines=("${lines[@]}")
	check "not called open" eval '! server_says "open to all clients"'
	printf '%s\n' '[client]' 'server = 203.0.113.1/203.0.113.2' \
		'secret-id = alice' 'secret = correct-horse-battery' \
		'[device]' "port = ${port[a]}" > "$tmp/secret.conf"
	client_up a --config "$tmp/secret.conf"
	traffic prefix a
	# c has an address that the server could have given it
	bare_client c 2001:0:cb00:7101:0:159f:3fff:fde1
	not_carried c
	! reach h "$prefix:0:159f:3fff:fde1" 1 > /dev/null ||
		fail "a native host reaches c"
	check "a is still reached" reach h "$(translated a)"
	secrets 'alice correct-horse-battery expired'
	kill -HUP "${_pids[s1-teredod]}"
	client_down a
	client_up a --config "$tmp/secret.conf"
	not_carried a
	client_down a
	stop c-watch
	ip_on c link del teredo0
	server_stop
	check_clean
}

# ---------------------------------------------------------------- traffic

# test_traffic KIND LINE
test_traffic()
{
	forwarding 1
	gateway_start "$2"
	client_up a
	client_up c
	capture inet h seen icmp6 or tcp
	traffic "$1" a
	traffic "$1" c
	capture_stop seen
	check_equal "packets with Teredo addresses" "" \
		"$(packets seen 'net 2001::/32' | head -n 3)"
	check "the open gateway is announced" server_says \
		'open to all clients of this server'
	check "status" shows s1 '"gateway"' "\"method\":\"$1\"" '"state":"up"'
	client_down a
	client_down c
	server_stop
	check_clean
	forwarding_is 1
}

# ---------------------------------------------------------------- ICMPv6 errors

# error_from NODE HOP-LIMIT ADDRESS EXPECTED: a ping gets this error
error_from()
{
	on "$1" ping -6 -n -c 2 -i 0.2 -W 2 -t "$2" "$3" > "$tmp/ping" 2>&1
	grep -q -- "$4" "$tmp/ping" && return
	fail "no $4"
	note < "$tmp/ping"
}

# port_unreachable NODE ADDRESS: a socket gets this error
port_unreachable()
{
	on "$1" python3 - "$2" <<-'END'
	import socket, sys
	s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
	s.connect((sys.argv[1], 9))
	s.settimeout(5)
	s.send(b'x')
	try:
	    s.recv(9)
	except ConnectionRefusedError:
	    sys.exit(0)
	sys.exit(1)
	END
}

# silent_client: native address of a client that does not exist
silent_client()
{
	echo "$prefix:0:63bf:3fff:fd00"
}

# ping, like a socket, reports an error only if it quotes a packet of its own.
test_errors()	# KIND LINE
{
	gateway_start "$2"
	client_up a
	check "a native host answers" reach a "$native"
	error_from a 1 "$native" 'From 2001:db8:5::1 .*Time exceeded: Hop limit'
	error_from a 2 "$native" 'From 2001:db8::1 .*Time exceeded: Hop limit'
	check "port unreachable" port_unreachable a "$native"
	if [ "$1" = prefix ]; then
		error_from h 1 "$(translated a)" 'From 2001:db8::1 .*Time exceeded'
		error_from h 2 "$(translated a)" 'From 2001:db8:5::1 .*Time exceeded'
		error_from h 1 "$(silent_client)" 'From 2001:db8::1 .*Time exceeded'
		check "no such client" on h bash -c "
			ping -6 -n -c 1 -W 20 $(silent_client) |
				grep 'From 2001:db8:5::1 .*Destination unreachable'"
		check "port unreachable" port_unreachable h "$(translated a)"
		check "too big" on h bash -c "
			ping -6 -n -c 2 -i 0.2 -W 2 -s 1400 -M do $(translated a) |
				grep 'Packet too big: mtu=1280'"
		check "the path MTU is known" on h bash -c "
			ip -6 route get $(translated a) | grep 'mtu 1280'"
		check "pings in fragments" on h ping -6 -n -c 2 -W 5 -s 1400 \
			"$(translated a)"
	fi
	client_down a
	server_stop
}

# ---------------------------------------------------------------- loops

# unrelated_error TO: send an ICMPv6 error that quotes no known connection
unrelated_error()
{
	on h python3 - "$1" <<-'END'
	import socket, sys
	s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
	inner = bytes.fromhex('6000000000081140') + \
		socket.inet_pton(socket.AF_INET6, sys.argv[1]) + \
		socket.inet_pton(socket.AF_INET6, '2001:db8:7::7') + bytes(8)
	s.sendto(bytes([1, 3, 0, 0, 0, 0, 0, 0]) + inner, (sys.argv[1], 0))
	END
}

# returned: number of packets to the prefix that s1 has sent back to its provider
returned()
{
	packets loop "ip6 and dst net $prefix::/64" | wc -l
}

# Otherwise a packet that no client can get would loop between s1 and its provider until
# its hop limit is 0.
test_loop()
{
	gateway_start "prefix = $prefix::/64"
	capture inet s1 loop -Q in
	unrelated_error "$prefix::1234:5678"
	on h ping -6 -n -c 3 -i 0.1 -W 1 "$prefix::1234:5678" > /dev/null
	capture_stop loop
	check_equal "packets that came back" 0 "$(returned)"
	ip_on s1 link set teredo0 carrier off
	capture inet s1 loop -Q in
	unrelated_error "$prefix::1234:5678"
	on h ping -6 -n -c 3 -i 0.1 -W 1 "$prefix::1234:5678" > /dev/null
	capture_stop loop
	check_equal "packets that came back without a carrier" 0 "$(returned)"
	server_stop
}

# ---------------------------------------------------------------- other programs

# back_after WHAT COMMAND...: the daemon restores the whole table within a second
back_after()
{
	local what=$1 before begin

	shift
	before=$(on s1 nft -s list table ip6 teredo-teredo0)
	begin=$(now_ms)
	check "$what" on s1 "$@"
	wait_for 5 is_table "$before" || fail "$what: the table does not come back"
	note "$what: $(($(now_ms) - begin)) ms"
	check_at_most "$what: ms" 1000 $(($(now_ms) - begin))
}

is_table()
{
	[ "$(on s1 nft -s list table ip6 teredo-teredo0 2> /dev/null)" = "$1" ]
}

test_flush()
{
	gateway_start 'masquerade = yes'
	client_up a
	check "a native host answers" reach a "$native"
	start ping a ping -6 -n -D -i 0.1 -W 2 "$native"
	pause 0.5
	back_after "flush ruleset" nft flush ruleset
	check "the program is named" server_says 'was changed by nft, process'
	back_after "flush of a chain" nft flush chain ip6 teredo-teredo0 srcnat
	back_after "reload of a firewall" nft -f "$tmp/firewall.nft"
	pause 1
	stop ping INT
	check_at_most "longest gap, ms" 1000 "$(longest_gap ping)"
	check "a new connection" reach a 2001:db8:66::1
	client_down a
	server_stop
	check_equal "tables" 'table inet filter' "$(nft_tables)"
	on s1 nft flush ruleset
}

# The module translates, so a firewall can be loaded and flushed, and sees native
# addresses. The daemon reverts another prefix that "ip link" sets.
test_changed()
{
	gateway_start "prefix = $prefix::/64"
	client_up a
	check "a native host answers" reach a "$native"
	on s1 nft -f "$tmp/firewall.nft"
	on s1 nft add rule inet filter forward ip6 saddr "$(translated a)" counter
	check "another host" reach a 2001:db8:66::1
	[[ $(on s1 nft list chain inet filter forward) == *"saddr $(translated a) counter packets "[1-9]* ]] ||
		fail "the firewall sees no native address: $(on s1 nft list ruleset)"
	on s1 nft flush ruleset
	check "a connection goes on" reach a "$native"
	ip_on s1 link set teredo0 type teredo gateway_prefix none
	check "the prefix is back" wait_for 2 translates
	check "said" server_says 'prefix was changed: set again'
	ip_on s1 -6 route del "$prefix::/64" dev teredo0
	check "the route is back" wait_for 2 reach h "$(translated a)"
	client_down a
	server_stop
	check_clean
}

# A connection begins while the table is missing, so conntrack has an entry for it
# without translation, because of another program's rules.
test_begun_without()
{
	gateway_start 'masquerade = yes'
	client_up a
	check "a native host answers" reach a "$native"
	on s1 nft -f "$tmp/firewall.nft"
	wait_for 5 server_says 'set up again'
	kill -STOP "${_pids[s1-teredod]}"
	on s1 nft -f "$tmp/firewall.nft"
	start ping a ping -6 -n -i 0.2 -W 2 2001:db8:66::1
	pause 1
	kill -CONT "${_pids[s1-teredod]}"
	check "the ping is answered" wait_for 3 grep -q 'time=' "$tmp/ping.log"
	stop ping
	client_down a
	server_stop
	on s1 nft flush ruleset
}

# More events than the socket's buffer can hold
test_overrun()
{
	gateway_start 'masquerade = yes'
	pause 0.5	# wait for the events of the daemon's own routes
	kill -STOP "${_pids[s1-teredod]}"
	{
		echo 'table inet big { chain c {'
		for ((i = 0; i < 6000; i++)); do
			echo "tcp dport $i accept"
		done
		printf '}\n}\n'
	} | on s1 nft -f -
	on s1 nft flush ruleset
	kill -CONT "${_pids[s1-teredod]}"
	check "the table comes back" wait_for 3 has_table
	check "no program is named" server_says 'changed: set up again'
	server_stop
}

# ---------------------------------------------------------------- the daemon

# slow_upload: send for 4 s from the client, to $tmp/got
slow_upload()
{
	rm -f "$tmp/got"
	start receiver h timeout 60 bash -c \
		"busybox nc -l -p 5001 <&$_never > '$tmp/got'"
	wait_for 5 tcp_listening "$pid" 5001
	start upload a timeout 60 bash -c "
		for i in {0..39}; do
			dd if='$tmp/sent' bs=25000 skip=\$i count=1 2> /dev/null
			sleep 0.1
		done | busybox nc $native 5001"
}

test_kill()	# KIND LINE
{
	gateway_start "$2"
	client_up a
	check "a native host answers" reach a "$native"
	slow_upload
	pause 1
	stop s1-teredod KILL
	check "the translation stays" in_place "$1"
	pause 0.5
	server_run
	check "the gateway is up" wait_for 5 server_says 'gateway up'
	wait "${_pids[upload]}" || fail "the transfer broke off"
	wait "${_pids[receiver]}"
	check "what arrived" cmp "$tmp/sent" "$tmp/got"
	client_down a
	server_stop
	check_clean
}

# With masquerade, translation and routes of the prefix are gone.
check_other_routes()
{
	check_equal "prefix" '' "$(kernel_prefix)"
	check_equal "routes" 'local' "$(ip_on s1 -6 route show table all proto 74 |
		sed "s/^$clients::\/64 .*/local/")"
}

test_stop()
{
	forwarding 0
	gateway_start "prefix = $prefix::/64" 'forwarding = yes'
	stop s1-teredod
	check_clean
	forwarding_is 0
	server_run
	check "again" wait_for 5 server_says 'gateway up'
	ip_on s1 link del teredo0
	check "the daemon ends" wait_for 5 server_says 'was deleted'
	wait "${_pids[s1-teredod]}"
	check_clean
	forwarding_is 0
	gateway_start "prefix = $prefix::/64" 'forwarding = yes'
	stop s1-teredod KILL
	server_start 'masquerade = yes'
	check "masquerade" wait_for 5 server_says 'share the addresses'
	check_other_routes
	printf '%s\n' '[device]' 'mode = server' 'local = 203.0.113.1' \
		'[server]' 'local2 = 203.0.113.2' > "$tmp/s1.conf"
	stop s1-teredod USR1
	server_run
	wait_for 5 udp_bound "$pid" 3544
	pause 0.5
	check_clean
	forwarding_is 0
	server_stop
	forwarding 1
}

test_reload()
{
	gateway_start "prefix = $prefix::/64"
	server_conf 'masquerade = yes'
	kill -HUP "$pid"
	check "masquerade" wait_for 5 server_says 'share the addresses'
	check_other_routes
	server_conf "prefix = $prefix::/64"
	kill -HUP "$pid"
	check "back to the prefix" wait_for 5 translates
	check "no table" wait_for 5 has_no_table
	printf '%s\n' '[device]' 'mode = server' 'local = 203.0.113.1' \
		'[server]' 'local2 = 203.0.113.2' > "$tmp/s1.conf"
	kill -HUP "$pid"
	wait_for 5 has_no_table
	check_clean
	server_stop
}

# Device names that nft cannot quote
test_names()
{
	local name

	# shellcheck disable=SC2016 # a literal name
	for name in 'a+b"c' '12' '*' 'x\;{y}' 'ü-$(z)'; do
		server_conf 'masquerade = yes'
		start s1-teredod s1 env "TEREDO_RUN_DIR=$tmp/run-s1" \
			"$tools/teredod" --config "$tmp/s1.conf" "$name"
		check "$name: up" wait_for 5 server_says 'gateway up' ||
			note < "$tmp/s1-teredod.log"
		note "$(nft_tables)"
		check "$name: rules are of the device" on s1 \
			nft list chain ip6 "$(nft_tables | cut -d' ' -f3)" leak
		stop s1-teredod
		check_clean
		ip_on s1 link del "$name"
	done
}

# ---------------------------------------------------------------- forwarding

test_forwarding_off()
{
	forwarding 0
	server_start "prefix = $prefix::/64"
	check "said" wait_for 5 server_says 'IPv6 forwarding is off'
	check "status" shows s1 '"state":"failed"' 'forwarding = yes'
	forwarding 1
	check "up" wait_for 2 server_says 'gateway up'
	server_stop
	forwarding_is 1
}

test_forwarding_on()
{
	forwarding 0
	gateway_start "prefix = $prefix::/64" 'forwarding = yes'
	forwarding_is 1
	forwarding 0
	wait_for 2 is_forwarding
	forwarding_is 1
	stop s1-teredod KILL
	server_run
	check "again" wait_for 5 server_says 'gateway up'
	server_stop
	forwarding_is 0
	check_clean
	forwarding 1
}

# advertise: the provider's router sends one advertisement
advertise()
{
	on inet python3 - <<-'END'
	import socket
	s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
	s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
	link = socket.if_nametoindex('s1')
	s.bind(('fe80::1', 0, 0, link))
	s.sendto(bytes([134, 0, 0, 0, 64, 0, 7, 8] + [0] * 8), ('ff02::1', 0, 0, link))
	END
}

has_ra_route()
{
	[[ $(ip_on s1 -6 route show default) == *'proto ra'* ]]
}

test_accept_ra()
{
	forwarding 0
	on s1 sysctl -qw net.ipv6.conf.eth0.accept_ra=1
	ip_on inet addr add fe80::1/64 dev s1 nodad
	ip_on s1 addr add fe80::2/64 dev eth0 nodad
	ip_on s1 -6 route del default
	advertise
	wait_for 5 has_ra_route || fail "no route by the advertisement"
	server_start "prefix = $prefix::/64"
	check "the remedy" wait_for 5 server_says 'net.ipv6.conf.eth0.accept_ra=2'
	server_stop
	gateway_start "prefix = $prefix::/64" 'forwarding = yes'
	forwarding_is 1
	check "the default route stays" has_ra_route
	check_equal "accept_ra" 2 "$(on s1 sysctl -n net.ipv6.conf.eth0.accept_ra)"
	server_stop
	forwarding_is 0
	check "the default route stays" has_ra_route
	check_equal "accept_ra" 1 "$(on s1 sysctl -n net.ipv6.conf.eth0.accept_ra)"
	ip_on s1 addr del fe80::2/64 dev eth0
	ip_on inet addr del fe80::1/64 dev s1
	ip_on s1 -6 route flush default
	ip_on s1 -6 route add default dev eth0
	forwarding 1
}

# ---------------------------------------------------------------- what is missing

# fails_with WHAT TEXT...: the gateway fails with this message
fails_with()
{
	local what=$1 text

	shift
	for text; do
		check "$what" wait_for 2 server_says "$text"
	done
	check "$what: status" shows s1 '"state":"failed"'
}

# recovers: the gateway is up again, after the cause is removed
recovers()
{
	wait_for 5 eval 'shows s1 "\"method\":" && ! shows s1 "\"failed\""' ||
		fail "the gateway stays down: $(teredo s1 show)"
}

test_onlink()
{
	gateway_start "prefix = $prefix::/64"
	ip_on s1 addr add "$prefix::5/64" dev eth0 nodad
	fails_with "on the link" "$prefix::/64 is on the link of eth0" 'proxy = yes'
	check_equal "prefix" "" "$(kernel_prefix)"
	client_up a
	client_down a
	ip_on s1 addr del "$prefix::5/64" dev eth0
	recovers
	ip_on s1 addr add "$prefix::5/128" dev eth0 nodad
	pause 0.5
	recovers
	check "the host keeps its address" reach h "$prefix::5"
	ip_on s1 addr del "$prefix::5/128" dev eth0
	server_stop
	check_clean
}

# An earlier daemon with masquerade was killed.
test_in_use()
{
	gateway_start 'masquerade = yes'
	stop s1-teredod KILL
	ip_on s1 link add lan type dummy
	ip_on s1 link set lan up
	ip_on s1 addr add "$prefix::5/64" dev lan nodad
	server_start "prefix = $prefix::/64"
	fails_with "in use at the start" "$prefix::/64 is in use on lan"
	check_clean_routes
	ip_on s1 link del lan
	server_stop
	gateway_start "prefix = $prefix::/64"
	ip_on s1 link add lan type dummy
	ip_on s1 link set lan up
	ip_on s1 addr add "$prefix::5/64" dev lan nodad
	fails_with "in use" "$prefix::/64 is in use on lan" 'not used'
	ip_on s1 link del lan
	recovers
	server_stop
}

test_two_gateways()
{
	gateway_start "prefix = $prefix::/64"
	printf '%s\n' '[device]' 'mode = server' 'local = 203.0.113.3' \
		'[gateway]' "prefix = $prefix::/64" > "$tmp/s1b.conf"
	ip_on s1 addr add 203.0.113.3/32 dev eth0
	start s1-other s1 env "TEREDO_RUN_DIR=$tmp/run-s1" \
		"$tools/teredod" --config "$tmp/s1b.conf" teredo1
	check "refused" wait_for 5 grep -q 'prefix of another gateway' \
		"$tmp/s1-other.log"
	check "the first goes on" translates
	stop s1-other
	check "the first goes on" translates
	ip_on s1 link del teredo1
	ip_on s1 addr del 203.0.113.3/32 dev eth0
	server_stop
	check_clean
}

test_no_native()
{
	gateway_start 'masquerade = yes'
	ip_on s1 -6 route del default
	fails_with "no route" 'has no IPv6 default route'
	ip_on s1 -6 route add default dev eth0
	recovers
	ip_on s1 addr del 2001:db8:5::1 dev eth0
	fails_with "no address" 'no global IPv6 address to masquerade as'
	ip_on s1 addr add 2001:db8:5::1 dev eth0 nodad
	recovers
	server_stop
}

# A prefix without a route, after another one has worked on the same device
test_not_routed()
{
	local i other=2001:db8:5:2

	gateway_start "prefix = $prefix::/64"
	client_up a
	check "one prefix works" reach a 2001:db8:66::1
	ip_on inet -6 route replace unreachable "$other::/64"
	server_conf "prefix = $other::/64"
	kill -HUP "${_pids[s1-teredod]}"
	wait_for 5 server_says "addresses of $other::/64"
	for ((i = 0x10; i < 0x20; i++)); do
		on a ping -6 -n -c 1 -W 1 "2001:db8:7::$i" > /dev/null &
	done
	check "said" wait_for 15 server_says "does the provider route $other::/64"
	ip_on inet -6 route del unreachable "$other::/64"
	ip_on inet -6 route replace "$other::/64" dev s1
	check "a native host answers" reach a 2001:db8:66::1
	ip_on inet -6 route del "$other::/64"
	client_down a
	server_stop
}

# refused EXPECTED LINE...: checkconf refuses the last line, and names it
refused()
{
	local expected=$1 out

	shift
	server_conf "$@"
	out=$(on s1 "$tools/teredo" checkconf "$tmp/s1.conf" 2>&1) &&
		fail "accepted: $*"
	[[ $out == *"s1.conf:$((6 + $#)): "*"$expected"* ]] ||
		fail "$*: expected '$expected', got: $out"
}

test_checkconf()
{
	refused 'must be a /64' "prefix = 2001:db8:5::/48"
	refused 'bits set behind' "prefix = $prefix::1/64"
	refused 'global unicast prefix outside of 2001::/32' 'prefix = 2001:0:5:1::/64'
	refused 'global unicast prefix outside of 2001::/32' 'prefix = fd00:1::/64'
	refused 'must be an IPv6 prefix' 'prefix = 192.0.2.0/24'
	refused 'cannot be combined with prefix' "prefix = $prefix::/64" 'masquerade = yes'
	refused 'cannot be combined with masquerade' 'masquerade = yes' "prefix = $prefix::/64"
	refused 'must be yes or no' 'masquerade = maybe'
	refused 'needs prefix' 'masquerade = yes' 'proxy = yes'
	refused 'needs prefix = PREFIX/64 or masquerade = yes' 'forwarding = yes'
	refused 'must be a number' "prefix = $prefix::/64" 'rate = many'
	server_conf "prefix = $prefix::/64" 'forwarding = yes' 'proxy = yes' 'rate = 100'
	check "accepted" on s1 "$tools/teredo" checkconf "$tmp/s1.conf"
	sed -i 's/mode = server/mode = relay/; /local2/d; /\[server\]/d' "$tmp/s1.conf"
	[[ $(on s1 "$tools/teredo" checkconf "$tmp/s1.conf" 2>&1) == *'only for mode = server'* ]] ||
		fail "a relay with a gateway is accepted"
	sed -i 's/mode = relay/mode = server/; s/^local.*/&\nprefix = 2001:db8::\/32/' "$tmp/s1.conf"
	[[ $(on s1 "$tools/teredo" checkconf "$tmp/s1.conf" 2>&1) == *'outside of the service prefix'* ]] ||
		fail "a prefix within the service prefix is accepted"
}

# ---------------------------------------------------------------- on the link

# provider_mac: MAC address of the provider's end of the link
provider_mac()
{
	ip_on inet -o link show s1 | sed 's/.*ether \([^ ]*\).*/\1/'
}

# The provider has the prefix on its link to s1, and solicits each address.
onlink_begin()
{
	on inet sysctl -qw net.ipv4.conf.s1.proxy_arp=1
	ip_on s1 link set eth0 arp on address 02:00:00:00:ee:01
	ip_on inet link set s1 arp on
	ip_on inet addr add fe80::1/64 dev s1 nodad
	ip_on s1 addr add fe80::2/64 dev eth0 nodad
	ip_on s1 addr add "$prefix::2/64" dev eth0 nodad
	ip_on inet addr add "$prefix::1/64" dev s1 nodad
	ip_on s1 -6 route replace default via "$prefix::1" dev eth0
}

onlink_end()
{
	ip_on s1 addr del "$prefix::2/64" dev eth0
	ip_on inet addr del "$prefix::1/64" dev s1
	ip_on s1 addr del fe80::2/64 dev eth0
	ip_on inet addr del fe80::1/64 dev s1
	ip_on s1 link set eth0 arp off address "$(provider_mac)"
	ip_on inet link set s1 arp off
	ip_on s1 -6 route replace default dev eth0
	ip_on inet -6 route replace "$prefix::/64" dev s1
}

test_proxy()
{
	onlink_begin
	gateway_start "prefix = $prefix::/64" 'proxy = yes'
	client_up a
	check "out" reach a "$native"
	check "in" reach h "$(translated a)"
	check "the provider's router from a client" reach a "$prefix::1"
	check "the host" reach h "$prefix::2"
	on h ping -6 -n -c 1 -W 1 "$prefix::77" > /dev/null
	check_equal "neighbours that are no clients" "" \
		"$(must ip_on inet -6 neigh show dev s1 nud reachable nud stale nud delay |
		   grep "^$prefix::77")"
	check "status" shows s1 '"solicitations":'
	ip_on s1 addr change "$prefix::2/64" dev eth0 metric 100
	pause 0.5
	check "with another metric of the link" reach h "$(translated a)"
	client_down a
	server_stop
	onlink_end
	check_clean
}

# Without the right to open packet sockets, as in the unit's default
test_proxy_rights()
{
	onlink_begin
	server_conf "prefix = $prefix::/64" 'proxy = yes'
	mkdir -p "$tmp/run-s1"
	start s1-teredod s1 env "TEREDO_RUN_DIR=$tmp/run-s1" setpriv \
		--bounding-set=-all,+net_admin --inh-caps=-all,+net_admin \
		"$tools/teredod" --debug --config "$tmp/s1.conf" teredo0
	check "said" wait_for 5 server_says 'needs CAP_NET_RAW'
	server_stop
	onlink_end
}

modprobe teredo || fail "no module"
internet
client a pr
client c none
head -c $((1000000 / much)) /dev/urandom > "$tmp/sent"
gateway_internet
forwarding 1

cat > "$tmp/firewall.nft" <<END
flush ruleset
table inet filter {
	chain forward {
		type filter hook forward priority filter; policy accept;
		ct state established accept
	}
}
END

add_test "prefix: clients behind a NAT and behind none, both ways" \
	test_traffic prefix "prefix = $prefix::/64"
add_test "masquerade: clients behind a NAT and behind none" \
	test_traffic masquerade 'masquerade = yes'
add_test "S-29 S-32: secrets: only authenticated clients" test_secrets
add_test "prefix: errors name the right addresses" \
	test_errors prefix "prefix = $prefix::/64"
add_test "masquerade: errors name the right addresses" \
	test_errors masquerade 'masquerade = yes'
add_test "loop: nothing goes back to the provider" test_loop
add_test "flush: other programs remove the table" test_flush
add_test "changed: the prefix does not depend on a firewall" test_changed
add_test "begun: a connection that began without the table" test_begun_without
add_test "overrun: events were lost" test_overrun
add_test "kill: prefix: a connection survives a restart" \
	test_kill prefix "prefix = $prefix::/64"
add_test "kill: masquerade: a connection survives a restart" \
	test_kill masquerade 'masquerade = yes'
add_test "stop: nothing is left" test_stop
add_test "reload: another translation, or none" test_reload
add_test "names: any name of a device" test_names
add_test "forwarding: off" test_forwarding_off
add_test "forwarding: switched on, and back" test_forwarding_on
add_test "forwarding: a default route by advertisement stays" test_accept_ra
add_test "missing: the prefix is on the link" test_onlink
add_test "missing: the prefix is in use" test_in_use
add_test "missing: two gateways with one prefix" test_two_gateways
add_test "missing: native IPv6" test_no_native
add_test "missing: a route to the prefix" test_not_routed
add_test "missing: configuration" test_checkconf
add_test "proxy: the prefix on the link of the provider" test_proxy
add_test "proxy: without the right to packet sockets" test_proxy_rights

run_tests
