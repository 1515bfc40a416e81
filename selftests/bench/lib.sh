#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the benchmarks share, on top of what they share with the tests.

# shellcheck source=../net/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../net/lib.sh"

# worked: nanoseconds that this machine, which has one CPU, was not idle since
# it has booted; exact to some 10 ms
worked()
{
	local up idle

	read -r up idle < /proc/uptime
	printf '%s\n' $(((10#${up/./} - 10#${idle/./}) * 10000000))
}
