/*
 * core_lists.c - the named lists that the engine itself reads, whatever functions are called
 *
 * SpamAssassin's configuration says things of URIs and relays that no single
 * rule says: which registries there are, how redirectors look, where webmail
 * tells its client. They come as lists by the directives' names and are put
 * into the form that is read while messages are scanned.
 */
#include "engine/rules/core_lists.h"

#include "engine/util/buf.h"

struct application {
	struct ruleset *ruleset;
	core_lists_tell *tell;
	void *p;
};

/* The entries of a list; none: nobody gave it. */
static struct slice_list
entries_of(const struct ruleset *ruleset, const char *name)
{
	const struct name_list *list = ruleset_list(ruleset, name);

	return list == NULL ? (struct slice_list){ NULL, 0 }
			    : (struct slice_list){ list->entries.p, list->entries.n };
}

static void
leave_out(const struct application *a, const char *list, struct slice entry, const char *why)
{
	struct buf text = { 0 };

	buf_printf(&text, "\"%.*s\" is left out: %s", SLICE_ARG(entry), why);
	a->tell(a->p, slice_of(list), buf_text(&text));
	buf_clear(&text);
}

static void
apply_redirectors(const struct application *a)
{
	struct ruleset *ruleset = a->ruleset;
	struct slice_list patterns = entries_of(ruleset, "redirector_pattern");

	ruleset->redirectors = arena_array(
	    ruleset->arena, patterns.n + 1, sizeof(*ruleset->redirectors));
	for (size_t i = 0; i < patterns.n; i++) {
		struct err err;
		const struct regex *regex = ruleset_regex(ruleset, patterns.v[i], &err);

		if (regex == NULL)
			leave_out(a, "redirector_pattern", patterns.v[i], err.text);
		else
			ruleset->redirectors[ruleset->redirector_count++] = regex;
	}
}

/* An empty list is not the same as none: it names no field at all. */
static void
apply_originating(struct ruleset *ruleset)
{
	const struct name_list *list = ruleset_list(ruleset, "originating_ip_headers");

	if (list == NULL)
		return;
	ruleset->policy.originating_ip_headers = list->entries.n > 0 ? list->entries.p
								     : &list->name;
	ruleset->policy.originating_ip_header_count = list->entries.n;
}

void
core_lists_apply(struct ruleset *ruleset, core_lists_tell *tell, void *p)
{
	const struct application application = { ruleset, tell, p };

	ruleset->boundaries = boundaries_new(ruleset->arena, entries_of(ruleset, "util_rb_tld"),
	    entries_of(ruleset, "util_rb_2tld"), entries_of(ruleset, "util_rb_3tld"));
	apply_redirectors(&application);
	apply_originating(ruleset);
}
