#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Manual pages and completion are complete: they have all options, keys and counters of
# the programs.

# shellcheck source=../net/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../net/lib.sh"

man=$top/tools/man

# need PROGRAM
need()
{
	command -v "$1" > /dev/null || skip "no $1 here"
}

test_lint()
{
	need mandoc
	[ ! "$_skipped" ] || return 0
	check "mandoc" mandoc -T lint -W warning "$man"/*.[578]
	for page in "$man"/*.[578]; do
		check_equal "man --warnings $page" '' \
			"$(MANWIDTH=80 man --warnings -l "$page" 2>&1 > /dev/null)"
	done
}

# named PAGE MACRO WORD...: the page has each word as an item or a flag
named()
{
	local page=$1 macro=$2 word

	shift 2
	[ $# -gt 0 ] || fail "$page: nothing to look for"
	for word; do
		grep -qE "$macro(.* )?${word}( |\$)" "$man/$page" ||
			fail "$page: $word is missing"
	done
}

# strings_in FILE REGEX: text that the first group matches, in lines of C
strings_in()
{
	sed -nE "s/.*$2.*/\\1/p" "$top/$1"
}

commands()
{
	strings_in tools/teredo/teredo.c '\{ "([a-z]+)", cmd_[a-z]+, '
	echo help
}

# options_in FILE...: options as strings in C
options_in()
{
	(cd "$top" && grep -ohE '"--?[a-zA-Z][a-z-]*=?"' "$@" | tr -d '"=' | sort -u)
}

test_tool()
{
	local option

	# shellcheck disable=SC2046 # words
	named teredo.8 '^\.(It )?Cm' $(commands)
	for option in $(options_in tools/teredo/teredo.c tools/teredo/cmd_*.c); do
		named teredo.8 Fl "${option#-}"
	done
	# shellcheck disable=SC2046
	named teredo.8 '^\.It Cm' announce server \
		$(tr -d '\\\n' < "$top/tools/lib/link_attrs.h" |
			grep -oE '"[a-z-]+",[[:space:]]*true' | cut -d '"' -f 2)
	# shellcheck disable=SC2046
	named teredo.8 '^\.It' $(strings_in tools/teredo/cli.h '^	CLI_[A-Z]+ = ([0-9]),')
}

test_daemon()
{
	local letter

	# shellcheck disable=SC2046
	named teredod.8 'Fl' $(strings_in tools/teredod/teredod.c \
		'\{ "([a-z]+)", (no|required)_argument' | sed 's/^/-/')
	for letter in $(strings_in tools/teredod/teredod.c 'argv, "([a-zA-Z:]+)"' |
			tr -d : | sed 's/./& /g'); do
		named teredod.8 '^\.It Fl' "$letter"
	done
	# shellcheck disable=SC2046
	named teredod.8 '^\.It Dv' $(strings_in tools/teredod/teredod.c \
		'uv_signal_start\(.*(SIG[A-Z0-9]+)\)')
}

# compare "section KEY" of page and program, sorted
test_configuration()
{
	local known written

	known=$(sed -nE 's/^	\{ "([a-z]+)", "([a-z0-9-]+)", .*/\1 \2/p' \
		"$top/tools/lib/conf_keys.c" | sort)
	written=$(awk '
		$1 == ".Ss" { gsub(/[][]/, "", $2); section = $2 }
		$1 == ".Sh" { section = "" }
		section && /^\.It Cm [a-z0-9-]+ No =/ { print section, $3 }' \
		"$man/teredo.conf.5" | sort)
	check "there are keys" [ "$(wc -l <<< "$known")" -gt 20 ]
	check_equal "sections and keys" "$known" "$written"
}

test_device()
{
	# shellcheck disable=SC2046
	named teredo.7 '^\.It Cm' $(strings_in tools/lib/link_attrs.h \
		'X\([A-Z0-9_]+, "([a-z0-9_]+)"')
	check_equal "counters" \
		"$(strings_in kernel/stats.c '= "([a-z0-9_]+)",' | sort)" \
		"$(sed -nE 's/^\.It ((tx|rx|peers)_[a-z0-9_]+)$/\1/p' \
			"$man/teredo.7" | sort)"
}

# completed LINE: the completions with the cursor at the end of LINE. The devices are d0
# and d1.
completed()
{
	(
		# shellcheck source=/dev/null
		. "$top/tools/etc/completion/${1%% *}"
		ip() { printf '%s\n' '1: d0: <UP> mtu' '2: d1@if3: <UP> mtu'; }
		teredo() { printf '%s\n' '2001::1 trusted' '2001::2 failed'; }
		read -ra COMP_WORDS <<< "${1//=/ = }"
		[[ $1 != *[\ ] ]] || COMP_WORDS+=('')
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		"_${1%% *}"
		printf '%s\n' "${COMPREPLY[@]}" | sort | xargs
	)
}

# completes LINE WORD...: LINE has exactly these completions
completes()
{
	local line=$1

	shift
	check_equal "completion of '$line'" \
		"$(printf '%s\n' "$@" | sort | xargs)" "$(completed "$line")"
}

test_completion()
{
	local word all

	all=$(completed 'teredo ')
	for word in $(commands); do
		[[ " $all " == *" $word "* ]] || fail "$word is not offered"
	done
	for word in $(options_in tools/teredo/teredo.c); do
		[[ $word == --?* ]] || continue
		# skip options of one command only
		! grep -qF "\"$word\"" "$top"/tools/teredo/cmd_*.c || continue
		[[ " ${all//=/} " == *" $word "* ]] || fail "$word is not offered"
	done
	completes 'teredo pe' peer
	completes 'teredo -j peer ' show add del flush
	completes 'teredo peer -j ' show add del flush
	completes 'teredo help sh' show
	for word in $(options_in tools/teredo/cmd_*.c); do
		# "up" passes --background to teredod
		[[ $word == --* && $word != --background ]] || continue
		grep -qw -e "$word" "$top/tools/etc/completion/teredo" ||
			fail "$word is never offered"
	done
	completes 'teredo show ' d0 d1
	completes 'teredo show d0 '
	completes 'teredo --color=' auto always never
	completes 'teredo --color=al' always
	completes 'teredo --color=auto -j sh' show
	completes 'teredo set d0 max' max-peers
	completes 'teredo set d0 ttl 3 announce ' on off
	completes 'teredo set d0 ttl 3 announce on to' tos
	completes 'teredo peer del d1 ' 2001::1 2001::2
	completes 'teredo peer add d1 2001::1 ' remote
	completes 'teredo wait d1 ' --timeout
	completes 'teredo stats ' d0 d1 --watch --interval --count --prometheus
	completes 'teredo stats d0 --watch ' --interval --count
	completes 'teredo stats d0 --count '
	completes 'teredo stats d0 --prometheus '
	completes 'teredo down ' d0 d1
	completes 'teredo up x ' --server --save --config
	completes 'teredo up --server '
	completes 'teredo up x --server y --s' --server --save
	completes "teredo up --config $man/teredod" "$man/teredod.8"
	completes "teredo import $man/teredod" "$man/teredod.8"
	completes 'teredo import --' --name --save
	completes 'teredo import x --name '
	completes 'teredo import x ' --name --save
	completes "teredo up x --config $man/teredod" "$man/teredod.8"
	completes 'teredo qualify --server x ' --server --port --timeout --verify
	completes 'teredo qualify --server '
	completes 'teredo probe a b ' --config --ping --timeout
	completes 'teredo probe a --ping '
	completes "teredo probe --config $man/teredod" "$man/teredod.8"
	completes "teredo probe a --ping x --config $man/teredod" "$man/teredod.8"
}

test_daemon_completion()
{
	local word all

	all=$(completed 'teredod ')
	for word in $(strings_in tools/teredod/teredod.c \
			'\{ "([a-z]+)", (no|required)_argument') d0 d1; do
		[[ " $all " == *[\ -]"$word "* ]] || fail "$word is not offered"
	done
	completes 'teredod --deb' --debug
	completes 'teredod -s '
}

add_test "manual pages are clean" test_lint
add_test "teredo(8) has all commands, options, keys and exit codes" test_tool
add_test "teredod(8) has all options and signals" test_daemon
add_test "teredo.conf(5) has all keys, in their sections" test_configuration
add_test "teredo(7) has all options of ip link and all counters" test_device
add_test "completion of teredo offers all possible words" test_completion
add_test "completion of teredod offers devices and options" test_daemon_completion

run_tests
