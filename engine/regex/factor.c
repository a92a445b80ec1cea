/*
 * factor.c - the literals that any match must hold, from the pattern's tree
 *
 * For each node either the whole list of what it takes, where that is short
 * and small, or sets of what it begins and ends with, and the clauses that it
 * requires. In a sequence what one item ends with and the next begins with
 * meet in literals of their own. A choice requires one clause out of each of
 * its branches, joined.
 *
 * Limits: ALL_MAX, EDGE_MAX and EDGE_BYTES, UNROLL_MAX, FACTOR_WIDTH_MAX. At
 * the arena's cap a pattern has no factor.
 */
#include "engine/regex/factor.h"

#include "engine/regex/fold.h"
#include "engine/regex/rareness.h"
#include "engine/regex/strings.h"

/* Strings that a node is listed with, whole. */
#define ALL_MAX 64
/* Branches of a choice whose lists are joined at once. */
#define BRANCHES_MAX 128
/* Strings of what a node begins or ends with, and their bytes. */
#define EDGE_MAX 32
#define EDGE_BYTES 16
/* A class of more different folded bytes is not listed. */
#define CLASS_MAX 4
/* So many bytes at the most fold to them: all six blanks, and letters of both cases. */
#define CLASS_BYTES_MAX (6 + 2 * (CLASS_MAX - 1))
/* Copies of a repeated item that are looked at. */
#define UNROLL_MAX 4
#define UNROLL_EXACT_MAX 24
/* {n,m} with few optional copies is listed. */
#define OPTIONAL_MAX 3

struct facts {
	bool exact; /* `all` is the list; else the others stand */
	struct strings all;
	struct strings begins, ends; /* every match begins, and ends, with one of them */
	struct factor required;
};

struct finder {
	struct arena *arena;
	const struct facts *anything, *nothing;
	struct facts
	    *spare; /* for the arena's cap: its flag tells, and nobody reads what comes of it */
};

static const struct facts *facts_of(const struct finder *finder, struct syntax_node *node);

static struct facts *
facts_new(const struct finder *finder)
{
	struct facts *facts = arena_alloc(finder->arena, sizeof(*facts));

	return facts == NULL ? finder->spare : facts;
}

static const struct facts *
exact_facts(const struct finder *finder, struct strings all)
{
	struct facts *facts = facts_new(finder);

	facts->exact = true;
	facts->all = all;
	return facts;
}

static struct strings
beginnings(const struct facts *facts)
{
	return facts->exact ? facts->all : facts->begins;
}

static struct strings
endings(const struct facts *facts)
{
	return facts->exact ? facts->all : facts->ends;
}

/* A clause of the strings; n 0: they are no use. */
static struct factor_clause
clause_of(const struct finder *finder, struct strings strings)
{
	struct factor_clause clause = { .n = 0 };

	if (strings.n == 0 || strings_shortest(strings) < FACTOR_LITERAL_MIN)
		return clause;
	strings = strings_trim(finder->arena, strings, strings.n, FACTOR_LITERAL_MAX, true);
	if (strings.n > FACTOR_WIDTH_MAX)
		return clause;
	clause = (struct factor_clause){ strings.v, strings.n, 0 };
	for (size_t i = 0; i < strings.n; i++)
		clause.chance += rareness_chance(strings.v[i]);
	return clause;
}

/* Whether a text that holds a literal of `one` holds one of `other` in it. */
static bool
implies(const struct factor_clause *one, const struct factor_clause *other)
{
	for (size_t i = 0; i < one->n; i++) {
		struct slice literal = one->literals[i];
		size_t k = 0;

		while (k < other->n && slice_find(literal, 0, other->literals[k]) == literal.n)
			k++;
		if (k == other->n)
			return false;
	}
	return true;
}

static void
drop(struct factor *factor, size_t at)
{
	factor->n--;
	for (; at < factor->n; at++)
		factor->clauses[at] = factor->clauses[at + 1];
}

/* Keeps the rarest, and none that follows from another. */
static void
require(struct factor *factor, struct factor_clause clause)
{
	size_t at;

	if (clause.n == 0)
		return;
	for (size_t i = 0; i < factor->n; i++) {
		if (implies(&factor->clauses[i], &clause))
			return;
	}
	for (size_t i = factor->n; i-- > 0;) {
		if (implies(&clause, &factor->clauses[i]))
			drop(factor, i);
	}
	at = factor->n;
	while (at > 0 && factor->clauses[at - 1].chance > clause.chance)
		at--;
	if (at == FACTOR_CLAUSES_MAX)
		return;
	if (factor->n < FACTOR_CLAUSES_MAX)
		factor->n++;
	for (size_t i = factor->n - 1; i > at; i--)
		factor->clauses[i] = factor->clauses[i - 1];
	factor->clauses[at] = clause;
}

static void
require_all(struct factor *factor, const struct factor *more)
{
	for (size_t i = 0; i < more->n; i++)
		require(factor, more->clauses[i]);
}

static struct factor
factor_of(const struct finder *finder, const struct facts *facts)
{
	struct factor factor = facts->required;

	if (facts->exact) {
		factor = (struct factor){ .n = 0 };
		require(&factor, clause_of(finder, facts->all));
	}
	return factor;
}

static struct strings
trimmed(const struct finder *finder, struct strings set, bool prefixes)
{
	return strings_trim(finder->arena, set, EDGE_MAX, EDGE_BYTES, prefixes);
}

/* Whether the product of two sets stays small. */
static bool
may_join(struct strings a, struct strings b)
{
	return a.n * b.n <= ALL_MAX &&
	       strings_longest(a) + strings_longest(b) <= FACTOR_LITERAL_MAX;
}

static const struct facts *
sequence(const struct finder *finder, const struct facts *a, const struct facts *b)
{
	struct strings left, right;
	struct factor factor;
	struct facts *facts;

	if (a->exact && b->exact && may_join(a->all, b->all))
		return exact_facts(finder, strings_join(finder->arena, a->all, b->all));
	facts = facts_new(finder);
	left = endings(a);
	right = beginnings(b);
	facts->begins = trimmed(finder, beginnings(a), true);
	facts->ends = trimmed(finder, endings(b), false);
	if (a->exact && may_join(a->all, right))
		facts->begins = trimmed(finder, strings_join(finder->arena, a->all, right), true);
	if (b->exact && may_join(left, b->all))
		facts->ends = trimmed(finder, strings_join(finder->arena, left, b->all), false);
	factor = factor_of(finder, a);
	require_all(&facts->required, &factor);
	factor = factor_of(finder, b);
	require_all(&facts->required, &factor);
	left = trimmed(finder, left, false);
	right = trimmed(finder, right, true);
	while (left.n * right.n > FACTOR_WIDTH_MAX && left.n + right.n > 2) {
		struct strings *wider = left.n > right.n ? &left : &right;

		*wider = strings_trim(
		    finder->arena, *wider, wider->n / 2, EDGE_BYTES, wider == &right);
	}
	require(&facts->required, clause_of(finder, strings_join(finder->arena, left, right)));
	return facts;
}

/* One clause out of each of two factors, joined: the i-th, or the last it has. */
static struct factor_clause
clause_union(const struct finder *finder, const struct factor *a, const struct factor *b, size_t i)
{
	const struct factor_clause *left, *right;

	if (a->n == 0 || b->n == 0)
		return (struct factor_clause){ .n = 0 };
	left = &a->clauses[i < a->n ? i : a->n - 1];
	right = &b->clauses[i < b->n ? i : b->n - 1];
	return clause_of(
	    finder, strings_union(finder->arena, (struct strings){ left->literals, left->n },
			(struct strings){ right->literals, right->n }));
}

static const struct facts *
either(const struct finder *finder, const struct facts *a, const struct facts *b)
{
	struct factor left, right;
	struct facts *facts;

	if (a->exact && b->exact) {
		struct strings all = strings_union(finder->arena, a->all, b->all);

		if (all.n <= ALL_MAX)
			return exact_facts(finder, all);
	}
	facts = facts_new(finder);
	left = factor_of(finder, a);
	right = factor_of(finder, b);
	facts->begins = trimmed(
	    finder, strings_union(finder->arena, beginnings(a), beginnings(b)), true);
	facts->ends = trimmed(finder, strings_union(finder->arena, endings(a), endings(b)), false);
	for (size_t i = 0; i < left.n || i < right.n; i++)
		require(&facts->required, clause_union(finder, &left, &right, i));
	return facts;
}

/* Whether it takes blanks only: then any number of them is one. */
static bool
takes_blanks(const struct facts *facts)
{
	if (!facts->exact || facts->all.n == 0)
		return false;
	for (size_t i = 0; i < facts->all.n; i++) {
		if (facts->all.v[i].n > 0 && !slice_eq(facts->all.v[i], SLICE(" ")))
			return false;
	}
	return true;
}

/* The same, but not the whole list: there may be more between its ends. */
static const struct facts *
opened(const struct finder *finder, const struct facts *facts)
{
	struct facts *open = facts_new(finder);

	*open = *facts;
	open->exact = false;
	open->begins = trimmed(finder, beginnings(facts), true);
	open->ends = trimmed(finder, endings(facts), false);
	open->required = factor_of(finder, facts);
	return open;
}

static const struct facts *
repetition(const struct finder *finder, const struct facts *item, unsigned min, unsigned max)
{
	const struct facts *all = finder->nothing, *more = finder->nothing;
	unsigned copies = 0;

	if (max == 0)
		return finder->nothing;
	if (takes_blanks(item))
		return min == 0 ? either(finder, finder->nothing, item) : item;
	for (; copies < min; copies++) {
		if (copies >= (all->exact ? UNROLL_EXACT_MAX : UNROLL_MAX))
			break;
		all = sequence(finder, all, item);
	}
	if (copies == min && max == min)
		return all;
	if (copies == min && max - min <= OPTIONAL_MAX && item->exact) {
		for (unsigned i = min; i < max; i++)
			more = either(finder, finder->nothing, sequence(finder, item, more));
		return sequence(finder, all, more);
	}
	return min == 0 ? finder->anything : opened(finder, all);
}

/* A class of few bytes as the list of them, folded. */
static const struct facts *
class_facts(const struct finder *finder, const struct byte_set *set)
{
	struct byte_set folded = { { 0 } };
	struct slice *v;
	char *bytes;
	size_t n = 0;

	if (byte_set_count(set) > CLASS_BYTES_MAX)
		return finder->anything;
	for (int byte = byte_set_next(set, 0); byte >= 0; byte = byte_set_next(set, byte + 1))
		byte_set_add(&folded, fold_byte((unsigned char)byte));
	if (byte_set_count(&folded) > CLASS_MAX)
		return finder->anything;
	v = arena_array(finder->arena, CLASS_MAX, sizeof(*v));
	bytes = arena_alloc(finder->arena, CLASS_MAX);
	if (v == NULL || bytes == NULL)
		return finder->anything;
	for (int byte = byte_set_next(&folded, 0); byte >= 0;
	     byte = byte_set_next(&folded, byte + 1)) {
		bytes[n] = (char)byte;
		v[n] = (struct slice){ &bytes[n], 1 };
		n++;
	}
	return exact_facts(finder, (struct strings){ v, n });
}

/* The list of a choice of lists; NULL: a branch is none, or together they are too long. */
static const struct facts *
listed_choice(const struct finder *finder, const struct syntax_node *node)
{
	struct strings *branches, all;
	size_t n = 0;

	for (struct syntax_node *child = node->first; child != NULL; child = child->next) {
		if (!facts_of(finder, child)->exact || ++n > BRANCHES_MAX)
			return NULL;
	}
	branches = arena_array(finder->arena, n, sizeof(*branches));
	if (branches == NULL)
		return NULL;
	n = 0;
	for (struct syntax_node *child = node->first; child != NULL; child = child->next)
		branches[n++] = facts_of(finder, child)->all;
	all = strings_union_all(finder->arena, branches, n);
	return all.n > ALL_MAX ? NULL : exact_facts(finder, all);
}

/* What joins its branches one by one comes to the same, and takes more time and memory. */
static const struct facts *
choice(const struct finder *finder, const struct syntax_node *node)
{
	const struct facts *facts = listed_choice(finder, node);

	if (facts != NULL)
		return facts;
	facts = facts_of(finder, node->first);
	for (struct syntax_node *child = node->first->next; child != NULL; child = child->next)
		facts = either(finder, facts, facts_of(finder, child));
	return facts;
}

static const struct facts *
work_out(const struct finder *finder, struct syntax_node *node)
{
	const struct facts *facts;

	switch (node->kind) {
	case SYNTAX_EMPTY:
	case SYNTAX_EDGE:
		return finder->nothing;
	case SYNTAX_SET:
		return class_facts(finder, &node->set);
	case SYNTAX_CAT:
		facts = finder->nothing;
		for (struct syntax_node *child = node->first; child != NULL; child = child->next)
			facts = sequence(finder, facts, facts_of(finder, child));
		return facts;
	case SYNTAX_ALT:
		return choice(finder, node);
	case SYNTAX_REPEAT:
		return repetition(finder, facts_of(finder, node->first), node->min, node->max);
	case SYNTAX_CALL:
		return facts_of(finder, node->target);
	case SYNTAX_ANY:
		break;
	}
	return finder->anything;
}

static const struct facts *
facts_of(const struct finder *finder, struct syntax_node *node)
{
	if (node->memo == NULL && node->busy)
		return finder->anything;
	if (node->memo == NULL) {
		node->busy = true;
		node->memo = work_out(finder, node);
		node->busy = false;
	}
	return node->memo;
}

bool
factor_find(struct arena *arena, struct syntax_node *tree, struct factor *factor_r)
{
	struct facts spare = { .exact = false };
	struct finder finder = { .arena = arena, .spare = &spare };
	struct strings empty = strings_one(arena, SLICE(""));
	struct facts *anything;

	*factor_r = (struct factor){ .n = 0 };
	finder.nothing = exact_facts(&finder, empty);
	anything = facts_new(&finder);
	anything->begins = anything->ends = empty;
	finder.anything = anything;
	*factor_r = factor_of(&finder, facts_of(&finder, tree));
	for (size_t i = 0; i < factor_r->n; i++) {
		struct factor_clause *clause = &factor_r->clauses[i];
		struct strings less = strings_reduce(
		    arena, (struct strings){ clause->literals, clause->n });

		clause->literals = less.v;
		clause->n = less.n;
	}
	return factor_r->n > 0 && !arena_overflowed(arena);
}
