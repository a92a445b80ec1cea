/*
 * template.h - texts with _TAGS_ for header fields and SMTP replies
 *
 * Tags are SpamAssassin's where it has them; one in parentheses takes an
 * argument. A tag that nobody knows stays as it is.
 *
 *	_YESNO(yes,no)_ _YESNOCAPS(yes,no)_  whether it is spam ("Yes", "No")
 *	_SCORE(pad)_ _REQD_                  7.3; (0) or (00) pads to that width
 *	_STARS(*)_                           one for each whole point, at most 50
 *	_TESTS(,)_ _TESTSSCORES(,)_          names of hits, names=scores ("none")
 *	_SUBTESTS(,)_                        names of sub-rules that hit
 *	_REPORT_ _SUMMARY_                   a line a hit: points, name, description
 *	_ACTION_ _VERSION_ _RULESETID_ _RULESVERSION_ _HOSTNAME_ _QUEUEID_
 *	_REMOTEHOSTADDR_ _REMOTEHOSTNAME_ _REMOTEHELO_ _SENDER_
 *	_INCOMPLETE(text)_                   the text when a limit cut the scan short
 */
#ifndef STEELYARD_ENGINE_TEMPLATE_H
#define STEELYARD_ENGINE_TEMPLATE_H

#include "engine/envelope.h"
#include "engine/policy.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"
#include "engine/verdict.h"

/* A folded field's line grows no longer than this where a fold can be put. */
#define TEMPLATE_COLUMNS 78
/* No line of a field is longer, fold or not (RFC 5322, 2.1.1). */
#define TEMPLATE_LINE_MAX 990

/* What tags read; the verdict's fields need not be there yet. */
struct template_source {
	const struct verdict *verdict;
	const struct envelope *envelope;
	const struct policy *policy;
};

/*
 * Expands `text` for a field of that name: folded by LF and tab, without CR,
 * NUL or any line that does not begin with a blank. Absent at the cap.
 */
struct slice template_field(struct arena *arena, struct slice name, struct slice text,
    const struct template_source *source);

/* Expands `text` to one line without control characters, at most 900 bytes. Absent at the cap. */
struct slice
template_line(struct arena *arena, struct slice text, const struct template_source *source);

/* The first thing in `text` that looks like a tag ("_SCOER_") and is none; absent: all are known. */
struct slice template_unknown_tag(struct slice text);

#endif
