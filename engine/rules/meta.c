/*
 * meta.c - metas: a precedence-climbing parser that emits code for a stack machine
 *
 * Levels, from loose to tight (perlop): ?: | || | && | ^ | == != | < <= > >= |
 * + - | * / | ! and unary -. A binary operator of the same level binds to the
 * left; comparisons do not chain. The left side of && and || stays on the
 * stack when it decides, which is how Perl hands out values. ^ works on
 * unsigned integers, as Perl's does.
 *
 * Not here: names' existence, cycles and order, which are ruleset.c's.
 * Limits: META_DEPTH_MAX, META_STACK_MAX.
 */
#include "engine/rules/meta.h"

#include <stdint.h>

#include "engine/util/ascii.h"

/* Digits after the point beyond this are not read. */
#define FRACTION_MAX 1e15

enum op {
	OP_NUMBER,
	OP_RULE,
	OP_NOT,
	OP_MINUS,
	OP_JUMP,
	OP_JUMP_FALSE, /* takes the value */
	OP_AND, /* false: jumps; the value stays */
	OP_OR, /* true: jumps; the value stays */
	OP_AND_END, /* two values -> the one that decides */
	OP_OR_END,
	OP_XOR,
	OP_EQ,
	OP_NE,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,
	OP_ADD,
	OP_SUB,
	OP_MUL,
	OP_DIV,
};

struct meta_code {
	enum op op;
	size_t n; /* rule number, or where to jump */
	double number;
};

/* Binary operators by level; within a level longer signs first. */
enum level {
	LEVEL_OR,
	LEVEL_AND,
	LEVEL_XOR,
	LEVEL_EQUAL,
	LEVEL_ORDER,
	LEVEL_SUM,
	LEVEL_PRODUCT,
	LEVEL_COUNT,
};

static const struct {
	enum level level;
	const char *sign;
	enum op op;
} operators[] = {
	{ LEVEL_OR, "||", OP_OR },
	{ LEVEL_AND, "&&", OP_AND },
	{ LEVEL_XOR, "^", OP_XOR },
	{ LEVEL_EQUAL, "==", OP_EQ },
	{ LEVEL_EQUAL, "!=", OP_NE },
	{ LEVEL_ORDER, "<=", OP_LE },
	{ LEVEL_ORDER, ">=", OP_GE },
	{ LEVEL_ORDER, "<", OP_LT },
	{ LEVEL_ORDER, ">", OP_GT },
	{ LEVEL_SUM, "+", OP_ADD },
	{ LEVEL_SUM, "-", OP_SUB },
	{ LEVEL_PRODUCT, "*", OP_MUL },
	{ LEVEL_PRODUCT, "/", OP_DIV },
};

struct parser {
	struct slice text;
	size_t at;
	const struct meta_names *names;
	struct vec code;
	struct vec uses;
	unsigned depth;
	size_t stack; /* values on it where the code stands */
	struct err *err;
	bool failed;
};

static void parse_choice(struct parser *parser);

static void
fail(struct parser *parser, const char *text)
{
	if (parser->failed)
		return;
	parser->failed = true;
	err_set(parser->err, "%s", text);
	parser->err->column = (unsigned)parser->at + 1;
}

/* Adds code and returns its place. `pushed` is what it does to the stack. */
static size_t
emit(struct parser *parser, struct meta_code code, int pushed)
{
	struct meta_code *added = vec_push(&parser->code);

	*added = code;
	parser->stack += (size_t)pushed;
	if (parser->stack > META_STACK_MAX)
		fail(parser, "the expression is nested too deep");
	return parser->code.n - 1;
}

static void
land_here(struct parser *parser, size_t jump)
{
	((struct meta_code *)vec_at(&parser->code, jump))->n = parser->code.n;
}

static void
skip_blanks(struct parser *parser)
{
	while (parser->at < parser->text.n && ascii_is_space(parser->text.p[parser->at]))
		parser->at++;
}

static bool
take(struct parser *parser, const char *sign)
{
	struct slice s = slice_of(sign);

	skip_blanks(parser);
	if (parser->failed || !slice_starts(slice_from(parser->text, parser->at), s))
		return false;
	parser->at += s.n;
	return true;
}

static void
parse_number(struct parser *parser)
{
	double value = 0, unit = 1;

	for (; parser->at < parser->text.n && ascii_is_digit(parser->text.p[parser->at]);
	     parser->at++)
		value = value * 10 + (parser->text.p[parser->at] - '0');
	if (parser->at < parser->text.n && parser->text.p[parser->at] == '.') {
		for (parser->at++;
		     parser->at < parser->text.n && ascii_is_digit(parser->text.p[parser->at]);
		     parser->at++) {
			if (unit > FRACTION_MAX)
				continue;
			unit *= 10;
			value = value * 10 + (parser->text.p[parser->at] - '0');
		}
	}
	emit(parser, (struct meta_code){ .op = OP_NUMBER, .number = value / unit }, 1);
}

static void
emit_rule(struct parser *parser, size_t index)
{
	bool known = false;

	for (size_t i = 0; i < parser->uses.n && !known; i++)
		known = *(size_t *)vec_at(&parser->uses, i) == index;
	if (!known)
		*(size_t *)vec_push(&parser->uses) = index;
	emit(parser, (struct meta_code){ .op = OP_RULE, .n = index }, 1);
}

/* The sum of all rules that match the glob between the parentheses. */
static void
parse_matching(struct parser *parser)
{
	size_t start, end;
	struct vec indices = VEC_OF(size_t, parser->code.arena);

	skip_blanks(parser);
	start = parser->at;
	end = slice_find_byte(parser->text, start, ')');
	if (end == parser->text.n) {
		fail(parser, "rules_matching() has no closing )");
		return;
	}
	parser->names->matching(
	    parser->names->p, slice_trim(slice_cut(parser->text, start, end)), &indices);
	parser->at = end + 1;
	emit(parser, (struct meta_code){ .op = OP_NUMBER }, 1);
	for (size_t i = 0; i < indices.n; i++) {
		emit_rule(parser, *(size_t *)vec_at(&indices, i));
		emit(parser, (struct meta_code){ .op = OP_ADD }, -1);
	}
}

static void
parse_name(struct parser *parser)
{
	size_t start = parser->at, index;
	struct slice name;

	while (parser->at < parser->text.n && ascii_is_word(parser->text.p[parser->at]))
		parser->at++;
	name = slice_cut(parser->text, start, parser->at);
	if (slice_eq(name, SLICE("rules_matching")) && take(parser, "("))
		parse_matching(parser);
	else if (parser->names->find(parser->names->p, name, &index))
		emit_rule(parser, index);
	else
		emit(parser, (struct meta_code){ .op = OP_NUMBER }, 1);
}

/* A number, a name, or something in parentheses or behind a sign. */
static void
parse_operand(struct parser *parser)
{
	char c;

	if (++parser->depth > META_DEPTH_MAX)
		fail(parser, "the expression is nested too deep");
	skip_blanks(parser);
	if (parser->failed)
		return;
	c = parser->at < parser->text.n ? parser->text.p[parser->at] : '\0';
	if (ascii_is_digit(c) || (c == '.' && parser->at + 1 < parser->text.n &&
				     ascii_is_digit(parser->text.p[parser->at + 1]))) {
		parse_number(parser);
	} else if (ascii_is_word(c)) {
		parse_name(parser);
	} else if (take(parser, "(")) {
		parse_choice(parser);
		if (!take(parser, ")"))
			fail(parser, "expected )");
	} else if (take(parser, "!")) {
		parse_operand(parser);
		emit(parser, (struct meta_code){ .op = OP_NOT }, 0);
	} else if (take(parser, "-")) {
		parse_operand(parser);
		emit(parser, (struct meta_code){ .op = OP_MINUS }, 0);
	} else if (take(parser, "+")) {
		parse_operand(parser);
	} else {
		fail(parser, "expected a rule's name, a number or (");
	}
	parser->depth--;
}

/* The row of the operator of that level that stands next, taken; or -1. */
static int
take_operator(struct parser *parser, enum level level)
{
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		if (operators[i].level == level && take(parser, operators[i].sign))
			return (int)i;
	}
	return -1;
}

static void
parse_level(struct parser *parser, enum level level)
{
	bool chained = false;
	int row;

	if (level == LEVEL_COUNT) {
		parse_operand(parser);
		return;
	}
	parse_level(parser, level + 1);
	while ((row = take_operator(parser, level)) >= 0) {
		enum op op = operators[row].op;
		size_t jump = 0;

		if (chained && (level == LEVEL_EQUAL || level == LEVEL_ORDER))
			fail(parser, "comparisons do not chain: join them by &&");
		chained = true;
		if (level <= LEVEL_AND)
			jump = emit(parser, (struct meta_code){ .op = op }, 0);
		parse_level(parser, level + 1);
		if (level == LEVEL_OR)
			op = OP_OR_END;
		else if (level == LEVEL_AND)
			op = OP_AND_END;
		emit(parser, (struct meta_code){ .op = op }, -1);
		if (level <= LEVEL_AND)
			land_here(parser, jump);
	}
}

/* A ? B : C, which binds to the right. */
static void
parse_choice(struct parser *parser)
{
	size_t otherwise, end;

	if (++parser->depth > META_DEPTH_MAX)
		fail(parser, "the expression is nested too deep");
	if (parser->failed)
		return;
	parse_level(parser, LEVEL_OR);
	if (take(parser, "?")) {
		otherwise = emit(parser, (struct meta_code){ .op = OP_JUMP_FALSE }, -1);
		parse_choice(parser);
		if (!take(parser, ":"))
			fail(parser, "expected : after ?");
		end = emit(parser, (struct meta_code){ .op = OP_JUMP }, -1);
		land_here(parser, otherwise);
		parse_choice(parser);
		land_here(parser, end);
	}
	parser->depth--;
}

bool
meta_compile(struct arena *arena, struct slice text, const struct meta_names *names,
    struct meta *meta_r, struct err *err)
{
	struct parser parser = {
		.text = text,
		.names = names,
		.code = VEC_OF(struct meta_code, arena),
		.uses = VEC_OF(size_t, arena),
		.err = err,
	};

	parse_choice(&parser);
	skip_blanks(&parser);
	if (parser.at < text.n)
		fail(
		    &parser, "expected an operator: there are ? : || && ^ == != < <= > >= + - * /");
	if (parser.failed)
		return false;
	*meta_r = (struct meta){ parser.code.p, parser.code.n, parser.uses.p, parser.uses.n };
	return true;
}

/* A double as Perl's ^ takes it: truncated, negative ones modulo 2^64. */
static uint64_t
to_unsigned(double value)
{
	if (value >= 18446744073709551615.0)
		return UINT64_MAX;
	if (value <= -9223372036854775808.0)
		return UINT64_C(1) << 63;
	return value < 0 ? (uint64_t)(int64_t)value : (uint64_t)value;
}

/* A binary operator without a jump. False: division by zero. */
static bool
apply(enum op op, double a, double b, double *value_r)
{
	switch (op) {
	case OP_XOR:
		*value_r = (double)(to_unsigned(a) ^ to_unsigned(b));
		return true;
	case OP_EQ:
		*value_r = a == b;
		return true;
	case OP_NE:
		*value_r = a != b;
		return true;
	case OP_LT:
		*value_r = a < b;
		return true;
	case OP_LE:
		*value_r = a <= b;
		return true;
	case OP_GT:
		*value_r = a > b;
		return true;
	case OP_GE:
		*value_r = a >= b;
		return true;
	case OP_ADD:
		*value_r = a + b;
		return true;
	case OP_SUB:
		*value_r = a - b;
		return true;
	case OP_MUL:
		*value_r = a * b;
		return true;
	case OP_DIV:
		*value_r = b != 0 ? a / b : 0;
		return b != 0;
	case OP_NUMBER:
	case OP_RULE:
	case OP_NOT:
	case OP_MINUS:
	case OP_JUMP:
	case OP_JUMP_FALSE:
	case OP_AND:
	case OP_OR:
	case OP_AND_END:
	case OP_OR_END:
		break;
	}
	return false;
}

/* a && b, or a || b, when a alone did not decide: b, unless a is unknown and b leaves it open. */
static double
join(enum op op, double a, double b)
{
	bool decides = !isnan(b) && (b != 0) == (op == OP_OR_END);

	return isnan(a) && !decides ? META_UNKNOWN : b;
}

/* A binary operator: unknown if either side is. False: division by zero. */
static bool
combine(enum op op, double a, double b, double *value_r)
{
	if (op == OP_AND_END || op == OP_OR_END)
		*value_r = join(op, a, b);
	else if (isnan(a) || isnan(b))
		*value_r = META_UNKNOWN;
	else
		return apply(op, a, b, value_r);
	return true;
}

bool
meta_value(const struct meta *meta, const double *values, double unknown, double *value_r)
{
	double stack[META_STACK_MAX + 1];
	size_t top = 0; /* values on the stack */

	*value_r = 0;
	for (size_t at = 0; at < meta->code_count; at++) {
		const struct meta_code *code = &meta->code[at];

		switch (code->op) {
		case OP_NUMBER:
			stack[top++] = code->number;
			break;
		case OP_RULE:
			stack[top] = values == NULL ? 0 : values[code->n];
			if (isnan(stack[top]))
				stack[top] = unknown;
			top++;
			break;
		case OP_NOT:
			if (!isnan(stack[top - 1]))
				stack[top - 1] = stack[top - 1] == 0;
			break;
		case OP_MINUS:
			stack[top - 1] = -stack[top - 1];
			break;
		case OP_JUMP:
			at = code->n - 1;
			break;
		case OP_JUMP_FALSE:
			if (isnan(stack[top - 1])) /* the whole choice is unknown: to its end */
				at = meta->code[code->n - 1].n - 1;
			else if (stack[--top] == 0)
				at = code->n - 1;
			break;
		case OP_AND:
		case OP_OR:
			if (!isnan(stack[top - 1]) && (stack[top - 1] != 0) == (code->op == OP_OR))
				at = code->n - 1;
			break;
		default:
			top--;
			if (!combine(code->op, stack[top - 1], stack[top], &stack[top - 1]))
				return false;
			break;
		}
	}
	*value_r = stack[0];
	return true;
}
