// What the little programs share: a check that ends the program with the line that failed.
#pragma once

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHECK(condition)                                                                   \
  do {                                                                                     \
    if (!(condition)) {                                                                    \
      fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #condition, strerror(errno)); \
      _exit(1);                                                                            \
    }                                                                                      \
  } while (0)

/// Ends the program as "cannot be tried here": ctest and the recorder's tests report a skip.
#define SKIP(...)                 \
  do {                            \
    fprintf(stderr, __VA_ARGS__); \
    _exit(77);                    \
  } while (0)
