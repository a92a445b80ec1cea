/*
 * mail_source.h - messages one after another, out of files, directories,
 * Maildirs, mboxes and standard input
 *
 * The order is that of the arguments; a directory's files come sorted by byte.
 *
 * SYNOPSIS
 *	struct mail_source *source = mail_source_new(paths, count, false);
 *	struct mail mail;
 *
 *	while (mail_source_next(source, &mail)) {
 *		use(mail.name, mail.readable ? mail.bytes : SLICE(""));
 *		mail_clear(&mail);
 *	}
 *	mail_source_free(&source);
 */
#ifndef STEELYARD_MILTER_MAIL_SOURCE_H
#define STEELYARD_MILTER_MAIL_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/util/buf.h"
#include "engine/util/slice.h"

/* The largest message that is read at all; larger ones are an error in their place. */
#define MAIL_BYTES_MAX ((size_t)256 << 20)
/* Directories inside directories: a guard against bind-mount loops. */
#define MAIL_DEPTH_MAX 32

struct mail_source;

struct mail {
	struct buf name; /* PATH, PATH#N of an mbox (N from 1), or "-" */
	struct buf bytes; /* as they stand, a leading mbox "From " line included */
	bool readable; /* false: `error` says why, and there are no bytes */
	char error[256];
};

/*
 * `paths` must outlive the source. "-" is standard input. With `mbox`, each
 * file is split at its "From " lines; files of a Maildir never are.
 */
struct mail_source *mail_source_new(const char *const *paths, size_t count, bool mbox);

/* Closes and frees all and nulls *source; NULL inside is fine. */
void mail_source_free(struct mail_source **source);

/* The next message, or the next thing that could not be read. False: no more. */
bool mail_source_next(struct mail_source *source, struct mail *mail_r);

/* How far it is, 0 to 1: a guess by files and bytes, for a progress bar. */
double mail_source_share(const struct mail_source *source);

/* Frees a message's memory. */
void mail_clear(struct mail *mail);

/* One file (or "-") whole, whatever is in it. False with mail_r->error. */
bool mail_read(const char *path, struct mail *mail_r);

#endif
