/*
 * fold.h - what the entries of a channel come to: rules by name, unfiltered
 *
 * An entry's body is a mapping in YAML:
 *
 *	note: 'why, for people'		(one line, at most FOLD_NOTE_MAX bytes)
 *	rules:
 *	  COMM_X: {body: '/x/', ...}	(as in rule files)
 *	remove: [COMM_Y]
 *	scores: {COMM_Z: 1.5}
 *
 * Removals come first, then rules, then scores. Nothing is made of a rule here but
 * its text on one line of YAML in flow form: what it may do, whether it is known and
 * compiles is judged where it is loaded, so that a rule of a kind that is not known yet
 * costs that rule alone. Other keys are ignored and told of, and so are rules that are
 * no mappings, whose names are none or whose text is over FOLD_RULE_MAX. A score for a
 * name that is not there is ignored; a rule that is put again loses the score that an
 * entry gave it.
 *
 * As text (a snapshot's body, inflated, and the journal's) a fold is one line a rule, by
 * name: "NAME SEQ PUT_SEQ KEY SCORE NOTE RULE", parted by tabs; SCORE is "-" or whole
 * millionths, NOTE a text with \\ and controls (\xNN) escaped, RULE the YAML. Equal entries
 * give equal text, byte for byte.
 *
 * Rules are shared between copies and counted atomically: a copy may go to another thread.
 */
#ifndef STEELYARD_SHARED_SYNC_FOLD_H
#define STEELYARD_SHARED_SYNC_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/util/buf.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"
#include "shared-sync/feed_key.h"

#define FOLD_NAME_MAX 128
#define FOLD_NOTE_MAX 500
/* A rule's text. */
#define FOLD_RULE_MAX ((size_t)64 * 1024)
#define FOLD_RULES_MAX ((size_t)100000)
#define FOLD_TEXT_MAX ((size_t)32 * 1024 * 1024)

/* One rule; all of it belongs to the fold and changes only as a whole. */
struct fold_rule {
	struct slice name;
	struct slice text; /* "{body: '/x/', ...}" */
	struct slice note; /* of the entry that put it */
	uint64_t seq; /* the last entry that put or scored it */
	uint64_t put_seq; /* the one that put it */
	char key[FEED_KEY_ID + 1]; /* who signed the one that put it */
	bool has_score;
	int64_t score; /* in millionths, when an entry scored it */
};

struct fold;

struct fold *fold_new(void);
void fold_free(struct fold **fold);
struct fold *fold_copy(const struct fold *fold);

/*
 * Applies an entry's body; `tell` is told of keys and rules that are left aside (may be
 * NULL). False with *err when it is not such a mapping or the fold would grow past its
 * limits: the fold is as it was.
 */
bool fold_apply(struct fold *fold, struct slice body, uint64_t seq, const char *key,
    void (*tell)(void *p, const char *text), void *p, struct err *err);

/*
 * Reads a fold as text instead of what it holds, and writes it. False with *err when it is not
 * exactly what fold_write writes, or past the limits: the fold is as it was.
 */
bool fold_read(struct fold *fold, struct slice text, struct err *err);
void fold_write(const struct fold *fold, struct buf *out);

/* Rules in the order of their names. */
size_t fold_count(const struct fold *fold);
const struct fold_rule *fold_at(const struct fold *fold, size_t i);
const struct fold_rule *fold_find(const struct fold *fold, struct slice name);

/*
 * Appends the entry's body that leads from `from` to `to` (rules put, removed and scored),
 * with the note; nothing when nothing differs. Rollback and publishing are this. It never
 * passes CARRIED_ENTRY_BODY_MAX: where more differs it leads part of the way; apply it to
 * `from` and call again.
 */
void
fold_difference(const struct fold *from, const struct fold *to, struct slice note, struct buf *out);

#endif
