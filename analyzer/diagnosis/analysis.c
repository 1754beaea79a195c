#include "diagnosis/analysis.h"

#include <pthread.h>
#include <stdlib.h>

#include "diagnosis/conclude.h"

struct analysis {
    struct consumer consumer; /* first */
    const struct rule_set *rules;
    struct analysis_options options;
    struct detectors *detectors;
    struct declarations declared;
    pthread_mutex_t lock;    /* guards the list; each intake belongs to one thread */
    struct intake **intakes; /* by input index */
    size_t capacity;
};

static struct sink *open_input(struct consumer *consumer, const struct input *input)
{
    struct analysis *analysis = (struct analysis *)consumer;
    struct intake *intake = intake_new(input, analysis->detectors, &analysis->options);
    pthread_mutex_lock(&analysis->lock);
    if (input->index >= analysis->capacity) {
        size_t wanted = input->index * 2 + 16;
        analysis->intakes = memory_grow(analysis->intakes, wanted, sizeof(*analysis->intakes));
        for (size_t i = analysis->capacity; i < wanted; i++)
            analysis->intakes[i] = NULL;
        analysis->capacity = wanted;
    }
    analysis->intakes[input->index] = intake;
    pthread_mutex_unlock(&analysis->lock);
    return &intake->sink;
}

static void close_input(struct consumer *consumer, const struct input *input, struct sink *sink)
{
    (void)consumer;
    (void)input;
    intake_finish((struct intake *)sink);
}

struct analysis *analysis_new(const struct rule_set *rules, const struct analysis_options *options)
{
    struct analysis *analysis = memory_alloc(sizeof(*analysis));
    analysis->consumer = (struct consumer){open_input, close_input};
    analysis->rules = rules;
    analysis->options = *options;
    analysis->detectors = detectors_new(rules);
    pthread_mutex_init(&analysis->lock, NULL);
    return analysis;
}

struct consumer *analysis_consumer(struct analysis *analysis) { return &analysis->consumer; }

void analysis_declare_fact(struct analysis *analysis, const char *name, const char *value)
{
    struct declarations *declared = &analysis->declared;
    declared->facts =
        memory_room(declared->facts, declared->fact_count, &declared->fact_capacity, sizeof(*declared->facts));
    declared->facts[declared->fact_count++] = (struct declared_fact){memory_string(name), memory_string(value)};
}

static char *string_of(struct text text)
{
    struct buffer out = {0};
    buffer_add_text(&out, text);
    buffer_add_char(&out, '\0');
    return out.data;
}

void analysis_declare_log(struct analysis *analysis, struct text channel, struct moment from, struct moment to)
{
    struct declarations *declared = &analysis->declared;
    declared->logs = memory_room(declared->logs, declared->log_count, &declared->log_capacity, sizeof(*declared->logs));
    declared->logs[declared->log_count++] = (struct declared_log){string_of(channel), from, to};
}

void analysis_declare_registry(struct analysis *analysis, struct text key)
{
    struct declarations *declared = &analysis->declared;
    declared->keys = memory_room(declared->keys, declared->key_count, &declared->key_capacity, sizeof(*declared->keys));
    declared->keys[declared->key_count++] = string_of(key);
}

struct findings *analysis_end(struct analysis *analysis, const struct bundle *bundle)
{
    struct findings *findings = memory_alloc(sizeof(*findings));
    findings->bundle = bundle;
    findings->rules = analysis->rules;
    findings->from = analysis->options.from;
    findings->to = analysis->options.to;
    struct intake **intakes = memory_array(bundle->input_count + 1, sizeof(*intakes));
    for (size_t i = 0; i < bundle->input_count && i < analysis->capacity; i++)
        intakes[i] = analysis->intakes[i];
    struct survey *survey = survey_new(bundle, intakes, &analysis->options, &analysis->declared);
    struct harvest *harvest = harvest_new(bundle, intakes, survey);
    struct evidence_context context = {
        bundle, survey, harvest, analysis->detectors, &analysis->declared, matcher_new(), &findings->arena};
    struct problem_list list = {0};
    problems_rank(&list, analysis->rules, &context);
    conclude_problems(findings, &list, &context);
    conclude_overview(findings, &list, intakes, &context);
    problems_free(&list);
    matcher_free(context.matcher);
    harvest_free(harvest);
    survey_free(survey);
    free(intakes);
    return findings;
}

void analysis_free(struct analysis *analysis)
{
    for (size_t i = 0; i < analysis->capacity; i++)
        intake_free(analysis->intakes[i]);
    for (size_t i = 0; i < analysis->declared.fact_count; i++) {
        free(analysis->declared.facts[i].name);
        free(analysis->declared.facts[i].value);
    }
    for (size_t i = 0; i < analysis->declared.log_count; i++)
        free(analysis->declared.logs[i].channel);
    for (size_t i = 0; i < analysis->declared.key_count; i++)
        free(analysis->declared.keys[i]);
    free(analysis->declared.facts);
    free(analysis->declared.logs);
    free(analysis->declared.keys);
    detectors_free(analysis->detectors);
    pthread_mutex_destroy(&analysis->lock);
    free(analysis->intakes);
    free(analysis);
}

void findings_free(struct findings *findings)
{
    arena_free(&findings->arena);
    free(findings);
}
