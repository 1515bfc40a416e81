// SPDX-License-Identifier: GPL-2.0
/* List the devices that have a configuration file. */
#include "configured.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "value.h"

static const char suffix[] = ".conf";

static void add(struct configured *found, const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	int len = strlen(name) - strlen(suffix);
	char *to = found->names[found->n];

	if (len >= IF_NAMESIZE)
		return;
	snprintf(to, IF_NAMESIZE, "%.*s", len, name);
	if (value_device_name(to))
		found->n++;
}

/**
 * configured_find() - list the devices that have a configuration
 * @found: result; empty if CONF_DIR cannot be read
 */
void configured_find(struct configured *found)
{
	glob_t files;
	size_t i;

	found->n = 0;
	if (glob(CONF_DIR "/*.conf", 0, NULL, &files))
		return;
	for (i = 0; i < files.gl_pathc && found->n < CONFIGURED_MAX; i++)
		add(found, files.gl_pathv[i]);
	globfree(&files);
}
