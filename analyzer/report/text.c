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
    const char *pack = fact_of(host, "os.service_pack"), *build = fact_of(host, "os.build"),
               *arch = fact_of(host, "os.arch");

    if (product)
        buffer_add_string(out, product);
    else if (version)
        words_windows(out, version, arch);
    else
        buffer_add_string(out, "version of Windows unknown");
    if (pack && strcmp(pack, "0") != 0)
        buffer_printf(out, " SP%s", pack);
    else if (build && !product)
        buffer_printf(out, ", build %s", build);
    if (arch)
        buffer_printf(out, " %s", arch);
}

size_t text_span_of_logs(const struct finding_host *host, struct moment *first, struct moment *last)
{
    *first = *last = (struct moment){0, BASIS_NONE};
    for (size_t i = 0; i < host->log_count; i++) {
        const struct finding_log *log = &host->logs[i];
        if (log->first.basis == BASIS_NONE || log->first.basis < first->basis)
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
                      i + 1 == host->former_names.count ? ")"
                      : i == 1                          ? " ...)"
                                                        : "");
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
        if (first.basis != BASIS_NONE) {
            buffer_add_char(&line, ' ');
            words_interval(&line, first, last, false);
            if (line.data[line.size - 1] == 'Z') /* "... 09:57 UTC" reads better at the end of a sentence */
                line.data[--line.size] = '\0';
            buffer_add_string(&line, first.basis == BASIS_UTC ? " UTC" : " local time");
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
    size_t hosts = findings->verdict == VERDICT_NOTHING_READ ? 0 : findings->host_count;
    for (size_t i = 0; i < hosts && i < SHOWN_HOSTS; i++)
        write_host(page, &findings->hosts[i]);
    if (hosts > SHOWN_HOSTS) {
        page_at(page, 0);
        page_fillf(page, 0, PAGE_WIDTH, "and %zu more machines (see the JSON report)",
                   findings->host_count - SHOWN_HOSTS);
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
        if (first.basis != BASIS_NONE && last.ticks - first.ticks > longest)
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
        page_fillf(page, 3, PAGE_WIDTH,
                   "Not one record could be taken from %zu file%s; the reasons stand below. What can be read: "
                   "event logs (.evtx), event XML, registry exports (.reg), text.",
                   findings->bundle->input_count, findings->bundle->input_count == 1 ? "" : "s");
    page_end(page);
}

static void text_report_write(const struct findings *findings, const struct report_style *style, struct buffer *out)
{
    struct page page = page_begin(out, style->color);

    write_head(&page, findings);
    if (findings->verdict == VERDICT_NOTHING_READ)
        write_nothing_read(&page, findings);
    else if (findings->problem_count == 0)
        write_nothing_found(&page, findings);
    if (findings->problem_count > 1)
        write_overview(&page, findings);
    for (size_t i = 0; i < findings->problem_count; i++)
        text_problem(&page, findings, i);
    page_blank(&page);
    text_foot(&page, findings);
    page_finish(&page);
}

const struct report_format report_text = {
    .name = "text",
    .what = "for reading, 80 columns wide: what is wrong, how sure, why and what to do",
    .write = text_report_write,
};
