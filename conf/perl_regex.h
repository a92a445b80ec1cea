/*
 * perl_regex.h - a regular expression of SpamAssassin's rules -> one that the engine takes
 *
 * SpamAssassin compiles its patterns by Perl over bytes, without interpolation
 * and with any warning as an error; ours are PCRE2's. What both read alike is
 * kept as written, the rest is put in PCRE2's words, and what cannot be said
 * there is an error with its place. Law: Mail::SpamAssassin::Util's
 * compile_regexp and perlre(1) of Perl 5.36.
 *
 * SYNOPSIS
 *	if (!perl_regex_read(arena, SLICE("m{a/b}i"), &pattern, &err))
 *		tell(&err);
 *	use(pattern);		("/a\/b/il")
 */
#ifndef STEELYARD_CONF_PERL_REGEX_H
#define STEELYARD_CONF_PERL_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/util/arena.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"

/* PCRE2's limit on names; those of its groups that stand for tags begin so. */
#define PERL_NAME_MAX 32
#define PERL_CALL_PREFIX "tag_"

/* Compiled code of so many bytes surely fits into PCRE2's two-byte links. */
#define PERL_COST_MAX ((size_t)48000)

/* A pattern taken apart: what stands between the delimiters, and the flags behind. */
struct perl_pattern {
	struct slice body;
	struct slice flags;
	unsigned column; /* of the body's first byte, from 1 */
};

/* A text that is called by name where PERL_CALL_MARK name PERL_CALL_MARK stands in a body. */
#define PERL_CALL_MARK '\001'
struct perl_call {
	struct slice name;
	struct slice pattern; /* translated, without delimiters */
	bool whole; /* one atom: it may be quantified */
	unsigned min, max; /* bytes it matches */
	bool used; /* set by the translation; so is this: a call would not do what the text does */
	bool refused;
};

/* What a translation learned of a pattern. */
struct perl_facts {
	size_t cost; /* a guess at PCRE2's compiled code, in bytes */
	bool refers; /* to captures or to itself: groups may not be added or moved */
	bool alternates; /* a | outside of all groups */
	bool flips; /* flags that are not confined to a group */
	bool whole; /* one atom */
	bool names; /* it has named captures */
	unsigned min, max;
};

#define PERL_UNBOUNDED 65536U

/* Takes delimiters and flags off as SpamAssassin does. False with *err. */
bool perl_regex_split(struct slice text, struct perl_pattern *pattern_r, struct err *err);

/*
 * Translates a body under its flags into "/pattern/flags", or with `bare` the
 * pattern alone. `calls` (may be NULL when count is 0) are what its call marks
 * mean; a mark where a call would not do what the text does is an error.
 * False with *err.
 */
bool perl_regex_translate(struct arena *arena, const struct perl_pattern *pattern,
    struct perl_call *calls, size_t call_count, bool bare, struct slice *pattern_r,
    struct perl_facts *facts_r, struct err *err);

/* Both: what stands behind =~ in a rule -> "/pattern/flags". False with *err, column in text. */
bool
perl_regex_read(struct arena *arena, struct slice text, struct slice *pattern_r, struct err *err);

#endif
