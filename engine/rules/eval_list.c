/*
 * eval_list.c - eval functions that look addresses and hosts up in named lists
 *
 * Lists of addresses hold patterns (address_set.h), lists of hosts follow
 * enlist_uri_host (host_set.h); hosts are those of URIs and the domains that
 * signed the message. Sources: SpamAssassin 4.0.1's WLBLEval, by how
 * it behaves.
 */
#include "engine/rules/eval.h"

#include "engine/mime/uri_canonical.h"
#include "engine/rules/address_set.h"
#include "engine/rules/eval_help.h"
#include "engine/rules/host_set.h"
#include "engine/rules/senders.h"
#include "engine/util/ascii.h"
#include "engine/util/map.h"

/* Fields of one kind that are read for "d=". */
#define SIGNATURES_MAX 100

/* The host lists that have directives and functions of their own. */
struct list_family {
	const struct host_set *welcome, *block;
	bool dkim_uris; /* signing domains count as hosts: parse_dkim_uris, by default */
};

const void *
list_prepare(struct ruleset *ruleset)
{
	struct list_family *family = arena_alloc(ruleset->arena, sizeof(*family));

	family->welcome = ruleset_hosts(ruleset, SLICE("WELCOME"));
	family->block = ruleset_hosts(ruleset, SLICE("BLOCK"));
	family->dkim_uris = !slice_eq(
	    ruleset_option(ruleset, "parse_dkim_uris", SLICE("1")), SLICE("0"));
	return family;
}

unsigned
eval_check_from_in_list(const struct rule *rule, struct views *views)
{
	return senders_from_in(views, rule->call.args[0].list->addresses);
}

unsigned
eval_check_to_in_list(const struct rule *rule, struct views *views)
{
	return senders_to_in(views, rule->call.args[0].list->addresses);
}

unsigned
eval_check_replyto_in_list(const struct rule *rule, struct views *views)
{
	struct slice address = eval_first_line(eval_field(views, FIXED_REPLY_TO_ADDR));

	return address.n > 0 && address_set_has(rule->call.args[0].list->addresses, address);
}

unsigned
eval_check_envfrom_in_list(const struct rule *rule, struct views *views)
{
	struct slice address = eval_first_line(eval_field(views, FIXED_ENVELOPE_FROM));

	return address.n > 0 && address_set_has(rule->call.args[0].list->addresses, address);
}

static void
add_host(struct views *views, struct map *hosts, struct slice uri)
{
	struct slice host = uri_host(views->ruleset->boundaries, uri);

	if (host.n > 0)
		map_add(hosts, host, views);
}

/* The signing domains ("d=") of a field's values, one a line. */
static void
add_signers(struct views *views, struct map *hosts, enum fixed_field field)
{
	struct slice value = eval_field(views, field), line;

	for (size_t n = 0; n < SIGNATURES_MAX && slice_next_line(&value, &line); n++) {
		for (size_t at = slice_find_byte(line, 0, 'd'); at < line.n;
		     at = slice_find_byte(line, at + 1, 'd')) {
			size_t end = at + 1;

			if (at > 0 && ascii_is_word(line.p[at - 1]))
				continue;
			while (end < line.n && ascii_is_space(line.p[end]))
				end++;
			if (end == line.n || line.p[end] != '=')
				continue;
			at = end + 1;
			end = slice_find_byte(line, at, ';');
			add_host(views, hosts, slice_trim(slice_cut(line, at, end)));
			at = end;
		}
	}
}

/* The hosts of all forms of all URIs but mail addresses, each once; NULL at the arena's cap. */
static const struct map *
uri_hosts(struct views *views)
{
	const struct list_family *family = views->ruleset->prepared[PREPARED_LIST];
	struct map *hosts = views->memos[MEMO_HOSTS];
	struct uri_list uris = views_uris(views);

	if (hosts != NULL)
		return hosts;
	hosts = map_new(views->arena, MAP_FOLDED, views->hash_seed);
	if (hosts == NULL)
		return NULL;
	views->memos[MEMO_HOSTS] = hosts;
	for (size_t i = 0; i < uris.n; i++) {
		const struct uri *uri = &uris.v[i];

		if (uri->extended || slice_istarts(uri->raw, SLICE("mailto:")))
			continue;
		for (size_t k = 0; k < uri->variants.n; k++)
			add_host(views, hosts, uri->variants.v[k]);
	}
	if (family->dkim_uris) {
		add_signers(views, hosts, FIXED_DOMAINKEY_SIGNATURE);
		add_signers(views, hosts, FIXED_DKIM_SIGNATURE);
	}
	return hosts;
}

static bool
any_host_in(struct views *views, const struct host_set *set)
{
	const struct map *hosts = set == NULL ? NULL : uri_hosts(views);

	for (size_t i = 0; hosts != NULL && i < map_count(hosts); i++) {
		if (host_set_has(set, map_key(hosts, i)))
			return true;
	}
	return false;
}

unsigned
eval_check_uri_host_listed(const struct rule *rule, struct views *views)
{
	return any_host_in(views, rule->call.args[0].list->hosts);
}

unsigned
eval_check_uri_host_in_welcomelist(const struct rule *rule, struct views *views)
{
	const struct list_family *family = views->ruleset->prepared[PREPARED_LIST];

	(void)rule;
	return any_host_in(views, family->welcome);
}

unsigned
eval_check_uri_host_in_blocklist(const struct rule *rule, struct views *views)
{
	const struct list_family *family = views->ruleset->prepared[PREPARED_LIST];

	(void)rule;
	return any_host_in(views, family->block);
}

/* Whether `word` stands in text with no letter or digit beside it. */
static bool
has_word(struct slice text, struct slice word)
{
	for (size_t at = slice_ifind(text, 0, word); word.n > 0 && at < text.n;
	     at = slice_ifind(text, at + 1, word)) {
		size_t end = at + word.n;

		if ((at == 0 || !ascii_is_alnum(text.p[at - 1])) &&
		    (end == text.n || !ascii_is_alnum(text.p[end])))
			return true;
	}
	return false;
}

unsigned
eval_check_fromname_brand(const struct rule *rule, struct views *views)
{
	const struct name_list *brands = rule->call.args[0].list;
	struct slice name = eval_field(views, FIXED_FROM_NAME);
	struct slice from = eval_first_line(eval_field(views, FIXED_FROM_ADDR));

	if (host_set_has(rule->call.args[1].list->hosts, eval_domain(from)))
		return 0;
	for (size_t i = 0; i < brands->entries.n; i++) {
		if (has_word(name, *(struct slice *)vec_at(&brands->entries, i)))
			return 1;
	}
	return 0;
}
