/*
 * ordered.c - a ring of items under one lock
 *
 * The ring's head is the next to be taken, its tail the next to be put out.
 * Whoever finishes the item at the tail puts out it and all finished ones
 * behind it. take and put run under the lock: they are short beside work.
 */
#include "config.h"

#include "milter/ordered.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct ring {
	const struct ordered *ordered;
	pthread_mutex_t lock;
	pthread_cond_t room; /* an item went out, or there is no more */
	char *items;
	bool *done;
	size_t size, head, tail; /* head and tail only grow */
	bool over;
};

struct worker {
	struct ring *ring;
	unsigned number;
	pthread_t thread;
};

/* The next item, or NULL when there is none; waits for room. */
static void *
ring_take(struct ring *ring, size_t *at_r)
{
	void *item;

	while (!ring->over && ring->head - ring->tail == ring->size)
		pthread_cond_wait(&ring->room, &ring->lock);
	if (ring->over)
		return NULL;
	*at_r = ring->head % ring->size;
	item = ring->items + *at_r * ring->ordered->item_size;
	memset(item, 0, ring->ordered->item_size);
	if (!ring->ordered->take(ring->ordered->p, item)) {
		ring->over = true;
		pthread_cond_broadcast(&ring->room);
		return NULL;
	}
	ring->done[*at_r] = false;
	ring->head++;
	return item;
}

static void
ring_put(struct ring *ring, size_t at)
{
	ring->done[at] = true;
	while (ring->tail < ring->head && ring->done[ring->tail % ring->size]) {
		void *item = ring->items + ring->tail % ring->size * ring->ordered->item_size;

		if (!ring->ordered->put(ring->ordered->p, item))
			ring->over = true;
		ring->tail++;
	}
	pthread_cond_broadcast(&ring->room);
}

static void *
worker_run(void *p)
{
	const struct worker *worker = p;
	struct ring *ring = worker->ring;
	void *item;
	size_t at;

	pthread_mutex_lock(&ring->lock);
	while ((item = ring_take(ring, &at)) != NULL) {
		pthread_mutex_unlock(&ring->lock);
		ring->ordered->work(ring->ordered->p, worker->number, item);
		pthread_mutex_lock(&ring->lock);
		ring_put(ring, at);
	}
	pthread_mutex_unlock(&ring->lock);
	return NULL;
}

void
ordered_run(const struct ordered *ordered, unsigned workers)
{
	struct ring ring = { .ordered = ordered, .size = (size_t)workers * ORDERED_WINDOW };
	struct worker *team = calloc(workers, sizeof(*team));
	unsigned running = 1;

	ring.items = calloc(ring.size, ordered->item_size);
	ring.done = calloc(ring.size, sizeof(*ring.done));
	if (team == NULL || ring.items == NULL || ring.done == NULL)
		abort();
	pthread_mutex_init(&ring.lock, NULL);
	pthread_cond_init(&ring.room, NULL);
	for (unsigned i = 0; i < workers; i++)
		team[i] = (struct worker){ .ring = &ring, .number = i };
	/* Fewer threads than wished for do the same work, later. */
	while (running < workers &&
	       pthread_create(&team[running].thread, NULL, worker_run, &team[running]) == 0)
		running++;
	worker_run(&team[0]);
	while (--running > 0)
		pthread_join(team[running].thread, NULL);
	pthread_cond_destroy(&ring.room);
	pthread_mutex_destroy(&ring.lock);
	free(ring.done);
	free(ring.items);
	free(team);
}
