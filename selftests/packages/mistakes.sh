# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Typical mistakes on a host with the programs, the module and the network of world.sh. A
# test fails if the error message does not name the cause. Source it after lib.sh and
# world.sh.

conf=/etc/teredo/teredo0.conf
unit=teredo@teredo0
server=203.0.113.1

# user COMMANDS: run in a login shell, in the tree; print commands and output
user()
{
	local code

	printf '%s\n' "$1" | sed '/^$/d; s/^/# $ /'
	timeout 900 su - user -c "cd teredo && export LC_ALL=C.UTF-8
		$1" 2>&1 | grep -v -e '^  CC ' -e '^cc ' -e '^gcc ' | sed 's/^/#   /'
	code=${PIPESTATUS[0]}
	[ "$code" = 0 ] || note "  (exit code $code)"
	return "$code"
}

# said PATTERN COMMANDS: a mistake, whose output must match the pattern
said()
{
	local answer

	answer=$(user "$2")
	printf '%s\n' "$answer"
	grep -v '^# \$ ' <<< "$answer" | grep -qiE -- "$1" ||
		fail "nothing like '$1' is said"
}

# configure LINE...: write the section [client]
configure()
{
	printf '%s\n' '[client]' "$@" > "$conf"
	chmod 644 "$conf"
}

clean()
{
	systemctl stop "$unit" 2> /dev/null
	systemctl reset-failed 2> /dev/null
	teredo_quiet down teredo0
	journalctl -q --rotate && journalctl -q --vacuum-time=1s > /dev/null 2>&1
	configure "server = $server"
	pause 1
}

teredo_quiet()
{
	command teredo "$@" > /dev/null 2>&1
}

log="sudo journalctl --sync; sudo journalctl -q -o cat -u $unit | tail -n 8"

test_not_root()
{
	clean
	said 'root|permi|privil|sudo|not permitted' 'teredo up teredo0'
	said 'root|permi|privil|sudo|not permitted|not found' 'teredod teredo0'
	said 'auth|denied|privil' "systemctl --no-ask-password start $unit"
	said 'not permitted' '/usr/sbin/ip link add teredo0 type teredo'
}

test_no_configuration()
{
	clean
	rm "$conf"
	said teredo0.conf "sudo teredo up teredo0"
	said 'exit code|status=|control process|journalctl' \
		"sudo systemctl start $unit"
	said teredo0.conf "$log"
	said '/etc/teredo/' 'teredo show'
}

test_typo()
{
	clean
	configure 'serve = 203.0.113.1'
	said "serve" "teredo checkconf $conf"
	said "serve" "sudo teredo up teredo0"
	user "sudo systemctl start $unit"
	said "serve" "$log"
}

test_wrong_name()
{
	clean
	configure 'server = teredo.example.net'		# the placeholder of the example
	said teredo.example.net "teredo checkconf $conf"
	configure 'server = servr.example.net'
	user "teredo checkconf $conf; sudo systemctl start $unit"
	pause 5
	said servr.example.net 'teredo show'
	said servr.example.net 'teredo qualify --server servr.example.net'
}

test_unreachable()
{
	clean
	configure 'server = 203.0.113.99'
	user "sudo systemctl start $unit"
	pause 15
	said 203.0.113.99 'teredo show'
	said 203.0.113.99 'teredo qualify --server 203.0.113.99'
	said 203.0.113.99 'teredo wait teredo0 --timeout 5'
}

test_port_taken()
{
	clean
	dnsmasq --no-resolv --no-hosts --port=40000 --pid-file=/run/taken.pid
	configure "server = $server" '[device]' 'port = 40000'
	said 40000 'sudo teredo up teredo0'
	user "sudo systemctl start $unit"
	said 40000 "$log"
	kill "$(cat /run/taken.pid)"
}

test_local_missing()
{
	clean
	configure "server = $server" '[device]' 'local = 192.168.1.99'
	user "sudo systemctl start $unit"
	pause 3
	said 192.168.1.99 'teredo show'
}

test_no_module()
{
	local module

	clean
	ip -n net link del server0
	rmmod teredo
	module=$(modinfo -n teredo)
	mv "$module" /root/ && depmod
	said 'modprobe teredo' 'sudo teredo up teredo0'
	user "sudo systemctl start $unit"
	said 'modprobe teredo' "$log"
	said 'modprobe teredo' 'teredo show'
	said 'unknown device type|not supported|mode' \
		'sudo ip link add teredo0 type teredo mode client'
	said 'not found' 'sudo modprobe teredo'
	mv "/root/${module##*/}" "$module" && depmod
	make_server
}

test_no_plugin()
{
	local file

	file=$(echo /usr/lib/*/ip/link_teredo.so)
	clean
	mv "$file" /root/
	user 'sudo ip link add server9 type teredo mode server local 203.0.113.1'
	user 'sudo ip link add server9 type teredo; ip -d link show server9
		sudo ip link set server9 type teredo max_peers 5'
	user 'sudo ip link set server9 up; teredo show; sudo ip link del server9'
	mv /root/link_teredo.so "$file"
}

# secret_server: start a server with secrets in the server's namespace
secret_server()
{
	ip -n net link del server0
	printf '%s\n' '[device]' 'mode = server' "local = $server" '[server]' \
		'local2 = 203.0.113.2' 'secrets = /etc/teredo/secrets' \
		> /etc/teredo/server0.conf
	echo 'alice secret-of-16-octets' > /etc/teredo/secrets
	chmod 600 /etc/teredo/secrets
	ip netns exec net teredod -b server0
	ip -n net -6 route replace 2001::/32 dev server0
}

test_wrong_secret()
{
	clean
	secret_server
	user "sudo systemctl start $unit"
	pause 15
	said secret 'teredo show'
	said secret "teredo qualify --server $server"
	configure "server = $server" 'secret-id = alice' \
		'secret = wrong-secret-of-octets'
	said 'secret|read' "teredo checkconf $conf"
	user "sudo systemctl restart $unit"
	pause 15
	said secret 'teredo show'
	user "$log"
	chmod 640 "$conf"
	said 'chown|group|permission' "sudo systemctl restart $unit; $log"
	pkill -x teredod
	ip -n net link del server0
	make_server
}

test_two_daemons()
{
	clean
	user "sudo systemctl start $unit; teredo wait teredo0"
	said "systemd|systemctl|$unit" 'sudo teredo up teredo0'
	user 'sudo timeout 5 teredod teredo0'
	user "systemctl is-active $unit; teredo show; $log"
	user "sudo systemctl start $unit; teredo wait teredo0"
	said 'systemd|systemctl' 'sudo teredo down teredo0'
}

test_firewall()
{
	clean
	ip netns exec nat nft add table inet block
	ip netns exec nat nft add chain inet block forward \
		'{ type filter hook forward priority 0; }'
	ip netns exec nat nft add rule inet block forward udp dport 3544 drop
	user "sudo systemctl start $unit"
	pause 15
	said 3544 'teredo show'
	said 3544 "teredo qualify --server $server"
	said 'blocked|3544' "teredo probe $server 203.0.113.99"
	ip netns exec nat nft delete table inet block
	clean
	nft add table inet block
	nft add chain inet block output '{ type filter hook output priority 0; }'
	nft add rule inet block output udp dport 3544 drop
	user "sudo systemctl start $unit"
	pause 15
	said 'firewall|permitted|3544' 'teredo show'
	said 'firewall|permitted|3544' "teredo qualify --server $server"
	nft delete table inet block
}

test_no_ipv6()
{
	clean
	sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	user "sudo systemctl start $unit"
	pause 8
	said disable_ipv6 'teredo show'
	sysctl -qw net.ipv6.conf.all.disable_ipv6=0
	check "the address is back" user 'teredo wait teredo0 --timeout 10'
}

# add_mistakes: register the tests
add_mistakes()
{
	local mistake

	for mistake in not_root no_configuration typo wrong_name unreachable \
		       port_taken local_missing no_module no_plugin \
		       wrong_secret two_daemons firewall no_ipv6; do
		add_test "mistake: ${mistake//_/ }" "test_$mistake"
	done
}
