/*
 * perl_lookbehind.c - lookbehinds of several lengths as alternatives of one length each
 *
 * Perl 5.36 looks behind over any length up to 255, PCRE2 10.42 wants each
 * alternative of a lookbehind to have one. So (?<=a?b|c) becomes
 * (?<=(?:b|c)|ab): for each length what has it. The input is our own
 * translation, whose writing is simple: classes hold no bare ], quantifiers
 * no blanks, and a group says at its beginning what it is.
 *
 * Captures, references, atoms that do not give back and flags in the middle
 * would not mean the same afterwards; lookarounds inside are kept whole.
 * Limit: LENGTH_MAX bytes behind, TEXT_MAX bytes of text.
 */
#include "conf/perl_parser.h"

#include "engine/util/ascii.h"

#define LENGTH_MAX PERL_LOOKBEHIND_MAX
#define TEXT_MAX ((size_t)16 * 1024)

/* For each length what matches so many bytes: absent where nothing does. */
struct lengths {
	struct slice v[LENGTH_MAX + 1];
};

struct expander {
	struct arena *arena;
	struct slice text;
	size_t at;
	const char *why; /* NULL: all is well */
};

static struct lengths *alternatives(struct expander *expander);

static void *
fail(struct expander *expander, const char *why)
{
	if (expander->why == NULL)
		expander->why = why;
	return NULL;
}

static struct lengths *
lengths_new(struct expander *expander)
{
	struct lengths *lengths = arena_alloc(expander->arena, sizeof(*lengths));

	return lengths == NULL ? fail(expander, "no memory") : lengths;
}

/* One more alternative for a length. */
static void
add_length(struct expander *expander, struct lengths *lengths, size_t n, struct slice text)
{
	struct slice *old;

	if (n > LENGTH_MAX) {
		fail(expander, "it is too long");
		return;
	}
	old = &lengths->v[n];
	if (old->p == NULL)
		*old = text;
	else if (!slice_eq(*old, text))
		*old = arena_printf(expander->arena, "%.*s|%.*s", SLICE_ARG(*old), SLICE_ARG(text));
	if (old->p == NULL || old->n > TEXT_MAX)
		fail(expander, "it has too many forms");
}

/* Whether a | stands outside of its groups and classes. */
static bool
has_bar(struct slice text)
{
	unsigned depth = 0;
	bool class = false;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '\\')
			i++;
		else if (class && c == '[') /* [:alpha:] */
			i = slice_find(text, i, SLICE(":]")) + 1;
		else if (c == '[' || c == ']')
			class = c == '[';
		else if (!class && (c == '(' || c == ')'))
			depth += c == '(' ? 1 : -1U;
		else if (!class && depth == 0 && c == '|')
			return true;
	}
	return false;
}

/* A text that others may follow. */
static struct slice
closed(struct expander *expander, struct slice text)
{
	return has_bar(text) ? arena_printf(expander->arena, "(?:%.*s)", SLICE_ARG(text)) : text;
}

static struct lengths *
join(struct expander *expander, const struct lengths *a, const struct lengths *b)
{
	struct lengths *sum = lengths_new(expander);

	for (size_t i = 0; i <= LENGTH_MAX && expander->why == NULL; i++) {
		for (size_t k = 0; k <= LENGTH_MAX && a->v[i].p != NULL && expander->why == NULL;
		     k++) {
			struct slice left, right;

			if (b->v[k].p == NULL)
				continue;
			left = closed(expander, a->v[i]);
			right = closed(expander, b->v[k]);
			add_length(expander, sum, i + k,
			    arena_printf(
				expander->arena, "%.*s%.*s", SLICE_ARG(left), SLICE_ARG(right)));
		}
	}
	return expander->why == NULL ? sum : NULL;
}

/* The one length of it, or LENGTH_MAX + 1. */
static size_t
only_length(const struct lengths *lengths)
{
	size_t found = LENGTH_MAX + 1;

	for (size_t i = 0; i <= LENGTH_MAX; i++) {
		if (lengths->v[i].p == NULL)
			continue;
		if (found <= LENGTH_MAX)
			return LENGTH_MAX + 1;
		found = i;
	}
	return found;
}

/* Behind the ] of the class at `at`. */
static size_t
class_end(struct slice text, size_t at)
{
	for (at++; at < text.n; at++) {
		if (text.p[at] == '\\')
			at++;
		else if (text.p[at] == '[')
			at = slice_find(text, at, SLICE(":]")) + 1;
		else if (text.p[at] == ']')
			return at + 1;
	}
	return text.n;
}

/* What has one length, so often: its text with a quantifier. */
static struct slice
power(struct expander *expander, struct slice text, unsigned times)
{
	bool atom = text.n == 1 || (text.p[0] == '[' && class_end(text, 0) == text.n) ||
		    (text.p[0] == '\\' && (text.n == 2 || (text.n == 4 && text.p[1] == 'x')));

	if (times < 2)
		return times == 0 ? SLICE("") : text;
	return arena_printf(
	    expander->arena, atom ? "%.*s{%u}" : "(?:%.*s){%u}", SLICE_ARG(text), times);
}

/* The same min to max times over. */
static struct lengths *
repeated(struct expander *expander, const struct lengths *once, unsigned min, unsigned max)
{
	struct lengths *part = lengths_new(expander), *sum = lengths_new(expander);
	size_t one = only_length(once);

	if (expander->why != NULL)
		return NULL;
	if (one == 0)
		return fail(expander, "what matches nothing is repeated in it");
	part->v[0] = SLICE("");
	for (unsigned times = 0; times <= max && expander->why == NULL; times++) {
		if (one <= LENGTH_MAX && times >= min)
			add_length(
			    expander, sum, one * times, power(expander, once->v[one], times));
		if (one <= LENGTH_MAX)
			continue;
		for (size_t i = 0; i <= LENGTH_MAX && times >= min; i++) {
			if (part->v[i].p != NULL)
				add_length(expander, sum, i, part->v[i]);
		}
		if (times < max)
			part = join(expander, part, once);
	}
	return expander->why == NULL ? sum : NULL;
}

/* Behind the ) that closes the group at `at`. */
static size_t
group_end(struct slice text, size_t at)
{
	unsigned depth = 0;
	bool class = false;

	for (; at < text.n; at++) {
		char c = text.p[at];

		if (c == '\\')
			at++;
		else if (class && c == '[')
			at = slice_find(text, at, SLICE(":]")) + 1;
		else if (c == '[' || c == ']')
			class = c == '[';
		else if (!class && c == '(')
			depth++;
		else if (!class && c == ')' && --depth == 0)
			return at + 1;
	}
	return text.n;
}

/* (?: ), (?| ) or (?i-s: ) and what is in it; an atomic one must have one length. */
static struct lengths *
group(struct expander *expander)
{
	struct slice rest = slice_from(expander->text, expander->at), head;
	size_t colon = 2;
	struct lengths *inner, *whole;
	bool atomic = slice_starts(rest, SLICE("(?>"));

	while (colon < rest.n && (ascii_is_lower(rest.p[colon]) || rest.p[colon] == '-'))
		colon++;
	if (!slice_starts(rest, SLICE("(?")) || colon >= rest.n ||
	    (rest.p[colon] != ':' && !(colon == 2 && (atomic || rest.p[colon] == '|'))))
		return fail(expander, "there are captures, references or flags in it");
	head = slice_cut(rest, 0, colon + 1);
	expander->at += head.n;
	inner = alternatives(expander);
	expander->at++;
	if (inner == NULL)
		return NULL;
	if (atomic && only_length(inner) > LENGTH_MAX)
		return fail(expander, "an atomic group in it has several");
	whole = lengths_new(expander);
	for (size_t i = 0; i <= LENGTH_MAX && expander->why == NULL; i++) {
		if (inner->v[i].p != NULL)
			add_length(expander, whole, i,
			    arena_printf(expander->arena, "%.*s%.*s)", SLICE_ARG(head),
				SLICE_ARG(inner->v[i])));
	}
	return whole;
}

/* \R is a CR LF, or one of the others, but never the CR of a CR LF alone. */
static struct lengths *
line_end(struct expander *expander)
{
	struct lengths *lengths = lengths_new(expander);

	expander->at += 2;
	if (lengths == NULL)
		return NULL;
	lengths->v[1] = SLICE("(?:[\\n\\x0b\\x0c\\x85]|\\r(?!\\n))");
	lengths->v[2] = SLICE("\\r\\n");
	return lengths;
}

/* One atom, its quantifier not read. */
static struct lengths *
atom(struct expander *expander)
{
	struct slice rest = slice_from(expander->text, expander->at);
	struct lengths *lengths;
	size_t n = 1, width = 1;

	if (slice_starts(rest, SLICE("\\R")))
		return line_end(expander);
	if (slice_starts(rest, SLICE("(?=")) || slice_starts(rest, SLICE("(?!")) ||
	    slice_starts(rest, SLICE("(?<=")) || slice_starts(rest, SLICE("(?<!"))) {
		n = group_end(rest, 0);
		width = 0;
	} else if (rest.p[0] == '(') {
		return group(expander);
	} else if (rest.p[0] == '[') {
		n = class_end(rest, 0);
	} else if (slice_starts(rest, SLICE("\\x"))) {
		n = 4;
	} else if (slice_starts(rest, SLICE("\\p")) || slice_starts(rest, SLICE("\\P"))) {
		n = slice_find_byte(rest, 0, '}') + 1;
	} else if (rest.p[0] == '\\') {
		n = 2;
		if (rest.n > 1 && memchr("bBAzZG", rest.p[1], 6) != NULL)
			width = 0;
		else if (rest.n > 1 &&
			 (ascii_is_digit(rest.p[1]) || memchr("gk", rest.p[1], 2) != NULL))
			return fail(expander, "there are references in it");
	} else if (rest.p[0] == '^' || rest.p[0] == '$') {
		width = 0;
	}
	lengths = lengths_new(expander);
	if (lengths != NULL)
		lengths->v[width] = slice_cut(rest, 0, n);
	expander->at += n;
	return lengths;
}

static bool
read_number(struct expander *expander, unsigned *value_r)
{
	bool some = false;

	*value_r = 0;
	for (; expander->at < expander->text.n && ascii_is_digit(expander->text.p[expander->at]);
	     expander->at++) {
		*value_r = *value_r * 10 + (unsigned)(expander->text.p[expander->at] - '0');
		some = true;
	}
	return some;
}

/* Whether the text goes on with `c`, which is skipped. */
static bool
skip(struct expander *expander, char c)
{
	if (expander->at >= expander->text.n || expander->text.p[expander->at] != c)
		return false;
	expander->at++;
	return true;
}

/* The quantifier behind an atom. Which way it is greedy does not matter here. */
static struct lengths *
quantified(struct expander *expander, struct lengths *lengths)
{
	unsigned min = 0, max = 1;

	if (lengths == NULL || expander->at >= expander->text.n)
		return lengths;
	if (skip(expander, '{')) {
		read_number(expander, &min);
		max = min;
		if (skip(expander, ',') && !read_number(expander, &max))
			max = LENGTH_MAX + 1;
		skip(expander, '}');
	} else if (!skip(expander, '?')) {
		return lengths;
	}
	if (skip(expander, '+'))
		return fail(expander, "a possessive quantifier stands in it");
	skip(expander, '?');
	if (max > LENGTH_MAX)
		return fail(expander, "it is too long");
	return repeated(expander, lengths, min, max);
}

static struct lengths *
sequence(struct expander *expander)
{
	struct lengths *whole = lengths_new(expander);

	if (whole == NULL)
		return NULL;
	whole->v[0] = SLICE("");
	while (expander->at < expander->text.n && expander->text.p[expander->at] != '|' &&
	       expander->text.p[expander->at] != ')') {
		struct lengths *next = quantified(expander, atom(expander));

		whole = next == NULL ? NULL : join(expander, whole, next);
		if (whole == NULL)
			return NULL;
	}
	return whole;
}

static struct lengths *
alternatives(struct expander *expander)
{
	struct lengths *all = sequence(expander);

	while (all != NULL && skip(expander, '|')) {
		struct lengths *next = sequence(expander);

		if (next == NULL)
			return NULL;
		for (size_t i = 0; i <= LENGTH_MAX; i++) {
			if (next->v[i].p != NULL)
				add_length(expander, all, i, next->v[i]);
		}
		if (expander->why != NULL)
			return NULL;
	}
	return all;
}

bool
perl_lookbehind(
    struct arena *arena, struct slice content, struct slice *content_r, const char **why_r)
{
	struct expander expander = { .arena = arena, .text = content };
	struct lengths *all = alternatives(&expander);
	struct buf out = { .arena = arena };
	bool first = true;

	*why_r = expander.why == NULL ? "it is not read" : expander.why;
	if (all == NULL || expander.at < content.n)
		return false;
	for (size_t i = 0; i <= LENGTH_MAX; i++) {
		if (all->v[i].p == NULL)
			continue;
		if (!first)
			buf_add_byte(&out, '|');
		first = false;
		buf_add(&out, all->v[i]);
	}
	*content_r = out.n == 0 ? SLICE("") : buf_slice(&out);
	return !out.failed;
}
