#include "records/derive_parts.h"

/*
 * Modules that are in a crash's path whoever is to blame, without path and extension, in lower case; a `*` at the end
 * stands for any rest. One table for all sources of crashes.
 */
static const char *const generic_modules[] = {
    /* kernel, hardware layer, subsystem */
    "nt", "ntoskrnl", "ntkrnlmp", "ntkrnlpa", "ntkrpamp", "ntkrla57", "hal", "halacpi", "halaacpi", "halmacpi",
    "halmps", "win32k", "win32kbase", "win32kfull", "ci", "clfs", "cng", "ksecdd", "securekernel", "hvix64", "hvax64",
    "intelppm", "amdppm", "processr",
    /* frameworks that call or are called by somebody else's driver */
    "acpi", "classpnp", "disk", "dxgkrnl", "dxgmms1", "dxgmms2", "fltmgr", "ks", "mup", "ndis", "netio", "partmgr",
    "pci", "portcls", "scsiport", "storport", "tcpip", "usbport", "usbhub", "usbhub3", "usbxhci", "ucx01000",
    "verifier", "verifierext", "videoprt", "volmgr", "volsnap", "watchdog", "wdf01000", "wdfldr",
    /* subsystem DLLs: every call of a program goes through them */
    "ntdll", "kernel32", "kernelbase", "user32", "win32u", "gdi32", "gdi32full", "advapi32", "sechost", "rpcrt4",
    "combase", "ole32", "oleaut32", "wow64", "wow64cpu", "wow64win", "ntvdm", "werfault", "wer", "faultrep",
    "dbghelp", "api-ms-win-*", "ext-ms-win-*",
    /* runtimes */
    "msvcrt*", "msvcr*", "msvcp*", "vcruntime*", "ucrtbase*", "mfc*", "clr", "clrjit", "coreclr", "mscorlib*",
    "mscorwks", "mscorsvr", "mscoree*", "system.private.corelib*", "jvm",
    /* what stands where no module is known */
    "unknown*", "stackhash_*", "memory_corruption", "heap_corruption", "pool_corruption", "raw_code", "hardware*",
    "genuineintel", "authenticamd", "hungapp", "analysis_inconclusive", "corrupt_module_list", "0.0.0.0",
};

/* The last part of the path, without one of the extensions that modules have. */
static struct text bare_name(struct text module)
{
    static const char *const extensions[] = {".dll", ".sys", ".exe", ".dbg", ".ni"};

    module = text_trim(module);
    for (size_t i = module.size; i > 0; i--) {
        if (module.data[i - 1] == '\\' || module.data[i - 1] == '/') {
            module = text_slice(module, i, module.size);
            break;
        }
    }
    for (size_t i = 0; i < sizeof(extensions) / sizeof(*extensions); i++) {
        struct text extension = text_of(extensions[i]);

        if (text_ends_nocase(module, extension))
            module = text_slice(module, 0, module.size - extension.size);
    }
    return module;
}

bool crash_module_is_generic(struct text module)
{
    struct text name = bare_name(module);

    if (name.size == 0)
        return true;
    for (size_t i = 0; i < sizeof(generic_modules) / sizeof(*generic_modules); i++) {
        struct text generic = text_of(generic_modules[i]);

        if (generic.data[generic.size - 1] == '*'
                ? text_starts_nocase(name, text_slice(generic, 0, generic.size - 1))
                : text_equal_nocase(name, generic))
            return true;
    }
    return false;
}

/* The module of a line of a stack: `fffff880 nt!KeBugCheckEx+0x1e`, `nvlddmkm+0x12ab`, `ntdll.dll`. TEXT_NONE: it has
 * none. */
static struct text frame_module(struct text frame)
{
    size_t end = text_find_char(frame, '!'), start;

    if (end == TEXT_NOT_FOUND)
        end = text_find(frame, TEXT("+0x"));
    if (end == TEXT_NOT_FOUND) {
        frame = text_trim(frame);
        if (text_find_char(frame, ' ') != TEXT_NOT_FOUND || text_find_char(frame, '.') == TEXT_NOT_FOUND)
            return TEXT_NONE;
        return frame;
    }
    start = end;
    while (start > 0 && frame.data[start - 1] != ' ' && frame.data[start - 1] != '\t')
        start--;
    return text_slice(frame, start, end);
}

void crash_add_culprit(struct text module, struct text stack, struct field_list *fields)
{
    struct text frame;

    if (!crash_module_is_generic(module)) {
        field_list_add(fields, TEXT("Culprit"), text_trim(module));
        return;
    }
    while (text_next(&stack, '\n', &frame)) {
        module = frame_module(frame);
        if (!crash_module_is_generic(module)) {
            field_list_add(fields, TEXT("Culprit"), module);
            return;
        }
    }
}
