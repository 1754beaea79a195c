/*
 * A point in time and what it is based on.
 *
 * Ticks are 100 ns since 1601-01-01 00:00:00 (FILETIME's, [MS-DTYP] 2.3.3), signed. A UTC moment counts UTC; a LOCAL
 * moment counts the wall clock of a machine whose zone is not known (event text, Dr Watson); comparing the two needs a
 * zone. Years 1601 to 9999.
 */
#ifndef WINCAUSE_RECORDS_MOMENT_H
#define WINCAUSE_RECORDS_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"

enum time_basis { BASIS_NONE, BASIS_LOCAL, BASIS_UTC };

struct moment {
    int64_t ticks;
    enum time_basis basis;
};

#define TICKS_PER_SECOND INT64_C(10000000)
#define MOMENT_TEXT 40 /* room for moment_print() */

struct civil {
    int year, month, day, hour, minute, second;
    int ticks;
}; /* ticks: 0..9999999 */

bool civil_valid(const struct civil *civil);
int64_t civil_ticks(const struct civil *civil);
struct civil civil_of(int64_t ticks);

/* RFC 3339: 2009-03-02T09:20:00.1234567Z; trailing zeros of the fraction dropped, no fraction when it is 0; without Z
 * for LOCAL; "" for NONE. Returns `out`. */
char *moment_print(struct moment moment, char out[MOMENT_TEXT]);

/* ISO 8601 / RFC 3339 as Windows and people write it: date, T or blank, time, up to 9 fraction digits (100 ns kept), Z
 * or an offset (then UTC), neither (then LOCAL); a date alone is its midnight. */
bool moment_parse(struct text text, struct moment *moment);

/* How dates of event text and Dr Watson logs are to be read: they follow the machine's locale. */
enum date_order { DATES_GUESS, DATES_US, DATES_DAY_FIRST };

/* Date and time as people's copies have them: `5/12/2003 12:52:58.922 AM`, `12.05.2003 12:52`, `2003-05-12T…`,
 * `5/12/2003 @ 12:52:58.922`, month names. With DATES_GUESS a field above 12 decides, else US order; *ambiguous tells
 * that both would have been possible. LOCAL unless the text says its zone. */
bool moment_parse_local(struct text text, enum date_order order, struct moment *moment, bool *ambiguous);

/* A fixed offset: `UTC`, `Z`, `+02:00`, `-0530`. Minutes east of UTC. */
bool zone_parse(struct text text, int *minutes_east);

#endif
