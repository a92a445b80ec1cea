/*
 * dump_headers - prints what headers and URIs are read, to compare with SpamAssassin
 *
 * dump_headers [LIST ENTRY]... [registries FILE.cf] < list: for each file named on a line of
 * standard input, "file NAME", then a line "WORD VALUE" for each relay list, selector and URI
 * (tests/oracle/sa_headers.pl prints the same), by the lists that the arguments give.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/mime/relays.h"
#include "engine/mime/selector.h"
#include "engine/mime/text.h"
#include "engine/mime/uri.h"
#include "engine/rules/views.h"
#include "engine/util/buf.h"
#include "milter/converters.h"
#include "tests/engine/mime/argument_ruleset.h"

#define ARENA_CAP ((size_t)512 << 20)

static const char *const selectors[] = { "From", "From:addr", "From:name", "From:raw",
	"From:addr:host", "From:host", "To:addr", "To:name", "ToCc", "ToCc:addr", "Subject",
	"Subject:raw", "Received", "Received:ip", "Message-ID:host", "Reply-To:addr", "Date",
	"X-Mailer", "MESSAGEID", "EnvelopeFrom", "Content-Type:raw", "List-Id", "Return-Path:addr",
	"Cc:name:first", "Received:last", "ALL", "ALL:raw", "ALL-TRUSTED", "ALL-UNTRUSTED",
	"ALL-EXTERNAL", "From:addr:domain", "Message-ID:domain", "Received:domain",
	"Reply-To:domain" };

static void
print_value(const char *word, struct slice value)
{
	printf("%s %s", word, value.p == NULL ? "-" : "=");
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if (c < 0x20 || c > 0x7e || c == '\\')
			printf("\\x%02x", c);
		else
			putchar(c);
	}
	putchar('\n');
}

static void
print_selectors(struct arena *arena, const struct selector_source *source)
{
	for (size_t i = 0; i < sizeof(selectors) / sizeof(selectors[0]); i++) {
		struct err err;
		struct selector *selector = selector_compile(arena, slice_of(selectors[i]), &err);
		struct slice value;
		char word[64];

		if (selector == NULL)
			continue;
		if (!selector_read(selector, arena, source, &value))
			value = SLICE_ABSENT;
		snprintf(word, sizeof(word), "sel-%s", selectors[i]);
		print_value(word, value);
	}
}

static int
compare_slices(const void *a, const void *b)
{
	return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

static void
print_uris(struct views *views)
{
	struct slice_list list = views_uris(views).variants;
	struct slice *v = arena_array(views->arena, list.n + 1, sizeof(*v));

	if (list.n > 0)
		memcpy(v, list.v, list.n * sizeof(*v));
	qsort(v, list.n, sizeof(*v), compare_slices);
	for (size_t i = 0; i < list.n; i++)
		print_value("uri", v[i]);
}

static void
dump(struct views *views)
{
	const struct relays *relays = views_relays(views);
	const struct selector_source source = {
		.message = views->message,
		.relays = relays,
		.envelope = views->envelope,
		.converters = views->converters,
		.boundaries = views->ruleset->boundaries,
	};

	print_value("relays", relays->trusted.p == NULL ? SLICE("") : relays->trusted);
	print_value("relays", relays->untrusted.p == NULL ? SLICE("") : relays->untrusted);
	print_value("relays", relays->internal.p == NULL ? SLICE("") : relays->internal);
	print_value("relays", relays->external.p == NULL ? SLICE("") : relays->external);
	printf("unparseable =%zu\n", relays->unparseable);
	print_selectors(views->arena, &source);
	print_uris(views);
}

static bool
read_file(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "rb");
	char part[1 << 16];
	size_t n;

	if (file == NULL)
		return false;
	while ((n = fread(part, 1, sizeof(part), file)) > 0)
		buf_add(out, (struct slice){ part, n });
	fclose(file);
	return true;
}

int
main(int argc, char **argv)
{
	struct converters *converters = converters_open();
	struct regex_scratch *scratch = regex_scratch_new();
	struct ruleset *ruleset = argc < 1 ? NULL : argument_ruleset(argv + 1);
	const struct envelope envelope = { .known = false };
	const struct budget budget = { NULL, NULL };
	char path[4096];

	while (ruleset != NULL && fgets(path, sizeof(path), stdin) != NULL) {
		struct buf bytes = { .arena = NULL };
		struct views views = {
			.arena = arena_new(ARENA_CAP),
			.ruleset = ruleset,
			.envelope = &envelope,
			.scratch = scratch,
			.converters = converters,
			.budget = &budget,
		};

		path[strcspn(path, "\n")] = '\0';
		printf("file %s\n", path);
		if (read_file(path, &bytes)) {
			views.message = message_parse(views.arena, buf_slice(&bytes), 0, &budget);
			if (views_open(&views))
				dump(&views);
		}
		buf_clear(&bytes);
		arena_free(&views.arena);
	}
	ruleset_unref(&ruleset);
	regex_scratch_free(&scratch);
	converters_close(&converters);
	return 0;
}
