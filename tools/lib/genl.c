// SPDX-License-Identifier: GPL-2.0
/* Build and parse messages of the generic netlink family "teredo". */
#include "genl.h"

#include <errno.h>
#include <stdio.h>

/**
 * dev_open() - open a socket to the family
 * @nl: result
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int dev_open(struct nl *nl)
{
	int ret = nl_open(nl, NETLINK_GENERIC);

	if (ret)
		return ret;
	ret = nl_resolve(nl, TEREDO_FAMILY_NAME);
	if (ret)
		nl_close(nl);
	return ret;
}

/**
 * dev_command() - read the command of a message of the family
 * @nlh: message
 *
 * Return: TEREDO_CMD_*, or 0 if the message is too short.
 */
u8 dev_command(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl))
		return 0;
	return genl->cmd;
}

static void parse_dev_attr(struct dev_info *dev, const struct nlattr *attr)
{
	const struct {
		void *to;
		size_t len;
	} fields[TEREDO_A_DEV_MAX + 1] = {
#define FIELD(attr, field) [attr] = { &dev->field, sizeof(dev->field) }
		FIELD(TEREDO_A_DEV_IFINDEX, ifindex),
		FIELD(TEREDO_A_DEV_MODE, mode),
		FIELD(TEREDO_A_DEV_STATE, state),
		FIELD(TEREDO_A_DEV_ADDRESS, address),
		FIELD(TEREDO_A_DEV_SERVER, server),
		FIELD(TEREDO_A_DEV_SERVER2, server2.addr),
		FIELD(TEREDO_A_DEV_SERVER2_PORT, server2.port),
		FIELD(TEREDO_A_DEV_MAPPED_ADDR, mapped.addr),
		FIELD(TEREDO_A_DEV_MAPPED_PORT, mapped.port),
		FIELD(TEREDO_A_DEV_LOCAL_ADDR, local.addr),
		FIELD(TEREDO_A_DEV_LOCAL_PORT, local.port),
		FIELD(TEREDO_A_DEV_LIFETIME, lifetime),
		FIELD(TEREDO_A_DEV_CONTACT, contact),
		FIELD(TEREDO_A_DEV_HELPER, helper),
		FIELD(TEREDO_A_DEV_PEERS, peers),
		FIELD(TEREDO_A_DEV_CLIENTS, clients),
		FIELD(TEREDO_A_DEV_NAT, nat),
		FIELD(TEREDO_A_DEV_PORT_PRESERVING, port_preserving),
		FIELD(TEREDO_A_DEV_UPNP, upnp),
		FIELD(TEREDO_A_DEV_UPNP_ADDR, upnp_mapped.addr),
		FIELD(TEREDO_A_DEV_UPNP_PORT, upnp_mapped.port),
#undef FIELD
	};
	u16 type = mnl_attr_get_type(attr);

	if (type == TEREDO_A_DEV_IFNAME)
		nl_attr_text(dev->name, sizeof(dev->name), attr);
	if (type > TEREDO_A_DEV_MAX || !fields[type].to)
		return;
	nl_attr_copy(fields[type].to, fields[type].len, attr);
	dev->present |= 1u << type;
}

/**
 * dev_parse() - read a message about a device
 * @dev: result, which points into @nlh
 * @nlh: reply to dev-get, or dev-ntf
 */
void dev_parse(struct dev_info *dev, const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;

	memset(dev, 0, sizeof(*dev));
	dev->nlh = nlh;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		parse_dev_attr(dev, attr);
	/* older modules do not send the name and the port */
	if (!dev->name[0] && !if_indextoname(dev->ifindex, dev->name))
		strcpy(dev->name, "?");
	if (dev->server2.addr && !dev->server2.port)
		dev->server2.port = cpu_to_be16(TEREDO_PORT);
}

static void parse_counter(const struct nlattr *nest, dev_counter_fn *fn,
			  void *ctx)
{
	const struct nlattr *attr;
	const char *name = NULL;
	uint64_t value = 0;

	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) == TEREDO_A_COUNTER_NAME &&
		    !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
			name = mnl_attr_get_str(attr);
		if (mnl_attr_get_type(attr) == TEREDO_A_COUNTER_VALUE)
			nl_attr_copy(&value, sizeof(value), attr);
	}
	if (name)
		fn(name, value, ctx);
}

/**
 * dev_counters() - call a function for each counter of a device
 * @dev: result of dev_parse()
 * @fn: function
 * @ctx: passed to @fn
 */
void dev_counters(const struct dev_info *dev, dev_counter_fn *fn, void *ctx)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, dev->nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == TEREDO_A_DEV_COUNTER)
			parse_counter(attr, fn, ctx);
}

struct dev_dump_ctx {
	dev_fn *fn;
	void *ctx;
};

static int on_dev(const struct nlmsghdr *nlh, void *ctx)
{
	struct dev_dump_ctx *dump = ctx;
	struct dev_info dev;

	dev_parse(&dev, nlh);
	dump->fn(&dev, dump->ctx);
	return 0;
}

/**
 * dev_dump() - call a function for each Teredo device
 * @nl: socket
 * @ifindex: only this device, or 0
 * @fn: function
 * @ctx: passed to @fn
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int dev_dump(struct nl *nl, u32 ifindex, dev_fn *fn, void *ctx)
{
	struct dev_dump_ctx dump = { fn, ctx };
	char buf[NL_BUF];
	struct nlmsghdr *nlh;

	nlh = nl_begin_genl(nl, buf, TEREDO_CMD_DEV_GET, NLM_F_DUMP);
	if (ifindex)
		mnl_attr_put_u32(nlh, TEREDO_A_DEV_IFINDEX, ifindex);
	return nl_dump(nl, nlh, on_dev, &dump);
}

static void keep_dev(const struct dev_info *dev, void *ctx)
{
	struct dev_info *copy = ctx;

	*copy = *dev;
	copy->nlh = NULL;
}

/**
 * dev_get() - read the attributes of a device
 * @nl: socket
 * @ifindex: interface index of the device
 * @dev: result, without counters
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int dev_get(struct nl *nl, u32 ifindex, struct dev_info *dev)
{
	int ret;

	memset(dev, 0, sizeof(*dev));
	ret = dev_dump(nl, ifindex, keep_dev, dev);
	if (!ret && !dev->ifindex) {
		snprintf(nl->error, sizeof(nl->error), "no such Teredo device");
		ret = -ENODEV;
	}
	return ret;
}

static void put_addr(struct nlmsghdr *nlh, u16 type, __be32 addr)
{
	if (addr)
		mnl_attr_put_u32(nlh, type, addr);
}

/* Omit the default port: a module that does not know the attribute would reject
 * the request.
 */
static void put_server2(struct nlmsghdr *nlh, struct teredo_endpoint server2)
{
	put_addr(nlh, TEREDO_A_DEV_SERVER2, server2.addr);
	if (server2.addr && server2.port != cpu_to_be16(TEREDO_PORT))
		mnl_attr_put_u16(nlh, TEREDO_A_DEV_SERVER2_PORT, server2.port);
}

/**
 * dev_set_up() - pass the result of qualification to the kernel
 * @nl: socket
 * @dev: ifindex, address, server, server2, mapped, lifetime, nat, upnp; local.addr
 *	to fix the source address; upnp_mapped if it differs from mapped
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int dev_set_up(struct nl *nl, const struct dev_info *dev)
{
	char buf[NL_BUF];
	struct nlmsghdr *nlh;

	nlh = nl_begin_genl(nl, buf, TEREDO_CMD_DEV_SET, NLM_F_ACK);
	mnl_attr_put_u32(nlh, TEREDO_A_DEV_IFINDEX, dev->ifindex);
	mnl_attr_put_u32(nlh, TEREDO_A_DEV_STATE, TEREDO_STATE_UP);
	mnl_attr_put(nlh, TEREDO_A_DEV_ADDRESS, sizeof(dev->address),
		     &dev->address);
	mnl_attr_put_u32(nlh, TEREDO_A_DEV_SERVER, dev->server);
	put_server2(nlh, dev->server2);
	mnl_attr_put_u32(nlh, TEREDO_A_DEV_MAPPED_ADDR, dev->mapped.addr);
	mnl_attr_put_u16(nlh, TEREDO_A_DEV_MAPPED_PORT, dev->mapped.port);
	put_addr(nlh, TEREDO_A_DEV_LOCAL_ADDR, dev->local.addr);
	mnl_attr_put_u32(nlh, TEREDO_A_DEV_LIFETIME, dev->lifetime);
	mnl_attr_put_u32(nlh, TEREDO_A_DEV_NAT, dev->nat);
	mnl_attr_put_u8(nlh, TEREDO_A_DEV_UPNP, dev->upnp);
	put_addr(nlh, TEREDO_A_DEV_UPNP_ADDR, dev->upnp_mapped.addr);
	if (dev->upnp_mapped.addr)
		mnl_attr_put_u16(nlh, TEREDO_A_DEV_UPNP_PORT,
				 dev->upnp_mapped.port);
	return nl_talk(nl, nlh, NULL, NULL);
}

/**
 * dev_set_state() - set a state in which the device has no address
 * @nl: socket
 * @ifindex: device
 * @state: down or probing
 * @server: server that is queried, 0 to leave it unchanged
 * @server2: its secondary address and port; address 0 to leave them unchanged
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int dev_set_state(struct nl *nl, u32 ifindex, enum teredo_state state,
		  __be32 server, struct teredo_endpoint server2)
{
	char buf[NL_BUF];
	struct nlmsghdr *nlh;

	nlh = nl_begin_genl(nl, buf, TEREDO_CMD_DEV_SET, NLM_F_ACK);
	mnl_attr_put_u32(nlh, TEREDO_A_DEV_IFINDEX, ifindex);
	mnl_attr_put_u32(nlh, TEREDO_A_DEV_STATE, state);
	put_addr(nlh, TEREDO_A_DEV_SERVER, server);
	put_server2(nlh, server2);
	return nl_talk(nl, nlh, NULL, NULL);
}

/**
 * dev_set_helper() - become the receiver of a device's control packets
 * @nl: socket that receives them
 * @ifindex: device
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int dev_set_helper(struct nl *nl, u32 ifindex)
{
	char buf[NL_BUF];
	struct nlmsghdr *nlh;

	nlh = nl_begin_genl(nl, buf, TEREDO_CMD_HELPER_SET, NLM_F_ACK);
	mnl_attr_put_u32(nlh, TEREDO_A_DEV_IFINDEX, ifindex);
	return nl_talk(nl, nlh, NULL, NULL);
}

/**
 * dev_client_set() - report that a client of a server has authenticated
 * @nl: socket
 * @ifindex: device of the server
 * @mapped: mapped endpoint of the client
 * @lifetime: seconds for which the gateway forwards its packets, 0 to stop that
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int dev_client_set(struct nl *nl, u32 ifindex, struct teredo_endpoint mapped,
		   u32 lifetime)
{
	char buf[NL_BUF];
	struct nlmsghdr *nlh;

	nlh = nl_begin_genl(nl, buf, TEREDO_CMD_CLIENT_SET, NLM_F_ACK);
	mnl_attr_put_u32(nlh, TEREDO_A_DEV_IFINDEX, ifindex);
	put_addr(nlh, TEREDO_A_DEV_MAPPED_ADDR, mapped.addr);
	mnl_attr_put_u16(nlh, TEREDO_A_DEV_MAPPED_PORT, mapped.port);
	mnl_attr_put_u32(nlh, TEREDO_A_DEV_LIFETIME, lifetime);
	return nl_talk(nl, nlh, NULL, NULL);
}

static void parse_peer_attr(struct peer_info *peer, const struct nlattr *attr)
{
	const struct {
		void *to;
		size_t len;
	} fields[TEREDO_A_PEER_MAX + 1] = {
#define FIELD(attr, field) [attr] = { &peer->field, sizeof(peer->field) }
		FIELD(TEREDO_A_PEER_ADDRESS, address),
		FIELD(TEREDO_A_PEER_REMOTE_ADDR, remote.addr),
		FIELD(TEREDO_A_PEER_REMOTE_PORT, remote.port),
		FIELD(TEREDO_A_PEER_STATE, state),
		FIELD(TEREDO_A_PEER_IDLE_RX, idle_rx),
		FIELD(TEREDO_A_PEER_IDLE_TX, idle_tx),
		FIELD(TEREDO_A_PEER_TRIES, tries),
		FIELD(TEREDO_A_PEER_QUEUED, queued),
		FIELD(TEREDO_A_PEER_NONCE_SENT, nonce_sent),
		FIELD(TEREDO_A_PEER_NONCE_RECEIVED, nonce_received),
		FIELD(TEREDO_A_PEER_LOCAL_PORT, local_port),
		FIELD(TEREDO_A_PEER_RANDOM_PORT, random_port),
		FIELD(TEREDO_A_PEER_PEER_RANDOM_PORT, peer_random_port),
		FIELD(TEREDO_A_PEER_LAN_ADDR, lan.addr),
		FIELD(TEREDO_A_PEER_LAN_PORT, lan.port),
		FIELD(TEREDO_A_PEER_SYMMETRIC, symmetric),
#undef FIELD
	};
	u16 type = mnl_attr_get_type(attr);

	if (type > TEREDO_A_PEER_MAX || !fields[type].to)
		return;
	nl_attr_copy(fields[type].to, fields[type].len, attr);
	peer->present |= 1u << type;
}

struct peer_dump_ctx {
	peer_fn *fn;
	void *ctx;
};

static int on_peer(const struct nlmsghdr *nlh, void *ctx)
{
	struct peer_info peer = { 0 };
	struct peer_dump_ctx *dump = ctx;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		parse_peer_attr(&peer, attr);
	dump->fn(&peer, dump->ctx);
	return 0;
}

/**
 * peer_dump() - call a function for each peer of a device
 * @nl: socket
 * @ifindex: device
 * @fn: function
 * @ctx: passed to @fn
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int peer_dump(struct nl *nl, u32 ifindex, peer_fn *fn, void *ctx)
{
	struct peer_dump_ctx dump = { fn, ctx };
	char buf[NL_BUF];
	struct nlmsghdr *nlh;

	nlh = nl_begin_genl(nl, buf, TEREDO_CMD_PEER_GET, NLM_F_DUMP);
	mnl_attr_put_u32(nlh, TEREDO_A_PEER_IFINDEX, ifindex);
	return nl_talk(nl, nlh, on_peer, &dump);
}

/**
 * peer_add() - open the path to a peer
 * @nl: socket
 * @ifindex: device
 * @address: IPv6 address of the peer
 * @remote: endpoint of the peer; address 0 if the kernel must find it
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int peer_add(struct nl *nl, u32 ifindex, const struct in6_addr *address,
	     struct teredo_endpoint remote)
{
	char buf[NL_BUF];
	struct nlmsghdr *nlh;

	nlh = nl_begin_genl(nl, buf, TEREDO_CMD_PEER_ADD, NLM_F_ACK);
	mnl_attr_put_u32(nlh, TEREDO_A_PEER_IFINDEX, ifindex);
	mnl_attr_put(nlh, TEREDO_A_PEER_ADDRESS, sizeof(*address), address);
	if (remote.addr) {
		mnl_attr_put_u32(nlh, TEREDO_A_PEER_REMOTE_ADDR, remote.addr);
		mnl_attr_put_u16(nlh, TEREDO_A_PEER_REMOTE_PORT, remote.port);
	}
	return nl_talk(nl, nlh, NULL, NULL);
}

/**
 * peer_del() - delete a peer entry
 * @nl: socket
 * @ifindex: device
 * @address: IPv6 address of the peer, or NULL for all peers
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int peer_del(struct nl *nl, u32 ifindex, const struct in6_addr *address)
{
	char buf[NL_BUF];
	struct nlmsghdr *nlh;

	nlh = nl_begin_genl(nl, buf, TEREDO_CMD_PEER_DEL, NLM_F_ACK);
	mnl_attr_put_u32(nlh, TEREDO_A_PEER_IFINDEX, ifindex);
	if (address)
		mnl_attr_put(nlh, TEREDO_A_PEER_ADDRESS, sizeof(*address),
			     address);
	return nl_talk(nl, nlh, NULL, NULL);
}

/**
 * dev_packet_send() - send a control packet
 * @nl: socket, which becomes the receiver of the device's control packets
 * @pkt: the packet
 *
 * nl_drain() returns the kernel's error, if any: received packets would interfere
 * with waiting for it here, as they arrive on the same socket.
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int dev_packet_send(struct nl *nl, const struct dev_packet *pkt)
{
	char buf[NL_BUF];
	struct nlmsghdr *nlh;

	nlh = nl_begin_genl(nl, buf, TEREDO_CMD_PACKET_SEND, NLM_F_ACK);
	mnl_attr_put_u32(nlh, TEREDO_A_PACKET_IFINDEX, pkt->ifindex);
	mnl_attr_put_u32(nlh, TEREDO_A_PACKET_REMOTE_ADDR, pkt->remote.addr);
	mnl_attr_put_u16(nlh, TEREDO_A_PACKET_REMOTE_PORT, pkt->remote.port);
	put_addr(nlh, TEREDO_A_PACKET_LOCAL_ADDR, pkt->local.addr);
	if (pkt->local.port)
		mnl_attr_put_u16(nlh, TEREDO_A_PACKET_LOCAL_PORT,
				 pkt->local.port);
	mnl_attr_put(nlh, TEREDO_A_PACKET_PAYLOAD, pkt->len, pkt->data);
	return nl_send(nl, nlh);
}

/**
 * dev_packet_parse() - read a packet-ntf
 * @pkt: result, which points into @nlh
 * @nlh: the message
 *
 * Return: true if the message holds a packet.
 */
bool dev_packet_parse(struct dev_packet *pkt, const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;

	memset(pkt, 0, sizeof(*pkt));
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case TEREDO_A_PACKET_IFINDEX:
			nl_attr_copy(&pkt->ifindex, 4, attr);
			break;
		case TEREDO_A_PACKET_REMOTE_ADDR:
			nl_attr_copy(&pkt->remote.addr, 4, attr);
			break;
		case TEREDO_A_PACKET_REMOTE_PORT:
			nl_attr_copy(&pkt->remote.port, 2, attr);
			break;
		case TEREDO_A_PACKET_LOCAL_ADDR:
			nl_attr_copy(&pkt->local.addr, 4, attr);
			break;
		case TEREDO_A_PACKET_LOCAL_PORT:
			nl_attr_copy(&pkt->local.port, 2, attr);
			break;
		case TEREDO_A_PACKET_PAYLOAD:
			pkt->data = mnl_attr_get_payload(attr);
			pkt->len = mnl_attr_get_payload_len(attr);
			break;
		}
	}
	return pkt->data;
}
