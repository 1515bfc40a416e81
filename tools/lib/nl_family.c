// SPDX-License-Identifier: GPL-2.0
/*
 * Resolve a family of generic netlink by name: its id and event group.
 */
#include "nl.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>

static void on_group(struct nl *nl, const struct nlattr *group)
{
	const struct nlattr *attr;
	char name[GENL_NAMSIZ] = "";
	u32 id = 0;

	mnl_attr_for_each_nested(attr, group) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME)
			nl_attr_text(name, sizeof(name), attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
			nl_attr_copy(&id, sizeof(id), attr);
	}
	if (!strcmp(name, "events"))
		nl->events = id;
}

static int on_family(const struct nlmsghdr *nlh, void *ctx)
{
	const struct nlattr *attr, *group;
	struct nl *nl = ctx;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			nl_attr_copy(&nl->family, sizeof(nl->family), attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GROUPS)
			mnl_attr_for_each_nested(group, attr)
				on_group(nl, group);
	}
	return 0;
}

/**
 * nl_resolve() - find a generic netlink family and its group "events"
 * @nl: socket
 * @name: the family
 *
 * Return: 0 or a negative errno, -ENOENT if the kernel does not have the family.
 */
int nl_resolve(struct nl *nl, const char *name)
{
	char buf[NL_BUF];
	struct nlmsghdr *nlh;
	int ret;

	nl->family = GENL_ID_CTRL;
	nlh = nl_begin_genl(nl, buf, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, name);
	ret = nl_talk(nl, nlh, on_family, nl);
	if (ret == -ENOENT)
		snprintf(nl->error, sizeof(nl->error),
			 "the kernel has no %s support (try: modprobe %s)",
			 name, name);
	return ret;
}
