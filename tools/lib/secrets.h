/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Secrets that a server shares with its clients (RFC 4380 5.2.2), from a file of
 * lines
 *
 *	ID SECRET [expired]
 *
 * Empty lines and lines that begin with # are ignored. An identifier can have one
 * valid secret and any number of expired ones. A client with an expired secret is
 * served, but told to get a new key.
 */
#ifndef _SECRETS_H
#define _SECRETS_H

#include "packet.h"

#define SECRETS_ERROR	256

/* Shorter secrets can be guessed off-line (RFC 4380 7.2.1). */
#define SECRET_GOOD	16

/**
 * struct secret - a line of the file
 * @key: identifier and secret
 * @expired: the client is told to get a new key
 * @line: number of the line
 */
struct secret {
	struct packet_key key;
	bool expired;
	unsigned int line;
};

/**
 * struct secret_list - contents of the file
 * @secrets: its lines, sorted by identifier
 * @n: number of entries in @secrets
 */
struct secret_list {
	struct secret *secrets;
	unsigned int n;
};

int secrets_load(struct secret_list *list, const char *path,
		 char error[SECRETS_ERROR]);
void secrets_free(struct secret_list *list);
const struct secret *secrets_find(const struct secret_list *list,
				  const u8 *id, u8 id_len, unsigned int *n);

#endif /* _SECRETS_H */
