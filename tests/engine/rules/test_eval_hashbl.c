/* test_eval_hashbl.c - eval_hashbl.c: DNS lists of hashes */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"
#include "tests/engine/scan_helper.h"

#define S(text)                          \
	{                                \
		(text), sizeof(text) - 1 \
	}
/* Of "me@example.org", "me+tag@example.org", and of "http://www.example.com/x". */
#define SHA1 "2bb292050f956bbba8b95742405b6598331f727b"
#define SHA1_TAG "8027c0d394fda5aefee0802d829a856fb5b7f85c"
#define SHA256 "qvojj42jrfaleqowwxtyxnxzfe5zigktwj4z7c4slpjfdacxdv3q"
#define MD5_URI "a6f1ba198ba3b94bec9d4fe751c89366"
/* Of "hello\n". */
#define SHA1_PART "f572d396fae9206628714fb2ce00f72e94f2258f"
#define MESSAGE                                                                               \
	"From: Me <me+tag@example.org>\nTo: you@example.net\nDelivered-To: you@example.net\n" \
	"Reply-To: Re.Ply@Example.COM\nMIME-Version: 1.0\nContent-Type: text/plain\n\n"

static const struct dns_row rows[] = {
	{ "check_hashbl_emails('l.example')", MESSAGE "x\n", .dns = SHA1 ".l.example A 127.0.0.2\n",
	    .want = true },
	{ "check_hashbl_emails('l.example/A', 'sha256/notag', 'ALLFROM')", MESSAGE "x\n",
	    .dns = SHA256 ".l.example A 127.0.0.2\n", .want = true,
	    .asked = "A " SHA256 ".l.example\n" },
	{ "check_hashbl_emails('l.example', 'raw/nodot', 'Reply-To/body')",
	    MESSAGE "write to she@example.info, not to you@example.net\n", .dns = "",
	    .asked = "A reply@example.com.l.example\nA she@example.info.l.example\n" },
	{ "check_hashbl_emails('l.example', 'raw/host/case', 'From:addr')", MESSAGE "x\n",
	    .dns = "example.org.l.example A 192.0.2.1\n" },
	{ "check_hashbl_emails('l.example', 'raw/user', 'From:addr', '^192')", MESSAGE "x\n",
	    .dns = "me+tag.l.example A 192.0.2.1\n", .want = true },
	{ "check_hashbl_emails('l.example', 'raw/max=1', 'body')",
	    MESSAGE "a@example.info b@example.info\n", .dns = "",
	    .asked = "A a@example.info.l.example\n" },
	{ "check_hashbl_emails('l.example', 'raw', 'body')", MESSAGE "sales@example.info\n",
	    .dns = "", .asked = "" },
	{ "check_hashbl_emails('l.example', 'raw', 'body', '', 'freemail')",
	    MESSAGE "a@free.example.info b@other.example.info c@no.example.info\n", .dns = "",
	    .asked = "A a@free.example.info.l.example\n" },
	{ "check_hashbl_emails('l.example', 'raw', 'body', '', 'nosuch')",
	    MESSAGE "a@free.example.info\n", .dns = "", .asked = "" },
	{ "check_hashbl_emails('l.example', 'raw', 'body')",
	    MESSAGE "b@alias.example.info ignored@example.info\n", .dns = "",
	    .asked = "A b@real.example.info.l.example\n" },
	{ "check_hashbl_emails('l.example')", MESSAGE "x\n", .dns = SHA1 ".l.example A !TIMEOUT\n",
	    .unknown = true },
	/* an error code is no listing, nor are words beside one */
	{ "check_hashbl_emails('l.example')", MESSAGE "x\n",
	    .dns = SHA1 ".l.example A 127.255.255.254\n", .unknown = true },
	{ "check_hashbl_emails('l.example', 'sha1', 'From:addr', '^127\\.')", MESSAGE "x\n",
	    .dns = SHA1_TAG ".l.example A 127.255.255.254\n" SHA1_TAG ".l.example A 127.0.0.2\n",
	    .unknown = true },
	{ "check_hashbl_emails('multi.uribl.com')", MESSAGE "x\n",
	    .dns = SHA1 ".multi.uribl.com A 127.0.0.1\n", .unknown = true },
	{ "check_hashbl_emails('l.example/TXT', 'sha1/notag', 'From:addr', '.')", MESSAGE "x\n",
	    .dns = SHA1 ".l.example TXT \"refused\"\n" SHA1 ".l.example A 127.255.255.254\n",
	    .unknown = true },
	{ "check_hashbl_emails('l.example./TXT', 'sha1/notag', 'From:addr', '^listed')",
	    MESSAGE "x\n",
	    .dns = SHA1 ".l.example TXT \"listed\"\n" SHA1 ".l.example A 127.0.0.2\n", .want = true,
	    .asked = "TXT " SHA1 ".l.example\nA " SHA1 ".l.example\n" },
	{ "check_hashbl_uris('l.example', 'md5')", MESSAGE "http://www.example.com/X\n",
	    .dns = MD5_URI ".l.example A 127.0.0.2\n", .want = true,
	    .asked = "A " MD5_URI ".l.example\n" },
	{ "check_hashbl_uris('l.example', 'raw')", MESSAGE "http://www.example.com/X\n", .dns = "",
	    .asked = "" },
	{ "check_hashbl_bodyre('l.example', 'raw/max=10/shuffle', '\\b(1[a-z]{5})\\b')",
	    MESSAGE "pay to 1AbCdE\n 1abcdf or 1abcdf\n", .dns = "1abcdf.l.example A 127.0.0.2\n",
	    .want = true, .asked = "A 1abcdf.l.example\n" },
	{ "check_hashbl_bodyre('l.example', 'raw/num', '(\\+[0-9 -]+)')",
	    MESSAGE "call +1 555-0100 now\n", .dns = "", .asked = "A 15550100.l.example\n" },
	{ "check_hashbl_tag('l.example', 'raw/trim', '_AUTHORDOMAIN_')", MESSAGE "x\n", .dns = "",
	    .asked = "A example.org.l.example\n" },
	{ "check_hashbl_tag('l.example', 'raw/ip', 'AUTHORDOMAIN')", MESSAGE "x\n", .dns = "",
	    .asked = "" },
	{ "check_hashbl_attachments('l.example')", MESSAGE "hello\n",
	    .dns = SHA1_PART ".l.example A 127.0.0.2\n", .want = true },
	{ "check_hashbl_attachments('l.example', 'sha1/minsize=7')", MESSAGE "hello\n", .dns = "",
	    .asked = "" },
	{ "check_hashbl_attachments('l.example', 'sha1/maxsize=5')", MESSAGE "hello\n", .dns = "",
	    .asked = "" },
};

static void
test_rows(void **state)
{
	static const struct slice acl[] = { S("free.example.info"), S("other.example.info"),
		S("!other.example.info") };
	static const struct slice aliases[] = { S("real.example.info alias.example.info") };
	static const struct slice ignored[] = { S("ignored@example.info") };
	static const struct rule_list lists[] = {
		{ S("hashbl_acl_freemail"), acl, 3, { 0 } },
		{ S("hashbl_email_domain_alias"), aliases, 1, { 0 } },
		{ S("hashbl_ignore"), ignored, 1, { 0 } },
	};

	(void)state;
	dns_rows_check(rows, ROWS(rows), lists, 3);
}

/* The message is read once, however often answers come: later rounds take no memory. */
static void
test_rounds(void **state)
{
	static const struct rule_def defs[] = {
		FUNCTION("A", "check_hashbl_emails('a.example')"),
		FUNCTION("B", "check_hashbl_uris('b.example', 'sha256')"),
		FUNCTION("C", "check_hashbl_bodyre('c.example', 'md5', '([a-z]+[0-9]+)')"),
		FUNCTION("D", "check_hashbl_tag('d.example', 'sha1', '_AUTHORDOMAIN_')"),
		FUNCTION("E", "check_hashbl_attachments('e.example')"),
	};
	static const struct envelope nobody = { .known = false };
	static const struct budget endless = { NULL, NULL };
	const struct scan_options options = { .now = 1700000000, .dns = true };
	struct arena *arena = arena_new((size_t)64 << 20);
	struct ruleset *ruleset = helper_build(defs, ROWS(defs), NULL, NULL);
	struct slot *slot = helper_slot();
	struct scan *scan = scan_open(arena, ruleset, &nobody, &options);
	struct buf message = { 0 };
	size_t asked = 0, used;

	(void)state;
	buf_add(&message, SLICE(MESSAGE));
	for (int i = 0; i < 2000; i++)
		buf_printf(&message, "You%d@Example.INFO http://www%d.example.com/X\n", i, i);
	scan_message(scan, slot, buf_slice(&message), &endless);
	while (scan_wants(scan) != NULL)
		asked++;
	assert_int_equal(asked, 10 + 10 + 10 + 1 + 1);
	used = arena_used(arena);
	for (int i = 0; i < 5000; i++) {
		assert_true(scan_is_open(scan));
		scan_resume(scan, slot, &endless);
	}
	if (arena_used(arena) != used)
		fail_msg("5000 rounds took %zu bytes", arena_used(arena) - used);
	scan_close(&scan);
	slot_free(&slot);
	ruleset_unref(&ruleset);
	buf_clear(&message);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_rounds),
	};

	return cmocka_run_group_tests_name("eval_hashbl", tests, NULL, NULL);
}
