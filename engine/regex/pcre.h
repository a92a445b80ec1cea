/*
 * pcre.h - regular expressions: the one facade over PCRE2
 *
 * Patterns come with delimiters and flags ("/x/i", "m{x}s") and match bytes.
 * Classes are ASCII and /i folds ASCII letters only; /u reads the pattern and
 * the text as UTF-8 with Unicode properties (bytes that are not UTF-8 match
 * nothing); /l folds Latin-1 letters as well. A compiled regex is const and
 * may be used by any number of threads, each with a scratch of its own; its
 * machine code is made when it is first run.
 *
 * SYNOPSIS
 *	struct regex_compiler *compiler = regex_compiler_new();
 *	struct regex *regex = regex_new(compiler, SLICE("/a+/i"), &err);
 *	struct regex_match match = { 0 };
 *
 *	while (regex_next(regex, scratch, text, &limits, &match) == REGEX_MATCH)
 *		use(slice_cut(text, match.start, match.end));
 *	regex_free(&regex);
 *	regex_compiler_free(&compiler);
 */
#ifndef STEELYARD_ENGINE_REGEX_PCRE_H
#define STEELYARD_ENGINE_REGEX_PCRE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/util/budget.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"

/* The longest pattern that is compiled, delimiters left out. */
#define REGEX_PATTERN_MAX ((size_t)256 * 1024)
/* What one match may cost when the policy does not say: PCRE2's own default is 17-30 ms. */
#define REGEX_MATCH_LIMIT 100000
#define REGEX_HEAP_LIMIT_KIB ((unsigned)20 * 1024)

struct regex;
struct regex_compiler;
struct regex_scratch;

enum regex_outcome {
	REGEX_NO_MATCH,
	REGEX_MATCH,
	REGEX_LIMIT, /* a limit of PCRE2's was reached: it is not known whether it matches */
	REGEX_SPENT, /* the budget ran out on the way */
};

struct regex_limits {
	unsigned
	    match; /* PCRE2 match limit for each place a match may begin; 0: REGEX_MATCH_LIMIT */
	unsigned heap; /* KiB; 0: REGEX_HEAP_LIMIT_KIB */
	const struct budget *budget; /* NULL: none */
	bool anchored; /* a match begins where the search stands, or there is none */
	bool interpret; /* without machine code, for a few short texts: making it costs more */
	/*
	 * Of a pattern of regex_new_interpreted: steps that are left for all searches together,
	 * counted down at each item of the pattern that is tried; none left is REGEX_LIMIT. NULL:
	 * they are not counted.
	 */
	size_t *steps;
};

/* Where a search stands; zero it to begin. Offsets are bytes of the text. */
struct regex_match {
	size_t start, end;
	bool fell_back; /* the JIT's stack was too small: the interpreter matched */
	bool out_of_heap; /* REGEX_LIMIT was that of the heap */
	size_t next; /* regex_next's own: where to go on */
	bool skip_empty;
};

/* A pattern taken apart. */
struct regex_pattern {
	struct slice body; /* between the delimiters */
	struct slice flags;
	char delimiter; /* the opening one */
};

/*
 * Takes the delimiters and flags off: "/x/f", "m" or "qr" and any mark that
 * is no letter, digit, underscore, blank or backslash, or a bare "!x!". False
 * with *err: none, no closing one, an unescaped one inside.
 */
bool regex_pattern_parse(struct slice text, struct regex_pattern *pattern_r, struct err *err);

/* What several patterns share (tables, options). Never NULL. Must outlive its patterns. */
struct regex_compiler *regex_compiler_new(void);
void regex_compiler_free(struct regex_compiler **compiler);

/* Compiles "/x/i". NULL with *err, whose column is the byte of `text` from 1 (0: unknown). */
struct regex *regex_new(const struct regex_compiler *compiler, struct slice text, struct err *err);

/*
 * The same without machine code: it is matched by the interpreter, which keeps to match limits and
 * can count steps.
 */
struct regex *
regex_new_interpreted(const struct regex_compiler *compiler, struct slice text, struct err *err);

void regex_free(struct regex **regex);

/* Bytes that the compiled pattern takes, machine code left out. */
size_t regex_size(const struct regex *regex);

/* Whether the machine code compiler takes it; the start-up log tells. */
bool regex_has_jit(const struct regex *regex);

/* Match data and a JIT stack of 1 MB, of one thread at a time. Never NULL. */
struct regex_scratch *regex_scratch_new(void);
void regex_scratch_free(struct regex_scratch **scratch);

/*
 * The next match in text from where *match stands, as Perl's /g walks: after
 * an empty match the next one there must not be empty. Long texts are walked
 * in windows between which the budget is asked. After anything but
 * REGEX_MATCH the search is over.
 */
enum regex_outcome regex_next(const struct regex *regex, struct regex_scratch *scratch,
    struct slice text, const struct regex_limits *limits, struct regex_match *match);

/* The named groups of a pattern, in their order by name; one name may stand twice. */
size_t regex_names(const struct regex *regex);
struct slice regex_name(const struct regex *regex, size_t i);

/*
 * What the i-th named group took in the match that regex_next has just found
 * in `text` with this scratch. Absent: it took no part in it.
 */
struct slice regex_named(
    const struct regex *regex, const struct regex_scratch *scratch, struct slice text, size_t i);

/*
 * What the first group took in the match that regex_next has just found in
 * `text` with this scratch. Absent: it took no part in it, or there is none.
 */
struct slice regex_group(const struct regex_scratch *scratch, struct slice text);

#endif
