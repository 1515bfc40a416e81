// SPDX-License-Identifier: GPL-2.0
/*
 * "teredo decode": the first octet selects whether the rest is its text or octets to be
 * converted to hexadecimal. The output is JSON or text.
 */
#include "fuzz.h"

#include <jansson.h>

#include "cli.h"

enum {
	AS_HEX		= 0x01,
	AS_JSON		= 0x02,
	IN_COLOR	= 0x04,
};

struct cli cli;

/* discard messages */
int cli_error(const char *fmt, ...)
{
	(void)fmt;
	return CLI_ERROR;
}

static char *make_argument(u8 flags, const u8 *data, size_t len)
{
	char *text = calloc(2, len + 1);
	size_t i;

	if (!(flags & AS_HEX))
		return memcpy(text, data, len);
	for (i = 0; i < len; i++)
		sprintf(text + 2 * i, "%02x", data[i]);
	return text;
}

/* each result is an object on one line */
static void check_json(const char *text, size_t len)
{
	json_t *o = json_loadb(text, len, 0, NULL);

	FUZZ_CHECK(json_is_object(o));
	FUZZ_CHECK(memchr(text, '\n', len) == text + len - 1);
	json_decref(o);
}

int fuzz_one(const u8 *data, size_t len)
{
	FILE *terminal = stdout;
	struct fuzz in = { data, len };
	u8 flags = fuzz_u8(&in);
	char *arg = make_argument(flags, in.data, in.len);
	struct teredo_packet pkt;
	char *text = NULL;
	int ret;

	cli.json = flags & AS_JSON;
	cli.color = flags & IN_COLOR;
	stdout = open_memstream(&text, &len);
	ret = cmd_decode(1, &arg);
	fclose(stdout);
	stdout = terminal;

	FUZZ_CHECK(ret == CLI_OK || (ret == CLI_ERROR && !len));
	if (flags & AS_HEX)
		FUZZ_CHECK((ret == CLI_OK) ==
			   !teredo_parse(&pkt, in.data, in.len));
	if (ret == CLI_OK && cli.json)
		check_json(text, len);
	free(text);
	free(arg);
	return 0;
}
