/*
 * The two halves of records/derive.h, each one file: crashes (derive_crash.c) and facts (derive_facts.c).
 */
#ifndef WINCAUSE_RECORDS_DERIVE_PARTS_H
#define WINCAUSE_RECORDS_DERIVE_PARTS_H

#include "records/sink.h"

/* Appends the fields of the crash that the event reports; false when it reports none. Texts are borrowed from the event
 * or copied into the list's arena. */
bool crash_of_event(struct record *event, struct field_list *fields);

/* Whether a module says nothing about who is to blame: the kernel, the subsystem DLLs, runtimes, frameworks that call
 * others' drivers, and what debuggers print where they know none. A path, an extension, and upper or lower case do not
 * matter. */
bool crash_module_is_generic(struct text module);
/* Appends Culprit to the fields of a crash when there is one: Module, or where that is generic the first module of
 * Stack that is not. */
void crash_add_culprit(struct text module, struct text stack, struct field_list *fields);

/* What one input states about its machine. */
struct fact_book;
struct fact_book *fact_book_new(void);
void fact_book_free(struct fact_book *book);
/* A fact to hand on. `of` is the record that it comes from: position, time and computer. */
typedef void fact_emit(void *context, const struct record *of, const char *name, struct text value,
                       struct text control_set);
/* Looks at any record. What is certain at once is emitted, what needs more of the input is kept. */
void fact_book_take(struct fact_book *book, struct record *record, fact_emit *emit, void *context);
/* Emits the rest. `remark` gets one sentence for each fact that changed within the input. */
void fact_book_end(struct fact_book *book, fact_emit *emit, void *context, struct sink *remark);

#endif
