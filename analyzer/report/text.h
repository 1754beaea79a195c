/* The parts of the text report: text.c is the frame, text_problem.c one problem, text_why.c the ledger of one cause,
 * text_circumstances.c what stands around the causes, text_foot.c what it all rests on. */
#ifndef WINCAUSE_REPORT_TEXT_H
#define WINCAUSE_REPORT_TEXT_H

#include "report/page.h"
#include "report/words.h"

#define SECTION_AT 7    /* CAUSE, DO, WHY ... */
#define BODY_AT 16      /* their text */
#define ITEM_AT 22      /* the text of a line that begins with a number */
#define SHOWN_VALUES 5u /* of a list of values in a sentence */

void text_problem(struct page *page, const struct findings *findings, size_t index);
void text_foot(struct page *page, const struct findings *findings);

/* RULED; the lines of COLLECT; COLLECT; ALSO; SEEN; TIMELINE. */
void text_excluded(struct page *page, const struct finding_problem *problem);
void text_missing(struct page *page, const struct finding_problem *problem);
void text_collect(struct page *page, const struct finding_problem *problem);
void text_unmoved(struct page *page, const struct findings *findings, const struct finding_problem *problem);
void text_seen(struct page *page, const struct findings *findings, const struct finding_problem *problem);
void text_timeline(struct page *page, const struct findings *findings, const struct finding_problem *problem);

/* "user32.dll": what tells a problem from others of its symptom. */
void text_identity(struct buffer *out, const struct finding_problem *problem);
/* "very likely", "no known cause" ...: a problem's outcome in a few words. */
const char *text_outcome(const struct finding_problem *problem);

/* The span that a host's logs cover together; local times are left out where UTC ones are known. Returns the number of
 * logs. */
size_t text_span_of_logs(const struct finding_host *host, struct moment *first, struct moment *last);

void text_why(struct page *page, const struct findings *findings, const struct finding_problem *problem,
              const struct finding_cause *cause);

void text_add_remark(struct buffer *out, const struct findings *findings, const struct ledger_row *row);

/* A label at SECTION_AT, the page then stands at BODY_AT; a paragraph there; "and 7 more, less likely (see the JSON
 * report)". */
void text_section(struct page *page, const char *label);
void text_body(struct page *page, struct text text);
void text_body_more(struct page *page, uint64_t left, const char *what);
void text_add_list(struct buffer *out, const struct strings *list, size_t room);

#endif
