/* The parts of the text report: report/text.c is the frame, report/text_problem.c one problem, report/text_why.c the ledger of
 * one cause. */
#ifndef WINCAUSE_REPORT_TEXT_H
#define WINCAUSE_REPORT_TEXT_H

#include "report/page.h"
#include "report/words.h"

#define SECTION_AT 7     /* CAUSE, DO, WHY ... */
#define BODY_AT 16       /* their text */
#define ITEM_AT 22       /* the text of a line that begins with a number */
#define SHOWN_VALUES 5u  /* of a list of values in a sentence */

void text_problem(struct page *page, const struct findings *findings, size_t index);

/* "user32.dll": what tells a problem from others of its symptom. */
void text_identity(struct buffer *out, const struct finding_problem *problem);
/* "very likely", "no known cause" ...: a problem's outcome in a few words. */
const char *text_outcome(const struct finding_problem *problem);

/* The span that a host's logs cover together; local times are left out where UTC ones are known. Returns the number of logs. */
size_t text_span_of_logs(const struct finding_host *host, struct moment *first, struct moment *last);

void text_why(struct page *page, const struct findings *findings, const struct finding_problem *problem,
              const struct finding_cause *cause);

/* A label at SECTION_AT, the page then stands at BODY_AT; a paragraph there; "and 7 more, less likely (see the JSON report)". */
void text_section(struct page *page, const char *label);
void text_body(struct page *page, struct text text);
void text_body_more(struct page *page, uint64_t left, const char *what);
void text_add_list(struct buffer *out, const struct strings *list, size_t room);

#endif
