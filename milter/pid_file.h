/*
 * pid_file.h - the file that says which process is the daemon
 */
#ifndef STEELYARD_MILTER_PID_FILE_H
#define STEELYARD_MILTER_PID_FILE_H

#include <stdbool.h>

#include "engine/util/err.h"

struct pid_file {
	int fd; /* locked while the daemon lives; -1: none */
	char *path;
};

#define PID_FILE_NONE ((struct pid_file){ .fd = -1 })

/*
 * Opens and locks it; path "" is none. Returns false with *err set when that
 * fails or another daemon holds it. The lock goes over a fork.
 */
bool pid_file_open(struct pid_file *file, const char *path, struct err *err);

/* Writes this process's id into it. */
void pid_file_write(struct pid_file *file);

/* Empties and, where the directory lets us, removes it. */
void pid_file_close(struct pid_file *file);

#endif
