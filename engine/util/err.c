/*
 * err.c - filling and printing error values; text that is too long is cut
 */
#include "engine/util/err.h"

#include <stdarg.h>
#include <stdio.h>

#include "engine/util/buf.h"

void
err_set(struct err *err, const char *format, ...)
{
	va_list args;

	*err = (struct err){ 0 };
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
}

void
err_at(struct err *err, const char *file, unsigned line, unsigned column, const char *format, ...)
{
	va_list args;

	*err = (struct err){ .line = line, .column = column };
	snprintf(err->file, sizeof(err->file), "%s", file == NULL ? "" : file);
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
}

void
err_format(const struct err *err, struct buf *out)
{
	if (err->file[0] != '\0')
		buf_printf(out, "%s:", err->file);
	if (err->line > 0)
		buf_printf(out, "%u:", err->line);
	if (err->line > 0 && err->column > 0)
		buf_printf(out, "%u:", err->column);
	buf_printf(out, "%s%s", out->n > 0 ? " " : "", err->text);
}
