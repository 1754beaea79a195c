/*
 * Report formats. A format is one file and one line of the table in report/formats.c. A writer prints findings; it
 * computes nothing.
 */
#ifndef WINCAUSE_REPORT_REPORT_H
#define WINCAUSE_REPORT_REPORT_H

#include "diagnosis/findings.h"

struct report_style {
    bool color;
};

struct report_format {
    const char *name; /* -f NAME */
    const char *what; /* the line that help and the man page print */
    void (*write)(const struct findings *findings, const struct report_style *style, struct buffer *out);
};
/* The formats, each in its own file. */
extern const struct report_format report_text, report_json;

extern const struct report_format *const report_formats[]; /* ends in NULL */
const struct report_format *report_format_find(const char *name);

#endif
