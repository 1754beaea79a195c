/* What detections match: each line is a detection, a record, and whether the one fits the other. */
#include <string.h>

#include "rule_text.h"
#include "rules/logsource.h"

static struct matcher *matcher;

static bool fits(const char *detection_text, const char *category, const char *record_text)
{
    struct detection *detection = detection_of(detection_text, category);
    struct sample_record *sample = record_of(record_text);
    bool matched = detection_match(detection, matcher, &sample->record, NULL);
    struct captures captures = {.count = 0};

    if (detection_match(detection, matcher, &sample->record, &captures) != matched)
        fail_msg("captures change the answer: %s", detection_text);
    record_free(sample);
    detection_free(detection);
    return matched;
}

static void expect(const char *detection, const char *category, const char *record, bool expected)
{
    if (fits(detection, category, record) != expected)
        fail_msg("%s\n  %s\n  expected %s", detection, record, expected ? "a match" : "no match");
}

/* The selection alone, in events. */
static void yes(const char *selection, const char *record)
{
    struct buffer detection = {0};

    buffer_printf(&detection, "{sel: %s, condition: sel}", selection);
    expect(detection.data, NULL, record, true);
    buffer_free(&detection);
}

static void no(const char *selection, const char *record)
{
    struct buffer detection = {0};

    buffer_printf(&detection, "{sel: %s, condition: sel}", selection);
    expect(detection.data, NULL, record, false);
    buffer_free(&detection);
}

static void test_maps_and_lists(void **state)
{
    (void)state;
    yes("{EventID: 243, Provider_Name: Win32k}", "{EventID: 243, Provider_Name: Win32k}");
    no("{EventID: 243, Provider_Name: Win32k}", "{EventID: 244, Provider_Name: Win32k}");
    no("{EventID: 243, Provider_Name: Win32k}", "{EventID: 243}");
    yes("{EventID: [7, 11, 51]}", "{EventID: 11}");
    no("{EventID: [7, 11, 51]}", "{EventID: 1}");
    yes("[{EventID: 1}, {EventID: 2, Level: 3}]", "{EventID: 2, Level: 3}");
    no("[{EventID: 1}, {EventID: 2, Level: 3}]", "{EventID: 2, Level: 4}");
    yes("{param1: a}", "{param1: [b, a]}"); /* a field with several values holds when one does */
    yes("{param1|contains|all: [a, b]}", "{param1: ab}");
    yes("{param1|contains|all: [a, b]}", "{param1: [a, b]}");
    no("{param1|contains|all: [a, c]}", "{param1: ab}");
    no("{Param1: a}", "{param1: a}"); /* names of fields are exact */
    yes("{Computer: srv01, Channel: SYSTEM}", "{Computer: SRV01, Channel: System}");
    yes("{Level: 2}", "{Level: 2}");
    yes("{Level|lte: 2}", "{Level: 1}");
    no("{Level|lte: 2}", "{EventID: 1}");
}

static void test_text(void **state)
{
    (void)state;
    yes("{a: TEXT}", "{a: text}");
    no("{a: text}", "{a: text2}");
    yes("{a|contains: EX}", "{a: text}");
    yes("{a|startswith: te}", "{a: Text}");
    no("{a|startswith: ex}", "{a: text}");
    yes("{a|endswith: '.EXE'}", "{a: cmd.exe}");
    no("{a|endswith: '.exe'}", "{a: cmd.exe.bak}");
    yes("{a: ''}", "{a: ''}");
    no("{a: ''}", "{a: x}");
    no("{a: ''}", "{b: x}");
    yes("{a: }", "{b: x}"); /* null: absent or empty */
    yes("{a: ~}", "{a: ''}");
    no("{a: null}", "{a: x}");
    yes("{a: 'null'}", "{a: 'NULL'}");
    yes("{a: [~, x]}", "{b: 1}");
    yes("{a|exists: true}", "{a: ''}");
    no("{a|exists: true}", "{b: x}");
    yes("{a|exists: false}", "{b: x}");
    no("{a|exists: no}", "{a: x}");
    yes("{EventID|exists: false}", "{Provider_Name: x}");
    yes("{a: no}", "{a: 'no'}"); /* YAML has no words of its own here */
    yes("{a: 1e3}", "{a: '1e3'}");
    no("{a: 1e3}", "{a: '1000'}");
    yes("{a: 010}", "{a: '010'}");
}

static void test_wildcards(void **state)
{
    (void)state;
    yes("{a: '*.exe'}", "{a: cmd.exe}");
    no("{a: '*.exe'}", "{a: cmd.exe2}");
    yes("{a: 'c?d.exe'}", "{a: cmd.exe}");
    no("{a: 'c?d.exe'}", "{a: cd.exe}");
    yes("{a: 'c?d'}", "{a: 'c\xC3\xA4"
                      "d'}"); /* ? is a character, not a byte */
    yes("{a|contains: 'a*c'}", "{a: xxabbcxx}");
    no("{a|contains: 'a*c'}", "{a: xxcbbaxx}");
    yes("{a|startswith: 'a*c'}", "{a: abcx}");
    no("{a|startswith: 'a*c'}", "{a: xabc}");
    yes("{a|endswith: 'a*c'}", "{a: xabc}");
    no("{a|endswith: 'a*c'}", "{a: abcx}");
    yes("{a: '*'}", "{a: ''}");
    no("{a: '*'}", "{b: x}");
    yes("{a: '\\*'}", "{a: '*'}");
    no("{a: '\\*'}", "{a: x}");
    yes("{a: '\\?'}", "{a: '?'}");
    no("{a: '\\?'}", "{a: x}");
    yes("{a: 'C:\\Windows'}", "{a: 'C:\\Windows'}");   /* a backslash before anything else is one */
    yes("{a: 'C:\\\\Windows'}", "{a: 'C:\\Windows'}"); /* and so are two */
    yes("{a: '\\\\\\\\server'}", "{a: '\\\\server'}");
    yes("{a: 'C:\\\\*'}", "{a: 'C:\\Windows'}"); /* \\* is a backslash and a wildcard */
    no("{a: 'C:\\\\*'}", "{a: 'C:Windows'}");
    yes("{a: 'C:\\\\\\*'}", "{a: 'C:\\*'}"); /* \\\* is a backslash and a star */
    no("{a: 'C:\\\\\\*'}", "{a: 'C:\\x'}");
    yes("{a|endswith: '\\'}", "{a: 'C:\\'}");
    yes("{a: 'C:\\*.exe'}", "{a: 'C:*.exe'}");
}

static void test_numbers_and_versions(void **state)
{
    (void)state;
    yes("{a: '0xc0000142'}", "{a: '0xC0000142'}");
    yes("{a: '0xc0000142'}", "{a: '3221225794'}");
    yes("{a: '0xc0000142'}", "{a: '-1073741502'}");
    yes("{a: '0xc0000142'}", "{a: c0000142}");
    yes("{a: '0xc0000142'}", "{a: '0x00000000C0000142'}");
    no("{a: '0xc0000142'}", "{a: '0xc0000143'}");
    no("{a: '0xc0000142'}", "{a: 'xc0000142'}");
    yes("{a: '0x116'}", "{a: '278'}");
    yes("{a: '0x116'}", "{a: '00000116'}");
    no("{a: '0x116'}", "{a: '116'}"); /* not eight digits: decimal */
    no("{a: '278'}", "{a: '0x116'}");
    yes("{a: '0xffffffffffffffff'}", "{a: '-1'}");
    yes("{a: '5.2'}", "{a: '5.2'}");
    yes("{a: '5.2'}", "{a: '5.2.0.0'}");
    no("{a: '5.2'}", "{a: '5.20'}");
    no("{a: '5'}", "{a: '5.0'}");
    yes("{a|lt: 10}", "{a: '9'}");
    no("{a|lt: 10}", "{a: '10'}");
    yes("{a|lte: 10}", "{a: '10'}");
    yes("{a|gt: 9}", "{a: '0x10'}");
    yes("{a|gte: '5.2'}", "{a: '10.0'}");
    yes("{a|gte: '5.2'}", "{a: '5.2.3790'}");
    no("{a|gt: '5.2'}", "{a: '5.2.0'}");
    yes("{a|lt: 0}", "{a: '-3'}");
    no("{a|lt: 10}", "{a: nine}");
    yes("{EventID|gte: 240, EventID|lt: 250}", "{EventID: 243}");
}

static void test_expressions(void **state)
{
    (void)state;
    yes("{a|re: '^W.*r$'}", "{a: 'Winlogon error'}");
    no("{a|re: '^w.*r$'}", "{a: 'Winlogon error'}"); /* re alone distinguishes case */
    yes("{a|re|i: '^w.*r$'}", "{a: 'Winlogon error'}");
    yes("{a|re: 'log'}", "{a: Winlogon}"); /* not anchored */
    yes("{a|re: ['^x', '^W']}", "{a: Winlogon}");
    yes("{a|re|all: ['^W', 'n$']}", "{a: Winlogon}");
    no("{a|re|all: ['^W', 'x$']}", "{a: Winlogon}");
    yes("{a|re: '(?m)^of$'}", "{a: \"line\\r\\nof\\r\\ntext\"}");
    yes("{a|re|i: '\xC3\x84'}", "{a: '\xC3\xA4'}"); /* with i, case is Unicode's */
}

static void test_conditions(void **state)
{
    static const char record[] = "{a: 1, b: 2}";

    (void)state;
    expect("{x: {a: 1}, y: {b: 3}, condition: x or y}", NULL, record, true);
    expect("{x: {a: 1}, y: {b: 3}, condition: x and y}", NULL, record, false);
    expect("{x: {a: 1}, y: {b: 3}, condition: x and not y}", NULL, record, true);
    expect("{x: {a: 1}, y: {b: 3}, condition: not x or y}", NULL, record, false);             /* not binds closest */
    expect("{x: {a: 1}, y: {b: 3}, z: {b: 2}, condition: z or x and y}", NULL, record, true); /* and before or */
    expect("{x: {a: 1}, y: {b: 3}, z: {b: 2}, condition: (z or x) and y}", NULL, record, false);
    expect("{x: {a: 1}, y: {b: 3}, condition: NOT (x AND y)}", NULL, record, true);
    expect("{x: {a: 1}, y: {b: 3}, condition: not not x and (not (y))}", NULL, record, true);
    expect("{sel_a: {a: 1}, sel_b: {b: 3}, condition: 1 of sel_*}", NULL, record, true);
    expect("{sel_a: {a: 1}, sel_b: {b: 3}, condition: all of sel_*}", NULL, record, false);
    expect("{sel_a: {a: 1}, sel_b: {b: 3}, condition: any of them}", NULL, record, true);
    expect("{sel_a: {a: 1}, sel_b: {b: 2}, condition: all of them}", NULL, record, true);
    expect("{sel_a: {a: 1}, _b: {b: 3}, condition: all of them and not _b}", NULL, record, true); /* them: without _ */
    expect("{sel_a: {a: 1}, f_b: {b: 2}, condition: 1 of sel* and not 1 of f*}", NULL, record, false);
    expect("{sel_a: {a: 1}, condition: all of *_a}", NULL, record, true);
    expect("{not_this: {a: 1}, condition: not_this}", NULL, record, true);
}

static void test_keywords(void **state)
{
    (void)state;
    yes("[desktop heap, other]", "{p1: 'a desktop heap allocation'}");
    no("[desktop heap]", "{p1: desktop, p2: heap}");
    yes("desktop", "{p1: x, p2: the desktop}");
    yes("{'|all': [desktop, heap]}", "{p1: desktop, p2: heap}");
    no("{'|all': [desktop, heap]}", "{p1: desktop}");
    yes("['allocation*failed']", "{p1: 'allocation has failed twice'}");
    /* In the message view keywords look into Message, and a record without one is not seen at all. */
    expect("{words: [heap], condition: words}", "message", "{Message: desktop heap, p1: x}", true);
    expect("{words: [heap], condition: words}", "message", "{Message: desktop, p1: heap}", false);
    expect("{s: {p1: heap}, condition: not s}", "message", "{p1: x}", false);
    expect("{s: {p1: heap}, condition: not s}", "message", "{p1: x, Message: y}", true);
}

static void test_providers(void **state)
{
    (void)state;
    yes("{Provider_Name: Win32k}", "{Provider_Name: Microsoft-Windows-Win32k}");
    yes("{Provider_Name: Microsoft-Windows-Winlogon}", "{Provider_Name: Winlogon}");
    yes("{Provider_Name: Service Control Manager}",
        "{Provider_Name: '{555908d1-a6d7-4695-8e1e-26931d2012f4}', EventSourceName: Service Control Manager}");
    yes("{Provider_Name|contains: kernel}", "{Provider_Name: Microsoft-Windows-Kernel-Power}");
    no("{Provider_Name: Kernel}", "{Provider_Name: Microsoft-Windows-Kernel-Power}");
    no("{Provider_Name: x}", "{EventID: 1}");
}

static void test_logsources(void **state)
{
    const struct logsource system = {.product = "windows", .service = "system"};
    const struct logsource applocker = {.service = "AppLocker"}, own = {.service = "Microsoft-Windows-Foo/Admin"};
    const struct logsource linux = {.product = "linux"}, crash = {.has_category = true, .category = CATEGORY_CRASH};
    const struct logsource message = {.has_category = true, .category = CATEGORY_MESSAGE};
    struct record event = {.category = CATEGORY_EVENT, .channel = TEXT("System")};
    struct record copy = {.category = CATEGORY_EVENT}, text = {.category = CATEGORY_MESSAGE};

    (void)state;
    assert_true(logsource_fits(&system, &event));
    assert_true(logsource_fits(&system, &copy)); /* a copy of an event names no log */
    assert_false(logsource_fits(&system, &text));
    assert_false(logsource_fits(&linux, &event));
    assert_false(logsource_fits(&crash, &event));
    assert_true(logsource_fits(&message, &event)); /* a view of every record */
    assert_true(logsource_fits(&message, &text));
    event.channel = TEXT("Microsoft-Windows-AppLocker/MSI and Script");
    assert_true(logsource_fits(&applocker, &event));
    assert_false(logsource_fits(&system, &event));
    assert_false(logsource_fits(&own, &event));
    event.channel = TEXT("microsoft-windows-foo/admin");
    assert_true(logsource_fits(&own, &event));
    assert_true(text_is(logsource_channel(&system), "System"));
    assert_true(text_is(logsource_channel(&own), "Microsoft-Windows-Foo/Admin"));
    assert_int_equal(logsource_channel(&crash).size, 0);
    assert_true(text_is(channel_of_service(TEXT("Sysmon")), "Microsoft-Windows-Sysmon/Operational"));
}

/* ---- captures ---- */

static void captures(const char *detection_text, const char *record_text, const char *expected)
{
    struct detection *detection = detection_of(detection_text, NULL);
    struct sample_record *sample = record_of(record_text);
    struct captures found = {.count = 0};
    struct buffer text = {0};

    buffer_add_string(&text, "");
    captures_set(&found, "old", TEXT("1"));
    captures_set(&found, "a", TEXT("old"));
    if (!detection_match(detection, matcher, &sample->record, &found))
        buffer_add_string(&text, "no match");
    for (size_t i = 0; i < found.count; i++)
        buffer_printf(&text, "%s%s=%.*s", text.size > 0 ? " " : "", found.items[i].name, (int)found.items[i].value.size,
                      found.items[i].value.data);
    assert_string_equal(text.data, expected);
    buffer_free(&text);
    record_free(sample);
    detection_free(detection);
}

static void test_captures(void **state)
{
    (void)state;
    captures("{s: {x|re: '(?P<a>[a-z]+)(?P<b>[0-9]*)'}, condition: s}", "{x: abc12}", "old=1 a=abc b=12");
    captures("{s: {x|re: '(?P<a>[a-z]+)(?P<b>[0-9]*)'}, condition: s}", "{x: abc}", "old=1 a=abc");
    captures("{s: {x: abc}, condition: s}", "{x: abc}", "old=1 a=old");
    /* What failed leaves nothing behind, and neither does what was denied. */
    captures("{s: [{x|re: '(?P<b>a)', y: 2}, {x|re: 'a(?P<c>b)'}], condition: s}", "{x: abc}", "old=1 a=old c=b");
    captures("{s: {x|re: '(?P<b>a)'}, t: {y: 1}, u: {x|re: '(?P<c>c)'}, condition: (s and t) or u}", "{x: abc}",
             "old=1 a=old c=c");
    captures("{s: {x|re: '(?P<b>z)'}, u: {x: abc}, condition: u and not s}", "{x: abc}", "old=1 a=old");
    captures("{s: {x|re: '(?P<b>a)'}, u: {x: z}, condition: not (not s) or u}", "{x: abc}", "old=1 a=old");
    /* All that held, and of several for one name the first. */
    captures("{s: {x|re: '(?P<b>a)'}, t: {x|re: '(?P<c>c)'}, condition: s or t}", "{x: abc}", "old=1 a=old b=a c=c");
    captures("{s: {x|re: '(?P<b>a)'}, t: {x|re: '(?P<b>c)'}, condition: s or t}", "{x: abc}", "old=1 a=old b=a");
    captures("{s: {x|re: '(?P<b>a)z|(?P<b>b)'}, condition: s}", "{x: abc}", "old=1 a=old b=b");
    captures("{s: {x|re: '(?P<b>.)2'}, condition: s}", "{x: [a1, b2, c2]}", "old=1 a=old b=b");
}

/* ---- what is known without a record ---- */

static void ids_are(const char *detection_text, const char *expected)
{
    struct detection *detection = detection_of(detection_text, NULL);
    uint32_t ids[8];
    size_t count = detection_event_ids(detection, ids, 8);
    struct buffer text = {0};

    buffer_add_string(&text, "");
    for (size_t i = 0; i < count; i++)
        buffer_printf(&text, "%s%u", i > 0 ? " " : "", ids[i]);
    buffer_printf(&text, ";%s", detection_provider(detection) != NULL ? detection_provider(detection) : "");
    assert_string_equal(text.data, expected);
    buffer_free(&text);
    detection_free(detection);
}

static void test_summary(void **state)
{
    (void)state;
    ids_are("{s: {EventID: 243, Provider_Name: Win32k}, condition: s}", "243;Win32k");
    ids_are("{s: {EventID: [51, 7, 11, 7], Provider_Name: [a, b]}, condition: s}", "7 11 51;");
    ids_are("{s: [{EventID: 7, Provider_Name: Disk}, {EventID: 8, Provider_Name: disk}], condition: s}", "7 8;disk");
    ids_are("{s: [{EventID: 7}, {Level: 2}], condition: s}", ";");
    ids_are("{s: {EventID: 7}, t: {EventID: [7, 9]}, condition: s and t}", "7;");
    ids_are("{s: {EventID: 7}, t: {EventID: 9, Provider_Name: x}, condition: s or t}", "7 9;");
    ids_are("{s: {EventID: 7, Provider_Name: x}, t: {EventID: 9}, condition: s and not t}", "7;x");
    ids_are("{s: {EventID: 7}, condition: not s}", ";");
    ids_are("{s: {EventID: '1*'}, condition: s}", ";");
    ids_are("{s: {EventID|gte: 7}, condition: s}", ";");
    ids_are("{s: {EventID: [1, 2, 3, 4, 5, 6, 7, 8, 9]}, condition: s}", ";"); /* more than there is room for */
    ids_are("{s: {EventID: '0x40000007'}, condition: s}", "1073741831;");
}

static bool proves(const char *detection_text, const char *key)
{
    struct detection *detection = detection_of(detection_text, "registry");
    enum registry_proof proof = detection_key_proof(detection, matcher, text_of(key));

    detection_free(detection);
    return proof == REGISTRY_PROVES;
}

static void test_registry_proof_of_values(void **state)
{
    static const char value[] =
        "{s: {Key|endswith: '\\Session Manager\\SubSystems', ValueName: Windows}, condition: s}";

    (void)state;
    assert_true(proves(value, "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\SubSystems"));
    assert_true(proves(value, "hklm\\system\\currentcontrolset\\control\\session manager\\subsystems"));
    assert_false(proves(value, "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager"));
    assert_false(proves(value, "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\SubSystems\\CSRSS"));
    assert_true(proves("{s: {Key: 'HKLM\\A\\B', Data|re: x}, t: {Data: y}, condition: s and not t}", "HKLM\\A\\B"));
    assert_true(
        proves("{s: {Key: 'HKU\\\\*\\Software\\B', ValueName: x}, condition: s}", "HKU\\S-1-5-18\\Software\\B"));
    assert_true(proves("{s: {Key|startswith: HKLM, Key|endswith: '\\A\\B', Type: x}, condition: s}", "HKLM\\A\\B"));
    assert_false(proves("{s: {Key|startswith: HKCU, Key|endswith: '\\A\\B', Type: x}, condition: s}", "HKLM\\A\\B"));
    /* No one place to look. */
    assert_false(proves("{s: {Key|contains: '\\A\\B', ValueName: x}, condition: s}", "HKLM\\A\\B"));
    assert_false(proves("{s: {Key|re: '\\\\A\\\\B$', ValueName: x}, condition: s}", "HKLM\\A\\B"));
    assert_false(proves("{s: {Key: 'HKLM\\A\\\\*', ValueName: x}, condition: s}", "HKLM\\A\\B"));
    assert_false(proves("{s: {Key|endswith: '\\B', ValueName: x}, condition: s}", "HKLM\\A\\B"));
    assert_false(proves("{s: {Key: ['HKLM\\A\\B', 'HKLM\\A\\C'], ValueName: x}, condition: s}", "HKLM\\A\\B"));
    assert_false(
        proves("{s: {Key: 'HKLM\\A\\B'}, t: {Key: 'HKLM\\A\\C'}, v: {ValueName: x}, condition: (s or t) and v}",
               "HKLM\\A\\B"));
    assert_false(proves("{s: {Key: 'HKLM\\A\\B'}, t: {ValueName: x}, condition: t and not s}", "HKLM\\A\\B"));
    assert_false(proves("{s: {ValueName: x}, condition: s}", "HKLM\\A\\B"));
    assert_false(proves("{s: [word], t: {Key: 'HKLM\\A\\B'}, condition: s and t}", "HKLM\\A\\B"));
}

static void test_registry_proof_of_keys(void **state)
{
    static const char contains[] = "{s: {Key|contains: '\\Microsoft\\SMS\\Client'}, condition: s}";
    static const char ends[] = "{s: {Key|endswith: '\\Services\\Foo'}, condition: s}";

    (void)state;
    assert_true(proves(contains, "HKLM\\SOFTWARE\\Microsoft\\SMS"));
    assert_false(proves(contains, "HKLM\\SOFTWARE\\Microsoft"));
    assert_false(proves(contains, "HKLM\\SOFTWARE\\Microsoft\\SMS\\Server"));
    assert_false(proves(contains, "HKLM\\SOFTWARE\\Microsoft\\SMS\\Client"));
    assert_true(proves(ends, "HKLM\\SYSTEM\\CurrentControlSet\\Services"));
    assert_false(proves(ends, "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Foo"));
    assert_false(proves(ends, "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Bar"));
    assert_true(proves("{s: {Key: 'HKLM\\A\\B'}, condition: s}", "HKLM\\A"));
    assert_true(proves("{s: {Key: '*\\A\\B*'}, condition: s}", "HKLM\\A"));
    assert_false(proves("{s: {Key|endswith: '\\Foo'}, condition: s}", "HKLM\\A"));
    assert_false(proves("{s: {Key|startswith: 'HKLM\\A'}, condition: s}", "HKLM"));
}

static void test_registry_texts(void **state)
{
    struct detection *detection = detection_of("{s: {Key|endswith: '\\A\\B', ValueName: x}, condition: s}", "registry");

    (void)state;
    assert_string_equal(detection_key_text(detection), "...\\A\\B");
    assert_false(detection_wants_key_only(detection));
    detection_free(detection);
    detection = detection_of("{s: {Key: 'HKLM\\A\\B'}, condition: s}", "registry");
    assert_string_equal(detection_key_text(detection), "HKLM\\A\\B");
    assert_true(detection_wants_key_only(detection));
    detection_free(detection);
    detection = detection_of("{s: {EventID: 1}, condition: s}", NULL);
    assert_null(detection_key_text(detection));
    detection_free(detection);
}

/* ---- what an event does without ---- */

static void decode_must_not_be_called(struct record *record)
{
    (void)record;
    fail_msg("decoded");
}

static void test_system_fields_first(void **state)
{
    struct detection *detection =
        detection_of("{s: {param1|re: x, Message|contains: y, EventID: 7}, condition: s}", NULL);
    struct record record = {
        .category = CATEGORY_EVENT, .event_id = 8, .has_event_id = true, .decode = decode_must_not_be_called};

    (void)state;
    assert_false(detection_match(detection, matcher, &record, NULL));
    detection_free(detection);
}

/* ---- mistakes ---- */

static void mistake(const char *yaml, const char *expected)
{
    struct diagnostics diagnostics = {0};
    struct logsource logsource = {.has_category = false};
    struct tree *tree = parsed(yaml, &diagnostics);
    struct detection *detection = detection_compile(tree, tree->root, &logsource, &compiled);
    struct buffer out = printed(&diagnostics);

    if (detection != NULL && diagnostics.errors > 0)
        fail_msg("compiled in spite of errors: %s", yaml);
    assert_string_equal(out.data, expected);
    detection_free(detection);
    buffer_free(&out);
    tree_free(tree);
    diagnostics_free(&diagnostics);
}

static void test_mistakes(void **state)
{
    (void)state;
    mistake("{sel: {a|base64: x}, condition: sel}",
            "error: unknown modifier `base64`\n"
            "  --> test.yml:1:10\n"
            "   | {sel: {a|base64: x}, condition: sel}\n"
            "   |          ^^^^^^ use contains, startswith, endswith, all, re, i, exists, lt, lte, gt or gte\n");
    mistake("{sel: {a: x}, condition: sel and (filter or sel)}",
            "error: the condition names a selection that is not there\n"
            "  --> test.yml:1:35\n"
            "   | {sel: {a: x}, condition: sel and (filter or sel)}\n"
            "   |                                   ^^^^^^ use sel\n");
    mistake("{sel: {a: x}, condition: 'sel and (sel'}",
            "error: a bracket is not closed\n"
            "  --> test.yml:1:39\n"
            "   | {sel: {a: x}, condition: 'sel and (sel'}\n"
            "   |                                       ^ close it with )\n");
    mistake("{sel: {a: x}, condition: sel sel}",
            "error: the condition does not go on like this\n"
            "  --> test.yml:1:30\n"
            "   | {sel: {a: x}, condition: sel sel}\n"
            "   |                              ^^^ use and, or, not and brackets\n");
    mistake("{sel: {a: x}, condition: 2 of sel*}", "error: unknown quantity before `of`\n"
                                                   "  --> test.yml:1:26\n"
                                                   "   | {sel: {a: x}, condition: 2 of sel*}\n"
                                                   "   |                          ^ use 1, any or all\n");
    mistake("{sel: {a: x}, condition: 1 of filter*}", "error: no selection has such a name\n"
                                                      "  --> test.yml:1:31\n"
                                                      "   | {sel: {a: x}, condition: 1 of filter*}\n"
                                                      "   |                               ^^^^^^^ name at least one\n");
    mistake("{sel: {a|re: 'it''s (open'}, condition: sel}",
            "error: the regular expression does not compile\n"
            "  --> test.yml:1:26\n"
            "   | {sel: {a|re: 'it''s (open'}, condition: sel}\n"
            "   |                          ^ missing closing parenthesis\n");
    mistake("{sel: {a|re: 'x**+*'}, condition: sel}",
            "error: the regular expression does not compile\n"
            "  --> test.yml:1:17\n"
            "   | {sel: {a|re: 'x**+*'}, condition: sel}\n"
            "   |                 ^ quantifier does not follow a repeatable item\n");
    mistake("{sel: {a|contains|endswith: x}, condition: sel}", "error: `contains` and `endswith` exclude each other\n"
                                                               "  --> test.yml:1:19\n"
                                                               "   | {sel: {a|contains|endswith: x}, condition: sel}\n"
                                                               "   |                   ^^^^^^^^ use one of them\n");
    mistake("{sel: {a|lt: many}, condition: sel}", "error: a number or a version is wanted here\n"
                                                   "  --> test.yml:1:14\n"
                                                   "   | {sel: {a|lt: many}, condition: sel}\n"
                                                   "   |              ^^^^ as in 512, 0x1f or 5.2\n");
    mistake("{sel: {a: x}, other: {a: y}, condition: sel}",
            "warning: the condition does not use the selection `other`\n"
            "  --> test.yml:1:15\n"
            "   | {sel: {a: x}, other: {a: y}, condition: sel}\n"
            "   |               ^^^^^ use it there or delete it\n");
    mistake("{sel: {a: x}}", "error: the detection has no condition\n"
                             "  --> test.yml:1:2\n"
                             "   | {sel: {a: x}}\n"
                             "   |  ^^^ add `condition: sel`\n");
    mistake("{sel: [{a: x}, b], condition: sel}", "error: a selection cannot mix maps and texts\n"
                                                  "  --> test.yml:1:16\n"
                                                  "   | {sel: [{a: x}, b], condition: sel}\n"
                                                  "   |                ^ make it all maps or all texts\n");
    mistake("{sel: {a|contains: ''}, condition: sel}", "error: a value is missing\n"
                                                       "  --> test.yml:1:20\n"
                                                       "   | {sel: {a|contains: ''}, condition: sel}\n"
                                                       "   |                    ^^\n");
}

static void test_doubts_about_keys(void **state)
{
    struct diagnostics diagnostics = {0};
    struct logsource logsource = {.has_category = true, .category = CATEGORY_REGISTRY};
    struct tree *tree = parsed("{s: {Key: 'HKU\\*\\Software', Valuename: x}, condition: s}", &diagnostics);
    struct detection *detection = detection_compile(tree, tree->root, &logsource, &compiled);
    struct buffer out = printed(&diagnostics);

    (void)state;
    assert_non_null(detection);
    assert_string_equal(
        out.data, "warning: `\\*` is the character * itself, which no key has\n"
                  "  --> test.yml:1:11\n"
                  "   | {s: {Key: 'HKU\\*\\Software', Valuename: x}, condition: s}\n"
                  "   |           ^^^^^^^^^^^^^^^^ write \\\\* for a backslash and a wildcard\n"
                  "warning: no registry record has a field `Valuename`\n"
                  "  --> test.yml:1:29\n"
                  "   | {s: {Key: 'HKU\\*\\Software', Valuename: x}, condition: s}\n"
                  "   |                             ^^^^^^^^^ use Key, ValueName, Type, Data, KeyTime, ControlSet, "
                  "Category, Source, Record, Line, Offset or Host; did you mean `ValueName`?\n");
    detection_free(detection);
    buffer_free(&out);
    tree_free(tree);
    diagnostics_free(&diagnostics);
}

static void test_depth(void **state)
{
    struct buffer deep = {0}, many = {0};
    struct diagnostics diagnostics = {0};
    struct logsource logsource = {.has_category = false};
    struct tree *tree;

    (void)state;
    buffer_add_string(&deep, "{s: {a: 1}, condition: '");
    buffer_add_string(&many, "{s: {a: 1}, condition: 's");
    for (int i = 0; i < 10000; i++) {
        buffer_add_string(&deep, i % 2 ? "not " : "(");
        buffer_add_string(&many, i % 2 ? " and s" : " or s");
    }
    buffer_add_string(&deep, "s'}");
    buffer_add_string(&many, "'}");
    tree = parsed(deep.data, &diagnostics);
    assert_null(detection_compile(tree, tree->root, &logsource, &compiled));
    assert_int_equal(diagnostics.count, 1);
    assert_string_equal(diagnostics.items[0].message, "the condition is nested too deep");
    expect(many.data, NULL, "{a: 1}", true); /* long is not deep */
    tree_free(tree);
    diagnostics_free(&diagnostics);
    buffer_free(&deep);
    buffer_free(&many);
}

/* ---- wildcards against a matcher too simple to be wrong ---- */

static bool naive(const char *pattern, const char *value)
{
    if (*pattern == '\0')
        return *value == '\0';
    if (*pattern == '*')
        return naive(pattern + 1, value) || (*value != '\0' && naive(pattern, value + 1));
    return *value != '\0' && (*pattern == '?' || *pattern == *value) && naive(pattern + 1, value + 1);
}

static uint32_t random_state = 1;

static uint32_t random_below(uint32_t bound)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % bound;
}

static void random_text(char *text, const char *letters, uint32_t most)
{
    uint32_t length = random_below(most + 1), count = (uint32_t)strlen(letters);

    for (uint32_t i = 0; i < length; i++)
        text[i] = letters[random_below(count)];
    text[length] = '\0';
}

static void test_wildcards_at_random(void **state)
{
    struct diagnostics diagnostics = {0};
    struct tree *tree = parsed("x", &diagnostics);

    (void)state;
    for (int i = 0; i < 50000; i++) {
        static const struct modifiers plain = {.way = COMPARE_EQUAL};
        char pattern[16], value[24];
        struct comparison comparison;
        struct arena arena = {NULL};
        struct node node = {.kind = NODE_SCALAR, .style = STYLE_SINGLE_QUOTED};

        random_text(pattern, "ab*?", 8);
        random_text(value, "ab", 12);
        node.text = text_of(pattern);
        assert_true(comparison_compile(tree, &node, &plain, &arena, &comparison));
        if (comparison_holds(&comparison, matcher, text_of(value), NULL) != naive(pattern, value))
            fail_msg("%s on %s", pattern, value);
        arena_free(&arena);
    }
    tree_free(tree);
    diagnostics_free(&diagnostics);
}

static int start(void **state)
{
    (void)state;
    matcher = matcher_new();
    return 0;
}

static int finish(void **state)
{
    (void)state;
    matcher_free(matcher);
    arena_free(&compiled);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_maps_and_lists),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_wildcards),
        cmocka_unit_test(test_wildcards_at_random),
        cmocka_unit_test(test_numbers_and_versions),
        cmocka_unit_test(test_expressions),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_keywords),
        cmocka_unit_test(test_providers),
        cmocka_unit_test(test_logsources),
        cmocka_unit_test(test_captures),
        cmocka_unit_test(test_summary),
        cmocka_unit_test(test_registry_proof_of_values),
        cmocka_unit_test(test_registry_proof_of_keys),
        cmocka_unit_test(test_registry_texts),
        cmocka_unit_test(test_system_fields_first),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_doubts_about_keys),
        cmocka_unit_test(test_depth),
    };

    return cmocka_run_group_tests_name("detection", tests, start, finish);
}
