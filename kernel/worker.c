// SPDX-License-Identifier: GPL-2.0
/*
 * Worker of a device: repeats unanswered bubbles, connectivity tests and tests of random
 * ports, and sends the bubbles that request a burst, NAT keepalives and discovery bubbles.
 * It opens and closes random ports, queues expire_work for an expired lease, ages the peer
 * table, and frees deferred packets, with ICMPv6 errors to their senders. It runs when the
 * next of these is due, and at least every 10 s.
 */
#include <linux/netdevice.h>

#include "burst.h"
#include "device.h"
#include "discovery.h"
#include "mapping.h"
#include "nat.h"
#include "peer.h"
#include "probe.h"
#include "random-port.h"
#include "symmetric.h"
#include "unreach.h"
#include "worker.h"

/* Pause of the worker while an overdue event cannot be handled: at most 50 runs/s. */
#define TEREDO_OVERDUE_PAUSE	(HZ / 50)

/* Take the next step of a test of a random port, or of the burst.
 * Return: false if neither is due.
 */
static bool step_technique(struct teredo_dev *td,
			   const struct teredo_mapping *map)
{
	struct in6_addr resume;

	if (!teredo_predict_step(td, map, &resume) &&
	    !teredo_burst_step(td, &resume))
		return false;
	if (!ipv6_addr_any(&resume))
		teredo_probe_resume(td, map, &resume);
	return true;
}

/* Return: jiffies until the next run of the worker. A run handles every event that is
 * due. So an event in the past is one that cannot be handled yet, and the worker must
 * not spin. Without a mapping, only ageing is due, and an event that changes this wakes
 * the worker.
 */
static unsigned long worker_delay(struct teredo_dev *td, bool has_mapping)
{
	unsigned long delay;

	if (!has_mapping)
		return TEREDO_AGE_INTERVAL;
	spin_lock_bh(&td->peers->lock);
	delay = teredo_probe_next(td);
	spin_unlock_bh(&td->peers->lock);
	return delay ?: TEREDO_OVERDUE_PAUSE;
}

/**
 * teredo_probe_work() - run the worker of a device
 * @work: probe_work of a device
 *
 * Context: process.
 */
void teredo_probe_work(struct work_struct *work)
{
	struct teredo_dev *td = container_of(to_delayed_work(work),
					     struct teredo_dev, probe_work);
	const struct teredo_mapping *map;
	bool more = true, ports = false;

	while (more) {
		local_bh_disable();
		rcu_read_lock();
		map = rcu_dereference(td->mapping);
		more = map && (teredo_probe_step(td, map) ||
			       step_technique(td, map));
		if (map && !more) {
			ports = teredo_ports_wanted(td, map);
			teredo_ports_refresh(td, map);
			teredo_discovery_work(td, map);
		}
		rcu_read_unlock();
		local_bh_enable();
		cond_resched();
	}
	teredo_ports_work(td, ports);
	teredo_check_expiry(td);
	if (!map) {
		/* remove the peers of packets that were processed while the mapping was
		 * unset
		 */
		teredo_peers_flush(td);
	} else if (!time_in_range_open(jiffies, td->aged,
				       td->aged + TEREDO_AGE_INTERVAL)) {
		td->aged = jiffies;
		teredo_peers_age(td);
	}
	teredo_queue_flush_unreach(td);
	/* runs sooner if the work was queued in the meantime */
	queue_delayed_work(teredo_wq, &td->probe_work, worker_delay(td, map));
}
