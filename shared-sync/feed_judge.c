/*
 * feed_judge.c - whether a rule of a feed may go live here
 *
 * In this order: the name (the channel's prefix, so that no other layer's rule can be meant); the
 * YAML by the reader of rule files; the kind; what a feed never does, whatever the policy says
 * (tags that need the network, priorities, ending scans, the Subject); the score, times its most
 * hits; texts that people will see; patterns, in their form and by trial; and, once it is in a
 * ruleset, its examples. The dear steps are done once for each name and bytes, but for the examples
 * of metas, which other rules decide.
 *
 * Limits: FEED_RULE_MAX; those of conf/yaml.h; STRICT_PATTERN_MAX; the policy's max_steps.
 */
#include "shared-sync/feed_judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/diagnostic.h"
#include "engine/example.h"
#include "engine/regex/strict.h"
#include "engine/regex/trial.h"
#include "engine/rules/rule_def.h"
#include "engine/rules/score.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"
#include "engine/util/crypto.h"
#include "engine/util/map.h"
#include "engine/util/utf8.h"

#define ALLOWED_TAGS                                                                \
	((unsigned)RULE_MULTIPLE | (unsigned)RULE_NOSUBJECT | (unsigned)RULE_NICE | \
	    (unsigned)RULE_NOLOG | (unsigned)RULE_NOAUTOLEARN)

/* What came of a rule. */
struct outcome {
	char *name;
	unsigned char digest[CRYPTO_DIGEST_MAX]; /* of its text and score */
	bool tried; /* its patterns were */
	bool proven; /* its examples were run */
	bool meta; /* what they came to holds for the other rules of that time */
	struct refusal refusal;
};

struct feed_judge {
	const struct feed_policy *policy;
	struct trial *trial;
	struct map *outcomes; /* name -> struct outcome */
};

static const struct {
	const char *word, *text;
} refusals[] = {
#define REFUSAL_ROW(id, word, text) { word, text },
	REFUSAL_TABLE(REFUSAL_ROW)
#undef REFUSAL_ROW
};

const char *
refusal_word(enum refusal_reason reason)
{
	return refusals[reason].word;
}

const char *
refusal_text(enum refusal_reason reason)
{
	return refusals[reason].text;
}

struct feed_judge *
feed_judge_new(const struct feed_policy *policy)
{
	struct feed_judge *judge = calloc(1, sizeof(*judge));

	if (judge == NULL)
		abort();
	judge->policy = policy;
	judge->trial = trial_new();
	judge->outcomes = map_new(NULL, MAP_EXACT, 0);
	return judge;
}

void
feed_judge_move(struct feed_judge *judge, const struct feed_policy *policy)
{
	judge->policy = policy;
}

static void
outcome_free(struct outcome *outcome)
{
	free(outcome->name);
	free(outcome);
}

void
feed_judge_free(struct feed_judge **judge_p)
{
	struct feed_judge *judge = *judge_p;

	if (judge == NULL)
		return;
	for (size_t i = 0; i < map_count(judge->outcomes); i++)
		outcome_free(map_value(judge->outcomes, i));
	map_free(&judge->outcomes);
	trial_free(&judge->trial);
	free(judge);
	*judge_p = NULL;
}

static bool __attribute__((format(printf, 3, 4)))
refuse(struct refusal *refusal, enum refusal_reason reason, const char *format, ...)
{
	va_list arguments;

	refusal->reason = reason;
	va_start(arguments, format);
	vsnprintf(refusal->text, sizeof(refusal->text), format, arguments);
	va_end(arguments);
	return false;
}

static struct outcome *
outcome_of(struct feed_judge *judge, const struct fold_rule *rule)
{
	struct outcome *outcome = map_find(judge->outcomes, rule->name);
	struct crypto_digest digest = crypto_digest_begin(CRYPTO_SHA256);
	unsigned char bytes[CRYPTO_DIGEST_MAX];
	char score[48];
	int n = snprintf(score, sizeof(score), "%d %lld ", rule->has_score ? 1 : 0,
	    rule->has_score ? (long long)rule->score : 0);

	crypto_digest_add(&digest, (struct slice){ score, (size_t)n });
	crypto_digest_add(&digest, rule->text);
	crypto_digest_end(&digest, bytes);
	if (outcome == NULL) {
		outcome = calloc(1, sizeof(*outcome));
		if (outcome == NULL)
			abort();
		outcome->name = slice_dup(rule->name);
		map_add(judge->outcomes, (struct slice){ outcome->name, rule->name.n }, outcome);
	} else if (memcmp(outcome->digest, bytes, sizeof(bytes)) == 0) {
		return outcome;
	}
	outcome->tried = outcome->proven = outcome->meta = false;
	outcome->refusal = (struct refusal){ REFUSAL_NONE, "" };
	memcpy(outcome->digest, bytes, sizeof(bytes));
	return outcome;
}

static bool
judge_name(const struct feed_judge *judge, struct slice name, struct refusal *refusal)
{
	struct slice prefix = judge->policy->prefix;
	struct slice rest = slice_starts(name, SLICE("__")) ? slice_from(name, 2) : name;
	bool good = slice_starts(rest, prefix) && rest.n > prefix.n && name.n <= FOLD_NAME_MAX;

	for (size_t i = 0; good && i < name.n; i++)
		good = ascii_is_word(name.p[i]);
	return good ||
	       refuse(refusal, REFUSAL_NAME, "the channel's names begin with %.*s or __%.*s",
		   SLICE_ARG(prefix), SLICE_ARG(prefix));
}

/* Reads "NAME: TEXT" as a rule file has it; exactly one rule comes of it. */
static struct rule_def *
read_rule(const struct fold_rule *rule, const char *name, struct rule_source *source,
    struct refusal *refusal)
{
	struct diagnostics *found = diagnostics_new();
	size_t before = source->defs.n;
	struct buf bytes = { 0 };
	struct rule_def *def = NULL;

	buf_printf(&bytes, "rules:\n  %.*s: ", SLICE_ARG(rule->name));
	buf_add(&bytes, rule->text);
	buf_add_byte(&bytes, '\n');
	if (rule->text.n > FEED_RULE_MAX || slice_find_byte(rule->text, 0, '\n') < rule->text.n) {
		refuse(refusal, REFUSAL_FORM, "a rule is one line of at most %zu bytes",
		    FEED_RULE_MAX);
	} else if (!rules_yaml_read(source, name, "feed", buf_slice(&bytes), found)) {
		for (size_t i = diagnostics_kept(found); i-- > 0;)
			if (diagnostics_at(found, i)->severity == SEVERITY_ERROR)
				refuse(refusal, REFUSAL_FORM, "%s", diagnostics_at(found, i)->text);
		source->defs.n = before;
	} else if (source->defs.n != before + 1 || source->scores.n > 0 || source->lists.n > 0 ||
		   source->dns_lists.n > 0) {
		refuse(refusal, REFUSAL_FORM, "it is not one rule");
		source->defs.n = before;
		source->scores.n = source->lists.n = source->dns_lists.n = 0;
	} else {
		def = vec_at(&source->defs, before);
	}
	buf_clear(&bytes);
	diagnostics_free(&found);
	return def;
}

static bool
judge_kind(const struct feed_judge *judge, const struct rule_def *def, struct refusal *refusal)
{
	if (def->kind == RULE_DNSBL || def->kind == RULE_URIBL || def->kind == RULE_DNS ||
	    def->kind == RULE_FUNCTION || (judge->policy->kinds & 1U << def->kind) == 0)
		return refuse(refusal, REFUSAL_KIND, "kind %s is not allowed here",
		    rule_kind_name(def->kind));
	return true;
}

/* What no feed does, whatever its policy. */
static bool
judge_means(const struct feed_judge *judge, const struct rule_def *def, struct refusal *refusal)
{
	if ((def->tags & ~ALLOWED_TAGS) != 0)
		return refuse(refusal, REFUSAL_MEANS,
		    "of tags a feed has multiple, nosubject, nice, nolog and noautolearn");
	if ((def->tags & RULE_NICE) != 0 && judge->policy->min_score >= 0)
		return refuse(refusal, REFUSAL_MEANS, "nice rules are not allowed here");
	if (def->shortcircuit != SHORTCIRCUIT_OFF)
		return refuse(refusal, REFUSAL_MEANS, "a feed ends no scan: shortcircuit");
	if (def->priority != 0)
		return refuse(refusal, REFUSAL_MEANS, "a feed has no priorities");
	if (def->subjprefix.p != NULL)
		return refuse(refusal, REFUSAL_MEANS, "a feed does not write Subjects: subjprefix");
	return true;
}

/* Lays the score of an entry over that of the rule, and judges what it may come to. */
static bool
judge_score(const struct feed_judge *judge, const struct fold_rule *rule, struct rule_def *def,
    struct refusal *refusal)
{
	int64_t hits = rule_def_most_hits(def), score;
	struct buf text = { 0 };
	bool good;

	if (slice_starts(def->name, SLICE("__")))
		return true;
	if (rule->has_score) {
		def->has_score = true;
		def->score = rule->score;
		def->score_origin = def->origin;
	}
	score = def->has_score ? def->score : (def->tags & RULE_NICE) != 0 ? -SCORE_ONE : SCORE_ONE;
	good = score * hits <= judge->policy->max_score && score * hits >= judge->policy->min_score;
	if (!good) {
		score_print(&text, score);
		buf_printf(&text, " x %lld hits is not within ", (long long)hits);
		score_print(&text, judge->policy->min_score);
		buf_add(&text, SLICE(" to "));
		score_print(&text, judge->policy->max_score);
		refuse(refusal, REFUSAL_SCORE, "%s", buf_text(&text));
		buf_clear(&text);
	}
	return good;
}

/* Control characters, and those that turn the direction of text around. */
static bool
is_harmful(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c ||
	       (code >= 0x200e && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069);
}

static bool
judge_text(struct slice text, struct refusal *refusal)
{
	for (size_t at = 0; at < text.n;) {
		uint32_t code = 0;
		size_t n = utf8_read(slice_from(text, at), &code);

		if (n == 0 || is_harmful(code))
			return refuse(refusal, REFUSAL_TEXT, "describe holds a control character");
		at += n;
	}
	return true;
}

static bool
judge_pattern(struct feed_judge *judge, struct slice pattern, bool tried, struct refusal *refusal)
{
	struct err err = { 0 };
	int cheap;

	if (pattern.n == 0)
		return true;
	if (!strict_pattern(pattern, &err))
		return refuse(refusal, REFUSAL_PATTERN, "%s", err.text);
	cheap = tried ? 1 : trial_pattern(judge->trial, pattern, judge->policy->max_steps, &err);
	if (cheap == 1)
		return true;
	return refuse(refusal, cheap == 0 ? REFUSAL_STEPS : REFUSAL_PATTERN, "%s", err.text);
}

static bool
judge_patterns(
    struct feed_judge *judge, const struct rule_def *def, bool tried, struct refusal *refusal)
{
	if (!judge_pattern(judge, def->pattern, tried, refusal))
		return false;
	for (size_t i = 0; i < def->condition_count; i++)
		if (!judge_pattern(judge, def->conditions[i].pattern, tried, refusal))
			return false;
	return true;
}

static bool
waits(const struct outcome *outcome)
{
	return outcome->meta && (outcome->refusal.reason == REFUSAL_EXAMPLES ||
				    outcome->refusal.reason == REFUSAL_COMPILE);
}

bool
feed_judge_waits(const struct feed_judge *judge, struct slice name)
{
	const struct outcome *outcome = map_find(judge->outcomes, name);

	return outcome != NULL && waits(outcome);
}

/* Takes back what holds no longer once other rules are different. */
static void
reopen(struct outcome *outcome)
{
	if (waits(outcome))
		outcome->refusal = (struct refusal){ REFUSAL_NONE, "" };
	outcome->proven = outcome->proven && !outcome->meta;
}

bool
feed_judge_rule(struct feed_judge *judge, const struct fold_rule *rule, const char *name,
    struct rule_source *source, struct refusal *refusal_r)
{
	struct outcome *outcome;
	struct rule_def *def;

	*refusal_r = (struct refusal){ REFUSAL_NONE, "" };
	if (!judge_name(judge, rule->name, refusal_r))
		return false;
	outcome = outcome_of(judge, rule);
	reopen(outcome);
	if (outcome->refusal.reason != REFUSAL_NONE) {
		*refusal_r = outcome->refusal;
		return false;
	}
	def = read_rule(rule, name, source, refusal_r);
	outcome->meta = def != NULL && def->kind == RULE_META;
	if (def != NULL && judge_kind(judge, def, refusal_r) &&
	    judge_means(judge, def, refusal_r) && judge_score(judge, rule, def, refusal_r) &&
	    judge_text(def->describe, refusal_r) &&
	    judge_patterns(judge, def, outcome->tried, refusal_r)) {
		outcome->tried = true;
		return true;
	}
	if (def != NULL)
		source->defs.n--;
	outcome->refusal = *refusal_r;
	return false;
}

/* Keeps the first error that is told. */
static void
tell_example(void *p, char severity, const struct err *err)
{
	struct refusal *refusal = p;

	if (severity == 'e' && refusal->reason == REFUSAL_NONE)
		refuse(refusal, REFUSAL_EXAMPLES, "%s", err->text);
}

bool
feed_judge_examples(struct feed_judge *judge, const struct fold_rule *rule, struct ruleset *ruleset,
    struct slot *slot, struct refusal *refusal_r)
{
	struct outcome *outcome = outcome_of(judge, rule);
	const struct ruleset_report report = { tell_example, &outcome->refusal };
	const struct rule *compiled = ruleset_find(ruleset, rule->name);

	if (outcome->refusal.reason == REFUSAL_NONE && compiled == NULL)
		refuse(&outcome->refusal, REFUSAL_COMPILE, "it does not compile here");
	if (outcome->refusal.reason == REFUSAL_NONE && !outcome->proven)
		example_run(ruleset, compiled, slot, &report);
	outcome->proven = true;
	*refusal_r = outcome->refusal;
	return outcome->refusal.reason == REFUSAL_NONE;
}

void
feed_judge_forget(struct feed_judge *judge, const struct fold *fold)
{
	struct map *kept = map_new(NULL, MAP_EXACT, 0);

	for (size_t i = 0; i < map_count(judge->outcomes); i++) {
		struct outcome *outcome = map_value(judge->outcomes, i);
		struct slice name = map_key(judge->outcomes, i);

		if (fold_find(fold, name) != NULL)
			map_add(kept, name, outcome);
		else
			outcome_free(outcome);
	}
	map_free(&judge->outcomes);
	judge->outcomes = kept;
}
