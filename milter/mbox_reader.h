/*
 * mbox_reader.h - the messages of one mbox, read in a stream (RFC 4155)
 */
#ifndef STEELYARD_MILTER_MBOX_READER_H
#define STEELYARD_MILTER_MBOX_READER_H

#include <stdbool.h>

struct mail;
struct mbox_reader;

/* Reads from fd, which it then owns; `path` names the messages PATH#1, PATH#2 ... Never NULL. */
struct mbox_reader *mbox_reader_new(int fd, const char *path);

/* Closes and frees it and nulls *reader; NULL inside is fine. */
void mbox_reader_free(struct mbox_reader **reader);

/* The next message or error; false: the end. After an error comes the end. */
bool mbox_reader_next(struct mbox_reader *reader, struct mail *mail_r);

/* The share of the file that was handed out, 0 to 1; 0 when its size is not known. */
double mbox_reader_share(const struct mbox_reader *reader);

#endif
