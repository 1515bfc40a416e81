// SPDX-License-Identifier: GPL-2.0
/*
 * Files of secrets: accepted lines, and refused ones with their error messages
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ktap.h"
#include "log.h"
#include "secrets.h"

#define X16	"0123456789abcdef"
#define X256	X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16

static int load_as(const char *text, mode_t mode, struct secret_list *list,
		   char error[SECRETS_ERROR])
{
	char path[] = "/tmp/teredo-secrets-XXXXXX";
	int fd = mkstemp(path);
	int ret;

	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	fchmod(fd, mode);
	close(fd);
	error[0] = '\0';
	ret = secrets_load(list, path, error);
	unlink(path);
	return ret;
}

static const struct secret *find(const struct secret_list *list,
				 const char *id, unsigned int *n)
{
	return secrets_find(list, (const u8 *)id, strlen(id), n);
}

static bool is_secret(const struct secret *s, const char *text)
{
	return s && s->key.secret_len == strlen(text) &&
	       !memcmp(s->key.secret, text, strlen(text));
}

static void test_file(const void *arg)
{
	static const char text[] =
		"# who may come in\n"
		"\n"
		"zoe   " X16 "z\n"
		"bob\t" X16 "1 expired\r\n"
		"  \t # not a line\n"
		"bob " X16 "2\n"
		"bob " X16 "3 expired\n"
		"al " X16 "a";
	char error[SECRETS_ERROR];
	struct secret_list list;
	const struct secret *s;
	unsigned int n;

	(void)arg;
	CHECK(!load_as(text, 0600, &list, error));
	CHECK(list.n == 5);
	s = find(&list, "zoe", &n);
	CHECK(n == 1 && is_secret(s, X16 "z") && !s->expired);
	s = find(&list, "al", &n);
	CHECK(n == 1 && is_secret(s, X16 "a") && !s->expired);
	s = find(&list, "bob", &n);
	CHECK(n == 3 && is_secret(s, X16 "2") && !s[0].expired);
	CHECK(s[1].expired && s[2].expired);
	CHECK(!find(&list, "bo", &n) && !n);
	CHECK(!find(&list, "bobb", &n) && !n);
	CHECK(!find(&list, "zzzz", &n) && !n);
	CHECK(!find(&list, "", &n) && !n);
	secrets_free(&list);
	CHECK(!list.n && !list.secrets);
}

static void test_empty(const void *arg)
{
	char error[SECRETS_ERROR];
	struct secret_list list;
	unsigned int n;

	(void)arg;
	CHECK(!load_as("", 0600, &list, error));
	CHECK(!list.n && !find(&list, "a", &n));
	secrets_free(&list);
}

static void test_many(const void *arg)
{
	char *text = malloc(1000 * 64), *p = text;
	char error[SECRETS_ERROR], id[16];
	struct secret_list list;
	unsigned int n, i;

	(void)arg;
	for (i = 0; i < 1000; i++)
		p += sprintf(p, "id%u %s%u\n", i * 7919 % 1000, X16, i);
	CHECK(!load_as(text, 0640, &list, error));
	CHECK(list.n == 1000);
	for (i = 0; i < 1000; i++) {
		sprintf(id, "id%u", i);
		CHECK(find(&list, id, &n) && n == 1);
	}
	secrets_free(&list);
	free(text);
}

/* the longest secret and identifier of a client's configuration fit */
static void test_longest(const void *arg)
{
	char line[600], error[SECRETS_ERROR];
	struct secret_list list;
	unsigned int n;

	(void)arg;
	sprintf(line, "%.255s %.255s expired", X256, X256);
	CHECK(!load_as(line, 0400, &list, error));
	line[255] = '\0';
	CHECK(find(&list, line, &n) && n == 1);
	secrets_free(&list);
}

/**
 * struct refused - an invalid file
 * @text: the file
 * @why: part of the error message
 * @mode: permissions
 */
struct refused {
	const char *text;
	const char *why;
	mode_t mode;
};

static void test_refused(const void *arg)
{
	const struct refused *r = arg;
	char error[SECRETS_ERROR];
	struct secret_list list;

	CHECK(load_as(r->text, r->mode, &list, error) < 0);
	CHECK(!list.n && !list.secrets);
	CHECK(strstr(error, r->why));
	CHECK(!strstr(error, "hunter2"));
	if (!strstr(error, r->why))
		printf("# %s\n", error);
}

static void test_no_file(const void *arg)
{
	char error[SECRETS_ERROR];
	struct secret_list list;

	(void)arg;
	CHECK(secrets_load(&list, "/nonexistent", error) == -ENOENT);
	CHECK(strstr(error, "No such file"));
	CHECK(secrets_load(&list, "/tmp", error) < 0);
	CHECK(secrets_load(&list, "/dev/null", error) < 0);
	CHECK(strstr(error, "is no file"));
}

#define REFUSED_MODE(name, ...) \
	{ name, test_refused, &(const struct refused){ __VA_ARGS__ } }
#define REFUSED(name, text, why)	REFUSED_MODE(name, text, why, 0600)

static const struct ktap_test tests[] = {
	{ "a file", test_file, NULL },
	{ "an empty file", test_empty, NULL },
	{ "many secrets", test_many, NULL },
	{ "the longest line", test_longest, NULL },
	{ "no file", test_no_file, NULL },
	REFUSED("no secret", "a b\nhunter2\n", "line 2: not ID SECRET"),
	REFUSED("too many words", "a hunter2 expired now\n",
		"line 1: not ID SECRET"),
	REFUSED("unknown word", "\na hunter2 old\n", "line 2: what follows"),
	REFUSED("two valid secrets", "a hunter2\nb x\n#\na hunter2x\n",
		"line 4: the identifier has"),
	REFUSED("identifier too long", X256 " hunter2\n", "at most 255"),
	REFUSED("secret too long", "a " X256 "\n", "at most 255"),
	REFUSED("line too long", "a " X256 X256 X256 X256 " hunter2\n",
		"line 1:"),
	REFUSED_MODE("open to other users", "a hunter2\n",
		     "open to other users", 0644),
	REFUSED_MODE("other users can write", "a hunter2\n",
		     "open to other users", 0602),
	REFUSED_MODE("the group can write", "a hunter2\n",
		     "changed by its group", 0660),
};

KTAP_MAIN(tests)
