#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Connectivity matrix of clients behind NATs of all kinds (RFC 6081 figure 1). Both
# clients use the same server. portmap.sh has more of the pairs that need UPnP.
#
# environment: MATRIX=N tests every pair N times at a round-trip time of 20 ms, instead
# of some pairs once, and writes tries.txt to the results. With MIREDO set, the clients
# are Miredo's. LOSSES=1 tests every pair with all delays of the server and of the
# direct path, and counts lost packets in losses.txt.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

all_kinds=(cone ar pr upnp_pr upnp_sym pp_sym seq symrnd addrsym)
kinds=(cone ar pr pp_sym seq symrnd addrsym)
[ ! "${MATRIX:-}${LOSSES:-}" ] || kinds=("${all_kinds[@]}")

# Rows: the NAT of the client that sends first. Columns: all_kinds. N needs the symmetric
# NAT support extension, P the port-preserving one, S the sequential one, U the UPnP
# one; "-" is no connectivity. Both clients support all of them.
declare -A figure=(
	[cone]='yes	yes	yes	yes	N	N	N	N	N'
	[ar]='	yes	yes	yes	yes	N	N	N	N	-'
	[pr]='	yes	yes	yes	yes	-	NP	NS	-	-'
	[upnp_pr]='yes	yes	yes	yes	NU	-	-	-	-'
	[upnp_sym]='N	N	-	NU	NU	-	-	-	-'
	[pp_sym]='N	N	NP	-	-	NP	NS	-	-'
	[seq]='	N	N	NS	-	-	-	-	-	-'
	[symrnd]='N	N	-	-	-	-	-	-	-'
	[addrsym]='N	-	-	-	-	-	-	-	-'
)

# the same NATs without UPnP
declare -A plain=([upnp_pr]=pr [upnp_sym]=pp_sym)

# cell FROM TO: the entry of the figure
cell()
{
	local i cells

	read -ra cells <<< "${figure[$1]}"
	for i in "${!all_kinds[@]}"; do
		[ "${all_kinds[i]}" != "$2" ] || printf '%s\n' "${cells[i]}"
	done
}

# Two clients for each kind of NAT, as some pairs are of one kind. All clients run all
# the time, so a pair costs only its packets.
declare -A first=() second=()
_n=0

# nat_client KIND: its name is in $REPLY
nat_client()
{
	local node=c$_n net=192.0.2 conf

	[ ! "${plain[$1]:-}" ] || net=11.0.0	# see gateway
	outside[$node]=$net.$((64 + 4 * _n))
	inside[$node]=10.$((10 + _n)).0
	port[$node]=$((20000 + 1000 * _n))
	client "$node" "${plain[$1]:-$1}"
	[ ! "${MATRIX:-}" ] || link_delay "$node" 5ms
	if [ "${MIREDO:-}" ]; then
		miredo_client_start "$node"
	elif [ "${plain[$1]:-}" ]; then
		gateway "$node"
		conf=$tmp/$node-upnp.conf
		client_conf "$node" "$conf" 'port-mapping = upnp'
		mkdir "$tmp/state-$node"
		TEREDO_STATE_DIR=$tmp/state-$node client_start "$node" \
			--config "$conf"
	else
		client_start "$node"
	fi
	_n=$((_n + 1))
	REPLY=$node
}

declare -A addr=()

# qualified CLIENT KIND
qualified()
{
	local node=$1

	if [ "${MIREDO:-}" ]; then	# some Miredo clients never qualify
		wait_for 15 has_teredo_address "${_pids[$node-miredo]}" &&
			addr[$node]=$(teredo_address "$node")
		return 0
	fi
	wait_for 30 has_teredo_address "${_pids[$node-teredod]}" || {
		fail "the client behind $2 does not qualify"
		note < "$tmp/$node-teredod.log"
	}
	addr[$node]=$(teredo_address "$node")
	[ ! "${plain[$2]:-}" ] || wait_for 30 shows "$node" 'UPNP: yes' ||
		fail "the client behind $2 has no open port"
}

# forget NODE PEER: flush the peer at client and NAT, and the NAT's mappings of random
# ports for the peer
forget()
{
	local base=${outside[$2]} i
	local nat=n$1

	[ "${MIREDO:-}" ] || teredo "$1" peer flush teredo0
	for i in 0 1 2 3; do
		on "$nat" conntrack -D -d "${base%.*}.$((${base##*.} + i))"
		on "$nat" conntrack -D -s "${base%.*}.$((${base##*.} + i))"
		[ "${_nat[$1]}" != ar ] || on "$nat" nft delete element ip nat seen \
			"{ ${base%.*}.$((${base##*.} + i)) }"
		[ "${_nat[$2]}" = addrsym ] || break
	done > /dev/null 2>&1
	[ "${_nat[$1]}" != pp_sym ] || on "$nat" nft -f - <<-EOF
	flush set ip nat used
	add element ip nat used { ${port[$1]} }
	EOF
}

# try FROM TO: in $REPLY, milliseconds to the first reply, or "-"
try()
{
	local from=$1 to=$2

	REPLY=-
	[ "${addr[$from]:-}" ] && [ "${addr[$to]:-}" ] || return
	forget "$from" "$to"
	forget "$to" "$from"
	on "$from" ping -6 -n -c 1 -W 9 "${addr[$to]}" > "$tmp/try-$from" 2>&1
	[[ $(< "$tmp/try-$from") =~ \ time=([0-9]+) ]] && REPLY=${BASH_REMATCH[1]}
}

# needed FROM TO SERVER DIRECT: minimum time to the first reply, ms, in $REPLY.
# One packet via the server and a direct one verify the peer. Behind a symmetric NAT the
# peer's nonce and then its bubble are needed, and also to announce a random port. If
# the NAT does not preserve ports, the server must first report the mapped port.
needed()
{
	local w=1 d=3

	case $1 in
	pp_sym|upnp_sym)
		w=2 d=4
		[ "$2" != seq ] || w=3
		;;
	seq|symrnd|addrsym)
		w=3 d=4
		;;
	pr)
		[ "$2" != pp_sym ] || w=2 d=4
		[ "$2" != seq ] || w=3 d=4
		;;
	esac
	REPLY=$((w * $3 + d * $4))
}

# try_lossless FROM TO SERVER DIRECT: in $REPLY, milliseconds to the first reply, or
# "-", and the number of lost pings
try_lossless()
{
	local from=$1 to=$2 log=$tmp/lossless-$1

	forget "$from" "$to"
	forget "$to" "$from"
	path_delay inet "n$from" "$3" "$4"
	path_delay inet "n$to" "$3" "$4"
	on "$from" ping -6 -n -c 30 -i 0.02 -W 2 "${addr[$to]}" > "$log" 2>&1
	REPLY=$(awk '/ time=/ {
		n++
		sub(/.* time=/, "")
		first = n == 1 ? int($1) : first
	}
	END { print n ? first : "-", 30 - n }' "$log")
}

# check_lossless FROM TO SERVER DIRECT WANT FIRST LOST: does not check the time, as CPU
# load from many parallel pairs adds to it
check_lossless()
{
	local what="$1 to $2, server $3 ms, direct $4 ms"

	[ "$6" != - ] || {
		[ "$5" = - ] || fail "$what: no connectivity"
		return
	}
	needed "$@"
	check_equal "$what: lost" 0 "$7"
	[ "$5" = - ] || [ "${LOSSES:-}" ] ||
		check_at_most "$what: ms to the first reply" \
			$(((REPLY + 50) * ${SLOW:-1})) "$6"
}

# in_time FROM TO SERVER DIRECT: as try_lossless, and once more if the first reply was
# late but nothing was lost, as CPU load adds to the time
in_time()
{
	local most i

	needed "$@"
	most=$(((REPLY + 50) * ${SLOW:-1}))
	for i in 1 2 3; do
		try_lossless "${first[$1]}" "${second[$2]}" "$3" "$4"
		[ "${REPLY#* }" = 0 ] && [ "${REPLY% *}" -gt "$most" ] || return 0
	done
}

test_pair()
{
	local want delay server direct

	want=$(cell "$1" "$2")
	for delay in '0 0' '100 20' '20 100'; do
		read -r server direct <<< "$delay"
		in_time "$1" "$2" "$server" "$direct"
		note "$1 to $2, server $server ms, direct $direct ms: ${REPLY% *} ms, ${REPLY#* } lost (figure: $want)"
		check_lossless "$1" "$2" "$server" "$direct" "$want" \
			"${REPLY% *}" "${REPLY#* }" || {
			teredo "${first[$1]}" peer show teredo0 | note
			teredo "${second[$2]}" peer show teredo0 | note
		}
	done
	path_delay inet "n${first[$1]}" 0 0
	path_delay inet "n${second[$2]}" 0 0
}

# Some pairs without connectivity in the figure connect by chance, but these cannot.
test_no_pair()
{
	try "${first[$1]}" "${second[$2]}"
	check_equal "$1 to $2" - "$REPLY"
	check "the application is told" \
		grep -q 'Address unreachable' "$tmp/try-${first[$1]}"
}

test_clients()
{
	local kind

	for kind; do
		nat_client "$kind"
		first[$kind]=$REPLY
		nat_client "$kind"
		second[$kind]=$REPLY
	done
	for kind; do
		qualified "${first[$kind]}" "$kind"
		qualified "${second[$kind]}" "$kind"
	done
}

# A second client on the network of one client, behind a NAT without hairpinning
test_same_nat()
{
	local near=${first[$1]} far
	local nat=n$near in=${inside[$near]}

	far=c$_n
	port[$far]=$((20000 + 1000 * _n))
	new_node "$far"
	new_link "$nat" lan2 "$far" eth0
	real_checksums "$far"
	ip_on "$nat" route add "$in.3" dev lan2
	printf '%s\n' "addr add $in.3/32 dev eth0" 'route add default dev eth0' |
		ip_on "$far" -batch -
	client_start "$far"
	qualified "$far" "$1"
	check "from one to the other" reach "$near" "${addr[$far]}"
	check "and back" reach "$far" "${addr[$near]}"
	[[ $(teredo "$near" peer show teredo0) == *" at $in.3:${port[$far]} "* ]] ||
		fail "not by the inside: $(teredo "$near" peer show teredo0)"
}

# the NAT type that the control daemon has determined
test_nat_shown()
{
	local nat

	nat=$(teredo "${first[$1]}" -j show teredo0)
	[[ $nat =~ \"nat\":(\{[^\}]*\}) ]] || fail "$1: no NAT: $nat"
	[[ ${BASH_REMATCH[1]} == *"\"type\":\"$2\""*"\"port_preserving\":$3"* ]] ||
		fail "$1: ${BASH_REMATCH[1]}"
}

# tries FROM TO: fewer for a pair without connectivity in the figure
tries()
{
	local want i n=$MATRIX

	want=$(cell "$1" "$2")
	[ "$want" != - ] || n=$((MATRIX < 3 ? MATRIX : 3))
	for ((i = 0; i < n; i++)); do
		try "${first[$1]}" "${second[$2]}"
		printf '%s %s %s %s\n' "$1" "$2" "$want" "$REPLY"
	done > "$tmp/tries-$1-$2"
}

# losses FROM TO: with all delays, or only once if the pair does not connect
losses()
{
	local want server direct

	want=$(cell "$1" "$2")
	for server in 0 20 100; do
		for direct in 0 20 100; do
			try_lossless "${first[$1]}" "${second[$2]}" \
				"$server" "$direct"
			printf '%s ' "$1" "$2" "$server" "$direct" "$want"
			printf '%s\n' "$REPLY"
			[ "$want$REPLY" != '-- 30' ] || return
		done
	done > "$tmp/tries-$1-$2"
}

# test_tries FUNCTION RESULTS: nine pairs in parallel, as most of the time is spent
# waiting; each client is in one of them
test_tries()
{
	local i k pids m=${#kinds[@]}

	for ((k = 0; k < m; k++)); do
		pids=()
		for ((i = 0; i < m; i++)); do
			"$1" "${kinds[i]}" "${kinds[(i + k) % m]}" &
			pids+=($!)
		done
		wait "${pids[@]}"
	done
	cat "$tmp"/tries-* > "${VM_OUT:-$tmp}/$2"
}

# Check the figure's connectivity from this NAT. Results of Miredo are only shown.
test_row()
{
	cat "$tmp/tries-$1"-* | awk '{
		k = $1 " to " $2 ": " $3
		all[k]++
		ok[k] += $4 != "-"
		if ($3 != "-" && $4 == "-")
			bad = 1
	}
	END {
		for (k in all)
			print k, ok[k] + 0 " of " all[k]
		exit bad
	}' > "$tmp/row" || [ "${MIREDO:-}" ] || fail "pairs that the figure has"
	sort "$tmp/row" | note
}

# no packet is lost from this NAT to any other
test_losses()
{
	local line

	while read -r -a line; do
		check_lossless "${line[@]}"
	done < <(cat "$tmp/tries-$1"-*)
	awk '$6 != "-" { n++; lost += $7 } END { print n + 0, "times,", lost + 0, "pings lost" }' \
		"$tmp/tries-$1"-* | note
}

modprobe teredo || fail "no module"
internet
teredo_server s1 203.0.113.1 203.0.113.2

clients_test="XN-02 C-36: clients behind all NATs qualify"
add_test "$clients_test" test_clients "${kinds[@]}"
# a single test selected by ONLY needs the clients as well
[[ $clients_test == *${ONLY:-}* ]] || test_clients "${kinds[@]}"
if [ "${MATRIX:-}" ]; then
	add_test "all pairs" test_tries tries tries.txt
	for from in "${kinds[@]}"; do
		add_test "from behind $from to all others" test_row "$from"
	done
	run_tests
fi

if [ "${LOSSES:-}" ]; then
	add_test "all pairs" test_tries losses losses.txt
	for from in "${kinds[@]}"; do
		add_test "nothing is lost from behind $from to all others" \
			test_losses "$from"
	done
	run_tests
fi

add_test "XN-02: the NAT is shown correctly" test_nat_shown pr restricted true
add_test "XN-02 XP-04: a port-preserving symmetric one, too" \
	test_nat_shown pp_sym 'symmetric (port)' true
add_test "XN-02 XP-04: one with random ports" \
	test_nat_shown symrnd 'symmetric (port)' false

for pair in 'cone symrnd' 'symrnd cone' 'ar symrnd' 'symrnd ar' \
		'cone addrsym' 'addrsym cone' 'ar pp_sym' 'seq ar'; do
	add_test "XN-01 XN-14 XN-15: $pair" test_pair "${pair% *}" "${pair#* }"
done
for pair in 'pr pp_sym' 'pp_sym pr' 'pp_sym pp_sym'; do
	add_test "XP-01 XP-07 XP-10 XP-17: $pair" test_pair "${pair% *}" "${pair#* }"
done
for pair in 'pr seq' 'seq pr' 'pp_sym seq'; do
	add_test "XQ-01 XQ-08 XQ-11: $pair" test_pair "${pair% *}" "${pair#* }"
done
add_test "XH-01 XH-04 XH-09: two behind one NAT" test_same_nat pr
add_test "XC-13: pr symrnd" test_no_pair pr symrnd
add_test "XC-13: symrnd symrnd" test_no_pair symrnd symrnd

run_tests
