/* Where things stand in a rule file, and diagnostics with their carets there. */
#include "base/limits.h"
#include "rules/tree_parts.h"

void tree_index_lines(struct tree *tree)
{
    size_t capacity = 0;
    const char *data = tree->source.data;

    for (size_t at = 0, start = 0;; at++) {
        bool end = at >= tree->source.size;

        if (!end && data[at] != '\n' && (data[at] != '\r' || (at + 1 < tree->source.size && data[at + 1] == '\n')))
            continue;
        tree->lines = memory_room(tree->lines, tree->line_count, &capacity, sizeof *tree->lines);
        tree->lines[tree->line_count++] = (uint32_t)start;
        start = at + 1;
        if (end)
            return;
    }
}

struct text tree_source_line(const struct tree *tree, unsigned line)
{
    struct text text;

    if (line == 0 || line > tree->line_count)
        return TEXT_NONE;
    text = text_slice(tree->source, tree->lines[line - 1],
                      line < tree->line_count ? tree->lines[line] : tree->source.size);
    while (text.size > 0 && (text.data[text.size - 1] == '\n' || text.data[text.size - 1] == '\r'))
        text.size--;
    return text;
}

bool tree_continues_character(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

static unsigned characters(struct text text)
{
    unsigned count = 0;

    for (size_t i = 0; i < text.size; i++)
        count += !tree_continues_character(text.data[i]);
    return count;
}

struct mark tree_mark_of_offset(const struct tree *tree, size_t offset)
{
    unsigned line = 1;

    while (line < tree->line_count && tree->lines[line] <= offset)
        line++;
    return (struct mark){line, characters(text_slice(tree->source, tree->lines[line - 1], offset)) + 1};
}

/* Bytes of the source that the escape sequence at its start takes in a double-quoted scalar. */
static size_t escape_length(struct text at)
{
    if (at.size < 2)
        return 1;
    switch (at.data[1]) {
    case 'x':
        return 4;
    case 'u':
        return 6;
    case 'U':
        return 10;
    default:
        return 2;
    }
}

/* Characters from the start of a scalar, as it is written, to byte `offset` of its text. Exact for scalars on one
 * line. */
static unsigned written_width(const struct node *node, struct text written, size_t offset)
{
    size_t at = node->style == STYLE_PLAIN ? 0 : 1, done = 0;

    while (done < offset && at < written.size) {
        size_t taken = 1, gives = 1;

        if (node->style == STYLE_SINGLE_QUOTED && written.data[at] == '\'') {
            taken = 2;
        } else if (node->style == STYLE_DOUBLE_QUOTED && written.data[at] == '\\') {
            taken = escape_length(text_slice(written, at, written.size));
            while (done + gives < node->text.size && tree_continues_character(node->text.data[done + gives]))
                gives++;
        }
        at += taken;
        done += gives;
    }
    return characters(text_slice(written, 0, at));
}

struct text tree_from_column(struct text line, unsigned column)
{
    size_t at = 0;

    for (unsigned i = 1; i < column && at < line.size; i++)
        do
            at++;
        while (at < line.size && tree_continues_character(line.data[at]));
    return text_slice(line, at, line.size);
}

static bool comes_before(struct mark a, struct mark b)
{
    return a.line != b.line ? a.line < b.line : a.column < b.column;
}

static void __attribute__((format(printf, 6, 0))) report(struct tree *tree, enum severity severity, struct mark start,
                                                         unsigned width, const char *hint, const char *format,
                                                         va_list args)
{
    struct buffer message = {0};

    buffer_vprintf(&message, format, args);
    if (severity == SEVERITY_WARNING) {
        tree->warnings++;
    } else if (tree->errors++ == 0 || comes_before(start, tree->first_error)) {
        tree->first_error = start;
        tree->first_message = arena_string(&tree->arena, buffer_text(&message));
    }
    if (tree->errors + tree->warnings > LIMIT_RULE_PROBLEMS) {
        buffer_free(&message);
        return;
    }
    diagnostics_add(tree->diagnostics, severity, tree->file, start.line, start.column, width,
                    tree_source_line(tree, start.line), hint, "%s", message.data ? message.data : "");
    buffer_free(&message);
}

/* A node over several lines is underlined to the end of its first. */
static unsigned node_width(const struct tree *tree, const struct node *node)
{
    unsigned end = node->end.column;

    if (node->end.line != node->start.line)
        end = characters(tree_source_line(tree, node->start.line)) + 1;
    return end > node->start.column ? end - node->start.column : 1;
}

void tree_error(struct tree *tree, const struct node *node, const char *hint, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    report(tree, SEVERITY_ERROR, node->start, node_width(tree, node), hint, format, args);
    va_end(args);
}

void tree_warning(struct tree *tree, const struct node *node, const char *hint, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    report(tree, SEVERITY_WARNING, node->start, node_width(tree, node), hint, format, args);
    va_end(args);
}

/* The part of a scalar that byte `offset` to `offset + size` of its text stand for. */
static struct mark place_in(const struct tree *tree, const struct node *node, size_t offset, size_t size,
                            unsigned *width)
{
    struct mark start = node->start;
    size_t end = offset + size < node->text.size ? offset + size : node->text.size;

    *width = node_width(tree, node);
    if (node->start.line == node->end.line && node->style != STYLE_BLOCK) {
        struct text written = tree_from_column(tree_source_line(tree, start.line), start.column);
        unsigned from = written_width(node, written, offset);
        unsigned to = written_width(node, written, end);

        start.column += from;
        *width = to > from ? to - from : 1;
    }
    return start;
}

void tree_error_in(struct tree *tree, const struct node *node, size_t offset, size_t size, const char *hint,
                   const char *format, ...)
{
    unsigned width;
    struct mark start = place_in(tree, node, offset, size, &width);
    va_list args;

    va_start(args, format);
    report(tree, SEVERITY_ERROR, start, width, hint, format, args);
    va_end(args);
}

void tree_warning_in(struct tree *tree, const struct node *node, size_t offset, size_t size, const char *hint,
                     const char *format, ...)
{
    unsigned width;
    struct mark start = place_in(tree, node, offset, size, &width);
    va_list args;

    va_start(args, format);
    report(tree, SEVERITY_WARNING, start, width, hint, format, args);
    va_end(args);
}

void tree_error_at(struct tree *tree, struct mark at, const char *hint, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    report(tree, SEVERITY_ERROR, at, 1, hint, format, args);
    va_end(args);
}

struct place tree_place(const struct tree *tree, const struct node *node, struct arena *arena)
{
    return (struct place){node->start.line, node->start.column, node_width(tree, node),
                          arena_string(arena, tree_source_line(tree, node->start.line))};
}
