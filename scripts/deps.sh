#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Install missing packages for build and tests. On Debian and derivatives, packages come
# from apt, which needs root or sudo; elsewhere this only prints what is missing. With
# all packages installed, it needs no network.
#
# usage: scripts/deps.sh [build | demo]	build: only packages for "make" and "make install"
#					for the running kernel
#					demo: only packages for "make demo"; a kernel
#					is unpacked for it and not installed

set -u
cd "$(dirname "$0")/.." || exit 1
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# requirement | Debian package | purpose, with a * if build and demo need it, and a + if
# the demo needs it. A requirement is a program, a file if it begins with a slash,
# lib:NAME for pkg-config, py:NAME for Python.
needs='
gcc			gcc			* compiler
make			make			* building
/usr/include/stdio.h	libc6-dev		* building the tools
pkg-config		pkg-config		* building the tools
lib:libmnl		libmnl-dev		* the tools: netlink
lib:libuv		libuv1-dev		* the tools: event loop
lib:inih		libinih-dev		* the tools: configuration
lib:jansson		libjansson-dev		* the tools: JSON
lib:nettle		nettle-dev		* the tools: HMAC
lib:libnftables		libnftables-dev		* the tools: gateways of servers
lib:miniupnpc		libminiupnpc-dev	* the tools: UPnP
/usr/include/natpmp.h	libnatpmp-dev		* the tools: NAT-PMP
kernel			linux-image-amd64	the kernel to test in
kernel			linux-headers-amd64	building the module
headers			linux-headers-amd64	* building the module
qemu-system-x86_64	qemu-system-x86		+ the virtual machine
busybox			busybox-static		+ the virtual machine
cpio			cpio			+ the virtual machine
depmod			kmod			* installing the module
xz			xz-utils		+ the virtual machine
nsenter			util-linux		+ tests: namespaces
ip			iproute2		+ tests: namespaces
ping			iputils-ping		+ tests: traffic
iperf3			iperf3			tests: traffic
dnsmasq			dnsmasq-base		tests: a name server
curl			curl			+ tests: traffic
python3			python3			tests: a web server
nft			nftables		+ tests: NATs
conntrack		conntrack		+ tests: NATs
ethtool			ethtool			+ tests: offloads
bird			bird2			tests: routing by BGP
miniupnpd		miniupnpd-nftables	tests: a router with UPnP and NAT-PMP
wg			wireguard-tools		make bench
sysctl			procps			+ tests: namespaces
tcpdump			tcpdump			+ tests: captures
tshark			tshark			+ tests: captures
dkms			dkms			tests: building by DKMS
miredo			miredo			tests: the other implementation
miredo-server		miredo-server		tests: the other implementation
clang			clang			tests: fuzzing
/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a	libclang-rt-dev	tests: fuzzing
mandoc			mandoc			tests: manual pages
man			man-db			tests: manual pages
systemd-analyze		systemd			tests: units, booting with them
udevadm			udev			tests: booting
dpkg-buildpackage	dpkg-dev		make deb
/usr/share/build-essential	build-essential	make deb
dh			debhelper		make deb
dh_dkms			dh-dkms			make deb
lintian			lintian			tests: packages
sparse			sparse			make lint
shellcheck		shellcheck		make lint
codespell		codespell		make lint
spatch			coccinelle		make lint
/usr/lib/*/libpython3.[0-9]*.so	libpython3-dev	make lint: rules of coccinelle
yamllint		yamllint		make lint
patch			patch			make debug-kernel
flex			flex			make debug-kernel
bison			bison			make debug-kernel
bc			bc			make debug-kernel
lib:libelf		libelf-dev		make debug-kernel
py:yaml			python3-yaml		make ynl
py:jsonschema		python3-jsonschema	make ynl
'

subset=${1:-}
case $subset in
'') purposes='*' headers_of='*' ;;
build) purposes='[*] *' headers_of=$(uname -r) ;;
demo) purposes='[*+] *' headers_of='*' ;;
*)
	echo "usage: scripts/deps.sh [build | demo]" >&2
	exit 1
	;;
esac

have()
{
	case $1 in
	kernel) [ "$(scripts/kernel --installed)" ] ;;
	headers) compgen -G "/lib/modules/$headers_of/build/Makefile" > /dev/null ;;
	lib:*) pkg-config --exists "${1#lib:}" 2> /dev/null ;;
	/*) compgen -G "$1" > /dev/null ;;
	py:*) compgen -G "/usr/lib/python3*/dist-packages/${1#py:}" > /dev/null ;;
	*) command -v "$1" > /dev/null ;;
	esac
}

missing=() packages=()
while read -r what package why; do
	[ "$what" ] || continue
	# shellcheck disable=SC2053 # a pattern
	[[ $why == $purposes ]] || continue
	why=${why#[*+] }
	[ "$subset $what" != 'build headers' ] || package=linux-headers-$headers_of
	if ! have "$what"; then
		missing+=("$(printf '  %-20s %s' "${what#*:}" "$why")")
		packages+=("$package")
	fi
done <<< "$needs"
# The initramfs has no libraries, so busybox must be static.
if [ "$subset" != build ] && command -v busybox > /dev/null &&
	ldd "$(command -v busybox)" > /dev/null 2>&1; then
	missing+=('  busybox              statically linked, for the virtual machine')
	packages+=(busybox-static)
fi

# The mirror may no longer have the image of a kernel whose headers are installed.
bring_kernel()
{
	if [ "$subset" != demo ] || scripts/kernel-image; then
		return
	fi
	packages=(linux-image-amd64 linux-headers-amd64)
	install
}

if [ ${#missing[@]} = 0 ] && { [ "$subset" != demo ] || scripts/kernel-image; }; then
	echo "deps: everything is installed"
	exit
fi

echo "deps: missing:"
printf '%s\n' "${missing[@]}"

root=()
if [ "$(id -u)" != 0 ]; then
	root=(sudo)
fi
if ! command -v apt-get > /dev/null; then
	echo "deps: no apt here; install these by your system's own means"
	exit 1
fi
if [ "${root[*]}" ] && ! command -v sudo > /dev/null; then
	echo "deps: run this as root: apt-get install ${packages[*]}"
	exit 1
fi

# Packages of servers start them when installed. While this script installs, a policy
# refuses every start, unless the machine has a policy of its own.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	trap '"${root[@]}" rm -f $policy' EXIT
	printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee $policy > /dev/null
	"${root[@]}" chmod 755 $policy
fi

apt()
{
	"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q \
		-o Dpkg::Progress-Fancy=0 -o Dpkg::Use-Pty=0 "$@"
}

install()
{
	apt install -y --no-install-recommends "${packages[@]}"
}

echo "deps: installing ${packages[*]}"
if ! install; then
	echo "deps: once more with fresh package lists"
	if ! { apt update && install; }; then
		have headers || [ "$subset" != build ] ||
			echo "deps: if there is no package of the headers, boot a newer kernel"
		exit 1
	fi
fi

bring_kernel
required=(headers)
[ "$subset" = build ] || required+=(qemu-system-x86_64)
for what in "${required[@]}"; do
	have "$what" || { echo "deps: $what is still missing"; exit 1; }
done
[ "$subset" = build ] || scripts/kernel > /dev/null || exit 1
echo "deps: done"
