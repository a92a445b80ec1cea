/*
 * boundary.c - where a registry's part of a host name ends, by lists of SpamAssassin's
 *
 * SpamAssassin knows registries by three lists (util_rb_tld and its kin):
 * valid last labels, and the suffixes of two and of three labels below which
 * names are registered; they differ from the public suffix list in some
 * hundred places. The registrable part is the longest suffix that is listed
 * and one label more. Names below .us are cut by the locality scheme of RFC
 * 1480 (state codes; k12.pvt, ci and co), for which the list of three is not
 * asked. Runs of dots count as one, dots at the ends not at all.
 */
#include "config.h"

#include "engine/mime/boundary.h"

#include "engine/mime/domain.h"
#include "engine/util/ascii.h"
#include "engine/util/map.h"

/* Labels of the longest suffix that is ever looked for. */
#define SUFFIX_LABELS_MAX 4

struct boundaries {
	struct map *suffixes[3]; /* by the number of labels - 1 */
	bool has_tlds;
};

/* Two letters each. */
static const char us_states[] = "akalarazcactdcdeflgaguhiiaidilinkskylamamdmemimnmomsmtncndnenhnj"
				"nmnvnyohokorpaprriscsdtntxutvavivtwawiwvwy";

static struct map *
suffixes_new(struct arena *arena, struct slice_list entries)
{
	struct map *map = map_new(arena, MAP_EXACT, 0);

	for (size_t i = 0; map != NULL && i < entries.n; i++) {
		struct slice name = domain_to_ascii(arena, entries.v[i]);

		name = arena_lower(arena, name.n > 0 ? name : entries.v[i]);
		if (name.n > 0 && !map_add(map, name, map))
			return NULL;
	}
	return map;
}

struct boundaries *
boundaries_new(
    struct arena *arena, struct slice_list one, struct slice_list two, struct slice_list three)
{
	struct boundaries *boundaries;

	if (one.n == 0 && two.n == 0 && three.n == 0)
		return NULL;
	boundaries = arena_alloc(arena, sizeof(*boundaries));
	if (boundaries == NULL)
		return NULL;
	boundaries->has_tlds = one.n > 0;
	boundaries->suffixes[0] = suffixes_new(arena, one);
	boundaries->suffixes[1] = suffixes_new(arena, two);
	boundaries->suffixes[2] = suffixes_new(arena, three);
	for (unsigned i = 0; i < 3; i++)
		if (boundaries->suffixes[i] == NULL)
			return NULL;
	return boundaries;
}

bool
boundary_has_tld(const struct boundaries *boundaries, struct slice host)
{
	char text[DOMAIN_LABEL_MAX];
	size_t from = host.n;

	if (boundaries == NULL || !boundaries->has_tlds)
		return domain_has_tld(host);
	while (from > 0 && host.p[from - 1] != '.')
		from--;
	host = slice_from(host, from);
	if (host.n > DOMAIN_LABEL_MAX)
		return false;
	for (size_t i = 0; i < host.n; i++)
		text[i] = ascii_lower(host.p[i]);
	return map_find(boundaries->suffixes[0], (struct slice){ text, host.n }) != NULL;
}

/* Whether it is in lower case, its dots single and inside. */
static bool
is_tidy(struct slice host)
{
	char before = '.';

	for (size_t i = 0; i < host.n; i++) {
		if (ascii_is_upper(host.p[i]) || (host.p[i] == '.' && before == '.'))
			return false;
		before = host.p[i];
	}
	return host.n == 0 || before != '.';
}

/* Made so; the same memory if nothing changes. */
static struct slice
tidy(struct arena *arena, struct slice host)
{
	struct slice copy;
	char *p;
	size_t n = 0;

	if (is_tidy(host))
		return host;
	copy = arena_copy(arena, host);
	p = (char *)copy.p;
	for (size_t i = 0; i < copy.n; i++) {
		if (p[i] != '.' || (n > 0 && p[n - 1] != '.'))
			p[n++] = ascii_lower(p[i]);
	}
	while (n > 0 && p[n - 1] == '.')
		n--;
	return slice_cut(copy, 0, n);
}

static bool
is_us_state(struct slice label)
{
	for (size_t i = 0; us_states[i] != '\0'; i += 2)
		if (slice_eq(label, (struct slice){ us_states + i, 2 }))
			return true;
	return false;
}

/* The last labels of a host, the last one first. */
struct labels {
	struct slice host;
	struct slice v[SUFFIX_LABELS_MAX + 1];
	size_t n;
};

/* The last n labels as they stand. */
static struct slice
last_labels(const struct labels *labels, size_t n)
{
	return slice_from(labels->host, (size_t)(labels->v[n - 1].p - labels->host.p));
}

/* Whether the last n labels (two or more of them) are a registry's. */
static bool
is_registry(const struct boundaries *boundaries, const struct labels *labels, size_t n)
{
	const struct slice *v = labels->v;
	bool us = slice_eq(v[0], SLICE("us"));

	if (n == 4)
		return us && is_us_state(v[1]) &&
		       (slice_eq(v[3], SLICE("ci")) || slice_eq(v[3], SLICE("co")) ||
			   (slice_eq(v[3], SLICE("pvt")) && slice_eq(v[2], SLICE("k12"))));
	if (n == 3 && us)
		return is_us_state(v[1]);
	return map_find(boundaries->suffixes[n - 1], last_labels(labels, n)) != NULL;
}

struct slice
boundary_domain(const struct boundaries *boundaries, struct arena *arena, struct slice host)
{
	struct labels labels = { .n = 0 };
	size_t n;

	if (boundaries == NULL)
		return organisational_domain(arena, host);
	labels.host = tidy(arena, host);
	for (size_t end = labels.host.n; end > 0 && labels.n <= SUFFIX_LABELS_MAX;) {
		size_t from = end;

		while (from > 0 && labels.host.p[from - 1] != '.')
			from--;
		labels.v[labels.n++] = slice_cut(labels.host, from, end);
		end = from > 0 ? from - 1 : 0;
	}
	if (labels.n <= 1)
		return labels.host;
	n = labels.n < SUFFIX_LABELS_MAX ? labels.n : SUFFIX_LABELS_MAX;
	while (n > 1 && !is_registry(boundaries, &labels, n))
		n--;
	return last_labels(&labels, n < labels.n ? n + 1 : n);
}
