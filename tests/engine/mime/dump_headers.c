/*
 * dump_headers - prints what headers and URIs are read, to compare with SpamAssassin
 *
 * dump_headers [trusted|internal|msa NETWORK]... [registries FILE.cf] < list: for each file named
 * on a line of standard input, "file NAME", then a line "WORD VALUE" for each relay list, selector
 * and URI (tests/oracle/sa_headers.pl prints the same).
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
#include "engine/util/vec.h"
#include "milter/converters.h"

#define ARENA_CAP ((size_t)512 << 20)
#define NETWORKS_MAX 8

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
print_uris(struct arena *arena, const struct message *message, const struct policy *policy,
    struct converters *converters, const struct uri_law *law)
{
	struct budget budget = { 0 };
	struct texts *texts = texts_new(arena, message, converters, policy, &budget);
	struct slice_list list = uris_find(law, arena, texts, &budget).variants;
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
dump(struct slice bytes, const struct policy *policy, const struct uri_law *law,
    struct converters *converters)
{
	struct arena *arena = arena_new(ARENA_CAP);
	struct budget budget = { 0 };
	struct envelope envelope = { 0 };
	const struct message *message = message_parse(arena, bytes, 0, &budget);
	const struct relays *relays = relays_find(arena, message, &envelope, policy);
	const struct selector_source source = {
		.message = message,
		.relays = relays,
		.envelope = &envelope,
		.converters = converters,
		.boundaries = law->boundaries,
	};

	print_value("relays", relays->trusted.p == NULL ? SLICE("") : relays->trusted);
	print_value("relays", relays->untrusted.p == NULL ? SLICE("") : relays->untrusted);
	print_value("relays", relays->internal.p == NULL ? SLICE("") : relays->internal);
	print_value("relays", relays->external.p == NULL ? SLICE("") : relays->external);
	printf("unparseable =%zu\n", relays->unparseable);
	print_selectors(arena, &source);
	print_uris(arena, message, policy, converters, law);
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

/* The words of the lines of a .cf file that begin with `directive`. */
static struct slice_list
read_words(struct slice text, const char *directive)
{
	struct vec words = VEC_OF(struct slice, NULL);

	for (size_t at = 0; at < text.n;) {
		size_t end = slice_find_byte(text, at, '\n');
		struct slice line = slice_cut(text, at, end);

		at = end + 1;
		if (!slice_starts(line, slice_of(directive)) || line.n == strlen(directive) ||
		    line.p[strlen(directive)] != ' ')
			continue;
		for (size_t i = strlen(directive); i < line.n; i = slice_find_byte(line, i, ' ')) {
			size_t stop;

			while (i < line.n && line.p[i] == ' ')
				i++;
			stop = slice_find_byte(line, i, ' ');
			if (stop > i)
				*(struct slice *)vec_push(&words) = slice_cut(line, i, stop);
		}
	}
	return (struct slice_list){ words.p, words.n };
}

/* The registries of a .cf file; NULL: none is named. */
static const struct boundaries *
read_registries(char **argv, struct arena *arena)
{
	struct buf text = { .arena = arena };

	while (argv[0] != NULL && strcmp(argv[0], "registries") != 0)
		argv++;
	if (argv[0] == NULL || argv[1] == NULL || !read_file(argv[1], &text))
		return NULL;
	return boundaries_new(arena, read_words(buf_slice(&text), "util_rb_tld"),
	    read_words(buf_slice(&text), "util_rb_2tld"),
	    read_words(buf_slice(&text), "util_rb_3tld"));
}

int
main(int argc, char **argv)
{
	struct converters *converters = converters_open();
	struct network networks[3][NETWORKS_MAX];
	struct policy policy = { .allow_discard = false };
	struct arena *arena = arena_new(ARENA_CAP);
	struct uri_law law = { .boundaries = NULL };
	char path[4096];

	if (argc < 1 ||
	    !read_networks(argv + 1, "trusted", networks[0], &policy.trusted_networks) ||
	    !read_networks(argv + 1, "internal", networks[1], &policy.internal_networks) ||
	    !read_networks(argv + 1, "msa", networks[2], &policy.msa_networks)) {
		fputs("dump_headers: expected trusted, internal or msa and a network\n", stderr);
		return 2;
	}

	law.boundaries = read_registries(argv + 1, arena);
	while (fgets(path, sizeof(path), stdin) != NULL) {
		struct buf bytes = { .arena = NULL };

		path[strcspn(path, "\n")] = '\0';
		printf("file %s\n", path);
		if (read_file(path, &bytes))
			dump(buf_slice(&bytes), &policy, &law, converters);
		buf_clear(&bytes);
	}
	arena_free(&arena);
	converters_close(&converters);
	return 0;
}
