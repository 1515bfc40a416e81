#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Shared code of the benchmarks, in addition to that of the tests

# shellcheck source=../net/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../net/lib.sh"

# shellcheck disable=SC2034 # for the benchmarks
bench=$top/selftests/bench

# worked: time that this machine, which has one CPU, was not idle since boot, in ns
worked()
{
	local line ns=0

	while read -r line; do
		[[ $line =~ ^(now at|\.(idle|iowait)_sleeptime *:)\ ([0-9]+) ]] ||
			continue
		if [ "${BASH_REMATCH[1]}" = 'now at' ]; then
			ns=$((ns + BASH_REMATCH[3]))
		else
			ns=$((ns - BASH_REMATCH[3]))
		fi
	done < /proc/timer_list
	printf '%s\n' $ns
}

# sink NODE MATCH: count matching packets that arrive there, and drop them
sink()
{
	on "$1" nft -f - <<-EOT
	table inet bench {
		counter sink { }
		chain in {
			type filter hook prerouting priority raw
			$2 counter name sink drop
		}
	}
	EOT
}

# received NODE [FAMILY]: number of packets that the sink has counted
received()
{
	on "$1" nft -j list counter "${2:-inet}" bench sink |
		sed 's/.*"packets": *\([0-9]*\).*/\1/'
}

# generate NODE COUNT SIZE LINE...: send packets by the generator in the kernel, with
# lines like "dst6 ADDRESS", COUNT on each CPU of $generators; prints the time that
# this has taken, in ns
generators=0
generate()
{
	local node=$1 count=$2 size=$3

	shift 3
	# shellcheck disable=SC2016 # expanded in the namespace
	on "$node" bash -c '
		dev=/proc/net/pktgen
		mac=$(ip -br link show eth0 | tr -s " " | cut -d" " -f3)
		for cpu in $1; do
			echo rem_device_all > $dev/kpktgend_$cpu
			echo "add_device eth0@$cpu" > $dev/kpktgend_$cpu
			for line in "count $2" "pkt_size $3" "clone_skb 0" \
				    "delay 0" "src6 2001:db8:1::10" \
				    "dst_mac $mac" \
				    "udp_src_min 9" "udp_src_max 9" \
				    "udp_dst_min 9" "udp_dst_max 9" "${@:4}"; do
				echo "$line" > $dev/eth0@$cpu
			done
		done
		echo start > $dev/pgctrl
		for cpu in $1; do
			cat $dev/eth0@$cpu
			echo rem_device_all > $dev/kpktgend_$cpu
		done' - "$generators" "$count" "$size" "$@" |
		sed -n 's/.*Result: OK: \([0-9]*\)(.*/\1000/p' | sort -n | tail -n 1
}
