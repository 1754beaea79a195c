#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "records/moment.h"

static const char *print(struct moment moment)
{
    static char out[MOMENT_TEXT];

    return moment_print(moment, out);
}

/* What an ISO text is read as, "refused" when it is not read. */
static const char *iso(const char *text)
{
    struct moment moment;

    return moment_parse(text_of(text), &moment) ? print(moment) : "refused";
}

static bool was_ambiguous;

static const char *local(const char *text, enum date_order order)
{
    struct moment moment;

    return moment_parse_local(text_of(text), order, &moment, &was_ambiguous) ? print(moment) : "refused";
}

static void test_epochs(void **state)
{
    (void)state;
    struct civil first = {1601, 1, 1, 0, 0, 0, 0}, unix_epoch = {1970, 1, 1, 0, 0, 0, 0},
                 last = {9999, 12, 31, 23, 59, 59, 9999999};

    assert_int_equal(civil_ticks(&first), 0);
    assert_int_equal(civil_ticks(&unix_epoch), INT64_C(116444736000000000));
    assert_int_equal(civil_ticks(&last), INT64_C(2650467743999999999));
}

static void test_every_day_comes_back(void **state)
{
    (void)state;
    struct civil before = civil_of(-1);

    assert_int_equal(before.year, 1600);
    assert_int_equal(before.day, 31);
    assert_int_equal(before.ticks, 9999999);
    for (int64_t day = -500; day < 3067671; day++) {
        struct civil civil = civil_of(day * 86400 * TICKS_PER_SECOND);
        int64_t back = civil_ticks(&civil) / TICKS_PER_SECOND / 86400;
        if (back != day || (day >= 0 && !civil_valid(&civil)))
            fail_msg("day %d: %d-%d-%d", (int)day, civil.year, civil.month, civil.day);
    }
}

static void test_valid(void **state)
{
    (void)state;
    static const struct { struct civil civil; bool valid; } cases[] = {
        {{2000, 2, 29, 0, 0, 0, 0}, true},  {{1900, 2, 29, 0, 0, 0, 0}, false}, {{2023, 4, 31, 0, 0, 0, 0}, false},
        {{2023, 0, 1, 0, 0, 0, 0}, false},  {{2023, 13, 1, 0, 0, 0, 0}, false}, {{2023, 1, 0, 0, 0, 0, 0}, false},
        {{1600, 1, 1, 0, 0, 0, 0}, false},  {{10000, 1, 1, 0, 0, 0, 0}, false}, {{2023, 1, 1, 24, 0, 0, 0}, false},
        {{2023, 1, 1, 0, 60, 0, 0}, false}, {{2023, 1, 1, 0, 0, 60, 0}, false}, {{2023, 1, 1, 0, 0, 0, -1}, false},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_int_equal(civil_valid(&cases[i].civil), cases[i].valid);
}

static void test_print(void **state)
{
    (void)state;
    struct civil civil = {2009, 3, 2, 9, 20, 0, 1234567};
    struct moment moment = {civil_ticks(&civil), BASIS_UTC};

    assert_string_equal(print(moment), "2009-03-02T09:20:00.1234567Z");
    moment.ticks -= 1234567;
    assert_string_equal(print(moment), "2009-03-02T09:20:00Z");
    moment.ticks += 1200000;
    moment.basis = BASIS_LOCAL;
    assert_string_equal(print(moment), "2009-03-02T09:20:00.12");
    moment.basis = BASIS_NONE;
    assert_string_equal(print(moment), "");
    moment = (struct moment){INT64_MAX, BASIS_UTC};
    assert_string_equal(print(moment), "30828-09-14T02:48:05.4775807Z");
    moment.ticks = INT64_MIN;
    assert_true(print(moment)[0] == '-');
}

static void test_iso(void **state)
{
    (void)state;
    assert_string_equal(iso("2009-03-02T09:20:00Z"), "2009-03-02T09:20:00Z");
    assert_string_equal(iso(" 2009-03-02t09:20:00.123456789z "), "2009-03-02T09:20:00.1234567Z");
    assert_string_equal(iso("2009-03-02 09:20:00.5"), "2009-03-02T09:20:00.5");
    assert_string_equal(iso("2009-03-02T09:20:00,5"), "2009-03-02T09:20:00.5");
    assert_string_equal(iso("2009-03-02T09:20"), "2009-03-02T09:20:00");
    assert_string_equal(iso("2009-03-02"), "2009-03-02T00:00:00");
    assert_string_equal(iso("2009-03-02T09:20:00+02:00"), "2009-03-02T07:20:00Z");
    assert_string_equal(iso("2009-03-02T23:20:00 -0530"), "2009-03-03T04:50:00Z");
    assert_string_equal(iso("2009-03-02T09:20:00 UTC"), "2009-03-02T09:20:00Z");
    assert_string_equal(iso("2009-03-02T09:20:00+2"), "2009-03-02T07:20:00Z");
}

static void test_iso_refuses(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "", "  ", "2009", "2009-03", "2009-02-30", "2009-03-02T", "2009-03-02T9", "2009-03-02T09:60",
        "2009-03-02T09:20:61",
        "2009-03-02T09:20:00.", "2009-03-02T09:20:00.1234567890", "2009-03-02T09:20:00+16:00",
        "2009-03-02T09:20:00 CET",
        "2009-03-02T09:20:00ZZ", "2009-03-02T09:20:00Z tail", "09-03-02", "1601-01-01T00:00:00+01:00",
        "20090302T092000",
        "9999-12-31T23:59:59-01:00",
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        if (strcmp(iso(wrong[i]), "refused") != 0)
            fail_msg("%s was read as %s", wrong[i], iso(wrong[i]));
}

static void test_numeric_dates(void **state)
{
    (void)state;
    assert_string_equal(local("5/12/2003 12:52:58.922 AM", DATES_GUESS), "2003-05-12T00:52:58.922");
    assert_true(was_ambiguous);
    assert_string_equal(local("5/12/2003 12:52:58 PM", DATES_US), "2003-05-12T12:52:58");
    assert_false(was_ambiguous);
    assert_string_equal(local("5/12/2003 12:52:58 PM", DATES_DAY_FIRST), "2003-12-05T12:52:58");
    assert_false(was_ambiguous);
    assert_string_equal(local("21/5/2003 1:02", DATES_US), "2003-05-21T01:02:00");
    assert_false(was_ambiguous);
    assert_string_equal(local("5/21/2003 1:02", DATES_DAY_FIRST), "2003-05-21T01:02:00");
    assert_string_equal(local("5/5/2003", DATES_GUESS), "2003-05-05T00:00:00");
    assert_false(was_ambiguous);
    assert_string_equal(local("12.05.2003 12:52", DATES_US), "2003-05-12T12:52:00");
    assert_false(was_ambiguous);
    assert_string_equal(local("5. 12. 2003 9.05.07", DATES_GUESS), "2003-12-05T09:05:07");
    assert_string_equal(local("04-21-94", DATES_GUESS), "1994-04-21T00:00:00");
    assert_string_equal(local("1/2/69", DATES_US), "2069-01-02T00:00:00");
    assert_string_equal(local("2003/5/12 1:2:3", DATES_GUESS), "2003-05-12T01:02:03");
    assert_string_equal(local("2003. 05. 12. 01:02:03", DATES_GUESS), "2003-05-12T01:02:03");
}

static void test_drwatson_dates(void **state)
{
    (void)state;
    assert_string_equal(local("5/12/2003 @ 12:52:58.922", DATES_GUESS), "2003-05-12T12:52:58.922");
    assert_string_equal(local("10/20/1998 @ 9:46:4.78", DATES_GUESS), "1998-10-20T09:46:04.078");
    assert_string_equal(local("10/31/1995 @ 11:29:1.2", DATES_GUESS), "1995-10-31T11:29:01.002");
    assert_string_equal(local("12/12/2001 @ 16:25:25.087", DATES_GUESS), "2001-12-12T16:25:25.087");
    assert_string_equal(local("5/29/1998 @ 9:21:18:771", DATES_GUESS), "1998-05-29T09:21:18.771");
    assert_string_equal(local("5/29/1998 @ 9:21:18:7712", DATES_GUESS), "refused");
}

static void test_named_months(void **state)
{
    (void)state;
    assert_string_equal(local("Sun 15 Dec 2024", DATES_GUESS), "2024-12-15T00:00:00");
    assert_string_equal(local("Sunday, December 15, 2024 3:04:05 PM", DATES_GUESS), "2024-12-15T15:04:05");
    assert_string_equal(local("15-Dec-24 03:04", DATES_GUESS), "2024-12-15T03:04:00");
    assert_string_equal(local("3. M\xc3\xa4rz 2003 12:52", DATES_GUESS), "2003-03-03T12:52:00");
    assert_string_equal(local("mar. 5 mai 2003 08:00:01", DATES_GUESS), "2003-05-05T08:00:01");
    assert_string_equal(local("4 juil. 2003", DATES_GUESS), "2003-07-04T00:00:00");
    assert_string_equal(local("15 de mayo de 2003 8:00", DATES_GUESS), "2003-05-15T08:00:00");
}

static void test_halves_of_the_day(void **state)
{
    (void)state;
    assert_string_equal(local("1/31/2000 12:00:00 AM", DATES_GUESS), "2000-01-31T00:00:00");
    assert_string_equal(local("1/31/2000 12:00:00 pm", DATES_GUESS), "2000-01-31T12:00:00");
    assert_string_equal(local("31/1/2000 1:05:00 p.\xc2\xa0m.", DATES_GUESS), "2000-01-31T13:05:00");
    assert_string_equal(local("1/31/2000, 1:05:00\xe2\x80\xafPM", DATES_GUESS), "2000-01-31T13:05:00");
    assert_string_equal(local("2019-01-05 \xec\x98\xa4\xed\x9b\x84 11:25:48", DATES_GUESS), "2019-01-05T23:25:48");
    assert_string_equal(local("\xe2\x80\x8e" "12\xe2\x80\x8e/\xe2\x80\x8e" "31\xe2\x80\x8e/\xe2\x80\x8e" "2010 "
                              "13:00 PM",
                              DATES_GUESS), "2010-12-31T13:00:00");
}

static void test_zones_in_local_text(void **state)
{
    (void)state;
    assert_string_equal(local("2003-05-12T12:52:58.5Z", DATES_GUESS), "2003-05-12T12:52:58.5Z");
    assert_string_equal(local("5/31/2003 12:52:58 AM UTC", DATES_GUESS), "2003-05-31T00:52:58Z");
    assert_string_equal(local("5/31/2003 12:52:58 +02:00", DATES_GUESS), "2003-05-31T10:52:58Z");
}

static void test_local_refuses(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "", "date time", "<date> @ <time>", "*<DateTime>*", "DateTime", "5/12", "5/12/2003 @", "5/12/2003 25:00",
        "13/13/2003", "5/12/200", "5/12/20033", "1/2/3", "5/12/2003 12:52:58 tomorrow", "the 5/12/2003 12:00 was a day",
        "5/12/2003 12", "Dec 2024", "2003/13/01",
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        if (strcmp(local(wrong[i], DATES_GUESS), "refused") != 0)
            fail_msg("%s was read as %s", wrong[i], local(wrong[i], DATES_GUESS));
        assert_false(was_ambiguous);
    }
}

static void test_zone(void **state)
{
    (void)state;
    int minutes = 0;

    assert_true(zone_parse(TEXT("UTC"), &minutes));
    assert_int_equal(minutes, 0);
    assert_true(zone_parse(TEXT("+02:00"), &minutes));
    assert_int_equal(minutes, 120);
    assert_true(zone_parse(TEXT("-0530"), &minutes));
    assert_int_equal(minutes, -330);
    assert_true(zone_parse(TEXT("UTC+1"), &minutes));
    assert_int_equal(minutes, 60);
    assert_true(zone_parse(TEXT("Z"), &minutes));
    assert_int_equal(minutes, 0);
    assert_false(zone_parse(TEXT("CET"), &minutes));
    assert_false(zone_parse(TEXT("+24:00"), &minutes));
    assert_false(zone_parse(TEXT("+02:60"), &minutes));
    assert_false(zone_parse(TEXT("0200"), &minutes));
    assert_false(zone_parse(TEXT(""), &minutes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_epochs),
        cmocka_unit_test(test_every_day_comes_back),
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_print),
        cmocka_unit_test(test_iso),
        cmocka_unit_test(test_iso_refuses),
        cmocka_unit_test(test_numeric_dates),
        cmocka_unit_test(test_drwatson_dates),
        cmocka_unit_test(test_named_months),
        cmocka_unit_test(test_halves_of_the_day),
        cmocka_unit_test(test_zones_in_local_text),
        cmocka_unit_test(test_local_refuses),
        cmocka_unit_test(test_zone),
    };

    return cmocka_run_group_tests_name("moment", tests, NULL, NULL);
}
