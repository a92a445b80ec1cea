/*
 * rule_directive.c - directives that define a rule
 *
 * A line that SpamAssassin would refuse leaves an earlier definition of the
 * rule as it was, and is told of. Patterns are translated at once, so that
 * what cannot be carried over is told at its line.
 */
#include "conf/perl_regex.h"
#include "conf/spamassassin/directive.h"
#include "engine/util/ascii.h"

#define RULE_NAME_MAX 100

static void
refuse(struct sa_config *config, const struct sa_statement *statement, struct slice name,
    const char *expected)
{
	sa_config_warn(config, &statement->origin, name, "expected %s", expected);
}

/* The rule's name and what stands behind it; false and told: there is none, or a bad one. */
static bool
split_rule(struct sa_config *config, const struct sa_statement *statement, struct slice *name_r,
    struct slice *value_r)
{
	bool good = true;

	*value_r = statement->value;
	if (!slice_next_word(value_r, name_r)) {
		sa_config_warn(config, &statement->origin, SLICE_ABSENT,
		    "%.*s: expected the name of a rule", SLICE_ARG(statement->key));
		return false;
	}
	*value_r = slice_trim(*value_r);
	for (size_t i = 0; i < name_r->n; i++)
		if (!ascii_is_word(name_r->p[i]))
			good = false;
	if (!good || ascii_is_digit(name_r->p[0]) || name_r->n > RULE_NAME_MAX) {
		sa_config_warn(config, &statement->origin, *name_r,
		    "a rule's name has letters, digits and _, not a digit first, and at most %d of them",
		    RULE_NAME_MAX);
		return false;
	}
	return true;
}

/* The definition takes the place of any before. */
static void
define(struct sa_config *config, const struct sa_statement *statement, struct slice name,
    enum sa_rule_type type, const struct rule_def *def)
{
	struct sa_rule *rule = sa_config_rule(config, name);

	rule->type = type;
	rule->eval_type = SA_EVAL_ANY;
	rule->def = *def;
	rule->def.name = name;
	rule->def.origin = statement->origin;
}

/* Translates a pattern into def->pattern, which is told of when it cannot be. */
static bool
translate(struct sa_config *config, const struct sa_statement *statement, struct slice name,
    struct slice text, struct slice *pattern_r)
{
	struct err err;

	if (perl_regex_read(config->arena, text, pattern_r, &err))
		return true;
	sa_config_warn(config, &statement->origin, name, "%s", err.text);
	return false;
}

/* "name(arguments)" */
static bool
is_call(struct slice text)
{
	size_t i = 0;

	while (i < text.n && ascii_is_word(text.p[i]))
		i++;
	return i > 0 && i < text.n && text.p[i] == '(' && text.p[text.n - 1] == ')';
}

/* eval:FUNCTION; false: it is none. */
static bool
read_eval(struct sa_config *config, const struct sa_statement *statement, struct slice name,
    struct slice value, enum sa_eval_type type)
{
	struct rule_def def = { .kind = RULE_FUNCTION };
	struct sa_rule *rule;

	if (type == SA_EVAL_HEADER && slice_starts(value, SLICE("rbleval:")))
		value = slice_from(value, 3);
	if (!slice_starts(value, SLICE("eval:")))
		return false;
	def.expression = slice_from(value, 5);
	if (!is_call(def.expression)) {
		refuse(config, statement, name,
		    "eval:function(arguments), without blanks before the (");
		return true;
	}
	if (type == SA_EVAL_HEADER && (slice_starts(def.expression, SLICE("check_rbl")) ||
					  slice_starts(def.expression, SLICE("check_dns"))))
		type = SA_EVAL_RBL;
	define(config, statement, name, SA_RULE_EVAL, &def);
	rule = sa_config_rule(config, name);
	rule->eval_type = type;
	return true;
}

/* body, rawbody, uri, full: /pattern/ */
static void
read_text_rule(struct sa_config *config, const struct sa_statement *statement, enum rule_kind kind,
    enum sa_eval_type type)
{
	struct rule_def def = { .kind = kind };
	struct slice name, value;
	struct sa_rule *rule;

	if (!split_rule(config, statement, &name, &value))
		return;
	if (value.n == 0) {
		refuse(config, statement, name, "a pattern: /.../");
		return;
	}
	if (type != SA_EVAL_ANY && read_eval(config, statement, name, value, type))
		return;
	if (!translate(config, statement, name, value, &def.pattern))
		return;
	define(config, statement, name, SA_RULE_PATTERN, &def);
	rule = sa_config_rule(config, name);
	rule->perl = value;
}

void
sa_read_body(struct sa_config *config, const struct sa_statement *statement)
{
	read_text_rule(config, statement, RULE_BODY, SA_EVAL_BODY);
}

void
sa_read_rawbody(struct sa_config *config, const struct sa_statement *statement)
{
	read_text_rule(config, statement, RULE_RAWBODY, SA_EVAL_RAWBODY);
}

void
sa_read_full(struct sa_config *config, const struct sa_statement *statement)
{
	read_text_rule(config, statement, RULE_FULL, SA_EVAL_FULL);
}

void
sa_read_uri(struct sa_config *config, const struct sa_statement *statement)
{
	read_text_rule(config, statement, RULE_URI, SA_EVAL_ANY);
}

static bool
is_field_byte(char c)
{
	return ascii_is_word(c) || c == '.' || c == '-';
}

/* A field's name with up to two modifiers; false: one of them is unknown. */
static bool
check_selector(struct slice selector)
{
	static const struct slice known[] = { { "raw", 3 }, { "addr", 4 }, { "name", 4 },
		{ "host", 4 }, { "domain", 6 }, { "ip", 2 }, { "revip", 5 }, { "first", 5 },
		{ "last", 4 } };
	size_t at = slice_find_byte(selector, 0, ':');

	while (at < selector.n) {
		size_t end = slice_find_byte(selector, at + 1, ':'), i = 0;

		while (i < 9 && !slice_ieq(slice_cut(selector, at + 1, end), known[i]))
			i++;
		if (i == 9)
			return false;
		at = end;
	}
	return true;
}

/* How many bytes of text are a field's name with :modifiers; 0: none. */
static size_t
selector_length(struct slice text)
{
	size_t i = 0, colons = 0;

	while (i < text.n && is_field_byte(text.p[i]))
		i++;
	while (i > 0 && i < text.n && text.p[i] == ':' && colons < 2) {
		size_t end = i + 1;

		while (end < text.n && ascii_is_lower(text.p[end]))
			end++;
		if (end == i + 1)
			return colons == 0 ? end : i;
		i = end;
		colons++;
	}
	return i;
}

/* Takes "[if-unset: TEXT]" off the pattern's end. */
static void
take_if_unset(struct slice *pattern, struct slice *if_unset_r)
{
	struct slice mark = SLICE("[if-unset:");
	size_t at = 0, start;

	if (pattern->n == 0 || pattern->p[pattern->n - 1] != ']')
		return;
	while ((at = slice_find(*pattern, at, mark)) < pattern->n) {
		size_t text = at + mark.n;

		if (at > 0 && ascii_is_space(pattern->p[at - 1]) && text + 1 < pattern->n &&
		    ascii_is_space(pattern->p[text])) {
			for (start = text; ascii_is_space(pattern->p[start]);)
				start++;
			*if_unset_r = slice_cut(*pattern, start, pattern->n - 1);
			*pattern = slice_trim(slice_cut(*pattern, 0, at));
			return;
		}
		at++;
	}
}

/* "SELECTOR =~ /pattern/ [if-unset: text]" with the selector of so many bytes. */
static bool
read_match(struct sa_config *config, const struct sa_statement *statement, struct slice name,
    struct slice value, size_t length, struct rule_def *def, struct slice *perl_r)
{
	struct slice rest = slice_trim(slice_from(value, length));

	def->selector = slice_cut(value, 0, length);
	if (slice_ends(def->selector, SLICE(":")))
		def->selector.n--;
	def->negated = slice_starts(rest, SLICE("!~"));
	if (length == 0 || (!def->negated && !slice_starts(rest, SLICE("=~"))) || rest.n == 2) {
		refuse(config, statement, name, "FIELD =~ /pattern/ or FIELD !~ /pattern/");
		return false;
	}
	*perl_r = slice_trim(slice_from(rest, 2));
	take_if_unset(perl_r, &def->if_unset);
	return translate(config, statement, name, *perl_r, &def->pattern);
}

static void
read_exists(struct sa_config *config, const struct sa_statement *statement, struct slice name,
    struct slice selector)
{
	struct rule_def def = { .kind = RULE_HEADER, .exists = true };

	if (slice_ends(selector, SLICE(":")))
		selector.n--;
	for (size_t i = 0; i < selector.n; i++)
		if (!is_field_byte(selector.p[i]))
			selector.n = 0;
	if (selector.n == 0) {
		refuse(config, statement, name, "the name of a header field behind exists:");
		return;
	}
	def.selector = selector;
	define(config, statement, name, SA_RULE_PATTERN, &def);
}

void
sa_read_header(struct sa_config *config, const struct sa_statement *statement)
{
	struct rule_def def = { .kind = RULE_HEADER };
	struct slice name, value, perl;

	if (!split_rule(config, statement, &name, &value))
		return;
	if (read_eval(config, statement, name, value, SA_EVAL_HEADER))
		return;
	if (slice_starts(value, SLICE("exists:"))) {
		read_exists(config, statement, name, slice_from(value, 7));
		return;
	}
	if (!read_match(config, statement, name, value, selector_length(value), &def, &perl))
		return;
	if (!check_selector(def.selector)) {
		refuse(config, statement, name,
		    "of the modifiers :raw :addr :name :host :domain :ip :revip :first :last");
		return;
	}
	define(config, statement, name, SA_RULE_PATTERN, &def);
	sa_config_rule(config, name)->perl = perl;
}

void
sa_read_mimeheader(struct sa_config *config, const struct sa_statement *statement)
{
	struct rule_def def = { .kind = RULE_MIME };
	struct slice name, value, perl;
	size_t length = 0;

	if (!split_rule(config, statement, &name, &value))
		return;
	while (length < value.n && value.p[length] != ':' && !ascii_is_space(value.p[length]) &&
	       !slice_starts(slice_from(value, length), SLICE("=~")) &&
	       !slice_starts(slice_from(value, length), SLICE("!~")))
		length++;
	if (slice_starts(slice_from(value, length), SLICE(":raw")))
		length += 4;
	else if (slice_starts(slice_from(value, length), SLICE(":")))
		length++;
	if (read_match(config, statement, name, value, length, &def, &perl))
		define(config, statement, name, SA_RULE_MIME, &def);
}

/* An expression with the word local_tests_only, which is no rule's name, said as a number. */
static struct slice
say_local(struct sa_config *config, struct slice expression)
{
	struct slice word = SLICE("local_tests_only");
	struct buf out = { .arena = config->arena };
	size_t at = 0, next;

	while (at < expression.n) {
		for (next = at; next < expression.n && ascii_is_word(expression.p[next]);)
			next++;
		if (slice_eq(slice_cut(expression, at, next), word))
			buf_add_byte(&out, config->local_tests_only ? '1' : '0');
		else
			buf_add(&out, slice_cut(expression, at, next));
		for (at = next; at < expression.n && !ascii_is_word(expression.p[at]);)
			buf_add_byte(&out, expression.p[at++]);
	}
	return buf_slice(&out);
}

void
sa_read_meta(struct sa_config *config, const struct sa_statement *statement)
{
	struct rule_def def = { .kind = RULE_META };
	struct slice name;

	if (!split_rule(config, statement, &name, &def.expression))
		return;
	def.expression = say_local(config, def.expression);
	if (def.expression.n == 0)
		refuse(config, statement, name, "an expression of rules' names");
	else
		define(config, statement, name, SA_RULE_META, &def);
}

/* A name that metas may read and scores may be given to; it never hits. */
void
sa_read_reuse(struct sa_config *config, const struct sa_statement *statement)
{
	struct rule_def def = { .kind = RULE_META, .expression = SLICE("0") };
	struct slice name, value;
	const struct sa_rule *rule;

	if (!split_rule(config, statement, &name, &value))
		return;
	rule = sa_config_find_rule(config, name);
	if (rule == NULL || rule->type == SA_RULE_NONE)
		define(config, statement, name, SA_RULE_EMPTY, &def);
}

/* Where a pattern of a uri_detail line ends, its flags included; text.n + 1: it does not. */
static size_t
part_pattern_end(struct slice text, size_t at)
{
	char mark;

	if (at < text.n && text.p[at] == 'm')
		at++;
	if (at >= text.n || ascii_is_word(text.p[at]) ||
	    (text.p[at] != '/' && text.p[at - 1] != 'm'))
		return text.n + 1;
	mark = text.p[at];
	while ((at = slice_find_byte(text, at + 1, mark)) < text.n) {
		size_t end = at + 1;

		while (end < text.n && strchr("imsx", text.p[end]) != NULL)
			end++;
		if (end == text.n || ascii_is_space(text.p[end]))
			return end;
	}
	return text.n + 1;
}

/* The next "part =~ /pattern/"; false: there is no more. */
static bool
part_next(struct slice *rest, struct slice *part_r, bool *negated_r, struct slice *perl_r)
{
	for (size_t at = 0; at < rest->n; at++) {
		size_t end = at, start;

		if (!ascii_is_word(rest->p[at]) || (at > 0 && ascii_is_word(rest->p[at - 1])))
			continue;
		while (end < rest->n && ascii_is_word(rest->p[end]))
			end++;
		*part_r = slice_cut(*rest, at, end);
		while (end < rest->n && ascii_is_space(rest->p[end]))
			end++;
		*negated_r = slice_starts(slice_from(*rest, end), SLICE("!~"));
		if (!*negated_r && !slice_starts(slice_from(*rest, end), SLICE("=~")))
			continue;
		for (start = end + 2; start < rest->n && ascii_is_space(rest->p[start]);)
			start++;
		end = part_pattern_end(*rest, start);
		if (end > rest->n)
			continue;
		*perl_r = slice_cut(*rest, start, end);
		*rest = slice_from(*rest, end);
		return true;
	}
	return false;
}

/* Adds a condition; one of the same part gives way. */
static void
add_condition(struct vec *conditions, const struct uri_condition *condition)
{
	for (size_t i = 0; i < conditions->n; i++) {
		struct uri_condition *old = vec_at(conditions, i);

		if (slice_eq(old->key, condition->key)) {
			*old = *condition;
			return;
		}
	}
	*(struct uri_condition *)vec_push(conditions) = *condition;
}

/* Conditions of the line into conditions; false and told: one is bad. */
static bool
read_parts(struct sa_config *config, const struct sa_statement *statement, struct slice name,
    struct slice rest, struct vec *conditions)
{
	static const struct slice known[] = { { "raw", 3 }, { "type", 4 }, { "cleaned", 7 },
		{ "text", 4 }, { "domain", 6 }, { "host", 4 } };
	struct uri_condition condition;
	struct slice perl;

	while (part_next(&rest, &condition.key, &condition.negated, &perl)) {
		size_t i = 0;

		while (i < 6 && !slice_eq(condition.key, known[i]))
			i++;
		if (i == 6) {
			refuse(config, statement, name,
			    "raw, type, cleaned, text, domain or host before =~ or !~");
			return false;
		}
		if (!translate(config, statement, name, perl, &condition.pattern))
			return false;
		add_condition(conditions, &condition);
	}
	if (conditions->n == 0)
		refuse(config, statement, name, "conditions like host =~ /pattern/");
	return conditions->n > 0;
}

/* A later line of the same name adds to what an earlier one asks. */
void
sa_read_uri_detail(struct sa_config *config, const struct sa_statement *statement)
{
	struct rule_def def = { .kind = RULE_URI };
	struct vec conditions = VEC_OF(struct uri_condition, NULL);
	struct slice name, value;
	const struct sa_rule *old;

	if (!split_rule(config, statement, &name, &value))
		return;
	old = sa_config_find_rule(config, name);
	for (size_t i = 0;
	     old != NULL && old->type == SA_RULE_URI_PARTS && i < old->def.condition_count; i++)
		add_condition(&conditions, &old->def.conditions[i]);
	if (read_parts(config, statement, name, value, &conditions)) {
		struct uri_condition *kept = arena_array(
		    config->arena, conditions.n, sizeof(*kept));

		if (kept != NULL) {
			memcpy(kept, conditions.p, conditions.n * sizeof(*kept));
			def.conditions = kept;
			def.condition_count = conditions.n;
			define(config, statement, name, SA_RULE_URI_PARTS, &def);
		}
	}
	vec_clear(&conditions);
}

/* A rule whose line also stands in a list, where its function finds it by the rule's name. */
static void
read_listed(struct sa_config *config, const struct sa_statement *statement, struct slice call,
    enum sa_eval_type type, const char *expected)
{
	struct rule_def def = { .kind = RULE_FUNCTION, .expression = call };
	struct slice name, value;

	if (!split_rule(config, statement, &name, &value))
		return;
	if (value.n == 0) {
		refuse(config, statement, name, expected);
		return;
	}
	sa_list_add(sa_config_list(config, statement->directive->name), statement->value,
	    &statement->origin);
	define(config, statement, name, SA_RULE_EVAL, &def);
	sa_config_rule(config, name)->eval_type = type;
}

void
sa_read_askdns(struct sa_config *config, const struct sa_statement *statement)
{
	read_listed(config, statement, SLICE("check_askdns()"), SA_EVAL_ANY,
	    "a name to ask, perhaps a type of record and a filter");
}

void
sa_read_uri_block(struct sa_config *config, const struct sa_statement *statement)
{
	read_listed(
	    config, statement, SLICE("check_uri_local_bl()"), SA_EVAL_BODY, "what is blocked");
}

/* A redirector's pattern, in our words. */
void
sa_read_pattern(struct sa_config *config, const struct sa_statement *statement)
{
	struct slice pattern;

	if (translate(config, statement, SLICE_ABSENT, statement->value, &pattern))
		sa_list_add(sa_config_list(config, statement->directive->target), pattern,
		    &statement->origin);
}
