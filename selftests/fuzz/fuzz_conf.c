// SPDX-License-Identifier: GPL-2.0
/*
 * Parser of configuration files. Octets behind a NUL are the file of secrets that the
 * configuration can name.
 */
#include "fuzz.h"

#include <linux/teredo.h>

#include "conf.h"
#include "files.h"

static void check_served(const struct link_conf *link)
{
	unsigned int i, bit;

	FUZZ_CHECK(link->n_served <= TEREDO_MAX_SERVED);
	for (i = 0; i < link->n_served; i++) {
		FUZZ_CHECK(link->served[i].len <= 128);
		for (bit = link->served[i].len; bit < 128; bit++)
			FUZZ_CHECK(!(link->served[i].addr.s6_addr[bit / 8] &
				     0x80 >> bit % 8));
	}
}

static void check_link(const struct link_conf *link)
{
	FUZZ_CHECK(link->mode <= TEREDO_MODE_HOSTRELAY);
	FUZZ_CHECK(link->udp_csum <= 1 && link->auth <= 1);
	FUZZ_CHECK(link->symmetric <= 1 && link->direct <= 1);
	FUZZ_CHECK(!link_conf_has(link, IFLA_TEREDO_MAX_PEERS) ||
		   link->max_peers);
	FUZZ_CHECK(memchr(link->link, '\0', sizeof(link->link)));
	if (link->mode == TEREDO_MODE_SERVER) {
		FUZZ_CHECK(teredo_ipv4_is_global(link->local));
		FUZZ_CHECK(link->local2 != link->local ||
			   (link->port2 && link->port2 != htons(TEREDO_PORT)));
	}
	check_served(link);
}

static void check_servers(const struct server_list *servers)
{
	unsigned int i;

	FUZZ_CHECK(servers->n <= QUALIFY_SERVERS);
	for (i = 0; i < servers->n; i++)
		FUZZ_CHECK(servers->spec[i].primary[0] &&
			   strlen(servers->spec[i].primary) < SERVER_NAME &&
			   strlen(servers->spec[i].secondary) < SERVER_NAME &&
			   servers->spec[i].port &&
			   (strcasecmp(servers->spec[i].primary,
				       servers->spec[i].secondary) ||
			    servers->spec[i].port != htons(TEREDO_PORT)));
}

/* kernel and state machine must accept an accepted configuration */
static void check_conf(const struct conf *conf)
{
	check_link(&conf->link);
	check_servers(&conf->servers);
	FUZZ_CHECK(conf->refresh >= 5000 && conf->refresh <= 120000);
	FUZZ_CHECK(conf->metric);
	FUZZ_CHECK(!conf->key.id_len == !conf->key.secret_len);
	FUZZ_CHECK(!conf->secrets.n || conf->secrets_file[0]);
	if (conf->link.mode != TEREDO_MODE_CLIENT)
		FUZZ_CHECK(!conf->servers.n && !conf->key.id_len);
}

int fuzz_one(const u8 *data, size_t len)
{
	char error[CONF_ERROR] = "";
	struct conf conf;

	files_set(data, len);
	if (conf_load(&conf, FILES_CONF, error))
		FUZZ_CHECK(error[0] && memchr(error, '\0', sizeof(error)));
	else
		check_conf(&conf);
	secrets_free(&conf.secrets);
	return 0;
}
