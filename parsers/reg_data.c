#include <inttypes.h>

#include "base/limits.h"
#include "parsers/reg_parser.h"

static void give_record(struct reg_parser *parser, uint32_t type)
{
    char room[REG_TYPE_NAME];
    struct text data = buffer_text(&parser->data);
    if (data.size > LIMIT_FIELD_BYTES) {
        reg_lose(parser, 0, "%s: its data is %zu bytes of text, and only the first %u are kept", reg_label(parser),
                 data.size, LIMIT_FIELD_BYTES);
        data = reg_clip(data, LIMIT_FIELD_BYTES);
    }
    struct field fields[] = {
        {TEXT("Key"), buffer_text(&parser->key)}, {TEXT("ValueName"), buffer_text(&parser->name)},
        {TEXT("Type"), text_of(reg_type_name(type, room))}, {TEXT("Data"), data},
        {TEXT("ControlSet"), text_of(parser->control_set_text)}};
    struct record record = {.category = CATEGORY_REGISTRY, .at = parser->start, .fields = fields,
                            .field_count = parser->control_set > 0 ? 5 : 4};
    parser->records++;
    sink_record(parser->sink, &record);
}

/* A value that is complete: a record where it has a key. */
static void take_value(struct reg_parser *parser, uint32_t type)
{
    switch (parser->key_state) {
    case KEY_OPEN:
        give_record(parser, type);
        break;
    case KEY_DELETED:
        reg_note(parser, REMARK_BELOW_DELETED);
        break;
    case KEY_BROKEN:
        reg_lose(parser, 1, "%s: its key, in line %" PRIu64 ", is broken", reg_label(parser), parser->key_line);
        break;
    case KEY_NONE:
        reg_lose(parser, 1, "%s: there is no key before it", reg_label(parser));
        break;
    }
}

static void note_odd(struct reg_parser *parser, unsigned odd)
{
    static const struct { unsigned odd; enum reg_remark remark; } remarks[] = {
        {REG_ODD_LENGTH, REMARK_ODD_LENGTHS}, {REG_ODD_UNTERMINATED, REMARK_UNTERMINATED},
        {REG_ODD_NUMBER, REMARK_ODD_NUMBERS}, {REG_ODD_UTF16, REMARK_UTF16}};
    if (!parser->strings_known)
        odd &= ~REG_ODD_UTF16;
    for (size_t i = 0; i < sizeof(remarks) / sizeof(*remarks); i++)
        if (odd & remarks[i].odd)
            reg_note(parser, remarks[i].remark);
}

/* Lines that go on behind a value whose bytes are not understood belong to it. */
static void skip_continuation(struct reg_parser *parser)
{
    for (;;) {
        struct text line = text_trim(parser->line.text);
        if (line.size == 0 || line.data[line.size - 1] != '\\' || !reg_next_line_only(parser))
            return;
        if (reg_is_statement(parser->line.text)) {
            reg_return_line(parser);
            return;
        }
    }
}

static bool is_bytes(struct text line)
{
    size_t at = 0;
    struct reg_hex hex = {0};
    enum reg_hex_end end = reg_hex_add_line(&hex, line, &at);
    bool bytes = hex.bytes.size > 0 && end != REG_HEX_BAD && reg_ends_statement(text_slice(line, at, line.size));
    buffer_free(&hex.bytes);
    return bytes;
}

/* Goes to the line where the bytes go on. What ends them too early is told in *why. */
static bool next_bytes(struct reg_parser *parser, enum reg_hex_end end, const char **why)
{
    *why = NULL;
    while (reg_next_line_only(parser)) {
        struct text line = reg_skip_blanks(parser->line.text);
        if (end == REG_HEX_COMMA) {
            if (!is_bytes(line))
                reg_return_line(parser);
            return parser->line.text.size > 0;
        }
        if (parser->line.too_long)
            break;
        if (reg_first_char(line) == '[' || reg_first_char(line) == '"' || reg_first_char(line) == '@') {
            reg_return_line(parser);
            *why = "its bytes break off: the line behind a backslash does not go on with them";
            return false;
        }
        if (!reg_ends_statement(line))
            return true;
    }
    parser->cut |= parser->ended;
    *why = parser->ended ? "the file ends inside its bytes" : "one of its lines is too long";
    return false;
}

/* The bytes of `hex:` and `hex(n):`, from behind the colon on. *last tells that the file ends with them, without a line
 * break. The reason when they are lost, else NULL. */
static const char *read_bytes(struct reg_parser *parser, bool *last)
{
    struct reg_hex *hex = &parser->hex;
    size_t written = 0;
    bool joined = false;
    reg_hex_start(hex);
    for (;;) {
        written += parser->line.text.size + parser->line.ending.size;
        enum reg_hex_end end = reg_hex_add_line(hex, parser->line.text, &parser->at);
        *last = parser->line.ending.size == 0;
        if (written > LIMIT_VALUE_BYTES)
            buffer_clear(&hex->bytes);
        if (end == REG_HEX_BAD) {
            skip_continuation(parser);
            return "its bytes are not hex digits and commas";
        }
        const char *why = NULL;
        if (end == REG_HEX_END || (end == REG_HEX_COMMA && !reg_ends_statement(reg_rest_of_line(parser))))
            break;
        if (next_bytes(parser, end, &why)) {
            joined |= end == REG_HEX_COMMA;
            continue;
        }
        if (why)
            return why;
        break;
    }
    if (joined)
        reg_note(parser, REMARK_JOINED_BYTES);
    return written > LIMIT_VALUE_BYTES ? "it is too long" : NULL;
}

/* Whether data of this type shows that it is complete: by its length, or by what closes it. */
static bool shows_its_end(uint32_t type)
{
    return type == REG_SZ || type == REG_EXPAND_SZ || type == REG_MULTI_SZ || type == REG_DWORD ||
           type == REG_DWORD_BIG_ENDIAN || type == REG_QWORD;
}

static void read_hex_value(struct reg_parser *parser, uint32_t type)
{
    bool last = false;
    const char *why = read_bytes(parser, &last);
    if (why) {
        parser->at = parser->line.text.size;
        reg_lose(parser, 1, "%s: %s", reg_label(parser), why);
        return;
    }
    buffer_clear(&parser->data);
    unsigned odd = reg_value_add_text(&parser->data, type, (const uint8_t *)parser->hex.bytes.data,
                                      parser->hex.bytes.size, parser->strings);
    if (last) {
        bool torn = parser->hex.digits != 2 || (odd & (REG_ODD_UNTERMINATED | REG_ODD_NUMBER));
        bool unsure = !shows_its_end(type);
        parser->cut |= torn || unsure;
        if (torn || (unsure && reg_lines_utf16(&parser->lines))) {
            reg_lose(parser, 1, "%s: the file ends inside its bytes", reg_label(parser));
            return;
        }
        if (unsure)
            reg_lose(parser, 0, "%s: the file ends with its bytes and without a line break, it may be cut there",
                     reg_label(parser));
    }
    note_odd(parser, odd);
    take_value(parser, type);
}

/* `dword:` and up to eight digits. */
static void read_dword(struct reg_parser *parser)
{
    struct text rest = reg_rest_of_line(parser);
    size_t digits = 0;
    while (digits < rest.size && text_find_char(TEXT("0123456789abcdefABCDEF"), rest.data[digits]) != TEXT_NOT_FOUND)
        digits++;
    char behind = digits < rest.size ? rest.data[digits] : ';';
    bool last = digits == rest.size && parser->line.ending.size == 0;
    if (last && (digits == 0 || (digits < 8 && reg_lines_utf16(&parser->lines)))) {
        parser->cut = true;
        parser->at = parser->line.text.size;
        reg_lose(parser, 1, "%s: the file ends inside its number", reg_label(parser));
    } else if (digits == 0 || digits > 8 || !(reg_is_blank(behind) || behind == ';')) {
        parser->at = parser->line.text.size;
        reg_lose(parser, 1, "%s: its number is not one to eight hex digits", reg_label(parser));
    } else {
        uint64_t number = 0;
        text_number(text_slice(rest, 0, digits), 16, &number);
        parser->at += digits;
        buffer_clear(&parser->data);
        buffer_printf(&parser->data, "%" PRIu64, number);
        take_value(parser, REG_DWORD);
    }
}

/* What may stand behind a string that ends in the line it began in: nothing, a comment, another value, or text that an
 * article put there. With a quote in it the string itself had quotes that are not escaped: where it ends is anybody's
 * guess. */
static bool may_follow_string(struct text rest)
{
    return reg_ends_statement(rest) || reg_is_value(rest) || text_find_char(rest, '"') == TEXT_NOT_FOUND;
}

static void read_string(struct reg_parser *parser)
{
    size_t lines = parser->statement_lines;
    parser->joined = false;
    enum reg_quoted quoted = reg_read_quoted(parser, &parser->data, LIMIT_VALUE_BYTES);
    struct text rest = reg_rest_of_line(parser);
    bool one_line = parser->statement_lines == lines;
    if (quoted == REG_QUOTED && (one_line ? may_follow_string(rest) : reg_ends_statement(rest))) {
        if (parser->joined)
            reg_note(parser, REMARK_JOINED_STRINGS);
        take_value(parser, REG_SZ);
        return;
    }
    parser->at = parser->line.text.size;
    if (quoted == REG_QUOTED && one_line) {
        reg_lose(parser, 1, "%s: its string holds quotes that are not escaped", reg_label(parser));
        return;
    }
    bool goes_on = reg_take_up_again(parser);
    if (quoted == REG_QUOTED_TOO_LONG) {
        reg_lose(parser, 1, "%s: its string is too long", reg_label(parser));
    } else if (quoted == REG_QUOTED_END_OF_FILE && !goes_on) {
        parser->cut = true;
        reg_lose(parser, 1, "%s: the file ends inside its string", reg_label(parser));
    } else {
        reg_lose(parser, 1, "%s: its string has no closing quote", reg_label(parser));
    }
}

/* `hex:` is REG_BINARY, `hex(n):` type n. */
static bool read_hex_type(struct reg_parser *parser, struct text rest, uint32_t *type)
{
    if (text_starts_nocase(rest, TEXT("hex:"))) {
        *type = REG_BINARY;
        parser->at += 4;
        return true;
    }
    size_t close = text_find(text_slice(rest, 0, sizeof("hex(ffffffff):") - 1), TEXT("):"));
    uint64_t number;
    if (!text_starts_nocase(rest, TEXT("hex(")) || close == TEXT_NOT_FOUND ||
        !text_number(text_slice(rest, 4, close), 16, &number))
        return false;
    *type = (uint32_t)number;
    parser->at += close + 2;
    return true;
}

static void read_data(struct reg_parser *parser)
{
    struct text rest = reg_rest_of_line(parser);
    uint32_t type;
    if (reg_first_char(rest) == '"') {
        read_string(parser);
    } else if (text_starts_nocase(rest, TEXT("dword:"))) {
        parser->at += 6;
        read_dword(parser);
    } else if (read_hex_type(parser, rest, &type)) {
        read_hex_value(parser, type);
    } else if (reg_first_char(rest) == '-' && reg_ends_statement(reg_skip_blanks(text_slice(rest, 1, rest.size)))) {
        parser->at++;
        reg_note(parser, REMARK_DELETIONS);
    } else {
        bool cut = parser->line.ending.size == 0;
        parser->at = parser->line.text.size;
        parser->cut |= cut;
        reg_lose(parser, 1, "%s: %s", reg_label(parser),
                 cut ? "the file ends inside it" : "its data is in no form that registry exports have");
        skip_continuation(parser);
    }
}

/* `@` or a quoted name, and the `=` behind it. False when it is none. */
static bool read_name(struct reg_parser *parser)
{
    buffer_clear(&parser->name);
    parser->joined = false;
    enum reg_quoted quoted = REG_QUOTED;
    if (parser->line.text.data[parser->at] == '@')
        parser->at++;
    else
        quoted = reg_read_quoted(parser, &parser->name, LIMIT_KEY_BYTES);
    struct text rest = reg_rest_of_line(parser);
    if (quoted == REG_QUOTED && reg_first_char(rest) == '=') {
        parser->at++;
        if (parser->joined)
            reg_note(parser, REMARK_JOINED_STRINGS);
        return true;
    }
    bool last = quoted == REG_QUOTED_END_OF_FILE || (rest.size == 0 && parser->line.ending.size == 0);
    parser->at = parser->line.text.size;
    bool goes_on = parser->statement_lines > 1 && reg_take_up_again(parser);
    if (last && !goes_on) {
        parser->cut = true;
        reg_lose(parser, 0, "the file ends inside the value name \"%s",
                 reg_excerpt(parser, buffer_text(&parser->name)));
    } else {
        reg_lose(parser, 0, "the value name \"%s has no closing quote, no = behind it, or is longer than %u bytes",
                 reg_excerpt(parser, buffer_text(&parser->name)), LIMIT_KEY_BYTES);
    }
    return false;
}

/* A value, and those that an article printed behind it in the same line. */
void reg_read_values(struct reg_parser *parser)
{
    while (read_name(parser)) {
        read_data(parser);
        struct text rest = reg_rest_of_line(parser);
        if (reg_ends_statement(rest))
            return;
        if (!reg_is_value(rest)) {
            reg_note(parser, REMARK_IGNORED_TAILS);
            return;
        }
        reg_set_start(parser);
        reg_note(parser, REMARK_SHARED_LINES);
    }
}
