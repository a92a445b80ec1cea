/*
 * eval_recipients.c - eval functions over many recipients at once
 *
 * Mailing programs of spammers walk sorted lists. Source: SpamAssassin
 * 4.0.1's HeaderEval, by how it behaves. At most EVAL_FIELDS_MAX addresses are
 * looked at.
 */
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/util/ascii.h"

#define SORTED_MIN 7
#define SIMILAR_MIN 5
/* The first so many characters make two local parts, or two domains, alike. */
#define ALIKE_LENGTH 2

/* Addresses of To and Cc into v; how many. */
static size_t
list_recipients(struct views *views, struct slice v[EVAL_FIELDS_MAX])
{
	struct slice rest = eval_field(views, FIXED_TO_CC_ADDR), line;
	size_t n = 0;

	while (n < EVAL_FIELDS_MAX && slice_next_line(&rest, &line)) {
		line = slice_trim(line);
		if (line.n > 0)
			v[n++] = line;
	}
	return n;
}

static int
compare_folded(struct slice a, struct slice b)
{
	for (size_t i = 0; i < a.n && i < b.n; i++) {
		int difference = ascii_lower(a.p[i]) - ascii_lower(b.p[i]);

		if (difference != 0)
			return difference;
	}
	return a.n < b.n ? -1 : a.n > b.n;
}

unsigned
eval_sorted_recipients(const struct rule *rule, struct views *views)
{
	struct slice v[EVAL_FIELDS_MAX];
	size_t n = list_recipients(views, v);

	(void)rule;
	for (size_t i = 1; i < n; i++) {
		if (compare_folded(v[i - 1], v[i]) > 0)
			return 0;
	}
	return n >= SORTED_MIN;
}

/* Drops what stands in v before already; how many are left. */
static size_t
drop_repeated(struct slice *v, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < kept && !slice_eq(v[k], v[i]))
			k++;
		if (k == kept)
			v[kept++] = v[i];
	}
	return kept;
}

static bool
begin_alike(struct slice a, struct slice b)
{
	return slice_eq(slice_cut(a, 0, ALIKE_LENGTH), slice_cut(b, 0, ALIKE_LENGTH));
}

/* Local parts that begin alike count, and so do two domains that are not the same one. */
static unsigned
likeness(struct slice a, struct slice b)
{
	struct slice first = eval_domain(a), second = eval_domain(b);

	return (unsigned)begin_alike(a, b) +
	       (unsigned)(!slice_eq(first, second) && begin_alike(first, second));
}

unsigned
eval_similar_recipients(const struct rule *rule, struct views *views)
{
	struct slice v[EVAL_FIELDS_MAX];
	size_t n = list_recipients(views, v), pairs = 0;
	double ratio = 0;

	n = drop_repeated(v, n);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < i; k++)
			pairs += likeness(v[i], v[k]);
	}
	if (n >= SIMILAR_MIN)
		ratio = (double)pairs / ((double)n * (double)(n - 1) / 2);
	return eval_within(ratio, &rule->call.args[0], &rule->call.args[1]);
}
