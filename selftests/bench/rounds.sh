#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Measure several tunnels in turns, round by round. Each has a test bed of its own for the
# whole time, in a process of its own. The sourcing script has two functions, "prepare",
# which runs once in each test bed, and "measure", which prints lines. It calls
# rounds ROUNDS TYPE..., which prints "TYPE LINE" for all of them.

# shellcheck source=tunnels.sh
. "$(dirname "${BASH_SOURCE[0]}")/tunnels.sh"

# _serve_bed TYPE: measure once for every line of standard input
_serve_bed()
{
	bed "$1" >&2 && prepare || exit
	echo end
	while read -r; do
		measure < /dev/null
		echo end
	done
}

declare -A _to=() _from=()

# _await TYPE: print the lines of its test bed for this round
_await()
{
	local line

	while read -ru "${_from[$1]}" line; do
		[ "$line" != end ] || return 0
		printf '%s %s\n' "$1" "$line"
	done
	note "$1 is lost"
	unset "_to[$1]"
}

# _start_bed TYPE: in sequence, so that the test beds do not delay each other
_start_bed()
{
	local in=$tmp/$1.in out=$tmp/$1.out

	mkfifo "$in" "$out"
	bash "$0" bed "$1" < "$in" > "$out" &
	# shellcheck disable=SC1083,SC2086 # file descriptors
	exec {_to[$1]}> "$in" {_from[$1]}< "$out"
	_await "$1"
}

# rounds ROUNDS TYPE...
rounds()
{
	local i type fd

	if [ "$1" = bed ]; then
		_serve_bed "$2"
		return
	fi
	for type in "${@:2}"; do
		_start_bed "$type"
	done
	for ((i = 0; i < $1; i++)); do
		for type in "${@:2}"; do
			[ "${_to[$type]:-}" ] || continue
			echo >&"${_to[$type]}"
			_await "$type"
		done
	done
	# a test bed ends when its input ends
	for fd in "${_to[@]}"; do
		exec {fd}>&-
	done
}
