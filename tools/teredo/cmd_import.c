// SPDX-License-Identifier: GPL-2.0
/*
 * teredo import: convert a configuration file of Miredo.
 */
#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "miredo.h"
#include "save.h"
#include "value.h"

/**
 * struct import - arguments of "teredo import"
 * @path: file of Miredo
 * @name: name of the device, NULL for the name in the file
 * @save: write the file of the device
 */
struct import {
	const char *path;
	const char *name;
	bool save;
};

static int parse_import(struct import *import, int argc, char **argv)
{
	int i = 0;

	import->path = "/etc/miredo.conf";
	if (argc && strncmp(argv[0], "--", 2))
		import->path = argv[i++];
	for (; i < argc; i++) {
		if (!strcmp(argv[i], "--save"))
			import->save = true;
		else if (!strcmp(argv[i], "--name") && i + 1 < argc)
			import->name = argv[++i];
		else
			return cli_error("import [FILE] [--name NAME] [--save]");
	}
	if (import->name && !value_device_name(import->name))
		return cli_error("%s cannot be the name of a device",
				 import->name);
	return CLI_OK;
}

static void print_note(void *ctx, int line, bool error, const char *text)
{
	const struct import *import = ctx;

	fprintf(stderr, "%s: %s:", error ? "Error" : "Warning", import->path);
	if (line)
		fprintf(stderr, "%d:", line);
	fprintf(stderr, " %s\n", text);
}

static int read_file(struct miredo *m, struct import *import)
{
	FILE *f = fopen(import->path, "re");
	int ret;

	if (!f)
		return cli_error("%s: %s", import->path, strerror(errno));
	ret = miredo_read(m, f, print_note, import);
	if (ret == -EIO)
		cli_error("%s: %s", import->path, strerror(errno));
	fclose(f);
	return ret ? CLI_ERROR : CLI_OK;
}

static int save(const char *name, const char *text)
{
	int ret = save_conf(name, text);

	if (ret)
		return ret;
	printf("Saved as %s. To start it, after the end of Miredo: teredo up %s\n",
	       save_path(name), name);
	return CLI_OK;
}

int cmd_import(int argc, char **argv)
{
	static struct miredo m;
	struct import import = { 0 };
	char text[SAVE_MAX];
	FILE *to;

	if (parse_import(&import, argc, argv) || read_file(&m, &import))
		return CLI_ERROR;
	to = fmemopen(text, sizeof(text), "w");
	if (!to)
		return cli_error("%s", strerror(errno));
	miredo_write(&m, to);
	fclose(to);
	if (import.save)
		return save(import.name ? import.name : m.name, text);
	if (save_check(text))
		return CLI_ERROR;
	fputs(text, stdout);
	return CLI_OK;
}
