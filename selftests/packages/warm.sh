#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Fills ccache in a release's root, see "run": for DKMS, with both versions of the package,
# and for "make" in a user's home.
set -e
export CCACHE_DIR=/var/cache/ccache CCACHE_UMASK=000 PATH=/usr/lib/ccache:$PATH
shopt -s nullglob
kernel=$(basename /lib/modules/*)

for deb in /var/tmp/job/*.deb; do
	version=$(dpkg-deb -f "$deb" Version)
	dpkg-deb -x "$deb" /
	dkms add "teredo/$version"
	dkms build "teredo/$version" -k "$kernel"
	dkms remove "teredo/$version" --all
	rm -rf "/usr/src/teredo-$version" /usr/share/doc/teredo-dkms
done
[ ! -d /home/user/teredo ] || make -s -C /home/user/teredo "KERNEL=$kernel"
ccache --show-stats
