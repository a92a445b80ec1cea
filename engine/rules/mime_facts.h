/*
 * mime_facts.h - what the parts of a message are, as SpamAssassin's MIMEEval counts them
 */
#ifndef STEELYARD_ENGINE_RULES_MIME_FACTS_H
#define STEELYARD_ENGINE_RULES_MIME_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/rules/rule.h"
#include "engine/rules/views.h"
#include "engine/util/slice.h"

struct mime_facts {
	unsigned attachments; /* parts whose Content-Disposition has the word somewhere */
	unsigned base64_parts, qp_parts, html_parts, text_parts;
	bool alternative; /* there is a multipart/alternative */
	bool base64_text; /* ASCII text in base64 that is no attachment */
	bool bad_iso_charset; /* iso-X-Y that is none of 8859 and 2022 */
	bool faraway_charset; /* one that ok_locales leaves out */
	bool any_charset, caps_charset; /* any; one whose bytes only look like capitals */
	bool unbalanced; /* a boundary that opens and never closes, or the other way round */
	bool qp_long_line;
	size_t qp_bytes, qp_needless; /* of quoted-printable: all; encoded without need */
	size_t illegal_lines; /* of ASCII text, with 8-bit bytes, NUL or CR */
	double multipart_ratio; /* bytes of the last text/plain in those of the last HTML; or 1 */
	double unicode_ratio; /* references of text/plain in its other bytes */
};

/* Content-Type as the field says it, whatever part->type was made of it. */
struct mime_declared {
	struct slice full; /* "text/plain", lower case; that too without a field */
	struct slice charset; /* as written; "us-ascii" without a field; absent: it says none */
	struct slice name; /* of name= or filename=; empty: none */
};
struct mime_declared mime_declared_type(struct views *views, const struct part *part);

/* Whether a part is a leaf for SpamAssassin: a multipart never is, be it without parts. */
bool mime_is_leaf(const struct part *part);

/* Takes the next line, its line end included, off *rest. False: there is none. */
bool mime_next_line(struct slice *rest, struct slice *line_r);

/* Gathered when first asked for, at the cost of `rule`. NULL at the arena's cap. */
const struct mime_facts *mime_facts_of(const struct rule *rule, struct views *views);

#endif
