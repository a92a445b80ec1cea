/* test_address.c - as SpamAssassin 4.0.1 reads addresses, written "address|name / address|name" */
#include "engine/mime/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/util/buf.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define S(...)                                       \
	{                                            \
		__VA_ARGS__, sizeof(__VA_ARGS__) - 1 \
	}

static const struct {
	struct slice value, want;
} cases[] = {
	{ S("a@b.c"), S("a@b.c|") },
	{ S("<a@b.c>"), S("a@b.c|") },
	{ S("Foo Bar <a@b.c>"), S("a@b.c|Foo Bar") },
	{ S("\"Foo Bar\" <a@b.c>"), S("a@b.c|Foo Bar") },
	{ S("\"Foo, Bar\" <a@b.c>, c@d.e"), S("a@b.c|Foo, Bar / c@d.e|") },
	{ S("a@b.c (Foo)"), S("a@b.c|Foo") },
	{ S("a@b.c (Foo (nested) Bar)"), S("|a@b.c (Foo  Bar)") },
	{ S("(comment) a@b.c"), S("|a@b.c") },
	{ S("Foo (comm) <a@b.c>"), S("a@b.c|Foo") },
	{ S("Foo (comm) Bar <a@b.c> (after)"), S("a@b.c|Foo  Bar") },
	{ S("a@b.c, c@d.e"), S("a@b.c| / c@d.e|") },
	{ S("a@b.c; c@d.e"), S("a@b.c| / c@d.e|") },
	{ S("a@b.c c@d.e"), S("|a@b.c c@d.e") },
	{ S("Group: a@b.c, c@d.e;"), S("a@b.c| / c@d.e|") },
	{ S("Group:;"), S("") },
	{ S("undisclosed-recipients:;"), S("") },
	{ S("Group: a@b.c;, x@y.z"), S("a@b.c|") },
	{ S("Foo Bar a@b.c"), S("|Foo Bar a@b.c") },
	{ S("Foo, Bar <a@b.c>"), S("|Foo / a@b.c|Bar") },
	{ S("foo@bar.com <a@b.c>"), S("a@b.c|foo@bar.com") },
	{ S("\"foo@bar.com\" <a@b.c>"), S("a@b.c|foo@bar.com") },
	{ S("<a@b.c> <c@d.e>"), S("a@b.c|") },
	{ S("<a@b.c><c@d.e>"), S("") },
	{ S("Foo <a@b.c> Bar"), S("a@b.c|") },
	{ S("Foo <a@b.c> Bar <c@d.e>"), S("a@b.c| / c@d.e|") },
	{ S("<>"), S("") },
	{ S("Foo <>"), S("|Foo") },
	{ S("foo"), S("|foo") },
	{ S("foo bar"), S("|foo bar") },
	{ S("<foo>"), S("") },
	{ S("Foo <bar>"), S("|Foo") },
	{ S("\"quoted local\"@b.c"), S("\"quoted local\"@b.c|") },
	{ S("<\"quoted local\"@b.c>"), S("\"quoted local\"@b.c|") },
	{ S("\"a\\\"b\"@c.d"), S("\"a\\\"b\"@c.d|") },
	{ S("\"a\\\"b\" <a@b.c>"), S("a@b.c|a\"b") },
	{ S("'Foo' <a@b.c>"), S("a@b.c|'Foo'") },
	{ S("''Foo'' <a@b.c>"), S("a@b.c|''Foo''") },
	{ S("\"'Foo'\" <a@b.c>"), S("a@b.c|'Foo'") },
	{ S("<a@b.c"), S("") },
	{ S("a@b.c>"), S("|a@b.c>") },
	{ S("Foo <a@b.c>>"), S("|Foo") },
	{ S("<<a@b.c>>"), S("") },
	{ S("Foo < a@b.c >"), S("a@b.c|Foo") },
	{ S("a @ b.c"), S("|a @ b.c") },
	{ S("a@ b.c"), S("|a@ b.c") },
	{ S("a.b @b.c"), S("|a.b @b.c") },
	{ S("<@route.com:a@b.c>"), S("") },
	{ S("<@r1,@r2:a@b.c>"), S("") },
	{ S("a@[1.2.3.4]"), S("a@[1.2.3.4]|") },
	{ S("a@[IPv6:::1]"), S("|1]") },
	{ S("a@b"), S("a@b|") },
	{ S("a@b.c."), S("a@b.c.|") },
	{ S(".a@b.c"), S(".a@b.c|") },
	{ S("a..b@c.d"), S("a..b@c.d|") },
	{ S("a@b@c.d"), S("a@b|") },
	{ S("a@"), S("|a@") },
	{ S("@b.c"), S("|@b.c") },
	{ S("\"a@b.c\""), S("a@b.c|") },
	{ S("'a@b.c'"), S("'a@b.c'|") },
	{ S("`a@b.c`"), S("`a@b.c`|") },
	{ S("a@b.c,"), S("a@b.c|") },
	{ S(",a@b.c"), S("") },
	{ S(",,a@b.c,,c@d.e,,"), S("") },
	{ S("=?utf-8?Q?Foo=2C_Bar?= <a@b.c>"), S("a@b.c|=?utf-8?Q?Foo=2C_Bar?=") },
	{ S("=?utf-8?Q?<x@y.z>?= <a@b.c>"), S("x@y.z| / a@b.c|") },
	{ S("mailto:a@b.c"), S("a@b.c|") },
	{ S("<mailto:a@b.c>"), S("") },
	{ S("Foo:Bar <a@b.c>"), S("a@b.c|Bar") },
	{ S("Foo: Bar <a@b.c>"), S("a@b.c|Bar") },
	{ S("\"Foo <x@y.z>\" <a@b.c>"), S("a@b.c|Foo <x@y.z>") },
	{ S("Foo \"x\" Bar <a@b.c>"), S("a@b.c|Foo x Bar") },
	{ S("\"Foo\" \"Bar\" <a@b.c>"), S("a@b.c|Foo Bar") },
	{ S("Foo. Bar <a@b.c>"), S("a@b.c|Foo. Bar") },
	{ S("\"Foo\" Bar <a@b.c>"), S("a@b.c|Foo Bar") },
	{ S("\xe9 <a@b.c>"), S("a@b.c|\xe9") },
	{ S("\xe9@b.c"), S("\xe9@b.c|") },
	{ S("a@\xe9.c"), S("a@\xe9.c|") },
	{ S("a@b_c.d"), S("a@b_c.d|") },
	{ S("a+b@c.d"), S("a+b@c.d|") },
	{ S("a@b.c(x)"), S("a@b.c|x") },
	{ S("a(x)@b.c"), S("a@b.c|") },
	{ S("a@b(x).c"), S("a@b.c|") },
	{ S("(a@b.c)"), S("") },
	{ S("(unclosed a@b.c"), S("|(unclosed a@b.c") },
	{ S("\"unclosed <a@b.c>"), S("a@b.c|") },
	{ S("a@b.c (un"), S("|a@b.c (un") },
	{ S("Foo (a) (b) <a@b.c>"), S("a@b.c|Foo") },
	{ S("a@b.c (x) (y)"), S("|a@b.c") },
	{ S("[a@b.c]"), S("|[a@b.c]") },
	{ S("Foo [a@b.c]"), S("|Foo [a@b.c]") },
	{ S("Foo (x) a@b.c"), S("|Foo  a@b.c") },
	{ S("Foo\\n Bar <a@b.c>"), S("a@b.c|Foo\\n Bar") },
	{ S("\tFoo\t<a@b.c>"), S("a@b.c|Foo") },
	{ S("Foo <a@b.c>, Bar <c@d.e>"), S("a@b.c|Foo / c@d.e|Bar") },
	{ S("Foo <a@b.c>; Bar <c@d.e>"), S("a@b.c|Foo / c@d.e|Bar") },
	{ S("Foo <a@b.c> Bar <c@d.e>, x@y.z"), S("a@b.c| / c@d.e|") },
	{ S("\"Foo\\\\Bar\" <a@b.c>"), S("a@b.c|FooBar") },
	{ S("Foo \\\"x\\\" <a@b.c>"), S("a@b.c|") },
	{ S("Foo <a b@c.d>"), S("|Foo") },
	{ S("\"Foo\" <a@b.c> \"Bar\""), S("a@b.c|") },
	{ S("Foo <user>, a@b.c"), S("|Foo / a@b.c|") },
	{ S("MAILER-DAEMON"), S("|MAILER-DAEMON") },
	{ S("MAILER-DAEMON (Mail Delivery System)"), S("|MAILER-DAEMON") },
	{ S("root (Cron Daemon)"), S("|root") },
	{ S("\"root\" <root>"), S("|root") },
	{ S("a@b.c <a@b.c>"), S("a@b.c|a@b.c") },
	{ S("\"a@b.c <a@b.c>\" <x@y.z>"), S("x@y.z|a@b.c <a@b.c>") },
	{ S("Foo <a@b.c> (c) <d@e.f>"), S("a@b.c| / d@e.f|") },
	{ S("<a@b.c>,<c@d.e>,<e@f.g>"), S("") },
	{ S("a@b.c/foo"), S("a@b.c/foo|") },
	{ S("user%host@b.c"), S("user%host@b.c|") },
	{ S("Foo via \"Bar\" <a@b.c>"), S("a@b.c|Foo via Bar") },
	{ S("Foo<a@b.c>"), S("a@b.c|Foo") },
	{ S("Foo(x)<a@b.c>"), S("a@b.c|Foo") },
	{ S("\"Foo\"<a@b.c>"), S("a@b.c|Foo") },
	{ S("Foo | Bar <a@b.c>"), S("a@b.c|Foo | Bar") },
	{ S("Foo & Bar <a@b.c>"), S("a@b.c|Foo & Bar") },
	{ S("O'Brien <a@b.c>"), S("a@b.c|O'Brien") },
	{ S("\"\" <a@b.c>"), S("a@b.c|") },
	{ S("'' <a@b.c>"), S("a@b.c|''") },
	{ S("\"  Foo  \" <a@b.c>"), S("a@b.c|Foo") },
	{ S("Foo   Bar <a@b.c>"), S("a@b.c|Foo   Bar") },
	{ S("\"Foo   Bar\" <a@b.c>"), S("a@b.c|Foo   Bar") },
	{ S(";a@b.c"), S("") },
	{ S("a@b.c:c@d.e"), S("c@d.e|") },
	{ S("<a@b.c,c@d.e>"), S("") },
	{ S("<a@b.c;c@d.e>"), S("") },
	{ S("a@b.c<c@d.e>"), S("c@d.e|a@b.c") },
	{ S("<a@b.c>, <c@d.e>"), S("a@b.c| / c@d.e|") },
	{ S("x@y.z, <a@b.c>"), S("x@y.z| / a@b.c|") },
	{ S("x@y.z,<a@b.c>"), S("x@y.z| / a@b.c|") },
	{ S("Foo <a@b.c>,<c@d.e>"), S("|Foo") },
	{ S("Foo <a@b.c>, <c@d.e>"), S("a@b.c|Foo / c@d.e|") },
	{ S("<a@b.c> , <c@d.e>"), S("a@b.c| / c@d.e|") },
	{ S("<a@b.c>,"), S("a@b.c|") },
	{ S(" <a@b.c>"), S("a@b.c|") },
	{ S("<a@b.c> "), S("a@b.c|") },
	{ S("<a@b.c>, c@d.e"), S("a@b.c| / c@d.e|") },
	{ S("<a@b.c>, Foo <c@d.e>"), S("a@b.c| / c@d.e|Foo") },
	{ S("<a@b.c>;"), S("a@b.c|") },
	{ S("a@b.c, Foo <x@y.z> Bar"), S("a@b.c| / x@y.z|") },
	{ S("a@b.c, Foo <x@y.z> Bar, q@r.s"), S("a@b.c| / x@y.z|") },
	{ S("<a@b.c> Foo"), S("a@b.c|") },
	{ S("<a@b.c> (Foo)"), S("a@b.c|Foo") },
	{ S("<a@b.c>(Foo)"), S("a@b.c|Foo") },
	{ S("<a@b.c> <c@d.e> <e@f.g>"), S("a@b.c|") },
	{ S("Foo <a@b.c> <c@d.e>"), S("a@b.c|Foo") },
	{ S("Foo <a@b.c> Bar<c@d.e>"), S("a@b.c| / c@d.e|") },
	{ S("Foo <a@b.c>x<c@d.e>y"), S("a@b.c| / c@d.e|") },
	{ S("Foo <a@b.c>,,<c@d.e>"), S("|Foo") },
	{ S("a@b.c,,c@d.e"), S("a@b.c|") },
	{ S("a@b.c, ,c@d.e"), S("a@b.c| / c@d.e|") },
	{ S("a@b.c , c@d.e"), S("a@b.c| / c@d.e|") },
	{ S("a@b.c ; c@d.e ,"), S("a@b.c| / c@d.e|") },
	{ S("\"A\" <a@b.c>, \"B\" <c@d.e>, e@f.g"), S("a@b.c|A / c@d.e|B / e@f.g|") },
	{ S("\"A, x\" <a@b.c>; \"B\" <c@d.e>; e@f.g"), S("a@b.c|A, x / c@d.e|B / e@f.g|") },
	{ S("\"A\" <a@b.c>,\"B\" <c@d.e>,e@f.g"), S("a@b.c|A / c@d.e|B / e@f.g|") },
	{ S("Foo: \"A\" <a@b.c>;"), S("a@b.c|A") },
	{ S("Foo Bar: A <a@b.c>, b@c.d; Baz: c@d.e;"), S("a@b.c|A / b@c.d| / |Baz: c@d.e") },
	{ S("Foo: a@b.c; Bar: c@d.e;"), S("c@d.e|") },
	{ S("A (c:d) <a@b.c>"), S("a@b.c|A") },
	{ S("\"A: B\" <a@b.c>"), S("a@b.c|A: B") },
	{ S("A:B:C <a@b.c>"), S("a@b.c|C") },
	{ S("A, B:C <a@b.c>"), S("a@b.c|C") },
	{ S("\"x\":foo <a@b.c>"), S("a@b.c|x:foo") },
	{ S("Re: [foo] bar <a@b.c>"), S("a@b.c|[foo] bar") },
	{ S("a b c"), S("|a b c") },
	{ S("a, b, c"), S("|a / |b / |c") },
	{ S("a, b@c.d"), S("|a / b@c.d|") },
	{ S("a b, c@d.e"), S("|a b / c@d.e|") },
	{ S("foo@ bar@b.c"), S("|foo@ bar@b.c") },
	{ S("\"foo bar"), S("") },
	{ S("\"foo bar\" baz"), S("|foo bar baz") },
	{ S("foo \"bar"), S("") },
	{ S("\"foo\" "), S("|foo") },
	{ S("foo\\"), S("|foo\\") },
	{ S("foo (bar"), S("|foo (bar") },
	{ S("foo) bar <a@b.c>"), S("a@b.c|foo) bar") },
	{ S("<foo bar> <a@b.c>"), S("") },
	{ S("foo <bar> <a@b.c>"), S("|foo") },
	{ S("<a@b.c> foo <c@d.e>"), S("a@b.c| / c@d.e|") },
	{ S("<a@b.c \"x\">"), S("") },
	{ S("\"x <a@b.c"), S("") },
	{ S("\"x\" a@b.c"), S("|x a@b.c") },
	{ S("x \"y\" a@b.c"), S("|x y a@b.c") },
	{ S("a@b.c \"x\""), S("|a@b.c x") },
	{ S("\"x\"@b.c"), S("\"x\"@b.c|") },
	{ S("\"x\" @b.c"), S("|x @b.c") },
	{ S("\"x@y\"@b.c"), S("\"x@y\"|") },
	{ S("<\"x@y\"@b.c>"), S("\"x@y\"|") },
	{ S("a\"x\"b@c.d"), S("a\"x\"b@c.d|") },
	{ S("\"a\".b@c.d"), S("\"a\".b@c.d|") },
	{ S("\"a\".\"b\"@c.d"), S("\"a\".\"b\"@c.d|") },
	{ S("a\\@b@c.d"), S("a\\@b|") },
	{ S("a@b.c\\"), S("a@b.c\\|") },
	{ S("a@b c.d"), S("|a@b c.d") },
	{ S("a,b@c.d"), S("|a / b@c.d|") },
	{ S("a;b@c.d"), S("|a / b@c.d|") },
	{ S("a:b@c.d"), S("b@c.d|") },
	{ S("a<b@c.d"), S("") },
	{ S("a>b@c.d <x@y.z>"), S("x@y.z|a>b@c.d") },
	{ S("a[b@c.d"), S("|a[b@c.d") },
	{ S("a]b@c.d"), S("|a]b@c.d") },
	{ S("[a] <x@y.z>"), S("x@y.z|[a]") },
	{ S("<a[b@c.d>"), S("") },
	{ S("<a(b)c@d.e>"), S("ac@d.e|") },
	{ S("<(b)a@d.e>"), S("a@d.e|") },
	{ S("<a@d.e(b)>"), S("a@d.e|") },
	{ S("< (b) a@d.e >"), S("") },
	{ S("A <a@b.c> (B) "), S("a@b.c|A") },
	{ S("A <a@b.c> (B) (C)"), S("a@b.c|") },
	{ S("A <a@b.c>(B), c@d.e"), S("a@b.c|A / c@d.e|") },
	{ S("(A) <a@b.c>"), S("a@b.c|") },
	{ S("(A) B <a@b.c>"), S("a@b.c|B") },
	{ S("a@b.c (A), c@d.e (B)"), S("a@b.c|A / c@d.e|B") },
	{ S("a@b.c (A, B), c@d.e (B)"), S("a@b.c|A, B / c@d.e|B") },
	{ S("A (B, C) <a@b.c>"), S("|A (B / a@b.c|C)") },
	{ S("A \"(B\" C <a@b.c>"), S("a@b.c|A (B C") },
	{ S("a@b.c ()"), S("a@b.c|") },
	{ S("a@b.c ( x )"), S("a@b.c|x") },
	{ S("a@b.c (a\\)b)"), S("a@b.c|a\\)b") },
	{ S("a@b.c (\"x\")"), S("a@b.c|\"x\"") },
	{ S("=?x?Q?a?= <a@b.c>"), S("a@b.c|=?x?Q?a?=") },
	{ S("a@b.c="), S("a@b.c=|") },
	{ S("a=b@c.d"), S("a=b@c.d|") },
	{ S("a@b.c!"), S("a@b.c!|") },
	{ S("a!b@c.d"), S("a!b@c.d|") },
	{ S("<a!b>"), S("") },
	{ S("a!b"), S("|a!b") },
	{ S("a@b,c.d"), S("a@b| / |c.d") },
	{ S("<SRS0=x=y=b.c=d@e.f>"), S("SRS0=x=y=b.c=d@e.f|") },
	{ S("<a@b.c>."), S("a@b.c|") },
	{ S("A <a@b.c>."), S("a@b.c|") },
	{ S("A <a@b.c> ."), S("a@b.c|") },
	{ S("A <a@b.c>;,"), S("a@b.c|A") },
	{ S("\t<a@b.c>"), S("a@b.c|") },
	{ S("<a@b.c>\t"), S("a@b.c|") },
	{ S("A\t<a@b.c>\t,\tB <c@d.e>"), S("a@b.c|A / c@d.e|B") },
	{ S("A>B <a@b.c>"), S("a@b.c|A>B") },
	{ S("A <<a@b.c>"), S("|A") },
	{ S("A <a@b.c>> B <c@d.e>"), S("a@b.c| / c@d.e|") },
	{ S("A <a@b>"), S("a@b|A") },
	{ S("A <@>"), S("|A") },
	{ S("A <a@>"), S("|A") },
	{ S("A <@b>"), S("|A") },
	{ S("A <a b>"), S("|A") },
	{ S("A <a@b@c>"), S("a@b|A") },
	{ S("A <mailto:a@b.c>"), S("|A") },
	{ S("A <a@b.c?x=y>"), S("a@b.c?x=y|A") },
	{ S("A <\"a b\"@c.d>"), S("\"a b\"@c.d|A") },
	{ S("A <a\\ b@c.d>"), S("|A") },
	{ S("A <a@b.c.>"), S("a@b.c.|A") },
	{ S("A <.@b.c>"), S(".@b.c|A") },
	{ S("A <a@[1.2.3.4]>"), S("a@[1.2.3.4]|A") },
	{ S("A <a@[IPv6:::1]>"), S("|A") },
	{ S("A <\xe9@b.c>"), S("\xe9@b.c|A") },
	{ S("A <a@b\\0.c>"), S("a@b\\0.c|A") },
	{ S("A.B@c.d <a@b.c>"), S("a@b.c|A.B@c.d") },
	{ S("\"A\" B \"C\" <a@b.c>"), S("a@b.c|A B C") },
	{ S("'A B' <a@b.c>"), S("a@b.c|'A B'") },
	{ S("'A, B' <a@b.c>"), S("|'A / a@b.c|B'") },
	{ S("\"A\\\\\" <a@b.c>"), S("a@b.c|A") },
	{ S("\"A\\\\\", b@c.d"), S("|A / b@c.d|") },
	{ S("\"A B\" a@b.c <c@d.e>"), S("c@d.e|A B a@b.c") },
	{ S("\"A (x) B\" <a@b.c>"), S("a@b.c|A (x) B") },
	{ S("\"A (x)\" B (y) <a@b.c>"), S("a@b.c|A (x) B") },
	{ S("A \\B <a@b.c>"), S("a@b.c|A \\B") },
	{ S("\"A \\B\" <a@b.c>"), S("a@b.c|A B") },
	{ S("\"A\"B <a@b.c>"), S("a@b.c|AB") },
	{ S("A \"B (x\" y) <a@b.c>"), S("a@b.c|A B (x y)") },
	{ S("(A (b) c) <a@b.c>"), S("a@b.c|(A  c)") },
	{ S("\"A\" (x) <a@b.c>"), S("a@b.c|A") },
	{ S("A <a@b.c> <c@d.e> B"), S("a@b.c| / c@d.e|") },
	{ S("A <a@b.c> <c@d.e>, q@r.s"), S("a@b.c|A / q@r.s|") },
	{ S("<a@b.c> <c@d.e>, q@r.s"), S("a@b.c| / q@r.s|") },
	{ S("A <a@b.c> (x) <c@d.e>"), S("a@b.c| / c@d.e|") },
	{ S("A <foo> <c@d.e>, q@r.s"), S("|A / q@r.s|") },
	{ S("\"a@b.c\" <>"), S("|a@b.c") },
	{ S("\"a@b.c\" foo"), S("|a@b.c foo") },
	{ S("\"a@b.c\", x@y.z"), S("a@b.c| / x@y.z|") },
	{ S("\" a@b.c \""), S("|a@b.c") },
	{ S("\"Foo a@b.c\""), S("|Foo a@b.c") },
	{ S("'a@b.c' <a@b.c>"), S("a@b.c|'a@b.c'") },
};

static void
test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena *arena = arena_new(1 << 20);
		struct address_list list = address_parse(arena, cases[i].value);
		struct buf got = { .arena = arena };

		for (size_t k = 0; k < list.n; k++) {
			buf_add(&got, k > 0 ? SLICE(" / ") : SLICE(""));
			buf_add(&got, list.v[k].addr);
			buf_add(&got, SLICE("|"));
			buf_add(&got, list.v[k].name);
		}
		if (!slice_eq(buf_slice(&got), cases[i].want))
			fail_msg("\"%.*s\": got \"%.*s\", want \"%.*s\"", SLICE_ARG(cases[i].value),
			    SLICE_ARG(buf_slice(&got)), SLICE_ARG(cases[i].want));
		arena_free(&arena);
	}
}

static void
test_absent(void **state)
{
	struct arena *arena = arena_new(1 << 20), *tiny = arena_new(1);
	struct address_list list = address_parse(arena, SLICE("a@b.c, Foo <bar>, d@e.f (g)"));

	(void)state;
	assert_int_equal(list.n, 3);
	assert_null(list.v[0].name.p);
	assert_null(list.v[0].comment.p);
	assert_null(list.v[1].addr.p);
	assert_true(slice_eq(list.v[1].name, SLICE("Foo")));
	assert_true(slice_eq(list.v[2].comment, SLICE("g")));
	assert_int_equal(address_parse(tiny, SLICE("a@b.c")).n, 0);
	assert_int_equal(address_parse(arena, SLICE("")).n, 0);
	arena_free(&arena);
	arena_free(&tiny);
}

static void
test_long(void **state)
{
	static const char *const pieces[] = { "a@b.c,", "<", "<>", "<a@b.c>", "\"", "(", "()", ",",
		"a", "a@b (", "<a> <", "\\", "\"a\" ", "> ", "<a>x" };

	(void)state;
	for (size_t i = 0; i < COUNT(pieces); i++) {
		struct buf text = { .arena = NULL };
		struct arena *arena = arena_new((size_t)64 << 20);

		while (text.n < 1 << 20)
			buf_add(&text, slice_of(pieces[i]));
		assert_true(address_parse(arena, buf_slice(&text)).n <= ADDRESSES_MAX);
		buf_clear(&text);
		arena_free(&arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
