// SPDX-License-Identifier: GPL-2.0
/* Lease of a mapping, which also expires during a suspend. */
#include <kunit/test.h>
#include <linux/ktime.h>
#include <linux/workqueue.h>

#include "../device.h"
#include "../mapping.h"

static bool ran;

static void note_work(struct work_struct *work)
{
	ran = true;
}

/* As after a suspend: the timer has an hour left, but boot time is past the expiry. */
static void test_asleep(struct kunit *test)
{
	struct teredo_dev *td = kunit_kzalloc(test, sizeof(*td), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, td);
	ran = false;
	spin_lock_init(&td->lock);
	INIT_DELAYED_WORK(&td->expire_work, note_work);
	queue_delayed_work(teredo_wq, &td->expire_work, 3600 * HZ);

	td->expires = ktime_get_boottime_seconds() + 60;
	teredo_check_expiry(td);
	flush_workqueue(teredo_wq);
	KUNIT_EXPECT_FALSE(test, ran);

	/* boot time can still be 0 */
	td->expires = -1;
	teredo_check_expiry(td);
	flush_workqueue(teredo_wq);
	KUNIT_EXPECT_TRUE(test, ran);
	cancel_delayed_work_sync(&td->expire_work);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_asleep),
	{}
};

static struct kunit_suite suite = {
	.name = "teredo-mapping",
	.test_cases = cases,
};

kunit_test_suite(suite);
