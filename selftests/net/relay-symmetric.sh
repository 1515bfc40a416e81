#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# Beyond the RFCs: a relay verifies clients behind symmetric NATs by a nonce, so that
# they reach native hosts.
# timeout: 300
# set: long

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

N=2001:db8:1::10
A_AT2=192.0.2.10:40001
RELAY=198.51.100.1:3545

relay_set()
{
	check "relay: $1" ip_on r link set teredo0 type teredo "$1"
}

# relayed ENDPOINT PART...: x sends to the relay from a forged source
relayed()
{
	local from=$1

	shift
	inject --from "$from" --to "$RELAY" "$@"
}

# ignored WHAT COUNTER ENDPOINT PART...: the relay drops the packet, without other effect;
# it can repeat its own bubble at this time
ignored()
{
	local what=$1 counter=$2

	shift 2
	count_from r
	relayed "$@"
	pause 0.2
	check_equal "$what" "$counter+1" \
		"$(counted r | sed 's/tx_bubbles+[0-9]* *//')"
}

# state_of ADDRESS: the relay's entry of a client
state_of()
{
	teredo r peer show teredo0 | grep "^$1 "
}

# relay_nonce: the nonce of the relay's last bubble to a server, from the capture "asked"
relay_nonce()
{
	payloads asked | sed -n 's/.*0104\([0-9a-f]\{8\}\)$/\1/p' | tail -n 1
}

# A scripted client: valid and forged answers
test_forged()
{
	local nonce bad

	relay_set symmetric
	capture r eth0 asked -Q out udp dst port 3544
	on n ping -6 -n -c 1 -W 0.1 $A > /dev/null
	check "a bubble with a nonce" wait_for 5 relay_nonce_there
	nonce=$(relay_nonce)
	ignored "no nonce" rx_drop_spoofed $A_AT2 bubble $A 2001:db8:1::1
	for bad in 00000000 "$(printf %08x $((0x$nonce ^ 1)))"; do
		ignored "nonce $bad" rx_drop_spoofed $A_AT2 \
			bubble $A 2001:db8:1::1 0104$bad
	done
	ignored "from another address" rx_drop_spoofed 192.0.2.11:40000 \
		bubble $A 2001:db8:1::1 "0104$nonce"
	ignored "data with the nonce" rx_drop_spoofed $A_AT2 \
		echo-request $A $N 7 1 00 "0104$nonce"
	ignored "a native source" rx_drop_spoofed $A_AT2 \
		bubble $N 2001:db8:1::1 "0104$nonce"
	ignored "to be dropped" rx_drop_trailer $A_AT2 \
		bubble $A 2001:db8:1::1 "4100" "0104$nonce"

	capture r eth0 released -Q out udp dst port ${A_AT2#*:}
	count_from r
	relayed $A_AT2 bubble $A 2001:db8:1::1 "0104$(relay_nonce)"
	pause 0.2
	[[ $(counted r) == *rx_bubbles+1* ]] ||
		fail "the right nonce: $(counted r)"
	relayed $A_AT2 echo-request $A $N 7 2 00
	pause 0.5
	capture_stop released
	check_equal "what waited, and the answer to data from there" 2 \
		"$(payloads released | grep -c "${A_AT2/:/.}")"
	ignored "a third port" rx_drop_spoofed 192.0.2.10:40002 \
		echo-request $A $N 7 3 00
	capture_stop asked
}

relay_nonce_there()
{
	[ "$(relay_nonce)" ]
}

# 32 wrong guesses invalidate the relay's nonce.
test_guesses()
{
	local nonce

	teredo r peer flush teredo0
	capture r eth0 asked -Q out udp dst port 3544
	on n ping -6 -n -c 1 -W 0.1 $A > /dev/null
	check "a bubble with a nonce" wait_for 5 relay_nonce_there
	nonce=$(relay_nonce)
	count_from r
	relayed $A_AT2 --count 32 bubble $A 2001:db8:1::1 \
		"0104$(printf %08x $((0x$nonce ^ 1)))"
	pause 0.3
	check_equal "32 guesses" rx_drop_spoofed+32 "$(counted r)"
	ignored "the right one after that" rx_drop_spoofed $A_AT2 \
		bubble $A 2001:db8:1::1 "0104$nonce"
	relayed $A_AT bubble $A 2001:db8:1::1
	pause 0.2
	[[ $(state_of $A) == *trusted* ]] ||
		fail "where its address says it needs none: $(state_of $A)"
	capture_stop asked
}

# As the RFC demands: the relay sends no nonce, and accepts none.
test_off()
{
	relay_set nosymmetric
	teredo r peer flush teredo0
	capture r eth0 asked -Q out udp dst port 3544
	on n ping -6 -n -c 1 -W 0.1 $A > /dev/null
	pause 0.3
	capture_stop asked
	check_equal "octets of the bubble" 40 \
		"$(($(payloads asked | awk 'NR == 1 { print length($3) }') / 2))"
	ignored "nonce 0" rx_drop_spoofed $A_AT2 bubble $A 2001:db8:1::1 \
		010400000000
}

# test_native KIND: a client behind such a NAT and a native host, in both directions
test_native()
{
	set_nat a "$1"
	relay_set symmetric
	client_up a
	check "from the client" reach a $N
	teredo a peer flush teredo0
	teredo r peer flush teredo0
	check "to the client" reach n "$(teredo_address a)"
	client_down a
}

# Without the setting, the relay follows the RFC, and there is no connectivity.
test_not_native()
{
	set_nat a "$1"
	relay_set nosymmetric
	client_up a
	teredo r peer flush teredo0
	on a ping -6 -n -c 2 -W 2 $N > /dev/null && fail "it answers"
	on n ping -6 -n -c 2 -W 2 "$(teredo_address a)" > /dev/null &&
		fail "the client answers"
	client_down a
}

modprobe teredo || fail "no module"
internet
teredo_relay r 198.51.100.1 3545
client a symrnd

add_test "R-25: a relay accepts only its own nonce" test_forged
add_test "R-25: 32 guesses, and the relay's nonce no longer counts" test_guesses
add_test "R-25: without symmetric NAT support of the relay no nonces" test_off
# after the tests above, in which x forges the clients, as this server answers
add_test "a server" teredo_server s1 203.0.113.1 203.0.113.2
for kind in symrnd seq pp_sym pr; do
	add_test "native hosts from behind a NAT of kind $kind" test_native $kind
done
add_test "R-25: not without the relay's setting" test_not_native symrnd

run_tests
