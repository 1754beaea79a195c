/*
 * The text report: what is wrong, how sure, why and what to do on the first screen; then what was read, how its times
 * were taken and by which rules.
 */
#include "report/text.h"

#include <inttypes.h>
#include <string.h>

#include "base/version.h"
#include "report/report.h"

/* How much of a long list is shown; the JSON report has everything. */
#define SHOWN_HOSTS 4u
#define SHOWN_PROBLEMS 12u
#define SHOWN_ERRORS 5u
#define SHOWN_INPUTS 12u
#define SHOWN_NOTES 3u
#define SHOWN_LOGS 8u
#define SHOWN_RULES 8u

#define FOOT_AT 4
#define FOOT_BODY_AT 13

/* ---- head ---- */

/* P .50 and above, and something to act on. */
static bool is_found(const struct finding_problem *problem)
{
    return problem->verdict == VERDICT_RANKED && problem->cause_count > 0 && problem->causes[0].probability >= 5000;
}

static const char *outcome_of_one(const struct finding_problem *problem)
{
    if (problem->verdict == VERDICT_INSUFFICIENT)
        return "too little collected";
    if (problem->verdict == VERDICT_NO_KNOWN_CAUSE || problem->cause_count == 0)
        return "no known cause";
    const struct finding_cause *first = &problem->causes[0];
    if (first->cause->harmless)
        return "harmless";
    if (!first->separated)
        return "causes not separated";
    if (first->probability >= 9500)
        return "its cause found";
    if (first->probability >= 8000)
        return "its likely cause found";
    return first->probability >= 5000 ? "a cause more likely than not" : "a possible cause";
}

static void add_headline(struct buffer *out, const struct findings *findings)
{
    size_t found = 0;

    for (size_t i = 0; i < findings->problem_count; i++)
        found += is_found(&findings->problems[i]);
    if (findings->verdict == VERDICT_NOTHING_READ)
        buffer_add_string(out, "nothing could be read");
    else if (findings->problem_count == 0)
        buffer_add_string(out, "no problem found");
    else if (findings->problem_count == 1)
        buffer_printf(out, "1 problem, %s", outcome_of_one(&findings->problems[0]));
    else if (found == findings->problem_count)
        buffer_printf(out, "%zu problems, their causes found", findings->problem_count);
    else if (found > 0)
        buffer_printf(out, "%zu problems, the cause of %zu found", findings->problem_count, found);
    else
        buffer_printf(out, "%zu problems, no cause found", findings->problem_count);
}

static const char *fact_of(const struct finding_host *host, const char *name)
{
    for (size_t i = 0; i < host->fact_count; i++) {
        if (strcmp(host->facts[i].name, name) == 0 && host->facts[i].value)
            return host->facts[i].value;
    }
    return NULL;
}

static void add_system(struct buffer *out, const struct finding_host *host)
{
    const char *product = fact_of(host, "os.product"), *version = fact_of(host, "os.version");
    const char *pack = fact_of(host, "os.service_pack"), *build = fact_of(host, "os.build"), *arch = fact_of(host, "os.arch");

    if (product)
        buffer_add_string(out, product);
    else if (version)
        buffer_printf(out, "Windows %s", version);
    else
        buffer_add_string(out, "version of Windows unknown");
    if (pack && strcmp(pack, "0") != 0)
        buffer_printf(out, " SP%s", pack);
    else if (build && !product)
        buffer_printf(out, " build %s", build);
    if (arch)
        buffer_printf(out, " %s", arch);
}

size_t text_span_of_logs(const struct finding_host *host, struct moment *first, struct moment *last)
{
    *first = *last = (struct moment){0, TIME_NONE};
    for (size_t i = 0; i < host->log_count; i++) {
        const struct finding_log *log = &host->logs[i];
        if (log->first.basis == TIME_NONE || log->first.basis < first->basis)
            continue;
        if (log->first.basis > first->basis || log->first.ticks < first->ticks)
            *first = log->first;
        if (log->last.basis > last->basis || log->last.ticks > last->ticks)
            *last = log->last;
    }
    return host->log_count;
}

static void write_host(struct page *page, const struct finding_host *host)
{
    struct buffer line = {0};
    struct moment first, last;

    buffer_add_string(&line, host->name && *host->name ? host->name : "a machine that nothing names");
    for (size_t i = 0; i < host->former_names.count && i < 2; i++)
        buffer_printf(&line, "%s%s%s", i == 0 ? " (was " : ", ", host->former_names.items[i],
                      i + 1 == host->former_names.count ? ")" : i == 1 ? " ...)" : "");
    buffer_add_string(&line, ", ");
    add_system(&line, host);
    size_t logs = text_span_of_logs(host, &first, &last);
    if (logs > 0) {
        buffer_add_string(&line, "; ");
        if (logs <= 2)
            buffer_printf(&line, "%s%s%s log%s", host->logs[0].channel, logs == 2 ? " and " : "",
                          logs == 2 ? host->logs[1].channel : "", logs == 2 ? "s" : "");
        else
            buffer_printf(&line, "%zu logs", logs);
        if (first.basis != TIME_NONE) {
            buffer_add_char(&line, ' ');
            words_interval(&line, first, last, false);
            if (first.basis == TIME_UTC) {   /* "... 09:57 UTC" reads better than Z at the end of a sentence */
                line.data[--line.size] = '\0';
                buffer_add_string(&line, " UTC");
            } else {
                buffer_add_string(&line, " local time");
            }
        }
    }
    page_at(page, 0);
    page_fill(page, 0, PAGE_WIDTH, buffer_text(&line));
    buffer_free(&line);
}

static void write_head(struct page *page, const struct findings *findings)
{
    struct buffer line = {0};

    buffer_printf(&line, "wincause report: %s: ", findings->bundle->name);
    page_fill(page, 0, PAGE_WIDTH, buffer_text(&line));
    buffer_clear(&line);
    add_headline(&line, findings);
    page_fill(page, 0, PAGE_WIDTH, buffer_text(&line));
    page_right(page, INK_FAINT, TEXT("version " WINCAUSE_VERSION));
    for (size_t i = 0; i < findings->host_count && i < SHOWN_HOSTS; i++)
        write_host(page, &findings->hosts[i]);
    if (findings->host_count > SHOWN_HOSTS) {
        page_at(page, 0);
        page_fillf(page, 0, PAGE_WIDTH, "and %zu more machines (see the JSON report)", findings->host_count - SHOWN_HOSTS);
    }
    page_end(page);
    buffer_free(&line);
}

/* ---- between head and foot ---- */

/* One line a problem, when there are several: "1  HIGH  user32.dll: title    very likely". */
static void write_overview(struct page *page, const struct findings *findings)
{
    static const char *const levels[] = {"LOW", "MEDIUM", "HIGH", "CRITICAL"};

    page_blank(page);
    for (size_t i = 0; i < findings->problem_count && i < SHOWN_PROBLEMS; i++) {
        const struct finding_problem *problem = &findings->problems[i];
        struct text outcome = text_of(text_outcome(problem));
        struct buffer line = {0};

        text_identity(&line, problem);
        buffer_add_string(&line, line.size > 0 ? ": " : "");
        buffer_add_string(&line, problem->symptom->title);
        page_at(page, 0);
        page_fillf(page, 0, PAGE_WIDTH, "%zu", i + 1);
        page_at(page, 3);
        page_ink(page, problem->level >= RULE_LEVEL_HIGH ? INK_ALARM : INK_HEAD, levels[problem->level]);
        page_at(page, 13);
        page_cut(page, PAGE_WIDTH - outcome.size - 2, buffer_text(&line));
        page_right(page, INK_HEAD, outcome);
        buffer_free(&line);
    }
    page_end(page);
    if (findings->problem_count > SHOWN_PROBLEMS)
        page_fillf(page, 0, PAGE_WIDTH, "and %zu more, all below", findings->problem_count - SHOWN_PROBLEMS);
    page_end(page);
}

/* "1 log, 4 h, 2 articles": how little or much a clean result rests on. */
static void write_nothing_found(struct page *page, const struct findings *findings)
{
    struct buffer line = {0};
    size_t logs = 0;
    int64_t longest = 0;

    for (size_t i = 0; i < findings->host_count; i++) {
        struct moment first, last;
        logs += text_span_of_logs(&findings->hosts[i], &first, &last);
        if (first.basis != TIME_NONE && last.ticks - first.ticks > longest)
            longest = last.ticks - first.ticks;
    }
    buffer_add_string(&line, "no problem found (this is not a clean bill: ");
    words_count(&line, logs, "log");
    if (logs > 0) {
        buffer_add_string(&line, ", ");
        words_duration(&line, longest);
    }
    buffer_add_string(&line, ", ");
    words_count(&line, findings->rules->rule_count, "article");
    buffer_add_char(&line, ')');
    page_blank(page);
    page_at(page, 3);
    page_fill(page, 3, PAGE_WIDTH, buffer_text(&line));
    page_end(page);
    buffer_free(&line);
}

static void write_nothing_read(struct page *page, const struct findings *findings)
{
    page_blank(page);
    page_at(page, 3);
    if (findings->bundle->input_count == 0)
        page_fill(page, 3, PAGE_WIDTH, TEXT("There is no file in what was given."));
    else
        page_fillf(page, 3, PAGE_WIDTH, "Not one record could be taken from %zu file%s; the reasons stand below. What can be read: "
                   "event logs (.evtx), event XML, registry exports (.reg), text.",
                   findings->bundle->input_count, findings->bundle->input_count == 1 ? "" : "s");
    page_end(page);
}

/* ---- foot ---- */

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
            buffer_printf(&line, " (%s)", event->channel);
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

/* What was read, by file when they are few, else by kind. */
static void add_read(struct buffer *out, const struct bundle *bundle)
{
    size_t read = 0, shown = 0;

    for (size_t i = 0; i < bundle->input_count; i++)
        read += bundle->inputs[i]->status <= INPUT_PARTIAL;
    for (size_t i = 0; i < bundle->input_count; i++) {
        const struct input *input = bundle->inputs[i];
        uint64_t files = 0, records = 0;
        bool first = true;
        if (input->status > INPUT_PARTIAL)
            continue;
        for (size_t j = 0; read > 3 && j < bundle->input_count; j++) {
            const struct input *other = bundle->inputs[j];
            if (other->status > INPUT_PARTIAL || strcmp(other->kind, input->kind) != 0)
                continue;
            first = first && j >= i;
            files++;
            records += other->records;
        }
        if (!first)
            continue;
        buffer_add_string(out, shown++ == 0 ? ": " : ", ");
        if (read > 3)
            buffer_printf(out, "%" PRIu64 " %s ", files, input->kind);
        else {
            buffer_add_text(out, words_input(bundle, input));
            buffer_add_char(out, ' ');
            records = input->records;
        }
        words_count(out, records, record_noun(input));
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
    size_t damaged = 0;

    for (size_t i = 0; i < bundle->input_count; i++) {
        bytes += bundle->inputs[i]->bytes;
        damaged += bundle->inputs[i]->damaged && bundle->inputs[i]->status <= INPUT_PARTIAL;
    }
    for (size_t i = 0; i < findings->unexplained_count; i++)
        errors += findings->unexplained[i].count;
    foot(page, "READ");
    buffer_printf(&line, "%zu of ", count_status(bundle, INPUT_READ) + count_status(bundle, INPUT_PARTIAL));
    words_count(&line, bundle->input_count, "file");
    buffer_add_string(&line, ", ");
    words_bytes(&line, bytes);
    add_read(&line, bundle);
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
    for (size_t i = 0; i < findings->converted_count && i < SHOWN_INPUTS; i++) {
        const struct finding_converted *converted = &findings->converted[i];
        page_at(page, FOOT_BODY_AT);
        page_fillf(page, FOOT_BODY_AT + 2, PAGE_WIDTH, "converted: %s from %s (%s)", converted->input->path, converted->zone,
                   converted->from);
    }
    foot_more(page, findings->converted_count, SHOWN_INPUTS, "converted");
    for (size_t i = 0; i < findings->unknown_zone_count && i < SHOWN_INPUTS; i++) {
        page_at(page, FOOT_BODY_AT);
        page_fillf(page, FOOT_BODY_AT + 2, PAGE_WIDTH, "local, zone unknown: %s", findings->unknown_zone[i]->path);
    }
    foot_more(page, findings->unknown_zone_count, SHOWN_INPUTS, "in local time");
    if (findings->unknown_zone_count > 0) {
        page_at(page, FOOT_BODY_AT);
        page_fill(page, FOOT_BODY_AT, PAGE_WIDTH, TEXT("Local times are compared within their own file only. If you know the zone, run "
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
        page_fillf(page, FOOT_BODY_AT + 2, PAGE_WIDTH, "skipped: %s: %s", rules->skipped[i].file, rules->skipped[i].reason);
    }
    foot_more(page, rules->skipped_count, SHOWN_RULES, "skipped");
    for (size_t i = 0; i < findings->gave_up_count && i < SHOWN_RULES; i++) {
        const struct finding_gave_up *gave_up = &findings->gave_up[i];
        page_at(page, FOOT_BODY_AT);
        page_fillf(page, FOOT_BODY_AT + 2, PAGE_WIDTH, "gave up: the pattern of %s ran into its limits%s%s, record %" PRIu64
                   "; there it counts as no match", gave_up->id, gave_up->input ? " in " : "",
                   gave_up->input ? gave_up->input->path : "", gave_up->record);
    }
    foot_more(page, findings->gave_up_count, SHOWN_RULES, "that gave up");
    buffer_free(&line);
}

static void text_report_write(const struct findings *findings, const struct report_style *style, struct buffer *out)
{
    struct page page = page_begin(out, style->color);
    bool uncalibrated = false;

    write_head(&page, findings);
    if (findings->verdict == VERDICT_NOTHING_READ)
        write_nothing_read(&page, findings);
    else if (findings->problem_count == 0)
        write_nothing_found(&page, findings);
    if (findings->problem_count > 1)
        write_overview(&page, findings);
    for (size_t i = 0; i < findings->problem_count; i++) {
        text_problem(&page, findings, i);
        uncalibrated = true;
    }
    page_blank(&page);
    write_errors(&page, findings);
    write_read(&page, findings);
    write_sources(&page, findings);
    write_times(&page, findings);
    write_rules(&page, findings);
    if (uncalibrated) {
        page_at(&page, FOOT_AT);
        page_fill(&page, FOOT_AT, PAGE_WIDTH, TEXT("* uncalibrated: words and order are tested, the number is not yet"));
    }
    page_finish(&page);
}

const struct report_format report_text = {
    .name = "text",
    .what = "for reading, 80 columns wide: what is wrong, how sure, why and what to do",
    .write = text_report_write,
};
