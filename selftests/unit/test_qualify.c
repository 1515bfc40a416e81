// SPDX-License-Identifier: GPL-2.0
/*
 * Qualification and maintenance (RFC 4380 5.2.1, 5.2.2, 5.2.5): the state machine, with a
 * simulated clock and a scripted server
 */
#include <arpa/inet.h>

#include "ktap.h"
#include "qualify.h"

#define PRIMARY		0xcb007101	/* 203.0.113.1 */
#define SECONDARY	0xcb007102
#define PRIMARY2	0xc6336476	/* 198.51.100.118 */
#define SECONDARY2	0xc6336477
#define MAPPED		0xc000020a	/* 192.0.2.10 */

#define LOG_MAX		1000

/**
 * struct sent - a solicitation
 * @at: time, ms
 * @to: destination address, host byte order
 * @port: destination port, host byte order
 * @data: UDP payload
 * @len: length of @data
 */
struct sent {
	u64 at;
	u32 to;
	u16 port;
	u8 data[PACKET_RS_MAX];
	size_t len;
};

/**
 * struct rig - a state machine and its environment
 * @q: the state machine
 * @now: the time, ms
 * @seed: of the random numbers
 * @contact_at: last reception from the server, ms, QUALIFY_NEVER if there was none
 * @sent: solicitations sent
 * @n_sent: number of @sent
 * @events: events reported
 * @n_events: number of @events
 * @up_at: time of the last EV_UP, ms
 */
struct rig {
	struct qualify q;
	u64 now;
	u64 seed;
	u64 contact_at;
	struct sent sent[LOG_MAX];
	unsigned int n_sent;
	enum qualify_event events[LOG_MAX];
	unsigned int n_events;
	u64 up_at;
};

static void on_send(void *ctx, struct teredo_endpoint to, const u8 *data,
		    size_t len)
{
	struct rig *rig = ctx;
	struct sent *sent = &rig->sent[rig->n_sent % LOG_MAX];

	CHECK(to.port == htons(3544) ||
	      to.port == rig->q.server.secondary.port);
	rig->n_sent++;
	sent->at = rig->now;
	sent->to = ntohl(to.addr);
	sent->port = ntohs(to.port);
	sent->len = len;
	memcpy(sent->data, data, len);
}

static u64 on_now(void *ctx)
{
	return ((struct rig *)ctx)->now;
}

static void on_random(void *ctx, void *buf, size_t len)
{
	struct rig *rig = ctx;
	u8 *p = buf;

	while (len--) {
		rig->seed ^= rig->seed << 13;
		rig->seed ^= rig->seed >> 7;
		rig->seed ^= rig->seed << 17;
		*p++ = rig->seed >> 32;
	}
}

static u64 on_contact(void *ctx)
{
	struct rig *rig = ctx;

	if (rig->contact_at == QUALIFY_NEVER)
		return QUALIFY_NEVER;
	return rig->now - rig->contact_at;
}

static void on_event(void *ctx, enum qualify_event event)
{
	struct rig *rig = ctx;

	rig->events[rig->n_events++ % LOG_MAX] = event;
	if (event == QUALIFY_EV_UP)
		rig->up_at = rig->now;
}

static const struct qualify_ops ops = {
	.send = on_send,
	.now = on_now,
	.random = on_random,
	.contact = on_contact,
	.event = on_event,
};

static void set_servers(struct rig *rig, unsigned int n)
{
	const struct qualify_server servers[] = {
		{ htonl(PRIMARY), { htonl(SECONDARY), htons(3544) } },
		{ htonl(PRIMARY2), { htonl(SECONDARY2), htons(3544) } },
	};

	qualify_set_servers(&rig->q, servers, n);
}

static struct rig *new_rig(void)
{
	static struct rig rig;
	static u64 seed = 88172645463325252ull;

	memset(&rig, 0, sizeof(rig));
	rig.seed = seed++;
	rig.now = 1000000;
	rig.contact_at = QUALIFY_NEVER;
	qualify_init(&rig.q, &ops, &rig);
	set_servers(&rig, 1);
	return &rig;
}

static void forget(struct rig *rig)
{
	rig->n_sent = 0;
	rig->n_events = 0;
}

/* Return: the i-th solicitation to an address, NULL if there were fewer */
static const struct sent *sent_to(const struct rig *rig, u32 to, unsigned int i)
{
	unsigned int n;

	for (n = 0; n < rig->n_sent; n++)
		if (rig->sent[n].to == to && !i--)
			return &rig->sent[n];
	return NULL;
}

static unsigned int count_sent(const struct rig *rig, u32 to)
{
	unsigned int n = 0;

	while (sent_to(rig, to, n))
		n++;
	return n;
}

static bool had(const struct rig *rig, enum qualify_event event)
{
	unsigned int n;

	for (n = 0; n < rig->n_events; n++)
		if (rig->events[n] == event)
			return true;
	return false;
}

/* advance the clock, and run the timers that expire */
static void advance(struct rig *rig, u64 ms)
{
	u64 until = rig->now + ms;
	unsigned int n = 0;
	u64 deadline;

	while ((deadline = qualify_deadline(&rig->q)) <= until) {
		CHECK(deadline >= rig->now);
		if (n++ == 10000) {
			CHECK(!"woken for nothing again and again");
			break;
		}
		rig->now = deadline;
		qualify_timeout(&rig->q);
	}
	rig->now = until;
}

static const u8 *nonce_of(const struct sent *sent)
{
	struct teredo_packet pkt;

	CHECK(!teredo_parse(&pkt, sent->data, sent->len));
	return sent->data + teredo_auth_nonce(&pkt);
}

/**
 * struct answer - an advertisement of the server
 * @mapped: address it reports, host byte order
 * @port: port it reports, host byte order
 * @key: key of the value, NULL for none
 * @confirmation: 0 if the key is valid
 * @spoil: flip a bit of the nonce
 */
struct answer {
	u32 mapped;
	u16 port;
	const struct packet_key *key;
	u8 confirmation;
	bool spoil;
};

static size_t build_ra(u8 *buf, const struct sent *sent, u32 server,
		       const struct answer *a)
{
	const struct teredo_endpoint mapped = { htonl(a->mapped),
						htons(a->port) };
	u8 id_len = a->key ? a->key->id_len : 0;
	u8 au_len = a->key ? PACKET_HMAC_LEN : 0;
	u8 *covered = buf + 4 + id_len + au_len;
	u8 *origin = covered + TEREDO_NONCE_LEN + 1;
	u8 *ip6 = origin + TEREDO_ORIGIN_LEN;
	__be32 addr = htonl(server);
	size_t len;
	u16 sum;

	memcpy(buf, "\0\1", 2);
	buf[2] = id_len;
	buf[3] = au_len;
	memcpy(covered, nonce_of(sent), TEREDO_NONCE_LEN);
	covered[0] ^= a->spoil;
	covered[TEREDO_NONCE_LEN] = a->confirmation;
	teredo_build_origin(origin, mapped);
	len = ktap_load("vectors.txt", "RA-1", ip6);
	memcpy(ip6 + 76, &addr, 4);
	memset(ip6 + 42, 0, 2);
	sum = teredo_icmp_csum(ip6, len);
	ip6[42] = sum >> 8;
	ip6[43] = sum;
	if (a->key) {
		memcpy(buf + 4, a->key->id, id_len);
		packet_hmac(buf + 4 + id_len, a->key, covered,
			    TEREDO_NONCE_LEN + 1, origin, ip6 + len - origin);
	}
	return ip6 + len - buf;
}

static enum packet_verdict answer(struct rig *rig, const struct sent *sent,
				  const struct answer *a)
{
	struct teredo_endpoint from = { htonl(sent->to),
					htons(sent->port) };
	u8 buf[KTAP_OCTETS];
	u32 server;
	size_t len;

	server = sent->to == SECONDARY ? PRIMARY :
		 sent->to == SECONDARY2 ? PRIMARY2 : sent->to;
	len = build_ra(buf, sent, server, a);
	return qualify_receive(&rig->q, from, buf, len);
}

/* answer the last solicitation to an address */
static enum packet_verdict reply(struct rig *rig, u32 to, u16 port)
{
	const struct answer a = { .mapped = MAPPED, .port = port };
	unsigned int n = count_sent(rig, to);

	CHECK(n);
	return n ? answer(rig, sent_to(rig, to, n - 1), &a) : RA_UNEXPECTED;
}

static struct rig *qualified_rig(void)
{
	struct rig *rig = new_rig();

	qualify_start(&rig->q);
	advance(rig, 30);
	reply(rig, PRIMARY, 40000);
	reply(rig, SECONDARY, 40000);
	CHECK(rig->q.state == QUALIFY_QUALIFIED);
	forget(rig);
	return rig;
}

/* ---- qualification ---- */

static void test_start(const void *arg)
{
	struct rig *rig = new_rig();

	(void)arg;
	CHECK(rig->q.state == QUALIFY_INITIAL);
	CHECK(qualify_deadline(&rig->q) == QUALIFY_NEVER);
	qualify_start(&rig->q);
	CHECK(rig->q.state == QUALIFY_STARTING);
	CHECK(rig->n_sent == 2);
	CHECK(rig->sent[0].to == PRIMARY && rig->sent[1].to == SECONDARY);
	CHECK(memcmp(nonce_of(&rig->sent[0]), nonce_of(&rig->sent[1]),
		     TEREDO_NONCE_LEN));
	CHECK(had(rig, QUALIFY_EV_PROBE));
}

static void explain(const struct qualify *x, char why[REASON_TEXT])
{
	struct reason r;

	qualify_explain(x, &r);
	reason_text(&r, NULL, why);
}

static void test_silent(const void *arg)
{
	struct rig *rig = new_rig();
	u64 begin = rig->now;
	char why[REASON_TEXT];
	int i;

	(void)arg;
	qualify_start(&rig->q);
	advance(rig, 11999);
	CHECK(rig->q.state == QUALIFY_STARTING);
	for (i = 0; i < 3; i++) {
		CHECK(sent_to(rig, PRIMARY, i)->at == begin + i * 4000);
		CHECK(sent_to(rig, SECONDARY, i)->at == begin + i * 4000);
	}
	CHECK(rig->n_sent == 6);
	advance(rig, 1);
	CHECK(rig->q.state == QUALIFY_OFFLINE);
	CHECK(rig->q.reason == QUALIFY_NO_REPLY);
	CHECK(had(rig, QUALIFY_EV_FAILED) && !had(rig, QUALIFY_EV_LOST));
	explain(&rig->q, why);
	CHECK(strstr(why, "no reply from 203.0.113.1 after 3 tries (server down"));
	CHECK(strstr(why, "UDP port 3544 blocked, or secret needed)"));
	rig->q.key.secret_len = 1;
	explain(&rig->q, why);
	CHECK(strstr(why, "blocked, or wrong secret)"));
}

static void check_address(const struct rig *rig, u32 server, u16 port)
{
	const struct in6_addr *a = &rig->q.address;
	struct teredo_endpoint mapped = teredo_mapped(a);

	CHECK(teredo_is_teredo(a, htonl(TEREDO_PREFIX)));
	CHECK(teredo_server(a) == htonl(server));
	CHECK(mapped.addr == htonl(MAPPED) && mapped.port == htons(port));
	CHECK(!(teredo_flags(a) & ~TEREDO_FLAG_RANDOM));
}

static void test_one_round_trip(const void *arg)
{
	struct rig *rig = new_rig();

	(void)arg;
	qualify_start(&rig->q);
	advance(rig, 30);
	CHECK(reply(rig, PRIMARY, 40000) == RA_VALID);
	CHECK(rig->q.state == QUALIFY_STARTING && !had(rig, QUALIFY_EV_UP));
	CHECK(reply(rig, SECONDARY, 40000) == RA_VALID);
	CHECK(rig->q.state == QUALIFY_QUALIFIED && had(rig, QUALIFY_EV_UP));
	CHECK(rig->n_sent == 2);
	check_address(rig, PRIMARY, 40000);
}

static void test_other_order(const void *arg)
{
	struct rig *rig = new_rig();

	(void)arg;
	qualify_start(&rig->q);
	advance(rig, 30);
	reply(rig, SECONDARY, 40000);
	CHECK(rig->q.state == QUALIFY_STARTING);
	reply(rig, PRIMARY, 40000);
	CHECK(rig->q.state == QUALIFY_QUALIFIED);
	check_address(rig, PRIMARY, 40000);
}

static void test_late_secondary(const void *arg)
{
	struct rig *rig = new_rig();

	(void)arg;
	qualify_start(&rig->q);
	advance(rig, 9000);
	reply(rig, PRIMARY, 40000);
	advance(rig, 2999);
	CHECK(count_sent(rig, PRIMARY) == 3);
	reply(rig, SECONDARY, 40000);
	CHECK(rig->q.state == QUALIFY_QUALIFIED);
}

static void test_secondary_silent(const void *arg)
{
	struct rig *rig = new_rig();

	(void)arg;
	qualify_start(&rig->q);
	advance(rig, 30);
	reply(rig, PRIMARY, 40000);
	advance(rig, 11969);
	CHECK(rig->q.state == QUALIFY_STARTING);
	CHECK(count_sent(rig, PRIMARY) == 1);
	CHECK(count_sent(rig, SECONDARY) == 3);
	advance(rig, 1);
	CHECK(rig->q.state == QUALIFY_QUALIFIED && had(rig, QUALIFY_EV_UP));
	CHECK(rig->q.nat == TEREDO_NAT_UNKNOWN);
}

/* Return: number of solicitations to the secondary address in @ms, while the primary one
 * answers
 */
static unsigned int to_secondary(struct rig *rig, u64 ms)
{
	unsigned int before = count_sent(rig, SECONDARY);

	for (; ms; ms -= 1000) {
		advance(rig, 1000);
		reply(rig, PRIMARY, 40000);
	}
	return count_sent(rig, SECONDARY) - before;
}

static void test_secondary_asked_again(const void *arg)
{
	struct rig *rig = new_rig();

	(void)arg;
	qualify_start(&rig->q);
	reply(rig, PRIMARY, 40000);
	advance(rig, 12000);
	CHECK(to_secondary(rig, 590000) == 0);
	CHECK(to_secondary(rig, 60000) == 3);
	CHECK(rig->q.nat == TEREDO_NAT_UNKNOWN && !had(rig, QUALIFY_EV_LOST));
	CHECK(to_secondary(rig, 570000) == 0);
	while (!to_secondary(rig, 1000))
		;
	reply(rig, SECONDARY, 40000);
	CHECK(rig->q.nat == TEREDO_NAT_RESTRICTED);
	CHECK(qualify_has_address(&rig->q));
	CHECK(to_secondary(rig, 1300000) == 0);
}

static void test_secondary_shows_symmetric(const void *arg)
{
	struct rig *rig = new_rig();

	(void)arg;
	qualify_start(&rig->q);
	reply(rig, PRIMARY, 40000);
	advance(rig, 12000);
	while (!to_secondary(rig, 1000))
		;
	reply(rig, SECONDARY, 40001);
	CHECK(rig->q.state == QUALIFY_OFFLINE);
	CHECK(rig->q.reason == QUALIFY_SYMMETRIC && had(rig, QUALIFY_EV_LOST));
}

/* A server with one address is used if no other server answers. */
static void test_secondary_last_resort(const void *arg)
{
	struct rig *rig = new_rig();
	char why[REASON_TEXT];

	(void)arg;
	set_servers(rig, 2);
	qualify_start(&rig->q);
	reply(rig, PRIMARY, 40000);
	advance(rig, 12000);
	CHECK(rig->q.state == QUALIFY_OFFLINE);
	CHECK(rig->q.reason == QUALIFY_NO_REPLY2);
	explain(&rig->q, why);
	CHECK(strstr(why, "secondary address 203.0.113.2"));
	while (rig->q.state == QUALIFY_OFFLINE) {
		advance(rig, 1000);
		reply(rig, PRIMARY, 40000);
	}
	advance(rig, 12000);
	CHECK(rig->q.state == QUALIFY_QUALIFIED);
	CHECK(rig->q.server.primary == htonl(PRIMARY));
}

static void test_primary_silent(const void *arg)
{
	struct rig *rig = new_rig();

	(void)arg;
	qualify_start(&rig->q);
	advance(rig, 30);
	reply(rig, SECONDARY, 40000);
	advance(rig, 11970);
	CHECK(rig->q.state == QUALIFY_OFFLINE);
	CHECK(rig->q.reason == QUALIFY_NO_REPLY);
}

static void test_skip_secondary(const void *arg)
{
	struct rig *rig = new_rig();

	(void)arg;
	rig->q.skip_secondary = true;
	qualify_start(&rig->q);
	CHECK(rig->n_sent == 1);
	reply(rig, PRIMARY, 40000);
	CHECK(rig->q.state == QUALIFY_QUALIFIED);
}

static void test_symmetric_port(const void *arg)
{
	struct rig *rig = new_rig();
	char why[REASON_TEXT];

	(void)arg;
	qualify_start(&rig->q);
	reply(rig, PRIMARY, 40000);
	reply(rig, SECONDARY, 40001);
	CHECK(rig->q.state == QUALIFY_OFFLINE);
	CHECK(rig->q.reason == QUALIFY_SYMMETRIC && !had(rig, QUALIFY_EV_UP));
	explain(&rig->q, why);
	CHECK(strstr(why, "symmetric NAT"));
}

static void test_symmetric_address(const void *arg)
{
	const struct answer other = { .mapped = MAPPED + 1, .port = 40000 };
	struct rig *rig = new_rig();

	(void)arg;
	qualify_start(&rig->q);
	reply(rig, PRIMARY, 40000);
	answer(rig, sent_to(rig, SECONDARY, 0), &other);
	CHECK(rig->q.state == QUALIFY_OFFLINE);
	CHECK(rig->q.reason == QUALIFY_SYMMETRIC);
}

/* the address holds the endpoint that the primary address has seen */
static void test_symmetric_support(const void *arg)
{
	const struct answer other = { .mapped = MAPPED + 1, .port = 40000 };
	struct rig *rig = new_rig();

	(void)arg;
	rig->q.symmetric = true;
	qualify_start(&rig->q);
	reply(rig, SECONDARY, 40001);
	reply(rig, PRIMARY, 40000);
	check_address(rig, PRIMARY, 40000);
	CHECK(rig->q.nat == TEREDO_NAT_SYMMETRIC_PORT);

	rig = new_rig();
	rig->q.symmetric = true;
	qualify_start(&rig->q);
	reply(rig, PRIMARY, 40000);
	answer(rig, sent_to(rig, SECONDARY, 0), &other);
	check_address(rig, PRIMARY, 40000);
	CHECK(rig->q.nat == TEREDO_NAT_SYMMETRIC_ADDRESS);

	rig = new_rig();
	rig->q.symmetric = true;
	qualify_start(&rig->q);
	reply(rig, PRIMARY, 40000);
	reply(rig, SECONDARY, 40000);
	check_address(rig, PRIMARY, 40000);
	CHECK(rig->q.nat == TEREDO_NAT_RESTRICTED);
}

static void test_invalid_ignored(const void *arg)
{
	const struct answer bad = { MAPPED, 40000, NULL, 0, true };
	struct rig *rig = new_rig();
	u64 deadline;

	(void)arg;
	qualify_start(&rig->q);
	advance(rig, 100);
	deadline = qualify_deadline(&rig->q);
	CHECK(answer(rig, sent_to(rig, PRIMARY, 0), &bad) == RA_NONCE);
	CHECK(rig->q.state == QUALIFY_STARTING);
	CHECK(qualify_deadline(&rig->q) == deadline);
	CHECK(rig->q.rejected == 1 && rig->q.last_verdict == RA_NONCE);
	reply(rig, PRIMARY, 40000);
	reply(rig, SECONDARY, 40000);
	CHECK(rig->q.state == QUALIFY_QUALIFIED);
}

/* ---- a server with one address and a second port ---- */

static struct rig *one_address_rig(void)
{
	const struct qualify_server server = {
		.primary = htonl(PRIMARY),
		.secondary = { htonl(PRIMARY), htons(3545) },
	};
	struct rig *rig = new_rig();

	qualify_set_servers(&rig->q, &server, 1);
	qualify_start(&rig->q);
	CHECK(rig->n_sent == 2);
	CHECK(rig->sent[0].to == PRIMARY && rig->sent[0].port == 3544);
	CHECK(rig->sent[1].to == PRIMARY && rig->sent[1].port == 3545);
	return rig;
}

/* @arg: the mapped port that the server's second port sees */
static void test_second_port(const void *arg)
{
	struct answer a = { .mapped = MAPPED, .port = 40000 };
	const u16 *seen = arg;
	struct rig *rig = one_address_rig();
	bool same = *seen == 40000;

	CHECK(answer(rig, &rig->sent[0], &a) == RA_VALID);
	CHECK(rig->q.state == QUALIFY_STARTING);
	a.port = *seen;
	CHECK(answer(rig, &rig->sent[1], &a) == RA_VALID);
	CHECK(rig->q.nat == (same ? TEREDO_NAT_RESTRICTED :
				    TEREDO_NAT_SYMMETRIC_PORT));
	CHECK(rig->q.state == (same ? QUALIFY_QUALIFIED : QUALIFY_OFFLINE));
}

/* Both answers have the same source address, so the port alone assigns an answer. */
static void test_ports_crossed(const void *arg)
{
	const struct answer a = { .mapped = MAPPED, .port = 40000 };
	struct rig *rig = one_address_rig();
	struct sent crossed = rig->sent[0];

	(void)arg;
	crossed.port = 3545;
	CHECK(answer(rig, &crossed, &a) == RA_NONCE);
	crossed.port = 3546;
	CHECK(answer(rig, &crossed, &a) == RA_UNEXPECTED);
	CHECK(!rig->q.primary.answered && !rig->q.secondary.answered);
}

/* ICMP errors about the second port do not concern the primary address. */
static void test_port_refused(const void *arg)
{
	const struct answer a = { .mapped = MAPPED, .port = 40000 };
	struct rig *rig = one_address_rig();
	char why[REASON_TEXT];
	struct reason r;

	(void)arg;
	CHECK(answer(rig, &rig->sent[0], &a) == RA_VALID);
	qualify_refused(&rig->q, rig->q.server.secondary);
	CHECK(rig->q.state == QUALIFY_QUALIFIED);
	CHECK(rig->q.nat == TEREDO_NAT_UNKNOWN);

	rig = one_address_rig();
	rig->q.n_servers = 2;
	rig->q.servers[1] = rig->q.servers[0];
	CHECK(answer(rig, &rig->sent[0], &a) == RA_VALID);
	qualify_refused(&rig->q, rig->q.server.secondary);
	qualify_explain(&rig->q, &r);
	CHECK(r.id == REASON_NO_REPLY2);
	reason_text(&r, "teredo0", why);
	CHECK(strstr(why, "secondary address 203.0.113.1:3545"));
}

/* an answer to one address does not count for the other */
static void test_crossed(const void *arg)
{
	const struct answer a = { .mapped = MAPPED, .port = 40000 };
	struct rig *rig = new_rig();
	struct sent crossed;

	(void)arg;
	qualify_start(&rig->q);
	crossed = *sent_to(rig, PRIMARY, 0);
	crossed.to = SECONDARY;
	CHECK(answer(rig, &crossed, &a) == RA_NONCE);
	crossed.to = PRIMARY2;
	CHECK(answer(rig, &crossed, &a) == RA_UNEXPECTED);
}

static void test_answer_twice(const void *arg)
{
	struct rig *rig = new_rig();

	(void)arg;
	qualify_start(&rig->q);
	reply(rig, PRIMARY, 40000);
	CHECK(reply(rig, PRIMARY, 40001) == RA_UNEXPECTED);
	reply(rig, SECONDARY, 40000);
	CHECK(rig->q.state == QUALIFY_QUALIFIED);
	check_address(rig, PRIMARY, 40000);
}

static void test_one_nonce(const void *arg)
{
	const struct answer a = { .mapped = MAPPED, .port = 40000 };
	struct rig *rig = new_rig();

	(void)arg;
	qualify_start(&rig->q);
	advance(rig, 8500);
	CHECK(!memcmp(nonce_of(sent_to(rig, PRIMARY, 0)),
		      nonce_of(sent_to(rig, PRIMARY, 2)), TEREDO_NONCE_LEN));
	answer(rig, sent_to(rig, PRIMARY, 0), &a);
	answer(rig, sent_to(rig, SECONDARY, 0), &a);
	CHECK(rig->q.state == QUALIFY_QUALIFIED);
}

static void test_nonces_differ(const void *arg)
{
	u8 nonces[100][TEREDO_NONCE_LEN];
	struct rig *rig = new_rig();
	int i, j;

	(void)arg;
	for (i = 0; i < 100; i++) {
		forget(rig);
		qualify_start(&rig->q);
		memcpy(nonces[i], nonce_of(&rig->sent[0]), TEREDO_NONCE_LEN);
		for (j = 0; j < i; j++)
			CHECK(memcmp(nonces[i], nonces[j], TEREDO_NONCE_LEN));
	}
}

static void test_stop(const void *arg)
{
	struct rig *rig = qualified_rig();

	(void)arg;
	qualify_stop(&rig->q);
	CHECK(had(rig, QUALIFY_EV_LOST) && !qualify_has_address(&rig->q));
	CHECK(qualify_deadline(&rig->q) == QUALIFY_NEVER);
	advance(rig, 1000000);
	CHECK(!rig->n_sent);
}

/* ---- secure qualification ---- */

static const struct packet_key key = {
	.id = "alice", .id_len = 5,
	.secret = "teredo-test-secret", .secret_len = 18,
};

static void test_secure(const void *arg)
{
	const struct answer good = { .mapped = MAPPED, .port = 40000,
				     .key = &key };
	struct rig *rig = new_rig();

	(void)arg;
	rig->q.key = key;
	qualify_start(&rig->q);
	CHECK(rig->sent[0].data[2] == 5 && rig->sent[0].data[3] == 20);
	CHECK(reply(rig, PRIMARY, 40000) == RA_AUTH_LENGTH);
	CHECK(answer(rig, sent_to(rig, PRIMARY, 0), &good) == RA_VALID);
	CHECK(answer(rig, sent_to(rig, SECONDARY, 0), &good) == RA_VALID);
	CHECK(rig->q.state == QUALIFY_QUALIFIED);
	CHECK(!had(rig, QUALIFY_EV_NEW_KEY));
}

static void test_wrong_secret(const void *arg)
{
	struct packet_key wrong = key;
	const struct answer bad = { .mapped = MAPPED, .port = 40000,
				    .key = &wrong };
	struct rig *rig = new_rig();

	(void)arg;
	wrong.secret[0] ^= 1;
	rig->q.key = key;
	qualify_start(&rig->q);
	CHECK(answer(rig, sent_to(rig, PRIMARY, 0), &bad) == RA_HMAC);
}

static void test_new_key(const void *arg)
{
	const struct answer expired = { MAPPED, 40000, &key, 1, false };
	struct rig *rig = new_rig();

	(void)arg;
	rig->q.key = key;
	qualify_start(&rig->q);
	CHECK(answer(rig, sent_to(rig, PRIMARY, 0), &expired) == RA_VALID);
	CHECK(answer(rig, sent_to(rig, SECONDARY, 0), &expired) == RA_VALID);
	CHECK(rig->q.state == QUALIFY_QUALIFIED);
	CHECK(had(rig, QUALIFY_EV_NEW_KEY));
	CHECK(rig->q.new_key);
}

/* ---- the address ---- */

static void test_flags(const void *arg)
{
	static bool seen[0x10000];
	u16 ones = 0, zeros = 0;
	int i, distinct = 0;
	struct rig *rig;

	(void)arg;
	for (i = 0; i < 200; i++) {
		rig = qualified_rig();
		CHECK(!(rig->q.flags & 0xc300));
		CHECK(teredo_flags(&rig->q.address) == rig->q.flags);
		ones |= rig->q.flags;
		zeros |= ~rig->q.flags;
		distinct += !seen[rig->q.flags];
		seen[rig->q.flags] = true;
	}
	CHECK(ones == TEREDO_FLAG_RANDOM);
	CHECK((zeros & TEREDO_FLAG_RANDOM) == TEREDO_FLAG_RANDOM);
	CHECK(distinct > 100);
}

static void test_flags_kept(const void *arg)
{
	struct rig *rig = qualified_rig();
	struct in6_addr address = rig->q.address;
	int i;

	(void)arg;
	for (i = 0; i < 10; i++) {
		advance(rig, 30000);
		CHECK(reply(rig, PRIMARY, 40000) == RA_VALID);
		CHECK(!memcmp(&address, &rig->q.address, sizeof(address)));
	}
	CHECK(!had(rig, QUALIFY_EV_UP) && !had(rig, QUALIFY_EV_LOST));

	/* the same mapping after a restart is the same address */
	qualify_start(&rig->q);
	CHECK(had(rig, QUALIFY_EV_LOST));
	reply(rig, PRIMARY, 40000);
	reply(rig, SECONDARY, 40000);
	CHECK(!memcmp(&address, &rig->q.address, sizeof(address)));
}

static void test_flags_redrawn(const void *arg)
{
	int i, same = 0;

	(void)arg;
	for (i = 0; i < 20; i++) {
		struct rig *rig = qualified_rig();
		u16 flags = rig->q.flags;

		advance(rig, 30000);
		reply(rig, PRIMARY, 40001);
		check_address(rig, PRIMARY, 40001);
		same += rig->q.flags == flags;
	}
	CHECK(same < 3);
}

/* ---- maintenance ---- */

static void check_intervals(u64 refresh)
{
	struct rig *rig = qualified_rig();
	u64 last = rig->now, interval, first = 0;
	bool differ = false;
	int i;

	rig->q.refresh = refresh;
	qualify_start(&rig->q);
	reply(rig, PRIMARY, 40000);
	reply(rig, SECONDARY, 40000);
	for (i = 0; i < 50; i++) {
		forget(rig);
		while (!rig->n_sent)
			advance(rig, 1);
		interval = rig->sent[0].at - last;
		CHECK(interval >= refresh * 3 / 4 && interval <= refresh);
		differ |= first && interval != first;
		first = interval;
		last = rig->now;
		CHECK(rig->q.state == QUALIFY_MAINTAINING);
		CHECK(rig->sent[0].to == PRIMARY && rig->n_sent == 1);
		reply(rig, PRIMARY, 40000);
		CHECK(rig->q.state == QUALIFY_QUALIFIED);
		CHECK(had(rig, QUALIFY_EV_CONFIRMED));
	}
	CHECK(differ);
}

static void test_intervals(const void *arg)
{
	(void)arg;
	check_intervals(30000);
}

static void test_intervals_set(const void *arg)
{
	(void)arg;
	check_intervals(10000);
}

static void test_contact(const void *arg)
{
	struct rig *rig = qualified_rig();
	int i;

	(void)arg;
	for (i = 0; i < 60; i++) {
		rig->contact_at = rig->now;
		advance(rig, 10000);
	}
	CHECK(!rig->n_sent);
	CHECK(rig->q.state == QUALIFY_QUALIFIED);
	/* the lease in the kernel must still be renewed */
	CHECK(had(rig, QUALIFY_EV_CONFIRMED));
	advance(rig, 20001);
	CHECK(rig->n_sent && rig->sent[0].at - rig->contact_at >= 22500 &&
	      rig->sent[0].at - rig->contact_at <= 30000);
}

/* The server's gateway must repeatedly receive packets of an authenticated client. */
static void test_contact_secret(const void *arg)
{
	struct rig *rig = qualified_rig();
	u64 begin = rig->now;

	(void)arg;
	rig->q.key.secret_len = 1;
	while (!rig->n_sent && rig->now - begin < 60000) {
		rig->contact_at = rig->now;
		advance(rig, 100);
	}
	CHECK(rig->n_sent && rig->sent[0].at - begin <= 30000);
	CHECK(qualify_has_address(&rig->q));
}

static void test_maintenance_silent(const void *arg)
{
	struct rig *rig = qualified_rig();
	u64 begin;

	(void)arg;
	while (!rig->n_sent)
		advance(rig, 1);
	begin = rig->now;
	advance(rig, 11999);
	CHECK(qualify_has_address(&rig->q) && rig->n_sent == 3);
	CHECK(rig->sent[1].at == begin + 4000);
	CHECK(rig->sent[2].at == begin + 8000);
	advance(rig, 1);
	CHECK(rig->q.state == QUALIFY_OFFLINE);
	CHECK(rig->q.reason == QUALIFY_NO_REPLY);
	CHECK(had(rig, QUALIFY_EV_LOST) && had(rig, QUALIFY_EV_FAILED));
}

static void test_maintenance_contact(const void *arg)
{
	struct rig *rig = qualified_rig();

	(void)arg;
	while (!rig->n_sent)
		advance(rig, 1);
	advance(rig, 1000);
	rig->contact_at = rig->now;
	advance(rig, 3000);
	CHECK(rig->q.state == QUALIFY_QUALIFIED && rig->n_sent == 1);
	CHECK(had(rig, QUALIFY_EV_CONFIRMED));
}

static void test_maintenance_invalid(const void *arg)
{
	const struct answer bad = { MAPPED, 40001, NULL, 0, true };
	struct rig *rig = qualified_rig();

	(void)arg;
	while (!rig->n_sent)
		advance(rig, 1);
	CHECK(answer(rig, &rig->sent[0], &bad) == RA_NONCE);
	CHECK(rig->q.state == QUALIFY_MAINTAINING && !rig->n_events);
	reply(rig, PRIMARY, 40000);
	CHECK(rig->q.state == QUALIFY_QUALIFIED);
	check_address(rig, PRIMARY, 40000);
}

static struct rig *changed_rig(void)
{
	struct rig *rig = qualified_rig();

	while (!rig->n_sent)
		advance(rig, 1);
	qualify_maintain(&rig->q);
	CHECK(rig->n_sent == 1);	/* one is still unanswered */
	rig->n_events = 0;
	reply(rig, PRIMARY, 50000);
	return rig;
}

static void test_changed(const void *arg)
{
	struct rig *rig = changed_rig();

	(void)arg;
	CHECK(rig->n_events == 2);
	CHECK(rig->events[0] == QUALIFY_EV_LOST);
	CHECK(rig->events[1] == QUALIFY_EV_UP);
	CHECK(rig->up_at == rig->now);
	check_address(rig, PRIMARY, 50000);
	CHECK(count_sent(rig, SECONDARY) == 1);
	CHECK(reply(rig, SECONDARY, 50000) == RA_VALID);
	CHECK(rig->q.state == QUALIFY_QUALIFIED);
	advance(rig, 20000);
	CHECK(count_sent(rig, SECONDARY) == 1);
}

/* the next refresh reports another mapping, at @port */
static void change(struct rig *rig, u16 port)
{
	rig->n_sent = 0;
	qualify_maintain(&rig->q);
	CHECK(reply(rig, PRIMARY, port) == RA_VALID);
	CHECK(reply(rig, SECONDARY, port) == RA_VALID);
	check_address(rig, PRIMARY, port);
}

/* From the second change in a row on, each change halves the interval. */
static void test_changed_often(const void *arg)
{
	struct rig *rig = changed_rig();

	(void)arg;
	reply(rig, SECONDARY, 50000);
	CHECK(rig->q.refresh == QUALIFY_REFRESH_MS);
	qualify_maintain(&rig->q);
	reply(rig, PRIMARY, 50000);	/* confirmed */
	change(rig, 50001);
	CHECK(rig->q.refresh == QUALIFY_REFRESH_MS);
	change(rig, 50002);
	CHECK(rig->q.refresh == QUALIFY_REFRESH_MS / 2);
	change(rig, 50003);
	CHECK(rig->q.refresh == QUALIFY_REFRESH_MS / 4);
	change(rig, 50004);
	change(rig, 50005);
	CHECK(rig->q.refresh == QUALIFY_REFRESH_MIN_MS);
}

static void test_changed_symmetric(const void *arg)
{
	struct rig *rig = changed_rig();

	(void)arg;
	reply(rig, SECONDARY, 50001);
	CHECK(rig->q.state == QUALIFY_OFFLINE);
	CHECK(rig->q.reason == QUALIFY_SYMMETRIC);
	CHECK(rig->events[2] == QUALIFY_EV_LOST);
}

static void test_changed_support(const void *arg)
{
	struct rig *rig = changed_rig();

	(void)arg;
	rig->q.symmetric = true;
	reply(rig, SECONDARY, 50001);
	CHECK(rig->q.state == QUALIFY_QUALIFIED);
	CHECK(rig->q.nat == TEREDO_NAT_SYMMETRIC_PORT);
	CHECK(rig->n_events == 3 && rig->events[2] == QUALIFY_EV_CONFIRMED);
}

static void test_changed_silent(const void *arg)
{
	struct rig *rig = changed_rig();

	(void)arg;
	advance(rig, 11999);
	CHECK(qualify_has_address(&rig->q));
	CHECK(count_sent(rig, SECONDARY) == 3);
	advance(rig, 1);
	CHECK(qualify_has_address(&rig->q));
	CHECK(rig->q.nat == TEREDO_NAT_UNKNOWN);
}

static void test_maintain_now(const void *arg)
{
	struct rig *rig = qualified_rig();

	(void)arg;
	qualify_maintain(&rig->q);
	CHECK(rig->n_sent == 1 && rig->q.state == QUALIFY_MAINTAINING);
	reply(rig, PRIMARY, 40000);
	CHECK(rig->q.state == QUALIFY_QUALIFIED);
}

/* ---- adoption ---- */

static struct rig *adopted_rig(struct in6_addr *address)
{
	const struct qualify_server server = {
		.primary = htonl(PRIMARY2),
		.secondary = { htonl(SECONDARY2), htons(3544) },
	};
	const struct teredo_endpoint mapped = { htonl(MAPPED), htons(40000) };
	struct rig *rig = new_rig();

	set_servers(rig, 2);
	teredo_make_address(address, htonl(TEREDO_PREFIX), server.primary,
			    0x1234, mapped);
	qualify_adopt(&rig->q, &server, address, TEREDO_NAT_RESTRICTED);
	return rig;
}

static void test_adopt(const void *arg)
{
	struct in6_addr address;
	struct rig *rig = adopted_rig(&address);

	(void)arg;
	CHECK(qualify_has_address(&rig->q));
	CHECK(rig->n_sent == 1 && rig->sent[0].to == PRIMARY2);
	CHECK(reply(rig, PRIMARY2, 40000) == RA_VALID);
	CHECK(rig->q.state == QUALIFY_QUALIFIED);
	CHECK(!memcmp(&rig->q.address, &address, sizeof(address)));
	CHECK(!had(rig, QUALIFY_EV_LOST) && !had(rig, QUALIFY_EV_PROBE));
	/* and its server remains in use */
	qualify_start(&rig->q);
	CHECK(rig->sent[1].to == PRIMARY2);
}

static void test_adopt_changed(const void *arg)
{
	struct in6_addr address;
	struct rig *rig = adopted_rig(&address);

	(void)arg;
	reply(rig, PRIMARY2, 40001);
	CHECK(had(rig, QUALIFY_EV_LOST) && had(rig, QUALIFY_EV_UP));
	check_address(rig, PRIMARY2, 40001);
}

static void test_adopt_silent(const void *arg)
{
	struct in6_addr address;
	struct rig *rig = adopted_rig(&address);

	(void)arg;
	advance(rig, 12000);
	CHECK(had(rig, QUALIFY_EV_LOST));
	CHECK(rig->q.state == QUALIFY_OFFLINE);
}

/* ---- off-line ---- */

static void test_quick_retries(const void *arg)
{
	struct rig *rig = new_rig();
	u64 offline, last;
	unsigned int i;

	(void)arg;
	qualify_start(&rig->q);
	advance(rig, 12000);
	offline = rig->now;
	forget(rig);
	advance(rig, 5 * 60 * 1000);
	last = offline;
	for (i = 0; i < count_sent(rig, PRIMARY); i++) {
		const struct sent *sent = sent_to(rig, PRIMARY, i);

		CHECK(sent->at - last >= 3600 && sent->at - last <= 4400);
		CHECK(sent_to(rig, SECONDARY, i)->at == sent->at);
		last = sent->at;
	}
	CHECK(i >= 68 && i <= 84);
}

static void test_slow_retries(const void *arg)
{
	static const u64 want[] = { 30, 60, 120, 240, 300, 300, 300 };
	struct rig *rig = new_rig();
	unsigned int i;
	u64 last;

	(void)arg;
	qualify_start(&rig->q);
	advance(rig, 12000 + 5 * 60 * 1000 + 4400);
	last = sent_to(rig, PRIMARY, count_sent(rig, PRIMARY) - 1)->at;
	forget(rig);
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		const struct sent *sent;

		advance(rig, want[i] * 1100);
		sent = sent_to(rig, PRIMARY, i);
		CHECK(sent && sent->at - last >= want[i] * 900 &&
		      sent->at - last <= want[i] * 1100);
		if (!sent)
			return;
		/* synchronize with the last solicitation */
		last = sent->at;
		CHECK(count_sent(rig, PRIMARY) == i + 1);
		rig->now = last;
	}
}

static void test_outage(const void *arg)
{
	u64 outage, back;

	(void)arg;
	for (outage = 20000; outage < 5 * 60 * 1000; outage += 7777) {
		struct rig *rig = new_rig();

		qualify_start(&rig->q);
		advance(rig, outage);
		back = rig->now;
		forget(rig);
		while (!rig->n_sent && rig->now < back + 10000)
			advance(rig, 10);
		advance(rig, 30);
		reply(rig, PRIMARY, 40000);
		reply(rig, SECONDARY, 40000);
		CHECK(rig->q.state == QUALIFY_QUALIFIED);
		CHECK(rig->now - back <= 5000);
	}
}

static void test_back_with_loss(const void *arg)
{
	struct rig *rig = new_rig();

	(void)arg;
	qualify_start(&rig->q);
	advance(rig, 20000);
	forget(rig);
	while (!rig->n_sent)
		advance(rig, 1);
	reply(rig, PRIMARY, 40000);
	CHECK(rig->q.state == QUALIFY_STARTING);
	advance(rig, 4000);
	CHECK(count_sent(rig, SECONDARY) == 2);
	CHECK(count_sent(rig, PRIMARY) == 1);
	reply(rig, SECONDARY, 40000);
	CHECK(rig->q.state == QUALIFY_QUALIFIED);
}

static void test_symmetric_retries(const void *arg)
{
	struct rig *rig = new_rig();
	u64 offline;

	(void)arg;
	qualify_start(&rig->q);
	reply(rig, PRIMARY, 40000);
	reply(rig, SECONDARY, 40001);
	offline = rig->now;
	forget(rig);
	while (!rig->n_sent)
		advance(rig, 1);
	CHECK(rig->now - offline >= 27000 && rig->now - offline <= 33000);
}

static void test_turns(const void *arg)
{
	struct rig *rig = new_rig();
	u64 begin = rig->now;

	(void)arg;
	set_servers(rig, 2);
	qualify_start(&rig->q);
	advance(rig, 12000);
	CHECK(count_sent(rig, PRIMARY) == 3);
	CHECK(count_sent(rig, PRIMARY2) == 1);
	CHECK(sent_to(rig, PRIMARY2, 0)->at == begin + 12000);
	advance(rig, 4400);
	CHECK(count_sent(rig, PRIMARY) == 4);
	advance(rig, 4400);
	CHECK(count_sent(rig, PRIMARY2) == 2);
	reply(rig, PRIMARY2, 40000);
	reply(rig, SECONDARY2, 40000);
	CHECK(rig->q.state == QUALIFY_QUALIFIED);
	check_address(rig, PRIMARY2, 40000);
}

static void test_symmetric_turns(const void *arg)
{
	struct rig *rig = new_rig();
	int i;

	(void)arg;
	set_servers(rig, 2);
	qualify_start(&rig->q);
	reply(rig, PRIMARY, 40000);
	reply(rig, SECONDARY, 40001);
	for (i = 0; i < 20; i++)
		advance(rig, 1000);
	CHECK(rig->n_sent == 2);
}

static void test_restart(const void *arg)
{
	struct rig *rig = new_rig();

	(void)arg;
	qualify_start(&rig->q);
	advance(rig, 12000 + 5 * 60 * 1000 + 100000);
	forget(rig);
	qualify_start(&rig->q);
	CHECK(rig->n_sent == 2);
	advance(rig, 12000);
	forget(rig);
	advance(rig, 4400);		/* fast retries again */
	CHECK(count_sent(rig, PRIMARY) == 1);
	advance(rig, 5 * 60 * 1000);
	forget(rig);
	advance(rig, 33000);		/* and slow retries from the start */
	CHECK(count_sent(rig, PRIMARY) == 1);
}

static void test_offline_deaf(const void *arg)
{
	struct rig *rig = new_rig();

	(void)arg;
	qualify_start(&rig->q);
	advance(rig, 12001);
	CHECK(reply(rig, PRIMARY, 40000) == RA_UNEXPECTED);
	CHECK(rig->q.state == QUALIFY_OFFLINE);
}

/* ---- a NAT whose mapping is stale ---- */

static unsigned int count_events(const struct rig *rig,
				 enum qualify_event event)
{
	unsigned int i, n = 0;

	for (i = 0; i < rig->n_events; i++)
		n += rig->events[i] == event;
	return n;
}

/* each unanswered solicitation to the primary address is reported once */
static void test_silences(const void *arg)
{
	struct rig *rig = qualified_rig();

	(void)arg;
	qualify_maintain(&rig->q);
	advance(rig, 3999);
	CHECK(!had(rig, QUALIFY_EV_SILENT));
	advance(rig, 1);
	CHECK(count_events(rig, QUALIFY_EV_SILENT) == 1);
	advance(rig, 8000);
	CHECK(count_events(rig, QUALIFY_EV_SILENT) == 3);
	CHECK(rig->q.state == QUALIFY_OFFLINE);
	forget(rig);
	advance(rig, 30000);
	CHECK(count_events(rig, QUALIFY_EV_SILENT) ==
	      count_sent(rig, PRIMARY) - 1);

	/* silence of the secondary address alone does not count */
	rig = new_rig();
	qualify_start(&rig->q);
	reply(rig, PRIMARY, 40000);
	advance(rig, 12000);
	CHECK(!had(rig, QUALIFY_EV_SILENT));
}

static void test_pause(const void *arg)
{
	struct rig *rig = qualified_rig();
	char why[REASON_TEXT];

	(void)arg;
	qualify_pause(&rig->q, 150000);
	CHECK(qualify_has_address(&rig->q));
	qualify_maintain(&rig->q);
	advance(rig, 12000);
	CHECK(rig->q.state == QUALIFY_OFFLINE);
	forget(rig);
	qualify_pause(&rig->q, 150000);
	explain(&rig->q, why);
	CHECK(strstr(why, "stale mapping"));
	advance(rig, 149999);
	CHECK(!rig->n_sent);
	CHECK(!rig->n_events);
	advance(rig, 1);
	CHECK(count_sent(rig, PRIMARY) == 1 && count_sent(rig, SECONDARY) == 1);
	reply(rig, PRIMARY, 40000);
	reply(rig, SECONDARY, 40000);
	CHECK(rig->q.state == QUALIFY_QUALIFIED);
}

/* late in an outage, when retries are infrequent */
static void test_retry_soon(const void *arg)
{
	struct rig *rig = new_rig();

	(void)arg;
	qualify_start(&rig->q);
	advance(rig, 3600 * 1000);
	forget(rig);
	qualify_retry_soon(&rig->q);
	advance(rig, 4000);
	CHECK(count_sent(rig, PRIMARY) == 1);
	/* and no later than without the call */
	qualify_start(&rig->q);
	advance(rig, 12000 + 3000);
	forget(rig);
	qualify_retry_soon(&rig->q);
	advance(rig, 1400);
	CHECK(count_sent(rig, PRIMARY) == 1);
	/* no effect on a client with an address */
	rig = qualified_rig();
	qualify_retry_soon(&rig->q);
	advance(rig, 4000);
	CHECK(!rig->n_sent);
}

#define TEST(name, run) { name, run, NULL }

static const struct ktap_test tests[] = {
	TEST("start asks both addresses, each with its nonce # C-20 C-22 C-23 C-36 XC-11", test_start),
	TEST("silence: 0, 4, 8 s, off-line at 12 s # C-24 C-26 A-01", test_silent),
	TEST("verdict after one round trip # C-36 C-39 C-40 C-32 V-06", test_one_round_trip),
	TEST("secondary answers first # C-39", test_other_order),
	TEST("secondary answers late # C-39", test_late_secondary),
	TEST("secondary silent # C-37", test_secondary_silent),
	TEST("secondary silent, asked again # C-37", test_secondary_asked_again),
	TEST("secondary silent, then a symmetric NAT # C-37 C-38",
	     test_secondary_shows_symmetric),
	TEST("secondary silent, other servers first # C-37",
	     test_secondary_last_resort),
	TEST("only the secondary answers # C-26", test_primary_silent),
	TEST("secondary skipped # A-62", test_skip_secondary),
	TEST("symmetric by port # C-38", test_symmetric_port),
	TEST("symmetric by address # C-38", test_symmetric_address),
	TEST("symmetric, and supported # XN-02", test_symmetric_support),
	TEST("an invalid answer changes nothing # C-34 C-45", test_invalid_ignored),
	TEST("an answer counts for its address alone # A-03", test_crossed),
	{ "a second port that sees the same mapping # C-36", test_second_port,
	  &(const u16){ 40000 } },
	{ "a second port that sees another mapping # C-38", test_second_port,
	  &(const u16){ 40001 } },
	TEST("an answer counts for its port alone # A-03", test_ports_crossed),
	TEST("a second port that is refused # C-37", test_port_refused),
	TEST("the first answer counts # C-32", test_answer_twice),
	TEST("one nonce for all repeats # A-09", test_one_nonce),
	TEST("another nonce for each start # C-44", test_nonces_differ),
	TEST("stop", test_stop),
	TEST("secure qualification # C-43 C-49 C-51", test_secure),
	TEST("wrong secret # C-50", test_wrong_secret),
	TEST("the server wants a new key # C-48", test_new_key),
	TEST("200 fresh addresses # V-01 V-02 V-03 V-04 G-06 V-07", test_flags),
	TEST("flags stay with the mapping # V-12", test_flags_kept),
	TEST("flags are drawn for a new mapping # V-12 C-90", test_flags_redrawn),
	TEST("maintenance each 75 to 100 % of 30 s # C-11 C-12 C-88", test_intervals),
	TEST("maintenance each 75 to 100 % of 10 s # XC-09 XC-10", test_intervals_set),
	TEST("no maintenance while the server is heard # C-57 C-87", test_contact),
	TEST("maintenance without an answer # A-44", test_maintenance_silent),
	TEST("maintenance all the same with a secret # C-43", test_contact_secret),
	TEST("maintenance ended by another packet # C-57", test_maintenance_contact),
	TEST("maintenance with an invalid answer # C-89", test_maintenance_invalid),
	TEST("changed mapping: old address goes, new one comes # C-90", test_changed),
	TEST("changed at each refresh: earlier ones # C-90 C-91", test_changed_often),
	TEST("changed mapping, now symmetric # C-90 C-38", test_changed_symmetric),
	TEST("changed mapping, now symmetric, and supported # C-90 XN-02", test_changed_support),
	TEST("changed mapping, secondary silent # C-90 C-37", test_changed_silent),
	TEST("maintenance on demand # XC-11", test_maintain_now),
	TEST("adopted address is kept # C-88", test_adopt),
	TEST("adopted address was outdated # C-90", test_adopt_changed),
	TEST("adopted address, server silent # A-44", test_adopt_silent),
	TEST("retries each 4 s for 5 minutes # A-43", test_quick_retries),
	TEST("retries after 30, 60, 120, 240, 300 s # A-43", test_slow_retries),
	TEST("qualified within 5 s of the server's return # A-43", test_outage),
	TEST("server returns, one answer gets lost # C-36", test_back_with_loss),
	TEST("symmetric NAT is not asked quickly # A-43", test_symmetric_retries),
	TEST("servers take turns # C-124", test_turns),
	TEST("symmetric NAT does not make servers turn quickly # A-43", test_symmetric_turns),
	TEST("restart # A-43", test_restart),
	TEST("answers after the verdict # C-34", test_offline_deaf),
	TEST("each silence of the primary address is told # C-24 A-44", test_silences),
	TEST("a pause: nothing is sent, then a round # A-43", test_pause),
	TEST("the next retry comes soon # A-43", test_retry_soon),
};

KTAP_MAIN(tests)
