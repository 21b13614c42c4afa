// Connections that a thread keeps to a server and lends to whichever of its clients asks next (connection pools of
// proxies and applications). Which client got which connection is replayed as recorded, but where requests take
// longer, others will be free: a doubt without a measure.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>

#include "replayer/compile/loop_ops.h"

namespace simrec::replay::causal {

class LentConnections {
 public:
  /// A handler of the client (a source) sends on a connection which no poll reported. Had another client sent there
  /// last?
  bool lend(SourceKey connection, SourceKey client) {
    if (!is_connection(connection) || connection == client) return false;
    const auto [last, first] = clients_.try_emplace(connection, client);
    return !first && std::exchange(last->second, client) != client;
  }

 private:
  std::unordered_map<SourceKey, SourceKey> clients_;  ///< by connection: who had it last
};

}  // namespace simrec::replay::causal
