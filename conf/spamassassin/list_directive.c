/*
 * list_directive.c - directives that fill lists and set single values
 *
 * Whatever the engine does with it, a value is kept under its directive's name
 * as SpamAssassin reads it: addresses and hosts in lower case, a single value
 * as a list of one.
 */
#include "conf/file.h"
#include "conf/spamassassin/directive.h"
#include "engine/util/ascii.h"

/* A feed has some ten thousand lines. */
#define FEED_MAX ((size_t)16 * 1024 * 1024)

static void
expected(struct sa_config *config, const struct sa_statement *statement, const char *what)
{
	sa_config_warn(config, &statement->origin, SLICE_ABSENT, "%.*s: expected %s",
	    SLICE_ARG(slice_cut(statement->key, 0, 100)), what);
}

static struct sa_list *
target_list(struct sa_config *config, const struct sa_statement *statement)
{
	return sa_config_list(config, statement->directive->target);
}

static bool
has_value(struct sa_config *config, const struct sa_statement *statement, const char *what)
{
	if (statement->value.n == 0)
		expected(config, statement, what);
	return statement->value.n > 0;
}

/* The only entry from now on. */
static void
set_value(struct sa_config *config, const struct sa_statement *statement, struct slice value)
{
	struct sa_list *list = target_list(config, statement);

	sa_list_clear(list);
	sa_list_add(list, value, &statement->origin);
}

void
sa_read_accepted(struct sa_config *config, const struct sa_statement *statement)
{
	(void)config;
	(void)statement;
}

void
sa_read_value(struct sa_config *config, const struct sa_statement *statement)
{
	if (has_value(config, statement, "a value"))
		set_value(config, statement, statement->value);
}

/* [+-] digits [. digits] */
static bool
is_number(struct slice text)
{
	size_t i = text.n > 0 && (text.p[0] == '-' || text.p[0] == '+') ? 1 : 0, start = i;

	while (i < text.n && ascii_is_digit(text.p[i]))
		i++;
	if (i == start)
		return false;
	if (i < text.n && text.p[i] == '.')
		i++;
	while (i < text.n && ascii_is_digit(text.p[i]))
		i++;
	return i == text.n;
}

void
sa_read_number(struct sa_config *config, const struct sa_statement *statement)
{
	if (is_number(statement->value))
		set_value(config, statement, statement->value);
	else
		expected(config, statement, "a number");
}

void
sa_read_boolean(struct sa_config *config, const struct sa_statement *statement)
{
	struct slice value = statement->value;

	if (slice_ieq(value, SLICE("yes")) || slice_eq(value, SLICE("1")))
		set_value(config, statement, SLICE("1"));
	else if (slice_ieq(value, SLICE("no")) || slice_eq(value, SLICE("0")))
		set_value(config, statement, SLICE("0"));
	else
		expected(config, statement, "1, 0, yes or no");
}

void
sa_read_words(struct sa_config *config, const struct sa_statement *statement)
{
	struct slice rest = statement->value, word;

	if (!has_value(config, statement, "words"))
		return;
	while (slice_next_word(&rest, &word))
		sa_list_add(target_list(config, statement), word, &statement->origin);
}

/* Words that take the place of those before. */
void
sa_read_choice(struct sa_config *config, const struct sa_statement *statement)
{
	if (!has_value(config, statement, "words"))
		return;
	sa_list_clear(target_list(config, statement));
	sa_read_words(config, statement);
}

static void
add_addresses(struct sa_config *config, const struct sa_statement *statement, struct sa_list *list,
    struct slice rest)
{
	struct slice word;

	while (slice_next_word(&rest, &word))
		sa_list_add(list, arena_lower(config->arena, word), &statement->origin);
}

void
sa_read_addresses(struct sa_config *config, const struct sa_statement *statement)
{
	if (has_value(config, statement, "addresses, domains or patterns of them"))
		add_addresses(config, statement, target_list(config, statement), statement->value);
}

/* A network may be "!" one, and the first that fits decides: kept in order, as written. */
void
sa_read_networks(struct sa_config *config, const struct sa_statement *statement)
{
	if (has_value(config, statement, "networks"))
		sa_read_words(config, statement);
}

/* "(NAME) words": the name and the words, or false. */
static bool
take_name(struct slice value, struct slice *name_r, struct slice *words_r)
{
	size_t close = slice_find_byte(value, 0, ')');

	if (value.n == 0 || value.p[0] != '(' || close <= 1 || close + 1 >= value.n ||
	    !ascii_is_space(value.p[close + 1]))
		return false;
	*name_r = slice_cut(value, 1, close);
	*words_r = slice_from(value, close + 1);
	return true;
}

/* The same, with the list of that name. */
static bool
split_name(
    struct sa_config *config, struct slice value, struct sa_list **list_r, struct slice *words_r)
{
	struct slice name;

	if (!take_name(value, &name, words_r))
		return false;
	*list_r = sa_config_list(config, name);
	return true;
}

void
sa_read_named_addresses(struct sa_config *config, const struct sa_statement *statement)
{
	struct sa_list *list;
	struct slice words;

	if (split_name(config, statement->value, &list, &words))
		add_addresses(config, statement, list, words);
	else
		expected(config, statement, "(NAME) and addresses");
}

/* "(OWNER) addresses", each kept or removed as "owner address" in one list for all owners. */
static void
change_owner(struct sa_config *config, const struct sa_statement *statement, bool add)
{
	struct slice owner, words, word;

	if (!take_name(statement->value, &owner, &words)) {
		expected(config, statement, "(OWNER) and addresses");
		return;
	}
	while (slice_next_word(&words, &word)) {
		struct slice entry = arena_lower(config->arena,
		    arena_printf(config->arena, "%.*s %.*s", SLICE_ARG(owner), SLICE_ARG(word)));

		if (add)
			sa_list_add(target_list(config, statement), entry, &statement->origin);
		else
			sa_list_remove(target_list(config, statement), entry);
	}
}

void
sa_read_owner(struct sa_config *config, const struct sa_statement *statement)
{
	change_owner(config, statement, true);
}

void
sa_read_unlist_owner(struct sa_config *config, const struct sa_statement *statement)
{
	change_owner(config, statement, false);
}

/* Hosts are kept by name: "!host" and "host" take each other's place. */
static void
remove_host(struct sa_list *list, struct sa_config *config, struct slice host)
{
	struct slice bare = slice_starts(host, SLICE("!")) ? slice_from(host, 1) : host;

	sa_list_remove(list, bare);
	sa_list_remove(list, arena_printf(config->arena, "!%.*s", SLICE_ARG(bare)));
}

static void
add_hosts(struct sa_config *config, const struct sa_statement *statement, struct sa_list *list,
    struct slice rest)
{
	struct slice word;

	while (slice_next_word(&rest, &word)) {
		remove_host(list, config, word);
		sa_list_add(list, arena_lower(config->arena, word), &statement->origin);
	}
}

void
sa_read_hosts(struct sa_config *config, const struct sa_statement *statement)
{
	if (has_value(config, statement, "hosts"))
		add_hosts(config, statement, target_list(config, statement), statement->value);
}

void
sa_read_named_hosts(struct sa_config *config, const struct sa_statement *statement)
{
	struct sa_list *list;
	struct slice words;

	if (split_name(config, statement->value, &list, &words))
		add_hosts(config, statement, list, words);
	else
		expected(config, statement, "(NAME) and hosts");
}

/* "(NAME) hosts", or hosts that go from every list of hosts. */
void
sa_read_delist_hosts(struct sa_config *config, const struct sa_statement *statement)
{
	struct slice words = statement->value, word;
	struct sa_list *named = NULL;

	if (!has_value(config, statement, "hosts, perhaps behind (NAME)"))
		return;
	split_name(config, statement->value, &named, &words);
	while (slice_next_word(&words, &word)) {
		if (named != NULL)
			remove_host(named, config, word);
		for (size_t i = 0; named == NULL && i < config->lists.n; i++)
			remove_host(*(struct sa_list **)vec_at(&config->lists, i), config, word);
	}
}

/* One or two words, as one entry "first second"; false: another number. */
static bool
pair_of(struct sa_config *config, struct slice value, size_t least, struct slice *pair_r)
{
	struct slice first, second, third, rest = value;
	bool two;

	if (!slice_next_word(&rest, &first))
		return false;
	two = slice_next_word(&rest, &second);
	if ((!two && least == 2) || slice_next_word(&rest, &third))
		return false;
	*pair_r = arena_lower(config->arena,
	    two ? arena_printf(config->arena, "%.*s %.*s", SLICE_ARG(first), SLICE_ARG(second))
		: first);
	return true;
}

void
sa_read_pair(struct sa_config *config, const struct sa_statement *statement)
{
	struct slice pair;

	if (pair_of(config, statement->value, 2, &pair))
		sa_list_add(target_list(config, statement), pair, &statement->origin);
	else
		expected(config, statement, "an address and the domain of its relay");
}

void
sa_read_pair_or_one(struct sa_config *config, const struct sa_statement *statement)
{
	struct slice pair;

	if (pair_of(config, statement->value, 1, &pair))
		sa_list_add(target_list(config, statement), pair, &statement->origin);
	else
		expected(config, statement, "an address and perhaps its signer's domain");
}

/* Takes away an entry, and pairs that begin with it. */
static void
remove_entry(struct sa_config *config, struct sa_list *list, struct slice word)
{
	struct slice entry = arena_lower(config->arena, word);

	sa_list_remove(list, entry);
	if (!slice_ends(list->name, SLICE("_rcvd")) && !slice_ends(list->name, SLICE("_dkim")))
		return;
	for (size_t i = 0; i < list->entries.n; i++) {
		struct slice *old = vec_at(&list->entries, i);

		if (old->p != NULL && slice_starts(*old, entry) &&
		    (old->n == entry.n || old->p[entry.n] == ' '))
			sa_list_remove(list, *old);
	}
}

void
sa_read_unlist(struct sa_config *config, const struct sa_statement *statement)
{
	struct slice targets = statement->directive->target, target, words, word;

	if (!has_value(config, statement, "addresses"))
		return;
	while (slice_next_word(&targets, &target))
		for (words = statement->value; slice_next_word(&words, &word);)
			remove_entry(config, sa_config_list(config, target), word);
}

/* "address" takes all its pairs away, "address domain" that one. */
void
sa_read_unpair(struct sa_config *config, const struct sa_statement *statement)
{
	struct slice targets = statement->directive->target, target, pair;

	if (!pair_of(config, statement->value, 1, &pair)) {
		expected(config, statement, "an address and perhaps its signer's domain");
		return;
	}
	while (slice_next_word(&targets, &target))
		remove_entry(config, sa_config_list(config, target), pair);
}

void
sa_read_clear(struct sa_config *config, const struct sa_statement *statement)
{
	struct slice targets = statement->directive->target, target;

	if (statement->value.n > 0) {
		expected(config, statement, "nothing behind it");
		return;
	}
	while (slice_next_word(&targets, &target))
		sa_list_clear(sa_config_list(config, target));
}

/* With words, takes those away; without, all. */
void
sa_read_unlist_or_clear(struct sa_config *config, const struct sa_statement *statement)
{
	if (statement->value.n == 0)
		sa_read_clear(config, statement);
	else
		sa_read_unlist(config, statement);
}

void
sa_read_line(struct sa_config *config, const struct sa_statement *statement)
{
	if (has_value(config, statement, "a value"))
		sa_list_add(target_list(config, statement), statement->value, &statement->origin);
}

/* What is said of headers and reports is another reader's: markup_read.h. */
void
sa_read_markup(struct sa_config *config, const struct sa_statement *statement)
{
	*(struct markup_line *)vec_push(&config->markup) = (struct markup_line){
		statement->directive->name, statement->value, statement->origin
	};
}

/* A file of lines, which is read now. */
void
sa_read_feed(struct sa_config *config, const struct sa_statement *statement)
{
	struct slice path = arena_copy(config->arena, statement->value), bytes, line;
	struct err err;

	if (!has_value(config, statement, "the path of a file") || path.p == NULL)
		return;
	if (file_read(config->arena, path.p, FEED_MAX, &bytes, &err) < 0) {
		sa_config_warn(
		    config, &statement->origin, SLICE_ABSENT, "%s: %s", path.p, err.text);
		return;
	}
	while (slice_next_line(&bytes, &line))
		sa_list_append(target_list(config, statement), line, &statement->origin);
}

/* loadplugin PACKAGE [file.pm]; the file is Perl, which nobody here runs. */
static bool
load(struct sa_config *config, const struct sa_statement *statement, struct slice *package_r)
{
	struct slice rest = statement->value;

	if (!slice_next_word(&rest, package_r)) {
		expected(config, statement, "the package name of a plugin");
		return true;
	}
	return sa_plugins_load(&config->plugins, *package_r);
}

void
sa_read_loadplugin(struct sa_config *config, const struct sa_statement *statement)
{
	struct slice package;

	if (!load(config, statement, &package))
		sa_config_warn(config, &statement->origin, SLICE_ABSENT,
		    "plugin %.*s is not known: what stands under ifplugin for it is passed over",
		    SLICE_ARG(slice_cut(package, 0, 200)));
}

void
sa_read_tryplugin(struct sa_config *config, const struct sa_statement *statement)
{
	struct slice package;

	load(config, statement, &package);
}

void
sa_read_enable_compat(struct sa_config *config, const struct sa_statement *statement)
{
	struct slice rest = statement->value, name;

	while (slice_next_word(&rest, &name))
		*(struct slice *)vec_push(&config->plugins.compats) = name;
}
