/*
 * test_listener.c - sockets: permissions, what lies in the way, what is left behind
 */
#include "config.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "milter/listener.h"

static const struct listener_access only_us = { 0600, (uid_t)-1, (gid_t)-1, false };

struct place {
	char folder[64];
	char path[96];
};

static int
setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	strcpy(place->folder, "/tmp/test_listener-XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	snprintf(place->path, sizeof(place->path), "%s/socket", place->folder);
	*state = place;
	return 0;
}

static int
teardown(void **state)
{
	struct place *place = *state;

	unlink(place->path);
	rmdir(place->folder);
	free(place);
	return 0;
}

static void
test_mode_and_removal(void **state)
{
	static const unsigned modes[] = { 0600, 0660, 0666, 0770 };
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct listener_access access = { modes[i], (uid_t)-1, (gid_t)-1, false };
		struct listener listener;
		struct stat status;
		struct err err;

		assert_true(listener_open_unix(&listener, place->path, &access, &err));
		assert_int_equal(lstat(place->path, &status), 0);
		if ((status.st_mode & 0777) != modes[i])
			fail_msg("got mode %o, want %o", status.st_mode & 0777, modes[i]);
		listener_close(&listener);
		assert_int_not_equal(lstat(place->path, &status), 0);
	}
}

/* A plain user cannot give a socket to a group of others. */
static void
test_group_of_others(void **state)
{
	struct place *place = *state;
	struct listener_access access = { 0660, (uid_t)-1, 12345, false };
	bool root = geteuid() == 0;
	struct listener listener;
	struct err err;

	if (root) {
		assert_int_equal(chown(place->folder, 65534, 65534), 0);
		assert_int_equal(setegid(65534), 0);
		assert_int_equal(seteuid(65534), 0);
	}
	assert_false(listener_open_unix(&listener, place->path, &access, &err));
	access.group_optional = true;
	assert_true(listener_open_unix(&listener, place->path, &access, &err));
	listener_close(&listener);
	if (root) {
		assert_int_equal(seteuid(0), 0);
		assert_int_equal(setegid(0), 0);
	}
}

static void
test_in_use(void **state)
{
	struct place *place = *state;
	struct listener first, second;
	struct err err;

	assert_true(listener_open_unix(&first, place->path, &only_us, &err));
	assert_false(listener_open_unix(&second, place->path, &only_us, &err));
	assert_non_null(strstr(err.text, "another process listens"));
	listener_close(&first);
}

/* The socket of a process that was killed: the file is there and nobody answers. */
static void
test_stale(void **state)
{
	struct place *place = *state;
	struct listener dead, listener;
	struct err err;

	assert_true(listener_open_unix(&dead, place->path, &only_us, &err));
	close(dead.fd);
	dead.fd = -1;
	assert_true(listener_open_unix(&listener, place->path, &only_us, &err));
	/* The dead one's end must not remove the file of the living. */
	listener_close(&dead);
	assert_int_equal(access(place->path, F_OK), 0);
	listener_close(&listener);
}

static void
test_file_in_the_way(void **state)
{
	struct place *place = *state;
	FILE *file = fopen(place->path, "w");
	struct listener listener;
	struct err err;

	assert_non_null(file);
	fclose(file);
	assert_false(listener_open_unix(&listener, place->path, &only_us, &err));
	assert_non_null(strstr(err.text, "not a socket"));
	assert_int_equal(access(place->path, F_OK), 0);
}

static void
test_long_path(void **state)
{
	char path[300];
	struct listener listener;
	struct err err;

	(void)state;
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_false(listener_open_unix(&listener, path, &only_us, &err));
	assert_non_null(strstr(err.text, "at most"));
}

static void
test_inet_and_descriptors(void **state)
{
	const struct listen_socket inet = {
		.kind = LISTEN_INET, .text = "inet:0@127.0.0.1", .host = "127.0.0.1"
	};
	struct listen_socket given = { .kind = LISTEN_FD, .text = "fd:N" };
	struct listener listener, other;
	struct err err;

	(void)state;
	assert_true(listener_open(&listener, &inet, &only_us, &err));
	given.fd = listener.fd;
	assert_true(listener_open(&other, &given, &only_us, &err));
	assert_int_equal(other.fd, listener.fd);
	listener_close(&listener);
	assert_false(listener_open(&other, &given, &only_us, &err));
	assert_non_null(strstr(err.text, "fd:N"));
}

/* A connection to the listener has what makes small replies go at once, whoever accepts it. */
static void
check_without_delay(struct listener listener)
{
	struct sockaddr_in address;
	socklen_t n = sizeof(address);
	int client = socket(AF_INET, SOCK_STREAM, 0), accepted, at_once = 0;

	assert_int_equal(getsockname(listener.fd, (struct sockaddr *)&address, &n), 0);
	assert_int_equal(connect(client, (struct sockaddr *)&address, n), 0);
	accepted = accept(listener.fd, NULL, NULL);
	n = sizeof(at_once);
	assert_int_equal(getsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &at_once, &n), 0);
	assert_int_not_equal(at_once, 0);
	close(accepted);
	close(client);
	listener_close(&listener);
}

static void
test_inet_without_delay(void **state)
{
	const struct listen_socket inet = {
		.kind = LISTEN_INET, .text = "inet:0@127.0.0.1", .host = "127.0.0.1"
	};
	struct listen_socket given = { .kind = LISTEN_FD, .text = "fd:N" };
	struct listener listener;
	struct err err;

	(void)state;
	assert_true(listener_open(&listener, &inet, &only_us, &err));
	check_without_delay(listener);
	given.fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(listen(given.fd, 1), 0);
	assert_true(listener_open(&listener, &given, &only_us, &err));
	check_without_delay(listener);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_mode_and_removal, setup, teardown),
		cmocka_unit_test_setup_teardown(test_group_of_others, setup, teardown),
		cmocka_unit_test_setup_teardown(test_in_use, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stale, setup, teardown),
		cmocka_unit_test_setup_teardown(test_file_in_the_way, setup, teardown),
		cmocka_unit_test(test_long_path),
		cmocka_unit_test(test_inet_and_descriptors),
		cmocka_unit_test(test_inet_without_delay),
	};

	return cmocka_run_group_tests_name("listener", tests, NULL, NULL);
}
