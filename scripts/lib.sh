# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What several scripts need to find kernels and to fetch packages. To be sourced.

# newest_kernel [VERSION]: of the kernels whose versions come from standard
# input, one a line: the newest, or the newest of a series such as 6.12. Cloud
# and real-time flavours are passed over, they lack drivers or differ in timing
# from what most machines run.
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

# headers: versions of the kernels whose headers are installed
headers()
{
	local dir

	for dir in /lib/modules/*/; do
		[ ! -e "$dir/build/Makefile" ] || basename "$dir"
	done
}

# own_apt DIRECTORY SUITE...: from here on this shell's apt is one of our own: it
# knows these of Debian's suites, has nothing installed and keeps its state in
# the directory. Of the system's it takes the mirror and how to reach it, and
# changes nothing.
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
	# shellcheck disable=SC2016 # apt's
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
	# what belongs to a kernel may be as new as it
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
