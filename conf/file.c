/*
 * file.c - reading whole files
 *
 * Opened without blocking and looked at by descriptor, so neither a FIFO nor
 * a file that changes under our eyes can hold the reader up: what is read is
 * what is judged.
 */
#include "config.h"

#include "conf/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
fail(struct err *err, const char *path, const char *why)
{
	err_at(err, path, 0, 0, "%s", why);
	return -1;
}

/* Reads up to n bytes; -1 leaves errno. */
static ssize_t
read_all(int fd, char *p, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = read(fd, p + done, n - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

static int
read_descriptor(struct arena *arena, int fd, const char *path, size_t limit, struct slice *bytes_r,
    struct err *err)
{
	struct stat status;
	ssize_t got;
	char *p;

	if (fstat(fd, &status) != 0)
		return fail(err, path, strerror(errno));
	if (!S_ISREG(status.st_mode))
		return fail(err, path, "not a regular file");
	if ((uintmax_t)status.st_size > limit) {
		err_at(err, path, 0, 0, "larger than %zu bytes", limit);
		return -1;
	}
	p = arena_alloc(arena, (size_t)status.st_size + 1);
	if (p == NULL)
		return fail(err, path, "out of memory for configuration");
	got = read_all(fd, p, (size_t)status.st_size);
	if (got < 0)
		return fail(err, path, strerror(errno));
	*bytes_r = (struct slice){ p, (size_t)got };
	return 1;
}

int
file_read(
    struct arena *arena, const char *path, size_t limit, struct slice *bytes_r, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int result;

	if (fd < 0)
		return fail(err, path, strerror(errno));
	result = read_descriptor(arena, fd, path, limit, bytes_r, err);
	close(fd);
	return result;
}

bool
file_is_directory(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}
