#include "bundle/progress.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"

#define MILLISECONDS_PER_FRAME 250
#define MILLISECONDS_BEFORE_FIRST 500 /* what is over at once needs no bar */
#define BAR_CELLS 24

struct progress {
    uint64_t total;
    _Atomic uint64_t done;
    bool stop;                   /* under the lock */
    bool drawn;
    int64_t started;             /* milliseconds */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
};

static int64_t milliseconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void add_size(struct buffer *out, uint64_t bytes)
{
    if (bytes < 10 * 1024 * 1024)
        buffer_printf(out, "%llu KiB", (unsigned long long)(bytes / 1024));
    else
        buffer_printf(out, "%llu MiB", (unsigned long long)(bytes / 1024 / 1024));
}

static void draw(struct progress *progress)
{
    struct buffer line = {0};
    uint64_t done = atomic_load(&progress->done), total = progress->total, passed, rate;

    done = done < total ? done : total;
    passed = (uint64_t)(milliseconds_now() - progress->started) + 1;
    rate = done * 1000 / passed;
    buffer_add_string(&line, "\r[");
    for (uint64_t i = 0; i < BAR_CELLS; i++)
        buffer_add_char(&line, i * total < done * BAR_CELLS ? '#' : '.');
    buffer_printf(&line, "] %3u%%  ", total > 0 ? (unsigned)(done * 100 / total) : 0);
    add_size(&line, done);
    buffer_add_string(&line, " of ");
    add_size(&line, total);
    buffer_add_string(&line, "  ");
    add_size(&line, rate);
    buffer_add_string(&line, "/s");
    if (rate > 0) {
        uint64_t left = (total - done) / rate;

        buffer_printf(&line, "  %llu:%02u left", (unsigned long long)(left / 60), (unsigned)(left % 60));
    }
    buffer_add_string(&line, "\033[K");
    progress->drawn = write(STDERR_FILENO, line.data, line.size) > 0 || progress->drawn;
    buffer_free(&line);
}

static void *draw_until_stop(void *argument)
{
    struct progress *progress = argument;
    int64_t next = progress->started + MILLISECONDS_BEFORE_FIRST;

    pthread_mutex_lock(&progress->lock);
    while (!progress->stop) {
        struct timespec until = {.tv_sec = (time_t)(next / 1000), .tv_nsec = (long)(next % 1000) * 1000000};

        if (pthread_cond_timedwait(&progress->wake, &progress->lock, &until) != 0 && !progress->stop) {
            draw(progress);
            next = milliseconds_now() + MILLISECONDS_PER_FRAME;
        }
    }
    pthread_mutex_unlock(&progress->lock);
    return NULL;
}

struct progress *progress_start(uint64_t total)
{
    struct progress *progress = memory_alloc(sizeof(*progress));
    pthread_condattr_t attributes;

    progress->total = total;
    progress->started = milliseconds_now();
    pthread_mutex_init(&progress->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&progress->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&progress->thread, NULL, draw_until_stop, progress) == 0)
        return progress;
    pthread_cond_destroy(&progress->wake);
    pthread_mutex_destroy(&progress->lock);
    free(progress);
    return NULL;
}

void progress_add(struct progress *progress, uint64_t bytes)
{
    if (progress)
        atomic_fetch_add_explicit(&progress->done, bytes, memory_order_relaxed);
}

void progress_stop(struct progress *progress)
{
    static const char erase[] = "\r\033[K";

    if (!progress)
        return;
    pthread_mutex_lock(&progress->lock);
    progress->stop = true;
    pthread_cond_signal(&progress->wake);
    pthread_mutex_unlock(&progress->lock);
    pthread_join(progress->thread, NULL);
    if (progress->drawn && write(STDERR_FILENO, erase, sizeof(erase) - 1) < 0)
        progress->drawn = false; /* standard error is gone: nothing to erase */
    pthread_cond_destroy(&progress->wake);
    pthread_mutex_destroy(&progress->lock);
    free(progress);
}
