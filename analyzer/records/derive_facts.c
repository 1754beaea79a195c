/*
 * Facts from what states them.
 *
 * Registry values state what is so; a fact that needs several values of one key waits for the end of the input. A log
 * states what was so at each start (EventLog 6009), an appended Dr Watson log at each crash: machines get service
 * packs, so the latest statement of an input counts, and that there were others is remarked.
 */
#include "records/derive_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/table.h"
#include "records/names.h"
#include "records/timezone.h"

#define STATEMENT_BYTES 128      /* longer is no version and no name */
#define COMPUTER_BYTES 256

/* Where something was read: what the fact's record takes over. */
struct fact_place {
    struct position at;
    struct moment time;
    struct text computer;
};

struct kept_value {              /* a registry value of a key whose facts wait for the end */
    struct text key, control_set, name, data;
    struct fact_place place;
};

struct statement {               /* the latest that the records of one computer said */
    const char *name;
    char value[STATEMENT_BYTES];
    bool changed;
    struct fact_place place;
};

struct fact_book {
    struct kept_value values[LIMIT_FACT_VALUES];
    size_t value_count;
    struct table statements;     /* computer and fact's name -> struct statement in the arena */
    struct arena arena;
    struct arena scratch;        /* of the record at hand */
};

struct fact_book *fact_book_new(void)
{
    return memory_alloc(sizeof(struct fact_book));
}

void fact_book_free(struct fact_book *book)
{
    if (!book)
        return;
    table_free(&book->statements);
    arena_free(&book->arena);
    arena_free(&book->scratch);
    free(book);
}

static struct fact_place place_of(struct fact_book *book, const struct record *record)
{
    struct text computer = text_slice(record->computer, 0, COMPUTER_BYTES);

    return (struct fact_place){record->at, record->time, arena_text(&book->arena, computer)};
}

static void emit_at(const struct fact_place *place, const char *name, struct text value, struct text control_set,
                    fact_emit *emit, void *context)
{
    struct record of = {.at = place->at, .time = place->time, .computer = place->computer};

    emit(context, &of, name, value, control_set);
}

/* ---- what several records of one input say, one after the other ---- */

static bool is_later(const struct fact_place *a, const struct fact_place *b)
{
    if (a->time.basis != b->time.basis)
        return a->time.basis > b->time.basis; /* UTC before local before none */
    if (a->time.ticks != b->time.ticks)
        return a->time.ticks > b->time.ticks;
    return a->at.record != b->at.record ? a->at.record > b->at.record : a->at.line > b->at.line;
}

static void state(struct fact_book *book, struct record *record, const char *name, struct text value)
{
    struct fact_place place = {record->at, record->time, TEXT_NONE};
    struct buffer key = {0};
    struct table_entry *entry;
    struct statement *statement;

    if (value.size == 0 || value.size >= STATEMENT_BYTES)
        return;
    buffer_printf(&key, "%s\n", name);
    buffer_add_text(&key, text_slice(record->computer, 0, COMPUTER_BYTES));
    entry = table_find(&book->statements, buffer_text(&key));
    if (!entry && book->statements.count < LIMIT_LABELS)
        entry = table_add(&book->statements, buffer_text(&key));
    buffer_free(&key);
    if (!entry)
        return;
    statement = entry->value;
    if (!statement) {
        statement = arena_alloc(&book->arena, sizeof(*statement));
        statement->name = name;
        statement->place = place_of(book, record);
        memcpy(statement->value, value.data, value.size);
        entry->value = statement;
        return;
    }
    statement->changed = statement->changed || !text_is(value, statement->value);
    if (is_later(&place, &statement->place)) {
        memset(statement->value, 0, sizeof(statement->value));
        memcpy(statement->value, value.data, value.size);
        place.computer = statement->place.computer;
        statement->place = place;
    }
}

/* `5.02.` is 5.2; `10.00.` is 10.0. TEXT_NONE when it is no version. */
static struct text version_of(struct arena *arena, struct text written)
{
    struct text major, rest = text_trim(written);
    uint64_t numbers[2];

    while (rest.size > 0 && rest.data[rest.size - 1] == '.')
        rest.size--;
    if (!text_next(&rest, '.', &major) || !text_number(major, 10, &numbers[0]) || !text_number(rest, 10, &numbers[1]) ||
        numbers[0] > 99 || numbers[1] > 99)
        return TEXT_NONE;
    return text_of(arena_printf(arena, "%u.%u", (unsigned)numbers[0], (unsigned)numbers[1]));
}

/* `Service Pack 6a` is 6, and so is `6`; nothing, `None` and `0` are 0. TEXT_NONE: it is something else. */
static struct text service_pack_of(struct arena *arena, struct text written)
{
    struct text words = TEXT("Service Pack ");
    size_t at = text_find_nocase(written, words), size = 0;
    uint64_t number;

    written = text_trim(at == TEXT_NOT_FOUND ? written : text_slice(written, at + words.size, written.size));
    if (written.size == 0 || text_is_nocase(written, "None"))
        return TEXT("0");
    while (size < written.size && written.data[size] >= '0' && written.data[size] <= '9')
        size++;
    if (!text_number(text_slice(written, 0, size), 10, &number) || number > 99)
        return TEXT_NONE;
    return text_of(arena_printf(arena, "%u", (unsigned)number));
}

/* `5.02. 3790 Service Pack 2 Multiprocessor Free`: the strings of EventLog 6009, or the sentence around them
 * ("Microsoft (R) Windows NT (R) 4.0 1381 Service Pack 3 Uniprocessor Free."): a version and, next to it, a build. */
static void take_start(struct fact_book *book, struct record *record, struct text words)
{
    struct text word, rest = words, build;
    uint64_t number;

    while (text_next(&rest, ' ', &word)) {
        struct text behind = text_trim(rest), version = version_of(&book->scratch, word);

        if (version.size == 0 || !text_next(&behind, ' ', &build) || !text_number(build, 10, &number))
            continue;
        state(book, record, "os.version", version);
        state(book, record, "os.build", build);
        state(book, record, "os.service_pack",
              text_find_nocase(behind, TEXT("Service Pack ")) == TEXT_NOT_FOUND
                  ? TEXT("0")
                  : service_pack_of(&book->scratch, behind));
        return;
    }
}

static void take_event(struct fact_book *book, struct record *record)
{
    struct buffer words = {0};
    struct text value;

    if (!record->has_event_id || record->event_id != 6009 || !provider_same(record->provider, TEXT("EventLog")))
        return;
    for (int i = 1; i <= 4; i++) {
        char name[16] = "Data[1]";

        name[5] = (char)('0' + i);
        if (record_field(record, text_of(name), 0, &value)) {
            buffer_add_text(&words, text_trim(value));
            buffer_add_char(&words, ' ');
        }
    }
    take_start(book, record, words.size > 0 ? buffer_text(&words) : record_text(record, "Message"));
    buffer_free(&words);
}

/* How the processor's text begins: PROCESSOR_ARCHITECTURE, or Dr Watson's `x86 Family 6 Model 8 Stepping 6`. */
static struct text architecture_of(struct text written)
{
    static const struct { const char *begins, *is; } known[] = {
        {"x86", "x86"},     {"Intel64", "x64"}, {"AMD64", "x64"}, {"EM64T", "x64"},
        {"ARM64", "arm64"}, {"IA64", "ia64"},   {"Alpha", "alpha"},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        if (text_starts_nocase(text_trim(written), text_of(known[i].begins)))
            return text_of(known[i].is);
    return TEXT_NONE;
}

/* The system information of a Dr Watson record. */
static void take_crash(struct fact_book *book, struct record *record)
{
    struct text version = version_of(&book->scratch, record_text(record, "WindowsVersion")), value;

    state(book, record, "host.name", text_trim(record_text(record, "ComputerName")));
    state(book, record, "os.version", version);
    state(book, record, "os.build", text_trim(record_text(record, "CurrentBuild")));
    if (record_field(record, TEXT("ServicePack"), 0, &value))
        state(book, record, "os.service_pack", service_pack_of(&book->scratch, value));
    state(book, record, "os.arch", architecture_of(record_text(record, "ProcessorType")));
}

/* ---- the registry ---- */

/* `HKLM\SYSTEM\CurrentControlSet\Control\Windows` is the key `CurrentControlSet\Control\Windows` of a hive, and so it
 * is where the hive was loaded under another name (`HKLM\OFFLINE\...`). Other roots hold no machine's state. */
static bool is_hive_key(struct text key, const char *inside)
{
    struct text root;

    return text_next(&key, '\\', &root) && text_is_nocase(root, "HKLM") && text_next(&key, '\\', &root) &&
           text_is_nocase(key, inside);
}

#define KEY_VERSION "Microsoft\\Windows NT\\CurrentVersion"
#define KEY_ZONE "CurrentControlSet\\Control\\TimeZoneInformation"

static void keep_value(struct fact_book *book, const struct record *record, struct text key, struct text name,
                       struct text data, struct text control_set)
{
    struct kept_value *value = &book->values[book->value_count];

    if (book->value_count == LIMIT_FACT_VALUES || data.size > 256)
        return;
    *value = (struct kept_value){arena_text(&book->arena, key), arena_text(&book->arena, control_set),
                                 arena_text(&book->arena, name), arena_text(&book->arena, data),
                                 place_of(book, record)};
    book->value_count++;
}

static bool is_one_of(struct text name, const char *const *names)
{
    for (; *names; names++)
        if (text_is_nocase(name, *names))
            return true;
    return false;
}

static void take_registry(struct fact_book *book, struct record *record, fact_emit *emit, void *context)
{
    static const char *const version_values[] = {
        "CurrentMajorVersionNumber", "CurrentMinorVersionNumber", "CurrentVersion", "CurrentBuild",
        "CurrentBuildNumber", "CSDVersion", "ProductName", NULL,
    };
    static const char *const zone_values[] = {
        "Bias", "StandardBias", "DaylightBias", "StandardStart", "DaylightStart", "ActiveTimeBias",
        "DynamicDaylightTimeDisabled", "DisableAutoDaylightTimeSet", NULL,
    };
    struct text key = record_text(record, "Key");
    struct text name = record_text(record, "ValueName");
    struct text data = record_text(record, "Data");
    struct text set = record_text(record, "ControlSet"), architecture;
    uint64_t number;

    if (text_ends_nocase(key, TEXT("\\CurrentVersion"))) {
        if (is_hive_key(key, KEY_VERSION) && is_one_of(name, version_values))
            keep_value(book, record, key, name, data, set);
    } else if (text_ends_nocase(key, TEXT("\\TimeZoneInformation"))) {
        if (is_hive_key(key, KEY_ZONE) && is_one_of(name, zone_values))
            keep_value(book, record, key, name, data, set);
    } else if (text_is_nocase(name, "ComputerName")) {
        if (is_hive_key(key, "CurrentControlSet\\Control\\ComputerName\\ComputerName") && text_trim(data).size > 0)
            emit(context, record, "host.name", text_trim(data), set);
    } else if (text_is_nocase(name, "PROCESSOR_ARCHITECTURE")) {
        architecture = architecture_of(data);
        if (is_hive_key(key, "CurrentControlSet\\Control\\Session Manager\\Environment") && architecture.size > 0)
            emit(context, record, "os.arch", architecture, set);
    } else if (text_is_nocase(name, "CSDVersion")) {
        if (is_hive_key(key, "CurrentControlSet\\Control\\Windows") && text_number(data, 10, &number) &&
            number <= 0xffff)
            emit(context, record, "os.service_pack",
                 text_of(arena_printf(&book->scratch, "%u", (unsigned)(number >> 8))), set);
    } else if (text_is_nocase(name, "Current")) {
        if (is_hive_key(key, "Select") && text_number(data, 10, &number) && number > 0)
            emit(context, record, "registry.current_control_set", data, TEXT_NONE);
    }
}

void fact_book_take(struct fact_book *book, struct record *record, fact_emit *emit, void *context)
{
    arena_reset(&book->scratch);
    if (record->category == CATEGORY_EVENT)
        take_event(book, record);
    else if (record->category == CATEGORY_CRASH)
        take_crash(book, record);
    else if (record->category == CATEGORY_REGISTRY)
        take_registry(book, record, emit, context);
}

/* ---- the end of the input ---- */

/* The values of one key and control set. */
struct key_values {
    const struct fact_book *book;
    const struct kept_value *of;     /* any of them */
};

static const struct kept_value *key_value(const struct key_values *key, const char *name)
{
    const struct kept_value *found = NULL;

    for (size_t i = 0; i < key->book->value_count; i++) {
        const struct kept_value *value = &key->book->values[i];

        if (text_is_nocase(value->name, name) && text_equal_nocase(value->key, key->of->key) &&
            text_equal_nocase(value->control_set, key->of->control_set))
            found = value; /* in an export that is imported top down the last one counts */
    }
    return found;
}

static bool key_number(const struct key_values *key, const char *name, int64_t lowest, int64_t highest, int64_t *number)
{
    const struct kept_value *value = key_value(key, name);
    int64_t read;

    if (!value || !text_integer(value->data, &read) || read < 0 || read > UINT32_MAX)
        return false;
    read = (int32_t)(uint32_t)read;
    if (read < lowest || read > highest)
        return false;
    *number = read;
    return true;
}

#define BUILD_WINDOWS_10 10240
#define BUILD_WINDOWS_11 22000

static void end_version(struct fact_book *book, const struct key_values *key, fact_emit *emit, void *context)
{
    const struct kept_value *build = key_value(key, "CurrentBuildNumber");
    const struct kept_value *version = key_value(key, "CurrentMajorVersionNumber");
    const struct kept_value *pack = key_value(key, "CSDVersion"), *product = key_value(key, "ProductName");
    struct text number = TEXT_NONE, text;
    int64_t major, minor;
    uint64_t built = 0;

    if (!build)
        build = key_value(key, "CurrentBuild"); /* up to 2003 this one held something else */
    if (build && !text_number(build->data, 10, &built))
        build = NULL;
    if (version && key_number(key, "CurrentMajorVersionNumber", 0, 99, &major) &&
        key_number(key, "CurrentMinorVersionNumber", 0, 99, &minor)) {
        number = text_of(arena_printf(&book->arena, "%u.%u", (unsigned)major, (unsigned)minor));
    } else {
        version = key_value(key, "CurrentVersion");
        if (version)
            number = version_of(&book->arena, version->data);
        if (text_is(number, "6.3") && built >= BUILD_WINDOWS_10)
            number = TEXT("10.0");
    }
    if (version && number.size > 0)
        emit_at(&version->place, "os.version", number, TEXT_NONE, emit, context);
    if (build)
        emit_at(&build->place, "os.build", build->data, TEXT_NONE, emit, context);
    text = pack ? service_pack_of(&book->arena, pack->data) : number.size > 0 ? TEXT("0") : TEXT_NONE;
    if (!pack)
        pack = version;
    if (pack && text.size > 0)
        emit_at(&pack->place, "os.service_pack", text, TEXT_NONE, emit, context);
    if (!product || product->data.size == 0)
        return;
    text = product->data;
    if (built >= BUILD_WINDOWS_11 && text_starts_nocase(text, TEXT("Windows 10")))
        text = text_of(arena_printf(&book->arena, "%.*s (by its build %u: Windows 11)", (int)text.size, text.data,
                                    (unsigned)built));
    emit_at(&product->place, "os.product", text, TEXT_NONE, emit, context);
}

static bool hex_digit(char c, unsigned *value)
{
    c = text_lower_char(c);
    if (c >= '0' && c <= '9')
        *value = (unsigned)(c - '0');
    else if (c >= 'a' && c <= 'f')
        *value = (unsigned)(c - 'a') + 10;
    else
        return false;
    return true;
}

/*
 * The rule in StandardStart and DaylightStart: eight 16-bit numbers. They are the kernel's TIME_FIELDS, in which the
 * weekday stands last: year, month, week, hour, minute, second, millisecond, weekday. (SYSTEMTIME, and TZI below `Time
 * Zones`, have it third.) So 00000a00050003000000000000000000 is the last (5) Sunday (0) of October (10) at 03:00.
 * Month 0: there is no rule.
 */
static bool zone_rule(const struct kept_value *value, struct timezone_rule *rule)
{
    int fields[8];

    *rule = (struct timezone_rule){0};
    if (!value)
        return true;
    if (value->data.size != 32)
        return false;
    for (size_t i = 0; i < 8; i++) {
        unsigned digits[4];

        for (size_t k = 0; k < 4; k++)
            if (!hex_digit(value->data.data[4 * i + k], &digits[k]))
                return false;
        fields[i] = (int)(digits[0] << 4 | digits[1] | digits[2] << 12 | digits[3] << 8);
    }
    if (fields[1] == 0)
        return true;
    if (fields[0] != 0 || fields[1] > 12 || fields[2] < 1 || fields[2] > 5 || fields[3] > 23 || fields[4] > 59 ||
        fields[7] > 6)
        return false;
    *rule = (struct timezone_rule){true, fields[1], fields[2], fields[7], fields[3], fields[4]};
    if (fields[5] == 59 && rule->hour == 23 && rule->minute == 59) {
        rule->hour = 24; /* the last second of a day is how midnight is written */
        rule->minute = 0;
    }
    return true;
}

static void end_zone(struct fact_book *book, const struct key_values *key, fact_emit *emit, void *context)
{
    const int64_t day = 24 * 60;
    const struct kept_value *bias = key_value(key, "Bias");
    struct timezone zone = {0};
    struct buffer text = {0};
    int64_t number, disabled = 0;

    if (!key_number(key, "Bias", -day, day, &number))
        return;
    zone.bias = (int)number;
    if (key_number(key, "StandardBias", -day, day, &number))
        zone.standard_bias = (int)number;
    if (key_number(key, "DaylightBias", -day, day, &number))
        zone.daylight_bias = (int)number;
    if (!zone_rule(key_value(key, "StandardStart"), &zone.standard) ||
        !zone_rule(key_value(key, "DaylightStart"), &zone.daylight))
        return;
    if ((key_number(key, "DynamicDaylightTimeDisabled", 0, 1, &disabled) && disabled == 1) ||
        (key_number(key, "DisableAutoDaylightTimeSet", 0, 1, &disabled) && disabled == 1)) {
        zone.standard.used = false;
        zone.daylight.used = false;
    } else if (!zone.daylight.used && key_number(key, "ActiveTimeBias", -2 * day, 2 * day, &number) &&
               number != zone.bias + zone.standard_bias) {
        return; /* summer time was on and nothing says from when to when: the zone is not known */
    }
    timezone_print(&zone, &text);
    emit_at(&bias->place, "host.timezone", arena_text(&book->arena, buffer_text(&text)), bias->control_set, emit,
            context);
    buffer_free(&text);
}

/* True for the first kept value of its key and control set. */
static bool begins_key(const struct fact_book *book, size_t index)
{
    const struct kept_value *value = &book->values[index];

    for (size_t i = 0; i < index; i++)
        if (text_equal_nocase(book->values[i].key, value->key) &&
            text_equal_nocase(book->values[i].control_set, value->control_set))
            return false;
    return true;
}

void fact_book_end(struct fact_book *book, fact_emit *emit, void *context, struct sink *remark)
{
    for (size_t i = 0; i < book->value_count; i++) {
        struct key_values key = {book, &book->values[i]};

        if (!begins_key(book, i))
            continue;
        if (is_hive_key(key.of->key, KEY_VERSION))
            end_version(book, &key, emit, context);
        else
            end_zone(book, &key, emit, context);
    }
    for (size_t i = 0; i < book->statements.count; i++) {
        const struct statement *statement = book->statements.entries[i].value;

        emit_at(&statement->place, statement->name, text_of(statement->value), TEXT_NONE, emit, context);
        if (statement->changed)
            sink_note(remark, "%s changes within this input; the latest, %s, counts", statement->name,
                      statement->value);
    }
}
