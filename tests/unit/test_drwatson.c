#include "text_input.h"

#define AT(record, line) "{\"Category\":\"crash\",\"Record\":" #record ",\"Line\":" #line
#define HEAD(app) "Application exception occurred:\r\n        App: " app "\r\n        When: 5/21/2003 @ 9:46:4.78\r\n" \
                  "        Exception number: c0000005 (access violation)\r\n\r\n"
#define CRASH ",\"ExceptionCode\":\"0xc0000005\""
#define TIME ",\"TimeCreated\":\"2003-05-21T09:46:04.078\""

static const char body[] =
    "*----> System Information <----*\r\n"
    "        Computer Name: MAIL1\r\n"
    "        User Name: SYSTEM\r\n"
    "        Number of Processors: 2\r\n"
    "        Processor Type: x86 Family 6 Model 5 Stepping 2\r\n"
    "        Windows 2000 Version: 5.0\r\n"
    "        Current Build: 2195\r\n"
    "        Service Pack: 3\r\n"
    "        Current Type: Multiprocessor Free\r\n"
    "        Registered Organization: \r\n"
    "        Registered Owner: Somebody\r\n"
    "\r\n"
    "*----> Task List <----*\r\n"
    "   0 Idle.exe\r\n"
    " 117 storeserv.exe\r\n"
    "\r\n"
    "(00400000 - 00410000) exe\\store.dbg\r\n"
    "(77f60000 - 77fbe000) \r\n"
    "\r\n"
    "State Dump for Thread Id 0x144\r\n"
    "\r\n"
    "eax=1635cf18 ebx=00000000 ecx=00000000 edx=00000058 esi=00000000 edi=01205ae4\n"
    "cs=001b  ss=0023  ds=0023  es=0023  fs=0038  gs=0000             efl=00000216\r\n"
    "\r\n\r\n"
    "function: RtlFreeHeap\r\n"
    "FAULT ->77f64b41 8b4204           mov     eax,[edx+0x4]          ds:0000005c=????????\r\n"
    "        77f64b44 50               push    eax\r\n"
    "\r\n"
    "*----> Stack Back Trace <----*\r\n"
    "\r\n"
    "FramePtr ReturnAd Param#1  Param#2  Param#3  Param#4  Function Name\r\n"
    "0012fdb8 762b328e 0000000a 0000004c 04860160 762b32ce ntdll!RtlFreeHeap (FPO: [EBP 0x1] [3,0,4])\r\n"
    "\r\n"
    "*----> Raw Stack Dump <----*\r\n"
    "0012fdb8  18 00 00 00 01 00 00 00 - 00 00 00 00 00 00 00 00  ................\r\n"
    "\r\n"
    "*----> Symbol Table <----*\r\n"
    "store.exe\r\n"
    "\r\n\r\n\r\n\r\n\r\n\r\n\r\n"
    "00401000 0000002a   Main\r\n"
    "\r\n"
    "ntdll.dll\r\n"
    "\r\n"
    "77f61000 0000002a   RtlFreeHeap\r\n"
    "\r\n";

#define INFORMATION                                                                                                   \
    ",\"Computer\":\"MAIL1\",\"ComputerName\":\"MAIL1\",\"UserName\":\"SYSTEM\",\"NumberOfProcessors\":\"2\","       \
    "\"ProcessorType\":\"x86 Family 6 Model 5 Stepping 2\",\"WindowsVersion\":\"5.0\",\"CurrentBuild\":\"2195\","     \
    "\"ServicePack\":\"3\",\"CurrentType\":\"Multiprocessor Free\",\"RegisteredOwner\":\"Somebody\"}"

static void test_appended_records(void **state)
{
    (void)state;
    struct buffer log = {0};

    buffer_add_string(&log, "\r\nMicrosoft (R) Windows 2000 (TM) Version 5.00 DrWtsn32\r\n"
                            "Copyright (C) 1985-1999 Microsoft Corp. All rights reserved.\r\n\r\n\r\n\r\n");
    buffer_add_string(&log, HEAD("exe\\store.dbg (pid=117)"));
    buffer_add_string(&log, body);
    buffer_add_string(&log, HEAD("C:\\Program Files (x86)\\An App\\an app.exe (pid=9)"));
    buffer_add_string(&log, HEAD(" (pid=117)"));
    buffer_add_string(&log, body);
    EXPECT(read_bytes(log.data, log.size, DATES_GUESS),
           AT(1, 7) ",\"Process\":\"storeserv.exe\"" CRASH ",\"ProcessID\":117" TIME INFORMATION,
           AT(2, 64) ",\"Process\":\"an app.exe\"" CRASH ",\"ProcessID\":9" TIME "}",
           AT(3, 69) ",\"Process\":\"storeserv.exe\"" CRASH ",\"ProcessID\":117" TIME INFORMATION);
    buffer_free(&log);
}

static void test_names_of_symbol_files(void **state)
{
    (void)state;
    EXPECT(read_text(HEAD("store.DBG (pid=<process ID>)")), AT(1, 1) ",\"Process\":\"store.exe\"" CRASH TIME "}");
    EXPECT(read_text(HEAD("dll\\snatrc.dbg (<pid>)")), AT(1, 1) ",\"Process\":\"snatrc.dll\"" CRASH TIME "}");
    EXPECT(read_text(HEAD("<path> x.exe (pid)")), AT(1, 1) ",\"Process\":\"x.exe\"" CRASH TIME "}");
    EXPECT(read_text(HEAD("[Pid number of occurrence]")), AT(1, 1) CRASH TIME "}");
}

static void test_damaged_heads(void **state)
{
    (void)state;
    EXPECT(read_text("Application exception occurred:\n\n  App: a.exe (pid=5) When: <date> @\n  <time> Exception\n"
                     "number: 0xC0000142\n\nAnd so on.\n"),
           AT(1, 1) ",\"Process\":\"a.exe\",\"ExceptionCode\":\"0xc0000142\",\"ProcessID\":5}",
           "{\"Category\":\"message\",\"Record\":2,\"Offset\":108,\"Line\":7,\"Message\":\"And so on.\"}");
    EXPECT(read_text("> Application exception occurred: App: a.exe (pid=5) When: 5/21/2003 @ 1:2:3.4 "
                     "Exception number: 40000005 (vdm event)\nWhat now?\n"),
           AT(1, 1) ",\"Process\":\"a.exe\",\"ExceptionCode\":\"0x40000005\",\"ProcessID\":5,"
           "\"TimeCreated\":\"2003-05-21T01:02:03.004\"}",
           "{\"Category\":\"message\",\"Record\":2,\"Offset\":118,\"Line\":2,\"Message\":\"What now?\"}");
    EXPECT(read_text("Application exception occurred:\n  App: a.exe\n\nText.\n"),
           AT(1, 1) ",\"Process\":\"a.exe\"}",
           "{\"Category\":\"message\",\"Record\":2,\"Offset\":46,\"Line\":4,\"Message\":\"Text.\"}");
}

static void test_a_sentence_is_no_record(void **state)
{
    (void)state;
    EXPECT(read_text("Application exception occurred when I opened it.\n\nHelp!\n"),
           "{\"Category\":\"message\",\"Record\":1,\"Offset\":0,\"Line\":1,"
           "\"Message\":\"Application exception occurred when I opened it.\"}",
           "{\"Category\":\"message\",\"Record\":2,\"Offset\":50,\"Line\":3,\"Message\":\"Help!\"}");
}

static void test_excerpts_without_a_head(void **state)
{
    (void)state;
    EXPECT(read_text(body), AT(1, 1) INFORMATION);
    EXPECT(read_text("State Dump for Thread Id 0x1\n\neax=00000001\n\nfunction: f\n77f64b41 50  push eax\n\nWhy?\n"),
           "{\"Category\":\"message\",\"Record\":1,\"Offset\":79,\"Line\":8,\"Message\":\"Why?\"}",
           "note: an excerpt of a Dr Watson record without its head was passed over (in the block at line 1)");
}

static void test_another_block_inside(void **state)
{
    (void)state;
    EXPECT(read_text(HEAD("a.exe (pid=5)") "Event ID: 4097\nSource: DrWatson\nDescription: x\n"),
           AT(1, 1) ",\"Process\":\"a.exe\"" CRASH ",\"ProcessID\":5" TIME "}",
           "{\"Category\":\"event\",\"Record\":2,\"Offset\":155,\"Line\":6,\"Provider_Name\":\"DrWatson\","
           "\"EventID\":4097,\"Message\":\"x\"}");
}

static void test_too_many_lines(void **state)
{
    (void)state;
    struct buffer log = {0};

    buffer_add_string(&log, HEAD("a.exe (pid=5)"));
    for (unsigned i = 0; i < LIMIT_BLOCK_LINES + 10; i++)
        buffer_add_string(&log, "0012fdb8 x\n");
    struct output output = read_bytes(log.data, log.size, DATES_GUESS);
    assert_int_equal(output.end, READ_PART);
    assert_non_null(strstr(output.items[0], "\"a.exe\""));
    assert_string_equal(output.items[1], "loss 0 at line 100005: a Dr Watson record has more than 100000 lines");
    for (size_t i = 0; i < output.count; i++)
        free(output.items[i]);
    buffer_free(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_appended_records),
        cmocka_unit_test(test_names_of_symbol_files),
        cmocka_unit_test(test_damaged_heads),
        cmocka_unit_test(test_a_sentence_is_no_record),
        cmocka_unit_test(test_excerpts_without_a_head),
        cmocka_unit_test(test_another_block_inside),
        cmocka_unit_test(test_too_many_lines),
    };

    return cmocka_run_group_tests_name("drwatson", tests, NULL, NULL);
}
