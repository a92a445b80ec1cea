/*
 * end_signal.h - SIGTERM and SIGINT as a descriptor, for commands that run on until they are ended
 */
#ifndef STEELYARD_MILTER_END_SIGNAL_H
#define STEELYARD_MILTER_END_SIGNAL_H

#include <stdbool.h>

/*
 * From now on both signals make the returned descriptor readable and end_signal_came true,
 * and interrupt what waits. -1: told of.
 */
int end_signal_catch(void);
bool end_signal_came(void);

#endif
