/*
 * privileges.c - who the daemon is
 *
 * Groups go before the user, since after setuid(2) they cannot; then root is
 * asked back, which must fail. A daemon that was started as a plain user stays
 * that user: the settings user and group are for a start as root.
 */
#include "config.h"

#include "milter/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

bool
group_find(const char *name, gid_t *gid_r, struct err *err)
{
	const struct group *group;

	*gid_r = (gid_t)-1;
	if (name[0] == '\0')
		return true;
	group = getgrnam(name);
	if (group == NULL) {
		err_set(err, "there is no group \"%s\"", name);
		return false;
	}
	*gid_r = group->gr_gid;
	return true;
}

bool
identity_find(struct identity *identity, const char *user, const char *group, struct err *err)
{
	const struct passwd *passwd;

	*identity = (struct identity){ 0 };
	if (geteuid() != 0)
		return true;
	passwd = getpwnam(user);
	if (passwd == NULL || passwd->pw_uid == 0) {
		err_set(err,
		    passwd == NULL ? "there is no user \"%s\" to become (setting user)"
				   : "user \"%s\" is root: mail is not read as root",
		    user);
		return false;
	}
	identity->uid = passwd->pw_uid;
	identity->gid = passwd->pw_gid;
	if (group[0] != '\0' && !group_find(group, &identity->gid, err))
		return false;
	identity->user = strdup(user);
	if (identity->user == NULL)
		abort();
	identity->change = true;
	return true;
}

void
identity_clear(struct identity *identity)
{
	free(identity->user);
	*identity = (struct identity){ 0 };
}

bool
privileges_drop(const struct identity *identity, struct err *err)
{
	if (!identity->change)
		return true;
	if (initgroups(identity->user, identity->gid) != 0 || setgid(identity->gid) != 0 ||
	    setuid(identity->uid) != 0) {
		err_set(err, "cannot become user %s: %s", identity->user, strerror(errno));
		return false;
	}
	if (setuid(0) == 0 || geteuid() != identity->uid || getegid() != identity->gid) {
		err_set(err, "user %s could become root again", identity->user);
		return false;
	}
	return true;
}

size_t
privileges_raise_files(size_t wanted)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 0;
	if (limit.rlim_cur >= wanted)
		return limit.rlim_cur;
	if (limit.rlim_max < wanted && geteuid() == 0)
		limit.rlim_max = wanted;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	setrlimit(RLIMIT_NOFILE, &limit);
	getrlimit(RLIMIT_NOFILE, &limit);
	return limit.rlim_cur;
}
