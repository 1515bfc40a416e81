/* SPDX-License-Identifier: GPL-2.0 */
/* Readable file descriptors in the event loop. */
#ifndef _READABLE_H
#define _READABLE_H

#include <uv.h>

/**
 * readable_resume() - go on watching a file descriptor after an error
 * @poll: handle whose callback runs
 * @status: what the callback got
 * @cb: the callback
 *
 * libuv stops a handle when the kernel reports POLLERR. For a netlink socket
 * that is one overrun, for a UDP socket one ICMP error: the next receive
 * fetches the error, and the socket works as before. To be called first in
 * each callback, which may close the handle later.
 */
static inline void readable_resume(uv_poll_t *poll, int status, uv_poll_cb cb)
{
	if (status < 0)
		uv_poll_start(poll, UV_READABLE, cb);
}

#endif /* _READABLE_H */
