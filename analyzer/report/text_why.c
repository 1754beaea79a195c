/* Why a cause is ranked where it is: its ledger in words, and what the other parts of a problem share. */
#include "report/text.h"

#include <inttypes.h>
#include <string.h>

#define SHOWN_PLACES 4u

void text_section(struct page *page, const char *label)
{
    page_at(page, SECTION_AT);
    page_ink(page, INK_HEAD, label);
    page_at(page, BODY_AT);
}

void text_body(struct page *page, struct text text)
{
    page_at(page, BODY_AT);
    page_fill(page, BODY_AT, PAGE_WIDTH, text);
}

void text_body_more(struct page *page, uint64_t left, const char *what)
{
    if (left == 0)
        return;
    page_at(page, BODY_AT);
    page_fillf(page, BODY_AT, PAGE_WIDTH, "and %" PRIu64 " more%s (see the JSON report)", left, what);
}

void text_add_list(struct buffer *out, const struct strings *list, size_t room)
{
    for (size_t i = 0; i < list->count && i < room; i++) {
        buffer_add_string(out, i > 0 ? ", " : "");
        buffer_add_string(out, list->items[i]);
    }
    if (list->count > room)
        buffer_printf(out, " and %zu more", list->count - room);
}

static void mark_line(struct page *page, const char *mark)
{
    page_at(page, BODY_AT);
    page_ink(page, INK_HEAD, mark);
    page_at(page, ITEM_AT);
}

static void mark_db(struct page *page, int tenths)
{
    struct buffer mark = {0};
    words_db(&mark, tenths);
    mark_line(page, mark.data);
    buffer_free(&mark);
}

/* The first few places, how many more, and when the first was: in one piece where a line has room for it. */
static void write_places(struct page *page, const struct findings *findings, const struct ledger_row *row,
                         struct moment near)
{
    struct buffer piece = {0};
    size_t shown = words_places(&piece, findings->bundle, row->found, row->found_count, SHOWN_PLACES);

    if (shown < row->count) {
        buffer_add_string(&piece, " and ");
        words_number(&piece, row->count - shown);
        buffer_add_string(&piece, " more");
    }
    if (row->first.basis != BASIS_NONE) {
        buffer_add_string(&piece, "  ");
        words_moment_near(&piece, row->first, near);
    }
    if (page_width(buffer_text(&piece)) <= PAGE_WIDTH - ITEM_AT)
        page_piece(page, ITEM_AT, PAGE_WIDTH, 2, buffer_text(&piece));
    else
        page_fill(page, ITEM_AT, PAGE_WIDTH, buffer_text(&piece));
    buffer_free(&piece);
}

static void write_evidence(struct page *page, const struct findings *findings, const struct finding_problem *problem,
                           const struct ledger_row *row)
{
    mark_db(page, row->db);
    if (row->status == EVIDENCE_ABSENT)
        page_fill(page, ITEM_AT, PAGE_WIDTH, TEXT("not found:"));
    page_fill(page, ITEM_AT, PAGE_WIDTH, text_of(row->title));
    if (row->why && *row->why) {
        page_at(page, ITEM_AT);
        page_fill(page, ITEM_AT, PAGE_WIDTH, text_of(row->why));
    }
    if (row->status == EVIDENCE_PRESENT && row->found_count > 0)
        write_places(page, findings, row, problem->first);
}

/* What moved the score stands on lines of its own, strongest first; the rest under ALSO. */
static bool has_own_line(const struct ledger_row *row)
{
    return row->status != EVIDENCE_MODEL && row->db != 0;
}

/* " (the same fact counts once; system.reg:23)": why a row counts nothing, and where it was found. */
void text_add_remark(struct buffer *out, const struct findings *findings, const struct ledger_row *row)
{
    bool why = row->why && *row->why && row->status != EVIDENCE_ABSENT && row->status != EVIDENCE_NOT_COLLECTED;
    bool where = row->status == EVIDENCE_PRESENT && row->found_count > 0;

    if (!why && !where && row->worth == 0)
        return;
    buffer_add_string(out, " (");
    if (why)
        buffer_add_string(out, row->why);
    if (where) {
        buffer_add_string(out, why ? "; " : "");
        if (words_places(out, findings->bundle, row->found, row->found_count, 1) < row->count)
            buffer_add_string(out, " ...");
    }
    if (row->worth != 0) {
        buffer_add_string(out, why || where ? "; would be worth " : "would be worth ");
        words_db(out, row->worth);
    }
    buffer_add_char(out, ')');
}

static void write_counted(struct page *page, const struct findings *findings, const struct finding_problem *problem,
                          const struct finding_cause *cause)
{
    const struct ledger_row *last = NULL;

    for (;;) { /* the next in (db downwards, as written): few rows, so no sorting */
        const struct ledger_row *next = NULL;
        for (size_t i = 0; i < cause->ledger_count; i++) {
            const struct ledger_row *row = &cause->ledger[i];
            bool behind = !last || row->db < last->db || (row->db == last->db && row > last);
            if (has_own_line(row) && behind && (!next || row->db > next->db))
                next = row;
        }
        if (!next)
            return;
        write_evidence(page, findings, problem, next);
        last = next;
    }
}

void text_why(struct page *page, const struct findings *findings, const struct finding_problem *problem,
              const struct finding_cause *cause)
{
    static const char *const order[] = {"limit", "gates", "prior", "crowd", "symptom"};
    struct buffer line = {0};

    text_section(page, "WHY");
    write_counted(page, findings, problem, cause);
    for (size_t o = 0; o < sizeof(order) / sizeof(*order); o++) {
        for (size_t i = 0; i < cause->ledger_count; i++) {
            const struct ledger_row *row = &cause->ledger[i];
            bool always = strcmp(row->id, "prior") == 0 || strcmp(row->id, "symptom") == 0;
            if (row->status != EVIDENCE_MODEL || strcmp(row->id, order[o]) != 0 || (row->db == 0 && !always))
                continue;
            mark_db(page, row->db);
            page_fill(page, ITEM_AT, PAGE_WIDTH, text_of(row->title));
            bool alone = strcmp(row->id, "symptom") == 0 && cause->alone == row->db; /* nothing else could explain it */
            if (row->why && *row->why && !alone)
                page_fillf(page, ITEM_AT, PAGE_WIDTH, "(%s)", row->why);
        }
    }
    buffer_clear(&line);
    words_db(&line, cause->score);
    page_at(page, BODY_AT);
    page_ink(page, INK_HEAD, "=");
    page_ink(page, INK_HEAD, cause->score > 0 ? line.data + 1 : line.data);
    page_ink(page, INK_HEAD, " dB");
    buffer_free(&line);
}
