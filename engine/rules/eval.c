/*
 * eval.c - functions that rules call: the table, and how a call is read
 *
 * Arguments stand in single or double quotes, or bare (letters, digits and
 * . : - + _ @). A quoted argument ends at the next quote of its kind; there
 * are no escapes, so a regex keeps its backslashes; it may stand without
 * delimiters. Each argument is turned into what the function's signature wants
 * once, when the ruleset is built.
 *
 * Limits: EVAL_CALL_MAX, EVAL_ARGS_MAX.
 */
#include "engine/rules/eval.h"

#include <math.h>
#include <string.h>

#include "engine/rules/dns_filter.h"
#include "engine/rules/eval_pattern.h"
#include "engine/util/ascii.h"

static const struct eval_function functions[] = {
#define EVALFN(family, name, signature) { #name, signature, eval_##name, #family, NULL, 0 },
#define EVALFN_EARLY(family, name, signature, needs) \
	{ #name, signature, eval_##name, #family, NULL, needs },
#define EVALFN_ALIAS(family, name, of, signature) { #name, signature, eval_##of, #family, NULL, 0 },
#define EVALFN_WAITING(family, name, what) { #name, "?s*", NULL, #family, what, 0 },
#include "engine/rules/evalfn.def"
#undef EVALFN
#undef EVALFN_EARLY
#undef EVALFN_ALIAS
#undef EVALFN_WAITING
};

static const struct {
	const char *family;
	eval_prepare_fn *prepare;
} preparations[PREPARED_COUNT] = {
	[PREPARED_ASKDNS] = { "askdns", askdns_prepare },
	[PREPARED_BOUNCE] = { "bounce", bounce_prepare },
	[PREPARED_DKIM] = { "dkim", dkim_prepare_lists },
	[PREPARED_FREEMAIL] = { "freemail", freemail_prepare },
	[PREPARED_HASHBL] = { "hashbl", hashbl_prepare },
	[PREPARED_LANGUAGE] = { "language", language_prepare },
	[PREPARED_LIST] = { "list", list_prepare },
	[PREPARED_LOCAL_URI] = { "local_uri", local_uri_prepare },
	[PREPARED_PHISHING] = { "phishing", phishing_prepare },
	[PREPARED_URIBL] = { "uribl", uribl_prepare },
	[PREPARED_SPF] = { "spf", spf_prepare },
	[PREPARED_SENDER] = { "sender", sender_prepare },
	[PREPARED_WELCOME] = { "welcome", welcome_prepare },
};

#define FUNCTION_COUNT (sizeof(functions) / sizeof(functions[0]))

const struct eval_function *
eval_find(struct slice name)
{
	for (size_t i = 0; i < FUNCTION_COUNT; i++) {
		if (slice_eq(name, slice_of(functions[i].name)))
			return &functions[i];
	}
	return NULL;
}

bool
eval_read_number(struct slice text, double *number_r)
{
	double value = 0, unit = 1;
	bool negative = slice_starts(text, SLICE("-")), digits = false, fraction = false;

	if (negative || slice_starts(text, SLICE("+")))
		text = slice_from(text, 1);
	if (slice_ieq(text, SLICE("inf"))) {
		*number_r = negative ? -(double)INFINITY : (double)INFINITY;
		return true;
	}
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '.' && !fraction) {
			fraction = true;
			continue;
		}
		if (!ascii_is_digit(text.p[i]) || i > 30)
			return false;
		digits = true;
		value = value * 10 + (text.p[i] - '0');
		unit = fraction ? unit * 10 : 1;
	}
	*number_r = (negative ? -value : value) / unit;
	return digits;
}

static bool
is_bare(char c)
{
	return ascii_is_word(c) || (c != '\0' && strchr(".:-+@", c) != NULL);
}

static void
skip_blanks(struct slice text, size_t *at)
{
	while (*at < text.n && ascii_is_space(text.p[*at]))
		++*at;
}

/* One argument, its quotes left out. False: there is none that can be read. */
static bool
read_arg(struct slice text, size_t *at, struct slice *arg_r)
{
	size_t start = *at, end;

	if (start < text.n && (text.p[start] == '\'' || text.p[start] == '"')) {
		end = slice_find_byte(text, start + 1, text.p[start]);
		if (end == text.n)
			return false;
		*arg_r = slice_cut(text, start + 1, end);
		*at = end + 1;
		return true;
	}
	while (*at < text.n && is_bare(text.p[*at]))
		++*at;
	*arg_r = slice_cut(text, start, *at);
	return arg_r->n > 0;
}

/* All arguments between the parentheses; *at stands behind the opening one. */
static bool
read_args(struct slice text, size_t at, struct vec *args, struct err *err)
{
	skip_blanks(text, &at);
	while (at < text.n && text.p[at] != ')') {
		struct eval_arg *arg = args->n < EVAL_ARGS_MAX ? vec_push(args) : NULL;

		if (arg == NULL) {
			err_set(err, "a call takes at most %d arguments", EVAL_ARGS_MAX);
			return false;
		}
		if (!read_arg(text, &at, &arg->text)) {
			err_set(err, "expected an argument, in quotes or bare");
			err->column = (unsigned)at + 1;
			return false;
		}
		skip_blanks(text, &at);
		if (at < text.n && text.p[at] == ',') {
			at++;
			skip_blanks(text, &at);
			if (at < text.n && text.p[at] != ')')
				continue;
		} else if (at < text.n && text.p[at] == ')') {
			continue;
		}
		err_set(err, "expected , and an argument, or )");
		err->column = (unsigned)at + 1;
		return false;
	}
	if (at + 1 == text.n)
		return true;
	err_set(
	    err, at >= text.n ? "the call has no closing )" : "something stands behind the call");
	err->column = (unsigned)at + 1;
	return false;
}

static bool
take_row(int row, struct eval_arg *arg, struct err *err)
{
	arg->number = row;
	if (row < 0)
		err_set(err, "the function knows no \"%.*s\"", SLICE_ARG(arg->text));
	return row >= 0;
}

/* A pattern argument may come without delimiters: then it gets some that cannot stand in it. */
static struct slice
arg_pattern(struct ruleset *ruleset, struct slice text)
{
	bool delimited = slice_starts(text, SLICE("/")) ||
			 (slice_starts(text, SLICE("m")) && text.n > 1 && !is_bare(text.p[1])) ||
			 (slice_starts(text, SLICE("qr")) && text.n > 2 && !is_bare(text.p[2]));

	return delimited ? text : arena_printf(ruleset->arena, "m\x01%.*s\x01", SLICE_ARG(text));
}

/* A list by its name, made ready for how the function looks in it. */
static bool
take_list(struct ruleset *ruleset, char kind, struct eval_arg *arg, struct err *err)
{
	/* where a layer below has it, making it ready copies it */
	if (kind == 'a')
		ruleset_addresses(ruleset, arg->text);
	else if (kind == 'u')
		ruleset_hosts(ruleset, arg->text);
	arg->list = ruleset_list_named(ruleset, arg->text);
	if (arg->list == NULL)
		err_set(err, "no list is named \"%.*s\"", SLICE_ARG(arg->text));
	return arg->list != NULL;
}

/* What an answer of a DNS list must be. */
static bool
take_filter(struct ruleset *ruleset, struct eval_arg *arg, struct err *err)
{
	struct dns_filter filter;

	if (!dns_filter_read_list(ruleset, arg->text, &filter, err))
		return false;
	arg->filter = dns_filter_keep(ruleset, &filter);
	return true;
}

/* Text as the signature's letter wants it. */
static bool
convert_arg(struct ruleset *ruleset, char kind, struct eval_arg *arg, struct err *err)
{
	arg->text = arena_copy(ruleset->arena, arg->text);
	switch (kind) {
	case 'n':
		if (slice_eq(arg->text, SLICE("undef"))) {
			arg->number = (double)NAN;
			return true;
		}
		if (eval_read_number(arg->text, &arg->number))
			return true;
		err_set(err, "\"%.*s\" is no number", SLICE_ARG(arg->text));
		return false;
	case 'h':
		return ruleset_selector(ruleset, arg->text, &arg->selector, err);
	case 'H':
		if (slice_ends(arg->text, SLICE(":raw")))
			return ruleset_selector(ruleset, arg->text, &arg->selector, err);
		return ruleset_selector(ruleset,
		    arena_printf(ruleset->arena, "%.*s:raw", SLICE_ARG(arg->text)), &arg->selector,
		    err);
	case 'd':
		return ruleset_selector(ruleset,
		    arena_printf(ruleset->arena, "%.*s:addr", SLICE_ARG(arg->text)), &arg->selector,
		    err);
	case 'r':
		arg->regex = ruleset_regex(ruleset, arg_pattern(ruleset, arg->text), err);
		return arg->regex != NULL;
	case 'b':
		arg->regex = ruleset_regex(ruleset,
		    arena_printf(ruleset->arena, "m\x01%.*s\x01", SLICE_ARG(arg->text)), err);
		return arg->regex != NULL;
	case 'F':
		return take_filter(ruleset, arg, err);
	case 'l':
	case 'a':
	case 'u':
		return take_list(ruleset, kind, arg, err);
	case 'm':
		return take_row(eval_mime_flag(arg->text), arg, err);
	case 'p':
		return take_row(eval_parse_flag(arg->text), arg, err);
	case 'f':
		return take_row(eval_html_fact(arg->text), arg, err);
	case 'w':
		return take_row(eval_auth_word(arg->text), arg, err);
	case 'k':
		return take_row(eval_policy_word(arg->text), arg, err);
	default:
		return true;
	}
}

/* The fewest and most arguments a signature takes. */
static void
signature_arity(const char *signature, size_t *least_r, size_t *most_r)
{
	size_t letters = 0;

	*least_r = EVAL_ARGS_MAX + 1;
	*most_r = 0;
	for (; *signature != '\0'; signature++) {
		if (*signature == '?')
			*least_r = letters;
		else if (*signature == '*')
			*most_r = EVAL_ARGS_MAX;
		else
			letters++;
	}
	if (*least_r > EVAL_ARGS_MAX)
		*least_r = letters;
	if (*most_r == 0)
		*most_r = letters;
}

static bool
convert_args(struct ruleset *ruleset, const struct eval_function *function, struct vec *args,
    struct err *err)
{
	const char *signature = function->signature;
	size_t least, most;
	char kind = 's';

	signature_arity(signature, &least, &most);
	if (args->n < least || args->n > most) {
		if (least == most)
			err_set(err, "%s() takes %zu arguments, not %zu", function->name, least,
			    args->n);
		else
			err_set(err, "%s() takes %zu to %zu arguments, not %zu", function->name,
			    least, most, args->n);
		return false;
	}
	for (size_t i = 0; i < args->n; i++) {
		while (*signature == '?')
			signature++;
		if (*signature != '\0' && *signature != '*')
			kind = *signature++;
		if (!convert_arg(ruleset, kind, vec_at(args, i), err))
			return false;
	}
	return true;
}

static void
prepare_family(struct ruleset *ruleset, const char *family)
{
	for (size_t i = 0; i < PREPARED_COUNT; i++) {
		if (ruleset->prepared[i] == NULL && strcmp(family, preparations[i].family) == 0)
			ruleset->prepared[i] = preparations[i].prepare(ruleset);
	}
}

bool
eval_compile(struct ruleset *ruleset, struct slice text, struct eval_call *call_r, struct err *err)
{
	struct vec args = VEC_OF(struct eval_arg, ruleset->arena);
	size_t open;
	struct slice name;

	text = slice_trim(text);
	open = slice_find_byte(text, 0, '(');
	name = slice_trim(slice_cut(text, 0, open));
	*call_r = (struct eval_call){ .function = eval_find(name) };
	if (open == text.n || text.n > EVAL_CALL_MAX) {
		err_set(err, "a function is called as name(argument, 'argument')");
		return false;
	}
	if (call_r->function == NULL) {
		err_set(err, "there is no function %.*s()", SLICE_ARG(slice_cut(name, 0, 100)));
		return false;
	}
	if (!read_args(text, open + 1, &args, err) ||
	    !convert_args(ruleset, call_r->function, &args, err) ||
	    !eval_pattern_prepare(ruleset, call_r->function->family, err))
		return false;
	call_r->args = args.p;
	call_r->arg_count = args.n;
	prepare_family(ruleset, call_r->function->family);
	return true;
}

struct slice
eval_field(struct views *views, enum fixed_field field)
{
	struct slice value;

	return views_field(views, field, &value) ? value : SLICE_ABSENT;
}

bool
eval_above(double value, const struct eval_arg *min, const struct eval_arg *max)
{
	return (isnan(min->number) || value > min->number) &&
	       (isnan(max->number) || value <= max->number);
}

bool
eval_within(double value, const struct eval_arg *min, const struct eval_arg *max)
{
	return (isnan(min->number) || value >= min->number) &&
	       (isnan(max->number) || value < max->number);
}

double
eval_number(const struct rule *rule, size_t i, double otherwise)
{
	if (i >= rule->call.arg_count || isnan(rule->call.args[i].number))
		return otherwise;
	return rule->call.args[i].number;
}
