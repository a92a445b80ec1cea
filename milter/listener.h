/*
 * listener.h - sockets that others connect to: the MTA, and `steelyard status`
 */
#ifndef STEELYARD_MILTER_LISTENER_H
#define STEELYARD_MILTER_LISTENER_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#include "conf/settings.h"
#include "engine/util/err.h"

struct listener {
	int fd; /* listens; -1: none */
	char *path; /* of a unix socket, to be removed at the end; NULL: nothing to remove */
	dev_t device; /* which file the path was */
	ino_t inode;
	struct timespec changed; /* inode numbers are used again at once */
};

#define LISTENER_NONE ((struct listener){ .fd = -1 })

/* Who may connect to a unix socket. */
struct listener_access {
	unsigned mode; /* permission bits */
	uid_t user; /* (uid_t)-1: leave it */
	gid_t group; /* (gid_t)-1: leave it */
	bool group_optional; /* where this user may not give it away, it stays our own */
};

/*
 * Opens what the configuration names. Returns false with *err set.
 * A unix socket that is there already is removed only when nothing answers
 * on it; any other kind of file is an error.
 */
bool listener_open(struct listener *listener, const struct listen_socket *where,
    const struct listener_access *access, struct err *err);

/* The same for a unix socket at path. */
bool listener_open_unix(struct listener *listener, const char *path,
    const struct listener_access *access, struct err *err);

/* Closes it and removes its unix socket if that is still ours. */
void listener_close(struct listener *listener);

#endif
