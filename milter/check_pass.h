/*
 * check_pass.h - `steelyard check --pass`: a filter in a pipe
 */
#ifndef STEELYARD_MILTER_CHECK_PASS_H
#define STEELYARD_MILTER_CHECK_PASS_H

#include <stdbool.h>

struct check_options;

/*
 * Writes the one message to standard output with its verdict's fields added,
 * and returns the exit status. `good` false: the arguments held a mistake,
 * which is a fault like any other. On a fault nothing is written and the
 * status is COMMAND_FAULT; with --fail-open the message is written as it came
 * and the status is COMMAND_DONE.
 */
int check_pass(const struct check_options *options, bool good);

#endif
