/* See evtx_child.h. The upper half is the child's, the lower half the parent's. */
#include "parsers/evtx_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* The header asks for libbfio's headers, which a system with libevtx need not have, for functions that are not used
 * here. */
#include <libevtx/features.h>
#undef LIBEVTX_HAVE_BFIO
#include <libevtx.h>

#include "base/limits.h"
#include "base/unicode.h"

/* The address sanitizer reserves terabytes, so the address space cannot be limited: the parent watches instead. */
#ifdef __SANITIZE_ADDRESS__
#define WITH_ADDRESS_SANITIZER 1
#else
#define WITH_ADDRESS_SANITIZER 0
#endif

/* What goes through the pipe: a head, then `size` bytes. */
enum message_type { MESSAGE_OPENED = 0x6F70656E, MESSAGE_REFUSED, MESSAGE_XML, MESSAGE_FAILED };
struct message {
    uint32_t type;
    uint32_t index;            /* of the record; MESSAGE_OPENED: the number of records */
    uint32_t size;
};

/* Most records' XML fits, so that libevtx need not be asked for its size first, which costs as much as the XML. */
#define XML_ROOM (1u << 20)
#define WHY_BYTES 256u
#define IMAGE_FD 3
#define PIPE_FD 4

/* The child. After fork() in a program with threads: system calls, malloc() (glibc keeps it sound) and libevtx. */

static void send_message(uint32_t type, uint32_t index, const void *bytes, size_t size)
{
    struct message head = {type, index, (uint32_t)size};
    const struct { const char *bytes; size_t size; } parts[2] = {{(const char *)&head, sizeof(head)}, {bytes, size}};
    for (unsigned i = 0; i < 2; i++)
        for (size_t done = 0; done < parts[i].size;) {
            ssize_t wrote = write(PIPE_FD, parts[i].bytes + done, parts[i].size - done);
            if (wrote > 0)
                done += (size_t)wrote;
            else if (errno != EINTR)
                _exit(1);
        }
}

/* libevtx's reasons come as a trace, "function: reason.", innermost first. */
static void send_failure(uint32_t type, uint32_t index, libevtx_error_t *error)
{
    char trace[4096] = "";
    const char *why = "no reason given";
    if (error != NULL && libevtx_error_backtrace_sprint(error, trace, sizeof(trace)) > 0) {
        trace[strcspn(trace, "\n")] = '\0';
        size_t size = strlen(trace);
        if (size > 0 && trace[size - 1] == '.')
            trace[size - 1] = '\0';
        char *colon = strstr(trace, ": ");
        why = colon != NULL ? colon + 2 : trace;
    }
    send_message(type, index, why, strnlen(why, WHY_BYTES));
    libevtx_error_free(&error);
}

static void limit_child(uint32_t records)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    /* Many records, each of them slow, but none too slow. */
    rlim_t seconds = LIMIT_EVTX_WASTED_SECONDS + 1 + records / LIMIT_EVTX_RECORDS_PER_SECOND;
    struct rlimit time = {seconds, seconds + 1};
    setrlimit(RLIMIT_CPU, &time);
#if !WITH_ADDRESS_SANITIZER
    /* The limit is for what libevtx takes; what the program had mapped when it forked does not count. */
    char text[64] = "";
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;
    uint64_t pages = 0;
    for (ssize_t i = 0; i < got && text[i] >= '0' && text[i] <= '9'; i++)
        pages = pages * 10 + (uint64_t)(text[i] - '0');
    if (fd >= 0)
        close(fd);
    rlim_t room = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + LIMIT_EVTX_CHILD_MEMORY;
    struct rlimit memory = {room, room};
    if (setrlimit(RLIMIT_AS, &memory) != 0)
        _exit(1);
#endif
}

/* Leaves nothing of the program in the child but its memory: files, signal handlers, the terminal. */
static void isolate_child(int image, int out, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    sigset_t nothing;
    sigemptyset(&nothing);
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &nothing, NULL);
    int null = open("/dev/null", O_RDWR);
    image = fcntl(image, F_DUPFD, 16);
    out = fcntl(out, F_DUPFD, 16);
    if (null < 0 || image < 0 || out < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 ||
        dup2(image, IMAGE_FD) < 0 || dup2(out, PIPE_FD) < 0 || close_range(PIPE_FD + 1, ~0u, 0) != 0)
        _exit(1);
}

static void set_codepage(libevtx_file_t *file)
{
    const char *name = unicode_codepage();
    int codepage = 0;
    if (strncmp(name, "CP", 2) == 0)
        for (const char *digit = name + 2; *digit >= '0' && *digit <= '9' && codepage < 100000; digit++)
            codepage = codepage * 10 + (*digit - '0');
    if (codepage > 0)
        libevtx_file_set_ascii_codepage(file, codepage, NULL);   /* one that it does not know leaves its default */
}

/* The XML of a record in `room`, or in memory of its own; NULL when there is none. */
static char *record_xml(libevtx_record_t *record, char *room, size_t *size, libevtx_error_t **error)
{
    static const char end[] = "</Event>\n";
    if (libevtx_record_get_utf8_xml_string(record, (uint8_t *)room, XML_ROOM, NULL) == 1) {
        *size = strnlen(room, XML_ROOM);
        if (*size > sizeof(end) && memcmp(room + *size - strlen(end), end, strlen(end)) == 0)
            return room;
    }
    /* Larger, or with a NUL in it. */
    if (libevtx_record_get_utf8_xml_string_size(record, size, error) != 1 || *size == 0 ||
        *size > LIMIT_XML_EVENT_BYTES)
        return NULL;
    char *xml = malloc(*size);
    if (xml == NULL || libevtx_record_get_utf8_xml_string(record, (uint8_t *)xml, *size, error) != 1) {
        free(xml);
        return NULL;
    }
    --*size;   /* its NUL */
    return xml;
}

static void answer_for(libevtx_file_t *file, uint32_t index, char *room)
{
    static const struct itimerval patience = {.it_value = {.tv_sec = LIMIT_EVTX_RECORD_SECONDS}};
    libevtx_record_t *record = NULL;
    libevtx_error_t *error = NULL;
    size_t size = 0;
    char *xml = NULL;
    setitimer(ITIMER_PROF, &patience, NULL);   /* processor time; its signal ends the child */
    if (libevtx_file_get_record_by_index(file, (int)index, &record, &error) == 1)
        xml = record_xml(record, room, &size, &error);
    if (xml != NULL) {
        send_message(MESSAGE_XML, index, xml, size);
        libevtx_error_free(&error);
    } else {
        send_failure(MESSAGE_FAILED, index, error);
    }
    if (xml != room)
        free(xml);
    libevtx_record_free(&record, NULL);
}

static _Noreturn void run_child(uint32_t from, uint32_t expected)
{
    libevtx_file_t *file = NULL;
    libevtx_error_t *error = NULL;
    int count = 0;
    char name[32];
    snprintf(name, sizeof(name), "/proc/self/fd/%d", IMAGE_FD);
    char *room = malloc(XML_ROOM);
    if (room == NULL || libevtx_file_initialize(&file, &error) != 1)
        _exit(1);
    set_codepage(file);
    if (libevtx_file_open(file, name, LIBEVTX_OPEN_READ, &error) != 1 ||
        libevtx_file_get_number_of_records(file, &count, &error) != 1) {
        send_failure(MESSAGE_REFUSED, 0, error);
        _exit(0);
    }
    send_message(MESSAGE_OPENED, (uint32_t)count, NULL, 0);
    if ((uint32_t)count == expected)
        for (uint32_t i = from; i < expected; i++)
            answer_for(file, i, room);
    _exit(0);   /* what is left goes with the process */
}

/* The parent. */

struct evtx_child {
    pid_t pid;                 /* 0: there is none */
    int in;
    uint32_t next, count;
    bool opened, refused, nonsense, too_large;
    struct buffer payload, clean;
    char why[WHY_BYTES + 1];
};

static bool write_all(int fd, struct text bytes)
{
    for (size_t done = 0; done < bytes.size;) {
        ssize_t wrote = write(fd, bytes.data + done, bytes.size - done);
        if (wrote > 0)
            done += (size_t)wrote;
        else if (errno != EINTR)
            return false;
    }
    return true;
}

struct evtx_child *evtx_child_start(struct text image, uint32_t from, uint32_t count)
{
    struct evtx_child *child = memory_alloc(sizeof(*child));
    int ends[2] = {-1, -1};
    *child = (struct evtx_child){.in = -1, .next = from, .count = count};
    int file = memfd_create("wincause-evtx", MFD_CLOEXEC);
    if (file < 0 || !write_all(file, image) || pipe2(ends, O_CLOEXEC) != 0) {
        snprintf(child->why, sizeof(child->why), "%s", strerror(errno));
        goto out;
    }
    pid_t parent = getpid();
    child->pid = fork();
    if (child->pid == 0) {
        isolate_child(file, ends[1], parent);
        limit_child(count - from);
        run_child(from, count);
    }
    if (child->pid < 0) {
        snprintf(child->why, sizeof(child->why), "%s", strerror(errno));
        child->pid = 0;
        goto out;
    }
    child->in = ends[0];
    ends[0] = -1;
out:
    if (file >= 0)
        close(file);
    if (ends[0] >= 0)
        close(ends[0]);
    if (ends[1] >= 0)
        close(ends[1]);
    return child;
}

/* Where the child's memory cannot be limited: ends it when it holds too much. */
static void watch_memory(struct evtx_child *child)
{
    char name[48], text[128] = "";
    snprintf(name, sizeof(name), "/proc/%ld/statm", (long)child->pid);
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ssize_t got = read(fd, text, sizeof(text) - 1);
    close(fd);
    struct text resident, rest = text_of(text);   /* the second of its numbers, in pages */
    uint64_t pages;
    if (got > 0 && text_next(&rest, ' ', &resident) && text_next(&rest, ' ', &resident) &&
        text_number(resident, 10, &pages) &&
        pages > 2 * LIMIT_EVTX_CHILD_MEMORY / (uint64_t)sysconf(_SC_PAGESIZE)) {   /* twice: the sanitizer's own */
        child->too_large = true;
        kill(child->pid, SIGKILL);
    }
}

static bool receive(struct evtx_child *child, void *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        struct pollfd wait = {.fd = child->in, .events = POLLIN};
        if (WITH_ADDRESS_SANITIZER && poll(&wait, 1, 50) == 0) {
            watch_memory(child);
            continue;
        }
        ssize_t got = read(child->in, (char *)bytes + done, size - done);
        if (got > 0)
            done += (size_t)got;
        else if (got == 0 || errno != EINTR)
            return false;
    }
    return true;
}

static bool is_expected(const struct evtx_child *child, const struct message *head)
{
    switch (head->type) {
    case MESSAGE_OPENED:
        return !child->opened && head->size == 0;
    case MESSAGE_REFUSED:
        return !child->opened && head->size <= WHY_BYTES;
    case MESSAGE_XML:
        return child->opened && head->index == child->next && child->next < child->count &&
               head->size <= LIMIT_XML_EVENT_BYTES;
    case MESSAGE_FAILED:
        return child->opened && head->index == child->next && child->next < child->count && head->size <= WHY_BYTES;
    default:
        return false;
    }
}

/* A reason from the child, as text that can be shown. */
static void take_why(struct evtx_child *child)
{
    size_t to = 0;
    for (size_t i = 0; i < child->payload.size && to < WHY_BYTES; i++) {
        char c = child->payload.data[i];
        child->why[to++] = c >= ' ' && c <= '~' ? c : '?';
    }
    child->why[to] = '\0';
}

static bool receive_message(struct evtx_child *child, struct message *head)
{
    if (child->in < 0 || child->nonsense || child->refused || child->next >= child->count ||
        !receive(child, head, sizeof(*head)))
        return false;
    if (!is_expected(child, head)) {
        child->nonsense = true;
        return false;
    }
    buffer_clear(&child->payload);
    for (size_t left = head->size; left > 0;) {
        char bytes[16384];
        size_t part = left < sizeof(bytes) ? left : sizeof(bytes);
        if (!receive(child, bytes, part))
            return false;
        buffer_add(&child->payload, bytes, part);
        left -= part;
    }
    return true;
}

bool evtx_child_next(struct evtx_child *child, struct evtx_answer *answer)
{
    struct message head;
    while (receive_message(child, &head)) {
        if (head.type == MESSAGE_OPENED) {
            child->opened = true;
            child->refused = head.index != child->count;
            if (child->refused)
                snprintf(child->why, sizeof(child->why), "it lists %u records of %u", (unsigned)head.index,
                         (unsigned)child->count);
            continue;
        }
        if (head.type == MESSAGE_REFUSED) {
            child->refused = true;
            take_why(child);
            continue;
        }
        *answer = (struct evtx_answer){.index = child->next++};
        if (head.type == MESSAGE_FAILED) {
            take_why(child);
            answer->why = child->why;
        } else {
            answer->xml = (struct text){child->payload.size > 0 ? child->payload.data : "", child->payload.size};
            if (!unicode_is_utf8(answer->xml.data, answer->xml.size)) {
                buffer_clear(&child->clean);
                unicode_add_utf8(&child->clean, answer->xml.data, answer->xml.size);
                answer->xml = buffer_text(&child->clean);
            }
        }
        return true;
    }
    return false;
}

static void describe_end(const struct evtx_child *child, int status, struct buffer *why)
{
    if (child->pid == 0 || child->refused)
        buffer_add_string(why, child->why);
    else if (child->nonsense)
        buffer_add_string(why, "its process sent nonsense");
    else if (child->too_large)
        buffer_add_string(why, "it takes too much memory");
    else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF)
        buffer_printf(why, "it takes longer than %u seconds", LIMIT_EVTX_RECORD_SECONDS);
    else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        buffer_add_string(why, "the records before it took too long");
    else if (WIFSIGNALED(status))
        buffer_printf(why, "its process was ended by signal %d", WTERMSIG(status));
    else
        buffer_printf(why, "its process ended with status %d", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

enum evtx_child_end evtx_child_stop(struct evtx_child *child, double *seconds, struct buffer *why)
{
    enum evtx_child_end end = CHILD_IMPOSSIBLE;
    struct rusage used = {0};
    int status = 0;
    bool done = child->next >= child->count;
    if (child->in >= 0)
        close(child->in);
    if (child->pid > 0) {
        kill(child->pid, SIGKILL);   /* it has ended or has nothing more to say */
        while (wait4(child->pid, &status, 0, &used) < 0 && errno == EINTR)
            ;
        end = child->refused ? CHILD_REFUSED : done ? CHILD_DONE : CHILD_DIED;
    }
    *seconds = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
               1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
    if (end != CHILD_DONE) {
        buffer_clear(why);
        describe_end(child, status, why);
    }
    buffer_free(&child->payload);
    buffer_free(&child->clean);
    free(child);
    return end;
}
