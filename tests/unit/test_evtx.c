/* Event logs written by tests/evtx/writer.h and read back: sound, wrapped, cut, damaged. */
#include "tests/unit/heard.h"

#include <errno.h>
#include <sys/wait.h>

#include "parsers/evtx.h"
#include "parsers/evtx_chunk.h"
#include "tests/evtx/binxml.h"
#include "tests/evtx/writer.h"

static struct buffer written(const char *description)
{
    struct buffer file = {0};
    char error[200];
    bool good = evtx_write(text_of(description), &file, error);
    assert_string_equal(error, "");
    assert_true(good);
    return file;
}

/* A log of `count` events in which every fifth is of another shape. */
static struct buffer many(unsigned count)
{
    struct buffer description = {0};
    buffer_add_string(&description, "Channel: System\nComputer: SRV01\n");
    for (unsigned i = 0; i < count; i++)
        buffer_printf(&description,
                      "Provider_Name: %s\nEventID: %u\nTimeCreated: 2010-05-04T%02u:%02u:%02uZ\n"
                      "%s: event number %u\nn (uint32): %u\n\n",
                      i % 5 == 0 ? "Other" : "One", i % 5, i / 3600 % 24, i / 60 % 60, i % 60,
                      i % 5 == 0 ? "Data" : "name", i, i);
    struct buffer file = written(description.data);
    buffer_free(&description);
    return file;
}

static struct heard hear_file(const struct buffer *file)
{
    return hear(&evtx_reader, file->data, file->size);
}

static void set32(struct buffer *file, size_t at, uint32_t value)
{
    store((uint8_t *)file->data + at, value, 4);
}

/* The offset of record `number` (from 0) of the first chunk. */
static size_t record_at(const struct buffer *file, unsigned number)
{
    size_t at = EVTX_FILE_HEAD + EVTX_CHUNK_HEAD;
    while (number-- > 0)
        at += load((const uint8_t *)file->data + at + 4, 4);
    return at;
}

static void test_fields(void **state)
{
    (void)state;
    struct buffer file = written("Channel: System\n"
                                 "Computer: SRV01\n"
                                 "Provider_Name: EventLog\n"
                                 "EventID: 6009\n"
                                 "Qualifiers: 32768\n"
                                 "TimeCreated: 2010-05-04T05:58:01Z\n"
                                 "Data: 5.02.\n"
                                 "Data: 3790\n"
                                 "Data:\n"
                                 "Binary: E10700\n"
                                 "\n"
                                 "Provider_Name: Service Control Manager\n"
                                 "Provider_Guid: {555908D1-A6D7-4695-8E1E-26931D2012F4}\n"
                                 "Provider_EventSourceName: SCM\n"
                                 "EventID: 7036\n"
                                 "Version: 2\n"
                                 "Opcode: 1\n"
                                 "Task: 3\n"
                                 "Level: 2\n"
                                 "Keywords: 0x8080000000000000\n"
                                 "ProcessID: 4\n"
                                 "ThreadID: 88\n"
                                 "UserID: S-1-5-18\n"
                                 "TimeCreated: 2010-05-04T05:59:01.1234567Z\n"
                                 "EventRecordID: 77\n"
                                 "s: text & <tag>\n"
                                 "u (uint32): 77\n"
                                 "h (hex64): 0x8000000000000001\n"
                                 "g (guid): {555908D1-A6D7-4695-8E1E-26931D2012F4}\n"
                                 "t (filetime): 2010-05-04T05:59:01.5Z\n"
                                 "sid (sid): S-1-5-21-1-2-3-500\n"
                                 "b (bool): true\n"
                                 "e (escaped): a\\x01b\\r\\nc\n"
                                 "l (strings): one\n"
                                 "  two\n"
                                 "empty:\n"
                                 "bin (binary): 00FF\n"
                                 "\n"
                                 "Provider_Name: Microsoft-Windows-Eventlog\n"
                                 "EventID: 104\n"
                                 "TimeCreated: 2010-05-04T06:00:00Z\n"
                                 "UserData: LogFileCleared\n"
                                 "SubjectUserName: admin\n"
                                 "BackupPath:\n");
    struct heard heard = hear_file(&file);
    assert_string_equal(heard.said.data,
                        "whole log\n"
                        "1: Channel=System Provider_Name=EventLog EventID=6009 Qualifiers=32768 Level=4 Task=0"
                        " Keywords=0x0080000000000000 TimeCreated=2010-05-04T05:58:01Z EventRecordID=1 Computer=SRV01"
                        " Message=5.02. 3790 Data[1]=5.02. Data[2]=3790 Data[3]= Binary=E10700\n"
                        "77: Channel=System Provider_Name=Service Control Manager Provider_EventSourceName=SCM"
                        " EventID=7036 Version=2 Level=2 Task=3 Opcode=1 Keywords=0x8080000000000000"
                        " TimeCreated=2010-05-04T05:59:01.1234567Z EventRecordID=77 Computer=SRV01 UserID=S-1-5-18"
                        " ProcessID=4 ThreadID=88 Message=text & <tag> 77 0x8000000000000001"
                        " {555908D1-A6D7-4695-8E1E-26931D2012F4} 2010-05-04T05:59:01.500000000Z S-1-5-21-1-2-3-500"
                        " true a\\x01b\\r\\nc one two 00FF s=text & <tag> u=77 h=0x8000000000000001"
                        " g={555908D1-A6D7-4695-8E1E-26931D2012F4} t=2010-05-04T05:59:01.500000000Z"
                        " sid=S-1-5-21-1-2-3-500 b=true e=a\\x01b\\r\\nc l=one l=two empty= bin=00FF\n"
                        "78: Channel=System Provider_Name=Microsoft-Windows-Eventlog EventID=104 Level=4 Task=0"
                        " Keywords=0x0080000000000000 TimeCreated=2010-05-04T06:00:00Z EventRecordID=78 Computer=SRV01"
                        " Message=admin SubjectUserName=admin BackupPath=\n");
    assert_int_equal(heard.end, READ_WHOLE);
    assert_int_equal(evtx_reader.probe((const uint8_t *)file.data, EVTX_FILE_HEAD), 100);
    heard_free(&heard);
    buffer_free(&file);
}

/* libevtx shows negative integers wrong; a text that looks like its mistake stays as it is. */
static void test_negative_integers(void **state)
{
    (void)state;
    struct buffer file = written("Provider_Name: P\nEventID: 1\nTimeCreated: 2010-01-01\n"
                                 "a (int8): -5\nb (int16): -5\nc (int32): -1073741510\n"
                                 "d (int64): -9223372036854775807\ne (int32): 7\n"
                                 "f: -2147483643\ng: -\n\n"
                                 "Provider_Name: P\nEventID: 2\nTimeCreated: 2010-01-01\nf: -2147483643\n");
    struct heard heard = hear_file(&file);
    assert_non_null(strstr(heard.said.data, " a=-5 b=-5 c=-1073741510 d=-9223372036854775807 e=7 f=-2147483643 g=-\n"));
    assert_non_null(strstr(heard.said.data, "EventID=2 Level=4 Task=0 Keywords=0x0080000000000000 "
                                            "TimeCreated=2010-01-01T00:00:00Z "
                                            "EventRecordID=2 Message=-2147483643 f=-2147483643\n"));
    heard_free(&heard);
    buffer_free(&file);
}

static void test_several_chunks(void **state)
{
    (void)state;
    struct buffer file = many(2000);
    assert_true(file.size > EVTX_FILE_HEAD + 4 * EVTX_CHUNK_SIZE);
    struct heard heard = hear_file(&file);
    assert_int_equal(heard.records, 2000);
    assert_int_equal(heard.lost, 0);
    assert_int_equal(heard.end, READ_WHOLE);
    /* In order, and at places where records are. */
    struct text place, rest = buffer_text(&heard.places);
    for (uint64_t number = 1; text_next(&rest, '\n', &place) && place.size > 0; number++) {
        struct text id = TEXT_NONE, line = TEXT_NONE;
        uint64_t value = 0, offset = 0;
        assert_true(text_next(&place, ' ', &id) && text_number(id, 10, &value) && text_next(&place, ' ', &line));
        assert_int_equal(value, number);
        assert_true(text_number(place, 10, &offset) && offset < file.size);
        assert_memory_equal(file.data + offset, "**\0\0", 4);
        assert_int_equal(load((const uint8_t *)file.data + offset + 8, 8), number);
    }
    heard_free(&heard);
    buffer_free(&file);
}

static void test_wrapped(void **state)
{
    (void)state;
    struct buffer file = many(1000), turned = {0};
    size_t chunks = (file.size - EVTX_FILE_HEAD) / EVTX_CHUNK_SIZE;
    assert_true(chunks >= 3);
    /* The last chunk first: the log has wrapped once. */
    buffer_add(&turned, file.data, EVTX_FILE_HEAD);
    buffer_add(&turned, file.data + file.size - EVTX_CHUNK_SIZE, EVTX_CHUNK_SIZE);
    buffer_add(&turned, file.data + EVTX_FILE_HEAD, (chunks - 1) * EVTX_CHUNK_SIZE);
    struct heard heard = hear_file(&turned), plain = hear_file(&file);
    const char *first = strstr(heard.said.data, "\n1: ");
    assert_non_null(strstr(heard.said.data, "note: the log has wrapped: its oldest records begin at offset 69632"));
    assert_non_null(first);
    assert_string_equal(first, strstr(plain.said.data, "\n1: "));
    heard_free(&plain);
    heard_free(&heard);
    /* A chunk that is there twice counts once. */
    buffer_add(&file, file.data + file.size - EVTX_CHUNK_SIZE, EVTX_CHUNK_SIZE);
    heard = hear_file(&file);
    assert_int_equal(heard.records, 1000);
    assert_non_null(strstr(heard.said.data, "note: 1 chunks are copies"));
    heard_free(&heard);
    buffer_free(&turned);
    buffer_free(&file);
}

static void check_all_there(struct buffer *file, const char *remark)
{
    struct heard heard = hear_file(file);
    assert_int_equal(heard.records, 500);
    assert_int_equal(heard.lost, 0);
    if (strstr(heard.said.data, remark) == NULL)
        fail_msg("not said: %s", remark);
    heard_free(&heard);
    buffer_free(file);
}

/* What libevtx refuses a file for costs nothing. */
static void test_repairs(void **state)
{
    (void)state;
    struct buffer file = many(500);
    set32(&file, 0, 0);
    set32(&file, 40, 0);
    check_all_there(&file, "note: the file header is damaged; it was not needed");
    file = many(500);
    set32(&file, 42, 1);
    check_all_there(&file, "");   /* the header speaks of fewer chunks */
    file = many(500);
    set32(&file, EVTX_FILE_HEAD + 40, 127);
    check_all_there(&file, "note: chunk header repaired: header size");
    file = many(500);
    set32(&file, EVTX_FILE_HEAD + 48, 1);
    check_all_there(&file, "note: chunk header repaired: free space offset");
    file = many(500);
    set32(&file, EVTX_FILE_HEAD + 44, 1);
    set32(&file, EVTX_FILE_HEAD + 48, UINT32_MAX);
    check_all_there(&file, "note: chunk header repaired: free space offset");
    file = many(500);
    memset(file.data + EVTX_FILE_HEAD, 0, 128);
    check_all_there(&file, "note: chunk header repaired: signature");
    file = many(500);
    set32(&file, 120, 1);
    check_all_there(&file, "note: dirty flag set");
    /* A log that was in use: the chunk's header is behind. */
    file = many(500);
    set32(&file, EVTX_FILE_HEAD + 44, EVTX_CHUNK_HEAD);
    set32(&file, EVTX_FILE_HEAD + 48, (uint32_t)(record_at(&file, 1) - EVTX_FILE_HEAD));
    check_all_there(&file, "whole log");
    /* One of a record's two sizes. */
    file = many(500);
    set32(&file, record_at(&file, 3) + 4, 0);
    check_all_there(&file, "whole log");
    file = many(500);
    set32(&file, record_at(&file, 3) - 4, 0xFFFF);
    check_all_there(&file, "whole log");
    /* Chunks that were never used, and something that is no chunk, behind the log. */
    file = many(500);
    char filler[2 * EVTX_CHUNK_SIZE] = {0};
    filler[EVTX_CHUNK_SIZE + 5] = 'x';
    buffer_add(&file, filler, sizeof(filler));
    check_all_there(&file, "chunks hold something else");
}

static void test_broken_records(void **state)
{
    (void)state;
    struct buffer file = many(500);
    /* Three records in the middle overwritten. */
    size_t from = record_at(&file, 10), to = record_at(&file, 13);
    memset(file.data + from, 0xEE, to - from);
    struct heard heard = hear_file(&file);
    assert_int_equal(heard.records, 497);
    assert_int_equal(heard.lost, 3);
    assert_non_null(strstr(heard.said.data, "loss 3: a record is damaged"));
    assert_int_equal(heard.end, READ_WHOLE);
    heard_free(&heard);
    buffer_free(&file);
    /* The rest of the chunk is zero. */
    file = many(100);
    from = record_at(&file, 40);
    memset(file.data + from, 0, file.size - from);
    heard = hear_file(&file);
    assert_int_equal(heard.records, 40);
    assert_int_equal(heard.lost, 60);
    heard_free(&heard);
    buffer_free(&file);
    /* Behind a hole, records of another use of the chunk: they are none of this log. */
    file = many(100);
    for (unsigned i = 41; i < 100; i++)
        store((uint8_t *)file.data + record_at(&file, i) + 8, 1000000 + i, 8);
    memset(file.data + record_at(&file, 40), 0xEE, 64);
    heard = hear_file(&file);
    assert_int_equal(heard.records, 40);
    assert_int_equal(heard.lost, 60);
    heard_free(&heard);
    buffer_free(&file);
    /* A whole chunk destroyed in a log that was closed properly. */
    file = many(500);
    memset(file.data + EVTX_FILE_HEAD, 0xEE, EVTX_CHUNK_SIZE);
    heard = hear_file(&file);
    assert_true(heard.records > 0 && heard.records < 500);
    assert_int_equal(heard.end, READ_PART);
    assert_non_null(strstr(heard.said.data, "loss 0: a chunk holds nothing that can be read"));
    heard_free(&heard);
    buffer_free(&file);
}

static void test_refusals(void **state)
{
    (void)state;
    struct buffer file = many(10);
    struct heard heard = hear(&evtx_reader, file.data, EVTX_FILE_HEAD);
    assert_int_equal(heard.end, READ_REFUSED);
    assert_string_equal(heard.said.data, "loss 0: the file ends before its first chunk: it holds no record\n");
    heard_free(&heard);
    heard = hear(&evtx_reader, file.data, 9);
    assert_int_equal(heard.end, READ_REFUSED);
    heard_free(&heard);
    memset(file.data + EVTX_FILE_HEAD, 0, EVTX_CHUNK_SIZE);
    heard = hear_file(&file);
    assert_int_equal(heard.end, READ_REFUSED);
    assert_non_null(strstr(heard.said.data, "loss 0: no record of the file can be read"));
    heard_free(&heard);
    /* An empty log is no damaged one. */
    memcpy(file.data + EVTX_FILE_HEAD, "ElfChnk", 8);
    store((uint8_t *)file.data + EVTX_FILE_HEAD + 8, 1, 8);
    set32(&file, EVTX_FILE_HEAD + 40, 128);
    set32(&file, EVTX_FILE_HEAD + 48, EVTX_CHUNK_HEAD);
    heard = hear_file(&file);
    assert_int_equal(heard.end, READ_WHOLE);
    assert_string_equal(heard.said.data, "whole log\nnote: the log is empty\n");
    heard_free(&heard);
    buffer_free(&file);
}

/* Cut at any length: what is there is read, the rest is counted. */
static void test_cut(void **state)
{
    (void)state;
    struct buffer file = many(400);
    size_t end = record_at(&file, 100);
    for (size_t size = 0; size <= file.size; size += size < 4200 ? 137 : 3001) {
        struct heard heard = hear(&evtx_reader, file.data, size);
        assert_int_equal(heard.end == READ_REFUSED, heard.records == 0);
        if (size > EVTX_FILE_HEAD + 128 && size < EVTX_FILE_HEAD + EVTX_CHUNK_SIZE)
            assert_int_equal(heard.records + heard.lost, load((const uint8_t *)file.data + EVTX_FILE_HEAD + 16, 8));
        if (size >= end)
            assert_true(heard.records >= 100);
        if (size < file.size && heard.records > 0)
            assert_int_equal(heard.end, READ_PART);
        heard_free(&heard);
    }
    buffer_free(&file);
}

/* One byte changed anywhere: every record is read or counted as lost, and few are lost. */
static void test_changed_bytes(void **state)
{
    (void)state;
    struct buffer file = many(40);
    const struct buffer sound = {.data = memory_alloc(file.size), .size = file.size};
    memcpy(sound.data, file.data, file.size);
    size_t end = record_at(&file, 40);
    uint32_t random = 7;
    for (size_t at = 0; at < end; at += at < EVTX_FILE_HEAD + 128 ? 131 : 29) {
        random = random * 1664525u + 1013904223u;
        file.data[at] = (char)(random >> 24);
        struct heard heard = hear_file(&file);
        if (heard.records + heard.lost != 40)
            fail_msg("byte %zu: %u records, %u lost", at, (unsigned)heard.records, (unsigned)heard.lost);
        heard_free(&heard);
        file.data[at] = sound.data[at];
    }
    free(sound.data);
    buffer_free(&file);
}

/* A record whose value count lies drives libevtx to gigabytes. It costs itself, and no more. */
static void test_bomb(void **state)
{
    (void)state;
    struct buffer file = many(40);
    /* Record 6 uses a template defined before: 24 bytes of header, 4 of fragment, 10 of instance, then the count. */
    size_t count_at = record_at(&file, 6) + 24 + 4 + 10;
    assert_true(load((const uint8_t *)file.data + count_at, 4) < 20);
    file.data[count_at + 3] = 0x40;
    struct heard heard = hear_file(&file);
    assert_int_equal(heard.records, 39);
    assert_int_equal(heard.lost, 1);
    assert_int_equal(heard.end, READ_WHOLE);
    heard_free(&heard);
    buffer_free(&file);
}

/* A reader leaves nothing behind: no file, no process. */
static void test_leaves_nothing(void **state)
{
    (void)state;
    struct buffer file = many(10);
    int before = dup(0);
    close(before);
    for (int i = 0; i < 5; i++) {
        struct heard heard = hear_file(&file);
        heard_free(&heard);
    }
    int after = dup(0);
    close(after);
    assert_int_equal(before, after);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    buffer_free(&file);
}

static void test_writer_complains(void **state)
{
    (void)state;
    static const struct { const char *description, *error; } wrong[] = {
        {"EventID 5\n", "line 1: expected `Name: value`: EventID 5"},
        {"EventID: 5\n\n", "line 2: an event needs Provider_Name, EventID and TimeCreated: "},
        {"Provider_Name: P\nEventID: x\nTimeCreated: 2010-01-01\n\n", "line 4: no value of its type: EventID"},
        {"Provider_Name: P\nEventID: 1\nTimeCreated: 2010-01-01\na (float): 1\n\n", "line 5: no value of its type: a"},
        {"Provider_Name: P\nEventID: 1\nTimeCreated: 2010-01-01\na (binary): 0\n\n", "line 5: no value of its type: a"},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct buffer out = {0};
        char error[200];
        assert_false(evtx_write(text_of(wrong[i].description), &out, error));
        assert_string_equal(error, wrong[i].error);
        buffer_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_negative_integers),
        cmocka_unit_test(test_several_chunks),
        cmocka_unit_test(test_wrapped),
        cmocka_unit_test(test_repairs),
        cmocka_unit_test(test_broken_records),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_changed_bytes),
        cmocka_unit_test(test_bomb),
        cmocka_unit_test(test_leaves_nothing),
        cmocka_unit_test(test_writer_complains),
    };
    return cmocka_run_group_tests_name("evtx", tests, NULL, NULL);
}
