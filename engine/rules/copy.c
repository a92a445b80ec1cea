/*
 * copy.c - a ruleset owns all it was built from: definitions and policy, copied field by field
 *
 * Digests are 64-bit hashes of everything that can change a verdict, each item
 * with its length before it, so that two rulesets of one id judge alike. A
 * rule has its own, and a ruleset's holds their sum, which does not depend on
 * the order in which they came. It names a ruleset to people; nothing is
 * authenticated by it.
 */
#include "engine/rules/copy.h"

#include <string.h>

#include "engine/regex/pcre.h"
#include "engine/util/buf.h"
#include "engine/util/map.h"

/* An absent slice stays absent. */
static struct slice
copy_slice(struct arena *arena, struct slice s)
{
	return s.p == NULL ? s : arena_copy(arena, s);
}

static const char *
copy_text(struct arena *arena, const char *text)
{
	return text == NULL ? NULL : arena_copy(arena, slice_of(text)).p;
}

struct origin
copy_origin(struct arena *arena, struct origin origin)
{
	origin.file = copy_text(arena, origin.file);
	origin.layer = copy_text(arena, origin.layer);
	return origin;
}

/* A copy of an array's elements as they are; NULL when there are none. */
static void *
copy_array(struct arena *arena, const void *v, size_t n, size_t size)
{
	void *copy;

	if (n == 0)
		return NULL;
	copy = arena_array(arena, n, size);
	memcpy(copy, v, n * size);
	return copy;
}

static const struct slice *
copy_slices(struct arena *arena, const struct slice *v, size_t n)
{
	struct slice *copy = copy_array(arena, v, n, sizeof(*copy));

	for (size_t i = 0; i < n; i++)
		copy[i] = copy_slice(arena, copy[i]);
	return copy;
}

static const struct rule_example *
copy_examples(struct arena *arena, const struct rule_example *v, size_t n)
{
	struct rule_example *copy = copy_array(arena, v, n, sizeof(*copy));

	for (size_t i = 0; i < n; i++) {
		struct rule_example *example = &copy[i];

		example->text = copy_slice(arena, example->text);
		example->subrules = copy_slices(arena, example->subrules, example->subrule_count);
		example->client_ip = copy_slice(arena, example->client_ip);
		example->helo = copy_slice(arena, example->helo);
		example->rdns = copy_slice(arena, example->rdns);
		example->from = copy_slice(arena, example->from);
		example->rcpt = copy_slice(arena, example->rcpt);
		example->dns = copy_slice(arena, example->dns);
		example->origin = copy_origin(arena, example->origin);
	}
	return copy;
}

static const struct uri_condition *
copy_conditions(struct arena *arena, const struct uri_condition *v, size_t n)
{
	struct uri_condition *copy = copy_array(arena, v, n, sizeof(*copy));

	for (size_t i = 0; i < n; i++) {
		copy[i].key = copy_slice(arena, copy[i].key);
		copy[i].pattern = copy_slice(arena, copy[i].pattern);
	}
	return copy;
}

static const struct feed_origin *
copy_feed(struct arena *arena, const struct feed_origin *feed)
{
	struct feed_origin *copy = copy_array(arena, feed, feed != NULL, sizeof(*copy));

	if (copy == NULL)
		return NULL;
	copy->channel = copy_text(arena, feed->channel);
	copy->key = copy_text(arena, feed->key);
	copy->note = copy_text(arena, feed->note);
	return copy;
}

struct rule_def
copy_rule_def(struct arena *arena, const struct rule_def *def)
{
	struct rule_def copy = *def;

	copy.name = copy_slice(arena, def->name);
	copy.origin = copy_origin(arena, def->origin);
	copy.selector = copy_slice(arena, def->selector);
	copy.if_unset = copy_slice(arena, def->if_unset);
	copy.pattern = copy_slice(arena, def->pattern);
	copy.conditions = copy_conditions(arena, def->conditions, def->condition_count);
	copy.expression = copy_slice(arena, def->expression);
	copy.list = copy_slice(arena, def->list);
	copy.of = copy_slice(arena, def->of);
	copy.by = copy_slice(arena, def->by);
	copy.hash = copy_slice(arena, def->hash);
	copy.answers = copy_slices(arena, def->answers, def->answer_count);
	copy.question_type = copy_slice(arena, def->question_type);
	copy.score_origin = copy_origin(arena, def->score_origin);
	copy.describe = copy_slice(arena, def->describe);
	copy.subjprefix = copy_slice(arena, def->subjprefix);
	copy.examples = copy_examples(arena, def->examples, def->example_count);
	copy.feed = copy_feed(arena, def->feed);
	return copy;
}

static struct dns_codes
copy_codes(struct arena *arena, struct dns_codes codes)
{
	codes.v = copy_array(arena, codes.v, codes.n, sizeof(*codes.v));
	return codes;
}

struct dns_list
copy_dns_list(struct arena *arena, const struct dns_list *list)
{
	struct dns_list copy = *list;

	copy.name = copy_slice(arena, list->name);
	copy.zone = copy_slice(arena, list->zone);
	copy.secret = copy_slice(arena, list->secret);
	copy.listed = copy_slice(arena, list->listed);
	copy.unlisted = copy_slice(arena, list->unlisted);
	copy.listed_ipv6 = copy_slice(arena, list->listed_ipv6);
	copy.unlisted_ipv6 = copy_slice(arena, list->unlisted_ipv6);
	copy.codes = copy_codes(arena, list->codes);
	copy.errors = copy_codes(arena, list->errors);
	copy.declared = copy_codes(arena, list->declared);
	copy.origin = copy_origin(arena, list->origin);
	return copy;
}

static struct network_list
copy_networks(struct arena *arena, struct network_list list)
{
	list.v = copy_array(arena, list.v, list.n, sizeof(*list.v));
	return list;
}

struct policy
policy_default(void)
{
	struct policy policy = {
		.reject_text = SLICE("550 5.7.1 Message refused as spam (_SCORE_ points)"),
		.tempfail_text = SLICE("451 4.7.1 Try again later"),
		.subject_tag = SLICE("[SPAM]"),
		.match_limit = REGEX_MATCH_LIMIT,
		.heap_limit = REGEX_HEAP_LIMIT_KIB,
		.spamassassin_quirks = true,
	};

	for (unsigned i = 0; i < ACTION_COUNT; i++)
		policy.thresholds.at[i] = THRESHOLD_OFF;
	policy.thresholds.at[ACTION_TAG] = 5 * SCORE_ONE;
	policy.authenticated_thresholds = policy.thresholds;
	policy.local_thresholds = policy.thresholds;
	return policy;
}

static struct markup_fields
copy_markup_fields(struct arena *arena, struct markup_fields fields)
{
	struct markup_field *copy = copy_array(arena, fields.v, fields.n, sizeof(*copy));

	for (size_t i = 0; i < fields.n; i++) {
		copy[i].name = copy_slice(arena, copy[i].name);
		copy[i].text = copy_slice(arena, copy[i].text);
	}
	return (struct markup_fields){ copy, fields.n };
}

static struct markup
copy_markup(struct arena *arena, const struct markup *markup)
{
	struct markup copy = *markup;

	copy.spam = copy_markup_fields(arena, markup->spam);
	copy.ham = copy_markup_fields(arena, markup->ham);
	for (unsigned i = 0; i < MARKUP_REWRITE_COUNT; i++)
		copy.rewrite[i] = copy_slice(arena, markup->rewrite[i]);
	copy.report = copy_slice(arena, markup->report);
	copy.contact = copy_slice(arena, markup->contact);
	copy.hostname = copy_slice(arena, markup->hostname);
	return copy;
}

struct policy
copy_policy(struct arena *arena, const struct policy *policy)
{
	struct policy copy = policy != NULL ? *policy : policy_default();
	struct field_template *fields = copy_array(
	    arena, copy.fields, copy.field_count, sizeof(*fields));

	for (size_t i = 0; i < copy.field_count; i++) {
		fields[i].name = copy_slice(arena, fields[i].name);
		fields[i].text = copy_slice(arena, fields[i].text);
	}
	copy.fields = fields;
	copy.markup = copy_markup(arena, &copy.markup);
	copy.reject_text = copy_slice(arena, copy.reject_text);
	copy.tempfail_text = copy_slice(arena, copy.tempfail_text);
	copy.subject_tag = copy_slice(arena, copy.subject_tag);
	copy.hostname = copy_slice(arena, copy.hostname);
	copy.authserv_id = copy_slice(arena, copy.authserv_id);
	copy.trusted_ids = copy_slices(arena, copy.trusted_ids, copy.trusted_id_count);
	copy.envelope_sender_header = copy_slice(arena, copy.envelope_sender_header);
	copy.originating_ip_headers = copy_slices(
	    arena, copy.originating_ip_headers, copy.originating_ip_header_count);
	copy.trusted_networks = copy_networks(arena, copy.trusted_networks);
	copy.internal_networks = copy_networks(arena, copy.internal_networks);
	copy.msa_networks = copy_networks(arena, copy.msa_networks);
	if (copy.match_limit == 0)
		copy.match_limit = REGEX_MATCH_LIMIT;
	if (copy.heap_limit == 0)
		copy.heap_limit = REGEX_HEAP_LIMIT_KIB;
	return copy;
}

/* In decimal; printf would take most of the time of a digest. */
static void
digest_decimal(struct buf *out, uint64_t n)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	buf_add(out, (struct slice){ digits + at, sizeof(digits) - at });
}

static void
digest_slice(struct buf *out, struct slice s)
{
	digest_decimal(out, s.n);
	buf_add_byte(out, s.p == NULL ? '-' : ':');
	buf_add(out, s);
}

static void
digest_number(struct buf *out, int64_t n)
{
	if (n < 0)
		buf_add_byte(out, '-');
	digest_decimal(out, n < 0 ? -(uint64_t)n : (uint64_t)n);
	buf_add_byte(out, ';');
}

static void
digest_def(struct buf *out, const struct rule_def *def)
{
	digest_slice(out, def->name);
	digest_number(out, def->kind);
	digest_slice(out, def->selector);
	digest_number(out, def->exists | def->negated << 1);
	digest_slice(out, def->if_unset);
	digest_slice(out, def->pattern);
	for (size_t i = 0; i < def->condition_count; i++) {
		digest_slice(out, def->conditions[i].key);
		digest_slice(out, def->conditions[i].pattern);
		digest_number(out, def->conditions[i].negated);
	}
	digest_slice(out, def->expression);
	digest_slice(out, def->list);
	digest_slice(out, def->of);
	digest_slice(out, def->by);
	digest_slice(out, def->hash);
	for (size_t i = 0; i < def->answer_count; i++)
		digest_slice(out, def->answers[i]);
	digest_number(out, def->list_text);
	digest_slice(out, def->question_type);
	digest_number(out, def->of_rawbody);
	digest_number(out, def->tags);
	digest_number(out, def->maxhits);
	digest_number(out, def->mime_first);
	digest_number(out, def->mime_last);
	digest_number(out, def->concat | def->imported << 1);
	digest_number(out, def->priority);
	digest_number(out, (int64_t)def->shortcircuit | (int64_t)def->call_kind << 2);
	digest_number(out, def->score);
	digest_slice(out, def->describe);
	digest_slice(out, def->subjprefix);
	digest_number(out, def->shadow);
	digest_slice(out, def->feed == NULL ? SLICE_ABSENT : slice_of(def->feed->channel));
}

static void
digest_codes(struct buf *out, const struct dns_codes *codes)
{
	for (size_t i = 0; i < codes->n; i++) {
		digest_number(out, codes->v[i].how);
		digest_number(out, codes->v[i].first);
		digest_number(out, codes->v[i].last);
	}
	buf_add_byte(out, '\n');
}

/* Not its secret: whoever sees the digest of two rulesets learns nothing of it. */
static void
digest_dns_list(struct buf *out, const struct dns_list *list)
{
	digest_slice(out, list->name);
	digest_slice(out, list->zone);
	digest_number(out, list->takes);
	digest_codes(out, &list->codes);
	digest_codes(out, &list->errors);
}

static void
digest_networks(struct buf *out, const struct network_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		digest_slice(out, (struct slice){ (const char *)list->v[i].address, 16 });
		digest_number(out, list->v[i].bits);
		digest_number(out, list->v[i].negated);
	}
	buf_add_byte(out, '\n');
}

static void
digest_thresholds(struct buf *out, const struct thresholds *thresholds)
{
	for (unsigned i = 0; i < ACTION_COUNT; i++)
		digest_number(out, thresholds->at[i]);
}

static void
digest_markup(struct buf *out, const struct markup *markup)
{
	const struct markup_fields *const fields[] = { &markup->spam, &markup->ham };

	for (unsigned i = 0; i < 2; i++) {
		digest_number(out, (int64_t)fields[i]->n);
		for (size_t k = 0; k < fields[i]->n; k++) {
			digest_slice(out, fields[i]->v[k].name);
			digest_slice(out, fields[i]->v[k].text);
		}
	}
	for (unsigned i = 0; i < MARKUP_REWRITE_COUNT; i++)
		digest_slice(out, markup->rewrite[i]);
	digest_slice(out, markup->report);
	digest_slice(out, markup->contact);
	digest_slice(out, markup->hostname);
	digest_number(out, markup->wrap_width);
	digest_number(out, markup->fold | markup->on << 1);
}

static void
digest_policy(struct buf *out, const struct policy *policy)
{
	digest_thresholds(out, &policy->thresholds);
	digest_thresholds(out, &policy->authenticated_thresholds);
	digest_thresholds(out, &policy->local_thresholds);
	digest_number(out, policy->authenticated);
	digest_number(out, policy->local);
	digest_number(out, policy->allow_discard);
	digest_slice(out, policy->reject_text);
	digest_slice(out, policy->tempfail_text);
	digest_slice(out, policy->subject_tag);
	digest_networks(out, &policy->trusted_networks);
	digest_networks(out, &policy->internal_networks);
	digest_networks(out, &policy->msa_networks);
	for (size_t i = 0; i < policy->field_count; i++) {
		digest_slice(out, policy->fields[i].name);
		digest_slice(out, policy->fields[i].text);
		digest_number(out, policy->fields[i].when);
	}
	for (size_t i = 0; i < policy->originating_ip_header_count; i++)
		digest_slice(out, policy->originating_ip_headers[i]);
	digest_slice(out, policy->envelope_sender_header);
	digest_number(out, policy->keep_charset);
	digest_number(out, (int64_t)policy->body_part_scan_size);
	digest_number(out, (int64_t)policy->rawbody_part_scan_size);
	digest_number(out, policy->spamassassin_quirks);
	digest_markup(out, &policy->markup);
	digest_slice(out, policy->hostname);
	digest_number(out, policy->auth_field);
	digest_slice(out, policy->authserv_id);
	for (size_t i = 0; i < policy->trusted_id_count; i++)
		digest_slice(out, policy->trusted_ids[i]);
	digest_number(out, (int64_t)policy->size_limit);
	digest_number(out, policy->match_limit);
	digest_number(out, policy->heap_limit);
}

static uint64_t
finish_digest(struct buf *out)
{
	uint64_t digest = map_hash(buf_slice(out), MAP_EXACT, 0);

	buf_clear(out);
	return digest;
}

uint64_t
rule_def_digest(const struct rule_def *def)
{
	struct buf out = { 0 };

	digest_def(&out, def);
	return finish_digest(&out);
}

uint64_t
source_digest(const struct ruleset_source *source, const struct policy *policy)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < source->list_count; i++) {
		digest_slice(&out, source->lists[i].name);
		for (size_t k = 0; k < source->lists[i].entry_count; k++)
			digest_slice(&out, source->lists[i].entries[k]);
	}
	for (size_t i = 0; i < source->dns_list_count; i++)
		digest_dns_list(&out, &source->dns_lists[i]);
	for (size_t i = 0; i < source->channel_count; i++) {
		digest_slice(&out, source->channels[i].channel);
		digest_number(&out, source->channels[i].max_total);
		digest_number(&out, source->channels[i].min_total);
	}
	digest_policy(&out, policy);
	return finish_digest(&out);
}

uint64_t
digest_join(uint64_t source, uint64_t rules, size_t count)
{
	const uint64_t all[] = { source, rules, count };

	return map_hash((struct slice){ (const char *)all, sizeof(all) }, MAP_EXACT, 0);
}
