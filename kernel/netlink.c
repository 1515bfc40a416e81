// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink family "teredo": run-time state of a device. The interface is
 * specified in Documentation/netlink/specs/teredo.yaml, from which netlink-gen.[ch] is
 * generated. Commands that change a device hold RTNL, so its configuration and its
 * registration do not change during a command.
 */
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/netlink.h>

#include "auth.h"
#include "bubble.h"
#include "device.h"
#include "discovery.h"
#include "mapping.h"
#include "netlink-gen.h"
#include "netlink-notify.h"
#include "netlink.h"
#include "notifier.h"

/**
 * teredo_nl_dev() - find the device that a request names
 * @net: namespace of the request
 * @ifindex: attribute with the interface index, or NULL
 * @extack: gets the message
 *
 * Context: RTNL held.
 * Return: the device, or an error pointer: -EINVAL, -ENODEV, -EOPNOTSUPP.
 */
struct teredo_dev *teredo_nl_dev(struct net *net, struct nlattr *ifindex,
				 struct netlink_ext_ack *extack)
{
	struct net_device *dev;

	ASSERT_RTNL();
	if (!ifindex) {
		NL_SET_ERR_MSG(extack, "An interface index is needed");
		return ERR_PTR(-EINVAL);
	}
	dev = __dev_get_by_index(net, nla_get_u32(ifindex));
	if (!dev) {
		NL_SET_ERR_MSG_ATTR(extack, ifindex, "No such device");
		return ERR_PTR(-ENODEV);
	}
	if (!teredo_is_device(dev)) {
		NL_SET_ERR_MSG_ATTR(extack, ifindex, "Not a Teredo device");
		return ERR_PTR(-EOPNOTSUPP);
	}
	return netdev_priv(dev);
}

/**
 * teredo_nl_admin() - find the device that a request may change
 * @skb: the request
 * @info: the same, parsed
 * @ifindex: number of the attribute with the interface index
 *
 * The request takes effect in the namespace of the socket, which the device may have
 * left. So the sender needs CAP_NET_ADMIN there as well.
 *
 * Context: RTNL held.
 * Return: the device, or an error pointer: as teredo_nl_dev(), or -EPERM.
 */
struct teredo_dev *teredo_nl_admin(struct sk_buff *skb, struct genl_info *info,
				   int ifindex)
{
	struct teredo_dev *td;

	td = teredo_nl_dev(genl_info_net(info), info->attrs[ifindex],
			   info->extack);
	if (IS_ERR(td) || netlink_ns_capable(skb, td->net->user_ns,
					     CAP_NET_ADMIN))
		return td;
	NL_SET_ERR_MSG(info->extack,
		       "CAP_NET_ADMIN is missing in the namespace of the socket");
	return ERR_PTR(-EPERM);
}

/**
 * teredo_nl_check_up() - reject a request to a device that is down
 * @td: device
 * @info: the request
 *
 * Context: RTNL held.
 * Return: 0 or -ENETDOWN.
 */
int teredo_nl_check_up(const struct teredo_dev *td, struct genl_info *info)
{
	if (netif_running(td->dev))
		return 0;
	NL_SET_ERR_MSG(info->extack, "The device is down");
	return -ENETDOWN;
}

static int dump_dev(struct sk_buff *skb, struct netlink_callback *cb,
		    struct teredo_dev *td)
{
	int err = teredo_nl_fill_dev(skb, td, NETLINK_CB(cb->skb).portid,
				     cb->nlh->nlmsg_seq, NLM_F_MULTI,
				     TEREDO_CMD_DEV_GET);

	if (!err)
		cb->args[0] = td->dev->ifindex;
	return err;
}

/* cb->args[0] is the index of the last device that was dumped. The next device has a
 * higher index. So no device is skipped or repeated when another one is created or
 * deleted between two messages.
 */
static int dump_all(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct net *net)
{
	struct teredo_dev *td;
	int err = 0;

	while (!err && cb->args[0] < INT_MAX) {
		td = teredo_devices_next(net, cb->args[0] + 1);
		if (!td)
			break;
		err = dump_dev(skb, cb, td);
	}
	return err;
}

static int dump_one(struct sk_buff *skb, struct netlink_callback *cb,
		    struct net *net, struct nlattr *ifindex)
{
	struct teredo_dev *td;

	if (cb->args[0])
		return 0;
	td = teredo_nl_dev(net, ifindex, cb->extack);
	return IS_ERR(td) ? PTR_ERR(td) : dump_dev(skb, cb, td);
}

int teredo_nl_dev_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr *ifindex = genl_info_dump(cb)->attrs[TEREDO_A_DEV_IFINDEX];
	struct net *net = sock_net(skb->sk);
	int err;

	rtnl_lock();
	err = ifindex ? dump_one(skb, cb, net, ifindex) :
			dump_all(skb, cb, net);
	rtnl_unlock();
	/* a device that did not fit goes into the next message */
	if (err == -EMSGSIZE && skb->len)
		err = 0;
	return err ?: skb->len;
}

/* Read which port mapping the control daemon has requested from the NAT (UPnP,
 * NAT-PMP). Bubbles announce the external endpoint to peers (RFC 6081 5.6.4.1).
 */
static int get_upnp(struct genl_info *info, struct teredo_mapping *map)
{
	struct nlattr **attrs = info->attrs;
	struct nlattr *addr = attrs[TEREDO_A_DEV_UPNP_ADDR];
	struct nlattr *port = attrs[TEREDO_A_DEV_UPNP_PORT];

	if (attrs[TEREDO_A_DEV_UPNP])
		map->upnp = nla_get_u8(attrs[TEREDO_A_DEV_UPNP]);
	if (!addr && !port)
		return 0;
	if (addr && port) {
		map->upnp_mapped.addr = nla_get_in_addr(addr);
		map->upnp_mapped.port = nla_get_be16(port);
	}
	if (map->upnp && teredo_alternate_valid(map->upnp_mapped))
		return 0;
	NL_SET_ERR_MSG(info->extack,
		       "upnp-addr and upnp-port need upnp, each other, and a unicast address");
	return -EINVAL;
}

/* State up needs every part of the Teredo address, and the parts must agree. */
static int get_mapping(const struct teredo_dev *td, struct genl_info *info,
		       struct teredo_mapping *map)
{
	struct nlattr **attrs = info->attrs;
	__be32 server;

	if (GENL_REQ_ATTR_CHECK(info, TEREDO_A_DEV_ADDRESS) ||
	    GENL_REQ_ATTR_CHECK(info, TEREDO_A_DEV_SERVER) ||
	    GENL_REQ_ATTR_CHECK(info, TEREDO_A_DEV_MAPPED_ADDR) ||
	    GENL_REQ_ATTR_CHECK(info, TEREDO_A_DEV_MAPPED_PORT)) {
		NL_SET_ERR_MSG(info->extack,
			       "State up needs address, server, mapped-addr and mapped-port");
		return -EINVAL;
	}
	map->address = nla_get_in6_addr(attrs[TEREDO_A_DEV_ADDRESS]);
	map->mapped.addr = nla_get_in_addr(attrs[TEREDO_A_DEV_MAPPED_ADDR]);
	map->mapped.port = nla_get_be16(attrs[TEREDO_A_DEV_MAPPED_PORT]);
	server = nla_get_in_addr(attrs[TEREDO_A_DEV_SERVER]);
	if (attrs[TEREDO_A_DEV_NAT])
		map->nat = nla_get_u32(attrs[TEREDO_A_DEV_NAT]);
	if (attrs[TEREDO_A_DEV_LOCAL_ADDR])
		map->local = nla_get_in_addr(attrs[TEREDO_A_DEV_LOCAL_ADDR]);
	if (map->local && td->cfg.local && map->local != td->cfg.local) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    attrs[TEREDO_A_DEV_LOCAL_ADDR],
				    "The socket is bound to another address");
		return -EADDRNOTAVAIL;
	}

	if (!teredo_is_teredo(&map->address, td->cfg.prefix) ||
	    teredo_server(&map->address) != server ||
	    !teredo_endpoint_equal(teredo_mapped(&map->address),
				   map->mapped)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attrs[TEREDO_A_DEV_ADDRESS],
				    "The address does not match prefix, server and mapping");
		return -EADDRNOTAVAIL;
	}
	if (!teredo_reachable(&map->address)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attrs[TEREDO_A_DEV_ADDRESS],
				    "Server and mapping must be global unicast, the port not 0");
		return -EADDRNOTAVAIL;
	}
	return get_upnp(info, map);
}

/* Return: 1 if the address has changed, 0 if not. */
static int take_address(__be32 *to, struct nlattr *attr)
{
	__be32 addr;

	if (!attr)
		return 0;
	addr = nla_get_in_addr(attr);
	if (addr == *to)
		return 0;
	WRITE_ONCE(*to, addr);
	return 1;
}

/* Store the port of the secondary address. Default: 3544, if the address is given
 * without a port. Return: 1 if the port has changed, 0 if not.
 */
static int take_server2_port(__be16 *to, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[TEREDO_A_DEV_SERVER2_PORT];
	__be16 port = *to;

	if (attr)
		port = nla_get_be16(attr);
	else if (info->attrs[TEREDO_A_DEV_SERVER2])
		port = htons(TEREDO_PORT);
	if (port == *to)
		return 0;
	WRITE_ONCE(*to, port);
	return 1;
}

static int check_servers(struct genl_info *info)
{
	static const u8 which[] = { TEREDO_A_DEV_SERVER, TEREDO_A_DEV_SERVER2 };
	struct nlattr *port = info->attrs[TEREDO_A_DEV_SERVER2_PORT];
	struct nlattr *attr;
	__be32 addr;
	int i;

	for (i = 0; i < ARRAY_SIZE(which); i++) {
		attr = info->attrs[which[i]];
		if (!attr)
			continue;
		addr = nla_get_in_addr(attr);
		if (addr && !teredo_ipv4_is_global(addr)) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr,
					    "A server must have a global unicast IPv4 address");
			return -EADDRNOTAVAIL;
		}
	}
	if (port && !nla_get_be16(port)) {
		NL_SET_ERR_MSG_ATTR(info->extack, port,
				    "The UDP port must not be 0");
		return -EINVAL;
	}
	return 0;
}

/* Store the endpoints of the server. Control packets are accepted only from these.
 * Return: 1 if one has changed, 0 if not.
 */
static int set_servers(struct teredo_dev *td, struct genl_info *info)
{
	return take_address(&td->cfg.server, info->attrs[TEREDO_A_DEV_SERVER]) |
	       take_address(&td->cfg.server2,
			    info->attrs[TEREDO_A_DEV_SERVER2]) |
	       take_server2_port(&td->cfg.server2_port, info);
}

static int check_link(const struct teredo_dev *td, struct genl_info *info)
{
	if (td->cfg.link != TEREDO_LINK_NONE)
		return 0;
	NL_SET_ERR_MSG(info->extack,
		       "The configured link does not exist (set another one)");
	return -ENODEV;
}

/* Return: 1 if the state has changed, 0 if not, or a negative error. */
static int set_state(struct teredo_dev *td, struct genl_info *info)
{
	u32 state = nla_get_u32(info->attrs[TEREDO_A_DEV_STATE]);
	bool up = state == TEREDO_STATE_UP;
	struct teredo_mapping map = {};
	u32 lifetime = 0;
	int err;

	err = teredo_nl_check_up(td, info);
	if (!err && up)
		err = check_link(td, info) ?: get_mapping(td, info, &map);
	if (!err)
		err = check_servers(info);
	if (err)
		return err;
	if (info->attrs[TEREDO_A_DEV_LIFETIME])
		lifetime = min_t(u32, S32_MAX / HZ,
				 nla_get_u32(info->attrs[TEREDO_A_DEV_LIFETIME]));
	err = teredo_set_state(td, state, up ? &map : NULL, lifetime);
	teredo_discovery_update(td);
	return err;
}

/* Apply all of a request or nothing. The servers come last, as storing them cannot fail
 * after the checks. Return: 1 if listeners must be notified, 0 if not, or a negative
 * error.
 */
static int dev_set(struct teredo_dev *td, struct genl_info *info)
{
	int ret;

	if (td->cfg.mode != TEREDO_MODE_CLIENT) {
		NL_SET_ERR_MSG(info->extack,
			       "Only a client has a state that can be set");
		return -EOPNOTSUPP;
	}
	ret = info->attrs[TEREDO_A_DEV_STATE] ? set_state(td, info) :
						check_servers(info);
	return ret < 0 ? ret : ret | set_servers(td, info);
}

int teredo_nl_dev_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct teredo_dev *td;
	int err;

	rtnl_lock();
	td = teredo_nl_admin(skb, info, TEREDO_A_DEV_IFINDEX);
	err = IS_ERR(td) ? PTR_ERR(td) : dev_set(td, info);
	if (err > 0)
		teredo_nl_dev_changed(td, GFP_KERNEL);
	rtnl_unlock();
	return min(err, 0);
}

int teredo_nl_helper_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct teredo_dev *td;
	int err;

	rtnl_lock();
	td = teredo_nl_admin(skb, info, TEREDO_A_DEV_IFINDEX);
	err = IS_ERR(td) ? PTR_ERR(td) : teredo_nl_check_up(td, info);
	if (!err && teredo_set_helper(td, info->snd_portid))
		teredo_nl_dev_changed(td, GFP_KERNEL);
	rtnl_unlock();
	return err;
}

static int client_set(struct teredo_dev *td, struct genl_info *info)
{
	struct teredo_endpoint mapped;

	if (GENL_REQ_ATTR_CHECK(info, TEREDO_A_DEV_MAPPED_ADDR) ||
	    GENL_REQ_ATTR_CHECK(info, TEREDO_A_DEV_MAPPED_PORT) ||
	    GENL_REQ_ATTR_CHECK(info, TEREDO_A_DEV_LIFETIME)) {
		NL_SET_ERR_MSG(info->extack,
			       "A client needs mapped-addr, mapped-port and lifetime");
		return -EINVAL;
	}
	if (!td->clients) {
		NL_SET_ERR_MSG(info->extack,
			       "Only a server has clients that authenticate");
		return -EOPNOTSUPP;
	}
	mapped.addr = nla_get_in_addr(info->attrs[TEREDO_A_DEV_MAPPED_ADDR]);
	mapped.port = nla_get_be16(info->attrs[TEREDO_A_DEV_MAPPED_PORT]);
	return teredo_client_authenticated(td->clients, mapped,
					   nla_get_u32(info->attrs[TEREDO_A_DEV_LIFETIME]));
}

int teredo_nl_client_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct teredo_dev *td;
	int err;

	rtnl_lock();
	td = teredo_nl_admin(skb, info, TEREDO_A_DEV_IFINDEX);
	err = IS_ERR(td) ? PTR_ERR(td) : client_set(td, info);
	rtnl_unlock();
	return err;
}

/**
 * teredo_nl_register() - register the generic netlink family
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int teredo_nl_register(void)
{
	return genl_register_family(&teredo_nl_family);
}

/**
 * teredo_nl_unregister() - unregister the generic netlink family
 *
 * Context: process.
 */
void teredo_nl_unregister(void)
{
	genl_unregister_family(&teredo_nl_family);
}
