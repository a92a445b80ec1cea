/*
 * dump_headers - prints what headers and URIs are read, to compare with SpamAssassin
 *
 * dump_headers [trusted|internal|msa NETWORK]... < list: for each file named on a line of standard
 * input, "file NAME", then a line "WORD VALUE" for each relay list, selector and URI
 * (tests/oracle/sa_headers.pl prints the same).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/mime/ip.h"
#include "engine/mime/relays.h"
#include "engine/mime/selector.h"
#include "engine/mime/text.h"
#include "engine/mime/uri.h"
#include "engine/util/buf.h"
#include "milter/converters.h"

#define ARENA_CAP ((size_t)512 << 20)
#define NETWORKS_MAX 8

static const char *const selectors[] = { "From", "From:addr", "From:name", "From:raw",
	"From:addr:host", "From:host", "To:addr", "To:name", "ToCc", "ToCc:addr", "Subject",
	"Subject:raw", "Received", "Received:ip", "Message-ID:host", "Reply-To:addr", "Date",
	"X-Mailer", "MESSAGEID", "EnvelopeFrom", "Content-Type:raw", "List-Id", "Return-Path:addr",
	"Cc:name:first", "Received:last", "ALL", "ALL:raw", "ALL-TRUSTED", "ALL-UNTRUSTED",
	"ALL-EXTERNAL" };

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
print_uris(struct arena *arena, const struct message *message, struct converters *converters)
{
	struct budget budget = { 0 };
	struct texts *texts = texts_new(arena, message, converters, &budget);
	struct slice_list list = uris_find(arena, texts, &budget).variants;
	struct slice *v = arena_array(arena, list.n + 1, sizeof(*v));

	if (list.n > 0)
		memcpy(v, list.v, list.n * sizeof(*v));
	qsort(v, list.n, sizeof(*v), compare_slices);
	for (size_t i = 0; i < list.n; i++)
		print_value("uri", v[i]);
}

/* The networks that the arguments name, a word before each. */
static bool
read_networks(char **argv, const char *word, struct network *v, struct network_list *list_r)
{
	size_t n = 0;

	for (char **arg = argv; arg[0] != NULL && arg[1] != NULL; arg += 2) {
		struct err err;

		if (strcmp(arg[0], word) != 0)
			continue;
		if (n == NETWORKS_MAX || !network_parse(slice_of(arg[1]), &v[n++], &err))
			return false;
	}
	*list_r = (struct network_list){ v, n };
	return true;
}

static void
dump(struct slice bytes, const struct policy *policy, struct converters *converters)
{
	struct arena *arena = arena_new(ARENA_CAP);
	struct budget budget = { 0 };
	struct envelope envelope = { 0 };
	const struct message *message = message_parse(arena, bytes, 0, &budget);
	const struct relays *relays = relays_find(arena, message, &envelope, policy);
	struct selector_source source = { message, relays, &envelope, converters };

	print_value("relays", relays->trusted.p == NULL ? SLICE("") : relays->trusted);
	print_value("relays", relays->untrusted.p == NULL ? SLICE("") : relays->untrusted);
	print_value("relays", relays->internal.p == NULL ? SLICE("") : relays->internal);
	print_value("relays", relays->external.p == NULL ? SLICE("") : relays->external);
	printf("unparseable =%zu\n", relays->unparseable);
	print_selectors(arena, &source);
	print_uris(arena, message, converters);
	arena_free(&arena);
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
	struct network networks[3][NETWORKS_MAX];
	struct policy policy = { .allow_discard = false };
	char path[4096];

	if (argc < 1 ||
	    !read_networks(argv + 1, "trusted", networks[0], &policy.trusted_networks) ||
	    !read_networks(argv + 1, "internal", networks[1], &policy.internal_networks) ||
	    !read_networks(argv + 1, "msa", networks[2], &policy.msa_networks)) {
		fputs("dump_headers: expected trusted, internal or msa and a network\n", stderr);
		return 2;
	}

	while (fgets(path, sizeof(path), stdin) != NULL) {
		struct buf bytes = { .arena = NULL };

		path[strcspn(path, "\n")] = '\0';
		printf("file %s\n", path);
		if (read_file(path, &bytes))
			dump(buf_slice(&bytes), &policy, converters);
		buf_clear(&bytes);
	}
	converters_close(&converters);
	return 0;
}
