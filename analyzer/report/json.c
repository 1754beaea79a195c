/*
 * The JSON report: DESIGN "Commands" names the keys and their order, report.schema.json describes each. What is not
 * known is null, an empty list is [], and no key is ever left out.
 */
#include "base/json.h"

#include <stdio.h>

#include <expat.h>
#include <libevtx/features.h>
#undef LIBEVTX_HAVE_BFIO /* parsers/evtx_child.c says why */
#include <libevtx.h>
#include <nettle/version.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <yaml.h>

#include "base/version.h"
#include "report/report.h"

static void write_moment(struct json *json, const char *key, struct moment moment)
{
    char text[MOMENT_TEXT];
    json_member(json, key, moment.basis == BASIS_NONE ? NULL : moment_print(moment, text));
}

static void write_named(struct json *json, const char *key, const char *name)
{
    json_member(json, key, name && *name ? name : NULL);
}

static void write_number_or_null(struct json *json, const char *key, bool known, uint64_t number)
{
    json_key(json, key);
    if (known)
        json_unsigned(json, number);
    else
        json_null(json);
}

static void write_fixed(struct json *json, const char *key, int scaled, unsigned decimals)
{
    json_key(json, key);
    json_fixed(json, scaled, decimals);
}

static void write_bool(struct json *json, const char *key, bool value)
{
    json_key(json, key);
    json_bool(json, value);
}

static void write_list(struct json *json, const char *key, char *const *items, size_t count)
{
    json_key(json, key);
    json_array(json);
    for (size_t i = 0; i < count; i++)
        json_string(json, items[i]);
    json_end_array(json);
}

static void write_input(struct json *json, const struct input *input)
{
    json_member(json, "input", input ? input->path : NULL);
}

static void write_values(struct json *json, const char *key, const struct named_values *values, size_t count)
{
    json_key(json, key);
    json_object(json);
    for (size_t i = 0; i < count; i++)
        write_list(json, values[i].name, values[i].values.items, values[i].values.count);
    json_end_object(json);
}

/* Which libraries read the inputs, as they are at run time: a reviewer must be able to repeat the reading. */
static void write_libraries(struct json *json)
{
    char pcre2[64] = "", nettle[32];

    pcre2_config(PCRE2_CONFIG_VERSION, pcre2);
    snprintf(nettle, sizeof(nettle), "%d.%d", nettle_version_major(), nettle_version_minor());
    json_key(json, "libraries");
    json_object(json);
    json_member(json, "libevtx", libevtx_get_version());
    json_member(json, "expat", XML_ExpatVersion());
    json_member(json, "pcre2", pcre2);
    json_member(json, "libyaml", yaml_get_version_string());
    json_member(json, "nettle", nettle);
    json_end_object(json);
}

static void write_rules(struct json *json, const struct findings *findings)
{
    const struct rule_set *rules = findings->rules;

    json_key(json, "rules");
    json_object(json);
    json_member_unsigned(json, "loaded", rules->rule_count);
    json_member(json, "digest", rules->digest);
    json_member(json, "constants", constants_digest);
    json_key(json, "skipped");
    json_array(json);
    for (size_t i = 0; i < rules->skipped_count; i++) {
        json_object(json);
        json_member(json, "file", rules->skipped[i].file);
        json_member(json, "reason", rules->skipped[i].reason);
        json_end_object(json);
    }
    json_end_array(json);
    json_key(json, "gave_up");
    json_array(json);
    for (size_t i = 0; i < findings->gave_up_count; i++) {
        json_object(json);
        json_member(json, "id", findings->gave_up[i].id);
        write_input(json, findings->gave_up[i].input);
        json_member_unsigned(json, "record", findings->gave_up[i].record);
        json_end_object(json);
    }
    json_end_array(json);
    json_end_object(json);
}

static void write_times(struct json *json, const struct findings *findings)
{
    json_key(json, "times");
    json_object(json);
    json_member(json, "zone", "UTC");
    json_key(json, "converted");
    json_array(json);
    for (size_t i = 0; i < findings->converted_count; i++) {
        json_object(json);
        write_input(json, findings->converted[i].input);
        json_member(json, "zone", findings->converted[i].zone);
        json_member(json, "from", findings->converted[i].from);
        json_end_object(json);
    }
    json_end_array(json);
    json_key(json, "unknown");
    json_array(json);
    for (size_t i = 0; i < findings->unknown_zone_count; i++)
        json_string(json, findings->unknown_zone[i]->path);
    json_end_array(json);
    json_end_object(json);
}

static void write_inventory(struct json *json, const struct bundle *bundle)
{
    json_key(json, "inputs");
    json_array(json);
    for (size_t i = 0; i < bundle->input_count; i++) {
        const struct input *input = bundle->inputs[i];
        json_object(json);
        json_member(json, "path", input->path);
        json_member(json, "kind", input->kind);
        json_member_unsigned(json, "bytes", input->bytes);
        write_named(json, "sha256", input->sha256);
        json_member(json, "status", input_status_words[input->status]);
        json_member_unsigned(json, "records", input->records);
        json_member_unsigned(json, "lost", input->lost);
        write_moment(json, "first", input->first);
        write_moment(json, "last", input->last);
        write_list(json, "notes", input->notes, input->note_count);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_fact(struct json *json, const struct finding_fact *fact)
{
    json_object(json);
    json_member(json, "name", fact->name);
    json_member(json, "value", fact->value);
    write_input(json, fact->input);
    write_number_or_null(json, "record", fact->input != NULL, fact->at.record);
    write_number_or_null(json, "line", fact->at.line > 0, fact->at.line);
    write_bool(json, "conflict", fact->conflict);
    json_end_object(json);
}

static void write_log(struct json *json, const struct finding_log *log)
{
    char text[MOMENT_TEXT];

    json_object(json);
    json_member(json, "channel", log->channel);
    write_moment(json, "first", log->first);
    write_moment(json, "last", log->last);
    json_member_unsigned(json, "records", log->records);
    write_bool(json, "complete", log->complete);
    json_key(json, "cleared");
    json_array(json);
    for (size_t i = 0; i < log->cleared_count; i++)
        json_string(json, moment_print(log->cleared[i], text));
    json_end_array(json);
    json_key(json, "gaps");
    json_array(json);
    for (size_t i = 0; i < log->gap_count; i++) {
        json_object(json);
        json_member_unsigned(json, "from", log->gaps[i].from);
        json_member_unsigned(json, "to", log->gaps[i].to);
        write_moment(json, "after", log->gaps[i].after);
        write_moment(json, "before", log->gaps[i].before);
        json_end_object(json);
    }
    json_end_array(json);
    json_end_object(json);
}

static void write_hosts(struct json *json, const struct findings *findings)
{
    json_key(json, "hosts");
    json_array(json);
    for (size_t i = 0; i < findings->host_count; i++) {
        const struct finding_host *host = &findings->hosts[i];
        json_object(json);
        write_named(json, "name", host->name);
        write_list(json, "former_names", host->former_names.items, host->former_names.count);
        json_key(json, "facts");
        json_array(json);
        for (size_t f = 0; f < host->fact_count; f++)
            write_fact(json, &host->facts[f]);
        json_end_array(json);
        json_key(json, "logs");
        json_array(json);
        for (size_t l = 0; l < host->log_count; l++)
            write_log(json, &host->logs[l]);
        json_end_array(json);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_places(struct json *json, const struct place *places, size_t count)
{
    json_key(json, "found");
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        const struct place *place = &places[i];
        json_object(json);
        write_input(json, place->input);
        json_member_unsigned(json, "record", place->at.record);
        write_number_or_null(json, "offset", place->at.has_offset, place->at.offset);
        write_number_or_null(json, "line", place->at.line > 0, place->at.line);
        write_moment(json, "time", place->time);
        json_member(json, "zone",
                    place->time.basis == BASIS_UTC     ? "UTC"
                    : place->time.basis == BASIS_LOCAL ? "unknown"
                                                      : NULL);
        json_member(json, "text", place->text);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_ledger(struct json *json, const struct finding_cause *cause)
{
    json_key(json, "ledger");
    json_array(json);
    for (size_t i = 0; i < cause->ledger_count; i++) {
        const struct ledger_row *row = &cause->ledger[i];
        json_object(json);
        json_member(json, "id", row->id);
        json_member(json, "title", row->title);
        json_member(json, "status", evidence_status_words[row->status]);
        write_fixed(json, "db", row->db, 1);
        write_named(json, "why", row->why);
        write_values(json, "values", row->values, row->value_count);
        json_member_unsigned(json, "count", row->count);
        write_moment(json, "first", row->first);
        write_moment(json, "last", row->last);
        write_places(json, row->found, row->found_count);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_cause(struct json *json, const struct finding_cause *cause)
{
    json_object(json);
    json_member_unsigned(json, "rank", cause->rank);
    json_member(json, "id", cause->cause->full_id);
    json_member(json, "title", cause->title);
    write_bool(json, "harmless", cause->cause->harmless);
    write_fixed(json, "probability", (int)cause->probability, 4);
    json_member(json, "word", cause->word);
    write_fixed(json, "score_db", cause->score, 1);
    write_bool(json, "separated", cause->separated);
    json_key(json, "rule");
    json_object(json);
    json_member(json, "file", cause->rule->file->path);
    json_member(json, "sha256", cause->rule->file->sha256);
    json_end_object(json);
    write_ledger(json, cause);
    write_list(json, "unverified", cause->unverified.items, cause->unverified.count);
    write_list(json, "resolution", cause->resolutions.items, cause->resolutions.count);
    write_list(json, "references", cause->references.items, cause->references.count);
    json_end_object(json);
}

/* What stands behind the causes of a problem: excluded, missing, timeline. */
static void write_circumstances(struct json *json, const struct finding_problem *problem)
{
    json_key(json, "excluded");
    json_array(json);
    for (size_t i = 0; i < problem->excluded_count; i++) {
        json_object(json);
        json_member(json, "id", problem->excluded[i].id);
        json_member(json, "reason", problem->excluded[i].reason);
        json_end_object(json);
    }
    json_end_array(json);
    json_key(json, "missing");
    json_array(json);
    for (size_t i = 0; i < problem->missing_count; i++) {
        json_object(json);
        json_member(json, "source", problem->missing[i].source);
        json_member(json, "for", problem->missing[i].wanted_by);
        write_fixed(json, "swing_db", problem->missing[i].swing, 1);
        json_end_object(json);
    }
    json_end_array(json);
    json_key(json, "timeline");
    json_array(json);
    for (size_t i = 0; i < problem->timeline_count; i++) {
        const struct finding_moment *moment = &problem->timeline[i];
        json_object(json);
        write_moment(json, "time", moment->time);
        json_member(json, "what", moment->what);
        write_input(json, moment->input);
        write_number_or_null(json, "record", moment->input != NULL, moment->record);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_problems(struct json *json, const struct findings *findings)
{
    json_key(json, "problems");
    json_array(json);
    for (size_t i = 0; i < findings->problem_count; i++) {
        const struct finding_problem *problem = &findings->problems[i];
        json_object(json);
        json_member(json, "symptom", problem->symptom->id);
        json_member(json, "title", problem->symptom->title);
        write_named(json, "host", problem->host);
        json_member(json, "level", rule_level_words[problem->level]);
        json_member(json, "verdict", verdict_words[problem->verdict]);
        write_moment(json, "first", problem->first);
        write_moment(json, "last", problem->last);
        json_member_unsigned(json, "count", problem->count);
        json_member_unsigned(json, "records", problem->records);
        write_values(json, "captures", problem->captures, problem->capture_count);
        write_fixed(json, "p_none", (int)problem->p_none, 4);
        write_places(json, problem->found, problem->found_count);
        json_key(json, "causes");
        json_array(json);
        for (size_t c = 0; c < problem->cause_count; c++)
            write_cause(json, &problem->causes[c]);
        json_end_array(json);
        write_circumstances(json, problem);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_unexplained(struct json *json, const struct findings *findings)
{
    json_key(json, "unexplained");
    json_array(json);
    for (size_t i = 0; i < findings->unexplained_count; i++) {
        const struct finding_unexplained *event = &findings->unexplained[i];
        json_object(json);
        write_named(json, "provider", event->provider);
        json_member_unsigned(json, "event_id", event->event_id);
        write_named(json, "channel", event->channel);
        json_member(json, "level", event->level == LEVEL_CRITICAL ? "critical" : "error");
        json_member_unsigned(json, "count", event->count);
        write_moment(json, "first", event->first);
        write_moment(json, "last", event->last);
        json_member(json, "text", event->text);
        json_end_object(json);
    }
    json_end_array(json);
}

static void json_report_write(const struct findings *findings, const struct report_style *style, struct buffer *out)
{
    struct json json = json_begin(out, 2);

    (void)style;
    json_object(&json);
    json_member(&json, "report", "wincause/1");
    json_member(&json, "case", findings->bundle->name);
    json_key(&json, "tool");
    json_object(&json);
    json_member(&json, "name", "wincause");
    json_member(&json, "version", WINCAUSE_VERSION);
    write_libraries(&json);
    json_end_object(&json);
    write_rules(&json, findings);
    json_member(&json, "verdict", verdict_words[findings->verdict]);
    write_times(&json, findings);
    write_inventory(&json, findings->bundle);
    write_hosts(&json, findings);
    write_problems(&json, findings);
    json_key(&json, "matches"); /* waits for rules without causes */
    json_array(&json);
    json_end_array(&json);
    write_unexplained(&json, findings);
    json_end_object(&json);
    buffer_add_char(out, '\n');
}

const struct report_format report_json = {
    .name = "json",
    .what = "everything that was found, for programs (report.schema.json describes it)",
    .write = json_report_write,
};
