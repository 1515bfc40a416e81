#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Randomness of the values that prove to a client that its packet was received. All are
# different, and each bit is set in half of them and changes in half of the steps. This
# detects counters, constants and too few random bits. That the values cannot be
# predicted depends on the kernel's get_random_bytes().

# shellcheck disable=SC2016 # expanded later
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

A=2001:0:cb00:7101:2c5a:5fd7:3fff:fdf5	# 192.0.2.10:41000
SERVER2=203.0.113.2:3544
many=400

# unpredictable WHAT DIGITS COUNT: standard input has at least COUNT values of DIGITS
# hexadecimal digits, one per line
unpredictable()
{
	local what=$1 digits=$2 count=$3 wrong

	wrong=$(awk -v digits="$digits" -v count="$count" '
	BEGIN {
		for (i = 0; i < 16; i++)
			value[sprintf("%x", i)] = i
	}
	length($1) != digits { print "not of that length:", $1 }
	known[$1]++ { print "twice:", $1 }
	{
		n++
		for (i = 1; i <= digits; i++)
			for (bit = 8; bit >= 1; bit /= 2) {
				is = int(value[substr($1, i, 1)] / bit) % 2
				set[i, bit] += is
				changed[i, bit] += is != last[i, bit]
				last[i, bit] = is
			}
	}
	# six standard deviations: one run in a million fails by chance
	function odd(k) {
		return k < n / 2 - 3 * sqrt(n) || k > n / 2 + 3 * sqrt(n)
	}
	END {
		if (n < count)
			print n + 0, "values"
		for (k in set)
			if (odd(set[k]) || odd(changed[k])) {
				split(k, at, SUBSEP)
				print "digit", at[1], "bit", at[2], "set", \
					set[k], "changed", changed[k], "of", n
			}
	}' | head -n 5)
	[ ! "$wrong" ] || fail "$what: ${wrong//$'\n'/; }"
}

# to_each FORMAT: send a packet to each address that FORMAT makes of 1 to $many
to_each()
{
	on a bash -c 'for ((i = 1; i <= $2; i++)); do
		printf -v to "$1" $i
		echo > /dev/udp/$to/9
	done' - "$1" "$many"
}

# Nonce Trailers: 32 bits
test_trailers()
{
	check "random ports are off" ip_on a link set teredo0 type teredo nosequential
	flush a
	capture a eth0 trailers -Q out udp dst port 3544
	to_each 2001:0:cb00:7101:0:%x:3fff:fdeb
	capture_stop trailers
	unpredictable "nonces" 8 "$many" < <(contents trailers |
		sed -n 's/^.\{80\}0104\(.\{8\}\).*/\1/p')
	check "switched on" ip_on a link set teredo0 type teredo sequential
}

# Connectivity tests: identifier, sequence number and 16 octets
test_tests()
{
	flush a
	capture a eth0 tests -Q out udp dst port 3544
	to_each 2001:db8:1::%x
	capture_stop tests
	unpredictable "identifier, sequence number and data" 40 "$many" \
		< <(contents tests | sed -n 's/^.\{80\}8000....\(.*\)/\1/p')
}

# Tests of random ports: two nonces of 64 bits each
test_ports()
{
	local i nth

	flush a
	check "spare ports" wait_for 5 ports_open 3
	capture a eth0 ports -Q out udp dst port 3544
	for ((i = 1; i <= 60; i++)); do
		on a bash -c "echo > /dev/udp/2001:0:cb00:7101:0:$i:3fff:fdeb/9"
		pause 0.1	# until another spare port is open
	done
	capture_stop ports
	for nth in 0 1; do
		unpredictable "nonces to server $((2 - nth))" 16 50 < <(contents ports |
			sed -n 's/^00010000\(.\{16\}\).*/\1/p' |
			awk -v nth="$nth" 'NR % 2 == nth')
	done
	flush a
}

modprobe teredo || fail "no module"
internet
ip_on inet route add blackhole default
client a none
bare_client a $A
ip_on a link set teredo0 type teredo server "${SERVER%:*}" server2 "${SERVER2%:*}"
on a "$here/helpers/tdctl" up teredo0 $A 0 "${outside[a]}" 3

add_test "XC-15 XN-05: nonces of bubbles are 32 random bits" test_trailers
add_test "C-120: connectivity tests have 128 random bits, and 32 more" test_tests
add_test "XC-15 XQ-05: tests of random ports have two nonces of 64 random bits" test_ports

run_tests
