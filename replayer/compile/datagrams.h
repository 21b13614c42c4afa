// Matches datagrams between sockets: by destination and source address, in order, with losses.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "replayer/compile/channels.h"

namespace simrec::replay::causal {

class Datagrams {
 public:
  Datagrams(const Tables& tables, Channels& channels) : tables_(tables), channels_(channels) {}

  struct Sent {
    std::uint32_t channel;
    std::int64_t end;  ///< cumulative bytes of its channel with this message
  };

  /// A message leaves; nullopt if no traced socket has that address. `destination` "" = the connected peer.
  std::optional<Sent> send(ObjectId from, const std::string& destination, std::int64_t bytes, std::uint32_t thread,
                           Ns entry);
  /// A message was received (at most `bytes` of it); nullopt if it came from outside. `source` "" = unknown.
  std::optional<Sent> receive(ObjectId to, const std::string& source, std::int64_t bytes, std::uint32_t thread,
                              Ns entry);
  std::uint64_t lost() const { return lost_; }

 private:
  struct Message {
    std::uint32_t channel;
    std::int64_t bytes;
    std::int64_t end;
    ObjectId from;
  };
  struct Inbox {
    std::vector<Message> messages;
    std::size_t head = 0;
  };
  ObjectId find_receiver(ObjectKind kind, const std::string& address);
  bool is_from(ObjectId sender, const std::string& source) const;

  const Tables& tables_;
  Channels& channels_;
  std::unordered_map<std::string, ObjectId> bound_;  ///< by local address; filled from the tables as needed
  std::size_t bound_up_to_ = 1;
  std::unordered_map<std::uint64_t, std::uint32_t> channel_of_;  ///< (from, to)
  std::unordered_map<std::uint32_t, Inbox> inboxes_;
  std::uint64_t lost_ = 0;
};

}  // namespace simrec::replay::causal
