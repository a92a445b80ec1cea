/*
 * report.c - a verdict as text for people, or as the JSON of DESIGN 9
 *
 * JSON: keys in DESIGN's order; --explain adds keys to each hit and takes none
 * away. Text: the sum, then hits from the heaviest down, then notes. Bytes of
 * messages go out escaped: they may be read on a terminal.
 */
#include "config.h"

#include "milter/report.h"

#include <stdlib.h>

#include "engine/rules/ruleset.h"
#include "engine/rules/score.h"
#include "engine/util/ascii.h"
#include "engine/util/utf8.h"
#include "engine/util/vec.h"
#include "milter/auth_report.h"
#include "milter/json.h"

/* Rule names are padded to the longest of the message, but not beyond this. */
#define NAME_WIDTH_MAX 32
/* Stands before each line of --explain. */
#define EXPLAIN_INDENT "            "

/* The first REPORT_MATCH_MAX bytes, and not half a character. */
static struct slice
cut_match(struct slice s)
{
	size_t n = REPORT_MATCH_MAX;

	if (s.n <= n)
		return s;
	while (n > REPORT_MATCH_MAX - UTF8_MAX && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return slice_cut(s, 0, n);
}

/* Takes the next name off a meta's expression; false: there is no other. */
static bool
next_name(struct slice *expression, struct slice *name_r)
{
	size_t from = 0, to;

	while (from < expression->n && !ascii_is_alpha(expression->p[from]) &&
	       expression->p[from] != '_')
		from++;
	for (to = from; to < expression->n && ascii_is_word(expression->p[to]);)
		to++;
	*name_r = slice_cut(*expression, from, to);
	*expression = slice_from(*expression, to);
	return name_r->n > 0;
}

static const struct hit *
find_hit(const struct hit *hits, size_t n, struct slice name)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq(hits[i].name, name))
			return &hits[i];
	return NULL;
}

/* The next of the rules that a meta reads and that hit; NULL: no other. */
static const struct hit *
next_reason(const struct verdict *verdict, struct slice *expression)
{
	const struct hit *hit = NULL;
	struct slice name;

	while (hit == NULL && next_name(expression, &name)) {
		hit = find_hit(verdict->subrule_hits, verdict->subrule_hit_count, name);
		if (hit == NULL)
			hit = find_hit(verdict->hits, verdict->hit_count, name);
	}
	return hit;
}

static void
json_strings(struct json *json, const struct slice *v, size_t n)
{
	json_open(json, '[');
	for (size_t i = 0; i < n; i++)
		json_string(json, v[i]);
	json_close(json, ']');
}

static void
json_match(struct json *json, const struct hit *hit)
{
	if (hit->matched.p != NULL) {
		json_key(json, "matched");
		json_string(json, cut_match(hit->matched));
	}
	if (hit->view.p != NULL) {
		json_key(json, "view");
		json_string(json, hit->view);
	}
}

/* A meta matches nothing itself: what did is told of the rules it reads. */
static void
json_reasons(struct json *json, const struct verdict *verdict, struct slice expression)
{
	const struct hit *reason;

	json_key(json, "expression");
	json_string(json, expression);
	json_key(json, "because");
	json_open(json, '[');
	while ((reason = next_reason(verdict, &expression)) != NULL) {
		json_open(json, '{');
		json_key(json, "rule");
		json_string(json, reason->name);
		json_match(json, reason);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void
json_feed(struct json *json, const struct feed_origin *feed)
{
	json_key(json, "feed");
	json_open(json, '{');
	json_key(json, "channel");
	json_string(json, slice_of(feed->channel));
	json_key(json, "sequence");
	json_integer(json, (int64_t)feed->sequence);
	json_key(json, "key");
	json_string(json, slice_of(feed->key));
	json_key(json, "note");
	json_string(json, slice_of(feed->note == NULL ? "" : feed->note));
	json_close(json, '}');
}

static void
json_explain(struct json *json, const struct verdict *verdict, const struct hit *hit)
{
	const struct rule_def *def = rule_definition(hit->rule);
	const struct origin *set = &def->score_origin;

	json_match(json, hit);
	if (def->kind == RULE_META)
		json_reasons(json, verdict, def->expression);
	if (def->describe.p != NULL) {
		json_key(json, "describe");
		json_string(json, def->describe);
	}
	if (def->feed != NULL)
		json_feed(json, def->feed);
	else if (set->file != NULL) {
		struct buf place = { 0 };

		buf_printf(&place, "%s:%u", set->file, set->line);
		json_key(json, "set_by");
		json_string(json, buf_slice(&place));
		buf_clear(&place);
	}
}

static void
json_hits(struct json *json, const struct report *report, const struct verdict *verdict)
{
	json_open(json, '[');
	for (size_t i = 0; i < verdict->hit_count; i++) {
		const struct hit *hit = &verdict->hits[i];

		json_open(json, '{');
		json_key(json, "rule");
		json_string(json, hit->name);
		json_key(json, "score");
		json_score(json, hit->score);
		json_key(json, "count");
		json_integer(json, hit->count);
		if (report->explain)
			json_explain(json, verdict, hit);
		json_close(json, '}');
	}
	json_close(json, ']');
}

/* Sub-rules have neither score nor description: what is left of a hit. */
static void
json_subrule_hits(struct json *json, const struct verdict *verdict)
{
	json_open(json, '[');
	for (size_t i = 0; i < verdict->subrule_hit_count; i++) {
		const struct hit *hit = &verdict->subrule_hits[i];

		json_open(json, '{');
		json_key(json, "rule");
		json_string(json, hit->name);
		json_key(json, "count");
		json_integer(json, hit->count);
		json_match(json, hit);
		json_close(json, '}');
	}
	json_close(json, ']');
}

/* Rules of feeds that count, and do not score yet or no more. */
static void
json_shadow(struct json *json, const struct verdict *verdict)
{
	json_open(json, '[');
	for (size_t i = 0; i < verdict->shadow_hit_count; i++) {
		json_open(json, '{');
		json_key(json, "rule");
		json_string(json, verdict->shadow_hits[i].name);
		json_key(json, "count");
		json_integer(json, verdict->shadow_hits[i].count);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void
json_slow(struct json *json, const struct verdict *verdict)
{
	json_open(json, '[');
	for (size_t i = 0; i < verdict->slow_count; i++) {
		json_open(json, '{');
		json_key(json, "rule");
		json_string(json, verdict->slow[i].name);
		json_key(json, "us");
		json_integer(json, verdict->slow[i].us);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void
json_times(struct json *json, const struct verdict *verdict)
{
	json_open(json, '{');
	json_key(json, "parse");
	json_integer(json, verdict->us_parse);
	json_key(json, "match");
	json_integer(json, verdict->us_match);
	json_key(json, "total");
	json_integer(json, verdict->us_total);
	json_key(json, "dns");
	json_integer(json, verdict->us_dns);
	json_close(json, '}');
}

static void
verdict_json(
    const struct report *report, struct slice name, const struct verdict *verdict, struct buf *out)
{
	struct json json = { .out = out };

	json_open(&json, '{');
	json_key(&json, "file");
	json_string(&json, name);
	json_key(&json, "score");
	json_score(&json, verdict->score);
	json_key(&json, "required");
	json_score(&json, verdict->required);
	json_key(&json, "action");
	json_string(&json, slice_of(action_name(verdict->action)));
	json_key(&json, "hits");
	json_hits(&json, report, verdict);
	if (report->all) {
		json_key(&json, "subrules");
		json_strings(&json, verdict->subrules, verdict->subrule_count);
	}
	if (report->all && report->explain) {
		json_key(&json, "subrule_hits");
		json_subrule_hits(&json, verdict);
	}
	if (verdict->shadow_hit_count > 0) {
		json_key(&json, "shadow");
		json_shadow(&json, verdict);
	}
	if (report->slow) {
		json_key(&json, "slow");
		json_slow(&json, verdict);
	}
	json_key(&json, "incomplete");
	json_bool(&json, verdict->incomplete);
	json_key(&json, "notes");
	json_strings(&json, verdict->notes, verdict->note_count);
	json_key(&json, "ruleset");
	json_string(&json, verdict->ruleset_id);
	if (verdict->auth.known) {
		json_key(&json, "auth");
		auth_report_json(&json, &verdict->auth);
	}
	json_key(&json, "us");
	json_times(&json, verdict);
	json_close(&json, '}');
	buf_add_byte(out, '\n');
}

void
report_error(struct slice name, struct slice error, struct buf *out)
{
	struct json json = { .out = out };

	json_open(&json, '{');
	json_key(&json, "file");
	json_string(&json, name);
	json_key(&json, "error");
	json_string(&json, error);
	json_close(&json, '}');
	buf_add_byte(out, '\n');
}

void
report_escape(struct slice s, struct buf *out)
{
	static const char named[] = "abtnvfr"; /* bytes 7 to 13 */

	for (size_t i = 0; i < s.n;) {
		char c = s.p[i];
		uint32_t code;
		size_t n = ascii_is_high(c) ? utf8_read(slice_from(s, i), &code) : 0;

		/* U+0080 to U+009F are controls to a terminal. */
		if (n > 0 && code > 0x9f) {
			buf_add(out, slice_cut(s, i, i + n));
			i += n;
			continue;
		}
		if (c >= 7 && c <= 13)
			buf_printf(out, "\\%c", named[c - 7]);
		else if (c == '\\')
			buf_add(out, SLICE("\\\\"));
		else if (ascii_is_print(c))
			buf_add_byte(out, c);
		else
			buf_printf(out, "\\x%02x", (unsigned)(unsigned char)c);
		i++;
	}
}

/* Heaviest first; equals by name. */
static int
compare_hits(const void *a, const void *b)
{
	const struct hit *one = *(const struct hit *const *)a;
	const struct hit *two = *(const struct hit *const *)b;

	if (one->score != two->score)
		return one->score > two->score ? -1 : 1;
	return slice_compare(one->name, two->name);
}

static void
text_match(struct buf *out, const struct hit *hit)
{
	if (hit->matched.p != NULL) {
		buf_add(out, SLICE("matched \""));
		report_escape(cut_match(hit->matched), out);
		buf_add(out, hit->matched.n > REPORT_MATCH_MAX ? SLICE("\"...") : SLICE("\""));
	} else {
		buf_add(out, SLICE("hit"));
	}
	if (hit->view.p != NULL)
		buf_printf(out, " in %.*s", SLICE_ARG(hit->view));
	buf_add_byte(out, '\n');
}

void
report_feed(const struct feed_origin *feed, struct buf *out)
{
	buf_printf(out, "%s entry %llu by %s", feed->channel, (unsigned long long)feed->sequence,
	    feed->key);
	if (feed->note != NULL)
		buf_printf(out, ": %s", feed->note);
}

static void
text_explain(struct buf *out, const struct verdict *verdict, const struct hit *hit)
{
	const struct rule_def *def = rule_definition(hit->rule);
	const struct origin *set = &def->score_origin;
	struct slice expression = def->expression;
	const struct hit *reason;

	buf_add(out, SLICE(EXPLAIN_INDENT));
	if (def->kind != RULE_META) {
		text_match(out, hit);
	} else {
		buf_printf(out, "meta %.*s\n", SLICE_ARG(expression));
		while ((reason = next_reason(verdict, &expression)) != NULL) {
			buf_printf(out, EXPLAIN_INDENT "  %.*s ", SLICE_ARG(reason->name));
			text_match(out, reason);
		}
	}
	if (def->feed != NULL) {
		struct buf origin = { 0 };

		report_feed(def->feed, &origin);
		buf_add(out, SLICE(EXPLAIN_INDENT "feed "));
		report_escape(buf_slice(&origin), out);
		buf_add_byte(out, '\n');
		buf_clear(&origin);
	} else if (set->file != NULL)
		buf_printf(out, EXPLAIN_INDENT "score set by %s:%u (%s)\n", set->file, set->line,
		    set->layer);
}

static void
text_hit(struct buf *out, const struct hit *hit, int width)
{
	const struct rule_def *def = rule_definition(hit->rule);
	struct buf score = { 0 };

	score_print(&score, hit->score);
	buf_printf(out, "  %8s  %-*.*s", buf_text(&score), width, SLICE_ARG(hit->name));
	buf_clear(&score);
	if (hit->count > 1)
		buf_printf(out, "  x%u", hit->count);
	if (def->describe.p != NULL) {
		buf_add(out, SLICE("  "));
		buf_add(out, def->describe);
	}
	buf_add_byte(out, '\n');
}

static void
text_hits(struct buf *out, const struct report *report, const struct verdict *verdict)
{
	struct vec sorted = VEC_OF(const struct hit *, NULL);
	int width = 0;

	for (size_t i = 0; i < verdict->hit_count; i++) {
		const struct hit *hit = &verdict->hits[i];

		*(const struct hit **)vec_push(&sorted) = hit;
		if (hit->name.n <= NAME_WIDTH_MAX && (int)hit->name.n > width)
			width = (int)hit->name.n;
	}
	if (sorted.n > 0)
		qsort(sorted.p, sorted.n, sizeof(const struct hit *), compare_hits);
	for (size_t i = 0; i < sorted.n; i++) {
		const struct hit *hit = *(const struct hit **)vec_at(&sorted, i);

		text_hit(out, hit, width);
		if (report->explain)
			text_explain(out, verdict, hit);
	}
	vec_clear(&sorted);
}

/* One line: what SPF, DKIM, ARC and DMARC found. */
static void
text_auth(struct buf *out, const struct authentication *auth)
{
	struct buf text = { 0 };

	auth_report_text(&text, auth);
	buf_add(out, SLICE("  auth: "));
	report_escape(buf_slice(&text), out);
	buf_add_byte(out, '\n');
	buf_clear(&text);
}

static void
verdict_text(
    const struct report *report, struct slice name, const struct verdict *verdict, struct buf *out)
{
	report_escape(name, out);
	buf_add(out, SLICE(": "));
	score_print(out, verdict->score);
	buf_add(out, SLICE(" of "));
	score_print(out, verdict->required);
	buf_printf(out, ", %s%s\n", action_name(verdict->action),
	    verdict->incomplete ? " (incomplete)" : "");
	text_hits(out, report, verdict);
	if (report->all && verdict->subrule_count > 0) {
		buf_add(out, SLICE("  sub-rules:"));
		for (size_t i = 0; i < verdict->subrule_count; i++)
			buf_printf(out, " %.*s", SLICE_ARG(verdict->subrules[i]));
		buf_add_byte(out, '\n');
	}
	for (size_t i = 0; i < verdict->shadow_hit_count; i++)
		buf_printf(out, "  shadow: %.*s x%u\n", SLICE_ARG(verdict->shadow_hits[i].name),
		    verdict->shadow_hits[i].count);
	for (size_t i = 0; i < verdict->slow_count; i++)
		buf_printf(out, "  slow: %.*s %.1f ms\n", SLICE_ARG(verdict->slow[i].name),
		    (double)verdict->slow[i].us / 1000);
	if (verdict->auth.known)
		text_auth(out, &verdict->auth);
	for (size_t i = 0; i < verdict->note_count; i++) {
		buf_add(out, SLICE("  note: "));
		report_escape(verdict->notes[i], out);
		buf_add_byte(out, '\n');
	}
}

void
report_verdict(
    const struct report *report, struct slice name, const struct verdict *verdict, struct buf *out)
{
	if (report->json)
		verdict_json(report, name, verdict, out);
	else
		verdict_text(report, name, verdict, out);
}
