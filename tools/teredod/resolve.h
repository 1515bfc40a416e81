/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Asynchronous resolution of server names to addresses.
 */
#ifndef _RESOLVE_H
#define _RESOLVE_H

#include <uv.h>

#include "server_spec.h"

struct resolver;

/* Called after the last look-up: r->n servers were found, possibly 0. */
typedef void resolve_done_fn(struct resolver *r);

/**
 * struct resolver - resolves servers, one name at a time
 * @list: servers in text form
 * @loop: event loop
 * @done: called at the end
 * @ctx: for @done
 * @request: current look-up
 * @busy: @request is pending
 * @half: number of the current address: 2 * index into @list, plus 1 for the secondary
 *	address
 * @begun: start of the first look-up, by uv_now()
 * @current: addresses of the current server, as far as known
 * @servers: servers that were resolved
 * @spec: index into @list for each entry of @servers
 * @n: number of entries in @servers
 * @absent: the last failed name does not exist or has no IPv4 address, according to a
 *	name server
 * @name: last name that could not be resolved
 * @error: why @name could not be resolved; kept during the next look-up
 */
struct resolver {
	const struct server_list *list;
	uv_loop_t *loop;
	resolve_done_fn *done;
	void *ctx;
	uv_getaddrinfo_t request;
	bool busy;
	unsigned int half;
	uint64_t begun;
	struct qualify_server current;
	struct qualify_server servers[QUALIFY_SERVERS];
	unsigned int spec[QUALIFY_SERVERS];
	unsigned int n;
	bool absent;
	char name[SERVER_NAME];
	char error[128];
};

void resolve_start(struct resolver *r);
void resolve_cancel(struct resolver *r);

#endif /* _RESOLVE_H */
