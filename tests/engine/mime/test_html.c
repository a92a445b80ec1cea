/* test_html.c - html.c and its parts against tables; wanted texts are SpamAssassin 4.0.1's */
#include "engine/mime/html.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/mime/html_entity.h"
#include "engine/mime/html_style.h"
#include "engine/mime/html_uri.h"
#include "engine/util/buf.h"
#include "engine/util/utf8.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define CAP ((size_t)16 << 20)

static const struct budget budget = { 0 };

static const struct html *
render(struct arena *arena, struct slice text)
{
	return html_render(arena, text, true, &budget);
}

static const struct {
	const char *html;
	const char *want;
	const char *want_visible; /* NULL: the same */
} renderings[] = {
	/* tags */
	{ "plain", "plain", NULL },
	{ "vi<b>ag</b>ra", "viagra", NULL },
	{ "a<br>b<br/>c<BR />d", "a\nb\nc\nd", NULL },
	{ "a<div>b</div>c", "a\nb\nc", NULL },
	{ "a<p>b</p>c", "a\n\nb\n\nc", NULL },
	{ "<td>a</td><td>b</td>", " a  b ", NULL },
	{ "a <br> b", "a\nb", NULL },
	{ "a  \n\t b", "a b", NULL },
	{ "<h1>T</h1><hr><li>x", " T \n\n x", NULL },
	{ "<foo>a</foo>", "a", NULL },
	{ "<xmp><b>&amp;</xmp>c", "\n\n<b>&amp;\n\nc", NULL },
	{ "<textarea><b>&amp;</textarea>c", "<b>&c", NULL },
	{ "<title>t<b>&amp;</title>c", "\n\nt<b>&\n\nc", NULL },
	{ "<script>x<b>\"</script>y</SCRIPT >z", "yz", NULL },
	{ "a<style>b{}</style>c", "ac", NULL },
	{ "a<style>b{}", "a", NULL },
	{ "a<style>b</sty", "a", NULL },
	{ "<plaintext>a</plaintext>b", "\n\na</plaintext>b", NULL },
	{ "<iframe>a<b>c", "a<b>c", NULL },
	{ "<title>a<i>b", "\n\na\n\nb", NULL },
	/* what looks like tags */
	{ "a < b", "a < b", NULL },
	{ "1<2>3", "1<2>3", NULL },
	{ "a<_x>b<:y>c", "abc", NULL },
	{ "<", "", NULL },
	{ "a<b", "a", NULL },
	{ "a<b c", "a", NULL },
	{ "<a href=\"x>y", "", NULL },
	{ "a<b c='>'>d", "ad", NULL },
	{ "a<b c=>d", "ad", NULL },
	{ "a</>b</ x>c</b \">\">d", "abcd", NULL },
	{ "a\f<br\v>b", "a\nb", NULL },
	{ "</p>a</p>", "\n\na\n\n", NULL },
	/* comments, declarations, sections */
	{ "a<!-- b -->c", "ac", NULL },
	{ "a<!-- b -- >c", "ac", NULL },
	{ "a<!-- > b -->c", "ac", NULL },
	{ "a<!--x>b", "ab", NULL }, /* never ends: at any '>' */
	{ "a<!>b<!x>c", "abc", NULL },
	{ "<!DOCTYPE html \"a>b\">c", "c", NULL },
	{ "a<?php x ?>b", "ab", NULL },
	{ "a<![if !mso]>b<![endif]>c", "abc", NULL },
	{ "a<![CDATA[<b>&amp;]]>c", "a<b>&amp;c", NULL },
	{ "a<![IGNORE[b<br>]]>c", "ac", NULL },
	{ "a]]>b", "a]]>b", NULL },
	/* references */
	{ "&lt;b&gt;&amp;&quot;", "<b>&\"", NULL },
	{ "a&nbsp;b", "a b", NULL },
	{ "&#65;&#x42;&#X43;&#68", "ABCD", NULL },
	{ "&euro;&eacute;&Acirc;", "\xe2\x82\xac\xc3\xa9\xc3\x82", NULL },
	{ "&ampx &notit; &nosuch; &", "&x \xc2\xacit; &nosuch; &", NULL },
	{ "&euro &thetasym", "&euro &thetasym", NULL },
	{ "&#0;&#xfffe;&#x110000;", "&#0;&#xfffe;&#x110000;", NULL },
	{ "&#xd83d;&#xde00; &#xd83d; &#xde00;", "\xf0\x9f\x98\x80 \xef\xbf\xbd \xef\xbf\xbd",
	    NULL },
	{ "&#x1fffe;&#xfdd0;", "\xef\xbf\xbd\xef\xbf\xbd", NULL },
	{ "&#128;", "\xc2\x80", NULL },
	/* before parsing */
	{ "<a href=\xe2\x80\x9dx\xe2\x80\x9d>y</a>\xe2\x80\x9cq", "y\"q", NULL },
	{ "<b&nbsp;/>x", "x", NULL },
	/* hidden text */
	{ "a<span style='display:none'>b</span>c", "abc", "ac" },
	{ "a<span style='display: none;'>b<i>c</i></span>d", "abcd", "ad" },
	{ "a<div style='visibility:hidden'>b</div>c", "a\nb\nc", "a\n\nc" },
	{ "a<font color=white>b</font>c", "abc", "ac" },
	{ "a<font color='#fefefe'>b</font>c", "abc", "ac" },
	{ "a<span style='color:#fff'>b</span>c", "abc", "ac" },
	{ "a<span style='color:transparent'>b</span>c", "abc", "ac" },
	{ "<table bgcolor=black><tr><td><font color=white>b</font>", &"  b"[1], NULL },
	{ "a<span style='font-size:0'>b</span>c", "abc", "ac" },
	{ "a<span style='font-size:0.5px'>b</span>c", "abc", "ac" },
	{ "a<span style='font-size:1px !important'>b</span>c", "abc", "ac" },
	{ "a<span style='font-size:10px'>b</span>c", "abc", NULL },
	{ "a<span style='opacity:0'>b</span>c", "abc", "ac" },
	{ "a<div style='max-height:0px'>b</div>c", "a\nb\nc", "a\n\nc" },
	{ "a <font size=1>b </font><br>c", "a b \nc",
	    NULL }, /* the space before the break stays: tiny */
	{ "a<font size=3>b </font><br>c", "ab\nc", NULL },
	{ "<body text=white>a</body>b", "ab", "" },
	{ "<td><font color=white>a<td>b", " a b", "  b" },
};

static void
test_renderings(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(renderings); i++) {
		struct arena *arena = arena_new(CAP);
		const struct html *html = render(arena, slice_of(renderings[i].html));
		const char *visible = renderings[i].want_visible != NULL
					  ? renderings[i].want_visible
					  : renderings[i].want;

		assert_non_null(html);
		if (!slice_eq(html->rendered, slice_of(renderings[i].want)))
			fail_msg("%s: got \"%.*s\", want \"%s\"", renderings[i].html,
			    SLICE_ARG(html->rendered), renderings[i].want);
		if (!slice_eq(html->visible, slice_of(visible)))
			fail_msg("%s: visible: got \"%.*s\", want \"%s\"", renderings[i].html,
			    SLICE_ARG(html->visible), visible);
		arena_free(&arena);
	}
}

/* Links as "element resolved", extended ones with a '+' before. */
static const struct {
	const char *html;
	const char *want;
} links[] = {
	{ "<a href='http://a.example/x'>t</a>", "a http://a.example/x [t]" },
	{ "<A HREF = http://a.example/x >t<b>u</b>", "a http://a.example/x [tu]" },
	{ "<a href='  http://a.example/?a=1&amp;b=2\n'>", "a http://a.example/?a=1&b=2 []" },
	{ "<a href=''>t</a><a name=x>", "" },
	{ "<a href>t", "a href [t]" },
	{ "<a href=x href=y>t", "a x [t]" },
	{ "<a x/href=y>t", "a y [t]" },
	{ "<a href='h\xef\xbb\xbfttp://a.example/'>", "a http://a.example/ []" },
	{ "<a href=x data-saferedirecturl=http://g.example/>", "a x [];a http://g.example/ []" },
	{ "<a href=x>a<img src=y>b</a>", "a x [a<img>\nb];img y" },
	{ "<area href=x><link href=y><frame src=z>", "area x;link y;frame z" },
	{ "<iframe src=x></iframe><embed src=y><bgsound src=z>", "iframe x;embed y;bgsound z" },
	{ "<script src=x></script>", "script x" },
	{ "<form action='mailto:a@b.example'>", "form mailto:a@b.example" },
	{ "<body background=a><table background=b><tr background=c><td background=d>",
	    "body a;table b;tr c;td d" },
	{ "<base href='http://a.example/d/i.html'><a href='x/../y'>",
	    "base http://a.example/d/i.html;a http://a.example/d/y []" },
	{ "<base href=http://a.example><a href=/p?q#f>",
	    "base http://a.example;a http://a.example/p?q#f []" },
	{ "<base href=http://a.example/d/><a href=//b.example/x>",
	    "base http://a.example/d/;a http://b.example/x []" },
	{ "<a href=//www.b.example/x>", "a http://www.b.example/x []" },
	{ "<meta http-equiv=Refresh content='5; URL = http://a.example/; x'>",
	    "meta http://a.example/" },
	{ "<meta http-equiv=refresh content='5'>", "" },
	{ "<img srcset='a.png 1x, b.png 2x'>", "+img a.png;+img b.png" },
	{ "<video src=v poster=p><source src=s>", "+video v;+video p;+source s" },
	{ "<object data=d></object><input src=i>", "+object d;+input i" },
	{ "<p style=\"background:url( 'x' ) ; y:url(z)\">", "+p x;+p z" },
	{ "<style>a{background:url(x)}</style>", "+style x" },
	{ "<th background=x><svg xlink:href=y>", "+th x;+svg y" },
};

static struct slice
links_text(struct arena *arena, const struct html *html)
{
	struct buf out = { .arena = arena };

	for (size_t i = 0; i < html->link_count; i++) {
		const struct html_link *link = &html->links[i];

		buf_printf(&out, "%s%s%.*s %.*s", i > 0 ? ";" : "", link->extended ? "+" : "",
		    SLICE_ARG(link->element), SLICE_ARG(link->resolved));
		if (link->text.p != NULL)
			buf_printf(&out, " [%.*s]", SLICE_ARG(link->text));
	}
	return buf_slice(&out);
}

static void
test_links(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(links); i++) {
		struct arena *arena = arena_new(CAP);
		const struct html *html = render(arena, slice_of(links[i].html));
		struct slice got = links_text(arena, html);

		if (!slice_eq(got, slice_of(links[i].want)))
			fail_msg("%s: got \"%.*s\", want \"%s\"", links[i].html, SLICE_ARG(got),
			    links[i].want);
		arena_free(&arena);
	}
}

static void
test_facts(void **state)
{
	struct arena *arena = arena_new(CAP);
	const struct html *html = render(arena,
	    SLICE(
		"<!DOCTYPE html><html><meta http-equiv='content-type' "
		"content='text/html; charset=big5'>"
		"<title>One</title><title>Two</title><bogus></p></p>"
		"<form action=mailto:x@y.example>"
		"<img width=10 height=20><img width='50%' height=0><script>s1</script><o:p>"
		"<font face='\xc3\xa9'>mo<b>ney</font><font size=7 color=nosuch>x</font><!-- c -->"
		"<iframe></iframe><object></object>"));

	(void)state;
	assert_non_null(html);
	assert_true(slice_eq(html->title, SLICE("One")));
	assert_int_equal(html->title_count, 2);
	assert_true(slice_eq(html->titles[1], SLICE("Two")));
	assert_true(slice_eq(html->scripts, SLICE("s1")));
	assert_true(slice_eq(html->meta_charset, SLICE("big5")));
	assert_int_equal(html->comment_count, 1);
	assert_true(slice_eq(html->comments[0], SLICE("<!-- c -->")));
	assert_int_equal(html->bad_tags, 1);
	assert_int_equal(html->closed_extra, 2);
	assert_int_equal(html->obfuscation, 2); /* mo|ney, ney|x */
	assert_int_equal(html->backhair, 2);
	assert_int_equal(html->forms, 1);
	assert_int_equal(html->iframes, 1);
	assert_int_equal(html->images, 2);
	assert_int_equal(html->image_area, 10 * 20 + 400 * 200);
	assert_int_equal(html->max_size, 7);
	assert_int_equal(html->min_size, 3);
	assert_true(html->form_action_mailto);
	assert_true(html->font_face_bad);
	assert_true(html->font_invalid_color);
	assert_false(html->font_low_contrast);
	assert_true(html->embeds);
	assert_true(slice_eq(html->elements[0], SLICE("!doctype")));
	assert_true(slice_eq(html->elements[1], SLICE("html")));
	assert_int_equal(html->element_open[1], 1);
	arena_free(&arena);
}

static const struct {
	const char *text;
	int32_t want;
} colors[] = {
	{ "red", 0xff0000 },
	{ " ReD ", 0xff0000 },
	{ "#ff0000", 0xff0000 },
	{ "#F00", 0xff0000 },
	{ "#f0", 0xff0000 },
	{ "#f", 0xff0000 },
	{ "#ff00", 0xffff00 },
	{ "#ff000099", 0xff0000 },
	{ "#", HTML_COLOR_EMPTY },
	{ "", HTML_COLOR_INVALID },
	{ "ff0000", HTML_COLOR_INVALID },
	{ "nosuch", HTML_COLOR_INVALID },
	{ "rgb(255, 0,0)", 0xff0000 },
	{ "rgb(100%,0%,20%)", 0xff0033 },
	{ "rgb(1,2)", HTML_COLOR_INVALID },
	{ "a-name-that-is-longer-than-any-colour", HTML_COLOR_INVALID },
};

static void
test_colors(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(colors); i++) {
		int32_t got = html_color(slice_of(colors[i].text));

		if (got != colors[i].want)
			fail_msg("\"%s\": got %x, want %x", colors[i].text, (unsigned)got,
			    (unsigned)colors[i].want);
	}
}

/* RFC 3986, 5.4, but for "http:g", which is relative as in RFC 2396, and fragments of the base. */
static const struct {
	const char *uri;
	const char *want;
} resolutions[] = {
	{ "g:h", "g:h" },
	{ "g", "http://a/b/c/g" },
	{ "./g", "http://a/b/c/g" },
	{ "g/", "http://a/b/c/g/" },
	{ "/g", "http://a/g" },
	{ "//g", "http://g" },
	{ "?y", "http://a/b/c/d;p?y" },
	{ "g?y", "http://a/b/c/g?y" },
	{ "#s", "http://a/b/c/d;p?q#s" },
	{ "g#s", "http://a/b/c/g#s" },
	{ ";x", "http://a/b/c/;x" },
	{ "", "http://a/b/c/d;p?q" },
	{ ".", "http://a/b/c/" },
	{ "..", "http://a/b/" },
	{ "../g", "http://a/b/g" },
	{ "../..", "http://a/" },
	{ "../../g", "http://a/g" },
	{ "../../../g", "http://a/g" },
	{ "/./g", "http://a/g" },
	{ "/../g", "http://a/g" },
	{ "g.", "http://a/b/c/g." },
	{ "..g", "http://a/b/c/..g" },
	{ "./../g", "http://a/b/g" },
	{ "g;x=1/../y", "http://a/b/c/y" },
	{ "g?y/../x", "http://a/b/c/g?y/../x" },
	{ "http:g", "http://a/b/c/g" },
	{ "MAILTO:x@y", "MAILTO:x@y" },
};

static void
test_resolutions(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(resolutions); i++) {
		struct arena *arena = arena_new(CAP);
		struct slice got = html_uri_resolve(
		    arena, SLICE("http://a/b/c/d;p?q"), slice_of(resolutions[i].uri));

		if (!slice_eq(got, slice_of(resolutions[i].want)))
			fail_msg("%s: got \"%.*s\", want \"%s\"", resolutions[i].uri,
			    SLICE_ARG(got), resolutions[i].want);
		arena_free(&arena);
	}
}

/* Whether `text` was kept in bytes by SpamAssassin, by what it came from. */
static void
test_wide(void **state)
{
	struct arena *arena = arena_new(CAP);

	(void)state;
	assert_false(html_render(arena, SLICE("a&eacute;"), false, &budget)->wide);
	assert_true(html_render(arena, SLICE("a&euro;"), false, &budget)->wide);
	assert_true(html_render(arena, SLICE("a"), true, &budget)->wide);
	arena_free(&arena);
}

/* What is written again and again to make a parser slow. */
static const char *const floods[] = {
	"<",
	"<!--",
	"<a ",
	"<a b='",
	"</",
	"<![CDATA[",
	"<!DOCTYPE '",
	"&",
	"&#",
	"&aaaaaaaa",
	"<div>",
	"<td>",
	"</td>",
	"<font><td>",
	"<title>",
	"<script>",
	"</script>",
	"<![a ",
	"<![--",
	"<p>",
	"</p>x",
	"<a href=x>t",
	"-",
	"--",
	"<!--a--",
	"<b/",
	"<x1",
	"]]>",
	"<style>url(",
	"<img srcset=',,,,",
	"<!",
	"<?",
	"<a style='a:b;a:b;",
	"<a href='../",
	"<meta http-equiv=refresh content='url url ",
};

/* A megabyte of each; one that is not linear makes the run time out. */
static void
test_floods(void **state)
{
	static char bytes[1 << 20];

	(void)state;
	for (size_t i = 0; i < COUNT(floods); i++) {
		struct arena *arena = arena_new((size_t)256 << 20);
		size_t n = strlen(floods[i]);
		const struct html *html;

		for (size_t at = 0; at < sizeof(bytes); at++)
			bytes[at] = floods[i][at % n];
		html = render(arena, (struct slice){ bytes, sizeof(bytes) });
		if (html == NULL)
			fail_msg("\"%s\" a megabyte long filled 256 MB", floods[i]);
		assert_true(utf8_valid(html->rendered));
		arena_free(&arena);
	}
}

/* At any cap: a result or NULL; never a crash. */
static void
test_small_arenas(void **state)
{
	static const struct slice text = SLICE(
	    "<html><title>t</title><base href=http://a.example/>"
	    "<a href='x&amp;y'>a<img src=b>&euro;</a>"
	    "<p style='background:url(q)'>text &amp; more text<script>s</script>"
	    "<!-- c --><td><font size=1>f");

	(void)state;
	for (size_t cap = 0; cap < 40000; cap += 61) {
		struct arena *arena = arena_new(cap);
		const struct html *html = render(arena, text);

		assert_true(html != NULL || arena_overflowed(arena));
		arena_free(&arena);
	}
}

static const char *
never_again(void *p)
{
	(void)p;
	return BUDGET_TIME;
}

static void
test_budget(void **state)
{
	static char bytes[1 << 18];
	static const struct budget spent = { never_again, NULL };
	struct arena *arena = arena_new(CAP);
	const struct html *html;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = "<b>x"[i % 4];
	html = html_render(arena, (struct slice){ bytes, sizeof(bytes) }, false, &spent);
	assert_non_null(html);
	assert_true(html->rendered.n > 0 && html->rendered.n < sizeof(bytes) / 8);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_renderings),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_colors),
		cmocka_unit_test(test_resolutions),
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_floods),
		cmocka_unit_test(test_small_arenas),
		cmocka_unit_test(test_budget),
	};

	return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
