/*
 * pattern_cost.c - which way a rule's pattern goes to PCRE2, why, and what that may cost
 *
 * The way is asked of the prefilter. What the pattern requires, and what keeps it from requiring
 * anything, is worked out once more from its tree, as the prefilter has done.
 *
 * The guess: PCRE2's time for a kilobyte of ordinary mail, times the kilobytes that the view has
 * in a mean message, times the chance that the rarest literals stand in them. A rule of several
 * patterns is told of by its first.
 */
#include "engine/rules/pattern_cost.h"

#include "engine/regex/factor.h"
#include "engine/regex/syntax.h"
#include "engine/rules/prefilter.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"

/* Literals of a clause that are shown, and bytes of each. */
#define SHOWN 3
#define SHOWN_BYTES ((size_t)24)
/* Times that a text is searched; the fastest counts, and the first makes machine code. */
#define ROUNDS 4
/* Share of texts in which beginnings are found: counted over mailing lists' paragraphs. */
#define BEGINNINGS_CHANCE 0.01

static const char *const way_names[] = {
#define PATTERN_WAY_NAME(id, word) word,
	PATTERN_WAY_TABLE(PATTERN_WAY_NAME)
#undef PATTERN_WAY_NAME
};

/* A kilobyte of what mail is made of. */
static const struct slice ordinary = SLICE(
    "Hello Anna, thank you for the notes of last Tuesday. I have read them twice now and think "
    "that we should move the meeting to 10:30, since two of us come by train from Leeds. Could "
    "you ask Mr. Fenwick whether room 214 is free? The agenda has 6 points: the budget for the "
    "next quarter ($12,400), the new heating, who writes to the council, and so on.\n"
    "If you want to read ahead, the paper is at http://www.example.com/papers/2021/heating.html "
    "and the older ones are linked there. Please do not forward it yet; it is a draft, and some "
    "of the figures on page 3 are wrong (we had 1,250 visitors, not 12,500).\n"
    "On another matter: our account at the bank must be confirmed by the end of the month, or so "
    "their letter says. I shall call them tomorrow, as I do not like to click on links that come "
    "by mail. My number has changed, by the way: 0113 496 0000, or simply answer to this address, "
    "b.carter@mail.example.org.\n"
    "Best wishes, and see you on Thursday,\nBen\n-- \nBen Carter, Secretary, Example Society\n");

/* Bytes that a kind's rule reads in a mean message; of other kinds it is a field's value. */
#define FIELD_BYTES 100
static const double bytes_read[RULE_KIND_COUNT] = {
	[RULE_BODY] = 2200, [RULE_RAWBODY] = 3500, [RULE_FULL] = 5900, [RULE_URI] = 220
};

const char *
pattern_way_name(enum pattern_way way)
{
	return way_names[way];
}

/* What PCRE2 is asked about; NULL: nothing that is known before a message comes. */
static const struct regex *
regex_of_rule(const struct rule *rule)
{
	if (rule->regex != NULL)
		return rule->regex;
	if (rule->test_count > 0)
		return rule->tests[0].regex;
	for (size_t i = 0; i < rule->call.arg_count; i++) {
		if (rule->call.args[i].regex != NULL)
			return rule->call.args[i].regex;
	}
	return NULL;
}

static void
add_literal(struct buf *out, struct slice literal)
{
	buf_add_byte(out, '"');
	for (size_t i = 0; i < literal.n && i < SHOWN_BYTES; i++) {
		char c = literal.p[i];

		if (c < ' ' || c > '~' || c == '"' || c == '\\')
			buf_printf(out, "\\x%02x", (unsigned)(unsigned char)c);
		else
			buf_add_byte(out, c);
	}
	buf_add(out, literal.n > SHOWN_BYTES ? SLICE("...\"") : SLICE("\""));
}

/* "a" or "b" or 7 more, and "c" */
static struct slice
show(struct arena *arena, const struct factor *factor)
{
	struct buf out = { .arena = arena };

	for (size_t i = 0; i < factor->n; i++) {
		const struct factor_clause *clause = &factor->clauses[i];

		buf_add(&out, i > 0 ? SLICE(", and ") : SLICE(""));
		for (size_t k = 0; k < clause->n && k < SHOWN; k++) {
			buf_add(&out, k > 0 ? SLICE(" or ") : SLICE(""));
			add_literal(&out, clause->literals[k]);
		}
		if (clause->n > SHOWN)
			buf_printf(&out, " or %zu more", clause->n - SHOWN);
	}
	return buf_slice(&out);
}

/* Why the prefilter does not look for literals of the rule's, whose pattern may have some. */
static const char *
why_not(const struct rule *rule, bool understood, const struct factor *factor, bool beginnings)
{
	if (rule->template != NULL)
		return "it holds tags, so each message has a pattern of its own";
	if (rule->def.kind == RULE_FUNCTION)
		return "a function asks, which has texts of its own";
	if (prefilter_view_of(rule) == PREFILTER_COUNT)
		return "texts of this kind are short, and not looked through";
	if (rule->unproven)
		return "the prefilter failed its self-test";
	if (rule->crowded && factor->n == 0)
		return "no literal of 3 bytes or more is in all that it matches, and too many are "
		       "looked for by how they begin";
	if (!understood)
		return "something in it is not known to the prefilter";
	if (factor->n == 0)
		return beginnings ? "no literal of 3 bytes or more is in all that it matches"
				  : "no literal of 3 bytes or more is in all that it matches, nor "
				    "is it known by how it begins";
	return "too few rules read the same text to look through it";
}

/* The chance that one of the clause's literals stands in so many bytes. */
static double
chance_in(double chance, double bytes)
{
	double none = 1;

	for (; bytes >= 1; bytes--)
		none *= chance < 1 ? 1 - chance : 0;
	return 1 - none;
}

/* Nanoseconds that PCRE2 takes for `ordinary`. */
static double
time_of(const struct regex *regex, const struct pattern_clock *clock, struct regex_scratch *scratch)
{
	const struct regex_limits limits = { 0 };
	int64_t best = INT64_MAX;

	for (unsigned i = 0; i < ROUNDS; i++) {
		struct regex_match match = { 0 };
		int64_t begun = clock->ns(clock->p), took;

		regex_next(regex, scratch, ordinary, &limits, &match);
		took = clock->ns(clock->p) - begun;
		best = took < best ? took : best;
	}
	return (double)best;
}

bool
pattern_cost_guess(const struct ruleset *ruleset, const struct rule *rule,
    const struct pattern_clock *clock, struct regex_scratch *scratch, struct arena *arena,
    struct pattern_cost *cost_r)
{
	const struct regex *regex = regex_of_rule(rule);
	double bytes = bytes_read[rule->def.kind] > 0 ? bytes_read[rule->def.kind] : FIELD_BYTES;
	double chance = 1;
	struct arena *work = arena_new(SYNTAX_ARENA_MAX);
	struct factor factor = { .n = 0 };
	struct syntax_node *tree = NULL;
	bool literals, beginnings;

	*cost_r = (struct pattern_cost){ .rule = rule };
	if (!rule->live || (regex == NULL && rule->template == NULL)) {
		arena_free(&work);
		return false;
	}
	if (rule->regex != NULL)
		tree = syntax_parse(work, rule->def.pattern);
	if (tree != NULL)
		factor_find(work, tree, &factor);
	prefilter_looks(ruleset, rule, &literals, &beginnings);
	cost_r->way = literals ? (beginnings ? PATTERN_WAY_BOTH : PATTERN_WAY_LITERALS)
			       : (beginnings ? PATTERN_WAY_BEGINNINGS : PATTERN_WAY_PCRE2);
	if (!literals)
		cost_r->why = why_not(rule, tree != NULL, &factor, beginnings);
	cost_r->requires = show(arena, &factor);
	if (literals)
		chance = chance_in(factor.clauses[0].chance, bytes);
	if (beginnings)
		chance *= BEGINNINGS_CHANCE;
	if (regex != NULL)
		cost_r->us = time_of(regex, clock, scratch) * chance * bytes / (double)ordinary.n /
			     1000;
	arena_free(&work);
	return true;
}
