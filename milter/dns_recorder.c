/*
 * dns_recorder.c - the answers that messages got, as a table
 */
#include "config.h"

#include "milter/dns_recorder.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/net/dns_table.h"
#include "engine/util/arena.h"
#include "engine/util/map.h"

struct dns_recorder {
	FILE *file;
	pthread_mutex_t lock;
	struct arena *arena; /* of the keys */
	struct map *written; /* "A example.org" -> itself */
};

struct dns_recorder *
dns_recorder_open(const char *path, struct err *err)
{
	struct dns_recorder *recorder;
	FILE *file = fopen(path, "we");

	if (file == NULL) {
		err_set(err, "%s: %s", path, strerror(errno));
		return NULL;
	}
	recorder = calloc(1, sizeof(*recorder));
	if (recorder == NULL)
		abort();
	recorder->file = file;
	recorder->arena = arena_new(SIZE_MAX);
	recorder->written = map_new(recorder->arena, MAP_EXACT, 0);
	pthread_mutex_init(&recorder->lock, NULL);
	return recorder;
}

void
dns_recorder_add(struct dns_recorder *recorder, const struct dns_question *question,
    const struct dns_answer *answer)
{
	struct slice key;

	pthread_mutex_lock(&recorder->lock);
	key = arena_printf(
	    recorder->arena, "%s %.*s", dns_type_name(question->type), SLICE_ARG(question->name));
	if (map_find(recorder->written, key) == NULL) {
		struct buf line = { 0 };

		map_add(recorder->written, key, recorder);
		dns_table_write_answer(&line, question, answer);
		fwrite(line.p, 1, line.n, recorder->file);
		buf_clear(&line);
	}
	pthread_mutex_unlock(&recorder->lock);
}

bool
dns_recorder_close(struct dns_recorder **recorder_p)
{
	struct dns_recorder *recorder = *recorder_p;
	bool good;

	*recorder_p = NULL;
	if (recorder == NULL)
		return true;
	good = !ferror(recorder->file);
	good = fclose(recorder->file) == 0 && good;
	pthread_mutex_destroy(&recorder->lock);
	arena_free(&recorder->arena);
	free(recorder);
	return good;
}
