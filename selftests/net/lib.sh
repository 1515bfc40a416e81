#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Shared code of the network tests: KTAP results, and an Internet made of network
# namespaces. Runs as root inside the machine of selftests/vm/run. Outside of it the
# tests of this directory refuse to run, as they load and remove the module, set the
# clock and write to /etc. TEREDO_TESTS_CHANGE_THIS_MACHINE=yes overrides this.
#
# A test file sources this, registers its tests with add_test and ends with
# run_tests. A test is a function; it fails if it returns non-zero or if a
# check in it failed.
#
# The Internet: every node is a namespace. The router "inet" names each link after the
# node at the other end:
#
#   s1   203.0.113.1, .2      2001:db8:5::1   Teredo server
#   s2   198.51.100.118, .119 2001:db8:6::1   second Teredo server
#   r    198.51.100.1         2001:db8:1::1   Teredo relay, service port 3545
#   n    behind r             2001:db8:1::10  host with native IPv6 only
#   h    198.51.100.7         2001:db8:7::7   host with IPv4 and native IPv6
#   x    198.51.100.66        2001:db8:66::1  attacker, may forge any source
#   a    10.1.0.2    behind na 192.0.2.10     client, service port 40000
#   b    10.2.0.2    behind nb 192.0.2.20     client, service port 50000
#
# The module treats documentation ranges as global unicast, so the tests need no
# special setting.
#
# Links have no address resolution: both ends of each have the same MAC address
# and NOARP. So no first packet waits for a neighbour, and captures hold only
# the traffic under test.

# ---------------------------------------------------------------- results

declare -a _tests_desc=() _tests_func=()
_failed=0 _skipped=''

# add_test "IDs: description" FUNCTION [ARGUMENTS]. With ONLY in the environment,
# only the tests whose description contains it run.
add_test()
{
	[[ $1 == *${ONLY:-}* ]] || return 0
	_tests_desc+=("$1")
	shift
	_tests_func+=("$(printf '%q ' "$@")")
}

# note: print diagnostic lines from standard input or the arguments
note()
{
	if [ $# -gt 0 ]; then
		printf '# %s\n' "$*"
	else
		sed 's/^/# /'
	fi
}

# fail REASON: the running test fails, but may continue. A subshell, such as a part of a
# pipe, loses its variables, so its reasons go to a file.
fail()
{
	_failed=1
	[ "$BASHPID" = $$ ] || printf '%s\n' "$*" >> "$tmp/failed"
	note "failed: $*"
	return 1
}

# _has_failed: check whether the running test has failed
_has_failed()
{
	[ ! -e "$tmp/failed" ] || {
		_failed=1
		sed 's/^/# failed: /' "$tmp/failed"
		rm "$tmp/failed"
	}
	[ $_failed != 0 ]
}

# must COMMAND...: the running test fails if the command does. Use it at the start of a
# pipe and where output is compared with the empty string, as the exit code is lost
# there. The reader may close the pipe early.
must()
{
	local code

	"$@"
	code=$?
	[ $code = 0 ] || [ $code = $((128 + 13)) ] ||
		fail "exit code $code of: $*" >&2
}

# skip REASON: the running test cannot run here; the caller must return next. A failed
# test is not skipped.
skip()
{
	_skipped=$*
}

# check WHAT COMMAND...: the running test fails if the command does.
check()
{
	local what=$1 out code

	shift
	out=$("$@" 2>&1)
	code=$?
	[ $code = 0 ] && return
	fail "$what: exit code $code of: $*"
	[ -z "$out" ] || printf '%s\n' "$out" | tail -n 20 | note
	return 1
}

# exits WHAT CODE COMMAND...: check the exit code; the output is in $shown
exits()
{
	local what=$1 expected=$2 code

	shift 2
	shown=$("$@" 2>&1)
	code=$?
	[ "$code" = "$expected" ] ||
		fail "$what: exit code $code, expected $expected: $shown"
}

# has TEXT...: parts of $shown; blanks count as one
has()
{
	local text squeezed

	squeezed=$(tr -s ' \n' ' ' <<< "$shown")
	for text; do
		[[ $squeezed == *"$text"* ]] || fail "no '$text' in: $shown"
	done
}

# check_equal WHAT EXPECTED ACTUAL
check_equal()
{
	[ "$2" = "$3" ] && return
	fail "$1: expected '$2', got '$3'"
}

# check_at_most WHAT LIMIT ACTUAL
check_at_most()
{
	[ "$3" ] && [ "$3" -le "$2" ] && return
	fail "$1: at most $2, got '$3'"
}

# A failure outside of a test is reported as a failed test of its own.
run_tests()
{
	local i start bad=0 n=${#_tests_desc[@]}

	! _has_failed || bad=1
	printf 'KTAP version 1\n1..%d\n' $((n + bad))
	[ $bad = 0 ] || printf 'not ok %d before the tests\n' $((n + 1))
	for i in "${!_tests_desc[@]}"; do
		_failed=0 _skipped=''
		start=$(now_ms)
		eval "${_tests_func[i]}" || [ "$_skipped" ] || _failed=1
		[ ! "${_inject:-}" ] || alive inject ||
			fail "tdinject has ended: $(< "$tmp/inject.log")"
		note "$(($(now_ms) - start)) ms"
		if _has_failed; then
			printf 'not ok %d %s\n' $((i + 1)) "${_tests_desc[i]}"
			bad=1
		elif [ "$_skipped" ]; then
			printf 'ok %d %s # SKIP %s\n' $((i + 1)) \
				"${_tests_desc[i]}" "$_skipped"
		else
			printf 'ok %d %s\n' $((i + 1)) "${_tests_desc[i]}"
		fi
	done
	[ $bad = 0 ] || _keep_files
	exit $bad
}

# ---------------------------------------------------------------- time

# Sleep by a read that never gets input: starting a program takes 20 ms under
# emulation.
exec {_never}<> <(:)
pause()
{
	read -rt "$1" -u "$_never"
	:
}

now_ms()
{
	local us=${EPOCHREALTIME/[.,]/}

	printf '%s\n' $((us / 1000))
}

# Factor for debug kernels. They keep freed memory for some time, hold metadata about
# all allocations, and are slow: tests allow more memory and send less.
much=${SLOW:-1}
[ ! -e /sys/kernel/debug/kmemleak ] || much=10

# memory_now: memory of the kernel itself, in kB. The module has no slab caches of its
# own, so this sums all slab caches and per-CPU memory.
memory_now()
{
	awk '$1 == "SUnreclaim:" || $1 == "Percpu:" { sum += $2 }
		END { print sum }' /proc/meminfo
}

# kernel_memory: memory_now after freeing what the kernel caches for later allocations
# and what RCU frees, which takes up to 5 s
kernel_memory()
{
	local cache

	pause 6
	for cache in /sys/kernel/slab/*; do
		[ -L "$cache" ] || echo 1 > "$cache/shrink"
	done
	memory_now
}

# check_memory WHAT BEFORE LIMIT: kernel_memory has grown by at most LIMIT kB. A kernel
# with kmemleak holds metadata on all memory for some time. There selftests/vm/guest
# looks for leaks instead.
check_memory()
{
	local grown

	grown=$(($(kernel_memory) - $2))
	note "$1: $grown kB more"
	[ -e /sys/kernel/debug/kmemleak ] ||
		check_at_most "$1, kB more" $(($3 * ${SLOW:-1})) "$grown"
}

# In user-mode Linux, time passes only while all processes wait, so measured times are
# exact: $exact is not empty. Elsewhere they include CPU time. A busy loop must call
# $breath.
breath=: exact=
# shellcheck disable=SC2034 # for the tests
if grep -q 'User Mode Linux' /proc/cpuinfo; then
	breath='sleep 0.02' exact=yes
fi

# wait_for SECONDS COMMAND...: repeat until the command succeeds. SLOW multiplies the
# time on a slow kernel.
wait_for()
{
	local end=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000 * ${SLOW:-1}))
	local tries=0 rest=0.02

	shift
	until "$@"; do
		[ "${EPOCHREALTIME/[.,]/}" -lt $end ] || return 1
		pause $rest
		# poll less often after a second
		[ $((++tries)) -lt 50 ] || rest=0.1
	done
}

# took WHAT LIMIT COMMAND...: time until the command succeeds, at most LIMIT ms
took()
{
	local what=$1 limit=$2 start ms

	shift 2
	start=$(now_ms)
	wait_for 30 "$@" || fail "$what: never"
	ms=$(($(now_ms) - start))
	note "$what after $ms ms"
	check_at_most "$what, ms" "$limit" "$ms"
}

# ---------------------------------------------------------------- namespaces

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ "$here" = "$(cd "$(dirname "$0")" && pwd)" ] && [ ! "${IN_VM:-}" ] &&
   [ "${TEREDO_TESTS_CHANGE_THIS_MACHINE:-}" != yes ]; then
	printf '%s: changes the machine that it runs on; in a virtual one: %s\n' \
		"$0" "selftests/vm/run -- bash $0" >&2
	exit 4
fi
# shellcheck disable=SC2034 # for the tests
top=$(cd "$here/../.." && pwd)
tmp=$(mktemp -d)
chmod 755 "$tmp"		# Miredo reads its configuration without privileges
_prefix=${NS_PREFIX-td$$-}
_nodes=''
declare -A _pids=()

# A child that gets a signal before it execs has the same traps.
_cleanup()
{
	local node proc

	[ "$BASHPID" = $$ ] || return
	exec 2> /dev/null	# hides the shell's messages about killed processes
	# Every process in a test namespace belongs to the test. "ip netns pids" for each
	# namespace would take seconds.
	for proc in /proc/[0-9]*; do
		for node in $_nodes; do
			if [ "$proc/ns/net" -ef "/run/netns/$_prefix$node" ]; then
				kill -KILL "${proc#/proc/}"
				break
			fi
		done
	done
	wait
	for node in $_nodes; do
		printf 'netns del %s%s\n' "$_prefix" "$node"
	done | ip -batch - > /dev/null 2>&1
	rm -rf "$tmp"
}
trap _cleanup EXIT
trap 'exit 130' INT TERM

# Keep captures and logs of failed tests.
_keep_files()
{
	local dir

	[ "${VM_OUT:-}" ] || return
	dir=$VM_OUT/$(basename "$0" .sh)
	mkdir -p "$dir" && cp "$tmp"/*.{pcap,log} "$dir/" 2> /dev/null
}

# netns NODE: name of the node's namespace
netns()
{
	printf '%s%s\n' "$_prefix" "$1"
}

# on NODE COMMAND...: run a command there. "ip netns exec" also makes a mount namespace,
# which takes longer than the commands.
on()
{
	local node=$1

	shift
	nsenter "--net=/run/netns/$_prefix$node" "$@"
}

# ip_on NODE ARGUMENTS of ip...
ip_on()
{
	local node=$1

	shift
	ip -n "$_prefix$node" "$@"
}

# start NAME NODE COMMAND...: run in the background, with the log in $tmp/NAME.log; the
# process ID is in $pid.
start()
{
	local name=$1 node=$2

	shift 2
	# truncate here, as a reader that waits for a line must not see the previous log
	: > "$tmp/$name.log"
	nsenter "--net=/run/netns/$_prefix$node" "$@" \
		< /dev/null > "$tmp/$name.log" 2>&1 &
	pid=$!
	_pids[$name]=$pid
}

# stop NAME [SIGNAL]: the running test fails if the process had crashed before
stop()
{
	[ "${_pids[$1]:-}" ] || return
	kill "-${2:-TERM}" "${_pids[$1]}" 2> /dev/null
	wait "${_pids[$1]}" 2> /dev/null
	_check_end "$1" $?
	unset "_pids[$1]"
}

# _check_end NAME EXIT-CODE: fail for signals that mean a crash
_check_end()
{
	local signal

	[ "$2" -gt 128 ] || return 0
	signal=$(kill -l "$2")
	[[ " ILL TRAP ABRT BUS FPE SEGV SYS " != *" $signal "* ]] ||
		fail "$1 was ended by SIG$signal: $(tail -n 20 "$tmp/$1.log")"
}

alive()
{
	[ "${_pids[$1]:-}" ] && kill -0 "${_pids[$1]}" 2> /dev/null
}

# udp_bound PID PORT: a socket is bound to the UDP port in the process's
# namespace
udp_bound()
{
	local port line

	printf -v port ':%04X' "$2"
	while read -r line; do
		[[ $line == *"$port "*:0000\ 07* ]] && return
	done 2> /dev/null < "/proc/$1/net/udp"
	return 1
}

# tcp_listening PID PORT
tcp_listening()
{
	local port

	printf -v port ':%04X' "$2"
	grep -qs "$port 0*:0000 0A" "/proc/$1/net/tcp6" "/proc/$1/net/tcp"
}

# ---------------------------------------------------------------- the Internet

_mac=0

# new_node NODE...
new_node()
{
	local node

	for node; do
		printf 'netns add %s%s\n' "$_prefix" "$node"
		_nodes="$_nodes $node"
	done > "$tmp/batch"
	ip -batch "$tmp/batch" || exit 1
	for node; do
		printf 'link set lo up\n' | ip_on "$node" -batch -
	done
}

# new_link NODE1 DEVICE1 NODE2 DEVICE2
new_link()
{
	local mac

	printf -v mac '02:00:00:00:%02x:%02x' $((_mac >> 8)) $((_mac & 255))
	_mac=$((_mac + 1))
	ip link add name "$2" netns "$_prefix$1" address "$mac" type veth \
		peer name "$4" netns "$_prefix$3" address "$mac" || exit 1
	_link_end "$1" "$2"
	_link_end "$3" "$4"
}

_link_end()
{
	printf 'link set dev %s %s\n' "$2" 'arp off addrgenmode none' "$2" up |
		ip_on "$1" -batch - || exit 1
}

# A veth pair passes packets with checksums still to be computed. A program at the
# other end, unlike a kernel, sees them in this state. Inside a tunnel, they can stay so
# beyond the other end. So nodes that send packets compute checksums.
#
# OFFLOADS in the environment selects the links:
#
#   (empty)	every link of a host or client
#   uplinks	only links to the router "inet": clients behind a NAT and hosts
#		behind r leave checksums and segmentation to the host that
#		forwards for them, as containers and virtual machines do
#   default	none: all links have the offloads that veth has by default
compute_checksums()	# NODE DEVICE
{
	[ "${OFFLOADS:-}" != default ] || return 0
	on "$1" ethtool -K "$2" tx off > /dev/null || exit 1
}

# real_checksums NODE: compute checksums at a node without a link to the router "inet"
real_checksums()
{
	[ "${OFFLOADS:-}" ] || compute_checksums "$1" eth0
}

# host NODE ADDRESS...: a node with these addresses, one link from the router
host()
{
	local node=$1 addr

	shift
	new_node "$node"
	new_link inet "$node" "$node" eth0
	compute_checksums "$node" eth0
	for addr; do
		printf 'addr add %s dev eth0\n' "$addr"
	done | ip_on "$node" -batch - || exit 1
	printf '%s\n' 'route add default dev eth0' \
		'route add ::/0 dev eth0' | ip_on "$node" -batch -
	for addr; do
		printf 'route add %s dev %s\n' "$addr" "$node"
	done | ip_on inet -batch - || exit 1
}

# second_uplink NODE DEVICE ADDRESS: another link to the router, without a route
second_uplink()
{
	new_link inet "$1-$2" "$1" "$2"
	compute_checksums "$1" "$2"
	ip_on "$1" addr add "$3/32" dev "$2" || exit 1
	ip_on inet route replace "$3" dev "$1-$2" || exit 1
}

# internet: create all nodes with public addresses
internet()
{
	new_node inet
	printf '%s\n' 'addr add 198.51.100.254/32 dev lo' \
		'addr add 2001:db8::1/128 dev lo' | ip_on inet -batch -
	on inet sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.conf.default.rp_filter=1 net.ipv6.conf.all.forwarding=1

	host s1 203.0.113.1 203.0.113.2 2001:db8:5::1
	host s2 198.51.100.118 198.51.100.119 2001:db8:6::1
	host r 198.51.100.1 2001:db8:1::1
	host h 198.51.100.7 2001:db8:7::7
	host x 198.51.100.66 2001:db8:66::1

	# every edge except the attacker's drops forged sources
	on inet sysctl -qw net.ipv4.conf.x.rp_filter=0
	ip_on inet -6 route add 2001::/32 dev r

	# the relay is the router of the site that the native host is on
	on r sysctl -qw net.ipv6.conf.all.forwarding=1
	new_node n
	new_link r n n eth0
	real_checksums n
	printf '%s\n' 'addr add 2001:db8:1::10 dev eth0' \
		'route add ::/0 dev eth0' | ip_on n -batch -
	ip_on r route add 2001:db8:1::10 dev n
	ip_on inet route add 2001:db8:1::10 dev r
}

declare -A outside=([a]=192.0.2.10 [b]=192.0.2.20 [c]=192.0.2.30)
declare -A inside=([a]=10.1.0 [b]=10.2.0 [c]=10.3.0)
declare -A port=([a]=40000 [b]=50000 [c]=60000)

# client NODE KIND: a node behind a NAT of its own, see set_nat
client()
{
	local node=$1 nat=n$1

	new_node "$node" "$nat"
	new_link inet "$nat" "$nat" wan
	new_link "$nat" lan "$node" eth0
	real_checksums "$node"
	[ ! "${OFFLOADS:-}" ] || compute_checksums "$nat" wan
	on "$nat" sysctl -qw net.ipv4.ip_forward=1
	ip_on inet route add "${outside[$node]}" dev "$nat"
	set_nat "$node" "$2"
}

declare -A _nat=()

# nat_forgets NODE: flush all connection tracking entries of its NAT
nat_forgets()
{
	on "$1" conntrack -F > /dev/null 2>&1 || fail "conntrack -F fails at $1"
}

# forget_mappings CLIENT
forget_mappings()
{
	[ "${_nat[$1]}" != none ] || return
	nat_forgets "n$1"
	case ${_nat[$1]} in
	ar) on "n$1" nft flush set ip nat seen ;;
	pp_sym) on "n$1" nft flush set ip nat used ;;
	esac
}

# set_nat CLIENT KIND: change the NAT in front of a client. The NAT loses all
# mappings. Kinds, by their treatment of the client's service port:
#
#   none	no NAT, the client itself has the public address
#   cone	one mapping, no filter
#   ar		one mapping, filter by address
#   pr		one mapping, filter by address and port
#   pp_sym	first destination keeps the port, others get random ones; as pr
#   symrnd	a random port for every destination; as pr
#   seq	ports in sequence; as pr
#   addrsym	address and port differ by destination; as pr
#
# All except none drop unsolicited packets, as home routers do. Otherwise a
# packet that comes in before the client's own leaves a conntrack entry on the
# NAT, and the client's packet then gets another port.
set_nat()
{
	local node=$1 nat=n$1 kind=$2
	local out=${outside[$1]} in=${inside[$1]} p=${port[$1]}
	local decls='' pre='' post='' forward='' i map

	if [ "${_nat[$node]:-}" = "$kind" ]; then
		forget_mappings "$node"
		return
	fi
	_nat[$node]=$kind
	printf '%s\n' 'addr flush dev eth0' | ip_on "$node" -batch -
	if [ "$kind" = none ]; then
		on "$nat" nft flush ruleset
		printf '%s\n' 'addr flush dev lan' 'addr flush dev wan' \
			"route replace $out dev lan" \
			'route replace default dev wan' |
			ip_on "$nat" -batch - || exit 1
		printf '%s\n' "addr add $out dev eth0" \
			'route replace default dev eth0' |
			ip_on "$node" -batch - || exit 1
		return
	fi

	case $kind in
	cone|ar)
		post="udp sport $p snat to $out:$p; masquerade"
		pre="udp dport $p dnat to $in.2:$p"
		if [ "$kind" = ar ]; then
			decls='set seen { type ipv4_addr; flags dynamic,timeout;
				timeout 300s; }'
			forward='oifname wan update @seen { ip daddr }'
			pre="ip saddr @seen $pre"
		fi
		;;
	pr)
		post=masquerade
		;;
	pp_sym)
		decls='set used { type inet_service; flags dynamic; }'
		post='udp sport @used masquerade fully-random
			add @used { udp sport } masquerade'
		;;
	symrnd)
		post='masquerade fully-random'
		;;
	seq)
		# a map, since "numgen ... offset" swaps the octets of its result
		for ((i = 0; i < 1000; i++)); do
			map="$map${map:+, }$i : $((p + 1000 + i))"
		done
		post="meta l4proto udp snat ip to $out : numgen inc mod 1000 map { $map }
			masquerade"
		;;
	addrsym)
		for ((i = 0; i < 4; i++)); do
			map="$map${map:+, }$i : ${out%.*}.$((${out##*.} + i))"
		done
		post="meta l4proto udp snat to jhash ip daddr . udp dport mod 4 map { $map } fully-random
			masquerade"
		;;
	*)
		fail "no such NAT: $kind"
		exit 1
		;;
	esac
	printf '%s\n' "addr flush dev lan" "addr flush dev wan" \
		"route flush $out" "addr add $out dev wan" \
		"addr add $in.1/24 dev lan" "route replace default dev wan" |
		ip_on "$nat" -batch - || exit 1
	if [ "$kind" = addrsym ]; then
		for ((i = 1; i < 4; i++)); do
			ip_on inet route replace "${out%.*}.$((${out##*.} + i))" \
				dev "$nat"
		done
	fi
	on "$nat" nft -f - <<-EOF || exit 1
	flush ruleset
	table ip nat {
		$decls
		chain prerouting {
			type nat hook prerouting priority dstnat;
			${pre:+iifname wan $pre}
		}
		chain postrouting {
			type nat hook postrouting priority srcnat;
			oifname != wan accept
			$post
		}
		chain forward {
			type filter hook forward priority filter;
			$forward
		}
		chain input {
			type filter hook input priority filter;
			iifname wan meta l4proto udp drop
		}
	}
	EOF
	forget_mappings "$node"
	printf '%s\n' "addr add $in.2/24 dev eth0" \
		"route replace default via $in.1 dev eth0" |
		ip_on "$node" -batch - || exit 1
}

# attach GATE DEVICE NODE ADDRESS VIA [NODE-DEVICE]: link GATE to NODE, and give NODE the
# ADDRESS
attach()
{
	local dev=${6:-eth0}

	new_link "$1" "$2" "$3" "$dev"
	[ "$dev" != eth0 ] || real_checksums "$3"
	ip_on "$1" route add "$4" dev "$2" || exit 1
	printf '%s\n' "addr add $4/32 dev $dev" "route add $5 dev $dev" \
		"route add default via $5" | ip_on "$3" -batch - || exit 1
}

# on_lan NODE NUMBER: attach the node at 10.1.0.NUMBER to a's network, which is a bridge
on_lan()
{
	local node=$1 n=$2 nat=na

	ip link add "p$node" netns "$(netns "$nat")" type veth peer name eth0 \
		netns "$(netns "$node")" address "02:01:00:00:00:0$n" || exit 1
	ip_on "$nat" link set "p$node" master lan up
	on "$node" sysctl -qw net.ipv4.igmp_link_local_mcast_reports=0
	# disable automatic addresses first, as the link would carry packets for them
	printf '%s\n' 'link set eth0 addrgenmode none' 'link set eth0 up' \
		"addr add 10.1.0.$n/24 dev eth0" \
		'route add default via 10.1.0.1 dev eth0' |
		ip_on "$node" -batch - || exit 1
	neighbours "$node" eth0
	real_checksums "$node"
}

# neighbours NODE DEVICE: resolve all addresses in advance, so that only the traffic
# under test is counted
neighbours()
{
	local i

	for i in 1 2 3 9; do
		printf 'neigh replace 10.1.0.%s lladdr 02:01:00:00:00:0%s dev %s\n' \
			"$i" "$i" "$2"
	done | ip_on "$1" -batch -
}

# make_lan: a network of clients a and d behind the NAT of a, and of a host w
make_lan()
{
	port[d]=50000 inside[d]=10.1.0
	new_node a na d w
	new_link inet na na wan
	ip_on na link add lan address 02:01:00:00:00:01 type bridge mcast_snooping 0
	ip_on na link set lan addrgenmode none
	ip_on na link set lan up
	on na sysctl -qw net.ipv4.ip_forward=1
	ip_on inet route add 192.0.2.10 dev na
	on_lan a 2
	on_lan d 3
	on_lan w 9
	set_nat a pr
	neighbours a eth0
	neighbours na lan
}

# link_delay NODE TIME: delay in each direction between a host, or a client's NAT, and
# the router. A delay of r also applies to n.
link_delay()
{
	local node=$1 dev=eth0

	[ ! -e "/run/netns/${_prefix}n$1" ] || node=n$1 dev=wan
	{
		tc -n "$_prefix$node" qdisc replace dev $dev root netem delay "$2" &&
			tc -n "${_prefix}inet" qdisc replace dev "$node" root \
				netem delay "$2"
	} || fail "no delay at $1"
}

# path_delay NODE DEVICE SERVER DIRECT: delay of packets that leave there, in ms: SERVER
# for packets to s1, DIRECT for all others
path_delay()
{
	local tc=(tc -n "$_prefix$1")

	"${tc[@]}" qdisc del dev "$2" root 2> /dev/null
	"${tc[@]}" qdisc add dev "$2" root handle 1: prio bands 2 \
		priomap 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 || exit 1
	"${tc[@]}" qdisc add dev "$2" parent 1:1 netem delay "$3ms" || exit 1
	"${tc[@]}" qdisc add dev "$2" parent 1:2 netem delay "$4ms" || exit 1
	"${tc[@]}" filter add dev "$2" parent 1: protocol ip u32 \
		match ip src 203.0.113.0/24 flowid 1:1 || exit 1
}

# gateway CLIENT [LINE]...: the client's NAT forwards ports on request, to all peers or
# as the lines of miniupnpd's configuration say; by NAT-PMP, too, unless natpmp=no.
# The NAT needs an external address outside of the documentation ranges, which
# miniupnpd does not accept as public.
gateway()
{
	local nat=n$1 in=${inside[$1]}

	on "$nat" nft -f - <<-EOF
	table inet upnp {
		chain prerouting { }
		chain postrouting { }
		chain forward { }
		chain pre {
			type nat hook prerouting priority dstnat - 10;
			jump prerouting
		}
	}
	EOF
	shift
	{
		printf '%s\n' ext_ifname=wan listening_ip=lan http_port=5000 \
			enable_upnp=yes "enable_natpmp=${natpmp:-yes}" \
			upnp_table_name=upnp upnp_nat_table_name=upnp \
			upnp_forward_chain=forward upnp_nat_chain=prerouting \
			upnp_nat_postrouting_chain=postrouting \
			uuid=00000000-0000-0000-0000-000000000000 "$@" \
			"allow 1024-65535 $in.0/24 1024-65535" \
			'deny 0-65535 0.0.0.0/0 0-65535'
	} > "$tmp/$nat-upnpd.conf"
	start "$nat-upnpd" "$nat" miniupnpd -d -f "$tmp/$nat-upnpd.conf" \
		-P "$tmp/$nat-upnpd.pid"
	wait_for 10 tcp_listening "$pid" 5000 || {
		fail "miniupnpd does not start on $nat"
		note < "$tmp/$nat-upnpd.log"
	}
}

gateway_down()
{
	stop "n$1-upnpd"
	on "n$1" nft delete table inet upnp
}

# ---------------------------------------------------------------- Miredo

# Miredo's tunnels are TUN devices
[ -e /dev/net/tun ] || modprobe -q tun

# has_teredo_address PID: check the process's namespace
has_teredo_address()
{
	local hex rest

	while read -r hex rest; do
		[[ $hex == 20010000* ]] && return
	done 2> /dev/null < "/proc/$1/net/if_inet6"
	return 1
}

# teredo_address NODE: its Teredo address, as ip prints it
teredo_address()
{
	must ip_on "$1" -6 -o addr show scope global to 2001::/32 |
		sed -n 's/.* inet6 \([^/]*\).*/\1/p'
}

# _miredo NAME NODE: start Miredo with the configuration from standard input
_miredo()
{
	cat > "$tmp/$1.conf"
	start "$1" "$2" miredo -f -c "$tmp/$1.conf" -p "$tmp/$1.pid" -u nobody
}

# miredo_server NODE PRIMARY SECONDARY
miredo_server()
{
	printf '%s\n' "ServerBindAddress $2" "ServerBindAddress2 $3" \
		> "$tmp/$1-server.conf"
	start "$1-server" "$1" miredo-server -f -c "$tmp/$1-server.conf" \
		-p "$tmp/$1-server.pid" -u nobody
	wait_for 10 udp_bound "$pid" 3544 ||
		fail "Miredo's server does not start on $1"
}

# miredo_relay NODE ADDRESS PORT
miredo_relay()
{
	_miredo "$1-relay" "$1" <<-EOF
	RelayType relay
	InterfaceName teredo
	BindAddress $2
	BindPort $3
	EOF
	wait_for 10 udp_bound "$pid" "$3" ||
		fail "Miredo's relay does not start on $1"
}

# services: start Miredo's server on s1 and its relay on r
services()
{
	miredo_server s1 203.0.113.1 203.0.113.2
	miredo_relay r 198.51.100.1 3545
}

miredo_client_start()
{
	_miredo "$1-miredo" "$1" <<-EOF
	InterfaceName teredo
	ServerAddress 203.0.113.1
	BindPort ${port[$1]}
	EOF
}

# miredo_client_up NODE: wait until it is qualified
miredo_client_up()
{
	miredo_client_start "$1"
	wait_for 15 has_teredo_address "$pid" ||
		fail "Miredo's client on $1 does not qualify"
}

miredo_client_down()
{
	stop "$1-miredo"
}

# ---------------------------------------------------------------- the client under test

tools=$top/tools/bin

# client_up NODE [OPTIONS of teredod]: start a client and wait until it is qualified. It
# uses the server s1 unless the options say otherwise.
client_up()
{
	client_start "$@"
	wait_for 15 has_teredo_address "${_pids[$1-teredod]}" && return
	fail "our client on $1 does not qualify"
	note < "$tmp/$1-teredod.log"
}

# no_address NODE: the client there has no Teredo address
no_address()
{
	! has_teredo_address "${_pids[$1-teredod]}"
}

# by_server NODE HEX: its Teredo address holds this server address
by_server()
{
	[[ $(teredo_address "$1") == 2001:0:$2:* ]]
}

# client_conf NODE FILE [LINE]...: write a configuration, with these lines of [client]
client_conf()
{
	local node=$1 file=$2

	shift 2
	printf '%s\n' '[client]' 'server = 203.0.113.1/203.0.113.2' "$@" \
		'[device]' "port = ${port[$node]}" > "$file"
}

# Namespaces share /run, so each node has its own directory for the sockets of
# teredod.
client_start()
{
	local node=$1

	shift
	mkdir -p "$tmp/run-$node"
	client_conf "$node" "$tmp/$node.conf"
	start "$node-teredod" "$node" env "TEREDO_RUN_DIR=$tmp/run-$node" \
		"$tools/teredod" --debug \
		--config "$tmp/$node.conf" "$@" teredo0
}

client_down()
{
	stop "$1-teredod"
	ip_on "$1" link del teredo0
}

# teredo NODE ARGUMENTS...: run the tool at a node
teredo()
{
	local node=$1

	shift
	on "$node" env "TEREDO_RUN_DIR=$tmp/run-$node" "$tools/teredo" "$@"
}

# shows CLIENT WORDS...: the output of "teredo show" contains all words
shows()
{
	local node=$1 text word

	shift
	text=$(teredo "$node" show; teredo "$node" -j show)
	for word; do
		[[ $text == *"$word"* ]] || return
	done
}

# counter NODE DEVICE NAME
counter()
{
	local json

	json=$(teredo "$1" -j stats "$2")
	[[ $json =~ \"$3\":([0-9]+) ]] || return
	printf '%s\n' "${BASH_REMATCH[1]}"
}

# ping_native NODE: ping the native host until stop_ping_native
ping_native()
{
	start ping "$1" ping -6 -n -i 0.1 -W 2 2001:db8:1::10
	check "the ping is answered" wait_for 5 grep -q 'time=' "$tmp/ping.log"
}

# stop_ping_native: check that the ping has lost no packet
stop_ping_native()
{
	stop ping INT
	note < <(tail -n 2 "$tmp/ping.log")
	check "nothing is lost" grep -q ' 0% packet loss' "$tmp/ping.log"
}

# ---------------------------------------------------------------- a bare client

# Teredo addresses of the bare clients at a, b and c, and their mapped endpoints
# shellcheck disable=SC2034 # for the tests
{
	A=2001:0:cb00:7101:2c5a:63bf:3fff:fdf5 A_AT=192.0.2.10:40000
	B=2001:0:cb00:7101:10a7:3caf:3fff:fdeb B_AT=192.0.2.20:50000
	C=2001:0:cb00:7101:1001:159f:3fff:fde1 C_AT=192.0.2.30:60000
}

# bare_client NODE ADDRESS: a client qualified without teredod, so it has exactly this
# address and sends no maintenance packets
bare_client()
{
	local in=$tmp/$1-watch.in out=$tmp/$1-watch.out

	on "$1" "$here/tdctl" bare teredo0 "${port[$1]}" "$2" || exit 1
	printf '%s\n' "addr add $2/32 dev teredo0 nodad" \
		'route add default dev teredo0' | ip_on "$1" -6 -batch - || exit 1
	mkfifo "$in" "$out"
	start "$1-watch" "$1" "$here/tdctl" watch teredo0 "$in" "$out"
	# shellcheck disable=SC1083,SC2086 # file descriptors
	exec {_watch_in[$1]}<> "$in" {_watch_out[$1]}<> "$out"
	before "$1"
}

declare -A _watch_in=() _watch_out=()

# introduce NODE ADDRESS ENDPOINT: add a peer to a client, as there is no server to
# help them
introduce()
{
	teredo "$1" peer add teredo0 "$2" remote "$3"
}

# dump NODE: print counters and peers of its device
dump()
{
	must on "$1" "$here/tdctl" dump teredo0
}

# _watch NODE REQUEST: the answer is in $REPLY
_watch()
{
	printf '%s\n' "$2" >&"${_watch_in[$1]}"
	read -rt 60 <&"${_watch_out[$1]}" || REPLY='no answer'
}

# before NODE: record the state of a bare client: counters, peers, packets delivered to
# its IPv6 stack and packets sent
before()
{
	_watch "$1" before
	[ "$REPLY" = yes ] || fail "the state of $1 is not known: $REPLY"
}

# flush NODE: remove all peers, and then "before"
flush()
{
	_watch "$1" flush
	[ "$REPLY" = yes ] || fail "the peers of $1 are not forgotten: $REPLY"
}

# check_changes WHAT NODE CHANGE...: exactly these changes have happened since the last
# check or since "before": "NUMBER +N" or "peer ADDRESS STATE", see tdctl dump
check_changes()
{
	local what=$1 node=$2 IFS='|'

	shift 2
	_watch "$node" "expect $*"
	[ "$REPLY" = yes ] && return
	fail "$what: expected these changes:"
	printf '%s\n' "$@" | sort | note
	note "and got these:"
	note <<< "${REPLY//|/$'\n'}"
	return 1
}

# inject ARGUMENTS of tdinject...: inject at x, without starting a process
inject()
{
	[ "${_inject:-}" ] || {
		mkfifo "$tmp/inject"
		exec {_inject}<> "$tmp/inject"
		start inject x "$here/tdinject" --batch "$tmp/inject"
	}
	printf '%s\n' "$*" >&"$_inject"
}

# ---------------------------------------------------------------- a scripted peer

# x sends to a bare client on node a with forged sources, and captures show the
# client's replies. $A is its address, $B a peer's, whose mapped endpoint is $B_AT.
SERVER=203.0.113.1:3544

# from ENDPOINT ARGUMENTS of tdinject...: inject to the client, from this source
from()
{
	local from=$1

	shift
	inject --from "$from" --to "${outside[a]}:${port[a]}" "$@"
}

# indirect [TRAILERS]: B's bubble via the server
indirect()
{
	from $SERVER origin "$B_AT" bubble "$B" "$A" "$@"
}

# drops COUNTER WHAT ENDPOINT ARGUMENTS of tdinject...: the packet increments this
# counter and changes nothing else
drops()
{
	local counter=$1 what=$2

	shift 2
	from "$@"
	check_changes "$what" a "$counter +1"
}

# nonce_sent PEER: the nonce of the client's last indirect bubble to the peer, in hex.
# Waits for the bubble that a packet just injected causes.
nonce_sent()
{
	wait_for 2 eval "dump a | grep -q '^peer $1 .* sent [0-9a-f]'"
	dump a | sed -n "s/^peer $1 .* sent //p"
}

# ports_open NUMBER: a has so many UDP ports open
ports_open()
{
	[ "$(must on a ss -uan | grep -c UNCONN)" = "$1" ]
}

# random_port PEER: the random port told to the peer, and the local port that reaches it
random_port()
{
	dump a | sed -n "s/^peer $1 .* port \([0-9]* by [0-9]*\) .*/\1/p"
}

# said NAME: source port, destination and trailers of all bubbles in a capture
said()
{
	payloads "$1" 'udp[4:2] < 104' | awk '{
		print substr($1, match($1, /[0-9]*$/)), $2, substr($3, 81) }'
}

# to_port PORT ENDPOINT ARGUMENTS of tdinject...: inject to another port of the NAT
to_port()
{
	local to=$1 from=$2

	shift 2
	inject --from "$from" --to "${outside[a]}:$to" "$@"
}

# kernel_warnings: print kernel messages about leaks and worse
kernel_warnings()
{
	must dmesg -l emerg,alert,crit,err,warn |
		grep -E 'unregister_netdevice|WARNING|BUG|leak|refcount'
}

# ---------------------------------------------------------------- captures

# capture NODE DEVICE NAME [FILTER]: capture into $tmp/NAME.pcap
capture()
{
	local node=$1 dev=$2 name=$3

	shift 3
	# The buffer of 2 MiB reserves the snapshot length for each packet. With the
	# default of 256 KiB, a burst of nine loses one.
	start "$name" "$node" tcpdump -Z root --immediate-mode -U -n -s 1600 \
		-i "$dev" -w "$tmp/$name.pcap" "$@"
	wait_for 10 grep -qs 'listening on' "$tmp/$name.log" ||
		fail "tcpdump does not start on $node $dev"
}

# capture_stop NAME: the running test fails if the capture may lack packets
capture_stop()
{
		# let packets in the queues of this machine arrive
	pause 0.1
	alive "$1" || fail "the capture $1 has ended before: $(< "$tmp/$1.log")"
	stop "$1"
	grep -q '^0 packets dropped by kernel' "$tmp/$1.log" ||
		fail "the capture $1 is not complete: $(< "$tmp/$1.log")"
}

# _read_capture NAME COMMAND...: print a capture. The running test fails if the command
# does, as unread packets would look like packets never sent. The reader may close the
# pipe early. The last packet of a running capture may be incomplete.
_read_capture()
{
	local name=$1 errors code

	shift
	{ errors=$("$@" 2>&1 >&3 3>&-); } 3>&1
	code=$?
	[ $code != 0 ] && [ $code != $((128 + 13)) ] || return 0
	if ! alive "$name" || [[ $errors != *truncated* ]]; then
		fail "exit code $code of: $*: $errors" >&2
	fi
}

# packets NAME [FILTER]: print a capture by tcpdump
packets()
{
	local name=$1

	shift
	_read_capture "$name" tcpdump -nttr "$tmp/$name.pcap" "$@"
}

# decode NAME [ARGUMENTS of tshark]: slow to start, so request all fields at once
decode()
{
	local name=$1 p args=()

	shift
	for p in "${port[@]}" 3545; do
		args+=(-d "udp.port==$p,teredo")
	done
	_read_capture "$name" tshark -n -r "$tmp/$name.pcap" "${args[@]}" "$@"
}

# ---------------------------------------------------------------- traffic

# reach NODE ADDRESS [COUNT]: every ping is answered
reach()
{
	on "$1" ping -6 -n -i 0.1 -c "${3:-3}" -W 5 "$2" > "$tmp/ping" 2>&1 &&
		grep -q ' 0% packet loss' "$tmp/ping" && return
	cat "$tmp/ping"
	return 1
}

# first_rtt NODE ADDRESS: round-trip time of the first ping, in ms, rounded up
first_rtt()
{
	on "$1" ping -6 -n -c 1 -W 10 "$2" |
		sed -n 's/.* time=\([0-9]*\)\(\.[0-9]*\)\? ms/\1 \2/p' |
		awk '{ print $1 + ($2 > 0) }'
}

# longest_gap NAME: the longest time without a reply to the "ping -D" NAME, which has
# just been stopped, in ms; silence at the end counts
longest_gap()
{
	sed -n 's/^\[\([0-9.]*\)\] .* time=.*/\1/p' "$tmp/$1.log" |
		awk -v "end=$EPOCHREALTIME" '
		last && $1 - last > gap { gap = $1 - last }
		{ last = $1 }
		END {
			if (end - last > gap)
				gap = end - last
			printf "%d\n", gap * 1000
		}'
}

# tcp_both_ways CLIENT SERVER ADDRESS: send 10 MB each way, less on a slow kernel, and
# compare the data. busybox's nc ends when its peer has no more data to send, so the
# receiver gets a standard input that never ends.
tcp_both_ways()
{
	local recv="<&$_never > '$tmp/got'" send="< '$tmp/sent'"

	[ -e "$tmp/sent" ] || head -c $((10000000 / much)) /dev/urandom > "$tmp/sent"
	_tcp_transfer "$@" "$send" "$recv" && _tcp_transfer "$@" "$recv" "$send"
}

# _tcp_transfer CLIENT SERVER ADDRESS CLIENT-REDIRECTION SERVER-REDIRECTION
_tcp_transfer()
{
	rm -f "$tmp/got"
	start tcp-server "$2" timeout 60 bash -c "busybox nc -l -p 5001 $5"
	wait_for 5 tcp_listening "$pid" 5001 || {
		cat "$tmp/tcp-server.log"
		return 1
	}
	on "$1" timeout 60 bash -c "busybox nc $3 5001 $4" || return
	wait "$pid" || return
	cmp "$tmp/sent" "$tmp/got"
}

# ---------------------------------------------------------------- datagrams

# vector NAME...: octets of test vectors, in hex, concatenated
vector()
{
	local name id hex

	for name; do
		while read -r id hex; do
			[ "$id" != "$name" ] || break
		done < "$top/selftests/unit/vectors.txt"
		[ "$id" = "$name" ] || fail "there is no vector $name" >&2
		printf %s "$hex"
	done
}

# payloads NAME [FILTER]: the datagrams of a capture, one per line:
# source, destination, UDP payload in hex
payloads()
{
	local name=$1

	shift
	packets "$name" -x "$@" | awk '
	function flush() {
		if (hex)
			print src, dst, substr(hex, 57)
		hex = ""
	}
	$1 ~ /^0x/ { for (i = 2; i <= NF; i++) hex = hex $i; next }
	{ flush(); src = $3; dst = $5; sub(/:$/, "", dst) }
	END { flush() }'
}

# contents NAME [FILTER]: only the payloads
contents()
{
	payloads "$@" | cut -d' ' -f3
}

# counters NODE [DEVICE]: all counters, one per line: name and value
counters()
{
	must teredo "$1" -j stats "${2:-teredo0}" |
		sed 's/,/\n/g' | sed -n 's/.*"\([a-z0-9_]*\)":\([0-9]*\).*/\1 \2/p'
}

# count_from NODE [DEVICE]: record the counters for counted
count_from()
{
	counters "$@" > "$tmp/counters-$1"
}

# counted NODE [DEVICE]: changes since count_from, as "name+1 ..."
counted()
{
	counters "$@" | awk 'NR == FNR { old[$1] = $2; next }
		$2 != old[$1] { printf "%s%s+%d", n++ ? " " : "", $1,
				$2 - old[$1] }' "$tmp/counters-$1" -
}

# ---------------------------------------------------------------- the services under test

export IP_LIB_DIR=$top/tools/iproute2

# teredo_link NODE ATTRIBUTES...: a device with these attributes, without control daemon
teredo_link()
{
	local node=$1

	shift
	ip_on "$node" link add teredo0 \
		type teredo "$@" || {
		fail "no device on $node: $*"
		return 1
	}
	ip_on "$node" link set teredo0 up
}

# teredo_server NODE ADDRESS SECOND [ATTRIBUTES]: SECOND may be "none"
teredo_server()
{
	local node=$1 addr=$2 second=(local2 "$3")

	shift 3
	[ "${second[1]}" != none ] || second=()
	on "$node" sysctl -qw net.ipv6.conf.all.forwarding=1
	teredo_link "$node" mode server local "$addr" "${second[@]}" "$@"
}

# teredo_relay NODE ADDRESS PORT [ATTRIBUTES]
teredo_relay()
{
	local node=$1 addr=$2 service=$3

	shift 3
	on "$node" sysctl -qw net.ipv6.conf.all.forwarding=1
	teredo_link "$node" mode relay local "$addr" port "$service" "$@" &&
		ip_on "$node" -6 route add 2001::/32 dev teredo0
}

# teredo_hostrelay NODE [ATTRIBUTES]
teredo_hostrelay()
{
	local node=$1

	shift
	teredo_link "$node" mode hostrelay "$@" &&
		ip_on "$node" -6 route add 2001::/32 dev teredo0
}

# teredo_down NODE: delete the device, and its routes with it
teredo_down()
{
	ip_on "$1" link del teredo0
}

# ---------------------------------------------------------------- gateway of s1

# The provider of s1 routes $prefix::/64 to s1. No network has a route to the service
# prefix.
native=2001:db8:7::7		# h
clients=2001:0:cb00:7101
prefix=2001:db8:5:1
# lines of the section [server]
server_lines=('local2 = 203.0.113.2')

# server_conf LINE...: write a configuration with these lines of [gateway]
server_conf()
{
	printf '%s\n' '[device]' 'mode = server' 'local = 203.0.113.1' \
		'[server]' "${server_lines[@]}" '[gateway]' "$@" \
		> "$tmp/s1.conf"
}

gateway_internet()
{
	ip_on inet -6 route del 2001::/32 dev r
	ip_on inet -6 route add unreachable 2001::/32
	ip_on inet -6 route add "$prefix::/64" dev s1
}

server_run()
{
	mkdir -p "$tmp/run-s1"
	start s1-teredod s1 env "TEREDO_RUN_DIR=$tmp/run-s1" \
		"$tools/teredod" --debug --config "$tmp/s1.conf" teredo0
}

# server_start LINE...: with these lines of [gateway]; waits until the server answers
server_start()
{
	server_conf "$@"
	server_run
	wait_for 5 udp_bound "$pid" 3544 || {
		fail "the server does not start"
		note < "$tmp/s1-teredod.log"
	}
}

server_stop()
{
	stop s1-teredod
	ip_on s1 link del teredo0
}

# server_says TEXT: the text is in the server's log
server_says()
{
	grep -qF -- "$1" "$tmp/s1-teredod.log"
}

# gateway_start LINE...: with these lines of [gateway]; waits until the gateway is up
gateway_start()
{
	server_start "$@"
	wait_for 5 server_says 'gateway up' && return
	fail "the gateway is not up"
	note < "$tmp/s1-teredod.log"
}

# translated NODE: the client's address after translation, as native hosts see it
translated()
{
	local addr

	addr=$(teredo_address "$1")
	printf '%s:%s\n' "$prefix" "${addr#"$clients":}"
}

# traffic KIND CLIENT
traffic()
{
	check "$2 pings a native host" reach "$2" "$native"
	check "$2 opens connections" tcp_both_ways "$2" h "$native"
	[ "$1" = prefix ] || return
	check "a native host pings $2" reach h "$(translated "$2")"
	check "a native host opens connections to $2" \
		tcp_both_ways h "$2" "$(translated "$2")"
}
