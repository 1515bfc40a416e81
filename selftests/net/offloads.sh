#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests of client, relay and interworking on links with default offloads (OFFLOADS in
# lib.sh). Miredo cannot handle segments or checksums that are left to a device, so its
# links compute them.
# timeout: 600

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
code=0

# part FILE OFFLOADS TESTS
part()
{
	OFFLOADS=$2 ONLY=${ONLY:-$3} bash "$here/$1.sh" || code=$?
}

part client uplinks 'TCP with a native host'
part relay default ''
part server default 'octet for octet'
part server default 'bubbles are forwarded'
part server default 'is forwarded natively'
part gateway default 'clients behind'
part interop uplinks 'NAT pr'

exit $code
