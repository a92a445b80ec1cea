/*
 * test_privileges.c - who the daemon becomes, and the file that names its process
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "milter/pid_file.h"
#include "milter/privileges.h"

static void
test_group(void **state)
{
	struct err err;
	gid_t gid = 0;

	(void)state;
	assert_true(group_find("", &gid, &err));
	assert_int_equal(gid, (gid_t)-1);
	assert_true(group_find("root", &gid, &err));
	assert_int_equal(gid, 0);
	assert_false(group_find("no such group", &gid, &err));
	assert_non_null(strstr(err.text, "no such group"));
}

static void
test_identity(void **state)
{
	struct identity identity;
	struct err err;

	(void)state;
	if (geteuid() != 0) {
		assert_true(identity_find(&identity, "no such user", "", &err));
		assert_false(identity.change);
		return;
	}
	assert_false(identity_find(&identity, "no such user", "", &err));
	assert_non_null(strstr(err.text, "no such user"));
	assert_false(identity_find(&identity, "root", "", &err));
	assert_non_null(strstr(err.text, "is root"));
	assert_true(identity_find(&identity, "nobody", "", &err));
	assert_true(identity.change && identity.uid != 0);
	identity_clear(&identity);
}

/* In a child: the exit status is 0 when nothing of root is left. */
static int
drop_in_child(void)
{
	struct identity identity;
	struct err err;
	gid_t groups[64];
	int n;

	if (!identity_find(&identity, "nobody", "", &err) || !privileges_drop(&identity, &err))
		return 1;
	n = getgroups(64, groups);
	for (int i = 0; i < n; i++) {
		if (groups[i] == 0)
			return 2;
	}
	identity_clear(&identity);
	return getuid() == 0 || getgid() == 0 || setuid(0) == 0 ? 3 : 0;
}

static void
test_drop(void **state)
{
	int status;
	pid_t child;

	(void)state;
	if (geteuid() != 0)
		skip();
	child = fork();
	if (child == 0)
		_exit(drop_in_child());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
test_files(void **state)
{
	size_t before = privileges_raise_files(0);

	(void)state;
	assert_true(before > 0);
	assert_true(privileges_raise_files(before) >= before);
}

static void
test_pid_file(void **state)
{
	char folder[] = "/tmp/test_privileges-XXXXXX", path[64];
	struct pid_file file, other;
	struct err err;
	long pid = 0;
	FILE *text;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/pid", folder);
	assert_true(pid_file_open(&file, path, &err));
	pid_file_write(&file);
	assert_false(pid_file_open(&other, path, &err));
	assert_non_null(strstr(err.text, "another steelyardd"));
	text = fopen(path, "r");
	assert_non_null(text);
	assert_int_equal(fscanf(text, "%ld", &pid), 1);
	fclose(text);
	assert_int_equal(pid, getpid());
	pid_file_close(&file);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_true(pid_file_open(&file, "", &err));
	pid_file_write(&file);
	pid_file_close(&file);
	assert_false(pid_file_open(&file, "/no/such/folder/pid", &err));
	rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_pid_file),
	};

	return cmocka_run_group_tests_name("privileges", tests, NULL, NULL);
}
