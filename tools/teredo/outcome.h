/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Outcome of probing a server, and what it shows about the network.
 */
#ifndef _OUTCOME_H
#define _OUTCOME_H

#include <stdbool.h>

/* from worst to best */
enum outcome {
	OUTCOME_NO_NETWORK,	/* nothing can be sent */
	OUTCOME_REFUSED,	/* an ICMP error was received */
	OUTCOME_SILENT,		/* nothing was received */
	OUTCOME_SYMMETRIC,	/* the mappings differ, and that is a failure */
	OUTCOME_NO_RELAY,	/* qualified, but the native host does not answer */
	OUTCOME_ONE_ADDRESS,	/* qualified, but the secondary address is silent */
	OUTCOME_QUALIFIED,	/* qualified, no native host was given */
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
