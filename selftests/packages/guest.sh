#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# First part of a job inside the machine of "run": runs the script that the kernel's command
# line names, prints its output on the second serial port, and powers off.

export IN_VM=1 HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
export DEBCONF_NOWARNINGS=yes SYSTEMD_PAGER='' SYSTEMD_COLORS=0 NO_COLOR=1
# see warm.sh, which is not used in user mode
if [ -d /var/cache/ccache ]; then
	export CCACHE_DIR=/var/cache/ccache PATH=/usr/lib/ccache:$PATH
	# shellcheck disable=SC2016 # expanded at login
	echo 'export CCACHE_DIR=/var/cache/ccache PATH=/usr/lib/ccache:$PATH' \
		> /etc/profile.d/ccache.sh
fi
job=$(sed 's/.*\<job=\([^ ]*\).*/\1/' /proc/cmdline)
stty -F /dev/ttyS1 raw -echo
cd /run/job || exit
BOOT=${job#*.} bash "./${job%.*}.sh" < /dev/null > /dev/ttyS1 2>&1
sync
systemctl poweroff
