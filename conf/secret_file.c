/*
 * secret_file.c - a secret that stands in a file of its own, which only its owner can read
 *
 * The mode is asked of the open descriptor, so that nobody can put another
 * file there between the question and the reading.
 */
#include "config.h"

#include "conf/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_FILE_MAX 4096

static int
refuse(struct err *err, const char *path, const char *why)
{
	err_at(err, path, 0, 0, "%s", why);
	return -1;
}

static int
read_line(struct arena *arena, int fd, const char *path, size_t limit, struct slice *secret_r,
    struct err *err)
{
	char bytes[SECRET_FILE_MAX];
	ssize_t n = read(fd, bytes, sizeof(bytes));
	struct slice line = { bytes, n < 0 ? 0 : (size_t)n };

	if (n < 0)
		return refuse(err, path, strerror(errno));
	line = slice_trim(slice_cut(line, 0, slice_find_byte(line, 0, '\n')));
	if (line.n > 0 && line.n <= limit)
		*secret_r = arena_copy(arena, line);
	memset(bytes, 0, sizeof(bytes));
	if (line.n == 0)
		return refuse(err, path, "its first line holds no secret");
	if (line.n > limit)
		return refuse(err, path, "its first line is too long for a secret");
	return 1;
}

int
secret_file_read(
    struct arena *arena, const char *path, size_t limit, struct slice *secret_r, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	int result;

	*secret_r = SLICE_ABSENT;
	if (fd < 0) {
		err_at(err, path, 0, 0, "%s", strerror(errno));
		return errno == EACCES ? 0 : -1;
	}
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
		result = refuse(err, path, "it is no regular file");
	else if ((status.st_mode & 077) != 0)
		result = refuse(
		    err, path, "others than its owner can read it: a secret's file has mode 0600");
	else
		result = read_line(arena, fd, path, limit, secret_r, err);
	close(fd);
	return result;
}
