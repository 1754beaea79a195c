/* evtx_write DESCRIPTION FILE.evtx: writes an event log. tests/evtx/writer.h says what a description looks like. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/evtx/writer.h"

static bool read_file(const char *path, struct buffer *out)
{
    char bytes[65536];
    size_t got;
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (file == NULL)
        return false;
    while ((got = fread(bytes, 1, sizeof(bytes), file)) > 0)
        buffer_add(out, bytes, got);
    bool good = !ferror(file);
    if (file != stdin)
        fclose(file);
    return good;
}

static bool write_file(const char *path, struct text bytes)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return false;
    bool good = fwrite(bytes.data, 1, bytes.size, file) == bytes.size;
    return fclose(file) == 0 && good;
}

int main(int argc, char **argv)
{
    struct buffer description = {0}, file = {0};
    char error[200];
    int status = 1;
    if (argc != 3) {
        fprintf(stderr, "usage: evtx_write DESCRIPTION FILE.evtx   (DESCRIPTION may be -)\n");
        return 2;
    }
    if (!read_file(argv[1], &description))
        fprintf(stderr, "evtx_write: %s: %s\n", argv[1], strerror(errno));
    else if (!evtx_write(buffer_text(&description), &file, error))
        fprintf(stderr, "evtx_write: %s: %s\n", argv[1], error);
    else if (!write_file(argv[2], buffer_text(&file)))
        fprintf(stderr, "evtx_write: %s: %s\n", argv[2], strerror(errno));
    else
        status = 0;
    buffer_free(&description);
    buffer_free(&file);
    return status;
}
