/* wincause records: every record of a bundle, one JSON object per line. */
#include <stdlib.h>

#include "base/json.h"
#include "commands/command.h"
#include "commands/options.h"
#include "commands/output.h"

/* Takes the records of one input after the other: the inputs are read in order, by one thread. */
struct record_writer {
    struct consumer consumer;    /* first */
    struct sink sink;
    const struct common_options *options;
    const struct input *input;
    struct output *output;
};

/* What has no time is kept: it may belong to any. A time without a zone is taken as --zone says, else as it stands. */
static bool is_wanted(const struct common_options *options, struct moment time)
{
    if (time.basis == BASIS_LOCAL && options->has_zone)
        time.ticks -= options->zone_minutes_east * 60 * TICKS_PER_SECOND;
    return time.basis == BASIS_NONE || ((options->from.basis == BASIS_NONE || time.ticks >= options->from.ticks) &&
                                       (options->to.basis == BASIS_NONE || time.ticks <= options->to.ticks));
}

static struct record_writer *writer_of(struct sink *sink)
{
    return (struct record_writer *)((char *)sink - offsetof(struct record_writer, sink));
}

static void write_record(struct sink *sink, struct record *record)
{
    struct record_writer *writer = writer_of(sink);
    struct json json = json_begin(output_buffer(writer->output), 0);

    if (writer->output->failed || !is_wanted(writer->options, record->time))
        return;
    record_write_json(record, text_of(writer->input->path), record->computer, &json);
    buffer_add_char(output_buffer(writer->output), '\n');
    output_settle(writer->output);
}

static struct sink *open_input(struct consumer *consumer, const struct input *input)
{
    struct record_writer *writer = (struct record_writer *)consumer;

    writer->sink = (struct sink){.record = write_record};
    writer->input = input;
    return &writer->sink;
}

static void close_input(struct consumer *consumer, const struct input *input, struct sink *sink)
{
    (void)consumer;
    (void)input;
    (void)sink;
}

/* What should have been read and was not; and why nothing was. */
static int finish(const struct common_options *options, const struct bundle *bundle, bool damaged)
{
    size_t readable = 0;

    for (size_t i = 0; i < bundle->input_count; i++) {
        const struct input *input = bundle->inputs[i];

        readable += input->status == INPUT_READ || input->status == INPUT_PARTIAL;
        damaged = damaged || input->damaged;
        for (size_t k = 0; input->damaged && !options->quiet && k < input->note_count; k++)
            options_complain("%s: %s: %s", input->path, input_status_words[input->status], input->notes[k]);
    }
    if (readable > 0)
        return damaged ? EXIT_INCOMPLETE : EXIT_REPORT;
    for (size_t i = 0; i < bundle->input_count; i++)
        if (!bundle->inputs[i]->damaged && !options->quiet && bundle->inputs[i]->note_count > 0)
            options_complain("%s: skipped: %s", bundle->inputs[i]->path, bundle->inputs[i]->notes[0]);
    if (!options->quiet)
        options_complain("nothing could be read%s", bundle->input_count == 0 ? ": there is no file" : "");
    return EXIT_NOTHING;
}

static int write_records(const struct common_options *options, struct bundle *bundle, bool damaged)
{
    struct bundle_options reading = {{options->dates}, 1, options_progress(options)};
    struct output output;
    struct record_writer writer = {.consumer = {open_input, close_input}, .options = options, .output = &output};

    if (!output_open(&output, options->outputs[0].file))
        return EXIT_NO_REPORT;
    bundle_read(bundle, &reading, &writer.consumer);
    if (!output_close(&output))
        return EXIT_NO_REPORT;
    return finish(options, bundle, damaged);
}

static int run(int argc, char **argv)
{
    struct common_options options;
    struct diagnostics diagnostics = {0};
    struct buffer text = {0};
    struct bundle *bundle;
    int status;

    if (!options_parse(&options, &records_command, OPTIONS_READING, argc, argv, &status))
        return status;
    bundle = bundle_open(options.paths, options.path_count, NULL, &diagnostics);
    if (diagnostics.count > 0 && !options.quiet) {
        diagnostics_print(&diagnostics, &text);
        fwrite(text.data, 1, text.size, stderr);
    }
    status = EXIT_USAGE;
    if (options.output_count > 1)
        options_complain("-o: records go to one place; name one file");
    else if (options_outputs_are_safe(&options, bundle))
        status = write_records(&options, bundle, diagnostics.count > 0);
    buffer_free(&text);
    diagnostics_free(&diagnostics);
    bundle_free(bundle);
    options_free(&options);
    return status;
}

const struct command records_command = {
    .name = "records",
    .usage = "records [OPTION]... PATH...",
    .what = "every record, one JSON object per line",
    .options =
        "  PATH                   a folder, a file, several of them, or - for text on standard input\n"
        "  -o, --output FILE      write to FILE; default standard output\n"
        "      --from, --to TIME  only records of this interval, and those without a time\n"
        "      --zone ZONE        for --from and --to: the zone of times that do not say theirs, e.g. +01:00\n"
        "      --dates ORDER      us or day-first: how to read dates like 4/5/2010\n"
        "      --codepage CP      code page of ANSI text, e.g. CP1252 (default), CP932\n"
        "  -j N, --color WHEN     taken for the sake of `wincause analyze`, without effect\n"
        "  -q, --quiet            no messages, no progress bar\n"
        "\n"
        "Records are in the order of the inputs and of each input; crashes follow the event that reports them,\n"
        "facts that need the whole input stand at its end. Host is the computer that the record itself names;\n"
        "which host an input belongs to is decided at the end of a bundle and stands in the report.\n"
        "\n"
        "Exit status: 0 everything read, 1 could not be written, 2 usage, 3 an input damaged, 4 nothing to read.\n",
    .run = run,
};
