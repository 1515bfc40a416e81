// SPDX-License-Identifier: GPL-2.0
/*
 * Conversion of a Miredo configuration: teredod must accept the result, except for lines
 * that are too long.
 */
#include "fuzz.h"

#include "conf.h"
#include "files.h"
#include "miredo.h"
#include "value.h"

#define LINE_MAX_CONF	199	/* longest line of teredo.conf(5) */

static bool reported;

static void on_note(void *ctx, int line, bool error, const char *text)
{
	(void)ctx;
	FUZZ_CHECK(line >= 0 && text[0] && strlen(text) < MIREDO_NOTE);
	reported |= error;
}

static bool has_long_line(const struct miredo *m)
{
	unsigned int i;

	for (i = 0; i < m->n; i++)
		if (strlen(m->settings[i].key) + strlen(" = ") +
		    strlen(m->settings[i].value) > LINE_MAX_CONF)
			return true;
	return false;
}

static void check_loads(const struct miredo *m)
{
	char error[CONF_ERROR], *text = NULL;
	struct conf conf;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	int ret;

	miredo_write(m, f);
	fclose(f);
	files_set(text, len);
	ret = conf_load(&conf, FILES_CONF, error);
	FUZZ_CHECK(!ret || has_long_line(m));
	if (!ret) {
		FUZZ_CHECK(m->role != MIREDO_CLIENT || conf.servers.n);
		FUZZ_CHECK(m->role != MIREDO_SERVER ||
			   conf.link.mode == TEREDO_MODE_SERVER);
	}
	secrets_free(&conf.secrets);
	free(text);
}

int fuzz_one(const u8 *data, size_t len)
{
	struct miredo m;
	FILE *f;
	int ret;

	if (!len)	/* fmemopen() refuses it */
		return 0;
	f = fmemopen((void *)data, len, "r");
	reported = false;
	ret = miredo_read(&m, f, on_note, NULL);
	fclose(f);
	FUZZ_CHECK(!ret == !reported && m.n <= MIREDO_SETTINGS);
	FUZZ_CHECK(ret || value_device_name(m.name));
	if (!ret)
		check_loads(&m);
	return 0;
}
