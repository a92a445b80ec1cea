/*
 * pid_file.c - the file that says which process is the daemon
 *
 * flock(2), whose lock belongs to the open file and so lasts from the parent
 * into the daemon. A file that was left behind is not locked and simply taken
 * over. After privileges are dropped the directory may not let us remove it:
 * then it stays, empty.
 */
#include "config.h"

#include "milter/pid_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

bool
pid_file_open(struct pid_file *file, const char *path, struct err *err)
{
	*file = PID_FILE_NONE;
	if (path[0] == '\0')
		return true;
	file->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (file->fd < 0) {
		err_set(err, "%s: %s", path, strerror(errno));
		return false;
	}
	if (flock(file->fd, LOCK_EX | LOCK_NB) != 0) {
		err_set(err, "%s: another steelyardd holds it", path);
		close(file->fd);
		file->fd = -1;
		return false;
	}
	file->path = strdup(path);
	if (file->path == NULL)
		abort();
	return true;
}

void
pid_file_write(struct pid_file *file)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (file->fd < 0)
		return;
	if (ftruncate(file->fd, 0) != 0 || pwrite(file->fd, text, (size_t)n, 0) != n)
		fprintf(stderr, "steelyardd: %s: %s\n", file->path, strerror(errno));
}

void
pid_file_close(struct pid_file *file)
{
	if (file->fd < 0)
		return;
	if (unlink(file->path) != 0 && ftruncate(file->fd, 0) != 0)
		fprintf(stderr, "steelyardd: %s: %s\n", file->path, strerror(errno));
	close(file->fd);
	free(file->path);
	*file = PID_FILE_NONE;
}
