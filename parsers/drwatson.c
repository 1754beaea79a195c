#include "parsers/drwatson.h"

#include <string.h>

#define HEAD_LINES 16u /* at most, blank ones included */

enum section { SECTION_NONE, SECTION_SYSTEM, SECTION_TASKS, SECTION_SYMBOLS, SECTION_OTHER };

static const struct information {
    const char *label, *field;
} information[] = {
    {"Computer Name", "ComputerName"},
    {"User Name", "UserName"},
    {"Number of Processors", "NumberOfProcessors"},
    {"Processor Type", "ProcessorType"},
    {"Windows Version", "WindowsVersion"},
    {"Windows 2000 Version", "WindowsVersion"},
    {"Current Build", "CurrentBuild"},
    {"Service Pack", "ServicePack"},
    {"Current Type", "CurrentType"},
    {"Registered Organization", "RegisteredOrganization"},
    {"Registered Owner", "RegisteredOwner"},
};
#define INFORMATION_COUNT (sizeof(information) / sizeof(*information))

struct crash {
    struct text application;   /* as App says it, without folder; may be empty or a symbol file */
    struct text folder;        /* the last part of App's path before it */
    struct text task;          /* the name that the task list has for the process */
    struct text when;
    uint64_t process;
    bool has_process;
    char code[11];             /* 0xc0000005; "": not known */
    struct text values[INFORMATION_COUNT];
    bool informed;             /* has some of them */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool begins_record(struct text line)
{
    return text_starts_nocase(text_trim(line), TEXT("Application exception occurred"));
}

static bool begins_banner(struct text line)
{
    line = text_trim(line);
    return text_starts(line, TEXT("Microsoft (R)")) && text_find_nocase(line, TEXT("DrWtsn32")) != TEXT_NOT_FOUND;
}

static bool begins_head_line(struct text line)
{
    static const char *const labels[] = {"App:", "Application:", "When:", "Time:", "Exception number"};

    line = text_trim(line);
    for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
        if (text_starts_nocase(line, text_of(labels[i])))
            return true;
    return false;
}

/* Whether the head begins `at` lines ahead: the sentence alone is also a sentence that people write. */
static bool record_at(struct lines *lines, size_t at)
{
    const struct line *line = lines_peek(lines, at);

    if (!line || !begins_record(line->text))
        return false;
    if (text_find_nocase(line->text, TEXT("App:")) != TEXT_NOT_FOUND ||
        text_find_nocase(line->text, TEXT("Exception number:")) != TEXT_NOT_FOUND)
        return true;
    do
        line = lines_peek(lines, ++at);
    while (line && line_blank(line) && at < 4);
    return line && begins_head_line(line->text);
}

static bool is_heading(struct text line)
{
    return text_starts(line, TEXT("*---"));
}

static bool drwatson_starts(struct lines *lines)
{
    const struct line *line = lines_peek(lines, 0);

    if (!line)
        return false;
    struct text text = text_trim(line->text);
    if (!text.size || !strchr("AaMS*", text.data[0]))
        return false;
    return record_at(lines, 0) || begins_banner(text) || text_starts(text, TEXT("State Dump for Thread Id")) ||
           (text_starts(text, TEXT("*----> ")) && text_ends_nocase(text, TEXT(" <----*")));
}

/*
 * The head.
 */

/* Joins the head's lines into lines->text and takes them. Pastes wrap them, put several on one line, and blank lines
 * between. */
static void take_head(struct lines *lines)
{
    bool after_blank = false;

    for (unsigned taken = 0; taken < HEAD_LINES; taken++) {
        const struct line *line = lines_peek(lines, 0);
        struct text so_far = buffer_text(&lines->text);
        size_t number = text_find_nocase(so_far, TEXT("Exception number:"));
        bool complete = number != TEXT_NOT_FOUND && text_trim(text_slice(so_far, number + 17, so_far.size)).size > 0;
        if (!line || complete)
            return;
        if (line_blank(line)) {
            const struct line *next = lines_peek(lines, 1);
            if (!next || !(begins_head_line(next->text) || line_blank(next)))
                return;
            after_blank = true;
        } else {
            struct text text = text_trim(line->text);
            if (taken > 0 && (begins_record(text) || is_heading(text) || (after_blank && !begins_head_line(text))))
                return;
            buffer_add_text(&lines->text, text_slice(text, 0, 1024));
            buffer_add_char(&lines->text, ' ');
            after_blank = false;
        }
        lines_take(lines, 1);
    }
}

/* What stands behind a label, up to the next one. */
static bool head_value(struct text head, const char *label, struct text *value)
{
    static const char *const labels[] = {" App:", " Application:", " When:", " Time:", " Exception number:"};
    size_t at = text_find_nocase(head, text_of(label));

    if (at == TEXT_NOT_FOUND)
        return false;
    struct text rest = text_slice(head, at + strlen(label), head.size);
    size_t end = rest.size;
    for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++) {
        size_t next = text_find_nocase(rest, text_of(labels[i]));
        if (next < end)
            end = next;
    }
    *value = text_trim(text_slice(rest, 0, end));
    return true;
}

/* `C:\WINNT\system32\x.exe (pid=117)`, `exe\store.dbg (pid=117)`, ` (pid=117)`. Authors write `<path> x.exe
 * (pid=<process ID>)`. */
static void read_application(struct text value, struct crash *crash)
{
    size_t pid = text_find_nocase(value, TEXT("(pid"));
    if (pid != TEXT_NOT_FOUND) {
        struct text rest = text_slice(value, pid + 4, value.size);
        size_t end = 0;
        while (rest.size && (rest.data[0] == '=' || rest.data[0] == ' ' || rest.data[0] == '-'))
            rest = text_slice(rest, 1, rest.size);
        while (end < rest.size && is_digit(rest.data[end]))
            end++;
        crash->has_process = text_number(text_slice(rest, 0, end), 10, &crash->process) && crash->process <= UINT32_MAX;
    } else {
        pid = text_find(value, TEXT(" <"));
        size_t bracket = text_find(value, TEXT(" (<"));
        pid = bracket < pid ? bracket : pid;
    }

    struct text path = text_trim(text_slice(value, 0, pid < value.size ? pid : value.size));
    size_t placeholder = text_starts(path, TEXT("<")) ? text_find(path, TEXT(">")) : TEXT_NOT_FOUND;
    if (placeholder != TEXT_NOT_FOUND)
        path = text_trim(text_slice(path, placeholder + 1, path.size));
    size_t start = path.size;
    while (start > 0 && path.data[start - 1] != '\\' && path.data[start - 1] != '/')
        start--;
    crash->application = text_slice(path, start, path.size);
    if (crash->application.size && strchr("[<(", crash->application.data[0]))
        crash->application = TEXT_NONE;
    size_t end = start ? start - 1 : 0;
    for (start = end; start > 0 && path.data[start - 1] != '\\' && path.data[start - 1] != '/';)
        start--;
    crash->folder = text_slice(path, start, end);
}

static void read_head(struct text head, struct crash *crash)
{
    struct text value;
    uint64_t code;

    if (head_value(head, " App:", &value) || head_value(head, " Application:", &value))
        read_application(value, crash);
    if (!head_value(head, " When:", &crash->when))
        head_value(head, " Time:", &crash->when);
    if (!head_value(head, " Exception number:", &value))
        return;
    if (text_starts_nocase(value, TEXT("0x")))
        value = text_slice(value, 2, value.size);
    size_t digits = 0;
    while (digits < value.size && is_hex(value.data[digits]))
        digits++;
    if (digits <= 8 && text_number(text_slice(value, 0, digits), 16, &code)) {
        static const char hex[] = "0123456789abcdef";
        memcpy(crash->code, "0x", 2);
        for (int i = 0; i < 8; i++)
            crash->code[2 + i] = hex[code >> (28 - 4 * i) & 15];
        crash->code[10] = 0;
    }
}

/*
 * The rest.
 */

/* `77f64b41`, `77fa5551:`, `0000000000400000`: what lines of code, stacks, dumps and symbols begin with. */
static bool begins_with_address(struct text line)
{
    size_t size = 0;
    bool digit = false;

    for (; size < line.size && is_hex(line.data[size]); size++)
        digit = digit || is_digit(line.data[size]);
    return digit && size >= 6 && size <= 16 && (size == line.size || line.data[size] == ' ' || line.data[size] == ':');
}

/* `(77f60000 - 77fbe000) dll\ntdll.dbg`: the list of modules. */
static bool begins_with_module(struct text line)
{
    return text_starts(line, TEXT("(")) && begins_with_address(text_slice(line, 1, line.size));
}

/* `eax=00000000`, `ss:00bfbba6=????`, `t10=...`, `iopl=0`. */
static bool begins_with_register(struct text line)
{
    size_t equals = text_find_char(text_slice(line, 0, 14), '=');

    if (equals == TEXT_NOT_FOUND || equals + 1 >= line.size)
        return false;
    for (size_t i = 0; i < equals; i++)
        if (line.data[i] == ' ')
            return false;
    return is_hex(line.data[equals + 1]) || line.data[equals + 1] == '?';
}

static bool is_one_word(struct text line)
{
    return text_find_char(line, ' ') == TEXT_NOT_FOUND && text_find_char(line, '.') != TEXT_NOT_FOUND;
}

/* `ntdll!RtlAllocateHeap` */
static bool begins_with_symbol(struct text line)
{
    struct text word = text_slice(line, 0, text_find_char(line, ' '));
    size_t mark = text_find_char(word, '!');

    return mark != TEXT_NOT_FOUND && mark > 0 && mark + 1 < word.size;
}

/* What authors put for what they leave out: `[...]`, `.....`, `<data omitted>`, `(some details omitted for
 * clarity)`. */
static bool is_omission(struct text line)
{
    return text_starts(line, TEXT("...")) ||
           (line.size > 0 && strchr("[(<", line.data[0]) &&
            (text_find(line, TEXT("...")) != TEXT_NOT_FOUND || text_find(line, TEXT("omitted")) != TEXT_NOT_FOUND));
}

/* Whether a line behind a blank one still belongs to the record. */
static bool is_body(struct text line, enum section section)
{
    static const char *const beginnings[] = {
        "State Dump", "function:", "FAULT", "FramePtr", "ChildEBP", "Stack Back Trace", "Stack Trace", "Function Name",
        "WARNING: Stack unwind",
    };

    line = text_trim(line);
    for (size_t i = 0; i < sizeof(beginnings) / sizeof(*beginnings); i++)
        if (text_starts_nocase(line, text_of(beginnings[i])))
            return true;
    if (is_heading(line) || text_starts(line, TEXT("*** ")) || begins_with_address(line) ||
        begins_with_register(line) || begins_with_symbol(line) || begins_with_module(line) || is_omission(line))
        return true;
    if (section == SECTION_TASKS)
        return line.size > 0 && is_digit(line.data[0]);
    return section == SECTION_SYMBOLS && is_one_word(line);
}

static enum section section_of(struct text heading)
{
    if (text_find_nocase(heading, TEXT("System Information")) != TEXT_NOT_FOUND)
        return SECTION_SYSTEM;
    if (text_find_nocase(heading, TEXT("Task List")) != TEXT_NOT_FOUND)
        return SECTION_TASKS;
    if (text_find_nocase(heading, TEXT("Symbol Table")) != TEXT_NOT_FOUND)
        return SECTION_SYMBOLS;
    return SECTION_OTHER;
}

static void read_information(struct text line, struct arena *arena, struct crash *crash)
{
    size_t colon = text_find_char(line, ':');
    if (colon == TEXT_NOT_FOUND)
        return;

    struct text label = text_trim(text_slice(line, 0, colon));
    struct text value = text_trim(text_slice(line, colon + 1, line.size));
    for (size_t i = 0; i < INFORMATION_COUNT; i++) {
        if (!value.size || crash->values[i].size || !text_is_nocase(label, information[i].label))
            continue;
        crash->values[i] = arena_text(arena, value);
        crash->informed = true;
    }
}

static void read_task(struct text line, struct arena *arena, struct crash *crash)
{
    size_t blank = text_find_char(line, ' ');
    uint64_t process;

    if (crash->has_process && !crash->task.size && blank != TEXT_NOT_FOUND &&
        text_number(text_slice(line, 0, blank), 10, &process) && process == crash->process)
        crash->task = arena_text(arena, text_trim(text_slice(line, blank, line.size)));
}

/* Takes the lines behind the head. False when there are more than a record can have. */
static bool take_body(struct lines *lines, struct crash *crash)
{
    enum section section = SECTION_NONE;

    for (unsigned taken = 0; taken < LIMIT_BLOCK_LINES; taken++) {
        const struct line *line = lines_peek(lines, 0);
        if (!line)
            return true;
        if (line_blank(line)) {
            size_t blanks = 0;
            while (line && line_blank(line))
                line = lines_peek(lines, ++blanks);
            if (!line || !is_body(line->text, section))
                return true;
            lines_take(lines, blanks);
            continue;
        }
        struct text text = text_trim(line->text);
        if (record_at(lines, 0) || begins_banner(text))
            return true;
        bool body = is_body(text, section) || section == SECTION_SYSTEM || section == SECTION_SYMBOLS;
        if (!body && text_block_starts(lines))
            return true;
        if (is_heading(text))
            section = section_of(text);
        else if (section == SECTION_SYSTEM)
            read_information(text, &lines->arena, crash);
        else if (section == SECTION_TASKS)
            read_task(text, &lines->arena, crash);
        lines_take(lines, 1);
    }
    return false;
}

static struct text process_name(const struct crash *crash, struct arena *arena)
{
    struct text name = crash->application, symbols = TEXT(".dbg");
    const char *extension = "exe";

    if (name.size && !text_ends_nocase(name, symbols))
        return name;
    if (crash->task.size || !name.size)
        return crash->task;
    name = text_slice(name, 0, name.size - symbols.size);
    if (text_is_nocase(crash->folder, "dll"))
        extension = "dll";
    else if (text_is_nocase(crash->folder, "com"))
        extension = "com";
    else if (text_is_nocase(crash->folder, "scr"))
        extension = "scr";
    return text_of(arena_printf(arena, "%.*s.%s", (int)name.size, name.data, extension));
}

static void add(struct field_list *list, const char *name, struct text value)
{
    if (value.size)
        field_list_add(list, text_of(name), value);
}

static bool give_crash(struct lines *lines, struct sink *sink, struct position at, const struct crash *crash)
{
    struct record record = {.category = CATEGORY_CRASH, .at = at};
    struct field_list list;
    struct text process = process_name(crash, &lines->arena);
    char time[MOMENT_TEXT];

    if (!process.size && !crash->code[0] && !crash->informed)
        return false;
    field_list_start(&list, &lines->arena);
    add(&list, "Process", process);
    add(&list, "ExceptionCode", text_of(crash->code));
    if (crash->has_process)
        add(&list, "ProcessID", text_of(arena_printf(&lines->arena, "%u", (unsigned)crash->process)));
    if (crash->when.size && lines_moment(lines, sink, crash->when, &record.time))
        field_list_add_copy(&list, "TimeCreated", text_of(moment_print(record.time, time)));
    record.computer = crash->values[0];
    add(&list, "Computer", record.computer);
    for (size_t i = 0; i < INFORMATION_COUNT; i++)
        add(&list, information[i].field, crash->values[i]);
    field_list_give(&list, &record);
    lines_give(lines, sink, &record);
    return true;
}

/* Once per file: a line, its copyright, and then the first record. False when that does not follow. */
static bool take_banner(struct lines *lines)
{
    const struct line *line;

    do {
        lines_take(lines, 1);
        line = lines_peek(lines, 0);
    } while (line && (line_blank(line) || text_starts_nocase(text_trim(line->text), TEXT("Copyright"))));
    return record_at(lines, 0);
}

static enum read_end drwatson_take(struct lines *lines, struct sink *sink)
{
    struct crash crash = {0};

    if (begins_banner(lines_peek(lines, 0)->text) && !take_banner(lines))
        return READ_WHOLE;
    const struct position at = lines_position(lines);
    if (record_at(lines, 0)) {
        buffer_add_char(&lines->text, ' ');
        take_head(lines);
        read_head(arena_text(&lines->arena, buffer_text(&lines->text)), &crash);
    }
    bool whole = take_body(lines, &crash);
    if (!give_crash(lines, sink, at, &crash))
        lines_remark(lines, "an excerpt of a Dr Watson record without its head was passed over");
    if (!whole) {
        sink_loss(sink, lines_position(lines), 0, "a Dr Watson record has more than %u lines", LIMIT_BLOCK_LINES);
        return READ_PART;
    }
    return READ_WHOLE;
}

const struct block drwatson_block = {"Dr Watson record", drwatson_starts, drwatson_take};
