#include "text_input.h"

/* What stands where in most of the tests. */
#define AT(record, offset, line) "\"Record\":" #record ",\"Offset\":" #offset ",\"Line\":" #line
#define MESSAGE(record, offset, line, text) \
    "{\"Category\":\"message\"," AT(record, offset, line) ",\"Message\":\"" text "\"}"

static void test_nothing(void **state)
{
    (void)state;
    struct output output = read_text("");

    assert_int_equal(output.end, READ_WHOLE);
    assert_int_equal(output.count, 0);
    output = read_text("\r\n \t\r\n\x1a");
    assert_int_equal(output.count, 0);
}

static void test_paragraphs(void **state)
{
    (void)state;
    EXPECT(read_text("One line.\n\nTwo   lines\t\tof\n  text.\n\n\n\nThe end.\n"),
           MESSAGE(1, 0, 1, "One line."),
           MESSAGE(2, 11, 3, "Two lines of text."),
           MESSAGE(3, 38, 8, "The end."));
}

static void test_captions(void **state)
{
    (void)state;
    EXPECT(read_text("cmd.exe - DLL Initialization Failed\n\nInitialization of x failed.\nGood bye.\n\nMore.\n"),
           MESSAGE(1, 0, 1, "cmd.exe - DLL Initialization Failed Initialization of x failed. Good bye."),
           MESSAGE(2, 76, 6, "More."));
    EXPECT(read_text("What it says:\n\nNo.\n"), MESSAGE(1, 0, 1, "What it says: No."));
    EXPECT(read_text("A sentence.\n\nText.\n"), MESSAGE(1, 0, 1, "A sentence."), MESSAGE(2, 13, 3, "Text."));
    EXPECT(read_text("two lines\nof a paragraph\n\nText.\n"),
           MESSAGE(1, 0, 1, "two lines of a paragraph"), MESSAGE(2, 26, 4, "Text."));
    EXPECT(read_text("a title\n\n\nfar away\n"), MESSAGE(1, 0, 1, "a title"), MESSAGE(2, 10, 4, "far away"));
    EXPECT(read_text("a title\n\nand another\n\nText.\n"),
           MESSAGE(1, 0, 1, "a title and another"), MESSAGE(2, 22, 5, "Text."));
    EXPECT(read_text("a title\n\n"), MESSAGE(1, 0, 1, "a title"));
}

static void test_a_popup_on_two_lines(void **state)
{
    (void)state;
    EXPECT(read_text("cmd.exe - DLL Initialization Failed\r\nInitialization of the dynamic link library "
                     "C:\\WINNT\\system32\\user32.dll failed. The process is terminating abnormally.\r\n"),
           MESSAGE(1, 0, 1, "cmd.exe - DLL Initialization Failed Initialization of the dynamic link library "
                            "C:\\\\WINNT\\\\system32\\\\user32.dll failed. The process is terminating abnormally."));
}

static void test_line_breaks(void **state)
{
    (void)state;
    EXPECT(read_text("a\rb.\r\rc.\r\n\r\nd.\n\ne.\r\r\n\r\r\nf."),
           MESSAGE(1, 0, 1, "a b."), MESSAGE(2, 6, 4, "c."), MESSAGE(3, 12, 6, "d."), MESSAGE(4, 16, 8, "e."),
           MESSAGE(5, 24, 10, "f."));
}

static void test_encodings(void **state)
{
    (void)state;
    static const char little[] = "\xff\xfe" "S\0t\0\xe4\0n\0d\0e\0r\0.\0\r\0\n\0\r\0\n\0N\0.\0";
    static const char big[] = "\xfe\xff" "\0S\0t\0\xe4\0n\0d\0e\0r\0.\0\r\0\n\0\r\0\n\0N\0.";

    EXPECT(read_bytes(little, sizeof(little) - 1, DATES_GUESS),
           MESSAGE(1, 2, 1, "St\xc3\xa4nder."), MESSAGE(2, 26, 3, "N."));
    EXPECT(read_bytes(big, sizeof(big) - 1, DATES_GUESS),
           MESSAGE(1, 2, 1, "St\xc3\xa4nder."), MESSAGE(2, 26, 3, "N."));
    EXPECT(read_text("\xef\xbb\xbfSt\xc3\xa4nder.\n\n\xef\xbb\xbfN."),
           MESSAGE(1, 3, 1, "St\xc3\xa4nder."), MESSAGE(2, 14, 3, "N."));
    EXPECT(read_text("St\xe4nder."), MESSAGE(1, 0, 1, "St\xc3\xa4nder."));
}

static void test_mixed_encodings(void **state)
{
    (void)state;
    static const char nuls[] = "a\0 b.\n\0\nc.";
    static const char appended[] = "A line of eight bits per character, and what another program appended to it; "
                                   "it has to be much\r\n"
                                   "longer than that, or the whole would look as if it were wide:\r\n"
                                   "W\0i\0d\0e\0.\0\r\0\n\0\r\0\n\0" "More.\r\n";

    EXPECT(read_text("utf \xc3\xa4.\n\nansi \xe4."), MESSAGE(1, 0, 1, "utf \xc3\xa4."),
           MESSAGE(2, 9, 3, "ansi \xc3\xa4."));
    EXPECT(read_bytes(nuls, sizeof(nuls) - 1, DATES_GUESS), MESSAGE(1, 0, 1, "a b."), MESSAGE(2, 8, 3, "c."));
    EXPECT(read_bytes(appended, sizeof(appended) - 1, DATES_GUESS),
           MESSAGE(1, 0, 1, "A line of eight bits per character, and what another program appended to it; it has "
                            "to be much "
                            "longer than that, or the whole would look as if it were wide: Wide."),
           MESSAGE(2, 176, 5, "More."));
}

static void test_quotations(void **state)
{
    (void)state;
    EXPECT(read_text("> first\n> second\n>\n> > inner\n> > more\n> outer\nmine\n"),
           MESSAGE(1, 0, 1, "first second"), MESSAGE(2, 19, 4, "inner more"), MESSAGE(3, 38, 6, "outer"),
           MESSAGE(4, 46, 7, "mine"));
}

static void test_long_paragraphs(void **state)
{
    (void)state;
    struct buffer text = {0};
    struct output output;

    for (int i = 0; i < 70; i++)
        buffer_add_string(&text, "x\n");
    output = read_bytes(text.data, text.size, DATES_GUESS);
    assert_int_equal(output.count, 2);
    assert_non_null(strstr(output.items[1], "\"Line\":65,\"Message\":\"x x x x x x\""));
    free(output.items[0]);
    free(output.items[1]);

    buffer_clear(&text);
    for (int i = 0; i < 20000; i++)
        buffer_add_string(&text, "word ");
    output = read_bytes(text.data, text.size, DATES_GUESS);
    assert_int_equal(output.count, 7);
    for (size_t i = 0; i < output.count; i++) {
        assert_true(strlen(output.items[i]) < LIMIT_PARAGRAPH_BYTES + 100);
        assert_non_null(strstr(output.items[i], "\"Line\":1,\"Message\":\"word word"));
        free(output.items[i]);
    }
    buffer_free(&text);
}

/* A line that is longer than the window of bytes, in each encoding: no character is torn, none is lost. */
static void test_overlong_lines(void **state)
{
    (void)state;
    struct buffer text = {0};

    for (size_t shift = 0; shift < 4; shift++) {
        buffer_clear(&text);
        for (size_t i = 0; i < shift; i++)
            buffer_add_char(&text, 'x');
        for (int i = 0; i < 60000; i++)
            buffer_add_string(&text, "\xf0\x9f\x98\x80");
        buffer_add_string(&text, "\nend.");
        struct output output = read_bytes(text.data, text.size, DATES_GUESS);
        size_t faces = 0;
        for (size_t i = 0; i < output.count; i++) {
            for (const char *at = output.items[i]; (at = strstr(at, "\xf0\x9f\x98\x80")); at += 4)
                faces++;
            assert_true(unicode_is_utf8(output.items[i], strlen(output.items[i])));
            assert_null(strstr(output.items[i], "\xef\xbf\xbd"));
            if (i + 1 == output.count)
                assert_non_null(strstr(output.items[i], "\"Line\":2,\"Message\":\"end.\""));
            free(output.items[i]);
        }
        assert_int_equal(faces, 60000);
    }
    buffer_free(&text);
}

static void test_probe(void **state)
{
    (void)state;
    static const uint8_t binary[] = "ElfFile\0\0\0\0\0\0\0\0\0\1\2\3\4\0\0\0\0\200";
    static const uint8_t wide[] = "T\0e\0x\0t\0\r\0\n\0";
    static const uint8_t stray[] = "Event[0]\r\n  Log Name: System\r\n  Source: x\0\r\n  Date: 2019";

    assert_int_equal(text_reader.probe((const uint8_t *)"plain", 5), 10);
    assert_int_equal(text_reader.probe(wide, sizeof(wide) - 1), 10);
    assert_int_equal(text_reader.probe(stray, sizeof(stray) - 1), 10);
    assert_int_equal(text_reader.probe(binary, sizeof(binary)), 0);
    assert_int_equal(text_reader.probe(binary, 0), 0);
}

static void test_a_file_that_shrinks(void **state)
{
    (void)state;
    struct output output = read_file("Text.\n", 6, 20, DATES_GUESS);

    assert_int_equal(output.end, READ_PART);
    EXPECT(output, MESSAGE(1, 0, 1, "Text."),
           "loss 0 at line 1: the rest could not be read: the file became shorter while it was read");
    output = read_file("", 0, 20, DATES_GUESS);
    assert_int_equal(output.end, READ_REFUSED);
    EXPECT(output, "loss 0 at line 0: the rest could not be read: the file became shorter while it was read");
}

/* A note as people paste it: each block is found where it stands. */
static void test_blocks_one_after_the_other(void **state)
{
    (void)state;
    static const char note[] =
        "Ticket 4711\r\n"
        "\r\n"
        "The customer sees this since Monday:\r\n"
        "cmd.exe - DLL Initialization Failed\r\n"
        "Event Type:\tError\r\n"
        "Event Source:\tSrv\r\n"
        "Event ID:\t2019\r\n"
        "Description:\r\n"
        "The server was unable to allocate memory.\r\n"
        "Application exception occurred:\r\n"
        "        App:  (pid=117)\r\n"
        "        When: 5/21/2003 @ 12:52:58.9\r\n"
        "        Exception number: c0000142\r\n"
        "\r\n"
        "*----> Task List <----*\r\n"
        "   0 Idle.exe\r\n"
        " 117 cmd.exe\r\n"
        "\r\n"
        "> Log Name:      System\r\n"
        "> Event ID:      243\r\n"
        "> Description:   A desktop heap allocation failed.\r\n"
        "What can it be?\r\n";

    EXPECT(read_text(note),
           MESSAGE(1, 0, 1, "Ticket 4711 The customer sees this since Monday: cmd.exe - DLL Initialization Failed"),
           "{\"Category\":\"event\"," AT(2, 90, 5) ",\"Provider_Name\":\"Srv\",\"EventID\":2019,\"Level\":2,"
           "\"Message\":\"The server was unable to allocate memory.\"}",
           "{\"Category\":\"crash\",\"Record\":3,\"Line\":10,\"Process\":\"cmd.exe\",\"ExceptionCode\":\"0xc0000142\","
           "\"ProcessID\":117,\"TimeCreated\":\"2003-05-21T12:52:58.009\"}",
           "{\"Category\":\"event\"," AT(4, 391, 19) ",\"Channel\":\"System\",\"EventID\":243,"
           "\"Message\":\"A desktop heap allocation failed.\"}",
           MESSAGE(5, 490, 22, "What can it be?"));
}

static void test_the_first_date_decides_for_all(void **state)
{
    (void)state;
#define EVENT(date) "Event ID: 1\nSource: x\nDate: " date "\nDescription:\ny\n\n"
#define RECORD(at, time) "{\"Category\":\"event\"," at ",\"Provider_Name\":\"x\",\"EventID\":1,\"TimeCreated\":\"" \
                         time "\",\"Message\":\"y\"}"
    EXPECT(read_text(EVENT("5/12/2003") EVENT("21/5/2003")),
           RECORD(AT(1, 0, 1), "2003-12-05T00:00:00"), RECORD(AT(2, 54, 7), "2003-05-21T00:00:00"));
    EXPECT(read_text(EVENT("5/12/2003") EVENT("6/1/2003")),
           "note: dates are ambiguous (5/12/2003); read as month/day; use --dates day-first",
           RECORD(AT(1, 0, 1), "2003-05-12T00:00:00"), RECORD(AT(2, 54, 7), "2003-06-01T00:00:00"));
    EXPECT(read_bytes(EVENT("5/12/2003"), sizeof(EVENT("5/12/2003")) - 1, DATES_DAY_FIRST),
           RECORD(AT(1, 0, 1), "2003-12-05T00:00:00"));
    EXPECT(read_text("Event ID: 1\nSource: x\nDate: 99/99/2003\nDescription:\ny\n\n"),
           "{\"Category\":\"event\"," AT(1, 0, 1) ",\"Provider_Name\":\"x\",\"EventID\":1,\"Message\":\"y\"}",
           "note: a date could not be read (in the block at line 1)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_paragraphs),
        cmocka_unit_test(test_captions),
        cmocka_unit_test(test_a_popup_on_two_lines),
        cmocka_unit_test(test_line_breaks),
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_mixed_encodings),
        cmocka_unit_test(test_quotations),
        cmocka_unit_test(test_long_paragraphs),
        cmocka_unit_test(test_overlong_lines),
        cmocka_unit_test(test_probe),
        cmocka_unit_test(test_a_file_that_shrinks),
        cmocka_unit_test(test_blocks_one_after_the_other),
        cmocka_unit_test(test_the_first_date_decides_for_all),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
