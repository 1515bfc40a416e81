/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Common declarations of the plug-in for ip(8). iproute2 installs no header for plug-ins,
 * so the declarations that are used are repeated here, unchanged since 4.20.
 */
#ifndef _LINK_TEREDO_H
#define _LINK_TEREDO_H

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "link_attrs.h"

struct link_util {
	struct link_util *next;
	const char *id;
	int maxattr;
	int (*parse_opt)(struct link_util *lu, int argc, char **argv,
			 struct nlmsghdr *n);
	void (*print_opt)(struct link_util *lu, FILE *f, struct rtattr *tb[]);
	void (*print_xstats)(struct link_util *lu, FILE *f,
			     struct rtattr *xstats);
	void (*print_help)(struct link_util *lu, int argc, char **argv,
			   FILE *f);
	int (*parse_ifla_xstats)(struct link_util *lu, int argc, char **argv);
	int (*print_ifla_xstats)(struct nlmsghdr *n, void *arg);
};

struct option {
	const char *name;
	int attr;
	enum link_attr_kind kind;
	const char *help;
};

extern const char * const teredo_modes[];
extern const size_t teredo_n_modes;
extern const struct option teredo_options[];
extern const size_t teredo_n_options;

void teredo_print_opt(struct link_util *lu, FILE *f, struct rtattr *tb[]);

#endif /* _LINK_TEREDO_H */
