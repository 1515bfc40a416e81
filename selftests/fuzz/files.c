// SPDX-License-Identifier: GPL-2.0
/*
 * Replacement of fopen() and open(): the files are the input of a fuzz target
 */
#define FILES_THEMSELVES
#include "files.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static char *conf, *secrets;
static size_t conf_len, secrets_len;

/**
 * files_set - set the contents of the files
 * @data: the input, borrowed until the next call
 * @len: its length
 */
void files_set(const void *data, size_t len)
{
	conf = (char *)data;
	secrets = len ? memchr(data, '\0', len) : NULL;
	conf_len = secrets ? (size_t)(secrets - conf) : len;
	secrets_len = secrets ? len - conf_len - 1 : 0;
	if (secrets)
		secrets++;
}

static FILE *open_part(char *part, size_t len)
{
	return len ? fmemopen(part, len, "r") : fopen("/dev/null", "re");
}

FILE *files_fopen(const char *path, const char *mode)
{
	(void)mode;
	if (!strcmp(path, FILES_CONF))
		return open_part(conf, conf_len);
	if (!strcmp(path, FILES_SECRETS))
		return open_part(secrets, secrets_len);
	errno = ENOENT;
	return NULL;
}

int files_open(const char *path, int flags)
{
	static const char secret[] = "0123456789abcdef\n";
	int fd[2];

	(void)flags;
	if (strcmp(path, FILES_SECRET) || pipe(fd)) {
		errno = ENOENT;
		return -1;
	}
	if (write(fd[1], secret, sizeof(secret) - 1) < 0)
		errno = EIO;
	close(fd[1]);
	return fd[0];
}

int files_fstat(int fd, struct stat *st)
{
	(void)fd;
	memset(st, 0, sizeof(*st));
	st->st_mode = S_IFREG | 0600;
	return 0;
}
