#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Clients of ours behind NATs of all kinds, and which of them find each other:
# figure 1 of RFC 6081, as far as it needs no UPnP. Both ask the same server.
#
# environment: MATRIX=N makes it every pair, N times each, instead of some
# pairs once; the table is in matrix.txt of the results then.
# timeout: 3000

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

kinds=(cone ar pr pp_sym seq symrnd addrsym)

# Rows: who starts. N needs the symmetric NAT support extension, P the port-
# preserving one, S the sequential one; "-" is no connectivity.
#		cone	ar	pr	pp_sym	seq	symrnd	addrsym
declare -A figure=(
	[cone]='yes	yes	yes	N	N	N	N'
	[ar]='	yes	yes	yes	N	N	N	-'
	[pr]='	yes	yes	yes	NP	NS	-	-'
	[pp_sym]='N	N	NP	NP	NS	-	-'
	[seq]='	N	N	NS	-	-	-	-'
	[symrnd]='N	N	-	-	-	-	-'
	[addrsym]='N	-	-	-	-	-	-'
)

# cell FROM TO: of the figure
cell()
{
	local i cells

	read -ra cells <<< "${figure[$1]}"
	for i in "${!kinds[@]}"; do
		[ "${kinds[i]}" != "$2" ] || printf '%s\n' "${cells[i]}"
	done
}

# Two clients for each kind of NAT, since some pairs are of one kind: all are
# there all the time, so a pair costs only what it sends.
declare -A first=() second=()
_n=0

# nat_client KIND: its name is in $REPLY
nat_client()
{
	REPLY=c$_n
	outside[$REPLY]=192.0.2.$((64 + 4 * _n))
	inside[$REPLY]=10.$((10 + _n)).0
	port[$REPLY]=$((20000 + 1000 * _n))
	client "$REPLY" "$1"
	client_start "$REPLY"
	_n=$((_n + 1))
}

declare -A addr=()

qualified()
{
	local node=$1

	wait_for 30 has_teredo_address "${_pids[$node-teredod]}" || {
		fail "the client behind $2 does not qualify"
		note < "$tmp/$node-teredod.log"
	}
	addr[$node]=$(teredo_address "$node")
}

# forget NODE PEER: neither client nor NAT knows the peer any more
forget()
{
	local base=${outside[$2]} i
	local nat=n$1

	teredo "$1" peer flush teredo0
	for i in 0 1 2 3; do
		on "$nat" conntrack -D -d "${base%.*}.$((${base##*.} + i))"
		[ "${_nat[$1]}" != ar ] || on "$nat" nft delete element ip nat seen \
			"{ ${base%.*}.$((${base##*.} + i)) }"
		[ "${_nat[$2]}" = addrsym ] || break
	done > /dev/null 2>&1
}

# try FROM TO: in $REPLY, milliseconds to the first reply, or "-"
try()
{
	local from=$1 to=$2

	forget "$from" "$to"
	forget "$to" "$from"
	on "$from" ping -6 -n -c 1 -W 9 "${addr[$to]}" > "$tmp/try" 2>&1
	REPLY=-
	[[ $(< "$tmp/try") =~ \ time=([0-9]+) ]] && REPLY=${BASH_REMATCH[1]}
}

test_pair()
{
	local want

	want=$(cell "$1" "$2")
	try "${first[$1]}" "${second[$2]}"
	note "$1 to $2: $REPLY ms (figure: $want)"
	[ "$want" = - ] || [ "$REPLY" != - ] || {
		fail "$1 to $2: no connectivity"
		teredo "${first[$1]}" peer show teredo0 | note
		teredo "${second[$2]}" peer show teredo0 | note
	}
}

# not every pair that the figure gives up has to fail, but these have nothing
# to go by
test_no_pair()
{
	try "${first[$1]}" "${second[$2]}"
	check_equal "$1 to $2" - "$REPLY"
	check "the application is told" \
		grep -q 'Address unreachable' "$tmp/try"
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

# A second client on the network of one, behind a NAT that sends nothing back
# inside.
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
	# The bubble from inside is faster than the one by way of the server, whose
	# nonce shows the other where we are: data in between is lost (P-19).
	on "$near" ping -6 -n -c 1 -W 1 "${addr[$far]}" > /dev/null
	check "from one to the other" reach "$near" "${addr[$far]}"
	check "and back" reach "$far" "${addr[$near]}"
	[[ $(teredo "$near" peer show teredo0) == *" at $in.3:${port[$far]} "* ]] ||
		fail "not by the inside: $(teredo "$near" peer show teredo0)"
}

# What the helper has found out
test_nat_shown()
{
	local nat

	nat=$(teredo "${first[$1]}" -j show teredo0)
	[[ $nat =~ \"nat\":(\{[^\}]*\}) ]] || fail "$1: no NAT: $nat"
	[[ ${BASH_REMATCH[1]} == *"\"type\":\"$2\""*"\"port_preserving\":$3"* ]] ||
		fail "$1: ${BASH_REMATCH[1]}"
}

# row FROM: of the table
row()
{
	local to i

	for to in "${kinds[@]}"; do
		for ((i = 0; i < MATRIX; i++)); do
			try "${first[$1]}" "${second[$to]}"
			printf '%s %s %s %s\n' "$1" "$to" "$(cell "$1" "$to")" \
				"$REPLY"
		done
	done >> "$tmp/tries"
}

# table: of all tries so far: how many were answered, median time
table()
{
	sort -k 1,2 -k 4n "$tmp/tries" | awk -v kinds="${kinds[*]}" '
	{
		k = $1 " " $2
		n[k]++
		want[k] = $3
		if ($4 != "-")
			ms[k, ++ok[k]] = $4
	}
	END {
		m = split(kinds, kind)
		printf "%-9s", "from \\ to"
		for (j = 1; j <= m; j++)
			printf "%20s", kind[j]
		print ""
		for (i = 1; i <= m; i++) {
			printf "%-9s", kind[i]
			for (j = 1; j <= m; j++) {
				k = kind[i] " " kind[j]
				t = ok[k] ? ms[k, int((ok[k] + 1) / 2)] " ms" : ""
				printf "%20s", sprintf("%s %d/%d %s", want[k],
						       ok[k], n[k], t)
			}
			print ""
		}
	}'
}

test_row()
{
	row "$1"
	awk -v from="$1" '$1 == from && $3 != "-" && $4 == "-" {
		print "no answer:", $1, "to", $2
		bad = 1
	}
	END { exit bad }' "$tmp/tries" > "$tmp/bad" || {
		sort "$tmp/bad" | uniq -c | note
		fail "pairs that the figure has"
	}
}

test_table()
{
	table | tee "${VM_OUT:-$tmp}/matrix.txt" | note
}

modprobe teredo || fail "no module"
internet
teredo_server s1 203.0.113.1 203.0.113.2

add_test "XN-02 C-36: clients behind all NATs qualify" test_clients \
	"${kinds[@]}"
add_test "XN-02: the NAT is shown for what it is" test_nat_shown pr restricted true
add_test "XN-02 XP-04: a port-preserving symmetric one, too" \
	test_nat_shown pp_sym 'symmetric (port)' true
add_test "XN-02 XP-04: one with random ports" \
	test_nat_shown symrnd 'symmetric (port)' false

if [ "${MATRIX:-}" ]; then
	for from in "${kinds[@]}"; do
		add_test "XC-13: from behind $from to all others" test_row "$from"
	done
	add_test "the table" test_table
	run_tests
fi

for pair in 'cone symrnd' 'symrnd cone' 'ar symrnd' 'symrnd ar' \
		'cone addrsym' 'addrsym cone' 'ar pp_sym' 'seq ar'; do
	add_test "XN-01 XN-14 XN-15 XN-16: $pair" test_pair "${pair% *}" "${pair#* }"
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
