#include "rules/ruletest.h"

#include <stdlib.h>
#include <string.h>

#include "diagnosis/analysis.h"
#include "records/derive.h"
#include "rules/expectation.h"
#include "rules/testcase.h"

/* ---- what a test may see ---- */

static bool sees_rule(const struct rule_test *test, const struct test_case *built, const struct rule *rule)
{
    if (rule->file == test->file)
        return true;
    for (size_t i = 0; i < built->with_count; i++)
        if (strcmp(built->with[i], rule->id) == 0)
            return true;
    return false;
}

static bool rule_uses(const struct rule *rule, const struct symptom *symptom)
{
    for (size_t i = 0; i < rule->symptom_count; i++)
        if (rule->symptoms[i] == symptom)
            return true;
    for (size_t i = 0; i < rule->cause_count; i++)
        for (size_t j = 0; j < rule->causes[i].evidence_count; j++)
            if (rule->causes[i].evidence[j].other_symptom == symptom)
                return true;
    return false;
}

/* A view of `rules`: the lists are the arena's, what they point to stays the set's. */
static struct rule_set view_of(const struct rule_set *rules, const struct rule_test *test,
                               const struct test_case *built, struct arena *arena)
{
    struct rule_set view = {.files = rules->files, .file_count = rules->file_count};
    view.rules = arena_alloc(arena, (rules->rule_count + 1) * sizeof(struct rule *));
    view.symptoms = arena_alloc(arena, (rules->symptom_count + 1) * sizeof(struct symptom *));
    for (size_t i = 0; i < rules->rule_count; i++)
        if (sees_rule(test, built, rules->rules[i]))
            view.rules[view.rule_count++] = rules->rules[i];
    for (size_t i = 0; i < rules->symptom_count; i++) {
        bool used = rules->symptoms[i]->file == test->file;
        for (size_t j = 0; j < view.rule_count && !used; j++)
            used = rule_uses(view.rules[j], rules->symptoms[i]);
        if (used)
            view.symptoms[view.symptom_count++] = rules->symptoms[i];
    }
    memcpy(view.digest, rules->digest, sizeof(view.digest));
    return view;
}

static bool with_is_known(const struct rule_set *rules, const struct test_case *built, struct buffer *why)
{
    for (size_t i = 0; i < built->with_count; i++) {
        bool known = false;
        for (size_t j = 0; j < rules->rule_count && !known; j++)
            known = strcmp(rules->rules[j]->id, built->with[i]) == 0;
        if (!known) {
            buffer_printf(why, "with: no rule `%s` is loaded", built->with[i]);
            return false;
        }
    }
    return true;
}

/* ---- from fields to a record ---- */

/* Where a record stands is no field of it (records/record.h, record_write_json()). */
static bool is_place(const char *name)
{
    static const char *const places[] = {"Category", "Source", "Record", "Offset", "Line", "Host"};
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
        if (strcmp(name, places[i]) == 0)
            return true;
    return false;
}

static bool number_of(const struct test_record *given, const char *name, uint64_t *number)
{
    return text_number(text_of(test_record_value(given, name)), 10, number);
}

static bool category_of(const struct test_record *given, enum category *category)
{
    const char *word = test_record_value(given, "Category");
    for (size_t i = 0; word != NULL && i < CATEGORY_COUNT; i++)
        if (strcmp(word, category_names[i]) == 0) {
            *category = (enum category)i;
            return true;
        }
    return false;
}

/* `ordinal` (from 1) keeps two records apart that say the same of their place. */
static struct position position_of(const struct test_record *given, uint64_t ordinal)
{
    struct position at = {.record = ordinal, .offset = ordinal};
    uint64_t number;
    if ((number_of(given, "EventRecordID", &number) || number_of(given, "Record", &number)) && number != 0)
        at.record = number;
    if (number_of(given, "Line", &number))
        at.line = number;
    return at;
}

static void set_event_parts(const struct test_record *given, struct record *record)
{
    uint64_t number;
    record->channel = text_of(test_record_value(given, "Channel"));
    record->provider = text_of(test_record_value(given, "Provider_Name"));
    record->event_source = text_of(test_record_value(given, "Provider_EventSourceName"));
    record->computer = text_of(test_record_value(given, "Computer"));
    if (number_of(given, "EventID", &number) && number <= UINT32_MAX) {
        record->event_id = (uint32_t)number;
        record->has_event_id = true;
    }
    if (number_of(given, "Level", &number) && number <= UINT8_MAX)
        record->level = (uint8_t)number;
}

static bool build_record(const struct test_record *given, uint64_t ordinal, struct arena *arena, struct record *record,
                         struct buffer *why)
{
    struct field_list fields;
    const char *time = test_record_value(given, "TimeCreated");
    *record = (struct record){.at = position_of(given, ordinal)};
    if (!category_of(given, &record->category)) {
        buffer_add_string(why, "a record has no Category, or one that is not event, registry, crash, message or fact");
        return false;
    }
    if (time != NULL && !moment_parse(text_of(time), &record->time)) {
        buffer_printf(why, "a record's TimeCreated `%s` is no time such as 2009-03-02T09:20:00Z", time);
        return false;
    }
    set_event_parts(given, record);
    field_list_start(&fields, arena);
    for (size_t i = 0; i < given->field_count; i++)
        for (size_t j = 0; j < given->fields[i].value_count && !is_place(given->fields[i].name); j++)
            field_list_add(&fields, text_of(given->fields[i].name), text_of(given->fields[i].values[j]));
    field_list_give(&fields, record);
    return true;
}

/* ---- inputs ---- */

/* The one file that this record would have stood in. */
static const char *source_of(const struct test_record *given)
{
    const char *source = test_record_value(given, "Source"), *channel = test_record_value(given, "Channel");
    enum category category;
    if (source != NULL)
        return source;
    if (!category_of(given, &category))
        return "records";
    if (category == CATEGORY_EVENT)
        return channel != NULL ? channel : "events";
    return category == CATEGORY_REGISTRY ? "registry" : category == CATEGORY_FACT ? "facts" : "text";
}

static int compare_inputs(const void *left, const void *right)
{
    const struct input *const *a = left, *const *b = right;
    return strcmp((*a)->path, (*b)->path);
}

static char *path_of(struct arena *arena, const struct test_record *given)
{
    const char *host = test_record_value(given, "Host");
    return arena_printf(arena, "%s%s%s", host == NULL ? "" : host, host == NULL ? "" : "/", source_of(given));
}

static struct input *input_at(struct bundle *bundle, struct arena *arena, const char *path)
{
    for (size_t i = 0; i < bundle->input_count; i++)
        if (strcmp(bundle->inputs[i]->path, path) == 0)
            return bundle->inputs[i];
    size_t folder = strlen(path);
    while (folder > 0 && path[folder - 1] != '/')
        folder--;
    struct input *input = arena_alloc(arena, sizeof(*input));
    *input = (struct input){.path = arena_printf(arena, "%s", path), .kind = "test", .status = INPUT_READ};
    input->folder = arena_printf(arena, "%.*s", folder > 0 ? (int)folder - 1 : 0, path);
    bundle->inputs[bundle->input_count++] = input;
    return input;
}

static bool collects_text(const struct test_case *built)
{
    for (size_t i = 0; i < built->collected_count; i++)
        if (strcmp(built->collected[i].what, "text") == 0)
            return true;
    return false;
}

#define EMPTY_TEXT "text"

static struct bundle bundle_of(const struct test_case *built, struct arena *arena)
{
    struct bundle bundle = {.name = arena_printf(arena, "test")};
    bundle.inputs = arena_alloc(arena, (built->record_count + 2) * sizeof(struct input *));
    for (size_t i = 0; i < built->record_count; i++)
        input_at(&bundle, arena, path_of(arena, &built->records[i]))->records++;
    if (collects_text(built))
        input_at(&bundle, arena, EMPTY_TEXT);
    qsort(bundle.inputs, bundle.input_count, sizeof(struct input *), compare_inputs);
    for (size_t i = 0; i < bundle.input_count; i++)
        bundle.inputs[i]->index = i;
    return bundle;
}

/* `collected: {text: all}` and no such record: text that has nothing to say was collected. */
static void feed_empty_text(struct sink *sink)
{
    struct record record = {.category = CATEGORY_MESSAGE, .at = {.record = 1}};
    sink_record(sink, &record);
}

static bool feed_input(struct consumer *consumer, const struct input *input, const struct test_case *built,
                       struct arena *arena, struct buffer *why)
{
    struct sink *sink = consumer->open(consumer, input);
    struct derive *derive = derive_new(sink);
    uint64_t ordinal = 0;
    bool fine = true;
    for (size_t i = 0; i < built->record_count && fine; i++) {
        struct record record;
        if (strcmp(path_of(arena, &built->records[i]), input->path) != 0)
            continue;
        fine = build_record(&built->records[i], ++ordinal, arena, &record, why);
        if (fine)
            sink_record(derive_sink(derive), &record);
    }
    if (ordinal == 0)
        feed_empty_text(derive_sink(derive));
    derive_end(derive);
    derive_free(derive);
    consumer->close(consumer, input, sink);
    return fine;
}

/* ---- declarations ---- */

static bool declare_collected(struct analysis *analysis, const struct test_collected *collected, struct buffer *why)
{
    struct text what = text_of(collected->what);
    const struct moment open = {0, BASIS_NONE};
    bool all = collected->all;
    if (text_starts(what, TEXT("log:"))) {
        struct text channel = channel_of_service(text_slice(what, 4, what.size));
        analysis_declare_log(analysis, channel, all ? open : collected->from, all ? open : collected->to);
    } else if (text_starts(what, TEXT("registry:"))) {
        analysis_declare_registry(analysis, text_slice(what, 9, what.size));
    } else if (!text_is(what, "text")) {
        buffer_printf(why, "collected: `%s` is not log:CHANNEL, registry:KEY or text", collected->what);
        return false;
    }
    return true;
}

static bool declare(struct analysis *analysis, const struct test_case *built, struct buffer *why)
{
    for (size_t i = 0; i < built->fact_count; i++)
        analysis_declare_fact(analysis, built->facts[i].name, built->facts[i].value);
    for (size_t i = 0; i < built->collected_count; i++)
        if (!declare_collected(analysis, &built->collected[i], why))
            return false;
    return true;
}

/* ---- a test ---- */

static void analyze(const struct rule_set *view, const struct rule_test *test, const struct test_case *built,
                    struct arena *arena, struct buffer *differences)
{
    const struct analysis_options options = {0};
    struct bundle bundle = bundle_of(built, arena);
    struct analysis *analysis = analysis_new(view, &options);
    bool fine = declare(analysis, built, differences);
    for (size_t i = 0; i < bundle.input_count && fine; i++)
        fine = feed_input(analysis_consumer(analysis), bundle.inputs[i], built, arena, differences);
    if (fine) {
        struct findings *findings = analysis_end(analysis, &bundle);
        expectation_compare(test, findings, differences);
        findings_free(findings);
    }
    analysis_free(analysis);
}

bool rule_test_run(const struct rule_set *rules, const struct rule_test *test, struct buffer *differences)
{
    struct test_case built;
    struct arena arena = {0};
    size_t before = differences->size;
    if (test_case_build(rules, test, &built, differences) && with_is_known(rules, &built, differences)) {
        struct rule_set view = view_of(rules, test, &built, &arena);
        analyze(&view, test, &built, &arena, differences);
    }
    test_case_free(&built);
    arena_free(&arena);
    return differences->size == before;
}
