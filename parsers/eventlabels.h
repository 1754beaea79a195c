/*
 * The words of copied events: what Event Viewer calls the parts of an event, in every version and in English, German,
 * French, Spanish and Italian.
 */
#ifndef WINCAUSE_PARSERS_EVENTLABELS_H
#define WINCAUSE_PARSERS_EVENTLABELS_H

#include "records/record.h"

enum event_label {
    LABEL_NONE,
    LABEL_LOG,
    LABEL_SOURCE,
    LABEL_DATE,
    LABEL_TIME,
    LABEL_ID,
    LABEL_LEVEL,       /* also NT's event type */
    LABEL_TASK,
    LABEL_OPCODE,
    LABEL_KEYWORDS,
    LABEL_USER,
    LABEL_USER_NAME,
    LABEL_COMPUTER,
    LABEL_DESCRIPTION,
    LABEL_DATA,        /* NT's hex dump. Italian calls the date so */
    LABEL_XML,
    LABEL_COUNT
};

/* The label that a line begins with, and what stands behind its colon. Blanks, list marks and emphasis of Markdown
 * around both are dropped. LABEL_NONE: none. */
enum event_label eventlabel_of(struct text line, struct text *value);

/* A level's word or number. Words of security audits are no level: *keywords is set to `Audit Success` or `Audit
 * Failure` and
 * *level to LEVEL_NONE. False when the word is neither. */
bool eventlabel_level(struct text word, uint8_t *level, struct text *keywords);

/* Whether a value says that there is none: empty, N/A in the five languages, `<a placeholder>`. */
bool eventlabel_no_value(struct text value);

#endif
