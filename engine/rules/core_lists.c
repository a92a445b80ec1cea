/*
 * core_lists.c - the named lists that the engine itself reads, whatever functions are called
 *
 * SpamAssassin's configuration says things that no single rule says: which
 * registries there are, how redirectors look, where webmail tells its client,
 * which networks are ours. They come as lists by the directives' names and
 * are put into the form that is read while messages are scanned.
 *
 * Networks of the lists join those of the configuration. One of
 * internal_networks or msa_networks that is not within trusted_networks is
 * left out, as SpamAssassin leaves it out.
 */
#include "engine/rules/core_lists.h"

#include <string.h>

#include "engine/mime/ip.h"
#include "engine/rules/dns_query.h"
#include "engine/rules/uribl_hosts.h"
#include "engine/util/ascii.h"
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

/* A number of bytes; 0 is no limit. */
static void
apply_size(const struct application *a, const char *name, size_t *size)
{
	struct slice text = ruleset_option(a->ruleset, name, SLICE_ABSENT);
	size_t value = 0;

	if (text.p == NULL)
		return;
	for (size_t i = 0; i < text.n; i++) {
		if (!ascii_is_digit(text.p[i]) || value > SIZE_MAX / 16) {
			leave_out(a, name, text, "it is no number of bytes");
			return;
		}
		value = value * 10 + (size_t)(text.p[i] - '0');
	}
	*size = value == 0 ? SIZE_MAX : value;
}

/* What single values say of texts and fields. */
static void
apply_options(const struct application *a)
{
	struct policy *policy = &a->ruleset->policy;
	struct slice normalize = ruleset_option(a->ruleset, "normalize_charset", SLICE_ABSENT);

	policy->envelope_sender_header = ruleset_option(
	    a->ruleset, "envelope_sender_header", policy->envelope_sender_header);
	if (normalize.p != NULL)
		policy->keep_charset = slice_eq(normalize, SLICE("0"));
	apply_size(a, "body_part_scan_size", &policy->body_part_scan_size);
	apply_size(a, "rawbody_part_scan_size", &policy->rawbody_part_scan_size);
}

/* Networks that stand before those of every list but msa_networks. */
static const struct network loopbacks[] = {
	{ .address = { [10] = 0xff, [11] = 0xff, [12] = 127 }, .bits = 96 + 8 },
	{ .address = { [15] = 1 }, .bits = 128 },
};

/* Whether the first network of the list that has all of `inner` lets it in. */
static bool
lies_within(const struct network *inner, struct network_list list)
{
	for (size_t i = 0; i < sizeof(loopbacks) / sizeof(loopbacks[0]); i++)
		if (network_contains(&loopbacks[i], inner))
			return true;
	for (size_t i = 0; i < list.n; i++)
		if (network_contains(&list.v[i], inner))
			return !list.v[i].negated;
	return false;
}

/* The policy's networks with those of the list of that name behind them. */
static void
join_networks(const struct application *a, const char *name, struct network_list *networks)
{
	struct slice_list texts = entries_of(a->ruleset, name);
	struct vec all = VEC_OF(struct network, a->ruleset->arena);
	struct network found[NETWORK_RANGE_MAX];

	if (texts.n == 0)
		return;
	for (size_t i = 0; i < networks->n; i++)
		*(struct network *)vec_push(&all) = networks->v[i];
	for (size_t i = 0; i < texts.n; i++) {
		struct err err;
		size_t n = networks_parse(texts.v[i], found, &err);

		if (n == 0)
			leave_out(a, name, texts.v[i], err.text);
		for (size_t k = 0; k < n; k++)
			*(struct network *)vec_push(&all) = found[k];
	}
	*networks = (struct network_list){ all.p, all.n };
}

/* Without the networks that are not within `outer`; what is excluded stays. */
static void
keep_within(const struct application *a, const char *name, struct network_list *networks,
    struct network_list outer, const char *outer_name)
{
	struct network *kept = arena_array(a->ruleset->arena, networks->n + 1, sizeof(*kept));
	struct buf why = { 0 };
	size_t n = 0;

	buf_printf(&why, "it is not within %s", outer_name);
	for (size_t i = 0; i < networks->n; i++) {
		const struct network *network = &networks->v[i];
		struct ip ip;

		if (network->negated || lies_within(network, outer)) {
			kept[n++] = *network;
			continue;
		}
		memcpy(ip.v, network->address, sizeof(ip.v));
		leave_out(a, name,
		    arena_printf(a->ruleset->arena, "%.*s/%u",
			SLICE_ARG(ip_text(a->ruleset->arena, &ip)),
			ip_is_v4(&ip) ? network->bits - 96 : network->bits),
		    buf_text(&why));
	}
	/* A list of which nothing is left is not one that nobody gave. */
	if (n == 0 && networks->n > 0)
		kept[n++] = (struct network){ .bits = 0, .negated = true };
	*networks = (struct network_list){ kept, n };
	buf_clear(&why);
}

/* Networks of the lists join the policy's; internal ones and MSAs are within the trusted ones. */
static void
apply_networks(const struct application *a)
{
	struct policy *policy = &a->ruleset->policy;

	join_networks(a, "trusted_networks", &policy->trusted_networks);
	join_networks(a, "internal_networks", &policy->internal_networks);
	join_networks(a, "msa_networks", &policy->msa_networks);
	if (policy->trusted_networks.n > 0) {
		keep_within(a, "internal_networks", &policy->internal_networks,
		    policy->trusted_networks, "trusted_networks");
		keep_within(a, "msa_networks", &policy->msa_networks, policy->trusted_networks,
		    "trusted_networks");
	} else if (policy->internal_networks.n > 0) {
		keep_within(a, "msa_networks", &policy->msa_networks, policy->internal_networks,
		    "internal_networks");
		policy->trusted_networks = policy->internal_networks;
	}
	if (policy->internal_networks.n == 0)
		policy->internal_networks = policy->trusted_networks;
}

void
core_lists_apply(struct ruleset *ruleset, core_lists_tell *tell, void *p)
{
	const struct application application = { ruleset, tell, p };

	ruleset->boundaries = boundaries_new(ruleset->arena, entries_of(ruleset, "util_rb_tld"),
	    entries_of(ruleset, "util_rb_2tld"), entries_of(ruleset, "util_rb_3tld"));
	ruleset->dns_restrictions = dns_query_restrictions(ruleset);
	ruleset->uribl_skipped = uribl_skip_map(ruleset);
	apply_redirectors(&application);
	apply_originating(ruleset);
	apply_options(&application);
	apply_networks(&application);
}
