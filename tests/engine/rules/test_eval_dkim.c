/* test_eval_dkim.c - eval_dkim.c, dkim_facts.c: what rules are told of signatures */
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
#define LIST(name, ...)                                                             \
	{                                                                           \
		S(name), (const struct slice[]){ __VA_ARGS__ },                     \
		    sizeof((struct slice[]){ __VA_ARGS__ }) / sizeof(struct slice), \
		{                                                                   \
			0                                                           \
		}                                                                   \
	}

/* Signed by example.org's selector s, with a key of 1024 bits made for these tests. */
#define FIELD                                                                        \
	"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=s; " \
	"h=from:to:subject:subject:received; "                                       \
	"bh=twNmV0IKbt7budlkODkKxzQKmFwXDxh9ol1UENv61nA=; b="                        \
	"WtFMEo4IMIY1bhTWoWOaX7U6TJX2N2Xx2v0eEcn5/pZzmcrzMjgMLTOpJHT2nW4Q"           \
	"FRm3LLmqMd/P4UU5iFUu0gh2nWguKMMTZKON4DdylknaMk4hmm0KlhwUiTTGmYVz"           \
	"mmzdcjz4UYv3zzMNAoZhrnr1ug/fiM+/yib08l+8p08=\n"
#define FIELDS                                                                     \
	"From: Ann  <ann@example.org>\nTo: bob@example.net\nSubject: one\n\ttwo\n" \
	"Received: from a\nReceived: from b\n"
#define GOOD FIELD FIELDS "\nHello \t world  \n\nlast\n\n\n"
#define CHANGED FIELD FIELDS "\nHello moon\n"
#define OTHER_FIELD \
	"DKIM-Signature: v=1; a=rsa-sha256; d=list.example.net; s=t; h=from; bh=AAAA; b=AAAA\n"
#define UNSIGNED FIELDS "\nHello\n"
#define UNREADABLE "DKIM-Signature: nothing at all\n" UNSIGNED
#define RETURN_PATH "Return-Path: <bounce@Example.org>\n"

#define KEY_TEXT                                                               \
	"p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC8AT9IANmvdQiVIZG2QCmlqLO3"   \
	"a7YMMPj78kQ6xiL52JB4XVK7zzxCyAYSxln9errDSgUDnoDDTX3NFbeBR2PzH0vdWTpu" \
	"GenMn3ORGc19fut8dNaYemETA18Y5TSC7TLstF05ZdVKHW9oyBPmKtzHOvNHWF6RMG4P" \
	"B5ykHJb6bQIDAQAB"
#define NAME "s._domainkey.example.org TXT "
#define KEY NAME "\"" KEY_TEXT "\"\n"
#define TESTING NAME "\"t=y; " KEY_TEXT "\"\n"
#define TIMEOUT NAME "!TIMEOUT\n"
#define ADSP(text) "_adsp._domainkey.example.org TXT " text "\n"
#define DOMAIN "example.org A 192.0.2.1\n"

static const struct dns_row signature_rows[] = {
	/* signed, good or not; nothing is while the DNS is off */
	{ "check_dkim_signed()", GOOD, .dns = "", .want = true },
	{ "check_dkim_signed()", CHANGED, .dns = TIMEOUT, .want = true },
	{ "check_dkim_signed()", GOOD, .dns = NULL },
	{ "check_dkim_signed()", UNSIGNED, .dns = KEY },
	{ "check_dkim_signed()", UNREADABLE, .dns = KEY },
	{ "check_dkim_signed('example.org')", GOOD, .dns = "", .want = true },
	{ "check_dkim_signed('a.example', '*.org')", GOOD, .dns = "", .want = true },
	{ "check_dkim_signed('*.example.org')", GOOD, .dns = "", .want = true },
	{ "check_dkim_signed('ample.org', '.ample.org')", GOOD, .dns = "" },
	/* good */
	{ "check_dkim_valid()", GOOD, .dns = KEY, .want = true,
	    .asked = "TXT s._domainkey.example.org\n" },
	{ "check_dkim_verified()", GOOD, .dns = KEY, .want = true },
	{ "check_dkim_valid()", OTHER_FIELD GOOD, .dns = KEY, .want = true },
	{ "check_dkim_valid()", GOOD, .dns = "" },
	{ "check_dkim_valid()", GOOD, .dns = NULL },
	{ "check_dkim_valid()", CHANGED, .dns = KEY },
	{ "check_dkim_valid()", GOOD, .dns = TIMEOUT, .unknown = true },
	{ "check_dkim_valid()", GOOD, .dns = NAME "!SERVFAIL\n", .unknown = true },
	{ "check_dkim_valid('example.org')", GOOD, .dns = KEY, .want = true },
	{ "check_dkim_valid('example.net')", GOOD, .dns = KEY },
	{ "check_dkim_valid('example.net')", GOOD, .dns = TIMEOUT },
	/* by the author's domain, by the sender's */
	{ "check_dkim_valid_author_sig()", GOOD, .dns = KEY, .want = true },
	{ "check_dkim_valid_author_sig()", OTHER_FIELD UNSIGNED, .dns = KEY },
	{ "check_dkim_valid_author_sig('example.org')", GOOD, .dns = KEY, .want = true },
	{ "check_dkim_valid_author_sig('example.net')", GOOD, .dns = KEY },
	{ "check_dkim_valid_author_sig()", GOOD, .dns = TIMEOUT, .unknown = true },
	{ "check_dkim_valid_envelopefrom()", RETURN_PATH GOOD, .dns = KEY, .want = true },
	{ "check_dkim_valid_envelopefrom()", "Return-Path: <a@example.com>\n" GOOD, .dns = KEY },
	{ "check_dkim_valid_envelopefrom()", GOOD, .dns = KEY },
	/* what is told besides */
	{ "check_dkim_dependable()", UNSIGNED, .dns = "", .want = true },
	{ "check_dkim_dependable()", UNSIGNED, .dns = NULL },
	{ "check_dkim_testing()", GOOD, .dns = TESTING, .want = true },
	{ "check_dkim_testing()", GOOD, .dns = TESTING, .imported = true },
	{ "check_dkim_testing()", GOOD, .dns = KEY },
	{ "check_dkim_testing()", GOOD, .dns = TIMEOUT, .unknown = true },
	{ "check_dkim_signsome()", GOOD, .dns = KEY },
};

static void
test_signatures(void **state)
{
	(void)state;
	dns_rows_check(signature_rows, ROWS(signature_rows), NULL, 0);
}

/* A key shorter than the postmaster wants is good for nobody in particular. */
static void
test_key_bits(void **state)
{
	static const struct dns_row rows[] = {
		{ "check_dkim_valid()", GOOD, .dns = KEY, .want = true },
		{ "check_dkim_valid('example.org')", GOOD, .dns = KEY },
		{ "check_dkim_valid_author_sig()", GOOD, .dns = KEY },
	};
	const struct rule_list lists[] = { LIST("dkim_minimum_key_bits", S("2048")) };

	(void)state;
	dns_rows_check(rows, ROWS(rows), lists, 1);
}

static const struct dns_row adsp_rows[] = {
	{ "check_dkim_adsp('N')", UNSIGNED, .dns = "", .want = true,
	    .asked = "TXT _adsp._domainkey.example.org\nMX example.org\n" },
	{ "check_dkim_adsp('N')", UNSIGNED, .dns = DOMAIN },
	{ "check_dkim_adsp('U')", UNSIGNED, .dns = DOMAIN, .want = true },
	{ "check_dkim_adsp('A')", UNSIGNED, .dns = DOMAIN ADSP("\"dkim=all\""), .want = true },
	{ "check_dkim_signall()", UNSIGNED, .dns = DOMAIN ADSP("\"dkim=all\""), .want = true },
	{ "check_dkim_adsp('D')", UNSIGNED, .dns = DOMAIN ADSP("\"dkim=all\"") },
	{ "check_dkim_adsp('D')", UNSIGNED, .dns = DOMAIN ADSP("\"dkim=discardable; t=s\""),
	    .want = true },
	{ "check_dkim_adsp('*')", UNSIGNED, .dns = DOMAIN ADSP("\"dkim=discardable\""),
	    .want = true },
	{ "check_dkim_adsp('*')", UNSIGNED, .dns = DOMAIN ADSP("\"rubbish\"") },
	{ "check_dkim_adsp('A', 'example.org')", UNSIGNED, .dns = DOMAIN ADSP("\"dkim=all\""),
	    .want = true },
	{ "check_dkim_adsp('A', 'example.net')", UNSIGNED, .dns = DOMAIN ADSP("\"dkim=all\""),
	    .asked = "" },
	{ "check_dkim_adsp('A')", GOOD, .dns = KEY DOMAIN ADSP("\"dkim=all\""),
	    .asked = "TXT s._domainkey.example.org\n" },
	{ "check_dkim_adsp('A')", CHANGED, .dns = KEY DOMAIN ADSP("\"dkim=all\""), .want = true },
	{ "check_dkim_adsp('A')", GOOD, .dns = TIMEOUT DOMAIN ADSP("\"dkim=all\""),
	    .unknown = true },
	{ "check_dkim_adsp('A')", UNSIGNED, .dns = DOMAIN ADSP("!TIMEOUT"), .unknown = true },
	{ "check_dkim_adsp('N')", "From: a@localhost\n\nx\n", .dns = "", .asked = "" },
	{ "check_dkim_adsp('N')", UNSIGNED, .dns = NULL },
};

static void
test_adsp(void **state)
{
	(void)state;
	dns_rows_check(adsp_rows, ROWS(adsp_rows), NULL, 0);
}

static void
test_adsp_override(void **state)
{
	static const struct dns_row rows[] = {
		{ "check_dkim_adsp('D')", UNSIGNED, .dns = "", .want = true, .asked = "" },
		{ "check_dkim_adsp('1')", "From: a@x.y.example.net\n\nx\n", .dns = "",
		    .want = true },
		{ "check_dkim_adsp('A')", "From: a@example.net\n\nx\n", .dns = "", .want = true },
		{ "check_dkim_adsp('U')", "From: a@example.com\n\nx\n", .dns = "", .want = true },
		{ "check_dkim_adsp('D')", GOOD, .dns = KEY },
	};
	const struct rule_list lists[] = { LIST("adsp_override", S("Example.org"),
	    S("*.y.example.net custom_low"), S("*.example.net 3"), S("example.net ALL"),
	    S("* unknown")) };

	(void)state;
	dns_rows_check(rows, ROWS(rows), lists, 1);
}

static void
test_welcome(void **state)
{
	static const struct dns_row rows[] = {
		{ "check_for_dkim_welcomelist_from()", GOOD, .dns = KEY, .want = true },
		{ "check_for_dkim_whitelist_from()", GOOD, .dns = KEY, .want = true },
		{ "check_for_dkim_welcomelist_from()", CHANGED, .dns = KEY },
		{ "check_for_dkim_welcomelist_from()", GOOD, .dns = TIMEOUT, .unknown = true },
		{ "check_for_dkim_welcomelist_from()", UNSIGNED, .dns = KEY },
		{ "check_for_dkim_welcomelist_from()", GOOD, .dns = NULL },
		{ "check_for_def_dkim_welcomelist_from()", GOOD, .dns = KEY },
	};
	const struct rule_list own[] = { LIST(
	    "welcomelist_from_dkim", S("x@example.org"), S("ann@*.org")) };
	const struct rule_list other[] = { LIST(
	    "welcomelist_from_dkim", S("ann@* list.example.net"), S("ann@* .example.org")) };
	const struct rule_list signer[] = { LIST(
	    "welcomelist_from_dkim", S("ann@* postmaster@example.org")) };
	const struct rule_list any[] = { LIST("welcomelist_auth", S("*@example.org")) };

	(void)state;
	dns_rows_check(rows, ROWS(rows), own, 1);
	dns_rows_check(rows, ROWS(rows), signer, 1);
	dns_rows_check(rows, ROWS(rows), any, 1);
	for (size_t i = 2; i < ROWS(rows); i++) {
		if (!rows[i].unknown)
			dns_rows_check(&rows[i], 1, other, 1);
	}
	dns_rows_check(&rows[6], 1, other, 1);
}

static const struct dns_row arc_rows[] = {
	{ "check_arc_signed()", "ARC-Seal: i=1; cv=none\n" UNSIGNED, .dns = "", .want = true },
	{ "check_arc_signed()", "ARC-Seal: i=1; cv=none\n" UNSIGNED, .dns = NULL },
	{ "check_arc_signed()", UNSIGNED, .dns = "" },
	{ "check_arc_valid()", "ARC-Seal: i=1; cv=none\n" UNSIGNED, .dns = "" },
	{ "check_arc_valid()", UNSIGNED, .dns = "" },
};

static void
test_arc(void **state)
{
	(void)state;
	dns_rows_check(arc_rows, ROWS(arc_rows), NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_key_bits),
		cmocka_unit_test(test_adsp),
		cmocka_unit_test(test_adsp_override),
		cmocka_unit_test(test_welcome),
		cmocka_unit_test(test_arc),
	};

	return cmocka_run_group_tests_name("eval_dkim", tests, NULL, NULL);
}
