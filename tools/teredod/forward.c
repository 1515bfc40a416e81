// SPDX-License-Identifier: GPL-2.0
/*
 * IPv6 forwarding of the host.
 *
 * Linux forwards between all interfaces or none (net.ipv6.conf.all.forwarding). If the
 * host forwards and accept_ra is 1, the kernel ignores router advertisements and
 * removes default routes learned from them. So accept_ra is set to 2 first.
 *
 * Read over netlink, as a service manager can hide /proc/sys. Only /proc/sys can be
 * written.
 */
#include "forward.h"

#include <errno.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <unistd.h>

#include "log.h"
#include "status.h"

#define SYSCTL	"/proc/sys/net/ipv6/conf/"

static int on_netconf(const struct nlmsghdr *nlh, void *ctx)
{
	const struct nlattr *attr;
	u32 value = 0;

	mnl_attr_for_each(attr, nlh, NLMSG_ALIGN(sizeof(struct netconfmsg)))
		if (mnl_attr_get_type(attr) == NETCONFA_FORWARDING)
			nl_attr_copy(&value, sizeof(value), attr);
	*(bool *)ctx = value;
	return 0;
}

/**
 * forward_get() - check whether the host forwards IPv6
 * @nl: rtnetlink socket
 * @on: result
 *
 * Return: 0 or a negative errno with nl->error set.
 */
int forward_get(struct nl *nl, bool *on)
{
	char buf[NL_BUF];
	struct netconfmsg *ncm;
	struct nlmsghdr *nlh;
	void *header;

	*on = false;
	nlh = nl_begin(nl, buf, RTM_GETNETCONF, NLM_F_ACK, sizeof(*ncm),
		       &header);
	ncm = header;
	ncm->ncm_family = AF_INET6;
	mnl_attr_put_u32(nlh, NETCONFA_IFINDEX, NETCONFA_IFINDEX_ALL);
	return nl_talk(nl, nlh, on_netconf, on);
}

static FILE *open_sysctl(const char *link, const char *name, const char *mode)
{
	char path[128];

	snprintf(path, sizeof(path), SYSCTL "%s/%s", link, name);
	return fopen(path, mode);
}

/* Return: the value, -1 if it cannot be read */
static int get_sysctl(const char *link, const char *name)
{
	FILE *file = open_sysctl(link, name, "re");
	int value = -1;

	if (!file)
		return -1;
	if (fscanf(file, "%d", &value) != 1)
		value = -1;
	fclose(file);
	return value;
}

static int set_sysctl(struct forward *f, const char *link, const char *name,
		      int value)
{
	FILE *file = open_sysctl(link, name, "we");
	int err = 0;

	if (!file || fprintf(file, "%d\n", value) < 0 || fflush(file))
		err = errno;
	if (file)
		fclose(file);
	if (err)
		snprintf(f->error, sizeof(f->error), "net.ipv6.conf.%s.%s: %s",
			 link, name, strerror(err));
	return -err;
}

/**
 * forward_loses_route() - check whether forwarding would remove a default route
 * @link: interface with a default route that a router has advertised
 *
 * Return: true if accept_ra of the interface is 1.
 */
bool forward_loses_route(const char *link)
{
	return get_sysctl(link, "accept_ra") == 1;
}

/* Record the changes before the first of them is made. */
static int save(struct forward *f)
{
	FILE *file = run_file_create(f->file);
	unsigned int i;

	if (!file) {
		snprintf(f->error, sizeof(f->error), "%s: %s", f->file,
			 strerror(errno));
		return -errno;
	}
	fprintf(file, "%llu\n", status_netns());
	for (i = 0; i < f->n; i++)
		fprintf(file, "%s\n", f->accept_ra[i]);
	fclose(file);
	return 0;
}

static void read_links(struct forward *f, FILE *file)
{
	char line[IF_NAMESIZE + 1];

	while (f->n < FORWARD_LINKS && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (*line && !strchr(line, '/') && strcmp(line, "..") &&
		    strlen(line) < IF_NAMESIZE)
			strcpy(f->accept_ra[f->n++], line);
	}
}

/**
 * forward_load() - read what an earlier daemon has changed
 * @f: result
 * @name: name of the Teredo device
 */
void forward_load(struct forward *f, const char *name)
{
	unsigned long long netns = 0;
	FILE *file;

	memset(f, 0, sizeof(*f));
	file = run_file_name(f->file, name, "forwarding") ?
		fopen(f->file, "re") : NULL;
	if (!file)
		return;
	if (fscanf(file, "%llu\n", &netns) == 1 && netns == status_netns()) {
		f->switched = true;
		read_links(f, file);
	}
	fclose(file);
}

static void note_links(struct forward *f, const u32 *by_ra, unsigned int n)
{
	char name[IF_NAMESIZE];
	unsigned int i;

	for (i = 0; i < n && f->n < FORWARD_LINKS; i++)
		if (if_indextoname(by_ra[i], name) && forward_loses_route(name))
			strcpy(f->accept_ra[f->n++], name);
}

static int switch_on(struct forward *f)
{
	unsigned int i;
	int ret;

	for (i = 0; i < f->n; i++) {
		ret = set_sysctl(f, f->accept_ra[i], "accept_ra", 2);
		if (ret)
			return ret;
		log_info("%s: accept_ra is 2, as forwarding would remove the default route",
			 f->accept_ra[i]);
	}
	return set_sysctl(f, "all", "forwarding", 1);
}

/* Does not overwrite f->error. */
static void switch_off(struct forward *f)
{
	struct forward ignored;
	unsigned int i;

	for (i = 0; i < f->n; i++)
		if (get_sysctl(f->accept_ra[i], "accept_ra") == 2)
			set_sysctl(&ignored, f->accept_ra[i], "accept_ra", 1);
	f->switched = false;
	f->n = 0;
	unlink(f->file);
}

/**
 * forward_on() - enable forwarding, and record the changes
 * @f: result, the changes to restore later
 * @by_ra: interfaces with default routes from router advertisements
 * @n: number of entries in @by_ra
 *
 * Return: 0 or a negative errno with f->error set.
 */
int forward_on(struct forward *f, const u32 *by_ra, unsigned int n)
{
	int ret;

	note_links(f, by_ra, n);
	ret = save(f);
	if (!ret)
		ret = switch_on(f);
	if (!ret)
		f->switched = true;
	else if (!f->switched)
		switch_off(f);
	return ret;
}

/**
 * forward_restore() - disable forwarding if this gateway has enabled it
 * @f: changes to restore
 *
 * An accept_ra that another program has changed since is kept.
 *
 * Return: 0 or a negative errno with f->error set.
 */
int forward_restore(struct forward *f)
{
	int ret;

	if (!f->switched)
		return 0;
	ret = set_sysctl(f, "all", "forwarding", 0);
	switch_off(f);
	return ret;
}
