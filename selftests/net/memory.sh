#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Memory leaks of devices. Slab caches are emptied before each measurement, and with
# them the freed objects that KASAN keeps.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# in_use: unreclaimable memory of the slab allocator and per-CPU memory, kB
in_use()
{
	local cache

	pause 0.5
	for cache in /sys/kernel/slab/*/shrink; do
		echo 1 > "$cache"
	done 2> /dev/null
	awk '$1 == "SUnreclaim:" || $1 == "Percpu:" { sum += $2 }
		END { print sum }' /proc/meminfo
}

# cycles NUMBER MODE: create, set up and delete so many devices of this mode
cycles()
{
	local i

	for ((i = 0; i < $1; i++)); do
		printf '%s\n' "link add t1 up type teredo mode $2 local 203.0.113.1" \
			'link del t1'
	done | ip_on s -batch -
}

# A server has five limiters of at least 32 KiB each, a relay one, a client three small
# ones.
test_devices()
{
	local mode=$1 number=$2 before after

	cycles 10 "$mode"
	before=$(in_use)
	cycles "$number" "$mode"
	after=$(in_use)
	note "$before kB, then $after kB"
	check_at_most "kB after $number devices" $((before + 10 * number)) "$after"
}

modprobe teredo || fail "no module"
new_node s
printf '%s\n' 'addr add 203.0.113.1/32 dev lo' | ip_on s -batch -

for mode in server relay client; do
	add_test "C-123: 60 devices leave no memory behind, $mode" test_devices $mode 60
done

run_tests
