/*
 * host_set.c - host names, each of which holds for all below it, and exceptions
 *
 * One map from names to their verdict. A host is looked up whole, then
 * without its first label and so on; the first that is there decides. Of an
 * entry that comes twice the last counts.
 *
 * Limit: HOST_LABELS_MAX, SpamAssassin's.
 */
#include "engine/rules/host_set.h"

#include "engine/mime/ip.h"
#include "engine/util/map.h"

/* So many tails of a host are looked up, the shortest. */
#define HOST_LABELS_MAX 11

struct host_set {
	struct map *verdicts; /* name -> one of these, whether it is in */
	bool in, out;
};

const struct host_set *
host_set_new(struct arena *arena, const struct vec *entries)
{
	struct host_set *set = arena_alloc(arena, sizeof(*set));

	set->in = true;
	set->verdicts = map_new(arena, MAP_FOLDED, 0);
	for (size_t i = 0; i < entries->n; i++) {
		struct slice entry = *(struct slice *)vec_at(entries, i);
		bool excluded = slice_starts(entry, SLICE("!"));

		map_add(set->verdicts, slice_from(entry, excluded ? 1 : 0),
		    excluded ? &set->out : &set->in);
	}
	return set;
}

/* The tail with at most HOST_LABELS_MAX labels. */
static struct slice
last_labels(struct slice host)
{
	size_t labels = 1;

	for (size_t i = host.n; i > 0; i--) {
		if (host.p[i - 1] == '.' && ++labels > HOST_LABELS_MAX)
			return slice_from(host, i);
	}
	return host;
}

bool
host_set_has(const struct host_set *set, struct slice host)
{
	const bool *verdict;
	struct ip ip;
	size_t dot;

	if (set == NULL || host.n == 0)
		return false;
	if (ip_parse(host, &ip))
		return (verdict = map_find(set->verdicts, host)) != NULL && *verdict;
	for (host = last_labels(host);; host = slice_from(host, dot + 1)) {
		verdict = map_find(set->verdicts, host);
		if (verdict != NULL)
			return *verdict;
		dot = slice_find_byte(host, 0, '.');
		if (dot == host.n)
			return false;
	}
}
