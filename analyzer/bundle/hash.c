#include "bundle/hash.h"

#include <errno.h>
#include <nettle/sha2.h>
#include <stdlib.h>

#define HASH_PIECE (1u << 20)

uint64_t hash_source(const struct source *source, char hex[65], int *error)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t *piece = memory_alloc(HASH_PIECE), digest[SHA256_DIGEST_SIZE];
    struct sha256_ctx sha256;
    uint64_t done = 0;

    *error = 0;
    sha256_init(&sha256);
    while (done < source->size) {
        uint64_t left = source->size - done;
        int64_t got = source_read(source, done, piece, left < HASH_PIECE ? (size_t)left : HASH_PIECE);

        if (got < 0)
            *error = errno;
        if (got <= 0)
            break;
        sha256_update(&sha256, (size_t)got, piece);
        done += (uint64_t)got;
    }
    free(piece);
    sha256_digest(&sha256, sizeof(digest), digest);
    for (size_t i = 0; i < sizeof(digest); i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[64] = 0;
    return done;
}
