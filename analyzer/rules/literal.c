/*
 * Reads just enough of PCRE2's syntax to be sure, and gives up early: to find nothing costs time, to find too much
 * loses matches.
 *
 * Only the top level counts: groups, classes and escapes end a run of plain characters, a quantifier takes the
 * character before it out of the run, an alternation at the top level leaves nothing that is certain. With case
 * ignored, k and s end a run too: in Unicode they have a third form (the Kelvin sign, the long s) that a search for
 * ASCII would miss.
 *
 *     (?s)(?:\S+ - )?initialization of the dyn.*failed
 *                    -----------------------   ------     the first is longer
 */
#include "rules/literal.h"

#include <string.h>

#define SHORTEST 4u

struct scan {
    struct text text;
    size_t at;
    bool nocase;
    bool lost;                   /* met what it does not understand */
    struct buffer run;           /* the plain characters up to here */
    struct buffer *best;
};

static void end_run(struct scan *scan)
{
    if (scan->run.size > scan->best->size) {
        buffer_clear(scan->best);
        buffer_add_text(scan->best, buffer_text(&scan->run));
    }
    buffer_clear(&scan->run);
}

static bool has(const struct scan *scan, const char *what)
{
    return text_starts(text_slice(scan->text, scan->at, scan->text.size), text_of(what));
}

/* From behind the [ to behind the ]. */
static void skip_class(struct scan *scan)
{
    struct text text = scan->text;

    if (has(scan, "^"))
        scan->at++;
    if (has(scan, "]"))
        scan->at++;
    while (scan->at < text.size && text.data[scan->at] != ']') {
        if (has(scan, "\\Q") || has(scan, "[:") || has(scan, "[.") || has(scan, "[=")) {
            scan->lost = true;
            return;
        }
        scan->at += text.data[scan->at] == '\\' ? 2 : 1;
    }
    scan->at++;
}

/* From behind the ( to behind its ). */
static void skip_group(struct scan *scan)
{
    unsigned depth = 1;

    while (depth > 0 && !scan->lost && scan->at < scan->text.size) {
        char c = scan->text.data[scan->at];

        if (has(scan, "(*") || has(scan, "(?#") || has(scan, "\\Q")) {
            scan->lost = true;
        } else if (c == '\\') {
            scan->at += 2;
        } else if (c == '[') {
            scan->at++;
            skip_class(scan);
        } else {
            depth += c == '(' ? 1 : 0;
            depth -= c == ')' ? 1 : 0;
            scan->at++;
        }
    }
}

/* `(?is)` at the top level changes what follows; true when it was one. */
static bool take_options(struct scan *scan)
{
    size_t at = scan->at + 2;

    if (!has(scan, "(?"))
        return false;
    while (at < scan->text.size &&
           (scan->text.data[at] == 'i' || scan->text.data[at] == 's' || scan->text.data[at] == 'm')) {
        scan->nocase |= scan->text.data[at] == 'i';
        at++;
    }
    if (at == scan->at + 2 || at >= scan->text.size || scan->text.data[at] != ')')
        return false;
    scan->at = at + 1;
    return true;
}

static void take_group(struct scan *scan)
{
    end_run(scan);
    if (take_options(scan))
        return;
    if (has(scan, "(*") || (has(scan, "(?") && scan->at + 2 < scan->text.size &&
                            strchr(":=!<>P|'", scan->text.data[scan->at + 2]) == NULL))
        scan->lost = true;   /* verbs, other options, comments, conditions, recursion */
    scan->at++;
    skip_group(scan);
}

/* The character before is optional or repeated; ?, + behind a quantifier are part of it. */
static void take_quantifier(struct scan *scan)
{
    bool stays = scan->text.data[scan->at] == '+';

    if (!stays && scan->run.size > 0)
        scan->run.size--;
    end_run(scan);
    if (scan->text.data[scan->at] == '{')
        while (scan->at + 1 < scan->text.size && strchr("0123456789,}", scan->text.data[scan->at + 1]) != NULL &&
               scan->text.data[scan->at] != '}')
            scan->at++;
    scan->at++;
    if (has(scan, "?") || has(scan, "+"))
        scan->at++;
}

static void take_plain(struct scan *scan, char c)
{
    char lower = text_lower_char(c);

    if ((unsigned char)c >= 0x80 || (scan->nocase && (lower == 'k' || lower == 's')))
        end_run(scan);
    else
        buffer_add_char(&scan->run, c);
}

static void take_escape(struct scan *scan)
{
    char c = scan->at + 1 < scan->text.size ? scan->text.data[scan->at + 1] : '\0';
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

    scan->at += 2;
    if (c == '\0' || (c >= '0' && c <= '9') || (letter && strchr("dDsSwWbBAzZGhHvVRKnrtfea", c) == NULL))
        scan->lost = true;   /* takes an argument, or quotes */
    else if (letter)
        end_run(scan);
    else
        take_plain(scan, c);
}

void literal_find(struct text expression, bool nocase, struct buffer *literal)
{
    struct scan scan = {.text = expression, .nocase = nocase, .best = literal};

    while (scan.at < expression.size && !scan.lost) {
        char c = expression.data[scan.at];

        if (c == '|') {
            scan.lost = true;
        } else if (c == '\\') {
            take_escape(&scan);
        } else if (c == '(') {
            take_group(&scan);
        } else if (c == '[') {
            end_run(&scan);
            scan.at++;
            skip_class(&scan);
        } else if (c == '*' || c == '?' || c == '+' || c == '{') {
            take_quantifier(&scan);
        } else {
            if (c == '.' || c == '^' || c == '$')
                end_run(&scan);
            else
                take_plain(&scan, c);
            scan.at++;
        }
    }
    end_run(&scan);
    if (scan.lost || literal->size < SHORTEST)
        buffer_clear(literal);
    buffer_free(&scan.run);
}
