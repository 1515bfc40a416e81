// SPDX-License-Identifier: GPL-2.0
/*
 * Parser of trailers (RFC 6081 4), compared with a second parser as simple as the RFC's
 * text.
 */
#include "fuzz.h"

static bool is_place(const u8 *entry)
{
	return (entry[4] || entry[5]) && entry[0] && entry[0] != 127 &&
	       entry[0] < 224;
}

static void check_alternates(const struct teredo_trailers *tr, const u8 *value,
			     size_t len)
{
	size_t i, n = len >= 8 && len % 6 == 2 ? (len - 2) / 6 : 0;

	if (n > TEREDO_MAX_ALTERNATES)
		n = 0;
	for (i = 0; i < n; i++)
		if (!is_place(value + 2 + 6 * i))
			n = 0;
	FUZZ_CHECK(tr->n_alternates == n);
	FUZZ_CHECK(tr->bad_alternate == !n);
	for (i = 0; i < n; i++)
		FUZZ_CHECK(!memcmp(&tr->alternates[i].addr, value + 2 + 6 * i,
				   4) &&
			   !memcmp(&tr->alternates[i].port, value + 6 + 6 * i,
				   2));
}

/* Return: the first trailer of a type, with this length unless @size is 0; NULL if there
 * is none
 */
static const u8 *find(const u8 *data, size_t len, u8 type, u8 size)
{
	size_t at;

	for (at = 0; at + 2 <= len && at + 2 + data[at + 1] <= len;
	     at += 2 + data[at + 1])
		if (data[at] == type && (!size || data[at + 1] == size))
			return data + at;
	return NULL;
}

static bool asks_for_discard(const u8 *data, size_t len)
{
	size_t at;

	for (at = 0; at + 2 <= len && at + 2 + data[at + 1] <= len;
	     at += 2 + data[at + 1])
		if (data[at] >> 6 == 1)
			return true;
	return false;
}

static void check_all(const struct teredo_trailers *tr, const u8 *data,
		      size_t len)
{
	const u8 *nonce = find(data, len, TEREDO_TRAILER_NONCE, 4);
	const u8 *nd = find(data, len, TEREDO_TRAILER_ND, 4);
	const u8 *burst = find(data, len, TEREDO_TRAILER_BURST, 1);
	const u8 *alternate = find(data, len, TEREDO_TRAILER_ALTERNATE, 0);

	FUZZ_CHECK(tr->has_nonce == !!nonce);
	FUZZ_CHECK(!nonce || !memcmp(&tr->nonce, nonce + 2, 4));
	FUZZ_CHECK(tr->has_nd == !!nd);
	FUZZ_CHECK(!nd || tr->nd == nd[2]);
	FUZZ_CHECK(tr->has_burst == !!burst);
	FUZZ_CHECK(!burst || tr->burst == burst[2]);
	FUZZ_CHECK(tr->has_random_port ==
		   (find(data, len, TEREDO_TRAILER_RANDOM_PORT, 2) ||
		    find(data, len, TEREDO_TRAILER_RANDOM_PORT_IANA, 2)));
	if (alternate)
		check_alternates(tr, alternate + 2, alternate[1]);
	else
		FUZZ_CHECK(!tr->n_alternates && !tr->bad_alternate);
}

int fuzz_one(const u8 *data, size_t len)
{
	struct teredo_trailers tr;
	bool discard = teredo_parse_trailers(&tr, data, len);

	FUZZ_CHECK(discard == asks_for_discard(data, len));
	if (!discard)
		check_all(&tr, data, len);
	return 0;
}
