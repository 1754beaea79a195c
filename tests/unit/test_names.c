#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "records/names.h"

static void assert_same(const char *a, const char *b, bool same)
{
    assert_int_equal(provider_same(text_of(a), text_of(b)), same);
    assert_int_equal(provider_same(text_of(b), text_of(a)), same);
}

static void providers_are_the_same_under_all_their_names(void **state)
{
    (void)state;
    assert_same("Disk", "disk", true);
    assert_same("Kernel-Power", "Microsoft-Windows-Kernel-Power", true);
    assert_same("DCOM", "Microsoft-Windows-DistributedCOM", true);
    assert_same("DCOM", "DistributedCOM", true);
    assert_same("BugCheck", "Microsoft-Windows-WER-SystemErrorReporting", true);
    assert_same("Save Dump", "BugCheck", true);
    assert_same("Service Control Manager", "service control manager", true);
}

static void other_providers_are_others(void **state)
{
    (void)state;
    assert_same("Disk", "cdrom", false);
    assert_same("DCOM", "DNS", false);
    assert_same("", "", false);
    assert_same("", "Microsoft-Windows-", false);
    assert_same("Application Error", "Application Hang", false);
    assert_same("Microsoft-Windows-Ntfs", "Microsoft-Windows-Ntfs-UBPM", false);
}

static void assert_name(const char *provider, uint32_t id, size_t position, size_t total, const char *name)
{
    const char *got = event_data_name(text_of(provider), id, position, total);

    if (name)
        assert_string_equal(got, name);
    else
        assert_null(got);
}

static void data_is_named_by_its_position(void **state)
{
    (void)state;
    assert_name("Application Error", 1000, 1, 13, "AppName");
    assert_name("Application Error", 1000, 7, 13, "ExceptionCode");
    assert_name("Application Error", 1000, 8, 10, "FaultingOffset");
    assert_name("Application Error", 1000, 15, 15, "PackageRelativeAppId");
    assert_name("Application Hang", 1002, 6, 9, "ExeFileName");
    assert_name("Windows Error Reporting", 1001, 3, 22, "EventName");
    assert_name("Windows Error Reporting", 1001, 6, 22, "P1");
    assert_name("Windows Error Reporting", 1001, 15, 22, "P10");
    assert_name("Service Control Manager", 7031, 5, 5, "param5");
    assert_name("Service Control Manager", 7045, 1, 5, "ServiceName");
    assert_name("BugCheck", 1001, 1, 3, "param1");
    assert_name("Microsoft-Windows-WER-SystemErrorReporting", 1001, 2, 3, "param2");
}

static void windows_xp_has_five_strings_of_a_fault(void **state)
{
    (void)state;
    assert_name("Application Error", 1000, 3, 5, "ModuleName");
    assert_name("Application Error", 1000, 5, 5, "FaultingOffset");
    assert_name("Application Hang", 1002, 3, 5, "ModuleName");
}

static void what_has_no_name_gets_none(void **state)
{
    (void)state;
    assert_name("Application Error", 1000, 16, 16, NULL);
    assert_name("Application Error", 1000, 0, 15, NULL);
    assert_name("Application Error", 1001, 1, 1, NULL);
    assert_name("EventLog", 6009, 1, 5, NULL);
    assert_name("Application Popup", 26, 1, 2, "Caption");
    assert_name("Application Popup", 26, 2, 2, NULL); /* Message is the whole text */
    assert_name("MsiInstaller", 1001, 1, 5, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(providers_are_the_same_under_all_their_names),
        cmocka_unit_test(other_providers_are_others),
        cmocka_unit_test(data_is_named_by_its_position),
        cmocka_unit_test(windows_xp_has_five_strings_of_a_fault),
        cmocka_unit_test(what_has_no_name_gets_none),
    };

    return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
