/* What stands around the causes of a problem: what was ruled out, what to collect, what counted nothing, where and
 * when. */
#include "report/text.h"

#include <inttypes.h>
#include <string.h>

/* How much of a long list is shown; the JSON report has everything. */
#define SHOWN_EXCLUDED 4u
#define SHOWN_MISSING 6u
#define SHOWN_TITLES 2u
#define SHOWN_PLACES 4u
#define SHOWN_MOMENTS 12u

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

void text_excluded(struct page *page, const struct finding_problem *problem)
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

static bool is_told(const struct finding_problem *problem, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(problem->missing[i].source, problem->missing[index].source) == 0)
            return true;
    }
    return false;
}

/* What the source of missing[index] would show: "shows whether: A; B; and 2 more", and why it does not where it was
 * collected in part. */
static void write_shows(struct page *page, const struct finding_problem *problem, size_t index)
{
    struct buffer line = {0};
    size_t count = 0;
    const char *why = NULL;

    for (size_t i = index; i < problem->missing_count; i++) {
        const struct ledger_row *row = wanted_row(problem, problem->missing[i].wanted_by);
        if (!row || strcmp(problem->missing[i].source, problem->missing[index].source) != 0)
            continue;
        if (count < SHOWN_TITLES)
            buffer_printf(&line, "%s%s", count == 0 ? "shows whether: " : "; ", row->title);
        count++;
        if (!why && row->status == EVIDENCE_PARTIAL && row->why && *row->why)
            why = row->why;
    }
    if (count > SHOWN_TITLES)
        buffer_printf(&line, "; and %zu more", count - SHOWN_TITLES);
    if (why)
        buffer_printf(&line, " (now: %s)", why);
    if (line.size > 0) {
        page_at(page, ITEM_AT);
        page_fill(page, ITEM_AT, PAGE_WIDTH, buffer_text(&line));
    }
    buffer_free(&line);
}

static bool decides(const struct finding_problem *problem, size_t index)
{
    for (size_t i = index; i < problem->missing_count; i++) {
        if (problem->missing[i].decides && strcmp(problem->missing[i].source, problem->missing[index].source) == 0)
            return true;
    }
    return false;
}

/* What could change the order, one line a source; then the rest in a sentence. */
void text_missing(struct page *page, const struct finding_problem *problem)
{
    struct buffer line = {0};
    size_t shown = 0;

    for (size_t i = 0; i < problem->missing_count; i++) {
        if (is_told(problem, i) || !decides(problem, i) || shown++ >= SHOWN_MISSING)
            continue;
        buffer_clear(&line);
        words_db(&line, problem->missing[i].swing);
        page_at(page, BODY_AT);
        page_ink(page, INK_HEAD, line.data[0] == '+' ? line.data + 1 : line.data);
        page_at(page, ITEM_AT);
        page_fill(page, ITEM_AT, PAGE_WIDTH, text_of(problem->missing[i].source));
        write_shows(page, problem, i);
    }
    text_body_more(page, shown > SHOWN_MISSING ? shown - SHOWN_MISSING : 0, ", worth less");
    buffer_clear(&line);
    for (size_t i = 0; i < problem->missing_count; i++) {
        if (is_told(problem, i) || decides(problem, i))
            continue;
        buffer_add_string(&line, line.size > 0 ? "; " : "would add little: ");
        buffer_add_string(&line, problem->missing[i].source);
    }
    if (line.size > 0 && shown == 0)
        text_body(page, problem->verdict == VERDICT_RANKED ? TEXT("nothing that could change the order")
                                                           : TEXT("nothing that could decide it alone"));
    if (line.size > 0)
        text_body(page, buffer_text(&line));
    buffer_free(&line);
}

void text_collect(struct page *page, const struct finding_problem *problem)
{
    text_section(page, "COLLECT");
    if (problem->missing_count > 0)
        text_missing(page, problem);
    else
        text_body(page, problem->cause_count > 0 ? TEXT("nothing that could change the order")
                                                 : TEXT("nothing that the rules of this pack would need"));
}

/* What was looked for and moved nothing, one paragraph per reason: a reviewer asks whether it was. */
void text_unmoved(struct page *page, const struct findings *findings, const struct finding_problem *problem)
{
    static const struct {
        enum evidence_status status;
        const char *what;
    } kinds[] = {{EVIDENCE_PRESENT, "found, counts nothing: "},
                 {EVIDENCE_ABSENT, "not found, counts nothing: "},
                 {EVIDENCE_PARTIAL, "not known: "},
                 {EVIDENCE_NOT_COLLECTED, "not collected: "},
                 {EVIDENCE_NOT_APPLICABLE, "does not apply here: "}};
    struct buffer line = {0};
    bool first = true;

    for (size_t k = 0; problem->cause_count > 0 && k < sizeof(kinds) / sizeof(*kinds); k++) {
        const struct finding_cause *cause = &problem->causes[0];
        buffer_clear(&line);
        for (size_t i = 0; i < cause->ledger_count; i++) {
            const struct ledger_row *row = &cause->ledger[i];
            if (row->status != kinds[k].status || row->db != 0 || is_missing(problem, row))
                continue;
            buffer_add_string(&line, line.size > 0 ? "; " : kinds[k].what);
            buffer_add_string(&line, row->title);
            text_add_remark(&line, findings, row);
        }
        if (line.size == 0)
            continue;
        if (first)
            text_section(page, "ALSO");
        first = false;
        page_at(page, BODY_AT);
        page_fill(page, BODY_AT + 2, PAGE_WIDTH, buffer_text(&line));
    }
    buffer_free(&line);
}

void text_seen(struct page *page, const struct findings *findings, const struct finding_problem *problem)
{
    struct buffer line = {0};
    size_t shown = 0;

    if (problem->count == 0 || problem->found_count == 0)
        return;
    text_section(page, "SEEN");
    for (size_t groups = 0; shown < problem->found_count && groups < SHOWN_PLACES; groups++) {
        buffer_clear(&line);
        shown +=
            words_places(&line, findings->bundle, problem->found + shown, problem->found_count - shown, SHOWN_PLACES);
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

void text_timeline(struct page *page, const struct findings *findings, const struct finding_problem *problem)
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
