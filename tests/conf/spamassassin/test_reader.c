/*
 * test_reader.c - lines of SpamAssassin's configuration files to definitions, lists and settings
 *
 * What a text comes to is told as lines: a rule as "NAME KIND[ SELECTOR] TEXT score", a list as
 * "NAME: entries", a setting as "KEY = VALUE", a warning as "line: text".
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/spamassassin/reader.h"
#include "conf/spamassassin/resolve.h"
#include "engine/rules/score.h"
#include "engine/util/buf.h"

#define PLUGIN "loadplugin Mail::SpamAssassin::Plugin::"

static const struct {
	const char *text;
	const char *want; /* all that is told */
} cases[] = {
	/* lexing */
	{ "# nothing\n\n   \n", "" },
	{ "  BODY  A   /x/   # why\n", "A body /x/ 1.000\n" },
	{ "body A /x\\#y/\r\n", "A body /x#y/ 1.000\n" },
	{ "lang de describe A eins\nbody A /x/\nlang en describe A one\n",
	    "A body /x/ 1.000 \"one\"\n" },
	{ "required-score 4.2\n", "thresholds.tag = 4.2\n" },
	{ "required_score 99999\n", "thresholds.tag = 1000\n" },
	{ "required_hits -99999.5\n", "thresholds.tag = -1000\n" },
	{ "required_hits +1.23456789\n", "thresholds.tag = 1.234567\n" },
	{ "nonsense here\n", "1: nonsense here: unknown directive\n" },
	{ "uridnssub A b. A 2\n", "1: uridnssub A b. A 2: its plugin is not loaded\n" },
	/* conditions */
	{ "if version < 4\nbody A /a/\nelse\nbody B /b/\nendif\n", "B body /b/ 1.000\n" },
	{ "ifplugin Foo::Bar\nif 1\nbody A /a/\nelse\nbody B /b/\nendif\nendif\nbody C /c/\n",
	    "C body /c/ 1.000\n" },
	{ "if 0\nbody A /a/\n", "1: this `if` has no `endif`\n" },
	{ "endif\nbody A /a/\n", "1: endif: expected an `if` before it\nA body /a/ 1.000\n" },
	{ "require_version 4.000001\nbody A /a/\nrequire_version 3\nbody B /b/\n",
	    "3: require_version 3: expected 4.000001: the rest of the file is passed over\n"
	    "A body /a/ 1.000\n" },
	/* rules */
	{ "header A Subject =~ /x/i\n", "A header Subject /x/il 1.000\n" },
	{ "header A Subject:raw !~ m{a/b}  [if-unset: none]\n",
	    "A header Subject:raw !~ /a\\/b/ unset(none) 1.000\n" },
	{ "header A exists:X-Foo\nheader B exists:X Foo\n",
	    "2: B: expected the name of a header field behind exists:\n"
	    "A header exists X-Foo 1.000\n" },
	{ "header A From:nam =~ /x/\n",
	    "1: A: expected of the modifiers :raw :addr :name :host :domain :ip :revip :first :last\n" },
	{ "body A /x\nbody B /y/\n",
	    "1: A: the pattern has no closing mark, or no flags behind it\nB body /y/ 1.000\n" },
	{ "body 1A /x/\n",
	    "1: 1A: a rule's name has letters, digits and _, not a digit first, and at most 100 of "
	    "them\n" },
	{ "meta A B && (C + D > 1)\n", "A meta B && (C + D > 1) 1.000\n" },
	{ "meta A __B || local_tests_only\n", "A meta __B || 1 1.000\n" },
	{ "body A /x/\npriority A -9999999999\nbody B /x/\npriority B 200000\n",
	    "A body /x/ priority=-100000 1.000\nB body /x/ priority=100000 1.000\n" },
	{ "meta A\n", "1: A: expected an expression of rules' names\n" },
	{ "reuse A\nreuse B B2\nbody B /b/\n", "A meta 0 1.000\nB body /b/ 1.000\n" },
	{ PLUGIN "MIMEHeader\nmimeheader A Content-Type =~ /x/\n",
	    "A mime Content-Type /x/ 1.000\n" },
	{ PLUGIN "MIMEHeader\nmimeheader A X =~ /x/\ntflags A range=2-3 concat maxhits=4\n",
	    "A mime X /x/ maxhits=4 range=2-3 concat 1.000\n" },
	{ PLUGIN "MIMEHeader\nmimeheader A X =~ /x/\ntflags A range=2\nmimeheader B X =~ /x/\n"
		 "tflags B range=2-\nmimeheader C X =~ /x/\ntflags C range=-3\n",
	    "A mime X /x/ range=2-2 1.000\nB mime X /x/ range=2-0 1.000\n"
	    "C mime X /x/ range=0-3 1.000\n" },
	{ PLUGIN "URIDetail\nuri_detail A host =~ /x/  text !~ m!y!i\nuri_detail A host =~ /z/\n",
	    "A uri host=/z/ text!/y/il 1.000\n" },
	{ PLUGIN "URIDetail\nuri_detail A colour =~ /x/\n",
	    "2: A: expected raw, type, cleaned, text, domain or host before =~ or !~\n" },
	/* functions */
	{ PLUGIN "HeaderEval\nheader A eval:check_for_missing_to_header()\n",
	    "A function check_for_missing_to_header() 1.000\n" },
	{ PLUGIN "HeaderEval\nbody A eval:check_for_missing_to_header()\n",
	    "2: A: check_for_missing_to_header() is not for this type of rule: SpamAssassin would not "
	    "run it\n" },
	{ "header A eval:check_for_missing_to_header()\n",
	    "1: A: check_for_missing_to_header() is of the plugin HeaderEval, which is not loaded\n" },
	{ "header A eval:no_such()\n", "1: A: no plugin has a function no_such()\n" },
	{ "header A eval: no_such()\n",
	    "1: A: expected eval:function(arguments), without blanks before the (\n" },
	/* what is said of rules */
	{ "score A 1 2 3 4\nbody A /x/\n", "A body /x/ 1.000\n" },
	{ "body A /x/\nscore A 2.5\nscore A (-1)\n", "A body /x/ 1.500\n" },
	{ "body A /x/\nscore A (1)\nscore A 1 2\nscore A x\n",
	    "2: score: expected a score before one in parentheses, which is added to it\n"
	    "3: score: expected a rule's name and one score or four\n"
	    "4: score: expected a rule's name and one score or four\n"
	    "A body /x/ 1.000\n" },
	{ "body T_A /x/\nbody B /y/\ntflags B nice\nbody __C /z/\n",
	    "T_A body /x/ 0.010\nB body /y/ nice -1.000\n__C body /z/\n" },
	{ "body A /x/\ntflags A multiple maxhits=5 nosubject publish\npriority A -7\n",
	    "A body /x/ multiple nosubject maxhits=5 priority=-7 1.000\n" },
	{ "body A /x/\ntflags A net\n", "A body /x/ net priority=-100 1.000\n" },
	{ "body __A /x/\nscore __A 0\n", "__A body /x/ 0.000\n" },
	{ PLUGIN
	    "ReplaceTags\nreplace_tag A [a4]\nbody X /b<A>d/\nreplace_rules X\nbody Y /b<A>d/\n",
	    "X body /b[a4]d/ 1.000\nY body /b<A>d/ 1.000\n" },
	{ "# UPDATE version 1902151\n# UPDATE version x\n", "update_version: 1902151\n" },
	/* lists and settings */
	{ "whitelist_from *@A.example b@c.example\nunwelcomelist_from B@c.example\n",
	    "welcomelist_from: *@a.example\n" },
	{ "whitelist_from_rcvd A@b.example c.example\nwhitelist_from_rcvd A@b.example d.example\n"
	  "whitelist_from_rcvd one\n",
	    "3: whitelist_from_rcvd: expected an address and the domain of its relay\n"
	    "welcomelist_from_rcvd: a@b.example c.example, a@b.example d.example\n" },
	{ "enlist_addrlist (X) a@b.example\nenlist_uri_host (Y) C.example !d.c.example\n"
	  "delist_uri_host c.example\n",
	    "X: a@b.example\nY: !d.c.example\n" },
	{ PLUGIN "FromNameSpoof\nfns_add_addrlist (Gmail) *@A.example b@c.example\n"
		 "fns_remove_addrlist (gmail) B@c.example\nfns_add_addrlist x@y.example\n",
	    "4: fns_add_addrlist: expected (OWNER) and addresses\n"
	    "fns_add_addrlist: gmail *@a.example\n" },
	{ "util_rb_2tld co.uk\nclear_util_rb\nutil_rb_tld com\n",
	    "util_rb_2tld:\nutil_rb_tld: com\nutil_rb_3tld:\n" },
	{ "trusted_networks 10/8 !10.1/16\nclear_trusted_networks\ntrusted_networks 192.0.2.1\n",
	    "trusted_networks: 192.0.2.1\n" },
	{ "required_score five\n", "1: required_score: expected a number\n" },
	{ PLUGIN "Nobody::Knows\n",
	    "1: plugin Mail::SpamAssassin::Plugin::Nobody::Knows is not known: what stands under "
	    "ifplugin for it is passed over\n" },
};

static void
tell_rule(struct buf *out, const struct rule_def *def)
{
	static const char *const kinds[] = {
#define KIND_NAME(id, name) name,
		RULE_KIND_TABLE(KIND_NAME)
#undef KIND_NAME
	};

	buf_printf(out, "%.*s %s", SLICE_ARG(def->name), kinds[def->kind]);
	if (def->selector.n > 0)
		buf_printf(out, "%s %.*s%s", def->exists ? " exists" : "", SLICE_ARG(def->selector),
		    def->negated ? " !~" : "");
	if (def->pattern.n > 0)
		buf_printf(out, " %.*s", SLICE_ARG(def->pattern));
	if (def->expression.n > 0)
		buf_printf(out, " %.*s", SLICE_ARG(def->expression));
	for (size_t i = 0; i < def->condition_count; i++)
		buf_printf(out, " %.*s%s%.*s", SLICE_ARG(def->conditions[i].key),
		    def->conditions[i].negated ? "!" : "=", SLICE_ARG(def->conditions[i].pattern));
	if (def->if_unset.p != NULL)
		buf_printf(out, " unset(%.*s)", SLICE_ARG(def->if_unset));
	buf_printf(out, "%s%s%s%s", def->tags & RULE_MULTIPLE ? " multiple" : "",
	    def->tags & RULE_NICE ? " nice" : "", def->tags & RULE_NET ? " net" : "",
	    def->tags & RULE_NOSUBJECT ? " nosubject" : "");
	if (def->maxhits > 0)
		buf_printf(out, " maxhits=%u", def->maxhits);
	if (def->mime_first > 0 || def->mime_last > 0)
		buf_printf(out, " range=%u-%u", def->mime_first, def->mime_last);
	if (def->concat)
		buf_printf(out, " concat");
	if (def->priority != 0)
		buf_printf(out, " priority=%d", def->priority);
	if (def->has_score) {
		buf_add_byte(out, ' ');
		score_print(out, def->score);
	}
	if (def->describe.n > 0)
		buf_printf(out, " \"%.*s\"", SLICE_ARG(def->describe));
	buf_add_byte(out, '\n');
}

static void
tell_list(struct buf *out, const struct rule_list *list)
{
	/* It is told of even when nobody says a word: there, none means none. */
	if (slice_eq(list->name, SLICE("originating_ip_headers")) && list->entry_count == 0)
		return;
	buf_printf(out, "%.*s:", SLICE_ARG(list->name));
	for (size_t i = 0; i < list->entry_count; i++)
		buf_printf(out, "%s %.*s", i == 0 ? "" : ",", SLICE_ARG(list->entries[i]));
	buf_add_byte(out, '\n');
}

static void
tell_all(struct buf *out, const struct rule_source *source, const struct diagnostics *found)
{
	for (size_t i = 0; i < diagnostics_kept(found); i++) {
		const struct diagnostic *one = diagnostics_at(found, i);

		assert_int_equal(one->severity, SEVERITY_WARNING);
		assert_string_equal(one->file, "a.cf");
		buf_printf(out, "%u: %s\n", one->line, one->text);
	}
	for (size_t i = 0; i < source->defs.n; i++)
		tell_rule(out, vec_at(&source->defs, i));
	for (size_t i = 0; i < source->lists.n; i++)
		tell_list(out, vec_at(&source->lists, i));
	for (size_t i = 0; i < source->settings.n; i++) {
		const struct source_setting *setting = vec_at(&source->settings, i);

		buf_printf(
		    out, "%.*s = %.*s\n", SLICE_ARG(setting->key), SLICE_ARG(setting->value));
	}
}

/* What a file of this text comes to. */
static void
tell_text(struct buf *out, const char *text)
{
	struct rule_source source = RULE_SOURCE_INIT;
	struct diagnostics *found = diagnostics_new();
	struct sa_config *config = sa_config_new(rule_source_arena(&source), found);

	config->local_tests_only = true;
	sa_read_bytes(config, "a.cf", slice_of(text));
	sa_resolve(config, &source);
	tell_all(out, &source, found);
	sa_config_free(&config);
	diagnostics_free(&found);
	rule_source_clear(&source);
}

static void
lines_come_to_what_spamassassin_makes_of_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out = { 0 };

		tell_text(&out, cases[i].text);
		if (strcmp(buf_text(&out), cases[i].want) != 0)
			fail_msg(
			    "%s\ngot:\n%swant:\n%s", cases[i].text, buf_text(&out), cases[i].want);
		buf_clear(&out);
	}
}

static void
a_refused_line_leaves_the_rule_as_it_was(void **state)
{
	struct buf out = { 0 };

	(void)state;
	tell_text(&out, "body A /x/\nbody A /(/\n");
	assert_non_null(strstr(buf_text(&out), "2: A: "));
	assert_non_null(strstr(buf_text(&out), "A body /x/ 1.000\n"));
	buf_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_to_what_spamassassin_makes_of_them),
		cmocka_unit_test(a_refused_line_leaves_the_rule_as_it_was),
	};

	setenv("LANGUAGE", "en_US", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
