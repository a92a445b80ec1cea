/*
 * resolv_conf.c - the servers that a resolv.conf(5) names
 *
 * c-ares reads that file too, but each version other things of it, and none
 * tells a file without a server, which may be half written, from one that
 * names this host.
 */
#include "config.h"

#include "milter/resolv_conf.h"

#include "conf/file.h"
#include "conf/setting_type.h"

#define FILE_MAX ((size_t)1 << 16)

/* The server that a line names; absent: none. */
static struct slice
server_of(struct slice line)
{
	struct slice word, server;

	if (!slice_next_word(&line, &word) || !slice_eq(word, SLICE("nameserver")) ||
	    !slice_next_word(&line, &server))
		return SLICE_ABSENT;
	if (slice_find_byte(server, 0, '%') < server.n || !setting_is_server(server))
		return SLICE_ABSENT;
	return server;
}

const char *const *
resolv_conf_servers(struct arena *arena, const char *path, size_t *count_r)
{
	const char **servers = arena_array(arena, RESOLV_CONF_SERVERS_MAX, sizeof(*servers));
	struct slice text, line, server;
	struct err err;

	*count_r = 0;
	if (servers == NULL || file_read(arena, path, FILE_MAX, &text, &err) < 0)
		return servers;
	while (*count_r < RESOLV_CONF_SERVERS_MAX && slice_next_line(&text, &line)) {
		server = server_of(line);
		if (server.p != NULL)
			server = arena_printf(arena, "%.*s%c", SLICE_ARG(server), '\0');
		if (server.p != NULL)
			servers[(*count_r)++] = server.p;
	}
	return servers;
}
