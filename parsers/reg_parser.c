#include "parsers/reg_parser.h"

#include "base/limits.h"

#define LABEL_NAME 80u      /* bytes of a value's name in a message */
#define LABEL_KEY 240u      /* bytes of a key in a message */

/* Messages. */

void reg_note(struct reg_parser *parser, enum reg_remark remark)
{
    if (parser->remarks[remark].count++ == 0)
        parser->remarks[remark].first_line = parser->start.line;
}

void reg_lose(struct reg_parser *parser, uint64_t count, const char *format, ...)
{
    struct buffer why = {0};
    va_list args;
    if (++parser->losses > LIMIT_EXPORT_LOSSES) {
        parser->untold++;
        parser->untold_records += count;
        return;
    }
    va_start(args, format);
    buffer_vprintf(&why, format, args);
    va_end(args);
    sink_loss(parser->sink, parser->start, count, "%s", why.data);
    buffer_free(&why);
}

struct text reg_clip(struct text text, size_t size)
{
    if (text.size <= size)
        return text;
    while (size > 0 && ((unsigned char)text.data[size] & 0xC0) == 0x80)
        size--;
    return text_slice(text, 0, size);
}

static void add_clipped(struct buffer *out, struct text text, size_t size)
{
    buffer_add_text(out, reg_clip(text, size));
    if (text.size > size)
        buffer_add_string(out, "...");
}

const char *reg_label(struct reg_parser *parser)
{
    struct buffer *out = &parser->label;
    buffer_clear(out);
    if (parser->name.size > 0) {
        buffer_add_string(out, "value \"");
        add_clipped(out, buffer_text(&parser->name), LABEL_NAME);
        buffer_add_char(out, '"');
    } else {
        buffer_add_string(out, "the default value");
    }
    if (parser->key_state == KEY_OPEN) {
        buffer_add_string(out, " of ");
        add_clipped(out, buffer_text(&parser->key), LABEL_KEY);
    }
    return out->data;
}

const char *reg_excerpt(struct reg_parser *parser, struct text text)
{
    buffer_clear(&parser->label);
    add_clipped(&parser->label, text_trim(text), LABEL_NAME);
    return parser->label.data ? parser->label.data : "";
}

/* Lines. */

bool reg_next_line(struct reg_parser *parser)
{
    parser->ended = !reg_lines_next(&parser->lines, &parser->line);
    if (parser->ended)
        return false;
    parser->statement_lines++;
    parser->at = 0;
    return true;
}

bool reg_next_line_only(struct reg_parser *parser)
{
    reg_lines_forget(&parser->lines);
    parser->statement_lines = 0;
    return reg_next_line(parser);
}

void reg_return_line(struct reg_parser *parser)
{
    reg_lines_return(&parser->lines, 0);
    parser->line.text = TEXT_NONE;
    parser->at = 0;
}

void reg_set_start(struct reg_parser *parser)
{
    parser->start = (struct position){.record = parser->records + 1, .offset = parser->line.offset, .has_offset = true,
                                      .line = parser->line.number};
}

bool reg_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

struct text reg_skip_blanks(struct text text)
{
    size_t at = 0;
    while (at < text.size && reg_is_blank(text.data[at]))
        at++;
    return text_slice(text, at, text.size);
}

struct text reg_rest_of_line(struct reg_parser *parser)
{
    struct text rest = reg_skip_blanks(text_slice(parser->line.text, parser->at, parser->line.text.size));
    parser->at = parser->line.text.size - rest.size;
    return rest;
}

char reg_first_char(struct text text)
{
    return text.size > 0 ? text.data[0] : '\0';
}

bool reg_ends_statement(struct text rest)
{
    return rest.size == 0 || rest.data[0] == ';';
}

bool reg_is_header(struct text text)
{
    return (text_starts_nocase(text, TEXT("REGEDIT")) && text.size > 7 && text.data[7] >= '0' && text.data[7] <= '9') ||
           text_starts_nocase(text, TEXT("Windows Registry Editor Version"));
}

bool reg_is_value(struct text text)
{
    size_t at = 1;
    if (reg_first_char(text) == '"') {
        while (at < text.size && text.data[at] != '"')
            at += text.data[at] == '\\' ? 2 : 1;
        at++;
    } else if (reg_first_char(text) != '@') {
        return false;
    }
    return at < text.size && reg_first_char(reg_skip_blanks(text_slice(text, at, text.size))) == '=';
}

bool reg_is_key(struct text text)
{
    return text_starts_nocase(text, TEXT("[HK")) || text_starts_nocase(text, TEXT("[-HK"));
}

bool reg_is_statement(struct text line)
{
    struct text text = reg_skip_blanks(line);
    return reg_is_key(text) || reg_is_value(text) || reg_is_header(text);
}

bool reg_take_up_again(struct reg_parser *parser)
{
    struct reg_line line;
    parser->line.text = TEXT_NONE;
    parser->at = 0;
    reg_lines_return(&parser->lines, 1);
    for (size_t i = 1; i < parser->statement_lines; i++) {
        reg_lines_next(&parser->lines, &line);
        if (reg_is_statement(line.text)) {
            reg_lines_return(&parser->lines, i);
            return true;
        }
    }
    return false;
}

/* Quoted text: value names and strings. */

/* A backslash that ends a line cannot be an export's, where it would be one of two: an article printed `\\` over two
 * lines, the second one indented. */
static bool join_backslashes(struct reg_parser *parser, struct buffer *out)
{
    if (!reg_next_line(parser))
        return false;
    buffer_add_char(out, '\\');
    if (reg_first_char(reg_rest_of_line(parser)) == '\\')
        parser->at++;
    parser->joined = true;
    return true;
}

enum reg_quoted reg_read_quoted(struct reg_parser *parser, struct buffer *out, size_t limit)
{
    buffer_clear(out);
    parser->at++;
    for (;;) {
        struct text rest = text_slice(parser->line.text, parser->at, parser->line.text.size);
        size_t plain = 0;
        while (plain < rest.size && rest.data[plain] != '"' && rest.data[plain] != '\\')
            plain++;
        buffer_add(out, rest.data, plain);
        parser->at += plain;
        if (out->size > limit || parser->statement_lines > LIMIT_VALUE_LINES || parser->line.too_long)
            return REG_QUOTED_TOO_LONG;

        rest = text_slice(rest, plain, rest.size);
        if (rest.size == 0) {
            struct text ending = parser->line.ending;
            if (!reg_next_line(parser))
                return REG_QUOTED_END_OF_FILE;
            buffer_add_text(out, ending);
        } else if (rest.data[0] == '"') {
            parser->at++;
            return REG_QUOTED;
        } else if (rest.size == 1) {
            if (!join_backslashes(parser, out))
                return REG_QUOTED_END_OF_FILE;
        } else {
            bool escape = rest.data[1] == '\\' || rest.data[1] == '"';
            buffer_add_char(out, escape ? rest.data[1] : '\\');
            parser->at += escape ? 2 : 1;
        }
    }
}
