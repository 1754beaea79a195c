#include "bundle/inventory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "records/derive.h"

const char *const input_status_words[] = {"read", "partial", "refused", "skipped"};

struct remark {
    char *text;
    bool is_loss;
    uint64_t times, records;     /* how often; records lost by it */
    struct position first;
};

struct inventory_end_sink {
    struct sink sink;            /* first */
    struct inventory *inventory;
};

struct inventory {
    struct sink begin;           /* first: what the reader holds */
    struct inventory_end_sink end;
    struct input *input;
    struct derive *derive;
    struct sink *consumer;
    struct progress *progress;
    uint64_t progressed;         /* bytes told to the progress bar */
    bool lost;
    struct remark remarks[INPUT_NOTES];
    size_t remark_count;
    uint64_t more_losses, more_notes; /* beyond INPUT_NOTES */
};

static void remark_add(struct inventory *inventory, bool is_loss, struct position where, uint64_t records,
                       const char *text)
{
    inventory->lost = inventory->lost || is_loss;
    inventory->input->lost += records;
    for (size_t i = 0; i < inventory->remark_count; i++) {
        struct remark *remark = &inventory->remarks[i];

        if (remark->is_loss == is_loss && text_is(text_of(text), remark->text)) {
            remark->times++;
            remark->records += records;
            return;
        }
    }
    if (inventory->remark_count == INPUT_NOTES) {
        if (is_loss)
            inventory->more_losses++;
        else
            inventory->more_notes++;
        return;
    }
    inventory->remarks[inventory->remark_count++] = (struct remark){memory_string(text), is_loss, 1, records, where};
}

/* ---- the sinks ---- */

static void time_add(struct input *input, struct moment time)
{
    if (time.basis == BASIS_NONE || time.basis < input->first.basis)
        return; /* local times do not count beside UTC */
    if (time.basis > input->first.basis) {
        input->first = time;
        input->last = time;
    }
    if (time.ticks < input->first.ticks)
        input->first = time;
    if (time.ticks > input->last.ticks)
        input->last = time;
}

static void progress_to(struct inventory *inventory, uint64_t offset)
{
    if (offset > inventory->progressed && offset <= inventory->input->bytes) {
        progress_add(inventory->progress, offset - inventory->progressed);
        inventory->progressed = offset;
    }
}

static void begin_record(struct sink *sink, struct record *record)
{
    struct inventory *inventory = (struct inventory *)sink;

    inventory->input->records++;
    time_add(inventory->input, record->time);
    if (record->at.has_offset)
        progress_to(inventory, record->at.offset);
    sink_record(derive_sink(inventory->derive), record);
}

static void begin_loss(struct sink *sink, struct position where, uint64_t count, const char *why)
{
    sink_loss(derive_sink(((struct inventory *)sink)->derive), where, count, "%s", why);
}

static void begin_note(struct sink *sink, const char *remark)
{
    sink_note(derive_sink(((struct inventory *)sink)->derive), "%s", remark);
}

static void begin_key(struct sink *sink, struct text key, unsigned control_set, struct moment written,
                      struct position where)
{
    sink_covers_key(derive_sink(((struct inventory *)sink)->derive), key, control_set, written, where);
}

static void begin_log(struct sink *sink)
{
    sink_covers_log(derive_sink(((struct inventory *)sink)->derive));
}

static void begin_nothing(struct sink *sink)
{
    sink_covers_nothing(derive_sink(((struct inventory *)sink)->derive));
}

static struct inventory *inventory_of_end(struct sink *sink)
{
    return ((struct inventory_end_sink *)sink)->inventory;
}

static void end_record(struct sink *sink, struct record *record)
{
    sink_record(inventory_of_end(sink)->consumer, record);
}

static void end_loss(struct sink *sink, struct position where, uint64_t count, const char *why)
{
    remark_add(inventory_of_end(sink), true, where, count, why);
    sink_loss(inventory_of_end(sink)->consumer, where, count, "%s", why);
}

static void end_note(struct sink *sink, const char *remark)
{
    remark_add(inventory_of_end(sink), false, (struct position){0}, 0, remark);
    sink_note(inventory_of_end(sink)->consumer, "%s", remark);
}

static void end_key(struct sink *sink, struct text key, unsigned control_set, struct moment written,
                    struct position where)
{
    sink_covers_key(inventory_of_end(sink)->consumer, key, control_set, written, where);
}

static void end_log(struct sink *sink)
{
    sink_covers_log(inventory_of_end(sink)->consumer);
}

static void end_nothing(struct sink *sink)
{
    sink_covers_nothing(inventory_of_end(sink)->consumer);
}

struct inventory *inventory_new(struct input *input, const struct read_options *options, struct sink *consumer,
                                struct progress *progress)
{
    struct inventory *inventory = memory_alloc(sizeof(*inventory));

    consumer->options = options;
    inventory->begin = (struct sink){options, begin_record, begin_loss, begin_note, begin_key, begin_log,
                                    begin_nothing};
    inventory->end.sink = (struct sink){options, end_record, end_loss, end_note, end_key, end_log, end_nothing};
    inventory->end.inventory = inventory;
    inventory->input = input;
    inventory->consumer = consumer;
    inventory->progress = progress;
    inventory->derive = derive_new(&inventory->end.sink);
    return inventory;
}

struct sink *inventory_sink(struct inventory *inventory)
{
    return &inventory->begin;
}

static void remark_format(struct inventory *inventory, bool is_loss, const char *format, va_list args)
{
    struct buffer text = {0};

    buffer_vprintf(&text, format, args);
    if (is_loss)
        end_loss(&inventory->end.sink, (struct position){0}, 0, text.data);
    else
        end_note(&inventory->end.sink, text.data);
    buffer_free(&text);
}

void inventory_loss(struct inventory *inventory, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    remark_format(inventory, true, format, args);
    va_end(args);
}

void inventory_note(struct inventory *inventory, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    remark_format(inventory, false, format, args);
    va_end(args);
}

/* ---- the end ---- */

static void add_note(struct input *input, struct buffer *note)
{
    input->notes = memory_grow(input->notes, input->note_count + 1, sizeof(*input->notes));
    input->notes[input->note_count++] = memory_string(note->data);
    buffer_clear(note);
}

/* `why, 12 records lost (3 times, first at record 7, line 12)` */
static void print_remark(const struct remark *remark, struct buffer *out)
{
    const char *separator = " (";

    buffer_add_string(out, remark->text);
    if (remark->records > 0 && remark->records != remark->times)
        buffer_printf(out, ", %" PRIu64 " records lost", remark->records);
    if (remark->times > 1) {
        buffer_printf(out, "%s%" PRIu64 " times", separator, remark->times);
        separator = ", first at ";
    }
    if (remark->first.record > 0) {
        buffer_printf(out, "%srecord %" PRIu64, separator, remark->first.record);
        separator = ", ";
    }
    if (remark->first.line > 0) {
        buffer_printf(out, "%sline %" PRIu64, separator, remark->first.line);
        separator = ", ";
    }
    if (remark->first.has_offset) {
        buffer_printf(out, "%soffset %" PRIu64, separator, remark->first.offset);
        separator = ", ";
    }
    if (separator[1] != '(')
        buffer_add_char(out, ')');
}

static void print_remarks(struct inventory *inventory)
{
    struct buffer note = {0};

    for (size_t i = 0; i < inventory->remark_count; i++) {
        print_remark(&inventory->remarks[i], &note);
        add_note(inventory->input, &note);
        free(inventory->remarks[i].text);
    }
    if (inventory->more_losses + inventory->more_notes > 0) {
        buffer_printf(&note, "and %" PRIu64 " more losses and %" PRIu64 " more remarks, not listed",
                      inventory->more_losses, inventory->more_notes);
        add_note(inventory->input, &note);
    }
    buffer_free(&note);
}

void inventory_end(struct inventory *inventory, enum read_end end)
{
    struct input *input = inventory->input;

    derive_end(inventory->derive);
    derive_free(inventory->derive);
    if (end == READ_REFUSED && inventory->remark_count == 0)
        remark_add(inventory, true, (struct position){0}, 0, "its reader could not read it");
    if (end == READ_REFUSED && input->records == 0)
        input->status = INPUT_REFUSED;
    else
        input->status = end == READ_WHOLE && !inventory->lost ? INPUT_READ : INPUT_PARTIAL;
    input->damaged = input->status != INPUT_READ;
    print_remarks(inventory);
    progress_to(inventory, input->bytes);
    free(inventory);
}

void input_decide(struct input *input, enum input_status status, const char *format, ...)
{
    struct buffer note = {0};
    va_list args;

    va_start(args, format);
    buffer_vprintf(&note, format, args);
    va_end(args);
    input->status = status;
    input->damaged = status == INPUT_REFUSED || status == INPUT_PARTIAL;
    add_note(input, &note);
    buffer_free(&note);
}
