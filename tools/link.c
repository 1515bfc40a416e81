// SPDX-License-Identifier: GPL-2.0
/*
 * Links by rtnetlink.
 */
#include "link.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/if_teredo.h>
#include <linux/rtnetlink.h>
#include <linux/teredo.h>
#include <stdio.h>

static void parse_kind(struct link_info *link, const struct nlattr *info)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, info)
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			snprintf(link->kind, sizeof(link->kind), "%s",
				 mnl_attr_get_str(attr));
}

static void parse_stats(struct link_info *link, const struct nlattr *attr)
{
	struct rtnl_link_stats64 stats = { 0 };
	size_t len = mnl_attr_get_payload_len(attr);

	/* its size grows with the kernel */
	memcpy(&stats, mnl_attr_get_payload(attr),
	       len < sizeof(stats) ? len : sizeof(stats));
	link->rx_bytes = stats.rx_bytes;
	link->tx_bytes = stats.tx_bytes;
	link->rx_dropped = stats.rx_dropped;
	link->tx_dropped = stats.tx_dropped;
}

/**
 * link_parse - read a message about a link
 * @link: result
 * @nlh: RTM_NEWLINK or RTM_DELLINK
 *
 * Return: true if it is one.
 */
bool link_parse(struct link_info *link, const struct nlmsghdr *nlh)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	memset(link, 0, sizeof(*link));
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifi))
		return false;
	link->ifindex = ifi->ifi_index;
	link->flags = ifi->ifi_flags;
	mnl_attr_for_each(attr, nlh, sizeof(*ifi)) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_IFNAME:
			snprintf(link->name, sizeof(link->name), "%s",
				 mnl_attr_get_str(attr));
			break;
		case IFLA_MTU:
			link->mtu = mnl_attr_get_u32(attr);
			break;
		case IFLA_LINKINFO:
			parse_kind(link, attr);
			break;
		case IFLA_STATS64:
			parse_stats(link, attr);
			break;
		}
	}
	return true;
}

static int on_link(const struct nlmsghdr *nlh, void *ctx)
{
	link_parse(ctx, nlh);
	return 0;
}

/**
 * link_find - look a link up
 * @nl: rtnetlink socket
 * @name: its name
 * @link: result
 *
 * Return: 0 or a negative errno, -ENODEV if there is none.
 */
int link_find(struct nl *nl, const char *name, struct link_info *link)
{
	char buf[NL_BUF];
	struct nlmsghdr *nlh;
	void *header;
	int ret;

	nlh = nl_begin(nl, buf, RTM_GETLINK, NLM_F_ACK,
		       sizeof(struct ifinfomsg), &header);
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	ret = nl_talk(nl, nlh, on_link, link);
	if (ret == -ENODEV)
		snprintf(nl->error, sizeof(nl->error),
			 "there is no device %s", name);
	return ret;
}

static void put_teredo(struct nlmsghdr *nlh, const struct link_conf *conf)
{
	mnl_attr_put_u8(nlh, IFLA_TEREDO_MODE, TEREDO_MODE_CLIENT);
	if (conf->port)
		mnl_attr_put_u16(nlh, IFLA_TEREDO_PORT,
				 cpu_to_be16(conf->port));
	if (conf->local)
		mnl_attr_put_u32(nlh, IFLA_TEREDO_LOCAL, conf->local);
	if (conf->link[0])
		mnl_attr_put_u32(nlh, IFLA_TEREDO_LINK,
				 if_nametoindex(conf->link));
	if (conf->server)
		mnl_attr_put_u32(nlh, IFLA_TEREDO_SERVER, conf->server);
	if (conf->server2)
		mnl_attr_put_u32(nlh, IFLA_TEREDO_SERVER2, conf->server2);
	if (conf->ttl)
		mnl_attr_put_u8(nlh, IFLA_TEREDO_TTL, conf->ttl);
	if (conf->tos)
		mnl_attr_put_u8(nlh, IFLA_TEREDO_TOS, conf->tos);
	if (conf->fwmark)
		mnl_attr_put_u32(nlh, IFLA_TEREDO_FWMARK, conf->fwmark);
	if (conf->no_udp_checksum)
		mnl_attr_put_u8(nlh, IFLA_TEREDO_UDP_CSUM, 0);
	if (conf->max_peers)
		mnl_attr_put_u32(nlh, IFLA_TEREDO_MAX_PEERS, conf->max_peers);
	if (conf->prefix)
		mnl_attr_put_u32(nlh, IFLA_TEREDO_PREFIX, conf->prefix);
}

/**
 * link_create - create a client device
 * @nl: rtnetlink socket
 * @name: its name
 * @conf: how it shall be
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int link_create(struct nl *nl, const char *name, const struct link_conf *conf)
{
	char buf[NL_BUF];
	struct nlattr *info, *data;
	struct nlmsghdr *nlh;
	void *header;
	int ret;

	if (conf->link[0] && !if_nametoindex(conf->link)) {
		snprintf(nl->error, sizeof(nl->error),
			 "there is no device %s to send by", conf->link);
		return -ENODEV;
	}
	nlh = nl_begin(nl, buf, RTM_NEWLINK,
		       NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
		       sizeof(struct ifinfomsg), &header);
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, TEREDO_LINK_KIND);
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	put_teredo(nlh, conf);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	ret = nl_talk(nl, nlh, NULL, NULL);
	if (ret == -EOPNOTSUPP)
		snprintf(nl->error, sizeof(nl->error),
			 "the kernel has no link type %s (try: modprobe %s)",
			 TEREDO_LINK_KIND, TEREDO_LINK_KIND);
	return ret;
}

/**
 * link_set_up - set a link up
 * @nl: rtnetlink socket
 * @ifindex: the link
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int link_set_up(struct nl *nl, u32 ifindex)
{
	char buf[NL_BUF];
	struct ifinfomsg *ifi;
	struct nlmsghdr *nlh;
	void *header;

	nlh = nl_begin(nl, buf, RTM_NEWLINK, NLM_F_ACK, sizeof(*ifi), &header);
	ifi = header;
	ifi->ifi_index = ifindex;
	ifi->ifi_change = IFF_UP;
	ifi->ifi_flags = IFF_UP;
	return nl_talk(nl, nlh, NULL, NULL);
}
