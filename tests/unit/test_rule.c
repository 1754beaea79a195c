/* Sets of rule files: what is read, what is refused and why, who replaces whom. */
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rule_text.h"
#include "rules/pattern.h"
#include "rules/rule.h"

static const char symptom_file[] =
    "schema: 1\n"
    "id: stopped\n"
    "title: The {service} service stopped\n"
    "specificity: generic\n"
    "captures: [service, image]\n"
    "identity: [service]\n"
    "any_of:\n"
    "  text:\n"
    "    logsource: {category: message}\n"
    "    detection: {sel: {Message|re: 'The (?P<service>\\S+) service'}, condition: sel}\n"
    "  crash:\n"
    "    logsource: {category: crash}\n"
    "    detection: {sel: {ExceptionCode: '0xc0000005'}, condition: sel}\n"
    "    map: {image: Process}\n";

static const char rule_file[] =
    "schema: 1\n"
    "id: kb1\n"
    "title: The {service} service and its files\n"
    "level: high\n"
    "references: ['kb:1', 'kb:2']\n"
    "symptom: stopped\n"
    "applies: {service: [spooler, dhcp]}\n"
    "causes:\n"
    "  - id: disk\n"
    "    title: The disk of {service} is full\n"
    "    how_common: common\n"
    "    explains: always\n"
    "    applies: {os.version|gte: '5.2'}\n"
    "    harmless: true\n"
    "    same_as: kb2/full\n"
    "    evidence:\n"
    "      - id: event\n"
    "        title: An event\n"
    "        logsource: {product: windows, service: system}\n"
    "        detection: {sel: {Provider_Name: Srv, EventID: [2013, 2014]}, condition: sel}\n"
    "        when: {before: 10m, after: 2h}\n"
    "        valid: {os.version|gte: '5.2'}\n"
    "        strength: decisive\n"
    "        expected: usually\n"
    "      - id: size\n"
    "        title: The size, {size}, is below {service.count}\n"
    "        logsource: {category: registry}\n"
    "        detection: {sel: {Key|endswith: '\\Session Manager\\Sizes', ValueName: Disk}, condition: sel}\n"
    "        extract: {Data: 'size=(?P<size>\\d+)'}\n"
    "        where: {size|lt: 512}\n"
    "        count: {distinct: size, gte: 3, within: 1h}\n"
    "        strength: weak\n"
    "        group: config\n"
    "      - {id: service, title: Many programs, from: symptom, count: {distinct: image, lte: 2},\n"
    "         strength: moderate, points: against}\n"
    "      - {id: crash, title: Other symptom, from: hang, when: any, strength: strong}\n"
    "      - {id: over, title: Over, from: evidence, where: {event.count|gt: '100 / size'}, strength: strong}\n"
    "      - {id: both, title: Both, from: evidence, all: [event, size], strength: strong, expected: always}\n"
    "    resolution:\n"
    "      - text: Make room for {service}.\n"
    "      - {text: Repair it., applies: {size|lt: 3}}\n"
    "tests:\n"
    "  - name: first\n"
    "    facts: {os.version: '5.2', os.arch: ~}\n"
    "    collected: {log:System: [2009-03-02T06:00:00Z, 2009-03-02T12:00:00Z], registry:HKLM\\SYSTEM: all, text: all}\n"
    "    records:\n"
    "      - {Category: event, Channel: System, Provider_Name: Srv, EventID: 2013, Data: [a, '']}\n"
    "    expect:\n"
    "      order: [disk]\n"
    "      probability: {disk: '>=0.85', kb1/disk: <1}\n"
    "      evidence: {event: present, disk/size: absent}\n"
    "      excluded: {kb9: applies.service}\n"
    "      unverified: [os.arch]\n"
    "      verdict: ranked\n"
    "  - name: second\n"
    "    like: first\n"
    "    with: [kb9]\n"
    "    todo: true\n"
    "    drop: {Provider_Name: Srv}\n"
    "    replace: {EventID: {2013: 2014, 1: 2}}\n"
    "    expect: {verdict: insufficient}\n";

static const char in_place_file[] =
    "schema: 1\n"
    "id: hangs\n"
    "title: Hangs\n"
    "symptom:\n"
    "  id: hang\n"
    "  title: A program hangs\n"
    "  any_of:\n"
    "    event: {logsource: {service: application}, detection: {sel: {EventID: 1002}, condition: sel}}\n"
    "causes:\n"
    "  - {id: any, title: Any}\n";

/* ---- files ---- */

static char folder[64];

static void write_file(const char *name, const char *text)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    for (char *slash = path + strlen(folder) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        (void)mkdir(path, 0700);
        *slash = '/';
    }
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status;
    (void)type;
    (void)ftw;
    return remove(path);
}

static int new_folder(void **state)
{
    const char *temporary = getenv("TMPDIR");

    (void)state;
    snprintf(folder, sizeof folder, "%s/wincause-rules-XXXXXX",
             temporary != NULL && strlen(temporary) < 30 ? temporary : "/tmp");
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    return nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* Loads `names` below the folder, "" for the folder itself. The text of the diagnostics has the folder's name taken
 * out. */
static struct rule_set *load(const char *const *names, size_t count, struct buffer *out)
{
    struct diagnostics diagnostics = {0};
    char paths[4][256];
    const char *list[4];
    struct rule_set *set;
    struct buffer all;
    struct text rest, piece;

    for (size_t i = 0; i < count; i++) {
        snprintf(paths[i], sizeof paths[i], "%s%s%s", folder, names[i][0] != '\0' ? "/" : "", names[i]);
        list[i] = paths[i];
    }
    set = rule_set_load(list, count, &diagnostics);
    all = printed(&diagnostics);
    rest = buffer_text(&all);
    buffer_add_string(out, "");
    while (rest.size > 0) {
        size_t at = text_find(rest, text_of(folder));

        piece = text_slice(rest, 0, at == TEXT_NOT_FOUND ? rest.size : at);
        buffer_add_text(out, piece);
        rest = at == TEXT_NOT_FOUND ? TEXT_NONE : text_slice(rest, at + strlen(folder) + 1, rest.size);
    }
    buffer_free(&all);
    diagnostics_free(&diagnostics);
    return set;
}

static struct rule_set *load_folder(struct buffer *out)
{
    return load((const char *const[]){""}, 1, out);
}

static struct rule_set *load_well(void)
{
    struct buffer out = {0};
    struct rule_set *set = load_folder(&out);

    assert_string_equal(out.data, "");
    assert_int_equal(set->skipped_count, 0);
    buffer_free(&out);
    return set;
}

static void mistakes(const char *expected)
{
    struct buffer out = {0};

    rule_set_free(load_folder(&out));
    assert_string_equal(out.data, expected);
    buffer_free(&out);
}

/* ---- everything that can be written ---- */

static void test_symptom(void **state)
{
    struct rule_set *set;
    const struct symptom *symptom;

    (void)state;
    write_file("symptoms/stopped.yml", symptom_file);
    set = load_well();
    assert_int_equal(set->symptom_count, 1);
    symptom = set->symptoms[0];
    assert_string_equal(symptom->id, "stopped");
    assert_string_equal(symptom->title, "The {service} service stopped");
    assert_int_equal(symptom->specificity, SPECIFICITY_GENERIC);
    assert_string_equal(symptom->file->path, "symptoms/stopped.yml");
    assert_int_equal(strlen(symptom->file->sha256), 64);
    assert_int_equal(symptom->capture_count, 2);
    assert_string_equal(symptom->captures[1], "image");
    assert_int_equal(symptom->identity_count, 1);
    assert_int_equal(symptom->source_count, 2);
    assert_string_equal(symptom->sources[0].id, "text");
    assert_int_equal(symptom->sources[0].logsource.category, CATEGORY_MESSAGE);
    assert_int_equal(symptom->sources[1].map_count, 1);
    assert_string_equal(symptom->sources[1].maps[0].name, "image");
    assert_string_equal(symptom->sources[1].maps[0].field, "Process");
    assert_non_null(symptom->sources[1].detection);
    rule_set_free(set);
}

static void write_all(void)
{
    write_file("symptoms/stopped.yml", symptom_file);
    write_file("windows/kb1.yaml", rule_file);
    write_file("windows/hangs.yml", in_place_file);
}

static void test_rule(void **state)
{
    struct rule_set *set;
    const struct rule *rule;
    const struct cause *cause;

    (void)state;
    write_all();
    set = load_well();
    assert_int_equal(set->file_count, 3);
    assert_string_equal(set->files[0]->path, "symptoms/stopped.yml");
    assert_string_equal(set->files[1]->path, "windows/hangs.yml");
    assert_int_equal(set->rule_count, 2);
    assert_int_equal(set->symptom_count, 2);
    assert_string_equal(set->symptoms[0]->id, "hang");
    assert_int_equal(set->symptoms[0]->specificity, SPECIFICITY_SHARED);   /* unless it says otherwise */
    rule = set->rules[1];
    assert_string_equal(rule->id, "kb1");
    assert_int_equal(rule->level, RULE_LEVEL_HIGH);
    assert_int_equal(rule->reference_count, 2);
    assert_string_equal(rule->references[1], "kb:2");
    assert_int_equal(rule->symptom_count, 1);
    assert_ptr_equal(rule->symptoms[0], set->symptoms[1]);
    assert_non_null(rule->applies);
    cause = &rule->causes[0];
    assert_string_equal(cause->full_id, "kb1/disk");
    assert_int_equal(cause->how_common, COMMON_COMMON);
    assert_int_equal(cause->explains, FREQUENCY_ALWAYS);
    assert_true(cause->harmless);
    assert_string_equal(cause->same_as, "kb2/full");
    assert_non_null(cause->applies);
    assert_int_equal(cause->resolution_count, 2);
    assert_string_equal(cause->resolutions[0].text, "Make room for {service}.");
    assert_null(cause->resolutions[0].applies);
    assert_non_null(cause->resolutions[1].applies);
    rule = set->rules[0];
    assert_string_equal(rule->id, "hangs");
    assert_int_equal(rule->level, RULE_LEVEL_MEDIUM);
    assert_ptr_equal(rule->symptoms[0], set->symptoms[0]);
    assert_int_equal(rule->causes[0].how_common, COMMON_OCCASIONAL);
    assert_int_equal(rule->causes[0].explains, FREQUENCY_USUALLY);
    assert_int_equal(rule->causes[0].evidence_count, 0);
    rule_set_free(set);
}

static void test_evidence(void **state)
{
    struct rule_set *set;
    const struct evidence *item;

    (void)state;
    write_all();
    set = load_well();
    item = set->rules[1]->causes[0].evidence;
    assert_int_equal(set->rules[1]->causes[0].evidence_count, 6);
    assert_int_equal(item->from, FROM_RECORDS);
    assert_string_equal(item->logsource.service, "system");
    assert_false(item->logsource.has_category);
    assert_int_equal(item->when, WHEN_AROUND);
    assert_int_equal(item->before, 600 * TICKS_PER_SECOND);
    assert_int_equal(item->after, 7200 * TICKS_PER_SECOND);
    assert_non_null(item->valid);
    assert_int_equal(item->strength, STRENGTH_DECISIVE);
    assert_int_equal(item->expected, FREQUENCY_USUALLY);
    assert_false(item->count.given);
    assert_int_equal(item->count.number, 1);
    item++;
    assert_int_equal(item->when, WHEN_ANY);   /* the registry has no boots */
    assert_int_equal(item->extraction_count, 1);
    assert_string_equal(item->extractions[0].field, "Data");
    assert_string_equal(pattern_names(item->extractions[0].pattern)[0], "size");
    assert_non_null(item->where);
    assert_true(item->count.given);
    assert_int_equal(item->count.number, 3);
    assert_false(item->count.at_most);
    assert_string_equal(item->count.distinct, "size");
    assert_int_equal(item->count.within, 3600 * TICKS_PER_SECOND);
    assert_int_equal(item->expected, FREQUENCY_OMITTED);
    assert_string_equal(item->group, "config");
    item++;
    assert_int_equal(item->from, FROM_SYMPTOM);
    assert_true(item->count.at_most);
    assert_int_equal(item->count.number, 2);
    assert_true(item->against);
    item++;
    assert_int_equal(item->from, FROM_OTHER_SYMPTOM);
    assert_ptr_equal(item->other_symptom, set->symptoms[0]);
    assert_int_equal(item->when, WHEN_ANY);
    item++;
    assert_int_equal(item->from, FROM_EVIDENCE);
    assert_non_null(item->where);
    item++;
    assert_int_equal(item->all_count, 2);
    assert_string_equal(item->all[1], "size");
    rule_set_free(set);
}

static void test_tests(void **state)
{
    struct rule_set *set;
    const struct rule_test *test;

    (void)state;
    write_all();
    set = load_well();
    assert_int_equal(set->test_count, 2);
    test = set->tests[0];
    assert_string_equal(test->name, "first");
    assert_ptr_equal(test->rule, set->rules[1]);
    assert_int_equal(test->line, 43);
    assert_int_equal(test->fact_count, 2);
    assert_string_equal(test->facts[0].value, "5.2");
    assert_null(test->facts[1].value);
    assert_int_equal(test->collected_count, 3);
    assert_string_equal(test->collected[0].what, "log:System");
    assert_int_equal(test->collected[0].from.basis, BASIS_UTC);
    assert_int_equal(test->collected[0].to.ticks - test->collected[0].from.ticks, 6 * 3600 * TICKS_PER_SECOND);
    assert_string_equal(test->collected[1].what, "registry:HKLM\\SYSTEM");
    assert_true(test->collected[1].all);
    assert_int_equal(test->record_count, 1);
    assert_int_equal(test->records[0].field_count, 5);
    assert_string_equal(test->records[0].fields[4].name, "Data");
    assert_int_equal(test->records[0].fields[4].value_count, 2);
    assert_string_equal(test->records[0].fields[4].values[1], "");
    assert_string_equal(test->expect.order[0], "disk");
    assert_int_equal(test->expect.bound_count, 2);
    assert_string_equal(test->expect.bounds[0].op, ">=");
    assert_int_equal(test->expect.bounds[0].ten_thousandths, 8500);
    assert_string_equal(test->expect.bounds[1].op, "<");
    assert_int_equal(test->expect.bounds[1].ten_thousandths, 10000);
    assert_string_equal(test->expect.evidence[1].id, "disk/size");
    assert_string_equal(test->expect.evidence[1].value, "absent");
    assert_string_equal(test->expect.excluded[0].value, "applies.service");
    assert_string_equal(test->expect.unverified[0], "os.arch");
    assert_string_equal(test->expect.verdict, "ranked");
    test = set->tests[1];
    assert_string_equal(test->like, "first");
    assert_string_equal(test->with[0], "kb9");
    assert_true(test->todo);
    assert_false(test->has_records);
    assert_int_equal(test->drop_count, 1);
    assert_string_equal(test->drop[0].fields[0].values[0], "Srv");
    assert_int_equal(test->replace_count, 2);
    assert_string_equal(test->replace[0].field, "EventID");
    assert_string_equal(test->replace[0].old_value, "2013");
    assert_string_equal(test->replace[1].new_value, "2");
    rule_set_free(set);
}

/* ---- mistakes ---- */

static void test_mistakes_all_at_once(void **state)
{
    (void)state;
    write_file("a.yml",
               "schema: 1\n"
               "id: Stopped\n"
               "titel: x\n"
               "captures: [service]\n"
               "identity: [servce]\n"
               "any_of:\n"
               "  text:\n"
               "    logsource: {category: mesage}\n"
               "    detection: {sel: {Message|re: '(?P<image>x)'}, condition: sel}\n"
               "    map: {process: Process}\n");
    mistakes("error: `title` is missing in a symptom\n"
             "  --> a.yml:1:1\n"
             "   | schema: 1\n"
             "   | ^^^^^^\n"
             "error: `Stopped` is no id\n"
             "  --> a.yml:2:5\n"
             "   | id: Stopped\n"
             "   |     ^ use a-z, 0-9, _ and, inside, - or .\n"
             "error: unknown key `titel` in a symptom\n"
             "  --> a.yml:3:1\n"
             "   | titel: x\n"
             "   | ^^^^^ use schema, id, title, specificity, captures, identity, any_of or tests; "
             "did you mean `title`?\n"
             "warning: nothing gives the capture `service` a value\n"
             "  --> a.yml:4:12\n"
             "   | captures: [service]\n"
             "   |            ^^^^^^^ write (?P<name>...) in a pattern, or `map`\n"
             "error: `identity` names `servce`, which is not in `captures`\n"
             "  --> a.yml:5:12\n"
             "   | identity: [servce]\n"
             "   |            ^^^^^^ use service; did you mean `service`?\n"
             "error: unknown category `mesage`\n"
             "  --> a.yml:8:27\n"
             "   |     logsource: {category: mesage}\n"
             "   |                           ^^^^^^ use event, registry, crash, message or fact; "
             "did you mean `message`?\n"
             "error: the group `image` is not listed in `captures`\n"
             "  --> a.yml:9:17\n"
             "   |     detection: {sel: {Message|re: '(?P<image>x)'}, condition: sel}\n"
             "   |                 ^^^ add it there, or write (?:...) for a group without a name\n"
             "error: `process` is not listed in `captures`\n"
             "  --> a.yml:10:11\n"
             "   |     map: {process: Process}\n"
             "   |           ^^^^^^^ add it there\n");
}

static void test_mistakes_in_evidence(void **state)
{
    (void)state;
    write_file("s.yml", symptom_file);
    write_file("r.yml",
               "schema: 1\n"
               "id: r\n"
               "title: R\n"
               "symptom: stopped\n"
               "causes:\n"
               "  - id: c\n"
               "    title: C of {serivce}\n"
               "    evidence:\n"
               "      - id: e\n"
               "        title: E\n"
               "        logsource: {service: system}\n"
               "        detection: {sel: {EventID: 1}, condition: sel}\n"
               "        strength: strongly\n"
               "        expected: usually\n"
               "        points: against\n"
               "        where: {third|lt: 3}\n"
               "      - {id: e, title: F, from: symptom, where: {image: x}, when: any, strength: weak}\n"
               "      - {id: g, title: G, from: evidence, all: [h, x], strength: weak}\n"
               "      - {id: h, title: H, from: evidence, where: {g.count|gt: 1}, strength: weak}\n"
               "      - {id: limit, title: I, from: stopped, strength: weak}\n"
               "      - {id: j, title: J, from: symptom, count: {gte: 1, within: 10}, strength: weak}\n");
    mistakes("error: unknown name `serivce`\n"
             "  --> r.yml:7:18\n"
             "   |     title: C of {serivce}\n"
             "   |                  ^^^^^^^ known here are names in this cause: service, image, e.count, g.count, "
             "h.count, limit.count, j.count; and facts such as os.version; did you mean `service`?\n"
             "error: unknown strength `strongly`\n"
             "  --> r.yml:13:19\n"
             "   |         strength: strongly\n"
             "   |                   ^^^^^^^^ use decisive, strong, moderate or weak; did you mean `strong`?\n"
             "error: `expected` does not go with `points: against`\n"
             "  --> r.yml:14:19\n"
             "   |         expected: usually\n"
             "   |                   ^^^^^^^ leave it out: absence then counts nothing\n"
             "error: unknown name `third`\n"
             "  --> r.yml:16:17\n"
             "   |         where: {third|lt: 3}\n"
             "   |                 ^^^^^ there are no extracted names\n"
             "error: duplicate id `e`\n"
             "  --> r.yml:17:14\n"
             "   |       - {id: e, title: F, from: symptom, where: {image: x}, when: any, strength: weak}\n"
             "   |              ^ an id stands once in a cause\n"
             "error: `when` does not go with `from: symptom`\n"
             "  --> r.yml:17:67\n"
             "   | ...- {id: e, title: F, from: symptom, where: {image: x}, when: any, strength: weak}\n"
             "   |                                                                ^^^ leave it out\n"
             "error: the evidence `g` goes round in a circle\n"
             "  --> r.yml:18:10\n"
             "   |       - {id: g, title: G, from: evidence, all: [h, x], strength: weak}\n"
             "   |          ^^ an item cannot depend on itself\n"
             "error: `all` names `x`, which is no other item of this cause\n"
             "  --> r.yml:18:52\n"
             "   |       - {id: g, title: G, from: evidence, all: [h, x], strength: weak}\n"
             "   |                                                    ^ use e, h, limit or j\n"
             "error: `limit` is a row that every ledger has\n"
             "  --> r.yml:20:14\n"
             "   |       - {id: limit, title: I, from: stopped, strength: weak}\n"
             "   |              ^^^^^ choose another\n"
             "error: `stopped` is the symptom of this rule itself\n"
             "  --> r.yml:20:37\n"
             "   |       - {id: limit, title: I, from: stopped, strength: weak}\n"
             "   |                                     ^^^^^^^ write `from: symptom`\n"
             "error: a length of time is wanted here\n"
             "  --> r.yml:21:66\n"
             "   | ... - {id: j, title: J, from: symptom, count: {gte: 1, within: 10}, strength: weak}\n"
             "   |                                                                ^^ as in 90s, 10m, 2h or 1d\n");
}

static void test_mistakes_in_tests(void **state)
{
    (void)state;
    write_file("s.yml", symptom_file);
    write_file("r.yml",
               "schema: 1\n"
               "id: r\n"
               "title: R\n"
               "symptom: stopped\n"
               "causes: [{id: heap, title: C}]\n"
               "tests:\n"
               "  - name: a\n"
               "    records: [{Category: evnt, A: ~}, {EventID: 1}]\n"
               "    collected: {log:System: all, regsitry:X: all}\n"
               "    expect: {order: [heep], probability: {heap: 0.5}, evidence: {e: presnt}, verdict: maybe}\n"
               "  - {name: b, like: c, expect: {}}\n");
    mistakes("error: unknown category `evnt`\n"
             "  --> r.yml:8:26\n"
             "   |     records: [{Category: evnt, A: ~}, {EventID: 1}]\n"
             "   |                          ^^^^ use event, registry, crash, message or fact; did you mean `event`?\n"
             "error: a value is missing here\n"
             "  --> r.yml:8:35\n"
             "   |     records: [{Category: evnt, A: ~}, {EventID: 1}]\n"
             "   |                                   ^ write '' for an empty text\n"
             "error: `Category` is missing in a record\n"
             "  --> r.yml:8:40\n"
             "   |     records: [{Category: evnt, A: ~}, {EventID: 1}]\n"
             "   |                                        ^^^^^^^ use event, registry, crash, message or fact\n"
             "error: `regsitry:X` cannot be collected\n"
             "  --> r.yml:9:34\n"
             "   |     collected: {log:System: all, regsitry:X: all}\n"
             "   |                                  ^^^^^^^^^^ use log:NAME, registry:KEY or text\n"
             "error: no cause of this rule has the id `heep`\n"
             "  --> r.yml:10:22\n"
             "   |     expect: {order: [heep], probability: {heap: 0.5}, evidence: {e: presnt}, verdict: maybe}\n"
             "   |                      ^^^^ use heap; did you mean `heap`?\n"
             "error: a bound is wanted here\n"
             "  --> r.yml:10:49\n"
             "   |     expect: {order: [heep], probability: {heap: 0.5}, evidence: {e: presnt}, verdict: maybe}\n"
             "   |                                                 ^^^ as in '>=0.85', '<=0.2' or '<0.05'\n"
             "error: no evidence of this rule has the id `e`\n"
             "  --> r.yml:10:66\n"
             "   | ...xpect: {order: [heep], probability: {heap: 0.5}, evidence: {e: presnt}, verdict: maybe}\n"
             "   |                                                                ^\n"
             "error: unknown status `presnt`\n"
             "  --> r.yml:10:69\n"
             "   | ...ct: {order: [heep], probability: {heap: 0.5}, evidence: {e: presnt}, verdict: maybe}\n"
             "   |                                                                ^^^^^^ use present, absent, partial, "
             "not_collected or not_applicable; did you mean `present`?\n"
             "error: unknown verdict `maybe`\n"
             "  --> r.yml:10:87\n"
             "   | ..., probability: {heap: 0.5}, evidence: {e: presnt}, verdict: maybe}\n"
             "   |                                                                ^^^^^ use ranked, insufficient, "
             "no_known_cause, nothing_found or nothing_read\n"
             "error: no test above has the name `c`\n"
             "  --> r.yml:11:21\n"
             "   |   - {name: b, like: c, expect: {}}\n"
             "   |                     ^ a test builds on one that stands above it\n"
             "error: the test expects nothing\n"
             "  --> r.yml:11:32\n"
             "   |   - {name: b, like: c, expect: {}}\n"
             "   |                                ^^\n");
}

/* ---- sets ---- */

static void skipped_are(const struct rule_set *set, const char *expected)
{
    struct buffer text = {0};

    buffer_add_string(&text, "");
    for (size_t i = 0; i < set->skipped_count; i++)
        buffer_printf(&text, "%s: %s\n", set->skipped[i].file, set->skipped[i].reason);
    assert_string_equal(text.data, expected);
    buffer_free(&text);
}

static void test_a_broken_file_is_skipped_as_a_whole(void **state)
{
    struct buffer out = {0};
    struct rule_set *set;

    (void)state;
    write_all();
    write_file("symptoms/stopped.yml", "schema: 1\nid: stopped\ntitle: x\nany_of: {}\nidentty: y\n");
    set = load_folder(&out);
    skipped_are(set, "symptoms/stopped.yml: line 4: `any_of` is empty (and 1 more)\n"
                     "windows/kb1.yaml: line 6: the symptom `stopped` was skipped with symptoms/stopped.yml\n");
    assert_int_equal(set->rule_count, 1);
    assert_int_equal(set->symptom_count, 1);
    assert_int_equal(set->test_count, 0);
    buffer_free(&out);
    rule_set_free(set);
}

static void test_rules_fall_with_a_symptom_in_place(void **state)
{
    struct buffer out = {0};
    struct rule_set *set;

    (void)state;
    write_all();
    write_file("windows/hangs.yml",
               "schema: 1\nid: hangs\ntitle: H\nsymptom:\n  id: hang\n  title: H\n  any_of:\n"
               "    e: {logsource: {service: x}, detection: {sel: {EventID: 1002}, condition: sel}}\n"
               "causes: [{id: any, title: 'Any {x}'}]\n");
    set = load_folder(&out);
    skipped_are(set, "windows/hangs.yml: line 9: unknown name `x`\n"
                     "windows/kb1.yaml: its symptom `hang` was skipped with windows/hangs.yml\n");
    assert_int_equal(set->rule_count, 0);
    assert_int_equal(set->symptom_count, 1);
    buffer_free(&out);
    rule_set_free(set);
}

static void test_duplicates_skip_all_bearers(void **state)
{
    struct buffer out = {0};
    struct rule_set *set;

    (void)state;
    write_all();
    write_file("windows/other.yml", in_place_file);
    set = load_folder(&out);
    skipped_are(set, "windows/hangs.yml: the id `hangs` of a rule is also in windows/other.yml\n"
                     "windows/kb1.yaml: line 36: the symptom `hang` was skipped with windows/other.yml\n"
                     "windows/other.yml: the id `hangs` of a rule is also in windows/hangs.yml\n");
    assert_non_null(strstr(out.data, "error: duplicate id of a rule: `hangs`\n"
                                     "  --> windows/hangs.yml:2:5\n"
                                     "   | id: hangs\n"
                                     "   |     ^^^^^ it is also in "));
    buffer_free(&out);
    rule_set_free(set);
}

static void test_a_later_path_replaces(void **state)
{
    struct buffer out = {0}, more = {0};
    char digest[65];
    struct rule_set *set;

    (void)state;
    write_file("a/s.yml", symptom_file);
    write_file("a/kb1.yml", rule_file);
    write_file("a/hangs.yml", in_place_file);
    write_file("b/mine.yml",
               "schema: 1\nid: kb1\ntitle: Mine\nsymptom: stopped\ncauses: [{id: x, title: '{service}'}]\n");
    write_file("b/stopped.yml",
               "schema: 1\nid: stopped\ntitle: Mine\ncaptures: [service]\nany_of:\n"
               "  e: {logsource: {service: x}, detection: {sel: {p1|re: (?P<service>.+)}, condition: sel}}\n");
    set = load((const char *const[]){"a", "b"}, 2, &out);
    assert_string_equal(out.data, "");
    assert_int_equal(set->rule_count, 2);
    assert_string_equal(set->rules[1]->title, "Mine");
    assert_string_equal(set->symptoms[1]->title, "Mine");
    assert_ptr_equal(set->rules[1]->symptoms[0], set->symptoms[1]);
    assert_int_equal(set->file_count, 3);
    assert_int_equal(set->test_count, 0);   /* those of what was replaced go with it */
    memcpy(digest, set->digest, sizeof digest);
    rule_set_free(set);
    /* The other way round it is the other one, and a file that is no good replaces nothing. */
    set = load((const char *const[]){"b", "a"}, 2, &out);
    assert_string_equal(set->rules[1]->title, "The {service} service and its files");
    assert_string_not_equal(set->digest, digest);
    rule_set_free(set);
    write_file("c/bad.yml", "schema: 1\nid: kb1\ntitle: Bad\nsymptom: stopped\ncauses: []\n");
    set = load((const char *const[]){"a", "b", "c"}, 3, &more);
    assert_string_equal(set->rules[1]->title, "Mine");
    skipped_are(set, "bad.yml: line 5: a rule needs a cause\n");
    rule_set_free(set);
    buffer_free(&out);
    buffer_free(&more);
}

static void test_files_that_are_no_rules(void **state)
{
    struct buffer out = {0};
    struct rule_set *set;

    (void)state;
    write_file("sigma.yml",
               "title: Suspicious\nlogsource: {product: windows}\ndetection:\n  s: {a: b}\n  condition: s\n");
    write_file("what.yml", "schema: 1\nid: x\n");
    write_file("list.yml", "- a\n");
    write_file("README.md", "not: yaml: at all\n");
    write_file(".hidden.yml", "[\n");
    set = load_folder(&out);
    skipped_are(set, "list.yml: line 1: this is neither a rule nor a symptom\n"
                     "sigma.yml: a Sigma rule; not supported yet\n"
                     "what.yml: line 1: this is neither a rule nor a symptom\n");
    assert_int_equal(set->file_count, 0);
    rule_set_free(set);
    buffer_clear(&out);
    set = load((const char *const[]){"nowhere"}, 1, &out);
    assert_string_equal(out.data, "error: the rules cannot be read: No such file or directory\n  --> nowhere\n");
    rule_set_free(set);
    buffer_free(&out);
}

/* ---- files that somebody broke ---- */

static uint32_t random_state = 3;

static uint32_t random_below(uint32_t bound)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % bound;
}

static void mutate(struct buffer *bytes)
{
    static const char *const pieces[] = {"'",    "\"",  "{",    "}",        "[",    "]",  ":",
                                         "- ",   "\n",  "\t",   "|",        "*",    "&a ", "!!x ",
                                         "~",    "\\",  "(?P<", "\xFF",     "\xE2\x80", "#", "id",
                                         "count", "/",  "0x",   "all: [both]", "from: evidence"};

    for (uint32_t n = 1 + random_below(3); n > 0 && bytes->size > 8; n--) {
        uint32_t at = random_below((uint32_t)bytes->size), length = random_below(8);
        const char *piece = pieces[random_below(sizeof pieces / sizeof *pieces)];
        struct buffer changed = {0};

        buffer_add_text(&changed, text_slice(buffer_text(bytes), 0, at));
        if (random_below(3) > 0)
            buffer_add_string(&changed, piece);
        buffer_add_text(&changed, text_slice(buffer_text(bytes), at + (random_below(2) ? length : 0), bytes->size));
        buffer_free(bytes);
        *bytes = changed;
    }
}

static void test_mutants(void **state)
{
    size_t good = 0, bad = 0;

    (void)state;
    write_file("windows/hangs.yml", in_place_file);
    for (int i = 0; i < 600; i++) {
        struct buffer symptom = {0}, rule = {0}, out = {0};
        struct rule_set *set;

        buffer_add_string(&symptom, symptom_file);
        buffer_add_string(&rule, rule_file);
        mutate(random_below(3) == 0 ? &symptom : &rule);
        write_file("symptoms/stopped.yml", symptom.data);
        write_file("windows/kb1.yaml", rule.data);
        set = load_folder(&out);
        if (set->skipped_count == 0)
            good++;
        else
            bad++;
        assert_true(set->skipped_count == 0 || out.size > 0);   /* nothing is skipped without a word */
        assert_int_equal(set->file_count + set->skipped_count, 3);
        rule_set_free(set);
        buffer_free(&symptom);
        buffer_free(&rule);
        buffer_free(&out);
    }
    assert_true(good > 30 && bad > 300);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, new_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(test_symptom),
        WITH_FOLDER(test_rule),
        WITH_FOLDER(test_evidence),
        WITH_FOLDER(test_tests),
        WITH_FOLDER(test_mistakes_all_at_once),
        WITH_FOLDER(test_mistakes_in_evidence),
        WITH_FOLDER(test_mistakes_in_tests),
        WITH_FOLDER(test_a_broken_file_is_skipped_as_a_whole),
        WITH_FOLDER(test_rules_fall_with_a_symptom_in_place),
        WITH_FOLDER(test_duplicates_skip_all_bearers),
        WITH_FOLDER(test_a_later_path_replaces),
        WITH_FOLDER(test_files_that_are_no_rules),
        WITH_FOLDER(test_mutants),
    };

    return cmocka_run_group_tests_name("rule", tests, NULL, NULL);
}
