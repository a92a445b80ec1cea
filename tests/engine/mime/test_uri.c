/* test_uri.c - uri_scan.c, uri_canonical.c, uri_host.c and uri.c against tables */
#include "config.h"

#include "engine/mime/uri.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/mime/uri_scan.h"
#include "engine/util/buf.h"
#include "milter/converters.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct uri_law law;
static const struct policy policy;

static const struct {
	const char *text;
	const char *want; /* candidates by blanks, before their hosts are looked at */
} scans[] = {
	{ "see http://a.example.com/x, and www.b.com.", "http://a.example.com/x http://www.b.com" },
	{ "HTTP://A.COM FTP.a.com www12.a.com", "HTTP://A.COM ftp://FTP.a.com http://www12.a.com" },
	{ "a.com b.co.uk x.y.z.info. file.txt 1.2.3.4",
	    "http://a.com http://b.co.uk http://x.y.z.info" },
	{ "a.com:80 a.com:8080/x a.com: a.com:/x a.com/ a.com/x",
	    "http://a.com:80 http://a.com:8080/x "
	    "http://a.com/x" },
	{ "(www.a.com) (a.com) 'a.com' \"a.com\" <a.com> [a.com]", "http://www.a.com http://a.com "
								   "http://a.com http://a.com" },
	{ "http://a.com/x) http://a.com/a(b)c http://a.com/x)y",
	    "http://a.com/x http://a.com/a(b)c "
	    "http://a.com/x" },
	{ "a@b.com, <c@d.org>; mailto:e@f.net?x=y",
	    "mailto:a@b.com mailto:c@d.org mailto:e@f.net?x=y" },
	{ "Email:a@b.com cid:a@b.com", "mailto:a@b.com" },
	{ "skype::a@b.com ::c@d.com mailer:e@f.com",
	    "mailto:a@b.com mailto:c@d.com mailto:mailer:e@f.com" },
	{ "vi@gra a@.com a@b&nbsp;.com", "" },
	{ "javascript:a.com hxxp://a.com/x foohttp://a.com",
	    "http://a.com http://a.com/x http://a.com" },
	{ "-a.com _a.com %a.com a_b.c.com a_b.com", "http://a_b.c.com" },
	{ "\xc3\xa9"
	  "a.com a.com\xc3\xa9 http://a.com/\xc3\xa9\xc2\xa0z",
	    "http://a.com/\xc3\xa9" },
	{ "\x1b(Bhttp://a.com/ \x1b(Bwww.a.com", "http://a.com/ http://Bwww.a.com" },
	{ "http:// www. ftp. @ a@ @a mailto:", "" },
	{ "", "" },
};

static const struct {
	const char *uri;
	const char *want; /* all forms, sorted, by "|" */
} forms[] = {
	{ "http://a.com/", "http://a.com/" },
	{ "http:a.com", "http://a.com|http:a.com" },
	{ "http:\\\\a.com\\x", "http://a.com/x|http:\\\\a.com\\x" },
	{ "www.a.com", "http://www.a.com|www.a.com" },
	{ "ftp.a.com", "ftp.a.com|ftp://ftp.a.com" },
	{ "http://a.com?x", "http://a.com/?x|http://a.com?x" },
	{ "http://a.com:80/x", "http://a.com/x|http://a.com:80/x" },
	{ "https://a.com:443/x", "https://a.com/x|https://a.com:443/x" },
	{ "https://a.com:80/x", "https://a.com:80/x" },
	{ "http://u:p@a.com:80/", "http://a.com/|http://u:p@a.com:80/" },
	{ "http://%61.com/%41%2541", "http://%61.com/%41%2541|http://a.com/A%41" },
	{ "http://a.com/%41 x", "http://a.com/%41 x|http://a.com/A%20x" },
	{ "http://a.com/%00%20%ff", "http://a.com/%00%20%ff" },
	{ "http://a.com/&#65;&#x42;&amp;", "http://a.com/&#65;&#x42;&amp;|http://a.com/AB&amp;" },
	{ "http://a.com/&#65377;&#x3002;", "http://a.com/&#65377;&#x3002;|http://a.com/.." },
	{ "http%3A//a%2Ecom/", "http%3A//a%2Ecom/|http://a.com/" },
	{ "mailto:a@b.com%20?subject=x",
	    "mailto:a@b.com|mailto:a@b.com%20|mailto:a@b.com%20?subject=x" },
	{ "mailto:a@b.com&x?y", "mailto:a@b.com|mailto:a@b.com&x|mailto:a@b.com&x?y" },
	{ "mailto:\"A%20B\"%20<a@b.com>", "mailto:\"A%20B\"%20<a@b.com>|mailto:a@b.com" },
	{ "mailto:%20%20a@b.com%20", "mailto:%20%20a@b.com%20|mailto:a@b.com" },
	{ "mailto:<<a@b>c>?<d@e>", "mailto:<<a@b>c>|mailto:<<a@b>c>?<d@e>|mailto:a@b" },
	{ "a@b.com?c", "a@b.com|a@b.com?c" },
	{ "http://a.com./x", "http://a.com./x|http://a.com/x" },
	{ "http://16909060/", "http://1.2.3.4/|http://16909060/" },
	{ "http://0x7f.01.2.0010/", "http://0x7f.01.2.0010/|http://127.1.2.8/" },
	{ "http://1.2.3.256/", "http://1.2.3.256/" },
	{ "http://foo/x", "http://foo/x|http://www.foo.com/x" },
	{ "http://localhost/", "http://localhost/" },
	{ "http://a.com/?u=http%3a//b.com/x&y",
	    "http://a.com/?u=http%3a//b.com/x&y|http://a.com/?u=http://b.com/x&y|http://b.com/x" },
	{ "http://b\xc3\xbc"
	  "cher.de/",
	    "http://b\xc3\xbc"
	    "cher.de/|http://xn--bcher-kva.de/" },
	{ "mailto:a@b.com?subject=x", "mailto:a@b.com|mailto:a@b.com?subject=x" },
	{ " ht\rtp://a.\ncom ", "http://a.com" },
	{ "/x/y", "/x/y" },
	{ "#top", "#top" },
	{ "cid:%41", "cid:%41|cid:A" },
	{ "", "" },
};

static const struct {
	const char *uri;
	const char *want; /* NULL: none */
} hosts[] = {
	{ "http://www.a.com:8080/x", "www.a.com" },
	{ "http://u:p@a.com/", "a.com" },
	{ "u:p@www.a.com/x", "www.a.com" },
	{ "http:/www.a.com", "www.a.com" },
	{ "http:///a.com", NULL },
	{ "http://192.0.2.1/", "192.0.2.1" },
	{ "http://192.0.2.01/", NULL },
	{ "http://a_b.c.com/", "a_b.c.com" },
	{ "http://a_b.com/", NULL },
	{ "http://a..com/", NULL },
	{ "http://-a.com/", NULL },
	{ "a.txt", NULL },
	{ "A.COM", "A.COM" },
	{ "javascript:a.com", NULL },
	{ "cid:a.com", NULL },
	{ "mailto:x@a.com?y", "a.com" },
	{ "mailto:x@192.0.2.1", NULL },
	{ "mailto:x@a.com/", NULL },
	{ "mailto:a.com", NULL },
	{ "http://a.com#b@c.com", "a.com" },
	{ "", NULL },
};

static void
test_scan(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(scans); i++) {
		struct arena *arena = arena_new(1 << 16);
		struct uri_scanner scanner = { .text = slice_of(scans[i].text) };
		struct buf out = { .arena = arena };
		struct slice found;

		while (uri_scan_next(&scanner, arena, &found))
			buf_printf(&out, "%s%.*s", out.n > 0 ? " " : "", SLICE_ARG(found));
		if (!slice_eq(buf_slice(&out), slice_of(scans[i].want)))
			fail_msg(
			    "%s\n got  %s\n want %s", scans[i].text, buf_text(&out), scans[i].want);
		arena_free(&arena);
	}
}

static int
compare_slices(const void *a, const void *b)
{
	return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

/* The slices sorted, parted by "|". */
static struct slice
join_sorted(struct arena *arena, struct slice_list list)
{
	struct slice *v = arena_array(arena, list.n + 1, sizeof(*v));
	struct buf out = { .arena = arena };

	if (list.n > 0)
		memcpy(v, list.v, list.n * sizeof(*v));
	qsort(v, list.n, sizeof(*v), compare_slices);
	for (size_t i = 0; i < list.n; i++)
		buf_printf(&out, "%s%.*s", i > 0 ? "|" : "", SLICE_ARG(v[i]));
	return buf_slice(&out);
}

static void
test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(forms); i++) {
		struct arena *arena = arena_new(1 << 16);
		struct slice got = join_sorted(
		    arena, uri_canonical(&law, arena, slice_of(forms[i].uri)));

		if (!slice_eq(got, slice_of(forms[i].want)))
			fail_msg("%s\n got  %.*s\n want %s", forms[i].uri, SLICE_ARG(got),
			    forms[i].want);
		arena_free(&arena);
	}
}

static void
test_hosts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(hosts); i++) {
		struct slice got = uri_host(NULL, slice_of(hosts[i].uri)),
			     want = slice_of(hosts[i].want);

		if ((got.p == NULL) != (want.p == NULL) || !slice_eq(got, want))
			fail_msg("%s: got \"%.*s\", want \"%.*s\"", hosts[i].uri, SLICE_ARG(got),
			    SLICE_ARG(want));
	}
}

/* A redirector in a redirector in a ...: bounded. */
static void
test_nested_targets(void **state)
{
	struct arena *arena = arena_new(1 << 22);
	struct buf uri = { .arena = arena };
	struct slice_list list;

	(void)state;
	while (uri.n < URI_LENGTH_MAX)
		buf_add(&uri, SLICE("http://a.com/"));
	list = uri_canonical(&law, arena, buf_slice(&uri));
	assert_true(list.n <= URI_VARIANTS_MAX);
	assert_false(arena_overflowed(arena));
	arena_free(&arena);
}

static const char html_message[] =
    "Subject: see www.subject.com\nMIME-Version: 1.0\nContent-Type: text/html\n\n"
    "<a href=\"http://link.com/\">http://link.com/</a> <img src=\"http://192.0.2.1/i.gif\">\n"
    "<a href=\"HTTP://Sub.Link.co.uk:80/\">x</a> <video src=\"http://video.com/v\"></video> bare.org\n";

static struct uri_list
find(struct arena *arena, struct slice text, struct converters *converters)
{
	struct budget budget = { 0 };
	const struct message *message = message_parse(arena, text, 0, &budget);
	struct texts *texts = message == NULL
				  ? NULL
				  : texts_new(arena, message, converters, &policy, &budget);

	return texts == NULL ? (struct uri_list){ .n = 0 } : uris_find(&law, arena, texts, &budget);
}

static const struct uri *
uri_by_raw(const struct uri_list *list, const char *raw)
{
	for (size_t i = 0; i < list->n; i++)
		if (slice_eq(list->v[i].raw, slice_of(raw)))
			return &list->v[i];
	fail_msg("no URI %s", raw);
	return NULL;
}

static void
test_message(void **state)
{
	struct converters *converters = converters_open();
	struct arena *arena = arena_new(1 << 22);
	struct uri_list list = find(arena, SLICE(html_message), converters);
	const struct uri *uri = uri_by_raw(&list, "http://link.com/");
	struct slice variants = join_sorted(arena, list.variants);

	(void)state;
	assert_true(uri->in_text);
	assert_true(slice_eq(uri->element, SLICE("a")));
	assert_true(slice_eq(uri->host, SLICE("link.com")));
	uri = uri_by_raw(&list, "HTTP://Sub.Link.co.uk:80/");
	assert_false(uri->in_text);
	assert_true(slice_eq(uri->host, SLICE("sub.link.co.uk")));
	assert_true(slice_eq(uri->domain, SLICE("link.co.uk")));
	uri = uri_by_raw(&list, "http://192.0.2.1/i.gif");
	assert_true(slice_eq(uri->element, SLICE("img")));
	assert_true(slice_eq(uri->domain, SLICE("192.0.2.1")));
	uri = uri_by_raw(&list, "http://www.subject.com");
	assert_true(slice_eq(uri->element, SLICE("text")));
	assert_true(uri_by_raw(&list, "http://video.com/v")->extended);
	assert_true(slice_find(variants, 0, SLICE("http://bare.org")) < variants.n);
	assert_true(slice_find(variants, 0, SLICE("video")) == variants.n);
	assert_false(list.truncated);
	arena_free(&arena);
	converters_close(&converters);
}

/* Too many: the first, and it is told. */
static void
test_limit(void **state)
{
	struct converters *converters = converters_open();
	struct arena *arena = arena_new((size_t)64 << 20);
	struct buf text = { .arena = arena };
	struct uri_list list;

	(void)state;
	buf_add(&text, SLICE("Subject: x\nContent-Type: text/html\n\n"));
	for (unsigned i = 0; i < URI_MAX + 10; i++)
		buf_printf(&text, "<a href=\"http://a.com/%u\">x</a>\n", i);
	list = find(arena, buf_slice(&text), converters);
	assert_int_equal(list.n, URI_MAX);
	assert_true(list.truncated);
	arena_free(&arena);
	converters_close(&converters);
}

/* One that is too long is cut, and told; those behind it are read. */
static void
test_long(void **state)
{
	struct converters *converters = converters_open();
	struct arena *arena = arena_new((size_t)64 << 20);
	struct buf text = { .arena = arena };
	struct uri_list list;

	(void)state;
	buf_add(&text, SLICE("Subject: x\nContent-Type: text/html\n\n<img src=\"http://a.com/"));
	for (unsigned i = 0; i < URI_LENGTH_MAX; i++)
		buf_add_byte(&text, 'x');
	buf_add(&text, SLICE("\"><a href=\"http://b.com/\">x</a>\n"));
	list = find(arena, buf_slice(&text), converters);
	assert_int_equal(list.n, 2);
	assert_true(list.truncated);
	arena_free(&arena);
	converters_close(&converters);
}

static void
test_caps(void **state)
{
	struct converters *converters = converters_open();

	(void)state;
	for (size_t cap = 0; cap < 65536; cap += 256) {
		struct arena *arena = arena_new(cap);

		(void)find(arena, SLICE(html_message), converters);
		for (size_t i = 0; cap < 4096 && i < COUNT(forms); i++)
			(void)uri_canonical(&law, arena, slice_of(forms[i].uri));
		arena_free(&arena);
	}
	converters_close(&converters);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scan),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_nested_targets),
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_caps),
	};

	return cmocka_run_group_tests_name("uri", tests, NULL, NULL);
}
