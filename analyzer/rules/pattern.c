#define PCRE2_CODE_UNIT_WIDTH 8
#include "rules/pattern.h"

#include <pcre2.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "rules/literal.h"

#define JIT_STACK_START 32768u
#define PAIRS_AT_FIRST 32u
#define STEP_BYTES 16u           /* bytes of one run of a repeat (`\s+`, `.*`) that count as one step */

struct group {
    uint32_t number;
    const char *name;            /* in the pattern's `names` */
};

struct pattern {
    pcre2_code *code;
    struct buffer expression;
    bool nocase;
    struct buffer literal;       /* what every match contains; empty: nothing is certain */
    _Atomic(pcre2_code *) *counting; /* the same with callouts; made when it is first needed */
    uint32_t pairs;              /* offset pairs that a match fills */
    const char **names;          /* each once, NULL at the end */
    struct group *groups;        /* a name may stand for several groups: (?P<x>a)|(?P<x>b) */
    size_t group_count;
};

struct matcher {
    pcre2_match_context *context;
    pcre2_match_context *counting;   /* with the callout that counts */
    uint64_t work;               /* steps of this match */
    size_t last;                 /* where the last step was */
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
static pcre2_code *compile_code(struct text expression, bool nocase, uint32_t more, int *error, size_t *offset)
{
    uint32_t options = PCRE2_UTF | PCRE2_DUPNAMES | PCRE2_NEVER_BACKSLASH_C | (nocase ? PCRE2_CASELESS : 0) | more;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    pcre2_code *code;

    if (context == NULL)
        out_of_memory();
    pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
    code = pcre2_compile((PCRE2_SPTR)(expression.size > 0 ? expression.data : ""), expression.size, options, error,
                         offset, context);
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
    pcre2_code *code = compile_code(expression, nocase, 0, &error, offset);

    if (code == NULL) {
        PCRE2_UCHAR why[256];

        pcre2_get_error_message(error, why, sizeof why);
        buffer_add_string(message, (const char *)why);
        return NULL;
    }
    pattern = memory_alloc(sizeof *pattern);
    pattern->code = code;
    pattern->nocase = nocase;
    pattern->counting = memory_alloc(sizeof *pattern->counting);
    buffer_add_text(&pattern->expression, expression);
    literal_find(expression, nocase, &pattern->literal);
    (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);   /* where the system forbids it, PCRE2 interprets */
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
    pcre2_code_free(atomic_load(pattern->counting));
    free(pattern->counting);
    buffer_free(&pattern->expression);
    buffer_free(&pattern->literal);
    free(pattern->names);
    free(pattern->groups);
    free(pattern);
}

const char *const *pattern_names(const struct pattern *pattern)
{
    return pattern->names;
}

/* Called at every step of the expression, at every place in the subject where it is tried. */
static int count_work(pcre2_callout_block *block, void *data)
{
    struct matcher *matcher = data;
    size_t at = block->current_position;

    matcher->work += 1 + (at > matcher->last ? at - matcher->last : matcher->last - at) / STEP_BYTES;
    matcher->last = at;
    return matcher->work > LIMIT_PATTERN_WORK ? PCRE2_ERROR_MATCHLIMIT : 0;
}

struct matcher *matcher_new(void)
{
    struct matcher *matcher = memory_alloc(sizeof *matcher);

    matcher->pairs = PAIRS_AT_FIRST;
    matcher->context = pcre2_match_context_create(NULL);
    matcher->counting = pcre2_match_context_create(NULL);
    matcher->data = pcre2_match_data_create(matcher->pairs, NULL);
    matcher->stack = pcre2_jit_stack_create(JIT_STACK_START, LIMIT_PATTERN_STACK_BYTES, NULL);
    if (matcher->context == NULL || matcher->counting == NULL || matcher->data == NULL)
        out_of_memory();
    pcre2_set_match_limit(matcher->context, LIMIT_PATTERN_MATCH);
    pcre2_set_depth_limit(matcher->context, LIMIT_PATTERN_DEPTH);
    pcre2_set_heap_limit(matcher->context, LIMIT_PATTERN_HEAP_KIB);
    pcre2_set_match_limit(matcher->counting, LIMIT_PATTERN_WORK);
    pcre2_set_heap_limit(matcher->counting, LIMIT_PATTERN_HEAP_KIB);
    pcre2_set_callout(matcher->counting, count_work, matcher);
    if (matcher->stack != NULL) {
        pcre2_jit_stack_assign(matcher->context, NULL, matcher->stack);
        pcre2_jit_stack_assign(matcher->counting, NULL, matcher->stack);
    }
    return matcher;
}

void matcher_free(struct matcher *matcher)
{
    if (matcher == NULL)
        return;
    pcre2_match_data_free(matcher->data);
    pcre2_match_context_free(matcher->context);
    pcre2_match_context_free(matcher->counting);
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

/* Several threads may come here at once: the first to finish is kept. */
static pcre2_code *counting_code(const struct pattern *pattern)
{
    pcre2_code *code = atomic_load(pattern->counting), *none = NULL;
    size_t offset;
    int error;

    if (code != NULL)
        return code;
    code = compile_code(buffer_text(&pattern->expression), pattern->nocase, PCRE2_AUTO_CALLOUT, &error, &offset);
    if (code == NULL)
        out_of_memory();   /* it did compile before */
    (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    if (atomic_compare_exchange_strong(pattern->counting, &none, code))
        return code;
    pcre2_code_free(code);
    return none;
}

/* PCRE2's limits count from anew at every place where a match may begin, and its fast code does not count single
 * characters: an expression like `[^:]+\.exe` takes the square of the subject's length and never reaches a limit. So
 * in long subjects each step is counted; in short ones even the square is little. */
static int run(const struct pattern *pattern, struct matcher *matcher, struct text subject)
{
    ensure_pairs(matcher, pattern->pairs);
    if (subject.size <= LIMIT_PATTERN_SHORT)
        return pcre2_match(pattern->code, (PCRE2_SPTR)subject.data, subject.size, 0, PCRE2_NO_UTF_CHECK, matcher->data,
                           matcher->context);
    matcher->work = 0;
    matcher->last = 0;
    return pcre2_match(counting_code(pattern), (PCRE2_SPTR)subject.data, subject.size, 0, PCRE2_NO_UTF_CHECK,
                       matcher->data, matcher->counting);
}

bool pattern_match(const struct pattern *pattern, struct matcher *matcher, struct text subject,
                   struct captures *captures)
{
    const size_t *offsets;
    int result;

    if (subject.size == 0)
        subject.data = "";
    if (pattern->literal.size > 0 && text_find_nocase(subject, buffer_text(&pattern->literal)) == TEXT_NOT_FOUND)
        return false;
    result = run(pattern, matcher, subject);
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
