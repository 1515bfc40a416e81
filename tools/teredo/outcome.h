/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far one gets with a server, and what that says about the network.
 */
#ifndef _OUTCOME_H
#define _OUTCOME_H

#include <stdbool.h>

/* in the order in which one gets on */
enum outcome {
	OUTCOME_NO_NETWORK,	/* nothing can be sent */
	OUTCOME_REFUSED,	/* an ICMP error came back */
	OUTCOME_SILENT,		/* nothing came back */
	OUTCOME_SYMMETRIC,	/* mappings differ, and that will not do */
	OUTCOME_NO_RELAY,	/* qualified, but the native host does not answer */
	OUTCOME_ONE_ADDRESS,	/* qualified, but the secondary address is silent */
	OUTCOME_QUALIFIED,	/* nothing else was asked for */
	OUTCOME_VERIFIED,	/* a native host answers */
};

static inline bool outcome_good(enum outcome outcome)
{
	return outcome >= OUTCOME_ONE_ADDRESS;
}

const char *outcome_name(enum outcome outcome);
enum outcome outcome_of_all(const enum outcome *outcomes, int n);
const char *outcome_explain(enum outcome all, int n);

#endif /* _OUTCOME_H */
