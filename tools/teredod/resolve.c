// SPDX-License-Identifier: GPL-2.0
/* Asynchronous resolution of server names to addresses. */
#include "resolve.h"

#include <arpa/inet.h>
#include <stdio.h>

static void next_half(struct resolver *r);

static const struct server_spec *current_spec(const struct resolver *r)
{
	return &r->list->spec[r->half / 2];
}

static const char *current_text(const struct resolver *r)
{
	const struct server_spec *spec = current_spec(r);

	return r->half % 2 ? spec->secondary : spec->primary;
}

static void server_complete(struct resolver *r)
{
	r->servers[r->n] = r->current;
	r->spec[r->n] = r->half / 2;
	r->n++;
}

static void half_failed(struct resolver *r, const char *why)
{
	snprintf(r->name, sizeof(r->name), "%s", current_text(r));
	snprintf(r->error, sizeof(r->error), "%s", why);
	r->half = (r->half / 2 + 1) * 2;
}

static void half_found(struct resolver *r, __be32 addr)
{
	if (r->half % 2) {
		r->current.secondary.addr = addr;
		r->current.secondary.port = current_spec(r)->port;
		if (server_check(&r->current)) {
			half_failed(r, server_check(&r->current));
			return;
		}
	} else {
		r->current.primary = addr;
		r->current.secondary = server_next(addr);
		if (current_spec(r)->secondary[0]) {
			r->half++;
			return;
		}
	}
	server_complete(r);
	r->half = (r->half / 2 + 1) * 2;
}

static void on_found(uv_getaddrinfo_t *request, int status,
		     struct addrinfo *found)
{
	struct resolver *r = request->data;
	const char *err;
	__be32 addr;

	r->busy = false;
	if (status != UV_ECANCELED) {
		r->absent = !status || status == UV_EAI_NONAME ||
			    status == UV_EAI_NODATA;
		err = status ? uv_strerror(status) : server_pick(found, &addr);
		if (err)
			half_failed(r, err);
		else
			half_found(r, addr);
		next_half(r);
	}
	uv_freeaddrinfo(found);
}

static void look_up(struct resolver *r)
{
	const struct addrinfo hints = {
		.ai_family = AF_INET,
		.ai_socktype = SOCK_DGRAM,
	};
	int ret;

	r->request.data = r;
	ret = uv_getaddrinfo(r->loop, &r->request, on_found, current_text(r),
			     NULL, &hints);
	r->absent = false;
	if (ret)
		half_failed(r, uv_strerror(ret));
	else
		r->busy = true;
}

/* Continue until a look-up is pending, or all servers are done. */
static void next_half(struct resolver *r)
{
	struct in_addr addr;

	while (!r->busy && r->half / 2 < r->list->n) {
		if (inet_pton(AF_INET, current_text(r), &addr) == 1)
			half_found(r, addr.s_addr);
		else
			look_up(r);
	}
	if (!r->busy)
		r->done(r);
}

/**
 * resolve_start() - resolve all servers
 * @r: resolver; nothing happens if it is busy
 *
 * r->done() can be called before this function returns.
 */
void resolve_start(struct resolver *r)
{
	if (r->busy)
		return;
	r->half = 0;
	r->n = 0;
	r->begun = uv_now(r->loop);
	next_half(r);
}

/**
 * resolve_cancel() - cancel the current look-up
 * @r: resolver
 */
void resolve_cancel(struct resolver *r)
{
	if (r->busy)
		uv_cancel((uv_req_t *)&r->request);
}
