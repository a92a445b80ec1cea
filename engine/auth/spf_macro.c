/*
 * spf_macro.c - macros in SPF records and explanations (RFC 7208, 7)
 *
 * One cursor takes the pieces of a macro-string off its front: a literal byte,
 * "%%", "%_", "%-", or "%{" letter digits "r" delimiters "}". Syntax checks
 * throw the pieces away; expansion writes what each stands for.
 *
 * A transformer needs no list of parts: the value is walked from the side that
 * is kept, and what has been counted off there is written, each part in place
 * or from the last to the first.
 *
 * Expansion writes into a buffer of fixed size on the stack, so that a hostile
 * record cannot fill the message's arena; a name that is too long keeps its
 * end (RFC 7208, 7.3), a text its beginning.
 */
#include "config.h"

#include "engine/auth/spf_macro.h"

#include <stdio.h>

#include "engine/net/dns.h"
#include "engine/util/ascii.h"

/* Of an expansion: a name of ours keeps the last 253 bytes, and drops what is before in steps. */
#define OUT_SIZE 4096

/* The longest text of %{i}: 32 nibbles with dots between. */
#define NIBBLES_SIZE 64

struct piece {
	bool expands; /* it began with '%' */
	char letter; /* of a macro, in lower case; 0: what it gives is `literal` */
	struct slice literal;
	bool escaped; /* the letter was a capital: URL-escape */
	bool reversed;
	size_t parts; /* that are kept, from the right; 0: all */
	struct slice delimiters;
};

struct out {
	char p[OUT_SIZE];
	size_t n;
	bool keep_end; /* a name: drop from the front when full; else from the end */
};

static bool
is_delimiter(char c)
{
	return c == '.' || c == '-' || c == '+' || c == ',' || c == '/' || c == '_' || c == '=';
}

static bool
is_letter(char c, bool in_text)
{
	return c != '\0' && strchr(in_text ? "slodiphvcrt" : "slodiphv", c) != NULL;
}

/* Digits of a transformer: how many parts; 0 of them is no number to keep (7.3). */
static bool
take_parts(struct slice *s, size_t *parts_r)
{
	bool any = false;

	*parts_r = 0;
	for (; s->n > 0 && ascii_is_digit(s->p[0]); *s = slice_from(*s, 1)) {
		any = true;
		if (*parts_r < SPF_MACRO_SPEC_MAX)
			*parts_r = *parts_r * 10 + (size_t)(s->p[0] - '0');
	}
	return !any || *parts_r > 0;
}

/* What stands behind "%{", "}" included. */
static bool
take_macro(struct slice *s, bool in_text, struct piece *piece)
{
	size_t n = 0;

	if (s->n == 0 || !is_letter(ascii_lower(s->p[0]), in_text))
		return false;
	piece->letter = ascii_lower(s->p[0]);
	piece->escaped = ascii_is_upper(s->p[0]);
	*s = slice_from(*s, 1);
	if (!take_parts(s, &piece->parts))
		return false;
	if (s->n > 0 && ascii_lower(s->p[0]) == 'r') {
		piece->reversed = true;
		*s = slice_from(*s, 1);
	}
	while (n < s->n && is_delimiter(s->p[n]))
		n++;
	piece->delimiters = slice_cut(*s, 0, n);
	if (n == s->n || s->p[n] != '}')
		return false;
	*s = slice_from(*s, n + 1);
	return true;
}

/* The next piece of a string that is not empty; false when it is none. */
static bool
take_piece(struct slice *s, bool in_text, struct piece *piece)
{
	char c = s->p[0], next = s->n > 1 ? s->p[1] : '\0';

	*piece = (struct piece){ .expands = c == '%', .literal = slice_cut(*s, 0, 1) };
	if (!piece->expands) {
		*s = slice_from(*s, 1);
		return (c > ' ' && c <= '~') || (in_text && c == ' ');
	}
	*s = slice_from(*s, 2);
	if (next == '_')
		piece->literal = SLICE(" ");
	else if (next == '-')
		piece->literal = SLICE("%20");
	return next == '%' || next == '_' || next == '-' ||
	       (next == '{' && take_macro(s, in_text, piece));
}

static bool
is_string(struct slice text, bool in_text)
{
	struct piece piece;

	while (text.n > 0)
		if (!take_piece(&text, in_text, &piece))
			return false;
	return true;
}

bool
spf_macro_is_string(struct slice text)
{
	return is_string(text, false);
}

/* Letters, digits and inner hyphens, and not digits alone (toplabel of RFC 7208, 7.1). */
static bool
is_top_label(struct slice label)
{
	bool other = false;

	if (label.n == 0 || label.p[0] == '-' || label.p[label.n - 1] == '-')
		return false;
	for (size_t i = 0; i < label.n; i++) {
		if (!ascii_is_alnum(label.p[i]) && label.p[i] != '-')
			return false;
		other = other || !ascii_is_digit(label.p[i]);
	}
	return other;
}

bool
spf_macro_is_domain_spec(struct slice spec)
{
	struct slice rest = spec;
	struct piece piece;
	bool macro_last = false;
	size_t label = 0; /* where what is behind the last dot begins */

	if (spec.n > SPF_MACRO_SPEC_MAX)
		return false;
	if (slice_ends(spec, SLICE(".")))
		spec = slice_cut(spec, 0, spec.n - 1);
	while (rest.n > 0) {
		if (!take_piece(&rest, false, &piece))
			return false;
		macro_last = piece.expands;
	}
	if (macro_last)
		return true;
	for (size_t i = spec.n; i > 0 && label == 0; i--)
		if (spec.p[i - 1] == '.')
			label = i;
	return label > 0 && is_top_label(slice_from(spec, label));
}

bool
spf_macro_has_validated(struct slice text)
{
	struct piece piece;

	while (text.n > 0 && take_piece(&text, true, &piece))
		if (piece.letter == 'p')
			return true;
	return false;
}

static void
out_byte(struct out *out, char c)
{
	if (out->n == sizeof(out->p)) {
		if (!out->keep_end)
			return;
		/* One byte more than a name has, so that its cut shows. */
		out->n = DNS_NAME_MAX + 2;
		memmove(out->p, out->p + sizeof(out->p) - out->n, out->n);
	}
	out->p[out->n++] = c;
}

/* A byte of a macro's value: URL-escaped unless it is unreserved (RFC 3986, 2.3). */
static void
out_value_byte(struct out *out, char c, bool escaped)
{
	static const char digits[] = "0123456789ABCDEF";

	if (!escaped || ascii_is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
		out_byte(out, c);
		return;
	}
	out_byte(out, '%');
	out_byte(out, digits[(unsigned char)c >> 4]);
	out_byte(out, digits[(unsigned char)c & 15]);
}

static bool
splits(const struct piece *piece, char c)
{
	return piece->delimiters.n == 0
		   ? c == '.'
		   : slice_find_byte(piece->delimiters, 0, c) < piece->delimiters.n;
}

static void
out_part(struct out *out, const struct piece *piece, struct slice part)
{
	for (size_t i = 0; i < part.n; i++)
		out_value_byte(out, part.p[i], piece->escaped);
}

/* The parts in their order, of which the last ones are kept. */
static void
out_forward(struct out *out, const struct piece *piece, struct slice value)
{
	size_t from = value.n, left = piece->parts;

	for (; from > 0; from--)
		if (left > 0 && splits(piece, value.p[from - 1]) && --left == 0)
			break;
	for (size_t i = from; i < value.n; i++)
		out_value_byte(out, splits(piece, value.p[i]) ? '.' : value.p[i], piece->escaped);
}

/* The parts from the last to the first: of those the last that are kept are the first here. */
static void
out_reversed(struct out *out, const struct piece *piece, struct slice value)
{
	size_t end, left = piece->parts;

	for (end = 0; end < value.n; end++)
		if (left > 0 && splits(piece, value.p[end]) && --left == 0)
			break;
	value.n = end;
	for (size_t i = value.n; i-- > 0;)
		if (splits(piece, value.p[i])) {
			out_part(out, piece, slice_cut(value, i + 1, end));
			out_byte(out, '.');
			end = i;
		}
	out_part(out, piece, slice_cut(value, 0, end));
}

/* %{i}: a dotted quad, or nibbles with dots between (7.3). */
static struct slice
dotted_client(const struct ip *client, char text[NIBBLES_SIZE])
{
	const unsigned char *v = client->v;
	size_t n = 0;

	if (ip_is_v4(client)) {
		n = (size_t)snprintf(text, NIBBLES_SIZE, "%u.%u.%u.%u", v[12], v[13], v[14], v[15]);
		return (struct slice){ text, n };
	}
	for (size_t i = 0; i < sizeof(client->v); i++) {
		text[n++] = "0123456789abcdef"[v[i] >> 4];
		text[n++] = '.';
		text[n++] = "0123456789abcdef"[v[i] & 15];
		text[n++] = '.';
	}
	return (struct slice){ text, n - 1 };
}

static void
out_macro(struct out *out, struct arena *arena, const struct piece *piece,
    const struct spf_macro_values *values)
{
	char text[NIBBLES_SIZE];
	struct slice value = SLICE_ABSENT;

	switch (piece->letter) {
	case 's':
		value = values->sender;
		break;
	case 'l':
		value = values->local;
		break;
	case 'o':
		value = values->sender_domain;
		break;
	case 'd':
		value = values->domain;
		break;
	case 'i':
		value = dotted_client(&values->client, text);
		break;
	case 'p':
		value = values->validated;
		break;
	case 'h':
		value = values->helo;
		break;
	case 'v':
		value = ip_is_v4(&values->client) ? SLICE("in-addr") : SLICE("ip6");
		break;
	case 'c':
		value = ip_text(arena, &values->client);
		break;
	case 'r':
		value = values->receiver.n > 0 ? values->receiver : SLICE("unknown");
		break;
	case 't':
		value.p = text;
		value.n = (size_t)snprintf(
		    text, sizeof(text), "%llu", (unsigned long long)values->now);
		break;
	}
	if (piece->reversed)
		out_reversed(out, piece, value);
	else
		out_forward(out, piece, value);
}

static bool
expand(struct out *out, struct arena *arena, struct slice text, bool in_text,
    const struct spf_macro_values *values)
{
	struct piece piece;

	while (text.n > 0) {
		if (!take_piece(&text, in_text, &piece))
			return false;
		if (piece.letter != 0)
			out_macro(out, arena, &piece, values);
		else
			for (size_t i = 0; i < piece.literal.n; i++)
				out_byte(out, piece.literal.p[i]);
	}
	return true;
}

struct slice
spf_macro_domain(struct arena *arena, struct slice spec, const struct spf_macro_values *values)
{
	struct out out;
	struct slice name;

	out.n = 0;
	out.keep_end = true;
	if (!expand(&out, arena, spec, false, values))
		return SLICE_ABSENT;
	name = (struct slice){ out.p, out.n };
	if (slice_ends(name, SLICE(".")))
		name.n--;
	while (name.n > DNS_NAME_MAX)
		name = slice_from(name, slice_find_byte(name, 0, '.') + 1);
	return arena_copy(arena, name);
}

struct slice
spf_macro_text(struct arena *arena, struct slice text, const struct spf_macro_values *values)
{
	struct out out;

	out.n = 0;
	out.keep_end = false;
	if (!is_string(text, true) || !expand(&out, arena, text, true, values))
		return SLICE_ABSENT;
	for (size_t i = 0; i < out.n; i++)
		if (!ascii_is_print(out.p[i]))
			out.p[i] = '?';
	return arena_copy(arena, slice_cut((struct slice){ out.p, out.n }, 0, SPF_MACRO_TEXT_MAX));
}
