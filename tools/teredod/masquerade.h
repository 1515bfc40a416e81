/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The nftables table of a server's gateway that masquerades. Each device has its own
 * table. A change replaces the table in one transaction, so that connections survive.
 */
#ifndef _MASQUERADE_H
#define _MASQUERADE_H

#include "iflink.h"

#define MASQUERADE_TABLE	64	/* "teredo-", and a name with all octets escaped */
#define MASQUERADE_RULES	2048
#define MASQUERADE_ERROR	256

/**
 * struct masquerade - translation of a server's clients
 * @table: name of the table, family ip6
 * @ifindex: the device
 * @clients: the /64 that the server's clients share
 * @listing: listing of the table after it was set up, NULL before
 * @error: why the last request failed, one line
 */
struct masquerade {
	char table[MASQUERADE_TABLE];
	u32 ifindex;
	struct in6_addr clients;
	char *listing;
	char error[MASQUERADE_ERROR];
};

/**
 * struct masquerade_count - traffic of a gateway
 * @sent: first packets of connections that clients have opened, since the table was
 *	last set up
 * @replies: replies in these connections
 */
struct masquerade_count {
	unsigned long long sent;
	unsigned long long replies;
};

void masquerade_table(char table[MASQUERADE_TABLE], const char *device);
void masquerade_rules(const struct masquerade *t, char rules[MASQUERADE_RULES]);
int masquerade_put(struct masquerade *t);
bool masquerade_in_place(struct masquerade *t);
int masquerade_count(struct masquerade *t, struct masquerade_count *count);
int masquerade_remove(struct masquerade *t);

#endif /* _MASQUERADE_H */
