#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

static bool is_zero(const void *memory, size_t size)
{
    const unsigned char *bytes = memory;

    for (size_t i = 0; i < size; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

static void memory_comes_zeroed(void **state)
{
    void *memory = memory_alloc(1000);
    void *nothing = memory_alloc(0);

    (void)state;
    assert_true(is_zero(memory, 1000));
    assert_non_null(nothing);
    assert_null(memory_string(NULL));
    free(nothing);
    free(memory);
}

static void an_array_grows_by_one(void **state)
{
    uint32_t *items = NULL;
    size_t capacity = 0;

    (void)state;
    for (uint32_t i = 0; i < 1000; i++) {
        items = memory_room(items, i, &capacity, sizeof(*items));
        assert_true(capacity > i);
        items[i] = i;
    }
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(items[i], i);
    free(items);
}

static void an_arena_gives_aligned_zeroed_memory(void **state)
{
    struct arena arena = {0};

    (void)state;
    for (int round = 0; round < 3; round++) {
        for (size_t size = 0; size < 300; size++) {
            char *memory = arena_alloc(&arena, size);

            assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
            assert_true(is_zero(memory, size));
            memset(memory, 0xAA, size);
        }
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static void what_an_arena_gave_stays_until_reset(void **state)
{
    struct arena arena = {0};
    char *first = arena_string(&arena, TEXT("first"));
    char *large = arena_alloc(&arena, 5u << 20);
    struct text second = arena_text(&arena, TEXT("se\0cond"));

    (void)state;
    memset(large, 1, 5u << 20);
    assert_string_equal(first, "first");
    assert_int_equal(second.size, 7);
    assert_memory_equal(second.data, "se\0cond", 8); /* NUL-terminated, too */
    assert_string_equal(arena_printf(&arena, "%s:%d", "line", 12), "line:12");
    assert_int_equal(arena_text(&arena, TEXT_NONE).size, 0);
    arena_free(&arena);
    assert_string_equal(arena_string(&arena, TEXT("again")), "again");
    arena_free(&arena);
}

static void a_buffer_is_always_a_string(void **state)
{
    struct buffer buffer = {0};

    (void)state;
    assert_null(buffer_text(&buffer).data);
    buffer_add_string(&buffer, "a");
    buffer_add_text(&buffer, TEXT("bc"));
    buffer_add_text(&buffer, TEXT_NONE);
    buffer_add_char(&buffer, 'd');
    buffer_printf(&buffer, "%03d", 7);
    assert_string_equal(buffer.data, "abcd007");
    assert_int_equal(buffer.size, 7);
    buffer_clear(&buffer);
    assert_string_equal(buffer.data, "");
    buffer_free(&buffer);
    assert_null(buffer.data);
}

static void a_buffer_grows(void **state)
{
    struct buffer buffer = {0};

    (void)state;
    for (int i = 0; i < 10000; i++)
        buffer_printf(&buffer, "%04d ", i);
    assert_int_equal(buffer.size, 50000);
    assert_memory_equal(buffer.data + 5 * 9999, "9999 ", 6);
    buffer_free(&buffer);
}

static void one_may_write_into_a_buffer(void **state)
{
    struct buffer buffer = {0};

    (void)state;
    memcpy(buffer_room(&buffer, 100), "abc", 3);
    buffer_took(&buffer, 3);
    assert_string_equal(buffer.data, "abc");
    buffer_free(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_comes_zeroed),
        cmocka_unit_test(an_array_grows_by_one),
        cmocka_unit_test(an_arena_gives_aligned_zeroed_memory),
        cmocka_unit_test(what_an_arena_gave_stays_until_reset),
        cmocka_unit_test(a_buffer_is_always_a_string),
        cmocka_unit_test(a_buffer_grows),
        cmocka_unit_test(one_may_write_into_a_buffer),
    };

    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
