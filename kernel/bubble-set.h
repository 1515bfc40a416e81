/* SPDX-License-Identifier: GPL-2.0 */
/* The composition of bubble sets, and the limits of RFC 4380 5.2.6. */
#ifndef _TEREDO_BUBBLE_SET_H
#define _TEREDO_BUBBLE_SET_H

#include <linux/types.h>

struct teredo_bubble_set;
struct teredo_dev;
struct teredo_mapping;
struct teredo_probe;

/* at most four unanswered bubbles in 300 s (5.2.6) */
#define TEREDO_BUBBLE_WINDOW	(300 * HZ)

bool teredo_bubble_set_in_budget(const struct teredo_probe *probe);
unsigned long teredo_bubble_set_next(const struct teredo_probe *probe);
void teredo_bubble_set_charge(struct teredo_probe *probe,
			      struct teredo_bubble_set *set);
bool teredo_bubble_set_allowed(const struct teredo_probe *probe);
void teredo_bubble_set_fill(struct teredo_dev *td,
			    const struct teredo_mapping *map,
			    struct teredo_probe *probe,
			    struct teredo_bubble_set *set);

#endif /* _TEREDO_BUBBLE_SET_H */
