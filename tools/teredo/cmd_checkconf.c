// SPDX-License-Identifier: GPL-2.0
/*
 * teredo checkconf: find errors in a configuration file. Sends no queries: a name
 * that cannot be resolved now is no error in the file.
 */
#include "cli.h"
#include "conf.h"

int cmd_checkconf(int argc, char **argv)
{
	char error[CONF_ERROR];
	struct conf conf;

	if (argc != 1)
		return cli_error("checkconf FILE");
	if (conf_load(&conf, argv[0], error))
		return cli_error("%s", error);
	secrets_free(&conf.secrets);
	if (conf.empty)
		return cli_error("%s: has no KEY = VALUE in any section (see teredo.conf(5))",
				 argv[0]);
	if (conf.link.mode == TEREDO_MODE_CLIENT && !conf.servers.n)
		return cli_error("%s: a client needs server = NAME in [client], or teredod --server NAME",
				 argv[0]);
	return CLI_OK;
}
