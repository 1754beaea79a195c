#include "records/names.h"

#include <stddef.h>

/*
 * One source, several names: what Windows 2000 to 2003 wrote (and what Event Viewer still shows, from EventSourceName),
 * then what newer versions write, without their `Microsoft-Windows-`.
 */
#define NAMES_OF_ONE 3
#define NAME(literal) {literal, sizeof(literal) - 1}
static const struct text providers[][NAMES_OF_ONE] = {
    {NAME("BugCheck"), NAME("WER-SystemErrorReporting"), NAME("Save Dump")},
    {NAME("CertSvc"), NAME("CertificationAuthority")},
    {NAME("COM+"), NAME("Complus")},
    {NAME("DCOM"), NAME("DistributedCOM")},
    {NAME("Dhcp"), NAME("Dhcp-Client")},
    {NAME("DNS"), NAME("DNS-Server-Service")},
    {NAME("HTTP"), NAME("HttpEvent")},
    {NAME("Kerberos"), NAME("Security-Kerberos")},
    {NAME("Software Protection Platform Service"), NAME("Security-SPP")},
    {NAME("TermService"), NAME("TerminalServices-RemoteConnectionManager")},
    {NAME("TermServDevices"), NAME("TerminalServices-Printers")},
    {NAME("W32Time"), NAME("Time-Service")},
    {NAME("W3SVC"), NAME("IIS-W3SVC")},
    {NAME("Windows Search Service"), NAME("Search")},
    {NAME("Windows Update Agent"), NAME("WindowsUpdateClient")},
    {NAME("WinMgmt"), NAME("WMI")},
};

static struct text without_vendor(struct text name)
{
    struct text vendor = TEXT("Microsoft-Windows-");

    if (text_starts_nocase(name, vendor) && name.size > vendor.size)
        return text_slice(name, vendor.size, name.size);
    return name;
}

static bool is_name_of(const struct text names[NAMES_OF_ONE], struct text name)
{
    for (size_t i = 0; i < NAMES_OF_ONE; i++)
        if (names[i].size == name.size && text_equal_nocase(names[i], name))
            return name.size > 0;
    return false;
}

bool provider_same(struct text a, struct text b)
{
    a = without_vendor(a);
    b = without_vendor(b);
    if (text_equal_nocase(a, b))
        return a.size > 0;
    for (size_t i = 0; i < sizeof(providers) / sizeof(*providers); i++)
        if (is_name_of(providers[i], a))
            return is_name_of(providers[i], b);
    return false;
}

/*
 * The order of the strings of classic events is that of the %1, %2, ... in the provider's message file; where newer
 * versions of Windows name them, these are the names. EventLog 6008, 6009 and 6013 have no names to this day and are
 * not listed.
 *
 * `total`: the layout holds for events with exactly that many strings; 0: for any number. A popup's second string is
 * named Message by newer versions; here it stays Data[2], because Message is the whole text.
 */
struct data_names {
    const char *provider;
    uint32_t first_id, last_id;
    size_t total;
    const char *const *names;    /* ends in NULL */
};

static const char *const application_error_xp[] = {
    "AppName", "AppVersion", "ModuleName", "ModuleVersion", "FaultingOffset", NULL,
};
static const char *const application_error[] = {
    "AppName", "AppVersion", "AppTimeStamp", "ModuleName", "ModuleVersion", "ModuleTimeStamp", "ExceptionCode",
    "FaultingOffset", "ProcessId", "ProcessCreationTime", "AppPath", "ModulePath", "IntegratorReportId",
    "PackageFullName", "PackageRelativeAppId", NULL,
};
static const char *const application_hang[] = {
    "AppName", "AppVersion", "ProcessId", "StartTime", "TerminationTime", "ExeFileName", "ReportId",
    "PackageFullName", "PackageRelativeAppId", "HangType", NULL,
};
static const char *const error_report[] = {
    "Bucket", "BucketType", "EventName", "Response", "CabId",
    "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10",
    "AttachedFiles", "StorePath", "AnalysisSymbol", "Rechecking",
    "ReportId", "ReportStatus", "HashedBucket", "CabGuid", NULL,
};
static const char *const bugcheck_xp[] = {
    "BugcheckCode", "BugcheckParameter1", "BugcheckParameter2", "BugcheckParameter3", "BugcheckParameter4", NULL,
};
static const char *const popup[] = {"Caption", NULL};
static const char *const numbered[] = {
    "param1", "param2", "param3", "param4", "param5", "param6", "param7", "param8", "param9", "param10", NULL,
};
static const char *const new_service[] = {
    "ServiceName", "ImagePath", "ServiceType", "StartType", "AccountName", NULL,
};

static const struct data_names data_names[] = {
    {"Application Error", 1000, 1000, 5, application_error_xp},
    {"Application Error", 1000, 1000, 0, application_error},
    {"Application Hang", 1002, 1002, 5, application_error_xp},
    {"Application Hang", 1002, 1002, 0, application_hang},
    {"Application Popup", 26, 26, 0, popup},
    {"BugCheck", 1001, 1001, 0, numbered},
    {"DCOM", 10000, 10028, 0, numbered},
    {"Service Control Manager", 7045, 7045, 0, new_service},
    {"Service Control Manager", 7000, 7046, 0, numbered},
    {"System Error", 1003, 1003, 0, bugcheck_xp},
    {"User32", 1074, 1076, 0, numbered},
    {"Windows Error Reporting", 1001, 1001, 0, error_report},
};

const char *event_data_name(struct text provider, uint32_t event_id, size_t position, size_t total)
{
    for (size_t i = 0; i < sizeof(data_names) / sizeof(*data_names); i++) {
        const struct data_names *row = &data_names[i];

        if (event_id < row->first_id || event_id > row->last_id || (row->total > 0 && row->total != total) ||
            !provider_same(provider, text_of(row->provider)))
            continue;
        for (size_t k = 0; row->names[k] && position > 0; k++)
            if (k == position - 1)
                return row->names[k];
        return NULL;
    }
    return NULL;
}
