#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest, which has two CPUs and the real clock: packets that a relay forwards to
# many clients, received on one of its CPUs or on both.
#
# usage: cpus.sh ROUNDS COUNT		packets for each CPU in each round
#
# Prints "relay CPUS PACKETS-PER-SECOND ARRIVED OF" in each round for 1 and 2.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

rounds=$1 count=$2
peers=1024
first=2001:0:cb00:7101:0:63bf:f000:0

modprobe -q pktgen
modprobe teredo
internet
teredo_relay r 198.51.100.1 3545 || exit 1
ip_on r -6 route replace 2001::/32 via fe80::1 dev teredo0
ip_on r route replace default via 198.51.100.254 dev eth0 onlink
sink inet 'ip daddr 12.0.0.0/6'

for ((i = 0; i < rounds; i++)); do
	# in each round, as peers without an answer expire
	on r "$bench/tdpeers" fill teredo0 $first $peers
	for generators in 0 '0 1'; do
		cpus=$(wc -w <<< "$generators")
		before=$(received inet)
		ns=$(generate n "$count" 128 "dst6_min $first" \
			"dst6_max ${first%:0}:3ff")
		pause 0.2		# for packets in flight
		printf 'relay %d %d %d %d\n' "$cpus" \
			$((cpus * count * 1000000000 / ns)) \
			$(($(received inet) - before)) $((cpus * count))
	done
done
