/*
 * stored_file.c - writing beside, fsync, rename, fsync of the folder
 *
 * The order is what makes it safe: bytes before the name, and the name before anyone
 * relies on it. What a crash leaves under the name ".new" is written over the next time.
 */
#include "config.h"

#include "shared-sync/stored_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/util/buf.h"

static bool
fail(struct err *err, const char *path)
{
	err_at(err, path, 0, 0, "%s", strerror(errno));
	return false;
}

/* "/a/b" -> "/a"; a name alone stands in ".". */
static void
folder_of(const char *path, struct buf *out)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		buf_add(out, SLICE("."));
	else if (slash == path)
		buf_add(out, SLICE("/"));
	else
		buf_add(out, (struct slice){ path, (size_t)(slash - path) });
}

static bool
flush_folder(const char *path, struct err *err)
{
	struct buf folder = { 0 };
	bool good;
	int fd;

	folder_of(path, &folder);
	fd = open(buf_text(&folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	good = (fd >= 0 && fsync(fd) == 0) || fail(err, buf_text(&folder));
	if (fd >= 0)
		close(fd);
	buf_clear(&folder);
	return good;
}

static bool
write_all(int fd, struct slice bytes)
{
	while (bytes.n > 0) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		bytes = slice_from(bytes, (size_t)n);
	}
	return fsync(fd) == 0;
}

int
stored_file_open(const char *path, int flags, mode_t mode)
{
	int fd = open(path, O_CREAT | O_CLOEXEC | O_NOFOLLOW | flags, mode);
	struct buf folder = { 0 };
	struct stat there;

	if (fd < 0 || geteuid() != 0)
		return fd;
	folder_of(path, &folder);
	if (stat(buf_text(&folder), &there) == 0 && there.st_uid != 0 &&
	    fchown(fd, there.st_uid, there.st_gid) != 0) {
		int error = errno;

		close(fd);
		errno = error;
		fd = -1;
	}
	buf_clear(&folder);
	return fd;
}

/* Into a file opened with these flags. One that could not be filled is taken away. */
static bool
fill(const char *path, int flags, struct slice bytes, mode_t mode, struct err *err)
{
	int fd = stored_file_open(path, O_WRONLY | flags, mode);
	bool good;

	if (fd < 0)
		return fail(err, path);
	good = write_all(fd, bytes) || fail(err, path);
	if (close(fd) != 0 && good)
		good = fail(err, path);
	if (!good)
		unlink(path);
	return good;
}

bool
stored_file_write(const char *path, struct slice bytes, mode_t mode, struct err *err)
{
	struct buf beside = { 0 };
	bool good;

	buf_printf(&beside, "%s.new", path);
	good = fill(buf_text(&beside), O_TRUNC, bytes, mode, err) &&
	       stored_file_rename(buf_text(&beside), path, err);
	buf_clear(&beside);
	return good;
}

bool
stored_file_create(const char *path, struct slice bytes, mode_t mode, struct err *err)
{
	return fill(path, O_EXCL, bytes, mode, err) && flush_folder(path, err);
}

bool
stored_file_rename(const char *from, const char *to, struct err *err)
{
	return (rename(from, to) == 0 || fail(err, from)) && flush_folder(to, err);
}

bool
stored_folder_make(const char *path, struct err *err)
{
	struct buf part = { 0 };
	bool good = true;

	for (size_t i = 0; good && path[i] != '\0';) {
		do
			buf_add_byte(&part, path[i++]);
		while (path[i] != '\0' && path[i] != '/');
		good = mkdir(buf_text(&part), 0700) == 0 || errno == EEXIST ||
		       fail(err, buf_text(&part));
	}
	buf_clear(&part);
	return good;
}
