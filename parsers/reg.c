#include "parsers/reg.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "parsers/reg_parser.h"

#define KEY_LINES 4u /* lines that one key may be printed over */

static const struct {
    const char *one, *many;
} remark_words[REMARK_COUNT] = {
    [REMARK_DELETIONS] = {"deletion entry ignored", "deletion entries ignored"},
    [REMARK_BELOW_DELETED] = {"value below a deletion entry ignored", "values below deletion entries ignored"},
    [REMARK_JOINED_KEYS] = {"key printed over several lines joined", "keys printed over several lines joined"},
    [REMARK_JOINED_STRINGS] = {"string printed over several lines joined", "strings printed over several lines joined"},
    [REMARK_JOINED_BYTES] = {"value whose bytes go on without a backslash joined",
                             "values whose bytes go on without a backslash joined"},
    [REMARK_SHARED_LINES] = {"value stands behind another in its line", "values stand behind others in their lines"},
    [REMARK_IGNORED_TAILS] = {"text behind a value or key ignored", "texts behind values or keys ignored"},
    [REMARK_BEFORE_KEYS] = {"text before a key ignored", "texts before keys ignored"},
    [REMARK_UTF16] = {"string is UTF-16 where the file's version has ANSI",
                      "strings are UTF-16 where the file's version has ANSI"},
    [REMARK_ODD_LENGTHS] = {"string ends in half a character", "strings end in half a character"},
    [REMARK_UNTERMINATED] = {"string lacks its closing NUL", "strings lack their closing NUL"},
    [REMARK_ODD_NUMBERS] = {"number is not as long as its type says", "numbers are not as long as their types say"},
    [REMARK_HEADERS] = {"unusual first line of an export", "unusual first lines of an export"},
};

/* Keys. */

static void set_key(struct reg_parser *parser, struct text path)
{
    buffer_clear(&parser->key);
    reg_key_add_path(&parser->key, path, &parser->control_set);
    snprintf(parser->control_set_text, sizeof(parser->control_set_text), "%u", parser->control_set);
    parser->key_state = KEY_OPEN;
    parser->keys++;
    sink_covers_key(parser->sink, buffer_text(&parser->key), parser->control_set, (struct moment){0, BASIS_NONE},
                    parser->start);
}

/* Adds a line to a key's path that the line before did not close. Articles break at a backslash, after a hyphen of a
 * GUID, or at a blank, which is gone then. */
static void join_path(struct buffer *path, struct text line)
{
    char last = path->size > 0 ? path->data[path->size - 1] : '\\';
    if (last != '\\' && last != '-' && reg_first_char(line) != '\\')
        buffer_add_char(path, ' ');
    buffer_add_text(path, line);
}

/* The path behind `[`, over several lines if need be, without `]` and what follows. False when it has no end.
 * *first_size is the size of its first line. */
static bool read_path(struct reg_parser *parser, size_t *first_size)
{
    struct buffer *path = &parser->path;
    buffer_clear(path);
    buffer_add_text(path, text_trim(text_slice(parser->line.text, parser->at + 1, parser->line.text.size)));
    *first_size = path->size;
    const char *bracket;
    while (!(bracket = path->size > 0 ? memrchr(path->data, ']', path->size) : NULL)) {
        if (path->size > LIMIT_KEY_BYTES || parser->statement_lines == KEY_LINES || !reg_next_line(parser))
            return false;
        struct text line = text_trim(parser->line.text);
        if (line.size == 0 || strchr("[\"@;#", line.data[0]))
            return false;
        join_path(path, line);
    }
    size_t size = (size_t)(bracket - path->data);
    if (size > LIMIT_KEY_BYTES)
        return false;
    if (!reg_ends_statement(reg_skip_blanks(text_slice(buffer_text(path), size + 1, path->size))))
        reg_note(parser, REMARK_IGNORED_TAILS);
    path->size = size;
    return true;
}

static void read_key(struct reg_parser *parser)
{
    size_t first_size;
    parser->key_line = parser->start.line;
    parser->key_state = KEY_BROKEN;
    if (!read_path(parser, &first_size)) {
        struct text first = text_slice(buffer_text(&parser->path), 0, first_size);
        parser->cut |= parser->ended;
        if (parser->ended)
            reg_lose(parser, 0, "the file ends inside the key [%s", reg_excerpt(parser, first));
        else
            reg_lose(parser, 0, "the key [%s has no closing bracket or is longer than %u bytes: its values are lost",
                     reg_excerpt(parser, first), LIMIT_KEY_BYTES);
        reg_lines_return(&parser->lines, 1);
        return;
    }
    if (parser->statement_lines > 1)
        reg_note(parser, REMARK_JOINED_KEYS);
    struct text path = buffer_text(&parser->path);
    if (reg_first_char(path) == '-') {
        reg_note(parser, REMARK_DELETIONS);
        parser->key_state = KEY_DELETED;
    } else if (path.size == 0) {
        reg_lose(parser, 0, "a key without a name: its values are lost");
    } else {
        set_key(parser, path);
    }
}

/* Statements. */

/* Also in the middle of a file: exports are put together with `copy a.reg+b.reg c.reg`. */
static void read_header(struct reg_parser *parser, struct text line)
{
    bool version4 = text_is(line, "REGEDIT4"), version5 = text_is(line, "Windows Registry Editor Version 5.00");
    parser->strings = version5 ? REG_STRINGS_UTF16 : REG_STRINGS_ANSI;
    parser->strings_known = version4 || version5;
    parser->key_state = KEY_NONE;
    if (!parser->strings_known)
        reg_note(parser, REMARK_HEADERS);
}

/* A key with a bullet or a mail's quotation mark before it. It must not be overlooked: the values below it would pass
 * for those of the key above. */
static bool find_key(struct reg_parser *parser, struct text rest)
{
    for (size_t i = 0; i < rest.size; i++) {
        char c = text_lower_char(rest.data[i]);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            return false;
        if (reg_is_key(text_slice(rest, i, rest.size))) {
            parser->at += i;
            reg_note(parser, REMARK_BEFORE_KEYS);
            return true;
        }
    }
    return false;
}

static void read_statement(struct reg_parser *parser)
{
    reg_set_start(parser);
    if (parser->line.too_long) {
        reg_lose(parser, 0, "the line is longer than %u bytes", LIMIT_VALUE_BYTES);
        return;
    }
    const struct text mark = TEXT("\xEF\xBB\xBF"); /* of a file that was appended */
    if (text_starts(parser->line.text, mark))
        parser->at = mark.size;
    struct text rest = reg_rest_of_line(parser);
    char first = reg_first_char(rest);
    if (reg_ends_statement(rest) || first == '#')
        return;
    if (first == '[' || find_key(parser, rest))
        read_key(parser);
    else if (first == '"' || first == '@')
        reg_read_values(parser);
    else if (reg_is_header(rest))
        read_header(parser, text_trim(rest));
    else
        reg_lose(parser, 0, "neither a key nor a value: %s", reg_excerpt(parser, rest));
}

static const struct text wine_header = TEXT("WINE REGISTRY Version");

static bool refuse_wine(struct reg_parser *parser)
{
    if (!text_starts_nocase(reg_rest_of_line(parser), wine_header))
        return false;
    reg_set_start(parser);
    reg_lose(parser, 0, "a Wine registry file is not supported; export with regedit");
    return true;
}

/* What only the end of the file tells. */
static enum read_end finish(struct reg_parser *parser, const struct source *source)
{
    const struct reg_lines *lines = &parser->lines;
    parser->start = (struct position){
        .record = parser->records + 1, .offset = lines->offset, .has_offset = true, .line = lines->number};
    if (lines->error != 0)
        reg_lose(parser, 0, "it cannot be read from here on: %s", strerrordesc_np(lines->error));
    else if (lines->offset < source->size)
        reg_lose(parser, 0, "the file ends here, but had %" PRIu64 " bytes when it was opened", source->size);
    else if (lines->half_character)
        reg_lose(parser, 0, "the file ends inside a character");
    parser->cut |= lines->error != 0 || lines->offset < source->size || lines->half_character;

    if (parser->untold > 0)
        sink_loss(parser->sink, parser->start, parser->untold_records,
                  "%" PRIu64 " more losses, which are not told one by one", parser->untold);

    for (size_t i = 0; i < REMARK_COUNT; i++) {
        uint64_t count = parser->remarks[i].count;
        const char *words = count == 1 ? remark_words[i].one : remark_words[i].many;
        if (count > 0 && i == REMARK_DELETIONS)
            sink_note(parser->sink, "%" PRIu64 " %s", count, words);
        else if (count > 0)
            sink_note(parser->sink, "%" PRIu64 " %s (%sline %" PRIu64 ")", count, words, count == 1 ? "" : "first in ",
                      parser->remarks[i].first_line);
    }
    if (parser->remarks[REMARK_DELETIONS].count >
        0) /* no export has them: what is missing here may well be on the machine */
        sink_covers_nothing(parser->sink);
    if (parser->records == 0 && parser->keys == 0 && parser->losses > 0)
        return READ_REFUSED;
    return parser->cut ? READ_PART : READ_WHOLE;
}

static enum read_end read_export(struct source *source, struct sink *sink)
{
    struct reg_parser parser = {.sink = sink, .strings = REG_STRINGS_ANSI};
    bool refused = false;
    reg_lines_open(&parser.lines, source);
    while (reg_next_line_only(&parser)) {
        refused = parser.line.number == 1 && refuse_wine(&parser);
        if (refused)
            break;
        read_statement(&parser);
    }
    enum read_end end = refused ? READ_REFUSED : finish(&parser, source);
    reg_lines_close(&parser.lines);
    buffer_free(&parser.key);
    buffer_free(&parser.path);
    buffer_free(&parser.name);
    buffer_free(&parser.data);
    buffer_free(&parser.label);
    buffer_free(&parser.hex.bytes);
    return end;
}

/* The ASCII of a file's head; other characters become `?`. */
static void add_ascii(struct buffer *out, const uint8_t *head, size_t size)
{
    size_t mark = 0;
    enum encoding encoding = unicode_detect(head, size, &mark);
    bool utf16 = encoding == ENCODING_UTF16LE || encoding == ENCODING_UTF16BE;
    size_t unit = utf16 ? 2 : 1;
    for (size_t i = mark; i + unit <= size; i += unit) {
        uint8_t low = head[encoding == ENCODING_UTF16BE ? i + 1 : i];
        uint8_t high = utf16 ? head[encoding == ENCODING_UTF16BE ? i : i + 1] : 0;
        buffer_add_char(out, high == 0 && low < 0x80 ? (char)low : '?');
    }
}

/* The first line that is neither blank nor a comment decides. */
static int probe_export(const uint8_t *head, size_t size)
{
    struct buffer ascii = {0};
    add_ascii(&ascii, head, size);
    struct text rest = buffer_text(&ascii), line;
    int sure = 0;
    while (text_next(&rest, '\n', &line)) {
        line = reg_skip_blanks(line);
        if (reg_ends_statement(line) || reg_first_char(line) == '#')
            continue;
        if (reg_is_header(line) || text_starts_nocase(line, wine_header))
            sure = 100;
        else if (reg_is_key(line))
            sure = 60;
        break;
    }
    buffer_free(&ascii);
    return sure;
}

const struct reader reg_reader = {
    .name = "reg",
    .what = "registry exports (.reg): REGEDIT4, version 5.00, fragments that begin with a key",
    .probe = probe_export,
    .need = NEED_STREAM,
    .read = read_export,
};
