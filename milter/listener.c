/*
 * listener.c - sockets that others connect to
 *
 * Steelyard opens its sockets itself and hands libmilter a descriptor (fd:N),
 * so that permissions stand before the first connection can come, a stale
 * socket is told from a live one, and all of it happens before privileges are
 * dropped.
 *
 * A unix socket is bound under a umask that leaves nobody in, then given its
 * group and mode: there is no moment at which it is open wider than asked.
 */
#include "config.h"

#include "milter/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LISTENER_BACKLOG 128

static bool
unix_address(const char *path, struct sockaddr_un *address_r, struct err *err)
{
	*address_r = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(address_r->sun_path)) {
		err_set(err, "%s: a unix socket's path has at most %zu bytes", path,
		    sizeof(address_r->sun_path) - 1);
		return false;
	}
	strcpy(address_r->sun_path, path);
	return true;
}

/* Whether somebody listens there. */
static bool
unix_answers(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool answers;

	if (fd < 0)
		return true;
	/* EAGAIN: a full backlog is an answer too. */
	answers = connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
		  (errno != ECONNREFUSED && errno != ENOENT);
	close(fd);
	return answers;
}

/* Makes the path free to bind. */
static bool
unix_clear_path(const char *path, const struct sockaddr_un *address, struct err *err)
{
	struct stat status;

	if (lstat(path, &status) != 0)
		return true;
	if (!S_ISSOCK(status.st_mode)) {
		err_set(err, "%s: there is a file that is not a socket", path);
		return false;
	}
	if (unix_answers(address)) {
		err_set(err, "%s: another process listens there", path);
		return false;
	}
	if (unlink(path) != 0 && errno != ENOENT) {
		err_set(err, "%s: cannot remove the stale socket: %s", path, strerror(errno));
		return false;
	}
	return true;
}

/*
 * What is right already is left alone: in a folder with the set-group-id bit
 * the socket has the folder's group, which a plain user could not give it.
 */
static bool
unix_set_access(const char *path, const struct listener_access *access)
{
	struct stat status;
	uid_t user = access->user;
	gid_t group = access->group;

	if (lstat(path, &status) != 0)
		return false;
	if (user == status.st_uid)
		user = (uid_t)-1;
	if (group == status.st_gid)
		group = (gid_t)-1;
	if ((user != (uid_t)-1 || group != (gid_t)-1) && lchown(path, user, group) != 0 &&
	    !(access->group_optional && errno == EPERM))
		return false;
	/* Not through a link: the folder may be the plain user's, and root is asking. */
	return fchmodat(AT_FDCWD, path, access->mode, AT_SYMLINK_NOFOLLOW) == 0;
}

static int
unix_listen(
    const char *path, const struct sockaddr_un *address, const struct listener_access *access)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	mode_t umask_before = umask(0777);
	bool bound = fd >= 0 && bind(fd, (const struct sockaddr *)address, sizeof(*address)) == 0;

	umask(umask_before);
	if (bound && listen(fd, LISTENER_BACKLOG) == 0 && unix_set_access(path, access))
		return fd;
	if (fd >= 0) {
		int error = errno;

		close(fd);
		if (bound)
			unlink(path);
		errno = error;
	}
	return -1;
}

bool
listener_open_unix(struct listener *listener, const char *path,
    const struct listener_access *access, struct err *err)
{
	struct sockaddr_un address;
	struct stat status = { 0 };

	*listener = LISTENER_NONE;
	if (!unix_address(path, &address, err) || !unix_clear_path(path, &address, err))
		return false;
	listener->fd = unix_listen(path, &address, access);
	if (listener->fd < 0) {
		err_set(err, "%s: cannot listen: %s", path, strerror(errno));
		return false;
	}
	listener->path = strdup(path);
	if (listener->path == NULL)
		abort();
	if (lstat(path, &status) == 0) {
		listener->device = status.st_dev;
		listener->inode = status.st_ino;
		listener->changed = status.st_ctim;
	}
	return true;
}

/*
 * Connections have it from their listener (tcp(7)): libmilter, which accepts them, writes each
 * reply at once, but the second one of several would wait for the MTA's delayed acknowledgement.
 */
static void
send_at_once(int fd)
{
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static int
inet_listen(const struct addrinfo *address)
{
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (address->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	send_at_once(fd);
	if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 &&
	    listen(fd, LISTENER_BACKLOG) == 0)
		return fd;
	one = errno;
	close(fd);
	errno = one;
	return -1;
}

static bool
inet_open(struct listener *listener, const struct listen_socket *where, struct err *err)
{
	struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
		.ai_family = where->kind == LISTEN_INET ? AF_INET : AF_INET6,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	char port[8];
	int error;

	snprintf(port, sizeof(port), "%u", where->port);
	error = getaddrinfo(where->host[0] == '\0' ? NULL : where->host, port, &hints, &found);
	if (error != 0) {
		err_set(err, "%s: %s", where->text, gai_strerror(error));
		return false;
	}
	listener->fd = inet_listen(found);
	if (listener->fd < 0)
		err_set(err, "%s: cannot listen: %s", where->text, strerror(errno));
	freeaddrinfo(found);
	return listener->fd >= 0;
}

static bool
fd_open(struct listener *listener, const struct listen_socket *where, struct err *err)
{
	int listens = 0;
	socklen_t n = sizeof(listens);

	if (getsockopt(where->fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &n) != 0 || !listens) {
		err_set(err, "%s: not a descriptor of a listening socket", where->text);
		return false;
	}
	send_at_once(where->fd); /* a unix socket has no such option, and needs none */
	listener->fd = where->fd;
	return true;
}

bool
listener_open(struct listener *listener, const struct listen_socket *where,
    const struct listener_access *access, struct err *err)
{
	*listener = LISTENER_NONE;
	switch (where->kind) {
	case LISTEN_UNIX:
		return listener_open_unix(listener, where->path, access, err);
	case LISTEN_INET:
	case LISTEN_INET6:
		return inet_open(listener, where, err);
	case LISTEN_FD:
		return fd_open(listener, where, err);
	}
	return false;
}

/* Whether the file at the path is still the one that we made. */
static bool
listener_owns_path(const struct listener *listener)
{
	struct stat status;

	return listener->path != NULL && lstat(listener->path, &status) == 0 &&
	       status.st_dev == listener->device && status.st_ino == listener->inode &&
	       status.st_ctim.tv_sec == listener->changed.tv_sec &&
	       status.st_ctim.tv_nsec == listener->changed.tv_nsec;
}

void
listener_close(struct listener *listener)
{
	if (listener_owns_path(listener))
		unlink(listener->path);
	if (listener->fd >= 0)
		close(listener->fd);
	free(listener->path);
	*listener = LISTENER_NONE;
}
