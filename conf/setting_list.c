/*
 * setting_list.c - settings that are lists or mappings: sockets, rule sets, fields, networks
 *
 * A bad element is told of and the rest is read on, so that one run tells of
 * all; the setting as a whole has then failed.
 */
#include "conf/setting_type.h"

#include "conf/dns_list_yaml.h"
#include <sys/un.h>

#include "engine/mime/ip.h"
#include "engine/util/ascii.h"

#define SOCKET_PATH_MAX (sizeof(((struct sockaddr_un *)0)->sun_path) - 1)

#define WORD_COUNT(words) (sizeof(words) / sizeof((words)[0]))

/* Decimal digits up to max; false: none, or more. */
static bool
number_parse(struct slice text, unsigned max, unsigned *value_r)
{
	*value_r = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (!ascii_is_digit(text.p[i]))
			return false;
		*value_r = *value_r * 10 + (unsigned)(text.p[i] - '0');
		if (*value_r > max)
			return false;
	}
	return text.n > 0;
}

static bool
host_is_loopback(struct slice host)
{
	static const struct ip v6 = { { [15] = 1 } };
	struct ip ip;

	if (slice_ieq(host, SLICE("localhost")))
		return true;
	if (!ip_parse(host, &ip))
		return false;
	return ip_eq(&ip, &v6) || (ip_is_v4(&ip) && ip.v[12] == 127);
}

static bool
listen_unix(const struct schema *schema, const struct yaml_node *node, struct slice path,
    struct listen_socket *socket)
{
	if (path.n == 0 || path.p[0] != '/')
		return schema_error(schema, node, "expected unix:/absolute/path");
	if (path.n > SOCKET_PATH_MAX)
		return schema_error(
		    schema, node, "a socket's path has at most %zu bytes", SOCKET_PATH_MAX);
	socket->kind = LISTEN_UNIX;
	socket->path = path.p;
	return true;
}

static bool
listen_inet(const struct schema *schema, const struct yaml_node *node, struct slice place,
    struct listen_socket *socket)
{
	size_t at = slice_find_byte(place, 0, '@');

	if (!number_parse(slice_cut(place, 0, at), 65535, &socket->port) || at + 1 >= place.n)
		return schema_error(schema, node,
		    "expected inet:PORT@HOST (PORT 0 to 65535), like inet:8891@127.0.0.1");
	socket->host = place.p + at + 1;
	socket->loopback = host_is_loopback(slice_from(place, at + 1));
	if (!socket->loopback)
		schema_warn(schema, node,
		    "a milter socket has no authentication: whoever reaches %s can use it; prefer "
		    "unix: or the loopback",
		    socket->host);
	return true;
}

static bool
listen_fd(const struct schema *schema, const struct yaml_node *node, struct slice number,
    struct listen_socket *socket)
{
	unsigned fd;

	if (!number_parse(number, 65535, &fd) || fd < 3)
		return schema_error(schema, node, "expected fd:N with N from 3 on");
	socket->kind = LISTEN_FD;
	socket->fd = (int)fd;
	return true;
}

static bool
listen_parse(
    const struct schema *schema, const struct yaml_node *node, struct listen_socket *socket)
{
	struct slice text;

	if (!schema_text(schema, node, &text))
		return false;
	*socket = (struct listen_socket){ .kind = LISTEN_INET, .text = text.p, .fd = -1 };
	socket->origin = schema_origin(schema, node);
	if (slice_starts(text, SLICE("unix:")))
		return listen_unix(schema, node, slice_from(text, 5), socket);
	if (slice_starts(text, SLICE("inet:")))
		return listen_inet(schema, node, slice_from(text, 5), socket);
	if (slice_starts(text, SLICE("fd:")))
		return listen_fd(schema, node, slice_from(text, 3), socket);
	if (!slice_starts(text, SLICE("inet6:")))
		return schema_error(
		    schema, node, "expected unix:PATH, inet:PORT@HOST, inet6:PORT@HOST or fd:N");
	socket->kind = LISTEN_INET6;
	return listen_inet(schema, node, slice_from(text, 6), socket);
}

bool
setting_parse_listen(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	struct vec sockets = VEC_OF(struct listen_socket, schema->arena);
	bool good = true;

	(void)row;
	if (!schema_list(schema, node, "a list of sockets"))
		return false;
	if (node->n == 0)
		return schema_error(schema, node, "an empty list: the MTA needs a socket");
	for (size_t i = 0; i < node->n; i++) {
		struct listen_socket *socket = vec_push(&sockets);

		if (socket == NULL)
			return schema_no_memory(schema, node);
		if (!listen_parse(schema, node->entries[i].value, socket))
			good = false;
	}
	*(setting_listen *)field = (struct listen_list){ sockets.p, sockets.n };
	return good;
}

/* The path of one entry of `rules`: a text, {yaml: path} or {spamassassin: path}. */
static bool
rules_path(const struct schema *schema, const struct yaml_node *node, struct rules_entry *entry,
    struct slice *path_r)
{
	static const struct slice known[] = { { "yaml", 4 }, { "spamassassin", 12 } };

	if (node->kind != YAML_MAPPING)
		return schema_text(schema, node, path_r);
	if (node->n != 1)
		return schema_error(
		    schema, node, "expected shipped, a path, {yaml: path} or {spamassassin: path}");
	entry->spamassassin = slice_eq(node->entries[0].key->text, known[1]);
	if (!entry->spamassassin && !slice_eq(node->entries[0].key->text, known[0]))
		return schema_unknown_key(schema, node->entries[0].key, known, 2);
	return schema_text(schema, node->entries[0].value, path_r);
}

bool
setting_parse_rules(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	struct vec entries = VEC_OF(struct rules_entry, schema->arena);
	bool good = true;

	(void)row;
	if (!schema_list(schema, node, "a list of rule sets"))
		return false;
	for (size_t i = 0; i < node->n; i++) {
		const struct yaml_node *item = node->entries[i].value;
		struct rules_entry *entry = vec_push(&entries);
		struct slice path;

		if (entry == NULL)
			return schema_no_memory(schema, node);
		entry->origin = schema_origin(schema, item);
		if (!rules_path(schema, item, entry, &path)) {
			good = false;
			continue;
		}
		entry->shipped = item->kind == YAML_TEXT && slice_eq(path, SLICE("shipped"));
		if (entry->shipped)
			continue;
		if (path.n == 0)
			good = schema_error(schema, item, "an empty path");
		entry->path = setting_path_of(schema, path);
		if (entry->path == NULL)
			return schema_no_memory(schema, node);
	}
	*(setting_rules *)field = (struct rules_entries){ entries.p, entries.n };
	return good;
}

bool
setting_parse_scores(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	struct vec scores = VEC_OF(struct score_override, schema->arena);
	size_t errors = diagnostics_count(schema->diagnostics, SEVERITY_ERROR);

	(void)row;
	schema_scores(schema, node, &scores);
	*(setting_scores *)field = (struct score_list){ scores.p, scores.n };
	return diagnostics_count(schema->diagnostics, SEVERITY_ERROR) == errors;
}

bool
setting_parse_lists(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	struct vec lists = VEC_OF(struct rule_list, schema->arena);
	size_t errors = diagnostics_count(schema->diagnostics, SEVERITY_ERROR);

	(void)row;
	schema_lists(schema, node, &lists);
	*(setting_lists *)field = (struct list_list){ lists.p, lists.n };
	return diagnostics_count(schema->diagnostics, SEVERITY_ERROR) == errors;
}

bool
setting_parse_dns_lists(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	struct vec lists = VEC_OF(struct dns_list, schema->arena);
	size_t errors = diagnostics_count(schema->diagnostics, SEVERITY_ERROR);

	(void)row;
	dns_lists_yaml(schema, node, &lists);
	*(setting_dns_lists *)field = (struct dns_list_list){ lists.p, lists.n };
	return diagnostics_count(schema->diagnostics, SEVERITY_ERROR) == errors;
}

bool
setting_parse_networks(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	struct vec networks = VEC_OF(struct network, schema->arena);
	struct network found[NETWORK_RANGE_MAX];
	bool good = true;

	(void)row;
	if (!schema_list(schema, node, "a list of networks like [192.0.2.0/24]"))
		return false;
	for (size_t i = 0; i < node->n; i++) {
		size_t n = 0;
		struct slice text;
		struct err err;

		if (!schema_text(schema, node->entries[i].value, &text))
			good = false;
		else if ((n = networks_parse(text, found, &err)) == 0)
			good = schema_error(schema, node->entries[i].value, "%s", err.text);
		for (size_t k = 0; k < n; k++) {
			struct network *network = vec_push(&networks);

			if (network == NULL)
				return schema_no_memory(schema, node);
			*network = found[k];
		}
	}
	*(setting_networks *)field = (struct network_list){ networks.p, networks.n };
	return good;
}

static bool
is_field_name(struct slice name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!ascii_is_print(name.p[i]) || name.p[i] == ' ' || name.p[i] == ':')
			return false;
	return name.n > 0 && name.n <= FIELD_NAME_MAX;
}

bool
setting_parse_names(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	const struct slice *names = schema_texts(schema, node,
	    "a list of header fields' names like [X-Originating-IP]", is_field_name,
	    "a header field's name");

	(void)row;
	if (names == NULL)
		return false;
	*(setting_names *)field = (struct name_texts){ names, node->n };
	return true;
}

bool
setting_is_server(struct slice text)
{
	size_t end = text.n > 0 && text.p[0] == '[' ? slice_find_byte(text, 0, ']')
						    : slice_find_byte(text, 0, ':');
	struct slice address = slice_cut(text, text.n > 0 && text.p[0] == '[', end);
	struct slice port = slice_from(text, end + (end < text.n && text.p[end] == ']'));
	unsigned number = 0;
	struct ip ip;

	if (ip_parse(text, &ip))
		return true;
	for (size_t i = 1; i < port.n; i++) {
		if (!ascii_is_digit(port.p[i]) || port.n > 6)
			return false;
		number = number * 10 + (unsigned)(port.p[i] - '0');
	}
	return ip_parse(address, &ip) && port.n > 1 && port.p[0] == ':' && number > 0 &&
	       number < 65536;
}

bool
setting_parse_servers(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	const struct slice *servers = schema_texts(schema, node,
	    "a list of name servers like ['127.0.0.1:53']", setting_is_server,
	    "ADDRESS, ADDRESS:PORT or [IPV6]:PORT");

	(void)row;
	if (servers == NULL)
		return false;
	*(setting_servers *)field = (struct name_texts){ servers, node->n };
	return true;
}

/* {thresholds: {tag: 8}} */
static bool
treatment_thresholds(
    const struct schema *schema, const struct yaml_node *node, struct treatment *treatment)
{
	static const struct slice known[] = { { "tag", 3 }, { "subject", 7 }, { "tempfail", 8 },
		{ "quarantine", 10 }, { "reject", 6 }, { "discard", 7 } };
	bool good = schema_mapping(schema, node, "a mapping of actions to scores");

	for (size_t i = 0; good && i < node->n; i++) {
		const struct yaml_entry *entry = &node->entries[i];
		size_t which = 0;

		/* known[] stands in the order of ACTION_TABLE, without pass. */
		while (which < 6 && !slice_eq(entry->key->text, known[which]))
			which++;
		if (which == 6)
			return schema_unknown_key(schema, entry->key, known, 6);
		good = setting_parse_threshold(
		    schema, NULL, entry->value, &treatment->thresholds.at[ACTION_TAG + which]);
	}
	return good;
}

bool
setting_parse_treatment(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	static const struct slice known[] = { { "thresholds", 10 } };
	static const struct slice words[] = { [SENDER_SCAN] = { "scan", 4 },
		[SENDER_SKIP] = { "skip", 4 },
		[SENDER_THRESHOLDS] = { "{thresholds: {...}}", 19 } };
	struct treatment *treatment = field;
	size_t i;

	(void)row;
	for (i = 0; i < ACTION_COUNT; i++)
		treatment->thresholds.at[i] = THRESHOLD_COMMON;
	if (node->kind != YAML_MAPPING) {
		if (!schema_word(schema, node, words, WORD_COUNT(words), &i))
			return false;
		treatment->how = (enum sender_treatment)i;
		return true;
	}
	if (node->n != 1)
		return schema_error(schema, node, "expected scan, skip or {thresholds: {...}}");
	if (!slice_eq(node->entries[0].key->text, known[0]))
		return schema_unknown_key(schema, node->entries[0].key, known, 1);
	treatment->how = SENDER_THRESHOLDS;
	return treatment_thresholds(schema, node->entries[0].value, treatment);
}

bool
setting_parse_commands(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	static const struct slice words[] = { { "connect", 7 }, { "helo", 4 }, { "mail", 4 },
		{ "rcpt", 4 } };
	static const enum envelope_part parts[] = { ENVELOPE_CLIENT, ENVELOPE_HELO, ENVELOPE_SENDER,
		ENVELOPE_RCPT };
	unsigned commands = 0;
	bool good = true;

	(void)row;
	if (!schema_list(schema, node, "a list of connect, helo, mail and rcpt"))
		return false;
	for (size_t i = 0; i < node->n; i++) {
		const struct yaml_node *value = node->entries[i].value;
		struct slice text;
		size_t k = 0;

		if (!schema_text(schema, value, &text)) {
			good = false;
			continue;
		}
		while (k < WORD_COUNT(words) && !slice_eq(text, words[k]))
			k++;
		if (k == WORD_COUNT(words))
			good = schema_error(schema, value, "expected connect, helo, mail or rcpt");
		else
			commands |= parts[k];
	}
	*(setting_commands *)field = commands;
	return good;
}
