/*
 * A rule set from files. Rules name symptoms of other files, so files are read in passes, each of which forgets the
 * YAML when it is done with a file (a tree takes ten times the file's size):
 *
 *     1. every file: its hash, its id; symptoms, also those written in place in a rule
 *     2. duplicate ids within one path
 *     3. rule files again, later paths first: everything else, with all symptoms known
 *     4. who replaces whom, and who falls with whom: a rule needs its symptoms, a symptom written in place its rule
 *
 * Then what is left is sorted and handed out.
 */
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "rules/rule_files.h"
#include "rules/rule_parts.h"

enum origin_kind { ORIGIN_NONE, ORIGIN_SYMPTOM, ORIGIN_RULE };

struct origin {                  /* a file, and what came of it */
    const struct found_file *found;
    enum origin_kind kind;
    struct rule_file *file;
    char *id;                    /* of the file's rule or symptom; NULL when it could not be read */
    struct place id_place;
    bool broken;                 /* or left out for another reason, which `reason` says */
    char *reason;
    bool replaced;               /* a later path has its id */
    bool unread;                 /* so much so that its insides were never read */
    struct symptom *symptom;     /* the file's, or the rule's own */
    bool symptom_broken;         /* the rule's own */
    struct place symptom_place;
    struct rule *rule;
    struct rule_test **tests;
    size_t test_count;
};

struct loader {
    struct rule_set *set;
    struct diagnostics *diagnostics;
    struct origin *origins;      /* as found: by path, then name */
    size_t count;
    struct table symptoms;       /* id -> struct symptom: the last path wins */
    struct table skipped;        /* id -> name of the file that was skipped */
};

static void hex(const uint8_t *bytes, size_t size, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < size; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = '\0';
}

static void hash(struct text bytes, char out[65])
{
    struct sha256_ctx context;
    uint8_t digest[SHA256_DIGEST_SIZE];

    sha256_init(&context);
    sha256_update(&context, bytes.size, (const uint8_t *)(bytes.size > 0 ? bytes.data : ""));
    sha256_digest(&context, sizeof digest, digest);
    hex(digest, sizeof digest, out);
}

/* ---- pass 1 ---- */

static void skip(struct origin *origin, char *reason)
{
    if (!origin->broken)
        origin->reason = reason;
    origin->broken = true;
}

/* What is wrong with a file, in one line. */
static void skip_for_errors(struct loader *loader, struct origin *origin, const struct tree *tree)
{
    struct arena *arena = &loader->set->arena;
    const char *more = tree->errors > 1 ? arena_printf(arena, " (and %zu more)", tree->errors - 1) : "";

    if (tree->errors == 0)
        return;
    if (tree->first_error.line > 0)
        skip(origin, arena_printf(arena, "line %u: %s%s", tree->first_error.line, tree->first_message, more));
    else
        skip(origin, arena_printf(arena, "%s%s", tree->first_message, more));
}

static bool is_sigma(const struct node *root)
{
    return tree_get(root, "detection") != NULL && tree_get(root, "schema") == NULL;
}

static void note_id(struct loader *loader, struct origin *origin, const struct tree *tree)
{
    const struct node *id = tree_get(tree->root, "id"), *symptom = tree_get(tree->root, "symptom");
    const struct node *own = tree_get(symptom, "id");

    if (node_is(id, NODE_SCALAR)) {
        origin->id = arena_string(&loader->set->arena, id->text);
        origin->id_place = tree_place(tree, id, &loader->set->arena);
        origin->symptom_place = origin->id_place;
    }
    if (node_is(own, NODE_SCALAR))
        origin->symptom_place = tree_place(tree, own, &loader->set->arena);
}

/* All that other files may ask of a rule stands before its causes, as a rule. */
static bool head_is_enough(const struct node *root, struct text key)
{
    return (text_is(key, "causes") || text_is(key, "tests")) && tree_get(root, "id") != NULL &&
           tree_get(root, "symptom") != NULL;
}

static void read_head(struct loader *loader, struct origin *origin, struct reading *reading)
{
    const struct node *root = reading->tree->root;
    const char *own = rule_own_symptom(root);

    origin->kind = ORIGIN_RULE;
    note_id(loader, origin, reading->tree);
    if (own == NULL)
        return;
    origin->symptom = symptom_read(reading, tree_get(root, "symptom"), own);
    origin->symptom->file = origin->file;
    origin->symptom_broken = reading->tree->errors > 0;
}

/* Everything of a file that is no rule; a rule's own mistakes wait for pass 3. */
static void read_file(struct loader *loader, struct origin *origin, struct reading *reading)
{
    struct tree *tree = reading->tree;
    const struct node *root = tree->root, *tests = tree_get(root, "tests");

    if (root == NULL)
        return;
    if (is_sigma(root)) {
        tree_warning(tree, schema_head(root), NULL, "a Sigma rule; not supported yet");
        skip(origin, arena_string(&loader->set->arena, TEXT("a Sigma rule; not supported yet")));
    } else if (tree_get(root, "any_of") != NULL) {
        origin->kind = ORIGIN_SYMPTOM;
        note_id(loader, origin, tree);
        origin->symptom = symptom_read(reading, root, NULL);
        origin->symptom->file = origin->file;
        if (tests != NULL)
            origin->test_count = tests_read(reading, tests, origin->file, NULL, &origin->tests);
    } else {
        tree_error(tree, schema_head(root), "a rule has `causes`, a symptom has `any_of`",
                   "this is neither a rule nor a symptom");
    }
}

/* Takes the diagnostics over, or throws them away when `list` is NULL. */
static void hand_on(struct diagnostics *from, struct diagnostics *list)
{
    for (size_t i = 0; list != NULL && i < from->count; i++) {
        list->items = memory_room(list->items, list->count, &list->capacity, sizeof *list->items);
        list->items[list->count++] = from->items[i];
        list->errors += from->items[i].severity == SEVERITY_ERROR;
    }
    if (list != NULL)
        from->count = 0;
    diagnostics_free(from);
}

static void open_origin(struct loader *loader, struct origin *origin, const struct found_file *found)
{
    struct arena *arena = &loader->set->arena;
    struct diagnostics diagnostics = {0};
    struct buffer bytes = {0};

    origin->found = found;
    origin->file = arena_alloc(arena, sizeof *origin->file);
    origin->file->path = arena_string(arena, text_of(found->relative));
    if (!rule_file_read(found->named, &bytes, loader->diagnostics)) {
        skip(origin, arena_string(arena, TEXT("the file cannot be read")));
    } else {
        struct tree *tree = tree_parse_until(found->named, buffer_text(&bytes), &diagnostics, head_is_enough);
        struct reading reading = {tree, arena, NULL};

        hash(buffer_text(&bytes), origin->file->sha256);
        if (tree->partial || tree_get(tree->root, "causes") != NULL || tree_get(tree->root, "symptom") != NULL) {
            read_head(loader, origin, &reading);
            hand_on(&diagnostics, NULL);
        } else {
            read_file(loader, origin, &reading);
            skip_for_errors(loader, origin, tree);
            hand_on(&diagnostics, loader->diagnostics);
        }
        tree_free(tree);
    }
    buffer_free(&bytes);
}

/* ---- pass 2 ---- */

struct bearer { const char *id; struct origin *origin; };

static int compare_bearers(const void *a, const void *b)
{
    const struct bearer *left = a, *right = b;
    int order;

    if (left->origin->found->path != right->origin->found->path)
        return left->origin->found->path < right->origin->found->path ? -1 : 1;
    order = strcmp(left->id, right->id);
    if (order != 0)
        return order;
    return (left->origin > right->origin) - (left->origin < right->origin);   /* one array: the order of the files */
}

static void refuse_bearer(struct loader *loader, const struct bearer *bearer, const struct bearer *other,
                          const char *what)
{
    const struct place *place = what[0] == 'r' ? &bearer->origin->id_place : &bearer->origin->symptom_place;
    char *hint = arena_printf(&loader->set->arena, "it is also in %s; rename one", other->origin->found->named);

    diagnostics_add(loader->diagnostics, SEVERITY_ERROR, bearer->origin->found->named, place->line, place->column,
                    place->width, text_of(place->source), hint, "duplicate id of a %s: `%s`", what, bearer->id);
    skip(bearer->origin, arena_printf(&loader->set->arena, "the id `%s` of a %s is also in %s", bearer->id, what,
                                      other->origin->found->relative));
}

/* Skips all bearers of an id that stands twice below one path. */
static void refuse_duplicates(struct loader *loader, struct bearer *bearers, size_t count, const char *what)
{
    if (count > 1)
        qsort(bearers, count, sizeof *bearers, compare_bearers);
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count && bearers[to].origin->found->path == bearers[from].origin->found->path &&
                            strcmp(bearers[to].id, bearers[from].id) == 0; to++)
            ;
        for (size_t i = from; i < to && to - from > 1; i++)
            refuse_bearer(loader, &bearers[i], &bearers[i == from ? from + 1 : from], what);
    }
}

static void check_duplicates(struct loader *loader)
{
    struct bearer *rules = memory_array(loader->count + 1, sizeof *rules);
    struct bearer *symptoms = memory_array(loader->count + 1, sizeof *symptoms);
    size_t rule_count = 0, symptom_count = 0;

    for (size_t i = 0; i < loader->count; i++) {
        struct origin *origin = &loader->origins[i];

        if (origin->kind == ORIGIN_RULE && origin->id != NULL)
            rules[rule_count++] = (struct bearer){origin->id, origin};
        if (origin->symptom != NULL && origin->symptom->id != NULL)
            symptoms[symptom_count++] = (struct bearer){origin->symptom->id, origin};
    }
    refuse_duplicates(loader, rules, rule_count, "rule");
    refuse_duplicates(loader, symptoms, symptom_count, "symptom");
    free(rules);
    free(symptoms);
}

/* ---- pass 3 ---- */

static void index_symptoms(struct loader *loader)
{
    for (size_t i = 0; i < loader->count; i++) {
        struct origin *origin = &loader->origins[i];

        if (origin->symptom == NULL || origin->symptom->id == NULL)
            continue;
        if (origin->broken || origin->symptom_broken)
            table_add(&loader->skipped, text_of(origin->symptom->id))->value = origin->found->relative;
        else
            table_add(&loader->symptoms, text_of(origin->symptom->id))->value = origin->symptom;
    }
}

static void read_rule(struct loader *loader, struct origin *origin)
{
    struct buffer bytes = {0};
    struct tree *tree;
    struct reading reading = {.arena = &loader->set->arena};
    const struct node *tests;
    char again[65];

    if (!rule_file_read(origin->found->named, &bytes, loader->diagnostics)) {
        skip(origin, arena_string(&loader->set->arena, TEXT("the file cannot be read")));
        buffer_free(&bytes);
        return;
    }
    hash(buffer_text(&bytes), again);
    tree = tree_parse(origin->found->named, buffer_text(&bytes), loader->diagnostics);
    if (strcmp(again, origin->file->sha256) != 0) {
        skip(origin, arena_string(&loader->set->arena, TEXT("the file changed while it was read")));
    } else {
        reading.tree = tree;
        if (tree->root != NULL)
            origin->rule = rule_read(&reading, tree->root, origin->file, &loader->symptoms, &loader->skipped);
        tests = tree_get(tree->root, "tests");
        if (origin->rule != NULL && tests != NULL)
            origin->test_count = tests_read(&reading, tests, origin->file, origin->rule, &origin->tests);
        skip_for_errors(loader, origin, tree);
    }
    tree_free(tree);
    buffer_free(&bytes);
}

/* A rule that a good one of a later path replaces is not read: it need not fit the symptoms of that path. */
static void read_rules(struct loader *loader)
{
    struct table good = {0};

    for (size_t i = loader->count; i-- > 0;) {
        struct origin *origin = &loader->origins[i];

        if (origin->kind != ORIGIN_RULE)
            continue;
        origin->unread = origin->id != NULL && table_find(&good, text_of(origin->id)) != NULL;
        if (!origin->unread)
            read_rule(loader, origin);
        if (!origin->unread && !origin->broken)
            table_add(&good, text_of(origin->id));
    }
    table_free(&good);
}

/* ---- pass 4 ---- */

static void set_last(struct table *table, const char *id, void *value)
{
    table_add(table, text_of(id))->value = value;
}

static bool stays(const struct origin *origin)
{
    return origin->kind != ORIGIN_NONE && !origin->broken && !origin->replaced;
}

/* The last path that has an id wins. Returns the winners of the symptoms: id -> struct symptom. */
static struct table find_winners(struct loader *loader)
{
    struct table rules = {0}, symptoms = {0};

    for (size_t i = 0; i < loader->count; i++)
        if (loader->origins[i].kind == ORIGIN_RULE && !loader->origins[i].broken && !loader->origins[i].unread)
            set_last(&rules, loader->origins[i].id, &loader->origins[i]);
    for (size_t i = 0; i < loader->count; i++) {
        struct origin *origin = &loader->origins[i];

        if (origin->kind == ORIGIN_RULE && !origin->broken)
            origin->replaced = origin->unread || table_find(&rules, text_of(origin->id))->value != origin;
        if (origin->symptom != NULL && !origin->broken && !(origin->kind == ORIGIN_RULE && origin->replaced))
            set_last(&symptoms, origin->symptom->id, origin->symptom);
    }
    for (size_t i = 0; i < loader->count; i++) {
        struct origin *origin = &loader->origins[i];

        if (origin->kind == ORIGIN_SYMPTOM && !origin->broken)
            origin->replaced = table_find(&symptoms, text_of(origin->symptom->id))->value != origin->symptom;
    }
    table_free(&rules);
    return symptoms;
}

static bool is_there(const struct table *symptoms, const struct symptom *symptom)
{
    const struct table_entry *entry = table_find(symptoms, text_of(symptom->id));

    return entry != NULL && entry->value == symptom;
}

static const struct symptom *missing_symptom(const struct rule *rule, const struct table *symptoms)
{
    for (size_t i = 0; i < rule->symptom_count; i++)
        if (!is_there(symptoms, rule->symptoms[i]))
            return rule->symptoms[i];
    for (size_t i = 0; i < rule->cause_count; i++)
        for (size_t j = 0; j < rule->causes[i].evidence_count; j++) {
            const struct symptom *symptom = rule->causes[i].evidence[j].other_symptom;

            if (symptom != NULL && !is_there(symptoms, symptom))
                return symptom;
        }
    return NULL;
}

/* Skips rules whose symptom has gone; true when there was one. */
static bool skip_orphans(struct loader *loader, const struct table *symptoms)
{
    bool some = false;

    for (size_t i = 0; i < loader->count; i++) {
        struct origin *origin = &loader->origins[i];
        const struct symptom *missing;

        if (origin->rule == NULL || !stays(origin) || (missing = missing_symptom(origin->rule, symptoms)) == NULL)
            continue;
        diagnostics_add(loader->diagnostics, SEVERITY_ERROR, origin->found->named, 0, 0, 1, TEXT_NONE,
                        "correct that file first", "its symptom `%s` was skipped with %s", missing->id,
                        missing->file->path);
        skip(origin, arena_printf(&loader->set->arena, "its symptom `%s` was skipped with %s", missing->id,
                                  missing->file->path));
        some = true;
    }
    return some;
}

/* ---- handing out ---- */

static int compare_symptoms(const void *a, const void *b)
{
    return strcmp((*(struct symptom *const *)a)->id, (*(struct symptom *const *)b)->id);
}

static int compare_rules(const void *a, const void *b)
{
    return strcmp((*(struct rule *const *)a)->id, (*(struct rule *const *)b)->id);
}

static int compare_files(const void *a, const void *b)
{
    const struct rule_file *left = *(struct rule_file *const *)a, *right = *(struct rule_file *const *)b;
    int order = strcmp(left->path, right->path);

    return order != 0 ? order : memcmp(left->sha256, right->sha256, sizeof left->sha256);
}

static int compare_skipped(const void *a, const void *b)
{
    const struct rule_skipped *left = a, *right = b;
    int order = strcmp(left->file, right->file);

    return order != 0 ? order : strcmp(left->reason, right->reason);
}

/* Over what is in force, sorted: the same rules have the same digest in whatever order their folders were named. */
static void take_digest(struct rule_set *set)
{
    struct buffer all = {0};

    for (size_t i = 0; i < set->file_count; i++) {
        buffer_add(&all, set->files[i]->path, strlen(set->files[i]->path) + 1);
        buffer_add(&all, set->files[i]->sha256, sizeof set->files[i]->sha256);
    }
    hash(buffer_text(&all), set->digest);
    buffer_free(&all);
}

static size_t count_tests(const struct loader *loader)
{
    size_t count = 0;

    for (size_t i = 0; i < loader->count; i++)
        count += loader->origins[i].test_count;
    return count;
}

static void hand_out(struct loader *loader, const struct table *symptoms)
{
    struct rule_set *set = loader->set;

    set->files = arena_alloc(&set->arena, (loader->count + 1) * sizeof(struct rule_file *));
    set->symptoms = arena_alloc(&set->arena, (loader->count + 1) * sizeof(struct symptom *));
    set->rules = arena_alloc(&set->arena, (loader->count + 1) * sizeof(struct rule *));
    set->tests = arena_alloc(&set->arena, (count_tests(loader) + 1) * sizeof(struct rule_test *));
    set->skipped = arena_alloc(&set->arena, (loader->count + 1) * sizeof *set->skipped);
    for (size_t i = 0; i < loader->count; i++) {
        struct origin *origin = &loader->origins[i];

        if (origin->broken)
            set->skipped[set->skipped_count++] =
                (struct rule_skipped){arena_string(&set->arena, text_of(origin->found->relative)), origin->reason};
        if (!stays(origin))
            continue;
        set->files[set->file_count++] = origin->file;
        if (origin->rule != NULL)
            set->rules[set->rule_count++] = origin->rule;
        if (origin->symptom != NULL && is_there(symptoms, origin->symptom))
            set->symptoms[set->symptom_count++] = origin->symptom;
        for (size_t j = 0; j < origin->test_count; j++)
            set->tests[set->test_count++] = origin->tests[j];
    }
    qsort(set->files, set->file_count, sizeof(struct rule_file *), compare_files);
    qsort(set->skipped, set->skipped_count, sizeof *set->skipped, compare_skipped);
    take_digest(set);
    qsort(set->symptoms, set->symptom_count, sizeof(struct symptom *), compare_symptoms);
    qsort(set->rules, set->rule_count, sizeof(struct rule *), compare_rules);
}

static void clear_the_rest(const struct loader *loader, const struct table *symptoms)
{
    for (size_t i = 0; i < loader->count; i++) {
        const struct origin *origin = &loader->origins[i];

        if (!stays(origin))
            rule_clear(origin->rule);
        if (origin->symptom != NULL && !(stays(origin) && is_there(symptoms, origin->symptom)))
            symptom_clear(origin->symptom);
    }
}

/* ---- diagnostics in the order of files and lines, whatever the passes ---- */

struct ordered { size_t file, index; struct diagnostic item; };

static int compare_ordered(const void *a, const void *b)
{
    const struct ordered *left = a, *right = b;

    if (left->file != right->file)
        return left->file < right->file ? -1 : 1;
    if (left->item.line != right->item.line)
        return left->item.line < right->item.line ? -1 : 1;
    if (left->item.column != right->item.column)
        return left->item.column < right->item.column ? -1 : 1;
    return (left->index > right->index) - (left->index < right->index);
}

static void sort_diagnostics(struct loader *loader, size_t from)
{
    struct diagnostics *list = loader->diagnostics;
    size_t count = list->count - from;
    struct ordered *ordered = memory_array(count + 1, sizeof *ordered);
    struct table files = {0};

    for (size_t i = 0; i < loader->count; i++)
        table_add(&files, text_of(loader->origins[i].found->named))->value = &loader->origins[i];
    for (size_t i = 0; i < count; i++) {
        const struct table_entry *entry = table_find(&files, text_of(list->items[from + i].file));
        size_t file = entry != NULL ? (size_t)((struct origin *)entry->value - loader->origins) + 1 : 0;

        ordered[i] = (struct ordered){file, i, list->items[from + i]};
    }
    qsort(ordered, count, sizeof *ordered, compare_ordered);
    for (size_t i = 0; i < count; i++)
        list->items[from + i] = ordered[i].item;
    table_free(&files);
    free(ordered);
}

struct rule_set *rule_set_load(const char *const *paths, size_t path_count, struct diagnostics *diagnostics)
{
    struct rule_set *set = memory_alloc(sizeof *set);
    struct loader loader = {.set = set, .diagnostics = diagnostics};
    struct found_files files = {0};
    struct table winners;
    size_t before = diagnostics->count;
    bool more;

    rule_files_find(&files, paths, path_count, diagnostics);
    loader.count = files.count;
    loader.origins = memory_array(files.count + 1, sizeof *loader.origins);
    for (size_t i = 0; i < files.count; i++)
        open_origin(&loader, &loader.origins[i], &files.items[i]);
    check_duplicates(&loader);
    index_symptoms(&loader);
    read_rules(&loader);
    do {
        winners = find_winners(&loader);
        more = skip_orphans(&loader, &winners);
        if (more)
            table_free(&winners);
    } while (more);
    hand_out(&loader, &winners);
    clear_the_rest(&loader, &winners);
    sort_diagnostics(&loader, before);
    table_free(&winners);
    table_free(&loader.symptoms);
    table_free(&loader.skipped);
    free(loader.origins);
    rule_files_free(&files);
    return set;
}

void rule_set_free(struct rule_set *set)
{
    if (set == NULL)
        return;
    for (size_t i = 0; i < set->symptom_count; i++)
        symptom_clear(set->symptoms[i]);
    for (size_t i = 0; i < set->rule_count; i++)
        rule_clear(set->rules[i]);
    arena_free(&set->arena);
    free(set);
}
