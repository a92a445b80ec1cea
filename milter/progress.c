/*
 * progress.c - a bar on the terminal: "[=====>     ]  47%  1234 messages"
 *
 * It redraws one line with a carriage return and erases it by the terminal's
 * "erase to the end of line" (ECMA-48, EL), which all terminals of today know.
 */
#include "config.h"

#include "milter/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "milter/clock.h"

#define BAR_WIDTH 40
#define BEGIN_US INT64_C(1000000)
#define REDRAW_US INT64_C(100000)

static void
put(const struct progress *progress, const char *text, int n)
{
	/* A terminal that is gone takes no bar; the work goes on. */
	if (n > 0 && write(progress->fd, text, (size_t)n) < 0)
		return;
}

void
progress_init(struct progress *progress, int fd)
{
	*progress = (struct progress){ .fd = isatty(fd) ? fd : -1,
		.begun_us = clock_monotonic_us() };
}

void
progress_draw(struct progress *progress, unsigned long done, double share)
{
	int filled = (int)(share * BAR_WIDTH);
	char bar[BAR_WIDTH + 1], text[160];
	int64_t now;

	if (progress->fd < 0)
		return;
	now = clock_monotonic_us();
	if (now - progress->begun_us < BEGIN_US || now - progress->drawn_us < REDRAW_US)
		return;
	for (int i = 0; i < BAR_WIDTH; i++)
		bar[i] = i < filled ? '=' : i == filled ? '>' : ' ';
	bar[BAR_WIDTH] = '\0';
	put(progress, text,
	    snprintf(text, sizeof(text), "\r[%s] %3d%%  %lu message%s\033[K", bar,
		(int)(share * 100), done, done == 1 ? "" : "s"));
	progress->drawn_us = now;
	progress->shown = true;
}

void
progress_hide(struct progress *progress)
{
	if (progress->shown)
		put(progress, "\r\033[K", 4);
	progress->shown = false;
	progress->drawn_us = 0;
}
