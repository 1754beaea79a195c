/* What a name in a predicate, a title or a resolution stands for. */
#include <stdio.h>
#include <string.h>

#include "diagnosis/evidence.h"

#define NAME_VALUES_SHOWN 8

static const struct judged *item_of(const struct judgement *judgement, struct text id)
{
    for (size_t i = 0; i < judgement->cause->evidence_count; i++)
        if (text_is(id, judgement->items[i].evidence->id))
            return &judgement->items[i];
    return NULL;
}

static bool nth_of_set(const struct merged_hits *hits, struct text name, size_t *nth, struct text *value)
{
    const struct value_set *set = merged_values(hits, name);
    if (set == NULL)
        return false;
    if (*nth >= set->count) {
        *nth -= set->count;
        return false;
    }
    *value = text_of(set->items[*nth].text);
    return true;
}

/* `user_services.count`: the number is known when the item is there, or proved not to be. */
static bool look_up_count(struct names *names, struct text id, size_t nth, struct text *value)
{
    const struct judged *item = names->judgement == NULL ? NULL : item_of(names->judgement, id);
    if (item == NULL || nth > 0 || (item->status != EVIDENCE_PRESENT && item->status != EVIDENCE_ABSENT))
        return false;
    snprintf(names->number, sizeof(names->number), "%llu", (unsigned long long)item->count);
    *value = text_of(names->number);
    return true;
}

bool names_look_up(void *context, struct text name, size_t nth, struct text *value)
{
    struct names *names = context;
    static const char count_ending[] = ".count";
    size_t ending = sizeof(count_ending) - 1;
    if (name.size > ending && text_is(text_slice(name, name.size - ending, name.size), count_ending) &&
        names->judgement != NULL && item_of(names->judgement, text_slice(name, 0, name.size - ending)) != NULL)
        return look_up_count(names, text_slice(name, 0, name.size - ending), nth, value);
    if (text_find_char(name, '.') != TEXT_NOT_FOUND) {
        const struct host_fact *fact = survey_fact(names->problem->host, name);
        if (fact == NULL || fact->value == NULL || nth > 0)
            return false;
        *value = text_of(fact->value);
        return true;
    }
    if (nth_of_set(&names->problem->hits, name, &nth, value))
        return true;
    for (size_t i = 0; names->judgement != NULL && i < names->judgement->cause->evidence_count; i++)
        if (nth_of_set(&names->judgement->items[i].hits, name, &nth, value) ||
            nth_of_set(&names->judgement->items[i].others, name, &nth, value))
            return true;
    return false;
}

/* Adds the values; false when the name has none. */
static bool add_values(struct names *names, struct text name, struct buffer *out)
{
    struct text value;
    struct buffer seen = {0}; /* the values so far, each between two \x1f */
    size_t shown = 0;
    buffer_add_char(&seen, '\x1f');
    for (size_t nth = 0; names_look_up(names, name, nth, &value); nth++) {
        struct buffer key = {0};
        buffer_add_char(&key, '\x1f');
        buffer_add_text(&key, value);
        buffer_add_char(&key, '\x1f');
        bool repeated = text_find_nocase(buffer_text(&seen), buffer_text(&key)) != TEXT_NOT_FOUND;
        if (!repeated && shown == NAME_VALUES_SHOWN)
            buffer_add_string(out, ", ...");
        if (!repeated && shown < NAME_VALUES_SHOWN) {
            buffer_add_string(out, shown == 0 ? "" : ", ");
            buffer_add_text(out, value);
            buffer_add_text(&seen, text_slice(buffer_text(&key), 1, key.size));
        }
        buffer_free(&key);
        shown += !repeated;
        if (shown > NAME_VALUES_SHOWN)
            break;
    }
    buffer_free(&seen);
    return shown != 0;
}

/* What stands between commas or brackets is left out together with them: "the third value, {third}, is low" without a
 * third value is "the third value is low". Returns where the text goes on. */
static const char *leave_out(struct buffer *out, const char *rest)
{
    static const char *const around[][2] = {{", ", ","}, {" (", ")"}};
    for (size_t i = 0; i < sizeof(around) / sizeof(*around); i++) {
        size_t size = strlen(around[i][0]);
        if (out->size >= size && memcmp(out->data + out->size - size, around[i][0], size) == 0 &&
            rest[0] == around[i][1][0]) {
            out->size -= size;
            return rest + 1;
        }
    }
    buffer_add_char(out, '?');
    return rest;
}

char *names_expand(struct names *names, const char *text, struct arena *arena)
{
    struct buffer out = {0};
    for (const char *at = text; *at != '\0';) {
        const char *end = *at == '{' ? strchr(at, '}') : NULL;
        if (end == NULL) {
            buffer_add_char(&out, *at++);
            continue;
        }
        bool known = add_values(names, (struct text){at + 1, (size_t)(end - at - 1)}, &out);
        at = known ? end + 1 : leave_out(&out, end + 1);
    }
    char *result = arena_string(arena, buffer_text(&out));
    buffer_free(&out);
    return result;
}
