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
	struct vec entries; /* of struct entry * */
	struct vec variants; /* of struct slice */
	struct map *by_raw; /* raw -> struct entry */
	struct map *seen; /* variant -> anything */
	size_t bytes;
	bool truncated;
	bool full; /* no more are read */
};

static bool
is_full(struct collector *c)
{
	if (c->entries.n == URI_MAX || c->bytes > URI_BYTES_MAX)
		c->full = c->truncated = true;
	return c->full || budget_spent(c->budget);
}

/* A URI that is still being put together: its lists grow. */
struct entry {
	struct uri uri;
	struct vec types, anchors, hosts, domains; /* of struct slice */
};

/* Adds a text that is not there yet: there are few. */
static void
add_once(struct vec *texts, struct slice text)
{
	struct slice *added;

	for (size_t i = 0; i < texts->n; i++)
		if (slice_eq(*(struct slice *)vec_at(texts, i), text))
			return;
	added = vec_push(texts);
	if (added != NULL)
		*added = text;
}

/* The hosts of all its forms, and their domains; the first of them is the URI's own. */
static void
find_hosts(const struct boundaries *boundaries, struct arena *arena, struct entry *entry)
{
	struct uri *uri = &entry->uri;

	for (size_t i = 0; i < uri->variants.n; i++) {
		struct slice host = uri_host(boundaries, uri->variants.v[i]), domain;
		struct ip ip;

		if (host.p == NULL)
			continue;
		host = arena_lower(arena, host);
		domain = ip_parse(host, &ip) ? host : boundary_domain(boundaries, arena, host);
		add_once(&entry->hosts, host);
		if (domain.n > 0)
			add_once(&entry->domains, domain);
		if (uri->host.p != NULL)
			continue;
		uri->host = host;
		uri->domain = domain;
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

static struct entry *
entry_new(struct arena *arena, struct slice raw, struct slice_list variants)
{
	struct entry *entry = arena_alloc(arena, sizeof(*entry));

	if (entry == NULL)
		return NULL;
	entry->uri.raw = raw;
	entry->uri.variants = variants;
	entry->types = VEC_OF(struct slice, arena);
	entry->anchors = VEC_OF(struct slice, arena);
	entry->hosts = VEC_OF(struct slice, arena);
	entry->domains = VEC_OF(struct slice, arena);
	return entry;
}

/* Adds a URI that is not there yet. `must_exist`: only if one of its forms has a host that can. */
static struct entry *
add_uri(struct collector *c, struct slice raw, bool must_exist)
{
	struct entry *entry, **added;
	struct slice_list variants;

	if (raw.n > URI_LENGTH_MAX)
		c->truncated = true;
	c->bytes += raw.n;
	variants = uri_canonical(c->law, c->arena, raw);
	entry = variants.n == 0 ? NULL : entry_new(c->arena, raw, variants);
	if (entry == NULL)
		return NULL;
	find_hosts(c->law->boundaries, c->arena, entry);
	if (must_exist && entry->uri.host.p == NULL)
		return NULL;
	added = map_add(c->by_raw, raw, entry) ? vec_push(&c->entries) : NULL;
	if (added == NULL)
		return NULL;
	*added = entry;
	return entry;
}

/* The URI of a link, or its href as it is written. */
static struct entry *
add_linked(struct collector *c, const struct html_link *link, struct slice raw)
{
	struct entry *entry = map_find(c->by_raw, raw);
	struct uri *uri;
	bool is_new = entry == NULL;

	if (is_new)
		entry = add_uri(c, raw, false);
	if (entry == NULL)
		return NULL;
	uri = &entry->uri;
	if (is_new || (uri->extended && !link->extended)) {
		uri->element = link->element;
		uri->text = link->text;
		uri->extended = link->extended;
	}
	if (!uri->extended)
		add_variants(c, uri);
	return entry;
}

/*
 * SpamAssassin keeps an anchor's text with the href as it is written, which
 * is a URI beside the one that a base makes of it.
 */
static void
add_link(struct collector *c, const struct html_link *link)
{
	struct slice raw = link->resolved.p != NULL ? link->resolved : link->href;
	struct entry *entry = add_linked(c, link, raw);
	struct slice *text;

	if (entry != NULL && !link->extended)
		add_once(&entry->types, link->element);
	if (link->text.p == NULL || link->extended || link->redirector)
		return;
	if (!slice_eq(raw, link->href))
		entry = add_linked(c, link, link->href);
	text = entry == NULL ? NULL : vec_push(&entry->anchors);
	if (text != NULL)
		*text = link->text;
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
		c->truncated |= html != NULL && (html->links_cut || html->uri_cut);
	}
}

static void
add_found(struct collector *c, const struct uri_scanner *scanner, struct slice raw)
{
	struct entry *entry = map_find(c->by_raw, raw);

	if (entry == NULL) {
		entry = add_uri(c, raw, true);
		if (entry == NULL)
			return;
		entry->uri.element = SLICE("text");
	}
	entry->uri.in_text = true;
	entry->uri.extended = false;
	add_once(&entry->types, SLICE("parsed"));
	if (scanner->schemeless)
		add_once(&entry->types, SLICE("schemeless"));
	if (scanner->unlinked)
		add_once(&entry->types, SLICE("unlinked"));
	add_variants(c, &entry->uri);
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
			add_found(c, &scanner, raw);
	}
}

static struct slice_list
list_of(const struct vec *texts)
{
	return (struct slice_list){ texts->p, texts->n };
}

/* The collected URIs side by side. */
static const struct uri *
gather(struct collector *c)
{
	struct uri *v = arena_array(c->arena, c->entries.n, sizeof(*v));

	for (size_t i = 0; v != NULL && i < c->entries.n; i++) {
		struct entry *entry = *(struct entry **)vec_at(&c->entries, i);

		/* Known by an anchor's text alone. */
		if (entry->types.n == 0 && !entry->uri.extended)
			add_once(&entry->types, SLICE("parsed"));
		v[i] = entry->uri;
		v[i].types = list_of(&entry->types);
		v[i].anchors = list_of(&entry->anchors);
		v[i].hosts = list_of(&entry->hosts);
		v[i].domains = list_of(&entry->domains);
	}
	return v;
}

struct uri_list
uris_find(const struct uri_law *law, struct arena *arena, struct texts *texts,
    const struct budget *budget)
{
	struct collector c = { .law = law, .arena = arena, .budget = budget };
	struct uri_list list = { .n = 0 };

	c.entries = VEC_OF(struct entry *, arena);
	c.variants = VEC_OF(struct slice, arena);
	c.by_raw = map_new(arena, MAP_EXACT, 0);
	c.seen = map_new(arena, MAP_EXACT, 0);
	if (c.by_raw == NULL || c.seen == NULL)
		return list;
	add_links(&c, texts);
	add_text(&c, texts);
	list.v = gather(&c);
	list.n = list.v != NULL ? c.entries.n : 0;
	list.variants = list_of(&c.variants);
	list.truncated = c.truncated;
	return list;
}

bool
uri_has_type(const struct uri *uri, const char *type)
{
	for (size_t i = 0; i < uri->types.n; i++) {
		if (slice_eq(uri->types.v[i], slice_of(type)))
			return true;
	}
	return false;
}
