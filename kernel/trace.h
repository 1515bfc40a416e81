/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints: state changes of peers, drops with their reason, and protocol packets.
 * No tracepoint is on the path of a data packet that is not dropped.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM teredo

#if !defined(_TEREDO_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TEREDO_TRACE_H

#include <linux/tracepoint.h>

#include "device.h"
#include "peer-types.h"

/* A packet that teredo_drop() frees. reason is the name of the counter. skb has the
 * same value as in the event skb:kfree_skb that follows.
 */
TRACE_EVENT(teredo_drop,
	TP_PROTO(const struct teredo_dev *td, const struct sk_buff *skb,
		 const char *reason),
	TP_ARGS(td, skb, reason),
	TP_STRUCT__entry(
		__string(dev, td->dev->name)
		__string(reason, reason)
		__field(const void *, skb)
		__field(unsigned int, len)
	),
	TP_fast_assign(
		teredo_assign_str(dev, td->dev->name);
		teredo_assign_str(reason, reason);
		__entry->skb = skb;
		__entry->len = skb->len;
	),
	TP_printk("dev=%s reason=%s len=%u skb=%p",
		  __get_str(dev), __get_str(reason), __entry->len, __entry->skb)
);

/* A peer begins to be probed, becomes trusted, fails or is removed. The expiry of an
 * entry is no event, as nothing happens until the next packet.
 */
TRACE_EVENT(teredo_peer,
	TP_PROTO(const struct teredo_dev *td, const struct teredo_peer *peer,
		 const char *state),
	TP_ARGS(td, peer, state),
	TP_STRUCT__entry(
		__string(dev, td->dev->name)
		__string(state, state)
		__array(u8, addr, 16)
		__array(u8, remote, 4)
		__field(u16, port)
	),
	TP_fast_assign(
		teredo_assign_str(dev, td->dev->name);
		teredo_assign_str(state, state);
		memcpy(__entry->addr, &peer->addr, 16);
		memcpy(__entry->remote, &peer->ep.addr, 4);
		__entry->port = ntohs(peer->ep.port);
	),
	TP_printk("dev=%s peer=%pI6c state=%s remote=%pI4:%u",
		  __get_str(dev), __entry->addr, __get_str(state),
		  __entry->remote, __entry->port)
);

/* A protocol packet that was accepted or sent. If it verifies a peer, this event comes
 * after teredo_peer. kind is the result of teredo_kind(), src and dst are the inner
 * addresses, and remote is the remote endpoint.
 */
DECLARE_EVENT_CLASS(teredo_control,
	TP_PROTO(const struct teredo_dev *td, const char *kind,
		 struct teredo_endpoint remote, const void *src,
		 const void *dst),
	TP_ARGS(td, kind, remote, src, dst),
	TP_STRUCT__entry(
		__string(dev, td->dev->name)
		__string(kind, kind)
		__array(u8, remote, 4)
		__field(u16, port)
		__array(u8, src, 16)
		__array(u8, dst, 16)
	),
	TP_fast_assign(
		teredo_assign_str(dev, td->dev->name);
		teredo_assign_str(kind, kind);
		memcpy(__entry->remote, &remote.addr, 4);
		__entry->port = ntohs(remote.port);
		memcpy(__entry->src, src, 16);
		memcpy(__entry->dst, dst, 16);
	),
	TP_printk("dev=%s kind=%s remote=%pI4:%u src=%pI6c dst=%pI6c",
		  __get_str(dev), __get_str(kind), __entry->remote,
		  __entry->port, __entry->src, __entry->dst)
);

DEFINE_EVENT(teredo_control, teredo_control_in,
	TP_PROTO(const struct teredo_dev *td, const char *kind,
		 struct teredo_endpoint remote, const void *src,
		 const void *dst),
	TP_ARGS(td, kind, remote, src, dst)
);

DEFINE_EVENT(teredo_control, teredo_control_out,
	TP_PROTO(const struct teredo_dev *td, const char *kind,
		 struct teredo_endpoint remote, const void *src,
		 const void *dst),
	TP_ARGS(td, kind, remote, src, dst)
);

#endif /* _TEREDO_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH kernel
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
