#include "diagnosis/logtrace.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "records/names.h"

static bool is_event(const struct record *record, const char *provider, uint32_t event_id)
{
    return record->category == CATEGORY_EVENT && record->has_event_id && record->event_id == event_id &&
           (provider_same(record->provider, text_of(provider)) ||
            provider_same(record->event_source, text_of(provider)));
}

static bool is_start(const struct record *record)
{
    if (record->channel.size != 0 && !text_is_nocase(record->channel, "System"))
        return false;
    return is_event(record, "Microsoft-Windows-Kernel-General", 12) || is_event(record, "EventLog", 6005) ||
           is_event(record, "EventLog", 6009);
}

bool reports_after_restart(struct record *record)
{
    if (record->category != CATEGORY_EVENT || !record->has_event_id)
        return false;
    switch (record->event_id) {
    case 41:
        return is_event(record, "Microsoft-Windows-Kernel-Power", 41);
    case 6008:
        return is_event(record, "EventLog", 6008);
    case 1001: {
        if (is_event(record, "Microsoft-Windows-WER-SystemErrorReporting", 1001) || is_event(record, "Save Dump", 1001))
            return true;
        if (!is_event(record, "Windows Error Reporting", 1001))
            return false;
        struct text value;
        for (size_t n = 0; record_field(record, TEXT("EventName"), n, &value); n++)
            if (text_starts_nocase(value, TEXT("BlueScreen")))
                return true;
        return text_find_nocase(record_text(record, "Message"), TEXT("BlueScreen")) != TEXT_NOT_FOUND;
    }
    default:
        return false;
    }
}

struct text log_cleared_channel(struct record *record)
{
    if (record->category != CATEGORY_EVENT || !record->has_event_id)
        return TEXT_NONE;
    if (is_event(record, "Microsoft-Windows-Eventlog", 1102) || is_event(record, "Security", 517))
        return record->channel.size != 0 ? record->channel : TEXT("Security");
    if (!is_event(record, "Microsoft-Windows-Eventlog", 104))
        return TEXT_NONE;
    struct text named; /* UserData has its own Channel, behind the system field of that name */
    return record_field(record, TEXT("Channel"), 1, &named) && named.size != 0 ? named : record->channel;
}

void log_trace_clear(struct log_trace *trace, struct moment time)
{
    if (trace->cleared_count == LIMIT_LOG_MARKS || time.basis != BASIS_UTC)
        return;
    trace->cleared =
        memory_room(trace->cleared, trace->cleared_count, &trace->cleared_capacity, sizeof(*trace->cleared));
    trace->cleared[trace->cleared_count++] = time;
}

static void join_ranges(struct log_trace *trace, size_t left)
{
    struct id_range *a = &trace->ranges[left], *b = a + 1;
    if (left + 1 >= trace->range_count || a->high + 1 < b->low)
        return;
    if (b->high > a->high) {
        a->high = b->high;
        a->high_ticks = b->high_ticks;
    }
    memmove(b, b + 1, (trace->range_count - left - 2) * sizeof(*b));
    trace->range_count--;
}

static void add_number(struct log_trace *trace, uint64_t number, int64_t ticks)
{
    size_t place =
        trace->range_count; /* the last range that begins at or before the number: nearly always the last one */
    while (place > 0 && trace->ranges[place - 1].low > number)
        place--;
    if (place > 0) {
        struct id_range *before = &trace->ranges[place - 1];
        if (number <= before->high)
            return;
        if (number == before->high + 1) {
            before->high = number;
            before->high_ticks = ticks;
            join_ranges(trace, place - 1);
            return;
        }
    }
    if (place < trace->range_count && number + 1 == trace->ranges[place].low) {
        trace->ranges[place].low = number;
        trace->ranges[place].low_ticks = ticks;
        return;
    }
    if (trace->range_count == LIMIT_ID_RANGES) {
        trace->too_many_ranges = true;
        return;
    }
    trace->ranges = memory_room(trace->ranges, trace->range_count, &trace->range_capacity, sizeof(*trace->ranges));
    memmove(&trace->ranges[place + 1], &trace->ranges[place], (trace->range_count - place) * sizeof(*trace->ranges));
    trace->ranges[place] = (struct id_range){number, number, ticks, ticks};
    trace->range_count++;
}

void log_trace_record(struct log_trace *trace, struct record *record)
{
    trace->records++;
    if (record->time.basis == BASIS_UTC) {
        if (!trace->timed || record->time.ticks < trace->first)
            trace->first = record->time.ticks;
        if (!trace->timed || record->time.ticks > trace->last)
            trace->last = record->time.ticks;
        trace->timed = true;
        add_number(trace, record->at.record, record->time.ticks);
    }
    if (record->time.basis != BASIS_NONE && is_start(record) && trace->start_count < LIMIT_LOG_MARKS) {
        trace->starts = memory_room(trace->starts, trace->start_count, &trace->start_capacity, sizeof(*trace->starts));
        trace->starts[trace->start_count++] = (struct log_start){record->at.record, record->time, trace->latest};
    }
    if (!reports_after_restart(record)) /* 6008 stands before 6009, but in the new boot */
        trace->latest = record->time;
}

void log_trace_free(struct log_trace *trace)
{
    if (trace == NULL)
        return;
    free(trace->channel);
    free(trace->ranges);
    free(trace->cleared);
    free(trace->starts);
    free(trace);
}
