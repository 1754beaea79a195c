#include "records/names.h"

#include <stddef.h>

/*
 * One source, several names: what Windows 2000 to 2003 wrote (and what Event Viewer still shows, from EventSourceName), then what
 * newer versions write. A leading `Microsoft-Windows-` need not be listed.
 */
#define NAMES_OF_ONE 4
static const char *const providers[][NAMES_OF_ONE] = {
    {"BugCheck", "Microsoft-Windows-WER-SystemErrorReporting", "Save Dump"},
    {"CertSvc", "Microsoft-Windows-CertificationAuthority"},
    {"COM+", "Microsoft-Windows-Complus"},
    {"DCOM", "Microsoft-Windows-DistributedCOM"},
    {"Dhcp", "Microsoft-Windows-Dhcp-Client"},
    {"DNS", "Microsoft-Windows-DNS-Server-Service"},
    {"HTTP", "Microsoft-Windows-HttpEvent"},
    {"Kerberos", "Microsoft-Windows-Security-Kerberos"},
    {"Software Protection Platform Service", "Microsoft-Windows-Security-SPP"},
    {"TermService", "Microsoft-Windows-TerminalServices-RemoteConnectionManager"},
    {"TermServDevices", "Microsoft-Windows-TerminalServices-Printers"},
    {"W32Time", "Microsoft-Windows-Time-Service"},
    {"W3SVC", "Microsoft-Windows-IIS-W3SVC"},
    {"Windows Search Service", "Microsoft-Windows-Search"},
    {"Windows Update Agent", "Microsoft-Windows-WindowsUpdateClient"},
    {"WinMgmt", "Microsoft-Windows-WMI"},
};

static struct text without_vendor(struct text name)
{
    struct text vendor = TEXT("Microsoft-Windows-");

    if (text_starts_nocase(name, vendor) && name.size > vendor.size)
        return text_slice(name, vendor.size, name.size);
    return name;
}

bool provider_same(struct text a, struct text b)
{
    a = without_vendor(a);
    b = without_vendor(b);
    if (text_equal_nocase(a, b))
        return a.size > 0;
    for (size_t i = 0; i < sizeof(providers) / sizeof(*providers); i++) {
        bool has_a = false, has_b = false;

        for (size_t k = 0; k < NAMES_OF_ONE && providers[i][k]; k++) {
            struct text name = without_vendor(text_of(providers[i][k]));

            has_a = has_a || text_equal_nocase(name, a);
            has_b = has_b || text_equal_nocase(name, b);
        }
        if (has_a && has_b)
            return true;
    }
    return false;
}

/*
 * The order of the strings of classic events is that of the %1, %2, ... in the provider's message file; where newer versions of
 * Windows name them, these are the names. EventLog 6008, 6009 and 6013 have no names to this day and are not listed.
 *
 * `total`: the layout holds for events with exactly that many strings; 0: for any number. A popup's second string is named Message
 * by newer versions; here it stays Data[2], because Message is the whole text.
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
    "AppName",         "AppVersion",    "AppTimeStamp",        "ModuleName", "ModuleVersion",
    "ModuleTimeStamp", "ExceptionCode", "FaultingOffset",      "ProcessId",  "ProcessCreationTime",
    "AppPath",         "ModulePath",    "IntegratorReportId",  "PackageFullName",
    "PackageRelativeAppId", NULL,
};
static const char *const application_hang[] = {
    "AppName",  "AppVersion",      "ProcessId",            "StartTime", "TerminationTime", "ExeFileName",
    "ReportId", "PackageFullName", "PackageRelativeAppId", "HangType",  NULL,
};
static const char *const error_report[] = {
    "Bucket", "BucketType", "EventName", "Response", "CabId", "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10",
    "AttachedFiles", "StorePath", "AnalysisSymbol", "Rechecking", "ReportId", "ReportStatus", "HashedBucket", "CabGuid", NULL,
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
