/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changes of an nftables table by other programs: NFNLGRP_NFTABLES in the event
 * loop.
 */
#ifndef _NFTEVENTS_H
#define _NFTEVENTS_H

#include <uv.h>

#include "nl.h"

#define NFTEVENTS_BY	64

typedef void nftevents_fn(void *ctx);

/**
 * struct nftevents - the events of a table
 * @nl: socket
 * @poll: the socket in the event loop
 * @table: name of the table, family ip6
 * @fn: called after a transaction that has changed the table, or if events were
 *	lost
 * @ctx: handed to @fn
 * @touched: the transaction that is being read has changed the table
 * @by: program that made the last change, "" if unknown
 */
struct nftevents {
	struct nl nl;
	uv_poll_t poll;
	const char *table;
	nftevents_fn *fn;
	void *ctx;
	bool touched;
	char by[NFTEVENTS_BY];
};

int nftevents_open(struct nftevents *e, uv_loop_t *loop);

#endif /* _NFTEVENTS_H */
