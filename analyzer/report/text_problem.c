#include "report/text.h"

#include <inttypes.h>
#include <string.h>

/* How much of a long list is shown; the JSON report has everything. */
#define SHOWN_RIVALS 8u
#define SHOWN_RIVALS_IN_FULL 2u
#define SHOWN_EXCLUDED 4u
#define SHOWN_MISSING 6u
#define SHOWN_PLACES 4u
#define SHOWN_MOMENTS 12u

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
    size_t drop = 0;

    words_interval(&whole, problem->first, problem->last, true);
    for (size_t i = 0; i < findings->host_count && problem->first.basis != TIME_NONE; i++) {
        struct moment first, last;
        if (strcmp(findings->hosts[i].name, problem->host) != 0 || text_span_of_logs(&findings->hosts[i], &first, &last) == 0 ||
            first.basis != problem->first.basis)
            continue;
        struct civil a = civil_of(first.ticks), b = civil_of(last.ticks), seen = civil_of(problem->first.ticks);
        struct civil end = civil_of(problem->last.ticks);
        if (a.year == b.year && a.year == seen.year && seen.year == end.year)
            drop = a.month == b.month && a.day == b.day ? strlen("2010-05-04" PAGE_GLUE) : strlen("2010-");
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
    add_seen_times(out, findings, problem);
    if (problem->first.basis == TIME_LOCAL)
        buffer_add_string(out, " local time");
}

static void write_title(struct page *page, const struct findings *findings, size_t index)
{
    const struct finding_problem *problem = &findings->problems[index];
    bool harmless = problem->cause_count > 0 && problem->causes[0].cause->harmless && problem->verdict == VERDICT_RANKED;
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
    if (findings->host_count > 1 && problem->host && *problem->host)
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
    for (size_t i = 0; i < cause->resolutions.count; i++) {   /* several: what wraps hangs, so that each shows */
        page_at(page, BODY_AT);
        page_fill(page, BODY_AT + (cause->resolutions.count > 1 ? 2 : 0), PAGE_WIDTH, text_of(cause->resolutions.items[i]));
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
static void write_rival(struct page *page, size_t number_width, size_t word_width, unsigned probability, const char *word, struct text title)
{
    struct buffer number = {0};

    words_probability(&number, probability);
    page_at(page, BODY_AT);
    page_ink(page, INK_PLAIN, number.data);
    page_at(page, BODY_AT + number_width + 1);
    page_ink(page, INK_PLAIN, word);
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
            number_width = 6;    /* <0.001, >0.999 */
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
            buffer_add_string(&line, i == 1 && from == 1 ? ": not separated from the first" : ": not separated from the one above");
        write_rival(page, number_width, width, cause->probability, cause->word, buffer_text(&line));
    }
    if (end < problem->cause_count)
        text_body_more(page, problem->cause_count - end, ", less likely");
    write_rival(page, number_width, width, problem->p_none, "", TEXT("none of the causes in this pack"));
    buffer_free(&line);
}

/* A rival that may well be the cause gets its own fix and account: acting on the first alone could be wrong. */
static void write_rivals_in_full(struct page *page, const struct findings *findings, const struct finding_problem *problem)
{
    for (size_t i = 1; i < problem->cause_count && i <= SHOWN_RIVALS_IN_FULL; i++) {
        if (problem->causes[i - 1].separated && problem->causes[i].probability < 2000)
            return;
        page_blank(page);
        write_cause(page, "OR", problem, i);
        text_why(page, findings, problem, &problem->causes[i]);
    }
}

/* ---- what was ruled out, what to collect, where and when ---- */

/* "applies.dll: needs crypt32.dll, here user32.dll" reads "needs dll crypt32.dll, here user32.dll". */
static void add_reason(struct buffer *out, struct text reason)
{
    size_t needs;

    if (text_starts(reason, TEXT("applies.")))
        reason = text_slice(reason, strlen("applies."), reason.size);
    needs = text_find(reason, TEXT(": needs "));
    if (needs == TEXT_NOT_FOUND) {
        buffer_add_text(out, reason);
        return;
    }
    buffer_add_string(out, "needs ");
    buffer_add_text(out, text_slice(reason, 0, needs));
    buffer_add_char(out, ' ');
    buffer_add_text(out, text_slice(reason, needs + strlen(": needs "), reason.size));
}

static void write_excluded(struct page *page, const struct finding_problem *problem)
{
    struct buffer line = {0};

    if (problem->excluded_count == 0)
        return;
    text_section(page, "RULED");
    for (size_t i = 0; i < problem->excluded_count && i < SHOWN_EXCLUDED; i++) {
        buffer_clear(&line);
        words_reference(&line, text_of(problem->excluded[i].id));
        buffer_add_string(&line, ": ");
        add_reason(&line, text_of(problem->excluded[i].reason));
        page_at(page, BODY_AT);
        page_fill(page, BODY_AT, PAGE_WIDTH, buffer_text(&line));
    }
    if (problem->excluded_count > SHOWN_EXCLUDED)
        text_body_more(page, problem->excluded_count - SHOWN_EXCLUDED, "");
    buffer_free(&line);
}

/* The item that `wanted_by` (rule/cause/evidence) names; NULL when its cause is not ranked here. */
static const struct ledger_row *wanted_row(const struct finding_problem *problem, const char *wanted_by)
{
    for (size_t i = 0; i < problem->cause_count; i++) {
        const struct finding_cause *cause = &problem->causes[i];
        size_t length = strlen(cause->cause->full_id);
        if (strncmp(wanted_by, cause->cause->full_id, length) != 0 || wanted_by[length] != '/')
            continue;
        for (size_t r = 0; r < cause->ledger_count; r++) {
            if (strcmp(cause->ledger[r].id, wanted_by + length + 1) == 0)
                return &cause->ledger[r];
        }
    }
    return NULL;
}

static bool is_missing(const struct finding_problem *problem, const struct ledger_row *row)
{
    for (size_t i = 0; i < problem->missing_count; i++) {
        if (wanted_row(problem, problem->missing[i].wanted_by) == row)
            return true;
    }
    return false;
}

/* Items that one source would show stand below it. */
static void write_missing(struct page *page, const struct finding_problem *problem)
{
    struct buffer line = {0};
    size_t shown = 0, left = 0;

    for (size_t i = 0; i < problem->missing_count; i++) {
        const struct finding_missing *missing = &problem->missing[i];
        bool told = false;
        for (size_t j = 0; j < i; j++)
            told = told || strcmp(problem->missing[j].source, missing->source) == 0;
        if (told)
            continue;
        if (shown++ >= SHOWN_MISSING) {
            left++;
            continue;
        }
        buffer_clear(&line);
        words_db(&line, missing->swing);
        page_at(page, BODY_AT);
        page_ink(page, INK_HEAD, line.data[0] == '+' ? line.data + 1 : line.data);
        page_at(page, ITEM_AT);
        page_fill(page, ITEM_AT, PAGE_WIDTH, text_of(missing->source));
        for (size_t j = i; j < problem->missing_count; j++) {
            const struct ledger_row *row = wanted_row(problem, problem->missing[j].wanted_by);
            if (!row || strcmp(problem->missing[j].source, missing->source) != 0)
                continue;
            page_at(page, ITEM_AT);
            page_fillf(page, ITEM_AT + 2, PAGE_WIDTH, "would show whether: %s", row->title);
            if (row->why && *row->why)
                page_fillf(page, ITEM_AT + 2, PAGE_WIDTH, "(%s)", row->why);
        }
    }
    text_body_more(page, left, ", worth less");
    buffer_free(&line);
}

/* Items of the first cause that nobody could check and that would not change the order. */
static void write_unchecked(struct page *page, const struct finding_problem *problem)
{
    const struct finding_cause *cause = &problem->causes[0];

    for (size_t i = 0; i < cause->ledger_count; i++) {
        const struct ledger_row *row = &cause->ledger[i];
        struct buffer worth = {0};
        if ((row->status != EVIDENCE_PARTIAL && row->status != EVIDENCE_NOT_COLLECTED) || is_missing(problem, row))
            continue;
        words_db(&worth, row->worth);
        page_at(page, BODY_AT);
        page_fillf(page, BODY_AT + 2, PAGE_WIDTH, "not known: %s%s%s%s; would be worth %s", row->title,
                   row->why && *row->why ? " (" : "", row->why ? row->why : "", row->why && *row->why ? ")" : "", worth.data);
        buffer_free(&worth);
    }
}

static void write_collect(struct page *page, const struct finding_problem *problem)
{
    text_section(page, "COLLECT");
    if (problem->missing_count == 0)
        text_body(page, problem->cause_count > 0 ? TEXT("nothing that could change the order")
                                                 : TEXT("nothing that the rules of this pack would need"));
    else
        write_missing(page, problem);
    if (problem->cause_count > 0)
        write_unchecked(page, problem);
}

/* What was looked for and moved nothing: a reviewer asks whether it was. */
static void write_unmoved(struct page *page, const struct finding_problem *problem)
{
    const struct finding_cause *cause = &problem->causes[0];
    bool first = true;

    for (size_t i = 0; problem->cause_count > 0 && i < cause->ledger_count; i++) {
        const struct ledger_row *row = &cause->ledger[i];
        if ((row->status != EVIDENCE_ABSENT && row->status != EVIDENCE_NOT_APPLICABLE) || row->db != 0)
            continue;
        if (first)
            text_section(page, "ALSO");
        first = false;
        page_at(page, BODY_AT);
        page_fillf(page, BODY_AT + 2, PAGE_WIDTH, "%s: %s%s%s%s", row->status == EVIDENCE_ABSENT ? "not found, counts nothing" :
                   "does not apply", row->title, row->why && *row->why ? " (" : "", row->why ? row->why : "",
                   row->why && *row->why ? ")" : "");
    }
}

static void write_seen(struct page *page, const struct findings *findings, const struct finding_problem *problem)
{
    struct buffer line = {0};
    size_t shown = 0;

    if (problem->count == 0 || problem->found_count == 0)
        return;
    text_section(page, "SEEN");
    for (size_t groups = 0; shown < problem->found_count && groups < SHOWN_PLACES; groups++) {
        buffer_clear(&line);
        shown += words_places(&line, findings->bundle, problem->found + shown, problem->found_count - shown, SHOWN_PLACES);
        page_piece(page, BODY_AT, PAGE_WIDTH, 2, buffer_text(&line));
    }
    if (shown < problem->records)
        page_fillf(page, BODY_AT, PAGE_WIDTH, " and %" PRIu64 " more", problem->records - shown);
    if (problem->found[0].text && *problem->found[0].text) {
        buffer_clear(&line);
        buffer_printf(&line, "\"%s\"", problem->found[0].text);
        text_body(page, buffer_text(&line));
    }
    buffer_free(&line);
}

static void write_timeline(struct page *page, const struct findings *findings, const struct finding_problem *problem)
{
    struct buffer line = {0};
    size_t room = problem->timeline_count > SHOWN_MOMENTS ? SHOWN_MOMENTS : problem->timeline_count;

    if (problem->timeline_count == 0)
        return;
    text_section(page, "TIMELINE");
    for (size_t i = 0; i < room; i++) {
        const struct finding_moment *moment = &problem->timeline[i];
        buffer_clear(&line);
        words_moment_near(&line, moment->time, problem->first);
        page_at(page, BODY_AT);
        page_fill(page, BODY_AT, PAGE_WIDTH, buffer_text(&line));
        page_at(page, page->column < BODY_AT + 17 ? BODY_AT + 17 : page->column + 2);
        if (moment->input) {
            struct place place = {.input = moment->input, .at = {.record = moment->record}};
            buffer_clear(&line);
            words_places(&line, findings->bundle, &place, 1, 1);
            page_piece(page, page->column, PAGE_WIDTH, 0, buffer_text(&line));
            page_at(page, page->column + 2);
        }
        page_cut(page, PAGE_WIDTH, text_of(moment->what));
    }
    text_body_more(page, problem->timeline_count - room, "");
    buffer_free(&line);
}

/* ---- the three verdicts ---- */

static void write_ranked(struct page *page, const struct findings *findings, const struct finding_problem *problem)
{
    write_cause(page, "CAUSE", problem, 0);
    page_blank(page);
    text_why(page, findings, problem, &problem->causes[0]);
    write_rivals(page, "ELSE", problem, 1);
    write_excluded(page, problem);
    write_collect(page, problem);
    write_unmoved(page, problem);
    write_seen(page, findings, problem);
    write_timeline(page, findings, problem);
    write_rivals_in_full(page, findings, problem);
}

static void write_insufficient(struct page *page, const struct findings *findings, const struct finding_problem *problem)
{
    text_section(page, "CAUSE");
    page_fill(page, BODY_AT, PAGE_WIDTH, TEXT("cannot be told: the proof was not collected"));
    page_right(page, INK_HEAD, TEXT("insufficient"));
    text_section(page, "DO");
    text_body(page, TEXT("Collect this, the first line first, and run again:"));
    write_missing(page, problem);
    page_blank(page);
    write_rivals(page, "MAYBE", problem, 0);
    write_excluded(page, problem);
    write_seen(page, findings, problem);
    write_timeline(page, findings, problem);
    page_blank(page);
    write_cause(page, "FIRST", problem, 0);
    text_why(page, findings, problem, &problem->causes[0]);
    write_rivals_in_full(page, findings, problem);
}

static void write_no_known_cause(struct page *page, const struct findings *findings, const struct finding_problem *problem)
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
    write_seen(page, findings, problem);
    if (problem->cause_count > 0)
        write_rivals(page, "ELSE", problem, 0);
    write_excluded(page, problem);
    write_collect(page, problem);
    write_unmoved(page, problem);
    write_timeline(page, findings, problem);
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
