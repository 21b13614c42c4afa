#include "recorder/object_registry.h"

#include <fcntl.h>
#include <linux/kcmp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <utility>

#include "recorder/socket_info.h"

namespace simrec::record {
namespace {

constexpr std::pair<std::string_view, ObjectKind> kAnonymousKinds[] = {
    {"anon_inode:[eventfd]", ObjectKind::eventfd},
    {"anon_inode:[timerfd]", ObjectKind::timerfd},
    {"anon_inode:[signalfd]", ObjectKind::signalfd},
    {"anon_inode:[eventpoll]", ObjectKind::epoll},
    {"anon_inode:inotify", ObjectKind::inotify},
    {"anon_inode:[pidfd]", ObjectKind::pidfd},
    {"pidfd:", ObjectKind::pidfd},
    {"anon_inode:[io_uring]", ObjectKind::ioUring},
};

std::optional<ObjectKind> anonymous_kind(std::string_view link) {
  for (const auto& [prefix, kind] : kAnonymousKinds)
    if (link.starts_with(prefix)) return kind;
  if (link.starts_with("anon_inode:")) return ObjectKind::anonymous;
  return std::nullopt;
}

bool is_terminal(unsigned device_major) {
  return device_major == 4 || device_major == 5 || (device_major >= 136 && device_major <= 143);
}

ObjectKind kind_of(const FileStatus& status) {
  switch (status.mode & S_IFMT) {
    case S_IFREG:
      return ObjectKind::file;
    case S_IFDIR:
      return ObjectKind::directory;
    case S_IFIFO:
      return ObjectKind::pipe;
    case S_IFSOCK:
      return ObjectKind::socketOther;
    case S_IFCHR:
      return is_terminal(status.device_major) ? ObjectKind::terminal : ObjectKind::device;
    case S_IFBLK:
      return ObjectKind::device;
    default:
      return ObjectKind::anonymous;
  }
}

}  // namespace

ObjectId ObjectRegistry::created(DescriptorOwner owner, int fd) { return resolve(owner, fd, true); }
ObjectId ObjectRegistry::existing(DescriptorOwner owner, int fd) { return resolve(owner, fd, false); }

ObjectId ObjectRegistry::resolve(DescriptorOwner owner, int fd, bool created) {
  const auto status = owner.files.status(fd);
  if (!status) {
    sink_.lose("descriptors that could not be looked at");
    return {};
  }
  Object object;
  object.kind = kind_of(*status);
  object.device = status->device;
  object.inode = status->inode;
  if (object.kind == ObjectKind::anonymous) return resolve_anonymous(owner, fd, owner.files.link(fd), created);

  const Key key{object.kind, status->device, status->inode, status->birth_ns};
  // A socket or pipe just made is new whatever its inode number was used for before; a FIFO or file is not.
  const bool always_new = created && object.kind == ObjectKind::socketOther;
  if (!always_new)
    if (const auto known = known_file(key, status->size_bytes)) return *known;
  std::string path;
  if (object.kind == ObjectKind::file) object.size_bytes = status->size_bytes;
  if (object.kind == ObjectKind::socketOther) {
    describe_socket(owner, fd, object, "");
  } else {
    const std::string link = owner.files.link(fd);
    if (anonymous_kind(link)) return resolve_anonymous(owner, fd, link, created);  // pidfds have regular-looking inodes
    if (link.starts_with("/memfd:")) object.kind = ObjectKind::memfd;
    if (!link.starts_with("pipe:[")) object.path = sink_.intern(link);  // the inode says it all
    if (object.kind == ObjectKind::file || object.kind == ObjectKind::directory) path = link;
  }
  if (object.kind == ObjectKind::pipe) describe_pipe(owner, fd, object);
  return remember(key, object, path);
}

/// A file that is known already, its size brought up to date.
std::optional<ObjectId> ObjectRegistry::known_file(const Key& key, std::uint64_t size_bytes) {
  const auto known = by_key_.find(key);
  if (known == by_key_.end()) return std::nullopt;
  Object& object = objects_[known->second.object];
  if (object.kind == ObjectKind::file && object.size_bytes != size_bytes) {
    object.size_bytes = size_bytes;
    sink_.put(object);
  }
  return known->second.object;
}

ObjectId ObjectRegistry::opened(DescriptorOwner owner, int fd, const FileStatus& status, const std::string& path) {
  const ObjectKind kind = kind_of(status);
  const Key key{kind, status.device, status.inode, status.birth_ns};
  if (const auto known = known_file(key, status.size_bytes)) return *known;
  // The thread runs on and may close the descriptor any time: what its number refers to now counts only if it is
  // still that file after it was looked at.
  const std::string link = owner.files.link(fd);
  const auto now = owner.files.status(fd);
  const bool still_open = now && now->device == status.device && now->inode == status.inode;
  if (still_open && kind == ObjectKind::pipe) return existing(owner, fd);
  const std::string name = still_open ? link : path;  // else as the program gave it
  Object object;
  object.kind = kind;
  object.device = status.device;
  object.inode = status.inode;
  object.path = sink_.intern(name);
  if (kind == ObjectKind::file) object.size_bytes = status.size_bytes;
  return remember(key, object, name);
}

ObjectId ObjectRegistry::resolve_anonymous(DescriptorOwner owner, int fd, const std::string& link, bool created) {
  if (!created) {
    if (const auto known = same_open_file(owner, fd)) return *known;
  }
  Object object;
  object.kind = anonymous_kind(link).value_or(ObjectKind::anonymous);
  object.path = sink_.intern(link);
  object.id = sink_.put(object);
  makers_[{owner.pid, fd}] = object.id;
  return object.id;
}

std::optional<ObjectId> ObjectRegistry::same_open_file(DescriptorOwner owner, int fd) const {
  for (const auto& [maker, object] : makers_)
    if (syscall(SYS_kcmp, maker.first, owner.pid, KCMP_FILE, maker.second, fd) == 0) return object;
  return std::nullopt;
}

ObjectId ObjectRegistry::remember(const Key& key, Object object, const std::string& path) {
  object.id = sink_.put(object);
  objects_[object.id] = object;
  if (const auto former = by_key_.find(key); former != by_key_.end()) objects_.erase(former->second.object);
  by_key_[key] = {object.id, path};
  if (object.cookie != 0) sockets_by_inode_[object.inode] = object.id;
  return object.id;
}

void ObjectRegistry::describe_pipe(DescriptorOwner owner, int fd, Object& object) {
  const FileDescriptor copy = owner.files.duplicate(fd);
  const int bytes = copy ? fcntl(copy.get(), F_GETPIPE_SZ) : -1;
  if (bytes > 0) object.capacity_bytes = static_cast<std::uint64_t>(bytes);
}

void ObjectRegistry::describe_socket(DescriptorOwner owner, int fd, Object& object, const std::string& peer) {
  const FileDescriptor copy = owner.files.duplicate(fd);
  if (!copy) {
    sink_.lose("sockets whose addresses could not be read");
    return;
  }
  describe_socket(socket_info(copy.get()), object, peer);
}

void ObjectRegistry::describe_socket(const SocketInfo& info, Object& object, const std::string& peer) {
  object.kind = info.kind;
  object.local_address = sink_.intern(info.local_address);
  object.peer_address = sink_.intern(info.peer_address.empty() ? peer : info.peer_address);
  object.cookie = info.cookie;
  object.network_namespace = info.network_namespace;
  object.send_buffer_bytes = info.send_buffer_bytes;
  object.receive_buffer_bytes = info.receive_buffer_bytes;
  object.nonblocking = info.nonblocking;
  link_unix_peer(object);
}

/// The socket in question, if it is known.
std::optional<ObjectId> ObjectRegistry::known_socket(const Key& key, std::uint64_t cookie) const {
  const auto known = by_key_.find(key);
  if (known == by_key_.end()) return std::nullopt;
  const auto object = objects_.find(known->second.object);
  return object != objects_.end() && object->second.cookie == cookie ? std::optional(object->first) : std::nullopt;
}

ObjectId ObjectRegistry::socket_made(std::uint64_t device, std::uint64_t inode, const SocketInfo& info) {
  const Key key{ObjectKind::socketOther, device, inode, 0};
  // A call of another thread, seen sooner, may have been about it already.
  if (const auto known = known_socket(key, info.cookie)) {
    Object complete = objects_[*known];
    complete.network_namespace = info.network_namespace;
    put_if_changed(complete);
    return *known;
  }
  Object object;
  object.device = device;
  object.inode = inode;
  describe_socket(info, object, "");
  return remember(key, object);
}

ObjectId ObjectRegistry::socket_named(DescriptorOwner owner, int fd, std::uint64_t device, std::uint64_t inode,
                                      SocketInfo info, const std::string& peer) {
  auto known = known_socket({ObjectKind::socketOther, device, inode, 0}, info.cookie);
  if (known) {
    info.kind = objects_[*known].kind;
    info.network_namespace = objects_[*known].network_namespace;
  } else {
    const auto now = owner.files.status(fd);
    if (now && now->device == device && now->inode == inode) return refresh(owner, fd, peer);
    // What made it waits in the ring of another thread, and makes only these: socket_made() completes it.
    info.kind = ObjectKind::tcp;
    known = socket_made(device, inode, info);
  }
  Object fresh = objects_[*known];
  describe_socket(info, fresh, peer);
  put_if_changed(fresh);
  return *known;
}

void ObjectRegistry::put_if_changed(const Object& fresh) {
  Object& known = objects_[fresh.id];
  if (fresh == known) return;
  known = fresh;
  sink_.put(fresh);
}

void ObjectRegistry::link_unix_peer(Object& object) {
  const bool is_unix = object.kind == ObjectKind::unixStream || object.kind == ObjectKind::unixSeqpacket ||
                       object.kind == ObjectKind::unixDatagram;
  if (!is_unix || object.peer_inode != 0) return;
  object.peer_inode = unix_peer_inode(object.inode);
  if (object.peer_inode == 0) return;
  const auto peer = sockets_by_inode_.find(object.peer_inode);
  if (peer != sockets_by_inode_.end()) object.peer = peer->second;
}

ObjectId ObjectRegistry::refresh(DescriptorOwner owner, int fd, const std::string& peer) {
  const ObjectId id = existing(owner, fd);
  const auto known = objects_.find(id);
  if (known == objects_.end()) return id;
  Object fresh = known->second;
  if (fresh.kind == ObjectKind::pipe) describe_pipe(owner, fd, fresh);
  if (fresh.cookie != 0) describe_socket(owner, fd, fresh, peer);
  put_if_changed(fresh);
  return id;
}

void ObjectRegistry::pair(ObjectId a, ObjectId b) {
  for (const auto& [self, other] : {std::pair{a, b}, std::pair{b, a}}) {
    const auto found = objects_.find(self);
    if (found == objects_.end()) continue;
    found->second.peer = other;
    sink_.put(found->second);
  }
}

ObjectId ObjectRegistry::shared_memory(std::uint64_t device, std::uint64_t inode, const std::string& path) {
  const Key key{ObjectKind::sharedMemory, device, inode, 0};
  if (const auto known = by_key_.find(key); known != by_key_.end()) return known->second.object;
  Object object;
  object.kind = ObjectKind::sharedMemory;
  object.device = device;
  object.inode = inode;
  object.path = sink_.intern(path);
  return remember(key, object);
}

void ObjectRegistry::forget(pid_t pid) {
  makers_.erase(makers_.lower_bound({pid, -1}), makers_.lower_bound({pid + 1, -1}));
}

bool ObjectRegistry::is_gone(const Key& key, const Known& known, const OpenInodes& open) {
  const bool has_path = key.kind == ObjectKind::file || key.kind == ObjectKind::directory;
  if (key.kind != ObjectKind::socketOther && key.kind != ObjectKind::pipe && !has_path) return false;
  if (open.contains({key.device, key.inode})) return false;
  struct stat status {};
  return !has_path || stat(known.path.c_str(), &status) != 0 || status.st_ino != key.inode ||
         status.st_dev != key.device;
}

void ObjectRegistry::drop_closed(const OpenInodes& open) {
  for (auto entry = by_key_.begin(); entry != by_key_.end();) {
    auto& [key, known] = *entry;
    const bool gone = is_gone(key, known, open);
    if (gone && known.found_closed) {
      if (key.kind == ObjectKind::socketOther) sockets_by_inode_.erase(key.inode);
      objects_.erase(known.object);
      entry = by_key_.erase(entry);
    } else {
      known.found_closed = gone;
      ++entry;
    }
  }
  crowded_at_ = by_key_.size() + by_key_.size() / 2 + kCrowd;
}

bool ObjectRegistry::has_local_address(ObjectId id) const {
  const auto found = objects_.find(id);
  return found == objects_.end() || found->second.local_address.value != 0;
}

}  // namespace simrec::record
