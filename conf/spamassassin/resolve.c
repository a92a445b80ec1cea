/*
 * resolve.c - from what SpamAssassin's files said to rule definitions
 *
 * By the time of SpamAssassin's finish_parsing: flags and scores meet their
 * rules, replacement tags their texts, and eval functions the plugins that
 * bring them.
 */
#include "conf/spamassassin/resolve.h"

#include "engine/rules/score.h"
#include "engine/util/ascii.h"

/* Without a score line. */
#define SCORE_USUAL SCORE_ONE
#define SCORE_TESTED (SCORE_ONE / 100) /* T_ rules */
#define PRIORITY_NET (-100)
#define MAXHITS_MAX 100000

/* Unsigned digits behind '='; 0: none. */
static unsigned
number_of(struct slice text)
{
	unsigned value = 0;

	for (size_t i = 0; i < text.n && ascii_is_digit(text.p[i]); i++)
		if (value < MAXHITS_MAX)
			value = value * 10 + (unsigned)(text.p[i] - '0');
	return value > MAXHITS_MAX ? MAXHITS_MAX : value;
}

/* "2", "2-", "-3" or "2-3" behind range=, of a mimeheader rule. */
static void
read_range(struct rule_def *def, struct slice text)
{
	size_t dash = slice_find_byte(text, 0, '-');

	def->mime_first = number_of(slice_cut(text, 0, dash));
	def->mime_last = dash == text.n ? def->mime_first : number_of(slice_from(text, dash + 1));
}

static void
read_mime_tflag(struct rule_def *def, struct slice word)
{
	if (slice_starts(word, SLICE("range=")))
		read_range(def, slice_from(word, SLICE("range=").n));
	else if (slice_eq(word, SLICE("concat")))
		def->concat = true;
}

/* Flags that are tags under the same name; nosubject is for body rules alone. */
static unsigned
tag_of(const struct rule_def *def, struct slice word)
{
	static const char *const words[] = {
#define TAG_WORD(id, word) word,
		RULE_TAG_TABLE(TAG_WORD)
#undef TAG_WORD
	};

	for (size_t i = 0; i < RULE_TAG_COUNT; i++) {
		if (slice_eq(word, slice_of(words[i])) &&
		    (i != RULE_NOSUBJECT_BIT || def->kind == RULE_BODY))
			return 1u << i;
	}
	return 0;
}

static void
read_tflag(struct rule_def *def, struct slice word)
{
	if (def->kind == RULE_MIME)
		read_mime_tflag(def, word);
	def->tags |= tag_of(def, word);
	if (slice_eq(word, SLICE("learn")) || slice_eq(word, SLICE("userconf")))
		def->tags |= RULE_NOAUTOLEARN;
	if (slice_starts(word, SLICE("maxhits=")))
		def->maxhits = number_of(slice_from(word, SLICE("maxhits=").n));
}

static void
read_tflags(struct rule_def *def, struct slice flags)
{
	struct slice word;

	while (slice_next_word(&flags, &word))
		read_tflag(def, word);
	/* mimeheader alone counts to maxhits without multiple. */
	if (!(def->tags & RULE_MULTIPLE) && def->kind != RULE_MIME)
		def->maxhits = 0;
}

/* Sub-rules have no score, but one of 0 switches them off too. */
static void
set_score(const struct sa_config *config, const struct sa_rule *rule, struct rule_def *def)
{
	bool subrule = slice_starts(rule->name, SLICE("__"));

	if (rule->has_scores) {
		def->score = rule->scores[config->local_tests_only ? 0 : 1];
		def->score_origin = rule->score_origin;
		def->has_score = !subrule || def->score == 0;
	} else if (!subrule) {
		def->score = slice_starts(rule->name, SLICE("T_")) ? SCORE_TESTED : SCORE_USUAL;
		if (def->tags & RULE_NICE)
			def->score = -def->score;
		def->score_origin = def->origin;
		def->has_score = true;
	}
}

/* The kind of rule that calls a function, for the order they run in. */
static enum rule_kind
call_kind(enum sa_eval_type type)
{
	switch (type) {
	case SA_EVAL_BODY:
		return RULE_BODY;
	case SA_EVAL_RAWBODY:
		return RULE_RAWBODY;
	case SA_EVAL_FULL:
		return RULE_FULL;
	default:
		return RULE_HEADER;
	}
}

/* Whether the function is there and may be called by a rule of this type; else told. */
static bool
check_call(struct sa_config *config, const struct sa_rule *rule, struct rule_def *def)
{
	struct slice call = def->expression,
		     name = slice_cut(call, 0, slice_find_byte(call, 0, '('));
	enum sa_plugin plugin;
	enum sa_eval_type type;

	def->call_kind = call_kind(rule->eval_type);
	def->of_rawbody = rule->eval_type == SA_EVAL_RAWBODY;
	if (slice_eq(name, SLICE("check_askdns")))
		return true;
	if (!sa_eval_find(name, &plugin, &type)) {
		sa_config_warn(config, &def->origin, rule->name, "no plugin has a function %.*s()",
		    SLICE_ARG(slice_cut(name, 0, 100)));
		return false;
	}
	if (!sa_plugin_loaded(&config->plugins, plugin)) {
		sa_config_warn(config, &def->origin, rule->name,
		    "%.*s() is of the plugin %s, which is not loaded", SLICE_ARG(name),
		    sa_plugin_name(plugin));
		return false;
	}
	if (type == SA_EVAL_ANY || rule->eval_type == SA_EVAL_ANY || type == rule->eval_type ||
	    (type == SA_EVAL_BODY && rule->eval_type == SA_EVAL_RAWBODY))
		return true;
	sa_config_warn(config, &def->origin, rule->name,
	    "%.*s() is not for this type of rule: SpamAssassin would not run it", SLICE_ARG(name));
	return false;
}

/* Puts texts in the place of tags. What stays unreplaced is told of. */
static bool
replace_tags(struct sa_config *config, const struct sa_rule *rule, struct rule_def *def)
{
	struct err err;

	if (rule->type != SA_RULE_PATTERN || rule->perl.n == 0)
		return true;
	if (!replace_tags_read(config->arena, config->tags, rule->perl, config->replace_form,
		&def->pattern, &err)) {
		sa_config_warn(config, &def->origin, rule->name, "%s", err.text);
		return false;
	}
	if (err.text[0] != '\0')
		sa_config_warn(config, &def->origin, SLICE_ABSENT,
		    "%.*s: its tags are not replaced: %s", SLICE_ARG(rule->name), err.text);
	return true;
}

static enum shortcircuit_type
shortcircuit_of(struct slice word)
{
	if (slice_eq(word, SLICE("on")))
		return SHORTCIRCUIT_ON;
	if (slice_eq(word, SLICE("ham")))
		return SHORTCIRCUIT_HAM;
	return slice_eq(word, SLICE("spam")) ? SHORTCIRCUIT_SPAM : SHORTCIRCUIT_OFF;
}

static void
resolve_rule(struct sa_config *config, const struct sa_rule *rule, struct rule_source *source)
{
	struct rule_def def = rule->def;

	def.imported = true;
	read_tflags(&def, rule->tflags);
	set_score(config, rule, &def);
	def.describe = rule->describe;
	def.subjprefix = rule->subject_prefix;
	def.shortcircuit = shortcircuit_of(rule->shortcircuit);
	def.priority = rule->priority;
	if (def.priority == 0 && (def.tags & RULE_NET))
		def.priority = PRIORITY_NET;
	if (rule->type == SA_RULE_EVAL && !check_call(config, rule, &def))
		return;
	if (rule->replace && !replace_tags(config, rule, &def))
		return;
	*(struct rule_def *)vec_push(&source->defs) = def;
}

static void
resolve_list(struct sa_config *config, const struct sa_list *list, struct rule_source *source)
{
	struct slice *entries = arena_array(config->arena, list->entries.n + 1, sizeof(*entries));
	struct rule_list made = { .name = list->name, .origin = list->origin };

	if (entries == NULL)
		return;
	for (size_t i = 0; i < list->entries.n; i++) {
		struct slice entry = *(struct slice *)vec_at(&list->entries, i);

		if (entry.p != NULL)
			entries[made.entry_count++] = entry;
	}
	made.entries = entries;
	rule_source_add_lists(source, &made, 1);
}

/* A number as a score; who says 99999 means what no mail reaches. */
static struct slice
within_limits(struct slice number)
{
	int64_t score;

	if (slice_starts(number, SLICE("+")))
		number = slice_from(number, 1);
	number = slice_cut(number, 0, slice_find_byte(number, 0, '.') + 7);
	if (score_parse(number, &score))
		return number;
	return slice_starts(number, SLICE("-")) ? SLICE("-1000") : SLICE("1000");
}

/* The score from which mail is spam: steelyard.yaml has a name of its own for it. */
static void
resolve_required(const struct sa_list *list, struct rule_source *source)
{
	if (list->entries.n > 0)
		rule_source_add_setting(source, SLICE("thresholds.tag"),
		    within_limits(*(struct slice *)vec_at(&list->entries, 0)), &list->origin);
}

/* Only those that no other line defines. */
static void
resolve_dropped(struct sa_config *config, struct rule_source *source)
{
	struct map *kept = map_new(NULL, MAP_EXACT, 0);

	for (size_t i = 0; i < source->defs.n; i++) {
		struct rule_def *def = vec_at(&source->defs, i);

		map_add(kept, def->name, def);
	}
	for (size_t i = 0; i < config->dropped.n; i++) {
		struct dropped_rule *dropped = vec_at(&config->dropped, i);

		if (map_find(kept, dropped->name) != NULL)
			continue;
		map_add(kept, dropped->name, dropped);
		*(struct dropped_rule *)vec_push(&source->dropped) = *dropped;
	}
	map_free(&kept);
}

void
sa_resolve(struct sa_config *config, struct rule_source *source)
{
	/* None is told: the engine has names for who says nothing. */
	sa_config_list(config, SLICE("originating_ip_headers"));
	for (size_t i = 0; i < config->rules.n; i++) {
		const struct sa_rule *rule = *(struct sa_rule **)vec_at(&config->rules, i);

		if (rule->type != SA_RULE_NONE)
			resolve_rule(config, rule, source);
	}
	for (size_t i = 0; i < config->lists.n; i++) {
		const struct sa_list *list = *(struct sa_list **)vec_at(&config->lists, i);

		if (slice_eq(list->name, SLICE("required_score")))
			resolve_required(list, source);
		else
			resolve_list(config, list, source);
	}
	for (size_t i = 0; i < config->markup.n; i++)
		rule_source_add_markup(source, vec_at(&config->markup, i));
	resolve_dropped(config, source);
}
