/*
 * eval_mime.c - eval functions over parts, their types and encodings
 *
 * Source: SpamAssassin 4.0.1's MIMEEval, by how it behaves. check_for_mime's
 * flags stand in a table; a flag counts the parts that have it.
 *
 * Limit: nothing of a part is decoded here but text that body reads anyway.
 */
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/util/ascii.h"

/* Lines of quoted-printable longer than this come from no mail program (RFC 2045, 6.7: 76). */
#define QP_LINE_MAX 79

static bool
is_leaf(const struct part *part)
{
	return part->child == NULL && !slice_eq(part->type.type, SLICE("multipart"));
}

static bool
is_type(const struct part *part, struct slice full)
{
	return slice_eq(part->type.full, full);
}

static bool
is_attachment(const struct part *part)
{
	return slice_istarts(part->disposition, SLICE("attachment"));
}

static bool
charset_ascii(struct slice charset)
{
	return charset.n == 0 || slice_ieq(charset, SLICE("us-ascii")) ||
	       slice_ieq(charset, SLICE("ansi_x3.4-1968")) || slice_ieq(charset, SLICE("ascii"));
}

static bool
flag_attachment(const struct part *part)
{
	return is_attachment(part);
}

/* iso-ANYTHING-ANYTHING that is none of the 8859 and 2022 families. */
static bool
flag_bad_iso_charset(const struct part *part)
{
	struct slice charset = part->type.charset, tail;

	if (!slice_istarts(charset, SLICE("iso-")))
		return false;
	tail = slice_from(charset, 4);
	if (slice_find_byte(tail, 0, '-') == tail.n || slice_istarts(tail, SLICE("2022-")))
		return false;
	if (!slice_starts(tail, SLICE("8859-")))
		return true;
	tail = slice_from(tail, 5);
	tail = slice_cut(tail, 0, slice_find_byte(tail, 0, '-'));
	return tail.n == 0 || tail.n > 2 || !ascii_is_digit(tail.p[0]) ||
	       !ascii_is_digit(tail.p[tail.n - 1]);
}

static bool
flag_base64(const struct part *part)
{
	return is_leaf(part) && part->encoding == ENCODING_BASE64;
}

static bool
flag_base64_text(const struct part *part)
{
	return flag_base64(part) && slice_eq(part->type.type, SLICE("text")) &&
	       charset_ascii(part->type.charset) && !is_attachment(part);
}

/* A blank line inside base64, as programs that paste it leave them. */
static bool
flag_base64_blanks(const struct part *part)
{
	struct slice body = slice_trim(part->body);

	return flag_base64(part) && slice_find(body, 0, SLICE("\n\n")) < body.n;
}

static bool
flag_base64_illegal(const struct part *part)
{
	for (size_t i = 0; flag_base64(part) && i < part->body.n; i++) {
		char c = part->body.p[i];

		if (!ascii_is_alnum(c) && !ascii_is_space(c) && c != '+' && c != '/' && c != '=')
			return true;
	}
	return false;
}

static bool
is_qp(const struct part *part)
{
	return is_leaf(part) && part->encoding == ENCODING_QUOTED_PRINTABLE;
}

/* "=41": a visible character other than "=" that needed no encoding. */
static bool
flag_qp(const struct part *part)
{
	struct slice body = part->body;

	for (size_t at = 0; is_qp(part) && (at = slice_find_byte(body, at, '=')) + 2 < body.n;
	     at++) {
		int high = ascii_is_lower(body.p[at + 1]) ? -1 : ascii_hex(body.p[at + 1]);
		int low = ascii_is_lower(body.p[at + 2]) ? -1 : ascii_hex(body.p[at + 2]);
		int code = high < 0 || low < 0 ? 0 : high * 16 + low;

		if (code > ' ' && code < 0x7f && code != '=')
			return true;
	}
	return false;
}

/* Line ends count, where there is one. */
static bool
flag_qp_long_line(const struct part *part)
{
	struct slice rest = part->body, line;

	while (is_qp(part) && slice_next_line(&rest, &line)) {
		bool ended = line.p + line.n < part->body.p + part->body.n;

		if (line.n + ended > QP_LINE_MAX)
			return true;
	}
	return false;
}

/* "=" that is followed by neither two hexadecimal digits nor the line's end. */
static bool
flag_qp_illegal(const struct part *part)
{
	struct slice body = part->body;

	for (size_t i = 0; is_qp(part) && i < body.n; i++) {
		if (body.p[i] != '=')
			continue;
		if (i + 1 < body.n && ascii_is_space(body.p[i + 1]))
			continue;
		if (i + 2 >= body.n)
			return i + 1 < body.n;
		if (ascii_hex(body.p[i + 1]) < 0 || ascii_hex(body.p[i + 2]) < 0)
			return true;
	}
	return false;
}

static bool
flag_html(const struct part *part)
{
	return is_leaf(part) && is_type(part, SLICE("text/html"));
}

static bool
flag_html_no_charset(const struct part *part)
{
	return flag_html(part) && part->type.charset.n == 0;
}

/* A multipart that begins and never ends. */
static bool
flag_missing_boundary(const struct part *part)
{
	return (part->oddities & MESSAGE_UNCLOSED) != 0;
}

static bool
flag_alternative(const struct part *part)
{
	return is_type(part, SLICE("multipart/alternative"));
}

static const struct {
	const char *name;
	bool (*has)(const struct part *part);
} flags[] = {
	{ "mime_attachment", flag_attachment },
	{ "mime_bad_iso_charset", flag_bad_iso_charset },
	{ "mime_base64_count", flag_base64 },
	{ "mime_base64_encoded_text", flag_base64_text },
	{ "mime_base64_blanks", flag_base64_blanks },
	{ "mime_base64_illegal", flag_base64_illegal },
	{ "mime_qp_count", flag_qp },
	{ "mime_qp_long_line", flag_qp_long_line },
	{ "mime_qp_illegal", flag_qp_illegal },
	{ "mime_html_count", flag_html },
	{ "mime_html_no_charset", flag_html_no_charset },
	{ "mime_missing_boundary", flag_missing_boundary },
	{ "mime_multipart_alternative", flag_alternative },
};

int
eval_mime_flag(struct slice word)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (slice_eq(word, slice_of(flags[i].name)))
			return (int)i;
	}
	return -1;
}

unsigned
eval_check_for_mime(const struct rule *rule, struct views *views)
{
	size_t row = (size_t)rule->call.args[0].number;
	unsigned n = 0;

	for (size_t i = 0; i < views->message->part_count; i++)
		n += flags[row].has(views->message->parts[i]);
	return n < RULE_HITS_MAX ? n : RULE_HITS_MAX;
}

/* Leaves of that type that are no attachments. */
static unsigned
count_type(const struct message *message, struct slice full)
{
	unsigned n = 0;

	for (size_t i = 0; i < message->part_count; i++)
		n += is_leaf(message->parts[i]) && is_type(message->parts[i], full) &&
		     !is_attachment(message->parts[i]);
	return n;
}

unsigned
eval_check_for_mime_html(const struct rule *rule, struct views *views)
{
	(void)rule;
	return count_type(views->message, SLICE("text/html")) > 0;
}

unsigned
eval_check_for_mime_html_only(const struct rule *rule, struct views *views)
{
	(void)rule;
	return count_type(views->message, SLICE("text/html")) > 0 &&
	       count_type(views->message, SLICE("text/plain")) == 0;
}

/*
 * Bytes of the last text part in those of the last HTML part, attachments and
 * what stands before the first multipart/alternative left out; 1 without such
 * HTML, or without any text.
 */
unsigned
eval_check_mime_multipart_ratio(const struct rule *rule, struct views *views)
{
	double text = 0, html = 0;
	bool alternative = false, any = false;

	for (size_t i = 0; i < views->message->part_count; i++) {
		const struct part *part = views->message->parts[i];
		double bytes = (double)part->body.n;

		alternative = alternative || flag_alternative(part);
		if (is_attachment(part) || !slice_eq(part->type.type, SLICE("text")))
			continue;
		if (!is_type(part, SLICE("text/html"))) {
			any = true;
			text = alternative ? bytes : 0;
		} else if (alternative) {
			html = bytes;
		}
	}
	return eval_within(
	    any && html > 0 ? text / html : 1, &rule->call.args[0], &rule->call.args[1]);
}

/* Words of check_msg_parse_flags; the last ones are ours. */
static const struct {
	const char *name;
	unsigned bit;
} oddities[] = {
	{ "missing_head_body_separator", MESSAGE_MISSING_SEPARATOR },
	{ "missing_mime_head_body_separator", MESSAGE_MISSING_MIME_SEPARATOR },
	{ "missing_mime_headers", MESSAGE_MISSING_MIME_HEADERS },
	{ "truncated_header", MESSAGE_TRUNCATED_HEADER },
	{ "truncated_headers", MESSAGE_HEADER_LIMIT },
	{ "mimepart_limit_exceeded", MESSAGE_PART_LIMIT },
	{ "mime_depth_limit_exceeded", MESSAGE_DEPTH_LIMIT },
	{ "missing_boundary", MESSAGE_MISSING_BOUNDARY },
	{ "bare_cr", MESSAGE_BARE_CR },
	{ "nul", MESSAGE_NUL },
	{ "mixed_line_ends", MESSAGE_MIXED_LINE_ENDS },
};

int
eval_parse_flag(struct slice word)
{
	for (size_t i = 0; i < sizeof(oddities) / sizeof(oddities[0]); i++) {
		if (slice_eq(word, slice_of(oddities[i].name)))
			return (int)i;
	}
	return -1;
}

unsigned
eval_check_msg_parse_flags(const struct rule *rule, struct views *views)
{
	size_t row = (size_t)rule->call.args[0].number;

	return (views->message->oddities & oddities[row].bit) != 0;
}

/* The longest line of base64, its line end counted. */
unsigned
eval_check_base64_length(const struct rule *rule, struct views *views)
{
	size_t longest = 0;

	for (size_t i = 0; i < views->message->part_count; i++) {
		struct slice rest = views->message->parts[i]->body, line;

		while (flag_base64(views->message->parts[i]) && slice_next_line(&rest, &line)) {
			if (line.n + 1 > longest)
				longest = line.n + 1;
		}
	}
	return longest > 1 && (double)longest >= rule->call.args[0].number &&
	       (double)longest <= eval_number(rule, 1, (double)longest);
}

unsigned
eval_check_ma_non_text(const struct rule *rule, struct views *views)
{
	(void)rule;
	for (size_t i = 0; i < views->message->part_count; i++) {
		const struct part *part = views->message->parts[i];

		if (part->parent == NULL || !flag_alternative(part->parent))
			continue;
		if (!slice_eq(part->type.type, SLICE("text")) &&
		    !slice_eq(part->type.type, SLICE("multipart")))
			return 1;
	}
	return 0;
}

unsigned
eval_check_for_ascii_text_illegal(const struct rule *rule, struct views *views)
{
	size_t count;
	const struct text_part *parts = views_text_parts(views, &count);

	(void)rule;
	for (size_t i = 0; i < count; i++) {
		struct slice text = parts[i].decoded;

		if (!is_type(parts[i].part, SLICE("text/plain")) ||
		    !charset_ascii(parts[i].part->type.charset))
			continue;
		for (size_t k = 0; k < text.n; k++) {
			if (ascii_is_high(text.p[k]) || text.p[k] == '\0' || text.p[k] == '\r')
				return 1;
		}
	}
	return 0;
}

/* "&#1234;" and "&#x12ab;" in text. */
static size_t
count_references(struct slice text)
{
	size_t n = 0;

	for (size_t at = slice_find(text, 0, SLICE("&#")); at < text.n;
	     at = slice_find(text, at + 2, SLICE("&#"))) {
		size_t end = at + 2;

		while (end < text.n && end < at + 9 &&
		       (ascii_hex(text.p[end]) >= 0 || text.p[end] == 'x'))
			end++;
		n += end > at + 4 && end < text.n && text.p[end] == ';';
	}
	return n;
}

unsigned
eval_check_abundant_unicode_ratio(const struct rule *rule, struct views *views)
{
	size_t count;
	const struct text_part *parts = views_text_parts(views, &count);

	for (size_t i = 0; i < count; i++) {
		struct slice text = parts[i].decoded;

		if (is_type(parts[i].part, SLICE("text/plain")) && text.n > 0 &&
		    (double)count_references(text) / (double)text.n > rule->call.args[0].number)
			return 1;
	}
	return 0;
}
