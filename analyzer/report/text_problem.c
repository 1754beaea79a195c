#include "report/text.h"

#include <inttypes.h>
#include <string.h>

/* How much of a long list is shown; the JSON report has everything. */
#define SHOWN_RIVALS 8u
#define SHOWN_RIVALS_IN_FULL 2u

/* ---- what the problem is ---- */

static bool is_identity(const struct symptom *symptom, const char *name)
{
    for (size_t i = 0; i < symptom->identity_count; i++) {
        if (strcmp(symptom->identity[i], name) == 0)
            return true;
    }
    return false;
}

/* Captures that name a running program read as "in cmd.exe"; others keep their name. */
static bool is_program(const char *name)
{
    static const char *const programs[] = {"image", "process", "program", "service"};
    for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
        if (strcmp(programs[i], name) == 0)
            return true;
    }
    return false;
}

void text_identity(struct buffer *out, const struct finding_problem *problem)
{
    size_t start = out->size;

    for (size_t i = 0; i < problem->capture_count; i++) {
        const struct named_values *capture = &problem->captures[i];
        if (capture->values.count == 0 || !is_identity(problem->symptom, capture->name))
            continue;
        buffer_add_string(out, out->size > start ? ", " : "");
        text_add_list(out, &capture->values, SHOWN_VALUES);
    }
}

/* "user32.dll in cmd.exe, net.exe": what the symptom's records captured, identity first. */
static void add_subject(struct buffer *out, const struct finding_problem *problem)
{
    size_t start = out->size;

    text_identity(out, problem);
    for (size_t i = 0; i < problem->capture_count; i++) {
        const struct named_values *capture = &problem->captures[i];
        if (capture->values.count == 0 || is_identity(problem->symptom, capture->name))
            continue;
        if (is_program(capture->name))
            buffer_add_string(out, out->size > start ? " in " : "in ");
        else
            buffer_printf(out, out->size > start ? "; %s " : "%s ", capture->name);
        text_add_list(out, &capture->values, SHOWN_VALUES);
    }
}

static const struct place *first_place(const struct finding_problem *problem)
{
    if (problem->found_count > 0)
        return &problem->found[0];
    for (size_t i = 0; problem->cause_count > 0 && i < problem->causes[0].ledger_count; i++) {
        const struct ledger_row *row = &problem->causes[0].ledger[i];
        if (row->status == EVIDENCE_PRESENT && row->found_count > 0)
            return &row->found[0];
    }
    return NULL;
}

/* The day is left out where the line on the machine has just named it, the year where it is clear. */
static void add_seen_times(struct buffer *out, const struct findings *findings, const struct finding_problem *problem)
{
    struct buffer whole = {0};
    struct moment first, last;
    size_t drop = 0;

    words_interval(&whole, problem->first, problem->last, true);
    if (findings->host_count == 1 && text_span_of_logs(&findings->hosts[0], &first, &last) > 0 &&
        first.basis == problem->first.basis && first.basis != BASIS_NONE) {
        struct civil a = civil_of(first.ticks), b = civil_of(last.ticks);
        struct civil seen = civil_of(problem->first.ticks), end = civil_of(problem->last.ticks);
        bool one_year = a.year == b.year && a.year == seen.year && seen.year == end.year;
        bool one_day = one_year && a.month == b.month && a.day == b.day && a.month == seen.month && a.day == seen.day;
        drop = one_day ? strlen("2010-05-04" PAGE_GLUE) : one_year ? strlen("2010-") : 0;
    }
    buffer_add_text(out, text_slice(buffer_text(&whole), drop, whole.size));
    buffer_free(&whole);
}

static void add_seen(struct buffer *out, const struct findings *findings, const struct finding_problem *problem)
{
    const struct place *anchor = first_place(problem);

    if (problem->count == 0) {
        buffer_add_string(out, "not seen itself; anchored at ");
        if (anchor) {
            words_places(out, findings->bundle, anchor, 1, 1);
            buffer_add_string(out, ", ");
        }
        words_moment(out, problem->first);
        return;
    }
    if (problem->records <= 1)
        buffer_add_string(out, "once");
    else
        words_count(out, problem->records, "time");
    if (problem->count > 1 && problem->count != problem->records) {
        buffer_add_string(out, " on ");
        words_count(out, problem->count, "occasion");
    }
    buffer_add_string(out, ", ");
    if (problem->first.basis == BASIS_NONE)
        buffer_add_string(out, "time unknown");
    else
        add_seen_times(out, findings, problem);
    if (problem->first.basis == BASIS_LOCAL)
        buffer_add_string(out, " local time");
}

static void write_title(struct page *page, const struct findings *findings, size_t index)
{
    const struct finding_problem *problem = &findings->problems[index];
    bool harmless =
        problem->cause_count > 0 && problem->causes[0].cause->harmless && problem->verdict == VERDICT_RANKED;
    const char *const levels[] = {"LOW", "MEDIUM", "HIGH", "CRITICAL"};
    struct buffer line = {0};

    buffer_printf(&line, "%zu", index + 1);
    page_at(page, 0);
    page_ink(page, INK_HEAD, line.data);
    page_at(page, line.size < 2 ? 3 : line.size + 1);
    size_t indent = page->column;
    page_fill(page, indent, PAGE_WIDTH, text_of(problem->symptom->title));
    page_right(page, !harmless && problem->level >= RULE_LEVEL_HIGH ? INK_ALARM : INK_HEAD,
               text_of(harmless ? "HARMLESS" : levels[problem->level]));
    page_at(page, indent);
    buffer_clear(&line);
    if (findings->host_count > 1 && *problem->host)
        buffer_printf(&line, "%s: ", problem->host);
    size_t before = line.size;
    add_subject(&line, problem);
    buffer_add_string(&line, line.size > before ? ": " : "");
    add_seen(&line, findings, problem);
    page_fill(page, indent, PAGE_WIDTH, buffer_text(&line));
    buffer_free(&line);
    page_blank(page);
}

/* ---- the cause and what to do ---- */

static void add_references(struct buffer *out, const struct strings *references)
{
    for (size_t i = 0; i < references->count; i++) {
        buffer_add_string(out, i > 0 ? ", " : "");
        words_reference(out, text_of(references->items[i]));
    }
}

static void write_resolutions(struct page *page, const struct finding_cause *cause)
{
    text_section(page, "DO");
    if (cause->resolutions.count == 0)
        text_body(page, TEXT("The article names no fix; read it for what is known."));
    for (size_t i = 0; i < cause->resolutions.count; i++) { /* several: what wraps hangs, so that each shows */
        page_at(page, BODY_AT);
        page_fill(page, BODY_AT + (cause->resolutions.count > 1 ? 2 : 0), PAGE_WIDTH,
                  text_of(cause->resolutions.items[i]));
    }
}

static void write_cause(struct page *page, const char *label, const struct finding_problem *problem, size_t index)
{
    const struct finding_cause *cause = &problem->causes[index];
    struct buffer line = {0};

    text_section(page, label);
    page_fill(page, BODY_AT, PAGE_WIDTH, text_of(cause->title));
    buffer_printf(&line, "%s (P ", cause->word);
    words_probability(&line, cause->probability);
    buffer_add_string(&line, " *)");
    page_right(page, INK_HEAD, buffer_text(&line));
    buffer_clear(&line);
    if (index == 0 || cause->rule != problem->causes[0].rule)
        add_references(&line, &cause->references);
    if (line.size > 0)
        text_body(page, buffer_text(&line));
    if (cause->cause->harmless)
        text_body(page, TEXT("Harmless: expected behaviour that may be ignored."));
    if (!cause->separated && index + 1 < problem->cause_count) {
        buffer_clear(&line);
        words_db(&line, cause->score - problem->causes[index + 1].score);
        page_at(page, BODY_AT);
        page_fillf(page, BODY_AT, PAGE_WIDTH, "Not separated from the next cause (%s dB): rule that out before acting.",
                   line.data[0] == '+' ? line.data + 1 : line.data);
    }
    buffer_free(&line);
    write_resolutions(page, cause);
}

/* ---- rivals ---- */

/* A line of rivals: "0.057 unlikely  title". */
static void write_rival(struct page *page, size_t number_width, size_t word_width, unsigned probability,
                        const char *word, struct text title)
{
    struct buffer number = {0};

    words_probability(&number, probability);
    page_at(page, BODY_AT);
    page_ink(page, INK_PLAIN, number.data);
    if (*word) {
        page_at(page, BODY_AT + number_width + 1);
        page_ink(page, INK_PLAIN, word);
    }
    page_at(page, BODY_AT + number_width + 1 + word_width + (word_width > 0 ? 2 : 0));
    page_fill(page, page->column, PAGE_WIDTH, title);
    buffer_free(&number);
}

static bool of_several_rules(const struct finding_problem *problem)
{
    for (size_t i = 1; i < problem->cause_count; i++) {
        if (problem->causes[i].rule != problem->causes[0].rule)
            return true;
    }
    return false;
}

static void write_rivals(struct page *page, const char *label, const struct finding_problem *problem, size_t from)
{
    size_t end = problem->cause_count - from > SHOWN_RIVALS ? from + SHOWN_RIVALS : problem->cause_count, width = 0;
    size_t number_width = problem->p_none < 5 || problem->p_none >= 9995 ? 6 : 5;
    struct buffer line = {0};

    for (size_t i = from; i < end; i++) {
        width = strlen(problem->causes[i].word) > width ? strlen(problem->causes[i].word) : width;
        if (problem->causes[i].probability < 5 || problem->causes[i].probability >= 9995)
            number_width = 6; /* <0.001, >0.999 */
    }
    text_section(page, label);
    for (size_t i = from; i < end; i++) {
        const struct finding_cause *cause = &problem->causes[i];
        buffer_clear(&line);
        buffer_add_string(&line, cause->title);
        if (of_several_rules(problem)) {
            buffer_add_string(&line, " (");
            words_reference(&line, text_of(cause->rule->id));
            buffer_add_char(&line, ')');
        }
        if (cause->cause->harmless)
            buffer_add_string(&line, " (harmless)");
        if (i > 0 && !problem->causes[i - 1].separated)
            buffer_add_string(&line, i == 1 && from == 1 ? ": not separated from the first"
                                                         : ": not separated from the one above");
        write_rival(page, number_width, width, cause->probability, cause->word, buffer_text(&line));
    }
    if (end < problem->cause_count)
        text_body_more(page, problem->cause_count - end, ", less likely");
    write_rival(page, number_width, width, problem->p_none, "", TEXT("none of the causes in this pack"));
    buffer_free(&line);
}

/* A rival that may well be the cause gets its own fix and account: acting on the first alone could be wrong. */
static void write_rivals_in_full(struct page *page, const struct findings *findings,
                                 const struct finding_problem *problem)
{
    for (size_t i = 1; i < problem->cause_count && i <= SHOWN_RIVALS_IN_FULL; i++) {
        if (problem->causes[i - 1].separated && problem->causes[i].probability < 2000)
            return;
        page_blank(page);
        write_cause(page, "OR", problem, i);
        text_why(page, findings, problem, &problem->causes[i]);
    }
}

/* ---- the three verdicts ---- */

static void write_ranked(struct page *page, const struct findings *findings, const struct finding_problem *problem)
{
    write_cause(page, "CAUSE", problem, 0);
    page_blank(page);
    text_why(page, findings, problem, &problem->causes[0]);
    write_rivals(page, "ELSE", problem, 1);
    text_excluded(page, problem);
    text_collect(page, problem);
    text_unmoved(page, findings, problem);
    text_seen(page, findings, problem);
    text_timeline(page, findings, problem);
    write_rivals_in_full(page, findings, problem);
}

static void write_insufficient(struct page *page, const struct findings *findings,
                               const struct finding_problem *problem)
{
    text_section(page, "CAUSE");
    page_fill(page, BODY_AT, PAGE_WIDTH, TEXT("cannot be told: the proof was not collected"));
    page_right(page, INK_HEAD, TEXT("insufficient"));
    text_section(page, "DO");
    text_body(page, TEXT("Collect this, the first line first, and run again:"));
    text_missing(page, problem);
    page_blank(page);
    write_rivals(page, "MAYBE", problem, 0);
    text_excluded(page, problem);
    text_seen(page, findings, problem);
    text_timeline(page, findings, problem);
    page_blank(page);
    write_cause(page, "FIRST", problem, 0);
    text_why(page, findings, problem, &problem->causes[0]);
    write_rivals_in_full(page, findings, problem);
}

static void write_no_known_cause(struct page *page, const struct findings *findings,
                                 const struct finding_problem *problem)
{
    struct buffer line = {0};

    text_section(page, "CAUSE");
    page_fill(page, BODY_AT, PAGE_WIDTH, TEXT("none that this pack knows"));
    buffer_add_string(&line, "(P ");
    words_probability(&line, problem->p_none);
    buffer_add_string(&line, " *)");
    page_right(page, INK_HEAD, buffer_text(&line));
    text_section(page, "DO");
    text_body(page, TEXT("Work from the records under SEEN. When the cause is known, write the rule that was missing "
                         "(rules/README.md)."));
    page_blank(page);
    text_seen(page, findings, problem);
    if (problem->cause_count > 0)
        write_rivals(page, "ELSE", problem, 0);
    text_excluded(page, problem);
    text_collect(page, problem);
    text_unmoved(page, findings, problem);
    text_timeline(page, findings, problem);
    if (problem->cause_count > 0) {
        page_blank(page);
        write_cause(page, "FIRST", problem, 0);
        text_why(page, findings, problem, &problem->causes[0]);
    }
    buffer_free(&line);
}

const char *text_outcome(const struct finding_problem *problem)
{
    if (problem->verdict == VERDICT_INSUFFICIENT)
        return "too little collected";
    if (problem->verdict == VERDICT_NO_KNOWN_CAUSE || problem->cause_count == 0)
        return "no known cause";
    return problem->causes[0].cause->harmless ? "harmless" : problem->causes[0].word;
}

void text_problem(struct page *page, const struct findings *findings, size_t index)
{
    const struct finding_problem *problem = &findings->problems[index];

    page_blank(page);
    write_title(page, findings, index);
    if (problem->verdict == VERDICT_RANKED && problem->cause_count > 0)
        write_ranked(page, findings, problem);
    else if (problem->verdict == VERDICT_INSUFFICIENT && problem->cause_count > 0)
        write_insufficient(page, findings, problem);
    else
        write_no_known_cause(page, findings, problem);
    page_end(page);
}
