#include "analysis/trace_usage.h"

#include <sys/syscall.h>

#include <algorithm>
#include <span>

#include "analysis/descriptors.h"
#include "analysis/event_text.h"
#include "analysis/ordered_events.h"
#include "trace-format/syscall_table.h"

namespace simrec::analysis {
namespace {

/// Calls whose first descriptor is read from.
constexpr std::uint16_t kReaders[] = {SYS_read,           SYS_readv,   SYS_pread64,  SYS_preadv,          SYS_preadv2,
                                      SYS_recvfrom,       SYS_recvmsg, SYS_recvmmsg, SYS_mq_timedreceive, SYS_splice,
                                      SYS_copy_file_range};
/// Calls that move bytes between their first two descriptors.
constexpr std::uint16_t kTransfers[] = {SYS_sendfile, SYS_splice, SYS_copy_file_range};

bool is_one_of(std::span<const std::uint16_t> calls, const Event& event) {
  return std::ranges::find(calls, event.kind) != calls.end();
}
bool reads(const Event& event) { return is_one_of(kReaders, event); }

class Walk {
 public:
  explicit Walk(const std::string& path)
      : events_(path), descriptors_(events_.tables()), ledger_(events_.header().calibration) {
    usage_.header = events_.header();
    usage_.tables = events_.tables();
    usage_.processes.resize(usage_.tables.processes().size());
  }

  TraceUsage run() {
    while (const auto event = events_.next()) note(*event);
    usage_.footer = events_.footer();
    usage_.incomplete = events_.incomplete();
    return std::move(usage_);
  }

 private:
  void note(const Event& event) {
    const CorrectedTimes cpu = ledger_.corrected(event);
    Totals own;
    own.add(event, cpu);
    usage_.totals.add(event, cpu);
    usage_.by_kind[event.kind].add(event, cpu);
    usage_.end_ns = std::max(usage_.end_ns, event.exit_ns);
    const auto& threads = usage_.tables.threads();
    if (event.thread.value >= threads.size()) return;
    const std::uint32_t process = threads[event.thread.value].process.value;
    // Before the call takes effect, but for calls that make their object: open, accept, socket.
    const ObjectId before = first_object(event);
    const ObjectId second = second_object(event);
    descriptors_.apply(event);
    const ObjectId object = before.value != 0 ? before : made_object(event);
    if (process < usage_.processes.size()) note_process(usage_.processes[process], event, cpu, own, object);
    if (object.value != 0 && event.kind < kPseudoBase) note_object(event, cpu, own, object, process);
    if (second.value != 0 && own.bytes > 0) {
      ObjectUse& use = usage_.objects[second.value];
      use.totals.bytes += own.bytes;
      ++use.totals.events;
      use.users.insert(process);
      note_bytes(use, own.bytes, !reads(event), process);
    }
  }

  void note_process(ProcessUse& process, const Event& event, const CorrectedTimes& cpu, const Totals& own,
                    ObjectId object) {
    process.totals.add(event, cpu);
    process.end_ns = std::max(process.end_ns, event.exit_ns);
    const auto spend = [&](Cause cause, Ns time_ns) {
      process.time[static_cast<std::size_t>(cause)] += time_ns;
      usage_.time[static_cast<std::size_t>(cause)] += time_ns;
    };
    spend(Cause::compute, own.compute_ns());
    spend(Cause::ready, own.ready_ns);
    if (own.blocked_ns > 0) spend(cause_of_waiting(event, usage_.tables.object(object).kind), own.blocked_ns);
  }

  void note_object(const Event& event, const CorrectedTimes& cpu, const Totals& own, ObjectId object,
                   std::uint32_t process) {
    ObjectUse& use = usage_.objects[object.value];
    CorrectedTimes inside = cpu;
    inside.burst_ns = 0;  // what came before the call has nothing to do with its object
    use.totals.add(event, inside);
    use.users.insert(process);
    use.connected = use.connected || event.kind == SYS_connect;
    if (own.bytes > 0) note_bytes(use, own.bytes, reads(event), process);
  }

  static void note_bytes(ObjectUse& use, std::uint64_t bytes, bool reading, std::uint32_t process) {
    (reading ? use.read_bytes : use.written_bytes) += bytes;
    (reading ? use.readers : use.writers).insert(process);
  }

  ObjectId first_object(const Event& event) const {
    const SyscallRow* row = event.kind < kPseudoBase ? find_syscall(event.kind) : nullptr;
    if (row == nullptr || row->arguments[0].kind != ArgumentKind::fd) return {};
    return descriptors_.object(event.thread, static_cast<std::int32_t>(event.argument(0, -1)));
  }

  /// The second object of a call that moves bytes between two.
  ObjectId second_object(const Event& event) const {
    if (!is_one_of(kTransfers, event)) return {};
    return descriptors_.object(event.thread, static_cast<std::int32_t>(event.argument(1, -1)));
  }

  ObjectId made_object(const Event& event) const {
    const SyscallRow* row = event.kind < kPseudoBase ? find_syscall(event.kind) : nullptr;
    if (row == nullptr || !has_result(event) || event.result < 0) return {};
    if (row->extra != Extra::open && row->extra != Extra::object) return {};
    return descriptors_.object(event.thread, event.result);
  }

  OrderedEvents events_;
  Descriptors descriptors_;
  Ledger ledger_;
  TraceUsage usage_;
};

}  // namespace

TraceUsage collect_usage(const std::string& path) { return Walk(path).run(); }

}  // namespace simrec::analysis
