#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "records/derive.h"
#include "records/derive_parts.h"

/* Keeps what comes out, one line a record: the category, `@` and the record number, then the fields. */
struct collector {
    struct sink sink;            /* first */
    struct buffer lines;
};

static void collect(struct sink *sink, struct record *record)
{
    struct buffer *lines = &((struct collector *)sink)->lines;
    size_t count;
    const struct field *fields = record_fields(record, &count);

    buffer_printf(lines, "%s@%u", category_names[record->category], (unsigned)record->at.record);
    for (size_t i = 0; i < count; i++) {
        buffer_add_char(lines, ' ');
        buffer_add_text(lines, fields[i].name);
        buffer_add_char(lines, '=');
        buffer_add_text(lines, fields[i].value);
    }
    buffer_add_char(lines, '\n');
}

static void collect_note(struct sink *sink, const char *remark)
{
    buffer_printf(&((struct collector *)sink)->lines, "note %s\n", remark);
}

#define FIELDS_MAX 40

/* A record with fields given as `name=value` texts, which end in NULL. */
struct made {
    struct record record;
    struct field fields[FIELDS_MAX];
};

static struct made make(enum category category, unsigned number, const char *const *fields)
{
    struct made made = {.record = {.category = category, .at.record = number}};

    for (; *fields; fields++) {
        struct text name, rest = text_of(*fields);

        assert_true(text_next(&rest, '=', &name));
        made.fields[made.record.field_count++] = (struct field){name, rest};
    }
    return made;
}

static struct made make_event(const char *provider, uint32_t id, unsigned number, const char *const *fields)
{
    struct made made = make(CATEGORY_EVENT, number, fields);

    made.record.provider = text_of(provider);
    made.record.event_id = id;
    made.record.has_event_id = true;
    made.record.computer = TEXT("SRV1");
    made.record.time = (struct moment){(int64_t)number * TICKS_PER_SECOND, BASIS_UTC};
    return made;
}

struct run {
    struct collector collector;
    struct derive *derive;
};

static void begin(struct run *run)
{
    *run = (struct run){.collector.sink = {.record = collect, .note = collect_note}};
    run->derive = derive_new(&run->collector.sink);
}

static void put(struct run *run, struct made made)
{
    made.record.fields = made.fields;
    sink_record(derive_sink(run->derive), &made.record);
}

/* What came out but for the records that were put in: those of `category`. */
static void assert_lines(struct run *run, enum category category, const char *expected)
{
    struct text rest, line;
    struct buffer kept = {0};

    derive_end(run->derive);
    derive_free(run->derive);
    rest = buffer_text(&run->collector.lines);
    buffer_add_string(&kept, "");
    while (text_next(&rest, '\n', &line)) {
        if (text_starts(line, text_of(category_names[category])) || text_starts(line, TEXT("note"))) {
            buffer_add_text(&kept, line);
            buffer_add_char(&kept, '\n');
        }
    }
    assert_string_equal(kept.data, expected);
    buffer_free(&kept);
    buffer_free(&run->collector.lines);
}

#define FIELDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* The crash that one event gives, without its time and computer, which are always the same. */
static void assert_crash(const char *provider, uint32_t id, const char *const *fields, const char *expected)
{
    struct run run;
    struct buffer line = {0};

    begin(&run);
    put(&run, make_event(provider, id, 1, fields));
    buffer_add_string(&line, "");
    if (expected)
        buffer_printf(&line, "crash@1 %s TimeCreated=1601-01-01T00:00:01Z Computer=SRV1\n", expected);
    assert_lines(&run, CATEGORY_CRASH, line.data);
    buffer_free(&line);
}

/* ---- crashes ---- */

static void a_fault_of_windows_vista_and_later(void **state)
{
    (void)state;
    assert_crash(
        "Application Error", 1000,
        FIELDS("AppName=mmc.exe", "AppVersion=6.1.7600.16385", "AppTimeStamp=4a5bc808", "ModuleName=snapin.dll",
               "ModuleVersion=1.2.3.4", "ModuleTimeStamp=4a5bdf2a", "ExceptionCode=C0000005",
               "FaultingOffset=000000000001AbCd", "ProcessId=1a2c"),
        "Process=mmc.exe ProcessVersion=6.1.7600.16385 Module=snapin.dll ModuleVersion=1.2.3.4 Culprit=snapin.dll "
        "ExceptionCode=0xc0000005 Offset=0x1abcd");
}

static void a_fault_of_windows_xp(void **state)
{
    (void)state;
    assert_crash("Application Error", 1000,
                 FIELDS("AppName=iexplore.exe", "AppVersion=6.0.2900.2180", "ModuleName=toolbar.dll",
                        "ModuleVersion=1.0.0.1", "FaultingOffset=00010b1d"),
                 "Process=iexplore.exe ProcessVersion=6.0.2900.2180 Module=toolbar.dll ModuleVersion=1.0.0.1 "
                 "Culprit=toolbar.dll "
                 "Offset=0x10b1d");
}

static void a_fault_in_a_generic_module_has_no_culprit(void **state)
{
    (void)state;
    assert_crash(
        "Application Error", 1000,
        FIELDS("AppName=a.exe", "AppVersion=1.0", "ModuleName=KERNELBASE.dll", "ModuleVersion=10.0.1",
               "ExceptionCode=e0434352"),
        "Process=a.exe ProcessVersion=1.0 Module=KERNELBASE.dll ModuleVersion=10.0.1 ExceptionCode=0xe0434352");
}

static void a_copied_fault_has_only_its_message(void **state)
{
    (void)state;
    assert_crash(
        "Application Error", 1000,
        FIELDS("Message=Faulting application name: a.exe, version: 10.1605.1606.6002, time stamp: 0x5755acef\r\n"
               "Faulting module name: b.dll, version: 10.0.14393.1198, time stamp: 0x5902836c\r\nException code: "
               "0xc000027b\r\n"
               "Fault offset: 0x00000000006d5eab\r\nFaulting process id: 0x29c4"),
        "Process=a.exe ProcessVersion=10.1605.1606.6002 Module=b.dll ModuleVersion=10.0.14393.1198 Culprit=b.dll "
        "ExceptionCode=0xc000027b Offset=0x6d5eab");
    /* on one line */
    assert_crash("Application Error", 1000,
                 FIELDS("Message=Faulting application name: a b.exe, version: 1.0.0.0, time stamp: 0x5755acef Faulting "
                        "module name: "
                        "ntdll.dll, version: 10.0.1, time stamp: 0x5902836c Exception code: 0xc0000374 Fault offset: "
                        "0x0f Faulting"),
                 "Process=a b.exe ProcessVersion=1.0.0.0 Module=ntdll.dll ModuleVersion=10.0.1 "
                 "ExceptionCode=0xc0000374 Offset=0xf");
    assert_crash("Application Error", 1000,
                 FIELDS("Message=Faulting application outlook.exe, version 10.0.2616.0, faulting module mso.dll, "
                        "version 10.0.2625.0, "
                        "fault address 0x00006ff9."),
                 "Process=outlook.exe ProcessVersion=10.0.2616.0 Module=mso.dll ModuleVersion=10.0.2625.0 "
                 "Culprit=mso.dll Offset=0x6ff9");
    assert_crash("Application Error", 1000, FIELDS("Message=Faulting application without the rest"), NULL);
}

static void hangs(void **state)
{
    (void)state;
    assert_crash("Application Hang", 1002,
                 FIELDS("AppName=explorer.exe", "AppVersion=6.1.7601", "ProcessId=e0c", "HangType=Unknown"),
                 "Process=explorer.exe ProcessVersion=6.1.7601");
    assert_crash(
        "Application Hang", 1002,
        FIELDS(
            "Message=The program explorer.exe version 6.1.7601.17567 stopped interacting with Windows and was closed."),
        "Process=explorer.exe ProcessVersion=6.1.7601.17567");
    assert_crash("Application Hang", 1002,
                 FIELDS("Message=Hanging application a.exe, version 1.0.0.0, hang module hungapp, version 0.0.0.0, "
                        "hang address 0x0."),
                 "Process=a.exe ProcessVersion=1.0.0.0 Module=hungapp");
}

static void an_error_report_is_read_by_its_event_name(void **state)
{
    (void)state;
    assert_crash("Windows Error Reporting", 1001,
                 FIELDS("Bucket=1170829425", "BucketType=1", "EventName=APPCRASH", "P1=a.exe", "P2=1.0", "P3=4a5b",
                        "P4=b.dll", "P5=2.0", "P6=4a5c", "P7=c0000005", "P8=00012345"),
                 "Process=a.exe ProcessVersion=1.0 Module=b.dll ModuleVersion=2.0 Culprit=b.dll "
                 "ExceptionCode=0xc0000005 Offset=0x12345 "
                 "FailureBucket=1170829425");
    /* BEX has offset and code the other way round */
    assert_crash(
        "Windows Error Reporting", 1001,
        FIELDS("EventName=BEX64", "P1=a.exe", "P2=1.0", "P3=4a5b", "P4=StackHash_1dc2", "P5=0.0.0.0", "P6=00000000",
               "P7=PCH_10", "P8=c0000005", "P9=00000008"),
        "Process=a.exe ProcessVersion=1.0 Module=StackHash_1dc2 ModuleVersion=0.0.0.0 ExceptionCode=0xc0000005");
    assert_crash("Windows Error Reporting", 1001,
                 FIELDS("EventName=MoAppCrash", "P1=Pkg_1.0_x64", "P2=a.exe", "P3=1.0", "P4=4a5b", "P5=b.dll", "P6=2.0",
                        "P7=4a5c", "P8=c000027b", "P9=0001"),
                 "Process=a.exe ProcessVersion=1.0 Module=b.dll ModuleVersion=2.0 Culprit=b.dll "
                 "ExceptionCode=0xc000027b Offset=0x1");
    assert_crash("Windows Error Reporting", 1001,
                 FIELDS("EventName=AppHangB1", "P1=a.exe", "P2=1.0", "P4=bc35", "P5=0"),
                 "Process=a.exe ProcessVersion=1.0");
    assert_crash("Windows Error Reporting", 1001,
                 FIELDS("Bucket=0x133_DPC_nt!KeTick", "EventName=BlueScreen", "P1=133", "P2=0", "P3=501", "P4=500",
                        "P5=fffff8024A6FB320"),
                 "BugcheckCode=0x133 BugcheckParameter1=0x0 BugcheckParameter2=0x501 BugcheckParameter3=0x500 "
                 "BugcheckParameter4=0xfffff8024a6fb320 FailureBucket=0x133_DPC_nt!KeTick");
    assert_crash("Windows Error Reporting", 1001, FIELDS("EventName=WindowsUpdateFailure3", "P1=7.6", "P2=80240016"),
                 NULL);
}

static void a_copied_error_report_has_only_its_message(void **state)
{
    (void)state;
    assert_crash(
        "Windows Error Reporting", 1001,
        FIELDS("Message=Fault bucket 50, type 5\r\nEvent Name: APPCRASH\r\nResponse: Not available\r\nCab Id: 0\r\n\r\n"
               "Problem signature:\r\nP1: a.exe\r\nP2: 1.0\r\nP3: 4a5b\r\nP4: b.dll\r\nP5: 2.0\r\nP6: 4a5c\r\nP7: "
               "c0000005\r\n"
               "P8: 00012345\r\nP9: \r\nP10: \r\n\r\nAttached files:"),
        "Process=a.exe ProcessVersion=1.0 Module=b.dll ModuleVersion=2.0 Culprit=b.dll ExceptionCode=0xc0000005 "
        "Offset=0x12345 "
        "FailureBucket=50");
    assert_crash(
        "Windows Error Reporting", 1001,
        FIELDS("Message=Fault bucket , type 0 Event Name: APPCRASH Response: Not available Cab Id: 0 Problem "
               "signature: P1: a b.exe "
               "P2: 1.0 P3: 4a5b P4: b.dll P5: 2.0 P6: 4a5c P7: c0000005 P8: 00012345 P9: P10: Attached files:"),
        "Process=a b.exe ProcessVersion=1.0 Module=b.dll ModuleVersion=2.0 Culprit=b.dll ExceptionCode=0xc0000005 "
        "Offset=0x12345");
}

static void a_bugcheck_is_known_by_its_tuple(void **state)
{
    static const char expected[] =
        "BugcheckCode=0x7e BugcheckParameter1=0xffffffffc0000005 BugcheckParameter2=0xfffff80002a8e6c2 "
        "BugcheckParameter3=0x0 BugcheckParameter4=0xfffff880031a7f80";

    (void)state;
    assert_crash(
        "Microsoft-Windows-WER-SystemErrorReporting", 1001,
        FIELDS("param1=0x0000007e (0xffffffffc0000005, 0xfffff80002a8e6c2, 0x0000000000000000, 0xfffff880031a7f80)",
               "param2=C:\\Windows\\MEMORY.DMP", "param3=121115-9093-01"),
        expected);
    assert_crash(
        "Save Dump", 1001,
        FIELDS("Message=The computer has rebooted from a bugcheck.  The bugcheck was: 0x1000007e (0xffffffffc0000005, "
               "0xfffff80002a8e6c2, 0x0000000000000000, 0xfffff880031a7f80). A dump (of memory) was saved in: C:\\x."),
        expected);
    assert_crash("BugCheck", 1001,
                 FIELDS("Message=(0x1, 0x2, 0x3, 0x4) 12 (0x1, 0x2, 0x3, 0x4) 0x1 (0x1, 0x2, 0x3) 0x2 (a,b"), NULL);
    assert_crash("System Error", 1003,
                 FIELDS("BugcheckCode=1000008e", "BugcheckParameter1=c0000005", "BugcheckParameter2=bf8012ab",
                        "BugcheckParameter3=0", "BugcheckParameter4=00000000"),
                 "BugcheckCode=0x8e BugcheckParameter1=0xc0000005 BugcheckParameter2=0xbf8012ab BugcheckParameter3=0x0 "
                 "BugcheckParameter4=0x0");
}

static void kernel_power_counts_in_decimal_and_zero_is_no_crash(void **state)
{
    (void)state;
    assert_crash(
        "Microsoft-Windows-Kernel-Power", 41,
        FIELDS("BugcheckCode=278", "BugcheckParameter1=0xFFFFFA800A1B2C3D", "BugcheckParameter2=0x0",
               "BugcheckParameter3=0x0", "BugcheckParameter4=0x0"),
        "BugcheckCode=0x116 BugcheckParameter1=0xfffffa800a1b2c3d BugcheckParameter2=0x0 BugcheckParameter3=0x0 "
        "BugcheckParameter4=0x0");
    assert_crash("Microsoft-Windows-Kernel-Power", 41, FIELDS("BugcheckCode=0", "BugcheckParameter1=0x0"), NULL);
    assert_crash("Microsoft-Windows-WindowsUpdateClient", 41, FIELDS("BugcheckCode=278"), NULL);
    assert_crash("EventLog", 6008, FIELDS("Data[1]=12:50:29 PM"), NULL);
}

static void many_brackets_are_no_trap(void **state)
{
    struct buffer message = {0};
    struct run run;
    struct made made;

    (void)state;
    buffer_add_string(&message, "Message=");
    for (size_t i = 0; i < 100000; i++)
        buffer_add_string(&message, "0x1 (0x2");
    made = make_event("BugCheck", 1001, 1, FIELDS(message.data));
    begin(&run);
    put(&run, made);
    buffer_free(&message);
    assert_lines(&run, CATEGORY_CRASH, "");
}

static void the_culprit_of_a_crash_is_its_module_or_stands_in_its_stack(void **state)
{
    struct run run;

    (void)state;
    begin(&run);
    put(&run,
        make(CATEGORY_CRASH, 1,
             FIELDS("Module=nt", "BugcheckCode=0x50", "Stack=nt!KeBugCheckEx\nfffff880 hal!HalX+0x1\nbad.sys+0x12")));
    put(&run, make(CATEGORY_CRASH, 2, FIELDS("Process=a.exe", "Module=C:\\x\\plugin.dll", "Offset=0x1")));
    put(&run, make(CATEGORY_CRASH, 3, FIELDS("Module=ntoskrnl.exe", "BugcheckCode=0x1")));
    put(&run, make(CATEGORY_CRASH, 4, FIELDS("Module=nt", "Culprit=known.sys")));
    put(&run, make(CATEGORY_CRASH, 5, FIELDS("Process=a.exe", "ExceptionCode=0xc0000005")));
    assert_lines(&run, CATEGORY_CRASH,
                 "crash@1 Module=nt Culprit=bad.sys BugcheckCode=0x50 Stack=nt!KeBugCheckEx\n"
                 "crash@2 Process=a.exe Module=C:\\x\\plugin.dll Culprit=C:\\x\\plugin.dll Offset=0x1\n"
                 "crash@3 Module=ntoskrnl.exe BugcheckCode=0x1\n"
                 "crash@4 Module=nt Culprit=known.sys\n"
                 "crash@5 Process=a.exe ExceptionCode=0xc0000005\n");
}

static void generic_modules_are_known_however_they_are_written(void **state)
{
    static const char *const generic[] = {"nt",         "NTDLL.DLL",      "C:\\Windows\\system32\\KERNELBASE.dll",
                                          "win32k.sys", "MSVCR100.dll",   "",
                                          "pci.sys",    "StackHash_0a9e", "memory_corruption",
                                          "unknown",    "ucrtbase.dll",   "dll\\ntdll.dbg"};
    static const char *const special[] = {"ntfs.sys", "nvlddmkm.sys", "plugin.dll",
                                          "halo.exe", "notepad.exe",  "store.dbg"};

    (void)state;
    for (size_t i = 0; i < sizeof(generic) / sizeof(*generic); i++)
        assert_true(crash_module_is_generic(text_of(generic[i])));
    for (size_t i = 0; i < sizeof(special) / sizeof(*special); i++)
        assert_false(crash_module_is_generic(text_of(special[i])));
}

/* ---- facts ---- */

static void put_value(struct run *run, unsigned number, const char *key, const char *name, const char *data)
{
    struct buffer fields[3] = {{0}, {0}, {0}};

    buffer_printf(&fields[0], "Key=%s", key);
    buffer_printf(&fields[1], "ValueName=%s", name);
    buffer_printf(&fields[2], "Data=%s", data);
    put(run, make(CATEGORY_REGISTRY, number, FIELDS(fields[0].data, fields[1].data, fields[2].data, "ControlSet=1")));
    for (size_t i = 0; i < 3; i++)
        buffer_free(&fields[i]);
}

static const char version_key[] = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion";

static void the_version_of_windows_10_stands_in_two_numbers(void **state)
{
    struct run run;

    (void)state;
    begin(&run);
    put_value(&run, 1, version_key, "CurrentVersion", "6.3");
    put_value(&run, 2, version_key, "CurrentBuild", "19045");
    put_value(&run, 3, version_key, "CurrentMajorVersionNumber", "10");
    put_value(&run, 4, version_key, "CurrentMinorVersionNumber", "0");
    put_value(&run, 5, version_key, "ProductName", "Windows 10 Pro");
    put_value(&run, 6, version_key, "EditionID", "Professional");
    assert_lines(
        &run, CATEGORY_FACT,
        "fact@3 os.version=10.0\nfact@2 os.build=19045\nfact@3 os.service_pack=0\nfact@5 os.product=Windows 10 Pro\n");
}

static void older_versions_have_one_text(void **state)
{
    struct run run;

    (void)state;
    begin(&run);
    put_value(&run, 1, version_key, "CurrentVersion", "5.2");
    put_value(&run, 2, version_key, "CurrentBuild", "1.511.1 () (Obsolete data - do not use)");
    put_value(&run, 3, version_key, "CurrentBuildNumber", "3790");
    put_value(&run, 4, version_key, "CSDVersion", "Service Pack 2");
    assert_lines(&run, CATEGORY_FACT, "fact@1 os.version=5.2\nfact@3 os.build=3790\nfact@4 os.service_pack=2\n");
}

static void windows_11_calls_itself_10(void **state)
{
    struct run run;

    (void)state;
    begin(&run);
    put_value(&run, 1, "HKLM\\OFFLINE\\Microsoft\\Windows NT\\CurrentVersion", "CurrentVersion", "6.3");
    put_value(&run, 2, "HKLM\\OFFLINE\\Microsoft\\Windows NT\\CurrentVersion", "CurrentBuildNumber", "22631");
    put_value(&run, 3, "HKLM\\OFFLINE\\Microsoft\\Windows NT\\CurrentVersion", "ProductName", "Windows 10 Pro");
    assert_lines(&run, CATEGORY_FACT,
                 "fact@1 os.version=10.0\nfact@2 os.build=22631\nfact@1 os.service_pack=0\n"
                 "fact@3 os.product=Windows 10 Pro (by its build 22631: Windows 11)\n");
}

static void other_keys_of_that_name_state_nothing(void **state)
{
    struct run run;

    (void)state;
    begin(&run);
    put_value(&run, 1, "HKCU\\Software\\Microsoft\\Windows NT\\CurrentVersion", "CurrentVersion", "5.2");
    put_value(&run, 2, "HKLM\\SOFTWARE\\WOW6432Node\\Microsoft\\Windows NT\\CurrentVersion", "CurrentVersion", "5.2");
    put_value(&run, 3, "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion", "CurrentVersion", "5.2");
    put_value(&run, 4, "HKU\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ComputerName", "ComputerName", "SRV1");
    assert_lines(&run, CATEGORY_FACT, "");
}

static void the_system_hive_states_one_fact_a_value(void **state)
{
    struct run run;

    (void)state;
    begin(&run);
    put_value(&run, 1, "HKLM\\SYSTEM\\Select", "Current", "2");
    put_value(&run, 2, "HKLM\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ComputerName", "ComputerName", "SRV1");
    put_value(&run, 3, "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Windows", "CSDVersion", "512");
    put_value(&run, 4, "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment",
              "PROCESSOR_ARCHITECTURE", "AMD64");
    assert_lines(&run, CATEGORY_FACT,
                 "fact@1 registry.current_control_set=2\nfact@2 host.name=SRV1 ControlSet=1\nfact@3 os.service_pack=2 "
                 "ControlSet=1\n"
                 "fact@4 os.arch=x64 ControlSet=1\n");
}

static const char zone_key[] = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\TimeZoneInformation";

static void the_time_zone_has_its_weekday_last(void **state)
{
    struct run run;

    (void)state;
    begin(&run);
    put_value(&run, 1, zone_key, "Bias", "4294967236");
    put_value(&run, 2, zone_key, "StandardBias", "0");
    put_value(&run, 3, zone_key, "StandardStart", "00000a00050003000000000000000000");
    put_value(&run, 4, zone_key, "DaylightBias", "4294967236");
    put_value(&run, 5, zone_key, "DaylightStart", "00000300050002000000000000000000");
    put_value(&run, 6, zone_key, "ActiveTimeBias", "4294967176");
    assert_lines(&run, CATEGORY_FACT,
                 "fact@1 host.timezone=bias=-60 standard=0:10/5/0 03:00 daylight=-60:3/5/0 02:00 ControlSet=1\n");
}

static void summer_time_that_is_off_has_no_rules(void **state)
{
    struct run run;

    (void)state;
    begin(&run);
    put_value(&run, 1, zone_key, "Bias", "300");
    put_value(&run, 2, zone_key, "DaylightBias", "4294967236");
    put_value(&run, 3, zone_key, "StandardStart", "00000b00010002000000000000000000");
    put_value(&run, 4, zone_key, "DaylightStart", "00000300020002000000000000000000");
    put_value(&run, 5, zone_key, "DynamicDaylightTimeDisabled", "1");
    assert_lines(&run, CATEGORY_FACT, "fact@1 host.timezone=bias=300 standard=0 daylight=-60 ControlSet=1\n");
}

static void half_a_time_zone_is_none(void **state)
{
    struct run run;

    (void)state;
    begin(&run);
    put_value(&run, 1, zone_key, "Bias", "4294967236");
    put_value(&run, 2, zone_key, "ActiveTimeBias", "4294967176"); /* summer time, and nothing says until when */
    assert_lines(&run, CATEGORY_FACT, "");
    begin(&run);
    put_value(&run, 1, zone_key, "Bias", "4294967236");
    put_value(&run, 2, zone_key, "StandardStart", "00000a00090003000000000000000000");
    assert_lines(&run, CATEGORY_FACT, "");
    begin(&run);
    put_value(&run, 1, zone_key, "Bias", "99999");
    assert_lines(&run, CATEGORY_FACT, "");
}

static void each_start_states_the_version_and_the_latest_counts(void **state)
{
    struct run run;

    (void)state;
    begin(&run);
    put(&run,
        make_event("EventLog", 6009, 9,
                   FIELDS("Data[1]=5.02.", "Data[2]=3790", "Data[3]=Service Pack 2", "Data[4]=Multiprocessor Free")));
    put(&run,
        make_event("EventLog", 6009, 4,
                   FIELDS("Data[1]=5.02.", "Data[2]=3790", "Data[3]=Service Pack 1", "Data[4]=Multiprocessor Free")));
    assert_lines(&run, CATEGORY_FACT,
                 "fact@9 os.version=5.2\nfact@9 os.build=3790\nfact@9 os.service_pack=2\n"
                 "note os.service_pack changes within this input; the latest, 2, counts\n");
}

static void assert_start(const char *const *fields, const char *version, const char *build, const char *pack)
{
    struct run run;
    struct buffer expected = {0};

    begin(&run);
    put(&run, make_event("EventLog", 6009, 1, fields));
    buffer_printf(&expected, "fact@1 os.version=%s\nfact@1 os.build=%s\nfact@1 os.service_pack=%s\n", version, build,
                  pack);
    assert_lines(&run, CATEGORY_FACT, expected.data);
    buffer_free(&expected);
}

static void a_start_is_read_in_all_its_forms(void **state)
{
    (void)state;
    assert_start(FIELDS("Message=10.00. 19041  Multiprocessor Free 0", "Data[1]=10.00.", "Data[2]=19041",
                        "Data[3]=", "Data[4]=Multiprocessor Free"),
                 "10.0", "19041", "0");
    assert_start(FIELDS("Message=Microsoft (R) Windows (R) 5.02. 3790 Service Pack 2 Multiprocessor Free."), "5.2",
                 "3790", "2");
    assert_start(FIELDS("Message=Microsoft (R) Windows 2000 (R) 5.0 2195 Service Pack 4 Uniprocessor Free."), "5.0",
                 "2195", "4");
    assert_start(FIELDS("Data[1]=Microsoft (R) Windows NT (R) 4.0 1381 Service Pack 6a Uniprocessor Free."), "4.0",
                 "1381", "6");
    assert_start(FIELDS("Message=Microsoft (R) Windows (R) 6.01. 7601 Service Pack 1 Multiprocessor Free."), "6.1",
                 "7601", "1");
}

static void dr_watson_states_the_system(void **state)
{
    struct run run;

    (void)state;
    begin(&run);
    put(&run, make(CATEGORY_CRASH, 1,
                   FIELDS("Process=a.exe", "Module=a.exe", "ComputerName=WKS7", "WindowsVersion=4.0",
                          "CurrentBuild=1381", "ServicePack=None", "ProcessorType=x86 Family 6 Model 5 Stepping 2")));
    assert_lines(&run, CATEGORY_FACT,
                 "fact@1 host.name=WKS7\nfact@1 os.version=4.0\nfact@1 os.build=1381\nfact@1 os.service_pack=0\nfact@1 "
                 "os.arch=x86\n");
}

static void everything_else_is_passed_on(void **state)
{
    struct run run;

    (void)state;
    begin(&run);
    put(&run, make(CATEGORY_MESSAGE, 1, FIELDS("Message=text")));
    put(&run, make_event("Disk", 11, 2, FIELDS("Message=controller error")));
    sink_note(derive_sink(run.derive), "a %s", "remark");
    derive_end(run.derive);
    derive_free(run.derive);
    assert_string_equal(run.collector.lines.data,
                        "message@1 Message=text\nevent@2 Message=controller error\nnote a remark\n");
    buffer_free(&run.collector.lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_of_windows_vista_and_later),
        cmocka_unit_test(a_fault_of_windows_xp),
        cmocka_unit_test(a_fault_in_a_generic_module_has_no_culprit),
        cmocka_unit_test(a_copied_fault_has_only_its_message),
        cmocka_unit_test(hangs),
        cmocka_unit_test(an_error_report_is_read_by_its_event_name),
        cmocka_unit_test(a_copied_error_report_has_only_its_message),
        cmocka_unit_test(a_bugcheck_is_known_by_its_tuple),
        cmocka_unit_test(kernel_power_counts_in_decimal_and_zero_is_no_crash),
        cmocka_unit_test(many_brackets_are_no_trap),
        cmocka_unit_test(the_culprit_of_a_crash_is_its_module_or_stands_in_its_stack),
        cmocka_unit_test(generic_modules_are_known_however_they_are_written),
        cmocka_unit_test(the_version_of_windows_10_stands_in_two_numbers),
        cmocka_unit_test(older_versions_have_one_text),
        cmocka_unit_test(windows_11_calls_itself_10),
        cmocka_unit_test(other_keys_of_that_name_state_nothing),
        cmocka_unit_test(the_system_hive_states_one_fact_a_value),
        cmocka_unit_test(the_time_zone_has_its_weekday_last),
        cmocka_unit_test(summer_time_that_is_off_has_no_rules),
        cmocka_unit_test(half_a_time_zone_is_none),
        cmocka_unit_test(each_start_states_the_version_and_the_latest_counts),
        cmocka_unit_test(a_start_is_read_in_all_its_forms),
        cmocka_unit_test(dr_watson_states_the_system),
        cmocka_unit_test(everything_else_is_passed_on),
    };

    return cmocka_run_group_tests_name("derive", tests, NULL, NULL);
}
