#include "records/moment.h"

#include <stdio.h>

#define SECONDS_PER_DAY INT64_C(86400)
#define LONGEST_TEXT 96 /* bytes; no date and time that people write is longer */

static bool leap_year(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && leap_year(year));
}

bool civil_valid(const struct civil *civil)
{
    return civil->year >= 1601 && civil->year <= 9999 && civil->month >= 1 && civil->month <= 12 && civil->day >= 1 &&
           civil->day <= days_in_month(civil->year, civil->month) && civil->hour >= 0 && civil->hour <= 23 &&
           civil->minute >= 0 && civil->minute <= 59 && civil->second >= 0 && civil->second <= 59 &&
           civil->ticks >= 0 && civil->ticks < TICKS_PER_SECOND;
}

/*
 * Days since 1601-01-01, which begins a 400-year cycle of the calendar (146,097 days). Counting years from March puts
 * the leap day at the end of a year; the days before a month are then (153 m + 2) / 5 with m = 0 for March. The offset
 * is that of 1601-01-01 from 0000-03-01.
 */
#define CYCLE_DAYS 146097
#define DAYS_TO_1601 584694

static int64_t days_of_civil(int year, int month, int day)
{
    int64_t shifted = month <= 2 ? year - 1 : year;
    int64_t cycle = (shifted >= 0 ? shifted : shifted - 399) / 400;
    int64_t year_of_cycle = shifted - cycle * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;

    return cycle * CYCLE_DAYS + day_of_cycle - DAYS_TO_1601;
}

static void civil_of_days(int64_t days, struct civil *civil)
{
    days += DAYS_TO_1601;

    int64_t cycle = (days >= 0 ? days : days - (CYCLE_DAYS - 1)) / CYCLE_DAYS;
    int64_t day_of_cycle = days - cycle * CYCLE_DAYS;
    int64_t year_of_cycle =
        (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36524 - day_of_cycle / (CYCLE_DAYS - 1)) / 365;
    int64_t day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;

    civil->day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    civil->month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    civil->year = (int)(year_of_cycle + cycle * 400 + (civil->month <= 2));
}

int64_t civil_ticks(const struct civil *civil)
{
    int64_t seconds = days_of_civil(civil->year, civil->month, civil->day) * SECONDS_PER_DAY + civil->hour * 3600 +
                      civil->minute * 60 + civil->second;

    return seconds * TICKS_PER_SECOND + civil->ticks;
}

struct civil civil_of(int64_t ticks)
{
    struct civil civil;
    int64_t per_day = SECONDS_PER_DAY * TICKS_PER_SECOND;
    bool before = ticks % per_day < 0;
    int64_t days = ticks / per_day - before;
    int64_t rest = ticks % per_day + (before ? per_day : 0);
    int64_t seconds = rest / TICKS_PER_SECOND;

    civil_of_days(days, &civil);
    civil.hour = (int)(seconds / 3600);
    civil.minute = (int)(seconds / 60 % 60);
    civil.second = (int)(seconds % 60);
    civil.ticks = (int)(rest % TICKS_PER_SECOND);
    return civil;
}

char *moment_print(struct moment moment, char out[MOMENT_TEXT])
{
    out[0] = 0;
    if (moment.basis == BASIS_NONE)
        return out;

    struct civil civil = civil_of(moment.ticks);
    int size = snprintf(out, MOMENT_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d", civil.year, civil.month, civil.day,
                        civil.hour, civil.minute, civil.second);
    if (civil.ticks) {
        size += snprintf(out + size, (size_t)(MOMENT_TEXT - size), ".%07d", civil.ticks);
        while (out[size - 1] == '0')
            size--;
    }
    if (moment.basis == BASIS_UTC)
        out[size++] = 'Z';
    out[size] = 0;
    return out;
}

/*
 * Scanning. A scan stands on a text; each function takes what it names and moves behind it, or returns false and leaves
 * the scan where it was.
 */
struct scan {
    const char *at;
    const char *end;
};

static char scan_peek(const struct scan *scan)
{
    return scan->at < scan->end ? *scan->at : 0;
}

static bool scan_char(struct scan *scan, char c)
{
    if (scan_peek(scan) != c)
        return false;
    scan->at++;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Letters of any script: bytes above ASCII are taken for parts of letters. */
static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool scan_blanks(struct scan *scan)
{
    const char *start = scan->at;

    while (scan_peek(scan) == ' ')
        scan->at++;
    return scan->at > start;
}

/* A number of 1 to `most` digits, not followed by a further digit. */
static bool scan_number(struct scan *scan, int most, int *number, int *digits)
{
    const char *at = scan->at;
    int value = 0, count = 0;

    while (at < scan->end && is_digit(*at)) {
        if (++count > most)
            return false;
        value = value * 10 + (*at++ - '0');
    }
    if (!count)
        return false;
    *number = value;
    *digits = count;
    scan->at = at;
    return true;
}

static bool scan_word(struct scan *scan, struct text *word)
{
    const char *at = scan->at;

    while (at < scan->end && is_letter(*at))
        at++;
    *word = (struct text){scan->at, (size_t)(at - scan->at)};
    scan->at = at;
    return word->size > 0;
}

/* A fraction of a second of 1 to 9 digits, as ticks. */
static bool scan_fraction(struct scan *scan, int *ticks)
{
    int value = 0, count = 0;
    const char *at = scan->at;

    for (; at < scan->end && is_digit(*at); at++)
        if (++count > 9)
            return false;
        else if (count <= 7)
            value = value * 10 + (*at - '0');
    if (!count)
        return false;
    for (; count < 7; count++)
        value *= 10;
    *ticks = value;
    scan->at = at;
    return true;
}

/* `+02:00`, `-0530`, `+02`. */
static bool scan_offset(struct scan *scan, int *minutes_east)
{
    struct scan ahead = *scan;
    bool west = scan_peek(&ahead) == '-';
    int hours, minutes = 0, digits, minute_digits;

    if (!scan_char(&ahead, '+') && !scan_char(&ahead, '-'))
        return false;
    if (!scan_number(&ahead, 4, &hours, &digits) || digits == 3)
        return false;
    if (digits == 4) {
        minutes = hours % 100;
        hours /= 100;
    } else if (scan_char(&ahead, ':') && (!scan_number(&ahead, 2, &minutes, &minute_digits) || minute_digits != 2)) {
        return false;
    }
    if (hours > 15 || minutes > 59)
        return false;
    *minutes_east = (hours * 60 + minutes) * (west ? -1 : 1);
    *scan = ahead;
    return true;
}

static bool scan_zone(struct scan *scan, int *minutes_east)
{
    struct scan ahead = *scan;
    struct text word;

    *minutes_east = 0;
    if (!scan_word(&ahead, &word))
        return scan_offset(scan, minutes_east);
    if (!text_is_nocase(word, "UTC") && !text_is_nocase(word, "GMT") && !text_is_nocase(word, "Z"))
        return false;
    *scan = ahead;
    if (word.size == 3)
        scan_offset(scan, minutes_east);
    return true;
}

bool zone_parse(struct text text, int *minutes_east)
{
    text = text_trim(text);
    if (!text.size)
        return false;

    struct scan scan = {text.data, text.data + text.size};
    int minutes;
    if (!scan_zone(&scan, &minutes) || scan.at != scan.end)
        return false;
    *minutes_east = minutes;
    return true;
}

/* A zone at the end, or nothing; then the moment. */
static bool finish(struct scan *scan, const struct civil *civil, struct moment *moment)
{
    bool zoned = false;
    int minutes_east = 0;

    scan_blanks(scan);
    if (scan->at < scan->end)
        zoned = scan_zone(scan, &minutes_east);
    if (scan->at != scan->end || !civil_valid(civil))
        return false;

    struct moment result = {civil_ticks(civil), zoned ? BASIS_UTC : BASIS_LOCAL};
    result.ticks -= minutes_east * 60 * TICKS_PER_SECOND;
    int year = civil_of(result.ticks).year;
    if (year < 1601 || year > 9999)
        return false;
    *moment = result;
    return true;
}

bool moment_parse(struct text text, struct moment *moment)
{
    text = text_trim(text);
    if (!text.size || text.size > LONGEST_TEXT)
        return false;

    struct scan scan = {text.data, text.data + text.size};
    struct civil civil = {0};
    int digits;

    if (!scan_number(&scan, 4, &civil.year, &digits) || digits != 4 || !scan_char(&scan, '-') ||
        !scan_number(&scan, 2, &civil.month, &digits) || !scan_char(&scan, '-') ||
        !scan_number(&scan, 2, &civil.day, &digits))
        return false;
    if (scan.at == scan.end)
        return finish(&scan, &civil, moment);

    if (!scan_char(&scan, 'T') && !scan_char(&scan, 't') && !scan_blanks(&scan))
        return false;
    if (!scan_number(&scan, 2, &civil.hour, &digits) || !scan_char(&scan, ':') ||
        !scan_number(&scan, 2, &civil.minute, &digits))
        return false;
    if (scan_char(&scan, ':')) {
        if (!scan_number(&scan, 2, &civil.second, &digits))
            return false;
        if ((scan_char(&scan, '.') || scan_char(&scan, ',')) && !scan_fraction(&scan, &civil.ticks))
            return false;
    }
    return finish(&scan, &civil, moment);
}

/* Month names of the languages whose copies are met, by how they begin (lower case). Longer beginnings stand first. */
static const struct month_name {
    const char *beginning;
    int month;
} month_names[] = {
    {"juin", 6},          {"juil", 7},          {"jan", 1}, {"ene", 1},  {"gen", 1}, {"feb", 2}, {"f\xc3\xa9v", 2},
    {"fev", 2},           {"mar", 3},           {"mrt", 3}, {"maa", 3},  {"m\xc3\xa4r", 3},      {"apr", 4},
    {"abr", 4},           {"avr", 4},           {"may", 5}, {"mai", 5},  {"mag", 5}, {"mei", 5}, {"maj", 5},
    {"jun", 6},           {"giu", 6},           {"jul", 7}, {"lug", 7},  {"aug", 8}, {"ago", 8}, {"ao\xc3\xbb", 8},
    {"aou", 8},           {"sep", 9},           {"set", 9}, {"oct", 10}, {"okt", 10}, {"ott", 10}, {"out", 10},
    {"nov", 11},          {"dec", 12},          {"dez", 12}, {"dic", 12}, {"d\xc3\xa9" "c", 12},
};

static bool scan_month(struct scan *scan, int *month)
{
    struct scan ahead = *scan;
    struct text word;

    if (!scan_word(&ahead, &word))
        return false;
    for (size_t i = 0; i < sizeof(month_names) / sizeof(*month_names); i++) {
        if (!text_starts_nocase(word, text_of(month_names[i].beginning)))
            continue;
        *month = month_names[i].month;
        scan_char(&ahead, '.');
        *scan = ahead;
        return true;
    }
    return false;
}

static int full_year(int year, int digits)
{
    if (digits > 2)
        return year;
    return year < 70 ? 2000 + year : 1900 + year;
}

/* What stands between the parts of a date with a month's name: `15-Dec-24`, `Dec 15, 2024`, `15. Dez`, `15 de mayo
 * de`. */
static void scan_between(struct scan *scan)
{
    while (scan_blanks(scan) || scan_char(scan, '-') || scan_char(scan, ',') || scan_char(scan, '.'))
        ;

    struct scan ahead = *scan;
    struct text word;
    if (scan_word(&ahead, &word) && text_is_nocase(word, "de") && scan_blanks(&ahead))
        *scan = ahead;
}

static bool scan_named_date(struct scan *scan, struct civil *civil)
{
    struct scan ahead = *scan;
    int digits, year;

    if (scan_month(&ahead, &civil->month)) {
        scan_between(&ahead);
        if (!scan_number(&ahead, 2, &civil->day, &digits))
            return false;
    } else {
        if (!scan_number(&ahead, 2, &civil->day, &digits))
            return false;
        scan_between(&ahead);
        if (!scan_month(&ahead, &civil->month))
            return false;
    }
    scan_between(&ahead);
    if (!scan_number(&ahead, 4, &year, &digits) || digits % 2)
        return false;
    civil->year = full_year(year, digits);
    *scan = ahead;
    return true;
}

/* Decides which of the two fields before the year is the day. Dots mean day first in every locale that writes them. */
static void order_fields(struct civil *civil, int first, int second, char separator, enum date_order order,
                         bool *ambiguous)
{
    bool day_first = order == DATES_DAY_FIRST || separator == '.';

    if (first > 12)
        day_first = true;
    else if (second > 12)
        day_first = false;
    else
        *ambiguous = order == DATES_GUESS && separator != '.' && first != second;
    civil->day = day_first ? first : second;
    civil->month = day_first ? second : first;
}

static bool scan_numeric_date(struct scan *scan, enum date_order order, struct civil *civil, bool *ambiguous)
{
    struct scan ahead = *scan;
    int field[3], digits[3];
    char separator = 0;

    for (int i = 0; i < 3; i++) {
        if (!scan_number(&ahead, 4, &field[i], &digits[i]))
            return false;
        if (i == 0)
            separator = scan_peek(&ahead);
        if (i == 0 && separator != '/' && separator != '.' && separator != '-')
            return false;
        if (i < 2 && !scan_char(&ahead, separator))
            return false;
        if (i < 2)
            scan_blanks(&ahead);
    }
    if (digits[0] == 4) { /* 2003/5/12, 2003. 05. 12. */
        scan_char(&ahead, '.');
        civil->year = field[0];
        civil->month = field[1];
        civil->day = field[2];
    } else {
        if (digits[0] > 2 || digits[1] > 2 || digits[2] % 2)
            return false;
        civil->year = full_year(field[2], digits[2]);
        order_fields(civil, field[0], field[1], separator, order, ambiguous);
    }
    *scan = ahead;
    return true;
}

/* AM and PM as they stand before or behind a time: `AM`, `a.m.`, `p. m.`, and the words of Korean, Chinese,
 * Japanese. */
static bool scan_half(struct scan *scan, bool *afternoon)
{
    static const char *const halves[][2] = {
        {"am", "pm"},
        {"\xec\x98\xa4\xec\xa0\x84", "\xec\x98\xa4\xed\x9b\x84"},
        {"\xe4\xb8\x8a\xe5\x8d\x88", "\xe4\xb8\x8b\xe5\x8d\x88"},
        {"\xe5\x8d\x88\xe5\x89\x8d", "\xe5\x8d\x88\xe5\xbe\x8c"},
    };
    struct scan ahead = *scan;
    struct text word;

    if (!scan_word(&ahead, &word))
        return false;
    for (size_t i = 0; i < sizeof(halves) / sizeof(*halves); i++) {
        for (int half = 0; half < 2; half++) {
            if (!text_is_nocase(word, halves[i][half]))
                continue;
            *afternoon = half;
            *scan = ahead;
            return true;
        }
    }
    if (!text_is_nocase(word, "a") && !text_is_nocase(word, "p"))
        return false;
    *afternoon = text_is_nocase(word, "p");
    if (!scan_char(&ahead, '.'))
        return false;
    scan_blanks(&ahead);
    if (!scan_word(&ahead, &word) || !text_is_nocase(word, "m"))
        return false;
    scan_char(&ahead, '.');
    *scan = ahead;
    return true;
}

/* Dr Watson prints milliseconds without leading zeros (and once in a while behind a colon): `9:46:4.78` is 78 ms. */
static bool scan_milliseconds(struct scan *scan, int *ticks)
{
    int milliseconds, digits;

    if (!scan_number(scan, 3, &milliseconds, &digits))
        return false;
    *ticks = milliseconds * 10000;
    return true;
}

static bool scan_time(struct scan *scan, bool drwatson, struct civil *civil)
{
    bool afternoon = false, half = scan_half(scan, &afternoon);
    int digits;

    scan_blanks(scan);
    if (!scan_number(scan, 2, &civil->hour, &digits))
        return false;
    char separator = scan_peek(scan);
    if ((separator != ':' && separator != '.') || !scan_char(scan, separator) ||
        !scan_number(scan, 2, &civil->minute, &digits))
        return false;
    if (scan_char(scan, separator)) {
        if (!scan_number(scan, 2, &civil->second, &digits))
            return false;
        if (drwatson && (scan_char(scan, '.') || scan_char(scan, ':'))) {
            if (!scan_milliseconds(scan, &civil->ticks))
                return false;
        } else if ((scan_char(scan, '.') || scan_char(scan, ',')) && !scan_fraction(scan, &civil->ticks)) {
            return false;
        }
    }
    scan_blanks(scan);
    if (!half)
        half = scan_half(scan, &afternoon);
    if (half && civil->hour >= 1 && civil->hour <= 12)
        civil->hour = civil->hour % 12 + (afternoon ? 12 : 0);
    return true;
}

/* Copies the text with the blanks and direction marks that Windows puts into dates (U+00A0, U+202F, U+200E, U+200F,
 * tabs) as plain blanks or not at all. False when it is too long to be a date. */
static bool plain_copy(struct text text, char out[LONGEST_TEXT], size_t *size)
{
    size_t n = 0;

    for (size_t i = 0; i < text.size;) {
        struct text rest = text_slice(text, i, text.size);
        if (n == LONGEST_TEXT)
            return false;
        if (text_starts(rest, TEXT("\xe2\x80\x8e")) || text_starts(rest, TEXT("\xe2\x80\x8f"))) {
            i += 3;
        } else if (text_starts(rest, TEXT("\xe2\x80\xaf"))) {
            out[n++] = ' ';
            i += 3;
        } else if (text_starts(rest, TEXT("\xc2\xa0"))) {
            out[n++] = ' ';
            i += 2;
        } else {
            out[n++] = rest.data[0] == '\t' ? ' ' : rest.data[0];
            i++;
        }
    }
    *size = n;
    return true;
}

static bool scan_date(struct scan *scan, enum date_order order, struct civil *civil, bool *ambiguous)
{
    return scan_numeric_date(scan, order, civil, ambiguous) || scan_named_date(scan, civil);
}

bool moment_parse_local(struct text text, enum date_order order, struct moment *moment, bool *ambiguous)
{
    char plain[LONGEST_TEXT];
    size_t size;
    struct civil civil = {0};
    struct text weekday;

    *ambiguous = false;
    if (!plain_copy(text_trim(text), plain, &size))
        return false;

    struct text copy = text_trim((struct text){plain, size});
    if (!copy.size)
        return false;
    if (moment_parse(copy, moment))
        return true;

    struct scan scan = {copy.data, copy.data + copy.size};
    if (!scan_date(&scan, order, &civil, ambiguous)) {
        /* One word before the date is a weekday: `Sun 15 Dec 2024`, `mar. 5 mai 2003`. */
        if (!scan_word(&scan, &weekday))
            return false;
        scan_between(&scan);
        if (!scan_date(&scan, order, &civil, ambiguous))
            return false;
    }
    scan_char(&scan, ',');
    scan_blanks(&scan);
    bool drwatson = scan_char(&scan, '@');
    if (!drwatson)
        scan_char(&scan, 'T');
    scan_blanks(&scan);
    bool read = (scan.at == scan.end && !drwatson) || scan_time(&scan, drwatson, &civil);
    read = read && finish(&scan, &civil, moment);
    *ambiguous = *ambiguous && read;
    return read;
}
