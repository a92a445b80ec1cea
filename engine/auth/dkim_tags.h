/*
 * dkim_tags.h - the tag=value lists of signatures and key records (RFC 6376, 3.2)
 *
 * SYNOPSIS
 *	struct dkim_tags tags;
 *	struct slice rest, item;
 *
 *	if (!dkim_tags_parse(value, &tags))
 *		return PERMERROR;
 *	rest = dkim_tags_value(&tags, "h");
 *	while (dkim_tag_next_item(&rest, &item))
 *		use(item);
 */
#ifndef STEELYARD_ENGINE_AUTH_DKIM_TAGS_H
#define STEELYARD_ENGINE_AUTH_DKIM_TAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* A list of more tags is none: signatures have 14 kinds, keys 7. */
#define DKIM_TAGS_MAX 64

struct dkim_tag {
	struct slice name; /* case counts */
	struct slice value; /* blanks at both ends left out, those inside kept */
	struct slice region; /* all bytes between '=' and ';' */
};

struct dkim_tags {
	struct dkim_tag v[DKIM_TAGS_MAX];
	size_t n;
};

/*
 * Reads a whole list; slices point into it, and line ends count as blanks. False:
 * it is no list, a name stands twice, or there are too many.
 */
bool dkim_tags_parse(struct slice text, struct dkim_tags *tags_r);

/* The tag of that name, or NULL. */
const struct dkim_tag *dkim_tags_find(const struct dkim_tags *tags, const char *name);

/* Its value; absent: there is no such tag (an empty value is not absent). */
struct slice dkim_tags_value(const struct dkim_tags *tags, const char *name);

/* Takes the next item off a list with colons, blanks around it left out. False: none. */
bool dkim_tag_next_item(struct slice *rest, struct slice *item_r);

/* Whether a list with colons has that item; case counts. */
bool dkim_tag_has_item(struct slice list, const char *item);

/* Digits alone; what is beyond 2^63-1 is that. */
bool dkim_tag_number(struct slice value, uint64_t *number_r);

/* Base64 with blanks anywhere (RFC 6376, 3.5: b=). Absent: it is none, or the arena's cap. */
struct slice dkim_tag_base64(struct arena *arena, struct slice value);

/* dkim-quoted-printable (RFC 6376, 2.11): blanks out, "=40" is "@". Absent at the cap. */
struct slice dkim_tag_unquote(struct arena *arena, struct slice value);

#endif
