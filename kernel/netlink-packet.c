// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink: control packets that the control daemon sends, such as router
 * solicitations (RFC 4380 5.2.1).
 */
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/netlink.h>

#include "device.h"
#include "encap.h"
#include "mapping.h"
#include "netlink-gen.h"
#include "netlink-notify.h"
#include "netlink.h"
#include "nonce.h"
#include "stats.h"

/* Read the local endpoint to send from: that of one of the sockets of the device. Port
 * 0 in @from stands for the service port.
 */
static int get_local(const struct teredo_dev *td, struct genl_info *info,
		     struct teredo_endpoint *from)
{
	struct nlattr *addr = info->attrs[TEREDO_A_PACKET_LOCAL_ADDR];
	struct nlattr *port = info->attrs[TEREDO_A_PACKET_LOCAL_PORT];
	const struct teredo_config *cfg = &td->cfg;

	if (addr)
		from->addr = nla_get_in_addr(addr);
	if (port)
		from->port = nla_get_be16(port);
	if (cfg->local2 && from->addr == cfg->local2 &&
	    (from->port ?: cfg->port) == cfg->port2)
		return 0;
	if (from->addr && cfg->local && from->addr != cfg->local) {
		NL_SET_ERR_MSG_ATTR(info->extack, addr,
				    "The socket is bound to another address");
		return -EADDRNOTAVAIL;
	}
	if (port && from->port != cfg->port) {
		NL_SET_ERR_MSG_ATTR(info->extack, port,
				    "The socket is bound to another port");
		return -EADDRNOTAVAIL;
	}
	return 0;
}

static int get_packet(const struct teredo_dev *td, struct genl_info *info,
		      struct teredo_endpoint *to, struct teredo_endpoint *from)
{
	struct nlattr **attrs = info->attrs;

	if (GENL_REQ_ATTR_CHECK(info, TEREDO_A_PACKET_REMOTE_ADDR) ||
	    GENL_REQ_ATTR_CHECK(info, TEREDO_A_PACKET_REMOTE_PORT) ||
	    GENL_REQ_ATTR_CHECK(info, TEREDO_A_PACKET_PAYLOAD)) {
		NL_SET_ERR_MSG(info->extack,
			       "A packet needs remote-addr, remote-port and payload");
		return -EINVAL;
	}
	to->addr = nla_get_in_addr(attrs[TEREDO_A_PACKET_REMOTE_ADDR]);
	to->port = nla_get_be16(attrs[TEREDO_A_PACKET_REMOTE_PORT]);
	if (!teredo_ipv4_is_global(to->addr) || !to->port) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    attrs[TEREDO_A_PACKET_REMOTE_ADDR],
				    "Not a global unicast IPv4 address and a port");
		return -EADDRNOTAVAIL;
	}
	return get_local(td, info, from);
}

static int send_packet(struct teredo_dev *td, struct genl_info *info)
{
	struct nlattr *payload = info->attrs[TEREDO_A_PACKET_PAYLOAD];
	struct teredo_endpoint to, from = {};
	int err;

	err = get_packet(td, info, &to, &from);
	if (err)
		return err;
	err = teredo_nl_check_up(td, info);
	if (err)
		return err;
	if (teredo_set_helper(td, info->snd_portid))
		teredo_nl_dev_changed(td, GFP_KERNEL);

	/* Note the nonce before the answer can arrive. */
	if (td->cfg.mode == TEREDO_MODE_CLIENT)
		teredo_nonce_note(&td->nonces, nla_data(payload),
				  nla_len(payload));
	local_bh_disable();
	rcu_read_lock();
	err = teredo_send(td, to, from, nla_data(payload), nla_len(payload));
	rcu_read_unlock();
	local_bh_enable();
	if (!err)
		teredo_count(td, TEREDO_TX_CONTROL);
	else if (err == -EHOSTUNREACH)
		NL_SET_ERR_MSG(info->extack,
			       "No IPv4 route from local address to remote address");
	return err;
}

int teredo_nl_packet_send_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct teredo_dev *td;
	int err;

	rtnl_lock();
	td = teredo_nl_admin(skb, info, TEREDO_A_PACKET_IFINDEX);
	err = IS_ERR(td) ? PTR_ERR(td) : send_packet(td, info);
	rtnl_unlock();
	return err;
}
