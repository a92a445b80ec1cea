/*
 * eval_pdf.c - eval functions over the PDFs that a message carries
 *
 * Source: SpamAssassin 4.0.1's PDFInfo, by how it behaves. A PDF is a part of
 * type application/pdf or image/pdf, or application/octet-stream (or
 * image/octet-stream) whose name ends in .pdf or .fdf. Such parts are counted
 * even when they are no PDF; nothing else is read of those. URIs in PDFs are not
 * added to the message's.
 */
#include "engine/mime/pdf.h"
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"

struct document {
	struct slice name;
	struct pdf pdf;
};

struct documents {
	struct vec v; /* struct document, only those that are readable */
	double count; /* the others too */
};

static const struct documents no_documents;

static bool
is_pdf(struct slice type, struct slice name)
{
	if (slice_eq(type, SLICE("application/pdf")) || slice_eq(type, SLICE("image/pdf")))
		return true;
	return (slice_eq(type, SLICE("application/octet-stream")) ||
		   slice_eq(type, SLICE("image/octet-stream"))) &&
	       (slice_iends(name, SLICE(".pdf")) || slice_iends(name, SLICE(".fdf")));
}

static void
add_document(struct views *views, struct documents *documents, const struct part *part)
{
	struct slice name = part->child == NULL ? eval_part_name(views, part) : SLICE("");
	struct document document = { .name = name }, *kept;

	if (part->child != NULL || !is_pdf(part->type.full, name))
		return;
	documents->count++;
	if (views_spent(views))
		return;
	pdf_read(views->arena, views->hash_seed, part_decode(views->arena, part), &document.pdf);
	kept = document.pdf.readable ? vec_push(&documents->v) : NULL;
	if (kept != NULL)
		*kept = document;
}

/* Of the message; none at the arena's cap. */
static const struct documents *
documents_of(struct views *views)
{
	struct documents *documents = views->memos[MEMO_PDFS];

	if (documents != NULL)
		return documents;
	documents = arena_alloc(views->arena, sizeof(*documents));
	if (documents == NULL)
		return &no_documents;
	views->memos[MEMO_PDFS] = documents;
	documents->v = VEC_OF(struct document, views->arena);
	for (size_t i = 0; i < views->message->part_count; i++)
		add_document(views, documents, views->message->parts[i]);
	return documents;
}

static const struct document *
document_at(const struct documents *documents, size_t i)
{
	return vec_at(&documents->v, i);
}

unsigned
eval_pdf_count(const struct rule *rule, struct views *views)
{
	return rule->call.arg_count > 0 && eval_in_range(rule, 0, documents_of(views)->count);
}

unsigned
eval_pdf_image_count(const struct rule *rule, struct views *views)
{
	const struct documents *documents = documents_of(views);
	double images = 0;

	for (size_t i = 0; i < documents->v.n; i++)
		images += document_at(documents, i)->pdf.image_count;
	return rule->call.arg_count > 0 && eval_in_range(rule, 0, images);
}

/* The area of the last PDF that has images; 0: none has. */
static double
last_area(const struct documents *documents)
{
	double area = 0;

	for (size_t i = 0; i < documents->v.n; i++) {
		const struct pdf *pdf = &document_at(documents, i)->pdf;

		area = pdf->area > 0 ? pdf->area : area;
	}
	return area;
}

unsigned
eval_pdf_pixel_coverage(const struct rule *rule, struct views *views)
{
	double area = last_area(documents_of(views));

	return rule->call.arg_count > 0 && area > 0 && eval_in_range(rule, 0, area);
}

/* What the rule looks at besides the PDFs. */
static struct slice_list
text_of(const struct rule *rule, struct views *views)
{
	return rule->def.of_rawbody ? views_rawbody(views) : views_body(views);
}

/* Bytes of text for each pixel, min <= ratio < max. */
unsigned
eval_pdf_image_to_text_ratio(const struct rule *rule, struct views *views)
{
	double area = last_area(documents_of(views)), bytes;

	if (rule->call.arg_count < 2 || area <= 0)
		return 0;
	bytes = eval_text_bytes(text_of(rule, views));
	return bytes > 0 && eval_within(bytes / area, &rule->call.args[0], &rule->call.args[1]);
}

/* Heights and widths are compared as they are written: "0264" is no 264. */
unsigned
eval_pdf_image_size_exact(const struct rule *rule, struct views *views)
{
	const struct eval_arg *args = rule->call.args;
	const struct documents *documents = documents_of(views);
	struct slice key;

	if (rule->call.arg_count < 2)
		return 0;
	key = arena_printf(
	    views->arena, "%.*sx%.*s", SLICE_ARG(args[0].text), SLICE_ARG(args[1].text));
	for (size_t i = 0; i < documents->v.n; i++) {
		const struct map *sizes = document_at(documents, i)->pdf.sizes;

		if (sizes != NULL && map_find(sizes, key) != NULL)
			return 1;
	}
	return 0;
}

static bool
size_in_range(const struct rule *rule, const struct pdf_size *size)
{
	return size->height >= eval_number(rule, 0, 0) && size->width >= eval_number(rule, 1, 0) &&
	       size->height <= eval_number(rule, 2, size->height) &&
	       size->width <= eval_number(rule, 3, size->width);
}

/* The least height and width, then the most. */
unsigned
eval_pdf_image_size_range(const struct rule *rule, struct views *views)
{
	const struct documents *documents = documents_of(views);

	for (size_t i = 0; rule->call.arg_count >= 2 && i < documents->v.n; i++) {
		const struct map *sizes = document_at(documents, i)->pdf.sizes;

		for (size_t k = 0; sizes != NULL && k < map_count(sizes); k++) {
			if (size_in_range(rule, map_value(sizes, k)))
				return 1;
		}
	}
	return 0;
}

unsigned
eval_pdf_named(const struct rule *rule, struct views *views)
{
	const struct documents *documents = documents_of(views);

	for (size_t i = 0; i < documents->v.n; i++) {
		struct slice name = document_at(documents, i)->name;

		if (name.n > 0 && slice_eq(name, rule->call.args[0].text))
			return 1;
	}
	return 0;
}

unsigned
eval_pdf_name_regex(const struct rule *rule, struct views *views)
{
	const struct documents *documents = documents_of(views);

	for (size_t i = 0; i < documents->v.n; i++) {
		struct slice name = document_at(documents, i)->name;

		if (name.n > 0 && views_test(views, rule, rule->call.args[0].regex, name))
			return 1;
	}
	return 0;
}

unsigned
eval_pdf_match_md5(const struct rule *rule, struct views *views)
{
	const struct documents *documents = documents_of(views);

	for (size_t i = 0; i < documents->v.n; i++) {
		if (slice_ieq(document_at(documents, i)->pdf.md5, rule->call.args[0].text))
			return 1;
	}
	return 0;
}

unsigned
eval_pdf_match_fuzzy_md5(const struct rule *rule, struct views *views)
{
	const struct documents *documents = documents_of(views);
	struct slice want = rule->call.args[0].text;

	for (size_t i = 0; i < documents->v.n; i++) {
		const struct pdf *pdf = &document_at(documents, i)->pdf;

		if (want.n > 0 &&
		    (slice_ieq(pdf->fuzzy_md5, want) || slice_ieq(pdf->tags_md5, want)))
			return 1;
	}
	return 0;
}

static bool
details_match(const struct rule *rule, struct views *views, const struct map *details)
{
	for (size_t i = 0; details != NULL && i < map_count(details); i++) {
		if (views_test(views, rule, rule->call.args[1].regex, map_key(details, i)))
			return true;
	}
	return false;
}

unsigned
eval_pdf_match_details(const struct rule *rule, struct views *views)
{
	static const char *const names[] = {
#define PDF_DETAIL_NAME(id, key, name) name,
		PDF_DETAIL_TABLE(PDF_DETAIL_NAME)
#undef PDF_DETAIL_NAME
	};
	const struct documents *documents = documents_of(views);
	unsigned kind = 0;

	if (rule->call.arg_count < 2)
		return 0;
	while (kind < PDF_DETAIL_COUNT && !slice_eq(rule->call.args[0].text, slice_of(names[kind])))
		kind++;
	for (size_t i = 0; kind < PDF_DETAIL_COUNT && i < documents->v.n; i++) {
		if (details_match(rule, views, document_at(documents, i)->pdf.details[kind]))
			return 1;
	}
	return 0;
}

unsigned
eval_pdf_is_encrypted(const struct rule *rule, struct views *views)
{
	const struct documents *documents = documents_of(views);

	(void)rule;
	for (size_t i = 0; i < documents->v.n; i++) {
		if (document_at(documents, i)->pdf.encrypted)
			return 1;
	}
	return 0;
}

/* At most so many bytes of text that is not blank, the first piece (the Subject) left out. */
unsigned
eval_pdf_is_empty_body(const struct rule *rule, struct views *views)
{
	struct slice_list text;
	double bytes = 0, most = eval_number(rule, 0, 0);

	if (documents_of(views)->count == 0)
		return 0;
	text = text_of(rule, views);
	for (size_t i = 1; i < text.n && bytes <= most; i++)
		bytes += slice_trim(text.v[i]).n > 0 ? (double)text.v[i].n : 0;
	return bytes <= most;
}
