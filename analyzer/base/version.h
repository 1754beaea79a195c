/* The version that reports, `--version` and installed files name. */
#ifndef WINCAUSE_BASE_VERSION_H
#define WINCAUSE_BASE_VERSION_H

#define WINCAUSE_VERSION "0.1.0"

#endif
