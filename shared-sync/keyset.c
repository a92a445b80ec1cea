/*
 * keyset.c - reading and writing the lines of a keyset, and what they allow
 *
 * Only a body whose signature holds is read. A key that is no point of the curve verifies
 * nothing, so none is tried here.
 */
#include "shared-sync/keyset.h"

#include <inttypes.h>
#include <string.h>

/* Takes up to the next blank off *rest; one blank parts two fields. */
static struct slice
take_field(struct slice *rest)
{
	size_t n = slice_find_byte(*rest, 0, ' ');
	struct slice field = slice_cut(*rest, 0, n);

	*rest = slice_from(*rest, n + 1);
	return field;
}

static bool
read_last_seq(struct slice text, struct keyset_key *key)
{
	if (slice_eq(text, SLICE("-")))
		return true;
	key->retired = true;
	return carried_number(text, &key->last_seq);
}

/* The end of the line must be the end of its last field: a line of four fields and nothing else. */
static bool
read_key(struct slice line, struct keyset_key *key, struct err *err)
{
	struct slice id = take_field(&line), public = take_field(&line);
	struct slice roles = take_field(&line);

	*key = (struct keyset_key){ 0 };
	if (!feed_public_read(public, &key->public, err))
		return false;
	if (!slice_eq(id, slice_of(key->public.id))) {
		err_set(err, "the id of a key is not that of its bytes, %s", key->public.id);
		return false;
	}
	if (!feed_roles_read(roles, &key->roles) || (key->roles & FEED_ROLE_ROOT) != 0) {
		err_set(err, "key %s: roles are entry, head or entry,head", key->public.id);
		return false;
	}
	if (!read_last_seq(line, key)) {
		err_set(err, "key %s: expected - or the number of its last entry", key->public.id);
		return false;
	}
	return true;
}

bool
keyset_read(struct slice body, struct keyset *keyset_r, struct err *err)
{
	keyset_r->n = 0;
	while (body.n > 0) {
		struct keyset_key *key = &keyset_r->keys[keyset_r->n];
		size_t end = slice_find_byte(body, 0, '\n');

		if (keyset_r->n == KEYSET_KEYS_MAX) {
			err_set(err, "more than %d keys", KEYSET_KEYS_MAX);
			return false;
		}
		if (end == body.n) {
			err_set(err, "a line without an end");
			return false;
		}
		if (!read_key(slice_cut(body, 0, end), key, err))
			return false;
		if (keyset_find(keyset_r, key->public.id) != NULL) {
			err_set(err, "key %s stands there twice", key->public.id);
			return false;
		}
		keyset_r->n++;
		body = slice_from(body, end + 1);
	}
	return true;
}

void
keyset_write(const struct keyset *keyset, struct buf *out)
{
	for (size_t i = 0; i < keyset->n; i++) {
		const struct keyset_key *key = &keyset->keys[i];

		buf_printf(out, "%s ", key->public.id);
		feed_public_write(&key->public, out);
		buf_printf(out, " %s ", feed_roles_text(key->roles));
		if (key->retired)
			buf_printf(out, "%" PRIu64 "\n", key->last_seq);
		else
			buf_add(out, SLICE("-\n"));
	}
}

const struct keyset_key *
keyset_find(const struct keyset *keyset, const char *id)
{
	for (size_t i = 0; i < keyset->n; i++)
		if (strcmp(keyset->keys[i].public.id, id) == 0)
			return &keyset->keys[i];
	return NULL;
}

/* The role that signs such a thing. */
static unsigned
role_of(enum carried_type type)
{
	switch (type) {
	case CARRIED_ENTRY:
	case CARRIED_SNAPSHOT:
		return FEED_ROLE_ENTRY;
	case CARRIED_HEAD:
		return FEED_ROLE_HEAD;
	case CARRIED_KEYSET:
		return FEED_ROLE_ROOT;
	}
	return 0;
}

enum fault
keyset_allows(const struct keyset *keyset, const char *id, enum carried_type type, uint64_t seq)
{
	const struct keyset_key *key = keyset_find(keyset, id);

	if (key == NULL)
		return FAULT_UNKNOWN_KEY;
	if ((key->roles & role_of(type)) == 0)
		return FAULT_ROLE;
	if (key->retired && (type != CARRIED_ENTRY || seq > key->last_seq))
		return FAULT_RETIRED;
	return FAULT_NONE;
}
