#include "text_input.h"

#define AT(record, offset, line) \
    "{\"Category\":\"event\",\"Record\":" #record ",\"Offset\":" #offset ",\"Line\":" #line ","

static void test_vista(void **state)
{
    (void)state;
    EXPECT(read_text("Log Name:      System\r\n"
                     "Source:        Microsoft-Windows-Kernel-General\r\n"
                     "Date:          2/25/2016 11:59:08 AM\r\n"
                     "Event ID:      12\r\n"
                     "Task Category: (1)\r\n"
                     "Level:         Information\r\n"
                     "Keywords:      (128)\r\n"
                     "User:          SYSTEM\r\n"
                     "Computer:      pc.example.net\r\n"
                     "Description:\r\n"
                     "The operating system started.\r\n"
                     "It was slow.  \r\n"),
           AT(1, 0, 1) "\"Channel\":\"System\",\"Provider_Name\":\"Microsoft-Windows-Kernel-General\","
                       "\"EventID\":12,"
           "\"Level\":4,\"Task\":\"(1)\",\"Keywords\":\"(128)\",\"TimeCreated\":\"2016-02-25T11:59:08\","
           "\"Computer\":\"pc.example.net\",\"User\":\"SYSTEM\","
           "\"Message\":\"The operating system started.\\nIt was slow.\"}");
}

static void test_the_rest_of_the_label_line_is_the_description(void **state)
{
    (void)state;
    EXPECT(read_text("Log Name: System\nSource: `Disk`\nEvent ID: 0x80040033\nUser: N/A\nComputer: <name>\n"
                     "Description: An error was detected\non a device.\n\nWhat does it mean?\n"),
           AT(1, 0, 1) "\"Channel\":\"System\",\"Provider_Name\":\"Disk\",\"EventID\":51,\"Qualifiers\":32772,"
           "\"Message\":\"An error was detected\\non a device.\"}",
           "{\"Category\":\"message\",\"Record\":2,\"Offset\":129,\"Line\":9,\"Message\":\"What does it mean?\"}");
}

static void test_nt(void **state)
{
    (void)state;
    EXPECT(read_text("Event Type:\tFailure Audit\n\nEvent Source:\tSecurity\nEvent Category:\tLogon/Logoff\n"
                     "Event ID:\t529\nDate:\t\t4/25/2000\n\nTime:\t\t4:54:33 PM\nUser:\t\tS-1-5-18\nComputer:\tSRV01\n"
                     "Description:\n\nLogon Failure:\n \tReason:\t\tUnknown user name\n\n\tDomain:\tD\n\n"
                     "For more information, see Help.\nData:\n0000: 5e 00 00 c0 01          ^..\xc0.\n"
                     "0008: c000005e 00000001\n\nThanks in advance!\n"),
           AT(1, 0, 1) "\"Provider_Name\":\"Security\",\"EventID\":529,\"Level\":0,\"Task\":\"Logon/Logoff\","
           "\"Keywords\":\"Audit Failure\",\"TimeCreated\":\"2000-04-25T16:54:33\",\"Computer\":\"SRV01\","
           "\"UserID\":\"S-1-5-18\",\"Message\":\"Logon Failure:\\n \\tReason:\\t\\tUnknown user name\\n\\n"
           "\\tDomain:\\tD\\n\\n"
           "For more information, see Help.\",\"Binary\":\"5E0000C0015E0000C001000000\"}",
           "{\"Category\":\"message\",\"Record\":2,\"Offset\":331,\"Line\":23,\"Message\":\"Thanks in advance!\"}");
}

static void test_wevtutil(void **state)
{
    (void)state;
    EXPECT(read_text("Event[0]:\n  Log Name: System\n  Source: A\n  Date: 2019-01-05T11:25:48.065\n  Event ID: 1\n"
                     "  Task: N/A\n  Level: Error\n  Opcode: Info\n  Keyword: Classic,\n  User: S-1-5-18\n"
                     "  User Name: NT AUTHORITY\\SYSTEM\n  Computer: SRV01\n  Description: \nFirst.\n\nStill the "
                     "first.\n\n"
                     "Event[1]\n  Log Name: System\n  Source: B\n  Date: 2019-01-05T11:25:48.0650000Z\n"
                     "  Event ID: 2\n  Level: Critical\n  Description: \n\n\n"
                     "Event[2]\n  Log Name: System\n  Source: C\n  Event ID: 3\n  Description:\nN/A\n"),
           AT(1, 0, 1) "\"Channel\":\"System\",\"Provider_Name\":\"A\",\"EventID\":1,\"Level\":2,"
                       "\"Opcode\":\"Info\","
           "\"Keywords\":\"Classic,\",\"TimeCreated\":\"2019-01-05T11:25:48.065\",\"Computer\":\"SRV01\","
           "\"UserID\":\"S-1-5-18\",\"User\":\"NT AUTHORITY\\\\SYSTEM\",\"Message\":\"First.\\n\\nStill the first.\"}",
           AT(2, 259, 18) "\"Channel\":\"System\",\"Provider_Name\":\"B\",\"EventID\":2,\"Level\":1,"
           "\"TimeCreated\":\"2019-01-05T11:25:48.065Z\"}",
           AT(3, 386, 27) "\"Channel\":\"System\",\"Provider_Name\":\"C\",\"EventID\":3,\"Message\":\"N/A\"}");
}

static void test_a_description_with_labels_goes_on(void **state)
{
    (void)state;
    EXPECT(read_text("Log Name: Application\nSource: Windows Error Reporting\nEvent ID: 1001\nDescription:\n"
                     "Fault bucket , type 0\nEvent Name: APPCRASH\n\nProblem signature:\nP1: a.exe\n\nAttached "
                     "files:\n\n"
                     "These files may be available here:\n\n\nReport Id: 7\n\nI have no idea what that means.\n"),
           AT(1, 0, 1) "\"Channel\":\"Application\",\"Provider_Name\":\"Windows Error Reporting\",\"EventID\":1001,"
           "\"Message\":\"Fault bucket , type 0\\nEvent Name: APPCRASH\\n\\nProblem signature:\\nP1: a.exe\\n\\n"
           "Attached files:\\n\\nThese files may be available here:\\n\\n\\nReport Id: 7\"}",
           "{\"Category\":\"message\",\"Record\":2,\"Offset\":224,\"Line\":18,"
           "\"Message\":\"I have no idea what that means.\"}");
}

static void test_the_xml_is_the_event(void **state)
{
    (void)state;
    EXPECT(read_text("Log Name: System\nSource: X\nDate: 5/12/2003 10:00:00 AM\nEvent ID: 7\nDescription:\nA b.\n\nC.\n"
                     "Event Xml:\n- <Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\">\n- "
                     "<System>\n"
                     "<Provider Name=\"X\"/><EventID Qualifiers=\"49156\">7</EventID><Level>2</Level>\n"
                     "<TimeCreated SystemTime=\"2003-05-12T08:00:00Z\"/><EventRecordID>99</EventRecordID>\n"
                     "<Channel>System</Channel><Computer>srv</Computer></System>\n"
                     "<EventData><Data Name=\"d\">b</Data></EventData></Event>\n\nAfter.\n"),
           AT(99, 0, 1) "\"Channel\":\"System\",\"Provider_Name\":\"X\",\"EventID\":7,\"Qualifiers\":49156,"
           "\"Level\":2,\"TimeCreated\":\"2003-05-12T08:00:00Z\",\"EventRecordID\":99,\"Computer\":\"srv\","
           "\"d\":\"b\",\"Message\":\"A b.\\n\\nC.\"}",
           "{\"Category\":\"message\",\"Record\":2,\"Offset\":456,\"Line\":17,\"Message\":\"After.\"}");
}

static void test_torn_xml_leaves_the_copy(void **state)
{
    (void)state;
    EXPECT(read_text("Log Name: System\nSource: X\nEvent ID: 7\nDescription:\nA b.\nEvent Xml:\n<Event xmlns=\"x\">\n"
                     "<System><EventID>7</EventID>\n\nAfter.\n"),
           AT(1, 0, 1) "\"Channel\":\"System\",\"Provider_Name\":\"X\",\"EventID\":7,\"Message\":\"A b.\"}",
           "{\"Category\":\"message\",\"Record\":2,\"Offset\":116,\"Line\":10,\"Message\":\"After.\"}");
}

static void test_xml_on_its_own(void **state)
{
    (void)state;
#define XML(id) "<Event xmlns='x'><System><Provider Name='P'/><EventID>" #id "</EventID></System></Event>"
    EXPECT(read_text("The event:\n    " XML(5) XML(6) "\n\n<Event xmlns='x'><System>\n\nNo end.\n"),
           "{\"Category\":\"message\",\"Record\":1,\"Offset\":0,\"Line\":1,\"Message\":\"The event:\"}",
           AT(2, 11, 2) "\"Provider_Name\":\"P\",\"EventID\":5}",
           AT(3, 11, 2) "\"Provider_Name\":\"P\",\"EventID\":6}",
           "loss 1 at line 4: the event's XML cannot be read: it has no end",
           "{\"Category\":\"message\",\"Record\":4,\"Offset\":208,\"Line\":6,\"Message\":\"No end.\"}");
}

static void test_unknown_description(void **state)
{
    (void)state;
    EXPECT(read_text("The description for Event ID 153 from source nvlddmkm cannot be found. Either the component\n"
                     "is not installed.\n\nThe following information was included with the event:\n\n"
                     "\\Device\\Video3\n"),
           AT(1, 0, 1) "\"Provider_Name\":\"nvlddmkm\",\"EventID\":153,\"Message\":\"The description for Event "
                       "ID 153 "
           "from source nvlddmkm cannot be found. Either the component\\nis not installed.\\n\\n"
           "The following information was included with the event:\\n\\n\\\\Device\\\\Video3\"}");
    EXPECT(read_text("Event Type: Error\nEvent ID: 7000\nDescription:\nThe description for Event ID ( 7000 ) in Source "
                     "( Service Control\nManager ) could not be found. It contains the following insertion "
                     "string(s): x.\n"),
           AT(1, 0, 1) "\"Provider_Name\":\"Service Control Manager\",\"EventID\":7000,\"Level\":2,"
                       "\"Message\":\""
           "The description for Event ID ( 7000 ) in Source ( Service Control\\nManager ) could not be found. It "
           "contains "
           "the following insertion string(s): x.\"}");
}

static void test_description_without_a_label(void **state)
{
    (void)state;
    EXPECT(read_text("  Event ID: 7023\n  Source: Service Control Manager\n  The Workstation service terminated\n"
                     "  with an error.\n\n  -and-\n\n  Event ID: 7\n  Source: Disk\n\nCAUSE\n=====\n"),
           AT(1, 0, 1) "\"Provider_Name\":\"Service Control Manager\",\"EventID\":7023,"
           "\"Message\":\"The Workstation service terminated\\nwith an error.\"}",
           "{\"Category\":\"message\",\"Record\":2,\"Offset\":106,\"Line\":6,\"Message\":\"-and-\"}",
           AT(3, 115, 8) "\"Provider_Name\":\"Disk\",\"EventID\":7}",
           "{\"Category\":\"message\",\"Record\":4,\"Offset\":145,\"Line\":11,\"Message\":\"CAUSE =====\"}");
}

static void test_other_languages(void **state)
{
    (void)state;
    EXPECT(read_text("Protokollname: System\nQuelle:        Disk\nDatum:         01.02.2015 12:00:00\nEreignis-ID: "
                     "  7\n"
                     "Aufgabenkategorie:Keine\nEbene:         Fehler\nSchl\xc3\xbcsselw\xc3\xb6rter:Klassisch\n"
                     "Benutzer:      Nicht zutreffend\nComputer:      PC\nBeschreibung:\nFehlerhafter Block.\n"),
           AT(1, 0, 1) "\"Channel\":\"System\",\"Provider_Name\":\"Disk\",\"EventID\":7,\"Level\":2,"
           "\"Task\":\"Keine\",\"Keywords\":\"Klassisch\",\"TimeCreated\":\"2015-02-01T12:00:00\",\"Computer\":\"PC\","
           "\"Message\":\"Fehlerhafter Block.\"}");
    EXPECT(read_text("Nom du journal\xc2\xa0:System\nSource\xc2\xa0:       Disk\nID de "
                     "l\xe2\x80\x99\xc3\xa9v\xc3\xa9nement\xc2\xa0:7\n"
                     "Niveau\xc2\xa0:       Avertissement\nMots cl\xc3\xa9s\xc2\xa0:    \xc3\x89" "chec de "
                     "l\xe2\x80\x99" "audit\n"
                     "Ordinateur\xc2\xa0:   PC\nDescription\xc2\xa0:\nBloc.\n"),
           AT(1, 0, 1) "\"Channel\":\"System\",\"Provider_Name\":\"Disk\",\"EventID\":7,\"Level\":3,"
           "\"Keywords\":\"Audit Failure\",\"Computer\":\"PC\",\"Message\":\"Bloc.\"}");
    EXPECT(read_text("Tipo evento:\tErrore\nOrigine evento:\tDisk\nCategoria evento:\tNessuno\nID evento:\t7\n"
                     "Data:\t\t25/12/2003\nOra:\t\t10.15.30\nUtente:\t\tN/D\nComputer:\tPC\nDescrizione:\nBlocco.\n"),
           AT(1, 0, 1) "\"Provider_Name\":\"Disk\",\"EventID\":7,\"Level\":2,\"Task\":\"Nessuno\","
           "\"TimeCreated\":\"2003-12-25T10:15:30\",\"Computer\":\"PC\",\"Message\":\"Blocco.\"}");
}

static void test_quoted_and_decorated(void **state)
{
    (void)state;
    EXPECT(read_text("> **Log Name:** System\n> **Source:** Disk\n> **Event ID:** 7\n> **Description:**\n> Bad.\n>\n"
                     ">   Details.\nMe too.\n"),
           AT(1, 0, 1) "\"Channel\":\"System\",\"Provider_Name\":\"Disk\",\"EventID\":7,"
           "\"Message\":\"Bad.\\n\\n  Details.\"}",
           "{\"Category\":\"message\",\"Record\":2,\"Offset\":101,\"Line\":8,\"Message\":\"Me too.\"}");
    EXPECT(read_text("    Event ID: 7\n    Source: Disk\n    Description: Bad\n      block.\n"),
           AT(1, 0, 1) "\"Provider_Name\":\"Disk\",\"EventID\":7,\"Message\":\"Bad\\n  block.\"}");
}

static void test_what_is_no_event(void **state)
{
    (void)state;
    static const char *const notes[] = {
        "Source: the internet\nDate: today\n", "Event ID: unknown\nSource: Disk\n", "Event ID: 7\n",
        "Description: a text\nEvent ID: 7\n", "Event[x]:\n", "Log Name: System\nLevel: Error\n",
    };

    for (size_t i = 0; i < sizeof(notes) / sizeof(*notes); i++) {
        struct output output = read_text(notes[i]);
        assert_int_equal(output.count, 1);
        assert_non_null(strstr(output.items[0], "\"message\""));
        free(output.items[0]);
    }
}

/* A description without an end gives a record of bounded size, and the rest is paragraphs. */
static void test_endless_description(void **state)
{
    (void)state;
    struct buffer text = {0};

    buffer_add_string(&text, "Event ID: 7\nSource: Disk\nDescription:\n");
    for (int i = 0; i < 8000; i++)
        buffer_add_string(&text, "and so on:\n\n");
    struct output output = read_bytes(text.data, text.size, DATES_GUESS);
    assert_true(output.count > 2);
    assert_true(strlen(output.items[0]) < 2 * LIMIT_EVENT_TEXT_BYTES);
    assert_non_null(strstr(output.items[1], "\"message\""));
    for (size_t i = 0; i < output.count; i++)
        free(output.items[i]);
    buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vista),
        cmocka_unit_test(test_the_rest_of_the_label_line_is_the_description),
        cmocka_unit_test(test_nt),
        cmocka_unit_test(test_wevtutil),
        cmocka_unit_test(test_a_description_with_labels_goes_on),
        cmocka_unit_test(test_the_xml_is_the_event),
        cmocka_unit_test(test_torn_xml_leaves_the_copy),
        cmocka_unit_test(test_xml_on_its_own),
        cmocka_unit_test(test_unknown_description),
        cmocka_unit_test(test_description_without_a_label),
        cmocka_unit_test(test_other_languages),
        cmocka_unit_test(test_quoted_and_decorated),
        cmocka_unit_test(test_what_is_no_event),
        cmocka_unit_test(test_endless_description),
    };

    return cmocka_run_group_tests_name("eventcopy", tests, NULL, NULL);
}
