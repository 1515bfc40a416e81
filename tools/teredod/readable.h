/* SPDX-License-Identifier: GPL-2.0 */
/* Readable file descriptors in the event loop. */
#ifndef _READABLE_H
#define _READABLE_H

#include <uv.h>

/**
 * readable_resume() - resume polling a file descriptor after an error
 * @poll: handle whose callback runs
 * @status: status that the callback got
 * @cb: the callback
 *
 * libuv stops a handle when the kernel reports POLLERR. For a netlink socket that is an
 * overrun, for a UDP socket an ICMP error. The next receive call returns the error, and
 * the socket works again. Call this first in each callback, before the callback can
 * close the handle.
 */
static inline void readable_resume(uv_poll_t *poll, int status, uv_poll_cb cb)
{
	if (status < 0)
		uv_poll_start(poll, UV_READABLE, cb);
}

#endif /* _READABLE_H */
