#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The iproute2 plug-in with the "ip" of this system and of other Debian suites: accepted
# options, output and errors. All use the same binary.
# timeout: 300
# prepare: scripts/iproute2.sh

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# the ip program under test
ip=ip

# tried ARGUMENTS of ip...
tried()
{
	on m "$ip" "$@"
}

# exits WHAT CODE ARGUMENTS of ip...: check the exit code; the output is in $said
exits()
{
	local what=$1 expected=$2 code

	shift 2
	said=$(tried "$@" 2>&1)
	code=$?
	[ "$code" = "$expected" ] ||
		fail "$what: exit code $code, expected $expected: $said"
}

# says WORDS...: the output has all words; line breaks count as blanks
says()
{
	local words line

	line=" $(tr -s ' \n' '  ' <<< "$said") "
	for words; do
		[[ $line == *" $words "* ]] || fail "no '$words' in: $line"
	done
}

# info WHAT EXPECTED: info_data of t1 has these values, in JSON
info()
{
	exits "$1, JSON" 0 -d -j link show t1
	python3 -c 'import json, sys
data = json.loads(sys.argv[1])[0]["linkinfo"]["info_data"]
wanted = json.loads(sys.argv[2])
sys.exit(any(data.get(k) != v for k, v in wanted.items()))' "$said" "$2" ||
		fail "$1, JSON: not $2 in $said"
}

try_help()
{
	exits "help" 0 link help teredo
	says 'Usage: ... teredo' '[ mode client|server|relay|hostrelay ]' \
		'[ served PREFIX ]' '[ [no]udpcsum ]'
}

try_client()
{
	exits "add a client" 0 link add t1 type teredo mode client port 41000 \
		local 10.0.0.1 server 203.0.113.1 server2 203.0.113.9 ttl 33 \
		tos 0x10 fwmark 0x77 noudpcsum max_peers 99 \
		prefix 2001:1234::/32
	exits "show it" 0 -d link show t1
	says 'teredo mode client port 41000 local 10.0.0.1' \
		'server 203.0.113.1' 'server2 203.0.113.9' 'ttl 33' 'tos 16' \
		'fwmark 0x77' noudpcsum 'max_peers 99' 'prefix 2001:1234::/32'
	info "client" '{"fwmark": "0x77", "local": "10.0.0.1", "max_peers": 99, "mode": "client", "port": 41000, "prefix": "2001:1234::/32", "server": "203.0.113.1", "server2": "203.0.113.9", "tos": 16, "ttl": 33, "udpcsum": false}'
	exits "change it" 0 link set t1 type teredo ttl auto tos inherit \
		udpcsum max_peers 7
	exits "show what has changed" 0 -d link show t1
	says 'tos inherit' udpcsum 'max_peers 7'
	[[ $said != *ttl* ]] || fail "there is a ttl: $said"
	exits "take it away" 0 link del t1
}

try_others()
{
	exits "add a server" 0 link add t1 type teredo mode server \
		local 203.0.113.1 local2 203.0.113.2 rate 5 auth \
		served 2001:db8::/32 served 2001:db9::/48
	exits "show it" 0 -d link show t1
	says 'mode server port 3544 local 203.0.113.1 local2 203.0.113.2' \
		'rate 5' 'served 2001:db8::/32' '2001:db9::/48'
	exits "take it away" 0 link del t1
	exits "add a host-specific relay" 0 link add t1 type teredo \
		mode hostrelay direct
	exits "show it" 0 -d link show type teredo
	says 'mode hostrelay' direct
	exits "take it away" 0 link del t1
}

try_errors()
{
	exits "no such mode" 255 link add t1 type teredo mode router
	says '"router"'
	exits "no such word" 1 link add t1 type teredo nonsense
	says 'unknown option "nonsense"?'
	exits "a word without its value" 255 link add t1 type teredo port
	exits "what the kernel refuses" 2 link add t1 type teredo mode server
	says 'Error: A server needs its IPv4 address (local),'
	exits "nothing was made" 1 link show t1
}

# test_ip FILE
test_ip()
{
	ip=$1
	if [ ! -x "$(command -v "$ip")" ]; then
		skip "it could not be had"
		return
	fi
	note "$(tried -V)"
	try_help
	try_client
	try_others
	try_errors
	tried link del t1 2> /dev/null
	:
}

modprobe teredo || fail "no module"
new_node m

add_test "link_teredo.so in the ip of this system" test_ip ip
for suite in bookworm-backports trixie sid; do
	add_test "link_teredo.so in the ip of $suite" \
		test_ip "$top/.cache/iproute2/$suite/ip"
done

run_tests
