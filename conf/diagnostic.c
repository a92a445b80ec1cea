/*
 * diagnostic.c - the list of what is wrong, and how it is printed
 *
 * Texts lie in an arena of the list's own, so a diagnostic outlives the file
 * it speaks of. What files say is quoted in texts and comes from outside:
 * printing turns control bytes into \xNN, so no file can write to a terminal.
 */
#include "conf/diagnostic.h"

#include <stdarg.h>
#include <stdlib.h>

#include "engine/util/arena.h"
#include "engine/util/ascii.h"
#include "engine/util/vec.h"

/* DIAGNOSTICS_MAX of the longest texts. */
#define ARENA_CAP ((size_t)32 * 1024 * 1024)

struct diagnostics {
	struct arena *arena;
	struct vec kept; /* struct diagnostic */
	size_t counts[2]; /* by severity */
};

struct diagnostics *
diagnostics_new(void)
{
	struct diagnostics *diagnostics = calloc(1, sizeof(*diagnostics));

	if (diagnostics == NULL)
		abort();
	diagnostics->arena = arena_new(ARENA_CAP);
	diagnostics->kept = VEC_OF(struct diagnostic, NULL);
	return diagnostics;
}

void
diagnostics_free(struct diagnostics **diagnostics)
{
	if (*diagnostics == NULL)
		return;
	vec_clear(&(*diagnostics)->kept);
	arena_free(&(*diagnostics)->arena);
	free(*diagnostics);
	*diagnostics = NULL;
}

void
diagnostics_add(struct diagnostics *diagnostics, enum severity severity, const char *file,
    unsigned line, unsigned column, const char *format, ...)
{
	struct err err = { .line = line, .column = column };
	va_list args;

	snprintf(err.file, sizeof(err.file), "%s", file == NULL ? "" : file);
	va_start(args, format);
	vsnprintf(err.text, sizeof(err.text), format, args);
	va_end(args);
	diagnostics_add_err(diagnostics, severity, &err);
}

void
diagnostics_add_err(struct diagnostics *diagnostics, enum severity severity, const struct err *err)
{
	struct slice file, text;
	struct diagnostic *diagnostic;

	diagnostics->counts[severity]++;
	if (diagnostics->kept.n >= DIAGNOSTICS_MAX)
		return;
	file = arena_copy(diagnostics->arena, slice_of(err->file));
	text = arena_copy(diagnostics->arena, slice_of(err->text));
	if (file.p == NULL || text.p == NULL)
		return;
	diagnostic = vec_push(&diagnostics->kept);
	*diagnostic = (struct diagnostic){ severity, file.p, err->line, err->column, text.p };
}

size_t
diagnostics_count(const struct diagnostics *diagnostics, enum severity severity)
{
	return diagnostics->counts[severity];
}

size_t
diagnostics_kept(const struct diagnostics *diagnostics)
{
	return diagnostics->kept.n;
}

const struct diagnostic *
diagnostics_at(const struct diagnostics *diagnostics, size_t i)
{
	return vec_at(&diagnostics->kept, i);
}

static void
add_escaped(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (ascii_is_control(*text))
			buf_printf(out, "\\x%02x", (unsigned)(unsigned char)*text);
		else
			buf_add_byte(out, *text);
	}
}

void
diagnostic_format(const struct diagnostic *diagnostic, struct buf *out)
{
	if (diagnostic->file[0] != '\0') {
		add_escaped(out, diagnostic->file);
		buf_add_byte(out, ':');
	}
	if (diagnostic->line > 0)
		buf_printf(out, "%u:", diagnostic->line);
	if (diagnostic->line > 0 && diagnostic->column > 0)
		buf_printf(out, "%u:", diagnostic->column);
	if (diagnostic->file[0] != '\0' || diagnostic->line > 0)
		buf_add_byte(out, ' ');
	buf_add(
	    out, diagnostic->severity == SEVERITY_ERROR ? SLICE("error: ") : SLICE("warning: "));
	add_escaped(out, diagnostic->text);
}

void
diagnostics_print(const struct diagnostics *diagnostics, FILE *file)
{
	struct buf line = { 0 };
	size_t all = diagnostics->counts[SEVERITY_ERROR] + diagnostics->counts[SEVERITY_WARNING];

	for (size_t i = 0; i < diagnostics->kept.n; i++) {
		line.n = 0;
		diagnostic_format(diagnostics_at(diagnostics, i), &line);
		fprintf(file, "%s\n", buf_text(&line));
	}
	buf_clear(&line);
	if (all > diagnostics->kept.n)
		fprintf(file, "and %zu more\n", all - diagnostics->kept.n);
}

static void
report_tell(void *p, char severity, const struct err *err)
{
	diagnostics_add_err(p, severity == 'w' ? SEVERITY_WARNING : SEVERITY_ERROR, err);
}

struct ruleset_report
diagnostics_report(struct diagnostics *diagnostics)
{
	return (struct ruleset_report){ report_tell, diagnostics };
}
