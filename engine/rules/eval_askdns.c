/*
 * eval_askdns.c - questions to the DNS that are made of what the message says
 *
 * Law: SpamAssassin 4.0.1's AskDNS and ASN, by how they behave. An entry of
 * the list askdns is "RULE TEMPLATE [TYPES [FILTER]]"; the rule, found by its
 * name, calls check_askdns(). Tags in the template (dns_tag.h) stand for their
 * values, each combination of them for one question; while a tag has none
 * nothing is asked. A record of one of the types that passes the filter
 * (dns_filter.h) is a hit.
 *
 * Types that the engine does not ask for (dns.h) are passed over, and ANY is
 * all that it asks for: servers answer no such question any more (RFC 8482).
 */
#include "engine/rules/eval.h"

#include "engine/mime/domain.h"
#include "engine/net/dns_operator.h"
#include "engine/rules/dns_filter.h"
#include "engine/rules/dns_query.h"
#include "engine/rules/dns_tag.h"
#include "engine/util/buf.h"
#include "engine/util/map.h"

/* Names that one rule asks for. */
#define NAMES_MAX 40

#define TYPE_A 0 /* its number in every_type */

static const enum dns_type every_type[] = { DNS_A, DNS_AAAA, DNS_MX, DNS_NS, DNS_PTR, DNS_TXT };

#define TYPE_COUNT (sizeof(every_type) / sizeof(every_type[0]))

struct askdns {
	struct slice template;
	struct slice zone; /* what stands behind its last tag; absent: nothing */
	bool types[TYPE_COUNT]; /* as in every_type */
	struct dns_filter filter;
};

/* "A,TXT" or "ANY". */
static void
read_types(struct slice words, bool types_r[TYPE_COUNT])
{
	while (words.n > 0) {
		size_t comma = slice_find_byte(words, 0, ',');
		struct slice word = slice_cut(words, 0, comma);

		for (size_t i = 0; i < TYPE_COUNT; i++) {
			if (slice_ieq(word, SLICE("ANY")) || dns_type_of(word) == every_type[i])
				types_r[i] = true;
		}
		words = slice_from(words, comma + 1);
	}
}

/* "lookup.example.org" of "_DKIMDOMAIN_.lookup.example.org."; absent: the tag is its end. */
static struct slice zone_of(struct slice template)
{
	struct slice zone = SLICE_ABSENT;
	size_t n;

	for (size_t at = 0; at<template.n; at += n> 0 ? n : 1) {
		n = dns_tag_reference(slice_from(template, at));
		if (n > 0)
			zone = slice_from(template, at + n);
	}
	if (!slice_starts(zone, SLICE(".")))
		return SLICE_ABSENT;
	zone = slice_from(zone, 1);
	return slice_ends(zone, SLICE(".")) ? slice_cut(zone, 0, zone.n - 1) : zone;
}

/* What cannot be read is passed over. */
static void
add_entry(struct ruleset *ruleset, struct map *entries, struct slice entry)
{
	struct askdns read = { .template = SLICE_ABSENT }, *kept;
	struct slice name, word, types = SLICE("A");
	struct err err;

	if (!slice_next_word(&entry, &name) || !slice_next_word(&entry, &read.template))
		return;
	if (slice_next_word(&entry, &word))
		types = word;
	read_types(types, read.types);
	entry = slice_trim(entry);
	if (entry.n > 0 && !dns_filter_read_asked(ruleset, entry, &read.filter, &err))
		return;
	read.zone = zone_of(read.template);
	kept = arena_alloc(ruleset->arena, sizeof(*kept));
	*kept = read;
	map_add(entries, name, kept);
}

const void *
askdns_prepare(struct ruleset *ruleset)
{
	const struct name_list *list = ruleset_list(ruleset, "askdns");
	struct map *entries = map_new(ruleset->arena, MAP_EXACT, 0);

	for (size_t i = 0; list != NULL && i < list->entries.n; i++)
		add_entry(ruleset, entries, *(struct slice *)vec_at(&list->entries, i));
	return entries;
}

struct slice
askdns_zone(const struct ruleset *ruleset, const struct rule *rule)
{
	const struct askdns *askdns = NULL;

	if (ruleset->prepared[PREPARED_ASKDNS] != NULL &&
	    rule->call.function->run == eval_check_askdns)
		askdns = map_find(ruleset->prepared[PREPARED_ASKDNS], rule->def.name);
	/* codes make a list, and who is known for lists; else it may be anything */
	if (askdns == NULL || !(askdns->types[TYPE_A] || dns_operator_known(askdns->zone)))
		return SLICE_ABSENT;
	return askdns->zone;
}

/* The text with every `tag` (underscores included) as `value`. */
static struct slice
replace(struct arena *arena, struct slice text, struct slice tag, struct slice value)
{
	struct buf out = { .arena = arena };
	size_t at = 0, next;

	while ((next = slice_find(text, at, tag)) < text.n) {
		buf_add(&out, slice_cut(text, at, next));
		buf_add(&out, value);
		at = next + tag.n;
	}
	buf_add(&out, slice_from(text, at));
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

/* Each name with each value in the place of the tag. */
static void
multiply(struct views *views, struct vec *names, struct slice tag, const struct vec *values)
{
	struct vec made = VEC_OF(struct slice, views->arena);

	for (size_t i = 0; i < names->n; i++) {
		for (size_t k = 0; k < values->n && made.n < NAMES_MAX; k++) {
			struct slice name = replace(views->arena, *(struct slice *)vec_at(names, i),
			    tag, *(struct slice *)vec_at(values, k));
			struct slice *place = name.p == NULL ? NULL : vec_push(&made);

			if (place != NULL)
				*place = name;
		}
	}
	*names = made;
}

/* The names to ask for; anything but DNS_TAG_SET: there are none, or not yet. */
static enum dns_tag_state
make_names(struct views *views, struct slice template, struct vec *names)
{
	struct slice *first = vec_push(names);

	if (first == NULL)
		return DNS_TAG_UNSET;
	*first = template;
	for (size_t at = 0; at < template.n; at++) {
		size_t n = dns_tag_reference(slice_from(template, at));
		struct vec values = VEC_OF(struct slice, views->arena);
		enum dns_tag_state state;

		if (n == 0)
			continue;
		state = dns_tag_values(views, slice_cut(template, at + 1, at + n - 1), &values);
		if (state != DNS_TAG_SET)
			return state;
		multiply(views, names, slice_cut(template, at, at + n), &values);
		at += n - 1;
	}
	return DNS_TAG_SET;
}

/* One question. */
static void
ask(struct views *views, const struct rule *rule, const struct askdns *askdns, enum dns_type type,
    struct slice name, struct dns_tally *tally)
{
	const struct dns_listing listing = dns_query_listing(views, type, name, askdns->zone);
	const struct dns_answer *answer = listing.answer;
	bool outcome, first = false;

	if (answer == NULL)
		return;
	outcome = dns_filter_passes_outcome(&askdns->filter, answer->outcome);
	if (outcome && answer->outcome != DNS_FOUND) {
		tally->telling = false;
		first = dns_tally_hit(tally);
	} else if (dns_tally_listing(
		       tally, views, rule, dns_filter_is_any(&askdns->filter), &listing)) {
		for (size_t i = 0; i < answer->record_count && !outcome; i++) {
			if (dns_filter_passes(
				&askdns->filter, views, rule, type, &answer->records[i]))
				first = dns_tally_hit(tally) || first;
		}
		if (outcome)
			first = dns_tally_hit(tally);
	}
	if (first && !rule->subrule)
		views_log(views, rule, "%.*s %s", SLICE_ARG(listing.name), dns_type_name(type));
}

/* What a function returns when a tag has no value, or not yet. */
static unsigned
without_tag(enum dns_tag_state state)
{
	switch (state) {
	case DNS_TAG_OPEN:
		return EVAL_OPEN;
	case DNS_TAG_FAILED:
		return EVAL_UNKNOWN;
	case DNS_TAG_UNSET:
	case DNS_TAG_SET:
		break;
	}
	return 0;
}

unsigned
eval_check_askdns(const struct rule *rule, struct views *views)
{
	const struct askdns *askdns = map_find(
	    views->ruleset->prepared[PREPARED_ASKDNS], rule->def.name);
	struct vec names = VEC_OF(struct slice, views->arena);
	struct dns_tally tally = { 0 };
	enum dns_tag_state state;

	if (askdns == NULL || !facts_on(views->facts))
		return 0;
	state = make_names(views, askdns->template, &names);
	if (state != DNS_TAG_SET)
		return without_tag(state);
	for (size_t i = 0; i < names.n; i++) {
		struct slice name = dns_query_host(views, *(struct slice *)vec_at(&names, i));

		for (size_t k = 0; domain_is_host_name(name) && k < TYPE_COUNT; k++) {
			if (askdns->types[k])
				ask(views, rule, askdns, every_type[k], name, &tally);
		}
	}
	return dns_tally_result(&tally, rule);
}

/* The values as one text, as patterns see a tag. */
static struct slice
join(struct views *views, const struct vec *values)
{
	struct buf out = { .arena = views->arena };

	for (size_t i = 0; i < values->n; i++) {
		if (i > 0)
			buf_add_byte(&out, ' ');
		buf_add(&out, *(struct slice *)vec_at(values, i));
	}
	return buf_slice(&out);
}

unsigned
eval_check_asn(const struct rule *rule, struct views *views)
{
	const struct eval_call *call = &rule->call;
	struct slice tag = call->arg_count > 1 ? call->args[1].text : SLICE("ASN"), text;
	struct vec values = VEC_OF(struct slice, views->arena);
	enum dns_tag_state state;

	if (!facts_on(views->facts))
		return 0;
	state = dns_tag_values(views, tag, &values);
	if (state != DNS_TAG_SET)
		return without_tag(state);
	text = join(views, &values);
	if (!views_test(views, rule, call->args[0].regex, text))
		return 0;
	views_log(views, rule, "%.*s: %.*s", SLICE_ARG(tag), SLICE_ARG(text));
	return 1;
}
