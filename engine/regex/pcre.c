/*
 * pcre.c - regular expressions by PCRE2 (8-bit library), the only file that includes it
 *
 * Machine code is made of a pattern when it is first run, where that is
 * allowed, for of thousands a day's mail runs some hundreds. It is made of a
 * copy, whose address is then published: what threads may read at that time is
 * never written to, and two who are first together do the work twice. When a
 * match overflows the JIT's stack it is done again by the interpreter, which
 * takes its memory from the heap up to a limit. PCRE2 counts its match limit anew
 * for each place where a match may begin, so a pattern that costs a little
 * less than the limit everywhere would cost minutes on a long text: such a
 * text is walked in windows of start positions (PCRE2's offset limit) and the
 * budget is asked between them. Lookbehinds, ^ and \A see the whole text.
 *
 * Patterns may not switch UTF on by themselves, nor use \C. Perl's code
 * blocks, (?{ }), are errors of PCRE2's. Newline is LF, \R any.
 *
 * Limits: REGEX_PATTERN_MAX, WIDE_RANGES_MAX, the match and heap limits, JIT_STACK_MAX,
 * WINDOW. Sources: pcre2api(3), pcre2jit(3), perlop on delimiters.
 */
#include "engine/regex/pcre.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <assert.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "engine/util/ascii.h"

#define JIT_STACK_FIRST ((size_t)32 * 1024)
#define JIT_STACK_MAX ((size_t)1024 * 1024)
/* Start positions tried in one call of PCRE2's: with the match limit some seconds at worst. */
#define WINDOW ((size_t)4096)

/* Ranges beyond ASCII in a pattern that folds the case of all of Unicode: a quarter of a second. */
#define WIDE_RANGES_MAX 64

/* The match itself and the first group, and more only where there are names: for time. */
#define GROUPS_KEPT 2

/* The layout of PCRE2's character tables: lower case, other case, and what we leave alone. */
#define TABLE_LOWER 0
#define TABLE_FLIP 256

struct regex_compiler {
	pcre2_compile_context *plain;
	pcre2_compile_context *latin1;
	const uint8_t *latin1_tables;
};

struct regex {
	pcre2_code *code; /* the interpreter's */
	_Atomic(pcre2_code *) ready; /* with machine code; NULL: it was not run yet */
	size_t least; /* no match is shorter (in characters): shorter texts are not looked at */
	bool interpreted; /* always */
	bool utf;
	bool whole; /* \G asks where a search began: no windows */
	uint32_t name_count, name_size; /* of the table of names */
	PCRE2_SPTR names; /* the code's */
	uint32_t pairs; /* of offsets that a match should tell */
};

struct regex_scratch {
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
	uint32_t pairs; /* of offsets that `data` has room for */
	int groups; /* PCRE2's result of the last match */
};

static void *
must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

/* PCRE2's own tables, with the capitals and small letters of 0xc0-0xfe paired. */
static const uint8_t *
latin1_tables_new(void)
{
	uint8_t *tables = must((uint8_t *)(uintptr_t)pcre2_maketables(NULL));

	for (unsigned upper = 0xc0; upper <= 0xde; upper++) {
		unsigned lower = upper + 0x20;

		if (upper == 0xd7)
			continue;
		tables[TABLE_LOWER + upper] = (uint8_t)lower;
		tables[TABLE_FLIP + upper] = (uint8_t)lower;
		tables[TABLE_FLIP + lower] = (uint8_t)upper;
	}
	return tables;
}

static pcre2_compile_context *
compile_context_new(void)
{
	pcre2_compile_context *context = must(pcre2_compile_context_create(NULL));

	pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	pcre2_set_bsr(context, PCRE2_BSR_UNICODE);
	pcre2_set_max_pattern_length(context, REGEX_PATTERN_MAX);
	return context;
}

struct regex_compiler *
regex_compiler_new(void)
{
	struct regex_compiler *compiler = must(calloc(1, sizeof(*compiler)));

	compiler->plain = compile_context_new();
	compiler->latin1 = compile_context_new();
	compiler->latin1_tables = latin1_tables_new();
	pcre2_set_character_tables(compiler->latin1, compiler->latin1_tables);
	return compiler;
}

void
regex_compiler_free(struct regex_compiler **compiler)
{
	if (*compiler == NULL)
		return;
	pcre2_compile_context_free((*compiler)->plain);
	pcre2_compile_context_free((*compiler)->latin1);
	pcre2_maketables_free(NULL, (*compiler)->latin1_tables);
	free(*compiler);
	*compiler = NULL;
}

/* Where the closing delimiter stands, from `at` on (paired ones may nest), or text.n. */
static size_t
find_closing(struct slice text, size_t at, char open)
{
	char closing = ascii_closing(open);
	unsigned depth = 1;

	for (; at < text.n; at++) {
		if (text.p[at] == '\\')
			at++;
		else if (text.p[at] == closing && --depth == 0)
			return at;
		else if (text.p[at] == open && closing != open)
			depth++;
	}
	return text.n;
}

static bool
flags_plausible(struct slice flags)
{
	for (size_t i = 0; i < flags.n; i++) {
		if (!ascii_is_lower(flags.p[i]))
			return false;
	}
	return true;
}

bool
regex_pattern_parse(struct slice text, struct regex_pattern *pattern_r, struct err *err)
{
	size_t at = 0, closing;
	bool named;

	text = slice_trim(text);
	if (slice_starts(text, SLICE("qr")))
		at = 2;
	else if (slice_starts(text, SLICE("m")))
		at = 1;
	named = at > 0;
	if (at >= text.n || ascii_is_word(text.p[at]) || ascii_is_space(text.p[at]) ||
	    ascii_is_high(text.p[at]) || text.p[at] == '\\' ||
	    (!named && text.p[at] != '/' && text.p[at] != '!')) {
		err_set(err, "a pattern is written /pattern/flags or m{pattern}flags");
		return false;
	}
	closing = find_closing(text, at + 1, text.p[at]);
	if (closing >= text.n) {
		err_set(err, "the pattern has no closing %c", ascii_closing(text.p[at]));
		return false;
	}
	pattern_r->delimiter = text.p[at];
	pattern_r->body = slice_cut(text, at + 1, closing);
	pattern_r->flags = slice_from(text, closing + 1);
	if (!flags_plausible(pattern_r->flags)) {
		err_set(err,
		    "after the closing %c only flags may stand: write \\%c for the mark itself",
		    text.p[closing], text.p[closing]);
		return false;
	}
	return true;
}

/* Perl's flags as PCRE2's options. */
static bool
parse_flags(struct slice flags, uint32_t *options_r, bool *latin1_r, struct err *err)
{
	uint32_t options = PCRE2_USE_OFFSET_LIMIT | PCRE2_NEVER_BACKSLASH_C;
	bool utf = false, latin1 = false;

	for (size_t i = 0; i < flags.n; i++) {
		switch (flags.p[i]) {
		case 'i':
			options |= PCRE2_CASELESS;
			break;
		case 'm':
			options |= PCRE2_MULTILINE;
			break;
		case 's':
			options |= PCRE2_DOTALL;
			break;
		case 'x':
			options |= (options & PCRE2_EXTENDED) != 0 ? PCRE2_EXTENDED_MORE
								   : PCRE2_EXTENDED;
			break;
		case 'n':
			options |= PCRE2_NO_AUTO_CAPTURE;
			break;
		case 'u':
			utf = true;
			break;
		case 'l':
			latin1 = true;
			break;
		case 'a': /* ASCII classes: always */
		case 'g': /* counting is the tag multiple's */
		case 'o': /* once: always */
			break;
		default:
			err_set(err, "no such pattern flag: %c (there are i m s x n u l a g o)",
			    flags.p[i]);
			return false;
		}
	}
	if (utf && latin1) {
		err_set(err, "the pattern flags u and l exclude each other");
		return false;
	}
	options |= utf ? PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF
		       : PCRE2_NEVER_UTF | PCRE2_NEVER_UCP;
	*options_r = options;
	*latin1_r = latin1;
	return true;
}

/* Whether \G stands in it. */
static bool
pattern_asks_start(struct slice body)
{
	for (size_t i = 0; i + 1 < body.n; i++) {
		if (body.p[i] == '\\' && body.p[++i] == 'G')
			return true;
	}
	return false;
}

/*
 * A lower bound of a match's characters. The JIT does not ask, and a text of
 * many short paragraphs asks for every rule in each of them.
 */
static size_t
shortest_match(const pcre2_code *code)
{
	uint32_t least = 0;

	return pcre2_pattern_info(code, PCRE2_INFO_MINLENGTH, &least) == 0 ? least : 0;
}

/* Looks up the named groups; a match then tells of all groups. */
static void
find_names(struct regex *regex)
{
	uint32_t groups = 0;

	regex->pairs = GROUPS_KEPT;
	pcre2_pattern_info(regex->code, PCRE2_INFO_NAMECOUNT, &regex->name_count);
	if (regex->name_count == 0)
		return;
	pcre2_pattern_info(regex->code, PCRE2_INFO_NAMEENTRYSIZE, &regex->name_size);
	pcre2_pattern_info(regex->code, PCRE2_INFO_NAMETABLE, &regex->names);
	pcre2_pattern_info(regex->code, PCRE2_INFO_CAPTURECOUNT, &groups);
	if (groups + 1 > regex->pairs)
		regex->pairs = groups + 1;
}

/*
 * Whether compiling stays short. Of a range in a class PCRE2 looks up the cases of each character,
 * 4 ms for all of Unicode; whatever else stands in a pattern, its own limit on the compiled size
 * (64 KB where the library has its usual links) keeps to a few milliseconds.
 */
static bool
is_quick(const struct regex_pattern *pattern, uint32_t options, struct err *err)
{
	const struct slice body = pattern->body;
	bool folds = (options & PCRE2_CASELESS) != 0 || slice_find(body, 0, SLICE("(?")) < body.n;
	size_t ranges = 0;

	if ((options & PCRE2_UTF) == 0 || !folds)
		return true;
	for (size_t i = 0; i + 1 < body.n && ranges <= WIDE_RANGES_MAX; i++)
		ranges += body.p[i] == '-' &&
			  (body.p[i + 1] == '\\' || ascii_is_high(body.p[i + 1]) ||
			      ascii_is_space(body.p[i + 1]));
	if (ranges <= WIDE_RANGES_MAX)
		return true;
	err_set(err,
	    "with the flags u and i a pattern has at most %d ranges to characters beyond ASCII: "
	    "they take long to compile",
	    WIDE_RANGES_MAX);
	return false;
}

/* NULL with *err. */
static pcre2_code *
compile(const struct regex_compiler *compiler, struct slice text, uint32_t more_options,
    struct regex_pattern *pattern_r, uint32_t *options_r, struct err *err)
{
	pcre2_code *code;
	PCRE2_UCHAR reason[256];
	PCRE2_SIZE offset;
	bool latin1;
	int error;

	if (!regex_pattern_parse(text, pattern_r, err) ||
	    !parse_flags(pattern_r->flags, options_r, &latin1, err) ||
	    !is_quick(pattern_r, *options_r, err))
		return NULL;
	code = pcre2_compile((PCRE2_SPTR)pattern_r->body.p, pattern_r->body.n,
	    *options_r | more_options, &error, &offset,
	    latin1 ? compiler->latin1 : compiler->plain);
	if (code != NULL)
		return code;
	pcre2_get_error_message(error, reason, sizeof(reason));
	err_set(err, "the pattern does not compile: %s", (const char *)reason);
	err->column = (unsigned)((size_t)(pattern_r->body.p - text.p) + offset + 1);
	return NULL;
}

static struct regex *
regex_of(const struct regex_compiler *compiler, struct slice text, uint32_t more_options,
    struct err *err)
{
	struct regex_pattern pattern;
	uint32_t options;
	pcre2_code *code = compile(compiler, text, more_options, &pattern, &options, err);
	struct regex *regex;

	if (code == NULL)
		return NULL;
	regex = must(calloc(1, sizeof(*regex)));
	regex->code = code;
	regex->utf = (options & PCRE2_UTF) != 0;
	regex->whole = pattern_asks_start(pattern.body);
	regex->least = shortest_match(code);
	find_names(regex);
	return regex;
}

struct regex *
regex_new(const struct regex_compiler *compiler, struct slice text, struct err *err)
{
	return regex_of(compiler, text, 0, err);
}

struct regex *
regex_new_interpreted(const struct regex_compiler *compiler, struct slice text, struct err *err)
{
	struct regex *regex = regex_of(compiler, text, PCRE2_AUTO_CALLOUT, err);

	if (regex != NULL)
		regex->interpreted = true;
	return regex;
}

/* What a pattern is run as, made now. */
static const pcre2_code *
make_ready(const struct regex *regex)
{
	/* Const to all who run it, but for this cell. */
	struct regex *cell = (struct regex *)(uintptr_t)regex;
	pcre2_code *code, *first = NULL;

	code = pcre2_code_copy(regex->code);
	/* Where there is no machine code to be had, the interpreter runs the copy. */
	pcre2_jit_compile(must(code), PCRE2_JIT_COMPLETE);
	if (atomic_compare_exchange_strong_explicit(
		&cell->ready, &first, code, memory_order_acq_rel, memory_order_acquire))
		return code;
	pcre2_code_free(code);
	return first;
}

static const pcre2_code *
ready_code(const struct regex *regex)
{
	const pcre2_code *code = atomic_load_explicit(&regex->ready, memory_order_acquire);

	return code != NULL ? code : make_ready(regex);
}

void
regex_free(struct regex **regex)
{
	if (*regex == NULL)
		return;
	pcre2_code_free((*regex)->code);
	pcre2_code_free(atomic_load_explicit(&(*regex)->ready, memory_order_relaxed));
	free(*regex);
	*regex = NULL;
}

size_t
regex_size(const struct regex *regex)
{
	size_t size = 0;

	return pcre2_pattern_info(regex->code, PCRE2_INFO_SIZE, &size) == 0 ? size : SIZE_MAX;
}

bool
regex_has_jit(const struct regex *regex)
{
	size_t size = 0;

	return pcre2_pattern_info(ready_code(regex), PCRE2_INFO_JITSIZE, &size) == 0 && size > 0;
}

struct regex_scratch *
regex_scratch_new(void)
{
	struct regex_scratch *scratch = must(calloc(1, sizeof(*scratch)));

	scratch->pairs = GROUPS_KEPT;
	scratch->data = must(pcre2_match_data_create(scratch->pairs, NULL));
	scratch->context = must(pcre2_match_context_create(NULL));
	/* Without it (no JIT in this build) PCRE2 uses 32 KB of the machine's stack. */
	scratch->stack = pcre2_jit_stack_create(JIT_STACK_FIRST, JIT_STACK_MAX, NULL);
	if (scratch->stack != NULL)
		pcre2_jit_stack_assign(scratch->context, NULL, scratch->stack);
	return scratch;
}

void
regex_scratch_free(struct regex_scratch **scratch)
{
	if (*scratch == NULL)
		return;
	pcre2_match_data_free((*scratch)->data);
	pcre2_match_context_free((*scratch)->context);
	if ((*scratch)->stack != NULL)
		pcre2_jit_stack_free((*scratch)->stack);
	free(*scratch);
	*scratch = NULL;
}

/* One call of PCRE2's: matches that begin in [from, last]. Its own result code. */
static int
match_window(const pcre2_code *code, struct regex_scratch *scratch, struct slice text, size_t from,
    size_t last, uint32_t options, bool *fell_back)
{
	PCRE2_SPTR subject = (PCRE2_SPTR)(text.p == NULL ? "" : text.p);
	int rc;

	pcre2_set_offset_limit(scratch->context, last);
	rc = pcre2_match(code, subject, text.n, from, options, scratch->data, scratch->context);
	if (rc != PCRE2_ERROR_JIT_STACKLIMIT)
		return rc;
	*fell_back = true;
	return pcre2_match(
	    code, subject, text.n, from, options | PCRE2_NO_JIT, scratch->data, scratch->context);
}

/* Takes a match over into *match and moves the search behind it. */
static void
match_take(struct regex_scratch *scratch, size_t from, struct regex_match *match)
{
	const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(scratch->data);
	/* \K inside a lookaround can put the start behind the end. */
	size_t start = offsets[0] <= offsets[1] ? offsets[0] : offsets[1];

	match->start = start;
	match->end = offsets[1];
	match->next = offsets[1] > from ? offsets[1] : from;
	match->skip_empty = offsets[1] <= from || offsets[0] == offsets[1];
}

/* No character of UTF-8 begins with such a byte. */
static bool
utf8_continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Makes room for so many pairs of offsets. */
static void
scratch_widen(struct regex_scratch *scratch, uint32_t pairs)
{
	if (pairs <= scratch->pairs)
		return;
	pcre2_match_data_free(scratch->data);
	scratch->data = must(pcre2_match_data_create(pairs, NULL));
	scratch->pairs = pairs;
}

/* An item of the pattern is about to be tried: PCRE2's own limit begins anew at each place. */
static int
count_step(pcre2_callout_block *block, void *p)
{
	size_t *steps = p;

	(void)block;
	if (*steps == 0)
		return PCRE2_ERROR_MATCHLIMIT;
	--*steps;
	return 0;
}

static void
set_limits(struct regex_scratch *scratch, const struct regex_limits *limits)
{
	pcre2_set_match_limit(
	    scratch->context, limits->match != 0 ? limits->match : REGEX_MATCH_LIMIT);
	pcre2_set_heap_limit(
	    scratch->context, limits->heap != 0 ? limits->heap : REGEX_HEAP_LIMIT_KIB);
	pcre2_set_callout(
	    scratch->context, limits->steps != NULL ? count_step : NULL, limits->steps);
}

enum regex_outcome
regex_next(const struct regex *regex, struct regex_scratch *scratch, struct slice text,
    const struct regex_limits *limits, struct regex_match *match)
{
	size_t from = match->next;
	bool skip_empty = match->skip_empty;
	const pcre2_code *code;

	if (text.n < regex->least)
		return REGEX_NO_MATCH;
	code = regex->interpreted || limits->interpret ? regex->code : ready_code(regex);
	scratch_widen(scratch, regex->pairs);
	set_limits(scratch, limits);
	while (from <= text.n) {
		bool whole = regex->whole || limits->anchored || text.n - from < WINDOW;
		size_t last = whole ? text.n : from + WINDOW - 1;
		uint32_t options = (skip_empty ? PCRE2_NOTEMPTY_ATSTART : 0) |
				   (limits->anchored ? PCRE2_ANCHORED : 0);
		int rc = match_window(code, scratch, text, from, last, options, &match->fell_back);

		if (rc >= 0) {
			scratch->groups = rc;
			match_take(scratch, from, match);
			return REGEX_MATCH;
		}
		match->out_of_heap = rc == PCRE2_ERROR_HEAPLIMIT;
		if (rc != PCRE2_ERROR_NOMATCH)
			return REGEX_LIMIT;
		if (limits->budget != NULL && last < text.n && budget_spent(limits->budget))
			return REGEX_SPENT;
		from = last + 1;
		while (regex->utf && from < text.n && utf8_continues(text.p[from]))
			from++;
		skip_empty = false;
	}
	return REGEX_NO_MATCH;
}

struct slice
regex_group(const struct regex_scratch *scratch, struct slice text)
{
	const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(scratch->data);

	/* 1: no group took part; 0: more did than are kept. */
	if (scratch->groups == 1 || offsets[2] == PCRE2_UNSET || offsets[3] < offsets[2])
		return SLICE_ABSENT;
	return slice_cut(text, offsets[2], offsets[3]);
}

size_t
regex_names(const struct regex *regex)
{
	return regex->name_count;
}

/* A row of the table: the number in two bytes, the name and a NUL. */
static PCRE2_SPTR
name_row(const struct regex *regex, size_t i)
{
	assert(i < regex->name_count);
	return regex->names + i * regex->name_size;
}

struct slice
regex_name(const struct regex *regex, size_t i)
{
	return slice_of((const char *)name_row(regex, i) + 2);
}

struct slice
regex_named(
    const struct regex *regex, const struct regex_scratch *scratch, struct slice text, size_t i)
{
	const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(scratch->data);
	PCRE2_SPTR row = name_row(regex, i);
	unsigned number = ((unsigned)row[0] << 8) | row[1];

	if (number >= (unsigned)scratch->groups || offsets[2 * number] == PCRE2_UNSET ||
	    offsets[2 * number + 1] < offsets[2 * number])
		return SLICE_ABSENT;
	return slice_cut(text, offsets[2 * number], offsets[2 * number + 1]);
}
