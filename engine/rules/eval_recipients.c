/*
 * eval_recipients.c - eval functions over many recipients at once
 *
 * Mailing programs of spammers walk sorted lists. Source: SpamAssassin
 * 4.0.1's HeaderEval, by how it behaves: the addresses of To and Cc, and of Bcc
 * where those are fewer than SIMILAR_MIN; of neighbours that are the same but
 * for case the first; at most RECIPIENTS_MAX.
 */
#include "engine/rules/eval.h"

#include "engine/util/ascii.h"

#define SORTED_MIN 7
#define SIMILAR_MIN 5
#define RECIPIENTS_MAX 256
/* The first so many characters make two local parts, or two domains, alike. */
#define ALIKE_LENGTH 2

struct recipients {
	struct slice v[RECIPIENTS_MAX];
	size_t n;
	size_t seen; /* neighbours that are the same counted too */
};

static void
add_field(struct recipients *to, struct slice rest)
{
	struct slice line;

	while (to->n < RECIPIENTS_MAX && slice_next_line(&rest, &line)) {
		if (line.n == 0)
			continue;
		to->seen++;
		if (to->n == 0 || !slice_ieq(to->v[to->n - 1], line))
			to->v[to->n++] = line;
	}
}

static void
list_recipients(struct views *views, struct recipients *to)
{
	to->n = to->seen = 0;
	add_field(to, eval_field(views, FIXED_TO_CC_ADDR));
	if (to->seen < SIMILAR_MIN)
		add_field(to, eval_field(views, FIXED_BCC_ADDR));
}

unsigned
eval_sorted_recipients(const struct rule *rule, struct views *views)
{
	struct recipients to;

	(void)rule;
	list_recipients(views, &to);
	for (size_t i = 1; i < to.n; i++) {
		if (slice_compare(to.v[i - 1], to.v[i]) > 0)
			return 0;
	}
	return to.n >= SORTED_MIN;
}

/* What follows the first @ of each address; addresses without one leave no gap. */
static void
list_hosts(const struct recipients *to, struct slice hosts[RECIPIENTS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < to->n; i++) {
		size_t at = slice_find_byte(to->v[i], 0, '@');

		if (at < to->v[i].n)
			hosts[n++] = slice_from(to->v[i], at + 1);
	}
	while (n < to->n)
		hosts[n++] = SLICE("");
}

static bool
begin_alike(struct slice a, struct slice b)
{
	return slice_eq(slice_cut(a, 0, ALIKE_LENGTH), slice_cut(b, 0, ALIKE_LENGTH));
}

/* Local parts that begin alike count, and so do two domains that are not the same one. */
static double
similarity(const struct recipients *to)
{
	struct slice hosts[RECIPIENTS_MAX];
	size_t hits = 0;

	if (to->n < SIMILAR_MIN)
		return 0;
	list_hosts(to, hosts);
	for (size_t i = 0; i < to->n; i++) {
		for (size_t k = 0; k < i; k++) {
			hits += begin_alike(to->v[i], to->v[k]);
			hits += begin_alike(hosts[i], hosts[k]) && !slice_eq(hosts[i], hosts[k]);
		}
	}
	return (double)hits / ((double)to->n * (double)(to->n - 1) / 2);
}

unsigned
eval_similar_recipients(const struct rule *rule, struct views *views)
{
	struct recipients to;

	list_recipients(views, &to);
	return eval_within(similarity(&to), &rule->call.args[0], &rule->call.args[1]);
}
