/*
 * markup.h - how SpamAssassin marks a message, as its configuration words it
 *
 * Plain data that conf/ fills: what add_header, rewrite_header, report and
 * their kin came to when all was read. markup_write.h makes fields of it.
 */
#ifndef STEELYARD_ENGINE_MARKUP_H
#define STEELYARD_ENGINE_MARKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/util/slice.h"

/* The version of SpamAssassin whose behaviour this is, and the day it came out. */
#define MARKUP_SPAMASSASSIN_VERSION "4.0.1"
#define MARKUP_SPAMASSASSIN_DATE "2024-03-25"
/* What SpamAssassin has when nobody says. */
#define MARKUP_CONTACT "the administrator of that system"
#define MARKUP_WRAP_WIDTH 75

/* Fields that rewrite_header takes. */
#define MARKUP_REWRITE_TABLE(X) \
	X(SUBJECT, "Subject")   \
	X(FROM, "From")         \
	X(TO, "To")

enum markup_rewrite {
#define MARKUP_REWRITE_ENUM(id, name) MARKUP_##id,
	MARKUP_REWRITE_TABLE(MARKUP_REWRITE_ENUM)
#undef MARKUP_REWRITE_ENUM
	    MARKUP_REWRITE_COUNT
};

/* An X-Spam- field: its name without that, and a template. */
struct markup_field {
	struct slice name;
	struct slice text;
};

struct markup_fields {
	const struct markup_field *v;
	size_t n;
};

struct markup {
	bool on; /* false: the policy's own fields are written instead */
	struct markup_fields spam, ham; /* in the order they are written */
	struct slice rewrite[MARKUP_REWRITE_COUNT]; /* templates; absent: the field is let be */
	struct slice report; /* the whole template, with its line ends */
	struct slice contact; /* _CONTACTADDRESS_ */
	struct slice hostname; /* _HOSTNAME_; empty: the policy's */
	unsigned wrap_width; /* of descriptions in reports */
	bool fold; /* long fields */
};

#endif
