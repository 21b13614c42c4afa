#include "analysis/descriptors.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <array>

#include "trace-format/syscall_table.h"

namespace simrec::analysis {
namespace {

struct KindWords {
  const char* words;   ///< for people
  const char* prefix;  ///< before an inode when there is no better name; nullptr = the words alone do
};

/// By ObjectKind.
constexpr std::array<KindWords, 22> kKinds = {{
    {"unknown", nullptr},
    {"file", "file"},
    {"directory", "directory"},
    {"device", "device"},
    {"terminal", "terminal"},
    {"pipe", "pipe"},
    {"tcp socket", "tcp"},
    {"udp socket", "udp"},
    {"unix stream socket", "unix"},
    {"unix datagram socket", "unix"},
    {"unix seqpacket socket", "unix"},
    {"socket", "socket"},
    {"eventfd", "eventfd"},
    {"timerfd", "timerfd"},
    {"signalfd", "signalfd"},
    {"epoll", "epoll"},
    {"inotify", "inotify"},
    {"pidfd", "pidfd"},
    {"memfd", "memfd"},
    {"io_uring", "io_uring"},
    {"shared memory", "shared-memory"},
    {"anonymous inode", "anonymous"},
}};

const KindWords& words_of(ObjectKind kind) {
  const auto index = static_cast<std::size_t>(kind);
  return kKinds[index < kKinds.size() ? index : 0];
}

bool shares_one_inode(ObjectKind kind) {
  // All anonymous inodes of a kernel have the same number: it would tell nothing.
  switch (kind) {
    case ObjectKind::eventfd:
    case ObjectKind::timerfd:
    case ObjectKind::signalfd:
    case ObjectKind::epoll:
    case ObjectKind::inotify:
    case ObjectKind::pidfd:
    case ObjectKind::ioUring:
    case ObjectKind::anonymous:
      return true;
    default:
      return false;
  }
}

}  // namespace

const char* kind_name(ObjectKind kind) { return words_of(kind).words; }

std::string object_name(const Tables& tables, ObjectId id) {
  if (id.value == 0) return "";
  const Object& object = tables.object(id);
  const std::string& local = tables.string(object.local_address);
  const std::string& peer = tables.string(object.peer_address);
  const std::string& path = tables.string(object.path);
  const char* prefix = words_of(object.kind).prefix;
  if (prefix == nullptr) return path;
  if (object.kind == ObjectKind::tcp || object.kind == ObjectKind::udp) {
    if (!peer.empty()) return std::string(prefix) + " " + local + "->" + peer;
    if (!local.empty()) return std::string(prefix) + " " + local;
  }
  if (!path.empty() && object.kind != ObjectKind::pipe) return path;
  if (!local.empty()) return std::string(prefix) + " " + local;
  if (!peer.empty()) return std::string(prefix) + " ->" + peer;
  const std::uint64_t number = shares_one_inode(object.kind) || object.inode == 0 ? id.value : object.inode;
  return std::string(prefix) + ":[" + std::to_string(number) + "]";
}

Descriptors::Descriptors(const Tables& tables) : tables_(tables) {
  for (const Process& process : tables.processes()) {
    if (process.descriptors.empty()) continue;
    auto& table = by_process_[process.index.value] = std::make_shared<Table>();
    for (const Descriptor& d : process.descriptors) (*table)[d.fd] = {d.object, d.close_on_exec};
  }
}

Descriptors::Table& Descriptors::table_of(ThreadId thread) {
  auto& table = by_process_[tables_.threads().at(thread.value).process.value];
  if (!table) table = std::make_shared<Table>();
  return *table;
}

ObjectId Descriptors::object(ThreadId thread, std::int64_t descriptor) const {
  if (thread.value >= tables_.threads().size()) return {};
  const auto table = by_process_.find(tables_.threads()[thread.value].process.value);
  if (table == by_process_.end()) return {};
  const auto entry = table->second->find(descriptor);
  return entry == table->second->end() ? ObjectId{} : entry->second.object;
}

void Descriptors::open(Table& table, std::int64_t descriptor, std::int64_t object) const {
  if (descriptor < 0) return;
  const ObjectId id{static_cast<std::uint32_t>(object)};
  table[descriptor] = {id, tables_.object(id).close_on_exec};
}

void Descriptors::duplicate(Table& table, std::int64_t from, std::int64_t to, bool close_on_exec) {
  const auto entry = table.find(from);
  if (to < 0 || from == to) return;
  if (entry == table.end()) {
    table.erase(to);
  } else {
    table[to] = {entry->second.object, close_on_exec};
  }
}

void Descriptors::fork(const Event& event, std::size_t extra) {
  const std::int64_t child = event.argument(extra + 1);
  const auto& threads = tables_.threads();
  if (child <= 0 || static_cast<std::size_t>(child) > threads.size()) return;
  const Thread& thread = threads[static_cast<std::size_t>(child - 1)];
  const std::uint32_t parent = threads[event.thread.value].process.value;
  if (thread.process.value == parent) return;
  auto& ours = by_process_[parent];
  if (!ours) ours = std::make_shared<Table>();
  by_process_[thread.process.value] = (thread.clone_flags & CLONE_FILES) != 0 ? ours : std::make_shared<Table>(*ours);
}

void Descriptors::apply(const Event& event) {
  if (event.thread.value >= tables_.threads().size()) return;
  Table& table = table_of(event.thread);
  if (event.is(PseudoEvent::execDone)) {
    std::erase_if(table, [](const auto& entry) { return entry.second.close_on_exec; });
    return;
  }
  const SyscallRow* row = event.kind < kPseudoBase ? find_syscall(event.kind) : nullptr;
  if (row == nullptr) return;
  const bool result_known = (event.flags & (kEntryOnly | kUnfinished)) == 0;
  if (result_known && event.result < 0) return;
  const std::size_t extra = row->argument_count();
  switch (row->extra) {
    case Extra::open:
      open(table, event.result, event.argument(extra + 1));
      break;
    case Extra::object:
      open(table, event.result, event.argument(extra));
      break;
    case Extra::pipe:
      open(table, event.argument(extra, -1), event.argument(extra + 2));
      open(table, event.argument(extra + 1, -1), event.argument(extra + 2));
      break;
    case Extra::socketpair:
      open(table, event.argument(extra, -1), event.argument(extra + 2));
      open(table, event.argument(extra + 1, -1), event.argument(extra + 3));
      break;
    case Extra::message:
      if (event.kind == SYS_recvmsg) {
        for (std::int64_t i = 0; i < event.argument(extra + 1); ++i) {
          const std::size_t at = extra + 2 + 2 * static_cast<std::size_t>(i);
          if (at + 1 >= event.arguments.size()) break;
          open(table, event.arguments[at], event.arguments[at + 1]);
        }
      }
      break;
    case Extra::clone:
      fork(event, extra);
      break;
    default:
      apply_call(event, table);
  }
}

void Descriptors::apply_call(const Event& event, Table& table) {
  switch (event.kind) {
    case SYS_close:
      table.erase(event.argument(0, -1));
      break;
    case SYS_close_range: {
      const auto last = static_cast<std::uint32_t>(event.argument(1));
      const bool only_mark = (event.argument(2) & CLOSE_RANGE_CLOEXEC) != 0;
      for (auto at = table.lower_bound(event.argument(0)); at != table.end() && at->first <= last;) {
        at->second.close_on_exec = true;
        at = only_mark ? std::next(at) : table.erase(at);
      }
      break;
    }
    case SYS_dup:
      duplicate(table, event.argument(0), event.result, false);
      break;
    case SYS_dup2:
    case SYS_dup3:
      duplicate(table, event.argument(0), event.argument(1),
                event.kind == SYS_dup3 && (event.argument(2) & O_CLOEXEC) != 0);
      break;
    case SYS_fcntl:
      if (event.argument(1) == F_DUPFD || event.argument(1) == F_DUPFD_CLOEXEC) {
        duplicate(table, event.argument(0), event.result, event.argument(1) == F_DUPFD_CLOEXEC);
      } else if (event.argument(1) == F_SETFD && table.contains(event.argument(0))) {
        table[event.argument(0)].close_on_exec = (event.argument(2) & FD_CLOEXEC) != 0;
      }
      break;
    case SYS_ioctl:
      if ((event.argument(1) == FIOCLEX || event.argument(1) == FIONCLEX) && table.contains(event.argument(0))) {
        table[event.argument(0)].close_on_exec = event.argument(1) == FIOCLEX;
      }
      break;
    default:
      break;
  }
}

}  // namespace simrec::analysis
