#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The Debian packages: build, lintian, installation and purge. Runs with root's rights in
# a view of this machine's root that discards all changes.
# set: long

# shellcheck source=../net/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../net/lib.sh"

version=$(sed -n 's/^VERSION := //p' "$top/Makefile")
kernel=$("$top/scripts/kernel")
debs=$tmp/debs

test_build()
{
	command -v dh_dkms > /dev/null || {
		skip "no debhelper here"
		return
	}
	check "make deb" env -u MAKEFLAGS -u MAKEOVERRIDES \
		make -s -C "$top" deb DEBDIR="$debs"
	check_equal "packages" "teredo-dkms_${version}_all.deb
teredo-tools_${version}_$(dpkg --print-architecture).deb" \
		"$(cd "$debs" && printf '%s\n' *.deb)"
}

test_lintian()
{
	command -v lintian > /dev/null || {
		skip "no lintian here"
		return
	}
	check_equal "what lintian says" '' \
		"$(lintian --allow-root --fail-on none "$debs"/*.changes 2>&1)"
}

# in_view: run a shell in the view, with commands from standard input; $tmp is the same
# there
in_view()
{
	unshare --mount --fork bash -c "
		mount -t tmpfs none '$tmp/view' &&
		mkdir '$tmp/view/'{upper,work,root} &&
		mount -t overlay -o 'lowerdir=/,upperdir=$tmp/view/upper,workdir=$tmp/view/work' \
			none '$tmp/view/root' &&
		cd '$tmp/view/root' && mount -t proc none proc &&
		mount --rbind /dev dev && mkdir -p '.$debs' &&
		mount --bind '$debs' '.$debs' && exec chroot . bash -s"
}

# compare the list of files before and after
test_install()
{
	local out

	mkdir -p "$tmp/view"
	if [ "$(in_view <<< 'type -P dpkg' 2> /dev/null)" = '' ]; then
		skip "no view of this root can be made"
		return
	fi
	in_view > "$tmp/install.log" 2>&1 <<-EOF
	set -x
	export DEBIAN_FRONTEND=noninteractive LC_ALL=C
	unset IP_LIB_DIR
	dpkg -i $debs/*.deb || exit 1
	exec 3> $debs/result
	getent passwd teredo > /dev/null && echo user >&3
	teredo --version >&3
	teredod --version >&3
	ip link help teredo 2>&1 | grep -c symmetric >&3
	dkms status teredo -k $kernel >&3
	modinfo -k $kernel -F version teredo >&3
	modprobe -nS $kernel rtnl-link-teredo && echo alias >&3
	dpkg -L teredo-dkms teredo-tools > list
	dpkg --purge teredo-tools teredo-dkms || exit 1
	echo "status \$(dkms status teredo)" >&3
	modinfo -k $kernel teredo && echo "module is left" >&3
	while read -r file; do
		[ -f "\$file" ] && echo "left: \$file" >&3
	done < list
	ls -d /etc/teredo /usr/src/teredo-* /var/lib/dkms/teredo \
		/lib/modules/*/updates/dkms/teredo* >&3 2> /dev/null
	echo end >&3
	EOF
	out="user
teredo $version
teredod $version
1
teredo/$version, $kernel, $(uname -m): installed
$version
alias
status 
end"
	check_equal "installed, and nothing left" "$out" "$(cat "$debs/result")" ||
		note < "$tmp/install.log"
}

add_test "make deb makes two packages" test_build
add_test "lintian finds nothing" test_lintian
add_test "they can be installed, work, and leave nothing" test_install

run_tests
