// Hand-made predictions whose every number is known.
#pragma once

#include <cstdint>

#include "trace-format/prediction.h"

namespace simrec::test {

/// A client and a database on two hosts: `rounds` exchanges of 100 µs computing at the client, 2 ms latency, 300 µs
/// computing in the database (3 threads, of which one works), 2 ms back, with the critical path through all of it,
/// connections, links, doubts and warnings. The third process has a name that tries to leave its place in HTML.
Prediction two_site_prediction(int rounds = 50);
inline constexpr Ns kRoundNs = 4'400'000;
inline constexpr const char* kHostileName = "</script><script>document.title='taken'</script><!--&amp;\"'";

/// Only a summary: an older simreplay, without timeline.
Prediction bare_prediction();

/// Threads with random intervals (always the same ones), 1 µs to 1 ms long, and a critical path of a quarter as many
/// steps: for measuring.
Prediction large_prediction(std::uint64_t intervals, std::uint32_t threads);

}  // namespace simrec::test
