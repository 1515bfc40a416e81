#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# scripts/layers, with a module of two small files

# shellcheck source=../net/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../net/lib.sh"

# lower TEXT: add these lines to the lower file of two in layers; the output of the check
# is in $tmp/out
lower()
{
	mkdir -p "$tmp/layers"
	echo 'int low(void);' > "$tmp/layers/low.h"
	echo 'int high(void);' > "$tmp/layers/high.h"
	printf '%s\n' '#include "low.h"' "$@" 'int low(void) { return 0; }' \
		> "$tmp/layers/low.c"
	printf '%s\n' '#include "low.h"' '#include "high.h"' \
		'int high(void) { return low(); }' > "$tmp/layers/high.c"
	(cd "$tmp/layers" && gcc -c low.c high.c) || fail "gcc fails"
	"$top/scripts/layers" "$tmp/layers" > "$tmp/out" 2>&1
}

test_layers()
{
	local list=$tmp/layers/layers upward='int high(void); int more(void) { return high(); }'

	mkdir -p "$tmp/layers"
	printf '%s\n' 'bottom: low' 'top: high' > "$list"
	check "calls downwards" lower ''
	! lower "$upward" || fail "an upward call passes"
	check_equal "message" 'low (bottom) uses high (top): high' "$(cat "$tmp/out")"
	! lower '#include "high.h"' || fail "an upward include passes"
	check_equal "message" 'low (bottom) uses high (top): its header' "$(cat "$tmp/out")"

	echo 'except low h* high' >> "$list"
	check "an exception" lower "$upward"
	! lower '' || fail "an exception that nothing needs passes"
	echo 'bottom: low' > "$list"
	! lower '' || fail "a file in no layer passes"
}

add_test "a file that uses one of a higher layer is refused" test_layers

run_tests
