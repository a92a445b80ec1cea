/*
 * markup_report.h - what SpamAssassin's reports say of a verdict
 */
#ifndef STEELYARD_ENGINE_MARKUP_REPORT_H
#define STEELYARD_ENGINE_MARKUP_REPORT_H

#include "engine/markup_tags.h"
#include "engine/util/buf.h"

/* _REPORT_: "* 1.5 NAME BODY: description" for each hit, in the order of time; each ends its line. */
void markup_report_terse(struct buf *out, const struct markup_source *source);

/* _SUMMARY_: the same in columns, for people. */
void markup_report_summary(struct buf *out, const struct markup_source *source);

/* _PREVIEW_: the first lines of the text. */
void markup_report_preview(struct buf *out, struct views *views);

/* The report template, expanded, and one empty line behind it: what `report` describes. */
void markup_report_whole(struct buf *out, const struct markup_source *source);

#endif
