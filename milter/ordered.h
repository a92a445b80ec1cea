/*
 * ordered.h - work shared by threads whose results come out in the order it went in
 *
 * Items are taken one at a time, worked on by any thread, and put out one at
 * a time in the order they were taken. At most ORDERED_WINDOW items for each
 * worker are between the two, so a slow item stops the intake, not memory.
 */
#ifndef STEELYARD_MILTER_ORDERED_H
#define STEELYARD_MILTER_ORDERED_H

#include <stdbool.h>
#include <stddef.h>

#define ORDERED_WINDOW 8
#define ORDERED_WORKERS_MAX 256

struct ordered {
	size_t item_size;
	/* Fills a zeroed item; false: no more. One thread at a time. */
	bool (*take)(void *p, void *item);
	/* Any thread; `worker` tells them apart, from 0. */
	void (*work)(void *p, unsigned worker, void *item);
	/* Uses and clears an item, in order; one thread at a time. False: take no more. */
	bool (*put)(void *p, void *item);
	void *p;
};

/* Runs until nothing is left; the caller's thread is worker 0. */
void ordered_run(const struct ordered *ordered, unsigned workers);

#endif
