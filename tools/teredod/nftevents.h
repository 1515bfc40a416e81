/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events about changes of an nftables table by other programs (NFNLGRP_NFTABLES).
 */
#ifndef _NFTEVENTS_H
#define _NFTEVENTS_H

#include <uv.h>

#include "nl.h"

#define NFTEVENTS_BY	64

typedef void nftevents_fn(void *ctx);

/**
 * struct nftevents - events about a table
 * @nl: netlink socket
 * @poll: poll handle of the socket
 * @table: name of the table, family ip6
 * @fn: called after a transaction that has changed the table, or if events were
 *	lost
 * @ctx: passed to @fn
 * @touched: the current transaction has changed the table
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
