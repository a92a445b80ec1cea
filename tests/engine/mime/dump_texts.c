/*
 * dump_texts - prints texts of messages and facts of their HTML, to compare with SpamAssassin's
 *
 * dump_texts < list: for each file named on a line of standard input, "file NAME", then for each
 * element of body "body LENGTH" with the bytes and a line end behind it, the same for rawbody,
 * and for each fact of its HTML parts "html LENGTH" (sa_texts.pl prints the same).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/mime/text.h"
#include "engine/util/buf.h"
#include "milter/converters.h"

#define ARENA_CAP ((size_t)256 << 20)

static void
print_list(const char *name, struct slice_list list)
{
	for (size_t i = 0; i < list.n; i++) {
		printf("%s %zu\n", name, list.v[i].n);
		fwrite(list.v[i].n == 0 ? "" : list.v[i].p, 1, list.v[i].n, stdout);
		putchar('\n');
	}
}

static void
print_fact(const char *name, struct slice value)
{
	printf("html %zu\n%s ", strlen(name) + 1 + value.n, name);
	fwrite(value.n == 0 ? "" : value.p, 1, value.n, stdout);
	putchar('\n');
}

static void
print_number(const char *name, long long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", value);
	print_fact(name, slice_of(text));
}

static void
print_ratio(const char *name, unsigned count, unsigned of)
{
	char text[32];

	snprintf(text, sizeof(text), "%.6f", html_ratio(count, of));
	print_fact(name, slice_of(text));
}

static int
compare_slices(const void *a, const void *b)
{
	return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

/* "NAME TEXT" of each, sorted, each once. */
static void
print_sorted(struct slice *list, size_t n, const char *name)
{
	if (n > 0)
		qsort(list, n, sizeof(*list), compare_slices);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || !slice_eq(list[i], list[i - 1]))
			print_fact(name, list[i]);
}

static void
print_inside(struct arena *arena, const struct html *html)
{
	struct slice *list = arena_array(arena, html->element_count, sizeof(*list));

	for (size_t i = 0; list != NULL && i < html->element_count; i++)
		list[i] = arena_printf(
		    arena, "%.*s %ld", SLICE_ARG(html->elements[i]), html->element_open[i]);
	print_sorted(list, list == NULL ? 0 : html->element_count, "inside");
}

static void
print_links(struct arena *arena, const struct html *html)
{
	struct slice *list = arena_array(arena, html->link_count, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; list != NULL && i < html->link_count; i++)
		if (!html->links[i].extended && html->links[i].resolved.n > 0)
			list[n++] = arena_printf(arena, "%.*s %.*s",
			    SLICE_ARG(html->links[i].element), SLICE_ARG(html->links[i].resolved));
	print_sorted(list, n, "link");
}

static void
print_html(struct arena *arena, const struct html *html)
{
	print_ratio("bad_tag_ratio", html->bad_tags, html->tags);
	print_ratio("closed_extra_ratio", html->closed_extra, html->tags);
	print_ratio("non_element_ratio", html->bad_tags_seen, html->tags_seen);
	print_ratio("obfuscation_ratio", html->obfuscation, html->tags);
	print_number("backhair_count", html->backhair);
	print_number("embeds", html->embeds);
	print_number("font_face_bad", html->font_face_bad);
	print_number("font_invalid_color", html->font_invalid_color);
	print_number("font_low_contrast", html->font_low_contrast);
	print_number("form_action_mailto", html->form_action_mailto);
	print_number("html_length", (long long)html->rendered_chars);
	print_number("image_area", html->image_area);
	print_number("max_size", html->max_size);
	print_number("min_size", html->min_size);
	print_number("non_space_len", (long long)(html->rendered_chars - html->space_chars));
	for (size_t i = 0; i < html->anchor_count; i++)
		print_fact("anchor", html->anchors[i]);
	for (size_t i = 0; i < html->comment_count; i++)
		print_fact("comment", html->comments[i]);
	for (size_t i = 0; i < html->script_text_count; i++)
		print_fact("script", html->script_texts[i]);
	for (size_t i = 0; i < html->title_count; i++)
		print_fact("title", html->titles[i]);
	print_inside(arena, html);
	print_links(arena, html);
}

static void
print_parts(struct arena *arena, struct texts *texts)
{
	size_t count;
	const struct text_part *parts = texts_parts(texts, &count);

	for (size_t i = 0; i < count; i++)
		if (parts[i].html != NULL)
			print_html(arena, parts[i].html);
}

static void
dump(const char *path, struct converters *converters)
{
	static const struct budget budget = { 0 };
	static const struct policy policy = { .keep_charset = false };
	struct arena *arena = arena_new(ARENA_CAP);
	struct buf bytes = { 0 };
	char piece[65536];
	FILE *file = fopen(path, "rb");
	const struct message *message;
	struct texts *texts;
	size_t n;

	printf("file %s\n", path);
	if (file == NULL)
		perror(path);
	while (file != NULL && (n = fread(piece, 1, sizeof(piece), file)) > 0)
		buf_add(&bytes, (struct slice){ piece, n });
	if (file != NULL)
		fclose(file);
	message = message_parse(arena, buf_slice(&bytes), 0, &budget);
	texts = message == NULL ? NULL : texts_new(arena, message, converters, &policy, &budget);
	if (texts != NULL) {
		print_list("body", texts_body(texts));
		print_list("rawbody", texts_rawbody(texts));
		print_parts(arena, texts);
	}
	if (arena_overflowed(arena))
		printf("overflow\n");
	arena_free(&arena);
	buf_clear(&bytes);
}

int
main(void)
{
	struct converters *converters = converters_open();
	char path[4096];

	while (fgets(path, sizeof(path), stdin) != NULL) {
		path[strcspn(path, "\n")] = '\0';
		dump(path, converters);
	}
	converters_close(&converters);
	return ferror(stdout) != 0;
}
