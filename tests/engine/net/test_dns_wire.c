/*
 * test_dns_wire.c - dns_wire.c: responses as servers send them, and as nobody should
 *
 * A row is a response in parts: hexadecimal digits, and names in quotes as
 * labels without the end; blanks between them.
 */
#include "engine/net/dns_wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "engine/net/dns_table.h"
#include "engine/util/ascii.h"

#define HEAD(flags, answers, authorities) "0102 " flags " 0001 " answers " " authorities " 0000 "
#define ASKED "'a.example'00 0001 0001 " /* the question stands at 12: c00c is its name */
#define ASKED_OF(type) "'a.example'00 " type " 0001 "
#define OK_HEAD(answers, authorities) HEAD("8180", answers, authorities)
#define RECORD(type, ttl, size) type " 0001 " ttl " " size " "
#define A_RECORD(last) "c00c " RECORD("0001", "0000003c", "0004") "7f0000" last " "
#define SOA(ttl, minimum)      \
	"'example'00 " RECORD( \
	    "0006", ttl, "0016") "00 00 00000001 00000e10 00000258 00015180 " minimum " "

static const struct {
	const char *what;
	enum dns_type type;
	const char *packet;
	uint32_t ttl;
	const char *want; /* as a table */
} rows[] = {
	{ "one address", DNS_A, OK_HEAD("0001", "0000") ASKED A_RECORD("02"), 60, "A 127.0.0.2" },
	{ "the least TTL", DNS_A,
	    OK_HEAD("0002", "0000")
		ASKED A_RECORD("02") "c00c " RECORD("0001", "00000005", "0004") "7f000003",
	    5, "A 127.0.0.2|A 127.0.0.3" },
	{ "a TTL with its sign", DNS_A,
	    OK_HEAD("0001", "0000") ASKED "c00c " RECORD("0001", "80000005", "0004") "7f000002", 0,
	    "A 127.0.0.2" },
	{ "letters of any case", DNS_A,
	    OK_HEAD("0001", "0000") "'A.eXample'00 0001 0001 'a.EXAMPLE'00 " RECORD(
		"0001", "0000003c", "0004") "7f000002",
	    60, "A 127.0.0.2" },
	{ "a CNAME", DNS_A,
	    OK_HEAD("0002", "0000") ASKED "c00c " RECORD("0005", "00000007",
		"0004") "'b'c00e 'b'c00e " RECORD("0001", "0000003c", "0004") "7f000002",
	    7, "A 127.0.0.2" },
	{ "a CNAME behind its records", DNS_A,
	    OK_HEAD("0002", "0000") ASKED "'b'c00e " RECORD("0001", "0000003c",
		"0004") "7f000002 c00c " RECORD("0005", "00000007", "0004") "'b'c00e",
	    7, "A 127.0.0.2" },
	{ "a CNAME to nothing", DNS_A,
	    OK_HEAD("0001", "0001") ASKED
	    "c00c " RECORD("0005", "00000007", "0004") "'b'c00e " SOA("0000003c", "00000e10"),
	    7, "A !NODATA" },
	{ "a CNAME to no name", DNS_A,
	    HEAD("8183", "0001", "0001") ASKED
	    "c00c " RECORD("0005", "00000e10", "0004") "'b'c00e " SOA("0000003c", "00000e10"),
	    60, "A !NXDOMAIN" },
	{ "a CNAME to itself", DNS_A,
	    OK_HEAD("0001", "0000") ASKED "c00c " RECORD("0005", "00000007", "0002") "c00c", 0,
	    "A !SERVFAIL" },
	{ "no such record", DNS_A, OK_HEAD("0000", "0001") ASKED SOA("0000003c", "00000009"), 9,
	    "A !NODATA" },
	{ "no such name", DNS_A, HEAD("8183", "0000", "0001") ASKED SOA("00000008", "00000009"), 8,
	    "A !NXDOMAIN" },
	{ "no such name, and no SOA", DNS_A, HEAD("8183", "0000", "0000") ASKED, 0, "A !NXDOMAIN" },
	{ "a referral", DNS_A,
	    OK_HEAD("0000", "0001") ASKED "c00e " RECORD("0002", "0000003c", "0004") "'b'c00e", 0,
	    "A !SERVFAIL" },
	{ "MX", DNS_MX,
	    OK_HEAD("0002", "0000") ASKED_OF("000f") "c00c " RECORD("000f", "0000003c",
		"0006") "000a 'b'c00e c00c " RECORD("000f", "0000003c", "0003") "0000 00",
	    60, "MX 10 b.example.|MX 0 ." },
	{ "NS and PTR", DNS_PTR,
	    OK_HEAD("0002", "0000") ASKED_OF("000c") "c00c " RECORD("0002", "0000003c",
		"0002") "c00e c00c " RECORD("000c", "0000003c", "0007") "'HOST'c00e",
	    60, "PTR host.example." },
	{ "TXT of two strings, and an empty one", DNS_TXT,
	    OK_HEAD("0003", "0000") ASKED_OF("0010") "c00c " RECORD(
		"0010", "0000003c", "0006") "02 6162 02 6364 c00c " RECORD("0010", "0000003c",
		"0001") "00 c00c " RECORD("0010", "0000003c", "0003") "02 22ff",
	    60, "TXT \"abcd\"|TXT \"\"|TXT \"\\034\\255\"" },
	{ "AAAA", DNS_AAAA,
	    OK_HEAD("0001", "0000") ASKED_OF("001c") "c00c " RECORD(
		"001c", "0000003c", "0010") "20010db8000000000000000000000001",
	    60, "AAAA 2001:db8:0:0:0:0:0:1" },
	{ "a record of another name", DNS_A,
	    OK_HEAD("0002", "0000") ASKED
	    "'b'c00e " RECORD("0001", "00000001", "0004") "7f000009 " A_RECORD("02"),
	    60, "A 127.0.0.2" },
	{ "a record of another class", DNS_A,
	    OK_HEAD("0001", "0000") ASKED "c00c 0001 0003 0000003c 0004 7f000002", 0, "A !NODATA" },
	{ "an address of five bytes beside a good one", DNS_A,
	    OK_HEAD("0002", "0000") ASKED
	    "c00c " RECORD("0001", "0000003c", "0005") "7f00000909 " A_RECORD("02"),
	    60, "A 127.0.0.2" },
	{ "an address of five bytes alone", DNS_A,
	    OK_HEAD("0001", "0000") ASKED "c00c " RECORD("0001", "0000003c", "0005") "7f00000909",
	    0, "A !SERVFAIL" },
	{ "a TXT string past its record", DNS_TXT,
	    OK_HEAD("0001", "0000")
		ASKED_OF("0010") "c00c " RECORD("0010", "0000003c", "0003") "03 6162 ff",
	    0, "TXT !SERVFAIL" },
	{ "a label with a dot", DNS_PTR,
	    OK_HEAD("0001", "0000")
		ASKED_OF("000c") "c00c " RECORD("000c", "0000003c", "0006") "03612e62 c00e",
	    0, "PTR !SERVFAIL" },
	{ "bytes behind a name", DNS_PTR,
	    OK_HEAD("0001", "0000")
		ASKED_OF("000c") "c00c " RECORD("000c", "0000003c", "0003") "c00e 00",
	    0, "PTR !SERVFAIL" },
	{ "a name that points to itself", DNS_PTR,
	    OK_HEAD("0001", "0000")
		ASKED_OF("000c") "c00c " RECORD("000c", "0000003c", "0002") "c027",
	    0, "PTR !SERVFAIL" },
	{ "a name that points into the header", DNS_PTR,
	    OK_HEAD("0001", "0000")
		ASKED_OF("000c") "c00c " RECORD("000c", "0000003c", "0002") "c002",
	    0, "PTR !SERVFAIL" },
	{ "cut within a record", DNS_A, OK_HEAD("0001", "0000") ASKED "c00c 0001 0001 00", 0,
	    "A !SERVFAIL" },
	{ "fewer records than told", DNS_A, OK_HEAD("0002", "0000") ASKED A_RECORD("02"), 0,
	    "A !SERVFAIL" },
	{ "another question", DNS_A,
	    OK_HEAD("0001", "0000") "'b.example'00 0001 0001 " A_RECORD("02"), 0, "A !SERVFAIL" },
	{ "another type", DNS_A, OK_HEAD("0001", "0000") ASKED_OF("0010") A_RECORD("02"), 0,
	    "A !SERVFAIL" },
	{ "no question", DNS_A, "0102 8180 0000 0000 0000 0000", 0, "A !SERVFAIL" },
	{ "a question, not a response", DNS_A, HEAD("0100", "0001", "0000") ASKED A_RECORD("02"), 0,
	    "A !SERVFAIL" },
	{ "cut short", DNS_A, HEAD("8380", "0001", "0000") ASKED A_RECORD("02"), 0, "A !SERVFAIL" },
	{ "REFUSED", DNS_A, HEAD("8185", "0001", "0000") ASKED A_RECORD("02"), 0, "A !SERVFAIL" },
	{ "no such name, with records", DNS_A, HEAD("8183", "0001", "0000") ASKED A_RECORD("02"), 0,
	    "A !NXDOMAIN" },
	{ "nothing", DNS_A, "", 0, "A !SERVFAIL" },
};

/* Reads the row's form; returns how many bytes there are. */
static size_t
assemble(const char *text, char *out)
{
	size_t n = 0;

	while (*text != '\0') {
		if (*text == '\'') {
			size_t length = n++;

			while (*++text != '\'') {
				if (*text != '.') {
					out[n++] = *text;
					continue;
				}
				out[length] = (char)(n - length - 1);
				length = n++;
			}
			out[length] = (char)(n - length - 1);
			text++;
		} else if (*text == ' ') {
			text++;
		} else {
			out[n++] = (char)(ascii_hex(text[0]) << 4 | ascii_hex(text[1]));
			text += 2;
		}
	}
	return n;
}

/* The answer as a table, its lines without their name and with "|" between them. */
static void
describe(const struct dns_question *question, const struct dns_answer *answer, struct buf *out)
{
	struct buf lines = { .arena = NULL };
	struct slice rest, line;

	dns_table_write_answer(&lines, question, answer);
	rest = buf_slice(&lines);
	while (slice_next_line(&rest, &line)) {
		if (out->n > 0)
			buf_add_byte(out, '|');
		buf_add(out, slice_from(line, question->name.n + 2));
	}
	buf_clear(&lines);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct dns_question question = { rows[i].type, SLICE("a.example") };
		struct arena *arena = arena_new(1 << 20);
		struct buf got = { .arena = NULL };
		struct dns_answer answer;
		char packet[512];
		size_t n = assemble(rows[i].packet, packet);

		dns_wire_read(arena, (struct slice){ packet, n }, &question, &answer);
		describe(&question, &answer, &got);
		if (!slice_eq(buf_slice(&got), slice_of(rows[i].want)) || answer.ttl != rows[i].ttl)
			fail_msg("%s: got %s (TTL %u), want %s (TTL %u)", rows[i].what,
			    buf_text(&got), answer.ttl, rows[i].want, rows[i].ttl);
		/* Cut anywhere, it is no answer. */
		while (n-- > 0 && answer.outcome == DNS_FOUND) {
			struct dns_answer cut;

			dns_wire_read(arena, (struct slice){ packet, n }, &question, &cut);
			if (cut.outcome != DNS_SERVFAIL)
				fail_msg("%s: cut to %zu bytes: %s", rows[i].what, n,
				    dns_outcome_name(cut.outcome));
		}
		buf_clear(&got);
		arena_free(&arena);
	}
}

/* CNAMEs one behind the other, up to the limit and one more. */
static void
test_chain(void **state)
{
	(void)state;
	for (unsigned cnames = 9; cnames <= DNS_WIRE_CNAMES_MAX + 1; cnames++) {
		const struct dns_question question = { DNS_A, SLICE("a.example") };
		struct arena *arena = arena_new(1 << 20);
		struct buf text = { .arena = arena };
		struct dns_answer answer;
		char packet[1024], owner[] = "'a'";
		size_t n;

		buf_printf(&text, OK_HEAD("%04x", "0000") ASKED, cnames + 1);
		for (unsigned i = 0; i < cnames; i++) {
			buf_printf(&text, "%sc00e " RECORD("0005", "0000003c", "0004"), owner);
			owner[1]++;
			buf_printf(&text, "%sc00e ", owner);
		}
		buf_printf(&text, "%sc00e " RECORD("0001", "0000003c", "0004") "7f000002", owner);
		n = assemble(buf_text(&text), packet);
		dns_wire_read(arena, (struct slice){ packet, n }, &question, &answer);
		assert_int_equal(
		    answer.outcome, cnames <= DNS_WIRE_CNAMES_MAX ? DNS_FOUND : DNS_SERVFAIL);
		arena_free(&arena);
	}
}

/* No room for the records is no answer, not "there are none". */
static void
test_no_room(void **state)
{
	const struct dns_question question = { DNS_A, SLICE("a.example") };
	struct arena *arena = arena_new(0);
	struct dns_answer answer;
	char packet[512];
	size_t n = assemble(OK_HEAD("0001", "0000") ASKED A_RECORD("02"), packet);

	(void)state;
	dns_wire_read(arena, (struct slice){ packet, n }, &question, &answer);
	assert_int_equal(answer.outcome, DNS_SERVFAIL);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_no_room),
	};

	return cmocka_run_group_tests_name("dns_wire", tests, NULL, NULL);
}
