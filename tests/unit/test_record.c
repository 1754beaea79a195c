#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/limits.h"
#include "records/record.h"
#include "records/sink.h"

static void assert_text(struct text text, const char *expected)
{
    assert_int_equal(text.size, strlen(expected));
    if (text.size > 0)
        assert_memory_equal(text.data, expected, text.size);
}

static void a_name_may_have_several_values(void **state)
{
    struct arena arena = {0};
    struct field_list list;
    struct record record = {.category = CATEGORY_EVENT};
    struct text value;

    (void)state;
    field_list_start(&list, &arena);
    field_list_add(&list, TEXT("Data"), TEXT("one"));
    field_list_add(&list, TEXT("EventID"), TEXT("243"));
    field_list_add_copy(&list, "Data", TEXT("two"));
    field_list_give(&list, &record);
    assert_true(record_field(&record, TEXT("Data"), 1, &value));
    assert_text(value, "two");
    assert_false(record_field(&record, TEXT("Data"), 2, &value));
    assert_false(record_field(&record, TEXT("data"), 0, &value)); /* names are exact */
    assert_text(record_text(&record, "EventID"), "243");
    assert_text(record_text(&record, "Level"), "");
    arena_free(&arena);
}

static int decoded;

static void decode(struct record *record)
{
    static const struct field fields[] = {{{"Channel", 7}, {"System", 6}}};

    decoded++;
    record->fields = fields;
    record->field_count = 1;
    record->decode = NULL;
}

static void fields_are_decoded_once_and_on_demand(void **state)
{
    struct record record = {.category = CATEGORY_EVENT, .decode = decode};

    (void)state;
    assert_int_equal(decoded, 0);
    assert_text(record_text(&record, "Channel"), "System");
    assert_text(record_text(&record, "Channel"), "System");
    assert_int_equal(decoded, 1);
}

static void too_many_fields_are_cut(void **state)
{
    struct arena arena = {0};
    struct field_list list;

    (void)state;
    field_list_start(&list, &arena);
    for (size_t i = 0; i < LIMIT_FIELDS; i++)
        field_list_add(&list, TEXT("a"), TEXT(""));
    assert_false(list.cut);
    field_list_add(&list, TEXT("a"), TEXT(""));
    assert_true(list.cut);
    assert_int_equal(list.count, LIMIT_FIELDS);
    arena_free(&arena);
}

static void too_large_fields_are_cut(void **state)
{
    static char large[LIMIT_RECORD_BYTES];
    struct arena arena = {0};
    struct field_list list;

    (void)state;
    field_list_start(&list, &arena);
    field_list_add(&list, TEXT("a"), TEXT("b"));
    field_list_add(&list, TEXT(""), (struct text){large, LIMIT_RECORD_BYTES - 1});
    assert_true(list.cut);
    assert_int_equal(list.count, 1);
    field_list_start(&list, &arena);
    assert_false(list.cut);
    assert_int_equal(list.count, 0);
    arena_free(&arena);
}

static void assert_json(struct record *record, const char *source, const char *host, const char *expected)
{
    struct buffer out = {0};
    struct json json = json_begin(&out, 0);

    record_write_json(record, text_of(source), text_of(host), &json);
    assert_string_equal(out.data, expected);
    buffer_free(&out);
}

static void as_json_the_place_comes_first(void **state)
{
    static const struct field fields[] = {
        {{"Channel", 7}, {"System", 6}}, {{"Data[1]", 7}, {"x", 1}}, {{"Channel", 7}, {"again", 5}}};
    struct record record = {.category = CATEGORY_EVENT,
                            .at = {.record = 6, .offset = 512, .has_offset = true, .line = 3},
                            .fields = fields,
                            .field_count = 3};

    (void)state;
    assert_json(&record, "logs/System.evtx", "SRV01",
                "{\"Category\":\"event\",\"Source\":\"logs/System.evtx\",\"Record\":6,\"Offset\":512,\"Line\":3,"
                "\"Host\":\"SRV01\",\"Channel\":[\"System\",\"again\"],\"Data[1]\":\"x\"}");
}

static void as_json_what_is_absent_is_left_out(void **state)
{
    struct record record = {.category = CATEGORY_FACT, .at = {.record = 1}};

    (void)state;
    assert_json(&record, "", "", "{\"Category\":\"fact\",\"Record\":1}");
}

static void as_json_no_key_occurs_twice(void **state)
{
    static const struct field fields[] = {{{"Line", 4}, {"12", 2}}, {{"Source", 6}, {"own data", 8}}};
    struct record record = {
        .category = CATEGORY_MESSAGE, .at = {.record = 1, .line = 12}, .fields = fields, .field_count = 2};

    (void)state;
    assert_json(&record, "note.txt", "",
                "{\"Category\":\"message\",\"Source\":[\"note.txt\",\"own data\"],\"Record\":1,\"Line\":12}");
}

static void as_json_many_fields_keep_their_order(void **state)
{
    struct arena arena = {0};
    struct field_list list;
    struct record record = {.category = CATEGORY_REGISTRY, .at = {.record = 1}};
    struct buffer expected = {0};

    (void)state;
    field_list_start(&list, &arena);
    buffer_add_string(&expected, "{\"Category\":\"registry\",\"Record\":1");
    for (unsigned i = 0; i < LIMIT_FIELDS; i++) {
        char *name = arena_printf(&arena, "f%u", i % (LIMIT_FIELDS / 2));

        field_list_add(&list, text_of(name), TEXT("v"));
        if (i < LIMIT_FIELDS / 2)
            buffer_printf(&expected, ",\"%s\":[\"v\",\"v\"]", name);
    }
    buffer_add_char(&expected, '}');
    field_list_give(&list, &record);
    assert_json(&record, "", "", expected.data);
    buffer_free(&expected);
    arena_free(&arena);
}

struct heard {
    struct sink sink;
    char why[100];
    uint64_t count;
};

static void hear_loss(struct sink *sink, struct position where, uint64_t count, const char *why)
{
    struct heard *heard = (struct heard *)sink;

    (void)where;
    heard->count = count;
    snprintf(heard->why, sizeof(heard->why), "%s", why);
}

static void a_sink_hears_what_it_wants_to(void **state)
{
    struct heard heard = {.sink = {.loss = hear_loss}};

    (void)state;
    sink_loss(&heard.sink, (struct position){.record = 1}, 2, "chunk %d has a wrong size", 7);
    assert_string_equal(heard.why, "chunk 7 has a wrong size");
    assert_int_equal(heard.count, 2);
    sink_note(&heard.sink, "nobody listens");
    sink_covers_log(&heard.sink);
}

static void a_source_is_read_up_to_its_end(void **state)
{
    char path[] = "/tmp/wincause-test-XXXXXX", bytes[10] = "";
    int fd = mkstemp(path);
    struct source source = {.path = "input", .fd = fd, .size = 5};

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "12345", 5), 5);
    assert_int_equal(source_read(&source, 1, bytes, sizeof(bytes)), 4);
    assert_memory_equal(bytes, "2345", 4);
    assert_int_equal(source_read(&source, 5, bytes, sizeof(bytes)), 0);
    assert_int_equal(source_read(&source, UINT64_MAX, bytes, sizeof(bytes)), 0);
    close(fd);
    unlink(path);
    source.fd = -1;
    assert_int_equal(source_read(&source, 0, bytes, sizeof(bytes)), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_may_have_several_values), cmocka_unit_test(fields_are_decoded_once_and_on_demand),
        cmocka_unit_test(too_many_fields_are_cut),        cmocka_unit_test(too_large_fields_are_cut),
        cmocka_unit_test(as_json_the_place_comes_first),  cmocka_unit_test(as_json_what_is_absent_is_left_out),
        cmocka_unit_test(as_json_no_key_occurs_twice),    cmocka_unit_test(as_json_many_fields_keep_their_order),
        cmocka_unit_test(a_sink_hears_what_it_wants_to),  cmocka_unit_test(a_source_is_read_up_to_its_end),
    };

    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
