// SPDX-License-Identifier: GPL-2.0
/* Random ports: times of their NAT keepalives. */
#include <kunit/test.h>

#include "../device.h"
#include "../random-port.h"
#include "../symmetric.h"

/* No port is in use: the call only updates the stamp. */
static unsigned long refresh(struct teredo_dev *td, unsigned long refreshed)
{
	td->ports.refreshed = refreshed;
	teredo_ports_refresh(td, NULL);
	return td->ports.refreshed;
}

/* A stamp of 0 is in the future for the first 300 s of a 32-bit kernel. */
static void test_refreshed(struct kunit *test)
{
	struct teredo_dev *td = kunit_kzalloc(test, sizeof(*td), GFP_KERNEL);
	unsigned long now = jiffies, last = now - TEREDO_PORT_REFRESH / 2;

	KUNIT_ASSERT_NOT_NULL(test, td);
	teredo_ports_init(&td->ports);
	KUNIT_EXPECT_FALSE(test, time_before(refresh(td, 0), now));
	KUNIT_EXPECT_FALSE(test, time_after(refresh(td, now + 300 * HZ),
					    jiffies));
	KUNIT_EXPECT_FALSE(test, time_before(refresh(td, now -
						     TEREDO_PORT_REFRESH),
					     now));
	KUNIT_EXPECT_EQ(test, refresh(td, last), last);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_refreshed),
	{}
};

static struct kunit_suite suite = {
	.name = "teredo-symmetric",
	.test_cases = cases,
};

kunit_test_suite(suite);
