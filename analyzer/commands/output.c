#include "commands/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bundle/walk.h"
#include "commands/options.h"

#define PENDING_BYTES (1u << 20)
#define TEMPORARIES_MAX 16

/*
 * Who interrupts the program must not find half a report: the signals that end a program remove the temporary files
 * first. Children have this handler too, and leave the files alone.
 */
static char *volatile temporaries[TEMPORARIES_MAX];
static volatile pid_t owner;

static void remove_temporaries(void)
{
    if (getpid() == owner)
        for (size_t i = 0; i < TEMPORARIES_MAX; i++)
            if (temporaries[i])
                unlink(temporaries[i]);
}

static void end_by_signal(int signal_number)
{
    remove_temporaries();
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void watch_temporary(char *path)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU, SIGXFSZ};

    if (owner == 0)
        atexit(remove_temporaries); /* running out of memory ends the program, too */
    owner = getpid();
    for (size_t i = 0; i < TEMPORARIES_MAX; i++) {
        if (!temporaries[i]) {
            temporaries[i] = path;
            break;
        }
    }
    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
        struct sigaction action;

        if (sigaction(signals[i], NULL, &action) == 0 && action.sa_handler == SIG_DFL)
            signal(signals[i], end_by_signal);
    }
}

static void unwatch_temporary(const char *path)
{
    for (size_t i = 0; i < TEMPORARIES_MAX; i++)
        if (temporaries[i] == path)
            temporaries[i] = NULL;
}

static const char *shown(const struct output *output)
{
    return output->path ? output->path : "standard output";
}

static void fail(struct output *output, int error)
{
    if (!output->failed)
        options_complain("cannot write %s: %s", shown(output), error_text(error));
    output->failed = true;
}

/* Makes the file of the other name, with the permissions of the one it will replace, else those of any new file. */
static void open_temporary(struct output *output, const char *final, const struct stat *old)
{
    struct buffer name = {0};
    mode_t mask = umask(0);

    umask(mask);
    buffer_printf(&name, "%s.XXXXXX", final);
    output->fd = mkostemp(name.data, O_CLOEXEC);
    if (output->fd < 0) {
        fail(output, errno);
        buffer_free(&name);
        return;
    }
    output->temporary = name.data;
    watch_temporary(output->temporary);
    if (fchmod(output->fd, old ? old->st_mode & 0777 : 0666 & ~mask) != 0)
        fail(output, errno);
}

bool output_open(struct output *output, const char *path)
{
    struct stat status;
    bool exists;

    *output = (struct output){.fd = STDOUT_FILENO, .path = path};
    if (!path)
        return true;
    exists = stat(path, &status) == 0;
    if (exists && !S_ISREG(status.st_mode)) {
        output->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY); /* a pipe or device; a folder fails */
        if (output->fd < 0)
            fail(output, errno);
    } else {
        char *real = exists ? realpath(path, NULL) : NULL;

        output->fd = -1;
        open_temporary(output, real ? real : path, exists ? &status : NULL);
        free(real);
    }
    if (output->failed)
        output_discard(output);
    return !output->failed;
}

static void write_pending(struct output *output)
{
    size_t done = 0;

    while (done < output->pending.size && !output->failed) {
        ssize_t put = write(output->fd, output->pending.data + done, output->pending.size - done);

        if (put < 0 && errno != EINTR)
            fail(output, errno);
        if (put > 0)
            done += (size_t)put;
    }
    buffer_clear(&output->pending);
}

void output_add(struct output *output, struct text text)
{
    buffer_add_text(&output->pending, text);
    output_settle(output);
}

struct buffer *output_buffer(struct output *output)
{
    return &output->pending;
}

void output_settle(struct output *output)
{
    if (output->pending.size >= PENDING_BYTES)
        write_pending(output);
}

/* The name that the temporary file was made for. */
static char *final_name(const struct output *output)
{
    char *name = memory_string(output->temporary);

    name[strlen(name) - strlen(".XXXXXX")] = 0;
    return name;
}

bool output_close(struct output *output)
{
    write_pending(output);
    if (output->path) {
        if (close(output->fd) != 0)
            fail(output, errno);
        output->fd = -1;
    }
    if (output->temporary && !output->failed) {
        char *name = final_name(output);

        if (rename(output->temporary, name) == 0) {
            unwatch_temporary(output->temporary);
            free(output->temporary);
            output->temporary = NULL;
        } else {
            fail(output, errno);
        }
        free(name);
    }
    output_discard(output);
    return !output->failed;
}

void output_discard(struct output *output)
{
    if (output->path && output->fd >= 0)
        close(output->fd);
    output->fd = -1;
    if (output->temporary) {
        unlink(output->temporary);
        unwatch_temporary(output->temporary);
    }
    free(output->temporary);
    output->temporary = NULL;
    buffer_free(&output->pending);
}
