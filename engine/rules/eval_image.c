/*
 * eval_image.c - eval functions over the images that a message carries
 *
 * Source: SpamAssassin 4.0.1's ImageInfo, by how it behaves. Looked at are
 * parts of type image/gif, image/png, image/jpeg and image/jpg whose transfer
 * encoding is base64. All of them are counted; sizes, areas and names are kept
 * of those that tell a size above 0.
 *
 * Of a part so much is decoded as its size takes: most images tell it in
 * FIRST_BYTES; what does not is decoded in larger pieces, at most to its end.
 */
#include <stdio.h>

#include "engine/mime/image.h"
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"

/* Of a part, still encoded; then so many times as much, and so on. */
#define FIRST_BYTES ((size_t)4096)
#define NEXT_TIMES 16

/* Of all formats together; the number behind those of the formats. */
#define ALL_FORMATS IMAGE_FORMAT_COUNT

struct image {
	enum image_format format;
	struct image_size size;
	struct slice name; /* empty: none */
};

struct images {
	struct vec sized; /* struct image */
	double count[IMAGE_FORMAT_COUNT + 1];
	double pixels[IMAGE_FORMAT_COUNT + 1];
};

static const struct images no_images;

/* The format a part's type names; false: none of ours, or it is not in base64. */
static bool
part_format(const struct part *part, enum image_format *format_r)
{
	static const struct {
		struct slice type;
		enum image_format format;
	} types[] = {
		{ { "image/gif", 9 }, IMAGE_GIF },
		{ { "image/png", 9 }, IMAGE_PNG },
		{ { "image/jpeg", 10 }, IMAGE_JPEG },
		{ { "image/jpg", 9 }, IMAGE_JPEG },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (slice_eq(part->type.full, types[i].type)) {
			*format_r = types[i].format;
			return part->child == NULL &&
			       slice_ieq(part->transfer_encoding, SLICE("base64"));
		}
	}
	return false;
}

static bool
read_size(struct views *views, const struct part *part, struct image *image)
{
	enum image_answer answer = IMAGE_SHORT;

	for (size_t n = FIRST_BYTES; answer == IMAGE_SHORT; n *= NEXT_TIMES) {
		struct part piece = *part;

		piece.body = slice_cut(part->body, 0, n);
		answer = image_read(image->format, part_decode(views->arena, &piece), &image->size);
		if (n >= part->body.n || views_spent(views))
			break;
	}
	return answer == IMAGE_READ && image->size.width > 0 && image->size.height > 0;
}

static void
add_image(struct views *views, struct images *images, const struct part *part)
{
	struct image image, *kept;
	double pixels;

	if (!part_format(part, &image.format))
		return;
	images->count[image.format]++;
	images->count[ALL_FORMATS]++;
	if (!read_size(views, part, &image))
		return;
	pixels = (double)image.size.width * image.size.height;
	images->pixels[image.format] += pixels;
	images->pixels[ALL_FORMATS] += pixels;
	image.name = eval_part_name(views, part);
	kept = vec_push(&images->sized);
	if (kept != NULL)
		*kept = image;
}

/* Of the message; none of them at the arena's cap. */
static const struct images *
images_of(struct views *views)
{
	struct images *images = views->memos[MEMO_IMAGES];

	if (images != NULL)
		return images;
	images = arena_alloc(views->arena, sizeof(*images));
	if (images == NULL)
		return &no_images;
	views->memos[MEMO_IMAGES] = images;
	images->sized = VEC_OF(struct image, views->arena);
	for (size_t i = 0; i < views->message->part_count; i++)
		add_image(views, images, views->message->parts[i]);
	return images;
}

/* What the first argument names; false: nothing that is counted. */
static bool
format_asked(const struct rule *rule, unsigned *format_r)
{
	static const char *const names[] = { [IMAGE_GIF] = "gif",
		[IMAGE_PNG] = "png",
		[IMAGE_JPEG] = "jpeg",
		[ALL_FORMATS] = "all" };

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (slice_eq(rule->call.args[0].text, slice_of(names[i]))) {
			*format_r = i;
			return true;
		}
	}
	return false;
}

/* A call without its least value never hits. */
static bool
may_hit(const struct rule *rule, size_t args, unsigned *format_r)
{
	return rule->call.arg_count >= args && format_asked(rule, format_r);
}

unsigned
eval_image_count(const struct rule *rule, struct views *views)
{
	unsigned format;

	return may_hit(rule, 2, &format) && eval_in_range(rule, 1, images_of(views)->count[format]);
}

unsigned
eval_pixel_coverage(const struct rule *rule, struct views *views)
{
	unsigned format;

	return may_hit(rule, 2, &format) &&
	       eval_in_range(rule, 1, images_of(views)->pixels[format]);
}

/* Bytes of text for each pixel, min <= ratio < max. */
unsigned
eval_image_to_text_ratio(const struct rule *rule, struct views *views)
{
	unsigned format;
	double bytes, pixels;

	if (!may_hit(rule, 3, &format))
		return 0;
	pixels = images_of(views)->pixels[format];
	if (pixels <= 0)
		return 0;
	bytes = eval_text_bytes(rule->def.of_rawbody ? views_rawbody(views) : views_body(views));
	return bytes > 0 && eval_within(bytes / pixels, &rule->call.args[1], &rule->call.args[2]);
}

static bool
is_number(struct slice text, uint32_t number)
{
	char decimal[16];

	snprintf(decimal, sizeof(decimal), "%lu", (unsigned long)number);
	return slice_eq(text, slice_of(decimal));
}

/* Heights and widths are compared as they are written: "0264" is no 264. */
unsigned
eval_image_size_exact(const struct rule *rule, struct views *views)
{
	const struct eval_arg *args = rule->call.args;
	const struct vec *sized = &images_of(views)->sized;
	unsigned format;

	if (!may_hit(rule, 3, &format))
		return 0;
	for (size_t i = 0; i < sized->n; i++) {
		const struct image *image = vec_at(sized, i);

		if ((format == ALL_FORMATS || format == image->format) &&
		    is_number(args[1].text, image->size.height) &&
		    is_number(args[2].text, image->size.width))
			return 1;
	}
	return 0;
}

/* The least height and width, then the most. */
unsigned
eval_image_size_range(const struct rule *rule, struct views *views)
{
	const struct vec *sized = &images_of(views)->sized;
	unsigned format;

	if (!may_hit(rule, 3, &format))
		return 0;
	for (size_t i = 0; i < sized->n; i++) {
		const struct image *image = vec_at(sized, i);

		if ((format == ALL_FORMATS || format == image->format) &&
		    image->size.height >= eval_number(rule, 1, 0) &&
		    image->size.width >= eval_number(rule, 2, 0) &&
		    image->size.height <= eval_number(rule, 3, UINT32_MAX) &&
		    image->size.width <= eval_number(rule, 4, UINT32_MAX))
			return 1;
	}
	return 0;
}

unsigned
eval_image_named(const struct rule *rule, struct views *views)
{
	const struct vec *sized = &images_of(views)->sized;

	for (size_t i = 0; i < sized->n; i++) {
		struct slice name = ((const struct image *)vec_at(sized, i))->name;

		if (name.n > 0 && slice_eq(name, rule->call.args[0].text))
			return 1;
	}
	return 0;
}

/* SpamAssassin takes the pattern as it stands: slashes around it are a part of it. */
unsigned
eval_image_name_regex(const struct rule *rule, struct views *views)
{
	const struct vec *sized = &images_of(views)->sized;

	for (size_t i = 0; i < sized->n; i++) {
		struct slice name = ((const struct image *)vec_at(sized, i))->name;

		if (name.n > 0 && views_test(views, rule, rule->call.args[0].regex, name))
			return 1;
	}
	return 0;
}
