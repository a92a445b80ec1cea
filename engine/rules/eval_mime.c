/*
 * eval_mime.c - eval functions over parts, their types and encodings
 *
 * Source: SpamAssassin 4.0.1's MIMEEval, by how it behaves; mime_facts.c
 * gathers most of what they ask. Kept oddities: a message of text/html is HTML
 * whatever its parts are; mime_qp_count is not about parts but about bytes that
 * were encoded without need, where quoted-printable has any bytes at all.
 */
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/rules/mime_facts.h"
#include "engine/util/ascii.h"

/*
 * Words of check_for_mime: X(id, name, whether it holds of `facts`). Those that
 * are false SpamAssassin takes, or once took, and never sets.
 */
#define FLAG_TABLE(X)                                                              \
	X(ATTACHMENT, "mime_attachment", facts->attachments > 0)                   \
	X(ASCII_TEXT_ILLEGAL, "mime_ascii_text_illegal", facts->illegal_lines > 0) \
	X(BAD_ISO_CHARSET, "mime_bad_iso_charset", facts->bad_iso_charset)         \
	X(BASE64_BLANKS, "mime_base64_blanks", false)                              \
	X(BASE64_COUNT, "mime_base64_count", facts->base64_parts > 0)              \
	X(BASE64_ENCODED_TEXT, "mime_base64_encoded_text", facts->base64_text)     \
	X(BASE64_ILLEGAL, "mime_base64_illegal", false)                            \
	X(BASE64_LATIN, "mime_base64_latin", false)                                \
	X(BODY_HTML_COUNT, "mime_body_html_count", facts->html_parts > 0)          \
	X(BODY_TEXT_COUNT, "mime_body_text_count", facts->text_parts > 0)          \
	X(FARAWAY_CHARSET, "mime_faraway_charset", facts->faraway_charset)         \
	X(HTML_CHARSETS, "mime_html_charsets", facts->any_charset)                 \
	X(HTML_COUNT, "mime_html_count", false)                                    \
	X(HTML_NO_CHARSET, "mime_html_no_charset", false)                          \
	X(MISSING_BOUNDARY, "mime_missing_boundary", facts->unbalanced)            \
	X(ALTERNATIVE, "mime_multipart_alternative", facts->alternative)           \
	X(MULTIPART_RATIO, "mime_multipart_ratio", facts->multipart_ratio > 0)     \
	X(QP_BYTES, "mime_qp_bytes", facts->qp_bytes > 0)                          \
	X(QP_COUNT, "mime_qp_count",                                               \
	    facts->qp_bytes > 0 ? facts->qp_needless > 0 : facts->qp_parts > 0)    \
	X(QP_ILLEGAL, "mime_qp_illegal", false)                                    \
	X(QP_INLINE_NO_CHARSET, "mime_qp_inline_no_charset", false)                \
	X(QP_LONG_LINE, "mime_qp_long_line", facts->qp_long_line)                  \
	X(QP_RATIO, "mime_qp_ratio", facts->qp_needless > 0)                       \
	X(UNICODE_RATIO, "mime_text_unicode_ratio", facts->unicode_ratio > 0)      \
	X(PART_LIMIT, "mimepart_limit_exceeded", false)

enum flag {
#define FLAG_ENUM(id, name, value) FLAG_##id,
	FLAG_TABLE(FLAG_ENUM)
#undef FLAG_ENUM
	    FLAG_COUNT
};

static const char *const flag_names[] = {
#define FLAG_NAME(id, name, value) name,
	FLAG_TABLE(FLAG_NAME)
#undef FLAG_NAME
};

int
eval_mime_flag(struct slice word)
{
	for (int i = 0; i < FLAG_COUNT; i++) {
		if (slice_eq(word, slice_of(flag_names[i])))
			return i;
	}
	return -1;
}

static bool
flag_holds(const struct mime_facts *facts, enum flag flag)
{
	switch (flag) {
#define FLAG_CASE(id, name, value) \
	case FLAG_##id:            \
		return (value);
		FLAG_TABLE(FLAG_CASE)
#undef FLAG_CASE
	case FLAG_COUNT:
		break;
	}
	return false;
}

unsigned
eval_check_for_mime(const struct rule *rule, struct views *views)
{
	const struct mime_facts *facts = mime_facts_of(rule, views);

	return facts != NULL && flag_holds(facts, (enum flag)rule->call.args[0].number);
}

/* Whether the message's own Content-Type, the first of them, says HTML. */
static bool
begins_as_html(struct views *views)
{
	return slice_istarts(eval_field(views, FIXED_CONTENT_TYPE), SLICE("text/html"));
}

unsigned
eval_check_for_mime_html(const struct rule *rule, struct views *views)
{
	const struct mime_facts *facts = mime_facts_of(rule, views);

	return begins_as_html(views) || (facts != NULL && facts->html_parts > 0);
}

unsigned
eval_check_for_mime_html_only(const struct rule *rule, struct views *views)
{
	const struct mime_facts *facts = mime_facts_of(rule, views);

	return begins_as_html(views) ||
	       (facts != NULL && facts->html_parts > 0 && facts->text_parts == 0);
}

unsigned
eval_check_mime_multipart_ratio(const struct rule *rule, struct views *views)
{
	const struct mime_facts *facts = mime_facts_of(rule, views);

	return facts != NULL &&
	       eval_within(facts->multipart_ratio, &rule->call.args[0], &rule->call.args[1]);
}

unsigned
eval_check_qp_ratio(const struct rule *rule, struct views *views)
{
	const struct mime_facts *facts = mime_facts_of(rule, views);
	double ratio = 0;

	if (facts == NULL)
		return 0;
	if (facts->qp_bytes > 0)
		ratio = (double)facts->qp_needless / (double)facts->qp_bytes;
	return ratio >= rule->call.args[0].number;
}

/* Words of both functions below; those that are ours never hold in SpamAssassin's. */
static const struct {
	const char *name;
	unsigned bit;
	bool ours;
} oddities[] = {
	{ "missing_head_body_separator", MESSAGE_MISSING_SEPARATOR, false },
	{ "missing_mime_head_body_separator", MESSAGE_MISSING_MIME_SEPARATOR, false },
	{ "missing_mime_headers", MESSAGE_MISSING_MIME_HEADERS, false },
	{ "mime_epilogue_exists", MESSAGE_EPILOGUE, false },
	{ "truncated_header", MESSAGE_TRUNCATED_HEADER, false },
	{ "mimepart_limit_exceeded", MESSAGE_PART_LIMIT, false },
	{ "truncated_headers", MESSAGE_HEADER_LIMIT, true },
	{ "mime_depth_limit_exceeded", MESSAGE_DEPTH_LIMIT, true },
	{ "missing_boundary", MESSAGE_MISSING_BOUNDARY, true },
	{ "unclosed_boundary", MESSAGE_UNCLOSED, true },
	{ "bare_cr", MESSAGE_BARE_CR, true },
	{ "nul", MESSAGE_NUL, true },
	{ "mixed_line_ends", MESSAGE_MIXED_LINE_ENDS, true },
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

	return !oddities[row].ours && (views->message->oddities & oddities[row].bit) != 0;
}

unsigned
eval_check_msg_oddity(const struct rule *rule, struct views *views)
{
	size_t row = (size_t)rule->call.args[0].number;

	return (views->message->oddities & oddities[row].bit) != 0;
}

/* The longest line of base64, its line end counted; what calendars send does not count. */
unsigned
eval_check_base64_length(const struct rule *rule, struct views *views)
{
	size_t longest = 0;

	for (size_t i = 0; i < views->message->part_count; i++) {
		const struct part *part = views->message->parts[i];
		struct slice rest = part->body, line;

		if (!mime_is_leaf(part) || !slice_ieq(part->transfer_encoding, SLICE("base64")) ||
		    slice_eq(part->type.full, SLICE("application/ics")))
			continue;
		while (mime_next_line(&rest, &line))
			longest = line.n > longest ? line.n : longest;
	}
	return eval_in_range(rule, 0, (double)longest);
}

/* Leaves right below a multipart/alternative that are no text, RTF apart. */
unsigned
eval_check_ma_non_text(const struct rule *rule, struct views *views)
{
	(void)rule;
	for (size_t i = 0; i < views->message->part_count; i++) {
		const struct part *part = views->message->parts[i];

		if (part->parent != NULL && mime_is_leaf(part) &&
		    slice_eq(part->parent->type.full, SLICE("multipart/alternative")) &&
		    !slice_eq(part->type.type, SLICE("text")) &&
		    !slice_eq(part->type.full, SLICE("application/rtf")))
			return 1;
	}
	return 0;
}

unsigned
eval_check_for_ascii_text_illegal(const struct rule *rule, struct views *views)
{
	const struct mime_facts *facts = mime_facts_of(rule, views);

	return facts != NULL && facts->illegal_lines > 0;
}

/* Up to three digits, a point, and one to three more: SpamAssassin takes no other ratio. */
static bool
is_ratio(struct slice text)
{
	size_t point = slice_find_byte(text, 0, '.');

	for (size_t i = 0; i < text.n; i++) {
		if (i != point && !ascii_is_digit(text.p[i]))
			return false;
	}
	return point <= 3 && text.n >= point + 2 && text.n <= point + 4;
}

unsigned
eval_check_abundant_unicode_ratio(const struct rule *rule, struct views *views)
{
	const struct mime_facts *facts = mime_facts_of(rule, views);

	return facts != NULL && is_ratio(rule->call.args[0].text) &&
	       facts->unicode_ratio >= rule->call.args[0].number;
}
