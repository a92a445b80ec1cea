/*
 * list_report.h - how DNS lists stand, for people and programs
 */
#ifndef STEELYARD_MILTER_LIST_REPORT_H
#define STEELYARD_MILTER_LIST_REPORT_H

#include "engine/util/buf.h"
#include "milter/list_health.h"

/* Appends a table with a line for each list in use, or one JSON array and a newline. */
void list_report_text(struct list_health *health, struct buf *out);
void list_report_json(struct list_health *health, struct buf *out);

#endif
