/*
 * Reports of findings built by hand: what must be said, that no line passes 80 columns, and that nothing from an input
 * reaches the terminal raw. With the name of a case as argument the program prints its JSON report instead
 * (tests/report-schema.sh validates them), with `text CASE` its text report.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/printable.h"
#include "report/page.h"
#include "report/report.h"
#include "report/words.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define STRINGS(...)                                                                                                   \
    {                                                                                                                  \
        .items = (char *[]){__VA_ARGS__}, .count = sizeof((char *[]){__VA_ARGS__}) / sizeof(char *)                    \
    }

static char digest[] = "3f9c000000000000000000000000000000000000000000000000000000000000";

/* ---- one machine, one problem: the case of DESIGN's sketch ---- */

static struct moment utc(const char *text)
{
    struct moment moment;
    assert_true(moment_parse(text_of(text), &moment));
    return moment;
}

static struct input system_log = {.index = 0,
                                  .path = "System.evtx",
                                  .folder = "",
                                  .kind = "evtx",
                                  .bytes = 69632,
                                  .status = INPUT_READ,
                                  .records = 9};
static struct input system_reg = {
    .index = 1, .path = "system.reg", .folder = "", .kind = "reg", .bytes = 4096, .status = INPUT_READ, .records = 6};
static struct input *desktop_inputs[] = {&system_log, &system_reg};
static struct bundle desktop_bundle = {.name = "desktop-heap", .inputs = desktop_inputs, .input_count = 2};

static struct rule_file rule_file = {.path = "windows/kb184802.yml"};
static struct cause causes[] = {
    {.id = "heap_full",
     .title = "A desktop's heap is full",
     .full_id = "kb184802/heap_full",
     .how_common = COMMON_OCCASIONAL},
    {.id = "winsta_access",
     .title = "No access to the window station or desktop",
     .full_id = "kb184802/winsta_access",
     .how_common = COMMON_OCCASIONAL},
    {.id = "heap_buffer",
     .title = "The system-wide heap buffer is used up (event 244)",
     .full_id = "kb184802/heap_buffer",
     .how_common = COMMON_RARE},
};
static struct rule rule = {.id = "kb184802",
                           .title = "User32.dll or Kernel32.dll does not initialize",
                           .level = RULE_LEVEL_HIGH,
                           .file = &rule_file,
                           .causes = causes,
                           .cause_count = 3};
static struct rule *rules[] = {&rule};
static struct rule_set rule_set = {.rules = rules, .rule_count = 1};
static struct symptom symptom = {.id = "dll_init_failed",
                                 .title = "A DLL could not be initialized when a process started",
                                 .identity = (char *[]){"dll"},
                                 .identity_count = 1};

static struct place places_243[1], places_reg[1], places_seen[3];
static struct ledger_row ledger[10], ledger_winsta[6], ledger_buffer[6];
static struct finding_cause ranked[3];
static struct named_values captures[] = {{"dll", STRINGS("user32.dll")},
                                         {"image", STRINGS("cmd.exe", "cscript.exe", "net.exe")}};
static struct finding_excluded excluded[] = {{"kb212825", "applies.dll: needs crypt32.dll, here user32.dll"}};
static struct finding_missing missing[2];
static struct finding_moment timeline[2];
static struct finding_problem problems[3];
static struct finding_fact facts[4];
static struct finding_log logs[1];
static struct finding_host hosts[1];
static struct finding_unexplained unexplained[1];

static struct ledger_row model_row(const char *id, const char *title, int db)
{
    return (struct ledger_row){.id = (char *)id, .title = (char *)title, .status = EVIDENCE_MODEL, .db = db};
}

static struct ledger_row evidence_row(const char *id, const char *title, enum evidence_status status, int db,
                                      const char *why)
{
    return (struct ledger_row){
        .id = (char *)id, .title = (char *)title, .status = status, .db = db, .why = (char *)why};
}

/* At file scope, where they live as long as the program. */
static struct named_values values_third[] = {{"third", STRINGS("256")}};
static const struct strings references = STRINGS("kb:184802", "kb:947246");
static const struct strings fix =
    STRINGS("Raise the third SharedSection value (services) or the second (interactive desktop) and "
            "restart. Now: 1024,3072,256");
static const struct strings fixes =
    STRINGS("Grant the account access to the window station.", "Or run it as another account.");
static const struct strings dlls = STRINGS("user32.dll");
static const struct strings gates = STRINGS("os.version");

static void fill_places(void)
{
    static const char *const times[] = {"2010-05-04T09:55:12Z", "2010-05-04T09:56:00Z", "2010-05-04T09:57:01Z"};

    places_243[0] = (struct place){&system_log,
                                   {.record = 6, .has_offset = true, .offset = 5000},
                                   utc("2010-05-04T09:31:00Z"),
                                   "A desktop heap allocation failed."};
    places_reg[0] =
        (struct place){&system_reg, {.record = 3, .line = 9}, {0, BASIS_NONE}, "SharedSection=1024,3072,256"};
    for (size_t i = 0; i < 3; i++)
        places_seen[i] =
            (struct place){&system_log, {.record = 7 + i}, utc(times[i]), "cmd.exe - DLL Initialization Failed"};
}

static void fill_ledgers(void)
{
    ledger[0] = model_row("prior", "starting point: an occasional cause", -130);
    ledger[1] = model_row("crowd", "rivals", 0);
    ledger[2] = model_row("gates", "gates", 0);
    ledger[3] = model_row("limit", "evidence counts at most +30", -40);
    ledger[4] = model_row("symptom", "it explains the failures", 78);
    ledger[4].why = "+9.1 if nothing else could";
    ledger[5] = evidence_row("win32k_243", "Win32k reported that a desktop heap allocation failed", EVIDENCE_PRESENT,
                             200, "same boot, 24 min before");
    ledger[5].count = 1;
    ledger[5].first = ledger[5].last = utc("2010-05-04T09:31:00Z");
    ledger[5].found = places_243;
    ledger[5].found_count = 1;
    ledger[6] =
        evidence_row("third", "the third SharedSection value, 256, is below the default", EVIDENCE_PRESENT, 70, NULL);
    ledger[6].values = values_third;
    ledger[6].value_count = 1;
    ledger[6].count = 1;
    ledger[6].found = places_reg;
    ledger[6].found_count = 1;
    ledger[7] = evidence_row("many_images", "three or more different programs failed", EVIDENCE_PRESENT, 70, NULL);
    ledger[7].count = 3;
    ledger[7].first = utc("2010-05-04T09:55:12Z");
    ledger[7].last = utc("2010-05-04T09:57:01Z");
    ledger[7].found = places_seen;
    ledger[7].found_count = 3;
    ledger[8] = evidence_row("chatty", "Something that is logged all day long", EVIDENCE_PRESENT, 0,
                             "30 of 60 other windows hold it too: chance");
    ledger[8].count = 1234;
    ledger[8].found = places_243;
    ledger[8].found_count = 1;
    ledger[9] = evidence_row("user_services", "Many services run under user accounts", EVIDENCE_PARTIAL, 0,
                             "only HKLM\\SYSTEM\\CurrentControlSet\\Control was exported");
    ledger[9].worth = 30;
    ledger_winsta[0] = model_row("prior", "starting point: an occasional cause", -130);
    ledger_winsta[1] = model_row("crowd", "", 0);
    ledger_winsta[2] = model_row("gates", "not verified whether the article applies", -30);
    ledger_winsta[2].why = "os.version";
    ledger_winsta[3] = model_row("limit", "", 0);
    ledger_winsta[4] = model_row("symptom", "it explains the failures", 8);
    ledger_winsta[5] = evidence_row("screensaver_only", "Only screen savers failed", EVIDENCE_ABSENT, -70,
                                    "3 programs, 0 screen savers");
    memcpy(ledger_buffer, ledger_winsta, sizeof(ledger_buffer));
}

static void fill_causes(void)
{
    static const unsigned probabilities[] = {9970, 570, 20};
    static const char *const words[] = {"very likely", "unlikely", "unlikely"};
    static const int scores[] = {248, -122, -262};

    for (unsigned i = 0; i < 3; i++)
        ranked[i] = (struct finding_cause){.rank = i + 1,
                                           .rule = &rule,
                                           .cause = &causes[i],
                                           .title = causes[i].title,
                                           .probability = probabilities[i],
                                           .word = words[i],
                                           .score = scores[i],
                                           .alone = 91,
                                           .separated = true,
                                           .references = references};
    ranked[0].ledger = ledger;
    ranked[0].ledger_count = 8;
    ranked[0].resolutions = fix;
    ranked[1].ledger = ledger_winsta;
    ranked[1].ledger_count = 6;
    ranked[1].unverified = gates;
    ranked[1].resolutions = fixes;
    ranked[2].ledger = ledger_buffer;
    ranked[2].ledger_count = 6;
}

static void fill_host(void)
{
    static const char *const names[][2] = {
        {"os.product", "Windows Server 2003"}, {"os.version", "5.2"}, {"os.service_pack", "2"}, {"os.arch", "x86"}};
    for (size_t i = 0; i < 4; i++)
        facts[i] = (struct finding_fact){.name = (char *)names[i][0],
                                         .value = (char *)names[i][1],
                                         .input = &system_reg,
                                         .at = {.record = i + 1, .line = i + 4}};
    logs[0] = (struct finding_log){.channel = "System",
                                   .first = utc("2010-05-04T05:58:00Z"),
                                   .last = utc("2010-05-04T09:57:01Z"),
                                   .records = 9,
                                   .complete = true};
    hosts[0] = (struct finding_host){.name = "SRV01", .facts = facts, .fact_count = 4, .logs = logs, .log_count = 1};
}

static struct findings desktop_heap(void)
{
    strcpy(system_log.sha256, digest);
    strcpy(system_reg.sha256, digest);
    strcpy(rule_file.sha256, digest);
    strcpy(rule_set.digest, digest);
    system_log.first = utc("2010-05-04T05:58:00Z");
    system_log.last = utc("2010-05-04T09:57:01Z");
    fill_places();
    fill_ledgers();
    fill_causes();
    fill_host();
    captures[0].values = dlls;
    missing[0] = (struct finding_missing){"HKLM\\SYSTEM\\CurrentControlSet\\Services as a registry export (.reg)",
                                          "kb184802/heap_full/user_services", 30, true};
    missing[1] = (struct finding_missing){"the whole System log (.evtx) from 2010-05-04 05:58Z",
                                          "kb184802/heap_full/win32k_243", 271, true};
    timeline[0] = (struct finding_moment){utc("2010-05-04T05:58:00Z"), "the machine started", &system_log, 1};
    timeline[1] = (struct finding_moment){utc("2010-05-04T09:31:00Z"),
                                          "Win32k reported that a desktop heap allocation failed", &system_log, 6};
    problems[0] = (struct finding_problem){.symptom = &symptom,
                                           .host = "SRV01",
                                           .level = RULE_LEVEL_HIGH,
                                           .verdict = VERDICT_RANKED,
                                           .first = utc("2010-05-04T09:55:12Z"),
                                           .last = utc("2010-05-04T09:57:01Z"),
                                           .count = 1,
                                           .records = 3,
                                           .captures = captures,
                                           .capture_count = 2,
                                           .p_none = 23,
                                           .found = places_seen,
                                           .found_count = 3,
                                           .causes = ranked,
                                           .cause_count = 3,
                                           .excluded = excluded,
                                           .excluded_count = 1,
                                           .timeline = timeline,
                                           .timeline_count = 2};
    return (struct findings){.bundle = &desktop_bundle,
                             .rules = &rule_set,
                             .verdict = VERDICT_RANKED,
                             .hosts = hosts,
                             .host_count = 1,
                             .problems = problems,
                             .problem_count = 1};
}

/* ---- the other cases ---- */

static struct findings not_separated(void)
{
    struct findings findings = desktop_heap();
    ranked[0].separated = false;
    ranked[0].ledger_count = 10;
    ranked[1].score = 233;
    ranked[1].probability = 4100;
    ranked[1].word = "possible";
    problems[0].missing = missing;
    problems[0].missing_count = 1;
    return findings;
}

static struct findings insufficient(void)
{
    struct findings findings = desktop_heap();
    static struct input note = {
        .path = "note.txt", .folder = "", .kind = "text", .bytes = 120, .status = INPUT_READ, .records = 1};
    static struct input *inputs[] = {&note};
    static struct bundle bundle = {.name = "pasted", .inputs = inputs, .input_count = 1};
    static struct place seen[1];
    static const struct input *unknown[] = {&note};

    strcpy(note.sha256, digest);
    seen[0] = (struct place){
        &note, {.record = 1, .line = 1}, utc("2010-05-04T09:55:12"), "Initialization of the dynamic library failed."};
    findings.bundle = &bundle;
    findings.verdict = VERDICT_INSUFFICIENT;
    findings.unknown_zone = unknown;
    findings.unknown_zone_count = 1;
    hosts[0] = (struct finding_host){.name = ""};
    for (size_t i = 0; i < 3; i++) {
        ranked[i].probability = 2000 - 500 * (unsigned)i;
        ranked[i].word = i == 0 ? "possible" : "unlikely";
        ranked[i].ledger_count = 5;
    }
    ledger[5] = evidence_row("win32k_243", "Win32k reported that a desktop heap allocation failed",
                             EVIDENCE_NOT_COLLECTED, 0, NULL);
    ledger[5].worth = 200;
    ranked[0].ledger_count = 6;
    problems[0].verdict = VERDICT_INSUFFICIENT;
    problems[0].host = "";
    problems[0].records = 1;
    problems[0].first = problems[0].last = seen[0].time;
    problems[0].found = seen;
    problems[0].found_count = 1;
    problems[0].missing = missing + 1;
    problems[0].missing_count = 1;
    problems[0].timeline_count = 0;
    return findings;
}

static struct findings no_known_cause(void)
{
    struct findings findings = desktop_heap();
    findings.verdict = problems[0].verdict = VERDICT_NO_KNOWN_CAUSE;
    problems[0].cause_count = 0;
    problems[0].p_none = 10000;
    unexplained[0] = (struct finding_unexplained){"Service Control Manager",
                                                  "System",
                                                  7000,
                                                  LEVEL_ERROR,
                                                  41,
                                                  utc("2010-05-04T06:00:00Z"),
                                                  utc("2010-05-04T09:00:00Z"),
                                                  "The X service failed to start"};
    findings.unexplained = unexplained;
    findings.unexplained_count = 1;
    return findings;
}

static struct findings not_seen(void)
{
    struct findings findings = desktop_heap();
    problems[0].count = problems[0].records = 0;
    ledger[4].title = "the failure itself was not recorded";
    ledger[4].why = NULL;
    problems[0].found_count = 0;
    problems[0].capture_count = 0;
    problems[0].first = problems[0].last = utc("2010-05-04T09:31:00Z");
    return findings;
}

static struct findings harmless(void)
{
    struct findings findings = desktop_heap();
    static struct cause ignore;
    ignore = causes[0];
    ignore.harmless = true;
    ranked[0].ledger_count = 10;
    ranked[0].cause = &ignore;
    return findings;
}

static struct findings several(void)
{
    struct findings findings = desktop_heap();
    problems[1] = problems[0];
    problems[1].verdict = VERDICT_NO_KNOWN_CAUSE;
    problems[1].level = RULE_LEVEL_MEDIUM;
    problems[1].cause_count = 2;
    problems[1].causes = ranked + 1;
    problems[2] = problems[1];
    problems[2].verdict = VERDICT_INSUFFICIENT;
    problems[2].missing = missing;
    problems[2].missing_count = 2;
    findings.problem_count = 3;
    return findings;
}

static struct findings nothing_found(void)
{
    struct findings findings = desktop_heap();
    findings.verdict = VERDICT_NOTHING_FOUND;
    findings.problem_count = 0;
    return findings;
}

static char *torn_notes[] = {"no chunk could be read"};
static struct findings nothing_read(void)
{
    struct findings findings = desktop_heap();
    static struct input bad = {.path = "torn.evtx",
                               .folder = "",
                               .kind = "evtx",
                               .bytes = 10,
                               .status = INPUT_REFUSED,
                               .damaged = true,
                               .notes = torn_notes,
                               .note_count = 1};
    static struct input *inputs[] = {&bad};
    static struct bundle bundle = {.name = "torn", .inputs = inputs, .input_count = 1};
    findings.bundle = &bundle;
    findings.verdict = VERDICT_NOTHING_READ;
    findings.problem_count = findings.host_count = 0;
    return findings;
}

static struct findings no_input(void)
{
    struct findings findings = nothing_read();
    static struct bundle empty = {.name = "empty", .inputs = NULL, .input_count = 0};
    findings.bundle = &empty;
    return findings;
}

/* Escape sequences, direction overrides, no UTF-8, a long word and wide characters in every place that an input fills.
 */
#define EVIL                                                                                                           \
    "\x1b[2J\x1b]0;owned\x07\xE2\x80\xAE"                                                                              \
    "exe.txt\xC2\x9B\xFF\r\n\t\xE6\x97\xA5\xE6\x9C\xAC"
static char long_name[400];
static const struct strings evil_list = STRINGS(EVIL, long_name);
static struct input evil = {.folder = "",
                            .kind = "text",
                            .status = INPUT_PARTIAL,
                            .damaged = true,
                            .lost = 3,
                            .records = 1,
                            .notes = (char *[]){EVIL " " EVIL},
                            .note_count = 1};
static struct input twin = {.folder = "", .kind = "text", .status = INPUT_READ};
static struct input *evil_inputs[] = {&evil, &twin};
static struct bundle evil_bundle = {.inputs = evil_inputs, .input_count = 2};
static char twin_name[420];
static const struct input *evil_unknown[] = {&evil};
static struct finding_gave_up evil_gave_up[] = {{long_name, &evil, 7}};
static struct finding_excluded evil_excluded[] = {{EVIL, long_name}};
static struct finding_missing evil_missing[] = {{long_name, EVIL, 12345, true}};

static struct findings hostile(void)
{
    struct findings findings = desktop_heap();

    memset(long_name, 'x', sizeof(long_name) - 1);
    memcpy(long_name + 100, "/" EVIL, sizeof(EVIL));
    long_name[100 + sizeof(EVIL)] = '/';
    snprintf(twin_name, sizeof(twin_name), "other/%s", long_name);
    evil.path = long_name;
    twin.path = twin_name;
    evil_bundle.name = long_name;
    findings.bundle = &evil_bundle;
    findings.unknown_zone = evil_unknown;
    findings.unknown_zone_count = 1;
    for (size_t i = 0; i < 3; i++)
        places_seen[i] = (struct place){
            &evil, {.record = UINT64_MAX, .line = UINT64_MAX}, utc("9999-12-31T23:59:59"), EVIL EVIL EVIL};
    ranked[0].title = long_name;
    ranked[0].resolutions = evil_list;
    ranked[0].references = evil_list;
    ledger[5].title = ledger[5].why = long_name;
    ledger[6].title = EVIL;
    problems[0].host = hosts[0].name = long_name;
    captures[0].values = evil_list;
    facts[0].value = EVIL;
    facts[0].conflict = true;
    logs[0].channel = long_name;
    unexplained[0] = (struct finding_unexplained){long_name,  EVIL,           UINT32_MAX,     LEVEL_CRITICAL,
                                                  UINT64_MAX, {0, BASIS_NONE}, {0, BASIS_NONE}, long_name};
    findings.unexplained = unexplained;
    findings.unexplained_count = 1;
    findings.gave_up = evil_gave_up;
    findings.gave_up_count = 1;
    problems[0].excluded = evil_excluded;
    problems[0].missing = evil_missing;
    problems[0].missing_count = 1;
    timeline[0].what = long_name;
    return findings;
}

static const struct {
    const char *name;
    struct findings (*build)(void);
} cases[] = {{"desktop-heap", desktop_heap},
             {"not-separated", not_separated},
             {"insufficient", insufficient},
             {"no-known-cause", no_known_cause},
             {"not-seen", not_seen},
             {"harmless", harmless},
             {"several", several},
             {"nothing-found", nothing_found},
             {"nothing-read", nothing_read},
             {"no-input", no_input},
             {"hostile", hostile}};

static struct buffer written(const char *format, struct findings (*build)(void), bool color)
{
    struct findings findings = build();
    struct buffer out = {0};
    report_format_find(format)->write(&findings, &(struct report_style){color}, &out);
    return out;
}

/* ---- tests ---- */

static void no_line_passes_the_edge(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buffer out = written("text", cases[i].build, false);
        struct text rest = buffer_text(&out), line;
        while (text_next(&rest, '\n', &line)) {
            if (printable_width(line) > PAGE_WIDTH || (line.size > 0 && line.data[line.size - 1] == ' '))
                fail_msg("%s: %.*s", cases[i].name, (int)line.size, line.data);
        }
        assert_int_equal(out.data[out.size - 1], '\n');
        buffer_free(&out);
    }
}

static void nothing_raw_reaches_the_terminal(void **state)
{
    (void)state;
    struct buffer out = written("text", hostile, false);
    struct buffer again = {0};

    for (size_t i = 0; i < out.size; i++)
        assert_true(out.data[i] == '\n' || (unsigned char)out.data[i] >= 0x20);
    struct text rest = buffer_text(&out), line;
    while (text_next(&rest, '\n', &line)) { /* whatever is printable comes out as it went in */
        buffer_clear(&again);
        buffer_add_printable(&again, line);
        assert_true(text_equal(buffer_text(&again), line));
    }
    assert_non_null(strstr(out.data, "\\u{202e}"));
    assert_non_null(strstr(out.data, "\\u{1b}"));
    assert_null(strstr(out.data, "\xE2\x80\xAE"));
    buffer_free(&again);
    buffer_free(&out);
}

static void color_changes_no_word(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buffer plain = written("text", cases[i].build, false), inked = written("text", cases[i].build, true),
                      bare = {0};
        for (size_t at = 0; at < inked.size; at++) {
            if (inked.data[at] != '\x1b') {
                buffer_add_char(&bare, inked.data[at]);
                continue;
            }
            while (inked.data[at] != 'm')
                at++;
        }
        assert_string_equal(plain.data, bare.data);
        assert_true(inked.size > plain.size);
        buffer_free(&plain);
        buffer_free(&inked);
        buffer_free(&bare);
    }
}

/* The number, from 1, of the line that holds `words`; 0: none. */
static size_t line_of(const struct buffer *out, const char *words)
{
    struct text rest = buffer_text(out), line;
    for (size_t number = 1; text_next(&rest, '\n', &line); number++) {
        if (text_find(line, text_of(words)) != TEXT_NOT_FOUND)
            return number;
    }
    return 0;
}

static void first_screen_says_what_matters(void **state)
{
    (void)state;
    struct buffer out = written("text", desktop_heap, false);

    assert_int_equal(line_of(&out, "desktop-heap: 1 problem, its cause found"), 1);
    assert_int_equal(line_of(&out, "SRV01, Windows Server 2003 SP2 x86; System log 2010-05-04 05:58 to 09:57 UTC"), 2);
    assert_int_equal(line_of(&out, "1  A DLL could not be initialized when a process started"), 4);
    assert_int_equal(line_of(&out, "very likely (P 0.997 *)"), 7);
    assert_in_range(line_of(&out, "Raise the third"), 8, 11);
    assert_in_range(line_of(&out, "=24.8 dB"), 12, 25);
    assert_in_range(line_of(&out, "0.057 unlikely"), 12, 25);
    assert_in_range(line_of(&out, "none of the causes in this pack"), 12, 25);
    assert_true(line_of(&out, "System.evtx #7 #8 #9") > 0);
    assert_true(line_of(&out, "system.reg:9") > 0);
    assert_true(line_of(&out, "KB 212825: needs dll crypt32.dll, here user32.dll") > 0);
    assert_true(line_of(&out, "nothing that could change the order") > 0);
    buffer_free(&out);
}

static void each_verdict_has_its_words(void **state)
{
    static const struct {
        struct findings (*build)(void);
        const char *words[5];
    } expected[] = {
        {not_separated,
         {"causes not separated", "Not separated from the next cause (1.5 dB)", "separated from the first",
          "shows whether: Many services", "(os.version)"}},
        {insufficient, {"too little collected", "cannot be told", "27.1", "shows whether", "--zone"}},
        {no_known_cause,
         {"1 problem, no known cause", "none that this pack knows", "41x Service Control Manager 7000 (System)"}},
        {not_seen,
         {"not seen itself; anchored at System.evtx #6, 2010-05-04 09:31:00Z", "the failure itself was not recorded"}},
        {harmless, {"worth +3", "1 problem, harmless", "HARMLESS", "Harmless: expected behaviour"}},
        {several, {"3 problems, the cause of 1 found", "3  MEDIUM", "too little collected"}},
        {nothing_found, {"no problem found (this is not a clean bill: 1 log, 4 h, 1 article)"}},
        {nothing_read, {"nothing could be read", "refused: torn.evtx", "no chunk could be read"}},
        {no_input, {"nothing could be read", "There is no file"}},
        {hostile, {"lost 3 records", "gave up: the pattern of", "os.product counts as unknown"}}};

    (void)state;
    for (size_t i = 0; i < COUNT(expected); i++) {
        struct buffer out = written("text", expected[i].build, false);
        for (size_t w = 0; w < COUNT(expected[i].words) && expected[i].words[w]; w++) {
            if (line_of(&out, expected[i].words[w]) == 0)
                fail_msg("`%s` is missing in\n%s", expected[i].words[w], out.data);
        }
        buffer_free(&out);
    }
}

static void json_has_exact_numbers(void **state)
{
    (void)state;
    struct buffer out = written("json", desktop_heap, false);

    assert_non_null(strstr(out.data, "\"probability\": 0.9970"));
    assert_non_null(strstr(out.data, "\"score_db\": 24.8"));
    assert_non_null(strstr(out.data, "\"db\": -13.0"));
    assert_non_null(strstr(out.data, "\"first\": \"2010-05-04T09:55:12Z\""));
    buffer_free(&out);
    out = written("json", insufficient, false);
    assert_non_null(strstr(out.data, "\"time\": \"2010-05-04T09:55:12\""));
    assert_non_null(strstr(out.data, "\"zone\": \"unknown\""));
    assert_non_null(strstr(out.data, "\"host\": null"));
    buffer_free(&out);
}

static void words_read_well(void **state)
{
    static const struct {
        const char *reference, *words;
    } references_said[] = {{"kb:184802", "KB\u00a0184802"},
                           {"kb:Q184802", "KB\u00a0184802"},
                           {"kb184802", "KB\u00a0184802"},
                           {"kb184802/heap_full", "KB\u00a0184802, heap_full"},
                           {"kb", "kb"},
                           {"kb12x", "kb12x"},
                           {"https://x", "https://x"},
                           {"", ""}};
    struct buffer out = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(references_said); i++) {
        buffer_clear(&out);
        words_reference(&out, text_of(references_said[i].reference));
        assert_true(text_is(buffer_text(&out), references_said[i].words));
    }
    buffer_clear(&out);
    words_number(&out, UINT64_MAX);
    buffer_add_char(&out, ' ');
    words_probability(&out, 9996);
    words_probability(&out, 4);
    words_probability(&out, 570);
    words_db(&out, -5);
    words_db(&out, 0);
    words_db(&out, 200);
    assert_string_equal(out.data, "18,446,744,073,709,551,615 >0.999<0.0010.057-0.50+20");
    buffer_clear(&out);
    words_interval(&out, utc("2010-12-31T23:59:00Z"), utc("2011-01-01T00:00:01Z"), false);
    assert_string_equal(out.data, "2010-12-31\u00a023:59 to 2011-01-01\u00a000:00Z");
    buffer_free(&out);
}

static void pages_wrap_and_break(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct page page = page_begin(&out, false);

    page_at(&page, 2);
    page_fill(&page, 4, 12, TEXT("one two  three abcdefghijklmnop"));
    page_end(&page);
    page_fill(&page, 0, 10, TEXT("abc/def/ghi/jkl"));
    page_end(&page);
    page_fill(&page, 0, 10, TEXT("not\u00a0here but here"));
    page_end(&page);
    page_fill(&page, 0, 4, TEXT("\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E"));
    page_end(&page);
    page_cut(&page, 8, TEXT("abcdefghij"));
    page_finish(&page);
    assert_string_equal(out.data,
                        "  one two\n    three\n    abcdefgh\n    ijklmnop\nabc/def/\nghi/jkl\nnot here\nbut here\n"
                        "\xE6\x97\xA5\xE6\x9C\xAC\n\xE8\xAA\x9E\nabcde...\n");
    buffer_free(&out);
}

static int print_case(const char *format, const char *name)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (strcmp(cases[i].name, name) != 0)
            continue;
        struct buffer out = written(format, cases[i].build, false);
        fwrite(out.data, 1, out.size, stdout);
        buffer_free(&out);
        return 0;
    }
    for (size_t i = 0; i < COUNT(cases); i++)
        puts(cases[i].name);
    return 1;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_line_passes_the_edge),
        cmocka_unit_test(nothing_raw_reaches_the_terminal),
        cmocka_unit_test(color_changes_no_word),
        cmocka_unit_test(first_screen_says_what_matters),
        cmocka_unit_test(each_verdict_has_its_words),
        cmocka_unit_test(json_has_exact_numbers),
        cmocka_unit_test(words_read_well),
        cmocka_unit_test(pages_wrap_and_break),
    };
    if (argc == 3)
        return print_case(argv[1], argv[2]);
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
