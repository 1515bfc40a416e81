#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Configuration without an editor: "teredo up --server", the file that --save writes, and
# Miredo configurations that "teredo import" converts.
# timeout: 400

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

etc=/etc/teredo

# no_files: an empty configuration directory
no_files()
{
	rm -rf "$etc"
	mkdir -p "$tmp/run-a"
}

# qualifies DEVICE: within 15 s
qualifies()
{
	exits "$1 qualifies" 0 teredo a wait "$1" --timeout 15
	check "ping by $1" reach a 2001:db8:1::10
}

test_server()
{
	no_files
	exits "up --server" 0 teredo a up --server 203.0.113.1/203.0.113.2
	has 'no configuration file, client of --server 203.0.113.1/203.0.113.2'
	qualifies teredo0
	exits "show" 0 teredo a show
	has 'configuration the command line, --server 203.0.113.1/203.0.113.2'
	[ ! -e "$etc" ] || fail "there is $etc without --save"
	exits "up again" 1 teredo a up --server 203.0.113.1
	has 'there is a teredod for teredo0' 'teredo down teredo0'
	exits "down" 0 teredo a down teredo0

	exits "with a name" 0 teredo a up t1 --server=203.0.113.1
	qualifies t1
	exits "down with a name" 0 teredo a down t1
	exits "a private server" 78 teredo a up --server 10.0.0.1
	has '--server 10.0.0.1: is not a global unicast'
	exits "the placeholder" 78 teredo a up --server teredo.example.net
	has 'stands for your server'
	exits "a bad name" 1 teredo a up a/b --server 203.0.113.1
	has 'a/b cannot be the name of a device'
	exits "two names" 1 teredo a up t1 t2 --server 203.0.113.1
	exits "a server that is missing" 1 teredo a up --server
}

# SIGHUP uses the command line, and a file as soon as it exists.
test_reload()
{
	local log=$tmp/a-teredod.log

	no_files
	start a-teredod a env "TEREDO_RUN_DIR=$tmp/run-a" "$tools/teredod" \
		--server 203.0.113.1/203.0.113.2 teredo0
	qualifies teredo0
	kill -HUP "${_pids[a-teredod]}"
	check "the command line is read" wait_for 5 \
		grep -q 'teredo0: reading the command line again' "$log"
	qualifies teredo0
	mkdir -p "$etc"
	printf '%s\n' '[client]' 'server = 203.0.113.9' '[route]' \
		'metric = 4321' > "$etc/teredo0.conf"
	kill -HUP "${_pids[a-teredod]}"
	check "the file is read" wait_for 5 \
		grep -q "teredo0: reading $etc/teredo0.conf again" "$log"
	check "both sources are named" wait_for 5 grep -qF \
		"servers from --server 203.0.113.1/203.0.113.2, all other settings from $etc/teredo0.conf" "$log"
	qualifies teredo0
	check "metric of the file" wait_for 5 has_metric 4321
	exits "show" 0 teredo a show
	has "configuration $etc/teredo0.conf, --server 203.0.113.1/203.0.113.2"
	rm "$etc/teredo0.conf"
	kill -HUP "${_pids[a-teredod]}"
	check "the metric without the file" wait_for 10 has_metric 65535
	client_down a
}

# has_metric NUMBER: all default routes of the device have this metric
has_metric()
{
	[ "$(ip_on a -6 route show default dev teredo0 |
		sed -n 's/.* metric \([0-9]*\).*/\1/p' | sort -u)" = "$1" ]
}

test_save()
{
	local file=$etc/teredo0.conf before

	no_files
	umask 077
	exits "up --save" 0 teredo a up --server 203.0.113.1/203.0.113.2 --save
	umask 022
	has "Saved as $file"
	qualifies teredo0
	check_equal "mode of the file" 644 "$(stat -c %a "$file")"
	check_equal "mode of the directory" 755 "$(stat -c %a "$etc")"
	check_equal "files" teredo0.conf "$(ls -A "$etc")"
	exits "checkconf" 0 teredo a checkconf "$file"
	exits "show" 0 teredo a show
	has "configuration $file"
	[[ $shown != *--server* ]] || fail "the command line is a source, too"
	exits "down" 0 teredo a down teredo0
	exits "up with the file" 0 teredo a up teredo0
	qualifies teredo0
	exits "down" 0 teredo a down teredo0

	before=$(cat "$file")
	exits "other content" 1 teredo a up --server 198.51.100.118 --save
	has "$file exists with other content" "mv $file $file.old"
	check_equal "the file" "$before" "$(cat "$file")"
	check_equal "files" teredo0.conf "$(ls -A "$etc")"
	! ip_on a link show teredo0 > /dev/null 2>&1 ||
		fail "a device although the file was not written"
	exits "a bad server" 1 teredo a up t1 --server 10.0.0.1 --save
	[ ! -e "$etc/t1.conf" ] || fail "a file with a bad server"
	exits "the same content" 0 \
		teredo a up --server 203.0.113.1/203.0.113.2 --save
	exits "down" 0 teredo a down teredo0
	exits "nothing to save" 1 teredo a up teredo0 --save
	exits "without rights" 1 on a setpriv --reuid 65534 --clear-groups \
		--bounding-set=-all "$tools/teredo" up t1 \
		--server 203.0.113.1 --save
	has "root is needed"
}

test_alone()
{
	no_files
	exits "nothing at all" 1 teredo a up
	has 'teredo up --server NAME' 'the guide servers.md' \
		"write $etc/teredo0.conf" 'the guide gateway.md'
	mkdir -p "$etc"
	echo x > "$etc/secrets"
	exits "no configuration" 1 teredo a up
	has 'no configuration in /etc/teredo'
	printf '%s\n' '[client]' 'server = 203.0.113.1/203.0.113.2' \
		> "$etc/t7.conf"
	exits "one configuration" 0 teredo a up
	has "Starting t7 as $etc/t7.conf says"
	qualifies t7
	exits "down" 0 teredo a down t7
	teredo a show 2>&1 | grep -q "There is no device t7, though $etc/t7.conf exists" ||
		fail "show does not name the configuration"
	cp "$etc/t7.conf" "$etc/t8.conf"
	exits "two configurations" 1 teredo a up
	has 'which device?' 'teredo up t7' 'teredo up t8'
	printf '%s\n' '[device]' 'mode = relay' > "$etc/t7.conf"
	exits "--server for a relay" 78 teredo a up t7 --server 203.0.113.1
	has "--server is for clients, $etc/t7.conf says mode = relay" \
		'teredo up NAME --server 203.0.113.1'
	exits "no file of this name" 78 teredo a up t9
	has "there is neither $etc/t9.conf nor a device t9" \
		'teredo up t9 --server NAME'
}

# import_saved NODE NAME LINE...: Miredo's checker accepts these lines, and "teredo import"
# converts them to the configuration of the device
import_saved()
{
	local node=$1 name=$2

	shift 2
	printf '%s\n' "$@" > "$tmp/miredo.conf"
	[[ $* == *ServerBind* ]] ||
		check "Miredo accepts it" on "$node" miredo-checkconf \
			"$tmp/miredo.conf"
	exits "import" 0 teredo "$node" import "$tmp/miredo.conf"
	printf '%s\n' "$shown" > "$tmp/printed"
	exits "import --save" 0 teredo "$node" import "$tmp/miredo.conf" --save
	has "Saved as $etc/$name.conf"
	check "what was printed is saved" cmp "$tmp/printed" "$etc/$name.conf"
	check_equal "mode of the file" 644 "$(stat -c %a "$etc/$name.conf")"
	exits "checkconf" 0 teredo "$node" checkconf "$etc/$name.conf"
	mkdir -p "$tmp/run-$node"
}

# shows_link NODE DEVICE WORDS...: ip shows these settings
shows_link()
{
	local words text

	text=" $(ip_on "$1" -d link show "$2" | tr -s '\n\t ' ' ') "
	shift 2
	for words; do
		[[ $text == *" $words "* ]] || fail "no '$words' in $text"
	done
}

test_import_client()
{
	no_files
	import_saved a miredo0 'InterfaceName miredo0' \
		'RelayType client # the default' 'BindPort 40000' \
		'ServerAddress 203.0.113.1'
	exits "up" 0 teredo a up
	qualifies miredo0
	shows_link a miredo0 'port 40000' 'mode client'
	exits "down" 0 teredo a down miredo0
}

# replaces the server and the relay of the other tests
test_import_services()
{
	no_files
	ip_on s1 link del teredo0
	ip_on r link del teredo0
	import_saved s1 server0 'ServerBindAddress 203.0.113.1' \
		'ServerBindAddress2 203.0.113.2'
	import_saved r relay1 'RelayType cone' 'InterfaceName relay1' \
		'BindAddress 198.51.100.1' 'BindPort 3545'
	exits "a server" 0 teredo s1 up server0
	exits "a relay" 0 teredo r up relay1
	shows_link s1 server0 'mode server' 'local 203.0.113.1' \
		'local2 203.0.113.2'
	shows_link r relay1 'mode relay' 'local 198.51.100.1' 'port 3545'
	exits "a client" 0 teredo a up --server 203.0.113.1
	qualifies teredo0
	exits "down" 0 teredo a down teredo0
	exits "down, relay" 0 teredo r down relay1
	exits "down, server" 0 teredo s1 down server0
	import_saved r relay2 'RelayType restricted' 'InterfaceName relay2'
	exits "a restricted relay" 0 teredo r up relay2
	shows_link r relay2 'mode relay' 'direct'
	exits "down" 0 teredo r down relay2
}

# quiet COMMAND...: run without error messages
quiet()
{
	"$@" 2> /dev/null
}

test_import_refused()
{
	no_files
	mkdir -p "$etc"
	exits "no file" 1 teredo a import "$tmp/nosuch"
	has "$tmp/nosuch: No such file"
	printf '%s\n' 'RelayType relay' 'InterfaceName r1' 'Nonsense 1' \
		'InterfaceMTU 1400' > "$tmp/miredo.conf"
	exits "keys that are left out" 0 \
		teredo a import "$tmp/miredo.conf" --name r2 --save
	has "Warning: $tmp/miredo.conf:3: Nonsense: left out" \
		"Warning: $tmp/miredo.conf:4: InterfaceMTU 1400: left out" \
		"Saved as $etc/r2.conf"
	exits "warnings are not in the result" 0 \
		quiet teredo a import "$tmp/miredo.conf"
	[[ $shown != *Warning* ]] || fail "a warning in the result"
	echo '[device]' > "$etc/r1.conf"
	exits "a file that exists" 1 teredo a import "$tmp/miredo.conf" --save
	has "$etc/r1.conf exists with other content"
	check_equal "the file" '[device]' "$(cat "$etc/r1.conf")"
	echo 'RelayType client' > "$tmp/miredo.conf"
	exits "no server" 1 teredo a import "$tmp/miredo.conf" --save
	has "Error: $tmp/miredo.conf: a client needs ServerAddress"
	check_equal "files" "r1.conf r2.conf" "$(cd "$etc" && echo *)"
	exits "a bad name" 1 teredo a import "$tmp/miredo.conf" --name a/b
}

modprobe teredo || fail "no module"
internet
client a pr
teredo_server s1 203.0.113.1 203.0.113.2
teredo_relay r 198.51.100.1 3545

add_test "teredo up --server needs no file" test_server
add_test "the command line and a file as sources of a reload" test_reload
add_test "teredo up --save writes a file and replaces none" test_save
add_test "teredo up without arguments" test_alone
add_test "teredo import: a client of Miredo" test_import_client
add_test "teredo import: ignored and refused settings" test_import_refused
add_test "teredo import: a server and a relay of Miredo" test_import_services

run_tests
