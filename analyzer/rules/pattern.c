#define PCRE2_CODE_UNIT_WIDTH 8
#include "rules/pattern.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#define JIT_STACK_START 32768u
#define PAIRS_AT_FIRST 32u

struct group {
    uint32_t number;
    const char *name;            /* in the pattern's `names` */
};

struct pattern {
    pcre2_code *code;
    uint32_t pairs;              /* offset pairs that a match fills */
    const char **names;          /* each once, NULL at the end */
    struct group *groups;        /* a name may stand for several groups: (?P<x>a)|(?P<x>b) */
    size_t group_count;
};

struct matcher {
    pcre2_match_context *context;
    pcre2_match_data *data;
    uint32_t pairs;              /* what `data` has room for */
    pcre2_jit_stack *stack;
    bool gave_up;
};

static void out_of_memory(void)
{
    (void)memory_array(SIZE_MAX, SIZE_MAX);   /* ends the program with the one message for this */
}

/* Windows ends lines with CR LF: `.`, `^` and `$` know CR, LF and both. \C would split a character. */
static pcre2_code *compile_code(struct text expression, bool nocase, int *error, size_t *offset)
{
    uint32_t options = PCRE2_UTF | PCRE2_DUPNAMES | PCRE2_NEVER_BACKSLASH_C | (nocase ? PCRE2_CASELESS : 0);
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    pcre2_code *code;

    if (context == NULL)
        out_of_memory();
    pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
    code = pcre2_compile((PCRE2_SPTR)(expression.size > 0 ? expression.data : ""), expression.size, options, error, offset,
                         context);
    pcre2_compile_context_free(context);
    return code;
}

static void read_names(struct pattern *pattern)
{
    uint32_t count = 0, entry_size = 0;
    PCRE2_SPTR entry = NULL;
    size_t names = 0;

    pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMEENTRYSIZE, &entry_size);
    pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMETABLE, &entry);
    pattern->names = memory_array((size_t)count + 1, sizeof *pattern->names);
    pattern->groups = memory_array((size_t)count + 1, sizeof *pattern->groups);
    for (uint32_t i = 0; i < count; i++, entry += entry_size) {   /* sorted by name */
        const char *name = (const char *)entry + 2;

        if (names == 0 || strcmp(pattern->names[names - 1], name) != 0)
            pattern->names[names++] = name;
        pattern->groups[pattern->group_count++] =
            (struct group){.number = (uint32_t)(entry[0] << 8 | entry[1]), .name = pattern->names[names - 1]};
    }
}

struct pattern *pattern_compile(struct text expression, bool nocase, struct buffer *message, size_t *offset)
{
    struct pattern *pattern;
    uint32_t groups = 0;
    int error = 0;
    pcre2_code *code = compile_code(expression, nocase, &error, offset);

    if (code == NULL) {
        PCRE2_UCHAR why[256];

        pcre2_get_error_message(error, why, sizeof why);
        buffer_add_string(message, (const char *)why);
        return NULL;
    }
    pattern = memory_alloc(sizeof *pattern);
    pattern->code = code;
    (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);   /* where the system forbids it, the interpreter does the work */
    pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
    pattern->pairs = groups + 1;
    read_names(pattern);
    return pattern;
}

void pattern_free(struct pattern *pattern)
{
    if (pattern == NULL)
        return;
    pcre2_code_free(pattern->code);
    free(pattern->names);
    free(pattern->groups);
    free(pattern);
}

const char *const *pattern_names(const struct pattern *pattern)
{
    return pattern->names;
}

struct matcher *matcher_new(void)
{
    struct matcher *matcher = memory_alloc(sizeof *matcher);

    matcher->pairs = PAIRS_AT_FIRST;
    matcher->context = pcre2_match_context_create(NULL);
    matcher->data = pcre2_match_data_create(matcher->pairs, NULL);
    matcher->stack = pcre2_jit_stack_create(JIT_STACK_START, LIMIT_PATTERN_STACK_BYTES, NULL);
    if (matcher->context == NULL || matcher->data == NULL)
        out_of_memory();
    pcre2_set_match_limit(matcher->context, LIMIT_PATTERN_MATCH);
    pcre2_set_depth_limit(matcher->context, LIMIT_PATTERN_DEPTH);
    pcre2_set_heap_limit(matcher->context, LIMIT_PATTERN_HEAP_KIB);
    if (matcher->stack != NULL)
        pcre2_jit_stack_assign(matcher->context, NULL, matcher->stack);
    return matcher;
}

void matcher_free(struct matcher *matcher)
{
    if (matcher == NULL)
        return;
    pcre2_match_data_free(matcher->data);
    pcre2_match_context_free(matcher->context);
    pcre2_jit_stack_free(matcher->stack);
    free(matcher);
}

bool matcher_gave_up(struct matcher *matcher)
{
    bool gave_up = matcher->gave_up;

    matcher->gave_up = false;
    return gave_up;
}

static void ensure_pairs(struct matcher *matcher, uint32_t pairs)
{
    if (pairs <= matcher->pairs)
        return;
    pcre2_match_data_free(matcher->data);
    matcher->data = pcre2_match_data_create(pairs, NULL);
    if (matcher->data == NULL)
        out_of_memory();
    matcher->pairs = pairs;
}

bool pattern_match(const struct pattern *pattern, struct matcher *matcher, struct text subject, struct captures *captures)
{
    const size_t *offsets;
    int result;

    if (subject.size == 0)
        subject.data = "";
    ensure_pairs(matcher, pattern->pairs);
    result = pcre2_match(pattern->code, (PCRE2_SPTR)subject.data, subject.size, 0, PCRE2_NO_UTF_CHECK, matcher->data,
                         matcher->context);
    if (result < 0) {
        if (result != PCRE2_ERROR_NOMATCH)
            matcher->gave_up = true;
        return false;
    }
    if (captures == NULL)
        return true;
    offsets = pcre2_get_ovector_pointer(matcher->data);
    for (size_t i = 0; i < pattern->group_count; i++) {
        size_t from = offsets[2 * pattern->groups[i].number], to = offsets[2 * pattern->groups[i].number + 1];

        if (from != PCRE2_UNSET && from <= to && to <= subject.size)
            captures_set(captures, pattern->groups[i].name, text_slice(subject, from, to));
    }
    return true;
}
