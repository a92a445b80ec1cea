/*
 * views.c - what rules look at, built once and only when asked for
 *
 * All memory is the message's arena's. At its cap a view comes out empty; the
 * arena's own flag tells the verdict. Matching goes through here, so that the
 * limits of one message are kept in one place: the budget is asked between
 * rules by the scan, and here every BUDGET_BYTES of matched text; a rule that
 * reaches PCRE2's limit VIEWS_LIMITED_MAX times stops for this message.
 */
#include "engine/rules/views.h"

#include <stdarg.h>
#include <stdio.h>

#include "engine/rules/capture.h"

#define NOTE_BYTES 256
/* Of a message with more fields no decoded value is kept. */
#define FIELDS_KEPT_MAX 1000
/* Rules or texts, and their bytes, between which the clock is not asked: it costs as much. */
#define RULES_UNASKED_MAX 16
#define BYTES_UNASKED_MAX ((size_t)8 * 1024)

bool
views_open(struct views *views)
{
	const struct ruleset *ruleset = views->ruleset;

	views->notes = VEC_OF(struct slice, views->arena);
	views->logs = VEC_OF(struct rule_log, views->arena);
	views->limits = VEC_OF(struct limited_rule, views->arena);
	views->values = arena_array(views->arena, ruleset->rule_count + 1, sizeof(*views->values));
	views->limited = arena_array(
	    views->arena, ruleset->rule_count + 1, sizeof(*views->limited));
	views->fields = arena_array(views->arena, ruleset->selectors.n + 1, sizeof(*views->fields));
	return views->values != NULL && views->limited != NULL && views->fields != NULL;
}

void
views_note(struct views *views, const char *format, ...)
{
	char text[NOTE_BYTES];
	struct slice *note, copy;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (size_t i = 0; i < views->notes.n; i++) {
		if (slice_eq(*(struct slice *)vec_at(&views->notes, i), slice_of(text)))
			return;
	}
	if (views->notes.n >= VIEWS_NOTES_MAX)
		return;
	copy = arena_copy(views->arena, slice_of(text));
	note = copy.p == NULL ? NULL : vec_push(&views->notes);
	if (note != NULL)
		*note = copy;
}

void
views_log(struct views *views, const struct rule *rule, const char *format, ...)
{
	char text[VIEWS_LOG_BYTES];
	struct rule_log *log;
	struct slice copy;
	va_list args;

	if (views->logs.n >= VIEWS_LOGS_MAX)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	copy = arena_copy(views->arena, slice_of(text));
	log = copy.p == NULL ? NULL : vec_push(&views->logs);
	if (log != NULL)
		*log = (struct rule_log){ rule, copy };
}

bool
views_spent(struct views *views)
{
	const char *limit = views->spent ? NULL : budget_limit(views->budget);

	views->unasked = 0;
	views->rules_unasked = 0;
	if (limit != NULL) {
		views->spent = true;
		views_note(views, "%s reached: the rest was not matched", limit);
	}
	return views->spent;
}

bool
views_spent_between(struct views *views)
{
	if (views->spent)
		return true;
	if (++views->rules_unasked < RULES_UNASKED_MAX && views->unasked < BYTES_UNASKED_MAX)
		return false;
	return views_spent(views);
}

const struct relays *
views_relays(struct views *views)
{
	if (!views->relays_built) {
		const struct profile_lap lap = profile_begin(views->profile);

		views->relays_built = true;
		views->relays = relays_find(
		    views->arena, views->message, views->envelope, &views->ruleset->policy);
		profile_end(views->profile, &lap, PROFILE_VIEWS);
	}
	return views->relays;
}

struct texts *
views_texts(struct views *views)
{
	if (!views->texts_built) {
		views->texts_built = true;
		views->texts = texts_new(views->arena, views->message, views->converters,
		    &views->ruleset->policy, views->budget);
	}
	return views->texts;
}

struct slice_list
views_body(struct views *views)
{
	const struct profile_lap lap = profile_begin(views->profile);
	struct texts *texts = views_texts(views);
	struct slice_list body = { NULL, 0 };

	if (texts != NULL)
		body = texts_body(texts);
	profile_end(views->profile, &lap, PROFILE_VIEWS);
	return body;
}

void
views_replace_body(struct views *views, size_t i, struct slice text)
{
	texts_replace_body(views_texts(views), i, text);
	views->memos[MEMO_CAPITALS] = NULL;
	if (views->prefilter != NULL)
		prefilter_forget(views->prefilter, PREFILTER_BODY);
}

struct slice_list
views_rawbody(struct views *views)
{
	const struct profile_lap lap = profile_begin(views->profile);
	struct texts *texts = views_texts(views);
	struct slice_list rawbody = { NULL, 0 };

	if (texts != NULL)
		rawbody = texts_rawbody(texts);
	profile_end(views->profile, &lap, PROFILE_VIEWS);
	return rawbody;
}

const struct text_part *
views_text_parts(struct views *views, size_t *count_r)
{
	struct texts *texts = views_texts(views);

	*count_r = 0;
	return texts == NULL ? NULL : texts_parts(texts, count_r);
}

struct regex_limits
views_limits(const struct views *views)
{
	const struct policy *policy = &views->ruleset->policy;

	return (struct regex_limits){
		.match = policy->match_limit, .heap = policy->heap_limit, .budget = views->budget
	};
}

/* By the ruleset's redirectors, as struct uri_law asks it. The first that shows a host decides. */
static struct slice
redirector_target(void *p, struct slice uri)
{
	struct views *views = p;
	const struct regex_limits limits = views_limits(views);

	for (size_t i = 0; i < views->ruleset->redirector_count; i++) {
		struct regex_match match = { 0 };
		struct slice target;

		views->unasked += uri.n;
		if (views->redirectors_limited >= VIEWS_LIMITED_MAX ||
		    (views->unasked >= BUDGET_BYTES && views_spent(views)))
			break;
		switch (regex_next(
		    views->ruleset->redirectors[i], views->scratch, uri, &limits, &match)) {
		case REGEX_MATCH:
			target = regex_group(views->scratch, uri);
			if (slice_find_byte(target, 0, '.') < target.n)
				return target;
			break;
		case REGEX_LIMIT:
			views->redirectors_limited++;
			views_note(views, "redirector_pattern: match limit reached");
			break;
		case REGEX_SPENT:
		case REGEX_NO_MATCH:
			break;
		}
	}
	return SLICE_ABSENT;
}

struct uri_law
views_uri_law(struct views *views)
{
	return (struct uri_law){
		.boundaries = views->ruleset->boundaries,
		.find_target = views->ruleset->redirector_count > 0 ? redirector_target : NULL,
		.p = views,
	};
}

struct uri_list
views_uris(struct views *views)
{
	if (!views->uris_built) {
		const struct profile_lap lap = profile_begin(views->profile);
		const struct uri_law law = views_uri_law(views);
		struct texts *texts = views_texts(views);

		views->uris_built = true;
		if (texts != NULL)
			views->uris = uris_find(&law, views->arena, texts, views->budget);
		if (views->uris.truncated)
			views_note(views, "more URIs than %d, or one of more than %d bytes",
			    URI_MAX, URI_LENGTH_MAX);
		profile_end(views->profile, &lap, PROFILE_VIEWS);
	}
	return views->uris;
}

/* Where the values of the message's fields are kept; NULL: there are many, or the arena's cap. */
static struct slice *
field_values(struct views *views)
{
	size_t n = views->message->headers.n;

	if (views->field_values == NULL && n <= FIELDS_KEPT_MAX)
		views->field_values = arena_array(
		    views->arena, n + 1, sizeof(*views->field_values));
	return views->field_values;
}

bool
views_read(struct views *views, const struct selector *selector, struct slice *value_r)
{
	const struct selector_source source = {
		.values = field_values(views),
		.message = views->message,
		.relays = views_relays(views),
		.envelope = views->envelope,
		.converters = views->converters,
		.boundaries = views->ruleset->boundaries,
		.envelope_sender_header = views->ruleset->policy.envelope_sender_header,
	};

	const struct profile_lap lap = profile_begin(views->profile);
	bool there = source.relays != NULL &&
		     selector_read(selector, views->arena, &source, value_r);

	profile_end(views->profile, &lap, PROFILE_VIEWS);
	return there;
}

struct slice
views_read_text(struct views *views, struct slice text)
{
	struct err err;
	const struct selector *selector = selector_compile(views->arena, text, &err);
	struct slice value;

	return selector != NULL && views_read(views, selector, &value) ? value : SLICE_ABSENT;
}

bool
views_field(struct views *views, size_t selector, struct slice *value_r)
{
	struct view_field *field = &views->fields[selector];

	if (!field->read) {
		field->read = true;
		field->present = views_read(views,
		    *(struct selector **)vec_at(&views->ruleset->selectors, selector),
		    &field->value);
		if (field->present && field->value.p == NULL)
			field->present = false;
	}
	*value_r = field->value;
	return field->present;
}

/* Reads a view's texts for what stands before PCRE2, as long as there is time. */
static void
read_texts(struct views *views, enum prefilter_view view, struct slice_list texts)
{
	const struct profile_lap lap = profile_begin(views->profile);

	for (size_t i = 0; i < texts.n && !views_spent_between(views); i++) {
		prefilter_read(views->prefilter, views->walks, view, i, texts.v[i]);
		views->unasked += texts.v[i].n;
	}
	profile_end(views->profile, &lap, PROFILE_PREFILTER);
}

bool
views_next_text(struct views *views, const struct rule *rule, enum prefilter_view view,
    struct slice_list texts, size_t *at)
{
	struct prefilter_scan *scan = views->prefilter;

	if (scan == NULL)
		return *at < texts.n;
	if (prefilter_wants(scan, view, texts.n))
		read_texts(views, view, texts);
	return prefilter_next(scan, rule, texts.n, at);
}

bool
views_may_hit_field(struct views *views, const struct rule *rule, struct slice value)
{
	const struct profile_lap lap = profile_begin(views->profile);
	bool may = views->prefilter == NULL ||
		   prefilter_may_hit_field(views->prefilter, rule, value);

	profile_end(views->profile, &lap, PROFILE_PREFILTER);
	return may;
}

/* Whether the rule may still match, and pays for text.n bytes. */
static bool
views_may_match(struct views *views, const struct rule *rule, struct slice text)
{
	if (views->spent || views->limited[rule->index] >= VIEWS_LIMITED_MAX ||
	    (rule->def.feed != NULL && views->feed_us >= VIEWS_FEED_US))
		return false;
	views->unasked += text.n;
	return views->unasked < BUDGET_BYTES || !views_spent(views);
}

/* The rule's match reached a limit of PCRE2's, "match" or "heap". */
static void
note_limited(struct views *views, const struct rule *rule, const char *limit)
{
	struct limited_rule *limited = NULL;

	views_note(views, "rule %.*s: %s limit reached", SLICE_ARG(rule->def.name), limit);
	if (++views->limited[rule->index] == VIEWS_LIMITED_MAX)
		views_note(views, "rule %.*s: stopped for this message, %s limit reached %d times",
		    SLICE_ARG(rule->def.name), limit, VIEWS_LIMITED_MAX);
	for (size_t i = 0; i < views->limits.n && limited == NULL; i++) {
		limited = vec_at(&views->limits, i);
		if (limited->rule != rule)
			limited = NULL;
	}
	if (limited == NULL && views->limits.n < VIEWS_LIMITED_NAMED)
		limited = vec_push(&views->limits);
	if (limited == NULL)
		return;
	limited->rule = rule;
	limited->name = rule->def.name;
	limited->times++;
}

/* What one match may cost. */
static struct regex_limits
limits_of(const struct views *views, const struct rule *rule)
{
	struct regex_limits limits = views_limits(views);

	if (rule->def.feed != NULL)
		limits.match = (limits.match + VIEWS_FEED_DIVISOR - 1) / VIEWS_FEED_DIVISOR;
	return limits;
}

/* The thread's clock, where the rule's time is counted. */
static int64_t
feed_clock(const struct views *views, const struct rule *rule)
{
	return rule->def.feed != NULL && views->cpu_us != NULL ? views->cpu_us(views->cpu_p) : 0;
}

/*
 * Takes a match of a feed's rule off the share that feeds have of a message: PCRE2's limit begins
 * anew at each place, so alone it bounds nothing. True: that match was too dear, or the last.
 */
static bool
charge_feed(struct views *views, const struct rule *rule, int64_t begun)
{
	int64_t us = feed_clock(views, rule) - begun;

	if (us <= 0)
		return false;
	views->feed_us += us;
	if (views->feed_us >= VIEWS_FEED_US)
		views_note(views, "rules of feeds took %d ms: the rest of them was not matched",
		    VIEWS_FEED_US / 1000);
	return us >= VIEWS_FEED_MATCH_US || views->feed_us >= VIEWS_FEED_US;
}

static enum regex_outcome
views_next(struct views *views, const struct rule *rule, const struct regex *regex,
    struct slice text, struct regex_match *match)
{
	const struct regex_limits limits = limits_of(views, rule);
	int64_t begun = feed_clock(views, rule), asked = profile_ask(views->profile);
	enum regex_outcome outcome = regex_next(regex, views->scratch, text, &limits, match);

	profile_answer(views->profile, rule->index, asked, outcome == REGEX_MATCH);
	if (match->fell_back)
		views_note(views, "rule %.*s: matched without JIT, whose stack was too small",
		    SLICE_ARG(rule->def.name));
	if (outcome == REGEX_SPENT)
		views_spent(views);
	if (charge_feed(views, rule, begun) || outcome == REGEX_LIMIT)
		note_limited(views, rule, match->out_of_heap ? "heap" : "match");
	return outcome;
}

bool
views_match(struct views *views, const struct rule *rule, struct slice text, struct slice view,
    struct outcome *outcome)
{
	unsigned most = rule_most_hits(rule);
	struct regex_match match = { 0 };
	const struct regex *regex;

	if (!views_may_match(views, rule, text))
		return true;
	regex = capture_regex(views, rule);
	if (regex == NULL)
		return true;
	while (
	    outcome->count < most && views_next(views, rule, regex, text, &match) == REGEX_MATCH) {
		if (rule->captures)
			capture_take(views, rule, text);
		if (outcome->count++ == 0) {
			outcome->matched = slice_cut(text, match.start, match.end);
			outcome->view = view;
		}
		if (most > 1 && !views_may_match(views, rule, outcome->matched))
			break;
	}
	return outcome->count >= most || views->spent ||
	       views->limited[rule->index] >= VIEWS_LIMITED_MAX;
}

bool
views_test(
    struct views *views, const struct rule *rule, const struct regex *regex, struct slice text)
{
	struct regex_match match = { 0 };

	return views_may_match(views, rule, text) &&
	       views_next(views, rule, regex, text, &match) == REGEX_MATCH;
}

struct slice
views_find(
    struct views *views, const struct rule *rule, const struct regex *regex, struct slice text)
{
	struct regex_match match = { 0 };

	if (!views_may_match(views, rule, text) ||
	    views_next(views, rule, regex, text, &match) != REGEX_MATCH)
		return SLICE_ABSENT;
	return slice_cut(text, match.start, match.end);
}
