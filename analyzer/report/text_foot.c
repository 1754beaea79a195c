/* The foot of the text report: what it rests on. Errors that no rule explains, inputs, logs, times, rules. */
#include "report/text.h"

#include <inttypes.h>
#include <string.h>

/* How much of a long list is shown; the JSON report has everything. */
#define SHOWN_ERRORS 5u
#define SHOWN_BY_NAME 3u
#define SHOWN_INPUTS 12u
#define SHOWN_ZONES 3u
#define SHOWN_NOTES 4u
#define SHOWN_LOGS 8u
#define SHOWN_RULES 8u

#define FOOT_AT 4
#define FOOT_BODY_AT 13

static void foot(struct page *page, const char *label)
{
    page_at(page, FOOT_AT);
    page_ink(page, INK_HEAD, label);
    page_at(page, FOOT_BODY_AT);
}

static void foot_line(struct page *page, struct text text)
{
    page_at(page, FOOT_BODY_AT);
    page_fill(page, FOOT_BODY_AT + 2, PAGE_WIDTH, text);
}

static void foot_more(struct page *page, size_t count, size_t shown, const char *what)
{
    if (count <= shown)
        return;
    page_at(page, FOOT_BODY_AT);
    page_fillf(page, FOOT_BODY_AT, PAGE_WIDTH, "and %zu more %s (see the JSON report)", count - shown, what);
}

/* " (System)"; of a channel that is named after its provider only what is new, " (Operational)". */
static void add_channel(struct buffer *out, const struct finding_unexplained *event)
{
    struct text channel = text_of(event->channel);
    size_t length = strlen(event->provider);

    if (length > 0 && text_starts(channel, text_of(event->provider)) && channel.size > length &&
        channel.data[length] == '/')
        channel = text_slice(channel, length + 1, channel.size);
    buffer_add_string(out, " (");
    buffer_add_text(out, channel);
    buffer_add_char(out, ')');
}

static void write_errors(struct page *page, const struct findings *findings)
{
    struct buffer line = {0};

    if (findings->unexplained_count == 0)
        return;
    foot(page, "ERRORS");
    page_fill(page, FOOT_BODY_AT, PAGE_WIDTH, TEXT("that nothing above explains, most frequent first:"));
    for (size_t i = 0; i < findings->unexplained_count && i < SHOWN_ERRORS; i++) {
        const struct finding_unexplained *event = &findings->unexplained[i];
        buffer_clear(&line);
        words_number(&line, event->count);
        buffer_printf(&line, "x %s %" PRIu32, *event->provider ? event->provider : "(no provider)", event->event_id);
        if (*event->channel)
            add_channel(&line, event);
        buffer_add_string(&line, event->level == LEVEL_CRITICAL ? ", critical, " : ", ");
        words_interval(&line, event->first, event->last, false);
        foot_line(page, buffer_text(&line));
        if (event->text && *event->text) {
            buffer_clear(&line);
            buffer_printf(&line, "\"%s\"", event->text);
            page_at(page, FOOT_BODY_AT + 3);
            page_cut(page, PAGE_WIDTH, buffer_text(&line));
        }
    }
    foot_more(page, findings->unexplained_count, SHOWN_ERRORS, "kinds");
    buffer_free(&line);
}

static const char *record_noun(const struct input *input)
{
    return strcmp(input->kind, "reg") == 0 ? "value" : "record";
}

#define KINDS_MOST 32 /* more kinds than there are readers */

/* "12 evtx 10,000 records, 3 reg 2,000 values": what was read, by kind. */
static void add_kinds(struct buffer *out, const struct bundle *bundle)
{
    struct {
        const struct input *first;
        uint64_t files, records;
    } kinds[KINDS_MOST];
    size_t count = 0;

    for (size_t i = 0; i < bundle->input_count; i++) {
        const struct input *input = bundle->inputs[i];
        size_t k = 0;
        if (input->status > INPUT_PARTIAL)
            continue;
        while (k < count && strcmp(kinds[k].first->kind, input->kind) != 0)
            k++;
        if (k == KINDS_MOST)
            continue;
        if (k == count) {
            kinds[count].first = input;
            kinds[count].files = kinds[count].records = 0;
            count++;
        }
        kinds[k].files++;
        kinds[k].records += input->records;
    }
    for (size_t k = 0; k < count; k++) {
        buffer_printf(out, "%s%" PRIu64 " %s ", k == 0 ? ": " : ", ", kinds[k].files, kinds[k].first->kind);
        words_count(out, kinds[k].records, record_noun(kinds[k].first));
    }
}

/* By file when they are few. */
static void add_read(struct buffer *out, const struct bundle *bundle, size_t read)
{
    size_t shown = 0;

    if (read > SHOWN_BY_NAME) {
        add_kinds(out, bundle);
        return;
    }
    for (size_t i = 0; i < bundle->input_count; i++) {
        const struct input *input = bundle->inputs[i];
        if (input->status > INPUT_PARTIAL)
            continue;
        buffer_add_string(out, shown++ == 0 ? ": " : ", ");
        buffer_add_text(out, words_input(bundle, input));
        buffer_add_char(out, ' ');
        words_count(out, input->records, record_noun(input));
    }
}

static size_t count_status(const struct bundle *bundle, enum input_status status)
{
    size_t count = 0;
    for (size_t i = 0; i < bundle->input_count; i++)
        count += bundle->inputs[i]->status == status;
    return count;
}

/* The inputs of which something is missing, each with the first of its notes. */
static void write_damage(struct page *page, const struct bundle *bundle)
{
    static const char *const heads[] = {"damaged", "damaged", "refused", "skipped"};
    struct buffer line = {0};
    size_t count = 0;

    for (size_t i = 0; i < bundle->input_count; i++) {
        const struct input *input = bundle->inputs[i];
        if (!input->damaged && input->status == INPUT_READ)
            continue;
        if (++count > SHOWN_INPUTS)
            continue;
        buffer_clear(&line);
        buffer_printf(&line, "%s: %s", heads[input->status], input->path);
        if (input->lost > 0) {
            buffer_add_string(&line, ", lost ");
            words_count(&line, input->lost, record_noun(input));
        }
        foot_line(page, buffer_text(&line));
        for (size_t n = 0; n < input->note_count && n < SHOWN_NOTES; n++) {
            page_at(page, FOOT_BODY_AT + 2);
            page_fillf(page, FOOT_BODY_AT + 2, PAGE_WIDTH, "%s", input->notes[n]);
        }
    }
    foot_more(page, count, SHOWN_INPUTS, "files");
    buffer_free(&line);
}

static void write_read(struct page *page, const struct findings *findings)
{
    const struct bundle *bundle = findings->bundle;
    struct buffer line = {0};
    uint64_t bytes = 0, errors = 0;
    size_t damaged = 0, read = count_status(bundle, INPUT_READ) + count_status(bundle, INPUT_PARTIAL);

    for (size_t i = 0; i < bundle->input_count; i++) {
        bytes += bundle->inputs[i]->bytes;
        damaged += bundle->inputs[i]->damaged && bundle->inputs[i]->status <= INPUT_PARTIAL;
    }
    for (size_t i = 0; i < findings->unexplained_count; i++)
        errors += findings->unexplained[i].count;
    foot(page, "READ");
    buffer_printf(&line, "%zu of ", read);
    words_count(&line, bundle->input_count, "file");
    buffer_add_string(&line, ", ");
    words_bytes(&line, bytes);
    add_read(&line, bundle, read);
    page_fill(page, FOOT_BODY_AT, PAGE_WIDTH, buffer_text(&line));
    buffer_clear(&line);
    buffer_printf(&line, "damaged %zu, refused %zu, skipped %zu; errors no rule explains: ", damaged,
                  count_status(bundle, INPUT_REFUSED), count_status(bundle, INPUT_SKIPPED));
    words_number(&line, errors);
    foot_line(page, buffer_text(&line));
    write_damage(page, bundle);
    buffer_free(&line);
}

static void write_log(struct page *page, const struct finding_host *host, const struct finding_log *log, bool name_host)
{
    struct buffer line = {0};

    if (name_host)
        buffer_printf(&line, "%s ", host->name && *host->name ? host->name : "(no name)");
    buffer_printf(&line, "%s: ", log->channel);
    words_count(&line, log->records, "record");
    buffer_add_string(&line, ", ");
    words_interval(&line, log->first, log->last, false);
    buffer_add_string(&line, log->complete ? ", complete" : ", not complete");
    for (size_t i = 0; i < log->cleared_count && i < 2; i++) {
        buffer_add_string(&line, ", cleared ");
        words_moment(&line, log->cleared[i]);
    }
    if (log->gap_count > 0) {
        buffer_add_string(&line, ", ");
        words_count(&line, log->gap_count, "gap");
    }
    foot_line(page, buffer_text(&line));
    buffer_free(&line);
}

/* The logs, when the head could not tell all about them, and the facts on which places disagree. */
static void write_sources(struct page *page, const struct findings *findings)
{
    size_t logs = 0, shown = 0, conflicts = 0;
    bool plain = true;

    for (size_t h = 0; h < findings->host_count; h++) {
        logs += findings->hosts[h].log_count;
        for (size_t l = 0; l < findings->hosts[h].log_count; l++)
            plain = plain && findings->hosts[h].logs[l].complete && findings->hosts[h].logs[l].cleared_count == 0;
    }
    if (logs > 1 || !plain)
        foot(page, "LOGS");
    for (size_t h = 0; (logs > 1 || !plain) && h < findings->host_count; h++) {
        for (size_t l = 0; l < findings->hosts[h].log_count; l++) {
            if (shown++ < SHOWN_LOGS)
                write_log(page, &findings->hosts[h], &findings->hosts[h].logs[l], findings->host_count > 1);
        }
    }
    foot_more(page, logs > 1 || !plain ? logs : 0, SHOWN_LOGS, "logs");
    for (size_t h = 0; h < findings->host_count; h++) {
        for (size_t f = 0; f < findings->hosts[h].fact_count; f++) {
            const struct finding_fact *fact = &findings->hosts[h].facts[f];
            if (!fact->conflict)
                continue;
            if (conflicts++ == 0)
                foot(page, "FACTS");
            page_at(page, FOOT_BODY_AT);
            page_fillf(page, FOOT_BODY_AT + 2, PAGE_WIDTH, "%s counts as unknown, places disagree: %s%s%s", fact->name,
                       fact->value ? fact->value : "(several values)", fact->input ? " in " : "",
                       fact->input ? fact->input->path : "");
        }
    }
}

static void write_times(struct page *page, const struct findings *findings)
{
    struct buffer line = {0};

    foot(page, "TIMES");
    if (findings->converted_count == 0 && findings->unknown_zone_count == 0)
        page_fill(page, FOOT_BODY_AT, PAGE_WIDTH, TEXT("UTC as recorded; no input in local time"));
    else
        page_fill(page, FOOT_BODY_AT, PAGE_WIDTH, TEXT("UTC where they end in Z"));
    if (findings->from.basis != BASIS_NONE || findings->to.basis != BASIS_NONE) {
        char from[MOMENT_TEXT], to[MOMENT_TEXT];
        page_at(page, FOOT_BODY_AT);
        page_fillf(page, FOOT_BODY_AT, PAGE_WIDTH, "only%s%s%s%s was looked at, as --from and --to say; the rest was left out",
                   findings->from.basis != BASIS_NONE ? " from " : "", moment_print(findings->from, from),
                   findings->to.basis != BASIS_NONE ? " to " : "", moment_print(findings->to, to));
    }
    for (size_t i = 0; i < findings->converted_count && i < SHOWN_ZONES; i++) {
        const struct finding_converted *converted = &findings->converted[i];
        page_at(page, FOOT_BODY_AT);
        page_fillf(page, FOOT_BODY_AT + 2, PAGE_WIDTH, "converted: %s from %s (%s)", converted->input->path,
                   converted->zone, converted->from);
    }
    foot_more(page, findings->converted_count, SHOWN_ZONES, "converted");
    for (size_t i = 0; i < findings->unknown_zone_count && i < SHOWN_ZONES; i++) {
        page_at(page, FOOT_BODY_AT);
        page_fillf(page, FOOT_BODY_AT + 2, PAGE_WIDTH, "local, zone unknown: %s", findings->unknown_zone[i]->path);
    }
    foot_more(page, findings->unknown_zone_count, SHOWN_ZONES, "in local time");
    if (findings->unknown_zone_count > 0) {
        page_at(page, FOOT_BODY_AT);
        page_fill(page, FOOT_BODY_AT, PAGE_WIDTH,
                  TEXT("Local times are compared within their own file only. If you know the zone, run "
                       "again with --zone, e.g. --zone +01:00."));
    }
    buffer_free(&line);
}

static void write_rules(struct page *page, const struct findings *findings)
{
    const struct rule_set *rules = findings->rules;
    struct buffer line = {0};
    size_t causes = 0;

    for (size_t i = 0; i < rules->rule_count; i++)
        causes += rules->rules[i]->cause_count;
    foot(page, "RULES");
    words_count(&line, rules->rule_count, "article");
    buffer_add_string(&line, ", ");
    words_count(&line, causes, "cause");
    buffer_printf(&line, ", digest %.12s...; %zu skipped", rules->digest, rules->skipped_count);
    page_fill(page, FOOT_BODY_AT, PAGE_WIDTH, buffer_text(&line));
    for (size_t i = 0; i < rules->skipped_count && i < SHOWN_RULES; i++) {
        page_at(page, FOOT_BODY_AT);
        page_fillf(page, FOOT_BODY_AT + 2, PAGE_WIDTH, "skipped: %s: %s", rules->skipped[i].file,
                   rules->skipped[i].reason);
    }
    foot_more(page, rules->skipped_count, SHOWN_RULES, "skipped");
    for (size_t i = 0; i < findings->gave_up_count && i < SHOWN_RULES; i++) {
        const struct finding_gave_up *gave_up = &findings->gave_up[i];
        page_at(page, FOOT_BODY_AT);
        page_fillf(
            page, FOOT_BODY_AT + 2, PAGE_WIDTH,
            "gave up: the pattern of %s ran into its limits%s%s, record %" PRIu64 "; there it counts as no match",
            gave_up->id, gave_up->input ? " in " : "", gave_up->input ? gave_up->input->path : "", gave_up->record);
    }
    foot_more(page, findings->gave_up_count, SHOWN_RULES, "that gave up");
    buffer_free(&line);
}

void text_foot(struct page *page, const struct findings *findings)
{
    write_errors(page, findings);
    write_read(page, findings);
    write_sources(page, findings);
    write_times(page, findings);
    write_rules(page, findings);
    if (findings->problem_count > 0) {
        page_at(page, FOOT_AT);
        page_fill(page, FOOT_AT, PAGE_WIDTH, TEXT("* uncalibrated: words and order are tested, the number is not yet"));
    }
}
