/*
 * example.c - a rule's examples, run through the real pipeline
 *
 * Each example is scanned with the whole ruleset, all sub-rules listed, and
 * the rule's name is looked for among the hits. A meta's list of sub-rules is
 * judged by the compiled expression alone: what is listed counts 1, metas in
 * between are worked out.
 *
 * At least one miss must be near a hit, else it proves nothing: it holds a
 * literal of the pattern, or differs from a hit by at most
 * EXAMPLE_NEAR_BYTES (lists of sub-rules: by at most two names).
 *
 * Limits: EXAMPLE_ARENA, EDIT_BYTES for the comparison.
 */
#include "engine/example.h"

#include <string.h>

#include "engine/net/dns_table.h"
#include "engine/rules/rule.h"
#include "engine/scan.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"

#define EXAMPLE_ARENA ((size_t)64 * 1024 * 1024)
/* Longer texts are compared by their beginnings. */
#define EDIT_BYTES 8192
/* Where an example does not say: 2026-01-01 12:00 UTC. */
#define EXAMPLE_NOW INT64_C(1767268800)
#define LITERAL_MIN 3

struct case_run {
	struct arena *arena;
	struct ruleset *ruleset;
	const struct rule *rule;
	struct slot *slot;
	const struct ruleset_report *report;
};

static void
tell(const struct case_run *run, char severity, const struct origin *origin, const char *text)
{
	struct err err;

	if (origin->line == 0)
		origin = &run->rule->def.origin;
	err_at(&err, origin->file, origin->line, origin->column, "%.*s: %s",
	    SLICE_ARG(run->rule->def.name), text);
	if (run->report != NULL && run->report->tell != NULL)
		run->report->tell(run->report->p, severity, &err);
}

/* The field that a header rule's short example fills. */
static struct slice
field_of(struct slice selector)
{
	struct slice name = slice_cut(selector, 0, slice_find_byte(selector, 0, ':'));

	if (slice_eq(name, SLICE("ToCc")))
		return SLICE("To");
	if (slice_eq(name, SLICE("MESSAGEID")))
		return SLICE("Message-ID");
	if (slice_istarts(name, SLICE("X-Spam-Relays-")))
		return SLICE("Received");
	return name;
}

static void
build_header(struct buf *out, const struct rule_def *def, struct slice text)
{
	struct slice name = field_of(def->selector);

	if (slice_istarts(name, SLICE("ALL"))) {
		buf_add(out, text);
		buf_add(out, SLICE("\n"));
	} else if (text.n > 0 && !slice_ieq(name, SLICE("EnvelopeFrom"))) {
		buf_add(out, name);
		buf_add(out, SLICE(": "));
		buf_add(out, text);
		buf_add(out, SLICE("\n"));
	}
	buf_add(out, SLICE("\ntext\n"));
}

/* The address as a link, which takes any byte. */
static void
build_uri(struct buf *out, struct slice text)
{
	buf_add(out, SLICE("MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n"
			   "<html><body><a href=\""));
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '&')
			buf_add(out, SLICE("&amp;"));
		else if (text.p[i] == '"')
			buf_add(out, SLICE("&quot;"));
		else
			buf_add_byte(out, text.p[i]);
	}
	buf_add(out, SLICE("\">link</a></body></html>\n"));
}

static void
build_mime(struct buf *out, const struct rule_def *def, struct slice text)
{
	struct slice name = slice_cut(def->selector, 0, slice_find_byte(def->selector, 0, ':'));
	bool whole = slice_istarts(text, name) && text.n > name.n && text.p[name.n] == ':';

	buf_add(out, SLICE("MIME-Version: 1.0\n"));
	if (!whole && !slice_eq(name, SLICE("ALL"))) {
		buf_add(out, name);
		buf_add(out, SLICE(": "));
	}
	buf_add(out, text);
	buf_add(out, SLICE("\n\ntext\n"));
}

/* The message that an example stands for. */
static struct slice
build_message(struct arena *arena, const struct rule_def *def, const struct rule_example *example)
{
	struct buf out = { .arena = arena };

	if (example->whole)
		return example->text;
	switch (def->kind) {
	case RULE_HEADER:
		build_header(&out, def, example->text);
		break;
	case RULE_BODY:
	case RULE_RAWBODY:
		buf_add(&out, SLICE("MIME-Version: 1.0\n"
				    "Content-Type: text/plain; charset=utf-8\n\n"));
		buf_add(&out, example->text);
		buf_add(&out, SLICE("\n"));
		break;
	case RULE_URI:
		build_uri(&out, example->text);
		break;
	case RULE_MIME:
		build_mime(&out, def, example->text);
		break;
	case RULE_FULL:
	case RULE_FUNCTION:
	case RULE_DNSBL:
	case RULE_URIBL:
	case RULE_DNS:
	case RULE_META:
	case RULE_KIND_COUNT:
		return example->text;
	}
	return buf_slice(&out);
}

static struct envelope
build_envelope(const struct rule_def *def, const struct rule_example *example)
{
	struct envelope envelope = {
		.known = example->client_ip.p != NULL,
		.smtp = true,
		.client_ip = example->client_ip,
		.rdns = example->rdns,
		.helo = example->helo,
		.mail_from = example->from,
		.rcpts = example->rcpt.p == NULL ? NULL : &example->rcpt,
		.rcpt_count = example->rcpt.p != NULL,
	};
	struct slice name = field_of(def->selector);

	if (!example->whole && def->kind == RULE_HEADER && slice_ieq(name, SLICE("EnvelopeFrom"))) {
		envelope.known = true;
		envelope.client_ip = SLICE("192.0.2.1");
		envelope.mail_from = example->text;
	}
	return envelope;
}

static bool
verdict_has(const struct verdict *verdict, struct slice name)
{
	for (size_t i = 0; i < verdict->hit_count; i++) {
		if (slice_eq(verdict->hits[i].name, name))
			return true;
	}
	for (size_t i = 0; i < verdict->subrule_count; i++) {
		if (slice_eq(verdict->subrules[i], name))
			return true;
	}
	return false;
}

/* Asks the example's own table until nothing is open. */
static void
answer_questions(struct case_run *run, struct scan *scan, const struct dns_table *table,
    const struct budget *budget)
{
	while (scan_is_open(scan)) {
		const struct dns_question *question;
		bool asked = false;

		while ((question = scan_wants(scan)) != NULL) {
			struct dns_answer answer;

			dns_table_answer(table, question, &answer);
			scan_answer(scan, question, &answer);
			asked = true;
		}
		if (!asked)
			scan_deadline(scan);
		scan_resume(scan, run->slot, budget);
	}
}

static struct slice
zone_of(const struct dns_lists *lists, struct slice name)
{
	for (size_t i = 0; i < lists->n; i++)
		if (slice_eq(lists->v[i].name, name))
			return lists->v[i].zone;
	return SLICE("");
}

/* The example's answers, each {zone:NAME} filled with the zone that list has here. */
static struct slice
fill_zones(struct case_run *run, struct slice dns)
{
	const struct slice start = SLICE("{zone:");
	struct buf out = { .arena = run->arena };
	size_t at;

	while ((at = slice_find(dns, 0, start)) < dns.n) {
		size_t end = slice_find_byte(dns, at, '}');

		buf_add(&out, slice_cut(dns, 0, at));
		buf_add(&out,
		    zone_of(ruleset_dns_lists(run->ruleset), slice_cut(dns, at + start.n, end)));
		dns = slice_from(dns, end + 1);
	}
	buf_add(&out, dns);
	return out.n == 0 ? SLICE("") : buf_slice(&out);
}

/* Scans the example's message. Whether the rule hit; *others_r is what did, for the error. */
static bool
run_message(struct case_run *run, const struct rule_example *example, struct buf *others)
{
	const struct budget endless = { NULL, NULL };
	const struct envelope envelope = build_envelope(&run->rule->def, example);
	struct err err;
	const struct dns_table *table = example->dns.p == NULL
					    ? NULL
					    : dns_table_read(
						  run->arena, fill_zones(run, example->dns), &err);
	const struct scan_options options = { .now = example->now != 0 ? example->now : EXAMPLE_NOW,
		.subrules = true,
		.dns = table != NULL };
	struct scan *scan = scan_open(run->arena, run->ruleset, &envelope, &options);
	const struct verdict *verdict;
	bool hit;

	if (scan == NULL)
		return false;
	scan_message(
	    scan, run->slot, build_message(run->arena, &run->rule->def, example), &endless);
	if (table != NULL)
		answer_questions(run, scan, table, &endless);
	verdict = scan_verdict(scan);
	hit = verdict_has(verdict, run->rule->def.name);
	for (size_t i = 0; i < verdict->hit_count; i++) {
		buf_add_byte(others, ' ');
		buf_add(others, verdict->hits[i].name);
	}
	for (size_t i = 0; i < verdict->subrule_count; i++) {
		buf_add_byte(others, ' ');
		buf_add(others, verdict->subrules[i]);
	}
	scan_close(&scan);
	return hit;
}

/* Whether a meta hits when the listed rules do. Unknown names are told. */
static bool
run_list(struct case_run *run, const struct rule_example *example)
{
	const struct ruleset *ruleset = run->ruleset;
	double *values = arena_array(run->arena, ruleset->rule_count + 1, sizeof(*values));
	bool *listed = arena_array(run->arena, ruleset->rule_count + 1, sizeof(*listed));
	double value = 0;

	for (size_t i = 0; i < example->subrule_count; i++) {
		const struct rule *rule = ruleset_lookup(ruleset, example->subrules[i]);

		if (rule == NULL) {
			tell(run, 'e', &example->origin,
			    "an example lists a rule that is not there");
			continue;
		}
		listed[rule->index] = true;
		values[rule->index] = 1;
	}
	/* in the order of the schedule, so that metas in between are known first */
	for (size_t i = 0; i < ruleset->schedule_count; i++) {
		const struct rule *rule = ruleset->schedule[i];

		if (rule->def.kind != RULE_META || listed[rule->index])
			continue;
		meta_value(&rule->meta, values, 0, &value);
		values[rule->index] = value > 0 ? value : value != 0;
	}
	return values[run->rule->index] != 0;
}

static void
show(struct buf *out, struct slice text)
{
	for (size_t i = 0; i < text.n && i < 60; i++)
		buf_add_byte(out, ascii_is_control(text.p[i]) ? ' ' : text.p[i]);
	if (text.n > 60)
		buf_add(out, SLICE("..."));
}

/* One example; 1 when it does not do what it says. */
static unsigned
run_example(struct case_run *run, const struct rule_example *example)
{
	bool list = run->rule->def.kind == RULE_META && !example->whole, hit;
	struct buf others = { 0 }, text = { 0 };

	hit = list ? run_list(run, example) : run_message(run, example, &others);
	if (hit != example->hit) {
		buf_add(&text, example->hit ? SLICE("example does not hit: ")
					    : SLICE("example hits, but should miss: "));
		if (list) {
			for (size_t i = 0; i < example->subrule_count; i++)
				buf_printf(&text, "%s%.*s", i > 0 ? " " : "",
				    SLICE_ARG(example->subrules[i]));
		} else {
			show(&text, example->text);
			buf_add(&text, others.n > 0 ? SLICE("; hits are:") : SLICE(""));
			buf_add(&text, slice_cut(buf_slice(&others), 0, 300));
		}
		tell(run, 'e', &example->origin, buf_text(&text));
	}
	buf_clear(&others);
	buf_clear(&text);
	return hit != example->hit;
}

/* Whether text holds a word of LITERAL_MIN letters or more that stands in the pattern too. */
static bool
holds_literal(struct slice pattern, struct slice text)
{
	size_t start = 0;

	for (size_t i = 0; i <= pattern.n; i++) {
		bool plain = i < pattern.n && ascii_is_alnum(pattern.p[i]);
		struct slice run = slice_cut(pattern, start, i);

		if (plain && !(i > 0 && pattern.p[i - 1] == '\\'))
			continue;
		/* a quantifier makes the last letter optional */
		if (run.n > 0 && i < pattern.n && strchr("?*{", pattern.p[i]) != NULL)
			run.n--;
		if (run.n >= LITERAL_MIN && slice_ifind(text, 0, run) < text.n)
			return true;
		start = i + 1;
	}
	return false;
}

/* Whether at most EXAMPLE_NEAR_BYTES insertions, deletions and changes make b of a. */
static bool
differs_little(struct slice a, struct slice b)
{
	enum { BAND = 2 * EXAMPLE_NEAR_BYTES + 1, FAR = 1000 };
	int row[BAND + 2], next[BAND + 2];

	a = slice_cut(a, 0, EDIT_BYTES);
	b = slice_cut(b, 0, EDIT_BYTES);
	/* row[k]: the distance of a's first i bytes from b's first i + k - EXAMPLE_NEAR_BYTES */
	for (int k = 0; k < BAND + 2; k++)
		row[k] = next[k] = FAR;
	for (int k = EXAMPLE_NEAR_BYTES; k < BAND; k++)
		row[k] = k - EXAMPLE_NEAR_BYTES;
	for (size_t i = 1; i <= a.n; i++) {
		for (int k = 0; k < BAND; k++) {
			long j = (long)i + k - EXAMPLE_NEAR_BYTES;
			int best = row[k + 1] + 1;

			next[k] = FAR;
			if (j < 0 || j > (long)b.n)
				continue;
			if (k > 0 && next[k - 1] + 1 < best)
				best = next[k - 1] + 1;
			if (j > 0 && row[k] + (a.p[i - 1] != b.p[j - 1]) < best)
				best = row[k] + (a.p[i - 1] != b.p[j - 1]);
			next[k] = best;
		}
		memcpy(row, next, sizeof(row));
	}
	for (int k = 0; k < BAND; k++) {
		if ((long)a.n + k - EXAMPLE_NEAR_BYTES == (long)b.n)
			return row[k] <= EXAMPLE_NEAR_BYTES;
	}
	return false;
}

static bool
list_has(const struct rule_example *example, struct slice name)
{
	for (size_t i = 0; i < example->subrule_count; i++) {
		if (slice_eq(example->subrules[i], name))
			return true;
	}
	return false;
}

static bool
lists_near(const struct rule_example *a, const struct rule_example *b)
{
	size_t differ = 0;

	for (size_t i = 0; i < a->subrule_count; i++)
		differ += !list_has(b, a->subrules[i]);
	for (size_t i = 0; i < b->subrule_count; i++)
		differ += !list_has(a, b->subrules[i]);
	return differ <= 2;
}

/* All of an example's text, the envelope too, for comparison. */
static struct slice
whole_text(struct arena *arena, const struct rule_example *example)
{
	return arena_printf(arena, "%.*s\n%.*s\n%.*s\n%.*s\n%.*s\n%.*s\n%.*s",
	    SLICE_ARG(example->client_ip), SLICE_ARG(example->helo), SLICE_ARG(example->rdns),
	    SLICE_ARG(example->from), SLICE_ARG(example->rcpt), SLICE_ARG(example->dns),
	    SLICE_ARG(example->text));
}

static bool
miss_is_near(struct case_run *run, const struct rule_example *miss)
{
	const struct rule_def *def = &run->rule->def;

	if (holds_literal(def->pattern, miss->text))
		return true;
	for (size_t i = 0; i < def->condition_count; i++) {
		if (holds_literal(def->conditions[i].pattern, miss->text))
			return true;
	}
	for (size_t i = 0; i < def->example_count; i++) {
		const struct rule_example *hit = &def->examples[i];

		if (!hit->hit || hit->whole != miss->whole)
			continue;
		if (def->kind == RULE_META && !hit->whole
			? lists_near(hit, miss)
			: hit->now != miss->now || differs_little(whole_text(run->arena, hit),
						       whole_text(run->arena, miss)))
			return true;
	}
	return false;
}

static void
check_near_miss(struct case_run *run)
{
	const struct rule_def *def = &run->rule->def;

	for (size_t i = 0; i < def->example_count; i++) {
		if (!def->examples[i].hit && miss_is_near(run, &def->examples[i]))
			return;
	}
	tell(run, 'w', &def->origin,
	    "no miss is near: one should hold a word of the pattern, or differ from a hit "
	    "by at most 12 bytes");
}

unsigned
example_run(struct ruleset *ruleset, const struct rule *rule, struct slot *slot,
    const struct ruleset_report *report)
{
	unsigned failures = 0;

	if (!rule->live || rule->def.example_count == 0)
		return 0;
	for (size_t i = 0; i < rule->def.example_count; i++) {
		struct case_run run = { arena_new(EXAMPLE_ARENA), ruleset, rule, slot, report };

		failures += run_example(&run, &rule->def.examples[i]);
		arena_free(&run.arena);
	}
	struct case_run run = { arena_new(EXAMPLE_ARENA), ruleset, rule, slot, report };

	check_near_miss(&run);
	arena_free(&run.arena);
	return failures;
}
