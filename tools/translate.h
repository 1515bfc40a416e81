/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The nftables table of a server's gateway that masquerades. One table for each
 * device, which each change replaces in one transaction, so that connections survive.
 */
#ifndef _TRANSLATE_H
#define _TRANSLATE_H

#include "link.h"

#define TRANSLATE_TABLE	64	/* "teredo-", and a name with all octets escaped */
#define TRANSLATE_RULES	2048
#define TRANSLATE_ERROR	256

/**
 * struct translate - translation of a server's clients
 * @table: name of the table, family ip6
 * @ifindex: the device
 * @clients: the /64 that the server's clients share
 * @listing: the table as listed after it was set up, NULL before
 * @error: why the last request failed, one line
 */
struct translate {
	char table[TRANSLATE_TABLE];
	u32 ifindex;
	struct in6_addr clients;
	char *listing;
	char error[TRANSLATE_ERROR];
};

/**
 * struct translate_count - traffic of a gateway
 * @sent: first packets of connections that clients have opened, since the table was
 *	set up last
 * @replies: replies to these
 */
struct translate_count {
	unsigned long long sent;
	unsigned long long replies;
};

void translate_table(char table[TRANSLATE_TABLE], const char *device);
void translate_rules(const struct translate *t, char rules[TRANSLATE_RULES]);
int translate_put(struct translate *t);
bool translate_in_place(struct translate *t);
int translate_count(struct translate *t, struct translate_count *count);
int translate_remove(struct translate *t);

#endif /* _TRANSLATE_H */
