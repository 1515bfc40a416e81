#!/bin/bash
# shellcheck disable=SC2086 # constants without blanks
# SPDX-License-Identifier: GPL-2.0
#
# A device in another namespace than its socket: the mark of an outer packet does not
# leave the namespace of the socket.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# packets_of NODE COUNTER
packets_of()
{
	on "$1" nft list counter inet marks "$2" | sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

# count_marks NODE: count packets received through teredo0, and those with mark 9
count_marks()
{
	on "$1" nft -f - <<-EOF
	table inet marks {
		counter seen { }
		counter marked { }
		chain prerouting {
			type filter hook prerouting priority 0;
			iifname teredo0 counter name seen
			iifname teredo0 meta mark 9 counter name marked
		}
	}
	EOF
}

# bare NODE ADDRESS: a client with a peer
bare()
{
	on "$1" "$here/helpers/tdctl" up teredo0 "$2"
	ip_on "$1" -6 addr add "$2/32" dev teredo0 nodad
}

test_mark()
{
	new_node m
	on a "$here/helpers/tdctl" bare teredo0 ${port[a]} $A
	on c "$here/helpers/tdctl" bare teredo0 ${port[c]} $C
	ip_on a -6 addr add $A/32 dev teredo0 nodad
	ip_on c -6 addr add $C/32 dev teredo0 nodad
	introduce a $C $C_AT
	introduce c $A $A_AT
	on c nft -f - <<-EOF
	table inet outer {
		chain prerouting {
			type filter hook prerouting priority mangle;
			udp dport ${port[c]} meta mark set 9
		}
	}
	EOF
	count_marks c
	check "ping in one namespace" reach a $C
	check_equal "the mark stays within the namespace" \
		"$(packets_of c seen)" "$(packets_of c marked)"
	ip_on c link set teredo0 netns "$(netns m)"
	ip_on m link set teredo0 up
	bare m $C
	introduce m $A $A_AT
	count_marks m
	check "ping between namespaces" wait_for 5 reach a $C
	[ "$(packets_of m seen)" -ge 3 ] || fail "counted: $(packets_of m seen)"
	check_equal "with the mark of the other namespace" 0 "$(packets_of m marked)"
}

modprobe teredo || fail "no module"
internet
client a none
client c none

add_test "C-19: a received packet has no mark of another namespace" test_mark

run_tests
