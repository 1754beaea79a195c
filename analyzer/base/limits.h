/*
 * Every bound that the program puts on its input, in one place. Inputs are hostile: logs come from compromised
 * machines. A length, count or depth from an input is compared with one of these before it is used; what goes over
 * is a counted, named loss, never a crash and never an endless run.
 */
#ifndef WINCAUSE_BASE_LIMITS_H
#define WINCAUSE_BASE_LIMITS_H

#include <stddef.h>
#include <stdint.h>

/* Bundle. */
#define LIMIT_INPUTS 200000u             /* files of one bundle */
#define LIMIT_FOLDER_DEPTH 64u           /* nested folders */
#define LIMIT_STANDARD_INPUT (1u << 30)  /* bytes taken from standard input */

/* Records. */
#define LIMIT_FIELDS 4096u               /* fields of one record */
#define LIMIT_FIELD_BYTES (1u << 20)     /* bytes of one field's text */
#define LIMIT_RECORD_BYTES (4u << 20)    /* bytes of one record, all fields together */

#define LIMIT_FACT_VALUES 512u           /* values kept of one input to state facts from at its end */

/* Text inputs. */
#define LIMIT_LINE_BYTES 65536u          /* a longer line is handed on in pieces */
#define LIMIT_PARAGRAPH_LINES 64u
#define LIMIT_PARAGRAPH_BYTES 16384u
#define LIMIT_BLOCK_LINES 100000u        /* lines of one block, e.g. a Dr Watson record */
#define LIMIT_LINES_AHEAD 64u            /* lines that a block may look ahead */
#define LIMIT_EVENT_TEXT_BYTES 65536u    /* description of a copied event */
#define LIMIT_DATE_SCAN_BYTES (64u << 20) /* bytes searched for a date that tells the order of day and month */

/* Registry exports. */
#define LIMIT_KEY_BYTES 65536u           /* a key's path */
#define LIMIT_VALUE_BYTES (16u << 20)    /* a value's data as written in the export */
#define LIMIT_VALUE_LINES 100000u        /* lines that one quoted string may go over */
#define LIMIT_EXPORT_LOSSES 100000u      /* losses of one export that are told one by one; the rest as one sum */

/* Event XML. */
#define LIMIT_XML_DEPTH 64u
#define LIMIT_XML_NAME_BYTES 1024u       /* an element's or an attribute's name */
#define LIMIT_XML_EVENT_BYTES (8u << 20)

/* libevtx child. */
#define LIMIT_EVTX_CHILD_MEMORY (512u << 20) /* RLIMIT_AS of the child */
#define LIMIT_EVTX_RECORD_SECONDS 10u        /* processor time a record may take before its child is ended */
#define LIMIT_EVTX_CHILD_DEATHS 256u         /* children that may die on one file before the rest is given up */
#define LIMIT_EVTX_WASTED_SECONDS 60u        /* processor time that they may have used together */
#define LIMIT_EVTX_RECORDS_PER_SECOND 250u   /* a child that is slower, with the seconds above to spare, is ended */

/* Rules. */
#define LIMIT_RULE_FILE_BYTES (4u << 20)
#define LIMIT_RULE_FILES 100000u
#define LIMIT_RULE_DEPTH 32u             /* nesting of a rule file, and of a condition */
#define LIMIT_RULE_NODES 200000u         /* nodes of one rule file */
#define LIMIT_CAPTURES 32u               /* names that one detection may capture or extract */
#define LIMIT_PATTERN_MATCH 100000u      /* PCRE2 match limit */
#define LIMIT_PATTERN_DEPTH 10000u       /* PCRE2 depth limit */
#define LIMIT_PATTERN_HEAP_KIB 8192u     /* PCRE2 heap limit */
#define LIMIT_PATTERN_STACK_BYTES (1u << 20) /* stack of PCRE2's compiled code */
#define LIMIT_PATTERN_SHORT 1024u        /* bytes of a subject in which the limits above bound the time well enough */
#define LIMIT_PATTERN_WORK 5000000u      /* steps that one match in a longer subject may take */
#define LIMIT_RULE_PROBLEMS 1000u        /* mistakes that are reported of one rule file */

/* Hits (diagnosis/hits.h). */
#define LIMIT_HITS_KEPT 16u              /* earliest, and as many latest, hits kept in full */
#define LIMIT_HIT_TEXT 200u              /* bytes of a hit's excerpt */
#define LIMIT_MARKS 4096u                /* exact times kept; beyond that buckets */
#define LIMIT_CAPTURE_VALUES 256u        /* distinct values kept of one capture */
#define LIMIT_CAPTURE_BYTES 1024u        /* bytes kept of one captured value */
#define LIMIT_GROUPS 4096u               /* problems (values of `identity`) kept of one symptom, input and host label */
#define LIMIT_LABELS 4096u               /* computers kept of one input */
#define LIMIT_ID_RANGES 1024u            /* runs of record numbers kept of one log; more gaps make it incomplete */

#endif
