/*
 * eval_list.c - eval functions that look addresses, domains and hosts up in named lists
 *
 * An entry is an address or a glob over addresses ("*@example.org"), or a
 * domain or host ("example.org"), which holds for what lies below it too. An
 * entry that begins with "!" takes back what the list holds otherwise.
 */
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/util/ascii.h"

/* Whether host is the domain or lies below it. */
static bool
host_below(struct slice host, struct slice domain)
{
	if (domain.n > 0 && domain.p[0] == '.')
		domain = slice_from(domain, 1);
	return slice_ieq(host, domain) ||
	       (slice_iends(host, domain) && host.p[host.n - domain.n - 1] == '.');
}

static bool
entry_holds(struct slice entry, struct slice address, struct slice host)
{
	bool glob = slice_find_byte(entry, 0, '*') < entry.n ||
		    slice_find_byte(entry, 0, '?') < entry.n;

	if (slice_find_byte(entry, 0, '@') < entry.n)
		return address.n > 0 && glob_matches(entry, address, true);
	return glob ? glob_matches(entry, host, true) : host_below(host, entry);
}

/* Whether the list holds the address (empty: a host alone). */
static bool
list_holds(const struct name_list *list, struct slice address, struct slice host)
{
	bool held = false;

	for (size_t i = 0; i < list->entries.n; i++) {
		struct slice entry = *(struct slice *)vec_at(&list->entries, i);

		if (entry.n > 0 && entry.p[0] == '!') {
			if (entry_holds(slice_from(entry, 1), address, host))
				return false;
		} else if (!held) {
			held = entry_holds(entry, address, host);
		}
	}
	return held && host.n > 0;
}

/* Whether one of the addresses, one a line, is held. */
static unsigned
any_listed(const struct name_list *list, struct slice addresses)
{
	struct slice line;
	size_t n = 0;

	while (n++ < EVAL_FIELDS_MAX && slice_next_line(&addresses, &line)) {
		line = slice_trim(line);
		if (list_holds(list, line, eval_domain(line)))
			return 1;
	}
	return 0;
}

unsigned
eval_check_from_in_list(const struct rule *rule, struct views *views)
{
	return any_listed(rule->call.args[0].list, eval_field(views, FIXED_FROM_ADDR));
}

unsigned
eval_check_replyto_in_list(const struct rule *rule, struct views *views)
{
	return any_listed(rule->call.args[0].list, eval_field(views, FIXED_REPLY_TO_ADDR));
}

unsigned
eval_check_to_in_list(const struct rule *rule, struct views *views)
{
	return any_listed(rule->call.args[0].list, eval_field(views, FIXED_TO_CC_ADDR));
}

unsigned
eval_check_envfrom_in_list(const struct rule *rule, struct views *views)
{
	return any_listed(rule->call.args[0].list, eval_field(views, FIXED_ENVELOPE_FROM));
}

unsigned
eval_check_uri_host_listed(const struct rule *rule, struct views *views)
{
	struct uri_list uris = views_uris(views);

	for (size_t i = 0; i < uris.n; i++) {
		if (uris.v[i].host.n > 0 && !uris.v[i].extended &&
		    list_holds(rule->call.args[0].list, SLICE(""), uris.v[i].host))
			return 1;
	}
	return 0;
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

	if (list_holds(rule->call.args[1].list, from, eval_domain(from)))
		return 0;
	for (size_t i = 0; i < brands->entries.n; i++) {
		if (has_word(name, *(struct slice *)vec_at(&brands->entries, i)))
			return 1;
	}
	return 0;
}
