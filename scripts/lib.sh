# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Shared functions to find kernels and to download packages. To be sourced.

# newest_kernel [VERSION]: standard input has kernel versions, one per line. Print the
# newest, or the newest of a series such as 6.12. Skip cloud and real-time flavours, which
# lack drivers or differ in timing from the kernels of most machines.
newest_kernel()
{
	local want=${1:-} version

	while read -r version; do
		case $version in
		*cloud*|*-rt-*) ;;
		"${want:-$version}"|"$want"[.+-]*) echo "$version" ;;
		esac
	done | sort -V | tail -n 1
}

# headers: print versions of kernels with installed headers
headers()
{
	local dir

	for dir in /lib/modules/*/; do
		[ ! -e "$dir/build/Makefile" ] || basename "$dir"
	done
}

# own_apt DIRECTORY SUITE...: give this shell an apt of its own. It has these Debian suites,
# no installed packages, and its state in DIRECTORY. It uses the system's mirror and
# proxy settings, and changes nothing of the system.
own_apt()
{
	local dir=$1 codename site
	local keys=/usr/share/keyrings/debian-archive-keyring.gpg

	shift
	if ! command -v apt-get > /dev/null || [ ! -e $keys ]; then
		echo "no apt with Debian's keys ($keys) here" >&2
		return 1
	fi
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	# shellcheck disable=SC2016 # expanded by apt
	site=$(apt-get indextargets --format '$(REPO_URI)' \
		"Created-By: Packages" "Origin: Debian" "Codename: $codename" |
		head -n 1)
	if [ ! "$site" ]; then
		echo "apt knows no mirror of Debian's $codename" >&2
		return 1
	fi
	mkdir -p "$dir"/{lists/partial,cache/archives/partial}
	: > "$dir/status"
	printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' \
		"$site" "$*" $keys \
		> "$dir/list.sources"
	# packages of a kernel can come from backports
	printf '%s\n' 'Package: linux-*' 'Pin: release a=*-backports' \
		'Pin-Priority: 500' > "$dir/preferences"
	{
		apt-config dump | grep '^Acquire::'
		printf '%s "%s";\n' Dir::Etc::parts /dev/null \
			Dir::Etc::main /dev/null \
			Dir::Etc::sourcelist "$dir/list.sources" \
			Dir::Etc::sourceparts /dev/null \
			Dir::Etc::preferences "$dir/preferences" \
			Dir::Etc::preferencesparts /dev/null \
			Dir::State "$dir" Dir::State::status "$dir/status" \
			Dir::Cache "$dir/cache" APT::Sandbox::User ''
	} > "$dir/apt.conf.new"
	mv "$dir/apt.conf.new" "$dir/apt.conf"
	export APT_CONFIG=$dir/apt.conf
}
