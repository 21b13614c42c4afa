// Gives every kernel object behind the program's descriptors one ObjectId, whatever descriptors and
// processes refer to it (DESIGN: identity, not fd numbers).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "recorder/process_files.h"
#include "recorder/trace_sink.h"

namespace simrec::record {

struct SocketInfo;

/// A process as far as its descriptors go.
struct DescriptorOwner {
  pid_t pid;
  ProcessFiles& files;
};

/// What descriptors refer to just now: device and inode numbers.
using OpenInodes = std::set<std::pair<std::uint64_t, std::uint64_t>>;

class ObjectRegistry {
 public:
  explicit ObjectRegistry(TraceSink& sink) : sink_(sink) {}

  /// Object behind a descriptor that a call just created: always a new pipe, socket or anonymous object;
  /// files and FIFOs keep the id of their inode. {0} when it cannot be seen.
  ObjectId created(DescriptorOwner owner, int fd);
  /// Object behind any descriptor: the known one, else a new entry.
  ObjectId existing(DescriptorOwner owner, int fd);
  /// Object behind a descriptor that an open call of tier 2 returned some time ago: `status` and `path` were taken
  /// then, the descriptor may be gone since.
  ObjectId opened(DescriptorOwner owner, int fd, const FileStatus& status, const std::string& path);
  /// Socket that a call of tier 2 made some time ago, as it was right then.
  ObjectId socket_made(std::uint64_t device, std::uint64_t inode, const SocketInfo& info);
  /// Socket that a call of tier 2 gave an address, as it was right then, but for its kind and namespace; `peer` as for
  /// refresh(). An unknown one is looked at through its descriptor, if that still refers to it; else its
  /// making is yet to be told.
  ObjectId socket_named(DescriptorOwner owner, int fd, std::uint64_t device, std::uint64_t inode, SocketInfo info,
                        const std::string& peer);
  /// Reads addresses and sizes again and puts the object anew when they changed. `peer` is used when the
  /// kernel does not know a peer address yet (a connection being set up).
  ObjectId refresh(DescriptorOwner owner, int fd, const std::string& peer = "");
  /// Tells both ends of a socketpair about each other.
  void pair(ObjectId a, ObjectId b);
  /// Object of a shared mapping, by the identity /proc/PID/maps gives.
  ObjectId shared_memory(std::uint64_t device, std::uint64_t inode, const std::string& path);
  /// Local address known? (A UDP socket gets one with its first datagram.)
  bool has_local_address(ObjectId id) const;

  /// A process is gone.
  void forget(pid_t pid);
  /// So many objects are kept that those nobody can refer to any more should be dropped: call drop_closed().
  bool crowded() const { return by_key_.size() >= crowded_at_; }
  /// Drops pipes and sockets that no process has open, and files that, besides, are not at their path any more, when
  /// that is so for the second time running (they may be on their way in a message). Keeps memory bounded by what the
  /// programs have open and the files they made.
  void drop_closed(const OpenInodes& open);
  /// Instead, when it cannot be known what is open.
  void keep_all() { crowded_at_ *= 2; }

 private:
  struct Key {
    ObjectKind kind;
    std::uint64_t device, inode, birth_ns;
    auto operator<=>(const Key&) const = default;
  };
  struct Known {
    ObjectId object;
    std::string path;           ///< of files and directories
    bool found_closed = false;  ///< the last time that was looked at
  };
  static constexpr std::size_t kCrowd = 2048;

  ObjectId resolve(DescriptorOwner owner, int fd, bool created);
  std::optional<ObjectId> known_file(const Key& key, std::uint64_t size_bytes);
  ObjectId resolve_anonymous(DescriptorOwner owner, int fd, const std::string& link, bool created);
  std::optional<ObjectId> same_open_file(DescriptorOwner owner, int fd) const;
  ObjectId remember(const Key& key, Object object, const std::string& path = "");
  std::optional<ObjectId> known_socket(const Key& key, std::uint64_t cookie) const;
  void put_if_changed(const Object& fresh);
  static bool is_gone(const Key& key, const Known& known, const OpenInodes& open);
  void describe_pipe(DescriptorOwner owner, int fd, Object& object);
  void describe_socket(DescriptorOwner owner, int fd, Object& object, const std::string& peer);
  void describe_socket(const SocketInfo& info, Object& object, const std::string& peer);
  void link_unix_peer(Object& object);

  TraceSink& sink_;
  std::map<Key, Known> by_key_;
  std::unordered_map<ObjectId, Object> objects_;
  std::unordered_map<std::uint64_t, ObjectId> sockets_by_inode_;
  /// Anonymous inodes (eventfd, epoll, …) all share one inode number: they are known by the descriptor they were made
  /// as, for kcmp(2). An entry may be stale after a close; the next creation under that number replaces it.
  std::map<std::pair<pid_t, int>, ObjectId> makers_;
  std::size_t crowded_at_ = kCrowd;
};

}  // namespace simrec::record
