// SPDX-License-Identifier: GPL-2.0
/*
 * Test of connectivity to the native Internet, and its outcomes
 */
#include <arpa/inet.h>

#include "ktap.h"
#include "native_ping.h"
#include "outcome.h"

static struct {
	struct teredo_endpoint to;
	u8 data[KTAP_OCTETS];
	size_t len;
	int n;
} sent;

static void on_send(void *ctx, struct teredo_endpoint to, const u8 *data,
		    size_t len)
{
	(void)ctx;
	sent.to = to;
	memcpy(sent.data, data, len);
	sent.len = len;
	sent.n++;
}

static struct teredo_endpoint endpoint(const char *addr, u16 port)
{
	struct teredo_endpoint ep = { .port = cpu_to_be16(port) };

	inet_pton(AF_INET, addr, &ep.addr);
	return ep;
}

#define SERVER	endpoint("203.0.113.1", 3544)
#define RELAY	endpoint("198.51.100.1", 3545)
#define MAPPED	endpoint("192.0.2.10", 40000)

static struct in6_addr address;

static struct verify begin(void)
{
	struct verify v = {
		.send = on_send,
		.echo = { .id = 0x1234, .seq = 1, .nonce = "0123456789abcde" },
	};

	memset(&sent, 0, sizeof(sent));
	inet_pton(AF_INET6, "2001:0:cb00:7101:2c5a:63bf:3fff:fdf5", &address);
	inet_pton(AF_INET6, "2001:db8:1::10", &v.host);
	verify_start(&v, &address, 1000);
	return v;
}

/* the host's reply to the last request */
static size_t reply(u8 *buf)
{
	u8 *icmp = buf + TEREDO_IP6_HLEN;
	struct in6_addr src, dst;
	u16 csum;

	memcpy(&src, sent.data + 24, 16);
	memcpy(&dst, sent.data + 8, 16);
	memcpy(buf, sent.data, sent.len);
	teredo_build_ip6(buf, TEREDO_NEXTHDR_ICMP, sent.len - TEREDO_IP6_HLEN,
			 &src, &dst);
	icmp[0] = TEREDO_ICMP_ECHO_REPLY;
	icmp[2] = 0;
	icmp[3] = 0;
	csum = teredo_icmp_csum(buf, sent.len);
	icmp[2] = csum >> 8;
	icmp[3] = csum;
	return sent.len;
}

/* a relay's bubble as the server forwards it */
static size_t bubble(u8 *buf, const char *from, struct teredo_endpoint origin)
{
	struct in6_addr src;

	inet_pton(AF_INET6, from, &src);
	teredo_build_origin(buf, origin);
	teredo_build_ip6(buf + TEREDO_ORIGIN_LEN, TEREDO_NEXTHDR_NONE, 0, &src,
			 &address);
	return TEREDO_ORIGIN_LEN + TEREDO_IP6_HLEN;
}

static void explain(const struct verify *x, char why[REASON_TEXT])
{
	struct reason r;

	verify_explain(x, &r);
	reason_text(&r, NULL, why);
}

static void test_good(const void *arg)
{
	struct verify v = begin();
	u8 buf[KTAP_OCTETS], echo[KTAP_OCTETS];
	char why[REASON_TEXT];
	size_t len;

	(void)arg;
	CHECK(sent.n == 1 && teredo_endpoint_equal(sent.to, SERVER));
	CHECK(teredo_icmp_type(sent.data, sent.len) == TEREDO_ICMP_ECHO_REQUEST);
	len = reply(echo);

	/* the relay's bubble is answered, which opens the NAT */
	verify_receive(&v, SERVER, buf, bubble(buf, "2001:db8:1::1", RELAY),
		       1010);
	CHECK(sent.n == 2 && teredo_endpoint_equal(sent.to, RELAY));
	CHECK(teredo_is_bubble(sent.data, sent.len));
	CHECK(!memcmp(sent.data + 8, &address, 16));
	CHECK(v.state == VERIFY_TESTING);

	verify_receive(&v, RELAY, echo, len, 1025);
	CHECK(v.state == VERIFY_GOOD && v.rtt == 25);
	CHECK(teredo_endpoint_equal(v.relay, RELAY));
	CHECK(verify_deadline(&v) == UINT64_MAX);
	explain(&v, why);
	CHECK(!why[0]);
}

static void test_repeat(const void *arg)
{
	struct verify v = begin();
	char why[REASON_TEXT];
	int i;

	(void)arg;
	for (i = 1; i < VERIFY_TRIES; i++) {
		CHECK(verify_deadline(&v) == 1000 + i * 2000u);
		verify_timeout(&v, 1000 + i * 2000 - 1);
		CHECK(sent.n == i);
		verify_timeout(&v, 1000 + i * 2000);
		CHECK(sent.n == i + 1);
	}
	verify_timeout(&v, 1000 + i * 2000);
	CHECK(v.state == VERIFY_FAILED && sent.n == VERIFY_TRIES);
	explain(&v, why);
	CHECK(strstr(why, "no answer from 2001:db8:1::10"));
}

static void test_blocked(const void *arg)
{
	struct verify v = begin();
	u8 buf[KTAP_OCTETS];
	char why[REASON_TEXT];
	int i;

	(void)arg;
	verify_receive(&v, SERVER, buf, bubble(buf, "2001:db8:1::1", RELAY),
		       1010);
	for (i = 1; i <= VERIFY_TRIES; i++)
		verify_timeout(&v, 1000 + i * 2000);
	CHECK(v.state == VERIFY_FAILED);
	explain(&v, why);
	CHECK(strstr(why, "the relay 198.51.100.1 has an answer"));
}

/* packets that could cause traffic to third parties, or a false result */
static void test_forged(const void *arg)
{
	struct verify v = begin();
	u8 buf[KTAP_OCTETS], echo[KTAP_OCTETS];
	size_t len = reply(echo);

	(void)arg;
	verify_receive(&v, RELAY, buf, bubble(buf, "2001:db8:1::1", RELAY), 1);
	verify_receive(&v, SERVER, buf,
		       bubble(buf, "2001:db8:1::1", endpoint("10.0.0.1", 1)), 1);
	verify_receive(&v, SERVER, buf,
		       bubble(buf, "2001:db8:1::1", endpoint("198.51.100.1", 0)),
		       1);
	verify_receive(&v, SERVER, buf,
		       bubble(buf, "2001:0:cb00:7101:2c5a:3caf:3fff:fdeb",
			      RELAY), 1);
	verify_receive(&v, SERVER, buf + TEREDO_ORIGIN_LEN, TEREDO_IP6_HLEN, 1);
	CHECK(sent.n == 1 && !v.relay_known);

	echo[len - 1] ^= 1;
	verify_receive(&v, RELAY, echo, len, 1);
	CHECK(v.state == VERIFY_TESTING);
	echo[len - 1] ^= 1;
	echo[23] ^= 1;
	verify_receive(&v, RELAY, echo, len, 1);
	CHECK(v.state == VERIFY_TESTING);
	echo[23] ^= 1;
	/* RFC 6081 5.1.2: a trailer that demands a discard */
	memcpy(echo + len, "\x41\0", 2);
	verify_receive(&v, RELAY, echo, len + 2, 1);
	CHECK(v.state == VERIFY_TESTING);
	verify_receive(&v, RELAY, echo, len, 1);
	CHECK(v.state == VERIFY_GOOD);
}

struct outcomes {
	enum outcome all;
	int n;
	const char *says;
	enum outcome each[3];
};

static void test_outcome(const void *arg)
{
	const struct outcomes *o = arg;
	const char *why;

	CHECK(outcome_of_all(o->each, o->n) == o->all);
	why = outcome_explain(o->all, o->n);
	if (o->says)
		CHECK(why && strstr(why, o->says));
	else
		CHECK(!why && outcome_good(o->all));
}

#define ALL(text, ...) \
	{ text, test_outcome, &(const struct outcomes){ __VA_ARGS__ } }

static const struct ktap_test tests[] = {
	{ "a native host answers # C-118 C-60", test_good, NULL },
	{ "four requests, two seconds apart # C-76", test_repeat, NULL },
	{ "a relay that asks and does not get through", test_blocked, NULL },
	{ "forged bubbles and replies # C-60", test_forged, NULL },
	ALL("all servers silent", OUTCOME_SILENT, 2, "UDP is blocked",
	    { OUTCOME_SILENT, OUTCOME_SILENT }),
	ALL("the one server silent", OUTCOME_SILENT, 1, "try another server",
	    { OUTCOME_SILENT }),
	ALL("one of two silent", OUTCOME_QUALIFIED, 2, NULL,
	    { OUTCOME_SILENT, OUTCOME_QUALIFIED }),
	ALL("no relay behind any", OUTCOME_NO_RELAY, 3, "no relay",
	    { OUTCOME_NO_RELAY, OUTCOME_SILENT, OUTCOME_REFUSED }),
	ALL("no relay behind one", OUTCOME_VERIFIED, 2, NULL,
	    { OUTCOME_NO_RELAY, OUTCOME_VERIFIED }),
	ALL("no network", OUTCOME_NO_NETWORK, 1, "no IPv4 network",
	    { OUTCOME_NO_NETWORK }),
	ALL("no server there", OUTCOME_REFUSED, 2, "no server is there",
	    { OUTCOME_NO_NETWORK, OUTCOME_REFUSED }),
	ALL("symmetric", OUTCOME_SYMMETRIC, 2, "another mapping",
	    { OUTCOME_SILENT, OUTCOME_SYMMETRIC }),
};

KTAP_MAIN(tests)
