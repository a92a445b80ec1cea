/*
 * strings.c - small sets of short folded strings: unions, products, cuts
 *
 * Sets are arrays, sorted so that equal ones stand together; they are kept
 * below a hundred strings by their users, who multiply only what is small.
 */
#include "engine/regex/strings.h"

#include <stdlib.h>
#include <string.h>

static int
compare(const void *a, const void *b)
{
	return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

/* Sorts v, where it is not sorted yet, and leaves each string once. */
static struct strings
settled(struct slice *v, size_t n)
{
	size_t kept = 0, sorted = 1;

	if (v == NULL)
		return (struct strings){ NULL, 0 };
	while (sorted < n && compare(&v[sorted - 1], &v[sorted]) <= 0)
		sorted++;
	if (sorted < n)
		qsort(v, n, sizeof(*v), compare);
	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || !slice_eq(v[kept - 1], v[i]))
			v[kept++] = v[i];
	}
	return (struct strings){ v, kept };
}

struct strings
strings_one(struct arena *arena, struct slice s)
{
	struct slice *v = arena_array(arena, 1, sizeof(*v));

	if (v == NULL)
		return (struct strings){ NULL, 0 };
	*v = s;
	return (struct strings){ v, 1 };
}

struct strings
strings_union(struct arena *arena, struct strings a, struct strings b)
{
	struct slice *v;
	size_t i = 0, k = 0, n = 0;

	if (a.n == 0 || b.n == 0)
		return a.n == 0 ? b : a;
	v = arena_array(arena, a.n + b.n, sizeof(*v));
	while (v != NULL && (i < a.n || k < b.n)) {
		int order = i == a.n ? 1 : k == b.n ? -1 : slice_compare(a.v[i], b.v[k]);

		v[n++] = order <= 0 ? a.v[i] : b.v[k];
		i += order <= 0;
		k += order >= 0;
	}
	return (struct strings){ v, n };
}

struct strings
strings_union_all(struct arena *arena, const struct strings *sets, size_t n)
{
	struct slice *v;
	size_t all = 0;

	for (size_t i = 0; i < n; i++)
		all += sets[i].n;
	v = arena_array(arena, all + 1, sizeof(*v));
	all = 0;
	for (size_t i = 0; v != NULL && i < n; i++) {
		for (size_t k = 0; k < sets[i].n; k++)
			v[all++] = sets[i].v[k];
	}
	return settled(v, all);
}

/* One string behind the other, with one blank where two meet. */
static struct slice
joined(struct arena *arena, struct slice a, struct slice b)
{
	char *p;

	if (a.n > 0 && b.n > 0 && a.p[a.n - 1] == ' ' && b.p[0] == ' ')
		b = slice_from(b, 1);
	if (b.n == 0)
		return a;
	if (a.n == 0)
		return b;
	p = arena_alloc(arena, a.n + b.n);
	if (p == NULL)
		return SLICE_ABSENT;
	memcpy(p, a.p, a.n);
	memcpy(p + a.n, b.p, b.n);
	return (struct slice){ p, a.n + b.n };
}

struct strings
strings_join(struct arena *arena, struct strings a, struct strings b)
{
	const struct slice nothing = { "", 0 };
	struct slice *v;
	size_t n = 0;

	if (a.n == 1 && slice_eq(a.v[0], nothing))
		return b;
	if (b.n == 1 && slice_eq(b.v[0], nothing))
		return a;
	v = arena_array(arena, a.n * b.n + 1, sizeof(*v));
	for (size_t i = 0; v != NULL && i < a.n; i++) {
		for (size_t k = 0; k < b.n; k++)
			v[n++] = joined(arena, a.v[i], b.v[k]);
	}
	return settled(v, n);
}

static struct strings
cut(struct arena *arena, struct strings set, size_t bytes, bool prefixes)
{
	struct slice *v = arena_array(arena, set.n + 1, sizeof(*v));

	for (size_t i = 0; v != NULL && i < set.n; i++) {
		struct slice s = set.v[i];

		v[i] = s.n <= bytes ? s
		       : prefixes   ? slice_cut(s, 0, bytes)
				    : slice_from(s, s.n - bytes);
	}
	return settled(v, set.n);
}

/* By their ends. */
static int
compare_ends(const void *a, const void *b)
{
	struct slice one = *(const struct slice *)a, two = *(const struct slice *)b;

	while (one.n > 0 && two.n > 0 && one.p[one.n - 1] == two.p[two.n - 1]) {
		one.n--;
		two.n--;
	}
	if (one.n == 0 || two.n == 0)
		return (one.n > two.n) - (one.n < two.n);
	return (unsigned char)one.p[one.n - 1] < (unsigned char)two.p[two.n - 1] ? -1 : 1;
}

/* Bytes at the front, or at the end, in which both are alike. */
static size_t
alike(struct slice a, struct slice b, bool prefixes)
{
	size_t least = a.n < b.n ? a.n : b.n, n = 0;

	while (n < least && (prefixes ? a.p[n] == b.p[n] : a.p[a.n - 1 - n] == b.p[b.n - 1 - n]))
		n++;
	return n;
}

/* The most bytes, at most `bytes`, at which `count` strings are left when all are cut to them. */
static size_t
length_for(struct arena *arena, struct strings set, size_t count, size_t bytes, bool prefixes)
{
	/* Neighbours in order stay two at a length beyond that in which they are alike. */
	size_t *apart = arena_array(arena, bytes + 1, sizeof(*apart)), left = 1, n = 0;
	struct slice *v = arena_array(arena, set.n, sizeof(*v));

	if (apart == NULL || v == NULL)
		return 0;
	memcpy(v, set.v, set.n * sizeof(*v));
	if (!prefixes)
		qsort(v, set.n, sizeof(*v), compare_ends);
	for (size_t i = 1; i < set.n; i++) {
		size_t same = alike(v[i - 1], v[i], prefixes);

		apart[same < bytes ? same : bytes]++;
	}
	while (n < bytes && left + apart[n] <= count)
		left += apart[n++];
	return n;
}

struct strings
strings_trim(struct arena *arena, struct strings set, size_t count, size_t bytes, bool prefixes)
{
	size_t longest = strings_longest(set), n = bytes;

	if (set.n > count)
		n = length_for(arena, set, count, longest < bytes ? longest : bytes, prefixes);
	return longest > n ? cut(arena, set, n, prefixes) : set;
}

struct strings
strings_reduce(struct arena *arena, struct strings set)
{
	struct slice *v = arena_array(arena, set.n + 1, sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; v != NULL && i < set.n; i++) {
		bool needless = false;

		for (size_t k = 0; k < set.n && !needless; k++)
			needless = k != i && set.v[k].n < set.v[i].n &&
				   slice_find(set.v[i], 0, set.v[k]) < set.v[i].n;
		if (!needless)
			v[n++] = set.v[i];
	}
	return (struct strings){ v, n };
}

size_t
strings_shortest(struct strings set)
{
	size_t least = set.n == 0 ? 0 : set.v[0].n;

	for (size_t i = 1; i < set.n; i++)
		least = set.v[i].n < least ? set.v[i].n : least;
	return least;
}

size_t
strings_longest(struct strings set)
{
	size_t most = 0;

	for (size_t i = 0; i < set.n; i++)
		most = set.v[i].n > most ? set.v[i].n : most;
	return most;
}
