// Byte-cursor streams while compiling: who wrote and read how many bytes of what, and when.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "replayer/program/program.h"
#include "trace-format/trace_reader.h"

namespace simrec::replay::causal {

/// The thread and moment that released a wait, for the recorded critical path.
struct CausePoint {
  std::uint32_t thread = 0;
  Ns time = -1;  ///< entry of the causing call; -1 = unknown
};

/// A send that was emitted.
struct SendOp {
  std::uint32_t thread = 0, index = 0;
  Ns ended = 0;
};

/// One direction of bytes between two ends.
struct Channel {
  Transport transport = Transport::pipe;
  bool has_writer = false;  ///< an end in the trace
  bool has_reader = false;
  bool finished = false;
  bool reader_closed = false;
  bool was_cut = false;  ///< a write failed since the reader had closed: the writer had more to send
  std::uint32_t connection_plus_one = 0;
  std::uint32_t writer_plus_one = 0;  ///< first thread that wrote
  std::uint32_t reader_plus_one = 0;
  std::uint32_t latest_reader_plus_one = 0;
  ObjectId source, destination;         ///< for the label
  std::int64_t sent = 0;                ///< at the entry of each write
  std::int64_t consumed = 0;            ///< at the exit of each read
  std::int64_t being_read = 0;          ///< by reads between entry and exit
  std::int64_t previous_occupancy = 0;  ///< of the write before
  std::int64_t latest_occupancy = 0;    ///< when the latest write began, its bytes included
  std::int64_t largest_occupancy = 0;
  std::int64_t kernel_capacity = 0;  ///< 0 = unknown
  Ns finished_at = 0;
  CausePoint finisher;
  CausePoint last_read;
  std::optional<SendOp> latest_send;
  bool awaiting_room = false;  ///< the writer met EAGAIN or is still connecting: its next poll waits for this
  std::uint32_t broken_token_plus_one = 0;  ///< a writer waits for the reader to go (EPIPE)

  bool two_sided() const { return has_writer && has_reader; }
};

/// A connection while compiling.
struct Link {
  Transport transport = Transport::tcp;
  ObjectId client, server;
  std::uint32_t client_thread = 0;
  std::uint32_t server_thread = 0;
  bool accepted = false;
  Ns started = 0;
  ObjectId listener;  ///< that it was accepted from
};

/// What the compiler knows about a kernel object, by ObjectId.
struct Ends {
  std::uint32_t in_plus_one = 0;   ///< channel it reads from
  std::uint32_t out_plus_one = 0;  ///< channel it writes to
  std::uint32_t link_plus_one = 0;
  std::uint32_t writers = 0;  ///< pipes: open descriptions by mode
  std::uint32_t readers = 0;
  std::uint32_t unknown_ends = 0;  ///< pipes: inherited ends of unknown direction
  bool no_delay = false;           ///< TCP_NODELAY
  bool lingers = false;            ///< SO_LINGER: close() waits until all is acknowledged
  bool connecting = false;         ///< connect() has not waited for the connection, and nothing has told of it yet
};

/// Creates channels and connections and keeps their cursors.
class Channels {
 public:
  explicit Channels(const Tables& tables, std::shared_ptr<ScratchSpace> space = nullptr);

  Ends& ends(ObjectId object);
  Channel& operator[](std::uint32_t channel) { return channels_[channel]; }
  std::vector<Channel>& all() { return channels_; }
  std::vector<Link>& links() { return links_; }

  std::uint32_t add(Transport transport, ObjectId source, ObjectId destination);
  /// The pipe's channel, created when first met; both ends are in the trace if `ours`.
  std::uint32_t pipe(ObjectId object, bool ours);
  /// Two connected sockets made by socketpair.
  void pair(ObjectId a, ObjectId b);
  /// A client begins to connect; its two channels exist from now on. Returns the link.
  std::uint32_t connect(ObjectId client, Transport transport, std::uint32_t thread, Ns now);
  /// Finds the link whose other side was just accepted as `server` through `listener`; returns it + 1, or 0.
  std::uint32_t accept(ObjectId server, ObjectId listener, std::uint32_t thread);

  void write_begins(std::uint32_t channel, std::int64_t bytes, std::uint32_t thread, Ns entry);
  void write_ends(std::uint32_t channel);
  void read_begins(std::uint32_t channel, std::int64_t bytes) { channels_[channel].being_read += bytes; }
  /// Returns how many of the bytes a traced writer sent (the rest came from outside); advances the cursor.
  std::int64_t read_ends(std::uint32_t channel, std::int64_t bytes, std::uint32_t thread, Ns entry);
  /// Who sent the byte before `cursor`; keeps no history before the consumed bytes.
  CausePoint sender_of(std::uint32_t channel, std::int64_t cursor) const;

  /// Cursor behind the first write begun after `time` that is not consumed yet; 0 = none.
  std::int64_t first_write_after(std::uint32_t channel, Ns time) const;

  std::string label(const Channel& channel) const;
  std::string label(const Link& link) const;
  /// What the replay may hold in flight: the kernel's limit, never less than what was seen.
  std::int64_t capacity(const Channel& channel) const;

 private:
  struct Sent {
    std::int64_t end;
    CausePoint by;
  };
  /// Writes not consumed yet: from `head` on.
  struct History {
    ScratchSequence<Sent> sent;
    std::size_t head = 0;
  };
  void forget_consumed(History& history) const;
  void attach(std::uint32_t link, ObjectId client);
  std::string key(const std::string& local, const std::string& peer) const;
  std::string end_name(ObjectId object) const;

  const Tables& tables_;
  std::shared_ptr<ScratchSpace> space_;
  std::vector<Ends> ends_;
  std::vector<Channel> channels_;
  std::vector<History> history_;
  std::vector<Link> links_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> waiting_tcp_;   ///< by client "local|peer"
  std::unordered_map<std::string, std::vector<std::uint32_t>> waiting_unix_;  ///< by listener's name
};

}  // namespace simrec::replay::causal
