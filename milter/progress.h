/*
 * progress.h - a bar on the terminal for work that takes long
 *
 * On anything but a terminal, and for what is over within a second, it prints
 * nothing.
 */
#ifndef STEELYARD_MILTER_PROGRESS_H
#define STEELYARD_MILTER_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* Zeroed but for fd it is ready for use. */
struct progress {
	int fd; /* the terminal; -1: say nothing */
	bool shown;
	int64_t begun_us, drawn_us; /* monotonic */
};

/* A bar on fd, if that is a terminal. */
void progress_init(struct progress *progress, int fd);

/* Draws it, at most ten times a second: `done` messages, `share` 0 to 1 of the whole. */
void progress_draw(struct progress *progress, unsigned long done, double share);

/* Takes the bar off the screen, for good or before other output. */
void progress_hide(struct progress *progress);

#endif
