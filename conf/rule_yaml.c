/*
 * rule_yaml.c - one entry of `rules:` -> one rule definition
 *
 * Which keys there are is a table: a key that names a kind and holds the
 * pattern or expression, or one that any rule (or only some kinds) may have.
 * Patterns are looked at just far enough to see that they have both
 * delimiters, since the commonest cause of a missing one is YAML: " #" began
 * a comment. Whether they compile is the engine's to say.
 */
#include "conf/rule_yaml.h"

#include "conf/rule_dns_yaml.h"
#include "engine/util/ascii.h"
#include "engine/util/vec.h"

#define MAXHITS_MAX 100000
#define MIME_PARTS_MAX 10000
#define PRIORITY_MAX 100000

/* A key of a rule: reads its value. */
struct rule_key {
	struct slice name;
	bool (*read)(
	    const struct schema *schema, const struct yaml_node *node, struct rule_def *def);
	unsigned kinds; /* bits of the kinds that may have it; 0: it names the kind itself */
	enum rule_kind kind; /* with kinds 0 */
};

#define KIND_BIT(kind) (1U << (kind))
#define ALL_KINDS (KIND_BIT(RULE_KIND_COUNT) - 1)
#define LIST_KINDS (KIND_BIT(RULE_DNSBL) | KIND_BIT(RULE_URIBL))
#define FIELD_KINDS (KIND_BIT(RULE_HEADER) | KIND_BIT(RULE_MIME))

/* Whether `pattern` is /.../flags or m,...,flags with both delimiters. */
static bool
pattern_closed(struct slice pattern, size_t start)
{
	char close = ascii_closing(pattern.p[start]);
	size_t end = pattern.n;

	while (end > start + 1 && ascii_is_alpha(pattern.p[end - 1]))
		end--;
	return end > start + 1 && pattern.p[end - 1] == close;
}

/* Checks the delimiters of a pattern that stands in `node`. */
static bool
check_pattern(const struct schema *schema, const struct yaml_node *node, struct slice pattern)
{
	size_t start = slice_starts(pattern, SLICE("m")) ? 1 : 0;

	if (start == pattern.n || ascii_is_word(pattern.p[start]) ||
	    ascii_is_space(pattern.p[start]) || (start == 0 && pattern.p[0] != '/'))
		return schema_error(
		    schema, node, "expected a pattern: /.../ or m{...}, with its flags behind it");
	if (pattern_closed(pattern, start))
		return true;
	if (node->comment_follows)
		return schema_error(schema, node,
		    "the pattern has no closing %c: ' #' began a comment; put the pattern in single quotes",
		    ascii_closing(pattern.p[start]));
	return schema_error(schema, node,
	    "the pattern has no closing %c, or no known flags behind it",
	    ascii_closing(pattern.p[start]));
}

static bool
read_pattern(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	return schema_expression(schema, node, &def->pattern) &&
	       check_pattern(schema, node, def->pattern);
}

static bool
read_expression(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	return schema_expression(schema, node, &def->expression);
}

/* A selector: a field or pseudo-header name with perhaps :modifiers. */
static bool
check_selector(const struct schema *schema, const struct yaml_node *node, struct slice selector)
{
	bool good = selector.n > 0;

	for (size_t i = 0; good && i < selector.n; i++)
		good = ascii_is_print(selector.p[i]) && selector.p[i] != ' ';
	return good || schema_error(schema, node, "expected the name of a header field");
}

static bool
read_exists(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	def->exists = true;
	return schema_expression(schema, node, &def->selector) &&
	       check_selector(schema, node, def->selector);
}

/* "SELECTOR =~ PATTERN", "SELECTOR !~ PATTERN" or "exists: SELECTOR" */
static bool
read_match(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	struct slice text, rest;
	size_t end = 0;

	if (!schema_expression(schema, node, &text))
		return false;
	if (def->kind == RULE_HEADER && slice_starts(text, SLICE("exists:"))) {
		def->exists = true;
		def->selector = slice_trim(slice_from(text, SLICE("exists:").n));
		return check_selector(schema, node, def->selector);
	}
	while (end < text.n && !ascii_is_space(text.p[end]))
		end++;
	def->selector = slice_cut(text, 0, end);
	rest = slice_trim(slice_from(text, end));
	def->negated = slice_starts(rest, SLICE("!~"));
	if (!def->negated && !slice_starts(rest, SLICE("=~")))
		return schema_error(schema, node,
		    "expected FIELD =~ /pattern/ or FIELD !~ /pattern/%s",
		    node->comment_follows ? ": ' #' began a comment; put the text in single quotes"
					  : "");
	def->pattern = slice_trim(slice_from(rest, 2));
	return check_selector(schema, node, def->selector) &&
	       check_pattern(schema, node, def->pattern);
}

/* One part of uri: {host: '/x/', text: '!~ /y/'}. */
static bool
uri_part(const struct schema *schema, const struct yaml_entry *entry, struct vec *conditions)
{
	static const struct slice known[] = { { "host", 4 }, { "text", 4 }, { "raw", 3 },
		{ "cleaned", 7 }, { "type", 4 }, { "domain", 6 }, { "tag", 3 } };
	struct uri_condition *condition;
	struct slice text;
	size_t i = 0;

	while (i < sizeof(known) / sizeof(known[0]) && !slice_eq(entry->key->text, known[i]))
		i++;
	if (i == sizeof(known) / sizeof(known[0]))
		return schema_unknown_key(schema, entry->key, known, i);
	if (!schema_expression(schema, entry->value, &text))
		return false;
	condition = vec_push(conditions);
	if (condition == NULL)
		return schema_no_memory(schema, entry->value);
	condition->key = entry->key->text;
	condition->negated = slice_starts(text, SLICE("!~"));
	condition->pattern = condition->negated ? slice_trim(slice_from(text, 2)) : text;
	return check_pattern(schema, entry->value, condition->pattern);
}

static bool
read_uri(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	struct vec conditions = VEC_OF(struct uri_condition, schema->arena);
	bool good = true;

	if (node->kind != YAML_MAPPING)
		return read_pattern(schema, node, def);
	if (node->n == 0)
		return schema_error(schema, node, "expected a pattern, or {host: /x/, text: /y/}");
	for (size_t i = 0; i < node->n; i++)
		if (!uri_part(schema, &node->entries[i], &conditions))
			good = false;
	def->conditions = conditions.p;
	def->condition_count = conditions.n;
	return good;
}

static bool
read_if_unset(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	return schema_text(schema, node, &def->if_unset);
}

static bool
read_score(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	def->has_score = true;
	def->score_origin = schema_origin(schema, node);
	return schema_score(schema, node, &def->score);
}

static bool
read_describe(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	return schema_text(schema, node, &def->describe);
}

static bool
read_subjprefix(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	return schema_text(schema, node, &def->subjprefix);
}

static bool
read_tags(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	static const struct slice words[] = {
#define TAG_WORD(id, word) { word, sizeof(word) - 1 },
		RULE_TAG_TABLE(TAG_WORD)
#undef TAG_WORD
	};
	size_t which;

	if (!schema_list(schema, node, "a list of tags like [multiple]"))
		return false;
	for (size_t i = 0; i < node->n; i++) {
		if (!schema_word(schema, node->entries[i].value, words, RULE_TAG_COUNT, &which))
			return false;
		def->tags |= 1U << which;
	}
	return true;
}

static bool
read_maxhits(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	int64_t value;

	if (!schema_integer(schema, node, 1, MAXHITS_MAX, &value))
		return false;
	def->maxhits = (unsigned)value;
	return true;
}

static bool
read_mime_first(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	int64_t value;

	if (!schema_integer(schema, node, 1, MIME_PARTS_MAX, &value))
		return false;
	def->mime_first = (unsigned)value;
	return true;
}

static bool
read_mime_last(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	int64_t value;

	if (!schema_integer(schema, node, 1, MIME_PARTS_MAX, &value))
		return false;
	def->mime_last = (unsigned)value;
	return true;
}

static bool
read_concat(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	return schema_bool(schema, node, &def->concat);
}

static bool
read_priority(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	int64_t value;

	if (!schema_integer(schema, node, -PRIORITY_MAX, PRIORITY_MAX, &value))
		return false;
	def->priority = (int)value;
	return true;
}

static bool
read_shortcircuit(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	static const struct slice words[] = { { "spam", 4 }, { "ham", 3 }, { "score", 5 } };
	static const enum shortcircuit_type ways[] = { SHORTCIRCUIT_SPAM, SHORTCIRCUIT_HAM,
		SHORTCIRCUIT_ON };
	size_t which;

	if (!schema_word(schema, node, words, 3, &which))
		return false;
	def->shortcircuit = ways[which];
	return true;
}

/* In which kind of SpamAssassin's rules the function is called. */
static bool
read_called_as(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	static const struct slice words[] = { { "header", 6 }, { "body", 4 }, { "rawbody", 7 },
		{ "full", 4 } };
	static const enum rule_kind kinds[] = { RULE_HEADER, RULE_BODY, RULE_RAWBODY, RULE_FULL };
	size_t which;

	if (!schema_word(schema, node, words, 4, &which))
		return false;
	def->call_kind = kinds[which];
	def->of_rawbody = kinds[which] == RULE_RAWBODY;
	return true;
}

static bool
read_imported(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	return schema_bool(schema, node, &def->imported);
}

static const struct rule_key rule_keys[] = {
	{ { "header", 6 }, read_match, 0, RULE_HEADER },
	{ { "exists", 6 }, read_exists, 0, RULE_HEADER },
	{ { "body", 4 }, read_pattern, 0, RULE_BODY },
	{ { "rawbody", 7 }, read_pattern, 0, RULE_RAWBODY },
	{ { "full", 4 }, read_pattern, 0, RULE_FULL },
	{ { "uri", 3 }, read_uri, 0, RULE_URI },
	{ { "mime", 4 }, read_match, 0, RULE_MIME },
	{ { "meta", 4 }, read_expression, 0, RULE_META },
	{ { "function", 8 }, read_expression, 0, RULE_FUNCTION },
	{ { "dnsbl", 5 }, rule_dns_list, 0, RULE_DNSBL },
	{ { "uribl", 5 }, rule_dns_list, 0, RULE_URIBL },
	{ { "dns", 3 }, rule_dns_question, 0, RULE_DNS },
	{ { "of", 2 }, rule_dns_of, KIND_BIT(RULE_DNSBL), RULE_KIND_COUNT },
	{ { "by", 2 }, rule_dns_by, LIST_KINDS, RULE_KIND_COUNT },
	{ { "hash", 4 }, rule_dns_hash, LIST_KINDS, RULE_KIND_COUNT },
	{ { "answer", 6 }, rule_dns_answer, LIST_KINDS | KIND_BIT(RULE_DNS), RULE_KIND_COUNT },
	{ { "text", 4 }, rule_dns_text, LIST_KINDS, RULE_KIND_COUNT },
	{ { "type", 4 }, rule_dns_type, KIND_BIT(RULE_DNS), RULE_KIND_COUNT },
	{ { "imported", 8 }, read_imported, ALL_KINDS, RULE_KIND_COUNT },
	{ { "called-as", 9 }, read_called_as, KIND_BIT(RULE_FUNCTION), RULE_KIND_COUNT },
	{ { "if-unset", 8 }, read_if_unset, FIELD_KINDS, RULE_KIND_COUNT },
	{ { "score", 5 }, read_score, ALL_KINDS, RULE_KIND_COUNT },
	{ { "describe", 8 }, read_describe, ALL_KINDS, RULE_KIND_COUNT },
	{ { "subjprefix", 10 }, read_subjprefix, ALL_KINDS, RULE_KIND_COUNT },
	{ { "tags", 4 }, read_tags, ALL_KINDS, RULE_KIND_COUNT },
	{ { "maxhits", 7 }, read_maxhits, ALL_KINDS & ~KIND_BIT(RULE_META), RULE_KIND_COUNT },
	{ { "mime_first", 10 }, read_mime_first, KIND_BIT(RULE_MIME), RULE_KIND_COUNT },
	{ { "mime_last", 9 }, read_mime_last, KIND_BIT(RULE_MIME), RULE_KIND_COUNT },
	{ { "concat", 6 }, read_concat, KIND_BIT(RULE_MIME), RULE_KIND_COUNT },
	{ { "priority", 8 }, read_priority, ALL_KINDS, RULE_KIND_COUNT },
	{ { "shortcircuit", 12 }, read_shortcircuit, ALL_KINDS, RULE_KIND_COUNT },
	{ { "examples", 8 }, rule_yaml_examples, ALL_KINDS, RULE_KIND_COUNT },
};
#define RULE_KEY_COUNT (sizeof(rule_keys) / sizeof(rule_keys[0]))

static const struct rule_key *
rule_key_find(struct slice name)
{
	for (size_t i = 0; i < RULE_KEY_COUNT; i++)
		if (slice_eq(rule_keys[i].name, name))
			return &rule_keys[i];
	return NULL;
}

static bool
unknown_rule_key(const struct schema *schema, const struct yaml_node *key)
{
	struct slice known[RULE_KEY_COUNT];

	for (size_t i = 0; i < RULE_KEY_COUNT; i++)
		known[i] = rule_keys[i].name;
	return schema_unknown_key(schema, key, known, RULE_KEY_COUNT);
}

/* Finds the one key that names the rule's kind, which decides about the others. */
static bool
find_kind(const struct schema *schema, const struct yaml_node *name, const struct yaml_node *value,
    struct rule_def *def)
{
	const struct yaml_node *first = NULL;
	bool good = true;

	for (size_t i = 0; i < value->n; i++) {
		const struct yaml_node *key = value->entries[i].key;
		const struct rule_key *row = rule_key_find(key->text);

		if (row == NULL) {
			good = unknown_rule_key(schema, key);
		} else if (row->kinds == 0 && first != NULL) {
			good = schema_error(schema, key,
			    "\"%.*s\" and \"%.*s\": a rule is of one kind", SLICE_ARG(first->text),
			    SLICE_ARG(key->text));
		} else if (row->kinds == 0) {
			first = key;
			def->kind = row->kind;
		}
	}
	if (first == NULL && good)
		return schema_error(schema, name,
		    "the rule has no kind: expected header, exists, body, rawbody, full, uri, "
		    "mime, meta, function, dnsbl, uribl or dns");
	return good;
}

/* What is right in itself but not together. */
static bool
check_together(
    const struct schema *schema, const struct yaml_node *name, const struct rule_def *def)
{
	bool sub = slice_starts(def->name, SLICE("__"));

	if (sub && def->has_score && def->score != 0)
		return schema_error(schema, name,
		    "names that begin with __ are sub-rules: they have no score but 0, which switches "
		    "them off");
	if (def->maxhits > 0 && !(def->tags & RULE_MULTIPLE) && !def->imported)
		return schema_error(schema, name, "maxhits works only with tags: [multiple]");
	if (def->mime_last > 0 && def->mime_last < def->mime_first)
		return schema_error(schema, name, "mime_last is before mime_first");
	if ((def->tags & RULE_NOSUBJECT) && def->kind != RULE_BODY)
		return schema_error(schema, name, "nosubject works only in body rules");
	if (def->exists && def->if_unset.p != NULL)
		return schema_error(schema, name, "exists and if-unset exclude each other");
	if (def->has_score && def->score < 0 && !(def->tags & RULE_NICE) && !def->imported)
		schema_warn(schema, name, "a score below 0 without tags: [nice]");
	return true;
}

bool
rule_yaml_read(const struct schema *schema, const struct yaml_node *key,
    const struct yaml_node *value, struct rule_def *def)
{
	bool good = true;

	*def = (struct rule_def){ .name = key->text, .origin = schema_origin(schema, key) };
	if (!schema_name(schema, key) || !schema_mapping(schema, value, "a mapping: the rule") ||
	    !find_kind(schema, key, value, def))
		return false;
	for (size_t i = 0; i < value->n; i++) {
		const struct yaml_entry *entry = &value->entries[i];
		const struct rule_key *row = rule_key_find(entry->key->text);

		if (row->kinds != 0 && !(row->kinds & KIND_BIT(def->kind)))
			good = schema_error(schema, entry->key,
			    "\"%.*s\" does not go with this kind of rule",
			    SLICE_ARG(entry->key->text));
		else if (!row->read(schema, entry->value, def))
			good = false;
	}
	return good && check_together(schema, key, def);
}
