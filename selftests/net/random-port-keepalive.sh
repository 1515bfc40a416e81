#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Refresh of the random port of an idle peer (RFC 6081 5.4.2.1), for ten minutes.
# extensions.sh checks the bubbles themselves.
# timeout: 900
# set: long

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

EVERY=30 MOST=20	# RFC 6081 5.4.2.1

# met: the peer is trusted at a random port, which is in $r
met()
{
	local nonce

	on a "$here/helpers/tdctl" up teredo0 $A 0 10.1.0.2 3
	check "spare ports" wait_for 5 ports_open 3
	indirect 0104deadbeef05029cbb
	nonce=$(nonce_sent $B)
	r=$(random_port $B)
	r=${r% by *}
	to_port "$r" 192.0.2.20:40123 bubble $B $A "0104$nonce"
	check "the port is in use" wait_for 5 in_use
}

in_use()
{
	[ "$(random_port $B)" = "$r by $r" ]
}

# sent: number of bubbles from the random port. Call it rarely: polling would keep the
# machine busy for minutes.
sent()
{
	said refresh | grep -c "^$r .* 0104deadbeef"
}

test_limit()
{
	local first

	met
	capture a eth0 refresh -Q out udp
	pause $((2 * EVERY + 5))
	first=$(sent)
	check "a bubble" [ "$first" -ge 1 ]
	# data restarts the count
	to_port "$r" 192.0.2.20:40123 echo-request $B $A 7 1 00
	pause $(((MOST + 2) * EVERY + 5))
	check_equal "bubbles since then" $MOST $(($(sent) - first))
	check_equal "the port is closed" '' "$(random_port $B)"
	pause $((2 * EVERY))
	check_equal "no more" $MOST $(($(sent) - first))
	capture_stop refresh
}

modprobe teredo || fail "no module"
internet
ip_on inet route add blackhole default
client a cone
bare_client a $A

add_test "XP-03 XP-05: a bubble each $EVERY s for an idle peer, $MOST at most" \
	test_limit

run_tests
