#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Static checks of everything. Any complaint is a failure.
#
# usage: scripts/lint.sh KDIR

set -u
cd "$(dirname "$0")/.." || exit 1
kdir=$1
bad=0

# try WHAT COMMAND...: silent if all is well
try()
{
	local what=$1 out

	shift
	if out=$("$@" 2>&1) && [ -z "$out" ]; then
		echo "lint: $what: clean"
	else
		printf '%s\n' "$out"
		echo "lint: $what: FAILED"
		bad=1
	fi
}

mapfile -t code < <(git ls-files '*.[ch]' | grep -v -e '-gen\.' -e '_gen\.')
mapfile -t kernel_code < <(git ls-files 'kernel/*.[ch]' 'uapi/*.h')
mapfile -t scripts < <(git grep -lE '^#!.*(bash|/sh|busybox sh)$')
mapfile -t text < <(git ls-files | grep -v -e ^COPYING -e '\.pcap' -e 'vectors\.txt')

# what only comes with the source of a kernel
source=$(scripts/kernel-source.sh) || exit 1

checkpatch()
{
	perl "$source/scripts/checkpatch.pl" --no-tree --strict --terse --quiet \
		--no-summary "$@"
}

mapfile -t user_code < <(printf '%s\n' "${code[@]}" |
	grep -v -e '^kernel/' -e '^uapi/')
# compat.h is there for its version checks and wrappers
mapfile -t module_code < <(printf '%s\n' "${code[@]}" |
	grep -e '^kernel/' -e '^uapi/' | grep -v 'kernel/compat.h')
# what programs may do and the kernel has other ways for
user=PREFER_DEFINED_ATTRIBUTE_MACRO,AVOID_EXTERNS,ARRAY_SIZE,SYMBOLIC_PERMS
user=$user,NEW_TYPEDEFS,SPLIT_STRING,STRCPY,NAKED_SSCANF,PREFER_KERNEL_TYPES
user=$user,MACRO_ARG_REUSE,MACRO_ARG_PRECEDENCE,BRACKET_SPACE,COMPLEX_MACRO
user=$user,CONSTANT_CONVERSION,STATIC_CONST_CHAR_ARRAY,MISSING_SPACE
user=$user,MACRO_WITH_FLOW_CONTROL,SUSPECT_COMMA_SEMICOLON
user=$user,EMBEDDED_FUNCTION_NAME,CONSTANT_COMPARISON,LONG_LINE_STRING
# PRIu64, and strtok()'s delimiters
user=$user,CAMELCASE,QUOTED_WHITESPACE_BEFORE_NEWLINE

try 'checkpatch, module' checkpatch -f "${module_code[@]}"
try 'checkpatch, programs' checkpatch --ignore "$user" --max-line-length=120 \
	-f "${user_code[@]}"
try 'generated code' scripts/ynl-gen.sh --check "$source"

# all objects again, warnings are all that a silent make prints
sparse()
{
	make -s -C "$kdir" M="$PWD" TEREDO_VERSION=0 W=1 C=2 \
		CF=-D__CHECK_ENDIAN__ modules 2>&1 |
		grep -v 'Skipping BTF generation'
	return "${PIPESTATUS[0]}"
}
try sparse sparse

try kernel-doc "$kdir/scripts/kernel-doc" -none -Werror "${kernel_code[@]}"
try shellcheck shellcheck "${scripts[@]}"
# ND, ECT and BU are names that the RFCs give
try codespell codespell -L nd,ect,bu "${text[@]}"

exit $bad
