/*
 * uri.c - the addresses in a message's text and HTML
 *
 * Links come from the HTML renderer, resolved against their base; what
 * stands in text, the Subject included, from uri_scan.c. Each is put into all
 * its forms (uri_canonical.c). One that is written twice is kept once: what
 * HTML knew of it stays.
 */
#include "config.h"

#include "engine/mime/uri.h"

#include "engine/mime/boundary.h"
#include "engine/mime/ip.h"
#include "engine/mime/uri_scan.h"
#include "engine/util/ascii.h"
#include "engine/util/map.h"
#include "engine/util/vec.h"

struct collector {
	const struct uri_law *law;
	struct arena *arena;
	const struct budget *budget;
	struct vec uris; /* of struct uri * */
	struct vec variants; /* of struct slice */
	struct map *by_raw; /* raw -> struct uri */
	struct map *seen; /* variant -> anything */
	size_t bytes;
	bool truncated;
};

static bool
is_full(struct collector *c)
{
	if (c->uris.n == URI_MAX || c->bytes > URI_BYTES_MAX)
		c->truncated = true;
	return c->truncated || budget_spent(c->budget);
}

static struct slice
lower(struct arena *arena, struct slice s)
{
	struct slice copy = arena_copy(arena, s);

	for (size_t i = 0; i < copy.n; i++)
		((char *)copy.p)[i] = ascii_lower(copy.p[i]);
	return copy;
}

static void
find_host(const struct boundaries *boundaries, struct arena *arena, struct uri *uri)
{
	for (size_t i = 0; i < uri->variants.n; i++) {
		struct slice host = uri_host(boundaries, uri->variants.v[i]);
		struct ip ip;

		if (host.p == NULL)
			continue;
		uri->host = lower(arena, host);
		uri->domain = ip_parse(host, &ip) ? uri->host
						  : boundary_domain(boundaries, arena, uri->host);
		return;
	}
}

/* Those of a URI that rules see, each once in a message. */
static void
add_variants(struct collector *c, const struct uri *uri)
{
	for (size_t i = 0; i < uri->variants.n; i++) {
		struct slice variant = uri->variants.v[i], *added;

		if (map_find(c->seen, variant) != NULL || !map_add(c->seen, variant, c))
			continue;
		added = vec_push(&c->variants);
		if (added != NULL)
			*added = variant;
	}
}

/* Adds a URI that is not there yet. `must_exist`: only if one of its forms has a host that can. */
static struct uri *
add_uri(struct collector *c, struct slice raw, bool must_exist)
{
	struct uri *uri, **added;
	struct slice_list variants;

	if (raw.n > URI_LENGTH_MAX)
		c->truncated = true;
	c->bytes += raw.n;
	variants = uri_canonical(c->law, c->arena, raw);
	if (variants.n == 0)
		return NULL;
	uri = arena_alloc(c->arena, sizeof(*uri));
	if (uri == NULL)
		return NULL;
	uri->raw = raw;
	uri->variants = variants;
	find_host(c->law->boundaries, c->arena, uri);
	if (must_exist && uri->host.p == NULL)
		return NULL;
	added = map_add(c->by_raw, raw, uri) ? vec_push(&c->uris) : NULL;
	if (added == NULL)
		return NULL;
	*added = uri;
	return uri;
}

static void
add_link(struct collector *c, const struct html_link *link)
{
	struct slice raw = link->resolved.p != NULL ? link->resolved : link->href;
	struct uri *uri = map_find(c->by_raw, raw);

	if (uri == NULL) {
		uri = add_uri(c, raw, false);
		if (uri == NULL)
			return;
		uri->element = link->element;
		uri->text = link->text;
		uri->extended = link->extended;
	} else if (uri->extended && !link->extended) {
		uri->element = link->element;
		uri->text = link->text;
		uri->extended = false;
	}
	if (!uri->extended)
		add_variants(c, uri);
}

static void
add_links(struct collector *c, struct texts *texts)
{
	size_t n;
	const struct text_part *parts = texts_parts(texts, &n);

	for (size_t i = 0; i < n; i++) {
		const struct html *html = parts[i].html;

		for (size_t k = 0; html != NULL && k < html->link_count; k++) {
			if (is_full(c))
				return;
			add_link(c, &html->links[k]);
		}
		c->truncated |= html != NULL && html->links_cut;
	}
}

static void
add_found(struct collector *c, struct slice raw)
{
	struct uri *uri = map_find(c->by_raw, raw);

	if (uri == NULL) {
		uri = add_uri(c, raw, true);
		if (uri == NULL)
			return;
		uri->element = SLICE("text");
	}
	uri->in_text = true;
	uri->extended = false;
	add_variants(c, uri);
}

static void
add_text(struct collector *c, struct texts *texts)
{
	struct slice_list body = texts_body(texts);

	for (size_t i = 0; i < body.n; i++) {
		struct uri_scanner scanner = { .text = body.v[i],
			.boundaries = c->law->boundaries };
		struct slice raw;

		while (!is_full(c) && uri_scan_next(&scanner, c->arena, &raw))
			add_found(c, raw);
	}
}

/* The collected URIs side by side. */
static const struct uri *
gather(struct collector *c)
{
	struct uri *v = arena_array(c->arena, c->uris.n, sizeof(*v));

	for (size_t i = 0; v != NULL && i < c->uris.n; i++)
		v[i] = **(struct uri **)vec_at(&c->uris, i);
	return v;
}

struct uri_list
uris_find(const struct uri_law *law, struct arena *arena, struct texts *texts,
    const struct budget *budget)
{
	struct collector c = { .law = law, .arena = arena, .budget = budget };
	struct uri_list list = { .n = 0 };

	c.uris = VEC_OF(struct uri *, arena);
	c.variants = VEC_OF(struct slice, arena);
	c.by_raw = map_new(arena, MAP_EXACT, 0);
	c.seen = map_new(arena, MAP_EXACT, 0);
	if (c.by_raw == NULL || c.seen == NULL)
		return list;
	add_links(&c, texts);
	add_text(&c, texts);
	list.v = gather(&c);
	list.n = list.v != NULL ? c.uris.n : 0;
	list.variants = (struct slice_list){ c.variants.p, c.variants.n };
	list.truncated = c.truncated;
	return list;
}
