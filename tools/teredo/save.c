// SPDX-License-Identifier: GPL-2.0
/*
 * Write a configuration file to CONF_DIR, for "teredo up --save" and "teredo
 * import --save". The file appears complete or not at all, and never replaces
 * other settings.
 */
#include "save.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "conf.h"

/**
 * save_path() - name the configuration file of a device
 * @name: name of the device, shorter than %IF_NAMESIZE
 *
 * Return: the path; the next call overwrites it.
 */
const char *save_path(const char *name)
{
	static char path[sizeof(CONF_DIR) + IF_NAMESIZE + sizeof("/.conf")];

	snprintf(path, sizeof(path), "%s/%.*s.conf", CONF_DIR,
		 IF_NAMESIZE - 1, name);
	return path;
}

static bool write_all(int fd, const char *text)
{
	size_t left = strlen(text);
	ssize_t n;

	while (left) {
		n = write(fd, text, left);
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			text += n;
			left -= n;
		}
	}
	return true;
}

/* Load @text as teredod would. Return: 0, or -1 after an error message. */
static int load_text(struct conf *conf, const char *text)
{
	char path[32], error[CONF_ERROR];
	int fd = memfd_create("teredo.conf", MFD_CLOEXEC);
	int ret = -1;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || fchmod(fd, 0600) || !write_all(fd, text))
		cli_error("cannot check the configuration: %s", strerror(errno));
	else if (conf_load(conf, path, error))
		cli_error("the configuration would not be accepted: %s", error);
	else
		ret = 0;
	if (fd >= 0)
		close(fd);
	if (!ret)
		secrets_free(&conf->secrets);
	return ret;
}

/**
 * save_check() - check that teredod accepts a configuration
 * @text: content of the file
 *
 * Return: CLI_OK, or CLI_ERROR after an error message.
 */
int save_check(const char *text)
{
	struct conf conf;

	return load_text(&conf, text) ? CLI_ERROR : CLI_OK;
}

static bool has_content(const char *path, const char *text)
{
	char old[SAVE_MAX];
	size_t len = strlen(text), n;
	FILE *f = fopen(path, "re");

	if (!f)
		return false;
	n = fread(old, 1, sizeof(old), f);
	fclose(f);
	return n == len && !memcmp(old, text, len);
}

/* link() fails if @path exists, whereas rename() would replace it. */
static int publish(const char *temp, const char *path, const char *text)
{
	if (!link(temp, path))
		return CLI_OK;
	if (errno != EEXIST)
		return cli_error("%s: %s", path, strerror(errno));
	if (has_content(path, text))
		return CLI_OK;
	return cli_error("%s exists with other content and was not changed (edit it, or first: mv %s %s.old)",
			 path, path, path);
}

static int write_temp(int fd, const char *text, mode_t mode)
{
	if (fchmod(fd, mode) || !write_all(fd, text) || fsync(fd))
		return -1;
	return 0;
}

/* The user of teredod must be able to reach the file, whatever the umask. */
static int make_directory(void)
{
	if (!mkdir(CONF_DIR, 0755) && !chmod(CONF_DIR, 0755))
		return CLI_OK;
	if (errno == EEXIST)
		return CLI_OK;
	return cli_error(CONF_DIR ": %s%s", strerror(errno),
			 errno == EACCES ? " (root is needed)" : "");
}

static int write_file(const char *path, const char *text, mode_t mode)
{
	char temp[] = CONF_DIR "/.teredo-XXXXXX";
	int fd, ret;

	if (make_directory())
		return CLI_ERROR;
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0)
		return cli_error("cannot write to " CONF_DIR ": %s%s",
				 strerror(errno),
				 errno == EACCES ? " (root is needed)" : "");
	if (write_temp(fd, text, mode))
		ret = cli_error("%s: %s", temp, strerror(errno));
	else
		ret = publish(temp, path, text);
	close(fd);
	unlink(temp);
	return ret;
}

/**
 * save_conf() - write the configuration of a device
 * @name: name of the device
 * @text: content of the file, at most %SAVE_MAX octets
 *
 * The file has mode 0644, or 0600 if it has a secret. A file with the same
 * content stays as it is.
 *
 * Return: CLI_OK, or CLI_ERROR after an error message: @text has an error, the
 * file exists with other content, or it cannot be written.
 */
int save_conf(const char *name, const char *text)
{
	struct conf conf;

	if (load_text(&conf, text))
		return CLI_ERROR;
	return write_file(save_path(name), text,
			  conf.key.secret_len ? 0600 : 0644);
}
