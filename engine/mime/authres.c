/*
 * authres.c - the grammar of Authentication-Results, as SpamAssassin 4.0.1's AuthRes reads it
 *
 * Methods, their results and their properties are those of IANA's registry
 * and a few that are common; one that is not known spoils the field. Odd, and
 * kept: where a value should stand and no quote begins, the next text that can
 * be one is taken, whatever stands before it; of two comments in a row the
 * second spoils the field; results must be lower case.
 *
 * RFC 8601, 2.2; RFC 8617, 4.1.1. Linear in the value.
 */
#include "engine/mime/authres.h"

#include <stddef.h>

#include "engine/util/ascii.h"

#define ARC_INSTANCE_MAX 50

struct method {
	const char *name;
	const char *results;
	const char *properties;
};

/* Words apart by one blank, each ending in a blank; "header.*": any property of that type. */
static const struct method methods[] = {
	{ "arc", "fail none pass ", "smtp.remote-ip header.oldest-pass arc.chain " },
	{ "auth", "fail none pass permerror temperror ", "smtp.auth smtp.mailfrom " },
	{ "dkim", "fail neutral none pass permerror policy temperror ",
	    "header.d header.i header.b header.a header.s " },
	{ "dkim-adsp", "discard fail none nxdomain pass permerror temperror unknown ",
	    "header.from " },
	{ "dkim-atps", "fail none pass permerror temperror neutral ", "header.from " },
	{ "dmarc", "bestguesspass fail none pass permerror temperror ",
	    "header.from policy.dmarc " },
	{ "dnswl", "none pass permerror temperror ", "dns.zone dns.sec policy.ip policy.txt " },
	{ "domainkeys", "fail neutral none permerror policy pass temperror ",
	    "header.d header.from header.sender " },
	{ "iprev", "fail pass permerror temperror ", "policy.iprev " },
	{ "rrvs", "fail none pass permerror temperror unknown ", "smtp.rcptto " },
	{ "sender-id", "fail hardfail neutral none pass permerror policy softfail temperror ",
	    "header.* " },
	{ "smime", "fail neutral none pass permerror policy temperror ",
	    "body.smime-part body.smime-identifer body.smime-serial body.smime-issuer " },
	{ "spf", "fail hardfail neutral none pass permerror policy softfail temperror ",
	    "smtp.mailfrom smtp.mfrom smtp.helo smtp.rcpttodomain " },
	{ "vbr", "fail none pass permerror temperror ", "header.md header.mv " },
};

struct cursor {
	struct slice text;
	size_t at;
	bool failed; /* from here on nothing is read */
};

static char
here(const struct cursor *cursor)
{
	return cursor->at < cursor->text.n ? cursor->text.p[cursor->at] : '\0';
}

static bool
at_end(const struct cursor *cursor)
{
	return cursor->failed || cursor->at >= cursor->text.n;
}

static bool
take(struct cursor *cursor, char c)
{
	if (at_end(cursor) || here(cursor) != c)
		return false;
	cursor->at++;
	return true;
}

static void
expect(struct cursor *cursor, char c)
{
	if (!take(cursor, c))
		cursor->failed = true;
}

static bool
is_name(char c)
{
	return ascii_is_word(c) || c == '-';
}

static bool
is_token(char c)
{
	return !ascii_is_high(c) && (unsigned char)c > ' ' &&
	       slice_find_byte(SLICE("()<>@,;:/[]?=\""), 0, c) == 14;
}

static bool
is_atom(char c)
{
	return ascii_is_alnum(c) || slice_find_byte(SLICE("@!#$%&\\'*+-/=?^_`{|}~"), 0, c) < 21;
}

/* The longest run of such characters; empty, and failed, when there is none. */
static struct slice
take_run(struct cursor *cursor, bool (*belongs)(char c))
{
	size_t start = cursor->at;

	while (!at_end(cursor) && belongs(here(cursor)))
		cursor->at++;
	if (cursor->at == start)
		cursor->failed = true;
	return slice_cut(cursor->text, start, cursor->at);
}

static void
skip_blanks(struct cursor *cursor)
{
	while (!at_end(cursor) && ascii_is_space(here(cursor)))
		cursor->at++;
}

/* Blanks, one comment with those inside it, and blanks again. */
static void
skip_comment(struct cursor *cursor)
{
	size_t depth = 0;

	skip_blanks(cursor);
	if (at_end(cursor) || here(cursor) != '(')
		return;
	do {
		char c = here(cursor);

		if (at_end(cursor)) {
			cursor->failed = true;
			return;
		}
		depth += c == '(';
		depth -= c == ')';
		cursor->at++;
	} while (depth > 0);
	skip_blanks(cursor);
}

static void
expect_mark(struct cursor *cursor, char c)
{
	expect(cursor, c);
	skip_comment(cursor);
}

/* A word that stands here in any case, with no letter, digit or _ behind it. */
static bool
take_word(struct cursor *cursor, struct slice word)
{
	size_t end = cursor->at + word.n;

	if (cursor->failed || !slice_istarts(slice_from(cursor->text, cursor->at), word) ||
	    (end < cursor->text.n && ascii_is_word(cursor->text.p[end])))
		return false;
	cursor->at = end;
	return true;
}

/* A quoted string, whose end quote may be missing. */
static bool
take_quoted(struct cursor *cursor)
{
	if (!take(cursor, '"'))
		return false;
	while (!at_end(cursor) && here(cursor) != '"') {
		if (here(cursor) == '\\') {
			if (cursor->at + 1 == cursor->text.n)
				return true;
			cursor->at++;
		}
		cursor->at++;
	}
	take(cursor, '"');
	return true;
}

/* The reason or action: a quoted string that stands here, or the next token. */
static void
take_remark(struct cursor *cursor)
{
	if (take_quoted(cursor))
		return;
	while (!at_end(cursor) && !is_token(here(cursor)))
		cursor->at++;
	take_run(cursor, is_token);
}

/* Whether a value may end there. */
static bool
ends_value(struct slice text, size_t at)
{
	return at >= text.n || text.p[at] == ';' || ascii_is_space(text.p[at]);
}

/* The end of the atoms with single dots between them that begin at `at`. */
static size_t
atoms_end(struct slice text, size_t at)
{
	for (;;) {
		while (at < text.n && is_atom(text.p[at]))
			at++;
		if (at + 1 >= text.n || text.p[at] != '.' || !is_atom(text.p[at + 1]))
			return at;
		at++;
	}
}

/* A property's value: a quoted string that stands here, or the next text that ends well. */
static void
take_value(struct cursor *cursor)
{
	struct slice text = cursor->text;
	size_t atoms = 0, token = 0;

	if (take_quoted(cursor))
		return;
	for (size_t at = cursor->at; !cursor->failed && at < text.n; at++) {
		bool atom_here = is_atom(text.p[at]), token_here = is_token(text.p[at]);

		/* ends found once hold for all places before them */
		if (atom_here && at >= atoms)
			atoms = atoms_end(text, at);
		for (token = token < at ? at : token; token < text.n && is_token(text.p[token]);)
			token++;
		if ((atom_here && ends_value(text, atoms)) ||
		    (token_here && ends_value(text, token))) {
			cursor->at = atom_here && ends_value(text, atoms) ? atoms : token;
			return;
		}
	}
	cursor->failed = true;
}

/* Whether `word`, any case if `folded`, is one of the words. */
static bool
is_listed(const char *words, struct slice word, bool folded)
{
	struct slice rest = slice_of(words);

	while (rest.n > 0) {
		size_t end = slice_find_byte(rest, 0, ' ');
		struct slice one = slice_cut(rest, 0, end);

		if (folded ? slice_ieq(one, word) : slice_eq(one, word))
			return true;
		rest = slice_from(rest, end + 1);
	}
	return false;
}

/* Whether the method has such a property. */
static bool
has_property(const struct method *method, struct slice type, struct slice property)
{
	struct slice rest = slice_of(method->properties);

	while (rest.n > 0) {
		size_t end = slice_find_byte(rest, 0, ' ');
		size_t dot = slice_find_byte(rest, 0, '.');
		struct slice name = slice_cut(rest, dot + 1, end);

		if (slice_ieq(slice_cut(rest, 0, dot), type) &&
		    (slice_ieq(name, property) || slice_eq(name, SLICE("*"))))
			return true;
		rest = slice_from(rest, end + 1);
	}
	return false;
}

/* "type.property=value" until a semicolon or the end. */
static void
skip_properties(struct cursor *cursor, const struct method *method)
{
	while (!at_end(cursor)) {
		struct slice type, property;

		if (take(cursor, ';')) {
			skip_comment(cursor);
			return;
		}
		type = take_run(cursor, is_name);
		skip_comment(cursor);
		expect_mark(cursor, '.');
		property = take_run(cursor, is_name);
		if (!has_property(method, type, property))
			cursor->failed = true;
		skip_comment(cursor);
		expect_mark(cursor, '=');
		take_value(cursor);
		skip_comment(cursor);
	}
}

static const struct method *
take_method(struct cursor *cursor)
{
	struct slice name = take_run(cursor, is_name);

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (slice_ieq(name, slice_of(methods[i].name)))
			return &methods[i];
	}
	cursor->failed = true;
	return NULL;
}

static void
skip_remark(struct cursor *cursor, struct slice word)
{
	if (!take_word(cursor, word))
		return;
	skip_comment(cursor);
	expect_mark(cursor, '=');
	take_remark(cursor);
	skip_comment(cursor);
}

/* One method, its result, and what explains it. */
static void
take_result(struct cursor *cursor, struct vec *results)
{
	const struct method *method = take_method(cursor);
	struct authres_result *result;
	struct slice word;

	skip_comment(cursor);
	if (take(cursor, '/')) {
		skip_comment(cursor);
		take_run(cursor, ascii_is_digit);
		skip_comment(cursor);
	}
	expect_mark(cursor, '=');
	word = take_run(cursor, ascii_is_word);
	if (method == NULL || !is_listed(method->results, word, false)) {
		cursor->failed = true;
		return;
	}
	skip_comment(cursor);
	skip_remark(cursor, SLICE("reason"));
	skip_remark(cursor, SLICE("action"));
	skip_properties(cursor, method);
	result = vec_push(results);
	if (result == NULL)
		cursor->failed = true;
	else
		*result = (struct authres_result){ slice_of(method->name), word };
}

/* "i=1;" */
static void
skip_instance(struct cursor *cursor)
{
	struct slice digits;
	unsigned instance = 0;

	if (!take_word(cursor, SLICE("i")) || cursor->text.p[cursor->at - 1] != 'i')
		cursor->failed = true;
	skip_comment(cursor);
	expect_mark(cursor, '=');
	digits = take_run(cursor, ascii_is_digit);
	for (size_t i = 0; i < digits.n && instance <= ARC_INSTANCE_MAX; i++)
		instance = instance * 10 + (unsigned)(digits.p[i] - '0');
	if (instance < 1 || instance > ARC_INSTANCE_MAX)
		cursor->failed = true;
	skip_comment(cursor);
	expect_mark(cursor, ';');
}

/* The name of the server once more, in lower case, before a method: some write it. */
static void
skip_again(struct cursor *cursor, struct slice authserv)
{
	size_t at = cursor->at;

	for (size_t i = 0; i < authserv.n; i++) {
		if (at + i >= cursor->text.n ||
		    cursor->text.p[at + i] != ascii_lower(authserv.p[i]))
			return;
	}
	for (at += authserv.n; at < cursor->text.n && ascii_is_space(cursor->text.p[at]);)
		at++;
	if (at == cursor->text.n || cursor->text.p[at] != ';')
		return;
	cursor->at = at + 1;
	skip_comment(cursor);
}

bool
authres_parse(struct arena *arena, struct slice value, bool arc, struct authres *authres_r)
{
	struct cursor cursor = { .text = value };

	*authres_r = (struct authres){ .results = VEC_OF(struct authres_result, arena) };
	if (arc)
		skip_instance(&cursor);
	authres_r->authserv = take_run(&cursor, is_token);
	if (here(&cursor) == '=')
		return false;
	skip_comment(&cursor);
	if (!at_end(&cursor) && ascii_is_digit(here(&cursor))) {
		take_run(&cursor, ascii_is_digit);
		skip_comment(&cursor);
	}
	expect_mark(&cursor, ';');
	while (!at_end(&cursor)) {
		skip_again(&cursor, authres_r->authserv);
		if (take_word(&cursor, SLICE("none")))
			return false;
		take_result(&cursor, &authres_r->results);
	}
	return !cursor.failed;
}
