/*
 * mail_source.c - walking arguments, directories and mboxes
 *
 * Directories are a stack of sorted listings, so memory is bounded by the
 * names on one path down and not by the tree. A directory with cur/ and new/
 * is a Maildir: these two are read, in this order, and tmp/ is not. Elsewhere
 * subdirectories are walked; names with a leading dot and what is neither
 * file nor directory are passed over, and links to directories are not
 * followed. mbox_reader.c splits an mbox.
 *
 * Limits: MAIL_BYTES_MAX, MAIL_DEPTH_MAX.
 */
#include "config.h"

#include "milter/mail_source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/util/vec.h"
#include "milter/mbox_reader.h"

#define READ_BYTES ((size_t)256 * 1024)

/* The names in one directory that are still to be visited. */
struct listing {
	char *path;
	char **names;
	size_t n, at;
	bool maildir; /* cur or new of a Maildir */
};

struct mail_source {
	const char *const *paths;
	size_t count, at;
	struct vec listings; /* struct listing, the innermost last */
	struct mbox_reader *mbox; /* being read; NULL: none */
	bool split;
};

static void
mail_fail(struct mail *mail, const char *name, const char *why)
{
	*mail = (struct mail){ 0 };
	buf_add(&mail->name, slice_of(name));
	snprintf(mail->error, sizeof(mail->error), "%s", why);
}

void
mail_clear(struct mail *mail)
{
	buf_clear(&mail->name);
	buf_clear(&mail->bytes);
}

/* Room to begin with: a small file's size and one byte, to meet its end; else a block. */
static size_t
read_room(int fd)
{
	struct stat status;

	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size >= 0 &&
	    (uintmax_t)status.st_size < READ_BYTES)
		return (size_t)status.st_size + 1;
	return READ_BYTES;
}

/* Reads to the end. False with errno; EFBIG over the limit. */
static bool
read_all(int fd, struct buf *out)
{
	size_t block = read_room(fd);

	for (;;) {
		size_t room = out->room > out->n ? out->room - out->n : block;
		ssize_t n = read(fd, buf_reserve(out, room), room);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (n == 0)
			return true;
		out->n += (size_t)n;
		if (out->n > MAIL_BYTES_MAX) {
			errno = EFBIG;
			return false;
		}
	}
}

/* A descriptor to read path from; "-" is a copy of standard input's. */
static int
open_path(const char *path)
{
	if (strcmp(path, "-") == 0)
		return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

bool
mail_read(const char *path, struct mail *mail_r)
{
	int fd = open_path(path);

	*mail_r = (struct mail){ 0 };
	if (fd < 0) {
		mail_fail(mail_r, path, strerror(errno));
		return false;
	}
	if (!read_all(fd, &mail_r->bytes)) {
		buf_clear(&mail_r->bytes);
		mail_fail(mail_r, path, strerror(errno));
		close(fd);
		return false;
	}
	close(fd);
	buf_add(&mail_r->name, slice_of(path));
	mail_r->readable = true;
	return true;
}

struct mail_source *
mail_source_new(const char *const *paths, size_t count, bool mbox)
{
	struct mail_source *source = calloc(1, sizeof(*source));

	if (source == NULL)
		abort();
	source->paths = paths;
	source->count = count;
	source->split = mbox;
	source->listings = VEC_OF(struct listing, NULL);
	return source;
}

static void
listing_clear(struct listing *listing)
{
	for (size_t i = 0; i < listing->n; i++)
		free(listing->names[i]);
	free(listing->names);
	free(listing->path);
}

void
mail_source_free(struct mail_source **source)
{
	if (*source == NULL)
		return;
	for (size_t i = 0; i < (*source)->listings.n; i++)
		listing_clear(vec_at(&(*source)->listings, i));
	vec_clear(&(*source)->listings);
	mbox_reader_free(&(*source)->mbox);
	free(*source);
	*source = NULL;
}

static char *
join(const char *directory, const char *name)
{
	size_t n = strlen(directory) + strlen(name) + 2;
	char *path = malloc(n);

	if (path == NULL)
		abort();
	snprintf(path, n, "%s%s%s", directory,
	    directory[0] != '\0' && directory[strlen(directory) - 1] == '/' ? "" : "/", name);
	return path;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool
is_directory(const char *directory, const char *name)
{
	char *path = join(directory, name);
	struct stat status;
	bool is = lstat(path, &status) == 0 && S_ISDIR(status.st_mode);

	free(path);
	return is;
}

static char *
copy_name(const char *name)
{
	char *copy = strdup(name);

	if (copy == NULL)
		abort();
	return copy;
}

static void
listing_read(struct listing *listing, DIR *dir)
{
	struct vec names = VEC_OF(char *, NULL);
	const struct dirent *entry;

	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			*(char **)vec_push(&names) = copy_name(entry->d_name);
	if (names.n > 0)
		qsort(names.p, names.n, sizeof(char *), compare_names);
	listing->names = names.p;
	listing->n = names.n;
}

/* Puts a directory on the stack; takes `path`. False with *mail_r filled. */
static bool
push_directory(struct mail_source *source, char *path, bool maildir, struct mail *mail_r)
{
	struct listing listing = { .path = path, .maildir = maildir };
	DIR *dir = source->listings.n < MAIL_DEPTH_MAX ? opendir(path) : NULL;

	if (dir == NULL) {
		mail_fail(mail_r, path,
		    source->listings.n < MAIL_DEPTH_MAX ? strerror(errno)
							: "directories nested too deeply");
		free(path);
		return false;
	}
	if (!maildir && is_directory(path, "cur") && is_directory(path, "new")) {
		listing.names = calloc(2, sizeof(char *));
		if (listing.names == NULL)
			abort();
		listing.names[listing.n++] = copy_name("cur");
		listing.names[listing.n++] = copy_name("new");
		listing.maildir = true;
	} else {
		listing_read(&listing, dir);
	}
	closedir(dir);
	*(struct listing *)vec_push(&source->listings) = listing;
	return true;
}

/* The next message of the mbox; false, and it is closed, when there is none. */
static bool
next_of_mbox(struct mail_source *source, struct mail *mail_r)
{
	if (mbox_reader_next(source->mbox, mail_r))
		return true;
	mbox_reader_free(&source->mbox);
	return false;
}

/* One file as a message or as an mbox; false: an empty mbox. */
static bool
visit_file(struct mail_source *source, const char *path, bool split, struct mail *mail_r)
{
	int fd;

	if (!split) {
		mail_read(path, mail_r);
		return true;
	}
	fd = open_path(path);
	if (fd < 0) {
		mail_fail(mail_r, path, strerror(errno));
		return true;
	}
	source->mbox = mbox_reader_new(fd, path);
	return next_of_mbox(source, mail_r);
}

/* Visits what the innermost listing names next; true: there is a message (or an error). */
static bool
visit_listed(struct mail_source *source, struct mail *mail_r)
{
	struct listing *listing = vec_at(&source->listings, source->listings.n - 1);
	bool maildir = listing->maildir, found = false;
	struct stat status;
	char *path;

	if (listing->at == listing->n) {
		listing_clear(listing);
		source->listings.n--;
		return false;
	}
	path = join(listing->path, listing->names[listing->at++]);
	if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode))
		return !push_directory(source, path, maildir, mail_r);
	if (stat(path, &status) != 0) {
		mail_fail(mail_r, path, strerror(errno));
		found = true;
	} else if (S_ISREG(status.st_mode)) {
		found = visit_file(source, path, source->split && !maildir, mail_r);
	}
	free(path);
	return found;
}

/* Visits the next argument; true: there is a message (or an error). */
static bool
visit_argument(struct mail_source *source, struct mail *mail_r)
{
	const char *path = source->paths[source->at++];
	struct stat status;

	if (strcmp(path, "-") == 0 || stat(path, &status) != 0 || !S_ISDIR(status.st_mode))
		return visit_file(source, path, source->split, mail_r);
	return !push_directory(source, copy_name(path), false, mail_r);
}

bool
mail_source_next(struct mail_source *source, struct mail *mail_r)
{
	if (source->mbox != NULL && next_of_mbox(source, mail_r))
		return true;
	while (source->listings.n > 0 || source->at < source->count) {
		bool found = source->listings.n > 0 ? visit_listed(source, mail_r)
						    : visit_argument(source, mail_r);

		if (found)
			return true;
	}
	return false;
}

/* A level's share is the part of its names behind it, the last one counted by its own share. */
double
mail_source_share(const struct mail_source *source)
{
	double share = source->mbox == NULL ? 1 : mbox_reader_share(source->mbox);

	for (size_t i = source->listings.n; i-- > 0;) {
		const struct listing *listing = vec_at(&source->listings, i);

		if (listing->at > 0)
			share = ((double)listing->at - 1 + share) / (double)listing->n;
		else
			share = 0;
	}
	if (source->at == 0 || source->count == 0)
		return 0;
	return ((double)source->at - 1 + share) / (double)source->count;
}
