/*
 * background.h - leaving the terminal: the parent waits until the daemon serves
 */
#ifndef STEELYARD_MILTER_BACKGROUND_H
#define STEELYARD_MILTER_BACKGROUND_H

#include <stdbool.h>

struct background {
	int ready; /* the daemon's end of a pipe; -1: not in the background */
	bool keep_stderr;
};

#define BACKGROUND_NONE ((struct background){ .ready = -1 })

/*
 * Forks. In the daemon returns -1. In the caller's process waits until the
 * daemon is ready or dead and returns the exit status to end with. Before
 * there are threads.
 */
int background_enter(struct background *background, bool keep_stderr);

/*
 * The daemon serves: lets the parent end well, and leaves its terminal's
 * streams (standard error stays when it is the log). Not in the background:
 * nothing.
 */
void background_ready(struct background *background);

#endif
