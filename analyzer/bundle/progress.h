/*
 * The progress bar on standard error: bytes, rate and time left, redrawn four times a second, erased at the end. A
 * thread of its own draws it; this is the only place in the program that looks at a clock.
 */
#ifndef WINCAUSE_BUNDLE_PROGRESS_H
#define WINCAUSE_BUNDLE_PROGRESS_H

#include <stdint.h>

struct progress;
struct progress *progress_start(uint64_t total);          /* NULL: no bar (no thread to draw it) */
void progress_add(struct progress *progress, uint64_t bytes); /* any thread; NULL does nothing */
void progress_stop(struct progress *progress);            /* erases and frees; NULL does nothing */

#endif
