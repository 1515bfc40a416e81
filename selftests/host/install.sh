#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "make install" into a private tree: its files, their removal by "make uninstall", and
# the hardening of the units

# shellcheck source=../net/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../net/lib.sh"

root=$tmp/root
kernel=$("$top/scripts/kernel")

# make_in ARGUMENTS...: make for the private tree, without the variables of the "make" that
# runs the tests
make_in()
{
	env -u MAKEFLAGS -u MAKEOVERRIDES make -s -C "$top" DESTDIR="$root" "$@"
}

# files PREFIX ETC-OR-LIB: expected files with their modes
files()
{
	local prefix=$1 multiarch

	multiarch=$(gcc -print-multiarch)
	sort -k 2 <<-EOF
	755 $prefix/bin/teredo
	755 $prefix/sbin/teredod
	755 $prefix/sbin/teredo-portmap
	644 $prefix/lib/systemd/network/10-teredo.network
	644 $prefix/lib/systemd/system/teredo-wait@.service
	644 $prefix/lib/systemd/system/teredo@.service
	644 $prefix/lib/sysusers.d/teredo.conf
	644 $prefix/share/bash-completion/completions/teredo
	644 $prefix/share/bash-completion/completions/teredod
	644 $prefix/share/doc/teredo/client.md
	644 $prefix/share/doc/teredo/gateway.md
	644 $prefix/share/doc/teredo/install.md
	644 $prefix/share/doc/teredo/nat.md
	644 $prefix/share/doc/teredo/relay.md
	644 $prefix/share/doc/teredo/security.md
	644 $prefix/share/doc/teredo/server.md
	644 $prefix/share/doc/teredo/servers.md
	644 $prefix/share/doc/teredo/teredo-relay.conf.example
	644 $prefix/share/doc/teredo/teredo-server.conf.example
	644 $prefix/share/doc/teredo/teredo.conf.example
	644 $prefix/share/man/man5/teredo.conf.5
	644 $prefix/share/man/man7/teredo.7
	644 $prefix/share/man/man8/teredo.8
	644 $prefix/share/man/man8/teredo-portmap.8
	644 $prefix/share/man/man8/teredod.8
	644 $2/NetworkManager/conf.d/teredo.conf
	644 /etc/iproute2/rt_protos.d/teredo.conf
	644 /usr/lib/${multiarch:+$multiarch/}ip/link_teredo.so
	644 /lib/modules/$kernel/updates/teredo.ko
	EOF
}

# found: installed files
found()
{
	find "$root" ! -type d ! -name 'modules.*' -printf '%m %P\n' |
		sed 's, , /,' | sort -k 2
}

# make_install PREFIX: its error output is in $tmp/stderr
make_install()
{
	make_in install PREFIX="$1" 2> "$tmp/stderr" && return
	cat "$tmp/stderr"
	return 1
}

# test_install PREFIX ETC-OR-LIB
test_install()
{
	check "make install" make_install "$1"
	check_equal "errors of make install" '' "$(cat "$tmp/stderr")"
	diff <(files "$@") <(found) > "$tmp/diff" || {
		fail "files that are missing (<) or too many (>)"
		note < "$tmp/diff"
	}
	check "a place for configurations" [ -d "$root/etc/teredo" ]
	check "the unit has the program's path" \
		grep -qx "ExecStart=$1/sbin/teredod %i" \
		"$root$1/lib/systemd/system/teredo@.service"
	check "the waiting unit, too" \
		grep -qx "ExecStart=$1/bin/teredo wait %i --timeout 60" \
		"$root$1/lib/systemd/system/teredo-wait@.service"
	: > "$root/etc/teredo/mine.conf"
	check "make uninstall" make_in uninstall PREFIX="$1"
	check_equal "what uninstall leaves" "644 /etc/teredo/mine.conf" "$(found)"
	rm -r "$root"
}

# No other file may contain the version, except dkms.conf, which has a test of its own.
test_version()
{
	local version

	version=$(sed -n 's/^VERSION := //p' "$top/Makefile")
	check "there is one" [ "$version" ]
	check_equal "that of the tool" "teredo $version" \
		"$("$tools/teredo" --version)"
	check_equal "that of the daemon" "teredod $version" \
		"$("$tools/teredod" --version)"
	check_equal "that of the module" "$version" \
		"$(modinfo -F version "$top/teredo.ko")"
	check_equal "files that know it" Makefile \
		"$(cd "$top" && git grep -lwF "$version" -- . \
			':!Documentation' ':!dkms.conf')"
}

test_recipes()
{
	local dir=$top/Documentation/packaging version

	version=$(sed -n 's/^VERSION := //p' "$top/Makefile")
	check "Arch: syntax" bash -n "$dir/arch/PKGBUILD"
	check "OpenWrt: syntax of the service" \
		sh -n "$dir/openwrt/files/teredo.init"
	check_equal "OpenWrt: version" "$version" \
		"$(sed -n 's/^PKG_VERSION:=//p' "$dir/openwrt/Makefile")"
	check_equal "OpenWrt: the file to fetch" 1 \
		"$(grep -c "teredo-$version" "$dir/README.md")"
}

test_units()
{
	local unit exposure

	command -v systemd-analyze > /dev/null || {
		skip "no systemd-analyze here"
		return
	}
	check "make install" make_in install-tools PREFIX=/usr
	for unit in teredo@ teredo-wait@; do
		# use the programs of the private tree
		sed "s,^ExecStart=,&$root,; /^Documentation=/d" \
			"$root/usr/lib/systemd/system/$unit.service" \
			> "$tmp/$unit.service"
		exposure=$(SYSTEMD_COLORS=no systemd-analyze security --offline=true \
			--no-pager "$tmp/$unit.service" |
			sed -n 's/.*exposure level for [^:]*: \([0-9.]*\) .*/\1/p')
		note "exposure of $unit.service: $exposure"
		check "a value of at most 2.0" \
			awk -v e="$exposure" 'BEGIN { exit !(e && e <= 2) }'
	done
	check_equal "systemd-analyze verify" '' "$(systemd-analyze verify \
		"$tmp/teredo@x.service" "$tmp/teredo-wait@x.service" 2>&1)"
	rm -r "$root"
}

add_test "make install and uninstall, below /usr/local" test_install /usr/local /etc
add_test "make install and uninstall, below /usr" test_install /usr /usr/lib
add_test "only one file contains the version" test_version
add_test "recipes of other distributions agree with the tree" test_recipes
add_test "the units are clean, and expose little" test_units

run_tests
