/*
 * suggest.c - optimal string alignment distance, three rows at a time
 *
 * A word is near when a third of its letters or fewer differ (at least one
 * may). Words over SUGGEST_WORD_MAX are never near, which bounds the rows and
 * the time.
 */
#include "conf/suggest.h"

#include <string.h>

#include "engine/util/ascii.h"

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t
suggest_distance(struct slice a, struct slice b)
{
	size_t rows[3][SUGGEST_WORD_MAX + 1];
	size_t *two_up = rows[0], *up = rows[1], *row = rows[2];

	if (a.n > SUGGEST_WORD_MAX || b.n > SUGGEST_WORD_MAX)
		return SUGGEST_WORD_MAX + 1;
	memset(rows, 0, sizeof(rows));
	for (size_t j = 0; j <= b.n; j++)
		up[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t *free_row = two_up;

		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			char c = ascii_lower(a.p[i - 1]), d = ascii_lower(b.p[j - 1]);

			row[j] = least(least(up[j], row[j - 1]) + 1, up[j - 1] + (c != d));
			if (i > 1 && j > 1 && c == ascii_lower(b.p[j - 2]) &&
			    d == ascii_lower(a.p[i - 2]))
				row[j] = least(row[j], two_up[j - 2] + 1);
		}
		two_up = up;
		up = row;
		row = free_row;
	}
	return up[b.n];
}

void
suggest_offer(struct suggest *suggest, struct slice known)
{
	size_t distance = suggest_distance(suggest->word, known);
	size_t limit = suggest->word.n / 3 > 1 ? suggest->word.n / 3 : 1;

	if (distance > limit || (suggest->best.p != NULL && distance >= suggest->best_distance))
		return;
	suggest->best = known;
	suggest->best_distance = distance;
}
