/*
 * Crashes from the events that report them.
 *
 * The values of these events have had one order since Windows XP and names only since Windows 11; readers name them by
 * their order (records/names.h), so that the names below hold for all versions. A copied text has no values, only the
 * message: there the English sentence is taken apart, and of a bugcheck the tuple, which is the same in every language:
 * `0x0000007e (0xc0000005, 0x..., 0x..., 0x...)`.
 */
#include "records/derive_parts.h"

#include "records/names.h"

static bool is_hex(char c)
{
    c = text_lower_char(c);
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* `0x0000007E`, `c0000005`, `fffff880`0123abcd` to `0x7e`, ...; TEXT_NONE when it is no number of 64 bits. */
static struct text normal_hex(struct arena *arena, struct text written)
{
    char digits[16];
    size_t count = 0;

    written = text_trim(written);
    if (text_starts_nocase(written, TEXT("0x")))
        written = text_slice(written, 2, written.size);
    if (written.size == 0)
        return TEXT_NONE;
    for (size_t i = 0; i < written.size; i++) {
        char c = text_lower_char(written.data[i]);

        if (c == '`' || (c == '0' && count == 0))
            continue;
        if (!is_hex(c) || count == sizeof(digits))
            return TEXT_NONE;
        digits[count++] = c;
    }
    if (count == 0)
        digits[count++] = '0';
    return text_of(arena_printf(arena, "0x%.*s", (int)count, digits));
}

static void add_text(struct field_list *fields, const char *name, struct text value)
{
    value = text_trim(value);
    if (value.size > 0)
        field_list_add(fields, text_of(name), value);
}

static void add_hex(struct field_list *fields, const char *name, struct text value)
{
    add_text(fields, name, normal_hex(fields->arena, value));
}

/* 0x1000007e is what small dumps say for 0x7e. */
static void add_bugcheck_code(struct field_list *fields, struct text code)
{
    uint64_t number;

    code = normal_hex(fields->arena, code);
    if (code.size > 2 && text_number(text_slice(code, 2, code.size), 16, &number) &&
        (number & ~UINT64_C(0xffff)) == 0x10000000)
        code = text_of(arena_printf(fields->arena, "0x%x", (unsigned)(number & 0xffff)));
    add_text(fields, "BugcheckCode", code);
}

static void add_bugcheck_parameter(struct field_list *fields, size_t number /* 1..4 */, struct text value)
{
    static const char *const names[] = {
        "BugcheckParameter1", "BugcheckParameter2", "BugcheckParameter3", "BugcheckParameter4",
    };

    add_hex(fields, names[number - 1], value);
}

/* ---- pieces of messages ---- */

/* The text behind `label` (and a colon) up to the first of the characters in `ends` or the text `before`. */
static struct text message_value(struct text message, const char *label, const char *before, const char *ends)
{
    size_t at = text_find_nocase(message, text_of(label)), size;

    if (at == TEXT_NOT_FOUND)
        return TEXT_NONE;
    message = text_slice(message, at + text_of(label).size, message.size);
    while (message.size > 0 && (message.data[0] == ':' || message.data[0] == ' ' || message.data[0] == '\t'))
        message = text_slice(message, 1, message.size);
    size = before ? text_find_nocase(message, text_of(before)) : TEXT_NOT_FOUND;
    if (size != TEXT_NOT_FOUND)
        message = text_slice(message, 0, size);
    for (; ends && *ends; ends++) {
        size = text_find_char(message, *ends);
        if (size != TEXT_NOT_FOUND)
            message = text_slice(message, 0, size);
    }
    return text_trim(message);
}

/* A number behind a label, without what follows it: a blank, a full stop, the next sentence. */
static struct text message_hex(struct text message, const char *label)
{
    struct text value = message_value(message, label, NULL, " ,\r\n\t");
    size_t size = text_starts_nocase(value, TEXT("0x")) ? 2 : 0;

    while (size < value.size && is_hex(value.data[size]))
        size++;
    return text_slice(value, 0, size);
}

/* ---- the events ---- */

/* Application Error 1000 and, of XP, Application Hang 1002. */
static bool fault(struct record *event, struct field_list *fields)
{
    struct text module = record_text(event, "ModuleName");

    add_text(fields, "Process", record_text(event, "AppName"));
    add_text(fields, "ProcessVersion", record_text(event, "AppVersion"));
    add_text(fields, "Module", module);
    add_text(fields, "ModuleVersion", record_text(event, "ModuleVersion"));
    crash_add_culprit(module, TEXT_NONE, fields);
    add_hex(fields, "ExceptionCode", record_text(event, "ExceptionCode"));
    add_hex(fields, "Offset", record_text(event, "FaultingOffset"));
    return fields->count > 0;
}

/* Windows 7 and later: `Faulting application name: a.exe, version: 1.0, ... Faulting module name: b.dll, ...`
 * Before: `Faulting application a.exe, version 1.0, faulting module b.dll, version 1.0, fault address 0x0001.` */
static bool fault_message(struct text message, struct field_list *fields)
{
    bool named = text_find_nocase(message, TEXT("Faulting application name")) != TEXT_NOT_FOUND;
    const char *labels[] = {named ? "Faulting application name" : "Faulting application",
                            named ? "Faulting module name" : "faulting module"};
    static const char *const names[][2] = {{"Process", "ProcessVersion"}, {"Module", "ModuleVersion"}};
    struct text name = TEXT_NONE, code;

    for (size_t i = 0; i < 2; i++) {
        size_t at = text_find_nocase(message, text_of(labels[i]));

        if (at == TEXT_NOT_FOUND)
            return false;
        message = text_slice(message, at, message.size);
        name = message_value(message, labels[i], ", version", "\r\n");
        add_text(fields, names[i][0], name);
        add_text(fields, names[i][1], message_value(message, ", version", NULL, ",\r\n"));
    }
    crash_add_culprit(name, TEXT_NONE, fields);
    code = message_hex(message, "exception code");
    add_hex(fields, "ExceptionCode", code);
    add_hex(fields, "Offset", message_hex(message, code.size > 0 ? "fault offset" : "fault address"));
    return true;
}

/* `The program a.exe version 1.0 stopped interacting with Windows and was closed.`
 * XP: `Hanging application a.exe, version 1.0, hang module hungapp, ...` */
static bool hang_message(struct text message, struct field_list *fields)
{
    struct text process = message_value(message, "Hanging application", ", version", "\r\n");

    if (process.size > 0) {
        struct text module = message_value(message, "hang module", ", version", "\r\n");

        add_text(fields, "Process", process);
        add_text(fields, "ProcessVersion", message_value(message, ", version", NULL, ",\r\n"));
        add_text(fields, "Module", module);
        crash_add_culprit(module, TEXT_NONE, fields);
        return true;
    }
    add_text(fields, "Process", message_value(message, "The program", " version ", "\r\n"));
    if (fields->count > 0)
        add_text(fields, "ProcessVersion", message_value(message, " version ", " stopped interacting", "\r\n"));
    return fields->count > 0;
}

/* Windows Error Reporting's event names that mean a crash, and which of P1 to P10 says what (0: none does). */
struct signature {
    const char *event_name;
    size_t process, process_version, module, module_version, code, offset;
};
static const struct signature signatures[] = {
    {"APPCRASH", 1, 2, 4, 5, 7, 8},
    {"BEX", 1, 2, 4, 5, 8, 7},
    {"BEX64", 1, 2, 4, 5, 8, 7},
    {"CLR20r3", 1, 2, 4, 5, 0, 8},
    {"MoAppCrash", 2, 3, 5, 6, 8, 9},
    {"MoBEX", 2, 3, 5, 6, 9, 8},
    {"MoBEX64", 2, 3, 5, 6, 9, 8},
    {"AppHangB1", 1, 2, 0, 0, 0, 0},
    {"AppHangXProcB1", 1, 2, 0, 0, 0, 0},
    {"MoAppHang", 2, 3, 0, 0, 0, 0},
    {"MoAppHangXProc", 2, 3, 0, 0, 0, 0},
};

/* P1 to P10: the event's values, or what stands between `P1:` and `P2:` in the message. */
static struct text report_value(struct record *event, size_t number)
{
    static const char *const names[] = {"P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10"};
    static const char *const labels[] = {"P1:", "P2:", "P3:", "P4:", "P5:", "P6:", "P7:", "P8:", "P9:", "P10:"};
    struct text value;

    if (number == 0)
        return TEXT_NONE;
    if (record_field(event, text_of(names[number - 1]), 0, &value))
        return value;
    return message_value(record_text(event, "Message"), labels[number - 1], number < 10 ? labels[number] : NULL,
                         "\r\n");
}

static bool error_report(struct record *event, struct field_list *fields)
{
    struct text message = record_text(event, "Message"), name = record_text(event, "EventName");
    struct text bucket = record_text(event, "Bucket"), module;

    if (name.size == 0) {
        name = message_value(message, "Event Name:", "Response:", "\r\n");
        bucket = message_value(message, "Fault bucket", ", type", "\r\n");
    }
    if (text_is_nocase(name, "BlueScreen")) {
        add_bugcheck_code(fields, report_value(event, 1));
        for (size_t i = 1; i <= 4 && fields->count > 0; i++)
            add_bugcheck_parameter(fields, i, report_value(event, i + 1));
    }
    for (size_t i = 0; i < sizeof(signatures) / sizeof(*signatures); i++) {
        const struct signature *row = &signatures[i];

        if (!text_is_nocase(name, row->event_name))
            continue;
        module = report_value(event, row->module);
        add_text(fields, "Process", report_value(event, row->process));
        add_text(fields, "ProcessVersion", report_value(event, row->process_version));
        add_text(fields, "Module", module);
        add_text(fields, "ModuleVersion", report_value(event, row->module_version));
        crash_add_culprit(module, TEXT_NONE, fields);
        add_hex(fields, "ExceptionCode", report_value(event, row->code));
        add_hex(fields, "Offset", report_value(event, row->offset));
    }
    if (fields->count == 0)
        return false;
    if (!text_is(bucket, "0"))
        add_text(fields, "FailureBucket", bucket);
    return true;
}

/* The letters and digits of a number that ends at `end`, blanks behind it left out. */
static struct text number_before(struct text text, size_t end)
{
    size_t start;

    while (end > 0 && (text.data[end - 1] == ' ' || text.data[end - 1] == '\t'))
        end--;
    start = end;
    while (start > 0 && (is_hex(text.data[start - 1]) || text_lower_char(text.data[start - 1]) == 'x'))
        start--;
    return text_slice(text, start, end);
}

/* Four numbers of 64 bits, commas and blanks: so that a million brackets are not searched a million times. */
#define TUPLE_BYTES 160

/* `0x0000007e (0xc0000005, 0x..., 0x..., 0x...)`: the code stands before a bracket in which there are four numbers. */
static bool bugcheck_tuple(struct text text, struct field_list *fields)
{
    struct text values[4];

    for (size_t open = 0; open < text.size; open++) {
        struct text inside, code, piece;
        size_t end, count;

        if (text.data[open] != '(')
            continue;
        code = number_before(text, open);
        inside = text_slice(text, open + 1, open + 1 + TUPLE_BYTES);
        end = text_find_char(inside, ')');
        if (!text_starts_nocase(code, TEXT("0x")) || end == TEXT_NOT_FOUND)
            continue;
        inside = text_slice(inside, 0, end);
        for (count = 0; count < 4 && text_next(&inside, ',', &piece); count++)
            values[count] = normal_hex(fields->arena, piece);
        if (count < 4 || inside.size > 0 || normal_hex(fields->arena, code).size == 0)
            continue;
        add_bugcheck_code(fields, code);
        for (size_t i = 0; i < 4; i++)
            add_bugcheck_parameter(fields, i + 1, values[i]);
        return true;
    }
    return false;
}

static bool bugcheck(struct record *event, struct field_list *fields)
{
    size_t count;
    const struct field *values = record_fields(event, &count);

    for (size_t i = 0; i < count; i++)
        if (bugcheck_tuple(values[i].value, fields))
            return true;
    return false;
}

/* Kernel-Power 41 (the code in decimal, 0: the machine went down without a bugcheck) and XP's System Error 1003 (in
 * hex). */
static bool bugcheck_fields(struct record *event, struct field_list *fields)
{
    static const char *const names[] = {
        "BugcheckParameter1", "BugcheckParameter2", "BugcheckParameter3", "BugcheckParameter4",
    };
    struct text code = text_trim(record_text(event, "BugcheckCode"));
    uint64_t number;

    if (event->event_id != 41)
        add_bugcheck_code(fields, code);
    else if (text_number(code, 10, &number) && number > 0)
        add_bugcheck_code(fields, text_of(arena_printf(fields->arena, "%llx", (unsigned long long)number)));
    for (size_t i = 1; i <= 4 && fields->count > 0; i++)
        add_bugcheck_parameter(fields, i, record_text(event, names[i - 1]));
    return fields->count > 0;
}

struct crash_event {
    const char *provider;
    uint32_t event_id;
    bool (*read)(struct record *event, struct field_list *fields);
    bool (*read_message)(struct text message,
                         struct field_list *fields); /* when there are no values; NULL: read() does both */
};
static const struct crash_event crash_events[] = {
    {"Application Error", 1000, fault, fault_message},
    {"Application Hang", 1002, fault, hang_message},
    {"Windows Error Reporting", 1001, error_report, NULL},
    {"BugCheck", 1001, bugcheck, NULL},
    {"System Error", 1003, bugcheck_fields, NULL},
    {"Microsoft-Windows-Kernel-Power", 41, bugcheck_fields, NULL},
};

bool crash_of_event(struct record *event, struct field_list *fields)
{
    char when[MOMENT_TEXT];

    for (size_t i = 0; i < sizeof(crash_events) / sizeof(*crash_events); i++) {
        const struct crash_event *row = &crash_events[i];

        if (event->event_id != row->event_id || (!provider_same(event->provider, text_of(row->provider)) &&
                                                 !provider_same(event->event_source, text_of(row->provider))))
            continue;
        if (!row->read(event, fields) &&
            (!row->read_message || !row->read_message(record_text(event, "Message"), fields)))
            return false;
        if (event->time.basis != BASIS_NONE)
            field_list_add_copy(fields, "TimeCreated", text_of(moment_print(event->time, when)));
        add_text(fields, "Computer", event->computer);
        return true;
    }
    return false;
}
