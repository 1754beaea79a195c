/*
 * The text of a zone (the fact host.timezone) is
 *
 *     bias=-60 standard=0:10/5/0 03:00 daylight=-60:3/5/0 02:00
 *
 * UTC is local time plus `bias`, plus the bias of the half of the year: `standard` begins on the last (5) Sunday (0) of
 * October (10) at 03:00, as the clock on the wall showed it until then. A zone without summer time has no rules:
 * `bias=-480 standard=0 daylight=-60`.
 */
#include "records/timezone.h"

#include "base/text.h"

#define MINUTES_PER_DAY (24 * 60)
#define TICKS_PER_MINUTE (60 * TICKS_PER_SECOND)

static bool take_number(struct text *rest, int lowest, int highest, int *number)
{
    size_t size = 0;
    int64_t value;

    while (size < rest->size && (rest->data[size] == '-' || (rest->data[size] >= '0' && rest->data[size] <= '9')))
        size++;
    if (!text_integer(text_slice(*rest, 0, size), &value) || value < lowest || value > highest)
        return false;
    *number = (int)value;
    *rest = text_slice(*rest, size, rest->size);
    return true;
}

static bool take_word(struct text *rest, struct text word)
{
    if (!text_starts(*rest, word))
        return false;
    *rest = text_slice(*rest, word.size, rest->size);
    return true;
}

/* `:10/5/0 03:00` when there is one. */
static bool take_rule(struct text *rest, struct timezone_rule *rule)
{
    *rule = (struct timezone_rule){0};
    if (!take_word(rest, TEXT(":")))
        return true;
    rule->used = true;
    return take_number(rest, 1, 12, &rule->month) && take_word(rest, TEXT("/")) &&
           take_number(rest, 1, 5, &rule->week) && take_word(rest, TEXT("/")) &&
           take_number(rest, 0, 6, &rule->weekday) && take_word(rest, TEXT(" ")) &&
           take_number(rest, 0, 24, &rule->hour) && take_word(rest, TEXT(":")) &&
           take_number(rest, 0, 59, &rule->minute);
}

bool timezone_parse(struct text text, struct timezone *zone)
{
    const int most = MINUTES_PER_DAY;
    struct timezone read = {0};

    if (!take_word(&text, TEXT("bias=")) || !take_number(&text, -most, most, &read.bias) ||
        !take_word(&text, TEXT(" standard=")) || !take_number(&text, -most, most, &read.standard_bias) ||
        !take_rule(&text, &read.standard) || !take_word(&text, TEXT(" daylight=")) ||
        !take_number(&text, -most, most, &read.daylight_bias) || !take_rule(&text, &read.daylight) || text.size > 0)
        return false;
    *zone = read;
    return true;
}

static void print_rule(const struct timezone_rule *rule, struct buffer *out)
{
    if (rule->used)
        buffer_printf(out, ":%d/%d/%d %02d:%02d", rule->month, rule->week, rule->weekday, rule->hour, rule->minute);
}

void timezone_print(const struct timezone *zone, struct buffer *out)
{
    buffer_printf(out, "bias=%d standard=%d", zone->bias, zone->standard_bias);
    print_rule(&zone->standard, out);
    buffer_printf(out, " daylight=%d", zone->daylight_bias);
    print_rule(&zone->daylight, out);
}

struct timezone timezone_fixed(int minutes_east)
{
    return (struct timezone){.bias = -minutes_east};
}

/* Days since 1601-01-01, a Monday. */
static int64_t day_of(int year, int month, int day)
{
    struct civil civil = {.year = year, .month = month, .day = day};

    return civil_ticks(&civil) / (MINUTES_PER_DAY * TICKS_PER_MINUTE);
}

/* When a rule changes the clock in a year, in the local time that holds until then. */
static int64_t rule_ticks(const struct timezone_rule *rule, int year)
{
    int64_t first = day_of(year, rule->month, 1);
    int64_t next_month = rule->month == 12 ? day_of(year, 12, 31) + 1 : day_of(year, rule->month + 1, 1);
    int64_t day = first + (rule->weekday - (int)((first + 1) % 7) + 7) % 7 + 7 * (rule->week - 1);

    while (day >= next_month)
        day -= 7;
    return (day * MINUTES_PER_DAY + rule->hour * 60 + rule->minute) * TICKS_PER_MINUTE;
}

/* The hour that the clock shows twice in autumn is taken as summer time, its first showing. */
static bool is_daylight(const struct timezone *zone, int64_t local_ticks)
{
    int year = civil_of(local_ticks).year;
    int64_t summer, winter;

    if (!zone->daylight.used || !zone->standard.used)
        return false;
    summer = rule_ticks(&zone->daylight, year);
    winter = rule_ticks(&zone->standard, year);
    if (summer == winter)
        return false; /* how summer time that was given up is written */
    if (summer < winter)
        return local_ticks >= summer && local_ticks < winter;
    return local_ticks >= summer || local_ticks < winter; /* south of the equator */
}

int64_t timezone_to_utc(const struct timezone *zone, int64_t local_ticks)
{
    int bias = zone->bias + (is_daylight(zone, local_ticks) ? zone->daylight_bias : zone->standard_bias);

    return local_ticks + bias * TICKS_PER_MINUTE;
}

static void print_offset(int minutes_west, struct buffer *out)
{
    int minutes = minutes_west < 0 ? -minutes_west : minutes_west;

    buffer_printf(out, "%c%02d:%02d", minutes_west > 0 ? '-' : '+', minutes / 60, minutes % 60);
}

void timezone_describe(const struct timezone *zone, struct buffer *out)
{
    buffer_add_string(out, "UTC");
    print_offset(zone->bias + zone->standard_bias, out);
    if (zone->daylight.used && zone->standard.used) {
        buffer_add_string(out, ", summer ");
        print_offset(zone->bias + zone->daylight_bias, out);
    }
}
