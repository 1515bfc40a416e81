/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Compatibility with older kernels. Only this file tests the kernel version (#if). Other
 * files use the API of the newest kernel, some of it written so that all kernels accept it.
 * Kbuild includes this file before every source file.
 */
#ifndef _TEREDO_COMPAT_H
#define _TEREDO_COMPAT_H

#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/version.h>
#include <net/genetlink.h>
#include <net/rtnetlink.h>
#include <net/udp_tunnel.h>

/* setup_udp_tunnel_sock() and udp_tunnel_sock_release() take a struct sock
 * from 7.2 on. Stable and distribution kernels got that change too, so look at
 * the prototype. void * converts to either without a warning.
 */
static inline void *teredo_tunnel_arg(struct socket *sock)
{
	if (__builtin_types_compatible_p(typeof(udp_tunnel_sock_release),
					 void (struct sock *)))
		return sock->sk;
	return sock;
}

/* 6.17: one more argument, the flags of the IP control block */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#define iptunnel_xmit(sk, rt, skb, src, dst, proto, tos, ttl, df, xnet, \
		      ipcb_flags) \
	iptunnel_xmit(sk, rt, skb, src, dst, proto, tos, ttl, df, xnet)
#endif

/* 6.15: newlink gets its arguments in a structure */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
struct rtnl_newlink_params {
	struct net *src_net;
	struct nlattr **tb;
	struct nlattr **data;
};

static inline struct net *
rtnl_newlink_link_net(struct rtnl_newlink_params *params)
{
	return params->src_net;
}

#define TEREDO_DEFINE_NEWLINK(name, fn)					\
static int name(struct net *src_net, struct net_device *dev,		\
		struct nlattr *tb[], struct nlattr *data[],		\
		struct netlink_ext_ack *extack)				\
{									\
	struct rtnl_newlink_params params = {				\
		.src_net = src_net,					\
		.tb = tb,						\
		.data = data,						\
	};								\
									\
	return fn(dev, &params, extack);				\
}
#else
#define TEREDO_DEFINE_NEWLINK(name, fn)					\
static int name(struct net_device *dev,					\
		struct rtnl_newlink_params *params,			\
		struct netlink_ext_ack *extack)				\
{									\
	return fn(dev, params, extack);					\
}
#endif

/* 6.12: lockless transmission is a private flag of the device, no feature */
static inline void teredo_set_lltx(struct net_device *dev)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
	dev->features |= NETIF_F_LLTX;
#else
	dev->lltx = true;
#endif
}

/* 6.10: before it, the socket look-up that completes outer GRO reads the inner header as
 * if it were the outer one. It does not find a socket bound to an address. The coalesced
 * packet is then treated as plain UDP, and the flow stalls.
 */
static inline bool teredo_gro_works(__be32 bound)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
	return !bound;
#else
	return true;
#endif
}

/* 6.10: __assign_str() finds the source of the string itself */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
#define teredo_assign_str(dst, src)	__assign_str(dst, src)
#else
#define teredo_assign_str(dst, src)	__assign_str(dst)
#endif

/* 6.6: genl_info for dumps too */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define genl_info_dump(cb)	genl_dumpit_info(cb)
#endif

/* 6.2: a generic netlink operation is either do or dump. Before, one operation could have both
 * handlers. Each operation of this module has one handler, so it fits both kinds.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define genl_split_ops	genl_ops
#define split_ops	ops
#define n_split_ops	n_ops
#endif

#ifndef NLA_POLICY_MAX_LEN
#define NLA_POLICY_MAX_LEN(len)	NLA_POLICY_RANGE(NLA_BINARY, 0, len)
#endif

/* 6.2: extack messages can contain values. A kernel without that change sends the @plain
 * text.
 */
#ifdef NL_SET_ERR_MSG_FMT
#define teredo_set_err_msg(extack, plain, fmt, ...)			\
	NL_SET_ERR_MSG_FMT(extack, fmt, __VA_ARGS__)
#else
#define teredo_set_err_msg(extack, plain, fmt, ...)			\
	NL_SET_ERR_MSG(extack, plain)
#endif

#ifndef kzalloc_obj
#define kzalloc_obj(obj, gfp)	kzalloc(sizeof(obj), gfp)
#endif

#endif /* _TEREDO_COMPAT_H */
