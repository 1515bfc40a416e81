#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# selftests/bench/report: the tables that it makes of the output of the benchmarks

# shellcheck source=../net/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../net/lib.sh"

# report PART: make tables of the lines on standard input, in $tmp/tables
report()
{
	rm -rf "$tmp/bench"
	mkdir "$tmp/bench"
	cat > "$tmp/bench/$1.txt"
	"$top/selftests/bench/report" "$tmp/bench" > "$tmp/tables" 2>&1 || {
		fail "no report of $1"
		note < "$tmp/tables"
	}
}

# check_row NAME CELL...: the row of the first table that begins with NAME
check_row()
{
	local name=$1 IFS='|'

	shift
	check_equal "row of $name" "$*" "$(awk -F ' *[|] *' -v "name=$name" '
		$2 == name {
			for (i = 3; i < NF; i++)
				printf "%s%s", (i > 3 ? "|" : ""), $i
			exit
		}' "$tmp/tables")"
}

# only 1582 of 5000 packets of sit have arrived
test_path()
{
	report path <<-EOF
	plain 126 all 13000 5000 5000
	plain 126 out 5000 5000 5000
	sit 126 all 11000 1582 5000
	sit 126 out 6000 5000 5000
	fou 126 all 18000 5000 5000
	fou 126 out 7000 5000 5000
	teredo 126 all 17000 5000 5000
	teredo 126 out 7000 5000 5000
	EOF
	check_row sit 'lost 3418 of 5000' - - - -
	check_row 'fou + sit' '18 000' '5 000' '2 000' '3 000' 1.25
	check_row '**teredo**' '17 000' '4 000' '2 000' '2 000' 1.00
	check "no figure in bench.json" \
		grep -qz '"sit": {[[:space:]]*"all": null' "$tmp/bench/bench.json"
}

# the tunnel that the others are compared with has lost packets
test_path_teredo()
{
	report path <<-EOF
	plain 126 all 13000 5000 5000
	plain 126 out 5000 5000 5000
	fou 126 all 18000 5000 5000
	fou 126 out 7000 5000 5000
	teredo 126 all 17000 4999 5000
	teredo 126 out 7000 5000 5000
	EOF
	check_row '**teredo**' 'lost 1 of 5000' - - - -
	check_row 'fou + sit' '18 000' '5 000' '2 000' '3 000' -
	report path <<-EOF
	plain 126 all 13000 4999 5000
	plain 126 out 5000 5000 5000
	teredo 126 all 17000 5000 5000
	teredo 126 out 7000 5000 5000
	EOF
	check_row 'no tunnel' 'lost 1 of 5000' - - - -
	check_row '**teredo**' '17 000' - '2 000' - -
}

test_flood()
{
	report rr <<-EOF
	plain flood 64 9000 900 900
	sit flood 64 8000 801 850
	teredo flood 64 6000 600 600
	plain flood 64 9000 900 900
	sit flood 64 8000 802 850
	teredo flood 64 6000 600 600
	plain connect 120000 4000
	sit connect 130000 3900
	teredo connect 210000 3100
	EOF
	check_row sit 'lost 97 of 1700' - - -
	check_row 'no tunnel' '9 000' '9 000' '9 000' '1.50 (1.50-1.50)'
}

test_server()
{
	report server <<-EOF
	teredo 5800 5000 5000
	miredo 17400 4000 5000
	EOF
	check_row Miredo 'lost 1000 of 5000' -
	check_row '**teredo**' '5 800' 1.0
}

test_scale()
{
	report scale <<-EOF
	peers 10 memory 200
	packet 10 direct 10500 5000 5000
	packet 10 via 10400 4000 5000
	peers 1000 memory 213
	packet 1000 direct 10600 5000 5000
	packet 1000 via 10700 5000 5000
	EOF
	check_row 10 - 'lost 1000 of 5000' '10 500'
	check_row '1 000' - '10 700' '10 600'
}

test_cpus()
{
	report cpus <<-EOF
	relay 1 16000 5000 5000
	relay 2 31000 9000 10000
	relay 1 17000 5000 5000
	relay 2 30000 10000 10000
	EOF
	check_row 1 '16 500' '16 000' '17 000'
	check_row 2 'lost 1000 of 20000' - -
}

add_test "bench: no ratio for a packet's cost if packets were lost" test_path
add_test "bench: no ratio to a tunnel that has lost packets" test_path_teredo
add_test "bench: no ratio for a flood that has lost packets" test_flood
add_test "bench: no ratio for a server that has not answered all" test_server
add_test "bench: no figure of a relay's packets if some were lost" test_scale
add_test "bench: no rate of two CPUs if packets were lost" test_cpus

run_tests
