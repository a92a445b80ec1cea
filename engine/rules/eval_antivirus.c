/*
 * eval_antivirus.c - what SpamAssassin's AntiVirus takes for programs, and for names that lie
 *
 * Found by reading and running SpamAssassin 4.0.1. Only the name that
 * Content-Type gives counts; a part of any type may have it. Of a name that
 * lies the extension fits no type of its family.
 */
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/rules/eval_pattern.h"
#include "engine/rules/mime_facts.h"

/* A name's extensions and the types they may have; both match in lower case. */
static const struct {
	enum eval_pattern extension;
	enum eval_pattern type;
} families[] = {
	{ PATTERN_TEXT_EXTENSION, PATTERN_TEXT_TYPE },
	{ PATTERN_IMAGE_EXTENSION, PATTERN_IMAGE_TYPE },
	{ PATTERN_VCARD_EXTENSION, PATTERN_VCARD_TYPE },
	{ PATTERN_PROGRAM_EXTENSION, PATTERN_PROGRAM_TYPE },
	{ PATTERN_WORD_EXTENSION, PATTERN_WORD_TYPE },
	{ PATTERN_SLIDES_EXTENSION, PATTERN_SLIDES_TYPE },
	{ PATTERN_SHEET_EXTENSION, PATTERN_SHEET_TYPE },
};

/* Whether a text part has a line that begins a program in uuencode. */
static bool
has_uuencoded(const struct rule *rule, struct views *views, const struct part *part)
{
	struct slice rest = part->body, line;

	while (!views->spent && mime_next_line(&rest, &line)) {
		if (slice_starts(line, SLICE("M35")) &&
		    eval_pattern_in(views, rule, PATTERN_PROGRAM_UUENCODE, line))
			return true;
	}
	return false;
}

static bool
is_executable(const struct rule *rule, struct views *views, const struct part *part)
{
	struct mime_declared type = mime_declared_type(views, part);
	struct slice rest = part->body, line;

	if (type.name.n > 0 && eval_pattern_in(views, rule, PATTERN_PROGRAM_NAME, type.name))
		return true;
	if (slice_ifind(part->transfer_encoding, 0, SLICE("base64")) < part->transfer_encoding.n &&
	    mime_next_line(&rest, &line) &&
	    eval_pattern_in(views, rule, PATTERN_PROGRAM_BASE64, line))
		return true;
	return slice_starts(type.full, SLICE("text")) && has_uuencoded(rule, views, part);
}

unsigned
eval_check_microsoft_executable(const struct rule *rule, struct views *views)
{
	for (size_t i = 0; i < views->message->part_count && !views->spent; i++) {
		const struct part *part = views->message->parts[i];

		if (mime_is_leaf(part) && is_executable(rule, views, part))
			return 1;
	}
	return 0;
}

/* A type without "x-" and "vnd.". */
static struct slice
plain_type(struct views *views, struct slice full)
{
	size_t slash = slice_find_byte(full, 0, '/') + 1;
	struct slice tail = slice_from(full, slash);

	if (slice_starts(tail, SLICE("x-")))
		tail = slice_from(tail, 2);
	else if (slice_starts(tail, SLICE("vnd.")))
		tail = slice_from(tail, 4);
	else
		return full;
	return arena_printf(
	    views->arena, "%.*s%.*s", SLICE_ARG(slice_cut(full, 0, slash)), SLICE_ARG(tail));
}

static bool
lies(const struct rule *rule, struct views *views, const struct part *part)
{
	struct mime_declared type = mime_declared_type(views, part);
	struct slice extension = type.name;
	size_t dot;

	if (type.name.n == 0 || slice_eq(type.full, SLICE("application/octet-stream")))
		return false;
	while ((dot = slice_find_byte(extension, 0, '.')) < extension.n)
		extension = slice_from(extension, dot + 1);
	type.full = plain_type(views, type.full);
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		if (eval_pattern_in(views, rule, families[i].extension, extension) &&
		    !eval_pattern_in(views, rule, families[i].type, type.full))
			return true;
	}
	return false;
}

unsigned
eval_check_suspect_name(const struct rule *rule, struct views *views)
{
	for (size_t i = 0; i < views->message->part_count && !views->spent; i++) {
		const struct part *part = views->message->parts[i];

		if (mime_is_leaf(part) && lies(rule, views, part))
			return 1;
	}
	return 0;
}
