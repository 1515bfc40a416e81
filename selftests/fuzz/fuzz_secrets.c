// SPDX-License-Identifier: GPL-2.0
/*
 * Parser of a server's file of secrets: secrets that are read, written and read again must
 * be the same, and every identifier must be found.
 */
#include "fuzz.h"

#include "files.h"
#include "secrets.h"

static void write_one(FILE *f, const struct secret *secret)
{
	fwrite(secret->key.id, secret->key.id_len, 1, f);
	fputc(' ', f);
	fwrite(secret->key.secret, secret->key.secret_len, 1, f);
	fputs(secret->expired ? " expired\n" : "\n", f);
}

static void check_found(const struct secret_list *list,
			const struct secret *secret)
{
	const struct secret *found;
	unsigned int n, i, valid = 0;

	found = secrets_find(list, secret->key.id, secret->key.id_len, &n);
	FUZZ_CHECK(found && found <= secret && secret < found + n);
	for (i = 0; i < n; i++)
		valid += !found[i].expired;
	FUZZ_CHECK(valid <= 1);
	FUZZ_CHECK(!valid || !found->expired);
}

static bool same(const struct secret *a, const struct secret *b)
{
	return a->expired == b->expired &&
	       a->key.id_len == b->key.id_len &&
	       a->key.secret_len == b->key.secret_len &&
	       !memcmp(a->key.id, b->key.id, a->key.id_len) &&
	       !memcmp(a->key.secret, b->key.secret, a->key.secret_len);
}

static void check_again(const struct secret_list *list)
{
	char error[SECRETS_ERROR] = "", *text = NULL;
	struct secret_list again;
	unsigned int i;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	fputc('\0', f);
	for (i = 0; i < list->n; i++)
		write_one(f, &list->secrets[i]);
	fclose(f);
	files_set(text, len);
	FUZZ_CHECK(!secrets_load(&again, FILES_SECRETS, error));
	FUZZ_CHECK(again.n == list->n);
	for (i = 0; i < list->n; i++)
		FUZZ_CHECK(same(&again.secrets[i], &list->secrets[i]));
	secrets_free(&again);
	free(text);
}

int fuzz_one(const u8 *data, size_t len)
{
	char error[SECRETS_ERROR] = "";
	struct secret_list list;
	u8 *file = malloc(len + 1);
	unsigned int i;

	file[0] = '\0';
	memcpy(file + 1, data, len);
	files_set(file, len + 1);
	if (secrets_load(&list, FILES_SECRETS, error)) {
		FUZZ_CHECK(error[0] && !list.n);
	} else {
		for (i = 0; i < list.n; i++)
			check_found(&list, &list.secrets[i]);
		check_again(&list);
	}
	secrets_free(&list);
	free(file);
	return 0;
}
