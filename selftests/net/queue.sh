#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2086 # constants without blanks
#
# Effects of queued packets on programs: sockets, connections and errors when many
# peers, or one, do not answer.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Teredo addresses whose clients do not answer
SILENT=2001:0:cb00:7101:0:1234:f0ff

# program NODE ARGUMENT...: run Python from standard input. dst(N) is a silent peer,
# udp() a non-blocking socket.
program()
{
	local node=$1

	shift
	on "$node" python3 -c "
import errno, os, sys, time
from socket import *
def dst(n, port=9): return '$SILENT:%x' % n, port
def udp():
    s = socket(AF_INET6, SOCK_DGRAM)
    s.setblocking(False)
    return s
$(cat)" "$@"
}

errors_sent()
{
	on a cat /proc/net/snmp6 | awk '$1 == "Icmp6OutDestUnreachs" { print $2 }'
}

# One socket sends to 400 silent peers, as programs of a DHT do. It still reaches peers
# that answer.
test_many_silent()
{
	local said

	flush a
	introduce a $B $B_AT
	capture b eth0 live "udp and dst port ${port[b]}"
	said=$(program a $B <<-'EOF'
	s, refused = udp(), 0
	for n in range(400):
	    try:
	        s.sendto(bytes(100), dst(n))
	    except BlockingIOError:
	        refused += 1
	try:
	    s.sendto(b"live", (sys.argv[1], 9))
	    print(refused, "sent")
	except BlockingIOError:
	    print(refused, "would wait")
	EOF
	)
	wait_for 2 eval '[ "$(packets live | wc -l)" -ge 1 ]'
	capture_stop live
	check_equal "refused, and what becomes of a packet to a live peer" \
		"0 sent" "$said"
	check_equal "packets that have come" 1 "$(packets live | wc -l)"
}

# connect_behind_flood PACKETS: TCP to a silent peer, behind PACKETS packets of one UDP
# socket; prints the time until it fails, in ms
connect_behind_flood()
{
	flush a
	program a $1 <<-'EOF'
	s = udp()
	for n in range(int(sys.argv[1])):
	    try:
	        s.sendto(bytes(100), dst(0xffff))
	    except BlockingIOError:
	        pass
	t, begun = socket(AF_INET6, SOCK_STREAM), time.monotonic()
	t.settimeout(30)
	try:
	    t.connect(dst(0xffff, 80))
	except OSError as e:
	    print(errno.errorcode.get(e.errno, e), int((time.monotonic() - begun) * 1000))
	EOF
}

test_connect()
{
	local error ms

	read -r error ms < <(connect_behind_flood 2000)
	note "$error after $ms ms"
	check_equal "error" EHOSTUNREACH "$error"
	# an attempt takes 8 s
	check_at_most "ms until it fails" 9000 "$ms"
	[ "$ms" -ge 6000 ] || fail "it failed after $ms ms, before the attempt"
}

# A flood at a full queue causes one error.
test_errors()
{
	local before full

	flush a
	pause 0.2
	before=$(errors_sent)
	full=$(counter a teredo0 tx_drop_queue_full)
	program a <<-'EOF'
	s = udp()
	for n in range(2000):
	    try:
	        s.sendto(bytes(100), dst(0xfffe))
	    except BlockingIOError:
	        pass
	EOF
	check_equal "errors" 1 $(($(errors_sent) - before))
	full=$(($(counter a teredo0 tx_drop_queue_full) - full))
	check_equal "packets without room" $((2000 - 128)) $full
}

# A connection opened behind a flood is established with the peer's first bubble.
test_connect_live()
{
	local ms

	flush a
	flush b
	link_delay a 100ms
	start listen b busybox nc -l -p 5001
	check "a server" wait_for 5 tcp_listening "$pid" 5001
	ms=$(program a $B <<-'EOF'
	s = udp()
	for n in range(2000):
	    try:
	        s.sendto(bytes(100), (sys.argv[1], 9))
	    except BlockingIOError:
	        pass
	t, begun = socket(AF_INET6, SOCK_STREAM), time.monotonic()
	t.settimeout(30)
	t.connect((sys.argv[1], 5001))
	print(int((time.monotonic() - begun) * 1000))
	EOF
	)
	stop listen
	link_delay a 0ms
	note "connected after $ms ms"
	check_at_most "ms until it is connected" 900 "$ms"
}

# One user has reached its queue limit: its further packets cause errors, and another
# user's packets are still queued.
test_users()
{
	local said

	flush a
	said=$(program a <<-'EOF'
	os.setuid(65534)
	for n in range(2000):
	    s = udp() if n % 50 == 0 else s
	    s.sendto(bytes(1000), dst(n))
	# The kernel limits ICMPv6 errors to bursts of 50, and TCP ignores errors during
	# connect(), so the next one comes a second later.
	time.sleep(0.3)
	t, begun = socket(AF_INET6, SOCK_STREAM), time.monotonic()
	t.settimeout(30)
	try:
	    t.connect(dst(0xffff, 80))
	except OSError as e:
	    print(errno.errorcode.get(e.errno, e), time.monotonic() - begun < 2)
	EOF
	)
	check_equal "a connection of a user without room" "EHOSTUNREACH True" "$said"
	count_from a
	program a <<-'EOF'
	udp().sendto(bytes(1000), dst(0xfffd))
	EOF
	[[ $(counted a) != *tx_drop_queue_full* ]] ||
		fail "there is no room for a packet of another user"
}

# Deletion of a device with a full queue sends an error to each sender, and frees all.
test_delete()
{
	local dropped

	flush a
	dropped=$(counter a teredo0 tx_drop_no_answer)
	program a <<-'EOF'
	for n in range(1000):
	    s = udp() if n % 50 == 0 else s
	    s.sendto(bytes(100), dst(n))
	EOF
	teredo a peer flush teredo0
	check "all of them are dropped" wait_for 5 eval \
		'[ "$(counter a teredo0 tx_drop_no_answer)" = '$((dropped + 1000))' ]'
}

modprobe teredo || fail "no module"
internet
ip_on inet route add blackhole default
for node in a b; do
	client $node none
done
bare_client a $A
bare_client b $B
teredo_server s1 203.0.113.1 203.0.113.2

add_test "A-33: one socket, 400 silent peers and one that answers" \
	test_many_silent
add_test "A-33 A-32: a connection to a silent peer behind a flood fails in 8 s" \
	test_connect
add_test "A-33: one error for a flood at a full queue" test_errors
add_test "A-33 C-65: a connection to a new peer behind a flood" \
	test_connect_live
add_test "A-33: one user's packets leave room for another's" test_users
add_test "A-33 R-18: 1000 packets wait for peers that are forgotten" test_delete

run_tests
