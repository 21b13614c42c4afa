// The critical path and the tables beside it, between prediction.capnp and critical_path.h: the half of
// prediction_codec.h that has them.
#pragma once

#include "prediction.capnp.h"
#include "trace-format/prediction_codec.h"

namespace simrec {

/// Decode one message. Throw FormatError.
CriticalPath read_path(schema::PathSteps::Reader in);
Connections read_connections(capnp::List<schema::ConnectionResult>::Reader in);
Links read_links(capnp::List<schema::LinkResult>::Reader in);

/// A column of numbers, as long as it is; `name` is for messages about it.
std::vector<std::uint64_t> read_series(std::span<const std::uint8_t> column, const char* name);
std::vector<std::uint8_t> series(const std::vector<std::uint64_t>& values);

}  // namespace simrec
