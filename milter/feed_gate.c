/*
 * feed_gate.c - the change and the channel's other rules as one ruleset
 *
 * The others are there for metas that read them. They stand under a name that no file has,
 * by which their own mistakes are told from those of what is to be published.
 */
#include "config.h"

#include "milter/feed_gate.h"

#include <string.h>

#include "conf/ruleset_load.h"
#include "milter/rule_examples.h"
#include "shared-sync/feed_judge.h"
#include "shared-sync/feed_key.h"

#define OTHERS "(the channel)"
#define LAYER "published"
/* Far below what the reader takes of one file. */
#define FILE_FULL ((size_t)256 * 1024)

/* The rules of the channel that the change leaves alone, in files of which none is too large. */
static void
read_others(const struct rule_change *change, const struct fold *fold, struct rule_source *source)
{
	struct diagnostics *ignored = diagnostics_new();
	struct buf text = { 0 };

	for (size_t i = 0; i < fold_count(fold); i++) {
		const struct fold_rule *rule = fold_at(fold, i);

		if (!rule_change_replaces(change, rule->name)) {
			buf_printf(&text, "%s  %.*s: ", text.n == 0 ? "rules:\n" : "",
			    SLICE_ARG(rule->name));
			buf_add(&text, rule->text);
			buf_add_byte(&text, '\n');
		}
		if (text.n < FILE_FULL && i + 1 < fold_count(fold))
			continue;
		rules_yaml_read(source, OTHERS, "channel", buf_slice(&text), ignored);
		buf_clear(&text);
	}
	diagnostics_free(&ignored);
	buf_clear(&text);
}

static void
gather(const struct rule_change *change, const struct fold *fold, struct rule_source *source,
    struct diagnostics *found)
{
	read_others(change, fold, source);
	for (size_t i = 0; i < rule_change_files(change); i++) {
		const char *name;
		struct slice bytes;

		rule_change_file(change, i, &name, &bytes);
		rules_yaml_read(source, name, LAYER, bytes, found);
	}
}

/* Hands on what is not about the others. */
static void
tell_ours(const struct diagnostics *all, struct diagnostics *found)
{
	for (size_t i = 0; i < diagnostics_kept(all); i++) {
		const struct diagnostic *one = diagnostics_at(all, i);

		if (strcmp(one->file, OTHERS) != 0)
			diagnostics_add(found, one->severity, one->file, one->line, one->column,
			    "%s", one->text);
	}
}

bool
feed_gate_pass(const struct settings *settings, const struct rule_change *change,
    const struct fold *fold, struct diagnostics *found)
{
	size_t errors = diagnostics_count(found, SEVERITY_ERROR);
	struct diagnostics *all = diagnostics_new();
	struct ruleset_report report = diagnostics_report(all);
	struct rule_source source = RULE_SOURCE_INIT;
	struct ruleset *ruleset;

	gather(change, fold, &source, found);
	ruleset = ruleset_compile(settings, &source, &report, all);
	if (ruleset != NULL)
		rule_examples_run(ruleset, LAYER, all);
	tell_ours(all, found);
	ruleset_unref(&ruleset);
	rule_source_clear(&source);
	diagnostics_free(&all);
	return diagnostics_count(found, SEVERITY_ERROR) == errors;
}

struct settings *
feed_gate_defaults(struct slice channel)
{
	struct diagnostics *ignored = diagnostics_new();
	struct feed_secret nobody;
	unsigned char seed[CRYPTO_ED25519_KEY] = { 0 };
	struct settings *settings = NULL;
	struct buf text = { 0 };

	feed_secret_init(&nobody, seed, FEED_ROLE_ROOT);
	buf_printf(&text, "feeds: [{channel: '%.*s', root_keys: ['", SLICE_ARG(channel));
	feed_public_write(&nobody.public, &text);
	buf_add(&text, SLICE("']}]\n"));
	settings_read("defaults", buf_slice(&text), &settings, ignored);
	buf_clear(&text);
	diagnostics_free(&ignored);
	return settings;
}

static bool
is_new(const struct fold *before, const struct fold_rule *rule)
{
	const struct fold_rule *old = fold_find(before, rule->name);

	return old == NULL || !slice_eq(old->text, rule->text) || old->score != rule->score ||
	       old->has_score != rule->has_score;
}

static void
warn_of(const struct feed_policy *policy, const struct fold *before, const struct fold *after,
    struct diagnostics *found)
{
	struct feed_judge *judge = feed_judge_new(policy);
	struct rule_source source = RULE_SOURCE_INIT;
	struct refusal refusal;
	size_t tried = 0;

	for (size_t i = 0; i < fold_count(after) && tried < FEED_GATE_TRIED; i++) {
		const struct fold_rule *rule = fold_at(after, i);

		if (!is_new(before, rule))
			continue;
		tried++;
		if (!feed_judge_rule(judge, rule, "feed", &source, &refusal))
			diagnostics_add(found, SEVERITY_WARNING, NULL, 0, 0,
			    "%.*s: subscribers with the default policy will refuse it: %s",
			    SLICE_ARG(rule->name),
			    refusal.text[0] != '\0' ? refusal.text : refusal_text(refusal.reason));
	}
	feed_judge_free(&judge);
	rule_source_clear(&source);
}

void
feed_gate_warn(const struct feed_policy *policy, const struct fold *fold, struct slice body,
    struct diagnostics *found)
{
	struct fold *after = fold_copy(fold);
	struct err err;

	if (body.n > 0 && fold_apply(after, body, 0, "0000000000000000", NULL, NULL, &err))
		warn_of(policy, fold, after, found);
	fold_free(&after);
}
