/*
 * received.c - one Received field to the relay it tells of
 *
 * RFC 5321 leaves the words between "from" and "by" to the MTA, and every MTA
 * says it otherwise. The shapes stand in a table, tried in order; what all
 * dialects share (by, id, envelope sender, authentication) is found by its
 * mark anywhere in the line. Which shapes are read, and what is made of the
 * names in them, is as SpamAssassin 4.0 does, so that rules over
 * X-Spam-Relays-* hit the same. Shapes live in received_pattern.h's language.
 *
 * A date at the line's end is taken off first, but not with a comment behind
 * its zone: shapes that end there tell the two apart, as SpamAssassin does. Of a
 * line of no known shape the first address in brackets and the first "by" count.
 */
#include "config.h"

#include "engine/mime/received.h"

#include <string.h>

#include "engine/mime/ip.h"
#include "engine/mime/received_pattern.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"

/* When a shape is tried, and what its names mean. */
enum dialect_flags {
	LOOKS_UP = 1 << 0, /* this MTA always asks the DNS: no name means there is none */
	HELO_IS_RDNS = 1 << 1, /* the first name is the reverse name, and the HELO name too */
	IP_IS_HELO = 1 << 2, /* the address stands where the HELO name stands, as a literal */
	NO_ID = 1 << 3, /* what follows "id" is a version */
	ONLY_EXIM = 1 << 4, /* tried when the line looks like Exim's */
	ONLY_QMAIL = 1 << 5, /* or qmail's */
	IGNORED = 1 << 6,
};

struct dialect {
	const char *mark; /* must stand in the line; NULL: none */
	const char *pattern;
	unsigned flags;
};

static const struct dialect dialects[] = {
	/* Webmail: the browser's address. */
	{ "(SquirrelMail ", "from %w ([%w]) (proxying for %i)", 0 },
	{ NULL, "from %i (proxying for %.) ({SquirrelMail|NaSMail} authenticated user ", 0 },
	{ "(SquirrelMail ", "from %w ([%i]) (", 0 },
	{ NULL, "from %w ( [%i]) {by|as user} ", 0 },
	{ NULL, "from %h ( [%i] ) by ", 0 },
	/* Exim: a name in front is confirmed; helo= when it differs. */
	{ NULL, "from %r ([%i]{:%n|.%n|}{ helo=%h|}{ ident=%t|})",
	    LOOKS_UP | HELO_IS_RDNS | ONLY_EXIM },
	{ NULL, "from %r (%t@[%i]) ", HELO_IS_RDNS | ONLY_EXIM },
	{ "(Exim", "from %r (%h) [%i{.%n|}]", 0 },
	{ "(Exim", "from [%i] by %w with %w (%h) ", 0 },
	{ "(Exim", "from %w (%.) by %w with local", IGNORED },
	{ NULL, "from %h (%w) [%i] by ", 0 },
	{ "(Exim", "from %r [%i{.%n|}]", HELO_IS_RDNS },
	{ NULL, "from {[%w] |}([%i{:%n|}] helo=%h) by ", 0 },
	{ NULL, "from %i ([%i]{:%n|} helo=%h{ ident=%t|})", 0 },
	{ NULL, "from %r ([%i]{:%n|} helo=%h{ ident=%t|})", 0 },
	{ NULL, "from [%i]{:%n|} ({port=%n |}helo=%h{ ident=%t|})", 0 },
	{ NULL, "from %w ([%i]:%n \"{EHLO|HELO} [", 0 },
	{ NULL, "from %w ([%i]:%n \"{EHLO|HELO} %h\"", 0 },
	/* ecelerity */
	{ "(ecelerity ", "from [%i] ([%i{:%n|}])", 0 },
	/* CommuniGate Pro */
	{ "(CommuniGate Pro ", "from [%i] (account %w HELO %h)", 0 },
	{ "(CommuniGate Pro ", "from [%i] (account ", 0 },
	{ "(CommuniGate Pro ", "from %r ([%i] verified)", LOOKS_UP | HELO_IS_RDNS },
	/* qmail and its children */
	{ NULL, "from %r ({HELO|EHLO|LHLO} %h) (%t@[%i])", ONLY_QMAIL },
	{ NULL, "from %r ({HELO|EHLO|LHLO} %h) ([%i])", ONLY_QMAIL },
	{ NULL, "from %r ({HELO|EHLO|LHLO} %h) (%t@%i)", ONLY_QMAIL },
	{ NULL, "from %r ({HELO|EHLO|LHLO} %h) (%i)", ONLY_QMAIL },
	{ NULL, "from %r ([%i])", HELO_IS_RDNS | ONLY_QMAIL },
	{ NULL, "from %r (%t@%i)", HELO_IS_RDNS | ONLY_QMAIL },
	{ NULL, "from %r (%i)", HELO_IS_RDNS | ONLY_QMAIL },
	/* Postfix, Sendmail, Gmail, ...: HELO name, then (name [address]). */
	{ NULL, "from %h (%t@[%i]%.) by %w (", LOOKS_UP },
	{ NULL, "from %r (%t@[%i]", LOOKS_UP | HELO_IS_RDNS },
	{ NULL, "from %h (IDENT:%t@%r [%i]", LOOKS_UP },
	{ NULL, "from %h (%t@%r [%i]", LOOKS_UP },
	{ NULL, "from %h (%w [%i] (may be forged)) by %w {with|Sendmail} ", 0 },
	{ NULL, "from %h (%r [%i]", LOOKS_UP },
	{ NULL, "FROM %h (%r [%i]", LOOKS_UP },
	/* Those of qmail's form that do look up. */
	{ NULL, "from [%w] ({HELO|EHLO|LHLO} %h) ({[|}%i", 0 },
	{ NULL, "from %r ({HELO|EHLO|LHLO} %h) ({[|}%i", LOOKS_UP },
	{ NULL, "from %r ({HELO|EHLO|LHLO} %h) (%t@%i", LOOKS_UP },
	{ NULL, "from %r ({HELO|EHLO|LHLO} %h) [%i]", 0 },
	{ NULL, "from {[|}%i{]|} ({HELO|EHLO|LHLO} %h)", 0 },
	{ NULL, "from %w [%i] ({HELO|EHLO|LHLO} %h)", 0 },
	{ "via SMTP", "from %r(%i), claiming to be \"%h\" via ", LOOKS_UP },
	{ NULL, "from (%i) by ", 0 },
	{ NULL, "from %r(%i) {by|via} ", LOOKS_UP },
	/* HELO name, then ([address]). */
	{ NULL, "from %h ([%i]%.) by %w with Microsoft SMTP", 0 },
	{ "(Lotus Domino ", "from %h ([%i]", 0 },
	{ " with mapi id ", "from %h ([%i]", NO_ID },
	{ NULL, "from %h ([%i]) by %w%$", 0 },
	{ NULL, "from %h ([%i{.%n|:%n|}])", LOOKS_UP },
	{ NULL, "from %h ([%i] ", 0 },
	/* Exchange, Critical Path: HELO name, then (address). */
	{ "[XMail ", "from %h ({[|}%i{]|}:%n)", 0 },
	{ NULL, "from [%w] (%i) by ", LOOKS_UP | IP_IS_HELO },
	{ " with ", "from %r (%t@%i) by ", LOOKS_UP | HELO_IS_RDNS },
	{ NULL, "from %r (%i) by %w ", LOOKS_UP | HELO_IS_RDNS },
	{ NULL, "from %r (%i) (%.) by %w ", LOOKS_UP | HELO_IS_RDNS },
	{ "(Scalix ", "from %h ( %i)", 0 },
	{ NULL, "from %h (%r[%i]) by ", LOOKS_UP },
	{ NULL, "from %h (%w[%i] (may be forged)) by ", 0 },
	{ NULL, "from [%i] by [", 0 },
	{ NULL, "from %w by [", IGNORED },
	{ NULL, "from (HELO %h) [%i] ", 0 },
	{ NULL, "{(|}from {(|}%h [%i]) ", 0 },
	{ NULL, "from %h [%i] by %w [%w] with ", LOOKS_UP },
	{ NULL, "from %h {from |}[%i] ", 0 },
	{ NULL, "from %h %w [%i] ", 0 },
	/* An address and nothing else. */
	{ " running VPOP3)", "from %i by ", IGNORED },
	{ "(Tumbleweed MMS SMTP Relay", "from %i by ", 0 },
	{ NULL, "from %i by %i ", IGNORED },
	{ NULL, "from [%i] by %w%$", IP_IS_HELO },
	{ NULL, "from [%i] (using ", IP_IS_HELO },
	{ NULL, "from [%i] ", 0 },
	{ NULL, "from %i by %w.aol.com (%w) with HTTP (WebMailUI)", 0 },
	{ NULL, "from %i by %w {with |(SMTPL|(InterScan}", 0 },
	{ NULL, "from %i {(SquirrelMail|(NaSMail|(IP} ", 0 },
	{ NULL, "from ([%i]) with ", IGNORED },
	{ NULL, "from ([%i]) by ", 0 },
	{ NULL, "from (%i) ", 0 },
	/* Between programs of one host, or without an address. */
	{ NULL, "from %w by %w {with |(|by |via |for }", IGNORED },
	{ NULL, "from %w ([unix socket]) by %w (Cyrus v%n.%n.%n) with LMTPA", IGNORED },
	{ NULL, "from %w with %w by ", IGNORED },
	{ NULL, "from %w named unknown by ", IGNORED },
	{ NULL, "from mail pickup service by ", IGNORED },
	{ NULL, "from localhost (localhost{ [[UNIX: localhost]]|}) by ", IGNORED },
	{ NULL, "from %w ({%w@|}{localhost|localhost.localdomain|127.0.0.1}) ", IGNORED },
	{ NULL, "from Unknown/Local (", IGNORED },
	{ NULL, "from %w (%w [local]) by ", IGNORED },
	{ "(LSMTP ", "from %w (%w) by ", IGNORED },
	{ NULL, "from %w (un{known|verified}) by ", IGNORED },
	{ "(Content Technologies ", "from %w (%w) by ", IGNORED },
	{ NULL, "(from %w@localhost) by ", IGNORED },
	{ NULL, "(from %w@%w) by %w(jqueuemail) id ", IGNORED },
};

static bool
has(struct slice line, struct slice needle)
{
	return slice_find(line, 0, needle) < line.n;
}

/* One blank for each run of them, none at the ends, no ";" at the end. */
static struct slice
fold(struct arena *arena, struct slice value)
{
	struct slice in = slice_trim(value);
	char *out = arena_alloc(arena, in.n + 1);
	size_t n = 0;

	if (out == NULL)
		return SLICE_ABSENT;
	for (size_t i = 0; i < in.n; i++) {
		bool space = ascii_is_space(in.p[i]);

		if (!space || out[n - 1] != ' ')
			out[n++] = space ? ' ' : in.p[i];
	}
	while (n > 0 && (out[n - 1] == ';' || out[n - 1] == ' '))
		n--;
	return (struct slice){ out, n };
}

/* The run without blanks that follows `mark`; absent when the mark does not stand. */
static struct slice
run_behind(struct slice line, struct slice mark)
{
	size_t at = slice_find(line, 0, mark);
	struct slice rest;

	if (at == line.n)
		return SLICE_ABSENT;
	rest = slice_from(line, at + mark.n);
	return slice_cut(rest, 0, slice_find_byte(rest, 0, ' '));
}

/* s up to the first of those bytes. */
static struct slice
until(struct slice s, const char *stops)
{
	for (size_t i = 0; i < s.n; i++)
		for (const char *p = stops; *p != '\0'; p++)
			if (s.p[i] == *p)
				return slice_cut(s, 0, i);
	return s;
}

/* Where the word ends that says what follows it is the envelope sender; 0: none begins here. */
static size_t
envfrom_mark(struct slice s)
{
	static const struct slice marks[] = { { "return-path: ", 13 }, { "return-path ", 12 },
		{ "envelope-sender ", 16 }, { "envelope-sender=", 16 }, { "envelope-from ", 14 },
		{ "envelope-from=", 14 } };

	if (s.n == 0 || (ascii_lower(s.p[0]) != 'r' && ascii_lower(s.p[0]) != 'e'))
		return 0;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (slice_istarts(s, marks[i]))
			return marks[i].n;
	}
	return 0;
}

/* A run without its tail of marks: it ends where a word ends or begins. Empty: it has no word. */
static struct slice
until_word_edge(struct slice run)
{
	bool next = false;

	while (run.n > 0 && ascii_is_word(run.p[run.n - 1]) == next) {
		next = ascii_is_word(run.p[run.n - 1]);
		run.n--;
	}
	return run;
}

static struct slice
find_envfrom(struct slice line)
{
	for (size_t i = 0; i < line.n; i++) {
		size_t mark = envfrom_mark(slice_from(line, i));
		struct slice run = slice_from(line, i + mark);

		if (mark == 0)
			continue;
		run = until_word_edge(slice_cut(run, 0, slice_find_byte(run, 0, ' ')));
		while (run.n > 0 && run.p[0] == '<')
			run = slice_from(run, 1);
		while (run.n > 0 && run.p[run.n - 1] == '>')
			run.n--;
		if (run.n > 0)
			return run;
	}
	if (has(line, SLICE("[XMail ")))
		return until(run_behind(line, SLICE(" from <")), "<>");
	return SLICE_ABSENT;
}

/* The shortest id: what is shorter is a word. */
#define ID_MIN 3

static struct slice
find_id(struct slice line, struct slice mark)
{
	struct slice id = run_behind(line, mark);

	if (id.n > 0 && id.p[0] == '<')
		id = slice_from(id, 1);
	id = until(id, "<>;");
	return id.n >= ID_MIN ? id : SLICE_ABSENT;
}

/* The one dialect that writes its words in capitals. */
static struct slice
id_mark(struct slice line)
{
	return slice_starts(line, SLICE("FROM ")) ? SLICE(" ID ") : SLICE(" id ");
}

/* What follows the first "by" outside of parentheses; else the first. */
static struct slice
find_by(struct slice line)
{
	int depth = 0;

	for (size_t i = 0; i + 4 <= line.n; i++) {
		char c = line.p[i];

		depth += (c == '(') - (c == ')' && depth > 0);
		if (depth == 0 && (c == ' ' || c == ')') &&
		    slice_istarts(slice_from(line, i + 1), SLICE("by ")))
			return until(slice_from(line, i + 4), " ;,");
	}
	return until(run_behind(line, SLICE(" by ")), ";,");
}

/* "with ESMTPA" and its kin (RFC 3848, RFC 6531), in any case, as a word of its own. */
static struct slice
find_protocol_auth(struct slice line)
{
	static const struct slice words[] = { { "esmtpa", 6 }, { "esmtpsa", 7 }, { "smtpa", 5 },
		{ "smtpsa", 6 }, { "lmtpa", 5 }, { "lmtpsa", 6 }, { "utf8smtpa", 9 },
		{ "utf8smtpsa", 10 }, { "utf8lmtpa", 9 }, { "utf8lmtpsa", 10 }, { "asmtp", 5 },
		{ "http", 4 }, { "https", 5 }, { "httpu", 5 } };
	static const struct slice marks[] = { { " with ", 6 }, { "(via ", 5 } };

	for (size_t m = 0; m < 2; m++)
		for (size_t at = slice_find(line, 0, marks[m]); at < line.n;
		     at = slice_find(line, at + 1, marks[m])) {
			struct slice rest = slice_from(line, at + marks[m].n);
			struct slice word = until(rest, " ;)");

			for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
				if (slice_ieq(word, words[i]))
					return word;
		}
	return SLICE_ABSENT;
}

/* Gmail's submission of old: its id is letters or digits, "sm", digits, three letters, a date. */
static bool
is_sent_by_gmail(struct slice line)
{
	struct slice id = run_behind(line, SLICE(" by mx.google.com with ESMTPS id "));
	size_t sm = slice_find(id, 0, SLICE("sm")), i = sm + 2;

	if (sm == 0 || sm > 4 || !has(line, SLICE("(version=")))
		return false;
	while (i < id.n && ascii_is_digit(id.p[i]))
		i++;
	return i > sm + 2 && i + 4 < id.n && ascii_is_lower(id.p[i]) && id.p[i + 3] == '.';
}

/* ") (Authenticated sender: NAME) by HOST (Postfix) with ": Postfix, or what it calls itself. */
static struct slice
postfix_auth(struct arena *arena, struct slice line)
{
	struct slice name = slice_from(
	    line, slice_find(line, 0, SLICE(" (Authenticated sender: ")));
	size_t by = slice_find(name, 0, SLICE(") by ")),
	       open = slice_find(name, by + 5, SLICE(" ("));

	name = until(slice_from(name, open + 2), ")");
	if (name.n == 0)
		return SLICE_ABSENT;
	if (slice_eq(name, SLICE("Postfix")))
		return name;
	return arena_printf(arena, "Postfix (%.*s)", SLICE_ARG(name));
}

static struct slice
find_auth(struct arena *arena, struct slice line)
{
	struct slice auth = find_protocol_auth(line);

	if (auth.n > 0)
		return auth;
	if (has(line, SLICE("(authenticated as ")))
		return SLICE("CriticalPath");
	if (has(line, SLICE("(authenticated")))
		return SLICE("Sendmail");
	if (has(line, SLICE("(AUTH: ")))
		return until(run_behind(line, SLICE("(AUTH: ")), ")");
	if (has(line, SLICE(") (Authenticated sender: ")))
		return postfix_auth(arena, line);
	if (has(line, SLICE("] by mail.gmx.")) && has(line, SLICE(") with ")))
		return arena_printf(arena, "GMX (%.*s / %.*s)",
		    SLICE_ARG(until(run_behind(line, SLICE(") with ")), ";")),
		    SLICE_ARG(run_behind(line, SLICE("] by "))));
	if (is_sent_by_gmail(line))
		return arena_printf(arena, "GMail - transport=%.*s cipher=%.*s",
		    SLICE_ARG(until(run_behind(line, SLICE("(version=")), ")")),
		    SLICE_ARG(until(run_behind(line, SLICE(" cipher=")), ")")));
	if (has(line, SLICE("] (account ")) || has(line, SLICE("(CommuniGate Pro HTTP)")))
		return SLICE("Communigate");
	return SLICE_ABSENT;
}

/* Bytes with a meaning in the text form of relays become "!". */
static struct slice
clean(struct arena *arena, struct slice s)
{
	static const char special[] = "#[]()<>|";
	char *out = NULL;

	for (size_t i = 0; i < s.n; i++) {
		bool bad = ascii_is_space(s.p[i]) || s.p[i] == '\0';

		for (const char *p = special; !bad && *p != '\0'; p++)
			bad = s.p[i] == *p;
		if (!bad)
			continue;
		if (out == NULL) {
			s = arena_copy(arena, s);
			if (s.p == NULL)
				return SLICE_ABSENT;
			out = (char *)s.p;
		}
		out[i] = '!';
	}
	return s;
}

/* A reverse name: no word for "none", no address literal, no closing dot. */
static struct slice
real_rdns(struct slice rdns)
{
	if (slice_ieq(rdns, SLICE("unknown")) || slice_eq(rdns, SLICE("softdnserr")) ||
	    slice_starts(rdns, SLICE("[")))
		return SLICE_ABSENT;
	while (rdns.n > 0 && rdns.p[rdns.n - 1] == '.')
		rdns.n--;
	return rdns;
}

static bool
looks_like_exim(struct slice line)
{
	return has(line, SLICE("Exim"));
}

/* Behind " by NAME", its comment and " with ". Absent: there is no such. */
static struct slice
behind_with(struct slice line)
{
	size_t at = slice_find(line, 0, SLICE(" by "));
	struct slice rest = slice_from(line, at + 4);

	rest = slice_from(rest, slice_find_byte(rest, 0, ' '));
	if (slice_starts(rest, SLICE(" (")))
		rest = slice_from(rest, slice_find(rest, 0, SLICE(") with ")) + 1);
	return slice_starts(rest, SLICE(" with ")) ? slice_from(rest, 5) : SLICE_ABSENT;
}

/* qmail says "with SMTP" (QMQP, LMTP), then no id; its patches tell their name. */
static bool
looks_like_qmail(struct slice line)
{
	static const struct slice words[] = { { " SMTP", 5 }, { " QMQP", 5 }, { " LMTP", 5 } };
	struct slice with = until(behind_with(line), ";");

	if (has(line, SLICE("(qmail-")) || has(line, SLICE("(qp ")))
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t at = slice_find(with, 0, words[i]);
		struct slice rest = slice_from(with, at + words[i].n);

		if (at < with.n && !has(with, SLICE("Microsoft SMTP")) &&
		    (rest.n == 0 || rest.p[0] == ' ') && !slice_starts(rest, SLICE(" id ")))
			return true;
	}
	return false;
}

/*
 * Whether the dialect's marks stand in the line's tail. They are looked for
 * behind the address alone, as all that tells of the MTA is: what stands before
 * it are names that the client chose, "(Exim.example" among them.
 */
static bool
is_marked(const struct dialect *dialect, struct slice tail)
{
	if (dialect->mark != NULL && !has(tail, slice_of(dialect->mark)))
		return false;
	if ((dialect->flags & ONLY_EXIM) && !looks_like_exim(tail))
		return false;
	return !(dialect->flags & ONLY_QMAIL) || looks_like_qmail(tail);
}

/* What stands behind the address; the line when the dialect has none. */
static struct slice
tail_of(struct slice line, struct slice ip)
{
	return ip.p == NULL ? line : slice_from(line, (size_t)(ip.p + ip.n - line.p));
}

/* "... with POP3 (fetchmail-6.4)": no MTA's field, but a mailbox owner's. */
static bool
is_fetched(struct slice line)
{
	struct slice with = slice_trim(behind_with(line));

	with = slice_from(with, slice_find_byte(with, 0, ' '));
	return slice_starts(with, SLICE(" (fetchmail-")) ||
	       slice_starts(with, SLICE(" (mail fetcher"));
}

static void
fill_relay(struct arena *arena, struct slice line, const struct dialect *dialect,
    const struct received_match *match, struct relay *relay_r)
{
	struct relay relay = { .ip = match->ip };
	struct slice rdns = real_rdns(match->rdns), tail = tail_of(line, match->ip);
	struct slice helo = match->helo;

	if ((dialect->flags & HELO_IS_RDNS) && helo.p == NULL)
		helo = match->rdns;
	if (dialect->flags & IP_IS_HELO)
		helo = run_behind(line, SLICE("from "));
	relay.rdns = clean(arena, rdns);
	relay.helo = clean(arena, helo);
	relay.by = clean(arena, find_by(tail));
	relay.ident = clean(arena, match->ident);
	relay.envfrom = clean(arena, match->envfrom.n > 0 ? match->envfrom : find_envfrom(tail));
	relay.id = dialect->flags & NO_ID ? SLICE_ABSENT : find_id(tail, id_mark(line));
	relay.auth = find_auth(arena, tail);
	relay.no_reverse_dns = (dialect->flags & LOOKS_UP) && rdns.n == 0;
	*relay_r = relay;
}

/* "[1.2.3.4]", or any digits and dots between brackets. */
static bool
is_bracketed_quad(struct slice name)
{
	if (name.n < 3 || name.p[0] != '[' || name.p[name.n - 1] != ']')
		return false;
	for (size_t i = 1; i + 1 < name.n; i++) {
		if (!ascii_is_digit(name.p[i]) && name.p[i] != '.')
			return false;
	}
	return true;
}

/* "from NAME by HOST;": a handover that tells no address. */
static bool
tells_nothing(struct slice line)
{
	struct slice rest = slice_from(line, SLICE("from ").n), name = until(rest, " ");
	size_t host;

	rest = slice_from(rest, name.n);
	if (!slice_istarts(line, SLICE("from ")) || !slice_istarts(rest, SLICE(" by ")))
		return false;
	host = until(slice_from(rest, 4), " ;").n;
	rest = slice_from(rest, 4 + host);
	return host > 0 && !is_bracketed_quad(name) &&
	       (slice_starts(rest, SLICE(";")) || slice_starts(rest, SLICE(" ;")));
}

/* Takes the last word off, and the blank before it. */
static struct slice
take_last_word(struct slice *rest)
{
	size_t at = rest->n;
	struct slice word;

	while (at > 0 && rest->p[at - 1] != ' ')
		at--;
	word = slice_from(*rest, at);
	*rest = slice_cut(*rest, 0, at > 0 ? at - 1 : 0);
	return word;
}

static bool
is_digits(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!ascii_is_digit(s.p[i]))
			return false;
	}
	return s.n > 0;
}

/* "12:34", "12:34:56", however many digits. */
static bool
is_time(struct slice s)
{
	size_t first = slice_find_byte(s, 0, ':'), second = slice_find_byte(s, first + 1, ':');

	return first < s.n && is_digits(slice_cut(s, 0, first)) &&
	       is_digits(slice_cut(s, first + 1, second)) &&
	       (second == s.n || is_digits(slice_from(s, second + 1)));
}

static bool
is_one_of(struct slice word, const char *names)
{
	size_t n = strlen(names) / 3;

	for (size_t i = 0; i < n; i++) {
		if (slice_eq(word, (struct slice){ names + 3 * i, 3 }))
			return true;
	}
	return false;
}

/* The line without the date at its end, unless a comment stands behind the zone. */
static struct slice
without_date(struct slice line)
{
	struct slice rest = line, month, day;
	size_t n;

	if (take_last_word(&rest).n == 0 || !is_time(take_last_word(&rest)) ||
	    !is_digits(take_last_word(&rest)))
		return line;
	month = take_last_word(&rest);
	if (!is_one_of(month, "JanFebMarAprMayJunJulAugSepOctNovDec"))
		return line;
	n = rest.n;
	while (rest.n > 0 && ascii_is_digit(rest.p[rest.n - 1]))
		rest.n--;
	if (rest.n == n)
		return line;
	day = slice_cut(rest, rest.n < 5 ? 0 : rest.n - 5, rest.n);
	if (slice_ends(day, SLICE(", ")) &&
	    is_one_of(slice_cut(day, 0, 3), "MonTueWedThuFriSatSun"))
		rest.n -= 5;
	n = rest.n;
	while (rest.n > 0 && (rest.p[rest.n - 1] == ' ' || rest.p[rest.n - 1] == ';'))
		rest.n--;
	return rest.n < n ? rest : line;
}

static bool
in_helo(char c)
{
	return ascii_is_alnum(c) || (c != '\0' && strchr("-.^+_&:=?!@%*$\\/", c) != NULL);
}

/* The name behind a word of its own, "helo=" or "HELO ". */
static struct slice
helo_behind(struct slice line, struct slice mark)
{
	for (size_t at = slice_find(line, 0, mark); at < line.n;
	     at = slice_find(line, at + 1, mark)) {
		size_t end = at + mark.n;

		while (end < line.n && in_helo(line.p[end]))
			end++;
		if (end > at + mark.n && (at == 0 || !ascii_is_word(line.p[at - 1])))
			return slice_cut(line, at + mark.n, end);
	}
	return SLICE_ABSENT;
}

static struct slice
find_helo(struct slice line)
{
	struct slice helo = helo_behind(line, SLICE("helo="));

	if (helo.n == 0)
		helo = helo_behind(line, SLICE("HELO "));
	return helo.n > 0 ? helo : helo_behind(line, SLICE("EHLO "));
}

/* What can be said of a line of no known shape: the first address in brackets, and who wrote it. */
static enum received_outcome
guess_relay(struct arena *arena, struct slice line, struct relay *relay_r)
{
	bool lower = slice_starts(line, SLICE("from "));
	struct slice helo = find_helo(line);
	struct received_match match = { .ip = SLICE_ABSENT };
	struct relay relay = { .ip = SLICE_ABSENT };

	for (size_t at = slice_find_byte(line, 0, '['); at < line.n && match.ip.p == NULL;
	     at = slice_find_byte(line, at + 1, '['))
		received_match("[%i]", slice_from(line, at), &match);
	relay.by = clean(arena, until(run_behind(line, SLICE(" by ")), ";"));
	if (match.ip.p == NULL || relay.by.n == 0)
		return RECEIVED_UNPARSEABLE;
	if (helo.n == 0 && lower)
		helo = run_behind(line, SLICE("from "));
	relay.ip = match.ip;
	relay.helo = clean(arena, helo);
	relay.id = find_id(line, SLICE(" id "));
	relay.auth = find_auth(arena, line);
	relay.envfrom = lower ? clean(arena, find_envfrom(line)) : SLICE_ABSENT;
	*relay_r = relay;
	return RECEIVED_PARSED;
}

enum received_outcome
received_parse(struct arena *arena, struct slice value, struct relay *relay_r)
{
	struct slice line = fold(arena, value);
	struct received_match match;

	if (!slice_istarts(line, SLICE("from ")) && !slice_istarts(line, SLICE("(from ")))
		return RECEIVED_IGNORED;
	if (has(line, SLICE(" with local for ")) || tells_nothing(line))
		return RECEIVED_IGNORED;
	line = without_date(line);
	if (is_fetched(line))
		return RECEIVED_FETCHED;
	if (has(line, SLICE(", uid ")) && has(line, SLICE(" with qmail-scanner"))) {
		relay_r->envfrom = clean(arena, find_envfrom(line));
		return RECEIVED_SCANNED;
	}
	for (size_t i = 0; i < sizeof(dialects) / sizeof(dialects[0]); i++) {
		const struct dialect *d = &dialects[i];

		if (!received_match(d->pattern, line, &match) ||
		    !is_marked(d, tail_of(line, match.ip)))
			continue;
		if (d->flags & IGNORED)
			return RECEIVED_IGNORED;
		if (find_by(tail_of(line, match.ip)).n == 0)
			return RECEIVED_UNPARSEABLE;
		fill_relay(arena, line, d, &match, relay_r);
		return RECEIVED_PARSED;
	}
	return guess_relay(arena, line, relay_r);
}
