#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Static checks of the whole tree. Any output of a check is a failure; "make check" runs
# all of them. The output is KTAP. Builds are made in .cache/lint, so that the module and
# the tools do not change. smatch is not included, as Debian has no package of it.
#
# usage: scripts/lint.sh KDIR [CHECK...]	only these checks

set -u
cd "$(dirname "$0")/.." || exit 1
kdir=$1
shift
tmp=.cache/lint

mapfile -t code < <(git ls-files '*.[ch]' | grep -v -e '-gen\.' -e '_gen\.')
mapfile -t kernel_code < <(git ls-files 'kernel/*.[ch]' 'uapi/*.h')
mapfile -t scripts < <(git grep -lE '^#!.*(bash|/sh|busybox sh)$' -- ':!*.md')
mapfile -t yaml < <(git ls-files '*.yaml' '*.yml')
mapfile -t text < <(git ls-files | grep -v -e ^COPYING -e '\.pcap' -e 'vectors\.txt' \
	-e selftests/fuzz/corpus -e selftests/fuzz/syzkaller)
mapfile -t user_code < <(printf '%s\n' "${code[@]}" |
	grep -v -e '^kernel/' -e '^uapi/')
# Exempt compat.h, which needs version checks and wrappers, and trace.h, which has the
# layout of tracepoints.
mapfile -t module_code < <(printf '%s\n' "${code[@]}" |
	grep -e '^kernel/' -e '^uapi/' | grep -v -e kernel/compat.h -e kernel/trace.h)

# checks that only the source of a kernel has
source=$(scripts/kernel-source.sh) || exit 1

checkpatch()
{
	perl "$source/scripts/checkpatch.pl" --no-tree --strict --terse --quiet \
		--no-summary "$@"
}

lint_checkpatch_module()
{
	checkpatch -f "${module_code[@]}"
}

# checks that apply to kernel code only
user=PREFER_DEFINED_ATTRIBUTE_MACRO,AVOID_EXTERNS,ARRAY_SIZE,SYMBOLIC_PERMS
user=$user,NEW_TYPEDEFS,SPLIT_STRING,STRCPY,NAKED_SSCANF,PREFER_KERNEL_TYPES
user=$user,MACRO_ARG_REUSE,MACRO_ARG_PRECEDENCE,BRACKET_SPACE,COMPLEX_MACRO
user=$user,CONSTANT_CONVERSION,STATIC_CONST_CHAR_ARRAY,MISSING_SPACE
user=$user,MACRO_WITH_FLOW_CONTROL,SUSPECT_COMMA_SEMICOLON
user=$user,EMBEDDED_FUNCTION_NAME,CONSTANT_COMPARISON,LONG_LINE_STRING,MACRO_ARG_UNUSED
# PRIu64, and delimiters of strtok()
user=$user,CAMELCASE,QUOTED_WHITESPACE_BEFORE_NEWLINE

lint_checkpatch_programs()
{
	checkpatch --ignore "$user" --max-line-length=120 -f "${user_code[@]}"
}

lint_generated()
{
	scripts/ynl-gen.sh --check "$source"
}

# Build a copy of the module: all output of a silent make is warnings.
lint_sparse()
{
	rm -rf "$tmp/module"
	mkdir -p "$tmp/module"
	cp -r Kbuild kernel uapi "$tmp/module"
	find "$tmp/module" -name '*.o' -delete
	make -s -C "$kdir" M="$PWD/$tmp/module" TEREDO_VERSION=0 W=1 C=2 \
		CF=-D__CHECK_ENDIAN__ modules 2>&1 |
		grep -v 'Skipping BTF generation'
	return "${PIPESTATUS[0]}"
}

# Build a copy of the module: its objects show which file uses which.
lint_layers()
{
	local copy=$tmp/objects

	mkdir -p "$copy/kernel"
	rm -f "$copy"/kernel/*.[ch]
	cp -rp Kbuild uapi "$copy"
	cp -p kernel/*.[ch] kernel/layers "$copy/kernel"
	make -s -j "$(nproc)" -C "$kdir" M="$PWD/$copy" TEREDO_VERSION=0 modules \
		> "$copy.log" 2>&1 || {
		cat "$copy.log"
		return 1
	}
	scripts/layers "$copy/kernel"
}

# The kernel's semantic patches except those about drivers and files, those that only
# rewrite, those that need an OCaml compiler, and minmax, which is a matter of taste and
# slow
no_cocci='check_bq27xxx_data|clk_put|d_find_alias|device_|devm_free|iounmap|irqf_'
no_cocci="$no_cocci|kmalloc_objs|memdup_user|of_table|pci_|platform_|pm_runtime"
no_cocci="$no_cocci|put_device|resource_size|simple_open|stream_open|vma_pages"
no_cocci="$no_cocci|for_each_child|badzero|minmax"

cocci()
{
	local patch=$1 options

	shift
	options=$(sed -n 's|^// Options\?:||p' "$patch")
	# shellcheck disable=SC2086 # options are words
	spatch --very-quiet -D report --no-show-diff $options \
		--cocci-file "$patch" -I kernel -I uapi "$@"
}

lint_coccicheck()
{
	export -f cocci
	find "$source/scripts/coccinelle" -name '*.cocci' |
		grep -vE "/($no_cocci)" | sort |
		xargs -P "$(nproc)" -I{} \
			bash -c 'cocci "$@"' cocci {} "${kernel_code[@]}"
}

# GCC's analyser and warnings beyond those of every build
gcc_checks=(-O2 -fanalyzer -Wall -Wextra -Wshadow -Wstrict-prototypes
	-Wmissing-prototypes -Wold-style-definition -Wredundant-decls
	-Wformat=2 -Wundef -Wduplicated-cond -Wduplicated-branches -Wlogical-op
	-Wnull-dereference -Wwrite-strings -Wcast-qual -Wpointer-arith -Wvla
	-Wjump-misses-init -Warith-conversion -Wfloat-equal -Wdate-time)

# Unit tests and fuzz targets are not included: they run with sanitizers.
lint_analyzer()
{
	local flags

	read -ra flags < <(pkg-config --cflags libmnl libuv inih jansson nettle libnftables)
	printf '%s\n' kernel/wire.c "${user_code[@]}" |
		grep '\.c$' | grep -v -E '^selftests/(unit|fuzz)/' |
		xargs -P "$(nproc)" -n 1 gcc -std=gnu11 -D_GNU_SOURCE \
			'-DTEREDO_VERSION="0"' -Itools/lib -Ikernel -Iuapi \
			"${flags[@]}" "${gcc_checks[@]}" -S -o /dev/null
}

# foreign FILE: print included headers that are neither beside it nor shared
foreign()
{
	local name

	while read -r name; do
		if [ "$name" = wire.h ] || [[ $name != */* && -e ${1%/*}/$name ]] ||
		   [[ $name != */* && -e tools/lib/$name ]]; then
			continue
		fi
		echo "$1: $name is of another folder"
	done < <(sed -n 's/^#[ \t]*include[ \t]*"\([^"]*\)".*/\1/p' "$1")
}

# Each directory of tools/ is a program; all can use lib/ and the module's wire format.
lint_folders()
{
	local file

	for file in "${code[@]}"; do
		[[ $file != tools/* ]] || foreign "$file"
	done
}

# The order of include paths must not decide which of two headers is meant.
lint_header_names()
{
	local name

	for name in $(git ls-files '*.h' | sed 's|.*/||' | sort | uniq -d); do
		echo "$name: $(git ls-files "$name" "*/$name" | paste -sd ' ')"
	done
}

lint_kernel_doc()
{
	"$kdir/scripts/kernel-doc" -none -Werror "${kernel_code[@]}"
}

lint_shellcheck()
{
	shellcheck "${scripts[@]}" tools/etc/completion/*
}

lint_yamllint()
{
	yamllint --strict "${yaml[@]}"
}

# Components act, not people (CONTRIBUTING.md). One of the words is also a user account.
lint_words()
{
	git grep -nwiE 'nobody|somebody|anybody|everybody|whoever|strangers?|anew|superpackets?|in vain|by way of|of ours' \
		-- ':!scripts/lint.sh' ':!Documentation/conformance.ids' ':!selftests/fuzz/corpus' |
		grep -vE '(-u|--reuid|chown) nobody'
	return 0
}

lint_codespell()
{
	# ND, ECT and BU are names of the RFCs, iif is of nft
	codespell -L nd,ect,bu,iif "${text[@]}"
}

if [ $# = 0 ]; then
	mapfile -t names < <(declare -F | sed -n 's/^declare -f lint_//p')
	set -- "${names[@]}"
fi

# in parallel, each with a file of its own
mkdir -p "$tmp"
for name; do
	("lint_$name" > "$tmp/$name" 2>&1; echo $? > "$tmp/$name.exit") &
done

printf 'KTAP version 1\n1..%d\n' $#
wait
number=0 bad=0
for name; do
	number=$((number + 1))
	if [ -s "$tmp/$name" ] || [ "$(cat "$tmp/$name.exit")" != 0 ]; then
		sed 's/^/# /' "$tmp/$name"
		printf 'not '
		bad=1
	fi
	echo "ok $number ${name//_/ }"
done
exit $bad
