/*
 * eval_attachment.c - what attachments are by name, by type and by their first bytes
 *
 * What runs is told by a table of extensions that desktops execute or that
 * mount as disks with programs on them, and by the first bytes of Windows,
 * Unix and script programs, for which only the beginning of a part is decoded.
 *
 * Limits: EVAL_FIELDS_MAX parts; MAGIC_BYTES of each.
 */
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/util/ascii.h"

/* An extension before another one is at most so long: ".pdf", ".xlsx". */
#define EXTENSION_MAX 5
/* Of a part, still encoded: more is not decoded to see what it is. */
#define MAGIC_BYTES 1024

static const char *const running[] = { "exe", "scr", "com", "pif", "bat", "cmd", "js", "jse", "vbs",
	"vbe", "wsf", "wsh", "hta", "jar", "lnk", "msi", "msp", "ps1", "cpl", "reg", "sct", "chm",
	"gadget", "application", "xll", "iso", "img", "vhd", "vhdx", "msix", "appx", "one", "url",
	"dll", "ade", "mde", "shs", "inf", "scf", "appref-ms", "library-ms", "settingcontent-ms" };

static const char *const harmless[] = { "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt",
	"rtf", "jpg", "jpeg", "gif", "png", "bmp", "tif", "tiff", "htm", "html", "csv", "odt",
	"zip", "mp3", "mp4", "avi", "mpg", "wav", "xml", "eml", "msg" };

static bool
in_table(const char *const *table, size_t n, struct slice word)
{
	for (size_t i = 0; i < n; i++) {
		if (slice_ieq(word, slice_of(table[i])))
			return true;
	}
	return false;
}

static bool
extension_runs(struct slice extension)
{
	return in_table(running, sizeof(running) / sizeof(running[0]), extension);
}

static bool
extension_harmless(struct slice extension)
{
	return in_table(harmless, sizeof(harmless) / sizeof(harmless[0]), extension);
}

/* What a part calls its file; absent: nothing. */
static struct slice
part_name(const struct part *part)
{
	return part->filename.p != NULL ? part->filename : part->type.name;
}

/* Takes the last extension off *name: what follows the last dot, blanks left out. */
static struct slice
take_extension(struct slice *name)
{
	struct slice text = slice_trim(*name);
	size_t dot = text.n;

	/* Windows drops dots and blanks at the end */
	while (text.n > 0 && (text.p[text.n - 1] == '.' || text.p[text.n - 1] == ' '))
		text.n--;
	dot = text.n;
	while (dot > 0 && text.p[dot - 1] != '.' && text.p[dot - 1] != '/')
		dot--;
	if (dot == 0 || text.p[dot - 1] != '.')
		return SLICE("");
	*name = slice_cut(text, 0, dot - 1);
	return slice_from(text, dot);
}

/* Whether the first bytes are those of a program. */
static bool
magic_runs(struct views *views, const struct part *part)
{
	struct part first = *part;
	struct slice bytes;

	if (part->child != NULL || slice_eq(part->type.type, SLICE("text")) ||
	    slice_eq(part->type.type, SLICE("image")))
		return false;
	first.body = slice_cut(part->body, 0, MAGIC_BYTES);
	bytes = part_decode(views->arena, &first);
	if (slice_starts(bytes, SLICE("MZ")) && bytes.n >= 64)
		return true;
	return slice_starts(bytes, SLICE("\x7f"
					 "ELF")) ||
	       slice_starts(bytes, SLICE("L\0\0\0\x01\x14\x02\0")) ||
	       slice_starts(bytes, SLICE("#!/"));
}

static bool
name_runs(const struct part *part)
{
	struct slice name = part_name(part);

	return extension_runs(take_extension(&name));
}

/* Parts that are looked at. */
static size_t
part_limit(const struct views *views)
{
	return views->message->part_count < EVAL_FIELDS_MAX ? views->message->part_count
							    : EVAL_FIELDS_MAX;
}

unsigned
eval_check_attachment_runs(const struct rule *rule, struct views *views)
{
	unsigned n = 0;

	(void)rule;
	for (size_t i = 0; i < part_limit(views); i++) {
		const struct part *part = views->message->parts[i];

		n += part_name(part).n > 0 && (name_runs(part) || magic_runs(views, part));
	}
	return n;
}

unsigned
eval_check_attachment_double_extension(const struct rule *rule, struct views *views)
{
	(void)rule;
	for (size_t i = 0; i < part_limit(views); i++) {
		struct slice name = part_name(views->message->parts[i]), last, before;

		last = take_extension(&name);
		before = take_extension(&name);
		if (extension_runs(last) && before.n <= EXTENSION_MAX && extension_harmless(before))
			return 1;
	}
	return 0;
}

unsigned
eval_check_attachment_disguised(const struct rule *rule, struct views *views)
{
	(void)rule;
	for (size_t i = 0; i < part_limit(views); i++) {
		const struct part *part = views->message->parts[i];
		struct slice name = part_name(part), extension = take_extension(&name);
		bool shown = slice_eq(part->type.type, SLICE("image")) ||
			     slice_eq(part->type.type, SLICE("audio")) ||
			     slice_eq(part->type.type, SLICE("video")) ||
			     slice_eq(part->type.type, SLICE("text"));

		if (shown && extension_runs(extension))
			return 1;
		if (extension_harmless(extension) && magic_runs(views, part))
			return 1;
	}
	return 0;
}

unsigned
eval_check_attachment_name(const struct rule *rule, struct views *views)
{
	unsigned n = 0;

	for (size_t i = 0; i < part_limit(views); i++) {
		struct slice name = part_name(views->message->parts[i]);

		n += name.n > 0 && views_test(views, rule, rule->call.args[0].regex, name);
	}
	return n;
}

unsigned
eval_check_attachment_type(const struct rule *rule, struct views *views)
{
	unsigned n = 0;

	for (size_t i = 0; i < part_limit(views); i++) {
		const struct part *part = views->message->parts[i];
		bool attached = part_name(part).n > 0 ||
				slice_istarts(part->disposition, SLICE("attachment"));

		n += attached && views_test(views, rule, rule->call.args[0].regex, part->type.full);
	}
	return n;
}
