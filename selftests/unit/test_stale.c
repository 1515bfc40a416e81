// SPDX-License-Identifier: GPL-2.0
/*
 * Detection of a stale NAT mapping of the service port
 */
#include "ktap.h"
#include "stale.h"

#define HOUR_MS		3600000

/* one solicitation of the service port gets no answer; that of a fresh port does */
static void round_of(struct stale *s, unsigned int server, bool fresh_answered)
{
	stale_silent(s, server);
	if (fresh_answered)
		stale_answered(s, server);
}

static void test_stale(const void *arg)
{
	struct stale s = { 0 };

	(void)arg;
	round_of(&s, 0, true);
	CHECK(!stale_verdict(&s, 0, false));
	round_of(&s, 0, true);
	CHECK(!stale_verdict(&s, 0, false));
	round_of(&s, 0, true);
	CHECK(stale_verdict(&s, 0, false));
}

/* a server or network outage of any length */
static void test_down(const void *arg)
{
	struct stale s = { 0 };
	int i;

	(void)arg;
	for (i = 0; i < 100000; i++) {
		round_of(&s, i % 2, false);
		CHECK(!stale_verdict(&s, i * 4000ull, false));
	}
}

/* the silence of one server is no evidence for another one */
static void test_servers(const void *arg)
{
	struct stale s = { 0 };
	int i;

	(void)arg;
	for (i = 0; i < 100; i++) {
		stale_silent(&s, 1);
		stale_answered(&s, 0);
		CHECK(!stale_verdict(&s, 0, false));
	}
	stale_confirmed(&s);
	for (i = 0; i < 2; i++) {
		round_of(&s, 0, true);
		round_of(&s, 7, true);
	}
	CHECK(stale_verdict(&s, 0, false));
}

/* a new address or another path resets the detection */
static void test_forgotten(const void *arg)
{
	struct stale s = { 0 };
	int i;

	(void)arg;
	for (i = 0; i < 100; i++) {
		round_of(&s, 0, true);
		round_of(&s, 0, true);
		if (i % 2)
			stale_begin(&s);
		else
			stale_confirmed(&s);
		CHECK(!stale_verdict(&s, 0, false));
	}
}

/* the port changes at most after 1, 2, 4 ... 60 minutes */
static void test_rate(const void *arg)
{
	static const u64 within[] = { 0, 60, 180, 420, 900, 1860, 3780, 7380 };
	struct stale s = { 0 };
	unsigned int changes = 0;
	u64 now;

	(void)arg;
	for (now = 0; now < 24 * HOUR_MS; now += 4000) {
		round_of(&s, 0, true);
		if (!stale_verdict(&s, now, false))
			continue;
		if (changes < ARRAY_SIZE(within))
			CHECK(now >= within[changes] * 1000 &&
			      now < within[changes] * 1000 + 100000);
		changes++;
		stale_port_changed(&s, now);
	}
	CHECK(changes >= 24 && changes <= 24 + ARRAY_SIZE(within));
	/* a confirmed address resets the back-off */
	stale_confirmed(&s);
	for (changes = 0; changes < 3; changes++)
		round_of(&s, 0, true);
	CHECK(stale_verdict(&s, now, false));
}

static void test_pause(const void *arg)
{
	static const u64 want[] = { 150, 300, 600, 600, 600 };
	struct stale s = { 0 };
	int round;
	size_t i;

	(void)arg;
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		CHECK(stale_pause(&s) == want[i] * 1000);
		/* the pause is the back-off */
		round_of(&s, 0, true);
		for (round = 0; round < 5; round++) {
			CHECK(!stale_verdict(&s, 0, true));
			round_of(&s, 0, true);
		}
		CHECK(stale_verdict(&s, 0, true));
	}
	for (i = 0; i < 100; i++)
		CHECK(stale_pause(&s) == 600000);
}

#define TEST(name, run) { name, run, NULL }

static const struct ktap_test tests[] = {
	TEST("a fresh port is answered, twice not the service port", test_stale),
	TEST("silence towards both: no verdict # A-43", test_down),
	TEST("servers are told apart # C-124", test_servers),
	TEST("evidence ends with address and path # C-90", test_forgotten),
	TEST("changes of the port are rare # A-43", test_rate),
	TEST("pauses of 150, 300, 600 s, each after five silences", test_pause),
};

KTAP_MAIN(tests)
