#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "records/timezone.h"

static const char berlin[] = "bias=-60 standard=0:10/5/0 03:00 daylight=-60:3/5/0 02:00";
static const char hobart[] = "bias=-600 standard=0:4/1/0 03:00 daylight=-60:10/1/0 02:00";

static struct timezone zone_of(const char *text)
{
    struct timezone zone;

    assert_true(timezone_parse(text_of(text), &zone));
    return zone;
}

static void assert_utc(const char *zone_text, const char *local, const char *utc)
{
    struct timezone zone = zone_of(zone_text);
    struct moment moment;
    char text[MOMENT_TEXT];

    assert_true(moment_parse(text_of(local), &moment));
    moment = (struct moment){timezone_to_utc(&zone, moment.ticks), BASIS_UTC};
    assert_string_equal(moment_print(moment, text), utc);
}

static void text_of_a_zone_reads_back(void **state)
{
    static const char *const texts[] = {
        berlin,
        hobart,
        "bias=-540 standard=0 daylight=-60",
        "bias=300 standard=0:11/1/0 02:00 daylight=-60:3/2/0 02:00",
        "bias=-120 standard=0:10/4/4 24:00 daylight=-60:4/5/5 00:00",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct timezone zone = zone_of(texts[i]);
        struct buffer out = {0};

        timezone_print(&zone, &out);
        assert_string_equal(out.data, texts[i]);
        buffer_free(&out);
    }
}

static void what_is_no_zone_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "bias=",
        "bias=60",
        "bias=60 standard=0",
        "bias=60 standard=0 daylight=0 ",
        "bias=9999 standard=0 daylight=0",
        "bias=60 standard=0:13/5/0 03:00 daylight=0",
        "bias=60 standard=0:10/6/0 03:00 daylight=0",
        "bias=60 standard=0:10/5/7 03:00 daylight=0",
        "bias=60 standard=0:10/5/0 25:00 daylight=0",
        "bias=6 0 standard=0 daylight=0",
        "bias=99999999999999999999 standard=0 daylight=0",
    };
    struct timezone zone;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        assert_false(timezone_parse(text_of(texts[i]), &zone));
}

static void summer_time_begins_and_ends_at_its_hour(void **state)
{
    (void)state;
    assert_utc(berlin, "2010-01-15T12:00:00", "2010-01-15T11:00:00Z");
    assert_utc(berlin, "2010-07-15T12:00:00", "2010-07-15T10:00:00Z");
    assert_utc(berlin, "2010-03-28T01:59:59", "2010-03-28T00:59:59Z");
    assert_utc(berlin, "2010-03-28T03:00:00", "2010-03-28T01:00:00Z");
    assert_utc(berlin, "2010-10-31T01:59:59", "2010-10-30T23:59:59Z");
    assert_utc(berlin, "2010-10-31T03:00:00", "2010-10-31T02:00:00Z");
}

static void the_hour_that_comes_twice_is_summer_time(void **state)
{
    (void)state;
    assert_utc(berlin, "2010-10-31T02:30:00", "2010-10-31T00:30:00Z");
}

static void south_of_the_equator_the_year_begins_in_summer(void **state)
{
    (void)state;
    assert_utc(hobart, "2010-01-15T12:00:00", "2010-01-15T01:00:00Z");
    assert_utc(hobart, "2010-04-04T03:00:00", "2010-04-03T17:00:00Z");
    assert_utc(hobart, "2010-07-15T12:00:00", "2010-07-15T02:00:00Z");
    assert_utc(hobart, "2010-10-03T03:00:00", "2010-10-02T16:00:00Z");
}

static void weeks_count_weekdays(void **state)
{
    /* United States: the second Sunday of March 2010 was the 14th, the first of November the 7th */
    static const char new_york[] = "bias=300 standard=0:11/1/0 02:00 daylight=-60:3/2/0 02:00";

    (void)state;
    assert_utc(new_york, "2010-03-14T01:59:00", "2010-03-14T06:59:00Z");
    assert_utc(new_york, "2010-03-14T03:00:00", "2010-03-14T07:00:00Z");
    assert_utc(new_york, "2010-11-07T02:00:00", "2010-11-07T07:00:00Z");
    /* a month that begins with the weekday, and the fifth one that is in December */
    assert_utc("bias=0 standard=0:12/5/5 00:00 daylight=-60:8/1/0 00:00", "2010-12-30T23:00:00",
               "2010-12-30T22:00:00Z");
    assert_utc("bias=0 standard=0:12/5/5 00:00 daylight=-60:8/1/0 00:00", "2010-12-31T00:00:00",
               "2010-12-31T00:00:00Z");
    assert_utc("bias=0 standard=0:12/5/5 00:00 daylight=-60:8/1/0 00:00", "2010-08-01T00:00:00",
               "2010-07-31T23:00:00Z");
}

static void without_two_rules_there_is_no_summer_time(void **state)
{
    (void)state;
    assert_utc("bias=-540 standard=0 daylight=-60", "2010-07-15T12:00:00", "2010-07-15T03:00:00Z");
    assert_utc("bias=-180 standard=0:10/5/0 03:00 daylight=-60:10/5/0 03:00", "2010-07-15T12:00:00",
               "2010-07-15T09:00:00Z");
}

static void a_fixed_offset_is_a_zone(void **state)
{
    struct timezone zone = timezone_fixed(330);

    (void)state;
    assert_int_equal(timezone_to_utc(&zone, 0), -330 * 60 * TICKS_PER_SECOND);
}

static void zones_are_described(void **state)
{
    static const char *const rows[][2] = {
        {berlin, "UTC+01:00, summer +02:00"},
        {"bias=300 standard=0:11/1/0 02:00 daylight=-60:3/2/0 02:00", "UTC-05:00, summer -04:00"},
        {"bias=-330 standard=0 daylight=0", "UTC+05:30"},
        {"bias=0 standard=0 daylight=0", "UTC+00:00"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct timezone zone = zone_of(rows[i][0]);
        struct buffer out = {0};

        timezone_describe(&zone, &out);
        assert_string_equal(out.data, rows[i][1]);
        buffer_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_of_a_zone_reads_back),
        cmocka_unit_test(what_is_no_zone_is_refused),
        cmocka_unit_test(summer_time_begins_and_ends_at_its_hour),
        cmocka_unit_test(the_hour_that_comes_twice_is_summer_time),
        cmocka_unit_test(south_of_the_equator_the_year_begins_in_summer),
        cmocka_unit_test(weeks_count_weekdays),
        cmocka_unit_test(without_two_rules_there_is_no_summer_time),
        cmocka_unit_test(a_fixed_offset_is_a_zone),
        cmocka_unit_test(zones_are_described),
    };

    return cmocka_run_group_tests_name("timezone", tests, NULL, NULL);
}
