/*
 * Detections: Sigma's `detection` and `logsource`, compiled, and tested against records.
 *
 *     logsource: {product: windows, service: system}
 *     detection: {sel: {Provider_Name: Win32k, EventID: 243}, condition: sel}
 *
 * A map is AND, a list is OR, keys are `field|modifier|...`, plain values know the wildcards * and ?, a list of plain
 * values instead of a map is a keyword list (searched in every field), `condition` knows and, or, not, ( ), `1 of
 * sel*`, `all of them`. Comparison ignores case. `re` is PCRE2, unanchored; its named groups become captures.
 *
 * How values compare (DESIGN "Records"): Provider_Name with the provider's name, its EventSourceName and its other
 * known names; a value written 0x... equals the same number in decimal, in signed 32-bit decimal and as eight bare hex
 * digits; dotted versions compare part by part; a field with several values holds when one of them does.
 *
 * A compiled detection never changes and may be used by many threads; a matcher belongs to one thread.
 */
#ifndef WINCAUSE_RULES_DETECTION_H
#define WINCAUSE_RULES_DETECTION_H

#include "base/limits.h"
#include "records/record.h"

struct logsource {
    bool has_category;
    enum category category;      /* CATEGORY_MESSAGE is a view: the Message of every record */
    char *product;               /* lower case or NULL; other than windows fits nothing */
    char *service;               /* as written or NULL: Sigma's name (system) or the channel's own */
};

/* A part that the record cannot know (a text copy names no log) does not exclude it. */
bool logsource_fits(const struct logsource *logsource, const struct record *record);
/* The channel that `service` means ("system" -> "System"), or TEXT_NONE when the logsource names none. */
struct text logsource_channel(const struct logsource *logsource);
/* The channel that a Sigma service name or a channel's own name means. */
struct text channel_of_service(struct text service);

struct capture {
    const char *name;            /* owned by the rules */
    struct text value;           /* dies with the record, and with the matcher's next match */
};
struct captures {
    struct capture items[LIMIT_CAPTURES];
    size_t count;
};
/* Adds or replaces; an empty value is not added. */
void captures_set(struct captures *captures, const char *name, struct text value);
bool captures_get(const struct captures *captures, const char *name, struct text *value);

struct pattern;                  /* a compiled regular expression: rules/pattern.h */
struct matcher;                  /* a thread's scratch space for patterns */
struct matcher *matcher_new(void);
void matcher_free(struct matcher *matcher);
/* True once when a pattern has hit its limits since the last call. The caller names rule and record in the report; the
 * match itself counted as "no". */
bool matcher_gave_up(struct matcher *matcher);

struct detection;
/* Tests the record (logsource first is the caller's business). `captures` gets the named groups of the selections that
 * held; it is not cleared before. NULL when not wanted. */
bool detection_match(const struct detection *detection, struct matcher *matcher, struct record *record,
                     struct captures *captures);

/* The event id that a matching record must have, when there is exactly one or a few: what the dispatcher sorts by.
 * Returns the number of ids (0: any record may match), at most `room`. */
size_t detection_event_ids(const struct detection *detection, uint32_t *ids, size_t room);
/* The provider name that a matching record must have when there is exactly one such condition, else NULL. For messages
 * ("what to collect"). */
const char *detection_provider(const struct detection *detection);

/* For a detection on the registry: what a key in an input says about absence (DESIGN "present / absent").
 * REGISTRY_PROVES: this key being in the input, without a match, proves that the item is absent: it is the key itself
 * (for a value) or the parent of the key (for a key), as far as the pattern ends in literal components. */
enum registry_proof { REGISTRY_SAYS_NOTHING, REGISTRY_PROVES };
enum registry_proof detection_key_proof(const struct detection *detection, struct matcher *matcher, struct text key);
/* True when the detection asks for a key alone (no ValueName, Type or Data). */
bool detection_wants_key_only(const struct detection *detection);
/* The key as a person would look for it, e.g. "...\Control\Session Manager\SubSystems", or NULL. */
const char *detection_key_text(const struct detection *detection);
void detection_free(struct detection *detection);   /* the rule set's business */

#endif
