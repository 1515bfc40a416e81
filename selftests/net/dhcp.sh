#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A client whose host gets its IPv4 address by DHCP. The lease is renewed, or expires
# and the next one has another address. DHCP client and server are busybox's. Waiting
# for the leases takes minutes.
# kernel: debug uml
# timeout: 500

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

NATIVE=2001:db8:1::10
LEASE=40			# s; busybox renews after half of it

# dhcp_server ADDRESS: at na, a server without lease history that offers this address
dhcp_server()
{
	: > "$tmp/leases"
	printf '%s\n' "start $1" "end $1" 'interface lan' max_leases=1 \
		"lease_file $tmp/leases" "pidfile $tmp/udhcpd.pid" \
		'auto_time 0' 'min_lease 10' \
		"option subnet $mask" "option router $router" \
		"option lease $LEASE" | tr '=' ' ' > "$tmp/udhcpd.conf"
	start udhcpd na busybox udhcpd -f "$tmp/udhcpd.conf"
	check "the DHCP server starts" wait_for 5 udp_bound "$pid" 67
}

# The script that udhcpc runs, which reports each event as a line. A renewed lease sets
# the lifetime of the address again.
write_script()
{
	mkfifo "$tmp/events"
	exec {_events}<> "$tmp/events"
	cat > "$tmp/script" <<-EOT
	#!/bin/bash
	case \$1 in
	deconfig)
		ip -4 addr flush dev \$interface
		;;
	bound|renew)
		ip -4 addr replace \$ip/\$mask dev \$interface valid_lft \$lease \\
			preferred_lft \$lease
		ip -4 route replace default via \$router dev \$interface
		;;
	*)
		exit
		;;
	esac
	echo "\$1 \$ip" > "$tmp/events"
	EOT
	chmod 755 "$tmp/script"
}

# event WHAT SECONDS LINE: the next line of the script. Read, do not poll: polling starts
# programs, which takes longer than the wait.
event()
{
	local line=nothing

	read -rt "$2" -u "$_events" line
	check_equal "$1" "$3" "$line"
}

# dhcp_begin ROUTER MASK ADDRESS: a gets its address by DHCP from now on
dhcp_begin()
{
	router=$1 mask=$2
	ip_on a addr flush dev eth0
	dhcp_server "$3"
	start udhcpc a busybox udhcpc -f -i eth0 -s "$tmp/script" -t 3 -T 1 -A 3
	event "at first" 10 deconfig
	event "a lease" 10 "bound $3"
}

dhcp_end()
{
	client_down a
	stop udhcpc
	stop udhcpd
	_nat[a]=
}

address_is_gone()
{
	[ "$(teredo_address a)" != "$old" ]
}

# goes_on: the ping is answered after the change
goes_on()
{
	local n

	n=$(grep -c time= "$tmp/ping.log")
	pause 2
	check_at_most "answers that are missing" 2 \
		$((n + 20 - $(grep -c time= "$tmp/ping.log")))
}

# A renewed lease has the same address. The client sends no extra solicitations.
test_renewed()
{
	set_nat a pr
	dhcp_begin 10.1.0.1 255.255.255.0 10.1.0.2
	client_up a || return
	old=$(teredo_address a)
	ping_native a
	capture a eth0 asked udp dst port 3544
	event "first renewal" "$LEASE" 'renew 10.1.0.2'
	event "second renewal" "$LEASE" 'renew 10.1.0.2'
	pause 1
	capture_stop asked
	stop_ping_native
	check_equal "address" "$old" "$(teredo_address a)"
	# one for each refresh interval of 22.5 to 30 s
	check_at_most "solicitations in $LEASE s" 3 "$(packets asked | wc -l)"
	dhcp_end
}

# begin: start a client with traffic
begin()
{
	client_up a || return
	old=$(teredo_address a)
	start ping a ping -6 -n -D -i 0.1 -W 2 "$NATIVE"
}

# lease_lost: check a client whose lease has just ended
lease_lost()
{
	took "old address gone" 300 address_is_gone
	check "no address without a lease" no_address a
	check "it says why" wait_for 1 shows a 'no route to 203.0.113.1'
}

# lease_found SECONDS: another lease has just begun; traffic continues after SECONDS
lease_found()
{
	took "new address" 1125 has_teredo_address "${_pids[a-teredod]}"
	pause "$1"
	goes_on
	stop ping INT
	check "ping of a native host" reach a "$NATIVE"
	check "ping from a native host" reach n "$(teredo_address a)"
}

# The host itself has a public address. The DHCP server refuses to renew the lease, as
# it now offers other addresses.
test_refused()
{
	set_nat a none
	printf '%s\n' 'addr add 192.0.2.9/29 dev lan' \
		'route del 192.0.2.10 dev lan' | ip_on na -batch -
	ip_on inet route replace 192.0.2.12 dev na
	dhcp_begin 192.0.2.9 255.255.255.248 192.0.2.10
	begin || return
	stop udhcpd
	dhcp_server 192.0.2.12
	event "the lease is refused" "$LEASE" deconfig
	lease_lost
	event "another lease" 20 'bound 192.0.2.12'
	capture a eth0 sources udp
	lease_found 0
	capture_stop sources
	address_is_gone || fail "it is the old address"
	check_equal "address in the address" 3fff:fdf3 \
		"$(teredo_address a | cut -d : -f 7-)"
	check_equal "datagrams from the old address" '' \
		"$(packets sources src host 192.0.2.10)"
	ip_on inet route del 192.0.2.12 dev na
	dhcp_end
}

# The router is away until the lease has expired, and has then lost its mappings. The
# mapping of the new private address has the same external endpoint.
test_expired()
{
	set_nat a pr
	dhcp_begin 10.1.0.1 255.255.255.0 10.1.0.2
	begin || return
	stop udhcpd
	event "the lease expires" $((LEASE + 5)) deconfig
	lease_lost
	pause 20
	check "no address without a lease" no_address a
	forget_mappings a
	dhcp_server 10.1.0.77
	event "another lease" 20 'bound 10.1.0.77'
	# The relay sends to the known mapping, which is closed, until the peer has been
	# silent for 30 s.
	lease_found 8
	shows a 10.1.0.77:40000 || fail "no mapping of the other address"
	dhcp_end
}

modprobe teredo || fail "no module"
internet
client a pr
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545
write_script

add_test "the lease is renewed: no packet is lost, nothing changes" \
	test_renewed
add_test "C-90: a lease is refused, another public address: the new one in 1.1 s" \
	test_refused
add_test "C-90: a lease expires, another private address 20 s later: an address in 1.1 s" \
	test_expired

run_tests
