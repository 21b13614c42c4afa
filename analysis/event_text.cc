#include "analysis/event_text.h"

#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "analysis/argument_names.h"
#include "analysis/statistics.h"
#include "trace-format/syscall_table.h"
#include "trace-format/text_table.h"
#include "trace-format/units.h"

namespace simrec::analysis {
namespace {

std::string quoted(std::string_view text) { return "\"" + printable(text) + "\""; }

std::string hexadecimal(std::int64_t value) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "0x%llx", static_cast<unsigned long long>(value));
  return buffer.data();
}

std::string duration_or(std::int64_t ns, const char* otherwise) { return ns < 0 ? otherwise : format_duration(ns); }

/// Decodes the arguments of one event into fields.
class Decoder {
 public:
  Decoder(const Event& event, const Tables& tables, const Descriptors& descriptors)
      : event_(event), tables_(tables), descriptors_(descriptors) {}

  std::vector<Field> pseudo() {
    switch (static_cast<PseudoEvent>(event_.kind - kPseudoBase)) {
      case PseudoEvent::threadExit:
        add("status", wait_status(event_.argument(0)), event_.argument(0));
        if (event_.argument(1) != 0) add("last_thread", "last thread of the process", event_.argument(1));
        break;
      case PseudoEvent::signal:
        add("signal", signal_name(event_.argument(0)), event_.argument(0));
        add("code", "code=" + std::to_string(event_.argument(1)), event_.argument(1));
        if (event_.argument(2) != 0)
          add("sender", "from pid " + std::to_string(event_.argument(2)), event_.argument(2));
        break;
      case PseudoEvent::execDone:
        if (const Image* image = image_now(); image != nullptr) add("command", command_of(*image), std::nullopt);
        break;
      case PseudoEvent::sample:
        add("cpu_ns", "cpu=" + format_duration(event_.argument(0)), event_.argument(0));
        break;
      case PseudoEvent::stopped:
      case PseudoEvent::continued:
        add("signal", signal_name(event_.argument(0)), event_.argument(0));
        break;
      default:
        break;
    }
    return std::move(fields_);
  }

  std::vector<Field> call(const SyscallRow& row) {
    const std::size_t count = row.argument_count();
    for (std::size_t i = 0; i < count && i < event_.arguments.size(); ++i)
      add_argument(row, row.arguments[i], event_.arguments[i]);
    add_extras(row, event_.arguments.subspan(std::min(count, event_.arguments.size())));
    return std::move(fields_);
  }

  std::string descriptor(std::int64_t fd) const {
    const std::string name = object_name(tables_, descriptors_.object(event_.thread, fd));
    return std::to_string(fd) + (name.empty() ? "" : "<" + printable(name) + ">");
  }

 private:
  void add(std::string_view name, std::string text, std::optional<std::int64_t> number) {
    fields_.push_back({name, std::move(text), number, {}});
  }
  void add_named(std::string_view name, std::int64_t value) {
    add(name, std::string(name) + "=" + std::to_string(value), value);
  }

  /// The one that it has just begun to run. Times of events are rounded, those of images are not.
  const Image* image_now() const {
    constexpr Ns kRounding = 1'000;
    const auto& threads = tables_.threads();
    if (event_.thread.value >= threads.size()) return nullptr;
    return tables_.image_of(threads[event_.thread.value].process, event_.exit_ns + kRounding);
  }

  std::string command_of(const Image& image) const {
    std::string text;
    for (const StringId id : image.arguments)
      text += (text.empty() ? "" : " ") + printable(shell_quoted(tables_.string(id)));
    return text.empty() ? printable(tables_.string(image.executable)) : text;
  }

  void add_argument(const SyscallRow& row, const Argument& argument, std::int64_t value) {
    const std::string name = argument.name;
    const std::string symbol = argument_name(row.name, argument.name, value);
    switch (argument.kind) {
      case ArgumentKind::fd: {
        const std::string text = descriptor(static_cast<std::int32_t>(value));
        return add(argument.name, name == "fd" ? text : name + "=" + text, static_cast<std::int32_t>(value));
      }
      case ArgumentKind::signal:
        return add(argument.name, signal_name(value), value);
      case ArgumentKind::pid:
        return add(argument.name, name + "=" + std::to_string(static_cast<std::int32_t>(value)),
                   static_cast<std::int32_t>(value));
      case ArgumentKind::address:
        return add(argument.name, value == 0 ? "NULL" : hexadecimal(value), value);
      case ArgumentKind::flags:
        return add(argument.name,
                   !symbol.empty() ? symbol
                   : value == 0    ? name + "=0"
                                   : name + "=" + hexadecimal(value & 0xFFFFFFFF),
                   value);
      default:
        return add(argument.name, symbol.empty() ? name + "=" + std::to_string(value) : symbol, value);
    }
  }

  void add_string(std::string_view name, std::int64_t id) {
    const std::string& text = tables_.string(StringId{static_cast<std::uint32_t>(id)});
    if (!text.empty()) fields_.push_back({name, quoted(text), std::nullopt, text});
  }

  void add_address(std::int64_t id) {
    const std::string& text = tables_.string(StringId{static_cast<std::uint32_t>(id)});
    if (!text.empty()) add("address", printable(text), std::nullopt);
  }

  void add_timeout(std::int64_t ns) { add("timeout_ns", "timeout=" + duration_or(ns, "none"), ns); }

  void add_ready(std::span<const std::int64_t> pairs) {
    std::string text;
    for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
      text += (text.empty() ? "" : ", ") + descriptor(pairs[i]) + "=" + poll_events(pairs[i + 1]);
    }
    if (!text.empty()) add("ready", "ready={" + text + "}", std::nullopt);
  }

  void add_passed(std::span<const std::int64_t> pairs) {
    std::string text;
    for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
      const std::string name = object_name(tables_, ObjectId{static_cast<std::uint32_t>(pairs[i + 1])});
      text += (text.empty() ? "" : ", ") + std::to_string(pairs[i]) + (name.empty() ? "" : "<" + printable(name) + ">");
    }
    if (!text.empty()) add("passed_fds", "passed_fds=[" + text + "]", std::nullopt);
  }

  void add_list(std::string_view name, std::span<const std::int64_t> values, bool as_address = false) {
    std::string text;
    for (const std::int64_t value : values)
      text += (text.empty() ? "" : ", ") + (as_address ? hexadecimal(value) : std::to_string(value));
    add(name, std::string(name) + "=[" + text + "]", std::nullopt);
  }

  void add_clone(std::int64_t child_plus_one) {
    const auto& threads = tables_.threads();
    if (child_plus_one <= 0 || static_cast<std::size_t>(child_plus_one) > threads.size()) return;
    const Thread& child = threads[static_cast<std::size_t>(child_plus_one - 1)];
    const bool new_thread =
        event_.thread.value < threads.size() && child.process == threads[event_.thread.value].process;
    add("child_tid", (new_thread ? "new thread " : "new process ") + std::to_string(child.tid), child.tid);
  }

  void add_extras(const SyscallRow& row, std::span<const std::int64_t> x);
  void add_futex(std::span<const std::int64_t> x);

  const Event& event_;
  const Tables& tables_;
  const Descriptors& descriptors_;
  std::vector<Field> fields_;
};

void Decoder::add_futex(std::span<const std::int64_t> x) {
  if (x.size() < 5) return;
  if (x[0] >= 0) add_timeout(x[0]);
  if (x[1] != 0) {
    const std::string name = object_name(tables_, ObjectId{static_cast<std::uint32_t>(x[1])});
    add("shared", "in " + printable(name) + " at " + std::to_string(x[2]), x[2]);
  }
  if (x[3] != 0) add("second_address", hexadecimal(x[3]), x[3]);
  if (x[4] != 0) add_named("requeue", x[4]);
}

void Decoder::add_extras(const SyscallRow& row, std::span<const std::int64_t> x) {
  if (x.empty()) return;
  const auto at = [&](std::size_t i) { return i < x.size() ? x[i] : 0; };
  const auto from = [&](std::size_t i) { return x.subspan(std::min(i, x.size())); };
  switch (row.extra) {
    case Extra::open:
    case Extra::exec:
      return add_string("path", at(0));
    case Extra::pipe:
    case Extra::socketpair:
      return add_list("fds", x.first(std::min<std::size_t>(x.size(), 2)));
    case Extra::address:
      return add_address(at(1));
    case Extra::datagram:
      return add_address(at(0));
    case Extra::message:
      add_address(at(0));
      return add_passed(from(2));
    case Extra::messages:
      return add_list("bytes", x);
    case Extra::timeout:
      return add_timeout(at(0));
    case Extra::epoll:
      add_timeout(at(0));
      if (x.size() > 1) add_list("ready_data", from(1), true);
      return;
    case Extra::poll:
      add_named("nfds", at(1));
      add_timeout(at(0));
      return add_ready(from(2));
    case Extra::epoll_ctl:
      add("events", poll_events(at(0)), at(0));
      return add("data", "data=" + hexadecimal(at(1)), at(1));
    case Extra::option:
      return add_named("value", at(0));
    case Extra::futex:
      return add_futex(x);
    case Extra::futex_waitv:
      add_timeout(at(0));
      return add_list("addresses", from(2), true);
    case Extra::timer:
      add("first_ns", at(0) == 0 ? "disarmed" : "in " + format_duration(at(0)), at(0));
      if (at(1) != 0) add("interval_ns", "every " + format_duration(at(1)), at(1));
      return;
    case Extra::wait_status:
      if (has_result(event_) && event_.result > 0) add("status", wait_status(at(0)), at(0));
      return;
    case Extra::waitid:
      if (at(0) != 0) {
        add("child", "child=" + std::to_string(at(0)), at(0));
        add_named("status", at(1));
      }
      return;
    case Extra::clone:
      return add_clone(at(1));
    case Extra::lock:
      add("lock_type", argument_name("", "lock", at(0)), at(0));
      add_named("start", at(2));
      return add_named("length", at(3));
    case Extra::semops:
      return add_list("operations", from(1));
    default:
      return;
  }
}

bool returns_descriptor(const SyscallRow& row, const Event& event) {
  if (row.extra == Extra::open || row.extra == Extra::object) return true;
  return event.kind == SYS_dup || event.kind == SYS_dup2 || event.kind == SYS_dup3;
}

constexpr std::uint16_t kMovers[] = {
    SYS_read,    SYS_write,    SYS_pread64,  SYS_pwrite64, SYS_readv,    SYS_writev,          SYS_preadv, SYS_pwritev,
    SYS_preadv2, SYS_pwritev2, SYS_sendfile, SYS_splice,   SYS_vmsplice, SYS_copy_file_range, SYS_sendto, SYS_recvfrom,
    SYS_sendmsg, SYS_recvmsg,  SYS_sendmmsg, SYS_recvmmsg, SYS_msgrcv,   SYS_mq_timedreceive,
};

}  // namespace

std::string_view Field::for_programs() const {
  if (!plain.empty()) return plain;
  const std::string_view whole = text;
  const bool labelled = whole.starts_with(name) && whole.substr(name.size()).starts_with('=');
  return labelled ? whole.substr(name.size() + 1) : whole;
}

bool has_result(const Event& event) {
  return event.kind < kPseudoBase && (event.flags & (kEntryOnly | kUnfinished)) == 0;
}

std::vector<Field> describe_arguments(const Event& event, const Tables& tables, const Descriptors& descriptors) {
  Decoder decoder(event, tables, descriptors);
  if (event.kind >= kPseudoBase) return decoder.pseudo();
  const SyscallRow* row = find_syscall(event.kind);
  return row == nullptr ? std::vector<Field>{} : decoder.call(*row);
}

std::string describe_result(const Event& event, const Tables& tables, const Descriptors& descriptors) {
  if (!has_result(event)) return "?";
  if (event.result < 0 && event.result > -4096) {
    const std::string name = error_name(-event.result);
    if (event.result <= -512) return "? " + name;
    return "-1 " + name + " (" + std::strerror(static_cast<int>(-event.result)) + ")";
  }
  const SyscallRow* row = find_syscall(event.kind);
  if (row != nullptr && returns_descriptor(*row, event))
    return Decoder(event, tables, descriptors).descriptor(event.result);
  if (event.kind == SYS_mmap || event.kind == SYS_shmat) return hexadecimal(event.result);
  return std::to_string(event.result);
}

std::optional<std::uint64_t> moved_bytes(const Event& event) {
  if (!has_result(event) || event.result < 0 || std::ranges::find(kMovers, event.kind) == std::end(kMovers))
    return std::nullopt;
  if (event.kind == SYS_sendmmsg || event.kind == SYS_recvmmsg) {
    const SyscallRow* row = find_syscall(event.kind);
    std::uint64_t sum = 0;
    for (std::size_t i = row == nullptr ? 0 : row->argument_count(); i < event.arguments.size(); ++i)
      sum += static_cast<std::uint64_t>(std::max<std::int64_t>(event.arguments[i], 0));
    return sum;
  }
  return static_cast<std::uint64_t>(event.result);
}

}  // namespace simrec::analysis
