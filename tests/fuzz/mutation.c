/*
 * mutation.c - broken mail out of good mail
 *
 * Each way cuts the message somewhere and puts something between, so all of
 * them are `edit`: bytes before, a replacement, bytes behind. Places are lines
 * (random, or those that hold a word such as "boundary="), replacements come
 * from small tables of what breaks parsers: what the tables hold is what mail
 * of the wild and the RFCs' corners hold.
 */
#include "tests/fuzz/mutation.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
/* A slice in a table of constants. */
#define T(literal)                             \
	{                                      \
		(literal), sizeof(literal) - 1 \
	}

const char *
mutation_name(enum mutation mutation)
{
	static const char *const names[] = {
#define MUTATION_NAME(id, name) name,
		MUTATION_TABLE(MUTATION_NAME)
#undef MUTATION_NAME
	};

	return names[mutation];
}

/* What one repetition may add: beyond it only the machine is tested. */
#define REPEATED_MAX ((size_t)1 << 20)

static uint64_t
stream_next(struct stream *stream)
{
	uint64_t z = stream->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

size_t
stream_below(struct stream *stream, size_t limit)
{
	return (size_t)(stream_next(stream) % limit);
}

/* Bytes from..to-1 give way to `put`. */
static void
edit(struct buf *out, struct slice bytes, size_t from, size_t to, struct slice put)
{
	buf_add(out, slice_cut(bytes, 0, from));
	buf_add(out, put);
	buf_add(out, slice_from(bytes, to));
}

/* Where the line that holds byte i begins, and where the next one does. */
static size_t
line_start(struct slice bytes, size_t i)
{
	while (i > 0 && bytes.p[i - 1] != '\n')
		i--;
	return i;
}

static size_t
line_end(struct slice bytes, size_t i)
{
	size_t end = slice_find_byte(bytes, i, '\n');

	return end < bytes.n ? end + 1 : end;
}

/* A place behind one of the words, at random among the first few; any place if none is there. */
static size_t
place_of(struct stream *stream, struct slice bytes, const struct slice *words, size_t count)
{
	size_t found[64], n = 0;

	for (size_t w = 0; w < count; w++)
		for (size_t i = slice_ifind(bytes, 0, words[w]); i < bytes.n && n < COUNT(found);
		     i = slice_ifind(bytes, i + 1, words[w]))
			found[n++] = i + words[w].n;
	return n > 0 ? found[stream_below(stream, n)] : stream_below(stream, bytes.n);
}

static void
add_repeated(struct buf *out, struct slice s, size_t times)
{
	while (times-- > 0 && out->n < REPEATED_MAX)
		buf_add(out, s);
}

static void
mutate_byte(struct stream *stream, struct slice bytes, struct buf *out)
{
	static const char odd[] = "\0\r\n\t \"'()<>@,;:\\/[]{}=?&#%._-*!|^~$\x1b\x7f\x80\xc3\xff";
	size_t times = 1 + stream_below(stream, 32);

	buf_add(out, bytes);
	while (times-- > 0 && out->n > 0) {
		size_t at = stream_below(stream, out->n);

		switch (stream_below(stream, 3)) {
		case 0:
			out->p[at] = (char)stream_below(stream, 256);
			break;
		case 1:
			out->p[at] = odd[stream_below(stream, sizeof(odd) - 1)];
			break;
		default:
			out->p[at] = (char)(out->p[at] ^ 1 << stream_below(stream, 8));
			break;
		}
	}
}

static void
mutate_line(struct stream *stream, struct slice bytes, struct buf *out)
{
	size_t at = stream_below(stream, bytes.n);
	size_t from = line_start(bytes, at), to = line_end(bytes, at);
	struct slice line = slice_cut(bytes, from, to);
	struct buf put = { 0 };

	switch (stream_below(stream, 6)) {
	case 0: /* gone */
		break;
	case 1: /* many times */
		add_repeated(&put, line, 2 + stream_below(stream, 2000));
		break;
	case 2: /* without its end */
		buf_add(&put, slice_trim(line));
		break;
	case 3: /* other line ends */
		buf_add(&put, slice_trim(line));
		buf_add(&put, stream_below(stream, 2) == 0 ? SLICE("\r") : SLICE("\r\r\n"));
		break;
	case 4: /* very long */
		add_repeated(&put, slice_trim(line), 1 + stream_below(stream, 500));
		buf_add_byte(&put, '\n');
		break;
	default: /* behind an empty line */
		buf_add_byte(&put, '\n');
		buf_add(&put, line);
		break;
	}
	edit(out, bytes, from, to, buf_slice(&put));
	buf_clear(&put);
}

/* The header's length: up to the first empty line. */
static size_t
header_bytes(struct slice bytes)
{
	size_t lf = slice_find(bytes, 0, SLICE("\n\n"));
	size_t crlf = slice_find(bytes, 0, SLICE("\r\n\r\n"));

	return lf < crlf ? lf : crlf;
}

static void
mutate_header(struct stream *stream, struct slice bytes, struct buf *out)
{
	static const struct slice fields[] = {
		T("From: =?utf-8?b?////?= <a@b@c>, group: <>;\n"),
		T("Subject: =?iso-2022-jp?q?=1B$B?==?utf-8?q?=?=\n"),
		T("Content-Type: multipart/mixed; boundary*0=\"a\"; boundary*1=b\n"),
		T("Content-Type: text/html; charset*=''%ZZ; name*0*=utf-8''%C3; name*1=x\n"),
		T("Received: from [IPv6:::1] (helo=[1.2.3.4] ident=x) by y with ESMTP id z; \n"),
		T("Date: Mon, 99 Foo -1 99:99:99 +99999\n"),
		T("To: \"\\\"(((((((((((((((((((((\n"),
		T(": no name\n"),
		T("X:\n\t\n \n"),
	};
	size_t n = header_bytes(bytes), at = stream_below(stream, n + 1);
	size_t from = line_start(bytes, at), to = line_end(bytes, at);
	struct buf put = { 0 };

	switch (stream_below(stream, 4)) {
	case 0:
		add_repeated(&put, fields[stream_below(stream, COUNT(fields))],
		    1 + stream_below(stream, 100));
		to = from;
		break;
	case 1: /* a field without its name */
		buf_add(&put, slice_cut(bytes, slice_find_byte(bytes, from, ':'), to));
		break;
	case 2: /* folded at every blank */
		for (size_t i = from; i < to; i++) {
			if (bytes.p[i] == ' ')
				buf_add_byte(&put, '\n');
			buf_add_byte(&put, bytes.p[i]);
		}
		break;
	default: /* its value again and again */
		buf_add(&put, slice_trim(slice_cut(bytes, from, to)));
		add_repeated(
		    &put, slice_trim(slice_cut(bytes, from, to)), stream_below(stream, 300));
		buf_add_byte(&put, '\n');
		break;
	}
	edit(out, bytes, from, to, buf_slice(&put));
	buf_clear(&put);
}

static void
mutate_boundary(struct stream *stream, struct slice bytes, struct buf *out)
{
	static const struct slice marks[] = { T("boundary="), T("\n--") };
	static const struct slice puts[] = { T(""), T("\""), T("--"), T("=_x"), T(" "), T("\n"),
		T("\n\n"), T("x\n--"), T(";"), T("(") };
	size_t at = place_of(stream, bytes, marks, COUNT(marks));
	struct buf put = { 0 };

	switch (stream_below(stream, 3)) {
	case 0: /* something before the boundary, some of it gone */
		edit(out, bytes, at, at + stream_below(stream, 4),
		    puts[stream_below(stream, COUNT(puts))]);
		break;
	case 1: /* the line is gone */
		edit(out, bytes, line_start(bytes, at), line_end(bytes, at), SLICE(""));
		break;
	default: { /* many parts: the line over and over, with a nested header now and then */
		struct slice line = slice_cut(bytes, line_start(bytes, at), line_end(bytes, at));

		for (size_t i = stream_below(stream, 1500); i > 0 && put.n < REPEATED_MAX; i--) {
			buf_add(&put, line);
			buf_add(&put, puts[stream_below(stream, COUNT(puts))]);
			if (i % 7 == 0)
				buf_printf(&put,
				    "Content-Type: multipart/x; boundary=b%zu\n\n--b%zu\n", i, i);
		}
		edit(out, bytes, line_start(bytes, at), line_start(bytes, at), buf_slice(&put));
		break;
	}
	}
	buf_clear(&put);
}

static void
mutate_encoding(struct stream *stream, struct slice bytes, struct buf *out)
{
	static const struct slice marks[] = { T("content-transfer-encoding:") };
	static const struct slice names[] = { T(" base64"), T(" quoted-printable"),
		T(" x-uuencode"), T(" 7bit"), T(" BASE64 (x)"), T(""), T(" \"base64\""),
		T(" binary, base64") };
	static const struct slice junk[] = { T("="), T("=\n"), T("=3D=3"), T("===="), T("AAAA=AAA"),
		T("begin 644 x\nM"), T("\n`\nend\n"), T("=?x?q?=?="), T("&#x110000;&#0;&amp"),
		T("<![CDATA[<!--"), T("<a href=\"") };
	size_t at;

	if (stream_below(stream, 2) == 0) {
		at = place_of(stream, bytes, marks, COUNT(marks));
		edit(out, bytes, at, line_end(bytes, at) - (line_end(bytes, at) > at),
		    names[stream_below(stream, COUNT(names))]);
	} else {
		struct buf put = { 0 };

		at = stream_below(stream, bytes.n);
		add_repeated(
		    &put, junk[stream_below(stream, COUNT(junk))], 1 + stream_below(stream, 3000));
		edit(out, bytes, at, at, buf_slice(&put));
		buf_clear(&put);
	}
}

/* A run of another message's bytes, from a line's start or its header, into this one. */
static void
mutate_splice(struct stream *stream, struct slice bytes, struct slice other, struct buf *out)
{
	size_t at = line_start(bytes, stream_below(stream, bytes.n));
	size_t from = other.n == 0 || stream_below(stream, 2) == 0
			  ? 0
			  : line_start(other, stream_below(stream, other.n));
	size_t n = stream_below(stream, other.n - from + 1);

	edit(out, bytes, at, stream_below(stream, 2) == 0 ? at : bytes.n,
	    slice_cut(other, from, from + n));
}

static void
mutate_charset(struct stream *stream, struct slice bytes, struct buf *out)
{
	static const struct slice marks[] = { T("charset="), T("=?") };
	static const struct slice labels[] = { T("utf-8"), T("utf-7"), T("utf-16"),
		T("iso-2022-jp"), T("hz-gb-2312"), T("gb18030"), T("shift_jis"), T("euc-kr"),
		T("big5"), T("x-unknown"), T("\""), T("utf-32"), T("iso-8859-8-i"),
		T("x-user-defined"), T("ibm866") };
	struct slice label = labels[stream_below(stream, COUNT(labels))];
	size_t at, n;

	if (stream_below(stream, 2) == 0) {
		at = place_of(stream, bytes, marks, COUNT(marks));
		n = 0;
		while (at + n < bytes.n && bytes.p[at + n] > ' ' && bytes.p[at + n] != '?' &&
		       bytes.p[at + n] != ';')
			n++;
		edit(out, bytes, at, at + n, label);
		return;
	}
	buf_add(out, bytes);
	at = stream_below(stream, bytes.n);
	n = 1 + stream_below(stream, 512);
	for (size_t i = at; i < out->n && i < at + n; i++)
		out->p[i] = (char)(0x80 | stream_below(stream, 128));
}

void
mutation_apply(enum mutation mutation, struct stream *stream, struct slice bytes,
    struct slice other, struct buf *out)
{
	if (bytes.n == 0)
		return;
	switch (mutation) {
	case MUTATION_BYTE:
		mutate_byte(stream, bytes, out);
		break;
	case MUTATION_LINE:
		mutate_line(stream, bytes, out);
		break;
	case MUTATION_HEADER:
		mutate_header(stream, bytes, out);
		break;
	case MUTATION_BOUNDARY:
		mutate_boundary(stream, bytes, out);
		break;
	case MUTATION_ENCODING:
		mutate_encoding(stream, bytes, out);
		break;
	case MUTATION_SPLICE:
		mutate_splice(stream, bytes, other, out);
		break;
	case MUTATION_TRUNCATION:
		buf_add(out, slice_cut(bytes, 0, stream_below(stream, bytes.n)));
		break;
	case MUTATION_CHARSET:
		mutate_charset(stream, bytes, out);
		break;
	case MUTATION_COUNT:
		break;
	}
}
