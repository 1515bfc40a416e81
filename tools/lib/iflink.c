// SPDX-License-Identifier: GPL-2.0
/* Requests about links and Teredo devices over rtnetlink. */
#include "iflink.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>

#include "link_attrs.h"

/* Attributes that are the plain value of a field; @size is 0 for the others. */
static const struct {
	u16 type;
	u16 offset;
	u16 size;
} fields[] = {
#define SIZE(kind, field)						\
	((kind) == LINK_ATTR_DEV || (kind) == LINK_ATTR_SERVED ? 0 :	\
	 sizeof(((struct link_conf *)0)->field))
#define ATTR(attr, ip, kind, field, name, set, values)			\
	{ IFLA_TEREDO_##attr, offsetof(struct link_conf, field),	\
	  SIZE(LINK_ATTR_##kind, field) },
	LINK_ATTRS(ATTR)
	{ IFLA_TEREDO_ANY_PORT, offsetof(struct link_conf, any_port), 1 },
#undef SIZE
#undef ATTR
};

static void parse_link(struct link_conf *conf, const struct nlattr *attr)
{
	nl_attr_copy(&conf->lower, sizeof(conf->lower), attr);
	if_indextoname(conf->lower, conf->link);
}

static void parse_served(struct link_conf *conf, const struct nlattr *attr)
{
	size_t n = mnl_attr_get_payload_len(attr) / sizeof(conf->served[0]);

	conf->n_served = n < TEREDO_MAX_SERVED ? n : TEREDO_MAX_SERVED;
	memcpy(conf->served, mnl_attr_get_payload(attr),
	       conf->n_served * sizeof(conf->served[0]));
}

static void parse_field(struct link_conf *conf, const struct nlattr *attr)
{
	u16 type = mnl_attr_get_type(attr);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		if (fields[i].type != type || !fields[i].size ||
		    mnl_attr_get_payload_len(attr) != fields[i].size)
			continue;
		memcpy((u8 *)conf + fields[i].offset,
		       mnl_attr_get_payload(attr), fields[i].size);
		link_conf_set(conf, type);
	}
	if (type == IFLA_TEREDO_LINK)
		parse_link(conf, attr);
	else if (type == IFLA_TEREDO_SERVED)
		parse_served(conf, attr);
}

/* The kind of the master says what its attributes mean. */
static void parse_vrf(struct link_info *link, const struct nlattr *info)
{
	const struct nlattr *attr, *data = NULL;
	char kind[sizeof(link->kind)] = "";

	mnl_attr_for_each_nested(attr, info) {
		if (mnl_attr_get_type(attr) == IFLA_INFO_SLAVE_KIND)
			nl_attr_text(kind, sizeof(kind), attr);
		else if (mnl_attr_get_type(attr) == IFLA_INFO_SLAVE_DATA)
			data = attr;
	}
	if (!data || strcmp(kind, "vrf"))
		return;
	mnl_attr_for_each_nested(attr, data)
		if (mnl_attr_get_type(attr) == IFLA_VRF_PORT_TABLE)
			nl_attr_copy(&link->table, sizeof(link->table), attr);
}

static void parse_info(struct link_info *link, const struct nlattr *info)
{
	const struct nlattr *data = NULL;
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, info) {
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			nl_attr_text(link->kind, sizeof(link->kind), attr);
		else if (mnl_attr_get_type(attr) == IFLA_INFO_DATA)
			data = attr;
	}
	parse_vrf(link, info);
	if (!data || strcmp(link->kind, TEREDO_LINK_KIND))
		return;
	mnl_attr_for_each_nested(attr, data)
		parse_field(&link->conf, attr);
		/* older modules do not send these attributes */
	if (!link->conf.port2)
		link->conf.port2 = cpu_to_be16(TEREDO_PORT);
	if (!link->conf.server2_port)
		link->conf.server2_port = cpu_to_be16(TEREDO_PORT);
}

static void parse_stats(struct link_info *link, const struct nlattr *attr)
{
	struct rtnl_link_stats64 stats = { 0 };
	size_t len = mnl_attr_get_payload_len(attr);

	/* newer kernels append fields */
	memcpy(&stats, mnl_attr_get_payload(attr),
	       len < sizeof(stats) ? len : sizeof(stats));
	link->rx_bytes = stats.rx_bytes;
	link->tx_bytes = stats.tx_bytes;
	link->rx_dropped = stats.rx_dropped;
	link->tx_dropped = stats.tx_dropped;
}

/**
 * link_parse() - read a message about a link
 * @link: result
 * @nlh: RTM_NEWLINK or RTM_DELLINK
 *
 * Return: false if the message is too short.
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
			nl_attr_text(link->name, sizeof(link->name), attr);
			break;
		case IFLA_CARRIER:
			nl_attr_copy(&link->carrier, sizeof(link->carrier),
				     attr);
			break;
		case IFLA_LINK_NETNSID:
			link->foreign = true;
			break;
		case IFLA_MTU:
			nl_attr_copy(&link->mtu, sizeof(link->mtu), attr);
			break;
		case IFLA_LINKINFO:
			parse_info(link, attr);
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
 * link_find() - read a link by its name
 * @nl: rtnetlink socket
 * @name: its name
 * @link: result
 *
 * Return: 0 or a negative errno, -ENODEV if there is no such link.
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

/**
 * link_get() - read a link by its index
 * @nl: rtnetlink socket
 * @ifindex: its index
 * @link: result
 *
 * Return: 0 or a negative errno, -ENODEV if there is no such link.
 */
int link_get(struct nl *nl, u32 ifindex, struct link_info *link)
{
	char buf[NL_BUF];
	struct ifinfomsg *ifi;
	struct nlmsghdr *nlh;
	void *header;

	nlh = nl_begin(nl, buf, RTM_GETLINK, NLM_F_ACK, sizeof(*ifi), &header);
	ifi = header;
	ifi->ifi_index = ifindex;
	return nl_talk(nl, nlh, on_link, link);
}

/* TEREDO_LINK_NONE makes the device wait for an interface that does not exist yet. */
static u32 lower_index(const char *name)
{
	u32 ifindex = if_nametoindex(name);

	return ifindex || !name[0] ? ifindex : TEREDO_LINK_NONE;
}

/* Port of a secondary address. Omit the default: a module that does not know the
 * attribute would reject the request.
 */
static void put_port(struct nlmsghdr *nlh, u16 type, __be16 port)
{
	if (port && port != cpu_to_be16(TEREDO_PORT))
		mnl_attr_put_u16(nlh, type, port);
}

static void put_fields(struct nlmsghdr *nlh, const struct link_conf *conf)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (fields[i].size && link_conf_has(conf, fields[i].type))
			mnl_attr_put(nlh, fields[i].type, fields[i].size,
				     (const u8 *)conf + fields[i].offset);
	if (link_conf_has(conf, IFLA_TEREDO_LOCAL2))
		put_port(nlh, IFLA_TEREDO_PORT2, conf->port2);
	if (link_conf_has(conf, IFLA_TEREDO_SERVER2))
		put_port(nlh, IFLA_TEREDO_SERVER2_PORT, conf->server2_port);
	if (link_conf_has(conf, IFLA_TEREDO_LINK))
		mnl_attr_put_u32(nlh, IFLA_TEREDO_LINK,
				 lower_index(conf->link));
	if (link_conf_has(conf, IFLA_TEREDO_SERVED))
		mnl_attr_put(nlh, IFLA_TEREDO_SERVED,
			     conf->n_served * sizeof(conf->served[0]),
			     conf->served);
}

static void put_info(struct nlmsghdr *nlh, const struct link_conf *conf)
{
	struct nlattr *info, *data;

	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, TEREDO_LINK_KIND);
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	put_fields(nlh, conf);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
}

/**
 * link_create() - create a Teredo device
 * @nl: rtnetlink socket
 * @name: its name
 * @conf: its attributes
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int link_create(struct nl *nl, const char *name, const struct link_conf *conf)
{
	char buf[NL_BUF];
	struct nlmsghdr *nlh;
	void *header;
	int ret;

	nlh = nl_begin(nl, buf, RTM_NEWLINK,
		       NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
		       sizeof(struct ifinfomsg), &header);
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	put_info(nlh, conf);
	ret = nl_talk(nl, nlh, NULL, NULL);
	if (ret == -EOPNOTSUPP)
		snprintf(nl->error, sizeof(nl->error),
			 "the kernel has no link type %s (try: modprobe %s)",
			 TEREDO_LINK_KIND, TEREDO_LINK_KIND);
	return ret;
}

/* Send a request about an existing link; @conf may be NULL. */
static int talk(struct nl *nl, u16 type, const struct ifinfomsg *ifi,
		const struct link_conf *conf)
{
	char buf[NL_BUF];
	struct nlmsghdr *nlh;
	void *header;

	nlh = nl_begin(nl, buf, type, NLM_F_ACK, sizeof(*ifi), &header);
	memcpy(header, ifi, sizeof(*ifi));
	if (conf)
		put_info(nlh, conf);
	return nl_talk(nl, nlh, NULL, NULL);
}

/**
 * link_change() - change attributes of a Teredo device
 * @nl: rtnetlink socket
 * @ifindex: the device
 * @conf: attributes to change
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int link_change(struct nl *nl, u32 ifindex, const struct link_conf *conf)
{
	struct ifinfomsg ifi = { .ifi_index = ifindex };

	return talk(nl, RTM_NEWLINK, &ifi, conf);
}

/**
 * link_delete() - delete a link
 * @nl: rtnetlink socket
 * @ifindex: the link
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int link_delete(struct nl *nl, u32 ifindex)
{
	struct ifinfomsg ifi = { .ifi_index = ifindex };

	return talk(nl, RTM_DELLINK, &ifi, NULL);
}

/**
 * link_set_up() - set a link up or down
 * @nl: rtnetlink socket
 * @ifindex: the link
 * @up: true for up
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int link_set_up(struct nl *nl, u32 ifindex, bool up)
{
	struct ifinfomsg ifi = {
		.ifi_index = ifindex,
		.ifi_change = IFF_UP,
		.ifi_flags = up ? IFF_UP : 0,
	};

	return talk(nl, RTM_NEWLINK, &ifi, NULL);
}
