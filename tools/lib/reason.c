// SPDX-License-Identifier: GPL-2.0
/*
 * Table of states and reasons, see reason.h.
 */
#include "reason.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define START_TEREDOD							\
	"start it: systemctl start teredo@{dev}, or: teredo up {dev}; "	\
	"why it ended: journalctl -u teredo@{dev}, or the system's log"

#define ONE_ADDRESS							\
	"if the server has one address: skip-secondary = yes in [client]; "	\
	"if it has another secondary one: server = PRIMARY/SECONDARY there; "	\
	"if it has a second port: server = PRIMARY/PRIMARY:PORT"

/**
 * struct info - a reason
 * @code: name for programs
 * @client: state of a client with this reason
 * @relay: state of a server or relay with this reason
 * @text: text for the user; {dev} is the name of the device
 * @remedy: what to do next; a name in braces has its value from @text, or stands for
 *	a value that the user must choose
 */
static const struct info {
	const char *code;
	enum state client;
	enum state relay;
	const char *text;
	const char *remedy;
} table[] = {
	[REASON_NONE] = {
		"none", STATE_QUALIFIED, STATE_UP, "", "",
	},
	[REASON_NO_DAEMON] = {
		"no-daemon", STATE_OFFLINE, STATE_NONE,
		"no teredod runs for {dev}",
		START_TEREDOD,
	},
	[REASON_UNMAINTAINED] = {
		"unmaintained", STATE_UNMAINTAINED, STATE_NONE,
		"no teredod runs for {dev}: its address stays {time}, but is not maintained",
		START_TEREDOD,
	},
	[REASON_NO_STATUS] = {
		"no-status", STATE_UNKNOWN, STATE_NONE,
		"a program looks after {dev}, but gives no status",
		"if it is teredod, set TEREDO_RUN_DIR as it is set for teredod",
	},
	[REASON_NO_HELPER] = {
		"no-helper", STATE_NONE, STATE_NO_HELPER,
		"no teredod checks the secrets of clients",
		START_TEREDOD,
	},
	[REASON_DOWN] = {
		"down", STATE_OFFLINE, STATE_DOWN,
		"{dev} is down",
		"try: ip link set {dev} up",
	},
	[REASON_STARTING] = {
		"starting", STATE_PROBE, STATE_STARTING,
		"waiting for the device to run",
		"wait: this takes less than a second",
	},
	[REASON_NO_LINK] = {
		"no-link", STATE_OFFLINE, STATE_NONE,
		"no route to {server}: {interface} does not exist",
		"connect {interface}, or name another interface: link = INTERFACE in [device]",
	},
	[REASON_LINK_GONE] = {
		"link-gone", STATE_NONE, STATE_NO_CARRIER,
		"the configured link does not exist",
		"connect it, or try: ip link set {dev} type teredo dev INTERFACE",
	},
	[REASON_NOT_LOCAL] = {
		"not-local", STATE_OFFLINE, STATE_NO_CARRIER,
		"{local} is no address of this host",
		"try: ip address add {local} dev INTERFACE; or correct local",
	},
	[REASON_LOCAL_DOWN] = {
		"local-down", STATE_NONE, STATE_NO_CARRIER,
		"{interface}, which has {local}, has no carrier",
		"try: ip link set {interface} up; or connect its cable",
	},
	[REASON_LOCAL_UNSEEN] = {
		"local-unseen", STATE_NONE, STATE_NO_CARRIER,
		"{local} or its carrier is missing in the namespace of the socket",
		"see there: ip address show to {local}",
	},
	[REASON_CARRIER_OFF] = {
		"carrier-off", STATE_NONE, STATE_NO_CARRIER,
		"the carrier was set off",
		"try: ip link set {dev} carrier on",
	},
	[REASON_NO_PATH] = {
		"no-path", STATE_OFFLINE, STATE_NONE,
		"no route to {server}: {error}",
		"connect this host to an IPv4 network, and see: ip route get {server}",
	},
	[REASON_SEND] = {
		"send", STATE_OFFLINE, STATE_NONE,
		"cannot send to {server}: {error}",
		"see whether a firewall of this host drops UDP, and: ip route get {server}",
	},
	[REASON_LOOKING_UP] = {
		"looking-up", STATE_OFFLINE, STATE_NONE,
		"looking up the server",
		"wait; if that lasts, see whether a name server answers: getent ahostsv4 SERVER",
	},
	[REASON_NOT_FOUND] = {
		"not-found", STATE_OFFLINE, STATE_NONE,
		"cannot resolve {server}: {error}",
		"see whether the name is right, and a name server answers: getent ahostsv4 {server}",
	},
	[REASON_WAITING] = {
		"waiting", STATE_PROBE, STATE_NONE,
		"waiting for {server} to answer",
		"wait: three tries take 12 s",
	},
	[REASON_NO_REPLY] = {
		"no-reply", STATE_OFFLINE, STATE_NONE,
		"no reply from {server} after 3 tries (server down, UDP port 3544 blocked, or secret needed)",
		"another server tells which: teredo qualify --server OTHER",
	},
	[REASON_NO_REPLY_SECRET] = {
		"no-reply-secret", STATE_OFFLINE, STATE_NONE,
		"no reply from {server} after 3 tries (server down, UDP port 3544 blocked, or wrong secret)",
		"compare secret-id and secret with those of the server; another server tells whether UDP is blocked: teredo qualify --server OTHER",
	},
	[REASON_NO_REPLY2] = {
		"no-reply2", STATE_OFFLINE, STATE_NONE,
		"no reply from the secondary address {server} after 3 tries",
		ONE_ADDRESS,
	},
	[REASON_REFUSED] = {
		"refused", STATE_OFFLINE, STATE_NONE,
		"the network rejects packets to {server}: {error}",
		"see whether the address is right, and the server runs; try another one",
	},
	[REASON_TIME_OUT] = {
		"time-out", STATE_OFFLINE, STATE_NONE,
		"no answer from both addresses in the time given",
		"give it more time: --timeout SECONDS; three tries take 12 s",
	},
	[REASON_SYMMETRIC] = {
		"symmetric", STATE_OFFLINE, STATE_NONE,
		"symmetric NAT: another mapped port or address for each destination",
		"set symmetric = yes in [client]: the client then reaches some Teredo peers",
	},
	[REASON_SYMMETRIC_PEERS] = {
		"symmetric-peers", STATE_QUALIFIED, STATE_NONE,
		"symmetric NAT: some Teredo peers are reached, native hosts only by relays with symmetric",
		"see the guide nat.md (FILES in teredo(8)); a NAT with endpoint-independent mapping has no such limit",
	},
	[REASON_NAT_UNKNOWN] = {
		"nat-unknown", STATE_QUALIFIED, STATE_NONE,
		"the kind of NAT is not known: the secondary address {server} does not answer",
		ONE_ADDRESS,
	},
	[REASON_STALE] = {
		"stale", STATE_OFFLINE, STATE_NONE,
		"the NAT has a stale mapping of the port: waiting until it forgets that",
		"wait, or leave port out of the configuration: another port is taken then",
	},
	[REASON_IPV6_OFF] = {
		"ipv6-off", STATE_OFFLINE, STATE_NO_ROUTE,
		"cannot add {what}: IPv6 is disabled on {dev}",
		"try: sysctl -w net.ipv6.conf.{dev}.disable_ipv6=0; a VPN client may have set it",
	},
	[REASON_NOT_ADDED] = {
		"not-added", STATE_OFFLINE, STATE_NO_ROUTE,
		"cannot add {what}: {error}",
		"see what has its place: ip -6 route show; ip -6 address show",
	},
	[REASON_REMOVED] = {
		"removed", STATE_OFFLINE, STATE_NO_ROUTE,
		"{what} was removed",
		"wait for teredod, which adds it again; ip monitor shows when it is removed",
	},
	[REASON_NATIVE] = {
		"native", STATE_DORMANT, STATE_NONE,
		"native IPv6 on {interface}",
		"nothing, as Teredo is not needed; native = ignore in [client] uses it beside native IPv6",
	},
	[REASON_NO_STAND_IN] = {
		"no-stand-in", STATE_DORMANT, STATE_NONE,
		"native IPv6 on {interface}; no host-specific relay: {error}",
		"remove that cause; teredod tries again every 10 s",
	},
	[REASON_NO_RELAY] = {
		"no-relay", STATE_QUALIFIED, STATE_NONE,
		"no answer from {host}: it has no relay, or does not answer to pings",
		"try a host in another network: teredo qualify --server SERVER --verify HOST",
	},
	[REASON_NO_WAY_BACK] = {
		"no-way-back", STATE_QUALIFIED, STATE_NONE,
		"the relay {relay} has an answer of {host}, but nothing from it comes through",
		"see whether a firewall, or a symmetric NAT, drops UDP of {relay}",
	},
};

/**
 * reason_set() - fill in a reason
 * @r: result
 * @id: which reason
 * @arg0: value of the first name in its text, or NULL; truncated
 * @arg1: value of the second one, or NULL; truncated
 */
void reason_set(struct reason *r, enum reason_id id, const char *arg0,
		const char *arg1)
{
	memset(r, 0, sizeof(*r));
	r->id = id;
	snprintf(r->arg[0], REASON_ARG, "%s", arg0 ? arg0 : "");
	snprintf(r->arg[1], REASON_ARG, "%s", arg1 ? arg1 : "");
}

/**
 * reason_equal() - check whether two reasons read the same
 * @a: reason
 * @b: reason
 *
 * Return: true if so.
 */
bool reason_equal(const struct reason *a, const struct reason *b)
{
	return a->id == b->id && !strcmp(a->arg[0], b->arg[0]) &&
	       !strcmp(a->arg[1], b->arg[1]);
}

/**
 * reason_code() - name a reason for programs
 * @id: reason
 *
 * Return: the name, which stays the same if the text is changed.
 */
const char *reason_code(enum reason_id id)
{
	return table[id].code;
}

/**
 * reason_state() - get the state that a reason explains
 * @id: reason
 * @client: true for a client, false for a server or relay
 *
 * Return: the state, STATE_NONE if no device of that role can have the reason.
 */
enum state reason_state(enum reason_id id, bool client)
{
	return client ? table[id].client : table[id].relay;
}

/**
 * state_word() - name a state
 * @state: state
 *
 * Return: the word, the same for people and programs.
 */
const char *state_word(enum state state)
{
	static const char * const words[STATES] = {
		[STATE_NONE]		= "",
		[STATE_OFFLINE]		= "offline",
		[STATE_PROBE]		= "probe",
		[STATE_QUALIFIED]	= "qualified",
		[STATE_DORMANT]		= "dormant",
		[STATE_UNMAINTAINED]	= "unmaintained",
		[STATE_UNKNOWN]		= "unknown",
		[STATE_UP]		= "up",
		[STATE_DOWN]		= "down",
		[STATE_STARTING]	= "starting",
		[STATE_NO_CARRIER]	= "no-carrier",
		[STATE_NO_ROUTE]	= "no-route",
		[STATE_NO_HELPER]	= "no-helper",
	};

	return words[state];
}

static bool same_name(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return a_len == b_len && !memcmp(a, b, a_len);
}

/* Return: value of a name in braces, "" if it has none */
static const char *value_of(const struct reason *r, const char *dev,
			    const char *name, size_t len)
{
	const char *p = table[r->id].text;
	int i = 0;

	if (same_name(name, len, "dev", 3))
		return dev ? dev : "";
	while ((p = strchr(p, '{'))) {
		p++;
		if (same_name(name, len, p, strcspn(p, "}")))
			return r->arg[i];
		i += strncmp(p, "dev}", 4) ? 1 : 0;
	}
	return "";
}

/* Append to @n octets in @buf. Return: new number of octets. */
static size_t append(char buf[REASON_TEXT], size_t n, const char *from,
		     size_t len)
{
	if (len > REASON_TEXT - 1 - n)
		len = REASON_TEXT - 1 - n;
	memcpy(buf + n, from, len);
	buf[n + len] = '\0';
	return n + len;
}

static void expand(const struct reason *r, const char *dev, const char *from,
		   char buf[REASON_TEXT])
{
	const char *value;
	size_t n, i, len;

	n = append(buf, 0, from, strcspn(from, "{"));
	while ((from = strchr(from, '{'))) {
		len = strcspn(++from, "}");
		value = value_of(r, dev, from, len);
		i = n;
		n = append(buf, n, *value ? value : from,
			   *value ? strlen(value) : len);
		for (; !*value && i < n; i++)
			buf[i] = toupper((unsigned char)buf[i]);
		from += len + 1;
		n = append(buf, n, from, strcspn(from, "{"));
	}
}

/**
 * reason_text() - explain in one line why a device is in its state
 * @r: reason; names without a value are printed in capitals
 * @dev: name of the device, or NULL
 * @buf: result, empty for REASON_NONE
 *
 * Return: @buf.
 */
const char *reason_text(const struct reason *r, const char *dev,
			char buf[REASON_TEXT])
{
	expand(r, dev, table[r->id].text, buf);
	return buf;
}

/**
 * reason_remedy() - describe in one line what to do next
 * @r: reason; names without a value are printed in capitals
 * @dev: name of the device, or NULL
 * @buf: result, empty for REASON_NONE
 *
 * Return: @buf.
 */
const char *reason_remedy(const struct reason *r, const char *dev,
			  char buf[REASON_TEXT])
{
	expand(r, dev, table[r->id].remedy, buf);
	return buf;
}
