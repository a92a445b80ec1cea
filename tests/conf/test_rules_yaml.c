/*
 * test_rules_yaml.c - rule files: every form of a rule, every mistake with its place, layers
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/rules_yaml.h"

static void
told(const struct diagnostics *found, struct buf *out)
{
	for (size_t i = 0; i < diagnostics_kept(found); i++) {
		if (i > 0)
			buf_add_byte(out, '\n');
		diagnostic_format(diagnostics_at(found, i), out);
	}
}

/* Reads text that must be right. */
static void
add(struct rule_source *source, const char *name, const char *text)
{
	struct diagnostics *found = diagnostics_new();
	struct buf out = { 0 };

	if (!rules_yaml_read(source, name, "local", slice_of(text), found)) {
		told(found, &out);
		fail_msg("%s", buf_text(&out));
	}
	buf_clear(&out);
	diagnostics_free(&found);
}

static const struct rule_def *
def_at(const struct rule_source *source, size_t i)
{
	return vec_at(&source->defs, i);
}

static bool
same(struct slice got, const char *want)
{
	return slice_eq(got, slice_of(want)) && (got.p != NULL) == (want != NULL);
}

/* One rule in, its fields out as one line: kind selector =~|!~ pattern|expression ... */
static void
print_def(const struct rule_def *def, struct buf *out)
{
	static const char *const kinds[] = {
#define KIND_NAME(id, name) name,
		RULE_KIND_TABLE(KIND_NAME)
#undef KIND_NAME
	};

	buf_printf(out, "%s", kinds[def->kind]);
	if (def->exists)
		buf_printf(out, " exists");
	if (def->selector.p != NULL)
		buf_printf(out, " %.*s", SLICE_ARG(def->selector));
	if (def->negated)
		buf_printf(out, " not");
	if (def->pattern.p != NULL)
		buf_printf(out, " %.*s", SLICE_ARG(def->pattern));
	if (def->expression.p != NULL)
		buf_printf(out, " %.*s", SLICE_ARG(def->expression));
	for (size_t i = 0; i < def->condition_count; i++)
		buf_printf(out, " %.*s%s%.*s", SLICE_ARG(def->conditions[i].key),
		    def->conditions[i].negated ? "!~" : "=~",
		    SLICE_ARG(def->conditions[i].pattern));
	if (def->if_unset.p != NULL)
		buf_printf(out, " unset='%.*s'", SLICE_ARG(def->if_unset));
	if (def->has_score)
		buf_printf(out, " score=%lld", (long long)def->score);
	if (def->tags != 0)
		buf_printf(out, " tags=%u", def->tags);
	if (def->maxhits != 0)
		buf_printf(out, " maxhits=%u", def->maxhits);
	if (def->mime_first != 0 || def->mime_last != 0 || def->concat)
		buf_printf(out, " mime=%u-%u%s", def->mime_first, def->mime_last,
		    def->concat ? " concat" : "");
	if (def->priority != 0)
		buf_printf(out, " priority=%d", def->priority);
	if (def->subjprefix.p != NULL)
		buf_printf(out, " subjprefix=%.*s", SLICE_ARG(def->subjprefix));
	if (def->shortcircuit != SHORTCIRCUIT_OFF)
		buf_printf(out, " shortcircuit=%s",
		    def->shortcircuit == SHORTCIRCUIT_SPAM  ? "spam"
		    : def->shortcircuit == SHORTCIRCUIT_HAM ? "ham"
							    : "score");
}

static const struct {
	const char *rule, *want;
} forms[] = {
	{ "{body: '/x/i'}", "body /x/i" },
	{ "{body: /x y/}", "body /x y/" },
	{ "{body: 'm{x/y}i'}", "body m{x/y}i" },
	{ "{body: 'm,x,'}", "body m,x," },
	{ "{rawbody: '/x/s'}", "rawbody /x/s" },
	{ "{full: '/x/'}", "full /x/" },
	{ "{header: 'Subject =~ /x/i'}", "header Subject /x/i" },
	{ "{header: 'From:addr !~ /x/'}", "header From:addr not /x/" },
	{ "{header: 'ALL =~ /x =~ y/'}", "header ALL /x =~ y/" },
	{ "{header: 'X-Y   =~   m!x!'}", "header X-Y m!x!" },
	{ "{header: 'To =~ /x/', if-unset: ''}", "header To /x/ unset=''" },
	{ "{header: 'To =~ /x/', if-unset: UNSET}", "header To /x/ unset='UNSET'" },
	{ "{exists: X-Foo}", "header exists X-Foo" },
	{ "{header: 'exists: X-Foo'}", "header exists X-Foo" },
	{ "{header: 'exists:X-Foo'}", "header exists X-Foo" },
	{ "{mime: 'Content-Type =~ /x/'}", "mime Content-Type /x/" },
	{ "{mime: 'Content-Type =~ /x/', mime_first: 2}", "mime Content-Type /x/ mime=2-0" },
	{ "{mime: 'Content-Type =~ /x/', mime_last: 3, concat: true}",
	    "mime Content-Type /x/ mime=0-3 concat" },
	{ "{uri: '/x/'}", "uri /x/" },
	{ "{uri: {host: '/x/', text: '!~ /y/'}}", "uri host=~/x/ text!~/y/" },
	{ "{meta: '__A && !B'}", "meta __A && !B" },
	{ "{meta: A + B > 1}", "meta A + B > 1" },
	{ "\n    meta: |-\n      A &&\n      B\n", "meta A &&\nB" },
	{ "{function: 'check_date_shift(96, inf)'}", "function check_date_shift(96, inf)" },
	{ "{body: '/x/', score: 1.25}", "body /x/ score=1250000" },
	{ "{body: '/x/', score: '-0.5', tags: [nice]}", "body /x/ score=-500000 tags=2" },
	{ "{body: '/x/', tags: [multiple, nosubject], maxhits: 20}", "body /x/ tags=9 maxhits=20" },
	{ "{body: '/x/', priority: -100}", "body /x/ priority=-100" },
	{ "{body: '/x/', shortcircuit: spam}", "body /x/ shortcircuit=spam" },
	{ "{body: '/x/', shortcircuit: ham}", "body /x/ shortcircuit=ham" },
	{ "{body: '/x/', subjprefix: '[X]'}", "body /x/ subjprefix=[X]" },
	{ "{body: '/x/', shortcircuit: score}", "body /x/ shortcircuit=score" },
};

static void
test_forms(void **state)
{
	size_t bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct rule_source source = RULE_SOURCE_INIT;
		struct buf text = { 0 }, got = { 0 };

		buf_printf(&text, "rules:\n  A: %s\n", forms[i].rule);
		add(&source, "f", buf_text(&text));
		assert_int_equal(source.defs.n, 1);
		print_def(def_at(&source, 0), &got);
		if (strcmp(buf_text(&got), forms[i].want) != 0) {
			print_message("%s: got \"%s\", want \"%s\"\n", forms[i].rule,
			    buf_text(&got), forms[i].want);
			bad++;
		}
		buf_clear(&text);
		buf_clear(&got);
		rule_source_clear(&source);
	}
	assert_int_equal(bad, 0);
}

static const struct {
	const char *text, *want;
} mistakes[] = {
	{ "rule: {}\n", "f:1:1: error: unknown key \"rule\": did you mean \"rules\"?" },
	{ "[]\n",
	    "f:1:1: error: expected a mapping with rules:, scores:, lists: or dns_lists:, found a list" },
	{ "rules: [A]\n", "f:1:8: error: expected a mapping of names to rules, found a list" },
	{ "rules:\n  A: /x/\n", "f:2:6: error: expected a mapping: the rule, found \"/x/\"" },
	{ "rules:\n  A-B: {body: /x/}\n",
	    "f:2:3: error: \"A-B\" is no name: expected up to 100 letters" },
	{ "rules:\n  1A: {body: /x/}\n", "f:2:3: error: \"1A\" is no name" },
	{ "rules:\n  A: {score: 1}\n",
	    "f:2:3: error: the rule has no kind: expected header, exists, body" },
	{ "rules:\n  A: {body: /x/, uri: /x/}\n",
	    "f:2:18: error: \"body\" and \"uri\": a rule is of one kind" },
	{ "rules:\n  A: {bodi: /x/}\n",
	    "f:2:7: error: unknown key \"bodi\": did you mean \"body\"?" },
	{ "rules:\n  A: {body: /x/, descripe: y}\n",
	    "f:2:18: error: unknown key \"descripe\": did you mean \"describe\"?" },
	{ "rules:\n  A: {body: /x/}\n  A: {body: /y/}\n", "f:3:3: error: duplicate key \"A\"" },
	{ "rules:\n  A: {body: /x/, body: /y/}\n", "f:2:18: error: duplicate key \"body\"" },
	/* How YAML eats patterns. */
	{ "rules:\n  A:\n    body: \"/\\\\d/\"\n",
	    "f:3:11: error: double quotes: YAML would eat the backslashes: use single quotes" },
	{ "rules:\n  A:\n    meta: \"B\"\n", "f:3:11: error: double quotes" },
	{ "rules:\n  A:\n    header: \"To =~ /x/\"\n", "f:3:13: error: double quotes" },
	{ "rules:\n  A:\n    body: >-\n      /x/\n",
	    "f:3:11: error: folded text (>) changes line ends: use single quotes or |-" },
	{ "rules:\n  A:\n    body: |\n      /x/\n",
	    "f:3:11: error: | keeps the line end behind the text: use |- instead" },
	{ "rules:\n  A:\n    body: /x\n      y/\n",
	    "f:3:11: error: a text over several lines is folded by YAML: write it on one line" },
	{ "rules:\n  A:\n    body: '/x\n      y/'\n", "f:3:11: error: a text over several lines" },
	{ "rules:\n  A:\n    body: /ticket #[0-9]/\n",
	    "f:3:11: error: the pattern has no closing /: ' #' began a comment; put the pattern in "
	    "single quotes" },
	{ "rules:\n  A:\n    header: Subject =~ /a #b/\n",
	    "f:3:13: error: the pattern has no closing /: ' #' began a comment" },
	{ "rules:\n  A:\n    header: Subject #=~ /b/\n",
	    "f:3:13: error: expected FIELD =~ /pattern/ or FIELD !~ /pattern/: ' #' began a comment" },
	{ "rules:\n  A:\n    body: #x\n",
	    "f:3:10: error: expected text, found nothing: ' #' begins a comment" },
	{ "rules:\n  A:\n    body: /foo: bar/\n", "f:3:15: error: ': ' inside plain text" },
	{ "rules:\n  A:\n    body: {x}\n",
	    "f:3:11: error: expected text, found a mapping: put text that begins with {" },
	{ "rules:\n  A:\n    body: [a-z]+\n", "f:3:16: error: expected a key here" },
	{ "rules:\n  A:\n    body: !x\n", "f:3:11: error: a leading ! makes a tag" },
	{ "rules:\n  A:\n    meta: !B\n", "f:3:11: error: a leading ! makes a tag" },
	{ "rules:\n  A:\n    meta: &B\n", "f:3:11: error: a leading & makes an anchor" },
	{ "rules:\n  A:\n    body: *x\n", "f:3:11: error: a leading * makes an alias" },
	{ "rules:\n  A:\n    body: %x\n", "f:3:11: error: plain text cannot begin with %" },
	{ "rules:\n  A:\n    body: @x\n", "f:3:11: error: plain text cannot begin with @" },
	/* Patterns. */
	{ "rules:\n  A: {body: x}\n",
	    "f:2:13: error: expected a pattern: /.../ or m{...}, with its flags behind it" },
	{ "rules:\n  A: {body: ''}\n", "f:2:13: error: empty" },
	{ "rules:\n  A: {body: /}\n", "f:2:13: error: the pattern has no closing /" },
	{ "rules:\n  A: {body: m}\n", "f:2:13: error: expected a pattern" },
	{ "rules:\n  A: {body: 'm{x'}\n", "f:2:13: error: the pattern has no closing }" },
	{ "rules:\n  A: {body: /x/ i}\n", "f:2:13: error: the pattern has no closing /" },
	{ "rules:\n  A: {header: Subject}\n", "f:2:15: error: expected FIELD =~ /pattern/" },
	{ "rules:\n  A: {header: '=~ /x/'}\n", "f:2:15: error: expected FIELD =~ /pattern/" },
	{ "rules:\n  A: {uri: {}}\n", "f:2:12: error: expected a pattern, or {host: /x/" },
	{ "rules:\n  A: {uri: {hots: /x/}}\n",
	    "f:2:13: error: unknown key \"hots\": did you mean \"host\"?" },
	/* The other keys. */
	{ "rules:\n  A: {body: /x/, score: high}\n",
	    "f:2:25: error: expected a number from -1000 to 1000 with at most 6 decimals, found" },
	{ "rules:\n  A: {body: /x/, score: 1000.000001}\n", "f:2:25: error: expected a number" },
	{ "rules:\n  A: {body: /x/, score: 1e3}\n", "f:2:25: error: expected a number" },
	{ "rules:\n  A: {body: /x/, score: nan}\n", "f:2:25: error: expected a number" },
	{ "rules:\n  __A: {body: /x/, score: 1}\n",
	    "f:2:3: error: names that begin with __ are sub-rules: they have no score" },
	{ "rules:\n  A: {body: /x/, tags: multiple}\n",
	    "f:2:24: error: expected a list of tags like [multiple], found \"multiple\"" },
	{ "rules:\n  A: {body: /x/, tags: [many]}\n",
	    "f:2:25: error: expected multiple, nice, net, nosubject, learn, nolog, noautolearn, "
	    "ips_only, domains_only, a, ns or notrim, found \"many\"" },
	{ "rules:\n  A: {body: /x/, maxhits: 3}\n",
	    "f:2:3: error: maxhits works only with tags: [multiple]" },
	{ "rules:\n  A: {mime: 'X =~ /x/', mime_first: 3, mime_last: 2}\n",
	    "f:2:3: error: mime_last is before mime_first" },
	{ "rules:\n  A: {body: '/x/', concat: true}\n",
	    "f:2:20: error: \"concat\" does not go with this kind of rule" },
	{ "rules:\n  A: {body: /x/, maxhits: 0}\n", "f:2:27: error: out of range: expected 1 to" },
	{ "rules:\n  A: {uri: /x/, tags: [nosubject]}\n",
	    "f:2:3: error: nosubject works only in body rules" },
	{ "rules:\n  A: {body: /x/, if-unset: y}\n",
	    "f:2:18: error: \"if-unset\" does not go with this kind of rule" },
	{ "rules:\n  A: {exists: X, if-unset: y}\n",
	    "f:2:3: error: exists and if-unset exclude each other" },
	{ "rules:\n  A: {body: /x/, shortcircuit: on}\n",
	    "f:2:32: error: expected spam, ham or score, found \"on\"" },
	{ "rules:\n  A: {body: /x/, priority: first}\n",
	    "f:2:28: error: expected a whole number, found \"first\"" },
	{ "rules:\n  A: {body: /x/, score: -1}\n",
	    "f:2:3: warning: a score below 0 without tags: [nice]" },
	/* Examples. */
	{ "rules:\n  A: {body: /x/, examples: [x]}\n",
	    "f:2:28: error: expected {hit: [...], miss: [...]}, found a list" },
	{ "rules:\n  A: {body: /x/, examples: {hits: [x]}}\n",
	    "f:2:29: error: unknown key \"hits\": did you mean \"hit\"?" },
	{ "rules:\n  A: {body: /x/, examples: {hit: x}}\n",
	    "f:2:34: error: expected a list of examples, found \"x\"" },
	{ "rules:\n  A: {body: /x/, examples: {hit: [[x]]}}\n",
	    "f:2:35: error: expected text, found a list" },
	{ "rules:\n  A: {meta: B, examples: {hit: [B]}}\n",
	    "f:2:33: error: an example of a meta is a list of the sub-rules that hit" },
	{ "rules:\n  A: {meta: B, examples: {hit: [[B-C]]}}\n",
	    "f:2:34: error: \"B-C\" is no name" },
	{ "rules:\n  A: {function: f(), examples: {hit: [x]}}\n",
	    "f:2:39: error: an example of a function is a whole case: {message: ...}" },
	{ "rules:\n  A: {body: /x/, examples: {hit: [{helo: x}]}}\n",
	    "f:2:35: error: a case needs its message:" },
	{ "rules:\n  A: {body: /x/, examples: {hit: [{mesage: x}]}}\n",
	    "f:2:36: error: unknown key \"mesage\": did you mean \"message\"?" },
	{ "rules:\n  A: {body: /x/, examples: {hit: [{message: x, client-ip: y}]}}\n",
	    "f:2:59: error: expected an IP address" },
	{ "rules:\n  A: {body: /x/, examples: {hit: [{message: x, now: today}]}}\n",
	    "f:2:53: error: expected a whole number, found \"today\"" },
	/* The other levels. */
	{ "scores: {A: x}\n", "f:1:13: error: expected a number" },
	{ "scores: {__A: 1}\n", "f:1:10: error: names that begin with __ are sub-rules" },
	{ "lists: {a: [[b]]}\n", "f:1:13: error: expected text, found a list" },
	/* One run tells of all, and the good rule stays. */
	{ "rules:\n  A: {body: x}\n  B: {body: /x/}\n  C: {uri: x}\n",
	    "f:2:13: error: expected a pattern: /.../ or m{...}, with its flags behind it\n"
	    "f:4:12: error: expected a pattern" },
};

static void
test_mistakes(void **state)
{
	size_t bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct rule_source source = RULE_SOURCE_INIT;
		struct diagnostics *found = diagnostics_new();
		struct buf got = { 0 };
		bool good = rules_yaml_read(
		    &source, "f", "local", slice_of(mistakes[i].text), found);

		told(found, &got);
		if (good != (diagnostics_count(found, SEVERITY_ERROR) == 0) ||
		    strncmp(buf_text(&got), mistakes[i].want, strlen(mistakes[i].want)) != 0) {
			print_message("%sgot \"%s\", want \"%s\"\n", mistakes[i].text,
			    buf_text(&got), mistakes[i].want);
			bad++;
		}
		buf_clear(&got);
		diagnostics_free(&found);
		rule_source_clear(&source);
	}
	assert_int_equal(bad, 0);
}

/* Names are texts whatever they look like; positions are those of names. */
static void
test_names_and_origins(void **state)
{
	struct rule_source source = RULE_SOURCE_INIT;
	const struct rule_def *def;

	(void)state;
	add(&source, "f",
	    "rules:\n  NO: {body: /x/}\n  ON:\n    describe: 'yes'\n    body: '/y/'\n    score: 2\n");
	assert_int_equal(source.defs.n, 2);
	def = def_at(&source, 1);
	assert_true(same(def_at(&source, 0)->name, "NO"));
	assert_true(same(def->name, "ON"));
	assert_true(same(def->describe, "yes"));
	assert_string_equal(def->origin.file, "f");
	assert_string_equal(def->origin.layer, "local");
	assert_int_equal(def->origin.line, 3);
	assert_int_equal(def->origin.column, 3);
	assert_int_equal(def->score_origin.line, 6);
	rule_source_clear(&source);
}

static void
test_examples(void **state)
{
	struct rule_source source = RULE_SOURCE_INIT;
	const struct rule_example *e;

	(void)state;
	add(&source, "f",
	    "rules:\n"
	    "  A:\n"
	    "    meta: '__B && !__C'\n"
	    "    examples:\n"
	    "      hit:\n"
	    "        - [__B]\n"
	    "        - {message: \"A: b\\n\\nc\\n\", client-ip: 192.0.2.1, helo: h, rdns: r,\n"
	    "           from: f@x, rcpt: g@x, now: 1000000000}\n"
	    "      miss: [[__B, __C], []]\n");
	assert_int_equal(def_at(&source, 0)->example_count, 4);
	e = def_at(&source, 0)->examples;
	assert_true(e[0].hit && !e[0].whole && e[0].subrule_count == 1);
	assert_true(same(e[0].subrules[0], "__B"));
	assert_true(e[1].hit && e[1].whole);
	assert_true(same(e[1].text, "A: b\n\nc\n"));
	assert_true(same(e[1].client_ip, "192.0.2.1") && same(e[1].helo, "h"));
	assert_true(same(e[1].rdns, "r") && same(e[1].from, "f@x") && same(e[1].rcpt, "g@x"));
	assert_int_equal(e[1].now, 1000000000);
	assert_int_equal(e[1].origin.line, 7);
	assert_true(!e[2].hit && e[2].subrule_count == 2);
	assert_true(!e[3].hit && e[3].subrule_count == 0);
	rule_source_clear(&source);
}

/* A score apart wins over its own and earlier files, and loses to a later definition's own. */
static void
test_layers(void **state)
{
	struct rule_source source = RULE_SOURCE_INIT;
	struct score_override last = { .name = SLICE("D"), .score = 9 };
	struct ruleset_source view;

	(void)state;
	add(&source, "1",
	    "scores: {A: 3, B: 3, C: 3, D: 3}\n"
	    "rules:\n  A: {body: /x/, score: 1}\n  B: {body: /x/, score: 1}\n"
	    "  C: {body: /x/}\n  D: {body: /x/}\n");
	add(&source, "2", "rules:\n  B: {body: /y/, score: 7}\n  C: {body: /y/}\n");
	rule_source_add_scores(&source, &last, 1);
	rule_source_view(&source, &view);
	assert_int_equal(view.def_count, 6);
	assert_int_equal(view.score_count, 4);
	assert_true(same(view.scores[0].name, "A"));
	assert_true(same(view.scores[1].name, "C"));
	assert_true(same(view.scores[2].name, "D") && view.scores[2].score == 3 * SCORE_ONE);
	assert_true(same(view.scores[3].name, "D") && view.scores[3].score == 9);
	rule_source_clear(&source);
}

static void
test_lists(void **state)
{
	struct rule_source source = RULE_SOURCE_INIT;
	const struct rule_list *list;

	(void)state;
	add(&source, "f", "lists:\n  good: ['*@example.org', 1.0]\n  none: []\n");
	assert_int_equal(source.lists.n, 2);
	list = vec_at(&source.lists, 0);
	assert_int_equal(list->entry_count, 2);
	assert_true(same(list->entries[1], "1.0"));
	assert_int_equal(list->origin.line, 2);
	rule_source_clear(&source);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_names_and_origins),
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_layers),
		cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests_name("rules_yaml", tests, NULL, NULL);
}
