#include "report/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report/page.h"

#define GLUE PAGE_GLUE

#define TICKS_PER_MINUTE (60 * TICKS_PER_SECOND)
#define TICKS_PER_HOUR (60 * TICKS_PER_MINUTE)
#define TICKS_PER_DAY (24 * TICKS_PER_HOUR)

static const char *suffix(struct moment moment)
{
    return moment.basis == BASIS_UTC ? "Z" : "";
}

void words_moment(struct buffer *out, struct moment moment)
{
    if (moment.basis == BASIS_NONE) {
        buffer_add_string(out, "at an unknown time");
        return;
    }
    struct civil civil = civil_of(moment.ticks);
    buffer_printf(out, "%04d-%02d-%02d" GLUE "%02d:%02d:%02d%s", civil.year, civil.month, civil.day, civil.hour,
                  civil.minute, civil.second, suffix(moment));
}

void words_moment_near(struct buffer *out, struct moment moment, struct moment year_of)
{
    struct buffer whole = {0};
    words_moment(&whole, moment);
    bool same = moment.basis != BASIS_NONE && year_of.basis != BASIS_NONE &&
                civil_of(moment.ticks).year == civil_of(year_of.ticks).year;
    buffer_add_text(out, text_slice(buffer_text(&whole), same ? 5 : 0, whole.size));
    buffer_free(&whole);
}

static void add_clock(struct buffer *out, const struct civil *civil, bool seconds)
{
    buffer_printf(out, "%02d:%02d", civil->hour, civil->minute);
    if (seconds)
        buffer_printf(out, ":%02d", civil->second);
}

void words_interval(struct buffer *out, struct moment first, struct moment last, bool seconds)
{
    if (first.basis == BASIS_NONE && last.basis == BASIS_NONE) {
        buffer_add_string(out, "at unknown times");
        return;
    }
    struct moment from = first.basis == BASIS_NONE ? last : first;
    struct moment to = last.basis == BASIS_NONE ? first : last;
    struct civil a = civil_of(from.ticks), b = civil_of(to.ticks);

    buffer_printf(out, "%04d-%02d-%02d", a.year, a.month, a.day);
    if (!seconds && to.ticks - from.ticks > 2 * TICKS_PER_DAY) { /* over days, minutes say nothing */
        buffer_printf(out, " to %04d-%02d-%02d", b.year, b.month, b.day);
        return;
    }
    buffer_add_string(out, GLUE);
    add_clock(out, &a, seconds);
    if (from.ticks / TICKS_PER_SECOND != to.ticks / TICKS_PER_SECOND) {
        buffer_add_string(out, " to ");
        if (a.year != b.year || a.month != b.month || a.day != b.day)
            buffer_printf(out, "%04d-%02d-%02d" GLUE, b.year, b.month, b.day);
        add_clock(out, &b, seconds);
    }
    buffer_add_string(out, suffix(to));
}

void words_duration(struct buffer *out, int64_t ticks)
{
    if (ticks >= 2 * TICKS_PER_DAY)
        buffer_printf(out, "%" PRId64 " days", (ticks + TICKS_PER_DAY / 2) / TICKS_PER_DAY);
    else if (ticks >= 2 * TICKS_PER_HOUR)
        buffer_printf(out, "%" PRId64 " h", (ticks + TICKS_PER_HOUR / 2) / TICKS_PER_HOUR);
    else
        buffer_printf(out, "%" PRId64 " min", (ticks + TICKS_PER_MINUTE / 2) / TICKS_PER_MINUTE);
}

void words_number(struct buffer *out, uint64_t number)
{
    char digits[32];
    int size = snprintf(digits, sizeof digits, "%" PRIu64, number);
    for (int i = 0; i < size; i++) {
        if (i > 0 && (size - i) % 3 == 0)
            buffer_add_char(out, ',');
        buffer_add_char(out, digits[i]);
    }
}

void words_bytes(struct buffer *out, uint64_t bytes)
{
    static const char *const units[] = {"KB", "MB", "GB", "TB"};
    if (bytes < 1024) {
        words_count(out, bytes, "byte");
        return;
    }
    size_t unit = 0;
    uint64_t scaled = (bytes + 512) / 1024;
    while (scaled >= 10000 && unit + 1 < sizeof units / sizeof *units) {
        scaled = (scaled + 512) / 1024;
        unit++;
    }
    words_number(out, scaled);
    buffer_printf(out, " %s", units[unit]);
}

void words_count(struct buffer *out, uint64_t number, const char *noun)
{
    words_number(out, number);
    buffer_printf(out, GLUE "%s%s", noun, number == 1 ? "" : "s");
}

void words_db(struct buffer *out, int tenths)
{
    int size = tenths < 0 ? -tenths : tenths;
    if (tenths != 0)
        buffer_add_char(out, tenths < 0 ? '-' : '+');
    buffer_printf(out, "%d", size / 10);
    if (size % 10 != 0)
        buffer_printf(out, ".%d", size % 10);
}

void words_probability(struct buffer *out, unsigned ten_thousandths)
{
    unsigned thousandths = (ten_thousandths + 5) / 10;
    if (thousandths >= 1000)
        buffer_add_string(out, ">0.999");
    else if (thousandths == 0)
        buffer_add_string(out, "<0.001");
    else
        buffer_printf(out, "0.%03u", thousandths);
}

void words_windows(struct buffer *out, const char *version, const char *arch)
{
    static const struct {
        const char *version, *name;
    } names[] = {{"4.0", "NT 4.0"},
                 {"5.0", "2000"},
                 {"5.1", "XP"},
                 {"6.0", "Vista or Server 2008"},
                 {"6.1", "7 or Server 2008 R2"},
                 {"6.2", "8 or Server 2012"},
                 {"6.3", "8.1 or Server 2012 R2"},
                 {"10.0", "10 or later"}};

    buffer_add_string(out, "Windows ");
    if (strcmp(version, "5.2") == 0) { /* XP for x64 has the version of Server 2003 */
        buffer_add_string(out, arch && strcmp(arch, "x86") == 0 ? "Server 2003" : "Server 2003 or XP");
        return;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (strcmp(names[i].version, version) == 0) {
            buffer_add_string(out, names[i].name);
            return;
        }
    }
    buffer_add_string(out, version);
}

void words_reference(struct buffer *out, struct text reference)
{
    struct text rest = reference;
    size_t digits = 0;

    if (text_starts_nocase(rest, TEXT("kb"))) {
        rest = text_slice(rest, 2, rest.size);
        if (text_starts(rest, TEXT(":")))
            rest = text_slice(rest, 1, rest.size);
        if (text_starts_nocase(rest, TEXT("q")))
            rest = text_slice(rest, 1, rest.size);
        while (digits < rest.size && rest.data[digits] >= '0' && rest.data[digits] <= '9')
            digits++;
    }
    if (digits == 0 || (digits < rest.size && rest.data[digits] != '/')) {
        buffer_add_text(out, reference);
        return;
    }
    buffer_add_string(out, "KB" GLUE);
    buffer_add_text(out, text_slice(rest, 0, digits));
    if (digits < rest.size) {
        buffer_add_string(out, ", ");
        buffer_add_text(out, text_slice(rest, digits + 1, rest.size));
    }
}

/* Whether `path` ends in the same parts as `tail`. */
static bool shares_tail(const char *path, struct text tail)
{
    struct text whole = text_of(path);
    if (whole.size < tail.size || !text_equal(text_slice(whole, whole.size - tail.size, whole.size), tail))
        return false;
    return whole.size == tail.size || whole.data[whole.size - tail.size - 1] == '/';
}

struct text words_input(const struct bundle *bundle, const struct input *input)
{
    struct text path = text_of(strcmp(input->path, "-") == 0 ? "standard input" : input->path);
    size_t start = path.size;

    while (start > 0) {
        size_t sharing = 0;
        do
            start--;
        while (start > 0 && path.data[start - 1] != '/');
        for (size_t i = 0; i < bundle->input_count && sharing < 2; i++) {
            if (shares_tail(bundle->inputs[i]->path, text_slice(path, start, path.size)))
                sharing++;
        }
        if (sharing < 2)
            break;
    }
    return text_slice(path, start, path.size);
}

size_t words_places(struct buffer *out, const struct bundle *bundle, const struct place *places, size_t count,
                    size_t room)
{
    size_t taken = 0;

    if (count == 0)
        return 0;
    buffer_add_text(out, words_input(bundle, places[0].input));
    for (; taken < count && taken < room && places[taken].input == places[0].input; taken++) {
        const struct position *at = &places[taken].at;
        if (at->line > 0)
            buffer_printf(out, taken == 0 ? ":%" PRIu64 : " :%" PRIu64, at->line);
        else
            buffer_printf(out, " #%" PRIu64, at->record);
    }
    return taken;
}
