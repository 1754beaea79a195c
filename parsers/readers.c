/*
 * The table of whole-file formats. Order matters only between equal probes: the first wins.
 */
#include "parsers/eventxml.h"
#include "parsers/evtx.h"
#include "parsers/reg.h"
#include "parsers/text.h"

const struct reader *const readers[] = {
    &evtx_reader,
    &reg_reader,
    &eventxml_reader,
    &text_reader,
    NULL,
};

const struct reader *reader_find(const uint8_t *head, size_t size)
{
    const struct reader *best = NULL;
    int highest = 0;

    for (size_t i = 0; readers[i]; i++) {
        int certainty = readers[i]->probe(head, size);

        if (certainty > highest) {
            highest = certainty;
            best = readers[i];
        }
    }
    return best;
}
