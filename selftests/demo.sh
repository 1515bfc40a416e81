#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Demonstration in a virtual machine, step by step: a client behind a NAT gets IPv6. The
# exit code is 0 if every step has worked.
#
# usage: selftests/demo.sh [interactive]

set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 1
top=$(cd "$here/.." && pwd)

if [ "${1:-}" != --inside ]; then
	options=()
	color=''
	if [ "${1:-}" = interactive ]; then
		if ! [ -t 0 ]; then
			echo "demo: a prompt needs a terminal" >&2
			exit 2
		fi
		options=(-i)
	fi
	if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
		color=1
	fi
	echo "demo: starting a virtual machine, this takes some ten seconds"
	exec "$here/vm/run" "${options[@]}" -t 300 -n demo -- \
		"COLOR=$color '$here/demo.sh' --inside ${1:-}"
fi

# ---------------------------------------------------------------- in the machine

NS_PREFIX=''
# shellcheck source=net/lib.sh
. "$here/net/lib.sh"
PATH=$top/tools/bin:$PATH

bold='' dim='' green='' red='' cyan='' plain=''
if [ "${COLOR:-}" ]; then
	bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m'
	cyan=$'\e[36m' plain=$'\e[0m'
fi

summary=''
errors=0

step()
{
	printf '\n%s%s%s\n' "$bold$cyan" "$*" "$plain"
}

say()
{
	printf '  %s\n' "$@"
}

# run NODE COMMAND...: print the command and its output
run()
{
	local node=$1 code

	shift
	printf '\n  %s%s#%s %s%s%s\n' "$dim" "$node" "$plain" "$bold" "$*" "$plain"
	on "$node" "$@" 2>&1 | sed 's/^/    /'
	code=${PIPESTATUS[0]}
	return "$code"
}

# result CODE TEXT: add a line to the summary
result()
{
	if [ "$1" = 0 ]; then
		summary="$summary  ${green}works${plain}   $2"$'\n'
	else
		summary="$summary  ${red}FAILED${plain}  $2"$'\n'
		errors=$((errors + 1))
	fi
}

# The service port is in the address, inverted.
service_port()
{
	local group

	IFS=: read -r _ _ _ _ _ group _ <<< "$(teredo_address "$1")"
	echo $((0x$group ^ 0xffff))
}

# one line per packet, in the words of the demonstration
trace()
{
	tshark -n -r "$tmp/punch.pcap" \
		-d "udp.port==$(service_port a),teredo" \
		-d "udp.port==$(service_port b),teredo" -Y teredo -T fields -E separator='|' \
		-e frame.time_relative -e ip.src -e ip.dst -e ipv6.nxt \
		-e icmpv6.type 2> /dev/null | awk -F'|' -v green="$green" \
		-v plain="$plain" '
	function name(addr) {
		if (addr == "192.0.2.10") return "NAT of a"
		if (addr == "192.0.2.20") return "NAT of b"
		if (addr ~ /^203\.0\.113\./) return "server"
		return addr
	}
	BEGIN {
		printf "    %9s  %-9s    %-9s  %s\n", "ms", "from", "to", "what"
	}
	{
		if ($4 == 59 && $3 ~ /^203/)
			what = "bubble, to be passed on to b"
		else if ($4 == 59 && $2 ~ /^203/)
			what = "the bubble, passed on; it says where a is"
		else if ($4 == 59 && $2 == "192.0.2.10" && !heard)
			what = "bubble; the NAT of b has no mapping for it and drops it"
		else if ($4 == 59) {
			what = "bubble; the NAT of a lets it in, a has just written"
			heard = 1
		} else if ($5 == 128)
			what = green "ping" plain
		else if ($5 == 129)
			what = green "reply" plain ", straight from b"
		else
			what = "IPv6"
		printf "    %9.2f  %-9s -> %-9s  %s\n", $1 * 1000, name($2),
			name($3), what
	}'
}

step "1. An Internet"
cat <<-EOF

	     IPv6-only host n           Teredo server
	     2001:db8:1::10             203.0.113.1, .2
	            |                          |
	       Teredo relay ---- routers ------+
	                          |    |
	               192.0.2.10 |    | 192.0.2.20
	                        NAT    NAT           both port-restricted
	                          |    |
	                   client a    client b
	                   10.1.0.2    10.2.0.2

EOF
say "All of it in this machine, a network namespace for each. Server and relay" \
	"are devices of the same module, with no daemon. Only n, the relay" \
	"and the server has IPv6."
internet
client a pr
client b pr
run s1 modprobe teredo
result $? "the module loads"
teredo_server s1 203.0.113.1 203.0.113.2 && teredo_relay r 198.51.100.1 3545
result $? "server and relay are up"
run s1 ip -d link show teredo0
run r ip -d link show teredo0
mkdir "$tmp/www"
head -c 2000000 /dev/urandom > "$tmp/www/file"
start www n busybox httpd -f -p '[2001:db8:1::10]:80' -h "$tmp/www"
run a ip -br addr
run a ping -c 1 -W 1 2001:db8:1::10

step "2. Client a gets IPv6"
run a ip link add type teredo
result $? "the device teredo0 is made"
printf '\n  %sa#%s %steredod --server 203.0.113.1/203.0.113.2 &%s\n' \
	"$dim" "$plain" "$bold" "$plain"
start teredod a teredod --server 203.0.113.1/203.0.113.2
before=$(now_ms)
wait_for 20 has_teredo_address "$pid"
result $? "the client qualifies"
say "" "${green}Qualified after $(($(now_ms) - before)) ms.${plain} The daemon asked both addresses of the server how" \
	"the NAT looks from outside. Both saw the same, so the NAT is no symmetric" \
	"one, and others can be told where to send to: the address says it."
run a teredo show
run a teredo decode "$(teredo_address a)"

step "3. The IPv6-only host"
say "" "The first packet waits while a test through the server finds the relay that" \
	"is nearest to n. From then on packets go through that relay."
run a ping -c 3 -i 0.3 2001:db8:1::10
result $? "ping to the IPv6-only host"
run a curl -sS -o "$tmp/got" -w '%{size_download} octets in %{time_total} s\n' \
	'http://[2001:db8:1::10]/file' && cmp "$tmp/www/file" "$tmp/got"
result $? "HTTP download from it, 2 MB, content compared"

step "4. Another client, behind another NAT"
# another name, as all daemons share /run
start teredod-b b teredod --server 203.0.113.1/203.0.113.2 teredo1
wait_for 20 has_teredo_address "$pid"
result $? "client b qualifies"
say "" "Client b is up as well. Each NAT drops what was not asked for, so who starts?" \
	"Both: a sends a bubble, an empty packet, to b, which opens a's own NAT, and" \
	"has the server pass another one on. b answers it, straight to a."
capture inet any punch -Q in udp
run a ping -c 3 -i 0.3 "$(teredo_address b)"
result $? "ping from client to client"
capture_stop punch

step "5. The same on the wire"
say "" "Seen on the routers between the NATs, taken apart by tshark:" ""
trace | tee "$tmp/trace"
grep -q 'straight from b' "$tmp/trace"
result $? "the packets decode in tshark"
run a teredo peer show teredo0

step "6. A gateway of one's own"
say "" "Now the relay is gone, and no network has a route to Teredo addresses. The" \
	"server becomes a gateway: it translates the first 64 bits of its clients'" \
	"addresses to 2001:db8:5:1::/64, which its provider routes to it."
ip_on r link del teredo0
ip_on s1 link del teredo0
gateway_internet
gateway_start "prefix = 2001:db8:5:1::/64"
run s1 cat "$tmp/s1.conf"
run s1 env "TEREDO_RUN_DIR=$tmp/run-s1" teredo show teredo0
run a ping -c 3 -i 0.3 2001:db8:7::7
result $? "ping to another IPv6-only host, with no relay anywhere"
say "" "The other way round: the IPv6-only host opens a path to client a, which is" \
	"behind a NAT, by a native address."
run n ping -c 3 -i 0.3 "$(translated a)"
result $? "ping from the IPv6-only host to the client behind a NAT"

step "Summary"
echo
printf '%s' "$summary"

if [ "${2:-}" = interactive ]; then
	cat <<-EOF

	You are on client a now, with the Internet above around you. Try:

	  ${bold}teredo show${plain}, ${bold}teredo peer show teredo0${plain}, ${bold}teredo stats${plain}, ${bold}teredo monitor${plain}
	  ${bold}curl -I 'http://[2001:db8:1::10]/file'${plain}
	  ${bold}tcpdump -ni eth0 udp${plain}
	  ${bold}ip netns exec b teredo show${plain}   the other nodes: ip netns list
	  ${bold}exit${plain}                          switches the machine off

	EOF
	printf 'PS1="a# "\n' > "$tmp/bashrc"
	on a bash --rcfile "$tmp/bashrc" -i
fi

exit "$((errors > 0))"
