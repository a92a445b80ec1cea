/*
 * privileges.h - who the daemon is: root at most until its sockets are open
 */
#ifndef STEELYARD_MILTER_PRIVILEGES_H
#define STEELYARD_MILTER_PRIVILEGES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "engine/util/err.h"

/* Who to become. */
struct identity {
	bool change; /* false: not started as root, stay who we are */
	char *user; /* for its supplementary groups */
	uid_t uid;
	gid_t gid;
};

/*
 * Looks up the names; group "" is the user's own. Not root: nothing is looked
 * up. Returns false with *err set when a name is unknown, or when the user is
 * root. identity_clear frees it.
 */
bool identity_find(struct identity *identity, const char *user, const char *group, struct err *err);

void identity_clear(struct identity *identity);

/* The group of that name; "" gives (gid_t)-1. */
bool group_find(const char *name, gid_t *gid_r, struct err *err);

/* Becomes it for good. Returns false with *err set when a step fails or can be undone. */
bool privileges_drop(const struct identity *identity, struct err *err);

/* Raises the limit of open files to `wanted` if the system lets us. Returns the limit in force. */
size_t privileges_raise_files(size_t wanted);

#endif
