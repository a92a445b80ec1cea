/*
 * reader.c - the lines of SpamAssassin's configuration files
 *
 * What stands under an `if` that is false is passed over, but for the lines
 * that open and close such parts, and includes. At a file's end, and around an
 * include, open parts are closed. A file is read once: to include it again, or
 * to include each other, adds nothing.
 */
#include "conf/spamassassin/reader.h"

#include "conf/file.h"
#include "conf/spamassassin/cf_line.h"
#include "conf/spamassassin/condition.h"
#include "conf/spamassassin/directive.h"
#include "engine/util/vec.h"

#define LAYER "spamassassin"

/* An open `if`. */
struct open_if {
	bool skipped_before; /* the lines before it were passed over */
	unsigned line;
};

struct reader {
	struct sa_config *config;
	const char *file;
	bool skipping;
	struct vec ifs; /* struct open_if */
};

static struct origin
origin_of(const struct reader *reader, const struct cf_line *line)
{
	return (struct origin){ reader->file, line->number, 0, LAYER };
}

static void
warn(const struct reader *reader, const struct cf_line *line, const char *text)
{
	struct origin origin = origin_of(reader, line);

	sa_config_warn(reader->config, &origin, SLICE_ABSENT, "%.*s: %s",
	    SLICE_ARG(slice_cut(line->text, 0, 100)), text);
}

static void
close_ifs(struct reader *reader)
{
	for (size_t i = 0; i < reader->ifs.n; i++) {
		const struct open_if *open = vec_at(&reader->ifs, i);
		struct origin origin = { reader->file, open->line, 0, LAYER };

		sa_config_warn(reader->config, &origin, SLICE_ABSENT, "this `if` has no `endif`");
	}
	reader->ifs.n = 0;
	reader->skipping = false;
}

static void
read_if(struct reader *reader, const struct cf_line *line)
{
	struct sa_config *config = reader->config;
	struct slice text = line->value;
	enum condition value;
	struct err err;

	if (text.n == 0) {
		warn(reader, line, "expected a condition");
		return;
	}
	if (slice_eq(line->key, SLICE("ifplugin")))
		text = arena_printf(config->arena, "plugin (%.*s)", SLICE_ARG(text));
	value = condition_value(
	    config->arena, &config->plugins, config->local_tests_only, text, &err);
	if (err.text[0] != '\0')
		warn(reader, line, err.text);
	if (value == CONDITION_UNKNOWN_WORD)
		return;
	*(struct open_if *)vec_push(
	    &reader->ifs) = (struct open_if){ reader->skipping, line->number };
	if (value == CONDITION_FALSE)
		reader->skipping = true;
}

static void
read_else(struct reader *reader, const struct cf_line *line)
{
	bool outer = false;

	if (line->value.n > 0 || reader->ifs.n == 0) {
		warn(reader, line,
		    line->value.n > 0 ? "expected nothing behind it"
				      : "expected an `if` before it");
		return;
	}
	for (size_t i = 0; i < reader->ifs.n; i++)
		if (((struct open_if *)vec_at(&reader->ifs, i))->skipped_before)
			outer = true;
	reader->skipping = outer || !reader->skipping;
}

static void
read_endif(struct reader *reader, const struct cf_line *line)
{
	if (line->value.n > 0 || reader->ifs.n == 0) {
		warn(reader, line,
		    line->value.n > 0 ? "expected nothing behind it"
				      : "expected an `if` before it");
		return;
	}
	reader->ifs.n--;
	reader->skipping = ((struct open_if *)reader->ifs.p)[reader->ifs.n].skipped_before;
}

/* The path of an include: relative ones stand beside the file that names them. */
static const char *
include_path(const struct reader *reader, struct slice value)
{
	struct slice file = slice_of(reader->file);
	size_t folder = file.n;

	while (folder > 0 && file.p[folder - 1] != '/')
		folder--;
	if (value.p[0] == '/')
		folder = 0;
	return arena_printf(reader->config->arena, "%.*s%.*s",
	    SLICE_ARG(slice_cut(file, 0, folder)), SLICE_ARG(value))
	    .p;
}

static void
read_included(struct reader *reader, const struct cf_line *line, const char *path)
{
	struct sa_config *config = reader->config;
	struct slice bytes;
	struct err err;

	config->depth++;
	if (file_is_directory(path))
		sa_read_included(config, path);
	else if (file_read(config->arena, path, SA_FILE_MAX, &bytes, &err) < 0)
		warn(reader, line, err.text);
	else
		sa_read_bytes(config, path, bytes);
	config->depth--;
}

static void
read_include(struct reader *reader, const struct cf_line *line)
{
	struct sa_config *config = reader->config;
	const char *path;

	if (line->value.n == 0 || config->depth == SA_INCLUDE_DEPTH) {
		warn(reader, line,
		    line->value.n == 0 ? "expected the path of a file"
				       : "files include each other too deep");
		return;
	}
	close_ifs(reader);
	path = include_path(reader, line->value);
	if (path == NULL || (!file_is_directory(path) && sa_config_knows_file(config, path)))
		return;
	if (config->files >= SA_FILES_MAX)
		warn(reader, line, "too many files");
	else
		read_included(reader, line, path);
}

/* require_version: the rest of a file for another version is passed over. */
static void
read_require_version(struct reader *reader, const struct cf_line *line)
{
	if (slice_eq(line->value, SLICE("@@VERSION@@")) || slice_eq(line->value, SLICE(SA_VERSION)))
		return;
	warn(reader, line, "expected " SA_VERSION ": the rest of the file is passed over");
	reader->skipping = line->value.n > 0;
}

static void
read_directive(struct reader *reader, const struct cf_line *line)
{
	struct sa_statement statement = { .key = line->key, .value = line->value };
	bool known;

	statement.directive = sa_directive_find(&reader->config->plugins, line->key, &known);
	statement.origin = origin_of(reader, line);
	if (statement.directive != NULL)
		statement.directive->read(reader->config, &statement);
	else
		warn(reader, line, known ? "its plugin is not loaded" : "unknown directive");
}

static void
read_line(struct reader *reader, const struct cf_line *line)
{
	if (slice_eq(line->key, SLICE("endif")))
		read_endif(reader, line);
	else if (slice_eq(line->key, SLICE("if")) || slice_eq(line->key, SLICE("ifplugin")))
		read_if(reader, line);
	else if (slice_eq(line->key, SLICE("else")))
		read_else(reader, line);
	else if (slice_eq(line->key, SLICE("include")))
		read_include(reader, line);
	else if (reader->skipping)
		return;
	else if (slice_eq(line->key, SLICE("require_version")))
		read_require_version(reader, line);
	else
		read_directive(reader, line);
}

void
sa_read_bytes(struct sa_config *config, const char *name, struct slice bytes)
{
	struct reader reader = { .config = config,
		.file = arena_copy(config->arena, slice_of(name)).p,
		.ifs = VEC_OF(struct open_if, NULL) };
	struct cf_lines lines = {
		.arena = config->arena, .rest = bytes, .language = cf_language()
	};
	struct cf_line line;

	config->files++;
	while (reader.file != NULL && cf_line_next(&lines, &line))
		read_line(&reader, &line);
	close_ifs(&reader);
	vec_clear(&reader.ifs);
	if (lines.update_version.p != NULL) {
		struct origin origin = { reader.file, 0, 0, LAYER };

		sa_list_append(
		    sa_config_list(config, SLICE("update_version")), lines.update_version, &origin);
	}
}
