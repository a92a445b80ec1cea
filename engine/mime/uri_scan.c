/*
 * uri_scan.c - finding URIs in text as mail readers make links of them
 *
 * Text falls into runs by delimiters (blanks, quotes, angle and square
 * brackets, braces, "|", "`", ESC, NBSP). In a run the leftmost of these
 * counts, and takes the rest of the run:
 *	http://, https://, ftp:// and anything
 *	www., www1. to www99., ftp. and anything
 *	mailto:, or a word and "@", and anything, as far as mail addresses go
 *	a host name whose last label is a top-level domain, alone or with
 *	a port and a path, where nothing but a full stop follows it
 * Each byte is looked at a bounded number of times. The rules are those of
 * SpamAssassin 4.0, found by trying every byte in every place.
 */
#include "config.h"

#include "engine/mime/uri_scan.h"

#include "engine/mime/domain.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"

enum kind {
	KIND_NONE,
	KIND_SCHEME,
	KIND_WWW,
	KIND_FTP,
	KIND_MAIL,
	KIND_HOST,
};

#define ESC '\x1b'

static bool
is_one_of(char c, const char *set)
{
	for (; *set != '\0'; set++)
		if (c == *set)
			return true;
	return false;
}

/* What bytes are to runs. */
#define DELIMITER 1
#define NBSP_LEAD 2 /* of a delimiter, if the other byte of it follows */
#define MARK 4 /* one of these is in every URI, and something behind it */

static const unsigned char classes[256] = {
	['\0'] = DELIMITER,
	['\t'] = DELIMITER,
	['\n'] = DELIMITER,
	['\v'] = DELIMITER,
	['\f'] = DELIMITER,
	['\r'] = DELIMITER,
	[ESC] = DELIMITER,
	[' '] = DELIMITER,
	['"'] = DELIMITER,
	['<'] = DELIMITER,
	['>'] = DELIMITER,
	['['] = DELIMITER,
	[']'] = DELIMITER,
	['`'] = DELIMITER,
	['{'] = DELIMITER,
	['|'] = DELIMITER,
	['}'] = DELIMITER,
	['.'] = MARK,
	[':'] = MARK,
	['@'] = MARK,
	[0xc2] = NBSP_LEAD,
};

/* Bytes of the delimiter at s.p[i], 0: none stands there. */
static size_t
delimiter_at(struct slice s, size_t i)
{
	switch (classes[(unsigned char)s.p[i]]) {
	case DELIMITER:
		return 1;
	case NBSP_LEAD:
		return i + 1 < s.n && s.p[i + 1] == '\xa0' ? 2 : 0;
	default:
		return 0;
	}
}

/* What ends the part of a mail address before its "@", besides a delimiter. */
static bool
ends_local_part(char c)
{
	return is_one_of(c, "'(,") || ascii_is_high(c);
}

static bool
ends_mail_domain(char c)
{
	return c == ')' || ends_local_part(c);
}

/* A shift of ISO-2022 (ESC, "(" or "$", a letter) right before i: the letter is no word's. */
static bool
behind_shift(struct slice s, size_t i)
{
	return i >= 3 && s.p[i - 3] == ESC && is_one_of(s.p[i - 2], "($");
}

/* Whether a word begins at i: no ASCII word character before it. */
static bool
at_word(struct slice s, size_t i)
{
	return i == 0 || !ascii_is_word(s.p[i - 1]) || behind_shift(s, i);
}

/* Whether a mail address may begin at i though no word does. */
static bool
may_begin_mail(struct slice s, size_t i)
{
	char before = i == 0 ? 'x' : s.p[i - 1];

	if (ascii_is_alnum(before))
		return false;
	if (before == '\xa0')
		return i > 1 && s.p[i - 2] == '\xc2';
	return ascii_is_space(before) || before == ESC || is_one_of(before, "\"'(,<>[`{|");
}

/* What may stand before a bare host name. */
static bool
may_begin_host(struct slice s, size_t i)
{
	char before = i == 0 ? ' ' : s.p[i - 1];

	if (before == '\xa0')
		return i > 1 && s.p[i - 2] == '\xc2';
	if (ascii_is_alnum(before) || ascii_is_high(before) || is_one_of(before, "_.%-"))
		return false;
	return ascii_is_space(before) || before == ESC || !ascii_is_control(before);
}

/* "www.", "www1." to "www99." at the front: its length, or 0. */
static size_t
www_length(struct slice s)
{
	size_t i = 3;

	if (!slice_istarts(s, SLICE("www")))
		return 0;
	while (i < s.n && i < 5 && ascii_is_digit(s.p[i]))
		i++;
	return i < s.n && s.p[i] == '.' ? i + 1 : 0;
}

/* A URI that tells what it is by how it begins; `rest` is the rest of the run. */
static enum kind
kind_by_prefix(struct slice rest)
{
	char first = ascii_lower(rest.p[0]);
	size_t www = first == 'w' ? www_length(rest) : 0;

	if (first != 'h' && first != 'f' && first != 'w')
		return KIND_NONE;
	if ((slice_istarts(rest, SLICE("http://")) && rest.n > 7) ||
	    (slice_istarts(rest, SLICE("https://")) && rest.n > 8) ||
	    (slice_istarts(rest, SLICE("ftp://")) && rest.n > 6))
		return KIND_SCHEME;
	if (www > 0 && rest.n > www)
		return KIND_WWW;
	return slice_istarts(rest, SLICE("ftp.")) && rest.n > 4 ? KIND_FTP : KIND_NONE;
}

/* The length of the mail address at the front, or 0. *looked_r: no "@" is before it. */
static size_t
mail_length(struct slice rest, size_t *looked_r)
{
	size_t at = 0, end;

	while (at < rest.n && rest.p[at] != '@' && !ends_local_part(rest.p[at]))
		at++;
	*looked_r = at;
	if (at == 0 || at == rest.n || rest.p[at] != '@')
		return 0;
	for (end = at + 1; end < rest.n && !ends_mail_domain(rest.p[end]); end++)
		;
	return end > at + 1 ? end : 0;
}

static bool
is_host_byte(char c)
{
	return ascii_is_word(c) || c == '-' || c == '.';
}

/* A port has this many digits at most. */
#define PORT_DIGITS_MAX 5

/* The length of the bare host name at the front, port and path included, or 0. */
static size_t
host_length(const struct boundaries *boundaries, struct slice rest, size_t *looked_r)
{
	struct slice host;
	size_t end = 0, digits = 0;

	while (end < rest.n && is_host_byte(rest.p[end]))
		end++;
	*looked_r = end;
	host = slice_cut(rest, 0, end > 0 && rest.p[end - 1] == '.' ? end - 1 : end);
	if (!domain_is_host_name(host) || !boundary_has_tld(boundaries, host))
		return 0;
	if (end == rest.n)
		return host.n;
	if (rest.p[end] == ':') {
		for (end++; end < rest.n && ascii_is_digit(rest.p[end]); end++)
			digits++;
		if (digits == 0 || digits > PORT_DIGITS_MAX)
			return 0;
		if (end == rest.n)
			return end;
	}
	return rest.p[end] == '/' && end + 1 < rest.n ? rest.n : 0;
}

/* Without what a sentence puts behind a URI; cut at a ")" that no "(" in it opens. */
static struct slice
without_punctuation(struct slice uri)
{
	size_t close = slice_find_byte(uri, 0, ')');

	if (close < uri.n && slice_find_byte(uri, 0, '(') == uri.n)
		uri = slice_cut(uri, 0, close);
	while (uri.n > 0 && is_one_of(uri.p[uri.n - 1], "!#&'()*+,-.:;=?@^_~"))
		uri.n--;
	return uri;
}

static struct slice
scheme_for(enum kind kind, struct slice uri)
{
	switch (kind) {
	case KIND_NONE:
	case KIND_SCHEME:
		return SLICE_ABSENT;
	case KIND_FTP:
		return SLICE("ftp://");
	case KIND_MAIL:
		if (slice_istarts(uri, SLICE("mailto:")) || slice_istarts(uri, SLICE("http:")) ||
		    slice_istarts(uri, SLICE("https:")) || slice_istarts(uri, SLICE("ftp:")))
			return SLICE_ABSENT;
		return slice_find_byte(uri, 0, '/') + 1 < slice_find_byte(uri, 0, '@')
			   ? SLICE("http://")
			   : SLICE("mailto:");
	case KIND_WWW:
	case KIND_HOST:
		break;
	}
	return SLICE("http://");
}

/* The length of the address behind "mailto:" and of that, or 0. */
static size_t
mailto_length(struct slice rest)
{
	size_t n = sizeof("mailto:") - 1;

	if (!slice_istarts(rest, SLICE("mailto:")))
		return 0;
	while (n < rest.n && !ends_mail_domain(rest.p[n]))
		n++;
	return n;
}

/* Where an "@" and where a host was last looked for, so that no byte is looked at twice. */
struct looked {
	size_t mail, host;
};

/* The kind of what begins at `at`, and its length. */
static enum kind
kind_at(const struct boundaries *boundaries, struct slice run, size_t at, struct looked *looked,
    size_t *length_r)
{
	struct slice rest = slice_from(run, at);
	bool word = ascii_is_word(rest.p[0]) && at_word(run, at);
	enum kind kind = word ? kind_by_prefix(rest) : KIND_NONE;
	size_t skip;

	*length_r = rest.n;
	if (kind != KIND_NONE)
		return kind;
	*length_r = word ? mailto_length(rest) : 0;
	if (*length_r > 0)
		return KIND_MAIL;
	if ((word || may_begin_mail(run, at)) && at >= looked->mail) {
		*length_r = mail_length(rest, &skip);
		looked->mail = at + skip;
		if (*length_r > 0)
			return KIND_MAIL;
	}
	if (!ascii_is_alnum(rest.p[0]) || at < looked->host || !may_begin_host(run, at))
		return KIND_NONE;
	*length_r = host_length(boundaries, rest, &skip);
	looked->host = at + skip;
	return *length_r > 0 ? KIND_HOST : KIND_NONE;
}

/* Without "Email:" and the like, or colons alone. */
static struct slice
without_label(struct slice mail)
{
	static const struct slice labels[] = { { "skype", 5 }, { "e-mail", 6 }, { "email", 5 },
		{ "-mail", 5 }, { "mail", 4 } };
	size_t n = 0;

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]) && n == 0; i++)
		if (slice_istarts(mail, labels[i]))
			n = labels[i].n;
	if (n == mail.n || mail.p[n] != ':')
		return mail;
	while (n < mail.n && mail.p[n] == ':')
		n++;
	return slice_from(mail, n);
}

/* Whether it has an "@", and a full stop not right behind it, and no reference is left in it. */
static bool
may_be_mail(struct slice mail)
{
	size_t at = slice_find_byte(mail, 0, '@');

	return at < mail.n && slice_find_byte(mail, at + 2, '.') < mail.n &&
	       slice_find(mail, 0, SLICE("&nbsp;")) == mail.n;
}

/* A mail address with the escapes of printable characters undone. */
static void
add_unescaped(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		int code = -1;

		if (s.p[i] == '%' && i + 2 < s.n && ascii_hex(s.p[i + 1]) >= 0 &&
		    ascii_hex(s.p[i + 2]) >= 0)
			code = ascii_hex(s.p[i + 1]) << 4 | ascii_hex(s.p[i + 2]);
		if (code > ' ' && code < 0x7f)
			i += 2;
		else
			code = (unsigned char)s.p[i];
		buf_add_byte(out, (char)code);
	}
}

/* Looks for a URI in the rest of the run; *uri_r is it, as written. */
static enum kind
find_in_run(struct uri_scanner *scanner, struct slice *uri_r)
{
	struct slice run = slice_cut(scanner->text, 0, scanner->run_end);
	struct looked looked = { 0, 0 };

	for (; scanner->at < run.n; scanner->at++) {
		size_t at = scanner->at, n;
		enum kind kind = kind_at(scanner->boundaries, run, at, &looked, &n);

		if (kind == KIND_NONE)
			continue;
		*uri_r = slice_cut(run, at, at + n);
		scanner->at = at + n;
		return kind;
	}
	return KIND_NONE;
}

/* Where the run ends that begins at `at`; *marked_r: a URI may be in it. */
static size_t
run_end(struct slice text, size_t at, bool *marked_r)
{
	unsigned seen = 0, last = 0;

	for (; at < text.n; at++) {
		unsigned class = classes[(unsigned char)text.p[at]];

		if ((class & (DELIMITER | NBSP_LEAD)) != 0 && delimiter_at(text, at) > 0)
			break;
		seen |= last;
		last = class;
	}
	*marked_r = (seen & MARK) != 0;
	return at;
}

/* Moves to the next run in which a URI may be; false at the end of the text. */
static bool
next_run(struct uri_scanner *scanner)
{
	struct slice text = scanner->text;
	bool marked = false;
	size_t n;

	scanner->run_end = scanner->at;
	while (!marked && scanner->run_end < text.n) {
		scanner->at = scanner->run_end;
		while (scanner->at < text.n && (n = delimiter_at(text, scanner->at)) > 0)
			scanner->at += n;
		scanner->run_end = run_end(text, scanner->at, &marked);
	}
	return marked;
}

bool
uri_scan_next(struct uri_scanner *scanner, struct arena *arena, struct slice *uri_r)
{
	for (;;) {
		struct buf out = { .arena = arena };
		struct slice found;
		enum kind kind;

		if (scanner->at >= scanner->run_end && !next_run(scanner))
			return false;
		kind = find_in_run(scanner, &found);
		if (kind == KIND_NONE)
			continue;
		found = without_punctuation(found);
		if (kind == KIND_MAIL && slice_find_byte(found, 0, '@') == found.n)
			continue;
		if (slice_eq(scheme_for(kind, found), SLICE("mailto:"))) {
			if (!may_be_mail(found))
				continue;
			found = without_label(found);
		}
		if (found.n == 0 || slice_istarts(found, SLICE("cid:")) ||
		    slice_istarts(found, SLICE("mid:")))
			continue;
		*uri_r = found;
		scanner->schemeless = scheme_for(kind, found).p != NULL;
		scanner->unlinked = kind == KIND_HOST;
		if (kind == KIND_SCHEME)
			return true;
		buf_add(&out, scheme_for(kind, found));
		if (kind == KIND_MAIL)
			add_unescaped(&out, found);
		else
			buf_add(&out, found);
		*uri_r = buf_slice(&out);
		return !out.failed;
	}
}
