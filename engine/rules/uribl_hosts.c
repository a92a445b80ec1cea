/*
 * uribl_hosts.c - the hosts of a message's links that DNS lists are asked about
 *
 * Law: SpamAssassin 4.0.1's URIDNSBL, by how it behaves. Hosts are taken by
 * where their links stand, the likeliest to be meant first: links with a text,
 * forms, images, what else is found (signers' domains of DKIM-Signature and
 * DomainKey-Signature too), text alone, links without a text. SpamAssassin
 * draws lots where a group has more than may be asked about; ours takes them
 * in the order in which they stand.
 *
 * mailto: is left aside unless uridnsbl_skip_mailto is 0, and what
 * uridnsbl_skip_domain lists.
 */
#include "engine/rules/uribl_hosts.h"

#include "engine/mime/boundary.h"
#include "engine/mime/ip.h"
#include "engine/mime/uri_canonical.h"
#include "engine/rules/dns_query.h"
#include "engine/rules/eval.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"
#include "engine/util/map.h"

enum group {
	GROUP_LINK,
	GROUP_FORM,
	GROUP_IMAGE,
	GROUP_OTHER,
	GROUP_TEXT,
	GROUP_EMPTY_LINK,
	GROUP_COUNT
};

struct picker {
	struct views *views;
	struct map *seen;
	struct vec hosts; /* struct uribl_host */
	size_t most;
};

static enum group
group_of(const struct uri *uri)
{
	if (uri_has_type(uri, "a")) {
		for (size_t i = 0; i < uri->anchors.n; i++) {
			if (uri->anchors.v[i].n > 0)
				return GROUP_LINK;
		}
		return GROUP_EMPTY_LINK;
	}
	if (uri_has_type(uri, "form"))
		return GROUP_FORM;
	if (uri_has_type(uri, "img"))
		return GROUP_IMAGE;
	return uri->types.n == 1 && uri_has_type(uri, "parsed") ? GROUP_TEXT : GROUP_OTHER;
}

const struct map *
uribl_skip_map(struct ruleset *ruleset)
{
	const struct name_list *list = ruleset_list(ruleset, "uridnsbl_skip_domain");
	struct map *map;

	if (list == NULL)
		return NULL;
	map = map_new(ruleset->arena, MAP_FOLDED, 0);
	for (size_t i = 0; i < list->entries.n; i++)
		map_add(map, *(struct slice *)vec_at(&list->entries, i), map);
	return map;
}

bool
uribl_skips(const struct views *views, struct slice host, struct slice domain)
{
	const struct map *skipped = views->ruleset->uribl_skipped;

	return skipped != NULL &&
	       (map_find(skipped, domain) != NULL || map_find(skipped, host) != NULL);
}

/* Four numbers with dots between, be they an address or not, or brackets. */
static bool
looks_like_address(struct slice host)
{
	size_t dots = 0;

	for (size_t i = 0; i < host.n; i++) {
		if (host.p[i] == '[' || host.p[i] == ':')
			return true;
		if (host.p[i] != '.' && !ascii_is_digit(host.p[i]))
			return false;
		dots += host.p[i] == '.';
	}
	return dots == 3;
}

static void
add_host(struct picker *picker, struct slice written)
{
	struct views *views = picker->views;
	struct uribl_host host = { .host = dns_query_host(views, written), .askable = true };
	struct uribl_host *added;
	struct ip ip;

	if (host.host.p == NULL || picker->hosts.n >= picker->most ||
	    map_find(picker->seen, host.host) != NULL)
		return;
	host.domain = host.host;
	if (!looks_like_address(host.host)) {
		host.domain = boundary_domain(views->ruleset->boundaries, views->arena, host.host);
	} else {
		host.askable = ip_parse(host.host, &ip) && ip_is_v4(&ip) && !ip_is_private(&ip);
		if (host.askable)
			host.reversed = ip_reversed(views->arena, &ip);
	}
	if (host.domain.p == NULL || uribl_skips(views, host.host, host.domain) ||
	    !map_add(picker->seen, host.host, picker))
		return;
	added = vec_push(&picker->hosts);
	if (added != NULL)
		*added = host;
}

/* "d=" of a signature, wherever a word begins; blanks inside are no part of it. */
static void
add_signer(struct picker *picker, struct slice field)
{
	const struct boundaries *boundaries = picker->views->ruleset->boundaries;

	for (size_t at = slice_find_byte(field, 0, 'd'); at < field.n;
	     at = slice_find_byte(field, at + 1, 'd')) {
		struct buf domain = { .arena = picker->views->arena };
		size_t i = at + 1;
		struct slice host;

		if (at > 0 && ascii_is_word(field.p[at - 1]))
			continue;
		while (i < field.n && ascii_is_space(field.p[i]))
			i++;
		if (i == field.n || field.p[i] != '=')
			continue;
		for (i++; i < field.n && field.p[i] != ';'; i++) {
			if (!ascii_is_space(field.p[i]))
				buf_add_byte(&domain, field.p[i]);
		}
		host = domain.failed ? SLICE_ABSENT : uri_host(boundaries, buf_slice(&domain));
		if (host.p != NULL)
			add_host(picker, host);
		at = i == field.n ? i - 1 : i;
	}
}

static void
add_group(struct picker *picker, enum group group, bool skip_mailto)
{
	struct uri_list uris = views_uris(picker->views);

	for (size_t i = 0; i < uris.n; i++) {
		const struct uri *uri = &uris.v[i];

		if (uri->extended || group_of(uri) != group ||
		    (skip_mailto && slice_istarts(uri->raw, SLICE("mailto:"))))
			continue;
		for (size_t k = 0; k < uri->hosts.n; k++)
			add_host(picker, uri->hosts.v[k]);
	}
	if (group == GROUP_OTHER &&
	    !slice_eq(ruleset_option(picker->views->ruleset, "parse_dkim_uris", SLICE("1")),
		SLICE("0"))) {
		add_signer(picker, eval_field(picker->views, FIXED_DOMAINKEY_SIGNATURE));
		add_signer(picker, eval_field(picker->views, FIXED_DKIM_SIGNATURE));
	}
}

/* How many hosts are asked about. */
static size_t
most_hosts(const struct views *views)
{
	double most;

	if (!eval_read_number(
		ruleset_option(views->ruleset, "uridnsbl_max_domains", SLICE("")), &most) ||
	    most < 0)
		return URIBL_HOSTS_USUAL;
	return most < URIBL_HOSTS_MAX ? (size_t)most : URIBL_HOSTS_MAX;
}

const struct uribl_hosts *
uribl_hosts_find(struct views *views)
{
	struct uribl_hosts *hosts = views->memos[MEMO_URIBL_HOSTS];
	struct picker picker = { .views = views, .most = most_hosts(views) };
	bool skip_mailto = !slice_eq(
	    ruleset_option(views->ruleset, "uridnsbl_skip_mailto", SLICE("1")), SLICE("0"));

	if (hosts != NULL)
		return hosts;
	hosts = arena_alloc(views->arena, sizeof(*hosts));
	picker.seen = map_new(views->arena, MAP_EXACT, views->hash_seed);
	picker.hosts = VEC_OF(struct uribl_host, views->arena);
	if (hosts == NULL || picker.seen == NULL)
		return NULL;
	for (enum group group = GROUP_LINK; group < GROUP_COUNT; group++)
		add_group(&picker, group, skip_mailto);
	*hosts = (struct uribl_hosts){ picker.hosts.p, picker.hosts.n };
	views->memos[MEMO_URIBL_HOSTS] = hosts;
	return hosts;
}
