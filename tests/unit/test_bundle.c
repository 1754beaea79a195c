#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "bundle/bundle.h"
#include "bundle/inventory.h"

/* ---- a folder of its own for each test ---- */

static char root[64];

static int make_root(void **state)
{
    (void)state;
    strcpy(root, "/tmp/wincause-bundle-XXXXXX");
    return mkdtemp(root) ? chdir(root) : -1;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

static int remove_root(void **state)
{
    (void)state;
    return chdir("/") == 0 ? nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS) : -1;
}

static void write_bytes(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void write_text(const char *path, const char *text)
{
    write_bytes(path, text, strlen(text));
}

/* ---- reading it ---- */

/* Counts the records of each input; any thread. */
struct counter {
    struct consumer consumer;    /* first */
    struct counting_sink { struct sink sink; size_t records; } sinks[32];
};

static void count_record(struct sink *sink, struct record *record)
{
    size_t fields;

    assert_non_null(record_fields(record, &fields));
    ((struct counting_sink *)sink)->records++;
}

static struct sink *open_counter(struct consumer *consumer, const struct input *input)
{
    struct counting_sink *sink = &((struct counter *)consumer)->sinks[input->index];

    sink->sink.record = count_record;
    return &sink->sink;
}

static void close_counter(struct consumer *consumer, const struct input *input, struct sink *sink)
{
    assert_ptr_equal(sink, &((struct counter *)consumer)->sinks[input->index]);
    assert_true(input->status == INPUT_READ || input->note_count > 0);
}

static struct bundle *open_paths(const char *const *paths)
{
    struct diagnostics diagnostics = {0};
    struct bundle *bundle;
    size_t count = 0;

    while (paths[count])
        count++;
    bundle = bundle_open(paths, count, NULL, &diagnostics);
    assert_int_equal(diagnostics.count, 0);
    diagnostics_free(&diagnostics);
    return bundle;
}
#define PATHS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void read_bundle(struct bundle *bundle, unsigned threads)
{
    struct counter counter = {.consumer = {open_counter, close_counter}};
    struct bundle_options options = {.threads = threads};

    bundle_read(bundle, &options, &counter.consumer);
}

static void assert_paths(const struct bundle *bundle, const char *expected)
{
    struct buffer text = {0};

    buffer_add_string(&text, "");
    for (size_t i = 0; i < bundle->input_count; i++) {
        assert_int_equal(bundle->inputs[i]->index, i);
        buffer_printf(&text, "%s%s", i > 0 ? " " : "", bundle->inputs[i]->path);
    }
    assert_string_equal(text.data, expected);
    buffer_free(&text);
}

static const struct input *input_of(const struct bundle *bundle, const char *path)
{
    for (size_t i = 0; i < bundle->input_count; i++)
        if (strcmp(bundle->inputs[i]->path, path) == 0)
            return bundle->inputs[i];
    fail_msg("there is no input %s", path);
    return NULL;
}

static void assert_input(const struct bundle *bundle, const char *path, enum input_status status, bool damaged,
                         const char *note)
{
    const struct input *input = input_of(bundle, path);

    assert_string_equal(input_status_words[input->status], input_status_words[status]);
    assert_int_equal(input->damaged, damaged);
    if (note) {
        assert_true(input->note_count > 0);
        assert_non_null(strstr(input->notes[0], note));
    } else {
        assert_int_equal(input->note_count, 0);
    }
}

/* ---- paths ---- */

static void inputs_are_in_the_order_of_their_whole_paths(void **state)
{
    struct bundle *bundle;

    (void)state;
    mkdir("case", 0700);
    mkdir("case/a", 0700);
    write_text("case/a/z.txt", "z");
    write_text("case/a.txt", "a");
    write_text("case/B.txt", "b");
    bundle = open_paths(PATHS("case"));
    assert_paths(bundle, "B.txt a.txt a/z.txt"); /* `.` comes before `/`, capitals before small letters */
    assert_string_equal(bundle->name, "case");
    assert_string_equal(bundle->inputs[2]->folder, "a");
    assert_string_equal(bundle->inputs[0]->folder, "");
    bundle_free(bundle);
}

static void the_order_of_the_arguments_does_not_matter(void **state)
{
    struct bundle *one, *two;

    (void)state;
    mkdir("x", 0700);
    mkdir("y", 0700);
    write_text("x/2.txt", "2");
    write_text("y/1.txt", "1");
    write_text("3.txt", "3");
    one = open_paths(PATHS("x/", "./y", "3.txt"));
    two = open_paths(PATHS("3.txt", "y", "x"));
    assert_paths(one, "1.txt 2.txt 3.txt");
    assert_paths(two, "1.txt 2.txt 3.txt");
    assert_string_equal(one->name, two->name);
    assert_string_equal(input_of(one, "1.txt")->folder, "y"); /* two collected folders may be two machines */
    assert_string_equal(input_of(one, "3.txt")->folder, "");
    bundle_free(one);
    bundle_free(two);
}

static void inputs_of_one_name_are_told_apart(void **state)
{
    struct bundle *bundle;

    (void)state;
    mkdir("srv1", 0700);
    mkdir("srv2", 0700);
    mkdir("z", 0700);
    mkdir("z/srv1", 0700);
    write_text("srv1/System.txt", "1");
    write_text("srv2/System.txt", "2");
    write_text("z/srv1/System.txt", "3");
    bundle = open_paths(PATHS("srv2", "srv1"));
    assert_paths(bundle, "srv1/System.txt srv2/System.txt");
    bundle_free(bundle);
    bundle = open_paths(PATHS("srv2/System.txt", "srv1/System.txt"));
    assert_paths(bundle, "srv1/System.txt srv2/System.txt");
    bundle_free(bundle);
    bundle = open_paths(PATHS("z/srv1", "srv1"));
    assert_paths(bundle, "srv1 (2)/System.txt srv1/System.txt");
    bundle_free(bundle);
    bundle = open_paths(PATHS("z/srv1/System.txt", "srv1/System.txt"));
    assert_paths(bundle, "srv1/System.txt srv1/System.txt (2)");
    bundle_free(bundle);
}

static void a_file_that_is_reached_twice_is_one_input(void **state)
{
    struct bundle *bundle;

    (void)state;
    mkdir("case", 0700);
    mkdir("case/logs", 0700);
    write_text("case/logs/a.txt", "a");
    bundle = open_paths(PATHS("case/logs/a.txt", "case", "case/logs", "case/../case/logs/a.txt"));
    assert_paths(bundle, "logs/a.txt");
    bundle_free(bundle);
}

static void names_that_are_no_utf8_are_shown_all_the_same(void **state)
{
    struct bundle *bundle;

    (void)state;
    mkdir("case", 0700);
    write_text("case/caf\xe9.txt", "text");
    bundle = open_paths(PATHS("case"));
    assert_paths(bundle, "caf\xef\xbf\xbd.txt");
    read_bundle(bundle, 1);
    assert_input(bundle, "caf\xef\xbf\xbd.txt", INPUT_READ, false, NULL);
    bundle_free(bundle);
}

static void a_path_that_does_not_exist_is_an_error(void **state)
{
    static const char *const paths[] = {"nowhere", "here.txt"};
    struct diagnostics diagnostics = {0};
    struct bundle *bundle;

    (void)state;
    write_text("here.txt", "text");
    bundle = bundle_open(paths, 2, "my case", &diagnostics);
    assert_int_equal(diagnostics.errors, 1);
    assert_string_equal(diagnostics.items[0].file, "nowhere");
    assert_paths(bundle, "here.txt");
    assert_string_equal(bundle->name, "my case");
    bundle_free(bundle);
    diagnostics_free(&diagnostics);
}

/* ---- what is read ---- */

static void links_are_not_followed_inside_the_bundle(void **state)
{
    struct bundle *bundle;

    (void)state;
    mkdir("case", 0700);
    mkdir("out", 0700);
    write_text("out/secret.txt", "secret");
    write_text("case/a.txt", "text");
    assert_int_equal(symlink("../out/secret.txt", "case/file"), 0);
    assert_int_equal(symlink("../out", "case/folder"), 0);
    assert_int_equal(symlink("a.txt", "case/inside"), 0);
    assert_int_equal(symlink("case", "argument"), 0);
    bundle = open_paths(PATHS("argument")); /* the user's own link is what he means */
    assert_paths(bundle, "a.txt file folder inside");
    read_bundle(bundle, 1);
    assert_input(bundle, "a.txt", INPUT_READ, false, NULL);
    assert_input(bundle, "file", INPUT_SKIPPED, false, "symbolic link");
    assert_input(bundle, "folder", INPUT_SKIPPED, false, "symbolic link");
    assert_input(bundle, "inside", INPUT_SKIPPED, false, "symbolic link");
    assert_string_equal(input_of(bundle, "file")->sha256, "");
    bundle_free(bundle);
}

static void pipes_do_not_stop_the_run(void **state)
{
    struct bundle *bundle;

    (void)state;
    mkdir("case", 0700);
    assert_int_equal(mkfifo("case/pipe", 0600), 0);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    bundle = open_paths(PATHS("case"));
    read_bundle(bundle, 1);
    assert_input(bundle, "pipe", INPUT_SKIPPED, false, "not a regular file but a pipe");
    bundle_free(bundle);
    bundle = open_paths(PATHS("pipe"));
    read_bundle(bundle, 1);
    assert_input(bundle, "pipe", INPUT_SKIPPED, false, "not a regular file");
    bundle_free(bundle);
}

static void folders_that_nest_too_deep_are_refused(void **state)
{
    struct buffer path = {0};
    struct bundle *bundle;

    (void)state;
    buffer_add_string(&path, "case");
    mkdir(path.data, 0700);
    for (unsigned depth = 0; depth < 70; depth++) {
        buffer_add_string(&path, "/d");
        assert_int_equal(mkdir(path.data, 0700), 0);
    }
    buffer_free(&path);
    bundle = open_paths(PATHS("case"));
    assert_int_equal(bundle->input_count, 1);
    assert_int_equal(bundle->inputs[0]->status, INPUT_REFUSED);
    assert_true(bundle->inputs[0]->damaged);
    read_bundle(bundle, 1);
    assert_int_equal(bundle->inputs[0]->note_count, 1);
    bundle_free(bundle);
}

static void a_folder_without_files_is_an_empty_bundle(void **state)
{
    struct bundle *bundle;

    (void)state;
    mkdir("case", 0700);
    bundle = open_paths(PATHS("case"));
    assert_int_equal(bundle->input_count, 0);
    read_bundle(bundle, 4);
    bundle_free(bundle);
}

static void empty_files_are_skipped_or_missing_evidence(void **state)
{
    struct bundle *bundle;

    (void)state;
    mkdir("case", 0700);
    write_text("case/System.EVTX", "");
    write_text("case/system.reg", "");
    write_text("case/note.txt", "");
    bundle = open_paths(PATHS("case"));
    read_bundle(bundle, 1);
    assert_input(bundle, "System.EVTX", INPUT_REFUSED, true, "empty file");
    assert_input(bundle, "system.reg", INPUT_REFUSED, true, "empty file");
    assert_input(bundle, "note.txt", INPUT_SKIPPED, false, "empty file");
    bundle_free(bundle);
}

static void our_own_reports_are_skipped(void **state)
{
    struct bundle *bundle;

    (void)state;
    mkdir("case", 0700);
    write_text("case/1", "wincause report: desktop-heap: 1 problem");
    write_text("case/2", "\xef\xbb\xbfwincause report: x");
    write_text("case/3", "{\"report\": \"wincause/1\", \"case\": \"x\"}");
    write_text("case/4", "{\n  \"report\" : \"wincause/1\"\n}");
    write_text("case/5", "Not a wincause report: only text");
    bundle = open_paths(PATHS("case"));
    read_bundle(bundle, 1);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(bundle->inputs[i]->status, INPUT_SKIPPED);
        assert_string_equal(bundle->inputs[i]->notes[0], "a wincause report");
    }
    assert_input(bundle, "5", INPUT_READ, false, NULL);
    bundle_free(bundle);
}

static void files_of_no_known_kind_are_skipped(void **state)
{
    static const uint8_t bytes[] = {0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0,    0,    0, 13,
                                    'I',  'H', 'D', 'R', 0,  0,  1,  0,  0xff, 0xfe, 0, 1};
    struct bundle *bundle;

    (void)state;
    mkdir("case", 0700);
    write_bytes("case/screen.png", bytes, sizeof(bytes));
    bundle = open_paths(PATHS("case"));
    read_bundle(bundle, 1);
    assert_input(bundle, "screen.png", INPUT_SKIPPED, false, "no reader knows this kind of file");
    assert_string_equal(bundle->inputs[0]->kind, "unknown");
    bundle_free(bundle);
}

static void inputs_are_hashed(void **state)
{
    struct bundle *bundle;

    (void)state;
    write_text("abc.txt", "abc");
    bundle = open_paths(PATHS("abc.txt"));
    read_bundle(bundle, 1);
    assert_string_equal(bundle->inputs[0]->sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(bundle->inputs[0]->bytes, 3);
    assert_string_equal(bundle->inputs[0]->kind, "text");
    assert_int_equal(bundle->inputs[0]->records, 1);
    bundle_free(bundle);
}

static void standard_input_is_read_as_text(void **state)
{
    struct bundle *bundle;
    int ends[2], before = dup(STDIN_FILENO);

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "one\n\ntwo\n", 9), 9);
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    bundle = open_paths(PATHS("-"));
    assert_paths(bundle, "-");
    assert_null(bundle->inputs[0]->file);
    read_bundle(bundle, 1);
    assert_input(bundle, "-", INPUT_READ, false, NULL);
    assert_int_equal(bundle->inputs[0]->bytes, 9);
    assert_string_equal(bundle->inputs[0]->kind, "text");
    bundle_free(bundle);
    dup2(before, STDIN_FILENO);
    close(before);
    close(ends[0]);
}

static void threads_change_nothing(void **state)
{
    struct bundle *bundles[2];
    char path[32];

    (void)state;
    mkdir("case", 0700);
    for (unsigned i = 0; i < 20; i++) {
        struct buffer text = {0};

        snprintf(path, sizeof(path), "case/%02u.txt", i);
        for (unsigned k = 0; k < i * 100; k++)
            buffer_printf(&text, "paragraph %u of %u\n\n", k, i);
        buffer_add_string(&text, "end\n");
        write_text(path, text.data);
        buffer_free(&text);
    }
    for (unsigned i = 0; i < 2; i++) {
        bundles[i] = open_paths(PATHS("case"));
        read_bundle(bundles[i], i == 0 ? 1 : 8);
    }
    assert_int_equal(bundles[0]->input_count, 20);
    for (size_t i = 0; i < 20; i++) {
        assert_string_equal(bundles[0]->inputs[i]->path, bundles[1]->inputs[i]->path);
        assert_string_equal(bundles[0]->inputs[i]->sha256, bundles[1]->inputs[i]->sha256);
        assert_int_equal(bundles[0]->inputs[i]->records, bundles[1]->inputs[i]->records);
        assert_true(bundles[0]->inputs[i]->records > 0);
    }
    bundle_free(bundles[0]);
    bundle_free(bundles[1]);
}

/* ---- where a report may go ---- */

static void outputs_among_the_inputs_are_known(void **state)
{
    struct bundle *bundle;

    (void)state;
    mkdir("case", 0700);
    mkdir("case/logs", 0700);
    mkdir("casework", 0700);
    write_text("case/a.txt", "text");
    write_text("note.txt", "text");
    assert_int_equal(symlink("case/a.txt", "link"), 0);
    bundle = open_paths(PATHS("case", "note.txt"));
    assert_true(bundle_contains(bundle, "case/report.txt"));
    assert_true(bundle_contains(bundle, "./case/logs/../report.txt"));
    assert_true(bundle_contains(bundle, "case/a.txt"));
    assert_true(bundle_contains(bundle, "note.txt"));
    assert_true(bundle_contains(bundle, "link"));
    assert_false(bundle_contains(bundle, "report.txt"));
    assert_false(bundle_contains(bundle, "casework/report.txt"));
    assert_false(bundle_contains(bundle, "nowhere/report.txt"));
    bundle_free(bundle);
}

/* ---- losses and remarks ---- */

static void ignore_record(struct sink *sink, struct record *record)
{
    (void)sink;
    (void)record;
}

static struct inventory *begin_inventory(struct input *input, struct sink *consumer)
{
    static const struct read_options options = {DATES_GUESS};

    *input = (struct input){.bytes = 1000};
    *consumer = (struct sink){.record = ignore_record};
    return inventory_new(input, &options, consumer, NULL);
}

static void free_notes(struct input *input)
{
    for (size_t i = 0; i < input->note_count; i++)
        free(input->notes[i]);
    free(input->notes);
}

static void equal_losses_are_counted_with_the_place_of_the_first(void **state)
{
    struct sink consumer;
    struct input input;
    struct inventory *inventory = begin_inventory(&input, &consumer);
    struct sink *sink = inventory_sink(inventory);

    (void)state;
    sink_loss(sink, (struct position){.record = 7, .offset = 512, .has_offset = true}, 1, "it is %s", "torn");
    sink_note(sink, "dirty flag set");
    sink_loss(sink, (struct position){.record = 9}, 1, "it is torn");
    sink_loss(sink, (struct position){.line = 3}, 40, "the rest is missing");
    sink_loss(sink, (struct position){0}, 0, "something");
    inventory_end(inventory, READ_WHOLE);
    assert_int_equal(input.status, INPUT_PARTIAL);
    assert_true(input.damaged);
    assert_int_equal(input.lost, 42);
    assert_int_equal(input.note_count, 4);
    assert_string_equal(input.notes[0], "it is torn (2 times, first at record 7, offset 512)");
    assert_string_equal(input.notes[1], "dirty flag set");
    assert_string_equal(input.notes[2], "the rest is missing, 40 records lost (line 3)");
    assert_string_equal(input.notes[3], "something");
    free_notes(&input);
}

static void many_different_losses_end_in_a_count(void **state)
{
    struct sink consumer;
    struct input input;
    struct inventory *inventory = begin_inventory(&input, &consumer);

    (void)state;
    for (unsigned i = 0; i < INPUT_NOTES + 5; i++)
        sink_loss(inventory_sink(inventory), (struct position){0}, 1, "loss %u", i);
    sink_note(inventory_sink(inventory), "a remark");
    inventory_end(inventory, READ_PART);
    assert_int_equal(input.note_count, INPUT_NOTES + 1);
    assert_string_equal(input.notes[INPUT_NOTES], "and 5 more losses and 1 more remarks, not listed");
    assert_int_equal(input.lost, INPUT_NOTES + 5);
    free_notes(&input);
}

static void remarks_are_no_damage(void **state)
{
    struct sink consumer;
    struct input input;
    struct inventory *inventory = begin_inventory(&input, &consumer);

    (void)state;
    sink_note(inventory_sink(inventory), "3 chunks unused");
    inventory_end(inventory, READ_WHOLE);
    assert_int_equal(input.status, INPUT_READ);
    assert_false(input.damaged);
    free_notes(&input);
}

static void the_end_decides_the_status(void **state)
{
    struct sink consumer;
    struct input input;
    struct inventory *inventory = begin_inventory(&input, &consumer);
    struct record record = {.category = CATEGORY_MESSAGE};

    (void)state;
    inventory_end(inventory, READ_REFUSED);
    assert_int_equal(input.status, INPUT_REFUSED);
    assert_int_equal(input.note_count, 1);
    free_notes(&input);

    inventory = begin_inventory(&input, &consumer);
    sink_record(inventory_sink(inventory), &record);
    inventory_end(inventory, READ_REFUSED); /* something was read all the same */
    assert_int_equal(input.status, INPUT_PARTIAL);
    free_notes(&input);
}

static void utc_counts_before_local_times(void **state)
{
    static const struct moment times[] = {
        {500, BASIS_LOCAL}, {0, BASIS_NONE},    {300, BASIS_UTC}, {100, BASIS_LOCAL},
        {200, BASIS_UTC},   {900, BASIS_LOCAL}, {400, BASIS_UTC},
    };
    struct sink consumer;
    struct input input;
    struct inventory *inventory = begin_inventory(&input, &consumer);

    (void)state;
    for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
        struct record record = {.category = CATEGORY_MESSAGE, .time = times[i]};

        sink_record(inventory_sink(inventory), &record);
    }
    inventory_end(inventory, READ_WHOLE);
    assert_int_equal(input.first.ticks, 200);
    assert_int_equal(input.last.ticks, 400);
    assert_int_equal(input.last.basis, BASIS_UTC);
    assert_int_equal(input.records, 7);
    free_notes(&input);
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(inputs_are_in_the_order_of_their_whole_paths),
        IN_A_FOLDER(the_order_of_the_arguments_does_not_matter),
        IN_A_FOLDER(inputs_of_one_name_are_told_apart),
        IN_A_FOLDER(a_file_that_is_reached_twice_is_one_input),
        IN_A_FOLDER(names_that_are_no_utf8_are_shown_all_the_same),
        IN_A_FOLDER(a_path_that_does_not_exist_is_an_error),
        IN_A_FOLDER(links_are_not_followed_inside_the_bundle),
        IN_A_FOLDER(pipes_do_not_stop_the_run),
        IN_A_FOLDER(folders_that_nest_too_deep_are_refused),
        IN_A_FOLDER(a_folder_without_files_is_an_empty_bundle),
        IN_A_FOLDER(empty_files_are_skipped_or_missing_evidence),
        IN_A_FOLDER(our_own_reports_are_skipped),
        IN_A_FOLDER(files_of_no_known_kind_are_skipped),
        IN_A_FOLDER(inputs_are_hashed),
        IN_A_FOLDER(standard_input_is_read_as_text),
        IN_A_FOLDER(threads_change_nothing),
        IN_A_FOLDER(outputs_among_the_inputs_are_known),
        cmocka_unit_test(equal_losses_are_counted_with_the_place_of_the_first),
        cmocka_unit_test(many_different_losses_end_in_a_count),
        cmocka_unit_test(remarks_are_no_damage),
        cmocka_unit_test(the_end_decides_the_status),
        cmocka_unit_test(utc_counts_before_local_times),
    };

    return cmocka_run_group_tests_name("bundle", tests, NULL, NULL);
}
