/*
 * kind_dns.c - dns: a question to the DNS made of parts of the message, and what is to come back
 *
 * The question is a name with {fields} in it: the words of dns_subject.h, with
 * "-domain" or "-host" behind those that are names ({from-domain}), addresses
 * with their octets reversed. A field with several values asks for each;
 * one without a value asks nothing. Without answer: any record hits; else a
 * pattern that matches the text of a record, an address or a set of them, or
 * NXDOMAIN, NODATA, or NONE for either of the two.
 *
 * Limit: QUESTIONS_MAX names for one rule. Where the name lies in the zone of a
 * DNS list, that list's health and error codes hold, as dns_query.h has it: such
 * a code is never a hit.
 */
#include "engine/rules/dns_subject.h"
#include "engine/rules/kinds.h"

#include "engine/mime/ip.h"
#include "engine/net/dns_code.h"
#include "engine/net/dns_operator.h"
#include "engine/rules/dns_query.h"
#include "engine/util/buf.h"

#define QUESTIONS_MAX DNS_SUBJECTS_MAX
#define FIELDS_MAX 4

/* A piece of the template: text, or what stands in braces behind it. */
struct dns_piece {
	struct slice text;
	bool field;
	enum dns_subject subject;
	enum dns_part part;
};

struct dns_plan {
	enum dns_type type;
	struct dns_piece pieces[2 * FIELDS_MAX + 1];
	size_t piece_count;
	struct slice zone; /* what stands behind the last field; absent: nothing */
	const struct regex *regex; /* NULL: none */
	struct dns_codes codes;
	struct slice address; /* bytes of an A or AAAA record outside 127/8; absent: none */
	bool absent_name, absent_data; /* NXDOMAIN, NODATA */
	bool any; /* no answer was asked for: any record does */
};

struct names {
	struct slice v[QUESTIONS_MAX];
	size_t n;
	bool open, unknown; /* as of dns_keys */
};

/* "last-external", "helo", "from-domain", "uri-host": a field. */
static bool
compile_field(struct slice word, struct dns_piece *piece)
{
	piece->field = true;
	piece->part = DNS_PART_DOMAIN;
	if (dns_subject_of(word, &piece->subject)) {
		if (piece->subject == DNS_SUBJECT_HELO || piece->subject == DNS_SUBJECT_RDNS)
			piece->part = DNS_PART_HOST;
		return dns_subject_is_ip(piece->subject) || piece->part == DNS_PART_HOST;
	}
	if (slice_ends(word, SLICE("-host")))
		piece->part = DNS_PART_HOST;
	else if (!slice_ends(word, SLICE("-domain")))
		return false;
	word.n -= piece->part == DNS_PART_HOST ? 5 : 7;
	return dns_subject_of(word, &piece->subject) && !dns_subject_is_ip(piece->subject);
}

/* "bl.example.org" of ".bl.example.org."; absent: it is but the rest of a label. */
static struct slice
zone_of(struct slice text)
{
	if (!slice_starts(text, SLICE(".")))
		return SLICE_ABSENT;
	text = slice_from(text, 1);
	return slice_ends(text, SLICE(".")) ? slice_cut(text, 0, text.n - 1) : text;
}

static bool
compile_template(struct slice text, struct dns_plan *plan, struct err *err)
{
	size_t fields = 0;

	while (text.n > 0) {
		size_t open = slice_find_byte(text, 0, '{');
		size_t close = slice_find_byte(text, open, '}');
		struct slice word = slice_cut(text, open + 1, close);

		if (open > 0)
			plan->pieces[plan->piece_count++].text = slice_cut(text, 0, open);
		if (open == text.n)
			break;
		if (close == text.n || !compile_field(word, &plan->pieces[plan->piece_count++])) {
			err_set(err,
			    "{%.*s}: expected a field like {last-external}, {helo}, {rdns}, "
			    "{from-domain}, {envelope-from-domain}, {reply-to-domain}, "
			    "{dkim-domain} or {uri-domain}, -host for the whole name",
			    SLICE_ARG(slice_cut(word, 0, 40)));
			return false;
		}
		if (++fields == FIELDS_MAX && slice_find_byte(text, close, '{') < text.n) {
			err_set(err, "a question has at most %d fields", FIELDS_MAX);
			return false;
		}
		text = slice_from(text, close + 1);
	}
	if (fields > 0 && !plan->pieces[plan->piece_count - 1].field)
		plan->zone = zone_of(plan->pieces[plan->piece_count - 1].text);
	if (fields == 0)
		err_set(err, "the question has no {field}: it would be the same for any message");
	return fields > 0;
}

/* The bytes of an address that the record must be; for those that are no codes. */
static bool
compile_address(struct ruleset *ruleset, struct slice text, struct dns_plan *plan)
{
	struct ip ip;
	bool v4;

	if (!ip_parse(text, &ip))
		return false;
	v4 = ip_is_v4(&ip);
	plan->address = arena_copy(
	    ruleset->arena, (struct slice){ (const char *)ip.v + (v4 ? 12 : 0), v4 ? 4 : 16 });
	return plan->type == (v4 ? DNS_A : DNS_AAAA);
}

static bool
compile_answer(struct ruleset *ruleset, struct slice text, struct dns_plan *plan, struct vec *codes,
    struct err *err)
{
	struct dns_code code;

	if (slice_eq(text, SLICE("NXDOMAIN"))) {
		plan->absent_name = true;
	} else if (slice_eq(text, SLICE("NODATA"))) {
		plan->absent_data = true;
	} else if (slice_eq(text, SLICE("NONE"))) {
		plan->absent_name = plan->absent_data = true;
	} else if (text.n > 0 && (text.p[0] == '/' || text.p[0] == 'm')) {
		if (plan->regex != NULL) {
			err_set(err, "answer: one pattern at most");
			return false;
		}
		plan->regex = ruleset_regex(ruleset, text, err);
		return plan->regex != NULL;
	} else if (plan->type == DNS_A && dns_code_parse(text, &code, err)) {
		*(struct dns_code *)vec_push(codes) = code;
	} else if (!compile_address(ruleset, text, plan)) {
		err_set(err,
		    "%.*s: expected a pattern, an address of that type, NXDOMAIN, NODATA or NONE",
		    SLICE_ARG(slice_cut(text, 0, 60)));
		return false;
	}
	return true;
}

bool
kind_dns_compile(struct ruleset *ruleset, struct rule *rule, struct err *err)
{
	struct dns_plan *plan = arena_alloc(ruleset->arena, sizeof(*plan));
	struct vec codes = VEC_OF(struct dns_code, ruleset->arena);
	const struct rule_def *def = &rule->def;

	plan->type = def->question_type.p == NULL ? DNS_A : dns_type_of(def->question_type);
	if (plan->type == 0) {
		err_set(err, "type: expected A, AAAA, TXT, MX, NS or PTR");
		return false;
	}
	plan->any = def->answer_count == 0;
	if (!compile_template(def->expression, plan, err))
		return false;
	for (size_t i = 0; i < def->answer_count; i++)
		if (!compile_answer(ruleset, def->answers[i], plan, &codes, err))
			return false;
	plan->codes = (struct dns_codes){ codes.p, codes.n };
	rule->plan = plan;
	return true;
}

struct slice
kind_dns_zone(const struct rule *rule)
{
	const struct dns_plan *plan = rule->plan;

	/* of others it is not known that they are lists, and what health would be */
	return dns_operator_known(plan->zone) ? plan->zone : SLICE_ABSENT;
}

unsigned
kind_dns_early(const struct rule *rule)
{
	const struct dns_plan *plan = rule->plan;
	unsigned needs = 0;

	for (size_t i = 0; i < plan->piece_count; i++) {
		unsigned part = plan->pieces[i].field ? dns_subject_early(plan->pieces[i].subject)
						      : ENVELOPE_CLIENT;

		if (part == 0)
			return 0;
		needs |= part;
	}
	return needs;
}

/* Every name so far with every value behind it. */
static void
spread(struct views *views, const struct dns_piece *piece, struct names *names)
{
	struct names longer = { .open = names->open, .unknown = names->unknown };
	struct dns_keys keys;

	dns_subject_keys(views, piece->subject, piece->part, &keys);
	longer.open |= keys.open;
	longer.unknown |= keys.unknown;
	for (size_t i = 0; i < names->n; i++)
		for (size_t k = 0; k < keys.n && longer.n < QUESTIONS_MAX; k++)
			longer.v[longer.n++] = arena_printf(views->arena, "%.*s%.*s",
			    SLICE_ARG(names->v[i]), SLICE_ARG(keys.v[k].key));
	*names = longer;
}

static void
fill_template(struct views *views, const struct dns_plan *plan, struct names *names)
{
	names->v[0] = SLICE("");
	names->n = 1;
	names->open = names->unknown = false;
	for (size_t i = 0; i < plan->piece_count; i++) {
		const struct dns_piece *piece = &plan->pieces[i];

		if (piece->field) {
			spread(views, piece, names);
			continue;
		}
		for (size_t k = 0; k < names->n; k++)
			names->v[k] = arena_printf(views->arena, "%.*s%.*s", SLICE_ARG(names->v[k]),
			    SLICE_ARG(piece->text));
	}
}

/* What a pattern sees of a record. */
static struct slice
record_text(struct arena *arena, enum dns_type type, const struct dns_record *record)
{
	char text[DNS_CODE_TEXT_MAX];
	struct ip ip = { { 0 } };

	switch (type) {
	case DNS_A:
		return arena_copy(arena, slice_of(dns_code_text(dns_code_of(record), text)));
	case DNS_AAAA:
		memcpy(ip.v, record->data.p, record->data.n < 16 ? record->data.n : 16);
		return ip_text(arena, &ip);
	case DNS_MX:
		return arena_printf(arena, "%u %.*s", record->preference, SLICE_ARG(record->data));
	case DNS_NS:
	case DNS_PTR:
	case DNS_TXT:
		break;
	}
	return record->data;
}

/* Whether the record is what the rule waits for; *text_r what it says. */
static bool
record_hits(struct views *views, const struct rule *rule, const struct dns_record *record,
    struct slice *text_r)
{
	const struct dns_plan *plan = rule->plan;

	*text_r = record_text(views->arena, plan->type, record);
	if (plan->any)
		return true;
	if (plan->type == DNS_A && dns_codes_have(&plan->codes, dns_code_of(record)))
		return true;
	if (plan->address.p != NULL && slice_eq(record->data, plan->address))
		return true;
	return plan->regex != NULL && views_test(views, rule, plan->regex, *text_r);
}

/* One name: adds to the outcome. */
static void
judge_answer(const struct rule *rule, struct views *views, const struct dns_listing *listing,
    struct outcome *outcome)
{
	const struct dns_plan *plan = rule->plan;
	const struct dns_answer *answer = listing->answer;
	struct slice text = SLICE_ABSENT;
	bool hit = (answer->outcome == DNS_NXDOMAIN && plan->absent_name) ||
		   (answer->outcome == DNS_NODATA && plan->absent_data);

	for (size_t i = 0; i < answer->record_count && !hit; i++)
		hit = record_hits(views, rule, &answer->records[i], &text);
	if (!hit || views->spent)
		return;
	views_log(views, rule, "%.*s %s %.*s", SLICE_ARG(listing->name), dns_type_name(plan->type),
	    SLICE_ARG(text.p == NULL ? SLICE("none") : text));
	if (outcome->count++ == 0)
		outcome->matched = text.p == NULL ? listing->name : text;
	outcome->view = SLICE("DNS");
}

void
kind_dns_eval(const struct rule *rule, struct views *views, struct outcome *outcome)
{
	const struct dns_plan *plan = rule->plan;
	struct dns_listing listings[QUESTIONS_MAX];
	bool looks[QUESTIONS_MAX], multiple = (rule->def.tags & RULE_MULTIPLE) != 0;
	unsigned most = rule_most_hits(rule);
	struct dns_tally tally;
	struct names names;

	if (!facts_on(views->facts))
		return;
	fill_template(views, plan, &names);
	tally = (struct dns_tally){ .open = names.open, .failed = names.unknown };
	for (size_t i = 0; i < names.n; i++) {
		listings[i] = dns_query_listing(views, plan->type, names.v[i], plan->zone);
		looks[i] = dns_tally_listing(&tally, views, rule, true, &listings[i]);
	}
	for (size_t i = 0; i < names.n && outcome->count < most && !(tally.open && multiple); i++)
		if (looks[i])
			judge_answer(rule, views, &listings[i], outcome);
	if (outcome->count > 0)
		outcome->state = OUTCOME_KNOWN;
	else if (tally.open)
		outcome->state = OUTCOME_OPEN;
	else if (tally.failed)
		outcome->state = OUTCOME_UNKNOWN;
}
