/*
 * What is known of an input while it is read: a pair of sinks around the derivation of records. Records are counted
 * before it, losses and remarks behind it, so that those of the derivation are noted too.
 *
 *     reader -> inventory_sink() -> derive -> the consumer's sink
 */
#ifndef WINCAUSE_BUNDLE_INVENTORY_H
#define WINCAUSE_BUNDLE_INVENTORY_H

#include "bundle/bundle.h"
#include "bundle/progress.h"

struct inventory;
/* Gives the consumer's sink the run's options too. */
struct inventory *inventory_new(struct input *input, const struct read_options *options, struct sink *consumer,
                                struct progress *progress);
struct sink *inventory_sink(struct inventory *inventory);
/* What the bundle itself has to say about the input: a loss (what should have been read was not) or a remark. */
void inventory_loss(struct inventory *inventory, const char *format, ...) __attribute__((format(printf, 2, 3)));
void inventory_note(struct inventory *inventory, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* After the reader: lets the derivation emit what is left and fills in the input's status, notes, damage. Frees the
 * inventory. */
void inventory_end(struct inventory *inventory, enum read_end end);

/* For an input that no reader sees: its status and one note. A refused input is damage. */
void input_decide(struct input *input, enum input_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
