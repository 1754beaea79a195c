#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cursor.h"

static const uint8_t sample[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0xF8};

static void numbers_are_little_endian(void **state)
{
    struct cursor cursor = cursor_over(sample, sizeof(sample));
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;

    (void)state;
    assert_true(cursor_u8(&cursor, &u8));
    assert_int_equal(u8, 0x01);
    assert_true(cursor_u16le(&cursor, &u16));
    assert_int_equal(u16, 0x0302);
    assert_true(cursor_u32le(&cursor, &u32));
    assert_int_equal(u32, 0x07060504);
    assert_int_equal(cursor_left(&cursor), 1);

    cursor = cursor_over(sample, sizeof(sample));
    assert_true(cursor_u64le(&cursor, &u64));
    assert_true(u64 == UINT64_C(0xF807060504030201));
    assert_int_equal(cursor_left(&cursor), 0);
}

static void what_is_not_there_is_not_read(void **state)
{
    struct cursor cursor = cursor_over(sample, 1);
    const uint8_t *bytes = NULL;
    uint16_t u16 = 7;
    uint32_t u32 = 7;
    uint64_t u64 = 7;

    (void)state;
    assert_false(cursor_u16le(&cursor, &u16));
    assert_false(cursor_u32le(&cursor, &u32));
    assert_false(cursor_u64le(&cursor, &u64));
    assert_false(cursor_skip(&cursor, 2));
    assert_false(cursor_bytes(&cursor, 2, &bytes));
    assert_int_equal(u16, 7);
    assert_int_equal(u32, 7);
    assert_true(u64 == 7);
    assert_null(bytes);
    assert_ptr_equal(cursor.at, sample);
}

static void a_size_from_the_input_cannot_overflow(void **state)
{
    struct cursor cursor = cursor_over(sample, sizeof(sample));
    const uint8_t *bytes = NULL;

    (void)state;
    assert_true(cursor_skip(&cursor, 4));
    assert_false(cursor_skip(&cursor, SIZE_MAX));
    assert_false(cursor_bytes(&cursor, SIZE_MAX - 3, &bytes));
    assert_int_equal(cursor_left(&cursor), 4);
}

static void bytes_point_into_the_data(void **state)
{
    struct cursor cursor = cursor_over(sample, sizeof(sample));
    const uint8_t *bytes;

    (void)state;
    assert_true(cursor_skip(&cursor, 2));
    assert_true(cursor_bytes(&cursor, 3, &bytes));
    assert_ptr_equal(bytes, sample + 2);
    assert_int_equal(cursor_left(&cursor), 3);
}

static void nothing_can_be_walked_over(void **state)
{
    struct cursor cursor = cursor_over(NULL, 0);
    const uint8_t *bytes;
    uint8_t u8 = 7;

    (void)state;
    assert_int_equal(cursor_left(&cursor), 0);
    assert_true(cursor_skip(&cursor, 0));
    assert_true(cursor_bytes(&cursor, 0, &bytes));
    assert_false(cursor_u8(&cursor, &u8));
    assert_int_equal(u8, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_little_endian),
        cmocka_unit_test(what_is_not_there_is_not_read),
        cmocka_unit_test(a_size_from_the_input_cannot_overflow),
        cmocka_unit_test(bytes_point_into_the_data),
        cmocka_unit_test(nothing_can_be_walked_over),
    };

    return cmocka_run_group_tests_name("cursor", tests, NULL, NULL);
}
