/*
 * reader.h - SpamAssassin's configuration files -> rule definitions, lists, settings
 *
 * Files are read in SpamAssassin's order: the .pre files of all places first,
 * then the .cf files of each place, by the bytes of their names, but for
 * updates_spamassassin_org.cf, which is first. A file is read once. A mistake in
 * a line costs that line, and is a warning with its place: SpamAssassin goes
 * on, and so does mail.
 *
 * SYNOPSIS
 *	static const char *const paths[] = { "/usr/share/spamassassin", "/etc/spamassassin" };
 *	struct sa_config *config = sa_config_new(arena, diagnostics);
 *
 *	sa_read_paths(config, paths, 2);
 *	sa_resolve(config, &source);
 *	sa_config_free(&config);
 */
#ifndef STEELYARD_CONF_SPAMASSASSIN_READER_H
#define STEELYARD_CONF_SPAMASSASSIN_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/spamassassin/sa_config.h"
#include "engine/util/slice.h"

/* One file is at most so large, files include each other so deep and are so many. */
#define SA_FILE_MAX ((size_t)16 * 1024 * 1024)
#define SA_INCLUDE_DEPTH 16
#define SA_FILES_MAX 2000

/*
 * Reads directories (*.pre, *.cf, one level deep) and files. Without any
 * loadplugin line the plugins that SpamAssassin comes with are loaded. False
 * when one of the paths cannot be read, which is an error told of.
 */
bool sa_read_paths(struct sa_config *config, const char *const *paths, size_t n);

/* The .cf files of a directory that an `include` names. False as above. */
bool sa_read_included(struct sa_config *config, const char *path);

/* The lines of one file; `name` stands for it in messages, and `include` is relative to it. */
void sa_read_bytes(struct sa_config *config, const char *name, struct slice bytes);

/* Whether a path is SpamAssassin's: a .cf or .pre file, or a directory that holds one. */
bool sa_path_is_ours(const char *path);

#endif
