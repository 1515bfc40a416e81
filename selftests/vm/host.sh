# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154	# for tests, of lib.sh
#
# A host booted by systemd in a node of the test bed, installed as by "make install".
# systemd runs as init in namespaces of its own, with udevd and journald. Source it after
# lib.sh.

# The host's root is this root with a layer of its own, as other tests run on this root.
layer=$tmp/host/upper
boots=0 init='' state=''

# units of this root that the host must not start
masked="dbus.service dbus.socket systemd-logind.service getty.target
	systemd-update-utmp.service systemd-update-utmp-runlevel.service
	systemd-random-seed.service systemd-binfmt.service systemd-repart.service
	proc-sys-fs-binfmt_misc.automount systemd-tmpfiles-clean.timer
	dev-hugepages.mount dev-mqueue.mount sys-fs-fuse-connections.mount
	sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount
	systemd-modules-load.service modprobe@.service"

# write FILE LINE...: write a file of the host
write()
{
	printf '%s\n' "${@:2}" > "$layer/$1"
}

# opaque FOLDER...: hide the contents of the lower layers
opaque()
{
	(cd "$layer" && mkdir -p "$@" && python3 -c 'import os, sys
for d in sys.argv[1:]: os.setxattr(d, "trusted.overlay.opaque", b"y")' "$@")
}

# host_install: set up the layer, with the installed files and without masked units
host_install()
{
	local name units=etc/systemd/system

	mkdir "$tmp/cgroup" && mount -t cgroup2 none "$tmp/cgroup" || return
	mkdir "$tmp/host" && mount -t tmpfs none "$tmp/host" &&
		mkdir -p "$tmp/host/"{work,root} "$layer" || return
	cp -r "$here/installed/." "$layer" && cp "$here/helpers/suspend.so" "$layer/usr/lib" ||
		return
	opaque $units etc/systemd/network etc/init.d || return
	cp -p /etc/{passwd,group,shadow,gshadow} "$layer/etc" &&
		systemd-sysusers --root="$layer" || return
	for name in $masked; do
		ln -s /dev/null "$layer/$units/$name"
	done
	ln -s /lib/systemd/system/multi-user.target \
		"$layer/$units/default.target"
}

# host_boot NODE: wait until systemd has finished. The process ID of its init is $init.
host_boot()
{
	local start

	boots=$((boots + 1))
	mkdir "$tmp/cgroup/$boots"
	start=$(now_ms)
	start init "$1" bash -c "echo \$\$ > '$tmp/cgroup/$boots/cgroup.procs'
		exec unshare --mount --pid --uts --ipc --cgroup --fork \
			--kill-child bash -c '
		cd $tmp/host && mount -t overlay -o \
			lowerdir=/,upperdir=upper,workdir=work none root &&
		cd root && mount -t proc none proc && mount -t sysfs none sys &&
		mount -t cgroup2 none sys/fs/cgroup && mount --rbind /dev dev &&
		mount -t tmpfs -o mode=755 none run && mount -t tmpfs none tmp &&
		pivot_root . mnt && umount -l mnt &&
		exec env -i /lib/systemd/systemd --show-status=no'"
	if ! wait_for 20 find_init ||
	   ! wait_for 60 on_host test -S /run/systemd/private; then
		note < "$tmp/init.log"
		return 1
	fi
	state=$(on_host timeout 120 systemctl is-system-running --wait)
	note "booted in $(($(now_ms) - start)) ms: $state"
}

find_init()
{
	read -r init _ < "/proc/${_pids[init]}/task/${_pids[init]}/children"
	[ "$init" ] && [ "$(readlink "/proc/$init/exe")" = /usr/lib/systemd/systemd ]
} 2> /dev/null

# on_host COMMAND...
on_host()
{
	nsenter -t "$init" --mount --pid --net --uts --cgroup "$@"
}

# host_stop: power the host off
host_stop()
{
	kill -KILL "$init"
	stop init
}

host_remove()
{
	umount "$tmp/host" "$tmp/cgroup"
}

# host_possible: without seccomp the units do not start
host_possible()
{
	grep -q ^Seccomp: /proc/self/status
}
