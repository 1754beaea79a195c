#include "commands/options.h"

#include <getopt.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/printable.h"
#include "base/unicode.h"

#define THREADS_MAX 1024u

void options_complain(const char *format, ...)
{
    struct buffer text = {0}, line = {0};
    va_list args;

    va_start(args, format);
    buffer_vprintf(&text, format, args);
    va_end(args);
    buffer_add_string(&line, "wincause: ");
    buffer_add_printable(&line, buffer_text(&text));
    buffer_add_char(&line, '\n');
    fwrite(line.data, 1, line.size, stderr);
    buffer_free(&text);
    buffer_free(&line);
}

/* ---- one option ---- */

/* What is being parsed. `set` functions return false after a complaint. */
struct parsing {
    struct common_options *options;
    const char *from, *to; /* read when --zone is known */
    bool file_waits;       /* the last output has a file and no format yet */
};

struct option_row {
    const char *name;                                        /* NULL: only the letter */
    bool (*set)(struct parsing *parsing, const char *value); /* NULL: --help */
    unsigned sets;                                           /* of which one must be asked for; 0: always taken */
    char letter;                                             /* 0: only the name */
    bool has_value;
};

static struct output_option *new_output(struct common_options *options)
{
    options->outputs = memory_grow(options->outputs, options->output_count + 1, sizeof(*options->outputs));
    options->outputs[options->output_count] = (struct output_option){0};
    return &options->outputs[options->output_count++];
}

static bool set_rules(struct parsing *parsing, const char *value)
{
    struct common_options *options = parsing->options;

    options->rules = memory_grow(options->rules, options->rule_count + 1, sizeof(*options->rules));
    options->rules[options->rule_count++] = value;
    options->rules_given = true;
    return true;
}

/* -f and -o come in pairs, in either order. */
static bool set_format(struct parsing *parsing, const char *value)
{
    struct common_options *options = parsing->options;
    struct buffer known = {0};

    if (!report_format_find(value)) {
        for (size_t i = 0; report_formats[i]; i++)
            buffer_printf(&known, "%s%s", i > 0 ? ", " : "", report_formats[i]->name);
        options_complain("-f: there is no report format `%s`; use one of: %s", value, known.data);
        buffer_free(&known);
        return false;
    }
    if (parsing->file_waits)
        options->outputs[options->output_count - 1].format = value;
    else
        new_output(options)->format = value;
    parsing->file_waits = false;
    return true;
}

static bool set_output(struct parsing *parsing, const char *value)
{
    struct common_options *options = parsing->options;
    struct output_option *last = options->output_count > 0 ? &options->outputs[options->output_count - 1] : NULL;
    bool joins = last && last->format && !last->file;

    if (*value == 0) {
        options_complain("-o: the name of the file is empty");
        return false;
    }
    if (!joins)
        last = new_output(options);
    if (strcmp(value, "-") != 0)
        last->file = value;
    parsing->file_waits = !joins;
    return true;
}

static bool set_from(struct parsing *parsing, const char *value)
{
    parsing->from = value;
    return true;
}

static bool set_to(struct parsing *parsing, const char *value)
{
    parsing->to = value;
    return true;
}

static bool set_zone(struct parsing *parsing, const char *value)
{
    parsing->options->has_zone = zone_parse(text_of(value), &parsing->options->zone_minutes_east);
    if (!parsing->options->has_zone)
        options_complain("--zone: `%s` is no time zone; give what it is ahead of UTC, e.g. +01:00, -0530 or UTC",
                         value);
    return parsing->options->has_zone;
}

/* The index of the word in a NULL-terminated list; -1 after a complaint. */
static int word_index(const char *option, const char *value, const char *const *words)
{
    struct buffer known = {0};

    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], value) == 0)
            return i;
    for (size_t i = 0; words[i]; i++)
        buffer_printf(&known, "%s%s", i == 0 ? "" : words[i + 1] ? ", " : " or ", words[i]);
    options_complain("%s: there is no `%s`; use %s", option, value, known.data);
    buffer_free(&known);
    return -1;
}

static bool set_dates(struct parsing *parsing, const char *value)
{
    static const char *const words[] = {"us", "day-first", NULL};
    int index = word_index("--dates", value, words);

    parsing->options->dates = index == 0 ? DATES_US : index == 1 ? DATES_DAY_FIRST : DATES_GUESS;
    return index >= 0;
}

static bool set_codepage(struct parsing *parsing, const char *value)
{
    (void)parsing;
    if (unicode_set_codepage(value))
        return true;
    options_complain("--codepage: there is no code page `%s`; `iconv -l` lists them, e.g. CP1252, CP932 or CP1251",
                     value);
    return false;
}

static bool set_case(struct parsing *parsing, const char *value)
{
    parsing->options->case_name = value;
    return true;
}

static bool set_fail_on(struct parsing *parsing, const char *value)
{
    static const char *const words[] = {"possible", "more-likely-than-not", "likely", "very-likely", NULL};
    static const unsigned bounds[] = {2000, 5000, 8000, 9500};
    int index = word_index("--fail-on", value, words);

    if (index >= 0)
        parsing->options->fail_on = bounds[index];
    return index >= 0;
}

static bool set_threads(struct parsing *parsing, const char *value)
{
    uint64_t number;

    if (!text_number(text_of(value), 10, &number) || number == 0 || number > THREADS_MAX) {
        options_complain("-j: `%s` is no number of threads; give one from 1 to %u", value, THREADS_MAX);
        return false;
    }
    parsing->options->threads = (unsigned)number;
    return true;
}

static bool set_color(struct parsing *parsing, const char *value)
{
    static const char *const words[] = {"auto", "always", "never", NULL};
    int index = word_index("--color", value, words);

    parsing->options->color = index == 1 ? COLOR_ALWAYS : index == 2 ? COLOR_NEVER : COLOR_AUTO;
    return index >= 0;
}

static bool set_quiet(struct parsing *parsing, const char *value)
{
    (void)value;
    parsing->options->quiet = true;
    return true;
}

static const struct option_row option_rows[] = {
    {"rules", set_rules, OPTIONS_RULES, 'r', true},
    {"format", set_format, OPTIONS_REPORT, 'f', true},
    {"output", set_output, OPTIONS_READING, 'o', true},
    {"from", set_from, OPTIONS_READING, 0, true},
    {"to", set_to, OPTIONS_READING, 0, true},
    {"zone", set_zone, OPTIONS_READING, 0, true},
    {"dates", set_dates, OPTIONS_READING, 0, true},
    {"codepage", set_codepage, OPTIONS_READING, 0, true},
    {"case", set_case, OPTIONS_REPORT, 0, true},
    {"fail-on", set_fail_on, OPTIONS_REPORT, 0, true},
    {NULL, set_threads, OPTIONS_READING, 'j', true},
    {"color", set_color, 0, 0, true},
    {"quiet", set_quiet, 0, 'q', false},
    {"help", NULL, 0, 'h', false},
};
#define OPTION_ROWS (sizeof(option_rows) / sizeof(*option_rows))
#define LONG_ONLY 256 /* getopt's value of row i: the letter, or this and i */

/* ---- the command line ---- */

static void fill_tables(struct option longs[OPTION_ROWS + 1], char letters[2 * OPTION_ROWS + 2])
{
    size_t used = 0, count = 0;

    letters[used++] = ':'; /* a missing value is told apart from an unknown option */
    for (size_t i = 0; i < OPTION_ROWS; i++) {
        const struct option_row *row = &option_rows[i];

        if (row->name)
            longs[count++] = (struct option){row->name, row->has_value, NULL, LONG_ONLY + (int)i};
        if (row->letter)
            letters[used++] = row->letter;
        if (row->letter && row->has_value)
            letters[used++] = ':';
    }
    longs[count] = (struct option){0};
    letters[used] = 0;
}

static const struct option_row *row_of(int value)
{
    for (size_t i = 0; i < OPTION_ROWS; i++)
        if (value == LONG_ONLY + (int)i || (option_rows[i].letter && value == option_rows[i].letter))
            return &option_rows[i];
    return NULL;
}

static const char *row_name(const struct option_row *row, char text[32])
{
    if (row->name)
        snprintf(text, 32, "--%s", row->name);
    else
        snprintf(text, 32, "-%c", row->letter);
    return text;
}

/* True when everything was right. *help: --help was among it. */
static bool parse_options(struct parsing *parsing, const struct command *command, unsigned sets, int argc, char **argv,
                          bool *help)
{
    struct option longs[OPTION_ROWS + 1];
    char letters[2 * OPTION_ROWS + 2], name[32];
    bool right = true;
    int value;

    fill_tables(longs, letters);
    opterr = 0;
    optind = 0; /* begin anew: this may not be the first command line of the process */
    while ((value = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        const struct option_row *row = row_of(value == '?' || value == ':' ? optopt : value);

        if (value == '?' && row && !row->has_value)
            options_complain("%s takes no value", row_name(row, name));
        else if (value == '?' && optopt > 0 && optopt < LONG_ONLY)
            options_complain("unknown option `-%c`; `wincause help %s` lists the options", optopt, command->name);
        else if (value == '?')
            options_complain("unknown option `%s`; `wincause help %s` lists the options", argv[optind - 1],
                             command->name);
        else if (value == ':')
            options_complain("%s needs a value; see `wincause help %s`", row_name(row, name), command->name);
        else if (row->sets != 0 && (row->sets & sets) == 0)
            options_complain("`wincause %s` has no option %s; `wincause help %s` lists its options", command->name,
                             row_name(row, name), command->name);
        else if (!row->set)
            *help = true;
        if (value == '?' || value == ':' || (row->sets != 0 && (row->sets & sets) == 0) ||
            (row->set && !row->set(parsing, optarg)))
            right = false;
    }
    return right;
}

/* A date alone means its first moment for --from, its last for --to. Times without a zone are in that of --zone, else
 * UTC. */
static bool parse_time(const struct common_options *options, const char *option, const char *value, bool is_end,
                       struct moment *moment)
{
    if (!value)
        return true;
    if (!moment_parse(text_of(value), moment)) {
        options_complain(
            "%s: `%s` is no time; write it like 2010-05-04T09:55:00Z, 2010-05-04T11:55+02:00 or 2010-05-04", option,
            value);
        return false;
    }
    if (is_end && text_trim(text_of(value)).size == strlen("2010-05-04"))
        moment->ticks += 24 * 60 * 60 * TICKS_PER_SECOND - 1;
    if (moment->basis == BASIS_LOCAL && options->has_zone)
        moment->ticks -= options->zone_minutes_east * 60 * TICKS_PER_SECOND;
    moment->basis = BASIS_UTC;
    return true;
}

static bool check_outputs(struct common_options *options)
{
    size_t to_standard_output = 0;
    bool right = true;

    if (options->output_count == 0)
        new_output(options);
    for (size_t i = 0; i < options->output_count; i++) {
        to_standard_output += !options->outputs[i].file;
        for (size_t k = 0; k < i; k++) {
            if (options->outputs[i].file && options->outputs[k].file &&
                strcmp(options->outputs[i].file, options->outputs[k].file) == 0) {
                options_complain("-o: two reports would be written to %s; give each its own file",
                                 options->outputs[i].file);
                right = false;
            }
        }
    }
    if (to_standard_output > 1) {
        options_complain("%zu reports would go to standard output; give all but one a file with -o",
                         to_standard_output);
        right = false;
    }
    return right;
}

/* ---- where the rules are ---- */

static bool is_folder(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The folder `rules` beside the program that is running; NULL when there is none. */
static const char *rules_beside_program(struct arena *arena)
{
    char program[4096];
    ssize_t size = readlink("/proc/self/exe", program, sizeof(program));
    const char *path;

    if (size <= 0 || (size_t)size >= sizeof(program))
        return NULL;
    while (size > 0 && program[size - 1] != '/')
        size--;
    path = arena_printf(arena, "%.*srules", (int)size, program);
    return is_folder(path) ? path : NULL;
}

static bool find_rules(struct parsing *parsing)
{
    struct common_options *options = parsing->options;
    const char *path = getenv("WINCAUSE_RULES"), *from = "-r";
    bool right = true;

    if (options->rule_count == 0 && path && *path) {
        from = "$WINCAUSE_RULES";
        set_rules(parsing, path);
    }
    for (size_t i = 0; i < options->rule_count; i++) {
        if (access(options->rules[i], F_OK) != 0) {
            options_complain("%s: there is no file or folder %s", from, options->rules[i]);
            right = false;
        }
    }
    if (options->rule_count > 0)
        return right;
    path = rules_beside_program(&options->arena);
#ifdef WINCAUSE_RULES_DIR
    if (!path && is_folder(WINCAUSE_RULES_DIR))
        path = WINCAUSE_RULES_DIR;
#endif
    if (path)
        set_rules(parsing, path);
    options->rules_given = false;
    return true;
}

static unsigned usable_processors(void)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof(set), &set) != 0 || CPU_COUNT(&set) < 1)
        return 1;
    return (unsigned)CPU_COUNT(&set) < THREADS_MAX ? (unsigned)CPU_COUNT(&set) : THREADS_MAX;
}

bool options_parse(struct common_options *options, const struct command *command, unsigned sets, int argc, char **argv,
                   int *status)
{
    struct parsing parsing = {.options = options};
    bool right, help = false;

    *options = (struct common_options){.threads = usable_processors()};
    right = parse_options(&parsing, command, sets, argc, argv, &help);
    if (help) {
        printf("usage: wincause %s\n%s\n\n%s", command->usage, command->what, command->options);
        *status = fflush(stdout) == 0 ? EXIT_REPORT : EXIT_NO_REPORT;
        options_free(options);
        return false;
    }
    right = parse_time(options, "--from", parsing.from, false, &options->from) && right;
    right = parse_time(options, "--to", parsing.to, true, &options->to) && right;
    if (options->from.basis != BASIS_NONE && options->to.basis != BASIS_NONE &&
        options->from.ticks > options->to.ticks) {
        options_complain("--from is later than --to: nothing lies between %s and %s", parsing.from, parsing.to);
        right = false;
    }
    for (int i = optind; i < argc; i++) {
        options->paths = memory_grow(options->paths, options->path_count + 1, sizeof(*options->paths));
        options->paths[options->path_count++] = argv[i];
    }
    if ((sets & OPTIONS_READING) && options->path_count == 0) {
        options_complain(
            "no PATH given; name the folder or files that were collected, or - for text on standard input");
        right = false;
    }
    right = check_outputs(options) && right;
    if (sets & OPTIONS_RULES)
        right = find_rules(&parsing) && right;
    if (!right) {
        *status = EXIT_USAGE;
        options_free(options);
    }
    return right;
}

void options_free(struct common_options *options)
{
    free(options->rules);
    free(options->outputs);
    free(options->paths);
    arena_free(&options->arena);
    *options = (struct common_options){0};
}

bool options_color(const struct common_options *options, int fd)
{
    const char *refused = getenv("NO_COLOR"), *terminal = getenv("TERM");

    if (options->color != COLOR_AUTO)
        return options->color == COLOR_ALWAYS;
    return !(refused && *refused) && !(terminal && strcmp(terminal, "dumb") == 0) && isatty(fd) == 1;
}

bool options_progress(const struct common_options *options) { return !options->quiet && isatty(STDERR_FILENO) == 1; }

bool options_outputs_are_safe(const struct common_options *options, const struct bundle *bundle)
{
    bool safe = true;

    for (size_t i = 0; i < options->output_count; i++) {
        if (options->outputs[i].file && bundle_contains(bundle, options->outputs[i].file)) {
            options_complain(
                "-o: %s is an input or lies in an input folder; nothing is written beside evidence, name another place",
                options->outputs[i].file);
            safe = false;
        }
    }
    return safe;
}
