/*
 * stored_file.h - a file that a crash leaves whole: the old one or the new one
 */
#ifndef STEELYARD_SHARED_SYNC_STORED_FILE_H
#define STEELYARD_SHARED_SYNC_STORED_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "engine/util/err.h"
#include "engine/util/slice.h"

/*
 * Writes bytes beside `path`, flushes them, and renames them there; then flushes the
 * folder. False with *err, and what was there is still there.
 */
bool stored_file_write(const char *path, struct slice bytes, mode_t mode, struct err *err);

/* Makes a file that must not be there yet, flushed as above. False with *err. */
bool stored_file_create(const char *path, struct slice bytes, mode_t mode, struct err *err);

/*
 * Opens (and makes) the file at `path` with these flags beside O_CREAT and O_CLOEXEC, never
 * through a link. What root makes in another's folder is that one's, so that a daemon can
 * read what root imported. -1 with errno.
 */
int stored_file_open(const char *path, int flags, mode_t mode);

/* Renames within one folder, and flushes that. */
bool stored_file_rename(const char *from, const char *to, struct err *err);

/* Makes a folder and those above it that are not there, of mode 0700. */
bool stored_folder_make(const char *path, struct err *err);

#endif
