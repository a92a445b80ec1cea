/*
 * fuzz_html.c - any bytes as an HTML part, in a charset that the first byte chooses
 *
 * Beyond not crashing: what comes out is UTF-8, is not much longer than what
 * went in, and a small arena gives nothing or a part of it.
 */
#include <stdint.h>
#include <stdlib.h>

#include "engine/mime/charset.h"
#include "engine/mime/html.h"
#include "engine/util/utf8.h"
#include "milter/converters.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct budget budget = { 0 };

static void
must(bool held)
{
	if (!held)
		abort();
}

static void
check_links(const struct html *html)
{
	for (size_t i = 0; i < html->link_count; i++) {
		must(html->links[i].href.n > 0 && html->links[i].element.n > 0);
		must(utf8_valid(html->links[i].text));
	}
	for (size_t i = 0; i < html->element_count; i++)
		must(html->element_open[i] >= 0);
	must(html->bad_tags <= html->tags && html->tags_seen <= html->tags);
}

static void
render(struct converters *converters, enum charset charset, struct slice bytes, size_t cap)
{
	struct arena *arena = arena_new(cap);
	struct slice text = charset_to_utf8(arena, converters, charset, bytes, NULL);
	const struct html *html = NULL;

	if (text.p != NULL || text.n == 0)
		html = html_render(arena, text, true, &budget);
	must(html != NULL || arena_overflowed(arena) || bytes.n == 0);
	if (html != NULL) {
		must(utf8_valid(html->rendered) && utf8_valid(html->visible));
		must(html->rendered.n <= 2 * text.n + 64);
		check_links(html);
	}
	arena_free(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Opening them takes longer than all the rest. */
	static struct converters *converters;

	if (converters == NULL)
		converters = converters_open();
	if (size > 0) {
		struct slice bytes = { (const char *)data + 1, size - 1 };
		enum charset charset = (enum charset)(data[0] % CHARSET_COUNT);

		render(converters, charset, bytes, (size_t)64 << 20);
		render(converters, CHARSET_UTF_8, bytes, (size_t)64 << 20);
		render(converters, charset, bytes, 4096 + 16 * (size_t)data[0]);
	}
	return 0;
}
