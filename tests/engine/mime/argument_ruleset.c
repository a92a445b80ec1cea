/* argument_ruleset.c - lists of a ruleset from a command line's arguments */
#include "tests/engine/mime/argument_ruleset.h"

#include <stdio.h>
#include <string.h>

#include "engine/util/buf.h"
#include "engine/util/vec.h"

/* What lists are made of: one entry each. */
struct lists {
	struct vec lists; /* struct rule_list */
	struct buf text; /* of the .cf file */
	struct arena *arena;
};

static void
add_entry(struct lists *lists, struct slice name, struct slice entry)
{
	struct slice *copy = arena_alloc(lists->arena, sizeof(*copy));

	*copy = entry;
	*(struct rule_list *)vec_push(&lists->lists) = (struct rule_list){
		.name = name,
		.entries = copy,
		.entry_count = 1,
	};
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

/* The words of the lines that begin with util_rb_, under their first word. */
static void
add_registries(struct lists *lists, struct slice text)
{
	for (size_t at = 0; at < text.n;) {
		size_t end = slice_find_byte(text, at, '\n');
		struct slice line = slice_cut(text, at, end), name;
		size_t i = slice_find_byte(line, 0, ' ');

		at = end + 1;
		name = slice_cut(line, 0, i);
		if (!slice_starts(name, SLICE("util_rb_")))
			continue;
		while (i < line.n) {
			size_t stop = slice_find_byte(line, ++i, ' ');

			if (stop > i)
				add_entry(lists, name, slice_cut(line, i, stop));
			i = stop;
		}
	}
}

static void
tell(void *p, char severity, const struct err *err)
{
	(void)p;
	fprintf(stderr, "%c %s\n", severity, err->text);
}

struct ruleset *
argument_ruleset(char **argv)
{
	struct lists lists = { .arena = arena_new(SIZE_MAX) };
	const struct ruleset_report report = { tell, NULL };
	struct ruleset_source source = { .defs = NULL };
	struct ruleset *ruleset = NULL;
	bool good = true;

	lists.lists = VEC_OF(struct rule_list, lists.arena);
	lists.text.arena = lists.arena;
	for (; argv[0] != NULL && argv[1] != NULL; argv += 2) {
		if (strcmp(argv[0], "registries") != 0) {
			add_entry(&lists, slice_of(argv[0]), slice_of(argv[1]));
			continue;
		}
		good &= read_file(argv[1], &lists.text);
		add_registries(&lists, buf_slice(&lists.text));
	}
	source.lists = lists.lists.p;
	source.list_count = lists.lists.n;
	if (good)
		ruleset = ruleset_build(&source, &report);
	arena_free(&lists.arena);
	return ruleset;
}
