/*
 * authres_write.c - what authentication found, as one Authentication-Results field
 *
 *	mx.example.org;
 *		spf=pass smtp.mailfrom=joe@example.net;
 *		spf=none smtp.helo=mail.example.net;
 *		dkim=pass header.d=example.net header.i=@example.net header.s=s1
 *		 header.a=rsa-sha256 header.b=AbCdEfGh;
 *		arc=none;
 *		dmarc=pass (p=reject dis=none) header.from=example.net policy.dmarc=none
 *
 * Values are tokens where they can be (RFC 2045, 5.1), addresses where their
 * local part is a dot-atom, and else quoted strings. Bytes that may not stand
 * there (controls, 8-bit) become "?", so no message can end the field or put a
 * result of its own into it.
 *
 * RFC 8601, 2.2, 2.3 and 2.7; RFC 8617, 10.2; RFC 7489, 11.1.
 */
#include "engine/auth/authres_write.h"

#include "engine/util/ascii.h"
#include "engine/util/buf.h"

/* Where a line is folded. */
#define LINE_COLUMNS 78
/* A fold's tab. */
#define FOLD_COLUMNS 8

/* The field as it grows; each piece is written whole on one line. */
struct writer {
	struct buf out;
	size_t column;
};

/* Adds a piece behind a blank or, where the line is full, behind a fold. */
static void
add_piece(struct writer *writer, struct slice piece)
{
	if (writer->column + 1 + piece.n > LINE_COLUMNS) {
		buf_add(&writer->out, SLICE("\n\t"));
		writer->column = FOLD_COLUMNS;
	} else {
		buf_add_byte(&writer->out, ' ');
		writer->column++;
	}
	buf_add(&writer->out, piece);
	writer->column += piece.n;
}

static bool
is_token_byte(char c)
{
	return ascii_is_print(c) && c != ' ' &&
	       slice_find_byte(SLICE("()<>@,;:\\\"/[]?="), 0, c) == 15;
}

static bool
is_host_byte(char c)
{
	return ascii_is_alnum(c) || c == '.' || c == '-' || c == '_';
}

static bool
is_atom_byte(char c)
{
	return ascii_is_alnum(c) || slice_find_byte(SLICE("!#$%&'*+-/=?^_`{|}~."), 0, c) < 20;
}

static bool
is_made_of(struct slice text, bool (*of)(char c))
{
	for (size_t i = 0; i < text.n; i++)
		if (!of(text.p[i]))
			return false;
	return text.n > 0;
}

/* "local@domain" or "@domain", which need no quotes (RFC 8601, 2.2: pvalue). */
static bool
is_address(struct slice text)
{
	size_t at = text.n;
	struct slice local;

	while (at > 0 && text.p[at - 1] != '@')
		at--;
	if (at == 0 || !is_made_of(slice_from(text, at), is_host_byte))
		return false;
	local = slice_cut(text, 0, at - 1);
	return local.n == 0 || (is_made_of(local, is_atom_byte) && local.p[0] != '.' &&
				   local.p[local.n - 1] != '.');
}

/* A quoted string of what may stand in one. */
static void
add_quoted(struct buf *out, struct slice text)
{
	buf_add_byte(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '"' || c == '\\')
			buf_add_byte(out, '\\');
		buf_add_byte(out, c == '\t' ? ' ' : ascii_is_print(c) ? c : '?');
	}
	buf_add_byte(out, '"');
}

static void
add_value(struct buf *out, struct slice text)
{
	text = slice_cut(text, 0, AUTHRES_VALUE_MAX);
	if (is_made_of(text, is_token_byte) || is_address(text))
		buf_add(out, text);
	else
		add_quoted(out, text);
}

/* "name=value"; nothing when the value is absent. */
static void
add_property(struct writer *writer, const char *name, struct slice value)
{
	struct buf piece = { .arena = writer->out.arena };

	if (value.p == NULL)
		return;
	buf_printf(&piece, "%s=", name);
	add_value(&piece, value);
	if (piece.failed)
		writer->out.failed = true;
	else
		add_piece(writer, buf_slice(&piece));
}

/* A line of its own: "; method=result". */
static void
begin_result(struct writer *writer, const char *method, enum auth_result result)
{
	size_t before;

	buf_add(&writer->out, SLICE(";\n\t"));
	before = writer->out.n;
	buf_printf(&writer->out, "%s=%s", method, auth_word(result));
	writer->column = FOLD_COLUMNS + writer->out.n - before;
}

/* Why it is no pass: always quoted, for a reason is no address. */
static void
add_reason(struct writer *writer, enum auth_result result, struct slice reason)
{
	struct buf piece = { .arena = writer->out.arena };

	if (result == AUTH_PASS || reason.n == 0)
		return;
	buf_add(&piece, SLICE("reason="));
	add_quoted(&piece, slice_cut(reason, 0, AUTHRES_VALUE_MAX));
	if (piece.failed)
		writer->out.failed = true;
	else
		add_piece(writer, buf_slice(&piece));
}

static void
add_sender(struct writer *writer, const struct auth_sender *sender, const char *property)
{
	begin_result(writer, "spf", sender->result);
	add_reason(writer, sender->result, sender->problem);
	add_property(writer, property, sender->identity);
}

/* So much of b= that no other signature's begins in the same way, if the whole does not. */
static struct slice
signature_mark(const struct authentication *found, size_t which)
{
	struct slice value = found->dkim[which].value;
	size_t n = AUTHRES_B_MIN;

	for (size_t i = 0; i < found->dkim_count && i < AUTHRES_SIGNATURES_MAX; i++) {
		struct slice other = found->dkim[i].value;

		while (i != which && n < value.n && n < AUTHRES_VALUE_MAX &&
		       slice_starts(other, slice_cut(value, 0, n)))
			n++;
	}
	return slice_cut(value, 0, n);
}

static void
add_signatures(struct writer *writer, const struct authentication *found)
{
	for (size_t i = 0; i < found->dkim_count && i < AUTHRES_SIGNATURES_MAX; i++) {
		const struct auth_signature *signature = &found->dkim[i];

		begin_result(writer, "dkim", signature->result);
		add_reason(writer, signature->result, signature->problem);
		add_property(writer, "header.d", signature->domain);
		add_property(writer, "header.i", signature->identity);
		add_property(writer, "header.s", signature->selector);
		add_property(writer, "header.a", signature->algorithm);
		add_property(writer, "header.b", signature_mark(found, i));
	}
	if (found->dkim_count == 0)
		begin_result(writer, "dkim", AUTH_NONE);
}

static void
add_arc(struct writer *writer, const struct authentication *found)
{
	struct buf comment = { .arena = writer->out.arena };

	begin_result(writer, "arc", found->arc);
	if (found->arc == AUTH_NONE || found->arc_sets == 0)
		return;
	buf_printf(&comment, "(i=%u)", found->arc_sets);
	add_piece(writer, buf_slice(&comment));
}

static void
add_dmarc(struct writer *writer, const struct authentication *found)
{
	struct buf comment = { .arena = writer->out.arena };

	begin_result(writer, "dmarc", found->dmarc);
	if (found->dmarc_domain.p != NULL) {
		buf_printf(&comment, "(p=%s dis=%s)", dmarc_policy_word(found->dmarc_policy),
		    dmarc_policy_word(found->dmarc_disposition));
		add_piece(writer, buf_slice(&comment));
	}
	add_reason(writer, found->dmarc, found->dmarc_reason);
	add_property(writer, "header.from", found->dmarc_from);
	if (found->dmarc_domain.p != NULL)
		add_property(
		    writer, "policy.dmarc", slice_of(dmarc_policy_word(found->dmarc_disposition)));
}

struct slice
authres_write(struct arena *arena, struct slice authserv_id, const struct authentication *found)
{
	struct writer writer = { .out = { .arena = arena } };

	add_value(&writer.out, authserv_id);
	if (!found->known) {
		buf_add(&writer.out, SLICE("; none"));
	} else {
		add_sender(&writer, &found->spf, "smtp.mailfrom");
		add_sender(&writer, &found->spf_helo, "smtp.helo");
		add_signatures(&writer, found);
		add_arc(&writer, found);
		add_dmarc(&writer, found);
	}
	return writer.out.failed ? SLICE_ABSENT : buf_slice(&writer.out);
}
