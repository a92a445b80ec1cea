/*
 * eval_phishing.c - URIs that feeds of phishing pages name
 *
 * Source: SpamAssassin 4.0.1's Phishing, by how it behaves. The lists
 * phishing_openphish_feed, phishing_phishtank_feed and
 * phishing_phishstats_feed have the lines of the feeds' files. A URI is looked
 * up in each form it has, case and all; with phishing_uri_noparam both sides
 * end before the first "?", and what has fewer than four slashes then is not
 * looked up.
 */
#include "engine/mime/uri_canonical.h"
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/util/buf.h"
#include "engine/util/map.h"

/* "https://host/" has three: without parameters it is nothing. */
#define SLASHES_MIN 4

struct family {
	struct map *uris;
	bool bare; /* without parameters */
};

static struct slice
stripped(const struct family *family, struct slice uri)
{
	return family->bare ? slice_cut(uri, 0, slice_find_byte(uri, 0, '?')) : uri;
}

/* Field number `i` of a line with commas, which nothing guards, without its quotes. */
static struct slice
field_of(struct ruleset *ruleset, struct slice line, size_t i)
{
	struct buf buf = { .arena = ruleset->arena };

	for (; i > 0; i--)
		line = slice_from(line, slice_find_byte(line, 0, ',') + 1);
	line = slice_cut(line, 0, slice_find_byte(line, 0, ','));
	if (slice_find_byte(line, 0, '"') == line.n)
		return line;
	for (size_t k = 0; k < line.n; k++) {
		if (line.p[k] != '"')
			buf_add_byte(&buf, line.p[k]);
	}
	return buf_slice(&buf);
}

static void
add_uri(struct ruleset *ruleset, struct family *family, struct slice uri)
{
	if (uri_host(ruleset->boundaries, uri).n > 0)
		map_add(family->uris, stripped(family, uri), family);
}

/* A feed whose lines have the URI in that field; -1: each is a URI, and there is no heading. */
static void
add_feed(struct ruleset *ruleset, struct family *family, const char *name, int field)
{
	const struct name_list *list = ruleset_list(ruleset, name);
	double least = eval_option(ruleset, "phishing_phishstats_minscore", 6);

	for (size_t i = field < 0 ? 0 : 1; list != NULL && i < list->entries.n; i++) {
		struct slice line = *(struct slice *)vec_at(&list->entries, i);
		double score = 0;

		if (slice_starts(line, SLICE("#")))
			continue;
		/* of PhishStats, whose second field says how sure it is */
		if (field == 2 &&
		    (!eval_read_number(slice_trim(field_of(ruleset, line, 1)), &score) ||
			least >= score))
			continue;
		add_uri(ruleset, family, field < 0 ? line : field_of(ruleset, line, (size_t)field));
	}
}

const void *
phishing_prepare(struct ruleset *ruleset)
{
	struct family *family = arena_alloc(ruleset->arena, sizeof(*family));

	family->uris = map_new(ruleset->arena, MAP_EXACT, 0);
	family->bare = slice_eq(
	    ruleset_option(ruleset, "phishing_uri_noparam", SLICE("0")), SLICE("1"));
	add_feed(ruleset, family, "phishing_openphish_feed", -1);
	add_feed(ruleset, family, "phishing_phishtank_feed", 1);
	add_feed(ruleset, family, "phishing_phishstats_feed", 2);
	return family;
}

static bool
is_phishing(const struct family *family, struct slice uri)
{
	size_t slashes = 0;

	uri = stripped(family, uri);
	for (size_t i = 0; family->bare && i < uri.n; i++)
		slashes += uri.p[i] == '/';
	return (!family->bare || slashes >= SLASHES_MIN) && map_find(family->uris, uri) != NULL;
}

unsigned
eval_check_phishing(const struct rule *rule, struct views *views)
{
	const struct family *family = views->ruleset->prepared[PREPARED_PHISHING];
	struct uri_list uris = map_count(family->uris) > 0 ? views_uris(views)
							   : (struct uri_list){ .n = 0 };

	(void)rule;
	for (size_t i = 0; i < uris.n; i++) {
		const struct uri *uri = &uris.v[i];

		if (!eval_is_link(uri))
			continue;
		for (size_t k = 0; k < uri->variants.n; k++) {
			if (is_phishing(family, uri->variants.v[k]))
				return 1;
		}
	}
	return 0;
}
