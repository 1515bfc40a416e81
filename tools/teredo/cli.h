/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Options, errors and arguments that all commands of teredo(8) share.
 */
#ifndef _CLI_H
#define _CLI_H

#include "genl.h"

enum cli_exit {
	CLI_OK = 0,
	CLI_ERROR = 1,		/* wrong usage, or another error */
	CLI_REFUSED = 2,	/* the kernel rejected a request */
	CLI_UNQUALIFIED = 3,	/* no address, or no daemon */
};

/**
 * struct cli - options of all commands
 * @json: print JSON
 * @pretty: indent the JSON
 * @color: print colours
 */
struct cli {
	bool json;
	bool pretty;
	bool color;
};

extern struct cli cli;

/* Called with the arguments after the name of the command. Return: enum cli_exit */
typedef int cli_command(int argc, char **argv);

cli_command cmd_show, cmd_set, cmd_peer, cmd_stats, cmd_monitor, cmd_qualify,
	    cmd_wait, cmd_decode, cmd_checkconf, cmd_up, cmd_down,
	    cmd_import, cmd_probe;

int cli_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int cli_refused(const struct nl *nl);
int cli_open(struct nl *nl);
bool cli_device(const char *name, u32 *ifindex);
bool cli_native_host(const char *text, struct in6_addr *addr);
bool cli_number(const char *text, unsigned long max, unsigned long *number);

#endif /* _CLI_H */
