/*
 * A machine's time zone as the registry has it (TimeZoneInformation: Bias, StandardBias, DaylightBias, StandardStart,
 * DaylightStart; minutes west of UTC), and wall clock to UTC with it.
 */
#ifndef WINCAUSE_RECORDS_TIMEZONE_H
#define WINCAUSE_RECORDS_TIMEZONE_H

#include "records/moment.h"

struct timezone_rule {
    bool used;
    int month, week /* 1..5, 5: last */, weekday /* 0: Sunday */, hour /* 24: midnight at the day's end */, minute;
};
struct timezone {
    int bias, standard_bias, daylight_bias;   /* minutes: UTC = local + bias */
    struct timezone_rule standard, daylight;  /* when each begins, local time */
};

bool timezone_parse(struct text text, struct timezone *zone);             /* the text of the fact host.timezone */
void timezone_print(const struct timezone *zone, struct buffer *out);     /* the same text */
struct timezone timezone_fixed(int minutes_east);
int64_t timezone_to_utc(const struct timezone *zone, int64_t local_ticks);
/* "UTC+01:00" or "UTC+01:00, summer +02:00": for reports. */
void timezone_describe(const struct timezone *zone, struct buffer *out);

#endif
