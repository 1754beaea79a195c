#include "rules/logsource.h"

#include <stddef.h>

/* Sigma's names (appendix "logsources"); a service may mean several channels. */
static const struct { const char *service, *channel; } services[] = {
    {"application", "Application"},
    {"security", "Security"},
    {"system", "System"},
    {"setup", "Setup"},
    {"applocker", "Microsoft-Windows-AppLocker/EXE and DLL"},
    {"applocker", "Microsoft-Windows-AppLocker/MSI and Script"},
    {"applocker", "Microsoft-Windows-AppLocker/Packaged app-Deployment"},
    {"applocker", "Microsoft-Windows-AppLocker/Packaged app-Execution"},
    {"appmodel-runtime", "Microsoft-Windows-AppModel-Runtime/Admin"},
    {"appxdeployment-server", "Microsoft-Windows-AppXDeploymentServer/Operational"},
    {"appxpackaging-om", "Microsoft-Windows-AppxPackaging/Operational"},
    {"bitlocker", "Microsoft-Windows-BitLocker/BitLocker Management"},
    {"bits-client", "Microsoft-Windows-Bits-Client/Operational"},
    {"capi2", "Microsoft-Windows-CAPI2/Operational"},
    {"certificateservicesclient-lifecycle-system",
     "Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational"},
    {"codeintegrity-operational", "Microsoft-Windows-CodeIntegrity/Operational"},
    {"dhcp", "Microsoft-Windows-DHCP-Server/Operational"},
    {"diagnosis-scripted", "Microsoft-Windows-Diagnosis-Scripted/Operational"},
    {"dns-client", "Microsoft-Windows-DNS Client Events/Operational"},
    {"dns-server", "DNS Server"},
    {"dns-server-analytic", "Microsoft-Windows-DNS-Server/Analytical"},
    {"dns-server-audit", "Microsoft-Windows-DNS-Server/Audit"},
    {"driver-framework", "Microsoft-Windows-DriverFrameworks-UserMode/Operational"},
    {"firewall-as", "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall"},
    {"hyper-v-worker", "Microsoft-Windows-Hyper-V-Worker"},
    {"iis-configuration", "Microsoft-IIS-Configuration/Operational"},
    {"kernel-event-tracing", "Microsoft-Windows-Kernel-EventTracing/Admin"},
    {"kernel-shimengine", "Microsoft-Windows-Kernel-ShimEngine/Operational"},
    {"kernel-shimengine", "Microsoft-Windows-Kernel-ShimEngine/Diagnostic"},
    {"ldap", "Microsoft-Windows-LDAP-Client/Debug"},
    {"lsa-server", "Microsoft-Windows-LSA/Operational"},
    {"msexchange-management", "MSExchange Management"},
    {"ntfs", "Microsoft-Windows-Ntfs/Operational"},
    {"ntlm", "Microsoft-Windows-NTLM/Operational"},
    {"openssh", "OpenSSH/Operational"},
    {"powershell", "Microsoft-Windows-PowerShell/Operational"},
    {"powershell", "PowerShellCore/Operational"},
    {"powershell-classic", "Windows PowerShell"},
    {"printservice-admin", "Microsoft-Windows-PrintService/Admin"},
    {"printservice-operational", "Microsoft-Windows-PrintService/Operational"},
    {"security-mitigations", "Microsoft-Windows-Security-Mitigations/Kernel Mode"},
    {"security-mitigations", "Microsoft-Windows-Security-Mitigations/User Mode"},
    {"sense", "Microsoft-Windows-SENSE/Operational"},
    {"servicebus-client", "Microsoft-ServiceBus-Client/Operational"},
    {"servicebus-client", "Microsoft-ServiceBus-Client/Admin"},
    {"shell-core", "Microsoft-Windows-Shell-Core/Operational"},
    {"smbclient-connectivity", "Microsoft-Windows-SmbClient/Connectivity"},
    {"smbclient-security", "Microsoft-Windows-SmbClient/Security"},
    {"smbserver-connectivity", "Microsoft-Windows-SMBServer/Connectivity"},
    {"sysmon", "Microsoft-Windows-Sysmon/Operational"},
    {"taskscheduler", "Microsoft-Windows-TaskScheduler/Operational"},
    {"terminalservices-localsessionmanager", "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational"},
    {"vhdmp", "Microsoft-Windows-VHDMP/Operational"},
    {"windefend", "Microsoft-Windows-Windows Defender/Operational"},
    {"wmi", "Microsoft-Windows-WMI-Activity/Operational"},
};
#define SERVICES (sizeof services / sizeof *services)

struct text channel_of_service(struct text service)
{
    for (size_t i = 0; i < SERVICES; i++)
        if (text_is_nocase(service, services[i].service))
            return text_of(services[i].channel);
    return service;
}

struct text logsource_channel(const struct logsource *logsource)
{
    return logsource->service != NULL ? channel_of_service(text_of(logsource->service)) : TEXT_NONE;
}

static bool service_fits(const char *service, struct text channel)
{
    bool known = false;

    for (size_t i = 0; i < SERVICES; i++) {
        if (!text_is_nocase(text_of(service), services[i].service))
            continue;
        if (text_is_nocase(channel, services[i].channel))
            return true;
        known = true;
    }
    return !known && text_is_nocase(channel, service);
}

bool logsource_fits(const struct logsource *logsource, const struct record *record)
{
    enum category category = logsource->has_category ? logsource->category : CATEGORY_EVENT;

    if (category != CATEGORY_MESSAGE && category != record->category)
        return false;
    if (logsource->product != NULL && !text_is(text_of(logsource->product), "windows"))
        return false;
    return logsource->service == NULL || record->channel.size == 0 || service_fits(logsource->service, record->channel);
}

/* ---- reading ---- */

static void read_category(struct reading *reading, const struct keyword *keyword, const struct node *value,
                          void *target)
{
    struct logsource *logsource = target;
    const char *names[CATEGORY_COUNT + 1] = {NULL};
    int word;

    for (size_t i = 0; i < CATEGORY_COUNT; i++)
        names[i] = category_names[i];
    word = schema_word(reading->tree, value, keyword->name, names);
    if (word < 0)
        return;
    logsource->has_category = true;
    logsource->category = (enum category)word;
}

static void read_product(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    struct logsource *logsource = target;

    (void)keyword;
    logsource->product = schema_text(reading, value);
    if (logsource->product == NULL)
        return;
    for (char *c = logsource->product; *c != '\0'; c++)
        *c = text_lower_char(*c);
    if (!text_is(text_of(logsource->product), "windows"))
        tree_warning(reading->tree, value, "only `windows` is read here", "no record is from the product `%s`",
                     logsource->product);
}

static const struct keyword logsource_keywords[] = {
    {.name = "category", .read = read_category},
    {.name = "product", .read = read_product},
    {.name = "service", .read = read_sentence, .offset = offsetof(struct logsource, service)},
    {.name = NULL},
};

void read_logsource(struct reading *reading, const struct keyword *keyword, const struct node *value, void *target)
{
    struct logsource *logsource = (struct logsource *)(void *)((char *)target + keyword->offset);

    schema_read(reading, value, "a logsource", logsource_keywords, logsource);
    if (node_is(value, NODE_MAP) && value->count == 0)
        tree_error(reading->tree, value, "as in {product: windows, service: system}", "the logsource says nothing");
    if (logsource->service != NULL && logsource->has_category &&
        (logsource->category == CATEGORY_REGISTRY || logsource->category == CATEGORY_FACT))
        tree_error(reading->tree, tree_get(value, "service"), "leave it out",
                   "a log's name does not go with the category %s", category_names[logsource->category]);
}
