/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of servers into addresses, while the event loop goes on.
 */
#ifndef _RESOLVE_H
#define _RESOLVE_H

#include <uv.h>

#include "server_spec.h"

struct resolver;

/* Look-ups are through: r->n servers were found, maybe none */
typedef void resolve_done_fn(struct resolver *r);

/**
 * struct resolver - looks servers up, one name at a time
 * @list: the servers as written
 * @loop: event loop
 * @done: called at the end
 * @ctx: for @done
 * @request: the look-up under way
 * @busy: there is one
 * @half: number of the half that is looked up: 2 * index into @list, plus 1
 *	for the secondary
 * @begun: when the first look-up began, by uv_now()
 * @current: what is known of the server so far
 * @servers: those that were found
 * @spec: index into @list for each of @servers
 * @n: number of them
 * @absent: the name that was not found last does not exist, or has no IPv4
 *	address: a name server has said so
 * @name: the last one that was not found
 * @error: why the last one that was not found was not; stays while it is
 *	looked for again
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
