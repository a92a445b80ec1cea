/*
 * redis_address.c - where a Redis is: an address as people write it, taken apart
 *
 * The schemes rediss and unix, user before an '@' and the database behind a '/' are as Redis's own
 * tools write them (redis-cli -u); sentinel:// lists sentinels with commas, and the
 * master's name where a database would stand. No percent-encoding: nothing that it
 * would be for may stand in a host, a user or a master's name.
 */
#include "config.h"

#include "conf/redis_address.h"

#include <stdio.h>

#include "conf/secret_file.h"
#include "engine/util/ascii.h"

#define PORT_MAX 65535

/* Copies s with a NUL behind it; false when it is empty, too long, or has blanks or controls. */
static bool
copy_word(char *to, size_t max, struct slice s)
{
	if (s.n == 0 || s.n > max)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (ascii_is_control(s.p[i]) || ascii_is_space(s.p[i]))
			return false;
	memcpy(to, s.p, s.n);
	to[s.n] = '\0';
	return true;
}

static bool
parse_number(struct slice text, unsigned max, unsigned *number_r)
{
	unsigned number = 0;

	if (text.n == 0 || text.n > 5)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (!ascii_is_digit(text.p[i]))
			return false;
		number = number * 10 + (unsigned)(text.p[i] - '0');
	}
	*number_r = number;
	return number <= max;
}

static bool
parse_port(struct slice text, unsigned *port_r)
{
	return parse_number(text, PORT_MAX, port_r) && *port_r > 0;
}

/* Letters, digits, '-', '.', '_' (names in container networks have it); with `v6` ':' and '%'. */
static bool
copy_host_name(struct redis_host *host, struct slice name, bool v6)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool fine = ascii_is_alnum(c) || c == '-' || c == '.' || c == '_';

		if (!fine && !(v6 && (c == ':' || c == '%')))
			return false;
	}
	return copy_word(host->name, REDIS_HOST_MAX, name);
}

/* HOST[:PORT], IPv6 in brackets. */
static bool
parse_host(struct slice text, unsigned port, struct redis_host *host_r, struct err *err)
{
	bool v6 = text.n > 0 && text.p[0] == '[';
	size_t end = slice_find_byte(text, 0, v6 ? ']' : ':');
	struct slice name = slice_cut(text, v6 ? 1 : 0, end);
	struct slice rest = slice_from(text, v6 ? end + 1 : end);

	host_r->port = port;
	if (v6 && end == text.n) {
		err_set(err, "the bracket of an IPv6 address is not closed");
		return false;
	}
	if (!v6 && slice_find_byte(text, end + 1, ':') < text.n) {
		err_set(err, "an IPv6 address stands in brackets: [::1]:6379");
		return false;
	}
	if (!copy_host_name(host_r, name, v6)) {
		err_set(err, name.n == 0 ? "no host" : "not a host's name or address");
		return false;
	}
	if (rest.n > 0 && (rest.p[0] != ':' || !parse_port(slice_from(rest, 1), &host_r->port))) {
		err_set(err, "the port must be a number from 1 to %d", PORT_MAX);
		return false;
	}
	return true;
}

bool
redis_host_parse(struct slice text, struct redis_host *host_r)
{
	size_t colon = text.n;
	struct slice name;

	while (colon > 0 && text.p[colon - 1] != ':')
		colon--;
	if (colon == 0)
		return false;
	name = slice_cut(text, 0, colon - 1);
	if (name.n > 2 && name.p[0] == '[' && name.p[name.n - 1] == ']')
		name = slice_cut(name, 1, name.n - 1);
	return copy_host_name(host_r, name, true) &&
	       parse_port(slice_from(text, colon), &host_r->port);
}

/* Takes "USER@" off *rest. */
static bool
take_user(struct slice *rest, struct redis_address *address, struct err *err)
{
	size_t at = slice_find_byte(*rest, 0, '@');
	struct slice user = slice_cut(*rest, 0, at);

	if (at > slice_find_byte(*rest, 0, '/') || at == rest->n)
		return true;
	*rest = slice_from(*rest, at + 1);
	if (slice_find_byte(user, 0, ':') < user.n) {
		err_set(err, "a password may not stand in an address: it has a file of its own");
		return false;
	}
	if (copy_word(address->user, REDIS_USER_MAX, user))
		return true;
	err_set(err, "the user before the @ is empty, too long or no name");
	return false;
}

static bool
parse_unix(struct slice rest, struct redis_address *address, struct err *err)
{
	if (rest.n == 0 || rest.p[0] != '/') {
		err_set(err, "unix:// wants an absolute path: unix:///run/redis/redis.sock");
		return false;
	}
	if (copy_word(address->path, REDIS_PATH_MAX, rest))
		return true;
	err_set(err, "the path must have no blanks and at most %d bytes", REDIS_PATH_MAX);
	return false;
}

static bool
parse_db(struct slice text, struct redis_address *address, struct err *err)
{
	if (text.n <= 1 || parse_number(slice_from(text, 1), REDIS_DB_MAX, &address->db))
		return true;
	err_set(err, "behind the / stands a database's number");
	return false;
}

static bool
parse_tcp(struct slice rest, struct redis_address *address, struct err *err)
{
	size_t slash = slice_find_byte(rest, 0, '/');

	address->host_count = 1;
	return parse_host(slice_cut(rest, 0, slash), REDIS_PORT, &address->hosts[0], err) &&
	       parse_db(slice_from(rest, slash), address, err);
}

static bool
parse_sentinels(struct slice rest, struct redis_address *address, struct err *err)
{
	size_t slash = slice_find_byte(rest, 0, '/');
	struct slice hosts = slice_cut(rest, 0, slash);

	if (!copy_word(address->master, REDIS_MASTER_MAX, slice_from(rest, slash + 1))) {
		err_set(err, "sentinel:// wants the master's name: sentinel://HOST,HOST/MASTER");
		return false;
	}
	for (size_t from = 0; from <= hosts.n;) {
		size_t comma = slice_find_byte(hosts, from, ',');

		if (address->host_count == REDIS_SENTINELS_MAX) {
			err_set(err, "more than %d sentinels", REDIS_SENTINELS_MAX);
			return false;
		}
		if (!parse_host(slice_cut(hosts, from, comma), REDIS_SENTINEL_PORT,
			&address->hosts[address->host_count++], err))
			return false;
		from = comma + 1;
	}
	return true;
}

static bool
parse_tls(struct slice rest, struct redis_address *address, struct err *err)
{
#ifdef HAVE_TLS
	return parse_tcp(rest, address, err);
#else
	(void)rest;
	(void)address;
	err_set(err, "rediss:// needs TLS, and this program was built without it");
	return false;
#endif
}

bool
redis_address_parse(struct slice text, struct redis_address *address_r, struct err *err)
{
	static const struct {
		struct slice prefix;
		enum redis_scheme scheme;
		bool (*parse)(struct slice, struct redis_address *, struct err *);
	} rows[] = {
		{ SLICE("redis://"), REDIS_SCHEME_TCP, parse_tcp },
		{ SLICE("rediss://"), REDIS_SCHEME_TLS, parse_tls },
		{ SLICE("unix://"), REDIS_SCHEME_UNIX, parse_unix },
		{ SLICE("sentinel://"), REDIS_SCHEME_SENTINEL, parse_sentinels },
	};

	*address_r = (struct redis_address){ .db = 0 };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice rest = slice_from(text, rows[i].prefix.n);

		if (!slice_starts(text, rows[i].prefix))
			continue;
		address_r->scheme = rows[i].scheme;
		return take_user(&rest, address_r, err) && rows[i].parse(rest, address_r, err);
	}
	err_set(err, "an address begins with redis://, rediss://, unix:// or sentinel://");
	return false;
}

static void
format_host(const struct redis_host *host, struct buf *out)
{
	bool v6 = strchr(host->name, ':') != NULL;

	buf_printf(out, "%s%s%s:%u", v6 ? "[" : "", host->name, v6 ? "]" : "", host->port);
}

void
redis_host_format(const struct redis_host *host, bool tls, struct buf *out)
{
	buf_add(out, tls ? SLICE("rediss://") : SLICE("redis://"));
	format_host(host, out);
}

void
redis_address_format(const struct redis_address *address, struct buf *out)
{
	static const char *const schemes[] = { "redis", "rediss", "unix", "sentinel" };

	buf_printf(out, "%s://%s%s", schemes[address->scheme], address->user,
	    address->user[0] == '\0' ? "" : "@");
	for (size_t i = 0; i < address->host_count; i++) {
		if (i > 0)
			buf_add_byte(out, ',');
		format_host(&address->hosts[i], out);
	}
	if (address->scheme == REDIS_SCHEME_UNIX)
		buf_add(out, slice_of(address->path));
	else if (address->scheme == REDIS_SCHEME_SENTINEL)
		buf_printf(out, "/%s", address->master);
	else if (address->db > 0)
		buf_printf(out, "/%u", address->db);
}

int
redis_login_read(
    struct arena *arena, const char *path, struct redis_login *login_r, struct err *err)
{
	struct slice line;
	size_t blank = 0;
	int result = secret_file_read(
	    arena, path, REDIS_USER_MAX + 1 + REDIS_PASSWORD_MAX, &line, err);

	*login_r = (struct redis_login){ SLICE_ABSENT, SLICE_ABSENT };
	if (result != 1)
		return result;
	while (blank < line.n && !ascii_is_blank(line.p[blank]))
		blank++;
	if (blank == line.n) {
		login_r->password = line;
		return 1;
	}
	login_r->user = slice_cut(line, 0, blank);
	login_r->password = slice_trim(slice_from(line, blank));
	if (login_r->user.n <= REDIS_USER_MAX && login_r->password.n <= REDIS_PASSWORD_MAX)
		return 1;
	err_at(err, path, 1, 0, "user or password are too long");
	return -1;
}
