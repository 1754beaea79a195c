/* Whether the absence of an item is proved, and what would have to be collected to prove it. */
#include <stdlib.h>

#include "diagnosis/evidence_parts.h"

const char *evidence_source_of(const struct evidence *evidence, struct arena *arena)
{
    if (evidence->from == FROM_SYMPTOM)
        return "the whole log in which the failures were logged";
    if (evidence->from == FROM_OTHER_SYMPTOM)
        return arena_printf(arena, "what shows \"%s\"", evidence->other_symptom->title);
    const struct logsource *logsource = &evidence->logsource;
    struct text channel = logsource_channel(logsource);
    if (channel.size != 0)
        return arena_printf(arena, "%.*s log", (int)channel.size, channel.data);
    enum category category = logsource->has_category ? logsource->category : CATEGORY_EVENT;
    switch (category) {
    case CATEGORY_REGISTRY: {
        const char *key = detection_key_text(evidence->detection);
        return key == NULL ? "registry export" : arena_printf(arena, "registry key %s", key);
    }
    case CATEGORY_CRASH:
        return "crash reports (Dr Watson log, Windows Error Reporting)";
    case CATEGORY_MESSAGE:
        return "the log or note with the message's text";
    case CATEGORY_FACT:
        return "the registry values that state the fact";
    default:
        return "event logs";
    }
}

static struct text below(struct buffer *out, struct text root, const char *middle, struct text pattern)
{
    buffer_clear(out);
    buffer_add_text(out, root);
    buffer_add_string(out, middle);
    buffer_add_text(out, pattern);
    return buffer_text(out);
}

static bool proves_key_or_parent(const struct evidence *evidence, struct matcher *matcher, struct text key)
{
    if (detection_key_proof(evidence->detection, matcher, key) == REGISTRY_PROVES)
        return true;
    size_t end = key.size;
    while (end > 0 && key.data[end - 1] != '\\')
        end--;
    return end > 1 && detection_wants_key_only(evidence->detection) &&
           detection_key_proof(evidence->detection, matcher, text_slice(key, 0, end - 1)) == REGISTRY_PROVES;
}

/* Whether a declared key with everything below it (`registry:SYSTEM` in a rule's test) would hold what the item looks
 * for. */
static bool declared_proves(const struct evidence *evidence, const struct evidence_context *context)
{
    const char *wanted = detection_key_text(evidence->detection);
    if (wanted == NULL)
        return false;
    struct text tail = text_of(wanted);
    while (tail.size > 0 && tail.data[0] != '\\' && !text_starts_nocase(tail, TEXT("HK")))
        tail = text_slice(tail, 1, tail.size);
    struct buffer key = {0};
    bool proves = false;
    for (size_t i = 0; i < context->declared->key_count && !proves; i++) {
        struct text root = text_of(context->declared->keys[i]);
        bool system = text_ends_nocase(root, TEXT("HKLM\\SYSTEM"));
        bool system_only =
            text_starts_nocase(tail, TEXT("\\Control\\")) || text_starts_nocase(tail, TEXT("\\Services\\"));
        size_t last = root.size;
        while (last > 0 && root.data[last - 1] != '\\')
            last--;
        struct text name =
            text_slice(root, last == 0 ? 0 : last - 1, root.size); /* "\SOFTWARE": the tail may begin with it */
        if (text_starts_nocase(tail, TEXT("HK")))
            proves = text_starts_nocase(tail, root) && proves_key_or_parent(evidence, context->matcher, tail);
        else if (system && system_only)
            proves = proves_key_or_parent(evidence, context->matcher, below(&key, root, "\\CurrentControlSet", tail));
        else if (text_starts_nocase(tail, name))
            proves = proves_key_or_parent(evidence, context->matcher,
                                          below(&key, text_slice(root, 0, root.size - name.size), "", tail));
        else if (!system_only)
            proves = proves_key_or_parent(evidence, context->matcher, below(&key, root, "", tail)) ||
                     text_ends_nocase(root, tail);
    }
    buffer_free(&key);
    return proves;
}

static bool windows_proved(const struct host_survey *host, struct text channel, const struct windows *windows,
                           struct arena *arena, const char **why)
{
    *why = "the time of the failures is not known";
    for (size_t i = 0; i < windows->placed; i++) {
        const struct window *window = &windows->items[i];
        struct stretch stretch = {window->has_from, !window->has_to, window->from,
                                  window->has_to ? window->to : window->last};
        if (!survey_proves_log(host, channel, &stretch, arena, why))
            return false;
    }
    return windows->placed != 0;
}

static bool last_record(const struct problem *problem, int64_t *last)
{
    bool found = false;
    for (size_t i = 0; i < problem->occurrences.placed; i++)
        if (!found || problem->occurrences.items[i].last > *last) {
            *last = problem->occurrences.items[i].last;
            found = true;
        }
    return found;
}

bool evidence_records_proved(const struct judged *item, const struct problem *problem, const struct windows *windows,
                             struct evidence_context *context, const char **why)
{
    const struct evidence *evidence = item->evidence;
    *why = "its pattern gave up on a record";
    if (harvest_gave_up(context->harvest, problem->host_index, item->detector))
        return false;
    struct text channel = logsource_channel(&evidence->logsource);
    enum category category = evidence->logsource.has_category ? evidence->logsource.category : CATEGORY_EVENT;
    if (category == CATEGORY_REGISTRY) {
        int64_t last = 0;
        bool has_last = last_record(problem, &last);
        if (harvest_proves_key(context->harvest, problem->host_index, item->detector, has_last, last) ||
            declared_proves(evidence, context)) {
            *why = item->others.count != 0 ? "the value is there, and another" : "the key was collected";
            return true;
        }
        *why = problem->host->has_registry ? "that key is not in what was collected" : "no registry was collected";
        return false;
    }
    *why = category == CATEGORY_CRASH || category == CATEGORY_FACT
               ? "its absence proves nothing"
               : "the rule names no log that would prove its absence";
    if (category == CATEGORY_CRASH || category == CATEGORY_FACT || channel.size == 0 ||
        !windows_proved(problem->host, channel, windows, context->arena, why))
        return false;
    *why = arena_printf(context->arena, "the %.*s log covers the time and has none", (int)channel.size, channel.data);
    return true;
}

bool evidence_has_source(const struct evidence *evidence, const struct host_survey *host)
{
    struct text channel = logsource_channel(&evidence->logsource);
    if (channel.size != 0) {
        const struct host_log *log = survey_log(host, channel);
        return log != NULL && log->part_count != 0;
    }
    switch (evidence->logsource.has_category ? evidence->logsource.category : CATEGORY_EVENT) {
    case CATEGORY_REGISTRY:
        return host->has_registry;
    case CATEGORY_CRASH:
        return host->has_crash;
    case CATEGORY_MESSAGE:
        return host->has_message;
    case CATEGORY_EVENT:
        return host->log_count != 0;
    default:
        return false;
    }
}

static bool input_proves(const struct problem *problem, size_t input, const struct occurrence *occurrence,
                         struct arena *arena)
{
    const char *why;
    struct stretch stretch = {true, false, occurrence->first, occurrence->last};
    for (size_t i = 0; i < problem->host->log_count; i++)
        for (size_t j = 0; j < problem->host->logs[i].part_count; j++) {
            const struct log_part *part = &problem->host->logs[i].parts[j];
            if (part->whole && (part->input == input || part->trace == NULL) &&
                survey_proves_log(problem->host, text_of(problem->host->logs[i].channel), &stretch, arena, &why))
                return true;
        }
    return false;
}

bool evidence_symptom_proved(const struct problem *problem, struct arena *arena)
{
    for (size_t i = 0; i < problem->hits.hit_count; i++)
        for (size_t j = 0; j < problem->occurrences.placed; j++)
            if (problem->hits.hits[i].time.basis != BASIS_UTC ||
                !input_proves(problem, problem->hits.hits[i].input, &problem->occurrences.items[j], arena))
                return false;
    return problem->occurrences.placed != 0;
}

bool evidence_can_prove(const struct evidence *evidence)
{
    if (evidence->from == FROM_SYMPTOM)
        return true;
    if (evidence->from == FROM_OTHER_SYMPTOM)
        return false;
    if (evidence->logsource.has_category && evidence->logsource.category == CATEGORY_REGISTRY)
        return detection_key_text(evidence->detection) != NULL;
    return logsource_channel(&evidence->logsource).size != 0;
}
