/*
 * setting_feed.c - the setting `feeds`: channels that are followed, and what each may do
 *
 * Addresses are taken apart and keys checked in their form, to tell of mistakes; whoever uses
 * them reads them whole. A key that is not given has the default that its reader's row names.
 */
#include "conf/setting_type.h"

#include "conf/duration.h"
#include "conf/redis_address.h"
#include "engine/rules/score.h"
#include "engine/util/ascii.h"

#define CHANNEL_MAX 63
#define ADDRESS_MAX 512
#define USER_MAX 128
#define RULES_MAX 100000
#define STEPS_MIN 100
#define STEPS_MAX 10000000
#define DOMAINS_MAX 100000
/* Millionths in one percent of the whole. */
#define PERCENT (SCORE_ONE / 100)

/* A key of a mapping: reads its value into what is being filled. */
struct feed_key_row {
	struct slice name;
	bool (*read)(
	    const struct schema *schema, const struct yaml_node *node, struct feed_setting *feed);
};

/* Reads the mapping by its n rows; keys that none has are told of. */
static bool
read_keys(const struct schema *schema, const struct yaml_node *node,
    const struct feed_key_row *rows, size_t n, struct feed_setting *feed)
{
	struct slice known[16];
	bool good = true;

	for (size_t i = 0; i < n; i++)
		known[i] = rows[i].name;
	for (size_t i = 0; i < node->n; i++) {
		const struct yaml_entry *entry = &node->entries[i];
		size_t row = 0;

		while (row < n && !slice_eq(entry->key->text, known[row]))
			row++;
		if (row == n)
			good = schema_unknown_key(schema, entry->key, known, n);
		else if (!rows[row].read(schema, entry->value, feed))
			good = false;
	}
	return good;
}

static bool
read_channel(const struct schema *schema, const struct yaml_node *node, struct feed_setting *feed)
{
	struct slice name;
	bool good;

	if (!schema_text(schema, node, &name))
		return false;
	good = name.n > 0 && name.n <= CHANNEL_MAX &&
	       (ascii_is_lower(name.p[0]) || ascii_is_digit(name.p[0]));
	for (size_t i = 0; good && i < name.n; i++)
		good = ascii_is_lower(name.p[i]) || ascii_is_digit(name.p[i]) || name.p[i] == '.' ||
		       name.p[i] == '-';
	if (!good)
		return schema_error(schema, node,
		    "a channel's name has small letters, digits, dots and hyphens, %d at most, and "
		    "begins with a letter or digit",
		    CHANNEL_MAX);
	feed->channel = name;
	return true;
}

/* A password has a file of its own, and no place in a configuration that many read. */
static bool
names_password(struct slice rest)
{
	size_t at = slice_find_byte(rest, 0, '@');

	return at < rest.n && slice_find_byte(rest, 0, ':') < at;
}

static bool
is_address(struct slice text)
{
	static const struct slice schemes[] = { { "redis://", 8 }, { "rediss://", 9 },
		{ "sentinel://", 11 }, { "unix://", 7 } };

	for (size_t i = 0; i < text.n; i++)
		if (ascii_is_space(text.p[i]) || ascii_is_control(text.p[i]))
			return false;
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (slice_starts(text, schemes[i]) && text.n > schemes[i].n)
			return text.n <= ADDRESS_MAX &&
			       !names_password(slice_from(text, schemes[i].n));
	return false;
}

static bool
read_redis(const struct schema *schema, const struct yaml_node *node, struct feed_setting *feed)
{
	feed->redis = schema_texts(schema, node, "a list of addresses like [redis://127.0.0.1]",
	    is_address,
	    "an address like redis://HOST:PORT, rediss://, sentinel:// or unix://, without a "
	    "password: that has a password_file:");
	feed->redis_count = node->n;
	for (size_t i = 0; feed->redis != NULL && i < node->n; i++) {
		struct redis_address address;
		struct err err;

		if (!redis_address_parse(feed->redis[i], &address, &err))
			return schema_error(schema, node->entries[i].value, "%s", err.text);
	}
	return feed->redis != NULL;
}

static bool
read_user(const struct schema *schema, const struct yaml_node *node, struct feed_setting *feed)
{
	struct slice user;

	if (!schema_text(schema, node, &user))
		return false;
	for (size_t i = 0; i < user.n; i++)
		if (ascii_is_space(user.p[i]) || ascii_is_control(user.p[i]) || user.n > USER_MAX)
			return schema_error(schema, node, "expected the name of a user of Redis");
	feed->user = user.p;
	return true;
}

/* A path, made absolute; "" stays. */
static bool
read_path(const struct schema *schema, const struct yaml_node *node, const char **path_r)
{
	struct slice path;

	if (!schema_text(schema, node, &path))
		return false;
	if (path.n == 0)
		return true;
	*path_r = setting_path_of(schema, path);
	return *path_r != NULL || schema_no_memory(schema, node);
}

static bool
read_password_file(
    const struct schema *schema, const struct yaml_node *node, struct feed_setting *feed)
{
	return read_path(schema, node, &feed->password_file);
}

static bool
read_ca_file(const struct schema *schema, const struct yaml_node *node, struct feed_setting *feed)
{
	return read_path(schema, node, &feed->ca_file);
}

/* "ed25519:" and 32 bytes in base64. */
static bool
is_root_key(struct slice text)
{
	struct slice bytes = slice_from(text, 8);

	if (!slice_starts(text, SLICE("ed25519:")) || bytes.n != 44 || bytes.p[43] != '=')
		return false;
	for (size_t i = 0; i < 43; i++)
		if (!ascii_is_alnum(bytes.p[i]) && bytes.p[i] != '+' && bytes.p[i] != '/')
			return false;
	return true;
}

static bool
read_root_keys(const struct schema *schema, const struct yaml_node *node, struct feed_setting *feed)
{
	feed->root_keys = schema_texts(schema, node, "a list of keys like ['ed25519:...']",
	    is_root_key,
	    "a public key as steelyard feed keygen prints it: ed25519: and 44 characters");
	feed->root_key_count = node->n;
	if (feed->root_keys != NULL && node->n == 0)
		return schema_error(schema, node, "an empty list: a channel needs a root key");
	return feed->root_keys != NULL;
}

/* Functions may ask the DNS, and DNS rules do: a feed has neither. */
static bool
read_kinds(const struct schema *schema, const struct yaml_node *node, struct feed_setting *feed)
{
	static const enum rule_kind kinds[] = { RULE_HEADER, RULE_BODY, RULE_RAWBODY, RULE_FULL,
		RULE_URI, RULE_MIME, RULE_META };
	static const struct slice words[] = { { "header", 6 }, { "body", 4 }, { "rawbody", 7 },
		{ "full", 4 }, { "uri", 3 }, { "mime", 4 }, { "meta", 4 } };
	unsigned bits = 0;
	size_t which;

	if (!schema_list(schema, node, "a list of kinds of rules like [header, body]"))
		return false;
	for (size_t i = 0; i < node->n; i++) {
		if (!schema_word(schema, node->entries[i].value, words,
			sizeof(words) / sizeof(words[0]), &which))
			return false;
		bits |= 1U << kinds[which];
	}
	feed->policy.kinds = bits;
	return true;
}

static bool
read_max_score(const struct schema *schema, const struct yaml_node *node, struct feed_setting *feed)
{
	if (!schema_score(schema, node, &feed->policy.max_score))
		return false;
	return feed->policy.max_score >= 0 || schema_error(schema, node, "expected 0 or more");
}

static bool
read_min_score(const struct schema *schema, const struct yaml_node *node, struct feed_setting *feed)
{
	if (!schema_score(schema, node, &feed->policy.min_score))
		return false;
	return feed->policy.min_score <= 0 || schema_error(schema, node, "expected 0 or less");
}

static bool
read_max_total(const struct schema *schema, const struct yaml_node *node, struct feed_setting *feed)
{
	if (!schema_score(schema, node, &feed->policy.max_total))
		return false;
	return feed->policy.max_total >= 0 || schema_error(schema, node, "expected 0 or more");
}

static bool
read_prefix(const struct schema *schema, const struct yaml_node *node, struct feed_setting *feed)
{
	if (!schema_text(schema, node, &feed->policy.prefix) || !schema_name(schema, node))
		return false;
	if (slice_starts(feed->policy.prefix, SLICE("__")))
		return schema_error(
		    schema, node, "a prefix without __, which sub-rules have before it");
	return true;
}

static bool
read_max_rules(const struct schema *schema, const struct yaml_node *node, struct feed_setting *feed)
{
	int64_t value;

	if (!schema_integer(schema, node, 1, RULES_MAX, &value))
		return false;
	feed->policy.max_rules = (unsigned)value;
	return true;
}

static bool
read_max_steps(const struct schema *schema, const struct yaml_node *node, struct feed_setting *feed)
{
	int64_t value;

	if (!schema_integer(schema, node, STEPS_MIN, STEPS_MAX, &value))
		return false;
	feed->policy.max_steps = (unsigned)value;
	return true;
}

static bool
read_policy(const struct schema *schema, const struct yaml_node *node, struct feed_setting *feed)
{
	static const struct feed_key_row rows[] = {
		{ { "kinds", 5 }, read_kinds },
		{ { "max_score", 9 }, read_max_score },
		{ { "min_score", 9 }, read_min_score },
		{ { "max_total", 9 }, read_max_total },
		{ { "prefix", 6 }, read_prefix },
		{ { "max_rules", 9 }, read_max_rules },
		{ { "max_steps", 9 }, read_max_steps },
	};

	return schema_mapping(schema, node, "a mapping like {kinds: [body], max_score: 3.0}") &&
	       read_keys(schema, node, rows, sizeof(rows) / sizeof(rows[0]), feed);
}

static bool
read_shadow(const struct schema *schema, const struct yaml_node *node, struct feed_setting *feed)
{
	struct slice text;
	struct err err;

	if (!schema_text(schema, node, &text))
		return false;
	feed->shadow = 0;
	if (slice_eq(text, SLICE("0")) || duration_parse(text, &feed->shadow, &err) > 0)
		return true;
	return schema_error(schema, node, "%s", err.text);
}

static bool
read_guard_domains(
    const struct schema *schema, const struct yaml_node *node, struct feed_setting *feed)
{
	int64_t value;

	if (!schema_integer(schema, node, 1, DOMAINS_MAX, &value))
		return false;
	feed->guard_domains = (unsigned)value;
	return true;
}

/* "1%", "0.5%" */
static bool
read_guard_share(
    const struct schema *schema, const struct yaml_node *node, struct feed_setting *feed)
{
	struct slice text;
	int64_t value;

	if (!schema_text(schema, node, &text))
		return false;
	if (!slice_ends(text, SLICE("%")) || !score_parse(slice_cut(text, 0, text.n - 1), &value) ||
	    value < 0 || value > 100 * SCORE_ONE)
		return schema_error(schema, node, "expected a share like 1%%, from 0%% to 100%%");
	feed->guard_share = value / 100;
	return true;
}

static bool
read_guard(const struct schema *schema, const struct yaml_node *node, struct feed_setting *feed)
{
	static const struct feed_key_row rows[] = {
		{ { "domains", 7 }, read_guard_domains },
		{ { "share", 5 }, read_guard_share },
	};

	return schema_mapping(schema, node, "a mapping like {domains: 3, share: 1%}") &&
	       read_keys(schema, node, rows, sizeof(rows) / sizeof(rows[0]), feed);
}

/* The channel's name in capitals, with an underscore for each mark, and one behind it. */
static bool
default_prefix(const struct schema *schema, struct feed_setting *feed)
{
	bool digit = ascii_is_digit(feed->channel.p[0]);
	char *text = arena_alloc(schema->arena, feed->channel.n + 4);
	size_t n = 0;

	if (text == NULL)
		return false;
	if (digit)
		text[n++] = 'F';
	for (size_t i = 0; i < feed->channel.n; i++)
		text[n++] = ascii_is_alnum(feed->channel.p[i])
				? (char)(feed->channel.p[i] -
					 (ascii_is_lower(feed->channel.p[i]) ? 'a' - 'A' : 0))
				: '_';
	text[n++] = '_';
	feed->policy.prefix = (struct slice){ text, n };
	return true;
}

static bool
feed_parse(const struct schema *schema, const struct yaml_node *node, struct feed_setting *feed)
{
	static const struct feed_key_row rows[] = {
		{ { "channel", 7 }, read_channel },
		{ { "redis", 5 }, read_redis },
		{ { "user", 4 }, read_user },
		{ { "password_file", 13 }, read_password_file },
		{ { "ca_file", 7 }, read_ca_file },
		{ { "root_keys", 9 }, read_root_keys },
		{ { "policy", 6 }, read_policy },
		{ { "shadow", 6 }, read_shadow },
		{ { "guard", 5 }, read_guard },
	};

	*feed = (struct feed_setting){
		.user = "",
		.password_file = "",
		.ca_file = "",
		.policy = {
			.kinds = 1U << RULE_HEADER | 1U << RULE_BODY | 1U << RULE_RAWBODY |
				 1U << RULE_URI | 1U << RULE_META,
			.max_score = 3 * SCORE_ONE,
			.max_total = 6 * SCORE_ONE,
			.max_rules = 5000,
			.max_steps = 20000,
		},
		.guard_domains = 3,
		.guard_share = PERCENT,
		.origin = schema_origin(schema, node),
	};
	if (!schema_mapping(
		schema, node, "a channel like {channel: NAME, redis: [...], root_keys: [...]}"))
		return false;
	if (!read_keys(schema, node, rows, sizeof(rows) / sizeof(rows[0]), feed))
		return false;
	if (feed->channel.n == 0 || feed->root_keys == NULL)
		return schema_error(
		    schema, node, "a feed needs its channel: and the root_keys: that it trusts");
	return feed->policy.prefix.n > 0 || default_prefix(schema, feed) ||
	       schema_no_memory(schema, node);
}

/* Two channels: neither name nor prefix may be the other's, nor begin it. */
static bool
check_apart(const struct schema *schema, const struct yaml_node *node, const struct feed_setting *a,
    const struct feed_setting *b)
{
	if (slice_eq(a->channel, b->channel))
		return schema_error(
		    schema, node, "channel %.*s stands twice", SLICE_ARG(a->channel));
	if (slice_starts(a->policy.prefix, b->policy.prefix) ||
	    slice_starts(b->policy.prefix, a->policy.prefix))
		return schema_error(schema, node,
		    "the prefix %.*s does not keep its rules apart from those of channel %.*s",
		    SLICE_ARG(b->policy.prefix), SLICE_ARG(a->channel));
	return true;
}

bool
setting_parse_feeds(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	struct vec feeds = VEC_OF(struct feed_setting, schema->arena);
	bool good = true;

	(void)row;
	if (!schema_list(schema, node,
		"a list of channels like [{channel: NAME, redis: [...], root_keys: [...]}]"))
		return false;
	for (size_t i = 0; i < node->n; i++) {
		struct feed_setting *feed = vec_push(&feeds);

		if (feed == NULL)
			return schema_no_memory(schema, node);
		if (!feed_parse(schema, node->entries[i].value, feed))
			good = false;
		for (size_t k = 0; good && k < i; k++)
			good = check_apart(schema, node->entries[i].value, vec_at(&feeds, k), feed);
	}
	*(setting_feeds *)field = (struct feed_list){ feeds.p, feeds.n };
	return good;
}

static bool
texts_equal(const struct slice *a, size_t a_count, const struct slice *b, size_t b_count)
{
	if (a_count != b_count)
		return false;
	for (size_t i = 0; i < a_count; i++)
		if (!slice_eq(a[i], b[i]))
			return false;
	return true;
}

bool
feed_setting_equal(const struct feed_setting *a, const struct feed_setting *b)
{
	const struct feed_policy *x = &a->policy, *y = &b->policy;

	return slice_eq(a->channel, b->channel) &&
	       texts_equal(a->redis, a->redis_count, b->redis, b->redis_count) &&
	       texts_equal(a->root_keys, a->root_key_count, b->root_keys, b->root_key_count) &&
	       slice_eq(slice_of(a->user), slice_of(b->user)) &&
	       slice_eq(slice_of(a->password_file), slice_of(b->password_file)) &&
	       slice_eq(slice_of(a->ca_file), slice_of(b->ca_file)) && x->kinds == y->kinds &&
	       x->max_score == y->max_score && x->min_score == y->min_score &&
	       x->max_total == y->max_total && slice_eq(x->prefix, y->prefix) &&
	       x->max_rules == y->max_rules && x->max_steps == y->max_steps &&
	       a->shadow == b->shadow && a->guard_domains == b->guard_domains &&
	       a->guard_share == b->guard_share;
}
