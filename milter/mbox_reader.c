/*
 * mbox_reader.c - splitting an mbox at its "From " lines (RFC 4155)
 *
 * A message begins at the start, and at each line that begins with "From ",
 * stands behind an empty line, and holds a time of day: mail writes "From "
 * behind an empty line too, and programs that do not quote it are many. The
 * empty line before the next "From " belongs to the mbox and is left out;
 * ">From " is left as it stands, since which of the four mbox dialects
 * quoted it cannot be told. A file that does not begin with "From " is one
 * message up to the first such line.
 *
 * Memory: one message and one read. Limit: MAIL_BYTES_MAX a message; a
 * longer one ends the mbox with an error.
 */
#include "config.h"

#include "milter/mbox_reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/util/ascii.h"
#include "milter/mail_source.h"

#define READ_BYTES ((size_t)256 * 1024)
/* How far into a "From " line the time of day is looked for. */
#define FROM_LINE_MAX 512

struct mbox_reader {
	int fd;
	char *path;
	struct buf bytes; /* read and not yet handed out, from `start` on */
	size_t start;
	bool end; /* nothing more to read */
	int error; /* errno of a failed read; EFBIG: a message too long */
	unsigned long number;
	double size, done; /* bytes of the file (0: unknown), and handed out */
};

struct mbox_reader *
mbox_reader_new(int fd, const char *path)
{
	struct mbox_reader *reader = calloc(1, sizeof(*reader));
	struct stat status;

	if (reader == NULL || (reader->path = strdup(path)) == NULL)
		abort();
	reader->fd = fd;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
		reader->size = (double)status.st_size;
	return reader;
}

void
mbox_reader_free(struct mbox_reader **reader)
{
	if (*reader == NULL)
		return;
	close((*reader)->fd);
	buf_clear(&(*reader)->bytes);
	free((*reader)->path);
	free(*reader);
	*reader = NULL;
}

static struct slice
pending(const struct mbox_reader *reader)
{
	return slice_from(buf_slice(&reader->bytes), reader->start);
}

/* Reads some more, what was handed out having made room. */
static void
fill(struct mbox_reader *reader)
{
	struct buf *bytes = &reader->bytes;
	ssize_t n;
	char *p;

	if (reader->start > 0) {
		memmove(bytes->p, bytes->p + reader->start, bytes->n - reader->start);
		bytes->n -= reader->start;
		reader->start = 0;
	}
	if (bytes->n > MAIL_BYTES_MAX) {
		reader->error = EFBIG;
		return;
	}
	p = buf_reserve(bytes, READ_BYTES);
	do
		n = read(reader->fd, p, READ_BYTES);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		reader->error = errno;
	else if (n == 0)
		reader->end = true;
	else
		bytes->n += (size_t)n;
}

/* "From ", and D:DD somewhere behind it. */
static bool
is_from_line(struct slice s)
{
	s = slice_cut(s, 0, FROM_LINE_MAX);
	if (!slice_starts(s, SLICE("From ")))
		return false;
	s = slice_cut(s, 0, slice_find_byte(s, 0, '\n'));
	for (size_t i = 1; i + 2 < s.n; i++)
		if (s.p[i] == ':' && ascii_is_digit(s.p[i - 1]) && ascii_is_digit(s.p[i + 1]) &&
		    ascii_is_digit(s.p[i + 2]))
			return true;
	return false;
}

/* The length of the empty line whose LF is at i ("\n" or "\r\n"); 0: the line is not empty. */
static size_t
empty_line(struct slice s, size_t i)
{
	if (i >= 1 && s.p[i - 1] == '\n')
		return 1;
	return i >= 2 && s.p[i - 1] == '\r' && s.p[i - 2] == '\n' ? 2 : 0;
}

/*
 * Looks for the next separator from *from on. Returns true with where the
 * message ends and the next begins; else *from is where to go on when there
 * are more bytes.
 */
static bool
find_separator(const struct mbox_reader *reader, size_t *from, size_t *end_r, size_t *next_r)
{
	struct slice s = pending(reader);

	for (;;) {
		size_t i = slice_find(s, *from, SLICE("\nFrom ")), blank;

		if (i == s.n) {
			size_t back = sizeof("\nFrom ") - 2;

			if (s.n >= back && s.n - back > *from)
				*from = s.n - back;
			return false;
		}
		*from = i;
		if (s.n - i < FROM_LINE_MAX && !reader->end)
			return false;
		blank = empty_line(s, i);
		if (blank > 0 && is_from_line(slice_from(s, i + 1))) {
			*end_r = i + 1 - blank;
			*next_r = i + 1;
			return true;
		}
		*from = i + 1;
	}
}

/* The last message's end: without the empty line that closes an mbox. */
static size_t
last_end(struct slice s)
{
	return s.n > 0 && s.p[s.n - 1] == '\n' ? s.n - empty_line(s, s.n - 1) : s.n;
}

bool
mbox_reader_next(struct mbox_reader *reader, struct mail *mail_r)
{
	size_t from = 0, end, next;
	struct slice s;

	while (!find_separator(reader, &from, &end, &next) && !reader->end && reader->error == 0)
		fill(reader);
	s = pending(reader);
	if (reader->error == 0 && !find_separator(reader, &from, &end, &next)) {
		end = last_end(s);
		next = s.n;
	}
	if (s.n == 0 && reader->error == 0)
		return false;
	*mail_r = (struct mail){ .readable = reader->error == 0 };
	buf_printf(&mail_r->name, "%s#%lu", reader->path, ++reader->number);
	if (mail_r->readable) {
		buf_add(&mail_r->bytes, slice_cut(s, 0, end));
		reader->start += next;
		reader->done += (double)next;
	} else {
		snprintf(mail_r->error, sizeof(mail_r->error), "%s", strerror(reader->error));
		buf_clear(&reader->bytes);
		reader->start = 0;
		reader->error = 0;
		reader->end = true;
	}
	return true;
}

double
mbox_reader_share(const struct mbox_reader *reader)
{
	if (reader->size <= 0)
		return 0;
	return reader->done < reader->size ? reader->done / reader->size : 1;
}
