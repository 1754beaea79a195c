/*
 * Which machine an input is from (DESIGN "Hosts").
 *
 * An input belongs to one host, decided when all have been read: the name it carries (a log: `Computer` of its last
 * record; a registry export: ComputerName; Dr Watson), else the only host of its folder, else the bundle's only host,
 * else none. Names compare without domain and case. Earlier names of a log are former names of its host: machines are
 * renamed. Only in a collected log (the computers' runs of record numbers overlap, or channels are mixed and there is
 * more than one computer) does each record belong to its own Computer, and a host known from such logs alone takes in
 * no other input. Former names never merge two hosts.
 *
 * While reading, host_trace_record() is told of every record of one input; the hits of that input are kept under the
 * record's label (the computer it names; "" when it names none), and hosts_of_input() turns label into host at the end.
 */
#ifndef WINCAUSE_BUNDLE_HOSTS_H
#define WINCAUSE_BUNDLE_HOSTS_H

#include "bundle/bundle.h"

struct host_trace;                                       /* what one input says about its machine */
struct host_trace *host_trace_new(void);
void host_trace_free(struct host_trace *trace);
/* Call for every record, derived ones too (a fact record `host.name` carries the name). Returns the record's label:
 * valid as long as the trace; "" when the record names no computer. Over LIMIT_LABELS computers: "". */
const char *host_trace_record(struct host_trace *trace, struct record *record);

struct host {
    char *name;              /* as last written; "" when nothing names it */
    char **former_names;     /* sorted, without the name itself */
    size_t former_count;
};

struct hosts {
    struct host *items;      /* sorted by name; at least one when there is an input. "" is the host of what names
                              * nobody and belongs to nobody: there when there are such records, or nothing else is */
    size_t count;
    struct input_hosts *of_inputs; /* private */
    size_t input_count;
};

/* traces[i] is that of bundle->inputs[i]; NULL when nothing was read from it. */
struct hosts *hosts_decide(const struct bundle *bundle, struct host_trace *const *traces);
/* The host of the records that carry `label` in input `index`; SIZE_MAX: nothing was read from that input. */
size_t hosts_of(const struct hosts *hosts, size_t input_index, const char *label);
void hosts_free(struct hosts *hosts);

#endif
