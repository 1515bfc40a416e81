// SPDX-License-Identifier: GPL-2.0
/* Read the file of secrets, and find the secrets of a client. */
#include "secrets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "log.h"

#define SPACE	" \t\r\n"

static int compare_id(const u8 *a, u8 a_len, const u8 *b, u8 b_len)
{
	if (a_len != b_len)
		return a_len < b_len ? -1 : 1;
	return memcmp(a, b, a_len);
}

/* by identifier; the valid secret of an identifier comes first */
static int compare(const void *a, const void *b)
{
	const struct secret *x = a, *y = b;
	int ret = compare_id(x->key.id, x->key.id_len,
			     y->key.id, y->key.id_len);

	return ret ? ret : x->expired - y->expired;
}

static const char *fill(u8 *to, u8 *to_len, const char *word)
{
	size_t len = strlen(word);

	if (len > PACKET_KEY_MAX)
		return "identifier and secret have at most 255 octets each";
	memcpy(to, word, len);
	*to_len = len;
	return NULL;
}

/* Return: NULL, or what is wrong */
static const char *parse_line(struct secret *secret, char *line)
{
	const char *id = strtok_r(line, SPACE, &line);
	const char *key = strtok_r(NULL, SPACE, &line);
	const char *state = strtok_r(NULL, SPACE, &line);
	const char *err;

	if (!key || strtok_r(NULL, SPACE, &line))
		return "not ID SECRET [expired]";
	if (state && strcmp(state, "expired"))
		return "what follows the secret can only be \"expired\"";
	secret->expired = state;
	err = fill(secret->key.id, &secret->key.id_len, id);
	return err ? err : fill(secret->key.secret, &secret->key.secret_len,
				key);
}

/* Double the size when full, and wipe the old copy. */
static struct secret *grow(struct secret_list *list)
{
	struct secret_list bigger = { .n = list->n };

	if (list->n & (list->n - 1))
		return &list->secrets[list->n++];
	bigger.secrets = calloc(list->n ? 2 * list->n : 1,
				sizeof(*bigger.secrets));
	if (!bigger.secrets)
		return NULL;
	if (list->n)
		memcpy(bigger.secrets, list->secrets,
		       list->n * sizeof(*list->secrets));
	secrets_free(list);
	*list = bigger;
	return &list->secrets[list->n++];
}

static const char *add_line(struct secret_list *list, char *line,
			    unsigned int number)
{
	struct secret *secret;

	if (!strchr(line, '\n') && strlen(line) >= 2 * PACKET_KEY_MAX + 16)
		return "is too long";
	line += strspn(line, SPACE);
	if (!*line || *line == '#')
		return NULL;
	secret = grow(list);
	if (!secret)
		return "no memory";
	secret->line = number;
	return parse_line(secret, line);
}

/* Return: 0, or the number of a line with a second valid secret for an identifier */
static unsigned int sort(struct secret_list *list)
{
	const struct secret *a, *b;
	unsigned int i;

	if (list->n)
		qsort(list->secrets, list->n, sizeof(*list->secrets), compare);
	for (i = 1; i < list->n; i++) {
		a = &list->secrets[i - 1];
		b = &list->secrets[i];
		if (!a->expired && !b->expired && !compare(a, b))
			return a->line > b->line ? a->line : b->line;
	}
	return 0;
}

static int wrong_line(char error[SECRETS_ERROR], unsigned int line,
		      const char *what)
{
	snprintf(error, SECRETS_ERROR, "line %u: %s", line, what);
	return -EINVAL;
}

static int read_lines(struct secret_list *list, FILE *f,
		      char error[SECRETS_ERROR])
{
	char line[2 * PACKET_KEY_MAX + 64];
	unsigned int number = 0;
	const char *err = NULL;

	while (!err && fgets(line, sizeof(line), f))
		err = add_line(list, line, ++number);
	explicit_bzero(line, sizeof(line));
	if (err)
		return wrong_line(error, number, err);
	if (ferror(f)) {
		snprintf(error, SECRETS_ERROR, "%s", strerror(errno));
		return -EIO;
	}
	number = sort(list);
	if (!number)
		return 0;
	return wrong_line(error, number,
			  "the identifier has a valid secret already");
}

/* A user who can write the file can authorize any client. A user who can read it can
 * pose as any client, or as the server.
 */
static const char *check_mode(FILE *f)
{
	struct stat st;

	if (fstat(fileno(f), &st))
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "is no file";
	if (st.st_mode & (S_IROTH | S_IWOTH))
		return "is open to other users (try: chmod o= on it)";
	if (st.st_mode & S_IWGRP)
		return "can be changed by its group (try: chmod g-w on it)";
	return NULL;
}

static void warn_short(const struct secret_list *list, const char *path)
{
	unsigned int i, n = 0;

	for (i = 0; i < list->n; i++)
		n += list->secrets[i].key.secret_len < SECRET_GOOD;
	if (n)
		log_warn("%s: secrets that are shorter than %d octets and can be guessed: %u",
			 path, SECRET_GOOD, n);
}

/**
 * secrets_load() - read a file of secrets
 * @list: result; free with secrets_free()
 * @path: the file
 * @error: result, what is wrong with it
 *
 * @error never quotes the file.
 *
 * Return: 0 or a negative errno, and then @list is empty.
 */
int secrets_load(struct secret_list *list, const char *path,
		 char error[SECRETS_ERROR])
{
	FILE *f = fopen(path, "re");
	const char *err;
	int ret;

	memset(list, 0, sizeof(*list));
	if (!f) {
		ret = -errno;
		snprintf(error, SECRETS_ERROR, "%s", strerror(errno));
		return ret;
	}
	/* unbuffered, so that no secret is left in memory of the library */
	setvbuf(f, NULL, _IONBF, 0);
	err = check_mode(f);
	ret = err ? -EPERM : read_lines(list, f, error);
	if (err)
		snprintf(error, SECRETS_ERROR, "%s", err);
	fclose(f);
	if (ret)
		secrets_free(list);
	else
		warn_short(list, path);
	return ret;
}

/**
 * secrets_free() - wipe and free secrets
 * @list: list, empty afterwards
 */
void secrets_free(struct secret_list *list)
{
	if (list->n)
		explicit_bzero(list->secrets, list->n * sizeof(*list->secrets));
	free(list->secrets);
	memset(list, 0, sizeof(*list));
}

/**
 * secrets_find() - find the secrets of a client
 * @list: list
 * @id: identifier
 * @id_len: length of @id in octets
 * @n: result, number of secrets
 *
 * Return: the first of @n adjacent entries, or NULL.
 */
const struct secret *secrets_find(const struct secret_list *list,
				  const u8 *id, u8 id_len, unsigned int *n)
{
	unsigned int low = 0, high = list->n, middle;
	const struct secret *first;

	while (low < high) {
		middle = (low + high) / 2;
		first = &list->secrets[middle];
		if (compare_id(first->key.id, first->key.id_len,
			       id, id_len) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	first = list->n ? &list->secrets[low] : NULL;
	for (*n = 0; low + *n < list->n; ++*n)
		if (compare_id(first[*n].key.id, first[*n].key.id_len,
			       id, id_len))
			break;
	return *n ? first : NULL;
}
