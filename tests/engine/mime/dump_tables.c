/*
 * dump_tables - answers single questions, for tables of what SpamAssassin answers
 *
 * dump_tables [LIST ENTRY]... [registries FILE.cf] < questions: a question a line, its words parted
 * by tabs, bytes written \xNN where need be. The answers, a line each, are written in the same way:
 *	canonical URI		all its forms
 *	domain URI		its registrable domain or address
 *	date TEXT		seconds since 1970
 *	color TEXT		#rrggbb or invalid
 *	contains IP NETWORK...	1 or 0
 *	select PATH SELECTOR	its value in that message
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/mime/date.h"
#include "engine/mime/html_style.h"
#include "engine/mime/ip.h"
#include "engine/rules/views.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"
#include "milter/converters.h"
#include "tests/engine/mime/argument_ruleset.h"

#define ARENA_CAP ((size_t)64 << 20)
#define WORDS_MAX 32

static void
print_value(struct slice value)
{
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if (c < 0x20 || c > 0x7e || c == '\\')
			printf("\\x%02x", c);
		else
			putchar(c);
	}
}

static void
answer_canonical(struct views *views, const struct slice *words, size_t n)
{
	struct uri_law law = views_uri_law(views);
	struct slice_list forms = uri_canonical(&law, views->arena, words[n - 1]);

	for (size_t i = 0; i < forms.n; i++) {
		printf(i > 0 ? "\t" : "");
		print_value(forms.v[i]);
	}
}

static void
answer_domain(struct views *views, const struct slice *words, size_t n)
{
	struct slice host = uri_host(views->ruleset->boundaries, words[n - 1]);
	struct ip ip;

	if (host.p == NULL)
		printf("-");
	else if (ip_parse(host, &ip))
		print_value(host);
	else
		print_value(boundary_domain(views->ruleset->boundaries, views->arena, host));
}

static void
answer_date(struct views *views, const struct slice *words, size_t n)
{
	int64_t epoch;

	(void)views;
	if (date_parse(words[n - 1], &epoch))
		printf("%" PRId64, epoch);
	else
		printf("-");
}

static void
answer_color(struct views *views, const struct slice *words, size_t n)
{
	int32_t color = html_color(words[n - 1]);

	(void)views;
	if (color < 0)
		printf("invalid");
	else
		printf("#%06" PRIx32, (uint32_t)color);
}

static void
answer_contains(struct views *views, const struct slice *words, size_t n)
{
	struct vec networks = VEC_OF(struct network, views->arena);
	struct network found[NETWORK_RANGE_MAX];
	struct network_list list;
	struct ip ip;
	struct err err;

	for (size_t i = 2; i < n; i++) {
		size_t count = networks_parse(words[i], found, &err);

		for (size_t k = 0; k < count; k++)
			*(struct network *)vec_push(&networks) = found[k];
	}
	list = (struct network_list){ networks.p, networks.n };
	printf("%d", ip_parse(words[1], &ip) && network_list_has(&list, &ip));
}

static bool
read_file(struct slice path, struct buf *out)
{
	char name[4096], part[1 << 16];
	FILE *file;
	size_t n;

	snprintf(name, sizeof(name), "%.*s", SLICE_ARG(path));
	file = fopen(name, "rb");
	if (file == NULL)
		return false;
	while ((n = fread(part, 1, sizeof(part), file)) > 0)
		buf_add(out, (struct slice){ part, n });
	fclose(file);
	return true;
}

static void
answer_select(struct views *views, const struct slice *words, size_t n)
{
	struct buf bytes = { .arena = views->arena };
	struct selector_source source = {
		.envelope = views->envelope,
		.converters = views->converters,
		.boundaries = views->ruleset->boundaries,
	};
	struct selector *selector;
	struct slice value;
	struct err err;

	if (n < 3 || !read_file(words[1], &bytes))
		return;
	views->message = message_parse(views->arena, buf_slice(&bytes), 0, views->budget);
	source.message = views->message;
	source.relays = views_relays(views);
	selector = selector_compile(views->arena, words[2], &err);
	if (selector != NULL && selector_read(selector, views->arena, &source, &value))
		print_value(value);
	else
		printf("-");
}

static const struct {
	const char *word;
	void (*answer)(struct views *views, const struct slice *words, size_t n);
} questions[] = {
	{ "canonical", answer_canonical },
	{ "domain", answer_domain },
	{ "date", answer_date },
	{ "color", answer_color },
	{ "contains", answer_contains },
	{ "select", answer_select },
};

/* A word with its \xNN undone, in place. */
static struct slice
undo_escapes(char *text)
{
	size_t n = 0;

	for (size_t i = 0; text[i] != '\0'; i++) {
		if (text[i] == '\\' && text[i + 1] == 'x' && text[i + 2] != '\0') {
			text[n++] = (char)(ascii_hex(text[i + 2]) << 4 | ascii_hex(text[i + 3]));
			i += 3;
		} else {
			text[n++] = text[i];
		}
	}
	return (struct slice){ text, n };
}

static void
ask(struct views *views, char *line)
{
	struct slice words[WORDS_MAX];
	size_t n = 0;

	while (n < WORDS_MAX && line != NULL) {
		char *tab = strchr(line, '\t');

		if (tab != NULL)
			*tab++ = '\0';
		words[n++] = undo_escapes(line);
		line = tab;
	}
	for (size_t i = 0; n > 1 && i < sizeof(questions) / sizeof(questions[0]); i++)
		if (slice_eq(words[0], slice_of(questions[i].word)))
			questions[i].answer(views, words, n);
	putchar('\n');
}

int
main(int argc, char **argv)
{
	struct converters *converters = converters_open();
	struct regex_scratch *scratch = regex_scratch_new();
	struct ruleset *ruleset = argc < 1 ? NULL : argument_ruleset(argv + 1);
	const struct envelope envelope = { .known = false };
	const struct budget budget = { NULL, NULL };
	static char line[1 << 16];

	while (ruleset != NULL && fgets(line, sizeof(line), stdin) != NULL) {
		struct views views = {
			.arena = arena_new(ARENA_CAP),
			.ruleset = ruleset,
			.envelope = &envelope,
			.scratch = scratch,
			.converters = converters,
			.budget = &budget,
		};

		line[strcspn(line, "\n")] = '\0';
		if (views_open(&views))
			ask(&views, line);
		arena_free(&views.arena);
	}
	ruleset_unref(&ruleset);
	regex_scratch_free(&scratch);
	converters_close(&converters);
	return 0;
}
