/* Event XML: one event's fields, and exports as they are found. */
#include "tests/unit/heard.h"

#include "base/limits.h"
#include "parsers/eventxml.h"

#define XMLNS " xmlns='http://schemas.microsoft.com/win/2004/08/events/event'"
#define SYSTEM(id) "<System><Provider Name='P'/><EventID>" id "</EventID></System>"
#define EVENT(id, rest) "<Event" XMLNS ">" SYSTEM(id) rest "</Event>"
#define DATA(data) EVENT("1", "<EventData>" data "</EventData>")

static void says(const char *xml, const char *expected)
{
    struct heard heard = hear(&eventxml_reader, xml, strlen(xml));
    assert_string_equal(heard.said.data, expected);
    heard_free(&heard);
}

/* The fields behind Provider_Name and EventID of one event. */
static void gives(const char *xml, const char *expected)
{
    struct buffer line = {0};
    buffer_printf(&line, "1: Provider_Name=P EventID=1%s\n", expected);
    says(xml, line.data);
    buffer_free(&line);
}

static void test_system(void **state)
{
    (void)state;
    const char *xml = "<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\">\r\n"
                      "  <System>\r\n"
                      "    <Provider Name=\"Service Control Manager\" Guid=\"{555908d1-a6d7-4695-8e1e-26931d2012f4}\""
                      " EventSourceName=\"SCM\" />\r\n"
                      "    <EventID Qualifiers=\"16384\">7036</EventID>\r\n"
                      "    <Version>0</Version><Level>4</Level><Task>3</Task><Opcode>2</Opcode>\r\n"
                      "    <Keywords>0x8080000000000000</Keywords>\r\n"
                      "    <TimeCreated SystemTime=\"2012-03-13T20:11:22.376313000Z\" />\r\n"
                      "    <EventRecordID> 11894 </EventRecordID>\r\n"
                      "    <Correlation ActivityID='{00000000-0000-0000-0000-000000000000}'/>\r\n"
                      "    <Execution ProcessID=\"560\" ThreadID=\"3280\" />\r\n"
                      "    <Channel>System</Channel><Computer>W.example</Computer><Security UserID='S-1-5-18'/>\r\n"
                      "  </System>\r\n"
                      "  <EventData><Data Name=\"param1\">A</Data><Data Name=\"param2\">B</Data>"
                      "<Binary>00FF</Binary></EventData>\r\n"
                      "</Event>";
    says(xml, "11894: Channel=System Provider_Name=Service Control Manager Provider_EventSourceName=SCM EventID=7036"
              " Qualifiers=16384 Version=0 Level=4 Task=3 Opcode=2 Keywords=0x8080000000000000"
              " TimeCreated=2012-03-13T20:11:22.376313Z EventRecordID=11894 Computer=W.example UserID=S-1-5-18"
              " ProcessID=560 ThreadID=3280 Message=A B param1=A param2=B Binary=00FF\n");

    struct event_parser *parser = event_parser_new();
    struct record record;
    assert_true(event_parser_read(parser, text_of(xml), &record));
    assert_true(text_is(record.channel, "System"));
    assert_true(text_is(record.provider, "Service Control Manager"));
    assert_true(text_is(record.event_source, "SCM"));
    assert_true(text_is(record.computer, "W.example"));
    assert_true(record.has_event_id);
    assert_int_equal(record.event_id, 7036);
    assert_int_equal(record.level, 4);
    assert_int_equal(record.at.record, 11894);
    assert_int_equal(record.time.basis, BASIS_UTC);
    event_parser_free(parser);
}

static void test_odd_system(void **state)
{
    (void)state;
    /* An id with its qualifiers in the high word; .evt converters write it so. */
    says("<Event><System><Provider Name='atapi'/><EventID>3221487625</EventID></System></Event>",
         "1: Provider_Name=atapi EventID=9 Qualifiers=49156\n");
    says("<Event><System><Provider Name='a'/><EventID Qualifiers='7'>65545</EventID></System></Event>",
         "1: Provider_Name=a EventID=9 Qualifiers=7\n");
    /* No number: shown as written. Level's text stands in RenderingInfo, not in Level. */
    says("<Event><System><Provider Name='a'/><EventID>x</EventID><Level>Error</Level></System></Event>",
         "1: Provider_Name=a EventID=x Level=Error\n");
    /* A time without a zone is UTC; one that nobody set is none. */
    says("<Event><System><TimeCreated SystemTime='2024-05-28 00:46:49.8687258'/></System></Event>",
         "1: TimeCreated=2024-05-28T00:46:49.8687258Z\n");
    struct event_parser *parser = event_parser_new();
    struct record record;
    const struct text unset =
        TEXT("<Event><System><TimeCreated SystemTime='1601-01-01T00:00:00Z'/><Level>300</Level></System></Event>");
    assert_true(event_parser_read(parser, unset, &record));
    assert_int_equal(record.time.basis, BASIS_NONE);
    assert_int_equal(record.level, 255);
    assert_int_equal(record.at.record, 0);
    assert_false(record.has_event_id);
    assert_false(event_parser_read(parser, TEXT("<Event/>"), &record));
    assert_string_equal(event_parser_error(parser), "the event has no System part");
    assert_false(event_parser_read(parser, TEXT("<Events><System/></Events>"), &record));
    assert_string_equal(event_parser_error(parser), "the element is no Event");
    /* The parser goes on after a failure. */
    const struct text prefixed =
        TEXT("<e:Event xmlns:e='x'><e:System><e:Channel>C</e:Channel></e:System></e:Event>");
    assert_true(event_parser_read(parser, prefixed, &record));
    assert_true(text_is(record.channel, "C"));
    event_parser_free(parser);
}

static void test_data(void **state)
{
    (void)state;
    gives(DATA("<Data Name='a'>1</Data><Data Name='b'/><Data Name='a'>2</Data>"), " Message=1 2 a=1 b= a=2");
    gives(DATA("<Data>x</Data><Data/><Data>z</Data><Binary>0A</Binary>"),
          " Message=x z Data[1]=x Data[2]= Data[3]=z Binary=0A");
    gives(DATA("<Data>x</Data><Binary/>"), " Message=x Data[1]=x");
    gives(DATA("<Data Name='p'><string>x</string><string>y</string></Data>"), " Message=x y p=x p=y");
    gives(DATA("<Data><string>x</string><string/></Data>"), " Message=x Data[1]=x Data[2]=");
    gives(DATA("<ComplexData Name='c'><Data Name='d'>1</Data></ComplexData>"), " Message=1 d=1");
    gives(EVENT("1", "<EventData Name='E'>said</EventData>"), " Message=said EventData=said");
    gives(EVENT("1", "<EventData>\n</EventData>"), "");
    /* Values are kept as they are, with their blanks and line ends. */
    gives(DATA("<Data Name='a'> one\r\ntwo\rthree\n</Data>"),
          " Message= one\\r\\ntwo\\rthree\\n a= one\\r\\ntwo\\rthree\\n");
    gives(DATA("<Data Name='a'>&lt;b&gt; &amp;amp; &#x41;<![CDATA[<c> &#x1;]]></Data>"),
          " Message=<b> &amp; A<c> &#x1; a=<b> &amp; A<c> &#x1;");
    /* A name that is also one of System's has two values. */
    gives(DATA("<Data Name='EventID'>5</Data>"), " Message=5 EventID=5");
}

static void test_user_data(void **state)
{
    (void)state;
    gives(EVENT("1", "<UserData><A xmlns='u' xmlns:x='y'><B>b</B><C><D>d</D></C><B>e</B></A></UserData>"),
          " Message=b d e B=b D=d B=e");
    gives(EVENT("1", "<UserData><A><C f='x' g=''/><C f='y'>z</C><E/></A></UserData>"), " Message=z C_f=x C_f=y C=z E=");
    gives(EVENT("1", "<ProcessingErrorData><ErrorCode>15003</ErrorCode><EventPayload>00</EventPayload>"
                     "</ProcessingErrorData>"),
          " ErrorCode=15003 EventPayload=00");
    gives(EVENT("1", "<BinaryEventData>0102</BinaryEventData>"), " BinaryEventData=0102");
}

static void test_rendering(void **state)
{
    (void)state;
    gives(EVENT("1", "<EventData><Data>x</Data></EventData>"
                     "<RenderingInfo Culture='en-US'><Message>It is x.</Message><Level>Error</Level>"
                     "<Keywords><Keyword>K</Keyword></Keywords></RenderingInfo>"),
          " Message=It is x. Data[1]=x");
    gives(EVENT("1", "<EventData><Data>x</Data></EventData><RenderingInfo><Message/></RenderingInfo>"),
          " Message=x Data[1]=x");
}

static void test_forbidden(void **state)
{
    (void)state;
    gives(DATA("<Data Name='a\x02'>x\x01y&#x1;&#31;z</Data>"), " Message=x\\x01y\\x01\\x1Fz a\x02=x\\x01y\\x01\\x1Fz");
    gives(DATA("<Data Name='a'><![CDATA[\x01]]></Data>"), " Message=\\x01 a=\\x01");
    /* The mark itself, U+FFFE, and references that are no characters. */
#define MARK "\xEF\xA3\xBE"
#define NOT_A_CHARACTER "\xEF\xBF\xBE"
#define REPLACED "\xEF\xBF\xBD"
    gives(DATA("<Data Name='a'>" MARK "0041 " NOT_A_CHARACTER " &#xD800;&#x110000;</Data>"),
          " Message=" MARK "0041 " NOT_A_CHARACTER " " REPLACED REPLACED
          " a=" MARK "0041 " NOT_A_CHARACTER " " REPLACED REPLACED);
    /* A NUL cannot stand in a C string. */
    const char nul[] = EVENT("1", "<EventData><Data>a\0b</Data></EventData>");
    struct heard heard = hear(&eventxml_reader, nul, sizeof(nul) - 1);
    assert_string_equal(heard.said.data, "1: Provider_Name=P EventID=1 Message=a\\x00b Data[1]=a\\x00b\n");
    heard_free(&heard);
}

static void test_exports(void **state)
{
    (void)state;
    /* wevtutil: no root, one event per line; more than one event is a whole log. */
    says(EVENT("1", "") "\r\n" EVENT("2", "") "\r\n",
         "whole log\n1: Provider_Name=P EventID=1\n2: Provider_Name=P EventID=2\n");
    /* Event Viewer. */
    says("\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n"
         "<Events>" EVENT("1", "") EVENT("2", "") "</Events>",
         "whole log\n1: Provider_Name=P EventID=1\n2: Provider_Name=P EventID=2\n");
    /* MSXML's tree. */
    says("- <Event" XMLNS ">\r\n- <System>\r\n  <Provider Name=\"P\" /> \r\n  <EventID>1</EventID> \r\n"
         "  </System>\r\n- <EventData>\r\n"
         "  <Data Name=\"a\">b</Data> \r\n  </EventData>\r\n  </Event>\r\n",
         "1: Provider_Name=P EventID=1 Message=b a=b\n");
    /* What a console wrote around it. */
    says("C:\\>wevtutil qe System /f:xml\r\n" EVENT("1", "") "\r\nC:\\>\r\n", "1: Provider_Name=P EventID=1\n");
    /* An element called Event inside UserData. */
    says(EVENT("1", "<UserData><Event><X>1</X></Event><Event/></UserData>") EVENT("2", ""),
         "whole log\n1: Provider_Name=P EventID=1 Message=1 X=1 Event=\n2: Provider_Name=P EventID=2\n");
    /* Bytes that are no UTF-8 are ANSI. */
    gives(DATA("<Data Name='a'>\xFC</Data>"), " Message=\xC3\xBC a=\xC3\xBC");
}

static void test_damage(void **state)
{
    (void)state;
    says("<Event><System><EventID>1</System></Event>" EVENT("2", ""),
         "whole log\nloss 1: the event is no XML: mismatched tag\n1: Provider_Name=P EventID=2\n");
    says(EVENT("1", "") "<Event><System><EventID>2</EventID>" EVENT("3", ""),
         "whole log\n1: Provider_Name=P EventID=1\nloss 1: the event's end is missing\n2: Provider_Name=P EventID=3\n");
    says(EVENT("1", "") "<Event" XMLNS "><System><Prov",
         "whole log\n1: Provider_Name=P EventID=1\nloss 1: the file ends within the event\n");
    says("<EventID>7</EventID></System></Event>" EVENT("1", ""),
         "loss 1: an event without its beginning\n1: Provider_Name=P EventID=1\n");
    says("<Event><System/>&nbsp;</Event>",
         "loss 1: the event is no XML: undefined entity\nloss 0: the file holds no event that can be read\n");
    says("", "loss 0: the file cannot be read\n");
    /* A document type is never read: it stands before the first event, and there it is passed over. */
    says("<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]>" DATA("<Data>&b;</Data>") EVENT("1", ""),
         "whole log\nloss 1: the event is no XML: undefined entity\n1: Provider_Name=P EventID=1\n");
    says(DATA("<!DOCTYPE x><Data>b</Data>"),
         "loss 1: the event is no XML: not well-formed (invalid token)\n"
         "loss 0: the file holds no event that can be read\n");
}

static struct buffer to_utf16(const char *ascii, bool big)
{
    struct buffer wide = {0};
    buffer_add(&wide, big ? "\xFE\xFF" : "\xFF\xFE", 2);
    for (; *ascii != '\0'; ascii++) {
        char pair[2] = {big ? '\0' : *ascii, big ? *ascii : '\0'};
        buffer_add(&wide, pair, 2);
    }
    return wide;
}

static void test_utf16(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        struct buffer wide = to_utf16("<Events>\r\n" EVENT("1", "") "\r\n" EVENT("2", "") "</Events>", big);
        assert_int_equal(eventxml_reader.probe((const uint8_t *)wide.data, wide.size), 95);
        struct heard heard = hear(&eventxml_reader, wide.data, wide.size);
        assert_string_equal(heard.said.data, "whole log\n1: Provider_Name=P EventID=1\n2: Provider_Name=P EventID=2\n");
        size_t second = 2 + 2 * strlen("<Events>\r\n" EVENT("1", "") "\r\n");
        struct buffer places = {0};
        buffer_printf(&places, "1 2 22\n2 3 %zu\n", second);
        assert_string_equal(heard.places.data, places.data);
        buffer_free(&places);
        heard_free(&heard);
        buffer_free(&wide);
    }
}

static void test_probe(void **state)
{
    (void)state;
    static const struct { const char *head; int sure; } heads[] = {
        {EVENT("1", ""), 95},
        {"- <Event>\r\n- <System>", 95},
        {"<?xml version='1.0'?><Events><Event><System>", 95},
        {"some tool 1.0\n\n<Event>\n<System>", 40},
        {"Log Name: System\nEvent Xml:\n<Event><System>", 0},
        {"<Event>\n\\<System>", 0},
        {"<Events><EventX><System>", 0},
        {"<Event name='party'><Place/></Event>", 0},
        {"", 0},
        {"<Event", 0},
    };
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        assert_int_equal(eventxml_reader.probe((const uint8_t *)heads[i].head, strlen(heads[i].head)), heads[i].sure);
}

static void repeat(struct buffer *out, const char *what, size_t count)
{
    while (count-- > 0)
        buffer_add_string(out, what);
}

static void test_limits(void **state)
{
    (void)state;
    struct buffer xml = {0};
    /* Deep nesting, a long name. */
    buffer_add_string(&xml, "<Event>" SYSTEM("1") "<UserData>");
    repeat(&xml, "<a>", 100);
    repeat(&xml, "</a>", 100);
    buffer_add_string(&xml, "</UserData></Event>" "<Event>" SYSTEM("1") "<UserData><");
    repeat(&xml, "n", LIMIT_XML_NAME_BYTES + 1);
    buffer_add_string(&xml, "/></UserData></Event>");
    struct heard heard = hear(&eventxml_reader, xml.data, xml.size);
    assert_string_equal(heard.said.data, "whole log\nloss 1: the event is no XML: elements are nested too deeply\n"
                                         "loss 1: the event is no XML: an element's name is too long\n"
                                         "loss 0: the file holds no event that can be read\n");
    heard_free(&heard);
    /* More fields than may be, one field too long: the rest of the event is there. */
    buffer_clear(&xml);
    buffer_add_string(&xml, "<Event>" SYSTEM("1") "<EventData>");
    repeat(&xml, "<Data>x</Data>", LIMIT_FIELDS + 10);
    buffer_add_string(&xml, "</EventData></Event><Event>" SYSTEM("2") "<EventData><Data Name='a'>");
    repeat(&xml, "0123456789abcdef", LIMIT_FIELD_BYTES / 16 + 1);
    buffer_add_string(&xml, "</Data></EventData></Event>");
    heard = hear(&eventxml_reader, xml.data, xml.size);
    assert_int_equal(heard.records, 2);
    assert_int_equal(heard.end, READ_WHOLE);
    assert_non_null(strstr(heard.said.data, "loss 0: the event has more or longer values than the limits allow"));
    heard_free(&heard);
    /* An event that is too large costs itself. */
    buffer_clear(&xml);
    buffer_add_string(&xml, "<Event>" SYSTEM("1") "<EventData><Data>");
    repeat(&xml, "0123456789abcdef", LIMIT_XML_EVENT_BYTES / 16 + 100000);
    buffer_add_string(&xml, "</Data></EventData></Event>" EVENT("2", ""));
    heard = hear(&eventxml_reader, xml.data, xml.size);
    assert_int_equal(heard.records, 1);
    assert_int_equal(heard.lost, 1);
    heard_free(&heard);
    buffer_free(&xml);
}

/* Events over the edges of what is read at once, in every position. */
static void test_edges(void **state)
{
    (void)state;
    struct buffer xml = {0};
    for (size_t shift = 0; shift < 300; shift += 7) {
        buffer_clear(&xml);
        repeat(&xml, " ", 65536 - shift);
        buffer_add_string(&xml, EVENT("1", "<EventData><Data>x</Data></EventData>") EVENT("2", ""));
        struct heard heard = hear(&eventxml_reader, xml.data, xml.size);
        assert_int_equal(heard.records, 2);
        assert_int_equal(heard.lost, 0);
        heard_free(&heard);
    }
    buffer_free(&xml);
}

/* Cut anywhere and changed anywhere: every event is read or counted, nothing else happens. */
static void test_mutations(void **state)
{
    (void)state;
    static const char xml[] = EVENT("1", "<EventData><Data Name='a'>x &amp; y</Data></EventData>") "\n"
                              EVENT("2", "<UserData><A b='c'>d</A></UserData>") "\n" EVENT("3", "");
    for (size_t size = 0; size < sizeof(xml); size++) {
        struct heard heard = hear(&eventxml_reader, xml, size);
        assert_true(heard.records + heard.lost <= 3);
        assert_int_equal(heard.end == READ_REFUSED, heard.records == 0);
        heard_free(&heard);
    }
    char changed[sizeof(xml)];
    uint32_t random = 1;
    for (size_t at = 0; at < sizeof(xml) - 1; at++)
        for (unsigned turn = 0; turn < 4; turn++) {
            memcpy(changed, xml, sizeof(xml));
            random = random * 1664525u + 1013904223u;
            changed[at] = (char)(random >> 24);
            struct heard heard = hear(&eventxml_reader, changed, sizeof(xml) - 1);
            assert_true(heard.records >= 1);
            heard_free(&heard);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_system),
        cmocka_unit_test(test_odd_system),
        cmocka_unit_test(test_data),
        cmocka_unit_test(test_user_data),
        cmocka_unit_test(test_rendering),
        cmocka_unit_test(test_forbidden),
        cmocka_unit_test(test_exports),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_utf16),
        cmocka_unit_test(test_probe),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_mutations),
    };
    return cmocka_run_group_tests_name("eventxml", tests, NULL, NULL);
}
